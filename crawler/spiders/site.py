"""A site file -> the one spider: it visits the site and notes how each request ended."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import difflib
import ipaddress
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import fields
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, cast

import scrapy
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from archive.errors import CundangError, DataError, LockedError, UsageError
from archive.layout import Layout
from archive.ledger import Ledger, read_ledger, write_ledger, write_missing
from archive.site import Site
from archive.store import open_store
from archive.text.clean import clean
from archive.warc.disk import disk_error
from archive.warc.writer import Writer
from crawler.discovery.link import START
from crawler.queue.accounts import missing
from crawler.queue.address import canonical, route
from crawler.queue.clocks import Clocks
from crawler.queue.database import StateError, set_aside
from crawler.queue.entries import Address, Ending, Run, Tally
from crawler.queue.frontier import Frontier
from crawler.queue.heal import heal
from crawler.queue.hosts import Hosts
from crawler.queue.lease import Lease
from crawler.queue.lock import Lock
from crawler.queue.scheduler import Scheduler
from crawler.queue.slots import Slot, take_one
from crawler.spiders.answer import capture_of
from crawler.spiders.judge import judge
from crawler.spiders.judges import Judges
from crawler.spiders.offer import Offers
from crawler.spiders.outcome import Outcomes
from crawler.spiders.reading import AnswerReader, Pending
from crawler.spiders.rendered import Rendering
from crawler.spiders.scripts import Scripts
from crawler.wire.browser import Browser
from crawler.wire.guard import Refused, Resting, literal_address
from crawler.wire.recorder import Recorder, room
from crawler.wire.tap import Cut

# What `-a` may name, and how a switch is written.
_ARGUMENTS = ("max_pages", "full")
_SWITCH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
# Answers are acknowledged together: after so many, or after so many seconds.
BATCH = 100
BATCH_SECONDS = 2.0

# The name of a spider that looks at single addresses of a host without a site file begins so.
SINGLE = "look:"


def spider_for(site: Site, file: Path | None = None, slot: Slot | None = None) -> type[SiteSpider]:
    """The spider class of a site, by its key, with the settings that the site file makes.

    Args:
        site: the site.
        file: where the site was read from, if it was named by its path.
        slot: a slot that is held for the crawl, which releases it; None: the crawl takes one.
    """
    settings = {
        "DOWNLOAD_DELAY": site.crawl.delay,
        "AUTOTHROTTLE_ENABLED": site.crawl.delay > 0,
        "COOKIES_ENABLED": site.crawl.cookies,
    }
    named = {"name": site.key, "site": site, "file": file, "slot": slot, "custom_settings": settings}
    return type("SiteSpider", (SiteSpider,), named)


class SiteSpider(Spider):
    """Visits one site; takes from and gives to the frontier, and yields nothing to Scrapy.

    Attributes:
        site: what to visit.
        single_shot: single addresses are asked for, and nothing is recorded: `scrapy fetch`, `shell` and `parse`.
        file: the site file, where it was named by its path; None: it stands in the folder of site files.
        slot: of the sites that this machine may crawl at once; held until the end of the crawl.
        layout: the data folder.
        frontier: what is due.
        recorder: what the wire tap writes to.
        full: every known address is asked for again, and every list is walked to its end.
        max_pages: pages that this run asks for at most; None: no limit.
        hosts: what is known of the site's hosts in this run.
        offers, outcomes: what pages lead to, and how addresses end that gave none.
        stopping: nothing more is asked for.
        run: what this run did; None before its end.
        waiting: addresses that it left to the next one, not asked for.
        cleaned: exit code of the cleaning that followed.
        skipped_before: pages that the cleaner had skipped after the run before, though they look like articles.
    """

    name = "site"
    site: Site
    file: Path | None = None
    slot: Slot | None = None
    layout: Layout
    frontier: Frontier
    recorder: Recorder
    hosts: Hosts
    offers: Offers
    outcomes: Outcomes
    run: Run | None = None
    waiting: int = 0
    cleaned: int = 0
    skipped_before: int = 0

    def __init__(self, *, max_pages: str | int | None = None, full: str | bool = False, **unknown: Any) -> None:
        """Read the spider's arguments, `-a NAME=VALUE` on Scrapy's command line.

        Raises:
            UsageError: an argument has a name or a value that is not known.
        """
        super().__init__()
        if unknown:
            raise UsageError(_unknown_argument(next(iter(unknown))))
        if str(full).lower() not in _SWITCH:
            raise UsageError(f"full={full!r} is neither true nor false. Give full=true, or leave it out.")
        self.full = _SWITCH[str(full).lower()]
        try:
            self.max_pages = int(max_pages) if max_pages is not None else self.site.crawl.max_pages
        except ValueError as error:
            raise UsageError(f"max_pages={max_pages!r} is not a number. Give a whole number.") from error
        self._lease: Lease | None = None
        self.single_shot = False
        self.stopping = False
        self.counts: Counter[str] = Counter()
        self._unacknowledged = 0
        self._closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Take the site's lock, heal what a killed crawl left, and open the frontier and the recorder.

        Raises:
            UsageError: no contact is set, and a host of the site is not on this machine.
            LockedError: another process or machine crawls the site, or as many sites are crawled as this machine may.
            SpaceError: hardly any room is left on the disk.
            CundangError: the archive or the crawl's state cannot be written.
        """
        spider = super().from_crawler(crawler, *args, **kwargs)
        # `scrapy fetch` and `scrapy parse` replace our `start` by their own; `scrapy shell` never crawls.
        spider.single_shot = (
            spider.site.key.startswith(SINGLE) or cls.start is not SiteSpider.start or not crawler.crawling
        )
        spider.prepare(crawler)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yield nothing: the scheduler takes every request of a visit from the frontier.

        The empty loop makes this an asynchronous generator, as Scrapy wants it.
        """
        requests: tuple[Request, ...] = ()
        for request in requests:
            yield request

    def prepare(self, crawler: Crawler) -> None:
        """Open what the crawl needs: lock, slot, lease, frontier, recorder; see `from_crawler`."""
        offline = crawler.settings.getbool("FROM_ARCHIVE")
        if not offline and not crawler.settings.get("CONTACT") and not all(_is_local(host) for host in self.site.hosts):
            raise UsageError(
                "CUNDANG_CONTACT is not set: a site must be able to reach whoever crawls it."
                " Set it to a mail address or a web page of yours."
            )
        self._now = crawler.settings.get("CLOCK") or time.time
        self.hosts = Hosts(self.site.hosts, self._now)
        self._browser = Browser(crawler) if self.site.crawl.browser else None
        if self._browser is not None:
            crawler.signals.connect(self._browser.close, signals.spider_closed)
        self._scripts = Scripts(crawler, self.site.hosts, self._browser)
        crawler.signals.connect(self._scripts.close, signals.spider_closed)
        self._judges = Judges(self.site, alone=crawler.settings.getbool("CRAWLS_ALONE", True))
        crawler.signals.connect(self._judges.close, signals.spider_closed)
        data = crawler.settings.get("DATA")
        self.layout = Layout.at(Path(data) if data else None)
        if offline:
            # A trial run is thrown away: it writes no WARC file into the archive.
            self._scratch = tempfile.TemporaryDirectory(prefix="cundang-tried-", ignore_cleanup_errors=True)
            self.layout = Layout(root=Path(self._scratch.name))
        if self.single_shot:
            self._prepare_single_shot(crawler)
            return
        enough = partial(room, self.layout.root, crawler.settings.getint("FREE_BYTES"))
        enough()
        self.lock = Lock(self.layout.lock(self.site.key))
        try:
            self.slot = self.slot or take_one()
            # A trial run from the archive asks the site for nothing.
            if (store := crawler.settings.get("STORE")) and not offline:
                term = crawler.settings.getfloat("LEASE_TERM")
                self._lease = Lease(self.layout, open_store(store), self.site.key, term=term)
            self.frontier = self._open(_clocks(crawler.settings))
            unacknowledged = heal(self.layout, self.site.key, self.frontier)
            writer = Writer(self.layout, self.site.key, warcinfo=self._warcinfo(crawler.settings.get("USER_AGENT")))
            self.recorder = Recorder(writer, self.frontier.captures, unacknowledged=unacknowledged, room=enough)
            if later := self.frontier.report.ahead(self._now()):
                self.logger.warning("%s. They are asked for again. Check the clock.", later)
            new = self.frontier.begin(full=self.full, max_depth=self.site.crawl.max_depth)
            self._make_parts(crawler)
            for url in self.site.crawl.start:
                self.frontier.push(Address(url=canonical(url) or url, priority=START))
            self.recorder.acknowledge()
        except CundangError:
            self._release()
            raise
        self._began = dt.datetime.now(dt.UTC)
        self._clock = time.monotonic()
        self.logger.info("%s visit %d", "Beginning" if new else "Going on with", self.frontier.visit)
        self._acknowledging: LoopingCall | None = None
        self._renewing: LoopingCall | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)

    def _leave(self, origin: str) -> None:
        self._scheduler.leave(origin)

    def _make_parts(self, crawler: Crawler) -> None:
        """Make the parts of the spider that work on the frontier."""
        self.offers = Offers(self.site, self.frontier, full=self.full)
        self.outcomes = Outcomes(
            self.site,
            self.frontier,
            self.hosts,
            self.offers,
            leave=self._leave,
            retry_wait=crawler.settings.getfloat("RETRY_WAIT"),
            longest_rest=crawler.settings.getfloat("LONGEST_REST"),
        )
        rendering = Rendering(
            self.site,
            self.frontier,
            self.recorder,
            self.offers,
            self._scripts,
            counts=self.counts,
            stopping=lambda: self.stopping,
        )
        self._reading = AnswerReader(
            site=self.site,
            frontier=self.frontier,
            recorder=self.recorder,
            hosts=self.hosts,
            offers=self.offers,
            outcomes=self.outcomes,
            judges=self._judges,
            rendering=rendering,
            browser=self._browser,
            counts=self.counts,
            stop=self._stop,
            logger=self.logger,
        )

    def _prepare_single_shot(self, crawler: Crawler) -> None:
        """Look at single addresses: what would be written goes to a folder that is thrown away at the end."""
        self._scratch = tempfile.TemporaryDirectory(prefix="cundang-look-")
        layout = Layout(root=Path(self._scratch.name))
        self.frontier = Frontier(layout.state("look"), clock=self._now)
        self.recorder = Recorder(Writer(layout, "look", warcinfo=()), self.frontier.captures)
        self._make_parts(crawler)

    def _warcinfo(self, agent: str) -> tuple[tuple[str, str], ...]:
        return (
            ("software", f"cundang/{version('cundang')} scrapy/{scrapy.__version__}"),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("robots", "RFC 9309"),
            ("isPartOf", self.site.key),
            ("http-header-user-agent", agent),
        )

    def _open(self, clocks: Clocks) -> Frontier:
        """The frontier; a damaged one is set aside, and the new one learns from the archive when that is healed."""
        path = self.layout.state(self.site.key)
        try:
            return Frontier(path, clock=self._now, clocks=clocks)
        except StateError as damaged:
            self.logger.warning("%s It is %s now.", damaged, set_aside(path))
            return Frontier(path, clock=self._now, clocks=clocks)

    def in_hours(self) -> bool:
        """Whether the site may be visited now."""
        if self._lease is not None and self._lease.is_over():
            self._stop(self._lease.lost("was not renewed in time"))
            return False
        self._closed = not self.site.crawl.open_at(dt.datetime.fromtimestamp(self._now(), dt.UTC))
        return not self._closed

    def _opened(self) -> None:
        # Made here: it installs a reactor, and Scrapy wants to choose which.
        self._acknowledging = LoopingCall(self._acknowledge)
        self._acknowledging.start(BATCH_SECONDS, now=False)
        if self._lease is not None:
            self._renewing = LoopingCall(lambda lease: deferred_from_coro(self._renew(lease)), self._lease)
            self._renewing.start(self._lease.term / 3, now=False)

    async def _renew(self, lease: Lease) -> None:
        """Hold the site for another term; when it went to another machine, nothing more is asked for."""
        try:
            await asyncio.to_thread(lease.renew)
        except LockedError as error:
            self._stop(error)
        except CundangError as error:
            # The term goes on, and the next try may go well.
            self.logger.warning("The lease was not renewed: %s", error)

    @property
    def _scheduler(self) -> Scheduler:
        return cast("Scheduler", self.crawler.engine.scheduler)

    def request(self, address: Address) -> Request:
        """The request for a leased address."""
        crawl = self.site.crawl
        found = address.found
        # Pictures are often given only to who comes from the page.
        headers = {"Referer": found.parent.partition("#")[0]} if found else {}
        if address.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        # What stands behind a hash may change while the page that shows it does not.
        if (address.role == "article" or address.kind == "requisite") and not route(address.url):
            if address.etag:
                headers["If-None-Match"] = address.etag
            if address.modified:
                headers["If-Modified-Since"] = address.modified
        return Request(
            address.url.partition("#")[0],
            method="GET" if address.form is None else "POST",
            body=(address.form or "").encode("ascii"),
            callback=self.parse,
            errback=self.fail,
            dont_filter=True,
            headers=headers,
            meta={
                "address": address,
                "limit": crawl.file_bytes if address.kind == "requisite" else crawl.page_bytes,
                "found": found,
                "depth": address.depth,
                "handle_httpstatus_all": True,
            },
        )

    def reading(self, host: str) -> int:
        """How many pages of a host have come and are still to be judged."""
        return self._judges.reading[host]

    def is_duplicate(self, address: Address) -> bool:
        """Whether a leased address is only another address of a page; the page's own is offered instead."""
        return self.offers.is_duplicate(address)

    def _parse_single(self, response: Response) -> list[Any]:
        """For `scrapy parse`: the Document or Skip of the page, and requests for what it would lead a crawl to."""
        url = canonical(response.url) or response.url
        judged = judge(capture_of(response, url), url, self.site)
        return [
            clean(capture_of(response, url), self.site),
            *(
                Request(leads, dont_filter=True)
                for leads, link in self.offers.inside(Address(url=url), judged)
                if link.form is None and link.kind != "requisite"
            ),
        ]

    def parse(self, response: Response, **_: Any) -> Pending | list[Any] | None:
        """An answer came: push what it leads to, then mark its address as done; what a browser does is awaited."""
        if self.single_shot:
            return self._parse_single(response)
        address: Address = response.meta["address"]
        if self.recorder.failure is not None:
            return None
        pending = None
        try:
            self._reading.count(address, response)
            pending = self._reading.answer(address, response)
            self._unacknowledged += 1
            if self._unacknowledged >= BATCH:
                self._acknowledge()
        except CundangError as error:
            self._stop(error)
        except Exception as error:  # noqa: BLE001 - it is kept, and told
            self._reading.unreadable(address, response, error)
        return pending

    def fail(self, failure: Failure) -> None:
        """No whole answer came: note why, and when to ask again."""
        address: Address = failure.request.meta["address"]  # type: ignore[attr-defined] # Scrapy sets it
        error = failure.value
        if self.recorder.failure is not None:
            return
        try:
            if isinstance(error, CundangError):
                self._stop(error)
            elif isinstance(error, Refused):
                self.outcomes.not_asked(address, error)
            elif isinstance(error, Resting):
                self._scheduler.give_back(address)
            elif isinstance(error, Cut):
                self._reading.count(address, error.response)
                self._reading.read_cut(address, error)
                self.outcomes.cut(address, error)
            else:
                self.outcomes.lost(address, cast("BaseException", error))
        except CundangError as raised:
            self._stop(raised)

    @property
    def troubles(self) -> Counter[str]:
        """Addresses by the reason why they were not had, in this run."""
        return self.outcomes.troubles

    def finish(self, reason: str) -> None:
        """Acknowledge what came, note the run, and close everything that this spider writes."""
        if self.single_shot:
            self.recorder.close()
            self.frontier.close()
            self._scratch.cleanup()
            return
        if self.run is not None:
            return
        self._end_loops()
        self.stopping = True
        ending = self._ending(reason)
        try:
            self.frontier.settle()
            if ending in (Ending.FINISHED, Ending.FAR_LESS, Ending.BROKEN_OFF):
                self.troubles.update(self.frontier.give_up(self.hosts.origins))
            ledger = self._ledger() if self.recorder.failure is None else Ledger()
            over = ending in (Ending.FINISHED, Ending.FAR_LESS) or self._is_over(ending)
            told = over and ending is not Ending.UNREACHABLE
            new = self.frontier.accounts.new_gaps(ledger) if told else []
            ending = Ending.GAPS if new and ending is Ending.FINISHED else ending
            self.run = self._run(ending, self._shortfall(ending, new))
            if self.recorder.failure is None:
                if told:
                    self.frontier.accounts.keep_gaps(ledger)
                self.frontier.end(self.run, whole=over)
                self.waiting = self.frontier.report.reasons().get("waiting", 0)
                self._write_reports(ledger)
            self.recorder.close()
        except CundangError as error:
            self.recorder.fail(error)
            self.run = self.run or self._run(Ending.FAILED, None)
        finally:
            self.frontier.close()
            self._release()

    def _end_loops(self) -> None:
        for regular in (self._acknowledging, self._renewing):
            if regular is not None and regular.running:
                regular.stop()

    def _release(self) -> None:
        try:
            if self._lease is not None:
                self._lease.release()
        except CundangError as error:
            self.logger.warning("The lease was not given back, and ends by itself: %s", error)
        self._lease = None
        self.lock.release()
        if self.slot is not None:
            self.slot.release()

    def _ledger(self) -> Ledger:
        return self.frontier.accounts.ledger()

    def _run(self, ending: Ending, shortfall: str | None) -> Run:
        return Run(
            began=self._began,
            seconds=time.monotonic() - self._clock,
            visit=self.frontier.visit,
            ending=ending,
            **{each.name: self.counts[each.name] for each in fields(Tally)},
            shortfall=shortfall,
        )

    def _ending(self, reason: str) -> Ending:
        if self.recorder.failure is not None:
            return Ending.FAILED
        if reason != "finished":
            return Ending.INTERRUPTED
        waiting = self._waiting()
        if self._closed and waiting:
            return Ending.HOURS
        # What an earlier run of this visit left may be the one address that is gone; a host that says so is there.
        if not self.counts["good"] and self.troubles and not (self.hosts.answered and self.frontier.heard()):
            return Ending.UNREACHABLE
        if self._scheduler.enough() and waiting:
            return Ending.MAX_PAGES
        # The next run goes on with an origin that fell silent, now or between two runs; one that never answered is not
        # waited for.
        if self.hosts.walled or self.frontier.answered(waiting):
            return Ending.BROKEN_OFF
        return Ending.FAR_LESS if self.frontier.shortfall() else Ending.FINISHED

    def _waiting(self) -> dict[str, int]:
        """How many addresses are left, by the origins of the site."""
        return {origin: count for origin, count in self.frontier.waiting().items() if origin in self.hosts.origins}

    def _is_over(self, ending: Ending) -> bool:
        """Whether a visit that broke off is over: the next one asks again for what failed, was blocked or still waits.

        `broken_off`: yes, if no origin that answered in this run has addresses left. `unreachable`: yes, if nothing
        waits, or if another origin has ever answered, which would have to wait.
        """
        waiting = self._waiting()
        if ending is Ending.BROKEN_OFF:
            return not waiting.keys() & self.hosts.answered
        others = self.frontier.answered(set(self.hosts.origins) - waiting.keys())
        return ending is Ending.UNREACHABLE and (not waiting or bool(others))

    def _shortfall(self, ending: Ending, new: list[str]) -> str | None:
        """What is missing, in words: the `new` gaps, or what the ending is about."""
        if ending is Ending.BROKEN_OFF:
            new = [*(f"waiting at {origin}: {count}" for origin, count in self._waiting().items()), *new]
        less = self.frontier.shortfall() if ending is Ending.FAR_LESS else None
        return "; ".join(words for words in (less, _sentence(new)) if words) or None

    def _write_reports(self, ledger: Ledger) -> None:
        """Write the ledger, and what was not captured and why, beside the state."""
        path = self.layout.missing(self.site.key)
        try:
            write_missing(path, [*missing(ledger), *self.frontier.report.uncaptured(waiting=True)])
            path = self.layout.ledger(self.site.key)
            # A ledger that cannot be read is replaced.
            with contextlib.suppress(DataError):
                before = (each.count for each in read_ledger(path).doubts if each.doubt == "skipped_articles")
                self.skipped_before = next(before, 0)
            write_ledger(path, ledger)
        except OSError as error:
            raise disk_error(path, error) from error

    def _acknowledge(self) -> None:
        self._unacknowledged = 0
        if self.recorder.failure is not None:
            return
        try:
            self.recorder.acknowledge()
        except CundangError as error:
            self._stop(error)

    def _stop(self, error: CundangError) -> None:
        self.recorder.fail(error)
        if not self.stopping:
            self.stopping = True
            deferred_from_coro(self.crawler.engine.close_spider_async(reason="writer_failed"))


def _sentence(new: list[str]) -> str:
    """What is missing, as the end of a sentence."""
    more = f", and {len(new) - 3} more" if len(new) > 3 else ""
    return "; ".join(new[:3]) + more


def _clocks(settings: BaseSettings) -> Clocks:
    try:
        return Clocks(**settings.getdict("CLOCKS"))
    except (TypeError, ValueError) as error:
        known = ", ".join(each.name for each in fields(Clocks))
        raise UsageError(
            f"CLOCKS={settings.get('CLOCKS')!r} ({error}). Give a dictionary in JSON of: {known}."
        ) from error


def _unknown_argument(name: str) -> str:
    near = difflib.get_close_matches(name, _ARGUMENTS, n=1)
    hint = f"; is {near[0]} meant?" if near else "."
    return f"-a {name}=... is not an argument of this spider; known are {', '.join(_ARGUMENTS)}{hint}"


def _is_local(host: str) -> bool:
    address = literal_address(host.rpartition(":")[0] or host)
    return host.partition(":")[0] == "localhost" or (address is not None and ipaddress.ip_address(address).is_loopback)
