"""Text -> the tokens of the full-text index: each Han character (kana and hangul too), and each word or number of other
scripts.

Punctuation is not indexed, so a phrase is found across it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Runs of letters and digits: of those that are tokens by themselves (from U+3007: Han, kana, hangul), and of others.
_RUN = re.compile(r"[^\W_\0-\u3006]+|[^\W_\u3007-\U0010ffff]+")
_LETTER = re.compile(r"[^\W_]")
# Characters that stand for themselves: most of a text.
_PLAIN = re.compile("[0-9a-z\u4e00-\u9fff]+")
# The longest query, in characters and words: SQLite refuses deep expressions, and a longer query is a pasted text.
LONGEST_QUERY, MOST_TERMS = 1000, 64


def spaced(text: str) -> str:
    """The tokens of a text in order, separated by spaces, with width and case folded.

    >>> spaced("统战，ＡＢ12部")
    '统 战 ab12 部'
    """
    return " ".join([" ".join(run) if run[0] >= "\u3007" else run for run in _runs(text)])


def unspaced(tokens: str) -> str:
    """The text that tokens stand for: no space behind a Han character (kana, hangul).

    >>> unspaced("统 战 ab12 cd 部")
    '统战ab12 cd 部'
    """
    parts = (part if part >= "\u3007" else f"{part} " for part in tokens.split(" "))
    return "".join(parts).removesuffix(" ")


def folded(text: str) -> str:
    """The same without the spaces: the letters and digits of a text.

    >>> folded("统战，ＡＢ12部")
    '统战ab12部'
    """
    return "".join(_runs(text))


def _runs(text: str) -> list[str]:
    found: list[str] = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    return found


def letters_of(text: str) -> tuple[str, list[int]]:
    """The letters and digits that `spaced` keeps of a text, and the offset in the text that each comes from.

    >>> letters_of("统战，ＡＢ")
    ('统战ab', [0, 1, 3, 4])
    """
    letters: list[str] = []
    offsets: list[int] = []
    at = 0
    for run in (*_PLAIN.finditer(text), None):
        for other in range(at, run.start() if run else len(text)):
            stands_for = _letters(text[other])
            letters.append(stands_for)
            offsets += [other] * len(stands_for)
        if run:
            letters.append(run[0])
            offsets += range(run.start(), run.end())
            at = run.end()
    return "".join(letters), offsets


@lru_cache(maxsize=20_000)
def _letters(character: str) -> str:
    """The letters and digits that a character stands for."""
    return "".join(_LETTER.findall(unicodedata.normalize("NFKC", character).lower()))
