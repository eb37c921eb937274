"""A TOML file of words -> the sets of its words, and what finds words in a text, loaded when it is needed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any


@cache
def table(file: str) -> dict[str, dict[str, str]]:
    """The rules of a file of this folder, by name."""
    return tomllib.loads(files("archive.catalogue").joinpath(file).read_text("utf-8"))


@cache
def words(file: str, name: str, key: str = "words") -> frozenset[str]:
    """The words that a rule has under a key."""
    return frozenset(table(file)[name][key].split())


@cache
def ends(file: str, name: str, key: str = "words") -> tuple[str, ...]:
    """The same as a tuple, for `str.startswith` and `str.endswith`."""
    return tuple(words(file, name, key))


@cache
def jieba() -> Any:
    """The library that cuts Chinese into words, loaded when it is needed."""
    return import_module("rjieba")


def automaton(words: Iterable[str], *, longest: bool = False) -> Any:
    """An Aho-Corasick automaton over words; of those that overlap it finds all or, if asked, the longest first one."""
    library = import_module("ahocorasick_rs")  # who only reads the tables does without it
    kind = library.MatchKind.LeftmostLongest if longest else library.MatchKind.Standard
    return library.AhoCorasick(list(words), matchkind=kind, implementation=library.Implementation.DFA)
