"""What the scripts of a page request: with the cookies that the page set, and anew for each page where they post."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from family_crawl import crawl
from little_server import Answer, serving

from archive.layout import Layout
from archive.ledger import read_ledger

LINES = "".join(f"<p>会议研究了第{n}项工作，强调要画好最大同心圆，巩固和发展爱国统一战线。</p>" for n in range(6))
CODE = """<button id=more onclick="more()">加载更多</button><script>
var page = 1;
function more() {
  $.ajax({url: '/more?page=' + (page + 1), type: 'post', headers: {'X-CSRF-TOKEN': 'a', 'Cookie': 'sid=x'},
          success: function (html) { $('#rows').append(html); page = page + 1; }});
}</script>"""
PAGES = 3


def row(number: int) -> str:
    return f"<li><a href='/show-{number}.html'>全市统战部长会议第{number}次召开</a> <span>2020-02-1{number}</span></li>"


def test_scripts_give_back_the_cookies_of_their_page(tmp_path: Path) -> None:
    given: dict[str, str | None] = {}

    def routes(path: str, headers: Mapping[str, str]) -> Answer:
        given[path] = headers.get("Cookie")
        if path == "/":
            first = f"<title>统战要闻</title><ul id=rows>{row(1)}{row(2)}{row(3)}</ul>{CODE}"
            return Answer(first, headers={"Set-Cookie": "sid=one; path=/; HttpOnly"})
        if path.startswith("/more?page="):
            page, mark = int(path[-1]), {name.lower(): value for name, value in headers.items()}.get("x-csrf-token")
            if mark != "a" or headers.get("Cookie") != {2: "sid=one", 3: "sid=two"}.get(page) or page > PAGES:
                return Answer("{}", status=419)
            return Answer(row(2 * page) + row(2 * page + 1), headers={"Set-Cookie": "sid=two"})
        if path.startswith("/show-"):
            title = f"全市统战部长会议第{path[6]}次召开"
            return Answer(f"<title>{title}</title><h1>{title}</h1><div>2020-02-1{path[6]}</div>{LINES}")
        return Answer(status=404)

    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites"), tmp_path / "data")
    assert {path for path in given if path.startswith("/show-")} == {f"/show-{n}.html" for n in range(1, 8)}
    assert {path: cookie for path, cookie in given.items() if cookie} == {
        "/more?page=2": "sid=one",
        "/more?page=3": "sid=two",
        "/more?page=4": "sid=two",
    }
    assert [each.gap for each in read_ledger(Layout(root=tmp_path / "data").ledger("little")).lists] == [0]


def test_each_page_posts_for_itself_though_another_one_posted_the_same(tmp_path: Path) -> None:
    code = "<ul id=r></ul><script>$.post('/rows', {page: 1}, function (html) { $('#r').append(html); });</script>"
    asked: list[str] = []

    def routes(path: str, headers: Mapping[str, str]) -> Answer:
        asked.append(path)
        if path == "/":
            return Answer("<title>首页</title><a href='/a/'>统战要闻</a><a href='/b/'>基层动态</a>")
        if path in ("/a/", "/b/"):
            return Answer(f"<title>栏目</title>{code}")
        if path == "/rows":
            first = 1 if headers["Referer"].endswith("/a/") else 4
            return Answer("".join(map(row, range(first, first + 3))))
        return Answer(status=404)

    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites"), tmp_path / "data")
    assert {path for path in asked if path.startswith("/show-")} == {f"/show-{n}.html" for n in range(1, 7)}


def test_what_scripts_ask_for_counts_towards_the_limit_of_pages(tmp_path: Path) -> None:
    code = "<ul id=r></ul><script>for (var n = 1; n < 4; n++) $.get('/rows-' + n, h => $('#r').append(h));</script>"
    asked: list[str] = []

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        asked.append(path)
        if path == "/":
            return Answer(f"<title>统战要闻</title>{code}")
        return Answer(row(int(path[-1]))) if path.startswith("/rows-") else Answer(status=404)

    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites", max_pages=4), tmp_path / "data")
    assert sorted(path for path in asked if path != "/robots.txt") == ["/", "/rows-1", "/rows-2", "/rows-3"]
