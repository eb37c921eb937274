"""The schedule's history -> figures for Prometheus, on loopback, where they are asked for.

The text format is that of Prometheus, version 0.0.4.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

from archive.corpus import damage
from archive.errors import UsageError
from archive.layout import Layout
from crawler.runs.history import Run, Runs

# Name, type, meaning, and the values by their labels.
Figure: TypeAlias = tuple[str, str, str, list[tuple[str, float]]]


def text(runs: list[Run]) -> str:
    """The figures of a history (newest first)."""
    last: dict[str, Run] = {}
    good: dict[str, dt.datetime] = {}
    ended: Counter[tuple[str, str]] = Counter()
    missed: Counter[str] = Counter()
    for run in reversed(runs):
        missed[run.site] += run.missed
        ended[run.site, run.ending] += run.ended is not None
        if run.ended is not None:
            last[run.site] = run
            if run.exit == 0:
                good[run.site] = run.ended
    running = Counter(run.site for run in runs if run.ended is None)
    figures: list[Figure] = [
        (
            "cundang_runs_total",
            "counter",
            "Scheduled runs by how they ended.",
            [(f'site="{site}",ending="{ending}"', count) for (site, ending), count in sorted(ended.items()) if count],
        ),
        ("cundang_missed_total", "counter", "Planned times that passed unused.", _by_site(missed)),
        ("cundang_running", "gauge", "Runs under way.", _by_site({site: running[site] for site in missed})),
        (
            "cundang_last_success_timestamp_seconds",
            "gauge",
            "When a run last ended with exit code 0.",
            _by_site({site: moment.timestamp() for site, moment in good.items()}),
        ),
        (
            "cundang_last_duration_seconds",
            "gauge",
            "How long the last run took.",
            _by_site({site: (run.ended - run.began).total_seconds() for site, run in last.items() if run.ended}),
        ),
    ]
    figures += [
        (
            f"cundang_last_{name}",
            "gauge",
            f"{name.capitalize()} of the last run.",
            _by_site({site: getattr(run, name) for site, run in last.items()}),
        )
        for name in ("pages", "documents", "bytes")
    ]
    return _written(figures)


def custody(layout: Layout) -> str:
    """What is known of the WARC files, without reading one: how many, how many damaged, when all were last verified."""
    kept = damage.custody(layout)
    broken = Counter(layout.site_of(each.warc) for each in damage.known(layout))
    verified = {each.site: dt.datetime.fromisoformat(each.first).timestamp() for each in kept if each.first}
    return _written(
        [
            ("cundang_warc_files", "gauge", "Closed WARC files.", _by_site({each.site: each.files for each in kept})),
            (
                "cundang_warc_damaged",
                "gauge",
                "WARC files that are damaged, short or gone.",
                _by_site({each.site: broken[each.site] for each in kept}),
            ),
            (
                "cundang_warc_verified_timestamp_seconds",
                "gauge",
                "The oldest of the times when each WARC file was last verified.",
                _by_site(verified),
            ),
        ]
    )


def _written(figures: list[Figure]) -> str:
    lines = []
    for name, kind, meaning, values in figures:
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{{{labels}}} {value}" for labels, value in values]
    return "\n".join(lines) + "\n"


def _by_site(values: dict[str, float] | Counter[str]) -> list[tuple[str, float]]:
    # A site's key needs no escaping: it is made of small letters, digits, dots and dashes.
    return [(f'site="{site}"', value) for site, value in sorted(values.items())]


@contextmanager
def served(layout: Layout, port: int | None) -> Iterator[None]:
    """Serve `/metrics` on 127.0.0.1 for the time of the block; nothing where no port is named.

    Raises:
        UsageError: the port cannot be had.
    """
    if port is None:
        yield
        return

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            runs = Runs(layout.runs)
            body = (text(runs.history(limit=100_000)) + custody(layout)).encode()
            runs.close()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise UsageError(f"port {port} cannot be had ({error.strerror}). Name another with --metrics.") from error
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
