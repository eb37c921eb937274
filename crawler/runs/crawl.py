"""Site keys or site files -> crawls, one process a site, and an exit code that says how they ended.

    0 done; 1 no page came, a host fell silent, known pages brought far less than before, or a list is short of what it
    claims; 2 wrong configuration; 3 no space left; 4 another process crawls the site; 5 interrupted, and the next crawl
    goes on

Ctrl-C or SIGTERM once: what is on the wire is finished, acknowledged and closed. Twice: as kill -9, which the next
crawl heals.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archive.catalogue import query
from archive.errors import CundangError, DataError, InterruptedCrawl
from archive.layout import Layout
from archive.ledger import SiteAccount, read_ledger, write_ledger
from archive.site import Site, load, load_file, no_such_site
from archive.text.document import Reason
from crawler.queue.accounts import say_doubt
from crawler.queue.frontier import Frontier
from crawler.spiders.site import SiteSpider, spider_for
from crawler.talk import say, telling

# Sites that are crawled at once; each waits for its own server most of the time.
SITES_AT_ONCE = 8
# Which exit code stands for several: an interruption first, then what stops every site, then the rest.
_WORST = (5, 3, 2, 4, 1)

_ENDINGS = {
    "finished": (0, "finished"),
    "max_pages": (0, "as many pages as were asked for; the next crawl goes on"),
    "hours": (0, "its hours are over; the next crawl goes on"),
    "interrupted": (5, "interrupted; the next crawl goes on"),
    "far_less": (1, "known pages brought far less than they used to; `cundang status --missing` may say why"),
    "gaps": (1, "finished, but not everything that the site lists was had"),
    "broken_off": (1, "its server fell silent, or blocks us; the next crawl goes on"),
}


# What helps where no page came, by the reason of most addresses.
_CURES = {
    "robots": "Its robots.txt disallows them. Ask the site's owner for leave, or name other start pages.",
    "robots_unreachable": "Its robots.txt cannot be read, and until then nothing else is asked for. Crawl again later.",
    "blocked": "The site refuses us. Crawl again later and more slowly, or ask its owner for leave.",
    "challenge": "A challenge that only browsers pass stands before it. Ask its owner for leave.",
    "private_address": "Name the host and port in `allow_private` of the site file, if the address is meant.",
    "unknown_host": "Check how the host is spelt in the site file.",
    "forgotten": "It was taken down here with `cundang forget`.",
}


def cure(troubles: Mapping[str, int]) -> str:
    """What helps a site of which no page came, given the reasons and their counts.

    >>> cure({"robots": 1})
    "Its robots.txt disallows them. Ask the site's owner for leave, or name other start pages."
    >>> cure({"timeout": 2})
    'Check that its start pages open in a browser, then crawl again.'
    """
    most = max(troubles, key=lambda reason: troubles[reason], default="")
    return _CURES.get(most, "Check that its start pages open in a browser, then crawl again.")


def crawl(
    layout: Layout, folder: Path, names: Sequence[str], *, max_pages: int | None = None, full: bool = False
) -> int:
    """Crawl sites, named by key (of `folder`) or by the path of a site file; the exit code.

    `full`: every known address is asked for again, not only what is due.

    Raises:
        CundangError: with one site, why it could not be crawled; its exit code is the error's.
    """
    sites = [_site(folder, name) for name in names]
    if len(sites) == 1:
        return _crawl_here(layout, folder, sites[0], names[0], max_pages, full=full)
    return _crawl_apart(layout, folder, names, max_pages, full=full)


def _site(folder: Path, name: str) -> Site:
    if name.endswith(".toml"):
        return load_file(Path(name))
    if (folder / f"{name}.toml").is_file():
        # Alone: a mistake in another site's file keeps nobody from crawling this one.
        return load_file(folder / f"{name}.toml")
    raise no_such_site(name, folder, load(folder) if folder.is_dir() else ())


def _end_with_parent(site: Site) -> None:
    """Stop, as after Ctrl-C, when the command that crawls several sites is killed: nobody would be told any more."""
    parent = os.environ.pop(_PARENT, None)
    if parent is None:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != int(parent):
        raise InterruptedCrawl(f"{site.key}: the command that began this crawl is gone.")


# How a crawl of several sites tells its children who they belong to.
_PARENT = "CUNDANG_PARENT"
# prctl(2) of Linux.
_PR_SET_PDEATHSIG = 1


def _crawl_here(layout: Layout, folder: Path, site: Site, name: str, max_pages: int | None, *, full: bool) -> int:
    _end_with_parent(site)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("DATA", layout.root, priority="cmdline")
    if folder.is_dir():
        settings.set("SITES", folder, priority="cmdline")
    settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(spider_for(site, Path(name) if name.endswith(".toml") else None))
    failures: list[Failure] = []
    with telling("crawl") as tell:

        def progress() -> None:
            spider = crawler.spider
            assert isinstance(spider, SiteSpider)
            counts = spider.counts
            tell(f"{site.key}: {counts['articles']} articles, {counts['requisites']} files, pages", counts["pages"])

        crawler.signals.connect(progress, signals.response_received, weak=False)
        try:
            process.crawl(crawler, max_pages=max_pages, full=full).addErrback(failures.append)
            process.start()
        except KeyboardInterrupt as error:
            raise InterruptedCrawl(f"{site.key}: interrupted before it began.") from error
    for failure in failures:
        failure.raiseException()
    spider = crawler.spider
    assert isinstance(spider, SiteSpider)
    return _ended(site, spider)


def _ended(site: Site, spider: SiteSpider) -> int:
    """Say how a crawl ended; its exit code."""
    run, failure = spider.run, spider.recorder.failure
    if run is None:
        raise InterruptedCrawl(f"{site.key}: stopped at once; the next crawl heals its files and goes on.")
    troubles = ", ".join(f"{count} {reason}" for reason, count in spider.troubles.most_common())
    say(
        f"{site.key}: {run.pages} pages ({run.articles} articles), {run.requisites} files, {run.revisits} of them"
        f" unchanged, {run.bytes / 1e6:.1f} MB in {run.seconds:.0f} s" + (f"; not had: {troubles}" if troubles else "")
    )
    if failure is not None:
        raise failure
    if run.ending == "unreachable":
        raise CundangError(
            f"{site.key}: no page came from {', '.join(site.hosts)} ({troubles}). {cure(spider.troubles)}"
        )
    code, words = _ENDINGS[run.ending]
    say(f"{site.key}: {words}" + (f" ({run.shortfall})." if run.shortfall else "."))
    return code or spider.cleaned


def _crawl_apart(layout: Layout, folder: Path, names: Sequence[str], max_pages: int | None, *, full: bool) -> int:
    """One child process a site: Scrapy keys its politeness by host name, and its reactor runs once a process."""
    house = [sys.executable, "-m", "crawler.cli", "--data", str(layout.root), "--sites", str(folder), "crawl"]
    limit = ["--max-pages", str(max_pages)] if max_pages is not None else []
    limit += ["--full"] if full else []
    children: list[subprocess.Popen[bytes]] = []
    told: list[int] = []

    def child(name: str) -> int:
        if told:
            return InterruptedCrawl.exit_code
        # A session of its own: a terminal's Ctrl-C reaches this process alone, which passes it on, once.
        with subprocess.Popen(
            [*house, name, *limit],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=os.environ | {_PARENT: str(os.getpid())},
        ) as process:
            children.append(process)
            assert process.stderr is not None
            for line in process.stderr:
                say(line.decode("utf-8", "replace").rstrip("\n"))
        return process.returncode

    def pass_on(number: int, _: FrameType | None) -> None:
        told.append(number)
        for process in children:
            if process.returncode is None:
                process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ThreadPoolExecutor(SITES_AT_ONCE) as pool:
            codes = list(pool.map(child, names))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    # A child that a signal ended has a negative code.
    codes = [InterruptedCrawl.exit_code if code < 0 else code for code in codes]
    return next((code for code in _WORST if code in codes), max(codes, default=0))


def exit_code(spider: SiteSpider) -> int:
    """How a crawl that `scrapy crawl` began ended, as `cundang crawl` would say it."""
    if spider.run is None:
        return InterruptedCrawl.exit_code
    if spider.recorder.failure is not None:
        return spider.recorder.failure.exit_code
    return _ENDINGS.get(spider.run.ending, (CundangError.exit_code, ""))[0] or spider.cleaned


class CleanAfterCrawl:
    """A Scrapy extension: `cundang clean --site KEY` in a child process when the spider has closed.

    Not after an interruption, which is to be quick, nor after a failure, which left no room: the next crawl or
    `cundang clean` does it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._done = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """For Scrapy; the setting CLEAN_AFTER_CRAWL = False leaves the cleaning to somebody else."""
        extension = cls(crawler)
        if crawler.settings.getbool("CLEAN_AFTER_CRAWL", True):
            crawler.signals.connect(extension.clean, signals.spider_closed)
        return extension

    async def clean(self, spider: SiteSpider) -> None:
        """Run the command; its exit code goes to `spider.cleaned`."""
        if spider.run is None or spider.run.ending in ("interrupted", "failed", "unreachable") or self._done:
            return
        self._done = True
        command = [sys.executable, "-m", "crawler.cli", "--data", str(spider.layout.root)]
        sites = self._crawler.settings.get("SITES")
        if sites:
            command += ["--sites", str(sites)]
        process = await asyncio.create_subprocess_exec(
            *command,
            "clean",
            "--site",
            str(spider.file or spider.site.key),
            stdin=subprocess.DEVNULL,
            # Its report is talk here; a crawl has no data for stdout.
            stdout=sys.stderr.fileno(),
            env=os.environ,
        )
        spider.cleaned = await process.wait()
        if spider.cleaned:
            say(f"{spider.site.key}: `cundang clean --site {spider.site.key}` ended with exit code {spider.cleaned}.")
        elif (doubt := doubt_skipped(spider.layout, spider.site.key)) is not None:
            _add_doubt(spider.layout.ledger(spider.site.key), doubt)
            if doubt.count > spider.skipped_before:
                say(f"{spider.site.key}: {say_doubt(doubt)}.")
                spider.cleaned = 1


def doubt_skipped(layout: Layout, key: str) -> SiteAccount | None:
    """The pages that the crawl of a site counted as articles and the cleaner skipped; None: there are none."""
    frontier = Frontier(layout.state(key), read_only=True)
    try:
        found = query.skipped(layout, frontier.articles())
    finally:
        frontier.close()
    # A page that was taken down is no loss.
    found = {reason: count for reason, count in found.items() if reason != Reason.FORGOTTEN}
    words = ", ".join(f"{reason} {count}" for reason, count in found.items())
    return SiteAccount(doubt="skipped_articles", count=sum(found.values()), detail=words) if found else None


def _add_doubt(path: Path, doubt: SiteAccount) -> None:
    ledger = read_ledger(path)
    try:
        write_ledger(path, replace(ledger, doubts=(*ledger.doubts, doubt)))
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror}). Make room or mend the folder.") from error
