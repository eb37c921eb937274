"""When an answered address is asked for again."""

from __future__ import annotations

from dataclasses import dataclass

HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """When an answered address is asked for again, in seconds.

    Attributes:
        first: after the first visit to a list.
        shortest, longest: bounds of a list's interval; those of Common Crawl's news crawler.
        sooner, later: factors after a change and after none.
        checks: ages at which an article is checked. What the first visit finds is old, and begins with `backlog`.
        backlog: how many of `checks` are left out for articles of the first visit.
    """

    first: float = 6 * HOUR
    shortest: float = 1.5 * HOUR
    longest: float = 90 * DAY
    sooner: float = 0.8
    later: float = 1.5
    checks: tuple[float, ...] = (1 * DAY, 7 * DAY, 30 * DAY, 90 * DAY)
    backlog: int = 2


# A crawl at the same hour of each day may begin a little earlier than the last one.
ABOUT = 0.95
