"""Crawl 50,000 generated pages, one in twenty of which fails at first; check memory, and the captures against the log.

    python tests/soak.py --minutes 15

Memory is that of the crawl and of the child process that reads its pages. After this time the crawl is interrupted and
ends with exit code 5.

Exit code 1 if memory grows by 1 MB or more for 10,000 pages after the warm-up, open files increase, there were too few
pages to measure, a request in the server's log has no record, or a record has no request.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "crawler"), str(HERE.parent)]

from little_server import Answer, Little, serving  # noqa: E402 - beside the tests of the crawler

from archive.layout import Layout  # noqa: E402
from archive.warc import reader, verify  # noqa: E402
from archive.warc.record import Record  # noqa: E402
from crawler.wire.missing import NAME  # noqa: E402

LISTS, ROWS = 500, 100
FAULTS = 20  # one page in so many
SECONDS = 2.0  # between two measurements
# The number of pages until caches are full (of lines, addresses, pages of the state), and the least number to measure
# after that. Over the first thousand pages, the caches of the cleaner alone look like a growth of 40 MB for 10,000.
WARM_UP, ENOUGH = 5000, 3000
SLOPE = 1.0  # MB for 10,000 pages
PROSE = "统战部召开会议，传达学习精神，研究部署下一步工作，并提出三点要求，各有关单位负责同志参加会议。"
PROGRAM = """
import sys, crawler.settings
crawler.settings.CLEAN_AFTER_CRAWL = False
crawler.settings.RETRY_WAIT = 2
from crawler.cli import main
sys.argv[0] = "cundang"
main()
"""


class Site:
    """A site that answers by path, except for pages that fail at the first request."""

    def __init__(self) -> None:
        self._failed: set[str] = set()

    def answer(self, path: str, _: object) -> Answer | None:
        """The response."""
        if path == "/":
            return Answer("".join(f"<a href='/lb/{n}/'>栏目{n}</a>" for n in range(LISTS)))
        parts = path.strip("/").split("/")
        if parts[0] == "lb":
            n = int(parts[1])
            rows = (f"<li><a href='/xw/{n}/{k}.html'>会议召开{k}</a> 2020-02-19</li>" for k in range(ROWS))
            return Answer("".join(rows))
        if parts[0] != "xw":
            return Answer(status=404)
        number = int(hashlib.sha256(path.encode()).hexdigest()[:8], 16)
        if number % FAULTS == 0 and path not in self._failed:
            self._failed.add(path)
            kind = number // FAULTS % 4
            if kind == 0:
                return None  # hangs up
            if kind == 1:
                return Answer("busy", status=503, headers={"Retry-After": "1"})
            if kind == 2:
                return Answer("<p>half</p>", headers={"Content-Length": "4000", "Connection": "close"})
            return Answer("broken", status=500)
        text = "".join(f"<p>{PROSE}{number >> shift}</p>" for shift in range(12))
        return Answer(f"<title>{path}</title><h1>会议召开{number}</h1>{text}")


def main() -> int:
    """Run the crawl for this time, then compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=15)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as name, serving(Site().answer) as little:
        folder = Path(name)
        little.site(folder / "sites")
        looks, code = crawl(folder, little, minutes * 60)
        if code not in (0, 5) or len(looks) < 9:
            print((folder / "talk").read_text("utf-8")[-2000:])
            return 1
        print(f"soak: exit code {code}")
        good = flat(looks)
        return int(not (captured(Layout(root=folder / "data"), little.counts) and good))


def crawl(folder: Path, little: Little, seconds: float) -> tuple[list[tuple[int, float, int]], int]:
    """Crawl until the time is over; return samples of (requests, resident MB, open files), and the exit code."""
    command = [sys.executable, "-c", PROGRAM, "--data", str(folder / "data"), "--sites", str(folder / "sites")]
    looks = []
    end = time.monotonic() + seconds
    with subprocess.Popen(
        [*command, "crawl", "little"],
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        stderr=(folder / "talk").open("wb"),
    ) as child:
        while child.poll() is None and time.monotonic() < end:
            time.sleep(SECONDS)
            try:
                files = len(list((Path("/proc") / str(child.pid) / "fd").iterdir()))
                looks.append((len(little.asked), resident(child.pid), files))
            except (FileNotFoundError, IndexError):
                break
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        return looks, child.wait(120)


def resident(pid: int) -> float:
    """The resident memory of a process and its children in MB."""
    tasks = (Path("/proc") / str(pid) / "task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    pages = int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(map(resident, children))


def flat(looks: list[tuple[int, float, int]]) -> bool:
    """Whether memory and open files are constant after the warm-up."""
    warm = [look for look in looks if look[0] >= WARM_UP]
    if not warm or warm[-1][0] - warm[0][0] < ENOUGH:
        print(f"soak: {looks[-1][0]} pages are too few to tell: {WARM_UP + ENOUGH} are; give it more minutes")
        return False
    done, memory, files = zip(*warm, strict=True)
    slope = statistics.linear_regression(done, memory).slope * 10_000
    growth = statistics.linear_regression(done, files).slope * 10_000
    print(
        f"soak: memory {memory[0]:.1f} -> {memory[-1]:.1f} MB over {done[-1] - done[0]} pages,"
        f" slope {slope:+.2f} MB for 10,000 pages (limit {SLOPE}); open files {min(files)} to {max(files)},"
        f" slope {growth:+.2f}"
    )
    return slope < SLOPE and max(files) - min(files) <= 4


def captured(layout: Layout, asked: Counter[str]) -> bool:
    """Whether the archive has a record for every request in the server's log, and no others."""
    kept: Counter[str] = Counter()
    wrong = 0
    for warc in layout.warcs():
        wrong += sum(1 for _ in verify.verify(warc))
        for record in reader.records(warc):
            if not isinstance(record, Record) or NAME in record.url:
                continue  # the address that nobody made is not in the log
            # A failed fetch is a metadata record that refers to none.
            tried = record.kind == "metadata" and not record.field("WARC-Refers-To")
            if record.kind in ("response", "revisit") or tried:
                kept[urlsplit(record.url).path] += 1
    missing, more = (asked - kept).total(), (kept - asked).total()
    print(
        f"soak: {asked.total()} requests, {kept.total()} records; {missing} without a record,"
        f" {more} more; {wrong} faults"
    )
    return not (missing or more or wrong)


if __name__ == "__main__":
    sys.exit(main())
