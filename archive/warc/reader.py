"""WARC, ARC and WACZ files -> records, and page records -> Captures."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote_to_bytes

from archive.errors import DataError
from archive.layout import NEW_IDS, OPEN
from archive.warc import wacz
from archive.warc.away import open_warc
from archive.warc.capture import DAMAGED, TRUNCATED, Capture, Fault, FoundBy
from archive.warc.conformance import changed, check, has_http_head, is_proved
from archive.warc.disk import read_error
from archive.warc.http import closed_within, is_open, open_response, parse_fields
from archive.warc.record import Problem, Record
from archive.warc.scan import MAX_BLOCK, scan

PAGES = ("response", "resource")


def records(path: Path) -> Iterator[Record | Problem]:
    """Yield every whole record of a file in order, and each Problem before the record or stretch of bytes it concerns.

    Raises:
        DataError: the file cannot be read.
    """
    yield from check(_scan_file(path))


def whole_records(path: Path) -> Iterator[Record]:
    """Yield every whole record of a file in order, even faulty ones: no digest is checked.

    Raises:
        DataError: the file cannot be read.
    """
    return (item for item in _scan_file(path) if isinstance(item, Record))


def _scan_file(path: Path) -> Iterator[Record | Problem]:
    try:
        with open_file(path) as file:
            if file.read(len(wacz.MAGIC)) != wacz.MAGIC:
                yield from scan(file, path.name.removesuffix(OPEN))
                return
            for item in wacz.warcs_in(file, path.name):
                if isinstance(item, Problem):
                    yield item
                else:
                    name, unpacked = item
                    yield from scan(unpacked, f"{path.name}/{name}")
    except OSError as error:  # of a disk that fails
        raise read_error(path, error) from error


def read(path: Path) -> Iterator[Capture]:
    """Yield the page records (response, resource) of a file in order, each with the metadata record behind it.

    Raises:
        DataError: the file cannot be read.
    """
    return _captures(whole_records(path), Identities(path), Segments(path))


def read_at(path: Path, offset: int) -> Capture:
    """The page record at an offset, with the id it states (only `read` can see that an id is repeated).

    Raises:
        DataError: the file cannot be read, or no page record begins there.
    """
    with open_file(path) as file:
        found = (item for item in scan(file, path.name, offset) if isinstance(item, Record))
        first = next(found, None)
        if first is not None and first.place.offset == offset and first.kind in PAGES:
            return next(_captures(itertools.chain([first], found), Identities(path), Segments(path)))
    raise DataError(
        f"{path}: offset {offset}: no page record begins here. Make the index again: cundang rebuild --index."
    )


class Identities:
    """The ids of a file's page records, asked for in record order. A missing, repeated or taken id is replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken = NEW_IDS in path.name
        self._seen: set[bytes] = set()
        self._digest: str | None = None

    def of(self, record: Record) -> str:
        """The record's id; if missing, seen before or taken, one that is made of the file's SHA-256 and the offset."""
        if record.id and not self._taken:
            short = hashlib.blake2b(record.id.encode(), digest_size=16).digest()
            if short not in self._seen:
                self._seen.add(short)
                return record.id
        self._digest = self._digest or digest_of(self._path)
        nth = f"+{record.nth}" if record.nth else ""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{self._digest}:{record.place.offset}{nth}')}"


def digest_of(path: Path) -> str:
    """SHA-256 of a file in lower-case base16.

    Raises:
        DataError: the file cannot be read.
    """
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_file(path: Path) -> io.BufferedReader:
    """Open a file to read; if it was listed as open and a crawl has closed it since, open it under its final name.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        try:
            return open_warc(path)
        except FileNotFoundError:
            if not path.name.endswith(OPEN):
                raise
            return path.with_name(path.name.removesuffix(OPEN)).open("rb")
    except OSError as error:
        raise read_error(path, error) from error


class Segments:
    """The continuation records of a file, read when the first segmented record is met (WARC/1.1 section 7)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, list[Record]] | None = None

    def join(self, record: Record) -> tuple[Record, Fault | None]:
        """Append the blocks of its continuations to a record's block; also return what is missing of them."""
        if record.field("WARC-Segment-Number") != "1":
            return record, None
        if self._found is None:
            self._found = {}
            for each in whole_records(self._path):
                if each.kind == "continuation":
                    self._found.setdefault(each.field("WARC-Segment-Origin-ID").strip("<>"), []).append(each)
        found, reason = collect_segments(record, self._found.get(record.id, ()))
        block = b"".join(each.block for each in found)
        fault = Fault(flag=TRUNCATED, words=reason) if reason else None
        return replace(record, block=block, size=len(block)), fault


def collect_segments(first: Record, others: Iterable[Record]) -> tuple[list[Record], str]:
    """The consecutive segments of a record from its first on, and why they are incomplete; empty if they are not."""
    numbered = {each.field("WARC-Segment-Number"): each for each in others}
    found, there = [first], first.size
    while (following := numbered.get(str(len(found) + 1))) and there < MAX_BLOCK:
        found.append(following)
        there += following.size
    total = found[-1].field("WARC-Segment-Total-Length")
    if total.isdecimal() and int(total) == there:
        return found, ""
    return found, f"of the record in segments {there} of {total or '?'} bytes are in this file"


def _captures(items: Iterator[Record], identities: Identities, segments: Segments) -> Iterator[Capture]:
    waiting: tuple[Capture, str] | None = None
    for record in items:
        if record.kind in PAGES:
            if waiting:
                yield waiting[0]
            waiting = (_capture(record, identities.of(record), segments), record.id)
        elif record.kind == "metadata" and waiting and waiting[1] and _refers(record, waiting[1]):
            waiting = (_describe(waiting[0], record), waiting[1])
    if waiting:
        yield waiting[0]


def _refers(metadata: Record, id_: str) -> bool:
    return any(
        value.strip("<>") == id_
        for name, value in metadata.fields
        if name.lower() in ("warc-refers-to", "warc-concurrent-to")
    )


def _describe(capture: Capture, metadata: Record) -> Capture:
    """Add to a Capture what its metadata record says about it."""
    block = metadata.block
    if metadata.field("WARC-Truncated"):
        block = block[: block.rfind(b"\n") + 1]
    lines = {
        name.lower(): value.encode("latin-1").decode("utf-8", "replace")
        for name, value in reversed(parse_fields(block.splitlines()))
    }
    if parent := lines.get("via"):
        found = FoundBy(parent=parent, anchor=lines.get("anchor"), row_date=lines.get("row-date"))
        capture = replace(capture, found=found)
    if origin := lines.get("origin"):
        capture = replace(capture, origin=origin)
    if missing := lines.get("same-as-missing"):
        capture = replace(capture, missing=missing)
    if purpose := lines.get("purpose"):
        capture = replace(capture, purpose=purpose)
    if form := lines.get("form"):
        # The address alone is that of the page with the form.
        capture = replace(capture, url=f"{capture.url}#{form}")
    # Line ends behind a body are common, and harmless.
    length, _, behind = lines.get("surplus", "").partition(" bytes cut after: ")
    if unquote_to_bytes(behind).strip() and is_open(capture.body):
        words = f"at least {length} bytes follow behind its stated end, and it is not at its end there"
        capture = replace(capture, faults=(*capture.faults, Fault(flag=TRUNCATED, words=words)))
    if lines.get("captured") == "unknown":
        capture = replace(capture, date=None)
    return capture


def _capture(record: Record, id_: str, segments: Segments) -> Capture:
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    kind = record.field("Content-Type")
    if kind:
        headers = (("Content-Type", kind),)
    truncated = record.field("WARC-Truncated").lower() or None
    faults = list(_faults(record))
    record, missing = segments.join(record)
    faults += [missing] if missing else []
    body = record.block
    if record.size > len(record.block):
        truncated = truncated or "length"
    if has_http_head(record):
        opened = open_response(record.block)
        status, headers, body = opened.head.status, opened.head.headers, opened.content
        faults += opened.faults
        if not any(fault.flag for fault in faults) and (cut := closed_within(opened.head, body)):
            faults.append(cut)
        if not opened.head.length:
            faults.append(Fault(flag="", words="the response has no head"))
    return Capture(
        id=id_,
        kind="resource" if record.kind == "resource" else "response",
        url=record.url,
        date=record.date,
        status=status,
        headers=headers,
        body=body,
        payload_digest=record.field("WARC-Payload-Digest") or None,
        place=record.place,
        truncated=truncated,
        faults=tuple(faults),
    )


def _faults(record: Record) -> Iterator[Fault]:
    """The faults that the record itself shows: its block is truncated, or its bytes have changed."""
    if said := record.field("WARC-Truncated"):
        yield Fault(flag=TRUNCATED, words=said)
    if record.size > len(record.block):
        yield Fault(flag=TRUNCATED, words=f"only {len(record.block)} of {record.size} bytes are read")
        return
    wrong = changed(record)
    if wrong:
        yield Fault(flag=DAMAGED, words=wrong)
    stated = record.field("Content-Length").strip()
    if re.fullmatch(r"[0-9]{1,18}", stated) and int(stated) > record.size and (wrong or not is_proved(record)):
        yield Fault(flag=TRUNCATED, words=f"{record.size} of the {stated} bytes of the record are there")
