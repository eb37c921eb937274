"""Any HTML page -> its links: what an `<a>` says, the date in its row, pagers in both scripts, files, stubs."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from itertools import chain, islice
from typing import TypeAlias, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import XPath, iterwalk
from lxml.html import HtmlElement

from archive.site import host_of
from archive.text import styles
from archive.text.refresh import refresh, script_target
from crawler.discovery.dom import base_of, listen
from crawler.discovery.link import (
    ARTICLE,
    COUNTS,
    DOCUMENTS,
    IMAGES,
    LAST,
    LIST,
    PACKED,
    REQUISITE,
    Link,
    extension,
    fold,
    is_file,
    look_of,
    row_date,
    viewed,
)
from crawler.queue.address import shape

# The words of pagers and of what lists say of their length, for several modules.
WORDS = tomllib.loads(resources.files("crawler.discovery").joinpath("words.toml").read_text("utf-8"))
_MARK, _OF = r"[\W_]*", r"(?:[\s(（\[]{0,3}\d{1,4}(?:\s?/\s?\d{1,4})?|\s?[(（\[][A-Z])?"


def read_way(name: str) -> re.Pattern[str]:
    """The pattern of a kind of links, buttons and options, by its name in words.toml."""
    words: str = WORDS["ways"][name]["pattern"]
    return re.compile(words.replace("{mark}", _MARK).replace("{of}", _OF), re.IGNORECASE)


# 下一篇 is the next article, not the next page. A paper is entered at its newest issue, a calendar at its newest month:
# what follows is 上一期, 上个月.
NEXT, BACK, _ENDS, NUMBER, MORE, MONTH_BEFORE, _ACT = map(
    read_way, ("next", "back", "ends", "number", "more", "month_before", "act")
)
# What says that a list is at its end.
END = re.compile(WORDS["end"]["pattern"])
# The ways to the month after and to the month before in a calendar, where arrows mean time.
_NAMED = r"(?:(?:19|20)\d\d\s?[-年.]\s?)?\d{1,2}\s?月?"
LATER = re.compile(
    rf"[\[【(（\s]*(?:[下后後]\s?(?:一?\s?个?月|一\s?[天日])|next|{_NAMED}\s?[>»›▶►→]|[>»›▶►→])[\]】)）>»›▶►→\s]*",
    re.IGNORECASE,
)
_EARLIER = re.compile(rf"[\s<«‹◀◄←]{{1,9}}(?:{_NAMED})?|prev(?:ious)?", re.IGNORECASE)
# The row of a link is at most so many elements up.
ROW = 4
# The box of a pager is so many above each link in it.
ABOUT = 3
_SELECTS = XPath("//select[contains(@onchange, 'location')]")
_OPTIONS = XPath(".//option/@value", smart_strings=False)
# What an option's value needs to be an address, not a number or a month.
_ADDRESS = re.compile(r"[/.?]")
# A handler that puts an address together: '/html/' + this.value + '/node_1.htm'.
_PIECES = re.compile(r"\+|`|\.(?:concat|replace|join)\(")
_CLICKS = XPath("//*[@onclick[contains(., 'location') or contains(., 'window.open')]]")
_FEEDS = XPath("//link[@rel='alternate'][contains(@type, 'rss') or contains(@type, 'atom')]/@href")
_NEXT_PAGES = XPath("//link[@rel='next' or @rel='NEXT']/@href")
_REFRESH = XPath("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh'][not(ancestor::noscript)]/@content")
_LINKS = XPath(".//a[@href]")
_PLAIN = XPath(".//text()[not(parent::script or parent::style)]", smart_strings=False)
_HAS_LIST = XPath(
    "boolean(.//*[self::ul or self::ol or self::table][count(.//li[.//a[@href]] | .//tr[.//a[@href]]) > 1])"
)
_COUNT, _COUNT_ALL = XPath("count(.//a[@href])"), XPath("count(.//a)")
_ALTS = XPath(".//img/@alt")
_SOURCES = XPath(".//img/@src")
# What begins a line of its own, and a mark before a title.
_LINED = frozenset(("div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "tr", "td"))
_WORDS = re.compile(r"[^\W\d_]{2}")
_BULLET = re.compile(r"\A[·•・▪■◆●○★☆※]+\s?(?=[\w“《【（(])")
# A way on without words, by the class or id of its element.
_NAMED_WAY = re.compile(r"(?:\A|[\s_-])(?:page[_-]?)?(next|prev)(?:ious)?(?:[_-]?page)?(?:\Z|[\s_-])", re.IGNORECASE)
# A pager that is drawn, and the word in the name of its picture.
_DRAWN = re.compile(
    r"(?:.*[/_-])?(?:page|btn|icon?|img)?(next|prev)(?:ious|page|btn)?\.(?:gif|png|jpe?g)", re.IGNORECASE
)
# 'list.asp?ym='+this.value is only a piece of an address.
_CLICK = re.compile(
    r"(?:location(?:\.href)?\s*=|location\.(?:replace|assign)\(|window\.open\()\s*(?:encodeURI\(\s*)?['\"]([^'\"]+)['\"](?!\s{0,3}\+)"
)
# Days of the shortest month: numbers that all stand on a page are those of a calendar.
_MONTH = frozenset(range(1, 29))
_CELLS = XPath(".//*[not(*)][string-length() < 6]/text()", smart_strings=False)
_TAGS = re.compile(r"<script.*?(?:</script>|\Z)|<style.*?(?:</style>|\Z)|<[^>]*+(?:>|\Z)", re.DOTALL | re.IGNORECASE)
_HOME = re.compile(r"[\W_]{0,9}首\s?[页頁][\W_]{0,9}")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Most characters of a pager of two pages, and of what a row says beside its date.
_PAGER, _LABEL = 60, 12
# Characters of 发布时间：, which a day may have before it.
_SAID_DAY = 5
# Characters of a text that a row may have beside its link.
_ROW = 200
_ROWS = XPath("//li[not(.//li)] | //tr[not(.//tr)] | //dd[not(.//dd)]")
# Links of rows in other boxes that lead nowhere.
_DEAD = XPath(
    "//a[not(@href) or @href = '' or @href = '#' or starts-with(@href, 'javascript:')]"
    "[not(ancestor::li or ancestor::tr or ancestor::dd)]"
)
_LINKED = XPath("boolean(.//a[@href] | .//@onclick | self::*[@onclick])")
# A form in which readers write.
_WRITES = XPath("boolean(//form//textarea)")
# A day that the words of a row speak of (7月27日，...) is not the row's.
_SPOKEN = re.compile(r"\d{1,2}\s?[日号](?=[，,、。；\u3400-\u9fff])(?!发布|更新|刊登|星期)")
# Rows without an address that make a list.
BLIND = 3
_KINDS = {
    "a": "a",
    "area": "a",
    "frame": "frame",
    "iframe": "frame",
    "embed": "shown",
    "object": "shown",
    "img": "img",
    "source": "img",
    "video": "img",
    "link": "style",
    "select": "select",
    "style": "sheet",
}
_SCRIPTED = re.compile(r"on(?:[cC]lick|[dD]bl[cC]lick|[mM]ouse(?:[dD]own|[uU]p)|[tT]ouch[eE]nd)|ON(?:CLICK|DBLCLICK)")
_YEAR = re.compile(r"\d{4}")
_DATED = re.compile(r"\d[-./年月－．／]\s*\d")
# A day whose parts stand in boxes of their own: 20, and 2023-06 below it; or 06-20, and 2023.
_BOX = re.compile(
    r"(?:(?P<d1>[0-3]?\d)日? )?(?P<y1>(?:19|20)\d\d) ?[-./年] ?(?P<m1>[01]?\d)月?(?: (?P<d2>[0-3]?\d)日?)?"
    r"|(?:(?P<y2>(?:19|20)\d\d)年? )?(?P<m2>[01]?\d) ?[-./月] ?(?P<d3>[0-3]?\d)日?(?: (?P<y3>(?:19|20)\d\d)年?)?"
)
BOX = 24
# A text, the element that it is in or stands behind, and the element that it is in.
_Text: TypeAlias = tuple[str, HtmlElement, HtmlElement | None]
_Place: TypeAlias = tuple[HtmlElement, HtmlElement | None]
# Articles that stand side by side in a row at most.
_ABREAST = 6
# Addresses that are taken of one style sheet, and what a sheet shows beside pictures.
STYLED = 200
_STYLED = ("svg", "woff", "woff2", "ttf")
# Where pages that load pictures late keep the address.
_LATE = ("data-original", "data-src", "data-lazy-src", "_src", "original")
# What says of a picture what it shows, perhaps by the name of a file.
_SAYS = frozenset(("alt", "title", "src", "srcset", "usemap", "href"))
# The end of a file's name in an attribute; attributes that say something else or are read above; what no address has.
_FILE_NAME = re.compile(rf"\.(?:{'|'.join(DOCUMENTS + PACKED)})[\"'?#&\s>]", re.IGNORECASE)
_SAID = frozenset(("alt", "title", "href", "content", "download", "onclick", "style", "class"))
_NO_ADDRESS = re.compile(r"[\s<>{}]")
_UNSEEN = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
# What stands between the addresses from which a browser chooses by the size of their pictures.
_SIZE = re.compile(r"\A(\d{1,6}(?:\.\d{1,3})?)[wx]\Z")
_CHOICES = re.compile(r",\s|(?<=\d[wx]),")
# What stands behind an element: in its style, or as old pages write it.
_BEHIND = XPath("//*[contains(@style, 'url(')]/@style", smart_strings=False)
_BACKGROUNDS = XPath("//@background", smart_strings=False)


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """All links, whatever the CMS; files and pictures as requisites."""
    if root is None:
        return
    base = base_of(url, root)
    yield from _redirects(base, html, root)
    yield from _feeds(url, base, html, root)
    elements, texts = _survey(root)
    clicks = []
    if _SCRIPTED.search(html):
        listen(root)
        clicks = _CLICKS(root)
    read = _Anchors(base, root, _Rows(texts, set(clicks)).dates())
    yield from read.links((element, _written(element)) for element in elements["a"])
    yield from _choices(base, root) if elements["select"] else ()
    yield from read.links((element, click[1]) for element in clicks if (click := _CLICK.search(element.get("onclick"))))
    yield from read.pagers()
    for value in _NEXT_PAGES(root) if elements["style"] else ():
        # Blogs name the next article so, too.
        if (href := absolute(base, value)) and look_of(href) == "page":
            yield Link(url=href, kind="next", priority=LIST)
    yield from _framed(base, elements["frame"], elements["shown"])
    yield from _pictures(base, elements["img"])
    yield from _hidden_files(base, html, root)
    if "ackground" in html or "ACKGROUND" in html:
        yield from _backgrounds(base, root)
    yield from _sheets(base, elements["style"], elements["sheet"])


def _choices(base: str, root: HtmlElement) -> Iterator[Link]:
    """The addresses that lists of choices lead to as they are."""
    plain = (select for select in _SELECTS(root) if not _PIECES.search(select.get("onchange")))
    for value in (value for select in plain for value in addresses(select)):
        if (href := absolute(base, value)) and host_of(href) == host_of(base):
            yield Link(url=href, kind="pager", priority=LIST)


def addresses(select: HtmlElement) -> list[str]:
    """The values of a list of choices that may be addresses, or pieces of addresses with a slash."""
    return [value for value in map(str, _OPTIONS(select)) if _ADDRESS.search(value)]


def pieced(root: HtmlElement) -> bool:
    """Whether a handler makes addresses of such values: only running it tells which."""
    return any(_PIECES.search(select.get("onchange")) and addresses(select) for select in _SELECTS(root))


def _pictures(base: str, found: list[HtmlElement]) -> Iterator[Link]:
    for image in found:
        anchor = fold(image.get("alt") or "")
        for href in filter(None, (absolute(base, source) for source in dict.fromkeys(_sources(image)))):
            shown = image.tag == "img"
            counter = shown and _is_counter(image, href)
            yield Link(url=href, anchor=anchor, kind="requisite", priority=REQUISITE, picture=shown, counter=counter)


def _is_counter(image: HtmlElement, href: str) -> bool:
    """Whether a picture is there to be asked for, not to be seen: hidden, or a counter by its address, and no file of a
    picture.

    Such a picture of one point may have the name of a file, with what is counted behind it. One that is loaded late is
    hidden until then.
    """
    if any(image.get(name) for name in _LATE):
        return False
    point = all((image.get(name) or "").removesuffix("px") in ("0", "1") for name in ("width", "height"))
    if extension(href) in IMAGES:
        return point and "?" in href
    hidden = point or _UNSEEN.search(image.get("style") or "") is not None
    return hidden or COUNTS.search(href.partition("?")[0].partition("#")[0]) is not None


def _sources(image: HtmlElement) -> Iterator[str]:
    """The addresses of a picture: where pages that load it late keep it, and what has the look of one elsewhere."""
    yield next((image.get(name) for name in _LATE if image.get(name)), image.get("src")) or ""
    for name, value in image.attrib.items():
        if name in ("srcset", "data-srcset"):
            choices = [choice.split() or [""] for choice in _CHOICES.split(value)]
            yield max(choices, key=lambda choice: float(found[0]) if (found := _SIZE.findall(choice[-1])) else 0.0)[0]
        elif name not in _SAYS and "/" in value and extension(value) in IMAGES:
            yield value


def _hidden_files(base: str, html: str, root: HtmlElement) -> Iterator[Link]:
    """Files whose address stands in an attribute of any name, from which a script makes a viewer or a link."""
    if _FILE_NAME.search(html) is None:
        return
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            # A title may name a file, too: 附件.pdf.
            if name in _SAID or "/" not in value or _NO_ADDRESS.search(value) is not None:
                continue
            href = absolute(base, value)
            file = href and (viewed(href) or (href if extension(href) in (*DOCUMENTS, *PACKED) else None))
            if file:
                yield Link(url=file, kind="requisite", priority=REQUISITE)


def _backgrounds(base: str, root: HtmlElement) -> Iterator[Link]:
    named = [address for style in _BEHIND(root) for address, _ in styles.addresses(style)]
    for address in dict.fromkeys([*named, *_BACKGROUNDS(root)]):
        if (href := absolute(base, address)) and extension(href) in IMAGES:
            yield Link(url=href, kind="requisite", priority=REQUISITE)


def _sheets(base: str, linked: list[HtmlElement], written: list[HtmlElement]) -> Iterator[Link]:
    """The style sheets of a page, and what those name that stand in it."""
    for element in linked:
        if "stylesheet" in (element.get("rel") or "").lower() and (href := absolute(base, element.get("href") or "")):
            yield Link(url=href, kind="requisite", priority=REQUISITE, style=True)
    for element in written:
        yield from styled(base, element.text or "")


def styled(base: str, sheet: str) -> Iterator[Link]:
    """What a style sheet names: further sheets, pictures and fonts."""
    named = ((absolute(base, address), further) for address, further in islice(styles.addresses(sheet), STYLED))
    for href, further in dict(named).items():
        if href and (further or extension(href) in (*IMAGES, *_STYLED)):
            yield Link(url=href, kind="requisite", priority=REQUISITE, style=True)


def _framed(base: str, frames: list[HtmlElement], shown: list[HtmlElement]) -> Iterator[Link]:
    """What stands in frames: pages, and files, shown by a viewer or as they are."""
    for frame in frames:
        if href := absolute(base, frame.get("src") or ""):
            if (file := viewed(href)) is not None:
                yield Link(url=file, kind="requisite", priority=REQUISITE)
            elif is_file(href):
                yield Link(url=href, kind="requisite", priority=REQUISITE)
            else:
                yield Link(url=href, priority=LIST, frame=True)
    for element in shown:
        href = absolute(base, element.get("src") or element.get("data") or "")
        if href and is_file(href):
            yield Link(url=href, kind="requisite", priority=REQUISITE)
        elif href and "html" in (element.get("type") or extension(href)).lower():
            yield Link(url=href, priority=LIST, frame=True)


def _feeds(url: str, base: str, html: str, root: HtmlElement) -> Iterator[Link]:
    """The feeds that a page names; not those of a page's own comments, which lie below its address."""
    if "alternate" not in html:
        return
    for value in _FEEDS(root):
        href = absolute(base, value)
        if href and (not href.startswith(url.rstrip("/") + "/") or urlsplit(url).path in ("", "/")):
            yield Link(url=href, priority=LIST)


def _survey(root: HtmlElement) -> tuple[defaultdict[str, list[HtmlElement]], list[_Text]]:
    """The elements that may lead on, by their tag, and the texts that may hold a date: one walk for all of them."""
    elements: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    texts: list[_Text] = []
    dated, kind_of = _DATED.search, _KINDS.get
    for element in root.iter():
        if (kind := kind_of(str(element.tag))) is not None:
            elements[kind].append(element)
        text = element.text
        # Skip what is too long for a row's date, and comments.
        if text and len(text) <= _ROW and dated(text) and isinstance(element.tag, str):
            texts.append((text, element, element))
        text = element.tail
        if text and len(text) <= _ROW and dated(text):
            texts.append((text, element, element.getparent()))
    return elements, texts


class _Anchors:
    """The links of a page. Those that may belong to a pager are held back until it is known whether there is one."""

    def __init__(self, base: str, root: HtmlElement, dates: dict[HtmlElement, str]) -> None:
        self._base, self._root, self._dates = base, root, dates
        self._numbers: list[Link] = []
        self._ends: list[Link] = []
        # What stands around the links of a pager, and links that say 首页.
        self._ways: set[HtmlElement] = set()
        self._homes: list[tuple[Link, HtmlElement]] = []
        self._bare: bool | None = None
        self._later: list[Link] = []
        self._after: set[str] = set()
        # Whether a row has no more than one link.
        self._single: dict[HtmlElement, bool] = {}
        self._counted = self._leads = False

    def links(self, found: Iterable[tuple[HtmlElement, str]]) -> Iterator[Link]:
        """The links of elements and the addresses that are written in them."""
        for element, written in found:
            href = absolute(self._base, written)
            link = self._link(element, href) if href is not None else None
            if link is not None:
                yield link

    def pagers(self) -> Iterator[Link]:
        """The links that were held back, as pagers or as pages.

        A calendar is walked back from its newest month. The months after it, which may be without end, come last.
        """
        days = bool(self._numbers) and shows_month(self._root)
        for link in self._later:
            yield replace(link, kind="pager", priority=LAST) if days else link
        # One number alone is no pager: a count, a rank.
        for link in self._numbers if self._counted or self._leads or days else ():
            yield link if self._is_own(link, days=days) else replace(link, kind="page")
        for link, element in self._homes:
            # 首页 is the first page of a pager, and the home page in every menu.
            yield link if self._is_in_pager(element) else replace(link, kind="page")
        for link in self._ends:
            if days and _EARLIER.fullmatch(link.anchor or ""):
                yield replace(link, kind="next")
            elif days and LATER.fullmatch(link.anchor or ""):
                yield replace(link, priority=LAST)
            else:
                yield link if self._leads or self._counted else replace(link, kind="page")

    def _is_own(self, number: Link, *, days: bool) -> bool:
        """Whether a number leads to a page of the list, not to an article, a thread of a forum or a day.

        `days`: the page shows a month.
        """
        if shape(number.url) in self._after:
            return True
        # The first page of a list has a name of its own, index.html.
        return not days and (not self._after or number.anchor == "1")

    def _is_bare(self) -> bool:
        """Whether a page says hardly more than its pager."""
        if self._bare is None:
            self._bare = len(" ".join(_PLAIN(self._root))) <= _ROW
        return self._bare

    def _link(self, element: HtmlElement, href: str) -> Link | None:
        look = look_of(href)
        if look == "foreign":
            return None
        anchor, date = _anchor(element, self._single), self._dates.get(element)
        if anchor and date:
            anchor = anchor.removeprefix(date).removesuffix(date).strip() or anchor
        if look in ("file", "image"):
            date = date if look == "file" else None
            return Link(url=href, anchor=anchor, row_date=date, kind="requisite", priority=REQUISITE)
        if "next" in (element.get("rel") or "").lower().split() or (anchor and NEXT.fullmatch(anchor)):
            self._leads = True
            self._ways.update(islice(element.iterancestors(), ABOUT))
            self._after.add(shape(href))
            link = Link(url=href, anchor=anchor, kind="next", priority=LIST)
            if not (anchor and LATER.fullmatch(anchor)):
                return link
            self._later.append(link)
            return None
        if anchor and self._is_held(element, href, anchor):
            return None
        return Link(url=href, anchor=anchor, row_date=date, priority=ARTICLE if date or look == "article" else LIST)

    def _is_held(self, element: HtmlElement, href: str, anchor: str) -> bool:
        """Whether a link looks like one of a pager's: it is kept until all links are known."""
        link = Link(url=href, anchor=anchor, kind="pager", priority=LIST)
        if NUMBER.fullmatch(anchor) and host_of(href) == host_of(self._base):
            self._numbers.append(link)
            self._counted = self._counted or len(self._numbers) > 1 or _beside_its_like(element, anchor)
        elif _HOME.fullmatch(anchor):
            self._homes.append((link, element))
            return True
        elif any(way.fullmatch(anchor) for way in (BACK, _ENDS, _EARLIER, LATER)):
            self._ends.append(link)
            self._leads = True
        else:
            return False
        self._ways.update(islice(element.iterancestors(), ABOUT))
        return True

    def _is_in_pager(self, element: HtmlElement) -> bool:
        """Whether a link stands beside others of a pager."""
        if not (self._leads or self._counted):
            return False
        around = next((each for each in islice(element.iterancestors(), ABOUT) if each in self._ways), None)
        return around is not None and (around.tag != "body" or self._is_bare())


def clicked(code: str) -> str | None:
    """The address that a handler names without computing it; None: it names none.

    >>> clicked("window.location='/xw/'"), clicked("location='/list?ym='+this.value")
    ('/xw/', None)
    """
    found = _CLICK.search(code)
    return found[1] if found else None


def shows_month(box: HtmlElement) -> bool:
    """Whether a box shows the days of a month."""
    texts = {text.strip() for text in _CELLS(box)}
    return {int(text) for text in texts if text.isascii() and text.isdecimal()} >= _MONTH


def _written(element: HtmlElement) -> str:
    """The address that an anchor names, in its `href` or where a script finds it."""
    href = element.get("href") or ""
    scripted = href[:11].lower() == "javascript:"
    if scripted and (click := clicked(href)) is not None:
        return click
    return (element.get("data-href") or element.get("data-url") or href) if scripted or href in ("", "#") else href


def _beside_its_like(element: HtmlElement, anchor: str) -> bool:
    """Whether the number before or after stands beside a number: of two pages, the one that is shown is no link."""
    number = int(re.sub(r"\D", "", anchor))
    for around in islice(element.iterancestors(), 3):
        text = " ".join(_PLAIN(around))
        if len(text) > _PAGER:
            return False
        if any(int(n) in (number - 1, number + 1) for n in re.findall(r"(?<![\d/])\d{1,4}(?![\d/])", text)):
            return True
    return False


def _redirects(base: str, html: str, root: HtmlElement) -> Iterator[Link]:
    for content in _REFRESH(root):
        if (found := refresh(content)) and (href := absolute(base, found[1])):
            yield Link(url=href, kind="redirect")
    # Share buttons say `location = ` too. A page that only leads on has hardly any text.
    target = script_target(html)
    if target and len(_HAN.findall(_TAGS.sub("", html))) < 30 and (href := absolute(base, target)):
        yield Link(url=href, kind="redirect")


def absolute(base: str, href: str) -> str | None:
    """The address that a page means by what it writes; None: it names no other page of the web."""
    href = href.strip()
    if not href or href.startswith("#"):
        return None
    if href.startswith(("http://", "https://")) and href.isascii() and "[" not in href and "]" not in href:
        return href
    if "\\" in href:
        href = href.replace("\\", "/")
    try:
        # Not of a host in brackets without an end, nor with a full-width colon: http://h：80/.
        if href.startswith("/") and not href.startswith("//"):
            # Most links by far; joining them the long way costs ten times as much.
            return _root(base) + href
        url = urljoin(base, href)
    except ValueError:
        return None
    return url if url[:5].lower() in ("http:", "https") else None


@lru_cache(maxsize=2**10)
def _root(base: str) -> str:
    return urljoin(base, "/")[:-1]


def _anchor(element: HtmlElement, single: dict[HtmlElement, bool]) -> str | None:
    """The words of a link; `single`: whether the rows that were met so far have no more than one link."""
    text = fold("".join(element.itertext()))
    if text and len(element):
        text = _title_in(element) or text
    if text and not text.endswith(("…", "...")):
        return (_ACT.fullmatch(text) and _name_of_row(element, single)) or _BULLET.sub("", text)
    # A title cut for its column: the whole one stands in the title attribute.
    named = fold(element.get("title") or "") or text or fold(element.get("alt") or " ".join(_ALTS(element)))
    named = named or fold(element.get("aria-label") or element.get("value") or "")
    if named:
        return named
    way = _DRAWN.fullmatch(" ".join(_SOURCES(element)))
    way = way or _NAMED_WAY.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    return way[1].lower() if way else None


def _title_in(element: HtmlElement) -> str | None:
    """The title in a link that holds a whole row: its heading, else its first line that is no day; None: it holds none.

    >>> from lxml.html import fragment_fromstring
    >>> _title_in(fragment_fromstring("<a><div>2023-06-20</div><div>会议<i>召开</i></div><p>今天, ...</p></a>"))
    '会议召开'
    """
    inside = [each for each in element.iterdescendants() if each.tag in _LINED]
    heading = next((each for each in inside if str(each.tag).startswith("h")), None)
    titles = _lines(element if heading is None else heading) if inside else ()
    return next((each for each in titles if _WORDS.search(each) and not _is_day(each)), None)


def _lines(element: HtmlElement) -> Iterator[str]:
    """The lines of an element, white space folded."""
    line = ""
    for event, each in iterwalk(element, events=("start", "end", "comment")):
        if each.tag in _LINED:
            yield " ".join(line.split())
            line = ""
        line += (each.text if event == "start" else each is not element and each.tail) or ""
    yield " ".join(line.split())


def _is_day(text: str) -> bool:
    """Whether a line says a day and hardly anything else."""
    date = row_date(text)
    return date is not None and len(text) - len(date) <= _SAID_DAY


def says_nothing(anchor: str) -> bool:
    """Whether the words of a link do not say what it leads to."""
    return not anchor or bool(_ACT.fullmatch(anchor) or MORE.fullmatch(anchor))


def _name_of_row(element: HtmlElement, single: dict[HtmlElement, bool]) -> str | None:
    """The longest of the words beside a link in its row that are no day; None where the row has more than one link."""
    row = next((around for around in islice(element.iterancestors(), ROW) if around.tag in ("tr", "li", "dl")), None)
    if row is None:
        return None
    if row not in single:
        single[row] = len(_LINKS(row)) <= 1
    if not single[row]:
        return None
    own = set(element.itertext())
    beside = filter(None, (fold(text) for text in _PLAIN(row) if text not in own))
    name = max((text for text in beside if not row_date(text)), key=len, default="")
    # What is longer is prose in a table that sets the page.
    return name if len(name) <= _ROW else None


class _Rows:
    """The rows of a page: each date of the page is given to the link that it stands nearest to."""

    def __init__(self, texts: Iterable[_Text], clicks: Collection[HtmlElement]) -> None:
        found = ((text, beside, inside, _day(text, inside)) for text, beside, inside in texts)
        self._dated = {(beside, inside): (date, text) for text, beside, inside, date in found if date is not None}
        self._clicks = clicks
        # How many links stand in an element, and what `_in_turns` found of it.
        self._counts: dict[HtmlElement, float] = {}
        self._lists: dict[HtmlElement, bool] = {}
        self._turns: dict[HtmlElement, dict[_Place, HtmlElement]] = {}

    def dates(self) -> dict[HtmlElement, str]:
        """Link elements -> the date in their row."""
        dates: dict[HtmlElement, str] = {}
        ranks: dict[HtmlElement, int] = {}
        for (beside, inside), (date, text) in self._dated.items():
            link = self._nearest(beside, inside)
            if link is None:
                continue
            # The beginning of the article below its title may name a day too: a date alone, with its year, is the
            # row's.
            rank = 2 * (len(text.strip()) - len(date) <= _LABEL) + (_YEAR.search(date) is not None)
            if rank > ranks.get(link, -1):
                dates[link], ranks[link] = date, rank
        return dates

    def _nearest(self, beside: HtmlElement, inside: HtmlElement | None) -> HtmlElement | None:
        """The link that a text stands nearest to."""
        before, around = beside, inside
        for _ in range(5):
            if around is None or around.tag in ("body", "html", "head", "script", "style"):
                return None
            if around.tag == "a" or around in self._clicks:
                return around
            if count := self._count(around):
                return self._of_row(around, count, before, (beside, inside))
            before, around = around, around.getparent()
        return None

    def _of_row(self, row: HtmlElement, count: float, before: HtmlElement, place: _Place) -> HtmlElement | None:
        """The link that a day belongs to, of those in a row; `before`: the part of the row that the day stands in."""
        own = self._in_turns(row) if 1 < count <= _ABREAST else {}
        if own:
            return own[place]
        if 1 < count <= _ABREAST and self._has_list(row):
            # A foot, with a menu: its day belongs to none of the menu's links.
            return None
        # A row may hold its column and a picture too: [统战要闻] title 02-19. Of more links, the last one.
        if count == 1 or (count <= 3 and row.find("br") is None):
            return cast("HtmlElement", max(_LINKS(row), key=_length))
        return _link_before(before, whole=place[0] is not place[1])

    def _count(self, element: HtmlElement) -> float:
        if (count := self._counts.get(element)) is None:
            count = self._counts[element] = _COUNT(element)
        return count

    def _has_list(self, row: HtmlElement) -> bool:
        if (found := self._lists.get(row)) is None:
            found = self._lists[row] = bool(_HAS_LIST(row))
        return found

    def _in_turns(self, around: HtmlElement) -> dict[_Place, HtmlElement]:
        """Of a row that holds several articles, each beside its day, their links by the places of the days."""
        if (known := self._turns.get(around)) is not None:
            return known
        links: list[HtmlElement] = []
        days: list[_Place] = []
        for event, element in iterwalk(around, events=("start", "end")):
            if event == "start" and element.tag == "a" and element.get("href"):
                links.append(element)
            # Its text stands behind its start, its tail behind its end.
            place = (element, element if event == "start" else element.getparent())
            if place in self._dated and not (element is around and event == "end"):
                days.append(place)
            if not -1 <= len(links) - len(days) <= 1:
                break
        found = self._turns[around] = dict(zip(days, links, strict=False)) if len(days) == len(links) else {}
        return found


def _day(text: str, inside: HtmlElement | None) -> str | None:
    """The date in a text, with the year or the day that stands in a box beside it."""
    date = row_date(_SPOKEN.sub("", text))
    if (date is not None and _YEAR.search(date)) or inside is None or len(text) > BOX:
        return date
    return next(filter(None, map(_whole_day, islice(inside.iterancestors(), 2))), date)


def _whole_day(around: HtmlElement) -> str | None:
    """The date that a box shows in parts; None: it shows something else, or not all parts."""
    # A box may be the whole page.
    texts = list(islice(around.itertext(), BOX + 1))
    words = " ".join(filter(None, map(str.strip, texts)))
    box = _BOX.fullmatch(words) if max(len(words), len(texts)) <= BOX else None
    parts = {name[0]: value for name, value in box.groupdict().items() if value} if box is not None else {}
    return row_date("-".join(parts[name] for name in "ymd")) if len(parts) == 3 else None


def _length(element: HtmlElement) -> int:
    return len("".join(element.itertext()))


def _link_before(element: HtmlElement, *, whole: bool) -> HtmlElement | None:
    """The link before a text in rows that are only lines, <a>title</a> (02-19)<br>; `whole`: `element` may be it."""
    before = element if whole else element.getprevious()
    while before is not None and before.tag not in ("br", "li", "tr", "p", "ul"):
        if before.tag == "a":
            return before
        if isinstance(before.tag, str) and (links := _LINKS(before)):
            return links[-1] if len(links) == 1 else None
        before = before.getprevious()
    return None


def blind_rows(root: HtmlElement) -> tuple[int, int]:
    """Rows with a title and a day that nothing leads from, and messages: where readers write, such rows with their
    text in a row of its own below them.
    """
    blind, messages, places = 0, 0, frozenset(map(str, root.xpath("//@id | //@name")))
    begun, writes = False, bool(_WRITES(root))
    for row in [*_ROWS(root), *_dated_boxes(root)]:
        words = " ".join("".join(row.itertext()).split())
        titled = 12 < len(words) <= _ROW and (day := row_date(_SPOKEN.sub("", words))) and len(words) - len(day) >= 8
        nowhere = bool(words) and (not _LINKED(row) or _led_nowhere(row, places))
        if titled and nowhere:
            blind, begun = blind + 1, writes
        elif begun and nowhere:
            blind, messages, begun = blind - 1, messages + 1, False
    return blind if blind >= BLIND else 0, messages


def _dated_boxes(root: HtmlElement) -> Iterable[HtmlElement]:
    """Rows in boxes of other names, around links that lead nowhere."""
    said: dict[HtmlElement, str] = {}
    boxes = (_dated_box(link, said) for link in _DEAD(root))
    return dict.fromkeys(box for box in boxes if box is not None)


def _dated_box(link: HtmlElement, said: dict[HtmlElement, str]) -> HtmlElement | None:
    """The smallest box around a link in which a day stands, and no other link; `said`: the words of boxes so far."""
    for around in islice(chain((link,), link.iterancestors()), ROW):
        if around not in said:
            said[around] = " ".join(" ".join(_PLAIN(around)).split()) if _COUNT_ALL(around) <= 1 else ""
        if not 0 < len(said[around]) <= _ROW:
            return None
        if row_date(said[around]):
            return around
    return None


def _led_nowhere(row: HtmlElement, places: Collection[str]) -> bool:
    """Whether a row has only calls of scripts, or names that a script reads (#/detail/3): they name no address."""
    if row.xpath("boolean(.//@onclick | self::*[@onclick])"):
        codes = [str(code) for code in row.xpath(".//@onclick | self::*/@onclick")]
        if any("location" in code or "open(" in code for code in codes):
            return False
    hrefs = [str(href).strip() for href in row.xpath(".//a/@href")]
    return all(href in ("", "#") or href.lower().startswith("javascript:") or _is_route(href, places) for href in hrefs)


def _is_route(href: str, places: Collection[str]) -> bool:
    """Whether a link stays on its page, and leads to no place on it."""
    return href.startswith("#") and href[1:] not in places
