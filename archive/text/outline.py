"""Characters of a page -> `Outline`: the blocks that it shows, in order, and the elements that hold them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from html import unescape
from typing import Any, NamedTuple, TypeAlias

from archive.text.blocks import EDGE, END_OF_RUN, Block, Run, blocks_of
from archive.text.chinese import han
from archive.text.lines import holding
from archive.text.markup import CLOSES, RANK, RANKS, VOID, attributes, tokens

# A page with more lines is a trap or a dump, and the crawler must not stand still over it: of those behind, lines of so
# many characters alone are read.
MOST, SENTENCE = 50_000, 20
# Elements nested deeper are read without their boxes, as libxml2 does; real pages have at most 60 levels (measured).
DEEPEST = 2048
# More than this much text is not believed to be hidden: scripts show it (Han characters).
_TOO_MUCH_TO_HIDE = 200
# What runs across a page greets its readers: hidden as styles hide.
_RUNNING = "marquee"
# Set by `page` on what a site's selectors find.
MARK = "data-cundang"

# Elements whose text a reader does not see, or that are controls.
_UNSEEN_TAGS = (
    "head title script style noscript template iframe frame frameset object embed applet select option optgroup "
    "datalist textarea input svg canvas math audio video map area rp rt button"
)
# Those that show a film, a document or another page.
_PLAYERS = frozenset(("iframe", "frame", "object", "embed", "audio", "video"))
# Elements that do not begin a line of their own; all others do.
_INLINE_TAGS = (
    "abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark o:p q ruby rb s samp small "
    "span strike strong sub sup time tt u var st1 nobr listing menuitem"
)
# Boxes whose names are not asked for: they stand beside no articles.
_PLAIN_TAGS = "p li tr tbody h1 h2 h3 h4 h5 h6 dt dd center pre"
_ASIDES = frozenset(("footer", "nav", "aside"))
_MAIN = frozenset(("html", "body", "article", "main"))
# What stands before a picture that is the value of a label, and of its words so many characters; what ends a paragraph
# of so many characters before a picture.
_LABELS = tuple(name + mark for name in ("来源", "出处", "作者", "记者", "编辑", "來源", "編輯") for mark in "：:")
ALT = 20
_PARAGRAPH_ENDS = ("。", "！", "？", "”", "!", "?")
PARAGRAPH = 12
_BLANK = f" \t\r\n\u3000\xa0{EDGE}"
# What counts pictures has at most so many characters.
COUNTER = 6
# Longer attributes are not remembered.
LONG = 300
# The page itself, cells, and elements that hold one block.
ROOTS = frozenset(("html", "body"))
# Boxes that may hold a picture and what describes it, no text.
_FRAMES = frozenset(("div", "li", "dl", "dd", "section", "figure"))
CELLS = frozenset(("td", "th"))
_TABLE_STYLE = re.compile(r"display\s{0,9}:\s{0,9}(table(?:-row|-cell)?)(?![\w-])", re.IGNORECASE)
_TABLE_TAGS = {"table": "table", "table-row": "tr", "table-cell": "td"}
_OWN = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd", "dt"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_OWN_LINE = _HEADINGS | {"p"}
# A day in an element of its own behind a title of so many Han characters is no part of it.
TITLE = 8
_DAY = re.compile(
    r"[\[(（【]?\s?(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s\d{1,2}:\d\d(?::\d\d)?)?\s?[\])）】]?"
)
# The box of an article holds so large a share of its prose.
MOST_PROSE = 0.8
# A paragraph above hidden prose is looked for in so many boxes around it, and so many runs of text.
FOLDED, LOOK = 4, 50
# Elements that may stand around one paragraph alone.
_WRAPS = frozenset(("div", "section", "article", "center", "blockquote", "font", "span"))
# A box written like that of a paragraph is looked for in so many blocks.
NEAR_ROW = 50
# So many elements may stand between a block and its cell.
NEAR_CELL = 4
# A link to the rest of a text that is hidden until then: 展开全文, 點擊閱讀全文. The word before is looked at last:
# a search for few characters takes a fourth of the time (measured on the real pages). 信息公开全文 leads elsewhere.
_UNFOLDS = re.compile(
    "(?:全文|剩余|剩餘|余下|餘下|阅读|閱讀)(?<=[开開击擊读讀看示]..)(?<!击阅读)(?<!擊閱讀)(?<!公开全文)(?<!公開全文)"
)
# Fields that nobody types into.
_UNTYPED = re.compile(r"""\btype\s*=\s*["']?(?:hidden|submit|button|image|reset)\b""", re.IGNORECASE)
# The numbers of characters beyond ASCII.
_NUMBERED = re.compile(
    "&#(?:1(?:2[89]|[3-9][0-9])|[2-9][0-9]{2}|[1-9][0-9]{3,6}|[xX][1-9a-fA-F][0-9a-fA-F]{1,5}(?<![xX][1-7].));"
)
# What may stand in a head that is not ended.
_IN_HEAD = "base basefont bgsound link meta noframes noscript script style template title"
_HEAD = frozenset(("head",))

# What is also transparent, a script fades in.
_HIDDEN = re.compile(r"display\s*:\s*none|\A(?!.*opacity).*visibility\s*:\s*hidden", re.IGNORECASE | re.DOTALL)
_HREF = re.compile(r"""(?<![\w-])href\s*=\s*(?:"([^"]*)|'([^']*)|([^\s>]+))""", re.IGNORECASE)
# A link to a picture alone, or to no page, in lower case.
_IMAGE = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp)\b|javascript|href=.#")
# A link to a place on the page itself, and what names such places.
_JUMPS = re.compile(r"""href\s{0,9}=\s{0,9}["']?#([^\s"'>]+)""", re.IGNORECASE)
# A pattern that begins with its rarest character is found fast.
_PLACES = re.compile(
    r"""=(?<=[de\s]=)(?:(?<=\bid=)|(?<=\bname=)|(?<=\bid\s=)|(?<=\bname\s=))\s{0,9}["']?([^\s"'>]+)""", re.IGNORECASE
)
# A script that leads to another page; not one that opens a picture, `window.open(this.src)`.
_LEADS = re.compile(r"location(?:\.href\s*=|\s*=|\.(?:replace|assign)\()\s*['\"]|window\.open\(\s*['\"]")

_NAMES = re.compile(r"""[\s"'/](?:class|id)\s*+=\s*+(?:"([^"]*+)|'([^']*+)|([^\s>]*+))""", re.IGNORECASE)
# In lower case: where the pattern minds no case, a search takes three times as long (measured).
_ASIDE = re.compile(
    r"comment|reply|recommend|relat(?:e|ive|ion)|footer|copyright|sidebar|side-|crumb|share|toolbar|hotnews|hot-|ranking|"
    r"advert|login|pinglun|fenxiang|tuijian|xgyd|xglj|"
    r"(?<![^-_\s])(?:nav|ads?|foot|bottom|side|menu|tags?|more|hot|rank|pager)(?![^-_\s\d])"
)
_FLOATS = re.compile(r"position\s{0,9}:\s{0,9}fixed\b")
# Names of boxes for what describes a picture, in lower case, what stands in each, and how such lines are set.
_BLOCK = re.compile(r"[\s\"';]display\s?:\s?(?:block|table|flex)\b")
_CAPTION_SIGNS = ("cap", "img", "image", "pic", "photo", "tuzhu", "tushuo")
_CAPTION_NAME = re.compile(
    r"""(?:class|id)\s*=\s*["']?[^"'>]{0,200}(?:caption|(?:img|image|pic|photo|picture)[-_]?(?:note|desc|info|txt|text|title|intro)|tuzhu|(?<![a-z])cap(?![a-z])|tushuo)"""
)
# Names of paragraphs for a picture.
_PICTURED = re.compile(r"""class\s*=\s*["']?(?:pic|img|image|photo|picture|tupian|tu)(?![\w-])""")
_CENTRED = re.compile(r"""align\s*+[=:]\s*+["']?\s*+center|ql-align-center""", re.IGNORECASE)

# What a tag does. `_BREAK` and `_EMPTY` have no content: the one ends a line, the other does not. `_ROOT` tags of a
# page within a page stand for nothing.
_INLINE, _PLAIN, _BOX, _BREAK, _EMPTY, _UNSEEN, _ROOT, _CUSTOM, _END, _END_OF_ROOT = range(10)
_ACTS = {
    **dict.fromkeys(_INLINE_TAGS.split(), _INLINE),
    **dict.fromkeys(_PLAIN_TAGS.split(), _PLAIN),
    **dict.fromkeys(VOID, _BREAK),
    **dict.fromkeys(("img", "wbr"), _EMPTY),
    **dict.fromkeys(_UNSEEN_TAGS.split(), _UNSEEN),
    **dict.fromkeys(("html", "head", "body"), _ROOT),
    "a": _INLINE,
}
# What tells whether a box stands beside articles: nothing, the box around it, its own name as well, its tag.
_NEVER, _AROUND, _NAMED_SO, _ALWAYS = range(4)

# What the name of a tag says: in lower case, what it does, what it ends, its rank, and what tells that it is aside.
_Tag: TypeAlias = tuple[str, int, frozenset[str], int, int]


class _Tags(dict[str, _Tag]):
    """Names as pages write them -> what they say; made when they are first met."""

    def __missing__(self, written: str) -> _Tag:
        name = written.lstrip("/").lower()
        # Browsers show an element that HTML does not know inline: <st1:place>; one with a dash may be styled.
        act = _ACTS.get(name, _INLINE if ":" in name else _CUSTOM if "-" in name else _BOX)
        if written.startswith("/"):
            act = _END_OF_ROOT if act == _ROOT else _END
        closes = CLOSES.get(name, frozenset())
        if name not in _IN_HEAD.split():
            closes |= _HEAD
        side = _NEVER if name in _MAIN else _ALWAYS if name in _ASIDES else _AROUND if act == _PLAIN else _NAMED_SO
        tag = (name, act, closes, RANKS.get(name, RANK), side)
        if len(self) < 2000 and len(written) < 20:
            self[written] = tag
        return tag


_tags = _Tags()
# Declarations and what looks like an end tag say nothing.
_tags["!"] = _tags["?"] = _tags["/"] = ("", _END, frozenset(), 0, _NEVER)


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a page shows, in order, and the elements that hold it.

    Attributes:
        blocks: at most twice `MOST`.
        cut: whether the page has more lines.
        tags, parents, inside: of each box its name, the number of the box around it, its attributes as written; 0 is
            the page. Elements that begin no line of their own are not among them.
        picked: (what `MARK` says, first block, block after the last) of marked elements.
        title: of the first `title` element, as written.
        pieces: the page cut at its tags, see `markup.Tokens`.
        json: contents of scripts that hold data.
        scripts, sheet: contents of all scripts, and of all style sheets.
        clicked: the attributes of elements that may lead to another page when somebody clicks on them.
        pictures: the blocks that pictures stand directly before.
        thumbs: the blocks that pictures stand directly before that lead to another page.
        asked: the boxes with a field that readers write into.
        media: of each picture, film and frame the block that it stands before or in, and the element that holds it.
    """

    blocks: list[Block]
    cut: bool
    tags: list[str]
    parents: list[int]
    inside: list[str]
    picked: list[tuple[str, int, int]]
    title: str
    pieces: list[str | Any]
    json: list[str]
    scripts: str
    sheet: str
    clicked: list[str]
    pictures: frozenset[int]
    media: list[tuple[int, int]]
    thumbs: frozenset[int]
    asked: frozenset[int]

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        """The numbers of the elements of each name."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.pieces[1::5]):
            if name:
                found[name].append(number)
        for name in [name for name in found if not name.islower()]:
            found[name.lower()] = sorted([*found[name.lower()], *found.pop(name)])
        return found

    @cached_property
    def _written(self) -> tuple[list[int], list[str]]:
        """The numbers of all `a` and what they lead to, as written; empty where that is nothing."""
        numbers = self._numbers.get("a", [])
        insides = [self.pieces[5 * number + 2] for number in numbers]
        # As nearly all write it.
        return numbers, [inner.partition(' href="')[2].partition('"')[0] or _href(inner) for inner in insides]

    @cached_property
    def _addresses(self) -> str:
        return END_OF_RUN.join(self._written[1]).lower()

    @property
    def links(self) -> list[tuple[str, int]]:
        """Of each link the address that it leads to, and a number for `name`."""
        numbers, written = self._written
        return [(unescape(href).strip(), number) for href, number in zip(written, numbers, strict=True) if href]

    def captioned(self, index: int) -> bool:
        """Whether a block stands beside a picture, and is named or set, centred below it, as what describes it; or has
        a box with the picture to itself.
        """
        near = (index - 1, index, index + 1)
        if self._holders.keys().isdisjoint(near) or self.blocks[index].kind == "heading":
            return index in self._pictured
        if index in self._pictured:
            return True
        if self._with_picture(index):
            return True
        if self.pictures.isdisjoint(near[1:]):
            return False
        element = self.blocks[index].element
        if _describes(self.inside[element]) or self._is_under_picture(index) or self.slants(index):
            return True
        around = (element, self.parents[element])
        return index in self.pictures and any(
            self.tags[box] == "center" or _CENTRED.search(self.inside[box]) for box in around
        )

    def slants(self, index: int) -> bool:
        """Whether a block right below a picture stands in italics, all of it."""
        return index in self.pictures and self.blocks[index].text in self._slanted

    @cached_property
    def _slanted(self) -> frozenset[str]:
        return frozenset(words.strip() for name in ("em", "i") for words in self.words_in(name))

    def _is_under_picture(self, index: int) -> bool:
        """Whether a block stands alone with the picture before it in a paragraph that is named for pictures."""
        element = self.blocks[index].element
        return self._holders.get(index) == element and _PICTURED.search(self.inside[element].lower()) is not None

    def _with_picture(self, index: int) -> bool:
        """Whether a block and a picture before or behind it have a small box to themselves, apart from links, in a box
        with more than that.
        """
        holders = [self._holders[at] for at in (index - 1, index, index + 1) if at in self._holders]
        if self.blocks[index].links:
            return False
        near = range(max(0, index - 2), min(len(self.blocks), index + 3))
        # What counts the pictures, 1/4, says nothing of one.
        beside = [i for i in near if i != index and (self.blocks[i].size > COUNTER or han(self.blocks[i].text))]
        boxes = (self.common(self.blocks[index].element, holder) for holder in holders)
        return any(
            self.tags[box] in _FRAMES
            and all(self.blocks[i].linked > 0.5 or not self.holds(box, i) for i in beside)
            and any(self.holds(self.parents[box], i) for i in beside)
            for box in boxes
        )

    @cached_property
    def _holders(self) -> dict[int, int]:
        """The elements that hold pictures, by the block after each; one in a paragraph or cell of links is an icon."""
        blocks = ((at, self.blocks[at]) for at, _ in self.media if at < len(self.blocks))
        own = {at: b.element for at, b in blocks if b.linked > 0.5 and self.tags[b.element] in _OWN}
        return {at: element for at, element in reversed(self.media) if own.get(at) != element}

    @cached_property
    def _pictured(self) -> frozenset[int]:
        """The lines of tables that have pictures, no more sentences than these, and at most one line more."""
        tables: dict[int, list[int]] = {}
        for at, element in self.media:
            if at in self.pictures and (cell := self._cell(element)) is not None:
                tables.setdefault(self._table(cell), []).append(at)
        found: set[int] = set()
        for table, places in tables.items():
            most = len(places) + 1
            near = range(max(0, places[0] - most - 1), min(len(self.blocks), places[0] + most + 1))
            lines = [i for i in near if self.holds(table, i)]
            told = sum(map(self.ends_sentence, lines))
            if len(lines) <= most > told and not any(self.blocks[i].links for i in lines):
                found.update(lines)
        return frozenset(found)

    def look(self, index: int) -> tuple[str, str]:
        """How the element of a block is written: its name and its attributes."""
        element = self.blocks[index].element
        return self.tags[element], self.inside[element]

    def attributes(self, element: int) -> dict[str, str]:
        """The attributes of an element, names in lower case."""
        return attributes(self.inside[element])

    def ends_sentence(self, index: int) -> bool:
        """Whether a block ends in a full stop."""
        return self.blocks[index].text.endswith("。")

    def holds(self, element: int, index: int) -> bool:
        """Whether an element holds a block."""
        inner = self.blocks[index].element
        # Elements are numbered in the order in which they begin.
        while inner > element:
            inner = self.parents[inner]
        return inner == element

    def common(self, one: int, other: int) -> int:
        """The smallest element that holds two."""
        while one != other:
            if one > other:
                one = self.parents[one]
            else:
                other = self.parents[other]
        return one

    def holder(self, index: int) -> int:
        """The element that holds a block among others: not its own paragraph, item or cell."""
        element = self.blocks[index].element
        return self.parents[element] if self.tags[element] in _OWN else element

    def cell(self, index: int) -> int | None:
        """The table cell that holds a block, where it stands in one with few elements between."""
        return self._cell(self.blocks[index].element)

    def _cell(self, element: int) -> int | None:
        """The table cell in which an element stands, or which it is, with few elements between."""
        for _ in range(NEAR_CELL):
            if self.tags[element] in CELLS:
                return element
            element = self.parents[element]
        return None

    def are_beside(self, one: int, other: int) -> bool:
        """Whether two blocks stand in different cells of one row."""
        cells = self.cell(one), self.cell(other)
        return None not in cells and cells[0] != cells[1] and len({self.parents[cell or 0] for cell in cells}) == 1

    def home(self, prose: Sequence[int]) -> int | None:
        """The smallest box that holds most of an article's prose; None where it is the whole page."""
        if not prose:
            return None
        home = self.box_of(prose[0]) if len(prose) == 1 else self._box_of_most(prose)
        if self.tags[home] in CELLS:
            return self._laid_out(home)
        return None if self.tags[home] in (*ROOTS, "table", "tbody", "tr") else home

    def _box_of_most(self, prose: Sequence[int]) -> int:
        """The smallest element that holds most of some prose, itself a paragraph where all stand in it."""
        if len({self.blocks[index].element for index in prose}) == 1:
            return self.blocks[prose[0]].element
        own: Counter[int] = Counter()
        for index in prose:
            own[self.holder(index)] += self.blocks[index].size
        held: Counter[int] = Counter()
        for holder, size in own.items():
            element = holder
            while element:
                held[element] += size
                element = self.parents[element]
        most = MOST_PROSE * own.total()
        home = max((element for element, size in held.items() if size >= most), default=0)
        others = (index for index in prose if self.common(home, self.holder(index)) != home)
        return reduce(self.common, [self.holder(index) for index in others if self.is_part(home, index)], home)

    def is_part(self, home: int, index: int) -> bool:
        """Whether a home holds a paragraph, or its box is one of its class: page builders make each part a box."""
        name = self.attributes(home).get("class")
        alike = name is not None and name == self.attributes(self.holder(index)).get("class")
        return alike or self.box_of(index) == home

    def box_of(self, index: int) -> int:
        """The smallest element around a paragraph that may hold others too. Skipped are elements without class and id
        that hold it alone, and one of several alike in a row.
        """
        element = self.holder(index)
        if self._is_in_row(index):
            return self.parents[element]
        while self.tags[element] in _WRAPS and self._is_nameless(element) and self._holds_only(element, index):
            element = self.parents[element]
        return element

    def _is_nameless(self, element: int) -> bool:
        """Whether an element has neither class nor id."""
        return not {"class", "id"}.intersection(self.attributes(element))

    def _holds_only(self, element: int, index: int) -> bool:
        """Whether an element holds one block."""
        beside = (index - 1, index + 1)
        return not any(0 <= other < len(self.blocks) and self.holds(element, other) for other in beside)

    def _is_in_row(self, index: int) -> bool:
        """Whether a block is a box of its own and one of the next a box beside it that is written alike."""
        element = self.blocks[index].element
        if self.tags[element] in _OWN:
            return False
        following = range(index + 1, min(len(self.blocks), index + NEAR_ROW))
        beside = (other for other in following if self.parents[self.blocks[other].element] == self.parents[element])
        return any(self.look(other) == self.look(index) for other in beside)

    def _laid_out(self, cell: int) -> int:
        """The cell; where it is its whole row it lays out nothing, and its table takes its place."""
        home = cell
        while self.tags[home] in CELLS and self.is_alone(home):
            home = self._table(home)
        return home

    def _table(self, element: int) -> int:
        """The table of a cell or a row."""
        while self.tags[element] in ("td", "th", "tr", "tbody"):
            element = self.parents[element]
        return element

    def is_alone(self, cell: int) -> bool:
        """Whether a cell is the only one of its row, in a table of other rows."""
        parents, tags = self.parents, self.tags
        row = parents[cell]
        end = next((e for e in range(row + 1, len(parents)) if parents[e] < row), len(parents))
        return not any(parents[e] == row and e != cell and tags[e] in CELLS for e in range(row + 1, end))

    def every(self, *names: str) -> list[dict[str, str]]:
        """The attributes of all elements of these names, seen or not; see `attributes`."""
        return [attributes(self.pieces[5 * number + 2]) for name in names for number in self._numbers.get(name, ())]

    def words_in(self, name: str) -> list[str]:
        """What stands in each element of a name, up to the first tag, seen or not."""
        return [unescape(self.pieces[5 * number + 3] or "") for number in self._numbers.get(name, ())]

    def has(self, *names: str) -> bool:
        """Whether there is an element of one of these names, seen or not."""
        return not self._numbers.keys().isdisjoint(names)

    def leading(self, pattern: re.Pattern[str], *words: str) -> list[tuple[str, int]]:
        """Those of the links whose addresses, in lower case, hold a pattern or one of some words."""
        numbers, written = self._written
        found = holding(pattern, self._addresses, END_OF_RUN, words) if numbers else ()
        return [(unescape(written[at]).strip(), numbers[at]) for at in sorted(found) if written[at]]

    def clicks(self) -> Iterator[str]:
        """What a click does on elements where it may lead to another page."""
        return filter(None, (attributes(inner).get("onclick") for inner in self.clicked))

    def name(self, link: int) -> str:
        """The text of a link."""
        texts = []
        first = 5 * link
        for place in range(first, len(self.pieces) - 1, 5):
            if place > first and (self.pieces[place + 1] in ("a", "A") or self.pieces[place + 4] in ("/a", "/A")):
                break
            texts.append(self.pieces[place + 3] or "")
            if place == first and self.pieces[place + 3] is not None:
                break
            texts.append(self.pieces[place + 5] or "")
        return unescape("".join(texts))


def outline(html: str, *, marked: bool = False) -> Outline:
    """Read a page in one pass over its tags; `marked` where elements bear a `MARK`."""
    if "&#" in html:
        # Written out, they count and end sentences; none of them is markup.
        html = _NUMBERED.sub(lambda number: unescape(number[0]), html)
    pieces, json, scripts, sheet = tokens(html)
    read = _Reader(html, marked=marked)
    read.page(pieces)
    if cut := len(read.runs) > MOST:
        read.runs[MOST:] = [run if len(run[0]) >= SENTENCE else _NO_RUN for run in read.runs[MOST:]]
    blocks, starts = blocks_of(read.runs, read.tags)
    return Outline(
        blocks=blocks[: 2 * MOST],
        cut=cut,
        tags=read.tags,
        parents=read.parents,
        inside=read.inside,
        picked=[(mark, starts[first], starts[end]) for mark, first, end in read.picked],
        title=read.title or "",
        pieces=pieces,
        json=json,
        scripts=scripts,
        sheet=sheet,
        clicked=read.clicked,
        pictures=frozenset(starts[run] for run in read.pictures if run < len(starts)),
        thumbs=frozenset(starts[run] for run in read.thumbs if run < len(starts)),
        asked=frozenset(read.asked),
        media=[(starts[run], element) for run, element in read.media if run < len(starts)],
    )


# What an open element is: an element of which nothing is seen, inside another such; the outermost such; words in a
# line; a link; a box.
_NESTED, _INVISIBLE, _WORDS, _LINK, _BOXED = range(5)
# Of an open element what it is; of a box, too, whether the one around it stands beside articles, and whether a click on
# it leads to another page.
_NESTED_OPEN, _INVISIBLE_OPEN, _WORDS_OPEN, _LINK_OPEN = ((kind, False, False) for kind in range(4))
_NO_RUN: Run = ("", 0, 0, False)


class _Watched(NamedTuple):
    """An open element to look at when it ends: what it is marked as, or None where it is hidden; what was before it."""

    depth: int
    mark: str | None
    run: int
    element: int
    parts: list[str]
    links: int
    counted: int


class _Source:
    """The characters of a page, and what is asked of all of them. No part of `_Reader`: where an object has cached
    properties, all its attributes take longer to find (measured).
    """

    def __init__(self, html: str) -> None:
        self.html = html

    @cached_property
    def unfolds(self) -> bool:
        """Whether a link on the page leads to the rest of a text."""
        return _UNFOLDS.search(self.html) is not None

    @cached_property
    def places(self) -> frozenset[str]:
        """The names of all elements of the page."""
        return frozenset(_PLACES.findall(self.html))


class _Reader:
    """Reads a page tag by tag, without recursion: pages nest thousands deep.

    `parts` is the run of text that is open, with `links` characters of link text; it ends where a box begins or ends.
    `names` and `opened` say which elements are open; `holder` is the innermost box, `led` the last link. `inner` are
    the texts in elements to look at again that are not `counted` yet; `veiled` the runs that styles hide and that are
    kept all the same.
    """

    def __init__(self, html: str, *, marked: bool) -> None:
        self.source = _Source(html)
        self.marked = marked
        self.runs: list[Run] = []
        self.picked: list[tuple[str, int, int]] = []
        self.pictures: list[int] = []
        self.media: list[tuple[int, int]] = []
        self.thumbs: list[int] = []
        self.asked: list[int] = []
        self.led = ""
        self.clicked: list[str] = []
        self.title: str | None = None
        self.tags, self.parents, self.inside = ["html"], [0], [""]
        self.names = ["html"]
        self.opened = [_NESTED_OPEN]
        self.watched: list[_Watched] = []
        self.veiled: list[range] = []
        self.parts: list[str] = []
        self.inner: list[str] = []
        self.holder = self.links = self.link_depth = self.counted = self.astray = 0
        self.dark = self.aside = False

    def page(self, pieces: Sequence[str | Any]) -> None:
        """Read a page that was cut at its tags."""
        lit = (self.words, self.box, self.box, self.empty, self.empty, self.unseen, self.root, self.custom)
        dark = (*[self.unseen] * 6, self.root, self.unseen)
        names = self.names
        rest = iter(pieces)
        self.text(next(rest))
        for start, inner, content, end, after in zip(rest, rest, rest, rest, rest, strict=True):
            if end is None:
                tag = _tags[start]
                while names[-1] in tag[2]:
                    self.leave()
                text = (dark if self.dark else lit)[tag[1]](tag, inner, content, after)
            else:
                text, tag = after, _tags[end]
                self.end(tag)
            if text and (self.parts or self.watched or self.dark or not text.isspace()):
                self.text(text)
        while len(names) > 1:
            self.leave()
        self.flush()
        self.drop_copies()

    def text(self, text: str) -> None:
        """A text that stands between tags."""
        if self.dark:
            if self.names[-1] == "head" and not text.isspace():
                self.names.pop()
                self.opened.pop()
                self.dark = False
                self.parts.append(text)
        elif self.parts or not text.isspace():
            self.parts.append(text)
            if self.link_depth:
                self.links += _shown(text)
        if self.watched:
            self.inner.append(text)

    def flush(self) -> None:
        """End the run of text that is open."""
        self.runs.append(("".join(self.parts), self.links, self.holder, self.aside))
        self.parts.clear()
        self.links = 0

    def end(self, tag: _Tag) -> None:
        """An end tag: the elements end that it passes over, and its own."""
        name, act, _, rank, _ = tag
        names = self.names
        if names[-1] == name and act == _END:
            self.leave()
        elif act == _END_OF_ROOT and self.astray:
            self.astray -= 1
        elif name in names:
            depth = len(names) - 1
            while names[depth] != name and _tags[names[depth]][3] <= rank:
                depth -= 1
            if names[depth] == name:
                for _ in range(len(names) - max(1, depth)):
                    self.leave()

    def leave(self) -> None:
        """The innermost open element ends."""
        self.names.pop()
        kind, aside, linked = self.opened.pop()
        if kind == _BOXED:
            if self.parts:
                self.flush()
            self.aside = aside
            self.holder = self.parents[self.holder]
            self.link_depth -= linked
        elif kind <= _INVISIBLE:
            self.dark = self.dark and kind != _INVISIBLE
            return
        else:
            self.parts.append(EDGE)
            self.link_depth -= kind == _LINK
        while self.watched and self.watched[-1].depth == len(self.names):
            self.look_back(self.watched.pop())

    def look_back(self, at: _Watched) -> None:
        """A marked element has ended, or one that styles hide: what it holds is gone, unless that is too much, or prose
        that a click shows.
        """
        if at.mark is not None:
            self.picked.append((at.mark, at.run, len(self.runs)))
        elif self.count() - at.counted >= _TOO_MUCH_TO_HIDE or self.is_unfolded(at):
            while self.veiled and self.veiled[-1].start >= at.run:
                self.veiled.pop()
            self.veiled.append(range(at.run, len(self.runs)))
        else:
            del self.runs[at.run :]
            self.parts[:], self.links = at.parts, at.links
            self.picked = [found for found in self.picked if found[2] <= at.run]

    def drop_copies(self) -> None:
        """Take out what styles hide, however much, where the page says all of it elsewhere: a copy for printing."""
        said = Counter(_plain(run[0]) for run in self.runs) if self.veiled else Counter()
        for runs in sorted(self.veiled, key=len, reverse=True):
            own = Counter(_plain(run[0]) for run in self.runs[runs.start : runs.stop])
            said.subtract(own)
            if all(said[text] > 0 for text in own if text):
                self.runs[runs.start : runs.stop] = [_NO_RUN] * len(runs)
            else:
                said.update(own)

    def watch(self, mark: str | None) -> None:
        """Look at an element again when it ends."""
        held = (self.parts[:], self.links, self.count()) if mark is None else ([], 0, 0)
        self.watched.append(_Watched(len(self.names), mark, len(self.runs), len(self.tags), *held))

    def is_unfolded(self, at: _Watched) -> bool:
        """Whether a hidden element holds prose that a click shows."""
        runs = self.runs[at.run :]
        if 2 * sum(linked for _, linked, *_ in runs) > sum(len(text) for text, *_ in runs):
            return False
        inner = self.inside[at.element] if at.element < len(self.inside) else ""
        if not self.shows_prose([text for text, *_ in runs], inner, at.run):
            return False
        # Whatever its name says, `more`: it is the text's.
        self.runs[at.run :] = [(text, linked, element, False) for text, linked, element, _ in runs]
        return True

    def shows_prose(self, texts: Sequence[str], inner: str, run: int) -> bool:
        """Whether hidden texts behind some runs are prose that a click shows, in an element with attributes: the rest
        of the text on a page that says so; what stands below a paragraph, a few boxes up, and under a label of its own
        or in a part of one class with the paragraph's, 上篇 and 下篇.
        """
        if not any(map(_is_prose, texts)):
            return False
        above = [shown for shown in self.runs[max(0, run - LOOK) : run] if not shown[0].isspace()]
        paragraph = self.paragraph_in(above)
        if paragraph is not None and ("。" not in above[-1][0] or self.is_alike(paragraph, inner)):
            return True
        return self.source.unfolds

    def paragraph_in(self, runs: Sequence[Run]) -> int | None:
        """The element of the last paragraph of some runs in a box around what is read now, a few boxes up at most."""
        box = self.holder
        for _ in range(FOLDED):
            if self.tags[box] in ROOTS:
                return None
            for text, linked, element, aside in reversed(runs):
                if element < box:
                    break
                if not (aside or linked) and _is_prose(text):
                    return element
            box = self.parents[box]
        return None

    def is_alike(self, element: int, inner: str) -> bool:
        """Whether an element stands in a box of one class with some attributes, beside the end of the page so far."""
        while element and self.parents[element] != self.holder:
            element = self.parents[element]
        name = attributes(inner).get("class")
        return name is not None and name == attributes(self.inside[element]).get("class")

    def count(self) -> int:
        """The Han characters in elements to look at again, up to here; many texts are counted at once."""
        self.counted += han("".join(self.inner))
        self.inner.clear()
        return self.counted

    # What a tag does, one method a kind: it is given what begins an element (see `markup.Tokens`) and returns the text
    # behind the tag.

    def root(self, tag: _Tag, inner: str, content: str | None, after: str) -> str:
        """`html`, `head` or `body`: inside of other elements it is a tag astray."""
        name = tag[0]
        if content is not None:
            return content + after
        if name == "html" or len(self.names) > 1:
            self.astray += len(self.names) > 1
            return after
        begin = self.unseen if name == "head" else self.box
        return begin((name, _BOX, *tag[2:]), inner, content, after)

    def unseen(self, tag: _Tag, inner: str, content: str | None, after: str) -> str:
        """An element of which nothing is seen, or one inside of it."""
        name = tag[0]
        if self.is_heading_button(name):
            return self.words(tag, inner, content, after)
        if name == "title" and self.title is None and "svg" not in self.names:
            self.title = after if content is None else content
        self.note(name, inner)
        if name in VOID:
            return (content or "") + after
        if content is None and not _is_shut(inner):
            self.names.append(name)
            self.opened.append(_NESTED_OPEN if self.dark else _INVISIBLE_OPEN)
            self.dark = True
        return after

    def note(self, name: str, inner: str) -> None:
        """Note where a player, a field or a button stands that is not seen itself."""
        if not self.dark and (name in _PLAYERS or (name == "script" and inner != ">")):
            self.media.append((len(self.runs), self.holder))
        if name == "textarea" or (name == "input" and not _UNTYPED.search(inner)):
            self.asked.append(self.holder)
        if "location" in inner:
            self.clicked.append(inner)

    def is_heading_button(self, name: str) -> bool:
        """Whether an element is a button in a heading: a press on it shows what stands below."""
        return name == "button" and not self.dark and self.names[-1] in _HEADINGS

    def empty(self, tag: _Tag, inner: str, content: str | None, after: str) -> str:
        """An element without content: a picture or a place to break, which may end a line."""
        name, act, *_ = tag
        if "location" in inner:
            self.clicked.append(inner)
        if act in (_EMPTY, _INLINE):
            self.parts.append(EDGE)
            if name == "img":
                self.picture(inner)
        elif self.parts and not _said(inner)[0]:
            self.flush()
        return content + after if content else after

    def picture(self, inner: str) -> None:
        """A picture: behind a label its words are the value, between two paragraphs it parts them."""
        before = "".join(self.parts[-3:]).rstrip(_BLANK)
        if before.endswith(_LABELS):
            self.parts.append(attributes(inner).get("alt", "")[:ALT])
            self.parts.append(EDGE)
        elif before.endswith(_PARAGRAPH_ENDS) and len(before) >= PARAGRAPH:
            self.flush()
        self.pictures.append(len(self.runs))
        self.media.append((len(self.runs), self.holder))
        if self.link_depth and not _IMAGE.search(self.led.lower()):
            self.thumbs.append(len(self.runs))

    def custom(self, tag: _Tag, inner: str, content: str | None, after: str) -> str:
        """An element of the page's own, <x-title>: a line where no text stands beside it, and words within a line."""
        name, act, *_ = _tags[self.names[-1]]
        beside = any(part != EDGE and not part.isspace() for part in self.parts) or (content and after.strip())
        inline = beside or act == _INLINE or name in _OWN_LINE
        return (self.words if inline else self.box)(tag, inner, content, after)

    def words(self, tag: _Tag, inner: str, content: str | None, after: str) -> str:
        """An element that begins no line of its own."""
        name = tag[0]
        if name == "span" and inner != ">" and _begins_line(inner):
            return self.box(tag, inner, content, after)
        hidden, leads, shut = _said(inner)
        if leads:
            self.clicked.append(inner)
        if shut or len(self.names) >= DEEPEST:
            return self.empty(tag, inner, content, after)
        linked = leads or (name == "a" and self.leads_on(inner))
        if content is not None:
            self.short_words(inner, content, linked=linked, hidden=hidden)
            return after
        if hidden:
            self.watch(None)
        self.parts.append(EDGE)
        if linked:
            self.link_depth += 1
            self.led = inner
            self.opened.append(_LINK_OPEN)
        else:
            self.opened.append(_WORDS_OPEN)
        if self.marked and (mark := attributes(inner).get(MARK)):
            self.watch(mark)
        self.names.append(name)
        return after

    def leads_on(self, inner: str) -> bool:
        """Whether an `a` leads on: with a name alone it is a place to jump to, and another one may jump there."""
        if "#" in inner and (jump := _JUMPS.search(inner)) and jump[1] in self.source.places:
            return False
        return "name" not in inner or "href" in inner.lower() or "onclick" in inner

    def short_words(self, inner: str, content: str, *, linked: bool, hidden: bool) -> None:
        """An element of a line with text alone: begun and ended here."""
        if self.watched:
            self.inner.append(content)
        if hidden and han(content) < _TOO_MUCH_TO_HIDE:
            return
        if self.names[-1] in _HEADINGS and _DAY.fullmatch(content.strip()) and han("".join(self.parts)) >= TITLE:
            self.flush()
        if not content:
            self.parts.append(EDGE)
        else:
            self.parts += (EDGE, content, EDGE)
            if linked or self.link_depth:
                self.links += _shown(content)
        if self.marked and (mark := attributes(inner).get(MARK)):
            self.picked.append((mark, len(self.runs), len(self.runs)))

    def box(self, tag: _Tag, inner: str, content: str | None, after: str) -> str:
        """An element that begins a line of its own."""
        name, _, _, _, side = tag
        read = _read_box if len(inner) < LONG else _read_box.__wrapped__
        hidden, linked, shut, set_as, named = read(name, side, inner)
        if linked:
            self.clicked.append(inner)
        if shut or len(self.names) >= DEEPEST:
            return self.empty(tag, inner, content, after)
        aside = named or (self.aside and side != _NEVER)
        if content is not None:
            linked = linked or self.link_depth > 0
            self.short_box((name, set_as), inner, content, linked=linked, hidden=hidden, aside=aside)
            return after
        if hidden or name == _RUNNING:
            self.watch(None)
        if self.parts:
            self.flush()
        self.parts += self.label(name)
        self.link_depth += linked
        self.opened.append((_BOXED, self.aside, linked))
        self.aside = aside
        self.parents.append(self.holder)
        self.holder = len(self.tags)
        self.tags.append(set_as)
        self.inside.append(inner)
        if self.marked and (mark := attributes(inner).get(MARK)):
            self.watch(mark)
        self.names.append(name)
        return after.replace("\n", "\r") if name == "pre" else after

    def label(self, name: str) -> tuple[str, ...]:
        """What stands before an element in its line: a term of a list that ends in a colon, before what it means."""
        if name != "dd" or not self.runs:
            return ()
        text, links, element, _ = self.runs[-1]
        if self.tags[element] != "dt" or links or not text.rstrip(_BLANK).endswith(("：", ":")):
            return ()
        self.runs.pop()
        return (text,)

    def short_box(
        self, names: tuple[str, str], inner: str, content: str, *, linked: bool, hidden: bool, aside: bool
    ) -> None:
        """A box with text alone: begun and ended here; `names`: its own, and as what it is set."""
        name, set_as = names
        if self.watched:
            self.inner.append(content)
        folded = (hidden or name == _RUNNING) and han(content) < _TOO_MUCH_TO_HIDE
        if folded and not (hidden and self.shows_prose([content], inner, len(self.runs))):
            return
        if self.parts:
            self.flush()
        first = len(self.runs)
        if content.strip():
            shown = _shown(content) if linked else 0
            content = "".join((*self.label(name), content))
            whole = content.replace("\n", "\r") if name == "pre" else content
            self.runs.append((whole, shown, len(self.tags), aside and not folded))
        if self.marked and (mark := attributes(inner).get(MARK)):
            self.picked.append((mark, first, len(self.runs)))
        self.parents.append(self.holder)
        self.tags.append(set_as)
        self.inside.append(inner)


def _set_as(name: str, inner: str) -> str:
    """The name of an element, or that of the part of a table as which the style in its tag sets it."""
    if "table" not in inner:
        return name
    found = _TABLE_STYLE.search(inner)
    return _TABLE_TAGS[found[1].lower()] if found else name


def _is_prose(text: str) -> bool:
    """Whether a text as written is a paragraph."""
    return "。" in text and han(text) >= PARAGRAPH


def _plain(text: str) -> str:
    """A text as written without white space, for comparing."""
    return "".join((unescape(text) if "&" in text else text).replace(EDGE, "").split())


def _shown(text: str) -> int:
    """How many characters of a text as written are shown, white space at its ends apart."""
    return len((unescape(text) if "&" in text else text).strip())


def _href(inner: str) -> str:
    """The address in a link's attributes as written; empty where there is none."""
    found = _HREF.search(inner)
    return (found[1] or found[2] or found[3] or "") if found else ""


def _is_shut(inner: str) -> bool:
    """Whether a stroke at the end of a tag ends the element: it may be part of an address without quotes."""
    return inner[-2:] == "/>" and (inner == "/>" or inner[-3] in "\"' \t\n" or "=" not in inner)


def _said(inner: str) -> tuple[bool, bool, bool]:
    """What the attributes of an element say: whether it is hidden, leads to another page, has ended already.

    Rows of a list may be no links, but call for their page: `<li onclick="window.open('t2020_1.html')">`.
    """
    if inner == ">":
        return False, False, False
    shut = inner[-2:] == "/>" and _is_shut(inner)
    hidden = ("one" in inner or "idden" in inner or "ONE" in inner or "IDDEN" in inner) and _is_hidden(inner)
    leads = "location" in inner or "window.open" in inner
    return hidden, leads and _LEADS.search(attributes(inner).get("onclick", "")) is not None, shut


# The rows of a list have the same attributes.
@lru_cache(maxsize=8192)
def _read_box(name: str, side: int, inner: str) -> tuple[bool, bool, bool, str, bool]:
    """What the attributes of a box say, as what they set it, and whether it stands beside articles by its tag or names;
    `side`: see `_NEVER`.
    """
    return *_said(inner), _set_as(name, inner), side == _ALWAYS or (side == _NAMED_SO and _is_aside(inner))


@lru_cache(maxsize=1024)
def _is_hidden(inner: str) -> bool:
    """Whether a browser would not show an element with these attributes."""
    found = attributes(inner)
    return "hidden" in found or _HIDDEN.search(found.get("style", "")) is not None


@lru_cache(maxsize=1024)
def _begins_line(inner: str) -> bool:
    """Whether an element within a line begins one by its style, or as a caption."""
    return _describes(inner) or ("display" in inner and _BLOCK.search(inner) is not None)


@lru_cache(maxsize=1024)
def _describes(inner: str) -> bool:
    """Whether the name of an element says that it describes a picture."""
    lower = inner.lower()
    return any(sign in lower for sign in _CAPTION_SIGNS) and _CAPTION_NAME.search(lower) is not None


def _is_aside(inner: str) -> bool:
    """Whether the names of a box say that it stands beside articles, or it floats over the page."""
    if "fixed" in inner and _FLOATS.search(inner):
        return True
    names = " ".join(map("".join, _NAMES.findall(inner)))
    return _ASIDE.search(unescape(names).lower()) is not None
