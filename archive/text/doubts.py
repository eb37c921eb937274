"""An article and its tree -> flags for what farms and mirrors do to other people's pages; the text is kept as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from archive.text import chinese
from archive.text.lines import narrow

# Words that copies put in the place of others, so that filters do not find them.
_MASKED = re.compile(r"共产X|X的十[八九]大|ZZ(?:方向|思想|局)|习总(?:告示|通告|公布|公告)|D(?:员|委)干部")
# What a spider pool and betting shops put on pages that they took over.
_POOL = re.compile(r"蜘蛛池")
_BETTING = re.compile(r"博彩(?:娱乐|平台|网站)|娱乐平台|快乐10分|真人荷官|金沙娱乐|棋牌(?:平台|游戏下载)|app下载安装")
# Tags that nobody writes, with names drawn by lot: <var id="l9jp5"><strike id="x3v7p">.
_ODD_TAGS = ("var", "strike", "listing", "menuitem", "thead", "noframes", "ins", "cite")
_DRAWN = re.compile(r"(?=[a-z0-9]*[a-z])(?=[a-z0-9]*\d)[a-z0-9]{5}")
# One picture in a word is taste, this many are a machine.
_EMOJI = re.compile("(?<=[\u4e00-\u9fff])[\U0001f300-\U0001faff](?=[\u4e00-\u9fff])")
DRAWN, EMOJI = 5, 3


def doubts(original: str, title: str | None, lines: Sequence[str], root: HtmlElement | None) -> tuple[str, ...]:
    """Flags of a text as found, with its title, all lines of its page and the tree where there is one.

    >>> doubts("格式?jīng)_突，共产X员", None, [], None)
    ('gbk_damage', 'masked')
    """
    found = []
    if chinese.is_damaged(original):
        found.append("gbk_damage")
    if _MASKED.search(narrow(original)):
        found.append("masked")
    if root is not None and sum(1 for tag in root.iter(*_ODD_TAGS) if _DRAWN.fullmatch(tag.get("id") or "")) >= DRAWN:
        found.append("mirror")
    pool = any(_POOL.search(line) for line in lines)
    if pool or _BETTING.search(title or "") or len(_EMOJI.findall(original)) >= EMOJI:
        found.append("content_farm")
    return tuple(found)
