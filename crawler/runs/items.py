"""What a crawl's pages became -> items, through Scrapy's pipelines and feeds, before the spider closes."""

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
from crawler.runs.crawl import CleanAfterCrawl
from crawler.spiders.site import SiteSpider
from crawler.talk import say

# Rows that are read of a shard at a time, in a thread.
ROWS = 64


class SendItems:
    """A Scrapy extension: Documents and Skips are items where something wants items, a feed or a pipeline.

    When the spider has nothing more to ask for, its WARC file is closed and cleaned in worker processes, as after every
    crawl; then what its pages became is sent, and the spider closes. A crawl that is interrupted sends nothing: its
    pages are items of no later crawl either, but stand in the corpus.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._sent: bool | None = None
        self._before: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """For Scrapy; switched on by FEEDS or ITEM_PIPELINES, or by SEND_ITEMS = True."""
        wanted = any(crawler.settings.getdict(name) for name in ("FEEDS", "ITEM_PIPELINES"))
        if not crawler.settings.getbool("SEND_ITEMS", wanted):
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.opened, signals.spider_opened)
        crawler.signals.connect(extension.idle, signals.spider_idle)
        return extension

    def opened(self, spider: Spider) -> None:
        """Note what is there already: it is sent by no second crawl."""
        if isinstance(spider, SiteSpider) and not spider.looking:
            self._before = frozenset(warc.name for warc in spider.layout.warcs(spider.site.key))

    def idle(self, spider: Spider) -> None:
        """Hold the spider open until its items are sent."""
        if not isinstance(spider, SiteSpider) or spider.looking or self._sent:
            return
        if self._sent is None:
            self._sent = False
            deferred_from_coro(self._send(spider))
        raise DontCloseSpider

    async def _send(self, spider: SiteSpider) -> None:
        try:
            spider.shut("finished")
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
        scraper, became = self._crawler.engine.scraper, Counter[str]()
        for warc in spider.layout.warcs(spider.site.key):
            if warc.name in self._before:
                continue
            rows = shard.read(spider.layout.shard_of(warc))
            while part := await asyncio.to_thread(_some, rows):
                for item in part:
                    became["document" if isinstance(item, Document) else str(item.reason)] += 1
                    await scraper.start_itemproc_async(item, response=None)
        for name, count in became.items():
            self._crawler.stats.set_value(f"cundang/{name}", count)


def _some(rows: Iterator[Document | Skip]) -> list[Document | Skip]:
    return list(islice(rows, ROWS))
