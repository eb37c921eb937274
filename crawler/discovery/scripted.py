"""A page -> whether its scripts are to be run, and what that takes; its controls -> which one is pressed next."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.site import host_of
from crawler.discovery import sheet
from crawler.discovery.dom import base_of, said_by
from crawler.discovery.general import BLIND, LATER, MONTH_BEFORE, MORE, NEXT, NUMBER, absolute, blind_rows, pieced
from crawler.discovery.handed import NAMED
from crawler.discovery.link import ARTICLE, COUNTS, Link, look_of, viewed
from crawler.discovery.messages import Ask, Handle, Lead
from crawler.queue.address import percent

# What a page lacks: a stub only leads elsewhere, a list lacks rows or its next page, an article lacks its body, or the
# way to its further pages.
Lack = Literal["stub", "list", "body", "pages"]

# Bytes of a page that a stub has at most; Chinese characters that a page without a body has at most.
STUB, BARE = 8192, 200
# Chinese characters outside of links that a page has at most which its scripts fill.
UNFILLED = 60
# Scripts of one page that are fetched.
SOURCES = 12

_SCRIPTS = XPath("//script[@src]")
_CODES = XPath("//script[not(@src)]/text()", smart_strings=False)
_IDS = XPath("//script[not(@src)]/@id", smart_strings=False)
_CODES_INSIDE = XPath("//body//script[not(@src)]/text()", smart_strings=False)
_WRITERS = XPath("//body//script[not(@src)][string()]")
_HANDLERS = XPath(
    "//*[@onclick or starts-with(@href, 'javascript:') or starts-with(@href, 'Javascript:')] | //select[@onchange]",
    smart_strings=False,
)
_NAMED_LINKS = XPath("//body//a[@id][not(@href)][not(@onclick)][normalize-space()]/@id", smart_strings=False)
_SHOWS = XPath("boolean(.//img)")
_FRAMES = XPath("//iframe[@src] | //frame[@src]")
# Libraries are not fetched: the stage has its own, or they have nothing to do with lists.
_LIBRARY = re.compile(
    r"jquery|layui|laypage|layer|bootstrap|vue|axios|react(?:-dom)?\b|swiper|superslide|slick|echarts|modernizr|html5|respond"
    r"|polyfill|es[56]-|zepto|require|sea\.js|wdatepicker|share|jweixin|video|player|zoom|lazyload|analytics|hm\.js|tongji"
    r"|ueditor|ckeditor|pdf|fontsize|captcha|accessib|barrierfree|wzab",
    re.IGNORECASE,
)
# How a script asks for data, and how it shows them in a table.
ASKS = r"\$\.(?:ajax|get|post|getJSON)\(|XMLHttpRequest|\bfetch\(|axios"
TABLES = r"\.(?:DataTable|dataTable|datagrid|bootstrapTable|jqGrid)\("
# What a script does that changes what a page shows.
_MAKES = re.compile(
    r"document\.write|innerHTML|insertAdjacentHTML|appendChild|\.(?:html|append|load|prepend)\(|new Vue\(|createApp\("
    rf"|{ASKS}|laypage|pagina|pag(?:er|ing)|fenye|onscroll|PDFObject|getDocument\(|Pdfh5|flow\.load|location\s?[.=]"
    rf"|{TABLES}"
)
# What writes rows where it stands.
_WRITES = re.compile(r"document\.write|innerHTML|insertAdjacentHTML|\.(?:html|append|load)\(")
# A function that gives a frame another address.
_TURNS = re.compile(r"\.src\s{0,9}=[^=]|\.(?:attr|setAttribute)\(\s{0,9}['\"]src['\"]\s{0,9},")
_MOVES = re.compile(r"location|window\.open|top\.href|showModalDialog|layer\.open|navigate\(|submit\(")
# A way that a script puts together: location.href = '/pc/' + name.
_COMPUTED = re.compile(
    r"location(?:\.href)?\s{0,9}(?:=(?!=)|\.(?:replace|assign)\()\s{0,9}(?!\s|['\"][^'\"]{1,300}['\"]\s{0,9}(?:[;)}\n]|$))"
)
# `location.href='x'`: read without running it.
_PLAIN_CLICK = re.compile(
    r"\s{0,9}(?:javascript:)?\s{0,9}(?:(?:window|self|top|parent)\.)?(?:location(?:\.href)?\s*=|open\()\s*['\"][^'\"]+['\"](?!\s{0,3}\+)",
    re.IGNORECASE,
)
# A call that is handed the address of a page: javascript:openwin('6.html').
_HANDED = re.compile(
    r"\(\s{0,9}['\"]([^'\"\s]{1,300}\.(?:s?html?|aspx?|jsp|php|do)(?:\?[^'\"\s]{0,300})?)['\"]\s{0,9}[,)]",
    re.IGNORECASE,
)
_IDLE_CLICK = re.compile(r"\s*(?:javascript:)?\s*(?:void\s?\(?0?\)?|;|return false|#)?;?\s*", re.IGNORECASE)
_MORE_NAME = re.compile(r"(?:^|[\s_-])(?:load-?)?(?:more|next)(?:$|[\s_-])|loadmore|morebtn|btnmore", re.IGNORECASE)
# The number of a second page, and how pagers are named: the box of one, and by the script that writes one.
_SECOND = re.compile(r"\W{0,3}第?\s?2\s?[页頁]?\W{0,3}")
_BOX = re.compile(r"pag|fenye|fy\b", re.IGNORECASE)
_PAGED = re.compile(r"pag(?:e|ing)|fenye|[页頁]", re.IGNORECASE)
_ARROW = re.compile(r"[\s<‹«◀◄←]{1,4}|prev(?:ious)?|&lt;", re.IGNORECASE)
_CALENDAR = re.compile(r"calend|rili|month|\bcal\b", re.IGNORECASE)
# The rank in `leads_on` of the way to the month before: after all numbers, which may be days.
MONTH = 100_000
# The name of a column on a tab, or a year or month; the function that it calls, and words of what does something else.
_COLUMN = re.compile(
    r"[\u3400-\u9fff]{2,8}|(?=\d)(?:(?:19|20)\d\d\s?[年.-]\s?)?(?:\d{1,2}\s?月)?(?:\s?[(（]\d{1,4}[)）])?"
)
_CALLED = re.compile(r"\w{1,60}\(")
_DOES = re.compile(
    r"[赞讚顶頂踩藏票删刪]|登[录錄陆入]|[注註][册冊]|提交|分享|退出|打印|列印|[关關][闭閉]|返回|收起|播放"
)
# The attribute of controls that were pressed; its value: how many pages they showed, if that is known.
FOLLOWED = "data-cundang-followed"
# Empty boxes, by their ids and classes, and how those of articles are named.
_EMPTY = XPath("//body//div[not(*)][not(normalize-space())]/@*[name() = 'id' or name() = 'class']", smart_strings=False)
# Frames that a script is to fill.
_BLANK = XPath(
    "boolean(//body//*[self::iframe or self::embed or self::object][not(@data)]"
    "[not(@src) or @src = '' or starts-with(@src, 'about:')])"
)
_BODY_NAME = re.compile(r"content|zoom|article|text|body|detail|editor|viewer|pdf|^nr|^con$", re.IGNORECASE)
# Chinese characters in a script, as they are or coded, and how many make a text.
_CODED = re.compile(r"[\u3400-\u9fff]|%u[0-9a-f]{4}|\\u[0-9a-f]{4}|%e[4-9]", re.IGNORECASE)
CODED = 40
# Chinese characters of a title at least, and the characters that are read of it.
HEADLINE, TITLE = 8, 200
_HAN = re.compile(r"[\u3400-\u9fff]")
# Pages beside rows that a page leads to, where it has a menu.
COLUMNS = 2
# How a form that a script sends stands in an address until `forms` takes it out.
FORM = "cundang-form:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What it takes to run a page's scripts.

    Attributes:
        lack: what the page lacks.
        sources: addresses of the files of scripts that it takes, on the site's hosts.
        turns: its list stands in a frame of the site that a script turns.
    """

    lack: Lack
    sources: tuple[str, ...]
    turns: bool = False


def play(
    url: str, html: str, root: HtmlElement, links: Sequence[Link], *, expected: bool, article: bool, prose: int,
    hosts: Collection[str],
) -> Play | None:  # fmt: skip
    """Whether the scripts of a page are to be run; None: it has none, or does without.

    `expected`: its address or its list row says that it is an article. `article`, `prose`: what it is judged to be,
    and how many Chinese characters stand outside of its links. `hosts`: those of the site.
    """
    base = base_of(url, root)
    # The data of a framework are named by the id of their script.
    code = "\n".join(map(str, (*_IDS(root), *_CODES(root))))
    sources = _sources(base, root, hosts)
    # The address of a list may look like that of an article, /news1/index.htm.
    expected = expected and (article or not _is_list(root, links))
    # Pagers of ASP.NET are read without their scripts.
    back = "__doPostBack" in html
    lacking = None
    if not expected:
        lacking = _unlinked(base, root, code, sources, hosts)
    elif not back:
        lacking = _bodiless(base, root, code, sources, article=article, prose=prose, hosts=hosts)
    if lacking:
        return lacking
    if back or (article and not _is_unfilled(root, code, prose)):
        return _pages(root, code, links, sources, article=article)
    if len(html) < STUB and prose < 30 and _leads_by_script(code, sources, links):
        return Play(lack="stub", sources=sources)
    placed = _placed(base, root, sources)
    if _does_without(root, links, placed=placed) and not pieced(root):
        return None
    if (
        _MAKES.search(code)
        or NAMED.search(code)
        or any(map(_acts, _HANDLERS(root)))
        or placed
        or (sources and _is_left_to_files(root, links))
    ):
        return Play(lack="list", sources=sources)
    return None


def _names_files(root: HtmlElement, code: str) -> bool:
    """Whether a script gives links their addresses, which it finds by their ids: <a id="attach0">附件.doc</a>."""
    named = {str(name).rstrip("0123456789") for name in _NAMED_LINKS(root)}
    return any(len(name) > 1 and (f'"{name}"' in code or f"'{name}'" in code) for name in named)


def by_sheet(url: str, html: str, root: HtmlElement, *, expected: bool, hosts: Collection[str]) -> Play | None:
    """What it takes to show a page in XML as its style sheet makes it, if that is the site's; None: it has none."""
    href = sheet.named(html)
    source = absolute(base_of(url, root), href) if href else None
    if source is None or host_of(source) not in hosts:
        return None
    return Play(lack="body" if expected else "list", sources=(source,))


def _leads_by_script(code: str, sources: Collection[str], links: Sequence[Link]) -> bool:
    """Whether a script leads on from a page without text: not where all its ways are written out."""
    if not links:
        return bool(_MOVES.search(code) or sources)
    return all(link.kind == "redirect" for link in links) and _COMPUTED.search(code) is not None


def _pages(
    root: HtmlElement, code: str, links: Sequence[Link], sources: tuple[str, ...], *, article: bool
) -> Play | None:
    """What it takes to run the scripts of an article, where they alone lead to its files, its further pages, or to
    others.
    """
    if not article:
        return None
    if _names_files(root, code):
        return Play(lack="body", sources=sources)
    if len(_handed(root)) >= BLIND:
        return Play(lack="pages", sources=sources)
    if any(link.kind in ("next", "pager") for link in links):
        return None
    scripted = any(map(_turns_page, _HANDLERS(root))) or any(map(_writes_pager, _WRITERS(root)))
    return Play(lack="pages", sources=sources) if scripted else None


def _handed(root: HtmlElement) -> set[str]:
    """The addresses that titles and pictures of a page hand to a script, which opens them."""
    found = set()
    for element in _HANDLERS(root):
        code = "" if element.tag == "select" else element.get("onclick") or element.get("href") or ""
        if (call := _HANDED.search(code)) and _acts(element) and (_SHOWS(element) or _is_title(element)):
            found.add(call[1])
    return found


def _is_title(element: HtmlElement) -> bool:
    return len(_HAN.findall("".join(element.itertext())[:TITLE])) >= HEADLINE


def _turns_page(element: HtmlElement) -> bool:
    """Whether pressing an element, or choosing of it, shows the next page or the second one."""
    words = [said_by(option) for option in element] if element.tag == "select" else [said_by(element)]
    return any(NEXT.fullmatch(each) or _SECOND.fullmatch(each) for each in words) and _acts(element)


def _writes_pager(script: HtmlElement) -> bool:
    """Whether a script writes, and speaks of pages or stands in a box that is named for them."""
    code = script.text or ""
    boxes = (f"{box.get('class') or ''} {box.get('id') or ''}" for box in islice(script.iterancestors(), 2))
    return bool(_WRITES.search(code) and (_PAGED.search(code) or any(map(_BOX.search, boxes))))


def _is_unfilled(root: HtmlElement, code: str, prose: int) -> bool:
    """Whether scripts fill an empty box of a page that says next to nothing: what it says may be its foot."""
    return prose < UNFILLED and bool(_WRITES.search(code) and _EMPTY(root))


def _does_without(root: HtmlElement, links: Sequence[Link], *, placed: bool) -> bool:
    """Whether a page leads on without its scripts: a pager alone does not where they write the rows above it.

    `placed`: files of scripts stand where they may write.
    """
    kinds = {link.kind for link in links}
    if not kinds.isdisjoint(("list", "redirect")):
        return True
    if kinds.isdisjoint(("next", "pager")):
        return False
    code = "\n".join(map(str, _CODES_INSIDE(root)))
    return any(map(_is_titled, links)) or not (placed or _WRITES.search(code) or hands_rows(root))


def _is_titled(link: Link) -> bool:
    """Whether a link may be a row: it has a day, the look of an article, or the words of a title."""
    if link.kind != "page":
        return False
    return bool(link.row_date) or link.priority == ARTICLE or len(_HAN.findall(link.anchor or "")) >= HEADLINE


def _is_left_to_files(root: HtmlElement, links: Sequence[Link]) -> bool:
    """Whether files of scripts may write what a page lacks: rows, ways to columns, or rows that it hands them."""
    pages = [link for link in links if link.kind == "page"]
    rows = sum(link.row_date is not None or link.priority == ARTICLE for link in pages)
    return not rows or len(pages) - rows < COLUMNS or hands_rows(root) is not None


def hands_rows(root: HtmlElement) -> str | None:
    """The call by which a script in the page hands over rows of a list, showList(rows, 10); None: there is none."""
    code = "\n".join(map(str, _CODES_INSIDE(root)))
    call = _CALLED.search(code)
    return call[0] if call and len(_CODED.findall(code)) >= CODED else None


def _unlinked(base: str, root: HtmlElement, code: str, sources: tuple[str, ...], hosts: Collection[str]) -> Play | None:
    """What it takes to run the scripts of a list whose rows have no link, or stand in a frame that is turned."""
    if (_MOVES.search(code) or sources) and (blind_rows(root)[0] or _called_titles(root) >= BLIND):
        # Scripts may lead from the rows, whatever pager stands below.
        return Play(lack="list", sources=sources)
    if _TURNS.search(code) and _own_frames(base, root, hosts):
        return Play(lack="list", sources=sources, turns=True)
    return None


def _called_titles(root: HtmlElement) -> int:
    """How many elements with the words of a title run a script when they are pressed."""
    return sum(_acts(element) and _is_title(element) for element in _HANDLERS(root) if element.tag != "select")


def _is_list(root: HtmlElement, links: Sequence[Link]) -> bool:
    """Whether a page has dated rows, and a control for the next page."""
    controls = map(said_by, _HANDLERS(root))
    return sum(link.row_date is not None for link in links) >= BLIND and any(map(NEXT.fullmatch, controls))


def _bodiless(
    base: str,
    root: HtmlElement,
    code: str,
    sources: Sequence[str],
    *,
    article: bool,
    prose: int,
    hosts: Collection[str],
) -> Play | None:
    """What it takes to run the scripts of a page that should be an article, and has a head at most."""
    frames = _own_frames(base, root, hosts)
    if article and not (prose < BARE and (frames or _is_hollow(root, code))):
        return None
    # Other scripts of an article count its readers.
    own = tuple(source for source in sources if urlsplit(source).path.endswith(".js"))
    if frames or _fills_frame(root, code) or _MAKES.search(code) or NAMED.search(code) or (own and not article):
        return Play(lack="body", sources=own)
    return None


def _is_hollow(root: HtmlElement, code: str) -> bool:
    """Whether a page has an empty box or frame for an article, or a script with a text in it."""
    named = any(_BODY_NAME.search(str(name)) for name in _EMPTY(root))
    return named or _fills_frame(root, code) or len(_CODED.findall(code)) >= CODED


def _fills_frame(root: HtmlElement, code: str) -> bool:
    return "src" in code and bool(_BLANK(root))


def _sources(base: str, root: HtmlElement, hosts: Collection[str]) -> tuple[str, ...]:
    found = dict.fromkeys(absolute(base, element.get("src") or "") for element in _SCRIPTS(root))
    wanted = [
        url
        for url in found
        if url
        and host_of(url) in hosts
        and not (_LIBRARY.search(urlsplit(url).path) or COUNTS.search(urlsplit(url).path.rstrip("/")))
    ]
    return tuple(wanted[:SOURCES])


def _placed(base: str, root: HtmlElement, sources: Collection[str]) -> bool:
    """Whether a file of scripts stands in the middle of the page, where it may write."""
    for element in _SCRIPTS(root):
        inside = [around.tag for around in element.iterancestors()]
        if "body" in inside and absolute(base, element.get("src") or "") in sources:
            return True
    return False


def _own_frames(base: str, root: HtmlElement, hosts: Collection[str]) -> bool:
    frames = [absolute(base, frame.get("src") or "") for frame in _FRAMES(root)]
    return any(url and host_of(url) in hosts and viewed(url) is None and look_of(url) != "file" for url in frames)


def _acts(element: HtmlElement) -> bool:
    """Whether pressing an element may lead to a page that its words do not name."""
    code = element.get("onclick") or element.get("onchange") or element.get("href") or ""
    if element.tag == "select":
        return bool(_MOVES.search(code)) or "(" in code
    if element.get("onclick") and _PLAIN_CLICK.match(code):
        return False
    return "(" in code and not _IDLE_CLICK.fullmatch(code) and not re.match(r"\s*javascript:history\.", code)


def is_asked(ask: Ask, hosts: Collection[str]) -> str | None:
    """Why what a script asks for is not fetched; None: it is."""
    url = ask["url"]
    if not url.startswith(("http://", "https://")) or ask["method"] not in ("GET", "POST"):
        return f"no page: {ask['method']} {url[:200]}"
    if host_of(url) not in hosts:
        return f"foreign_host: {url[:200]}"
    path = urlsplit(url).path
    if path.endswith(".js") and _LIBRARY.search(path):
        return ""
    if not ask["heard"] or COUNTS.search(urlsplit(url).path) or look_of(url) == "image":
        return ""
    return None


def leads_on(handle: Handle, pressed: Collection[str]) -> int | None:
    """How much an element looks like the way to more of a list, the least most; None: not at all."""
    text = " ".join(handle["text"].split())
    if MONTH_BEFORE.fullmatch(text):
        return MONTH
    turns = bool(_CALENDAR.search(f"{handle['class']} {handle['around']}"))
    if turns and LATER.fullmatch(text):
        # A calendar is entered at its newest month.
        return None
    if NEXT.fullmatch(text):
        return 0
    if MORE.fullmatch(text) or (_MORE_NAME.search(handle["class"]) and len(text) < 12):
        return 1
    if NUMBER.fullmatch(text) and key_of(handle) not in pressed:
        return 2 + int(re.sub(r"\D", "", text))
    if turns and _ARROW.fullmatch(text):
        return MONTH
    return 2 * MONTH if handle["id"] == -1 else None


def tabs(leads: Sequence[Lead]) -> frozenset[str]:
    """Keys of elements that show another list each, by `key_of`: the names of columns, side by side.

    `leads`: what a press on each element led to. Each of at least two that call the same function asks for something,
    without sending anything.
    """
    asking = [
        (call[0] if (call := _CALLED.search(lead["code"])) else lead["around"], lead)
        for lead in leads
        if lead["reads"] == lead["asks"] > 0 and not lead["went"] and not lead["sent"] and leads_on(lead, ()) is None
        if _COLUMN.fullmatch(lead["text"]) and not _DOES.search(lead["text"])
    ]
    count = Counter(group for group, _ in asking)
    return frozenset(key_of(lead) for group, lead in asking if count[group] > 1)


def key_of(handle: Handle) -> str:
    """What tells an element from others that say the same: its handler, else its words."""
    code = handle["code"]
    return code if "(" in code and not _IDLE_CLICK.fullmatch(code) else " ".join(handle["text"].split())


def follow(root: HtmlElement, words: Collection[str], states: int | None = None) -> None:
    """Mark what shows more of a list and was pressed.

    `states`: pages that it showed until it showed no more; None: it was not pressed to the end, as all was known.
    """
    for element in root.iter("*"):
        # No control holds boxes within boxes, and what nests deep is not read once for each of its levels.
        if element.find("*/*/*/*") is None and said_by(element) in words:
            element.set(FOLLOWED, "" if states is None else str(states))


def form_address(url: str, form: str) -> str:
    """How an address that is asked for by a form stands in a link, see `forms`."""
    return f"{url}#{FORM}{quote(form, safe='')}"


def forms(link: Link, encoding: str = "utf-8") -> Link:
    """The link with its form apart from its address, in the encoding of the page.

    >>> link = forms(Link(url=form_address("http://h/list.jsp", "lm=0&page=2")))
    >>> link.url, link.form
    ('http://h/list.jsp#a0c4becbc99828f6', 'lm=0&page=2')
    >>> forms(Link(url=form_address("http://h/list.asp", "lb=统战")), "gbk").form
    'lb=%CD%B3%D5%BD'
    """
    url, mark, form = link.url.partition(f"#{FORM}")
    if not mark:
        return link if link.form is None else replace(link, form=percent(link.form, encoding))
    form = percent(unquote(form), encoding)
    return replace(link, url=f"{url}#{sha256(form.encode()).hexdigest()[:16]}", form=form)
