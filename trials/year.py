# ruff: noqa: INP001 - a script, in no package
"""Simulate a year of crawls: of one machine with 300 sites, and of twenty machines with 10^8 pages.

    python trials/year.py [--seed 1] [--days 365] [--real]      `make year` runs it; docs/operators.md has its table

This is a discrete simulation. Articles appear, sites are visited at their scheduled minutes, as many at once as the
machine may crawl, with one request at a time for each site. The clocks of the product (`crawler.queue.clocks`) decide
when an address is fetched again. Sites go down, machines crash. `Costs` has the bytes and CPU of a response, each
number with its source. With --real, the crawler visits a site of 30 articles on loopback five times, with its clock set
forward, and the result is compared with the simulation.
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
# The requests for robots.txt, and for a made-up address that shows how the site answers if a page does not exist.
ONCE_A_VISIT = 2
PORT = 18180


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The costs of one response: bytes on disk, seconds of one core.

    Attributes:
        page: bytes of a compressed page in a WARC file; 12 to 35 kB are usual for Chinese news.
        exchange: bytes of an exchange without its page: the records of request, response and metadata. An unchanged
            page costs no more than this. Measured by `--real`.
        shard: bytes of a document in a shard: .36 of a text of about 5 kB.
        empty: bytes of a shard without documents; measured by `--real`.
        index: bytes of a line in an index; measured by `--real`.
        catalogue: bytes of a document in the catalogue; measured by `make bench`.
        fetch: seconds of CPU to fetch and record a page; this and the next two measured by `make bench`, on a core of
            2020.
        clean: seconds of CPU to clean a page.
        build: seconds of CPU to add a document to the catalogue.
        start: seconds of CPU at the beginning and the end of a visit.
        look: seconds of CPU that the catalogue's update after a visit takes for each WARC file of the archive.
        read: bytes a second that a core reads and digests; the `clean` after a visit reads all WARC files of the site.
        core, month, put: US dollars for an hour of a core, a GB stored for a month, an object put into a bucket. They
            are round numbers of the order of what clouds charged in 2025: put your own here.
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
    core: float = 0.04
    month: float = 0.023
    put: float = 5e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The parameters of a simulation.

    Attributes:
        sites: the number of sites of one machine.
        articles: the mean number of articles of a site at the start; a few sites have ten times more.
        lists: the mean number of lists of a site.
        daily: the mean number of new articles of a site per day.
        delay: seconds between two requests to a host.
        latency: seconds that a response takes.
        limit: the number of sites that the machine crawls at once.
        cores: the number of its cores.
        hours: the schedules are spread over this many hours, from 3 o'clock on.
        down: the probability that a site goes down on a day.
        lasts: the mean number of days that it stays down.
        crash: the probability that the machine crashes on a day.
        age: the age in days of the articles at the start.
        machines: the number of such machines.
        spread: the standard deviation of the logarithm of the sizes of sites.
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
    """The state of one site; times are in seconds since the start.

    Attributes:
        articles: the number of its articles.
        lists: the number of its lists.
        daily: its mean number of new articles per day.
        planned: its scheduled time of day.
        span: the current interval of each list; None: not visited yet.
        due: the time when each list is due.
        checks: a heap of (time, number of articles) for future checks.
        waiting: the number of articles that are published and not fetched yet.
        seen: the time of the last visit.
        down: the time until which the site is down.
        busy: the time when the last visit ends.
        warc: the bytes of its WARC files.
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
    busy: float = 0.0
    warc: float = 0.0


@dataclass(slots=True)
class Visit:
    """The requests of one visit, by kind; `changed`: the number of lists that have changed."""

    lists: int = 0
    changed: int = 0
    new: int = 0
    checks: int = 0
    once: int = ONCE_A_VISIT

    @property
    def requests(self) -> int:
        """The number of all requests."""
        return self.lists + self.new + self.checks + self.once


def poisson(chance: random.Random, mean: float) -> int:
    """Draw a number of events from a Poisson distribution; for a large mean, from a normal distribution."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product, count = product * chance.random(), count + 1
    return count


def visit(site: Site, now: float, plan: Plan, chance: random.Random) -> Visit:
    """Visit a site: fetch the lists that are due, the new articles on them, and the articles that are to be checked."""
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
    # Every visit fetches the start page, which shows new articles.
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
    return done


@dataclass(slots=True)
class Year:
    """The result for one machine.

    Attributes:
        counts: numbers by name, summed over the visits.
        peak: the greatest number of simultaneous visits.
        latest: the longest visit in seconds.
        busiest: the seconds of CPU of the busiest day.
    """

    counts: Counter[str] = field(default_factory=Counter)
    peak: int = 0
    latest: float = 0.0
    busiest: float = 0.0


def make_sites(plan: Plan, chance: random.Random) -> list[Site]:
    """Make sites of different sizes: the mean is that of the plan, and the largest is about ten times larger."""
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
    """Simulate the days of a machine, one after the other."""
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
            # An earlier visit is still running, so the schedule counts this time as missed.
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
        # If the cores are slower than the pauses require, all visits are slower.
        slow = max(1.0, len(running) / gap * costs.fetch / plan.cores)
        end = start + done.requests * gap * slow
        if crash is not None and start < crash < end:
            # Fetch unacknowledged pages again, into one more WARC file.
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
    """The bytes of the WARC file of a visit."""
    return done.requests * costs.exchange + (done.changed + done.new + edited) * costs.page


def _count(costs: Costs, site: Site, done: Visit, year: Year) -> float:
    """Add the costs of a visit; return its seconds of CPU."""
    # Two of a hundred checks find an edit.
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


MONEY = ("the core-hours", "storing the archive in a bucket", "uploading it")


def table(plan: Plan, costs: Costs, year: Year, days: int) -> Iterator[str]:
    """The lines of the table of a plan, for all its machines."""
    counts, many = year.counts, plan.machines
    documents = counts["documents"]
    shards = documents * costs.shard + counts["files"] * costs.empty
    # Updates lock the catalogue, so they run one at a time.
    updates = counts["files"] * costs.look * plan.sites
    hours = counts["cpu"] / 3600
    stored = (counts["warc"] + shards + counts["captures"] * costs.index) / 1e9
    # The archive grows evenly: on average half of it is stored. Each file is put with its index and its shard.
    money = (hours * costs.core, stored / 2 * days / 30.4 * costs.month, 3 * counts["files"] * costs.put)
    rows = (
        ("documents", f"{documents * many:,}"),
        ("requests", f"{counts['requests'] * many:,}"),
        ("share of requests for lists", f"{counts['lists'] / counts['requests']:.0%}"),
        ("crawls", f"{counts['visits'] * many:,}"),
        ("crawls left out because the one before was not over", f"{counts['missed'] * many:,}"),
        ("crawls of a site that was down", f"{counts['unreachable'] * many:,}"),
        ("crawls that a crash interrupted", f"{counts['interrupted'] * many:,}"),
        ("sites crawled at once on a machine, maximum", f"{year.peak}"),
        ("crawls that waited for a slot", f"{counts['waited'] * many:,}"),
        ("longest crawl", f"{year.latest / DAY:.1f} days"),
        ("WARC files (and as many indexes and shards)", f"{counts['files'] * many:,}"),
        ("WARC, GB", f"{counts['warc'] * many / 1e9:,.0f}"),
        ("shards, GB", f"{shards * many / 1e9:,.0f}"),
        ("indexes, GB", f"{counts['captures'] * many * costs.index / 1e9:,.0f}"),
        ("catalogue of a machine, GB", f"{documents * costs.catalogue / 1e9:,.1f}"),
        ("time to rebuild the catalogue of a machine, hours", f"{documents * costs.build / 3600:.1f}"),
        ("CPU of a machine, mean", f"{counts['cpu'] / days / DAY / plan.cores:.1%}"),
        ("CPU of a machine, busiest day", f"{year.busiest / DAY / plan.cores:.0%}"),
        ("hours of the last day during which the catalogue is locked", f"{updates / 3600:.1f}"),
        ("core-hours", f"{hours * many:,.0f}"),
        *((f"cost of {what}, US dollars", f"{each * many:,.0f}") for what, each in zip(MONEY, money, strict=True)),
        ("bytes that a nightly `clean` reads on the last day, GB a machine", f"{counts['held'] / 1e9:,.0f}"),
    )
    yield f"| {plan.name}, {days} days | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in rows)


# A site of tests/crawler/many_sites.py, with 30 old articles, two lists and nothing new; and the days of its visits.
REAL = Plan(name="real", sites=1, articles=30, lists=2, daily=0, delay=0.1, latency=0, spread=0, down=0, crash=0)
REAL_DAYS = (0, 2, 31, 61, 92)


def visit_on_paper() -> Iterator[tuple[int, float]]:
    """Simulate the visits to that site; yield the number of requests and the bytes of the WARC file of each."""
    chance = random.Random(1)  # noqa: S311 - figures, no secrets
    (site,) = make_sites(REAL, chance)
    for day in REAL_DAYS:
        done = visit(site, day * DAY, REAL, chance)
        # The pages of this site are far smaller than real ones.
        yield done.requests, size_of(done, Costs(page=850))


def visit_really() -> Iterator[tuple[int, float]]:
    """Visit the site with the crawler, over loopback; yield the same numbers."""
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
    """Print the table of each plan; with --real, compare five simulated visits with real ones."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--real", action="store_true", help="compare with five real visits over loopback")
    asked = options.parse_args()
    if asked.real:
        for day, paper, real in zip(REAL_DAYS, visit_on_paper(), visit_really(), strict=True):
            print(f"day {day:3}: requests {paper[0]:3} simulated, {real[0]:3} real; bytes {paper[1]:,.0f}, {real[1]:,}")
        return
    for plan in PLANS:
        print(*table(plan, Costs(), simulate(plan, Costs(), asked.days, asked.seed), asked.days), "", sep="\n")


if __name__ == "__main__":
    main()
