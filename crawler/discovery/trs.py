"""List pages of TRS WCM: `createPageHTML(9, 0, "index", "html")` -> the next page, index_1.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawler.discovery.link import LIST, Link

# Variants: createPageHTML5, quoted numbers, an empty name, a row count or a div's id in front or behind.
_CALL = re.compile(
    r"create[Pp]age\w{0,40}+\(\s*+(?:['\"][\w-]++['\"]\s*+,\s*+)?['\"]?(\d++)['\"]?\s*+,\s*+['\"]?(\d++)['\"]?\s*+,"
    r"\s*+['\"]([\w./-]*+)['\"]\s*+,\s*+['\"]\.?(s?html?|aspx?|jsp|php)['\"]"
)


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The next page of a list, where a call names it: `total`, `current` from 0, name, ending.

    >>> [link.url for link in discover("http://h/xw/", 'createPageHTML(3, 0, "index", "html");', None)]
    ['http://h/xw/index_1.html']
    >>> [link.url for link in discover("http://h/xw/index_2.html", "createPageHTML(3, 2, 'index', 'html');", None)]
    []
    """
    del root
    for call in _CALL.finditer(html):
        total, current, name, ending = int(call[1]), int(call[2]), call[3], call[4]
        if not name:
            name = "index"
        if current + 1 < total:
            yield Link(url=urljoin(url, f"{name}_{current + 1}.{ending}"), kind="next", priority=LIST)
