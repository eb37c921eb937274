"""Pagers of ASP.NET: `javascript:__doPostBack('Pager','2')` -> the form that a browser would send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import cast
from urllib.parse import quote, urljoin

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.discovery.dom import base_of, written
from crawler.discovery.general import NEXT, NUMBER
from crawler.discovery.link import LIST, Link, fold

_CALLS = XPath("//a[contains(@href, '__doPostBack')]")
_HIDDEN = XPath(".//input[@type='hidden'][@name]")
_CALL = re.compile(r"__doPostBack\(\s*+(?:'|&#39;|\")([^'\"]{0,400})['\"]\s*+,\s*+['\"]([^'\"]*+)['\"]")
_PAGE = re.compile(r"(?:Page\$)?(\d+)")
_PLAIN = XPath(".//text()[not(ancestor::a)]", smart_strings=False)
# How far above a number its pager begins: each number may stand in a cell of a table of its own.
_AROUND = 5


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The next page of a list, where a link of its pager sends the page's form."""
    if root is None or "__doPostBack" not in html:
        return
    after = _next(root)
    form = next(after.iterancestors("form"), None) if after is not None else None
    call = _CALL.search(after.get("href") or "") if after is not None else None
    if form is None or call is None:
        return
    fields = {field.get("name"): field.get("value") or "" for field in _HIDDEN(form)}
    fields |= {"__EVENTTARGET": call[1], "__EVENTARGUMENT": call[2]}
    body = written(form, fields.items())
    # The address of an answer to a form: the page's own, and what was asked.
    page = _PAGE.fullmatch(call[2])
    mark = page[1] if page else sha256(body.encode()).hexdigest()[:16]
    target = urljoin(base_of(url, root), form.get("action") or url).partition("#")[0]
    yield Link(url=f"{target}#{quote(call[1], safe='')}={mark}", kind="next", priority=LIST, form=body)


def _next(root: HtmlElement) -> HtmlElement | None:
    """The link of a pager that leads to the page behind the one that is shown."""
    numbers: dict[int, HtmlElement] = {}
    further: dict[int, HtmlElement] = {}
    for element in _CALLS(root):
        if element.get("disabled") is not None:
            continue
        text = fold("".join(element.itertext())) or ""
        if NEXT.fullmatch(text):
            return cast("HtmlElement", element)
        call = _CALL.search(element.get("href"))
        if NUMBER.fullmatch(text):
            numbers.setdefault(int(re.sub(r"\D", "", text)), element)
        elif text and not text.strip(".…") and call is not None and (page := _PAGE.fullmatch(call[2])):
            # The way to the numbers that the pager does not show: 1 2 3 ...
            further.setdefault(int(page[1]), element)
    return (further | numbers).get(_shown(numbers) + 1)


def _shown(numbers: Mapping[int, HtmlElement]) -> int:
    """The page that is shown: the number beside the others that is no link, 1 [2] 3, or ... [11] 12."""
    first = next(iter(numbers.values()), None)
    for around in islice(first.iterancestors(), _AROUND) if first is not None else ():
        plain = {int(re.sub(r"\D", "", text)) for text in _PLAIN(around) if NUMBER.fullmatch(text)} - numbers.keys()
        if beside := [number for number in plain if number - 1 in numbers or number + 1 in numbers]:
            return min(beside)
    # Where no number is shown, the first one that is missing.
    return next(number for number in range(1, max(numbers, default=0) + 2) if number not in numbers)
