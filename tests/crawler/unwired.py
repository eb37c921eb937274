"""A crawl without a wire: scheduler, frontier and reader are those of any crawl; a test gives the answers."""

from __future__ import annotations

import datetime as dt
import gzip
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from scrapy import Request
from scrapy.http import HtmlResponse

from archive.site import Crawl, Site
from archive.warc.capture import Place, Written
from crawler.discovery.link import START
from crawler.queue.entries import Address, Ending, Run
from crawler.queue.frontier import Frontier
from crawler.queue.hosts import Hosts
from crawler.queue.scheduler import Scheduler
from crawler.spiders.judges import Judges
from crawler.spiders.offer import Offers
from crawler.spiders.outcome import Outcomes
from crawler.spiders.reading import AnswerReader
from crawler.spiders.site import SiteSpider
from crawler.wire.guard import Refused
from crawler.wire.tap import Cut, Truncated

HOUR, DAY = 3600.0, 86400.0
# Noon of 13 September 2020 in China.
NOON = 1_599_969_600.0
LINE = "全市统战部长会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。"


@dataclass
class Said:
    """An answer; `packed`: its body is sent as a gzip file."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    packed: bool = False
    cut: Truncated | None = None


Answers = Mapping[str, Said] | Callable[[str], Said | Exception]
_ENGINE = SimpleNamespace(downloader=SimpleNamespace(active=[]))


class _Scheduler(Scheduler):
    def _wake_later(self) -> None:
        """Nobody sleeps here."""


def rows(*paths: str, day: str = "2020-09-01") -> str:
    """List rows that lead to these paths."""
    items = "".join(f"<li><a href='{path}'>关于召开{path}会议的通知</a> <span>{day}</span></li>" for path in paths)
    return f"<ul>{items}</ul>"


def article(title: str, day: str = "2020-09-01") -> Said:
    """The page of an article."""
    lines = "".join(f"<p>{title}：第{n}项，{LINE}</p>" for n in range(5))
    return Said(f"<title>{title}</title><h1>{title}</h1><div>{day} 来源：市委统战部</div>{lines}")


class Unwired:
    """The crawls of one site, one after the other.

    Attributes:
        now: seconds since 1970.
        left: origins that were left alone.
        sent: the last request of each path.
    """

    def __init__(self, folder: Path, *, hosts: tuple[str, ...] = ("h",), **crawl: Any) -> None:
        self.site = Site(key="h", name="统一战线", hosts=hosts, crawl=Crawl(start=("http://h/",), **crawl))
        self.now, self._folder = NOON, folder
        self.left: list[str] = []
        self.sent: dict[str, Request] = {}
        self.visited = False
        self.open()

    def open(self, *, full: bool = False) -> None:
        """Begin a crawl."""
        self.frontier = Frontier(self._folder / "h.sqlite", clock=lambda: self.now)
        self.frontier.begin(full=full, max_depth=self.site.crawl.max_depth)
        self.hosts = Hosts(self.site.hosts, lambda: self.now)
        self.offers = Offers(self.site, self.frontier, full=full)
        self.outcomes = Outcomes(
            self.site,
            self.frontier,
            self.hosts,
            self.offers,
            leave=self._leave,
            retry_wait=60.0,
            longest_rest=600.0,
        )
        nothing = cast("Any", None)
        self.reader = AnswerReader(
            site=self.site,
            frontier=self.frontier,
            recorder=cast("Any", SimpleNamespace(failure=None)),
            hosts=self.hosts,
            offers=self.offers,
            outcomes=self.outcomes,
            judges=Judges(self.site, alone=False),
            rendering=nothing,
            browser=None,
            counts=Counter(),
            stop=nothing,
            logger=cast("Any", logging.getLogger("h")),
        )

    def crawl(self, answer: Answers, *, later: float = 0.0, full: bool = False) -> list[str]:
        """Crawl until nothing is due, `later` seconds after the last crawl's end; the paths that were asked for."""
        if self.visited:
            self.end()
            self.now += later
            self.open(full=full)
        self.visited = True
        asked: list[str] = []
        self.frontier.push(Address(url="http://h/", priority=START))
        scheduler = _Scheduler(cast("Any", SimpleNamespace(spider=self, engine=_ENGINE)))
        while scheduler.has_pending_requests():
            request = scheduler.next_request()
            if request is None:
                rests = [self.hosts.parked(origin) for origin in self.hosts.open]
                self.now += max(
                    0.001, min((wait for wait in (*rests, self.frontier.next_waiting()) if wait), default=0)
                )
                continue
            path = request.meta["address"].url.removeprefix("http://h")
            asked.append(path)
            self.sent[path] = request
            self.give(request, answer(path) if callable(answer) else answer.get(path, Said(status=404)))
        return asked

    def give(self, request: Request, said: Said | Exception) -> None:
        """Have an answer read, or an error noted."""
        address: Address = request.meta["address"]
        if isinstance(said, Refused):
            self.outcomes.not_asked(address, said)
            return
        if isinstance(said, Exception):
            self.outcomes.lost(address, said)
            return
        written = Written(
            id=f"urn:uuid:{address.id}",
            payload_digest=None,
            date=dt.datetime.fromtimestamp(self.now, dt.UTC),
            place=Place(file="a.warc.gz", offset=0, length=1),
            revisit=False,
        )
        request.meta.update({"written": written, **said.meta})
        headers = {"Content-Type": "text/html; charset=utf-8"} | dict(said.headers)
        response = HtmlResponse(
            request.url,
            status=said.status,
            headers=headers,
            body=gzip.compress(said.body.encode(), mtime=0) if said.packed else said.body.encode(),
            encoding="utf-8",
            request=request,
            flags=list(said.flags),
        )
        self.reader.count(address, response)
        if said.cut is not None:
            cut = Cut(said.cut, "", response)
            self.reader.read_cut(address, cut)
            self.outcomes.cut(address, cut)
            return
        assert self.reader.answer(address, response) is None, "its scripts would be run"

    def end(self) -> None:
        """End the crawl, and with it the visit."""
        began = dt.datetime.fromtimestamp(self.now, dt.UTC)
        run = Run(
            began=began,
            seconds=1.0,
            visit=self.frontier.visit,
            ending=Ending.FINISHED,
            pages=1,
            articles=0,
            requisites=0,
            revisits=0,
            bytes=0,
        )
        self.frontier.end(run, whole=True)
        self.frontier.commit()
        self.frontier.close()

    def why(self) -> dict[str, str]:
        """Paths that were not had, and why."""
        self.frontier.settle()
        return {each.url.removeprefix("http://h"): each.reason for each in self.frontier.report.uncaptured()}

    def row(self, path: str, *columns: str) -> tuple[Any, ...]:
        """What the state says of an address."""
        found = self.frontier._db.execute("SELECT * FROM address WHERE url = ?", [f"http://h{path}"])
        names = [each[0] for each in found.description]
        values = found.fetchone()
        return () if values is None else tuple(values[names.index(column)] for column in columns)

    # What the scheduler asks of the spider.

    single_shot = stopping = False
    max_pages: int | None = None
    parse = fail = None

    def in_hours(self) -> bool:
        return True

    def reading(self, _: str) -> int:
        return 0

    def is_duplicate(self, address: Address) -> bool:
        return self.offers.is_duplicate(address)

    def request(self, address: Address) -> Request:
        return SiteSpider.request(cast("SiteSpider", self), address)

    def _leave(self, origin: str) -> None:
        self.left.append(origin)
        self.hosts.leave(origin)
        self.frontier.postpone(origin)
