"""The spider, run as scrapyd would run it, on a small server that answers as the web does at its worst."""

from __future__ import annotations

import calendar
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import loaded
import pytest
from little_server import Answer, Little, serving

from archive.layout import Layout
from archive.ledger import Missing
from archive.warc import reader
from archive.warc.capture import Capture
from crawler.queue.address import shape
from crawler.queue.entries import State
from crawler.queue.frontier import Frontier
from crawler.queue.learned import BARREN
from crawler.queue.scheduler import AT_ONCE
from crawler.spiders.outcome import TRIES, retry_after
from crawler.wire.missing import NAME

CHECKOUT = Path(__file__).parents[2]
TEXT = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"


def scrapy(data: Path, site: Path, *words: str, name: str | None = None) -> subprocess.CompletedProcess[str]:
    settings = {"DATA": data, "SITES": site.parent, "CLEAN_AFTER_CRAWL": False, "RETRY_WAIT": 0.3}
    command = [sys.executable, "-m", "scrapy", "crawl", name or site.stem]
    command += [word for key, value in settings.items() for word in ("-s", f"{key}={value}")]
    return loaded.run([*command, *words], cwd=CHECKOUT, env=os.environ, timeout=300)


def captures(data: Path) -> dict[str, list[Capture]]:
    found: dict[str, list[Capture]] = {}
    for warc in Layout(root=data).warcs():
        for capture in reader.read(warc):
            if NAME not in capture.url:
                found.setdefault(capture.url, []).append(capture)
    return found


def troubles(data: Path, little: Little) -> dict[str, Missing]:
    frontier = Frontier(Layout(root=data).state("little"), read_only=True)
    try:
        return {found.url.removeprefix(little.base): found for found in frontier.report.uncaptured()}
    finally:
        frontier.close()


def article(title: str, more: str = "") -> Answer:
    return Answer(f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{TEXT}{more}</body></html>")


def links(*paths: str) -> str:
    return "".join(f"<a href='{path}'>{path.strip('/') or '首页'} 栏目</a>\n" for path in paths)


PAGES: dict[str, Answer] = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"}),
    "/": Answer(
        "<html><body>"
        + links("/list.html", "/r1", "/loop1", "/self", "/away", "/gone", "/ill", "/private/x.html", "/old/", "/js/")
        + links(
            "/asp.aspx",
            "http://127.0.0.99:9/",
            "/x/x/x/x/",
            "/cal.jsp?m=1",
            "/deep/1",
            "/doc.pdf",
            "/sleepy",
            "/flood.html",
        )
        + "<img src='/logo.png'></body></html>"
    ),
    "/list.html": Answer(
        "<html><body><ul>"
        + "".join(f"<li><a href='/xw/202002/t20200219_{n}.html'>会议之{n}</a><i>02-{n}</i></li>" for n in (11, 12, 13))
        + "</ul><a href='/list_2.html'>下一页</a></body></html>"
    ),
    # Past its end this site shows its first page again, and one page more each time.
    **{
        f"/list_{n}.html": Answer(
            "<html><body><ul>"
            + "".join(
                f"<li><a href='/xw/202002/t20200219_{m}.html'>会</a></li>" for m in ((14,) if n == 2 else (11, 12, 13))
            )
            + f"</ul><a href='/list_{n + 1}.html'>下一页</a></body></html>"
        )
        for n in range(2, 30)
    },
    **{f"/xw/202002/t20200219_{n}.html": article(f"会议之{n}") for n in (12, 13, 14)},
    "/xw/202002/t20200219_11.html": article("会议之11", "<img src='a.jpg'><a href='b.doc'>附件</a>"),
    "/xw/202002/a.jpg": Answer(b"\xff\xd8\xff" + bytes(500), headers={"Content-Type": "image/jpeg"}),
    "/xw/202002/b.doc": Answer(bytes(5000), headers={"Content-Type": "application/msword"}),
    "/r1": Answer(status=302, headers={"Location": "/r2"}),
    "/r2": Answer(status=301, headers={"Location": "/xw/202002/t20200219_14.html"}),
    "/loop1": Answer(status=302, headers={"Location": "/loop2"}),
    "/loop2": Answer(status=302, headers={"Location": "/loop1"}),
    "/self": Answer(status=302, headers={"Location": "/self"}),
    # ASP.NET without cookies: another address for each visitor.
    "/asp.aspx": Answer(status=302, headers={"Location": "/(S(lit3py55t21z5v55vlm25s55))/asp.aspx"}),
    "/away": Answer(status=302, headers={"Location": "http://127.0.0.99:9/x"}),
    "/gone": Answer("没有", status=404),
    "/ill": Answer("坏了", status=500),
    "/old/": Answer("<html><head><meta http-equiv=refresh content='0;url=/new/'></head></html>"),
    "/new/": article("新址"),
    "/js/": Answer("<html><script>location.href='/new2/'</script></html>"),
    "/new2/": article("新址二"),
    "/doc.pdf": Answer(b"%PDF-1.4 x", headers={"Content-Type": "application/pdf"}),
    "/flood.html": Answer("<html>" + "x" * 200_000),
}


@pytest.mark.fault(rows=[14, 30])
def test_one_crawl_of_a_site_with_all_that_the_web_does(tmp_path: Path) -> None:
    sleepy = iter([Answer(status=503, headers={"Retry-After": "2"})])

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/sleepy":
            return next(sleepy, article("醒了"))
        if path.startswith("/cal.jsp"):
            month = int(path.rpartition("=")[2])
            return Answer(f"<html>{links('/', f'/cal.jsp?m={month + 1}', f'/cal.jsp?m={month + 2}')}</html>")
        if path.startswith("/deep/"):
            return Answer(f"<html>{links(path + 'a/' + path[-1] + '1')}</html>")
        return PAGES.get(path, Answer("无此页", status=404))

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites", page_bytes=100_000, file_bytes=2000, max_depth=6)
        done = scrapy(data, site)
    # What lies too deep is a gap.
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    kept, wrong = captures(data), troubles(data, little)

    # Every page once; errors as often as there are tries.
    asked = little.counts
    assert asked["/ill"] == TRIES
    assert asked["/sleepy"] == 2
    assert {path for path, count in asked.items() if count != 1} == {"/ill", "/sleepy"}
    assert kept.keys() == {little.base + path for path in asked}
    # The articles of both list pages, redirects hop by hop, stubs, files of articles and documents; not the logo.
    for path, answer in PAGES.items():
        if not re.search(r"/list_[4-9]|/list_\d\d|\?", path):
            (capture, *_) = kept[little.base + path]
            assert capture.status == answer.status
    assert little.base + "/logo.png" not in kept
    # Where it was found: the date of its row, though the file's name says less.
    (capture,) = kept[little.base + "/xw/202002/t20200219_12.html"]
    assert capture.found is not None
    assert (capture.found.parent, capture.found.anchor, capture.found.row_date) == (
        f"{little.base}/list.html",
        "会议之12",
        "02-12",
    )
    # The pager ends where it repeats itself.
    assert "/list_3.html" in asked
    assert "/list_5.html" not in asked
    # What is over the limit is cut, and says so.
    (capture,) = kept[little.base + "/xw/202002/b.doc"]
    assert capture.truncated == "length"

    reasons = {path: found.reason for path, found in wrong.items() if not path.startswith(("/cal", "/deep"))}
    assert reasons == {
        "/loop2": "redirect_loop",
        "/self": "redirect_loop",
        "/asp.aspx": "needs_session",
        "/away": "redirect_off_site",
        "/gone": "http_404",
        "/ill": "http_500",
        "/private/x.html": "robots",
        "/x/x/x/x/": "trap",
        "/xw/202002/b.doc": "too_large",
        "/flood.html": "too_large",
    }
    assert wrong["/ill"].tries == TRIES
    assert wrong["/private/x.html"].state == State.REFUSED
    # The host was left in peace for as long as it asked; without a delay, one request is out before that is read.
    first, second = little.times("/sleepy")
    assert second - first >= 2
    assert sum(first < moment < first + 1.95 for moment, _ in little.asked) <= 1
    # The calendar has no end; the crawl has.
    assert 2 <= sum(path.startswith("/cal.jsp") for path in asked) <= BARREN + 2
    deep = [path for path, found in wrong.items() if found.reason in ("too_deep", "trap") and path.startswith("/deep")]
    assert len(deep) == 1


@pytest.mark.parametrize("back", ["&lt;", "«", "上个月", "上一页"])
def test_a_calendar_that_is_entered_at_its_newest_month_is_walked_back(tmp_path: Path, back: str) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer(f"<html>{links('/rili.jsp?m=6')}</html>")
        if path.startswith("/rili.jsp?m="):
            month = int(path.rpartition("=")[2])
            row = f'<ul><li><a href="/xw/{month}.html">全市统战工作会议召开{month}</a> 2020-0{month}-10</li></ul>'
            turn = f'<a href="/rili.jsp?m={month - 1}">{back}</a> {month}月 <a href="/rili.jsp?m={month + 1}">&gt;</a>'
            return Answer(f"<html>{turn}{row if 1 <= month <= 6 else '<p>本月没有新闻</p>'}</html>")
        return article(f"会议{path}") if path.startswith("/xw/") else Answer(status=404)

    with serving(routes) as little:
        done = scrapy(tmp_path / "data", little.site(tmp_path / "sites"))
    assert done.returncode == 0, done.stderr
    assert {path for path in little.counts if path.startswith("/xw/")} == {f"/xw/{month}.html" for month in range(1, 7)}


@pytest.mark.fault(rows=[33])
def test_a_calendar_without_end_uses_up_its_budget_and_the_articles_are_found(tmp_path: Path) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path.startswith("/cal.jsp"):
            month = int(path.rpartition("=")[2])
            return Answer(f"<html>{links('/', *(f'/cal.jsp?y=1&m={month * 4 + n}' for n in range(4)))}</html>")
        if path == "/":
            rows = links(*(f"/xw/202002/t20200219_{n}.html" for n in range(20)))
            return Answer(f"<html>{links('/cal.jsp?y=1&m=1')}{rows}</html>")
        return article("会议") if path.startswith("/xw/") else Answer(status=404)

    with serving(routes) as little:
        done = scrapy(tmp_path / "data", little.site(tmp_path / "sites"))
    assert done.returncode == 0, done.stderr
    asked = little.counts
    assert sum(path.startswith("/xw/") for path in asked) == 20
    # Pages of few words that show nothing new end it long before the budget of 200.
    assert 4 <= sum(path.startswith("/cal") for path in asked) <= 40
    wrong = troubles(tmp_path / "data", little)
    assert {found.reason for found in wrong.values()} == {"led_nowhere"}
    assert {shape(path) for path in wrong} == {shape("/cal.jsp?y=1&m=1")}


@pytest.mark.fault(rows=[31])
def test_a_host_that_falls_silent_is_left_alone_and_gone_on_with(tmp_path: Path) -> None:
    alive = True

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer(f"<html>{links(*(f'/xw/202002/t20200219_{n}.html' for n in range(30)))}</html>")
        if path.startswith("/xw/") and (not alive or path.endswith("_9.html")):
            return None
        return article(path)

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        alive = False
        first = scrapy(data, site)
        assert "left alone" in first.stderr
        frontier = Frontier(Layout(root=data).state("little"), read_only=True)
        assert frontier.report.runs()[0].ending == "broken_off"
        assert frontier.unfinished_since() is not None
        frontier.close()
        silent = sum(little.counts.values())
        assert silent < 15
        alive = True
        scrapy(data, site)
    assert little.counts["/"] == 1, "the visit was gone on with"
    assert len([url for url in captures(data) if "/xw/" in url]) == 29
    wrong = troubles(data, little)
    assert {path: (found.reason, found.tries) for path, found in wrong.items()} == {
        "/xw/202002/t20200219_9.html": ("connection_failed", TRIES)
    }


@pytest.mark.fault(rows=[30])
def test_a_request_that_was_ready_before_its_host_asked_for_a_rest_waits_too(tmp_path: Path) -> None:
    busy = iter([Answer("", 503, {"Retry-After": "3"})])

    def answer(path: str, _: object) -> Answer:
        if path == "/":
            return Answer("".join(f"<a href='/xw/202002/t20200219_{n}.html'>会议之{n}</a>" for n in range(4)))
        if path == "/robots.txt":
            return Answer(status=404)
        return next(busy, article("会议"))

    with serving(answer) as little:
        scrapy(tmp_path / "data", little.site(tmp_path / "sites", delay=0.5))
    pages = [(moment, path) for moment, path in little.asked if path.startswith("/xw/")]
    (first, _), *rest = pages
    assert rest[0][0] - first >= 2.9
    assert {path for _, path in rest} == {f"/xw/202002/t20200219_{n}.html" for n in range(4)}
    assert len(rest) == 4


@pytest.mark.fault(rows=[30])
def test_a_long_retry_after_is_waited_for_up_to_a_limit(tmp_path: Path) -> None:
    busy = iter([Answer(status=429, headers={"Retry-After": "86400"})])

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer(f"<html>{links('/a.html', '/b.html')}</html>")
        return next(busy, article(path)) if path.endswith(".html") else Answer(status=404)

    with serving(routes) as little:
        done = scrapy(tmp_path / "data", little.site(tmp_path / "sites"), "-s", "LONGEST_REST=1")
    assert done.returncode == 0, done.stderr
    pages = [(moment, path) for moment, path in little.asked if path in ("/a.html", "/b.html")]
    # One request was on its way already.
    (first, path), _, (again, same) = pages
    assert path == same
    assert again - first >= 1


def test_a_slow_server_gets_longer_pauses(tmp_path: Path) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        time.sleep(0.2)
        return Answer(f"<html>{links('/a.html', '/b.html', '/c.html')}</html>") if path == "/" else article(path)

    with serving(routes) as little:
        site = little.site(tmp_path / "sites", delay=0.05)
        scrapy(tmp_path / "data", site, "-s", "DOWNLOAD_DELAY_JITTER=0")
    pages = [moment for moment, path in little.asked if path != "/robots.txt"]
    assert len(pages) == 4
    # Twice what it took for the answer before, on average: on a busy machine one may arrive late.
    assert (pages[-1] - pages[0]) / 3 >= 0.35


WALLS = {
    "status": Answer("<html><body>禁止访问</body></html>", status=403),
    "challenge": Answer("<html><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></html>", status=412),
    "captcha": Answer("<html><body>访问过于频繁，请输入验证码<form><input name=code></form></body></html>"),
}


@pytest.mark.parametrize("wall", WALLS)
def test_a_host_that_blocks_us_again_and_again_is_left_alone(tmp_path: Path, wall: str) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer(f"<html>{links(*(f'/xw/202002/t20200219_{n}.html' for n in range(1, 41)))}</html>")
        if not path.startswith("/xw/"):
            return Answer(status=404)
        number = int(path.rpartition("_")[2].partition(".")[0])
        # One of them in between is no reason to leave.
        return WALLS[wall] if number == 1 or number > 3 else article(path)

    data = tmp_path / "data"
    with serving(routes) as little:
        done = scrapy(data, little.site(tmp_path / "sites"))
    assert "blocks us" in done.stderr
    walled = sum(path.startswith("/xw/") for path in little.counts) - 2
    assert 5 + 1 <= walled <= 5 + 1 + AT_ONCE
    wrong = troubles(data, little)
    # The rest is named too, and the visit is over: the next one asks for all of them, and for what is due beside.
    assert len(wrong) == 38
    assert {found.reason for found in wrong.values()} <= {"blocked", "challenge"}
    frontier = Frontier(Layout(root=data).state("little"), read_only=True)
    assert frontier.report.runs()[0].ending == "broken_off"
    assert frontier.unfinished_since() is None
    frontier.close()


@pytest.mark.fault(rows=[29])
def test_robots_that_cannot_be_read_hold_the_whole_host(tmp_path: Path) -> None:
    with serving(lambda path, _: Answer(status=500) if path == "/robots.txt" else article("x")) as little:
        site = little.site(tmp_path / "sites", start=[f"{little.base}/", f"{little.base}/a", f"{little.base}/b"])
        scrapy(tmp_path / "data", site)
    assert set(little.counts) == {"/robots.txt"}
    (reason,) = {found.reason for found in troubles(tmp_path / "data", little).values()}
    assert reason.startswith("robots")


def test_pages_are_counted_against_the_limit_and_the_next_crawl_goes_on(tmp_path: Path) -> None:
    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/":
            return Answer(f"<html>{links(*(f'/xw/202002/t20200219_{n}.html' for n in range(9)))}</html>")
        return article(path, "<img src='/p.jpg'>") if path.startswith("/xw/") else Answer(b"\xff\xd8")

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        scrapy(data, site, "-a", "max_pages=4")
        assert sum(path.startswith("/xw/") or path == "/" for path in little.counts) == 4
        assert little.counts["/p.jpg"] == 1
        # By the path of the site file too.
        scrapy(data, site, name=str(site))
    assert little.counts == {f"/xw/202002/t20200219_{n}.html": 1 for n in range(9)} | {
        "/": 1,
        "/p.jpg": 1,
        # For a day what it said is kept.
        "/robots.txt": 1,
    }


def test_scrapy_lists_the_sites(tmp_path: Path) -> None:
    for key in ("b", "a"):
        host = f"www.{key}.gov.cn"
        text = f'name = "{key}"\nhosts = ["{host}"]\n[crawl]\nstart = ["http://{host}/"]\n'
        (tmp_path / f"{key}.toml").write_text(text)
    listed = loaded.run(
        [sys.executable, "-m", "scrapy", "list"],
        cwd=CHECKOUT,
        env=os.environ | {"CUNDANG_SITES": str(tmp_path)},
        check=True,
        timeout=300,
    )
    assert listed.stdout.split() == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("-5", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("", None)]
)
@pytest.mark.fault(rows=[30])
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    from scrapy.http import Response  # noqa: PLC0415 - only here

    assert retry_after(Response("http://h/", headers={"Retry-After": value})) == seconds


def test_a_calendar_is_walked_back_through_its_empty_days_and_not_far_beyond(tmp_path: Path) -> None:
    """Every day is linked and two have an article, in a calendar that has no end in either direction."""
    days = {"2024-12-11": "/art/7.html", "2024-11-05": "/art/6.html"}

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path.startswith("/art/"):
            return article(f"会议之{path[5]}")
        if path.startswith("/day/"):
            day = path[5:15]
            return Answer(links(days[day]) if day in days else f"<p>{day} 没有文章</p>")
        if path != "/" and not path.startswith("/month/"):
            return Answer(status=404)
        year, month = (int(number) for number in (path[7:14] if path != "/" else "2024-12").split("-"))
        ways = [
            f"<a href='/month/{at // 12}-{at % 12 + 1:02}.html'>{arrow}</a>"
            for at, arrow in ((year * 12 + month - 2, "‹"), (year * 12 + month, "›"))
        ]
        last = calendar.monthrange(year, month)[1]
        cells = [f"<td><a href='/day/{year}-{month:02}-{day:02}.html'>{day}</a></td>" for day in range(1, last + 1)]
        return Answer(f"<table><tr><td>{year}-{month:02} {' '.join(ways)}</td></tr><tr>{''.join(cells)}</tr></table>")

    with serving(routes) as little:
        done = scrapy(tmp_path / "data", little.site(tmp_path / "sites"))
        assert done.returncode == 0, done.stderr
        asked = list(little.counts)
    assert set(days.values()) <= set(asked)
    found = asked.index("/day/2024-11-05.html")
    # One day after the other, and hardly one of the months to come while there are others.
    assert found <= 31 + 5 + 6
    # Then one after 1, 2, 4 ... others.
    assert sum(path.startswith("/day/") for path in asked[found + 1 :]) <= 140 + AT_ONCE + 8
    assert sum(path.startswith("/month/") for path in asked[found + 1 :]) <= 5 + 3 + 2 * AT_ONCE
