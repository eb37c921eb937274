"""`scrapy fetch`, `shell` and `parse` ask for robots.txt and one address, and record nothing; `-a` knows its names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import loaded
import pytest
from little_server import Answer, serving

CHECKOUT = Path(__file__).parents[2]
PAGES = {
    "/": "<title>首页</title><a href='/a.html'>新闻</a><a href='/b.html'>通知</a>",
    "/a.html": "<title>新闻</title><a href='/b.html'>全市统战部长会议召开</a> 2020-02-19",
    "/b.html": "<title>通知</title><p>通知</p>",
}


def answer(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/robots.txt":
        return Answer("User-agent: *\nDisallow: /private/\n", headers={"Content-Type": "text/plain"})
    return Answer(PAGES[path]) if path in PAGES else Answer(status=404)


def scrapy(data: Path, sites: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = [word for pair in (f"DATA={data}", f"SITES={sites}") for word in ("-s", pair)]
    return loaded.run(
        [sys.executable, "-m", "scrapy", words[0], *settings, *words[1:]],
        cwd=CHECKOUT,
        env=os.environ,
        timeout=60,
    )


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("words", [("fetch",), ("parse",), ("shell", "-c", "response.status")])
def test_one_address_is_asked_for_and_nothing_is_recorded(words: tuple[str, ...], known: bool, tmp_path: Path) -> None:
    with serving(answer, probes=True) as little:
        if known:
            little.site(tmp_path / "sites")
        (tmp_path / "sites").mkdir(exist_ok=True)
        done = scrapy(tmp_path / "data", tmp_path / "sites", *words, f"{little.base}/a.html")
        assert [path for _, path in little.asked] == ["/robots.txt", "/a.html"], done.stderr[-2000:]
    assert done.returncode == 0, done.stderr[-2000:]
    assert not (tmp_path / "data").exists()
    if words == ("fetch",):
        assert "全市统战部长会议召开" in done.stdout
    elif words == ("parse",):
        assert f"<GET {little.base}/b.html>" in done.stdout, done.stderr
        assert f"'url': '{little.base}/a.html'" in done.stdout
    else:
        assert "200" in done.stdout


def test_a_look_keeps_to_robots_txt(tmp_path: Path) -> None:
    with serving(answer, probes=True) as little:
        little.site(tmp_path / "sites")
        done = scrapy(tmp_path / "data", tmp_path / "sites", "fetch", f"{little.base}/private/x.html")
        assert [path for _, path in little.asked] == ["/robots.txt"], done.stderr[-2000:]


@pytest.mark.parametrize(
    ("argument", "said"),
    [("maxpages=3", "is max_pages meant?"), ("depth=3", "known are max_pages, full."), ("full=maybe", "full=true")],
)
def test_an_unknown_argument_is_refused(argument: str, said: str, tmp_path: Path) -> None:
    with serving(answer, probes=True) as little:
        little.site(tmp_path / "sites")
        done = scrapy(tmp_path / "data", tmp_path / "sites", "crawl", "little", "-a", argument)
        assert little.asked == []
    assert done.returncode != 0
    assert said in done.stderr
    assert not (tmp_path / "data").exists()
