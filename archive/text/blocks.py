"""A tree -> the blocks of text that it shows, in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from lxml.etree import Comment, Entity, ProcessingInstruction
from lxml.html import HtmlElement

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# A page with more blocks is a trap or a dump; the crawler must not stand still over it.
MOST = 50_000

# Elements whose text a reader does not see, or that are controls.
_UNSEEN_TAGS = frozenset(
    [
        "head",
        "title",
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "select",
        "option",
        "optgroup",
        "datalist",
        "textarea",
        "input",
        "svg",
        "canvas",
        "math",
        "audio",
        "video",
        "map",
        "area",
        "rp",
        "rt",
        "button",
    ]
)
# Elements that do not begin a line of their own; all others do.
_INLINE_TAGS = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "o:p",
        "q",
        "ruby",
        "rb",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "img",
        "st1",
        "nobr",
        "listing",
        "menuitem",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A script that leads to another page; not one that opens a picture, `window.open(this.src)`.
_LEADS = re.compile(r"location(?:\.href\s*=|\s*=|\.(?:replace|assign)\()\s*['\"]|window\.open\(\s*['\"]")
# More than this much text is not believed to be hidden: scripts show it (Han characters).
_TOO_MUCH_TO_HIDE = 200

# Marks in a run of text where an inline element begins or ends; no page holds it, see decode.
_EDGE = "\x1f"
# A line that says who and when is not longer (characters).
_DATELINE = 400

Kind = Literal["heading", "item", "cell", "caption", "text"]
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dd", "dt"), "item"),
    **dict.fromkeys(("td", "th"), "cell"),
    "figcaption": "caption",
}

_CJK = f"{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—"
_WRAPPED = re.compile(rf"(?<=[{_CJK}])[ \t]*\n\s*(?=[{_CJK}])")
# Invisible characters, and those that no XML may hold: character references bring them.
_NOTHING = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ud800-\udfff\ufeff\ufffe\uffff]"
)
# Private use (icon fonts, Word's bullets), Kangxi radicals, compatibility forms, and dots other than that of names.
_ODD = re.compile(rf"[\ue000-\uf8ff\u2f00-\u2fd5\uf900-\ufaff]|(?<=[{HAN}])[\u2022\u2027\u30fb](?=[{HAN}])")
# Where neither matches, there is nothing to mend.
_STRANGE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ud800-\uf8ff\ufeff\ufffe\uffff"
    "\u2f00-\u2fd5\uf900-\ufaff\u2022\u2027\u30fb]"
)
_BULLETS = "\uf0b7\uf06c\uf0a7\uf0d8\uf075\uf06e"
# Paragraphs that are told apart by their indent alone: two wide spaces, or four hard ones.
_INDENT = re.compile(r"(?:[\u3000\u2003]\s*){2,}|(?:\xa0[ \t]*){4,}")
_WIDE_SPACES = ("\u3000", "\u2003", "\xa0\xa0", "\xa0 \xa0")
_ENDS = "。！？!?…；;：:”」』）)】"
_HAN = re.compile(f"[{HAN}]+")


# Boxes that content management systems give the article and nothing else, most specific first.
CONTAINERS = (
    "#UCAP-CONTENT", ".trs_editor_view", ".TRS_UEDITOR", ".TRS_Editor", "#zoom", "#vsb_content", "#ivs_content",
    "#ContentText", "#fontzoom", "#articleContent", ".wp_articlecontent", ".pages_content", ".xxgk_content",
    ".article-content", ".news_content", "#news_content",
)  # fmt: skip
_NO_BOX = len(CONTAINERS)
_RANKS = {name: rank for rank, name in enumerate(CONTAINERS)}
_ASIDE = re.compile(
    r"comment|reply|recommend|relat(?:e|ed|ive|ion)|footer|copyright|sidebar|side-|breadcrumb|crumb|"
    r"share|toolbar|hotnews|hot-|ranking|"
    r"advert|login|pinglun|fenxiang|tuijian|xgyd|xglj|(?:^|[-_\s])(?:nav|ad|ads|foot|bottom|side|menu|"
    r"tags?|more|hot|rank|pager?)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
_ASIDES = frozenset(("footer", "nav", "aside", "form"))
_MAIN = frozenset(("html", "body", "article", "main"))


# How an element is walked. The names of plain ones are not asked for: no container, and no place beside articles.
_BOX, _INLINE, _UNSEEN, _BREAK, _PLAIN = range(5)
_TAGS: dict[object, int] = {
    **dict.fromkeys(_INLINE_TAGS, _INLINE),
    **dict.fromkeys(_UNSEEN_TAGS, _UNSEEN),
    **dict.fromkeys(("br", "hr"), _BREAK),
    **dict.fromkeys(
        ("p", "li", "tr", "tbody", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "center", "pre"), _PLAIN
    ),
    # What lxml calls nodes that are no elements.
    **dict.fromkeys((Comment, ProcessingInstruction, Entity), _UNSEEN),
}


class Block(NamedTuple):
    """One line or paragraph as it stands on the page.

    Attributes:
        text: white space folded; never empty.
        links: characters of it that are link text.
        element: the innermost element with a line of its own that holds the whole block.
        kind: `heading`, `item` of a list, `cell` of a table, `caption` of a picture, else `text`.
        spaced: the text with a space where an inline element begins or ends: boxes that styles hold apart.
        size: characters without spaces.
        linked: the share of it that is link text, 0 to 1.
        aside: whether it stands in a box that is named for comments, navigation and the like.
    """

    text: str
    links: int
    element: HtmlElement
    kind: Kind
    spaced: str
    size: int
    linked: float
    aside: bool


class Box(NamedTuple):
    """A container among the known ones: its place in `CONTAINERS`, its first block, and the block after its last."""

    rank: int
    start: int
    end: int


def fold(text: str) -> str:
    r"""White space as a reader sees it: runs become one space, those of wrapped Chinese source none; ends are cut.

    >>> fold("\u3000\u3000统战工作\n   会议  2020年")
    '统战工作会议 2020年'
    """
    if _STRANGE.search(text):
        text = _ODD.sub(_usual, _NOTHING.sub("", text))
    if "\n" in text:
        text = _WRAPPED.sub("", text)
    return " ".join(text.split())


def _usual(match: re.Match[str]) -> str:
    """The usual character for an odd one."""
    odd = match[0]
    if "\ue000" <= odd <= "\uf8ff":
        return "·" if odd in _BULLETS else ""
    return "·" if odd in "\u2022\u2027\u30fb" else unicodedata.normalize("NFKC", odd)


def han(text: str) -> int:
    """How many Han characters there are.

    >>> han("统战 2020")
    2
    """
    return sum(map(len, _HAN.findall(text)))


def unseen(element: HtmlElement) -> bool:
    """Whether a browser would not show the element."""
    style = element.get("style")
    if element.get("hidden") is not None or (style and _HIDDEN.search(style)):
        return han("".join(element.itertext())) < _TOO_MUCH_TO_HIDE
    return False


def blocks(root: HtmlElement) -> list[Block]:
    """The blocks under an element, in document order; at most `MOST` of them."""
    return walk(root)[0]


# An element whose children are being walked, and what held before it.
_Open: TypeAlias = tuple[HtmlElement, bool, bool, int, int, HtmlElement, bool]


def walk(root: HtmlElement) -> tuple[list[Block], list[Box]]:  # noqa: C901, PLR0912, PLR0915 - one loop without recursion or calls: pages nest thousands deep, and this is what reading a page costs
    """The blocks under an element and the known containers among its boxes, in one walk; at most `MOST` blocks."""
    found: list[Block] = []
    boxes: list[Box] = []
    parts: list[str] = []
    links = link_depth = 0
    holder, aside = root, False
    hidden = {element for element in root.xpath(".//*[@style or @hidden]") if unseen(element)}
    # Rows of a list may be no links, but call for their page: <li onclick="window.open('t20200219_1.html')">.
    clicks = {element for element in root.xpath(".//*[@onclick]") if _LEADS.search(element.get("onclick"))}
    stack: list[HtmlElement | _Open] = [root]
    kind_of = _TAGS.get
    while stack:
        top = stack.pop()
        if isinstance(top, tuple):
            element, inline, link, rank, start, outer_holder, outer_aside = top
        else:
            element = top
            tag = element.tag
            kind = kind_of(tag, _BOX)
            if kind == _UNSEEN or (hidden and element in hidden):
                if element is not root and (tail := element.tail) and (parts or not tail.isspace()):
                    parts.append(tail)
                continue
            inline, link, rank, start = kind == _INLINE, False, _NO_BOX, 0
            outer_holder, outer_aside = holder, aside
            if inline:
                parts.append(_EDGE)
                if tag == "a":
                    link = True
            else:
                if parts:
                    _flush(found, parts, links, holder, aside)
                    links = 0
                if kind != _BREAK:
                    holder = element
                    if kind == _BOX:
                        rank, named = _named(element.get("class"), element.get("id"))
                        start = len(found)
                        aside = tag not in _MAIN and (aside or named or tag in _ASIDES)
            if clicks and element in clicks:
                link = True
            link_depth += link
            if (text := element.text) and (parts or not text.isspace()):
                parts.append(text.replace("\n", "\r") if tag == "pre" else text)
                if link_depth:
                    links += len(text.strip())
            if len(element):
                stack.append((element, inline, link, rank, start, outer_holder, outer_aside))
                stack.extend(reversed(element))
                continue
        if inline:
            parts.append(_EDGE)
        else:
            if parts:
                _flush(found, parts, links, holder, aside)
                links = 0
                if len(found) >= MOST:
                    break
            holder, aside = outer_holder, outer_aside
            if rank < _NO_BOX and start < len(found):
                boxes.append(Box(rank, start, len(found)))
        link_depth -= link
        if element is not root and (tail := element.tail) and (parts or not tail.isspace()):
            parts.append(tail)
            if link_depth:
                links += len(tail.strip())
    _flush(found, parts, links, holder, aside)
    return found[:MOST], boxes


@lru_cache(maxsize=8192)
def _named(classes: str | None, own: str | None) -> tuple[int, bool]:
    """What a box's names say: its place among the known containers, and whether it stands beside articles."""
    rank = _NO_BOX
    if own:
        # VSB numbers its containers: vsb_content_2.
        rank = _RANKS.get("#vsb_content" if own.startswith("vsb_content") else f"#{own}", _NO_BOX)
    for name in classes.split() if classes else ():
        rank = min(rank, _RANKS.get(f".{name}", _NO_BOX))
    return rank, bool((classes or own) and _ASIDE.search(f"{classes or ''} {own or ''}"))


def _flush(found: list[Block], parts: list[str], links: int, holder: HtmlElement, aside: bool) -> None:
    """End a run of text: its lines become blocks."""
    marked = "".join(parts)
    parts.clear()
    # The mark of edges is white space to Python.
    trimmed = marked.strip()
    if not trimmed:
        return
    raw = trimmed.replace(_EDGE, "")
    if "\r" in marked or any(map(marked.__contains__, _WIDE_SPACES)):
        raw = marked.replace(_EDGE, "")
        lines = [line for line in map(fold, _paragraphs(raw)) if line]
    else:
        line = fold(raw)
        lines = [line] if line else []
    if len(lines) == 1:
        line = spaced = lines[0]
        if len(trimmed) <= _DATELINE and _EDGE in trimmed:
            spaced = " ".join(_NOTHING.sub("", trimmed.replace(_EDGE, " ")).split()) or line
        size = len(line) - line.count(" ")
        found.append(
            Block(
                line,
                links,
                holder,
                _KINDS.get(str(holder.tag), "text"),
                spaced,
                size,
                min(1.0, links / max(1, size)),
                aside,
            )
        )
        return
    whole = links >= sum(map(len, lines)) * 0.9
    for line in lines:
        size = len(line) - line.count(" ")
        found.append(
            Block(
                line,
                len(line) if whole else 0,
                holder,
                _KINDS.get(str(holder.tag), "text"),
                line,
                size,
                float(whole),
                aside,
            )
        )


def _paragraphs(raw: str) -> Iterator[str]:
    """Text without markup between -> paragraphs: cut at indents that begin one."""
    start = 0
    for match in _INDENT.finditer(raw) if any(space in raw for space in _WIDE_SPACES) else ():
        gap = raw[start : match.start()]
        before = gap.rstrip()
        if before and ("\n" in gap[len(before) :] or "\n" in match[0] or before[-1] in _ENDS):
            yield before
            start = match.end()
    yield from raw[start:].split("\r")
