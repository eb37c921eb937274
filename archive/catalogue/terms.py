"""Texts -> how often terms of United Front work occur in them, by site, place or month, and which terms are key.

Keyness is log-likelihood (Dunning, 1993): how certain it is that a term is more or less frequent in some documents than
in the rest. It means little without its counts, so both are given with it.
"""

from __future__ import annotations

import json
import math
import sqlite3
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from archive.catalogue import gazetteer, query
from archive.catalogue.ask import nearest
from archive.catalogue.lexicon import automaton
from archive.errors import UsageError
from archive.layout import Layout

BY = ("site", "place", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of the vocabulary, its other written forms, and its English."""

    term: str
    variants: tuple[str, ...]
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often a term occurs, in all or in one group; `group` is a site's key, a place or a month, or empty."""

    term: str
    english: str
    group: str
    documents: int
    occurrences: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A term in some documents, compared with the rest of the archive.

    Attributes:
        documents, rest_documents: the number of documents that contain it.
        occurrences, rest_occurrences: how often it occurs in them.
        per_million, rest_per_million: occurrences per million Han characters.
        keyness: log-likelihood, negative if the term is rarer than in the rest. Chance alone exceeds 10.83 for one
            term in a thousand.
    """

    term: str
    english: str
    documents: int
    occurrences: int
    per_million: float
    rest_documents: int
    rest_occurrences: int
    rest_per_million: float
    keyness: float


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("archive.catalogue").joinpath("terms.toml").read_text("utf-8"))


def version() -> str:
    """The version of the vocabulary."""
    return str(_file()["version"])


@cache
def vocabulary() -> dict[str, Term]:
    """The terms, in the order of the file."""
    return {
        term: Term(term=term, variants=tuple(variants), english=english) for term, variants, english in _file()["terms"]
    }


@cache
def _automaton() -> tuple[Any, list[str]]:
    """An Aho-Corasick automaton over the written forms of all terms, and the term of each."""
    forms = [(words, term.term) for term in vocabulary().values() for words in (term.term, *term.variants)]
    return automaton((words for words, _ in forms), longest=True), [term for _, term in forms]


def occurrences(text: str) -> Counter[str]:
    """Count each term in a text in Simplified characters; of overlapping terms, the longest at each place.

    >>> occurrences("市委统战部召开统一战线会议，统战部部长讲话")
    Counter({'统战部': 2, '统一战线': 1})
    """
    automaton, terms = _automaton()
    return Counter(terms[form] for form, _, _ in automaton.find_matches_as_indexes(text))


def take(db: sqlite3.Connection, number: int, title: str | None, text: str) -> None:
    """Store the counts of a document, including its title."""
    found = occurrences(f"{title or ''}\n{text}")
    db.executemany("INSERT INTO terms VALUES (?, ?, ?)", ((number, term, count) for term, count in found.items()))


def counts(
    layout: Layout,
    *,
    by: str | None = None,
    term: str | None = None,
    within: Sequence[str] | None = None,
    site_places: Mapping[str, str] | None = None,
) -> list[Count]:
    """Count documents and occurrences of each term, in all or by site, place of the site or month of publication.

    Args:
        layout: the archive.
        by: one of `BY`; None: in all. Documents without a day are in the group with an empty name.
        term: a term of the vocabulary, in any written form; None: all.
        within: the ids of the documents to count; None: all.
        site_places: the GB/T 2260 code of each site.

    Raises:
        UsageError: the term or the group is unknown, or there is no catalogue yet.
    """
    if by not in (None, *BY):
        raise UsageError(f"{by!r}: terms are not counted by this. Name one of: {', '.join(BY)}.")
    wanted = _look_up(term) if term else None
    # A further page of an article belongs to the site and the day of the first page.
    published = "CASE WHEN h.number IS NULL THEN d.published ELSE h.published END"
    group = {
        "site": "coalesce(h.site, d.site)",
        "place": "coalesce(h.site, d.site)",
        "month": f"coalesce(substr({published}, 1, 7), '')",
    }.get(by or "", "''")
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for name, at, documents, times in _rows(layout, group, wanted, _chosen(within)):
        key = (name, gazetteer.chain((site_places or {}).get(at, "")) if by == "place" else at)
        before = found.get(key, (0, 0))
        found[key] = (before[0] + documents, before[1] + times)
    order = list(vocabulary())
    return [
        Count(term=name, english=vocabulary()[name].english, group=at, documents=documents, occurrences=times)
        for (name, at), (documents, times) in sorted(
            found.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    ]


def keyness(layout: Layout, within: Sequence[str]) -> list[Key]:
    """The terms that are more or less frequent in some documents, given by id, than in the rest; most certain first.

    Raises:
        UsageError: these are all documents, or none; or there is no catalogue yet.
    """
    chosen = _chosen(within)
    inside = {name: (documents, times) for name, _, documents, times in _rows(layout, "''", None, chosen)}
    every = {name: (documents, times) for name, _, documents, times in _rows(layout, "''", None, None)}
    here, total = _size(layout, chosen), _size(layout, None)
    if not here or here == total:
        what = "all there is" if here else "no text"
        raise UsageError(f"The query finds {what}: there is nothing to compare. Ask for a part of the archive.")
    found = []
    for name, (documents, times) in every.items():
        own = inside.get(name, (0, 0))
        found.append(
            Key(
                term=name,
                english=vocabulary()[name].english,
                documents=own[0],
                occurrences=own[1],
                per_million=round(own[1] / here * 1e6, 1),
                rest_documents=documents - own[0],
                rest_occurrences=times - own[1],
                rest_per_million=round((times - own[1]) / (total - here) * 1e6, 1),
                keyness=round(log_likelihood(own[1], here, times - own[1], total - here), 2),
            )
        )
    return sorted(found, key=lambda key: (-abs(key.keyness), key.term))


def log_likelihood(here: int, size: int, there: int, rest: int) -> float:
    """The log-likelihood of a count in a text of a size, against a count in the rest; negative if it is rarer here.

    >>> round(log_likelihood(12, 1000, 8, 9000), 2), log_likelihood(1, 10, 10, 100)
    (30.03, 0.0)
    """
    expected = [each * (here + there) / (size + rest) for each in (size, rest)]
    value = 2 * sum(
        count * math.log(count / wanted) for count, wanted in zip((here, there), expected, strict=True) if count
    )
    return value if here >= expected[0] else -value


def numbers_of(db: sqlite3.Connection, term: str) -> list[int]:
    """The numbers of the documents that contain a term, in any of its written forms.

    Raises:
        UsageError: the vocabulary has no such term.
    """
    found = db.execute(
        "SELECT t.number FROM terms t JOIN documents d ON d.number = t.number WHERE t.term = ?", (_look_up(term),)
    )
    return [number for (number,) in found]


def _look_up(term: str) -> str:
    for name, known in vocabulary().items():
        if term in (name, *known.variants):
            return name
    near = nearest(term, list(vocabulary()))
    cure = f"; did you mean {near!r}?" if near else ". `cundang terms` lists those that occur."
    raise UsageError(f"the vocabulary has no term {term!r}{cure}")


def _chosen(within: Sequence[str] | None) -> str | None:
    return None if within is None else json.dumps(list(within))


# An article on several pages counts as one document, that of its first page.
_FIRST = "LEFT JOIN documents h ON h.number = d.head"
_CHOSEN = "d.latest = 1 AND (?1 IS NULL OR coalesce(h.id, d.id) IN (SELECT value FROM json_each(?1)))"


def _rows(layout: Layout, group: str, term: str | None, chosen: str | None) -> Iterable[tuple[str, str, int, int]]:
    sql = f"""SELECT t.term, {group}, count(DISTINCT coalesce(d.head, d.number)), sum(t.occurrences)
              FROM terms t JOIN documents d ON d.number = t.number {_FIRST}
              WHERE {_CHOSEN} AND (?2 IS NULL OR t.term = ?2) GROUP BY 1, 2"""  # noqa: S608 - our own words
    with query.catalogue(layout) as db:
        return db.execute(sql, (chosen, term)).fetchall()


def _size(layout: Layout, chosen: str | None) -> int:
    """The number of Han characters in the chosen documents."""
    with query.catalogue(layout) as db:
        sql = f"SELECT coalesce(sum(d.han), 0) FROM documents d {_FIRST} WHERE {_CHOSEN}"  # noqa: S608 - our own words
        (size,) = db.execute(sql, (chosen,)).fetchone()
    return int(size)
