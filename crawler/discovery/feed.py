"""RSS, Atom and sitemaps -> the addresses that they list, with their dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawler.discovery.general import absolute
from crawler.discovery.link import ARTICLE, LIST, Link, fold, look_of, row_date, without_cdata

_KIND = re.compile(r"<(?:\w+:)?(rss|feed|urlset|sitemapindex|RDF)\b")
_BEGIN = re.compile(r"<(?:\w+:)?(item|entry|url|sitemap)\b[^<>]*+>")
_ENDS = {name: re.compile(rf"</(?:\w+:)?{name}>") for name in ("item", "entry", "url", "sitemap")}
_PLACE = re.compile(
    r"<(?:\w+:)?(?:link|loc)\b[^<>]*+>\s*+(?:<!\[CDATA\[)?\s*+([^<\]\s]++(?:\s++[^<\]\s]++)*+)\s*+(?:\]\]>)?\s*+</"
)
_HREF = re.compile(r"<(?:\w+:)?link\b[^<>]*?href\s*+=\s*+[\"']([^\"']++)")
_TITLE = re.compile(r"<title\b[^<>]*+>([^<]*+(?:<(?!/?title\b)[^<]*+)*+)</title>")
_TIME = re.compile(r"<(?:\w+:)?(?:pubDate|published|updated|lastmod|date)\b[^<>]*+>([^<]++)<")


# At most so many sitemaps of one robots.txt are read.
SITEMAPS = 20
_LINE = re.compile(r"https?://\S{1,2000}")
_SITEMAP = re.compile(r"[ \t\ufeff]{0,9}sitemap[ \t]{0,9}:[ \t]{0,9}(\S{1,2000})", re.IGNORECASE)


def sitemaps(url: str, robots: bytes) -> list[str]:
    r"""The sitemaps that a robots.txt names, by whatever ends its lines; `url` is its address.

    >>> sitemaps("http://h/robots.txt", b"User-agent: *\rSitemap: http://h/sitemap.xml\rSitemap: /map.txt")
    ['http://h/sitemap.xml', 'http://h/map.txt']
    """
    lines = re.split(r"[\r\n]", robots.decode("utf-8", "replace"))
    named = [match[1] for match in map(_SITEMAP.match, lines) if match]
    return [href for each in named if (href := absolute(url, each))][:SITEMAPS]


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    r"""The entries of a feed or sitemap; nothing of any other page.

    >>> text = "<rss><channel><item><title>a</title><link>http://h/t20200219_1.html</link></item></channel></rss>"
    >>> [(link.url, link.anchor) for link in discover("http://h/rss.xml", text, None)]
    [('http://h/t20200219_1.html', 'a')]
    >>> [link.url for link in discover("http://h/urls.txt", "http://h/1.html\nhttp://h/2.html\n", None)]
    ['http://h/1.html', 'http://h/2.html']
    """
    del root
    if html[:4] == "http" and all(map(_LINE.fullmatch, lines := html.split())):
        # A sitemap may be a text with an address a line.
        yield from (Link(url=line, priority=ARTICLE if look_of(line) == "article" else LIST) for line in lines)
    if _KIND.search(html[:1000]) is None:
        return
    for kind, entry in _entries(html):
        place = _PLACE.search(entry) or _HREF.search(entry)
        if place is None:
            continue
        title, time = _TITLE.search(entry), _TIME.search(entry)
        href = urljoin(url, unescape(place[1]).strip())
        article = kind in ("item", "entry") or look_of(href) == "article"
        yield Link(
            url=href,
            anchor=fold(unescape(without_cdata(title[1]))) if title else None,
            row_date=row_date(time[1]) if time else None,
            priority=ARTICLE if article else LIST,
        )


def _entries(html: str) -> Iterator[tuple[str, str]]:
    """The entries of a feed, each with its kind; the end of a tag that is never closed is searched for only once."""
    at, ends = 0, dict(_ENDS)
    for begun in _BEGIN.finditer(html):
        if begun.start() < at or begun[1] not in ends:
            continue
        if ended := ends[begun[1]].search(html, begun.end()):
            yield begun[1], html[begun.end() : ended.start()]
            at = ended.end()
        else:
            del ends[begun[1]]
