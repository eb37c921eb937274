"""Documents of one site -> which addresses belong to one article, and which articles are gone.

Both follow from captures and shards alone, so a rebuilt catalogue has the same answers.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.catalogue import duplicates

# The least number of Han characters in a text that shows two addresses to be one article. Shorter texts, such as
# 图片新闻, appear on many pages.
SHORT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One version of one address."""

    number: int
    url: str
    title: str | None
    published: str | None
    captured: str
    gone: bool
    latest: bool
    whole: str


def neighbours(db: sqlite3.Connection, urls: set[str]) -> set[str]:
    """These addresses and all pages of the articles that may now have other addresses.

    They are those of the addresses, and those of joined addresses that had a text that `duplicates` noted as changed.
    """
    db.execute("CREATE TEMP TABLE IF NOT EXISTS near(url TEXT PRIMARY KEY)")
    db.execute("DELETE FROM near")
    db.executemany("INSERT OR IGNORE INTO near VALUES (?)", ((url,) for url in urls))
    for others in _NEIGHBOURS:
        db.execute(f"INSERT OR IGNORE INTO near {others}")
    return {url for (url,) in db.execute("SELECT url FROM near")}


_NOTED = """SELECT number FROM documents WHERE whole IN (SELECT fold FROM folds)
            UNION SELECT number FROM documents WHERE whole != fold AND fold IN (SELECT fold FROM folds)"""
_NEIGHBOURS = (
    "SELECT part_of FROM documents WHERE part_no > 1 AND url IN near AND part_of IS NOT NULL",
    f"""SELECT url FROM documents d WHERE number IN ({_NOTED}) AND (
            alias_of IS NOT NULL OR EXISTS (SELECT 1 FROM documents a WHERE a.alias_of = d.url))""",  # noqa: S608 - our own words
    "SELECT alias_of FROM documents WHERE url IN near AND alias_of IS NOT NULL",
    "SELECT url FROM documents WHERE alias_of IN near",
    "SELECT url FROM documents WHERE part_no > 1 AND part_of IN near",
)


def mark_gone(db: sqlite3.Connection, urls: set[str]) -> None:
    """For each address with a document, note the day (Asia/Shanghai) on which it was first missing.

    Missing means status 404 or 410, a page that says so, or a redirect to what is no article. A later capture of
    the article resets it to null.
    """
    db.execute("CREATE TEMP TABLE IF NOT EXISTS asked(url TEXT PRIMARY KEY)")
    db.execute("DELETE FROM asked")
    db.executemany("INSERT OR IGNORE INTO asked VALUES (?)", ((url,) for url in urls))
    db.execute("UPDATE documents SET gone = NULL WHERE gone IS NOT NULL AND url IN asked")
    missed = db.execute(
        """
        SELECT url FROM captures WHERE status IN (404, 410) AND url IN asked
        UNION SELECT url FROM skips WHERE gone AND url IN asked
        """
    ).fetchall()
    for (url,) in missed:
        stamp = first_missed(db.execute(_SEEN, (url,)).fetchall())
        if stamp is not None:
            db.execute(
                "UPDATE documents SET gone = date(?, '+8 hours') WHERE url = ?",
                (f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[8:10]}:{stamp[10:12]}:{stamp[12:14]}", url),
            )


# Whether the article was there in each capture of an address: 1, 0, or null if unknown. A revisit counts as the record
# that it refers to.
_SEEN = """
SELECT c.turn, CASE
    WHEN c.status IN (404, 410) THEN 0
    WHEN EXISTS (
        SELECT 1 FROM skips k WHERE k.url = c.url AND k.gone
        AND (k.id = c.id OR (c.mime = 'warc/revisit' AND c.digest != '' AND k.id IN (
            SELECT o.id FROM captures o WHERE o.url = c.url AND o.digest = c.digest)))) THEN 0
    WHEN c.mime = 'warc/revisit' THEN 1
    WHEN EXISTS (SELECT 1 FROM documents d WHERE d.url = c.url AND d.id = c.id) THEN 1
    END
FROM captures c WHERE c.url = ? ORDER BY c.turn
"""


def first_missed(seen: Sequence[tuple[str, int | None]]) -> str | None:
    """The stamp of the first capture from which on the article is missing; None if it is not.

    >>> first_missed([("20200101", 1), ("20200102", 0), ("20200103", 0)])
    '20200102'
    >>> first_missed([("20200101", 1), ("20200102", 0), ("20200103", 1)])
    """
    missed: str | None = None
    for stamp, there in seen:
        if there == 1:
            missed = None
        elif there == 0 and missed is None:
            missed = stamp
    return missed


def mark(db: sqlite3.Connection) -> None:
    """Join the addresses of one article: one stays the latest, and the others refer to it.

    Only texts that `duplicates` noted as changed are considered. Addresses belong to one article if they are of one
    site, have had the same title and text in some version each, and their days do not differ; pictures, films and files
    without a text, if they have the same long title and day. The first page of an
    article on several pages may have another address, which leads to the same further pages.
    """
    groups: dict[str, set[str]] = {}
    for pages in _candidates(db):
        for urls in _articles(pages):
            # Addresses may be linked through a third one, even if they never had the same text at one time.
            together = set(urls).union(*(groups[url] for url in urls if url in groups))
            groups |= dict.fromkeys(together, together)
    for group in {id(group): group for group in groups.values()}.values():
        _join(db, sorted(group))


def _candidates(db: sqlite3.Connection) -> Iterator[list[_Page]]:
    """The documents of each text that several addresses of a site have had."""
    rows = db.execute(
        f"""
        SELECT site, whole, fold, number, url, title, published, coalesce(captured, ''), gone IS NOT NULL, latest
        FROM documents d
        WHERE number IN ({_NOTED})
          AND (han >= ? OR kind = 'media_only') AND url NOT LIKE 'file:%' AND coalesce(part_no, 1) = 1
          AND NOT instr(flags, '"content_farm"') AND NOT instr(flags, '"mirror"')
        ORDER BY site, whole, number
        """,  # noqa: S608 - our own words
        (SHORT,),
    ).fetchall()
    groups: defaultdict[tuple[str, ...], list[_Page]] = defaultdict(list)
    for site, whole, fold, number, url, title, published, captured, gone, latest in rows:
        page = _Page(
            number=number,
            url=url,
            title=title,
            published=published,
            captured=captured,
            gone=bool(gone),
            latest=bool(latest),
            whole=whole,
        )
        for text in dict.fromkeys((whole, fold)):
            groups[site, text, title or ""].append(page)
    for pages in groups.values():
        if len({page.url for page in pages}) > 1:
            yield pages


def _articles(pages: Sequence[_Page]) -> Iterator[list[str]]:
    """Group pages of one text into articles and yield their addresses. Different days mean different articles.

    Pages without a day belong to the only article; if there are several, to none.

    >>> def page(url, day):
    ...     return _Page(number=1, url=url, title=None, published=day, captured="", gone=False, latest=True, whole="x")
    >>> list(_articles([page("a", "2020-01-01"), page("b", "2020-01-01T10:00"), page("c", None)]))
    [['a', 'b', 'c']]
    >>> list(_articles([page("a", "2020-01-01"), page("b", "2021-01-01"), page("c", None)]))
    []
    """
    days: defaultdict[str | None, list[str]] = defaultdict(list)
    for page in pages:
        days[page.published and page.published[:10]].append(page.url)
    undated = days.pop(None, [])
    for urls in days.values() if days else [undated]:
        together = dict.fromkeys([*urls, *(undated if len(days) == 1 else ())])
        if len(together) > 1:
            yield list(together)


def _join(db: sqlite3.Connection, urls: Sequence[str]) -> None:
    """Choose the main address of an article, and let the others refer to it."""
    latest = db.execute(
        "SELECT number, url, whole, gone IS NOT NULL, coalesce(captured, ''), whole != fold FROM documents"
        " WHERE latest = 1 AND url IN (SELECT value FROM json_each(?))",
        (json.dumps(urls),),
    ).fetchall()
    if len(latest) < 2:
        return
    # An address with all pages of the article goes before those of its first page.
    every = [row for row in latest if row[5] and not row[3]] or latest
    texts: defaultdict[str, int] = defaultdict(int)
    for _, _, whole, *_ in every:
        texts[whole] += 1
    # The crawler checks only one of the addresses for edits, so the one with a different text is the newest version.
    # If all have the same text, choose the first.
    moved = [row for row in every if texts[row[2]] == 1 and not row[3]] if max(texts.values()) < len(every) else []
    chosen = max(moved, key=lambda row: (row[4], row[1])) if moved else min(every, key=lambda r: (r[3], r[4], r[1]))
    others = [url for _, url, *_ in latest if url != chosen[1]]
    for url in others:
        duplicates.touch(db, "(url = ?1 OR alias_of = ?1 OR (part_no > 1 AND part_of = ?1))", url)
        # Addresses that referred to this one must refer to the chosen one now.
        db.execute("UPDATE documents SET alias_of = ?1, latest = 0 WHERE url = ?2 OR alias_of = ?2", (chosen[1], url))
        db.execute("UPDATE documents SET latest = 0 WHERE part_no > 1 AND part_of = ?", (url,))
