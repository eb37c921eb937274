"""`runs.sqlite` -> the runs of a site, latest first. Read-only: `crawler` writes the file."""

from __future__ import annotations

import datetime as dt
import sqlite3
import statistics
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from archive.layout import Layout
from archive.site import CHINA

# The number of earlier runs whose median is the usual number of pages, and how many of them must have ended well.
BEFORE, ENOUGH = 10, 3
# A run below this share of the usual number of pages is marked, as `schedule` alerts.
SHARE = 0.5
_SQL = """SELECT site, planned, missed, first_missed, began, ended, exit, ending, pages, articles, documents, bytes
          FROM run """
# Both conditions use an index, since a history may have 100,000 runs.
_OF_SITE = "WHERE site = ? ORDER BY planned DESC, number DESC LIMIT ?"
_OF_ALL = "ORDER BY number DESC LIMIT ?"

# How a day went, worst first: never begun although planned; ended badly; ended well.
Day = Literal["missed", "bad", "good"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run; times are UTC, ISO 8601.

    Attributes:
        planned: the time of the schedule.
        missed: how many planned times before it passed without a run; `first_missed`: the first of them.
        exit: the exit code; None while it runs, or if its end is unknown.
        usual: the median number of pages of the runs before it that ended well; None: there are too few.
        less: it ended well, but with less than half of that.
    """

    site: str
    planned: str
    missed: int
    first_missed: str | None
    began: str
    ended: str | None
    exit: int | None
    ending: str
    pages: int
    articles: int
    documents: int
    bytes: int
    usual: int | None = None
    less: bool = False


def runs(layout: Layout, site: str | None = None, most: int = 50) -> list[Run]:
    """The latest runs, of one site or of all; empty if no schedule ever ran, or the history cannot be read."""
    if not layout.runs.exists():
        return []
    names = _SQL.partition("SELECT ")[2].partition("FROM")[0].replace(",", " ").split()
    try:
        with closing(sqlite3.connect(f"{layout.runs.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            asked = (_OF_ALL, (most,)) if site is None else (_OF_SITE, (site, most + BEFORE))
            found = db.execute(_SQL + asked[0], asked[1])
            rows = [Run(**dict(zip(names, row, strict=True))) for row in found]
    except sqlite3.Error:
        return []
    return (_compare(rows) if site is not None else rows)[:most]


def _compare(rows: Sequence[Run]) -> list[Run]:
    """Add to each run of one site, latest first, how it compares with the usual number of pages."""
    found = []
    for nth, run in enumerate(rows):
        before = [one.pages for one in rows[nth + 1 : nth + 1 + BEFORE] if one.exit == 0]
        usual = round(statistics.median(before)) if len(before) >= ENOUGH else None
        less = usual is not None and run.exit == 0 and run.pages < SHARE * usual
        found.append(replace(run, usual=usual, less=less))
    return found


def days(rows: Iterable[Run]) -> Mapping[str, Day]:
    """How each day (Asia/Shanghai) with a planned run went.

    Assumes that missed times were equally spaced between the first of them and the run that came at last.
    """
    found: dict[str, Day] = {}
    for run in rows:
        at = dt.datetime.fromisoformat(run.planned)
        how: Day = "good" if run.exit in (0, None) else "bad"
        _worse(found, at, how)
        if run.missed and run.first_missed:
            first = dt.datetime.fromisoformat(run.first_missed)
            step = (at - first) / run.missed
            # At most 400 steps: a schedule by the minute may have missed many times a day.
            for nth in range(0, run.missed, max(run.missed // 400, 1)):
                _worse(found, first + nth * step, "missed")
    return found


def _worse(found: dict[str, Day], at: dt.datetime, how: Day) -> None:
    order = ("missed", "bad", "good")
    day = at.astimezone(CHINA).date().isoformat()
    known = found.get(day, "good")
    found[day] = min(known, how, key=order.index)


def overdue(rows: Sequence[Run], now: dt.datetime) -> dt.timedelta | None:
    """How long ago the last run of a site was planned; None unless that is over three times the usual interval."""
    times = [dt.datetime.fromisoformat(run.planned) for run in rows]
    if len(times) < ENOUGH:
        return None
    usual = statistics.median((after - before).total_seconds() for after, before in pairwise(times))
    since = now - times[0]
    return since if since.total_seconds() > max(3 * usual, 86400) else None
