"""A WACZ file holds the captures; a validator finds it valid and a browser replays it, neither written by us."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import struct
import subprocess
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import strangers
from click.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

from archive.catalogue import build, query
from archive.corpus import ingest, reclean
from archive.export import wacz
from archive.export.replay import Offer
from archive.layout import Layout
from archive.warc import exclusions, verify
from archive.warc import wacz as reading
from archive.warc.capture import Earlier
from archive.warc.reader import records, whole_records
from archive.warc.record import Problem, Record
from archive.warc.writer import Exchange, Writer
from crawler.cli import app

WORDS = "各民主党派、工商联负责人参加座谈会。"
LATER = datetime(2026, 2, 1, tzinfo=UTC)


def page(number: int) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
    paragraphs = f"<p>第{number}篇。{WORDS}</p>" * 9
    heading = f"<h1>座谈会之{number}</h1><img src=/picture.png>"
    return head + f"<html><title>座谈会之{number}</title><body>{heading}{paragraphs}".encode("gbk")


def picture() -> bytes:
    """Five pixels beside each other."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 5, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0\x40\x80\xc0\xff")),
        (b"IEND", b""),
    ]
    png = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n" + png


MOVED = b"HTTP/1.1 301 Moved\r\nLocation: /1.html\r\nContent-Length: 0\r\n\r\n"


def exchange(name: str, response: bytes, date: datetime) -> Exchange:
    return Exchange(
        url=f"http://a.cn/{name}",
        started=date,
        ip=None,
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=io.BytesIO(response),
    )


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Three crawls: three pages with a picture, and a redirect; one page that is the same again; a 304."""
    layout = Layout(root=tmp_path_factory.mktemp("archive"))
    first, second, third = (Writer(layout, "a", warcinfo=()) for _ in range(3))
    answers = {"picture.png": picture(), "moved.html": MOVED} | {f"{n}.html": page(n) for n in range(3)}
    known = {}
    for name, response in answers.items():
        kept = first.exchange(exchange(name, response, datetime(2026, 1, 1, tzinfo=UTC)), lambda *_: None)
        known[name] = Earlier(id=kept.id, url=f"http://a.cn/{name}", date=kept.date)
    first.close()
    assert second.exchange(exchange("2.html", page(2), LATER), lambda *_: known["2.html"]).revisit
    second.close()
    unmodified = exchange("0.html", b"HTTP/1.1 304 Not Modified\r\n\r\n", LATER.replace(month=3))
    assert third.exchange(unmodified, lambda *_: known["0.html"]).revisit
    third.close()
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


def test_hostile_titles_come_through(layout: Layout, tmp_path: Path) -> None:
    titles = ['../../etc/"CON"\n{}', "\u202e反\0😀", "题" * 300]
    named = [replace(d, title=t) for d, t in zip(query.documents(layout, query.Filter()), titles, strict=True)]
    assert wacz.write(layout, None, named, tmp_path / "out.wacz") == 3
    with zipfile.ZipFile(tmp_path / "out.wacz") as pack:
        lines = pack.read("pages/pages.jsonl").split(b"\n")[1:-1]
    assert [json.loads(line)["title"] for line in lines] == titles


def test_who_reads_pieces_by_the_directory_alone_finds_them(packed: Path) -> None:
    # ReplayWeb.page looks for an entry's own head only where the directory gives it extra fields.
    data = packed.read_bytes()
    with zipfile.ZipFile(packed) as pack:
        for entry in pack.infolist():
            name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
            start = entry.header_offset + 30 + name + (extra if entry.extra else 0)
            assert data[start : start + entry.file_size] == pack.read(entry)


def test_a_pack_of_a_site_has_its_documents_from_the_folders_of_other_sites(layout: Layout, tmp_path: Path) -> None:
    chosen = list(query.documents(layout, query.Filter()))
    assert wacz.write(layout, {"split"}, chosen, tmp_path / "out.wacz") == 3
    assert wacz.write(layout, {"split"}, [], tmp_path / "none.wacz") == 0


@pytest.mark.fault(rows=[44])
def test_what_was_taken_down_is_in_no_pack(layout: Layout, tmp_path: Path) -> None:
    mine = Layout(root=Path(shutil.copytree(layout.root, tmp_path / "data")))
    exclusions.append(mine, {"url": "http://a.cn/1.html", "date": exclusions.now(), "reason": ""})
    out = tmp_path / "out.wacz"
    wacz.write(mine, ["a"], query.documents(mine, query.Filter()), out)
    with zipfile.ZipFile(out) as pack:
        pack.extractall(tmp_path / "all")
    left = [r.url for path in sorted((tmp_path / "all/archive").iterdir()) for r in whole_records(path)]
    assert {url for url in left if url} == {
        f"http://a.cn/{n}" for n in ("picture.png", "moved.html", "0.html", "2.html")
    }
    assert b"/1.html" not in (tmp_path / "all/pages/pages.jsonl").read_bytes()


def warcio_reads(out: Path, folder: Path) -> list[tuple[str, str, int]]:
    """Type, URL and length of content of every record of a pack, each from a gzip member that holds nothing else."""
    with zipfile.ZipFile(out) as pack:
        pack.extractall(folder)
    found = []
    for path in sorted((folder / "archive").iterdir()):
        data = path.read_bytes()
        while data:
            member = zlib.decompressobj(31)
            text = member.decompress(data)
            data = member.unused_data
            assert text.endswith(b"\r\n\r\n")
            (record,) = (
                (r.rec_type, r.rec_headers.get_header("WARC-Target-URI") or "", len(r.content_stream().read()))
                for r in ArchiveIterator(io.BytesIO(text), no_record_parse=True)
            )
            found.append(record)
    return found


def test_records_of_an_uncompressed_file_come_apart_also_after_a_takedown(shared: Path, tmp_path: Path) -> None:
    mine = Layout(root=tmp_path / "data")
    source = shared / "cases/warc/wacz-glued-input.warc"
    list(ingest.import_paths(mine, [source]))
    whole = [(r.kind, r.url, r.size) for r in whole_records(source)]
    wacz.write(mine, None, [], tmp_path / "whole.wacz")
    assert warcio_reads(tmp_path / "whole.wacz", tmp_path / "whole") == whole
    gone = whole[-1][1]
    exclusions.append(mine, {"url": gone, "date": exclusions.now(), "reason": ""})
    wacz.write(mine, None, [], tmp_path / "out.wacz")
    assert warcio_reads(tmp_path / "out.wacz", tmp_path / "out") == [r for r in whole if r[1] != gone]


def test_a_file_that_is_one_gzip_member_comes_apart(layout: Layout, tmp_path: Path) -> None:
    mine = Layout(root=Path(shutil.copytree(layout.root, tmp_path / "data")))
    whole = [(r.kind, r.url, r.size) for warc in mine.warcs() for r in whole_records(warc)]
    for warc in mine.warcs():
        warc.write_bytes(gzip.compress(gzip.decompress(warc.read_bytes())))
    wacz.write(mine, None, [], tmp_path / "out.wacz")
    assert warcio_reads(tmp_path / "out.wacz", tmp_path / "out") == whole


def test_an_arc_file_becomes_a_warc_file(tmp_path: Path) -> None:
    mine = Layout(root=tmp_path / "data")
    body, bare = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>a</p>", b"<p>b</p>"
    arc = b"filedesc://x.arc 0.0.0.0 20200101000000 text/plain 6\n1 0 X\n\n"
    for name, block in (("1", body), ("2", bare)):
        arc += b"http://a.cn/%s 192.0.2.1 20200101000000 text/html %d\n%s\n" % (name.encode(), len(block), block)
    (tmp_path / "x.arc").write_bytes(arc)
    list(ingest.import_paths(mine, [tmp_path / "x.arc"]))
    offer = Offer(gone=exclusions.read(mine))
    wacz.write(mine, None, [], tmp_path / "out.wacz", offer)
    assert warcio_reads(tmp_path / "out.wacz", tmp_path / "out")[1:] == [
        ("response", "http://a.cn/1", len(body)),
        ("resource", "http://a.cn/2", len(bare)),
    ]
    assert [row.url for row in offer.captures] == ["http://a.cn/1", "http://a.cn/2"]
    assert not offer.problems


def test_a_304_is_in_the_pack_and_not_in_its_index(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as pack:
        lines = gzip.decompress(pack.read("indexes/index.cdx.gz")).decode().splitlines()
    assert not any('"status": "304"' in line for line in lines)
    assert len(lines) == 6
    assert [kind for kind, *_ in warcio_reads(packed, tmp_path / "out")].count("revisit") == 2


@pytest.mark.parametrize("chunked_first", [True, False])
def test_a_revisit_in_another_framing_has_no_head_in_the_pack(tmp_path: Path, chunked_first: bool) -> None:
    """ReplayWeb.page reads the payload of a revisit by the head of the revisit: sizes of chunks stood in files."""
    body = b"\xd0\xcf\x11\xe0" + bytes(range(256))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/msword\r\n"
    plain = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    first, other = (chunked, plain) if chunked_first else (plain, chunked)
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    kept = writer.exchange(exchange("1.doc", first, LATER), lambda *_: None)
    known = Earlier(id=kept.id, url="http://a.cn/1.doc", date=kept.date)
    for name, response in (("2.doc", other), ("3.doc", first)):
        assert writer.exchange(exchange(name, response, LATER), lambda *_: known).revisit
    writer.close()
    wacz.write(layout, None, [], tmp_path / "out.wacz")
    with zipfile.ZipFile(tmp_path / "out.wacz") as pack:
        (name,) = (name for name in pack.namelist() if name.startswith("archive/"))
        (tmp_path / "out.warc.gz").write_bytes(pack.read(name))
    assert [problem.reason for problem in verify.verify(tmp_path / "out.warc.gz")] == []
    revisits = [r for r in records(tmp_path / "out.warc.gz") if isinstance(r, Record) and r.kind == "revisit"]
    assert [(r.url[-5:], bool(r.block)) for r in revisits] == [("2.doc", False), ("3.doc", True)]
    with zipfile.ZipFile(tmp_path / "out.wacz") as pack:
        lines = gzip.decompress(pack.read("indexes/index.cdx.gz")).decode().splitlines()
    assert [(line.split(")")[1][:6], json.loads(line.split(" ", 2)[2])["status"]) for line in lines] == [
        ("/1.doc", "200"),
        ("/2.doc", "200"),
        ("/3.doc", "200"),
    ]


def test_damage_is_told_and_ends_with_1(layout: Layout, tmp_path: Path) -> None:
    mine = Layout(root=Path(shutil.copytree(layout.root, tmp_path / "data")))
    warc = next(iter(mine.warcs()))
    damaged = bytearray(warc.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    warc.write_bytes(damaged)
    command = ["--data", str(mine.root), "export", "--format", "wacz", "--out", str(tmp_path / "out.wacz")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert f"{warc.name}: offset" in done.output


@pytest.mark.fault(rows=[51])
def test_wacz_finds_our_pack_valid(packed: Path, tools: Path) -> None:
    done = subprocess.run(
        [tools / "python/bin/wacz", "validate", "-f", packed], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.fault(rows=[51])
@pytest.mark.parametrize(
    ("name", "stamp", "number"),
    [
        ("0.html", "20260101000000", 0),
        ("moved.html", "20260101000000", 1),
        ("2.html", "20260201000000", 2),
        ("0.html", "20260301000000", 0),
    ],
    ids=["page", "redirect", "revisit", "day of a 304"],
)
def test_a_browser_replays_our_pack(
    packed: Path, tools: Path, tmp_path: Path, name: str, stamp: str, number: int
) -> None:
    # The picture in it is five pixels wide.
    expected = "inner.images[0]?.naturalWidth === 5"
    assert f"第{number}篇。{WORDS}" in strangers.seen(packed, tools, tmp_path, f"http://a.cn/{name}", stamp, expected)


def test_a_page_that_scripts_made_in_the_second_of_the_bare_one_is_listed(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path / "data")
    writer = Writer(layout, "a", warcinfo=())
    bare = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>a</title><script src=/a.js></script>"
    writer.exchange(exchange("s.html", bare, LATER), lambda *_: None)
    made = f"<title>座谈会</title><h1>座谈会召开</h1><p>{WORDS * 9}</p>".encode()
    id_ = "urn:uuid:00000000-0000-4000-8000-000000000001"
    later = LATER.replace(microsecond=9)
    writer.resource(
        id_=id_, url="http://a.cn/s.html", date=later, content_type="text/html; charset=utf-8", body=made, metadata=()
    )
    writer.close()
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    build.update(layout)
    documents = list(query.documents(layout, query.Filter()))
    assert [one.id for one in documents] == [id_]
    assert wacz.write(layout, None, documents, tmp_path / "out.wacz") == 1
    with zipfile.ZipFile(tmp_path / "out.wacz") as pack:
        (listed,) = [json.loads(line) for line in pack.read("pages/pages.jsonl").splitlines()[1:]]
        lines = gzip.decompress(pack.read("indexes/index.cdx.gz")).decode().splitlines()
    assert (listed["title"], listed["ts"]) == ("座谈会召开", "2026-02-01T00:00:01Z")
    assert [line.split(" ")[1] for line in lines] == ["20260201000000", "20260201000001"]
