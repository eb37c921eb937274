"""Lists whose pager a script writes: `var countPage = 9;` and "index_" + (i + 1) -> the next page.

The content_ family and many small systems do so. This is tried only where a page has no links to further pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.discovery.link import LIST, Link

_COUNT = re.compile(
    r"(?:countPage|totalPages?|pageCount|allPage|maxPage|pages)\s*[=:]\s*['\"]?(\d{1,4})\b", re.IGNORECASE
)
# "index_" + (i + 1): pages are counted from 1, and the second is index_2. Without the + 1 the second is index_1.
_FROM_ONE = re.compile(r"_\\?['\"]\s*+\+\s*+\(?\s*+\w++\s*+\+\s*+1")
_NAME = re.compile(r"\A([a-zA-Z][\w-]*?)(?:_(\d{1,4}))?\.(s?html?)$")
# "index_" + is found by its end: searching for all of it took two thirds of the time of discovery (measured).
_STEM_END = re.compile(r"_\\?['\"]\s*\+")
_STEM = re.compile(r"['\"/]([a-zA-Z]\w*_)$")


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The next page where a script counts the pages and makes their names.

    >>> page = 'var currentPage = 0;var countPage = 3;a("index_" + (i+1) + ".html")'
    >>> [link.url for link in discover("http://h/xw/index.html", page, None)]
    ['http://h/xw/index_2.html']
    >>> [link.url for link in discover("http://h/xw/index_2.html", page.replace("= 0", "= 1"), None)]
    ['http://h/xw/index_3.html']
    >>> [link.url for link in discover("http://h/xw/index_3.html", page.replace("= 0", "= 2"), None)]
    []
    """
    del root
    stem = next(_stems(html), None)
    if stem is None or (count := _COUNT.search(html)) is None:
        return
    total = int(count[1])
    parts = urlsplit(url)
    folder, _, file = parts.path.rpartition("/")
    name = _NAME.fullmatch(file) if file else None
    if file and name is None:
        return
    first = 2 if _FROM_ONE.search(html) else 1
    number = int(name[2]) + 1 if name and name[2] else first
    if number - first + 1 < total:
        base = name[1] + "_" if name else stem
        ending = name[3] if name else "html"
        yield Link(
            url=urlunsplit(parts._replace(path=f"{folder}/{base}{number}.{ending}", query="")),
            kind="next",
            priority=LIST,
        )


def _stems(html: str) -> Iterator[str]:
    if "_'" not in html and '_"' not in html:
        return
    for end in _STEM_END.finditer(html):
        if name := _STEM.search(html[max(0, end.start() - 60) : end.start() + 1]):
            yield name[1]
