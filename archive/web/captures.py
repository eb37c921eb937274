"""An address and a moment -> the capture that a reader is shown: the nearest in time, as it came over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

from archive.catalogue import query
from archive.catalogue.query import Captured
from archive.layout import Layout
from archive.warc import reader
from archive.warc.capture import Capture

# A revisit may refer to a revisit; a longer chain is a fault of the file.
CHAIN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A capture as it was on its day.

    Attributes:
        of: the row of the index that was asked for, a revisit perhaps.
        capture: the record that holds the bytes.
    """

    of: Captured
    capture: Capture


def nearest(layout: Layout, url: str, stamp: str) -> Replayed | None:
    """The capture of an address that is nearest to a stamp (up to 14 digits, UTC); None: there is none.

    `http` and `https` are one address to a reader. Answers that say "not modified" show what was there before.

    Raises:
        UsageError: there is no catalogue yet.
        DataError: the WARC file cannot be read.
    """
    rows = [row for each in _spellings(url) for row in query.captures(layout, each)]
    for row in sorted(rows, key=partial(_distance, _moment(stamp))):
        if (found := _bytes_of(layout, row, rows)) is not None:
            return Replayed(of=row, capture=reader.read_at(layout.root / found.warc, found.offset))
    return None


def _spellings(url: str) -> list[str]:
    scheme, _, rest = url.partition("://")
    other = {"http": "https", "https": "http"}.get(scheme)
    bare = [url, f"{other}://{rest}"] if other else [url]
    # A host alone is its start page; what imports wrote without percent signs was asked for with them.
    named = [one for each in bare for one in ([each, each + "/"] if each.count("/") == 2 else [each])]
    return list(dict.fromkeys([*named, *map(unquote, named)]))


def _moment(stamp: str) -> int:
    return int((stamp + "00000101000000"[len(stamp) :])[:14] or "0")


def _distance(moment: int, row: Captured) -> tuple[bool, int]:
    # Errors only where there is nothing else: a page that is gone is shown as it was.
    return (row.status or 200) >= 400, abs(int(row.stamp or "0") - moment)


def _bytes_of(layout: Layout, row: Captured, rows: list[Captured]) -> Captured | None:
    """The row whose record holds the bytes of this one; None where they are not in the archive."""
    for _ in range(CHAIN):
        if row.mime != "warc/revisit":
            return row
        if row.digest:
            found = query.with_digest(layout, row.digest)
            return next(iter(found), None)
        # "Not modified" names no bytes: they are those of the capture before.
        before = [other for other in rows if other.stamp < row.stamp]
        if not before:
            return None
        row = max(before, key=lambda other: other.stamp)
    return None
