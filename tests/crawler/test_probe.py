"""`sites add` shows what a site's lists claim, and says why a site gives nothing."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import loaded
import pytest
from little_server import Answer, serving
from test_ledger_crawl import answer as columns

from archive.warc.capture import Capture, Place
from crawler.probe import _find_new_home
from crawler.queue.slots import Slots, set_limit


def add(routes: Callable[[str, Mapping[str, str]], Answer | None], folder: Path) -> subprocess.CompletedProcess[str]:
    with serving(routes) as little:
        command = [sys.executable, "-m", "crawler.cli", "--sites", str(folder), "sites", "add", f"{little.base}/"]
        return loaded.run([*command, "--delay", "0", "--key", "x"], timeout=200)


def closed(path: str, _: Mapping[str, str]) -> Answer:
    return Answer("User-agent: *\nDisallow: /\n", headers={"Content-Type": "text/plain"})


def walled(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/robots.txt":
        return Answer(status=404)
    return Answer("<html><body>访问过于频繁，请输入验证码<form><input name=code></form></body></html>")


@pytest.mark.parametrize(
    ("routes", "said"),
    [(closed, "1 robots). Its robots.txt disallows"), (walled, "1 challenge). A challenge that only")],
)
def test_a_site_that_gives_nothing_is_refused_with_the_reason(
    routes: Callable[[str, Mapping[str, str]], Answer | None], said: str, tmp_path: Path
) -> None:
    done = add(routes, tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert not list(tmp_path.glob("*.toml"))


def test_what_the_columns_claim_is_shown(tmp_path: Path) -> None:
    done = add(columns, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "通知公告: claims 22 (共22条)" in done.stderr
    assert "微信专栏: shows 0; 22 rows lead to mp.weixin.qq.com" in done.stderr


def test_other_links_of_the_home_page_are_named(tmp_path: Path) -> None:
    def answer(path: str, headers: Mapping[str, str]) -> Answer:
        said = columns(path, headers)
        assert isinstance(said.body, str)
        other = "<a href='/forum/'>统战论坛</a><a href='/jg.html'>机构</a><a href='/'>首页</a><a href='http://else.example/'>外站</a>"
        return Answer(said.body + other) if path == "/" else said

    done = add(answer, tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "may lead to lists" in line]
    assert line.endswith("may lead to lists, which the crawl finds by itself: 统战论坛, 机构")
    assert line.strip().startswith("2 more links of the home page")


def test_a_site_without_columns_is_reported(tmp_path: Path) -> None:
    def answer(path: str, _: Mapping[str, str]) -> Answer:
        more = "<a href='/index_2.html'>下一页</a>" if path == "/" else ""
        text = "<p>全市统战部长会议在市委礼堂召开，传达学习上级精神，研究部署今年的重点工作。</p>" * 3
        return Answer(f"<html><body><h1>全市统战部长会议召开</h1>{text}{more}</body></html>")

    done = add(answer, tmp_path)
    assert (
        "No column was found. The crawl follows the links of the home page; the pager / -> /index_2.html."
        in done.stderr
    )


@pytest.mark.parametrize(
    ("asked", "status", "leads", "new"),
    [
        ("/", 301, "http://www.h.cn/", "http://www.h.cn/"),
        ("/", 302, "https://www.h.cn/x/", "https://www.h.cn/x/"),
        ("/robots.txt", 302, "http://www.h.cn/robots.txt", "http://www.h.cn/"),
        ("/", 301, "http://new.cn/", "http://new.cn/"),
        ("/", 302, "http://login.cn/", None),
        ("/", 301, "https://h.cn/", None),
        ("/a.html", 301, "http://www.h.cn/a.html", None),
    ],
)
def test_a_home_page_is_followed_to_where_it_moved(asked: str, status: int, leads: str, new: str | None) -> None:
    moved = Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        kind="response",
        url=f"http://h.cn{asked}",
        date=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        status=status,
        headers=(("Location", leads),),
        body=b"",
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )
    assert _find_new_home([moved], "http://h.cn/") == new


def test_the_twin_that_pages_lead_to_is_a_host_of_the_site(tmp_path: Path) -> None:
    def routes(path: str, headers: Mapping[str, str]) -> Answer:
        host = headers["Host"]
        return Answer(
            f"<title>统战部</title><a href='http://www.{host}/a/'>要闻</a><a href='http://my.{host}/'>论坛</a>"
        )

    assert add(routes, tmp_path).returncode == 0
    hosts = tomllib.loads((tmp_path / "x.toml").read_text("utf-8"))["hosts"]
    assert [host.partition(":")[0] for host in hosts] == ["127.0.0.1", "www.127.0.0.1"]


def test_a_site_that_wants_its_cookie_back_gets_it_from_then_on(tmp_path: Path) -> None:
    def routes(path: str, headers: Mapping[str, str]) -> Answer:
        if headers.get("Cookie") != "seen=1":
            return Answer(status=302, headers={"Location": path, "Set-Cookie": "seen=1"})
        return columns(path, headers)

    done = add(routes, tmp_path)
    assert done.returncode == 0, done.stderr
    assert tomllib.loads((tmp_path / "x.toml").read_text("utf-8"))["crawl"]["cookies"] is True
    assert "通知公告: claims 22 (共22条)" in done.stderr


def test_a_probe_that_waits_for_other_crawls_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNDANG_SLOTS", str(tmp_path / "slots"))
    set_limit(1)
    held = Slots().take()
    assert held is not None
    with serving(closed) as little:
        command = [sys.executable, "-m", "crawler.cli", "--sites", str(tmp_path), "sites", "add", f"{little.base}/"]
        with subprocess.Popen([*command, "--key", "x"], stderr=subprocess.PIPE, text=True) as child:
            assert child.stderr is not None
            first = child.stderr.readline()
            held.release()
            rest = child.stderr.read()
    assert first == "x: waiting; this machine already crawls as many sites as it may.\n"
    assert "1 robots). Its robots.txt disallows" in rest
