"""The URL of a page, and its links -> which part of an article on several pages it is."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from archive.site import host_of
from archive.text.outline import Outline
from archive.text.page import joined

# t20200219_1_2.html, show-12-345-2.html (the last of three numbers), view.php?aid=7&page=2. Two digits: no article that
# people read has a hundred pages, and ids are longer.
_PATH = re.compile(r"\A(?P<stem>.+/[^/?#]+?)(?:_(?P<number>[1-9]\d?))?(?P<ending>\.(?:s?html?|jsp|aspx?|php))")
_DASHED = re.compile(r"\A(?P<stem>.+/[^/?#]*\d-\d+)-(?P<number>[1-9]\d?)(?P<ending>\.s?html?)")
_QUERY = re.compile(
    r"(?P<before>[?&])(?P<name>page|pageno|page_no|pageindex|pn)=(?P<number>[1-9]\d?)(?=&|$)", re.IGNORECASE
)
_PAGES = re.compile("p(?:age(?:_?no|index)?|n)=")
# What a pager says; 上一篇 is another article.
_PAGER = re.compile(
    r"\A\W*+(?:\d{1,2}|[首尾末]\s?[页頁]|[上下前后後]\s?一?\s?[页頁]|prev(?:ious)?|next|first|last)?\W*", re.IGNORECASE
)
# What parts of one article do not have in common at the end of their names.
_NAME = re.compile(r"[_-][1-9]\d?\.\w+$|\.\w+$")
_CLICKED = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]+)['\"]")


def part(url: str, page: Outline) -> tuple[str | None, int | None]:
    """The first page's URL and the number of this one, from 1; (None, None) for an article on one page.

    Names alone do not tell parts from articles: the page has to lead to another part.

    >>> from archive.text.outline import outline
    >>> part("http://h/show.php?id=7&page=2", outline("<p><a href='?id=7'>1</a> 2</p>"))
    ('http://h/show.php?id=7', 2)
    >>> part("http://h/12_3.html", outline("<p><a href='12_2.html'>上一篇</a></p>"))
    (None, None)
    """
    anywhere, pager = _targets(url, page)
    if paged := _QUERY.search(url):
        return _by_query(url, paged, anywhere)
    here = unquote(url)
    if any(_follows(here, link) for link in anywhere):
        return url, 1
    if (dashed := _DASHED.fullmatch(url)) and (number := int(dashed["number"])):
        stem, ending = dashed["stem"], dashed["ending"]
        beside = {unquote(f"{stem}-{n}{ending}") for n in (1, number - 1, number + 1)} - {here}
        return (f"{stem}-1{ending}", number) if beside & pager else (None, None)
    path = _PATH.fullmatch(url)
    return _by_name(url, path, anywhere, pager) if path else (None, None)


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


def _follows(first: str, link: str) -> bool:
    """Whether a link is the address and a page's number."""
    rest = link.removeprefix(first)
    return len(rest) < len(link) and _QUERY.fullmatch(rest) is not None and int(rest.rpartition("=")[2]) > 1


def _targets(url: str, page: Outline) -> tuple[set[str], set[str]]:
    """Where the page leads, and where those of its links lead that look like a pager's."""
    own, every = _own_names(url)

    host = host_of(url)

    def may_be(href: str) -> bool:
        lower = href.lower()
        own_host = "//" not in lower[:10] or host in lower
        return own_host and (every or any(name in lower for name in own) or _QUERY.search(href) is not None)

    leading = [(h, n) for h, n in (page.links if every else page.leading(_PAGES, *own)) if may_be(h)]
    paging = {href for href, number in leading if _PAGER.fullmatch(page.name(number)[:20])}
    paging |= {value for option in page.every("option") if (value := option.get("value", "")) and may_be(value)}
    paging |= {found[1] for click in page.clicks("location") if (found := _CLICKED.search(click))}
    if not (leading or paging):
        return set(), set()
    base = _base(url, page)
    pager = _joined(base, paging)
    return pager | _joined(base, {href for href, _ in leading}), pager


def _own_names(url: str) -> tuple[tuple[str, ...], bool]:
    """What the addresses of a page's parts hold, and whether any address may be one's.

    A pager's addresses hold the page's own name or name a page: most links need not be joined and compared.
    """
    name = _NAME.sub("", unquote(url).partition("?")[0].rpartition("/")[2]).lower()
    own = () if "?" in url or not name or "\ufffd" in name else (name, quote(name).lower())
    return own, _QUERY.search(url) is not None or not (own or "?" in url)


def _base(url: str, page: Outline) -> str:
    """What the addresses on a page are joined with."""
    return joined(url, next((a["href"] for a in page.every("base") if "href" in a), "").strip()) or url


def _joined(base: str, hrefs: set[str]) -> set[str]:
    """Addresses as they are compared, without those that are none."""
    found = (joined(base, href.strip().replace("\\", "/")) for href in hrefs)
    return {unquote(address.partition("#")[0]) for address in found if address}
