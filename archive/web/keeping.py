"""The fixity ledger and the disk -> whether WARC files are sound, when that was checked, and how much room is left."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass

from archive.corpus import damage
from archive.layout import Layout
from archive.warc import fixity

# Days over which growth is counted.
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The state of an archive's WARC files and disk.

    Attributes:
        files, bytes: the number of WARC files, and their total size.
        never: how many of them `cundang verify` has never read.
        verified: the oldest of the times when each file was last verified, ISO 8601, UTC; None: no file ever was.
        damaged: the path below the data folder of each file that is damaged, short or gone, and which of these it is.
        grown: bytes of the files that were closed within the last 30 days.
        free, total: bytes of the disk.
        days_left: days until the disk is full at that rate; None: the archive did not grow.
    """

    files: int
    bytes: int
    never: int
    verified: str | None
    damaged: tuple[tuple[str, str], ...]
    grown: int
    free: int
    total: int
    days_left: int | None


def keeping(layout: Layout, now: dt.datetime) -> Keeping:
    """Summarise the ledger and the disk; reads no WARC file.

    Raises:
        DataError: the ledger cannot be read.
    """
    entries = {name: entry for name, entry in fixity.read(layout).entries.items() if not entry.removed}
    since = (now - dt.timedelta(days=DAYS)).isoformat(timespec="seconds")
    grown = sum(entry.size or 0 for entry in entries.values() if entry.since >= since and entry.by == "closed")
    verified = sorted(entry.verified for entry in entries.values() if entry.verified)
    disk = shutil.disk_usage(layout.root)
    return Keeping(
        files=len(entries),
        bytes=sum(entry.size or 0 for entry in entries.values()),
        never=len(entries) - len(verified),
        verified=verified[0] if verified else None,
        damaged=tuple((fixity.name_of(layout, one.warc), one.what) for one in damage.known(layout)),
        grown=grown,
        free=disk.free,
        total=disk.total,
        days_left=int(disk.free * DAYS / grown) if grown else None,
    )
