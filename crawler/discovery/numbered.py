"""A script's question and its JSON answer -> how many rows its list has, and the question for the further pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from crawler.discovery.link import fields_of, query_of
from crawler.discovery.messages import Ask

# How programs name the number of all rows, of all pages, and the parameter that asks for a page.
_TOTAL = re.compile(r"total|totalcount|totalrecords?|totalelements|recordcount|rowcount|totalnum", re.IGNORECASE)
# Beside one of these, `count` is the number of rows in the answer.
_COUNT = re.compile("count", re.IGNORECASE)
_PAGES = re.compile(r"pages|totalpages?|pagecount|pagetotal|lastpage", re.IGNORECASE)
_PAGE = re.compile(r"(?:page|current|cur)\w{0,8}|pn|p|index|no", re.IGNORECASE)
_SIZE = re.compile(r"size|limit|rows|count|type|id$", re.IGNORECASE)
# How deep an answer is searched, and how many further pages are asked for at most.
DEPTH, MOST = 5, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What an answer says of its list: its rows, those of all pages, and the number of pages."""

    rows: int
    total: int
    pages: int


def counted(text: str) -> Counted | None:
    """What a JSON answer with rows says of its list; None: it has no rows, or does not say how many there are.

    >>> counted('{"data": {"records": [{"id": 1}, {"id": 2}], "total": 5}}')
    Counted(rows=2, total=5, pages=3)
    """
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    objects = list(_objects(answer, DEPTH))
    rows = max((len(value) for each in objects for value in each.values() if _is_rows(value)), default=0)
    total = total_of(answer)
    if rows < 2 or total is None or total < rows:
        return None
    return Counted(rows=rows, total=total, pages=_number(objects, _PAGES) or -(-total // rows))


def total_of(answer: Any) -> int | None:
    """The rows of all pages, as a JSON answer says it; None: it does not say.

    >>> total_of({"count": 1, "data": {"rows": [{"count": 3}], "totalCount": "41"}}), total_of([])
    (41, None)
    """
    objects = list(_objects(answer, DEPTH))
    total = _number(objects, _TOTAL)
    return _number(objects, _COUNT) if total is None else total


def further(ask: Ask, text: str) -> list[Ask]:
    """The same question for pages 2 to the last; nothing where no parameter says which page was asked for.

    >>> ask = {"url": "http://a.cn/api?current=1&size=2", "body": None}
    >>> [each["url"] for each in further(ask, '{"rows": [{}, {}], "total": 5}')]
    ['http://a.cn/api?current=2&size=2', 'http://a.cn/api?current=3&size=2']
    """
    found = counted(text)
    if found is None:
        return []
    parts = urlsplit(ask["url"])
    by_url = [urlunsplit(parts._replace(query=asked)) for asked in _numbered(parts.query, found.pages)]
    if by_url:
        return [{**ask, "url": url} for url in by_url]
    return [{**ask, "body": body} for body in _numbered(ask["body"] or "", found.pages)]


def asks_for_page(asked: str) -> bool:
    """Whether the body of a request has a parameter for the first page of a list.

    >>> asks_for_page("cid=3&page=1"), asks_for_page("id=1&up=1")
    (True, False)
    """
    return bool(_numbered(asked, 2))


def _numbered(asked: str, pages: int) -> list[str]:
    """The same parameters for the pages behind the first; nothing where none of them asks for a page."""
    pairs = _pairs(asked)
    path, value = next(((path, value) for path, value in pairs if _asks_for_page(path[-1], value)), ((), 0))
    if not path:
        return []
    first = int(value)
    return [_written(asked, path, number) for number in range(first + 1, min(first + pages, first + MOST))]


def _asks_for_page(name: str, value: object) -> bool:
    return str(value) in ("0", "1") and _PAGE.fullmatch(name) is not None and _SIZE.search(name) is None


def _pairs(asked: str) -> list[tuple[tuple[str, ...], Any]]:
    """The parameters of a query, a form or a JSON object, in order, each with the names that lead to it."""
    if asked.lstrip().startswith("{"):
        try:
            return list(_leaves(json.loads(asked), ()))
        except (ValueError, RecursionError):
            return []
    return [((name,), value) for name, value in fields_of(asked)]


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, dict) and len(path) < DEPTH:
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value


def _written(asked: str, path: tuple[str, ...], number: int) -> str:
    """The parameters as they were written, with another page."""
    if not asked.lstrip().startswith("{"):
        return query_of((key, str(number) if key == path[0] else value) for key, value in fields_of(asked))
    tree = at = json.loads(asked)
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = str(number) if isinstance(at[path[-1]], str) else number
    return json.dumps(tree, ensure_ascii=False)


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """An answer's objects, its rows left out."""
    if isinstance(value, dict) and depth:
        yield value
        for each in value.values():
            yield from _objects(each, depth - 1)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _number(objects: list[dict[str, Any]], names: re.Pattern[str]) -> int | None:
    for each in objects:
        for name, value in each.items():
            if names.fullmatch(name) and str(value).isdecimal() and len(str(value)) <= 7:
                return int(value)
    return None
