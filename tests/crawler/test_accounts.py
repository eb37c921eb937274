"""The pages of a list add up to what it claims, or to a gap; rows of side bars are not counted for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.ledger import ListAccount
from archive.warc.capture import Found
from crawler.queue.accounts import PageAccount, Rows, account
from crawler.queue.frontier import Address, Frontier


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
    page = (20, None, "共20条", controls, 0)
    made = account("http://h/l", "通知", [page], Rows(shown=22, had=22, own=14, own_had=14), {})
    assert (made.shown, made.had, made.gap) == (shown, shown, gap)


def test_side_bars_do_not_hide_what_lacks(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    newest = [f"http://h/n{n}" for n in range(6)]
    for number in range(5):
        own = [f"http://h/{number}/{n}" for n in range(10)]
        for url in (f"http://h/{number}/", *own, *newest):
            frontier.push(Address(url=url, found=Found(parent="http://h/", anchor=f"栏目{number}")))
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


def test_files_in_place_of_articles_are_no_doubt_about_a_site(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "a.sqlite")
    frontier.begin()
    frontier.push(Address(url="http://h/l", found=Found(parent="http://h/")))
    frontier.push(Address(url="http://h/1.pdf", kind="requisite", found=Found(parent="http://h/l")))
    page, file = frontier.lease(["h"]), frontier.lease(["h"])
    assert page is not None
    assert file is not None
    frontier.accounts.note(page.id, page.id, PageAccount(claimed=1, rows=["http://h/1.pdf"], leads=1))
    frontier.done(page, 200, role="list")
    assert [doubt.doubt for doubt in frontier.accounts.ledger().doubts] == ["no_article"]
    frontier.done(file, 200)
    assert frontier.accounts.ledger().doubts == ()
