"""A WARC file -> what is lost or wrong in it; a file that a killed crawl left open -> a closed one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import IO

from zlib_ng import zlib_ng

from archive.errors import DataError, UsageError
from archive.layout import OPEN, TAIL, Layout
from archive.warc import fixity, index
from archive.warc.disk import sync_folder, write_whole
from archive.warc.member import HEAD, MAGIC, GzipError
from archive.warc.reader import collect_segments, digest_of, open_file, records
from archive.warc.record import Problem, Record
from archive.warc.writer import SOFTWARE


def verify(path: Path, *, growing: bool = False) -> Iterator[Problem]:
    """Read every record and yield what is lost or wrong: gzip members, lengths, fields, digests.

    Files that this archive wrote must also have what foreign files need not have: a warcinfo record at the start,
    unique ids, a request with each response and both with the same URL and date, and gzip heads equal to
    `member.HEAD`. So every changed bit is found.

    `growing`: a crawl is still writing the file, so that bytes behind its last whole record are not a problem.

    Raises:
        DataError: the file cannot be read.
    """
    ours = False
    pairs = _Pairs()
    segments = _Segments()
    members: list[tuple[int, int]] = []
    behind: list[Problem] = []
    for item in _mark_noted(records(path)):
        if isinstance(item, Problem):
            behind.append(item)
            continue
        yield from behind
        behind.clear()
        if not members:
            ours = item.kind == "warcinfo" and f"software: {SOFTWARE}/".encode() in item.block
        if not members or members[-1][0] != item.place.offset:
            members.append((item.place.offset, item.place.length))
        segments.add(item)
        if ours:
            yield from pairs.wrong(item)
    yield from () if growing else (*behind, *segments.incomplete())
    yield from _wrong_members(path, members, ours=ours)


def _wrong_members(path: Path, members: Iterable[tuple[int, int]], *, ours: bool) -> Iterator[Problem]:
    """Yield faults of gzip members, given by offset and length, that do not show in a record."""
    with open_file(path) as file:
        if file.read(len(MAGIC)) != MAGIC:
            return
        for offset, length in members:
            file.seek(offset)
            if ours and file.read(len(HEAD)) != HEAD:
                reason = "the head of the gzip member is not as it was written"
                yield Problem(file=path.name, offset=offset, reason=reason)
            if _is_padded(file, offset, length):
                reason = "bits behind the end of the compressed data are set"
                yield Problem(file=path.name, offset=offset, reason=reason)


def _mark_noted(items: Iterator[Record | Problem]) -> Iterator[Record | Problem]:
    """Pass the items on, and mark the problems that the metadata record of a response names as noted."""
    waiting: list[Record | Problem] = []
    for item in items:
        if isinstance(item, Record) and item.kind == "metadata":
            waiting = [_mark(one, item) for one in waiting]
        elif isinstance(item, Record) and item.kind != "request":
            # A problem comes before its record, and the record's metadata record behind it.
            own = sum(isinstance(one, Problem) and one.offset == item.place.offset for one in waiting)
            yield from waiting[: len(waiting) - own]
            waiting = waiting[len(waiting) - own :]
        waiting.append(item)
    yield from waiting


def _mark(item: Record | Problem, metadata: Record) -> Record | Problem:
    """Mark a problem as noted if the metadata record names it."""
    if isinstance(item, Record):
        return item
    said = {line.partition(b": ")[2].decode("utf-8", "replace") for line in metadata.block.splitlines()}
    return replace(item, noted=True) if item.reason in said else item


class _Segments:
    """Collects the segmented records of a file, and reports the incomplete ones."""

    def __init__(self) -> None:
        self._firsts: dict[str, Record] = {}
        self._others: dict[str, list[Record]] = {}

    def add(self, record: Record) -> None:
        """Take the next record."""
        number = record.field("WARC-Segment-Number")
        if not number:
            return
        # Keep only the lengths of the blocks.
        record = replace(record, block=b"")
        if record.kind == "continuation":
            self._others.setdefault(record.field("WARC-Segment-Origin-ID").strip("<>"), []).append(record)
        elif number == "1":
            self._firsts[record.id] = record

    def incomplete(self) -> Iterator[Problem]:
        """Yield what is missing of segmented records."""
        for id_, first in self._firsts.items():
            _, reason = collect_segments(first, self._others.pop(id_, ()))
            if reason:
                yield _problem(first, reason)
        for id_, others in self._others.items():
            yield _problem(others[0], f"continues {id_ or 'no record'}, which is not in this file")


class _Pairs:
    """Takes the records of a file that this archive wrote, and reports those that do not fit the records before."""

    def __init__(self) -> None:
        self._stood: dict[str, tuple[str, str]] = {}
        self._unasked: Record | None = None

    def wrong(self, record: Record) -> Iterator[Problem]:
        """Yield what is wrong with a record, or with the exchange that it ends because it begins another."""
        belongs_to = record.field("WARC-Concurrent-To").strip("<>")
        if self._unasked and belongs_to != self._unasked.id:
            # Not checked at the end of the file: there a killed crawl may have lost the request.
            yield _problem(self._unasked, "no request record belongs to the response")
        if self._unasked and (belongs_to != self._unasked.id or record.kind == "request"):
            self._unasked = None
        if record.kind in ("response", "revisit"):
            self._unasked = record
        yield from (_problem(record, reason) for reason in self._reasons(record, belongs_to))
        self._stood.setdefault(record.id, (record.url, record.field("WARC-Date")))

    def _reasons(self, record: Record, belongs_to: str) -> Iterator[str]:
        if record.id in self._stood:
            yield f"WARC-Record-ID {record.id} is that of a record before it"
        if record.kind == "warcinfo":
            return
        names = ["WARC-Warcinfo-ID"]
        if record.kind == "request":
            names.append("WARC-Concurrent-To")
        elif record.kind == "metadata" and record.field("WARC-Refers-To"):
            names += ["WARC-Concurrent-To", "WARC-Refers-To"]
        yield from (
            f"{name} {record.field(name)!r} names no record before it"
            for name in names
            if record.field(name).strip("<>") not in self._stood
        )
        if self._stood.get(belongs_to) not in (None, (record.url, record.field("WARC-Date"))):
            yield f"WARC-Target-URI or WARC-Date is not that of {belongs_to}, to which the record belongs"


def _problem(record: Record, reason: str) -> Problem:
    return Problem(file=record.place.file, offset=record.place.offset, reason=reason)


def _is_padded(file: IO[bytes], offset: int, length: int) -> bool:
    """Whether one of the up to seven padding bits between the compressed data and the checksum is set.

    No reader looks at them and every compressor leaves them 0, so a change of them shows only here. They are the high
    bits of the byte before the checksum: its highest set bit is padding if the data is whole without it.
    """
    unfold = zlib_ng.decompressobj(31)
    file.seek(offset)
    left = length - _AFTER_DATA
    while left > 0 and not unfold.eof:
        packed = unfold.unconsumed_tail
        if not packed:
            packed = file.read(min(left, _STEP))
            left -= len(packed)
        unfold.decompress(packed, 16 * _STEP)
    while unfold.unconsumed_tail and not unfold.eof:
        unfold.decompress(unfold.unconsumed_tail, 16 * _STEP)
    last, checksum = file.read(1), file.read(_AFTER_DATA - 1)
    if unfold.eof or not last or not last[0]:
        return False
    cleared = last[0] ^ 1 << last[0].bit_length() - 1
    try:
        unfold.decompress(bytes([cleared]) + checksum)
    except GzipError:
        return False
    return bool(unfold.eof)


# The last byte of the data, and RFC 1952's checksum and length.
_AFTER_DATA = 9
_STEP = 64 * 1024
_COPIED = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """The result of repairing a file that was left open.

    Attributes:
        path: the closed file; None if no record in it was whole.
        sha256: of the file before the repair.
        now_sha256: of the closed file; None if there is none.
        records: the number of whole records in it.
        tail: the file with the bytes behind the last whole record; None if there were none.
        problems: what is lost or wrong.
    """

    path: Path | None
    sha256: str
    now_sha256: str | None
    records: int
    tail: Path | None
    problems: tuple[Problem, ...]


def repair(path: Path, layout: Layout) -> Repaired:
    """Close a `.open` file: move its torn tail to a file beside it, give the rest its final name, and index it.

    The caller must hold the site's lock, so that nobody writes to the file meanwhile.

    Raises:
        UsageError: the path is not a `.open` file of the data folder.
        DataError: the file cannot be read, or a closed file of that name exists.
        OSError: the disk refuses; the file is then as it was, or repair can be called again.
    """
    final = path.with_name(path.name.removesuffix(OPEN))
    if not path.name.endswith(OPEN) or layout.inside(path) is None:
        raise UsageError(
            f"{path}: repair is for .open files of the data folder {layout.root}. For a closed file that is"
            f" damaged: cundang repair {path} --from COPY. To read a file from elsewhere: cundang import"
        )
    sha256 = digest_of(path)
    if final.exists() and final.samefile(path):
        # The crawl was killed while it renamed the file, which is whole.
        path.unlink()
        sync_folder(path.parent)
        _note(layout, final, sha256, "it was whole")
        index.write(layout, final)
        count = sum(isinstance(item, Record) for item in records(final))
        return Repaired(path=final, sha256=sha256, now_sha256=sha256, records=count, tail=None, problems=())
    if final.exists():
        raise DataError(f"{path}: {final.name} is there already. Compare them, and move one away.")
    count = end = 0
    problems: list[Problem] = []
    for item in records(path):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            count += 1
            end = item.place.offset + item.place.length
    tail = _set_aside(path, end, final.with_name(final.name + TAIL))
    if not count:
        path.unlink()
        sync_folder(path.parent)
        return Repaired(path=None, sha256=sha256, now_sha256=None, records=0, tail=tail, problems=tuple(problems))
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
    path.rename(final)
    sync_folder(path.parent)
    now_sha256 = digest_of(final)
    _note(layout, final, now_sha256, f"it was left open with sha256 {sha256}")
    index.write(layout, final)
    return Repaired(
        path=final, sha256=sha256, now_sha256=now_sha256, records=count, tail=tail, problems=tuple(problems)
    )


def _note(layout: Layout, final: Path, sha256: str, detail: str) -> None:
    size = final.stat().st_size
    path = fixity.name_of(layout, final)
    fixity.append(layout, fixity.Event(event="repaired", path=path, size=size, sha256=sha256, detail=detail))


def _set_aside(path: Path, end: int, tail: Path) -> Path | None:
    """Copy all bytes from `end` on to `tail`, durably; None if there are none."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) <= end:
            return None
        file.seek(end)
        write_whole(tail, iter(partial(file.read, _COPIED), b""))
    return tail
