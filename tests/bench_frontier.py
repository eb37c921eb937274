"""A million addresses in the frontier, and in Scrapy's scheduler with a disk queue: memory, time of a push and a pop.

.venv/bin/python tests/bench_frontier.py [addresses]
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = 5
HOST = "www.tzb.gov.cn"


def url(number: int) -> str:
    return f"http://{HOST}/xw/{number % 40}/{200000 + number % 97:06d}/t20200219_{number}.html"


def memory() -> float:
    """The peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(total: int, folder: Path) -> None:
    from crawler.queue.entries import Address  # noqa: PLC0415 - each side loads its own
    from crawler.queue.frontier import Frontier  # noqa: PLC0415 - each side loads its own

    frontier = Frontier(folder / "state.sqlite")
    frontier.begin()
    step = total // STEPS
    for part in range(STEPS):
        began = time.perf_counter()
        for number in range(part * step, (part + 1) * step):
            frontier.push(Address(url=url(number), priority=3))
            if number % 100 == 0:
                frontier.commit()
        pushed = (time.perf_counter() - began) / step
        print(f"cundang  {(part + 1) * step:9} addresses: push {pushed * 1000:.3f} ms, {memory():.0f} MB", flush=True)
    pops = 5000
    began = time.perf_counter()
    for number in range(pops):
        address = frontier.lease([f"http://{HOST}"])
        assert address is not None
        frontier.done(address, 200, role="article")
        if number % 100 == 0:
            frontier.commit()
    popped = (time.perf_counter() - began) / pops
    print(f"cundang  pop, done and commit {popped * 1000:.3f} ms, {memory():.0f} MB")
    frontier.close()


def scrapys(total: int, folder: Path) -> None:
    from scrapy import Request, Spider  # noqa: PLC0415
    from scrapy.core.scheduler import Scheduler  # noqa: PLC0415
    from scrapy.utils.test import get_crawler  # noqa: PLC0415

    class Plain(Spider):
        name = "plain"

    settings = {
        "JOBDIR": str(folder / "job"),
        "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
        "SCHEDULER_DEBUG": False,
        "LOG_ENABLED": False,
    }
    crawler = get_crawler(Plain, settings)
    spider = Plain.from_crawler(crawler)
    crawler.spider = spider
    scheduler = Scheduler.from_crawler(crawler)
    scheduler.open(spider)
    step = total // STEPS
    for part in range(STEPS):
        began = time.perf_counter()
        for number in range(part * step, (part + 1) * step):
            scheduler.enqueue_request(Request(url(number)))
        pushed = (time.perf_counter() - began) / step
        print(f"Scrapy   {(part + 1) * step:9} addresses: push {pushed * 1000:.3f} ms, {memory():.0f} MB", flush=True)
    began = time.perf_counter()
    for _ in range(5000):
        scheduler.next_request()
    print(f"Scrapy   pop {(time.perf_counter() - began) / 5000 * 1000:.3f} ms, {memory():.0f} MB")
    scheduler.close("finished")


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 2:
        with tempfile.TemporaryDirectory() as name:
            {"ours": ours, "scrapys": scrapys}[sys.argv[2]](count, Path(name))
    else:
        for side in ("ours", "scrapys"):
            subprocess.run([sys.executable, __file__, str(count), side], check=True)
