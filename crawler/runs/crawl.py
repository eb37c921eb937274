"""Site keys or site files -> crawls: one in this process, or many in a few child processes; and an exit code.

    0  done
    1  no page was fetched, a host stopped answering, known pages yielded far less than before, or a list has gaps
    2  wrong configuration
    3  no space left
    4  another process crawls the site
    5  interrupted; the next crawl continues

Ctrl-C or SIGTERM once: finish the requests under way, acknowledge them and close the WARC file. Twice: stop at once, as
after kill -9; the next crawl repairs the files.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archive.errors import CundangError, InterruptedCrawl, SiteError, UsageError, worst
from archive.layout import Layout, Part, of_part
from archive.site import Site, by_host, load_each, load_file, no_such_site
from crawler.loader import sites_folder
from crawler.messages import say, say_all, telling
from crawler.queue.entries import Ending
from crawler.queue.slots import FULL, Slots
from crawler.runs import cleaning
from crawler.runs.alerts import cure
from crawler.runs.cleaning import Crawled
from crawler.runs.crews import Crawl, Crews, Options, catching_signals
from crawler.spiders.site import SiteSpider, spider_for

# Seconds between two looks at the child processes.
LOOK = 0.2


def crawl(
    layout: Layout,
    folder: Path,
    names: Sequence[str],
    *,
    part: Part | None = None,
    max_pages: int | None = None,
    full: bool = False,
) -> int:
    """Crawl sites, named by key or by the path of a site file; return the exit code.

    Args:
        layout: the data folder.
        folder: the folder of site files.
        names: keys or paths; empty: all sites of the folder.
        part: if `names` is empty, crawl only the sites of this part; None: all.
        max_pages: the limit of pages for each site; None: no limit.
        full: fetch every known address again, not only those that are due.

    Raises:
        CundangError: the only site could not be crawled; use the exit code of the error.
    """
    sites, wrong = (_load_named(folder, names), {}) if names else load_each(folder)
    sites = sites if names else of_part(part, sites)
    say_all(f"crawl: {words} Until then, the site is left out." for words in dict.fromkeys(wrong.values()))
    if not sites and part is not None:
        say("crawl: this part has no sites.")
    if len(sites) == 1:
        name, site = next(iter(sites.items()))
        code = _crawl_here(layout, folder, site, name, max_pages, full=full)
    else:
        code = _crawl_together(layout, folder, sites, Options(max_pages=max_pages, full=full))
    return worst([code, UsageError.exit_code]) if wrong else code


def crawl_for(layout: Layout, folder: Path, name: str) -> int:
    """Crawl a site for another process, and return the exit code; any thread may call this.

    The crawl runs in a child process, which stops as after Ctrl-C if this process dies.

    Raises:
        UsageError: there is no such site, or its file has a mistake.
    """
    sites = _load_named(folder, [name])
    with Crews(layout, folder) as crews:
        several = _Several(crews, sites)
        while several.look():
            time.sleep(LOOK)
    return worst(several.codes)


def _load_named(folder: Path, names: Iterable[str]) -> dict[str, Site]:
    """Load sites by their keys or paths, by the names that were given.

    Raises:
        SiteError: there is no such site, its file has a mistake, or another file names one of its hosts. The cleaning
            after the crawl would find that too late.
    """
    sites = {name: load_site(folder, name) for name in names}
    known = {site.key: site for site in sites.values()}
    for path in sorted(folder.glob("*.toml")) if sites else ():
        with contextlib.suppress(SiteError):  # a mistake in the files of other sites keeps nobody from crawling
            other = load_file(path)
            if any(not set(other.hosts).isdisjoint(site.hosts) for site in sites.values()):
                known.setdefault(path.stem, other)
    by_host(known.values())
    return sites


def load_site(folder: Path, name: str) -> Site:
    """Load a site by its key in `folder`, or by the path of its file.

    Raises:
        UsageError: there is no such site, or its file has a mistake.
    """
    if name.endswith(".toml"):
        return load_file(Path(name))
    if (folder / f"{name}.toml").is_file():
        # Load only this file, so that a mistake in another one does not matter.
        return load_file(folder / f"{name}.toml")
    raise no_such_site(name, folder, load_each(folder)[0] if folder.is_dir() else ())


def settings_for(layout: Layout, folder: Path | None) -> Settings:
    """Scrapy's settings for a crawl with this data folder and folder of site files."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("DATA", layout.root, priority="cmdline")
    if folder is not None and folder.is_dir():
        settings.set("SITES", folder, priority="cmdline")
    settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    return settings


def _crawl_here(layout: Layout, folder: Path, site: Site, name: str, max_pages: int | None, *, full: bool) -> int:
    slot = Slots().wait(lambda: say(f"{site.key}: waiting; {FULL}."))
    process = CrawlerProcess(settings_for(layout, folder))
    crawler = process.create_crawler(spider_for(site, Path(name) if name.endswith(".toml") else None, slot))
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
    return say_end(site, spider, say) or spider.cleaned


def say_end(site: Site, spider: SiteSpider, say: Callable[[str], None]) -> int:
    """Print how a crawl ended; return its exit code, without that of its cleaning.

    Args:
        site: the site.
        spider: its spider, which has closed.
        say: prints a message.

    Raises:
        CundangError: no page was fetched, or none could be kept; use the exit code of the error.
    """
    run, failure = spider.run, spider.recorder.failure
    if run is None:
        raise InterruptedCrawl(f"{site.key}: stopped at once; the next crawl repairs its files and continues.")
    troubles = not_captured(spider)
    say(
        f"{site.key}: {run.pages} pages ({run.articles} articles), {run.requisites} files, {run.revisits} of them"
        f" unchanged, {run.bytes / 1e6:.1f} MB in {run.seconds:.0f} s"
        + (f"; not captured: {troubles}" if troubles else "")
    )
    if failure is not None:
        raise failure
    if run.ending is Ending.UNREACHABLE:
        raise CundangError(
            f"{site.key}: no page was fetched from {', '.join(site.hosts)} ({troubles}). {cure(spider.troubles)}"
        )
    say(f"{site.key}: {run.ending.message}" + (f" ({run.shortfall})." if run.shortfall else "."))
    return run.ending.exit_code or 0


def not_captured(spider: SiteSpider) -> str | None:
    """Why addresses were not captured, with counts, in words; None: all were."""
    found = (spider.troubles | Counter(waiting=spider.waiting)).most_common()
    return ", ".join(f"{count} {reason}" for reason, count in found) or None


def exit_code(spider: SiteSpider) -> int:
    """The exit code of a crawl that `scrapy crawl` started: the same as that of `cundang crawl`."""
    if spider.run is None:
        return InterruptedCrawl.exit_code
    if spider.recorder.failure is not None:
        return spider.recorder.failure.exit_code
    return spider.run.ending.exit_code or spider.cleaned


def is_cleaned(spider: SiteSpider) -> bool:
    """Whether a crawl is followed by cleaning.

    An interruption should be quick, and after a failure there may be no space; the next crawl or `cundang clean` does
    the cleaning then.
    """
    uncleaned = (Ending.INTERRUPTED, Ending.FAILED, Ending.UNREACHABLE)
    return spider.run is not None and spider.run.ending not in uncleaned


def _crawl_together(layout: Layout, folder: Path, sites: Mapping[str, Site], ask: Options) -> int:
    """Crawl several sites in a few child processes."""
    handled = 0
    with catching_signals() as caught, Crews(layout, folder, ask) as crews, telling("crawl") as tell:
        several = _Several(crews, sites)
        while several.look():
            if len(caught) > handled:
                handled = len(caught)
                several.stop()
            tell(f"{len(several.codes)} of {len(sites)} sites, pages", crews.pages)
            time.sleep(LOOK)
    return worst(several.codes)


class _Several:
    """The crawls of one command.

    Attributes:
        codes: the exit codes of the crawls that have ended.
    """

    def __init__(self, crews: Crews, sites: Mapping[str, Site]) -> None:
        """`sites`: the sites to crawl, by the key or path that the user gave."""
        self._crews, self._sites = crews, sites
        self._slots = Slots()
        self._waiting = list(sites)
        self._under_way: dict[str, Crawl] = {}
        self._stopping = self._said_waiting = False
        self.codes: list[int] = []

    def look(self) -> bool:
        """Start the crawls that have a slot, and note those that have ended; return whether any are left."""
        while self._waiting and (slot := self._slots.take()) is not None:
            name = self._waiting.pop(0)
            file = name if name.endswith(".toml") else None
            self._under_way[name] = self._crews.start(self._sites[name].key, file, slot)
        if self._waiting and not self._said_waiting:
            self._said_waiting = True
            say(f"crawl: {len(self._waiting)} sites are waiting; this machine already crawls as many as it may.")
        self._crews.look()
        for name, code in [(name, one.poll()) for name, one in self._under_way.items()]:
            if code is not None:
                self._ended(name, code)
        return bool(self._waiting or self._under_way)

    def stop(self) -> None:
        """Start nothing more, and stop the crawls under way; the second time, kill their processes."""
        self._stopping = True
        self.codes += [InterruptedCrawl.exit_code] * len(self._waiting)
        self._waiting.clear()
        self._crews.stop()

    def _ended(self, name: str, code: int) -> None:
        # If the process was lost, crawl the site once more, in a process of its own: the culprit is not known.
        if self._under_way.pop(name).lost and not self._stopping:
            self._waiting.append(name)
        else:
            self.codes.append(code)


class CleanAfterCrawl:
    """A Scrapy extension: clean the crawled pages in a child process after the spider has closed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._done = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """For Scrapy; the setting CLEAN_AFTER_CRAWL = False switches the cleaning off."""
        extension = cls(crawler)
        if crawler.settings.getbool("CLEAN_AFTER_CRAWL", True):
            crawler.signals.connect(extension.clean, signals.spider_closed)
        return extension

    async def clean(self, spider: SiteSpider) -> None:
        """Run the child process, and store its exit code in `spider.cleaned`."""
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
            cleaning.note_failed(spider.layout, key, spider.cleaned)
