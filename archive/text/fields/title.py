"""Lines of a page and what its head states -> the article's title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from html import unescape
from itertools import chain, islice, takewhile
from typing import NamedTuple

from archive.text import dates, words
from archive.text.blocks import Block
from archive.text.chinese import han
from archive.text.fields.captions import NUMBERED, is_caption
from archive.text.fields.datelines import as_dateline
from archive.text.fields.labels import byline, is_dateline, is_label
from archive.text.fields.people import alone, is_office
from archive.text.lines import furniture_id, is_sentence, narrow, narrow_lines
from archive.text.looks import Look, looks
from archive.text.outline import Outline

# A longer line is no title.
LONGEST = 100
# A heading of so few characters needs a head that says the same, or a dateline under it.
SHORT = 4
# A line of so many with which the head ends is more than a name.
ENDING = 8
# A link with so many leads to a column.
COLUMN_NAME = 12
# What a head says is a site's name up to so many Han characters, if no line of the page says it.
SITE_NAME = 12
# The heading of a menu has at most so many, and so do its items; that many make one though none is a link, and one of a
# single character, a size of type, is none.
MENU, ITEMS = 8, 3
# The name of a column over a title is shorter by so many.
LONGER = 2
# Prose stands so many lines below a title that looks like any other.
NEAR = 8
# Between a title and the first sentence stand at most so many lines.
ABOVE = 5
# A sentence of a short notice has at least so many characters, and an item of its list.
SENTENCE, ITEM = 12, 8
# Between a title and its dateline stand at most so many lines, a subtitle and the tools of the page, of so many
# characters.
BETWEEN = 3
UNDER = 40

# A box that is a title's has at most so many lines.
LINES = 3

# A bare day has so many characters: [2020年12月12日].
DAY = 13

# What stands beside a title in brackets has at most so many.
BESIDE = 30

# A signature stands so near below prose.
SIGNED = 4

# So many further datelines make a list.
ROWS = 2

# What speaks for a line as the title, and what against it. Tuned on the pages at hand: a heading over the dateline
# wins against a head that names another line, a line that the head repeats wins without either.
STATED, HELD, OVER, FIRST_RANK, RANK, CLASSED, COLUMN = 4.0, 3.0, 3.0, 2.0, 1.5, 1.0, -6.0
ENOUGH = 3.0
# The only heading of a page that stands over a dateline is the title, though the head may name its column.
ONLY_OVER = 1.0

_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,5});")
_DASHES, _SEVERAL = "—–―", re.compile("--+")
# What parts the names of a site and its columns in one line.
_STEPS = re.compile("[·|/>_-]")
_QUOTES = " \"“”'‘’"
_EDGES = "-_|,:"
_CLAUSE_ENDS = ("。", ";", ":", ",")
_SUBTITLE = re.compile(r"[—–\-]{1,3}\s?\S.{2,60}")
_CUT = ("...", "…")
_TITLE_LABEL = re.compile(
    r"(?:(?:文章|信息|新闻|信件|来信|留言|咨询|诉求|问题)?标\s?题|题名|(?:信件|来信|留言|咨询)主题|(?:公告)?主旨):?"
)
_TITLE_LABELLED = re.compile(rf"\A(?:{_TITLE_LABEL.pattern.removesuffix(':?')}|標\s?題)[:：]\s*(?=.{{4}})")
# One of these stands in every such label.
_LABELS_TITLE = re.compile("[题旨]")
# A label of a time, in any words: 回复时间.
_TIME_LABELS = ("时间", "日期")
_DASH = ("—", "–", "-", "－")
# What parts the words of a dateline.
_BARS = ("/", "|", "·", "丨", "｜")
# The day beside a title, in brackets or behind a space.
_OPEN, _CLOSED, _DAY_ENDS = frozenset("([（【"), frozenset(")]）】"), frozenset("0123456789日号")
_BESIDE = _CLOSED | _DAY_ENDS
_FARMED = re.compile(r"\A([^()（）]{2,12})[(（](.{6,})[)）]")
_PART = re.compile(r"\(\d{1,3}\)$|第\d{1,3}页$")
# What stands between a title and the names of column and site.
_HEAD_SPLIT = re.compile(r"(?<!\s)\s*+(?:[_|｜»«>]+|--+|::+|(?<=\s)[-–—]\s|-(?=[一-鿿]{2,14}$))\s*")


def tidy(title: str) -> str:
    """A title as a reader sees it: entities that were escaped twice undone, a farm's search words gone.

    >>> tidy("同心向党&nbsp;携手奋进"), tidy("泸县(泸县:“统”舟共济抗疫情,“战”不旋踵一条心)")
    ('同心向党 携手奋进', '泸县:“统”舟共济抗疫情,“战”不旋踵一条心')
    >>> tidy("四川统一战线在行动(二)")
    '四川统一战线在行动(二)'
    """
    if "&" in title and _ENTITY.search(title):
        title = " ".join(unescape(title).split())
    title = part_day(_TITLE_LABELLED.sub("", title.rstrip("-_| ") or title, count=1))[0]
    match = _FARMED.fullmatch(title) if title.endswith((")", "）")) else None
    return match[2] if match and match[1] in match[2] and len(match[2]) >= 2 * len(match[1]) else title


def part_day(title: str) -> tuple[str, str]:
    """A title without the day that stands before or behind it, and that day; empty where there is none.

    >>> part_day("【2010-08-25】一渠清水润万家"), part_day("春运(2010年)")
    (('一渠清水润万家', '2010-08-25'), ('春运(2010年)', ''))
    >>> part_day("山门暂停开放 [道务处·2021/2/9]"), part_day("修桥捐款名单 2010.07.02")
    (('山门暂停开放', '道务处 2021/2/9'), ('修桥捐款名单', '2010.07.02'))
    """
    if title[:1] in _OPEN and (end := next((i for i, mark in enumerate(title[:20]) if mark in _CLOSED), 0)):
        said, rest = title[1:end], title[end + 1 :]
    elif title[-1:] in _CLOSED:
        begin = max(map(title.rfind, _OPEN))
        said, rest = title[begin + 1 : -1], title[: max(begin, 0)]
    elif title[-1:] in _DAY_ENDS and " " in title:
        rest, said = _before_day(title)
    else:
        return title, ""
    # Beside most days of a list stands no title.
    found = dates.find_day(said := narrow(said)) if len(rest) >= SHORT and len(said) <= BESIDE else None
    if found is None or rest.rstrip().endswith(_BARS):
        return title, ""
    who = f"{said[: found.start]}{said[found.end :]}".strip(" ·|/,，、")
    return (
        (title, "") if who and not is_office(who) else (rest.strip(), f"{who} {said[found.start : found.end]}".lstrip())
    )


def _before_day(title: str) -> tuple[str, str]:
    """A title before the day with which it ends, behind a space, and that day; both empty where it ends otherwise."""
    first = max(0, len(title) - BESIDE)
    spaces = (at for at, mark in enumerate(title[first:-1], first) if mark == " " and title[at + 1].isnumeric())
    parts = ((title[:at], title[at + 1 :]) for at in spaces)
    return next((part for part in parts if dates.is_day(narrow(part[1]))), ("", ""))


def choose(
    outline: Outline, keys: Sequence[str], shown: Sequence[str], stated: Sequence[str], columns: Sequence[str]
) -> int | None:
    """The block that is the article's title, its last line where it has several; None where no line can be.

    A line is judged by where it stands: over the dateline, as a heading, in the page's head; a line that is the name
    of a column or of the site, because links above it or the foot of the page say the same, is none.

    Args:
        outline: the page.
        keys: the text of its blocks for comparing.
        shown: the same before Traditional characters were replaced.
        stated: titles as its head states them, best first.
        columns: what the page calls its columns and its site.
    """
    return _Lines(outline, keys, shown, columns).choose(stated)


class _Ranked(NamedTuple):
    """A line that may be a title.

    Attributes:
        points: what speaks for it: the head, its look, a dateline under it.
        size: its characters where the head says the same, else 0.
        order: its number below zero, so that on a tie the first line wins.
        over: whether it is a heading over a dateline.
    """

    points: float
    size: int
    order: int
    over: bool


class _Seen(NamedTuple):
    """A line that has the head's word or a look for it: where it stands, what the head says, how it looks, whether it
    is a link, and the name of a column.
    """

    at: int
    agreed: float
    look: float
    linked: bool
    column: bool


class _Lines:
    """The lines of one page, for finding its title: `bares` are what they say as titles, `names` those of columns and
    of the site.
    """

    def __init__(self, outline: Outline, keys: Sequence[str], shown: Sequence[str], columns: Sequence[str]) -> None:
        self.outline, self.blocks, self.keys = outline, outline.blocks, keys
        self.bares = _bare(
            [
                "" if block.size > LONGEST else part_day(line)[0] if line[-1:] in _BESIDE or line[:1] in _OPEN else line
                for line, block in zip(shown, self.blocks, strict=True)
            ]
        )
        self.columns, self.names = columns, set(bare_lines(columns))

    @cached_property
    def looks(self) -> list[Look]:
        """How each line is set."""
        return looks(self.outline)

    def choose(self, stated: Sequence[str]) -> int | None:
        """See `choose`."""
        ranked = list(self.ranked(stated))
        if (labelled := self.labelled(ranked)) is not None:
            return labelled
        alone = sum(each.over for each in ranked) == 1
        best = max(ranked, key=lambda each: (each.points + ONLY_OVER * (alone and each.over), *each[1:]), default=None)
        if best is not None:
            line = -best.order
            head = len(self.bares[line]) <= MENU or is_office(self.keys[line])
            # No dateline stands under it, or it names a site, and it is no heading, or may be that of a menu.
            loose = best.points <= STATED + FIRST_RANK * head or words.whole("site", self.keys[line]) is not None
            under = loose and (head or self.blocks[line].kind != "heading")
            chosen: int | None = self.below_menu(line) if under else line
        elif (chosen := self.plain_heading()) is None:
            # A dateline would stand under it.
            chosen = self.heading_or_line([title_of(head, None, self.columns) or "" for head in stated])
        return None if chosen is None else _ending(self.outline, chosen)

    def labelled(self, ranked: Sequence[_Ranked]) -> int | None:
        """The line in the cell behind the label 标题: right under another line that has enough points, or where none is
        a heading over a dateline; a label without a colon there counts where no other line has enough.
        """
        keys = self.keys
        if not _LABELS_TITLE.search("\n".join(keys)):
            return None
        best = [-each.order for each in ranked]
        over = any(each.over for each in ranked)
        for i, key in enumerate(keys[:-1]):
            if (
                len(key) > MENU
                or not _LABELS_TITLE.search(key)
                or not (_TITLE_LABEL.fullmatch(key) and self.outline.are_beside(i, i + 1) and may_be_title(keys[i + 1]))
            ):
                continue
            if any(0 < i - line <= NEAR for line in best) or (not over and (not best or key.endswith(":"))):
                return i + 1
        return None

    def below_menu(self, stated: int) -> int:
        """The line over the dateline, if a menu stands between it and `stated`, a line that only the head speaks for,
        or that is the name of a site: it stands over its menu, and in the head of all its pages.
        """
        plain = self.plain_heading()
        if plain is None:
            return self.heading_below(stated)
        if all(block.linked >= 0.5 for block in self.blocks[plain + 2 :]) or self.outline.are_beside(plain - 1, plain):
            # Nothing stands below that dateline, or the last row of a table over it: it signs what stands above.
            return stated
        between = self.blocks[stated + 1 : plain]
        menu = any(block.linked >= 0.5 for block in between) or sum(1 < each.size <= MENU for each in between) >= ITEMS
        return plain if menu or words.whole("site", self.keys[stated]) else stated

    def heading_below(self, stated: int) -> int:
        """The heading over the text, or the line that stands out there, if a menu stands between it and `stated`, which
        then names the site; below an office any line. Else `stated`.
        """
        first = self.first_prose()
        between = range(stated + 1, first)
        menu = next((i for i in between if self.blocks[i].linked >= 0.5 and self.blocks[i].size >= MENU), first)
        if menu == first:
            return stated
        heads = (i for i in between if i > menu and self.is_heading(i) and self.is_plain(i))
        over = self.over_first_prose if is_office(self.keys[stated]) else self.standing_out
        chosen = next(heads, None) or over(first)
        return stated if chosen is None or chosen <= menu else chosen

    def ranked(self, stated: Sequence[str]) -> Iterator[_Ranked]:
        """The lines that have enough points for a title."""
        found = list(self.seen(stated))
        last = max((each.at for each in found if each.agreed and self.is_heading(each.at)), default=0)
        end, text = self.last_prose() if found else (0, False)
        for each in found:
            if self.is_ruled_out(each, last):
                continue
            # A title of two or three characters needs the head's word and a look, or a look and a dateline.
            short = (STATED if each.agreed == STATED else OVER) + CLASSED
            enough = short if len(self.bares[each.at]) < SHORT else ENOUGH
            points, dated = self.points(each)
            points += COLUMN * (points >= enough and self.is_column(each, dated=dated))
            # Below a text the foot and who signs say the site's name, as the head does; a heading is that of a list.
            below = points == each.agreed or (text and 0.0 in (each.agreed, each.look // RANK))
            if points >= enough and not (below and each.at > end):
                block = self.blocks[each.at]
                yield _Ranked(points, block.size if each.agreed else 0, -each.at, dated and block.kind == "heading")

    def seen(self, stated: Sequence[str]) -> Iterator[_Seen]:
        """The lines that the head or their look speaks for, in order."""
        heads = [Head(title) for title in dict.fromkeys(stated)]
        for index in self.candidates():
            bare, block = self.bares[index], self.blocks[index]
            agreed = max([head.agrees(bare) for head in heads], default=0.0)
            look = self.look(index)
            if (agreed or look) and not is_subtitle(block.text):
                column = all(part in self.names for part in _STEPS.split(bare) if part)
                yield _Seen(index, agreed, look, block.linked >= 0.5, column)

    def candidates(self) -> Iterator[int]:
        """The lines that may be a title; links lead to columns, or to the site, and are added to `names`."""
        for index, (block, bare) in enumerate(zip(self.blocks, self.bares, strict=True)):
            linked = block.linked >= 0.5
            if linked and len(bare) <= COLUMN_NAME:
                self.names.add(bare)
            if 2 <= len(bare) <= LONGEST and (not linked or block.kind == "heading"):
                yield index

    def is_heading(self, index: int) -> bool:
        """Whether a line is a heading and no link."""
        return self.blocks[index].kind == "heading" and self.blocks[index].linked < 0.5

    def is_ruled_out(self, each: _Seen, last: int) -> bool:
        """Whether a line is a link, or a line of the text: right below a sentence in one box, a signature perhaps.

        A blog's heading leads to its own page: what the head states, over a dateline, is no column. Over a heading that
        the head states, too, the `last` of these, it is the blog.
        """
        if each.linked:
            return each.agreed != STATED or each.at < last
        if self.is_heading(each.at):
            return False
        near = range(each.at - 1, max(-1, each.at - 1 - SIGNED), -1)
        above = next((i for i in near if self.blocks[i].linked < 0.5 and is_sentence(self.keys[i], SENTENCE)), None)
        return above is not None and self.outline.holder(above) == self.outline.holder(each.at)

    def is_column(self, each: _Seen, *, dated: bool) -> bool:
        """Whether a line names a column: others call it so, or it is short and stands over another line that may be the
        title: over the same dateline, or right over a heading of no lower rank.
        """
        if each.linked:
            return not (dated or self.is_near_prose(each.at))
        bare = self.bares[each.at]
        if dated and each.agreed == STATED and bare in words.listed("genre"):
            # A paper that is called as its column is: 公告 in the column 公告.
            return False
        longer = len(bare) + LONGER
        if each.column or longer > MENU:
            return each.column
        rank = self.level(each.at)
        below = range(each.at + 1, min(len(self.keys), each.at + 1 + (BETWEEN if dated else 1)))
        return any(
            longer <= len(self.bares[i])
            and self.blocks[i].linked < 0.5
            and may_be_title(self.blocks[i].text)
            and not (is_subtitle(self.keys[i]) or alone(self.keys[i]) or words.whole("media", self.keys[i]))
            and (self.is_over(i) if dated else 0 < self.level(i) <= rank)
            for i in below
        )

    def is_near_prose(self, index: int) -> bool:
        """Whether a sentence stands right below a line, with hardly anything and no link between the two."""
        for block, key in zip(self.blocks[index + 1 :][:BETWEEN], self.keys[index + 1 :], strict=False):
            if block.linked >= 0.5:
                return False
            if is_sentence(key, ITEM):
                return True
        return False

    def points(self, each: _Seen) -> tuple[float, bool]:
        """What speaks for a line as the title: the head, its look, a dateline under it; and whether one is there."""
        index, agreed, look = each[:3]
        keys = self.keys
        if _is_other(keys[index], agreed):
            return 0.0, False
        if index and is_label(keys[index - 1]) and self.outline.are_beside(index - 1, index):
            return 0.0, False
        dated = self.is_over(index) or (look >= RANK and _is_under(index, keys))
        # Who wrote may stand there alone, over a poem.
        dated = dated or (agreed == STATED and alone("".join(keys[index + 1 : index + 2])) is not None)
        return agreed + look + (OVER if dated else 0.0), dated

    def look(self, index: int) -> float:
        """What the look of a line says for it: a heading, of the first rank, a box that is named for titles."""
        if level := self.level(index):
            return FIRST_RANK if level == 1 else RANK
        return CLASSED if self.is_classed(index) else 0.0

    def level(self, index: int) -> int:
        """The number of a heading, 7 where its tag has none, 0 where the line is no heading."""
        block = self.blocks[index]
        if block.kind != "heading":
            return 0
        tag = self.outline.tags[block.element]
        return int(tag[1]) if len(tag) == 2 and tag[1].isdigit() else 7

    def is_classed(self, index: int) -> bool:
        """Whether a line stands in a box that is named for titles."""
        element = self.blocks[index].element
        return _names_title(self.outline.inside[element]) and _names_title(
            self.outline.attributes(element).get("class", "")
        )

    def is_over(self, index: int) -> bool:
        """Whether a dateline stands under a line, not beside it in its row, with no link and no prose between."""
        blocks = self.blocks
        for following in range(index + 1, min(len(blocks), index + 1 + BETWEEN)):
            block = blocks[following]
            key = self.keys[following] if block.kind == "caption" else as_dateline(self.keys[following])
            if is_dateline(key):
                if self.outline.are_beside(index, following) or dates.is_clock(key):
                    return False
                # Labels alone, 分类：工作动态, may stand over it.
                if dates.tells_day(key) or byline(key):
                    return True
            elif block.linked >= 0.5 or block.size > UNDER or block.kind == "heading" != blocks[index].kind:
                # A heading there is the one over the dateline.
                return False
        return False

    def plain_heading(self) -> int | None:
        """The line right over the dateline that looks like any other, on a page whose head and headings name no title.

        It stands above all prose: a signature and its day stand at an article's end. Of several the first that stands
        over prose is it, for boxes beside the article have names and days, too: 天气预报.
        """
        if not (found := list(self.plain_headings())):
            return None
        keys = self.keys
        index = next((each for each in found if _is_over_prose(each, keys)), found[0])
        if are_rows(
            [key for key, row in zip(keys[index + 2 :], self.blocks[index + 2 :], strict=True) if not row.links]
        ):
            return None
        # A source or a name may stand between the title and the day.
        source = index > 0 and (words.whole("media", keys[index]) or alone(keys[index])) is not None
        return index - 1 if source and self.is_plain(index - 1) else index

    def plain_headings(self) -> Iterator[int]:
        """The lines over datelines that look like any other, above all prose."""
        keys = self.keys
        for index, block in enumerate(self.blocks[:-1]):
            if block.linked < 0.5 and (is_sentence(keys[index]) or (block.size > UNDER and "。" in keys[index])):
                return
            if not block.links and (self.is_dated(index) or _heads(index + 1, keys)) and self.is_plain(index):
                yield index

    def is_dated(self, index: int) -> bool:
        """Whether a line over a sentence holds its day, or stands over a row of its label and it: 日期 | 2020-02-19."""
        under, behind = (*self.keys[index + 1 : index + 3], "")[:2]
        if is_sentence(under, 10) and part_day(self.keys[index])[1]:
            return True
        pair = under.endswith(_TIME_LABELS) and dates.read(behind) is not None
        return pair and self.outline.are_beside(index + 1, index + 2)

    def is_plain(self, index: int) -> bool:
        """Whether a line that looks like any other may be the title: no link, no search's result, no column's name."""
        block, key = self.blocks[index], self.keys[index]
        said = part_day(key)[0].strip("[]() ")
        office = said.endswith("供稿") or dates.is_issuer(said)
        who = said != key and (":" in said or office or alone(said) is not None)
        return (
            not block.links
            and not (who and as_dateline(key) != key)
            and not dates.is_day(key)
            and not is_subtitle(key)
            and not key.startswith(_CUT)
            and not key.endswith(_CUT)
            and self.bares[index] not in self.names
            and ">" not in key
            and (may_be_title(part_day(block.text)[0]) or _is_short_title(block, self.keys[index + 1]))
            and not is_label(key)
            and not (index and is_label(self.keys[index - 1]))
            and not key.endswith(_TIME_LABELS)
            and furniture_id(key) is None
        )

    def heading_or_line(self, stated: Sequence[str]) -> int | None:
        """The only heading of a page, else, where the head says no more than the site's name, the line over prose."""
        plain = [i for i, block in enumerate(self.blocks) if block.linked < 0.5]
        heading, first = self.only_heading(plain), self.first_prose()
        over = None if any(han(title) > SITE_NAME for title in stated) else self.over_first_prose(first)
        foreign = heading is not None and self.heads_other(heading, first if over is None else over)
        return heading if heading is not None and not foreign else over

    def first_prose(self) -> int:
        """The first sentence of a page, if it can be in no box beside articles; 0 where there is none."""
        plain = [i for i, block in enumerate(self.blocks) if block.linked < 0.5 and is_sentence(self.keys[i], SENTENCE)]
        return next((i for i in plain if not self.blocks[i].aside), next(iter(plain), 0))

    def only_heading(self, plain: Sequence[int]) -> int | None:
        """The only h1 among some lines, else their only box for a title, else the first heading over the prose, where
        that names neither the site nor a column.
        """
        first = [i for i in plain if self.level(i) == 1] or [i for i in plain if self.is_classed(i)]
        if not first or (len(first) == 1 and self.bares[first[0]] in self.names):
            first = self.over_prose(plain)
        if len(first) != 1 or not SHORT <= len(self.bares[first[0]]) <= LONGEST:
            return None
        return first[0] if may_be_title(self.blocks[first[0]].text) else None

    def over_prose(self, plain: Sequence[int]) -> list[int]:
        """The headings of the highest rank among some lines that stand over the first sentence of a page and name no
        column: a paper's page has its day and number over them, and its name in the head.
        """
        prose = next((i for i in plain if is_sentence(self.keys[i])), len(self.keys))
        ranks = {i: self.level(i) for i in plain if i < prose and self.bares[i] not in self.names}
        return [i for i, rank in ranks.items() if rank and rank == min(filter(None, ranks.values()))]

    def last_prose(self) -> tuple[int, bool]:
        """The last sentence of a page, behind all lines where there is none; and whether there are two, a text."""
        plain = (i for i in range(len(self.keys) - 1, -1, -1) if self.blocks[i].linked < 0.5)
        found = list(islice((i for i in plain if is_sentence(self.keys[i], SENTENCE)), 2))
        return (found or [len(self.keys)])[0], len(found) > 1

    def over_first_prose(self, first: int) -> int | None:
        """The line over the first sentence of a page that stands out from it by its look; else the one right over it:
        between the two stand days, names, and whom the text is for.
        """
        blocks, index = self.blocks, first - 1
        if (standing := self.standing_out(first)) is not None:
            return standing
        while index > max(0, first - ABOVE) and _is_between(self.keys[index]):
            index -= 1
        if index < 0 or not self.is_plain(index):
            return None
        # Of a box that holds both it is the first line.
        own = blocks[index].element
        return index if own != blocks[first].element or not index or blocks[index - 1].element != own else None

    def standing_out(self, first: int) -> int | None:
        """The nearest line over the first sentence that is set larger, bolder or in the middle, if the text is not;
        right over it one that stands out more.
        """
        near = list(takewhile(lambda i: self.blocks[i].linked < 0.5, range(first - 1, max(-1, first - 1 - ABOVE), -1)))
        near = [i for i in near if self.is_plain(i) and not self.heads_other(i, first)]
        looked = self.looks if near else []
        said = Counter(look for look, key in zip(looked, self.keys, strict=bool(near)) if is_sentence(key, SENTENCE))
        text = said.most_common(1)[0][0] if near else Look()
        near = [i for i in near if looked[i].size > text.size or not self.outline.captioned(i)]
        above = {i: looked[i].above(text) for i in near}
        best = next((i for i in near if above[i]), None)
        while best is not None and above.get(best - 1, 0.0) > above[best]:
            best -= 1
        return best

    def heads_other(self, heading: int, over: int) -> bool:
        """Whether a heading heads something else than the text that a line stands over: a box of its own with more in
        it, or a menu.
        """
        blocks, outline = self.blocks, self.outline
        if self.level(heading) == 1:
            return any(block.linked >= 0.5 and block.size >= MENU for block in blocks[heading + 1 : over])
        box = outline.holder(heading)
        if heading + 1 == over or outline.holds(box, over):
            return False
        own = takewhile(lambda index: outline.holds(box, index), range(heading + 1, over))
        said = (self.keys[index] for index in own if not blocks[index].links)
        return any(not _is_between(key) or not (han(key) or dates.read(key)) for key in said)


def _is_other(key: str, agreed: float) -> bool:
    """Whether a line is a point of the text or a dateline; what the head states word for word may look like one."""
    if agreed == STATED:
        return False
    return is_dateline(key) or (not agreed and (bool(NUMBERED.match(key)) or furniture_id(key) in ("related", "tags")))


# The rows of a list have the same attributes.
@lru_cache(maxsize=4096)
def _names_title(attributes: str) -> bool:
    """Whether attributes name a box for titles."""
    return words.match("title_class", attributes) is not None


def _is_under(index: int, keys: Sequence[str]) -> bool:
    """Whether a day and nothing else stands right over a heading, and signs no sentence above."""
    above = keys[index - 1] if 0 < index <= len(keys) else ""
    if not 0 < len(above) <= DAY or dates.read(above, loose=True) is None:
        return False
    return not any(is_sentence(key, SENTENCE) for key in keys[max(0, index - 1 - SIGNED) : index - 1])


def _is_over_prose(index: int, keys: Sequence[str]) -> bool:
    """Whether a sentence stands below a line and its dateline, with nothing but datelines and furniture between."""
    below = keys[index + 1 : index + 1 + NEAR]
    following = next((key for key in below if not is_dateline(key) and furniture_id(key) is None), "")
    return is_sentence(following, 10)


def _is_short_title(block: Block, under: str) -> bool:
    """Whether a line of two or three characters, 故乡, stands over a dateline that says more than a day."""
    return 2 <= block.size == han(block.text) < SHORT and len(under) > DAY and is_dateline(under)


def _heads(index: int, keys: Sequence[str]) -> bool:
    """Whether a line is a dateline that says more than a day, goes on in the next line, or stands right over prose,
    with whom that is for between the two.
    """
    usual = is_dateline(keys[index])
    if not is_dateline(as_dateline(keys[index])) or dates.is_clock(keys[index]):
        return False
    if furniture_id(keys[index]) == "counter" and not keys[index].endswith(":"):
        return False
    following = keys[index + 1] if index + 1 < len(keys) else ""
    over = keys[index + 1 : index + 2 + following.endswith(":")]
    told = usual and (len(keys[index]) > DAY or is_dateline(following))
    return told or any(is_sentence(key, 10) or len(key) > UNDER for key in over)


def are_rows(keys: Sequence[str]) -> bool:
    """Whether the lines below a dateline are a list's, each of whose rows has a dateline of its own."""
    return sum(len(key) > DAY and is_dateline(key) for key in keys) >= ROWS


def _is_between(key: str) -> bool:
    """Whether a line may stand between a title and the text."""
    if not han(key) or key.endswith(":") or is_subtitle(key) or is_dateline(as_dateline(key)) or alone(key) is not None:
        return True
    return furniture_id(key) is not None or dates.is_day(key) or (len(key) <= UNDER and dates.read(key) is not None)


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
    if len(own) > LINES or block.size > UNDER or not plain or key.endswith(_CLAUSE_ENDS):
        return False
    looked = looks(outline)
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
    if len(line) > 80:
        return False
    text = narrow(line)
    return text.replace(" ", "") in words.listed("genre") or (
        len(text) >= SHORT
        and han(text) >= SHORT - 1
        and not text.endswith(_CLAUSE_ENDS)
        and text.count(",") <= 3
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


def same(one: str, other: str | None) -> bool:
    """Whether two folded lines are one, spaces and widths aside.

    >>> same("统战（一）", "统战 (一)"), same("统战", None)
    (True, False)
    """
    if not other or len(one) - one.count(" ") != len(other) - other.count(" "):
        return False
    return narrow(one).replace(" ", "") == narrow(other).replace(" ", "")


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
    >>> title_of("民盟市委_民盟简讯_市民盟赴某县调研", None, ["民盟市委", "民盟简讯"])
    '市民盟赴某县调研'
    >>> title_of("清河日报数字报-“先坐下来喝杯茶”", None)
    '“先坐下来喝杯茶”'
    """
    known = {bare for bare in bare_lines([*columns, site or ""]) if bare}
    parts = [part for part in head_parts(head) if bare_lines([part])[0] not in known]
    named = [part for part in parts if not is_site_name(part) and not words.whole("no_title", part)]
    stand = [part for part in named if narrow(part) in shown] if shown and len(named) > 1 else []
    best = next(iter(stand or named), "")
    return best if may_be_title(best) else None


@lru_cache(maxsize=64)
def head_parts(head: str) -> tuple[str, ...]:
    """The pieces of a `title` element; the names of site and column may stand before the title, with spaces between."""
    parts: list[str] = []
    for part in chain.from_iterable(map(_HEAD_SPLIT.split, _parted_by_dashes(head))):
        found = part.split()
        if len(found) > 1 and words.whole("site", found[0]):
            parts.append(found.pop(0))
            while len(found) > 1 and len(found[0]) <= 6 and is_site_name(found[0]):
                parts.append(found.pop(0))
        # They may stand behind it, too.
        if len(found) > 1 and (is_site_name(found[-1]) or words.whole("site", found[-1])):
            parts += [" ".join(found[:-1]), found[-1]]
        elif found:
            parts.append(" ".join(found))
    return tuple(parts)


def _parted_by_dashes(head: str) -> list[str]:
    """The pieces of a `title` element at dashes that titles have, too: only where a piece names a site or a paper."""
    dashed = head.split("——")
    if any(words.whole("site", part.strip()) for part in (dashed[0], dashed[-1])):
        return dashed
    paper, _, behind = head.partition("-")
    return [paper, behind] if behind and words.whole("media", paper.strip()) else [head]


def is_site_name(text: str) -> bool:
    """Whether a part of a `title` element names a site or a channel, by its ending alone: where nothing else tells.

    >>> is_site_name("中国健康新闻网"), is_site_name("四川统一战线"), is_site_name("全省统战部长会议召开")
    (True, True, False)
    """
    return len(text) <= 20 and text.rstrip().endswith(words.listed("site_end"))


def is_own(source: str, head: str) -> bool:
    """Whether a source that a `meta` element names is the site itself, as its `title` element ends.

    >>> is_own("三立新闻网", "新款上市 | 科技 | 三立新闻网 SETN.COM"), is_own("新华社", "统战部召开会议_四川统一战线")
    (True, False)
    """
    parts = head_parts(head)
    return len(parts) > 1 and any(same(part.split(" ")[0], source) for part in parts[-2:])


class Head:
    """What the `title` element says, which may be cut or carry the names of column and site.

    >>> [Head("统战部召开会议_四川统一战线").agrees(line) for line in bare_lines(["统战部召开“会议”", "四川统一战线"])]
    [4.0, 3.0]
    """

    def __init__(self, head: str) -> None:
        self._whole, *parts = bare_lines([head, *head_parts(head)])
        self._parts = [part for part in parts if part]
        named = [part for part in self._parts if not is_site_name(part)]
        self._part = (named or self._parts or [self._whole])[0]
        # The title element may be cut: 无敌免...
        cut = self._whole.removesuffix("...").removesuffix("…")
        self._cut = cut if len(cut) >= 8 and cut != self._whole else None

    def agrees(self, one: str) -> float:
        """What the head says for a line of the page, as `bare_lines` gives it: `STATED`, `HELD` or nothing."""
        whole = self._whole
        if not one or not whole:
            return 0.0
        if one == whole or (whole.startswith(one) and whole[len(one)] in _EDGES):
            return STATED
        if one in self._parts:
            return STATED if one == self._part else HELD
        edge = whole[-len(one) - 1] if whole.endswith(one) else ""
        # A blog stands before the colon: 清河商会: 山村修路记.
        if edge and edge in _EDGES and len(one) >= (SHORT if edge == ":" else ENDING) and not is_site_name(one):
            return HELD
        return HELD if len(one) >= SHORT and self._holds(one) else 0.0

    def _holds(self, one: str) -> bool:
        """Whether the title is most of a line, or the line most of the title; the title may be cut."""
        # The page puts a word of its own before or after the title: 原创.
        if len(self._part) >= 8 and self._part in one:
            return len(self._part) >= 0.7 * len(one)
        if one in self._whole:
            return len(one) >= 0.6 * len(self._part)
        return self._cut is not None and one.startswith(self._cut)


def bare_lines(lines: Sequence[str]) -> list[str]:
    """Folded lines for comparing with a title: narrow, without spaces and quotes, all dashes one.

    >>> bare_lines(["“统”舟共济——记某县", "（二）"])
    ['统舟共济-记某县', '(二)']
    """
    return _bare(narrow_lines(lines))


def _bare(lines: Sequence[str]) -> list[str]:
    """Narrow lines for comparing, see `bare_lines`."""
    whole = "\n".join(lines)
    if "&" in whole and _ENTITY.search(whole):
        whole = _ENTITY.sub(lambda found: unescape(found[0]).replace("\n", " "), whole)
        whole = whole.replace("\xa0", " ")
    for mark in _QUOTES:
        whole = whole.replace(mark, "")
    for dash in _DASHES:
        whole = whole.replace(dash, "-")
    return (_SEVERAL.sub("-", whole) if "--" in whole else whole).split("\n") if lines else []
