"""A breadcrumb -> the article's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.text.fields.head import is_site_name
from archive.text.lines import holding, narrow

_CRUMB_LABEL = re.compile(
    r"[您你]?(?:当前|现在|目前)?(?:所在|所处)?的?位置(?:是)?\s*[:\s]?|所在位置\s*:?|当前栏目\s*:?|"
    r"[您你]在这里\s*:?|[您你]现在所在\S{0,3}:?"
)
# One of these stands in every breadcrumb. A search is fast where the first character is one of some.
_CRUMBS = re.compile(
    r"[>＞»›→:：︰位栏在现首](?:(?<=[>＞»›→])|(?<=[:：︰])[:：︰]|(?<=位)置|(?<=栏)目|(?<=在)这里|(?<=现)在所在|(?<=首)页\s-)"
)
_STEP = re.compile(r"[>»›]+")
_FROM_HOME = re.compile(r"(?:网站|本站)?首页\s*(?:[>»›→]|-+>|::|-\s[^-]{2,16}(?:\s-\s[^-]{2,40}){0,2}$)")
_TO_TEXT = re.compile(r"\A(?:[^>»›。,]{1,26}+[>»›]++)+\s?正文")
# Two steps from the site's name: 人民政协网 > 统一战线.
_SHORT_CRUMB = re.compile(r"\A([^>。,:\s]{2,16}?)\s?[>»›]\s?[^>。,:]{2,12}")
_CRUMB_SPLIT = re.compile(r" ?(?:>>|[>»›→\\]|(?<!-)-++>|::|(?<= )[-/|](?= )) ?")
_NO_COLUMN_WORDS = (
    "首页 网站首页 本站首页 主页 正文 内容 详细内容 详情 文章 文章正文 新闻正文 "
    "内容页 查看 查看内容 查看新闻 浏览文章 文章内容 信息内容 返回首页 详细页 当前页 Home"
)
_NO_COLUMN = frozenset(_NO_COLUMN_WORDS.split())


def columns(crumb: str, title: str | None) -> tuple[str, ...]:
    """The breadcrumb's columns, without home page, 正文 and the title.

    >>> columns("您的位置：四川统一战线 > 统战时讯 > 正文", None)
    ('四川统一战线', '统战时讯')
    """
    text = _CRUMB_LABEL.sub("", narrow(crumb), count=1)
    # A farm shows a column and its link as one: 百科知识百科知识.
    parts = [re.sub(r"^(.{2,24})\s?\1$", r"\1", part.strip(" :|[]【】-")) for part in _CRUMB_SPLIT.split(text)]
    same = narrow(title or "").replace(" ", "")
    return tuple(
        part
        for part in parts
        if part and part not in _NO_COLUMN and len(part) <= 24 and not (part.replace(" ", "") in same and len(part) > 8)
    )


def is_crumb(line: str) -> bool:
    """Whether a line is a breadcrumb or begins one.

    >>> is_crumb("当前位置："), is_crumb("首页 > 地方时讯"), is_crumb("当前形势依然严峻")
    (True, True, False)
    """
    if not _CRUMBS.search(line):
        return False
    text = narrow(line)
    if (match := _CRUMB_LABEL.match(text)) and len(match[0]) >= 4:
        text = text[match.end() :]
        if not text or match[0].rstrip().endswith(":"):
            return True
    return (
        bool(_FROM_HOME.match(text))
        or (len(text) <= 80 and len(_STEP.findall(text)) >= 2 and not text.endswith((">", "。")) and "更多" not in text)
        or bool(_TO_TEXT.fullmatch(text))
        or bool((match := _SHORT_CRUMB.fullmatch(text)) and is_site_name(match[1]))
    )


def crumbs(lines: Sequence[str]) -> list[str]:
    """Those of some lines that are breadcrumbs."""
    return [lines[index] for index in sorted(holding(_CRUMBS, "\n".join(lines))) if is_crumb(lines[index])]


def goes_on(line: str, linked: float) -> bool:
    """Whether a block goes on with a breadcrumb that the block before it began."""
    text = narrow(line)
    return len(text) <= 26 and (text.startswith((">", "»", "›")) or linked > 0.5 or text in ("正文", ">正文", ">"))
