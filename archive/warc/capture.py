"""`Capture`: one page record as it rests in a WARC file, with the metadata record that belongs to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

# Flags of a Document that a record gives: bytes are missing; bytes are others than were sent or written.
TRUNCATED = "truncated"
DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the bytes of a record.

    Attributes:
        flag: `truncated`, `damaged`, or empty where no byte is lost or changed.
        words: the evidence.
    """

    flag: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record's bytes are: the WARC file's name (no folder), offset and length of its gzip member in bytes."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the crawler found the URL.

    Attributes:
        parent: URL of the page with the link.
        anchor: the link's text, white space folded.
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
        url: the WARC-Target-URI as it stands (without `<>`).
        date: UTC; None for an imported page that states none.
        status: of the HTTP response; None for a resource, or where the head cannot be read.
        headers: the HTTP header lines in order, names as sent, decoded as Latin-1; of a resource only Content-Type.
        body: the entity: transfer-coding removed, content-coding too where it could be (else left, with a problem).
        payload_digest: `sha256:` and base16 of the entity with its content-coding; as the record says, else None.
        place: where the record lies.
        truncated: the record's WARC-Truncated, None where it is whole.
        found: where the crawler found it, None where nothing says so.
        origin: the relative path of an imported file.
        missing: the address, which nobody made, that the host answered with the same page; None: none is known.
        purpose: what it was fetched for, where it was not for itself: `script` (a page's script asked for it, and the
            page as its scripts made it is a record of its own), `browser`, `probe`, `robots`.
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
    found: Found | None = None
    origin: str | None = None
    missing: str | None = None
    purpose: str | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What the reader met, in words."""
        return tuple(fault.words for fault in self.faults)

    @property
    def doubts(self) -> tuple[tuple[str, str], ...]:
        """The flags that its bytes give, each with the evidence."""
        return tuple((fault.flag, fault.words) for fault in self.faults if fault.flag)

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)
