"""Redirects of addresses that had an article -> which of them say that it is gone.

Many sites lead to their home page, to the article's list or to a page of words instead of answering 404. A redirect to
an article says that the article moved; what it leads to decides, and only captures tell what that is.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from urllib.parse import urldefrag, urljoin, urlsplit

# No more redirects in a row are followed.
LONGEST = 10
# What a page is that no article can have moved to. A login, a firewall or a failing server may hide one.
_NOTHING = ("home", "list", "soft_404", "empty")

_REDIRECTS = """
SELECT k.rowid, k.url, k.detail, k.gone FROM skips k
WHERE k.reason = 'redirect' AND EXISTS (SELECT 1 FROM documents d WHERE d.url = k.url)
"""
_LAST = "SELECT reason, status, detail FROM skips WHERE url = ? ORDER BY captured DESC LIMIT 1"
_TEXTS = "SELECT DISTINCT fold FROM documents WHERE url = ?"


def mark(db: sqlite3.Connection) -> set[str]:
    """Note of each redirect whether it says that an article is gone; return the addresses of which that is new."""
    found = [(key, url, _target(url, detail), gone) for key, url, detail, gone in db.execute(_REDIRECTS).fetchall()]
    sources = Counter(target for _, target in {(url, target) for _, url, target, _ in found})
    changed: set[str] = set()
    for key, url, target, gone in found:
        now = target is not None and _is_nothing(db, url, target, several=sources[target] > 1)
        if now != bool(gone):
            db.execute("UPDATE skips SET gone = ? WHERE rowid = ?", (int(now), key))
            changed.add(url)
    return changed


def _is_nothing(db: sqlite3.Connection, url: str, target: str, *, several: bool) -> bool:
    """Whether an address that had an article leads to what is none; `several`: so do other articles' addresses."""
    end = _end(db, target)
    parts = urlsplit(end)
    if parts.path in ("", "/") and not parts.query:
        return True
    if texts := {fold for (fold,) in db.execute(_TEXTS, (end,))}:
        # Articles that move have addresses of their own.
        return several and not texts.intersection(fold for (fold,) in db.execute(_TEXTS, (url,)))
    last = db.execute(_LAST, (end,)).fetchone()
    return last is not None and (last[0] in _NOTHING or last[1] in (404, 410))


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
