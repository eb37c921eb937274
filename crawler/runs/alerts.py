"""A run and those before it -> reasons to tell somebody, by a command or a webhook of the user's choice.

A site's trouble is told once, with its cause, and once more when all is well again.
"""

from __future__ import annotations

import datetime as dt
import json
import shlex
import statistics
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from archive.errors import InterruptedCrawl
from archive.text.document import Reason
from crawler.runs.history import Run, Runs
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

    def tell(self, run: Run, text: str, why: Sequence[str], *, well: bool) -> None:
        """Tell it; what fails is said on stderr, the schedule goes on."""
        told = {"text": text, "state": "well" if well else "trouble", "reasons": list(why), **asdict(run)}
        body = json.dumps(told, ensure_ascii=False, default=str).encode()
        try:
            if self.command:
                subprocess.run(shlex.split(self.command), input=body, timeout=PATIENCE, check=True)
            if self.webhook:
                request = urllib.request.Request(self.webhook, body, {"Content-Type": "application/json"})  # noqa: S310 - the user's own address
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
                    answer.read(1)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            say(f"{run.site}: nobody could be told of {', '.join(why)}: {error}")


def judge(runs: Runs, run: Run, alarm: Alarm | None, *, stopping: bool) -> None:
    """Tell of a run that ended, where its site's trouble begins or is over; the history keeps what was told."""
    why = reasons(run, runs.history(run.site, before=run, limit=5))
    if stopping and run.exit == InterruptedCrawl.exit_code:
        why = [reason for reason in why if reason != "interrupted"]
    trouble = runs.trouble(run.site)
    ended = run.ended or run.began
    if why and trouble is None:
        text = f"{run.site}: {'; '.join(why)}"
        runs.set_trouble(run.site, ended, text)
        if alarm:
            alarm.tell(run, text, why, well=False)
    elif not why and run.exit == 0 and trouble is not None:
        since, cause = trouble
        runs.set_trouble(run.site, None)
        text = f"{run.site}: all is well again ({run.ending}, {run.pages} pages) after {_span(ended - since)}"
        if alarm:
            alarm.tell(run, f"{text}; it was: {cause.removeprefix(f'{run.site}: ')}", [], well=True)


def _span(passed: dt.timedelta) -> str:
    hours = passed.total_seconds() / 3600
    return (
        f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
    )


# What helps where no page came, by the reason of most addresses.
_CURES = {
    "robots": "Its robots.txt disallows them. Ask the site's owner for leave, or name other start pages.",
    "robots_unreachable": "Its robots.txt cannot be read, and until then nothing else is asked for. Crawl again later.",
    "blocked": "The site refuses us. Crawl again later and more slowly, or ask its owner for leave.",
    "challenge": "A challenge that only browsers pass stands before it. Ask its owner for leave.",
    "private_address": "Name the host and port in `allow_private` of the site file, if the address is meant.",
    "unknown_host": "Check how the host is spelt in the site file.",
    "forgotten": "It was taken down here with `cundang forget`.",
}


def cure(troubles: Mapping[str, int]) -> str:
    """What helps a site of which no page came, given the reasons and their counts.

    >>> cure({"robots": 1})
    "Its robots.txt disallows them. Ask the site's owner for leave, or name other start pages."
    >>> cure({"timeout": 2})
    'Check that its start pages open in a browser, then crawl again.'
    """
    most = max(troubles, key=lambda reason: troubles[reason], default="")
    return _CURES.get(most, "Check that its start pages open in a browser, then crawl again.")
