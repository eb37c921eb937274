"""What a crawl asks for, and what becomes of each address, by the answers it gets: one law a test, no wire."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError
from unwired import DAY, HOUR, LINE, NOON, Said, Unwired, article, rows

from crawler.discovery.link import Link
from crawler.discovery.scripted import form_address
from crawler.queue.accounts import say_gap
from crawler.queue.entries import Address
from crawler.spiders.offer import CHAIN
from crawler.wire.guard import Refused
from crawler.wire.missing import Missing

EARLY = 0.95
HOME = Said("<title>首页</title>" + rows("/1.html"))
WALL = Said("<title>Access Denied</title><script>var acw_sc__v2='1'</script>")


@pytest.fixture
def site(tmp_path: Path) -> Unwired:
    return Unwired(tmp_path)


def leads_to(said: Said | Exception) -> Any:
    """A home page with one row, and what answers there; an article everywhere else."""
    return lambda path: {"/": HOME, "/1.html": said}.get(path, article(path))


def moved(to: str, **headers: str) -> Said:
    return Said(status=302, headers={"Location": to} | headers)


def links(*paths: str) -> str:
    return "".join(f"<a href='{path}'>栏目{path}</a> " for path in paths)


# What one address answers, and how it ends.


@pytest.mark.parametrize(
    ("said", "asked", "why"),
    [
        (article("甲"), 1, None),
        (Said(status=404), 1, "http_404"),
        (Said(status=410), 1, "http_410"),
        (Said(status=403), 1, "blocked"),
        (Said(status=405), 1, "http_405"),
        (Said(status=199), 1, "http_199"),
        (Said(status=500), 3, "http_500"),
        (Said(status=503), 3, "http_503"),
        (Said(status=429), 3, "http_429"),
        (Said(status=304), 3, "http_304"),
        (Said("<p>数据库连接出错，请检查连接字串。</p>"), 3, "server_error"),
        (Said(meta={"empty": True}), 3, "empty"),
        (Said(meta={"empty": True}, headers={"Refresh": "3; url=/1.html"}), 3, "empty"),
        (Said(article("甲").body, flags=("md5",)), 3, "damaged"),
        (Said(article("甲").body, flags=("note: odd",)), 1, None),
        (Said(article("甲").body, cut="length"), 1, "too_large"),
        (Said(article("甲").body, cut="disconnect"), 3, "truncated_disconnect"),
        (Said(WALL.body, status=200), 1, "challenge"),
        (Said(WALL.body, status=403), 1, "challenge"),
        (Said(article("甲").body, meta={"nothing": "http://h/x"}), 1, "soft_404"),
        (DownloadTimeoutError(), 3, "timeout"),
        (DownloadConnectionRefusedError(), 3, "connection_refused"),
        (CannotResolveHostError(), 3, "unknown_host"),
        (Refused("robots", "no"), 1, "robots"),
        (Said("x", headers={"Content-Type": "application/octet-stream"}), 1, "not_html"),
        (Said("<title>统一战线</title><div>首页 要闻</div>"), 1, "empty"),
        (Said("<title>提示</title><p>该文章正在审核中</p>"), 1, "maintenance"),
        (Said("<title>提示</title><p>您访问的页面不存在</p>"), 1, "soft_404"),
        (moved("/"), 1, "redirect"),
        (Said("<meta http-equiv=refresh content='3;url=/'><p>信息不存在，3秒后返回首页</p>"), 1, "redirect"),
        (Said(meta={"empty": True}, headers={"Refresh": "0; url=/"}), 1, "redirect"),
        (moved("http://else/1.html"), 1, "redirect_off_site"),
        (moved("http://[bad/"), 1, "redirect_off_site"),
        (moved("/1.html"), 1, "redirect_loop"),
        (moved("/1.html", **{"Set-Cookie": "a=b"}), 1, "cookie"),
        (moved("/1.html;jsessionid=8F3A"), 1, "needs_session"),
    ],
)
def test_an_address_is_asked_for_until_it_is_known_how_it_ends(
    site: Unwired, said: Said | Exception, asked: int, why: str | None
) -> None:
    assert site.crawl(leads_to(said)).count("/1.html") == asked
    assert site.why() == ({} if why is None else {"/1.html": why})
    assert site.outcomes.troubles == ({} if why in (None, "redirect") else {why: 1})


@pytest.mark.parametrize(
    ("said", "later", "why", "gone", "again"),
    [
        (Said(status=404), 31, "deleted", True, 30),
        (Said(status=410), 31, "deleted", True, 30),
        (Said("<title>提示</title><p>您访问的页面不存在</p>"), 31, "deleted", True, 30),
        (Said(status=405), 31, "http_405", True, 30),
        (moved("http://else/"), 31, "redirect_off_site", True, 30),
        (Said(status=500), 31, "http_500", False, None),
        (moved("/"), 31, "deleted", True, 30),
        (moved("/error.html"), 31, "deleted", True, 30),
        (Said("<script>alert('您没有权限浏览');history.go(-1)</script>"), 31, "deleted", True, 30),
        (Said("<meta http-equiv=refresh content='3;url=/'><p>3秒后返回首页</p>"), 31, "deleted", True, 30),
        (moved("/login.html"), 31, "redirect", False, 30),
        (Said("<title>统一战线</title><div>首页 要闻</div>"), 31, "empty", False, 30),
        (WALL, 31, "challenge", False, None),
        (Said("<b>Warning</b>: mysql_connect(): Too many connections in conn.php"), 31, "server_error", False, None),
        (Said("<title>该域名已过期</title><p>域名 h 已过期，正在出售。</p>"), 31, "server_error", False, None),
    ],
)
def test_what_was_an_article_is_deleted_only_where_nothing_is_there(
    site: Unwired, said: Said, later: float, why: str, gone: bool, again: float | None
) -> None:
    site.crawl(leads_to(article("甲")))
    login = "<title>用户登录</title><form>用户名<input name=u>密码<input type=password></form>"
    other = {"/error.html": Said("<title>提示信息</title><p>您访问的页面出错了</p>"), "/login.html": Said(login)}
    there = leads_to(said)
    site.crawl(lambda path: other.get(path) or there(path), later=later * DAY)
    assert site.why()["/1.html"] == why
    when, check_at, role = site.row("/1.html", "gone", "check_at", "role")
    assert (when is not None, role) == (gone, "article")
    assert check_at == (None if again is None else pytest.approx(site.now + again * DAY * EARLY))


def test_an_article_that_is_unchanged_keeps_its_clock(site: Unwired) -> None:
    tagged = Said(article("甲", "2020-08-01").body, headers={"ETag": '"1"'})
    site.crawl(leads_to(tagged))
    site.crawl(leads_to(Said(status=304)), later=31 * DAY)
    assert site.why() == {}
    assert site.row("/1.html", "role", "etag", "gone") == ("article", '"1"', None)
    # First met 43 days after its own day, which is not forgotten; the check at three months is left.
    assert site.row("/1.html", "check_at")[0] == pytest.approx(NOON + 46.5 * DAY * EARLY, abs=0.1)


def test_a_redirect_is_followed_with_what_is_known_of_the_link(site: Unwired) -> None:
    assert site.crawl(leads_to(moved("/2.html"))) == ["/", "/1.html", "/2.html"]
    first, second = (
        site.row(path, "kind", "priority", "depth", "row_date", "anchor") for path in ("/1.html", "/2.html")
    )
    assert first == second
    assert site.row("/2.html", "hops", "role", "parent") == (1, "article", "http://h/1.html")
    assert site.row("/1.html", "role", "state") == (None, "done")
    # The stub itself is asked for again after a month only.
    assert site.row("/1.html", "check_at")[0] == pytest.approx(site.now + 30 * DAY * EARLY)


def test_redirects_end_after_ten_and_where_they_lead_back(site: Unwired) -> None:
    def chain(path: str) -> Said:
        return HOME if path == "/" else moved(f"/{int(path[1:-5]) + 1}.html")

    assert len(site.crawl(chain)) == 12
    assert site.why() == {"/1.html": "redirect", "/11.html": "redirect_loop"}


def test_a_circle_of_redirects_is_a_loop(site: Unwired) -> None:
    circle = {"/": HOME, "/1.html": moved("/2.html"), "/2.html": moved("/3.html"), "/3.html": moved("/1.html")}
    assert site.crawl(circle) == ["/", "/1.html", "/2.html", "/3.html"]
    assert site.why() == {"/1.html": "redirect", "/3.html": "redirect_loop"}


def test_a_cookie_is_given_back_where_the_site_file_allows_it(tmp_path: Path) -> None:
    site, cookies = Unwired(tmp_path, cookies=True), [moved("/1.html", **{"Set-Cookie": "a=b"}), article("甲")]
    assert site.crawl(lambda path: HOME if path == "/" else cookies.pop(0)) == ["/", "/1.html", "/1.html"]
    assert site.why() == {}
    assert site.now == pytest.approx(NOON, abs=1)


def test_what_leads_where_a_made_up_address_leads_is_nothing(site: Unwired) -> None:
    lost = moved("/sorry.html")
    lost = Said(
        status=302, headers=lost.headers, meta={"missing": Missing(url="http://h/x", location="http://h/sorry.html")}
    )
    assert site.crawl(leads_to(lost)) == ["/", "/1.html"]
    assert site.why() == {"/1.html": "soft_404"}


# Errors and rests.


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        (Said(status=500), [60, 120]),
        (Said(status=503), [60, 120]),
        (Said(status=503, headers={"Retry-After": "7"}), [7, 7]),
        (Said(status=429, headers={"Retry-After": "7000"}), [600, 600]),
        (Said(status=429, headers={"Retry-After": "soon"}), [60, 120]),
        (DownloadTimeoutError(), [60, 120]),
    ],
)
def test_the_pause_before_the_next_try_doubles_or_is_the_servers(
    site: Unwired, said: Said | Exception, waits: list[float]
) -> None:
    times = []

    def answer(path: str) -> Said | Exception:
        times.append(site.now)
        return HOME if path == "/" else said

    site.crawl(answer)
    assert [after - before for before, after in pairwise(times[1:])] == pytest.approx(waits, abs=0.1)


def test_a_host_that_never_answered_is_waited_for_a_sixtieth(site: Unwired) -> None:
    assert len(site.crawl(lambda _: DownloadTimeoutError())) == 3
    assert site.now - NOON == pytest.approx(3, abs=0.1)


def test_a_host_rests_after_five_errors_in_a_row_and_is_left_after_eight(site: Unwired) -> None:
    names = [f"/{n}.html" for n in range(1, 13)]
    asked: list[tuple[str, float]] = []

    def answer(path: str) -> Said:
        asked.append((path, site.now - NOON))
        return Said(rows(*names)) if path == "/" else Said(status=500)

    site.crawl(answer)
    assert [round(time) for _, time in asked] == [0] * 6 + [60, 120, 180]
    assert site.left == ["http://h"]
    # What was not asked for stays due, and what failed waits for another run.
    assert site.frontier.waiting().keys() == {"http://h"}
    assert site.frontier.next_waiting() is None


def test_pages_between_errors_keep_a_host(site: Unwired) -> None:
    names = [f"/{n}.html" for n in range(30)]
    answers = {name: article(name) if n % 4 == 0 else Said(status=500) for n, name in enumerate(names)}
    site.crawl({"/": Said(rows(*names)), **answers})
    assert "http_500" in site.outcomes.troubles
    assert [site.row(name, "state")[0] for name in names[::4]] == ["done"] * 8


def test_refused_for_now_leaves_the_host_and_keeps_the_address(site: Unwired) -> None:
    site.crawl(leads_to(Refused("robots_unreachable", "robots.txt gave 500", later=True)))
    assert site.left == ["http://h"]
    assert site.row("/1.html", "state", "reason") == ("pending", "robots_unreachable")
    assert site.crawl(leads_to(article("甲")), later=HOUR) == ["/", "/1.html"]


def test_pages_like_those_that_were_blocked_are_left_for_the_next_crawl(site: Unwired) -> None:
    names = [f"/a/{n}.html" for n in range(9)]
    pages = {"/": Said(rows(*names, "/b/1.html")), "/b/1.html": article("乙"), **dict.fromkeys(names, WALL)}
    asked = site.crawl(pages)
    assert asked.count("/b/1.html") == 1
    assert sum(path.startswith("/a/") for path in asked) == 5
    assert {site.why()[name] for name in names} == {"challenge", "blocked"}
    assert site.hosts.walled
    assert sum(path.startswith("/a/") for path in site.crawl(pages, later=HOUR)) == 5


# What a page leads to.


def test_links_lie_one_deeper_and_pagers_scripts_and_redirects_do_not(site: Unwired) -> None:
    pages = {
        "/": Said(links("/l/")),
        "/l/": Said(rows("/1.html") + "<a href='/l/2.html'>下一页</a>"),
        "/l/2.html": Said(rows("/2.html")),
    }
    site.crawl(pages)
    depths = {path: site.row(path, "depth")[0] for path in ("/", "/l/", "/l/2.html", "/1.html", "/2.html")}
    assert depths == {"/": 0, "/l/": 1, "/l/2.html": 1, "/1.html": 2, "/2.html": 2}


def test_what_lies_too_deep_is_kept_and_asked_for_once_a_shorter_way_is_found(tmp_path: Path) -> None:
    site = Unwired(tmp_path, max_depth=2)
    pages = {"/": Said(links("/a/")), "/a/": Said(links("/b/")), "/b/": Said(links("/c/")), "/c/": Said(links("/d/"))}
    assert site.crawl(pages) == ["/", "/a/", "/b/"]
    assert site.why() == {"/c/": "too_deep"}
    # The next visit goes no deeper by itself.
    assert site.crawl(pages, later=40 * DAY) == ["/", "/a/", "/b/"]
    # Where the site file allows more by now, it is asked for too.
    site.end()
    shutil.copytree(tmp_path, tmp_path.with_name("deeper"))
    assert "/c/" in Unwired(tmp_path.with_name("deeper"), max_depth=3).crawl(pages)
    site.open()
    pages["/"] = Said(links("/a/", "/c/"))
    assert "/c/" in site.crawl(pages, later=HOUR)
    assert site.why() == {"/d/": "http_404"}


def test_articles_that_only_lead_to_one_another_are_walked_further_than_pages(tmp_path: Path) -> None:
    site = Unwired(tmp_path, max_depth=2)

    def chain(path: str) -> Said:
        if not path.startswith("/show/"):
            return Said(rows("/show/1.html") if path == "/" else LINE)
        number = int(path[6:].partition(".")[0])
        before = f"<p>上一篇：<a href='/show/{number + 1}.html'>第{number + 1}次会议</a></p>"
        deeper = f"<a href='/more{number}/'>更多</a>"
        return Said(article(f"第{number}次会议").body + before + deeper)

    asked = site.crawl(chain)
    assert [path for path in asked if path.startswith("/show/")] == [f"/show/{n}.html" for n in range(1, 2 * CHAIN + 1)]
    assert [path for path in asked if path.startswith("/more")] == ["/more1/"]
    assert site.why()[f"/show/{2 * CHAIN + 1}.html"] == "too_deep"


def test_another_order_of_a_list_is_left_out_where_the_list_is_known(site: Unwired) -> None:
    pages = {"/": Said(links("/l.php?id=3", "/l.php?id=3&sort=hits&order=asc", "/m.php?sort=hits"))}
    assert site.crawl(pages) == ["/", "/m.php?sort=hits", "/l.php?id=3"]
    assert site.why()["/l.php?id=3&sort=hits&order=asc"] == "trap"


def test_the_site_file_says_what_is_a_list_and_what_is_not_asked_for(tmp_path: Path) -> None:
    site = Unwired(tmp_path, lists=("/special/",), articles=("/show/",), exclude=("/video/",))
    names = ("/show/1.html", "/special/1.html", "/other/20200101/1.html", "/video/1.html", "http://else/1.html")
    site.crawl({"/": Said(rows(*names)), "/show/1.html": article("甲"), "/special/1.html": article("乙")})
    assert [site.row(name, "priority") for name in names[:3]] == [(3,), (1,), (1,)]
    assert site.row("/video/1.html", "id") == ()
    assert [site.row(name, "role")[0] for name in names[:2]] == ["article", "list"]


@pytest.mark.parametrize("articles", [(), ("/s",), ("/special/",)])
def test_what_the_site_file_calls_a_list_is_one_though_it_reads_like_an_article(
    tmp_path: Path, articles: tuple[str, ...]
) -> None:
    site = Unwired(tmp_path, lists=("/special/",), articles=articles)
    site.crawl({"/": Said(rows("/special/1.html")), "/special/1.html": article("乙")})
    assert site.row("/special/1.html", "role", "priority") == ("list", 1)


def test_files_are_taken_from_articles_and_documents_from_lists(site: Unwired) -> None:
    files = "".join(f"<a href='/f/1.{kind}'>附件</a><img src='/i/1.png'>" for kind in ("doc", "zip", "mp4"))
    of_list = rows("/l/1.pdf") + "<img src='/l/1.png'><a href='/l/1.zip'>包</a>"
    asked = site.crawl({"/": Said(rows("/1.html") + of_list), "/1.html": Said(article("甲").body + files)})
    assert sorted(asked) == ["/", "/1.html", "/f/1.doc", "/f/1.zip", "/i/1.png", "/l/1.pdf", "/l/1.zip"]


@pytest.mark.parametrize(
    ("kinds", "kept"),
    [
        ((), []),
        (("images",), ["/i/1.png", "/i/2"]),
        (("attachments",), ["/f/1.doc"]),
        (("[.]mp4$", "[.]css$"), ["/s/1.css"]),
    ],
)
def test_the_site_file_chooses_the_files(tmp_path: Path, kinds: tuple[str, ...], kept: list[str]) -> None:
    site = Unwired(tmp_path, requisites=kinds)
    style = "<link rel=stylesheet href='/s/1.css'>"
    files = "<a href='/f/1.doc'>附件</a><img src='/i/1.png'><img src='/i/2'>"
    asked = site.crawl({"/": HOME, "/1.html": Said(style + article("甲").body + files)})
    assert sorted(asked[2:]) == kept


def test_the_way_to_the_printer_is_not_taken_from_an_article_and_is_from_a_list(site: Unwired) -> None:
    way = "<a href='/print/{}.html'>打印</a>"
    asked = site.crawl(
        {"/": Said(rows("/1.html") + way.format(0)), "/1.html": Said(article("甲").body + way.format(1))}
    )
    assert "/print/1.html" not in asked
    assert "/print/0.html" in asked


def test_what_is_asked_for_with_a_form_from_a_row_is_left_out_and_a_pager_by_a_form_is_not(site: Unwired) -> None:
    form = (
        "<form method=post action='/l.jsp'><input type=hidden name=lm value=3>第1/3页 转到<input name=page>页"
        "<input type=submit value=转到></form>"
    )
    asked = site.crawl({"/": Said(links("/l.jsp")), "/l.jsp": Said(rows("/1.html") + form)})
    assert len([path for path in asked if path.startswith("/l.jsp#")]) == 1


# Further pages of a list.


def listing(there: int, path: str, *, each: int = 5, words: str = "下一页", ending: str = "html") -> Said | None:
    """A page of a list of so many articles, the newest first."""
    page = 1 if path == "/l/" else int(path.removeprefix("/l/").partition(".")[0]) if path.startswith("/l/") else 0
    if not page:
        return None
    numbers = range(there - each * (page - 1), max(0, there - each * page), -1)
    further = f"<a href='/l/{page + 1}.html'>{words}</a>" if there > each * page else ""
    back = "<a href='/l/'>首页</a>" if page > 1 else ""
    return Said(f"<title>要闻</title>{rows(*(f'/{n}.{ending}' for n in numbers))}<div>{back}{further}</div>")


def column(there: int, **said: Any) -> Any:
    return lambda path: Said(links("/l/")) if path == "/" else listing(there, path, **said) or article(path)


@pytest.mark.parametrize("ending", ["html", "pdf", "doc"])
def test_a_first_crawl_walks_a_list_to_its_end_and_a_later_one_as_far_as_there_is_news(
    site: Unwired, ending: str
) -> None:
    assert [path for path in site.crawl(column(30, ending=ending)) if path.startswith("/l/")] == [
        "/l/",
        *(f"/l/{n}.html" for n in range(2, 7)),
    ]
    assert site.crawl(column(30, ending=ending), later=12 * HOUR) == ["/", "/l/"]
    # Twelve new ones: the third page is the first that shows one that was known, and the fourth is known as a whole.
    later = site.crawl(column(42, ending=ending), later=12 * HOUR)
    assert [path for path in later if path.startswith("/l/")] == ["/l/", "/l/2.html", "/l/3.html", "/l/4.html"]
    assert sum(not path.startswith("/l/") for path in later) == 1 + 12


def test_a_full_crawl_walks_every_list_to_its_end(site: Unwired) -> None:
    first = site.crawl(column(30))
    assert sorted(site.crawl(column(30), later=HOUR, full=True)) == sorted(first)


def test_the_clock_of_a_list_is_that_of_its_first_page(site: Unwired) -> None:
    """The further ones are asked for once a month, for what was put between."""
    site.crawl(column(12))
    waits = {path: (site.row(path, "check_at")[0] - site.now) / EARLY / HOUR for path in ("/l/", "/l/2.html")}
    assert waits == {"/l/": pytest.approx(6), "/l/2.html": pytest.approx(30 * 24)}


@pytest.mark.parametrize("ending", ["html", "pdf"])
def test_a_list_comes_sooner_after_news_and_later_after_none(site: Unwired, ending: str) -> None:
    site.crawl(column(5, ending=ending))
    site.crawl(column(5, ending=ending), later=6 * HOUR)
    assert site.row("/l/", "span") == (9 * HOUR,)
    site.crawl(column(6, ending=ending), later=9 * HOUR)
    assert site.row("/l/", "span") == (pytest.approx(7.2 * HOUR),)


def pages_of(name: str, ways: Callable[[int], str], *, day: str = "2020-09-01") -> Callable[[str], Said]:
    """A column whose pages have three articles each, of this name, and the links of its pager."""

    def answer(path: str) -> Said:
        if path == "/":
            return Said(links("/l/"))
        if not path.startswith("/l/"):
            return article(path)
        page = int(path[4:-5] or 1)
        return Said(rows(*(f"/{name}-{page}-{n}.html" for n in range(3)), day=day) + ways(page))

    return answer


def test_a_list_without_days_in_its_rows_is_walked_to_its_end(site: Unwired) -> None:
    walk = pages_of("a", lambda page: f"<a href='/l/p{page + 1}.html'>下一页</a>" if page < 5 else "", day="")
    assert {path for path in site.crawl(walk) if path.startswith("/l/p")} == {f"/l/p{n}.html" for n in range(2, 6)}


def test_pages_of_news_are_walked_by_numbers_alone(site: Unwired) -> None:
    def numbers(page: int) -> str:
        return "".join(f" <a href='/l/p{n}.html'>{n}</a>" for n in range(1, 6) if n != page)

    for name, later in (("a", 0), ("b", 7 * HOUR)):
        asked = site.crawl(pages_of(name, numbers), later=later)
        assert [path for path in asked if path.startswith("/l/p")] == [f"/l/p{n}.html" for n in range(2, 6)]


def test_months_without_news_do_not_end_the_walk_of_a_calendar(site: Unwired) -> None:
    def months(path: str) -> Said:
        if path == "/":
            return Said(links("/m/9.html"))
        if not path.startswith("/m/"):
            return article(path)
        month = int(path[3:-5])
        back = f"<a href='/m/{month - 1}.html'>上月</a>" if month > 1 else ""
        return Said(f"<p>2020年{month}月</p>{back}" + (rows(f"/{month}.html") if month in (1, 9) else ""))

    asked = site.crawl(months)
    assert {path for path in asked if path.startswith("/m/")} == {f"/m/{n}.html" for n in range(1, 10)}


def test_a_list_that_answers_any_number_with_its_last_page_ends(site: Unwired) -> None:
    def same(path: str) -> Said:
        if path == "/":
            return Said(links("/l.php?p=1"))
        if not path.startswith("/l.php"):
            return article(path)
        page = int(path.rpartition("=")[2])
        names = [f"/{n}.html" for n in range(5 * min(page, 3), 5 * min(page, 3) + 5)]
        return Said(rows(*names) + f"<a href='/l.php?p={page + 1}'>下一页</a>")

    assert [path for path in site.crawl(same) if path.startswith("/l.php")] == [f"/l.php?p={n}" for n in (1, 2, 3, 4)]


def test_a_pager_of_an_article_leads_to_its_pages_only(site: Unwired) -> None:
    first = Said(article("甲").body + "<a href='/1_2.html'>下一页</a>" + links("/l/9.html"))
    second = Said(article("甲之二").body)
    asked = site.crawl({"/": HOME, "/1.html": first, "/1_2.html": second, "/l/9.html": article("乙")})
    assert sorted(asked) == ["/", "/1.html", "/1_2.html", "/l/9.html"]
    assert site.row("/1_2.html", "kind", "priority", "role") == ("next", 3, "article")


# What a list is good for, and when a visit brings far less.


def test_a_list_is_known_by_its_rows_and_an_empty_one_halves_what_is_expected(site: Unwired) -> None:
    full, none = column(12, each=20), lambda path: Said(links("/l/")) if path == "/" else Said("<title>要闻</title>")
    site.crawl(full)
    assert site.row("/l/", "shown") == (12,)
    assert site.frontier.shortfall() is None
    told = []
    for _ in range(3):
        site.crawl(none, later=30 * HOUR)
        told.append((site.row("/l/", "shown")[0], site.frontier.shortfall()))
    assert told == [(6, "0 of 12 articles on known lists"), (3, None), (1, None)]


@pytest.mark.parametrize(
    ("had", "got", "lack"), [(12, 6, None), (12, 5, "5 of 12 articles on known lists"), (9, 1, None)]
)
def test_less_than_half_of_ten_or_more_is_a_shortfall(site: Unwired, had: int, got: int, lack: str | None) -> None:
    site.crawl(column(had, each=20))
    site.crawl(column(got, each=20), later=9 * HOUR)
    assert site.frontier.shortfall() == lack


def test_articles_that_are_none_any_more_are_a_shortfall(site: Unwired) -> None:
    site.crawl(column(12, each=20))
    site.crawl(lambda path: column(12, each=20)(path) if path in ("/", "/l/") else Said(status=404), later=31 * DAY)
    assert site.frontier.shortfall() == "0 of 12 known articles"


# Articles under several addresses, and what they lead to.


def test_an_article_under_two_addresses_is_checked_once_and_two_of_one_title_each(site: Unwired) -> None:
    same, other = article("例会", "2020-09-12"), article("例会", "2020-08-12")
    pages = {"/": Said(rows("/1.html", "/show?id=1", "/2.html")), "/1.html": same, "/show?id=1": same, "/2.html": other}
    site.crawl(pages)
    alias, first = site.row("/show?id=1", "alias_of", "check_at"), site.row("/1.html", "id")[0]
    assert alias == (first, None)
    assert site.row("/2.html", "alias_of") == (None,)
    assert site.crawl(pages, later=DAY) == ["/", "/1.html"]


@pytest.mark.parametrize(
    ("day", "row", "first"),
    [
        ("2020-09-12", "2020-09-01", 1),
        ("2020-09-01", "2020-09-12", 17.5),
        ("2019-01-01", "2020-09-12", 30),
        ("", "2020-09-12", 1),
        ("", "", 30),
    ],
)
def test_the_age_of_an_article_is_its_own_days_then_its_rows(site: Unwired, day: str, row: str, first: float) -> None:
    site.crawl({"/": Said(rows("/1.html", day=row)), "/1.html": article("甲", day)})
    assert site.row("/1.html", "check_at")[0] == pytest.approx(NOON + first * DAY * EARLY, abs=0.1)


@pytest.mark.parametrize("hidden", ["登录", "维护"])
def test_a_page_that_hides_an_article_for_a_while_leaves_it_its_role(site: Unwired, hidden: str) -> None:
    login = "<form method='post'>用户名：<input name='u'>密码：<input type='password' name='p'></form>"
    page = {
        "登录": f"<title>用户登录</title>{login}",
        "维护": "<title>系统维护中</title><h1>网站维护中</h1><p>系统正在升级维护，请稍后访问。</p>",
    }[hidden]
    site.crawl(leads_to(article("甲")))
    site.crawl(leads_to(Said(page)), later=31 * DAY)
    assert site.row("/1.html", "role", "gone") == ("article", None)
    assert "/1.html" in site.crawl(leads_to(article("甲")), later=HOUR)


def test_a_page_whose_list_stands_in_a_frame_has_no_clock_and_the_frame_has(site: Unwired) -> None:
    frame = Said("<title>要闻</title><iframe src='/rows.html'></iframe>")
    site.crawl({"/": Said(links("/l/")), "/l/": frame, "/rows.html": Said(rows("/1.html")), "/1.html": article("甲")})
    assert site.row("/l/", "role") == (None,)
    both = Said("<title>要闻</title><iframe src='/rows.html'></iframe>" + rows("/2.html"))
    site.crawl({"/": Said(links("/l/")), "/l/": both}, later=31 * DAY)
    assert site.row("/l/", "role") == ("list",)
    assert site.row("/rows.html", "role", "depth") == ("list", 2)


def test_films_and_hidden_counters_of_articles_are_named_and_not_asked_for(tmp_path: Path) -> None:
    def answer(path: str) -> Said:
        if path == "/":
            return Said(rows("/1.html", "/2.html"))
        if not path.endswith(".html"):
            return Said("-")
        number, said = path[1], article(f"甲{path}")
        seen = f"<video src='/f{number}.mp4' poster='/p{number}.jpg'></video>"
        hidden = f"<img src='/hits?article={number}' style='display:none'>"
        return replace(said, body=f"{said.body}{seen}{hidden}")

    plain = Unwired(tmp_path)
    for later in (0, 40 * DAY):
        asked = plain.crawl(answer, later=later)
        assert [path for path in asked if path.startswith(("/f", "/hits"))] == []
        assert plain.why() == {"/f1.mp4": "film", "/hits?article=1": "counter", "/f2.mp4": "film"}
    assert {"/p1.jpg", "/p2.jpg"} <= plain.sent.keys()
    crawl = replace(plain.site.crawl, requisites=("images", r"\.mp4$"))
    plain.site = replace(plain.site, crawl=crawl)
    assert {"/f1.mp4", "/f2.mp4"} <= set(plain.crawl(answer, later=DAY, full=True))
    assert plain.why() == {"/hits?article=1": "counter"}
    plain.site = replace(plain.site, crawl=replace(crawl, requisites=("images", r"\.mp4$", "/hits")))
    assert {"/hits?article=1", "/hits?article=2"} <= set(plain.crawl(answer, later=2 * DAY, full=True))
    assert plain.why() == {}


# Addresses without end.


def test_empty_pages_of_one_shape_end_by_their_text(tmp_path: Path) -> None:
    site = Unwired(tmp_path, max_depth=500)

    def calendar(path: str) -> Said:
        if path == "/":
            return Said(links("/day?d=1"))
        day = int(path.rpartition("=")[2])
        return Said(f"<p>第{day}日：当日没有活动</p><a href='/day?d={day + 1}'>次日</a>")

    assert len(site.crawl(calendar)) == 1 + 29
    assert site.why() == {"/day?d=30": "led_nowhere"}
    # The next visit begins to count anew.
    assert len(site.crawl(calendar, later=HOUR, full=True)) == 1 + 29


def word(number: int | str) -> str:
    """A title: pages are told apart by their words, not by their numbers."""
    return f"关于{chr(0x4E00 + int(number))}的会议"


def with_services(count: int) -> Callable[[str], Said]:
    """A site whose articles each have a form to send them to a friend, and a home page that lists them all."""
    bar = rows(*(f"/show?id={n}" for n in range(1, 4)))

    def answer(path: str) -> Said:
        if path == "/":
            return Said(rows(*(f"/show?id={n}" for n in range(1, count + 1))))
        name, _, number = path.partition("=")
        if name == "/mail?id":
            return Said(f"<title>推荐给朋友</title>{bar}<form method='post'><input name='n'></form><p>还没有评论！</p>")
        if name == "/show?id":
            said = article(word(number))
            return replace(said, body=f"{said.body}{bar}<a href='/mail?id={number}'>推荐给朋友</a>")
        return Said(status=404)

    return answer


def asked_of(asked: list[str], name: str) -> int:
    return sum(path.startswith(name) for path in asked)


def test_pages_that_each_article_brings_and_that_lead_nowhere_are_asked_for_ever_more_rarely(site: Unwired) -> None:
    first = site.crawl(with_services(120))
    # The first, 28 like it, then one after 1, 2, 4, 8, 16 and 32 more.
    assert (asked_of(first, "/show"), asked_of(first, "/mail")) == (120, 35)
    second = site.crawl(with_services(130), later=40 * DAY)
    assert (asked_of(second, "/show"), asked_of(second, "/mail")) == (130, 6)
    assert site.frontier.learned.spared() == {"h/mail?id": 124}
    assert sum(why == "led_nowhere" for why in site.why().values()) == 93
    assert asked_of(site.crawl(with_services(130), later=DAY, full=True), "/mail") == 35


def test_articles_behind_many_empty_pages_of_their_shape_are_all_had(site: Unwired) -> None:
    def answer(path: str) -> Said:
        if path == "/":
            return Said(links(*(f"/n?k={n}" for n in range(1, 301))))
        number = int(path.partition("=")[2] or 0)
        return article(word(number)) if number > 150 else Said("<title>新闻</title><p>当日没有新闻发布</p>")

    asked = site.crawl(answer)
    assert asked_of(asked, "/n?k=") == 300
    assert site.why() == {}


def test_an_article_among_pages_that_are_left_out_is_found_by_later_visits(site: Unwired) -> None:
    def answer(path: str) -> Said:
        if path == "/":
            return Said(links(*(f"/n?k={n}" for n in range(1, 301))))
        number = int(path.partition("=")[2] or 0)
        return article(word(number)) if number in (140, 141) else Said("<title>新闻</title><p>当日没有新闻</p>")

    visits = [asked_of(site.crawl(answer, later=DAY), "/n?k=") for _ in range(20)]
    assert "/n?k=140" in site.sent
    assert "/n?k=141" in site.sent
    # Once one is found, all are asked for.
    assert max(visits[1:]) > 100


def test_no_dated_row_of_a_list_is_left_out_for_what_pages_like_it_gave(site: Unwired) -> None:
    def answer(path: str) -> Said:
        if path == "/":
            return Said(links(*(f"/n?k={n}" for n in range(1, 201))) + rows("/n?k=900", "/n?k=901"))
        number = int(path.partition("=")[2] or 0)
        return article(word(number)) if number >= 901 else Said("<title>新闻</title><p>当日没有新闻</p>")

    site.crawl(answer)
    assert {"/n?k=900", "/n?k=901"} <= set(site.sent)


def test_columns_without_news_for_long_stay_due(site: Unwired) -> None:
    """Their articles all stand on the home page, which is asked for first: no column ever led to anything.

    They are many enough to be taken for pages that lead nowhere.
    """

    def answer(path: str, new: bool = False) -> Said:
        number = int(path.partition("=")[2] or 0)
        if path == "/":
            return Said(rows(*(f"/a{n}" for n in range(220))) + links(*(f"/l?k={n}" for n in range(220))))
        if path.startswith("/l"):
            return Said(f"<h2>{word(number)}</h2>" + rows(f"/a{number}", *(["/new"] if new and number == 17 else [])))
        return article(f"会议{path}")

    for _ in range(3):
        site.crawl(answer, later=40 * DAY)
    assert site.frontier.learned.barren("h/l?k")
    assert "/new" in site.crawl(lambda path: answer(path, new=True), later=400 * DAY)


def test_empty_days_that_read_like_short_notes_end_as_soon(tmp_path: Path) -> None:
    site = Unwired(tmp_path, max_depth=500)

    def calendar(path: str) -> Said:
        if path == "/":
            return Said(links("/day?d=1"))
        day = int(path.rpartition("=")[2])
        note = f"<title>日历</title><h1>日历</h1><p>2020-9-{day}：大厅照常开放。</p>"
        return Said(f"{note}<div><a href='/day?d={day + 1}'>次日</a></div>")

    asked = site.crawl(calendar)
    assert site.row("/day?d=1", "role") == ("article",)
    assert len(asked) == 1 + 29


def test_the_same_article_at_ever_new_addresses_ends(tmp_path: Path) -> None:
    site = Unwired(tmp_path, max_depth=500)

    def same(path: str) -> Said:
        if path == "/":
            return Said(links("/show?n=1"))
        number = int(path.rpartition("=")[2])
        return Said(article("甲").body + links(f"/show?n={number + 1}"))

    asked = site.crawl(same)
    assert len(asked) == 1 + 85


def test_pages_without_words_are_told_apart_by_their_files(tmp_path: Path) -> None:
    site = Unwired(tmp_path, max_depth=500)

    def pictures(path: str) -> Said:
        if path == "/":
            return Said(links("/p?n=1"))
        if not path.startswith("/p?n="):
            return Said("x", headers={"Content-Type": "image/png"})
        number = int(path.rpartition("=")[2])
        further = links(f"/p?n={number + 1}") if number < 60 else ""
        return Said(f"<title>图</title><p>图片新闻</p><img src='/{number}.png'>" + further)

    assert sum(path.startswith("/p?n=") for path in site.crawl(pictures)) == 60


def test_half_a_character_in_a_title_of_an_answer_loses_no_row(site: Unwired) -> None:
    """A program that counts UTF-16 cut the title in the middle of a character."""
    answer = Said(
        '{"rows": [{"title": "会议召开\\ud83d", "url": "/1.html"}]}', headers={"Content-Type": "application/json"}
    )
    assert site.crawl({"/": Said(links("/l/")), "/l/": answer, "/1.html": article("甲")}) == ["/", "/l/", "/1.html"]
    assert site.row("/1.html", "anchor") == ("会议召开\ufffd",)


def test_an_article_that_leads_on_after_minutes_is_one_and_is_not_deleted(site: Unwired) -> None:
    slow = Said(f"<meta http-equiv=refresh content='600;url=/'>{article('甲').body}")
    for later in (0, 31 * DAY):
        site.crawl({"/": Said(rows("/1.html")), "/1.html": slow}, later=later)
        assert (site.why(), site.row("/1.html", "role")) == ({}, ("article",))


def test_the_last_page_of_an_article_that_holds_a_picture_alone_is_asked_for_once(site: Unwired) -> None:
    first = Said(f"{article('甲').body}<a href='/1_2.html'>下一页</a>")
    asked = site.crawl({"/": Said(rows("/1.html")), "/1.html": first, "/1_2.html": Said("<p><img src=/p2.jpg></p>")})
    assert asked.count("/1_2.html") == 1


# What a list claims, over a whole visit.


def accounts(site: Unwired) -> dict[str, tuple[Any, ...]]:
    """Each list: name, claimed, pages, shown, had, gap."""
    return {
        each.url.removeprefix("http://h"): (each.name, each.claimed, each.pages, each.shown, each.had, each.gap)
        for each in site.frontier.accounts.ledger().lists
    }


def test_the_pages_of_a_list_are_one_account_and_its_articles_have_none(site: Unwired) -> None:
    pages = {
        "/": Said("<a href='/l/'>要闻</a>"),
        "/l/": Said(rows("/1.html", "/2.html") + "共3条<a href='/l/2.html'>下一页</a>"),
        "/l/2.html": Said(rows("/3.html") + "共3条"),
        "/1.html": article("甲"),
        "/2.html": article("乙"),
    }
    site.crawl(pages)
    assert accounts(site) == {"/": (None, None, 1, 0, 0, 0), "/l/": ("要闻", 3, 2, 3, 2, 0)}
    assert site.frontier.accounts.ledger().doubts == ()
    # The page that was read last knows best, whatever its number.
    site.crawl({**pages, "/l/": Said(rows("/1.html", "/2.html") + "共5条")}, later=HOUR * 12)
    assert accounts(site)["/l/"][1:] == (5, 2, 3, 2, 2)
    # A page that turns out to be an article is no list any more: it stands among them only where rows are missing.
    site.crawl({**pages, "/l/": article("丙")}, later=DAY)
    assert accounts(site) == {"/": (None, None, 1, 0, 0, 0)}


def test_the_last_page_of_a_list_that_reads_like_an_article_is_still_a_page_of_it(site: Unwired) -> None:
    last = article("甲")
    pages = {
        "/": Said("<a href='/l/'>要闻</a>"),
        "/l/": Said(rows("/1.html", "/2.html") + "共3条<a href='/l/2.html'>下一页</a>"),
        "/l/2.html": replace(last, body=last.body + rows("/3.html")),
        **{f"/{n}.html": article(f"第{n}次会议") for n in (1, 2, 3)},
    }
    site.crawl(pages)
    assert accounts(site)["/l/"] == ("要闻", 3, 2, 3, 3, 0)


def test_a_gallery_without_days_shows_as_many_as_it_claims(site: Unwired) -> None:
    shown = "".join(f"<a href='/Item/{n}.aspx'><img src='/{n}.jpg'></a>" for n in (1, 2, 3))
    menu = "".join(f"<a href='/Category_{n}/Index.aspx'>栏目{n}</a>" for n in (4, 5, 6))
    pages = {
        "/": Said("<a href='/Category_7/Index.aspx'>图片</a>"),
        "/Category_7/Index.aspx": Said(f"{menu}<div>{shown}</div>共3条"),
        **{f"/Item/{n}.aspx": article(f"第{n}次会议") for n in (1, 2, 3)},
    }
    site.crawl(pages)
    assert accounts(site)["/Category_7/Index.aspx"] == ("图片", 3, 1, 3, 3, 0)
    # Of a list that claims another number nothing is known.
    pages["/Category_7/Index.aspx"] = Said(f"{menu}<div>{shown}</div>共8条")
    site.crawl(pages, later=2 * DAY)
    assert accounts(site)["/Category_7/Index.aspx"][1:] == (8, 1, 3, 3, 5)


def test_a_list_that_became_shorter_claims_what_its_last_page_says_now(site: Unwired) -> None:
    pages = {
        "/": Said("<a href='/l/'>要闻</a>"),
        "/l/": Said(rows("/1.html", "/2.html") + "共3条<a href='/l/2.html'>下一页</a>"),
        "/l/2.html": Said(rows("/3.html") + "共3条"),
        **{f"/{n}.html": article(f"第{n}次会议") for n in (1, 2, 3)},
    }
    site.crawl(pages)
    assert accounts(site)["/l/"] == ("要闻", 3, 2, 3, 3, 0)
    for path in ("/1.html", "/l/2.html"):
        pages[path] = Said(status=404)
    pages["/l/"] = Said(rows("/2.html", "/3.html") + "共2条")
    site.crawl(pages, later=DAY, full=True)
    assert accounts(site)["/l/"] == ("要闻", 2, 1, 2, 2, 0)


def test_a_list_in_a_frame_has_the_name_of_its_page(site: Unwired) -> None:
    frame = Said("<iframe src='/rows.html'></iframe>")
    site.crawl({"/": Said("<a href='/l/'>要闻</a>"), "/l/": frame, "/rows.html": Said(rows("/1.html") + "共4条")})
    assert accounts(site)["/rows.html"] == ("要闻", 4, 1, 1, 0, 3)


def test_files_and_rows_of_other_hosts_are_what_a_list_shows(site: Unwired) -> None:
    frame = "<iframe src='http://frames/1'></iframe>"
    site.crawl({"/": Said(rows("/1.html", "/2.pdf", "http://mp/3") + frame + "共5条"), "/1.html": article("甲")})
    (each,) = site.frontier.accounts.ledger().lists
    assert (each.shown, each.had, dict(each.foreign), each.gap) == (2, 1, {"frames": 1, "mp": 1}, 1)


def test_a_pager_that_breaks_off_and_one_that_leads_to_another_port_are_gaps_of_a_crawl(site: Unwired) -> None:
    further = "<a href='?p={}'>下一页</a>"
    own = {f"/{name}{n}.html": article(f"{name}{n}") for name in "ab" for n in range(4)}
    paths = [list(own)[:4], list(own)[4:]]
    away = [f"http://h:8104/{n}.html" for n in range(3)]
    site.crawl(
        {
            "/": Said("<a href='/a/'>甲栏</a><a href='/b/'>乙栏</a>"),
            "/a/": Said(rows(*paths[0]) + further.format(2)),
            "/a/?p=2": Said(status=500),
            "/b/": Said(rows(*paths[1]) + further.format(2)),
            "/b/?p=2": Said(rows(*away)),
            **own,
        }
    )
    said = {each.url: (each.gap, say_gap(each)) for each in site.frontier.accounts.ledger().lists}
    assert said["http://h/a/"] == (1, "shows 4; not read: http_500 http://h/a/?p=2")
    assert said["http://h/b/"] == (3, "shows 4; 3 rows lead to h:8104")


@pytest.mark.parametrize(("form", "gap"), [("<form method='post'><textarea name='c'></textarea></form>", 0), ("", 24)])
def test_a_guest_book_is_read_to_its_end_and_lacks_nothing(site: Unwired, form: str, gap: int) -> None:
    """Its pages differ by their words alone, and behind its last page there is that page again."""
    names = ["王建国", "李秀英", "张伟民", "刘志强", "陈国华", "杨晓梅", "赵立新"]

    def book(path: str) -> Said:
        if not path.startswith("/book"):
            return Said("<a href='/book'>留言</a>")
        n = min(int(path.partition("=")[2] or 1), 7)
        message = "<table><tr><td>网友{}　2026-3-{} 10:20</td></tr><tr><td>请问如何申请加入？</td></tr></table>"
        shown = "".join(message.format(names[n - 1] * (1 + k), k + 1) for k in range(3))
        further = f"共21条留言 第{n}/7页 <a href='/book?p={n + 1}'>下一页</a>"
        return Said(f"<title>留言板</title>{rows('/1.html')}{links(*'abcdefgh')}{shown}{further}{form}")

    site.crawl(book)
    asked = [path for path in site.sent if path.startswith("/book")]
    assert asked == ["/book", *(f"/book?p={n}" for n in range(2, 9))]
    assert [each.gap for each in site.frontier.accounts.ledger().lists if each.name == "留言"] == [gap]


def test_a_pager_that_robots_txt_disallows_is_a_gap_of_its_list(site: Unwired) -> None:
    own = {f"/{n}.html": article(f"甲{n}") for n in range(4)}
    pages = {"/": Said("<a href='/a/'>甲栏</a>"), "/a/": Said(rows(*own) + "<a href='?p=2'>下一页</a>"), **own}

    def answer(path: str) -> Said | Exception:
        return Refused("robots", "http://h/robots.txt disallows it") if "?" in path else pages[path]

    site.crawl(answer)
    (each,) = (each for each in site.frontier.accounts.ledger().lists if each.gap)
    assert (each.url, each.gap) == ("http://h/a/", 1)
    assert say_gap(each) == "shows 4; not read: robots http://h/a/?p=2"


def test_rows_that_only_a_form_leads_to_are_a_gap(site: Unwired) -> None:
    said = Said(rows(*(form_address("/show.jsp", f"id={n}") for n in range(3))))
    assert [path for path in site.crawl({"/": said}) if "show" in path] == []
    (each,) = site.frontier.accounts.ledger().lists
    assert (each.shown, each.blind, each.gap) == (0, 3, 3)


def test_a_gap_is_new_once_and_again_when_it_grows(site: Unwired) -> None:
    told = []
    for claimed in (3, 3, 5, 2):
        site.crawl({"/": Said(rows("/1.html") + f"共{claimed}条"), "/1.html": article("甲")}, later=HOUR)
        ledger = site.frontier.accounts.ledger()
        told.append(len(site.frontier.accounts.new_gaps(ledger)))
        site.frontier.accounts.keep_gaps(ledger)
    assert told == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("robots", "doubts"),
    [(b"Sitemap: http://h/map.xml", []), (b"Sitemap: http://else/map.xml", ["start_leads_nowhere"])],
)
def test_a_picture_for_a_home_page_is_enough_where_a_sitemap_leads_on(
    site: Unwired, robots: bytes, doubts: list[str]
) -> None:
    site.frontier.keep_robots("http://h", site.now, robots)
    entries = "".join(f"<url><loc>http://h/{n}.html</loc></url>" for n in range(3))
    sitemap = Said(f"<?xml version='1.0'?><urlset>{entries}</urlset>", headers={"Content-Type": "text/xml"})
    asked = site.crawl({"/": Said("<img src='/a.jpg'>"), "/map.xml": sitemap, "/0.html": article("甲")})
    assert len(asked) == (1 if doubts else 5)
    assert [each.doubt for each in site.frontier.accounts.ledger().doubts if each.doubt != "no_article"] == doubts
    # The sitemap of another host is not even kept as one that waits.
    assert "http://else/map.xml" not in {each.url for each in site.frontier.report.uncaptured(waiting=True)}


# Which of two pages is asked for first, and when.


@pytest.mark.parametrize("kind", ["application/gzip", "application/octet-stream", "text/xml"])
def test_a_packed_sitemap_leads_to_its_articles(site: Unwired, kind: str) -> None:
    listed = "<?xml version='1.0'?><urlset><url><loc>http://h/a/2020/0901/1.html</loc></url></urlset>"
    site.frontier.keep_robots("http://h", NOON, b"Sitemap: http://h/map.xml.gz")
    packed = Said(listed, headers={"Content-Type": kind}, packed=True)
    answers = {"/": Said("<a href='/x.xml.gz'>甲</a>"), "/map.xml.gz": packed, "/x.xml.gz": Said("\x1f\x8b")}
    assert "/a/2020/0901/1.html" in site.crawl(answers)


@pytest.mark.parametrize(
    ("robots", "path"),
    [
        (b"User-agent: *\nDisallow: /x/\nSitemap: /map.xml\n", "/map.xml"),
        (b"\xef\xbb\xbfUser-agent: *\rDisallow: /x/\rSitemap: http://h/map.xml\r", "/map.xml"),
        (b"\xef\xbb\xbfSITEMAP:map.xml", "/map.xml"),
        (b"Sitemap: http://a]b/x\nSitemap: http://h\xe2\x84\x80/x\nSitemap: /map.xml", "/map.xml"),
    ],
)
def test_a_sitemap_is_found_however_robots_txt_names_it(site: Unwired, robots: bytes, path: str) -> None:
    listed = "<?xml version='1.0'?><urlset><url><loc>http://h/a/2020/0901/1.html</loc></url></urlset>"
    site.frontier.keep_robots("http://h", NOON, robots)
    there = {"/": Said(links("/l/")), path: Said(listed, headers={"Content-Type": "text/xml"})}
    assert "/a/2020/0901/1.html" in site.crawl(there)


def test_articles_wait_for_lists_and_months_to_come_wait_for_all(site: Unwired) -> None:
    days = "".join(f"<td>{day}</td>" for day in range(2, 31)) + "<td><a href='/d?d=1'>1</a></td>"
    month = Said(f"<a href='/m?ym=08'>上个月</a><a href='/m?ym=10'>下个月</a><table><tr>{days}</tr></table>")
    asked = site.crawl({"/": Said(rows("/1.html") + links("/l/", "/m?ym=09")), "/m?ym=09": month})
    assert asked == ["/", "/l/", "/m?ym=09", "/m?ym=08", "/d?d=1", "/1.html", "/m?ym=10"]


def test_a_visit_asks_for_start_pages_for_what_failed_and_for_what_is_due(site: Unwired) -> None:
    pages = {
        "/": Said(rows("/old.html", "/lost.html", "/wall.html") + links("/l/")),
        "/l/": Said(rows("/old.html")),
        "/old.html": article("甲", "2019-01-01"),
        "/wall.html": WALL,
    }
    site.crawl(pages)
    assert site.crawl(pages, later=HOUR) == ["/", "/wall.html"]
    assert site.crawl(pages, later=6 * HOUR) == ["/", "/l/", "/wall.html"]
    # What was missing is tried again after a month, an old article is checked then.
    assert site.crawl(pages, later=29 * DAY) == ["/", "/l/", "/old.html", "/lost.html", "/wall.html"]


def test_an_address_with_a_parameter_that_makes_no_difference_is_asked_for_without_it(site: Unwired) -> None:
    names = [f"/show?id={n}" for n in range(12)]
    seen = Counter[str]()

    def answer(path: str) -> Said:
        """Each page writes another number behind its links."""
        seen[path] += 1
        stamp = sum(seen.values())
        if path == "/" or path.startswith(("/?", "/l?")):
            return Said("<title>要闻</title>" + rows(*(f"{name}&r={stamp}" for name in names)) + links(f"/l?r={stamp}"))
        return article(path.partition("&")[0])

    asked = site.crawl(answer)
    assert {path.partition("&r=")[0] for path in asked} >= set(names)
    # A few with several numbers teach it; from then on each is asked for once.
    assert sum(path.startswith("/show") for path in asked) <= len(names) + 3
    assert [key for key in site.frontier.learned.idle() if key.startswith("r")]
    assert sum(path.startswith("/show") for path in site.crawl(answer, later=HOUR)) <= 2


# What is sent.


def test_only_articles_and_files_are_asked_whether_they_changed(site: Unwired) -> None:
    tags = {"ETag": '"1"', "Last-Modified": "Sun, 13 Sep 2020 04:00:00 GMT"}
    pages = {
        "/": Said(rows("/1.html", "/2.doc"), headers=tags),
        "/1.html": Said(article("甲").body, headers=tags),
        "/2.doc": Said("x", headers=tags | {"Content-Type": "application/msword"}),
    }
    site.crawl(pages)
    assert [name for name, sent in site.sent.items() if "If-None-Match" in sent.headers] == []
    site.crawl(pages, later=31 * DAY, full=True)
    for name in ("/1.html", "/2.doc"):
        assert site.sent[name].headers["If-None-Match"] == b'"1"'
        assert site.sent[name].headers["If-Modified-Since"] == b"Sun, 13 Sep 2020 04:00:00 GMT"
        assert site.sent[name].headers["Referer"] == b"http://h/"
    assert {"If-None-Match", "If-Modified-Since", "Referer"}.isdisjoint(
        name.decode() for name in site.sent["/"].headers
    )


def test_a_form_is_posted_to_its_address(site: Unwired) -> None:
    form = "<form method=post action='/l.jsp'>第1/3页 转到<input name=page>页<input type=submit value=转到></form>"
    site.crawl({"/": Said(rows("/1.html") + form), "/1.html": article("甲")})
    (sent,) = (request for path, request in site.sent.items() if path.startswith("/l.jsp"))
    assert (sent.method, sent.url, sent.body) == ("POST", "http://h/l.jsp", b"page=2")
    assert sent.headers["Content-Type"] == b"application/x-www-form-urlencoded"
    assert (site.sent["/1.html"].method, site.sent["/1.html"].body) == ("GET", b"")


def test_a_run_of_few_pages_still_takes_the_files_of_its_articles_and_the_next_goes_on(site: Unwired) -> None:
    names = [f"/{n}.html" for n in range(1, 6)]
    pages = {"/": Said(rows(*names)), **{name: Said(article(name).body + f"<img src='{name}.png'>") for name in names}}
    site.max_pages = 3
    assert site.crawl(pages) == ["/", "/1.html", "/1.html.png", "/2.html", "/2.html.png"]
    site.max_pages = None
    assert site.crawl(pages, later=HOUR)[:2] == ["/", "/3.html"]


# What else may stand on a page.


def test_a_link_that_is_met_again_in_a_row_gains_its_day(site: Unwired) -> None:
    site.crawl({"/": Said(links("/1.html", "/l/")), "/l/": Said(rows("/1.html"))})
    assert site.row("/1.html", "row_date", "parent") == ("2020-09-01", "http://h/l/")


def test_news_in_a_side_bar_leads_no_further_into_a_list(site: Unwired) -> None:
    """Each page of the list shows the newest articles of the site, too."""

    def answer(newest: int) -> Any:
        return lambda path: (
            Said(said.body + rows(*(f"/new/{n}.html" for n in range(newest))))
            if path.startswith("/l/") and (said := column(30)(path))
            else column(30)(path)
        )

    site.crawl(answer(2))
    later = site.crawl(answer(5), later=12 * HOUR)
    assert [path for path in later if path.startswith("/l/")] == ["/l/", "/l/2.html"]


def test_an_empty_answer_that_refreshes_and_a_form_that_is_sent_at_once_lead_on(site: Unwired) -> None:
    form = "<body onload='document.f.submit()'><form name=f action=/4.html><input type=hidden name=a value=1></form>"
    leads = {
        "/1.html": Said(meta={"empty": True}, headers={"Refresh": "0; url=/3.html"}),
        "/2.html": Said(form),
        "/3.html": article("甲"),
        "/4.html?a=1": article("乙"),
    }
    site.crawl({"/": Said(rows("/1.html", "/2.html")), **leads})
    assert site.why() == {}
    assert site.row("/3.html", "role") + site.row("/4.html?a=1", "role") == ("article", "article")


def test_a_page_that_refreshes_to_another_is_a_redirect_and_one_to_itself_is_none(site: Unwired) -> None:
    refresh = "<meta http-equiv='refresh' content='0; url={}'>"
    pages = {
        "/": Said(rows("/1.html", "/3.html")),
        "/1.html": Said(refresh.format("/2.html")),
        "/2.html": article("乙"),
    }
    pages["/3.html"] = Said(refresh.format("/3.html") + article("丙").body)
    site.crawl(pages)
    assert [site.row(f"/{n}.html", "role", "hops") for n in (1, 2, 3)] == [(None, 0), ("article", 1), ("article", 0)]


def test_the_site_file_names_articles_that_the_cleaner_would_not_keep_and_the_next_page_of_a_list(
    tmp_path: Path,
) -> None:
    film = Said("<title>新闻联播</title><video src='/f/1.mp4'></video>")
    plain = Unwired(tmp_path / "plain")
    plain.crawl({"/": Said(rows("/film/1.html")), "/film/1.html": film})
    assert plain.row("/film/1.html", "role") == ("list",)
    named = Unwired(tmp_path / "named", articles=("/film/",))
    named.crawl({"/": Said(rows("/film/1.html")), "/film/1.html": film})
    assert named.row("/film/1.html", "role") == ("article",)


def test_a_cookie_beside_a_way_to_another_address_is_no_reason_to_wait(tmp_path: Path) -> None:
    site = Unwired(tmp_path, cookies=True)
    assert site.crawl(leads_to(moved("/2.html", **{"Set-Cookie": "a=b"}))) == ["/", "/1.html", "/2.html"]


def test_a_parameter_that_makes_no_difference_is_left_out_of_links_and_kept_in_redirects(site: Unwired) -> None:
    site.frontier.learned.keep_idle("r", lambda url: url)
    site.offers = type(site.offers)(site.site, site.frontier, full=False)
    site.reader.offers = site.offers
    pages = {
        "/": Said(links("/l/?r=3") + rows("/1.html")),
        "/1.html": moved("/2.html?r=7"),
        "/2.html?r=7": article("乙"),
    }
    # A redirect may have a reason to name the parameter, a link has none.
    assert site.crawl(pages) == ["/", "/l/", "/1.html", "/2.html?r=7"]


def test_a_list_that_shows_more_makes_up_for_no_other(site: Unwired) -> None:
    def answer(first: int, second: int) -> Any:
        lists = {
            "/a/": Said(rows(*(f"/a{n}.html" for n in range(first)))),
            "/b/": Said(rows(*(f"/b{n}.html" for n in range(second)))),
        }
        return lambda path: Said(links("/a/", "/b/")) if path == "/" else lists.get(path, article(path))

    site.crawl(answer(20, 10))
    site.crawl(answer(0, 40), later=9 * HOUR)
    assert site.frontier.shortfall() == "10 of 30 articles on known lists"


def test_a_list_that_answers_at_the_third_try_brought_what_it_used_to(site: Unwired) -> None:
    site.crawl(column(12, each=20))
    tries = [Said(status=500), Said(status=500), column(12, each=20)("/l/")]
    asked = site.crawl(lambda path: tries.pop(0) if path == "/l/" else column(12, each=20)(path), later=9 * HOUR)
    assert asked == ["/", "/l/", "/l/", "/l/"]
    assert site.frontier.shortfall() is None


def test_a_redirect_to_another_host_of_the_site_is_followed_and_a_pager_stays_one(tmp_path: Path) -> None:
    site = Unwired(tmp_path, hosts=("h", "g"))
    pages = {
        "/": Said(links("/l/")),
        "/l/": Said(rows("/1.html") + "<a href='/l/2.html'>下一页</a>"),
        "/l/2.html": moved("/l/p2.html"),
        "/l/p2.html": Said(rows("/2.html")),
        "/1.html": moved("http://g/1.html"),
        "http://g/1.html": article("甲"),
    }
    assert "http://g/1.html" in site.crawl(pages)
    assert site.row("/l/p2.html", "kind", "pager", "depth") == ("next", *site.row("/l/", "id", "depth"))


def test_a_host_that_asks_for_a_rest_again_and_again_is_left(site: Unwired) -> None:
    names = [f"/{n}.html" for n in range(12)]
    site.crawl({"/": Said(rows(*names)), **dict.fromkeys(names, Said(status=503))})
    assert site.left == ["http://h"]


def test_a_file_that_is_refused_is_no_wall_and_one_of_an_article_has_no_row(site: Unwired) -> None:
    files = "<ul><li><a href='/1.doc'>附件</a> 2020-09-01</li></ul>"
    site.crawl({"/": HOME, "/1.html": Said(article("甲").body + files), "/1.doc": Said(status=403)})
    assert site.why() == {"/1.doc": "http_403"}
    assert site.row("/1.doc", "row_date") == (None,)


def test_equal_articles_at_paths_of_their_own_are_all_fetched(site: Unwired) -> None:
    names = [f"/{n}.html" for n in range(60)]
    assert len(site.crawl({"/": Said(rows(*names)), **dict.fromkeys(names, article("甲"))})) == 61


def test_the_months_after_the_newest_come_last_one_after_the_other(site: Unwired) -> None:
    days = "".join(f"<td>{day}</td>" for day in range(2, 31)) + "<td><a href='/d?d={}'>1</a></td>"

    def answer(path: str) -> Said:
        if path == "/":
            return Said(rows("/1.html", "/2.html") + links("/m?ym=9"))
        if not path.startswith("/m?"):
            return article(path) if path.endswith(".html") else Said("<p>没有新闻</p>")
        month = int(path.rpartition("=")[2])
        later = f"<a href='/m?ym={month + 1}'>下个月</a>" if month < 12 else ""
        return Said(
            f"<a href='/m?ym={month - 1}'>上个月</a>{later}<table><tr>{days.format(month)}</tr></table>"
            if month > 7
            else ""
        )

    asked = site.crawl(answer)
    assert asked.index("/2.html") < asked.index("/m?ym=10") < asked.index("/m?ym=11")


def test_whole_pages_with_an_error_status_are_told_and_no_deletions(site: Unwired) -> None:
    there = {f"/{n}.html": article(f"座谈会{n}召开") for n in range(3)}
    home = {"/": Said("<title>首页</title>" + rows(*there, "/gone.html"))}
    gone = Said(article("本页面不存在").body.replace("2020-09-01 来源：市委统战部", ""), status=404)

    def served(status: int) -> dict[str, Said]:
        return home | {path: replace(said, status=status) for path, said in there.items()} | {"/gone.html": gone}

    site.crawl(served(200))
    assert site.frontier.accounts.ledger().doubts == ()
    for status in (404, 500):
        site.crawl(served(status), full=True)
        assert site.why() == {f"/{n}.html": f"http_{status}" for n in range(3)} | {"/gone.html": "http_404"}
        assert site.row("/0.html", "detail") == ("and yet an article: 座谈会0召开",)
        (doubt,) = site.frontier.accounts.ledger().doubts
        assert (doubt.doubt, doubt.count, doubt.detail) == ("whole_errors", 3, "http://h/0.html")
    site.crawl(served(200), full=True)
    assert site.frontier.accounts.ledger().doubts == ()


def test_a_start_page_with_rows_and_an_error_status_is_told(site: Unwired) -> None:
    site.crawl({"/": Said(rows("/1.html", "/2.html", "/3.html"), status=500)})
    assert site.row("/", "detail") == ("and yet a list of 3 rows",)
    assert "whole_errors" in {each.doubt for each in site.frontier.accounts.ledger().doubts}


def test_a_row_that_no_order_finds_behind_the_first_page_is_a_gap_of_a_list_that_counts_its_rows(site: Unwired) -> None:
    """Rows without days, with numbers in no order: the page that has the new one is due after a month."""
    names = [417, 902, 133, 688, 251, 774, 520, 399, 845]

    def answer(path: str) -> Said:
        page = {"/": 1, "/2.html": 2, "/3.html": 3}.get(path)
        if page is None:
            return article(path, day="")
        titles = (
            f"<li><a href='/show.asp?id={name}'>关于召开第{name}次会议的通知</a></li>"
            for name in names[3 * page - 3 :][:3]
        )
        turns = "".join(f"<a href='/{n}.html'>{n}</a>" for n in range(2, 4))
        return Said(f"<title>要闻</title><ul>{''.join(titles)}</ul>共{len(names)}条 {turns}")

    site.crawl(answer)
    assert [each.gap for each in site.frontier.accounts.ledger().lists] == [0]
    names.insert(4, 611)
    assert site.crawl(answer, later=12 * HOUR) == ["/"]
    assert [say_gap(each) for each in site.frontier.accounts.ledger().lists] == ["claims 10 (共10条), shows 9"]
    # What the first page shows for the first time has the second one asked for, too.
    names.insert(0, 306)
    assert {"/", "/2.html"} <= set(site.crawl(answer, later=12 * HOUR))
    assert [each.gap for each in site.frontier.accounts.ledger().lists] == [0]


def test_the_rows_that_are_remembered_have_a_limit_however_many_shapes_show_them(
    site: Unwired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.spiders.offer.MET", 100)
    # The names of articles have no numbers here, and each page has the same side bar.
    bar = [(url, Link(url=url, row_date="2026-01-01")) for url in (f"http://h/{n}.html" for n in range(30))]
    for name in map("".join, product("ghijk", repeat=2)):
        page = Address(url=f"http://h/{name}.html")
        assert site.offers._has_own_rows(page, bar)
        assert not site.offers._has_own_rows(page, bar)
        assert sum(map(len, site.offers._rows.values())) <= 100
