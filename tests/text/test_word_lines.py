"""The words of rules and patterns, each in a line that is known by it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.text import lines, words
from archive.text.dates import from_meta
from archive.text.fields import is_person, may_be_title
from archive.text.fields.head import is_site_name
from archive.text.fields.labels import is_nobody

WORDS: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
# What tells the patterns under one name apart.
KEYS = {"label": "field", "answer": "reason", "challenge": "vendor", "first_use": "first", "day_label": "rank"}

# What the words of a list are known by.
LISTS: dict[str, Callable[[str], object]] = {
    "surname": lambda word: is_person(f"{word}晓明"),
    "double_surname": lambda word: is_person(f"{word}晓明"),
    "nobody": is_nobody,
    "genre": may_be_title,
    "site_end": lambda word: is_site_name(f"青河{word}"),
    "day_metas": lambda word: from_meta([(word, "2020-03-01")]),
}


@pytest.mark.parametrize("name", WORDS)
def test_a_line_is_known_by_each_word_of_a_pattern(name: str) -> None:
    group, _, kind = name.partition(" ")
    for line in re.split("、\n?", WORDS[name]):
        if group == "list":
            known = bool(LISTS[kind](line))
        elif group == "lines":
            known = kind in [rule.id for rule in lines._matching(line)]
        elif kind:
            known = any(str(of) == kind and pattern.fullmatch(line) for pattern, of in words.named(group, KEYS[group]))
        else:
            found = words.match(group, line)
            known = found is not None and found[0] == line
        assert known, (name, line)
