"""Documents with equal texts -> the others refer to the first credible one. None is ever deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from archive.text.chinese import han

# Documents with one of these flags rank behind all others: they copied, or their date or text is unsound.
DOUBTFUL = frozenset(
    {"content_farm", "mirror", "date_implausible", "mojibake", "truncated", "damaged", "low_confidence"}
)
# The order of documents `d` in sources `s`: by credibility, day, capture, and place in the archive.
ORDER = "d.credible DESC, d.published IS NULL, d.day, coalesce(d.captured, ''), s.path, d.row"
# A title of so many Chinese characters names one article of its day.
NAMED = 8
# Only texts are copies of one another, not pictures (SQL).
TEXTS = "(d.kind = 'article' OR d.han > 0)"
# Kinds of copies that are one text.
COPIES = frozenset({"same", "spun"})
# The largest prime below 2 to the 128th.
_PRIME = 2**128 - 159


def digest_of(words: str) -> str:
    """The digest of a text's letters and digits, given as `spaced` makes them; empty if there are none.

    The digest is a remainder (Karp and Rabin, 1987) and the length in bytes, so that the digest of a whole article can
    be computed from those of its pages.

    >>> digest_of("统 一 战 线 ab") == digest_of("统 一 战 线 a b")
    True
    """
    kept = words.replace(" ", "").encode("utf-8", "surrogatepass")
    return f"{int.from_bytes(kept) % _PRIME:032x}-{len(kept)}" if kept else ""


def digest_of_media(title: str | None, published: str | None, part_no: int | None) -> str:
    """The digest of an article that is pictures, a film or a file alone: it has its title and its day; empty where
    these may be those of several.

    >>> digest_of_media("图片新闻", "2020-02-19", None), digest_of_media("关于认定备案第9批名单的公示", "2020-02", None)
    ('', '')
    """
    if part_no is not None or han(title or "") < NAMED or len(published or "") < len("2020-02-19"):
        return ""
    return digest_of(f"media {(published or '')[:10]} {title}")


def join_digests(digests: Iterable[str]) -> str:
    """The digest of consecutive texts.

    >>> join_digests([digest_of("统 一"), digest_of(""), digest_of("战 线")]) == digest_of("统 一 战 线")
    True
    """
    remainder = length = 0
    for each in digests:
        digits, _, size = each.partition("-")
        if digits:
            remainder = (remainder * pow(256, int(size), _PRIME) + int(digits, 16)) % _PRIME
            length += int(size)
    return f"{remainder:032x}-{length}" if length else ""


def credible(flags: Sequence[str]) -> bool:
    """Whether no flag of a document casts doubt on it as the origin of its text."""
    return DOUBTFUL.isdisjoint(flags)


def begin(db: sqlite3.Connection) -> None:
    """Start to note which texts come or go."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS folds(fold TEXT PRIMARY KEY)")
    db.execute("DELETE FROM folds")


def touch(db: sqlite3.Connection, condition: str, *values: object) -> None:
    """Note the texts of the documents that meet a condition (SQL): of whole articles, and of their first pages."""
    for text in ("whole", "fold"):
        noted = f"SELECT {text} FROM documents WHERE {text} != '' AND {condition}"  # noqa: S608 - our own words
        db.execute(f"INSERT OR IGNORE INTO folds {noted}", values)


def join(db: sqlite3.Connection) -> None:
    """Give each article on several pages the digest of its whole text, and note which texts that changes."""
    pages: dict[int, list[str]] = {}
    for head, digest in db.execute("SELECT head, fold FROM documents WHERE head IS NOT NULL ORDER BY part_no, number"):
        pages.setdefault(head, []).append(digest)
    # A first page may have lost its further pages.
    first = """SELECT number, fold, whole FROM documents WHERE number IN (
                   SELECT number FROM documents WHERE whole != fold
                   UNION SELECT head FROM documents WHERE head IS NOT NULL)"""
    for number, digest, whole in db.execute(first).fetchall():
        if (now := join_digests((digest, *pages.get(number, ())))) != whole:
            touch(db, "number = ?", number)
            db.execute("UPDATE documents SET whole = ? WHERE number = ?", (now, number))
            touch(db, "number = ?", number)


def mark(db: sqlite3.Connection) -> None:
    """Let all documents of each noted text refer to the first credible one, in the order of `ORDER`."""
    db.execute("UPDATE documents SET duplicate_of = NULL WHERE whole IN (SELECT fold FROM folds)")
    db.execute(
        f"""
        UPDATE documents SET duplicate_of = first.id
        FROM (
            SELECT d.number, first_value(d.number) OVER byage AS oldest, first_value(d.id) OVER byage AS id
            FROM documents d JOIN sources s ON s.id = d.source
            WHERE d.latest = 1 AND d.head IS NULL AND {TEXTS}
              AND d.whole IN (SELECT fold FROM folds)
            WINDOW byage AS (PARTITION BY d.whole ORDER BY {ORDER})) AS first
        WHERE documents.number = first.number AND first.number != first.oldest
        """  # noqa: S608 - our own words
    )
