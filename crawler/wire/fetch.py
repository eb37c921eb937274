"""What a page's script asks for -> the answer, fetched as the crawler fetches: guarded, polite and on record."""

from __future__ import annotations

from collections.abc import Mapping

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from archive.site import host_of
from archive.warc.capture import FoundBy
from crawler.wire.guard import Refused
from crawler.wire.tap import Cut

REDIRECTS = 5
_LOST = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError, Cut)


async def fetch(
    crawler: Crawler,
    url: str,
    *,
    parent: str,
    purpose: str,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Response | str:
    """The answer, redirects followed one by one so that each is guarded; a string says why there is none."""
    engine = crawler.engine
    assert engine is not None
    site = crawler.spider.site  # type: ignore[union-attr]  # SiteSpider.from_crawler set it
    asked = url
    for _ in range(REDIRECTS + 1):
        meta = {
            "purpose": purpose,
            "limit": site.crawl.page_bytes,
            "found": FoundBy(parent=parent),
            "handle_httpstatus_all": True,
        }
        sent = {"Referer": parent, **_given(headers or {}, own=host_of(url) == host_of(asked))}
        request = Request(url, method=method, body=body, headers=sent, meta=meta, callback=NO_CALLBACK)
        try:
            response = await engine.download_async(request)
        except Refused as refused:
            return str(refused)
        except _LOST as lost:
            return f"{type(lost).__name__}: {lost}"
        location = location_of(response)
        if not 300 <= response.status < 400 or not location:
            return response
        url = response.urljoin(location)
        if response.status in (301, 302, 303):
            method, body = "GET", b""
    return f"redirects: more than {REDIRECTS}: {asked}"


def location_of(response: Response) -> str:
    """Where a redirect leads, its bytes beyond ASCII as they came: the server alone knows their encoding."""
    raw = response.headers.get("Location") or b""
    return "".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in raw)


def _given(headers: Mapping[str, str], *, own: bool) -> dict[str, str]:
    """The headers of a request; cookies are for their `own` host alone."""
    return {name: value for name, value in headers.items() if own or name != "Cookie"}
