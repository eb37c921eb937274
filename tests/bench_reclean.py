"""Figures of re-cleaning: pages a second on one process and two, after a rule change; killed at random points.

    python tests/bench_reclean.py [--pages N] [--kills N]

The pages are those of the practice web, crawled once and written again under other addresses until there are enough.
The report of the dry run is compared with what then changes; after the kills the shards are compared with those of an
unbroken run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import trafilatura

from archive.layout import Layout
from archive.site import load
from archive.warc import reader
from archive.warc.writer import Exchange, Writer
from crawler import practice

FILE_BYTES = 4 * 2**20


def multiplied(source: Layout, target: Layout, pages: int) -> None:
    """Write the HTML pages of an archive again and again under other addresses."""
    captures = [
        (source.site_of(warc), capture)
        for warc in source.warcs()
        for capture in reader.read(warc)
        if capture.status == 200 and (capture.header("Content-Type") or "").startswith("text/html")
    ]
    writers: dict[str, Writer] = {}
    for number in range(pages):
        key, capture = captures[number % len(captures)]
        if key not in writers:
            writers[key] = Writer(target, key, warcinfo=(("software", "bench"),), max_bytes=FILE_BYTES)
        # The body as it was sent, its codings undone by the reader or not at all.
        coding = capture.header("Content-Encoding")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {capture.header('Content-Type')}\r\n"
        head += f"Content-Encoding: {coding}\r\n" if coding and capture.body[:2] == b"\x1f\x8b" else ""
        wire = f"{head}Content-Length: {len(capture.body)}\r\n\r\n".encode() + capture.body
        writers[key].exchange(
            Exchange(
                url=f"{capture.url}{'&' if '?' in capture.url else '?'}copy={number // len(captures)}",
                started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number),
                ip="127.0.0.1",
                request=b"",
                response=io.BytesIO(wire),
            ),
            lambda _url, _digest: None,
        )
        if number % 500 == 499:
            writers[key].sync()
    for writer in writers.values():
        writer.close()


def digests(layout: Layout) -> dict[str, str]:
    """Every shard by its path, with the digest of its bytes."""
    return {
        str(path.relative_to(layout.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in layout.shards()
    }


def change_rules(folder: Path, body: str) -> None:
    """Give every site an era whose body is `body`, where a page has it."""
    for path in folder.glob("*.toml"):
        kept = path.read_text(encoding="utf-8").partition("\n[[read]]")[0]
        path.write_text(f'{kept}\n[[read]]\nbody = "{body}"\n', encoding="utf-8")
    load(folder)


def stock(layout: Layout, most: int) -> float:
    """Pages a second of trafilatura with metadata, one process."""
    bodies = []
    for warc in layout.warcs():
        for capture in reader.read(warc):
            bodies.append((capture.body, capture.url))
            if len(bodies) == most:
                break
    bodies = bodies[:most]
    start = time.monotonic()
    for body, url in bodies:
        trafilatura.bare_extraction(body, url=url, with_metadata=True)
    return len(bodies) / (time.monotonic() - start)


def main() -> None:
    """Crawl, multiply, change a rule, measure, kill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cundang = [sys.executable, "-m", "crawler.cli", "--sites", f"{name}/sites", "--data"]
        with practice.Server() as server:
            practice.write_sites(folder / "sites", server.port)
            subprocess.run([*cundang, f"{name}/small", "crawl", *practice.SITES], check=True, capture_output=True)
        layout = Layout(root=folder / "data")
        multiplied(Layout(root=folder / "small"), layout, asked.pages)

        def clean(*words: str) -> tuple[float, str]:
            start = time.monotonic()
            done = subprocess.run(
                [*cundang, str(layout.root), "clean", *words], check=True, capture_output=True, text=True
            )
            return time.monotonic() - start, done.stdout

        print(f"\nRe-cleaning: {asked.pages} practice captures in {len(list(layout.warcs()))} files, with all start-up")
        first = clean()[0]
        print(f"  first time      {asked.pages / first:6.0f} pages a second on all cores, the catalogue made too")
        # The catalogue has nothing to follow: the shards come out as they were.
        seconds = {jobs: clean("--all", "--jobs", str(jobs))[0] for jobs in (1, 2)}
        for jobs, took in seconds.items():
            print(f"  {jobs} process(es)   {asked.pages / took:6.0f} pages a second")
        print(f"  speed-up on 2   {seconds[1] / seconds[2]:6.2f}")
        bare = stock(layout, 500)
        print(f"  trafilatura     {bare:6.0f} pages a second; ours on 1: {asked.pages / seconds[1] / bare:.1f} times")
        change_rules(folder / "sites", "body")
        promised = clean("--dry-run", "--diff", "--json")[1]
        assert clean("--diff", "--json")[1] == promised, "the report is not what then changed"
        print(f"  report          equal to what then changed, {len(promised)} bytes")
        unbroken = digests(layout)
        change_rules(folder / "sites", "div")
        clean()
        change_rules(folder / "sites", "body")
        killed = kill([*cundang, str(layout.root), "clean"], asked.kills, seconds[2])
        clean()
        assert digests(layout) == unbroken, "after the kills the shards are others"
        print(
            f"  kills           {killed} of {asked.kills} runs killed at work; the shards are those of an unbroken run"
        )


def kill(command: list[str], times: int, longest: float) -> int:
    """Start and kill; how many were killed before they ended."""
    chance = random.Random(20)  # noqa: S311 - points in time, no secrets
    killed = 0
    for _ in range(times):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(chance.uniform(0.5, max(2 * longest / times, 6)))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
    return killed


if __name__ == "__main__":
    main()
