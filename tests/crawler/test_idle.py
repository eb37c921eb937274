from __future__ import annotations

import random

import pytest

from crawler.queue.idle import VALUES, Idle


def test_a_parameter_is_left_out_when_pages_say_the_same_with_any_value_and_without() -> None:
    idle = Idle([])
    for n in range(VALUES - 1):
        assert idle.learn(f"http://h/{n}.html", f"text {n}", article=False) == []
        assert idle.learn(f"http://h/{n}.html?r={n + 100}", f"text {n}", article=False) == []
    assert idle.doubt("http://h/0.html?r=100") is None
    assert idle.learn("http://h/list.php?lm=4&r=7", "list", article=False) == ["r"]
    assert idle.plain("http://h/list.php?lm=5&r=9") == "http://h/list.php?lm=5"


def test_where_no_page_was_seen_without_it_one_is_asked_for() -> None:
    idle = Idle([])
    for n in range(VALUES):
        for value in (1, 2):
            assert idle.learn(f"http://h/show.php?aid={n}&r={10 * n + value}", f"text {n}", article=False) == []
    assert idle.doubt("http://h/show.php?aid=3&r=31") == "http://h/show.php?aid=3"
    assert idle.learn("http://h/show.php?aid=3", "text 3", article=False) == ["r"]


def test_what_chooses_a_page_is_kept() -> None:
    rng = random.Random(0)  # noqa: S311 - a fixed seed is the point
    idle = Idle([])

    def learn(url: str, text: str) -> None:
        assert idle.learn(url, text, article=False) == []

    for _ in range(2000):
        column, number, row = rng.randrange(9), rng.randrange(1, 9), rng.randrange(50)
        # A column's only page says the same whatever its number; an error page says the same of all articles.
        learn(f"http://h/list/{column}?page={number}", f"column {column}")
        learn(f"http://h/news/{column}?start={number}", f"column {column} rows {min(number, 3)}")
        learn(f"http://h/show.php?item={row}", "没有权限")
        learn(f"http://h/{column}/detail.html?newsid={row}", "正在加载")
        learn(f"http://h/{column}/view.html?code={row}", "正在加载，请稍候")
    learn("http://h/1/view.html", "正在加载，请稍候")
    assert idle.plain("http://h/news/1?start=9&page=2&item=3") == "http://h/news/1?start=9&page=2&item=3"


def test_a_parameter_that_a_page_cannot_do_without_is_kept() -> None:
    idle = Idle([])
    for n in range(20):
        for value in (n, n + 1):
            assert idle.learn(f"http://h/{n}.aspx?k={value}", f"text {n}", article=False) == []
    assert idle.learn("http://h/3.aspx", "缺少参数", article=False) == []
    assert idle.doubt("http://h/4.aspx?k=4") is None


def _visit(idle: Idle, url: str, text: str, *, article: bool) -> int:
    """Ask for a page without what makes no difference, and for what is in doubt then; how many requests it took."""
    asked = 1
    idle.learn(url := idle.plain(url), text, article=article)
    while (doubt := idle.doubt(url)) is not None:
        asked += 1
        idle.learn(doubt, text, article=article)
    return asked


@pytest.mark.parametrize("places", ["r={0}&s={1}&key={2}", "key={2}&s={1}&r={0}"])
@pytest.mark.parametrize("constant", [False, True])
def test_two_that_change_together_are_both_left_out(places: str, constant: bool) -> None:
    rng = random.Random(1)  # noqa: S311 - a fixed seed is the point
    idle, asked = Idle([]), 0
    for n in range(200):
        where, text = ("show.php", f"text {n % 50}") if n % 2 else ("list.php", f"rows {n % 50}")
        query = places.format(rng.random(), "abc" if constant else rng.random(), n % 50)
        asked += _visit(idle, f"http://h/{where}?{query}", text, article=n % 2 == 1)
    # One that never changed may be what the site cannot do without.
    assert idle.keys == {"r"} if constant else {"r", "s"}
    assert asked <= 200 + 2


def test_one_that_changes_is_no_proof_of_another_beside_it() -> None:
    """Each article at two visitors' numbers; its column is named too, and there are many columns."""
    idle = Idle([])
    for n in range(40):
        for visitor in (1, 2):
            _visit(idle, f"http://h/show.php?lm={n % 9}&r={10 * n + visitor}&key={n}", f"text {n}", article=True)
    assert idle.plain("http://h/show.php?lm=3&r=7&key=5") == "http://h/show.php?lm=3&key=5"


@pytest.mark.parametrize("first", ["lists", "articles"])
def test_what_chooses_the_page_of_a_list_is_left_out_of_its_articles_only(first: str) -> None:
    idle = Idle([])

    def lists() -> None:
        for column in range(3):
            for n in range(1, 7):
                _visit(idle, f"http://h/list.php?lm={column}&n={n}", f"column {column} rows {n}", article=False)

    def articles() -> None:
        for key in range(6):
            for n in range(1, 7):
                _visit(idle, f"http://h/show.php?key={key}&n={n}", f"text {key}", article=True)

    for visits in (lists, articles) if first == "lists" else (articles, lists):
        visits()
    assert idle.keys == {"n h/show.php"}
    assert idle.plain("http://h/list.php?lm=2&n=9") == "http://h/list.php?lm=2&n=9"
    assert idle.plain("http://h/show.php?key=5&n=9") == "http://h/show.php?key=5"


def test_pages_with_their_lists_elsewhere_are_the_same_when_those_are() -> None:
    idle = Idle([])
    for n in range(VALUES + 1):
        # Frames with the visitor's number too, and a program whose columns look alike but for their frames.
        for column in (1, 2):
            url = f"http://h/{column}.htm?r={10 * n + column}"
            frame = f"http://h/in/list.jsp?c={column}&r={10 * n + column}"
            idle.learn(url, "正在加载", [frame], article=False)
        other = n % 3
        assert "lm" not in idle.keys
        idle.learn(f"http://h/frame.jsp?lm={n}", "正在加载", [f"http://h/in/list.jsp?c={other}"], article=False)
    assert idle.doubt("http://h/1.htm?r=1") == "http://h/1.htm"
    assert idle.learn("http://h/1.htm", "正在加载", ["http://h/in/list.jsp?c=1&r=99"], article=False) == ["r"]


def test_a_session_in_the_id_of_every_link_is_learned_and_an_article_of_that_shape_is_kept() -> None:
    rng = random.Random(2)  # noqa: S311 - a fixed seed is the point
    sessions, articles, asked = Idle([]), Idle([]), 0
    for n in range(60):
        asked += _visit(
            sessions, f"http://h/list.php?lm={n % 6}&sid={rng.randbytes(16).hex()}", f"{n % 6}", article=False
        )
        _visit(articles, f"http://h/show.php?sid={rng.randbytes(16).hex()}", f"text {n}", article=True)
    assert sessions.keys == {"sid"}
    assert asked <= 60 + 2
    assert articles.keys == set()
