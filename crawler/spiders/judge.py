"""A capture -> what its page is, as the cleaner judges it, and what it leads to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.catalogue.aliases import SHORT
from archive.site import Site, matches
from archive.text import ruled
from archive.text.clean import clean
from archive.text.decode import decode, parse
from archive.text.document import Document, Reason, Skip
from archive.warc.capture import Capture
from crawler.discovery import Link, discover, sheet, within
from crawler.discovery.general import BLIND
from crawler.discovery.ledger import Shown, parts, survey
from crawler.discovery.link import ARTICLE
from crawler.discovery.scripted import ASKS, TABLES, Play, by_sheet, hands_rows, play
from crawler.queue.clocks import read_day
from crawler.queue.entries import Article

# Pages with less Chinese than this may be empty frames, walls, or error pages.
FEW_HAN = 200
# A page with fewer Chinese characters than this cannot be told from another; see `crawler.queue.idle`.
TELLING = 50
# What a server sends in place of a page.
WALLS = (Reason.BLOCKED, Reason.CHALLENGE)

# How a script gets or shows a list.
_FILLS = re.compile(rf"{ASKS}|v-for=|createApp\(|new Vue\(|data-reactroot|type=[\"']?module|{TABLES}")
# Empty elements, by their ids and classes, and what a script is to put into them.
_PLACES = XPath(
    "//body//*[self::ul or self::ol or self::div or self::table or self::tbody or self::section]"
    "[not(*)][not(normalize-space())]/@*[name() = 'id' or name() = 'class']",
    smart_strings=False,
)
_LIST_NAME = re.compile(r"list|news|result|items|datas?\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{\s*\w+(?:\.\w+)+\s*\}\}|\bv-for=")
# JSON, feeds, and the records of 大汉, which come as HTML too.
_DATA = re.compile(
    r"\A[\s\ufeff]*+(?:<\?xml[^>]*+>\s*+)?(?:[{\[]|<(?:datastore|recordset|rss|feed|urlset|sitemapindex)\b)"
)
_NO_HAN = re.compile(r"[^\u3400-\u9fff]+")
# Plain paths cost a fifth of one that asks each text for its parent (measured).
_TEXTS = XPath("//body//text()", smart_strings=False)
_UNSAID = XPath(
    "//body//a//text() | //body//script/text() | //body//style/text()"
    " | //body//*[contains(@onclick, 'location') or contains(@onclick, 'window.open')]//text()",
    smart_strings=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a page is.

    Attributes:
        html: the decoded page; `root`: the parsed page, None if it is no HTML, or if a child process read it.
        encoding: of its links.
        links: what it leads to; `beyond`: how many more links it has than are followed.
        han_text: all of its Chinese characters; `prose` counts those outside of links.
        data: it is what a script asks for: JSON, a feed, records.
        article: what is known of the article; None: it is none.
        refusal: why the cleaner gives no document of it, and the evidence; None: it gives one.
        claimed: how many articles its list has, by an answer to its scripts; None: no answer says.
        shown: what it says of its list; of an article, how many pages it has.
        to_play: what it takes to run its scripts, if it lacks something that they may make; None: it lacks nothing.
        script_rows: the addresses of the rows that its scripts put into it, if an answer says how many there are.
        why_scripted: why the page looks like a frame that a script fills; None: it does not.
    """

    html: str
    root: HtmlElement | None
    encoding: str
    links: Sequence[Link]
    han_text: str
    prose: int
    data: bool
    article: Article | None
    refusal: tuple[Reason, str] | None
    why_scripted: str | None
    shown: Shown
    to_play: Play | None = None
    claimed: int | None = None
    beyond: int = 0
    script_rows: frozenset[str] = frozenset()

    @property
    def is_wall(self) -> bool:
        """Whether a wall answered in place of the site."""
        return self.refusal is not None and self.refusal[0] in WALLS

    @property
    def rows(self) -> int:
        """How many articles it leads to."""
        return sum(map(is_row, self.links))

    @property
    def is_distinctive(self) -> bool:
        """Whether it has enough text to be told from another page."""
        return len(self.han_text) >= (TELLING if self.article or self.rows else FEW_HAN)


def judge(capture: Capture, url: str, site: Site, *, expected: bool = False) -> Judged:
    """Judge an answer of status 200; `url` is the address that it was asked for with, of which there may be many.

    The cleaner decides: a page that gives a document is an article. The site file's `articles` may rule a page out,
    or name one that the cleaner would not keep, such as a page with a film alone; but a list stays a list.
    `expected`: the link that led to the page looked like that of an article.
    """
    kind = (capture.header("Content-Type") or "").lower()
    decoded = decode(capture.body, kind or None)
    judged = _judged(capture, url, site, decoded.html, kind, encoding=decoded.encoding)
    if judged.root is None or judged.data:
        return judged
    # A picture alone makes an article of a page whose scripts may show a list, unless a list named it with its day.
    dated = capture.found is not None and capture.found.row_date is not None
    bare = judged.article is not None and judged.article.digest is None and not dated
    styled = by_sheet(url, judged.html, judged.root, expected=expected, hosts=site.hosts)
    wanted = styled or play(
        url,
        judged.html,
        judged.root,
        judged.links,
        expected=expected and not bare,
        article=judged.article is not None and not bare,
        prose=judged.prose,
        hosts=site.hosts,
    )
    return replace(judged, to_play=wanted)


def judge_shown(
    capture: Capture, url: str, site: Site, html: str, *, encoding: str = "utf-8", made: bool = False
) -> Judged:
    """Judge what a browser shows of a page, or its scripts make of it; `made`: they put something into it."""
    shown = replace(
        capture, body=html.encode("utf-8", "replace"), headers=(("Content-Type", "text/html; charset=utf-8"),)
    )
    return _judged(shown, url, site, html, "text/html", encoding=encoding, made=made)


def wall(capture: Capture, site: Site) -> tuple[Reason, str] | None:
    """What wall an error page is, with the evidence; None: it is none."""
    found = clean(capture, site)
    return (found.reason, found.detail) if isinstance(found, Skip) and found.reason in WALLS else None


def whole(capture: Capture, url: str, site: Site, *, start: bool) -> str | None:
    """What an answer of an error status shows all the same: an article with its day, or where it is a `start` page a
    list. None: nothing. There are servers that send every page with status 404 or 500.
    """
    # A row's day, and that of an address, stand on no page.
    shown = replace(capture, status=200, found=None, url=urljoin(url, "/"))
    found = clean(shown, site)
    if isinstance(found, Document):
        return f"an article: {found.title}" if found.title and found.published and found.han >= TELLING else None
    rows = judge(shown, url, site).rows if start else 0
    return f"a list of {rows} rows" if rows >= BLIND else None


def _judged(
    capture: Capture, url: str, site: Site, html: str, kind: str, *, encoding: str, made: bool = False
) -> Judged:
    root = parse(html)
    links, beyond = within(discover(url, html, root, encoding))
    found = clean(capture, site)
    links = [*links, *_named_next(capture, site, root)]
    # The answer to a list's script reads like prose: headlines and days without links.
    data = "json" in kind or _DATA.match(html) is not None
    said, prose, linked = _said(root) if root is not None else ("", 0, 0)
    article = None if data or root is None else _article(found, capture, site)
    why = None
    if article is None and root is not None:
        why = _scripted(html, root, links, prose, linked, made=made)
    return Judged(
        html=html,
        root=root,
        encoding=encoding,
        links=links,
        beyond=beyond,
        han_text=said,
        prose=prose,
        data=data,
        article=article,
        refusal=(found.reason, found.detail) if isinstance(found, Skip) else None,
        why_scripted=why,
        shown=_shown(url, html, root, links, site, is_article=article is not None),
    )


def _shown(
    url: str, html: str, root: HtmlElement | None, links: Sequence[Link], site: Site, *, is_article: bool
) -> Shown:
    """What a page says of its list, or an article of its pages."""
    if not is_article:
        return survey(url, html, root, links, site.hosts)
    return Shown() if root is None else parts(html, root)


def _named_next(capture: Capture, site: Site, root: HtmlElement | None) -> list[Link]:
    """The next page of a list, where the site file says how it is found."""
    reading = site.reading_at(capture.date)
    if root is None or reading is None or reading.next is None:
        return []
    return [Link(url=urljoin(capture.url, href), kind="next") for href in ruled.leads(root, reading.next)]


def _article(found: Document | Skip, capture: Capture, site: Site) -> Article | None:
    if matches(site.crawl.lists, capture.url):
        return None
    if site.crawl.articles:
        named = matches(site.crawl.articles, capture.url)
        if not named or (isinstance(found, Skip) and found.reason in (Reason.LIST, Reason.HOME)):
            return None
    elif isinstance(found, Skip):
        return None
    if isinstance(found, Skip):
        return Article()
    today = capture.date.timestamp() if capture.date else 0.0
    return Article(day=read_day(found.published, today), digest=_digest(found))


def _digest(document: Document) -> bytes | None:
    """What an article is known by under each of its addresses; None: it has too little text to tell."""
    if document.han < SHORT:
        return None
    text = "".join(filter(str.isalnum, document.text))
    day = (document.published or "")[:10]
    return hashlib.sha256(f"{document.title}\n{day}\n{text}".encode("utf-8", "surrogatepass")).digest()


def _scripted(
    html: str, root: HtmlElement, links: Sequence[Link], prose: int, linked: int, *, made: bool
) -> str | None:
    """Why a page looks like a frame that a script fills, None where it does not.

    It has a script that fetches or builds, no article, nothing that leads on, and next to no text: little Chinese at
    all, or little prose, and an empty place for a list.
    """
    if prose >= FEW_HAN or any(
        link.row_date or link.kind in ("next", "pager", "list", "redirect") or link.priority == ARTICLE
        for link in links
    ):
        return None
    if (styled := sheet.STYLED.search(html[: sheet.HEAD])) and not links:
        return f"its list is made by a style sheet ({styled[0]}; no link)"
    call = _FILLS.search(html)
    fills = call[0] if call else hands_rows(root)
    empty = next((name for name in _PLACES(root) if _LIST_NAME.search(name)), None)
    template = _TEMPLATE.search(html)
    if fills is None or not ((prose + linked < FEW_HAN and not (made and links)) or empty or template):
        return None
    evidence = [f"script: {fills}", *([f"empty: {empty}"] if empty else []), *([template[0]] if template else [])]
    return f"its list is made by a script ({'; '.join(evidence)}; no article, no pager)"


def is_row(link: Link) -> bool:
    """Whether a link looks like one to an article."""
    return link.kind == "page" and (link.row_date is not None or link.priority == ARTICLE)


def _said(root: HtmlElement) -> tuple[str, int, int]:
    """The Chinese characters of a page, and how many stand in prose and in links."""
    said, unsaid = _NO_HAN.sub("", "".join(_TEXTS(root))), len(_NO_HAN.sub("", "".join(_UNSAID(root))))
    return said, len(said) - unsaid, unsaid
