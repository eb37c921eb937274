"""What the frontier holds: addresses, articles, shapes of addresses, runs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from archive.warc.capture import Found
from crawler.queue.address import LIST

Kind = Literal["page", "next", "requisite"]
Role = Literal["list", "article"]


class State(StrEnum):
    """Where an address stands."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address that is asked for, or is to be.

    Attributes:
        id: of its row; 0 for one that has none yet.
        url: canonical, ASCII.
        depth: links from a start page.
        hops: redirects that led here.
        pager: the row whose pager led here; None: not found by a pager.
        tries: failed ones in this run.
        role: what it was when it answered last; None: it never did, or was neither list nor article.
        etag, modified: of its last full answer.
        form: body of a POST; None: it is a GET. Its URL has a fragment that tells it from others of the same page.
        shown: articles that it is used to show, where it is a list.
    """

    url: str
    kind: Kind = "page"
    priority: int = LIST
    depth: int = 0
    hops: int = 0
    pager: int | None = None
    found: Found | None = None
    tries: int = 0
    id: int = 0
    role: Role | None = None
    etag: str | None = None
    modified: str | None = None
    form: str | None = None
    shown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the page of an article says of it.

    Attributes:
        day: its own day, seconds since 1970; None: it states none.
        digest: of title, day and text, equal at each address of the article; None: too little text to tell.
    """

    day: float | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the pages of one shape of addresses turned out to be.

    Attributes:
        shape: the address with its numbers folded, see `crawler.queue.address.shape`.
        articles, lists: pages that were so when they answered last.
    """

    shape: str
    articles: int
    lists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of a crawl did.

    Attributes:
        seconds: that it took.
        ending: `finished`, `max_pages` (as many as allowed), `hours` (they were over), `interrupted` (by a signal),
            `broken_off` (a host that had answered fell silent), `unreachable` (no page came), `failed` (the archive
            could not be written), `far_less` (it came to its end, and known pages brought far less than they used to).
        pages: answers that are no requisites; of them `articles`.
        requisites: pictures and attachments.
        revisits: answers that were in the archive already.
        bytes: of response and revisit records, compressed.
        shortfall: of `far_less`, what was missing.
    """

    began: dt.datetime
    seconds: float
    visit: int
    ending: str
    pages: int
    articles: int
    requisites: int
    revisits: int
    bytes: int
    shortfall: str | None = None
