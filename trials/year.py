# ruff: noqa: INP001 - a script, in no package
"""A year of crawls on paper: what one machine with 300 sites does, and what twenty machines with 10^8 pages do.

    python trials/year.py [--seed 1] [--days 365] [--real]      `make year` runs it; docs/operators.md has its table

A discrete simulation. Articles arrive, sites are visited at the minute that their schedule says, as many at once as the
machine's limit allows, and each is asked one address at a time. When an address is asked for again the clocks of the
product say (`crawler.queue.clocks`). Sites go down, machines crash, catalogues are made anew. What an answer costs in
bytes and CPU is in `Costs`, each figure with its source. With --real a site of 30 articles on loopback is visited five
times by the crawler, its clock put forward, beside the same visits on paper.
"""

from __future__ import annotations

import argparse
import heapq
import importlib
import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crawler.queue.clocks import ABOUT, DAY, Clocks

CLOCKS = Clocks()
# robots.txt, and an address that nobody made, to know the site's answer to such.
ONCE_A_VISIT = 2
PORT = 18180


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one answer costs: bytes on disk, seconds of one core.

    Attributes:
        page: bytes of a page in a WARC file, packed; 12 to 35 kB are usual for Chinese news.
        exchange: bytes of an exchange beside its page: the records of request, answer and metadata. A page that did not
            change costs no more. Measured: `--real`.
        shard, empty, index: bytes of a document in a shard, of a shard without one, of a line of an index. The first is
            .36 of a text of some 5 kB, the others by `--real`.
        catalogue: bytes of a document in the catalogue; by `make bench`.
        fetch, clean, build: seconds of CPU to fetch and record a page, to clean it, to put a document in the catalogue;
            by `make bench`, on a core of 2020.
        start: seconds of CPU for what a visit begins and ends with.
        look: seconds of CPU that the update after a visit needs for each WARC file of the archive.
        read: bytes a second that a core reads and digests: the `clean` after a visit reads the site's WARC files.
    """

    page: float = 15e3
    exchange: float = 1.5e3
    shard: float = 2e3
    empty: float = 9.4e3
    index: float = 370
    catalogue: float = 6.7e3
    fetch: float = 0.006
    clean: float = 0.015
    build: float = 0.00135
    start: float = 2.0
    look: float = 0.00012
    read: float = 400e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is simulated.

    Attributes:
        sites: of one machine, each with about so many `articles` at the start and `lists`; a few have ten times more.
        daily: new articles of a site and day; pages of a list's pager are walked once.
        delay, latency: seconds between two requests to a host, and of an answer.
        limit, cores: sites at once on the machine; its cores.
        hours: the schedule's times are spread over so many hours from 3 o'clock on.
        down, lasts: the chance a day that a site goes down, and for how many days it stays so.
        crash: the chance a day that the machine crashes.
        age: of the articles at the start, in days.
        machines: how many such machines there are.
    """

    name: str
    sites: int
    articles: int
    lists: int
    daily: float
    delay: float = 3.0
    latency: float = 0.5
    limit: int = 400
    cores: int = 2
    hours: float = 6.0
    down: float = 0.005
    lasts: float = 2.0
    crash: float = 1 / 60
    age: float = 800.0
    machines: int = 1
    spread: float = 0.8


PLANS = (
    Plan(name="300 sites, one machine", sites=300, articles=3_000, lists=20, daily=5),
    Plan(
        name="10^8 pages, twenty machines",
        sites=1_000,
        articles=4_300,
        lists=30,
        daily=2,
        cores=16,
        limit=1_000,
        machines=20,
    ),
)


@dataclass(slots=True)
class Site:
    """One site: what it has, when each of it is asked for again, and what was had.

    Attributes:
        span, due: interval and next time of each list; None: not visited yet.
        checks: (time, articles) of checks to come, a heap.
        waiting: articles that were published and not had.
        seen: when each list was looked at last.
        down: until when it does not answer.
        visits: that came to their end.
    """

    articles: int
    lists: int
    daily: float
    planned: float
    span: list[float | None] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    checks: list[tuple[float, int]] = field(default_factory=list)
    waiting: int = 0
    seen: float = 0.0
    down: float = 0.0
    visits: int = 0
    busy: float = 0.0
    warc: float = 0.0


@dataclass(slots=True)
class Visit:
    """What one visit asks for: requests by what they are; `changed`: lists that are not as they were."""

    lists: int = 0
    changed: int = 0
    new: int = 0
    checks: int = 0
    once: int = ONCE_A_VISIT

    @property
    def requests(self) -> int:
        """All of them."""
        return self.lists + self.new + self.checks + self.once


def poisson(chance: random.Random, mean: float) -> int:
    """A number of events; the normal law stands in where there are many."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product, count = product * chance.random(), count + 1
    return count


def visit(site: Site, now: float, plan: Plan, chance: random.Random) -> Visit:
    """Visit a site: its lists that are due, what they show that is new, and the articles that are to be checked."""
    done = Visit()
    first = not site.span
    if first:
        site.span, site.due = [None] * site.lists, [0.0] * site.lists
        site.seen = now
        done.new = site.articles
        for when in CLOCKS.checks(plan.age * DAY):
            heapq.heappush(site.checks, (now + when * ABOUT, site.articles))
    arrived = poisson(chance, site.daily * (now - site.seen) / DAY)
    site.waiting, site.articles, site.seen = site.waiting + arrived, site.articles + arrived, now
    # The start page is asked for at every visit, and shows what is new.
    fresh = site.waiting
    done.lists, done.changed = 1, int(first or fresh > 0)
    for number in range(site.lists):
        if not first and site.due[number] > now:
            continue
        done.lists += 1
        span = site.span[number]
        rate = site.daily / site.lists * (span or CLOCKS.first) / DAY
        changed = first or chance.random() < 1 - math.exp(-rate)
        done.changed += changed
        site.span[number] = CLOCKS.interval(span, changed=changed)
        site.due[number] = now + (site.span[number] or 0.0) * ABOUT
    if fresh:
        done.new, site.waiting = done.new + fresh, 0
        for when in CLOCKS.checks(0.0):
            heapq.heappush(site.checks, (now + when * ABOUT, fresh))
    while site.checks and site.checks[0][0] <= now:
        done.checks += heapq.heappop(site.checks)[1]
    site.visits += 1
    return done


@dataclass(slots=True)
class Year:
    """What came of it, for one machine."""

    counts: Counter[str] = field(default_factory=Counter)
    peak: int = 0
    latest: float = 0.0
    busiest: float = 0.0


def make_sites(plan: Plan, chance: random.Random) -> list[Site]:
    """The sites, of unlike sizes: the mean is the plan's, and the largest has some ten times as much."""
    made = []
    for _ in range(plan.sites):
        size = chance.lognormvariate(-(plan.spread**2) / 2, plan.spread) if plan.spread else 1.0
        planned = 3 * 3600 + chance.random() * plan.hours * 3600
        made.append(
            Site(
                articles=max(1, round(plan.articles * size)),
                lists=max(1, round(plan.lists * min(size, 3))),
                daily=plan.daily * size,
                planned=planned // 60 * 60,
            )
        )
    return made


def simulate(plan: Plan, costs: Costs, days: int, seed: int) -> Year:
    """A machine's days, one after the other."""
    chance = random.Random(seed)  # noqa: S311 - figures, no secrets
    sites, year = make_sites(plan, chance), Year()
    for day in range(days):
        crash = day * DAY + chance.random() * DAY if chance.random() < plan.crash else None
        for site in sites:
            if site.down <= day * DAY and chance.random() < plan.down:
                site.down = day * DAY + chance.expovariate(1 / plan.lasts) * DAY
        _day(plan, costs, sites, day, year, chance, crash)
    year.counts["held"] = round(sum(site.warc for site in sites))
    return year


def _day(
    plan: Plan, costs: Costs, sites: list[Site], day: int, year: Year, chance: random.Random, crash: float | None
) -> None:
    running: list[float] = []
    cpu = 0.0
    for site in sorted(sites, key=lambda one: one.planned):
        start = day * DAY + site.planned
        if site.busy > start:
            # Its visit of an earlier day still goes on: the schedule counts this time as missed.
            year.counts["missed"] += 1
            continue
        while running and running[0] <= start:
            heapq.heappop(running)
        if len(running) >= plan.limit:
            start = heapq.heappop(running)
            year.counts["waited"] += 1
        if site.down > start:
            year.counts["unreachable"] += 1
            continue
        done = visit(site, start, plan, chance)
        gap = max(plan.delay, 2 * plan.latency)
        # Where the cores give less than the pauses would allow, all go slower.
        slow = max(1.0, len(running) / gap * costs.fetch / plan.cores)
        end = start + done.requests * gap * slow
        if crash is not None and start < crash < end:
            # What was not acknowledged is asked for again, with a WARC file more.
            year.counts["interrupted"] += 1
            year.counts["files"] += 1
            end += 100 * gap
        heapq.heappush(running, end)
        site.busy = end
        year.peak = max(year.peak, len(running))
        year.latest = max(year.latest, end - start)
        cpu += _count(costs, site, done, year)
    year.busiest = max(year.busiest, cpu)


def size_of(done: Visit, costs: Costs, *, edited: int = 0) -> float:
    """Bytes of the WARC file of a visit."""
    return done.requests * costs.exchange + (done.changed + done.new + edited) * costs.page


def _count(costs: Costs, site: Site, done: Visit, year: Year) -> float:
    """Add what a visit costs; its seconds of CPU."""
    # Of a hundred checks two find an edit.
    edited = round(done.checks * 0.02)
    full = done.changed + done.new + edited
    size = size_of(done, costs, edited=edited)
    site.warc += size
    counts = year.counts
    counts["visits"] += 1
    counts["requests"] += done.requests
    counts["lists"] += done.lists
    counts["documents"] += done.new + edited
    counts["captures"] += done.requests
    counts["warc"] += round(size)
    counts["files"] += math.ceil(size / 2**28)
    cpu = (
        costs.start
        + done.requests * costs.fetch
        + full * costs.clean
        + (done.new + edited) * costs.build
        + counts["files"] * costs.look
        + site.warc / costs.read
    )
    counts["cpu"] += round(cpu)
    return cpu


def table(plan: Plan, costs: Costs, year: Year, days: int) -> Iterator[str]:
    """The lines of a plan, for all its machines."""
    counts, many = year.counts, plan.machines
    documents = counts["documents"]
    shards = documents * costs.shard + counts["files"] * costs.empty
    # One update at a time: it waits for the lock of the catalogue.
    updates = counts["files"] * costs.look * plan.sites
    rows = (
        ("documents", f"{documents * many:,}"),
        ("requests, all; of lists", f"{counts['requests'] * many:,}; {counts['lists'] / counts['requests']:.0%}"),
        ("visits; missed because one before went on", f"{counts['visits'] * many:,}; {counts['missed'] * many:,}"),
        ("visits to a site that was down", f"{counts['unreachable'] * many:,}"),
        ("visits that a crash interrupted", f"{counts['interrupted'] * many:,}"),
        ("sites at once on a machine, at most", f"{year.peak} (waited for a slot: {counts['waited']:,})"),
        ("longest visit", f"{year.latest / DAY:.1f} days"),
        ("WARC files (as many indexes and shards)", f"{counts['files'] * many:,}"),
        ("WARC, GB", f"{counts['warc'] * many / 1e9:,.0f}"),
        (
            "shards, indexes, GB",
            f"{shards * many / 1e9:,.0f}, {counts['captures'] * many * costs.index / 1e9:,.0f}",
        ),
        ("catalogue of a machine, GB", f"{documents * costs.catalogue / 1e9:,.1f}"),
        ("catalogue of a machine made anew, hours", f"{documents * costs.build / 3600:.1f}"),
        (
            "CPU of a machine: mean of its cores; the busiest day",
            f"{counts['cpu'] / days / DAY / plan.cores:.1%}; {year.busiest / DAY / plan.cores:.0%}",
        ),
        ("the catalogue's lock is held on the last day, hours of 24", f"{updates / 3600:.1f}"),
        ("read again by `clean` on the last day, GB a machine", f"{counts['held'] / 1e9:,.0f}"),
    )
    yield f"| {plan.name}, {days} days | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in rows)


# A site of tests/crawler/many_sites.py: 30 old articles, two lists, nothing new; and the days of its visits.
REAL = Plan(name="real", sites=1, articles=30, lists=2, daily=0, delay=0.1, latency=0, spread=0, down=0, crash=0)
REAL_DAYS = (0, 2, 31, 61, 92)


def on_paper() -> Iterator[tuple[int, float]]:
    """Requests and bytes of a WARC file of each visit to that site."""
    chance = random.Random(1)  # noqa: S311 - figures, no secrets
    (site,) = make_sites(REAL, chance)
    for day in REAL_DAYS:
        done = visit(site, day * DAY, REAL, chance)
        # Its pages are far smaller than real ones.
        yield done.requests, size_of(done, Costs(page=850))


def really() -> Iterator[tuple[int, float]]:
    """The same, by the crawler over loopback."""
    tests = Path(__file__).resolve().parents[1] / "tests"
    sys.path[:0] = [str(tests), str(tests / "crawler")]
    many_sites, family_crawl = importlib.import_module("many_sites"), importlib.import_module("family_crawl")
    with tempfile.TemporaryDirectory() as name, many_sites.serving(Path(name), 3, PORT, 600):
        folder = Path(name)
        many_sites.write_sites(folder / "sites", [2], PORT, delay=REAL.delay, most={})
        seen, files = 0, set[Path]()
        for day in REAL_DAYS:
            family_crawl.crawl(folder / "sites" / "site002.toml", folder / "data", later=day * DAY)
            (new,) = set(folder.rglob("*.warc.gz")) - files
            files.add(new)
            asked = len(many_sites.asked(folder)["site002"])
            yield asked - seen, new.stat().st_size
            seen = asked


def main() -> None:
    """Print the table of each plan; with --real the visits of one small site, on paper and really."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--real", action="store_true", help="compare with five real visits over loopback")
    asked = options.parse_args()
    if asked.real:
        for day, paper, real in zip(REAL_DAYS, on_paper(), really(), strict=True):
            print(
                f"day {day:3}: {paper[0]:3} requests on paper, {real[0]:3} really; bytes {paper[1]:,.0f}, {real[1]:,}"
            )
        return
    for plan in PLANS:
        print(*table(plan, Costs(), simulate(plan, Costs(), asked.days, asked.seed), asked.days), "", sep="\n")


if __name__ == "__main__":
    main()
