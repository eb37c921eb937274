"""Speeds as ratios within one run: capture against plain Scrapy and wget, cleaning against trafilatura.

    python tests/bench.py [--rounds N]

Capture: the same practice pages on loopback, without pauses. cundang obeys robots.txt, discovers the pages, keeps its
frontier on disk and writes WARC files; plain Scrapy (default settings) and wget --warc-file get the URLs. Time is
measured at the server, from the first response to the last.
Cleaning: CPU time of one warm process over the archived pages; trafilatura is `bare_extraction` with metadata. Each
round has the same pages, so the caches of lines are cleared before each.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import os
import pkgutil
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import trafilatura

import archive.text
from archive.layout import Layout
from archive.site import Site, by_host, host_of, load, load_file
from archive.text import box, extract
from archive.text.clean import clean
from archive.text.decode import decode
from archive.text.document import Document
from archive.text.markup import tokens
from archive.text.outline import outline
from archive.text.page import page_of
from archive.warc import reader
from archive.warc.capture import Capture, Place
from crawler import practice

CHECKOUT = Path(__file__).parents[1]
MODULES = [importlib.import_module(each.name) for each in pkgutil.walk_packages(archive.text.__path__, "archive.text.")]
# The stages of cleaning a page, in order.
STAGES = ("decode", "tags", "blocks", "keys and title", "votes and body", "lines, fields, dates")
# `scrapy crawl`, which also measures the time of acknowledging: fsync of the WARC file and commit of the state.
OURS = """
import atexit, json, os, sys, time
from scrapy.cmdline import execute
from crawler.wire.recorder import Recorder

settle, spent = Recorder.acknowledge, []

def timed(self):
    began = time.perf_counter()
    settle(self)
    spent.append(time.perf_counter() - began)

def tell():
    with open(os.environ["SPENT"], "w") as file:
        json.dump(spent, file)

Recorder.acknowledge = timed
atexit.register(tell)
execute(["scrapy", *sys.argv[1:]])
"""
BARE = """
import sys, scrapy
from scrapy.crawler import CrawlerProcess

class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for url in open(sys.argv[1]).read().split():
            yield scrapy.Request(url, dont_filter=True)
    def parse(self, response):
        pass

process = CrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False})
process.crawl(Bare)
process.start()
"""


def rate(server: practice.Server, run: Callable[[], None]) -> tuple[float, list[str]]:
    """The responses per second, measured at the server, and the requested URLs."""
    before = sum(1 for _ in server.served())
    run()
    served = list(server.served())[before:]
    times = [dt.datetime.fromisoformat(exchange.time) for exchange in served]
    urls = [server.sites[exchange.site] + exchange.target for exchange in served]
    return len(served) / (max(times) - min(times)).total_seconds(), urls


def capture(folder: Path, rounds: int) -> None:
    """Print the captured pages per second: of cundang, plain Scrapy and wget."""
    rates: dict[str, list[float]] = {"cundang": [], "bare Scrapy": [], "wget --warc-file": []}
    used: dict[str, list[float]] = {name: [] for name in rates}
    settled: list[list[float]] = []
    with practice.Server(log=folder / "server.jsonl") as server:
        site = combined(folder, server.port)
        urls: list[str] = []

        def ours() -> None:
            data = folder / "ours"
            shutil.rmtree(data, ignore_errors=True)
            settings = ["-s", f"DATA={data}", "-s", "CLEAN_AFTER_CRAWL=0", "-s", "LOG_LEVEL=ERROR"]
            spent = folder / "spent.json"
            command = [sys.executable, "-c", OURS, "crawl", str(site), *settings]
            subprocess.run(command, cwd=CHECKOUT, env=os.environ | {"SPENT": str(spent)}, check=True)
            settled.append(json.loads(spent.read_text("utf-8")))

        def bare() -> None:
            subprocess.run([sys.executable, "-c", BARE, str(listed)], check=True)

        def wget() -> None:
            (folder / "w").mkdir(exist_ok=True)
            quiet = ["-q", "-O", os.devnull, "--warc-file", str(folder / "w" / "out"), "-i", str(listed)]
            subprocess.run(["wget", *quiet], check=False)

        def measured(name: str, run: Callable[[], None]) -> list[str]:
            before = cpu()
            figure, asked = rate(server, run)
            rates[name].append(figure)
            used[name].append(cpu() - before)
            return asked

        listed = folder / "urls.txt"
        for _ in range(rounds):
            urls = measured("cundang", ours)
            listed.write_text("\n".join(urls), encoding="utf-8")
            measured("bare Scrapy", bare)
            if shutil.which("wget"):
                measured("wget --warc-file", wget)
    print(f"\nCapture: {len(urls)} exchanges of {len(practice.SITES)} hosts, {rounds} rounds in turn")
    ours_median = statistics.median(rates["cundang"])
    for name, figures in rates.items():
        if figures:
            median = statistics.median(figures)
            ratio = ours_median / median
            seconds = statistics.median(used[name])
            print(
                f"  {name:18} {median:7.0f} a second   cundang is {ratio:5.2f} times as fast;"
                f" {seconds:5.2f} CPU-seconds, starting included"
            )
        else:
            print(f"  {name:18} not installed")
    shares = [sum(spent) / (len(urls) / figure) for spent, figure in zip(settled, rates["cundang"], strict=True)]
    each = statistics.median(second for spent in settled for second in spent)
    print(
        f"  fsync and commit: {len(settled[-1])} of each crawl, {each * 1000:.1f} ms each (median),"
        f" {statistics.median(shares):.1%} of its time"
    )


def cpu() -> float:
    """The seconds of CPU of all child processes that have ended."""
    times = resource.getrusage(resource.RUSAGE_CHILDREN)
    return times.ru_utime + times.ru_stime


def combined(folder: Path, port: int) -> Path:
    """Write a site file with all practice hosts, without a delay."""
    sites = load(Path(next(iter(practice.write_sites(folder / "sites", port).values()))).parent).values()
    hosts = [host for site in sites for host in site.hosts]
    start = [url for site in sites for url in site.crawl.start]
    path = folder / "bench.toml"
    path.write_text(
        f'name = "bench"\nhosts = {hosts!r}\n[crawl]\nstart = {start!r}\ndelay = 0\nallow_private = {hosts!r}\n',
        encoding="utf-8",
    )
    load_file(path)
    return path


def forget() -> None:
    """Clear the caches of lines and names, so that the next page is like the first one of a new site."""
    for module in MODULES:
        for remembered in vars(module).values():
            # Leave caches without a limit, which hold tables that are made once.
            if callable(getattr(remembered, "cache_clear", None)) and remembered.cache_parameters()["maxsize"]:
                remembered.cache_clear()


def cleaning(folder: Path, rounds: int) -> None:
    """Print pages cleaned a CPU-second: ours, trafilatura's."""
    hosts = by_host(load(folder / "sites").values())
    captures = [
        capture
        for warc in Layout(root=folder / "ours").warcs()
        for capture in reader.read(warc)
        if capture.status == 200 and re.match("text/html", capture.header("Content-Type") or "")
    ]
    # Take only articles: trafilatura is not made for lists.
    captures = [c for c in captures if isinstance(clean(c, hosts.get(host_of(c.url))), Document)]

    print(f"\nCleaning: {len(captures)} practice articles, {rounds} rounds in turn, one warm process")
    in_turn([(c, hosts.get(host_of(c.url))) for c in captures], rounds)


def in_turn(pages: list[tuple[Capture, Site | None]], rounds: int) -> None:
    """Print pages cleaned a CPU-second: ours, trafilatura's."""
    figures: dict[str, list[float]] = {"cundang": [], "trafilatura": []}
    for number in range(rounds + 1):
        for name in figures:
            forget()
            start = time.process_time()
            for page, site in pages:
                if name == "cundang":
                    clean(page, site)
                else:
                    trafilatura.bare_extraction(page.body, url=page.url, with_metadata=True)
            # The first round warms both up.
            figures[name] += [len(pages) / (time.process_time() - start)] if number else []
    ours = statistics.median(figures["cundang"])
    for name, measured in figures.items():
        median = statistics.median(measured)
        print(f"  {name:18} {median:7.0f} a CPU-second   cundang is {ours / median:5.2f} times as fast")


def real(rounds: int) -> None:
    """Print the real articles cleaned per second of CPU, by cundang and by trafilatura, and the share of each stage."""
    shared = Path(os.environ.get("CUNDANG_SHARED", CHECKOUT.parent / "shared")) / "real-pages"
    metas = [json.loads(path.read_text("utf-8")) for path in sorted(shared.glob("*/meta.json"))]
    pages = [
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000006",
            kind="resource",
            url=m.get("url") or f"file:///{m['id']}.html",
            date=None,
            status=None,
            headers=(("Content-Type", "text/html"),),
            body=(shared / m["id"] / "page.html").read_bytes(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        )
        for m in metas
        if m["split"] == "dev" and m["kind"] == "article"
    ]
    if not pages:
        print("\nCleaning real pages: they are not at hand")
        return
    print(f"\nCleaning: {len(pages)} real articles, {rounds} rounds in turn, one warm process")
    in_turn([(page, None) for page in pages], rounds)
    stages = [dict.fromkeys(STAGES, 0.0) for _ in range(rounds)]
    for times in stages:
        for page in pages:
            measure(page, times)
    shares = {
        name: statistics.median(times[name] / max(sum(times.values()), 1e-9) for times in stages) for name in STAGES
    }
    print("  stages: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))


def spent(run: Callable[[], object]) -> float:
    """The seconds of CPU that a step takes on a page, with empty caches."""
    forget()
    start = time.process_time()
    run()
    return time.process_time() - start


def measure(page: Capture, times: dict[str, float]) -> None:
    """Add the CPU time of each stage of cleaning a page."""
    html = decode(page.body, "text/html").html
    read = page_of(html)
    if read is None:
        return

    def vote() -> None:
        points = extract.votes(read.blocks, read.keys)
        region = extract.region(read.outline, points, read.title)
        extract.body(read, points, region, box.find(read, region))

    decoded = spent(lambda: decode(page.body, "text/html"))
    cut = spent(lambda: tokens(html))
    outlined = spent(lambda: outline(html))
    paged = spent(lambda: page_of(html))
    voted = spent(vote)
    whole = spent(lambda: clean(page, None))
    # Each step repeats the steps before it.
    for name, seconds in zip(
        STAGES, (decoded, cut, outlined - cut, paged - outlined, voted, whole - decoded - paged - voted), strict=True
    ):
        times[name] += seconds


def main() -> None:
    """Run both benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        capture(Path(name), rounds)
        cleaning(Path(name), rounds)
    real(rounds)


if __name__ == "__main__":
    main()
