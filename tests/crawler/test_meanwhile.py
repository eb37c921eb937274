"""Commands on an archive while a crawl is writing it, and right after the crawl was killed."""

from __future__ import annotations

import io
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.layout import Layout
from archive.warc.capture import Earlier
from archive.warc.writer import Exchange, Writer
from crawler.cli import app
from crawler.queue.entries import Address
from crawler.queue.frontier import Frontier
from crawler.queue.lock import Lock

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>" + bytes(range(32, 127)) * 300


def verified(layout: Layout) -> Result:
    return CliRunner().invoke(app, ["--data", str(layout.root), "verify"])


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """A site that is being crawled."""
    layout = Layout(root=tmp_path)
    lock = Lock(layout.lock("a"))
    yield layout
    lock.release()


def exchange(number: int) -> Exchange:
    return Exchange(
        url=f"http://a.cn/{number}",
        started=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
        ip=None,
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=io.BytesIO(PAGE),
    )


def test_a_crawl_that_closes_file_after_file_is_no_problem(layout: Layout) -> None:
    # Every second capture refers to the one before it; a file is full with four.
    writer, enough, kept = Writer(layout, "a", warcinfo=(), max_bytes=4 * 1500), threading.Event(), list[Earlier]()

    def crawl() -> None:
        for number in count():
            earlier = kept[-1] if number % 2 else None
            written = writer.exchange(exchange(number), lambda *_, earlier=earlier: earlier)
            if earlier is None:
                kept.append(Earlier(id=written.id, url=f"http://a.cn/{number}", date=written.date))
            if enough.wait(0.02):
                break

    crawling = threading.Thread(target=crawl)
    crawling.start()
    told: list[Result] = []
    try:
        while len(told) < 5 or len(writer.closed) < 3:
            told.append(verified(layout))
    finally:
        enough.set()
        crawling.join()
    assert {result.exit_code for result in told} == {0}, [result.output for result in told if result.exit_code]
    writer.close()
    assert verified(layout).exit_code == 0


def test_the_torn_end_of_a_file_is_a_problem_only_when_nobody_writes_it(layout: Layout) -> None:
    writer = Writer(layout, "a", warcinfo=())
    for number in (1, 2):
        writer.exchange(exchange(number), lambda *_: None)
    (begun,) = layout.open_warcs()
    data = begun.read_bytes()
    begun.write_bytes(data[:-50])
    assert verified(layout).exit_code == 0
    # What lies before its last whole record is not being written.
    changed = bytearray(data)
    changed[len(data) // 3] ^= 16
    begun.write_bytes(changed)
    assert verified(layout).exit_code == 1
    writer.close()


def test_the_torn_end_that_a_killed_crawl_left_is_told(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    writer.exchange(exchange(1), lambda *_: None)
    (begun,) = layout.open_warcs()
    begun.write_bytes(begun.read_bytes()[:-50])
    assert verified(layout).exit_code == 1
    writer.close()


@pytest.mark.parametrize("left", ["nothing", "journal"])
def test_a_state_without_tables_has_acknowledged_nothing(layout: Layout, left: str) -> None:
    Writer(layout, "a", warcinfo=()).close()
    state = layout.state("a")
    with closing(sqlite3.connect(state)) as db:
        if left == "journal":
            db.execute("PRAGMA journal_mode = WAL")
    before = state.read_bytes()
    result = verified(layout)
    assert (result.exit_code, state.read_bytes()) == (0, before), result.output
    known = Frontier(state, read_only=True)
    assert (known.visit, known.report.runs(), list(known.report.uncaptured()), list(known.captures.all())) == (
        0,
        [],
        [],
        [],
    )
    known.close()
    begun = Frontier(state)
    assert begun.begin()
    assert begun.push(Address(url="http://a.cn/"))
    begun.commit()
    begun.close()
    assert verified(layout).exit_code == 0
