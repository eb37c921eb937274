"""Lines of a forum's thread -> where its first post ends, and who sent it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.text.chinese import han
from archive.text.fields.labels import Byline
from archive.text.lines import narrow

_WHEN = r"(?:19|20)\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?,?\s*\d{1,2}:\d{2}(?::\d{2})?"
# A forum's line under a post: 发布时间 2005/05/17 22:11:42 by 眉间尺; 本贴由大卫于2005年8月12日16:12:21在某处发表.
_POSTED = re.compile(
    rf"\A(?:[^。!?]{{0,30}}(?:发布|发表|发帖|张贴|回复)(?:时间|日期|于)?\s*:?\s*{_WHEN}\s*by\s*(\S{{1,20}})\W{{0,6}}|"
    rf"[^。!?]{{0,20}}由\s*(\S{{1,16}}?)\s*于\s*{_WHEN}[^。!?,]{{0,30}}(?:发表|发布|张贴|发出)\W{{0,4}}|"
    rf"(?:Posted|Submitted) by:?\s*(\S{{1,20}})\s*(?:at|on|,)\s*{_WHEN}\W{{0,4}})"
)
# No line of a forum is without the minute.
_TIMED = re.compile(r"[:：︰](?<=\d.)\d")
# Over a post of a forum: 石头 发表于 2008-6-3 11:40 | 只看该作者.
_FLOOR = re.compile(
    rf"\A.{{0,24}}(?:发表|回复|发帖)于\s?:?\s*{_WHEN}[\s|]*(?:只看|显示全部|\d+\s*[楼#]|#\d+|沙发|板凳|引用)"
)
# A post above its signature has at least so many Han characters.
POST = 60


def posted(line: str) -> Byline | None:
    """Who sent a post to a forum, where a line says nothing but who did and when; None for any other line.

    >>> posted("本贴由大卫于2005年8月12日16:12:21在〖心灵体操〗发表.").author
    '大卫'
    >>> posted("大卫于2005年8月12日在北京发表讲话，强调要加强团结") is None
    True
    """
    text = narrow(line)
    if len(text) > 100 or not (match := _POSTED.fullmatch(text)):
        return None
    return Byline(author=next(filter(None, match.groups()), None))


def thread_end(lines: Sequence[str]) -> tuple[int, Byline] | None:
    """Where the first post of a forum's thread ends: the line that signs it, with its sender, or that heads the next.

    >>> thread_end(["家里的老屋想修。", "阿海 发表于 2008-6-3 11:40 | 只看该作者"])[0]
    1
    """
    if not _TIMED.search("\n".join(lines)):
        return None
    length = 0
    for index, line in enumerate(lines):
        if length >= POST and (found := posted(line)):
            return index, found
        if length and _FLOOR.match(narrow(line)):
            return index, Byline()
        length += han(line)
    return None
