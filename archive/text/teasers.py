"""A page's outline -> its teasers: headlines that lead to other articles, each over the first lines of its own.

They stand beside articles, whatever the names of their boxes. Where they stand right under the title they are what the
page has to say: a digest, or a list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import takewhile

from archive.text import dates
from archive.text.fields.labels import is_dateline
from archive.text.lines import furniture_id
from archive.text.outline import ROOTS, Outline

# A headline has so many characters, what stands between it and its paragraph at most so many, that at least so many.
HEADLINE, LONGEST, BETWEEN, PARAGRAPH = 8, 60, 60, 20
# So many teasers make a box; one with a dateline of its own may stand alone, and has at most so many blocks.
FEW, BLOCKS = 2, 6
# The name over a box has at most so many characters, and over a digest stand at most so many lines.
NAME, INTRODUCTION = 20, 1
# No step looks at more blocks of a box than this.
LOOK = 100
_MARKS = frozenset("，。！？；、,!?;")


def groups(outline: Outline, keys: Sequence[str]) -> list[list[int]]:
    """The blocks of each box of teasers, with the name over them."""
    boxes: dict[int, dict[int, int]] = defaultdict(dict)
    found: list[list[int]] = []
    for index, paragraph in _teasers(outline, keys):
        item = outline.common(outline.blocks[index].element, outline.blocks[paragraph].element)
        own = _inside(outline, item, index)
        if outline.tags[item] not in ROOTS and len(own) <= BLOCKS and not outline.holds(item, max(0, index - 1)):
            found += [own] if paragraph > index + 1 and dates.read(keys[index + 1]) else []
            item = outline.parents[item]
        boxes[item][index] = paragraph
    whole = [_of_box(outline, keys, box, heads) for box, heads in boxes.items() if len(heads) >= FEW]
    return [*filter(None, whole), *found]


def beside(outline: Outline, keys: Sequence[str], boxes: Sequence[list[int]], title: int | None) -> frozenset[int]:
    """The blocks of those boxes that stand beside an article, not right under the title."""
    own: set[int] = set()
    for box in boxes:
        over = range(max((title or 0) + 1, box[0] - LOOK), box[0])
        lines = [i for i in over if outline.blocks[i].linked < 0.5 and not is_dateline(keys[i])]
        if title is None or title > box[0] or sum(furniture_id(keys[i]) is None for i in lines) > INTRODUCTION:
            own.update(box)
    return frozenset(own)


def _teasers(outline: Outline, keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The links that read like headlines, each with the paragraph below it, or below the dateline under it."""
    blocks = outline.blocks
    for index in range(len(blocks) - 1):
        block, below = blocks[index], index + 1
        if block.linked <= 0.5 or not HEADLINE <= block.size <= LONGEST:
            continue
        if blocks[below].size <= BETWEEN and (dates.read(keys[below]) or is_dateline(keys[below])):
            below += 1
        if below < len(blocks) and _is_paragraph(outline, below):
            yield index, below


def _is_paragraph(outline: Outline, index: int) -> bool:
    """Whether a block is a paragraph, perhaps with a link to its rest."""
    block = outline.blocks[index]
    return block.size >= PARAGRAPH and block.linked < 0.3 and not _MARKS.isdisjoint(block.text)


def _inside(outline: Outline, element: int, index: int) -> list[int]:
    """The blocks in an element, from one of them on."""
    following = range(index, min(len(outline.blocks), index + LOOK))
    return list(takewhile(lambda i: outline.holds(element, i), following))


def _of_box(outline: Outline, keys: Sequence[str], box: int, heads: dict[int, int]) -> list[int]:
    """The blocks of a box with teasers, and the name over them; none where it holds other paragraphs."""
    own, paragraphs = _inside(outline, box, min(heads)), set(heads.values())
    if outline.tags[box] in ROOTS or any(_is_paragraph(outline, i) and i not in paragraphs for i in own):
        return []
    over, following, around = own[0] - 1, own[-1] + 1, outline.parents[box]
    if over < 0 or outline.blocks[over].size > NAME or outline.blocks[over].linked > 0.5 or dates.read(keys[over]):
        return own
    # It stands in the box, or has one with the box to itself.
    apart = outline.tags[around] not in ROOTS and outline.holds(around, over)
    ends = following == len(outline.blocks) or not outline.holds(around, following)
    return [over, *own] if outline.holds(box, over) or (apart and ends) else own
