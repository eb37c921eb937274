"""What the frontier holds: addresses, articles, shapes of addresses, runs and how they ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from archive.warc.capture import FoundBy
from crawler.queue.address import ARTICLE, LIST, START

Kind = Literal["page", "next", "requisite"]
Role = Literal["list", "article"]


class State(StrEnum):
    """Where an address stands."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


# How a run begins to say that it waits.
WAITS = "Nothing is left but addresses that are asked for again,"


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
        bore: it has led to what no visit had found before, or shown rows of its own.
    """

    url: str
    kind: Kind = "page"
    priority: int = LIST
    depth: int = 0
    hops: int = 0
    pager: int | None = None
    found: FoundBy | None = None
    tries: int = 0
    id: int = 0
    role: Role | None = None
    etag: str | None = None
    modified: str | None = None
    form: str | None = None
    shown: int = 0
    bore: bool = False

    @property
    def is_expected(self) -> bool:
        """Whether the link that led to it looked like that of an article, by its address or the day of its row."""
        return self.priority == ARTICLE or (self.found is not None and self.found.row_date is not None)

    @property
    def is_proven(self) -> bool:
        """Whether it is worth a request whatever pages like it gave.

        So are a start page, an article, what has led to more, and what a list shows with a day.
        """
        listed = self.found is not None and self.found.row_date is not None
        return listed or self.bore or self.role == "article" or self.priority == START or self.kind == "requisite"

    @property
    def is_awaited(self) -> bool:
        """Whether an article ought to be there: a list says so, or there was one."""
        return self.role == "article" or self.is_expected


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


class Ending(StrEnum):
    """How a run ended. The last six are known to the schedule alone.

    Attributes:
        exit_code: of the crawl's process; None: it is not known, or a signal's number.
        message: what the crawl prints; empty: it raises an error, which is printed, or prints nothing.
    """

    exit_code: int | None
    message: str

    def __new__(cls, name: str, exit_code: int | None = None, message: str = "") -> Self:
        """An ending, by its name in files and listings."""
        ending = str.__new__(cls, name)
        ending._value_, ending.exit_code, ending.message = name, exit_code, message
        return ending

    FINISHED = "finished", 0, "finished"
    MAX_PAGES = "max_pages", 0, "stopped at the limit of pages; the next crawl continues"
    HOURS = "hours", 0, "stopped at the end of the site's `hours`; the next crawl continues"
    INTERRUPTED = "interrupted", 5, "interrupted; the next crawl continues"
    FAR_LESS = "far_less", 1, "known pages yielded far less than they used to; `cundang status --missing` may say why"
    GAPS = "gaps", 1, "finished, but some of what the site lists could not be fetched"
    BROKEN_OFF = "broken_off", 1, "a server stopped answering, or blocks us; the next crawl continues"
    UNREACHABLE = "unreachable", 1
    FAILED = "failed", 1
    REFUSED = "refused", 2
    NO_SPACE = "no space", 3
    LOCKED = "locked", 4
    UNCLEANED = "not_cleaned", 1
    RUNNING = "running"
    KILLED = "killed"

    @classmethod
    def of(cls, exit_code: int | None) -> Ending:
        """The ending of a crawl of which only the exit code is known.

        >>> Ending.of(4), Ending.of(-9)
        (<Ending.LOCKED: 'locked'>, <Ending.KILLED: 'killed'>)
        """
        if exit_code is None or exit_code < 0:
            return cls.KILLED
        known = (cls.FINISHED, cls.REFUSED, cls.NO_SPACE, cls.LOCKED, cls.INTERRUPTED)
        return next((ending for ending in known if ending.exit_code == exit_code), cls.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a run fetched, in numbers.

    Attributes:
        pages: responses other than pictures and attachments; `articles`: those of them that are articles.
        requisites: pictures and attachments.
        revisits: responses that were in the archive already.
        bytes: the compressed size of the response and revisit records.
    """

    pages: int = 0
    articles: int = 0
    requisites: int = 0
    revisits: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Tally):
    """What one run of a crawl did.

    Attributes:
        seconds: its duration.
        shortfall: with `far_less`, `gaps` and `broken_off`: what is missing, in words.
    """

    began: dt.datetime
    seconds: float
    visit: int
    ending: Ending
    shortfall: str | None = None
