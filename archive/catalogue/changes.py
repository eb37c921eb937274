"""What changed since a day, over all sites: new articles, edits, deletions, and what came back."""

from __future__ import annotations

from collections.abc import Iterator
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
        id: of the document that holds the text from then on, of the last one before a deletion.
        lines: of an edit, the lines of title and text that differ, `- ` and `+ ` before them.
    """

    seen: str
    what: What
    url: str
    site: str
    title: str | None
    published: str | None
    id: str
    lines: tuple[str, ...] = ()


def changes(layout: Layout, since: str, *, site: str | None = None, new: bool = True) -> list[Change]:
    """The changes that captures since a stamp (UTC, up to 14 digits) show, latest first.

    A new article is one whose first capture is as young as that.

    Raises:
        UsageError: there is no catalogue yet.
    """
    asked = (since + "00000000000000")[:14]
    found = list(_new(layout, asked, site)) if new else []
    for url, key in _candidates(layout, asked, site):
        found += _of_url(layout, url, key, asked)
    return sorted(found, key=lambda change: (change.seen, change.url), reverse=True)


def _new(layout: Layout, since: str, site: str | None) -> Iterator[Change]:
    sql = """SELECT d.url, d.site, d.title, d.published, d.id, min(c.stamp) AS first
             FROM documents d JOIN captures c ON c.url = d.url
             WHERE d.latest = 1 AND d.head IS NULL AND (?1 IS NULL OR d.site = ?1)
             GROUP BY d.url HAVING first >= ?2"""
    with query.catalogue(layout) as db:
        for url, key, title, published, id_, first in db.execute(sql, (site, since)):
            yield Change(seen=first, what="new", url=url, site=key, title=title, published=published, id=id_)


def _candidates(layout: Layout, since: str, site: str | None) -> list[tuple[str, str]]:
    """The pages that had a text and were captured since: with another text, or with none."""
    sql = """SELECT d.url, d.site FROM documents d
             WHERE (?1 IS NULL OR d.site = ?1) AND d.latest = 1 AND (
                 EXISTS (SELECT 1 FROM documents o WHERE o.url = d.url AND o.id != d.id)
                 OR EXISTS (SELECT 1 FROM skips k WHERE k.url = d.url))
                 AND EXISTS (SELECT 1 FROM captures c WHERE c.url = d.url AND c.stamp >= ?2)"""
    with query.catalogue(layout) as db:
        return [(url, key) for url, key in db.execute(sql, (site, since))]


def _of_url(layout: Layout, url: str, site: str, since: str) -> Iterator[Change]:
    published = {document.id: document.published for document in query.find(layout, url)}
    last = None
    gone = False
    for version in query.versions(layout, url):
        if version.what == "document":
            what: What = "back" if gone else "edited"
            if last is not None and version.first >= since and (gone or version.changes):
                yield Change(
                    seen=version.first,
                    what=what,
                    url=url,
                    site=site,
                    title=version.title,
                    published=published.get(version.id),
                    id=version.id,
                    lines=version.changes,
                )
            last, gone = version, False
        elif version.what == "deleted" and last is not None and not gone:
            gone = True
            if version.first >= since:
                yield Change(
                    seen=version.first,
                    what="deleted",
                    url=url,
                    site=site,
                    title=last.title,
                    published=published.get(last.id),
                    id=last.id,
                )
