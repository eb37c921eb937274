"""A document -> who copied it, from whom it may be, and the passage that shows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.catalogue import query
from archive.catalogue.duplicates import COPIES, ORDER
from archive.catalogue.words import places
from archive.errors import UsageError
from archive.layout import Layout

if TYPE_CHECKING:
    from archive.catalogue.likeness import Likeness

KINDS = ("same", "spun", "excerpt", "other_script", "stencil")
# Near copies of one document that are compared with it, passage by passage.
SHOWN = 100
# What a site calls itself in the line of the source, beside its name.
_ITSELF = frozenset(("本站", "本网", "本网站", "本报", "本刊", "本台", "本部", "本单位", "原创", "原创稿件"))
_AFTER_NAMES = ("微信公众号", "公众号", "门户网站", "官网", "网站", "网", "客户端")
_SCRIPTS = {"hans", "hant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A document whose text is made from that of another one, or both from a third.

    Attributes:
        kind: `same` (but for a few words, such as a foot line), `spun` (words exchanged or paragraphs moved),
            `excerpt`, `other_script` (the same or spun, Traditional for Simplified), `stencil` (the same form with
            other facts: no copy).
        share: of the asked document's letters and digits those that this one holds too, 0 to 1.
        share_here: the same of this document's.
        at, length: where the longest passage that both hold begins in the asked document's text, and its characters.
        passage: its words.
    """

    id: str
    url: str
    site: str
    title: str | None
    published: str | None
    source: str | None
    kind: str
    share: float
    share_here: float
    at: int
    length: int
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What there is of copies of a document.

    Attributes:
        original: the id of the earliest credible document among all that state themselves as their source; None: none
            does, so nobody can say who wrote it.
        total: near copies there are; `copies` holds the first hundred.
    """

    original: str | None
    total: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two documents, the more credible or older first, of which the second is made from the first or from its like."""

    first: str
    second: str
    kind: str
    first_share: float
    second_share: float


def copies_of(layout: Layout, id_: str, names: Mapping[str, str] | None = None) -> Copies:
    """The near copies of a document, each with the passage that it shares.

    Args:
        layout: the archive.
        id_: of the document.
        names: by site key the name by which a site calls itself.

    Raises:
        UsageError: there is no catalogue yet.
    """
    with query.catalogue(layout) as db:
        db.row_factory = sqlite3.Row
        own = db.execute(f"{_SELECT} WHERE d.id = ? AND d.latest = 1", (id_,)).fetchone()
        if own is None or not own["whole"]:
            return Copies(original=None, total=0, copies=())
        rows = _like(db, own)
        if not rows:
            return Copies(original=_original([own], names or {}), total=0, copies=())
        kinds = dict(_linked(db, own["whole"]))
        cluster = [own, *(row for row in rows if _standing(row) == _standing(own))]
        shown = rows[:SHOWN]
        texts = query.read_texts(layout, [(row["path"], row["row"]) for row in (own, *shown)])
    from archive.catalogue.likeness import Text, compare  # noqa: PLC0415 - it loads what reads names, and few have copies

    text, first = texts[0], Text.of(texts[0])
    found = []
    for row, other in zip(shown, texts[1:], strict=True):
        like = compare(first, Text.of(other))
        # What is in a cluster that another one is linked with may itself be like none of it.
        if kind := kinds.get(row["whole"]) or like.kind or ("spun" if _standing(row) == _standing(own) else ""):
            found.append(_copy(row, _named(kind, own["script"], row["script"]), like, text))
    total = len(found) + len(rows) - len(shown)
    return Copies(original=_original(cluster, names or {}), total=total, copies=tuple(found))


def waiting(layout: Layout) -> int:
    """How many documents came since near copies were last looked for: of a large archive that is not done each day.

    Raises:
        UsageError: there is no catalogue yet.
    """
    with query.catalogue(layout) as db:
        return int(db.execute("SELECT waiting FROM about").fetchone()[0])


def pairs(layout: Layout, *, kind: str | None = None) -> Iterator[Pair]:
    """All pairs: of a cluster of copies each with the first of it, and what links one cluster or document to another.

    Raises:
        UsageError: there is no catalogue yet, or no such kind.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"{kind!r} is no kind of copy. Name one of: {', '.join(KINDS)}.")
    sql = f"""SELECT d.duplicate_of AS first, d.id AS second, 'same' AS kind, 1.0 AS a, 1.0 AS b, f.script AS one,
                     d.script
              FROM documents d JOIN documents f ON f.id = d.duplicate_of AND f.latest = 1
              WHERE d.duplicate_of IS NOT NULL
              UNION ALL
              SELECT f.id, d.id, n.kind, n.a_share, n.b_share, f.script, d.script
              FROM near_texts n {_FIRST.format("f", "n.a")} {_FIRST.format("d", "n.b")}
              ORDER BY 1, 2"""  # noqa: S608 - our own words
    with query.catalogue(layout) as db:
        for first, second, like, a, b, one, other in db.execute(sql).fetchall():
            named = _named(like, one, other)
            if kind in (None, named):
                yield Pair(first=first, second=second, kind=named, first_share=a, second_share=b)


# The documents of a text that no other document has before them.
_FIRST = "JOIN documents {0} ON {0}.whole = {1} AND {0}.latest = 1 AND {0}.head IS NULL AND {0}.duplicate_of IS NULL"
_SELECT = """SELECT d.id, d.url, d.site, d.title, d.published, d.publisher, d.script, d.whole, d.near_of, d.credible,
                    d.captured, s.path, d.row FROM documents d JOIN sources s ON s.id = d.source"""


def _standing(row: sqlite3.Row) -> str:
    return str(row["near_of"] or row["id"])


def _linked(db: sqlite3.Connection, whole: str) -> list[tuple[str, str]]:
    """The texts that are linked with one, and how."""
    sql = "SELECT b, kind FROM near_texts WHERE a = ?1 UNION ALL SELECT a, kind FROM near_texts WHERE b = ?1"
    return [(row[0], row[1]) for row in db.execute(sql, (whole,))]


def _like(db: sqlite3.Connection, own: sqlite3.Row) -> list[sqlite3.Row]:
    """The other documents of a document's cluster, of its text's links, and of their clusters; the first ones first."""
    linked = [whole for whole, _ in _linked(db, own["whole"])]
    return db.execute(
        f"""WITH wanted(id) AS (
                SELECT ?1 UNION
                SELECT coalesce(l.near_of, l.id) FROM json_each(?2) w
                JOIN documents l ON l.whole = w.value AND l.latest = 1 AND l.head IS NULL)
            {_SELECT} WHERE (d.id IN (SELECT id FROM wanted) OR d.near_of IN (SELECT id FROM wanted))
            AND d.latest = 1 AND d.head IS NULL AND d.id != ?3 ORDER BY {ORDER}""",  # noqa: S608 - our own words
        (_standing(own), json.dumps(linked), own["id"]),
    ).fetchall()


def _named(kind: str, one: str, other: str) -> str:
    return "other_script" if kind in COPIES and {one, other} == _SCRIPTS else kind


def _copy(row: sqlite3.Row, kind: str, like: Likeness, text: str) -> Copy:
    letters = places(text)
    at = letters[like.at_first] if like.length else 0
    end = letters[like.at_first + like.length - 1] + 1 if like.length else 0
    return Copy(
        id=row["id"],
        url=row["url"],
        site=row["site"],
        title=row["title"],
        published=row["published"],
        source=row["publisher"],
        kind=kind,
        share=round(like.first, 3),
        share_here=round(like.second, 3),
        at=at,
        length=end - at,
        passage=text[at:end],
    )


def _original(rows: Sequence[sqlite3.Row], names: Mapping[str, str]) -> str | None:
    """Of a cluster the earliest credible document whose stated source is its own site; by day, then by capture."""
    own = [row for row in rows if row["credible"] and is_itself(row["publisher"], names.get(row["site"], ""))]
    return next((str(row["id"]) for row in sorted(own, key=_age)), None) if len(rows) > 1 else None


def _age(row: sqlite3.Row) -> tuple[bool, str, str]:
    return row["published"] is None, row["published"] or "", row["captured"] or ""


def is_itself(source: str | None, name: str) -> bool:
    """Whether a stated source is the site itself, whose name is given.

    >>> is_itself("四川统一战线网", "四川统一战线"), is_itself("本站", ""), is_itself("新华社", "四川统一战线")
    (True, True, False)
    """
    if not source:
        return False
    return source in _ITSELF or (_short(source) == _short(name) != "")


def _short(name: str) -> str:
    name = name.replace(" ", "")
    return next((name.removesuffix(end) for end in _AFTER_NAMES if name.endswith(end)), name)
