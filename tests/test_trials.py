"""The simulated year keeps its own limits, and makes as many requests as a real crawl."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

# `python trials/year.py --real` on 29 November 2026: requests and bytes of the WARC file of each visit.
REAL = ((35, 80_902), (5, 7_709), (35, 52_475), (5, 7_704), (35, 52_497))


@pytest.fixture
def year(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "trials")
    return importlib.import_module("year")


def test_the_visits_on_paper_are_those_of_a_real_crawl(year: Any) -> None:
    paper = list(year.visit_on_paper())
    assert [requests for requests, _ in paper] == [requests for requests, _ in REAL]
    assert [size for _, size in paper] == [pytest.approx(size, rel=0.05) for _, size in REAL]


def test_a_month_on_paper_loses_no_article_and_keeps_the_limit(year: Any) -> None:
    plan = year.Plan(name="small", sites=20, articles=200, lists=4, daily=3, limit=3, hours=0.1, down=0.05)
    one = year.simulate(plan, year.Costs(), 30, seed=7)
    assert one.peak <= 3
    assert one.counts["waited"] > 0
    assert one.counts["unreachable"] > 0
    # What was there at the start, what came in a month, and a few edits.
    assert 20 * 200 * 0.5 < one.counts["documents"] < 20 * (200 * 1.6 + 3 * 30 * 1.6)
    assert year.simulate(plan, year.Costs(), 30, seed=7).counts == one.counts
    wide = year.simulate(replace(plan, limit=400), year.Costs(), 30, seed=7)
    assert wide.counts["waited"] == 0
    assert wide.peak > 3
