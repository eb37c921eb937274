"""Imports: bytes are kept, damaged files are rewritten with the rest set aside, and a second import adds nothing."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import io
import json
import lzma
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from captures import PROSE, article, write_warc
from fastwarc.warc import ArchiveIterator as FastIterator

from archive.corpus.ingest import Report, import_paths, pages, read_saved
from archive.layout import IMPORTED, OPEN, Layout
from archive.text.clean import clean
from archive.text.document import Document
from archive.warc import index
from archive.warc.capture import Capture, Place
from archive.warc.reader import read, whole_records
from archive.warc.record import Record
from archive.warc.verify import verify
from archive.warc.writer import Exchange, Writer

RECORD = (
    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
    "WARC-Date: 2020-02-19T01:02:03Z\r\nWARC-Target-URI: http://a.cn/{number}\r\n"
    "Content-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n"
)


def record(number: int, body: bytes = b"<p>page</p>") -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    return RECORD.format(number=number, length=len(block)).encode() + block + b"\r\n\r\n"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(root=tmp_path / "data")


def imported(layout: Layout, *paths: Path) -> list[Report]:
    return list(import_paths(layout, paths))


def everything(layout: Layout) -> dict[str, bytes]:
    """Everything in the data folder."""
    return {str(p.relative_to(layout.root)): p.read_bytes() for p in layout.root.rglob("*") if p.is_file()}


def test_a_whole_warc_file_is_kept_byte_for_byte_under_its_digest(layout: Layout, tmp_path: Path) -> None:
    for name, data in (
        ("a.warc", record(1) + record(2)),
        ("b.warc.gz", gzip.compress(record(1), mtime=0) + gzip.compress(record(2), mtime=0)),
        ("c.warc.gz.open", gzip.compress(record(3), mtime=0)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        (report,) = imported(layout, path)
        assert (report.path, report.records, report.problems) == (
            str(path),
            data.count(b"WARC/1.0") or report.records,
            (),
        )
        newest = max(layout.warcs(IMPORTED), key=lambda p: p.stat().st_mtime_ns)
        assert newest.read_bytes() == data
        assert layout.index_of(newest).exists()
    assert sorted(p.name.split(".", 1)[1] for p in layout.warcs(IMPORTED)) == ["warc", "warc.gz", "warc.gz"]
    before = everything(layout)
    again = imported(layout, *sorted(tmp_path.glob("*.warc*")))
    assert everything(layout) == before
    assert [r.note for r in again] == ["it was imported before, so nothing was added"] * 3
    assert [r.records for r in again] == [2, 2, 1]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.fault(rows=[28])
def test_of_a_damaged_file_whole_records_are_kept_and_the_rest_is_set_aside(
    layout: Layout, tmp_path: Path, packed: bool
) -> None:
    parts = [record(n, random.Random(n).randbytes(3000)) for n in range(5)]  # noqa: S311 - no secret
    parts = [gzip.compress(p, mtime=0) for p in parts] if packed else parts
    damaged = bytearray(parts[2])
    damaged[0 if not packed else len(damaged) // 2] ^= 0x40
    torn = parts[4][: len(parts[4]) // 2]
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(parts[0] + parts[1] + damaged + parts[3] + torn)
    (report,) = imported(layout, path)
    # The beginning of the incomplete record is kept too, but not what is decompressed from damaged bytes.
    assert report.records == 4
    starts = [len(b"".join(parts[:n])) for n in range(5)]
    assert sorted({p.offset for p in report.problems}) == [starts[2], starts[4]]
    (warc,) = layout.warcs(IMPORTED)
    assert [r.url for r in whole_records(warc)] == [f"http://a.cn/{n}" for n in (0, 1, 3, 4)]
    assert [r.field("WARC-Truncated") for r in whole_records(warc)] == ["", "", "", "unspecified"]
    assert list(verify(warc)) == []
    with warc.open("rb") as file:
        assert sum(1 for _ in FastIterator(file)) == 4
    (tail,) = warc.parent.glob("*.tail")
    assert tail.read_bytes() == bytes(damaged) + torn
    before = everything(layout)
    assert imported(layout, path)[0].problems == report.problems
    assert everything(layout) == before


def own_file(root: Path) -> bytes:
    """A file written by this archive: warcinfo, response, request, metadata."""
    writer = Writer(Layout(root=root), "a", warcinfo=())
    writer.exchange(
        Exchange(
            url="http://a.cn/1",
            started=dt.datetime(2024, 2, 26, 8, 30, tzinfo=dt.UTC),
            ip="192.0.2.1",
            request=b"GET /1 HTTP/1.1\r\nHost: a.cn\r\n\r\n",
            response=io.BytesIO(b"HTTP/1.1 200 OK\r\n\r\n" + random.Random(5).randbytes(300)),  # noqa: S311 - no secret
            metadata=(("via", "http://a.cn/"), ("anchor", "要闻")),
        ),
        lambda *_: None,
    )
    writer.close()
    return writer.closed[0].read_bytes()


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_cut_anywhere_loses_no_byte_that_is_there(tmp_path: Path, packed: bool) -> None:
    data = own_file(tmp_path / "own")
    plain = gzip.decompress(data)
    members = [m.start() for m in re.finditer(rb"\x1f\x8b\x08\0{6}\x03", data)]
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(plain)
    blocks: list[tuple[int, int]] = []
    originals: list[Record] = []
    for original in whole_records(path):
        start = original.place.offset + len(original.head)
        blocks.append((start, start + original.size))
        originals.append(original)
    assert len(blocks) == len(members) == 4
    whole = data if packed else plain
    ends = {n + d for n in ([*members, len(data)] if packed else [n for b in blocks for n in b]) for d in range(-9, 10)}
    for length in sorted(n for n in ends | set(range(1, len(whole), 13)) if 0 < n <= len(whole)):
        path.write_bytes(whole[:length])
        last = max(m for m in members if m < length) if packed else 0
        # The available text of all members.
        text = length
        if packed:
            text = len(gzip.decompress(data[:last])) + len(zlib.decompressobj(31).decompress(data[last:length]))
        layout = Layout(root=tmp_path / f"{length}")
        (report,) = imported(layout, path)
        there = [(o, a, min(b, text), b) for o, (a, b) in zip(originals, blocks, strict=True) if a < text]
        assert report.records == len(there), length
        kept = [r for warc in layout.warcs(IMPORTED) for r in whole_records(warc)]
        for now, (original, start, held, end) in zip(kept, there, strict=True):
            assert now.block == plain[start:held]
            if held == end:
                assert now.head == original.head
                continue
            gone = ("Content-Length", "WARC-Block-Digest", "WARC-Payload-Digest")
            assert now.fields == (
                *(f for f in original.fields if f[0] not in gone),
                ("Content-Length", str(held - start)),
                ("WARC-Truncated", "unspecified"),
            )
            said = f"the record is cut off: {held - start} of {end - start} bytes are there; they are kept as a"
            assert said in report.problems[-1].reason
        for warc in layout.warcs(IMPORTED):
            assert list(verify(warc)) == []
            lost = [p.offset for p in report.problems if p.lost]
            if packed:
                assert lost == ([] if length in (*members, len(data)) else [last])
            assert b"".join(t.read_bytes() for t in warc.parent.glob("*.tail")) == (
                whole[lost[0] : length] if lost else b""
            )
        before = everything(layout)
        (again,) = imported(layout, path)
        assert (again.records, again.problems, everything(layout)) == (report.records, report.problems, before)


def test_a_torn_member_before_a_whole_one_gives_what_it_holds(layout: Layout, tmp_path: Path) -> None:
    parts = [gzip.compress(record(n, random.Random(n).randbytes(3000)), mtime=0) for n in range(3)]  # noqa: S311 - no secret
    path = tmp_path / "a.warc.gz"
    path.write_bytes(parts[0] + parts[1][:1500] + parts[2])
    (report,) = imported(layout, path)
    (warc,) = layout.warcs(IMPORTED)
    kept = list(whole_records(warc))
    assert [r.url for r in kept] == [f"http://a.cn/{n}" for n in range(3)]
    assert [bool(r.field("WARC-Truncated")) for r in kept] == [False, True, False]
    assert record(1, random.Random(1).randbytes(3000)).startswith(kept[1].head[:100])  # noqa: S311 - no secret
    assert len(kept[1].block) > 1000
    assert {p.offset for p in report.problems} == {len(parts[0])}
    (tail,) = warc.parent.glob("*.tail")
    assert tail.read_bytes() == parts[1][:1500]


def test_a_torn_response_is_not_ended_where_a_wrong_http_length_says(layout: Layout, tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + b"x" * 500
    path = tmp_path / "a.warc"
    path.write_bytes(RECORD.format(number=1, length=len(block)).encode() + block[:300])
    (report,) = imported(layout, path)
    (warc,) = layout.warcs(IMPORTED)
    assert [r.block for r in whole_records(warc)] == [block[:300]]
    assert f"300 of {len(block)} bytes" in report.problems[0].reason


def test_a_head_that_is_folded_or_says_truncated_keeps_what_it_says(layout: Layout, tmp_path: Path) -> None:
    head = RECORD.format(number=1, length=900).replace("\r\n\r\n", "\r\nWARC-Truncated: time\r\n\r\n")
    head = head.replace("\r\nWARC-Date", "\r\nwarc-block-digest:\r\n sha1:\r\n\tAAAA\r\nX-Y: a\r\n b\r\nWARC-Date")
    path = tmp_path / "a.warc"
    path.write_bytes(head.encode() + b"HTTP/1.1 200 OK\r\n\r\nx")
    assert [r.records for r in imported(layout, path)] == [1]
    (warc,) = layout.warcs(IMPORTED)
    (now,) = whole_records(warc)
    assert [v for n, v in now.fields if n == "WARC-Truncated"] == ["time"]
    assert (now.field("X-Y"), now.field("WARC-Block-Digest"), now.field("Content-Length")) == ("a b", "", "20")


@pytest.mark.parametrize("packed", [True, False])
def test_a_record_too_large_to_be_read_whole_is_beside_when_a_file_is_re_cut(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    # A real one has more than 128 MiB.
    monkeypatch.setattr("archive.warc.scan.MAX_BLOCK", 1000)
    parts = [record(1, random.Random(1).randbytes(3000)), record(2), record(3, b"torn")]  # noqa: S311 - no secret
    parts = [gzip.compress(p, mtime=0) for p in parts] if packed else [p.removesuffix(b"\r\n\r\n") for p in parts]
    parts = parts if packed else [parts[0], b"\r\n\r\n", parts[1], b"\r\n\r\n", parts[2]]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(parts)[:-3])
    assert [r.records for r in imported(layout, path)] == [3]
    (warc,) = layout.warcs(IMPORTED)
    assert [r.field("WARC-Truncated") for r in whole_records(warc)] == ["length", "", "" if packed else "unspecified"]
    assert next(r.size for r in whole_records(warc)) == 1000
    (tail,) = warc.parent.glob("*.tail")
    assert tail.read_bytes() == parts[0] + parts[-1][:-3]
    assert list(verify(warc)) == []


def test_a_torn_article_becomes_a_document_that_says_so(layout: Layout, tmp_path: Path) -> None:
    lines = (f"<p>第{n}次会议强调，要做好新时代党的统一战线工作，团结各方面人士，凝聚共识。</p>" for n in range(40))
    page = f"<html><head><title>市委召开统战工作会议</title></head><body><h1>市委召开统战工作会议</h1>{''.join(lines)}"
    raw = record(1, page.encode())
    path = tmp_path / "a.warc"
    path.write_bytes(raw[: len(raw) // 2])
    imported(layout, path)
    (warc,) = layout.warcs(IMPORTED)
    (capture,) = read(warc)
    assert capture.truncated == "unspecified"
    document = clean(capture, None)
    assert isinstance(document, Document), document
    assert "truncated" in document.flags
    assert "第3次会议强调" in document.text


def test_records_that_share_a_gzip_member_are_re_cut_so_that_each_can_be_found(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "one.warc.gz"
    path.write_bytes(gzip.compress(record(1) + record(2) + record(3)))
    (report,) = imported(layout, path)
    assert (report.records, report.problems) == (3, ())
    (warc,) = layout.warcs(IMPORTED)
    assert len({row.offset for row in index.read(layout.index_of(warc))}) == 3
    assert gzip.decompress(warc.read_bytes()) == record(1) + record(2) + record(3)


def test_a_wacz_gives_its_warc_files_and_a_bad_one_a_problem(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w") as pack:
        pack.writestr("datapackage.json", json.dumps({"resources": []}))
        pack.writestr("archive/one.warc.gz", gzip.compress(record(1), mtime=0))
        pack.writestr("archive/../../evil.warc", record(2))
        pack.writestr("pages/pages.jsonl", "{}")
    (report,) = imported(layout, path)
    assert (report.records, report.problems) == (2, ())
    assert len(list(layout.warcs(IMPORTED))) == 2
    assert not list(tmp_path.glob("evil*"))
    path.write_bytes(path.read_bytes()[:100])
    (report,) = imported(layout, path)
    assert (report.records, len(report.problems)) == (0, 1)


def test_pages_whose_ids_belong_to_others_get_ids_of_their_own_and_a_catalogue(layout: Layout, tmp_path: Path) -> None:
    page = article("全县统一战线工作会议召开", PROSE * 6).encode()
    first = record(1, page) + record(2, page.replace("全县".encode(), "全市".encode()))
    (tmp_path / "a.warc").write_bytes(first)
    (tmp_path / "b.warc").write_bytes(first.replace(b"http://a.cn/", b"http://b.cn/"))
    (tmp_path / "c.warc.gz").write_bytes(gzip.compress(record(1, page), mtime=0))
    reports = imported(layout, *(tmp_path / name for name in ("a.warc", "b.warc", "c.warc.gz")))
    assert [(report.records, report.problems) for report in reports] == [(2, ()), (2, ()), (1, ())]
    assert [report.note for report in reports] == [
        None,
        "kept, with new ids for its pages: 2 of its record ids belong to other pages here",
        None,
    ]
    kept = {capture.url: capture.id for warc in layout.warcs(IMPORTED) for capture in read(warc)}
    assert (len(kept), len(set(kept.values()))) == (4, 4)
    given = {(tmp_path / name).read_bytes() for name in ("a.warc", "b.warc", "c.warc.gz")}
    assert {warc.read_bytes() for warc in layout.warcs(IMPORTED)} == given
    assert [report.note for report in imported(layout, tmp_path / "b.warc")] == [
        "it was imported before, so nothing was added"
    ]


@pytest.mark.fault(rows=[28])
def test_what_is_no_archive_gives_a_problem_and_the_others_go_on(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(b"no WARC")
    (folder / "b.warc").write_bytes(record(1))
    (folder / "c.pdf").write_bytes(b"%PDF")
    (folder / "README.txt").write_text("about the others")
    (folder / "d.arc.open").write_bytes(b"")
    reports = {Path(r.path).name: r for r in imported(layout, folder, tmp_path / "absent.warc")}
    assert [bool(r.problems) for r in reports.values()] == [False, True, False, False, True, True]
    assert sum(r.records for r in reports.values()) == 1
    assert "skipped" in (reports["c.pdf"].note or "")
    assert "skipped" in (reports["README.txt"].note or "")


def save(folder: Path, html: str, **meta: object) -> Path:
    folder.mkdir(parents=True)
    (folder / "page.html").write_bytes(html.encode("gb18030"))
    if meta:
        (folder / "meta.json").write_text(json.dumps(meta))
    return folder / "page.html"


def test_saved_pages_and_texts_become_resources_that_say_where_they_are_from(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    save(
        folder / "a", "<p>一</p>", url="http://a.cn/中?x=1 2", captured="2020-02-19T09:00:00+08:00", gold={"title": "?"}
    )
    save(folder / "b", "<p>二</p>", url=None, content_type="text/html; charset=gb2312")
    (folder / "000_统战.txt").write_text("某市召开统战工作会议")
    reports = imported(layout, folder)
    assert [(r.records, r.problems, r.note) for r in reports] == [(1, (), None)] * 3
    (warc,) = layout.warcs(IMPORTED)
    text, a, b = read(warc)
    assert (text.url, text.origin, text.date) == ("file:///000_%E7%BB%9F%E6%88%98.txt", "000_统战.txt", None)
    assert text.header("content-type") == "text/plain"
    assert (a.url, a.origin) == ("http://a.cn/%E4%B8%AD?x=1%202", "a/page.html")
    assert a.date == dt.datetime(2020, 2, 19, 1, tzinfo=dt.UTC)
    assert (b.url, b.date) == ("file:///b/page.html", None)
    assert b.header("content-type") == "text/html; charset=gb2312"
    assert {c.kind for c in (text, a, b)} == {"resource"}
    assert list(verify(warc)) == []
    # The same Capture as without the archive, except for its place.
    for page, capture in zip(pages([folder]), (text, a, b), strict=True):
        alone = read_saved(page.path, page.root)
        assert {f: getattr(alone, f) for f in alone.__slots__ if f != "place"} == {
            f: getattr(capture, f) for f in capture.__slots__ if f != "place"
        }
    before = everything(layout)
    assert [r.note for r in imported(layout, folder)] == ["it was imported before, so nothing was added"] * 3
    assert everything(layout) == before
    # Another folder with the same pages at the same relative paths adds nothing; a changed page is new.
    shutil.copytree(folder, tmp_path / "copy")
    imported(layout, tmp_path / "copy")
    assert everything(layout) == before
    (tmp_path / "copy" / "b" / "page.html").write_text("<p>三</p>")
    imported(layout, tmp_path / "copy")
    assert len(list(layout.warcs(IMPORTED))) == 2


def test_what_is_no_file_is_reported_and_not_waited_for(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "page.html").write_text("<p>页</p>", "utf-8")
    os.mkfifo(folder / "pipe.html")
    (folder / "nowhere.html").symlink_to(folder / "absent.html")
    (folder / "elsewhere").symlink_to(folder / "below")
    (folder / "link.txt").symlink_to(folder / "below" / "page.html")
    said = {Path(r.path).name: (r.records, r.note) for r in imported(layout, folder, folder / "pipe.html")}
    assert said == {
        "page.html": (1, None),
        "link.txt": (1, None),
        "pipe.html": (0, "skipped: a pipe, socket or device"),
        "nowhere.html": (0, "skipped: a broken symbolic link"),
        "elsewhere": (0, "skipped: a link to a folder"),
    }
    (report,) = imported(layout, folder / "absent.html")
    assert "cannot be read" in report.problems[0].reason


def test_what_a_killed_import_left_open_is_closed_by_the_next(layout: Layout, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>页</p>", "utf-8")
    imported(layout, page)
    (warc,) = layout.warcs()
    left = warc.with_name(warc.name + OPEN)
    left.write_bytes(warc.read_bytes() + b"\x1f\x8b\x08torn")
    warc.unlink()
    layout.index_of(warc).unlink()
    closed, again = imported(layout, page)
    assert (closed.path, closed.records) == (str(left), 3)
    assert closed.problems
    assert (again.records, again.note) == (1, "it was imported before, so nothing was added")
    assert list(layout.open_warcs()) == []
    assert [len(list(read(path))) for path in layout.warcs()] == [1]


def test_two_imports_at_once_take_each_page_once(layout: Layout, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for number in range(5):
        save(folder / f"{number}", f"<p>{number}</p>")
    script = (
        "import sys; from pathlib import Path; from archive.corpus.ingest import import_paths; "
        "from archive.layout import Layout; print('ready', flush=True); "
        "print([r.note for r in import_paths(Layout(root=Path(sys.argv[1])), [Path(sys.argv[2])])])"
    )
    first = import_paths(layout, [folder])
    assert next(first).note is None
    with subprocess.Popen(
        [sys.executable, "-c", script, str(layout.root), str(folder)], stdout=subprocess.PIPE, text=True
    ) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(timeout=1)
        assert [r.note for r in first] == [None] * 4
        assert second.stdout.readline() == f"{['it was imported before, so nothing was added'] * 5}\n"
        assert second.wait(timeout=30) == 0
    (warc,) = layout.warcs(IMPORTED)
    assert len(list(read(warc))) == 5


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ('{"url": "javascript:alert(1)"}', "not an http"),
        ('{"captured": "yesterday"}', "not an ISO 8601"),
        ('{"content_type": "text/html\\r\\nX: y"}', "content_type"),
        ("{broken", "is not read"),
        ("[]", "is not read"),
        ('{"url": 7, "captured": 7, "content_type": 7}', "not an http"),
    ],
)
def test_a_bad_description_is_named_and_the_page_is_kept(layout: Layout, tmp_path: Path, meta: str, said: str) -> None:
    page = save(tmp_path / "in", "<p>一</p>")
    (tmp_path / "in" / "meta.json").write_text(meta)
    (report,) = imported(layout, page)
    assert report.records == 1
    assert said in report.problems[0].reason
    (warc,) = layout.warcs(IMPORTED)
    (capture,) = read(warc)
    assert capture.url == "file:///page.html"


def test_a_page_that_a_browser_saved_keeps_the_address_that_the_browser_wrote_into_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    url = "http://www.gov.cn/a/1.html?b=%E7%BB%9F&c"
    for mark in (
        f"<!DOCTYPE html>\r\n<!-- saved from url=(0044){url} -->",
        f"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: {url} \n saved date: x\n-->",
    ):
        page.write_text(mark + "<p>会议</p>", encoding="utf-8")
        assert read_saved(page, tmp_path).url == url
    (tmp_path / "meta.json").write_text('{"url": "http://b.cn/"}', encoding="utf-8")
    assert read_saved(page, tmp_path).url == "http://b.cn/", "what a person wrote beside it comes first"
    page.write_text("<p>会议</p>" * 1000 + "<!-- saved from url=(0014)http://c.cn/ -->", encoding="utf-8")
    (tmp_path / "meta.json").unlink()
    assert read_saved(page, tmp_path).url == "file:///page.html", "below the head it is somebody's text"


def test_one_description_is_not_taken_for_two_pages(tmp_path: Path) -> None:
    page = save(tmp_path / "in", "<p>一</p>", url="http://a.cn/1")
    other = tmp_path / "in" / "other.html"
    other.write_text("<p>二</p>")
    assert read_saved(page, page.parent).url == "http://a.cn/1"
    assert read_saved(other, other.parent).url == "file:///other.html"


@pytest.mark.fault(rows=[28])
def test_all_real_files_go_in_twice_without_a_change(layout: Layout, shared: Path) -> None:
    folders = [shared / "real-warcs", shared / "real-pages", shared / "seeds"]
    first = imported(layout, *folders)
    before = everything(layout)
    again = imported(layout, *folders)
    assert everything(layout) == before
    assert [(r.path, r.records, r.problems) for r in again] == [(r.path, r.records, r.problems) for r in first]
    kept = sum(r.records for r in first)
    there = sum(
        1 for warc in layout.warcs(IMPORTED) for r in whole_records(warc) if r.field("WARC-Filename") != warc.name
    )
    metadata = sum(1 for r in first if Path(r.path).suffix in (".html", ".txt") and r.records)
    assert there == kept + metadata
    for warc in layout.warcs(IMPORTED):
        ids = [c.id for c in read(warc)]
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("name", "codec", "cure"),
    [("a.warc.zst", "zstd", "zstd -d a.warc.zst"), ("a.warc.lz4", "lz4", "lz4 -d a.warc.lz4")],
)
def test_a_file_in_another_compression_is_reported_with_the_command_that_unpacks_it(
    layout: Layout, tmp_path: Path, name: str, codec: str, cure: str
) -> None:
    with pa.CompressedOutputStream(tmp_path / name, codec) as out:
        out.write(record(1))
    (tmp_path / "a.xz").write_bytes(lzma.compress(record(1)))
    (tmp_path / "b.warc").write_bytes(record(1))
    reports = imported(layout, tmp_path / name, tmp_path / "a.xz", tmp_path / "b.warc")
    assert [(report.records, len(report.problems)) for report in reports] == [(0, 1), (0, 1), (1, 0)]
    assert reports[0].problems[0].reason.endswith(cure)
    assert list(pages([tmp_path])) == []


MHT = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://a.cn/1.htm\r\n"
    b"Date: Wed, 19 Feb 2025 08:30:00 +0800\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: image/gif\r\n\r\nGIF89a\r\n"
    b'--b\r\nContent-Type: text/html; charset="gb2312"\r\nContent-Transfer-Encoding: base64\r\n'
    b"Content-Location: file:///C:/1.htm\r\n\r\n"
)


def mht_of(html: str) -> bytes:
    return MHT + base64.encodebytes(html.encode("gb18030")) + b"\r\n--b--\r\n"


def test_a_page_that_a_browser_saved_in_one_file_is_read(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "会议.mht"
    path.write_bytes(mht_of(article("全县统一战线工作会议召开", PROSE * 6)))
    (report,) = imported(layout, path)
    assert (report.records, report.problems, report.note) == (1, (), None)
    (capture,) = (capture for warc in layout.warcs(IMPORTED) for capture in read(warc))
    assert (capture.url, capture.media_type) == ("http://a.cn/1.htm", "message/rfc822")
    assert capture.body == path.read_bytes()
    document = clean(capture, None)
    assert isinstance(document, Document)
    assert (document.title, document.text, document.published) == ("全县统一战线工作会议召开", PROSE * 6, "2020-03-01")
    assert document.captured == dt.datetime(2025, 2, 19, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "body", [b"<p>no message", b"MIME-Version: 1.0\n\ntext", MHT.replace(b"text/html; c", b"x/y; c")]
)
def test_a_file_that_is_only_named_like_a_saved_page_is_kept(layout: Layout, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.mht"
    path.write_bytes(body)
    assert [report.records for report in imported(layout, path)] == [1]


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/related; boundary=b", "application/octet-stream"])
def test_such_a_page_is_read_in_a_crawl_too(kind: str) -> None:
    capture = Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000001",
        kind="response",
        url="http://a.cn/news/1.mht",
        date=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", kind),),
        body=mht_of(article("全县统一战线工作会议召开", PROSE * 6)),
        payload_digest=None,
        place=Place(file="a", offset=0, length=1),
    )
    document = clean(capture, None)
    assert isinstance(document, Document)
    assert (document.title, document.url, document.published) == (
        "全县统一战线工作会议召开",
        "http://a.cn/news/1.mht",
        "2020-03-01",
    )


def test_each_index_is_read_once_however_many_files_are_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ids of a hundred files are asked for in all indexes: a scan for each of them would be quadratic."""
    layout, given = Layout(root=tmp_path / "data"), tmp_path / "given"
    given.mkdir()
    for number in range(6):
        made = Layout(root=tmp_path / str(number))
        write_warc(made, "a", [(f"http://a.cn/{number}.html", article(f"第{number}次座谈会", "统战部召开会议。"))])
        (warc,) = made.warcs()
        warc.rename(given / f"{number}.warc.gz")
    read: Counter[Path] = Counter()
    opened = Path.open

    def count(self: Path, *args: Any, **named: Any) -> Any:
        read[self] += self.suffix == ".cdxj" and "rb" in (*args, named.get("mode"))
        return opened(self, *args, **named)

    monkeypatch.setattr(Path, "open", count)
    assert [report.note for report in import_paths(layout, [given])] == [None] * 6
    # `read_bytes` opens too; the last index is read by nobody, for no file follows.
    assert sorted(times for path, times in read.items() if path.suffix == ".cdxj") == [1] * 5
