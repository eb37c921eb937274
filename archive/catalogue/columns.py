"""The catalogue's documents as columns in memory, by which a search counts and filters.

SQLite takes 0.6 s to group 200,000 rows by one field (`make bench`); Arrow counts six fields in a few hundredths.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from archive.catalogue import places as gazetteer
from archive.catalogue.days import day_number
from archive.text.chinese import simplified

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
        "author": _WORDS,
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
_SQL = f"""SELECT number, site, publisher, author, kind, script, flags, columns, published, claimed, captured, han,
                 latest, EXISTS (SELECT 1 FROM documents o WHERE o.id = d.duplicate_of),
                 EXISTS (SELECT 1 FROM documents o WHERE o.id = d.near_of), gone IS NOT NULL, head,
                 {_MENTIONED.format("place")}, {_MENTIONED.format("organisation")}
          FROM documents d ORDER BY number"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Columns:
    """One row per document, ordered by number, so by day.

    Attributes:
        table: the columns.
        matching: the rows that match a full-text expression, of the last few expressions: whoever turns a page of hits
            or adds a filter asks for the same words again.
    """

    table: pa.Table
    matching: dict[str, Any]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __getitem__(self, name: str) -> Any:
        """One column as an Arrow array."""
        column = self.table[name].combine_chunks()
        return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def normalize(value: str) -> str:
    """Normalize a value for comparison: Simplified characters, without differences of width and case.

    >>> normalize("人民日報ＡＢ")
    '人民日报ab'
    """
    return unicodedata.normalize("NFKC", simplified(value)).lower()


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


def load(db: sqlite3.Connection, places: Mapping[str, str]) -> Columns:
    """Read the columns of all documents; `places` gives the GB/T 2260 code of each site that has one."""
    unclear = db.execute("SELECT DISTINCT name FROM mentions WHERE kind = 'place' AND code = ''").fetchall()
    named = _Places(name for (name,) in unclear)
    spelt = {name: _Spelling() for name in ("source", "author", "column", "organisation")}
    rows = db.execute(_SQL)
    pieces: dict[str, list[Any]] = {field.name: [] for field in SCHEMA}
    while found := rows.fetchmany(BATCH):
        for name, array in zip(pieces, _arrays(found, places, spelt, named), strict=True):
            pieces[name].append(_narrow(array))
    # Column by column, so that no more than one of them is held twice.
    arrays = []
    for field in SCHEMA:
        # The pieces of a column need one type to be joined.
        column = pa.chunked_array([_refer(piece, pa.int32()) for piece in pieces.pop(field.name)], field.type)
        arrays.append(_narrow(column.unify_dictionaries().combine_chunks()))
        del column
        pa.default_memory_pool().release_unused()
    return Columns(pa.Table.from_arrays(arrays, names=SCHEMA.names), {})


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


def _arrays(
    rows: list[tuple[Any, ...]], places: Mapping[str, str], spelt: Mapping[str, _Spelling], named: _Places
) -> Iterator[Any]:
    number, site, source, author, kind, script, flags, columns, *rest = zip(*rows, strict=True)
    published, claimed, captured, han, latest, copy, near, gone, head, about, organisations = rest
    values: dict[str, Any] = {
        "number": number,
        "site": site,
        "place": [places.get(key) for key in site],
        "source": [spelt["source"](value) for value in source],
        "author": [spelt["author"](value) for value in author],
        "kind": kind,
        "script": script,
        "flag": _lists(flags),
        "column": [spelt["column"].each(values) for values in _lists(columns)],
        "about": [named.each(values) for values in _split(about)],
        "organisation": [spelt["organisation"].each(values) for values in _split(organisations)],
        "published": _days(published),
        "claimed": _days(claimed),
        "captured": _days(captured),
        "han": han,
        "latest": [bool(value) for value in latest],
        "copy": [bool(value) for value in copy],
        "near": [bool(value) for value in near],
        "gone": [bool(value) for value in gone],
        "head": head,
    }
    for field in SCHEMA:
        if pa.types.is_dictionary(field.type):
            yield pa.array(values[field.name], pa.string()).dictionary_encode()
        else:
            yield pa.array(values[field.name], field.type)


def _lists(column: tuple[str, ...]) -> list[list[str]]:
    # There are few different lists: parse each once.
    read = {text: json.loads(text) for text in set(column)}
    return [read[text] for text in column]


def _split(column: tuple[str | None, ...]) -> list[list[str]]:
    return [sorted(names.split("\n")) if names else [] for names in column]


def _days(column: tuple[str | None, ...]) -> list[int | None]:
    read = {text: day_number(text) if text else None for text in {text and text[:10] for text in column}}
    return [read[text and text[:10]] for text in column]


def counts(values: Any) -> list[tuple[Any, int]]:
    """The distinct values of an array (the items of a list array) and their counts, without nulls."""
    if pa.types.is_list(values.type):
        values = pc.list_flatten(values)
    found = pc.value_counts(values.drop_null())
    return [(row["values"], row["counts"]) for row in found.to_pylist()]
