"""Characters of a page -> the blocks of text that it shows, in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any, Literal, NamedTuple, TypeAlias

from archive.text.markup import CLOSES, RANK, RANKS, VOID, attributes, tokens

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
# Those that show a film, a document or another page.
_PLAYERS = frozenset(("iframe", "frame", "object", "embed", "audio", "video"))
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
_HREF = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)|'([^']*)|([^\s>]+))""", re.IGNORECASE)
# An attribute, not a class; what looks back stands last, for a search is fast where it begins with letters.
_HIDING_NAME = re.compile(r"""hidden(?<=[\s"'/]hidden)(?=[\s=>/]|$)""")
# A script that leads to another page; not one that opens a picture, `window.open(this.src)`.
_LEADS = re.compile(r"location(?:\.href\s*=|\s*=|\.(?:replace|assign)\()\s*['\"]|window\.open\(\s*['\"]")
_RUNS = re.compile(r"<marquee\b[^<>]*>", re.IGNORECASE)
_RUN_ENDS = re.compile(r"</marquee\s*>", re.IGNORECASE)
# More than this much text is not believed to be hidden: scripts show it (Han characters).
_TOO_MUCH_TO_HIDE = 200

# Ends a run among runs; no page holds it, as the mark of edges.
_END_OF_RUN = "\x1e"
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
_INDENT = re.compile(r"(?:[\u3000\u2003][^\S\u3000\u2003]*+){2,}|(?:\xa0[ \t]*){4,}")
_WIDE_SPACES = ("\u3000", "\u2003", "\xa0\xa0", "\xa0 \xa0")
_ENDS = "。！？!?…；;：:”」』）)】"
_HAN = re.compile(f"[{HAN}]+")
# In longer text Han characters are counted by the rows of the basic plane that they fill: ten times as fast (measured).
_SHORT = 100
_HAN_ROWS = bytes((*range(0x34, 0x4D), *range(0x4E, 0xA0), 0xF9, 0xFA))
# Rows that hold others too, and what stands for characters beyond.
_MIXED_ROWS = bytes((0x4D, *range(0xD8, 0xE0)))


# Boxes that content management systems give the article and nothing else, most specific first.
CONTAINERS = (
    "#UCAP-CONTENT", ".trs_editor_view", ".TRS_UEDITOR", ".TRS_Editor", "#zoom", "#vsb_content", "#ivs_content",
    "#ContentText", "#fontzoom", "#articleContent", ".wp_articlecontent", ".pages_content", ".xxgk_content",
    ".article-content", ".news_content", "#news_content",
)  # fmt: skip
_NO_BOX = len(CONTAINERS)
_RANKS = {name: rank for rank, name in enumerate(CONTAINERS)}
# In lower case: where the pattern minds no case, a search takes three times as long (measured).
_ASIDE = re.compile(
    r"comment|reply|recommend|relat(?:e|ive|ion)|footer|copyright|sidebar|side-|crumb|share|toolbar|hotnews|hot-|ranking|"
    r"advert|login|pinglun|fenxiang|tuijian|xgyd|xglj|"
    r"(?<![^-_\s])(?:nav|ads?|foot|bottom|side|menu|tags?|more|hot|rank|pager?)(?![^-_\s\d])"
)
_ASIDES = frozenset(("footer", "nav", "aside"))
_MAIN = frozenset(("html", "body", "article", "main"))


# What a tag does, in an order that is asked for: up to `_ROOT_END` it ends, up to `_LINK` it begins no line, from
# `_BREAK` on it has no content. The names of plain boxes are not asked for: no container, and no place beside articles.
_END, _ROOT_END, _INLINE, _LINK, _PLAIN, _BOX, _BREAK, _EMPTY, _UNSEEN, _ROOT = range(10)
_ACTS = {
    **dict.fromkeys(_INLINE_TAGS, _INLINE),
    **dict.fromkeys(
        ("p", "li", "tr", "tbody", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "center", "pre"), _PLAIN
    ),
    **dict.fromkeys(VOID, _BREAK),
    **dict.fromkeys(("img", "wbr"), _EMPTY),
    **dict.fromkeys(_UNSEEN_TAGS, _UNSEEN),
    "a": _LINK,
    # A page within a page: its tags stand for nothing, nor do those that end them.
    **dict.fromkeys(("html", "head", "body"), _ROOT),
}
# What may stand in a head that is not ended.
_IN_HEAD = frozenset(
    ("base", "basefont", "bgsound", "link", "meta", "noframes", "noscript", "script", "style", "template", "title")
)
_HEAD = frozenset(("head",))
# Elements nested deeper are read without their boxes, as libxml2 does; real pages have at most 60 levels (measured).
DEEPEST = 2048


# What the name of a tag says: in lower case, what it does, what it ends, and its rank.
_Tag: TypeAlias = tuple[str, int, frozenset[str], int]


class _Tags(dict[str, _Tag]):
    """Names as pages write them -> what they say; made when they are first met."""

    def __missing__(self, written: str) -> _Tag:
        name = written.lstrip("/").lower()
        # Browsers show an element that HTML does not know inline: <st1:place>, <founder-title>.
        act = _ACTS.get(name, _INLINE if ":" in name or "-" in name else _BOX)
        if written.startswith("/"):
            act = _ROOT_END if act == _ROOT else _END
        closes = CLOSES.get(name, frozenset())
        if name not in _IN_HEAD:
            closes |= _HEAD
        tag = (name, act, closes, RANKS.get(name, RANK))
        if len(self) < 2000 and len(written) < 20:
            self[written] = tag
        return tag


_tags = _Tags()
# What ends a page, and all that is open.
_END_OF_PAGE: list[str | Any] = [None, None, None, "", ""]
_tags[""] = ("html", _END, frozenset(), 999)
# Declarations and what looks like an end tag say nothing.
_tags["!"] = _tags["?"] = _tags["/"] = ("", _END, frozenset(), 0)


class Block(NamedTuple):
    """One line or paragraph as it stands on the page.

    Attributes:
        text: white space folded; never empty.
        links: characters of it that are link text.
        element: the number of the innermost element with a line of its own that holds the whole block.
        kind: `heading`, `item` of a list, `cell` of a table, `caption` of a picture, else `text`.
        spaced: the text with a space where an inline element begins or ends: boxes that styles hold apart.
        size: characters without spaces.
        linked: the share of it that is link text, 0 to 1.
        aside: whether it stands in a box that is named for comments, navigation and the like.
    """

    text: str
    links: int
    element: int
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
    if len(text) < _SHORT:
        return len(text) - len(_HAN.sub("", text))
    rows = text.encode("utf-16-be", "surrogatepass")[::2]
    rest = rows.translate(None, _HAN_ROWS)
    if len(rest.translate(None, _MIXED_ROWS)) < len(rest):
        return len(text) - len(_HAN.sub("", text))
    return len(rows) - len(rest)


# What an open element is when it ends: nothing that is seen, the end of the unseen, inline, a link; else a box.
# For a box: whether what it stands in stands beside articles, its rank, its first run, whether it is a link.
_Frame: TypeAlias = tuple[bool, int, int, bool]
_SHADE: _Frame = (False, -1, 0, False)
_DARK: _Frame = (False, -2, 0, False)
_WORDS: _Frame = (False, -3, 0, False)
_ANCHOR: _Frame = (False, -4, 0, True)
_PLAIN_BOX: _Frame = (False, _NO_BOX, 0, False)
_PLAIN_ASIDE: _Frame = (True, _NO_BOX, 0, False)
# Set by `page` on what a site's selectors find.
MARK = "data-cundang"
# Names of boxes for what describes a picture, and how such lines are set.
_CAPTION_NAME = re.compile(
    r"""(?:class|id)\s*=\s*["']?[^"'>]{0,200}(?:caption|(?:img|image|pic|photo|picture)[-_]?(?:note|desc|info|txt|text|title|intro)|tuzhu)""",
    re.IGNORECASE,
)
_CENTRED = re.compile(r"""align\s*+[=:]\s*+["']?\s*+center|ql-align-center""", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a page shows, in order, and the elements that hold it.

    Attributes:
        blocks: at most `MOST`.
        boxes: the known containers.
        tags, parents, inside: of each box its name, the number of the box around it, its attributes as written; 0 is
            the page. Elements that begin no line of their own are not among them.
        picked: (what `MARK` says, first block, block after the last) of marked elements.
        title: of the first `title` element, as written.
        pieces: the page cut at its tags, see `markup.Tokens`.
        json: contents of scripts that hold data.
        scripts: contents of all scripts.
        links: of each link the address that it leads to, and a number for `name`.
        addresses: of `links`, in lower case, joined.
        names: of each tag in `pieces` the name in lower case that begins an element, else None.
        kinds: these names, each once.
        said: all attributes as written.
        pictures: the blocks that pictures stand directly before.
        media: of each picture, film and frame the block that it stands before or in, and the element that holds it.
    """

    blocks: list[Block]
    boxes: list[Box]
    tags: list[str]
    parents: list[int]
    inside: list[str]
    picked: list[tuple[str, int, int]]
    title: str
    pieces: list[str | Any]
    json: list[str]
    scripts: str
    links: list[tuple[str, int]]
    addresses: str
    names: list[str | Any]
    kinds: set[str | None]
    said: str
    pictures: frozenset[int]
    media: list[tuple[int, int]]

    def captioned(self, index: int) -> bool:
        """Whether a block stands beside a picture, and is named or set, centred below it, as what describes it."""
        if index not in self.pictures and index + 1 not in self.pictures:
            return False
        element = self.blocks[index].element
        if _CAPTION_NAME.search(self.inside[element]):
            return True
        around = (element, self.parents[element])
        return index in self.pictures and any(
            self.tags[box] == "center" or _CENTRED.search(self.inside[box]) for box in around
        )

    def attributes(self, element: int) -> dict[str, str]:
        """The attributes of an element, names in lower case."""
        return attributes(self.inside[element])

    def holds(self, element: int, index: int) -> bool:
        """Whether an element holds a block."""
        inner = self.blocks[index].element
        # Elements are numbered in the order in which they begin.
        while inner > element:
            inner = self.parents[inner]
        return inner == element

    def every(self, *names: str) -> list[dict[str, str]]:
        """The attributes of all elements of these names, seen or not; see `attributes`."""
        return [attributes(inner) for name in names for inner in self._insides(name)]

    def has(self, *names: str) -> bool:
        """Whether there is an element of one of these names, seen or not."""
        return not self.kinds.isdisjoint(names)

    def _insides(self, name: str) -> Iterator[str]:
        """The attributes of the elements of one name, as written."""
        number = -1
        for _ in range(self.names.count(name) if name in self.kinds else 0):
            number = self.names.index(name, number + 1)
            yield self.pieces[5 * number + 2]

    def leading(self, *words: str) -> list[tuple[str, int]]:
        """Those of the links whose addresses hold one of some words (in lower case)."""
        found = [word for word in words if word in self.addresses]
        addresses = self.addresses.split(_END_OF_RUN) if found else ()
        numbers = {number for word in found for number, address in enumerate(addresses) if word in address}
        return [self.links[number] for number in sorted(numbers)]

    def clicks(self, word: str) -> Iterator[str]:
        """Of all elements what a click does, where it holds a word."""
        for inner in self.pieces[2::5] if word in self.said else ():
            if inner and word in inner and (script := attributes(inner).get("onclick")):
                yield script

    def name(self, link: int) -> str:
        """The text of a link."""
        texts = []
        for number in range(link, len(self.names)):
            place = 5 * number
            if number > link and (self.names[number] == "a" or self.pieces[place + 4] in ("/a", "/A")):
                break
            texts.append(self.pieces[place + 3] or "")
            if number == link and self.pieces[place + 3] is not None:
                break
            texts.append(self.pieces[place + 5] or "")
        return unescape("".join(texts))


def outline(html: str, *, marked: bool = False) -> Outline:  # noqa: C901, PLR0912, PLR0915 - one loop without recursion: pages nest thousands deep, and this is what reading a page costs
    """Read a page in one pass over its tags; `marked` where elements bear a `MARK`."""
    pieces, json, scripts = tokens(html)
    if "marquee" in pieces[1::5] or "MARQUEE" in pieces[1::5]:
        pieces, json, scripts = tokens(_still(html))
    runs: list[tuple[str, int, int, bool]] = []
    boxes: list[tuple[int, int, int]] = []
    picked: list[tuple[str, int, int]] = []
    title: str | None = None
    tags, parents, inside = ["html"], [0], [""]
    holder = links = link_depth = counted = astray = 0
    dark = aside = False
    parts: list[str] = []
    names: list[str] = ["html"]
    frames = [_SHADE]
    # Elements to look at when they end: depth, what they are marked as or None where hidden, and the state before.
    watched: list[tuple[int, str | None, int, int, list[str], int, int]] = []

    pictures: list[int] = []
    media: list[tuple[int, int]] = []
    begun = pieces[1::5]
    kinds = set(begun)
    if any([name and not name.islower() for name in kinds]):  # noqa: C419 - a generator takes longer
        begun = [name and name.lower() for name in begun]
        kinds = set(begun)
    # What the attributes of hardly any element say is not looked for where none says it.
    said = "".join(filter(None, pieces[2::5]))
    loud = "None" in said or "NONE" in said or "Hidden" in said or "HIDDEN" in said
    hiding = loud or "none" in said or "hidden" in said
    leading = "window.open" in said or "location" in said
    # Only a page with as many tags can be as deep or as long.
    deep, long = len(pieces) > 5 * DEEPEST, len(pieces) > 2 * MOST
    rest = iter(pieces + _END_OF_PAGE)
    text = next(rest)
    if not text.isspace():
        parts.append(text)
    for start, inner, content, end, after in zip(rest, rest, rest, rest, rest, strict=True):
        text = after
        leaving = 0
        if end is None:
            name, act, closes, rank = _tags[start]
            if names[-1] in closes:
                leaving = 1
                while names[-1 - leaving] in closes:
                    leaving += 1
        else:
            name, act, closes, rank = _tags[end]
            if names[-1] == name and act == _END:
                leaving = 1
            elif act == _ROOT_END and astray:
                astray -= 1
            elif name in names:
                depth = len(names) - 1
                while names[depth] != name and _tags[names[depth]][3] <= rank:
                    depth -= 1
                if names[depth] == name:
                    leaving = len(names) - max(1, depth)
        while leaving:
            leaving -= 1
            names.pop()
            frame = frames.pop()
            if frame[1] >= 0:
                if parts:
                    runs.append(("".join(parts), links, holder, aside))
                    parts.clear()
                    links = 0
                aside, known, first, linked = frame
                holder = parents[holder]
                if linked:
                    link_depth -= 1
                if known < _NO_BOX and first < len(runs):
                    boxes.append((known, first, len(runs)))
            elif frame is _WORDS:
                parts.append(_EDGE)
            elif frame is _ANCHOR:
                parts.append(_EDGE)
                link_depth -= 1
            else:
                dark = dark and frame is not _DARK
                continue
            while watched and watched[-1][0] == len(names):
                _, mark, first, known, before, before_links, seen = watched.pop()
                if mark is not None:
                    picked.append((mark, first, len(runs)))
                elif counted - seen < _TOO_MUCH_TO_HIDE:
                    del runs[first:], boxes[known:]
                    parts, links = before, before_links
                    picked = [found for found in picked if found[2] <= first]
        if act == _ROOT:
            if content is not None:
                text = content + text
                act = _END
            elif name == "html" or len(names) > 1:
                astray += len(names) > 1
                act = _END
            else:
                act = _UNSEEN if name == "head" else _BOX
        if act <= _ROOT_END:
            pass
        elif dark or act == _UNSEEN:
            if name == "title" and title is None and "svg" not in names:
                title = text if content is None else content
            if not dark and (name in _PLAYERS or (name == "script" and inner != ">")):
                media.append((len(runs), holder))
            if name in VOID:
                text = (content or "") + text
            elif content is None and not (inner[-2:] == "/>" and _is_shut(inner)):
                names.append(name)
                frames.append(_SHADE if dark else _DARK)
                dark = True
        else:
            hidden, empty = False, act >= _BREAK
            # A place to jump to is no link.
            linked = act == _LINK and not ("name" in inner and "href" not in inner.lower() and "onclick" not in inner)
            if deep:
                empty = empty or len(names) >= DEEPEST
            if inner != ">":
                hidden = hiding and ("none" in inner or "hidden" in inner or loud) and _is_hidden(inner)
                empty = empty or (inner[-2:] == "/>" and _is_shut(inner))
                # Rows of a list may be no links, but call for their page: <li onclick="window.open('t2020_1.html')">.
                linked = linked or (leading and ("location" in inner or "window.open" in inner) and _leads(inner))
            if empty:
                if act <= _LINK or act == _EMPTY:
                    parts.append(_EDGE)
                    if name == "img":
                        pictures.append(len(runs))
                        media.append((len(runs), holder))
                elif parts and not hidden:
                    runs.append(("".join(parts), links, holder, aside))
                    parts.clear()
                    links = 0
                if content:
                    text = content + text
            elif content is not None:
                # An element with text alone: begun and ended here.
                if watched:
                    counted += han(content)
                if hidden and han(content) < _TOO_MUCH_TO_HIDE:
                    pass
                elif act <= _LINK:
                    parts.append(_EDGE)
                    if content:
                        parts.append(content)
                        parts.append(_EDGE)
                        if linked or link_depth:
                            links += len((unescape(content) if "&" in content else content).strip())
                    if marked and (mark := attributes(inner).get(MARK)):
                        picked.append((mark, len(runs), len(runs)))
                else:
                    if parts:
                        runs.append(("".join(parts), links, holder, aside))
                        parts.clear()
                        links = 0
                    known, beside = _NO_BOX, aside
                    if act != _PLAIN:
                        if inner != ">":
                            known, beside = _named(inner) if len(inner) < 300 else _named.__wrapped__(inner)
                        beside = name not in _MAIN and (aside or beside or name in _ASIDES)
                    first = len(runs)
                    if content and not content.isspace():
                        if known < _NO_BOX:
                            boxes.append((known, first, first + 1))
                        if linked or link_depth:
                            links = _shown(content)
                        whole = content.replace("\n", "\r") if name == "pre" else content
                        runs.append((whole, links, len(tags), beside))
                        links = 0
                    if marked and (mark := attributes(inner).get(MARK)):
                        picked.append((mark, first, len(runs)))
                    parents.append(holder)
                    tags.append(name)
                    inside.append(inner)
            else:
                if hidden:
                    watched.append((len(names), None, len(runs), len(boxes), parts[:], links, counted))
                if linked:
                    link_depth += 1
                if act <= _LINK:
                    parts.append(_EDGE)
                    frames.append(_ANCHOR if linked else _WORDS)
                else:
                    if parts:
                        runs.append(("".join(parts), links, holder, aside))
                        parts.clear()
                        links = 0
                    if act == _PLAIN:
                        if linked:
                            frames.append((aside, _NO_BOX, 0, True))
                        else:
                            frames.append(_PLAIN_ASIDE if aside else _PLAIN_BOX)
                        if name == "pre":
                            text = text.replace("\n", "\r")
                    else:
                        known, named = _NO_BOX, False
                        if inner != ">":
                            known, named = _named(inner) if len(inner) < 300 else _named.__wrapped__(inner)
                        frames.append((aside, known, len(runs), linked))
                        aside = name not in _MAIN and (aside or named or name in _ASIDES)
                    parents.append(holder)
                    holder = len(tags)
                    tags.append(name)
                    inside.append(inner)
                if marked and (mark := attributes(inner).get(MARK)):
                    watched.append((len(names), mark, len(runs), 0, [], 0, 0))
                names.append(name)
        if text:
            if dark:
                if names[-1] == "head" and not text.isspace():
                    names.pop()
                    frames.pop()
                    dark = False
                    parts.append(text)
            elif parts or not text.isspace():
                parts.append(text)
                if link_depth:
                    links += _shown(text)
            if watched:
                counted += han(text)
        if long and len(runs) > MOST:
            break
    if parts:
        runs.append(("".join(parts), links, holder, aside))
    blocks, starts = _blocks(runs, tags)
    links_to = [
        (href, number)
        for number, name in enumerate(begun)
        if name == "a" and (href := _href(pieces[5 * number + 2])) is not None
    ]
    return Outline(
        blocks=blocks[:MOST],
        boxes=[Box(rank, starts[first], starts[end]) for rank, first, end in boxes if starts[first] < starts[end]],
        tags=tags,
        parents=parents,
        inside=inside,
        picked=[(mark, starts[first], starts[end]) for mark, first, end in picked],
        title=title or "",
        pieces=pieces,
        json=json,
        scripts=scripts,
        links=links_to,
        addresses=_END_OF_RUN.join([href for href, _ in links_to]).lower(),
        names=begun,
        kinds=kinds,
        said=said,
        pictures=frozenset(starts[run] for run in pictures if run < len(starts)),
        media=[(starts[run], element) for run, element in media if run < len(starts)],
    )


def _shown(text: str) -> int:
    """How many characters of a text as written are shown, white space at its ends apart."""
    return len((unescape(text) if "&" in text else text).strip())


def _href(inner: str) -> str | None:
    """The address in a link's attributes; None where there is none."""
    # As nearly all write it: a search for all spellings takes ten times as long.
    at = inner.find(' href="')
    if at >= 0:
        href = inner[at + 7 :].partition('"')[0]
    elif found := _HREF.search(inner):
        href = found[1] or found[2] or found[3] or ""
    else:
        return None
    return (unescape(href) if "&" in href else href).strip()


def _still(html: str) -> str:
    """A page without what runs across it: greetings; what is longer is believed to be text.

    >>> _still('<p>甲<MARQUEE width=9>欢迎光临</MARQUEE>乙')
    '<p>甲乙'
    """
    kept, start = [], 0
    begin = _RUNS.search(html)
    while begin:
        end = _RUN_ENDS.search(html, begin.end())
        if end is None:
            break
        if han(html[begin.end() : end.start()]) < _TOO_MUCH_TO_HIDE:
            kept.append(html[start : begin.start()])
            start = end.end()
        begin = _RUNS.search(html, end.end())
    return "".join([*kept, html[start:]])


def _is_shut(inner: str) -> bool:
    """Whether the stroke at the end of a tag ends the element: it may be part of an address without quotes."""
    return inner == "/>" or inner[-3] in "\"' \t\n" or "=" not in inner


def _leads(inner: str) -> bool:
    """Whether a click on an element with these attributes leads to another page."""
    return ("location" in inner or "window.open" in inner) and bool(_LEADS.search(attributes(inner).get("onclick", "")))


def _is_hidden(inner: str) -> bool:
    """Whether a browser would not show an element with these attributes."""
    lower = inner.lower()
    named = _HIDING_NAME.search(lower)
    if not (named or "display" in lower or "visibility" in lower):
        return False
    style = None if named else _value(inner, lower, "style")
    if style is not None:
        return _HIDDEN.search(style) is not None
    found = attributes(inner)
    return "hidden" in found or bool(_HIDDEN.search(found.get("style", "")))


@lru_cache(maxsize=8192)
def _named(inner: str) -> tuple[int, bool]:
    """What a box's names say: its place among the known containers, and whether it stands beside articles."""
    lower = inner.lower()
    classes, own = _value(inner, lower, "class"), _value(inner, lower, "id")
    if classes is None or own is None:
        found = attributes(inner)
        classes, own = found.get("class", ""), found.get("id", "")
    rank = _NO_BOX
    if own:
        # VSB numbers its containers: vsb_content_2.
        rank = _RANKS.get("#vsb_content" if own.startswith("vsb_content") else f"#{own}", _NO_BOX)
    for name in classes.split():
        rank = min(rank, _RANKS.get(f".{name}", _NO_BOX))
    return rank, bool((classes or own) and _ASIDE.search(f"{classes} {own}".lower()))


def _value(inner: str, lower: str, name: str) -> str | None:
    """What `attributes` says of one name, empty where it says nothing; None where that takes more than a look."""
    if name not in lower:
        return ""
    before, found, rest = inner.partition(f' {name}="')
    if not found or lower.count(name) > 1 or "'" in inner or "&" in inner or before.count('"') % 2:
        return None
    return rest.partition('"')[0]


_new = tuple.__new__


def _blocks(runs: Sequence[tuple[str, int, int, bool]], tags: Sequence[str]) -> tuple[list[Block], list[int]]:
    """Runs of text -> their lines as blocks, and for each run the number of its first block."""
    found: list[Block] = []
    starts: list[int] = []
    whole = _END_OF_RUN.join([run[0] for run in runs])
    if "&" in whole:
        # The commonest, which `unescape` would look up one by one.
        whole = unescape(whole.replace("&nbsp;", "\xa0").replace("&emsp;", "\u2003"))
    strange = _STRANGE.search(whole) is not None
    wide = any(space in whole for space in _WIDE_SPACES)
    cut = "\r" in whole
    for marked, (_, links, holder, aside) in zip(whole.split(_END_OF_RUN), runs, strict=False):
        starts.append(len(found))
        # The mark of edges is white space to Python.
        trimmed = marked.strip()
        if not trimmed:
            continue
        kind = _KINDS.get(tags[holder], "text")
        edged = _EDGE in trimmed
        if (cut and "\r" in trimmed) or (
            wide and ("\u3000" in trimmed or "\xa0" in trimmed or "\u2003" in trimmed) and _INDENT.search(trimmed)
        ):
            lines = [line for line in map(fold, _paragraphs(marked.replace(_EDGE, ""))) if line]
        else:
            line = trimmed.replace(_EDGE, "") if edged else trimmed
            line = fold(line) if strange or "\n" in line else " ".join(line.split())
            lines = [line] if line else []
        if len(lines) == 1:
            line = spaced = lines[0]
            if edged and len(trimmed) <= _DATELINE:
                spaced = trimmed.replace(_EDGE, " ")
                spaced = " ".join((_NOTHING.sub("", spaced) if strange else spaced).split()) or line
            size = len(line) - line.count(" ")
            linked = links / size if links < size else float(links > 0)
            # A third of the time of a call (measured).
            found.append(_new(Block, (line, links, holder, kind, spaced, size, linked, aside)))
        else:
            whole_link = links >= sum(map(len, lines)) * 0.9
            for line in lines:
                size = len(line) - line.count(" ")
                found.append(
                    Block(line, len(line) if whole_link else 0, holder, kind, line, size, float(whole_link), aside)
                )
    starts.append(len(found))
    return found, starts


def _paragraphs(raw: str) -> Iterator[str]:
    """Text without markup between -> paragraphs: cut at indents that begin one."""
    start = 0
    if raw.count("\r") > 1:
        lines = [line for line in raw.split("\r") if line.strip()]
        begun = sum(line[0] in _WIDE_SPACES for line in lines)
        if 1 < begun < len(lines):
            # Typed text: lines of one length, each paragraph with an indent.
            raw = "".join(f"\r{line}" if line[0] in _WIDE_SPACES else f"\n{line}" for line in lines)
    for match in _INDENT.finditer(raw) if any(space in raw for space in _WIDE_SPACES) else ():
        gap = raw[start : match.start()]
        before = gap.rstrip()
        if before and ("\n" in gap[len(before) :] or "\n" in match[0] or before[-1] in _ENDS):
            yield before
            start = match.end()
    yield from raw[start:].split("\r")
