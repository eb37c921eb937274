"""Names and lines that outlast a power cut, files that are whole or not there, and what an error of the disk means."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.errors import CundangError, DataError, SpaceError
from archive.layout import TMP

# What ends a line that a power cut tore, so that it is known for one.
TORN = b"\t#torn"


def disk_error(path: Path, error: OSError) -> CundangError:
    """What an OSError of writing means for the archive: SpaceError where the disk is full, else DataError."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SpaceError(f"{path}: {reason}. Make room, then start again: what was written is kept.")
    return DataError(f"{path}: cannot be written ({reason}). Mend the disk or the rights, start again.")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they outlast a power cut; raises OSError."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that were added to a folder durable; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_lines(path: Path, *lines: Mapping[str, Any]) -> None:
    """Add JSON objects to a file of lines, one writer at a time, durable on return; raises OSError."""
    make_folder(path.parent)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A line that a power cut tore was told to nobody: it ends here, and is read over.
        torn = False
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        text = "".join(json.dumps(dict(line), ensure_ascii=False) + "\n" for line in lines)
        file.write((TORN + b"\n" if torn else b"") + text.encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


class Half:
    """A file on its way to its place: made beside it, then renamed.

    It is locked until then. The lock ends with the process, so `sweep` knows on every machine what nobody writes any
    more. A number of a process would not do: it says nothing of another machine, and a dead child keeps its own.

    Attributes:
        path: to write to.
    """

    def __init__(self, place: Path) -> None:
        """Make it, and the folder; raises OSError."""
        self._place = place
        place.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self.path = place.with_name(f"{place.name}.{secrets.token_hex(4)}{TMP}")
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            # A disk that knows no locks is never swept.
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Swept between the two lines above, it has no name any more.
            if os.fstat(self._file).st_nlink:
                return
            os.close(self._file)

    def put(self) -> None:
        """Put it in its place; raises OSError."""
        self.path.replace(self._place)

    def drop(self) -> None:
        """Let it go: what was not put is removed."""
        if self._file >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def sweep(folder: Path, names: str = "*") -> None:
    """Remove half-made files that nobody writes any more; raises OSError.

    `names`: a pattern, for a folder where others write files of their own.
    """
    for path in folder.rglob(f"{names}{TMP}"):
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except OSError:
            # Somebody writes it, or locks are not to be had here.
            continue
        finally:
            os.close(file)
