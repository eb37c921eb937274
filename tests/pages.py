"""The HTML of a page -> its document or skip, for tests."""

from __future__ import annotations

import datetime as dt

from archive.text.clean import clean
from archive.text.document import Document, Skip
from archive.warc.capture import Capture, Place


def read(html: str, url: str = "http://www.example.gov.cn/a/1.html") -> Document:
    """Clean a page that was fetched in November 2026; fail if it is a skip."""
    found = clean_page(html, url)
    assert isinstance(found, Document), found
    return found


def skipped(html: str, url: str = "http://www.example.gov.cn/a/1.html") -> Skip:
    """Clean such a page; fail if it is a document."""
    found = clean_page(html, url)
    assert isinstance(found, Skip), found
    return found


def clean_page(html: str, url: str) -> Document | Skip:
    """What the cleaner makes of such a page."""
    return clean(
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000005",
            kind="response",
            url=url,
            date=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=html.encode(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        ),
        None,
    )
