"""Blocks of a page -> the paragraphs of its article.

Where the page states the article's box, see `box`, its lines are the article. Else the region with the most prose is,
by votes of its blocks; where these are in doubt, what trafilatura reads from a tree that holds each block as one
paragraph. It is a witness, too: see `unread`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from configparser import ConfigParser
from dataclasses import replace
from functools import cache, partial
from itertools import accumulate, takewhile
from typing import TypeAlias

from lxml.etree import SubElement
from lxml.html import HtmlElement, HTMLParser

from archive.text.blocks import Block
from archive.text.box import Area
from archive.text.fields import is_caption, is_dateline
from archive.text.lines import furniture_id, holding, narrow
from archive.text.outline import CELLS, Outline
from archive.text.page import Page

# A run of blocks: its first, the one after its last, and the sum of its votes.
Region: TypeAlias = tuple[int, int, float]

# Trafilatura takes fifty times as long as votes do: more blocks than this are not given to it.
BLOCKS = 500
# A region with fewer points is no article by its prose alone; points are about characters of prose.
WEAK = 60
# Below this confidence in the votes, trafilatura is asked.
DOUBT = 0.3
# What one paragraph can weigh: a long comment must not outweigh an article.
HEAVY = 150
# Points of a paragraph.
PROSE = 20
# A line of so many characters is a paragraph without marks, too: Tibetan and English have others.
LONG = 40
# A cell of a table of data holds at most so much (blocks, characters).
CELL_BLOCKS, CELL = 4, 200
# Lines without a vote for or against lie above, links and furniture below.
NEUTRAL = -5
# A heading over links to other articles ends an article, however long.
WALL = -1e5

_MARKS = re.compile("[，。！？；、,!?;]")
_TWO_MARKS = re.compile("[，。！？；：、,!?;][^，。！？；：、,!?;]*[，。！？；：、,!?;]")
# What a dateline cannot do without: a label or the time of day. A day alone may sign a notice.
_LABELLED = re.compile("来源|作者|编辑|时间|日期")
_CLOCK = re.compile(r":(?<=\d:)\d\d")
_END = re.compile("[。！？!?…；;：:”」』）)】\\]]$")


def body(page: Page, points: Sequence[float], found: Region, area: Area | None) -> Area | None:
    """The article of a page; None where there is no prose.

    What the site's selector finds goes first, then the box (see `box.find`), then what `region` found by the points
    of `votes`.
    """
    if page.picked:
        return Area(kept=tuple(page.picked), start=page.picked[0], end=page.picked[-1] + 1, tier="site")
    if area is not None and (area.lines or area.media or found[2] < WEAK):
        return area
    voted = _of_votes(page.outline, points, found, page.title) if found[2] > 0 else None
    if voted is None or area is None:
        return voted
    # What the box that was not taken holds leaves with a word, too.
    beside = {index: rule for index, rule in area.dropped.items() if index not in voted.kept}
    return replace(voted, dropped={**beside, **voted.dropped})


def _of_votes(outline: Outline, points: Sequence[float], found: Region, title: int | None) -> Area | None:
    """The article where nothing states its box: the region with the most prose, or what trafilatura reads instead."""
    page = outline.blocks
    start, end, weight = found
    voted = [index for index in range(start, end) if page[index].linked < 0.8]
    share = weight / max(weight, sum(max(0.0, point) for point in points))
    confidence = min(1.0, weight / 400) * (0.4 + 0.6 * share)
    read, tier = voted, "votes"
    if confidence < DOUBT and title is None:
        whole = read_again(outline, range(len(page)))
        if _prose(page, whole) >= _prose(page, voted):
            read, tier = whole, "trafilatura"
    read = _mended(outline, points, read)
    if not read:
        return None
    kept = set(read)
    inside = [index for index in range(min(start, read[0]), max(end, read[-1] + 1)) if index not in kept]
    return Area(
        kept=tuple(read),
        start=start,
        end=end,
        tier=tier,
        confidence=round(confidence, 2),
        dropped={index: "links" if page[index].linked > 0.5 else "outside" for index in inside},
    )


def unread(outline: Outline, points: Sequence[float], found: Region, body: Area | None) -> list[int]:
    """The paragraphs that trafilatura reads and the body lacks, where that is empty or short beside the region with the
    most prose.

    A second reader is a witness: nothing of what it says enters the text, and on ordinary pages it is not asked.
    """
    start, end, _ = found
    page = outline.blocks
    known = {*body.kept, *body.dropped} if body else set()
    ours = sum(page[index].size for index in body.kept) if body else 0
    beside = [i for i in range(start, end) if points[i] >= PROSE and i not in known]
    if sum(page[index].size for index in beside) < max(WEAK, ours):
        return []
    around = range(len(page)) if len(page) <= BLOCKS else range(start, min(end, start + BLOCKS))
    read = set(read_again(outline, around))
    return [index for index in beside if index in read]


def _mended(outline: Outline, points: Sequence[float], read: Sequence[int]) -> list[int]:
    """What was read, without furniture at its ends, and with what stands between.

    Between two blocks that are kept nothing is dropped but links and furniture; captions above belong to an article,
    and so do the lines of its own box that are too short to vote: 特此通知, who signs, a table; not where to write to.
    """
    page = outline.blocks
    plain = [at for at, index in enumerate(read) if points[index] >= NEUTRAL]
    if not plain:
        return []
    kept = read[plain[0] : plain[-1] + 1]
    first, last = kept[0], kept[-1]
    inside = {i for i in range(first, last) if points[i] > NEUTRAL and page[i].linked < 0.5}
    home = outline.home([i for i in kept if points[i] >= PROSE])
    # A name over a paragraph that begins with it is a heading.
    while first > 0 and (is_caption(page[first - 1].text) or page[first].text.startswith(page[first - 1].text)):
        first -= 1
    last = last if home is None else _end(outline, points, home, last)
    return sorted({*kept, *inside, *range(first, kept[0]), *range(kept[-1] + 1, last + 1)})


def _end(outline: Outline, points: Sequence[float], home: int, last: int) -> int:
    """The last block with which an article goes on in its box; lines that say where to write to may stand between."""
    for index in takewhile(partial(outline.holds, home), range(last + 1, len(outline.blocks))):
        if points[index] > NEUTRAL and outline.blocks[index].linked < 0.5:
            last = index
        elif furniture_id(narrow(outline.blocks[index].text)) != "contact":
            break
    return last


def votes(page: Sequence[Block], keys: Sequence[str], teasers: Collection[int] = ()) -> list[float]:
    """For each block how much it speaks for an article (about its characters of prose) or against one (links)."""
    aside = {*_asides(page), *teasers}
    whole = "\n".join(keys)
    labelled = holding(_LABELLED, whole) | holding(_CLOCK, whole)
    points = []
    for index, block in enumerate(page):
        size = block.size
        rule = furniture_id(keys[index]) if size <= 240 and block.linked < 0.9 else None
        if rule in ("related", "comments"):
            points.append(_wall(rule, page[index + 1 : index + 13]))
        elif rule or (index in labelled and size <= 160 and is_dateline(keys[index])):
            points.append(-10.0)
        else:
            points.append(-15.0 if index in aside else _vote(block))
    return points


def _wall(rule: str, following: Sequence[Block]) -> float:
    """The vote of a heading over links to other articles or over comments."""
    links = sum(other.linked > 0.5 for other in following)
    # Readers' letters in a box that says so, however long.
    letters = sum(other.aside for other in following) if rule == "comments" else 0
    return WALL if links * 3 >= len(following) or letters * 3 >= 2 * len(following) else -60.0


def _vote(block: Block) -> float:
    """The vote of a block that no rule knows."""
    size = block.size
    if block.linked > 0.5:
        return -8 - min(size, 40) * 0.4
    if size >= PROSE and _MARKS.search(block.text):
        return min(size - block.links, HEAVY) * (1 - block.linked)
    if size >= LONG:
        return PROSE
    return 4.0 if size >= 8 and not block.links and _END.search(block.text) else -4.0


def region(outline: Outline, points: Sequence[float], title: int | None) -> Region:
    """The run of blocks with the highest sum of votes, after the title where one is known: start, end, sum."""
    total = sum(point for point in points if point > 0)
    first = 0
    if title is not None and sum(p for p in points[title + 1 :] if p > 0) >= 0.25 * total:
        first = title + 1
    runs, walled = _runs(outline, points, first)
    if not runs:
        return first, first, 0.0
    best = max(runs)
    if first:
        # Under a title stands its article, even where longer teasers follow.
        enough = (max(WEAK, (0.1 if number in walled else 0.3) * best[0]) for number in range(len(runs)))
        best = next(run for run, least in zip(runs, enough, strict=True) if run[0] >= min(best[0], least))
    return _joined(outline, points, runs, best)


def _runs(outline: Outline, points: Sequence[float], first: int) -> tuple[list[tuple[float, int, int]], set[int]]:
    """The runs of blocks whose sums of votes stay above zero, from one on: sum, start, end; and which end at a wall, or
    at a headline: the next article of an endless page begins with one of its own.
    """
    runs: list[tuple[float, int, int]] = []
    walled: set[int] = set()
    weight, start, top, end = 0.0, first, 0.0, first
    for index in range(first, len(points)):
        block = outline.blocks[index]
        wall = points[index] <= WALL or (outline.tags[block.element] == "h1" and block.linked < 0.5)
        if weight <= 0 or (first and wall):
            if top > 0:
                runs.append((top, start, end))
            weight, start, top, end = 0.0, index, 0.0, index
        if wall:
            walled.add(len(runs) - 1)
        weight += points[index]
        if weight > top:
            top, end = weight, index + 1
    if top > 0:
        runs.append((top, start, end))
    return runs, walled


def _joined(
    outline: Outline, points: Sequence[float], runs: Sequence[tuple[float, int, int]], best: tuple[float, int, int]
) -> Region:
    """A run with those that stand in the same box: advertisements in the middle of an article part it."""
    weight, start, end = best
    if len(runs) == 1:
        return start, end, weight
    home = outline.home([index for index in range(start, end) if points[index] >= PROSE])
    if home is None:
        return start, end, weight
    for other in runs:
        own = [index for index in range(other[1], other[2]) if points[index] >= PROSE and outline.is_part(home, index)]
        if own:
            start, end = min(start, own[0]), max(end, own[-1] + 1)
            weight += other[0] if other != best else 0.0
    return start, end, weight


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


def read_again(outline: Outline, indices: Collection[int]) -> list[int]:
    """Which of some blocks trafilatura takes for the article."""
    chosen = sorted(indices)
    if len(chosen) > BLOCKS or not chosen:
        return []
    # Loading trafilatura takes 0.2 s of CPU, and few pages need it (measured).
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = outline.blocks
    tree = _tree(outline, chosen)
    document = bare_extraction(
        tree,
        fast=True,
        with_metadata=False,
        include_comments=False,
        include_tables=True,
        deduplicate=False,
        config=_config(),
    )
    text = document.text if isinstance(document, Document) else None
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
    from trafilatura.settings import use_config

    config = use_config()
    # Chinese says in 20 characters what the default of 250 was set for (measured on short notices).
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "20")
    return config


def _tree(outline: Outline, indices: Sequence[int]) -> HtmlElement:
    """A page that holds some blocks alone, each one paragraph."""
    root = HTMLParser().makeelement("html")
    body = SubElement(root, "body")
    for index in indices:
        block = outline.blocks[index]
        paragraph = SubElement(body, "h2" if block.kind == "heading" else "p")
        if block.linked > 0.5:
            paragraph = SubElement(paragraph, "a", href="/")
        paragraph.text = block.text
    return root


def table_rows(outline: Outline, indices: Sequence[int], title: int | None = None) -> list[tuple[tuple[int, ...], ...]]:
    """Blocks -> lines, each the blocks of its cells: a row of a table of data is one line, any other block its own.

    A row is data where at least two of its cells hold something, and none of them as much as an article. A cell
    without a block stands as an empty one between the others. A row that holds the title lays out the page.
    """
    layout = outline.parents[outline.cell(title) or 0] if title is not None else 0
    cells = {i: cell for i in indices if (cell := outline.cell(i)) is not None and outline.parents[cell] != layout}
    rows = _data_rows(outline, cells) if cells else {}
    lines: list[tuple[tuple[int, ...], ...]] = []
    done = set()
    for index in indices:
        row = outline.parents[cells[index]] if index in cells else None
        if row not in rows:
            lines.append(((index,),))
        elif row not in done:
            done.add(row)
            lines.append(rows[row])
    return lines


def _data_rows(outline: Outline, cells: dict[int, int]) -> dict[int | None, tuple[tuple[int, ...], ...]]:
    """The rows of tables of data among rows that hold some blocks: for each its cells, each with its blocks.

    `cells`: of each block its cell.
    """

    def size(blocks: Sequence[int]) -> int:
        return sum(outline.blocks[index].size for index in blocks)

    held: dict[int, dict[int, list[int]]] = {}
    for index, cell in cells.items():
        held.setdefault(outline.parents[cell], {}).setdefault(cell, []).append(index)
    data = {
        row: found
        for row, found in held.items()
        # The blocks of a cell are no article's.
        if len(found) > 1
        and all(len(blocks) <= CELL_BLOCKS and size(blocks) <= CELL for blocks in found.values())
        # Columns of prose.
        and not all(sum(map(outline.ends_sentence, blocks)) > 1 for blocks in found.values())
    }
    rows: dict[int | None, list[tuple[int, ...]]] = {row: [] for row in data}
    first, last = (min(map(min, data.values())), max(map(max, data.values()))) if data else (0, -1)
    spans = {row: range(min(found), max(found) + 1) for row, found in data.items()}
    for cell in range(first, last + 1):
        row = outline.parents[cell]
        if row in spans and outline.tags[cell] in CELLS and cell in spans[row]:
            rows[row].append(tuple(data[row].get(cell, ())))
    return {row: tuple(found) for row, found in rows.items()}
