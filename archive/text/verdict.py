"""A page -> why it is no article: what a host answers instead of one, and pages that only lead to articles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Literal
from urllib.parse import urldefrag, urlsplit

from archive.text import dates, extract, fields, words
from archive.text.blocks import Block
from archive.text.box import Area
from archive.text.chinese import han
from archive.text.document import Reason
from archive.text.lines import furniture_id, is_sentence
from archive.text.outline import NEAR_CELL, ROOTS
from archive.text.page import Page, joined
from archive.text.refresh import refreshes, script_target, sends_back
from archive.warc.capture import Capture

# A page with this many Han characters is judged by its text; error pages are shorter.
TEXT = 200
# Links that read like headlines: fewer are no list.
HEADLINES = 8
# A column's name has at most so many Han characters: 您现在的位置：首页 > 新的社会阶层.
NAME = 16
# Under its title an article says so much in sentences, whatever stands below (Han characters).
NOTICE = 40
# A row names its article with so many Han characters.
NAMES = 8
# A title and the first row of a list stand at most so many blocks over the text that was found.
NEAR = 6
# An article's region has at least this weight, see extract.votes.
ARTICLE = 150
# Larger pages are not read (bytes): four times what a site file lets through by default.
BYTES = 64 * 2**20

# A page that leads on within so many seconds is not read; after more than this no page leads on.
AT_ONCE, LATER = 5, 30

# So many teasers make a list.
FEW_TEASERS = 3
# A row of a list: its link has so many characters, the line of the link at most so many, and so many elements at most
# stand between that line and the list.
ROW_LINK, ROW_LINE, ROW_DEEP = 6, 80, 6
# A day that stands before a row's link has at most so many characters.
DAY = 12
# The days of each month, and the Han characters that a calendar says of one of them at most.
MONTH, PLANS = frozenset(range(1, 29)), 40
# Seven days of a calendar have at most so many characters.
WEEK = 20
# What a column without rows says is no longer.
EXCUSE = 80

Shape = Literal["home", "list", "article"]

_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"\xd0\xcf\x11\xe0", "old Office"),
    (b"Rar!", "RAR"),
    (b"wOFF", "font"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"ID3", "MP3"),
)
# Feeds, sitemaps, and the answers of a list's script, whatever type their servers give them.
_XML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:<\?xml[^>]*+(?<=\?)>|(?><!--.*?-->)|\s++)*+<(rss|feed|rdf:RDF|urlset|sitemapindex|datastore)[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[。!?,\n]")
_NUMBER = re.compile(r"\d")
# What addresses of lists and searches say.
_LISTS = re.compile(r"index|list|col|chan|page|class|search|more|node|category|tag|lanmu|lm=|zt", re.IGNORECASE)
_WHOLE_DAY = re.compile(r"(?:19|20)\d\d[-./年][01]?\d[-./月][0-3]?\d日?\W{0,2}\Z")
_DAY_ENDS = frozenset("0123456789日")
_DAY = re.compile(r"\A\W*+[01]?\d[-/.月][0-3]?\d日?\W*")
_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml")
_NOT_PAGE = re.compile(
    r"/robots\.txt$|\.(?:css|js|mjs|json|ico|png|jpe?g|gif|svg|webp|bmp|woff2?|ttf|eot|mp[34]|m3u8|pdf|"
    r"docx?|xlsx?|zip|rar)$",
    re.IGNORECASE,
)
_HOME = re.compile(r"\A/?(?:(?:index|default|main|home)\.(?:s?html?|jsp|php|aspx?))?", re.IGNORECASE)

# How a script hears a press on elements, which then say by their data what they lead to.
_HEARD = re.compile(r"\.(?:click|on|live|delegate|addEventListener|onclick)\b[^;]{0,80}(?:function|=>)")
_WRITES = re.compile(r"document\.write|innerHTML\s*=|\.(?:html|append|load)\(")

# A page that says what it has to say in a box: alert('参数错误！').
_SAID = re.compile(r"alert\(\s*[\"']([^\"']{1,200})[\"']")


def unread(capture: Capture) -> tuple[Reason, str] | None:
    """Why a capture's body is not even decoded; None where it should be."""
    body = capture.body
    if found := _status(capture):
        return found
    if not body:
        return Reason.EMPTY, "no bytes"
    if len(body) > BYTES:
        return Reason.TOO_LARGE, f"{len(body)} bytes, read are at most {BYTES}"
    if name := next((name for magic, name in _MAGIC if body.startswith(magic)), None):
        return Reason.NOT_HTML, f"{name} by its first bytes"
    if other := _XML.match(body[:2000]):
        return Reason.NOT_HTML, f"XML: <{other[1].decode()}>"
    if any("content-coding" in problem for problem in capture.problems) and b"<" not in body[:2000]:
        return Reason.UNREADABLE, "; ".join(capture.problems)
    return _by_name(capture)


def _by_name(capture: Capture) -> tuple[Reason, str] | None:
    """Why a capture is no page by its type and its address, which markup in its body may belie."""
    kind = (capture.header("Content-Type") or "").split(";")[0].strip().lower()
    path = urlsplit(capture.url).path
    if path.lower().endswith("/robots.txt"):
        return Reason.NOT_HTML, "robots.txt"
    page = not kind or kind in _HTML_TYPES
    if not page and not (kind in ("text/plain", "application/octet-stream") and _is_markup(capture.body)):
        return Reason.NOT_HTML, kind
    if page and _NOT_PAGE.search(path) and not _is_markup(capture.body):
        return Reason.NOT_HTML, "no markup under the name of a file"
    return None


def judged(
    page: Page,
    points: Sequence[float],
    region: extract.Region,
    area: Area | None,
    url: str,
    html: str,
    *,
    shapes: bool = True,
) -> tuple[Reason, str] | None:
    """The verdict on a page that was read, with the votes of its blocks, the region that they find and the box; where
    `shapes`, also whether it looks like a list.
    """
    if found := _head(page.head):
        return found
    text = "\n".join(page.keys)
    # The first lines of most pages settle it.
    if han(text[: 4 * TEXT]) < TEXT and (size := han(text)) < TEXT:
        if found := _answer(page, area, html, text, size, url):
            return found
        if size == 0 and not any(block.size > 40 for block in page.blocks):
            return Reason.EMPTY, "no text"
    if found := _says_only(page, area) or _guests(page) or _is_part(page, region, area) or _excuse(page, region, area):
        return found
    shape = _shape(page, points, region, area, url) if shapes or not page.picked else "article"
    if shape == "article":
        why = _lacks_article(page, points, region, area, html, url)
        return (Reason.LIST, why) if why else None
    reason = Reason.HOME if shape == "home" else Reason.LIST
    return reason, f"{len(_headlines(page))} links that read like headlines, no article"


def _head(said: str) -> tuple[Reason, str] | None:
    """What the head of a page that a server made says of it."""
    if said.startswith("Index of /"):
        return Reason.LIST, said
    fault = words.match("fault_head", said)
    return (Reason.SERVER_ERROR, fault[0]) if fault else None


def _is_part(page: Page, region: extract.Region, area: Area | None) -> tuple[Reason, str] | None:
    """Why what a page says is a part of something larger: a day of a calendar, a newspaper's page; None: it is not."""
    kept = area.kept if area is not None else ()
    said = kept if area is not None else range(*region[:2])
    if any(size > PLANS for size in accumulate(han(page.keys[index]) for index in said)) or _has_dateline(page):
        return None
    if page.outline.has("area") and any(words.match("edition", key) for key in (page.head, *page.keys)):
        return Reason.LIST, "a page of a newspaper, whose picture leads to its articles"
    named = [page.outline.name(link).strip() for href, link in page.outline.links if href]
    # A week whose days have no news is a row of bare numbers.
    weeks = [key.split() for key in page.keys if len(key) <= WEEK]
    numbers = [*named, *(day for days in weeks if all(map(str.isdecimal, days)) for day in days)]
    days = {int(number) for number in numbers if len(number) <= 2 and number.isascii() and number.isdecimal()}
    return (Reason.LIST, "a calendar, whose days lead on") if days >= MONTH else None


def _guests(page: Page) -> tuple[Reason, str] | None:
    """Whether a page is that of a guest book: its head says so, and its posts have their days."""
    posts = sum(map(fields.is_dateline, page.keys)) if words.match("guests", page.head) else 0
    return (Reason.LIST, "a guest book") if posts >= FEW_TEASERS else None


def _says_only(page: Page, area: Area | None) -> tuple[Reason, str] | None:
    """What a page has in the place of a text, under the title of an article: the words of its host alone."""
    if area is None or page.files or area.media or (page.title is not None and _words(page.keys[page.title])):
        return None
    own = (index for index in area.kept if index not in (page.title, area.dated))
    said = "\n".join(page.keys[index] for index in own)
    clauses = list(filter(None, _CLAUSE_ENDS.split(said))) if len(said) <= EXCUSE else []
    found = [_words(clause) for clause in clauses]
    if not all(each or words.match("advice", clause) for each, clause in zip(found, clauses, strict=True)):
        return None
    return next(filter(None, found), None)


def _excuse(page: Page, region: extract.Region, area: Area | None) -> tuple[Reason, str] | None:
    """What a page says instead of its article or its rows, where no dateline makes an article of it."""
    if page.files or (area is not None and (area.media or (area.stated and page.title is not None))):
        return None
    said = "\n".join(page.keys[index] for index in (range(*region[:2]) if area is None else area.kept))
    clauses = list(filter(None, _CLAUSE_ENDS.split(said)))
    if len(said) > EXCUSE:
        return None
    if (found := _words(said)) and found[0] in (Reason.SOFT_404, Reason.SERVER_ERROR):
        return found
    excused = any(words.match("nothing", clause) for clause in clauses)
    excused = excused and all(words.match("nothing", each) or words.match("advice", each) for each in clauses)
    return (Reason.LIST, said) if excused else None


def _shape(page: Page, points: Sequence[float], region: extract.Region, area: Area | None, url: str) -> Shape:
    """What a page is by what stands on it: what leads to articles tells first, then what tells an article."""
    headlines = _headlines(page)
    stated = area is not None and area.stated
    if _leads_only(page, points, region, area, headlines):
        return "home" if is_root(url) else "list"
    if len(headlines) < HEADLINES:
        return "list" if not stated and _is_short_list(page, points, headlines) else "article"
    if is_root(url) and (region[2] < 4 * ARTICLE or len(headlines) >= 40):
        return "home"
    told = stated or region[2] >= extract.WEAK or _is_notice(page, area, url) or _is_dated_below(page, region, area)
    return "article" if told else "list"


def _leads_only(
    page: Page, points: Sequence[float], region: extract.Region, area: Area | None, headlines: Sequence[int]
) -> bool:
    """Whether what would be the text only leads to articles: teasers, or the rows of a list."""
    stated = area is not None and area.stated
    within = range(area.start, area.end) if area is not None and stated and area.kept else range(*region[:2])
    # A digest has the title and the dateline of an article.
    digest = stated and page.is_title_stated
    teasers = _is_of_teasers(page, points, within, area, headlines, digest=digest)
    return teasers or _is_of_rows(page, points, within, area)


def _is_filled_later(page: Page, points: Sequence[float], area: Area | None, html: str) -> bool:
    """Whether a page holds records and no article, or has the name of its column, no sentence, and scripts that write
    what stands between.
    """
    if max(points, default=0.0) < ARTICLE / 2 and "<recordset" in html:
        return True
    if area is None or not area.kept or page.title is None or page.files or _has_dateline(page):
        return False
    said = [page.keys[index] for index in (page.title, *area.kept)]
    if any(is_sentence(line, 1) for line in said):
        return False
    few = len(said) <= 3 and all(han(line) <= NAME for line in said)
    return few and _WRITES.search(page.outline.scripts) is not None


def is_root(url: str) -> bool:
    """Whether an address is that of a site's first page."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and not parts.query and _HOME.fullmatch(parts.path) is not None


def _is_of_teasers(
    page: Page, points: Sequence[float], within: range, area: Area | None, headlines: Sequence[int], *, digest: bool
) -> bool:
    """Whether most of the prose is teasers, under a linked headline or before a link to the rest, ……[详细]: a list,
    however much they say. A single one must be cut short, and of two the page may name its column alone.
    """
    # The address below a search's result is no prose.
    every = [index for index, point in enumerate(points) if point >= extract.PROSE and "://" not in page.keys[index]]
    prose = [index for index in every if index in within]
    # A teaser may be too short for prose.
    if _is_one_teaser(page, headlines, every or (area.kept if area is not None else ())):
        return True
    opened = sum(_reads_on(page, index) or _reads_on(page, index + 1) for index in prose)
    if not digest and opened >= max(FEW_TEASERS, 0.6 * len(prose)):
        return True
    between = sum(within.start < index < within.stop for index in headlines)
    few = len(prose) >= 2 and all(_above(page, index) in headlines for index in prose) and _names_column(page)
    return (few or between >= max(5, 0.5 * len(prose))) and not _has_dateline(page)


def _is_one_teaser(page: Page, headlines: Sequence[int], said: Sequence[int]) -> bool:
    """Whether all that is said, beside the headlines of rows, is one teaser below its linked headline."""
    single = [index for index in said if index not in headlines and not _is_row_head(page.blocks[index])]
    if len(single) != 1 or (above := _above(page, single[0])) < 0:
        return False
    return (above in headlines or _is_row_head(page.blocks[above])) and _is_cut(page, single[0], above)


def _above(page: Page, index: int) -> int:
    """The block above another one, and above its day."""
    above = index - 1
    day = above > 0 and page.blocks[above].links < NAMES and _is_dated(page.keys[above])
    return above - day


def _reads_on(page: Page, index: int) -> bool:
    """Whether a block ends in a link to the rest."""
    return index < len(page.blocks) and bool(page.blocks[index].links and words.tail("read_on", page.keys[index]))


def _is_cut(page: Page, index: int, above: int) -> bool:
    """Whether a teaser ends in dots, perhaps before a link to the rest, or names the headline above it once more."""
    key, linked = page.keys[index], page.blocks[index].links > 0
    cut = (words.pattern("read_on").sub("", key) if linked else key).endswith(("…", "..."))
    return cut or (linked and page.keys[above] in key)


def _is_row_head(block: Block) -> bool:
    """Whether the headline of a row is a link, and its day or a counter stands beside it, but no teaser."""
    teaser = "…" in block.text or "..." in block.text
    return block.links >= NAMES and block.linked > 0.3 and block.size <= ROW_LINE and not teaser


def _names_column(page: Page) -> bool:
    """Whether the title, if there is one, may be the name of a column: it is short, and no dateline stands under it."""
    return page.title is None or (han(page.keys[page.title]) <= NAME and not _has_dateline(page))


def _is_of_rows(page: Page, points: Sequence[float], within: range, area: Area | None) -> bool:
    """Whether what would be the text stands in the rows of a list, whatever each says beside its link.

    A dateline that stands in no row is an article's, and so is prose.
    """
    kept: Sequence[int] = within if area is None else area.kept
    dated = area.dated if area is not None and area.stated else None
    head = [index for index in (page.title, dated) if index is not None and within.start - index <= NEAR]
    near = range(max(0, min((within.start, *head)) - NEAR), min(len(page.blocks), within.stop + NEAR))
    rows = _rows(page, near)
    if all(points[index] < extract.PROSE for index in kept):
        if area is None and not _has_dateline(page):
            near = kept = range(len(page.blocks))
        rows |= _opened_rows(page, near) | _dated_lines(page, near)
    if (rows and dated not in (None, *rows)) or (page.title in rows and page.is_title_stated):
        return False
    return _are_most(page, rows, head, kept)


def _are_most(page: Page, rows: set[int], head: Sequence[int], kept: Sequence[int]) -> bool:
    """Whether most of some blocks are rows; where those say nothing, whether a row stands over them."""
    if not rows:
        return False
    sizes = {index: page.blocks[index].size for index in kept}
    said = sum(size for index, size in sizes.items() if index in rows or is_sentence(page.keys[index], 10))
    inside = sum(size for index, size in sizes.items() if index in rows)
    if not said:
        return not rows.isdisjoint(head)
    return inside >= max(0.8 * said, 0.5 * sum(sizes.values()))


def _dated_lines(page: Page, within: range) -> set[int]:
    """The lines with a link that end in a day or in 更多, where they are some; the day may stand in the cell behind."""
    found = {
        index
        for index in within
        if (page.blocks[index].linked > 0.3 or (index and _is_headline(page.blocks[index - 1])))
        and (said := page.keys[index].rstrip(" >])"))
        and (words.tail("read_on", page.keys[index]) or (said[-1] in _DAY_ENDS and _is_dated(said[-20:])))
    }
    return found if len(found) >= FEW_TEASERS else set()


def _opened_rows(page: Page, within: range) -> set[int]:
    """The lines that name something and end in a day, in their own line or the next, and call a script for their page:
    a table of names and days alone may be the article.
    """
    heard = _HEARD.search(page.outline.scripts) is not None
    found: set[int] = set()
    for index in within:
        if _WHOLE_DAY.search(page.keys[index][-14:]):
            row = range(index if han(page.blocks[index].text) >= NAMES else max(0, index - 1), index + 1)
            named = any(NAMES <= han(page.blocks[i].text) <= 60 for i in row)
            found.update(row if named and any(_is_opened(page, i, heard=heard) for i in row) else ())
    return found


def _is_opened(page: Page, index: int, *, heard: bool) -> bool:
    """Whether a click on a line, or on its row, calls a script; `heard`: scripts hear clicks without handlers there."""
    outline = page.outline
    element = page.blocks[index].element
    for _ in range(NEAR_CELL):
        names = outline.attributes(element)
        if "onclick" in names or (heard and any(name.startswith("data-") for name in names)):
            return True
        element = outline.parents[element]
    return False


def _lacks_article(
    page: Page, points: Sequence[float], region: extract.Region, area: Area | None, html: str, url: str
) -> str | None:
    """Why a page that reads like an article holds none; None: it holds one."""
    if _is_filled_later(page, points, area, html):
        return "rows for a script to show, no article"
    return "a page of its own menu, without a day" if _is_of_menu(page, region, area, url) else None


def _is_of_menu(page: Page, region: extract.Region, area: Area | None, url: str) -> bool:
    """Whether a page that states no day is part of its own menu: a link to it with its title, 机构设置, stands between
    others as short.
    """
    if page.picked or page.files or (area is not None and area.stated) or _has_dateline(page):
        return False
    if any(dates.read(page.keys[index]) for index in (range(*region[:2]) if area is None else area.kept)):
        return False
    links = [(name, href) for href, link in page.outline.links if (name := page.outline.name(link).strip())]
    short = [len(name) <= NAMES for name, _ in links]
    return any(
        len(beside := short[max(0, at - 2) : at + 3]) > 2
        and all(beside)
        and _is_named(page, name)
        and _leads_to(href, url)
        for at, (name, href) in enumerate(links)
    )


def _is_named(page: Page, name: str) -> bool:
    """Whether a name is the page's title, or what its head begins with where no line is its title."""
    return page.head.startswith(name) if page.title is None else page.blocks[page.title].text == name


def _leads_to(href: str, url: str) -> bool:
    """Whether a link on a page leads to the page itself."""
    return urldefrag(joined(url, href))[0] == urldefrag(url)[0]


def without_rows(page: Page, area: Area | None) -> Area | None:
    """The box of an article, without the rows of a list beside it where the article is a picture or a film."""
    if area is None or not (area.stated and area.media):
        return area
    outline, rows = page.outline, _rows(page, range(area.start, area.end))
    lines = [index for index in area.kept if index >= area.start]
    if not lines or not rows.issuperset(lines):
        return area
    head = page.blocks[area.start - 1].element
    boxes = [outline.common(head, element) for at, element in outline.media if area.start <= at <= lines[0]]
    if not boxes or any(outline.tags[box] in ROOTS or outline.holds(box, lines[0]) for box in boxes):
        return area
    dropped = {**area.dropped, **dict.fromkeys(lines, "outside")}
    return replace(area, kept=tuple(i for i in area.kept if i < area.start), lines=0, dropped=dropped)


def _rows(page: Page, within: range) -> set[int]:
    """The blocks of rows: boxes of one name in one box, most of which begin with a link and say more."""
    files = {name for _, name in page.files}
    leads = {
        index
        for index in within
        if ((block := page.blocks[index]).links >= ROW_LINK or (block.kind == "heading" and block.links))
        and block.size <= ROW_LINE
        and block.linked >= 0.2
        and block.text not in files
        and not any(mark in page.keys[index] for mark in (">", "|"))
    }
    found: set[int] = set()
    for boxes in _alike(page, within) if len(leads) >= 2 else ():
        led = _led(page, boxes, leads)
        if led and _are_rows(page, led):
            found.update(*led)
    return found


def _led(page: Page, boxes: list[list[int]], leads: set[int]) -> list[list[int]]:
    """The boxes that begin with a link, if they are most of those from the first to the last: the name of the column
    may stand over them, and a pager below.
    """
    led = [at for at, box in enumerate(boxes) if _begins_with_link(page, box, leads)]
    return [boxes[at] for at in led] if led and len(led) >= 0.8 * (led[-1] + 1 - led[0]) else []


def _are_rows(page: Page, boxes: list[list[int]]) -> bool:
    """Whether boxes that begin with links are rows of a list: they say more than their link, or each holds a day."""
    firsts = [(page.blocks[box[0]], len(box)) for box in boxes]
    if sum(held > 1 or first.size - first.links >= ROW_LINK for first, held in firsts) >= FEW_TEASERS:
        return True
    return len(boxes) >= 2 and all(any(_is_dated(page.keys[index]) for index in box) for box in boxes)


def _begins_with_link(page: Page, box: list[int], leads: set[int]) -> bool:
    """Whether a box begins with a headline that is a link: before it stands a day at most, below it one more link."""
    first = next((at for at, index in enumerate(box) if index in leads), len(box))
    return (
        first < len(box) and len(leads.intersection(box)) <= 2 and sum(page.blocks[i].size for i in box[:first]) <= DAY
    )


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


def _is_dated_below(page: Page, region: extract.Region, area: Area | None) -> bool:
    """Whether the day of an article stands with its label right below the text, under a title that the head states."""
    end = region[1] if area is None else area.end
    below = (page.keys[index] for index in range(max(0, end - 2), min(len(page.keys), end + 3)))
    return page.is_title_stated and any(
        fields.is_labelled(key) and fields.is_dateline(key) and dates.read(key) for key in below
    )


def _is_notice(page: Page, area: Area | None, url: str) -> bool:
    """Whether lines stand under the title, with no headlines below them, and the address names an article, or the
    page's head the title of one: then some sentences are enough.
    """
    if page.title is None or area is None:
        return False
    lines = [page.keys[index] for index in area.kept if not _is_dated(page.keys[index])]
    said = sum(han(line) for line in lines if is_sentence(line, 10))
    named = said > 0 and page.is_title_stated and han(page.keys[page.title]) >= NAMES
    if named and said >= NOTICE:
        return True
    parted = furniture_id("".join(page.keys[area.end : area.end + 1])) == "related"
    if not parted and sum(map(_is_headline, page.blocks[area.end : area.end + 3])) > 1:
        return False
    parts = urlsplit(url)
    last = f"{parts.path.rpartition('/')[2]}?{parts.query}"
    numbered = _NUMBER.search(last) is not None and not _LISTS.search(f"{parts.path}?{parts.query}")
    return (numbered or named) and sum(map(han, lines)) >= 10


def _is_short_list(page: Page, points: Sequence[float], headlines: Sequence[int]) -> bool:
    """Whether a page holds dated links and little prose, and under the name of a column nothing else."""
    if len(headlines) < 2 and page.title is not None:
        return False
    start, end, weight = extract.region(page.outline, points, None)
    prose = [index for index in range(start, end) if points[index] >= extract.PROSE]
    rows = _dated_rows(page, headlines)
    if page.title is not None:
        return rows >= 2 and not prose and _names_column(page)
    return rows >= 2 and len(prose) <= max(len(headlines), rows) and weight < 2 * ARTICLE


def _dated_rows(page: Page, headlines: Sequence[int]) -> int:
    """How many rows of a list have a day beside their link."""
    rows = sum(any(map(_is_dated, page.keys[max(0, index - 1) : index + 3])) for index in headlines)
    # A row that says much beside its link: title 发布时间：2016-08-12 16:35.
    return rows + sum(
        0.3 < block.linked <= 0.5 and 8 <= han(block.text) <= 60 and _is_dated(page.keys[index])
        for index, block in enumerate(page.blocks)
    )


def _is_dated(key: str) -> bool:
    """Whether a line holds a date, or is a day of a month: [02-19]."""
    return _DAY.fullmatch(key) is not None or (not words.match("today", key) and dates.read(key) is not None)


def _has_dateline(page: Page) -> bool:
    """Whether a line under the title says when and from whom, and is no row of a list."""
    if page.title is None:
        return False
    for index in range(page.title + 1, min(page.title + 7, len(page.keys))):
        block = page.blocks[index]
        if block.linked < 0.5 and fields.is_dateline(page.keys[index]):
            return True
        if _is_headline(block):
            # What stands under a headline is a row's.
            return False
    return False


def _headlines(page: Page) -> list[int]:
    """The blocks that are links and read like headlines, and lead to no file."""
    files = {name for _, name in page.files}
    return [index for index, block in enumerate(page.blocks) if _is_headline(block) and block.text not in files]


def _is_headline(block: Block) -> bool:
    return block.linked > 0.5 and block.size >= 8 and 8 <= han(block.text) <= 60


def _is_markup(body: bytes) -> bool:
    return bool(
        re.search(
            rb"<\s*(?:!doctype|html|head|body|div|p|table|title|meta|script|span|a|br)\b", body[:20000], re.IGNORECASE
        )
    )


def _status(capture: Capture) -> tuple[Reason, str] | None:
    """What the status of a response says against it."""
    status = capture.status
    if capture.missing:
        return Reason.SOFT_404, f"the same page as {capture.missing}, which nobody made"
    if status is None or (200 <= status < 300 and status not in (202, 203)):
        return None
    text = _glance(capture.body[:30000])
    cookies = " ".join(value for name, value in capture.headers if name.lower() == "set-cookie")
    if vendor := next((v for p, v in words.named("challenge", "vendor") if p.search(cookies) or p.search(text)), None):
        return Reason.CHALLENGE, f"{vendor}, status {status}"
    if status in (412, 521, 512):
        return Reason.CHALLENGE, f"status {status}"
    if 300 <= status < 400:
        return Reason.REDIRECT, f"status {status} to {capture.header('Location') or 'nowhere'}"
    if status == 403 or (status in (405, 406, 429, 451) and words.match("blocked", text)):
        return Reason.BLOCKED, f"status {status}"
    return (Reason.ERROR_STATUS, f"status {status}") if status not in (202, 203) else None


def _glance(body: bytes) -> str:
    """The characters of a body, without asking what it declares."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _answer(page: Page, area: Area | None, html: str, text: str, size: int, url: str) -> tuple[Reason, str] | None:
    """What a short page says instead of an article."""
    stated = (area is not None and area.stated) or _has_dateline(page)
    if target := _leads_on(page, html, size, url, stated=stated):
        return Reason.REDIRECT, target
    if size == 0 and (found := _words("\n".join(_SAID.findall(html)))):
        return found
    if size == 0 and sends_back(html):
        return Reason.SOFT_404, "a script that leads back"
    # A short notice may have any of these words, in its title too: it has a dateline under it.
    walled = any(pattern.search(page.head) for pattern, _ in words.named("challenge", "vendor"))
    if stated and not walled:
        return None
    if challenge := _challenged(html, text, size):
        return Reason.CHALLENGE, challenge
    if match := words.match("blocked", text):
        return Reason.BLOCKED, match[0]
    found = _words(f"{page.head}\n{text}")
    # A page for logging in may say how to, but leads nowhere.
    bare = size < 100 or not any(page.outline.every("a"))
    if found is None and bare and any(i.get("type") == "password" for i in page.outline.every("input")):
        return Reason.LOGIN, "a form for a password"
    return found


def _leads_on(page: Page, html: str, size: int, url: str, *, stated: bool) -> str | None:
    """Where a page leads by itself; None for one that comes again, or leads on only when its text has been read."""
    for seconds, target in refreshes(html):
        read = seconds > AT_ONCE and (stated or any(is_sentence(key, 10) for key in page.keys))
        if seconds <= LATER and not read and not _leads_to(target, url):
            return f"meta refresh to {target}"
    stub = script_target(html) if size < 30 else None
    return f"script to {stub}" if stub else None


def _challenged(html: str, text: str, size: int) -> str | None:
    """What protects the site, where it answers instead of it."""
    for pattern, vendor in words.named("challenge", "vendor"):
        if (match := pattern.search(html)) and (vendor != "captcha" or pattern.search(text) or size < 30):
            return f"{vendor}: {match[0]}"
    return None


def _words(text: str) -> tuple[Reason, str] | None:
    found = ((reason, pattern.search(text)) for pattern, reason in words.named("answer", "reason"))
    return next(((Reason(reason), match[0].strip()) for reason, match in found if match), None)
