"""An address and a time -> the capture to show: the nearest in time, as it came over the wire."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import format_datetime
from functools import partial

from archive.catalogue import timeline
from archive.catalogue.addresses import spellings
from archive.catalogue.timeline import Captured
from archive.layout import Layout
from archive.warc import reader
from archive.warc.capture import Capture

# The longest chain of revisits that refer to revisits; a longer one is a fault of the file.
CHAIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A capture, and the record with its bytes.

    Attributes:
        of: the capture that was asked for, perhaps a revisit.
        capture: the record with the bytes.
    """

    of: Captured
    capture: Capture


def nearest(layout: Layout, url: str, stamp: str) -> Replayed | None:
    """The capture of an address at a stamp (up to 14 digits, UTC), else the nearest in time; None if there is none.

    Of the others, any success comes before any error, so that a link leads to a page as it was. `http` and `https`
    count as one address. A "not modified" response shows the capture before it.

    Raises:
        UsageError: there is no catalogue yet.
        DataError: the WARC file cannot be read.
    """
    rows = _captures(layout, url)
    for row in sorted(rows, key=partial(_distance, moment(stamp))):
        if (found := _bytes_of(layout, row, rows)) is not None:
            return Replayed(of=row, capture=reader.read_at(layout.root / found.warc, found.offset))
    return None


def shown(layout: Layout, url: str) -> list[Captured]:
    """The captures of an address that are shown at their own time, oldest first: all but "not modified" responses.

    Raises:
        UsageError: there is no catalogue yet.
    """
    return sorted((row for row in _captures(layout, url) if row.status != 304), key=lambda row: row.stamp)


def _captures(layout: Layout, url: str) -> list[Captured]:
    return [row for each in spellings(url) for row in timeline.captures(layout, each)]


def http_date(when: dt.datetime) -> str:
    """A time as HTTP headers have it.

    >>> http_date(dt.datetime(2026, 1, 1, 16, tzinfo=dt.UTC))
    'Thu, 01 Jan 2026 16:00:00 GMT'
    """
    return format_datetime(when.astimezone(dt.UTC), usegmt=True)


def moment(stamp: str) -> dt.datetime:
    """The time of a stamp; the first moment of a year, month or day, and of what is no time."""
    whole = (stamp + "00010101000000"[len(stamp) :])[:14]
    try:
        return dt.datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return dt.datetime.min.replace(tzinfo=dt.UTC)


def _distance(wanted: dt.datetime, row: Captured) -> tuple[bool, dt.timedelta]:
    distance = abs(moment(row.stamp) - wanted)
    return bool(distance) and (row.status or 200) >= 400, distance


def _bytes_of(layout: Layout, row: Captured, rows: list[Captured]) -> Captured | None:
    """The row whose record holds the bytes of this one; None if they are not in the archive."""
    for _ in range(CHAIN):
        if row.mime != "warc/revisit":
            return row
        if row.digest:
            found = timeline.with_digest(layout, row.digest)
            return next(iter(found), None)
        # "Not modified" has no payload digest: take the bytes of the capture before.
        before = [other for other in rows if other.stamp < row.stamp]
        if not before:
            return None
        row = max(before, key=lambda other: other.stamp)
    return None
