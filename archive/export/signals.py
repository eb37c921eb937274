"""Texts -> quality signals for filtering a corpus: the measures of Gopher, FineWeb and C4, adapted to Chinese.

These count Han characters instead of words, since no two tools cut a Chinese sentence into the same words. Lines are
those of `text`, which are paragraphs.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import NamedTuple

from archive.export import personal
from archive.text.document import Document

_DATA = tomllib.loads(files("archive.export").joinpath("signals.toml").read_text("utf-8"))
_WORDS = _DATA["words"]
# The limit of FineWeb's filter, which is in characters too.
_SHORT_LINE = 30
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_CODE = re.compile(r"[{}]|javascript", re.IGNORECASE)

CountTokens = Callable[[str], int]


class Signal(NamedTuple):
    """The meaning of a signal, and the published filter that uses a similar measure."""

    meaning: str
    like: str


SIGNALS: Mapping[str, Signal] = {one["id"]: Signal(one["meaning"], one["like"]) for one in _DATA["signal"]}


def measure(document: Document, count_tokens: CountTokens | None = None) -> dict[str, float]:
    """Compute the signals of a document, in the order of `SIGNALS`; `tokens` only with a tokenizer."""
    text = document.text
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    han = _HAN.findall(text)
    found = _of_lines(lines) | _of_characters(text, han) | _of_runs(han)
    kinds = Counter(span.kind for span in personal.find(text))
    found |= {"id_numbers": kinds["id_number"], "phones": kinds["phone"], "emails": kinds["email"]}
    if count_tokens is not None:
        found["tokens"] = count_tokens(text)
    return {name: round(float(found[name]), 4) for name in SIGNALS if name in found}


def _of_lines(lines: Sequence[str]) -> dict[str, float]:
    count = max(len(lines), 1)
    seen: set[str] = set()
    repeated = []
    for line in lines:
        if line in seen:
            repeated.append(line)
        seen.add(line)
    length = sum(map(len, lines))
    return {
        "lines": len(lines),
        "line_length": length / count,
        "ended_lines": sum(line[-1] in _WORDS["ends"] for line in lines) / count,
        "short_lines": sum(len(line) <= _SHORT_LINE for line in lines) / count,
        "bullet_lines": sum(line[0] in _WORDS["bullets"] for line in lines) / count,
        "ellipsis_lines": sum(line.endswith(tuple(_WORDS["ellipses"])) for line in lines) / count,
        "duplicate_lines": len(repeated) / count,
        "duplicate_line_characters": sum(map(len, repeated)) / max(length, 1),
    }


def _of_characters(text: str, han: Sequence[str]) -> dict[str, float]:
    seen = sum(not character.isspace() for character in text)
    return {
        "han": len(han) / max(seen, 1),
        "hashes": (text.count("#") + text.count("＃")) / max(len(han), 1),
        "function_words": sum(word in text for word in _WORDS["function"]),
        "code": bool(_CODE.search(text)),
    }


def _of_runs(han: Sequence[str]) -> dict[str, float]:
    whole = "".join(han)
    return {
        "top_2gram": _top(whole, 2),
        "top_4gram": _top(whole, 4),
        "duplicate_10grams": _repetition(whole, 10),
    }


def _top(han: str, length: int) -> float:
    """The share of the most frequent run, 0 if none is repeated: Gopher's measure, in characters."""
    runs = Counter(han[start : start + length] for start in range(len(han) - length + 1))
    most = max(runs.values(), default=0)
    return min(most * length / len(han), 1.0) if most > 1 else 0.0


def _repetition(han: str, length: int) -> float:
    """The share of characters in repeated runs; each character counts once, as in Gopher's filter."""
    seen: set[str] = set()
    repeated = start = 0
    while start <= len(han) - length:
        run = han[start : start + length]
        if run in seen:
            repeated += length
            start += length
        else:
            seen.add(run)
            start += 1
    return repeated / max(len(han), 1)
