"""Whether the scripts of a page are run, and what is pressed: pages that have all they need are left alone."""

from __future__ import annotations

from typing import Any, cast

import pytest
from lxml.html import fromstring

from crawler.discovery import discover
from crawler.discovery.messages import Ask, Handle, Lead
from crawler.discovery.scripted import SOURCES, is_asked, leads_on, play, tabs

HOST = "h"
URL = f"http://{HOST}/xw/12345.html"
ROWS = "<ul>" + "<li data-id='7'><h4>全市统战部长会议召开</h4><i>2020-02-19</i></li>" * 3 + "</ul>"
BACK = "<a href=\"javascript:__doPostBack('p','2')\">2</a>"
PROSE = "<p>" + "全市统战部长会议召开，会议强调画好最大同心圆。" * 12 + "</p>"

DATA = ", ".join(f"'110{n}|全市统战部长会议第{n}次召开'" for n in range(5))


def lack(body: str, *, expected: bool = False, article: bool = False, prose: int = 0, head: str = "") -> str | None:
    html = f"<html><head>{head}</head><body>{body}</body></html>"
    root = fromstring(html)
    wanted = play(
        URL, html, root, discover(URL, html, root), expected=expected, article=article, prose=prose, hosts=(HOST,)
    )
    return wanted.lack if wanted is not None else None


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<a href='/x/'>要闻</a><a onclick='go(2)'>下一页</a><script>function go(n) {}</script>", "list"),
        ("<script src='/menu.js'></script>", "stub"),
        ("<div><script src='/menu.js'></script></div><a href='/a/'>一</a>", "list"),
        ("<div id='app'></div><a href='/a/'>一</a><script>fetch('/api')</script>", "list"),
        ("<script>location.href = ua ? '/m/' : '/pc/'</script>", "stub"),
        ("<script>if (m) { location.href = '/m/'; } else { location.href = '/pc/' + 'index.html'; }</script>", "stub"),
        ("<script>var to = '/pc/'; m ? location.replace('/m/') : location.replace(to)</script>", "stub"),
        ("<script>if (m) { location.href = '/m/'; }</script>", None),
        ("<script>location.replace( '/m/' )</script>", None),
        ("<a href='/x/'>要闻</a><a href='?p=2'>下一页</a><script>fetch('/api')</script>", None),
        ("<div data-rows='[]'></div><a href='?p=2'>下一页</a><script src='/rows.js'></script>", "list"),
        ("<a href='/x/'>全市统战部长会议召开</a><a href='?p=2'>下一页</a><script src='/rows.js'></script>", None),
        ("<a href='/x/'>要闻</a><a href='?p=2'>下一页</a><script>document.write(atob('PGE+'))</script>", "list"),
        (
            f"<a href='/x/'>要闻</a><a href='?p=2'>下一页</a><script src=/fn.js></script><script>f([{DATA}])</script>",
            "list",
        ),
        ("<a href='/x/'>全市统战部长会议召开</a><a href='?p=2'>下一页</a><script>document.write(1)</script>", None),
        ("<li><a href='/x/'>会议</a> 2020-02-19</li><a href='?p=2'>下一页</a><script>document.write(1)</script>", None),
        ("<a href='/x/'>要闻</a><a onclick=\"location.href='/y/'\">旧闻</a>", None),
        ("<a href='/x/'>要闻</a><table id=t></table><script>$('#t').DataTable({ajax: '/api'})</script>", "list"),
        ("<a href='/x/'>要闻</a><a href='javascript:void(0)'>收藏</a>", None),
        ("<a href='/x/'>要闻</a><script>kkpager.generPageHtml({total: 3})</script>", "list"),
        (
            f"{ROWS}<a href='?p=2'>下一页</a><script>$('ul').on('click', 'li', f); f = () => window.open(id)</script>",
            "list",
        ),
        (f"{ROWS}<a href='?p=2'>下一页</a><script>open = 1</script>", None),
        (
            "<a href='/x/'>要闻</a><select onchange=\"location='/l?m='+this.value\"><option value=202301></select>",
            "list",
        ),
        ("<a href='/x/'>要闻</a><select onchange=\"location=this.value\"><option value='/l/2.html'></select>", None),
        (f"{BACK}<a href='/x/'>要闻</a>", None),
        (f"{BACK}<a href='/x/'>要闻</a><script>fetch('/api')</script>", None),
        (f"{BACK}{ROWS}<script>document.querySelector('ul').onclick = e => window.open(id)</script>", "list"),
    ],
)
def test_a_list_that_lacks_what_leads_on_has_its_scripts_run(body: str, wanted: str | None) -> None:
    assert lack(body) == wanted


@pytest.mark.parametrize(
    ("body", "prose", "wanted"),
    [
        ("<div id=box></div><script>box.innerHTML = rows</script>", 8, "list"),
        ("<div id=box></div><script>box.innerHTML = rows</script>", 90, None),
        ("<div id=box>2020</div><script>box.innerHTML = rows</script>", 8, None),
        ("<div id=box></div><script>count()</script>", 8, None),
    ],
)
def test_the_foot_of_a_page_that_scripts_fill_is_no_article(body: str, prose: int, wanted: str | None) -> None:
    assert lack(body, article=True, prose=prose) == wanted


@pytest.mark.parametrize(
    ("link", "code", "file", "wanted"),
    [
        ("/x/", "showList('xw', 10)", "/fn.js", "list"),
        ("/2020/0219/1.html", f"showList([{DATA}])", "/fn.js", "list"),
        ("/2020/0219/1.html", "showToday()", "/fn.js", None),
        ("/x/", "", "/fn.js", "list"),
        ("/x/", "showList('xw', 10)", "/jquery.min.js", None),
    ],
)
def test_a_file_may_define_what_writes_the_rows_of_a_list(link: str, code: str, file: str, wanted: str | None) -> None:
    """The rows stand in the page's own script, or the page has none."""
    body = f"<a href='{link}'>会议</a><a href='/a/'>要闻</a><a href='/b/'>党派</a><script>{code}</script>"
    assert lack(body, head=f"<script src='{file}'></script>") == wanted


@pytest.mark.parametrize(("columns", "wanted"), [("", "list"), ("<a href='/a/'>要闻</a><a href='/b/'>党派</a>", None)])
def test_a_file_may_write_the_menu_of_a_page_that_leads_to_articles_alone(columns: str, wanted: str | None) -> None:
    body = f"<div id=menu></div><a href='/2020/0219/1.html'>会议</a>{columns}<script>menu()</script>"
    assert lack(body, head="<script src='/fn.js'></script>") == wanted


@pytest.mark.parametrize(
    ("title", "count", "wanted"),
    [("全市统战部长会议召开", 3, "list"), ("全市统战部长会议召开", 2, None), ("点赞", 3, None)],
)
def test_titles_without_a_day_that_only_a_call_leads_from_have_it_run(
    title: str, count: int, wanted: str | None
) -> None:
    """A pager of links does not make up for them."""
    rows = "".join(f"<li><a href='javascript:view({n})'>{title}</a>" for n in range(count))
    code = "<script>function view(n) { window.open('/v.asp?id=' + n) }</script>"
    assert lack(f"{rows}<a href='?p=2'>下一页</a>{code}") == wanted


@pytest.mark.parametrize(
    ("body", "article", "wanted"),
    [
        ("<h1>题</h1><div id='zoom'></div><script>$('#zoom').load('/b.txt')</script>", True, "body"),
        ("<h1>题</h1><iframe src='/b/1.htm'></iframe>", False, "body"),
        ("<h1>题</h1><iframe id='f'></iframe><script>f.src = '/viewer.html?file=' + pdf</script>", True, "body"),
        ("<h1>题</h1><iframe id='f'></iframe><script>var pdf = 1</script>", True, None),
        ("<h1>题</h1><script>document.write(unescape('" + "%u5168" * 50 + "'))</script>", True, "body"),
        ("<h1>题</h1><p>今天放假。</p><script>$.get('/count.php?id=1', d => $('#n').html(d))</script>", True, None),
        ("<h1>题</h1><p>今天放假。</p><script src='/e/public/ViewClick/?id=1'></script>", True, None),
        ("<h1>题</h1><iframe src='http://other/b.htm'></iframe>", False, None),
    ],
)
def test_an_article_without_its_body_has_its_scripts_run(body: str, article: bool, wanted: str | None) -> None:
    assert lack(body, expected=True, article=article, prose=20) == wanted


@pytest.mark.parametrize(
    ("days", "control", "wanted"), [(3, "下一页", "list"), (2, "下一页", "body"), (3, "关闭", "body")]
)
@pytest.mark.parametrize(
    "button", ["<a href='#' onclick='go(2)'>{}</a>", "<input type=button onclick='go(2)' value='{}'>"]
)
def test_a_list_at_the_address_of_an_article_is_known_by_its_rows_and_its_pager(
    days: int, control: str, wanted: str, button: str
) -> None:
    rows = "".join(f"<li><a href='{n}.htm'>全市统战部长会议</a> (2020-02-1{n})" for n in range(days))
    code = "<script>function go(n) { parent.main.location.href = 'index_' + n + '.htm'; }</script>"
    assert lack(f"{code}<ul>{rows}</ul>{button.format(control)}", expected=True) == wanted


def test_an_article_with_its_text_is_left_alone() -> None:
    body = f"<h1>题</h1><div id='content'></div>{PROSE}<script>$('#zoom').load('/b.txt')</script>"
    assert lack(body, expected=True, article=True, prose=260) is None


def handle(text: str, **more: Any) -> Handle:
    return cast("Handle", {"id": 3, "text": text, "class": "", "around": "", "code": "", **more})


def test_what_leads_on_is_pressed_and_nothing_else() -> None:
    order = [handle("下一页"), handle("加载更多"), handle("2"), handle("上个月"), handle("", id=-1)]
    ranks = [rank for each in order if (rank := leads_on(each, ())) is not None]
    assert len(ranks) == len(order)
    assert ranks == sorted(ranks)
    for text in ("点赞", "收藏本站", "提交", "登录", "上一页", "全市统战部长会议召开"):
        assert leads_on(handle(text), ()) is None
    assert leads_on(handle("2"), {"2"}) is None
    assert leads_on(handle("2", code="go(2)"), {"go(2)"}) is None
    # What one handler of the box hears is told apart by its words.
    assert leads_on(handle("3", code="javascript:void(0)"), {"2", "javascript:void(0)"}) == 5
    assert leads_on(handle("‹", around="calendar"), ()) == leads_on(handle("上个月"), ())


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        ({}, None),
        ({"method": "POST"}, None),
        ({"method": "DELETE"}, "no page: DELETE http://h/api"),
        ({"url": "data:text/plain,x"}, "no page: GET data:text/plain,x"),
        ({"url": "http://other/api"}, "foreign_host: http://other/api"),
        # Nobody waits for the answer; a counter; a picture.
        ({"heard": False}, ""),
        ({"url": "http://h/hits.jsp?id=1"}, ""),
        ({"url": "http://h/a.png"}, ""),
        ({"url": "http://h/js/jquery.min.js"}, ""),
    ],
)
def test_what_a_script_asks_for_is_fetched_where_it_may_be_a_list(ask: Ask, why: str | None) -> None:
    usual: Ask = {"url": "http://h/api", "method": "GET", "heard": True}
    assert is_asked({**usual, **ask}, [HOST]) == why


def test_the_files_of_scripts_of_one_page_are_bounded() -> None:
    html = "".join(f"<script src='/s{n}.js'></script>" for n in range(SOURCES + 5)) + "<div id=app></div>"
    html = f"<html><body>{html}<script src='/jquery.min.js'></script><script src='http://other/x.js'></script></body></html>"
    wanted = play(URL, html, fromstring(html), [], expected=False, article=False, prose=0, hosts=(HOST,))
    assert wanted is not None
    assert wanted.sources == tuple(f"http://h/s{n}.js" for n in range(12))


def test_tabs_are_elements_that_ask_for_lists_by_one_function() -> None:
    def lead(text: str, code: str = "show(1)", **more: Any) -> Lead:
        led = {**handle(text, code=code), "went": [], "sent": None, "asks": 1, "reads": 1, **more}
        return cast("Lead", led)

    pair = [lead("工作动态", "show(1)"), lead("通知公告", "show(2)")]
    assert tabs(pair) == {"show(1)", "show(2)"}
    assert tabs([lead("工作动态", "", around="tab"), lead("通知公告", "", around="tab")]) == {"工作动态", "通知公告"}
    # One alone, what is sent, what leads away, what asks for nothing, what does something else, what has no name.
    assert tabs([lead("2024年5月", "month(2024,5)"), lead("2023年", "month(2023)")]) == {"month(2024,5)", "month(2023)"}
    assert tabs(pair[:1]) == frozenset()
    for other in ({"reads": 0}, {"went": ["/a"]}, {"sent": {"url": "/a"}}, {"asks": 0, "reads": 0}):
        assert tabs([pair[0], lead("通知公告", "show(2)", **other)]) == frozenset()
    for text in ("点赞", "收藏本站", "下一页", "more!"):
        assert tabs([pair[0], lead(text, "show(2)")]) == frozenset()
