"""Lines of a page and what its head states -> the article's title.

Every line that may be a title is weighed by what speaks for it and against it: what the head says, where the line
stands, how it is set. `title.toml` has the weights.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from html import unescape
from itertools import chain, takewhile

from archive.text import dates, words
from archive.text.chinese import han, likened
from archive.text.fields.captions import NUMBERED, is_caption
from archive.text.fields.datelines import as_dateline
from archive.text.fields.head import ENTITY, Head, bare_lines, head_parts, is_site_name, without_marks
from archive.text.fields.labels import byline, is_dateline, is_label
from archive.text.fields.people import alone, is_office
from archive.text.lines import furniture_id, is_sentence, narrow
from archive.text.looks import Look, looks
from archive.text.outline import Outline

# A longer line is no title.
LONGEST = 100
# A shorter one may be a word of the page.
SHORT = 4
# What a head says is a site's name up to so many Han characters, if no line of the page says it.
SITE_NAME = 12
# A block is a link with so large a share of link text; a title is written in Han characters, most of it.
LINKED, FEW_HAN = 0.5, 0.6
# A link of a menu has at least so many characters, and the name of a column at most; a title is longer than that of its
# column by so many.
MENU, LONGER = 8, 2
# So many lines from the first sentence on tell how the text is set.
PROSE = 40
# So many words make a menu though none is a link.
ITEMS = 3
# A sentence of a short notice has at least so many characters.
SENTENCE = 12
# Between a title and its dateline stand at most so many lines, a subtitle and the tools of the page, of so many
# characters.
BETWEEN = 3
UNDER = 40
# So many lines below one that heads a box tell what else it holds.
NEAR = 4
# A box that is a title's has at most so many lines.
LINES = 3
# A bare day has so many characters: [2020年12月12日].
DAY = 13
# What stands beside a title in brackets has at most so many.
BESIDE = 30

# What parts the names of a site and its columns in one line.
_STEPS = re.compile("[·|/>_-]")
_CLAUSE_ENDS = ("。", ";", ":", ",")
_SUBTITLE = re.compile(r"[—–\-]{1,3}\s?\S.{2,60}")
_CUT = ("...", "…")
_TITLE_LABEL = re.compile(
    r"(?:(?:文章|信息|新闻|信件|来信|留言|咨询|诉求|问题)?标\s?题|题名|(?:信件|来信|留言|咨询)主题|(?:公告)?主旨):?"
)
_TITLE_LABELLED = re.compile(rf"\A(?:{_TITLE_LABEL.pattern.removesuffix(':?')}|標\s?題)[:：]\s*(?=.{{4}})")
# A label of a time, in any words: 回复时间.
_TIME_LABELS = ("时间", "日期")
_DASH = ("—", "–", "-", "－")
# The day beside a title, in brackets or behind a space.
_OPEN, _CLOSED, _DAY_ENDS = frozenset("([（【"), frozenset(")]）】"), frozenset("0123456789日号")
_DAY_BEHIND = _CLOSED | _DAY_ENDS
_SPACE, _BARS = re.compile(" (?=[0-9０-９〇零○一二三四五六七八九十壹贰叁肆伍陆柒捌玖])"), " |｜丨"
_FARMED = re.compile(r"\A([^()（）]{2,12})[(（](.{6,})[)）]")
_PART = re.compile(r"\(\d{1,3}\)$|第\d{1,3}页$")

# How a line is set: so far it stands out from the text, see `Look.above`.
LOOKS = {"set_out": 0.0, "set_far": 0.3}
# That a dateline stands under a line, by the names of this evidence.
OVER_DAYS = ("over_day", "right_over_day", "stated_over_day")


def tidy(title: str) -> str:
    """A title as a reader sees it: entities that were escaped twice undone, a farm's search words gone.

    >>> tidy("同心向党&nbsp;携手奋进"), tidy("泸县(泸县:“统”舟共济抗疫情,“战”不旋踵一条心)")
    ('同心向党 携手奋进', '泸县:“统”舟共济抗疫情,“战”不旋踵一条心')
    """
    if "&" in title and ENTITY.search(title):
        title = " ".join(unescape(title).split())
    title = part_day(_TITLE_LABELLED.sub("", title.rstrip("-_| ") or title, count=1))[0]
    match = _FARMED.fullmatch(title) if title.endswith((")", "）")) else None
    return match[2] if match and match[1] in match[2] and len(match[2]) >= 2 * len(match[1]) else title


def part_day(title: str) -> tuple[str, str]:
    """A title without the day that stands before or behind it, and that day; empty where there is none.

    >>> part_day("【2010-08-25】一渠清水润万家"), part_day("春运(2010年)")
    (('一渠清水润万家', '2010-08-25'), ('春运(2010年)', ''))
    """
    if title[:1] in _OPEN and (end := next((i for i, mark in enumerate(title[:20]) if mark in _CLOSED), 0)):
        said, rest = title[1:end], title[end + 1 :]
    elif title[-1:] in _CLOSED:
        begin = max(map(title.rfind, _OPEN))
        said, rest = title[begin + 1 : -1], title[: max(begin, 0)]
    elif title[-1:] in _DAY_ENDS and " " in title:
        return _before_day(title)
    else:
        return title, ""
    # Beside most days of a list stands no title.
    found = dates.find_day(said := narrow(said)) if len(rest) >= SHORT else None
    if found is None:
        return title, ""
    who = f"{said[: found.start]}{said[found.end :]}".strip(" ·|/,，、")
    if who and not is_office(likened(who)):
        # Other words are part of it: 《宗教事务条例》（2004年11月30日国务院令第426号公布）.
        return title, ""
    return rest.strip(_BARS), f"{who} {said[found.start : found.end]}".lstrip()


def _before_day(title: str) -> tuple[str, str]:
    """A title before the day with which it ends, behind a space, and that day; empty where it ends otherwise."""
    for space in _SPACE.finditer(title, max(SHORT, len(title) - BESIDE)):
        if dates.is_day(day := narrow(title[space.end() :])):
            return title[: space.start()].strip(_BARS), day
    return title, ""


def choose(
    outline: Outline, keys: Sequence[str], shown: Sequence[str], stated: Sequence[str], columns: Sequence[str]
) -> range:
    """The blocks that are the article's title; none where no line has enough for it.

    Args:
        outline: the page.
        keys: the text of its blocks for comparing.
        shown: the same before Traditional characters were replaced.
        stated: titles as its head states them, best first.
        columns: what the page calls its columns and its site.
    """
    lines = Lines(outline, keys, shown, stated, columns)
    chosen = lines.choose()
    return range(0) if chosen is None else lines.together(chosen) or lines.joined(chosen)


class Lines:
    """The lines of one page, for finding its title.

    `bares` are what they say as titles, `names` those of columns and of the site, `first` and `last` the first and the
    last sentence. `heads` are the titles that the head states, `told` whether one says more than a site's name may;
    `known` is what they say for each line that was asked.
    """

    def __init__(
        self,
        outline: Outline,
        keys: Sequence[str],
        shown: Sequence[str],
        stated: Sequence[str],
        columns: Sequence[str],
    ) -> None:
        self.outline, self.blocks, self.keys = outline, outline.blocks, keys
        # Longer lines are none, however long.
        lines = zip(shown, self.blocks, strict=True)
        self.bares = without_marks(["" if block.size > LONGEST else _bare(line, block.links) for line, block in lines])
        linked = (i for i, block in enumerate(self.blocks) if block.linked >= LINKED)
        self.names = {*bare_lines(columns), *(self.bares[i] for i in linked)}
        self.heads = [Head(title) for title in dict.fromkeys(stated)]
        self.known: dict[str, str] = {}
        self.asked: set[int] = set()
        self.told = any(han(title_of(head, None, columns) or "") > SITE_NAME for head in stated)
        every = range(len(keys))
        prose = list(filter(self.is_prose, every))
        self.last = prose[-1] if prose else None
        home = self.outline.home(prose)
        inner = (i for i in prose if not self.blocks[i].aside and (home is None or self.outline.holds(home, i)))
        self.first = next(chain(inner, prose), None)

    def is_prose(self, index: int) -> bool:
        """Whether a line is a sentence; a title may end in a bracket or a question mark."""
        block = self.blocks[index]
        return block.linked < LINKED and is_sentence(self.keys[index], SENTENCE) and not may_be_title(block.text)

    def choose(self) -> int | None:
        """The line with the most weight; None where none has more than a page without a title."""
        weights = words.weights("title_weights")
        weighed = self.weighed(weights)
        least = weights["none"]
        best = max((least, *weighed.values()))
        # How lines are set takes longest to read: it is asked where it could change the choice.
        most = sum(weights[name] for name in LOOKS)
        near = [i for i in weighed if weighed[i] + most > best]
        self.asked.update(near if len(near) > 1 or best == least else ())
        for i in self.asked:
            weighed[i] += sum(weights[name] for name in self.set_out(i))
        chosen = max(weighed, key=lambda i: weighed[i], default=None)
        return chosen if chosen is not None and weighed[chosen] > least else None

    def together(self, index: int) -> range:
        """Several lines, this one among them, that are together what the head states; none if they are not."""
        if not any(head.goes_on(self.bares[index]) for head in self.heads):
            return range(0)
        least, most = max(0, index + 1 - LINES), min(len(self.bares), index + LINES)
        spans = (
            range(first, last) for last in range(most, index, -1) for first in range(least, min(index + 1, last - 1))
        )
        plain = (
            span
            for span in spans
            if len(span) <= LINES
            and all(self.bares[i] and not (self.blocks[i].links or is_subtitle(self.blocks[i].text)) for i in span)
        )
        said = (span for span in plain if self.said("".join(self.bares[i] for i in span)) == "stated")
        return next(said, range(0))

    def joined(self, index: int) -> range:
        """The lines that are set as one title with this one; of lines that look like any other that which the head
        states, and those behind it.
        """
        alone = self.blocks[index].kind != "heading" and self.said(self.bares[index]) == "stated"
        last = _ending(self.outline, index)
        return range(index if alone else opening(self.outline, last), last + 1)

    def weighed(self, weights: dict[str, float]) -> dict[int, float]:
        """The weights, without that of their looks, of the lines that may be a title and could have the most."""
        found: dict[int, float] = {}
        best = weights["none"]
        later = sum(weights[name] for name in (*OVER_DAYS, *LOOKS))
        bounds = {i: later + sum(weights[name] for name in self.quick(i)) for i in self.possible()}
        for i in sorted(bounds, key=lambda i: -bounds[i]):
            # Sums of the same weights differ in their last digits.
            if bounds[i] < best - 1e-6:
                break
            if self.is_candidate(i):
                found[i] = sum(weights[name] for name in self.evidence(i))
                best = max(best, found[i])
        return {i: found[i] for i in sorted(found)}

    def possible(self) -> list[int]:
        """The lines that may be a title by their length and by where they stand: no link, no line of the text."""
        sized = (i for i, bare in enumerate(self.bares) if 2 <= len(bare) <= LONGEST)
        plain = (i for i in sized if not (self.blocks[i].links and self.is_link(i)))
        return [i for i in plain if self.first is None or i <= self.first or self.is_marked(i)]

    def is_candidate(self, index: int) -> bool:
        """Whether a line that may be a title reads like one: no dateline, no label, no line of the text."""
        block, key, bare = self.blocks[index], self.keys[index], self.bares[index]
        if dates.is_day(key) or is_label(key) or self.is_value(index):
            return False
        if (said := self.said(bare)) == "stated":
            return True
        if len(bare) < SHORT and not (may_be_title(block.text) or index in self.over_text or self.is_over(index)):
            return False
        other = is_subtitle(block.text) or _is_other(key, held=bool(said)) or (not said and self.is_within(index))
        return not other and (self.is_marked(index) or self.is_likely(index))

    def is_within(self, index: int) -> bool:
        """Whether a line stands below a sentence in one box, or below words that announce it: a subhead, a point."""
        box = self.outline.holder(index)
        above = (i for i in range(max(0, index - NEAR), index) if self.outline.holder(i) == box)
        return any(self.is_prose(i) or (self.keys[i].endswith(":") and "," in self.keys[i]) for i in above)

    def is_link(self, index: int) -> bool:
        """Whether a line, or part of it, is a link; a heading may be one that the head states, and lead to itself."""
        block = self.blocks[index]
        if block.linked >= LINKED:
            return block.kind != "heading" or self.said(self.bares[index]) != "stated"
        return block.links > 0 and block.kind != "heading" and not self.said(self.bares[index])

    def is_marked(self, index: int) -> bool:
        """Whether the head says a line, or its look marks it as a title."""
        return self.blocks[index].kind == "heading" or bool(self.said(self.bares[index])) or self.is_classed(index)

    def is_likely(self, index: int) -> bool:
        """Whether a line reads like a title, without the day beside it; or stands over who wrote it and when: 故乡."""
        bare, text = self.bares[index], self.blocks[index].text
        return may_be_title(text) or may_be_title(part_day(text)[0]) or (han(bare) == len(bare) and self.is_over(index))

    def is_value(self, index: int) -> bool:
        """Whether a line is the value of a label in the cell before it, which is none of a title."""
        label = self.keys[index - 1] if index else ""
        return is_label(label) and self.outline.are_beside(index - 1, index) and not _TITLE_LABEL.fullmatch(label)

    def said(self, bare: str) -> str:
        """What the head says for a line, see `Head.says`."""
        if (known := self.known.get(bare)) is None:
            said = {head.says(bare) for head in self.heads}
            known = self.known[bare] = next((word for word in ("stated", "held") if word in said), "")
        return known

    def evidence(self, index: int) -> Iterator[str]:
        """What speaks for a line, or against it, by the names in `title.toml`."""
        key, bare, dated = self.keys[index], self.bares[index], self.is_dated(index)
        named = all(part in self.names for part in _STEPS.split(bare) if part)
        ended = all(map(_is_site, _STEPS.split(key)))
        facts = {
            "over_day": dated,
            "right_over_day": dated and self.is_right_over(index),
            "stated_over_day": dated and self.said(bare) == "stated",
            "apart": not dated and self.is_apart(index),
            "column": self.is_over_title(index),
            "menu": index in self.over_text and self.is_over_menu(index),
            "row": index + 1 < len(self.keys) and self.outline.are_beside(index, index + 1),
            "name": named,
            "site": ended,
            "named_site": named and ended and not dated,
            "office": is_office(key),
            "few_han": han(bare) < FEW_HAN * len(bare),
        }
        return chain(self.quick(index), (name for name, holds in facts.items() if holds))

    def quick(self, index: int) -> Iterator[str]:
        """The part of the evidence that takes no time to read; of the rest `OVER_DAYS` and `LOOKS` alone speak for a
        line.
        """
        block, bare, prose = self.blocks[index], self.bares[index], self.first is not None
        said = self.said(bare)
        facts = {
            said or "unsaid": bool(said) or self.told,
            "classed": block.kind != "heading" and self.is_classed(index),
            "labelled": index > 0 and _TITLE_LABEL.fullmatch(self.keys[index - 1]) is not None,
            "over_text": index in self.over_text,
            "below": prose and index > (self.first or 0),
            "beneath": prose and index > (self.last or 0),
            "short": SHORT <= len(bare) <= MENU,
            "aside": block.aside,
        }
        return (name for name, holds in facts.items() if holds)

    @cached_property
    def over_text(self) -> range:
        """The lines over the first sentence, with no link between the two."""
        first = self.first or 0
        above = range(first - 1, -1, -1)
        return range(next((i + 1 for i in above if self.blocks[i].linked >= LINKED), 0), first)

    def is_apart(self, index: int) -> bool:
        """Whether a line heads a box that does not hold the first sentence, and holds more than days."""
        if self.first is None or self.first <= index + 1:
            return False
        box = self.outline.holder(index)
        own = range(index + 1, min(self.first, index + 1 + NEAR))
        said = (self.keys[i] for i in own if self.outline.holds(box, i))
        return not self.outline.holds(box, self.first) and any(
            not (dates.read(key) or is_dateline(key)) for key in said
        )

    def is_over_title(self, index: int) -> bool:
        """Whether a line that is short, or a site's name, stands over a longer one that may be the title: over the same
        dateline, or over a heading right below. The line then names its column.
        """
        longer = len(self.bares[index]) + LONGER
        if longer > MENU and not _is_site(self.keys[index]):
            return False
        near = range(index + 1, min(len(self.keys), index + 1 + BETWEEN))
        below = takewhile(lambda i: not is_sentence(self.keys[i], SENTENCE), near)
        return any(
            longer <= len(self.bares[i])
            and self.blocks[i].linked < LINKED
            and may_be_title(self.blocks[i].text)
            and not (is_subtitle(self.keys[i]) or alone(self.keys[i]) or words.whole("media", self.keys[i]))
            and (self.is_right_over(i) or (i == index + 1 and self.blocks[i].kind == "heading"))
            for i in below
        )

    def is_over_menu(self, index: int) -> bool:
        """Whether words of a menu that are no links stand below a line."""
        below = self.blocks[index + 1 : index + 1 + ITEMS + 1]
        return sum(1 < block.size <= MENU for block in below) >= ITEMS

    def set_out(self, index: int) -> list[str]:
        """How far a line stands out from the text by its look, by the names in `LOOKS`."""
        above = self.looks[index].above(self.text_look) if index < len(self.looks) else 0.0
        return [name for name, least in LOOKS.items() if above > least]

    @cached_property
    def looks(self) -> list[Look]:
        """How each line is set, up to some sentences of the text; none is asked for behind the last of these."""
        near = range(min(len(self.keys), (self.first or len(self.keys)) + PROSE))
        asked = (i for i in reversed(near) if i in self.asked or is_sentence(self.keys[i], SENTENCE))
        return looks(self.outline, next(asked, -1) + 1)

    @cached_property
    def text_look(self) -> Look:
        """How most sentences are set."""
        said = Counter(look for look, key in zip(self.looks, self.keys, strict=False) if is_sentence(key, SENTENCE))
        return said.most_common(1)[0][0] if said else Look()

    def is_classed(self, index: int) -> bool:
        """Whether a line stands in a box that is named for titles."""
        element = self.blocks[index].element
        return _names_title(self.outline.inside[element]) and _names_title(
            self.outline.attributes(element).get("class", "")
        )

    def is_dated(self, index: int) -> bool:
        """Whether a dateline stands under a line."""
        return self.is_over(index) or (self.is_right_over(index) and _heads(index + 1, self.keys))

    def is_right_over(self, index: int) -> bool:
        """Whether the next line is a dateline, whatever its manner."""
        return index + 1 < len(self.keys) and is_dateline(as_dateline(self.keys[index + 1]))

    def is_over(self, index: int) -> bool:
        """Whether a dateline stands under a line, not beside it in its row, with no link and no prose between."""
        blocks = self.blocks
        for following in range(index + 1, min(len(blocks), index + 1 + BETWEEN)):
            block = blocks[following]
            key = as_dateline(self.keys[following])
            # Labels alone, 分类：工作动态, may stand over it.
            if is_dateline(key) and (dates.read(key) or byline(key)):
                return not self.outline.are_beside(index, following)
            # A heading is the one over the dateline.
            heading = block.kind == "heading" != blocks[index].kind
            if not is_dateline(key) and (heading or block.linked >= LINKED or block.size > UNDER or ">" in key):
                return False
        return False


def _bare(line: str, links: int) -> str:
    """A line without the day beside it, and the column that stands before it, a link of so many characters, and its
    colon.
    """
    if links and ":" in line:
        column, _, title = line.partition(":")
        line = title.strip() if len(column.replace(" ", "")) == links else line
    # Most lines have no day.
    return part_day(line)[0] if line[:1] in _OPEN or line[-1:] in _DAY_BEHIND else line


def _is_site(name: str) -> bool:
    """Whether words name a site or a column, by how they end."""
    return words.whole("site", name.strip()) is not None or is_site_name(name)


def _is_other(key: str, *, held: bool) -> bool:
    """Whether a line that the head does not state is a dateline, a person's name, furniture, or cut short; if the head
    does not hold it either, a point of the text.
    """
    if key.endswith((*_CUT, *_TIME_LABELS)) or (not held and NUMBERED.match(key)):
        return True
    return bool(furniture_id(key) or is_dateline(part_day(key)[0]) or alone(key))


# The rows of a list have the same attributes.
@lru_cache(maxsize=4096)
def _names_title(attributes: str) -> bool:
    """Whether attributes name a box for titles."""
    return words.match("title_class", attributes) is not None


def _heads(index: int, keys: Sequence[str]) -> bool:
    """Whether a dateline says more than a day, goes on in the next line, or stands right over prose."""
    below = keys[index + 1 : index + 2]
    return len(keys[index]) > DAY or any(is_dateline(key) or is_sentence(key, 10) for key in below)


def opening(outline: Outline, last: int) -> int:
    """The first block of a title whose last one is known, see `_joins`."""
    first = last
    while first and _joins(outline, first - 1, last):
        first -= 1
    return first


def _ending(outline: Outline, first: int) -> int:
    """The last block of a title, see `_joins`."""
    last = first
    while last + 1 < len(outline.blocks) and _joins(outline, last + 1, first):
        last += 1
    return last


def _joins(outline: Outline, line: int, title: int) -> bool:
    """Whether a line is part of a title: in one heading with it, or, as large, in one box that holds hardly more."""
    blocks = outline.blocks
    block = blocks[line]
    if is_subtitle(block.text) or is_dateline(block.text):
        return False
    if _are_pair(outline, line, title):
        return alone(block.text) is None and block.size <= UNDER
    if block.element != blocks[title].element:
        return False
    if block.kind == "heading":
        return True
    own = [other for other in blocks[max(0, title - LINES) : title + LINES + 1] if other.element == block.element]
    key = narrow(block.text)
    plain = not block.links and not NUMBERED.match(key) and furniture_id(key) is None and alone(key) is None
    if len(own) > LINES or not plain:
        return False
    looked = looks(outline, max(line, title) + 1)
    return looked[line].size == looked[title].size


def _are_pair(outline: Outline, line: int, title: int) -> bool:
    """Whether two paragraphs, one below the other, have a class that no other line of the page has."""
    look = outline.look(title)
    if outline.look(line) != look or outline.blocks[title].kind != "text" or "class" not in look[1]:
        return False
    return [i for i in range(len(outline.blocks)) if outline.look(i) == look] == sorted((line, title))


def is_subtitle(line: str) -> bool:
    """Whether a line after a title continues it: ——记某某."""
    return line.startswith(_DASH) and _SUBTITLE.fullmatch(narrow(line)) is not None and not line.endswith("。")


def may_be_title(line: str) -> bool:
    """Whether a line could be an article's title: short, no sentence, no number before it.

    >>> may_be_title("四川统一战线在行动"), may_be_title("一、高度重视"), may_be_title("疫情发生以来,全县行动。")
    (True, False, False)
    """
    if len(line) > 80 or "。" in line:
        return False
    text = narrow(line)
    return text.replace(" ", "") in words.listed("genre") or (
        len(text) >= SHORT
        and han(text) >= SHORT - 1
        and not text.endswith(_CLAUSE_ENDS)
        and not NUMBERED.match(text)
        and not is_caption(line)
        and not is_dateline(line)
    )


def is_keyword_line(line: str, title: str, text: str) -> bool:
    """Whether a farm put a list of search words before the title: `疫情,防控,联会泸县(...)`."""
    if "," not in line and "，" not in line:
        return False
    line, title = narrow(line).replace(" ", ""), narrow(title).replace(" ", "")
    if not title or line == title or not line.endswith((title, f"({title})")):
        return False
    found = [word for word in re.split(r"[,、|_]", line[: line.rindex(title)].strip("(,、")) if word]
    return (
        1 <= len(found) <= 6
        and "," in line[: -len(title)]
        and all(len(word) <= 12 for word in found)
        and any(word in text for word in found)
    )


def repeats(lines: Sequence[str], title: str) -> int:
    """How many of the lines, from the first, say the title again, whole or with the number of a page behind it.

    >>> repeats(["市委统战部召开", "工作会", "会议强调"], "市委统战部召开工作会"), repeats(["工作会（3）"], "工作会")
    (2, 1)
    """
    whole, said = _without_part(title), ""
    # Most lines begin otherwise.
    for count, line in enumerate(lines[:3], 1):
        if not said and whole[:1] != narrow(line[:1]):
            break
        said += narrow(line).replace(" ", "")
        if said == whole or _PART.sub("", said) == whole:
            return count
        if not whole.startswith(said):
            break
    return 0


@lru_cache(maxsize=64)
def _without_part(title: str) -> str:
    """A title in its narrow form, without spaces and the number of a page."""
    return _PART.sub("", narrow(title).replace(" ", ""))


def title_of(head: str, site: str | None, columns: Sequence[str] = (), shown: str = "") -> str | None:
    """The title that a `title` element states, without the names of site and columns; None where it states no other.

    Args:
        head: its text.
        site: the site's name, where it is known.
        columns: what the page calls its columns and its site.
        shown: the lines of the page for comparing; of several pieces the one that stands there is the title.

    >>> title_of("统战部召开会议_统战时讯_四川统一战线", None), title_of("四川统一战线", None)
    ('统战部召开会议', None)
    """
    parts = head_parts(head)
    bares = bare_lines([*parts, *columns, site or ""])
    known = set(filter(None, bares[len(parts) :]))
    other = (part for part, bare in zip(parts, bares, strict=False) if bare not in known)
    named = [part for part in other if not is_site_name(part) and not words.whole("no_title", part)]
    stand = [part for part in named if narrow(part) in shown] if shown and len(named) > 1 else []
    best = next(iter(stand or named), "")
    return best if may_be_title(best) else None
