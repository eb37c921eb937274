"""Redirects of addresses that had an article -> which of them say that it is gone.

Many sites lead to their home page, to the article's list or to a page of words instead of answering 404. A redirect to
an article says that the article moved; what it leads to decides, and only captures tell what that is.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Set as AbstractSet
from urllib.parse import urldefrag, urljoin, urlsplit

# No more redirects in a row are followed.
LONGEST = 10
# What a page is that no article can have moved to. A login, a firewall or a failing server may hide one.
_NOTHING = ("home", "list", "soft_404", "empty")

_REDIRECTS = """
SELECT k.rowid, k.url, k.detail, k.gone FROM skips k
WHERE k.reason = 'redirect' AND EXISTS (SELECT 1 FROM documents d WHERE d.url = k.url)
"""
_LAST = """
SELECT reason, status, detail FROM skips k WHERE url = ?1
AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.url = ?1 AND d.captured >= k.captured)
ORDER BY captured DESC LIMIT 1
"""
_FORGOTTEN = """
UPDATE skips SET gone = 0
WHERE reason = 'redirect' AND gone AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.url = skips.url)
"""
_TEXTS = "SELECT DISTINCT fold FROM documents WHERE url = ?"


def mark(db: sqlite3.Connection) -> set[str]:
    """Note of each redirect whether it says that an article is gone; return the addresses of which that is new."""
    db.execute(_FORGOTTEN)
    found = [(key, url, _target(url, detail), gone) for key, url, detail, gone in db.execute(_REDIRECTS).fetchall()]
    sources: defaultdict[str | None, set[str]] = defaultdict(set)
    for _, url, target, _ in found:
        sources[target].add(url)
    changed: set[str] = set()
    for key, url, target, gone in found:
        now = target is not None and _is_nothing(db, url, target, sources[target])
        if now != bool(gone):
            db.execute("UPDATE skips SET gone = ? WHERE rowid = ?", (int(now), key))
            changed.add(url)
    return changed


def _is_nothing(db: sqlite3.Connection, url: str, target: str, sources: AbstractSet[str]) -> bool:
    """Whether an address that had an article leads to what is none; `sources`: all addresses that lead there."""
    end = _end(db, target)
    parts = urlsplit(end)
    if parts.path in ("", "/") and not parts.query:
        return True
    if there := _texts(db, end):
        own = _texts(db, url)
        # Articles that move have addresses of their own; several addresses of one article may lead to one.
        return own.isdisjoint(there) and any(own.isdisjoint(_texts(db, other)) for other in sources)
    last = db.execute(_LAST, (end,)).fetchone()
    return last is not None and (last[0] in _NOTHING or last[1] in (404, 410))


def _texts(db: sqlite3.Connection, url: str) -> set[str]:
    return {fold for (fold,) in db.execute(_TEXTS, (url,))}


def _end(db: sqlite3.Connection, target: str) -> str:
    """Where a redirect ends: the address that leads nowhere else."""
    for _ in range(LONGEST):
        last = db.execute(_LAST, (target,)).fetchone()
        further = _target(target, last[2]) if last is not None and last[0] == "redirect" else None
        if further is None:
            break
        target = further
    return target


def _target(url: str, detail: str) -> str | None:
    """The address that the detail of a Skip names: status 302 to /index.html.

    >>> _target("http://h/a/1.html", "script to ../index.html")
    'http://h/index.html'
    """
    try:
        return urldefrag(urljoin(url, detail.partition(" to ")[2]))[0]
    except ValueError:
        return None
