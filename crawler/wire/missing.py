"""What a host answers for an address that nobody made -> which of its pages say that there is nothing.

Many hosts say so with status 200, or answer with their home page. One made-up address a host and run tells how; a page
that is the same is marked in its own metadata record, so that the cleaner knows it too. So is an article's address that
shows the home page.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.wire.fetch import location_of
from crawler.wire.guard import Refused
from crawler.wire.tap import Cut

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

PURPOSE = "probe"
# How the made-up address begins, so that whoever reads the server's log knows it.
NAME = "cundang-probe-"
_LOST = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    Refused,
    Cut,
)
# Of a home page with fewer bytes of words another page may have the same; two of one page differ by a tenth at most.
WORDS, ABOUT = 100, 10
_UNSEEN = re.compile(
    rb"<(script|style)\b.*?(?:</\1\s*+>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*+(?:>|\Z)", re.IGNORECASE | re.DOTALL
)
# The hour, a counter.
_CHANGING = re.compile(rb"[\d\s:.,/-]+")
_HOME = re.compile(r"/(?:(?:index|default|main|home)\.\w+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a host answers for an address that nobody made.

    Attributes:
        url: the address.
        text: what its page says, as a digest; None: it says by its status that there is none.
        location: where it leads to.
        size: about how many bytes the page has; None: any number.
    """

    url: str
    text: str | None = None
    location: str | None = None
    size: int | None = None

    def is_like(self, url: str, body: bytes) -> bool:
        """Whether a page of status 200 is the same but for its address, numbers and hours."""
        if self.text is None or (self.size is not None and abs(len(body) - self.size) > self.size // ABOUT):
            return False
        return text_of(url, body) == self.text

    def leads_as(self, url: str, location: str) -> bool:
        """Whether a redirect from `url` leads where that of the made-up address leads.

        >>> Missing(url="http://h/x", location="http://h/").leads_as("http://h/a/1.html", "/")
        True
        >>> Missing(url="http://h/x").leads_as("http://h/a/1.html", "/")
        False
        """
        try:
            return self.location is not None and urljoin(url, location) == self.location
        except ValueError:
            return False


def text_of(url: str, body: bytes) -> str:
    """What a page says, without its address, numbers and hours, as a digest.

    >>> text_of("http://h/a-1.html", b"<p>/a-1.html is gone, 12:30</p>") == text_of("http://h/b", b"/b is gone, 9:15")
    True
    """
    path = urlsplit(url).path.encode("ascii", "replace")
    # Of a home page the path is one slash.
    named = [name for name in (path, path.rpartition(b"/")[2]) if len(name) > 1]
    text = _UNSEEN.sub(b"", body)
    for name in named:
        text = text.replace(name, b"")
    return hashlib.sha256(_CHANGING.sub(b"", text)).hexdigest()


class ProbeMiddleware:
    """Before the first page of a host that is no start page, a made-up address is asked for."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._hosts: dict[str, asyncio.Task[Missing | None]] = {}
        self._homes: dict[str, Missing] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProbeMiddleware:
        """How Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request through, with what is known of the host's missing pages."""
        address = request.meta.get("address")
        parts = urlsplit(request.url)
        # A host that answers with its home page gives that for its home page too.
        if address is None or address.kind == "requisite" or address.depth == 0 or _HOME.fullmatch(parts.path):
            return
        origin = f"{parts.scheme}://{parts.netloc}"
        task = self._hosts.get(origin)
        if task is None:
            task = self._hosts[origin] = asyncio.ensure_future(self._ask(f"{origin}/{NAME}{secrets.token_hex(8)}.html"))
        request.meta["missing"] = await asyncio.shield(task)
        if address.is_awaited:
            request.meta["home"] = self._homes.get(origin)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep what the home page of a host says."""
        parts = urlsplit(request.url)
        if "address" in request.meta and response.status == 200 and _HOME.fullmatch(parts.path) and not parts.query:
            said = _CHANGING.sub(b"", _UNSEEN.sub(b"", response.body))
            if len(said) >= WORDS:
                home = Missing(url=request.url, text=text_of(request.url, response.body), size=len(response.body))
                self._homes.setdefault(f"{parts.scheme}://{parts.netloc}", home)
        return response

    async def _ask(self, url: str) -> Missing | None:
        """Ask for a made-up address, and write down what came of it; None: nothing that could be told from a page."""
        engine = self._crawler.engine
        assert engine is not None
        started = dt.datetime.now(dt.UTC)
        request = Request(url, callback=NO_CALLBACK, meta={"purpose": PURPOSE, "handle_httpstatus_all": True})
        try:
            missing, said = _read(url, await engine.download_async(request))
        except _LOST as lost:
            missing, said = None, f"{type(lost).__name__}: {lost}"
        recorder = self._crawler.spider.recorder  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
        recorder.note(url, started, (("purpose", PURPOSE), ("found", said)))
        return missing


def _read(url: str, response: Response) -> tuple[Missing | None, str]:
    """What an answer says of missing pages, and the same in words."""
    status, location = response.status, location_of(response)
    if 300 <= status < 400 and location:
        leads = urljoin(url, location)
        return Missing(url=url, location=leads), f"status {status}, leads to {leads}"
    if status != 200 or not response.body:
        return None, f"status {status}"
    text = text_of(url, response.body)
    return Missing(url=url, text=text), f"status 200 for an address that nobody made; sha256 of its words: {text}"
