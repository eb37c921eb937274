"""A request -> let through, or `Refused` with the reason: nothing private, nothing that is not the site's.

Three layers, so that neither an odd spelling nor a lying name server nor a redirect gets through:

1. `GuardMiddleware` looks at the URL;
2. `GuardedEndpoint` resolves the host's name and connects to public addresses only;
3. the wire tap asks `peer_refusal` about the connected peer before it sends a byte.

`allow_private` in a site file opens an exact `host:port` in all three.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import (
    IAddress,
    IHostResolution,
    IProtocol,
    IProtocolFactory,
    IResolutionReceiver,
    IStreamClientEndpoint,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.site import Site, host_of
from archive.warc import exclusions

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# RFC 6052 section 2.1: the last four bytes are an IPv4 address.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# RFC 4291 section 2.5.5.1: so were IPv4 addresses once written too.
_COMPATIBLE = ipaddress.IPv6Network("::/96")


class Refused(IgnoreRequest):
    """A request that must not be sent.

    Attributes:
        reason: one word: scheme, userinfo, bad_url, foreign_host, private_address, forgotten, robots,
            robots_unreachable, not_archived.
        detail: what was refused and why, in a sentence.
        later: whether another run may be let through, so that the URL is to be kept for it.
    """

    def __init__(self, reason: str, detail: str, *, later: bool = False) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.later = later


class Resting(IgnoreRequest):
    """The host asked for a rest after the request had been made ready: it was not sent, and stays due."""


@lru_cache
def is_public(address: str) -> bool:
    """Whether an IP address, as a socket names its peer, is one of the public Internet.

    >>> is_public("202.108.22.5"), is_public("2400:da00::6666")
    (True, True)
    >>> [a for a in ("127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "::7f00:1", "224.0.0.1") if is_public(a)]
    []
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64 or (ip in _COMPATIBLE and not ip.is_loopback):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            ip = inner
    return ip.is_global and not ip.is_multicast


@lru_cache
def literal_address(host: str) -> str | None:
    """The IP address that a URL's host spells, in any spelling that a C library reads; None where it is a name.

    >>> [literal_address(h) for h in ("2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "127.0.0.1.")]
    ['127.0.0.1', '127.0.0.1', '127.0.0.1', '127.0.0.1', '::1', '127.0.0.1']
    >>> literal_address("www.sctyzx.gov.cn")
    """
    # Full-width digits and dots become ASCII on the way to the resolver (UTS 46), as in `１２７。0.0.1`.
    plain = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").rstrip(".")
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(plain))
    except (OSError, UnicodeEncodeError):
        return None


def opened(url: str, site: Site) -> bool:
    """Whether the site file's `allow_private` names the exact host and port of the URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return f"{host}:{port}" in site.crawl.allow_private


def url_refusal(url: str, site: Site) -> Refused | None:
    """Why a URL must not be asked for, judged by what it says; None where nothing speaks against it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return Refused("bad_url", f"{url!r} is not a URL: {error}")
    if parts.scheme not in ("http", "https"):
        return Refused("scheme", f"{parts.scheme or 'no scheme'} in {url!r}; only http and https are fetched")
    if not host:
        return Refused("bad_url", f"{url!r} names no host")
    if parts.username is not None or parts.password is not None:
        return Refused("userinfo", f"{parts.scheme}://...@{host} carries a user name")
    address = literal_address(host)
    if address is not None and not is_public(address) and not opened(url, site):
        return Refused("private_address", f"{host} is {address}, no address of the public Internet")
    if host_of(url) not in site.hosts:
        return Refused("foreign_host", f"{host_of(url)} is not a host of the site {site.key}")
    return None


def peer_refusal(peer: str, url: str, site: Site) -> Refused | None:
    """Why nothing may be sent to `peer` (an IP address) for this URL; None where nothing speaks against it."""
    if is_public(peer) or opened(url, site):
        return None
    return Refused(
        "private_address", f"{host_of(url)} is served from {peer}, no address of the public Internet", later=True
    )


class GuardMiddleware:
    """The first layer: every request, whoever made it, is judged by its URL."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """How Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let the request through, or raise `Refused`."""
        site: Site = self._crawler.spider.site  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
        refused = url_refusal(request.url, site)
        if refused is not None:
            raise refused
        # Asked for each request: a page may be taken down while its site is being crawled.
        gone = exclusions.read(self._crawler.spider.layout).covering(request.url)  # type: ignore[union-attr]
        if gone is not None:
            raise Refused("forgotten", f"taken down on {gone.date}: {gone.reason}")


@implementer(IStreamClientEndpoint)
class GuardedEndpoint:
    """The second layer: the host of a URL is resolved here, and only addresses that may be reached are connected to.

    The connection goes to the address that was judged, so a name that resolves otherwise a moment later gains nothing.
    """

    def __init__(self, reactor: Any, url: str, site: Site, timeout: float) -> None:
        self._reactor = reactor
        self._url = url
        self._site = site
        self._timeout = timeout

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect to the first address that may be reached and answers; fails with `Refused` where none may be."""
        parts = urlsplit(self._url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        host = parts.hostname or ""
        resolved = _Addresses(host)
        if (address := literal_address(host)) is not None:
            # Scrapy's resolver knows IPv4 only, even where there is nothing to look up.
            resolved.done.callback([address])
        else:
            self._reactor.nameResolver.resolveHostName(resolved, host, port)
        return resolved.done.addCallback(self._reachable).addCallback(self._attempt, port, factory)

    def _reachable(self, addresses: list[str]) -> list[str]:
        """The addresses that may be reached, one at least."""
        refusals = {a: peer_refusal(a, self._url, self._site) for a in addresses}
        reachable = [a for a, refused in refusals.items() if refused is None]
        if not reachable:
            raise next(r for r in refusals.values() if r is not None)
        return reachable

    def _attempt(self, addresses: list[str], port: int, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect to the first of these addresses that answers."""
        kind = TCP6ClientEndpoint if ":" in addresses[0] else TCP4ClientEndpoint
        d: Deferred[IProtocol] = kind(self._reactor, addresses[0], port, timeout=self._timeout).connect(factory)
        if len(addresses) > 1:
            return d.addErrback(self._again, addresses[1:], port, factory)
        return d

    def _again(
        self, failure: Failure, addresses: list[str], port: int, factory: IProtocolFactory
    ) -> Deferred[IProtocol]:
        """Try the remaining addresses, unless the caller has given up."""
        if isinstance(failure.value, CancelledError):
            raise failure.value
        return self._attempt(addresses, port, factory)


@implementer(IResolutionReceiver)
class _Addresses:
    """Collects what the resolver says about one host; `done` fires with its addresses in order."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._found: list[str] = []
        self.done: Deferred[list[str]] = Deferred()

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        """Nothing to do: a resolution cannot be cancelled usefully."""

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's name
        """One more address."""
        self._found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        """No more addresses."""
        if self.done.called:  # the caller gave up before
            return
        if self._found:
            self.done.callback(list(dict.fromkeys(self._found)))
        else:
            self.done.errback(DNSLookupError(f"{self._host} has no address"))
