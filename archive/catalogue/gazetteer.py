"""GB/T 2260 -> the administrative places of China, their codes, and every way in which their names are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

from archive.catalogue.lexicon import table, words

FILE = "places.toml"
_AUTONOMOUS = re.compile(r"自治([州县旗区])$")
_ENDS = ("特别行政区", "自治区", "地区", "省", "市", "盟", "县", "区", "旗")
_words = partial(words, FILE)


@dataclass(frozen=True, slots=True)
class Name:
    """A written form of a place's name.

    Attributes:
        code: GB/T 2260, six digits.
        full: it has the ending of the place's level (市, 县, ...).
        weak: it is also an ordinary word, or short for a county, and needs further evidence of the place.
    """

    code: str
    full: bool
    weak: bool


@cache
def divisions() -> dict[str, str]:
    """The name of the place of each code."""
    text = files("archive.catalogue").joinpath("gazetteer.tsv").read_text("utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if not line.startswith("#"))
    return {code: name for code, _, name in rows}


def chain(code: str, written: str = "") -> str:
    """The names of a place and of the places above it, the largest first; as written if the place has no code.

    >>> chain("510521")
    '四川省泸州市泸县'
    >>> chain("710000", "台中市")
    '台湾省台中市'
    """
    name = _chain(code)
    return name + written if written in _within() else name or written


@cache
def _chain(code: str) -> str:
    above = dict.fromkeys((code[:2] + "0000", code[:4] + "00", code))
    return "".join(divisions()[each] for each in above if each in divisions())


def title(code: str, written: str = "") -> str:
    """The full name of a place; as written if it is not known, has no code (台中市) or was a county (海安县)."""
    name = divisions().get(code, written)
    return written if written in _within() or (written[-1:] in ("县", "市") and name[-1:] in ("市", "区")) else name


def named(written: str) -> tuple[Name, ...]:
    """The places with a written name."""
    return names().get(written[:2], {}).get(written, ())


def is_name(word: str) -> bool:
    """Whether a word is a name of a place."""
    return word in names().get(word[:2], ())


def is_within(code: str, place: str) -> bool:
    """Whether a code is that of a place or of a place below it.

    >>> is_within("510521", "510500"), is_within("510500", "510521"), is_within("510521", "51")
    (True, False, True)
    """
    while place.endswith("00") and len(place) > 2:
        place = place[:-2]
    return code.startswith(place)


@cache
def codes(name: str) -> frozenset[str]:
    """The codes that a user's words may mean: a name, with or without the places above it, or a code or its start."""
    if name.isdecimal():
        return frozenset(code for code in divisions() if is_within(code, name))
    every = {each.code for each in named(name)}
    return frozenset(every or {code for code in divisions() if chain(code).endswith(name)})


@cache
def names() -> dict[str, dict[str, tuple[Name, ...]]]:
    """The places of each name, grouped by the first two characters of the name."""
    found: dict[str, dict[str, Name]] = {}
    for code, name in divisions().items():
        for written, full in _spell(name):
            odd = _words("common") if full else _words("ordinary") | _words("everyday")
            weak = written in odd or (not full and not code.endswith("00"))
            found.setdefault(written, {}).setdefault(code, Name(code, full, weak))
    for written, name_of_old in _former():
        found.setdefault(written, {}).setdefault(name_of_old.code, name_of_old)
    for written, code in _also().items():
        found.setdefault(written, {}).setdefault(code, Name(code, written[-1] in "市县旗州区", False))
    table: dict[str, dict[str, tuple[Name, ...]]] = {}
    for written, places in found.items():
        table.setdefault(written[:2], {})[written] = tuple(places.values())
    return table


def _former() -> Iterator[tuple[str, Name]]:
    """Yield each city and district as the county or the city that it was: 海安县 of 海安市, 章丘市 of 章丘区."""
    taken = {*divisions().values(), *_also(), *(f"{word}县" for word in _words("ordinary") | _words("everyday"))}
    for code, name in divisions().items():
        if name[-1] not in "市区" or len(name) == 2 or code.endswith("00"):
            continue
        if (county := f"{name[:-1]}县") not in taken:
            yield county, Name(code, True, False)
        if name[-1] == "区" and name[:-1] in _words("former"):
            yield f"{name[:-1]}市", Name(code, False, False)  # not full: 萧山市 begins within 萧山市场, too


@cache
def sizes(start: str) -> tuple[int, ...]:
    """The lengths of the names with a start, longest first."""
    return tuple(sorted({len(name) for name in names()[start]}, reverse=True))


@cache
def _within() -> dict[str, str]:
    """The names without a code of their own, each with the code of the place that it belongs to."""
    found, code = {}, ""
    for word in table(FILE)["within"]["words"].split():
        if word.isdecimal():
            code = word
        else:
            found[word] = code
    return found


@cache
def _also() -> dict[str, str]:
    """The code of each name that is not made from a name of the gazetteer: 前郭县, 台中市."""
    by_name = {name: code for code, name in divisions().items()}
    pairs = (word.split("=") for word in table(FILE)["short"]["words"].split())
    return _within() | {written: by_name[name] for written, name in pairs}


def _spell(name: str) -> Iterator[tuple[str, bool]]:
    """Yield the written forms of a name, and whether each is full: 道真仡佬族苗族自治县, 道真自治县, 道真县, 道真."""
    yield name, True
    plain = _without_peoples(name)
    if plain != name:
        yield plain, True
    if autonomous := _AUTONOMOUS.search(plain):
        if autonomous[1] != "区":
            yield plain[: autonomous.start()] + autonomous[1], True
        plain = plain[: autonomous.start()]
    else:
        end = next((end for end in _ENDS if plain.endswith(end)), "")
        plain = plain.removesuffix(end)
    if len(plain) >= 2 and plain not in (name, ""):
        yield plain, False


def _without_peoples(name: str) -> str:
    """Remove the peoples before 自治 from an autonomous place's name."""
    head, autonomous, tail = name.partition("自治")
    if not autonomous:
        return name
    while found := next((people for people in _peoples() if head.endswith(people) and len(head) > len(people) + 1), ""):
        head = head.removesuffix(found)
    return head + autonomous + tail


@cache
def _peoples() -> tuple[str, ...]:
    return tuple(sorted(_words("peoples"), key=len, reverse=True))
