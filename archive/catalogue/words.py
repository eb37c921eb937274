"""Text and queries -> the tokens of the full-text index: one a Han character (kana and hangul too), one a word
or number of other scripts.

Punctuation is no token: a phrase is found across it.
"""

from __future__ import annotations

import re
import unicodedata

from archive.errors import UsageError
from archive.text.chinese import simplified

# Letters and digits: runs of those that are tokens alone (from U+3007 on: Han, kana, hangul), and of all others.
_RUN = re.compile(r"[^\W_\0-\u3006]+|[^\W_\u3007-\U0010ffff]+")
# SQLite refuses deep expressions; a question of this many words is a pasted text.
LONGEST_QUERY, MOST_TERMS = 1000, 64


def spaced(text: str) -> str:
    """Text as the index wants it: its tokens in order, width and case folded, a space between them.

    >>> spaced("统战，ＡＢ12部")
    '统 战 ab12 部'
    """
    runs = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    return " ".join([" ".join(run) if run[0] >= "\u3007" else run for run in runs])


def expression(query: str) -> str:
    """What a user typed -> an FTS5 expression: every word must stand in the document, each as a phrase.

    Words are separated by white space; quotation marks keep a phrase with spaces together. Traditional characters find
    Simplified text, as the index holds that.

    >>> expression('统战 "a b"')
    '"统 战" AND "a b"'

    Raises:
        UsageError: nothing to look for, or more than an index can be asked.
    """
    if len(query) > LONGEST_QUERY:
        raise UsageError(f"The query has {len(query)} characters, {LONGEST_QUERY} at most. Ask for a few words of it.")
    parts = (quoted or bare.replace('"', " ") for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', simplified(query)))
    # A term of punctuation alone has no token, and would make an empty phrase.
    terms = [words for part in parts if (words := spaced(part))]
    if not terms:
        raise UsageError("The query has no word to look for. Give one or more words, as in: cundang search 统战部")
    if len(terms) > MOST_TERMS:
        raise UsageError(f"The query has {len(terms)} words, {MOST_TERMS} at most. Ask for fewer.")
    return " AND ".join(f'"{term}"' for term in terms)
