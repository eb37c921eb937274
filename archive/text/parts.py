"""The URL of a page, and its links -> which part of an article on several pages it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TypeAlias
from urllib.parse import quote, unquote

from archive.site import host_of
from archive.text.outline import Outline
from archive.text.page import joined
from archive.warc.capture import FoundBy

# What stands behind the name of an article in the address of a further page: t20200219_1_2.html, 7-2.jhtml, 7/2. Two
# digits: no article that people read has a hundred pages, and ids are longer.
_MARKED = r"(?P<mark>[-_,~/]p?|p)(?P<number>[1-9]\d?)"
_ENDING = r"(?P<ending>\.\w{2,6}|/?)"
_PATH = re.compile(rf"\A(?P<stem>(?:https?://[^/]+|file://)/[^?#]*?[^/?#]){_MARKED}{_ENDING}")
_MORE = re.compile(_MARKED)
_END = re.compile(rf"{_ENDING}\Z")
# The last of three numbers is hardly an article's: show-12-345-2.html.
_THIRD = re.compile(r"\d-\d+\Z")
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
_NUMBER = re.compile(r"\W*+第?\W*+(\d{1,2})\W*+[页頁]?\W*+")
# What parts of one article do not have in common at the end of their names.
_NAME = re.compile(rf"(?:{_MARKED})?(?:\.\w+|/)?$")
# The name of an article, and of one of its pages: 7.html?no=2; show.asp?no=7 is one of many articles.
_DIGIT = re.compile(r"[\d?]")
_DIGITS = re.compile(r"\d+")
_CLICKED = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]+)['\"]")

# The pages that a pager leads to, each with the number that it says, if it says one.
_Turned: TypeAlias = dict[str, int | None]


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
    anywhere, pager, turned = _targets(url, page)
    before = _before(found)
    anywhere, pager, turned = anywhere | before, pager | before, dict.fromkeys(before) | turned
    if paged := _QUERY.search(url):
        return _by_query(url, paged, anywhere)
    if _is_first(unquote(url), anywhere, turned):
        return url, 1
    for named in _NAMED.finditer(url) if turned else ():
        first, number = _by_query(url, named, turned.keys())
        if first is not None and _DIGIT.search(first.rpartition("/")[2]):
            return first, number
    return _by_path(url, path, anywhere, pager, turned) if (path := _PATH.fullmatch(url)) else (None, None)


def _before(found: FoundBy | None) -> set[str]:
    """The part that led to this one; scripts lead to the further parts of many articles, and nothing leads back."""
    turned = found is not None and found.anchor and _PAGER.fullmatch(found.anchor)
    return {unquote(found.parent.partition("#")[0])} if found is not None and turned else set()


def _by_form(first: str, form: str) -> tuple[str | None, int | None]:
    """The part that answers a form of the page: forms lead to further pages alone."""
    number = next((int(named["number"]) for named in _NAMED.finditer(f"?{form}")), 1)
    return (first, number) if number > 1 else (None, None)


def _by_query(url: str, paged: re.Match[str], anywhere: AbstractSet[str]) -> tuple[str | None, int | None]:
    """The part whose number stands in the query."""
    number = int(paged["number"])
    first = url[: paged.start()] + url[paged.end() :]
    if "?" not in first:
        first = first.replace("&", "?", 1)
    before, after = url[: paged.start("number")], url[paged.end("number") :]
    others = {unquote(first), *(unquote(f"{before}{n}{after}") for n in (1, number - 1, number + 1))} - {unquote(url)}
    return (first, number) if others & anywhere else (None, None)


def _by_path(
    url: str, path: re.Match[str], anywhere: set[str], pager: set[str], turned: _Turned
) -> tuple[str | None, int | None]:
    """The part whose number stands behind the name of the first page, or of each page alike.

    Any link to another part tells one behind _ if the name of the first ends in a number.
    """
    stem, mark, ending, number = path["stem"], path["mark"], path["ending"], int(path["number"])
    first = f"{stem}{ending}"
    if number > 1 and unquote(first) in turned:
        return first, number
    if mark == "_":
        links = anywhere if stem[-1].isdecimal() else pager
        if unquote(first) in links or unquote(f"{stem}_{number - 1}{ending}") in pager:
            # TRS counts from _1, others from _2.
            return first, number + (number == 1 or unquote(f"{stem}_1{ending}") in anywhere)
    if not _has_alike(unquote(url), path, turned):
        return None, None
    if unquote(first) in pager:
        return first, number
    return (f"{stem}-1{ending}", number) if mark == "-" and stem[-1].isdecimal() else (None, None)


def _has_alike(here: str, path: re.Match[str], turned: _Turned) -> bool:
    """Whether a pager leads to an address that is alike but for the number; so are those of neighbours: it names the
    other by its number, or there are three numbers.
    """
    third = _THIRD.search(path["stem"]) is not None
    return any(
        link != here
        and (other := _behind(unquote(path["stem"]), path["ending"], link)) is not None
        and other["mark"] == path["mark"]
        and (third or said == int(other["number"]))
        for link, said in turned.items()
    )


def _is_first(here: str, anywhere: set[str], turned: _Turned) -> bool:
    """Whether a link leads to the address and a page's number: in the query, or behind the name."""
    if any(_follows(_QUERY, here, link) for link in anywhere) or any(_follows(_NAMED, here, link) for link in turned):
        return True
    end = _END.search(here)
    ending = end[0] if end else ""
    stem = here.removesuffix(ending)
    if {f"{stem}_{n}{ending}" for n in (1, 2)} & anywhere:
        return True
    return any(_behind(stem, ending, link) for link in turned)


def _behind(stem: str, ending: str, link: str) -> re.Match[str] | None:
    """The mark and the number that stand behind a name in an address."""
    held = link.startswith(stem) and link.endswith(ending)
    return _MORE.fullmatch(link[len(stem) : len(link) - len(ending)]) if held else None


def _follows(pattern: re.Pattern[str], first: str, link: str) -> bool:
    """Whether a link is the address and a page's number."""
    rest = link.removeprefix(first)
    return len(rest) < len(link) and pattern.fullmatch(rest) is not None and int(rest.rpartition("=")[2]) > 1


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


def _targets(url: str, page: Outline) -> tuple[set[str], set[str], _Turned]:
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
        return set(), set(), {}
    base = _base(url, page)
    pager = _joined(base, paging)
    turned = dict.fromkeys(_joined(base, options)) | _turned(base, leading)
    return pager | _joined(base, {href for href, _ in leading}), pager, turned


def _turned(base: str, leading: Iterable[tuple[str, str]]) -> _Turned:
    """The pages that a pager names."""
    turned: _Turned = {}
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
        if named or _QUERY.search(url) or not _DIGIT.search(url.partition("?")[0].rpartition("/")[2]):
            return named or tuple(pairs), _QUERY.search(url) is not None
    *_, above, name = unquote(url).partition("?")[0].rstrip("/").split("/")
    name = _NAME.sub("", name).lower()
    own: tuple[str, ...] = () if not name or "\ufffd" in name else (name, quote(name).lower())
    if above and name.isdecimal() and len(name) <= 2:
        # The number of a page, or the only name that the article has.
        own += (above.lower(), quote(above).lower())
    return own, not own


def _base(url: str, page: Outline) -> str:
    """What the addresses on a page are joined with."""
    return joined(url, next((a["href"] for a in page.every("base") if "href" in a), "").strip()) or url


def _joined(base: str, hrefs: set[str]) -> set[str]:
    """Addresses as they are compared, without those that are none."""
    found = (joined(base, href.strip().replace("\\", "/")) for href in hrefs)
    return {unquote(address.partition("#")[0]) for address in found if address}
