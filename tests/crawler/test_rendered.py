"""What is shown of a page after presses on its controls, and how far a list is walked."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from archive.site import Crawl, Site
from archive.warc.capture import Place, Written
from crawler.discovery import Link
from crawler.discovery.messages import State
from crawler.discovery.scripted import Play
from crawler.queue.entries import Address
from crawler.spiders.answer import capture_of
from crawler.spiders.judge import judge_shown
from crawler.spiders.rendered import Rendering
from crawler.spiders.scripts import Made, Scripts

URL = "http://h/xw/"
SITE = Site(key="h", name="统一战线", hosts=("h",), crawl=Crawl(start=(URL,)))


def answer() -> HtmlResponse:
    place = Place(file="a.warc.gz", offset=0, length=1)
    day = dt.datetime(2020, 9, 13, tzinfo=dt.UTC)
    written = Written(id="urn:uuid:1", payload_digest=None, date=day, place=place, revisit=False)
    return HtmlResponse(URL, body=b"", encoding="utf-8", request=Request(URL, meta={"written": written}))


def state(*numbers: int, other: bool = False) -> Made:
    rows = "".join(f"<li><a href='/xw/2020/{n}.html'>第{n}次会议召开</a> 2020-02-19</li>" for n in numbers)
    return Made(html=f"<html><body><ul>{rows}</ul></body></html>", changed=False, is_other_list=other)


def play(
    *states: Made, known: frozenset[int] = frozenset(), walks: bool = False, turns: bool = False, html: str = ""
) -> list[Link]:
    """The links that are found where the scripts of a page with this HTML make these states."""

    class Shown:
        async def pages(self, *_: Any) -> AsyncGenerator[Made]:
            for made in states:
                yield made

    def is_known(url: str) -> bool:
        return url in {f"http://h/xw/2020/{n}.html" for n in known}

    rendering = Rendering(
        SITE,
        cast("Any", SimpleNamespace(known=is_known)),
        cast("Any", None),
        cast("Any", SimpleNamespace(walks=walks)),
        cast("Any", Shown()),
        counts=Counter(),
        stopping=lambda: False,
    )
    response = answer()
    judged = judge_shown(capture_of(response, URL), URL, SITE, f"<html><body>{html}</body></html>")
    wanted = Play(lack="list", sources=(), turns=turns)
    return list(asyncio.run(rendering.play(Address(url=URL), response, judged, wanted)).links)


@pytest.mark.parametrize(
    ("states", "known", "walks", "found"),
    [
        # A list is walked while one of its rows is news, in a first visit to its end.
        ((state(6), state(5, 4), state(3, 2), state(1)), {5, 3, 2}, False, [6, 5, 4, 3, 2]),
        ((state(6), state(5, 4), state(3, 2), state(1)), {5, 3, 2}, True, [6, 5, 4, 3, 2, 1]),
        # Or while its rows become newer: behind those that are known there may be news.
        ((state(1), state(2, 3), state(4, 5), state(6)), {1, 2, 3, 4, 5}, False, [1, 2, 3, 4, 5, 6]),
        ((state(1), state(1), state(2)), set(), True, [1]),
        # What is known of one tab says nothing of the next.
        ((state(1), state(2, other=True), state(3, other=True)), {2}, False, [1, 2, 3]),
    ],
)
def test_a_list_is_walked_as_far_as_there_is_news(
    states: tuple[Made, ...], known: set[int], walks: bool, found: list[int]
) -> None:
    links = play(*states, known=frozenset(known), walks=walks)
    assert [link.url for link in links] == [f"http://h/xw/2020/{n}.html" for n in found]


@pytest.mark.parametrize("turns", [False, True])
def test_a_frame_is_followed_where_no_pager_turns_it(turns: bool) -> None:
    links = play(state(1), html="<iframe src='/xw/rows.html'></iframe>", turns=turns)
    assert [link.frame for link in links] == ([False] if turns else [True, False])


def test_a_page_that_sends_phones_elsewhere_leads_to_both() -> None:
    class Stub(Scripts):
        async def _do(self, job: dict[str, Any]) -> State:
            went = "http://h/m/" if "Mobile" in job["agent"] else "http://h/pc/"
            return {"asks": [], "went": [went], "changed": False, "html": "", "handles": []}

    async def play() -> list[tuple[str, ...]]:
        pages = Stub(cast("Any", None), ["h"]).pages(answer(), "", Play(lack="stub", sources=()))
        return [made.redirects async for made in pages]

    assert asyncio.run(play()) == [("http://h/pc/", "http://h/m/")]
