"""Characters of a page -> `Page`: its blocks, keys for comparing them, what its head states, where its title stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape, unescape
from itertools import chain, islice
from urllib.parse import urljoin

from lxml.cssselect import CSSSelector, SelectorError
from lxml.etree import tostring
from lxml.html import HtmlElement

from archive.site import Reading
from archive.text import chinese, dates, fields, teasers
from archive.text.blocks import END_OF_RUN, Block, fold
from archive.text.decode import parse
from archive.text.lines import holding, is_sentence, narrow, narrow_lines
from archive.text.markup import attributes
from archive.text.outline import MARK, Outline, outline
from archive.text.scripts import written

# The dateline stands at most so many lines over the title, or below it, over a sentence of so many characters; of it so
# much may be links.
OVER, ZONE, PROSE, LINKED = 2, 4, 12, 0.5
# The name of a column has at most so many characters.
COLUMN = 8
# A title that is a picture has at least so many characters; so many pictures may be one.
TITLE, ALTS = 6, 4
# So many lines around the title may be labels and their values, each in a box of its own.
CELLS = 24

_IMAGE = re.compile("<img([^<>]{0,2000}>)", re.IGNORECASE)
_PUBLISHED_NAME = re.compile("published|entry-date")
_PUBLISHED = re.compile(r'"(?P<name>pubDate|datePublished|upDate)"\s*:\s*"(?P<value>[^"]{8,40})"')
_KINDS = "docx?|wps|pdf|xlsx?|et|ofd|od[tsp]|zip|rar|pptx?|csv"
# One of these stands in the address of every file, in lower case.
_FILE_KINDS = re.compile(rf"\.(?:{_KINDS})")
_FILE_WORDS = ("down", "attach", "file")
FILE = re.compile(
    rf"\.(?:{_KINDS})(?:$|[?#])|/(?:down(?:file|load)?|attachment)\.(?:jsp|as[hp]x?|php|do|action)\?", re.IGNORECASE
)
# A file by its name.
FILE_NAME = re.compile(rf"\.(?:{_KINDS}|7z|txt)(?![\w.])", re.IGNORECASE)
# A messenger's post says when it was made in a script alone.
_MADE = re.compile(r"(?:createTime|publish_time) ?= ?[\"'](20\d\d-\d\d-\d\d(?: \d\d:\d\d)?)[\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as the cleaner reads it.

    Attributes:
        outline: its elements.
        blocks: its blocks in order.
        keys: their text in narrow forms and Simplified characters, for comparing.
        datelines: the numbers of keys that were rewritten as datelines, see `fields.as_dateline` and `fields.in_boxes`.
        metas: (name in lower case, content) of `meta` elements and of structured data.
        head: the text of the `title` element.
        title: the block that is the title, where one is; its last one, and `title_from` its first.
        picked: the blocks in what the site's selector for bodies finds.
        files: of each link to a file its address as written and its name.
        names: what the page calls its columns and its site.
        teasers: the blocks of teasers, see `teasers.beside`.
        plain: whether its text has nothing to repair or convert, see `chinese.plain`.
    """

    outline: Outline
    blocks: Sequence[Block]
    keys: Sequence[str]
    datelines: frozenset[int]
    metas: Sequence[tuple[str, str]]
    head: str
    title: int | None
    title_from: int
    picked: Sequence[int]
    files: Sequence[tuple[str, str]]
    names: Sequence[str]
    teasers: frozenset[int]
    plain: bool

    @property
    def is_title_stated(self) -> bool:
        """Whether its head begins with its title."""
        return self.title is not None and narrow(self.head).startswith(narrow(self.blocks[self.title].text))

    @property
    def is_published(self) -> bool:
        """Whether its head says when an article was published; that of a list has no such day, or no title."""
        return bool(self.meta("article:published_time") or (self.meta("articletitle") and self.meta("pubdate")))

    def meta(self, *names: str) -> str | None:
        """The first content under the first of these names that has one."""
        return next((content for name in names for key, content in self.metas if key == name and content), None)


def page_of(html: str, reading: Reading | None = None) -> Page | None:
    """Read a page by the site's selectors where they are given; None where there is nothing but white space."""
    html = written(html)
    page = _page(html, reading)
    worded = None if page is None or page.is_title_stated else _worded(html, page)
    return page if worded is None else _page(worded, reading)


def _page(html: str, reading: Reading | None) -> Page | None:
    """Read a page as its scripts write it."""
    read = outline(_marked(html, reading), marked=True) if reading else outline(html)
    if len(read.tags) == 1 and len(read.pieces) == 1 and not (read.blocks or read.scripts):
        return None
    found = read.blocks
    keys = shown = narrow_lines([block.spaced for block in found])
    # Labels in Traditional characters are compared with Simplified rules on every page: cheap, and never kept.
    whole = "\n".join(keys)
    plain = chinese.plain(whole)
    if not plain:
        keys = chinese.likened(chinese.pinyin_repaired(whole) or whole).split("\n") if keys else keys
    metas = _metas(read)
    head = _head(read)
    files = _files(read)
    titles = _titles(metas, head)
    boxes = teasers.groups(read, keys)
    plainly = found[:]
    _set_aside(found, chain(*boxes))
    names = _names(metas, found, keys)
    picked = next((first for mark, first, end in read.picked if "title" in mark and first < end), None)
    lines = fields.choose(read, keys, shown, titles, names) if picked is None else range(picked, picked + 1)
    title = lines[-1] if lines else None
    beside = teasers.beside(read, keys, boxes, title)
    found[:] = plainly
    _set_aside(found, beside)
    datelines = _datelines(read, keys, title)
    return Page(
        outline=read,
        blocks=found,
        keys=[datelines.get(index, key) for index, key in enumerate(keys)] if datelines else keys,
        datelines=frozenset(datelines),
        metas=metas,
        head=head,
        title=title,
        title_from=lines.start,
        names=names,
        teasers=beside,
        plain=plain,
        files=files,
        picked=sorted({i for mark, first, end in read.picked if "body" in mark for i in range(first, end)}),
    )


def _worded(html: str, page: Page) -> str | None:
    """The page with the words of a picture in its place, where the head states them as the title and no line says
    them; None where it has no such picture.
    """
    alts = dict.fromkeys(fold(image.get("alt", "")) for image in page.outline.every("img"))
    titles = _titles(page.metas, page.head)
    stated = (alt for alt in alts if len(alt) >= TITLE and any(alt in title for title in titles))
    for alt in islice(stated, ALTS):
        said = "".join(block.text for block in page.blocks).replace(" ", "")
        if fields.is_site_name(alt) or alt.replace(" ", "") in said:
            continue
        for tag in _IMAGE.finditer(html):
            if fold(unescape(attributes(tag[1]).get("alt", ""))) == alt:
                return f"{html[: tag.start()]}<h1>{escape(alt)}</h1>{html[tag.end() :]}"
    return None


def _set_aside(blocks: list[Block], indices: Iterable[int]) -> None:
    """Say of some blocks that they stand beside articles."""
    for index in indices:
        blocks[index] = blocks[index]._replace(aside=True)


def _datelines(read: Outline, keys: Sequence[str], title: int | None) -> dict[int, str]:
    """Datelines around the title in the manner of all others, by the number of their lines; values with their labels,
    on a page without a title those over its first sentence.
    """
    anchor = next((i for i, key in enumerate(keys) if is_sentence(key, PROSE)), 0) if title is None else title
    over, under = range(max(0, anchor - CELLS), anchor), range(anchor + 1, min(len(keys), anchor + 1 + CELLS))
    under = under if title is not None else range(0)
    pairs = [pair for part in (over, under) for pair in fields.in_boxes(read, keys, part)]
    labelled = {value: said for _, value, said in pairs}
    # Who wrote and edited may stand in pairs right below the dateline.
    named = {label for label, _, said in pairs if fields.byline(said)}
    found: dict[int, str] = {}
    for index in (*over, *under):
        if said := labelled.get(index) or _as_dateline(read, keys[index], index, title):
            found[index] = narrow(said)
        elif index > anchor and index + 1 not in named and _begins_text(keys[index]):
            break
    return found


def _as_dateline(read: Outline, key: str, index: int, title: int | None) -> str | None:
    """A line near the title as a dateline in the manner of all others; None where it is one, or none at all."""
    block = read.blocks[index]
    if title is None or not title - OVER <= index <= title + ZONE:
        return None
    if (
        (block.linked >= LINKED and index != title + 1)
        or block.kind == "caption"
        or (index < title and read.holder(index) != read.holder(title))
    ):
        return None
    usual = fields.as_dateline(key)
    return usual if usual != key else None


def _begins_text(line: str) -> bool:
    """Whether a line is a sentence, or a dateline that says more than a day: what stands below that is the text."""
    dated = fields.is_dateline(line) and dates.tells_day(line) and not dates.is_day(line)
    return dated or is_sentence(line, PROSE)


@lru_cache(maxsize=1024)
def joined(base: str, url: str) -> str:
    """The address that a page at `base` means by `url`; empty where it is none.

    >>> joined("http://h/a/1.html", "../b.html"), joined("http://h/", "http://[b")
    ('http://h/b.html', '')
    """
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def may_be_files(addresses: Sequence[str]) -> list[int]:
    """The numbers of those that hold what stands in addresses of files: a quick search, before `FILE` is tried."""
    return sorted(holding(_FILE_KINDS, END_OF_RUN.join(addresses).lower(), END_OF_RUN, _FILE_WORDS))


def _files(read: Outline) -> list[tuple[str, str]]:
    """Links to files, with their names."""
    return [
        (href, name)
        for href, number in read.leading(_FILE_KINDS, *_FILE_WORDS)
        if (name := fold(read.name(number))) and (FILE.search(href) or FILE_NAME.search(name))
    ]


def _marked(html: str, reading: Reading) -> str:
    """The page with a mark on what the site's selectors find."""
    root = parse(html)
    if root is None:
        return html
    marks: dict[HtmlElement, str] = {}
    for name, selector in (("title", reading.title), ("body", reading.body)):
        for element in selected(root, selector) if selector else ():
            marks[element] = f"{marks.get(element, '')} {name}"
    for element, mark in marks.items():
        element.set(MARK, mark)
    return str(tostring(root, encoding="unicode", method="html")) if marks else html


def selected(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements that a CSS selector finds; none where it is no selector."""
    try:
        return list(_selector(selector)(root))
    except SelectorError:
        return []


@cache
def _selector(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def _metas(read: Outline) -> list[tuple[str, str]]:
    found = []
    for meta in read.every("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop")
        content = fold(meta.get("content") or "")
        # An unexpanded template: $PubDate, {pubdate}, <TRS_DOCUMENT ...>.
        if name and content and not content.startswith(("$", "<", "{", "[", "%")):
            found.append((name.strip().lower(), content))
    if ("createTime" in read.scripts or "publish_time" in read.scripts) and (made := _MADE.search(read.scripts)):
        found.append(("publish_time", made[1]))
    found += _times(read)
    names = {"pubDate": "pubdate", "datePublished": "datepublished", "upDate": "update"}
    for data in read.json:
        found += [(names[m["name"]], m["value"]) for m in _PUBLISHED.finditer(data)]
    return found


def _times(read: Outline) -> list[tuple[str, str]]:
    """What the only `time` element says, or the first whose class says that it is the day of publication; where it
    tells the moment of Greenwich, the day that readers see.
    """
    times = list(zip(read.every("time"), read.words_in("time"), strict=True))
    named = [pair for pair in times if _PUBLISHED_NAME.search(pair[0].get("class", ""))]
    for time, shown in (named or (times if len(times) == 1 else []))[:1]:
        if said := time.get("datetime"):
            return [("datepublished", shown if said.endswith(("+00:00", "Z")) and dates.read(shown) else said)]
    return []


def _head(read: Outline) -> str:
    """The text of the title element; a page of WML is a card with its title."""
    cards = (fold(card.get("title", "")) for card in read.every("card"))
    return fold(unescape(read.title)) or next(cards, "")


def _names(metas: Sequence[tuple[str, str]], blocks: Sequence[Block], keys: Sequence[str]) -> list[str]:
    """What a page calls its site, and its columns: short links, and the steps of a breadcrumb but the last."""
    site = [content for name in ("sitename", "og:site_name") for key, content in metas if key == name]
    links = [block.text for block in blocks if block.linked >= LINKED and block.size <= COLUMN]
    return [*site, *links, *(step for crumb in fields.crumbs(keys) for step in fields.columns(crumb, None)[:-1])]


def _titles(metas: Sequence[tuple[str, str]], head: str) -> list[str]:
    """What the head says the title is, best first."""
    order = ("articletitle", "og:title", "twitter:title")
    stated = [content for name in order for key, content in metas if key == name]
    return [title for title in (*stated, head) if title]
