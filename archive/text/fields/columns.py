"""A breadcrumb -> the article's columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from archive.text.blocks import Block
from archive.text.fields.head import is_site_name
from archive.text.lines import holding, is_sentence, narrow

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

# The owner of a site behind a label.
_OWNER = re.compile(r"(?:版权所有|主办(?:单位)?|承办(?:单位)?|[Cc]opyright|©)[\s:\d©(c)-]{0,12}(?P<name>[一-鿿]{2,20})")
_CONTACT = re.compile("电话|地址|邮编|备案|ICP")
# The owner before the licence of the site: 某市民盟 京ICP备12345号.
_LICENSED = re.compile(r"\A(?P<name>[一-鿿]{2,20})\s{1,3}[一-鿿]?ICP")
# A link of so many characters above an article leads to a column; so many in one line are a menu.
COLUMN, MENU = 8, 4
_MENU_SPLIT = re.compile(r"[\s|/·]+")
# The foot of a page is among so many lines.
FOOT = 4


def named(blocks: Sequence[Block], keys: Sequence[str]) -> Iterator[str]:
    """What a page calls its columns and its site: short links, steps of the breadcrumb, the owner at its foot."""
    above = True
    crumbs = holding(_CRUMBS, "\n".join(keys))
    for index, (block, key) in enumerate(zip(blocks, keys, strict=True)):
        above = above and not is_sentence(key)
        if index in crumbs and block.linked < 1 and len(key) <= 120 and is_crumb(key):
            # The last step may be the article itself.
            steps = columns(key, None)[: -1 if block.linked else None]
            yield from (step for step in steps if step != steps[-1] or len(step) <= COLUMN)
        elif block.linked >= 0.5:
            yield from _links(key, above=above)
        elif "版权" in key or "办" in key or "opyright" in key or "©" in key:
            yield from (found["name"] for found in _OWNER.finditer(key[:200]))
    # The owner may have a line of his own over it.
    foot = range(max(1, len(keys) - FOOT), len(keys))
    yield from (keys[i - 1] for i in foot if _CONTACT.search(keys[i]) and blocks[i].element == blocks[i - 1].element)
    yield from (found["name"] for i in foot if (found := _LICENSED.match(keys[i])))


def _links(key: str, *, above: bool) -> Sequence[str]:
    """The names in a line of links, where they are short; a menu above the text may be one line."""
    menu = _MENU_SPLIT.split(key) if above and len(key) > COLUMN else ()
    names = menu if len(menu) >= MENU else (key,)
    return names if max(map(len, names)) <= COLUMN else ()


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


def goes_on(line: str, linked: float) -> bool:
    """Whether a block goes on with a breadcrumb that the block before it began."""
    text = narrow(line)
    return len(text) <= 26 and (text.startswith((">", "»", "›")) or linked > 0.5 or text in ("正文", ">正文", ">"))
