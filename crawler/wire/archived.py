"""The archive in place of the web: a download handler that answers from WARC files, so that a rule is tried offline."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from io import BytesIO
from pathlib import Path

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.layout import Layout
from archive.warc.capture import Capture
from archive.warc.writer import Exchange
from archive.web.captures import nearest
from crawler.wire.guard import Refused
from crawler.wire.handler import answered

logger = logging.getLogger(__name__)

# Later than every capture: the newest is wanted.
_NEWEST = "9999"
# Settings that concern the web, and mean nothing where an archive answers.
_WEB_ONLY = (
    "crawler.wire.guard.GuardMiddleware",
    "crawler.wire.robots.RobotsMiddleware",
    "crawler.wire.missing.ProbeMiddleware",
)


class FromArchive:
    """A Scrapy add-on: with FROM_ARCHIVE = True nothing is fetched, and nothing is written to the archive."""

    @staticmethod
    def update_settings(settings: BaseSettings) -> None:
        """Set what follows from FROM_ARCHIVE."""
        if not settings.getbool("FROM_ARCHIVE"):
            return
        handler = f"{__name__}.ArchiveHandler"
        middlewares = {**settings.getdict("DOWNLOADER_MIDDLEWARES"), **dict.fromkeys(_WEB_ONLY)}
        for name, value in {
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "DOWNLOADER_MIDDLEWARES": middlewares,
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
        }.items():
            settings.set(name, value, priority="cmdline")


class ArchiveHandler(BaseDownloadHandler):
    """Answers with the newest capture of a URL, as it came over the wire on its day."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        data = crawler.settings.get("DATA")
        self._layout = Layout.at(Path(data) if data else None)

    async def download_request(self, request: Request) -> Response:
        """The capture as a response, kept in the spider's own scratch folder so that it can be cleaned.

        Raises:
            Refused: the archive has no capture of the URL, or it was asked for with a form.
        """
        url = request.url.partition("#")[0]
        replayed = None if request.body else await asyncio.to_thread(nearest, self._layout, url, _NEWEST)
        if replayed is None:
            logger.warning("%s holds no capture of %s", self._layout.root, url)
            raise Refused("not_archived", f"{self._layout.root} holds no capture of {url}")
        capture = replayed.capture
        block = _exchange(capture)
        recorder = self.crawler.spider.recorder  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
        exchange = Exchange(
            url=url,
            started=capture.date or dt.datetime.now(dt.UTC),
            ip=None,
            request=b"",
            response=BytesIO(block),
        )
        return answered(request, recorder.keep(exchange), block)


def _exchange(capture: Capture) -> bytes:
    """A capture as a server would send it, its codings undone; one that was imported gets a head."""
    undone = ("content-encoding", "content-length", "transfer-encoding", "connection")
    headers = [(name, value) for name, value in capture.headers if name.lower() not in undone]
    if not headers and capture.status is None:
        headers = [("Content-Type", "text/html")]
    headers.append(("Content-Length", str(len(capture.body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {capture.status or 200} OK\r\n{head}\r\n".encode("latin-1", "replace") + capture.body
