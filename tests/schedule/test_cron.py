"""A schedule means the same minutes as in cron's rules and in cronsim."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from archive.errors import SiteError
from archive.site import Crawl, Site
from crawler.runs.cron import next_time, times

CHINA = ZoneInfo("Asia/Shanghai")
BEGIN = dt.datetime(2026, 2, 11, 7, 13, 30, tzinfo=dt.UTC)
SPANS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
CHANCES = random.Random(14)  # noqa: S311 - repeatable, no secret


def site(expression: str) -> Site:
    return Site(key="a", name="a", hosts=("a.cn",), crawl=Crawl(start=("http://a.cn/",)), schedule=expression)


def field(number: int) -> str:
    """Make a field as allowed by crontab(5): stars, numbers, names, ranges, lists, steps."""
    low, high = SPANS[number]

    def one() -> str:
        kind = CHANCES.randrange(5)
        first = CHANCES.randint(low, high)
        last = CHANCES.randint(first, high)
        step = CHANCES.randint(1, max(2, (high - low) // 2))
        if kind == 0:
            return f"*/{step}"
        if kind == 1:
            return f"{first}-{last}"
        if kind == 2:
            return f"{first}-{last}/{step}"
        if kind == 3 and number > 2:
            names = MONTHS if number == 3 else DAYS
            return CHANCES.choice(names if CHANCES.random() < 0.5 else [name.title() for name in names])
        return str(first)

    return "*" if CHANCES.random() < 0.4 else ",".join(one() for _ in range(CHANCES.choice((1, 1, 1, 2, 3))))


def numbers(words: str, number: int) -> set[int]:
    """The numbers that a field means according to crontab(5)."""
    low, high = SPANS[number]
    names = {name: at for at, name in enumerate(MONTHS, 1)} if number == 3 else {}
    if number == 4:
        names = {name: at for at, name in enumerate(DAYS)}
    found = set[int]()
    for part in words.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            first, last = str(low), str(high)
        begin = names.get(first) if first in names else int(first)
        assert begin is not None
        found |= set(range(begin, (int(last) if last else begin) + 1, int(step or 1)))
    return found


def means(expression: str, moment: dt.datetime) -> bool:
    """Whether cron runs at a minute: if neither day field begins with a star, one match is enough."""
    words = expression.split()
    minute, hour, day, month, weekday = (numbers(word, at) for at, word in enumerate(words))
    if moment.minute not in minute or moment.hour not in hour or moment.month not in month:
        return False
    of_month = moment.day in day
    of_week = moment.isoweekday() % 7 in {each % 7 for each in weekday}
    if words[2].startswith("*") or words[4].startswith("*"):
        return of_month and of_week
    return of_month or of_week


def planned_by_the_rules(expression: str, after: dt.datetime, days: int) -> Iterator[dt.datetime]:
    """Every minute of these days at which the expression is true, day by day."""
    midnight = after.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    minutes, hours = (sorted(numbers(word, at)) for at, word in enumerate(expression.split()[:2]))
    for number in range(days + 1):
        day = midnight + dt.timedelta(days=number)
        if means(expression, day.replace(hour=hours[0], minute=minutes[0])):
            moments = (day.replace(hour=hour, minute=minute) for hour in hours for minute in minutes)
            yield from (moment for moment in moments if after < moment <= after + dt.timedelta(days=days))


def test_a_thousand_expressions_mean_what_cron_and_cronsim_mean() -> None:
    met = 0
    for _ in range(1000):
        expression = " ".join(field(number) for number in range(5))
        after = BEGIN + dt.timedelta(minutes=CHANCES.randrange(400 * 1440))
        wanted = list(islice(planned_by_the_rules(expression, after, 40), 20))
        try:
            ours = list(islice(times(site(expression), after, after + dt.timedelta(days=40)), 20))
        except SiteError:
            # None of the months in the expression has such a day.
            assert next(planned_by_the_rules(expression, after, 366 * 4), None) is None, expression
            continue
        assert ours == wanted, expression
        # Cronsim reads a step after a range of one number as a range to the end of the field.
        if not re.search(r"\b(\w+)-\1/", expression):
            library = list(islice(CronSim(expression, after.astimezone(CHINA)), len(ours)))
            assert ours == library, expression
        met += bool(ours)
    assert met > 400, "most expressions plan something within the days"


@pytest.mark.parametrize(
    ("expression", "planned"),
    [
        # In the rule of the two day fields a star with a step counts as a star, so both must match.
        ("0 0 */2 * mon", ["2026-02-23 00:00", "2026-03-09 00:00"]),
        ("0 0 13 * fri", ["2026-02-13 00:00", "2026-02-20 00:00"]),
        ("@weekly", ["2026-02-15 00:00", "2026-02-22 00:00"]),
        ("@Monthly", ["2026-03-01 00:00", "2026-04-01 00:00"]),
        ("0 0 29 2 *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
    ],
)
def test_days_steps_and_names_are_crons(expression: str, planned: list[str]) -> None:
    found = islice(times(site(expression), BEGIN, BEGIN + dt.timedelta(days=3000)), 2)
    assert [f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" for moment in found] == planned


@pytest.mark.parametrize(
    "expression", ["* * * * * *", "@reboot", "0 0 30 2 *", "*/0 * * * *", "60 * * * *", "0 0 0 * *", "5/15 * * * *"]
)
def test_what_cron_would_not_run_is_refused(expression: str) -> None:
    with pytest.raises(SiteError, match="is not a cron expression"):
        next_time(site(expression), BEGIN)
