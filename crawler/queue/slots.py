"""A folder of locked files -> one limit for the machine: whoever crawls a site holds one, and it dies with its process.

The folder belongs to a user, not to a data folder, so daemons, cron lines and crawls by hand share the limit whatever
they crawl. It is `~/.local/state/cundang` of the account, unless CUNDANG_SLOTS names another; users who share one name
the same. It must lie on a disk of this machine.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import time
from collections.abc import Callable
from pathlib import Path

from archive.errors import DataError, LockedError, UsageError

# Sites that are crawled at once where nobody chose a number: each takes some 2 MB of memory.
SITES = 400
# What a crawl says that waits for a slot.
FULL = "this machine already crawls as many sites as it may"
# Seconds between two looks for a free slot.
LOOK = 0.5


class Slot:
    """One of the locked files, held from its making to `release` or to the death of its holders."""

    def __init__(self, file: int) -> None:
        self._file = file

    def fileno(self) -> int:
        """The open file: handed to another process, it is held by both."""
        return self._file

    def release(self) -> None:
        """Give it back, as far as this process holds it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class Slots:
    """The slots of one kind of work: `crawl`, of which there are `limit`, or another with a limit of its own."""

    def __init__(self, kind: str = "crawl", limit: int | None = None) -> None:
        """Use the folder, and make it where it is missing.

        Raises:
            DataError: it cannot be made.
        """
        self._kind = kind
        self._limit = limit
        self._folder = folder()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self._folder, error) from error

    @property
    def limit(self) -> int:
        """How many there are.

        Raises:
            DataError: the file that says so cannot be read.
        """
        if self._limit is not None:
            return self._limit
        path = self._folder / "limit"
        try:
            return int(path.read_text("ascii"))
        except FileNotFoundError:
            return SITES
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: holds no number ({error}). Set it: cundang schedule limit 400") from error

    def take(self) -> Slot | None:
        """A slot; None: all are held.

        Raises:
            DataError: the folder cannot be written.
        """
        for number in range(self.limit):
            if (slot := self._try(self._folder / f"{self._kind}-{number}")) is not None:
                return slot
        return None

    def wait(self, tell: Callable[[], None]) -> Slot:
        """A slot, as soon as there is one; `tell` is called once where that takes a while."""
        told = False
        while (slot := self.take()) is None:
            if not told:
                told = True
                tell()
            time.sleep(LOOK)
        return slot

    def held(self) -> int:
        """How many are held now, by whomsoever; also those above a limit that was lowered since."""
        count = 0
        for path in self._folder.glob(f"{self._kind}-*"):
            slot = self._try(path)
            count += slot is None
            if slot is not None:
                slot.release()
        return count

    def _try(self, path: Path) -> Slot | None:
        try:
            # Not inherited: a child that outlives the crawl would hold it on.
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        except OSError as error:
            raise _unusable(path, error) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return Slot(file)


def take_one() -> Slot:
    """A slot for a crawl that cannot wait.

    Raises:
        LockedError: all are held.
    """
    slots = Slots()
    slot = slots.take()
    if slot is None:
        raise LockedError(
            f"{slots.limit} sites are being crawled, as many as this machine may. Wait, or raise the limit:"
            " cundang schedule limit"
        )
    return slot


def set_limit(limit: int) -> None:
    """Keep the number of sites that this machine may crawl at once.

    Raises:
        UsageError: it is below 1.
        DataError: it cannot be written.
    """
    if limit < 1:
        raise UsageError(f"{limit}: at least one site is crawled at once. To crawl none, stop what starts crawls.")
    Slots()
    path = folder() / "limit"
    half = path.with_name(f"limit.{os.getpid()}")
    try:
        half.write_text(f"{limit}\n", "ascii")
        half.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            half.unlink()
        raise _unusable(path, error) from error


def folder() -> Path:
    """Where the slots lie; not by HOME, which cron, sudo and units set differently for one account."""
    named = os.environ.get("CUNDANG_SLOTS")
    if named:
        return Path(named)
    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        home = Path.home()
    return home / ".local" / "state" / "cundang"


def _unusable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path}: cannot be used ({error.strerror}). It limits how many sites are crawled at once: correct its"
        " permissions, or name a folder of this machine with CUNDANG_SLOTS."
    )
