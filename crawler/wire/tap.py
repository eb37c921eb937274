"""The wire -> WARC records: each exchange is written, byte for byte, before anyone may see its response.

    server ─► TapProtocol ─► Tap ─► Recorder.keep ─► Writer (WARC)
                  │                     │
                  └► Twisted's parser   └► Response for the spider, with request.meta["written"]

The tap stands on private names of Scrapy 2.19 and Twisted 26.10, because no public one shows the bytes: signals and
middlewares see headers rewritten and chunks joined, and nothing at all of a transfer that failed. They are imported
and checked here, so a version without them refuses to start instead of losing bytes quietly.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from errno import EDQUOT, ENOSPC
from io import BytesIO
from tempfile import SpooledTemporaryFile, gettempdir
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, cast, get_args
from urllib.parse import quote_from_bytes, urldefrag, urlsplit

import scrapy
import twisted
from OpenSSL.SSL import Error as TlsError
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
from twisted.internet import protocol as tx_protocol
from twisted.internet.endpoints import wrapClientTLS
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool, RequestTransmissionFailed, ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers as TxHeaders

from archive.errors import CundangError, DataError, SpaceError, UsageError
from archive.site import Site, host_of
from archive.warc.capture import Found
from archive.warc.http import content_of, entity_of, read_head
from archive.warc.record import Record
from archive.warc.writer import Exchange, Written
from crawler.wire.guard import GuardedEndpoint, Refused, Resting, peer_refusal
from crawler.wire.recorder import Lines, Recorder
from crawler.wire.tls import WeakTls, tls_lines

try:
    from scrapy.core.downloader.handlers.http11 import (
        HTTP11DownloadHandler,
        _LenientHTTP11ClientFactory,
        _LenientHTTP11ClientProtocol,
        _RequestBodyProducer,
    )
    from twisted.web._newclient import Request as TxRequest
except ImportError as gone:
    raise UsageError(
        f"Scrapy {scrapy.__version__} with Twisted {twisted.__version__} lacks what the wire tap needs ({gone}). "
        "Install scrapy>=2.19,<2.20 and twisted>=26.10,<27."
    ) from gone

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

# A response head longer than this is cut: no server of news needs more, and a flood of header lines is not held back
# by the limit on bodies (measured: 212 MB in 4 s without it).
HEAD_BYTES = 256 * 1024
# A response beyond this is spooled to disk, so memory does not grow with it.
SPOOL_BYTES = 2**20
# As much of stray bytes as a metadata record quotes.
QUOTED_BYTES = 1024

Truncated = Literal["length", "time", "disconnect", "unspecified"]

_NEEDED = (
    (HTTPConnectionPool, "_factory"),
    (HTTPConnectionPool, "retryAutomatically"),
    (_LenientHTTP11ClientProtocol, "request"),
    (_LenientHTTP11ClientProtocol, "dataReceived"),
    (_LenientHTTP11ClientProtocol, "_finishResponse_WAITING"),
    (_LenientHTTP11ClientProtocol, "_finishResponse_TRANSMITTING"),
    (_LenientHTTP11ClientProtocol, "_parser"),
    (_LenientHTTP11ClientProtocol, "_currentRequest"),
    (_LenientHTTP11ClientFactory, "buildProtocol"),
    (TxRequest, "writeTo"),
)


def check_names(needed: Iterable[tuple[type, str]] = _NEEDED) -> None:
    """Look for the private names that the tap overrides.

    Raises:
        UsageError: one is gone, so bytes could be lost without a word.
    """
    gone = [f"{owner.__module__}.{owner.__qualname__}.{name}" for owner, name in needed if not hasattr(owner, name)]
    if gone:
        raise UsageError(
            f"Scrapy {scrapy.__version__} with Twisted {twisted.__version__} lacks {', '.join(gone)}, which the wire "
            "tap overrides. Install scrapy>=2.19,<2.20 and twisted>=26.10,<27."
        )


check_names()


class Like(Protocol):
    """What a host answers where it has nothing: `crawler.wire.missing.Missing`."""

    @property
    def url(self) -> str:
        """The address that nobody made."""

    def is_like(self, url: str, body: bytes) -> bool:
        """Whether a page is the same."""


class Cut(Exception):  # noqa: N818 - not an error of ours: the transfer was not whole
    """A response that is captured, but not whole.

    Attributes:
        truncated: why, as in WARC-Truncated.
        detail: the same in words.
        response: what arrived.
    """

    def __init__(self, truncated: Truncated, detail: str, response: Response) -> None:
        super().__init__(f"{truncated}: {detail}")
        self.truncated = truncated
        self.detail = detail
        self.response = response


class Tap:
    """The bytes of one exchange as they pass.

    Attributes:
        limit: bytes of body, as on the wire, that are kept.
        request: bytes as written to the transport.
        peer: the IP address that answers.
        answered: when its first byte came, on the monotonic clock; None: none came.
        reused: the connection had answered another request before.
        tls: what is known of the TLS connection, as metadata lines.
        interim: heads of 1xx responses, cut off.
        surplus: bytes after the declared end, cut off.
        truncated: why we stopped the transfer ourselves.
        error: how the transfer ended, None where it ended well.
        broken: why the bytes could not be held.
    """

    def __init__(self, url: str, site: Site, limit: int) -> None:
        self.url = url
        self.site = site
        self.limit = limit
        self._transport: Any = None
        self.peer: str | None = None
        self.answered: float | None = None
        self.reused = False
        self.request = bytearray()
        self.interim: list[bytes] = []
        self.surplus = b""
        self.ended = False
        self._head = bytearray()
        self._head_length: int | None = None
        self._body_length = 0
        self.tls: Lines = ()
        self.truncated: Truncated | None = None
        self.error: BaseException | None = None
        self.broken: OSError | None = None
        self.fetching: defer.Deferred[Any] | None = None

    def begin(self, transport: Any, *, reused: bool = False) -> None:
        """Listen on a connection."""
        self._transport = transport
        self.peer = transport.getPeer().host
        self.reused = reused
        self._spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - see `close`

    @property
    def received(self) -> bool:
        """Whether a byte of a final response has arrived."""
        return bool(self._head or self._head_length)

    @property
    def stale(self) -> bool:
        """Whether a connection that had been kept open broke before it gave a byte: its server was about to close it.

        RFC 9112 section 9.3.1: a client may send again, on a new one.
        """
        return (
            self.reused
            and not (self.received or self.interim or self.truncated or self.broken)
            and isinstance(next(iter(_reasons(self.error)), None), _GONE)
        )

    @property
    def overfull(self) -> bool:
        """Whether more has arrived than we keep."""
        return self._body_length > self.limit or (self._head_length is None and len(self._head) > HEAD_BYTES)

    def add(self, data: bytes) -> None:
        """Keep bytes that arrived."""
        if self._head_length is not None:
            self._spool.write(data)
            self._body_length += len(data)
            return
        if self.answered is None:
            self.answered = monotonic()
        seen = max(0, len(self._head) - 2)
        self._head += data
        # Lines end as the parser has it: LF, with or without CR before it.
        while (end := _HEAD_END.search(self._head, seen)) is not None:
            if _INTERIM.match(self._head):
                self.interim.append(bytes(self._head[: end.end()]))
                del self._head[: end.end()]
                seen = 0
                continue
            self._head_length = end.end()
            self._body_length = len(self._head) - end.end()
            self._spool.write(self._head)
            self._head.clear()
            return

    def end(self, surplus: bytes) -> None:
        """The parser saw the end of the response; `surplus` came after it."""
        self.ended = True
        self.surplus = surplus

    def stop(self, why: Truncated) -> None:
        """End the transfer here; what has arrived is kept."""
        if self.truncated is None and self.fetching is not None:
            self.truncated = why
            self.fetching.cancel()

    def fail(self, failure: Failure) -> None:
        """The transfer ended badly."""
        self.error = failure.value

    def abort(self) -> None:
        """Drop the connection."""
        self._transport.abortConnection()

    def block(self) -> BinaryIO:
        """The final response as it goes into the record, at 0: without interim heads and surplus, within the limits."""
        self._spool.write(self._head)
        length = self._spool.tell() - len(self.surplus)
        keep = min(length, HEAD_BYTES if self._head_length is None else self._head_length + self.limit)
        if keep < length:
            self.truncated = "length"
        self._spool.truncate(keep)
        self._spool.seek(0)
        return cast("BinaryIO", self._spool)

    def close(self) -> None:
        """Give the spool's memory and disk back."""
        if self._transport is not None:
            self._spool.close()


# A connection that is not there any more.
_GONE = (error.ConnectionDone, error.ConnectionLost, error.ConnectionAborted, TlsError)
_HEAD_END = re.compile(rb"\n\r?\n")
# RFC 9110 section 15.2: any 1xx may come before the final response.
_INTERIM = re.compile(rb"HTTP/\S+ 1\d\d[ \r\n]")
_SECRETS = re.compile(rb"^(authorization|proxy-authorization|cookie):[^\r\n]*", re.IGNORECASE | re.MULTILINE)


def redacted(request: bytes) -> tuple[bytes, tuple[str, ...]]:
    r"""A request without the values of its secret headers, and their names.

    >>> redacted(b"GET / HTTP/1.1\r\nHost: a.cn\r\nCookie: id=1\r\n\r\n")
    (b'GET / HTTP/1.1\r\nHost: a.cn\r\nCookie: [redacted]\r\n\r\n', ('cookie',))
    """
    head, blank, body = request.partition(b"\r\n\r\n")
    names = tuple(dict.fromkeys(m[1].decode("ascii").lower() for m in _SECRETS.finditer(head)))
    return _SECRETS.sub(rb"\1: [redacted]", head) + blank + body, names


class TapRequest(TxRequest):
    """A request whose bytes the tap sees as they are written."""

    def __init__(self, method: bytes, target: bytes, headers: TxHeaders, body: Any, tap: Tap) -> None:
        super().__init__(method, target, headers, body, persistent=True)  # type: ignore[no-untyped-call]
        self.tap = tap

    def writeTo(self, transport: Any) -> defer.Deferred[None]:  # noqa: N802 - Twisted's name
        """Write to the transport, and to the tap."""
        tee = _Tee(transport, self.tap.request)
        return cast("defer.Deferred[None]", super().writeTo(tee))  # type: ignore[no-untyped-call]


class _Tee:
    """A transport that keeps what is written."""

    def __init__(self, transport: Any, copy: bytearray) -> None:
        self._transport = transport
        self._copy = copy

    def write(self, data: bytes) -> None:
        self._copy += data
        self._transport.write(data)

    def writeSequence(self, parts: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class TapProtocol(_LenientHTTP11ClientProtocol):
    """Twisted's client protocol, with a tap on both directions and the third layer of the guard."""

    transport: Any  # a TCP or TLS transport: Twisted's interfaces name less than both have
    _tap: Tap | None = None
    _tls: Lines | None = None
    _used = False

    def request(self, request: TxRequest) -> defer.Deferred[Any]:
        """Ask the guard about the peer, then send."""
        tap = cast("TapRequest", request).tap
        refused = peer_refusal(self.transport.getPeer().host, tap.url, tap.site)
        if refused is not None:
            self.transport.abortConnection()
            return defer.fail(refused)
        tap.begin(self.transport, reused=self._used)
        self._tap, self._used = tap, True
        sent = super().request(request)
        # Twisted's own limit on a line, 16 KiB, fails the page; the tap limits the head as a whole.
        self._parser.MAX_LENGTH = HEAD_BYTES + 1  # type: ignore[union-attr]  # request() made it
        return sent

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Tap, then parse."""
        tap = self._tap
        if tap is None:  # bytes that nobody asked for, after the end of a response: the connection is not clean
            self.transport.loseConnection()
            return
        if self._tls is None:
            self._tls = tls_lines(self.transport, tap.url)
        tap.tls = self._tls
        try:
            tap.add(data)
        except OSError as failure:
            tap.broken = failure
            tap.stop("unspecified")
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if not tap.ended and tap.overfull:
            tap.stop("length")

    def _finishResponse_WAITING(self, rest: bytes) -> None:  # noqa: N802 - Twisted's name
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.end(rest)
        if rest and self._currentRequest is not None:
            # What follows the end could pass for the next response: do not use this connection again.
            self._currentRequest.persistent = False
        super()._finishResponse_WAITING(rest)

    _finishResponse_TRANSMITTING = _finishResponse_WAITING  # noqa: N815 - Twisted's name


class _TapFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> TapProtocol:  # noqa: ARG002, N802 - Twisted's signature
        return TapProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Drain(tx_protocol.Protocol):
    """Takes the parsed body, which the tap already has; `ended` fires when there is no more of it."""

    def __init__(self, ended: defer.Deferred[None]) -> None:
        self._ended = ended

    def connectionLost(self, reason: Failure = tx_protocol.connectionDone) -> None:  # noqa: N802 - Twisted's name
        if self._ended.called:  # we stopped it
            return
        # A body without a declared length ends with its connection: that is whole (RFC 9112 section 6.3, case 8).
        if isinstance(reason.value, ResponseDone | PotentialDataLoss):
            self._ended.callback(None)
        else:
            self._ended.errback(reason)


class TapHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler with the tap in it: what it returns is recorded."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _TapFactory  # noqa: SLF001 - the seam that Scrapy's own handler uses
        # It would send again in silence where an idle connection broke: a request without a record.
        self._pool.retryAutomatically = False
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        # Scrapy counts a transfer only once its task runs; without a delay between requests it would start all at once.
        at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._closing: defer.Deferred[None] | None = None

    async def download_request(self, request: Request) -> Response:
        """Fetch, record, return.

        Reads `request.meta`: limit (bytes of body on the wire), download_timeout (seconds), found, depth, purpose,
        missing. Sets `request.meta["written"]`, and `nothing` where the page is like that of a made-up address.

        Raises:
            Refused: the guard forbids the address; nothing was sent.
            Resting: the host wants a rest; nothing was sent.
            Cut: the response is recorded, but not whole.
            CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError, DownloadFailedError: there is
                no byte of a response; that we tried is recorded.
            CundangError: the recorder failed; the spider is closing.
        """
        async with self._turns[urlsplit(request.url).netloc]:
            if "address" in request.meta and self._crawler.spider.frontier.parked(host_of(request.url)):  # type: ignore[union-attr]
                raise Resting
            try:
                return await self._exchange(request)
            except CundangError:
                self._close_spider()
                raise

    async def _exchange(self, request: Request) -> Response:
        recorder: Recorder = self._crawler.spider.recorder  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
        recorder.ready()
        if request.method == "GET" and "purpose" not in request.meta:
            record = recorder.unread(urldefrag(request.url)[0])
            if record is not None:
                return _read_again(request, record, self._crawler.spider.site.crawl.page_bytes)  # type: ignore[union-attr]
        site = self._crawler.spider.site  # type: ignore[union-attr]
        while True:
            tap = Tap(urldefrag(request.url)[0], site, request.meta.get("limit", site.crawl.page_bytes))
            started, clock = dt.datetime.now(dt.UTC), monotonic()
            try:
                await self._fetch(request, tap)
                if tap.answered is not None:
                    request.meta["download_latency"] = tap.answered - clock  # what AutoThrottle goes by
                took = ("fetch-time-ms", str(round((monotonic() - clock) * 1000)))
                if tap.stale and request.method == "GET":
                    about = (*_about(request), took)
                    recorder.failed(tap.url, started, f"an idle connection broke: {_words(tap.error)}", about)
                    continue
                return _record(recorder, request, tap, started, took)
            finally:
                tap.close()

    async def _fetch(self, request: Request, tap: Tap) -> None:
        """Let the exchange run to its end, good or bad: tap.error tells."""
        from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it installs one

        reactor: Any = installed  # a module to the eye of mypy

        timeout = request.meta.get("download_timeout") or self._timeout
        parts = urlsplit(tap.url)
        host = (parts.hostname or "").encode("ascii")
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        target = tap.url.split(parts.netloc, 1)[1].encode("ascii")
        headers = TxHeaders(request.headers)
        headers.setRawHeaders(b"Host", [host_of(tap.url).encode("ascii")])
        tx_request = TapRequest(
            request.method.encode("ascii"),
            target if target.startswith(b"/") else b"/" + target,
            headers,
            _RequestBodyProducer(request.body) if request.body else None,
            tap,
        )
        endpoint: Any = GuardedEndpoint(reactor, tap.url, tap.site, timeout)
        if parts.scheme == "https":
            policy: Any = self._contextFactory  # zope's interfaces are nothing to mypy
            weak = tap.site.crawl.tls == "weak"
            creator: Any = WeakTls(parts.hostname or "") if weak else policy.creatorForNetloc(host, port)
            endpoint = wrapClientTLS(creator, endpoint)

        def drain(response: Any) -> defer.Deferred[None]:
            ended: defer.Deferred[None] = defer.Deferred(lambda _: tap.abort())
            response.deliverBody(_Drain(ended))
            return ended

        def over(_: None) -> None:  # at once: a timer that ran on could still call a whole response cut
            if timer.active():
                timer.cancel()

        timer = reactor.callLater(timeout, tap.stop, "time")
        fetching: defer.Deferred[Any] = self._pool.getConnection((parts.scheme, host, port), endpoint)
        fetching.addCallback(lambda connection: connection.request(tx_request))
        fetching.addCallback(drain)
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
    if tap.broken is not None:
        unheld = _spool_failure(tap.broken)
        recorder.fail(unheld)
        raise unheld from tap.broken
    about = (*_about(request), took, *_seen(tap))
    if not tap.received:
        failure = _failure(tap)
        recorder.failed(tap.url, started, f"{type(failure).__name__}: {failure}", about)
        raise failure from tap.error
    block = tap.block()
    truncated = tap.truncated or _truncated(tap.error)
    why = ""
    if truncated is not None:
        why = _STOPPED[truncated] if tap.truncated else _words(tap.error)
        about += (("cut", why),)
    response = _response(request, block, tap.site.crawl.page_bytes)
    about += _missing(request, response)
    block.seek(0)
    sent, secrets = redacted(bytes(tap.request))
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
    """What is said of a page that is the same as that of an address which nobody made."""
    missing: Like | None = request.meta.get("missing")
    if request.meta.get("purpose") == "probe" and response.status == 200:
        return (("same-as-missing", request.url),)
    if missing is None or response.status != 200 or not missing.is_like(request.url, response.body):
        return ()
    request.meta["nothing"] = missing.url
    return (("same-as-missing", missing.url),)


def _read_again(request: Request, record: Record, page_bytes: int) -> Response:
    """The response of a record, as it was when it came: it is neither fetched nor written a second time."""
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


_STOPPED: dict[Truncated, str] = {
    "length": "longer than it may be",
    "time": "not done in time",
}


def _about(request: Request) -> Lines:
    """Where the crawler found the URL, as metadata lines."""
    found: Found | None = request.meta.get("found")
    lines = [
        ("via", found and found.parent),
        ("anchor", found and found.anchor),
        ("row-date", found and found.row_date),
        ("depth", request.meta.get("depth")),
        ("purpose", request.meta.get("purpose")),
    ]
    return tuple((name, str(value)) for name, value in lines if value is not None)


def _seen(tap: Tap) -> Lines:
    """What the tap saw beside the response, as metadata lines."""
    interim = (("interim", f"{len(head)} bytes cut before: {_quoted(head)}") for head in tap.interim)
    surplus = (("surplus", f"{len(tap.surplus)} bytes cut after: {_quoted(tap.surplus)}"),) if tap.surplus else ()
    return (*interim, *surplus, *tap.tls)


def _quoted(data: bytes) -> str:
    """Bytes that a metadata line can hold: percent-encoded, the first of them where they are many."""
    return quote_from_bytes(data[:QUOTED_BYTES], safe=" /:;,=()+")


def _reasons(failed: BaseException | None) -> list[BaseException]:
    """What lies under Twisted's wrappers, first cause first."""
    if isinstance(failed, ResponseFailed | RequestTransmissionFailed):
        return [failure.value for failure in failed.reasons]
    return [] if failed is None else [failed]


def _words(failed: BaseException | None) -> str:
    return "; ".join(" ".join(f"{type(reason).__name__}: {reason}".split()) for reason in _reasons(failed))


def _truncated(failed: BaseException | None) -> Truncated | None:
    """The WARC-Truncated of a transfer that ended with this error."""
    if failed is None:
        return None
    return "disconnect" if isinstance(_reasons(failed)[0], _GONE) else "unspecified"


def _failure(tap: Tap) -> Exception:
    """Scrapy's exception for a transfer that gave no byte of a response."""
    first = (_reasons(tap.error) or [error.ConnectionLost()])[0]
    words = f"{tap.url}: {_words(tap.error)}"
    if tap.truncated == "time" or isinstance(first, error.TimeoutError):
        return DownloadTimeoutError(f"{tap.url}: no answer in time")
    if isinstance(first, error.ConnectionRefusedError):
        return DownloadConnectionRefusedError(words)
    if isinstance(first, error.DNSLookupError):
        return CannotResolveHostError(words)
    return DownloadFailedError(words)


def _spool_failure(broken: OSError) -> CundangError:
    kind = SpaceError if broken.errno in (ENOSPC, EDQUOT) else DataError
    return kind(f"{gettempdir()}: a response cannot be held: {broken.strerror}. Free space there, or set TMPDIR.")


def _response(request: Request, block: BinaryIO, page_bytes: int) -> Response:
    """What the spider sees: the head and the content as a reader of the record sees them.

    What is longer on the wire than a page may be is no page: it is recorded, and the spider gets no body.
    """
    block.seek(0)
    raw = block.read(HEAD_BYTES + page_bytes + 1)
    head = read_head(raw)
    grouped: defaultdict[bytes, list[bytes]] = defaultdict(list)  # Headers.appendlist copies its list: 7 s for a flood
    for name, value in head.headers:
        if name.lower() != "content-encoding":  # undone below
            grouped[name.lower().encode("latin-1")].append(value.encode("latin-1"))
    headers = Headers(grouped)
    body = b""
    if len(raw) - head.length <= page_bytes:
        entity, _ = entity_of(head, raw[head.length :])
        body, _ = content_of(head, entity, page_bytes)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(url=request.url, status=head.status or 0, headers=headers, body=body, request=request)
