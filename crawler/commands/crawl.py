"""`scrapy crawl`, with the exit codes of `cundang crawl`, and from the archive too."""

from __future__ import annotations

import argparse
import asyncio

from scrapy.commands import crawl as scrapys
from scrapy.exceptions import UsageError
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crawler.commands import FromArchive
from crawler.runs.crawl import exit_code
from crawler.spiders.site import SiteSpider


class Command(FromArchive, scrapys.Command):
    """Scrapy's command, with `--from-archive` and an exit code that says how the crawl ended."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl; report a crawl that could not start in one sentence."""
        if len(args) != 1:
            raise UsageError
        with self.telling():
            self._crawl(args[0], opts)

    def _crawl(self, name: str, opts: argparse.Namespace) -> None:
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(name)
        failures: list[Failure] = []
        crawling = self.crawler_process.crawl(crawler, **opts.spargs)
        if isinstance(crawling, Deferred):
            crawling.addErrback(failures.append)
        self.crawler_process.start()
        for failure in failures:
            failure.raiseException()
        if isinstance(crawling, asyncio.Task) and (error := crawling.exception()) is not None:
            raise error
        if isinstance(crawler.spider, SiteSpider):
            self.exitcode = exit_code(crawler.spider)
