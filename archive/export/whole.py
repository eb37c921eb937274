"""Out paths -> files and folders that appear whole or not at all, and take the place of nothing but their like."""

from __future__ import annotations

import errno
import gzip
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from archive.errors import SpaceError, UsageError

# The name of stdout.
STDOUT = Path("-")
# Ways to pack a file, by the ending of its name.
GZIP, ZSTD = ".gz", ".zst"
_PACKED = (GZIP, ZSTD, ".zstd", ".bz2", ".xz", ".lz4", ".br", ".zip", ".7z", ".tar", ".tgz")


@contextmanager
def file(out: Path) -> Iterator[BinaryIO]:
    """A file to write; it takes its name when the block ends well.

    Raises:
        UsageError: it cannot be made there.
        SpaceError: there is no space left.
    """
    if out.exists() and not out.is_file():
        raise UsageError(f"{out}: is a {'folder' if out.is_dir() else 'device or pipe'}. Name a file with --out.")
    # A name that nobody else has: a file of the user's may be called x.tmp.
    tmp = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        opened = tmp.open("wb")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}). Name another --out.") from error
    try:
        with opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        tmp.replace(out)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpaceError(f"{out}: {error.strerror}. Free space there, or name another --out.") from error
        raise
    finally:
        tmp.unlink(missing_ok=True)


@contextmanager
def folder(out: Path) -> Iterator[Path]:
    """A folder to fill; it takes the name, which is free or that of an empty folder, when the block ends well.

    Raises:
        UsageError: it cannot be made there, or something is there, so that two exports would be mixed.
        SpaceError: there is no space left.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: is not an empty folder. Name a new one with --out.")
    tmp = out.with_name(out.name + ".tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tmp.mkdir()
    except FileExistsError as error:
        raise UsageError(f"{tmp}: an export that was killed left it. Remove it, or name another --out.") from error
    except OSError as error:
        raise UsageError(f"{out}: cannot be made ({error.strerror}). Name another --out.") from error
    try:
        yield tmp
        tmp.rename(out)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpaceError(f"{out}: {error.strerror}. Free space there, or name another --out.") from error
        raise
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Put files into a folder, each at once; the folder is new, or holds files of these names alone.

    Raises:
        UsageError: it cannot be written, or holds something else.
        SpaceError: there is no space left.
    """
    if out.exists() and (not out.is_dir() or any(path.name not in contents for path in out.iterdir())):
        raise UsageError(f"{out}: holds something that this command did not write. Name a new folder with --out.")
    for name, content in contents.items():
        with file(out / name) as made:
            made.write(content)


class Sink(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take them."""


@contextmanager
def packed(out: Path) -> Iterator[Sink]:
    """A file to write, packed as its name ends (`.gz`, `.zst`), or stdout.

    Raises:
        UsageError, SpaceError: as `file`.
    """
    if out == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with file(out) as plain:
        if out.suffix == GZIP:
            # No name and no time in the head: the same lines are the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=plain, mtime=0) as wrapped:
                yield wrapped
        elif out.suffix == ZSTD:
            # Arrow closes what it writes to.
            copy = os.fdopen(os.dup(plain.fileno()), "wb")
            with pa.CompressedOutputStream(pa.PythonFile(copy, mode="w"), "zstd") as stream:
                yield stream
        else:
            yield plain


@contextmanager
def unpacked(path: Path) -> Iterator[Iterator[str]]:
    """The lines of a text file in UTF-8, unpacked as its name ends (`.gz`, `.zst`), without their ends.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    packing = {GZIP: "gzip", ZSTD: "zstd"}.get(path.suffix)
    with path.open("rb") as packed_file:
        plain = io.BufferedReader(pa.CompressedInputStream(packed_file, packing)) if packing else packed_file
        yield (line.decode("utf-8-sig").rstrip("\r\n") for line in plain)


def check_name(out: Path, packings: Collection[str], *, stream: bool) -> None:
    """Refuse an out path that would become an odd file; `stream`: the format can go to stdout.

    Raises:
        UsageError: with what to do instead.
    """
    if out == STDOUT and not stream:
        raise UsageError("--out -: this format is no stream. Name a file or folder; jsonl and csv go to stdout.")
    if re.match(r"\A[A-Za-z][A-Za-z0-9+.-]++:/", str(out)):
        raise UsageError(
            f"{out}: exports are written to this machine or to a bucket, s3://bucket/name (also gs, az). Write a file, "
            "then copy it: rclone, scp."
        )
    if out.suffix in _PACKED and out.suffix not in packings:
        cure = f"Name it so that it ends in {' or '.join(packings)}, or in neither" if packings else "Leave it off"
        raise UsageError(f"{out}: this format is not packed as {out.suffix}. {cure}, and pack the file afterwards.")


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """A new folder on the disk of an out path, to make in it what then takes its place.

    Raises:
        UsageError: it cannot be made there.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}). Name another --out.") from error
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def put(made: Path, out: Path) -> None:
    """Let a file or a folder take the place of what is at an out path, if anything; raises OSError."""
    if out.is_dir() and not out.is_symlink():
        aside = made.with_name("aside")
        out.rename(aside)
        try:
            made.rename(out)
        except OSError:
            aside.rename(out)
            raise
    else:
        made.replace(out)
