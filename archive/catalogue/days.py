"""A day as a page states it -> a number that sorts by time."""

from __future__ import annotations

import re

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def query_of(day: str, like: str) -> str:
    """What to ask for the documents of a day, month or year in a list by a period; `like`: one of that period.

    >>> query_of("2020", "2021"), query_of("2020", "2021-02"), query_of("", "2021")
    ('2020', '2020-00', 'none')
    """
    if not day:
        return "none"
    # A less precise day stands beside the days, so it counts only documents that state no more.
    return day + "-00" if len(day) < len(like) else day


def day_number(day: str) -> int:
    """Turn a day, month or year into a number that sorts by time; a less precise date sorts before its days.

    >>> day_number("2020") < day_number("2020-02") < day_number("2020-02-19T17:07") < day_number("2020-03")
    True
    """
    found = _DATE.match(day)
    year, month, date = (int(part or 0) for part in found.groups(0)) if found else (0, 0, 0)
    return year * 512 + month * 32 + date
