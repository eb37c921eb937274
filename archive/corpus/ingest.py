"""Foreign files -> WARC files of the archive: WARC, ARC and WACZ unchanged, saved pages and texts as new records."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import io
import json
import os
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

from zlib_ng import zlib_ng

from archive.corpus import damage
from archive.errors import DataError
from archive.layout import IMPORTED, NEW_IDS, TAIL, Layout
from archive.warc import exclusions, fixity, index, mht, wacz
from archive.warc.capture import Capture, Place
from archive.warc.conformance import check
from archive.warc.disk import disk_error, make_folder, write_whole
from archive.warc.member import MAGIC, GzipError, MemberWriter
from archive.warc.reader import PAGES as PAGE_RECORDS
from archive.warc.reader import digest_of
from archive.warc.record import Problem, Record
from archive.warc.scan import line_ends, scan
from archive.warc.verify import repair
from archive.warc.writer import Writer

PAGES = (".html", ".htm", ".shtml", ".xhtml")
TEXTS = (".txt",)
SAVED = PAGES + TEXTS + mht.NAMES
META = "meta.json"
# A file whose content is not recognised may be a damaged file of the kind that its name says.
_ARCHIVES = re.compile(r"\.(?:warc|arc|wacz)(?:\.gz)?(?:\.open|\.bad)?$")
_STEP = 1 << 20
_KNOWN = "it was imported before, so nothing was added"
_TAKEN_DOWN = "was taken down (see `cundang forget`)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of importing one file.

    Attributes:
        path: the file as the user named it, or as it was found in a folder.
        records: how many of its records are in the archive now, whole or truncated; 1 for a saved page.
        problems: what is lost or wrong.
        note: why there was nothing to do; None: something was imported.
        skipped: it is of a kind that is not imported.
    """

    path: str
    records: int
    problems: tuple[Problem, ...] = ()
    note: str | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A saved page or text, and the folder to which its origin is relative."""

    path: Path
    root: Path


def import_paths(layout: Layout, paths: Iterable[Path]) -> Iterator[Report]:
    """Import files, and all files of folders, into the archive; yield one report per file, ordered by path.

    A file that was imported before adds nothing: WARC files are recognised by their SHA-256, pages by their record's
    id. Imports exclude each other: a second one waits until all reports of the first were consumed.

    Raises:
        SpaceError, DataError: the archive cannot be written.
    """
    with _lock_imports(layout):
        yield from _import_each(layout, paths)


@contextlib.contextmanager
def _lock_imports(layout: Layout) -> Iterator[None]:
    """Hold the lock of imports, which ends with the process: two imports at once could both import the same page."""
    path = layout.lock(IMPORTED)
    try:
        make_folder(path.parent)
        lock = path.open("a")
    except OSError as error:
        raise disk_error(path, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _import_each(layout: Layout, paths: Iterable[Path]) -> Iterator[Report]:
    for left in list(layout.open_warcs(IMPORTED)):
        # An import that was killed left it: no other import runs while this one holds the lock.
        repaired = repair(left, layout)
        note = "was left open by an import that was killed; it is closed now"
        yield Report(path=str(left), records=repaired.records, problems=repaired.problems, note=note)
    writer = Writer(layout, IMPORTED, warcinfo=(("isPartOf", "imported saved pages"),))
    known: set[str] | None = None
    ids = _Ids(layout)
    try:
        for path, root in _files(paths):
            try:
                kind = _kind(path)
                if kind == "archive":
                    yield _import_archive(layout, path, ids)
                elif kind == "page":
                    if known is None:
                        known = _imported_ids(layout)
                    yield _import_page(layout, writer, Page(path=path, root=root), known)
                elif kind == "packed":
                    yield Report(path=str(path), records=0, problems=(_problem(path, _unpack_first(path)),))
                else:
                    yield Report(path=str(path), records=0, note=kind, skipped=True)
            except _UnreadableError as error:
                yield Report(path=str(path), records=0, problems=(_problem(path, str(error)),))
    finally:
        writer.close()


def pages(paths: Iterable[Path]) -> Iterator[Page]:
    """The saved pages and texts among files and in folders, ordered by path.

    Raises:
        DataError: a file cannot be read.
    """
    for path, root in _files(paths):
        if _kind(path) == "page":
            yield Page(path=path, root=root)


def read_saved(path: Path, root: Path) -> Capture:
    """Read a saved page as the Capture that importing it would give.

    Raises:
        DataError: the file cannot be read.
    """
    return _read_page(Page(path=path, root=root))[0]


class _UnreadableError(DataError):
    """One file cannot be read: its report says so, and the import goes on with the others."""


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """Yield each file, and the folder to which its origin is relative; leave out the descriptions of pages.

    Links to folders, which are not followed, and unreadable folders are yielded too.
    """
    for named in paths:
        if not named.is_dir():
            yield named, named.parent
            continue
        yield from ((path, named) for path in sorted(_walk(named)))


def _walk(top: Path) -> list[Path]:
    found: list[Path] = []
    unread: list[OSError] = []
    for folder, folders, files in os.walk(top, onerror=unread.append):
        below = [Path(folder, name) for name in folders]
        found += [path for path in below if path.is_symlink()]
        found += [Path(folder, name) for name in files if name != META]
    return found + [Path(error.filename) for error in unread]


# The first bytes of compressed files that are not read here, and the command that unpacks them.
_PACKED = {
    b"\x28\xb5\x2f\xfd": "zstd -d",
    b"\x5d\x2a\x4d\x18": "zstd -d",  # the dictionary at the start of a .warc.zst
    b"\x04\x22\x4d\x18": "lz4 -d",
    b"\xfd7zXZ\x00": "xz -d -k",
    b"BZh": "bzip2 -d -k",
}


def _unpack_first(path: Path) -> str:
    begin = _read(path, 8)
    command = next(command for magic, command in _PACKED.items() if begin.startswith(magic))
    return f"is packed in a way that is not read here. Unpack it first: {command} {path.name}"


def _kind(path: Path) -> str:
    """`archive`, `page`, `packed` (in a way that is not read here), or why the file is skipped."""
    if path.is_symlink() and not path.is_file():
        return "skipped: a link to a folder" if path.is_dir() else "skipped: a broken symbolic link"
    if path.is_dir():
        raise _UnreadableError(f"{path}: the folder cannot be read. Name one that may be read.")
    if path.exists() and not path.is_file():
        return "skipped: a pipe, socket or device"
    name = path.name.lower()
    begin = _read(path, 4096)
    if begin.startswith(tuple(_PACKED)):
        return "packed"
    if begin.startswith(MAGIC):
        with contextlib.suppress(GzipError):
            begin = zlib_ng.decompressobj(31).decompress(begin, 64)
    if begin.lstrip().startswith((b"WARC/", b"filedesc://")) or _ARCHIVES.search(name):
        return "archive"
    if name.startswith("readme"):
        return "skipped: a README describes the other files"
    if name.endswith(SAVED):
        return "page"
    return "skipped: by its name no WARC, ARC, WACZ, HTML, MHT or text file"


def _read(path: Path, length: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(length)
    except OSError as error:
        raise _UnreadableError(f"{path}: cannot be read ({error.strerror}). Name a file that may be read.") from error


def _problem(path: Path, reason: str) -> Problem:
    return Problem(file=path.name, offset=0, reason=reason)


# --- saved pages ---


def _imported_ids(layout: Layout) -> set[str]:
    """The ids of all records in imported files."""
    ids: set[str] = set()
    for warc in layout.warcs(IMPORTED):
        path = layout.index_of(warc)
        if not path.exists():
            index.write(layout, warc)
        ids.update(row.id for row in index.read(path))
    return ids


def _import_page(layout: Layout, writer: Writer, page: Page, known: set[str]) -> Report:
    capture, content_type, problems = _read_page(page)
    if capture.id in known:
        return Report(path=str(page.path), records=1, problems=problems, note=_KNOWN)
    if exclusions.read(layout).covering(capture.url):
        return Report(path=str(page.path), records=0, problems=problems, note=_TAKEN_DOWN)
    known.add(capture.id)
    unknown = (("captured", "unknown"),) if capture.date is None else ()
    writer.resource(
        id_=capture.id,
        url=capture.url,
        date=capture.date or dt.datetime.now(dt.UTC),
        content_type=content_type,
        body=capture.body,
        metadata=(("origin", capture.origin or ""), *unknown),
    )
    return Report(path=str(page.path), records=1, problems=problems)


def _read_page(page: Page) -> tuple[Capture, str, tuple[Problem, ...]]:
    """Read a page as a Capture; also return its content type, and what is wrong with its description."""
    body = _read(page.path)
    # The bytes of a name that is not UTF-8 are escaped: b\\xff.html.
    origin = os.fsencode(page.path.relative_to(page.root).as_posix()).decode("utf-8", "backslashreplace")
    meta = _read_meta(page.path)
    saved = mht.read(body) if origin.lower().endswith(mht.NAMES) else None
    address, date = (saved.url, saved.date) if saved else (_find_mark(body), None)
    url = meta.url or address or "file:///" + quote(os.fsencode(page.path.relative_to(page.root).as_posix()))
    by_name = mht.TYPE if saved else "text/plain" if origin.lower().endswith(TEXTS) else "text/html"
    content_type = meta.content_type or by_name
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    capture = Capture(
        id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{url} {digest}')}",
        kind="resource",
        url=url,
        date=meta.captured or date,
        status=None,
        headers=(("Content-Type", content_type),),
        body=body,
        payload_digest=digest,
        place=Place(file=page.path.name, offset=0, length=len(body)),
        origin=origin,
    )
    return capture, content_type, tuple(_problem(page.path, reason) for reason in meta.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meta:
    """The fields of a page's meta.json that are used."""

    url: str | None = None
    captured: dt.datetime | None = None
    content_type: str | None = None
    problems: tuple[str, ...] = ()


def _read_meta(path: Path) -> _Meta:
    meta = path.with_name(META)
    if not meta.is_file() or not _is_described(path):
        return _Meta()
    try:
        said = json.loads(_read(meta))
        if not isinstance(said, dict):
            raise ValueError("no object")  # noqa: TRY004, TRY301 - handled like a file that is not JSON
    except ValueError as error:
        return _Meta(problems=(f"{META} beside it is not read ({error})",))
    problems = []
    url = said.get("url")
    if url is not None and not (isinstance(url, str) and urlsplit(url.strip()).scheme in ("http", "https", "file")):
        problems.append(f"{META}: url {url!r} is not an http(s) URL")
        url = None
    content_type = said.get("content_type")
    if content_type is not None and not (isinstance(content_type, str) and content_type.isprintable()):
        problems.append(f"{META}: content_type {content_type!r} is not a media type")
        content_type = None
    captured = None
    if said.get("captured") is not None and (captured := _moment(said["captured"])) is None:
        problems.append(f"{META}: captured {said['captured']!r} is not an ISO 8601 time")
    return _Meta(
        url=quote(url.strip(), safe=_URL_SAFE) if url else None,
        captured=captured,
        content_type=content_type.strip() if content_type else None,
        problems=tuple(problems),
    )


# The comment at the top of a saved page: the "mark of the web" of Chromium and Internet Explorer, and SingleFile's.
_MARK = re.compile(rb"<!--(?: saved from url=\(\d{4}\)|\s+Page saved with SingleFile\s+url: )(https?://[\x21-\x7e]+)")


def _find_mark(body: bytes) -> str | None:
    r"""Find the address that a browser wrote into a page when saving it.

    >>> _find_mark(b"<!DOCTYPE html>\n<!-- saved from url=(0025)http://www.sctyzx.gov.cn/ -->\n<html>")
    'http://www.sctyzx.gov.cn/'
    """
    found = _MARK.search(body, 0, 2048)
    return quote(found[1].decode("ascii"), safe=_URL_SAFE) if found else None


# RFC 3986: the characters of a URL that stay, and the percent sign of existing escapes.
_URL_SAFE = "%:/?#[]@!$&'()*+,;=-._~"


def _is_described(path: Path) -> bool:
    """Whether the meta.json beside a page is about it: the page is named `page.*`, or is the only one there."""
    others = (p for p in path.parent.iterdir() if p != path and p.name.lower().endswith(SAVED))
    return path.stem == "page" or not any(others)


def _moment(said: object) -> dt.datetime | None:
    """Read ISO 8601 as UTC; a time without a zone is UTC already.

    >>> _moment("2024-02-26T08:30:00+08:00").isoformat()
    '2024-02-26T00:30:00+00:00'
    """
    try:
        moment = dt.datetime.fromisoformat(str(said))
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


# --- WARC, ARC, WACZ ---


def _import_archive(layout: Layout, path: Path, ids: _Ids) -> Report:
    records = 0
    problems: list[Problem] = []
    notes: list[str] = []
    try:
        file = path.open("rb")
    except OSError as error:
        raise _UnreadableError(f"{path}: cannot be read ({error.strerror}). Name a file that may be read.") from error
    with file:
        packed = file.read(len(wacz.MAGIC)) == wacz.MAGIC
        inside = wacz.warcs_in(file, path.name) if packed else [(path.name, file)]
        for item in inside:
            if isinstance(item, Problem):
                problems.append(item)
                continue
            name, warc = item
            kept, wrong, note = _import_warc(layout, warc, f"{path.name}/{name}" if packed else name, ids)
            records += kept
            problems += wrong
            if note:
                notes.append(note)
    return Report(path=str(path), records=records, problems=tuple(problems), note="; ".join(notes) or None)


def _import_warc(layout: Layout, file: IO[bytes], name: str, ids: _Ids) -> tuple[int, list[Problem], str | None]:
    """Keep a WARC or ARC file unchanged; of a damaged one, keep every record, and set the torn bytes aside."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO lacks readinto
    stem = digest[:16]
    excluded = exclusions.read(layout)
    inspection = _Inspection(file, name, excluded)
    left_out = f"{len(inspection.gone)} records left out: {_TAKEN_DOWN}" if inspection.gone else None
    if not inspection.records:
        return 0, inspection.problems, left_out
    file.seek(0)
    ending = inspection.ending + (".gz" if file.read(len(MAGIC)) == MAGIC or inspection.lost else "")
    if known := _known(layout, file, digest, ending, len(inspection.gone)):
        return inspection.records, inspection.problems, known
    notes = [left_out] if left_out else []
    if taken := ids.taken(inspection.pages):
        stem += NEW_IDS
        notes.append(f"kept, with new ids for its pages: {taken} of its record ids belong to other pages here")
    folder = layout.warc_folder(IMPORTED, dt.datetime.now(dt.UTC).year)
    final = folder / (stem + ending)
    try:
        make_folder(folder)
        if inspection.lost:
            write_whole(final.with_name(stem + TAIL), _stretches(file, inspection.lost))
        if inspection.lost or inspection.shared:
            write_whole(final, _members(file, name, excluded))
        else:
            gone = [(offset, length + line_ends(file, offset + length)) for offset, length in inspection.gone]
            write_whole(final, _stretches(file, _between(gone, file.seek(0, os.SEEK_END))))
        fixity.append(layout, _imported_event(layout, final, name))
        index.write(layout, final)
    except OSError as error:
        raise disk_error(final, error) from error
    return inspection.records, inspection.problems, "; ".join(notes) or None


def _known(layout: Layout, file: IO[bytes], digest: str, ending: str, gone: int) -> str | None:
    """Say that a file was imported before. One that is what a damaged or lost file was is put back in its place."""
    if lacking := damage.lacking(layout, digest):
        file.seek(0)
        damage.put_back(layout, lacking, file, digest)
        told = f"; {gone} of its records were taken down: cundang forget URL --erase removes them" if gone else ""
        return f"it is what {lacking} was, and was put back there{told}"
    stem = digest[:16]
    imported = layout.warcs_root / IMPORTED
    found = sorted((*imported.glob(f"*/{stem}{ending}"), *imported.glob(f"*/{stem}-*{ending}")))
    if found and not layout.index_of(found[0]).exists():
        index.write(layout, found[0])
    return _KNOWN if found else None


class _Ids:
    """The ids of the archive's pages: each index is read once in a run, however many files are imported.

    A Bloom filter of 16 MiB, whose size does not grow with the archive: with a million ids it takes one other id in a
    million for one of them, with ten million one in 200. Only for the ids that it seems to have are the indexes read
    again.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._read: set[Path] = set()
        self._bits = bytearray(1 << 24)

    def taken(self, pages: Mapping[str, tuple[str, str]]) -> int:
        """How many ids of a file's pages belong, in the archive, to another address or moment."""
        for path in self._layout.indexes() if pages else ():
            if path not in self._read:
                self._fill(path)
        met = {id_ for id_ in pages if all(self._bits[byte] & bit for byte, bit in _places(id_.encode()))}
        taken: set[str] = set()
        for path in self._layout.indexes() if met else ():
            taken.update(id_ for id_, page in _pages_in(path, met) if page != pages[id_])
        return len(taken)

    def _fill(self, path: Path) -> None:
        self._read.add(path)
        with path.open("rb") as file:
            for line in file:
                for byte, bit in _places(_id_in(line)):
                    self._bits[byte] |= bit


def _pages_in(path: Path, ids: Collection[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The pages of an index that have one of some ids: the id, then address and moment."""
    with path.open("rb") as file:
        for line in file:
            # Few lines are parsed: an archive has millions.
            id_ = _id_in(line).decode("utf-8", "replace")
            if id_ in ids:
                with contextlib.suppress(ValueError, KeyError, TypeError):  # a damaged line names no page
                    row = index.parse(line.decode())
                    yield id_, (row.url, index.stamp(row.date))


def _id_in(line: bytes) -> bytes:
    return line.partition(b'"id": "')[2].partition(b'"')[0]


def _places(id_: bytes) -> Iterator[tuple[int, int]]:
    """The four bits of an id, from one hash (Kirsch and Mitzenmacher, 2006): their bytes, and their places there."""
    first, step = hash(id_), hash(id_) >> 32 | 1
    return ((place >> 3 & 0xFFFFFF, 1 << (place & 7)) for place in range(first, first + 4 * step, step))


class _Inspection:
    """The result of reading a WARC or ARC file before keeping it; stretches are (offset, length) in bytes.

    Attributes:
        records: the number of records to keep.
        pages: the ids of its pages, each with address and moment.
        problems: what is wrong, in the order of the file.
        ending: .warc or .arc; empty if no record is kept.
        shared: several records share a gzip member, so the records must be written anew.
        gone: the stretches of records that were taken down.
        lost: the stretches to set aside: bytes outside of records and, if records are written anew, too large records.
    """

    def __init__(self, file: IO[bytes], name: str, excluded: exclusions.Exclusions) -> None:
        self.records, self.ending, self.shared = 0, "", False
        self.pages: dict[str, tuple[str, str]] = {}
        self.problems: list[Problem] = []
        self.gone: list[tuple[int, int]] = []
        self._large: list[tuple[int, int]] = []
        for item in check(scan(file, name, torn=True)):
            if isinstance(item, Problem):
                self.problems.append(item)
            elif item.kind != "warcinfo" and excluded.covering(item.url):
                self.gone.append((item.place.offset, item.place.length))
            else:
                self._count(item)
        self.lost = [(problem.offset, problem.lost) for problem in self.problems if problem.lost]
        if self.lost or self.shared:
            # When records are written anew, a too large one is cut to the part that was read.
            self.lost = sorted({*self.lost, *self._large})

    def _count(self, record: Record) -> None:
        self.records += 1
        if record.id and record.kind in PAGE_RECORDS:
            self.pages.setdefault(record.id, (record.url, index.stamp(record.date)))
        if record.size > len(record.block):
            self._large.append((record.place.offset, record.place.length))
        self.shared |= record.nth > 0
        self.ending = self.ending or (".warc" if record.is_warc else ".arc")


def _imported_event(layout: Layout, final: Path, source: str) -> fixity.Event:
    return fixity.Event(
        event="imported",
        path=fixity.name_of(layout, final),
        size=final.stat().st_size,
        sha256=digest_of(final),
        detail=f"from {source}",
    )


def _stretches(file: IO[bytes], stretches: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    for offset, length in stretches:
        file.seek(offset)
        left = length
        while left and (data := file.read(min(left, _STEP))):
            left -= len(data)
            yield data


def _between(gone: Iterable[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    """The stretches of a file that are left without some others."""
    start = 0
    for offset, length in [*sorted(gone), (end, 0)]:
        yield start, offset - start
        start = offset + length


def _members(file: IO[bytes], name: str, excluded: exclusions.Exclusions) -> Iterator[bytes]:
    """Every record as a gzip member of its own, byte for byte; the rest of a torn one, marked as truncated."""
    for item in scan(file, name, torn=True):
        if isinstance(item, Record) and (item.kind == "warcinfo" or excluded.covering(item.url) is None):
            packed = io.BytesIO()
            member = MemberWriter(packed)
            held = len(item.block)
            member.write(_mark_truncated(item) if item.torn or item.size > held else item.head)
            member.write(item.block)
            member.write(b"\r\n\r\n" if item.is_warc else b"\n")
            member.flush()
            yield packed.getvalue()


def _mark_truncated(record: Record) -> bytes:
    """The head of a record of which only the beginning of the block is kept."""
    first, *lines = record.head.splitlines(keepends=True)
    gone = {b"content-length", b"warc-block-digest"}
    if record.kind != "revisit":
        # The payload digest of a revisit is that of the record it refers to, which stays right.
        gone.add(b"warc-payload-digest")
    kept = [first]
    drop = False
    for line in lines[:-1]:
        if line[:1] not in (b" ", b"\t"):
            drop = line.partition(b":")[0].strip().lower() in gone
        if not drop:
            kept.append(line)
    kept.append(b"Content-Length: %d\r\n" % len(record.block))
    if not record.field("WARC-Truncated"):
        # WARC/1.1: length, time and disconnect are about the capture; any other reason is unspecified.
        kept.append(b"WARC-Truncated: %s\r\n" % (b"unspecified" if record.torn else b"length"))
    return b"".join(kept) + lines[-1]
