"""A run and the runs before it -> alerts, sent to a command or webhook that the user chooses.

A site in trouble causes one alert, which states the cause, and a second one when it has recovered.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive.errors import InterruptedCrawl
from archive.text.document import Reason
from crawler import SAFE
from crawler.messages import say
from crawler.queue.entries import Ending
from crawler.runs.history import Runs, ScheduledRun

# The seconds that a command or webhook may take.
PATIENCE = 20
# If the share of good pages in a run falls below this part of the median of earlier runs, the site has changed or has
# begun to block us. Page counts are not compared, because each run has a different number of pages due. If known pages
# yield less, the crawl itself reports it (`far_less`).
SHARE = 0.5
# Between the reasons of a trouble, of which each kind is told once.
_BETWEEN, _NUMBER = "\n", re.compile(r"\d+")
# A comparison needs this many successful runs, each with this many pages.
ENOUGH, PAGES = 3, 10
# A page skipped for one of these reasons is not good.
_BAD = (
    Reason.BLOCKED,
    Reason.CHALLENGE,
    Reason.EMPTY,
    Reason.ERROR_STATUS,
    Reason.LOGIN,
    Reason.SERVER_ERROR,
    Reason.MAINTENANCE,
    Reason.SOFT_404,
    Reason.UNREADABLE,
)


def reasons(run: ScheduledRun, earlier: Sequence[ScheduledRun]) -> list[str]:
    """The reasons to send an alert: the run ended badly, planned times were missed, or few of its pages were good."""
    found = [f"{run.ending}: {run.shortfall}" if run.shortfall else str(run.ending)] if run.exit != 0 else []
    if run.missed:
        found.append(f"missed {run.missed}")
    usual = [_good(one) for one in earlier if one.exit == 0 and one.pages >= PAGES]
    if len(usual) >= ENOUGH and run.pages >= PAGES and _good(run) < SHARE * statistics.median(usual):
        found.append(f"{_good(run):.0%} of {run.pages} pages were good, usually {statistics.median(usual):.0%}")
    return found


def _good(run: ScheduledRun) -> float:
    return 1 - min(1, sum(run.skips.get(reason, 0) for reason in _BAD) / run.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Where alerts go: a command reads a JSON object from stdin, and a webhook receives the same object by POST."""

    command: str | None = None
    webhook: str | None = None

    def send(self, about: Mapping[str, Any], text: str, why: Sequence[str], *, well: bool) -> None:
        """Send an alert about a run or a site. A failure is only printed, so that it cannot stop the schedule."""
        alert = {"text": text, "state": "well" if well else "trouble", "reasons": list(why), **about}
        body = json.dumps(alert, ensure_ascii=False, default=str).encode()
        try:
            if self.command:
                env = {name: value for name, value in os.environ.items() if (name, value) != ("PYTHONSAFEPATH", SAFE)}
                subprocess.run(shlex.split(self.command), input=body, timeout=PATIENCE, check=True, env=env)
            if self.webhook:
                import urllib.request  # noqa: PLC0415 - `schedule list` starts without it

                request = urllib.request.Request(self.webhook, body, {"Content-Type": "application/json"})  # noqa: S310 - the user's own address
                with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - as above
                    answer.read(1)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            say(f"{about['site']}: the alert could not be sent ({error}). It said: {text}")


def tell(runs: Runs, run: ScheduledRun, alarm: Alarm | None, *, stopping: bool) -> None:
    """Send an alert if a run begins or ends the trouble of its site, or adds another kind to it; note that it was sent.

    Args:
        runs: the history.
        run: the run that has ended.
        alarm: where to send the alert; None: nowhere, so whoever is named later is told what lasts until then.
        stopping: the schedule is being stopped, so an interrupted run is no trouble.
    """
    if alarm is None or alarm == Alarm():
        return
    why = reasons(run, runs.history(run.site, before=run, limit=5))
    if stopping and run.exit == InterruptedCrawl.exit_code:
        why = [reason for reason in why if not reason.startswith(Ending.INTERRUPTED)]
    trouble = runs.trouble(run.site)
    ended = run.ended or run.began
    since, cause = trouble or (ended, "")
    cause = cause.removeprefix(f"{run.site}: ")  # earlier versions wrote it
    new = [reason for reason in why if _kind(reason) not in map(_kind, cause.split(_BETWEEN))]
    if new:
        cause = _BETWEEN.join((*filter(None, [cause]), *new))
        runs.set_trouble(run.site, since, cause)
        alarm.send(asdict(run), f"{run.site}: {'; '.join(new)}", why, well=False)
    elif not why and run.exit == 0 and trouble is not None:
        runs.set_trouble(run.site, None)
        text = f"{run.site}: recovered ({run.ending}, {run.pages} pages) after {_span(ended - since)}"
        alarm.send(asdict(run), f"{text}; it was: {cause.replace(_BETWEEN, '; ')}", [], well=True)


def tell_files(runs: Runs, folder: Path, wrong: Mapping[str, str], alarm: Alarm | None, now: dt.datetime) -> None:
    """Send an alert about each site file that has got a mistake, and one when that is corrected; note what was sent."""
    if alarm is None or alarm == Alarm():
        return
    told = {str(folder.absolute() / f"{key}.toml"): (key, words) for key, words in wrong.items()}
    # Another schedule may have a folder of site files inside this one.
    known = {name for name in runs.troubles(f"{folder.absolute()}/") if Path(name).parent == folder.absolute()}
    for name in told.keys() - known:
        key, words = told[name]
        runs.set_trouble(name, now, words)
        alarm.send({"site": key}, f"{key}: its site file is left out: {words}", [words], well=False)
    for name in known - told.keys():
        runs.set_trouble(name, None)
        key = Path(name).stem
        alarm.send({"site": key}, f"{key}: its site file was corrected, or is gone", [], well=True)


def _kind(reason: str) -> str:
    """What reasons of one kind have in common, though their numbers and details differ.

    >>> _kind("missed 4"), _kind("gaps: claims 22"), _kind("40% of 90 pages were good, usually 99%")
    ('missed', 'gaps', '% of  pages were good, usually %')
    """
    return _NUMBER.sub("", reason.partition(":")[0]).strip()


def _span(passed: dt.timedelta) -> str:
    hours = passed.total_seconds() / 3600
    return (
        f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours" if hours >= 2 else f"{hours * 60:.0f} minutes"
    )


# The reasons that a machine has behind a proxy, and how other programs are told of one.
_UNREACHED = ("unknown_host", "timeout", "connection_refused", "connection_failed", "robots_unreachable")
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
# The advice if a site gave no page, by the most frequent reason.
_CURES = {
    "robots": "Its robots.txt disallows them. Ask the site's owner for permission, or name other start pages.",
    "robots_unreachable": "Its robots.txt cannot be fetched, and nothing else is fetched before it. Crawl again later.",
    "blocked": "The site blocks us. Crawl again later and more slowly, or ask its owner for permission.",
    "challenge": "A challenge that only browsers pass protects it. Ask its owner for permission.",
    "private_address": "If you mean this address, name the host and port in `allow_private` of the site file.",
    "cookie": "It wants its cookies back: write `cookies = true` into the site file.",
    "unknown_host": "Check the spelling of the host in the site file.",
    "forgotten": "It was taken down with `cundang forget`.",
}


def cure(troubles: Mapping[str, int]) -> str:
    """What to do about a site that gave no page, given the reasons and their counts.

    >>> cure({"robots": 1})
    "Its robots.txt disallows them. Ask the site's owner for permission, or name other start pages."
    >>> cure({"timeout": 2})
    'Check that its start pages open in a browser, then crawl again.'
    """
    most = max(troubles, key=lambda reason: troubles[reason], default="")
    words = _CURES.get(most, "Check that its start pages open in a browser, then crawl again.")
    named = next((name for name in _PROXIES if os.environ.get(name)), None) if most in _UNREACHED else None
    return f"{words} {named} is set, but crawls use no proxy: they need a direct way to the site." if named else words
