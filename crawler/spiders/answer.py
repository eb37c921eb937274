"""An answer as Scrapy gives it -> its headers, whether it is a page, the capture that the cleaner will read of it."""

from __future__ import annotations

import re
import zlib
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response

from archive.text.refresh import refresh
from archive.text.verdict import saved
from archive.warc.capture import Capture, Written
from crawler.discovery import Link

# A page is known by its Content-Type, else by its first bytes (MIME Sniffing, section 7.1).
_PAGES = re.compile(r"html|xml|wml|json|text/plain")
_SNIFFED = 1024
# Bytes of a sitemap at most (sitemaps.org).
SITEMAP = 50 * 2**20
_MARKUP = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*+<(?:!doctype html|html|head|body|title|meta|link|style|script|iframe|table|div|font|ul"
    rb"|h1|br|p|a|b)[\s>]|\A(?:\xef\xbb\xbf)?\s*+<!--",
    re.IGNORECASE,
)


def header(response: Response, name: str) -> str:
    """A header's value: UTF-8 where it is, else as old Chinese servers send it; empty where there is none."""
    value = response.headers.get(name) or b""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def content_type(response: Response) -> str:
    """The Content-Type in small letters; empty where there is none."""
    return header(response, "Content-Type").lower()


def is_page(response: Response) -> bool:
    """Whether an answer is looked into for links: by its Content-Type, else by its first bytes, as browsers do.

    Old servers send lists as `text`, or as octet-stream. What is to be saved as a file is none.
    """
    if saved(header(response, "Content-Disposition")):
        return False
    kind = content_type(response)
    return not kind or _PAGES.search(kind) is not None or _MARKUP.match(response.body[:_SNIFFED]) is not None


def unpacked(response: Response) -> Response:
    """The answer; of a packed sitemap what it holds, as far as `SITEMAP` bytes."""
    if not response.body.startswith(b"\x1f\x8b") or not urlsplit(response.url).path.endswith(".xml.gz"):
        return response
    try:
        body = zlib.decompressobj(31).decompress(response.body, SITEMAP)
    except zlib.error:
        return response
    return response.replace(body=body, headers={**response.headers, "Content-Type": "application/xml"})


def refreshes(response: Response) -> list[Link]:
    """Where the header Refresh leads, which does as a meta element of that name."""
    found = refresh(header(response, "Refresh"))
    try:
        return [Link(url=urljoin(response.url, found[1]), kind="redirect")] if found else []
    except ValueError:
        return []


def capture_of(response: Response, url: str) -> Capture:
    """The capture that the cleaner will read of an answer; `url` is the address that it was asked for with."""
    written: Written = response.meta["written"]
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return Capture(
        id=written.id,
        kind="response",
        url=url.partition("#")[0],
        date=written.date,
        status=response.status,
        headers=headers,
        body=response.body,
        payload_digest=written.payload_digest,
        place=written.place,
        found=response.meta.get("found"),
    )
