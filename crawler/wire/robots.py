"""robots.txt -> let through or `Refused`, as RFC 9309 has it: a host whose rules cannot be read is left alone."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

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
from w3lib.url import safe_url_string

from archive.warc.capture import FoundBy
from crawler.queue.address import origin_of
from crawler.queue.silence import Silence
from crawler.wire.guard import Refused
from crawler.wire.handler import NOTE, UnconnectedError
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
# One broken connection says little about a host behind a bad line, so we try again.
TRIES = 3
# Statuses that name another address.
MOVED = (301, 302, 303, 307, 308)

_HTML = re.compile(r"<(?:!doctype|html|head|body|script|meta|title|div)\b", re.IGNORECASE)
_TOKEN = re.compile(r"\A[A-Za-z_-]+")
# Byte order marks and joiners that editors leave at the beginning of lines.
_UNSEEN = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
# Bytes that no text has.
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")
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
        # Rules dated in the future were read while the clock was wrong.
        return self.closed is None and not 0 <= now - self.read <= KEPT_SECONDS


class Shelf(Protocol):
    """Where rules are kept for later runs: the frontier."""

    def robots(self, origin: str) -> tuple[float, bytes | None] | None:
        """When the robots.txt of an origin was read, and its bytes, None where it has none; None: never read."""

    def keep_robots(self, origin: str, read: float, body: bytes | None) -> None:
        """Keep it for later runs."""

    @property
    def silence(self) -> Silence:
        """What is known of origins that let no connection come about."""


def parse(body: bytes) -> Protego | None:
    r"""The rules in a body that was answered for robots.txt; None where it is a web page.

    >>> parse("\ufeffUser-agent: cundang/0.1.0\r\nDisallow: /a".encode()).can_fetch("http://a.cn/a", "cundang")
    False
    >>> parse(b"<html><body>404")
    """
    text = "\n".join(map(_line, _decode(body[:ROBOTS_BYTES]).splitlines()))
    # Many sites answer with their home page, status 200 (`<!DOCTYPE html>...`).
    if _HTML.search(text[:4096]) and not _RULE.search(text):
        return None
    return Protego.parse(text)


def allows(robots: Protego, url: str) -> bool:
    r"""Whether rules let us ask for an address; one in GBK is held to rules that are written in UTF-8 too.

    >>> rules = parse("User-agent: *\nDisallow: /统战/".encode())
    >>> [allows(rules, f"http://a.cn/{word}/1.html") for word in ("%E7%BB%9F%E6%88%98", "%CD%B3%D5%BD", "%CD%B3")]
    [False, False, True]
    """
    if not robots.can_fetch(url, TOKEN):
        return False
    try:
        # Also where it would be UTF-8: 统战 in GBK is.
        words = unquote_to_bytes(url).decode("gb18030")
    except UnicodeDecodeError:
        return True
    return words.isascii() or bool(robots.can_fetch(quote(words, safe=":/?#[]@!$&'()*+,;=%"), TOKEN))


def _line(line: str) -> str:
    """A line as Protego reads it: of a user agent its product token alone, which is ours or that of another.

    RFC 9309 section 2.2.1: a token is of letters, `_` and `-`; Protego compares versions too, and takes `cun` for ours.

    >>> [_line(line) for line in ("User-agent : Cundang/0.1 (x)", "User-Agent：*", "user agent cun", "Allow：/a # b")]
    ['User-agent: cundang', 'User-agent: *', 'User-agent: other', 'Allow:/a']
    """
    plain = line.partition("#")[0].translate(_UNSEEN).strip()
    if "：" in plain.partition(":")[0]:  # typed in a Chinese input method
        plain = plain.replace("：", ":", 1)
    name, colon, value = plain.partition(":")
    if not colon:
        name = plain[: len("user agent")]
        value = plain[len(name) :]
    if name.strip().lower() not in ("user-agent", "user agent", "useragent"):
        return plain
    value = value.strip()
    token = _TOKEN.match(value)
    ours = token is not None and token[0].lower() == TOKEN
    return "User-agent: " + ("*" if value.startswith("*") else TOKEN if ours else "other")


def _decode(body: bytes) -> str:
    """RFC 9309 wants UTF-8; Windows editors write a byte order mark, or GBK in the comments."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _target(url: str, location: bytes) -> str | None:
    """Where a redirect leads, its raw characters percent-encoded; None where that is not an address."""
    try:
        text = location.decode("utf-8")
    except UnicodeDecodeError:
        text = location.decode("gb18030", errors="replace")
    try:
        target = urljoin(url, safe_url_string(text.strip()))
        return target if urlsplit(target).hostname else None
    except ValueError:
        return None


def _took_too_long(broken: Exception) -> bool:
    return broken.truncated == "time" if isinstance(broken, Cut) else isinstance(broken, DownloadTimeoutError)


def _unreadable(response: Response) -> str | None:
    """Why the answer may not be what the site wrote: its coding is cut, damaged or unknown."""
    for flag in response.flags:
        if not flag.startswith(NOTE) or _BINARY.search(response.body):
            return flag
    return None


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
        origin = origin_of(request.url)
        rules = await self._rules_of(origin)
        if rules.closed is not None:
            raise Refused("robots_unreachable", rules.closed, later=True)
        if rules.robots is not None and not allows(rules.robots, request.url):
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
        now = self._clock()
        if (silent := shelf.silence.rests(origin, now)) is not None:
            return Rules(closed=silent, read=now)
        return await self._read(origin, shelf)

    async def _read(self, origin: str, shelf: Shelf) -> Rules:
        """The rules that a host gives now, wherever its robots.txt was moved to."""
        url = f"{origin}/robots.txt"
        found: FoundBy | None = None
        now = self._clock()
        for _ in range(1 + REDIRECTS):
            try:
                response = await self._fetch(url, found)
            except (Refused, Cut, *BROKEN) as error:
                if found is None and isinstance(error, UnconnectedError):
                    shelf.silence.note(origin, now)
                return Rules(closed=f"{url} cannot be read: {error}", read=now)
            shelf.silence.end(origin)
            location = response.headers.get("Location")
            if response.status not in MOVED or not location:
                return self._taken(origin, url, response, now, shelf)
            target = _target(url, location)
            if target is None:
                return Rules(closed=f"{url} leads to {location!r}, which is not an address", read=now)
            url, found = target, FoundBy(parent=url)
        # Section 2.3.1.2: more redirects may be taken for a robots.txt that is not there.
        shelf.keep_robots(origin, now, None)
        return Rules(read=now)

    def _taken(self, origin: str, url: str, response: Response, now: float, shelf: Shelf) -> Rules:
        """The rules that an answer gives; those that can be told are kept."""
        status = response.status
        # RFC 9309 section 2.3.1.4; 429 asks us to stay away too, and what a 304 is about we do not have.
        if status >= 500 or status == 429 or status < 200 or 300 <= status < 400:
            return Rules(closed=f"{url} answers with status {status}", read=now)
        if status < 300 and (fault := _unreadable(response)) is not None:
            return Rules(closed=f"{url} cannot be read: {fault}", read=now)
        # Section 2.3.1.3: no robots.txt, no rules.
        body = response.body[:ROBOTS_BYTES] if status < 300 else None
        shelf.keep_robots(origin, now, body)
        robots = None if body is None else parse(body)
        self._slow_down(origin, robots)
        return Rules(robots=robots, read=now)

    async def _fetch(self, url: str, found: FoundBy | None) -> Response:
        """The answer; one that is broken or damaged is asked for again, one that takes too long is not."""
        meta = {"purpose": PURPOSE, "limit": ROBOTS_BYTES, "found": found}
        engine = self._crawler.engine
        assert engine is not None
        for left in reversed(range(TRIES)):
            try:
                response = await engine.download_async(Request(url, callback=NO_CALLBACK, meta=dict(meta)))
            except (Cut, *BROKEN) as broken:
                if isinstance(broken, Cut) and broken.truncated == "length":
                    # The rules up to the limit count.
                    return broken.response.replace(flags=[])
                if not left or _took_too_long(broken):
                    raise
                continue
            if response.status != 200 or _unreadable(response) is None:
                break
        return response

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
