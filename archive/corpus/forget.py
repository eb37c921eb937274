"""URLs to take down -> lines of exclusions.jsonl and, on demand, WARC files rewritten without their records.

Erasing also removes the torn ends that repair and import set aside, and half-written files of killed programs.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from archive.corpus import shard
from archive.errors import DataError, UsageError
from archive.layout import TMP, WARC_ENDINGS, Layout
from archive.site import host_of
from archive.warc import away, exclusions, fixity, index
from archive.warc.disk import disk_error, sync_folder
from archive.warc.exclusions import Addresses
from archive.warc.member import MAGIC, Member, new_text
from archive.warc.reader import open_file, records
from archive.warc.record import Problem, Record
from archive.warc.scan import line_ends
from archive.warc.surt import plain, surt

_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A capture of a page that was taken down but is still in its WARC file."""

    url: str
    warc: Path
    offset: int
    length: int
    id: str
    mime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A WARC file that was rewritten, or removed.

    Attributes:
        warc: the old file, which is gone.
        now: the file in its place; None if nothing was left.
        sha256: of the old file, base16.
        now_sha256: of the new file; None if there is none.
        records: the ids of the erased records; damaged records have none.
    """

    warc: Path
    now: Path | None
    sha256: str
    now_sha256: str | None
    records: tuple[str, ...]


def addresses(urls: Iterable[str], *, spellings: bool = False) -> Addresses:
    """Check addresses, and patterns of addresses, that a user named.

    `spellings`: also meant are all addresses with the same SURT, which patterns always mean.

    Raises:
        UsageError: one is neither, or its star would cover hosts of others.
    """
    urls = list(urls)
    for url in urls:
        host = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
        if "*" in host and not re.fullmatch(r"\*\.[^*.]+\.[^*]+", host):
            raise UsageError(f"{url!r}: name the host. A star in it stands for its beginning: http://*.example.com/*")
        if "*" in url and "://" not in url:
            raise UsageError(f"{url!r}: a pattern begins with http:// or https://, as in http://www.example.com/xw/*")
        if not re.match(r"\A[^,:/?#]++[,):]", surt(url)):
            raise UsageError(f"{url!r} is not a URL. Give it whole, as `cundang search` shows it.")
    return Addresses(
        (url for url in urls if not _is_exact(url, spellings)), (url for url in urls if _is_exact(url, spellings))
    )


def _is_exact(url: str, spellings: bool) -> bool:
    return not spellings and "*" not in url


def forget(layout: Layout, urls: Iterable[str], reason: str, *, spellings: bool = False) -> None:
    """Take URLs down: from now on they are not crawled, imported, cleaned, found or exported.

    `spellings`: as in `addresses`.

    Raises:
        UsageError: one is neither a URL nor a pattern.
        SpaceError, DataError: exclusions.jsonl cannot be written; nothing has changed.
    """
    wanted = {plain(url) if _is_exact(url, spellings) else surt(url): url for url in urls}
    addresses(wanted.values())
    known = exclusions.read(layout).pages
    date = exclusions.now()
    new = [
        {"url": url, "date": date, "reason": reason} | ({"exact": True} if _is_exact(url, spellings) else {})
        for key, url in wanted.items()
        if key not in known
    ]
    if new:
        exclusions.append(layout, *new)


def undo(layout: Layout, urls: Iterable[str], reason: str) -> None:
    """Lift the exclusions of these addresses or patterns; what was erased stays gone.

    Raises:
        UsageError: one was not taken down under that name.
        SpaceError, DataError: exclusions.jsonl cannot be written; nothing has changed.
    """
    known = exclusions.read(layout)
    wanted: dict[str, dict[str, object]] = {}
    for url in urls:
        there: dict[str, dict[str, object]] = {plain(url): {"exact": True}, surt(url): {}}
        lifted = {key: {"undone": url} | how for key, how in there.items() if key in known.pages}
        if not lifted:
            covering = known.covering(url)
            cure = f"It is covered by {covering.url}: undo that." if covering else "See: cundang forget --list"
            raise UsageError(f"{url} was not taken down. {cure}")
        wanted |= lifted
    date = exclusions.now()
    exclusions.append(layout, *(line | {"date": date, "reason": reason} for line in wanted.values()))


def find_held(layout: Layout, wanted: Addresses) -> Iterator[Held]:
    """Yield the captures of pages; make indexes that are missing.

    Raises:
        DataError: a WARC file or an index cannot be read.
    """
    for warc in layout.warcs():
        path = layout.index_of(warc)
        if not path.exists():
            index.write(layout, warc)
        if keys := frozenset(wanted.named_in(path.read_bytes())):
            for row in index.read(path):
                if not keys.isdisjoint((row.key, plain(row.url))):
                    yield Held(url=row.url, warc=warc, offset=row.offset, length=row.length, id=row.id, mime=row.mime)


def erase(layout: Layout, warc: Path, wanted: Addresses) -> Erased:
    """Rewrite a closed WARC file without the records of some pages; write both checksums to exclusions.jsonl.

    The caller must hold the site's lock, so that nobody writes or cleans meanwhile. If the program is killed, calling
    this again finishes the work.

    Raises:
        DataError, SpaceError: the file cannot be read or written.
    """
    final = _next_name(warc)
    made = final.with_name(final.name + TMP)
    try:
        gone: list[Record] = []
        cut: list[tuple[int, int]] = []
        for item in records(warc):
            if isinstance(item, Problem):
                with open_file(warc) as file, new_text() as lost:
                    file.seek(item.offset)
                    lost.write(file.read(item.lost))
                    if _names(lost, wanted):
                        cut.append((item.offset, item.lost))
            elif item.kind != "warcinfo" and wanted.cover(item.url):
                gone.append(item)
                end = item.place.offset + item.place.length
                with open_file(warc) as file:
                    cut.append((item.place.offset, item.place.length + line_ends(file, end)))
        away.bring_back(warc)
        now_sha256, left = _copy(warc, made, cut)
        with warc.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        erased = Erased(
            warc=warc,
            now=final if left else None,
            sha256=sha256,
            now_sha256=now_sha256 if left else None,
            records=tuple(record.id for record in gone),
        )
        exclusions.append(layout, _line(layout, erased))
        _note(layout, erased, left)
        ids = _make_shard(layout, erased)
        # Until the new index is written, no index is better than one with wrong offsets.
        for derived in (layout.index_of(warc), layout.shard_of(warc)):
            derived.unlink(missing_ok=True)
        if left:
            warc.rename(final)
            made.replace(final)
        else:
            made.unlink()
            warc.unlink()
        sync_folder(warc.parent)
        away.erase(layout, warc)
        if left:
            _index(layout, final, ids)
    except OSError as error:
        raise disk_error(Path(error.filename or warc), error) from error
    return erased


def _index(layout: Layout, final: Path, ids: frozenset[str]) -> None:
    """Index a rewritten file. Records without ids of their own have others there: a shard with `ids` of such goes."""
    index.write(layout, final)
    if not ids <= {row.id for row in index.read(layout.index_of(final))}:
        layout.shard_of(final).unlink()


def _make_shard(layout: Layout, erased: Erased) -> frozenset[str]:
    """Make the shard of a rewritten file from that of the old one, without what was erased: other rows are the same.

    Returns the ids of its pages; none if no shard is made, as the next `clean` does it.
    """
    before = layout.shard_of(erased.warc)
    about = shard.about(before)
    if erased.now is None or erased.now_sha256 is None or about is None:
        return frozenset()
    if about.provisional or about.header.warc_sha256 != erased.sha256:
        return frozenset()
    down, gone, ids, hosts, touched = exclusions.read(layout), frozenset(erased.records), set(), set(), False
    try:
        with shard.Writer(layout.shard_of(erased.now)) as writer:
            for item in shard.read(before):
                if item.id not in gone:
                    writer.add(item)
                    ids.add(item.id)
                    hosts.add(host_of(item.url))
                    touched |= down.covering(item.url) is not None
            header = replace(about.header, warc=erased.now.name, warc_sha256=erased.now_sha256)
            writer.close(header=header if touched else replace(header, exclusions=""), hosts=sorted(hosts))
    except DataError:
        return frozenset()
    return frozenset(ids)


def _note(layout: Layout, erased: Erased, size: int) -> None:
    """Note in the ledger that a file is gone on purpose, and what took its place."""
    name = fixity.name_of(layout, erased.warc)
    events = [fixity.Event(event="erased", path=name, sha256=erased.sha256, outcome="gone")]
    if erased.now:
        now = fixity.name_of(layout, erased.now)
        detail = f"{name} without what was erased"
        events.append(fixity.Event(event="rewritten", path=now, size=size, sha256=erased.now_sha256, detail=detail))
    fixity.append(layout, *events)


def names(path: Path, wanted: Addresses) -> bool | None:
    """Whether a file, even without whole records, names one of the pages; None if no URL can be read in it.

    Raises:
        DataError: the file cannot be opened.
    """
    with open_file(path) as file:
        return _names(file, wanted)


def find_naming(layout: Layout, wanted: Addresses) -> Iterator[Path]:
    """Closed WARC files that name one of the URLs in any record, even in failures and damaged ones, which no index has.

    Only files whose index names a host of the URLs, or nothing, are read.

    Raises:
        DataError: a WARC file or an index cannot be read.
    """
    yield from (warc for warc in _of_their_hosts(layout, wanted) if names(warc, wanted))


def _of_their_hosts(layout: Layout, wanted: Addresses) -> Iterator[Path]:
    hosts = {b"\n" + host.encode("ascii") for host in wanted.hosts}
    for warc in layout.warcs():
        path = layout.index_of(warc)
        lines = b"\n" + (path.read_bytes() if path.exists() else b"")
        if lines == b"\n" or any(host in lines for host in hosts):
            yield warc


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A record of another address that names a page that was taken down as the page the crawler came from."""

    url: str
    warc: Path
    id: str
    kind: str


def find_mentions(layout: Layout, wanted: Addresses) -> Iterator[Mention]:
    """Records that name one of the URLs as their origin: `Referer` of a request, `via` of its metadata.

    Only files whose index names a host of the URLs, or nothing, are read.

    Raises:
        DataError: a WARC file or an index cannot be read.
    """
    for warc in _of_their_hosts(layout, wanted):
        for record in records(warc):
            if not isinstance(record, Record) or record.kind not in ("request", "metadata"):
                continue
            if not wanted.cover(record.url) and any(
                wanted.cover(said.decode("utf-8", "replace")) for said in _MENTION.findall(record.block)
            ):
                yield Mention(url=record.url, warc=warc, id=record.id, kind=record.kind)


def drop(layout: Layout, path: Path) -> Erased:
    """Remove a file that was set aside or left half-written; write its checksum to exclusions.jsonl.

    Raises:
        DataError, SpaceError: the file cannot be read, or exclusions.jsonl cannot be written.
    """
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        erased = Erased(warc=path, now=None, sha256=sha256, now_sha256=None, records=())
        exclusions.append(layout, _line(layout, erased))
        path.unlink()
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error
    return erased


# The target in a WARC record's head, or in the line of an ARC record.
_TARGET = re.compile(
    rb"(?:WARC-Target-URI:[ \t]*<?|(?:\A|\n)(?=[a-z]+://\S+ [0-9A-Fa-f.:]+ \d{14} ))([^\s<>]{1,4000})", re.IGNORECASE
)
_MENTION = re.compile(rb"^(?:Referer|via):[ \t]*(\S{1,4000})", re.IGNORECASE | re.MULTILINE)
# Bytes read again with the next step: longer than any match of `_TARGET`.
_OVERLAP = 8000


def _names(file: IO[bytes], wanted: Addresses) -> bool | None:
    """Whether a file names one of the addresses, in plain text or in its gzip members."""
    named: bool | None = None
    for url in _targets(file):
        if wanted.cover(url):
            return True
        named = False
    return named


def _targets(file: IO[bytes]) -> Iterator[str]:
    """All URLs that a file names, in plain text or in its gzip members."""
    yield from _plain_targets(file)
    offset = 0
    while (offset := _next_magic(file, offset)) >= 0:
        with new_text() as text:
            member = Member(file, offset, text)
            yield from _plain_targets(text)
        offset = offset + 1 if member.fault else member.end


def _plain_targets(text: IO[bytes]) -> Iterator[str]:
    text.seek(0)
    before = b""
    while data := text.read(_STEP):
        for target in _TARGET.findall(before + data):
            yield target.decode("utf-8", "replace")
        before = data[-_OVERLAP:]


def _next_magic(file: IO[bytes], offset: int) -> int:
    """The next offset where a gzip member may begin; -1: none."""
    file.seek(offset)
    while data := file.read(_STEP):
        if (at := data.find(MAGIC)) >= 0:
            return offset + at
        if len(data) < _STEP:
            break
        offset += len(data) - len(MAGIC)
        file.seek(offset)
    return -1


def find_referring(layout: Layout, ids: Collection[str]) -> Iterator[tuple[Path, str]]:
    """Revisit records, each with its file, whose payload is in one of these records."""
    for warc in layout.warcs():
        path = layout.index_of(warc)
        if path.exists() and b"warc/revisit" not in path.read_bytes():
            continue
        for record in records(warc):
            if not isinstance(record, Record) or record.kind != "revisit":
                continue
            if record.field("WARC-Refers-To").strip("<>") in ids:
                yield warc, record.id


def _line(layout: Layout, erased: Erased) -> dict[str, object]:
    return {
        "erased": str(erased.warc.relative_to(layout.root)),
        "sha256": erased.sha256,
        "now": str(erased.now.relative_to(layout.root)) if erased.now else None,
        "now_sha256": erased.now_sha256,
        "records": list(erased.records),
        "date": exclusions.now(),
    }


def _next_name(warc: Path) -> Path:
    """The name of a rewritten file: new bytes get a new name.

    >>> _next_name(Path("a.warc.gz")).name, _next_name(Path("a-erased9.arc")).name
    ('a-erased1.warc.gz', 'a-erased10.arc')
    """
    ending = next(ending for ending in WARC_ENDINGS if warc.name.endswith(ending))
    stem = warc.name.removesuffix(ending)
    before = re.fullmatch(r"\A(.*)-erased(\d+)", stem)
    number = int(before[2]) + 1 if before else 1
    return warc.with_name(f"{before[1] if before else stem}-erased{number}{ending}")


def _copy(warc: Path, out: Path, cut: Iterable[tuple[int, int]]) -> tuple[str, int]:
    """Copy a file without some stretches, durably; return SHA-256 and length of the copy."""
    digest, length = hashlib.sha256(), 0
    with warc.open("rb") as file, out.open("wb") as copy:
        size = file.seek(0, os.SEEK_END)
        start = 0
        for offset, lost in [*sorted(cut), (size, 0)]:
            file.seek(start)
            while (data := file.read(min(_STEP, offset - file.tell()))) if file.tell() < offset else b"":
                copy.write(data)
                digest.update(data)
                length += len(data)
            start = offset + lost
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest(), length
