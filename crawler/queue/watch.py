"""The rows of a list, page by page -> the page on which its new rows will appear, where that is not the first."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from statistics import median_high
from typing import TypeAlias
from urllib.parse import urlsplit

from crawler.queue.clocks import read_day

# What a row is sorted by: its day, or the numbers in its address.
_Key: TypeAlias = "float | tuple[int, ...]"
# A row by its first page, as the frontier knows it: its address, its own day, the day that its list shows, and when it
# was met.
_Row: TypeAlias = tuple[str, "float | None", "str | None", "float | None"]

# The share of neighbouring pages that have the same order in a list that is sorted.
SORTED = 0.8
_NUMBERS = re.compile(r"\d{1,15}")
# The pages of the lists of which one was asked for in a visit, in the order in which they were met.
_PAGES = """
SELECT l.list, p.id, p.url FROM ledger l JOIN address p ON p.id = l.page
WHERE l.list IN (
    SELECT m.list FROM ledger m JOIN address q ON q.id = m.page GROUP BY m.list
    HAVING count(*) > 1 AND max(q.visited) = ?)
ORDER BY l.list, p.id
"""
_ROWS = """
SELECT a.parent, a.url, a.day, a.row_date, a.first FROM listed r JOIN address a ON a.id = r.address WHERE r.list = ?
"""


def watched(db: sqlite3.Connection, visit: int) -> list[int]:
    """The further pages of lists on which new rows appear; of each list that was asked for in the visit one at most.

    A list may be sorted upwards, so that new rows are on its last page, or its first page is full of rows that stay
    there (置顶). Either way the rows of another page are newer than those of the first.
    """
    found = []
    for key, pages in groupby(db.execute(_PAGES, [visit]).fetchall(), itemgetter(0)):
        places = {url: page for _, page, url in pages}
        rows: defaultdict[str, list[_Row]] = defaultdict(list)
        for parent, *row in db.execute(_ROWS, [key]):
            if parent in places:
                rows[parent].append(tuple(row))
        shown = {page: rows[url] for url, page in places.items() if rows[url]}
        if next(iter(shown), None) == key and (newest := newest_page(list(shown.values()))):
            found.append(list(shown)[newest])
    return found


def newest_page(pages: Sequence[Sequence[_Row]]) -> int:
    """The place of the page with the newest rows: by their days, or by their numbers where days are in no order.

    >>> def page(*days): return [(f"/{day}.html", None, f"2024-01-{day:02}", 0.0) for day in days]
    >>> newest_page([page(28, 27), page(26, 25)]), newest_page([page(1, 2), page(3, 4), page(5)])
    (0, 2)
    >>> newest_page([page(3, 2), page(28, 27), page(26, 25)])
    1
    """
    keys: tuple[Callable[[_Row], _Key | None], ...] = (_day, _numbers)
    return next((newest for key in keys if (newest := _newest(pages, key)) is not None), 0)


def _newest(pages: Sequence[Sequence[_Row]], key: Callable[[_Row], _Key | None]) -> int | None:
    """The place of the page that is the newest by a key; None: the pages behind the first are in no order of it."""
    middles = []
    for rows in pages:
        keys = [found for row in rows if (found := key(row)) is not None]
        if 2 * len(keys) < len(rows):
            return None
        # The median ignores a row that always stays on top, and a day in the future.
        middles.append(median_high(keys))
    steps = [(a > b) - (a < b) for a, b in pairwise(middles[1:])]  # type: ignore[operator]
    in_order = max(steps.count(1), steps.count(-1))
    if len(set(middles)) == 1 or in_order < SORTED * len(steps):
        return None
    return middles.index(max(middles))


def _day(row: _Row) -> float | None:
    _, own, shown, met = row
    return own if own is not None else read_day(shown, met or 0.0)


def _numbers(row: _Row) -> tuple[int, ...] | None:
    parts = urlsplit(row[0])
    return tuple(map(int, _NUMBERS.findall(f"{parts.path}?{parts.query}"))) or None
