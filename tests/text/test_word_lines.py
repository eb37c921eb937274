"""The words of rules and patterns, each in a line that is known by it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from archive.text import lines, words

WORDS: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
# What tells the patterns under one name apart.
KEYS = {"label": "field", "answer": "reason", "challenge": "vendor", "first_use": "first", "day_label": "rank"}


@pytest.mark.parametrize("name", WORDS)
def test_a_line_is_known_by_each_word_of_a_pattern(name: str) -> None:
    group, _, kind = name.partition(" ")
    for line in re.split("、\n?", WORDS[name]):
        if group == "lines":
            known = kind in [rule.id for rule in lines._matching(line)]
        elif kind:
            known = any(str(of) == kind and pattern.fullmatch(line) for pattern, of in words.named(group, KEYS[group]))
        else:
            found = words.match(group, line)
            known = found is not None and found[0] == line
        assert known, (name, line)
