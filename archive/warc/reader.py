"""WARC, ARC and WACZ files -> records, and page records -> Captures."""

from __future__ import annotations

import hashlib
import io
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archive.errors import DataError
from archive.layout import OPEN
from archive.warc import wacz
from archive.warc.capture import Capture, Found
from archive.warc.conformance import judge
from archive.warc.http import content_of, entity_of, parse_fields, read_head
from archive.warc.record import Problem, Record
from archive.warc.scan import scan

PAGES = ("response", "resource")


def records(path: Path) -> Iterator[Record | Problem]:
    """Every whole record of a file in order, and a Problem before the record or stretch that it is about.

    Raises:
        DataError: the file cannot be read.
    """
    yield from judge(_found(path))


def whole_records(path: Path) -> Iterator[Record]:
    """Every whole record of a file in order, whatever is wrong with it: no digest is checked.

    Raises:
        DataError: the file cannot be read.
    """
    return (item for item in _found(path) if isinstance(item, Record))


def _found(path: Path) -> Iterator[Record | Problem]:
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


def read(path: Path) -> Iterator[Capture]:
    """The page records (response, resource) of a file in record order, each with the metadata record that follows it.

    Raises:
        DataError: the file cannot be read.
    """
    return _captures(whole_records(path), Identities(path))


def read_at(path: Path, offset: int) -> Capture:
    """The page record at an offset; its id is as it stands there (only `read` sees that an id is repeated).

    Raises:
        DataError: the file cannot be read, or no page record begins there.
    """
    with open_file(path) as file:
        found = (item for item in scan(file, path.name, offset) if isinstance(item, Record))
        first = next(found, None)
        if first is not None and first.place.offset == offset and first.kind in PAGES:
            return next(_captures(itertools.chain([first], found), Identities(path)))
    raise DataError(
        f"{path}: offset {offset}: no page record begins here. Make the index again: cundang rebuild --index."
    )


class Identities:
    """The ids of a file's page records, asked in record order: their own, but where one is missing or repeated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[bytes] = set()
        self._digest: str | None = None

    def of(self, record: Record) -> str:
        """Its id; one that is missing or was given before is made of the file's SHA-256 and the record's place."""
        if record.id:
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
    """A file to read; one that a crawl has closed since it was listed as open, under its final name.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        try:
            return path.open("rb")
        except FileNotFoundError:
            if not path.name.endswith(OPEN):
                raise
            return path.with_name(path.name.removesuffix(OPEN)).open("rb")
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}). Name a file that is there and may be read."
        ) from error


def _captures(items: Iterator[Record], identities: Identities) -> Iterator[Capture]:
    waiting: tuple[Capture, str] | None = None
    for record in items:
        if record.kind in PAGES:
            if waiting:
                yield waiting[0]
            waiting = (_capture(record, identities.of(record)), record.id)
        elif record.kind == "metadata" and waiting and waiting[1] and _refers(record, waiting[1]):
            waiting = (_described(waiting[0], record), waiting[1])
    if waiting:
        yield waiting[0]


def _refers(metadata: Record, id_: str) -> bool:
    return any(
        value.strip("<>") == id_
        for name, value in metadata.fields
        if name.lower() in ("warc-refers-to", "warc-concurrent-to")
    )


def _described(capture: Capture, metadata: Record) -> Capture:
    """The Capture with what its metadata record says about it."""
    block = metadata.block
    if metadata.field("WARC-Truncated"):
        block = block[: block.rfind(b"\n") + 1]
    lines = {
        name.lower(): value.encode("latin-1").decode("utf-8", "replace")
        for name, value in reversed(parse_fields(block.splitlines()))
    }
    if parent := lines.get("via"):
        found = Found(parent=parent, anchor=lines.get("anchor"), row_date=lines.get("row-date"))
        capture = replace(capture, found=found)
    if origin := lines.get("origin"):
        capture = replace(capture, origin=origin)
    if missing := lines.get("same-as-missing"):
        capture = replace(capture, missing=missing)
    if lines.get("captured") == "unknown":
        capture = replace(capture, date=None)
    return capture


def _capture(record: Record, id_: str) -> Capture:
    problems: tuple[str, ...] = ()
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    kind = record.field("Content-Type")
    if kind:
        headers = (("Content-Type", kind),)
    body = record.block
    truncated = record.field("WARC-Truncated").lower() or None
    if record.size > len(record.block):
        problems += (f"only {len(record.block)} of {record.size} bytes are read",)
        truncated = truncated or "length"
    if record.kind == "response" and (body.startswith(b"HTTP/") or record.url.lower().startswith(("http:", "https:"))):
        head = read_head(body)
        status, headers = head.status, head.headers
        entity, fault = entity_of(head, body[head.length :])
        body, undone = content_of(head, entity)
        problems += ((fault,) if fault else ()) + undone
        if not head.length:
            problems += ("the response has no head",)
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
        problems=problems,
    )
