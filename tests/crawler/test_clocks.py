"""When lists and articles are fetched again: expectations in hours and days, tested on the frontier alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archive.warc.capture import FoundBy, Place, Written
from crawler.queue.clocks import read_day
from crawler.queue.entries import Address, Article, Ending, Role, Run
from crawler.queue.frontier import Frontier

HOUR, DAY = 3600, 86400
# A crawl at the same hour of each day may begin a little earlier than the last one: by a twentieth.
EARLY = 0.95
NOON = 1_600_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def frontier(tmp_path: Path, clock: Clock) -> Frontier:
    opened = Frontier(tmp_path / "a.sqlite", clock=clock)
    opened.begin()
    return opened


def due_after(frontier: Frontier, url: str) -> float | None:
    """Seconds until an address is asked for again."""
    (check_at,) = frontier._db.execute("SELECT check_at FROM address WHERE url = ?", [url]).fetchone()
    return None if check_at is None else check_at - frontier._clock()


def ask(frontier: Frontier, url: str, row_date: str | None = None) -> Address:
    frontier.push(Address(url=url, found=FoundBy(parent="http://h/", row_date=row_date)))
    address = frontier.lease(["http://h"])
    assert address is not None
    return address


def days(frontier: Frontier, clock: Clock, url: str, address: Address, article: Article) -> list[float]:
    """On which days after the first an article is asked for, when a crawl runs at each of those times."""
    found, began = [], clock.now
    while (wait := due_after(frontier, url)) is not None:
        clock.now += wait
        found.append(round((clock.now - began) / DAY / EARLY, 1))
        frontier.done(address, 200, role="article", article=article)
    return found


@pytest.mark.parametrize(
    ("age", "asked"),
    [
        # A day to come is a slip.
        (-2, [1, 7, 30, 90]),
        (0.5, [1, 6.5, 29.5, 89.5]),
        (3, [1, 4, 27, 87]),
        # The check at seven days would follow within hours.
        (5.5, [1, 24.5, 84.5]),
        (6, [1, 24, 84]),
        (6.9, [1, 23.1, 83.1]),
        # Published in the evening, it is younger than a week: its day began earlier.
        (7.5, [1, 22.5, 82.5]),
        (8, [22, 82]),
        (29, [1, 30, 61]),
        (40, [30, 50]),
        (89.2, [0.8, 30, 90]),
        (400, [30, 90]),
    ],
)
def test_an_article_is_checked_by_its_own_age(frontier: Frontier, clock: Clock, age: float, asked: list[float]) -> None:
    address = ask(frontier, "http://h/1")
    article = Article(day=clock.now - age * DAY)
    frontier.done(address, 200, role="article", article=article)
    assert days(frontier, clock, "http://h/1", address, article) == pytest.approx(asked, abs=0.1)


def test_the_day_of_the_list_row_counts_where_the_page_states_none(frontier: Frontier, clock: Clock) -> None:
    # 13 September 2020 in China, two days before.
    address = ask(frontier, "http://h/1", "[09-11]")
    frontier.done(address, 200, role="article", article=Article())
    assert due_after(frontier, "http://h/1") == pytest.approx(1 * DAY * EARLY)
    # Its own day counts more.
    address = ask(frontier, "http://h/2", "[09-11]")
    frontier.done(address, 200, role="article", article=Article(day=clock.now - 400 * DAY))
    assert due_after(frontier, "http://h/2") == pytest.approx(30 * DAY * EARLY)


def test_an_article_without_a_day_is_new_unless_the_first_visit_found_it(frontier: Frontier, clock: Clock) -> None:
    frontier.done(ask(frontier, "http://h/1"), 200, role="article", article=Article())
    assert due_after(frontier, "http://h/1") == pytest.approx(30 * DAY * EARLY)
    frontier._db.execute("UPDATE visit SET ended = 1")
    frontier.begin()
    frontier.done(ask(frontier, "http://h/2"), 200, role="article", article=Article())
    assert due_after(frontier, "http://h/2") == pytest.approx(1 * DAY * EARLY)


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ([], 6),
        ([True], 4.8),
        ([True] * 20, 1.5),
        ([False], 9),
        ([False, False], 13.5),
        ([False] * 40, 90 * 24),
    ],
)
def test_a_list_is_asked_for_sooner_after_a_change(frontier: Frontier, changes: list[bool], hours: float) -> None:
    address = ask(frontier, "http://h/l")
    for changed in (True, *changes):
        frontier.done(address, 200, role="list", changed=changed, shown=9)
    assert due_after(frontier, "http://h/l") == pytest.approx(hours * HOUR * EARLY)


@pytest.mark.parametrize("reason", ["http_404", "redirect_off_site"])
def test_what_is_gone_or_leads_elsewhere_is_asked_for_after_a_month(frontier: Frontier, reason: str) -> None:
    frontier.gone(ask(frontier, "http://h/1"), reason, "", 404)
    assert due_after(frontier, "http://h/1") == pytest.approx(30 * DAY * EARLY)


def test_an_article_that_is_gone_keeps_the_day_of_its_first_miss_until_it_is_back(
    frontier: Frontier, clock: Clock
) -> None:
    def gone() -> float | None:
        value: float | None = frontier._db.execute("SELECT gone FROM address").fetchone()[0]
        return value

    address = ask(frontier, "http://h/1")
    frontier.done(address, 200, role="article", article=Article())
    clock.now += 5 * DAY
    frontier.gone(address, "deleted", "", 404)
    clock.now += 30 * DAY
    frontier.gone(address, "deleted", "", 404)
    assert gone() == NOON + 5 * DAY
    frontier.done(address, 200, role="article", article=Article())
    assert gone() is None


def test_several_addresses_of_an_article_are_checked_once(frontier: Frontier, clock: Clock) -> None:
    article = Article(day=clock.now, digest=b"x" * 32)
    first, second = ask(frontier, "http://h/show-1.html"), ask(frontier, "http://h/?id=1")
    frontier.done(first, 200, role="article", article=article)
    frontier.done(second, 200, role="article", article=article)
    frontier.done(ask(frontier, "http://h/2"), 200, role="article", article=Article(day=clock.now, digest=b"y" * 32))
    assert due_after(frontier, "http://h/show-1.html") == pytest.approx(DAY * EARLY)
    assert due_after(frontier, "http://h/?id=1") is None
    assert due_after(frontier, "http://h/2") == pytest.approx(DAY * EARLY)
    # With the first address gone the other one is asked for in the same visit.
    again = lease_after_loss(frontier, clock, first)
    assert again.url == "http://h/?id=1"
    frontier.done(again, 200, role="article", article=article)
    assert due_after(frontier, "http://h/?id=1") == pytest.approx((7 * EARLY - 1) * DAY)


def lease_after_loss(frontier: Frontier, clock: Clock, lost: Address) -> Address:
    """Begin the next visit a day later, in which an address is gone, and lease the next one."""
    frontier._db.execute("UPDATE visit SET ended = 1")
    frontier.begin()
    clock.now += DAY
    frontier.gone(lost, "deleted", "", 404)
    again = frontier.lease(["http://h"])
    assert again is not None
    return again


def test_of_two_addresses_that_change_their_texts_in_turns_one_is_always_checked(
    frontier: Frontier, clock: Clock
) -> None:
    texts = {name: Article(day=clock.now, digest=name.encode() * 32) for name in ("x", "y")}
    addresses = {name: ask(frontier, f"http://h/{name}") for name in ("a", "b")}
    for address, text in (("a", "x"), ("b", "x"), ("b", "y"), ("a", "y"), ("b", "x")):
        frontier.done(addresses[address], 200, role="article", article=texts[text])
    assert due_after(frontier, "http://h/a") is None
    assert due_after(frontier, "http://h/b") == pytest.approx(DAY * EARLY)


def test_an_unchanged_address_of_an_article_whose_first_address_is_gone_is_checked(
    frontier: Frontier, clock: Clock
) -> None:
    article = Article(day=clock.now, digest=b"x" * 32)
    first, second = ask(frontier, "http://h/show-1.html"), ask(frontier, "http://h/?id=1")
    for address in (first, second):
        frontier.done(address, 200, role="article", article=article)
    again = lease_after_loss(frontier, clock, first)
    frontier.done(again, 304, role="article")
    assert due_after(frontier, "http://h/?id=1") == pytest.approx((7 * EARLY - 1) * DAY)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-09-13", 1599926400),
        ("【2020年9月13日 08:00】", 1599926400),
        ("09/13", 1599926400),
        ("9月14日", 1568390400),
    ],
)
def test_a_day_is_one_in_china_and_never_to_come(text: str, day: float) -> None:
    assert read_day(text, NOON) == day


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://h/day/2020-08-30.html", 30 * DAY),
        ("http://h/day/20200904.html", 30 * DAY),
        # Within a week something may still be put there.
        ("http://h/day?y=2020&m=9&d=8", 6 * HOUR),
        ("http://h/day?y=2020&m=9&d=13", 6 * HOUR),
        ("http://h/l/", 6 * HOUR),
    ],
)
def test_a_day_without_articles_is_left_alone_once_it_is_over(frontier: Frontier, url: str, asked: float) -> None:
    frontier.done(ask(frontier, url), 200, role="list", changed=True)
    assert due_after(frontier, url) == pytest.approx(asked * EARLY)


def crawl_at(frontier: Frontier, clock: Clock, now: float, role: Role | None = "article") -> list[str]:
    """What a crawl asks for at a time; each answers as an article that is about a year old, without a change."""
    clock.now, asked = now, []
    frontier.begin()
    while (address := frontier.lease(["http://h"])) is not None:
        asked.append(address.url)
        frontier.done(address, 200, role=role, article=Article(day=NOON - 365 * DAY), validators=("e", None))
    frontier.end(run_at(now), whole=True)
    return asked


def run_at(now: float) -> Run:
    began = dt.datetime.fromtimestamp(now, dt.UTC)
    return Run(
        began=began, seconds=1, visit=1, ending=Ending.FINISHED, pages=1, articles=1, requisites=0, revisits=0, bytes=1
    )


def test_what_a_crawl_saw_while_the_clock_was_ahead_is_due_at_once_and_told(frontier: Frontier, clock: Clock) -> None:
    frontier.push(Address(url="http://h/a"))
    assert crawl_at(frontier, clock, NOON) == ["http://h/a"]
    assert frontier.report.ahead(clock.now) is None
    # Five years ahead, the clock of the page is over, and another page is found.
    frontier.push(Address(url="http://h/b"))
    assert crawl_at(frontier, clock, NOON + 1826 * DAY) == ["http://h/a", "http://h/b"]
    clock.now = NOON + 5 * DAY
    said = "2 pages were answered later than now, the last on 2025-09-13: the clock was wrong then, or is wrong now"
    assert frontier.report.ahead(clock.now) == said
    frontier.begin()
    address = frontier.lease(["http://h"])
    # A server that is asked whether its page changed would answer by a capture of 2025.
    assert address is not None
    assert (address.url, address.etag) == ("http://h/a", None)
    frontier.done(address, 200, role="article", article=Article(day=NOON - 365 * DAY))
    assert crawl_at(frontier, clock, NOON + 5 * DAY) == ["http://h/b"]
    assert frontier.report.ahead(clock.now) is None
    assert crawl_at(frontier, clock, NOON + 6 * DAY) == []
    # 30 days after the first meeting; that in 2025 was not later than the first crawl with the right clock.
    assert crawl_at(frontier, clock, NOON + 30 * DAY) == ["http://h/a"]
    assert crawl_at(frontier, clock, NOON + 35 * DAY) == ["http://h/b"]


def test_a_crawl_while_the_clock_is_behind_costs_no_later_check(frontier: Frontier, clock: Clock) -> None:
    frontier.push(Address(url="http://h/a"))
    assert crawl_at(frontier, clock, NOON) == ["http://h/a"]
    assert crawl_at(frontier, clock, 0.0) == ["http://h/a"]
    assert crawl_at(frontier, clock, NOON + DAY) == ["http://h/a"]
    assert crawl_at(frontier, clock, NOON + 30 * DAY) == ["http://h/a"]
    assert crawl_at(frontier, clock, NOON + 31 * DAY) == []
    assert crawl_at(frontier, clock, NOON + 90 * DAY) == ["http://h/a"]


def test_a_capture_refers_to_none_that_is_dated_later(frontier: Frontier, clock: Clock) -> None:
    place = Place(file="a.warc.gz", offset=0, length=1)
    date = dt.datetime.fromtimestamp(NOON + 1826 * DAY, dt.UTC)
    frontier.captures.remember(
        "http://h/a", Written(id="urn:uuid:a", payload_digest="sha256:a", date=date, place=place, revisit=False)
    )
    frontier.commit()
    for url, digest in (("http://h/a", "sha256:a"), ("http://h/a", None), (None, "sha256:a")):
        assert frontier.captures.earlier(url, digest) is None
    clock.now = NOON + 1826 * DAY
    assert frontier.captures.earlier("http://h/a", "sha256:a") is not None
