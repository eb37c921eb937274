"""What a list claims is accounted for: in the run's ending, in `status`, in ledger.jsonl and missing.jsonl."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import loaded
from little_server import Answer, Little, serving

from archive.layout import Layout
from archive.ledger import Ledger, read_ledger, read_missing

TEXT = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"


def row(url: str, number: int) -> str:
    return f"<li><a href='{url}'>全市统战部长会议第{number}次召开</a> <span>2020-02-{1 + number % 28:02}</span></li>"


def article(number: str) -> Answer:
    title = f"全市统战部长会议第{number}次召开"
    return Answer(f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{number}{TEXT}</body></html>")


def answer(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/":
        names = {"short": "通知公告", "whole": "统战要闻", "wechat": "微信专栏"}
        return Answer("<title>首页</title>" + "".join(f"<a href='/{name}/'>{text}</a>" for name, text in names.items()))
    if path == "/short/":
        return Answer(
            "<title>通知公告</title><ul>" + "".join(row(f"/a/{n}.html", n) for n in range(12)) + "</ul>共22条"
        )
    if path == "/whole/":
        return Answer("<title>统战要闻</title><ul>" + "".join(row(f"/b/{n}.html", n) for n in range(9)) + "</ul>共9条")
    if path == "/wechat/":
        rows = "".join(row(f"http://mp.weixin.qq.com/s/{n}", n) for n in range(22))
        return Answer(f"<title>微信专栏</title><ul>{rows}</ul>")
    return article(path.rpartition("/")[2].partition(".")[0]) if path.startswith(("/a/", "/b/")) else Answer(status=404)


def crawl(little: Little, folder: Path, **rules: object) -> subprocess.CompletedProcess[str]:
    site = little.site(folder / "sites", **rules)
    command = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data"), "crawl", str(site)]
    return loaded.run(command, timeout=120)


def ledger(folder: Path) -> Ledger:
    return read_ledger(Layout(root=folder / "data").ledger("little"))


def test_a_gap_is_told_once_and_stays_on_the_books(tmp_path: Path) -> None:
    with serving(answer) as little:
        done = crawl(little, tmp_path)
        again = crawl(little, tmp_path)
    assert done.returncode == 1, done.stderr
    assert "通知公告: claims 22 (共22条), shows 12" in done.stderr
    assert "22 rows lead to mp.weixin.qq.com" in done.stderr
    assert again.returncode == 0, again.stderr
    lists = {each.url.removeprefix(little.base): each for each in ledger(tmp_path).lists}
    short, whole, wechat = lists["/short/"], lists["/whole/"], lists["/wechat/"]
    assert (short.name, short.claimed, short.shown, short.had, short.gap) == ("通知公告", 22, 12, 12, 10)
    assert (whole.claimed, whole.shown, whole.had, whole.gap) == (9, 9, 9, 0)
    assert (wechat.shown, dict(wechat.foreign), wechat.gap) == (0, {"mp.weixin.qq.com": 22}, 22)
    assert ledger(tmp_path).doubts == ()
    missing = {
        each.url.removeprefix(little.base): each
        for each in read_missing(Layout(root=tmp_path / "data").missing("little"))
    }
    assert missing["/short/"].reason == "list_gap"
    assert missing["/short/"].detail.startswith("claims 22 (共22条), shows 12")
    status = loaded.run(
        [sys.executable, "-m", "crawler.cli", "--data", str(tmp_path / "data"), "status", "--site", "little"],
        check=True,
    ).stdout
    assert status.index("gap 22   微信专栏") < status.index("gap 10   通知公告") < status.index("no gap   统战要闻")


def test_a_start_page_that_leads_nowhere_does_not_end_as_finished(tmp_path: Path) -> None:
    def empty(path: str, _: Mapping[str, str]) -> Answer:
        return Answer("<title>首页</title><div id=app></div>") if path == "/" else Answer(status=404)

    with serving(empty) as little:
        done = crawl(little, tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"the start page {little.base}/ has no links that can be followed" in done.stderr
    assert {each.doubt for each in ledger(tmp_path).doubts} == {"start_leads_nowhere", "no_article"}


def test_a_page_that_lies_too_deep_does_not_end_as_finished_until_it_is_known(tmp_path: Path) -> None:
    def chain(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/1.html":
            return article("1")
        below = {"/": "/news/", "/news/": "/local/", "/local/": "/county/"}.get(path, "/town/")
        return Answer(f"<title>栏目</title><ul>{row('/1.html', 1)}</ul><a href='{below}'>下级栏目</a>")

    with serving(chain) as little:
        first, second = (crawl(little, tmp_path, max_depth=2) for _ in range(2))
    deep = f"1 addresses lie more links from a start page than `max_depth`, such as {little.base}/county/"
    assert (first.returncode, second.returncode) == (1, 0)
    assert deep in first.stderr
    assert [(each.doubt, each.count) for each in ledger(tmp_path).doubts] == [("too_deep", 1)]


def test_a_first_crawl_without_an_article_does_not_end_as_finished(tmp_path: Path) -> None:
    def columns(path: str, _: Mapping[str, str]) -> Answer:
        return Answer("<title>栏目</title>" + "".join(f"<a href='/c{n}/'>栏目{n}</a>" for n in range(3)))

    with serving(columns) as little:
        done = crawl(little, tmp_path)
    assert done.returncode == 1, done.stderr
    assert "no article was found" in done.stderr
    assert [each.doubt for each in ledger(tmp_path).doubts] == ["no_article"]
    assert (
        json.loads(Layout(root=tmp_path / "data").ledger("little").read_text("utf-8").splitlines()[-1])["kind"]
        == "site"
    )


def all_in_one(path: str, _: Mapping[str, str]) -> Answer:
    """A site whose first page shows 9,000 articles; one more stands on page 2."""
    if path == "/":
        rows = "".join(row(f"/a/{n}.html", n) for n in range(9000))
        return Answer(f"<title>全部文章</title><ul>{rows}</ul><a href='/index_1.html'>下一页</a>")
    if path == "/index_1.html":
        return Answer(f"<title>全部文章</title><ul>{row('/a/9000.html', 9000)}</ul>")
    return article(path.rpartition("/")[2].partition(".")[0])


def test_a_page_with_thousands_of_rows_is_read_to_its_end(tmp_path: Path) -> None:
    with serving(all_in_one) as little:
        done = crawl(little, tmp_path, exclude=["/[0-9]*[1-9][0-9]{0,2}[.]html"])
    assert done.returncode == 0, done.stderr
    asked = {path for path in little.counts if path.startswith("/a/")}
    assert asked == {"/a/0.html", *(f"/a/{n}000.html" for n in range(1, 10))}
