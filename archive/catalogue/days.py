"""A day as a page states it -> a number that grows with it."""

from __future__ import annotations

import re

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def day_number(day: str) -> int:
    """A day, month or year -> a number that grows with it; those that are less precise come first.

    >>> day_number("2020") < day_number("2020-02") < day_number("2020-02-19T17:07") < day_number("2020-03")
    True
    """
    found = _DATE.match(day)
    year, month, date = (int(part or 0) for part in found.groups(0)) if found else (0, 0, 0)
    return year * 512 + month * 32 + date
