"""The data folder -> how large it is, how fast it grows, and when its disk is full."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.layout import Layout

# Days of the past that tell how fast it grows, and how many it takes before they say anything of the future.
DAYS, LEAST = 30, 7
_DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What is known of the disk of a data folder; sizes in bytes.

    Attributes:
        here: all that the data folder holds; a_day: how much it grew a day, by the WARC files of the last `days` days.
        full_in: days until the disk is full, if it grows on so; None: it does not grow, or is younger than a week.
    """

    here: int
    free: int
    a_day: int
    days: int
    full_in: int | None

    def __str__(self) -> str:
        full = f": full in {self.full_in} days" if self.full_in is not None else ""
        grows = f"{self.a_day / 1e6:.1f} MB a day over the last {self.days} days{full}"
        return f"disk: {self.here / 1e6:.1f} MB here, {self.free / 1e9:.1f} GB free; {grows}"


def measure(layout: Layout, now: float | None = None) -> Disk:
    """Look at every file of a data folder, and at its disk; `now` is seconds since 1970."""
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
    # What is derived grows with the WARC files.
    a_day = round(new / days * whole / warcs) if warcs else 0
    free = shutil.disk_usage(layout.root).free
    return Disk(
        here=whole, free=free, a_day=a_day, days=days, full_in=free // a_day if a_day and days >= LEAST else None
    )


def _files(layout: Layout) -> Iterator[tuple[bool, int, float]]:
    """Of each file: whether it is one of the WARC files, its size, when it changed."""
    for folder, _, names in os.walk(layout.root):
        kept = Path(folder).is_relative_to(layout.root / "warc")
        for name in names:
            try:
                found = os.stat(f"{folder}/{name}")  # noqa: PTH116 - there may be a million
            except FileNotFoundError:
                continue
            yield kept, found.st_size, found.st_mtime
