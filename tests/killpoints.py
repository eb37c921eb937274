"""Kill a crawl at every write, fsync, rename and commit -> acknowledged responses that are lost, and duplicates.

    python tests/killpoints.py [--random N] [--step N]

A small library counts the calls that change files below the data folder, including those of SQLite, and ends the
process at the nth call, in the middle of a write. Then the crawl runs again, undisturbed, and must repair the files.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "crawler"), str(HERE.parent)]

from little_server import Answer, serving  # noqa: E402 - beside the tests of the crawler

from archive.layout import Layout  # noqa: E402
from archive.warc import reader, verify  # noqa: E402
from archive.warc.record import Record  # noqa: E402
from crawler import practice  # noqa: E402

PAGES = 12
PROSE = "统战部召开会议，传达学习精神，研究部署下一步工作，并提出三点要求。" * 6
# Forks a process for each crawl, to import the modules only once. The unsafe build, which must fail, acknowledges
# responses that are still in memory.
FORKER = """
import ctypes, json, os, sys
from pathlib import Path
import crawler.runs.crawl, crawler.settings, crawler.spiders.site as site
import archive.warc.member as member
from archive.layout import Layout
crawler.settings.CLEAN_AFTER_CRAWL = False
crawler.settings.RETRY_WAIT = 1
site.BATCH = 3
lib = ctypes.CDLL(os.environ["LD_PRELOAD"])
lib.killpoint_count.restype = ctypes.c_long
print("ready", flush=True)
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if not child:
        code = 1
        try:
            os.dup2(os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            if not job["safe"]:
                member.write_all = lambda file, data: None
            lib.killpoint_arm(os.path.realpath(job["data"]).encode() + b"/", ctypes.c_long(job["nth"]))
            code = crawler.runs.crawl.crawl(Layout(root=Path(job["data"])), Path(job["sites"]), [job["key"]])
            Path(job["log"] + ".count").write_text(str(lib.killpoint_count()))
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one kill: acknowledged responses, lost ones, duplicate records, and incomplete files."""

    acknowledged: int
    lost: int
    twice: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A process that forks crawls, and a site to crawl."""

    forker: subprocess.Popen[str]
    folder: Path
    sites: Path
    key: str

    def crawl(self, data: Path, nth: int, *, safe: bool = True) -> tuple[int, int]:
        """Crawl, killed at the nth call (0: never); return the exit code, and the number of calls if not killed."""
        log = self.folder / f"{data.name}.log"
        job = {"data": str(data), "sites": str(self.sites), "key": self.key, "nth": nth, "safe": safe, "log": str(log)}
        assert self.forker.stdin is not None
        assert self.forker.stdout is not None
        print(json.dumps(job), file=self.forker.stdin, flush=True)
        code = int(self.forker.stdout.readline())
        if code > 0:
            sys.stderr.write(log.read_text()[-2000:])
        return code, int(Path(f"{log}.count").read_text()) if code == 0 else 0

    def kill(self, nth: int, *, safe: bool = True) -> Outcome:
        """Kill a crawl at its nth call, crawl again, and compare the results."""
        data = self.folder / f"{self.key}-{nth}"
        layout = Layout(root=data)
        self.crawl(data, nth, safe=safe)
        acknowledged = said(layout, self.key, "SELECT url FROM address WHERE state IN ('done', 'failed')")
        over = said(layout, self.key, "SELECT number FROM visit WHERE ended IS NOT NULL")
        code, _ = self.crawl(data, 0)
        outcome = compare(layout, self.key, acknowledged, code, over=bool(over))
        shutil.rmtree(data)
        return outcome


def said(layout: Layout, key: str, question: str) -> set[str]:
    """Read the state as the killed process left it."""
    if not layout.state(key).exists():
        return set()
    with tempfile.TemporaryDirectory() as copy:
        # Read a copy, because opening the state would repair it.
        for path in layout.state(key).parent.glob(f"{key}.sqlite*"):
            shutil.copy(path, copy)
        with closing(sqlite3.connect(Path(copy) / f"{key}.sqlite")) as db:
            try:
                return {row[0] for row in db.execute(question)}
            except sqlite3.OperationalError:  # killed before its tables were made
                return set()


def compare(layout: Layout, key: str, acknowledged: set[str], code: int, *, over: bool) -> Outcome:
    """Compare the archive after the second crawl with what was acknowledged; `over`: the first visit was complete."""
    captured: Counter[str] = Counter()
    ids: Counter[str] = Counter()
    faults = [f"the healing crawl ended with exit code {code}"] if code else []
    faults += [f"{path.name} is open" for path in layout.open_warcs()]
    for warc in layout.warcs():
        faults += [f"{problem.file}: {problem.reason}" for problem in verify.verify(warc)]
        if not layout.index_of(warc).exists():
            faults.append(f"{warc.name} has no index")
        for record in reader.records(warc):
            if isinstance(record, Record) and record.kind in ("response", "revisit"):
                ids[record.id] += 1
                captured[record.url] += 1
    with closing(sqlite3.connect(layout.state(key))) as db:
        (left,) = db.execute("SELECT count(*) FROM address WHERE state IN ('leased', 'pending')").fetchone()
        addresses = {url for (url,) in db.execute("SELECT url FROM address")}
    if left:
        faults.append(f"{left} addresses are still due")
    # Each process fetches robots.txt and the files of scripts, which are no addresses of the frontier.
    # If the visit was complete, the second crawl is a new visit, which fetches again what is due.
    twice = [] if over else [url for url in addresses if captured[url] > 1]
    twice += [id_ for id_, n in ids.items() if n > 1]
    return Outcome(
        acknowledged=len(acknowledged),
        lost=len(acknowledged - captured.keys()),
        twice=tuple(twice),
        faults=tuple(faults),
    )


def answer(path: str, _: object) -> Answer:
    """A site of 15 pages: a home page, a list, articles, and a redirect."""
    if path == "/":
        return Answer("<a href='/xw/'>新闻</a><a href='/old.html'>旧闻</a>")
    if path == "/old.html":
        return Answer(status=302, headers={"Location": "/xw/202002/t20200219_0.html"})
    if path == "/xw/":
        rows = (f"<li><a href='/xw/202002/t20200219_{n}.html'>会议召开{n}</a> 2020-02-19</li>" for n in range(PAGES))
        return Answer("".join(rows))
    if path.startswith("/xw/2"):
        return Answer(f"<title>{path}</title><h1>会议召开</h1><p>{PROSE}{path}</p>")
    return Answer(status=404)


@contextmanager
def forking(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the process that forks crawls, with the library; this needs a C compiler."""
    library = folder / "killpoint.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "killpoint.c", "-ldl"], check=True)
    environment = os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": str(HERE.parent)}
    with subprocess.Popen(
        [sys.executable, "-c", FORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as forker:
        assert forker.stdin is not None
        assert forker.stdout is not None
        assert forker.stdout.readline() == "ready\n"
        yield forker
        forker.stdin.close()


def total(name: str, outcomes: Iterator[tuple[int, Outcome]]) -> bool:
    """Print the results of all kill points; return whether all are good."""
    count = acknowledged = lost = twice = broken = 0
    for nth, outcome in outcomes:
        count += 1
        acknowledged += outcome.acknowledged
        lost += outcome.lost
        twice += len(outcome.twice)
        broken += bool(outcome.faults)
        if outcome.lost or outcome.twice or outcome.faults:
            print(f"  {name} at {nth}: {outcome}", flush=True)
    print(
        f"{name}: N = {count} kill points; {acknowledged} acknowledged captures, lost {lost};"
        f" duplicate records {twice}; not healed {broken}",
        flush=True,
    )
    return not (lost or twice or broken)


def main() -> int:
    """Run all kill points of a small site, and random ones of the practice web."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--random", type=int, default=50, help="points of the whole practice web")
    parser.add_argument("--step", type=int, default=1, help="every so many-th point of the small site")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as name, forking(Path(name)) as forker:
        folder = Path(name)
        with serving(answer) as little:
            little.site(folder / "little")
            bench = Bench(forker=forker, folder=folder, sites=folder / "little", key="little")
            _, calls = bench.crawl(folder / "whole", 0)
            broken = bench.kill(calls // 2, safe=False)
            print(
                f"a build that acknowledges too early, one kill: {broken.acknowledged} acknowledged, lost {broken.lost}"
            )
            good &= broken.lost > 0
            points = range(1, calls + 1, asked.step)
            good &= total(f"{PAGES + 3} pages, {calls} calls", ((nth, bench.kill(nth)) for nth in points))
        if asked.random:
            with practice.Server(log=folder / "server.jsonl") as server:
                practice.write_sites(folder / "sites", server.port)
                chance = random.Random(asked.seed)  # noqa: S311 - which points, the same each time
                benches = [
                    Bench(forker=forker, folder=folder, sites=folder / "sites", key=key) for key in practice.SITES
                ]
                calls_of = {bench.key: bench.crawl(folder / f"whole-{bench.key}", 0)[1] for bench in benches}
                picked = [chance.choice(benches) for _ in range(asked.random)]
                points_of = [(bench, chance.randint(1, calls_of[bench.key])) for bench in picked]
                good &= total(
                    f"practice web, {sum(calls_of.values())} calls",
                    ((nth, bench.kill(nth)) for bench, nth in points_of),
                )
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
