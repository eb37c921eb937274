"""Text -> the tokens of the full-text index: each Han character (kana and hangul too), and each word or number of other
scripts.

Punctuation is not indexed, so a phrase is found across it. Traditional and Simplified characters and variants of one
another are one token, in texts and in queries alike, whatever script a page is in.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import chain

# Runs of letters and digits: of those that are tokens by themselves (from U+3007: Han, kana, hangul), and of others.
_RUN = re.compile(r"[^\W_\0-\u3006]+|[^\W_\u3007-\U0010ffff]+")
_BETWEEN_NAMES = re.compile(r" ?[、，,;；/] ?|(?<![\x00-\u02ff]) | (?![\x00-\u02ff])")
_LETTER = re.compile(r"[^\W_]")
# Characters that stand for themselves: most of a text.
_PLAIN = re.compile("[0-9a-z\u4e00-\u9fff]+")
# Forms of one character that OpenCC's tables of characters do not join, the usual one first.
_FORMS = ("着著", "沈沉", "仇雠", "么幺", "具俱", "泛汎", "旗旂", "背揹", "夫伕", "侄姪", "妆粧")
# The longest query, in characters and words: SQLite refuses deep expressions, and a longer query is a pasted text.
LONGEST_QUERY, MOST_TERMS = 1000, 64


def spaced(text: str) -> str:
    """The tokens of a text in order, separated by spaces, with width, case and script folded.

    >>> spaced("統战，ＡＢ12部")
    '统 战 ab12 部'
    """
    return alike(tokens(text))


def tokens(text: str) -> str:
    """The same in the characters of the text.

    >>> tokens("統战，ＡＢ12部")
    '統 战 ab12 部'
    """
    return " ".join([" ".join(run) if run[0] >= "\u3007" else run for run in _runs(text)])


def names_of(said: str | None) -> list[str]:
    """The people whom a field names, parted by marks or spaces; a name in Latin letters has spaces of its own.

    >>> names_of("张三、李四 阿旺·扎西"), names_of("Grace Ling, 王五"), names_of(None)
    (['张三', '李四', '阿旺·扎西'], ['Grace Ling', '王五'], [])
    """
    return [name for name in _BETWEEN_NAMES.split(" ".join((said or "").split())) if name]


def alike(text: str) -> str:
    """The text with one character for all forms of it, each by itself, so that a part of a text is a part of it.

    >>> alike("曉波，藉著乾淨的台灣") == alike("晓波，借着干净的臺湾")
    True
    """
    forms = _forms()
    for character in set(text) & forms.keys():
        text = text.replace(character, forms[character])
    return text


@cache
def _forms() -> dict[str, str]:
    """The characters for which another form of theirs stands, and that form."""
    from archive.text.chinese import dictionary  # noqa: PLC0415 - few commands need its tables

    known = dictionary("TSCharacters.txt")
    joined: dict[str, set[str]] = {}
    variants = (dictionary(f"{region}Variants.txt").items() for region in ("TW", "HK"))
    pairs = chain(known.items(), *variants)
    for forms in (*([key, *values] for key, values in pairs), *_FORMS):
        every = set(forms).union(*(joined[form] for form in forms if form in joined))
        joined.update(dict.fromkeys(every, every))
    preferred = {forms[0] for forms in _FORMS}
    first = {values[0] for values in known.values()}
    found = {}
    for every in {id(each): each for each in joined.values()}.values():
        usual = min(
            every, key=lambda form: (form not in preferred, form in known, form not in first, form < "一", form)
        )
        found.update(dict.fromkeys(every - {usual}, usual))
    return found


def unspaced(tokens: str) -> str:
    """The text that tokens stand for: no space behind a Han character (kana, hangul).

    >>> unspaced("统 战 ab12 cd 部")
    '统战ab12 cd 部'
    """
    parts = (part if part >= "\u3007" else f"{part} " for part in tokens.split(" "))
    return "".join(parts).removesuffix(" ")


def folded(text: str) -> str:
    """The letters and digits of a text, folded as `spaced` does.

    >>> folded("統战，ＡＢ12部")
    '统战ab12部'
    """
    return alike("".join(_runs(text)))


def _runs(text: str) -> list[str]:
    found: list[str] = _RUN.findall(unicodedata.normalize("NFKC", text).lower())
    return found


def letters_of(text: str) -> tuple[str, list[int]]:
    """The letters and digits that `spaced` makes of a text, and the offset in the text that each comes from.

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
    return alike("".join(letters)), offsets


@lru_cache(maxsize=20_000)
def _letters(character: str) -> str:
    """The letters and digits that a character stands for."""
    return "".join(_LETTER.findall(unicodedata.normalize("NFKC", character).lower()))
