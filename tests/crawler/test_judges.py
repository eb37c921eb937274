"""A page is judged the same in this process and in the child process of a busy crawl."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from archive.site import Crawl, Site
from archive.warc.capture import Capture, FoundBy, Place
from crawler.spiders import judges
from crawler.spiders.judge import judge
from crawler.spiders.judges import JudgeError, Judges

SITE = Site(key="a", name="统一战线", hosts=("a.cn",), crawl=Crawl(start=("http://a.cn/",)))
PROSE = "".join(
    f"<p>统战部召开会议，传达学习第{n}次会议精神，研究部署下一步工作，并提出三点要求。</p>" for n in range(12)
)
PAGES = {
    "/xw/202002/t20200219_1.html": f"<title>会议召开</title><h1>会议召开</h1><p>2020-02-19 来源：本网</p>{PROSE}",
    "/xw/": "".join(f"<li><a href='/xw/{n}.html'>关于召开第{n}次会议的通知</a> 2020-02-19</li>" for n in range(20)),
    "/404.html": "<title>提示</title><p>您访问的页面不存在</p>",
    "/wall": "<script>var acw_sc__v2='1'</script>",
    "/made.html": "<ul id='list'></ul><script>$.get('/rows?page=1', fill)</script>",
    "/stub.html": "<script>location.href='/xw/'</script>",
    "/rows": '{"total": 3, "rows": [{"url": "/xw/1.html", "title": "会议"}]}',
    "/empty": "",
}


def capture(path: str, html: str) -> Capture:
    kind = "application/json" if html.startswith("{") else "text/html; charset=utf-8"
    return Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        kind="response",
        url=f"http://a.cn{path}",
        date=dt.datetime(2020, 3, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", kind),),
        body=html.encode(),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
        found=FoundBy(parent="http://a.cn/"),
    )


CAPTURES = [capture(path, html) for path, html in PAGES.items()]


def apart(site: Site, ask: Callable[[Judges], Awaitable[None]], first: Capture) -> None:
    """Ask judges whose child is ready, which reading `first` began."""

    async def run() -> None:
        readers = Judges(site)
        try:
            for _ in range(2):
                readers.judge(first, first.url, expected=False)
            for _ in range(600):
                if readers.apart:
                    break
                await asyncio.sleep(0.05)
            assert readers.apart
            await ask(readers)
        finally:
            await readers.close()

    asyncio.run(asyncio.wait_for(run(), 60))


@pytest.fixture(autouse=True)
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(judges, "BUSY_SHARE", 0.0)


def test_a_child_judges_as_this_process_does_and_answers_in_order() -> None:
    async def ask(readers: Judges) -> None:
        asked = [(each, expected) for each in CAPTURES for expected in (False, True)]
        found = await asyncio.gather(
            *(readers.judge_apart(each, each.url, expected=expected) for each, expected in asked)
        )
        for judged, (each, expected) in zip(found, asked, strict=True):
            here = readers.judge(each, each.url, expected=expected)
            html = here.html if here.to_play else ""
            assert judged == replace(here, root=None, html=html), each.url

    apart(SITE, ask, CAPTURES[0])


def test_pages_are_told_from_each_other() -> None:
    """What the law above compares is not the same answer for all."""
    found = dict(zip(PAGES, (judge(each, each.url, SITE) for each in CAPTURES), strict=True))
    assert [path for path, judged in found.items() if judged.article] == ["/xw/202002/t20200219_1.html"]
    assert [path for path, judged in found.items() if judged.is_wall] == ["/wall"]
    assert [path for path, judged in found.items() if judged.to_play] == ["/made.html"]
    assert found["/xw/"].rows == 20


def test_pages_of_a_child_that_is_killed_are_judged_here() -> None:
    async def ask(readers: Judges) -> None:
        child = readers._child
        assert child is not None
        waiting = [asyncio.ensure_future(readers.judge_apart(each, each.url, expected=False)) for each in CAPTURES]
        os.kill(child.pid, signal.SIGKILL)
        found = await asyncio.gather(*waiting)
        assert [bool(judged.article) for judged in found] == [True] + [False] * (len(CAPTURES) - 1)
        assert not readers.apart
        later = await readers.judge_apart(CAPTURES[0], CAPTURES[0].url, expected=False)
        assert later.article is not None

    apart(SITE, ask, CAPTURES[0])


def test_equal_texts_of_different_days_are_two_articles() -> None:
    page = PAGES["/xw/202002/t20200219_1.html"]
    same, other = (
        judge(each, each.url, SITE).article
        for each in (capture("/xw/2.html", page), capture("/xw/3.html", page.replace("2020-02-19", "2020-01-19")))
    )
    first = judge(CAPTURES[0], CAPTURES[0].url, SITE).article
    assert first is not None
    assert same is not None
    assert other is not None
    assert first.digest == same.digest
    dotted = capture("/xw/4.html", page.replace("，", ",  "))
    assert (other_marks := judge(dotted, dotted.url, SITE).article) is not None
    assert other_marks.digest == first.digest
    titled = capture("/xw/5.html", page.replace("会议召开</h1>", "会议闭幕</h1>").replace("会议召开</t", "会议闭幕</t"))
    assert (renamed := judge(titled, titled.url, SITE).article) is not None
    assert renamed.digest != first.digest
    assert first.digest != other.digest


def test_a_list_stays_one_where_the_site_file_calls_every_address_an_article() -> None:
    every = replace(SITE, crawl=replace(SITE.crawl, articles=("/",)))
    judged = [judge(each, each.url, every) for each in CAPTURES[:2]]
    assert [each.article is not None for each in judged] == [True, False]


def test_a_page_that_breaks_the_judge_breaks_no_other() -> None:
    # The site file's reader refuses such a pattern; here it stands for a bug.
    broken = replace(SITE, crawl=replace(SITE.crawl, articles=("(",)))

    async def ask(readers: Judges) -> None:
        with pytest.raises(JudgeError, match="unterminated"):
            await readers.judge_apart(CAPTURES[1], CAPTURES[1].url, expected=False)
        data = await readers.judge_apart(CAPTURES[6], CAPTURES[6].url, expected=False)
        assert data.data

    apart(broken, ask, CAPTURES[6])


def test_a_crawl_may_end_while_the_child_begins() -> None:
    async def run() -> None:
        readers = Judges(SITE)
        for _ in range(2):
            readers.judge(CAPTURES[0], CAPTURES[0].url, expected=False)
        assert readers._starting is not None
        await asyncio.sleep(0.01)
        await readers.close()
        assert not readers.apart

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_crawl_that_waits_for_its_pauses_reads_its_pages_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "BUSY_SHARE", 1.0)

    async def run() -> None:
        readers = Judges(SITE)
        for _ in range(3):
            readers.judge(CAPTURES[0], CAPTURES[0].url, expected=False)
            await asyncio.sleep(0.05)
        assert readers._starting is None
        await readers.close()

    asyncio.run(run())


def test_a_crawl_of_few_pages_reads_them_itself_though_the_first_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "BUSY_SECONDS", 1000.0)
    unpaused = replace(SITE, crawl=replace(SITE.crawl, delay=0.0))
    few = capture("/few/", "".join(f"<li><a href='/xw/{n}.html'>第{n}次会议的通知</a></li>" for n in range(40)))
    more = capture("/more/", "<li><a href='/xw/40.html'>第四十一次会议的通知</a></li>")

    async def begins(site: Site, *read: Capture) -> bool:
        readers = Judges(site)
        try:
            for each in read:
                readers.judge(each, each.url, expected=False)
            return readers._starting is not None
        finally:
            await readers.close()

    assert not asyncio.run(begins(unpaused, few, few, few))
    assert asyncio.run(begins(unpaused, few, more))
    assert not asyncio.run(begins(SITE, few, more))
    monkeypatch.setattr(judges, "BUSY_SECONDS", 0.0)
    assert not asyncio.run(begins(unpaused, CAPTURES[0]))
    assert asyncio.run(begins(unpaused, CAPTURES[0], CAPTURES[0]))


def test_a_crawl_may_end_as_soon_as_the_child_is_asked_for() -> None:
    """A process that was cancelled while it began was waited for without an end."""

    async def run() -> None:
        readers = Judges(SITE)
        for _ in range(2):
            readers.judge(CAPTURES[0], CAPTURES[0].url, expected=False)
        await asyncio.sleep(0)
        await readers.close()
        assert readers._process is not None
        assert readers._process.returncode is not None

    asyncio.run(asyncio.wait_for(run(), 60))


@pytest.mark.parametrize("press", ["onclick", "ondblclick", "onMouseDown", "onmouseup", "ontouchend"])
def test_rows_that_are_pressed_in_another_way_are_rows(press: str) -> None:
    rows = "".join(f"<li {press}=\"location='/xw/{n}.html'\">第{n}次会议召开<i>2020-02-19</i></li>" for n in range(3))
    judged = judge(capture("/xw/", f"<html><body><ul>{rows}</ul></body></html>"), "http://a.cn/xw/", SITE)
    assert [link.url for link in judged.links] == [f"http://a.cn/xw/{n}.html" for n in range(3)]
    assert judged.shown.blind == 0


def test_what_an_element_does_on_a_click_is_not_what_it_does_under_a_finger() -> None:
    body = "<p ontouchend=\"location='/m/'\" onclick=\"location='/xw/'\">要闻</p>"
    judged = judge(capture("/", f"<html><body>{body}</body></html>"), "http://a.cn/", SITE)
    assert [link.url for link in judged.links] == ["http://a.cn/xw/"]


@pytest.mark.parametrize(("row_date", "wanted"), [(None, "list"), ("02-19", None)])
def test_a_picture_makes_no_article_of_a_page_whose_scripts_may_show_a_list(
    row_date: str | None, wanted: str | None
) -> None:
    body = "<h1>全市统战部长会议召开</h1><img src='/upload/a.jpg' width=600><script src='/nav.js'></script>"
    asked = capture("/xw/7.html", f"<html><head><title>政协</title></head><body><div>{body}</div></body></html>")
    asked = replace(asked, found=FoundBy(parent="http://a.cn/", row_date=row_date))
    judged = judge(asked, "http://a.cn/xw/7.html", SITE, expected=row_date is not None)
    assert judged.article is not None
    assert (judged.to_play.lack if judged.to_play else None) == wanted


@pytest.mark.parametrize("links", ["", "<rss><channel><item><link>http://a.cn/1.html</link></item></channel></rss>"])
def test_a_list_that_a_style_sheet_makes_is_told_and_a_feed_with_one_is_read(links: str) -> None:
    sheet = '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="/l.xsl"?>'
    judged = judge(capture("/xw/", f"{sheet}{links or '<list><row>会议</row></list>'}"), "http://a.cn/xw/", SITE)
    said = 'its list is made by a style sheet (<?xml-stylesheet type="text/xsl; no link)'
    assert judged.why_scripted == (None if links else said)


DATA = "rows([" + ", ".join(f"'7{n}|全市统战部长会议第{n}次召开'" for n in range(6)) + "])"


@pytest.mark.parametrize(
    ("body", "evidence"),
    [
        ("<ul id=newslist></ul><script>$.get('/api', show)</script>", "script: $.get(; empty: newslist;"),
        ("<div>工作动态</div><script>fetch('/api')</script>", "script: fetch(;"),
        ("<p>{{ item.title }}</p><script>new Vue({})</script>", "script: new Vue(; {{ item.title }};"),
        (f"<div>工作动态</div><script>{DATA}</script>", "script: rows(;"),
        ("<table id=tb></table><script>$('#tb').datagrid({url: a})</script>", "script: .datagrid(;"),
        ("<ul id=list></ul><script type='module' src='/app.js'></script>", "script: type='module; empty: list;"),
        ("<div>工作动态</div><script>rows('xw')</script>", None),
        (f"<a href='/2020/0219/1.html'>会议</a><script>{DATA}</script>", None),
        (f"<a href='?p=2'>下一页</a><script>{DATA}</script>", None),
        (f"<p>{'全市统战工作会议强调要画好最大同心圆。' * 12}</p><script>fetch('/api')</script>", None),
    ],
)
def test_a_page_that_lacks_its_list_names_the_script_that_should_make_it(body: str, evidence: str | None) -> None:
    judged = judge(capture("/xw/", f"<html><body>{body}</body></html>"), "http://a.cn/xw/", SITE)
    said = None if evidence is None else f"its list is made by a script ({evidence} no article, no pager)"
    assert judged.why_scripted == said
