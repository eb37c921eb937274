"""Lines of a forum's thread -> where its first post ends, and who sent it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.text.chinese import han
from archive.text.fields.labels import Byline, byline, is_dateline, is_post, labels
from archive.text.lines import narrow

_WHEN = r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?,?\s*\d{1,2}:\d{2}(?::\d{2})?"
# No line of a forum is without the minute.
_TIMED = re.compile(r"[:：︰](?<=\d.)\d")
# Over a post of a forum: 石头 发表于 2008-6-3 11:40 | 只看该作者.
_FLOOR = re.compile(
    rf"\A.{{0,24}}(?:发表|回复|发帖)于\s?:?\s*{_WHEN}[\s|]*(?:只看|显示全部|\d+\s*[楼#]|#\d+|沙发|板凳|引用)"
)
# A line that says who sent a post, and when, has at most so many characters.
POSTED = 100
# A post above its signature has at least so many Han characters.
POST = 60


def thread_end(lines: Sequence[str]) -> tuple[int, Byline] | None:
    """Where the first post of a forum's thread ends: the line that signs it, with its sender, or that heads the next.

    >>> thread_end(["家里的老屋想修。", "阿海 发表于 2008-6-3 11:40 | 只看该作者"])[0]
    1
    """
    if not _TIMED.search("\n".join(lines)):
        return None
    length = 0
    for index, line in enumerate(lines):
        if length >= POST and len(line) <= POSTED and is_post(labels(line)) and is_dateline(line):
            return index, byline(line)
        if length and _FLOOR.match(narrow(line)):
            return index, Byline()
        length += han(line)
    return None
