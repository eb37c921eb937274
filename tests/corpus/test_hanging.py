"""A page at which the cleaner hangs or dies is skipped, and no other page."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document, Reason
from archive.warc import reader
from archive.warc.writer import Exchange, Writer

PAGES, HANGS, DIES = 12, 3, 8
# Every process of the command loads this first: a cleaner that hangs at one page, and ends at another.
BROKEN = f"""
import os, re
import archive.text.clean as cleaner
whole = cleaner.clean
def clean(capture, site):
    if capture.url.endswith("/{HANGS}.html"):
        re.match("(a+)+$", "a" * 60 + "b")  # C code that does not ask for signals
    if capture.url.endswith("/{DIES}.html"):
        os.abort()
    return whole(capture, site)
cleaner.clean = clean
import archive.corpus.reclean as reclean
reclean.PAGE_SECONDS = 2
"""
# A cleaner that waits without using CPU time.
WAITING = f"""
import time
import archive.text.clean as cleaner
whole = cleaner.clean
def clean(capture, site):
    if capture.url.endswith("/{HANGS}.html"):
        time.sleep(3000)
    return whole(capture, site)
cleaner.clean = clean
import archive.corpus.reclean as reclean
reclean.CLOCK_SECONDS = 4
"""


def clean(folder: Path, jobs: str, *, broken: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if broken:
        (folder / "broken").mkdir()
        (folder / "broken" / "sitecustomize.py").write_text(broken, "utf-8")
        environment["PYTHONPATH"] = os.pathsep.join([str(folder / "broken"), environment.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "clean", "--jobs", jobs],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.fault(rows=[36])
# One worker cleans the whole file, two workers share its pages.
@pytest.mark.parametrize(
    ("jobs", "broken", "lost"),
    [("1", BROKEN, {HANGS, DIES}), ("2", BROKEN, {HANGS, DIES}), ("2", WAITING, {HANGS})],
    ids=["one", "two", "clock"],
)
def test_pages_that_hang_or_kill_the_cleaner_cost_themselves_and_are_tried_again(
    tmp_path: Path, jobs: str, broken: str, lost: set[int]
) -> None:
    layout = Layout(root=tmp_path / "data")
    writer = Writer(layout, "a", warcinfo=(("software", "test"),))
    for number in range(PAGES):
        text = f"市委统战部召开会议，传达学习上级精神，研究部署第{number}阶段的工作，各有关单位负责同志参加会议。" * 4
        body = f"<html><title>会议</title><h1>会议{number}召开</h1><p>{text}</p></html>".encode()
        writer.exchange(
            Exchange(
                url=f"http://a.cn/{number}.html",
                started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                ip=None,
                request=b"",
                response=io.BytesIO(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body),
            ),
            lambda *_: None,
        )
    writer.close()
    (warc,) = layout.warcs()
    urls = [capture.url for capture in reader.read(warc)]

    told = clean(tmp_path, jobs, broken=broken)
    assert told.returncode == 1, told.stderr
    rows = list(shard.read(layout.shard_of(warc)))
    assert [row.url for row in rows] == urls
    given_up = {number for number, row in enumerate(rows) if not isinstance(row, Document)}
    assert given_up == lost
    about = shard.about(layout.shard_of(warc))
    assert about is not None
    assert about.provisional
    for number in given_up:
        row = rows[number]
        assert not isinstance(row, Document)
        assert row.reason is Reason.KILLED
        assert f"/{number}.html" in told.stderr or row.id in told.stderr

    # A page that was given up after a timeout is tried again by the next cleaning.
    again = clean(tmp_path, jobs)
    assert again.returncode == 0, again.stderr
    rows = list(shard.read(layout.shard_of(warc)))
    assert [row.url for row in rows if isinstance(row, Document)] == urls
