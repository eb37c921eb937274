"""Text -> the tokens of the full-text index: one a Han character (kana and hangul too), one a word
or number of other scripts.

Punctuation is no token: a phrase is found across it.
"""

from __future__ import annotations

import re
import unicodedata

# Letters and digits: runs of those that are tokens alone (from U+3007 on: Han, kana, hangul), and of all others.
_RUN = re.compile(r"[^\W_\0-\u3006]+|[^\W_\u3007-\U0010ffff]+")
_LETTER = re.compile(r"[^\W_]")
# SQLite refuses deep expressions; a question of this many words is a pasted text.
LONGEST_QUERY, MOST_TERMS = 1000, 64


def spaced(text: str) -> str:
    """Text as the index wants it: its tokens in order, width and case folded, a space between them.

    >>> spaced("统战，ＡＢ12部")
    '统 战 ab12 部'
    """
    runs = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    return " ".join([" ".join(run) if run[0] >= "\u3007" else run for run in runs])


def places(text: str) -> list[int]:
    """Of each letter and digit that `spaced` keeps of a text, where in the text it comes from.

    >>> places("统战，ＡＢ")
    [0, 1, 3, 4]
    """
    return [
        at
        for at, character in enumerate(text)
        for letter in unicodedata.normalize("NFKC", character).lower()
        if _LETTER.match(letter)
    ]
