"""The catalogue's documents as columns in memory, by which a search counts and filters.

SQLite takes 0.6 s to group 200,000 rows by one field (`make bench`); Arrow counts six fields in a few hundredths.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from archive.catalogue.days import day_number
from archive.catalogue.words import alike, names_of

# How many rows are read from SQLite, and held as Python objects, at a time.
BATCH = 2000
# The types of numbers that refer to values, and how many values each can tell apart.
_INDEXES = ((2**7, pa.int8()), (2**15, pa.int16()))
_WORDS = pa.dictionary(pa.int32(), pa.string())
# A list of names takes a fifth of the memory so, and is searched by its few different names.
_LISTS = pa.list_(_WORDS)
SCHEMA = pa.schema(
    {
        "number": pa.int64(),
        "site": _WORDS,
        "place": _WORDS,
        "source": _WORDS,
        "author": _LISTS,
        "editor": _LISTS,
        "contributor": _LISTS,
        "kind": _WORDS,
        "script": _WORDS,
        "flag": _LISTS,
        "column": _LISTS,
        "about": _LISTS,  # the places it names, and those above them
        "organisation": _LISTS,
        "published": pa.int32(),  # `day_number`; null if the page states no plausible day
        "claimed": pa.int32(),
        "captured": pa.int32(),
        "han": pa.int32(),
        "latest": pa.bool_(),
        "copy": pa.bool_(),
        "near": pa.bool_(),
        "gone": pa.bool_(),
        "head": pa.int64(),
    }
)
_MENTIONED = """(SELECT group_concat(name, char(10)) FROM (
                     SELECT DISTINCT m.name FROM mentions m WHERE m.number = d.number AND m.kind = '{}'))"""
# What a row of the catalogue has for a column whose name there is another.
_SQL = {
    "place": "site",
    "source": "publisher",
    "flag": "flags",
    "column": "columns",
    "about": _MENTIONED.format("place"),
    "organisation": _MENTIONED.format("organisation"),
    "copy": "EXISTS (SELECT 1 FROM documents o WHERE o.id = d.duplicate_of)",
    "near": "EXISTS (SELECT 1 FROM documents o WHERE o.id = d.near_of)",
    "gone": "gone IS NOT NULL",
}
# The columns that name people, each by itself.
PEOPLE = ("author", "editor", "contributor")
# A batch of values as the catalogue has them -> as the column has them.
_Reader = Callable[[Sequence[Any]], Sequence[Any]]


class Columns:
    """One row per document, ordered by number, so by day. A column is read when the first query needs it.

    Attributes:
        matching: the rows that match a full-text expression, of the last few expressions: whoever turns a page of hits
            or adds a filter asks for the same words again.
    """

    def __init__(self, places: Callable[[], Mapping[str, str]]) -> None:
        """Take what gives the GB/T 2260 code of each site that has one."""
        self.matching: dict[str, Any] = {}
        self._places = places
        self._held: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._held["number"])

    def __getitem__(self, name: str) -> Any:
        """One column as an Arrow array; `read` must have read it."""
        return self._held[name]

    def read(self, db: sqlite3.Connection, names: Iterable[str]) -> None:
        """Read those of some columns that were not read before; skip names that are no column's."""
        wanted = [name for name in SCHEMA.names if name in {*names} - self._held.keys()]
        if not wanted:
            return
        readers = {name: self._reader(db, name) for name in wanted}
        pieces: dict[str, list[Any]] = {name: [] for name in wanted}
        values = ", ".join(_SQL.get(name, name) for name in wanted)
        rows = db.execute(f"SELECT {values} FROM documents d ORDER BY number")  # noqa: S608 - our own words
        while found := rows.fetchmany(BATCH):
            for name, batch in zip(wanted, zip(*found, strict=True), strict=True):
                pieces[name].append(_narrow(_array(readers[name](batch), SCHEMA.field(name).type)))
        # Column by column, so that no more than one of them is held twice.
        for name in wanted:
            # The pieces of a column need one type to be joined.
            parts = [_refer(piece, pa.int32()) for piece in pieces.pop(name)]
            column = pa.chunked_array(parts, SCHEMA.field(name).type)
            self._held[name] = _narrow(column.unify_dictionaries().combine_chunks())
            del parts, column
            pa.default_memory_pool().release_unused()

    def _reader(self, db: sqlite3.Connection, name: str) -> _Reader:
        if name == "place":
            places = self._places()
            return lambda sites: [*map(places.get, sites)]
        if name == "about":
            sql = "SELECT DISTINCT name FROM mentions WHERE kind = 'place' AND code = ''"
            named = _Places(name for (name,) in db.execute(sql).fetchall())
            return lambda column: [*map(named.each, _split(column))]
        spelt = _Spelling()
        readers: dict[str, _Reader] = {
            "source": lambda column: [*map(spelt, column)],
            **dict.fromkeys(PEOPLE, lambda column: [spelt.each(names_of(said)) for said in column]),
            "flag": _lists,
            "column": lambda column: [*map(spelt.each, _lists(column))],
            "organisation": lambda column: [*map(spelt.each, _split(column))],
            "published": _days,
            "claimed": _days,
            "captured": _days,
        }
        return readers.get(name, lambda column: column)


def normalize(value: str) -> str:
    """Normalize a value for comparison, without differences of script, width and case.

    >>> normalize("人民日報ＡＢ")
    '人民日报ab'
    """
    return alike(unicodedata.normalize("NFKC", value).lower())


class _Spelling:
    """One spelling for values that a search does not tell apart, the first that was seen: counts are what it finds."""

    def __init__(self) -> None:
        self._of: dict[str | None, str | None] = {None: None}
        self._first: dict[str, str] = {}

    def __call__(self, value: str | None) -> str | None:
        if value not in self._of:
            self._of[value] = self._first.setdefault(normalize(value or ""), value or "")
        return self._of[value]

    def each(self, values: Iterable[str]) -> list[str]:
        """The spellings of a document's values, each once."""
        return [*dict.fromkeys(str(self(value)) for value in values)]


class _Places:
    """The places that a document counts for: those that it names, and those above them.

    Some texts name a place of which several have the name, and it stays unclear which is meant. A search for that name
    finds these texts and those that name one of the places, so both count for it.
    """

    def __init__(self, unclear: Iterable[str]) -> None:
        from archive.catalogue import gazetteer  # noqa: PLC0415 - only this column needs it

        self._chains = frozenset(map(gazetteer.chain, gazetteer.divisions()))
        self._unclear: dict[str, list[str]] = {}
        for name in unclear:
            for code in gazetteer.codes(name):
                self._unclear.setdefault(gazetteer.chain(code), []).append(name)
        self._known: dict[str, tuple[str, ...]] = {}

    def each(self, names: Sequence[str]) -> list[str]:
        """All places that some names stand for, each once."""
        return sorted({one for name in names for one in self._of(name)})

    def _of(self, name: str) -> tuple[str, ...]:
        if name not in self._known:
            above = (name[:end] for end in range(2, len(name)))
            every = (name, *(each for each in above if each in self._chains))
            self._known[name] = (*every, *(unclear for each in every for unclear in self._unclear.get(each, ())))
        return self._known[name]


def _narrow(column: Any) -> Any:
    """Let the entries of a column refer to its different values by numbers of 8 or 16 bits where these suffice."""
    words = column.values if pa.types.is_list(column.type) else column
    if not pa.types.is_dictionary(words.type):
        return column
    return _refer(column, next((kind for most, kind in _INDEXES if len(words.dictionary) <= most), pa.int32()))


def _refer(column: Any, kind: Any) -> Any:
    """Let the entries of a column refer to its different values by numbers of a type."""
    if pa.types.is_list(column.type):
        return pa.ListArray.from_arrays(column.offsets, _refer(column.values, kind))
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.DictionaryArray.from_arrays(column.indices.cast(kind), column.dictionary)


def _array(values: Sequence[Any], kind: Any) -> Any:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    if pa.types.is_boolean(kind):
        return pa.array([bool(value) for value in values], kind)
    return pa.array(values, kind)


def _lists(column: Sequence[str]) -> list[list[str]]:
    # There are few different lists: parse each once.
    read = {text: json.loads(text) for text in set(column)}
    return [read[text] for text in column]


def _split(column: Sequence[str | None]) -> list[list[str]]:
    return [sorted(names.split("\n")) if names else [] for names in column]


def _days(column: Sequence[str | None]) -> list[int | None]:
    read = {text: day_number(text) if text else None for text in {text and text[:10] for text in column}}
    return [read[text and text[:10]] for text in column]


def counts(values: Any) -> list[tuple[Any, int]]:
    """The distinct values of an array (the items of a list array) and their counts, without nulls."""
    if pa.types.is_list(values.type):
        values = pc.list_flatten(values)
    found = pc.value_counts(values.drop_null())
    return [(row["values"], row["counts"]) for row in found.to_pylist()]
