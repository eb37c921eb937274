"""What changed since a day, over all sites: new articles, edits, deletions and returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from archive.catalogue import query
from archive.layout import Layout

What = Literal["new", "edited", "deleted", "back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one page.

    Attributes:
        seen: when the capture that shows it was made (UTC, 14 digits); the change itself is older.
        id: of the document with the new text; after a deletion, of the last document before it.
        lines: of an edit, the lines of title and text that differ, prefixed with `- ` and `+ `.
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


def changes(layout: Layout, since: str, *, site: str | None = None) -> list[Change]:
    """All changes that captures since a stamp (UTC, up to 14 digits) show, latest first.

    An article is new if its first capture is not older than the stamp.

    Raises:
        UsageError: there is no catalogue yet.
    """
    asked = _stamp(since)
    return _sort([*_new(layout, asked, site, -1)[1], *_others(layout, asked, site)])


def page(
    layout: Layout, since: str, *, site: str | None = None, what: str = "", size: int = 200, number: int = 1
) -> Changed:
    """One page of these changes, counted from 1; of one kind, or of all if `what` is empty.

    Raises:
        UsageError: there is no catalogue yet.
    """
    asked = _stamp(since)
    others = list(_others(layout, asked, site))
    counts: Counter[What] = Counter(change.what for change in others)
    last = number * size
    counts["new"], new = _new(layout, asked, site, last)
    chosen = _sort([change for change in (*new, *others) if what in ("", change.what)])
    return Changed(
        counts={name: count for name, count in counts.items() if count}, changes=tuple(chosen[last - size : last])
    )


def _stamp(since: str) -> str:
    return (since + "00000000000000")[:14]


def _sort(found: list[Change]) -> list[Change]:
    return sorted(found, key=lambda change: (change.seen, change.url), reverse=True)


# The stamp of a page's first capture; and the documents of pages that were captured since a stamp.
_FIRST = "(SELECT min(c.stamp) FROM captures c WHERE c.url = d.url AND c.stamp != '')"
_SEEN = "(SELECT DISTINCT url FROM captures WHERE stamp >= ?2) seen CROSS JOIN documents d ON d.url = seen.url"
_ARTICLES = "d.latest = 1 AND d.head IS NULL AND (?1 IS NULL OR d.site = ?1)"


def _new(layout: Layout, since: str, site: str | None, most: int) -> tuple[int, list[Change]]:
    """The number of new articles, and the latest `most` of them; all of them for -1."""
    sql = f"""SELECT found.count, found.first, d.url, d.site, d.title, d.published, d.id
              FROM (SELECT d.number, d.url, {_FIRST} AS first, count(*) OVER () AS count FROM {_SEEN}
                    WHERE {_ARTICLES} AND first >= ?2 ORDER BY first DESC, d.url DESC LIMIT ?3) found
              JOIN documents d ON d.number = found.number"""  # noqa: S608 - our own words
    with query.catalogue(layout) as db:
        rows = db.execute(sql, (site, since, most)).fetchall()
    names = ("seen", "url", "site", "title", "published", "id")
    found = [Change(what="new", **dict(zip(names, values, strict=True))) for _, *values in rows]
    return rows[0][0] if rows else 0, found


def _others(layout: Layout, since: str, site: str | None) -> Iterator[Change]:
    """Edits, deletions and returns of pages that have had a text and were captured since the stamp."""
    # A changed page has another text, or a capture without one. A "not found" that is only a revisit of another page
    # shows by its status alone.
    sql = """SELECT d.url, d.site FROM documents d
             WHERE d.latest = 1 AND (?1 IS NULL OR d.site = ?1)
                 AND d.url IN (SELECT url FROM documents WHERE latest = 0
                               UNION SELECT url FROM skips WHERE reason != 'not_html'
                               UNION SELECT url FROM captures WHERE status IN (404, 410))
                 AND EXISTS (SELECT 1 FROM captures c WHERE c.url = d.url AND c.stamp >= ?2)"""
    with query.catalogue(layout) as db:
        found = db.execute(sql, (site, since)).fetchall()
    for url, key in found:
        yield from _of_url(layout, url, key, since)


def _of_url(layout: Layout, url: str, site: str, since: str) -> Iterator[Change]:
    published = {document.id: document.published for document in query.find(layout, url)}
    for what, version, of in _steps(query.versions(layout, url)):
        if version.first >= since:
            yield Change(
                seen=version.first,
                what=what,
                url=url,
                site=site,
                title=of.title,
                published=published.get(of.id),
                id=of.id,
                lines=() if what == "deleted" else version.changes,
            )


def _steps(versions: Iterable[query.Version]) -> Iterator[tuple[What, query.Version, query.Version]]:
    """Yield each event of a page: its kind, the version that shows it, and the version with the text concerned."""
    last: query.Version | None = None
    gone = False
    for version in versions:
        if version.what == "document":
            if last is not None and (gone or version.changes):
                yield "back" if gone else "edited", version, version
            last, gone = version, False
        elif version.what == "deleted" and last is not None and not gone:
            gone = True
            yield "deleted", version, last
