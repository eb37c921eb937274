"""What the head of a page states -> its pieces, and whether a line of the page says the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from archive.text import words
from archive.text.lines import narrow, narrow_lines

# A line of so many characters is most of a title.
SHORT = 4

ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,5});")
_DASHES, _SEVERAL = "—–―", re.compile("--+")
_QUOTES = " \"“”'‘’"
_EDGES = "-_|,:"
# What stands between a title and the names of column and site.
_SPLIT = re.compile(r"(?<!\s)\s*+(?:[_|｜»«>]+|--+|::+|(?<=\s)[-–—]\s|-(?=[一-鿿]{2,14}$))\s*")


@lru_cache(maxsize=64)
def head_parts(head: str) -> tuple[str, ...]:
    """The pieces of a `title` element; the name of the site may stand behind the title, with a space between."""
    parts: list[str] = []
    dashed = head.split("——")
    # Titles have dashes, too.
    named = any(words.whole("site", part.strip()) for part in (dashed[0], dashed[-1]))
    for part in chain.from_iterable(map(_SPLIT.split, dashed if named else [head])):
        found = part.split()
        if len(found) > 1 and is_site_name(found[-1]):
            parts += [" ".join(found[:-1]), found[-1]]
        elif found:
            parts.append(" ".join(found))
    return tuple(parts)


def is_site_name(text: str) -> bool:
    """Whether a part of a `title` element names a site or a channel, by its ending alone: where nothing else tells.

    >>> is_site_name("中国健康新闻网"), is_site_name("四川统一战线"), is_site_name("全省统战部长会议召开")
    (True, True, False)
    """
    return len(text) <= 20 and text.rstrip().endswith(words.listed("site_end"))


def same(one: str, other: str | None) -> bool:
    """Whether two folded lines are one, spaces and widths aside.

    >>> same("统战（一）", "统战 (一)"), same("统战", None)
    (True, False)
    """
    if not other or len(one) - one.count(" ") != len(other) - other.count(" "):
        return False
    return narrow(one).replace(" ", "") == narrow(other).replace(" ", "")


def is_own(source: str, head: str) -> bool:
    """Whether a source that a `meta` element names is the site itself, as its `title` element ends.

    >>> is_own("三立新闻网", "新款上市 | 科技 | 三立新闻网 SETN.COM"), is_own("新华社", "统战部召开会议_四川统一战线")
    (True, False)
    """
    parts = head_parts(head)
    return len(parts) > 1 and any(same(part.split(" ")[0], source) for part in parts[-2:])


class Head:
    """What the `title` element says, which may be cut or carry the names of column and site.

    >>> head = Head("统战部召开会议_四川统一战线")
    >>> [head.says(line) for line in bare_lines(["统战部召开“会议”", "四川统一战线", "首页"])]
    ['stated', 'held', '']
    """

    def __init__(self, head: str) -> None:
        self._whole, *parts = bare_lines([head, *head_parts(head)])
        self._parts = [part for part in parts if part]
        named = [part for part in self._parts if not is_site_name(part)]
        self._part = (named or self._parts or [self._whole])[0]
        # The title element may be cut: 无敌免...
        cut = self._whole.removesuffix("...").removesuffix("…")
        self._cut = cut if len(cut) >= 8 and cut != self._whole else None

    def says(self, one: str) -> str:
        """`stated` where a line, as `bare_lines` gives it, is the title that the head states; `held` where one holds
        most of the other; else empty.
        """
        whole = self._whole
        if not one or not whole:
            return ""
        if one == whole or (whole.startswith(one) and whole[len(one)] in _EDGES):
            return "stated"
        if one in self._parts:
            return "stated" if one == self._part else "held"
        edge = whole[-len(one) - 1] if whole.endswith(one) else ""
        # A blog stands before the colon: 清河商会: 山村修路记.
        if edge and edge in _EDGES and not is_site_name(one):
            return "held"
        return "held" if len(one) >= SHORT and self._holds(one) else ""

    def goes_on(self, one: str) -> bool:
        """Whether a line is a part of what the head says, which goes on before it or behind it."""
        return one in self._part and one != self._part

    def _holds(self, one: str) -> bool:
        """Whether the title is most of a line, or the line most of the title; the title may be cut."""
        # The page puts a word of its own before or after the title: 原创.
        if len(self._part) >= 8 and self._part in one:
            return len(self._part) >= 0.7 * len(one)
        if one in self._whole:
            return len(one) >= 0.6 * len(self._part)
        return self._cut is not None and one.startswith(self._cut)


def bare_lines(lines: Sequence[str]) -> list[str]:
    """Folded lines for comparing with a title: narrow, without spaces and quotes, all dashes one.

    >>> bare_lines(["“统”舟共济——记某县", "（二）"])
    ['统舟共济-记某县', '(二)']
    """
    return without_marks(narrow_lines(lines))


def without_marks(lines: Sequence[str]) -> list[str]:
    """Narrow lines for comparing, see `bare_lines`."""
    whole = "\n".join(lines)
    for mark in _QUOTES:
        whole = whole.replace(mark, "")
    for dash in _DASHES:
        whole = whole.replace(dash, "-")
    return (_SEVERAL.sub("-", whole) if "--" in whole else whole).split("\n") if lines else []
