"""A run and those before it -> reasons to tell somebody, by a command or a webhook of the user's choice."""

from __future__ import annotations

import json
import shlex
import statistics
import subprocess
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from archive.text.document import Reason
from crawler.runs.history import Run
from crawler.talk import say

# Seconds that a command or webhook may take.
PATIENCE = 20
# The part of a run's pages that is good, against the median of the runs before: below this share the site changed, or
# began to block us. How many pages are due differs from run to run, so the numbers themselves say nothing; that known
# pages bring less is for the crawl to tell (`far_less`).
SHARE = 0.5
# Good runs that a comparison needs, and pages of each.
ENOUGH, PAGES = 3, 10
# Pages that brought nothing.
_VAIN = (
    Reason.BLOCKED,
    Reason.CHALLENGE,
    Reason.EMPTY,
    Reason.ERROR_STATUS,
    Reason.LOGIN,
    Reason.MAINTENANCE,
    Reason.SOFT_404,
    Reason.UNREADABLE,
)


def reasons(run: Run, earlier: Sequence[Run]) -> list[str]:
    """What is worth telling of a run: it ended badly, planned times were missed, fewer pages than ever were good."""
    bad = run.ending not in ("finished", "max_pages") or run.exit != 0
    found = [f"{run.ending}: {run.shortfall}" if run.shortfall else run.ending] if bad else []
    if run.missed:
        found.append(f"missed {run.missed}")
    usual = [_good(one) for one in earlier if one.exit == 0 and one.pages >= PAGES]
    if len(usual) >= ENOUGH and run.pages >= PAGES and _good(run) < SHARE * statistics.median(usual):
        found.append(f"{_good(run):.0%} of {run.pages} pages were good, usually {statistics.median(usual):.0%}")
    return found


def _good(run: Run) -> float:
    return 1 - min(1, sum(run.skips.get(reason, 0) for reason in _VAIN) / run.pages)


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
