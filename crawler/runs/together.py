"""Many sites in one Scrapy process: `python -m crawler.runs.together FD DATA SITES`, started by `crawler.runs.crews`.

Each site has its own crawler, state, pace, budget, WARC files and log; the sites share only the event loop and the
threads. Jobs arrive through the socket FD, each with its slot. When the other end of the socket closes, all crawls stop
as after Ctrl-C.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import socket
import sqlite3
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.reactor import install_reactor
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from archive.errors import CundangError, InterruptedCrawl
from archive.layout import Layout
from archive.site import Site
from crawler.messages import say
from crawler.queue.slots import Slot
from crawler.runs.crawl import is_cleaned, load_site, not_captured, say_end, settings_for
from crawler.runs.crews import MESSAGE
from crawler.spiders.site import SiteSpider, spider_for
from crawler.wire.handler import HURRY

# The seconds between two messages to the parent.
BEAT = 2.0
# A crawl that is being stopped waits this many seconds for responses.
GRACE = 10.0
# The number of threads for DNS and for scripts; with fewer, hosts that do not answer would block the others.
THREADS = 64
# The SQLite caches of all sites together stay below this many bytes.
STATES = 150 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A request for one crawl."""

    key: str
    file: str | None
    log: str | None
    max_pages: int | None
    full: bool
    slot: Slot


class RunLog(logging.Handler):
    """Writes log records to the log of their run, known by Scrapy's `spider` or by a logger named after the site."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._files: dict[str, logging.FileHandler] = {}

    def begin(self, key: str, path: str) -> None:
        """Write the records of a site to this file."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._files[key] = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
        self._files[key].setFormatter(self.formatter)

    def end(self, key: str) -> None:
        """Close the file."""
        if (file := self._files.pop(key, None)) is not None:
            file.close()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to the log of its run; records that belong to no run are only on stderr."""
        key = getattr(getattr(record, "spider", None), "name", record.name)
        if (file := self._files.get(key)) is not None:
            file.emit(record)


class Together:
    """The crawls of this process."""

    def __init__(self, channel: socket.socket, layout: Layout, folder: Path) -> None:
        self._channel, self._folder = channel, folder
        settings = settings_for(layout, folder)
        self._cleans = settings.getbool("CLEAN_AFTER_CRAWL", True)
        # The parent does the cleaning, for several sites at once.
        settings.set("CLEAN_AFTER_CRAWL", False, priority="cmdline")
        settings.set("CRAWLS_ALONE", False, priority="cmdline")
        self._process = CrawlerProcess(settings)
        self._waiting: deque[Job] = deque()
        self._crawlers: dict[str, Crawler] = {}
        self._pages = 0
        self._leaving = False
        self._log = RunLog()
        logging.root.addHandler(self._log)

    def run(self) -> None:
        """Crawl until the channel closes."""
        from twisted.internet import reactor as installed  # noqa: PLC0415 - the one that was installed

        self._reactor: Any = installed
        self._reactor.callWhenRunning(self._begin)
        self._process.start(stop_after_crawl=False)

    def _begin(self) -> None:
        loop = asyncio.get_event_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS))
        self._reactor.getThreadPool().adjustPoolsize(maxthreads=THREADS)
        loop.add_reader(self._channel.fileno(), self._read)
        LoopingCall(self._beat).start(BEAT)

    def _beat(self) -> None:
        spiders = (cast("SiteSpider", crawler.spider) for crawler in self._crawlers.values() if crawler.spider)
        self._send({"pages": self._pages + sum(spider.counts["pages"] for spider in spiders)})

    def _send(self, message: dict[str, Any]) -> None:
        # If the parent is gone, `_read` notices the closed channel.
        with contextlib.suppress(ConnectionError):
            self._channel.send(json.dumps(message).encode())

    def _read(self) -> None:
        try:
            data, files, _, _ = socket.recv_fds(self._channel, MESSAGE, 1, socket.MSG_CMSG_CLOEXEC)
        except ConnectionError:
            # The parent is gone and left messages unread.
            data = b""
        if not data:
            asyncio.get_event_loop().remove_reader(self._channel.fileno())
            self._leaving = True
            for key in [*self._crawlers, *(job.key for job in self._waiting)]:
                self._stop(key)
            self._leave_when_done()
            return
        message = json.loads(data)
        if message.pop("do") == "stop":
            self._stop(message["site"])
            return
        self._waiting.append(Job(key=message.pop("site"), slot=Slot(files[0]), **message))
        if len(self._waiting) == 1:
            self._reactor.callLater(0, self._next)

    def _next(self) -> None:
        """Start one crawl and let the event loop run before the next, because a start may have to repair files."""
        if self._waiting:
            self._crawl(self._waiting.popleft())
        if self._waiting:
            self._reactor.callLater(0, self._next)

    def _crawl(self, job: Job) -> None:
        try:
            if job.log is not None:
                self._log.begin(job.key, job.log)
            site = load_site(self._folder, job.file or job.key)
            crawler = self._process.create_crawler(spider_for(site, Path(job.file) if job.file else None, job.slot))
        except Exception:  # noqa: BLE001 - an error of one site must not stop the others
            self._end(job, None, None, Failure())  # type: ignore[no-untyped-call]
            return
        self._crawlers[job.key] = crawler
        crawling = self._process.crawl(crawler, max_pages=job.max_pages, full=job.full)
        crawling.addBoth(partial(self._end, job, site, crawler))

    def _stop(self, key: str) -> None:
        if (crawler := self._crawlers.get(key)) is not None:
            deferred_from_coro(crawler.stop_async())
            self._reactor.callLater(GRACE, crawler.signals.send_catch_log, HURRY)
        for job in [job for job in self._waiting if job.key == key]:
            self._waiting.remove(job)
            why = InterruptedCrawl(f"{key}: interrupted before it began.")
            self._end(job, None, None, Failure(why))  # type: ignore[no-untyped-call]

    def _end(self, job: Job, site: Site | None, crawler: Crawler | None, result: Any) -> None:
        """Report how a crawl ended: on stderr, in its log, and to the parent."""
        job.slot.release()
        self._crawlers.pop(job.key, None)
        spider = cast("SiteSpider | None", crawler and crawler.spider)
        code, clean, cause = 1, False, None
        try:
            if isinstance(result, Failure):
                result.raiseException()
            assert site is not None
            assert spider is not None
            clean = self._cleans and is_cleaned(spider)
            cause = not_captured(spider)
            code = say_end(site, spider, partial(self._say, job.key))
        except CundangError as error:
            code, cause = error.exit_code, str(error)
            self._say(job.key, f"cundang: {error}")
        except Exception:
            logging.getLogger(job.key).exception("The crawl of %s failed unexpectedly; please report it", job.key)
        self._pages += spider.counts["pages"] if spider is not None else 0
        self._log.end(job.key)
        skipped = spider.skipped_before if spider is not None else 0
        self._send({"ended": job.key, "exit": code, "clean": clean, "skipped": skipped, "cause": cause})
        self._leave_when_done()

    def _say(self, key: str, words: str) -> None:
        say(words)
        logging.getLogger(key).info(words)

    def _leave_when_done(self) -> None:
        if self._leaving and not self._crawlers and not self._waiting and self._reactor.running:
            self._reactor.callLater(0, self._reactor.stop)


def main() -> None:
    """Crawl the sites that the channel names."""
    # Each crawl keeps about seven files open.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sqlite3.connect(":memory:").execute(f"PRAGMA soft_heap_limit = {STATES}").close()
    channel = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(channel.fileno(), False)
    layout, folder = Layout(root=Path(sys.argv[2])), Path(sys.argv[3])
    install_reactor(str(settings_for(layout, folder)["TWISTED_REACTOR"]))
    Together(channel, layout, folder).run()


if __name__ == "__main__":
    main()
