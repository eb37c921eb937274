"""A lock file -> one crawl a site: flock, which dies with its process, so that no lock is ever stale."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
from pathlib import Path

from archive.errors import DataError, LockedError, unwritable


class Lock:
    """Held from its making to `release`, or to the death of the process."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            LockedError: another process holds it; the text names the holder.
            DataError: the file cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Not inherited by the cleaning child: a lock outlives its process in such a copy.
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise DataError(f"{path}: cannot be opened ({error.strerror}). {unwritable(path)}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 1000, 0).decode("utf-8", "replace").strip() or "an unknown process"
            os.close(self._file)
            raise LockedError(f"{path.stem} is being crawled by {holder}. Wait for it, or stop it.") from error
        os.ftruncate(self._file, 0)
        started = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        os.pwrite(self._file, f"process {os.getpid()} on {socket.gethostname()} since {started}\n".encode(), 0)

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would race with the next crawl."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def is_held(path: Path) -> bool:
    """Whether a process holds the lock; the file is left as it is."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
