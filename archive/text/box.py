"""A page -> the box of its article: the blocks between what heads it and the first furniture after it.

The box is found by what pages state, not by what their text weighs: a title, a dateline near it, and the first lines
after them that belong to the page and not to the article (neighbours, related articles, comments, the foot). Boxes of
links beside the article are told by what they hold. A roster, a table or one short sentence is an article like any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import takewhile

from archive.text import dates, fields, words
from archive.text.lines import furniture_id, is_sentence
from archive.text.outline import CELLS, ROOTS
from archive.text.page import FILE_NAME, Page

# Rules of lines.toml that end an article wherever they stand below its head.
ENDS = frozenset(("previous_next", "related", "comments", "footer", "site_links"))
# The dateline stands at most so many blocks below the title.
NEAR = 8
# Prose of so many points may be an article, see `extract.votes`.
ENOUGH = 60
# So many blocks below an article may sign it.
SIGNED = 2
# So many links in a row, to no files, lead away from the article.
WALL = 3
# A block with sentence marks and so many characters is prose.
PROSE = 20
# A paragraph that goes on behind a wall of links has so many.
PARAGRAPH = 40
# How a sentence may end that has no full stop.
SAID = ("！", "？", "!", "?", "”", "’", "」", "』")
# Right under the dateline stand at most so many more lines of the head.
CREDITS = 2
# No step looks at more blocks than this around one, so that time grows with the page's length.
LOOK = 100
# So many lines at most are taken off the end of an article without prose.
TAIL = 10
# The link of a row has so many characters.
LINK = 6
# A day that stands before or behind a row's link has at most so many characters.
DAY = 14
# So many tabs of so many characters may stand over a box of links.
TABS, TAB = 8, 4
# So much prose under a name beside an article is none of it, however short that is (characters).
BESIDE = 300
# So large a share of a page's prose stands in the box of its article; a summary may stand over it.
MAIN = 0.8
# So many paragraphs under links make a digest.
DIGEST = 2
# So many names of files are looked for.
FILES = 100

# What may stand behind the end of a sentence.
_CLOSERS = ")]）】”』」"
# Elements that part a page into boxes.
_SIDES = frozenset(("div", "section", "aside", "footer", "form", "dl", "h2", "h3", "h4"))
# What may stand between an article's prose and its other lines.
_GOES_ON = frozenset(("line", "file", "contact"))
_MARKS = re.compile("[，。！？；：、,!?;]")
# An address of a page or of a mailbox that a line shows.
_WRITTEN_OUT = re.compile(r"https?://|www\.[\w-]|[\w.-]@[\w-]")
# The label of files with none behind it.
_EMPTY = re.compile(r"(?:相关)?附件(?:下载)?:")
# How the first of a numbered list begins.
_FIRST = re.compile(r"\(?[1一][.、)]")
# The foot is looked for in so many blocks at the end of a page.
FOOT_LONGEST = 20
# A line over a title has at most so many characters.
TITLE = 40
# So many lines at the end of a page may name its owner alone.
OWNER = 2
# Rules of lines.toml whose lines may stand in the foot.
FOOT_RULES = ("footer", "contact", "site_links", "bars")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where an article stands on its page.

    Attributes:
        start, end: its first block and the one after its last.
        kept: the blocks between that are its lines, in order, those of its head with them.
        tier: what read it: `site`, `box`, `votes`, `trafilatura`.
        confidence: 0 to 1.
        lines: how many of them stand below its head.
        dated: the dateline in its head, where one is.
        stated: whether the page states an article: a day under the title or in its head, and something below it.
        dropped: the other blocks between, each with the rule that tells what it is.
        media: whether a picture, a film or a frame stands in it.
    """

    start: int
    end: int
    kept: tuple[int, ...]
    tier: str = "box"
    confidence: float = 1.0
    lines: int = 0
    dated: int | None = None
    stated: bool = False
    dropped: dict[int, str] = field(default_factory=dict)
    media: bool = False


def find(page: Page, region: tuple[int, int, float]) -> Area | None:
    """The box of a page's article; None where no title and no dateline stand on it. `region`: see `extract.region`."""
    return _Walk(page, region).find()


class _Walk:
    """A walk over one page; see `find`.

    `head` is the last block of the article's head, and `anchor` the one that it is found by: the title, else the
    dateline. `kinds` says what each block after the head is, up to the end of the article: `line`, `file` or a rule;
    `first` and `previous` are the first and the last of the lines and files that were met.
    """

    def __init__(self, page: Page, region: tuple[int, int, float]) -> None:
        self.outline = page.outline
        self.blocks = page.blocks
        self.keys = page.keys
        self.title = page.title
        # Values in boxes of their own, read with their labels.
        self.in_boxes = page.datelines
        self.is_published = page.is_published and page.is_title_stated
        self.holder = page.outline.holder
        self.files = [name for _, name in page.files[:FILES]]
        self.region = region
        self.dateline: int | None = None
        self.anchor = self.head = self.previous = 0
        self.first: int | None = None
        self.prose = False
        self.misnamed: int | None = None
        self.home: int | None = None
        self.forms: set[int] = set()
        self.foot = self.find_foot()
        self.kinds: dict[int, str] = {}

    def find(self) -> Area | None:
        """The box; None where no title and no dateline stand on the page."""
        if not self.find_head():
            return None
        self.prose = self.prose_below()
        self.forms = self.find_forms()
        self.misnamed = self.find_misnamed()
        self.walk()
        self.keep_headlines()
        self.keep_rows()
        self.trim()
        self.drop_copies()
        return self.area()

    def find_forms(self) -> set[int]:
        """What readers may write into or choose from: of each field the form, without the head and the first of the
        prose; on a page with prose also the largest box around it without any of that.
        """
        prose = list(filter(self.is_prose, range(*self.region[:2]))) if self.prose else []
        begun, text = self.lineage([self.anchor, *prose[:1]]), self.lineage([self.anchor, *prose])
        found, seen = set(), set()
        for box in self.outline.asked:
            largest, element = box, box
            while element not in seen and element not in begun:
                seen.add(element)
                largest = element if element not in text else largest
                found.update([element] if self.outline.tags[element] == "form" else [])
                element = self.outline.parents[element]
            found.update([largest] if prose and largest not in text else [])
        return found

    def lineage(self, indices: Sequence[int]) -> set[int]:
        """The elements around some blocks, the page itself among them."""
        found = {0}
        for index in indices:
            element = self.blocks[index].element
            while element not in found:
                found.add(element)
                element = self.outline.parents[element]
        return found

    def is_asked(self, index: int) -> bool:
        """Whether a block stands in what readers may write into or choose from."""
        return bool(self.forms) and not self.forms.isdisjoint(self.lineage([index]))

    def find_misnamed(self) -> int | None:
        """The box of the page's prose right under the head, where its name says that it stands beside articles:
        BSHARE_POP. Before comments stands an article, and before what is beside a picture that picture.
        """
        start, end, _ = self.region
        prose = list(filter(self.is_prose, range(start, end)))
        if not (self.prose and any(self.blocks[index].aside for index in prose)):
            return None
        home = self.outline.home(prose)
        inside = [index for index in prose if home is not None and self.outline.holds(home, index)]
        if home is None or not self.blocks[inside[0]].aside:
            return None
        size, whole = (sum(self.blocks[index].size for index in indices) for indices in (inside, prose))
        if size < MAIN * whole:
            return None
        pictured = any(
            self.head < at <= start and at in self.outline.pictures and self.outline.common(home, element) != home
            for at, element in self.outline.media
        )
        return None if pictured else home

    def is_in_article(self, index: int) -> bool:
        """Whether a block stands in the article's box, though that has the name of one beside articles."""
        return self.misnamed is not None and self.outline.holds(self.misnamed, index)

    def lines(self) -> list[int]:
        """The blocks that are the article's lines."""
        return [index for index, kind in self.kinds.items() if kind == "line"]

    def find_head(self) -> bool:
        """Set the head by title and dateline; False where neither stands on the page."""
        self.dateline = self.dateline_over_prose() if self.title is None else self.dateline_under(self.title)
        anchor = self.dateline if self.title is None else self.title
        if anchor is None:
            return False
        self.anchor = self.head = anchor
        if self.dateline is not None:
            self.head = max(self.dateline, anchor)
            labels = sum(map(fields.is_label, self.keys[anchor + 1 : self.head]))
            while self.head + 1 < len(self.blocks) and self.is_dated_too(self.head + 1, in_row=labels > 1):
                self.head += 1
        elif anchor + 1 < len(self.blocks) and fields.is_subtitle(self.blocks[anchor + 1].text):
            self.head += 1
        self.previous = self.head
        start, end, weight = self.region
        self.region = (max(start, min(end, self.head + 1)), end, weight)
        return True

    def find_foot(self) -> int:
        """The first block of the page's foot: its last lines, which say whose site it is and how to reach the owner."""
        foot = len(self.blocks)
        for index in range(foot - 1, max(-1, foot - FOOT_LONGEST), -1):
            key = self.keys[index]
            if not key.endswith("。") and (words.match("foot", key) or ("。" not in key and words.match("reach", key))):
                foot = index
            elif not (self.is_link(index) or furniture_id(key) in FOOT_RULES):
                break
        if foot == len(self.blocks):
            return self.find_owner()
        # The owner's name may stand over it.
        over = self.blocks[max(0, foot - 1)]
        return foot - (over.element == self.blocks[foot].element and over.size < PROSE and over.linked < 0.5)

    def find_owner(self) -> int:
        """The last line of the page, or the two last, behind links or tools, where they name the owner alone."""
        last = len(self.blocks)
        for index in range(last - 1, max(0, last - OWNER - 2), -1):
            if furniture_id(self.keys[index]) or (self.is_link(index) and "|" in self.keys[index]):
                return index + 1
            if self.is_link(index):
                break
            if self.blocks[index].size > PROSE or _MARKS.search(self.keys[index]) or dates.read(self.keys[index]):
                break
        return last

    def area(self) -> Area:
        """What was found."""
        anchor, head, dateline = self.anchor, self.head, self.dateline
        under = range(anchor + 1, head + 1)
        subtitle = next((i for i in under if fields.is_subtitle(self.blocks[i].text)), head + 1)
        own = [i for i in range(subtitle, head + 1) if not self.is_link(i)]
        lines = self.without_labels(self.lines())
        others = [index for index, kind in self.kinds.items() if kind in ("file", "outside", "comment_form")]
        shown = None if self.prose or "file" in self.kinds.values() else self.shown(lines)
        if shown is not None:
            lines, others, self.kinds = [], [], {}
        end = max((*lines, *others, head, (shown or 0) - 1)) + 1
        media = any(head < at <= end for at, _ in self.outline.media)
        dated = head if dateline is not None and dateline >= anchor else None
        return Area(
            start=head + 1,
            end=end,
            kept=(*own, *lines),
            lines=len(lines),
            dated=dated,
            stated=self.is_stated(dated, below=bool(lines) or media),
            dropped={
                **{i: "head" for i in range(self.shoulder(), head + 1) if i not in (*own, anchor)},
                **({} if dateline is None or dateline == anchor else {dateline: "dateline"}),
                **{
                    i: kind
                    for i, kind in self.kinds.items()
                    if kind != "line" and (i < end or self.is_in_home(i) or self.is_signed_at(i, end))
                },
            },
            media=media,
        )

    def is_in_home(self, index: int) -> bool:
        """Whether a block stands in the box of the article's prose, or of its last line, maybe below that."""
        home = self.holder(self.previous) if self.home is None and self.first is not None else self.home
        return home is not None and self.outline.tags[home] not in ROOTS and self.outline.holds(home, index)

    def is_signed_at(self, index: int, end: int) -> bool:
        """Whether a block right below the article says who wrote or sent it, set as a link."""
        return index < end + SIGNED and fields.is_labelled(self.keys[index])

    def without_labels(self, lines: list[int]) -> list[int]:
        """The lines without a label at their end over no files; none where all are files with words before them."""
        while lines and self.kinds.get(lines[-1] + 1) != "file" and _EMPTY.fullmatch(self.keys[lines[-1]]):
            self.kinds[lines.pop()] = "file"
        if not all(self.is_file(index) or words.match("files_label", self.keys[index]) for index in lines):
            return lines
        self.kinds.update(dict.fromkeys(lines, "file"))
        return []

    def is_stated(self, dated: int | None, *, below: bool) -> bool:
        """Whether the page states an article; `below`: whether a line or a picture stands below its head."""
        return (dated is not None or self.is_published) and (below or "file" in self.kinds.values())

    def shoulder(self) -> int:
        """The line that stands over the title in its box, 系列报道之三, where there is one; else the title."""
        over = self.anchor - 1
        if over < 0 or self.anchor != self.title or self.blocks[over].size > TITLE or self.is_link(over):
            return self.anchor
        plain = furniture_id(self.keys[over]) is None
        return over if plain and self.box(over) == self.box(self.anchor) else self.anchor

    def keep_headlines(self) -> None:
        """Keep the links over the paragraphs of a digest, where one stands over each from the first to the last."""
        begun = self.first is not None and self.is_prose(self.first) and self.kinds.get(self.first - 1) != "links"
        said = [index for index in self.lines() if self.is_prose(index) or (begun and self.is_sentence(index))]
        heads = [i - 1 for i in said if self.kinds.get(i - 1) == "links" and self.is_over(i - 1, i)]
        if len(heads) >= DIGEST and len(heads) == sum(heads[0] < index <= heads[-1] + 1 for index in said):
            self.kinds.update(dict.fromkeys(heads, "line"))

    def is_over(self, link: int, index: int) -> bool:
        """Whether a link stands over a block in one box, or begins the item that holds the block."""
        item = self.outline.common(self.blocks[link].element, self.blocks[index].element)
        begins = not self.outline.holds(item, link - 1)
        own = self.holder(index)
        return begins or self.holder(link) in (own, self.outline.parents[own])

    def keep_rows(self) -> None:
        """Keep the rows of links with their days between paragraphs: what an article lists."""
        end = self.region[1]
        last = max((index for index in self.lines() if index < end and self.is_prose(index)), default=0)
        rows = (
            index for index, kind in self.kinds.items() if kind == "links" and self.first and self.first < index < last
        )
        self.kinds.update(dict.fromkeys([index for index in rows if self.is_row(index)], "line"))

    def trim(self) -> None:
        """Take out the lines above and below an article's prose that stand in another box than it."""
        self.kinds.update(dict.fromkeys(self.in_side_boxes(self.lines()), "outside"))
        self.kinds.update(dict.fromkeys(self.in_end_boxes(self.lines()), "outside"))
        if lines := self.lines():
            if self.prose:
                self.trim_around(lines)
            else:
                self.trim_end(lines)

    def in_side_boxes(self, lines: Sequence[int]) -> list[int]:
        """The lines in boxes beside that of a whole article, its dateline and a sentence below: 部门简介, a hint."""
        first = next((index for index in lines if self.is_prose(index)), None)
        if first is None or self.dateline is None or words.match("abstract_label", self.keys[first]):
            return []
        scope = self.scope(first)
        if self.outline.tags[scope] in ROOTS:
            return []
        own = self.prose_in(scope, first)
        foreign: dict[int, bool] = {}
        for index in lines:
            if index > first and not self.outline.holds(scope, index):
                side = self.side(scope, index)
                if side not in foreign:
                    foreign[side] = self.is_side(side, index, own)
        return [i for i in lines if i > first and not self.outline.holds(scope, i) and foreign[self.side(scope, i)]]

    def in_end_boxes(self, lines: Sequence[int]) -> list[int]:
        """The lines in the last boxes below a text that have names of their own, as no other box there has, and hold
        neither prose nor who signs and when: 网站纠错, 顶：4 踩：0.
        """
        first = next((index for index in lines if self.is_prose(index)), None)
        if first is None:
            return []
        sides: dict[int, list[int]] = {}
        for index in lines:
            if index > first:
                sides.setdefault(self.side(self.blocks[first].element, index), []).append(index)
        written = Counter(self.outline.inside[side] for side in sides)
        last = takewhile(
            lambda side: written[self.outline.inside[side]] == 1 and self.is_end_box(side, sides[side], first),
            reversed(sides),
        )
        return [index for side in last for index in sides[side]]

    def is_end_box(self, side: int, held: Sequence[int], first: int) -> bool:
        """Whether an element below the first paragraph has a name, and none of its lines ends an article."""
        named = {"class", "id"}.intersection(self.outline.attributes(side))
        if self.outline.tags[side] not in _SIDES or not named or self.outline.holds(side, first):
            return False
        return not any(
            self.keys[index].rstrip(_CLOSERS).endswith(("。", "!", "?"))
            or self.outline.cell(index)
            or self.describes(index)
            or self.is_file(index)
            or dates.signed([self.keys[index]])
            or fields.is_office(self.keys[index])
            for index in held
        )

    def side(self, scope: int, index: int) -> int:
        """The largest element around a block that does not hold a scope."""
        element = self.blocks[index].element
        top = self.outline.common(scope, element)
        while element != top and self.outline.parents[element] != top:
            element = self.outline.parents[element]
        return element

    def is_side(self, side: int, index: int, own: int) -> bool:
        """Whether a name or a link stands over the prose of an element, and links or little prose in it."""
        index = next(self.around(side, index))
        prose = self.prose_in(side, index)
        if not prose or self.is_prose(index) or self.blocks[index].size > TITLE:
            return False
        if any(map(self.is_answer, self.inside(side, index))):
            # It holds the answer to a letter.
            return False
        links = (self.is_link(i) and not self.is_file(i) for i in self.inside(side, index))
        return prose < max(own, BESIDE) or sum(links) > 1

    def inside(self, element: int, index: int) -> Iterator[int]:
        """The blocks in an element, from one of them on."""
        return takewhile(
            lambda other: self.outline.holds(element, other), range(index, min(len(self.blocks), index + LOOK))
        )

    def prose_in(self, element: int, index: int) -> int:
        """How much prose stands in an element, from a block on (characters)."""
        return sum(self.blocks[i].size for i in self.inside(element, index) if self.is_prose(i))

    def trim_around(self, lines: Sequence[int]) -> None:
        """Take out the lines that stand in another box than the prose."""
        start, end, _ = self.region
        core = [i for i in lines if start <= i < end]
        home = self.home = self.outline.home([i for i in core if self.is_prose(i) and not self.outline.captioned(i)])
        joined = {*core, *(i for i in lines if core and i < start and self.begins(i, core[0]))}
        for way in (range(core[0] - 1, lines[0] - 1, -1), range(core[-1] + 1, lines[-1] + 1)) if core else ():
            joined |= {*takewhile(lambda index: self.goes_on(index, home), way)}
        letter = next(filter(self.is_answer, lines), len(self.blocks))
        joined |= {i for i in lines if letter <= i < start}
        joined |= self.signed_below(max(joined, default=len(self.blocks)))
        joined |= self.captions_beside(joined)
        joined -= self.below_editor(joined)
        joined -= self.of_player(start)
        outside = [i for i in lines if i not in joined or (home is not None and self.in_other_column(i, home))]
        self.kinds.update(dict.fromkeys(outside, "outside"))

    def begins(self, index: int, core: int) -> bool:
        """Whether a line above the prose begins with it: a sentence, or to whom a speech is addressed (同志们：)."""
        ends = ("。",) if index < core - 1 else ("。", ":")
        return self.keys[index].endswith(ends) and self.blocks[index].linked <= 0.5

    def captions_beside(self, text: set[int]) -> set[int]:
        """The captions of pictures that stand right above and right below the text."""

        def is_caption(index: int) -> bool:
            return self.kinds.get(index) == "line" and self.describes(index)

        if not text:
            return set()
        above, below = range(min(text) - 1, self.head, -1), range(max(text) + 1, len(self.blocks))
        return {*takewhile(is_caption, above), *takewhile(is_caption, below)}

    def below_editor(self, text: set[int]) -> set[int]:
        """The captions below the line that signs the article with its editor: their pictures are the page's."""
        below = {*takewhile(self.describes, sorted(text, reverse=True))}
        signed = fields.signature(self.keys[max(text - below)]) if below and below != text else None
        return below if signed is not None and signed.editor else set()

    def describes(self, index: int) -> bool:
        """Whether a block is named or stands as a caption."""
        return self.blocks[index].kind == "caption" or self.outline.captioned(index)

    def signed_below(self, last: int) -> set[int]:
        """The day right below the text that signs it, and the office over that, though they stand in another box."""
        day = last + 1
        if self.kinds.get(day) == "line" and fields.is_office(self.keys[day]):
            day += 1
        signs = self.kinds.get(day) == "line" and any("T" not in day.value for day in dates.signed([self.keys[day]]))
        return set(range(last + 1, day + 1)) if signs else set()

    def trim_end(self, lines: list[int]) -> None:
        """Take lines off the end of an article without prose that stand in a box unlike that of its first line."""
        scope = self.scope(lines[0])
        known = {self.likeness(scope, lines[0])}
        read = len(lines)
        # The day that signs it stays, and so do sentences below a line that is none: the title may stand there again.
        own = [index for index in lines if dates.signed([self.keys[index]])]
        own += [] if self.is_sentence(lines[0]) else filter(self.is_sentence, lines)
        while (
            len(lines) > 1
            and lines[-1] > max(own, default=-1)
            and (like := self.likeness(scope, lines[-1])) not in known
            and like[1].strip(" />")
            and not (self.is_sentence(lines[-1]) and self.are_alike(lines[0], lines[-1]))
        ):
            if len(lines) < read - TAIL or any(self.likeness(scope, i) == like for i in lines[1:-2]):
                break
            self.kinds[lines.pop()] = "outside"

    def are_alike(self, one: int, other: int) -> bool:
        """Whether two blocks are of one class."""
        classes = {self.outline.attributes(self.blocks[index].element).get("class") for index in (one, other)}
        return len(classes) == 1 and None not in classes

    def of_player(self, start: int) -> set[int]:
        """The blocks above the prose that belong to a film's player: what stands between its buttons or in their box,
        and the name of the film over them.
        """
        player = [index for index, kind in self.kinds.items() if kind == "player"]
        if not player:
            return set()
        between = {index for index in self.kinds if player[0] < index < min(start, player[-1])}
        above = [self.blocks[index].element for index in player if index < start]
        box = self.outline.common(above[0], above[-1]) if len(above) > 1 else 0
        if self.outline.holds(box, start):
            return between
        return between | {
            index
            for index in self.kinds
            if index < start
            and not is_sentence(self.keys[index], 10)
            and (self.outline.holds(box, index) or self.outline.common(self.holder(index), box) == self.holder(index))
            and not self.outline.holds(self.holder(index), start)
        }

    def goes_on(self, index: int, home: int | None) -> bool:
        """Whether a block beside an article's prose goes on with it, or is no reason to stop."""
        if home is None:
            return self.kinds[index] in _GOES_ON
        return self.outline.holds(home, index)

    def drop_copies(self) -> None:
        """Take out a second copy of the lines and their head: pages hold one for wide and one for narrow screens."""
        lines = self.lines()
        texts = [self.blocks[index].text for index in lines]
        head = [block.text for block in self.blocks[self.anchor : self.head + 1]]
        begins = (*head[:1], *(text for text in texts[:1] if len(text) >= 10))
        second = next((at for at in range(1, len(texts)) if texts[at] in begins), None)
        if second is None:
            return
        first = {*head, *texts[:second]}
        again = [index for index, text in zip(lines[second:], texts[second:], strict=True) if text in first]
        if len(again) >= 0.8 * min(second, len(lines) - second):
            self.kinds.update(dict.fromkeys(self.outside_copy(lines[:second], set(texts[second:])), "outside"))
            self.kinds.update(dict.fromkeys(again, "copy"))

    def outside_copy(self, lines: Sequence[int], later: set[str]) -> list[int]:
        """The lines before a second copy that stand in another box than the first: they belong to the page."""
        copied = [index for index in lines if self.blocks[index].text in later] or (self.anchor, lines[0])
        home = reduce(self.outline.common, [self.blocks[index].element for index in copied])
        return [index for index in lines if not self.outline.holds(home, index)]

    def in_other_column(self, index: int, home: int) -> bool:
        """Whether a block stands in another column of the table that lays out the page."""
        in_row = self.outline.tags[home] in CELLS and self.outline.holds(self.outline.parents[home], index)
        return in_row and not self.outline.holds(home, index) and not self.is_column(index, home)

    def is_column(self, index: int, home: int) -> bool:
        """Whether a block stands in a cell like that of the text that holds paragraphs, too: the next column."""
        cell = self.outline.cell(index)
        if cell is None or self.outline.attributes(cell) != self.outline.attributes(home):
            return False
        return sum(self.is_prose(other) for other in self.around(cell, index)) > 1

    def around(self, element: int, index: int) -> Iterator[int]:
        """The blocks in an element that holds one of them, near that one."""
        above = takewhile(lambda other: self.outline.holds(element, other), range(index - 1, max(-1, index - LOOK), -1))
        return self.inside(element, min(above, default=index))

    def likeness(self, scope: int, index: int) -> tuple[str, str]:
        """How the box in a scope that holds a block is written: its name and its attributes."""
        element = self.blocks[index].element
        while element > scope and self.outline.parents[element] != scope:
            element = self.outline.parents[element]
        return self.outline.tags[element], self.outline.inside[element]

    def prose_below(self) -> bool:
        """Whether the page's prose stands below the head, with nothing between that ends an article: prose in a box
        beside articles stands behind no line and wall of links.
        """
        start, _, weight = self.region
        if weight < ENOUGH or not self.head < start < self.foot:
            return False
        between = range(self.head + 1, start)
        if self.blocks[start].aside and sum(map(self.is_link, between)) >= WALL:
            plain = (self.keys[i] for i in between if not (self.is_link(i) or self.blocks[i].aside))
            if not all(map(furniture_id, plain)):
                return False
        return not any(map(self.ends_over_prose, between))

    def ends_over_prose(self, index: int) -> bool:
        """Whether a block between head and prose ends the article; comments do below a line that is no link."""
        rule = furniture_id(self.keys[index]) if self.blocks[index].size <= 240 else None
        if rule != "comments" or self.blocks[index].aside:
            return rule in ("previous_next", "footer")
        above = range(max(self.head + 1, index - LOOK), index)
        lines = (not self.is_link(i) and furniture_id(self.keys[i]) is None for i in above)
        return index > self.head + CREDITS and any(lines)

    def shown(self, lines: Sequence[int]) -> int | None:
        """Where the picture or film stands that is the whole article: in the article's own box, with no line in it."""
        at, element = next(((at, element) for at, element in self.outline.media if at > self.head), (None, 0))
        if at is None:
            return None
        scope = self.outline.common(self.blocks[self.anchor].element, element)
        if self.outline.tags[scope] in ROOTS or any(self.outline.holds(scope, index) for index in lines):
            return None if lines else at
        return at

    def dateline_under(self, title: int) -> int | None:
        """The line below the title that says when and from whom."""
        others = 0
        for index in range(title + 1, min(len(self.blocks), title + 1 + NEAR)):
            right_under = index == title + 1
            if self.is_dateline(index, linked=right_under) or (right_under and dates.is_day(self.keys[index])):
                return index
            key = self.keys[index]
            # Who put the text there may stand over its day.
            if words.match("abstract_label", key) or fields.is_label(key) or (right_under and fields.is_dateline(key)):
                continue
            plain = furniture_id(key) is None
            others += self.blocks[index].size >= 8 if self.is_link(index) else plain
            labelled = ":" in key.rstrip(": ") and plain and index not in self.in_boxes
            if others > 2 or labelled or self.begins_article(index):
                return None
        return None

    def begins_article(self, index: int) -> bool:
        """Whether a block is no part of a head: a sentence, a caption, a link to a file."""
        attached = self.is_link(index) and self.is_file(index)
        return attached or self.blocks[index].kind == "caption" or is_sentence(self.keys[index], 10)

    def dateline_over_prose(self) -> int | None:
        """On a page without a title a dateline that stands below some line, over the prose where there is any."""
        start, _, weight = self.region
        above = range(start - 1, max(-1, start - NEAR), -1) if weight >= ENOUGH else range(1, len(self.blocks))
        return next((index for index in above if self.is_under_line(index)), None)

    def is_under_line(self, index: int) -> bool:
        """Whether a line is a dateline with a day, and the one above it may be a title, or a picture is."""
        key, over = self.keys[index], index - 1
        titled = index in self.outline.pictures or (
            over >= 0 and self.blocks[over].linked < 0.5 and furniture_id(self.keys[over]) is None
        )
        return bool(
            titled
            and not self.blocks[index].aside
            and self.is_dateline(index)
            and dates.read(key)
            and not words.match("today", key)
        )

    def is_dated_too(self, index: int, *, in_row: bool) -> bool:
        """Whether a line goes on with the dateline: who, or when published, behind a label; or a cell beside it, which
        may say anything where a row of labels stands over it (`in_row`).
        """
        key = self.keys[index]
        beside = self.outline.are_beside(index - 1, index)
        if (beside and in_row) or self.names_source(index):
            return True
        if fields.is_label(key) and index + 1 < len(self.blocks):
            # Its value is read with it, see `fields.in_boxes`.
            return self.is_dateline(index + 1)
        if not self.is_dateline(index):
            return False
        # The day behind 时间 may be that of an event, unless the dateline has none.
        return beside or bool(fields.byline(key) or not dates.read(self.keys[self.head]))

    def names_source(self, index: int) -> bool:
        """Whether a line is a source that stands alike beside the dateline, as items of one list do: a medium, or an
        office before a further label.
        """
        head, element = self.blocks[self.head].element, self.blocks[index].element
        alike = self.outline.parents[element] == self.outline.parents[head]
        if not (alike or self.holder(index) == self.holder(self.head)):
            return False
        further = index + 1 < len(self.blocks) and self.is_dateline(index + 1)
        return bool(fields.medium(self.keys[index])) or (further and fields.is_office(self.keys[index]))

    def is_dateline(self, index: int, *, linked: bool = False) -> bool:
        """Whether a line says when or from whom, not only which labels a script has yet to fill; a blog's may be a link
        to its own page (`linked`).
        """
        key = self.keys[index]
        if (self.blocks[index].linked >= 0.5 and not linked) or len(key) > 240 or not fields.is_dateline(key):
            return False
        if fields.is_of_event(key, "".join(self.keys[index + 1 : index + 2]), self.keys[index - 1] if index else ""):
            return False
        return bool(dates.read(key) or fields.byline(key))

    def walk(self) -> None:
        """Say of each block after the head what it is, up to the end of the article."""
        links, index = 0, self.head + 1
        while index < len(self.blocks):
            kind = self.kind(index)
            links += kind in ("links", "beside")
            if self.may_end(index, kind, links):
                following = self.resumes(index, kind)
                if following is None:
                    return
                rule = kind if kind in ENDS else "links"
                self.kinds.update(dict.fromkeys(range(index, following), rule))
                index, links = following, 0
                continue
            self.kinds[index] = kind
            if kind in ("line", "file"):
                # The answer to a letter may stand in another box than the letter.
                self.first = index if self.first is None or self.is_answer(index) else self.first
                self.previous, links = index, 0
            index += 1

    def may_end(self, index: int, kind: str, links: int) -> bool:
        """Whether an article may end before a block: at furniture, at a wall of links, where its box ends."""
        ends = kind in ENDS or links >= WALL or (self.first is not None and self.leaves(index, self.first))
        return ends and not self.is_answer(index)

    def is_answer(self, index: int) -> bool:
        """Whether a block is the label of a letter to an office, or of the answer to it."""
        return words.whole("letter_content", self.keys[index]) is not None

    def kind(self, index: int) -> str:
        """What a block is."""
        block = self.blocks[index]
        rule = furniture_id(self.keys[index]) if block.size <= 240 else None
        if self.is_link(index) and rule != "previous_next":
            return self.kind_of_link(index)
        if block.aside and not self.blocks[self.anchor].aside and not self.is_in_article(index):
            return "aside"
        if self.is_asked(index):
            return rule if rule in ENDS else "comment_form"
        if rule is None:
            return self.kind_of_line(index)
        return self.kind_of_rule(index, rule)

    def is_over_file(self, index: int) -> bool:
        """Whether a line is a label over a link to a file and nothing else: 附件：."""
        if not (index + 1 < len(self.blocks) and self.is_link(index + 1) and self.is_file(index + 1)):
            return False
        return words.match("files_label", self.keys[index]) is not None or self.heads_files(index)

    def heads_files(self, index: int) -> bool:
        """Whether a short line heads a box of its own below the article's lines that holds files and nothing else."""
        box = self.box(index)
        held = self.outline.holds(box, index + 1)
        apart = self.first is not None and held and not self.outline.holds(box, self.previous)
        if not apart or self.blocks[index].size > TITLE or self.is_prose(index):
            return False
        return all(self.is_file(other) for other in self.inside(box, index + 1))

    def is_broken_disclaimer(self, index: int) -> bool:
        """Whether a line goes on, behind a line break, with the sentence that a disclaimer below the text began."""
        over = index - 1
        if self.first is None or self.kinds.get(over) != "disclaimer" or not self.keys[over].endswith(","):
            return False
        alike = self.blocks[over].element == self.blocks[index].element
        return alike and furniture_id(self.keys[over]) == "disclaimer"

    def is_empty_label(self, index: int) -> bool:
        """Whether the label of an abstract stands alone in a box over the text: the template's, without an abstract."""
        if self.first is not None or words.whole("abstract_label", self.keys[index].rstrip(":)]】")) is None:
            return False
        return index + 1 < len(self.blocks) and self.holder(index) != self.holder(index + 1)

    def kind_of_line(self, index: int) -> str:
        """What a line is that no rule knows: the owner's name in the foot is none of the article's."""
        behind_links = self.blocks[index - 1].linked > 0.5 or self.kinds.get(index - 1) == "footer"
        if index >= self.foot and (behind_links or self.is_foot(index)):
            return "footer"
        if self.is_over_file(index):
            return "file"
        if self.is_empty_label(index):
            return "empty"
        if self.is_broken_disclaimer(index):
            return "disclaimer"
        if self.first is not None and self.is_prose(self.first) and self.is_day_of_row(index):
            return "links"
        return "beside" if self.is_beside(index, self.previous) else "line"

    def kind_of_link(self, index: int) -> str:
        """What a link is: one to a file may be part of a line, or stand for itself."""
        if not self.is_file(index):
            return "line" if self.is_announced(index) or self.is_written_out(index) else "links"
        inside = self.blocks[index].linked < 0.8 and self.holder(index) == self.holder(self.previous)
        return "line" if inside else "file"

    def is_announced(self, index: int) -> bool:
        """Whether a link is one of those in the article's box that a line over them ends in a colon for, or that are
        numbered right below a paragraph or behind a label of files: what a paper lists, 废止下列文件：, 附件：1..
        """
        over, own = index - 1, self.holder(index)
        if self.kinds.get(over) != "line" or self.outline.tags[own] in ROOTS:
            return False
        if self.holder(over) not in (own, self.outline.parents[own]):
            return False
        if self.keys[over].endswith(":") or (self.is_link(over) and not self.is_written_out(over)):
            return True
        numbered = self.is_prose(over) and _FIRST.match(self.keys[index]) is not None
        files = words.match("files_label", self.keys[index].partition(":")[0]) is not None
        return self.holder(over) == own and (numbered or files)

    def is_written_out(self, index: int) -> bool:
        """Whether a link in the box of the line over it shows its own address, of a page or of a mailbox: an editor
        made it of what the author wrote. 电子邮箱：a@b.cn.
        """
        if _WRITTEN_OUT.search(self.keys[index]) is None or furniture_id(self.keys[index]) not in (None, "address"):
            return False
        over, own = self.holder(index - 1), self.holder(index)
        return self.kinds.get(index - 1) == "line" and over in (own, self.outline.parents[own])

    def kind_of_rule(self, index: int, rule: str) -> str:
        """What a line is that a rule of furniture knows: cells are no furniture, nor who organised an event."""
        if self.in_row(index):
            return "line"
        if rule == "comment_form" and self.in_list(index):
            return "line"
        if rule == "disclaimer" and self.first is None and not self.prose and self.blocks[index].size >= PARAGRAPH:
            # It says on which terms it takes letters: 来稿须为原创……即付稿酬。
            return "line"
        if rule == "contact" or (rule == "footer" and not words.match("foot", self.keys[index])):
            return "footer" if self.is_foot(index) else "line"
        return "tools" if rule == "comments" and self.is_under_head(index) else rule

    def is_under_head(self, index: int) -> bool:
        """Whether a block stands above the article's lines, or right under its head and who wrote it: 没有留言."""
        near = index <= self.head + CREDITS and not any(map(self.is_sentence, self.lines()))
        return near or self.first is None

    def in_row(self, index: int) -> bool:
        """Whether a block is a cell beside one that is neither link nor furniture."""
        cell = self.outline.cell(index)
        if cell is None or self.outline.are_beside(self.head, index):
            return False
        row = self.outline.parents[cell]
        for other in (index - 1, index + 1):
            if 0 <= other < len(self.blocks) and not self.is_link(other) and furniture_id(self.keys[other]) is None:
                beside = self.outline.cell(other)
                if beside not in (None, cell) and self.outline.parents[beside or 0] == row:
                    return True
        return False

    def in_list(self, index: int) -> bool:
        """Whether a block stands between the article's last line and another line in one box: what to fill in."""
        following = index + 1
        if self.first is None or self.previous != index - 1 or following >= len(self.blocks):
            return False
        own = self.holder(index)
        alike = self.holder(self.previous) == own == self.holder(following)
        return alike and furniture_id(self.keys[following]) is None and not self.is_link(following)

    def leaves(self, index: int, first: int) -> bool:
        """Whether a block stands outside the smallest element that holds the title and the article's first line."""
        start, end, _ = self.region
        if self.prose and start <= index < min(end, self.foot):
            return False
        scope = self.scope(start if self.prose and self.previous >= start else first)
        if index >= self.foot and self.outline.tags[scope] in ROOTS:
            scope = self.outline.common(self.box(first), self.box(self.previous))
        if self.outline.tags[scope] in ROOTS or self.outline.holds(scope, index):
            return False
        if index >= self.foot:
            return True
        size = {True: 0, False: 0}
        for other in (*range(first, min(first + LOOK, index)), *range(index, min(len(self.blocks), index + NEAR))):
            inside = self.outline.holds(scope, other)
            if self.is_prose(other) or (inside and not self.is_link(other)):
                size[inside] += self.blocks[other].size
        return size[False] <= size[True]

    def resumes(self, index: int, kind: str) -> int | None:
        """The block with which the article goes on behind one that seems to end it; None where it has ended."""
        if self.prose and index < self.region[1]:
            later = self.resumes_prose(index, kind)
            return None if later is None else self.begins_over(later, index)
        return None if self.first is None else self.resumes_in(self.first, index)

    def resumes_prose(self, index: int, kind: str) -> int | None:
        """Where the page's prose begins or goes on, if that belongs to what was read above it."""
        start, end, weight = self.region
        begun = self.previous >= start
        # Only what was read above the prose can be too little for an article.
        read = [] if begun else self.lines()
        small = bool(read) and sum(self.blocks[i].size for i in read) < 0.1 * weight
        small = not begun and (small or self.first is None)
        if not begun and not small and not self.outline.holds(self.scope(self.first), start):
            return None
        if small:
            self.kinds.update(dict.fromkeys(read, "beside"))
        if begun and kind in ENDS:
            return self.resumes_near(index, kind)
        near = self.resumes_near(index, kind) if begun else None
        later = next((i for i in range(max(index + 1, start), end) if self.may_begin(i, begun=begun)), None)
        return min((i for i in (near, later) if i is not None), default=None)

    def resumes_near(self, index: int, kind: str) -> int | None:
        """The next block of the page's prose in the box of the last line; behind related articles, which may be set
        into a text, in the box of the paragraphs above.
        """
        start, end, _ = self.region
        own, home = self.holder(self.previous), None
        if kind == "related":
            home = self.outline.home(list(filter(self.is_prose, range(start, index))))
        for later in range(index + 1, end):
            near = self.holder(later) == own or (home is not None and self.outline.holds(home, later))
            if near and not self.is_link(later):
                return later
        return None

    def may_begin(self, index: int, *, begun: bool) -> bool:
        """Whether a block is prose, or with a sentence of any length the text begins: the lines of a poem are short."""
        return self.is_prose(index) or (not begun and self.is_sentence(index))

    def begins_over(self, first: int, index: int) -> int:
        """The first of the lines that stand right over the first paragraph in its box, below a block: 各位会员：."""
        own = self.holder(first)
        if self.outline.tags[own] not in ROOTS:
            while first - 1 > index and self.holder(first - 1) == own and not self.is_link(first - 1):
                first -= 1
        return first

    def resumes_in(self, first: int, index: int) -> int | None:
        """A long paragraph below, in the box that holds the lines which were read; behind a box that is set into that
        of the last line a sentence of any length.
        """
        own = self.box(self.previous)
        inset = self.outline.tags[own] not in ROOTS and self.box(index) != own and self.outline.holds(own, index)
        home = self.outline.common(self.box(first), own)
        if self.outline.tags[home] in ROOTS:
            return None
        for later in range(index + 1, len(self.blocks)):
            if not self.outline.holds(home, later):
                return None
            if self.is_prose(later) and self.blocks[later].size >= PARAGRAPH and self.box(later) in (home, own):
                return later
            if inset and self.box(later) == own and self.is_sentence(later) and self.keys[later].endswith("。"):
                return later
        return None

    def scope(self, first: int | None) -> int:
        """The smallest element that holds the title and the article's first line."""
        if first is None:
            return 0
        return self.outline.common(self.blocks[self.anchor].element, self.blocks[first].element)

    def is_beside(self, index: int, previous: int) -> bool:
        """Whether a line heads or names a box of links or the foot, which the article's last line is not in."""
        if self.is_prose(index) or not self.is_over_link(index):
            return False
        element = self.blocks[index].element
        top = self.outline.common(element, self.blocks[previous].element)
        while element != top:
            if self.leads_away(element, index):
                return True
            element = self.outline.parents[element]
        return False

    def is_over_link(self, index: int) -> bool:
        """Whether a link stands soon after a block."""
        first = index + 1
        # Tabs stand over the links: 热点, 本地, 图片.
        while first < min(len(self.blocks), index + TABS) and self.blocks[first].size <= TAB:
            first += 1
        return any(self.is_link(other) for other in range(index + 1, min(len(self.blocks), first + 2)))

    def leads_away(self, element: int, index: int) -> bool:
        """Whether an element holds links and hardly anything else, from a block on."""
        links = linked = plain = 0
        for other in range(index, min(len(self.blocks), index + LOOK)):
            if not self.outline.holds(element, other):
                break
            block = self.blocks[other]
            if self.is_prose(other):
                return False
            if self.is_link(other) and not self.is_file(other):
                # One line may hold a list's links.
                links += 1 + (block.size > TITLE and self.blocks[index].kind == "heading")
                linked += block.size
            elif not self.is_day_of_row(other):
                plain += block.size
        return links >= 2 and linked > plain

    def is_foot(self, index: int) -> bool:
        """Whether a line stands in the page's foot, in another box than the article's last line, or on a page without
        boxes in one that is written otherwise.
        """
        own = self.blocks[self.previous].element
        box = own if self.outline.tags[own] in ROOTS else self.box(self.previous)
        if index < self.foot or self.outline.tags[box] not in ROOTS:
            return index >= self.foot and not self.outline.holds(box, index)
        return self.likeness(box, index) != self.likeness(box, self.previous)

    def is_link(self, index: int) -> bool:
        """Whether a block is a link, or one with its day, as rows of lists are; a paragraph inside one is none."""
        block = self.blocks[index]
        if not block.links:
            return False
        if block.linked <= 0.5:
            return self.is_row(index)
        if block.text.endswith("。"):
            return not is_sentence(block.text, 10)
        return block.size < PARAGRAPH or not block.text.endswith(SAID)

    def is_row(self, index: int) -> bool:
        """Whether a day stands before or behind a line's link, and nothing else."""
        block = self.blocks[index]
        if block.links < LINK or block.size - block.links > DAY:
            return False
        first, _, rest = self.keys[index].partition(" ")
        start, _, last = self.keys[index].rpartition(" ")
        beside = ((first, rest), (last, start))
        return any(len(words) >= block.links >= len(words) - 2 and dates.is_day(d) for d, words in beside)

    def is_day_of_row(self, index: int) -> bool:
        """Whether a day stands alone below a link, as in the row above it or below."""
        return self.is_link_and_day(index) and (self.is_link_and_day(index - 2) or self.is_link_and_day(index + 2))

    def is_link_and_day(self, index: int) -> bool:
        """Whether a block is a day and nothing else, and the one above it a link."""
        return 0 < index < len(self.blocks) and dates.is_day(self.keys[index]) and self.is_link(index - 1)

    def is_file(self, index: int) -> bool:
        """Whether a block names a file that the page links to."""
        return FILE_NAME.search(self.blocks[index].text) is not None or any(
            name in self.blocks[index].text for name in self.files
        )

    def is_sentence(self, index: int) -> bool:
        """Whether a block is a sentence of any length, and no link."""
        return is_sentence(self.keys[index], 8) and not self.is_link(index)

    def is_prose(self, index: int) -> bool:
        """Whether a block is a sentence of some length."""
        block = self.blocks[index]
        if block.size < PROSE or (block.links and self.is_link(index)):
            return False
        return "，" in block.text or "。" in block.text or _MARKS.search(block.text) is not None

    def box(self, index: int) -> int:
        """The element that holds a block among others."""
        element = self.blocks[index].element
        return self.outline.parents[element]
