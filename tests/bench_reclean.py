"""Measure re-cleaning by commands: whether the report is correct, what a kill costs, and how fast it is.

    python tests/bench_reclean.py [--pages N] [--kills N] [--seed WORD]

The pages are those of generated sites of twelve families, each site from a seed of its own and crawled once. Then every
site file gets a rule. The report of the dry run is compared with that of the run, and its digests with the shards. The
run is repeated and killed at random points, and its shards are compared with those of the uninterrupted one.

Seconds of CPU are those of all processes of a command, including their start. A worker is compared with trafilatura
(`bare_extraction` with metadata) in this process, both warm.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import random
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import trafilatura
from families import FAMILIES, Site

from archive.corpus import reclean, shard
from archive.layout import Layout
from archive.site import Site as SiteFile
from archive.site import by_host, host_of, load
from archive.warc import reader
from archive.warc.capture import Capture

# The articles of a site; including lists and pictures it has at least so many captures.
ARTICLES = 240
# The number of sites that are crawled at once.
AT_ONCE = 6
# The number of files for measuring a worker, and how often each is measured.
FILES, ROUNDS = 4, 3
RULE = '\n[[read]]\nbody = "div.main"\n'
# From linux/prctl.h.
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The output of a command, and its costs."""

    said: str
    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An archive and its site files, used only through commands."""

    folder: Path

    @property
    def layout(self) -> Layout:
        """The data folder."""
        return Layout(root=self.folder / "data")

    def command(self, *words: str) -> list[str]:
        """The arguments of a command on this archive."""
        options = ["--data", str(self.layout.root), "--sites", str(self.folder / "sites")]
        return [sys.executable, "-m", "crawler.cli", *options, *words]

    def run(self, *words: str) -> Done:
        """Run a command and wait for it."""
        before, start = cpu(), time.monotonic()
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False)
        seconds = time.monotonic() - start
        assert done.returncode == 0, f"{words} ended with {done.returncode}: {done.stderr[-3000:]}"
        bury()
        return Done(said=done.stdout, seconds=seconds, cpu=cpu() - before)

    def digests(self) -> dict[str, str]:
        """The digest of every shard, by its path."""
        root = self.layout.root
        return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in self.layout.shards()}


def cpu() -> float:
    """The seconds of CPU of all descendants of this process that have ended."""
    times = resource.getrusage(resource.RUSAGE_CHILDREN)
    return times.ru_utime + times.ru_stime


def bury() -> None:
    """Wait for orphaned processes, which are children of this one, see `main`."""
    deadline = time.monotonic() + 60
    while True:
        try:
            left, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        assert time.monotonic() < deadline, "a process outlives its command"
        if not left:
            time.sleep(0.02)


def crawl(house: House, pages: int, seed: str) -> int:
    """Crawl sites until there are enough page records, and return their number."""
    captures, keys = 0, list[str]()
    with ExitStack() as served:
        while captures < pages:
            had = len(keys)
            for number in range(had, had + min(AT_ONCE, 1 + (pages - captures) // ARTICLES)):
                family = list(FAMILIES)[number % len(FAMILIES)]
                # Keep all servers running: a port that is used twice would be the host of two sites.
                site = served.enter_context(Site(family, f"{seed}/{number}", articles=ARTICLES))
                keys.append(f"{family}-{number}")
                site.write_site(house.folder / "sites" / f"{keys[-1]}.toml")
            house.run("crawl", *keys[had:])
            captures = sum(1 for warc in house.layout.warcs() for _ in reader.read(warc))
    return captures


def speeds(house: House, pages: int) -> float:
    """Print the pages per second of the command; return the seconds that two processes take."""
    done = {jobs: house.run("clean", "--all", "--jobs", str(jobs)) for jobs in (1, 2)}
    for jobs, one in done.items():
        rate = f"{pages / one.seconds:6.0f} pages a second, {pages / one.cpu:6.0f} a CPU-second"
        print(f"  {jobs} process(es)     {rate}")
    print(f"  speed-up on 2     {done[1].seconds / done[2].seconds:6.2f}")
    return done[2].seconds


def worker(house: House) -> None:
    """Print the cost of a page for a worker, its parts, and the cost of a page for trafilatura.

    For each file and task the least of several rounds counts. The tasks alternate, so a busy machine slows all of them.
    """
    hosts = by_host(load(house.folder / "sites").values())
    warcs = list(house.layout.warcs())
    chosen = warcs[:: max(1, len(warcs) // FILES)][:FILES]
    spent: dict[tuple[str, Path], float] = {}

    def timed(task: str, warc: Path, do: Callable[[], object], pages: int) -> None:
        start = time.process_time()
        do()
        each = (time.process_time() - start) / pages
        spent[task, warc] = min(each, spent.get((task, warc), each))

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "made.parquet"
        for warc in chosen * ROUNDS:
            captures = list(reader.read(warc))
            pages = [c for c in captures if c.status == 200 and "html" in (c.header("Content-Type") or "")]
            asked = reclean.Stale(warc=warc, shard=out, reason="")
            work = reclean.Work(
                asked=asked, before=out, path=out, gone=frozenset(), hosts=hosts, shared=False, warc_sha256=""
            )
            # Divide the whole cost of a shard by its HTML pages, because trafilatura gets only these.
            timed("reading", warc, partial(read, warc), len(pages))
            timed("cleaning", warc, partial(cleaned, captures, hosts), len(pages))
            timed("all", warc, partial(reclean.make, work), len(pages))
            timed("stock", warc, partial(stock, pages[::4]), len(pages[::4]))
    ms = {task: 1000 * sum(spent[task, warc] for warc in chosen) / len(chosen) for task, _ in spent}
    rest = ms["all"] - ms["reading"] - ms["cleaning"]
    parts = f"{ms['cleaning']:.2f} cleaning, {ms['reading']:.2f} reading WARC files, {rest:.2f} all else"
    print(f"  a worker          {ms['all']:.2f} CPU-ms a page: {parts}")
    ratios = f"{ms['stock'] / ms['all']:.2f} times as fast, cleaning alone {ms['stock'] / ms['cleaning']:.2f}"
    print(f"  trafilatura       {ms['stock']:.2f} CPU-ms a page; we are {ratios}")


def read(warc: Path) -> None:
    """Read the captures of a file and discard them."""
    for _ in reader.read(warc):
        pass


def cleaned(captures: list[Capture], hosts: Mapping[str, SiteFile]) -> None:
    """Clean captures and discard the documents."""
    for capture in captures:
        reclean.clean_one(capture, hosts.get(host_of(capture.url)))


def stock(captures: list[Capture]) -> None:
    """Extract captures with trafilatura."""
    for capture in captures:
        trafilatura.bare_extraction(capture.body, url=capture.url, with_metadata=True)


def report(house: House) -> None:
    """Change the rules, and check that the report of the dry run equals that of the run and agrees with the shards."""
    for path in (house.folder / "sites").glob("*.toml"):
        path.write_text(path.read_text(encoding="utf-8") + RULE, encoding="utf-8")
    before = house.digests()
    promised = house.run("clean", "--dry-run", "--diff", "--json").said
    assert house.digests() == before, "a dry run changed a shard"
    took = house.run("clean", "--diff", "--json")
    assert took.said == promised, "the report is not what then changed"
    after = house.digests()
    lines = [json.loads(line) for line in promised.splitlines()]
    told = {line["shard"]: (line["before"], line["after"]) for line in lines if "why" in line}
    assert told == {path: (before[path], after[path]) for path in before.keys() | after.keys()}, "of other shards"
    tallies = [line for line in lines if "rules" in line]
    counts = ", ".join(
        f"{sum(t[name] for t in tallies)} {name}" for name in ("pages", "changed", "gained", "lost", "skip")
    )
    print(f"  the report        is what then changed: {counts}; {len(promised)} bytes, {took.seconds:.0f} s")


def kill(house: House, old: Path, times: int, longest: float, seed: str) -> None:
    """Kill the run at random points, and check that the final shards are those of an uninterrupted run."""
    unbroken = house.digests()
    chance = random.Random(seed)  # noqa: S311 - points in time, no secrets
    killed = runs = 0
    corpus = house.layout.root / "corpus"
    # Short runs continue killed ones, so that every part of the work is interrupted. All of it is done several times.
    most = max(longest / 3, 6)
    fresh = True
    while killed < times or not fresh:
        if fresh:
            shutil.rmtree(corpus)
            shutil.copytree(old, corpus)
        runs += 1
        with subprocess.Popen(
            house.command("clean"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                code = process.wait(chance.uniform(0.3, most) if killed < times else None)
                assert code == 0, f"a run after kills ended with {code}"
                assert house.digests() == unbroken, "after kills the shards are others"
                assert not list(corpus.rglob("*.tmp")), "half-made shards were left"
                fresh = True
            except subprocess.TimeoutExpired:
                # Kill only the command, which its workers have to notice, or all its processes at once.
                (os.kill if chance.random() < 0.5 else os.killpg)(process.pid, signal.SIGKILL)
                killed += 1
                fresh = False
        bury()
        assert all(map(shard.about, house.layout.shards())), "a shard is not whole"
    assert house.run("verify", "--json").said == "", "the archive disagrees with itself"
    said = "the shards are those of the unbroken one, verify finds nothing"
    print(f"  kills             {killed} of {runs} runs, at work; {said}")


def main() -> None:
    """Crawl, measure the speed, change a rule, compare reports, and kill runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", default=secrets.token_hex(4), help="a word that chooses the sites and the kills")
    asked = parser.parse_args()
    # Adopt orphaned processes, to see when they end and how much CPU they used.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as name:
        house = House(folder=Path(name))
        start = time.monotonic()
        pages = crawl(house, asked.pages, asked.seed)
        files = len(list(house.layout.warcs()))
        took = time.monotonic() - start
        print(f"\nRe-cleaning: {pages} captures in {files} files, seed {asked.seed}; crawled in {took:.0f} s")
        longest = speeds(house, pages)
        worker(house)
        old = shutil.copytree(house.layout.root / "corpus", house.folder / "old")
        report(house)
        kill(house, old, asked.kills, longest, asked.seed)
        print(f"  all of it         {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
