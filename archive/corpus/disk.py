"""The data folder -> its size, its growth, and the time until its disk is full."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.layout import Layout, walk_folders

# Growth is measured over this many days; a forecast needs at least this many.
DAYS, LEAST = 30, 7
_DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The use of a disk by a data folder; sizes in bytes.

    Attributes:
        used: the size of the data folder.
        free: the free space on its disk.
        daily_growth: the growth of the folder per day, estimated from the WARC files of the last `measured_days` days.
        days_until_full: at this rate; None: the folder does not grow, or is younger than a week.
    """

    used: int
    free: int
    daily_growth: int
    measured_days: int
    days_until_full: int | None

    def __str__(self) -> str:
        full = f": full in {self.days_until_full} days" if self.days_until_full is not None else ""
        span = "day" if self.measured_days == 1 else f"{self.measured_days} days"
        grows = f"{self.daily_growth / 1e6:.1f} MB a day over the last {span}{full}"
        return f"disk: {self.used / 1e6:.1f} MB here, {self.free / 1e9:.1f} GB free; {grows}"


def measure(layout: Layout, now: float | None = None) -> Disk:
    """Measure a data folder, file by file, and its disk; `now`: seconds since 1970."""
    now = time.time() if now is None else now
    whole = warcs = new = 0
    oldest = now
    for kept, size, changed in _files(layout):
        whole += size
        if kept:
            warcs += size
            oldest = min(oldest, changed)
            new += size if changed >= now - DAYS * _DAY else 0
    days = max(1, min(DAYS, round((now - oldest) / _DAY)))
    # Assume that derived files grow in proportion to the WARC files.
    growth = round(new / days * whole / warcs) if warcs else 0
    free = shutil.disk_usage(layout.root).free
    return Disk(
        used=whole,
        free=free,
        daily_growth=growth,
        measured_days=days,
        days_until_full=free // growth if growth and days >= LEAST else None,
    )


def _files(layout: Layout) -> Iterator[tuple[bool, int, float]]:
    """For each file: whether it is below the WARC folder, its size in bytes, and its time of modification."""
    for folder, names in walk_folders(layout.root):
        kept = Path(folder).is_relative_to(layout.warcs_root)
        for name in names:
            try:
                found = os.stat(f"{folder}/{name}")  # noqa: PTH116 - there may be a million
            except FileNotFoundError:
                continue
            yield kept, found.st_size, found.st_mtime
