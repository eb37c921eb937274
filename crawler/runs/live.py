"""What the schedule does at this moment, for who asks from outside."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

# Seconds after which a schedule that did not look at the clock is held to hang.
SILENT = 120.0


@dataclass(slots=True)
class Live:
    """Written by the schedule with each look, read by `/metrics` and `/health`.

    Attributes:
        looked: when it last looked, by the monotonic clock.
        running, due, cleaning: crawls under way, runs that wait for a slot, crawls that wait for their cleaning.
    """

    looked: float = field(default_factory=time.monotonic)
    running: int = 0
    due: int = 0
    cleaning: int = 0
