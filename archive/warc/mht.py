"""MHT files (RFC 2557), as browsers save pages and old offices publish them -> the page inside."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from email import message_from_bytes, utils

from archive.warc.capture import Capture

NAMES = (".mht", ".mhtml")
TYPE = "message/rfc822"
_TYPES = (TYPE, "multipart/related", "application/x-mimearchive")
# The fields that begin such a file are within so many bytes.
_BEGIN = 4096
_VERSION = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The page of an MHT file.

    Attributes:
        url: its address, if it was on the web.
        date: when it was saved (UTC), if the file says so.
        content_type: as its part states it.
    """

    url: str | None
    date: dt.datetime | None
    content_type: str
    body: bytes


def read(body: bytes) -> Saved | None:
    r"""The page of an MHT file: its first part that is HTML; None if the bytes are none.

    >>> read(b"MIME-Version: 1.0\nContent-Type: text/html\nContent-Location: http://a.cn/\n\n<p>")
    Saved(url='http://a.cn/', date=None, content_type='text/html', body=b'<p>')
    """
    if not _VERSION.search(body[:_BEGIN]):
        return None
    try:
        whole = message_from_bytes(body)
        page = next((part for part in whole.walk() if part.get_content_type() == "text/html"), None)
        content = page.get_payload(decode=True) if page is not None else None
    except (ValueError, LookupError, RecursionError):  # parts within parts without end
        return None
    if page is None or not isinstance(content, bytes):
        return None
    named = (str(where or "").strip() for where in (page["Content-Location"], whole["Snapshot-Content-Location"]))
    return Saved(
        url=next((url for url in named if url.startswith(("http://", "https://"))), None),
        date=_moment(str(whole["Date"] or "")),
        content_type=str(page["Content-Type"] or "text/html"),
        body=content,
    )


def opened(capture: Capture) -> Capture:
    """The capture of the page inside, if a capture is an MHT file by its type or its address; else the same."""
    if capture.media_type not in _TYPES and not capture.url.partition("?")[0].lower().endswith(NAMES):
        return capture
    saved = read(capture.body)
    if saved is None:
        return capture
    others = (field for field in capture.headers if field[0].lower() != "content-type")
    return replace(capture, body=saved.body, headers=(*others, ("Content-Type", saved.content_type)))


def _moment(stated: str) -> dt.datetime | None:
    """A date of a message as UTC.

    >>> _moment("Tue, 19 Feb 2019 08:30:00 +0800").isoformat()
    '2019-02-19T00:30:00+00:00'
    """
    try:
        moment = utils.parsedate_to_datetime(stated)
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
