"""What becomes of an exchange: the response that the spider sees, the records in the archive, the lines about it."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import io
from collections import defaultdict
from collections.abc import Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from one_crawl import Memory
from scrapy import Request
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response, TextResponse
from twisted.internet import error
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from archive.errors import DataError, SpaceError
from archive.layout import Layout
from archive.site import Crawl, Site
from archive.warc.capture import FoundBy, Place, Written
from archive.warc.reader import records
from archive.warc.record import Record
from archive.warc.writer import Writer
from crawler.wire import handler
from crawler.wire.guard import Refused, Resting
from crawler.wire.handler import TapHandler
from crawler.wire.missing import Missing, text_of
from crawler.wire.recorder import Recorder, Unread
from crawler.wire.tap import Cut, Tap, TapProtocol

SITE = Site(
    key="a",
    name="统一战线",
    hosts=("127.0.0.1", "a.cn"),
    crawl=Crawl(start=(), allow_private=("127.0.0.1:80",), page_bytes=1000),
)
URL = "http://127.0.0.1/x"
SENT = b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: id=1\r\nAuthorization: b\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
PAGE = OK + b"Content-Type: text/html\r\nContent-Length: 8\r\n\r\n<p>abcde"
MOMENT = dt.datetime(2024, 2, 26, 8, 30, tzinfo=dt.UTC)
# Twisted gives its errors no types.
ERRORS: Any = error
FAILURE: Any = Failure
TRANSPORT: Any = StringTransport
NOT_CLEAN = "ConnectionLost: Connection to the other side was lost in a non-clean fashion."
DONE, LOST = ERRORS.ConnectionDone(), ERRORS.ConnectionLost()


def tapped(came: bytes, lost: BaseException | None = None, *, limit: int = 1000, sent: bytes = SENT) -> Tap:
    """A tap that `came` has passed, on a connection that then ended with `lost`."""
    protocol = TapProtocol(lambda _: None)
    connect: Any = protocol.makeConnection
    connect(TRANSPORT())
    tap = Tap(URL, SITE, limit)
    tap.fetching = protocol.ask(tap, sent)
    tap.fetching.addErrback(tap.fail)
    protocol.dataReceived(came)
    if lost is not None:
        protocol.connectionLost(FAILURE(lost))
    return tap


class Kept:
    """An archive of one site, and what is recorded there."""

    def __init__(self, root: Path, unread: Unread | None = None) -> None:
        self.writer = Writer(Layout(root=root), "a", warcinfo=())
        self.recorder = Recorder(self.writer, Memory(), unacknowledged=unread)

    def record(self, tap: Tap, request: Request | None = None) -> tuple[Request, Response | Exception]:
        request = request or Request(URL)
        with closing(tap):
            try:
                return request, handler._record(self.recorder, request, tap, MOMENT, ("fetch-time-ms", "7"))
            except (Cut, Refused, DownloadFailedError, DownloadTimeoutError) as failed:
                return request, failed

    def rows(self) -> list[Record]:
        self.recorder.close()
        return [row for path in self.writer.closed for row in records(path) if isinstance(row, Record)][1:]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    archive = Kept(tmp_path)
    yield archive
    archive.recorder.close()


def lines(row: Record) -> list[str]:
    assert row.kind == "metadata"
    return row.block.decode().splitlines()


def test_a_whole_exchange_is_three_records_that_belong_together(kept: Kept) -> None:
    found = FoundBy(parent="http://a.cn/", anchor="会议")
    request, response = kept.record(tapped(PAGE), Request(URL, meta={"found": found, "depth": 1}))
    assert isinstance(response, HtmlResponse)
    assert (response.status, response.body, response.flags, response.url) == (200, b"<p>abcde", [], URL)
    assert response.request is request
    answer, sent, about = kept.rows()
    written = request.meta["written"]
    assert (answer.kind, answer.block, answer.id, answer.url) == ("response", PAGE, written.id, URL)
    assert (answer.date, answer.field("WARC-IP-Address")) == (MOMENT, "192.168.1.1")
    assert (answer.field("WARC-Truncated"), answer.field("WARC-Payload-Digest")) == ("", written.payload_digest)
    assert (written.revisit, written.place.offset, written.date) == (False, answer.place.offset, MOMENT)
    assert sent.block == SENT.replace(b"id=1", b"[redacted]").replace(b"n: b", b"n: [redacted]")
    assert lines(about) == [
        "via: http://a.cn/", "anchor: 会议", "depth: 1", "fetch-time-ms: 7", "redacted: cookie, authorization",
    ]  # fmt: skip


def test_without_secrets_nothing_is_said_of_them(kept: Kept) -> None:
    plain = b"GET /x HTTP/1.1\r\nHost: a.cn\r\n\r\n"
    kept.record(tapped(PAGE, sent=plain))
    _, sent, about = kept.rows()
    assert (sent.block, lines(about)) == (plain, ["fetch-time-ms: 7"])


def test_what_the_tap_cut_off_is_told_in_the_lines(kept: Kept) -> None:
    kept.record(tapped(b"\r\nHTTP/1.1 103 X\r\n\r\n" + PAGE + b"more"))
    answer, _, about = kept.rows()
    assert answer.block == PAGE
    assert lines(about)[1:4] == [
        "interim: 18 bytes cut before: HTTP/1.1 103 X%0D%0A%0D%0A",
        "before: 2 bytes cut before: %0D%0A",
        "surplus: 4 bytes cut after: more",
    ]


# What came, how the connection ended; the reason of the cut and its words, or the faults of what is whole.
HELLO = gzip.compress(b"<p>hello", mtime=0)
PACKED = gzip.compress(b"x" * 40, mtime=0)
CODED = OK + b"Content-Encoding: gzip\r\n"
ENDS: dict[str, tuple[bytes, Any, str, list[str] | None]] = {
    "whole": (PAGE, None, "", []),
    "short": (PAGE[:-1], DONE, "disconnect",
              ["cut: ConnectionDone: Connection was closed cleanly. after 7 of 8 bytes of the body"]),
    "reset": (OK + b"\r\nab", LOST, "disconnect",
              [f"cut: {NOT_CLEAN} after 2 bytes of the body"]),
    "half a head": (OK + b"Content-Le", DONE, "disconnect",
                    ["cut: ConnectionDone: Connection was closed cleanly. after 27 bytes of a head"]),
    "no HTTP": (b"<html><p>not found", DONE, "unspecified", ["cut: what came is no HTTP response"]),
    "too long": (OK + b"\r\n" + b"x" * 1001, DONE, "length", ["cut: longer than it may be"]),
    "a wrong checksum": (CODED + b"\r\n" + HELLO[:-8] + b"\0" + HELLO[-7:], DONE, "",
                         ["fault: content-coding gzip has another checksum than its bytes"]),
    "two faults": (CODED + b"\r\n" + HELLO[:-8] + b"\0" + HELLO[-7:] + HELLO[:-1], DONE, "",
                   ["fault: content-coding gzip has another checksum than its bytes",
                    "fault: content-coding gzip breaks off within its checksum: 16 bytes came out"]),
    "a wrong label": (CODED + b"\r\n<p>", DONE, "",
                      ["fault: content-coding gzip cannot be undone (it has no gzip head)"]),
    # The length of the page before it was packed: browsers take it, where the connection is closed in order.
    "the length of the unpacked": (CODED + b"Content-Length: 40\r\n\r\n" + PACKED, DONE, "", []),
    "the length of the unpacked, reset": (CODED + b"Content-Length: 40\r\n\r\n" + PACKED, LOST, "disconnect", None),
    "one byte more": (CODED + b"Content-Length: 41\r\n\r\n" + PACKED, DONE, "disconnect", None),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_how_an_exchange_ended_is_in_its_records(kept: Kept, name: str) -> None:
    came, lost, truncated, said = ENDS[name]
    request, response = kept.record(tapped(came, lost))
    answer, _, about = kept.rows()
    assert answer.field("WARC-Truncated") == truncated
    assert answer.block == came[: len(OK) + 2 + 1000 if truncated == "length" else None]
    assert bool(answer.field("WARC-Payload-Digest")) == (not truncated)
    told = [line for line in lines(about) if line.startswith(("cut:", "fault:"))]
    assert (told == said) if said is not None else [line[:4] for line in told] == ["cut:"]
    assert isinstance(response, Cut) == bool(truncated)
    if isinstance(response, Cut):
        assert (response.truncated, [f"cut: {response.detail}"]) == (truncated, told)
        assert str(response) == f"{truncated}: {response.detail}"
        assert response.response.request is request
    assert request.meta["written"].id == answer.id


@pytest.mark.parametrize(
    ("came", "lost", "words"),
    [
        (b"", DONE, "DownloadFailedError: http://127.0.0.1/x: ConnectionDone: Connection was closed cleanly."),
        (b"HTTP/1.1 103 X\r\n\r\n", LOST,
         f"DownloadFailedError: http://127.0.0.1/x: {NOT_CLEAN}"),
        (b"HTTP/1.1 103 X\r\nA: " + b"x" * 300_000 + b"\r\n\r\n", None,
         "DownloadFailedError: http://127.0.0.1/x: 1 interim heads and no end of them"),
    ],
)  # fmt: skip
def test_that_nothing_came_is_one_record_with_the_reason(kept: Kept, came: bytes, lost: Any, words: str) -> None:
    tap = tapped(came, lost)
    request, failed = kept.record(tap, Request(URL, meta={"depth": 2, "purpose": "script"}))
    assert (f"{type(failed).__name__}: {failed}", "written" in request.meta) == (words, False)
    assert isinstance(failed, DownloadFailedError)
    assert failed.__cause__ is tap.error
    (about,) = kept.rows()
    assert (about.url, about.date) == (URL, MOMENT)
    told = lines(about)
    assert (told[:3], told[-1]) == (["depth: 2", "purpose: script", "fetch-time-ms: 7"], f"error: {words}")
    assert [line[:8] for line in told[3:-1]] == ["interim:"] * came.count(b"103")


def test_of_a_peer_that_may_not_be_asked_nothing_is_recorded(kept: Kept) -> None:
    tap = Tap(URL, SITE, 1000)
    tap.error = Refused("private_address", "no")
    assert kept.record(tap)[1] is tap.error
    kept.recorder.close()
    assert kept.writer.closed == []


MADE_UP = "http://127.0.0.1/cundang-probe-1.html"
LIKE = Missing(url=MADE_UP, text=text_of(URL, b"<p>abcde"), location="http://127.0.0.1/")
MOVED = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n"


@pytest.mark.parametrize(
    ("came", "meta", "said", "nothing"),
    [
        (PAGE, {}, None, False),
        (PAGE, {"missing": None}, None, False),
        (PAGE, {"missing": LIKE}, MADE_UP, True),
        (PAGE.replace(b"abcde", b"other"), {"missing": LIKE}, None, False),
        (PAGE.replace(b"200", b"404"), {"missing": LIKE}, None, False),
        (PAGE.replace(b"200", b"500"), {"missing": LIKE}, None, False),
        (MOVED % b"/", {"missing": LIKE}, MADE_UP, False),
        (MOVED.replace(b"302", b"300") % b"/", {"missing": LIKE}, MADE_UP, False),
        (MOVED.replace(b"302", b"399") % b"/", {"missing": LIKE}, MADE_UP, False),
        (MOVED.replace(b"302", b"400") % b"/", {"missing": LIKE}, None, False),
        (MOVED % b"/other", {"missing": LIKE}, None, False),
        (MOVED.replace(b"Location", b"X") % b"/", {"missing": LIKE}, None, False),
        (PAGE, {"purpose": "probe"}, URL, False),
        (PAGE, {"purpose": "script"}, None, False),
        (PAGE.replace(b"200", b"404"), {"purpose": "probe"}, None, False),
    ],
)
def test_a_page_like_that_of_a_made_up_address_says_so(
    kept: Kept, came: bytes, meta: dict[str, Any], said: str | None, nothing: bool
) -> None:
    request, _ = kept.record(tapped(came), Request(URL, meta=meta))
    about = kept.rows()[2]
    found = [line for line in lines(about) if line.startswith("same-as-missing")]
    assert found == ([f"same-as-missing: {said}"] if said else [])
    assert request.meta.get("nothing") == (MADE_UP if nothing else None)


def recorded(block: bytes, **fields: str) -> Record:
    named = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    place = Place(file="a.warc.gz", offset=5, length=6)
    return Record(place=place, head=b"WARC/1.1\r\n", fields=named, block=block, size=len(block))


def test_what_a_killed_crawl_recorded_is_read_as_if_it_came_now() -> None:
    request = Request(URL, meta={"missing": LIKE})
    told = {"WARC_Record_ID": "<urn:uuid:1>", "WARC_Payload_Digest": "sha256:1", "WARC_Date": "2024-02-26T08:30:00Z"}
    response = handler._read_again(request, recorded(PAGE, **told), 1000)
    assert (response.status, response.body, request.meta["nothing"]) == (200, b"<p>abcde", MADE_UP)
    assert request.meta["written"] == Written(
        id="urn:uuid:1", payload_digest="sha256:1", date=MOMENT,
        place=Place(file="a.warc.gz", offset=5, length=6), revisit=False,
    )  # fmt: skip
    before = dt.datetime.now(dt.UTC)
    response = handler._read_again(request, recorded(PAGE), 7)
    assert (response.body, request.meta["empty"]) == (b"", False)
    assert request.meta["written"].payload_digest is None
    assert request.meta["written"].date >= before


@pytest.mark.parametrize(
    ("stands", "read"),
    [*[(word, word) for word in ("length", "time", "disconnect", "unspecified")], ("other", "unspecified")],
)
def test_what_a_killed_crawl_recorded_as_cut_is_cut_for_its_reason(stands: str, read: str) -> None:
    request = Request(URL)
    with pytest.raises(Cut) as caught:
        handler._read_again(request, recorded(PAGE, WARC_Truncated=stands), 1000)
    assert (caught.value.truncated, caught.value.detail) == (read, "as a killed crawl recorded it")
    assert (caught.value.response.body, "written" in request.meta) == (b"<p>abcde", True)


def test_an_answer_that_is_kept_already_is_seen_whole() -> None:
    request = Request(URL)
    written = Written(id="i", payload_digest=None, date=MOMENT, place=Place(file="f", offset=0, length=1), revisit=True)
    response = handler.answered(request, written, OK + b"\r\n" + b"x" * 5000)
    assert (request.meta["written"], response.body) == (written, b"x" * 5000)


def seen(block: bytes, page_bytes: int = 1000, url: str = URL) -> tuple[Any, bool]:
    request = Request(url)
    return handler._response(request, io.BytesIO(block), page_bytes), request.meta["empty"]


EMPTY = gzip.compress(b"", mtime=0)


@pytest.mark.parametrize(
    ("block", "body", "empty"),
    [
        (OK + b"\r\n", b"", True),
        (OK + b"\r\na", b"a", False),
        (OK + b"\r\n" + b"x" * 1001, b"", False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", b"a", False),
        (CODED + b"\r\n" + EMPTY, b"", True),
        (CODED + b"\r\n" + HELLO, b"<p>hello", False),
        (CODED + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(EMPTY), EMPTY), b"", True),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n", b"", False),
        (b"", b"", True),
    ],
)
def test_an_answer_is_empty_where_nothing_comes_out_of_it(block: bytes, body: bytes, empty: bool) -> None:
    response, found = seen(block)
    assert (response.body, found) == (body, empty)


def test_a_page_that_unpacks_to_more_than_it_may_is_cut_and_flagged() -> None:
    response, empty = seen(CODED + b"\r\n" + gzip.compress(b"x" * 1001))
    assert (response.body, empty) == (b"x" * 1000, False)
    assert response.flags == [
        "truncated: content-coding gzip unfolds to more than 1000 bytes; the rest is left out: 1000 bytes came out"
    ]


@pytest.mark.parametrize(
    ("lines", "body", "kind", "flag"),
    [
        (b"Content-Type: text/html", b"x", HtmlResponse, None),
        (b"content-type: text/plain", b"x", TextResponse, None),
        (b"Content-Type: image/png", bytes(range(256)), Response, None),
        (b"X: y", b"<!DOCTYPE html><html>", HtmlResponse, None),
        (b"Content-Encoding: utf-8", b"<!DOCTYPE html><html>", HtmlResponse, "note"),
        (b"Content-Encoding: gzip", HELLO[:-8] + b"\0" + HELLO[-7:], HtmlResponse, "note"),
        (b"Content-Encoding: gzip", HELLO[:-9], HtmlResponse, "truncated"),
        (b"Content-Encoding: gzip", HELLO + b"y" * 20, HtmlResponse, "damaged"),
        (b"Content-Length: 9", b"<html>", HtmlResponse, "truncated"),
    ],
)
def test_the_kind_of_a_response_and_the_flag_of_its_fault(
    lines: bytes, body: bytes, kind: type[Response], flag: str | None
) -> None:
    url = URL if b"image" in lines or b"type" in lines.lower() else "http://127.0.0.1/x.html"
    response, _ = seen(OK + lines + b"\r\n\r\n" + body, url=url)
    assert type(response) is kind
    assert [said.partition(": ")[0] for said in response.flags] == ([flag] if flag else [])
    assert "Content-Encoding" not in response.headers


def test_headers_keep_their_order_and_their_bytes() -> None:
    response, _ = seen(OK + b"X-A: 1\r\nx-b: \xd6\xd0\r\nX-a: 2\r\n\r\n")
    assert (response.headers.getlist("x-a"), response.headers["X-B"]) == ([b"1", b"2"], b"\xd6\xd0")


def test_a_head_that_is_longer_than_a_page_may_be_costs_no_body() -> None:
    response, empty = seen(OK + b"A: " + b"x" * 200_000 + b"\r\n\r\n" + b"y" * 10, 10)
    assert (response.body, empty) == (b"y" * 10, False)


class Scripted(TapHandler):
    """The handler, with connections that say what is written for each request; it starts no reactor."""

    def __init__(self, kept: Kept, *answers: tuple[bytes, Any], parked: float = 0) -> None:
        spider = SimpleNamespace(recorder=kept.recorder, site=SITE, hosts=SimpleNamespace(parked=lambda _: parked))
        crawler: Any = SimpleNamespace(spider=spider, engine=None)
        self._crawler = crawler
        self._turns = defaultdict(lambda: asyncio.Semaphore(1))
        self._closing = None
        self._taps = set()
        self._hurried = False
        self._answers = list(answers)
        self.passed: list[Tap] = []
        self.act: Any = lambda: None

    async def _fetch(self, request: Request, tap: Tap) -> None:  # noqa: ARG002 - the handler's signature
        protocol = TapProtocol(lambda _: None)
        connect: Any = protocol.makeConnection
        connect(TRANSPORT())
        protocol._used = len(self.passed) < len(self._answers) - 1
        self.passed.append(tap)
        tap.fetching = protocol.ask(tap, SENT)
        tap.fetching.addErrback(tap.fail)
        came, lost = self._answers[len(self.passed) - 1]
        if came:
            protocol.dataReceived(came)
        self.act()
        if lost is not None:
            protocol.connectionLost(FAILURE(lost))


def ended(work: Coroutine[Any, Any, Response]) -> Response:
    """The result of what waits for nothing."""
    with closing(work), pytest.raises(StopIteration) as over:
        work.send(None)
    found: Response = over.value.value
    return found


def test_an_idle_connection_that_breaks_is_recorded_and_asked_again(kept: Kept) -> None:
    scripted = Scripted(kept, (b"", DONE), (b"", LOST), (PAGE, None))
    request = Request(URL, meta={"depth": 1})
    assert ended(scripted.download_request(request)).body == b"<p>abcde"
    first, second, answer, *_ = kept.rows()
    assert lines(first)[0] == "depth: 1"
    assert lines(first)[1].startswith("fetch-time-ms: ")
    assert lines(first)[2:] == ["error: an idle connection broke: ConnectionDone: Connection was closed cleanly."]
    assert "ConnectionLost" in lines(second)[2]
    assert (answer.kind, len(scripted.passed)) == ("response", 3)
    assert 0 <= request.meta["download_latency"] < 60
    # Each is over, and holds nothing.
    assert scripted._taps == set()
    assert all(tap._spool is not None and tap._spool.closed for tap in scripted.passed)


def test_a_form_on_an_idle_connection_that_breaks_is_not_sent_again(kept: Kept) -> None:
    scripted = Scripted(kept, (b"", DONE), (PAGE, None))
    request = Request(URL, method="POST")
    with pytest.raises(DownloadFailedError), closing(scripted.download_request(request)) as work:
        work.send(None)
    assert (len(scripted.passed), scripted._taps, "download_latency" in request.meta) == (1, set(), False)


def test_a_page_has_the_limit_of_its_request_or_of_its_site(kept: Kept) -> None:
    for meta, limit in (({}, 1000), ({"limit": 20}, 20)):
        scripted = Scripted(kept, (PAGE, None))
        ended(scripted.download_request(Request(f"{URL}#part", meta=meta)))
        (tap,) = scripted.passed
        assert (tap.limit, tap.url) == (limit, URL)
    assert kept.rows()[0].url == URL


def test_a_page_without_a_head_is_read_at_the_usual_port(kept: Kept) -> None:
    page = b"<html><p>a page of HTTP/0.9</p></html>"
    response = ended(Scripted(kept, (page, DONE)).download_request(Request(URL)))
    assert (response.status, response.body, type(response)) == (200, page, HtmlResponse)
    other = Tap("http://127.0.0.1/x", SITE, 1000, headless=True)
    other.begin("127.0.0.1", b"")
    other.add(page)
    other.closed = True
    assert other.cut() is None
    other.close()


def test_the_latency_is_the_time_to_the_first_byte(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 11.0, 41.0])
    monkeypatch.setattr(handler, "monotonic", lambda: next(times))
    monkeypatch.setattr("crawler.wire.tap.monotonic", lambda: next(times))
    request = Request(URL)
    ended(Scripted(kept, (PAGE, None)).download_request(request))
    assert request.meta["download_latency"] == 1.0
    assert "fetch-time-ms: 31000" in lines(kept.rows()[2])


def test_a_host_that_rests_and_a_crawl_that_ends_ask_for_no_page(kept: Kept) -> None:
    page, other = Request(URL, meta={"address": 1}), Request(URL)
    for parked, hurried in ((20, False), (0, True)):
        scripted = Scripted(kept, (PAGE, None), parked=parked)
        scripted._hurried = hurried
        with pytest.raises(Resting), closing(scripted.download_request(page)) as work:
            work.send(None)
        # What the crawler itself wants to know is asked for all the same.
        assert ended(scripted.download_request(other)).status == 200
    assert ended(Scripted(kept, (PAGE, None)).download_request(page)).status == 200


def test_a_crawl_that_ends_waits_for_no_answer(kept: Kept) -> None:
    scripted = Scripted(kept, (PAGE[:-2], None))
    scripted.act = scripted._hurry
    with (
        pytest.raises(Cut, match="time: not done in time: 6 of 8 bytes"),
        closing(scripted.download_request(Request(URL, meta={"address": 1}))) as work,
    ):
        work.send(None)
    assert scripted._hurried


def test_nothing_is_asked_for_that_could_not_be_kept(kept: Kept) -> None:
    kept.recorder.fail(SpaceError("full"))
    scripted = Scripted(kept, (PAGE, None))
    with pytest.raises(SpaceError, match="full"), closing(scripted.download_request(Request(URL))) as work:
        work.send(None)
    assert scripted.passed == []


def test_a_record_that_nobody_read_answers_once_and_only_for_its_page(tmp_path: Path) -> None:
    before = Kept(tmp_path / "before")
    for number in (1, 2):
        before.record(tapped(OK + b"Content-Length: 1\r\n\r\n%d" % number))
    answers = [row for row in before.rows() if row.kind == "response"]
    (path,) = before.writer.closed
    unread: Unread = {URL: [(path, row.place.offset) for row in answers]}
    kept = Kept(tmp_path / "now", unread)
    scripted = Scripted(kept, *[(PAGE, None)] * 3)
    others = [Request(URL, method="POST"), Request(URL, meta={"purpose": "probe"})]
    assert [ended(scripted.download_request(other)).body for other in others] == [b"<p>abcde"] * 2
    same = [Request(URL), Request(f"{URL}#part"), Request(URL)]
    assert [ended(scripted.download_request(each)).body for each in same] == [b"1", b"2", b"<p>abcde"]
    assert [request.meta["written"].id for request in same[:2]] == [row.id for row in answers]
    assert len(scripted.passed) == 3
    assert [row.kind for row in kept.rows()].count("response") == 3


def test_what_cannot_be_held_is_told_by_its_reason(kept: Kept) -> None:
    for number, kind in ((28, SpaceError), (122, SpaceError), (5, DataError)):
        tap = tapped(PAGE)
        tap.broken = OSError(number, "odd")
        with closing(tap), pytest.raises(kind, match="a response cannot be held: odd"):
            handler._held(kept.recorder, tap)
    # The first reason stays.
    assert isinstance(kept.recorder.failure, SpaceError)
