"""Text and queries -> the tokens of the full-text index: one a Han character, one a word or number of other scripts.

Punctuation is no token: a phrase is found across it.
"""

from __future__ import annotations

import re
import unicodedata

from archive.errors import UsageError
from archive.text.chinese import simplified

_HAN = re.compile("([\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
# SQLite refuses deep expressions; a question of this many words is a pasted text.
LONGEST_QUERY, MOST_TERMS = 1000, 64


def spaced(text: str) -> str:
    """Text as the index wants it: width and case folded, each Han character a word.

    >>> spaced("统战ＡＢ12部")
    ' 统  战 ab12 部 '
    """
    return _HAN.sub(r" \1 ", unicodedata.normalize("NFKC", text).lower())


def expression(query: str) -> str:
    """What a user typed -> an FTS5 expression: every word must stand in the document, each as a phrase.

    Words are separated by white space; quotation marks keep a phrase with spaces together. Traditional characters find
    Simplified text, as the index holds that.

    >>> expression('统战 "a b"')
    '" 统  战 " AND "a b"'

    Raises:
        UsageError: nothing to look for, or more than an index can be asked.
    """
    if len(query) > LONGEST_QUERY:
        raise UsageError(f"The query has {len(query)} characters, {LONGEST_QUERY} at most. Ask for a few words of it.")
    parts = (quoted or bare.replace('"', " ") for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', simplified(query)))
    terms = [spaced(part).replace("\0", " ") for part in parts]
    # A term of punctuation alone would make an empty phrase.
    terms = [term for term in terms if any(c.isalnum() for c in term)]
    if not terms:
        raise UsageError("The query has no word to look for. Give one or more words, as in: cundang search 统战部")
    if len(terms) > MOST_TERMS:
        raise UsageError(f"The query has {len(terms)} words, {MOST_TERMS} at most. Ask for fewer.")
    return " AND ".join(f'"{term}"' for term in terms)
