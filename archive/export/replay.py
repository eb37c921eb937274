"""The captures of an archive -> what replay tools need: a CDXJ index of those that replay, and the paths of files.

A 304 stays in its WARC file and in `data/index`, which record that the page was unchanged on that day. A replay tool
would show it as an empty page, so it is not offered; for that day the tool then shows the capture before it.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
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

# The files that `write` makes in a folder; pywb's command `wayback` opens them when it is started there.
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
_FOREIGN = "without a web address"
_SAME_SECOND = "of the same address and second as another one, which replay tools cannot tell apart"
_SHARED = "shares its gzip member, so replay tools cannot find it. Take it out with: cundang export --format wacz"
# The HTTP heads that warcio, and so pywb, can read; any other ends in an error page.
_REPLAYABLE = re.compile(rb"HTTP/1\.[01][ \t]+(\d{3})(?:[ \t][^\r\n]*)?\r?\n", re.IGNORECASE)
# The most characters of a form that cdxj-indexer keeps.
_LONGEST_FORM = 4096
_FORM_TYPE = re.compile(rb"^content-type:[ \t]*application/x-www-form-urlencoded", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True, kw_only=True)
class Offer:
    """Chooses the captures for replay tools: call `see` with each record of each file in order, then `close`.

    Attributes:
        lines: the lines of CDXJ, sorted once the offer is closed.
        captures: their rows, in the same order.
        left: how many sound captures are not offered, by reason.
        problems: captures that cannot be replayed, and what is wrong with files.
    """

    gone: exclusions.Exclusions
    lines: list[str] = field(default_factory=list)
    captures: list[index.Row] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    _last: _Seen | None = None
    _payloads: set[str] = field(default_factory=set)
    _chunked: dict[str, bool] = field(default_factory=dict)  # payload digest -> whether its record is chunked
    _revisits: list[tuple[index.Row, str]] = field(default_factory=list)

    def see(self, record: Record, id_: str, place: Place) -> None:
        """Take the next record of a file; `place`: where replay tools find it."""
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
        """Whether either a revisit or the record with its payload is chunked, but not both.

        ReplayWeb.page would read that payload with the head of the revisit.
        """
        chunked = self._chunked.get(revisit.field("WARC-Payload-Digest"))
        return chunked is not None and chunked != read_head(revisit.block).chunked

    def end_file(self) -> None:
        """Finish a file: the next record belongs to another one."""
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
        """Finish the offer, with the revisits whose payload is offered too; others would show nothing."""
        for row, line in self._revisits:
            if row.digest in self._payloads:
                self._offer(row, line)
            else:
                self.lost(row.filename, row.offset, f"the payload of this revisit of {row.url} is in no file here")
        self._revisits.clear()
        chosen = self._choose()
        payloads = {row.digest for row, _ in chosen if row.mime != "warc/revisit"}
        offered = [(row, line) for row, line in chosen if row.mime != "warc/revisit" or row.digest in payloads]
        if dropped := len(self.captures) - len(offered):
            self.left[_SAME_SECOND] += dropped
        self.captures = [row for row, _ in offered]
        self.lines = [line for _, line in offered]

    def _choose(self) -> list[tuple[index.Row, str]]:
        """Choose one of several captures with the same key and second: replay tools see only one.

        A page is preferred to a redirect, which usually leads from http to https or to another spelling of the address.
        A page as scripts completed it, to which no revisit refers, gives way to what the server sent: it is offered
        under the next second that is free.
        """
        chosen: dict[str, tuple[index.Row, str]] = {}
        offered = sorted(zip(self.captures, self.lines, strict=True), key=lambda pair: (_is_made(pair[0]), pair[1]))
        for row, line in offered:
            key, stamp, said = line.split(" ", 2)
            date = row.date
            while _is_made(row) and date and (other := chosen.get(f"{key} {stamp}")) and other[0].digest != row.digest:
                date += dt.timedelta(seconds=1)
                stamp = index.stamp(date)
            moment = f"{key} {stamp}"
            if moment not in chosen or _is_page(row) > _is_page(chosen[moment][0]):
                chosen[moment] = replace(row, date=date), f"{moment} {said}"
        return [chosen[moment] for moment in sorted(chosen)]

    def lost(self, file: str, offset: int, reason: str) -> None:
        """Note a capture that cannot be replayed."""
        self.problems.append(Problem(file=file, offset=offset, reason=reason))


@dataclass(slots=True, kw_only=True)
class _Seen:
    """A page or revisit record whose request may still follow."""

    record: Record
    head: Head
    id: str
    fault: str | None
    form: str | None = None


def write(layout: Layout, out: Path, tell: Callable[[str], None] = lambda _name: None) -> Offer:
    """Write the index of a whole archive, the paths of its WARC files, and pywb's configuration to a folder.

    A folder that this function made before is updated.

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
    """Why a sound capture is not offered; None: it is."""
    if row.status == 304:
        return UNCHANGED
    if not row.url.lower().startswith(("http:", "https:")):
        return _FOREIGN
    return _DOWN if gone.covering(row.url) else None


def _fault(record: Record) -> str | None:
    """Why a replay tool cannot show a record; None: it can."""
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


def _is_made(row: index.Row) -> bool:
    """Whether a capture is no answer of a server's, such as a page that scripts completed."""
    return row.status is None and row.mime != "warc/revisit"


def _is_page(row: index.Row) -> bool:
    """Whether a capture shows a page, not a redirect or a failure."""
    return row.status is not None and 200 <= row.status < 300


def _concurrent(request: Record, id_: str) -> bool:
    return any(name.lower() == "warc-concurrent-to" and value.strip("<>") == id_ for name, value in request.fields)


def _form_of(request: bytes) -> str | None:
    r"""The form that a request sends, as replay tools look up its response; None if it sends none.

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
