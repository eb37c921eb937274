"""A response that states the number of rows: its further pages are fetched, whatever the parameter's name."""

from __future__ import annotations

import json

import pytest

from crawler.discovery.numbered import counted, further

ROWS = [{"id": 1, "title": "甲"}, {"id": 2, "title": "乙"}]


@pytest.mark.parametrize(
    ("answer", "total", "pages"),
    [
        ({"data": {"records": ROWS, "total": 5, "size": 2}}, 5, 3),
        ({"rows": ROWS, "totalCount": "4", "pageCount": 2}, 4, 2),
        ({"count": 2, "data": {"list": ROWS, "total": 5}}, 5, 3),
        ({"data": {"list": ROWS, "count": 5}}, 5, 3),
        # Full pages: no page stands behind the last one.
        ({"rows": ROWS, "total": 4}, 4, 2),
        ({"page": {"totalPages": 9, "totalElements": 17}, "content": ROWS}, 17, 9),
    ],
)
def test_an_answer_says_how_many_rows_its_list_has(answer: object, total: int, pages: int) -> None:
    found = counted(json.dumps(answer))
    assert found is not None
    assert (found.rows, found.total, found.pages) == (2, total, pages)


@pytest.mark.parametrize(
    "text", ['{"count": 12345}', '{"rows": [], "total": 0}', "[1, 2]", "<html>", '{"list": [{}], "total": 9}']
)
def test_a_counter_without_rows_claims_nothing(text: str) -> None:
    assert counted(text) is None


@pytest.mark.parametrize(
    ("url", "body", "wanted"),
    [
        ("http://a.cn/l?pageNo=1&pageSize=2", None, ("http://a.cn/l?pageNo=2&pageSize=2", None)),
        ("http://a.cn/l?id=1&page=0", None, ("http://a.cn/l?id=1&page=1", None)),
        ("http://a.cn/l", "channel=1&pn=1", ("http://a.cn/l", "channel=1&pn=2")),
        (
            "http://a.cn/l",
            '{"where": {"id": 1}, "page": {"size": "1", "no": "1"}}',
            ("http://a.cn/l", '{"where": {"id": 1}, "page": {"size": "1", "no": "2"}}'),
        ),
        ("http://a.cn/l", '{"pageNum": 1, "limit": 2}', ("http://a.cn/l", '{"pageNum": 2, "limit": 2}')),
    ],
)
def test_the_same_question_is_asked_for_the_next_page(
    url: str, body: str | None, wanted: tuple[str, str | None]
) -> None:
    asks = further({"url": url, "body": body}, json.dumps({"rows": ROWS, "total": 3}))
    assert [(ask["url"], ask["body"]) for ask in asks] == [wanted]


@pytest.mark.parametrize(("first", "asked"), [(0, [1, 2]), (1, [2, 3])])
def test_pages_are_counted_from_where_the_first_question_began(first: int, asked: list[int]) -> None:
    asks = further({"url": f"http://a.cn/l?page={first}", "body": None}, json.dumps({"rows": ROWS, "total": 5}))
    assert [ask["url"] for ask in asks] == [f"http://a.cn/l?page={n}" for n in asked]


def test_without_a_parameter_for_the_page_nothing_is_guessed() -> None:
    assert further({"url": "http://a.cn/l?id=1&size=2", "body": None}, json.dumps({"rows": ROWS, "total": 9})) == []


@pytest.mark.parametrize(
    "other",
    ["pageType", "pageSize", "page_size", "pagesize", "pageLimit", "pageRows", "pageCount", "currentId", "curType"],
)
def test_what_only_begins_like_the_number_of_a_page_is_none(other: str) -> None:
    answer = json.dumps({"rows": ROWS, "total": 3})
    asks = further({"url": f"http://a.cn/l?{other}=1&pageNo=1", "body": None}, answer)
    assert [ask["url"] for ask in asks] == [f"http://a.cn/l?{other}=1&pageNo=2"]
    assert further({"url": f"http://a.cn/l?{other}=1", "body": None}, answer) == []
