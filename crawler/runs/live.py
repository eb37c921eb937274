"""The current state of the schedule, for `/metrics` and `/health`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

# A schedule that has not looked at the clock for this many seconds counts as hanging.
SILENT = 120.0


@dataclass(slots=True)
class Live:
    """The state at the schedule's last look.

    Attributes:
        looked: the time of the last look, by the monotonic clock.
        running: the number of crawls under way.
        due: the number of runs that wait for a slot.
        cleaning: the number of crawls that wait for their cleaning or are being cleaned.
    """

    looked: float = field(default_factory=time.monotonic)
    running: int = 0
    due: int = 0
    cleaning: int = 0
