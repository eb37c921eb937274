"""The words and patterns of the fields, kept as data beside this module, compiled when they are first asked for."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

# One file a field.
FILES = ("labels.toml", "people.toml", "source.toml", "title.toml")


@cache
def _data() -> dict[str, Any]:
    """All entries of the files, by name: `words` is a list, `pattern` a regular expression."""
    folder = resources.files("archive.text.fields")
    found: dict[str, Any] = {}
    for file in FILES:
        found |= tomllib.loads(folder.joinpath(file).read_text("utf-8"))
    return found


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words under a name."""
    return tuple(_data()[name]["words"].split())


@cache
def entries(name: str) -> tuple[dict[str, str], ...]:
    """The entries of a list of patterns, in their order."""
    return tuple(_data()[name])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern under a name."""
    return re.compile(_data()[name]["pattern"])


def match(name: str, text: str) -> re.Match[str] | None:
    """Where the pattern under a name stands in a text first."""
    return pattern(name).search(text)


def whole(name: str, text: str) -> re.Match[str] | None:
    """The match where a text is the pattern under a name and nothing else."""
    return pattern(name).fullmatch(text)
