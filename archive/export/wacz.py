"""Documents and their WARC files -> WACZ 1.1.1: one zip file that replays in a browser.

archive/            the captures, without pages that were taken down: WARC files with one gzip member per record
indexes/            index lines of the captures that replay, in gzip blocks (ZipNum), and the first line of each block
pages/pages.jsonl   one line per document, with its title
datapackage.json    length and SHA-256 of each file
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import itertools
import json
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from archive.catalogue import query
from archive.errors import DataError
from archive.export import whole
from archive.export.replay import Offer
from archive.layout import WARC_ENDINGS, Layout
from archive.text.document import Document
from archive.warc import exclusions
from archive.warc.away import open_warc, size_of
from archive.warc.capture import Place
from archive.warc.index import Row
from archive.warc.member import MAGIC, MemberWriter
from archive.warc.reader import PAGES, Identities, records
from archive.warc.record import Problem, Record

# Lines per index block, as in cdxj-indexer.
_BLOCK_LINES = 3000
# The date of every zip entry; without it, an entry would have the time when it was made.
_DATE = (1980, 1, 1, 0, 0, 0)
# An extra field for times, without any. If the zip directory has no extra field for an entry, ReplayWeb.page assumes
# that the entry's own head has none either, but zipfile writes one there for long files.
_NO_TIMES = b"UT\1\0\0"


class _Pack:
    """A zip file whose entries are stored uncompressed, so that a browser can read parts of them."""

    def __init__(self, pack: zipfile.ZipFile) -> None:
        self._pack = pack
        self.resources: list[dict[str, str | int]] = []

    def add(self, path: str, source: Path) -> None:
        """Add a copy of a file."""
        entry = zipfile.ZipInfo(path, _DATE)
        entry.file_size = size_of(source) or 0
        entry.extra = _NO_TIMES
        with open_warc(source) as file, self._pack.open(entry, "w") as packed:
            shutil.copyfileobj(file, packed, 1 << 20)
        with open_warc(source) as file:
            self._note_resource(path, entry.file_size, hashlib.file_digest(file, "sha256").hexdigest())

    def write(self, path: str, data: bytes) -> None:
        """Add an entry with these bytes."""
        self._pack.writestr(zipfile.ZipInfo(path, _DATE), data)
        self._note_resource(path, len(data), hashlib.sha256(data).hexdigest())

    def _note_resource(self, path: str, length: int, digest: str) -> None:
        name = path.rpartition("/")[2]
        self.resources.append({"name": name.lower(), "path": path, "hash": f"sha256:{digest}", "bytes": length})


def write(
    layout: Layout,
    sites: Collection[str] | None,
    documents: Iterable[Document],
    out: Path,
    offer: Offer | None = None,
) -> int:
    """Write a file with the captures of some sites, or of all, and return the number of pages that it lists.

    Files of other folders are included if they hold one of the documents: imported ones, and those of a site that was
    split. Afterwards `offer` knows what is not offered and why.
    """
    wanted = {document.id: document for document in documents}
    offer = offer or Offer(gone=exclusions.read(layout))
    with whole.file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        pack = _Pack(zipped)
        names: set[str] = set()
        for warc in _warcs(layout, sites, wanted.keys()):
            name = _name(warc, names)
            with tempfile.TemporaryDirectory(prefix=f".{out.name}", dir=out.parent) as folder:
                kept = Path(folder) / name
                if _copy(warc, kept, offer):
                    pack.add(f"archive/{name}", kept)
        offer.close()
        _index(pack, offer.lines)
        head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
        pages = list(_pages(offer.captures, wanted))
        pack.write("pages/pages.jsonl", b"".join([_line(head), *pages]))
        package = {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "software": f"cundang {version('cundang')}",
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "resources": pack.resources,
        }
        said = json.dumps(package, ensure_ascii=False, indent=1).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(said).hexdigest()}"}
        zipped.writestr(zipfile.ZipInfo("datapackage.json", _DATE), said)
        zipped.writestr(zipfile.ZipInfo("datapackage-digest.json", _DATE), json.dumps(digest).encode())
    return len(pages)


def _warcs(layout: Layout, sites: Collection[str] | None, ids: Iterable[str]) -> Iterator[Path]:
    holding = query.shards_of(layout, ids) if sites is not None else ()
    for warc in layout.warcs():
        if sites is None or layout.site_of(warc) in sites or layout.shard_of(warc) in holding:
            yield warc


def _name(warc: Path, taken: set[str]) -> str:
    """A free name in the pack for a WARC file; there, every record has a gzip member of its own."""
    stem = next(warc.name.removesuffix(ending) for ending in WARC_ENDINGS if warc.name.endswith(ending))
    numbered = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    name = next(name for number in numbered if (name := f"{stem}{number}.warc.gz") not in taken)
    taken.add(name)
    return name


def _copy(warc: Path, kept: Path, offer: Offer) -> bool:
    """Copy the records of a file, except what was taken down, and offer those that replay; False: there are none."""
    identities = Identities(warc)
    try:
        with open_warc(warc) as source, kept.open("wb") as copy:
            for record, shared in _with_neighbours(records(warc), offer):
                id_ = identities.of(record) if record.kind in PAGES else record.id
                if record.kind != "warcinfo" and offer.gone.covering(record.url):
                    continue
                if not record.head.startswith(b"WARC/"):
                    record, shared = _of_arc(record, id_), True  # noqa: PLW2901 - from here on it is a WARC record
                start = copy.tell()
                if not _copy_record(source, record, copy, offer, shared=shared):
                    offer.lost(
                        record.place.file, record.place.offset, f"the record of {record.url} is too long to copy"
                    )
                    continue
                place = Place(file=kept.name, offset=start, length=copy.tell() - start)
                offer.see(record, id_, place)
    except (DataError, FileNotFoundError) as error:
        offer.lost(warc.name, 0, str(error))
    offer.end_file()
    return kept.exists() and kept.stat().st_size > 0


def _copy_record(source: BinaryIO, record: Record, copy: BinaryIO, offer: Offer, *, shared: bool) -> bool:
    """Copy one record; False: it is too long."""
    if record.kind == "revisit" and offer.is_framed_otherwise(record):
        return _repack(source, _without_head(record), copy, shared=True)
    if shared or not _starts_with(source, record.place.offset, MAGIC):
        return _repack(source, record, copy, shared=shared)
    _take(source, record.place, copy.write)
    return True


def _with_neighbours(items: Iterable[Record | Problem], offer: Offer) -> Iterator[tuple[Record, bool]]:
    """Yield each record, and whether it shares its gzip member with another; note problems."""
    ahead: Record | None = None
    for item in items:
        if isinstance(item, Problem):
            offer.problems.append(item)
            continue
        if ahead:
            yield ahead, bool(ahead.nth or item.nth)
        ahead = item
    if ahead:
        yield ahead, bool(ahead.nth)


def _starts_with(source: BinaryIO, offset: int, begin: bytes) -> bool:
    source.seek(offset)
    return source.read(len(begin)) == begin


def _take(source: BinaryIO, place: Place, write: Callable[[bytes], object]) -> None:
    source.seek(place.offset)
    left = place.length
    while left > 0 and (piece := source.read(min(left, 1 << 20))):
        write(piece)
        left -= len(piece)


def _repack(source: BinaryIO, record: Record, copy: BinaryIO, *, shared: bool) -> bool:
    """Write a record as a gzip member of its own; False: it shares a member, and its block was not read to the end."""
    member = MemberWriter(copy)
    if not shared:
        _take(source, record.place, member.write)
    elif record.size > len(record.block):
        return False
    else:
        member.write(record.head + record.block)
    member.write(b"\r\n\r\n")
    member.flush()
    return True


def _without_head(revisit: Record) -> Record:
    """Remove a revisit's HTTP head: replay tools then use that of the record with the payload."""
    stated = {"content-length": "0", "warc-block-digest": f"sha256:{hashlib.sha256(b'').hexdigest()}"}
    fields = tuple((name, stated.get(name.lower(), value)) for name, value in revisit.fields)
    lines = [f"{name}: {value}\r\n" for name, value in fields]
    head = revisit.head[: revisit.head.index(b"\n") + 1] + ("".join(lines) + "\r\n").encode()
    return replace(revisit, head=head, fields=fields, block=b"", size=0)


def _of_arc(record: Record, id_: str) -> Record:
    """Turn an ARC record into a WARC record; without an HTTP head it becomes a resource."""
    fields = dict(record.fields) | {"WARC-Record-ID": f"<{id_ or uuid.uuid5(uuid.NAMESPACE_URL, record.url).urn}>"}
    fields["Content-Length"] = str(len(record.block))
    if record.kind == "warcinfo":
        fields["Content-Type"] = "text/plain"
    elif not record.block.startswith(b"HTTP/"):
        fields |= {"WARC-Type": "resource", "Content-Type": record.head.split()[-2].decode("ascii", "replace")}
    lines = [f"{name}: {value}\r\n" for name, value in fields.items()]
    return replace(record, head=("WARC/1.0\r\n" + "".join(lines) + "\r\n").encode(), fields=tuple(fields.items()))


def _pages(captures: Iterable[Row], wanted: dict[str, Document]) -> Iterator[bytes]:
    """Yield the lines of pages.jsonl for the documents whose captures are offered."""
    for row in captures:
        if row.date and (document := wanted.get(row.id)):
            when = row.date.strftime("%Y-%m-%dT%H:%M:%SZ")
            title = document.title or document.url
            yield _line({"id": document.id, "url": row.url, "ts": when, "title": title, "size": row.length})


def _index(pack: _Pack, lines: list[str]) -> None:
    blocks, firsts, offset = [], [], 0
    for start in range(0, len(lines), _BLOCK_LINES):
        text = "".join(lines[start : start + _BLOCK_LINES]).encode()
        block = gzip.compress(text, mtime=0)
        key, stamp, _ = lines[start].split(" ", 2)
        about = {
            "offset": offset,
            "length": len(block),
            "digest": f"sha256:{hashlib.sha256(block).hexdigest()}",
        }
        firsts.append(f"{key} {stamp} {json.dumps(about)}\n")
        blocks.append(block)
        offset += len(block)
    meta = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    pack.write("indexes/index.cdx.gz", b"".join(blocks))
    pack.write("indexes/index.idx", (f"!meta 0 {json.dumps(meta)}\n" + "".join(firsts)).encode())


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
