"""What a script asks for: redirects one by one, each as the status wants it, and why there is no answer."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

from crawler.wire.fetch import fetch
from crawler.wire.guard import Refused
from crawler.wire.tap import Cut

URL, PARENT = "http://a.cn/x/data", "http://a.cn/list"
FORM: dict[str, Any] = {"method": "POST", "body": b"page=2", "headers": {"X-A": "b"}}


def moved(status: int, location: str = "../y", url: str = URL) -> Response:
    return Response(url, status=status, headers={"Location": location})


def ask(*answers: Response | Exception, **words: Any) -> tuple[Response | str, list[Request]]:
    asked: list[Request] = []

    async def download(request: Request) -> Response:
        asked.append(request)
        answer = answers[len(asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    site = SimpleNamespace(crawl=SimpleNamespace(page_bytes=77))
    crawler: Any = SimpleNamespace(engine=SimpleNamespace(download_async=download), spider=SimpleNamespace(site=site))
    return asyncio.run(fetch(crawler, URL, parent=PARENT, purpose="script", **words)), asked


def test_a_request_says_what_it_is_for_and_where_it_comes_from() -> None:
    answer = Response(URL, status=404)
    found, (asked,) = ask(answer, **FORM)
    assert found is answer
    assert (asked.url, asked.method, asked.body, asked.headers["X-A"]) == (URL, "POST", b"page=2", b"b")
    assert asked.headers["Referer"] == PARENT.encode()
    assert asked.meta["found"].parent == PARENT
    assert (asked.meta["purpose"], asked.meta["limit"], asked.meta["handle_httpstatus_all"]) == ("script", 77, True)
    _, (plain,) = ask(answer, headers={"Referer": "http://a.cn/other"})
    assert (plain.method, plain.body, plain.headers["Referer"]) == ("GET", b"", b"http://a.cn/other")


@pytest.mark.parametrize(("location", "kept"), [("../y", True), ("http://b.cn/y", False), ("//a.cn:8080/y", False)])
def test_cookies_are_given_to_the_host_that_set_them_alone(location: str, kept: bool) -> None:
    headers = {"Cookie": "sid=1", "X-A": "b"}
    _, (first, second) = ask(moved(302, location), Response(URL), headers=headers)
    assert first.headers["Cookie"] == b"sid=1"
    assert (second.headers.get("Cookie"), second.headers["X-A"]) == (b"sid=1" if kept else None, b"b")


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [
        (300, "POST", b"page=2"), (301, "GET", b""), (302, "GET", b""), (303, "GET", b""), (304, "POST", b"page=2"),
        (307, "POST", b"page=2"), (308, "POST", b"page=2"), (399, "POST", b"page=2"),
    ],
)  # fmt: skip
def test_a_redirect_is_followed_as_its_status_wants_it(status: int, method: str, body: bytes) -> None:
    answer = Response("http://a.cn/y")
    found, asked = ask(moved(status), answer, **FORM)
    assert found is answer
    assert [request.url for request in asked] == [URL, "http://a.cn/y"]
    assert (asked[1].method, asked[1].body, asked[1].headers["X-A"]) == (method, body, b"b")


def test_an_address_in_a_redirect_is_joined_to_the_one_that_it_came_from() -> None:
    _, asked = ask(moved(302, "/deep/down/a"), moved(302, "b", "http://a.cn/deep/down/a"), Response(URL))
    assert [request.url for request in asked] == [URL, "http://a.cn/deep/down/a", "http://a.cn/deep/down/b"]


def test_what_leads_nowhere_is_the_answer() -> None:
    for answer in (moved(299), moved(400), Response(URL, status=302)):
        found, asked = ask(answer)
        assert (found is answer, len(asked)) == (True, 1)


def test_five_redirects_are_followed() -> None:
    last = Response(URL)
    found, asked = ask(*[moved(302)] * 5, last)
    assert (found is last, len(asked)) == (True, 6)
    found, asked = ask(*[moved(302)] * 6, last)
    assert (found, len(asked)) == (f"redirects: more than 5: {URL}", 6)


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (Refused("robots", "it disallows"), "robots: it disallows"),
        (DownloadTimeoutError("no answer"), "DownloadTimeoutError: no answer"),
        (DownloadFailedError("odd"), "DownloadFailedError: odd"),
        (Cut("length", "longer", Response(URL)), "Cut: length: longer"),
    ],
)
def test_why_there_is_no_answer_is_said(failed: Exception, said: str) -> None:
    assert ask(failed)[0] == said
