"""A later visit: how far a pager is followed, what is asked for again, and what an address stays."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from family_crawl import DAY, crawl
from little_server import Answer, serving

from archive.catalogue import query, timeline
from archive.layout import Layout
from archive.ledger import read_ledger, read_missing


def article(number: int) -> Answer:
    title = f"全市统战部长会议第{number}次召开"
    lines = "".join(f"<p>会议第{number}次研究了第{part}项工作，强调要画好最大同心圆。</p>" for part in range(4))
    return Answer(f"<title>{title}</title><h1>{title}</h1><div>2024-01-01 来源：市委统战部</div>{lines}")


def front(count: int) -> Answer:
    """A home page that lists so many articles."""
    rows = (f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-01</li>" for n in range(count))
    return Answer(f"<title>首页</title><ul>{''.join(rows)}</ul>")


def test_new_articles_on_the_fifth_page_of_a_pager_of_numbers_are_found(tmp_path: Path) -> None:
    """The pager has no 下一页: while a page brings news, the first number that was not asked for yet follows."""
    there = 60

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return Answer("<title>首页</title><a href='/list.php?p=1'>统战要闻</a>")
        if path.startswith("/list.php?p="):
            page = int(path.rpartition("=")[2])
            numbers = range(there - 10 * (page - 1), max(0, there - 10 * page), -1)
            rows = "".join(
                f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-01</li>" for n in numbers
            )
            pager = "".join(f"<a href='/list.php?p={n}'>{n}</a> " for n in range(1, 7))
            return Answer(f"<title>统战要闻</title><ul>{rows}</ul><div class='pages'>{pager}</div>")
        number = path.removeprefix("/show-").removesuffix(".html")
        return article(int(number)) if number.isdecimal() and int(number) <= there else Answer(status=404)

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        there = 110
        crawl(site, data, later=2 * DAY)
    titles = {document.title for document in query.documents(Layout(root=data), query.Filter())}
    assert titles == {f"全市统战部长会议第{n}次召开" for n in range(1, 111)}


def listed(numbers: range | list[int], page: int, size: int, days: Callable[[int], str]) -> Answer:
    """A page of a list, with the way to the next one."""
    shown = numbers[size * (page - 1) : size * page]
    rows = "".join(f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> {days(n)}</li>" for n in shown)
    more = f"<a href='/list.php?p={page + 1}'>下一页</a>" if size * page < len(numbers) else ""
    return Answer(f"<title>统战要闻</title><ul>{rows}</ul>{more}")


# The numbers of the articles in the order of their list, at first and later; the pages of which the later crawl asks
# for: those that it has to, and no more.
GROWN: dict[str, tuple[list[int], list[int], set[str]]] = {
    "sorted upwards": ([*range(1, 15)], [*range(1, 18)], {"1", "4", "5"}),
    "sorted upwards, and the last page was full": ([*range(1, 17)], [*range(1, 19)], {"1", "4", "5"}),
    "the first page is full of rows that stay": (
        [1, 2, 3, 4, *range(20, 4, -1)],
        [1, 2, 3, 4, *range(22, 4, -1)],
        {"1", "2", "3"},
    ),
    "as usual": ([*range(20, 0, -1)], [*range(20, 0, -1)], {"1"}),
}


def found_again(
    tmp_path: Path, routes: Callable[[str, Mapping[str, str]], Answer], there: list[int], later: list[int]
) -> Counter[str]:
    """Crawl, let the articles of a list be the later ones, and crawl again: what the second crawl asked for."""
    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        before, there[:] = little.counts, later
        crawl(site, data, later=DAY / 2)
        again = little.counts - before
    titles = {document.title for document in query.documents(Layout(root=data), query.Filter())}
    assert titles == {f"全市统战部长会议第{n}次召开" for n in later}
    return again


@pytest.mark.parametrize("days", ["each", "none", "of the import"])
@pytest.mark.parametrize("order", GROWN)
def test_new_rows_that_are_not_on_the_first_page_are_found(order: str, days: str, tmp_path: Path) -> None:
    """The page that has the newest rows is asked for when the first one is, and no other."""
    first, later, asked = GROWN[order]
    there = [*first]

    def day(number: int) -> str:
        return {"each": f"2024-01-{number:02}", "none": "", "of the import": "2024-05-05"}[days]

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return Answer("<title>首页</title><a href='/list.php?p=1'>统战要闻</a>")
        if path.startswith("/list.php?p="):
            return listed(there, int(path.rpartition("=")[2]), 4, day)
        number = path.removeprefix("/show-").removesuffix(".html")
        return article(int(number)) if number.isdecimal() and int(number) in there else Answer(status=404)

    again = found_again(tmp_path, routes, there, later)
    assert {path.rpartition("=")[2] for path in again if path.startswith("/list.php")} == asked


@pytest.mark.parametrize("order", GROWN)
def test_new_rows_behind_those_that_a_button_shows_are_found(order: str, tmp_path: Path) -> None:
    first, later, _ = GROWN[order]
    there = [*first]
    code = "var p = 1; function more() { $.get('/rows?p=' + p++, function (rows) { $('#l').append(rows) }) } more();"

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return Answer("<title>首页</title><a href='/list.html'>统战要闻</a>")
        if path == "/list.html":
            button = "<button onclick='more()'>加载更多</button>"
            return Answer(f"<title>统战要闻</title><ul id=l></ul>{button}<script>{code}</script>")
        if path.startswith("/rows?p="):
            page = int(path.rpartition("=")[2])
            rows = (f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-{n:02}</li>" for n in there)
            return Answer("".join([*rows][4 * page - 4 : 4 * page]))
        number = path.removeprefix("/show-").removesuffix(".html")
        return article(int(number)) if number.isdecimal() and int(number) in there else Answer(status=404)

    again = found_again(tmp_path, routes, there, later)
    # As usual, the second page is shown too.
    assert sum(path.startswith("/rows") for path in again) <= (2 if order == "as usual" else 6)


LOGIN = (
    "<title>用户登录</title><form method='post'>用户名：<input name='u'>密码：<input type='password' name='p'></form>"
)
REPAIR = "<title>系统维护中</title><h1>网站维护中</h1><p>系统正在升级维护，请稍后访问。</p>"


def test_a_login_page_in_place_of_an_article_and_a_way_off_the_site_change_no_role(tmp_path: Path) -> None:
    hidden = False

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            rows = "".join(
                f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-01</li>" for n in range(6)
            )
            return Answer(
                f"<title>首页</title><ul>{rows}<li><a href='/away.html'>外站的新闻标题</a> 2024-01-01</li></ul>"
            )
        if path == "/away.html":
            return Answer(status=302, headers={"Location": "http://else.example/1.html"})
        if hidden and path in ("/show-1.html", "/show-2.html"):
            return Answer(LOGIN if path == "/show-1.html" else REPAIR)
        number = path.removeprefix("/show-").removesuffix(".html")
        return article(int(number)) if number.isdecimal() else Answer(status=404)

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        crawl(site, data, later=2 * DAY)
        assert little.counts["/away.html"] == 1
        hidden = True
        crawl(site, data, later=3 * DAY, full=True)
    with closing(sqlite3.connect(Layout(root=data).state("little"))) as db:
        told = dict(db.execute("SELECT substr(url, -11), role FROM address WHERE url LIKE '%/show-%'"))
    assert told == {f"show-{n}.html"[-11:]: "article" for n in range(6)}


def test_articles_of_one_shape_are_all_fetched_though_they_lead_nowhere(tmp_path: Path) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return front(260)
        number = path.removeprefix("/show-").removesuffix(".html")
        return article(int(number)) if number.isdecimal() else Answer(status=404)

    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites"), tmp_path / "data")
        assert sum(path.startswith("/show-") for path in little.counts) == 260


def test_an_address_that_should_be_an_article_and_gives_none_is_reported(tmp_path: Path) -> None:
    """From the first visit on, whatever stands there; one that leads to an article is none of them."""
    told = "<title>提示</title><script>alert('参数错误');location.href='/'</script>"
    odd = {
        "/show-1.html": Answer("<title>云溪县统一战线</title><div>首页 要闻</div>"),
        "/show-2.html": Answer(told),
        "/show-3.html": Answer(status=302, headers={"Location": "/"}),
        "/show-4.html": Answer(b"\x00" * 999, headers={"Content-Type": "message/rfc822"}),
        "/show-5.html": Answer("<title>提示</title><p>该文章正在审核中</p>"),
        "/show-6.html": Answer(status=302, headers={"Location": "/new/6.html"}),
        "/show-7.html": Answer(
            "会议纪要\r\n\r\n县委统战部召开会议，研究全年工作。", headers={"Content-Type": "text/plain"}
        ),
    }

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            rows = "".join(
                f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-01</li>" for n in range(9)
            )
            return Answer(f"<title>首页</title><ul>{rows}</ul>")
        return odd.get(path) or (article(int(path[-6])) if path[-6].isdecimal() else Answer(status=404))

    data = tmp_path / "data"
    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites"), data)
        base = little.base
    missing = {each.url.removeprefix(base): each.reason for each in read_missing(Layout(root=data).missing("little"))}
    assert missing == {
        "/show-1.html": "empty",
        "/show-2.html": "redirect",
        "/show-3.html": "redirect",
        "/show-4.html": "not_html",
        "/show-5.html": "maintenance",
    }
    account = next(each for each in read_ledger(Layout(root=data).ledger("little")).lists if each.url == f"{base}/")
    assert (account.shown, account.had) == (9, 4)
    shown = {
        document.url.removeprefix(base): (document.title, document.text)
        for document in query.documents(Layout(root=data), query.Filter())
    }
    assert shown["/show-7.html"] == ("全市统战部长会议第7次召开", "会议纪要\n县委统战部召开会议，研究全年工作。")


def test_a_page_that_never_comes_whole_is_asked_for_once_when_it_is_due(tmp_path: Path) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return front(6)
        number = path.removeprefix("/show-").removesuffix(".html")
        if not number.isdecimal():
            return Answer(status=404)
        answer = article(int(number))
        assert isinstance(answer.body, str)
        too_long = {"Content-Length": str(len(answer.body.encode()) + 5000), "Connection": "close"}
        return Answer(answer.body, headers=too_long) if number == "3" else answer

    data = tmp_path / "data"
    url = "/show-3.html"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        assert little.counts[url] == 3
        crawl(site, data, later=2 * DAY)
        assert (little.counts[url], little.counts["/show-4.html"]) == (3, 1)
        crawl(site, data, later=31 * DAY)
        assert (little.counts[url], little.counts["/show-4.html"]) == (4, 2)
        crawl(site, data, later=32 * DAY)
        assert little.counts[url] == 4
        versions = timeline.versions(Layout(root=data), little.base + url)
        every = query.documents(Layout(root=data), query.Filter(versions=True))
        assert [one.flags for one in every if one.url == little.base + url] == [("truncated",)]
    assert [(one.outcome, one.captures) for one in versions] == [("document", 4)]
    with closing(sqlite3.connect(Layout(root=data).state("little"))) as db:
        assert db.execute("SELECT reason FROM address WHERE reason IS NOT NULL").fetchall() == [
            ("truncated_disconnect",)
        ]


def test_an_article_whose_address_shows_the_home_page_is_deleted(tmp_path: Path) -> None:
    """The host answers 404 where there never was anything; the clock of its home page differs each time."""
    gone, hour = False, 0

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        nonlocal hour
        hour += 1
        if path == "/" or (gone and path == "/show-1.html"):
            rows = "".join(
                f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-01</li>" for n in range(4)
            )
            return Answer(f"<title>云溪县统一战线</title><p>欢迎访问，现在是12:{hour:02}</p><ul>{rows}</ul>")
        return article(int(path[6])) if path.startswith("/show-") else Answer(status=404)

    data = tmp_path / "data"
    with serving(routes) as little:
        site, base = little.site(tmp_path / "sites"), little.base
        crawl(site, data)
        gone = True
        crawl(site, data, later=31 * DAY)
    layout = Layout(root=data)
    assert {each.url.removeprefix(base): each.reason for each in read_missing(layout.missing("little"))} == {
        "/show-1.html": "deleted"
    }
    found = {document.url.removeprefix(base): document.gone for document in query.documents(layout, query.Filter())}
    assert {path for path, day in found.items() if day} == {"/show-1.html"}
    assert len(found) == 4
