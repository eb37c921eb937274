# ruff: noqa: INP001, S608 - a script in no package; its SQL is made of its own words
"""Measure indexes of the same texts: the CPU to build one, its size, and the CPU to find all documents of a word.

    python trials/indexes.py [--documents 200000] [--only NAME]

- `one`: one FTS5 table, as in the catalogue;
- `years`: an FTS5 table for each year;
- `pairs`: beside the first, an FTS5 table of pairs of characters without positions, for words of two characters;
- `tantivy`: an index of Tantivy (`pip install tantivy`, which cundang does not need).

The texts are those of `tests/bench_catalogue.py`. Each word is asked three times and the quickest counts; figures are
per hit, of the words in over a twentieth of the documents.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from bench_catalogue import ANY, WORDS, documents

from archive.catalogue.build import DAY_BITS
from archive.catalogue.days import day_number
from archive.catalogue.words import spaced

# A document: its number, and the tokens of its title and its text.
Row = tuple[int, str, str]
# Finds the numbers of the documents with a word, given as tokens; returns how many there are.
Find = Callable[[str], int]


def rows(count: int) -> list[Row]:
    """The documents, ordered by number."""
    days: dict[int, int] = {}
    found = []
    for document in documents(count):
        day = day_number(document.published or "2026-01-01")
        days[day] = days.get(day, -1) + 1
        found.append(((day << DAY_BITS) + days[day], spaced(document.title or ""), spaced(document.text)))
    return sorted(found)


def fill(path: Path, name: str, made: Sequence[Row], options: str = "") -> None:
    """Make an FTS5 table as the catalogue does."""
    db = sqlite3.connect(path)
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
    db.execute(
        f"CREATE VIRTUAL TABLE {name} USING fts5(title, text, content='', columnsize=0, tokenize='ascii'{options})"
    )
    db.execute(f"INSERT INTO {name}({name}, rank) VALUES ('hashsize', {64 * 2**20})")
    db.execute(f"INSERT INTO {name}({name}, rank) VALUES ('automerge', 0)")
    db.executemany(f"INSERT INTO {name}(rowid, title, text) VALUES (?, ?, ?)", made)
    db.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")
    db.commit()
    db.close()


def finder(path: Path, names: Sequence[str]) -> Find:
    """Ask FTS5 tables as a search does."""
    db = sqlite3.connect(path)

    def find(word: str) -> int:
        sql = "SELECT json_group_array(rowid) FROM {0} WHERE {0} MATCH ?"
        return sum(len(json.loads(db.execute(sql.format(name), (f'"{word}"',)).fetchone()[0])) for name in names)

    return find


def one(folder: Path, made: Sequence[Row]) -> Find:
    """One table."""
    fill(folder / "index", "words", made)
    return finder(folder / "index", ["words"])


def years(folder: Path, made: Sequence[Row]) -> Find:
    """A table for each year."""
    names = []
    for year, few in groupby(made, key=lambda row: (row[0] >> DAY_BITS) // 512):
        fill(folder / "index", f"words{year}", list(few))
        names.append(f"words{year}")
    return finder(folder / "index", names)


def pairs(folder: Path, made: Sequence[Row]) -> Find:
    """A table of characters, and one of pairs of them."""
    fill(folder / "index", "words", made)
    fill(
        folder / "index",
        "pairs",
        [(number, _pairs(title), _pairs(text)) for number, title, text in made],
        ", detail=none",
    )
    by_words, by_pairs = finder(folder / "index", ["words"]), finder(folder / "index", ["pairs"])
    return lambda word: by_pairs(word.replace(" ", "")) if word.count(" ") == 1 else by_words(word)


def _pairs(tokens: str) -> str:
    each = tokens.split(" ")
    return " ".join(map(str.__add__, each, each[1:]))


def tantivy(folder: Path, made: Sequence[Row]) -> Find:
    """An index of Tantivy, in one thread."""
    library = import_module("tantivy")
    builder = library.SchemaBuilder()
    builder.add_integer_field("number", fast=True, stored=False, indexed=True)
    for name in ("title", "text"):
        builder.add_text_field(name, stored=False, tokenizer_name="spaces", index_option="position")
    schema = builder.build()
    index = library.Index(schema, path=str(folder))
    spaces = library.TextAnalyzerBuilder(library.Tokenizer.whitespace()).build()
    index.register_tokenizer("spaces", spaces)
    writer = index.writer(256 * 2**20, num_threads=1)
    for number, title, text in made:
        writer.add_document(library.Document(number=number, title=title, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(word: str) -> int:
        tokens = word.split(" ")
        asked: list[Any] = [
            library.Query.phrase_query(schema, name, tokens)
            if len(tokens) > 1
            else library.Query.term_query(schema, name, tokens[0])
            for name in ("title", "text")
        ]
        query = library.Query.boolean_query([(library.Occur.Should, each) for each in asked])
        return len(searcher.search(query, limit=len(made), order_by_field="number").hits)

    return find


def measure(name: str, make: Callable[[Path, Sequence[Row]], Find], made: Sequence[Row]) -> None:
    """Build an index, ask it, and print what that cost."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        find = make(Path(folder), made)
        built = time.process_time() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        costs = []
        for word in (*map(spaced, WORDS), ANY):
            hits = find(word)
            if hits > len(made) / 20:
                costs.append(min(_spent(find, word) for _ in range(3)) / hits * 1e9)
    print(
        f"{name:8} built in {built:6.1f} s of CPU, {size / 1e6:6.1f} MB; a hit costs {statistics.median(costs):4.0f} ns"
        f" in the median, {max(costs):5.0f} at most, {costs[-1]:4.0f} of a word of all",
        flush=True,
    )


def _spent(find: Find, word: str) -> float:
    start = time.process_time()
    find(word)
    return time.process_time() - start


INDEXES = {"one": one, "years": years, "pairs": pairs, "tantivy": tantivy}


def main() -> None:
    """Make the texts, and measure the indexes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--only", choices=sorted(INDEXES))
    asked = parser.parse_args()
    made = rows(asked.documents)
    letters = sum(len(text.replace(" ", "").encode()) for _, _, text in made)
    print(f"{len(made)} documents, {letters / 1e6:.0f} MB of text without punctuation")
    for name, make in INDEXES.items():
        if asked.only in (None, name):
            measure(name, make, made)


if __name__ == "__main__":
    main()
