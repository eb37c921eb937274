"""Documents of equal text -> the first credible one, named in the others; none is ever deleted."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import unicodedata

from archive.text.document import Document

# Whoever has one of these is believed after all others: it copied, or its date or text is not sound.
DOUBTFUL = frozenset({"content_farm", "mirror", "date_implausible", "mojibake", "truncated", "low_confidence"})


def fold(text: str) -> str:
    """What a text is compared by: its letters and digits alone, of one width and case, as a digest; empty for none.

    >>> fold("统一战线，ＡＢ。") == fold("统一战线 ab")
    True
    """
    kept = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    return hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:32] if kept else ""


def credible(document: Document) -> bool:
    """Whether no flag speaks against the document as the first witness of its text."""
    return not DOUBTFUL & set(document.flags)


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
        """
        UPDATE documents SET duplicate_of = first.id
        FROM (
            SELECT d.number, d.id AS own, first_value(d.id) OVER (
                PARTITION BY d.fold
                ORDER BY d.credible DESC, d.published IS NULL, d.day, coalesce(d.captured, ''), s.path, d.row) AS id
            FROM documents d JOIN sources s ON s.id = d.source
            WHERE d.latest = 1 AND d.fold IN (SELECT fold FROM folds)) AS first
        WHERE documents.number = first.number AND first.own != first.id
        """
    )
