"""A page -> whether an article stands on it, or it only leads to some: by what speaks for and against, weighed.

No mark tells the two apart on all pages: a list may have a title, a day and sentences, and an article may stand among
rows of links. `pages.toml` has the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from math import log2
from urllib.parse import urldefrag, urlsplit

from archive.text import dates, extract, fields, words
from archive.text.blocks import Block
from archive.text.box import Area
from archive.text.chinese import han
from archive.text.document import Reason
from archive.text.lines import furniture_id, is_sentence
from archive.text.outline import ROOTS
from archive.text.page import Page, joined

# The name of a column has at most so many Han characters: 您现在的位置：首页 > 新的社会阶层.
NAME = 16
# Links that read like headlines: fewer make no first page, more weigh no more.
HEADLINES, MANY = 8, 32
# A headline has at least so many characters.
HEADLINE = 8
# What stands near the text has at most so many blocks before it, or right behind it; rows below it, so many.
NEAR, BELOW = 3, 12
# So many rows make a list.
FEW = 3
# A row of a list: its link has so many characters, the line of the link at most so many, the row itself so many, and so
# many elements at most stand between that line and the list.
ROW_LINK, ROW_LINE, ROW, ROW_DEEP = 6, 80, 400, 6
# A day that stands before a row's link has at most so many characters, what says the day below it at most so many.
DAY, DATELINE = 12, 40
# The days of each month; seven of a calendar have at most so many characters, what it says of one of them at most so
# many Han characters.
MONTH, WEEK, PLANS = frozenset(range(1, 29)), 20, 40
# The text of a post begins at most so many blocks below its heading.
POST = 7
# The foot of a page stands so many blocks above what stands below it.
FOOT = 10
# Evidence that a page is part of something larger.
PARTS = ("own menu", "folder", "edition", "calendar")
# Evidence that does not say what a page leads to.
WEAK = frozenset(("column", "list address", "links"))
# What a host says of an article that it does not give.
GONE = (Reason.SOFT_404, Reason.SERVER_ERROR)
# What a column without rows says is no longer.
EXCUSE = 80

_CLAUSE_ENDS = re.compile(r"[。!?,\n]")
# What addresses of lists and searches say, and those of forms.
_LISTS = re.compile(r"index|list|col|chan|page|class|search|more|node|category|tag|lanmu|lm=|zt", re.IGNORECASE)
_FORMS = re.compile(
    r"(?:\b|_|user|member)(?:log[io]n|regist(?:er)?|reg|passport|vote|survey)(?:\.\w{2,5})?\Z", re.IGNORECASE
)
_DAY_ENDS = frozenset("0123456789日")
_DAY = re.compile(r"\A\W*+[01]?\d[-/.月][0-3]?\d日?\W*")
_HOME = re.compile(r"\A/?(?:(?:index|default|main|home)\.(?:s?html?|jsp|php|aspx?))?", re.IGNORECASE)


class Shape:
    """What stands on a page, for telling its kind.

    `said` are the lines that would be the text, `within` those from the first to the last, `rows` those near it that
    are of lists; `prose` and `headlines` are the page's paragraphs, and its links that read like titles of articles.
    """

    def __init__(
        self,
        page: Page,
        points: Sequence[float],
        region: extract.Region,
        area: Area | None,
        url: str,
    ) -> None:
        self.page, self.area, self.url = page, area, url
        self.blocks, self.keys, self.outline = page.blocks, page.keys, page.outline
        # As `extract.body` reads it.
        boxed = area is not None and (area.lines or area.media or region[2] < extract.WEAK)
        self.said = area.kept if area is not None and boxed else range(*region[:2])
        self.within = range(*region[:2]) if area is None else range(area.start, area.end)
        self.near = range(max(0, self.within.start - NEAR), min(len(self.blocks), self.within.stop + BELOW))
        self.prose = [i for i, point in enumerate(points) if point >= extract.PROSE]
        files = {name for _, name in page.files}
        self.headlines = {i for i, block in enumerate(self.blocks) if is_headline(block) and block.text not in files}

    def refusal(self) -> tuple[Reason, str] | None:
        """Why the page is no article, by what weighs most against one; None where more speaks for one."""
        weighed = self.weighed()
        if sum(weighed.values()) > 0:
            return None
        against = sorted((name for name in weighed if weighed[name] < 0), key=lambda name: weighed[name])
        if self.gone and against[0] == "gone":
            return self.gone
        why = f"{len(self.headlines)} links that read like headlines, no article: {', '.join(against[:2])}"
        leads = self.headlines or self.rows or (self.said and "links" in weighed)
        if "loading" in weighed and not leads:
            return Reason.EMPTY, why
        # What leads to nothing is no list for that: the site file may call it an article.
        if not leads and WEAK.issuperset(against):
            return None
        return Reason.HOME if is_root(self.url) else Reason.LIST, why

    def weighed(self) -> dict[str, float]:
        """What all evidence weighs, by its name."""
        weights = words.weights("shape_weights")
        found: dict[str, float] = {}
        for group in (self.of_page, self.of_text, self.of_rows):
            found |= {name: weights[name] * value for name, value in group() if value}
        # The names of links take longest to read: they are asked for where they could change the verdict.
        if sum(found.values()) + sum(map(weights.__getitem__, PARTS)) <= 0:
            found |= {name: weights[name] for name, holds in self.of_whole() if holds}
        if sum(found.values()) > 0 and self.shows_posts():
            found["posts"] = weights["posts"]
        return found

    def of_page(self) -> Iterator[tuple[str, float]]:
        """What title, dateline, address and head say, and what else stands on the page."""
        page, title = self.page, self.page.title
        size = 0 if title is None else han(self.keys[title])
        yield "any page", True
        yield "stated", self.is_stated
        yield "column", size <= NAME
        yield "media", self.has_media()
        count = len(self.headlines)
        yield "first page", is_root(self.url) and (count >= HEADLINES or bool(rows_of(page, range(len(self.blocks)))))
        yield "headlines", log2(min(max(count + 1, HEADLINES), MANY) / HEADLINES)
        yield "links", sum(block.links for block in self.blocks) / max(1, sum(block.size for block in self.blocks))
        parts = urlsplit(self.url)
        address = f"{parts.path.rpartition('/')[2]}?{parts.query}"
        yield "list address", _LISTS.search(address) is not None
        asked = title is not None and words.match("form", self.keys[title]) is not None
        yield "form", asked or _FORMS.search(parts.path.rpartition("/")[2]) is not None
        yield "records", "<recordset" in self.outline.scripts
        posts = sum(map(fields.is_dateline, self.keys)) if words.match("guests", page.head) else 0
        yield "guest book", posts >= FEW
        yield "loading", any("载" in key and words.match("loading", key) for key in self.keys if len(key) <= ROW_LINE)

    def of_text(self) -> Iterator[tuple[str, float]]:
        """What the lines say that would be the text, and what stands right below them."""
        yield "gone", self.gone is not None
        yield "nothing", _is_excuse(self.short)
        below = [
            key for key in self.keys[max(0, self.within.stop - NEAR) : self.within.stop + NEAR] if len(key) <= ROW_LINE
        ]
        rules = set(map(furniture_id, below))
        first = min(self.said, default=0)
        over = self.keys[max(0, first - FOOT, len(self.keys) // 2) : first]
        yield "foot", any(len(key) <= ROW_LINE and key[-1:] != "。" and words.match("foot", key) for key in over)
        yield "neighbours", "previous_next" in rules
        yield "pager", "pages" in rules
        dated = (fields.is_labelled(key) and fields.is_dateline(key) and dates.read(key) for key in below)
        yield "dated below", self.page.is_title_stated and not self.is_stated and any(dated)

    def of_rows(self) -> Iterator[tuple[str, float]]:
        """What of the lines stands in rows of lists and in teasers, and what the others say."""
        sizes: dict[int | None, int] = {i: self.blocks[i].size for i in self.said} or {self.page.title: 1}
        inside = sum(size for i, size in sizes.items() if i in self.rows)
        yield "rows", (share := inside / max(1, sum(sizes.values())))
        yield "files", bool(self.page.files) and share < 0.5 and not self.has_dated_files()
        lines = [i for i in self.prose or self.said if not is_row_head(self.blocks[i])]
        under = set(filter(self.is_under_headline, lines))
        cut = {i for i in lines if self.is_cut(i, under=i in under)}
        yield "cut", len(cut) / max(1, len(lines))
        beside = self.rows.union(cut, under)
        rest = [self.keys[i] for i in self.said if i not in beside]
        own = [key for key in rest if len(key) > ROW_LINE or not fields.is_dateline(key)]
        yield "words", log2(1 + sum(map(han, own)) / 4)
        yield "sentence", any(is_sentence(line, 1) for line in own)
        between = len(self.headlines.intersection(self.within[1:])) if self.said else 0
        yield "mixed", between and between / (between + sum(is_sentence(line, 10) for line in own))

    def shows_posts(self) -> bool:
        """Whether whole posts stand where an article would: a column of a blog, or the posts of a month.

        A page with a single one is told by its title, which stands over the heading of the post.
        """
        title, stated = self.page.title, self.page.is_title_stated
        posts = list(self.posts((title or 0) if stated else 0))
        if not posts or (stated and title == posts[0]) or self.is_begun_over(posts):
            return False
        named = stated and title not in (None, *posts) and not fields.is_site_name(self.page.head)
        return len(posts) > 1 or named or is_root(self.url)

    def is_begun_over(self, posts: Sequence[int]) -> bool:
        """Whether an article has a dateline or sentences of its own between the title and posts."""
        title = self.page.title
        over = range(0 if title is None or title > posts[0] else title + 1, posts[0])
        lines = [i for i in over if not self.blocks[i].aside and self.blocks[i].linked < 0.5]
        # The day of a post stands over its heading where all do.
        above = (len(posts) > 1 or is_root(self.url)) and all(is_dated(self.keys[i - 1]) for i in posts)
        dated = lines[: len(lines) - above]
        if any(fields.is_dateline(self.keys[i]) or is_dated(self.keys[i]) for i in dated):
            return True
        return sum(is_sentence(self.keys[i], HEADLINE) for i in lines) > (len(posts) >= FEW)

    def posts(self, start: int) -> Iterator[int]:
        """The headings from a block on that lead to other pages, each with a day and a sentence of its own."""
        blocks = self.blocks
        every = range(start, len(blocks))
        told = {i for i in every if blocks[i].linked < 0.3 and is_sentence(self.keys[i], HEADLINE)}
        # The names of columns and menus stand over no sentence: most pages have nothing else to look at.
        over = {at for i in told for at in range(i - POST, i)}.intersection(every)
        linked = [i for i in sorted(over) if i in self.headlines or _is_linked_heading(blocks[i])]
        heads = [i for i in linked if not fields.is_dateline(self.keys[i])]
        for at, end in pairwise((*heads, len(blocks))):
            below = range(at + 1, min(end, at + 1 + POST))
            first = next(filter(told.__contains__, below), None)
            days = () if first is None else (*range(max(0, at - 1), at), *range(at + 1, first))
            if any(blocks[i].size <= DATELINE and dates.tells_day(self.keys[i]) for i in days) and self.leads_away(at):
                yield at

    def leads_away(self, index: int) -> bool:
        """Whether a line is a link to another page."""
        name = "".join(self.blocks[index].text.split())
        return any("".join(said.split()) == name and not leads_to(href, self.url) for said, href in self.links)

    def has_dated_files(self) -> bool:
        """Whether the files of a page without a dateline have a day each, as rows of a list do."""
        names = {name for _, name in self.page.files}
        rows = [block.text for block in self.blocks if block.links and any(map(block.text.__contains__, names))]
        return not self.is_stated and all(name not in names and dates.read(name) for name in rows)

    def of_whole(self) -> Iterator[tuple[str, bool]]:
        """What makes the page part of something larger: its menu, where the text has no day, or, where it has hardly a
        word, a newspaper or a calendar.
        """
        lines = [self.keys[i] for i in self.said]
        dated = has_dateline(self.page)
        yield "own menu", not (dated or any(map(dates.read, lines))) and self.is_of_menu()
        yield "folder", self.is_folder()
        if dated or sum(map(han, lines)) > PLANS:
            return
        areas = (self.page.head, *self.keys) if self.outline.has("area") else ()
        yield "edition", any(words.match("edition", key) for key in areas)
        # A week whose days have no news is a row of bare numbers.
        numbers = [name for name, href in self.links if href] + [
            day for key in self.keys if len(key) <= WEEK for day in key.split()
        ]
        days = {int(number) for number in numbers if number.isascii() and number.isdecimal() and len(number) <= 2}
        yield "calendar", days >= MONTH

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """Of each link its name and its address."""
        return [(self.outline.name(link).strip(), href) for href, link in self.outline.links]

    def is_folder(self) -> bool:
        """Whether a page is the index of the folder that most of its links to articles lead into."""
        above, slash, file = self.url.rpartition("/")
        folder = above + slash
        if "/" not in above.partition("://")[2] or not _HOME.fullmatch("/" + file):
            return False
        links = (href for name, href in self.links if han(name) >= ROW_LINK or not name)
        led = [joined(self.url, href).partition("#")[0] for href in links]
        held = {
            address
            for address in led
            if address.startswith(folder) and address.partition("?")[0] not in (self.url, folder)
        }
        return len(held) >= max(FEW, len(led) / 2)

    @cached_property
    def short(self) -> list[str]:
        """The lines that would be the text, if they say hardly anything."""
        lines = [self.keys[i] for i in self.said]
        return lines if sum(map(len, lines)) <= EXCUSE else []

    @cached_property
    def gone(self) -> tuple[Reason, str] | None:
        """What head, title or a short text say if there is no such page, or the server failed."""
        title = [] if self.page.title is None else [self.keys[self.page.title]]
        said = "\n".join((self.page.head, *title, *self.short))
        found = ((reason, pattern.search(said)) for pattern, reason in words.named("answer", "reason"))
        return next(((Reason(reason), match[0].strip()) for reason, match in found if match and reason in GONE), None)

    def has_media(self) -> bool:
        """Whether a picture or a film stands in the box, and in no row, or, where no text is, by the dateline."""
        media = {at for at, _ in self.outline.media}.difference(self.rows)
        if not self.said and self.page.title is not None and has_dateline(self.page):
            return not media.isdisjoint(range(self.page.title + 1 - NEAR, self.within.stop + 1))
        box = self.area if self.area is not None and self.area.media else None
        return box is not None and not media.isdisjoint(range(box.start, box.end + 1))

    @cached_property
    def is_stated(self) -> bool:
        """Whether a dateline stands under the title, or the head says when it was published, and a text below."""
        if self.area is None or not self.area.stated or self.area.dated in self.rows:
            return False
        return has_dateline(self.page) or self.page.is_published

    def is_of_menu(self) -> bool:
        """Whether a page is part of its own menu: a link to it with its title, 机构设置, stands between others as
        short.
        """
        links = [(name, href) for name, href in self.links if name]
        short = [len(name) <= HEADLINE for name, _ in links]
        return any(
            len(beside := short[max(0, at - 2) : at + 3]) > 2
            and all(beside)
            and self.is_named(name)
            and leads_to(href, self.url)
            for at, (name, href) in enumerate(links)
        )

    def is_named(self, name: str) -> bool:
        """Whether a name is the page's title, or what its head begins with where no line is its title."""
        title = self.page.title
        return self.page.head.startswith(name) if title is None else self.blocks[title].text == name

    @cached_property
    def rows(self) -> set[int]:
        """The lines of the text, and near it, that stand in rows of lists, whatever each says beside its link.

        A dateline that stands in no row is an article's, and so is a title that the head states.
        """
        rows = rows_of(self.page, self.near) | self.dated_lines()
        told = self.page.title in rows and self.page.is_title_stated
        dated = self.area.dated if self.area is not None and self.area.stated else None
        return set() if told or dated not in (None, *rows) else rows

    def dated_lines(self) -> set[int]:
        """The lines that lead on and end in a day; that may stand in the next cell."""
        found: set[int] = set()
        for index in self.near:
            said = self.keys[index].rstrip(" >])")
            if said[-1:] in _DAY_ENDS and is_dated(said[-20:]):
                row = range(max(0, index - (han(said) < HEADLINE)), index + 1)
                found.update(row if any(map(self.leads_on, row)) else ())
        return found

    def leads_on(self, index: int) -> bool:
        """Whether a line is a link, or a click on it, or on its row, calls a script."""
        element = self.blocks[index].element
        around = (self.outline.attributes(box) for box in (element, self.outline.parents[element]))
        return self.blocks[index].linked > 0.3 or any("onclick" in names for names in around)

    def is_under_headline(self, index: int) -> bool:
        """Whether the headline of a row stands right above a line, or above its day."""
        above = index - 1
        day = self.blocks[above] if above > 0 else None
        above -= day is not None and day.size <= DATELINE and day.links < HEADLINE and is_dated(self.keys[above])
        leads = above >= 0 and (above in self.headlines or is_row_head(self.blocks[above]))
        # The page's tools may stand over the text.
        return leads and furniture_id(self.keys[above]) is None

    def is_cut(self, index: int, *, under: bool) -> bool:
        """Whether a line leads to the rest: by a link, or, `under` a headline, by dots."""
        if under and self.keys[index].endswith(("…", "...")):
            return True
        own = slice(index, index + 2)
        pairs = zip(self.blocks[own], self.keys[own], strict=True)
        return any(block.links and words.tail("read_on", key) for block, key in pairs)


def clauses_of(said: str) -> list[str]:
    """The clauses of a text."""
    return list(filter(None, _CLAUSE_ENDS.split(said)))


def _is_excuse(lines: Sequence[str]) -> bool:
    """Whether lines say that there is nothing, and what to do then."""
    clauses = clauses_of("\n".join(lines))
    return any(words.match("nothing", each) for each in clauses) and all(
        words.match("nothing", each) or words.match("advice", each) for each in clauses
    )


def is_root(url: str) -> bool:
    """Whether an address is that of a site's first page."""
    parts = urlsplit(url)
    more = parts.query or parts.fragment
    return parts.scheme in ("http", "https") and not more and _HOME.fullmatch(parts.path) is not None


def leads_to(href: str, url: str) -> bool:
    """Whether a link on a page leads to the page itself."""
    return urldefrag(joined(url, href))[0] == urldefrag(url)[0]


def is_headline(block: Block) -> bool:
    """Whether a line is a link and reads like the title of an article."""
    return block.linked > 0.5 and block.size >= HEADLINE and HEADLINE <= han(block.text) <= 60


def _is_linked_heading(block: Block) -> bool:
    return block.kind == "heading" and block.linked > 0.5


def is_row_head(block: Block) -> bool:
    """Whether the headline of a row is a link, and its day or a counter stands beside it, but no teaser."""
    teaser = "…" in block.text or "..." in block.text
    return block.links >= HEADLINE and block.linked > 0.3 and not teaser


def has_dateline(page: Page) -> bool:
    """Whether a line under the title says when and from whom, and is no row of a list."""
    if page.title is None:
        return False
    for index in range(page.title + 1, min(page.title + 7, len(page.keys))):
        block = page.blocks[index]
        if block.linked < 0.5 and fields.is_dateline(page.keys[index]):
            return True
        if is_headline(block):
            # What stands under a headline is a row's.
            return False
    return False


def is_dated(key: str) -> bool:
    """Whether a line holds a date, or is a day of a month: [02-19]."""
    return _DAY.fullmatch(key) is not None or (not words.match("today", key) and dates.read(key) is not None)


def without_rows(page: Page, area: Area | None) -> Area | None:
    """The box of an article, without the rows of a list beside it where the article is a picture or a film."""
    if area is None or not (area.stated and area.media):
        return area
    outline, rows = page.outline, rows_of(page, range(area.start, area.end))
    lines = [index for index in area.kept if index >= area.start]
    if not lines or not rows.issuperset(lines):
        return area
    head = page.blocks[area.start - 1].element
    boxes = [outline.common(head, element) for at, element in outline.media if area.start <= at <= lines[0]]
    if not boxes or any(outline.tags[box] in ROOTS or outline.holds(box, lines[0]) for box in boxes):
        return area
    dropped = {**area.dropped, **dict.fromkeys(lines, "outside")}
    return replace(area, kept=tuple(i for i in area.kept if i < area.start), lines=0, dropped=dropped)


def rows_of(page: Page, within: range) -> set[int]:
    """The blocks of rows: boxes of one name in one box, most of which begin with a link and say more."""
    # Each row has a link, or a picture that is one.
    links = sum(page.blocks[i].links > 0 or i in page.outline.thumbs for i in within)
    return _rows(page, within) if links >= FEW else set()


def _rows(page: Page, within: range) -> set[int]:
    files = {name for _, name in page.files}
    leads = {i for i in within if _is_row_link(page.blocks[i], page.keys[i]) and page.blocks[i].text not in files}
    found: set[int] = set()
    for boxes in _alike(page, within):
        rows = [at for at, box in enumerate(boxes) if _is_row(page, box, leads)] if len(boxes) >= FEW else []
        # The name of the column may stand over them, and a pager below.
        if rows and len(rows) >= max(FEW, 0.8 * (rows[-1] + 1 - rows[0])):
            found.update(*(boxes[at] for at in rows), _columns_of(page, boxes, rows[0]))
    return found


def _columns_of(page: Page, boxes: list[list[int]], first: int) -> list[int]:
    """The names of the columns of a table, in cells over its first row."""
    over = boxes[first - 1] if first else []
    named = len(over) == len(boxes[first]) and all(page.blocks[i].kind == "cell" for i in over)
    return over if named and sum(page.blocks[i].size for i in over) <= DATELINE else []


def _is_row_link(block: Block, key: str) -> bool:
    """Whether a line is the link with which a row begins: no breadcrumb, no menu, no tools."""
    linked = block.links >= ROW_LINK or (block.kind == "heading" and block.links > 0)
    if not linked or block.size > ROW_LINE or block.linked < 0.2:
        return False
    return not (">" in key or "|" in key or furniture_id(key))


def _is_row(page: Page, box: list[int], leads: set[int]) -> bool:
    """Whether a box begins with a headline that is a link: before it stands a day at most, below it one more link; or
    it says little, and begins with a picture that is a link, or has a link and a day of its own.
    """
    sizes = [page.blocks[i].size for i in box]
    led = [at for at, index in enumerate(box) if index in leads]
    if 0 < len(led) <= 2 and sum(sizes) <= ROW and sum(sizes[: led[0]]) <= DAY:
        return True
    return sum(sizes) <= ROW_LINE and (box[0] in page.outline.thumbs or _has_link_and_day(page, box))


def _has_link_and_day(page: Page, box: list[int]) -> bool:
    """Whether a row holds a link, and a day without a label in its line or in one of its own."""
    days = [page.keys[i] for i in box if len(box) == 1 or page.blocks[i].size <= DAY]
    return any(page.blocks[i].links for i in box) and any(is_dated(day) and not fields.is_labelled(day) for day in days)


def _alike(page: Page, within: range) -> Iterable[list[list[int]]]:
    """For each box the boxes of one name that stand in it, as the blocks that each holds."""
    outline = page.outline
    held: dict[int, list[int]] = {}
    for index in within:
        element = page.blocks[index].element
        for _ in range(ROW_DEEP):
            if outline.tags[element] in ROOTS:
                break
            held.setdefault(element, []).append(index)
            element = outline.parents[element]
    alike: dict[tuple[int, str], list[list[int]]] = {}
    for element, blocks in held.items():
        alike.setdefault((outline.parents[element], outline.tags[element]), []).append(blocks)
    return alike.values()
