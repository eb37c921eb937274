"""`runs.sqlite` -> what the crawls of a site did, latest first. Read-only; `crawler` writes the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from archive.layout import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run; times are UTC, ISO 8601; `exit` is None while it goes on, and where nobody saw it end."""

    site: str
    planned: str
    missed: int
    began: str
    ended: str | None
    exit: int | None
    ending: str
    pages: int
    articles: int
    documents: int
    bytes: int


def runs(layout: Layout, site: str | None = None, most: int = 50) -> list[Run]:
    """The latest runs, of one site or of all; none where no schedule ever ran, or the history cannot be read."""
    if not layout.runs.exists():
        return []
    sql = """SELECT site, planned, missed, began, ended, exit, ending, pages, articles, documents, bytes FROM run
             WHERE ?1 IS NULL OR site = ?1 ORDER BY began DESC LIMIT ?2"""
    try:
        with closing(sqlite3.connect(f"{layout.runs.resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as db:
            names = Run.__slots__
            return [Run(**dict(zip(names, row, strict=True))) for row in db.execute(sql, (site, most))]
    except sqlite3.Error:
        return []
