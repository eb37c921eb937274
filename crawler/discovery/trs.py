"""List pages of TRS WCM: `createPageHTML(9, 0, "index", "html")` -> the next page, index_1.html, or `Pager({...})`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawler.discovery.link import LIST, Link

# Variants: createPageHTML5, quoted numbers, an empty name, a row count or a div's id in front or behind.
_CALL = re.compile(
    r"create[Pp]age\w{0,40}+\(\s*+(?:['\"][\w-]++['\"]\s*+,\s*+)?['\"]?(\d++)['\"]?\s*+,\s*+['\"]?(\d++)['\"]?\s*+,"
    r"\s*+['\"]([\w./-]*+)['\"]\s*+,\s*+['\"]\.?(s?html?|aspx?|jsp|php)['\"]"
)


# `Pager({size:9, current:0, prefix:'index', suffix:'html'})`.
_OPTIONS = re.compile(r"\(\s{0,9}\{([^{}]{1,400})\}")
_OPTION = re.compile(r"\b(size|current|prefix|suffix)[\"']?\s{0,9}:\s{0,9}[\"']?([\w./-]++)")


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The next page of a list, where a call names it: `total`, `current` from 0, name, ending.

    >>> [link.url for link in discover("http://h/xw/", 'createPageHTML(3, 0, "index", "html");', None)]
    ['http://h/xw/index_1.html']
    >>> [link.url for link in discover("http://h/xw/index_2.html", "createPageHTML(3, 2, 'index', 'html');", None)]
    []
    >>> page = "Pager({size:7, current:1, prefix:'index',suffix:'htm',visible:5});"
    >>> [link.url for link in discover("http://h/xw/index_1.htm", page, None)]
    ['http://h/xw/index_2.htm']
    """
    del root
    for total, current, name, ending in chain((call.groups() for call in _CALL.finditer(html)), _options(html)):
        if int(current) + 1 < int(total):
            yield Link(url=urljoin(url, f"{name or 'index'}_{int(current) + 1}.{ending}"), kind="next", priority=LIST)


def _options(html: str) -> Iterator[tuple[str, ...]]:
    """The same parts, where they have names."""
    for call in _OPTIONS.finditer(html) if "suffix" in html else ():
        named = dict(_OPTION.findall(call[1]))
        parts = tuple(named.get(name, "") for name in ("size", "current", "prefix", "suffix"))
        if parts[0].isdecimal() and parts[1].isdecimal() and parts[3]:
            yield parts
