"""The Scrapy scheduler of a site's frontier."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy import Request, Spider
from scrapy.crawler import Crawler

from archive.site import host_of
from crawler.queue.address import shape
from crawler.queue.entries import WAITS, Address

if TYPE_CHECKING:
    from crawler.spiders.site import SiteSpider

# Addresses that one host is asked for at once: one on the wire, one ready behind it.
AT_ONCE = 2
# Seconds of waiting that a run announces.
LONG = 5.0


class Scheduler:
    """The Scrapy scheduler of `spider.frontier`: the engine asks it for the next request.

    An address is leased shortly before it goes out, so that a crawl that is told to stop has little to wait for.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._pages = 0
        self._asked: deque[Request] = deque()
        self._announced = False
        self._timer: Any = None  # Twisted's types name no methods

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """For Scrapy."""
        return cls(crawler)

    @property
    def _spider(self) -> SiteSpider:
        return cast("SiteSpider", self._crawler.spider)

    def open(self, spider: Spider) -> None:
        """The spider has opened the frontier already."""

    def close(self, reason: str) -> None:
        """The engine has nothing on the wire any more: close what the spider writes."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._spider.finish(reason)

    def give_back(self, address: Address) -> None:
        """A request was not sent: its address stays due."""
        self._spider.frontier.give_back(address)
        if address.kind != "requisite":
            self._pages -= 1

    def leave(self, origin: str) -> None:
        """Ask the origin for nothing more in this run; what is due stays due for another one."""
        self._spider.hosts.leave(origin)
        self._spider.frontier.postpone(origin)

    def count(self) -> None:
        """Count what a script asked for as a page."""
        self._pages += 1

    def enough(self) -> bool:
        """Whether this run has asked for as many pages as it may."""
        return self._spider.max_pages is not None and self._pages >= self._spider.max_pages

    def has_pending_requests(self) -> bool:
        """Whether an address is due in this run, now or after a wait."""
        if self._spider.single_shot:
            return bool(self._asked)
        if self._spider.stopping:
            return False
        frontier, only_requisites = self._spider.frontier, self.enough()
        if frontier.due(self._spider.hosts.open, only_requisites=only_requisites):
            return True
        return not only_requisites and frontier.next_waiting() is not None

    def enqueue_request(self, request: Request) -> bool:
        """A request that did not come from the frontier: its address is kept; False: known, or no plain GET.

        A spider that only looks asks for it and for nothing else.
        """
        if self._spider.single_shot:
            self._asked.append(request)
            return True
        if request.method != "GET" or request.body:
            return False
        return self._spider.frontier.push(Address(url=request.url))

    def next_request(self) -> Request | None:
        """The request that is due next; None: none, or its host is busy or parked."""
        spider = self._spider
        if spider.single_shot:
            return self._asked.popleft() if self._asked else None
        if spider.stopping:
            return None
        if not spider.in_hours():
            for origin in spider.hosts.open:
                self.leave(origin)
        ready = self._ready()
        while address := spider.frontier.lease(ready, only_requisites=self.enough()):
            if spider.is_duplicate(address) or self._is_in_vain(address):
                continue
            if address.kind != "requisite":
                self._pages += 1
            return spider.request(address)
        self._wake_later()
        return None

    def _ready(self) -> list[str]:
        """The origins that may be asked for something now."""
        hosts = self._spider.hosts
        active = Counter(host_of(request.url) for request in self._crawler.engine.downloader.active)
        # Where pages lead is known once they are read: what a site leads to in vain is not asked for far beyond that.
        names = {origin: host_of(origin) for origin in hosts.open}
        begun = {host: active[host] + self._spider.reading(host) for host in names.values()}
        return [origin for origin, host in names.items() if begun[host] < AT_ONCE and not hosts.parked(origin)]

    def _is_in_vain(self, address: Address) -> bool:
        """Whether pages like it led nowhere, or were blocked: it is not asked for in this run."""
        frontier, like = self._spider.frontier, shape(address.url)
        if not address.is_proven and frontier.learned.barren(like) and frontier.learned.spares(like):
            frontier.spare(address)
        elif address.kind != "requisite" and self._spider.hosts.blocked(address.url):
            frontier.fail(address, "blocked", "pages like it were blocked; the next crawl asks for it", wait=None)
        else:
            return False
        return True

    def _wake_later(self) -> None:
        """Have the engine ask again when the next address or host is due; by itself it asks every 5 seconds."""
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        frontier = self._spider.frontier
        rests = [self._spider.hosts.parked(origin) for origin in self._spider.hosts.open]
        waits = [wait for wait in (*rests, frontier.next_waiting()) if wait]
        self._announce(waits)
        if waits and (self._timer is None or not self._timer.active()):
            self._timer = cast("Any", reactor).callLater(min(waits) + 0.01, self._wake)

    def _announce(self, waits: list[float]) -> None:
        """Say once in a run that all that is left waits for another try, if that takes long (seconds)."""
        if not waits or min(waits) <= LONG or self._announced or self._crawler.engine.downloader.active:
            return
        self._announced = True
        count, why = self._spider.frontier.waits()
        self._spider.logger.warning("%s %d: %s, the first one in %.0f s.", WAITS, count, why, min(waits))

    def _wake(self) -> None:
        slot = self._crawler.engine._slot  # noqa: SLF001 - Scrapy has no public way to be told that a request is due
        if slot is not None:
            slot.nextcall.schedule()
