"""RSS, Atom and sitemaps -> the addresses that they list, with their dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawler.discovery.link import ARTICLE, LIST, Link, fold, look_of, row_date

_KIND = re.compile(r"<(?:\w+:)?(rss|feed|urlset|sitemapindex|RDF)\b")
_ENTRY = re.compile(r"<(?:\w+:)?(item|entry|url|sitemap)\b[^>]*>(.*?)</(?:\w+:)?\1>", re.DOTALL)
_PLACE = re.compile(r"<(?:\w+:)?(?:link|loc)\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</")
_HREF = re.compile(r"<(?:\w+:)?link\b[^>]*href\s*=\s*[\"']([^\"']+)")
_TITLE = re.compile(r"<title\b[^>]*>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</title>", re.DOTALL)
_TIME = re.compile(r"<(?:\w+:)?(?:pubDate|published|updated|lastmod|date)\b[^>]*>([^<]+)<")


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The entries of a feed or sitemap; nothing of any other page.

    >>> text = "<rss><channel><item><title>a</title><link>http://h/t20200219_1.html</link></item></channel></rss>"
    >>> [(link.url, link.anchor) for link in discover("http://h/rss.xml", text, None)]
    [('http://h/t20200219_1.html', 'a')]
    """
    del root
    if _KIND.search(html[:1000]) is None:
        return
    for entry in _ENTRY.finditer(html):
        place = _PLACE.search(entry[2]) or _HREF.search(entry[2])
        if place is None:
            continue
        title, time = _TITLE.search(entry[2]), _TIME.search(entry[2])
        href = urljoin(url, unescape(place[1]).strip())
        article = entry[1] in ("item", "entry") or look_of(href) == "article"
        yield Link(
            url=href,
            anchor=fold(unescape(title[1])) if title else None,
            row_date=row_date(time[1]) if time else None,
            priority=ARTICLE if article else LIST,
        )
