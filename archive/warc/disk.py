"""Writing files and lines so that they survive a power cut, and errors of the disk in the archive's terms."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from archive.errors import CundangError, DataError, SpaceError
from archive.layout import TMP, walk

# Appended to a line that a power cut tore, so that readers skip it.
TORN = b"\t#torn"


def disk_error(path: Path, error: OSError) -> CundangError:
    """Translate an OSError of writing: SpaceError if the disk is full, else DataError."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SpaceError(f"{path}: {reason}. Make room, then start again: what was written is kept.")
    return DataError(f"{path}: cannot be written ({reason}). Check the disk and the permissions, then start again.")


def read_error(path: Path, error: OSError) -> DataError:
    """Translate an OSError of reading; the cure follows from its reason."""
    if error.errno in (errno.EACCES, errno.EPERM):
        cure = "Correct its permissions, or run the command as its owner."
    elif error.errno == errno.ENOENT:
        cure = "Name a file that is there."
    else:
        cure = "Check the disk."
    return DataError(f"{path}: cannot be read ({error.strerror or error}). {cure}")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, base16; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, durable on return; raises OSError."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (fsync); raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file under a temporary name, and give it its name when all bytes are durable; raises OSError."""
    half = Half(path)
    try:
        with half.path.open("wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        half.put()
    finally:
        half.drop()
    sync_folder(path.parent)


def append_lines(path: Path, *lines: Mapping[str, Any]) -> None:
    """Append JSON objects to a file, one per line, one writer at a time, durable on return; raises OSError."""
    make_folder(path.parent)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A line torn by a power cut was never acknowledged: end it here, so that readers skip it.
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
    """A file that is written under a temporary name beside its place, and then renamed.

    It stays locked until then. The lock ends with the process, so on every machine `sweep` recognises files that nobody
    writes any more. A process number would not do: it means nothing on another machine, and a dead child keeps it.

    Attributes:
        path: the temporary path to write to.
    """

    def __init__(self, place: Path) -> None:
        """Make the temporary file, and its folder; raises OSError."""
        self._place = place
        place.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self.path = place.with_name(f"{place.name}.{os.urandom(4).hex()}{TMP}")
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            # On a disk without locks, half-made files are never swept.
            with contextlib.suppress(OSError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # If `sweep` removed it between the two lines above, it has no name any more: try again.
            if os.fstat(self._file).st_nlink:
                return
            os.close(self._file)

    def put(self) -> None:
        """Rename the file to its place; raises OSError."""
        self.path.replace(self._place)

    def drop(self) -> None:
        """Release the lock, and remove the file unless it was put in its place."""
        if self._file >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def sweep(folder: Path, names: str = "*") -> None:
    """Remove half-made files that nobody is writing any more; raises OSError.

    `names`: a pattern of their names, for a folder in which others write files too.
    """
    for path in walk(folder, TMP):
        if not fnmatchcase(path.name, f"{names}{TMP}"):
            continue
        try:
            file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except OSError:
            # Somebody is writing it, or the disk has no locks.
            continue
        finally:
            os.close(file)
