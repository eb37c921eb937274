"""Chinese text and the places in it -> the organisations that it names: a place and a body, or a national body.

Both bodies come from closed lists (`organisations.toml`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from archive.catalogue.places import Mention, divisions

_BODIES = ("party", "council", "front")
# The levels, and how many digits of a code belong to each.
_DIGITS = {"省": 2, "市": 4, "州": 4, "盟": 4, "县": 6, "区": 6, "旗": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Where a text names an organisation.

    Attributes:
        start, end: offsets in the text, in characters, including the place's name.
        code: GB/T 2260 of its place; empty if that is unclear, and for a national body.
        name: its name, with the full name of its place if that is known.
        how: `place` if the text names its place; `own` if it names only the level (市委统战部), so that the site's own
            place is meant; `national` for a body of the whole country (国家民委).
    """

    start: int
    end: int
    code: str
    name: str
    how: str


@cache
def _words(name: str, key: str = "words") -> frozenset[str]:
    text = files("archive.catalogue").joinpath("organisations.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[name][key].split())


@cache
def _bodies() -> tuple[frozenset[str], tuple[int, ...]]:
    """All bodies, and their lengths, longest first."""
    every = frozenset().union(*(_words(name) for name in _BODIES))
    return every, tuple(sorted({len(body) for body in every}, reverse=True))


def find(text: str, places: Sequence[Mention], site: str | None = None) -> list[Organisation]:
    """Find the organisations that a text names, in order.

    Args:
        text: in Simplified characters.
        places: the places that it names, in order.
        site: the GB/T 2260 code of the site's own place.

    >>> from archive.catalogue import places
    >>> text = "国家民委、泸州市委统战部、民革四川省委会和市工商联"
    >>> [(one.name, one.how) for one in find(text, places.find(text), "510500")]
    [('国家民委', 'national'), ('泸州市委统战部', 'place'), ('民革四川省委会', 'place'), ('泸州市工商联', 'own')]
    """
    named = list(_find_headed(text, places))
    local = {at for start, end in _spans(named, places) for at in range(start, end + 1)}
    named += (one for one in _find_national(text) if one.start not in local)
    taken = {at for start, end in _spans(named, places) for at in range(start, end)}
    return sorted([*named, *_find_own(text, taken, site)], key=lambda one: one.start)


def _spans(named: Iterable[Organisation], places: Iterable[Mention]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in named] + [(one.start, one.end) for one in places]


@cache
def _national() -> Any:
    """An automaton over the names of national bodies; the longest wins."""
    library = import_module("ahocorasick_rs")
    names = [*_words("national"), *_words("national", "ministries")]
    return library.AhoCorasick(names, matchkind=library.MatchKind.LeftmostLongest)


def _find_national(text: str) -> Iterator[Organisation]:
    """Find the bodies of the whole country."""
    for _, start, end in _national().find_matches_as_indexes(text):
        begins = text[start:end] not in _words("national", "ministries") or _begins(text, start)
        if begins and text[end : end + 1] not in _words("national", "further"):
            yield _make(text, start, end, "", text[start:end], how="national")


def _find_headed(text: str, places: Sequence[Mention]) -> Iterator[Organisation]:
    """Find the organisations that follow their place; a party's name stands before and behind it."""
    begins = [place.start for place in places]
    start = 0
    for number, place in enumerate(places):
        if not number or places[number - 1].end != place.start:
            start = place.start
        if place.end in begins:
            continue  # take the last place of 徐州市云龙区
        name = divisions().get(place.code) or text[place.start : place.end]
        if party := next((each for each in _words("parties") if text.endswith(each, 0, start)), ""):
            if tail := _longest(text, place.end, _words("parties", "tails")):
                yield _make(text, start - len(party), place.end + len(tail), place.code, party + name + tail)
            continue
        if body := _body(text, place.end):
            yield _make(text, start, place.end + len(body), place.code, _join(name, body))


def _make(text: str, start: int, end: int, code: str, name: str, *, how: str = "place") -> Organisation:
    if text.startswith("中共", start - 2) and start >= 2:
        start -= 2
    return Organisation(start=start, end=end, code=code, name=name, how=how)


def _join(name: str, body: str) -> str:
    """Join a place's full name and a body without repeating the level: 泸县 and 县委统战部 give 泸县委统战部."""
    return name + (body[1:] if body[0] == name[-1] and body[0] in _DIGITS else body)


def _body(text: str, at: int) -> str:
    """The body at an offset of a text, with or without its level (县委, 委); empty if there is none."""
    bodies, lengths = _bodies()
    lead = text[at : at + 1] if text[at : at + 1] in _words("levels") else ""
    for size in lengths:
        if (body := text[at + len(lead) : at + len(lead) + size]) in bodies and _ends(
            text, at + len(lead) + size, body
        ):
            return lead + body
    return ""


def _ends(text: str, end: int, body: str) -> bool:
    """Whether a body ends here: 委 alone only before a character that does not go on with it."""
    return len(body) > 1 or text[end : end + 1] not in _words("party", "further")


def _longest(text: str, at: int, words: Iterable[str]) -> str:
    return max((word for word in words if text.startswith(word, at)), key=len, default="")


@cache
def _levels() -> Any:
    """An automaton over the characters of levels."""
    return import_module("ahocorasick_rs").AhoCorasick(list(_DIGITS))


def _find_own(text: str, taken: set[int], site: str | None) -> Iterator[Organisation]:
    """Find bodies of the site's own place, which a text names by their level."""
    for _, at, end in _levels().find_matches_as_indexes(text):
        level = text[at:end]
        digits = _DIGITS[level]
        if at in taken or not _begins(text, at) or not (body := _body(text, at + 1)):
            continue
        if len(body) < 2:
            continue  # 市委 alone is part of many offices and titles
        code = (site or "")[:digits].ljust(6, "0") if site and (digits == 2 or site[2:4] != "00") else ""
        if digits == 6 and (not site or site.endswith("00")):
            code = ""
        place = divisions().get(code, "")
        yield Organisation(
            start=at,
            end=at + 1 + len(body),
            code=code if place else "",
            name=place + body if place else level + body,
            how="own",
        )


def _begins(text: str, at: int) -> bool:
    """Whether no other name ends right before a character."""
    before = text[at - 1 : at]
    return not before or not "\u4e00" <= before <= "\u9fff" or before in _words("levels", "before")
