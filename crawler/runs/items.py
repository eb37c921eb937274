"""Documents and Skips of a crawl -> Scrapy items, through its pipelines and feeds, before the spider closes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured
from scrapy.utils.defer import deferred_from_coro

from archive.corpus import shard
from archive.errors import CundangError
from archive.text.document import Document, Skip
from crawler.messages import say
from crawler.runs.crawl import CleanAfterCrawl
from crawler.spiders.site import SiteSpider

# The number of rows that a thread reads from a shard at a time.
ROWS = 64


class SendItems:
    """A Scrapy extension: send Documents and Skips as items, if there is a feed or a pipeline.

    When the spider has nothing more to fetch, its WARC file is closed and cleaned in worker processes, as after every
    crawl. Then its rows are sent, and the spider closes. A crawl that is interrupted sends nothing, and no later crawl
    sends its pages; they are only in the corpus.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._sent: bool | None = None
        self._before: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """For Scrapy; FEEDS, ITEM_PIPELINES or SEND_ITEMS = True switches the extension on."""
        wanted = any(crawler.settings.getdict(name) for name in ("FEEDS", "ITEM_PIPELINES"))
        if not crawler.settings.getbool("SEND_ITEMS", wanted):
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signals.spider_opened)
        crawler.signals.connect(extension.idle, signals.spider_idle)
        return extension

    def opened(self, spider: Spider) -> None:
        """Note the existing WARC files, whose rows are not sent again."""
        if isinstance(spider, SiteSpider) and not spider.single_shot:
            self._before = frozenset(warc.name for warc in spider.layout.warcs(spider.site.key))

    def idle(self, spider: Spider) -> None:
        """Keep the spider open until its items are sent."""
        if not isinstance(spider, SiteSpider) or spider.single_shot or self._sent:
            return
        if self._sent is None:
            self._sent = False
            deferred_from_coro(self._send(spider))
        raise DontCloseSpider

    async def _send(self, spider: SiteSpider) -> None:
        try:
            spider.finish("finished")
            cleaner = self._crawler.get_extension(CleanAfterCrawl)
            if isinstance(cleaner, CleanAfterCrawl):
                await cleaner.clean(spider)
            await self._send_rows(spider)
        except CundangError as error:
            say(f"{spider.site.key}: {error}")
            spider.cleaned = error.exit_code
        finally:
            self._sent = True

    async def _send_rows(self, spider: SiteSpider) -> None:
        assert self._crawler.engine is not None
        assert self._crawler.stats is not None
        scraper, counts = self._crawler.engine.scraper, Counter[str]()
        for warc in spider.layout.warcs(spider.site.key):
            if warc.name in self._before:
                continue
            rows = shard.read(spider.layout.shard_of(warc))
            while part := await asyncio.to_thread(_some, rows):
                for item in part:
                    counts["document" if isinstance(item, Document) else str(item.reason)] += 1
                    await scraper.start_itemproc_async(item, response=None)
        for name, count in counts.items():
            self._crawler.stats.set_value(f"cundang/{name}", count)


def _some(rows: Iterator[Document | Skip]) -> list[Document | Skip]:
    return list(islice(rows, ROWS))
