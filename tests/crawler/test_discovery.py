from __future__ import annotations

import json
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml.html import document_fromstring

from archive.text.decode import decode, parse
from crawler.discovery import LINKS, Link, discover, within
from crawler.discovery.link import ARTICLE, LAST, LIST
from crawler.discovery.numbered import counted

HERE = "http://www.tzb.gov.cn/tzxw/index.html"


def found(html: str, url: str = HERE) -> list[Link]:
    return discover(url, html, document_fromstring(html))


def paths(links: list[Link], *kinds: str) -> list[str]:
    return [urlsplit(link.url)._replace(scheme="", netloc="").geturl() for link in links if link.kind in kinds]


ROWS = {
    "li": '<ul><li><a href="./202002/t20200219_{n}.html">全市统战部长会议召开</a><span>2020-02-{d}</span></li></ul>',
    "li, date first": '<ul><li><em>[02-{d}]</em><a href="./202002/t20200219_{n}.html">会议召开</a></li></ul>',
    "table": (
        '<tr><td><img src="d.gif"></td><td><a href="./202002/t20200219_{n}.html">会议召开</a></td>'
        "<td>2020年2月{d}日</td></tr>"
    ),
    "row with its column": (
        '<li>[<a href="../dp/">党派</a>] <a href="./202002/t20200219_{n}.html">全市会议召开</a> 2020/2/{d}</li>'
    ),
    "lines": '· <a href="./202002/t20200219_{n}.html">会议召开</a> (02-{d})<br>',
    "inside the link": '<li><a href="./202002/t20200219_{n}.html"><i>2020-02-{d}</i>会议召开</a></li>',
    "teaser with a day": (
        '<li><a href="./202002/t20200219_{n}.html">会议召开</a><p>2019年3月1日，全市统战部长会议在市委礼堂召开，'
        "传达学习中央和省委统战工作会议精神...</p><div>2020.02.{d}</div></li>"
    ),
    "a script in the row": (
        "<li onclick=\"window.open('./202002/t20200219_{n}.html')\"><em>会议召开</em> 2020-02-{d}</li>"
    ),
    "a script behind the link": (
        '<li><a href="javascript:void(0)" data-href="./202002/t20200219_{n}.html">会议召开</a>2020-02-{d}</li>'
    ),
    "dl": '<dl><dt><a href="./202002/t20200219_{n}.html">会议召开</a></dt><dd>2020-\n 02-\n {d}</dd></dl>',
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_a_list_gives_its_link_and_its_own_date(row: str) -> None:
    rows = "".join(ROWS[row].format(n=n, d=n) for n in range(11, 26))
    body = f"<table>{rows}</table>" if "<tr>" in rows else f"<div>{rows}</div>"
    html = f"<html><body><p>今天是2026年11月22日 <a href='/'>首页</a></p>{body}<p>© 2019-2026</p></body></html>"
    articles = [link for link in found(html) if "/t20200219_" in link.url]
    assert [link.url for link in articles] == [
        f"http://www.tzb.gov.cn/tzxw/202002/t20200219_{n}.html" for n in range(11, 26)
    ]
    assert all(link.priority == ARTICLE and link.anchor for link in articles)
    assert [(link.row_date or "").strip("[]()").rstrip("日")[-2:] for link in articles] == [
        str(n) for n in range(11, 26)
    ]


TITLE = "<a href='{n}.html'>会议召开</a>"


@pytest.mark.parametrize(
    ("box", "day"),
    [
        ("<b>20</b><span>2023-06</span>", "2023-06-20"),
        ("<b>20日</b><i>2023年6月</i>", "2023-6-20"),
        ("<span>2023.06</span><b>20</b>", "2023-06-20"),
        ("<p><b>06-20</b></p><p>2023</p>", "2023-06-20"),
        ("<span>2023年</span><b>6月20日</b>", "2023-6-20"),
        ("<b>06-20</b>", "06-20"),
        ("<b>23-06-20</b>", "2023-06-20"),
        ("<b>［2023－06－20］</b>", "[2023-06-20]"),
        ("<b>2023-06</b>", None),
        ("<b>45</b><span>2023-06</span>", None),
        ("<b>1/3</b><span>2023</span>", "2023-1-3"),
        ("<b>1/3</b>", None),
    ],
)
def test_the_day_of_a_row_may_stand_in_boxes(box: str, day: str | None) -> None:
    row = f"<ul><li><div>{box}</div><h3><a href='/7.html'>全市统战部长会议召开</a></h3></li></ul>"
    assert [link.row_date for link in found(f"<html><body>{row}</body></html>")] == [day]


@pytest.mark.parametrize("pair", ["[]", "()", "（）", "【】", "［］", "〔〕", "〖〗"])
@pytest.mark.parametrize("day", ["2-9", "2-19", "12/9", "2/19", "2月9日", "02-19", "2020-2-9"])
def test_a_day_in_brackets_is_that_of_its_row(pair: str, day: str) -> None:
    row = f"<ul><li><a href='/7.html'>全市统战部长会议召开</a> {pair[0]}{day}{pair[1]}</li></ul>"
    (link,) = found(f"<html><body>{row}</body></html>")
    assert (link.row_date or "").strip(pair) == day


@pytest.mark.parametrize("number", ["1-2期", "3/12", "第2-9号", "2-9", "{2-9"])
def test_numbers_without_brackets_are_no_day(number: str) -> None:
    row = f"<ul><li><a href='/7.html'>全市统战部长会议召开</a> {number}</li></ul>"
    assert [link.row_date for link in found(f"<html><body>{row}</body></html>")] == [None]


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        (f"<table><tr><td>{TITLE}</td><td>02-11</td><td>{TITLE}</td><td>02-12</td></tr></table>", ["02-11", "02-12"]),
        (f"<table><tr><td>02-11</td><td>{TITLE}</td><td>02-12</td><td>{TITLE}</td></tr></table>", ["02-11", "02-12"]),
        (f"<p>02-11 {TITLE}<br>02-12 {TITLE}<br></p>", ["02-11", "02-12"]),
        (f"<p>{TITLE} 02-11<br>{TITLE} 02-12<br></p>", ["02-11", "02-12"]),
        # A row with its column, and one with a link to its comments.
        ("<li><a href='1.html'>全市会议召开</a> <a href='/pl/1'>评论</a> 02-11</li>", ["02-11", None]),
        ("<li><a href='/dp/'>党派</a> <a href='1.html'>全市会议召开</a> 02-11</li>", [None, "02-11"]),
        # The foot of a site: its day is that of no link in its menu.
        (
            (
                "<div><ul><li><a href='/ys'>隐私权政策</a></li><li><a href='/zl'>开放宣告</a></li></ul>"
                "<div>浏览人次：1234567 更新日期：2023-11-28</div></div>"
            ),
            [None, None],
        ),
        (
            "<ul><li><a href='/dp/'>党派</a></li><li><a href='1.html'>全市会议召开</a></li><li>02-11</li></ul>",
            [None, "02-11"],
        ),
    ],
)
def test_of_articles_side_by_side_each_has_its_own_day(rows: str, days: list[str | None]) -> None:
    for number in (11, 12, 13):
        rows = rows.replace("{n}", str(number), 1)
    assert [link.row_date for link in found(f"<html><body>{rows}</body></html>")] == days


@pytest.mark.parametrize(
    "pager",
    [
        '<a href="index_2.html">下一页</a>',
        '<a href="index_2.html">[下一頁]</a>',
        '<a href="index_2.html">后页 &gt;</a>',
        '<a href="index_2.html">&gt;&gt;</a>',
        '<a href="index_2.html" rel="next">more</a>',
        '<a href="index.html">1</a><a href="index_2.html">2</a>',
        '<select onchange="location.href=this.value"><option value="index_2.html">2</option></select>',
        '<b>1</b> <a href="index_2.html">2</a>',
        '<a href="index_2.html">下一页(2/3)</a>',
        '<a href="index_2.html">下一页 2/3</a>',
        '<li class="active"><span>1</span></li><li><a href="index_2.html">2</a></li>',
        '<a href="index_2.html">下 一 页▶</a>',
        '<a href="index_2.html"><img src="next.gif" alt="下一页"></a>',
        '<a class="page-link next" href="index_2.html"><i class="fa fa-angle-right"></i></a>',
        '<a id="nextPage" href="index_2.html"></a>',
        '<a href="index_2.html" aria-label="下一页"><svg></svg></a>',
        '<a href="index_2.html" rel="nofollow next">&rarr;</a>',
        '<link rel="next" href="index_2.html">',
        '<input type="button" value="下一页" onclick="location.href=\'index_2.html\'">',
        "<a href=\"javascript:location.href='index_2.html'\">下一页</a>",
        "<b>1</b><span onclick=\"location.href='index_2.html'\">2</span>",
        '<script>createPageHTML(9, 1, "index", "html");</script>',
        "<script>createPageHTML5('9','1','index','html','page_div');</script>",
        '<script>createPageHTML("pagebar", 9, 1, "", "html", 135);</script>',
    ],
)
def test_pagers_lead_to_the_next_page(pager: str) -> None:
    assert "/tzxw/index_2.html" in paths(found(f"<html><body>{pager}</body></html>"), "next", "pager")


def test_what_has_a_name_like_next_leads_on_only_without_words_of_its_own() -> None:
    ways = "<a class='next' href='/a/'>民族宗教</a><a class='nextel' href='/b/'></a>"
    links = found(f"<html><head><link rel=next href='/2020/0219/7.html'></head><body>{ways}</body></html>")
    assert (paths(links, "next", "pager"), paths(links, "page")) == ([], ["/a/", "/b/"])


@pytest.mark.parametrize(
    ("element", "framed"),
    [
        ("<object data='/nav.html' type='text/html'></object>", True),
        ("<object data='/nav.asp' type='text/html'></object>", True),
        ("<embed src='/nav.shtml'>", True),
        ("<object data='/a.swf' type='application/x-shockwave-flash'></object>", False),
        ("<embed src='/play.asp'>", False),
    ],
)
def test_a_page_in_an_object_is_a_frame(element: str, framed: bool) -> None:
    assert [link.frame for link in found(f"<html><body>{element}</body></html>")] == [True] * framed


def test_the_first_page_is_the_pagers_where_its_links_are_pressed() -> None:
    clicks = "".join(
        f"<span onclick=\"location.href='index_{n}.html'\">{words}</span>" for n, words in ((1, "首页"), (2, "下页"))
    )
    links = found(f"<html><body>{clicks}</body></html>")
    assert (paths(links, "pager"), paths(links, "next")) == (["/tzxw/index_1.html"], ["/tzxw/index_2.html"])


@pytest.mark.parametrize("wanted", [[1], [17], [1, 2], [17, 24], list(range(1, 31))])
@pytest.mark.parametrize(("back", "on"), [("&lt;&lt;", "&gt;&gt;"), ("上个月", "下个月")])
def test_a_day_of_a_month_is_no_page_of_a_list(wanted: list[int], back: str, on: str) -> None:
    days = "".join(f"<td><a href='/d/{day}.html'>{day}</a>" if day in wanted else f"<td>{day}" for day in range(1, 31))
    month = f"<a href='/m/202309.html'>{back}</a><a href='/m/202311.html'>{on}</a><table><tr>{days}</table>"
    links = found(f"<html><body>{month}</body></html>")
    assert [path for path in paths(links, "page") if "/d/" in path] == [f"/d/{day}.html" for day in wanted]


def test_the_first_page_of_a_list_is_its_pagers() -> None:
    few = "<a href='/xw/'>1</a><b>2</b><a href='/xw/index_2.html'>下一页</a>"
    assert paths(found(f"<html><body>{few}</body></html>"), "pager") == ["/xw/"]


def test_a_paper_is_walked_from_its_newest_issue() -> None:
    links = found(
        "<html><body><a href='../../2024-11/05/node_1.htm'>上一期</a></body></html>", "http://h/2024-12/05/n.htm"
    )
    assert paths(links, "next") == ["/2024-11/05/node_1.htm"]
    months = "<a href='/m/202309.html'>上个月</a><a href='/m/202311.html'>下个月</a>"
    links = found(f"<html><body>{months}</body></html>")
    assert (paths(links, "next"), paths(links, "pager")) == (["/m/202309.html"], ["/m/202311.html"])


@pytest.mark.parametrize(
    ("stub", "leads"),
    [
        ("<script>location.href='/xw/'</script>", ["/xw/"]),
        ("<script>function go(){location.href='/xw/'} setTimeout('go()', 9)</script>", ["/xw/"]),
        ("<body onload='go()'><script>function go() { location.href='/xw/'; }</script>", ["/xw/"]),
        ("<a href='javascript:go()'>上一期</a><script>function go(){location='/xw/'}</script>", []),
        ("<a onclick='go()'>进入</a><script>function go(){ window.location = '/xw/'; }</script>", []),
    ],
)
def test_a_function_that_nothing_calls_is_no_redirect(stub: str, leads: list[str]) -> None:
    assert paths(found(f"<html>{stub}</html>"), "redirect") == leads


@pytest.mark.parametrize(
    "pieces",
    [
        "<div onclick=\"location.href='/list.asp?m='+this.id\">往期</div>",
        "<select onchange=\"location='/list.asp?m='+this.value\"><option value=202301>一月</select>",
        "<select onchange=\"window.location=this.value\"><option value='http://other/x.html'>统战部</select>",
        "<a href=\"javascript:location.href='/list.asp?m='+m\">往期</a>",
    ],
)
def test_an_address_made_of_pieces_is_none(pieces: str) -> None:
    assert [link.url for link in found(f"<html><body>{pieces}</body></html>")] == []


@pytest.mark.parametrize(
    "no_pager",
    [
        '<a href="t1.html">下一篇：统战部召开会议</a>',
        '<a href="/day/9">9</a>',
        "<script>createPageHTML(${PAGE_COUNT}, ${PAGE_INDEX}, 'index', 'html');</script>",
        '<script>createPageHTML(2, 1, "index", "html");</script>',
    ],
)
def test_what_is_no_pager_leads_to_no_next_page(no_pager: str) -> None:
    assert paths(found(f"<html><body>{no_pager}</body></html>"), "next") == []


@pytest.mark.parametrize(
    "frames", ["<iframe src='list.html'></iframe>", "<frame src=list.html>", "<FRAME SRC='list.html'>"]
)
def test_a_frame_of_a_page_is_told_from_its_links(frames: str) -> None:
    page = f"<frameset cols='*,2*'>{frames}</frameset>" if "iframe" not in frames else f"<body>{frames}</body>"
    links = found(f"<html>{page}</html>")
    assert [(link.url.rpartition("/")[2], link.frame) for link in links] == [("list.html", True)]
    links = found(f"<html><body><a href='/a.html'>a</a>{frames}</body></html>")
    assert [(link.url.rpartition("/")[2], link.frame) for link in links] == [("a.html", False), ("list.html", True)]


def test_numbers_of_a_lists_articles_are_not_its_own() -> None:
    threads = "".join(f'<li><a href="t{n}.html">讨论</a> <a href="t{n}-2.html">2</a></li>' for n in range(9))
    links = found(f'<html><body>{threads}<a href="index_2.html">2</a><a href="index_2.html">下一页</a></body></html>')
    assert paths(links, "next", "pager") == ["/tzxw/index_2.html"]


def test_files_pictures_and_what_is_neither() -> None:
    html = """<html><head><base href="/sub/"></head><body>
    <a href="P020.DOC?x=1">附件1</a><a href="/module/download/downfile.jsp?filename=1">附件2</a>
    <a href="big.jpg">原图</a>
    <img src="small.png" alt="会场"><img src="blank.gif" data-original="late.jpeg">
    <a href="film.mp4">视频</a><a href="javascript:void(0)">x</a><a href="mailto:a@b.cn">y</a><a href="#top">z</a>
    <a href="ftp://h/f">v</a></body></html>"""
    links = found(html)
    assert paths(links, "requisite") == [
        "/sub/P020.DOC?x=1",
        "/module/download/downfile.jsp?filename=1",
        "/sub/big.jpg",
        "/sub/small.png",
        "/sub/late.jpeg",
    ]
    assert paths(links, "page") == []


@pytest.mark.parametrize(
    ("html", "asked"),
    [
        ('<img src="data:image/gif;base64,R0" data-lazyload="/p/a.png">', ["/p/a.png"]),
        ('<img src="/1x1.gif" data-echo="/p/a.png" alt="/IMG/7.jpg">', ["/1x1.gif", "/p/a.png"]),
        ('<img src="/p/s.jpg" zoomfile="/p/l.jpg" lowsrc="/p/m.jpg">', ["/p/s.jpg", "/p/l.jpg", "/p/m.jpg"]),
        ('<img src="data:," srcset="/p/s.jpg 480w, /p/l.jpg 1200w,/p/m.jpg 800w">', ["/p/l.jpg"]),
        ('<img src="/p/1.jpg" srcset="/p/1.jpg, /p/2.jpg 2x">', ["/p/1.jpg", "/p/2.jpg"]),
        (
            '<picture><source srcset="/p/a.webp" type="image/webp"><img src="/p/a.jpg"></picture>',
            ["/p/a.webp", "/p/a.jpg"],
        ),
        ('<video src="/v/1.mp4" poster="/p/v.jpg"><source src="/v/1.mp4"></video>', ["/v/1.mp4", "/p/v.jpg"]),
        ('<table BACKGROUND="/p/t.jpg"><tr><td background="/p/d.gif">一</table>', ["/p/t.jpg", "/p/d.gif"]),
        ("<div style=\"background:url('/p/b.jpg') no-repeat\">一</div>", ["/p/b.jpg"]),
        ('<div style="background-image: url(/x.htc)">一</div>', []),
    ],
)
def test_a_picture_is_found_wherever_a_page_names_it(html: str, asked: list[str]) -> None:
    links = discover(
        "http://h/a/1.html", f"<html><body>{html}</body></html>", parse(f"<html><body>{html}</body></html>")
    )
    assert list(dict.fromkeys(urlsplit(each.url).path for each in links if each.kind == "requisite")) == asked


@pytest.mark.parametrize(
    ("html", "asked"),
    [
        (
            "<div class=wp_pdf_player pdfsrc='/_upload/7.pdf' sudyfile-attr=\"{'title':'条例.pdf'}\"></div>",
            ["/_upload/7.pdf"],
        ),
        ("<iframe data-src='/pdfjs/web/viewer.html?file=%2Fu%2F7.pdf'></iframe>", ["/u/7.pdf"]),
        ("<div data-options='{\"a\": 1}' data-file='http://h/u/7.DOCX?v=1'></div>", ["/u/7.DOCX"]),
        ("<input type=hidden id=swf value='/u/7.pdf'><a href='/u/7.pdf'>通知</a>", ["/u/7.pdf"]),
        # Names, not addresses.
        ("<span title='/附件.pdf' data-name='附件1.pdf' data-text='见 /u/附件2.pdf'>通知.pdf</span>", []),
        ("<a href='/a/2.html' download='2023/24.pdf'>通知</a>", []),
        ("<form action='/u/download.jsp'><input name=a></form><p>7.pdf</p>", []),
    ],
)
def test_a_file_is_found_in_an_attribute_of_any_name(html: str, asked: list[str]) -> None:
    html = f"<html><body>{html}</body></html>"
    links = discover("http://h/a/1.html", html, parse(html))
    assert [urlsplit(each.url).path for each in links if each.kind == "requisite"] == asked


@pytest.mark.parametrize(
    "html",
    [
        "<div data-file='http://[server]/7.pdf'></div>",
        "<iframe src='http://[server]/7.pdf'></iframe>",
        "<a href='http://[server]/2.html'>下一页</a>",
        "<a href='http://server：80/2.html' rel=next>2</a>",
        "<a href='http://server]/2.html'>3</a><a href='http://[::1]/2.html'>4</a>",
        "<form action='http://[server]/7.pdf'><input name=page><input type=submit value='下一页'></form>",
        "<form action='//[server]/' method=post><input name=page><input type=submit value='下一页'></form>",
    ],
)
def test_an_address_that_is_none_hides_no_other_link_of_its_page(html: str) -> None:
    assert "http://h/a/1.html" in [link.url for link in found(f"{html}<a href='/a/1.html'>通知</a>", "http://h/")]


@pytest.mark.parametrize(
    ("image", "counter"),
    [
        ("<img src='/_visitcount?type=3&articleId=7' style='display: none' width='0' height='0'>", True),
        ("<img src='/click.aspx?id=7' width=1px height=1px>", True),
        ("<img src='/count.gif?id=7' width=1 height=1>", True),
        # One that shows how many there were.
        ("<img src='/inc/Count.asp?id=7'>", True),
        ("<img src='/count/7.gif'>", False),
        # A slide that a script shows, a picture that a program makes, a ruler.
        ("<img src='/p/7.jpg?v=2' style='display:none'>", False),
        ("<img src='/picture.jsp?id=7' width='600'>", False),
        ("<img src='/p/line.gif' width=1 height=1>", False),
        # One that is loaded late.
        ("<img src='/blank.gif' data-original='/picture.jsp?id=7' style='display:none'>", False),
    ],
)
def test_a_hidden_picture_counts_readers(image: str, counter: bool) -> None:
    assert [each.counter for each in found(f"<html><body>{image}</body></html>")] == [counter]


def test_style_sheets_and_what_they_name() -> None:
    html = """<html><head><link rel="Stylesheet" href="/s/a.css?v=3"><link rel="icon" href="/i.png">
    <style>@import url("b.css"); @import 'c.css'; body{background:url(bg.gif)} p{behavior:url(x.htc)}</style></head>
    <body><p style="background:url(no.gif)">一</p></body></html>"""
    styles = [link for link in found(html) if link.style]
    assert [urlsplit(link.url).path for link in styles] == ["/s/a.css", "/tzxw/c.css", "/tzxw/b.css", "/tzxw/bg.gif"]
    assert {link.kind for link in styles} == {"requisite"}


SENT = "<form name=f action='/x.jsp'><input type=hidden name=id value=7><input type=submit value=进入></form>"


@pytest.mark.parametrize(
    ("page", "leads"),
    [
        (f"<body onload='document.forms[0].submit()'>{SENT}", ["/x.jsp?id=7"]),
        (f"{SENT}<script>document.f.submit();</script>", ["/x.jsp?id=7"]),
        (f"<script>function go() {{ document.f.submit() }}</script><body onload=go()>{SENT}", ["/x.jsp?id=7"]),
        # Only a click sends these.
        (SENT, []),
        (f"<script>function go() {{ document.f.submit() }}</script>{SENT}", []),
        (f"{SENT}<a onclick='document.f.submit()'>进入</a>", []),
        # A search, a page with a text, and what no address leads to.
        (f"{SENT.replace('hidden', 'text')}<script>document.f.submit();</script>", []),
        (f"{SENT}<p>{'全市统战部长会议召开。' * 4}</p><script>document.f.submit();</script>", []),
        (f"{SENT.replace('<form', '<form method=post')}<script>document.f.submit();</script>", []),
    ],
)
def test_a_form_that_is_sent_without_a_press_is_a_redirect(page: str, leads: list[str]) -> None:
    assert paths(found(f"<html>{page}</html>"), "redirect") == leads


@pytest.mark.parametrize(
    "stub",
    [
        '<meta http-equiv="Refresh" content="0; URL=/new/index.shtml">',
        "<meta http-equiv=refresh content='3;url=\"/new/index.shtml\"'>",
        "<script>window.location.href='/new/index.shtml';</script>",
        '<script language="javascript">location.replace("/new/index.shtml")</script>',
    ],
)
def test_stubs_redirect(stub: str) -> None:
    assert paths(found(f"<html><head>{stub}</head><body>页面正在跳转</body></html>"), "redirect") == [
        "/new/index.shtml"
    ]


def test_a_share_button_is_no_stub() -> None:
    text = "全市统战部长会议强调要画好最大同心圆，凝聚最大公约数，巩固和发展最广泛的爱国统一战线。" * 2
    html = f"<html><body><p>{text}</p><script>function s(){{location.href='/share'}}</script></body></html>"
    assert paths(found(html), "redirect") == []


HANWEB = """<html><body><div id="29"></div><script type="text/xml"><datastore>
<nextgroup>
<![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&webid=1&columnid=767&unitid=29&appid=1"></a>]]></nextgroup>
<recordset>{records}</recordset></datastore></script>
<script>jQuery('#29').jpage({{totalRecord:100, perPage:15, proxyUrl:'/module/web/jpage/dataproxy.jsp',
ajaxParam:{{ col:1, appid:1, webid:1, path:'/', columnid:767, sourceContentType:1, unitid:'29', webname:'统战部',
permissiontype:0 }}}})</script></body></html>"""
RECORD = '<record><![CDATA[<li><a href="/art/2020/2/19/art_1_{n}.html">会议</a><b>2020-\n 02-\n 19</b></li>]]></record>'


def test_hanweb_rows_come_from_the_datastore_and_groups_from_its_proxy() -> None:
    html = HANWEB.format(records="".join(RECORD.format(n=n) for n in range(45)))
    links = found(html, "http://www.tzb.gov.cn/col/col767/index.html")
    rows = [link for link in links if "/art_1_" in link.url]
    assert len(rows) == 45
    assert {link.row_date for link in rows} == {"2020-02-19"}
    (group,) = [link for link in links if link.kind == "next"]
    query = {key: value for key, (value,) in parse_qs(urlsplit(group.url).query).items()}
    assert (
        query.items()
        >= {
            "startrecord": "46",
            "endrecord": "90",
            "perpage": "15",
            "columnid": "767",
            "unitid": "29",
            "webname": "统战部",
            "col": "1",
            "path": "/",
        }.items()
    )
    answer = (
        "<datastore><totalrecord>100</totalrecord><totalpage>7</totalpage><recordset>"
        + "".join(RECORD.format(n=n) for n in range(45, 90))
        + "</recordset></datastore>"
    )
    links = discover(group.url, answer, None)
    assert [link.url.rpartition("_")[2] for link in links if link.kind == "page"] == [
        f"{n}.html" for n in range(45, 90)
    ]
    (last,) = [link for link in links if link.kind == "next"]
    query = {key: value for key, (value,) in parse_qs(urlsplit(last.url).query).items()}
    assert (query["startrecord"], query["endrecord"]) == ("91", "100")
    assert not any(link.kind == "next" for link in discover(last.url, answer, None))


@pytest.mark.parametrize("total", ["<totalrecord>100</totalrecord>", ""])
def test_hanweb_records_that_a_get_does_not_bring_are_asked_for_by_post(total: str) -> None:
    address = "http://h/module/web/jpage/dataproxy.jsp?columnid=7&startrecord=46&endrecord=90&perpage=15"
    (posted,) = discover(address, f"<datastore>{total}</datastore>", None)
    assert (posted.kind, posted.url.partition("#")[0]) == ("next", address)
    assert posted.form == "columnid=7&startrecord=46&endrecord=90&perpage=15"
    # The next group is asked for in the same way; what POST does not bring either is not there.
    answer = f"<datastore><totalrecord>100</totalrecord><recordset>{RECORD.format(n=46)}</recordset></datastore>"
    (last,) = [link for link in discover(posted.url, answer, None) if link.kind == "next"]
    assert last.form == "columnid=7&startrecord=91&endrecord=100&perpage=15"
    assert last.url.startswith("http://h/module/web/jpage/dataproxy.jsp?columnid=7&startrecord=91&")
    assert discover(posted.url, "<datastore></datastore>", None) == []


@pytest.mark.parametrize(
    ("records", "old", "new", "group"),
    [
        (45, "perPage:15", "perPage:20", ("46", "100", "20")),
        (45, "perPage:15", "perPage:0", ("46", "90", "15")),
        (45, ", perPage:15", "", ("46", "90", "15")),
        # Without the link of the next group, the address in the options.
        (45, "nextgroup", "group", ("46", "90", "15")),
        (45, "/module/web/jpage/dataproxy.jsp?", "/next.jsp?", ("46", "90", "15")),
        (99, "", "", ("100", "100", "15")),
        # All records are there; none is counted; nobody says where more are.
        (100, "", "", None),
        (45, "totalRecord:100", "", None),
        (45, "dataproxy.jsp", "data.jsp", None),
    ],
)
def test_the_next_group_of_hanweb_follows_what_the_page_holds(
    records: int, old: str, new: str, group: tuple[str, str, str] | None
) -> None:
    html = HANWEB.format(records="".join(RECORD.format(n=n) for n in range(records))).replace(old or "\0", new)
    asked = [link.url for link in found(html, "http://h/col/col767/index.html") if link.kind == "next"]
    queries = [parse_qs(urlsplit(url).query) for url in asked]
    assert [(q["startrecord"], q["endrecord"], q["perpage"]) for q in queries] == [
        ([start], [end], [each]) for start, end, each in ([group] if group else [])
    ]
    assert all(url.startswith("http://h/module/web/jpage/dataproxy.jsp?") and "columnid=767" in url for url in asked)


@pytest.mark.parametrize("wrap", ["<![CDATA[{}]]>", "{}"])
def test_records_of_hanweb_may_be_escaped(wrap: str) -> None:
    row = '&lt;li&gt;&lt;a href="/art/2020/2/19/art_1_7.html"&gt;会议&lt;/a&gt;2020-02-19&lt;/li&gt;'
    answer = f"<datastore><recordset><record>{wrap.format(row)}</record></recordset></datastore>"
    (link,) = discover("http://h/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45", answer, None)
    assert (link.url, link.row_date) == ("http://h/art/2020/2/19/art_1_7.html", "2020-02-19")


def test_what_a_script_asks_for_to_show_a_list_is_the_list() -> None:
    html = HANWEB.format(records="")
    (group,) = [link for link in found(html, "http://www.tzb.gov.cn/col/col767/index.html") if link.kind != "page"]
    query = {key: value for key, (value,) in parse_qs(urlsplit(group.url).query).items()}
    assert (group.kind, query["startrecord"], query["endrecord"]) == ("list", "1", "45")
    # Its address does not say how many there are today.
    assert found(html.replace("100", "20"))[0].url == group.url
    kaipu = (
        "<html><head><meta name='channelId' content='6f2a'></head><script>get('/common/search/' + id)</script></html>"
    )
    assert paths(found(kaipu), "list") == [
        "/common/search/6f2a?_isAgg=true&_isJson=true&_pageSize=15&_template=index&page=1"
    ]
    tree = (
        "<html><script>var c = {SID: '755001'}</script><a href='/gkmlpt/index#12'>规章</a><a href='/gkmlpt/index#13'>"
    )
    assert paths(found(tree), "list") == [f"/gkmlpt/api/all/{n}?page=1&sid=755001" for n in (12, 13)]
    answer = {"articles": [{"title": "公告", "url": "/a/post_1.html", "created_at": "2020-02-19 08:00"}], "total": 2}
    links = discover("http://www.tzb.gov.cn/gkmlpt/api/all/12?page=1&sid=755001", json.dumps(answer), None)
    assert paths(links, "page", "next") == ["/a/post_1.html", "/gkmlpt/api/all/12?page=2&sid=755001"]


def test_of_too_many_links_those_that_lead_on_stay_and_the_rest_is_counted() -> None:
    links = [Link(url=f"http://h/{n}.html") for n in range(LINKS)]
    onward = Link(url="http://h/index_1.html", kind="next")
    assert within(links) == (links, 0)
    assert within([*links, onward, onward]) == ([onward, onward, *links[:-2]], 2)


def test_each_url_stands_once_with_its_date() -> None:
    html = (
        "<html><body><h1><a href='/xw/t1.html'>头条</a></h1>"
        "<ul><li><a href='/xw/t1.html'>头条新闻全题</a> 2020-02-19</li></ul></body></html>"
    )
    (link,) = found(html)
    assert (link.anchor, link.row_date, link.priority) == ("头条新闻全题", "2020-02-19", ARTICLE)


def test_real_pages_are_read_and_real_lists_give_their_dated_rows(shared: Path) -> None:
    dated = {}
    for folder in sorted((shared / "real-pages").iterdir()):
        page = folder / "page.html"
        if not page.exists():
            continue
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        decoded = decode(page.read_bytes(), meta.get("content_type"))
        links = discover(meta.get("url") or HERE, decoded.html, parse(decoded.html))
        assert all(link.url.startswith(("http://", "https://")) for link in links)
        assert len({link.url for link in links}) == len(links)
        dated[folder.name] = sum(link.row_date is not None and link.priority != LIST for link in links)
    # Announcements in rows of 10 and 15, as their pages show.
    assert dated["gerapy-list-dfa66_announcement"] == 10
    assert dated["gerapy-list-rtfund_xxpl"] == 15


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("‹", "›"),
        ("&lt;&lt;", "&gt;&gt;"),
        ("上个月", "下个月"),
        ("前一天", "后一天"),
        ("« 10月", "12月 »"),
        ("&lt; 2024年10月", "2024年12月 &gt;"),
    ],
)
def test_a_calendar_leads_back_and_its_later_months_come_last(before: str, after: str) -> None:
    days = "".join(f"<td><a href='/day/2024-11-{day:02}.html'>{day}</a></td>" for day in range(1, 31))
    ways = f"<a href='/m/2024-10.html'>{before}</a> 2024-11 <a href='/m/2024-12.html'>{after}</a>"
    links = {link.url[-12:]: link for link in found(f"<table><tr><td>{ways}</td></tr><tr>{days}</tr></table>")}
    assert (links["2024-10.html"].kind, links["2024-10.html"].priority) == ("next", LIST)
    assert (links["2024-12.html"].kind, links["2024-12.html"].priority) == ("pager", LAST)
    assert links["4-11-07.html"].kind == "page"


TICKED = (
    "<input type=checkbox name=hot><input type=checkbox name=top value=1 checked>"
    "<input type=radio name=k value=a><input type=RADIO name=k value=b checked>"
)
FORMS: dict[str, tuple[str, str | None, str | None]] = {
    # name -> the pager, the address that follows, the form that asks for it
    "by get": (
        "<form action='/list.php'><input type=hidden name=c value=3>第1页/共5页 转到<input name=page>页</form>",
        "/list.php?c=3&page=2",
        None,
    ),
    "by post": (
        "<p>4/5页<form method=post action='more.asp?c=3'>第<input name=p value=4>页<input type=image name=a></form>",
        "/xw/more.asp?c=3",
        "p=5",
    ),
    "by post, in capitals": (
        "<FORM METHOD=POST ACTION=more.asp>4/5页 第<INPUT NAME=p VALUE=4>页<INPUT TYPE=SUBMIT VALUE=GO></FORM>",
        "/xw/more.asp",
        "p=5",
    ),
    "of choices": (
        "<form action='?'>共<b>5</b>页 第<b>2</b>页 <select name=pn></select><input type=submit value=转到></form>",
        "/xw/list.htm?pn=3",
        None,
    ),
    "with a button": (
        "<form action=l.php method=post><input name=pg value=2><button>上页</button><button name=b>下页</button>",
        "/xw/l.php",
        "pg=2&b=",
    ),
    "with boxes": (
        f"<form action='/l.php'>第1页/共5页 转到<input name=p>页{TICKED}<input name=x disabled></form>",
        "/l.php?top=1&k=b&p=2",
        None,
    ),
    "on the last page": ("<form action='/list.php'>第5页/共5页 转到<input name=page>页</form>", None, None),
    "for a search": (
        "<form action='/search.php'>站内搜索<input name=q><input type=submit value=GO></form>",
        None,
        None,
    ),
    "beside a link": (
        "<form action='/list.php'>第1页/共5页 转到<input name=page>页</form><a href='/2.htm'>下一页</a>",
        "/2.htm",
        None,
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_asks_for_the_number_of_a_page_leads_to_the_next(name: str) -> None:
    form, url, body = FORMS[name]
    links = found(f"<ul><li><a href='/1.htm'>会议</a></ul>{form}", "http://h/xw/list.htm")
    after = [(link.url.partition("#")[0].removeprefix("http://h"), link.form) for link in links if link.kind == "next"]
    assert after == ([] if url is None else [(url, body)])


@pytest.mark.parametrize(
    "form",
    [
        "<form action='l.asp?c=3' method=post>第1页/共5页 转到<input name=page>页</form>",
        "<form action='l.asp?c=3' method=post><select name=y><option>2023<option>2022</select></form>",
        "<form action='l.asp?c=3' method=post>1 <a href=\"javascript:__doPostBack('P','2')\">2</a></form>",
    ],
)
def test_a_form_is_sent_to_an_address_below_the_base_of_its_page(form: str) -> None:
    html = f"<html><head><base href='/sub/'></head><body>{form}</body></html>"
    ways = [link.url.partition("#")[0] for link in found(html) if link.kind in ("next", "pager")]
    assert set(ways) == {"http://www.tzb.gov.cn/sub/l.asp?c=3"}


@pytest.mark.parametrize(("page", "total", "follows"), [(1, 40, 2), (2, 41, 3), (2, 40, None), (3, 41, None)])
def test_an_answer_leads_to_pages_until_all_rows_that_it_counts_were_shown(
    page: int, total: int, follows: int | None
) -> None:
    rows = [{"title": f"会议召开{n}", "url": f"/a/{n}.html"} for n in range(20 if page < 3 else 1)]
    answer = json.dumps({"data": {"total": total, "rows": rows}})
    links = discover(f"http://h/common/search/7?_pageSize=20&page={page}", answer, None)
    after = [parse_qs(urlsplit(link.url).query)["page"] for link in links if link.kind == "next"]
    assert after == ([] if follows is None else [[str(follows)]])


YEARS = (
    "<select name=y><option value=''>选择年份</option><option>2023年</option><option selected>2022年</option></select>"
)
OFFERS: dict[str, tuple[str, list[str]]] = {
    "months": (
        (
            "<form action='/l.php?x=1'><input type=hidden name=c value=3><select name=m><option value=5>2023年5月"
            "<option value=4>2023-04</select><input type=submit value=查询></form>"
        ),
        ["/l.php?c=3&m=5", "/l.php?c=3&m=4"],
    ),
    "years and months": (
        f"<form>{YEARS}<select name=m><option value=1>1月</option><option value=2>2月</option></select></form>",
        [f"/xw/list.htm?y={year}年&m={month}" for year in (2023, 2022) for month in (1, 2)],
    ),
    "years and a kind": (
        f"<form>{YEARS}<select name=k><option value=a>要闻</option><option value=b selected>公告</option></form>",
        [f"/xw/list.htm?k=b&y={year}年" for year in (2023, 2022)],
    ),
    "issues": (
        "<form><select name=n><option value=2>第2期<option value=1>1995年1期</select><button name=go></button></form>",
        ["/xw/list.htm?n=2&go=", "/xw/list.htm?n=1&go="],
    ),
    "by post": (
        "<form method=post action=l.jsp><select name=y><option>2023<option>2022</select></form>",
        ["/xw/l.jsp y=2023", "/xw/l.jsp y=2022"],
    ),
    "for a search": (f"<form><input name=q>{YEARS}</form>", []),
    "how many": ("<form><select name=n><option>10<option>20<option>50</select></form>", []),
    "columns": ("<form><select name=c><option>要闻<option>公告<option>2022年</select></form>", []),
    "one": ("<form><select name=y><option>2023年</select></form>", []),
}


@pytest.mark.parametrize("name", OFFERS)
def test_years_months_and_issues_that_a_form_offers_are_pages_of_the_list(name: str) -> None:
    form, wanted = OFFERS[name]
    links = found(f"<ul><li><a href='/1.htm'>会议</a></ul>{form}", "http://h/xw/list.htm")
    pages = [link for link in links if link.kind == "pager"]
    assert [
        link.url.removeprefix("http://h").partition("#")[0] + (f" {link.form}" if link.form else "") for link in pages
    ] == wanted
    assert len({link.url for link in pages}) == len(wanted)


def test_the_word_of_a_pager_that_is_drawn_stands_in_the_name_of_its_picture() -> None:
    links = found("<a href='/1.htm'><img src='/i/btn_prev.gif'></a><a href='/3.htm'><img src='next.png'></a>")
    assert [(link.url, link.kind) for link in links if link.kind != "requisite"] == [
        ("http://www.tzb.gov.cn/3.htm", "next"),
        ("http://www.tzb.gov.cn/1.htm", "pager"),
    ]


ENTRIES = [
    # an entry; its address, title, day, and whether it looks like an article
    (
        "<item><title><![CDATA[A&B]]></title><link>/v.asp?m=1&amp;id=7</link><pubDate>2020-02-19 8:00</pubDate></item>",
        ("http://h/v.asp?m=1&id=7", "A&B", "2020-02-19", True),
    ),
    (
        "<item><title>甲&amp;乙</title><link> <![CDATA[ http://h/x/1 ]]> </link></item>",
        ("http://h/x/1", "甲&乙", None, True),
    ),
    (
        "<entry><title>甲</title><link href='a/1?x=1&amp;y=2'/><updated>2020-02-19T08:00:00Z</updated></entry>",
        ("http://h/f/a/1?x=1&y=2", "甲", "2020-02-19", True),
    ),
    (
        "<url><loc>http://h/index.php?m=show&amp;aid=7</loc><lastmod>2020-02-19</lastmod></url>",
        ("http://h/index.php?m=show&aid=7", None, "2020-02-19", True),
    ),
    ("<url><loc>http://h/xw/</loc></url>", ("http://h/xw/", None, None, False)),
    ("<sitemap><loc>http://h/s.php?p=1&amp;q=2</loc></sitemap>", ("http://h/s.php?p=1&q=2", None, None, False)),
    ("<item><title>会议</title></item>", None),
]


@pytest.mark.parametrize(("entry", "expected"), ENTRIES)
@pytest.mark.parametrize("root", ["rss", "feed", "urlset", "sitemapindex"])
def test_feeds_and_sitemaps_list_addresses_as_xml_means_them(
    root: str, entry: str, expected: tuple[str, str | None, str | None, bool] | None
) -> None:
    links = discover("http://h/f/feed.xml", f"<{root}>{entry}</{root}>", None)
    assert [(link.url, link.anchor, link.row_date, link.priority == ARTICLE) for link in links] == (
        [] if expected is None else [expected]
    )


def posted(pager: str, state: str) -> list[Link]:
    """What a pager leads to, in which `[2=3]` stands for a link with the text 2 that sends 3."""
    pager = re.sub(r"\[([^=]+)=([^]]*)]", r"""<a href="javascript:__doPostBack('P$1','\2')">\1</a>""", pager)
    hidden = f"<input type=hidden name=__VIEWSTATE value='{state}'><input type=text name=q value=x>"
    links = found(f"<form method=post action='list.aspx?c=3'>{hidden}{pager}</form>", "http://h/xw/list.aspx?c=3")
    return [link for link in links if link.kind == "next"]


CELLS = "<td>".join(
    ["", "[...=Page$10]", "<span>11</span>", *(f"[{n}=Page${n}]" for n in range(12, 21)), "[...=Page$21]"]
)


@pytest.mark.parametrize(
    ("pager", "argument"),
    [
        ("1 [2=2] [3=3]", "2"),
        ("[1=Page$1] <b>2</b> [3=Page$3]", "Page%243"),
        ("[2=2] [3=3] [下一页=3]", "3"),
        ("[1=Page$1] [2=Page$2] <span>3</span> [...=Page$4]", "Page%244"),
        (f"<table><tr>{CELLS}</table>", "Page%2412"),
        ("[1=1] <b>2</b>", None),
        ("[1=1] [2=2] <b>3</b> 共3页", None),
        ("[首页=1] [尾页=9]", None),
    ],
)
def test_a_pager_of_asp_net_sends_its_form(pager: str, argument: str | None) -> None:
    sent = [(link.url, link.form) for link in posted(pager, "dDwt")]
    number = (argument or "").removeprefix("Page%24")
    assert sent == [
        (
            f"http://h/xw/list.aspx?c=3#P%241={number}",
            f"__VIEWSTATE=dDwt&__EVENTTARGET=P%241&__EVENTARGUMENT={argument}",
        )
    ] * (argument is not None)


def test_a_control_of_asp_net_that_is_switched_off_is_not_pressed() -> None:
    off = "<a disabled href=\"javascript:__doPostBack('P$1','9')\">下一页</a>"
    assert [link.url.partition("#")[2] for link in posted(f"{off} 1 [2=2]", "dDwt")] == ["P%241=2"]


def test_events_of_asp_net_without_a_number_are_told_apart_by_the_state_of_the_page() -> None:
    second, third, again = (posted("[下一页=]", state)[0].url for state in ("dDwt", "dDwu", "dDwt"))
    assert second != third
    assert second == again


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (
            "<tr><td>1</td><td>会员登记表</td><td>2023/5/6</td><td><a href='down.asp?id=2'>点击下载</a></td></tr>",
            "会员登记表",
        ),
        ("<tr><td>办法（试行）</td><td><a href='/upload/2.doc'>[下载]</a></td></tr>", "办法（试行）"),
        ("<tr><td>2023/5/6</td><td><a href='down.asp?id=2'>会员登记表下载</a></td></tr>", "会员登记表下载"),
        ("<tr><td>2023/5/6</td><td><a href='down.asp?id=2'>点击下载</a></td></tr>", "点击下载"),
        (f"<tr><td>{'会议强调要抓好落实。' * 21}<a href='/7.doc'>点击下载</a></td></tr>", "点击下载"),
        (
            "<tr><td>办法<script>var a = 123</script><style>p {color: red}</style><a href='/7.doc'>下载</a></td></tr>",
            "办法",
        ),
        (
            "<tr><td>登记表</td><td>2023/5/6</td><td><a href='d.asp?id=2'>查看</a> <a href='d.asp?id=3'>下载</a></td>",
            "查看",
        ),
    ],
)
def test_a_link_that_only_says_what_a_click_does_has_the_name_of_its_row(row: str, name: str) -> None:
    assert next(link.anchor for link in found(f"<table>{row}</table>")) == name


@pytest.mark.parametrize(
    ("whole", "row"),
    [
        ("<dl>{}</dl>", "<dd>登记表{n}<a href='/a/{n}.doc'>下载</a></dd>"),
        ("<table><tr><td>{}</td></tr></table>", "<a href='/a/{n}.html'>会议第{n}次召开</a> (01-02)<br>"),
        ("<div>{}</div>", "<form><input name=page></form><a href='/a/{n}.html'>会议召开</a>"),
    ],
)
def test_thousands_of_links_in_one_row_take_linear_time(whole: str, row: str) -> None:
    def seconds(count: int) -> float:
        html = whole.replace("{}", "".join(row.format(n=number) for number in range(count)))
        began = time.process_time()
        assert len([link for link in found(html) if "/a/" in link.url]) == count
        return time.process_time() - began

    short, long = (min(seconds(count) for _ in range(2)) for count in (500, 2000))
    assert long < 8 * short


@pytest.mark.parametrize(
    ("links", "name"),
    [
        # A headline and what leads to it again; a picture and a headline; one that is cut, without a mark.
        ("<a href=/a/1.html>全市统战部长会议召开</a><a href=/a/1.html>[ 详情]</a> 2020-02-19", "全市统战部长会议召开"),
        (
            "<a href=/a/1.html>全市统战部长会议召开</a><i>2020-02-19</i> <a href=/a/1.html>更多</a>",
            "全市统战部长会议召开",
        ),
        ("<a href=/a/1.html><img src=/1.jpg></a><a href=/a/1.html>全市统战部长会议召开</a>", "全市统战部长会议召开"),
        ("<a href=/a/1.html>全市统战部长</a><a href=/a/1.html>全市统战部长会议召开</a>", "全市统战部长会议召开"),
        ("<a href=/a/1.html>全市统战部长会议召开</a><a href=/a/1.html>全市统战</a> 2020-02-19", "全市统战部长会议召开"),
        ("<a href=/a/1.html>图解统战</a><a href=/a/1.html>全市统战部长会议召开</a> 2020-02-19", "全市统战部长会议召开"),
        ("<a href=/a/1.html>全市统战部长会议召开</a><a href=/a/1.html>图解统战</a>", "全市统战部长会议召开"),
    ],
)
def test_of_two_links_to_an_article_the_one_that_says_what_it_is_names_it(links: str, name: str) -> None:
    article = next(
        link for link in found(f"<html><body><ul><li>{links}</li></ul></body></html>") if link.kind == "page"
    )
    assert article.anchor == name
    assert (article.row_date is not None) == ("2020" in links)


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("<h3>全市会议召开(2020-12-25)</h3><p>全市会议召开，部长讲话。</p>", "全市会议召开"),
        ("<div><!-- new --><div>会议召开</div></div><div>2020-11-26</div>", "会议召开"),
        ("<p>2020-11-26</p><p>会议<b>召开</b></p><p>部长讲话。</p>", "会议召开"),
        ("会议召开 <span>2020-11-26</span>", "会议召开"),
        ("·会议召开", "会议召开"),
        ("·“六一”会议召开", "“六一”会议召开"),
        ("<span>会议</span><span>召开</span>", "会议召开"),
        ("12·4国家宪法日", "12·4国家宪法日"),
    ],
)
def test_a_link_that_holds_its_whole_row_is_named_by_its_title(inside: str, name: str) -> None:
    (article,) = found(f"<html><body><div><a href='/a/202012/1.html'>{inside}</a></div></body></html>")
    assert article.anchor == name


@pytest.mark.parametrize("word", ["首页", "首 页", "[首页]"])
@pytest.mark.parametrize(
    "pager", ["<a href='list_2.html'>下一页</a>", "<a href='list_2.html'>2</a> <a href='3.html'>3</a>", ""]
)
def test_the_home_page_in_a_menu_is_no_page_of_a_list_and_the_first_page_in_its_pager_is(word: str, pager: str) -> None:
    first = f"<a href='list_1.html'>{word}</a>" if pager else ""
    html = (
        f"<html><body><div class=top><ul><li><a href='/'>{word}</a></li><li><a href='/xw/'>要闻</a></li></ul></div>"
        "<div class=main><div><ul><li><a href='/a/202002/1.html'>会议召开</a> 2020-02-19</li></ul>"
        f"<div class=pages>{first} <span>1</span> {pager}</div></div></div></body></html>"
    )
    links = found(html, "http://h/xw/list.html")
    assert paths(links, "page") == ["/xw/", "/a/202002/1.html", "/"]
    assert paths(links, "pager")[-1:] == (["/xw/list_1.html"] if pager else [])


@pytest.mark.parametrize(
    ("names", "menu"),
    [
        (["学校概况", "校园动态", "通知公告", "每周工作", "职业教育与成人教育科"], True),
        (["学校概况", "校园动态", "通知公告", "每周工作"], False),
        (["学校概况", "校园动态", "通知公告", "每周工作", "我校举行第十二届校园文化艺术节开幕式"], False),
        (["职业教育与成人教育科", "党风行风建设工作办公室", "离退休干部工作管理科", "每周工作", "通知公告"], False),
    ],
)
def test_links_with_short_names_and_addresses_of_one_shape_are_a_menu(names: list[str], menu: bool) -> None:
    links = "".join(f"<li><a href='/newslist/20196271336128{n}.html'>{name}</a></li>" for n, name in enumerate(names))
    rows = "".join(f"<li><a href='/page/43333{n}.html'>会议召开</a> 2020-02-1{n}</li>" for n in range(6))
    html = f"<html><body><ul>{links}</ul><ul>{rows}</ul></body></html>"
    every = {link.url: link.priority for link in found(html, "http://h/newslist/1.html")}
    assert {every[url] == LIST for url in every if "/newslist/" in url} == {menu}
    assert {every[url] for url in every if "/page/" in url} == {ARTICLE}


def test_links_with_short_names_and_a_day_in_their_addresses_are_articles() -> None:
    links = "".join(f"<li><a href='/xw/202002/t20200219_{n}.html'>会议召开</a></li>" for n in range(9))
    assert {link.priority for link in found(f"<html><body><ul>{links}</ul></body></html>")} == {ARTICLE}


def test_a_handler_that_encodes_an_address_names_it() -> None:
    html = (
        "<html><body>1/28页 <a href='#' onclick=\"location.href=encodeURI('index_2.jhtml');\">下一页</a></body></html>"
    )
    assert paths(found(html, "http://h/dt/index.jhtml"), "next") == ["/dt/index_2.jhtml"]


def test_the_second_day_of_some_is_no_day_of_a_row() -> None:
    html = "<html><body><ul><li><a href='/1.html'>普及活动周5月12-18日举行</a></li></ul></body></html>"
    assert [link.row_date for link in found(html)] == [None]


@pytest.mark.parametrize("page", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_an_answer_nested_without_end_has_no_links_and_counts_nothing(page: str) -> None:
    assert list(discover("http://a.cn/list", page, parse(page))) == []
    assert counted(page) is None
