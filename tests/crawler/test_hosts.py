"""A host's responses decide how long it is left alone, and for which of its pages."""

from __future__ import annotations

from crawler.queue.hosts import UNCONNECTED, Hosts


def hosts() -> Hosts:
    return Hosts(("h", "g"), lambda: 100.0)


def test_errors_in_a_row_tire_a_host_and_silence_it() -> None:
    known = hosts()
    assert [known.error("http://h/1") for _ in range(8)] == [None] * 4 + ["tired"] * 3 + ["silent"]
    known.answer("http://h/1", 500)
    known.answer("http://h/1", 429)
    assert known.error("http://h/1") == "silent"
    known.answer("http://h/1", 404)
    assert known.error("http://h/1") is None
    assert known.error("http://g/1") is None
    # The other port of the host is another origin.
    assert known.error("https://h/1") is None
    assert known.answered == {"http://h"}


def test_a_host_that_lets_no_connection_come_about_is_left_after_three_tries() -> None:
    known = hosts()
    assert [known.error("http://h/1", weight=UNCONNECTED) for _ in range(3)] == [None, "tired", "silent"]


def test_blocks_are_counted_by_shape_of_address() -> None:
    known = hosts()
    assert [known.block(f"http://h/a/{n}.html") for n in range(5)] == [False] * 4 + [True]
    assert known.walled
    assert known.blocked("http://h/a/9.html")
    assert not known.blocked("http://h/b/9.html")
    assert known.open == ["http://h", "https://h", "http://g", "https://g"]
    known.passed("http://h/a/10.html")
    assert not known.blocked("http://h/a/9.html")


def test_walls_before_pages_of_every_shape_are_the_hosts() -> None:
    known = hosts()
    said = [known.block(f"http://h/{'abcdefg'[n % 7]}/{n}.html") for n in range(15)]
    # Of seven shapes two or three each: the host as a whole is left after fifteen.
    assert said == [False] * 14 + [True]
    assert known.blocked("http://h/other.html")
    assert not known.blocked("http://g/a/9.html")
    known.leave("http://h")
    assert known.open == ["https://h", "http://g", "https://g"]


def test_walls_between_pages_that_come_are_not_the_hosts() -> None:
    known = hosts()
    for n in range(20):
        assert not known.block(f"http://h/{'abcdefg'[n % 7]}/{n}.html")
        known.passed(f"http://h/z/{n}.html")
    assert not known.walled


def test_a_parked_host_rests_until_its_time() -> None:
    now = [100.0]
    known = Hosts(("h",), lambda: now[0])
    known.park("http://h", 30)
    known.park("http://h", 5)
    now[0] += 10
    assert (known.parked("http://h"), known.parked("https://h")) == (20, 0)
