"""Captures of a crawl whose clock was wrong come in the order in which they were made, not in that of their dates."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from captures import PROSE, article, write_warc

from archive.catalogue import build, changes, query, timeline, turns
from archive.corpus import reclean
from archive.layout import Layout
from crawler import join

URL = "http://a.cn/1.html"
OLD, NEW = (article("座谈会召开", PROSE * 3, words * 4) for words in ("会议强调凝聚共识。", "会议强调凝聚力量。"))


def crawl(layout: Layout, day: int, html: str) -> None:
    write_warc(layout, "a", [(URL, html)], day=day)
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    build.update(layout)


def told(layout: Layout) -> list[tuple[str, str, bool]]:
    """The changes, and last whether the latest text is the new one."""
    (latest,) = query.documents(layout, query.Filter())
    assert [version.outcome for version in timeline.versions(layout, URL)] == ["document", "document"]
    return [(each.seen[:8], each.what, "凝聚力量" in latest.text) for each in changes.changes(layout, "2020")]


@pytest.mark.parametrize(
    ("crawls", "wanted"),
    [
        # The clock was ahead, behind, and ahead in the first of all crawls.
        ([(5, OLD), (25, OLD), (10, NEW), (12, NEW)], [("20260110", "edited", True), ("20260105", "new", True)]),
        ([(10, OLD), (11, OLD), (2, NEW), (12, NEW)], [("20260111", "edited", True), ("20260110", "new", True)]),
        ([(25, OLD), (10, NEW), (12, NEW)], [("20260110", "edited", True), ("20260109", "new", True)]),
        # Corrected by some minutes.
        ([(5, OLD), (10, NEW), (9, NEW)], [("20260109", "edited", True), ("20260105", "new", True)]),
    ],
)
def test_the_text_that_was_captured_last_is_the_latest(
    tmp_path: Path, crawls: list[tuple[int, str]], wanted: list[tuple[str, str, bool]]
) -> None:
    layout = Layout(root=tmp_path)
    for day, html in crawls:
        crawl(layout, day, html)
    assert told(layout) == wanted
    # The records themselves keep their dates.
    assert {capture.stamp[6:8] for capture in timeline.captures(layout, URL)} == {f"{day:02d}" for day, _ in crawls}
    build.rebuild(layout)
    assert told(layout) == wanted


def test_a_file_that_was_put_in_by_hand_is_not_taken_for_one_of_a_wrong_clock(tmp_path: Path) -> None:
    layout, other = Layout(root=tmp_path / "here"), Layout(root=tmp_path / "there")
    for day in (20, 21):
        crawl(layout, day, NEW)
    crawl(other, 5, OLD)
    (late,) = other.warcs()
    shutil.copy(late, next(layout.warcs()).parent / late.name)
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    build.update(layout)
    assert told(layout) == [("20260120", "edited", True), ("20260105", "new", True)]


def test_the_end_of_a_file_whose_clock_jumped_is_no_turn() -> None:
    stamps = ("20260101", "20260101"), ("20260102", "20311101"), ("20311120", "20311120"), ("20260104", "20260104")
    files = [
        turns._File(source=n, site="a", place=n, first=f"{first}000000", last=f"{last}000000")
        for n, (first, last) in enumerate(stamps)
    ]
    assert [*turns._turns(files)] == [(2, "20260103235959")]


def test_captures_of_another_archive_keep_the_order_of_their_dates(tmp_path: Path) -> None:
    here, there = Layout(root=tmp_path / "here"), Layout(root=tmp_path / "there")
    for day, html in ((20, NEW), (21, NEW)):
        crawl(here, day, html)
    for day in (5, 6, 7):
        crawl(there, day, OLD)
    for _ in join.merge(there, here):
        pass
    build.update(here)
    assert told(here) == [("20260120", "edited", True), ("20260105", "new", True)]
    shutil.rmtree(there.root)
