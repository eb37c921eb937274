"""Crawl 300 generated sites on loopback with one command: memory, articles, pauses, pages per second.

    python tests/sites300.py --sites 300

Exit code 1 if an article is missing, a pause is too short, the memory reaches 1 GB (the sum of PSS of all processes of
the command, measured twice a second), or the other sites suffer from the one that hangs and the one that is a trap.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "crawler"), str(HERE.parent)]

import many_sites  # noqa: E402 - beside the tests of the crawler

from archive.layout import Layout  # noqa: E402
from archive.warc import reader  # noqa: E402
from archive.warc.record import Record  # noqa: E402

MEMORY = 1e9
PORT = 18080
# The number of sites that are also crawled each in a process of its own, for comparison.
APART, AT_ONCE = 24, 8


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = path.read_text("ascii").split()
        except OSError:
            continue
        for child in below:
            found += tree(int(child))
    return found


def memory(pid: int) -> tuple[int, int, int]:
    """PSS and RSS in bytes of a process and its descendants, and the greatest number of open files of one of them."""
    pss = rss = files = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text("ascii").splitlines()
            files = max(files, len(list(Path(f"/proc/{one}/fd").iterdir())))
        except OSError:
            continue
        sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines[1:])}
        pss, rss = pss + sizes["Pss"] * 1024, rss + sizes["Rss"] * 1024
    return pss, rss, files


def main() -> int:
    """Crawl, then compare the archive with the server's log."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["CUNDANG_SLOTS"] = str(folder / "slots")
        with many_sites.serving(folder, asked.sites, PORT, asked.minutes * 120):
            many_sites.write_sites(
                folder / "sites", range(asked.sites), PORT, delay=asked.delay, most={many_sites.TRAP: 200}
            )
            peak, took, cpu, said = crawl(folder, asked.sites, asked.minutes)
            good = judge(folder, asked.sites, asked.delay, peak, said)
            pages = sum(len(visits) for visits in many_sites.asked(folder).values())
            apart(folder, asked.sites, took, cpu, pages)
    return int(not good)


def crawl(folder: Path, sites: int, minutes: float) -> tuple[tuple[int, int, int], float, float, str]:
    """Crawl all sites; return peak memory, open files, seconds until all but two sites ended, CPU, and messages."""
    cundang = [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites"]
    peak = (0, 0, 0)
    began, before = time.monotonic(), os.times()
    took = 0.0
    with (folder / "talk").open("wb") as talk:
        child = subprocess.Popen([*cundang, "crawl", "--all"], stderr=talk, cwd=HERE.parent)
        while child.poll() is None:
            now = memory(child.pid)
            peak = (max(peak[0], now[0]), max(peak[1], now[1]), max(peak[2], now[2]))
            said = (folder / "talk").read_text("utf-8")
            if not took and (said.count(": finished.") >= sites - 2 or time.monotonic() - began > minutes * 60):
                took = time.monotonic() - began
                # Do not wait for the site that hangs.
                child.send_signal(signal.SIGTERM)
            time.sleep(0.5)
    used = os.times()
    seconds = (used.children_user - before.children_user) + (used.children_system - before.children_system)
    print(f"sites300: exit code {child.returncode}; {time.monotonic() - began:.0f} s with the cleaning")
    return peak, took, seconds, (folder / "talk").read_text("utf-8")


def judge(folder: Path, sites: int, delay: float, peak: tuple[int, int, int], said: str) -> bool:
    """Print the results; return whether all are good."""
    wanted = {f"/xw/2024/{which}.html" for which in range(1, many_sites.ARTICLES + 1)}
    kept: dict[str, set[str]] = {}
    for warc in Layout(root=folder / "data").warcs():
        for record in reader.records(warc):
            assert isinstance(record, Record), record
            host, _, path = record.field("WARC-Target-URI").removeprefix("http://").partition("/")
            if record.kind == "response":
                kept.setdefault(host, set()).add(f"/{path}")
    asked = many_sites.asked(folder)
    others = range(2, sites)
    short = [many_sites.key(n) for n in others if not wanted <= kept.get(f"{many_sites.address(n)}:{PORT}", set())]
    rude = {many_sites.key(n): many_sites.impolite(asked[many_sites.key(n)], delay * 0.45) for n in others}
    rude = {key: found for key, found in rude.items() if found}
    ended = [asked[many_sites.key(n)][-1][1] - asked[many_sites.key(n)][0][0] for n in others]
    documents = next((line for line in reversed(said.splitlines()) if line.startswith("catalogue:")), "no catalogue")
    print(
        f"sites300: memory {peak[0] / 1e6:.0f} MB (PSS; RSS {peak[1] / 1e6:.0f}), open files {peak[2]} in one process"
    )
    print(f"sites300: {len(others) - len(short)} of {len(others)} sites whole; {documents}")
    print(f"sites300: asked too soon: {rude or 'nobody'}")
    print(
        f"sites300: a visit took {statistics.median(ended):.0f} s in the middle, {max(ended):.0f} at most;"
        f" the trap was asked {len(asked['trap'])} times, the hanging site {len(asked['hanging'])}"
    )
    return not short and not rude and peak[0] < MEMORY


def apart(folder: Path, sites: int, took: float, cpu: float, pages: int) -> None:
    """Crawl some of the sites again, eight at once, each in a process of its own, and print both rates."""
    keys = [many_sites.key(number) for number in range(2, min(2 + APART, sites))]
    before, began, old = many_sites.asked(folder), time.monotonic(), os.times()

    def one(key: str) -> None:
        cundang = [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/apart", "--sites", f"{folder}/sites"]
        subprocess.run([*cundang, "crawl", key], stderr=subprocess.DEVNULL, check=True, cwd=HERE.parent)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, keys))
    new = os.times()
    seconds = (new.children_user - old.children_user) + (new.children_system - old.children_system)
    after = many_sites.asked(folder)
    got = sum(len(after[key]) - len(before[key]) for key in keys)
    spent = time.monotonic() - began
    each = f"{1000 * cpu / pages:.0f} ms of CPU each"
    print(f"sites300: together {pages / took:.1f} pages/s ({pages} in {took:.0f} s), {each}")
    print(
        f"sites300: {AT_ONCE} processes at a time {got / spent:.1f} pages/s ({got} in {spent:.0f} s),"
        f" {1000 * seconds / got:.0f} ms of CPU each"
    )


if __name__ == "__main__":
    sys.exit(main())
