"""robots.txt: RFC 9309, failing closed."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from family_crawl import DAY, crawl
from little_server import Answer, serving
from odd_server import CHUNKED, GZIP, HTML, PAGE, OddServer, Shape, answer, chunks, sized
from one_crawl import run

from crawler.wire.robots import ROBOTS_BYTES, TOKEN, Rules, parse

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
            settings={"DOWNLOAD_TIMEOUT": 2, "CONCURRENT_REQUESTS": 64, **settings},
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
