"""A run and those before it -> reasons to tell somebody, by a command or a webhook of the user's choice."""

from __future__ import annotations

import json
import shlex
import statistics
import subprocess
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from crawler.runs import Run
from crawler.talk import say

# Seconds that a command or webhook may take.
PATIENCE = 20
# Fewer pages than this share of the median of the runs before: a site that changed, or one that began to block us.
SHARE = 0.5
# Good runs that a comparison needs.
ENOUGH = 3


def reasons(run: Run, earlier: Sequence[Run]) -> list[str]:
    """What is worth telling of a run: it ended badly, planned times were missed, much less came than before."""
    found = [] if run.ending in ("finished", "max_pages") and run.exit == 0 else [run.ending]
    if run.missed:
        found.append(f"missed {run.missed}")
    good = [one for one in earlier if one.exit == 0]
    if len(good) >= ENOUGH:
        for name in ("pages", "documents"):
            usual, now = statistics.median(getattr(one, name) for one in good), getattr(run, name)
            if now < SHARE * usual:
                found.append(f"{name} {now}, usually {usual:.0f}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Whom to tell: a command that gets a JSON object on stdin, an address that gets it by POST."""

    command: str | None = None
    webhook: str | None = None

    def raise_(self, run: Run, why: Sequence[str]) -> None:
        """Tell it; what fails is said on stderr, the schedule goes on."""
        told = json.dumps({"reasons": list(why), **asdict(run)}, ensure_ascii=False, default=str).encode()
        try:
            if self.command:
                subprocess.run(shlex.split(self.command), input=told, timeout=PATIENCE, check=True)
            if self.webhook:
                request = urllib.request.Request(self.webhook, told, {"Content-Type": "application/json"})  # noqa: S310 - the user's own address
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
                    answer.read(1)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            say(f"{run.site}: nobody could be told of {', '.join(why)}: {error}")
