"""A site file -> the one spider: it visits the site, and says of every address how it went."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import email.utils
import hashlib
import ipaddress
import json
import logging
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import urljoin

import scrapy
from lxml.etree import XPath
from lxml.html import HtmlElement
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from archive.errors import CundangError, UsageError
from archive.layout import Layout
from archive.site import Site
from archive.text.decode import decode, parse
from archive.text.document import Reason
from archive.text.verdict import looks_like, verdict
from archive.warc.capture import Capture, Found
from archive.warc.writer import Writer, Written, disk_error
from crawler.discovery import Link, discover
from crawler.discovery.link import ARTICLE, IMAGES, LIST, START, extension, is_file
from crawler.queue.address import canonical, has_session, host_of, shape, trap, unordered
from crawler.queue.clocks import Clocks
from crawler.queue.frontier import Address, Frontier, Role, Run, StateError, set_aside
from crawler.queue.heal import heal
from crawler.queue.idle import Idle
from crawler.queue.lock import Lock
from crawler.queue.scheduler import Scheduler
from crawler.wire.browser import Browser, RenderError
from crawler.wire.guard import Refused, Resting, literal_address
from crawler.wire.recorder import Recorder, room
from crawler.wire.tap import Cut

logger = logging.getLogger(__name__)

# What `-a` may name, and how a switch is written.
_ARGUMENTS = ("max_pages", "full")
_SWITCH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
# What is acknowledged at once: so many answers, or the answers of so many seconds.
BATCH = 100
BATCH_SECONDS = 2.0
# What a browser has to show of a page before its address is done.
Showing = Coroutine[Any, Any, None]
# Tries of one address in one run; between them the setting RETRY_WAIT, doubled.
TRIES = 3
# Errors in a row after which a host is given a rest, and after which it is left for this run.
TIRED, GONE = 5, 8
# Blocks in a row after which a host is left for this run.
BLOCKS = 5
# Redirects in a row; browsers stop at 20.
HOPS = 10
# Pages with less Chinese than this are looked at for blocks.
FEW_HAN = 200

# Links that are kept in mind, with the depth they were met at or by the list that showed them, to spare the frontier;
# some 10 MB each.
MET = 50_000
# Judgements of one kind after which a shape of addresses is known.
LEARNED = 5
# Dated rows that make a list, or links of so many characters.
ROWS, HEADLINE = 8, 8
# Chinese characters outside links that make an article; the shortest notices have some 60.
PROSE = 50

# Ways back in a pager.
_BEFORE = re.compile(
    r"[\[【(（<«◀◄←\s]*(?:首\s?[页頁]|第一[页頁]|[上前]\s?一?\s?[页頁]|first|prev(?:ious)?|<<?|«|‹|◀|◄|←|1)[\]】)）>»▶►→\s]*",
    re.IGNORECASE,
)
# How a script gets or shows a list.
_FILLS = re.compile(
    r"\$\.(?:ajax|get|post|getJSON)\(|XMLHttpRequest|\bfetch\(|axios|v-for=|createApp\(|new Vue\(|data-reactroot"
)
# Empty elements, by their ids and classes, and what a script is to put into them.
_PLACES = XPath(
    "//body//*[self::ul or self::ol or self::div or self::table or self::tbody or self::section]"
    "[not(*)][not(normalize-space())]/@*[name() = 'id' or name() = 'class']",
    smart_strings=False,
)
_LIST_NAME = re.compile(r"list|news|result|items|datas?\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{\s*\w+(?:\.\w+)+\s*\}\}|\bv-for=")
# JSON, feeds, and the records of 大汉, which come as HTML too.
_DATA = re.compile(r"[\s\ufeff]*(?:<\?xml[^>]*>\s*)?(?:[{\[]|<(?:datastore|recordset|rss|feed|urlset|sitemapindex)\b)")
_NO_HAN = re.compile(r"[^\u3400-\u9fff]+")
# Plain paths cost a fifth of one that asks each text for its parent (measured).
_TEXTS = XPath("//body//text()", smart_strings=False)
_UNSAID = XPath(
    "//body//a//text() | //body//script/text() | //body//style/text()"
    " | //body//*[contains(@onclick, 'location') or contains(@onclick, 'window.open')]//text()",
    smart_strings=False,
)
_ERRORS: dict[type[BaseException], str] = {
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "connection_refused",
    CannotResolveHostError: "unknown_host",
    DownloadFailedError: "connection_failed",
}


# How a spider is named that looks at single addresses of a host that no site file names.
LOOK = "look:"


def spider_for(site: Site, file: Path | None = None) -> type[SiteSpider]:
    """The spider class of a site, by its key, with the settings that the site file makes.

    `file`: where the site was read from, when it was named by its path.
    """
    settings = {
        "DOWNLOAD_DELAY": site.crawl.delay,
        "AUTOTHROTTLE_ENABLED": site.crawl.delay > 0,
        "COOKIES_ENABLED": site.crawl.cookies,
    }
    return type(
        "SiteSpider", (SiteSpider,), {"name": site.key, "site": site, "file": file, "custom_settings": settings}
    )


class SiteSpider(Spider):
    """Visits one site; takes from and gives to the frontier, and yields nothing to Scrapy.

    Attributes:
        site: what to visit.
        looking: single addresses are asked for, and nothing is recorded: `scrapy fetch`, `shell` and `parse`.
        file: the site file, where it was named by its path; None: it stands in the folder of site files.
        layout: the data folder.
        frontier: what is due.
        recorder: what the wire tap writes to.
        full: every known address is asked for again, and every list is walked to its end.
        max_pages: pages that this run asks for at most; None: no limit.
        stopping: nothing more is asked for.
        run: what this run did; None before its end.
        cleaned: exit code of the cleaning that followed.
    """

    name = "site"
    site: Site
    file: Path | None = None
    layout: Layout
    frontier: Frontier
    recorder: Recorder
    run: Run | None = None
    cleaned: int = 0

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
            raise UsageError(f"max_pages={max_pages!r} is no number. Give a whole number.") from error
        self.looking = False
        self.stopping = False
        self.counts: Counter[str] = Counter()
        self.troubles: Counter[str] = Counter()
        self._answered: set[str] = set()
        self._errors: Counter[str] = Counter()
        self._blocks: Counter[str] = Counter()
        self._shown: defaultdict[int, set[str]] = defaultdict(set)
        self._shown_links = 0
        self._met: dict[str, tuple[int, bool]] = {}
        self._unsettled = 0
        self._closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Take the site's lock, heal what a killed crawl left, and open the frontier and the recorder.

        Raises:
            UsageError: no contact is set, and a host of the site is not on this machine.
            LockedError: another process crawls the site.
            SpaceError: hardly any room is left on the disk.
            CundangError: the archive or the crawl's state cannot be written.
        """
        spider = super().from_crawler(crawler, *args, **kwargs)
        # `scrapy fetch` and `scrapy parse` put a start of their own in the place of ours; `scrapy shell` never crawls.
        spider.looking = spider.site.key.startswith(LOOK) or cls.start is not SiteSpider.start or not crawler.crawling
        spider.prepare(crawler)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Nothing: the scheduler takes every request of a visit from the frontier."""
        requests: tuple[Request, ...] = ()
        for request in requests:
            yield request

    def prepare(self, crawler: Crawler) -> None:
        """What `from_crawler` says."""
        self._retry_wait = crawler.settings.getfloat("RETRY_WAIT")
        self._longest_rest = crawler.settings.getfloat("LONGEST_REST")
        if not crawler.settings.get("CONTACT") and not all(_is_local(host) for host in self.site.hosts):
            raise UsageError(
                "CUNDANG_CONTACT is not set: a crawler says whom its visits can be complained to."
                " Set it to a mail address or a web page of yours."
            )
        self._now = crawler.settings.get("CLOCK") or time.time
        self._browser = Browser(crawler) if self.site.crawl.browser else None
        if self._browser is not None:
            crawler.signals.connect(self._browser.close, signals.spider_closed)
        data = crawler.settings.get("DATA")
        self.layout = Layout.at(Path(data) if data else None)
        if self.looking:
            self._prepare_look()
            return
        enough = partial(room, self.layout.root, crawler.settings.getint("FREE_BYTES"))
        enough()
        self.lock = Lock(self.layout.lock(self.site.key))
        try:
            self.frontier = self._open(Clocks(**crawler.settings.getdict("CLOCKS")))
            unread = heal(self.layout, self.site.key, self.frontier)
            writer = Writer(self.layout, self.site.key, warcinfo=self._warcinfo(crawler.settings.get("USER_AGENT")))
            self.recorder = Recorder(writer, self.frontier, unread=unread, room=enough)
            self._idle = Idle(self.frontier.idle())
            new = self.frontier.begin(full=self.full)
            for url in self.site.crawl.start:
                self.frontier.push(Address(url=canonical(url) or url, priority=START))
            self.recorder.settle()
        except CundangError:
            self.lock.release()
            raise
        self._began = dt.datetime.now(dt.UTC)
        self._clock = time.monotonic()
        logger.info("%s visit %d", "Beginning" if new else "Going on with", self.frontier.visit)
        self._settling: LoopingCall | None = None
        crawler.signals.connect(self._opened, signals.spider_opened)

    def _prepare_look(self) -> None:
        """Look at single addresses: what would be written goes to a folder that is thrown away at the end."""
        self._scratch = tempfile.TemporaryDirectory(prefix="cundang-look-")
        layout = Layout(root=Path(self._scratch.name))
        self.frontier = Frontier(layout.state("look"), clock=self._now)
        self._idle = Idle(())
        self.recorder = Recorder(Writer(layout, "look", warcinfo=()), self.frontier)

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
            logger.warning("%s It is %s now.", damaged, set_aside(path))
            return Frontier(path, clock=self._now, clocks=clocks)

    def in_hours(self) -> bool:
        """Whether the site may be visited now."""
        self._closed = not self.site.crawl.open_at(dt.datetime.fromtimestamp(self._now(), dt.UTC))
        return not self._closed

    def _opened(self) -> None:
        # Made here: it installs a reactor, and Scrapy wants to choose which.
        self._settling = LoopingCall(self._settle)
        self._settling.start(BATCH_SECONDS, now=False)

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
        if address.role == "article" or address.kind == "requisite":
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

    def is_another(self, address: Address) -> bool:
        """Whether a leased address has parameters that make no difference: it is asked for without them."""
        plain = self._idle.plain(address.url)
        # Where the server led here, or the site file, there may be a reason.
        if plain == address.url or address.hops or address.found is None or address.form is not None:
            return False
        self._offer(self._plainly(address, plain))
        self.frontier.refuse(address, "trap", f"another address of {plain}", later=False)
        return True

    def _look(self, response: Response) -> list[Any]:
        """For `scrapy parse`: what a crawl would take the page for, and requests for what it would be led to."""
        decoded = decode(response.body, _text(response.headers.get("Content-Type") or b"") or None)
        root = parse(decoded.html)
        _, prose, linked = _said(root) if root is not None else ("", 0, 0)
        links = discover(response.url, decoded.html, root)
        article = root is not None and self._is_article(response.url, root, links, prose, linked)
        here = Address(url=canonical(response.url) or response.url)
        return [
            {"url": response.url, "status": response.status, "kind": "article" if article else "list"},
            *(
                Request(url, dont_filter=True)
                for url, link in self._inside(here, links, decoded.encoding)
                if link.form is None and link.kind != "requisite"
            ),
        ]

    def parse(self, response: Response, **_: Any) -> Showing | list[Any] | None:
        """An answer: push what it leads to, then say that its address is done; a browser's part is awaited."""
        if self.looking:
            return self._look(response)
        address: Address = response.meta["address"]
        if self.recorder.failure is not None:
            return None
        showing = None
        try:
            self._count(address, response)
            showing = self._answer(address, response)
            self._unsettled += 1
            if self._unsettled >= BATCH:
                self._settle()
        except CundangError as error:
            self._stop(error)
        except Exception as error:
            # One page that breaks the reader must not end the crawl; it is captured, and the log has the traceback.
            logger.exception("Reading %s", address.url)
            self.frontier.fail(address, "unreadable", repr(error), wait=None, status=response.status)
        return showing

    def fail(self, failure: Failure) -> None:
        """No whole answer: say why, and when to ask again."""
        address: Address = failure.request.meta["address"]  # type: ignore[attr-defined] # Scrapy sets it
        error = failure.value
        if self.recorder.failure is not None:
            return
        try:
            if isinstance(error, CundangError):
                self._stop(error)
            elif isinstance(error, Refused):
                self.troubles[error.reason] += 1
                self.frontier.refuse(address, error.reason, error.detail, later=error.later)
                if error.later:
                    self._scheduler.leave(host_of(address.url))
            elif isinstance(error, Resting):
                self._scheduler.give_back(address)
            elif isinstance(error, Cut):
                self._count(address, error.response)
                self._cut(address, error)
            else:
                reason = next((word for kind, word in _ERRORS.items() if isinstance(error, kind)), None)
                if reason is None:
                    logger.error("Fetching %s: %r", address.url, error)
                self._errored(host_of(address.url))
                self._retry(address, reason or type(error).__name__, str(error))
        except CundangError as raised:
            self._stop(raised)

    def shut(self, reason: str) -> None:
        """Acknowledge what came, note the run, and close everything that this spider writes."""
        if self.looking:
            self.recorder.close()
            self.frontier.close()
            self._scratch.cleanup()
            return
        if self._settling is not None and self._settling.running:
            self._settling.stop()
        self.stopping = True
        ending = self._ending(reason)
        self.run = Run(
            began=self._began,
            seconds=time.monotonic() - self._clock,
            visit=self.frontier.visit,
            ending=ending,
            pages=self.counts["pages"],
            articles=self.counts["articles"],
            requisites=self.counts["requisites"],
            revisits=self.counts["revisits"],
            bytes=self.counts["bytes"],
            shortfall=self.frontier.shortfall() if ending == "far_less" else None,
        )
        try:
            if self.recorder.failure is None:
                self.frontier.end(self.run, whole=ending in ("finished", "far_less"))
                self._tell_missing()
            self.recorder.close()
        except CundangError as error:
            self.recorder.fail(error)
        finally:
            self.frontier.close()
            self.lock.release()

    def _ending(self, reason: str) -> str:
        if self.recorder.failure is not None:
            return "failed"
        if reason != "finished":
            return "interrupted"
        if self._closed and any(self.frontier.open_on(host) for host in self.site.hosts):
            return "hours"
        if not self.counts["good"] and self.troubles:
            return "unreachable"
        if self._scheduler.enough() and any(self.frontier.open_on(host) for host in self.site.hosts):
            return "max_pages"
        # A host that broke off in the middle is gone on with; one that never answered is not waited for.
        if any(self.frontier.open_on(host) for host in self._answered):
            return "broken_off"
        return "far_less" if self.frontier.shortfall() else "finished"

    def _tell_missing(self) -> None:
        """Write what was not captured and why beside the state, an object a line."""
        path = self.layout.missing(self.site.key)
        made = path.with_name(path.name + ".tmp")
        try:
            with made.open("w", encoding="utf-8") as file:
                for address in self.frontier.uncaptured(waiting=True):
                    file.write(json.dumps(asdict(address), ensure_ascii=False) + "\n")
            made.replace(path)
        except OSError as error:
            raise disk_error(path, error) from error

    def _settle(self) -> None:
        self._unsettled = 0
        if self.recorder.failure is not None:
            return
        try:
            self.recorder.settle()
        except CundangError as error:
            self._stop(error)

    def _stop(self, error: CundangError) -> None:
        self.recorder.fail(error)
        if not self.stopping:
            self.stopping = True
            deferred_from_coro(self.crawler.engine.close_spider_async(reason="writer_failed"))

    def _count(self, address: Address, response: Response) -> None:
        written: Written | None = response.meta.get("written")
        self._answered.add(host_of(address.url))
        if response.status < 500 and response.status != 429:
            self._errors[host_of(address.url)] = 0
        self.counts["requisites" if address.kind == "requisite" else "pages"] += 1
        self.counts["good"] += response.status < 400
        if written is not None:
            self.counts["revisits"] += written.revisit or response.status == 304
            self.counts["bytes"] += written.place.length

    def _answer(self, address: Address, response: Response) -> Showing | None:
        status = response.status
        location = response.headers.get("Location")
        if status == 304:
            self.frontier.done(address, status, role=address.role)
        elif status in (429, 503):
            self._rest(address, response)
        elif 300 <= status < 400 and location:
            self._redirect(address, response, _text(location))
        elif status >= 400 or status < 200:
            self._refused(address, response)
        elif address.kind == "requisite":
            self.frontier.done(address, status, validators=_validators(response))
        else:
            return self._page(address, response)
        return None

    def _page(self, address: Address, response: Response) -> Showing | None:
        kind = _text(response.headers.get("Content-Type") or b"").lower()
        if kind and not re.search(r"html|xml|json|text/plain", kind):
            self.frontier.done(address, response.status)
            return None
        decoded = decode(response.body, kind or None)
        root = parse(decoded.html)
        said, prose, linked = _said(root) if root is not None else ("", 0, 0)
        if self._blocked(address, response, decoded.html, root, han=prose + linked):
            return None
        links = discover(address.url, decoded.html, root)
        # What a list's script is answered reads like prose: headlines and days without a link.
        data = "json" in kind or _DATA.match(decoded.html) is not None
        article = root is not None and not data and self._is_article(address.url, root, links, prose, linked)
        if (nothing := response.meta.get("nothing")) and (
            root is None or _needs_script(decoded.html, root, links, prose, linked) is None
        ):
            self._gone(address, "soft_404", f"the same page as {nothing}, which nobody made", response.status)
            return None
        self.counts["articles"] += article
        redirects = [
            link
            for link in links
            # A page that loads itself anew is a page.
            if link.kind == "redirect" and canonical(link.url, decoded.encoding) != address.url
        ]
        for link in redirects:
            self._redirect(address, response, link.url, encoding=decoded.encoding)
        why = _needs_script(decoded.html, root, links, prose, linked) if root is not None and not article else None
        elsewhere = self._lists_elsewhere(links, decoded.encoding)
        telling = len(said) >= (PROSE if article or _shown(links) else FEW_HAN)
        if why is None and (telling or elsewhere):
            self._learn(address, said, elsewhere, article=article)
        fruitful, changed = self._push(address, response, links, decoded.encoding, article=article)
        own = shape(address.url)
        if article and "?" in own:
            # The same text at ever new addresses is a trap too, where addresses are made by a program.
            article_counts = self.frontier.fresh_text(hashlib.sha256(said.encode()).digest())
        else:
            article_counts = article
        self.frontier.tally(own, fruitful=fruitful or article_counts)
        if redirects:
            return None
        if why is not None and self._browser is not None:
            return self._show(address, response, self._browser)
        if why is not None:
            self._give_up(address, "needs_js", why, response.status)
        else:
            role: Role | None = "article" if article else "list"
            if not article and not _shown(links) and elsewhere:
                # What changes is the list in its frame, or the one that its script asks for: that has the clock.
                role = None
            self.frontier.done(
                address,
                response.status,
                role=role,
                changed=changed,
                validators=_validators(response),
                shown=_shown(links),
            )
        return None

    async def _show(self, address: Address, response: Response, browser: Browser) -> None:
        """A page that its script makes: each state of it as the browser shows it is kept, and pushed as a page is."""
        role: Role | None = None
        changed, seen, refused = False, set[str](), Counter[str]()
        written: Written = response.meta["written"]
        try:
            async with contextlib.aclosing(browser.pages(response)) as states:
                async for shown in states:
                    refused.update(shown.refused)
                    self.counts["requisites"] += shown.asked
                    self.recorder.rendered(
                        response.url,
                        shown.html.encode("utf-8", "replace"),
                        (
                            ("rendered-from", written.id),
                            ("browser", shown.browser),
                            *(("not-fetched", each) for each in shown.refused),
                        ),
                    )
                    root = parse(shown.html)
                    links = discover(address.url, shown.html, root)
                    _, prose, linked = _said(root) if root is not None else ("", 0, 0)
                    article = root is not None and self._is_article(address.url, root, links, prose, linked)
                    _, new = self._push(address, response, links, "utf-8", article=article)
                    changed |= new
                    if article:
                        role = "article"
                        self.counts["articles"] += 1
                        break
                    rows = {link.url for link in links if _is_row(link)}
                    fresh, role = not rows <= seen, "list" if rows else role
                    seen |= rows
                    # As with any pager: on while it shows something, and something new.
                    if not fresh or len(seen) > MET or not (new or self.full or self.frontier.visit == 1):
                        break
            if role is None:
                why = "; ".join(refused)[:500] or "and nothing was kept from it"
                self._give_up(address, "needs_js", f"a browser shows no list either: {why}", response.status)
            else:
                self.frontier.done(address, response.status, role=role, changed=changed, shown=len(seen))
        except RenderError as error:
            self._give_up(address, "needs_js", f"the browser failed: {error}", response.status)
        except CundangError as error:
            self._stop(error)

    def _plainly(self, address: Address, plain: str) -> Address:
        """The address without parameters, found where the one with them was."""
        return replace(address, url=plain, id=0, tries=0, role=None, etag=None, modified=None, shown=0)

    def _learn(self, address: Address, said: str, lists: list[str], *, article: bool) -> None:
        """Learn which parameters of addresses make no difference."""
        for rule in self._idle.learn(address.url, said, lists, article=article):
            key, _, where = rule.partition(" ")
            logger.info("The parameter %s of %s makes no difference: it is left out.", key, where or "addresses")
            # What is another order of a list is not to become an address of its own.
            self.frontier.keep_idle(rule, lambda url: self._idle.plain(url) if unordered(url) == url else url)
        if (plain := self._idle.doubt(address.url)) is not None:
            # At once: each page until then leads to others that may be asked for in vain.
            self._offer(replace(self._plainly(address, plain), priority=START, found=Found(parent=address.url)))

    def _push(
        self, address: Address, response: Response, links: list[Link], encoding: str, *, article: bool
    ) -> tuple[bool, bool]:
        """Push a page's links; whether one is new and has another shape than the page's own, and whether one is new."""
        own, fruitful = shape(address.url), False
        pager = address.pager or address.id
        inside = self._inside(address, links, encoding)
        changed = not article and self._changed(pager, inside)
        if not (article or changed or self.full or self.frontier.visit == 1):
            # All of it was known before: what lies behind it is known too.
            inside = [(url, link) for url, link in inside if link.kind not in ("next", "pager")]
        if address.pager is not None:
            # Who came from its first page has the pages before it; 首页 may be another name of the first.
            inside = [
                (u, link) for u, link in inside if link.kind != "pager" or not _BEFORE.fullmatch(link.anchor or "")
            ]
        again = self._after(inside) if changed and not self.full and self.frontier.visit > 1 else None
        if any(link.kind in ("next", "pager") for _, link in inside):
            shown = "\n".join(url for url, link in inside if link.kind == "page").encode()
            digest = hashlib.sha256(response.body if article else shown).digest()
            if not self.frontier.fresh_listing(pager, digest):
                inside = [(url, link) for url, link in inside if link.kind not in ("next", "pager")]
        for url, link in inside:
            # Until now the page was held for its list, and what its script asks for for the list's next page.
            due = url == again or (link.kind == "list" and address.role == "list")
            if (
                link.kind != "redirect"
                and not due
                and self._met_before(url, link, address.depth + (link.kind == "page"))
            ):
                continue
            found = Found(parent=address.url, anchor=link.anchor, row_date=link.row_date)
            if link.kind == "requisite":
                if self._wants(url, article=article):
                    self._offer(
                        Address(url=url, kind="requisite", priority=link.priority, depth=address.depth, found=found)
                    )
            elif link.kind in ("next", "pager"):
                priority = ARTICLE if article else LIST
                further = Address(
                    url=url,
                    kind="next",
                    priority=priority,
                    depth=address.depth,
                    pager=pager,
                    found=found,
                    form=link.form,
                )
                self._offer(further, again=due)
            elif link.kind == "list":
                self._offer(Address(url=url, priority=LIST, depth=address.depth, found=found), again=due)
            elif link.kind == "page":
                priority = self._priority(url, link)
                new = self._offer(Address(url=url, priority=priority, depth=address.depth + 1, found=found))
                if new and not fruitful:
                    other = shape(url)
                    fruitful = other != own and not self.frontier.barren(other)
        return fruitful, changed

    def _inside(self, address: Address, links: list[Link], encoding: str) -> list[tuple[str, Link]]:
        """The links of a page to other addresses of the site, each with its address."""
        inside: list[tuple[str, Link]] = []
        for link in links:
            url = canonical(link.url, encoding)
            if url is not None and link.form is not None:
                url += "#" + link.url.partition("#")[2]
            elif url is not None:
                url = self._idle.plain(url)
            if url is not None and url != address.url and host_of(url) in self.site.hosts:
                inside.append((url, link))
        return inside

    def _lists_elsewhere(self, links: list[Link], encoding: str) -> list[str]:
        """The frames of a page, and what its script asks for."""
        found = [canonical(link.url, encoding) for link in links if link.frame or link.kind == "list"]
        return [url for url in found if url is not None and host_of(url) in self.site.hosts]

    def _changed(self, pager: int, inside: list[tuple[str, Link]]) -> bool:
        """Whether a list shows what no earlier visit had found, and no earlier page of the list had shown."""
        pages = {url for url, link in inside if link.kind == "page"}
        new = {url for url in pages - self._shown[pager] if not self.frontier.known(url)}
        self._shown_links += len(new)
        if self._shown_links >= MET:
            self._shown.clear()
            self._shown_links = len(new)
        self._shown[pager] |= new
        return bool(new)

    def _after(self, inside: list[tuple[str, Link]]) -> str | None:
        """The page of a list that follows: what 下一页 leads to, else the first number that was not asked for yet."""
        after = [url for url, link in inside if link.kind == "next"]
        numbers = [url for url, link in inside if link.kind == "pager" and not _BEFORE.fullmatch(link.anchor or "")]
        return after[0] if after else next((url for url in numbers if not self.frontier.visited(url)), None)

    def _met_before(self, url: str, link: Link, depth: int) -> bool:
        """Whether the frontier would learn nothing new: the menu of a site stands on each of its pages."""
        known = self._met.get(url)
        if known is not None and known[0] <= depth and (known[1] or link.row_date is None):
            return True
        if link.kind != "requisite":
            if len(self._met) >= MET:
                self._met.clear()
            self._met[url] = (depth, link.row_date is not None)
        return False

    def _offer(self, address: Address, *, again: bool = False) -> bool:
        refused = None
        plain = unordered(address.url)
        if why := trap(address.url):
            refused = ("trap", why)
        elif plain != address.url and self.frontier.met(plain):
            refused = ("trap", f"another order of {plain}")
        elif address.depth > self.site.crawl.max_depth:
            refused = ("too_deep", f"{address.depth} links from a start page")
        return self.frontier.push(address, refused=refused, again=again) and refused is None

    def _redirect(self, address: Address, response: Response, location: str, encoding: str = "utf-8") -> None:
        try:
            target = canonical(urljoin(response.url, location), encoding)
        except ValueError:
            target = None
        status = response.status
        if target == address.url and self.site.crawl.cookies and response.headers.get("Set-Cookie"):
            # It wants its cookie back: asked once more, it gets it.
            self._retry(address, "cookie", "redirected to itself with a cookie", status=status, wait=0.0)
        elif target == address.url and has_session(location):
            # Such a page has another address each day, so nothing would be known again; a cookie does for some.
            cure = "not even with cookies" if self.site.crawl.cookies else "cookies = true in the site file may help"
            why = f"the server gives nothing without a session id in the address ({cure})"
            self._give_up(address, "needs_session", why, status)
        elif target == address.url or target in self.frontier.trail(address):
            self._give_up(address, "redirect_loop", f"leads back to {target}", status)
        elif (missing := response.meta.get("missing")) is not None and missing.location in (location, target):
            self._gone(address, "soft_404", f"leads to {location}, as {missing.url} does, which nobody made", status)
        elif target is None or host_of(target) not in self.site.hosts:
            self._give_up(address, "redirect_off_site", f"leads to {location}", status)
        elif address.hops >= HOPS:
            self._give_up(address, "redirect_loop", f"more than {HOPS} redirects in a row", status)
        else:
            found = address.found
            self._offer(
                Address(
                    url=target,
                    kind=address.kind,
                    priority=address.priority,
                    depth=address.depth,
                    hops=address.hops + 1,
                    pager=address.pager,
                    found=Found(
                        parent=address.url,
                        anchor=found.anchor if found else None,
                        row_date=found.row_date if found else None,
                    ),
                )
            )
            self.frontier.done(address, status)

    def _rest(self, address: Address, response: Response) -> None:
        """429 or 503: the host wants a rest, and says how long, or not."""
        host = host_of(address.url)
        asked = _retry_after(response)
        wait = min(asked if asked is not None else self._wait(address), self._longest_rest)
        self.frontier.park(host, wait)
        self._errored(host)
        self._retry(address, f"http_{response.status}", "the server wants a rest", status=response.status, wait=wait)

    def _refused(self, address: Address, response: Response) -> None:
        """An error status: of the server's making, it is asked again; else it is an answer."""
        status = response.status
        decoded = decode(response.body[:65536], _text(response.headers.get("Content-Type") or b"") or None)
        if address.kind != "requisite" and self._blocked(address, response, decoded.html, parse(decoded.html)):
            return
        if status >= 500:
            self._errored(host_of(address.url))
            self._retry(address, f"http_{status}", "", status=status)
        else:
            self._gone(address, f"http_{status}", "", status)

    def _gone(self, address: Address, reason: str, detail: str, status: int) -> None:
        """There is nothing at an address; what was an article there was deleted."""
        if address.role == "article" and reason in ("http_404", "http_410", "soft_404"):
            reason, detail = "deleted", detail or reason
        self.troubles[reason] += 1
        self.frontier.gone(address, reason, detail, status)

    def _blocked(
        self, address: Address, response: Response, html: str, root: HtmlElement | None, *, han: int = 0
    ) -> bool:
        """Whether a wall answered in place of the site; after some in a row, the host is left alone.

        `han`: Chinese characters that are known to be on the page.
        """
        host = host_of(address.url)
        if response.status < 400 and (han >= FEW_HAN or len(_NO_HAN.sub("", html)) >= FEW_HAN):
            self._blocks[host] = 0
            return False
        judged = verdict(_capture(response), html, root)
        if judged is None or judged[0] not in (Reason.BLOCKED, Reason.CHALLENGE):
            return False
        self._give_up(address, str(judged[0]), judged[1], response.status)
        self._blocks[host] += 1
        if self._blocks[host] >= BLOCKS:
            logger.warning("%s blocks us (%s); it is left alone in this run.", host, judged[1])
            self._scheduler.leave(host)
        return True

    def _cut(self, address: Address, cut: Cut) -> None:
        if cut.truncated == "length":
            # Captured as far as it goes; asking again would cut it again.
            self._give_up(address, "too_large", cut.detail, cut.response.status)
        else:
            self._retry(address, f"truncated_{cut.truncated}", cut.detail, status=cut.response.status)

    def _give_up(self, address: Address, reason: str, detail: str, status: int | None) -> None:
        self.troubles[reason] += 1
        self.frontier.fail(address, reason, detail, wait=None, status=status)

    def _retry(
        self, address: Address, reason: str, detail: str, *, status: int | None = None, wait: float | None = None
    ) -> None:
        if address.tries + 1 >= TRIES:
            self._give_up(address, reason, detail, status)
        else:
            self.frontier.fail(
                address, reason, detail, wait=self._wait(address) if wait is None else wait, status=status
            )

    def _wait(self, address: Address) -> float:
        wait = self._retry_wait * float(2**address.tries)
        # Nobody is there yet to be spared: who mistyped a host should not wait minutes to hear of it.
        return wait if host_of(address.url) in self._answered else wait / 60

    def _errored(self, host: str) -> None:
        self._errors[host] += 1
        if self._errors[host] >= GONE:
            logger.warning("%s gave %d errors in a row; it is left alone in this run.", host, GONE)
            self._scheduler.leave(host)
        elif self._errors[host] >= TIRED:
            self.frontier.park(host, self._retry_wait)

    def _is_article(self, url: str, root: HtmlElement, links: list[Link], prose: int, linked: int) -> bool:
        """Whether a page is an article: by the site file, else by its prose; in doubt the careful judge is asked."""
        if self.site.crawl.articles:
            return any(re.search(pattern, url) for pattern in self.site.crawl.articles)
        if prose < PROSE:
            return False
        rows = sum(link.row_date is not None for link in links)
        if prose < FEW_HAN and any(link.kind == "next" for link in links):
            return False
        # Headlines with the beginnings of their articles below them are prose too.
        headlines = sum(link.kind == "page" and len(link.anchor or "") >= HEADLINE for link in links)
        if max(rows, headlines) < ROWS and prose >= max(FEW_HAN, linked):
            return True
        if rows >= ROWS and linked > 2 * prose:
            return False
        # The judge costs more than all else that is done with a page: what it said of a shape again and again is
        # learned, and holds while nothing on the page speaks against it.
        own = shape(url)
        articles, lists = self.frontier.learned(own)
        if (
            articles + lists >= LEARNED
            and 0 in (articles, lists)
            and (prose >= FEW_HAN if articles else prose < linked)
        ):
            return articles > 0
        article = looks_like(root, url) == "article"
        self.frontier.learn(own, article=article)
        return article

    def _priority(self, url: str, link: Link) -> int:
        if self.site.crawl.articles:
            return ARTICLE if any(re.search(pattern, url) for pattern in self.site.crawl.articles) else LIST
        return link.priority

    def _wants(self, url: str, *, article: bool) -> bool:
        """Whether a file is kept: those of articles; a document in a list is what an article would be."""
        kinds = self.site.crawl.requisites
        if is_file(url):
            return "attachments" in kinds
        return article and "images" in kinds and (extension(url) in IMAGES or not extension(url))


def _unknown_argument(name: str) -> str:
    near = difflib.get_close_matches(name, _ARGUMENTS, n=1)
    hint = f"; is {near[0]} meant?" if near else "."
    return f"-a {name}=... is no argument of this spider; known are {', '.join(_ARGUMENTS)}{hint}"


def _retry_after(response: Response) -> float | None:
    """Seconds of a Retry-After header, a number or a date; None: there is none that makes sense."""
    value = _text(response.headers.get("Retry-After") or b"").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())


def _validators(response: Response) -> tuple[str | None, str | None]:
    """ETag and Last-Modified, for a later request to name, so as to be told that nothing changed."""
    return (
        _text(response.headers.get("ETag") or b"") or None,
        _text(response.headers.get("Last-Modified") or b"") or None,
    )


def _needs_script(html: str, root: HtmlElement, links: list[Link], prose: int, linked: int) -> str | None:
    """Why a page looks like a frame that a script fills, None where it does not.

    It has a script that fetches or builds, no article, nothing that leads on, and next to no text: little Chinese at
    all, or little prose, and an empty place for a list.
    """
    if prose >= FEW_HAN or any(
        link.row_date or link.kind in ("next", "pager", "list", "redirect") or link.priority == ARTICLE
        for link in links
    ):
        return None
    fills = _FILLS.search(html)
    empty = next((name for name in _PLACES(root) if _LIST_NAME.search(name)), None)
    template = _TEMPLATE.search(html)
    if fills is None or not (prose + linked < FEW_HAN or empty or template):
        return None
    evidence = [f"script: {fills[0]}", *([f"empty: {empty}"] if empty else []), *([template[0]] if template else [])]
    return f"its list is made by a script ({'; '.join(evidence)}; no article, no pager)"


def _is_row(link: Link) -> bool:
    """Whether a link looks like one to an article."""
    return link.kind == "page" and (link.row_date is not None or link.priority == ARTICLE)


def _shown(links: list[Link]) -> int:
    """How many articles a list leads to."""
    return sum(map(_is_row, links))


def _text(value: bytes) -> str:
    """A header's value: UTF-8 where it is, else as old Chinese servers send it."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def _said(root: HtmlElement) -> tuple[str, int, int]:
    """The Chinese characters of a page, and how many stand in prose and in links."""
    said, unsaid = _NO_HAN.sub("", "".join(_TEXTS(root))), len(_NO_HAN.sub("", "".join(_UNSAID(root))))
    return said, len(said) - unsaid, unsaid


def _capture(response: Response) -> Capture:
    """What the judge of blocks reads."""
    written: Written = response.meta["written"]
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Capture(
        id=written.id,
        kind="response",
        url=response.url,
        date=written.date,
        status=response.status,
        headers=headers,
        body=response.body,
        payload_digest=written.payload_digest,
        place=written.place,
    )


def _is_local(host: str) -> bool:
    address = literal_address(host.rpartition(":")[0] or host)
    return host.partition(":")[0] == "localhost" or (address is not None and ipaddress.ip_address(address).is_loopback)
