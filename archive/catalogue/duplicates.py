"""Documents of equal text -> the first credible one, named in the others; none is ever deleted."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence

# Whoever has one of these is believed after all others: it copied, or its date or text is not sound.
DOUBTFUL = frozenset({"content_farm", "mirror", "date_implausible", "mojibake", "truncated", "low_confidence"})
# Of documents `d` in sources `s`: by belief, day, capture, and where they lie.
ORDER = "d.credible DESC, d.published IS NULL, d.day, coalesce(d.captured, ''), s.path, d.row"


def fold(words: str) -> str:
    """What a text is compared by, given as `spaced`: its letters and digits alone, as a digest; empty for none.

    >>> fold("统 一 战 线 ab") == fold("统 一 战 线 a b")
    True
    """
    kept = words.replace(" ", "")
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:32] if kept else ""


def credible(flags: Sequence[str]) -> bool:
    """Whether no flag of a document speaks against it as the first witness of its text."""
    return DOUBTFUL.isdisjoint(flags)


def begin(db: sqlite3.Connection) -> None:
    """Note from here on which texts came or went."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS folds(fold TEXT PRIMARY KEY)")
    db.execute("DELETE FROM folds")


def touch(db: sqlite3.Connection, condition: str, *values: object) -> None:
    """Note the texts of documents."""
    db.execute(f"INSERT OR IGNORE INTO folds SELECT fold FROM documents WHERE fold != '' AND {condition}", values)  # noqa: S608 - our own words


def mark(db: sqlite3.Connection) -> None:
    """Of the noted texts, name the first credible document in all others: by day, capture, and where it lies."""
    db.execute("UPDATE documents SET duplicate_of = NULL WHERE fold IN (SELECT fold FROM folds)")
    db.execute(
        f"""
        UPDATE documents SET duplicate_of = first.id
        FROM (
            SELECT d.number, d.id AS own, first_value(d.id) OVER (PARTITION BY d.fold ORDER BY {ORDER}) AS id
            FROM documents d JOIN sources s ON s.id = d.source
            WHERE d.latest = 1 AND d.fold IN (SELECT fold FROM folds)) AS first
        WHERE documents.number = first.number AND first.own != first.id
        """  # noqa: S608 - our own words
    )
