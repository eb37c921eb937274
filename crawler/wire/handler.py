"""A request -> its exchange on the wire, recorded, and only then the response for Scrapy.

This subclasses Scrapy's handler of HTTP/1.1 and uses two of its private names: the settings of TLS, and Twisted's pool
of connections. They are checked here, so a version without them refuses to start.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from errno import EDQUOT, ENOSPC
from io import SEEK_END, BytesIO
from tempfile import gettempdir
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast, get_args
from urllib.parse import quote_from_bytes, urldefrag, urlsplit

import scrapy
import twisted
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet import defer, error
from twisted.web.client import HTTPConnectionPool

from archive.errors import CundangError, DataError, SpaceError, UsageError
from archive.site import host_of
from archive.warc.capture import Fault, FoundBy, Written
from archive.warc.http import Head, open_response, read_head
from archive.warc.record import Record
from archive.warc.writer import Exchange
from crawler.queue.address import origin_of
from crawler.wire.fetch import location_of
from crawler.wire.guard import GuardedEndpoint, Refused, Resting
from crawler.wire.reader import HEAD_BYTES
from crawler.wire.recorder import Lines, Recorder
from crawler.wire.tap import Cut, Tap, TapFactory, Truncated, words
from crawler.wire.tls import TlsEndpoint, WeakTls

try:
    from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
except ImportError as gone:
    raise UsageError(
        f"Scrapy {scrapy.__version__} lacks what the wire tap needs ({gone}). Install scrapy>=2.19,<2.20."
    ) from gone

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

# How many stray bytes a metadata record quotes.
QUOTED_BYTES = 1024
# Characters of a form that a metadata record quotes; of a longer one it has a digest.
FORM = 200
# A Scrapy signal: the crawl ends now, without waiting for answers.
HURRY = object()
# In `Response.flags`, the prefix of oddities of a content of which nothing is lost.
NOTE = "note"

_NEEDED = (
    (HTTPConnectionPool, "_factory"),
    (HTTPConnectionPool, "retryAutomatically"),
    (HTTPConnectionPool, "getConnection"),
    (HTTP11DownloadHandler, "close"),
)
# What Scrapy's handler makes, and the tap uses.
_MADE = ("_pool", "_contextFactory")


def check_names(needed: Iterable[tuple[object, str]] = _NEEDED) -> None:
    """Check that Scrapy and Twisted still have the private names that the tap needs.

    Raises:
        UsageError: one is gone, so bytes could be lost without a word.
    """
    gone = [
        f"{owner.__module__}.{getattr(owner, '__qualname__', type(owner).__qualname__)}.{name}"
        for owner, name in needed
        if not hasattr(owner, name)
    ]
    if gone:
        raise UsageError(
            f"Scrapy {scrapy.__version__} with Twisted {twisted.__version__} lacks {', '.join(gone)}, which the wire "
            "tap stands on. Install scrapy>=2.19,<2.20 and twisted>=26.10,<27."
        )


check_names()


class UnconnectedError(DownloadTimeoutError):
    """No connection came about in time: packets are dropped."""


class Like(Protocol):
    """What a host shows in place of an article: `crawler.wire.missing.Missing`."""

    @property
    def url(self) -> str:
        """The made-up address, or that of the home page."""

    def is_like(self, url: str, body: bytes) -> bool:
        """Whether a page is the same."""

    def leads_as(self, url: str, location: str) -> bool:
        """Whether a redirect leads to the same place."""


_SECRETS = re.compile(rb"^(authorization|proxy-authorization|cookie):[^\r\n]*", re.IGNORECASE | re.MULTILINE)


def redacted(request: bytes) -> tuple[bytes, tuple[str, ...]]:
    r"""A request without the values of its secret headers, and their names.

    >>> redacted(b"GET / HTTP/1.1\r\nHost: a.cn\r\nCookie: id=1\r\n\r\n")
    (b'GET / HTTP/1.1\r\nHost: a.cn\r\nCookie: [redacted]\r\n\r\n', ('cookie',))
    """
    head, blank, body = request.partition(b"\r\n\r\n")
    names = tuple(dict.fromkeys(m[1].decode("ascii").lower() for m in _SECRETS.finditer(head)))
    return _SECRETS.sub(rb"\1: [redacted]", head) + blank + body, names


class TapHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler with the tap in it: what it returns is recorded."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        check_names([(self, name) for name in _MADE])
        self._pool._factory = TapFactory  # type: ignore[assignment]  # noqa: SLF001 - the seam of Scrapy's own handler
        # Twisted would silently send again after an idle connection broke: a request without a record.
        self._pool.retryAutomatically = False
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._connecting = crawler.settings.getfloat("CONNECT_TIMEOUT")
        # Scrapy counts a transfer only when its task runs: without a delay it would start all requests at once.
        at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._closing: defer.Deferred[None] | None = None
        self._taps: set[Tap] = set()
        self._hurried = False
        crawler.signals.connect(self._hurry, HURRY)

    async def download_request(self, request: Request) -> Response:
        """Fetch, record, return.

        Reads `request.meta`: limit (bytes of body on the wire), download_timeout (seconds), found, depth, purpose,
        missing, home. Sets `request.meta["written"]`, and `nothing` where the page is like that of a made-up address,
        or like the home page.

        Raises:
            Refused: the guard forbids the address; nothing was sent.
            Resting: the host wants a rest; nothing was sent.
            Cut: the response is recorded, but not whole.
            CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError, DownloadFailedError: there is
                no byte of a response; that we tried is recorded.
            CundangError: the recorder failed; the spider is closing.
        """
        async with self._turns[urlsplit(request.url).netloc]:
            if "address" in request.meta and (self._hurried or self._is_parked(request)):
                raise Resting
            try:
                return await self._exchange(request)
            except CundangError:
                self._close_spider()
                raise

    def _is_parked(self, request: Request) -> bool:
        return bool(self._crawler.spider.hosts.parked(origin_of(request.url)))  # type: ignore[union-attr]

    def _hurry(self) -> None:
        self._hurried = True
        for tap in list(self._taps):
            tap.stop("time")

    async def _exchange(self, request: Request) -> Response:
        recorder: Recorder = self._crawler.spider.recorder  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
        recorder.ready()
        if request.method == "GET" and "purpose" not in request.meta:
            record = recorder.unacknowledged(urldefrag(request.url)[0])
            if record is not None:
                return _read_again(request, record, self._crawler.spider.site.crawl.page_bytes)  # type: ignore[union-attr]
        site = self._crawler.spider.site  # type: ignore[union-attr]
        while True:
            url = urldefrag(request.url)[0]
            tap = Tap(url, site, request.meta.get("limit", site.crawl.page_bytes), headless=_may_be_headless(url))
            started, clock = dt.datetime.now(dt.UTC), monotonic()
            self._taps.add(tap)
            try:
                await self._fetch(request, tap)
                if tap.answered is not None:
                    request.meta["download_latency"] = tap.answered - clock  # what AutoThrottle goes by
                took = ("fetch-time-ms", str(round((monotonic() - clock) * 1000)))
                if tap.stale and request.method == "GET":
                    about = (*_about(request), took)
                    recorder.failed(tap.url, started, f"an idle connection broke: {words(tap.error)}", about)
                    continue
                return _record(recorder, request, tap, started, took)
            finally:
                self._taps.discard(tap)
                tap.close()

    async def _fetch(self, request: Request, tap: Tap) -> None:
        """Let the exchange run to its end; `tap.error` says whether it went well."""
        from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it installs one

        reactor: Any = installed  # a module to the eye of mypy

        timeout = request.meta.get("download_timeout") or self._timeout
        parts = urlsplit(tap.url)
        host = (parts.hostname or "").encode("ascii")
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        endpoint: Any = GuardedEndpoint(reactor, tap.url, tap.site, min(timeout, self._connecting))
        if parts.scheme == "https":
            policy: Any = self._contextFactory  # zope's interfaces are nothing to mypy
            weak = tap.site.crawl.tls == "weak"
            creator: Any = WeakTls(parts.hostname or "") if weak else policy.creatorForNetloc(host, port)
            endpoint = TlsEndpoint(creator, endpoint)

        def over(_: None) -> None:  # At once: a timer that ran on could still mark a whole response as cut.
            if timer.active():
                timer.cancel()

        timer = reactor.callLater(timeout, tap.stop, "time")
        fetching: defer.Deferred[Any] = self._pool.getConnection((parts.scheme, host, port), endpoint)
        fetching.addCallback(lambda connection: connection.ask(tap, written(request, tap.url)))
        fetching.addErrback(tap.fail)
        fetching.addCallback(over)
        tap.fetching = fetching
        await maybe_deferred_to_future(fetching)

    def _close_spider(self) -> None:
        if self._closing is None and self._crawler.engine is not None:
            self._closing = deferred_from_coro(self._crawler.engine.close_spider_async(reason="writer_failed"))
            self._closing.addErrback(lambda failure: logger.error("Closing the spider: %s", failure))


def _record(recorder: Recorder, request: Request, tap: Tap, started: dt.datetime, took: tuple[str, str]) -> Response:
    """Write what the tap holds, and only then make the response that Scrapy may see."""
    if isinstance(tap.error, Refused):
        raise tap.error
    block = _held(recorder, tap)
    about = (*_about(request), took, *_seen(tap))
    if not tap.received:
        failure = _failure(tap)
        recorder.failed(tap.url, started, f"{type(failure).__name__}: {failure}", about)
        raise failure from tap.error
    response = _response(request, block, tap.site.crawl.page_bytes)
    cut = tap.cut()
    if cut is not None and tap.closed and len(response.body) == tap.reader.stated:
        # Content-Length is that of the unpacked page: browsers accept it where it fits exactly.
        cut = None
    truncated, why = cut or (None, "")
    if cut is not None:
        about += (("cut", why),)
    else:
        # `verify` does not count what the record itself admits as damage of the archive.
        about += tuple(("fault", flag.partition(": ")[2]) for flag in response.flags)
    about += _missing(request, response)
    block.seek(0)
    sent, secrets = redacted(tap.request)
    if secrets:
        about += (("redacted", ", ".join(secrets)),)
    request.meta["written"] = recorder.keep(
        Exchange(
            url=tap.url,
            started=started,
            ip=tap.peer,
            request=sent,
            response=block,
            truncated=truncated,
            metadata=about,
        )
    )
    if truncated is not None:
        raise Cut(truncated, why, response)
    return response


def _missing(request: Request, response: Response) -> Lines:
    """The metadata line of a page that is the same as that of a made-up address."""
    missing, home = (cast("Like | None", request.meta.get(name)) for name in ("missing", "home"))
    if request.meta.get("purpose") == "probe" and response.status == 200:
        return (("same-as-missing", request.url),)
    if 300 <= response.status < 400 and missing is not None:
        return (("same-as-missing", missing.url),) if missing.leads_as(request.url, location_of(response)) else ()
    both = (like for like in (missing, home) if like is not None and response.status == 200)
    same = next((like for like in both if like.is_like(request.url, response.body)), None)
    if same is None:
        return ()
    request.meta["nothing"] = same.url
    return (("same-as-missing", same.url),)


def _read_again(request: Request, record: Record, page_bytes: int) -> Response:
    """The response of a record, as it came: it is neither fetched nor written a second time."""
    response = _response(request, BytesIO(record.block), page_bytes)
    _missing(request, response)
    request.meta["written"] = Written(
        id=record.id,
        payload_digest=record.field("WARC-Payload-Digest") or None,
        date=record.date or dt.datetime.now(dt.UTC),
        place=record.place,
        revisit=False,
    )
    truncated = record.field("WARC-Truncated")
    if truncated:
        why: Truncated = next((word for word in get_args(Truncated) if word == truncated), "unspecified")
        raise Cut(why, "as a killed crawl recorded it", response)
    return response


def answered(request: Request, written: Written, block: bytes) -> Response:
    """The response of an exchange that was not made over the wire, but is kept all the same."""
    request.meta["written"] = written
    return _response(request, BytesIO(block), len(block))


def _about(request: Request) -> Lines:
    """Where the crawler found the URL, as metadata lines."""
    found: FoundBy | None = request.meta.get("found")
    lines = [
        ("via", found and found.parent),
        ("anchor", found and found.anchor),
        ("row-date", found and found.row_date),
        ("depth", request.meta.get("depth")),
        ("purpose", request.meta.get("purpose")),
    ]
    return (*((name, str(value)) for name, value in lines if value is not None), *form_line(request))


def form_line(request: Request | None) -> Lines:
    """The metadata line that tells the answer to a form of a page from the page, with the form or its digest."""
    if request is None or request.method != "POST" or "purpose" in request.meta:
        return ()
    form = request.body.decode("latin-1")
    return (("form", form if len(form) <= FORM else hashlib.sha256(request.body).hexdigest()[:16]),)


def _seen(tap: Tap) -> Lines:
    """What the tap saw beside the response, as metadata lines."""
    read = tap.reader
    lines = [("interim", f"{len(head)} bytes cut before: {_quoted(head)}") for head in read.interim]
    if read.interim_heads > len(read.interim):
        lines.append(("interim", f"{read.interim_heads} heads in all, {read.interim_bytes} bytes"))
    if read.before:
        lines.append(("before", f"{len(read.before)} bytes cut before: {_quoted(read.before)}"))
    if read.surplus:
        lines.append(("surplus", f"{len(read.surplus)} bytes cut after: {_quoted(read.surplus)}"))
    return (*lines, *tap.tls)


def _quoted(data: bytes) -> str:
    """Bytes that a metadata line can hold: percent-encoded, the first of them where they are many."""
    return quote_from_bytes(data[:QUOTED_BYTES], safe=" /:;,=()+")


def _failure(tap: Tap) -> Exception:
    """Scrapy's exception for a transfer that gave no byte of a response."""
    failed = tap.error
    if isinstance(failed, error.TimeoutError):
        return UnconnectedError(f"{tap.url}: no connection in time")
    if tap.stopped == "time":
        return DownloadTimeoutError(f"{tap.url}: no answer in time")
    if tap.stopped == "length":
        return DownloadFailedError(f"{tap.url}: {tap.reader.interim_heads} interim heads and no end of them")
    said = f"{tap.url}: {words(failed)}"
    if isinstance(failed, error.ConnectionRefusedError):
        return DownloadConnectionRefusedError(said)
    if isinstance(failed, error.DNSLookupError):
        return CannotResolveHostError(said)
    return DownloadFailedError(said)


def _held(recorder: Recorder, tap: Tap) -> BinaryIO:
    """What the tap holds. What cannot be held may show only now, when the last of it is written to the disk."""
    try:
        if tap.broken is not None:
            raise tap.broken
        return tap.block()
    except OSError as broken:
        unheld = _spool_failure(broken)
        recorder.fail(unheld)
        raise unheld from broken


def _spool_failure(broken: OSError) -> CundangError:
    kind = SpaceError if broken.errno in (ENOSPC, EDQUOT) else DataError
    return kind(f"{gettempdir()}: a response cannot be held: {broken.strerror}. Free space there, or set TMPDIR.")


def written(request: Request, url: str) -> bytes:
    r"""The request as it goes out.

    >>> written(Request("http://a.cn/b?c", headers={"Accept": "*/*"}), "http://a.cn/b?c")
    b'GET /b?c HTTP/1.1\r\nHost: a.cn\r\nAccept: */*\r\n\r\n'
    """
    target = url.split(urlsplit(url).netloc, 1)[1]
    if not target.startswith("/"):
        target = "/" + target
    lines = [f"{request.method} {target} HTTP/1.1".encode("ascii"), b"Host: " + host_of(url).encode("ascii")]
    for name, values in request.headers.items():
        if name.lower() not in (b"host", b"content-length"):
            # No line end may be sent: what follows it would be another header.
            lines += [name + b": " + b" ".join(value.split(b"\n")).replace(b"\r", b" ") for value in values]
    if request.body or request.method == "POST":
        lines.append(b"Content-Length: %d" % len(request.body))
    return b"\r\n".join([*lines, b"", b""]) + request.body


def _response(request: Request, block: BinaryIO, page_bytes: int) -> Response:
    """What the spider sees: the head and the content as a reader of the record sees them.

    An answer that is longer than a page may be is recorded, and the spider gets no body. Sets
    `request.meta["empty"]`: nothing came after the head, or nothing came out of it. `Response.flags` says what is wrong
    with the content: `truncated: ...`, `damaged: ...`, or `note: ...` where no byte is lost.
    """
    size = block.seek(0, SEEK_END)
    block.seek(0)
    raw = block.read(HEAD_BYTES + page_bytes + 1)
    head = read_head(raw)
    grouped: defaultdict[bytes, list[bytes]] = defaultdict(list)  # Headers.appendlist copies its list: 7 s for a flood
    for name, value in head.headers:
        if name.lower() != "content-encoding":  # undone below
            grouped[name.lower().encode("latin-1")].append(value.encode("latin-1"))
    headers = Headers(grouped)
    body, flags = b"", list[str]()
    if size - head.length <= page_bytes:
        opened = open_response(raw, page_bytes)
        body, flags = opened.content, [f"{_kind_of(fault)}: {fault.words}" for fault in opened.faults]
    request.meta["empty"] = size == head.length or (size - head.length <= page_bytes and not body)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    status = _status(head, request.url)
    return kind(url=request.url, status=status, headers=headers, body=body, flags=flags, request=request)


def _kind_of(fault: Fault) -> str:
    """The flag of a fault, or that it is a note: browsers pass over the checksum of gzip."""
    return NOTE if "checksum" in fault.words or not fault.flag else fault.flag


def _status(head: Head, url: str) -> int:
    """The status that a head gives; that of a page without one is 200 where browsers show it, else 0."""
    return head.status or (200 if not head.length and _may_be_headless(url) else 0)


def _may_be_headless(url: str) -> bool:
    """Whether an answer without a head is a page (HTTP/0.9): as in Chromium, at the usual port of http alone."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.port in (None, 80)
