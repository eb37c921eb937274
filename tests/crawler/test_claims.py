"""What a page of a list says of its list."""

from __future__ import annotations

import pytest
from lxml.html import fromstring

from crawler.discovery.ledger import survey
from crawler.discovery.link import ARTICLE, Link
from crawler.discovery.scripted import follow


@pytest.mark.parametrize(
    ("text", "claimed", "pages"),
    [
        ("共22条 1/4页", 22, 4),
        ("共有 22 条记录，分 4 页", 22, 4),
        ("总计：108篇", 108, None),
        ("第1/4页", None, 4),
        ("每页 <em>14</em> 记录 总共 <em>9</em> 记录 页码 <em>1</em>/<em>1</em>", None, 1),
        ("共同富裕22条", None, None),
        ("2024年", None, None),
    ],
)
def test_a_list_says_how_much_it_has(text: str, claimed: int | None, pages: int | None) -> None:
    html = f"<body><p>{text}</p></body>"
    shown = survey("http://h/", html, fromstring(html), [])
    assert (shown.claimed, shown.claimed_pages) == (claimed, pages)


@pytest.mark.parametrize(
    ("options", "claimed", "pages"),
    [
        ("$.jqPaginator('#p', {totalPages: 4, visiblePages: 7})", None, 4),
        ("new Paging({pageCount: '12', cb: go})", None, 12),
        ("laypage.render({count: 22, limit: 10})", 22, None),
        ("kkpager.generPageHtml({pno: 1, total: 3, totalRecords: 22})", 22, None),
        ("$('#p').pagination({visiblePages: 7})", None, None),
        ("var total = 22, pageSize = 10;", 22, None),
        ("var total = 0, pageSize = 10, page_count=3;", None, 3),
        ("var total = 22, totalPages = 4;", None, None),
        # What a script begins with.
        ("new Paging({pageCount: 1, cb: go})", None, None),
    ],
)
def test_the_options_of_a_pager_say_how_much_there_is(options: str, claimed: int | None, pages: int | None) -> None:
    html = f"<body><script>{options}</script></body>"
    shown = survey("http://h/", html, fromstring(html), [])
    assert (shown.claimed, shown.claimed_pages) == (claimed, pages)


@pytest.mark.parametrize(("rows", "claimed"), [(0, None), (1, 3)])
def test_what_a_calendar_claims_for_a_month_is_listed_by_its_days(rows: int, claimed: int | None) -> None:
    month = "".join(f"<td>{day}</td>" for day in range(1, 31))
    html = f"<html><body><table><tr>{month}</tr></table><p>本月共3条要闻</p></body></html>"
    links = [Link(url="http://h/1", row_date="2-9")] * rows
    assert survey("http://h/", html, fromstring(html), links).claimed == claimed


@pytest.mark.parametrize(("rows", "pages"), [(3, 9), (2, None)])
def test_the_number_of_pages_in_a_script_is_that_of_the_list_in_a_page_with_dated_rows(
    rows: int, pages: int | None
) -> None:
    html = "<body><script>var data = {totalPage: 9, total: 22}</script></body>"
    shown = survey("http://h/", html, fromstring(html), [Link(url="http://h/1", row_date="02-19")] * rows)
    assert (shown.claimed, shown.claimed_pages) == (None, pages)


@pytest.mark.parametrize(("total", "claimed"), [(22, 22), (1, None)])
def test_the_data_of_a_page_say_how_many_rows_there_are(total: int, claimed: int | None) -> None:
    data = f'{{"props": {{"total": {total}, "list": [{{"id": 1}}, {{"id": 2}}]}}}}'
    html = f"<body><script id=__NEXT_DATA__ type=application/json>{data}</script></body>".replace(
        "=app", "='app"
    ).replace("json>", "json'>")
    assert survey("http://h/", html, fromstring(html), []).claimed == claimed


def test_an_answer_of_a_script_says_its_total() -> None:
    assert survey("http://h/api", '{"total": 22, "rows": []}', None, []).claimed == 22


@pytest.mark.parametrize(
    ("html", "kind", "claimed"),
    [
        ("<datastore><totalrecord>53</totalrecord><recordset></recordset></datastore>", "next", 53),
        (
            "<p><script type=text/xml><datastore></datastore></script><script>jpage({totalRecord: 53})</script>",
            "next",
            53,
        ),
        # The list stands at another address, which claims it.
        (
            "<p><script type=text/xml><datastore></datastore></script><script>jpage({totalRecord: 53})</script>",
            "list",
            None,
        ),
        ("<p><script>var totalRecord = 53, s = {totalRecord: 53}</script>", "next", None),
    ],
)
def test_the_records_of_hanweb_say_their_total(html: str, kind: str, claimed: int | None) -> None:
    links = [Link(url="http://h/dataproxy.jsp?startrecord=46", kind=kind)]  # type: ignore[arg-type] # two of the kinds
    assert survey("http://h/", html, fromstring(html), links).claimed == claimed


def test_rows_and_frames_of_other_hosts_are_counted_a_host() -> None:
    links = [
        Link(url="http://mp.weixin.qq.com/s/1", row_date="02-19"),
        Link(url="http://mp.weixin.qq.com/s/2", priority=ARTICLE),
        Link(url="http://lists.h/", frame=True),
        Link(url="http://other/"),
        Link(url="http://twin/1", row_date="02-19"),
        Link(url="http://h/1", row_date="02-19"),
    ]
    assert survey("http://h/", "", None, links, ["twin"]).foreign == {"lists.h": 1, "mp.weixin.qq.com": 2}


@pytest.mark.parametrize(
    ("body", "controls"),
    [
        ("<a onclick='more()'>加载更多</a>", ("加载更多 more()",)),
        ("<a href='javascript:go(2)'>下一页</a><a href='javascript:go(2)'>下一页</a>", ("下一页 javascript:go(2)",)),
        ("<a onclick='go(1)' class='btn disabled'>下一页</a>", ()),
        ("<button disabled onclick='go(1)'>下一页</button>", ()),
        ("<a href='/l/2.html' onclick='go(2)'>下一页</a>", ()),
        ("<div class='bdsharebuttonbox'><a onclick='share()'>更多</a></div>", ()),
        ("<a onclick='go(2)' data-cundang-followed=''>下一页</a>", ()),
        ("<a onclick='slide()'>&gt;</a>", ()),
        ("<a href=''>更多&gt;&gt;</a>", ("更多>>",)),
        ("<a href=''>更多&gt;&gt;</a><a href='/xw/'>更多&gt;&gt;</a>", ()),
        ("<a onclick='more()'>更多&gt;&gt;</a><a href='/xw/'>更多&gt;&gt;</a>", ("更多>> more()",)),
        ("<span onclick=\"location.href='/l/'\">更多</span>", ()),
        ("<a href=\"javascript:window.open('/l/')\">更多</a>", ()),
        ("<a onclick=\"location='/l?p='+n\">下一页</a>", ("下一页 location='/l?p='+n",)),
        ("<a href='#/list/1'>1</a><a href='#/list/2'>2</a><a href='#!p=2'>下一页</a>", ("2 #/list/2", "下一页 #!p=2")),
        ("<a href='#top'>2</a><a href='/2.html'>2</a>", ()),
        # Pagers that only a script reads, and what looks like them.
        (
            "<ul class=el-pager><li class='number active'>1</li><li class=number>2</li><li class=number>3</li></ul>",
            ("2",),
        ),
        ("<div class='pages'><p><b>1</b> <i>2</i></p></div>", ("2",)),
        ("<button class='btn-prev'></button><button class='btn-next'><i></i></button>", ("btn-next",)),
        ("<ul class=pager><li class='ant-pagination-next'><a><i></i></a></li></ul>", ("ant-pagination-next",)),
        ("<ul class=el-pager><li class='number active'>1</li></ul><button disabled class='btn-next'></button>", ()),
        ("<div class=page>共<b>22</b>条 <b>1</b>/<b>3</b>页</div>", ()),
        ("<div class=page><span>1</span> <a href='?p=2'>2</a></div>", ()),
        # A day that a reader chooses.
        ("<input type=date onchange=\"location='?d='+this.value\">", ("date location='?d='+this.value",)),
        ("<input type=month onchange='this.form.submit()'>", ("month this.form.submit()",)),
        ("<form><input type=date name=d><input type=submit></form>", ()),
        ("<div class=page>3/3页 <select><option>1<option>2<option>3</select></div>", ()),
        ("<div class=page><span>2</span> <span>3</span></div><div><b>1</b><b>2</b></div>", ()),
    ],
)
def test_what_leads_on_without_an_address_is_named(body: str, controls: tuple[str, ...]) -> None:
    html = f"<html><body>{body}</body></html>"
    assert survey("http://h/", html, fromstring(html), []).controls == controls


def test_a_button_beside_a_pager_of_links_is_not_named_and_beside_other_links_it_is() -> None:
    html = "<html><body><a onclick='go(2)'>下一页</a></body></html>"
    for kind, named in (("next", 0), ("pager", 1), ("page", 1)):
        links = [Link(url="http://h/2", kind=kind)]  # type: ignore[arg-type] # two of the kinds
        assert len(survey("http://h/", html, fromstring(html), links).controls) == named


ROW = "<li{}><a{}>全市统战部长会议召开</a> 2020-02-19</li>"


@pytest.mark.parametrize(
    ("row", "count", "blind"),
    [
        (ROW.format("", ""), 4, 4),
        (ROW.format("", ""), 2, 0),
        (ROW.format("", " href='javascript:show(1)'"), 4, 4),
        (ROW.format("", " href='#'"), 4, 4),
        (ROW.format("", " href='#/detail/3'"), 4, 4),
        (ROW.format(" id=n3", " href='#n3'"), 4, 0),
        (ROW.format("", " href='/1.html'"), 4, 0),
        (ROW.format(" onclick=\"location.href='/1.html'\"", ""), 4, 0),
        ("<li>要闻 2020-02-19</li>", 4, 0),
        # In other boxes than rows.
        ("<div><a href='javascript:;'>全市统战部长会议召开</a> <p>2020-02-19</p></div>", 4, 4),
        ("<a href='javascript:;'><h3>全市统战部长会议召开</h3>\n\n<p>2020-02-19</p></a>", 4, 4),
        ("<div><a href='javascript:;'>全市统战部长会议召开</a> <a href='/1.html'>详情</a> 2020-02-19</div>", 4, 0),
        ("<div><a href='javascript:;'>全市统战部长会议召开</a> <p>部长讲话。</p></div>", 4, 0),
        # A summary speaks of a day; the row's own stands alone.
        ("<dd>7月27日，全市统战部长会议召开，会议强调要办好实事...</dd>", 4, 0),
        ("<li>7月27日全市统战部长会议召开 2020-02-19</li>", 4, 4),
    ],
)
def test_dated_rows_without_an_address_are_counted(row: str, count: int, blind: int) -> None:
    html = f"<html><body><ul>{row * count}</ul></body></html>"
    assert survey("http://h/", html, fromstring(html), []).blind == blind


MESSAGE = "<tr><td>网友提问：何时开放办理 2020-02-19</td></tr><tr><td>您好，下月起开放办理。</td></tr>"
FORM = "<form><textarea name=text></textarea></form>"


@pytest.mark.parametrize(
    ("rows", "counted", "claimed"),
    [
        # Rows that lead nowhere lack their articles, so what the list claims is a gap.
        (f"<ul>{ROW.format('', '') * 3}</ul>", (3, 0), 22),
        (f"<ul>{ROW.format('', '') * 3}</ul>{FORM}", (3, 0), 22),
        (f"<ul>{ROW.format('', ' href=#') * 20}</ul>", (20, 0), 22),
        # Messages stand on the page whole, so none of them lacks.
        (f"<table>{MESSAGE * 3}</table>{FORM}", (0, 3), None),
        (f"<table>{MESSAGE * 20}</table>{FORM}", (0, 20), None),
        (f"<table>{MESSAGE * 2}</table>{FORM}", (0, 2), 22),
        # Nobody writes here.
        (f"<table>{MESSAGE * 3}</table>", (3, 0), 22),
    ],
)
def test_a_guest_book_claims_nothing_and_a_list_of_rows_without_address_does(
    rows: str, counted: tuple[int, int], claimed: int | None
) -> None:
    html = f"<html><body>{rows}<p>共22条 1/4页</p></body></html>"
    shown = survey("http://h/", html, fromstring(html), [])
    assert ((shown.blind, shown.messages), shown.claimed) == (counted, claimed)


@pytest.mark.parametrize(
    ("control", "words"),
    [
        ("<a onclick='more()'>加载更多</a>", "加载更多"),
        ("<button>加载更多</button>", "加载更多"),
        ("<span onclick='more()'>加载更多</span>", "加载更多"),
        ("<div onclick='more()'>加载更多</div>", "加载更多"),
        ("<li onclick='more()'>加载更多</li>", "加载更多"),
        ("<input type=button value=加载更多>", "加载更多"),
        ("<a href='#/list/2'>2</a>", "2"),
        # Numbers of a pager.
        *(
            (f"<div class=pager><{tag}>1</{tag}><{tag}>2</{tag}></div>", "2")
            for tag in ("a", "b", "em", "i", "p", "span", "strong", "u")
        ),
        ("<div class=pager><p><b>1</b> <i>2</i></p></div>", "2"),
        ("<ul class=el-pager><li>1</li><li>2</li></ul>", "2"),
        # A part of a pager that says what it does by its title alone.
        ("<ul class=pager><li class=ant-pagination-next title=下一页></li></ul>", "下一页"),
    ],
)
def test_no_control_that_was_pressed_is_told_as_a_gap(control: str, words: str) -> None:
    html = f"<html><body>{control}</body></html>"
    root = fromstring(html)
    assert len(survey("http://h/", html, root, []).controls) == 1
    follow(root, ["下一步"], 3)
    assert len(survey("http://h/", html, root, []).controls) == 1
    follow(root, [words], 3)
    assert survey("http://h/", html, root, []).controls == ()


@pytest.mark.parametrize(("seen", "claimed"), [("", None), ("4", None), ("5", None), ("3", 4), ("x", None)])
def test_pages_that_were_pressed_out_of_one_are_claimed_where_some_lack(seen: str, claimed: int | None) -> None:
    html = f"<html><body><p>共22条 1/4页</p><a data-cundang-followed='{seen}' onclick='go(2)'>下一页</a></body></html>"
    shown = survey("http://h/", html, fromstring(html), [])
    assert (shown.claimed, shown.claimed_pages) == (22, claimed)
