"""`sites add` shows what a site's lists claim, and says why a site gives nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import loaded
import pytest
from little_server import Answer, serving
from test_ledger_crawl import answer as columns

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
