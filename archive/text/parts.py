"""The URL of a page, and its links -> which part of an article on several pages it is."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from archive.site import host_of
from archive.text.outline import Outline
from archive.text.page import joined
from archive.warc.capture import FoundBy

# t20200219_1_2.html, show-12-345-2.html (the last of three numbers), view.php?aid=7&page=2. Two digits: no article that
# people read has a hundred pages, and ids are longer.
_PATH = re.compile(r"\A(?P<stem>.+/[^/?#]+?)(?:_(?P<number>[1-9]\d?))?(?P<ending>\.(?:s?html?|jsp|aspx?|php))")
_DASHED = re.compile(r"\A(?P<stem>.+/[^/?#]*\d-\d+)-(?P<number>[1-9]\d?)(?P<ending>\.s?html?)")
_QUERY = re.compile(
    r"(?P<before>[?&])(?P<name>page|pageno|page_no|pageindex|pn)=(?P<number>[1-9]\d?)(?=&|$)", re.IGNORECASE
)
_PAGES = re.compile("p(?:age(?:_?no|index)?|n)=")
# Any name but that of an id may count pages: it does only where a link of a pager says so.
_NAMED = re.compile(r"(?P<before>[?&])(?P<name>\w{1,20}(?<!id))=(?P<number>[1-9]\d?)(?=&|$)", re.IGNORECASE)
# What a pager says; 上一篇 is another article.
_PAGER = re.compile(
    r"\A\W*+(?:第?\s?\d{1,2}\s?[页頁]?|[首尾末]\s?[页頁]|[上下前后後]\s?一?\s?[页頁]|prev(?:ious)?|next|first|last"
    r"|(?=.{0,8}(?:余下|剩余|下文|继续))(?:(?:点击|继续|阅读|查看|余下|剩余|全文|下文|部分)\W*+){1,4})?\W*",
    re.IGNORECASE,
)
# What parts of one article do not have in common at the end of their names.
_NAME = re.compile(r"[_-][1-9]\d?\.\w+$|\.\w+$")
# The name of an article, and of one of its pages: 7.html?no=2; show.asp?no=7 is one of many articles.
_DIGIT = re.compile(r"[\d?]")
_CLICKED = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]+)['\"]")


def part(url: str, page: Outline, found: FoundBy | None = None) -> tuple[str | None, int | None]:
    """The first page's URL and the number of this one, from 1; (None, None) for an article on one page.

    Names alone do not tell parts from articles: the page has to lead to another part, or another part to the page, as
    the crawler `found` it.

    >>> from archive.text.outline import outline
    >>> part("http://h/show.php?id=7&page=2", outline("<p><a href='?id=7'>1</a> 2</p>"))
    ('http://h/show.php?id=7', 2)
    >>> part("http://h/12_3.html", outline("<p><a href='12_2.html'>上一篇</a></p>"))
    (None, None)
    """
    if "#" in url:
        return _by_form(*url.split("#", 1))
    anywhere, pager, turned = (links | _before(found) for links in _targets(url, page))
    if paged := _QUERY.search(url):
        return _by_query(url, paged, anywhere)
    here = unquote(url)
    if any(_follows(_QUERY, here, link) for link in anywhere) or any(_follows(_NAMED, here, link) for link in turned):
        return url, 1
    for named in _NAMED.finditer(url) if turned else ():
        first, number = _by_query(url, named, turned)
        if first is not None and _DIGIT.search(first.rpartition("/")[2]):
            return first, number
    if (dashed := _DASHED.fullmatch(url)) and (number := int(dashed["number"])):
        stem, ending = dashed["stem"], dashed["ending"]
        beside = {unquote(f"{stem}-{n}{ending}") for n in (1, number - 1, number + 1)} - {here}
        return (f"{stem}-1{ending}", number) if beside & pager else (None, None)
    path = _PATH.fullmatch(url)
    return _by_name(url, path, anywhere, pager) if path else (None, None)


def _before(found: FoundBy | None) -> set[str]:
    """The part that led to this one; scripts lead to the further parts of many articles, and nothing leads back."""
    turned = found is not None and found.anchor and _PAGER.fullmatch(found.anchor)
    return {unquote(found.parent.partition("#")[0])} if found is not None and turned else set()


def _by_form(first: str, form: str) -> tuple[str | None, int | None]:
    """The part that answers a form of the page: forms lead to further pages alone."""
    number = next((int(named["number"]) for named in _NAMED.finditer(f"?{form}")), 1)
    return (first, number) if number > 1 else (None, None)


def _by_query(url: str, paged: re.Match[str], anywhere: set[str]) -> tuple[str | None, int | None]:
    """The part whose number stands in the query."""
    number = int(paged["number"])
    first = url[: paged.start()] + url[paged.end() :]
    if "?" not in first:
        first = first.replace("&", "?", 1)
    before, after = url[: paged.start("number")], url[paged.end("number") :]
    others = {unquote(first), *(unquote(f"{before}{n}{after}") for n in (1, number - 1, number + 1))} - {unquote(url)}
    return (first, number) if others & anywhere else (None, None)


def _by_name(url: str, path: re.Match[str], anywhere: set[str], pager: set[str]) -> tuple[str | None, int | None]:
    """The part whose number ends the page's name, or the first of those whose names go on with a number."""
    stem, ending, number = path["stem"], path["ending"], int(path["number"] or 0)
    first, one = f"{stem}{ending}", unquote(f"{stem}_1{ending}")
    if number and (unquote(first) in anywhere or unquote(f"{stem}_{number - 1}{ending}") in pager):
        # TRS counts from _1, others from _2.
        return first, number + (number == 1 or one in anywhere)
    own = url.removesuffix(ending)
    if {unquote(f"{own}_{n}{ending}") for n in (1, 2)} & anywhere:
        return url, 1
    return None, None


def _follows(pattern: re.Pattern[str], first: str, link: str) -> bool:
    """Whether a link is the address and a page's number."""
    rest = link.removeprefix(first)
    return len(rest) < len(link) and pattern.fullmatch(rest) is not None and int(rest.rpartition("=")[2]) > 1


def _turns(href: str, text: str) -> bool:
    """Whether a link's words are those of a pager, and name the page by its number where they are one.

    >>> _turns("?aid=7&pg=2", "2"), _turns("?aid=7&pg=2", "下一页"), _turns("?aid=7&pg=2", "3")
    (True, True, False)
    """
    number = text.strip("[]【】() ")
    if number.isdecimal():
        return number in href.replace("&", "=").split("=") or (number == "1" and "?" not in href)
    return ("页" in text or "頁" in text) and _PAGER.fullmatch(text[:20]) is not None


def _targets(url: str, page: Outline) -> tuple[set[str], set[str], set[str]]:
    """Where the page leads, where its links lead that look like a pager's, and those of them that name a page."""
    own, every = _own_names(url)
    host = host_of(url)

    def may_be(href: str) -> bool:
        lower = href.lower()
        own_host = "//" not in lower[:10] or host in lower
        return own_host and (every or any(name in lower for name in own) or _QUERY.search(href) is not None)

    found = page.links if every else page.leading(_PAGES, *own)
    leading = [(href, page.name(number)) for href, number in found if may_be(href)]
    options = {value for option in page.every("option") if may_be(value := option.get("value", ""))}
    paging = options | {href for href, text in leading if _PAGER.fullmatch(text[:20])}
    paging |= {match[1] for click in page.clicks() if (match := _CLICKED.search(click))}
    if not (leading or paging):
        return set(), set(), set()
    base = _base(url, page)
    turned = options | {href for href, text in leading if "?" in url + href and _turns(href, text)}
    pager = _joined(base, paging)
    return pager | _joined(base, {href for href, _ in leading}), pager, _joined(base, turned)


def _own_names(url: str) -> tuple[tuple[str, ...], bool]:
    """What the addresses of a page's parts hold, and whether any address may be one's.

    A pager's addresses hold the page's own name or name a page: most links need not be joined and compared.
    """
    if "?" in url:
        pairs = [pair for pair in url.partition("?")[2].lower().split("&") if pair]
        # The number of a page is no name of the article's.
        named = tuple(p for p in pairs if not _NAMED.fullmatch(f"?{p}"))
        if named or _QUERY.search(url) or not _DIGIT.search(url.partition("?")[0].rpartition("/")[2]):
            return named or tuple(pairs), _QUERY.search(url) is not None
    name = _NAME.sub("", unquote(url).partition("?")[0].rpartition("/")[2]).lower()
    own = () if not name or "\ufffd" in name else (name, quote(name).lower())
    return own, not own


def _base(url: str, page: Outline) -> str:
    """What the addresses on a page are joined with."""
    return joined(url, next((a["href"] for a in page.every("base") if "href" in a), "").strip()) or url


def _joined(base: str, hrefs: set[str]) -> set[str]:
    """Addresses as they are compared, without those that are none."""
    found = (joined(base, href.strip().replace("\\", "/")) for href in hrefs)
    return {unquote(address.partition("#")[0]) for address in found if address}
