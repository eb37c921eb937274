"""The pages of a list add up to what it claims, or to a gap; rows of side bars do not count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.ledger import Ledger, ListAccount, SiteAccount
from archive.warc.capture import FoundBy
from crawler.queue.accounts import PageAccount, Rows, account, gap, gaps, say_gap
from crawler.queue.entries import Address
from crawler.queue.frontier import Frontier


@pytest.mark.parametrize(
    ("controls", "shown", "gap"),
    [
        # Walked to its end: the six newest stand in every side bar, and in this list.
        ("[]", 20, 0),
        # Not walked to its end: what lacks lies behind the button.
        ('["加载更多"]', 14, 6),
    ],
)
def test_the_newest_articles_stand_in_side_bars_and_in_their_own_list(controls: str, shown: int, gap: int) -> None:
    page = (20, None, "共20条", controls, 0, 0)
    made = account("http://h/l", "通知", [page], Rows(shown=22, had=22, own=14, own_had=14), {})
    assert (made.shown, made.had, made.gap) == (shown, shown, gap)


def test_side_bars_do_not_hide_what_lacks(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    newest = [f"http://h/n{n}" for n in range(6)]
    for number in range(5):
        own = [f"http://h/{number}/{n}" for n in range(10)]
        for url in (f"http://h/{number}/", *own, *newest):
            frontier.push(Address(url=url, found=FoundBy(parent="http://h/", anchor=f"栏目{number}")))
        (page,) = frontier._db.execute("SELECT id FROM address WHERE url = ?", [f"http://h/{number}/"]).fetchone()
        frontier.accounts.note(page, page, PageAccount(claimed=22, evidence="共22条", rows=[*own, *newest]))
    lists = frontier.accounts.ledger().lists
    assert [each.gap for each in lists] == [6] * 5
    assert lists[0] == ListAccount(
        url="http://h/0/", name="栏目0", claimed=22, evidence="共22条", pages=1, shown=16, had=0, gap=6
    )
    new = frontier.accounts.new_gaps(frontier.accounts.ledger())
    assert new[0] == "栏目0: claims 22 (共22条), shows 16"
    frontier.accounts.keep_gaps(frontier.accounts.ledger())
    assert frontier.accounts.new_gaps(frontier.accounts.ledger()) == []


def test_on_a_site_of_few_lists_the_home_page_hides_no_rows_of_its_columns(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    columns = {"http://h/a/": ["http://h/a/1", "http://h/a/2"], "http://h/b/": ["http://h/b/1", "http://h/b/2"]}
    shown = {"http://h/": [row for rows in columns.values() for row in rows], **columns}
    for url in (*shown, *shown["http://h/"]):
        frontier.push(Address(url=url, found=FoundBy(parent="http://h/")))
    for url, rows in shown.items():
        (page,) = frontier._db.execute("SELECT id FROM address WHERE url = ?", [url]).fetchone()
        frontier.accounts.note(page, page, PageAccount(rows=rows))
    assert [(each.url, each.shown, each.gap) for each in frontier.accounts.ledger().lists] == [
        ("http://h/", 4, 0),
        ("http://h/a/", 2, 0),
        ("http://h/b/", 2, 0),
    ]


@pytest.mark.parametrize(("rows", "claimed", "told"), [((0, 1), 6, False), ((0, 9), 6, True), ((0, 1), 7, True)])
def test_the_first_page_of_a_list_under_another_address_is_no_list(
    rows: tuple[int, ...], claimed: int, told: bool, tmp_path: Path
) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    pages = {"http://h/l?p=1": range(3), "http://h/l?p=2": range(3, 6), "http://h/L?p=1": rows}
    for url in (*pages, *(f"http://h/{n}" for n in range(10))):
        frontier.push(Address(url=url, found=FoundBy(parent="http://h/")))
    for number, shown in enumerate(pages.values()):
        first, says = (1, 6) if number < 2 else (3, claimed)
        said = PageAccount(claimed=says, claimed_pages=2, evidence=f"共{says}条", rows=[f"http://h/{n}" for n in shown])
        frontier.accounts.note(number + 1, first, said)
    lists = frontier.accounts.ledger().lists
    assert [each.gap for each in lists if each.url == "http://h/l?p=1"] == [0]
    assert [each.gap for each in lists if each.url == "http://h/L?p=1"] == ([claimed - 2] if told else [])


def test_a_second_list_of_several_pages_is_one_though_a_longer_one_shows_its_rows(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    pages = {"http://h/l?p=1": range(3), "http://h/l?p=2": range(3, 6), "http://h/k?p=1": [0], "http://h/k?p=2": [1]}
    for url in (*pages, *(f"http://h/{n}" for n in range(6))):
        frontier.push(Address(url=url, found=FoundBy(parent="http://h/")))
    for number, shown in enumerate(pages.values()):
        said = PageAccount(claimed=6, claimed_pages=2, rows=[f"http://h/{n}" for n in shown])
        frontier.accounts.note(number + 1, 1 if number < 2 else 3, said)
    assert {each.url: each.gap for each in frontier.accounts.ledger().lists} == {
        "http://h/l?p=1": 0,
        "http://h/k?p=1": 4,
    }


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_list_claims_what_the_page_said_that_was_fetched_last(tmp_path: Path, order: tuple[int, int]) -> None:
    now = 1_599_969_600.0
    frontier = Frontier(tmp_path / "a.sqlite", clock=lambda: now)
    frontier.begin()
    for page in (1, 2):
        frontier.push(Address(url=f"http://h/l?p={page}", found=FoundBy(parent="http://h/")))
    leased = {
        address.id: address for address in (frontier.lease(["http://h"]), frontier.lease(["http://h"])) if address
    }
    for page, claimed in zip(order, (20, 22), strict=True):
        now += 60
        frontier.accounts.note(page, 1, PageAccount(claimed=claimed, evidence=f"共{claimed}条"))
        frontier.done(leased[page], 200, role="list")
    (each,) = frontier.accounts.ledger().lists
    assert (each.claimed, each.evidence) == (22, "共22条")


def test_a_doubt_that_counts_nothing_is_told() -> None:
    found = gaps(Ledger(doubts=(SiteAccount(doubt="no_article", count=0, detail="pages answered"),)))
    assert [size for _, size, _ in found] == [1]


def test_a_list_under_two_addresses_counts_as_one(tmp_path: Path) -> None:
    """With the home page and a column twice, its newest rows stand in four lists of five, but in two of three."""
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    home, column = ["http://h/1"], ["http://h/1", "http://h/2"]
    shown = {
        "http://h/": home, "http://h/index.html": home, "http://h/a/": column, "http://h/a/list": column,
        "http://h/b/": ["http://h/3"],
    }  # fmt: skip
    for url in (*shown, *column, "http://h/3"):
        frontier.push(Address(url=url, found=FoundBy(parent="http://h/")))
    for url, rows in shown.items():
        (page,) = frontier._db.execute("SELECT id FROM address WHERE url = ?", [url]).fetchone()
        claimed = 2 if rows == column else None
        frontier.accounts.note(page, page, PageAccount(claimed=claimed, claimed_pages=2, rows=rows))
    lists = {each.url: (each.shown, each.gap) for each in frontier.accounts.ledger().lists}
    assert lists["http://h/a/"] == lists["http://h/a/list"] == (2, 0)


def test_an_article_of_an_earlier_visit_that_fails_today_still_counts_as_had(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    for url in ("http://h/l", "http://h/1"):
        frontier.push(Address(url=url, found=FoundBy(parent="http://h/")))
    page, article = frontier.lease(["http://h"]), frontier.lease(["http://h"])
    assert page is not None
    assert article is not None
    frontier.accounts.note(page.id, page.id, PageAccount(claimed=1, evidence="共1条", rows=["http://h/1"]))
    frontier.done(page, 200, role="list")
    frontier.done(article, 200, role="article")
    frontier._db.execute("UPDATE address SET state = 'failed', reason = 'timeout' WHERE id = ?", [article.id])
    assert [(each.shown, each.had) for each in frontier.accounts.ledger().lists] == [(1, 1)]


def test_files_in_place_of_articles_are_no_doubt_about_a_site(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    frontier.push(Address(url="http://h/l", found=FoundBy(parent="http://h/")))
    frontier.push(Address(url="http://h/1.pdf", kind="requisite", found=FoundBy(parent="http://h/l")))
    page, file = frontier.lease(["http://h"]), frontier.lease(["http://h"])
    assert page is not None
    assert file is not None
    frontier.accounts.note(page.id, page.id, PageAccount(claimed=1, rows=["http://h/1.pdf"], leads=1))
    frontier.done(page, 200, role="list")
    assert [doubt.doubt for doubt in frontier.accounts.ledger().doubts] == ["no_article"]
    frontier.done(file, 200)
    assert frontier.accounts.ledger().doubts == ()


def short(**given: Any) -> int:
    plain: dict[str, Any] = {"claimed": None, "claimed_pages": None, "pages": 1, "shown": 10, "controls": False}
    return gap(**(plain | {"blind": 0, "foreign": 0} | given))


@pytest.mark.parametrize(
    ("given", "lost"),
    [
        # Rows of other hosts are what a list claims, too.
        ({"claimed": 22, "shown": 12, "foreign": 10}, 0),
        ({"claimed": 22, "shown": 12, "foreign": 4}, 6),
        # A few lead elsewhere in any list; a column that lives elsewhere is a loss.
        ({"foreign": 10}, 0),
        ({"foreign": 11}, 11),
        ({"claimed": 50, "shown": 0, "foreign": 30}, 50),
        ({"blind": 5}, 5),
        ({"claimed": 22, "blind": 5}, 12),
        ({"claimed_pages": 4}, 1),
        ({"claimed_pages": 4, "pages": 4}, 0),
        ({"claimed_pages": 4, "claimed": 10}, 0),
        # A button beside links that led on is of no matter.
        ({"controls": True}, 1),
        ({"controls": True, "pages": 2}, 0),
        ({"controls": True, "claimed": 10}, 0),
        # 下一页 of page 1/1 leads nowhere; a place for the number of pages is no claim while there are no rows.
        ({"controls": True, "claimed_pages": 1}, 0),
        ({"controls": True, "claimed_pages": 1, "shown": 0}, 1),
        ({"controls": True, "claimed_pages": 0}, 1),
    ],
)
def test_what_lacks_is_counted_once(given: dict[str, Any], lost: int) -> None:
    assert short(**given) == lost


def listed(tmp_path: Path, *pages: PageAccount) -> tuple[Frontier, list[Address]]:
    """A frontier in which these are the pages of one list."""
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    frontier.push(Address(url="http://h/l"))
    for page in range(2, len(pages) + 2):
        frontier.push(Address(url=f"http://h/l?p={page}", kind="next", pager=1))
    leased = [address for _ in range(len(pages) + 1) if (address := frontier.lease(["http://h"]))]
    for url in {row for said in pages for row in said.rows}:
        frontier.push(Address(url=url))
    for address, said in zip(leased, pages, strict=False):
        frontier.accounts.note(address.id, 1, said)
        frontier.done(address, 200, role="list")
    return frontier, leased


def test_a_page_whose_rows_lead_to_another_host_is_a_gap_though_the_list_has_more_of_its_own(tmp_path: Path) -> None:
    own, bar = [f"http://h/{n}" for n in range(10)], {"http://side/1", "http://side/2"}
    frontier, _ = listed(
        tmp_path,
        PageAccount(rows=own, elsewhere=bar),
        # What stands beside each page is no row of it.
        PageAccount(rows=["http://h/10"], elsewhere=bar),
        PageAccount(rows=[], elsewhere={f"http://old:8104/{n}" for n in range(3)} | bar),
    )
    (each,) = frontier.accounts.ledger().lists
    assert (each.foreign, each.gap) == ({"old:8104": 3, "side": 2}, 3)


def test_links_that_are_too_many_for_one_page_are_a_gap_that_says_so(tmp_path: Path) -> None:
    frontier, _ = listed(tmp_path, PageAccount(rows=["http://h/0"], beyond=500), PageAccount(rows=["http://h/1"]))
    (each,) = frontier.accounts.ledger().lists
    assert (each.beyond, each.gap) == (500, 1)
    assert say_gap(each) == "shows 2; not followed: 500 links, since a page has too many"


def test_the_time_of_a_ledger_grows_with_its_rows(tmp_path: Path) -> None:
    """The database does a bounded number of steps for each row, however many stand in one list."""

    def steps(rows: int) -> int:
        frontier, _ = listed(tmp_path / str(rows), PageAccount(rows=[f"http://h/{n}" for n in range(rows)]))
        done = 0

        def count() -> None:
            nonlocal done
            done += 1

        frontier._db.set_progress_handler(count, 100)
        frontier.accounts.ledger()
        return done

    assert steps(3200) < 12 * steps(400)


def test_rows_that_left_the_page_long_ago_make_no_gap(tmp_path: Path) -> None:
    """A list shows the newest: fifteen of its own each week, and five of another host."""
    frontier, (page, *_) = listed(tmp_path, PageAccount(rows=[f"http://h/{n}" for n in range(15)]))
    for week in range(6):
        own = [f"http://h/{week}/{n}" for n in range(15)]
        for url in own:
            frontier.push(Address(url=url))
        away = [f"http://mp/{week}/{n}" for n in range(5)]
        frontier.accounts.note(page.id, page.id, PageAccount(rows=own, elsewhere=away))
    (each,) = frontier.accounts.ledger().lists
    assert (each.foreign, each.gap) == ({"mp": 30}, 0)


@pytest.mark.parametrize(
    ("reason", "claimed", "gap"),
    [
        ("http_500", None, 1),
        ("timeout", None, 1),
        ("damaged", None, 1),
        # This may be the end of the list.
        ("http_404", None, 0),
        ("soft_404", None, 0),
        ("no_rows", None, 0),
        # The list has no more.
        ("http_500", 0, 0),
        ("http_500", 7, 7),
    ],
)
def test_a_further_page_that_fails_is_a_gap(tmp_path: Path, reason: str, claimed: int | None, gap: int) -> None:
    frontier, leased = listed(tmp_path, PageAccount(claimed=claimed, evidence="共7条"), PageAccount())
    frontier.fail(leased[2], reason, "", wait=None)
    (each,) = frontier.accounts.ledger().lists
    assert each.gap == gap
    if reason == "http_500":
        assert each.broken == ("http_500 http://h/l?p=3",)
        assert "not read: http_500 http://h/l?p=3" in say_gap(each)


def test_the_page_that_answered_last_knows_best() -> None:
    pages = [(22, 3, "共22条 3页", "[]", 0, 0), (24, 4, "共24条 4页", "[]", 0, 0)]
    made = account("http://h/l", None, pages, Rows(shown=22, had=22, own=22, own_had=22), {})
    assert (made.claimed, made.claimed_pages, made.evidence, made.gap) == (24, 4, "共24条 4页", 2)


@pytest.mark.parametrize(
    ("claimed", "pages", "controls", "blind", "shown", "lost"),
    [
        # All 22 stand on the pages that were had, ten of them in a side bar.
        (22, 4, "[]", 0, 22, 0),
        (22, None, "[]", 0, 22, 0),
        # Three of four pages were had.
        (22, 5, "[]", 0, 12, 10),
        (22, 4, '["\\u52a0\\u8f7d\\u66f4\\u591a"]', 0, 12, 10),
        (22, 4, "[]", 3, 12, 10),
        # More than the list claims stands in the side bar.
        (20, 4, "[]", 0, 20, 0),
        (30, 4, "[]", 0, 22, 8),
    ],
)
def test_a_side_bar_stands_for_no_page_that_was_not_had(
    claimed: int, pages: int | None, controls: str, blind: int, shown: int, lost: int
) -> None:
    had = [(claimed, pages, "", controls, blind, 0)] + [(None, None, "", "[]", 0, 0)] * 3
    made = account("http://h/l", None, had, Rows(shown=22, had=22, own=12, own_had=12), {})
    assert (made.shown, made.gap) == (shown, lost)


def test_rows_without_an_address_are_no_side_bar() -> None:
    page = (20, None, "共20条", "[]", 6, 0)
    made = account("http://h/l", None, [page], Rows(shown=22, had=22, own=14, own_had=14), {})
    assert (made.shown, made.gap) == (14, 6)


def test_a_gap_that_grew_is_told_again_and_one_that_shrank_is_not(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    frontier.push(Address(url="http://h/l", found=FoundBy(parent="http://h/", anchor="通知")))
    (page,) = frontier._db.execute("SELECT id FROM address").fetchone()
    told = []
    for claimed in (5, 5, 8, 3):
        frontier.accounts.note(page, page, PageAccount(claimed=claimed, evidence=f"共{claimed}条", leads=1))
        ledger = frontier.accounts.ledger()
        told.append([words for words in frontier.accounts.new_gaps(ledger) if "通知" in words])
        frontier.accounts.keep_gaps(ledger)
    assert told == [["通知: claims 5 (共5条), shows 0"], [], ["通知: claims 8 (共8条), shows 0"], []]


def test_an_article_that_was_taken_down_is_no_row(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    for url in ("http://h/l", "http://h/1", "http://h/2"):
        frontier.push(Address(url=url, found=FoundBy(parent="http://h/")))
    (page,) = frontier._db.execute("SELECT id FROM address WHERE url = 'http://h/l'").fetchone()
    frontier.accounts.note(page, page, PageAccount(claimed=1, rows=["http://h/1", "http://h/2"], leads=1))
    gone = frontier.lease(["http://h"])
    while gone is not None and gone.url != "http://h/2":
        gone = frontier.lease(["http://h"])
    assert gone is not None
    frontier.gone(gone, "deleted", "", 404)
    (each,) = frontier.accounts.ledger().lists
    assert (each.shown, each.gap) == (1, 0)
