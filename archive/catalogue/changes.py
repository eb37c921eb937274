"""What changed since a day, over all sites: new articles, edits, deletions and returns."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from archive.catalogue import query, timeline
from archive.corpus import shard
from archive.errors import DataError
from archive.layout import Layout
from archive.site import CHINA
from archive.text.document import Document

What = Literal["new", "edited", "deleted", "back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one page.

    Attributes:
        seen: when the capture that shows it was made (UTC, 14 digits); the change itself is older.
        id: of the document with the new text, of a new article the first; after a deletion, of the last one before it.
        lines: of an edit, the lines of title, day, source, author and text that differ, prefixed with `- ` and `+ `.
    """

    seen: str
    what: What
    url: str
    site: str
    title: str | None
    published: str | None
    id: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One page of changes, latest first, and the total number of each kind."""

    counts: Mapping[What, int]
    changes: tuple[Change, ...]


def mark(db: sqlite3.Connection, layout: Layout) -> None:
    """Note anew the edits, deletions and returns of the addresses in the table `touched`."""
    db.execute("DELETE FROM changes WHERE url IN (SELECT url FROM touched)")
    # A changed page has another text, or a capture without one. A "not found" that is only a revisit of another page
    # shows by its status alone.
    sql = """SELECT url FROM touched WHERE EXISTS (SELECT 1 FROM documents d WHERE d.url = touched.url) AND (
                 EXISTS (SELECT 1 FROM documents d WHERE d.url = touched.url AND d.latest = 0)
                 OR EXISTS (SELECT 1 FROM skips k WHERE k.url = touched.url AND k.reason != 'not_html')
                 OR EXISTS (SELECT 1 FROM captures c WHERE c.url = touched.url AND c.status IN (404, 410)))"""
    for (url,) in db.execute(sql).fetchall():
        periods = timeline.history(timeline.captured(db, "c.url = ?", url), _texts(db, layout, url))
        rows = ((url, period.first, what, id_) for what, period, id_ in _events(periods))
        db.executemany("INSERT INTO changes VALUES (?, ?, ?, ?)", rows)


def _texts(db: sqlite3.Connection, layout: Layout, url: str) -> Mapping[str, object]:
    """What tells the texts of an address apart: digests; the lines themselves if one of them breaks off."""
    rows = db.execute(
        """SELECT d.id, d.exact, instr(d.flags, '"truncated"'), s.path, d.row
           FROM documents d JOIN sources s ON s.id = d.source WHERE d.url = ?""",
        (url,),
    ).fetchall()
    if any(cut for _, _, cut, _, _ in rows):
        with suppress(DataError):  # the rows of a shard that is gone stay
            read = (next(shard.read_rows(layout.root / path, [row])) for *_, path, row in rows)
            return {found.id: timeline.comparable(found) for found in read if isinstance(found, Document)}
    return {id_: exact for id_, exact, *_ in rows}


def _events(periods: Iterable[timeline.Period[Any]]) -> Iterator[tuple[What, timeline.Period[int], str]]:
    """Yield each event of a page: its kind, the period that shows it, and the id of the document concerned."""
    last: str | None = None
    gone = False
    for period in periods:
        if period.outcome == "document":
            if last is not None and (gone or period.edited):
                yield "back" if gone else "edited", period, period.of.id
            last, gone = period.of.id, False
        elif period.outcome == "deleted" and last is not None and not gone:
            gone = True
            yield "deleted", period, last


def changes(layout: Layout, since: str, *, site: str | None = None) -> list[Change]:
    """All changes that captures since a stamp (UTC, up to 14 digits) show, latest first.

    An article is new if its first capture, under any of its addresses, is not older than the stamp.
    """
    return _read(layout, (site, _stamp(since), -1), "")


def page(
    layout: Layout, since: str, *, site: str | None = None, what: str = "", size: int = 200, number: int = 1
) -> Changed:
    """One page of these changes, counted from 1; of one kind, or of all if `what` is empty."""
    asked, last = (site, _stamp(since)), number * size
    with query.catalogue(layout) as db:
        counts: dict[What, int] = dict(db.execute(_COUNTS, asked))
    return Changed(
        counts={name: count for name, count in counts.items() if count},
        changes=tuple(_read(layout, (*asked, last), what, last - size)),
    )


def stamp_of(day: str) -> str:
    """The stamp (UTC, 14 digits) of the beginning of a day, month or year in China.

    >>> stamp_of("2026-06-01"), stamp_of("2026")
    ('20260531160000', '20251231160000')

    Raises:
        UsageError: it is not a day, month or year.
    """
    query.check_days(query.Filter(since=day))
    begin = dt.datetime.fromisoformat((day + "-01-01")[:10]).replace(tzinfo=CHINA)
    return begin.astimezone(dt.UTC).strftime("%Y%m%d%H%M%S")


def _stamp(since: str) -> str:
    return (since + "00000000000000")[:14]


# New articles, and the pages with other events, of one site or of all (?1) since a stamp (?2).
# An article that was known under another address is not new.
_NEW = """d.latest = 1 AND d.head IS NULL AND d.seen >= ?2 AND (?1 IS NULL OR d.site = ?1)
AND NOT EXISTS (SELECT 1 FROM documents a WHERE a.alias_of = d.url AND a.seen < ?2)"""
_PAGE = "FROM documents d WHERE d.url = c.url AND d.latest = 1 AND (?1 IS NULL OR d.site = ?1)"
_OTHER = f"c.seen >= ?2 AND EXISTS (SELECT 1 {_PAGE})"
_COUNTS = f"""
SELECT 'new', count(*) FROM documents d WHERE {_NEW}
UNION ALL SELECT c.what, count(*) FROM changes c WHERE {_OTHER} GROUP BY c.what
"""  # noqa: S608 - our own words
_LATEST_NEW = f"""
SELECT d.seen, 'new', d.url, d.site, f.title, f.published, f.id FROM documents d
JOIN documents f ON f.number =
    (SELECT o.number FROM documents o WHERE o.url = d.url ORDER BY o.captured, o.number LIMIT 1)
WHERE {_NEW} ORDER BY d.seen DESC, d.url DESC LIMIT ?3
"""  # noqa: S608 - our own words
_LATEST_OTHERS = f"""
SELECT c.seen, c.what, c.url, (SELECT d.site {_PAGE}), (SELECT t.title FROM documents t WHERE t.id = c.id),
       (SELECT t.published FROM documents t WHERE t.id = c.id), c.id
FROM changes c WHERE {_OTHER} ORDER BY c.seen DESC, c.url DESC LIMIT ?3
"""  # noqa: S608 - our own words


def _read(layout: Layout, asked: tuple[str | None, str, int], what: str, start: int = 0) -> list[Change]:
    """The latest changes from `start` on, of one kind or of all; `asked`: site, stamp, and the most of them, or -1."""
    with query.catalogue(layout) as db:
        rows = db.execute(_LATEST_NEW, asked).fetchall() if what in ("", "new") else []
        rows += db.execute(_LATEST_OTHERS, asked).fetchall() if what != "new" else []
    names = ("seen", "what", "url", "site", "title", "published", "id")
    found = [Change(**dict(zip(names, row, strict=True))) for row in rows if what in ("", row[1])]
    found.sort(key=lambda change: (change.seen, change.url), reverse=True)
    return list(_with_lines(layout, found[start : asked[2] if asked[2] >= 0 else None]))


def _with_lines(layout: Layout, found: Iterable[Change]) -> Iterator[Change]:
    """Add to edits and returns the lines that differ: only these texts are read."""

    @cache
    def lines_of(url: str) -> dict[str, tuple[str, ...]]:
        return {version.first: version.lines for version in timeline.versions(layout, url)}

    for change in found:
        edited = change.what in ("edited", "back")
        yield replace(change, lines=lines_of(change.url).get(change.seen, ())) if edited else change
