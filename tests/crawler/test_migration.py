"""The state of an earlier version opens, can be read without being changed, and is continued."""

from __future__ import annotations

import sqlite3
import tarfile
from pathlib import Path

import pytest

from archive.errors import DataError
from crawler.queue.database import VERSION
from crawler.queue.entries import Address
from crawler.queue.frontier import Frontier

BEFORE = Path(__file__).parents[1] / "laws" / "before" / "0.1.0-e65f4ca.tar.xz"
SITE = "http://127.0.0.91:18091"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with tarfile.open(BEFORE) as pack:
        pack.extractall(tmp_path, filter="data")
    return tmp_path / "data" / "state" / "old.sqlite"


def version(path: Path) -> int:
    with sqlite3.connect(path) as db:
        found: int = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return found


def test_an_earlier_state_is_read_as_it_is(state: Path) -> None:
    frontier = Frontier(state, read_only=True)
    assert len(frontier.report.articles()) == 4
    assert [run.ending for run in frontier.report.runs()] == ["finished", "finished"]
    assert frontier.accounts.ledger().lists == ()
    frontier.close()
    assert version(state) == 0


def test_an_earlier_state_is_brought_up_to_date_and_gone_on_with(state: Path) -> None:
    frontier = Frontier(state)
    assert frontier.begin()
    assert frontier.visit == 3
    address = frontier.lease([SITE])
    assert address is not None
    assert (address.url, address.role) == (f"{SITE}/", "list")
    frontier.done(address, 200, role="list", shown=4)
    assert not frontier.push(Address(url=f"{SITE}/art/2024/3/2/t_2.html")) or len(frontier.report.articles()) == 4
    frontier.commit()
    frontier.close()
    assert version(state) == VERSION
    again = Frontier(state)
    assert again.visit == 3
    again.close()


def test_a_state_of_a_later_version_is_left_alone(state: Path) -> None:
    with sqlite3.connect(state) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(DataError, match="later version of cundang wrote it"):
        Frontier(state)
    assert version(state) == 7
