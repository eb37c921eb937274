"""Captures of a crawl whose clock was wrong -> their turn among the captures of their site.

The crawls of a site follow one another, and fixity.jsonl has their WARC files in the order in which they closed. A file
that is dated out of this order was written with a wrong clock: its captures come after those of the file before it.
A file that was put in by hand has no place in this order, and a clock that jumps within a file is not seen.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.layout import IMPORTED, WARC_ENDINGS, Layout
from archive.warc import fixity

_STAMP = "%Y%m%d%H%M%S"
# A clock may be corrected by so much without harm.
NEAR = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The index of a WARC file; `first`, `last`: the stamps of its captures; `place`: in the order of the ledger."""

    source: int
    site: str
    place: int
    first: str
    last: str


def mark(db: sqlite3.Connection, layout: Layout) -> set[str]:
    """Note the turns of all captures; return the addresses of those whose turn is another than before."""
    places: dict[str, int] = {}
    for number, (name, entry) in enumerate(fixity.read(layout).entries.items()):
        if not entry.merged and entry.by != "registered":
            places.setdefault(_stem(name), number)
    had: dict[int, str] = {}
    files: list[_File] = []
    for source, path, first, last, turn in db.execute(
        "SELECT id, path, first, last, turn FROM sources WHERE first != ''"
    ):
        had[source] = turn
        site, place = path.split("/")[1], places.get(_stem(path))
        if site != IMPORTED and place is not None:
            files.append(_File(source=source, site=site, place=place, first=first, last=last))
    files.sort(key=lambda file: (file.site, file.place))
    turns = dict(pair for _, group in groupby(files, lambda file: file.site) for pair in _turns(list(group)))
    changed = [source for source, turn in had.items() if turns.get(source, "") != turn]
    for source in changed:
        turn = turns.get(source, "")
        db.execute("UPDATE sources SET turn = ? WHERE id = ?", (turn, source))
        db.execute("UPDATE captures SET turn = ? || stamp WHERE source = ? AND stamp != ''", (turn, source))
    return {url for source in changed for (url,) in db.execute("SELECT url FROM captures WHERE source = ?", (source,))}


def _stem(name: str) -> str:
    """What the names of a WARC file and its index have in common, also after an erasure.

    >>> _stem("warc/a/2026/a-1-erased2.warc.gz"), _stem("index/a/2026/a-1.cdxj")
    ('a/2026/a-1', 'a/2026/a-1')
    """
    name = name.partition("/")[2]
    ending = next((ending for ending in (*WARC_ENDINGS, ".cdxj") if name.endswith(ending)), "")
    return re.sub(r"-erased\d+\Z", "", name.removesuffix(ending))


def _turns(files: Sequence[_File]) -> Iterator[tuple[int, str]]:
    """The stamps after which the captures of misdated files come.

    >>> stamps = ("20261101100000", "20311120100000", "20261220100000")
    >>> list(_turns([_File(source=n, site="a", place=n, first=at, last=at) for n, at in enumerate(stamps)]))
    [(1, '20261101100000')]
    """
    kept = _in_order([file.first for file in files])
    for number, file in enumerate(files):
        before = files[max((other for other in kept if other < number), default=number)]
        after = files[min((other for other in kept if other > number), default=number)]
        if number in kept or not (
            _at(before.last) - _at(file.first) > NEAR or _at(file.last) - _at(after.first) > NEAR
        ):
            continue
        # The end of the file before may be from a clock that jumped.
        follows = before is not file and (after is file or before.last <= after.first)
        yield file.source, before.last if follows else (_at(after.first) - dt.timedelta(seconds=1)).strftime(_STAMP)


def _in_order(stamps: Sequence[str]) -> set[int]:
    """The longest part of a sequence that is in order, by its places; of several the one that ends earliest."""
    ends: list[str] = []
    at: list[int] = []
    earlier: dict[int, int | None] = {}
    for number, stamp in enumerate(stamps):
        length = bisect_right(ends, stamp)
        earlier[number] = at[length - 1] if length else None
        ends[length:], at[length:] = [stamp, *ends[length + 1 :]], [number, *at[length + 1 :]]
    found: set[int] = set()
    last = at[-1] if at else None
    while last is not None:
        found.add(last)
        last = earlier[last]
    return found


def _at(stamp: str) -> dt.datetime:
    return dt.datetime.strptime(stamp, _STAMP).replace(tzinfo=dt.UTC)
