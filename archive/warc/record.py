"""`Record` and `Problem`: what a WARC file holds, and what is lost or wrong in it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from archive.warc.capture import Place

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it is stored in a file.

    Attributes:
        head: the bytes from the version line to the empty line; of an ARC record, its line.
        fields: names and values, unchanged; of an ARC record, the fields that a WARC record would have.
        block: its bytes, only the first MAX_BLOCK of a longer one.
        size: the length of the whole block in bytes.
        nth: its number among the records of one gzip member, from 0.
        torn: the record is cut off, and this is what is left of it; only from `scan(..., torn=True)`.
    """

    place: Place
    head: bytes
    fields: tuple[tuple[str, str], ...]
    block: bytes
    size: int
    nth: int = 0
    torn: bool = False

    def field(self, name: str) -> str:
        """The first field of that name, ignoring case; empty if there is none."""
        return field_of(self.fields, name)

    @property
    def is_warc(self) -> bool:
        """Whether it is a WARC record, not an ARC record."""
        return self.head.startswith((b"WARC/", b"warc/"))

    @property
    def kind(self) -> str:
        """The WARC-Type, in lower case."""
        return self.field("WARC-Type").lower()

    @property
    def id(self) -> str:
        """The WARC-Record-ID without angle brackets; empty if there is none."""
        return self.field("WARC-Record-ID").strip("<>")

    @property
    def url(self) -> str:
        """The WARC-Target-URI without the angle brackets that old versions of wget wrote."""
        url = self.field("WARC-Target-URI")
        return url[1:-1] if url.startswith("<") and url.endswith(">") else url

    @property
    def date(self) -> dt.datetime | None:
        """The WARC-Date in UTC; None if it is missing or not a date."""
        return parse_date(self.field("WARC-Date"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is lost or wrong in a file.

    Attributes:
        offset: in bytes; in a compressed file, the start of the gzip member.
        lost: the number of bytes from the offset on that belong to no whole record.
        noted: the file itself names the problem: it was known when the file was written.
    """

    file: str
    offset: int
    reason: str
    lost: int = 0
    noted: bool = False


def field_of(fields: Fields, name: str) -> str:
    """The first field of that name, ignoring case; empty if there is none."""
    name = name.lower()
    length = len(name)
    for key, value in fields:
        # Comparing lengths first halves the time, since most names have another length.
        if len(key) == length and key.lower() == name:
            return value
    return ""


def parse_date(text: str) -> dt.datetime | None:
    """Read a WARC-Date (W3C profile of ISO 8601, of any precision) as UTC; None if it is not a date.

    >>> parse_date("2016-01-11T23:24:25.412030Z").isoformat()
    '2016-01-11T23:24:25.412030+00:00'
    >>> parse_date("2016-01").isoformat()
    '2016-01-01T00:00:00+00:00'
    >>> parse_date("5088968-11-06T12:31:23Z")
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        date = dt.datetime(  # noqa: DTZ001 - the zone is applied below
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), micro
        )
        offset = dt.timedelta()
        if zone and zone not in "Zz":
            offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
        return (date - offset).replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None


_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|z|[+-]\d\d:?\d\d))?)?)?", re.ASCII
)
