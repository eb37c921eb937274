"""The captures of an archive -> what replay tools are given: a CDXJ index of those that replay, and where files lie.

A 304 is kept in its WARC file and in `data/index`, which say that a page was unchanged on that day. A replay tool would
show it as an empty page, so it is not offered: asked for that day, the tool shows the capture before it.
"""

from __future__ import annotations

import base64
import contextlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote_plus

from archive.errors import DataError
from archive.export import whole
from archive.layout import Layout
from archive.warc import exclusions, index
from archive.warc.capture import Place
from archive.warc.http import Head, read_head
from archive.warc.reader import PAGES, Identities, records
from archive.warc.record import Problem, Record

# The files of a folder that `write` makes; pywb's command `wayback` opens them when it is started there.
INDEX, PATHS, CONFIG = "index.cdxj", "paths.txt", "config.yaml"
_CONFIG = f"""\
# Start pywb's `wayback` in this folder, and open http://localhost:8080/cundang/
collections:
  cundang:
    index: ./{INDEX}
    archive_paths: ./{PATHS}
"""
UNCHANGED = "unchanged (304)"
_DOWN = "taken down"
_FOREIGN = "of no address of the web"
_SAME_SECOND = "that another one of the same address and second stands for"
_SHARED = "shares its gzip member, so replay tools cannot find it. Take it out with: cundang export --format wacz"
# What warcio, and so pywb, takes for an HTTP head; anything else ends in an error page.
_REPLAYABLE = re.compile(rb"HTTP/1\.[01][ \t]+(\d{3})(?:[ \t][^\r\n]*)?\r?\n", re.IGNORECASE)
# What cdxj-indexer keeps of a form.
_LONGEST_FORM = 4096
_FORM_TYPE = re.compile(rb"^content-type:[ \t]*application/x-www-form-urlencoded", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True, kw_only=True)
class Offer:
    """Which captures replay tools are given: `see` each record of each file in order, then `close`.

    Attributes:
        lines: of CDXJ, sorted once it is closed.
        captures: their rows, in the order of the records.
        left: why captures are not offered though nothing is wrong, and how many.
        problems: captures that are lost to replay, and what is wrong with files.
    """

    gone: exclusions.Exclusions
    lines: list[str] = field(default_factory=list)
    captures: list[index.Row] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    _last: _Seen | None = None
    _payloads: set[str] = field(default_factory=set)
    _chunked: dict[str, bool] = field(default_factory=dict)  # whether the record of a payload has it in chunks
    _revisits: list[tuple[index.Row, str]] = field(default_factory=list)

    def see(self, record: Record, id_: str, place: Place) -> None:
        """Take the next record of a file, which replay tools find at a place."""
        if record.kind in (*PAGES, "revisit"):
            self.end_file()
            bare = replace(record, place=place, block=b"")
            fault = _fault(record)
            head = read_head(record.block)
            self._last = _Seen(record=bare, head=head, id=id_, fault=fault)
            if record.kind == "response":
                self._chunked.setdefault(record.field("WARC-Payload-Digest"), head.chunked)
        elif record.kind == "request" and self._last and _concurrent(record, self._last.record.id):
            self._last.form = _form_of(record.block)

    def is_framed_otherwise(self, revisit: Record) -> bool:
        """Whether one of a revisit and the record that has its payload is in chunks, and the other is not.

        ReplayWeb.page reads that payload by the head of the revisit.
        """
        chunked = self._chunked.get(revisit.field("WARC-Payload-Digest"))
        return chunked is not None and chunked != read_head(revisit.block).chunked

    def end_file(self) -> None:
        """The file ends: what follows is of another."""
        seen, self._last = self._last, None
        if seen is None:
            return
        line = index.line(seen.record, seen.head, seen.id, form=seen.form)
        row = index.parse(line)
        if reason := _left_out(row, self.gone):
            self.left[reason] += 1
        elif seen.fault:
            self.lost(row.filename, row.offset, f"the record of {row.url} {seen.fault}")
        elif row.mime == "warc/revisit":
            self._revisits.append((row, line))
        else:
            self._payloads.add(row.digest or row.id)
            self._offer(row, line)

    def _offer(self, row: index.Row, line: str) -> None:
        self.captures.append(row)
        self.lines.append(line)

    def close(self) -> None:
        """Offer the revisits whose payload is offered too; others would show nothing."""
        for row, line in self._revisits:
            if row.digest in self._payloads:
                self._offer(row, line)
            else:
                self.lost(row.filename, row.offset, f"the payload of this revisit of {row.url} is in no file here")
        self._revisits.clear()
        self._choose()

    def _choose(self) -> None:
        """Of captures with one key and second, which replay tools cannot tell apart, keep one: a page, if there is one.

        As a rule the other one is a redirect from http to https, or to another spelling of the address.
        """
        chosen: dict[str, tuple[index.Row, str]] = {}
        for row, line in sorted(zip(self.captures, self.lines, strict=True), key=lambda pair: pair[1]):
            moment = " ".join(line.split(" ", 2)[:2])
            if moment in chosen:
                self.left[_SAME_SECOND] += 1
            if moment not in chosen or (_is_page(row) and not _is_page(chosen[moment][0])):
                chosen[moment] = row, line
        self.captures = [row for row, _ in chosen.values()]
        self.lines = [line for _, line in chosen.values()]

    def lost(self, file: str, offset: int, reason: str) -> None:
        """Note what is lost to replay."""
        self.problems.append(Problem(file=file, offset=offset, reason=reason))


@dataclass(slots=True, kw_only=True)
class _Seen:
    """A page or revisit record, whose request may still follow."""

    record: Record
    head: Head
    id: str
    fault: str | None
    form: str | None = None


def write(layout: Layout, out: Path, tell: Callable[[str], None] = lambda _name: None) -> Offer:
    """Fill a folder with the index of a whole archive, the paths of its WARC files, and pywb's configuration.

    A folder that this function made before is brought up to date.

    Raises:
        UsageError: the folder holds something else, or cannot be written.
        SpaceError: there is no space left.
    """
    offer = Offer(gone=exclusions.read(layout))
    paths: dict[str, Path] = {}
    for warc in layout.warcs():
        if warc.name in paths:
            offer.lost(str(warc), 0, f"has the name of another file, which replay tools cannot tell it from: {warc}")
            continue
        paths[warc.name] = warc.resolve()
        tell(warc.name)
        _see_all(warc, offer)
    offer.close()
    files = {
        INDEX: "".join(offer.lines),
        PATHS: "".join(f"{name}\t{path}\n" for name, path in sorted(paths.items())),
        CONFIG: _CONFIG,
    }
    whole.files(out, {name: text.encode() for name, text in files.items()})
    return offer


def _see_all(warc: Path, offer: Offer) -> None:
    identities = Identities(warc)
    try:
        for item in records(warc):
            if isinstance(item, Problem):
                offer.problems.append(item)
                continue
            page = item.kind in PAGES
            id_ = identities.of(item) if page else item.id
            if item.nth and (page or item.kind == "revisit"):
                offer.lost(item.place.file, item.place.offset, f"the record of {item.url} {_SHARED}")
            else:
                offer.see(item, id_, item.place)
    except DataError as error:
        offer.lost(warc.name, 0, str(error))
    offer.end_file()


def _left_out(row: index.Row, gone: exclusions.Exclusions) -> str | None:
    """Why a capture is not offered, though nothing is wrong with it."""
    if row.status == 304:
        return UNCHANGED
    if not row.url.lower().startswith(("http:", "https:")):
        return _FOREIGN
    return _DOWN if gone.covering(row.url) else None


def _fault(record: Record) -> str | None:
    """Why a replay tool cannot show a record."""
    if record.field("WARC-Segment-Number"):
        return "is in segments, which replay tools do not join"
    empty = record.kind == "revisit" and not record.block
    if record.kind == "resource" or empty or not record.url.lower().startswith(("http:", "https:")):
        return None
    if record.date is None:
        return "has no date"
    if record.field("Content-Length").strip() != str(record.size):
        return "states a length that its block does not have"
    status = _REPLAYABLE.match(record.block)
    if status is None or int(status[1]) != read_head(record.block).status:
        return "has an HTTP head that replay tools cannot read"
    return None


def _is_page(row: index.Row) -> bool:
    return row.status is None or 200 <= row.status < 300


def _concurrent(request: Record, id_: str) -> bool:
    return any(name.lower() == "warc-concurrent-to" and value.strip("<>") == id_ for name, value in request.fields)


def _form_of(request: bytes) -> str | None:
    r"""The form that a request sends, as replay tools look its answer up; None where it sends none.

    >>> _form_of(b"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\npage=2&q=%E7%BB%9F")
    'page=2&q=统'
    """
    if not request.startswith(b"POST "):
        return None
    head, _, body = request.partition(b"\r\n\r\n")
    if _FORM_TYPE.search(head):
        with contextlib.suppress(UnicodeDecodeError):
            return unquote_plus(body.decode())[:_LONGEST_FORM]
    return f"__wb_post_data={base64.b64encode(body).decode('ascii')}"[:_LONGEST_FORM]
