"""The URL of a page, and its links -> which part of an article on several pages it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple
from urllib.parse import quote, unquote

from archive.site import host_of
from archive.text.outline import Outline
from archive.text.page import joined
from archive.warc.capture import FoundBy

# What stands behind the name of an article in the address of a further page: t20200219_1_2.html, 7-2.jhtml, 7/2. Two
# digits: no article that people read has a hundred pages, and ids are longer.
_MARKED = r"(?P<mark>[-_,~/]p?|p)(?P<number>[1-9]\d?)"
_PATH = re.compile(rf"\A(?P<stem>(?:https?://[^/]+|file://)/[^?#]*?[^/?#]){_MARKED}(?P<ending>\.\w{{2,6}}|/?)")
# The last of three numbers is hardly an article's: show-12-345-2.html.
_THIRD = re.compile(r"\d-\d+-\Z")
# Any name but that of an id may count pages: one but these does only where a link of a pager says so.
_NAMED = re.compile(r"[?&](?P<name>\w{1,20}(?<!id))=(?P<number>[1-9]\d?)(?=&|$)", re.IGNORECASE)
_COUNTERS = frozenset(("page", "pageno", "page_no", "pageindex", "pn"))
_PAGES = re.compile("p(?:age(?:_?no|index)?|n)=")
# What a pager says; 上一篇 is another article.
_PAGER = re.compile(
    r"\A\W*+(?:第?\s?\d{1,2}\s?[页頁]?|[首尾末]\s?[页頁]|[上下前后後]\s?一?\s?[页頁]|prev(?:ious)?|next|first|last"
    r"|(?=.{0,8}(?:余下|剩余|下文|继续))(?:(?:点击|继续|阅读|查看|余下|剩余|全文|下文|部分)\W*+){1,4})?\W*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\W*+第?\W*+(\d{1,2})\W*+[页頁]?\W*+")
# What parts of one article do not have in common at the end of their names.
_NAME = re.compile(rf"(?:{_MARKED})?(?:\.\w+|/)?$")
# The name of an article, and of one of its pages: 7.html?no=2; show.asp?no=7 is one of many articles.
_DIGIT = re.compile(r"[\d?]")
_DIGITS = re.compile(r"\d+")
_CLICKED = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]+)['\"]")


class _Numbered(NamedTuple):
    """An address with a number that may be that of a page.

    Attributes:
        first: the address without it: that of the first page.
        mark: what parts it from the name of the article, or the name that it has in the query.
        before, number, after: the address, cut at the number.
    """

    first: str
    mark: str
    before: str
    number: int
    after: str


class _Links(NamedTuple):
    """Where a page leads.

    Attributes:
        anywhere: all addresses that may be those of other parts.
        pager: those of them that a pager may lead to: its links have few words, or none.
        turned: those that a pager does lead to, each with the number that it says, if it says one.
    """

    anywhere: AbstractSet[str]
    pager: AbstractSet[str]
    turned: dict[str, int | None]


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
    links = _links(url, page, _before(found))
    own = list(_numbered(url))
    if not any(one.mark in _COUNTERS for one in own) and _is_first(unquote(url), links):
        return url, 1
    parts = (_in_query(one, links) if "?" in one.before else _in_name(one, links) for one in own)
    return next(filter(None, parts), (None, None))


def _before(found: FoundBy | None) -> set[str]:
    """The part that led to this one; scripts lead to the further parts of many articles, and nothing leads back."""
    turned = found is not None and found.anchor and _PAGER.fullmatch(found.anchor)
    return {unquote(found.parent.partition("#")[0])} if found is not None and turned else set()


def _by_form(first: str, form: str) -> tuple[str | None, int | None]:
    """The part that answers a form of the page: forms lead to further pages alone."""
    number = next((one.number for one in _numbered(f"?{form}")), 1)
    return (first, number) if number > 1 else (None, None)


def _numbered(address: str) -> Iterator[_Numbered]:
    """The numbers in an address that may be that of a page: in the query, or behind the name of the article."""
    for named in _NAMED.finditer(address):
        first = address[: named.start()] + address[named.end() :]
        first = first if "?" in first else first.replace("&", "?", 1)
        start, end = named.span("number")
        yield _Numbered(first, named["name"].lower(), address[:start], int(named["number"]), address[end:])
    if path := _PATH.fullmatch(address):
        stem, mark, ending = path["stem"], path["mark"], path["ending"]
        yield _Numbered(f"{stem}{ending}", mark, f"{stem}{mark}", int(path["number"]), ending)


def _is_first(here: str, links: _Links) -> bool:
    """Whether a link leads to the address and a further page's number: a pager's, or one that tells by itself."""
    return any(
        one.first == here
        and (one.number > 1 or one.mark == "_")
        and (link in links.turned or one.mark in _COUNTERS or (one.mark == "_" and one.number <= 2))
        for link in links.anywhere
        for one in _numbered(link)
    )


def _in_query(one: _Numbered, links: _Links) -> tuple[str, int] | None:
    """The part whose number stands in the query of an address; None where no link leads to another part."""
    if one.mark not in _COUNTERS and not _DIGIT.search(one.first.rpartition("/")[2]):
        return None
    led = links.anywhere if one.mark in _COUNTERS else links.turned.keys()
    return (one.first, one.number) if unquote(one.first) in led or _others(one, led) else None


def _in_name(one: _Numbered, links: _Links) -> tuple[str, int] | None:
    """The part whose number stands behind the name of the first page, or in that of each page; None where no link says
    so. If the name ends in a number, any link to the first tells one behind _. Neighbours are alike as well: a pager
    names the other by its number, or there are three numbers.
    """
    first, numeric = unquote(one.first), one.before[-2].isdecimal()
    said = {number: links.turned[link] for number, link in _others(one, links.turned).items()}
    if one.mark == "_":
        led = links.anywhere if numeric else links.pager
        if first in led or one.number - 1 in _others(one, links.pager):
            # TRS counts from _1, others from _2.
            late = one.number == 1 or 1 in _others(one, links.anywhere) or any(said[n] == n + 1 for n in said)
            return one.first, one.number + late
    if one.number > 1 and first in links.turned:
        return one.first, one.number
    alike = said and (_THIRD.search(one.before) or any(said[n] == n for n in said))
    return (f"{one.before}1{one.after}", one.number) if alike and one.mark == "-" and numeric else None


def _others(one: _Numbered, links: Iterable[str]) -> dict[int, str]:
    """Those of some links that lead to the same address with another number, by that."""
    same = unquote(one.first), one.mark
    found = ((other, link) for link in links for other in _numbered(link))
    return {o.number: link for o, link in found if (o.first, o.mark) == same and o.number != one.number}


def _turns(href: str, text: str) -> bool:
    """Whether a link's words are those of a pager, and name the page by its number where they are one.

    >>> _turns("?aid=7&pg=2", "2"), _turns("?aid=7&pg=2", "下一页"), _turns("?aid=7&pg=2", "3")
    (True, True, False)
    """
    if number := _NUMBER.fullmatch(text[:20]):
        return number[1] in _DIGITS.findall(href) or (number[1] == "1" and "?" not in href)
    # 首页 may be that of the site.
    main = "首" in text and "?" not in href
    return not main and any(map(text.__contains__, "页頁余下")) and _PAGER.fullmatch(text[:20]) is not None


def _links(url: str, page: Outline, before: set[str]) -> _Links:
    """Where the page leads that may be another part; `before`: the part that led to it."""
    own, every = _own_names(url)
    host = host_of(url)
    found = page.links if every else page.leading(_PAGES, *own)
    near = [(href, number) for href, number in found if "//" not in href[:10] or host in href.lower()]
    leading = [(href, page.name(number)) for href, number in near]
    chosen = {value for option in page.every("option") if (value := option.get("value", ""))}
    paging = {match[1] for click in page.clicks() if (match := _CLICKED.search(click))}
    if not (leading or chosen or paging):
        return _Links(before, before, dict.fromkeys(before))
    base = base_of(url, page)
    turned = dict.fromkeys(before | _joined(base, chosen)) | _turned(base, leading)
    paging |= {href for href, text in leading if _PAGER.fullmatch(text[:20])}
    pager = _joined(base, paging).union(turned)
    return _Links(_joined(base, {href for href, _ in leading}) | pager, pager, turned)


def _turned(base: str, leading: Iterable[tuple[str, str]]) -> dict[str, int | None]:
    """The pages that a pager names."""
    turned: dict[str, int | None] = {}
    for href, text in leading:
        if _turns(href, text):
            said = _NUMBER.fullmatch(text[:20])
            for address in _joined(base, {href}):
                turned[address] = int(said[1]) if said else turned.get(address)
    return turned


def _own_names(url: str) -> tuple[tuple[str, ...], bool]:
    """What the addresses of a page's parts hold, and whether any address may be one's.

    A pager's addresses hold the page's own name or name a page: most links need not be joined and compared.
    """
    if "?" in url:
        pairs = [pair for pair in url.partition("?")[2].lower().split("&") if pair]
        # The number of a page is no name of the article's.
        named = tuple(p for p in pairs if not _NAMED.fullmatch(f"?{p}"))
        if named or _PAGES.search(url.lower()) or not _DIGIT.search(url.partition("?")[0].rpartition("/")[2]):
            return named or tuple(pairs), _PAGES.search(url.lower()) is not None
    *_, above, name = unquote(url).partition("?")[0].rstrip("/").split("/")
    name = _NAME.sub("", name).lower()
    own: tuple[str, ...] = () if not name or "\ufffd" in name else (name, quote(name).lower())
    if above and name.isdecimal() and len(name) <= 2:
        # The number of a page, or the only name that the article has.
        own += (above.lower(), quote(above).lower())
    return own, not own


def base_of(url: str, page: Outline) -> str:
    """What the addresses on a page are joined with."""
    return joined(url, next((a["href"] for a in page.every("base") if "href" in a), "").strip()) or url


def _joined(base: str, hrefs: set[str]) -> set[str]:
    """Addresses as they are compared, without those that are none."""
    found = (joined(base, href.strip().replace("\\", "/")) for href in hrefs)
    return {unquote(address.partition("#")[0]) for address in found if address}
