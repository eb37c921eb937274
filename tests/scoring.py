"""Measures of the similarity of a text and the expected text."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter


def fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def body_f1(got: str, want: str) -> float:
    """F1 over character 4-grams (multiset), ignoring white space and width; 1.0: the texts are equal."""
    return _f1(_grams(fold(got)), _grams(fold(want)))


def line_f1(got: str, want: str) -> float:
    """F1 over whole lines (multiset), likewise; 1.0: the paragraphs are the same."""
    return _f1(*(Counter(fold(line) for line in text.split("\n") if fold(line)) for text in (got, want)))


def _grams(text: str) -> Counter[str]:
    return Counter(text[i : i + 4] for i in range(max(len(text) - 3, 1)) if text)


def _f1(got: Counter[str], want: Counter[str]) -> float:
    size = got.total() + want.total()
    return 2 * (got & want).total() / size if size else 1.0
