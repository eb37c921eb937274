"""An answer that is no page, or an error -> how its address ends in this visit, and what that says of its host."""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
from collections import Counter
from collections.abc import Callable
from urllib.parse import urljoin

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response

from archive.site import Site, host_of
from archive.text.document import Reason
from archive.warc.capture import FoundBy
from crawler.queue.accounts import WHOLE
from crawler.queue.address import START, canonical, has_session, origin_of
from crawler.queue.entries import Address, Role
from crawler.queue.frontier import Frontier
from crawler.queue.hosts import UNCONNECTED, Hosts
from crawler.spiders.answer import capture_of, header
from crawler.spiders.judge import wall, whole
from crawler.spiders.offer import Offers
from crawler.wire.guard import Refused
from crawler.wire.handler import UnconnectedError
from crawler.wire.tap import Cut

# Tries of one address in one run; between them the setting RETRY_WAIT, doubled.
TRIES = 3
# Redirects in a row; browsers stop at 20.
HOPS = 10
# Reasons that mean that nothing is there; soft_404 is a page that says so with status 200.
_GONE = ("http_404", "http_410", "soft_404")
_ERRORS: dict[type[BaseException], str] = {
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "connection_refused",
    CannotResolveHostError: "unknown_host",
    DownloadFailedError: "connection_failed",
}


class Outcomes:
    """How addresses of one site end that gave no page.

    Attributes:
        troubles: addresses by the reason why they were not had, in this run.
    """

    def __init__(
        self,
        site: Site,
        frontier: Frontier,
        hosts: Hosts,
        offers: Offers,
        *,
        leave: Callable[[str], None],
        retry_wait: float,
        longest_rest: float,
    ) -> None:
        """`leave` asks an origin for nothing more in this run; `retry_wait` and `longest_rest` are seconds."""
        self._site, self._frontier, self._hosts, self._offers = site, frontier, hosts, offers
        self._leave, self._retry_wait, self._longest_rest = leave, retry_wait, longest_rest
        self._logger = logging.getLogger(site.key)
        self.troubles: Counter[str] = Counter()

    def redirected(
        self, address: Address, response: Response, location: str, encoding: str = "utf-8", *, is_article: bool = False
    ) -> None:
        """The answer leads to another address: that is asked for, or the reason kept why it is not; `is_article` where
        the answer is an article that leads on only after a while.
        """
        try:
            target = canonical(urljoin(response.url, location), encoding)
        except ValueError:
            target = None
        status = response.status
        if target == address.url and self._site.crawl.cookies and response.headers.get("Set-Cookie"):
            # The server wants its cookie back, and the next request brings it.
            self.retry(address, "cookie", "redirected to itself with a cookie", status=status, wait=0.0)
        elif target is not None and (target == address.url or target in self._frontier.trail(address)):
            self.give_up(address, *self._circle(address, response, location, target), status)
        elif (missing := response.meta.get("missing")) is not None and missing.location in (location, target):
            self.gone(address, "soft_404", f"leads to {location}, as {missing.url} does, which nobody made", status)
        elif target is None or host_of(target) not in self._site.hosts:
            # Many lists have stubs of articles elsewhere: they are asked for again after a month.
            self.gone(address, "redirect_off_site", f"leads to {location}", status)
        elif address.hops >= HOPS:
            self.give_up(address, "redirect_loop", f"more than {HOPS} redirects in a row", status)
        else:
            self._follow(address, target, status, is_article=is_article)

    def _circle(self, address: Address, response: Response, location: str, target: str) -> tuple[str, str]:
        """Why a redirect that leads back is not followed."""
        cookies = self._site.crawl.cookies
        cure = "not even with cookies" if cookies else "cookies = true in the site file may help"
        if target == address.url and has_session(location):
            # Its address would change each day, so no page would ever be recognised. Cookies help with some sites.
            return "needs_session", f"the server gives nothing without a session id in the address ({cure})"
        if response.headers.get("Set-Cookie") and not cookies:
            return "cookie", f"the server wants its cookie back ({cure})"
        return "redirect_loop", f"leads back to {target}"

    def _follow(self, address: Address, target: str, status: int, *, is_article: bool) -> None:
        found = address.found
        self._offers.offer(
            Address(
                url=target,
                kind=address.kind,
                priority=address.priority,
                depth=address.depth,
                hops=address.hops + 1,
                pager=address.pager,
                found=FoundBy(
                    parent=address.url,
                    anchor=found.anchor if found else None,
                    row_date=found.row_date if found else None,
                ),
            )
        )
        # Whether an article is there is known once that address has answered, see `Frontier.settle`.
        lacks = ("redirect", target) if address.is_awaited and not is_article else None
        role: Role | None = "article" if is_article or address.role == "article" else None
        self._frontier.done(address, status, role=role, lacks=lacks)

    def rests(self, address: Address, response: Response) -> None:
        """429 or 503: the host wants a rest, and says how long, or not."""
        asked = retry_after(response)
        wait = min(asked if asked is not None else self._wait(address), self._longest_rest)
        for scheme in ("http", "https"):
            self._hosts.park(f"{scheme}://{host_of(address.url)}", wait)
        self._errored(address)
        self.retry(address, f"http_{response.status}", "the server wants a rest", status=response.status, wait=wait)

    def refused(self, address: Address, response: Response) -> None:
        """An error status: of the server's making, it is asked again; else it is an answer."""
        status, shown = response.status, None
        if address.kind != "requisite":
            capture = capture_of(response, address.url)
            if (found := wall(capture, self._site)) is not None:
                self.blocked(address, *found, status)
                return
            shown = whole(capture, address.url, self._site, start=address.priority == START)
        detail = f"{WHOLE} {shown}" if shown else ""
        if status >= 500:
            self._errored(address)
            self.retry(address, f"http_{status}", detail, status=status)
        else:
            self.gone(address, f"http_{status}", detail, status)

    def gone(self, address: Address, reason: str, detail: str, status: int) -> None:
        """There is nothing at an address; what was an article there was deleted."""
        if address.role == "article" and reason in _GONE and not detail.startswith(WHOLE):
            reason, detail = "deleted", detail or reason
        if address.pager is not None and reason in _GONE:
            # The list has become shorter: what its last page said of it holds no more.
            self._frontier.accounts.forget(address.id)
        self.troubles[reason] += 1
        self._frontier.gone(address, reason, detail, status)

    def lacks(self, reason: Reason, detail: str) -> tuple[str, str]:
        """Count a page that was captured and has no article, though one ought to be there: its reason and detail."""
        self.troubles[str(reason)] += 1
        return str(reason), detail

    def blocked(self, address: Address, reason: Reason, detail: str, status: int) -> None:
        """A wall answered in place of the site; after some in a row, pages like it are left alone in this run."""
        self.give_up(address, str(reason), detail, status)
        if self._hosts.block(address.url):
            self._logger.warning("%s blocks us (%s): pages like it are left alone in this run.", address.url, detail)

    def cut(self, address: Address, cut: Cut) -> None:
        """The answer broke off, or was longer than it may be."""
        if cut.truncated == "length":
            # Captured as far as it goes; asking again would cut it again.
            self.give_up(address, "too_large", cut.detail, cut.response.status)
        else:
            self.retry(address, f"truncated_{cut.truncated}", cut.detail, status=cut.response.status)

    def not_asked(self, address: Address, error: Refused) -> None:
        """The guard or robots.txt let no request through."""
        self.troubles[error.reason] += 1
        self._frontier.refuse(address, error.reason, error.detail, later=error.later)
        origin = origin_of(address.url)
        if error.later and origin in self._hosts.open:
            self._logger.warning("%s: %s; it is left alone in this run.", origin, error.detail)
            self._leave(origin)

    def lost(self, address: Address, error: BaseException) -> None:
        """No answer came."""
        reason = next((word for kind, word in _ERRORS.items() if isinstance(error, kind)), None)
        if reason is None:
            self._logger.error("Fetching %s: %r", address.url, error)
        self._errored(address, weight=UNCONNECTED if isinstance(error, UnconnectedError) else 1)
        self.retry(address, reason or type(error).__name__, str(error))

    def give_up(self, address: Address, reason: str, detail: str, status: int | None) -> None:
        """The address is not asked for again in this visit."""
        self.troubles[reason] += 1
        self._frontier.fail(address, reason, detail, wait=None, status=status)

    def is_last(self, address: Address) -> bool:
        """Whether an address is given up when it fails once more."""
        return address.tries + 1 >= TRIES

    def retry(
        self, address: Address, reason: str, detail: str, *, status: int | None = None, wait: float | None = None
    ) -> None:
        """The address is asked for again after a while (seconds), or given up after some tries."""
        if self.is_last(address):
            self.give_up(address, reason, detail, status)
        else:
            pause = self._wait(address) if wait is None else wait
            self._frontier.fail(address, reason, detail, wait=pause, status=status)

    def _wait(self, address: Address) -> float:
        wait = self._retry_wait * float(2**address.tries)
        # One that never answered needs no rest, and whoever mistyped a name should not wait minutes to hear of it.
        return wait if origin_of(address.url) in self._hosts.answered else wait / 60

    def _errored(self, address: Address, *, weight: int = 1) -> None:
        origin = origin_of(address.url)
        match self._hosts.error(address.url, weight=weight):
            case "silent":
                self._logger.warning("%s gave errors in a row; it is left alone in this run.", origin)
                self._leave(origin)
            case "tired":
                self._hosts.park(origin, self._retry_wait)


def retry_after(response: Response) -> float | None:
    """Seconds of a Retry-After header, a number or a date; None: there is none that makes sense."""
    value = header(response, "Retry-After").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = email.utils.parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # `in the year 99999999999`
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())
