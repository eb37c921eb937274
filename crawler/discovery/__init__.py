"""A page -> the links that lead on: articles, columns, further pages of a list, files, redirects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain

from lxml.html import HtmlElement

from crawler.discovery import answers, aspnet, counter, feed, general, hanweb, jump, trs
from crawler.discovery.general import says_nothing
from crawler.discovery.link import ARTICLE, LIST, Link
from crawler.discovery.scripted import forms
from crawler.queue.address import shape

__all__ = ["Link", "discover", "within"]

# A page is offered to each; a family that does not know it finds nothing. The first to name a URL decides its kind.
_FAMILIES = (
    feed.discover,
    hanweb.discover,
    trs.discover,
    answers.discover,
    aspnet.discover,
    general.discover,
)

# Links of a page that are followed: as many as a sitemap may name. A portal's home page has some 800, a list of all
# articles of a site thousands.
LINKS = 50_000
# So many links make a menu; most names of columns have at most so many characters, and none more than the longest.
MENU, NAME, LONG_NAME = 5, 8, 12


def discover(url: str, html: str, root: HtmlElement | None, encoding: str = "utf-8") -> list[Link]:
    """The links of a page in the order of the families, each URL once; `root` is the parsed `html`, None: not HTML.

    `encoding`: of the page, in which its forms are sent.
    """
    found: dict[str, Link] = {}
    for family in _FAMILIES:
        for link in family(url, html, root):
            known = found.get(link.url)
            if known is None:
                found[link.url] = link
            elif known.kind == link.kind == "page":
                found[link.url] = _both(known, link)
    if not _leads_on(found.values()):
        # A form for the number of a page; else names that are guessed.
        more = list(jump.discover(url, html, root)) or counter.discover(url, html, root)
        found |= {link.url: link for link in more}
    for link in chain(*(family(url, html, root) for family in (jump.sends, jump.periods, jump.buttons))):
        found.setdefault(link.url, link)
    for column in _columns(found.values()):
        found[column] = replace(found[column], priority=LIST)
    return [forms(link, encoding) for link in found.values()]


def _columns(links: Collection[Link]) -> set[str]:
    """The addresses that look like those of articles and are a menu's: all links of their shape have short names.

    Systems number their columns, too: /newslist/20196271336128.html.
    """
    rows = [link for link in links if link.kind == "page" and link.priority == ARTICLE]
    if sum(len(link.anchor or "") <= NAME for link in rows) < MENU:
        return set()
    like: defaultdict[str, list[Link]] = defaultdict(list)
    for link in rows:
        like[shape(link.url)].append(link)
    return {link.url for name, group in like.items() if _is_numbered(name) and _is_menu(group) for link in group}


def _is_numbered(like: str) -> bool:
    """Whether a number alone tells the addresses of a shape apart: those of articles name a day or a column, too."""
    folder, _, file = like.partition("/")[2].rpartition("/")
    return file.partition(".")[0] in ("0", "x") and "0" not in folder


def _is_menu(links: list[Link]) -> bool:
    sizes = [len(link.anchor or "") for link in links]
    if len(links) < MENU or max(sizes) > LONG_NAME or any(link.row_date for link in links):
        return False
    return sum(0 < size <= NAME for size in sizes) >= 0.75 * len(sizes)


def _both(known: Link, link: Link) -> Link:
    """One link of two that lead to the same page: a picture and a headline, a headline above and the row of a list."""
    named, other = known.anchor or "", link.anchor or ""
    if says_nothing(named) or (named and other.startswith(named)):
        better = other or named
    elif says_nothing(other) or named.startswith(other) or link.row_date is None or known.row_date is not None:
        better = named
    else:
        better = other
    dated = known if known.row_date is not None or link.row_date is None else link
    return dated if dated.anchor == better else replace(dated, anchor=better or None)


def within(links: list[Link]) -> tuple[list[Link], int]:
    """The links of a page that are followed, and how many are not: of too many, ways to further pages stay first."""
    if len(links) <= LINKS:
        return links, 0
    kept = sorted(links, key=lambda link: (not _leads_on([link]), link.kind == "requisite"))[:LINKS]
    return kept, len(links) - LINKS


def _leads_on(links: Iterable[Link]) -> bool:
    return any(link.kind in ("next", "pager", "list") for link in links)
