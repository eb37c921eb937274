"""A document -> who copied it, from whom it may have been copied, and the passage that shows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.catalogue import query
from archive.catalogue.duplicates import COPIES, ORDER
from archive.catalogue.words import letters_of
from archive.layout import Layout

if TYPE_CHECKING:
    from archive.catalogue.likeness import Likeness

KINDS = ("same", "spun", "excerpt", "other_script", "stencil")
# How many near copies of a document are compared with it and shown.
SHOWN = 100
# What a site may call itself in the line of the source, instead of its name.
_ITSELF = frozenset(("本站", "本网", "本网站", "本报", "本刊", "本台", "本部", "本单位", "原创", "原创稿件"))
_AFTER_NAMES = ("微信公众号", "公众号", "门户网站", "官网", "网站", "网", "客户端")
_SCRIPTS = {"hans", "hant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A document whose text is made from that of the document asked about, or both from a third.

    Attributes:
        kind: `same` (except for a few words, such as a foot line), `spun` (words exchanged or paragraphs moved),
            `excerpt`, `other_script` (the same or spun, Traditional for Simplified), `stencil` (the same form with
            other facts: not a copy).
        share: the share of the letters and digits of the document asked about that this one contains too, 0 to 1.
        share_here: the share of this document's that the other contains.
        at, length: where the longest shared passage begins in the text asked about, and its length in characters.
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
    """The copies of a document.

    Attributes:
        original: the id of the earliest credible document that states its own site as its source; None: there is none,
            so the origin is unknown.
        total: the number of near copies; `copies` holds the first hundred.
    """

    original: str | None
    total: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two documents, the more credible or older first; the second is made from the first, or from a copy of it.

    Attributes:
        first, second: their ids; each with its site and its title.
        kind: as in `Copy`.
        first_share, second_share: the share of the letters and digits of each that the other contains too, 0 to 1.
    """

    first: str
    first_site: str
    first_title: str | None
    second: str
    second_site: str
    second_title: str | None
    kind: str
    first_share: float
    second_share: float


def copies_of(layout: Layout, id_: str, names: Mapping[str, str] | None = None) -> Copies:
    """The near copies of a document, each with the passage that it shares.

    Args:
        layout: the archive.
        id_: of the document.
        names: site key -> the name of the site.
    """
    with query.catalogue(layout) as db:
        db.row_factory = sqlite3.Row
        own = db.execute(f"{_SELECT} WHERE d.id = ? AND d.latest = 1", (id_,)).fetchone()
        if own is None or not own["whole"]:
            return Copies(original=None, total=0, copies=())
        rows = _like(db, own)
        if not rows:
            return Copies(original=_original([own], names or {}), total=0, copies=())
        kinds = dict(_links(db, own["whole"]))
        cluster = [own, *(row for row in rows if _standing(row) == _standing(own))]
        shown = rows[:SHOWN]
        texts = query.read_texts(layout, [(row["path"], row["row"]) for row in (own, *shown)])
    from archive.catalogue.likeness import Text, compare  # noqa: PLC0415 - it loads what reads names, and few have copies

    text, first = texts[0], Text.of(texts[0])
    found = []
    for row, other in zip(shown, texts[1:], strict=True):
        like = compare(first, Text.of(other))
        # A linked cluster may hold documents that are not like this one themselves.
        linked = _standing(row) == _standing(own)
        if kind := kinds.get(row["whole"]) or (linked and like.edited) or like.kind or ("spun" if linked else ""):
            found.append(_copy(row, _name_kind(kind, own["script"], row["script"]), like, text))
    total = len(found) + len(rows) - len(shown)
    return Copies(original=_original(cluster, names or {}), total=total, copies=tuple(found))


def waiting(layout: Layout) -> int:
    """How many documents came since near copies were last looked for: of a large archive that is not done each day."""
    with query.catalogue(layout) as db:
        return int(db.execute("SELECT waiting FROM about").fetchone()[0])


def pairs(layout: Layout, *, kind: str | None = None) -> Iterator[Pair]:
    """Yield all pairs, stencils last: each copy with the first of its cluster, and links between clusters or documents.

    Raises:
        UsageError: there is no catalogue yet, or no such kind.
    """
    if kind is not None:
        query.check_choice("kind of copy", kind, KINDS)
    sql = f"""SELECT {_TOLD}, 0, 'same', 1.0, 1.0, f.script, d.script
              FROM documents d JOIN documents f ON f.id = d.duplicate_of AND f.latest = 1
              WHERE d.duplicate_of IS NOT NULL
              UNION ALL
              SELECT {_TOLD}, n.kind = 'stencil', n.kind, n.a_share, n.b_share, f.script, d.script
              FROM near_texts n {_FIRST.format("f", "n.a")} {_FIRST.format("d", "n.b")}
              ORDER BY 7, 1, 4"""  # noqa: S608 - our own words
    with query.catalogue(layout) as db:
        for *told, _, like, a, b, one, other in db.execute(sql).fetchall():
            named = _name_kind(like, one, other)
            if kind in (None, named):
                yield Pair(**dict(zip(_PAIRED, told, strict=True)), kind=named, first_share=a, second_share=b)


_PAIRED = ("first", "first_site", "first_title", "second", "second_site", "second_title")
_TOLD = "f.id, f.site, f.title, d.id, d.site, d.title"
# Joins the first document of each text.
_FIRST = "JOIN documents {0} ON {0}.whole = {1} AND {0}.latest = 1 AND {0}.head IS NULL AND {0}.duplicate_of IS NULL"
_SELECT = """SELECT d.id, d.url, d.site, d.title, d.published, d.publisher, d.script, d.whole, d.near_of, d.credible,
                    d.captured, s.path, d.row FROM documents d JOIN sources s ON s.id = d.source"""


def _standing(row: sqlite3.Row) -> str:
    return str(row["near_of"] or row["id"])


def _links(db: sqlite3.Connection, whole: str) -> list[tuple[str, str]]:
    """The texts that are linked with a text, and the kind of each link."""
    sql = "SELECT b, kind FROM near_texts WHERE a = ?1 UNION ALL SELECT a, kind FROM near_texts WHERE b = ?1"
    return [(row[0], row[1]) for row in db.execute(sql, (whole,))]


def _like(db: sqlite3.Connection, own: sqlite3.Row) -> list[sqlite3.Row]:
    """The other documents of a document's cluster, those linked with its text, and their clusters, in `ORDER`."""
    linked = [whole for whole, _ in _links(db, own["whole"])]
    return db.execute(
        f"""WITH wanted(id) AS (
                SELECT ?1 UNION
                SELECT coalesce(l.near_of, l.id) FROM json_each(?2) w
                JOIN documents l ON l.whole = w.value AND l.latest = 1 AND l.head IS NULL)
            {_SELECT} WHERE (d.id IN (SELECT id FROM wanted) OR d.near_of IN (SELECT id FROM wanted))
            AND d.latest = 1 AND d.head IS NULL AND d.id != ?3 ORDER BY {ORDER}""",  # noqa: S608 - our own words
        (_standing(own), json.dumps(linked), own["id"]),
    ).fetchall()


def _name_kind(kind: str, one: str, other: str) -> str:
    return "other_script" if kind in COPIES and {one, other} == _SCRIPTS else kind


def _copy(row: sqlite3.Row, kind: str, like: Likeness, text: str) -> Copy:
    offsets = letters_of(text)[1]
    at = offsets[like.at_first] if like.length else 0
    end = offsets[like.at_first + like.length - 1] + 1 if like.length else 0
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
    """The earliest credible document of a cluster whose stated source is its own site; by day, then by capture."""
    own = [row for row in rows if row["credible"] and is_itself(row["publisher"], names.get(row["site"], ""))]
    return next((str(row["id"]) for row in sorted(own, key=_age)), None) if len(rows) > 1 else None


def _age(row: sqlite3.Row) -> tuple[bool, str, str]:
    return row["published"] is None, row["published"] or "", row["captured"] or ""


def is_itself(source: str | None, name: str) -> bool:
    """Whether a stated source is the site of that name itself.

    >>> is_itself("四川统一战线网", "四川统一战线"), is_itself("本站", ""), is_itself("新华社", "四川统一战线")
    (True, True, False)
    """
    if not source:
        return False
    return source in _ITSELF or (_short(source) == _short(name) != "")


def _short(name: str) -> str:
    name = name.replace(" ", "")
    return next((name.removesuffix(end) for end in _AFTER_NAMES if name.endswith(end)), name)
