"""Blocks of a page -> the paragraphs of its article.

A reader in three steps: the region where prose stands is found (the site's selectors, a known container, else votes of
the blocks), trafilatura reads that region from a tree that holds each paragraph as one, and what it gives is checked
against the votes. A better reader replaces `body` alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from configparser import ConfigParser
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import TypeAlias

import trafilatura
from lxml.etree import SubElement
from lxml.html import HtmlElement, HTMLParser
from trafilatura.settings import use_config

from archive.text.blocks import Block, fold
from archive.text.box import Area
from archive.text.fields import is_caption, is_dateline
from archive.text.lines import furniture_id, narrow
from archive.text.outline import Box, Outline

# A run of blocks: its first, the one after its last, and the sum of its votes.
Region: TypeAlias = tuple[int, int, float]

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
# A cell of a table of data holds at most so much (blocks, characters).
CELL_BLOCKS, CELL = 4, 200
# Lines without a vote for or against lie above, links and furniture below.
NEUTRAL = -5
# A heading over links to other articles ends an article, however long.
WALL = -1e5

_MARKS = re.compile("[，。！？；：、,!?;]")
_TWO_MARKS = re.compile("[，。！？；：、,!?;][^，。！？；：、,!?;]*[，。！？；：、,!?;]")
# What a dateline cannot do without: a label or the time of day. A day alone may sign a notice.
_LABELLED = re.compile("来源|作者|编辑|时间|日期")
_CLOCK = re.compile(r":(?<=\d:)\d\d")
_END = re.compile("[。！？!?…；;：:”」』）)】\\]]$")
_PLAIN = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd", "dt"))
_CELLS = frozenset(("td", "th"))
_BOXES = frozenset(
    ("article", "main", "section", "footer", "nav", "aside", "header", "ul", "ol", "figure", "blockquote")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The article on a page.

    Attributes:
        indices: which of the page's blocks it is, in order.
        start, end: the region that it was read from; `end` is past the last block.
        tier: what read it: `site`, `box`, `container`, `votes`, `trafilatura`.
        confidence: 0 to 1.
        dropped: the other blocks of the region, each with the rule that took it out.
        media: whether a picture, a film or a frame stands in the region.
        dated: the block that is the page's dateline, where one is known.
    """

    indices: tuple[int, ...]
    start: int
    end: int
    tier: str
    confidence: float
    dropped: dict[int, str] = field(default_factory=dict)
    media: bool = False
    dated: int | None = None


def body(
    outline: Outline,
    points: Sequence[float],
    found: Region,
    area: Area | None,
    *,
    picked: Sequence[int],
    title: int | None,
) -> Body | None:
    """The article among the blocks of a page; None where there is no prose.

    Args:
        outline: the page.
        points: what `votes` says of its blocks.
        found: what `region` finds by them.
        area: the box, see `box.find`.
        picked: the blocks that the site's selector finds.
        title: the block that is the title, where it is known.
    """
    if picked:
        return Body(indices=tuple(picked), start=picked[0], end=picked[-1] + 1, tier="site", confidence=1.0)
    page = outline.blocks
    start, end, weight = found
    if area is not None and (area.lines or area.media or weight < WEAK):
        return Body(
            indices=area.kept,
            start=area.start,
            end=area.end,
            tier="box",
            confidence=1.0,
            dropped=area.dropped,
            media=area.media,
            dated=area.dated,
        )
    container = _container(outline.boxes, points, weight)
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
        read, tier = _second(outline, voted, range(max(0, start - 2), min(len(page), end + 2)), weight, title)
    read = _mended(outline, points, read, title)
    if not read:
        return None
    kept = set(read)
    inside = [index for index in range(min(start, read[0]), max(end, read[-1] + 1)) if index not in kept]
    return Body(
        indices=tuple(read),
        start=start,
        end=end,
        tier=tier,
        confidence=round(confidence, 2),
        dropped={index: "links" if page[index].linked > 0.5 else "outside" for index in inside},
    )


def _second(
    outline: Outline, voted: list[int], around: Collection[int], weight: float, title: int | None
) -> tuple[list[int], str]:
    """What trafilatura reads where votes are in doubt, if it is the better reading."""
    page = outline.blocks
    if weight < WEAK and title is None:
        whole = _read(outline, range(len(page)))
        if sum(page[i].size for i in whole) > 3 * sum(page[i].size for i in voted):
            return whole, "trafilatura"
    # A notice of a few lines: its box knows better than any reader.
    read = _read(outline, around) if weight >= WEAK else []
    return (read, "trafilatura") if read and _prose(page, read) >= 0.7 * _prose(page, voted) else (voted, "votes")


def _widened(page: Sequence[Block], points: Sequence[float], title: int, start: int, end: int) -> tuple[int, int]:
    """The region of a short notice with the lines around it that are neither links nor furniture."""
    while start - 1 > title and points[start - 1] > NEUTRAL:
        start -= 1
    while end < len(page) and points[end] > NEUTRAL:
        end += 1
    return start, end


def _mended(outline: Outline, points: Sequence[float], read: Sequence[int], title: int | None) -> list[int]:
    """What was read, without furniture at its ends, and with what stands between.

    trafilatura drops a paragraph, a caption or a cell now and then: between two blocks that it keeps nothing is dropped
    but links and furniture, and captions at its ends belong to it; so do the lines of its own box that are too short to
    vote: 特此通知, who signs, a table, a heading over the next page.
    """
    page = outline.blocks
    home = _home(outline, [i for i in read if points[i] >= PROSE])
    kept = [i for i in read if home is None or not _is_column(outline, i, home)]
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
    if home is not None:
        # Without a title it may be what stands above.
        while title is not None and first - 1 > title and _belongs(outline, first - 1, points, home):
            first -= 1
        while (step := _next(outline, last, points, home)) is not None:
            last = step
    return sorted({*kept, *inside, *range(first, kept[0]), *range(kept[-1] + 1, last + 1)})


def _next(outline: Outline, last: int, points: Sequence[float], home: int) -> int | None:
    """The block with which an article goes on in its own box; lines that say where to write to may stand between."""
    page = outline.blocks
    step = last + 1
    while (
        step < min(len(page), last + 5)
        and outline.holds(home, step)
        and furniture_id(narrow(page[step].text)) == "contact"
    ):
        step += 1
    return step if step < len(page) and _belongs(outline, step, points, home) else None


def _is_column(outline: Outline, index: int, home: int) -> bool:
    """Whether a block stands in another column of the table that lays out the page."""
    if outline.tags[home] not in _CELLS or outline.holds(home, index):
        return False
    element = outline.blocks[index].element
    while element and outline.parents[element] != outline.parents[home]:
        element = outline.parents[element]
    return bool(element)


def _belongs(outline: Outline, index: int, points: Sequence[float], home: int) -> bool:
    """Whether a block beside an article is neither link nor furniture, and stands in the article's own box."""
    return points[index] > NEUTRAL and outline.blocks[index].linked < 0.5 and outline.holds(home, index)


def _home(outline: Outline, prose: Sequence[int]) -> int | None:
    """The box that holds an article's paragraphs and nothing but articles; None where it is the whole page."""
    boxes = [_box(outline, index) for index in prose]
    if len(boxes) > 1 and len(set(boxes)) == len(boxes):
        # Each paragraph is a box of its own.
        boxes = [outline.parents[box] for box in boxes]
    # Of boxes with as many blocks the first.
    home = max(dict.fromkeys(boxes), key=boxes.count) if boxes else None
    return None if home is None or outline.tags[home] in ("body", "html", "table", "tbody", "tr") else home


def votes(page: Sequence[Block], keys: Sequence[str]) -> list[float]:
    """For each block how much it speaks for an article (about its characters of prose) or against one (links)."""
    aside = _asides(page)
    labelled = _labelled(keys)
    points = []
    for index, block in enumerate(page):
        size = block.size
        rule = furniture_id(keys[index]) if size <= 240 and block.linked < 0.9 else None
        if rule in ("related", "comments"):
            following = page[index + 1 : index + 13]
            links = sum(other.linked > 0.5 for other in following)
            # Readers' letters in a box that says so, however long.
            letters = sum(other.aside for other in following) if rule == "comments" else 0
            vote = WALL if links * 3 >= len(following) or letters * 3 >= 2 * len(following) else -60.0
        elif rule or (index in labelled and size <= 160 and is_dateline(keys[index])):
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


def _labelled(keys: Sequence[str]) -> set[int]:
    """The lines that may be datelines: one search in all takes a fourth of a search in each (measured)."""
    whole = "\n".join(keys)
    ends = list(accumulate([len(key) + 1 for key in keys]))
    return {bisect_right(ends, found.start()) for how in (_LABELLED, _CLOCK) for found in how.finditer(whole)}


def region(outline: Outline, points: Sequence[float], title: int | None) -> Region:
    """The run of blocks with the highest sum of votes, after the title where one is known: start, end, sum."""
    page = outline.blocks
    total = sum(point for point in points if point > 0)
    first = 0
    if title is not None and sum(p for p in points[title + 1 :] if p > 0) >= 0.25 * total:
        first = title + 1
    runs: list[tuple[float, int, int]] = []
    walled: set[int] = set()
    weight, start, top, end = 0.0, first, 0.0, first
    headed = "h1" in outline.tags
    for index in range(first, len(points)):
        # The next article of an endless page begins with a headline of its own.
        wall = points[index] <= WALL or (
            headed and outline.tags[page[index].element] == "h1" and page[index].linked < 0.5
        )
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
    return _joined(outline, points, runs, best)


def _joined(
    outline: Outline, points: Sequence[float], runs: Sequence[tuple[float, int, int]], best: tuple[float, int, int]
) -> Region:
    """A run with those that stand in the same box: advertisements in the middle of an article part it."""
    weight, start, end = best
    boxes = [_box(outline, index) for index in range(start, end) if points[index] >= PROSE]
    # Of boxes with as many blocks the first.
    home = max(dict.fromkeys(boxes), key=boxes.count) if boxes else None
    for other in runs:
        own = [index for index in range(other[1], other[2]) if points[index] >= PROSE and _box(outline, index) == home]
        if own and home is not None and outline.tags[home] not in ("body", "html"):
            start, end = min(start, own[0]), max(end, own[-1] + 1)
            weight += other[0] if other != best else 0.0
    return start, end, weight


def _box(outline: Outline, index: int) -> int:
    """The element that holds a block among others."""
    element = outline.blocks[index].element
    return outline.parents[element] if outline.tags[element] in _PLAIN else element


def _asides(page: Sequence[Block]) -> Collection[int]:
    """Blocks in boxes that are named for comments and the like, unless most of the prose stands there."""
    found = {index for index, block in enumerate(page) if block.aside}
    beside = _prose(page, found)
    # Nearly always the first paragraph settles it.
    sizes = (block.size for block in page if not block.aside and _is_prose(block))
    return found if any(size > beside for size in accumulate(sizes)) else ()


def _prose(page: Sequence[Block], indices: Collection[int]) -> int:
    """Characters of unlinked blocks with sentence marks."""
    return sum(page[index].size for index in indices if _is_prose(page[index]))


def _is_prose(block: Block) -> bool:
    return block.linked < 0.3 and _TWO_MARKS.search(block.text) is not None


def _container(boxes: Sequence[Box], points: Sequence[float], weight: float) -> list[int]:
    """The blocks of a known container, where it holds the page's article."""
    for rank in sorted({box.rank for box in boxes}):
        found = sorted({index for box in boxes if box.rank == rank for index in range(box.start, box.end)})
        if sum(max(0.0, points[index]) for index in found) >= max(4.0, 0.7 * weight):
            return found
    return []


def _read(outline: Outline, indices: Collection[int]) -> list[int]:
    """Which of some blocks trafilatura takes for the article."""
    chosen = sorted(indices)
    if len(chosen) > BLOCKS or not chosen:
        return []
    page = outline.blocks
    tree = _tree(outline, chosen)
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


def _tree(outline: Outline, indices: Sequence[int]) -> HtmlElement:
    """A page that holds some blocks alone, in boxes named as the page names them, each block one paragraph."""
    root = HTMLParser().makeelement("html")
    top = SubElement(root, "body")
    made: dict[int, tuple[HtmlElement, int]] = {}

    def box(element: int) -> tuple[HtmlElement, int]:
        chain = []
        while element and outline.tags[element] != "body" and element not in made:
            chain.append(element)
            element = outline.parents[element]
        place, depth = made.get(element, (top, 0))
        for link in reversed(chain):
            tag = outline.tags[link] if outline.tags[link] in _BOXES else "div"
            written = outline.attributes(link)
            names = [(name, value) for name in ("class", "id") if (value := fold(written.get(name, "")))]
            if depth < DEPTH and (names or tag != "div"):
                place = SubElement(place, tag)
                for name, value in names:
                    place.set(name, value)
                depth += 1
            made[link] = (place, depth)
        return place, depth

    for index in indices:
        block = outline.blocks[index]
        place, _ = box(_box(outline, index))
        paragraph = SubElement(place, "h2" if block.kind == "heading" else "p")
        if block.linked > 0.5:
            link = SubElement(paragraph, "a")
            link.set("href", "/")
            link.text = block.text
        else:
            paragraph.text = block.text
    return root


def table_rows(outline: Outline, indices: Sequence[int]) -> list[tuple[tuple[int, ...], ...]]:
    """Blocks -> lines, each the blocks of its cells: a row of a table of data is one line, any other block its own.

    A row is data where at least two of its cells hold something, and none of them as much as an article. A cell
    without a block stands as an empty one between the others.
    """
    cells = {index: cell for index in indices if (cell := cell_of(outline, index)) is not None}
    held: dict[int, dict[int, list[int]]] = {}
    for index, cell in cells.items():
        held.setdefault(outline.parents[cell], {}).setdefault(cell, []).append(index)
    data = {
        row: found
        for row, found in held.items()
        if len(found) > 1 and all(_is_cell(outline, c) for c in found.values())
    }
    every: dict[int, list[int]] = {row: [] for row in data}
    spans = {row: (min(found), max(found)) for row, found in data.items()}
    for element, tag in enumerate(outline.tags) if data else ():
        if tag in _CELLS and (span := spans.get(outline.parents[element])) and span[0] <= element <= span[1]:
            every[outline.parents[element]].append(element)
    lines: list[tuple[tuple[int, ...], ...]] = []
    done = set()
    for index in indices:
        row = outline.parents[cells[index]] if index in cells else None
        if row not in data:
            lines.append(((index,),))
        elif row not in done:
            done.add(row)
            lines.append(tuple(tuple(data[row].get(cell, ())) for cell in every[row]))
    return lines


def _is_cell(outline: Outline, blocks: Sequence[int]) -> bool:
    """Whether the blocks of a cell are no article's."""
    return len(blocks) <= CELL_BLOCKS and sum(outline.blocks[index].size for index in blocks) <= CELL


def cell_of(outline: Outline, index: int) -> int | None:
    """The cell that holds a block, where it stands in one with few elements between."""
    element = outline.blocks[index].element
    for _ in range(4):
        if outline.tags[element] in _CELLS:
            return element
        element = outline.parents[element]
    return None
