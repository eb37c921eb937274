"""A spider of one's own, beside the site files: what it fetches is archived and cleaned as that of a site is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.core import scheduler as scrapys
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.errors import UsageError
from archive.ledger import Ledger
from archive.site import Crawl, Site
from crawler.queue.entries import Ending
from crawler.spiders.site import SiteSpider

# Settings that Scrapy's own spiders rely on; the site spider does the same by its frontier.
_DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": 580,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
}
_SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": 700,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": 900,
}


class Scheduler(scrapys.Scheduler):
    """Scrapy's scheduler; when it closes, the spider closes what it writes."""

    def close(self, reason: str) -> Any:
        """As Scrapy's, after the WARC file."""
        assert self.crawler is not None
        spider = self.crawler.spider
        assert isinstance(spider, ArchivedSpider)
        spider.finish(reason)
        return super().close(reason)


class ArchivedSpider(SiteSpider):
    """The base of spiders that find their own way.

    Write `name`, `allowed_domains`, `start_urls` and callbacks as for any Scrapy spider. Every exchange is recorded in
    data/warc/<name> before a callback sees it, robots.txt, the address guard and the pauses hold, and when the crawl
    ends the pages become Documents as those of every site do.

    Attributes:
        allowed_domains: the hosts, exactly as in URLs, with their port where there is one; others are refused.
        allow_private: those of them that lie in a private network, as `host:port`; for tests and intranets.
    """

    name = ""
    allowed_domains: Any = ()
    allow_private: tuple[str, ...] = ()
    start_urls: Any = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any argument, as Scrapy's spiders do.

        Raises:
            UsageError: `name`, `allowed_domains`, or what becomes of the pages of `start_urls`, is not written.
        """
        if type(self).parse is Spider.parse and type(self).start is ArchivedSpider.start:
            raise UsageError(f"{type(self).__name__}: write `parse`, which gets the pages of `start_urls`.")
        self.site = self._site()
        super().__init__()
        Spider.__init__(self, *args, **kwargs)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Open what the crawl needs, see `SiteSpider.from_crawler`; `scrapy shell` is a single shot, a crawl never."""
        spider = cls(*args, **kwargs)
        spider._set_crawler(crawler)
        spider.single_shot = not crawler.crawling
        spider.prepare(crawler)
        crawler.signals.connect(spider._note, signals.response_received)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Scrapy's own scheduler and middlewares, where the site spider has its frontier."""
        settings.set("SCHEDULER", f"{__name__}.{Scheduler.__name__}", priority="spider")
        for name, more in (
            ("DOWNLOADER_MIDDLEWARES", _DOWNLOADER_MIDDLEWARES),
            ("SPIDER_MIDDLEWARES", _SPIDER_MIDDLEWARES),
        ):
            settings.set(name, {**more, **settings.getdict(name)}, priority="spider")
        super().update_settings(settings)

    async def start(self) -> AsyncIterator[Any]:
        """A request for each of `start_urls`."""
        for url in self.start_urls:
            yield Request(url, dont_filter=True)

    # Restores Scrapy's own, which raises NotImplementedError.
    parse = Spider.parse

    @classmethod
    def _site(cls) -> Site:
        hosts = tuple(cls.allowed_domains)
        if not cls.name or not hosts:
            raise UsageError(f"{cls.__name__}: write `name` and `allowed_domains`, the hosts as they stand in URLs.")
        return Site(
            key=cls.name, name=cls.name, hosts=hosts, crawl=Crawl(start=(), allow_private=tuple(cls.allow_private))
        )

    def _note(self, response: Response) -> None:
        self.counts["pages"] += 1
        self.counts["good"] += response.status < 400
        self._unacknowledged += 1

    def _ledger(self) -> Ledger:
        """An empty ledger: a spider of one's own has no lists to account for."""
        return Ledger()

    def _ending(self, reason: str) -> Ending:
        if self.recorder.failure is not None:
            return Ending.FAILED
        return Ending.INTERRUPTED if reason == "shutdown" else Ending.FINISHED
