"""What odd traffic does to an archive, seen from its readers: indexes, other tools, memory."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from odd_server import GZIP, HTML, PAGE, WHOLE, OddServer, Shape, answer, sized
from one_crawl import run
from warcio.archiveiterator import ArchiveIterator

from archive.layout import Layout
from archive.warc import index, reader, verify

MIB = 2**20
CODED = ("chunked", "chunked-gzip", "trailers", "gzip-by-close", "raw-deflate")


@pytest.mark.fault(rows=[1, 4, 5])
def test_two_readers_decode_what_the_page_says_and_the_index_has_the_final_status(tmp_path: Path) -> None:
    names = (*CODED, "interim", "surplus", "plain")
    with OddServer(shapes=WHOLE) as server:
        run(server, tmp_path, [server.url(name) for name in names])
    layout = Layout(root=tmp_path)
    (warc,) = layout.warcs()
    assert list(verify.verify(warc)) == []
    statuses = {row.url.rpartition("/")[2]: row.status for row in index.read(layout.index_of(warc))}
    assert {name: statuses[name] for name in names} == dict.fromkeys(names, 200)
    with warc.open("rb") as file:
        theirs = {
            record.rec_headers["WARC-Target-URI"].rpartition("/")[2]: record.content_stream().read()
            for record in ArchiveIterator(file)
            if record.rec_type == "response"
        }
    ours = {capture.url.rpartition("/")[2]: capture.body for capture in reader.read(warc)}
    assert {name: ours[name] for name in names} == dict.fromkeys(names, PAGE)
    # warcio takes the trailers of a chunked body for a part of it.
    others = {*names} - {"trailers"}
    assert {name: theirs[name] for name in others} == dict.fromkeys(others, PAGE)


def bomb(megabytes: int) -> bytes:
    """A page of so many MiB, packed to a thousandth."""
    pack = zlib.compressobj(9, wbits=31)
    piece = "<p>统一战线</p>".encode() * 55188
    return b"".join([*(pack.compress(piece) for _ in range(megabytes)), pack.flush()])


HOSTILE = {
    "warm": Shape(final=sized(HTML, body=PAGE * 3000), ending="keep"),
    "flood": Shape(final=b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 0123456789\r\n" * 400_000),
    "flood-line": Shape(final=b"HTTP/1.1 200 OK\r\nX: " + b"x" * (16 * MIB)),
    "long": Shape(final=answer(HTML, body=b"<p>" + b"x" * (80 * MIB))),
    "bomb": Shape(final=sized(HTML, GZIP, body=bomb(70)), ending="keep"),
    "nested": Shape(final=sized(HTML, b"Content-Encoding: gzip, gzip", body=gzip.compress(bomb(70))), ending="keep"),
}


@dataclass(frozen=True, kw_only=True)
class Survived:
    """One crawl of what is too much: KiB of memory that each took more than all before, and the archive."""

    grown: dict[str, int]
    warc: Path


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Survived:
    folder = tmp_path_factory.mktemp("hostile")
    with OddServer(shapes=HOSTILE) as server:
        urls = [server.url(name) for name in HOSTILE]
        out = run(server, folder, urls, crawl={"page_bytes": 4 * MIB}, settings={"DOWNLOAD_TIMEOUT": 30})
    seen = [(row["url"].rpartition("/")[2], row["peak"]) for row in out["seen"]]
    assert [name for name, _ in seen] == list(HOSTILE)
    (warc,) = Layout(root=folder).warcs()
    return Survived(grown={name: peak - before for (_, before), (name, peak) in pairwise(seen)}, warc=warc)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        pytest.param("flood", 20, marks=pytest.mark.fault(rows=[10])),
        pytest.param("flood-line", 20, marks=pytest.mark.fault(rows=[10])),
        pytest.param("long", 40, marks=pytest.mark.fault(rows=[7])),
        pytest.param("bomb", 40, marks=pytest.mark.fault(rows=[11])),
        pytest.param("nested", 40, marks=pytest.mark.fault(rows=[11])),
    ],
)
def test_what_is_too_much_takes_little_memory_and_its_bytes_are_kept(survived: Survived, name: str, most: int) -> None:
    assert survived.grown[name] < most * 1024, "KiB"
    capture = next(c for c in reader.read(survived.warc) if c.url.endswith(f"/{name}"))
    wire = HOSTILE[name].final
    block = next(r.block for r in reader.whole_records(survived.warc) if r.id == capture.id)
    if capture.truncated:
        assert capture.truncated == "length"
        assert wire.startswith(block)
        assert len(block) <= 4 * MIB + 256 * 1024 + 1024
    else:
        # A bomb is small on the wire: that is what is kept. What is read of it ends at the limit, and that is said.
        assert block == wire
        assert len(capture.body) <= 64 * MIB
        assert any("unfolds to more" in problem for problem in capture.problems)
