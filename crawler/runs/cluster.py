"""WARC files and sites -> tasks of a Dask scheduler, for work that needs more than one machine.

Running a task twice, even on two machines, is harmless: cleaning replaces a whole shard in one step, and a site is
crawled only by the holder of its lock. All machines see the same data folder under the same path.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from archive.corpus import reclean
from archive.corpus.reclean import Made, Work
from archive.errors import CundangError, LockedError, UsageError
from archive.layout import Layout
from archive.text.recipe import Recipe, recipe
from crawler.messages import say

# Submitted tasks for each worker: one is running, and one is queued.
AHEAD = 2
# A task that has killed this many workers runs on this machine, page by page, to find the page that kills them.
LIVES = 2
# Seconds until sites that were locked are tried again.
AGAIN = 10.0
# Seconds without a result until the command checks whether there are workers, and that new ones of ours may take to
# start.
PATIENCE, STARTING = 20.0, 300.0


class Cluster:
    """A Dask scheduler: one that runs at an address, or our own with some workers on this machine.

    Raises:
        UsageError: the library `distributed` is not installed, or no scheduler answers at the address.
        CundangError: workers of our own died twice while they started.
    """

    def __init__(self, address: str | None, workers: int) -> None:
        try:
            dask, distributed = importlib.import_module("dask"), importlib.import_module("distributed")
        except ImportError as error:
            raise UsageError("This needs Dask. Install it: pip install 'cundang[cluster]'") from error
        self._distributed = distributed
        self._end = ExitStack()
        dask.config.set({"distributed.scheduler.allowed-failures": LIVES - 1})
        self._workers = workers
        self._own = None if address else self._end.enter_context(self._start(workers))
        address = address or self._own
        try:
            self._client = self._end.enter_context(distributed.Client(address))
        except OSError as error:
            self._end.close()
            raise UsageError(f"{address}: no Dask scheduler answers. Start one: dask scheduler") from error

    def _start(self, workers: int) -> Any:
        """Start a scheduler of our own, twice if workers die meanwhile; Dask replaces those that die later."""
        for _ in range(2):
            try:
                # Every port is on loopback, and any free one: two commands at once need two.
                return self._distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
                )
            except RuntimeError as error:
                died = error
        raise CundangError(
            f"Dask's workers died while they started ({died}) Free memory, or start fewer of them: --workers 1"
        ) from died

    def _renew(self) -> None:
        """Wait for a worker; where all of ours are gone, start new ones: Dask gives up those that it killed.

        Raises:
            CundangError: new workers of ours do not start.
        """
        if self._own is None:
            say("No worker is connected to the scheduler; waiting. Start one: dask worker ADDRESS")
            self._client.wait_for_workers(1)
            return
        say("All workers are gone; starting new ones.")
        end = time.monotonic() + STARTING
        self._own.scale(0)
        # A new worker gets the name of a dead one, and is not started while that is on the list.
        while self._own.workers and time.monotonic() < end:
            time.sleep(0.05)
        self._own.scale(self._workers)
        try:
            self._client.wait_for_workers(1, timeout=STARTING)
        except TimeoutError as error:
            raise CundangError("No new worker of Dask started. Run the command again; what is done is kept.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect from the scheduler; stop it if it is our own."""
        self._end.close()

    def make(self, works: Iterable[Work], tell: Callable[[Path, int], None]) -> Iterator[tuple[Work, Made]]:
        """Make shards on the workers; yield each one when its file is in place.

        Raises:
            CundangError: a worker has other versions than this machine, so its shards could differ.
        """
        ours = recipe(())
        for work, future in self._each(works, lambda work: (_make, ours, work)):
            try:
                made = future.result()
            except self._distributed.KilledWorker:
                made = self._make_here(work, tell)
            tell(work.asked.warc, made.documents + made.skips)
            yield work, made

    def crawl(self, layout: Layout, folder: Path, sites: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Crawl sites on the workers; yield each key or path, and the exit code of its crawl.

        A site that another process is crawling is tried once more at the end: if a worker dies, its crawl needs a few
        seconds to stop. The exit code 4 means that the site is being crawled then, too.
        """
        locked = []
        for site, code in self._crawls(layout, folder, sites):
            if code == LockedError.exit_code:
                locked.append(site)
            else:
                yield site, code
        if locked:
            time.sleep(AGAIN)
        yield from self._crawls(layout, folder, locked)

    def _crawls(self, layout: Layout, folder: Path, sites: Iterable[str]) -> Iterator[tuple[str, int]]:
        for site, future in self._each(sites, lambda site: (_crawl, layout, folder, site)):
            try:
                yield site, future.result()
            except self._distributed.KilledWorker:
                say(f"{site}: its crawl was lost with {LIVES} workers.")
                yield site, CundangError.exit_code

    def _each(self, works: Iterable[Any], task: Callable[[Any], tuple[Any, ...]]) -> Iterator[tuple[Any, Any]]:
        """Submit enough tasks to keep every worker busy; yield each finished piece of work with its future."""
        waiting = iter(works)
        under_way: dict[Any, tuple[Any, Any]] = {}
        while True:
            while len(under_way) < AHEAD * max(len(self._client.nthreads()), 1):
                work = next(waiting, None)
                if work is None:
                    break
                # Not pure: Dask must not reuse the result of an earlier run.
                future = self._client.submit(*task(work), pure=False)
                under_way[future.key] = work, future
            if not under_way:
                return
            yield under_way.pop(self._first([future for _, future in under_way.values()]))

    def _first(self, futures: list[Any]) -> Any:
        """Wait until one of these is finished; its key."""
        while True:
            try:
                done, _ = self._distributed.wait(futures, timeout=PATIENCE, return_when="FIRST_COMPLETED")
            except TimeoutError:
                if not self._client.nthreads():
                    self._renew()
            else:
                return done.pop().key

    @staticmethod
    def _make_here(work: Work, tell: Callable[[Path, int], None]) -> Made:
        with reclean.Workers(1) as here:
            return reclean.make_by(work, here.clean, tell)


def _make(theirs: Recipe, work: Work) -> Made:
    """On a worker: make a shard, provided that this machine has the same versions as the coordinator."""
    differences = list(differing(theirs, recipe(())))
    if differences:
        raise CundangError(
            f"this worker would clean differently: {'; '.join(differences)}."
            " Install the same versions there, or stop the worker."
        )
    return reclean.make(work)


def differing(theirs: Recipe, ours: Recipe) -> Iterator[str]:
    """The differences of two Recipes in words: each name with both versions."""
    for name, one, other in (
        ("cundang's cleaner", theirs.version, ours.version),
        ("Python", theirs.python, ours.python),
    ):
        if one != other:
            yield f"{name} {other}, there {one}"
    had = dict(ours.libraries)
    for library, version in theirs.libraries:
        if had.get(library) != version:
            yield f"{library} {had.get(library)}, there {version}"
    data = dict(ours.data)
    for file, digest in theirs.data:
        if data.get(file) != digest:
            yield f"the data file {file} differs"


def _crawl(layout: Layout, folder: Path, site: str) -> int:
    """On a worker: crawl a site, and return the exit code."""
    # Imported here, because workers that only clean do not need Scrapy.
    from crawler.runs.crawl import crawl_for  # noqa: PLC0415

    try:
        return crawl_for(layout, folder, site)
    except CundangError as error:
        say(f"cundang: {error}")
        return error.exit_code
