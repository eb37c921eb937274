"""One exchange: what counts as whole, what is kept and what is recorded, however its bytes arrive in pieces."""

from __future__ import annotations

import io
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from OpenSSL.SSL import Error as TlsError
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import HtmlResponse
from twisted.internet import error
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.site import Crawl, Site
from archive.warc.capture import FoundBy
from archive.warc.http import read_head
from crawler.wire import handler
from crawler.wire.guard import Refused
from crawler.wire.reader import HEAD_BYTES, INTERIM_HEADS, Reader, _stated_length
from crawler.wire.tap import Tap, TapFactory, TapProtocol, words
from crawler.wire.tls import TlsTransport

SITE = Site(
    key="a",
    name="统一战线",
    hosts=("127.0.0.1", "a.cn"),
    crawl=Crawl(start=("http://127.0.0.1/",), allow_private=("127.0.0.1:80",)),
)
URL = "http://127.0.0.1/x"
# Twisted gives its errors no types.
ERRORS: Any = error
FAILURE: Any = Failure
TRANSPORT: Any = StringTransport
OK = b"HTTP/1.1 200 OK\r\n"

# What came; what is kept of it; whether it told its own end; whether the connection goes on; whether it is whole when
# the server closes in order, and when it breaks off.
RESPONSES: dict[str, tuple[bytes, bytes | None, bool, bool, bool, bool]] = {
    "length": (OK + b"Content-Length: 3\r\n\r\nabc", None, True, True, True, True),
    "names in small letters": (
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc", None, True, False, True, True
    ),
    "one byte less": (OK + b"Content-Length: 3\r\n\r\nab", None, False, False, False, False),
    "no length": (OK + b"\r\nabc", None, False, False, True, False),
    "no body yet": (OK + b"\r\n", None, False, False, True, False),
    "length 0": (OK + b"Content-Length: 0\r\n\r\n", None, True, True, True, True),
    "lines end with LF": (b"HTTP/1.1 200 OK\nContent-Length: 1\n\na", None, True, True, True, True),
    "close": (OK + b"Connection: Close\r\nContent-Length: 1\r\n\r\na", None, True, False, True, True),
    "close in a list": (OK + b"Connection: te, close\r\nContent-Length: 1\r\n\r\na", None, True, False, True, True),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", None, True, False, True, True),
    "1.0 keep-alive": (
        b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na", None, True, True, True, True
    ),
    "204": (b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n", None, True, True, True, True),
    "304": (b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", None, True, True, True, True),
    "same lengths": (OK + b"Content-Length: 1, 1\r\n\r\na", None, True, True, True, True),
    "two lengths": (OK + b"Content-Length: 1\r\nContent-Length: 3\r\n\r\nabc", None, True, False, True, True),
    "two lengths, short": (OK + b"Content-Length: 1\r\nContent-Length: 3\r\n\r\nab", None, False, False, True, False),
    "odd length": (OK + b"Content-Length: +3 bytes\r\n\r\nabc", None, True, False, True, True),
    "odd length, short": (OK + b"Content-Length: +3\r\n\r\nab", None, False, False, True, False),
    "no number": (OK + b"Content-Length: x\r\n\r\nab", None, False, False, True, False),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", None, True, True, True, True),
    "chunks and a length": (
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nA: b\r\n\r\n",
        None, True, True, True, True,
    ),
    "chunks of 1.0": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", None, True, False, True, True
    ),
    "chunks without trailers": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", None, False, False, True, True
    ),
    "chunks without the last": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n", None, False, False, False, False
    ),
    "a broken chunk": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n", None, False, False, False, False
    ),
    "called chunked": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>x\r\n", None, False, False, True, False
    ),
    "chunks of 1.0 that go wrong": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nzz\r\n", None, False, False, False, False
    ),
    "called chunked, without a line end": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>x", None, False, False, True, False
    ),
    "called chunked, with a length": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n<p>x\r\n",
        None, True, True, True, True,
    ),
    "no chunks in 1.1": (OK + b"Transfer-Encoding: chunked\r\n\r\n<p>x\r\n", None, False, False, False, False),
    "surplus": (OK + b"Content-Length: 1\r\n\r\nabc", OK + b"Content-Length: 1\r\n\r\na", True, False, True, True),
    "surplus behind chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        True, False, True, True,
    ),
    "surplus behind a 304": (b"HTTP/1.1 304 X\r\n\r\nabc", b"HTTP/1.1 304 X\r\n\r\n", True, False, True, True),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK
        + b"Content-Length: 1\r\n\r\na",
        OK + b"Content-Length: 1\r\n\r\na",
        True, True, True, True,
    ),
    "before": (
        b"\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", OK + b"Content-Length: 1\r\n\r\na", True, True, True, True
    ),
    "long interim": (
        b"HTTP/1.1 103 X\r\nLink: <" + b"x" * 99 + b">\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na",
        OK + b"Content-Length: 1\r\n\r\na",
        True, True, True, True,
    ),
    "lines end with CR CR LF": (
        b"HTTP/1.1 200 OK\r\r\nContent-Length: 1\r\r\n\r\r\na", None, True, True, True, True
    ),
    "sizes with 0x": (OK + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", None, True, True, True, True),
    "lines end with LF CR CR CR LF": (
        b"HTTP/1.1 200 OK\nContent-Length: 1\n\r\r\r\na", None, True, True, True, True
    ),
    "four stray bytes, and no version": (
        b"\0\xff<>HTTP 200 OK\r\n\r\na", b"HTTP 200 OK\r\n\r\na", False, False, True, False
    ),
    "199": (
        b"HTTP/1.1 199 X\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", OK + b"Content-Length: 1\r\n\r\na",
        True, True, True, True,
    ),
    "101": (b"HTTP/1.1 101 Switching\r\n\r\nabc", b"", False, False, False, False),
    "099": (b"HTTP/1.1 099 X\r\nContent-Length: 1\r\n\r\na", None, True, True, True, True),
    "205": (b"HTTP/1.1 205 Reset\r\n\r\n", None, False, False, True, False),
    "a redirect": (b"HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n", None, True, True, True, True),
    "a missing page": (b"HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\na", None, False, False, False, False),
    "204 without a length": (b"HTTP/1.1 204 X\r\n\r\n", None, True, True, True, True),
    "204 of 1.0": (b"HTTP/1.0 204 X\r\n\r\n", None, True, False, True, True),
    "a version in small letters": (b"http/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", None, True, True, True, True),
    "1.10": (b"HTTP/1.10 200 OK\r\nContent-Length: 1\r\n\r\na", None, True, False, True, True),
    "no 1.1": (b"HTTP/111 200 OK\r\nContent-Length: 1\r\n\r\na", None, True, False, True, True),
    "1.1 in a header alone": (
        b"HTTP/1.0 200 OK\r\nVia: HTTP/1.1\r\nContent-Length: 1\r\n\r\na", None, True, False, True, True
    ),
    "close and keep-alive": (
        OK + b"Connection: keep-alive\r\nCONNECTION: close\r\nContent-Length: 1\r\n\r\na",
        None, True, False, True, True,
    ),
    "closed": (OK + b"Connection: closed\r\nX: close\r\nContent-Length: 1\r\n\r\na", None, True, True, True, True),
    "same lengths, twice": (
        OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na", None, True, True, True, True
    ),
    "a length and no number": (
        OK + b"Content-Length: x\r\nContent-Length: 2\r\n\r\na", None, False, False, True, False
    ),
    "an odd length of 0": (OK + b"Content-Length: +0\r\n\r\n", None, True, True, True, True),
    "a length of nothing": (OK + b"Content-Length:\r\n\r\na", None, False, False, True, False),
    "chunks and a length of 0": (
        OK + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        None, True, True, True, True,
    ),
    "chunks of nothing": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None, True, True, True, True),
    "no chunk came": (OK + b"Transfer-Encoding: chunked\r\n\r\n", None, False, False, False, False),
    "chunks in a list": (
        OK + b"Transfer-Encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", None, True, True, True, True
    ),
    "chunks with a parameter": (
        OK + b"Transfer-Encoding: chunked;q=1\r\n\r\n1\r\na\r\n0\r\n\r\n", None, True, True, True, True
    ),
    "chunks with a parameter, short": (
        OK + b"Transfer-Encoding: chunked;q=1\r\n\r\n1\r\na\r\n", None, False, False, False, False
    ),
    "chunks of 1.0, short": (
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na", None, False, False, False, False
    ),
    "no chunks, with a parameter": (
        OK + b"Transfer-Encoding: chunked;q=1\r\n\r\n<p>\nx", None, False, False, True, False
    ),
    "called chunked, with a length that is not there": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n<p>\nx",
        None, False, False, False, False,
    ),
    "called chunked, without a line end, short": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n<p>x",
        None, False, False, False, False,
    ),
    "called chunked, without a line end, as long as stated": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n<p>x",
        None, False, False, True, False,
    ),
    "called chunked, without a line end, with an odd length": (
        b"HTTP/1.0 200 OK\r\nContent-Length: +6\r\nTransfer-Encoding: chunked\r\n\r\n<p>x",
        None, False, False, True, False,
    ),
    "a head of two in one": (
        b"HTTP/1.1 103 X\r\n\r\nHTTP/1.1 103 Y\r\nContent-Length: 9\r\n\r\n" + OK + b"\r\na",
        OK + b"\r\na", False, False, True, False,
    ),
    "interim alone": (b"HTTP/1.1 100 Continue\r\n\r\n", b"", False, False, False, False),
    "half a head": (OK + b"Content-Le", b"", False, False, False, False),
    "no HTTP": (b"<html><p>not found", None, False, False, False, False),
    "nothing": (b"", b"", False, False, False, False),
}  # fmt: skip


def fed(pieces: tuple[bytes, ...], *, headless: bool = False) -> tuple[Reader, bytes]:
    reader = Reader(headless=headless)
    return reader, b"".join(map(reader.feed, pieces))


def told(reader: Reader, kept: bytes) -> tuple[object, ...]:
    ends = (reader.whole(closed=True), reader.whole(closed=False))
    more = (reader.surplus, reader.before, reader.interim, reader.interim_heads, reader.interim_bytes)
    return kept, reader.ended, reader.reusable, *ends, reader.body_bytes, reader.begun, reader.lack(), *more


@pytest.mark.parametrize("name", RESPONSES)
def test_how_a_response_ends(name: str) -> None:
    came, kept, *wanted = RESPONSES[name]
    reader, found = fed((came,))
    assert found == (came if kept is None else kept)
    assert [reader.ended, reader.reusable, reader.whole(closed=True), reader.whole(closed=False)] == wanted
    assert reader.body_bytes == (len(found) - reader.head.length if reader.head else 0)
    # No byte is lost: what is not kept is told.
    there = reader.before + b"".join(reader.interim) + found + bytes(reader.held) + reader.surplus
    assert there == came


@pytest.mark.parametrize("name", RESPONSES)
def test_where_the_wire_cuts_makes_no_difference(name: str) -> None:
    came = RESPONSES[name][0]
    whole = told(*fed((came,)))
    for at in range(len(came) + 1):
        assert told(*fed((came[:at], came[at:]))) == whole, at
    assert told(*fed(tuple(came[i : i + 1] for i in range(len(came))))) == whole


def test_stray_bytes_before_each_head_are_kept_apart() -> None:
    hints, final = b"HTTP/1.1 103 Early Hints\r\n\r\n", OK + b"Content-Length: 1\r\n\r\na"
    came = b"\r\n" + hints + b"\0" + hints + b"\n\n" + final
    for pieces in ((came,), tuple(came[i : i + 1] for i in range(len(came)))):
        reader, kept = fed(pieces)
        assert (reader.before, reader.interim, kept, reader.ended) == (b"\r\n\0\n\n", [hints, hints], final, True)


def test_what_has_no_head_is_a_page_at_the_usual_port_alone() -> None:
    reader, kept = fed((b"<html><p>x</p></html>",), headless=True)
    assert (kept, reader.whole(closed=True), reader.whole(closed=False)) == (b"<html><p>x</p></html>", True, False)
    assert fed((b"<html>" * 4,))[0].fault == "what came is no HTTP response"
    assert [
        handler._may_be_headless(f"{url}/x")
        for url in ("http://a.cn", "http://a.cn:80", "http://a.cn:81", "https://a.cn")
    ] == [True, True, False, False]


LENGTHS = {
    "7": (7, True), "0": (0, True), "007": (7, True), "7 ": (7, True), "7, 7": (7, True), "7,7 ,7": (7, True),
    "1234567890123456": (1234567890123456, True), "12345678901234567": (None, False),
    "+7": (7, False), '"7"': (7, False), '"+7"': (7, False), "7;": (7, False), "7;x=1": (7, False),
    "7 bytes": (7, False), "7\tbytes": (7, False), "+7, +7": (7, False),
    "7, 8": (None, False), "7,": (None, False), "": (None, False), "x": (None, False), "-7": (None, False),
    "++7": (None, False), "0x7": (None, False), "7.5": (None, False), "7x": (None, False), "x7": (None, False),
    ";7": (None, False),
}  # fmt: skip


@pytest.mark.parametrize("value", LENGTHS)
def test_a_length_is_read_as_c_reads_it_and_is_firm_as_it_should_be(value: str) -> None:
    assert _stated_length(read_head(OK + f"content-LENGTH: {value}\r\n\r\n".encode())) == LENGTHS[value]


def test_of_several_lengths_the_longest_counts() -> None:
    for values, wanted in {("3", "7", "5"): (7, False), ("7", "7"): (7, True), ("7", "+7"): (7, False)}.items():
        lines = "".join(f"Content-Length: {value}\r\n" for value in values)
        assert _stated_length(read_head(OK + lines.encode() + b"\r\n")) == wanted
    assert _stated_length(read_head(OK + b"X-Content-Length: 7\r\n\r\n")) == (None, False)


@pytest.mark.parametrize(
    ("came", "no_head"), [(b"<html><p>ab", False), (b"<html><p>abc", True), (b"HTTPS: 9 9 ", False)]
)
def test_twelve_bytes_show_that_what_comes_is_no_response(came: bytes, no_head: bool) -> None:
    reader, kept = fed((came,))
    assert (reader.head is not None, reader.fault is not None, kept) == (no_head, no_head, came if no_head else b"")
    assert bytes(reader.held) == (b"" if no_head else came)


@pytest.mark.parametrize(
    ("held", "begun"),
    [
        (b"", False),
        (b"H", False),
        (b"HTTP/1.1 200 OK", False),
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 103 Early\r\nLink: </a>", False),
        (b"HTTP/1.1 199 X\r\n", False),
        (b"HTTP/1.1 404 X\r\nA:", True),
        (b"HTTP/1.1\r\n", True),
        (b"<p>\n", True),
    ],
)
def test_behind_an_interim_head_a_response_has_begun_with_its_status_line(held: bytes, begun: bool) -> None:
    reader, _ = fed((b"HTTP/1.1 103 Early Hints\r\n\r\n" + held,))
    assert (reader.begun, bytes(reader.held)) == (begun, held)


def test_heads_that_end_are_no_flood_however_long_they_were() -> None:
    interim = b"HTTP/1.1 103 X\r\nA: " + b"x" * 200_000 + b"\r\n\r\n"
    reader, kept = fed((interim, interim + OK + b"\r\n"))
    assert (reader.flooded, kept, reader.interim_bytes) == (False, OK + b"\r\n", 400_046)


def test_a_head_that_comes_in_small_pieces_takes_no_longer_a_byte_if_it_is_long() -> None:
    def seconds(length: int) -> float:
        reader = Reader()
        reader.feed(OK)
        begun = time.process_time()
        for _ in range(length // 16):
            reader.feed(b"A: b\r\nCookie: d\r")
        return (time.process_time() - begun) / length

    short, long = (min(seconds(length) for _ in range(3)) for length in (16_000, 256_000))
    assert long < 5 * short


def test_the_limits_of_heads() -> None:
    assert (HEAD_BYTES, INTERIM_HEADS) == (262_144, 8)
    reader = Reader()
    reader.feed(b"<html>" * 4)
    assert reader.fault is not None
    reader = Reader()
    assert (reader.head, reader.stated, reader.fault, reader.ended, reader.reusable) == (None, None, None, False, False)
    assert not reader.whole(closed=True)


def test_a_response_has_begun_with_its_first_byte_but_not_with_an_interim_head() -> None:
    pieces = [b"H", b"TTP/1.1 100 C\r\n\r\n", b"HTT", b"P/1.1 200 OK", b"\r\n"]
    reader, begun = Reader(), []
    for piece in pieces:
        reader.feed(piece)
        begun.append(reader.begun)
    assert begun == [True, False, False, False, True]
    assert not Reader().begun


def test_interim_heads_count_against_the_limit_of_a_head() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: <" + b"x" * 1000 + b">\r\n\r\n"
    reader = Reader()
    for _ in range(HEAD_BYTES // len(interim)):
        reader.feed(interim)
    before = reader.flooded
    reader.feed(interim)
    assert (before, reader.flooded) == (False, True)
    assert (len(reader.interim), reader.interim_heads) == (INTERIM_HEADS, HEAD_BYTES // len(interim) + 1)
    assert reader.interim_bytes == reader.interim_heads * len(interim)
    head = Reader()
    head.feed(OK + b"A: " + b"x" * (HEAD_BYTES - len(OK) - 3))
    before = head.flooded
    head.feed(b"x")
    assert (before, head.flooded) == (False, True)


def test_a_size_of_a_chunk_without_end_is_not_waited_for() -> None:
    reader, _ = fed((OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * 60_000, b"1" * 60_000))
    assert reader.fault == "transfer-coding chunked: the line for a size is longer than 65536 bytes"


def test_what_did_not_come_is_told() -> None:
    said = {name: fed((came,))[0].lack() for name, (came, *_) in RESPONSES.items()}
    assert said["one byte less"] == "2 of 3 bytes of the body"
    assert said["no length"] == "3 bytes of the body"
    assert said["chunks without the last"] == "6 bytes of chunks without the last one"
    assert said["half a head"] == "27 bytes of a head"
    faults = {name: fault for name, (came, *_) in RESPONSES.items() if (fault := fed((came,))[0].fault)}
    assert faults == {
        "a broken chunk": "transfer-coding chunked: a chunk is longer than its size says",
        "chunks of 1.0 that go wrong": "transfer-coding chunked: b'zz\\r\\n' is no chunk size",
        "no chunks in 1.1": "transfer-coding chunked: b'<p>x\\r\\n' is no chunk size",
        "no HTTP": "what came is no HTTP response",
    }
    assert said["nothing"] == "0 bytes of a head"
    assert said["no chunk came"] == "0 bytes of chunks without the last one"
    assert said["no chunks, with a parameter"] == "5 bytes of the body"
    assert said["called chunked, with a length that is not there"] == "5 of 6 bytes of the body"
    assert said["chunks with a parameter, short"] == "6 bytes of chunks without the last one"


class Conversation:
    """One connection of ours, and what the pool hears of it."""

    def __init__(self) -> None:
        self.idle: list[TapProtocol] = []
        self.protocol = TapProtocol(self.idle.append)
        self.transport: Any = TRANSPORT()
        connect: Any = self.protocol.makeConnection
        connect(self.transport)
        self.over: list[object] = []

    def ask(self, url: str = URL, *, limit: int = 1000) -> Tap:
        tap = Tap(url, SITE, limit)
        tap.fetching = self.protocol.ask(tap, b"GET /x HTTP/1.1\r\n\r\n")
        tap.fetching.addErrback(tap.fail)
        tap.fetching.addCallback(lambda _: self.over.append(tap))
        return tap


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


def test_a_connection_carries_one_exchange_after_the_other(talk: Conversation) -> None:
    with closing(talk.ask()) as first:
        assert talk.transport.value() == b"GET /x HTTP/1.1\r\n\r\n"
        assert (first.peer, first.answered, first.reused, talk.protocol.state) == ("192.168.1.1", None, False, "ASKED")
        talk.protocol.dataReceived(OK + b"Content-Length: 1\r\n\r\n")
        assert (first.answered is not None, talk.over, talk.idle) == (True, [], [])
        talk.protocol.dataReceived(b"a")
        assert (talk.over, talk.idle, talk.protocol.state) == ([first], [talk.protocol], "QUIESCENT")
        assert (first.cut(), first.block().read()) == (None, OK + b"Content-Length: 1\r\n\r\na")
    with closing(talk.ask()) as second:
        assert second.reused
        talk.protocol.dataReceived(OK + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
        assert (talk.over, talk.idle) == ([first, second], [talk.protocol])
        assert (talk.transport.disconnecting, talk.protocol.state) == (True, "LEAVING")


def test_bytes_that_nobody_asked_for_end_the_connection(talk: Conversation) -> None:
    with closing(talk.ask()):
        talk.protocol.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
    assert not talk.transport.disconnecting
    talk.protocol.dataReceived(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
    assert (talk.transport.disconnecting, talk.protocol.state) == (True, "LEAVING")


def test_nothing_is_sent_to_a_peer_that_may_not_be_asked(talk: Conversation) -> None:
    tap = talk.ask("http://a.cn/x")
    assert isinstance(tap.error, Refused)
    assert (talk.transport.value(), talk.transport.disconnected) == (b"", True)
    assert (talk.over, talk.protocol.state, tap.peer) == ([tap], "QUIESCENT", None)


NOT_CLEAN = "ConnectionLost: Connection to the other side was lost in a non-clean fashion."
LOST: dict[str, tuple[bytes, BaseException, tuple[str, str] | None]] = {
    "in order, no length": (OK + b"\r\nab", ERRORS.ConnectionDone(), None),
    "reset, no length": (
        OK + b"\r\nab", ERRORS.ConnectionLost(),
        ("disconnect", f"{NOT_CLEAN} after 2 bytes of the body"),
    ),
    "in order, short": (
        OK + b"Content-Length: 9\r\n\r\nab", ERRORS.ConnectionDone(),
        ("disconnect", "ConnectionDone: Connection was closed cleanly. after 2 of 9 bytes of the body"),
    ),
    "TLS, short": (
        OK + b"Content-Length: 9\r\n\r\nab", TlsError("bad record"),
        ("disconnect", "Error: bad record after 2 of 9 bytes of the body"),
    ),
    "something else": (
        OK + b"Content-Length: 9\r\n\r\nab", OSError("odd"),
        ("unspecified", "OSError: odd after 2 of 9 bytes of the body"),
    ),
    "a broken chunk": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nxx\r\n", ERRORS.ConnectionDone(),
        ("unspecified", "transfer-coding chunked: b'xx\\r\\n' is no chunk size"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_how_a_connection_was_lost_is_how_its_response_was_cut(talk: Conversation, name: str) -> None:
    came, lost, wanted = LOST[name]
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(came)
        assert talk.over == []
        talk.protocol.connectionLost(FAILURE(lost))
        assert (talk.over, talk.protocol.state, tap.cut()) == ([tap], "CONNECTION_LOST", wanted)
        assert tap.block().read() == came


TLS: Any = TlsTransport


@pytest.mark.parametrize(
    ("told", "below", "closed"),
    [
        (ERRORS.ConnectionDone(), None, True),
        (ERRORS.ConnectionLost(), None, False),
        # Without close_notify, and reset.
        (ERRORS.ConnectionLost(), ERRORS.ConnectionDone(), True),
        (ERRORS.ConnectionLost(), ERRORS.ConnectionLost(), False),
        (TlsError("bad record"), ERRORS.ConnectionDone(), False),
    ],
)
def test_a_tls_connection_that_is_closed_below_is_closed_in_order(
    talk: Conversation, told: BaseException, below: BaseException | None, closed: bool
) -> None:
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(OK + b"\r\nab")
        if below is not None:
            talk.protocol.transport = TLS.__new__(TLS)
            talk.protocol.transport.ended = below
        talk.protocol.connectionLost(FAILURE(told))
        assert (tap.closed, tap.cut() is None, tap.error) == (closed, closed, told)


def test_small_requests_are_sent_at_once() -> None:
    @implementer(ITCPTransport)
    class Tcp(TRANSPORT):  # type: ignore[misc]
        delayed = True

        def setTcpNoDelay(self, on: bool) -> None:  # noqa: N802 - Twisted's name
            self.delayed = not on

    transport: Any = Tcp()
    made: list[TapProtocol] = []
    protocol: Any = TapFactory(made.append, None).buildProtocol(None)
    protocol.makeConnection(transport)
    assert not transport.delayed
    with closing(Tap(URL, SITE, 1000)) as tap:
        protocol.ask(tap, b"GET")
        protocol.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
    assert made == [protocol]
    assert tap.tls == ()


def test_the_first_byte_of_an_answer_is_the_one_that_is_timed(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        times = [tap.answered]
        for piece in (b"H", OK[1:] + b"Content-Length: 1\r\n\r\n", b"a"):
            talk.protocol.dataReceived(piece)
            times.append(tap.answered)
        assert times[0] is None
        assert times[1] is not None
        assert times[1:] == [times[1]] * 3


def test_the_end_of_a_connection_is_nothing_to_an_exchange_that_is_over(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
        talk.protocol.connectionLost(FAILURE(ERRORS.ConnectionLost()))
        assert (talk.over, tap.error, tap.closed, tap.cut()) == ([tap], None, False, None)
        assert talk.protocol.state == "CONNECTION_LOST"


def test_what_cannot_be_held_stops_its_exchange(talk: Conversation) -> None:
    tap = talk.ask()
    tap.close()
    spool: Any = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115 - closed below
    tap._spool = spool
    with closing(tap):
        talk.protocol.dataReceived(OK + b"\r\nab")
        assert isinstance(tap.broken, OSError)
        assert (tap.stopped, talk.over, talk.protocol.state) == ("unspecified", [tap], "LEAVING")
    assert spool.closed


def test_a_flood_of_interim_heads_is_stopped(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        for _ in range(2):
            talk.protocol.dataReceived(b"HTTP/1.1 103 X\r\nA: " + b"x" * 131_049 + b"\r\n\r\n")
        assert (tap.reader.interim_bytes, tap.stopped, tap.overfull) == (262_144, None, False)
        talk.protocol.dataReceived(b"H")
        assert (tap.stopped, tap.overfull, tap.received) == ("length", True, False)


def test_what_never_began_has_nothing_and_is_not_whole() -> None:
    tap = Tap(URL, SITE, 1000)
    tap.stop("time")
    assert (tap.stopped, tap.received, tap.overfull, tap.stale) == (None, False, False, False)
    assert tap.block().read() == b""
    assert tap.cut() == ("unspecified", "the connection ended after 0 bytes of a head")
    tap.close()


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (None, "the connection ended"),
        (OSError("two\n  lines\tand more"), "OSError: two lines and more"),
        (ValueError(), "ValueError:"),
    ],
)
def test_what_went_wrong_is_a_line(failed: BaseException | None, said: str) -> None:
    assert words(failed) == said


def test_what_we_stop_ourselves_is_called_by_its_reason(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(OK + b"Content-Length: 9\r\n\r\nab")
        tap.stop("time")
        tap.stop("length")
        assert tap.cut() == ("time", "not done in time: 2 of 9 bytes of the body")
        assert (talk.over, talk.protocol.state, talk.transport.disconnected) == ([tap], "LEAVING", True)
        # What still comes is no part of it.
        talk.protocol.dataReceived(b"c")
        assert tap.block().read() == OK + b"Content-Length: 9\r\n\r\nab"


@pytest.mark.parametrize(("size", "stopped"), [(4, None), (5, "length")])
def test_a_body_may_be_as_long_as_the_limit_and_no_longer(talk: Conversation, size: int, stopped: str | None) -> None:
    with closing(talk.ask(limit=4)) as tap:
        talk.protocol.dataReceived(OK + b"\r\n" + b"x" * size)
        assert (tap.stopped, tap.overfull) == (stopped, stopped is not None)
        talk.protocol.connectionLost(FAILURE(ERRORS.ConnectionDone()))
        assert (tap.cut() or (None,))[0] == stopped
        assert tap.block().read() == OK + b"\r\nxxxx"


def test_an_end_that_comes_with_what_is_too_much_makes_nothing_whole(talk: Conversation) -> None:
    with closing(talk.ask(limit=1000)) as tap:
        head = OK + b"Content-Length: 1100\r\n\r\n"
        talk.protocol.dataReceived(head + b"x" * 900)
        talk.protocol.dataReceived(b"x" * 200)
        assert (tap.cut() or (None,))[0] == "length"
        assert tap.block().read() == head + b"x" * 1000


def test_a_flood_of_heads_is_stopped_and_kept_to_the_limit(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(OK + b"A: b\r\n" * HEAD_BYTES)
        assert (tap.stopped, (tap.cut() or ("",))[0]) == ("length", "length")
        assert tap.block().read() == (OK + b"A: b\r\n" * HEAD_BYTES)[:HEAD_BYTES]


def test_what_was_stopped_for_its_length_is_cut_by_length(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(OK + b"Content-Length: 9\r\n\r\nab")
        tap.stop("length")
        assert tap.cut() == ("length", "longer than it may be")


def test_a_response_that_is_whole_before_the_time_is_over_is_whole(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        talk.protocol.dataReceived(OK + b"Content-Length: 1\r\n\r\na")
        tap.stopped = "time"
        assert tap.cut() is None


@pytest.mark.parametrize(
    ("used", "came", "lost", "stale"),
    [
        (True, b"", ERRORS.ConnectionDone(), True),
        (True, b"", ERRORS.ConnectionLost(), True),
        (True, b"", ERRORS.ConnectionAborted(), True),
        (True, b"", TlsError("bad record"), True),
        (True, b"H", ERRORS.ConnectionDone(), False),
        (True, b"", OSError("odd"), False),
        (False, b"", ERRORS.ConnectionDone(), False),
    ],
)
def test_an_idle_connection_that_breaks_without_a_byte_is_stale(
    talk: Conversation, used: bool, came: bytes, lost: BaseException, stale: bool
) -> None:
    if used:
        with closing(talk.ask()):
            talk.protocol.dataReceived(OK + b"Content-Length: 0\r\n\r\n")
    with closing(talk.ask()) as tap:
        if came:
            talk.protocol.dataReceived(came)
        talk.protocol.connectionLost(FAILURE(lost))
        assert (tap.stale, tap.received) == (stale, bool(came))


def test_who_aborts_hears_when_the_connection_is_closed(talk: Conversation) -> None:
    gone: list[object] = []
    talk.protocol.abort().addCallback(gone.append)
    assert (gone, talk.transport.disconnecting) == ([], True)
    talk.protocol.connectionLost(FAILURE(ERRORS.ConnectionDone()))
    talk.protocol.abort().addCallback(gone.append)
    assert gone == [None, None]


def test_large_responses_are_held_on_disk(talk: Conversation) -> None:
    with closing(talk.ask(limit=2**22)) as tap:
        talk.protocol.dataReceived(OK + b"\r\n" + b"x" * (2**20 - len(OK) - 2))
        spool: Any = tap._spool
        assert not spool._rolled
        talk.protocol.dataReceived(b"x")
        assert spool._rolled


@pytest.mark.parametrize(
    ("failed", "stopped", "wanted", "said"),
    [
        (ERRORS.TimeoutError(), None, handler.UnconnectedError, "no connection in time"),
        (ERRORS.ConnectionDone(), "time", DownloadTimeoutError, "no answer in time"),
        (ERRORS.ConnectionRefusedError(), "time", DownloadTimeoutError, "no answer in time"),
        (ERRORS.ConnectionDone(), "length", DownloadFailedError, "0 interim heads and no end of them"),
        (
            ERRORS.ConnectionRefusedError(),
            None,
            DownloadConnectionRefusedError,
            "ConnectionRefusedError: Connection was refused by other side.",
        ),
        (ERRORS.DNSLookupError("a.cn"), None, CannotResolveHostError, "DNSLookupError: DNS lookup failed: a.cn."),
        (ERRORS.ConnectionLost(), None, DownloadFailedError, NOT_CLEAN),
        (ERRORS.ConnectionDone(), "disconnect", DownloadFailedError, "ConnectionDone: Connection was closed cleanly."),
        (None, None, DownloadFailedError, "the connection ended"),
    ],
)
def test_no_byte_of_a_response_is_named_by_what_stopped_it(
    failed: BaseException | None, stopped: Any, wanted: type[Exception], said: str
) -> None:
    tap = Tap(URL, SITE, 1)
    tap.error, tap.stopped = failed, stopped
    found = handler._failure(tap)
    assert (type(found), str(found)) == (wanted, f"{URL}: {said}")


def test_what_goes_out_is_what_was_asked_for() -> None:
    odd = Request(
        "http://a.cn:81?b=1#c", method="POST", body=b"d", headers={"Host": "e", "F": "g\r\nH: i", "content-length": "9"}
    )
    assert handler.written(odd, "http://a.cn:81?b=1") == (
        b"POST /?b=1 HTTP/1.1\r\nHost: a.cn:81\r\nF: g  H: i\r\nContent-Length: 1\r\n\r\nd"
    )
    empty = Request("http://a.cn/", method="POST")
    assert handler.written(empty, "http://a.cn/").endswith(b"Content-Length: 0\r\n\r\n")
    several = Request("http://a.cn/", headers={"A": ["b", "c"], "D": "e\rf"})
    assert handler.written(several, "http://a.cn/") == b"GET / HTTP/1.1\r\nHost: a.cn\r\nA: b\r\nA: c\r\nD: e f\r\n\r\n"
    searched = Request("https://a.cn/b/?c=d&e", method="PUT", body=b"12")
    assert handler.written(searched, "https://a.cn/b/?c=d&e") == (
        b"PUT /b/?c=d&e HTTP/1.1\r\nHost: a.cn\r\nContent-Length: 2\r\n\r\n12"
    )
    # A host that stands in the path again is no host there.
    assert handler.written(Request("http://a.cn/a.cn"), "http://a.cn/a.cn").startswith(b"GET /a.cn HTTP/1.1\r\n")


def test_secrets_are_cut_out_of_the_head_alone() -> None:
    sent = b"POST / HTTP/1.1\r\ncookie: a\r\nX-Cookie: b\r\nAuthorization: c\r\nProxy-Authorization: d\r\n\r\nCookie: e"
    kept, names = handler.redacted(sent)
    assert kept == (
        b"POST / HTTP/1.1\r\ncookie: [redacted]\r\nX-Cookie: b\r\nAuthorization: [redacted]\r\n"
        b"Proxy-Authorization: [redacted]\r\n\r\nCookie: e"
    )
    assert names == ("cookie", "authorization", "proxy-authorization")
    twice = b"GET / HTTP/1.1\r\nCOOKIE: a\r\nCookie:b\r\nCookies: c\r\n\r\n"
    assert handler.redacted(twice) == (
        b"GET / HTTP/1.1\r\nCOOKIE: [redacted]\r\nCookie: [redacted]\r\nCookies: c\r\n\r\n", ("cookie",)
    )  # fmt: skip
    assert handler.redacted(b"GET /Cookie: HTTP/1.1\r\n\r\n") == (b"GET /Cookie: HTTP/1.1\r\n\r\n", ())


def test_what_the_tap_cuts_off_is_quoted(talk: Conversation) -> None:
    with closing(talk.ask()) as tap:
        hints = b"HTTP/1.1 103 X\r\n\r\n" * (INTERIM_HEADS + 2)
        talk.protocol.dataReceived(b"\r\n" + hints + OK + b"Content-Length: 0\r\n\r\n" + b"\xff" * 2000)
        assert handler._seen(tap) == (
            *[("interim", "18 bytes cut before: HTTP/1.1 103 X%0D%0A%0D%0A")] * INTERIM_HEADS,
            ("interim", "10 heads in all, 180 bytes"),
            ("before", "2 bytes cut before: %0D%0A"),
            ("surplus", f"2000 bytes cut after: {'%FF' * 1024}"),
        )


@pytest.mark.parametrize(
    ("data", "quoted"),
    [
        (b"Link: </a>; rel=x, (b) +c,d=e", "Link: %3C/a%3E; rel=x, (b) +c,d=e"),
        (b"\0%\n\xe7\xbb\x9f&?#", "%00%25%0A%E7%BB%9F%26%3F%23"),
    ],
)
def test_stray_bytes_are_quoted_percent_encoded(data: bytes, quoted: str) -> None:
    assert handler._quoted(data) == quoted


def test_where_an_address_was_found_is_said() -> None:
    found = FoundBy(parent="http://a.cn/", anchor="会议", row_date="2020-02-19")
    asked = Request(URL, meta={"found": found, "depth": 0, "purpose": "script"})
    assert handler._about(asked) == (
        ("via", "http://a.cn/"), ("anchor", "会议"), ("row-date", "2020-02-19"), ("depth", "0"), ("purpose", "script"),
    )  # fmt: skip
    assert handler._about(Request(URL, meta={"found": FoundBy(parent="http://a.cn/")})) == (("via", "http://a.cn/"),)


def seen_by_spider(block: bytes, page_bytes: int = 100, url: str = URL) -> tuple[Any, bool]:
    request = Request(url)
    return handler._response(request, io.BytesIO(block), page_bytes), request.meta["empty"]


def test_the_spider_sees_a_clean_head_and_a_plain_body() -> None:
    block = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a\r\nset-cookie: b\r\n"
        b"Content-Encoding: identity\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n0\r\n\r\n"
    )
    response, empty = seen_by_spider(block)
    assert isinstance(response, HtmlResponse)
    assert (response.status, response.body, response.flags, empty) == (200, b"<p>", [], False)
    assert response.headers.getlist("Set-Cookie") == [b"a", b"b"]
    assert "Content-Encoding" not in response.headers


def test_a_page_without_a_head_has_a_status_where_browsers_show_it() -> None:
    assert [seen_by_spider(b"<html>x", url=f"http://a.cn{port}/")[0].status for port in ("", ":81")] == [200, 0]
