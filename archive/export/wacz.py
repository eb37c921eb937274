"""Documents and the WARC files that hold them -> WACZ 1.1.1: one zip file that replays in a browser.

archive/            the WARC files, without the records of pages that were taken down
indexes/            their index lines in blocks of gzip (ZipNum), and the first line of each block
pages/pages.jsonl   a page a document, with its title
datapackage.json    each file's length and SHA-256
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from archive.export import whole
from archive.layout import IMPORTED, Layout
from archive.text.document import Document
from archive.warc import exclusions, index
from archive.warc.reader import whole_records

# As large as cdxj-indexer makes them.
_BLOCK_LINES = 3000
# A zip entry without this date would carry the hour of its making.
_DATE = (1980, 1, 1, 0, 0, 0)
# An extra field, here the one for times, holding none. ReplayWeb.page takes an entry without one in the zip file's
# directory for one without any in its own head, where zipfile may still write one, for long files.
_NO_TIMES = b"UT\1\0\0"


class _Pack:
    """A zip file whose entries are stored as they are, which lets a browser read pieces of them."""

    def __init__(self, pack: zipfile.ZipFile) -> None:
        self._pack = pack
        self.resources: list[dict[str, str | int]] = []

    def add(self, path: str, source: Path) -> None:
        """Copy a file in."""
        entry = zipfile.ZipInfo(path, _DATE)
        entry.file_size = source.stat().st_size
        entry.extra = _NO_TIMES
        with source.open("rb") as file, self._pack.open(entry, "w") as packed:
            shutil.copyfileobj(file, packed, 1 << 20)
        with source.open("rb") as file:
            self._told(path, entry.file_size, hashlib.file_digest(file, "sha256").hexdigest())

    def write(self, path: str, data: bytes) -> None:
        """Put bytes in."""
        self._pack.writestr(zipfile.ZipInfo(path, _DATE), data)
        self._told(path, len(data), hashlib.sha256(data).hexdigest())

    def _told(self, path: str, length: int, digest: str) -> None:
        name = path.rpartition("/")[2]
        self.resources.append({"name": name.lower(), "path": path, "hash": f"sha256:{digest}", "bytes": length})


def write(layout: Layout, sites: Collection[str] | None, documents: Iterable[Document], out: Path) -> int:
    """Write a file with the WARC files of some sites, or of all, and say how many pages it lists.

    Imported files come with sites where they hold one of the documents. ARC files stay behind: WACZ has no place for
    them.
    """
    wanted = {document.id: document for document in documents}
    gone = exclusions.read(layout)
    lines: list[str] = []
    pages: list[bytes] = []
    with whole.file(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as zipped:
        pack = _Pack(zipped)
        for warc in _warcs(layout, sites, wanted.keys()):
            with tempfile.TemporaryDirectory(prefix=out.name, dir=out.parent) as folder:
                kept = Path(folder) / warc.name
                _copy(warc, kept, gone)
                made = index.lines(kept)
                pack.add(f"archive/{warc.name}", kept)
            lines += made
            pages += _pages(made, wanted)
        _index(pack, sorted(lines))
        head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
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
    wanted = set(ids)
    for warc in layout.warcs():
        folder = layout.site_of(warc)
        asked = sites is None or folder in sites
        if warc.name.endswith((".arc", ".arc.gz")) or not (asked or folder == IMPORTED):
            continue
        if asked or any(record.id in wanted for record in whole_records(warc)):
            yield warc


def _copy(warc: Path, kept: Path, gone: exclusions.Exclusions) -> None:
    """Copy a WARC file without the records of what was taken down."""
    with warc.open("rb") as source, kept.open("wb") as copy:
        if not gone.pages:
            shutil.copyfileobj(source, copy, 1 << 20)
            return
        for record in whole_records(warc):
            if gone.covering(record.url) is None:
                source.seek(record.place.offset)
                left = record.place.length
                while left > 0 and (piece := source.read(min(left, 1 << 20))):
                    copy.write(piece)
                    left -= len(piece)


def _pages(lines: Iterable[str], wanted: dict[str, Document]) -> Iterator[bytes]:
    """The lines of pages.jsonl for documents whose records the index lines name."""
    for line in lines:
        _, stamp, rest = line.split(" ", 2)
        row = json.loads(rest)
        if document := wanted.get(row["id"]):
            when = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}:{stamp[10:12]}:{stamp[12:]}Z"
            title = document.title or document.url
            yield _line({"id": document.id, "url": row["url"], "ts": when, "title": title, "size": int(row["length"])})


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


def _line(value: dict[str, str | int] | dict[str, str]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
