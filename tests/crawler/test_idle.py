from __future__ import annotations

import random

from crawler.idle import VALUES, Idle


def test_a_parameter_is_left_out_when_pages_say_the_same_with_any_value_and_without() -> None:
    idle = Idle([])
    for n in range(VALUES - 1):
        assert idle.learn(f"http://h/{n}.html", f"text {n}") is None
        assert idle.learn(f"http://h/{n}.html?r={n + 100}", f"text {n}") is None
    assert idle.doubt("http://h/0.html?r=100") is None
    assert idle.learn("http://h/list.php?lm=4&r=7", "list") == "r"
    assert idle.plain("http://h/list.php?lm=5&r=9") == "http://h/list.php?lm=5"


def test_where_no_page_was_seen_without_it_one_is_asked_for() -> None:
    idle = Idle([])
    for n in range(VALUES):
        for value in (1, 2):
            assert idle.learn(f"http://h/show.php?aid={n}&r={10 * n + value}", f"text {n}") is None
    assert idle.doubt("http://h/show.php?aid=3&r=31") == "http://h/show.php?aid=3"
    assert idle.learn("http://h/show.php?aid=3", "text 3") == "r"


def test_what_chooses_a_page_is_kept() -> None:
    rng = random.Random(0)  # noqa: S311 - a fixed seed is the point
    idle = Idle([])
    for _ in range(2000):
        column, number, row = rng.randrange(9), rng.randrange(1, 9), rng.randrange(50)
        # A column's only page says the same whatever its number; an error page says the same of all articles.
        assert idle.learn(f"http://h/list/{column}?page={number}", f"column {column}") is None
        assert idle.learn(f"http://h/news/{column}?start={number}", f"column {column} rows {min(number, 3)}") is None
        assert idle.learn(f"http://h/show.php?item={row}", "没有权限") is None
        assert idle.learn(f"http://h/{column}/detail.html?newsid={row}", "正在加载") is None
    assert idle.plain("http://h/news/1?start=9&page=2&item=3") == "http://h/news/1?start=9&page=2&item=3"


def test_a_parameter_that_a_page_cannot_do_without_is_kept() -> None:
    idle = Idle([])
    for n in range(20):
        for value in (n, n + 1):
            assert idle.learn(f"http://h/{n}.aspx?k={value}", f"text {n}") is None
    assert idle.learn("http://h/3.aspx", "缺少参数") is None
    assert idle.doubt("http://h/4.aspx?k=4") is None
