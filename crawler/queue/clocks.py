"""When an answered address is asked for again: a list by how often it changes, an article by its age."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from archive.site import CHINA

HOUR, DAY = 3600.0, 86400.0
# A crawl at the same hour of each day may begin a little earlier than the last one.
ABOUT = 0.95
_NUMBERS = re.compile(r"\d+")
# The day that an address names: /day/2025-01-03.html, ?d=20250103, ?y=2025&m=1&d=3.
_ADDRESS_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)\D{0,7}([01]?\d)\D{0,5}([0-3]?\d)(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The intervals, in seconds.

    Attributes:
        first: after the first visit to a list.
        shortest, longest: bounds of a list's interval; those of Common Crawl's news crawler.
        sooner, later: factors after a change and after none.
        young: an article that is younger than this when it is first met is checked after `soon`: most edits and
            deletions come in the first days. A week, and a day: ages are counted from the begin of an article's day.
        ages: of an article, counted from its own day, at which it is checked.
        after: times after the first meeting within which an article is checked, whatever its age.
        back: after which a page that is gone is asked for once more, an answer that leads nowhere, and the list of
            a day that was without articles when it was over.
    """

    first: float = 6 * HOUR
    shortest: float = 1.5 * HOUR
    longest: float = 90 * DAY
    sooner: float = 0.8
    later: float = 1.5
    young: float = 8 * DAY
    soon: float = DAY
    ages: tuple[float, ...] = (7 * DAY, 30 * DAY, 90 * DAY)
    after: tuple[float, ...] = (30 * DAY, 90 * DAY)
    back: float = 30 * DAY

    def interval(self, span: float | None, *, changed: bool) -> float:
        """The interval of a list after one more answer; `span` is the one before, None: this was the first answer.

        >>> Clocks().interval(None, changed=True) / HOUR, Clocks().interval(10 * HOUR, changed=True) / HOUR
        (6.0, 8.0)
        >>> Clocks().interval(10 * HOUR, changed=False) / HOUR, Clocks().interval(HOUR, changed=True) / HOUR
        (15.0, 1.5)
        """
        if span is None:
            span = self.first
        else:
            span *= self.sooner if changed else self.later
        return min(max(span, self.shortest), self.longest)

    def checks(self, age: float | None) -> list[float]:
        """The times after the first meeting at which an article of that age is checked; None: its day is not known.

        An article without a day counts as new where a list showed it for the first time; the caller gives 0 then.

        >>> [round(time / DAY) for time in Clocks().checks(0)], [round(time / DAY) for time in Clocks().checks(6 * DAY)]
        ([1, 7, 30, 90], [1, 24, 84])
        >>> [round(time / DAY) for time in Clocks().checks(20 * DAY)], [round(t / DAY) for t in Clocks().checks(None)]
        ([10, 30, 70], [30, 90])
        """
        found = [] if age is None else [when - age for when in self.ages if when - age > self.soon / 2]
        if age is not None and age < self.young:
            # A check at its own age would follow within hours.
            found = [self.soon, *(time for time in found if time > 2 * self.soon)]
        # Where no check of its own age falls into the second half of the interval.
        found += [limit for limit in self.after if not any(limit / 2 < time <= limit for time in found)]
        return sorted(found)

    def next_check(self, first: float, day: float | None, now: float) -> float | None:
        """When an article is checked next; None: never again.

        `first`: when it was first met; `day`: its own day; None: not known. All in seconds since 1970.
        """
        # A day in the future is a mistake of the page. A day has no hour, so the age may be off by a day.
        age = None if day is None else max(0.0, first - day)
        return next((first + time * ABOUT for time in self.checks(age) if first + time * ABOUT > now), None)


def is_over(url: str, now: float) -> bool:
    """Whether an address names a day that ended at least a week before `now`, in seconds since 1970.

    >>> [is_over(url, 1584000000) for url in ("http://h/day/2020-02-19.html", "http://h/day?y=2020&m=3&d=12", "http://h/")]
    [True, False, False]
    """
    found = _ADDRESS_DAY.search(url)
    day = read_day("-".join(found.groups()), now) if found else None
    return day is not None and day + 8 * DAY < now


def read_day(text: str | None, today: float) -> float | None:
    """A day as a page or a list row shows it -> its begin in China, in seconds since 1970; None: it shows no whole day.

    A day without a year is the last one before `today` (seconds since 1970).

    >>> read_day("2020-02-19T17:07+08:00", 0) == read_day("[2020年2月19日]", 0) == 1582041600
    True
    >>> read_day("[02-19]", 1584000000) == 1582041600, read_day("12-31", 1584000000) == 1577721600
    (True, True)
    >>> read_day("2020-02", 0), read_day("最新", 0), read_day("20-13-45", 0)
    (None, None, None)
    """
    numbers = [int(digits) for digits in _NUMBERS.findall(text or "")[:3]]
    now = dt.datetime.fromtimestamp(today, CHINA)
    try:
        if numbers and 1900 <= numbers[0] <= 2999:
            return dt.datetime(*numbers, tzinfo=CHINA).timestamp() if len(numbers) == 3 else None  # type: ignore[misc,arg-type] # three of them
        if len(numbers) < 2 or not 1 <= numbers[0] <= 12:
            return None
        day = dt.datetime(now.year, numbers[0], numbers[1], tzinfo=CHINA)
        return (day if day <= now else day.replace(year=now.year - 1)).timestamp()
    except ValueError:
        return None
