"""What a run did not bring is listed, and a run that brings far less than before ends with exit code 1."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import loaded
import pytest
from little_server import Answer, serving
from unwired import DAY, Said, Unwired, article, rows

from archive.layout import Layout

TEXT = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"


@pytest.fixture
def site(tmp_path: Path) -> Unwired:
    return Unwired(tmp_path)


def cundang(data: Path, sites: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(sites), *words]
    return loaded.run(command, timeout=300)


def test_a_run_that_brings_far_less_than_before_is_marked_and_what_is_missing_is_named(tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    rows = [f"/xw/202002/t20200219_{n}.html" for n in range(1, 13)]
    home = "".join(f"<li><a href='{path}'>全市统战部长会议召开</a>2020-02-19</li>" for path in rows)
    closed = "<p>网站正在升级，敬请期待</p>"
    now, gone = home, False

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"})
        if path == "/":
            return Answer(
                f"<html><body>{now}<a href='/private/1.html'>内部</a><a href='/none.html'>无</a></body></html>"
            )
        if path not in rows or gone:
            return Answer(status=404)
        return Answer(f"<html><title>会议</title><body><h1>会议</h1>{TEXT}{path}</body></html>")

    with serving(routes) as little:
        little.site(sites)
        for _ in range(2):
            usual = cundang(data, sites, "crawl", "little")
            assert usual.returncode == 0, usual.stderr
        now = closed
        poor = cundang(data, sites, "crawl", "little")
        assert poor.returncode == 1, poor.stderr
        assert "0 of 12 articles on known lists" in poor.stderr
        status = cundang(data, sites, "status")
        assert "far_less (0 of 12 articles on known lists)" in status.stdout

        # The list is as it was, what it leads to is gone.
        now, gone = home, True
        empty = cundang(data, sites, "crawl", "little", "--full")
        assert empty.returncode == 1, empty.stderr
        assert "(0 of 12 known articles)" in empty.stderr
        told = cundang(data, sites, "status", "--missing", "--json")
        lines = Layout(root=data).missing("little").read_text(encoding="utf-8")
        assert told.stdout == lines
        why = {line["url"].removeprefix(little.base): line["reason"] for line in map(json.loads, lines.splitlines())}
        assert why == dict.fromkeys(rows, "deleted") | {"/private/1.html": "robots", "/none.html": "http_404"}


def test_addresses_whose_turn_has_not_come_are_named_too(tmp_path: Path) -> None:
    data, sites = tmp_path / "data", tmp_path / "sites"
    rows = [f"/xw/202002/t20200219_{n}.html" for n in range(1, 10)]

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer("".join(f"<a href='{row}'>会议</a>" for row in rows))
        return Answer(f"<h1>会议</h1>{TEXT}{path}") if path in rows else Answer(status=404)

    with serving(routes) as little:
        little.site(sites)
        ended = cundang(data, sites, "crawl", "little", "--max-pages", "4")
        assert ended.returncode == 0
        assert "not captured: 6 waiting" in ended.stderr
        lines = Layout(root=data).missing("little").read_text(encoding="utf-8").splitlines()
        waiting = {line["url"].removeprefix(little.base): line["reason"] for line in map(json.loads, lines)}
        assert waiting == dict.fromkeys(set(rows) - little.counts.keys(), "waiting")
        assert len(waiting) == 6
        told = cundang(data, sites, "status").stdout
        assert "6 that should be articles, 0 other addresses (6 of them wait for the next crawl)" in told


def test_one_list_that_shrinks_among_others_is_named(site: Unwired) -> None:
    lists = {f"/{name}/": [f"/{name}/{n}.html" for n in range(12)] for name in "abcd"}
    pages = {path: article(path) for paths in lists.values() for path in paths}
    home = Said("".join(f"<a href='{path}'>栏目</a>" for path in lists))

    def shows(**left: int) -> dict[str, Said]:
        return (
            {"/": home} | {path: Said(rows(*named[: left.get(path[1], 12)])) for path, named in lists.items()} | pages
        )

    site.crawl(shows())
    # A list of which a third is left is no alarm yet.
    site.crawl(shows(a=4), later=400 * DAY)
    assert site.frontier.shortfall() is None
    site.crawl(shows(a=4, b=2), later=400 * DAY)
    assert site.frontier.shortfall() == "2 of 12 articles on the list http://h/b/"


def test_a_list_that_moved_is_no_alarm(site: Unwired) -> None:
    lists = {f"/{name}/": [f"/{name}/{n}.html" for n in range(12)] for name in "abcd"}
    pages = {path: article(path) for paths in lists.values() for path in paths}
    home = Said("".join(f"<a href='{path}'>栏目</a>" for path in lists))
    shown = {"/": home} | {path: Said(rows(*named)) for path, named in lists.items()} | pages
    site.crawl(shown)
    moved = {"/a/": Said(status=301, headers={"Location": "/new/"}), "/new/": shown["/a/"]}
    site.crawl(shown | moved, later=400 * DAY)
    assert site.frontier.shortfall() is None


@pytest.mark.parametrize(
    ("had", "left", "said"),
    [
        (10, 0, "0 of 10 articles on known lists"),
        (10, 4, "4 of 10 articles on known lists"),
        (10, 5, None),
        # Nine may come and go.
        (9, 0, None),
    ],
)
def test_ten_rows_of_which_less_than_half_are_left_are_an_alarm(
    site: Unwired, had: int, left: int, said: str | None
) -> None:
    named = [f"/{n}.html" for n in range(had)]
    pages = {path: article(path) for path in named}
    site.crawl({"/": Said(rows(*named))} | pages)
    site.crawl({"/": Said(rows(*named[:left]))} | pages, later=DAY)
    assert site.frontier.shortfall() == said


@pytest.mark.parametrize(
    ("had", "left", "said"),
    [
        (10, 0, "0 of 10 known articles"),
        (10, 4, "4 of 10 known articles"),
        (10, 5, None),
        (9, 0, None),
    ],
)
def test_ten_articles_of_which_less_than_half_are_left_are_an_alarm(
    site: Unwired, had: int, left: int, said: str | None
) -> None:
    named = [f"/{n}.html" for n in range(had)]
    home = {"/": Said(rows(*named))}
    site.crawl(home | {path: article(path) for path in named})
    gone = {path: Said(status=404) for path in named[left:]}
    site.crawl(home | {path: article(path) for path in named} | gone, full=True)
    assert site.frontier.shortfall() == said


@pytest.mark.parametrize(
    ("had", "left", "said"),
    [(10, 2, "2 of 10 articles on the list http://h/b/"), (10, 3, None), (9, 0, None)],
)
def test_ten_rows_of_one_list_of_which_less_than_a_quarter_are_left_are_an_alarm(
    site: Unwired, had: int, left: int, said: str | None
) -> None:
    others = {f"/{name}/": [f"/{name}/{n}.html" for n in range(12)] for name in "acd"}
    named = [f"/b/{n}.html" for n in range(had)]
    pages = {path: article(path) for path in [*named, *(path for paths in others.values() for path in paths)]}
    home = {"/": Said("".join(f"<a href='{path}'>栏目</a>" for path in (*others, "/b/")))}
    shown = home | {path: Said(rows(*paths)) for path, paths in others.items()} | pages
    site.crawl(shown | {"/b/": Said(rows(*named))})
    site.crawl(shown | {"/b/": Said(rows(*named[:left]))}, later=400 * DAY)
    assert site.frontier.shortfall() == said
