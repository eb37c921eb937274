"""The schedule's history and the archive -> metrics for Prometheus, and `/health`, on loopback.

Metrics that need a walk through files (fixity, ledgers, the disk) are measured in a thread now and then. A scrape reads
the totals of the history, and the latest of these measurements.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from archive.corpus import damage
from archive.corpus.disk import measure
from archive.errors import CundangError, UsageError
from archive.layout import Layout
from archive.ledger import read_ledger
from crawler.messages import say
from crawler.queue.slots import Slots
from crawler.runs.history import Runs, Total
from crawler.runs.live import SILENT, Live

# The seconds between two walks through the files of the archive.
WALK = 300.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def figures(totals: Iterable[Total], running: Mapping[str, int]) -> Iterator[Metric]:
    """The metrics of a history; `running`: the number of runs under way, by site."""
    totals = list(totals)
    endings = CounterMetricFamily("cundang_runs", "Scheduled runs, by ending.", labels=["site", "ending"])
    skips = CounterMetricFamily("cundang_skips", "Pages without a document, by reason.", labels=["site", "reason"])
    for one in totals:
        for name, count in one.endings.items():
            endings.add_metric([one.site, name], count)
        for name, count in one.skips.items():
            skips.add_metric([one.site, name], count)
    yield from (endings, skips)
    for name, meaning in (
        ("missed", "Planned times that passed without a run."),
        ("pages", "Pages fetched."),
        ("articles", "Fetched pages that the crawl took for articles."),
        ("requisites", "Pictures and attachments fetched."),
        ("revisits", "Responses with the same payload as before."),
        ("bytes", "Bytes written to WARC files."),
        ("documents", "Documents from fetched pages."),
    ):
        counter = CounterMetricFamily(f"cundang_{name}", meaning, labels=["site"])
        for one in totals:
            counter.add_metric([one.site], getattr(one, name))
        yield counter
    sites = {one.site: 0 for one in totals} | dict(running)
    yield _gauge("cundang_running", "Runs under way.", sites)
    good = {one.site: one.good.timestamp() for one in totals if one.good}
    yield _gauge("cundang_last_success_timestamp_seconds", "When a run last ended with exit code 0.", good)
    last = {one.site: one.last for one in totals if one.last}
    took = {site: (run.ended - run.began).total_seconds() for site, run in last.items() if run.ended}
    yield _gauge("cundang_last_duration_seconds", "The duration of the last run.", took)
    yield _gauge("cundang_last_exit_code", "The exit code of the last run.", {s: r.exit or 0 for s, r in last.items()})
    for name in ("pages", "documents", "bytes"):
        yield _gauge(
            f"cundang_last_{name}", f"{name.title()} of the last run.", {s: getattr(r, name) for s, r in last.items()}
        )


def of_archive(layout: Layout) -> Iterator[Metric]:
    """The metrics of the files: fixity, gaps in lists, the disk, and how far cleaning and the catalogue are behind."""
    kept = damage.custody(layout)
    broken = Counter(layout.site_of(each.warc) for each in damage.known(layout))
    verified = {each.site: dt.datetime.fromisoformat(each.first).timestamp() for each in kept if each.first}
    yield _gauge("cundang_warc_files", "Closed WARC files.", {each.site: each.files for each in kept})
    damaged = {each.site: broken[each.site] for each in kept}
    yield _gauge("cundang_warc_damaged", "WARC files that are damaged, truncated or missing.", damaged)
    yield _gauge(
        "cundang_warc_verified_timestamp_seconds",
        "Every WARC file has been verified since this time.",
        verified,
    )
    yield _gauge("cundang_ledger_gaps", "Articles that lists claim and the crawl did not capture.", _gaps(layout))
    disk = measure(layout)
    for name, meaning, value in (
        ("data_bytes", "The size of the data folder.", disk.used),
        ("disk_free_bytes", "The free space on its disk.", disk.free),
        ("growth_bytes_a_day", "The growth of the data folder per day, over the last 30 days.", disk.daily_growth),
        ("uncleaned_files", "WARC files without a shard.", layout.uncleaned()),
        ("catalogue_lag_seconds", "How much older the catalogue is than the newest shard.", _lag(layout)),
    ):
        yield GaugeMetricFamily(f"cundang_{name}", meaning, value=value)


def format_text(metrics: Iterable[Metric]) -> str:
    """Format metrics as text for Prometheus, version 0.0.4."""
    found = list(metrics)

    class Found:
        def collect(self) -> list[Metric]:
            return found

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Found())
    text: str = generate_latest(registry).decode("utf-8")
    return text


def _gaps(layout: Layout) -> dict[str, float]:
    gaps = {}
    for state in layout.states():
        try:
            gaps[state.stem] = float(sum(each.gap for each in read_ledger(layout.ledger(state.stem)).lists))
        except CundangError:
            # Leave out the metric of an unreadable ledger; `status` reports the error.
            continue
    return gaps


def _lag(layout: Layout) -> float:
    newest = max((path.stat().st_mtime for path in layout.shards()), default=0.0)
    built = layout.catalogue.stat().st_mtime if layout.catalogue.exists() else 0.0
    return max(0.0, newest - built) if newest else 0.0


def _gauge(name: str, meaning: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, meaning, labels=["site"])
    for site, value in sorted(values.items()):
        gauge.add_metric([site], value)
    return gauge


class Watched:
    """The source of the metrics: the history, the state of the daemon, and the latest measurements of the archive."""

    def __init__(self, layout: Layout, live: Live) -> None:
        self._layout, self._live = layout, live
        self._archive = ""
        self._stop = threading.Event()
        self._walker = threading.Thread(target=self._walk, daemon=True)
        self._walker.start()

    def close(self) -> None:
        """Stop measuring."""
        self._stop.set()

    def figures(self) -> str:
        """All metrics, as text."""
        runs = Runs(self._layout.runs)
        try:
            running = Counter(run.site for run in runs.open())
            history = list(figures(runs.totals(), running))
        finally:
            runs.close()
        slots = Slots()
        live = [
            GaugeMetricFamily("cundang_due", "Runs that are due and wait for a slot.", value=self._live.due),
            GaugeMetricFamily(
                "cundang_cleaning",
                "Crawls that wait for their cleaning or are being cleaned.",
                value=self._live.cleaning,
            ),
            GaugeMetricFamily("cundang_slots", "Sites that this machine may crawl at once.", value=slots.limit),
            GaugeMetricFamily("cundang_slots_held", "Sites being crawled, by any process.", value=slots.held()),
        ]
        return format_text([*history, *live]) + self._archive

    def health(self) -> tuple[bool, dict[str, object]]:
        """Whether the schedule still looks at the clock, and its state as JSON keys."""
        age = time.monotonic() - self._live.looked
        state: dict[str, object] = {
            "looked_seconds_ago": round(age, 1),
            "running": self._live.running,
            "due": self._live.due,
        }
        return age < SILENT, state

    def _walk(self) -> None:
        while not self._stop.is_set():
            try:
                self._archive = format_text(of_archive(self._layout))
            except (CundangError, OSError) as error:
                say(f"metrics: the archive cannot be measured: {error}")
            self._stop.wait(WALK)


@contextmanager
def served(layout: Layout, port: int | None, live: Live) -> Iterator[None]:
    """Serve `/metrics` and `/health` on 127.0.0.1 during the block; do nothing if `port` is None.

    Raises:
        UsageError: the port cannot be used.
    """
    if port is None:
        yield
        return
    watched = Watched(layout, live)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, CONTENT_TYPE, watched.figures())
            elif self.path == "/health":
                good, state = watched.health()
                self._answer(200 if good else 503, "application/json", json.dumps({"healthy": good, **state}) + "\n")
            else:
                self.send_error(404)

        def _answer(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write no access log."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise UsageError(f"port {port} cannot be used ({error.strerror}). Name another with --metrics.") from error
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            watched.close()
            server.shutdown()
