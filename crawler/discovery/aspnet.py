"""Pagers of ASP.NET: `javascript:__doPostBack('Pager','2')` -> the form that a browser would send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import cast
from urllib.parse import quote, urlencode, urljoin

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.discovery.general import NEXT, NUMBER, base_of
from crawler.discovery.link import LIST, Link, fold

_CALLS = XPath("//a[contains(@href, '__doPostBack')]")
_HIDDEN = XPath(".//input[@type='hidden'][@name]")
_CALL = re.compile(r"__doPostBack\(\s*+(?:'|&#39;|\")([^'\"]{0,400})['\"]\s*+,\s*+['\"]([^'\"]*+)['\"]")
_PAGE = re.compile(r"(?:Page\$)?(\d+)")


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
    body = urlencode(fields)
    # The address of an answer to a form: the page's own, and what was asked.
    page = _PAGE.fullmatch(call[2])
    mark = page[1] if page else sha256(body.encode()).hexdigest()[:16]
    target = urljoin(base_of(url, root), form.get("action") or url).partition("#")[0]
    yield Link(url=f"{target}#{quote(call[1], safe='')}={mark}", kind="next", priority=LIST, form=body)


def _next(root: HtmlElement) -> HtmlElement | None:
    """The link of a pager that leads to the page behind the one that is shown."""
    numbers: dict[int, HtmlElement] = {}
    for element in _CALLS(root):
        if element.get("disabled") is not None:
            continue
        text = fold("".join(element.itertext())) or ""
        if NEXT.fullmatch(text):
            return cast("HtmlElement", element)
        if NUMBER.fullmatch(text):
            numbers.setdefault(int(re.sub(r"\D", "", text)), element)
    # The page shown is the number that is no link: 1 [2] 3 4.
    shown = next((n for n in range(1, max(numbers, default=0) + 1) if n not in numbers), 0)
    after: HtmlElement | None = numbers.get(shown + 1)
    return after
