"""A tree -> the blocks of text that it shows, in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from lxml.html import HtmlElement

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# A page with more blocks is a trap or a dump; the crawler must not stand still over it.
MOST = 50_000

# Elements whose text a reader does not see, or that are controls.
_UNSEEN = frozenset(
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
_INLINE = frozenset(
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
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# More than this much text is not believed to be hidden: scripts show it (Han characters).
_TOO_MUCH_TO_HIDE = 200

# Marks in a run of text where an inline element begins or ends; no page holds it, see decode.
_EDGE = "\x1f"

_CJK = f"{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—"
_WRAPPED = re.compile(rf"(?<=[{_CJK}])[ \t]*\n\s*(?=[{_CJK}])")
_SPACES = re.compile(r"[\s\xa0\u2000-\u200a\u202f\u205f\u3000]+")
# Invisible characters, and those that no XML may hold: character references bring them.
_NOTHING = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ud800-\udfff\ufeff\ufffe\uffff]"
)
# Private use (icon fonts, Word's bullets), Kangxi radicals, compatibility forms, and dots other than that of names.
_ODD = re.compile(rf"[\ue000-\uf8ff\u2f00-\u2fd5\uf900-\ufaff]|(?<=[{HAN}])[\u2022\u2027\u30fb](?=[{HAN}])")
_BULLETS = "\uf0b7\uf06c\uf0a7\uf0d8\uf075\uf06e"
# Paragraphs that are told apart by their indent alone: two wide spaces, or four hard ones.
_INDENT = re.compile(r"(?:[\u3000\u2003]\s*){2,}|(?:\xa0[ \t]*){4,}")
_WIDE_SPACES = ("\u3000", "\u2003", "\xa0\xa0", "\xa0 \xa0")
_ENDS = "。！？!?…；;：:”」』）)】"
_HAN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """One line or paragraph as it stands on the page.

    Attributes:
        text: white space folded; never empty.
        links: characters of it that are link text.
        element: the innermost element that holds the whole block.
        kind: `heading`, `item` of a list, `cell` of a table, `caption` of a picture, else `text`.
        picture: whether a picture stands right before it.
        spaced: the text with a space where an inline element begins or ends: boxes that styles hold apart.
    """

    text: str
    links: int
    element: HtmlElement
    kind: Literal["heading", "item", "cell", "caption", "text"] = "text"
    picture: bool = False
    spaced: str = ""

    @property
    def size(self) -> int:
        """Characters without spaces."""
        return len(self.text) - self.text.count(" ")

    @property
    def linked(self) -> float:
        """The share of it that is link text, 0 to 1."""
        return min(1.0, self.links / max(1, self.size))


def fold(text: str) -> str:
    r"""White space as a reader sees it: runs become one space, those of wrapped Chinese source none; ends are cut.

    >>> fold("\u3000\u3000统战工作\n   会议  2020年")
    '统战工作会议 2020年'
    """
    return _SPACES.sub(" ", _WRAPPED.sub("", _ODD.sub(_usual, _NOTHING.sub("", text)))).strip()


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
    return list(islice(_walk(root), MOST))


def _walk(root: HtmlElement) -> Iterator[Block]:  # noqa: C901, PLR0915 - one loop without recursion: pages nest thousands deep
    parts: list[str] = []
    links = 0
    holder = root
    picture = False
    link_depth = 0
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]

    def flush() -> Iterator[Block]:
        nonlocal links, picture
        if parts:
            marked = "".join(parts)
            parts.clear()
            raw = marked.replace(_EDGE, "")
            lines = [line for line in map(fold, _paragraphs(raw)) if line]
            loose = len(lines) == 1 and len(raw) != len(marked)
            spaced = _SPACES.sub(" ", _NOTHING.sub("", marked.replace(_EDGE, " "))).strip() if loose else ""
            for line in lines:
                share = links if len(lines) == 1 else (len(line) if links >= sum(map(len, lines)) * 0.9 else 0)
                yield Block(line, share, holder, _kind(holder), picture, spaced or line)
            if lines:
                picture = False
        links = 0

    while stack:
        element, leaving = stack.pop()
        tag = element.tag
        if leaving:
            if tag in _INLINE:
                parts.append(_EDGE)
                link_depth -= tag == "a"
            else:
                yield from flush()
                parent = element.getparent()
                holder = parent if parent is not None else root
            if element is not root and element.tail:
                parts.append(element.tail)
                if link_depth:
                    links += len(element.tail.strip())
            continue
        if not isinstance(tag, str) or tag in _UNSEEN or (element is not root and unseen(element)):
            if element is not root and element.tail:
                parts.append(element.tail)
            continue
        if tag in ("br", "hr"):
            yield from flush()
            if element.tail:
                parts.append(element.tail)
            continue
        if tag == "img":
            picture = True
        if tag in _INLINE:
            parts.append(_EDGE)
            link_depth += tag == "a"
        else:
            yield from flush()
            holder = element
        if element.text:
            text = element.text.replace("\n", "\r") if tag == "pre" else element.text
            parts.append(text)
            if link_depth:
                links += len(text.strip())
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield from flush()


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


def _kind(element: HtmlElement) -> Literal["heading", "item", "cell", "caption", "text"]:
    tag = element.tag
    if tag in _HEADINGS:
        return "heading"
    if tag == "figcaption":
        return "caption"
    if tag in ("li", "dd", "dt"):
        return "item"
    if tag in ("td", "th"):
        return "cell"
    return "text"
