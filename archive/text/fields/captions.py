"""Lines beside a picture -> its captions."""

from __future__ import annotations

import re

from archive.text import words
from archive.text.chinese import han
from archive.text.fields.labels import is_dateline
from archive.text.fields.people import all_people, is_office, is_person
from archive.text.lines import narrow

# One of these stands in every caption.
_PICTURED = re.compile("[图摄绘▲△↑▼↓]")
# Points at the picture above or below; without a picture it may be the mark of a list.
_POINTER = re.compile(r"\A[▲△↑▼↓]\s*.{2,120}")
# One sentence for each of the pictures.
_EACH = re.compile(r"(?<=[。;])\s?(?=[上下左右]图[:为])")
_CLAUSE_ENDS = ("。", "!", "?", "……")
# What stands before a point of a text.
NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.,]|\([一二三四五六七八九十\d]{1,3}\)|"
    r"第[一二三四五六七八九十\d]{1,3}[章节条部]|\d{1,2}[、.])"
)


def is_caption(line: str, *, pictured: bool = True) -> bool:
    """Whether a line describes a picture: one short statement of what is seen, or who took it.

    Args:
        line: a line of its own.
        pictured: whether a picture may stand beside the line; without one a mark that points at it is a list's.

    >>> is_caption("图为市委常委、统战部部长陈伟督导广安区疫情防控工作"), is_caption("图为核心,以点带面")
    (True, False)
    """
    if len(line) > 122 or not _PICTURED.search(line):
        return False
    text = narrow(line)
    if (match := words.whole("caption_signed", text)) and is_person(match["who"], labelled=True):
        return True
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    if len(parts := _EACH.split(text)) > 1:
        return all(map(is_caption, parts))
    if _is_told(text):
        return False
    if _POINTER.fullmatch(text):
        return pictured
    if words.whole("caption", text):
        if text.startswith("图片:") and all_people(text[3:], "label"):
            return False
        return not words.match("concludes", text)
    return _is_credited(text)


def _is_told(text: str) -> bool:
    """Whether words are more than one short statement: prose."""
    # The full stop may stand before who took the picture: 图为活动现场。(张三 摄)
    inner = words.pattern("caption_credit").sub("", text)[:-1]
    return "。" in inner or ";" in inner or (text.endswith(_CLAUSE_ENDS) and inner.count(",") > 2)


def _is_credited(text: str) -> bool:
    """Whether words name who took a picture, behind what it shows or alone."""
    match = words.whole("caption_taken", text)
    if match is None or "/文" in text:
        return False
    who = words.pattern("role").sub("", match["who"].split()[-1], count=1)
    return bool(match["shown"]) or is_person(who, labelled=True) or (match["did"] == "供图" and is_office(match["who"]))


def may_be_caption(line: str) -> bool:
    """Whether a line that stands where captions do is one: no sentence, no heading with a number, no dateline.

    >>> may_be_caption("活动现场"), may_be_caption("二、主要做法"), may_be_caption("会议要求，各地要抓好落实。")
    (True, False, False)
    """
    if len(line) > 60:
        return False
    text = narrow(line)
    plain = words.pattern("caption_credit").sub("", text)
    ended = text.endswith((*_CLAUSE_ENDS, ":", ";", ","))
    return han(text) >= 2 and not ended and not NUMBERED.match(text) and not is_dateline(plain)
