"""The words and patterns of pages and their fields, kept as data beside this module, compiled when first asked for."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

FILES = (
    *("chinese.toml", "dates.toml", "pages.toml"),
    *(f"fields/{field}.toml" for field in ("captions", "labels", "people", "source", "title")),
)

# No pattern that ends a text has more characters.
TAIL = 100


@cache
def _data() -> dict[str, Any]:
    """All entries of the files, by name: `words` is a list, `pattern` a regular expression."""
    import tomllib  # noqa: PLC0415 - a search needs none of these words
    from importlib import resources  # noqa: PLC0415

    folder = resources.files("archive.text")
    found: dict[str, Any] = {}
    for file in FILES:
        found |= tomllib.loads(folder.joinpath(file).read_text("utf-8"))
    return found


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words under a name."""
    return tuple(_data()[name]["words"].split())


@cache
def entries(name: str) -> tuple[dict[str, Any], ...]:
    """The entries of a list of patterns, in their order; their values are words, numbers, days or flags."""
    return tuple(_data()[name])


@cache
def weights(name: str) -> dict[str, float]:
    """The weights of the evidence under a name."""
    return dict(_data()[name])


@cache
def named(name: str, key: str) -> tuple[tuple[re.Pattern[str], Any], ...]:
    """The patterns of a list, in their order, each with what it has under a key."""
    return tuple((re.compile(entry["pattern"]), entry[key]) for entry in entries(name))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    entries = ((name, entry) for name, entry in _data().items() if isinstance(entry, dict))
    return {name: re.compile(entry["pattern"]) for name, entry in entries if "pattern" in entry}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern under a name."""
    return _patterns()[name]


def match(name: str, text: str) -> re.Match[str] | None:
    """Where the pattern under a name stands in a text first."""
    return pattern(name).search(text)


def tail(name: str, text: str) -> re.Match[str] | None:
    """Where the pattern under a name ends a text: it is searched in its last characters alone."""
    return pattern(name).search(text[-TAIL:])


def whole(name: str, text: str) -> re.Match[str] | None:
    """The match where a text is the pattern under a name and nothing else."""
    return pattern(name).fullmatch(text)
