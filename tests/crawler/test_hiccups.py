"""A further page of a list without any row is asked for again; the end of a list is not."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping

import loaded
import pytest
from little_server import Answer, serving

from archive.layout import Layout
from archive.ledger import read_missing
from crawler.discovery.general import END, WORDS

# What page 2 of a list answers first, and how often it is asked for.
BUSY = {
    "text": ("<p>系统繁忙，请稍后再试</p>", 2),
    "database": ("<h1>数据库连接出错，请检查连接字串。</h1>", 2),
    "blank": ("<html><body>&nbsp;</body></html>", 2),
    "script": ("<script>alert('参数错误');history.go(-1)</script>", 2),
    "ended": ("<p>没有更多了</p>", 1),
    "json": ('{"rows": []}', 1),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counter[str], set[str], str]:
    folder, answers = tmp_path_factory.mktemp("hiccups"), Counter[str]()

    def answer(path: str, _: Mapping[str, str]) -> Answer:
        answers[path] += 1
        name, page = [*path.strip("/").split("/?p="), ""][:2]
        if path == "/":
            return Answer("".join(f"<a href='/{each}/'>栏目</a>" for each in [*BUSY, "never"]))
        if name not in [*BUSY, "never"]:
            return Answer(f"<h1>座谈会{path}召开</h1><p>{'各民主党派代表围绕中心工作建言献策。' * 20}</p>")
        if page == "2" and (name == "never" or answers[path] == 1):
            return Answer(BUSY.get(name, BUSY["blank"])[0])
        rows = "".join(f"<li><a href='/a/{name}{page}{n}.html'>统战部召开会议</a> 2024-02-1{n}</li>" for n in range(3))
        further = int(page or 1) + 1
        return Answer(f"<ul>{rows}</ul>" + (f"<a href='/{name}/?p={further}'>下一页</a>" if further < 4 else ""))

    with serving(answer) as little:
        site, layout = little.site(folder), Layout(root=folder / "data")
        settings = [f"DATA={layout.root}", "RETRY_WAIT=0.2", "CLEAN_AFTER_CRAWL=0"]
        command = [sys.executable, "-m", "scrapy", "crawl", str(site), *(x for each in settings for x in ("-s", each))]
        done = loaded.run(command, env=os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings"}, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        missing = {
            f"{each.reason} {each.url.removeprefix(little.base)}" for each in read_missing(layout.missing("little"))
        }
    return little.counts, missing, done.stderr


@pytest.mark.parametrize("name", BUSY)
def test_a_page_without_rows_is_asked_for_again_unless_the_list_is_at_its_end(
    crawled: tuple[Counter[str], set[str], str], name: str
) -> None:
    counts, missing, said = crawled
    assert counts[f"/{name}/?p=2"] == BUSY[name][1], said
    assert counts[f"/{name}/?p=3"] == (BUSY[name][1] > 1)
    assert f"no_rows /{name}/?p=2" not in missing


def test_a_page_that_stays_without_rows_is_told(crawled: tuple[Counter[str], set[str], str]) -> None:
    counts, missing, _ = crawled
    assert counts["/never/?p=2"] == 3
    assert "no_rows /never/?p=2" in missing


def test_the_words_of_an_end_are_told_from_those_of_an_error() -> None:
    assert [words for words in WORDS["end"]["takes"] if END.search(words) is None] == []
    assert [words for words in WORDS["end"]["leaves"] if END.search(words)] == []
