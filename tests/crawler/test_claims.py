"""What a page of a list says of its list."""

from __future__ import annotations

import pytest
from lxml.html import fromstring

from crawler.discovery.ledger import survey
from crawler.discovery.link import ARTICLE, Link


@pytest.mark.parametrize(
    ("text", "claimed", "pages"),
    [
        ("共22条 1/4页", 22, 4),
        ("共有 22 条记录，分 4 页", 22, 4),
        ("总计：108篇", 108, None),
        ("第1/4页", None, 4),
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
        ("$('#p').pagination({visiblePages: 7})", None, None),
        ("var totalPages = 4;", None, None),
    ],
)
def test_the_options_of_a_pager_say_how_much_there_is(options: str, claimed: int | None, pages: int | None) -> None:
    html = f"<body><script>{options}</script></body>"
    shown = survey("http://h/", html, fromstring(html), [])
    assert (shown.claimed, shown.claimed_pages) == (claimed, pages)


def test_an_answer_of_a_script_says_its_total() -> None:
    assert survey("http://h/api", '{"total": 22, "rows": []}', None, []).claimed == 22


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
