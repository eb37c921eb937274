"""The data that a page hands to its framework (__NEXT_DATA__, __NUXT_DATA__, window.__INITIAL_STATE__) -> its article,
or its rows, as HTML.

The frameworks themselves are too large for the stage. What the page says of their lists is in their data.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from archive.site import CHINA
from crawler.discovery.answers import DATE_KEYS, TITLE_KEYS, URL_KEYS, first
from crawler.discovery.general import BLIND
from crawler.discovery.link import row_date

# Where a page keeps them.
NAMED = re.compile(r"__(?:NEXT_DATA|NUXT|NUXT_DATA|INITIAL_STATE|INITIAL_DATA|PRELOADED_STATE)__")
# Chinese characters of an article's body at least; of two bodies in one page, both may be summaries.
BODY = 60
# Data of more characters are not read, nor what stands deeper.
MOST, DEPTH = 4_000_000, 12
_SOURCE_KEYS = ("source", "sourcename", "docsource", "origin", "laiyuan")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Seconds or milliseconds since 1970.
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")


def shown(text: str) -> str:
    """What data in JSON show: the article, if they hold one body, else the rows with a title and a day.

    >>> shown('{"a": {"list": [{"title": "座谈会", "date": "2024-02-19", "url": "/1.html"}, {"title": "b"}]}}')
    ''
    >>> print(shown(json.dumps([{"title": n, "date": 1708300800, "url": "/1.html"} for n in "abc"]))[:66])
    <ul><li><a href="/1.html">a</a> <span>2024-02-19</span></li><li><a
    """
    if len(text) > MOST:
        return ""
    try:
        data = json.loads(text)
        objects = list(_looked_up(data) if _is_flat(data) else _objects(data, DEPTH))
    except (ValueError, RecursionError):
        return ""
    titled = [(each, title) for each in objects if (title := first(each, TITLE_KEYS))]
    bodies = [(each, title, body) for each, title in titled if (body := _body(each))]
    if len(bodies) == 1:
        return _article(*bodies[0])
    rows = [(each, title, day) for each, title in titled if (day := _day(each))]
    return f"<ul>{''.join(_row(*row) for row in rows)}</ul>" if len(rows) >= BLIND else ""


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner if depth else ():
        yield from _objects(each, depth - 1)


def _is_flat(data: Any) -> bool:
    """Whether data are a flat array whose objects name their values by their places in it, as devalue writes them for
    Nuxt 3: the first one is the whole, or its class and its place.

    >>> _is_flat([{"a": 1}, "b"]), _is_flat([{"a": 1}, {"title": "b"}])
    (True, False)
    """
    if not isinstance(data, list) or not data:
        return False
    whole = data[0]
    places = list(whole.values()) if isinstance(whole, dict) else whole[1:] if isinstance(whole, list) else []
    named = (place for each in data if isinstance(each, dict) for place in each.values())
    return bool(places) and all(type(each) is int for each in (*places, *named))


def _looked_up(values: list[Any]) -> Iterator[dict[str, Any]]:
    """The objects of a flat array in their order, each with those of its values that are texts and numbers.

    >>> list(_looked_up([["Reactive", 1], {"title": 2, "day": 3, "none": -1}, "座谈会", ["Date", "2024-02-19"]]))
    [{'title': '座谈会', 'day': '2024-02-19'}]
    """
    for each in values:
        if isinstance(each, dict):
            plain = {key: _value(values, place) for key, place in each.items()}
            yield {key: value for key, value in plain.items() if value is not None}


def _value(values: list[Any], place: Any) -> str | int | None:
    """The text or number at a place, also in the wrapping of a class: `["Ref", 7]`, `["Date", "2024-02-19"]`."""
    for _ in range(DEPTH):
        if type(place) is not int or not 0 <= place < len(values):
            return None
        value = values[place]
        if not (isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)):
            return value if isinstance(value, str | int) else None
        if isinstance(value[1], str):
            return value[1]
        place = value[1]
    return None


def _body(data: dict[str, Any]) -> str | None:
    """The longest text of an object, if it is that of an article."""
    texts = [each for each in data.values() if isinstance(each, str)]
    body = max(texts, key=len, default="")
    return body if len(_HAN.findall(body)) >= BODY else None


def _day(data: dict[str, Any]) -> str | None:
    small = {key.lower(): str(value) for key, value in data.items() if isinstance(value, str | int)}
    values = [small[key] for key in DATE_KEYS if key in small]
    for value in values:
        if _EPOCH.fullmatch(value):
            return dt.datetime.fromtimestamp(int(value[:10]), CHINA).date().isoformat()
        if day := row_date(value):
            return day
    return None


def _article(data: dict[str, Any], title: str, body: str) -> str:
    paragraphs = body if "<" in body else "".join(f"<p>{escape(line)}</p>" for line in body.splitlines())
    day, source = _day(data), first(data, _SOURCE_KEYS)
    about = [f"发布时间：{escape(day)}"] if day else []
    about += [f"来源：{escape(source)}"] if source else []
    return f"<h1>{escape(title)}</h1><div>{' '.join(about)}</div><div>{paragraphs}</div>"


def _row(data: dict[str, Any], title: str, day: str) -> str:
    """A row; without an address it is one that nothing leads from."""
    url = first(data, URL_KEYS)
    return f'<li><a href="{escape(url or "#")}">{escape(title)}</a> <span>{escape(day)}</span></li>'
