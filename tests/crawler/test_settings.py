"""The settings: truthful, polite, and without remote access."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from odd_server import HTML, PAGE, SHAPES, OddServer, Shape, sized
from one_crawl import run

from crawler import settings

SCRAPY = "scrapy.extensions.telnet.TelnetConsole"


@pytest.mark.parametrize(("extensions", "expected"), [({}, False), ({SCRAPY: 0}, True)])
@pytest.mark.fault(rows=[47])
def test_no_socket_listens_while_crawling(tmp_path: Path, extensions: dict[str, int], expected: bool) -> None:
    # The second case shows that the test would see one: Scrapy's own default.
    with OddServer(shapes=SHAPES) as server:
        out = run(
            server,
            tmp_path,
            [server.url("plain")],
            settings={"EXTENSIONS": extensions, "TELNETCONSOLE_ENABLED": expected},
        )
    (row,) = out["seen"]
    assert row["listening"] is expected


def test_only_what_is_ours_is_in_the_way_of_a_request(tmp_path: Path) -> None:
    with OddServer(shapes={"page": Shape(final=sized(HTML, status=b"HTTP/1.1 503 Busy")), **SHAPES}) as server:
        out = run(server, tmp_path, [server.url("page"), server.url("redirect")], settings={"LOG_LEVEL": "INFO"})
        # No retries, no redirects followed: the frontier and the spider see to these.
        assert {path: len(got) for path, got in server.received.items()} == {"robots.txt": 1, "page": 1, "redirect": 1}
        (request,) = server.received["page"]
    enabled = out["log"].partition("Enabled downloader middlewares")[2].partition("Enabled spider middlewares")[0]
    assert [
        name for name in ("GuardMiddleware", "RobotsMiddleware", "UserAgentMiddleware") if name not in enabled
    ] == []
    for absent in ("Retry", "Redirect", "MetaRefresh", "HttpCompression", "HttpCache", "HttpProxy", "Cookies"):
        assert absent not in enabled
    sent = request.decode()
    assert f"User-Agent: {settings.USER_AGENT}\r\n" in sent
    assert "Accept-Encoding: gzip, deflate\r\n" in sent
    assert sent.count("Host: ") == 1


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/plain,x", "s3://bucket/x"])
@pytest.mark.fault(rows=[38])
def test_schemes_other_than_http_are_refused(tmp_path: Path, url: str) -> None:
    (row,) = run(None, tmp_path, [url], hosts=["www.a.cn"])["seen"]
    assert (row["event"], row["reason"]) == ("Refused", "scheme")
    assert settings.DOWNLOAD_HANDLERS.keys() == {"http", "https"}
    assert settings.DOWNLOAD_HANDLERS_BASE == {}


def test_the_user_agent_says_who_answers_for_it() -> None:
    def agent(contact: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from crawler.settings import USER_AGENT; print(USER_AGENT)"],
            env={**os.environ, "CUNDANG_CONTACT": contact},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    assert agent("").stdout.strip() == settings.USER_AGENT.partition(" ")[0]
    assert agent("https://example.org/crawl").stdout.endswith(" (+https://example.org/crawl)\n")
    for wrong in ("a@example.org\nX-Evil: 1", "给我写信@例子", "you"):
        refused = agent(wrong)
        assert refused.returncode != 0
        assert "CUNDANG_CONTACT=" in refused.stderr


@pytest.mark.fault(rows=[12])
def test_a_page_that_is_wrongly_labelled_gzip_costs_no_second_request(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as server:
        (row,) = run(server, tmp_path, [server.url("wrong-label")])["seen"]
        assert len(server.received["wrong-label"]) == 1
    assert row["body"].encode() == PAGE
