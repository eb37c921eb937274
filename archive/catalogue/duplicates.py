"""Documents of equal text -> the first credible one, named in the others; none is ever deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

# Whoever has one of these is believed after all others: it copied, or its date or text is not sound.
DOUBTFUL = frozenset(
    {"content_farm", "mirror", "date_implausible", "mojibake", "truncated", "damaged", "low_confidence"}
)
# Of documents `d` in sources `s`: by belief, day, capture, and where they lie.
ORDER = "d.credible DESC, d.published IS NULL, d.day, coalesce(d.captured, ''), s.path, d.row"
# Kinds of copies that are one text.
COPIES = frozenset({"same", "spun"})
# The largest prime below 2 to the 128th.
_PRIME = 2**128 - 159


def fold(words: str) -> str:
    """What a text is compared by, given as `spaced`: of its letters and digits alone a digest; empty for none.

    The digest is a remainder (Karp and Rabin, 1987) and the length in bytes, so that those of the pages of an article
    give that of its whole text.

    >>> fold("统 一 战 线 ab") == fold("统 一 战 线 a b")
    True
    """
    kept = words.replace(" ", "").encode("utf-8", "surrogatepass")
    return f"{int.from_bytes(kept) % _PRIME:032x}-{len(kept)}" if kept else ""


def joined(folds: Iterable[str]) -> str:
    """The digest of texts that stand one after the other.

    >>> joined([fold("统 一"), fold(""), fold("战 线")]) == fold("统 一 战 线")
    True
    """
    remainder = length = 0
    for each in folds:
        digits, _, size = each.partition("-")
        if digits:
            remainder = (remainder * pow(256, int(size), _PRIME) + int(digits, 16)) % _PRIME
            length += int(size)
    return f"{remainder:032x}-{length}" if length else ""


def credible(flags: Sequence[str]) -> bool:
    """Whether no flag of a document speaks against it as the first witness of its text."""
    return DOUBTFUL.isdisjoint(flags)


def begin(db: sqlite3.Connection) -> None:
    """Note from here on which texts came or went."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS folds(fold TEXT PRIMARY KEY)")
    db.execute("DELETE FROM folds")


def touch(db: sqlite3.Connection, condition: str, *values: object) -> None:
    """Note the texts of documents."""
    db.execute(f"INSERT OR IGNORE INTO folds SELECT whole FROM documents WHERE whole != '' AND {condition}", values)  # noqa: S608 - our own words


def join(db: sqlite3.Connection) -> None:
    """Of each article on several pages compare the whole text; what changed by that is noted."""
    # A page is compared by itself as long as its first is missing.
    touch(db, "part_no > 1")
    pages: dict[int, list[str]] = {}
    for head, digest in db.execute("SELECT head, fold FROM documents WHERE head IS NOT NULL ORDER BY part_no, number"):
        pages.setdefault(head, []).append(digest)
    for number, digest, whole in db.execute("SELECT number, fold, whole FROM documents WHERE part_no = 1").fetchall():
        if (now := joined((digest, *pages.get(number, ())))) != whole:
            touch(db, "number = ?", number)
            db.execute("UPDATE documents SET whole = ? WHERE number = ?", (now, number))
            touch(db, "number = ?", number)


def mark(db: sqlite3.Connection) -> None:
    """Of the noted texts, name the first credible document in all others: by day, capture, and where it lies."""
    db.execute("UPDATE documents SET duplicate_of = NULL WHERE whole IN (SELECT fold FROM folds)")
    db.execute(
        f"""
        UPDATE documents SET duplicate_of = first.id
        FROM (
            SELECT d.number, d.id AS own, first_value(d.id) OVER (PARTITION BY d.whole ORDER BY {ORDER}) AS id
            FROM documents d JOIN sources s ON s.id = d.source
            WHERE d.latest = 1 AND d.head IS NULL AND d.whole IN (SELECT fold FROM folds)) AS first
        WHERE documents.number = first.number AND first.own != first.id
        """  # noqa: S608 - our own words
    )
