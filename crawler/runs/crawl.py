"""Site keys or site files -> crawls, one here or many in a few processes, and an exit code that says how they ended.

    0 done; 1 no page came, a host fell silent, known pages brought far less than before, or a list is short of what it
    claims; 2 wrong configuration; 3 no space left; 4 another process crawls the site; 5 interrupted, and the next crawl
    goes on

Ctrl-C or SIGTERM once: what is on the wire is finished, acknowledged and closed. Twice: as kill -9, which the next
crawl heals.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archive.errors import CundangError, InterruptedCrawl
from archive.layout import Layout, Part, of_part
from archive.site import Site, load, load_file, no_such_site
from crawler.loader import sites_folder
from crawler.queue.slots import Slots
from crawler.runs import cleaning
from crawler.runs.alerts import cure
from crawler.runs.cleaning import Crawled
from crawler.runs.crews import Ask, Crawl, Crews, hearing_signals
from crawler.spiders.site import SiteSpider, spider_for
from crawler.talk import say, telling

# Seconds between two looks at the processes that crawl.
LOOK = 0.2
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


def crawl(
    layout: Layout,
    folder: Path,
    names: Sequence[str],
    *,
    part: Part | None = None,
    max_pages: int | None = None,
    full: bool = False,
) -> int:
    """Crawl sites, named by key (of `folder`) or by the path of a site file; the exit code.

    Args:
        layout: the data folder.
        folder: the site files.
        names: keys or paths; none: all sites of the folder.
        part: of all sites only those of this part, by their keys; None: all.
        max_pages: pages of each site at most.
        full: every known address is asked for again, not only what is due.

    Raises:
        CundangError: with one site, why it could not be crawled; its exit code is the error's.
    """
    sites = {name: load_site(folder, name) for name in names} or of_part(part, load(folder))
    if not sites:
        say("crawl: no site is in this part.")
    if len(sites) == 1:
        name, site = next(iter(sites.items()))
        return _crawl_here(layout, folder, site, name, max_pages, full=full)
    return _crawl_together(layout, folder, sites, Ask(max_pages=max_pages, full=full))


def load_site(folder: Path, name: str) -> Site:
    """The site of a key of `folder`, or of the path of a site file.

    Raises:
        UsageError: there is none, or its file is wrong.
    """
    if name.endswith(".toml"):
        return load_file(Path(name))
    if (folder / f"{name}.toml").is_file():
        # Alone: a mistake in another site's file keeps nobody from crawling this one.
        return load_file(folder / f"{name}.toml")
    raise no_such_site(name, folder, load(folder) if folder.is_dir() else ())


def settings_for(layout: Layout, folder: Path | None) -> Settings:
    """Scrapy's settings of a crawl, with the data folder and the site files."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("DATA", layout.root, priority="cmdline")
    if folder is not None and folder.is_dir():
        settings.set("SITES", folder, priority="cmdline")
    settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    return settings


def _crawl_here(layout: Layout, folder: Path, site: Site, name: str, max_pages: int | None, *, full: bool) -> int:
    process = CrawlerProcess(settings_for(layout, folder))
    crawler = process.create_crawler(spider_for(site, Path(name) if name.endswith(".toml") else None))
    failures: list[Failure] = []
    with telling("crawl") as tell:

        def progress() -> None:
            spider = crawler.spider
            assert isinstance(spider, SiteSpider)
            counts = spider.counts
            tell(f"{site.key}: {counts['articles']} articles, {counts['requisites']} files, pages", counts["pages"])

        crawler.signals.connect(progress, signals.response_received, weak=False)
        slot = Slots().wait(lambda: say(f"{site.key}: waits, as many sites are crawled as this machine may."))
        try:
            process.crawl(crawler, max_pages=max_pages, full=full, slot=slot).addErrback(failures.append)
            process.start()
        except KeyboardInterrupt as error:
            raise InterruptedCrawl(f"{site.key}: interrupted before it began.") from error
    for failure in failures:
        failure.raiseException()
    spider = crawler.spider
    assert isinstance(spider, SiteSpider)
    return say_end(site, spider, say) or spider.cleaned


def say_end(site: Site, spider: SiteSpider, say: Callable[[str], None]) -> int:
    """Say how a crawl ended; its exit code, as far as the crawl goes.

    Raises:
        CundangError: why no page came, or none could be kept; its exit code is the error's.
    """
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
    return code


def exit_code(spider: SiteSpider) -> int:
    """How a crawl that `scrapy crawl` began ended, as `cundang crawl` would say it."""
    if spider.run is None:
        return InterruptedCrawl.exit_code
    if spider.recorder.failure is not None:
        return spider.recorder.failure.exit_code
    return _ENDINGS.get(spider.run.ending, (CundangError.exit_code, ""))[0] or spider.cleaned


def is_cleaned(spider: SiteSpider) -> bool:
    """Whether what a crawl got is cleaned at once.

    Not after an interruption, which is to be quick, nor after a failure, which left no room: the next crawl or
    `cundang clean` does it.
    """
    return spider.run is not None and spider.run.ending not in ("interrupted", "failed", "unreachable")


def _crawl_together(layout: Layout, folder: Path, sites: Mapping[str, Site], ask: Ask) -> int:
    """Crawl several sites in a few processes."""
    passed = 0
    with hearing_signals() as told, Crews(layout, folder, ask) as crews, telling("crawl") as tell:
        several = _Several(crews, sites)
        while several.look():
            if len(told) > passed:
                passed = len(told)
                several.stop()
            tell(f"{len(several.codes)} of {len(sites)} sites, pages", crews.pages)
            time.sleep(LOOK)
    # A process that a signal ended has a negative code.
    codes = [InterruptedCrawl.exit_code if code < 0 else code for code in several.codes]
    return next((code for code in _WORST if code in codes), max(codes, default=0))


class _Several:
    """The crawls of one command.

    Attributes:
        codes: the exit codes of those that ended.
    """

    def __init__(self, crews: Crews, sites: Mapping[str, Site]) -> None:
        """Crawl these sites, by what they were named."""
        self._crews, self._sites = crews, sites
        self._slots = Slots()
        self._waiting = list(sites)
        self._under_way: dict[str, Crawl] = {}
        self._stopping = self._told = False
        self.codes: list[int] = []

    def look(self) -> bool:
        """Begin what may begin, and note what ended; whether anything is left."""
        while self._waiting and (slot := self._slots.take()) is not None:
            name = self._waiting.pop(0)
            file = name if name.endswith(".toml") else None
            self._under_way[name] = self._crews.start(self._sites[name].key, file, slot)
        if self._waiting and not self._told:
            self._told = True
            say(f"crawl: {len(self._waiting)} sites wait, as many are crawled as this machine may.")
        self._crews.look()
        for name, code in [(name, one.poll()) for name, one in self._under_way.items()]:
            if code is not None:
                self._ended(name, code)
        return bool(self._waiting or self._under_way)

    def stop(self) -> None:
        """Begin nothing more, and stop what is under way; the second time its processes are killed."""
        self._stopping = True
        self.codes += [InterruptedCrawl.exit_code] * len(self._waiting)
        self._waiting.clear()
        self._crews.stop()

    def _ended(self, name: str, code: int) -> None:
        # Where its process was lost once more, apart from the others: who was to blame is not known.
        if self._under_way.pop(name).lost and not self._stopping:
            self._waiting.append(name)
        else:
            self.codes.append(code)


class CleanAfterCrawl:
    """A Scrapy extension: what the crawl got is cleaned in a child process when the spider has closed."""

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
        if not is_cleaned(spider) or self._done:
            return
        self._done = True
        sites = sites_folder(self._crawler.settings)
        key, file = spider.site.key, str(spider.file) if spider.file is not None else None
        crawled = Crawled(key=key, file=file, skipped=spider.skipped_before)
        process = await asyncio.create_subprocess_exec(
            *cleaning.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
        )
        tried = self._crawler.settings.getbool("FROM_ARCHIVE")
        said, _ = await process.communicate(cleaning.job(spider.layout, sites, [crawled], tried=tried))
        spider.cleaned = cleaning.answers(said).get(crawled.key, process.returncode or 0)
        if spider.cleaned:
            say(f"{key}: its cleaning ended with exit code {spider.cleaned}; try it: cundang clean --site {key}")
