"""Blocks of a page -> the paragraphs of its article.

A reader in three steps: the region where prose stands is found (the site's selectors, a known container, else votes of
the blocks), trafilatura reads that region from a tree that holds each paragraph as one, and what it gives is checked
against the votes. A better reader replaces `body` alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from functools import cache

import trafilatura
from lxml.cssselect import CSSSelector, SelectorError
from lxml.etree import SubElement
from lxml.html import HtmlElement, HTMLParser
from trafilatura.settings import use_config

from archive.site import Reading
from archive.text.blocks import Block, Box, fold, han
from archive.text.fields import is_caption, is_dateline
from archive.text.lines import furniture_id, narrow

# More blocks or deeper boxes than this are read by votes alone: trafilatura's time grows faster than the page.
BLOCKS = 4000
DEPTH = 60
# A region with fewer points is no article by its prose alone; points are about characters of prose.
WEAK = 60
# Below this confidence in the votes, trafilatura is asked.
DOUBT = 0.3
# What one paragraph can weigh: a long comment must not outweigh an article.
HEAVY = 150
# Points of a paragraph.
PROSE = 20
# Lines without a vote for or against lie above, links and furniture below.
NEUTRAL = -5
# A heading over links to other articles ends an article, however long.
WALL = -1e5

_MARKS = re.compile("[，。！？；：、,!?;]")
_TWO_MARKS = re.compile("[，。！？；：、,!?;][^，。！？；：、,!?;]*[，。！？；：、,!?;]")
# What a dateline cannot do without: a label or the time of day. A day alone may sign a notice.
_LABELLED = re.compile(r"来源|作者|编辑|时间|日期|\d:\d\d")
_END = re.compile("[。！？!?…；;：:”」』）)】\\]]$")
_PLAIN = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd", "dt"))
_BOXES = frozenset(
    ("article", "main", "section", "footer", "nav", "aside", "header", "ul", "ol", "figure", "blockquote")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The article on a page.

    Attributes:
        indices: which of the page's blocks it is, in order.
        start, end: the region that it was read from; `end` is past the last block.
        tier: what read it: `site`, `container`, `votes`, `trafilatura`.
        confidence: 0 to 1.
    """

    indices: tuple[int, ...]
    start: int
    end: int
    tier: str
    confidence: float


def body(
    page: Sequence[Block],
    boxes: Sequence[Box],
    points: Sequence[float],
    root: HtmlElement,
    *,
    reading: Reading | None,
    title: int | None,
) -> Body | None:
    """The article among the blocks of a page; None where there is no prose.

    Args:
        page: the blocks of the page.
        boxes: the known containers among its boxes.
        points: what `votes` says of them.
        root: the page's tree.
        reading: the site's selectors at the time of the capture.
        title: the block that is the title, where it is known.
    """
    if reading and reading.body and (found := _within(page, root, reading.body)):
        return Body(indices=tuple(found), start=found[0], end=found[-1] + 1, tier="site", confidence=1.0)
    start, end, weight = region(page, points, title)
    container = _container(boxes, points, weight)
    if container:
        start, end = container[0], container[-1] + 1
        weight = sum(max(0.0, points[index]) for index in container)
    if weight <= 0:
        return None
    if not container and weight < WEAK and title is not None and title < start:
        start, end = _widened(page, points, title, start, end)
    voted = [index for index in container or range(start, end) if page[index].linked < 0.8]
    share = weight / max(weight, sum(max(0.0, point) for point in points))
    confidence = 1.0 if container else min(1.0, weight / 400) * (0.4 + 0.6 * share)
    read, tier = voted, "container" if container else "votes"
    if confidence < DOUBT:
        read, tier = _second(page, voted, range(max(0, start - 2), min(len(page), end + 2)), weight, title)
    read = _mended(page, points, read, title)
    if not read:
        return None
    return Body(indices=tuple(read), start=start, end=end, tier=tier, confidence=round(confidence, 2))


def _second(
    page: Sequence[Block], voted: list[int], around: Collection[int], weight: float, title: int | None
) -> tuple[list[int], str]:
    """What trafilatura reads where votes are in doubt, if it is the better reading."""
    if weight < WEAK and title is None:
        whole = _read(page, range(len(page)))
        if sum(page[i].size for i in whole) > 3 * sum(page[i].size for i in voted):
            return whole, "trafilatura"
    # A notice of a few lines: its box knows better than any reader.
    read = _read(page, around) if weight >= WEAK else []
    return (read, "trafilatura") if read and _prose(page, read) >= 0.7 * _prose(page, voted) else (voted, "votes")


def _widened(page: Sequence[Block], points: Sequence[float], title: int, start: int, end: int) -> tuple[int, int]:
    """The region of a short notice with the lines around it that are neither links nor furniture."""
    while start - 1 > title and points[start - 1] > NEUTRAL:
        start -= 1
    while end < len(page) and points[end] > NEUTRAL:
        end += 1
    return start, end


def _mended(page: Sequence[Block], points: Sequence[float], read: Sequence[int], title: int | None) -> list[int]:
    """What was read, without furniture at its ends, and with what stands between.

    trafilatura drops a paragraph, a caption or a cell now and then: between two blocks that it keeps nothing is dropped
    but links and furniture, and captions at its ends belong to it; so do the lines of its own box that are too short to
    vote: 特此通知, who signs, a table, a heading over the next page.
    """
    kept = list(read)
    while kept and points[kept[-1]] < NEUTRAL:
        kept.pop()
    while kept and points[kept[0]] < NEUTRAL:
        kept.pop(0)
    if not kept:
        return []
    first, last = kept[0], kept[-1]
    inside = {i for i in range(first, last) if points[i] > NEUTRAL and page[i].linked < 0.5}
    while first > 0 and is_caption(page[first - 1].text):
        first -= 1
    while last + 1 < len(page) and is_caption(page[last + 1].text):
        last += 1
    home = _home(page, [i for i in kept if points[i] >= PROSE])
    if home is not None:
        # Without a title it may be what stands above.
        while title is not None and first - 1 > title and _belongs(page[first - 1], points[first - 1], home):
            first -= 1
        while last + 1 < len(page) and _belongs(page[last + 1], points[last + 1], home):
            last += 1
    return sorted({*kept, *inside, *range(first, kept[0]), *range(kept[-1] + 1, last + 1)})


def _belongs(block: Block, vote: float, home: HtmlElement) -> bool:
    """Whether a block beside an article is neither link nor furniture, and stands in the article's own box."""
    if vote <= NEUTRAL or block.linked >= 0.5:
        return False
    return block.element is home or home in block.element.iterancestors()


def _home(page: Sequence[Block], prose: Sequence[int]) -> HtmlElement | None:
    """The box that holds an article's paragraphs and nothing but articles; None where it is the whole page."""
    boxes = [_box(page[index]) for index in prose]
    # Of boxes with as many blocks the first: a set would give one by its address in memory.
    home = max(dict.fromkeys(boxes), key=boxes.count) if boxes else None
    return None if home is None or home.tag in ("body", "html", "table", "tbody", "tr") else home


def votes(page: Sequence[Block], keys: Sequence[str]) -> list[float]:
    """For each block how much it speaks for an article (about its characters of prose) or against one (links)."""
    aside = _asides(page)
    points = []
    for index, block in enumerate(page):
        size = block.size
        rule = furniture_id(keys[index]) if size <= 240 and block.linked < 0.9 else None
        if rule in ("related", "comments"):
            following = page[index + 1 : index + 13]
            vote = WALL if sum(other.linked > 0.5 for other in following) * 3 >= len(following) else -60.0
        elif rule or (size <= 160 and _LABELLED.search(keys[index]) and is_dateline(keys[index])):
            vote = -10.0
        elif index in aside:
            vote = -15.0
        elif block.linked > 0.5:
            vote = -8 - min(size, 40) * 0.4
        elif size >= 20 and _MARKS.search(block.text):
            vote = min(size - block.links, HEAVY) * (1 - block.linked)
        elif size >= 40:
            vote = 20.0
        elif _END.search(block.text) and size >= 8:
            vote = 4.0
        else:
            vote = -4.0
        points.append(vote)
    return points


def region(page: Sequence[Block], points: Sequence[float], title: int | None) -> tuple[int, int, float]:
    """The run of blocks with the highest sum of votes, after the title where one is known: start, end, sum."""
    total = sum(point for point in points if point > 0)
    first = 0
    if title is not None and sum(p for p in points[title + 1 :] if p > 0) >= 0.25 * total:
        first = title + 1
    runs: list[tuple[float, int, int]] = []
    walled: set[int] = set()
    weight, start, top, end = 0.0, first, 0.0, first
    for index in range(first, len(points)):
        # The next article of an endless page begins with a headline of its own.
        wall = points[index] <= WALL or (page[index].element.tag == "h1" and page[index].linked < 0.5)
        if weight <= 0 or (first and wall):
            if top > 0:
                runs.append((top, start, end))
            weight, start, top, end = 0.0, index, 0.0, index
        if wall and runs:
            walled.add(len(runs) - 1)
        weight += points[index]
        if weight > top:
            top, end = weight, index + 1
    if top > 0:
        runs.append((top, start, end))
    if not runs:
        return first, first, 0.0
    best = max(runs)
    if first:
        # Under a title stands its article, even where longer teasers follow.
        enough = (max(WEAK, (0.1 if number in walled else 0.3) * best[0]) for number in range(len(runs)))
        best = next(run for run, least in zip(runs, enough, strict=True) if run[0] >= min(best[0], least))
    return _joined(page, points, runs, best)


def _joined(
    page: Sequence[Block], points: Sequence[float], runs: Sequence[tuple[float, int, int]], best: tuple[float, int, int]
) -> tuple[int, int, float]:
    """A run with those that stand in the same box: advertisements in the middle of an article part it."""
    weight, start, end = best
    boxes = [_box(page[index]) for index in range(start, end) if points[index] >= PROSE]
    # Of boxes with as many blocks the first: a set would give one by its address in memory.
    home = max(dict.fromkeys(boxes), key=boxes.count) if boxes else None
    for other in runs:
        own = [index for index in range(other[1], other[2]) if points[index] >= PROSE and _box(page[index]) is home]
        if own and home is not None and home.tag not in ("body", "html"):
            start, end = min(start, own[0]), max(end, own[-1] + 1)
            weight += other[0] if other != best else 0.0
    return start, end, weight


def _box(block: Block) -> HtmlElement | None:
    return block.element.getparent() if block.element.tag in _PLAIN else block.element


def _asides(page: Sequence[Block]) -> Collection[int]:
    """Blocks in boxes that are named for comments and the like, unless most of the prose stands there."""
    found = [index for index, block in enumerate(page) if block.aside]
    return set(found) if _prose(page, found) < 0.5 * _prose(page, range(len(page))) else ()


def _prose(page: Sequence[Block], indices: Collection[int]) -> int:
    """Characters of unlinked blocks with sentence marks."""
    blocks = (page[index] for index in indices)
    return sum(block.size for block in blocks if block.linked < 0.3 and _TWO_MARKS.search(block.text))


def _within(page: Sequence[Block], root: HtmlElement, selector: str) -> list[int]:
    """The blocks inside what a selector finds; none where it is no selector or finds nothing."""
    inside = {element for holder in selected(root, selector) for element in holder.iter()}
    return [index for index, block in enumerate(page) if block.element in inside]


def selected(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements that a CSS selector finds; none where it is no selector."""
    try:
        return list(_selector(selector)(root))
    except SelectorError:
        return []


@cache
def _selector(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _container(boxes: Sequence[Box], points: Sequence[float], weight: float) -> list[int]:
    """The blocks of a known container, where it holds the page's article."""
    for rank in sorted({box.rank for box in boxes}):
        found = sorted({index for box in boxes if box.rank == rank for index in range(box.start, box.end)})
        if sum(max(0.0, points[index]) for index in found) >= max(4.0, 0.7 * weight):
            return found
    return []


def _read(page: Sequence[Block], indices: Collection[int]) -> list[int]:
    """Which of some blocks trafilatura takes for the article."""
    chosen = sorted(indices)
    if len(chosen) > BLOCKS or not chosen:
        return []
    tree = _tree([page[index] for index in chosen])
    document = trafilatura.bare_extraction(
        tree,
        fast=True,
        with_metadata=False,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        config=_config(),
    )
    text = document.text if isinstance(document, trafilatura.settings.Document) else None
    lines = [_key(line) for line in (text or "").splitlines()]
    taken = []
    position = 0
    for index in chosen:
        key = _key(page[index].text)
        if key in lines[position : position + 40]:
            position = lines.index(key, position) + 1
            taken.append(index)
    return taken


def _key(text: str) -> str:
    return re.sub(r"\s", "", narrow(text))


@cache
def _config() -> ConfigParser:
    config = use_config()
    # Chinese says in 20 characters what the default of 250 was set for (measured on short notices).
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "20")
    return config


def _tree(blocks: Sequence[Block]) -> HtmlElement:
    """A page that holds the blocks alone, in boxes named as the page names them, each block one paragraph."""
    root = HTMLParser().makeelement("html")
    top = SubElement(root, "body")
    made: dict[HtmlElement, tuple[HtmlElement, int]] = {}

    def box(element: HtmlElement | None) -> tuple[HtmlElement, int]:
        chain = []
        while element is not None and element.tag not in ("html", "body") and element not in made:
            chain.append(element)
            element = element.getparent()
        place, depth = made[element] if element is not None and element in made else (top, 0)
        for link in reversed(chain):
            tag = link.tag if link.tag in _BOXES else "div"
            names = [(name, fold(value)) for name in ("class", "id") if (value := link.get(name))]
            if depth < DEPTH and (names or tag != "div"):
                place = SubElement(place, tag)
                for name, value in names:
                    place.set(name, value)
                depth += 1
            made[link] = (place, depth)
        return place, depth

    for block in blocks:
        element = block.element
        place, _ = box(element.getparent() if element.tag in _PLAIN else element)
        paragraph = SubElement(place, "h2" if block.kind == "heading" else "p")
        if block.linked > 0.5:
            link = SubElement(paragraph, "a")
            link.set("href", "/")
            link.text = block.text
        else:
            paragraph.text = block.text
    return root


def table_rows(page: Sequence[Block], indices: Sequence[int]) -> list[tuple[int, ...]]:
    """Blocks -> paragraphs: the short cells of one table row are one line, every other block is its own."""
    rows: list[tuple[int, ...]] = []
    last = None
    for index in indices:
        row = _row_of(page[index])
        if row is not None and row is last:
            rows[-1] = (*rows[-1], index)
        else:
            rows.append((index,))
        last = row
    return rows


def _row_of(block: Block) -> HtmlElement | None:
    if block.size > 60:
        return None
    element: HtmlElement | None = block.element
    for _ in range(3):
        if element is None:
            return None
        if element.tag in ("td", "th"):
            row = element.getparent()
            cells = [cell for cell in row if cell.tag in ("td", "th")] if row is not None else []
            whole = han("".join(element.itertext()))
            return row if len(cells) >= 2 and whole <= 60 else None
        element = element.getparent()
    return None
