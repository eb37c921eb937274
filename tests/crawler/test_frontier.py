from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import DataError, LockedError, SpaceError
from archive.warc.capture import FoundBy, Place, Written
from crawler.discovery.link import ARTICLE, LIST, REQUISITE, START
from crawler.queue.accounts import PageAccount
from crawler.queue.address import canonical, shape, trap
from crawler.queue.entries import WAITS, Address, Ending, Run, State
from crawler.queue.frontier import Frontier
from crawler.queue.idle import Idle
from crawler.queue.lock import Lock
from crawler.queue.scheduler import Scheduler

ORIGIN = "http://www.tzb.gov.cn"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tzb.sqlite"


def url(name: str) -> str:
    return f"{ORIGIN}/{name}"


def opened(path: Path, *names: str, clock: Clock | None = None) -> Frontier:
    frontier = Frontier(path, clock=clock or Clock())
    frontier.begin()
    for name in names:
        frontier.push(Address(url=url(name)))
    return frontier


def leased(frontier: Frontier) -> list[str]:
    return [a.url.rpartition("/")[2] for a in iter(lambda: frontier.lease([ORIGIN]), None)]


def written(name: str, digest: str) -> Written:
    date = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    place = Place(file="a.warc.gz", offset=0, length=1)
    return Written(id=f"urn:uuid:{name}", payload_digest=digest, date=date, place=place, revisit=False)


def run_of(frontier: Frontier) -> Run:
    began = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    return Run(
        began=began,
        seconds=1.5,
        visit=frontier.visit,
        ending=Ending.FINISHED,
        pages=3,
        articles=2,
        requisites=1,
        revisits=0,
        bytes=9,
    )


def test_lists_come_first_and_files_before_the_next_article(path: Path) -> None:
    frontier = opened(path)
    for name, priority in (("a1", ARTICLE), ("l1", LIST), ("a2", ARTICLE), ("home", START), ("f1", REQUISITE)):
        frontier.push(Address(url=url(name), priority=priority))
    assert leased(frontier) == ["home", "l1", "f1", "a1", "a2"]


def test_a_link_met_again_keeps_its_row_and_gains_its_date(path: Path) -> None:
    frontier = opened(path)
    assert frontier.push(Address(url=url("a"), depth=5, found=FoundBy(parent=url(""), anchor="要闻")))
    dated = FoundBy(parent=url("list"), anchor="统战要闻", row_date="2020-02-19")
    assert not frontier.push(Address(url=url("a"), depth=2, priority=START, found=dated))
    address = frontier.lease([ORIGIN])
    assert address is not None
    assert (address.depth, address.priority, address.found) == (2, START, dated)
    # A second row says no more.
    frontier.push(Address(url=url("a"), depth=9, found=FoundBy(parent=url("other"), anchor="b", row_date="2021-01-01")))
    frontier.give_back(address)
    assert frontier.lease([ORIGIN]) == address
    assert frontier.lease([ORIGIN]) is None


def test_what_was_not_committed_is_due_again_and_what_was_is_done(path: Path) -> None:
    frontier = opened(path, "a", "b", "c")
    frontier.commit()
    for status in (200, 200):
        address = frontier.lease([ORIGIN])
        assert address is not None
        frontier.done(address, status)
        frontier.commit()
        break
    address = frontier.lease([ORIGIN])
    assert address is not None
    frontier.push(Address(url=url("found on b")))
    frontier.done(address, 200)
    frontier.close()  # the power goes: no commit
    again = Frontier(path, clock=Clock())
    assert again.unfinished_since() is not None
    assert again.begin() is False
    assert leased(again) == ["b", "c"]


@pytest.mark.fault(rows=[25])
def test_leases_of_a_dead_owner_are_due_again(path: Path) -> None:
    frontier = opened(path, "a", "b")
    leased(frontier)
    frontier.commit()
    frontier.close()
    again = Frontier(path)
    assert again.report.counts()[State.LEASED] == 2
    again.begin()
    assert leased(again) == ["a", "b"]


def test_a_full_visit_begins_with_everything_due_but_traps(path: Path) -> None:
    frontier = opened(path, "a", "b")
    frontier.push(Address(url=url("trap")), refused=("trap", "the path repeats"))
    for _ in range(2):
        address = frontier.lease([ORIGIN])
        assert address is not None
        if address.url.endswith("a"):
            frontier.done(address, 200)
        else:
            frontier.fail(address, "http_404", "", wait=None, status=404)
    assert [(u.url, u.reason, u.state) for u in frontier.report.uncaptured()] == [
        (url("b"), "http_404", State.FAILED),
        (url("trap"), "trap", State.REFUSED),
    ]
    assert frontier.report.reasons() == {"http_404": 1, "trap": 1}
    frontier.end(run_of(frontier), whole=True)
    frontier.commit()
    frontier.close()
    again = Frontier(path)
    assert again.unfinished_since() is None
    assert again.begin(full=True) is True
    assert again.report.runs() == [run_of(frontier)]
    # Met for the first time in this visit, though known: that is what a pager's end is judged by.
    assert again.push(Address(url=url("a")))
    assert not again.push(Address(url=url("a")))
    assert leased(again) == ["a", "b"]


def test_what_waits_is_in_the_sums(path: Path) -> None:
    frontier = opened(path, "about")
    frontier.push(Address(url=url("row"), found=FoundBy(parent=url("about"), row_date="2020-02-19")))
    assert frontier.report.reasons() == {"waiting": 2}
    assert frontier.report.awaited() == 1
    address = frontier.lease([ORIGIN])
    assert address is not None
    frontier.fail(address, "timeout", "", wait=60)
    assert frontier.report.reasons() == {"timeout": 1, "waiting": 1}


def test_what_was_not_asked_for_in_a_broken_visit_is_new_to_the_next(path: Path) -> None:
    frontier = opened(path, "a", "b")
    address = frontier.lease([ORIGIN])
    assert address is not None
    frontier.done(address, 200)
    frontier.end(run_of(frontier), whole=True)
    frontier.commit()
    frontier.close()
    again = Frontier(path)
    again.begin()
    assert [again.known(url(name)) for name in ("a", "b", "c")] == [True, False, False]


def test_what_should_be_an_article_stands_first_among_what_was_not_captured(path: Path) -> None:
    frontier = opened(path, "about")
    frontier.push(Address(url=url("row"), found=FoundBy(parent=url("about"), row_date="2020-02-19")))
    frontier.push(Address(url=url("shaped"), priority=ARTICLE))
    frontier.push(Address(url=url("twin"), priority=ARTICLE), refused=("trap", "another order"))
    while (address := frontier.lease([ORIGIN])) is not None:
        frontier.fail(address, "http_404", "", wait=None, status=404)
    names = [each.url.rpartition("/")[2] for each in frontier.report.uncaptured()]
    assert names == ["row", "shaped", "about", "twin"]
    assert frontier.report.awaited() == 2


def test_what_articles_alone_lead_to_should_be_an_article_if_its_address_is_like_theirs(path: Path) -> None:
    frontier = opened(path, "show.asp?id=1")
    address = frontier.lease([ORIGIN])
    assert address is not None
    frontier.done(address, 200, role="article")
    by_article, by_list = (FoundBy(parent=url(name)) for name in ("show.asp?id=1", "list.asp"))
    for name, found in (
        ("sendmail.asp?id=1", by_article),
        ("show.asp?id=2", by_article),
        ("look.asp?id=3", by_list),
        ("print.asp?id=1", FoundBy(parent=url("show.asp?id=1"), row_date="2020-02-19")),
    ):
        frontier.push(Address(url=url(name), priority=ARTICLE, found=found), refused=("robots", "disallowed"))
    names = [each.url.rpartition("/")[2] for each in frontier.report.uncaptured()]
    assert names == ["show.asp?id=2", "look.asp?id=3", "print.asp?id=1", "sendmail.asp?id=1"]
    assert frontier.report.awaited() == 3


def test_a_long_wait_for_another_try_is_announced_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    frontier = opened(path, "a", clock=clock)
    address = frontier.lease([ORIGIN])
    assert address is not None
    frontier.fail(address, "http_500", "", wait=60, status=500)
    engine = SimpleNamespace(downloader=SimpleNamespace(active=[]))
    spider = SimpleNamespace(frontier=frontier, logger=logging.getLogger("site"))
    scheduler = Scheduler(cast("Any", SimpleNamespace(spider=spider, engine=engine)))
    for waits in ([2.0], [60.0], [59.0]):
        scheduler._announce(waits)
    assert [record.getMessage() for record in caplog.records] == [
        f"{WAITS} 1: http_500 {url('a')}, the first one in 60 s."
    ]


def test_what_waits_comes_at_its_hour_and_parked_hosts_rest(path: Path) -> None:
    clock = Clock()
    frontier = opened(path, "a", "b", clock=clock)
    address = frontier.lease([ORIGIN])
    assert address is not None
    frontier.fail(address, "timeout", "", wait=60)
    assert leased(frontier) == ["b"]
    assert not frontier.due([ORIGIN])
    assert frontier.next_waiting() == pytest.approx(60)
    clock.now += 61
    assert frontier.due([ORIGIN])
    address = frontier.lease([ORIGIN])
    assert address is not None
    assert (address.url, address.tries) == (url("a"), 1)
    frontier.refuse(address, "robots_unreachable", "", later=True)
    assert frontier.next_waiting() is None
    assert frontier.waiting() == {ORIGIN: 1}


def test_the_one_that_waits_least_comes_first(path: Path) -> None:
    clock = Clock()
    frontier = opened(path, "a", "b", clock=clock)
    for wait in (10, 100):
        address = frontier.lease([ORIGIN])
        assert address is not None
        frontier.fail(address, "timeout", "", wait=wait)
    clock.now += 11
    assert leased(frontier) == ["a"]


def test_only_committed_captures_are_referred_to(path: Path) -> None:
    frontier = opened(path)
    frontier.captures.remember(url("a"), written("1", "sha256:aa"))
    assert frontier.captures.earlier(url("a"), "sha256:aa") is None
    frontier.commit()
    found = frontier.captures.earlier(url("a"), "sha256:aa")
    assert found is not None
    assert (found.id, found.url, found.date.isoformat()) == ("urn:uuid:1", url("a"), "2026-11-01T00:00:00+00:00")
    assert frontier.captures.earlier(url("b"), "sha256:aa") is None
    assert frontier.captures.earlier(url("a"), None) == found
    # For the bytes alone any address will do, the oldest capture first.
    older = replace(written("0", "sha256:aa"), date=dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    frontier.captures.remember(url("c"), older)
    frontier.commit()
    other = frontier.captures.earlier(None, "sha256:aa")
    assert other is not None
    assert (other.id, other.url) == ("urn:uuid:0", url("c"))
    assert frontier.captures.earlier(None, "sha256:cc") is None
    assert frontier.captures.earlier(url("a"), "sha256:bb") is None
    # From A to B and back to A: the second A is the page's newest text, and no revisit.
    frontier.captures.remember(url("a"), written("2", "sha256:bb"))
    frontier.commit()
    assert frontier.captures.earlier(url("a"), "sha256:aa") is None


def test_a_pager_ends_where_it_repeats_itself_or_grows_too_long(path: Path) -> None:
    frontier = opened(path)
    assert frontier.learned.fresh_listing(1, b"page 1")
    assert frontier.learned.fresh_listing(2, b"page 1")
    assert frontier.learned.fresh_listing(1, b"page 2")
    assert not frontier.learned.fresh_listing(1, b"page 1")
    # The longest real column known has 1,300 pages.
    lengths = [frontier.learned.fresh_listing(3, str(page).encode()) for page in range(2001)]
    assert lengths.index(False) == 1999


def pages_until_barren(frontier: Frontier, name: str, **said: bool) -> int:
    """How many fruitless pages of a shape are asked for in a row."""
    for number in range(500):
        if frontier.learned.barren(name):
            return number
        frontier.learned.tally(name, fruitful=False, **said)
    raise AssertionError("never barren")


def test_a_shape_that_leads_nowhere_is_barren_until_it_bears(path: Path) -> None:
    frontier = opened(path)
    calendar = shape("http://h/cal.jsp?y=2020&m=1")
    assert pages_until_barren(frontier, calendar) == 200
    frontier.learned.tally(calendar, fruitful=True)
    assert pages_until_barren(frontier, calendar) == 200


def test_days_with_articles_that_are_known_keep_a_calendar_from_ending_too(path: Path) -> None:
    frontier = opened(path)
    days = shape("http://h/day/2020-01-31.html")
    frontier.learned.tally(days, fruitful=False, rows=True, repeats=True)
    assert pages_until_barren(frontier, days, repeats=True) == 27
    other = shape("http://h/other/2020-01-31.html")
    # What the first page of a shape shows may stand on all pages of the site.
    frontier.learned.tally(other, fruitful=False, rows=True)
    frontier.learned.tally(other, fruitful=False, rows=True)
    assert pages_until_barren(frontier, other, repeats=True) == 83


def test_empty_days_are_asked_for_by_the_month_and_longer_the_more_other_days_brought(path: Path) -> None:
    frontier = opened(path)
    days, rows = shape("http://h/day/2020-01-31.html"), []
    for _ in range(5):
        rows.append(pages_until_barren(frontier, days, repeats=True))
        frontier.learned.tally(days, fruitful=True)
    assert rows == [28, 84, 140, 196, 200]
    assert pages_until_barren(frontier, shape("http://h/month/2020-01.html"), vain=True) == 3


@pytest.mark.fault(rows=[26])
def test_a_damaged_file_is_named_with_its_cure(path: Path) -> None:
    frontier = opened(path, *(f"page {n}" for n in range(500)))
    frontier.commit()
    frontier.close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\x00\xff" * 4096 + whole[16384:])
    with pytest.raises(DataError, match=r"tzb\.sqlite.*damaged.*Crawl again"):
        Frontier(path)
    path.write_bytes(b"no database at all, but long enough to be asked about" * 100)
    with pytest.raises(DataError, match="damaged"):
        Frontier(path)


@pytest.mark.fault(rows=[21])
def test_a_full_disk_stops_the_frontier_for_good(path: Path) -> None:
    frontier = opened(path, "a")
    frontier.commit()
    pages = frontier._db.execute("PRAGMA page_count").fetchone()[0]
    frontier._db.execute("COMMIT")
    frontier._db.execute(f"PRAGMA max_page_count = {pages + 4}")
    frontier._db.execute("BEGIN IMMEDIATE")

    def fill() -> None:
        for n in range(10_000):
            frontier.push(Address(url=url(f"{n:0500d}")))

    with pytest.raises(SpaceError, match=r"tzb\.sqlite: no space left"):
        fill()
    with pytest.raises(SpaceError):
        frontier.push(Address(url=url("b")))
    with pytest.raises(SpaceError):
        frontier.commit()
    frontier.close()
    again = Frontier(path)
    again.begin()
    assert leased(again) == ["a"]


@pytest.mark.fault(rows=[18])
def test_kill_at_any_moment_keeps_every_acknowledgement(path: Path) -> None:
    """A child pushes, leases, finishes and commits without end, and says each commit, until it is killed."""
    program = (
        "import sys; from pathlib import Path; from crawler.queue.frontier import *\n"
        "f = Frontier(Path(sys.argv[1])); f.begin(); n = f.report.counts()['done']\n"
        "while True:\n"
        f"    f.push(Address(url=f'{ORIGIN}/{{n}}')); a = f.lease(['{ORIGIN}']); f.done(a, 200); n += 1\n"
        "    if n % 3 == 0: f.commit(); print(n, flush=True)\n"
    )
    said = 0
    for moment in (0.05, 0.11, 0.2):
        with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            said = int(child.stdout.readline())
            time.sleep(moment)
            child.send_signal(signal.SIGKILL)
            said = max([said, *map(int, child.stdout.read().split("\n")[:-1])])
        frontier = Frontier(path)
        frontier.begin()
        counts = frontier.report.counts()
        frontier.close()
        assert said <= counts[State.DONE] <= said + 3
        assert counts[State.LEASED] == 0


@pytest.mark.fault(rows=[24])
def test_a_second_crawl_of_a_site_is_told_who_holds_it(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "state" / "tzb.lock")
    with pytest.raises(LockedError, match=rf"tzb is being crawled by process {os.getpid()} on "):
        Lock(tmp_path / "state" / "tzb.lock")
    Lock(tmp_path / "state" / "other.lock").release()
    lock.release()
    Lock(tmp_path / "state" / "tzb.lock").release()


@pytest.mark.parametrize(
    ("link", "encoding", "address"),
    [
        ("http://h/a b.html#top", "utf-8", "http://h/a%20b.html"),
        ("HTTP://H:80", "utf-8", "http://h/"),
        ("http://h/s.asp?b=2&a=1&b=1", "utf-8", "http://h/s.asp?b=2&a=1&b=1"),
        ("http://h/s.asp?w=統戰", "big5", "http://h/s.asp?w=%B2%CE%BE%D4"),
        ("http://h/s.asp?w=%cd%b3", "gbk", "http://h/s.asp?w=%CD%B3"),
        ("http://h/a.jsp;jsessionid=8F3A00?id=1", "utf-8", "http://h/a.jsp?id=1"),
        ("http://h/v.php?PHPSESSID=abc&id=1", "utf-8", "http://h/v.php?id=1"),
        ("http://h/v.php?t=2021030401", "utf-8", "http://h/v.php?t=2021030401"),
        ("http://h/v.php?sess=3&t=1584172800123", "utf-8", "http://h/v.php?sess=3&t=1584172800123"),
        ("http://h/v.php?_=1584172800123&sid=" + "5f" * 16, "utf-8", "http://h/v.php?sid=" + "5f" * 16),
        ("http://h\\xw\\1.htm", "utf-8", "http://h/xw/1.htm"),
        ("http://127.0.0.2:8731/../x/./y/", "utf-8", "http://127.0.0.2:8731/x/y/"),
        ("http://h/?w=统", "mixed", "http://h/?w=%E7%BB%9F"),
        ("http://h/#/要闻/3", "utf-8", "http://h/#/%E8%A6%81%E9%97%BB/3"),
        ("http://h/#/%E8%A6%81%E9%97%BB/3", "utf-8", "http://h/#/%E8%A6%81%E9%97%BB/3"),
        ("mailto:a@b.cn", "utf-8", None),
        ("http:///x", "utf-8", None),
        ("http://[::1/", "utf-8", None),
    ],
)
def test_one_page_has_one_address(link: str, encoding: str, address: str | None) -> None:
    assert canonical(link, encoding) == address


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=300)
def test_an_address_is_ascii_and_its_own_address(path: str) -> None:
    address = canonical("http://h/" + path)
    if address is not None:
        assert address.isascii()
        assert canonical(address) == address
        trap(address)
        shape(address)


@pytest.mark.fault(rows=[33])
def test_traps_are_named_and_dates_are_none() -> None:
    assert trap("http://h/a/b/a/b/a/b/1.html") == "the path repeats /a/b"
    assert trap("http://h" + "/x1/y2" * 2 + "/z" * 1) is None
    assert trap("http://h/" + "/".join(f"d{n}" for n in range(21))) == "more than 20 path segments"
    assert trap("http://h/x?tag=a&tag=b&tag=c") == "the query repeats tag"
    assert trap("http://h/x?tag=a&tag=b") is None
    assert trap("http://h/?" + "x" * 3000) == "longer than 2048 characters"
    assert trap("http://h/2020/02/02/02/t20200202_1.html") is None


def test_what_answered_with_a_parameter_that_makes_no_difference_is_not_asked_for_without_it(path: Path) -> None:
    frontier = opened(path)
    home = FoundBy(parent=url(""))
    for name in ("a?r=1", "b?r=1", "b", "c?n=1&r=2", "d?r=3"):
        frontier.push(Address(url=url(name), found=home))
    frontier.push(Address(url=url("moved?r=4"), hops=1, found=home))
    for address in iter(lambda: frontier.lease([ORIGIN]), None):
        if not address.url.endswith("d?r=3"):
            frontier.done(address, 200, role="article", validators=("tag", None))
    frontier.learned.keep_idle("r", lambda url: Idle(["r"]).plain(url))
    assert frontier.learned.idle() == ["r"]
    # It is known, and its tag is sent when it is checked; what has no answer yet, or was led to, stays as it is.
    new = {name for name in ("a", "b", "c?n=1", "d", "moved") if frontier.push(Address(url=url(name), found=home))}
    assert new == {"d", "moved"}
    assert leased(frontier) == ["d", "moved"]
    frontier.end(run_of(frontier), whole=True)
    frontier.begin(full=True)
    checked = {address.url: address.etag for address in iter(lambda: frontier.lease([ORIGIN]), None)}
    assert {checked[url(name)] for name in ("a", "b", "c?n=1", "moved?r=4")} == {"tag"}
    assert url("a?r=1") not in checked
    frontier.close()


def test_further_pages_of_an_earlier_version_stay_due(path: Path) -> None:
    """It gave them no span: where new rows appear on one of them, it is due as often as a first page."""
    clock = Clock()
    frontier = opened(path, "list", clock=clock)
    frontier.push(Address(url=url("list?p=2"), kind="next", pager=1))
    for days in ((1, 2, 3), (4, 5, 6)):
        page = frontier.lease([ORIGIN])
        assert page is not None
        rows = [url(f"{day}.html") for day in days]
        for day, row in zip(days, rows, strict=True):
            frontier.push(Address(url=row, found=FoundBy(parent=page.url, row_date=f"2024-01-0{day}")))
        frontier.accounts.note(page.id, 1, PageAccount(rows=rows))
        frontier.done(page, 200, role="list", shown=3)
    frontier._db.execute("UPDATE address SET span = NULL WHERE kind = 'next'")
    first, further = "SELECT check_at FROM address WHERE id = 1", "SELECT check_at FROM address WHERE kind = 'next'"
    frontier.settle()
    assert frontier._db.execute(first).fetchone() == frontier._db.execute(further).fetchone()


def test_what_waits_has_the_reason_of_what_was_tried_and_no_trap_is_one(path: Path) -> None:
    clock = Clock()
    frontier = opened(path, "a", "b", "c?x=1", clock=clock)
    tried, *_, trap_ = [frontier.lease([ORIGIN]) for _ in range(3)]
    assert tried is not None
    assert trap_ is not None
    frontier.fail(tried, "connection_refused", "", wait=None)
    clock.now += 1
    frontier.refuse(trap_, "trap", "another order", later=False)
    frontier._db.execute("UPDATE address SET state = 'pending' WHERE state = 'leased'")
    assert frontier.give_up([ORIGIN]) == {"connection_refused": 1}


def test_what_waited_at_a_host_that_comes_back_into_the_site_file_is_asked_for(path: Path) -> None:
    frontier = opened(path, "a")
    frontier.push(Address(url=url("a.doc"), kind="requisite", priority=REQUISITE), refused=("foreign_host", "a host"))
    assert frontier.give_up(["http://h"]) == {"foreign_host": 1}
    frontier.end(run_of(frontier), whole=True)
    frontier.begin()
    assert leased(frontier) == ["a"]


def left_out(frontier: Frontier) -> Address:
    """An address that pages like it kept from being asked for."""
    address = Address(url="http://h/n?k=1", found=FoundBy(parent="http://h/"))
    frontier.push(address)
    leased = frontier.lease(["http://h"])
    assert leased is not None
    frontier.spare(leased)
    frontier.push(address)
    assert frontier.lease(["http://h"]) is None
    return address


def test_a_row_with_a_day_is_asked_for_though_it_was_left_out_before(path: Path) -> None:
    frontier = opened(path)
    address = left_out(frontier)
    frontier.push(replace(address, found=FoundBy(parent="http://h/list", row_date="2026-01-02")))
    again = frontier.lease(["http://h"])
    assert again is not None
    assert again.tries == 0


def test_what_was_left_out_has_all_its_tries_once_pages_like_it_lead_on(path: Path) -> None:
    frontier = opened(path)
    like = shape(left_out(frontier).url)
    assert pages_until_barren(frontier, like) == 200
    frontier.learned.tally(like, fruitful=True)
    again = frontier.lease(["http://h"])
    assert again is not None
    assert again.tries == 0
