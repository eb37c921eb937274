"""robots.txt -> let through or `Refused`, as RFC 9309 has it: a host whose rules cannot be read is left alone."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archive.warc.capture import Found
from crawler.wire.guard import Refused
from crawler.wire.tap import Cut

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# The product token (RFC 9309 section 2.2.1) that a site writes to address this crawler.
TOKEN = "cundang"  # noqa: S105 - no secret
PURPOSE = "robots.txt"
# RFC 9309 section 2.5: at least this much is parsed.
ROBOTS_BYTES = 500 * 1024
# RFC 9309 section 2.3.1.2: at least five redirects are followed.
REDIRECTS = 5
# RFC 9309 section 2.4: rules are not used longer than this.
KEPT_SECONDS = 24 * 3600
BROKEN = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError)
# A connection that breaks once says little about a host behind a bad line.
TRIES = 3

_HTML = re.compile(r"<(?:!doctype|html|head|body|script|meta|title|div)\b", re.IGNORECASE)
_RULE = re.compile(r"^[ \t]*user-agent[ \t]*:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a host's robots.txt says to us.

    Attributes:
        robots: its rules; None where it has none.
        closed: why nothing may be fetched from the host in this run; None where its rules are known.
        read: when, in seconds since 1970.
    """

    robots: Protego | None = None
    closed: str | None = None
    read: float

    def outdated(self, now: float) -> bool:
        """Whether the rules are to be read again; a host that could not be read stays closed for the run."""
        # Rules of tomorrow were read while the clock was wrong.
        return self.closed is None and not 0 <= now - self.read <= KEPT_SECONDS


class Shelf(Protocol):
    """Where rules outlast a run: the frontier."""

    def robots(self, origin: str) -> tuple[float, bytes | None] | None:
        """When the robots.txt of an origin was read, and its bytes, None where it has none; None: never read."""

    def keep_robots(self, origin: str, read: float, body: bytes | None) -> None:
        """Keep it for later runs."""


def parse(body: bytes) -> Protego | None:
    r"""The rules in a body that was answered for robots.txt; None where it is a web page.

    >>> parse("\ufeffUser-agent: cundang\r\nDisallow: /a".encode()).can_fetch("http://a.cn/a", "cundang")
    False
    >>> parse(b"<html><body>404")
    """
    text = _decode(body[:ROBOTS_BYTES])
    # Many sites answer with their home page, status 200 (`<!DOCTYPE html>...`).
    if _HTML.search(text[:4096]) and not _RULE.search(text):
        return None
    return Protego.parse(text)


def _decode(body: bytes) -> str:
    """RFC 9309 wants UTF-8; Windows editors write a byte order mark, or GBK in the comments."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


class RobotsMiddleware:
    """Asks each host for its rules before the first request to it, and holds every request to them."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._clock = crawler.settings.get("CLOCK") or time.time
        self._longest = crawler.settings.getfloat("LONGEST_CRAWL_DELAY")
        self._rules: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """How Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request through, or raise `Refused`."""
        if request.meta.get("purpose") == PURPOSE:
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = await self._rules_of(origin)
        if rules.closed is not None:
            raise Refused("robots_unreachable", rules.closed, later=True)
        if rules.robots is not None and not rules.robots.can_fetch(request.url, TOKEN):
            raise Refused("robots", f"{origin}/robots.txt disallows {request.url}")
        if rules.robots is not None and rules.robots.crawl_delay(TOKEN):
            # The pause that the site asks for stands; AutoThrottle would shorten it for a quick server.
            request.meta["autothrottle_dont_adjust_delay"] = True

    async def _rules_of(self, origin: str) -> Rules:
        """The rules of a host, read once for all requests that wait for them."""
        task = self._rules.get(origin)
        if task is not None and task.done() and not task.result().outdated(self._clock()):
            return task.result()
        if task is None or task.done():
            task = self._rules[origin] = asyncio.ensure_future(self._known(origin))
        return await asyncio.shield(task)

    async def _known(self, origin: str) -> Rules:
        """The rules that an earlier run read within the last day, else those that the host gives now."""
        shelf: Shelf = self._crawler.spider.frontier  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
        kept = shelf.robots(origin)
        if kept is not None:
            read, body = kept
            rules = Rules(robots=None if body is None else parse(body), read=read)
            if not rules.outdated(self._clock()):
                self._slow_down(origin, rules.robots)
                return rules
        return await self._read(origin, shelf)

    async def _read(self, origin: str, shelf: Shelf) -> Rules:
        url = f"{origin}/robots.txt"
        found: Found | None = None
        now = self._clock()
        for _ in range(1 + REDIRECTS):
            try:
                response = await self._fetch(url, found)
            except (Refused, Cut, *BROKEN) as error:
                return Rules(closed=f"{url} cannot be read: {error}", read=now)
            status = response.status
            location = response.headers.get("Location")
            if status in (301, 302, 303, 307, 308) and location:
                found = Found(parent=url)
                url = urljoin(url, location.decode("latin-1"))
                continue
            # RFC 9309 section 2.3.1.4; 429 asks us to stay away too.
            if status >= 500 or status == 429 or status < 200:
                return Rules(closed=f"{url} answers with status {status}", read=now)
            # Section 2.3.1.3: no robots.txt, no rules.
            body = response.body[:ROBOTS_BYTES] if status < 300 else None
            shelf.keep_robots(origin, now, body)
            robots = None if body is None else parse(body)
            self._slow_down(origin, robots)
            return Rules(robots=robots, read=now)
        # Section 2.3.1.2: more redirects may be taken for a robots.txt that is not there.
        shelf.keep_robots(origin, now, None)
        return Rules(read=now)

    async def _fetch(self, url: str, found: Found | None) -> Response:
        meta = {"purpose": PURPOSE, "limit": ROBOTS_BYTES, "found": found}
        engine = self._crawler.engine
        assert engine is not None
        left = TRIES
        while True:
            left -= 1
            try:
                return await engine.download_async(Request(url, callback=NO_CALLBACK, meta=dict(meta)))
            except Cut as cut:
                if cut.truncated == "length":  # the rules up to the limit count
                    return cut.response
                if cut.truncated == "time" or not left:
                    raise
            except BROKEN as broken:
                if isinstance(broken, DownloadTimeoutError) or not left:
                    raise

    def _slow_down(self, origin: str, robots: Protego | None) -> None:
        """Honour Crawl-delay: it goes to the download slot, and to the slot that Scrapy makes after a pause.

        The slot is that of the host whose rules were asked for, also where they were found on another.
        """
        wanted = robots and robots.crawl_delay(TOKEN)
        if not wanted:
            return
        engine = self._crawler.engine
        assert engine is not None
        downloader = engine.downloader
        key = downloader.get_slot_key(Request(origin))
        slot = downloader.slots.get(key)
        usual = slot.delay if slot else self._crawler.settings.getfloat("DOWNLOAD_DELAY")
        delay = max(usual, min(wanted, self._longest))
        # No jitter: it would shorten every second pause below what the site asks for.
        downloader.per_slot_settings[key] = {"concurrency": 1, "delay": delay, "jitter": 0.0}
        if slot is not None:
            slot.delay, slot.jitter = delay, 0.0
