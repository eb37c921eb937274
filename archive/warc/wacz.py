"""A WACZ file -> the WARC files in it."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from archive.layout import WARC_ENDINGS
from archive.warc.http import MAX_CONTENT
from archive.warc.member import MAX_TEXT
from archive.warc.record import Problem

MAGIC = b"PK\3\4"
_STEP = 1 * 2**20
# What zipfile raises on damage, encryption and unknown methods.
_UNZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


def warcs_in(file: IO[bytes], name: str) -> Iterator[tuple[str, IO[bytes]] | Problem]:
    """Yield path and open file of each WARC file in a WACZ file; a file is valid until the next is asked for."""
    try:
        pack = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError) as error:
        yield Problem(file=name, offset=0, reason=f"the zip file is damaged ({error})")
        return
    stated = _stated_digests(pack)
    if stated is None:
        yield Problem(file=name, offset=0, reason="datapackage.json is missing or cannot be read")
    entries = [e for e in pack.infolist() if e.filename.startswith("archive/") and e.filename.endswith(WARC_ENDINGS)]
    if not entries:
        yield Problem(file=name, offset=0, reason="no WARC file is in its folder archive/")
    for entry in entries:
        with tempfile.TemporaryFile() as unpacked:
            if reason := _unpack(pack, entry, unpacked, (stated or {}).get(entry.filename)):
                yield Problem(file=name, offset=entry.header_offset, reason=f"{entry.filename}: {reason}")
            yield entry.filename, unpacked


def _stated_digests(pack: zipfile.ZipFile) -> dict[str, str] | None:
    """Read the SHA-256 of each path from the WACZ file's datapackage.json; None if that cannot be read."""
    try:
        with pack.open("datapackage.json") as file:
            package = json.loads(file.read(MAX_CONTENT))
        resources = package["resources"]
        return {
            str(r["path"]): str(r.get("hash") or (r.get("stats") or {}).get("hash") or "").removeprefix("sha256:")
            for r in resources
        }
    except (KeyError, TypeError, ValueError, AttributeError, *_UNZIP_ERRORS):
        return None


def _unpack(pack: zipfile.ZipFile, entry: zipfile.ZipInfo, unpacked: IO[bytes], stated: str | None) -> str | None:
    """Copy a file out of a zip file as far as it can be read; return what is wrong with it, None if nothing."""
    if entry.compress_type != zipfile.ZIP_STORED and entry.file_size > MAX_TEXT:
        return f"unfolds to {entry.file_size} bytes, more than {MAX_TEXT}"
    digest = hashlib.sha256()
    try:
        with pack.open(entry) as packed:
            while data := packed.read(_STEP):
                digest.update(data)
                unpacked.write(data)
    except _UNZIP_ERRORS as error:
        return f"is damaged ({error})"
    finally:
        unpacked.seek(0)
    if stated and digest.hexdigest() != stated:
        return "is not the file that datapackage.json describes"
    return None
