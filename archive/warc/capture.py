"""`Capture`: one page record as it is stored in a WARC file, with its metadata record."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

# Flags of a Document that come from its record: bytes are missing; bytes are not those that were sent or written.
TRUNCATED = "truncated"
DAMAGED = "damaged"
# The types in a Content-Type (Fetch standard, section 3.6): a proxy makes `text/html, text/html; charset=utf-8` of it.
_TYPE = re.compile(r"(?:\A|,)\s*+([\w!#$%&'*+.^`|~-]++/[\w!#$%&'*+.^`|~-]++)\s*+(?=[;,]|\Z)", re.ASCII)
# With these, browsers look at the bytes (MIME Sniffing standard, section 7).
_UNKNOWN = ("*/*", "unknown/unknown", "application/unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the bytes of a record.

    Attributes:
        flag: `truncated`, `damaged`, or empty if no byte is lost or changed.
        words: the evidence.
    """

    flag: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record is: the WARC file's name (without folder), offset and length of its gzip member in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBy:
    """Where the crawler found the URL.

    Attributes:
        parent: URL of the page with the link.
        anchor: the link's text, with white space folded.
        row_date: the date in the list row as the page shows it, for example `2020-02-19` or `[02-19]`.
    """

    parent: str
    anchor: str | None = None
    row_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One page record: a `response`, or a `resource` that an import wrote.

    Attributes:
        id: the WARC-Record-ID without angle brackets, `urn:uuid:...`.
        url: the WARC-Target-URI, unchanged but without `<>`.
            Behind `#` stands the form that it answers, or the digest of a long one.
        date: UTC; None for an imported page that states none.
        status: of the HTTP response; None for a resource, or if the head cannot be read.
        headers: the HTTP header lines in order, names as sent, decoded as Latin-1; of a resource, only Content-Type.
        body: the entity without transfer-coding, and without content-coding unless it cannot be undone (then a fault).
        payload_digest: as the record states it: `sha256:` and base16 of the entity with its content-coding.
        place: where the record lies.
        truncated: the record's WARC-Truncated; None: it is whole.
        found: where the crawler found the URL; None: unknown.
        origin: the relative path of an imported file.
        missing: an address made up by the crawler that the host answered with the same page, so that this one is a
            soft 404; None: no such address is known.
        purpose: why it was fetched, if not for its own content: `script` (a page's script requested it; the rendered
            page is a record of its own), `browser`, `probe`, `robots`.
        faults: what is wrong with its bytes, for example "content-coding gzip cannot be undone".
    """

    id: str
    kind: Literal["response", "resource"]
    url: str
    date: dt.datetime | None
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes
    payload_digest: str | None
    place: Place
    truncated: str | None = None
    found: FoundBy | None = None
    origin: str | None = None
    missing: str | None = None
    purpose: str | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """All faults, in words."""
        return tuple(fault.words for fault in self.faults)

    @property
    def doubts(self) -> tuple[tuple[str, str], ...]:
        """The flags of its faults, each with the evidence."""
        return tuple((fault.flag, fault.words) for fault in self.faults if fault.flag)

    def header(self, name: str) -> str | None:
        """The first header of that name, ignoring case; None if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def media_type(self) -> str:
        """The last valid type in its Content-Type, in lower case, as browsers take it; empty if its bytes must tell."""
        stated = ",".join(value for key, value in self.headers if key.lower() == "content-type").lower()
        return next((kind for kind in reversed(_TYPE.findall(stated)) if kind not in _UNKNOWN), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The earlier response record with the same payload, to which a revisit record refers."""

    id: str
    url: str
    date: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where an exchange was written.

    Attributes:
        id: of the response or revisit record, `urn:uuid:...`.
        payload_digest: `sha256:...`; None if the response is truncated, or a 304, which has no payload of its own.
        date: the WARC-Date, UTC.
        place: of the response or revisit record, with the name that the file has once it is closed.
        revisit: it was written as a revisit record.
    """

    id: str
    payload_digest: str | None
    date: dt.datetime
    place: Place
    revisit: bool
