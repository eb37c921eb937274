"""Independent tools read our files and find in them what the server sent.

What is light runs always. The rest runs where CUNDANG_STRANGERS names the folder that `make faults` fills: an
environment of Python with pywb, wacz and cdxj-indexer, and node packages.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import strangers
from fastwarc.warc import ArchiveIterator as FastIterator
from warc_files import MOMENT, exchange

from archive.export import replay
from archive.layout import Layout
from archive.warc import index
from archive.warc.capture import Earlier
from archive.warc.writer import Writer

pytestmark = pytest.mark.fault(rows=[51])

GBK_PAGE = "<html><head><meta charset=gb2312></head><body><p>各民主党派负责人参加座谈会。</p></body></html>".encode(
    "gbk"
)
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
PAGE = "<html><title>统战要闻</title><body><p>统一战线</p></body></html>".encode()
CHUNKS = b"".join(b"%x\r\n%s\r\n" % (len(PAGE[at : at + 20]), PAGE[at : at + 20]) for at in range(0, len(PAGE), 20))
# What is asked for -> the response, and the body that a browser would have.
ANSWERS: dict[str, tuple[bytes, bytes]] = {
    "page.html": (b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE, PAGE),
    "image.png": (b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 10248\r\n\r\n" + IMAGE, IMAGE),
    "gbk.html": (b"HTTP/1.1 200 OK\r\ncontent-TYPE:text/html\r\n\r\n" + GBK_PAGE, GBK_PAGE),
    "gzip.html": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE, mtime=0),
        PAGE,
    ),
    "chunked.html": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"0\r\n\r\n",
        PAGE,
    ),
    "moved.html": (b"HTTP/1.1 301 Moved\r\nLocation: http://a.cn/page.html\r\nContent-Length: 0\r\n\r\n", b""),
}
UNMODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Two crawls: of the second one page is the same and one unmodified."""

    layout: Layout
    warcs: tuple[Path, ...]
    blocks: dict[str, str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    layout = Layout(root=tmp_path_factory.mktemp("sample"))
    first, second = (Writer(layout, "a", warcinfo=()) for _ in range(2))
    blocks, known = {}, {}
    for name, (response, _) in ANSWERS.items():
        written = first.exchange(exchange(response, url=f"http://a.cn/{name}"), lambda *_: None)
        blocks[written.id] = hashlib.sha256(response).hexdigest()
        known[name] = Earlier(id=written.id, url=f"http://a.cn/{name}", date=written.date)
    first.close()
    for name, response in (("page.html", ANSWERS["page.html"][0]), ("gbk.html", UNMODIFIED)):
        again = exchange(response, url=f"http://a.cn/{name}", moment=MOMENT + timedelta(days=30))
        assert second.exchange(again, lambda *_, name=name: known[name]).revisit
    second.close()
    return Sample(layout=layout, warcs=(*first.closed, *second.closed), blocks=blocks)


def run(*command: str | Path, cwd: Path | None = None, code: int | None = 0) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=cwd)
    assert code is None or done.returncode == code, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def warcio(*words: str | Path, code: int | None = 0) -> str:
    return run(sys.executable, "-c", "from warcio.cli import main; main()", *words, code=code)


def test_gzip_finds_the_files_whole(sample: Sample) -> None:
    run("gzip", "-t", *sample.warcs)


def test_warcio_indexes_every_page(sample: Sample) -> None:
    rows = [json.loads(line) for line in warcio("index", "-f", "offset,warc-type", *sample.warcs).splitlines()]
    ours = {row.offset for warc in sample.warcs for row in index.read(sample.layout.index_of(warc))}
    assert {int(row["offset"]) for row in rows if row["warc-type"] in ("response", "revisit")} == ours


def test_warcio_faults_the_standards_digest_of_a_chunked_body_and_nothing_else(sample: Sample) -> None:
    said = warcio("check", "-v", *sample.warcs, code=None)
    wrong = re.findall(r"payload digest failed (\S+)", said)
    # The standard counts the payload without the transfer-coding. warcio counts the chunk sizes in; the digest that it
    # takes for wrong is that of the page.
    assert "block digest failed" not in said
    assert wrong == [f"sha256:{hashlib.sha256(PAGE).hexdigest()}"], said


def test_fastwarc_faults_the_standards_digest_of_a_chunked_body_and_nothing_else(sample: Sample) -> None:
    wrong = []
    for warc in sample.warcs:
        with warc.open("rb") as file:
            for record in FastIterator(file, parse_http=False):
                assert record.verify_block_digest()
        with warc.open("rb") as file:
            for record in FastIterator(file):
                # A revisit has the digest of a payload that it does not hold.
                stated = record.headers.get("WARC-Payload-Digest")
                if stated and record.headers["WARC-Type"] == "response" and not record.verify_payload_digest():
                    wrong.append(record.headers["WARC-Target-URI"])
    assert wrong == ["http://a.cn/chunked.html"]


def test_cdxj_indexer_gives_our_index(sample: Sample, tools: Path) -> None:
    for warc in sample.warcs:
        theirs = {}
        for line in run(tools / "python/bin/cdxj-indexer", warc).splitlines():
            key, stamp, rest = line.split(" ", 2)
            theirs[key, stamp] = json.loads(rest)
        rows = list(index.read(sample.layout.index_of(warc)))
        assert len(rows) == len(theirs)
        for row in rows:
            assert row.date is not None
            found = theirs[row.key, f"{row.date:%Y%m%d%H%M%S}"]
            assert (found["url"], int(found["offset"]), int(found["length"]), found["filename"]) == (
                row.url,
                row.offset,
                row.length,
                row.filename,
            )
            assert found.get("status", "") == str(row.status or "")
            assert found.get("mime", "") == row.mime


def test_a_reader_in_javascript_sees_the_same_blocks(sample: Sample, tools: Path) -> None:
    program = """
        import { WARCParser } from "warcio";
        import { createHash } from "node:crypto";
        import { createReadStream } from "node:fs";
        const found = {};
        for (const path of process.argv.slice(2))
            for await (const record of new WARCParser(createReadStream(path), {parseHttp: false})) {
                const block = await record.readFully(false);
                const id = record.warcHeader("WARC-Record-ID").slice(1, -1);
                if (record.warcType == "response") found[id] = createHash("sha256").update(block).digest("hex");
            }
        console.log(JSON.stringify(found));
    """
    script = tools / "blocks.mjs"
    script.write_text(program)
    found = json.loads(run("node", script, *sample.warcs, cwd=tools))
    assert found == sample.blocks


def test_wacz_packs_our_files_and_finds_the_pack_valid(sample: Sample, tools: Path, tmp_path: Path) -> None:
    wacz = tools / "python/bin/wacz"
    run(wacz, "create", "-o", tmp_path / "ours.wacz", *sample.warcs)
    run(wacz, "validate", "-f", tmp_path / "ours.wacz")


@pytest.fixture(scope="module")
def pywb(sample: Sample, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[http.client.HTTPConnection]:
    """pywb, started in the folder that `cundang index` fills."""
    folder = tmp_path_factory.mktemp("pywb")
    assert not replay.write(sample.layout, folder).problems
    with strangers.pywb(folder, tools) as connection:
        yield connection


def replayed(pywb: http.client.HTTPConnection, name: str, stamp: str) -> tuple[int, bytes]:
    pywb.request("GET", f"/cundang/{stamp}id_/http://a.cn/{name}")
    answer = pywb.getresponse()
    body = answer.read()
    return answer.status, gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


@pytest.mark.parametrize("name", ANSWERS)
def test_pywb_replays_what_the_server_sent(pywb: http.client.HTTPConnection, name: str) -> None:
    response, body = ANSWERS[name]
    status, got = replayed(pywb, name, "20240226083000")
    assert status == int(response.split(b" ", 2)[1])
    assert got == body


def test_pywb_replays_a_revisit_with_the_bytes_that_it_stands_for(pywb: http.client.HTTPConnection) -> None:
    assert replayed(pywb, "page.html", "20240327083000") == (200, PAGE)


def test_pywb_shows_on_the_day_of_a_304_the_page_before_it(pywb: http.client.HTTPConnection) -> None:
    pywb.request("GET", "/cundang/20240327083000id_/http://a.cn/gbk.html")
    answer = pywb.getresponse()
    assert (answer.status, answer.read()) == (200, GBK_PAGE)
    assert answer.headers["Memento-Datetime"] == "Mon, 26 Feb 2024 08:30:00 GMT"
