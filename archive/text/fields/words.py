"""The words and patterns of the fields, kept as data beside this module, compiled when they are first asked for."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

# One file a field.
FILES = ("title.toml",)


@cache
def _data() -> dict[str, dict[str, object]]:
    """All entries of the files, by name: `words` is a list, `pattern` a regular expression."""
    folder = resources.files("archive.text.fields")
    found: dict[str, dict[str, object]] = {}
    for file in FILES:
        found |= tomllib.loads(folder.joinpath(file).read_text("utf-8"))
    return found


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words under a name."""
    words = _data()[name]["words"]
    assert isinstance(words, str)
    return tuple(words.split())


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern under a name; `{other}` in it stands for the alternatives of other words."""
    written = _data()[name]["pattern"]
    assert isinstance(written, str)
    filled = re.sub(r"\{([a-z_]+)\}", lambda found: f"(?:{_alternatives(found[1])})", written)
    return re.compile(filled, re.VERBOSE if "\n" in filled else 0)


def _alternatives(name: str) -> str:
    """The words under a name as one alternative each, the longest first; of a pattern the pattern itself."""
    if "words" in _data()[name]:
        return "|".join(map(re.escape, sorted(listed(name), key=len, reverse=True)))
    return pattern(name).pattern


def match(name: str, text: str) -> re.Match[str] | None:
    """Where the pattern under a name stands in a text first."""
    return pattern(name).search(text)


def whole(name: str, text: str) -> re.Match[str] | None:
    """The match where a text is the pattern under a name and nothing else."""
    return pattern(name).fullmatch(text)
