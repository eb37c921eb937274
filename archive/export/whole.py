"""Out paths -> files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.errors import SpaceError, UsageError


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
