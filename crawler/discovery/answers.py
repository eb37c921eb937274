"""Lists that a script fetches as JSON -> their address, and the rows of the answer: 开普 and 广东 govcms among them.

A page of 开普 names its channel, `<meta name="channelId" content="...">`, and asks /common/search/<channel>; one of the
open-government pages of 广东 has a number of its site and asks /gkmlpt/api/all/<category>.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.discovery.link import ARTICLE, LIST, Link, fields_of, fold, query_of, row_date
from crawler.discovery.numbered import total_of

# Half of a character beyond U+FFFF, where a program cut a title: no encoding can hold it.
_HALF = re.compile("[\ud800-\udfff]")
_CHANNEL = XPath("//meta[translate(@name, 'CHANELID', 'chanelid') = 'channelid']/@content")
_SEARCH = re.compile(r"/common/search/")
_SIZE = re.compile(r"(?:pageSize|_pageSize)\W{1,4}(\d{1,3})\b")
_GKMLPT = re.compile(r"/gkmlpt/(?:api/all/|index#)(\d+)")
_SID = re.compile(r"\bSID\W{1,4}(\d+)")
URL_KEYS = ("url", "link", "href", "docpuburl", "articleurl", "linkurl", "post_url")
TITLE_KEYS = ("title", "doctitle", "name", "subject", "articletitle", "maintitle")
DATE_KEYS = (
    "publishedtimestr",
    "pubdate",
    "docreltime",
    "publishtime",
    "date",
    "created_at",
    "display_publish_time",
    "time",
)
_PAGE_KEYS = ("page", "pageno", "pageindex", "currentpage", "pagenum", "p")


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The addresses of a page's lists, or the rows and the next page of an answer."""
    if html[:1] in "[{" or html.lstrip("\ufeff \r\n\t")[:1] in ("[", "{"):
        yield from _answer(url, html)
        return
    if root is None:
        return
    if _SEARCH.search(html) and "/common/search/" not in urlsplit(url).path:
        size = _SIZE.search(html)
        for channel in _CHANNEL(root)[:1]:
            query = f"_isAgg=true&_isJson=true&_pageSize={size[1] if size else 15}&_template=index&page=1"
            yield Link(url=urljoin(url, f"/common/search/{channel.strip()}?{query}"), kind="list")
    if site := _SID.search(html):
        for category in dict.fromkeys(_GKMLPT.findall(html)):
            yield Link(url=urljoin(url, f"/gkmlpt/api/all/{category}?page=1&sid={site[1]}"), kind="list")


def _answer(url: str, text: str) -> Iterator[Link]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    rows = list(_rows(data))
    for row in rows:
        href = first(row, URL_KEYS)
        if href and not href.startswith(("javascript", "#")):
            yield Link(
                url=urljoin(url, href),
                anchor=fold(re.sub(r"<[^<>]*+>", "", first(row, TITLE_KEYS) or "")),
                row_date=row_date(first(row, DATE_KEYS) or ""),
                priority=ARTICLE,
            )
    if rows and (more := _next(url, data, len(rows))):
        yield Link(url=more, kind="next", priority=LIST)


def _rows(data: Any) -> Iterator[dict[str, Any]]:
    """The objects of an answer that have a title and an address, in order."""
    stack = [data]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            if first(item, TITLE_KEYS) and first(item, URL_KEYS):
                yield item
            else:
                stack.extend(reversed(list(item.values())))


def first(row: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first of the values of an object that are texts, by these names."""
    small = {key.lower(): value for key, value in row.items()}
    found = next((value for key in keys if isinstance(value := small.get(key), str) and value), None)
    return found and _HALF.sub("\ufffd", found)


def _next(url: str, data: Any, rows: int) -> str | None:
    parts = urlsplit(url)
    query = fields_of(parts.query)
    page = next((key for key, value in query if key.lower() in _PAGE_KEYS and value.isdigit()), None)
    if page is None:
        return None
    number = int(dict(query)[page])
    size = next(
        (int(v) for k, v in query if k.lower().strip("_") in ("pagesize", "size", "rows") and v.isdigit()), rows
    )
    total = total_of(data)
    if total is not None and number * max(size, rows) >= total:
        return None
    return urlunsplit(parts._replace(query=query_of((k, str(number + 1) if k == page else v) for k, v in query)))
