"""A WACZ file holds the captures, and a validator that we did not write finds it valid."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.catalogue import build, query
from archive.corpus import reclean
from archive.export import wacz
from archive.layout import Layout
from archive.warc import exclusions
from archive.warc import wacz as reading
from archive.warc.reader import whole_records
from archive.warc.record import Problem
from archive.warc.writer import Earlier, Exchange, Writer

WORDS = "各民主党派、工商联负责人参加座谈会。"
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def page(number: int) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
    paragraphs = f"<p>第{number}篇。{WORDS}</p>" * 9
    return head + f"<html><title>座谈会之{number}</title><body><h1>座谈会之{number}</h1>{paragraphs}".encode("gbk")


def exchange(number: int, response: bytes, date: datetime) -> Exchange:
    return Exchange(
        url=f"http://a.cn/{number}.html",
        started=date,
        ip=None,
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=io.BytesIO(response),
    )


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Three pages, of which one is captured again and is the same."""
    layout = Layout(root=tmp_path_factory.mktemp("archive"))
    first, second = (Writer(layout, "a", warcinfo=()) for _ in range(2))
    for number in range(3):
        kept = first.exchange(exchange(number, page(number), datetime(2026, 1, 1, tzinfo=UTC)), lambda *_: None)
    first.close()
    last = Earlier(id=kept.id, url="http://a.cn/2.html", date=kept.date)
    assert second.exchange(exchange(2, page(2), LATER), lambda *_: last).revisit
    second.close()
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    build.update(layout)
    return layout


@pytest.fixture(scope="module")
def packed(layout: Layout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "ours.wacz"
    assert wacz.write(layout, None, query.documents(layout, query.Filter()), out) == 3
    return out


def test_our_reader_takes_the_files_out_as_they_were(layout: Layout, packed: Path) -> None:
    with packed.open("rb") as file:
        found = []
        for item in reading.warcs_in(file, packed.name):
            assert not isinstance(item, Problem), item
            found.append((item[0], item[1].read()))
    assert found == [(f"archive/{warc.name}", warc.read_bytes()) for warc in layout.warcs()]
    with zipfile.ZipFile(packed) as pack:
        pages = [json.loads(line) for line in pack.read("pages/pages.jsonl").splitlines()[1:]]
    assert [(p["url"], p["title"], p["ts"]) for p in pages] == [
        (f"http://a.cn/{n}.html", f"座谈会之{n}", "2026-01-01T00:00:00Z") for n in range(3)
    ]


@pytest.mark.fault(rows=[44])
def test_what_was_taken_down_is_in_no_pack(layout: Layout, tmp_path: Path) -> None:
    mine = Layout(root=Path(shutil.copytree(layout.root, tmp_path / "data")))
    exclusions.append(mine, {"url": "http://a.cn/1.html", "date": exclusions.now(), "reason": ""})
    out = tmp_path / "out.wacz"
    wacz.write(mine, "a", query.documents(mine, query.Filter()), out)
    with zipfile.ZipFile(out) as pack:
        pack.extractall(tmp_path / "all")
    left = [r.url for path in sorted((tmp_path / "all/archive").iterdir()) for r in whole_records(path)]
    assert {url for url in left if url} == {"http://a.cn/0.html", "http://a.cn/2.html"}
    assert b"/1.html" not in (tmp_path / "all/pages/pages.jsonl").read_bytes()


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder that `make faults` filled."""
    if not (folder := os.environ.get("CUNDANG_STRANGERS")):
        pytest.skip("CUNDANG_STRANGERS names no folder of strangers' tools; make faults makes one")
    return Path(folder).resolve()


@pytest.mark.fault(rows=[51])
def test_wacz_finds_our_pack_valid(packed: Path, tools: Path) -> None:
    done = subprocess.run(
        [tools / "python/bin/wacz", "validate", "-f", packed], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
