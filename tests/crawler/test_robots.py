"""robots.txt: RFC 9309, failing closed."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from family_crawl import DAY, crawl
from little_server import Answer, serving
from odd_server import CHUNKED, GZIP, HTML, PAGE, OddServer, Shape, answer, chunks, sized
from one_crawl import AlwaysHeard, run
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

from crawler.wire.guard import Refused
from crawler.wire.robots import ROBOTS_BYTES, TOKEN, RobotsMiddleware, Rules, parse
from crawler.wire.tap import Cut

TEXT = b"Content-Type: text/plain"
RULES = b"User-agent: *\nDisallow: /shut\n"


def robots(body: bytes, *lines: bytes, status: bytes = b"HTTP/1.1 200 OK") -> Shape:
    return Shape(final=sized(TEXT, *lines, body=body, status=status))


def redirect(target: str) -> Shape:
    return Shape(final=sized(f"Location: {target}".encode(), body=b"", status=b"HTTP/1.1 302 Found"))


NOT_FOUND = b"HTTP/1.1 404 Not Found"
# name: (what a server answers, may /open be fetched, may /shut be fetched)
CASES: dict[str, tuple[dict[str, Shape], bool, bool]] = {
    "rules": ({"robots.txt": robots(RULES)}, True, False),
    "ours": ({"robots.txt": robots(b"User-agent: *\nDisallow: /\n\nUser-Agent: Cundang\nAllow: /\n")}, True, True),
    "bom": ({"robots.txt": robots(b"\xef\xbb\xbf" + RULES)}, True, False),
    "utf-16": ({"robots.txt": robots(RULES.decode().encode("utf-16"))}, True, False),
    "gbk": ({"robots.txt": robots("# 禁止抓取\r\n".encode("gbk") + RULES.replace(b"\n", b"\r\n"))}, True, False),
    "chunked": ({"robots.txt": Shape(final=answer(TEXT, CHUNKED, body=chunks(RULES)))}, True, False),
    "labelled-html": ({"robots.txt": Shape(final=sized(HTML, body=RULES))}, True, False),
    "home-page": ({"robots.txt": Shape(final=sized(HTML, body=PAGE))}, True, True),
    "empty": ({"robots.txt": robots(b"")}, True, True),
    "none": ({"robots.txt": robots(b"User-agent: *\nDisallow: /\n", status=NOT_FOUND)}, True, True),
    "forbidden": ({"robots.txt": robots(b"no", status=b"HTTP/1.1 403 Forbidden")}, True, True),
    "error": ({"robots.txt": robots(RULES, status=b"HTTP/1.1 500 Oops")}, False, False),
    "busy": ({"robots.txt": robots(RULES, status=b"HTTP/1.1 503 Busy")}, False, False),
    "slow-down": ({"robots.txt": robots(RULES, status=b"HTTP/1.1 429 Slow down")}, False, False),
    "silence": ({"robots.txt": Shape(final=b"", ending="hang")}, False, False),
    "drip": ({"robots.txt": Shape(final=sized(TEXT, body=RULES), step=1, pause=0.2)}, False, False),
    "reset": ({"robots.txt": Shape(final=b"", ending="reset")}, False, False),
    "short": ({"robots.txt": Shape(final=answer(TEXT, b"Content-Length: 999", body=b"User-agent: *\n"))}, False, False),
    "moved": (
        {"robots.txt": redirect("/1"), **{str(n): redirect(f"/{n + 1}") for n in range(1, 5)}, "5": robots(RULES)},
        True,
        False,
    ),
    "version": ({"robots.txt": robots(b"User-agent: Cundang/0.1.0\nDisallow: /shut\n\nUser-agent: *\n")}, True, False),
    "words-behind": ({"robots.txt": robots(b"User-agent: cundang (archive)\nDisallow: /shut\n")}, True, False),
    "another": ({"robots.txt": robots(b"User-agent: cun\nAllow: /\n\nUser-agent: *\nDisallow: /shut\n")}, True, False),
    "longer-name": ({"robots.txt": robots(b"User-agent: cundangbot\nDisallow: /open\n\n" + RULES)}, True, False),
    "full-width": ({"robots.txt": robots("User-agent：*\nDisallow：/shut\n".encode("gbk"))}, True, False),
    "gzip": ({"robots.txt": robots(gzip.compress(RULES), GZIP)}, True, False),
    "gzip-cut": ({"robots.txt": robots(gzip.compress(RULES * 900)[:-30], GZIP)}, False, False),
    "gzip-damaged": ({"robots.txt": robots(b"\x1f\x8b\x08" + bytes(range(200)), GZIP)}, False, False),
    "unknown-coding": ({"robots.txt": robots(bytes(range(200)), b"Content-Encoding: lzma")}, False, False),
    "label-alone": ({"robots.txt": robots(RULES, b"Content-Encoding: utf-8")}, True, False),
    "not-modified": ({"robots.txt": robots(b"", status=b"HTTP/1.1 304 Not Modified")}, False, False),
    "moved-nowhere": ({"robots.txt": robots(b"", status=b"HTTP/1.1 302 Found")}, False, False),
    "moved-raw": ({"robots.txt": redirect("/统战.txt"), "%E7%BB%9F%E6%88%98.txt": robots(RULES)}, True, False),
    "moved-badly": ({"robots.txt": redirect("http://[bad/robots.txt")}, False, False),
    "moved-to-a-file": ({"robots.txt": redirect("file:///etc/passwd")}, False, False),
    "loop": ({"robots.txt": redirect("/robots.txt")}, True, True),
    "foreign": ({"robots.txt": redirect("http://www.elsewhere.cn/robots.txt")}, False, False),
    "long": ({"robots.txt": robots(RULES + b"# x\n" * ROBOTS_BYTES + b"Disallow: /open\n")}, True, False),
}


Crawled = tuple[dict[str, OddServer], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return ask_all(tmp_path_factory.mktemp("data"), CASES)


def ask_all(data: Path, names: Iterable[str], **settings: Any) -> Crawled:
    """One crawl over a server a case, two pages each, all at once."""
    pages = {"open": Shape(final=sized(HTML)), "shut": Shape(final=sized(HTML))}
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(OddServer(shapes=shapes | pages, host=f"127.0.1.{number}"))
            for number, (name, shapes) in enumerate(((name, CASES[name][0]) for name in names), start=1)
        }
        authorities = [server.authority for server in servers.values()]
        out = run(
            None,
            data,
            [server.url(path) for server in servers.values() for path in pages],
            hosts=authorities,
            crawl={"allow_private": authorities},
            settings={"DOWNLOAD_TIMEOUT": 5, "CONCURRENT_REQUESTS": 64, **settings},
        )
    return servers, {row["url"]: row for row in out["seen"]}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.fault(rows=[29])
def test_a_host_is_fetched_from_as_its_robots_txt_says(crawled: Crawled, name: str) -> None:
    assert_as_robots_txt_says(crawled, name)


@pytest.mark.fault(rows=[29])
def test_a_build_that_fails_open_is_found_out(tmp_path: Path) -> None:
    # Scrapy's own middleware: what it cannot read forbids nothing.
    closed = ["error", "busy", "slow-down", "reset", "short"]
    broken = ask_all(
        tmp_path,
        ["rules", *closed],
        ROBOTSTXT_OBEY=True,
        ROBOTSTXT_USER_AGENT=TOKEN,
        DOWNLOADER_MIDDLEWARES={
            "crawler.wire.guard.GuardMiddleware": 100,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": 200,
        },
    )
    assert "shut" not in broken[0]["rules"].received
    for name in closed:
        assert "open" in broken[0][name].received
        with pytest.raises(AssertionError):
            assert_as_robots_txt_says(broken, name)


def assert_as_robots_txt_says(crawled: Crawled, name: str) -> None:
    servers, seen = crawled
    server, (_, may_open, may_shut) = servers[name], CASES[name]
    for path, may in (("open", may_open), ("shut", may_shut)):
        row = seen[server.url(path)]
        assert (path in server.received) is may
        assert row["event"] == ("callback" if may else "Refused")
        if not may:
            reachable = may_open
            assert row["reason"] == ("robots" if reachable else "robots_unreachable")
            assert row["later"] is not reachable
    tries = dict.fromkeys(("reset", "short", "gzip-cut", "gzip-damaged", "unknown-coding"), 3) | {"loop": 6}
    assert len(server.received["robots.txt"]) == tries.get(name, 1)


@pytest.mark.fault(rows=[29, 31])
def test_a_host_that_is_not_there_is_left_for_another_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    host = f"127.0.0.1:{port}"
    out = run(None, tmp_path, [f"http://{host}/a"], hosts=[host], crawl={"allow_private": [host]})
    (row,) = out["seen"]
    assert (row["event"], row["reason"], row["later"]) == ("Refused", "robots_unreachable", True)
    assert "refused" in row["detail"].lower()


def test_crawl_delay_is_kept_from_the_first_page_on_and_robots_txt_is_archived(tmp_path: Path) -> None:
    shapes = {"robots.txt": robots(b"User-agent: *\nCrawl-delay: 0.5\n")}
    pages = {name: Shape(final=sized(HTML), ending="keep") for name in "abc"}
    with OddServer(shapes=shapes | pages) as server:
        out = run(server, tmp_path, [server.url(name) for name in pages])
        times = sorted(t for path in server.times.values() for t in path)
    assert len(times) == 4
    # 0.05 for the way from our clock to the server's.
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= 0.45
    assert [row["event"] for row in out["seen"]] == ["callback"] * 3


def pause(times: list[float]) -> float:
    """Seconds between two requests, on average: on a busy machine one may arrive late."""
    return (times[-1] - times[0]) / (len(times) - 1)


def test_a_long_crawl_delay_is_honoured_up_to_a_limit(tmp_path: Path) -> None:
    shapes = {"robots.txt": robots(b"User-agent: *\nCrawl-delay: 3600\n")}
    pages = {name: Shape(final=sized(HTML), ending="keep") for name in "abc"}
    with OddServer(shapes=shapes | pages) as server:
        out = run(server, tmp_path, [server.url(name) for name in pages], settings={"LONGEST_CRAWL_DELAY": 0.4})
        times = sorted(t for path in server.times.values() for t in path)
    assert [row["event"] for row in out["seen"]] == ["callback"] * 3
    assert pause(times) >= 0.35


def test_a_quick_server_is_asked_no_sooner_than_it_wants(tmp_path: Path) -> None:
    throttle = {
        "EXTENSIONS": {"scrapy.extensions.throttle.AutoThrottle": 0},
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_DELAY": 0.05,
    }
    pages = {name: Shape(final=sized(HTML), ending="keep") for name in "abcd"}
    with OddServer(shapes=pages | {"robots.txt": robots(b"User-agent: *\nCrawl-delay: 0.5\n")}) as server:
        run(server, tmp_path, [server.url(name) for name in pages], settings=throttle)
        times = sorted(server.times[name][0] for name in pages)
    assert pause(times) >= 0.45


def test_rules_are_kept_for_a_day_across_crawls(tmp_path: Path) -> None:
    said = "User-agent: *\nCrawl-delay: 0.3\n"

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return Answer(said, headers={"Content-Type": "text/plain"})
        return Answer("<html><a href='/a.html'>甲</a><a href='/b.html'>乙</a></html>")

    with serving(routes) as little:
        file, data = little.site(tmp_path / "sites"), tmp_path / "data"
        crawl(file, data)
        said += "Disallow: /b\n"
        mark = len(little.asked)
        crawl(file, data, later=0.9 * DAY, full=True)
        again = little.asked[mark:]
        assert sorted(path for _, path in again) == ["/", "/a.html", "/b.html"]
        # The pause that they ask for holds without a look at them.
        assert pause([moment for moment, _ in again]) >= 0.25
        mark = len(little.asked)
        crawl(file, data, later=1.1 * DAY, full=True)
        assert sorted(path for _, path in little.asked[mark:]) == ["/", "/a.html", "/robots.txt"]


@pytest.mark.fault(rows=[29])
def test_rules_beyond_the_limit_do_not_count_and_those_within_do() -> None:
    line = b"Disallow: /aaaa\n"
    body = b"User-agent: *\n" + line * (ROBOTS_BYTES // len(line) + 100) + b"Disallow: /b\n"
    rules = parse(body)
    assert rules is not None
    assert not rules.can_fetch("http://a.cn/aaaa", TOKEN)
    assert rules.can_fetch("http://a.cn/b", TOKEN)


def test_rules_are_outdated_after_a_day_and_where_they_were_read_tomorrow() -> None:
    rules = Rules(read=1000.0)
    assert [rules.outdated(1000.0 + later) for later in (0.0, 86_400.0, 86_401.0, -1.0)] == [False, False, True, True]
    assert not Rules(read=1000.0, closed="it answers with status 500").outdated(1e9)


def test_rules_that_speak_of_html_are_rules() -> None:
    rules = parse(b"<html> pages only\nUser-agent: *\nDisallow: /a\n")
    assert rules is not None
    assert not rules.can_fetch("http://a.cn/a", TOKEN)


ROBOTS = "http://a.cn/robots.txt"
SHUT = b"User-agent: *\nDisallow: /shut\n"


def said(body: bytes = SHUT, status: int = 200, flags: tuple[str, ...] = (), **headers: str) -> Response:
    named = {name.encode(): [value.encode()] for name, value in headers.items()}
    return Response(ROBOTS, status=status, headers=named, body=body, flags=list(flags))


class Host:
    """A crawler whose engine gives the answers of a list, one for each request, the last again and again."""

    def __init__(self, *answers: Response | Exception, kept: tuple[float, bytes | None] | None = None) -> None:
        self.asked: list[Request] = []
        self.kept: dict[str, tuple[float, bytes | None]] = {"http://a.cn": kept} if kept else {}
        self.delays: dict[str, dict[str, Any]] = {}
        self.now = 1000.0
        self._answers = list(answers)
        downloader = SimpleNamespace(slots={}, per_slot_settings=self.delays, get_slot_key=lambda asked: asked.url)
        settings: Any = SimpleNamespace(
            get=lambda _: lambda: self.now, getfloat=lambda name: {"D": 3.0, "L": 60.0}[name[0]]
        )
        frontier = SimpleNamespace(robots=self.kept.get, keep_robots=self._keep, silence=AlwaysHeard())
        crawler: Any = SimpleNamespace(
            settings=settings,
            engine=SimpleNamespace(download_async=self._download, downloader=downloader),
            spider=SimpleNamespace(frontier=frontier),
        )
        self.slots = downloader.slots
        self.rules = RobotsMiddleware(crawler)

    async def _download(self, request: Request) -> Response:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _keep(self, origin: str, read: float, body: bytes | None) -> None:
        self.kept[origin] = (read, body)

    def verdict(self, path: str = "/shut", **meta: Any) -> str | None:
        """Why a page may not be asked for; None: it may."""
        try:
            asyncio.run(self.rules.process_request(Request(f"http://a.cn{path}", meta=meta)))
        except Refused as refused:
            return refused.reason + ("" if refused.later == (refused.reason == "robots_unreachable") else ", later?")
        return None


LENGTH = Cut("length", "longer than it may be", said(SHUT, flags=("truncated: x",)))
# The answers; the verdict on /shut; how often robots.txt is asked for; what is kept for later runs.
ANSWERS: dict[str, tuple[list[Response | Exception], str | None, int, bytes | str | None]] = {
    **{str(status): ([said(status=status)], "robots", 1, SHUT) for status in (200, 203, 299)},
    **{str(status): ([said(status=status)], None, 1, None) for status in (400, 401, 403, 404, 410, 428, 430, 499)},
    **{
        str(status): ([said(status=status)], "robots_unreachable", 1, "")
        for status in (0, 199, 300, 304, 399, 429, 500, 503)
    },
    "moved nowhere": ([said(status=302)], "robots_unreachable", 1, ""),
    "moved, in a status of no redirect": ([said(status=300, Location="/r")], "robots_unreachable", 1, ""),
    "moved five times": ([*[said(b"", 301 + n % 3, Location=f"/{n}") for n in range(5)], said()], "robots", 6, SHUT),
    "moved six times": ([*[said(b"", 308, Location=f"/{n}") for n in range(6)], said()], None, 6, None),
    "moved to no address": ([said(b"", 307, Location="http://[b")], "robots_unreachable", 1, ""),
    "moved to no host": ([said(b"", 307, Location="mailto:x")], "robots_unreachable", 1, ""),
    "refused": ([Refused("foreign_host", "x")], "robots_unreachable", 1, ""),
    "no answer": ([DownloadTimeoutError("x")], "robots_unreachable", 1, ""),
    "broken": ([DownloadFailedError("x")], "robots_unreachable", 3, ""),
    "broken once": ([DownloadFailedError("x"), said()], "robots", 2, SHUT),
    "broken twice": ([CannotResolveHostError("x"), DownloadFailedError("x"), said()], "robots", 3, SHUT),
    "slow": ([Cut("time", "x", said())], "robots_unreachable", 1, ""),
    "cut": ([Cut("disconnect", "x", said())], "robots_unreachable", 3, ""),
    "cut once": ([Cut("unspecified", "x", said()), said()], "robots", 2, SHUT),
    "too long": ([LENGTH], "robots", 1, SHUT),
    "damaged": ([said(flags=("damaged: x",))], "robots_unreachable", 3, ""),
    "damaged once": ([said(flags=("truncated: x",)), said()], "robots", 2, SHUT),
    "damaged, and missing": ([said(status=404, flags=("damaged: x",))], None, 1, None),
    "noted": ([said(flags=("note: x",))], "robots", 1, SHUT),
    "noted and binary": ([said(SHUT + b"\0", flags=("note: x",))], "robots_unreachable", 3, ""),
    "a page": ([said(b"<html>home")], None, 1, b"<html>home"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_answer_for_robots_txt_means(name: str) -> None:
    answers, verdict, asked, kept = ANSWERS[name]
    host = Host(*answers)
    assert [host.verdict(), host.verdict("/open")] == [verdict, None if verdict == "robots" else verdict]
    assert len(host.asked) == asked
    assert host.kept == ({} if kept == "" else {"http://a.cn": (1000.0, kept)})


def test_how_robots_txt_is_asked_for() -> None:
    host = Host(said(b"", 301, Location="http://b.cn/r.txt"), said())
    assert host.verdict("/x", purpose="robots.txt") is None
    assert host.asked == []
    assert host.verdict("/x?y") is None
    first, second = host.asked
    assert (first.url, first.meta["purpose"], first.meta["limit"]) == (ROBOTS, "robots.txt", 512_000)
    assert (first.meta["found"], second.url, second.meta["found"].parent) == (None, "http://b.cn/r.txt", ROBOTS)


def test_rules_are_read_once_for_all_that_wait_and_again_after_a_day() -> None:
    host = Host(said(), said(b""))

    async def ask() -> None:
        waiting = [host.rules.process_request(Request(f"http://a.cn/{n}")) for n in range(3)]
        await asyncio.gather(*waiting)

    asyncio.run(ask())
    assert (len(host.asked), host.verdict()) == (1, "robots")
    host.now += 86_400
    assert (host.verdict(), len(host.asked)) == ("robots", 1)
    host.now += 1
    assert (host.verdict(), len(host.asked)) == (None, 2)


@pytest.mark.parametrize(
    ("kept", "verdict", "asked"),
    [
        ((900.0, SHUT), "robots", 0),
        ((900.0, None), None, 0),
        ((1001.0, None), "robots", 1),
        ((-85_401.0, None), "robots", 1),
    ],
)
def test_rules_of_an_earlier_run_count_for_a_day(
    kept: tuple[float, bytes | None], verdict: str | None, asked: int
) -> None:
    host = Host(said(), kept=kept)
    assert (host.verdict(), len(host.asked)) == (verdict, asked)


@pytest.mark.parametrize(
    ("wanted", "usual", "delay"), [(b"5", None, 5.0), (b"5", 9.0, 9.0), (b"2", None, 3.0), (b"99", 1.0, 60.0)]
)
def test_the_pause_that_rules_ask_for_is_that_of_the_host(wanted: bytes, usual: float | None, delay: float) -> None:
    body = SHUT + b"Crawl-delay: " + wanted
    for host in (Host(said(body)), Host(said(), kept=(1000.0, body))):
        slot = SimpleNamespace(delay=usual, jitter=0.5)
        if usual is not None:
            host.slots["http://a.cn"] = slot
        request = Request("http://a.cn/x")
        asyncio.run(host.rules.process_request(request))
        assert host.delays == {"http://a.cn": {"concurrency": 1, "delay": delay, "jitter": 0.0}}
        assert (slot.delay, slot.jitter) == ((None, 0.5) if usual is None else (delay, 0.0))
        assert request.meta == {"autothrottle_dont_adjust_delay": True}
    quick = Host(said())
    assert (quick.verdict("/x"), quick.delays) == (None, {})


def test_rules_are_as_long_as_their_limit_when_they_are_kept() -> None:
    host = Host(said(SHUT + b"#" * 600_000))
    assert host.verdict() == "robots"
    assert host.kept["http://a.cn"][1] == (SHUT + b"#" * 600_000)[:512_000]
