"""The URL of a page, and its links -> which part of an article on several pages it is."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin

from archive.text.outline import Outline

# t20200219_1_2.html, show-12-345-2.html (the last of three numbers), view.php?aid=7&page=2. Two digits: no article that
# people read has a hundred pages, and ids are longer.
_PATH = re.compile(r"\A(?P<stem>.+/[^/?#]+?)(?:_(?P<number>[1-9]\d?))?(?P<ending>\.(?:s?html?|jsp|aspx?|php))")
_DASHED = re.compile(r"\A(?P<stem>.+/[^/?#]*\d-\d+)-(?P<number>[1-9]\d?)(?P<ending>\.s?html?)")
_QUERY = re.compile(
    r"(?P<before>[?&])(?P<name>page|pageno|page_no|pageindex|pn)=(?P<number>[1-9]\d?)(?=&|$)", re.IGNORECASE
)
_PAGES = ("page=", "pageno=", "page_no=", "pageindex=", "pn=")
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
    here = unquote(url)
    if paged := _QUERY.search(url):
        number = int(paged["number"])
        first = url[: paged.start()] + url[paged.end() :]
        if "?" not in first:
            first = first.replace("&", "?", 1)
        others = {unquote(first), *(unquote(_with(url, paged, n)) for n in (1, number - 1, number + 1))} - {here}
        return (first, number) if others & anywhere else (None, None)
    if any(_follows(here, link) for link in anywhere):
        return url, 1
    if (dashed := _DASHED.fullmatch(url)) and (number := int(dashed["number"])):
        stem, ending = dashed["stem"], dashed["ending"]
        beside = {unquote(f"{stem}-{n}{ending}") for n in (1, number - 1, number + 1)} - {here}
        return (f"{stem}-1{ending}", number) if beside & pager else (None, None)
    path = _PATH.fullmatch(url)
    if path is None:
        return None, None
    stem, ending, number = path["stem"], path["ending"], int(path["number"] or 0)
    if number:
        first, one = f"{stem}{ending}", unquote(f"{stem}_1{ending}")
        if unquote(first) in anywhere or unquote(f"{stem}_{number - 1}{ending}") in pager:
            # TRS counts from _1, others from _2.
            return first, number + (number == 1 or one in anywhere)
    own = url.removesuffix(ending)
    if {unquote(f"{own}_{n}{ending}") for n in (1, 2)} & anywhere:
        return url, 1
    return None, None


def _with(url: str, paged: re.Match[str], number: int) -> str:
    return f"{url[: paged.start('number')]}{number}{url[paged.end('number') :]}"


def _follows(first: str, link: str) -> bool:
    """Whether a link is the address and a page's number."""
    rest = link.removeprefix(first)
    return len(rest) < len(link) and _QUERY.fullmatch(rest) is not None and int(rest.rpartition("=")[2]) > 1


def _targets(url: str, page: Outline) -> tuple[set[str], set[str]]:
    """Where the page leads, and where those of its links lead that look like a pager's."""
    anywhere: set[str] = set()
    pager: set[str] = set()
    # A pager's addresses hold the page's own name or name a page: most links need not be joined and compared.
    name = _NAME.sub("", unquote(url).partition("?")[0].rpartition("/")[2]).lower()
    own = () if "?" in url or not name or "\ufffd" in name else (name, quote(name).lower())
    every = _QUERY.search(url) is not None or not (own or "?" in url)
    leading = page.links if every else page.leading(*own, *_PAGES)
    options, clicks = page.every("option"), list(page.clicks("location"))
    if not (leading or options or clicks):
        return anywhere, pager
    try:
        base = urljoin(url, next((a["href"] for a in page.every("base") if "href" in a), "").strip())
    except ValueError:
        base = url

    def add(href: str, *, paging: bool) -> None:
        try:
            target = unquote(urljoin(base, href.strip().replace("\\", "/")).partition("#")[0])
        except ValueError:
            return
        anywhere.add(target)
        if paging:
            pager.add(target)

    def may_be(href: str) -> bool:
        return every or any(name in href.lower() for name in own) or _QUERY.search(href) is not None

    for href, number in leading:
        if may_be(href):
            add(href, paging=_PAGER.fullmatch(page.name(number)[:20]) is not None)
    for option in options:
        if (value := option.get("value", "")) and may_be(value):
            add(value, paging=True)
    for click in clicks:
        if found := _CLICKED.search(click):
            add(found[1], paging=True)
    return anywhere, pager
