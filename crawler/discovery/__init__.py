"""A page -> the links that lead on: articles, columns, further pages of a list, files, redirects."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from lxml.html import HtmlElement

from crawler.discovery import answers, aspnet, counter, feed, general, hanweb, jump, trs
from crawler.discovery.link import Link
from crawler.discovery.scripted import forms

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
            elif known.row_date is None and link.row_date is not None and known.kind == link.kind:
                # The same article as a headline above, and in the list with its date.
                found[link.url] = link
    if not _leads_on(found.values()):
        # A form for the number of a page; else names that are guessed.
        more = list(jump.discover(url, html, root)) or counter.discover(url, html, root)
        found |= {link.url: link for link in more}
    for link in chain(*(family(url, html, root) for family in (jump.sends, jump.periods, jump.buttons))):
        found.setdefault(link.url, link)
    return [forms(link, encoding) for link in found.values()]


def within(links: list[Link]) -> tuple[list[Link], int]:
    """The links of a page that are followed, and how many are not: of too many, ways to further pages stay first."""
    if len(links) <= LINKS:
        return links, 0
    kept = sorted(links, key=lambda link: (not _leads_on([link]), link.kind == "requisite"))[:LINKS]
    return kept, len(links) - LINKS


def _leads_on(links: Iterable[Link]) -> bool:
    return any(link.kind in ("next", "pager", "list") for link in links)
