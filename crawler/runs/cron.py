"""A cron expression -> its planned times, by the rules of cron and in the time zone of China."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from cronsim import CronSim, CronSimError

from archive.errors import SiteError
from archive.site import CHINA, Site

# The named expressions of crontab(5).
_NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def times(site: Site, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """The planned times of a site in UTC, later than `after` and not later than `until`.

    Raises:
        SiteError: the schedule is not a cron expression.
    """
    if site.schedule is not None:
        yield from takewhile(lambda moment: moment <= until, _planned(site.key, site.schedule, after))


def next_time(site: Site, after: dt.datetime) -> dt.datetime | None:
    """The first planned time later than `after`, in UTC; None: there is no schedule, or no such time.

    Raises:
        SiteError: the schedule is not a cron expression.
    """
    return None if site.schedule is None else _next(site.key, site.schedule, after)


def mistakes(path: Path) -> Iterator[str]:
    """What is wrong with the schedule of a site file, with its line, whatever else is wrong with the file."""
    try:
        text = path.read_text(encoding="utf-8")
        expression = tomllib.loads(text).get("schedule")
    except (OSError, ValueError):
        # The reader of site files names this.
        return
    if isinstance(expression, str):
        line = next((n for n, each in enumerate(text.splitlines(), 1) if re.match(r"\s*schedule\s*=", each)), 0)
        try:
            _next(path.stem, expression, dt.datetime.now(dt.UTC))
        except SiteError as error:
            yield f"{path}, line {line}: {str(error).partition(': ')[2]}"


# Cached, because the schedule asks every second for each site, and the answer changes only with a run.
@lru_cache(maxsize=4096)
def _next(key: str, expression: str, after: dt.datetime) -> dt.datetime | None:
    return next(_planned(key, expression, after), None)


def _planned(key: str, expression: str, after: dt.datetime) -> Iterator[dt.datetime]:
    try:
        moments = CronSim(_as_cronsim_reads(expression), after.astimezone(CHINA))
    except CronSimError as error:
        raise SiteError(
            f'{key}: schedule {expression!r} is not a cron expression ({error}). Write five fields, "0 3 * * *".'
        ) from error
    return (moment.astimezone(dt.UTC) for moment in moments)


def _as_cronsim_reads(expression: str) -> str:
    """Translate an expression of crontab(5) into one that means the same to cronsim.

    >>> _as_cronsim_reads("@daily"), _as_cronsim_reads("5 9-9/3 * * 1-5/2")
    ('0 0 * * *', '5 9 * * 1-5/2')
    """
    fields = _NAMED.get(expression.strip().lower(), expression).split()
    # Cronsim also accepts six fields, the first for seconds, which cron does not have.
    if len(fields) != 5:
        raise CronSimError(f"{len(fields)} field" + "s" * (len(fields) != 1))
    return " ".join(",".join(_part(part) for part in field.split(",")) for field in fields)


def _part(part: str) -> str:
    span, slash, _ = part.partition("/")
    first, dash, last = span.partition("-")
    if not slash or span == "*":
        return part
    # A number with a step: cronsim reads a range to the end of the field, but Debian's cron reads only the number.
    if not dash:
        raise CronSimError(f"versions of cron disagree on {part}; write a range before the step")
    return first if first == last else part
