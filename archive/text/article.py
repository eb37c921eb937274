"""A page and the body of its article -> `Draft`: the article's lines, and what stands around them says of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import unquote, urljoin, urlsplit

from archive.text import box, chinese, dates, extract, fields, lines, words
from archive.text.blocks import Block
from archive.text.draft import (
    SIGNED,
    Draft,
    Line,
    cut_thread,
    lines_of,
    read_body,
    read_head,
    read_tail,
    reader_of,
    take_letter,
)
from archive.text.outline import Outline
from archive.text.page import FILE, Page, joined, may_be_files
from archive.text.parts import base_of
from archive.warc.capture import Capture

# A longer line is no label's value.
VALUE = 30
# The label over a machine's summary has at most so many characters.
LABEL = 16
# So many lines under a title may hold its dateline, and so many over it, or cells of a table that heads it.
UNDER, OVER, CELLS = 8, 4, 24
# A sentence that describes a picture is no longer.
CAPTION = 60
# A line of so many characters beside an article says nothing of it.
LONG = 200

# A breadcrumb of list items has fewer of them, the last with so many characters of the title at least.
STEPS, TITLE = 8, 5
# The share of a paragraph that the link to its rest has at most.
_REST = 0.3
# One of these parts the steps of a breadcrumb.
_PARTING = frozenset(">＞»›→/|\\-")
# A gallery counts its pictures before what they show: 1/4活动现场.
_COUNTED = re.compile(r"\A\d{1,2}/\d{1,2}\s?(?=\D)")
_MEDIA = re.compile(r"\.(?:pdf|mp4|m3u8|flv|swf|mp3)(?:$|[?#])|viewer\.html|player|video", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where an article stands on its page.

    Attributes:
        page: the page.
        body: the article's blocks; None where no article is found.
        rows: its lines, each the blocks of its cells, see `extract.table_rows`.
        first, last: its first block and its last one, which is before the first where it has no text.
        above, below: blocks beside it that may say who wrote it and when.
        read: how all text of the page is read, see `reader_of`.
        around: of `above` and `below` the lines as they are read.
    """

    page: Page
    body: box.Area | None
    rows: Sequence[tuple[tuple[int, ...], ...]]
    first: int
    last: int
    above: Sequence[int]
    below: Sequence[int]
    read: Callable[[str], str]
    around: dict[int, str]

    @property
    def dropped(self) -> dict[int, str]:
        """The blocks between the article's lines that are none of them, each with its rule."""
        return self.body.dropped if self.body else {}

    def under(self) -> list[int]:
        """The blocks above the article that stand below its title."""
        return [index for index in self.above if self.page.title is None or index > self.page.title]


def read_article(page: Page, body: box.Area | None, site_name: str | None) -> tuple[Draft, Scene]:
    """All that a page says of its article: a list of stages, each takes lines out of the text or fills fields."""
    scene = _scene(page, body)
    draft = _draft(scene)
    _keep_lines_of_box(draft, scene)
    _take_summary(draft, scene)
    cut_thread(draft)
    take_letter(draft)
    _take_captions(draft, scene)
    _name(draft, scene, site_name)
    _read_above(draft, scene)
    read_head(draft)
    _read_names_above(draft, scene)
    _read_over(draft, scene)
    _read_columns(draft, scene)
    read_body(draft)
    read_tail(draft)
    _read_below(draft, scene)
    _read_between(draft, scene)
    _read_metas(draft, scene)
    return draft, scene


def dated_lines(draft: Draft, scene: Scene) -> tuple[list[str], list[str], list[str]]:
    """The lines around an article that may say its day: those under its title, those over it, those below the text."""
    title = scene.page.title
    near = [index for index in scene.above if title is None or 0 < index - title <= UNDER]
    over = [] if title is None else [i for i in scene.above if i >= title - OVER and i not in near]
    under, above = ([scene.around[index] for index in indices] for indices in (near, over))
    if title is not None and (day := fields.part_day(scene.page.keys[title])[1]):
        under.append(fields.as_dateline(day))
    under += draft.facts
    table = range(_table_over(scene.page, title), title - OVER) if title is not None else ()
    masthead = _masthead(scene.page)
    return (
        under,
        [*(scene.read(scene.page.blocks[index].text) for index in table), *above, *masthead],
        _after(scene),
    )


def _after(scene: Scene) -> list[str]:
    """The lines below an article that may say its day; the first is empty where none stands right below the text."""
    return [*([] if scene.last + 1 in scene.below[:1] else [""]), *(scene.around[index] for index in scene.below)]


def _masthead(page: Page) -> list[str]:
    """The day of a newspaper's edition over its articles."""
    over = page.keys[: page.title or 0]
    if not any(words.match("edition", key) for key in over):
        return []
    # The other calendar may stand behind it.
    return [day[:10] for key in over if len(key) <= LONG and (day := dates.read(key))]


def _scene(page: Page, body: box.Area | None) -> Scene:
    rows = extract.table_rows(page.outline, body.kept, page.title) if body else []
    rows = [_without_label(page, row) for row in rows]
    if body and body.kept:
        first, last = body.kept[0], body.kept[-1]
    else:
        first, last = (body.start, body.end - 1) if body else (len(page.blocks), len(page.blocks) - 1)
    above, below = _around(page, first, last)
    # One decision on repair and conversion for the page; its title and the lines around the article with it.
    beside = (page.blocks[index].text for index in (*above, *below))
    read = str if page.plain else reader_of("\n".join([*_found(page, rows), *beside]))
    around = {index: _shown(page, index, read) for index in (*above, *below)}
    around |= {index: fields.as_dateline(around[index]) for index in _joined(page, above, below, last)}
    return Scene(
        page=page, body=body, rows=rows, first=first, last=last, above=above, below=below, read=read, around=around
    )


def _joined(page: Page, above: Sequence[int], below: Sequence[int], last: int) -> list[int]:
    """The lines between title and text, and those right below the text up to the first link."""
    near = [] if page.title is None else [index for index in above if page.title < index <= page.title + UNDER]
    near += [index for at, index in enumerate(below[:SIGNED], last + 1) if index == at]
    return [index for index in near if not page.blocks[index].links]


def _without_label(page: Page, row: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """A row without the label of the text in the cell beside it: 公告内容."""
    labelled = len(row) == 2 and row[0] and words.whole("content", page.keys[row[0][0]])
    return row[1:] if labelled else row


def _shown(page: Page, index: int, read: Callable[[str], str]) -> str:
    """A block as it is read; a dateline in Simplified Chinese, though the page's text is written in it, too."""
    if index in page.datelines:
        return page.keys[index]
    line = read(page.blocks[index].spaced)
    traditional = not (page.plain or chinese.plain(line)) and fields.is_dateline(page.keys[index])
    return chinese.simplified(line) if traditional else line


def _found(page: Page, rows: Sequence[tuple[tuple[int, ...], ...]]) -> list[str]:
    """The article's lines as found; tabs stand between the cells of a row."""
    return ["\t".join(" ".join(page.blocks[i].text for i in cell) for cell in row) for row in rows]


def _draft(scene: Scene) -> Draft:
    page, rows, body = scene.page, scene.rows, scene.body
    found = [
        Line(found=line.found, read=line.read, spaced=_shown(page, row[0][0], scene.read)) if len(row) == 1 else line
        for line, row in zip(lines_of(_found(page, rows), scene.read), rows, strict=True)
    ]
    at = [next(chain(*row)) for row in rows]
    draft = Draft(
        lines=[_without_link(line, page.blocks[index]) for line, index in zip(found, at, strict=True)],
        fate=lines.furniture([line.read for line in found]),
        plain=scene.read is str,
        at=at,
        beside=[(index, rule, page.blocks[index].text) for index, rule in scene.dropped.items()],
        pictured=body is None or body.tier != "box" or body.media,
    )
    draft.beside += _labels(scene)
    draft.beside += [
        (index, "member", line.found.removeprefix(cut.found).strip())
        for line, cut, index in zip(found, draft.lines, at, strict=True)
        if line is not cut
    ]
    if body and body.dated is not None:
        draft.headed = next((at + 1 for at, row in enumerate(rows) if any(body.dated in cell for cell in row)), 0)
    return draft


def _labels(scene: Scene) -> list[tuple[int, str, str]]:
    """The labels of the text that are none of its lines, see `_without_label`."""
    lined = {index for row in scene.rows for index in chain(*row)}
    kept = scene.body.kept if scene.body else ()
    return [(index, "label", scene.page.blocks[index].text) for index in kept if index not in lined]


def _without_link(line: Line, block: Block) -> Line:
    """A paragraph without the link to its rest at its end: [详细]."""
    if not block.links or block.linked > _REST or (rest := words.tail("read_on", line.found)) is None:
        return line
    return Line(found=line.found.removesuffix(rest[0]), read=words.pattern("read_on").sub("", line.read))


def _take_summary(draft: Draft, scene: Scene) -> None:
    """The first line is a machine's where a label over it says so."""
    over = draft.at[0] - 1 if len(draft.at) > 1 else -1
    labelled = scene.dropped.get(over) == "machine" and scene.page.blocks[over].size <= LABEL
    if labelled and len(draft.lines[0].read) <= LONG:
        draft.take(0, "machine")


def _keep_lines_of_box(draft: Draft, scene: Scene) -> None:
    """Who organised an event, where to write to and what to fill in are lines: foot and form stand outside."""
    if scene.body and scene.body.tier == "box":
        for position, line in enumerate(draft.lines):
            if draft.fate[position] in ("footer", "comment_form", "contact") and not words.match("foot", line.read):
                draft.fate[position] = None


def _take_captions(draft: Draft, scene: Scene) -> None:
    """Lines that the page sets or names as captions leave the text."""
    page = scene.page
    beside = [all(cell and page.outline.captioned(cell[0]) for cell in row) for row in scene.rows]
    looks = [page.outline.look(index) for index in draft.at]
    prose = _prose_looks(draft, looks, beside)
    named = _named_below(draft, page.outline, looks)
    for position in draft.left():
        line, at = draft.lines[position].read, draft.at[position]
        apart = looks[position] not in prose or page.outline.slants(at)
        told = beside[position] and _may_describe(line, apart=apart)
        described = told and not _begins_list(draft, page.outline, position)
        if described or looks[position] in named or page.blocks[at].kind == "caption":
            draft.captions += _COUNTED.sub("", line).split("\t")
            draft.take(position, "caption")


def _prose_looks(draft: Draft, looks: Sequence[tuple[str, str]], beside: Sequence[bool]) -> set[tuple[str, str]]:
    """The looks of lines that stand beside no picture; those of all where whole paragraphs stand beside one: behind
    icons, as a letter and its answer.
    """
    icons = any(len(line) > CAPTION for line, is_beside in zip(draft.read, beside, strict=True) if is_beside)
    return {look for look, is_beside in zip(looks, beside, strict=True) if icons or not is_beside}


def _named_below(draft: Draft, outline: Outline, looks: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The looks, with a class, of short lines that all stand right below pictures: several, a sentence among them."""
    below = Counter(look for index, look in zip(draft.at, looks, strict=True) if index in outline.pictures)
    looked = list(zip(looks, draft.read, strict=True))
    said = {look for look, line in looked if "class" in look[1] and line.endswith("。")}
    named = said - {look for look, line in looked if len(line) > CAPTION}
    return {look for look, count in Counter(looks).items() if look in named and 1 < count == below[look] < len(looks)}


def _may_describe(line: str, *, apart: bool) -> bool:
    """Whether a line beside a picture may describe it: a sentence, too, where nothing is set so but such lines."""
    said = all(map(fields.may_be_caption, line.split("\t")))
    told = len(line) <= CAPTION and not (line.endswith(("：", ":")) or fields.is_dateline(line))
    return said or (apart and told)


def _begins_list(draft: Draft, outline: Outline, position: int) -> bool:
    """Whether a line beside a picture is the first of some that are set alike, in boxes set alike."""
    if position + 1 == len(draft.at) or outline.captioned(second := draft.at[position + 1]):
        return False
    first = draft.at[position]
    boxes = (outline.parents[outline.blocks[index].element] for index in (first, second))
    alike = outline.look(first) == outline.look(second) and len({outline.inside[box] for box in boxes}) == 1
    return alike and fields.may_be_caption(draft.lines[position + 1].read)


def _around(page: Page, first: int, last: int) -> tuple[list[int], list[int]]:
    """Blocks before and after the article that may say who wrote it and when, and are not of another one."""
    start = page.title if page.title is not None and page.title < first else first
    above = [i for i in range(min(max(0, start - 6), _table_over(page, start)), first) if len(page.keys[i]) <= LONG]
    near = range(last + 1, min(len(page.blocks), last + 21))
    below = [i for i in near if page.blocks[i].linked < 0.5 and len(page.keys[i]) <= 120 and i not in page.teasers]
    return above, below


def _table_over(page: Page, index: int, linked: Sequence[int] = ()) -> int:
    """The first of the cells that stand directly over a block: a table that heads the article; of links in `linked`."""
    top = index
    while top and index - top < CELLS and page.blocks[top - 1].kind == "cell":
        if page.blocks[top - 1].linked >= 0.5 and top - 1 not in linked:
            break
        top -= 1
    return top


def _name(draft: Draft, scene: Scene, site_name: str | None) -> None:
    """The title, from the page's own line where the head confirms it, else from the head, else from a heading."""
    page, reader = scene.page, scene.read
    name = site_name or page.meta("sitename")
    stated = [
        Line(found=next((part for part in fields.head_parts(head) if reader(part) == title), head), read=title)
        for head in dict.fromkeys((page.meta("articletitle", "og:title") or page.head, page.head))
        if (title := fields.title_of(reader(head), name, page.names, "\n".join(page.keys)))
    ]
    chosen = page.title
    draft.titled = "title line" if chosen is not None else "title element"
    if chosen is None and not stated:
        chosen = _heading(scene)
        draft.titled = "heading"
    if chosen is not None:
        text = _title_as_shown(page, chosen)
        shown = Line(found=text, read=reader(text))
        # The line may carry a word of the page's own, 原创, or begin with a link to its column.
        more = page.blocks[chosen].links + 3
        inner = (line for line in stated if line.read in shown.read and 0 < len(shown.read) - len(line.read) <= more)
        draft.title = next(inner, shown)
    elif stated:
        draft.title = stated[0]
    elif column := _column_alone(scene):
        draft.title, draft.titled = column, "breadcrumb"
    if draft.title:
        draft.title = Line(found=fields.tidy(draft.title.found), read=fields.tidy(draft.title.read))


def _column_alone(scene: Scene) -> Line | None:
    """The last step of the breadcrumb, where the head says it too: a column that is one page, 领导之窗."""
    steps, _ = _columns(scene, None) or ((), "")
    parts = fields.head_parts(scene.page.head) if steps else ()
    return next((Line(found=part, read=steps[-1]) for part in parts if scene.read(part) == steps[-1]), None)


def _title_as_shown(page: Page, last: int) -> str:
    """The lines of a title, up to its last one."""
    first = page.title_from if last == page.title else fields.opening(page.outline, last)
    return " ".join(block.text for block in page.blocks[first : last + 1])


def _heading(scene: Scene) -> int | None:
    """The title of a page whose head has none: the nearest line above the article that may be one.

    Nothing but bylines stands between the two.
    """
    page, first, around = scene.page, scene.first, scene.around
    for index in range(first - 1, max(-1, first - 8), -1):
        block, line = page.blocks[index], around.get(index, "")
        if block.linked > 0.5 and block.size > 12:
            return None
        beside = (
            fields.is_subtitle(line)
            or fields.is_label(line)
            or (page.outline.are_beside(index - 1, index) and fields.is_label(f"{page.keys[index - 1]}:"))
            or fields.is_name(line)
            or fields.reporters(line) is not None
        )
        if block.linked < 0.5 and fields.may_be_title(line) and not beside:
            return index if lines.furniture_id(page.keys[index]) is None else None
    return None


def _read_above(draft: Draft, scene: Scene) -> None:
    """Bylines above the article: labels and values in boxes of their own, datelines, names beside the day."""
    page, around = scene.page, scene.around
    for index in scene.above:
        near = page.title is None or index >= page.title or index in page.datelines
        labels = index + 1 in page.datelines and fields.is_label(around[index])
        if labels or (near and fields.is_dateline(around[index])):
            draft.byline.take(fields.byline(around[index]), "dateline", around[index])
            draft.beside.append((index, "dateline", page.blocks[index].text))
    _take_unlabelled(draft, scene)
    if page.title is not None and (day := fields.part_day(page.blocks[page.title].text)[1]):
        draft.byline.take(fields.unlabelled(fields.as_dateline(scene.read(day))), "dateline", day)


def _read_names_above(draft: Draft, scene: Scene) -> None:
    """Names that stand alone in the lines directly above the article."""
    page, around = scene.page, scene.around
    for index in scene.under()[-3:]:
        if page.blocks[index].linked < 0.5 and index != page.title and not page.outline.are_beside(index - 1, index):
            # In a form a label may be set so.
            last = index + 1 == scene.first or fields.is_dateline(around.get(index + 1, ""))
            who = fields.alone(around[index], padded=last and page.blocks[index].kind != "cell")
            who = who or (fields.member(around[index]) if last else None)
            draft.byline.take(fields.Byline(author=who), "name", around[index])
    over = [] if page.title is None else [index for index in scene.above if page.title - OVER <= index < page.title]
    if any(dates.is_day(lines.narrow(around[index])) for index in over):
        # A blog's name and day stand over the title.
        for index in over:
            draft.byline.take(fields.Byline(author=fields.alone(around[index])), "name", around[index])


def _read_over(draft: Draft, scene: Scene) -> None:
    """Datelines right over the title, and labels with their values farther up, for what no line under it says."""
    title = scene.page.title or 0
    for index in (index for index in scene.above if index < title and index not in scene.page.datelines):
        line = scene.around[index]
        if fields.is_dateline(line) and (index > title - 3 or fields.is_fact(line)):
            draft.byline.take(fields.byline(line), "dateline", line)
            draft.beside.append((index, "dateline", scene.page.blocks[index].text))


def _take_unlabelled(draft: Draft, scene: Scene) -> None:
    """Source and author that stand beside the date without a label, in its line or in boxes of their own."""
    under, around = scene.under(), scene.around
    days = (i for i in under if fields.is_dateline(around[i]) and (dates.read(around[i]) or i in scene.page.datelines))
    dated = next(days, None)
    if dated is None:
        # The day may stand over the title, and the source alone under it.
        for index in under[:3]:
            draft.byline.take(fields.medium(around[index]), "name", around[index])
        return
    for index in [dated, *(i for i in under if 0 < abs(i - dated) <= 2)]:
        line = around[index]
        draft.byline.take(fields.Byline(author=fields.reporters(line)), "reporters", line)
        after = around.get(index + 1, "")
        office = index > dated and fields.is_office(line) and (fields.is_dateline(after) or dates.counts(after))
        if index == dated or office or fields.is_name(line):
            draft.byline.take(_beside_day(scene, line, index), "name", line)


def _beside_day(scene: Scene, line: str, index: int) -> fields.Byline:
    """Source and author beside the day of a line; a site whose name is all that its pages' heads say is no source."""
    *titles, site = map(scene.read, fields.head_parts(scene.page.head) or [""])
    named = scene.page.outline.attributes(scene.page.blocks[index].element).get("class", "")
    found = fields.unlabelled(line, site, account=words.match("account_box", named) is not None)
    return found if titles or found.source != site else replace(found, source=None)


def _read_columns(draft: Draft, scene: Scene) -> None:
    """The columns, from the breadcrumb above the article or in it."""
    title = draft.title.read if draft.title else None
    fates = zip(draft.lines, draft.fate, strict=True)
    inside = ((fields.columns(line.read, title), line.read) for line, fate in fates if fate == "breadcrumb")
    draft.columns, draft.crumb = _columns(scene, title) or next(inside, ((), ""))


def _columns(scene: Scene, title: str | None) -> tuple[tuple[str, ...], str] | None:
    """The breadcrumb above the article, which may stand in several boxes, and its line."""
    page, first = scene.page, scene.first
    for index in range(min(first, len(page.blocks))):
        key = page.keys[index]
        if title and (steps := _listed_steps(page, index, title)):
            return fields.columns(line := scene.read(" > ".join(steps)), title), line
        if len(key) > 120 or not fields.is_crumb(key):
            continue
        parts = [_steps(page.blocks[index])]
        follower = index + 1
        while (
            follower < first
            and follower < index + 8
            and not page.keys[follower - 1].endswith("正文")
            and fields.goes_on(page.keys[follower], page.blocks[follower].linked)
        ):
            parts.append(_steps(page.blocks[follower]))
            follower += 1
        joined = parts[0] + " > ".join(["", *(part.lstrip("> ") for part in parts[1:])]) if len(parts) > 1 else parts[0]
        line = scene.read(joined)
        if found := fields.columns(line, title):
            return found, line
    return None


def _listed_steps(page: Page, index: int, title: str) -> list[str]:
    """The steps of a breadcrumb that are items of a list, from the home page to what the title begins with."""
    blocks, parents = page.blocks, page.outline.parents
    if blocks[index].linked <= 0.5 or blocks[index].kind != "item":
        return []
    box = parents[blocks[index].element]
    inside = [parents[block.element] == box for block in blocks[max(0, index - 1) : index + STEPS]]
    if (index and inside.pop(0)) or fields.columns(page.keys[index], None):
        return []
    last = index + next((at for at, within in enumerate(inside) if not within), len(inside)) - 1
    steps = blocks[index:last]
    begun = page.keys[last].rstrip("….")
    named = len(begun) >= TITLE and lines.narrow(title).startswith(begun)
    return [step.text for step in steps] if named and all(step.linked > 0.5 for step in steps) else []


def _steps(block: Block) -> str:
    """A breadcrumb's line, with its steps apart: boxes in one line may part them by their look alone."""
    parted = block.linked <= 0.5 or not _PARTING.isdisjoint(block.text)
    return block.text if parted else block.spaced.replace(" ", " > ")


def _read_below(draft: Draft, scene: Scene) -> None:
    """Bylines, captions and furniture that stand directly below the article; farewells wherever they stand."""
    page, expected = scene.page, scene.last + 1
    _read_pairs(draft, scene)
    commented = False
    for index in scene.below:
        joined = index == expected
        signed = fields.signature(scene.around[index])
        if commented and signed is not None and signed.author and not signed.editor:
            # Who wrote a comment.
            continue
        rule = _rule_below(draft, scene, index, signed, joined=joined)
        commented = commented or rule == "comments"
        if rule and (joined or rule in ("byline", "farm")):
            draft.beside.append((index, rule, page.blocks[index].text))
        if rule and joined:
            expected = index + 1


def _read_pairs(draft: Draft, scene: Scene) -> None:
    """Labels and values in boxes of their own below the article; those above are among the page's datelines."""
    near = [index for index in scene.below if index <= scene.last + CELLS // 2]
    for *pair, said in fields.in_boxes(scene.page.outline, scene.around, near):
        if fields.byline(said) or dates.read(said, loose=True):
            draft.byline.take(fields.byline(said), "signature", said)
            draft.beside += [(index, "signature", scene.page.blocks[index].text) for index in pair]


def _rule_below(draft: Draft, scene: Scene, index: int, signed: fields.Byline | None, *, joined: bool) -> str | None:
    """The rule of a line below the article, which may be `joined` to it, with what the line says; `signed`: whom it
    names as its signature.
    """
    line = scene.around[index]
    if signed:
        draft.byline.take(signed, "signature", line)
        return "byline"
    if joined and _describes(scene, index):
        draft.captions.append(line)
        return "caption"
    return lines.furniture_id(scene.page.keys[index])


def _describes(scene: Scene, index: int) -> bool:
    """Whether a line below an article of pictures describes one of them."""
    described = not scene.rows and scene.page.outline.captioned(index)
    return (
        described and lines.furniture_id(scene.page.keys[index]) is None and fields.may_be_caption(scene.around[index])
    )


def _read_between(draft: Draft, scene: Scene) -> None:
    """Bylines among what stands between the article's lines and is none of them."""
    for index, rule in scene.dropped.items():
        if rule not in ("comments", "related", "aside", "dateline") and scene.page.blocks[index].size <= 60:
            line = scene.read(scene.page.blocks[index].spaced)
            if fields.is_dateline(line):
                draft.byline.take(fields.byline(line), "dateline", line)


def _read_metas(draft: Draft, scene: Scene) -> None:
    """The source as the page's head states it, where no line does; its authors are editors, or nobody (measured)."""
    page, read = scene.page, scene.read
    source = page.meta("contentsource", "source")
    if draft.byline.source is not None or not source or fields.is_own(said := read(source), read(page.head)):
        return
    # A template may repeat the title there.
    if draft.title is None or said != draft.title.read or words.whole("media", said):
        named = fields.byline(f"来源:{said.removeprefix('来源').lstrip(':：')}")
        draft.byline.take(named, "meta", source)


def has_media(page: Page) -> bool:
    """Whether a page shows a film, a PDF or pictures in place of text, under a dateline."""
    sources = [found.get("src") or found.get("data") or "" for found in page.outline.every("iframe", "embed", "object")]
    if any(_MEDIA.search(source) for source in sources) or page.outline.has("video", "audio"):
        return True
    # The clock in a page's head stands above its title and among links; its foot has labels, too: 主办, 承办.
    under = zip(page.blocks[page.title or 0 :], page.keys[page.title or 0 :], strict=True)
    # A picture with a map is a menu.
    pictured = any("usemap" not in image for image in page.outline.every("img"))
    return pictured and any(
        block.linked < 0.5 and fields.is_dateline(key) and bool(dates.read(key) or fields.byline(key))
        for block, key in under
    )


def attachments(capture: Capture, page: Page) -> tuple[tuple[str, str], ...]:
    """Files that the page links to, with the names that it gives them."""
    found: dict[str, str] = {}
    base = base_of(capture.url, page.outline)
    for href, name in page.files:
        if len(found) < 100 and not _is_above(page, name):
            found.setdefault(joined(base, href), name)
    found.pop("", None)
    for url in chain(_viewed(base, page), _said_by_boxes(base, page)):
        found.setdefault(url, unquote(url.rpartition("/")[2]))
    return tuple(found.items())


def _is_above(page: Page, name: str) -> bool:
    """Whether a link to a file stands above the title alone, and not in the table that heads the article."""
    # Nearly always it stands below.
    if page.title is None or any(name in block.text for block in page.blocks[page.title :]):
        return False
    at = [index for index, block in enumerate(page.blocks[: page.title]) if name in block.text]
    return bool(at) and at[-1] < _table_over(page, page.title, linked=at)


def _viewed(base: str, page: Page) -> Iterator[str]:
    """The files that a page shows inside of it, in a frame or with a viewer: `viewer.html?file=/a.pdf`."""
    for element in page.outline.every("iframe", "embed", "object"):
        source = element.get("src") or element.get("data") or ""
        if not may_be_files([unquote(source)]):
            continue
        try:
            shown = urljoin(base, source)
            values = (pair.partition("=")[2] for pair in urlsplit(source).query.split("&"))
            for value in (source.partition("?")[0], *map(unquote, values)):
                if FILE.search(urlsplit(value).path):
                    yield urljoin(shown, value.partition("#")[0])
                    break
        except ValueError:
            continue


def _said_by_boxes(base: str, page: Page) -> Iterator[str]:
    """The files in attributes of boxes, of which a script makes a viewer: `<div pdfsrc="/a.pdf">`."""
    for number in may_be_files(page.outline.inside):
        for name, value in page.outline.attributes(number).items():
            if "/" in value and not name.startswith(("on", "title", "style", "class")) and FILE.search(value):
                yield joined(base, value)
