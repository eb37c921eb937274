"""A Capture -> a `Document`, or a `Skip` that says why not: pure, without clock, chance and memory of other pages."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from itertools import chain, islice
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote, urljoin, urlsplit

from archive.layout import IMPORTED
from archive.site import Site, host_of
from archive.text import box, chinese, dates, extract, fields, lines, verdict
from archive.text.blocks import fold, han
from archive.text.decode import Decoded, decode
from archive.text.document import Document, Reason, Skip
from archive.text.doubts import doubts
from archive.text.page import FILE, Page, may_be_file, page_of
from archive.text.parts import part
from archive.warc.capture import Capture

# Who signs a notice, and the day, stand in its last lines.
SIGNED = 3
# A longer line is no label's value.
VALUE = 30
# So many lines under a title may hold its dateline.
UNDER = 8
# A text file's head: what may stand before the first paragraph.
HEAD = 15
# A page with more tags is read line by line, without a tree; real pages have at most 15,000 (measured).
TAGS = 100_000
DUMP_LINES = 5000
# Beyond this share of what is no character bytes are no page: random ones have .2, the worst of the real pages .0005
# (measured).
LOST = 0.1
# Below this confidence a body is hardly more than a guess.
FAINT = 0.05
# More characters are no article: the longest of the real pages has 36,000 (measured).
TEXT = 1_000_000

_HIDDEN = re.compile(r"<(script|style|noscript)\b|<!--", re.IGNORECASE)
_HIDDEN_ENDS = {name: re.compile(rf"</{name}\s*+>", re.IGNORECASE) for name in ("script", "style", "noscript")} | {
    "": re.compile("-->")
}
_TAG_RUN = re.compile(r"(?:<[^>]*+(?:>|\Z)\s*+)++")
# A label, of an event perhaps.
_LABELLED = re.compile(r"[一-鿿] ?[:：]")
_PUBLISHED = re.compile(r"(?:发布|更新|发表|上传|录入|添加|刊登|公布)(?:日期|时间|于)?\s?[:：]")
_HEADING = re.compile(r"title|heading|headline|\bbt\b|biaoti", re.IGNORECASE)
_MEDIA = re.compile(r"\.(?:pdf|mp4|m3u8|flv|swf|mp3)(?:$|[?#])|viewer\.html|player|video", re.IGNORECASE)


# Flags, each with the words that raised it.
Doubts: TypeAlias = tuple[tuple[str, str], ...]


class Line(NamedTuple):
    """A line as found, and as it is read: pinyin out, in Simplified Chinese; `spaced` where styles hold parts apart."""

    found: str
    read: str
    spaced: str = ""


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known of an article while its lines are read; indices are those of its lines.

    `titled` is the rule that found the title, `crumb` the line that holds the columns; `at` is the block in which each
    line begins, `beside` holds (block, rule id, line) of what stands beside the lines or between them; `plain` where
    there is nothing to repair or convert; in the first `headed` lines a day alone is the dateline.
    """

    lines: Sequence[Line]
    fate: list[str | None]
    plain: bool
    headed: int = 3
    title: Line | None = None
    titled: str = ""
    subtitle: str | None = None
    byline: fields.Byline = field(default_factory=fields.Byline)
    columns: tuple[str, ...] = ()
    crumb: str = ""
    captions: list[str] = field(default_factory=list)
    at: Sequence[int] = ()
    beside: list[tuple[int, str, str]] = field(default_factory=list)

    def take(self, index: int, rule: str) -> None:
        """Take a line out, by a rule."""
        self.fate[index] = rule

    def left(self) -> list[int]:
        """The lines that still stand."""
        return [index for index, fate in enumerate(self.fate) if fate is None]


def clean(capture: Capture, site: Site | None) -> Document | Skip:
    """What the corpus keeps of a capture; the site's name, key and reading rules apply where one is given."""
    content_type = capture.header("Content-Type")
    if capture.kind == "resource" and (content_type or "").lower().startswith("text/plain"):
        return _clean_text(capture, site)
    if capture.purpose == "script":
        # The page that holds it is a record of its own, as its scripts made it.
        return _skip(capture, site, Reason.PART, f"asked for by {capture.found.parent if capture.found else 'a page'}")
    if found := verdict.unread(capture):
        listed = found[0] is Reason.NOT_HTML and _is_listed_file(capture)
        return _clean_file(capture, site) if listed else _skip(capture, site, *found)
    decoded = decode(capture.body, content_type)
    if decoded.lost > LOST:
        return _skip(capture, site, Reason.UNREADABLE, f"{decoded.lost:.0%} of its characters are none")
    if decoded.html.count("<") > TAGS:
        return _clean_dump(capture, site, decoded)
    page = page_of(decoded.html, site.reading_at(capture.date) if site else None)
    if page is None:
        return _skip(capture, site, Reason.EMPTY, "nothing but white space or comments")
    if len(decoded.html) > TEXT and (size := sum(len(block.text) for block in page.blocks)) > TEXT:
        return _skip(capture, site, Reason.TOO_LARGE, f"{size} characters of text, read are at most {TEXT}")
    points = extract.votes(page.blocks, page.keys)
    region = extract.region(page.outline, points, page.title)
    area = box.find(page, region)
    if found := verdict.judged(page, points, region, area, capture.url, decoded.html):
        return _skip(capture, site, *found)
    body = extract.body(page.outline, points, region, area, picked=page.picked, title=page.title)
    return _clean_page(capture, site, page, body, _decoded(decoded))


def _clean_page(
    capture: Capture, site: Site | None, page: Page, body: extract.Body | None, flags: Doubts
) -> Document | Skip:
    rows = extract.table_rows(page.outline, body.indices) if body else []
    found = ["\t".join(" ".join(page.blocks[i].text for i in cell) for cell in row) for row in rows]
    first, last = (body.indices[0], body.indices[-1]) if body and body.indices else _nowhere(page, body)
    above, below = _around(page, first, last)
    # One decision on repair and conversion for the page; its title and the lines around the article with it.
    whole = "\n".join([*found, *(page.blocks[index].text for index in (*above, *below))])
    reader = _reader(whole)
    around = {index: reader(page.blocks[index].spaced) for index in (*above, *below)}
    body_lines = [
        line._replace(spaced=reader(page.blocks[row[0][0]].spaced)) if len(row) == 1 else line
        for line, row in zip(_lines(found, reader), rows, strict=True)
    ]
    draft = Draft(
        lines=body_lines,
        fate=lines.furniture([line.read for line in body_lines]),
        plain=reader is str,
        at=[next(chain(*row)) for row in rows],
    )
    if body and body.tier == "box":
        # Who organised an event: the foot is no part of the box.
        for position, line in enumerate(body_lines):
            if draft.fate[position] == "footer" and not box.FOOT.search(line.read):
                draft.fate[position] = None
    draft.beside += [(index, rule, page.blocks[index].text) for index, rule in (body.dropped if body else {}).items()]
    if body and body.dated is not None:
        draft.headed = next((at + 1 for at, row in enumerate(rows) if any(body.dated in cell for cell in row)), 0)
    _cut_thread(draft)
    for position, row in enumerate(rows):
        described = page.blocks[(*chain(*row),)[0]].kind == "caption" or (
            len(row) == 1 and page.outline.captioned(row[0][0]) and fields.may_be_caption(body_lines[position].read)
        )
        if described and draft.fate[position] is None:
            draft.captions.append(body_lines[position].read)
            draft.take(position, "caption")
    _name(draft, page, first, around, reader, site)
    _read_above(draft, page, above, around)
    title = draft.title.read if draft.title else None
    fates = zip(draft.lines, draft.fate, strict=True)
    inside = ((fields.columns(line.read, title), line.read) for line, fate in fates if fate == "breadcrumb")
    draft.columns, draft.crumb = _columns(page, first, reader, title) or next(inside, ((), ""))
    _read_body(draft)
    _read_tail(draft)
    _read_below(draft, page, last, below, around)
    _read_between(draft, page, reader, body)
    source = page.meta("contentsource", "source")
    if draft.byline.source is None and source and not fields.is_own(reader(source), reader(page.head)):
        named = fields.byline(f"来源:{reader(source).removeprefix('来源').lstrip(':：')}")
        draft.byline.take(named, "meta", source)
    # Not `author`: templates put the editor there, the site, or nothing (measured).
    author = reader(page.meta("article:author") or "")
    if fields.is_person(author) and author != draft.byline.editor:
        draft.byline.take(fields.Byline(author=author), "meta", author)
    under = [index for index in above if page.title is None or 0 < index - page.title <= UNDER]
    near = [around[index] for index in under]
    over = [around[i] for i in above if page.title is not None and i > page.title - 4 and i not in under]
    # Below a thread's first post stand the days of the others.
    after = [] if "thread" in draft.fate else [around[index] for index in below]
    statements = _statements(draft, capture, (near, over, after), page.metas)
    document = _document(
        capture,
        site,
        draft,
        statements,
        flags,
        extractor=body.tier if body else "none",
        confidence=body.confidence if body else 0.0,
        media=lambda: bool(body and body.media) or bool(page.files) or _has_media(page),
    )
    if isinstance(document, Skip):
        return document
    doubted = doubts(document.text_original or document.text, document.title, page.keys, page.outline, capture.url)
    if body and body.confidence < FAINT:
        doubted = (*doubted, ("low_confidence", f"{body.tier}, confidence {body.confidence}"))
    attachments = tuple((url, reader(name)) for url, name in _attachments(capture, page))
    part_of, part_no = part(capture.url, page.outline)
    return dataclasses.replace(
        document,
        attachments=attachments,
        part_of=part_of,
        part_no=part_no,
        flags=tuple(dict.fromkeys((*document.flags, *(flag for flag, _ in doubted)))),
        evidence=(*document.evidence, *((f"flag:{flag}", words) for flag, words in doubted)),
    )


def _nowhere(page: Page, body: extract.Body | None) -> tuple[int, int]:
    """Where an article without text stands: its first block and its last, which is before it."""
    return (body.start, body.end - 1) if body else (len(page.blocks), len(page.blocks) - 1)


def _around(page: Page, first: int, last: int) -> tuple[list[int], list[int]]:
    """Blocks before and after the article that may say who wrote it and when."""
    start = page.title if page.title is not None and page.title < first else first
    above = [i for i in range(max(0, start - 6), first) if len(page.keys[i]) <= 200]
    below = [
        i
        for i in range(last + 1, min(len(page.blocks), last + 21))
        if page.blocks[i].linked < 0.5 and len(page.keys[i]) <= 120
    ]
    return above, below


def _heads(page: Page) -> list[str]:
    """Titles that the head states, each one line."""
    return [title for title in dict.fromkeys((page.meta("articletitle", "og:title"), page.head)) if title]


def _name(
    draft: Draft,
    page: Page,
    first: int,
    around: dict[int, str],
    reader: Callable[[str], str],
    site: Site | None,
) -> None:
    """The title, from the page's own line where the head confirms it, else from the head, else from a heading."""
    name = site.name if site else page.meta("sitename")
    stated = [
        Line(found=title if reader(head) == head else fields.title_of(head, name, page.names) or head, read=title)
        for head in _heads(page)
        if (title := fields.title_of(reader(head), name, page.names))
    ]
    chosen = page.title
    draft.titled = "title line" if chosen is not None else "title element"
    if chosen is None and not stated:
        chosen = _heading(draft, page, first, around)
        draft.titled = "heading"
    if chosen is not None:
        text = " ".join(page.blocks[index].text for index in range(fields.opening(page.blocks, chosen), chosen + 1))
        shown = Line(found=text, read=reader(text))
        # The line may carry a word of the page's own: 原创.
        inner = (line for line in stated if line.read in shown.read and 0 < len(shown.read) - len(line.read) <= 3)
        draft.title = next(inner, shown)
    elif stated:
        draft.title = stated[0]
    if draft.title:
        draft.title = Line(found=fields.tidy(draft.title.found), read=fields.tidy(draft.title.read))


def _heading(draft: Draft, page: Page, first: int, around: dict[int, str]) -> int | None:
    """The title of a page whose head has none: a heading that opens the region, the nearest above it, or the line
    above its dateline.
    """
    near = [i for i in around if i < first and page.blocks[i].linked < 0.5 and fields.may_be_title(around[i])]
    names = {i: page.outline.attributes(page.blocks[i].element).get("class", "") for i in near}
    named = [i for i in near if page.blocks[i].kind == "heading" or _HEADING.search(names[i])]
    over = [i for i in near if i + 1 in around and fields.is_dateline(around[i + 1])]
    if draft.lines and fields.may_be_title(draft.lines[0].read):
        # It may open the region: a heading, a box that is named for one, the line over the dateline.
        named_so = _HEADING.search(page.outline.attributes(page.blocks[first].element).get("class", ""))
        follows = len(draft.lines) > 1 and fields.is_dateline(draft.lines[1].read)
        if page.blocks[first].kind == "heading" or named_so or follows:
            return first
    found = named or over or _shown_above(page, near, first, around)
    return found[-1] if found else None


def _shown_above(page: Page, near: Sequence[int], first: int, around: dict[int, str]) -> list[int]:
    """The nearest line above an article that may be its title, where nothing but bylines stands between."""
    for index in range(first - 1, max(-1, first - 8), -1):
        if page.blocks[index].linked > 0.5 and page.blocks[index].size > 12:
            return []
        line = around.get(index, "")
        if index in near and not fields.is_subtitle(line) and not fields.is_name(line) and not fields.reporters(line):
            return [index] if lines.furniture_id(page.keys[index]) is None else []
    return []


def _cut_thread(draft: Draft) -> None:
    """Of a forum's thread the first post is the article."""
    if (found := fields.thread_end([line.read for line in draft.lines])) is None:
        return
    end, signed = found
    draft.byline.take(signed, "thread", draft.lines[end].read)
    draft.fate[end] = "dateline"
    for index in range(end + 1, len(draft.lines)):
        draft.fate[index] = draft.fate[index] or "thread"


def _read_above(draft: Draft, page: Page, above: Sequence[int], around: dict[int, str]) -> None:
    """Bylines above the article and in its first lines."""
    for label, value in _pairs(page, above, around):
        said = f"{around[label].rstrip('：: ')}：{around[value]}"
        if fields.byline(said) or dates.read(said, loose=True):
            draft.byline.take(fields.byline(said), "dateline", said)
            draft.beside += [(index, "dateline", page.blocks[index].text) for index in (label, value)]
    for index in above:
        if (page.title is None or index > page.title - 3) and fields.is_dateline(around[index]):
            draft.byline.take(fields.byline(around[index]), "dateline", around[index])
            draft.beside.append((index, "dateline", page.blocks[index].text))
    _take_unlabelled(draft, page, above, around)
    _read_page_head(draft)
    for index in above[-3:]:
        if page.blocks[index].linked < 0.5 and index != page.title:
            draft.byline.take(fields.Byline(author=fields.alone(around[index])), "name", around[index])
    for index in above[-3:]:
        # The line over a dateline that the region holds itself.
        if page.title is not None and index > page.title:
            draft.byline.take(fields.Byline(author=fields.reporters(around[index])), "reporters", around[index])
            if draft.fate[:1] == ["dateline"] and fields.is_name(around[index]):
                draft.byline.take(fields.unlabelled(around[index]), "name", around[index])


def _pairs(page: Page, above: Sequence[int], around: dict[int, str]) -> list[tuple[int, int]]:
    """Blocks above an article that are a label and its value: cells of a table, items of a list, neighbours."""
    boxes = {index: (page.blocks[index].kind, page.outline.parents[page.blocks[index].element]) for index in above}
    pairs = [(above[label], above[value]) for label, value in fields.paired([around[index] for index in above])]
    return [
        (label, value)
        for label, value in pairs
        if page.title not in (label, value)
        and len(around[value]) <= VALUE
        and boxes[label][0] == boxes[value][0]
        and (boxes[label][0] in ("cell", "item") or boxes[label][1] == boxes[value][1])
    ]


def _take_unlabelled(draft: Draft, page: Page, above: Sequence[int], around: dict[int, str]) -> None:
    """Source and author that stand beside the date without a label, in its line or in boxes of their own."""
    under = [index for index in above if page.title is None or index > page.title]
    dated = next((i for i in under if fields.is_dateline(around[i]) and dates.read(around[i])), None)
    if dated is None:
        return
    for index in [dated, *(i for i in under if 0 < abs(i - dated) <= 2)]:
        line = around[index]
        who = fields.reporters(line) or fields.reporters(line.replace(" ／ ", "／"))
        draft.byline.take(fields.Byline(author=who), "reporters", line)
        if index == dated or fields.is_name(line):
            draft.byline.take(fields.unlabelled(line), "name", line)


def _read_page_head(draft: Draft) -> None:
    """Titles, datelines and subtitles that stand inside the region of the article."""
    for index in [i for i in draft.left() if i < HEAD]:
        line = draft.lines[index]
        if again := _title_again(draft, index):
            for number in range(index, index + again):
                draft.take(number, "title")
        elif fields.is_dateline(words := line.spaced or line.read) and _stands_above(draft, index):
            draft.byline.take(fields.byline(words), "dateline", words)
            draft.byline.take(fields.unlabelled(words), "name", words)
            draft.take(index, "dateline")
        elif who := fields.reporters(line.read):
            draft.byline.take(fields.Byline(author=who), "reporters", line.read)
            draft.take(index, "byline")
        elif index < 2 and (who := fields.alone(line.read)) and _is_prose(draft, index + 1):
            # A name alone between title and text: who wrote it.
            draft.byline.take(fields.Byline(author=who), "name", line.read)
            draft.take(index, "byline")
        elif index < 3 and draft.subtitle is None and fields.is_subtitle(line.read):
            draft.subtitle = line.read.lstrip("—–- ")
            draft.take(index, "subtitle")


def _stands_above(draft: Draft, index: int) -> bool:
    """Whether a line that reads like a dateline is one by its place: a day below the text signs it."""
    line = draft.lines[index].spaced or draft.lines[index].read
    if fields.byline(line) or fields.is_name(fields.unlabelled(line).source or ""):
        return True
    if _is_signed(draft, index):
        return False
    if index < draft.headed and dates.read(line) is not None:
        return True
    # A day that cannot be told stands behind its label all the same: 发表时间： 06/02/2022.
    return index < 3 and (not _LABELLED.search(line) or _PUBLISHED.match(line) is not None)


def _is_signed(draft: Draft, index: int) -> bool:
    """Whether a sentence stands above a line, and none below it."""
    prose = [number for number in range(len(draft.lines)) if _is_prose(draft, number)]
    return bool(prose) and prose[0] < index and prose[-1] < index


def _title_again(draft: Draft, index: int) -> int:
    """How many lines from one on say the title again; 0 where they say something else or are taken out already."""
    if draft.title is None or draft.fate[index] is not None:
        return 0
    following = [line.read for line in draft.lines[index : index + 3]]
    return fields.repeats([fields.tidy(following[0]), *following[1:]], draft.title.read)


def _is_prose(draft: Draft, index: int) -> bool:
    return index < len(draft.lines) and lines.is_sentence(draft.lines[index].read, 12)


def _columns(
    page: Page, first: int, reader: Callable[[str], str], title: str | None
) -> tuple[tuple[str, ...], str] | None:
    """The breadcrumb above the article, which may stand in several boxes, and its line."""
    for index in range(min(first, len(page.blocks))):
        key = page.keys[index]
        if len(key) > 120 or not fields.is_crumb(key):
            continue
        parts = [page.blocks[index].text]
        follower = index + 1
        while (
            follower < first
            and follower < index + 8
            and fields.goes_on(page.keys[follower], page.blocks[follower].linked)
        ):
            parts.append(page.blocks[follower].text)
            follower += 1
        joined = parts[0] + " > ".join(["", *(part.lstrip("> ") for part in parts[1:])]) if len(parts) > 1 else parts[0]
        line = reader(joined)
        if found := fields.columns(line, title):
            return found, line
    return None


def _has_media(page: Page) -> bool:
    """Whether a page shows a film, a PDF or pictures in place of text, under a dateline."""
    sources = [found.get("src") or found.get("data") or "" for found in page.outline.every("iframe", "embed", "object")]
    if any(_MEDIA.search(source) for source in sources) or page.outline.has("video", "audio"):
        return True
    # The clock in a page's head stands above its title and among links; its foot has labels, too: 主办, 承办.
    under = zip(page.blocks[page.title or 0 :], page.keys[page.title or 0 :], strict=True)
    return page.outline.has("img") and any(
        block.linked < 0.5 and fields.is_dateline(key) and bool(dates.read(key) or fields.byline(key))
        for block, key in under
    )


def _attachments(capture: Capture, page: Page) -> tuple[tuple[str, str], ...]:
    """Files that the page links to, with the names that it gives them."""
    found: dict[str, str] = {}
    base = None
    for href, name in page.files:
        if base is None:
            base = next((b.split()[0] for a in page.outline.every("base") if (b := a.get("href", "").strip())), "")
        if len(found) < 100:
            try:
                found.setdefault(urljoin(urljoin(capture.url, base), href), name)
            except ValueError:
                continue
    for url in _viewed(capture, page):
        found.setdefault(url, unquote(url.rpartition("/")[2]))
    return tuple(found.items())


def _viewed(capture: Capture, page: Page) -> Iterator[str]:
    """The files that a page shows inside of it, in a frame or with a viewer: `viewer.html?file=/a.pdf`."""
    for element in page.outline.every("iframe", "embed", "object"):
        source = element.get("src") or element.get("data") or ""
        if not may_be_file(unquote(source)):
            continue
        try:
            shown = urljoin(capture.url, source)
            values = (pair.partition("=")[2] for pair in urlsplit(source).query.split("&"))
            for value in (source.partition("?")[0], *map(unquote, values)):
                if FILE.search(urlsplit(value).path):
                    yield urljoin(shown, value.partition("#")[0])
                    break
        except ValueError:
            continue


def _is_listed_file(capture: Capture) -> bool:
    """Whether a capture is a file that a list links to as if it were an article; of other files no row has a day."""
    found = capture.found
    return capture.status == 200 and found is not None and bool(found.row_date and found.anchor and _is_file(capture))


def _is_file(capture: Capture) -> bool:
    magic = (b"%PDF-", b"\xd0\xcf\x11\xe0", b"PK\x03\x04")
    return FILE.search(capture.url) is not None or capture.body.startswith(magic)


def _clean_file(capture: Capture, site: Site | None) -> Document | Skip:
    """A file of a list: title and day are those of its row."""
    assert capture.found is not None
    anchor = capture.found.anchor or ""
    reader = _reader(anchor)
    draft = Draft(lines=[], fate=[], plain=reader is str, title=Line(found=anchor, read=reader(anchor)), titled="row")
    statements = _statements(draft, capture, ([], [], []), [])
    document = _document(capture, site, draft, statements, (), extractor="file", confidence=1.0, media=lambda: True)
    if isinstance(document, Skip):
        return document
    return dataclasses.replace(document, attachments=((capture.url, draft.title.read if draft.title else anchor),))


def _clean_text(capture: Capture, site: Site | None) -> Document | Skip:
    """A text file: a line is a paragraph."""
    decoded = decode(capture.body, capture.header("Content-Type"))
    return _clean_lines(capture, site, decoded.html.splitlines(), _decoded(decoded), extractor="lines", confidence=1.0)


def _clean_dump(capture: Capture, site: Site | None, decoded: Decoded) -> Document | Skip:
    """A page with too many tags for a tree: the lines between them, sentences only."""
    html = _without_hidden(decoded.html)
    found = (unescape(line) for line in _TAG_RUN.split(html))
    prose = list(islice((line for line in found if lines.is_sentence(fold(line), 10)), DUMP_LINES))
    if not prose:
        return _skip(capture, site, Reason.TOO_LARGE, f"{decoded.html.count('<')} tags and no sentence between them")
    flags = (*_decoded(decoded), ("low_confidence", f"{decoded.html.count('<')} tags, read line by line"))
    return _clean_lines(capture, site, prose, flags, extractor="linear", confidence=0.2)


def _without_hidden(html: str) -> str:
    """A page without scripts, styles and comments, each searched to its end once: one that never ends stays."""
    parts, at, ends = [], 0, dict(_HIDDEN_ENDS)
    for begun in _HIDDEN.finditer(html):
        name = (begun[1] or "").lower()
        if begun.start() < at or name not in ends:
            continue
        if (ended := ends[name].search(html, begun.end())) is None:
            # No other of its kind ends, either.
            del ends[name]
            continue
        parts.append(html[at : begun.start()])
        at = ended.end()
    return "".join((*parts, html[at:]))


def _clean_lines(
    capture: Capture,
    site: Site | None,
    given: Sequence[str],
    flags: Doubts,
    *,
    extractor: str,
    confidence: float,
) -> Document | Skip:
    found = [line for line in map(fold, given) if line]
    whole = "\n".join(found)
    reader = _reader(whole)
    page = _lines(found, reader)
    draft = Draft(lines=page, fate=lines.furniture([line.read for line in page]), plain=reader is str)
    _read_head(draft)
    _read_body(draft)
    _read_tail(draft)
    fates = zip(page, draft.fate, strict=True)
    near = [line.read for line, fate in fates if fate not in (None, "caption", "title_repeated")]
    statements = _statements(draft, capture, (near, (), ()), ())
    return _document(capture, site, draft, statements, flags, extractor=extractor, confidence=confidence)


def _reader(whole: str) -> Callable[[str], str]:
    """How all text of a page is read: the page as a whole decides about pinyin and conversion; `str`: as it is."""
    if chinese.plain(whole):
        return str
    repaired = chinese.pinyin_repaired(whole)
    converts = chinese.script(repaired or whole) in ("hant", "mixed")

    def read(text: str) -> str:
        text = chinese.pinyin_stripped(text) if repaired else text
        return chinese.simplified(text) if converts else text

    return read


def _lines(found: Sequence[str], reader: Callable[[str], str]) -> list[Line]:
    """Lines as found, with what is read."""
    if not found:
        return []
    read = reader("\n".join(found)).split("\n")
    return [Line(found=f, read=r) for f, r in zip(found, read, strict=True)]


def _read_head(draft: Draft) -> None:
    """Title, dateline and breadcrumb from the lines before the first paragraph."""
    read = [line.read for line in draft.lines]
    first = next((i for i, line in enumerate(read) if lines.is_sentence(line)), len(read))
    head = range(min(first, HEAD))
    for index in head:
        if draft.fate[index] == "breadcrumb" and not draft.columns:
            draft.columns, draft.crumb = fields.columns(read[index], None), read[index]
    dateline = next((i for i in head if draft.fate[i] is None and fields.is_dateline(read[i])), None)
    candidates = [i for i in head if draft.fate[i] is None and fields.may_be_title(read[i])]
    title = _title_line(draft, candidates, dateline, first)
    if title is not None:
        _set_title(draft, title)
    for index in head:
        if draft.fate[index] is None and index != title and fields.is_dateline(read[index]):
            draft.byline.take(fields.byline(read[index]), "dateline", read[index])
            draft.byline.take(fields.unlabelled(read[index]), "name", read[index])
            draft.take(index, "dateline")
        elif draft.fate[index] is None and index != title and (who := fields.reporters(read[index])):
            draft.byline.take(fields.Byline(author=who), "reporters", read[index])
            draft.take(index, "byline")


def _title_line(draft: Draft, candidates: Sequence[int], dateline: int | None, first: int) -> int | None:
    """Which line before the first paragraph is the title; None where the text begins without one."""
    read = [line.read for line in draft.lines]
    if dateline is not None:
        before = [i for i in candidates if i < dateline]
        # A dateline stands under its title; a farm repeats the title with search words between the two.
        for index in before:
            rest = [i for i in before if i > index]
            if any(fields.is_keyword_line(read[i], read[index], "".join(read[first:])) for i in rest):
                return index
        subtitle = before[-1] if before and fields.is_subtitle(read[before[-1]]) else None
        usable = [i for i in before if i != subtitle]
        return usable[-1] if usable else None
    # Without a dateline a title is the first line of all that are no furniture, directly before a paragraph.
    start = next((i for i, fate in enumerate(draft.fate) if fate is None), None)
    following = next((i for i in draft.left() if start is not None and i > start), None)
    if start in candidates and following == first:
        return start
    return None


def _set_title(draft: Draft, index: int) -> None:
    line = draft.lines[index]
    draft.title = Line(found=fields.tidy(line.found), read=fields.tidy(line.read))
    draft.titled = "first lines"
    draft.take(index, "title")
    following = next((i for i in draft.left() if i > index), None)
    if following is not None and fields.is_subtitle(draft.lines[following].read):
        draft.subtitle = draft.lines[following].read.lstrip("—–- ")
        draft.take(following, "subtitle")


def _read_body(draft: Draft) -> None:
    """Captions, repeated titles and search words leave the text."""
    read = [line.read for line in draft.lines]
    text = "".join(read)
    left = draft.left()
    if left and fields.is_abstract(read[left[0]], [read[index] for index in left[1:4]]):
        draft.take(left[0], "abstract")
    for index in draft.left():
        if again := _title_again(draft, index):
            for number in range(index, index + again):
                draft.take(number, "title_repeated")
        elif draft.title and index < HEAD and fields.is_keyword_line(read[index], draft.title.read, text):
            draft.take(index, "keyword_line")
        elif fields.is_caption(read[index]):
            draft.captions.append(read[index])
            draft.take(index, "caption")


def _read_tail(draft: Draft) -> None:
    """Bylines after the last paragraph."""
    read = [line.read for line in draft.lines]
    left = draft.left()
    last = next((i for i in reversed(left) if lines.is_sentence(read[i])), -1)
    for index in left:
        if index > last and (found := fields.signature(read[index])) is not None:
            draft.byline.take(found, "signature", read[index])
            draft.take(index, "byline")
        elif index > last and (who := fields.reporters(read[index])):
            draft.byline.take(fields.Byline(author=who), "reporters", read[index])
            draft.take(index, "byline")
        elif index > last and fields.is_dateline(read[index]) and fields.byline(read[index]):
            draft.byline.take(fields.byline(read[index]), "dateline", read[index])
            draft.take(index, "dateline")
    left = draft.left()
    if left:
        if draft.byline.author is None:
            for index in left[:3]:
                draft.byline.take(fields.Byline(author=fields.lead_author(read[index])), "lead", read[index])
        draft.byline.take(fields.last(read[left[-1]]), "last", read[left[-1]][-40:])


def _read_below(draft: Draft, page: Page, last: int, below: Sequence[int], around: dict[int, str]) -> None:
    """Bylines, captions and furniture that stand directly below the article; farewells wherever they stand."""
    expected = last + 1
    for index in below:
        line = around[index]
        joined = index == expected
        if signed := fields.signature(line):
            draft.byline.take(signed, "signature", line)
            rule: str | None = "byline"
        elif joined and fields.is_caption(line):
            draft.captions.append(line)
            rule = "caption"
        else:
            rule = lines.furniture_id(page.keys[index])
        if rule and (joined or rule in ("byline", "farm")):
            draft.beside.append((index, rule, page.blocks[index].text))
        if rule and joined:
            expected = index + 1


def _read_between(draft: Draft, page: Page, reader: Callable[[str], str], body: extract.Body | None) -> None:
    """Bylines among what stands between the article's lines and is none of them."""
    for index, rule in (body.dropped if body else {}).items():
        if rule not in ("comments", "related", "aside") and page.blocks[index].size <= 60:
            line = reader(page.blocks[index].spaced)
            if fields.is_dateline(line):
                draft.byline.take(fields.byline(line), "dateline", line)


def _statements(
    draft: Draft,
    capture: Capture,
    around: tuple[Sequence[str], Sequence[str], Sequence[str]],
    metas: Sequence[tuple[str, str]],
) -> list[dates.Dated]:
    """What is said about the date: under the title, over it and below the article, by templates and addresses."""
    inside = [
        line.spaced or line.read for line, fate in zip(draft.lines, draft.fate, strict=True) if fate == "dateline"
    ]
    under, over, after = around
    labelled, _ = dates.from_lines(list(dict.fromkeys([*over, *under, *inside])))
    _, bare = dates.from_lines(list(dict.fromkeys([*under, *inside])))
    _, beside = dates.from_lines(over)
    late, _ = dates.from_lines(after)
    url = dates.from_url(capture.url)
    row_date = capture.found.row_date if capture.found else None
    row = dates.read(row_date) if row_date else None
    return [
        *labelled,
        *bare,
        *dates.from_meta(metas),
        *([url] if url else []),
        *([dates.Dated(value=row, rule="row", words=row_date)] if row and row_date else []),
        *(dataclasses.replace(dated, rule="over") for dated in beside),
        *(dataclasses.replace(dated, rule="below") for dated in late),
        *dates.signed([draft.lines[index].read for index in draft.left()[-SIGNED:]]),
    ]


def _document(
    capture: Capture,
    site: Site | None,
    draft: Draft,
    statements: Sequence[dates.Dated],
    flags: Doubts,
    *,
    extractor: str,
    confidence: float,
    media: Callable[[], bool] = bool,
) -> Document | Skip:
    body = [draft.lines[index] for index in draft.left()]
    if not body and not (draft.title and media()):
        return _skip(capture, site, Reason.EMPTY, "no line is left after the page's furniture")
    text = "\n".join(line.read for line in body)
    original = "\n".join(line.found for line in body)
    title = draft.title.read if draft.title else None
    published = dates.decide(statements, f"{title or ''}\n{text}", capture.date)
    written = han(text)
    script: chinese.Script = "hans" if written else "none"
    if not draft.plain:
        script = chinese.script(chinese.pinyin_repaired(original) or original)
    doubted = (*flags, *published.doubts, *capture.doubts)
    return Document(
        id=capture.id,
        url=capture.url,
        site=site_of(capture, site),
        captured=capture.date,
        status=capture.status,
        origin=capture.origin,
        kind="article" if body else "media_only",
        title=title,
        subtitle=draft.subtitle,
        title_original=draft.title.found if draft.title and draft.title.found != title else None,
        text=text,
        text_original=original if original != text else None,
        script=script,
        published=published.published,
        published_claimed=published.claimed,
        published_evidence=published.evidence,
        source=draft.byline.source,
        author=draft.byline.author,
        editor=draft.byline.editor,
        contributor=draft.byline.contributor,
        columns=draft.columns,
        captions=tuple(draft.captions),
        flags=tuple(dict.fromkeys(flag for flag, _ in doubted)),
        evidence=_evidence(draft, doubted),
        removed=_removed(draft),
        extractor=extractor,
        confidence=confidence,
        han=written,
    )


def _removed(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Every line that a rule took out of the box or read beside it, in the page's order, each once."""
    at = draft.at or range(len(draft.lines))
    taken = [(index, fate, line.found) for index, fate, line in zip(at, draft.fate, draft.lines, strict=True) if fate]
    every = {index: (rule, line) for index, rule, line in (*draft.beside, *taken)}
    return tuple(every[index] for index in sorted(every))


def _decoded(decoded: Decoded) -> Doubts:
    """What decoding had doubts about."""
    return tuple((flag, f"{decoded.encoding} by {decoded.evidence}") for flag in decoded.flags)


def _evidence(draft: Draft, doubted: Doubts) -> tuple[tuple[str, str], ...]:
    """For each field that was read its rule and words, then what raised each flag."""
    found = []
    if draft.title:
        found.append(("title", fields.stated(draft.titled, draft.title.read)))
    if draft.subtitle:
        found.append(("subtitle", fields.stated("subtitle", draft.subtitle)))
    found += draft.byline.evidence.items()
    if draft.columns:
        found.append(("columns", fields.stated("breadcrumb", draft.crumb)))
    return (*found, *((f"flag:{flag}", words) for flag, words in doubted))


def site_of(capture: Capture, site: Site | None) -> str:
    """The site's key, else the URL's host, else the folder of imports."""
    return site.key if site else (host_of(capture.url) or IMPORTED)


def _skip(capture: Capture, site: Site | None, reason: Reason, detail: str) -> Skip:
    return Skip(
        id=capture.id,
        url=capture.url,
        site=site_of(capture, site),
        captured=capture.date,
        status=capture.status,
        origin=capture.origin,
        reason=reason,
        detail=detail,
    )
