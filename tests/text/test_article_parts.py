"""Which page of an article a page is: its pager says so, whatever form the addresses have; neighbours are no pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from pages import read

HOST = "http://www.example.gov.cn"
TITLE = "市工商联召开第七次工作推进会"
TEXT = "".join(f"<p>第{n}段：与会人员围绕营商环境优化提出了建议，并交流了近年来的做法。</p>" for n in range(4))
# The address of the first page, and of each further one.
FORMS = {
    "/n/417.html": "/n/417_{}.html",
    "/n/417.jhtml": "/n/417_{}.jhtml",
    "/n/417.jspx": "/n/417_{}.jspx",
    "/n/417.do": "/n/417_{}.do",
    "/n/417.xhtml": "/n/417_{}.xhtml",
    "/n/417": "/n/417_{}",
    "/archives/9": "/archives/9/{}",
    "/2021/11/gongshanglian/": "/2021/11/gongshanglian/{}/",
    "/article-11-1.html": "/article-11-{}.html",
    "/n/14.html": "/n/14-{}.html",
    "/show-9-345-1.html": "/show-9-345-{}.html",
    "/n/417.shtm": "/n/417p{}.shtm",
    "/view.aspx?id=10": "/view.aspx?id=10&amp;page={}",
}
PAGES = 3


def numbers(own: int, names: dict[int, str]) -> str:
    return " ".join(f"<b>{n}</b>" if n == own else f"<a href='{names[n]}'>{n}</a>" for n in names)


def turns(own: int, names: dict[int, str]) -> str:
    return "".join(
        f"<a href='{names[own + step]}'>{words}</a>"
        for step, words in ((-1, "上一页"), (1, "下一页"))
        if own + step in names
    )


PAGERS: dict[str, Callable[[int, dict[int, str]], str]] = {
    "numbers": lambda own, names: f"<div class='page'>{numbers(own, names)}</div>",
    "all": lambda own, names: f"<p>共3页 {turns(own, names)} {numbers(own, names)}</p>",
    "brackets": lambda _, names: "".join(f"<a href='{names[n]}'>[{n}]</a>" for n in names),
}


def page(below: str) -> str:
    return (
        f"<html><head><title>{TITLE}</title></head><body><a href='/'>首页</a><h1>{TITLE}</h1>"
        f"<div>发布时间：2023-03-02 来源：宜城日报</div><div class=content>{TEXT}</div>{below}</body></html>"
    )


@pytest.mark.parametrize(("first", "further", "pager"), [(*f, p) for f, p in itertools.product(FORMS.items(), PAGERS)])
def test_a_pager_joins_the_pages_of_an_article_whatever_their_addresses(first: str, further: str, pager: str) -> None:
    names = {n: further.format(n) if n > 1 else first for n in range(1, PAGES + 1)}
    for own, name in names.items():
        document = read(page(PAGERS[pager](own, names)), HOST + name.replace("&amp;", "&"))
        assert (document.part_of, document.part_no) == (HOST + first, own)


@pytest.mark.parametrize(
    ("first", "further"), [form for form in FORMS.items() if form[0] not in ("/article-11-1.html", "/n/417p1.shtm")]
)
def test_without_numbers_the_first_two_pages_lead_to_each_other(first: str, further: str) -> None:
    names = {1: first, 2: further.format(2)}
    for own, name in names.items():
        document = read(page(turns(own, names)), HOST + name.replace("&amp;", "&"))
        assert (document.part_of, document.part_no) == (HOST + first, own)


@pytest.mark.parametrize("pager", PAGERS)
def test_the_second_page_may_have_the_number_1(pager: str) -> None:
    names = {1: "/n/t20230302_41.html"} | {n: f"/n/t20230302_41_{n - 1}.html" for n in range(2, 5)}
    for own, name in names.items():
        document = read(page(PAGERS[pager](own, names)), HOST + name)
        assert (document.part_of, document.part_no) == (HOST + names[1], own)


# The addresses of neighbours, or of an article and its column.
@pytest.mark.parametrize(
    ("own", "links"),
    [
        ("/n/4", {"/n/3": "上一页", "/n/5": "下一页"}),
        ("/n/4.html", {"/n/3.html": "上一篇", "/n/5.html": "下一篇", "/n/1.html": "1", "/n/2.html": "2"}),
        ("/article-11-2.html", {"/article-11-1.html": "上一页", "/article-11-3.html": "下一页"}),
        ("/article-11-2.html", {"/article-11-1.html": "上一篇：茶叶加工见成效", "/article-11.html": "工作动态"}),
        ("/n/14-2.html", {"/n/14.html": "工作动态", "/n/14-3.html": "下一篇"}),
        ("/n/14_2.jhtml", {"/n/14_3.jhtml": "下一篇：茶叶加工见成效"}),
        ("/tzb/12", {"/tzb": "首页", "/tzb/13": "下一篇"}),
        ("/archives/9", {"/archives/9/feed": "订阅", "/archives/8": "上一篇"}),
        ("/archives/9/comment-page-2", {"/archives/9/comment-page-1": "1"}),
        ("/news_2", {"/news": "新闻", "/news_1": "上一篇"}),
        ("/book/7-2", {"/book/7": "目录", "/book/7-1": "上一章", "/book/7-3": "下一章"}),
        ("/page/2", {"/": "1", "/page/3": "3"}),
        ("/category/xw/page/2", {"/category/xw": "1", "/category/xw/page/3": "3"}),
    ],
)
def test_neighbours_and_columns_are_no_pages_of_an_article(own: str, links: dict[str, str]) -> None:
    document = read(page("".join(f"<p><a href='{href}'>{words}</a></p>" for href, words in links.items())), HOST + own)
    assert (document.part_of, document.part_no) == (None, None)


@pytest.mark.parametrize(
    ("first", "further"),
    [
        ("/view.aspx?id=10", "/view.aspx?id=10&page={}"),
        ("/view.aspx?id=10", "/view.aspx?page={}&id=10"),
        ("/n/417.html", "/n/417.html?page={}"),
        ("/show.php?aid=7", "/show.php?aid=7&pageno={}"),
        ("/show.php?aid=7", "/show.php?aid=7&pn={}"),
    ],
)
@pytest.mark.parametrize("least", [1, 2, 3])
def test_of_an_article_with_its_number_in_the_query_any_neighbour_tells_a_page(
    first: str, further: str, least: int
) -> None:
    for own, to, words in ((least, least + 1, "下一页"), (least + 1, least, "上一页")):
        document = read(page(f"<a href='{further.format(to)}'>{words}</a>"), HOST + further.format(own))
        assert (document.part_of, document.part_no) == (HOST + first, own)
    document = read(page("<a href='/n/9.html?page=2'>下一页</a>"), HOST + further.format(least))
    assert (document.part_of, document.part_no) == (None, None)
