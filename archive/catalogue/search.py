"""A query -> exact counts, a page of hits, facets and a histogram, for the web page, the command line and Python."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from archive.catalogue import addresses, ask
from archive.catalogue.columns import Columns, counts, normalize
from archive.catalogue.days import day_number
from archive.catalogue.query import catalogue, check_choice, read_texts
from archive.catalogue.words import alike, letters_of
from archive.errors import UsageError
from archive.layout import Layout

ORDERS = ("new", "old", "relevance")
PERIODS = ("year", "month", "day")
FACETS = ("site", "place", "about", "organisation", "source", "author", "column", "flag", "kind", "script")
# How many values of a facet are listed; of the others only the number is given.
FACET_VALUES = 20
# Ranking by relevance reads every hit. If there are more, only the newest are ranked, and the result says so.
RANKED = 10_000
# The columns of every search.
_ALWAYS = ("number", "latest", "head", "published")
# How many documents are asked for a word at a time: the numbers of a million hits would take 100 MB at once.
SLICE = 2**17
# The rows of how many full-text expressions are remembered: a bit for each document.
REMEMBERED = 16
# The number of characters on each side of the words, in a snippet and in a line of the concordance.
SNIPPET = 40
CONTEXT = 24
# How many hits the concordance reads.
CONCORDANCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that a search found.

    Attributes:
        published, published_claimed: the day as the page states it; the second if it cannot be true.
        captured: Asia/Shanghai, ISO 8601; None for saved pages that state no time.
        duplicate_of: the id of the first credible document with the same text, if it is another one.
        near_of: the same among all copies, including those that differ in a few words.
        gone: the day (Asia/Shanghai) on which its address was first missing; None: it is there.
        snippet: pieces of the text in order, and whether each is a word of the query.
    """

    id: str
    url: str
    site: str
    title: str | None
    published: str | None
    published_claimed: str | None
    captured: str | None
    source: str | None
    author: str | None
    kind: str
    flags: tuple[str, ...]
    duplicate_of: str | None
    near_of: str | None
    gone: str | None
    snippet: tuple[tuple[str, bool], ...]


class ValueCount(NamedTuple):
    """How many hits have a value."""

    value: str
    documents: int


class PeriodCount(NamedTuple):
    """How many hits are of a year, month or day."""

    period: str
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """How often each value of a field occurs among the hits; `more`: the number of values that are not listed."""

    values: tuple[ValueCount, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A remark on the result of a search; `str` gives an English sentence.

    Attributes:
        what: `alone`: a part of the query finds `count` documents by itself; `unknown`: no document has its value;
            `without`: the query finds `count` documents without the part; `ranked`: only the newest `count` hits are
            ordered by relevance.
        part: the part of the query, as it was understood.
        near: the known value most similar to an unknown one; empty: none is similar.
        query: a query to try instead.
    """

    what: str
    part: str = ""
    count: int = 0
    near: str = ""
    query: str = ""

    def __str__(self) -> str:
        """The sentence."""
        near = f"; did you mean {self.near!r}?" if self.near else "."
        return {
            "alone": f"{self.part} alone finds {self.count} documents.",
            "unknown": f"No document has {self.part}{near}",
            "without": f"Without {self.part}: {self.count} documents.",
            "ranked": f"Only the newest {self.count} hits are ordered by relevance.",
        }[self.what]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The result of a query.

    Attributes:
        read_as: the query as it was understood, in the same language.
        total: the exact number of hits.
        undated: the number of hits without a day of publication; they come last in either order of days.
        copies: the number of hits whose text is on an earlier page too.
        near_copies: the number of hits whose text is, at least nearly, on an earlier page too.
        documents: the number of documents in the archive (the latest of each address).
        hits: one page of the hits.
        histogram: if `period` was asked for; a less precise day counts under its year or month.
        notes: remarks, for example on what was left out.
    """

    query: str
    read_as: str
    total: int
    undated: int
    copies: int
    near_copies: int
    documents: int
    order: str
    page: int
    size: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet]
    histogram: tuple[PeriodCount, ...]
    notes: tuple[Note, ...]


class Frequency(NamedTuple):
    """The number of all documents of a period, and of those that contain each word; an empty period: undated."""

    period: str
    documents: int
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One occurrence of a word, with the text on both sides."""

    id: str
    published: str | None
    title: str | None
    left: str
    word: str
    right: str


class Searcher:
    """Searches one archive many times; it reads the columns again only after the catalogue changed."""

    def __init__(self, layout: Layout, places: Callable[[], Mapping[str, str]] = dict) -> None:
        """Take the archive, and what gives the GB/T 2260 code of each site's place, by site key."""
        self._layout = layout
        self._places = places
        self._mark: tuple[int, ...] = ()
        self._columns: Columns | None = None

    def find(
        self,
        query: str,
        *,
        order: str = "new",
        page: int = 1,
        size: int = 20,
        facets: Sequence[str] = (),
        period: str | None = None,
        by: str = "published",
    ) -> Found:
        """Find the hits of a query; all documents if it is empty.

        Args:
            query: in the language of `ask.parse`.
            order: `new` or `old` by day of publication, or `relevance`.
            page: the number of the page of hits, from 1.
            size: hits per page.
            facets: some of `FACETS`.
            period: the period of the histogram: `year`, `month` or `day`; None: no histogram.
            by: the day by which the histogram counts: `published`, `claimed` or `captured`.

        Raises:
            UsageError: the query or a choice cannot be understood, or there is no catalogue yet.
        """
        check_choice("order", order, ORDERS)
        for name in facets:
            check_choice("facet", name, FACETS)
        if period is not None:
            check_choice("period", period, PERIODS)
            check_choice("day", by, ask.DAYS)
        node = ask.parse(query)
        with self._reading([node], ["copy", "near", *facets, *([by] if period else [])]) as (db, columns):
            mask = self._mask(db, columns, node)
            rows = pc.indices_nonzero(mask)
            numbers, notes = self._order(db, columns, node, rows, order, page * size)
            hits = self._hits(db, numbers[(page - 1) * size :], node)
            if not rows and query.strip():
                notes += tuple(self._why_nothing(db, columns, node))
            published = columns["published"].take(rows)
            return Found(
                query=query,
                read_as=ask.describe(node),
                total=len(rows),
                undated=published.null_count,
                copies=pc.sum(columns["copy"].take(rows)).as_py() or 0,
                near_copies=pc.sum(columns["near"].take(rows)).as_py() or 0,
                documents=pc.sum(_first_of_each(columns)).as_py() or 0,
                order=order,
                page=page,
                size=size,
                hits=hits,
                facets={name: _facet(name, columns[name].take(rows)) for name in facets},
                histogram=_histogram(columns[by].take(rows), period) if period else (),
                notes=notes,
            )

    def ids(self, query: str) -> list[str]:
        """The ids of all documents that a query finds, in no particular order.

        Raises:
            UsageError: as `find`.
        """
        node = ask.parse(query)
        with self._reading([node]) as (db, columns):
            numbers = columns["number"].filter(self._mask(db, columns, node)).to_pylist()
            sql = "SELECT id FROM documents WHERE number IN (SELECT value FROM json_each(?))"
            return [id_ for (id_,) in db.execute(sql, (json.dumps(numbers),))]

    def frequency(self, words: Sequence[str], *, period: str = "year", within: str = "") -> list[Frequency]:
        """For each period of publication: the number of all documents, and of those that contain each word.

        `within` is a query that chooses the documents to count. Undated documents come last, with an empty period.

        Raises:
            UsageError: as `find`.
        """
        check_choice("period", period, PERIODS)
        nodes = [ask.parse(each) for each in (within, *words)]
        with self._reading(nodes) as (db, columns):
            base, *of_words = [self._mask(db, columns, node) for node in nodes]
            masks = [base, *(pc.and_(base, mask) for mask in of_words)]
            days = [columns["published"].filter(mask) for mask in masks]
            found = [dict(_histogram(each, period)) | {"": each.null_count} for each in days]
        periods = [*sorted(found[0].keys() - {""}), *([""] if found[0][""] else [])]
        return [
            Frequency(at, found[0][at], {word: each.get(at, 0) for word, each in zip(words, found[1:], strict=True)})
            for at in periods
        ]

    def concordance(self, query: str, *, most: int = CONCORDANCE) -> tuple[list[Line], int]:
        """Each occurrence of a word of the query in the newest `most` hits, and the number of all hits.

        Raises:
            UsageError: as `find`, or the query has no word.
        """
        node = ask.parse(query)
        words = ask.words_of(node)
        if not words:
            raise UsageError("The query has no word to show in context. Give one, as in: 统战部")
        with self._reading([node]) as (db, columns):
            rows = pc.indices_nonzero(self._mask(db, columns, node))
            numbers, _ = self._order(db, columns, node, rows, "new", most)
            found = self._rows(db, numbers)
            texts = self._texts(db, found, ask.wants_versions(node))
        lines = []
        for row, text in zip(found, texts, strict=True):
            for first, last in spots(text, words):
                left = text[max(first - CONTEXT, 0) : first].rpartition("\n")[2]
                right = text[last : last + CONTEXT].partition("\n")[0]
                lines.append(
                    Line(
                        id=row["id"],
                        published=row["published"],
                        title=row["title"],
                        left=left,
                        word=text[first:last],
                        right=right,
                    )
                )
        return lines, len(rows)

    @contextmanager
    def _reading(
        self, nodes: Sequence[ask.Node], names: Sequence[str] = ()
    ) -> Iterator[tuple[sqlite3.Connection, Columns]]:
        """Open the catalogue, with the columns that some queries need, and with some others."""
        asked = [field.name for node in nodes for field in ask.fields_of(node)]
        with catalogue(self._layout) as db:
            # Read all from one state of the catalogue, which the first reading fixes.
            db.execute("BEGIN")
            db.execute("PRAGMA schema_version").fetchone()
            columns = self._fresh()
            columns.read(db, [*_ALWAYS, *("copy" if name == "copies" else name for name in asked), *names])
            yield db, columns

    def _fresh(self) -> Columns:
        """The columns that were read, or none yet if the catalogue or the exclusions have changed since."""
        mark: list[int] = []
        for path in (self._layout.catalogue, self._layout.exclusions):
            if path.exists():
                about = path.stat()
                mark += [about.st_ino, about.st_size, about.st_mtime_ns]
        if self._columns is None or tuple(mark) != self._mark:
            self._columns = Columns(self._places)
            self._mark = tuple(mark)
        return self._columns

    def _mask(self, db: sqlite3.Connection, columns: Columns, node: ask.Node) -> Any:
        """The rows that a query matches: the latest document of each address, and the first page of each article."""
        every = _constant(columns, True) if ask.wants_versions(node) else _first_of_each(columns)
        return pc.and_(every, self._truth(db, columns, node))

    def _truth(self, db: sqlite3.Connection, columns: Columns, node: ask.Node) -> Any:
        if (asked := expression(node)) is not None:
            return _matching(db, columns, asked)
        if isinstance(node, ask.Field):
            if (look_up := _STORED.get(node.name)) is not None:
                return _with_heads(columns, pa.array(look_up(db, node.value), pa.int64()))
            return field_mask(columns, node)
        if isinstance(node, ask.Not):
            return pc.invert(self._truth(db, columns, node.part))
        assert isinstance(node, ask.All | ask.Either)
        joined, words = (pc.and_, " AND ") if isinstance(node, ask.All) else (pc.or_, " OR ")
        # Ask the index once for all words together.
        expressions = [found for part in node.parts if (found := expression(part)) is not None]
        masks = [self._truth(db, columns, part) for part in node.parts if expression(part) is None]
        if expressions:
            masks.append(_matching(db, columns, _join(words, expressions)))
        truth = masks[0] if masks else _constant(columns, True)
        for mask in masks[1:]:
            truth = joined(truth, mask)
        return truth

    def _order(
        self, db: sqlite3.Connection, columns: Columns, node: ask.Node, rows: Any, order: str, most: int
    ) -> tuple[list[int], tuple[Note, ...]]:
        """The numbers of the first hits in the given order, and a note on what was left out."""
        numbers = columns["number"].take(rows)
        # Undated documents come last in either direction: the day of a capture does not tell when a text was written.
        last = -1 if order != "old" else 2**31 - 1
        days = pc.fill_null(columns["published"].take(rows), last)
        keys = [("day", "ascending" if order == "old" else "descending"), ("number", "descending")]
        table = pa.table({"day": days, "number": numbers})
        by_day = pc.select_k_unstable(
            table, k=min(most if order != "relevance" else RANKED, len(numbers)), sort_keys=keys
        )
        found: list[int] = numbers.take(by_day).to_pylist()
        asked = expression(ask.All(parts=tuple(part for part in _parts(node) if expression(part) is not None)))
        if order != "relevance" or not asked:
            return found[:most], ()
        ranks = dict(
            db.execute(
                """SELECT rowid, bm25(words, 10.0, 1.0) FROM words
                   WHERE words MATCH ? AND rowid IN (SELECT value FROM json_each(?))""",
                (asked, json.dumps(found)),
            )
        )
        found.sort(key=lambda number: ranks.get(number, 0.0))
        return found[:most], ((Note(what="ranked", count=RANKED),) if len(numbers) > RANKED else ())

    def _rows(self, db: sqlite3.Connection, numbers: Sequence[int]) -> list[sqlite3.Row]:
        db.row_factory = sqlite3.Row
        rows = db.execute(
            """SELECT d.*, s.path, (SELECT o.id FROM documents o WHERE o.id = d.duplicate_of) AS duplicate,
                      (SELECT o.id FROM documents o WHERE o.id = d.near_of) AS near
               FROM documents d JOIN sources s ON s.id = d.source
               WHERE d.number IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(numbers)),),
        ).fetchall()
        db.row_factory = None
        by_number = {row["number"]: row for row in rows}
        return [by_number[number] for number in numbers]

    def _texts(self, db: sqlite3.Connection, rows: Sequence[sqlite3.Row], versions: bool) -> list[str]:
        """Read the texts of documents; of an article on several pages, all of them."""
        numbers = json.dumps([row["number"] for row in rows])
        pages: dict[int, list[tuple[str, int]]] = {row["number"]: [(row["path"], row["row"])] for row in rows}
        if not versions:
            sql = """SELECT d.head, s.path, d.row FROM documents d JOIN sources s ON s.id = d.source
                     WHERE d.head IN (SELECT value FROM json_each(?)) ORDER BY d.part_no"""
            for head, path, row in db.execute(sql, (numbers,)):
                pages[head].append((path, row))
        texts = iter(read_texts(self._layout, [place for each in pages.values() for place in each]))
        return ["\n".join(next(texts) for _ in pages[row["number"]]) for row in rows]

    def _hits(self, db: sqlite3.Connection, numbers: Sequence[int], node: ask.Node) -> tuple[Hit, ...]:
        rows = self._rows(db, numbers)
        texts = self._texts(db, rows, ask.wants_versions(node))
        words = ask.words_of(node)
        return tuple(
            Hit(
                id=row["id"],
                url=row["url"],
                site=row["site"],
                title=row["title"],
                published=row["published"],
                published_claimed=row["claimed"],
                captured=row["captured"],
                source=row["publisher"],
                author=row["author"],
                kind=row["kind"],
                flags=tuple(json.loads(row["flags"])),
                duplicate_of=row["duplicate"],
                near_of=row["near"],
                gone=row["gone"],
                snippet=snippet(text, words),
            )
            for row, text in zip(rows, texts, strict=True)
        )

    def _why_nothing(self, db: sqlite3.Connection, columns: Columns, node: ask.Node) -> Iterable[Note]:
        """Explain a search without hits: what each part finds by itself, and what the query finds without it."""

        def count(asked: ask.Node) -> int:
            return pc.sum(self._mask(db, columns, asked)).as_py() or 0

        parts = ask.leaves(node)
        for nth, part in enumerate(parts):
            alone, name = count(part), ask.describe(part)
            if isinstance(part, ask.Field) and not alone and part.name in FACETS:
                near = ask.nearest(part.value, [value for value, _ in counts(columns[part.name])])
                better = [*parts[:nth], ask.Field(name=part.name, value=near), *parts[nth + 1 :]]
                yield Note(what="unknown", part=name, near=near, query=_describe_all(better) if near else "")
            else:
                yield Note(what="alone", part=name, count=alone, query=name if len(parts) > 1 else "")
        for nth, part in enumerate(parts):
            rest = ask.All(parts=(*parts[:nth], *parts[nth + 1 :]))
            if rest.parts and (without := count(rest)):
                yield Note(what="without", part=ask.describe(part), count=without, query=ask.describe(rest))


def _describe_all(parts: Sequence[ask.Node]) -> str:
    return ask.describe(ask.All(parts=tuple(parts)))


def _parts(node: ask.Node) -> tuple[ask.Node, ...]:
    return node.parts if isinstance(node, ask.All) else (node,)


def _constant(columns: Columns, value: bool) -> Any:
    return pa.repeat(pa.scalar(value), len(columns))


def _first_of_each(columns: Columns) -> Any:
    return pc.and_(columns["latest"], pc.is_null(columns["head"]))


def expression(node: ask.Node) -> str | None:
    """The FTS5 expression of a node that asks for words only; None if it asks for anything else."""
    if isinstance(node, ask.Words):
        return ("title : " if node.title else "") + f'"{alike(node.tokens)}"'
    if not isinstance(node, ask.All | ask.Either):
        return None
    parts = [found for part in node.parts if (found := expression(part)) is not None]
    word = " AND " if isinstance(node, ask.All) else " OR "
    return _join(word, parts) if 0 < len(parts) == len(node.parts) else None


def _join(word: str, expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else word.join(f"({each})" for each in expressions)


def _matching(db: sqlite3.Connection, columns: Columns, expression: str) -> Any:
    """The rows whose words match; a match on a further page of an article also counts for its first page."""
    if (known := columns.matching.get(expression)) is not None:
        return known
    for oldest in list(columns.matching)[: -REMEMBERED + 1]:
        columns.matching.pop(oldest, None)
    columns.matching[expression] = found = _match(db, columns, expression)
    return found


def _match(db: sqlite3.Connection, columns: Columns, expression: str) -> Any:
    numbers = columns["number"]
    slices = (numbers.slice(start, SLICE) for start in range(0, len(numbers), SLICE))
    mask = pa.chunked_array([_matching_in(db, each, expression) for each in slices], pa.bool_()).combine_chunks()
    return _or_heads(columns, mask)


def _with_heads(columns: Columns, found: Any) -> Any:
    """The rows of some documents, by number; a further page also counts for the first page of its article."""
    return _or_heads(columns, pc.is_in(columns["number"], value_set=found))


def _or_heads(columns: Columns, mask: Any) -> Any:
    heads = columns["head"].filter(pc.and_(mask, columns["latest"])).drop_null()
    # The further page stays in: `versions:yes` shows it too.
    return pc.or_(mask, pc.is_in(columns["number"], value_set=heads)) if len(heads) else mask


def _matching_in(db: sqlite3.Connection, numbers: Any, expression: str) -> Any:
    """Which of consecutive numbers match."""
    sql = "SELECT json_group_array(rowid) FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?"
    (found,) = db.execute(sql, (expression, numbers[0].as_py(), numbers[-1].as_py())).fetchone()
    return pc.is_in(numbers, value_set=pa.array(json.loads(found), pa.int64()))


def _with_term(db: sqlite3.Connection, term: str) -> Sequence[int]:
    from archive.catalogue import terms  # noqa: PLC0415 - few queries need it

    return terms.numbers_of(db, term)


# The fields that are looked up in the catalogue, and by what.
_STORED: Mapping[str, Callable[[sqlite3.Connection, str], Sequence[int]]] = {
    "term": _with_term,
    "url": addresses.numbers_of,
}


def field_mask(columns: Columns, field: ask.Field) -> Any:
    """The rows whose field has a value: a word (`*` for any text), a place or one below it, a day or a range.

    Raises:
        UsageError: the value is not a day.
    """
    if field.name in ask.DAYS:
        return _between(columns[field.name], field.value)
    if field.name == "han":
        return pc.greater_equal(columns["han"], int(field.value))
    if field.name == "versions":
        return _constant(columns, True)
    if field.name in ("copies", "near", "gone"):
        marked = columns["copy" if field.name == "copies" else field.name]
        return pc.invert(marked) if field.value == "no" else marked
    values = columns[field.name]
    listed = pa.types.is_list(values.type)
    names = pc.list_flatten(values) if listed else values
    wanted = _like(field)
    chosen = pa.array([name for name in names.dictionary.to_pylist() if wanted(name)], pa.string())
    if not listed:
        return pc.is_in(names, value_set=chosen)
    parents = pc.list_parent_indices(values).filter(pc.is_in(names, value_set=chosen))
    return pc.is_in(pa.array(range(len(values)), pa.int64()), value_set=parents.cast(pa.int64()))


def _like(field: ask.Field) -> Callable[[str], bool]:
    parts = normalize(field.value).split("*")
    if field.name not in ("place", "about"):
        return lambda value: fits(normalize(value), parts)
    from archive.catalogue import gazetteer  # noqa: PLC0415 - few queries need it
    from archive.text.chinese import simplified  # noqa: PLC0415

    code = field.value.strip("*")
    codes = {code} if field.name == "place" and code.isdecimal() else gazetteer.codes(simplified(field.value))
    if field.name == "place":
        return lambda value: any(gazetteer.is_within(value, code) for code in codes)
    named = {gazetteer.chain(code) for code in codes}
    return lambda value: value in named or fits(normalize(value), parts)


def fits(value: str, parts: Sequence[str]) -> bool:
    """Whether a value consists of some parts in order, with anything between them.

    >>> fits("人民日报海外版", ["人民", "外", ""]), fits("人民日报", ["日报"]), fits("aba", ["ab", "ba"])
    (True, False, False)
    """
    first, *rest = parts
    if not rest:
        return value == first
    if not value.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        at = value.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return value.endswith(rest[-1]) and len(value) - len(rest[-1]) >= at


def _between(days: Any, value: str) -> Any:
    meant = ask.day_range(value)
    if meant is None:
        return pc.is_null(days)
    first, last = meant
    # Up to the last month of a year, and the last day of a month.
    end = day_number(last + "-15-31"[len(last) - 4 :])
    inside = pc.and_(pc.greater_equal(days, day_number(first)), pc.less_equal(days, end))
    return pc.fill_null(inside, False)


def _facet(name: str, values: Any) -> Facet:
    """Count the values of a field; each count is what a search for the value finds, so a place has those below it."""
    counted = counts(values)
    if name == "place":
        from archive.catalogue import gazetteer  # noqa: PLC0415 - only this facet needs it

        counted = [(at, sum(n for each, n in counted if gazetteer.is_within(each, at))) for at, _ in counted]
    found = [ValueCount(*pair) for pair in sorted(counted, key=lambda pair: (-pair[1], pair[0]))]
    return Facet(values=tuple(found[:FACET_VALUES]), more=max(len(found) - FACET_VALUES, 0))


def _histogram(days: Any, period: str) -> tuple[PeriodCount, ...]:
    by_period: dict[str, int] = {}
    for number, count in counts(days):
        year, month, day = number // 512, number % 512 // 32, number % 32
        at = f"{year:04d}"
        if period != "year" and month:
            at += f"-{month:02d}"
            at += f"-{day:02d}" if period == "day" and day else ""
        by_period[at] = by_period.get(at, 0) + count
    return tuple(PeriodCount(*pair) for pair in sorted(by_period.items()))


def spots(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """The spans of a query's words in a text, found as in the index: across punctuation, width, case and script.

    >>> spots("ＡＢ讯：统、战部", ["统 战"])
    [(4, 7)]
    """
    letters, offsets = letters_of(text)
    found = set()
    for word in {alike(each.replace(" ", "")) for each in words}:
        at = letters.find(word)
        while word and at >= 0:
            found.add((offsets[at], offsets[at + len(word) - 1] + 1))
            at = letters.find(word, at + len(word))
    return sorted(found)


def snippet(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """The text around the first word of a query, with the words marked; the beginning if it contains none.

    >>> snippet("一二三四", ["二 三"])
    (('一', False), ('二三', True), ('四', False))
    """
    found = spots(text, words)
    start = max(found[0][0] - SNIPPET, 0) if found else 0
    end = min(start + 3 * SNIPPET, len(text))
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for first, last in found:
        if first >= at and last <= end:
            pieces += [(text[at:first], False), (text[first:last], True)]
            at = last
    pieces += [(text[at:end], False)] + ([("…", False)] if end < len(text) else [])
    return tuple((piece.replace("\n", " "), marked) for piece, marked in pieces if piece)
