"""The home page's reports of runs, fixity and the disk, and the charts."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("starlette", reason="needs the extra `web`")

from archive.catalogue import ask, query, reprints, search, terms
from archive.catalogue.search import FACETS
from archive.export import cite
from archive.layout import Layout
from archive.text.document import Document, Reason
from archive.warc import fixity
from archive.web import asked, charts, pages, serve, templates
from archive.web.runs import days, overdue, runs
from archive.web.storage import storage
from crawler.queue.entries import Ending
from crawler.runs.history import Did, Due, Runs

# 03:00 in Shanghai.
FIRST = dt.datetime(2026, 3, 1, 19, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def history(layout: Layout, pages: Iterable[int | None], missed: int = 0) -> None:
    """Make daily runs of one site with these numbers of pages, None: no page was reached; the last run is late."""
    written = Runs(layout.runs)
    found = list(pages)
    for nth, count in enumerate(found):
        last = nth == len(found) - 1
        at = FIRST + nth * DAY + (missed * DAY if last else 0 * DAY)
        first_missed = at - missed * DAY if last and missed else None
        due = Due(site="a", planned=at, missed=missed if last else 0, first_missed=first_missed)
        run = written.claim(due, at, "test")
        assert run is not None
        did = Did(ending=Ending.UNREACHABLE) if count is None else Did(ending=Ending.FINISHED, pages=count)
        written.end(run, at, 1 if count is None else 0, did)
    written.close()


def test_each_run_is_compared_with_the_usual(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    history(layout, [60, 62, None, 64, 20, 61])
    found = runs(layout, "a")
    assert [(run.pages, run.usual, run.less) for run in found] == [
        (61, 61, False),
        (20, 62, True),
        (64, None, False),
        (0, None, False),
        (62, None, False),
        (60, None, False),
    ]


def test_the_calendar_knows_missed_and_bad_days(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    history(layout, [60, None, 61], missed=2)
    assert days(runs(layout, "a")) == {
        "2026-03-02": "good",
        "2026-03-03": "bad",
        "2026-03-04": "missed",
        "2026-03-05": "missed",
        "2026-03-06": "good",
    }


def test_a_schedule_that_stopped_is_overdue(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    history(layout, [60, 61, 62, 63])
    found = runs(layout, "a")
    assert overdue(found, FIRST + 5 * DAY) is None
    assert overdue(found, FIRST + 7 * DAY) == 4 * DAY
    assert overdue(found[:2], FIRST + 90 * DAY) is None, "two runs make no rhythm"


def test_the_archive_is_reported_with_its_growth_and_its_damage(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    for name in ("one", "two"):
        warc = tmp_path / f"warc/a/2026/{name}.warc.gz"
        warc.parent.mkdir(parents=True, exist_ok=True)
        warc.write_bytes(name.encode() * 100)
        fixity.append(
            layout, fixity.Event(event="closed", path=fixity.name_of(layout, warc), size=300, sha256="0" * 64)
        )
    (tmp_path / "catalogue.sqlite").write_bytes(b"x" * 900)
    here = 1500 + layout.fixity.stat().st_size
    found = storage(layout)
    assert (found.warc_files, found.never_verified, found.damaged) == (2, 2, ())
    # All that is in the folder counts; an archive of a day has no forecast.
    assert (found.disk.used, found.disk.daily_growth, found.disk.measured_days, found.disk.days_until_full) == (
        here,
        here,
        1,
        None,
    )
    (tmp_path / "warc/a/2026/two.warc.gz").write_bytes(b"two")
    assert storage(layout).damaged == (("warc/a/2026/two.warc.gz", "short"),)


def test_a_calendar_shows_captures_and_runs() -> None:
    svg = charts.calendar(
        {"2026-03-05": 7},
        {"2026-03-05": "bad", "2026-03-04": "missed"},
        {"2026-03-05": ("2 documents", "/d")},
        "x",
        dt.date(2026, 3, 6),
    )
    assert '<a href="/d"><rect class="shade4 bad"' in svg
    assert "<title>2026-03-05: 7 · 2 documents · bad</title>" in svg
    assert re.search(r'class="shade0 missed"[^>]*><title>2026-03-04: 0 · missed</title>', svg)
    assert len(re.findall("<rect", svg)) == 365 + 4, "a year, and the rest of its first week"


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([("2020", 1), ("2020-02", 2)], [("2020", 1), ("2020-02", 2)]),
        ([("2020-02-28", 1), ("2020-03-01", 1)], [("2020-02-28", 1), ("2020-02-29", 0), ("2020-03-01", 1)]),
        # Ten years are shown by month.
        ([("2010-01-05", 1), ("2010-01-09", 2), ("2019-12-31", 3)], [("2010-01", 3), ("2019-12", 3)]),
    ],
)
def test_a_chart_leaves_no_period_out(values: list[tuple[str, int]], wanted: list[tuple[str, int]]) -> None:
    found = charts.fill(values)
    assert [pair for pair in found if pair[1] or len(found) < 5] == wanted


def test_every_code_has_its_words_in_both_languages() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "crawling.md").read_text(encoding="utf-8")
    rows = [re.findall(r"`([^`]+)`", row) for row in re.findall(r"^\| (`[^|]+) \|", manual, re.MULTILINE)]
    documented = [
        name.replace("...", "head") for names in rows for name in names if re.fullmatch(r"[a-z0-9_ .]+", name)
    ]
    start, end = documented.index("waiting"), documented.index("running")
    codes = {
        "reasons": [*Reason, *documented[start:end], "http_503", "writer_failed"],
        "endings": list(Ending),
        "flags": query.FLAGS,
        "kinds": query.KINDS,
        "scripts": query.SCRIPTS,
    }
    assert len(codes["reasons"]) > 45
    for kind, each in codes.items():
        words = templates._SAID[kind]
        assert not [code for code in each if code not in words and code.partition("_")[0] + "_*" not in words], kind
    for code in (*pages._GRAVITY, *FACETS, *(f"near_{kind}" for kind in reprints.KINDS), "short", "damaged", "gone"):
        assert code in templates._LABELS, code
    assert templates._code(1, "reasons", "http_503") == "HTTP status 503"


@pytest.mark.parametrize("module", [ask, asked, pages, search, terms], ids=lambda one: one.__name__)
def test_every_error_is_in_the_table_of_translations(module: ModuleType) -> None:
    raised = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Raise))
    calls = [node.exc for node in raised if isinstance(node.exc, ast.Call) and node.exc.args]
    errors = [each.args[0] for each in calls if ast.unparse(each.func) in ("UsageError", "NotHereError")]
    assert errors
    for error in errors:
        # The longest piece of a sentence that names nothing.
        said = [str(each.value) for each in ast.walk(error) if isinstance(each, ast.Constant)]
        assert any(max(said, key=len) in english for english in templates._ERRORS), "archive/web/errors.toml"


def test_a_proxy_is_told_where_the_servers_are() -> None:
    where = serve.Where(port=8080, base="https://archive.example/cundang", replay_base="https://replay.example")
    assert serve._said(where, "https://archive.example/cundang", "https://replay.example") == (
        "https://archive.example/cundang from http://127.0.0.1:8080; https://replay.example from http://127.0.0.1:8081"
    )


def test_a_page_is_not_cited_as_seen_before_it_was_published() -> None:
    seen = dt.datetime(2026, 5, 31, 22, tzinfo=dt.UTC)
    page = Document(
        id="urn:uuid:1-2",
        url="http://a.cn/1",
        site="a",
        captured=seen,
        status=200,
        origin=None,
        kind="article",
        title="座谈会",
        text="甲",
        script="hans",
        extractor="x",
        confidence=1.0,
        han=1,
        published="2026-06-01",
    )
    cited = cite.Cited(document=page)
    assert "(2026-06-01)[2026-06-01]" in cite.text(cited)
    assert "captured 2026-05-31T22:00:00Z" in cite.text(cited)
    assert "urldate = {2026-06-01}" in cite.bibtex(cited)
    assert '"accessed"' in cite.csl(cited)
