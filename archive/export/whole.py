"""Out paths -> files and folders that appear whole or not at all, and never replace anything but an earlier export."""

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

# The out path that means stdout.
STDOUT = Path("-")
# The compressions that are written, and all endings that name one.
GZIP, ZSTD = ".gz", ".zst"
_PACKED = (GZIP, ZSTD, ".zstd", ".bz2", ".xz", ".lz4", ".br", ".zip", ".7z", ".tar", ".tgz")


@contextmanager
def file(out: Path) -> Iterator[BinaryIO]:
    """Open a file to write; it gets its name if the block succeeds.

    Raises:
        UsageError: it cannot be made there.
        SpaceError: there is no space left.
    """
    if out.exists() and not out.is_file():
        raise UsageError(f"{out}: is a {'folder' if out.is_dir() else 'device or pipe'}. Name a file with --out.")
    # A unique name: the user may have a file called x.tmp.
    tmp = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        opened = tmp.open("wb")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}). Name another --out.") from error
    try:
        with _translate_full(out):
            with opened:
                yield opened
                opened.flush()
                os.fsync(opened.fileno())
            tmp.replace(out)
    finally:
        tmp.unlink(missing_ok=True)


@contextmanager
def _translate_full(out: Path) -> Iterator[None]:
    """Turn the error of a full disk into SpaceError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise SpaceError(f"{out}: {error.strerror}. Free space there, or name another --out.") from error
        raise


@contextmanager
def folder(out: Path) -> Iterator[Path]:
    """Make a folder to fill; it gets its name, which must be free or that of an empty folder, if the block succeeds.

    Raises:
        UsageError: the folder cannot be made there, or is not empty, so that two exports would be mixed.
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
        with _translate_full(out):
            yield tmp
            tmp.rename(out)
    finally:
        shutil.rmtree(tmp, ignore_errors=True)


def files(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write files to a folder, each whole or not at all; the folder must be new, or hold only files of these names.

    Raises:
        UsageError: the folder cannot be written, or holds something else.
        SpaceError: there is no space left.
    """
    if out.exists() and (not out.is_dir() or any(path.name not in contents for path in out.iterdir())):
        raise UsageError(f"{out}: holds something that this command did not write. Name a new folder with --out.")
    for name, content in contents.items():
        with file(out / name) as made:
            made.write(content)


class Sink(Protocol):
    """Anything that bytes can be written to."""

    def write(self, data: bytes, /) -> object:
        """Write the bytes."""


@contextmanager
def packed(out: Path) -> Iterator[Sink]:
    """Open a file to write, compressed by its ending (`.gz`, `.zst`), or stdout, whose reader may be gone (`head`).

    Raises:
        UsageError, SpaceError: as `file`.
    """
    if out == STDOUT:
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # What is still buffered must go somewhere when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    with file(out) as plain:
        if out.suffix == GZIP:
            # Without name and time in the head, the same lines give the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=plain, mtime=0) as wrapped:
                yield wrapped
        elif out.suffix == ZSTD:
            # Write to a duplicate, because Arrow closes the file it writes to.
            copy = os.fdopen(os.dup(plain.fileno()), "wb")
            with pa.CompressedOutputStream(pa.PythonFile(copy, mode="w"), "zstd") as stream:
                yield stream
        else:
            yield plain


@contextmanager
def unpacked(path: Path) -> Iterator[Iterator[str]]:
    """Read the lines of a text file in UTF-8, decompressed by its ending (`.gz`, `.zst`), without line ends.

    Raises:
        OSError, UnicodeDecodeError: the file cannot be read.
    """
    packing = {GZIP: "gzip", ZSTD: "zstd"}.get(path.suffix)
    with path.open("rb") as packed_file:
        plain = io.BufferedReader(pa.CompressedInputStream(packed_file, packing)) if packing else packed_file
        yield (line.decode("utf-8-sig").rstrip("\r\n") for line in plain)


def check_name(out: Path, packings: Collection[str], *, stream: bool) -> None:
    """Refuse an out path that would give an unexpected file; `stream`: the format can go to stdout.

    Raises:
        UsageError: the path is refused; the message says what to do instead.
    """
    if out == STDOUT and not stream:
        raise UsageError("--out -: this format needs a file or folder. Name one; only jsonl and csv go to stdout.")
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
    """Make a temporary folder beside an out path, for what will then take its place.

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
    """Move a file or a folder to an out path, replacing what is there; raises OSError."""
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
