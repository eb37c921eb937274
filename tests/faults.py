"""The tests that provoke faults -> a table of row, fault, result, seconds and test; exit code 1 if a row failed.

A test names the rows of its faults: `@pytest.mark.fault(rows=[18])`. The tests run in two processes, each file in one
of them. Arguments are passed to pytest, for example `-k 304`. Faults that this machine cannot provoke are listed; with
the environment variable CI they count as failures.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

# Faults of the web, the disk, the power and people. Rows of the web page and of long runs are elsewhere.
ROWS = {
    1: "chunked and compressed body",
    2: "odd, repeated, folded, colon-less and GBK header lines",
    3: "HTTP/1.0 with line feeds only, no reason, no length",
    4: "interim heads (100, 103) before the response",
    5: "bytes after the declared end",
    6: "connection ends before the declared end",
    7: "body longer than it may be",
    8: "drip, and silence after the head",
    9: "conflicting lengths, unknown transfer coding",
    10: "flood of header lines, endless header line",
    11: "compression bomb",
    12: "wrong Content-Encoding label",
    13: "empty body, 204, 304, HEAD",
    14: "chains and loops of redirects",
    15: "wrong or missing charset",
    16: "the same payload in other chunks",
    17: "what a revisit refers to is cut or gone",
    18: "kill -9 at every write boundary",
    19: "last gzip member torn at every byte",
    20: "no space for the WARC file",
    21: "no space for the state or the talk",
    22: "input/output error, failed fsync",
    23: "power loss",
    24: "two crawls of one site",
    25: "leases and locks of a dead crawl",
    26: "state damaged or missing",
    27: "one changed bit in a WARC file",
    28: "known-bad WARC files imported",
    29: "robots.txt: errors, silence, huge, redirect, HTML",
    30: "429 and 503 with Retry-After",
    31: "connection refused, reset, no such host",
    32: "TLS: certificates and old versions",
    33: "traps for crawlers",
    34: "error pages with status 200, firewall and challenge pages",
    35: "deep, huge and broken pages",
    36: "a page at which a cleaner hangs or dies",
    37: "links into private networks",
    38: "schemes other than http",
    41: "search syntax in queries",
    42: "formulas and control characters in exports",
    43: "secrets in records",
    44: "a page is taken down",
    46: "signals while crawling",
    47: "ports that run code",
    49: "a library without the names that the tap needs",
    50: "cleaning and reading while a crawl writes",
    51: "tools that others wrote read the archive",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep only the tests that name rows, and add the rows to their reports."""
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        rows = sorted({row for mark in item.iter_markers("fault") for row in mark.kwargs["rows"]})
        if unknown := set(rows) - set(ROWS):
            raise pytest.UsageError(f"{item.nodeid}: rows {unknown} are not in tests/faults.py")
        item.user_properties.append(("rows", rows))
        (kept if rows else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept


@dataclass
class Gave:
    """The results of one test function for a row."""

    outcomes: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Table:
    """Collects the results of the tests for each row."""

    def __init__(self) -> None:
        self.results: dict[int, defaultdict[str, Gave]] = {row: defaultdict(Gave) for row in ROWS}
        self.why: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the result of a test that has ended or was skipped."""
        name = report.nodeid.partition("[")[0].rpartition("::")[2].removeprefix("test_").replace("_", " ")
        rows: list[int] = dict(report.user_properties).get("rows", [])  # type: ignore[assignment]  # of any type
        for row in rows:
            gave = self.results[row][name]
            gave.seconds += report.duration
            if report.when == "call" or not report.passed:
                gave.outcomes.append(report.outcome)
        if report.skipped and isinstance(report.longrepr, tuple):
            self.why.append(f"{name}: {report.longrepr[2]}")

    def lines(self) -> list[str]:
        """The table."""
        made = []
        for row, tests in self.results.items():
            for number, (name, gave) in enumerate(tests.items()):
                words = ", ".join(f"{gave.outcomes.count(kind)} {kind}" for kind in dict.fromkeys(gave.outcomes))
                fault = f"{row:>3}  {ROWS[row]:58}" if not number else " " * 63
                made.append(f"{fault} {words:22} {gave.seconds:5.0f}  {name}")
            if not tests:
                made.append(f"{row:>3}  {ROWS[row]:58} NO TEST RAN")
        return made


def main() -> int:
    """Run the tests, print the table, and return 1 if a row failed."""
    table = Table()
    asked = ["-p", "no:cacheprovider", "-p", "faults", "-n", "2", "--dist", "loadfile", "tests", *sys.argv[1:]]
    code = int(pytest.main(asked, plugins=[table]))
    print("\nrow  fault" + " " * 54 + "result" + " " * 14 + "seconds  what was provoked")
    print("\n".join(table.lines()))
    for reason in dict.fromkeys(table.why):
        print(f"skipped: {reason}")
    failed: list[int] = []
    passed: list[int] = []
    without: list[int] = []
    for row, tests in table.results.items():
        outcomes = {outcome for gave in tests.values() for outcome in gave.outcomes}
        (failed if "failed" in outcomes else passed if "passed" in outcomes else without).append(row)
    print(f"\n{len(passed)} of {len(ROWS)} rows passed; failed: {failed or 'none'}; not provoked: {without or 'none'}")
    # Some tests of a row may be skipped, which is reported above, but not all of them.
    missing = (without and len(sys.argv) == 1) or (table.why and "CI" in os.environ)
    return code or int(bool(missing or failed))


if __name__ == "__main__":
    sys.exit(main())
