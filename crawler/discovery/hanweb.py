"""Column pages of 大汉 jcms -> rows of their inline datastore, and of dataproxy.jsp, three screen pages a request.

The page holds `<script type="text/xml"><datastore>` with the first records and the address of the next group; a call of
`.jpage({...})` names the numbers. The answer of dataproxy.jsp is a datastore too. Some
servers give records only to POST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit, urlunsplit

from lxml.html import HtmlElement, fragment_fromstring

from crawler.discovery import general
from crawler.discovery.link import Link, fields_of, query_of, without_cdata
from crawler.discovery.scripted import form_address

# jpage.js asks for the records of so many screen pages at once.
SCREENS = 3
_PER_PAGE = 15

_RECORD = re.compile(r"<record>([^<]*+(?:<(?!/?record>)[^<]*+)*+)</record>")
_GROUP = re.compile("<nextgroup>", re.IGNORECASE)
_HREF = re.compile(r"href\s*+=\s*+[\"']([^\"']*+)[\"']", re.IGNORECASE)
_TOTAL = re.compile(r"totalRecord[\"']?\s*[:=]\s*[\"']?(\d+)|<totalrecord>\s*(\d+)", re.IGNORECASE)
_EACH = re.compile(r"perPage[\"']?\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_PROXY = re.compile(r"[\"']([^\"'\s]++)(?=[\"'])")
_PARAMETERS = re.compile(r"ajaxParam[\"']?\s*+:\s*+\{([^{}]*+)\}")
_PAIR = re.compile(r"(?<!\w)(\w++)[\"']?\s*+:\s*+(?:'([^']*+)'|\"([^\"]*+)\"|([\w.-]++))")


def discover(url: str, html: str, root: HtmlElement | None) -> Iterator[Link]:
    """The records of a datastore, and the request for the group behind them; where there are none, for the first."""
    del root
    answer = "dataproxy.jsp" in urlsplit(url).path
    if not answer and "<datastore>" not in html and "dataproxy.jsp" not in html:
        return
    records = _RECORD.findall(html)
    for record in records:
        yield from _rows(url, record)
    more = _next_group(url, html, len(records), answer=answer)
    if more:
        yield Link(url=more, kind="next" if records or answer else "list")


def _rows(url: str, record: str) -> Iterator[Link]:
    record = without_cdata(record)
    if "<" not in record:
        record = unescape(record)
    try:
        row = fragment_fromstring(record, create_parent="div")
    except (ValueError, AssertionError):
        return
    yield from general.discover(url, record, row)


def _next_group(url: str, html: str, records: int, *, answer: bool) -> str | None:
    total = _TOTAL.search(html)
    count = int(total[1] or total[2]) if total is not None else 0
    if answer:
        return _after_answer(url, count) if records else _by_post(url)
    return _after_page(url, html, records, count)


def _by_post(url: str) -> str | None:
    """The same records by POST, where a GET brought none.

    The address keeps the query: the next group is made from it, and servers read the form first or both.
    """
    parts = urlsplit(url)
    return None if parts.fragment or not parts.query else form_address(url, parts.query)


def _after_answer(url: str, count: int) -> str | None:
    """What follows an answer of dataproxy.jsp, of a list of so many records; it is asked for in the same way."""
    parts = urlsplit(url)
    query = dict(fields_of(parts.query))
    try:
        last, each = int(query["endrecord"]), int(query.get("perpage", _PER_PAGE))
    except (KeyError, ValueError):
        return None
    if last >= count:
        return None
    query |= {"startrecord": str(last + 1), "endrecord": str(min(last + each * SCREENS, count))}
    after = urlunsplit(parts._replace(query=query_of(query.items()), fragment=""))
    return form_address(after, query_of(query.items())) if parts.fragment else after


def _after_page(url: str, html: str, records: int, count: int) -> str | None:
    """What follows the records that stand in the page itself."""
    group = _GROUP.search(html)
    address = (_of_proxy(_HREF, html, group.end()) if group else None) or _of_proxy(_PROXY, html)
    if address is None or records >= count:
        return None
    query = dict(fields_of(urlsplit(address).query))
    if named := _PARAMETERS.search(html):
        query |= {key: a or b or c for key, a, b, c in _PAIR.findall(named[1])}
    per_page = _EACH.search(html)
    # The inline datastore holds the first group: as many records as there are, not always three screens. Where there is
    # none, the first group has one address, however many records come.
    each = (int(per_page[1]) if per_page else 0) or _PER_PAGE
    last = records + each * SCREENS
    query = {
        "startrecord": str(records + 1),
        "endrecord": str(min(last, count) if records else last),
        "perpage": str(each),
        **{key: value for key, value in query.items() if key not in ("page", "startrecord", "endrecord", "perpage")},
    }
    return urlunsplit(urlsplit(urljoin(url, address))._replace(query=query_of(query.items())))


def _of_proxy(pattern: re.Pattern[str], html: str, start: int = 0) -> str | None:
    """The first address of dataproxy.jsp that a pattern finds."""
    found = (match[1] for match in pattern.finditer(html, start))
    return next((unescape(address) for address in found if "dataproxy.jsp" in address.lower()), None)
