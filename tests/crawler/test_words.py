"""The words and numbers by which a list says that it goes on, how long it is, and what leads from it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
from lxml.html import fromstring

from archive.ledger import ListAccount, SiteAccount
from crawler.discovery import discover
from crawler.discovery.general import WORDS, read_way
from crawler.discovery.ledger import _ARTICLES, _PAGES, _PARTS, _number, _said, survey
from crawler.discovery.link import Link
from crawler.discovery.messages import Handle, State
from crawler.discovery.scripted import leads_on
from crawler.queue.accounts import say_doubt, say_gap
from crawler.spiders.judge import is_row
from crawler.spiders.offer import _PRINT, _leads_back
from crawler.spiders.scripts import EMPTY_MONTHS, Scripts, _chosen, _Page, _way


def listed(words: str) -> list[str]:
    return words.split()


def kinds(body: str, url: str = "http://h/l/") -> dict[str, str]:
    html = f"<html><body>{body}</body></html>"
    return {link.url.removeprefix("http://h"): link.kind for link in discover(url, html, fromstring(html))}


@pytest.mark.parametrize(
    "words",
    listed(
        "下一页 下页 下一頁 下頁 后一页 后页 後一頁 next Next NextPage >> > » › ▶ ► → 上一期 前一期 上期 "
        "上个月 上月 前一个月 [下一页] 【下页】 （下一页） 下一页&gt;&gt; «上期 "
        "较旧文章 更早的文章 ←以前的文章 更早的新闻↓ OlderPosts"
    ),
)
def test_these_words_lead_to_the_next_page(words: str) -> None:
    assert kinds(f"<a href='/x'>{words}</a>") == {"/x": "next"}


@pytest.mark.parametrize("words", listed("下一篇 上一篇 下一步 后勤 前言 上一条 nextstep 下载 更多 要闻"))
def test_these_words_do_not(words: str) -> None:
    assert kinds(f"<a href='/x'>{words}</a><a href='/y'>另一个栏目</a>")["/x"] == "page"


@pytest.mark.parametrize(
    "words",
    listed(
        "上一页 上页 前一页 前页 首页 尾页 末页 最后一页 最后页 第一页 prev previous first last < << « ‹ "
        "◀ ← 下一期 后期 下月 后一个月"
    ),
)
def test_these_words_belong_to_a_pager_beside_a_next_page(words: str) -> None:
    found = kinds(f"<a href='/x'>{words.replace('<', '&lt;')}</a><a href='/2'>下一页</a>")
    assert found == {"/x": "pager", "/2": "next"}


@pytest.mark.parametrize(
    ("words", "back"),
    [
        *(
            (words, True)
            for words in listed(
                "首页 首頁 第一页 上一页 上页 前一页 前頁 下一期 后期 下月 后一个月 first prev Previous << < « ‹ ◀ "
                "◄ ← 1 [1] [上一页]"
            )
        ),
        *((words, False) for words in listed("下一页 尾页 末页 2 11 > » next last 上一期 上个月")),
    ],
)
def test_who_came_by_a_pager_has_what_lies_before(words: str, back: bool) -> None:
    assert _leads_back(Link(url="http://h/", anchor=words)) == back


@pytest.mark.parametrize(
    ("words", "printer"),
    [
        *(
            (words, True)
            for words in (
                "打印",
                "打 印",
                "[打印]",
                "打印本页",
                "打印本稿",
                "打印页面",
                "列印",
                "打印文章",
                "【打印此文】",
                "打印预览",
                "print",
                "Print this page",
                "【打印本頁】",
                "固定链接",
                "本文地址",
                "Permalink",
            )
        ),
        *((words, False) for words in ("打印机采购公告", "印发通知", "printing", "友情链接")),
    ],
)
def test_another_address_of_an_article_is_known_by_its_words(words: str, printer: bool) -> None:
    assert bool(_PRINT.fullmatch(words)) == printer


@pytest.mark.parametrize(
    ("text", "claimed", "pages"),
    [
        *(
            (f"{word}22{unit}", 22, None)
            for word in ("共", "总计", "总数", "总记录", "总记录数", "记录总数", "合计", "总共")
            for unit in ("条", "篇")
        ),
        *((f"共{middle}22条", 22, None) for middle in ("有", "计", "有：", ":", " ", "有 ")),
        *((f"共22{unit}", 22, None) for unit in ("则", "项", "个记录", "个信息", " 条")),
        *((f"{word}4{page}", None, 4) for word in ("共", "总计", "总共", "分") for page in ("页", "頁")),
        ("1/4页", None, 4),
        ("12 / 34 頁", None, 34),
        ("共22个单位", None, None),
        ("共条", None, None),
        ("第4页", None, None),
        ("公共22条", 22, None),
    ],
)
def test_a_list_says_how_long_it_is(text: str, claimed: int | None, pages: int | None) -> None:
    html = f"<html><body><p>{text}</p></body></html>"
    shown = survey("http://h/", html, fromstring(html), [])
    assert (shown.claimed, shown.claimed_pages) == (claimed, pages)
    assert bool(shown.evidence) == (claimed is not None or pages is not None)


@pytest.mark.parametrize("name", sorted(WORDS["ways"]))
def test_each_way_takes_its_words_and_leaves_others(name: str) -> None:
    examples, pattern = WORDS["ways"][name], read_way(name)
    assert [words for words in examples["takes"] if pattern.fullmatch(words) is None] == []
    assert [words for words in examples["leaves"] if pattern.fullmatch(words)] == []


@pytest.mark.parametrize("kind", ["articles", "pages", "parts"])
def test_each_pattern_of_claims_takes_its_examples_and_leaves_others(kind: str) -> None:
    patterns = {"articles": _ARTICLES, "pages": _PAGES, "parts": _PARTS}[kind]
    for each, pattern in zip(WORDS[kind], patterns, strict=True):
        for text, number in each["takes"].items():
            assert _number(_said(text, [pattern])) == number, text
        for text in each["leaves"]:
            assert _said(text, [pattern]) is None, text


@pytest.mark.parametrize(
    "name", ["count", "total", "totalCount", "totalRecord", "totalRecords", "totalData", "recordCount", "totalNum"]
)
@pytest.mark.parametrize("written", ["{}: 22", "{} = 22", "'{}':'22'", '"{}" : "22"'])
def test_the_options_of_a_pager_name_its_articles(name: str, written: str) -> None:
    html = f"<html><body><script>new Pager({{{written.format(name)}}})</script></body></html>"
    assert survey("http://h/", html, fromstring(html), []).claimed == 22
    assert survey("http://h/", html.replace("Pager", "Chart"), fromstring(html), []).claimed is None


@pytest.mark.parametrize("name", ["total", "totalCount", "totalRecord", "recordCount", "count"])
def test_an_answer_of_a_script_names_its_articles(name: str) -> None:
    assert survey("http://h/", f'{{"{name}": 22, "rows": []}}', None, []).claimed == 22
    assert survey("http://h/", f'[{{"{name}":"22"}}]', None, []).claimed == 22
    assert survey("http://h/", f'{{"my{name}s": 22, "rows": []}}', None, []).claimed is None
    assert survey("http://h/", f'{{"count": 10, "data": {{"{name}": 22}}}}', None, []).claimed == (
        10 if name == "count" else 22
    )


@pytest.mark.parametrize(
    ("body", "controls"),
    [
        ("<button>加载更多</button>", 1),
        ("<input type=button value=下一页>", 1),
        ("<span onclick='go()'>下一页</span>", 1),
        # A word by itself is no control.
        ("<span>下一页</span>", 0),
        ("<a href='#'>查看更多</a>", 1),
        ("<a href='#more'>查看更多</a>", 0),
        ("<a onclick='go()'>点击下一页即可查看更多的新闻内容</a>", 0),
        ("<a href='/x/'><span onclick='go()'>下一页</span></a>", 0),
        ("<a data-cmd='more' onclick='go()'>更多</a>", 0),
        ("<a onclick='go()'>上一页</a>", 0),
        ("<a onclick='a()'>下一页</a><a onclick='b()'>加载更多</a>", 2),
    ],
)
def test_what_leads_on_without_an_address_is_named(body: str, controls: int) -> None:
    html = f"<html><body>{body}</body></html>"
    assert len(survey("http://h/", html, fromstring(html), []).controls) == controls


def handle(text: str, **given: Any) -> Handle:
    return cast("Handle", {"id": 1, "text": text, "code": "", "class": "", "around": ""} | given)


def test_what_goes_on_in_a_list_is_pressed_before_other_numbers_and_months() -> None:
    pressed = [
        handle("下一页"),
        handle("加载更多"),
        handle("3"),
        handle("20"),
        handle("上个月"),
        handle("", id=-1),
    ]
    ranks = [leads_on(each, ()) for each in pressed]
    assert None not in ranks
    assert ranks == sorted(ranks, key=lambda rank: rank or 0)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize(
    ("given", "presses"),
    [
        (handle("3"), True),
        (handle("3", code="go(3)"), True),
        (handle("展开", **{"class": "load-more"}), True),
        (handle("展开全文后可以阅读更多内容", **{"class": "load-more"}), False),
        (handle("<", **{"class": "calendar"}), True),
        (handle("<", around="rili"), True),
        (handle("<", **{"class": "slide"}), False),
        (handle("登录"), False),
        (handle("上一页"), False),
    ],
)
def test_only_what_leads_on_is_pressed(given: Handle, presses: bool) -> None:
    assert (leads_on(given, ()) is not None) == presses


def test_a_number_is_pressed_once() -> None:
    assert leads_on(handle("3", code="go(3)"), ["go(3)"]) is None
    assert leads_on(handle("3"), ["3"]) is None
    assert leads_on(handle("下一页", code="go(3)"), ["go(3)"]) == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shown": 3}, "shows 3"),
        ({"claimed_pages": 4, "evidence": "共4页", "pages": 2}, "claims 4 pages (共4页), 2 were fetched"),
        ({"claimed_pages": 4, "evidence": "共4页", "pages": 4, "shown": 3}, "shows 3"),
        ({"claimed": 9, "claimed_pages": 4, "evidence": "共9条", "shown": 3}, "claims 9 (共9条), shows 3"),
        ({"blind": 3}, "shows 0; 3 dated rows have no address"),
        ({"controls": ("a", "b", "c", "d")}, "shows 0; not followed: a, b, c"),
        ({"foreign": {"a": 1, "b": 2}}, "shows 0; 1 rows lead to a; 2 rows lead to b"),
    ],
)
def test_a_gap_is_told_in_words(given: dict[str, Any], words: str) -> None:
    assert say_gap(ListAccount(url="http://h/", gap=1, **given)) == words


@pytest.mark.parametrize(
    ("doubt", "words"),
    [
        ("start_leads_nowhere", "the start page x has no links that can be followed"),
        ("no_article", "no article was found (3 x)"),
        ("too_deep", "3 addresses lie more links from a start page than `max_depth`, such as x"),
        ("whole_errors", "3 answers with an error status show a whole page, such as x"),
        ("new_layout", "3 of the newest articles have a layout that was not learned, x"),
        ("skipped_articles", "3 pages that look like articles gave no document (x)"),
    ],
)
def test_a_doubt_is_told_in_words(doubt: Any, words: str) -> None:
    assert say_doubt(SiteAccount(doubt=doubt, count=3, detail="x")) == words


@pytest.mark.parametrize(
    ("given", "row"),
    [
        ({"row_date": "02-19"}, True),
        ({"priority": 3}, True),
        ({}, False),
        ({"kind": "next", "row_date": "02-19"}, False),
    ],
)
def test_a_row_has_a_day_or_the_look_of_an_article(given: dict[str, Any], row: bool) -> None:
    assert is_row(Link(url="http://h/1", **given)) == row


@pytest.mark.parametrize(
    ("words", "presses"),
    [("上个月", EMPTY_MONTHS), ("上一年", EMPTY_MONTHS), ("下一页", 1), ("加载更多", 1), ("3", 1), ("登录", 0)],
)
def test_months_without_news_are_gaps_and_anything_else_in_vain_is_the_end(words: str, presses: int) -> None:
    page, control = _Page(url="http://h/l"), handle(words, code="go(this)")
    pressed = 0
    while _chosen([control], page) is not None:
        pressed += 1
        page.vain[_way(control)] += 1
    assert pressed == presses
    # What brought news is pressed again.
    page.vain.clear()
    assert (_chosen([control], page) is not None) == (presses > 0 and words != "3")


def test_the_arrow_of_a_calendar_is_pressed_until_three_months_were_empty_and_the_one_ahead_is_not() -> None:
    page, pressed = _Page(url="http://h/"), []
    for month in range(11, 0, -1):
        back = handle("<<", around="calendar", code=f"javascript:turn({month - 1})")
        ahead = handle(">>", around="calendar", code=f"javascript:turn({month + 1})", id=2)
        chosen = _chosen([ahead, back], page)
        if chosen is None:
            break
        pressed.append(chosen["code"])
        page.vain[_way(chosen)] += 1
    assert pressed == ["javascript:turn(10)", "javascript:turn(9)", "javascript:turn(8)"]


class Canned(Scripts):
    """Pages of a calendar whose months show these rows, one after the other."""

    def __init__(self, months: Iterable[str]) -> None:
        self._months = iter(months)

    async def _do(self, _: dict[str, Any]) -> State:
        return month(next(self._months))


def month(row: str) -> State:
    control = handle("上个月", code="back()")
    return {"asks": [], "went": [], "changed": True, "html": f'<a href="{row}">会议</a>', "handles": [control]}


@pytest.mark.parametrize(("months", "shown"), [("..a..b...c", 2), ("...a", 0), ("abc...", 3)])
def test_a_month_with_news_begins_the_count_of_empty_ones_anew(months: str, shown: int) -> None:
    async def walk() -> int:
        return len([made async for made in Canned(months)._presses(month("."), _Page(url="http://h/l"))])

    assert asyncio.run(walk()) == shown
