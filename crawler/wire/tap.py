"""A connection -> the bytes of each exchange on it, kept as they pass, and how it ended.

    server ─► TapProtocol ─► Tap ─► TapHandler ─► Recorder (WARC), then Scrapy
                              └─► Reader: where the response ends

No parser of Scrapy or Twisted sees a response before us: signals and middlewares see headers rewritten and chunks
joined, nothing at all of a transfer that failed, and Twisted refuses what every browser shows.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import Any, BinaryIO, Literal, cast

from OpenSSL.SSL import Error as TlsError
from scrapy.http import Response
from twisted.internet import defer, error
from twisted.internet import protocol as tx_protocol
from twisted.internet.interfaces import ITCPTransport
from twisted.python.failure import Failure

from archive.site import Site
from crawler.wire.guard import peer_refusal
from crawler.wire.reader import HEAD_BYTES, Reader
from crawler.wire.recorder import Lines
from crawler.wire.tls import TlsTransport, tls_lines

# A response beyond this is spooled to disk, so memory does not grow with it.
SPOOL_BYTES = 2**20
# The errors of a connection that is gone.
GONE = (error.ConnectionDone, error.ConnectionLost, error.ConnectionAborted, TlsError)

Truncated = Literal["length", "time", "disconnect", "unspecified"]
STOPPED: dict[Truncated, str] = {
    "length": "longer than it may be",
    "time": "not done in time",
}


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
        reader: finds the parts of the response.
        peer: the IP address that answers.
        answered: when its first byte came, on the monotonic clock; None: none came.
        reused: the connection had answered another request before.
        tls: what is known of the TLS connection, as metadata lines.
        stopped: why we stopped the transfer ourselves.
        error: how the transfer ended, None where it ended well.
        closed: the server closed the connection in good order.
        broken: why the bytes could not be held.
        fetching: fires when the exchange is over; cancelled to stop it.
    """

    def __init__(self, url: str, site: Site, limit: int, *, headless: bool = False) -> None:
        """`headless`: see `Reader`."""
        self.url = url
        self.site = site
        self.limit = limit
        self.reader = Reader(headless=headless)
        self.request = b""
        self.peer: str | None = None
        self.answered: float | None = None
        self.reused = False
        self.tls: Lines = ()
        self.stopped: Truncated | None = None
        self.error: BaseException | None = None
        self.closed = False
        self.broken: OSError | None = None
        self.fetching: defer.Deferred[Any] | None = None
        self._spool: SpooledTemporaryFile[bytes] | None = None

    def begin(self, peer: str, request: bytes, *, reused: bool = False) -> None:
        """Listen on a connection that the request is being sent on."""
        self.peer = peer
        self.request = request
        self.reused = reused
        self._spool = SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - see `close`

    @property
    def received(self) -> bool:
        """Whether a byte of a final response has arrived."""
        return self.reader.begun

    @property
    def stale(self) -> bool:
        """Whether a kept-alive connection broke before it gave a byte: its server was about to close it.

        RFC 9112 section 9.3.1: a client may send again, on a new one.
        """
        return self.reused and self.answered is None and isinstance(self.error, GONE)

    @property
    def overfull(self) -> bool:
        """Whether more has arrived than we keep."""
        return self.reader.flooded or self.reader.body_bytes > self.limit

    def add(self, data: bytes) -> None:
        """Keep bytes that arrived.

        Raises:
            OSError: they cannot be held.
        """
        if self.answered is None:
            self.answered = monotonic()
        assert self._spool is not None
        self._spool.write(self.reader.feed(data))

    def stop(self, why: Truncated) -> None:
        """End the transfer here; what has arrived is kept."""
        if self.stopped is None and self.fetching is not None:
            self.stopped = why
            self.fetching.cancel()

    def fail(self, failure: Failure) -> None:
        """The transfer ended badly."""
        self.error = failure.value

    def cut(self) -> tuple[Truncated, str] | None:
        """Why the response is not whole, as in WARC-Truncated and in words; None where it is."""
        if self.stopped == "length" or self.overfull:
            return "length", STOPPED["length"]
        if self.reader.whole(closed=self.closed):
            return None
        if self.stopped == "time":
            return "time", f"{STOPPED['time']}: {self.reader.lack()}"
        if self.reader.fault:
            return "unspecified", self.reader.fault
        kind = "disconnect" if isinstance(self.error, GONE) else "unspecified"
        return cast("Truncated", kind), f"{words(self.error)} after {self.reader.lack()}"

    def block(self) -> BinaryIO:
        """The final response as it goes into the record, at 0: without interim heads and surplus, within the limits."""
        spool = cast("BinaryIO", self._spool or BytesIO())
        spool.write(self.reader.held)
        head = self.reader.head
        spool.truncate(min(spool.tell(), HEAD_BYTES if head is None else head.length + self.limit))
        spool.seek(0)
        return spool

    def close(self) -> None:
        """Free the spool's memory and disk."""
        if self._spool is not None:
            # On a full disk, closing writes once more, and fails again; its error would hide the first.
            with suppress(OSError):
                self._spool.close()


def words(failed: BaseException | None) -> str:
    """What went wrong, in a line."""
    return "the connection ended" if failed is None else " ".join(f"{type(failed).__name__}: {failed}".split())


class TapProtocol(tx_protocol.Protocol):
    """HTTP/1.1 as far as a client needs it: one request at a time, all bytes through the tap.

    It is what `twisted.web.client.HTTPConnectionPool` wants of a connection: `state`, `abort` and a callback for when
    it may be used again. The third layer of the guard stands here.
    """

    transport: Any  # a TCP or TLS transport: Twisted's interfaces name less than both have

    def __init__(self, quiescent: Callable[[TapProtocol], None]) -> None:
        """`quiescent` is called when the connection may carry another request."""
        self.state = "QUIESCENT"
        self._quiescent = quiescent
        self._tap: Tap | None = None
        self._over: defer.Deferred[None] | None = None
        self._tls: Lines | None = None
        self._used = False
        self._aborted: list[defer.Deferred[None]] = []

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Send small requests at once."""
        if ITCPTransport.providedBy(self.transport):
            self.transport.setTcpNoDelay(True)

    def ask(self, tap: Tap, request: bytes) -> defer.Deferred[None]:
        """Ask the guard about the peer, then send; fires when the exchange is over, for good or bad."""
        peer = self.transport.getPeer().host
        refused = peer_refusal(peer, tap.url, tap.site)
        if refused is not None:
            self.transport.abortConnection()
            return defer.fail(refused)
        tap.begin(peer, request, reused=self._used)
        self.state, self._used, self._tap = "ASKED", True, tap
        over = self._over = defer.Deferred(self._give_up)
        self.transport.write(request)
        return over

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keep the bytes, and see whether they end the exchange."""
        tap = self._tap
        if tap is None:  # bytes that nobody asked for, after the end of a response: the connection is not clean
            self._leave()
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
        if tap.reader.ended:
            self._finish(tap)
        elif tap.overfull:
            tap.stop("length")

    def connectionLost(self, reason: Failure = tx_protocol.connectionDone) -> None:  # noqa: N802 - Twisted's name
        """The end of the connection is the end of what was asked on it."""
        self.state = "CONNECTION_LOST"
        for deferred in self._aborted:
            deferred.callback(None)
        self._aborted.clear()
        tap, over = self._tap, self._over
        self._tap = self._over = None
        if tap is not None and over is not None:
            tap.error = reason.value
            tap.closed = self._closed_in_order(reason.value)
            over.callback(None)

    def abort(self) -> defer.Deferred[None]:
        """Close the connection; fires when it is closed."""
        if self.state == "CONNECTION_LOST":
            return defer.succeed(None)
        gone: defer.Deferred[None] = defer.Deferred()
        self._aborted.append(gone)
        self._leave()
        return gone

    def _finish(self, tap: Tap) -> None:
        over = self._over
        self._tap = self._over = None
        assert over is not None
        if tap.reader.reusable:
            self.state = "QUIESCENT"
            self._quiescent(self)
        else:
            self._leave()
        over.callback(None)

    def _give_up(self, _: defer.Deferred[None]) -> None:
        """Stop waiting for the answer."""
        self._tap = self._over = None
        self.state = "LEAVING"
        self.transport.abortConnection()

    def _leave(self) -> None:
        self.state = "LEAVING"
        self.transport.loseConnection()

    def _closed_in_order(self, reason: BaseException | None) -> bool:
        """Whether the server closed its side; many do so without the close_notify of TLS, and browsers take it."""
        if isinstance(reason, error.ConnectionDone):
            return True
        below = self.transport.ended if isinstance(self.transport, TlsTransport) else None
        return isinstance(reason, error.ConnectionLost) and isinstance(below, error.ConnectionDone)


class TapFactory(tx_protocol.Factory):
    """Makes a `TapProtocol` for each connection of the pool."""

    noisy = False

    def __init__(self, quiescent: Callable[[TapProtocol], None], metadata: object) -> None:
        """As the pool calls it: `metadata` names the endpoint."""
        self._quiescent = quiescent
        self._metadata = metadata

    def buildProtocol(self, _: Any) -> TapProtocol:  # noqa: N802 - Twisted's name
        """A connection that is made."""
        return TapProtocol(self._quiescent)
