"""The reader: everything whole is kept, everything lost is reported, and nothing makes it fail."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_files import PAGE, exchange, never, write

from archive.errors import DataError
from archive.layout import Layout
from archive.warc import http
from archive.warc.http import Dechunker
from archive.warc.reader import read, read_at, records
from archive.warc.record import Problem, Record
from archive.warc.writer import Writer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What the two readers count that is no whole record: the record that the end of the file cuts off, and lines of HTTP
# heads and requests that warcio takes for ARC records ("Date: Wed, 04 Jan 2017 20:56:33 GMT").
NOT_WHOLE = {
    "odd/chatnoir-resiliparse__clipped.warc.gz": 1,
    "odd/solrwayback__transfer_compression_none_truncated.warc.gz": 1,
    "odd/ipwb__broken.warc": 2,
    "odd-jwat/jwat__invalid-warcfile-fields-empty.warc": 1,
}
# Their names promise, their bytes do not keep it: the digests are of other bytes, the length is of other line ends.
WRONG_THOUGH_VALID = {
    "ipwb__1memento_noContentType.warc",
    "ipwb__HTTP404.warc",
    "ipwb__baconIpsum_chunked_httpTrailors.warc",
    "warcio__example-space-in-url.arc",
}
# Odd in what they hold, but whole and by the standard.
RIGHT_THOUGH_ODD = {
    "aut__issue-493.warc",
    "aut__issue-514.warc",
    "gowarc__good.warc.gz.open",
    "gowarc__single-record.warc.gz.open",
    "jwarc__gzip_extra_sl.warc.gz",
    "warcat__c1_warcinfo.warc",
    "warcat__long_url.warc",
    "warcio__example-bad.warc.gz.bad",
    "webarchive-commons__mutliple-headers.warc",
}


def noise(length: int) -> bytes:
    """The same each time; without the first byte of a gzip member."""
    return random.Random(3).randbytes(length).replace(b"\x1f", b"\x1e")  # noqa: S311 - no secret


def split(path: Path) -> tuple[list[Record], list[Problem]]:
    items = list(records(path))
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Problem)]


@pytest.mark.fault(rows=[28])
def test_real_files_give_all_whole_records_and_name_what_is_wrong(shared: Path) -> None:
    folder = shared / "real-warcs"
    with (folder / "EXPECT.tsv").open() as table:
        expected = list(csv.DictReader(table, delimiter="\t"))
    assert expected
    for row in expected:
        path = folder / row["file"]
        kept, problems = split(path)
        others = max(int(row["records_warcio"]), int(row["records_fastwarc"])) - NOT_WHOLE.get(row["file"], 0)
        assert len(kept) >= others, f"{row['file']}: {len(kept)} of {others} records kept"
        right = row["file"].startswith(("valid", "chinese")) or path.name in RIGHT_THOUGH_ODD
        assert bool(problems) == (not right or path.name in WRONG_THOUGH_VALID), f"{row['file']}: {problems[:3]}"
        captures = list(read(path))
        assert len({c.id for c in captures}) == len(captures)
        for capture in captures:
            if [r.place.offset for r in kept].count(capture.place.offset) == 1:
                assert read_at(path, capture.place.offset).url == capture.url


def test_a_wacz_gives_the_records_inside(shared: Path, tmp_path: Path) -> None:
    folder = shared / "real-warcs"
    kept, problems = split(folder / "valid" / "pywb__valid_example_1.wacz")
    assert (len(kept), problems) == (4, [])
    kept, problems = split(folder / "odd" / "pywb__invalid_example_1.wacz")
    assert (len(kept), len(problems)) == (0, 1)
    warc, _ = write(tmp_path, PAGE)
    for name, digest, wrong in (
        ("right", hashlib.sha256(warc.read_bytes()).hexdigest(), False),
        ("wrong", "0" * 64, True),
    ):
        path = tmp_path / f"{name}.wacz"
        with zipfile.ZipFile(path, "w") as pack:
            pack.write(warc, "archive/data.warc.gz")
            resources = [{"path": "archive/data.warc.gz", "hash": f"sha256:{digest}"}]
            pack.writestr("datapackage.json", json.dumps({"resources": resources}))
        kept, problems = split(path)
        assert len(kept) == 4
        assert bool(problems) == wrong
    path.write_bytes(path.read_bytes()[:-60])
    kept, problems = split(path)
    assert kept == []
    assert "damaged" in problems[0].reason


@pytest.mark.fault(rows=[19])
def test_a_file_cut_anywhere_in_its_last_two_members_keeps_the_others(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE)
    whole, problems = split(path)
    assert problems == []
    data = path.read_bytes()
    cut = tmp_path / "cut.warc.gz.open"
    for length in range(whole[-2].place.offset + 1, len(data)):
        cut.write_bytes(data[:length])
        kept, problems = split(cut)
        ends = [r.place.offset + r.place.length for r in whole]
        assert [r.id for r in kept] == [r.id for r, end in zip(whole, ends, strict=True) if end <= length]
        torn = [(p.offset, p.offset + p.lost) for p in problems]
        assert torn == ([] if length in ends else [(max(e for e in ends if e <= length), length)])


def test_a_plain_file_cut_anywhere_in_its_last_record_keeps_the_others(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE)
    whole = gzip.decompress(path.read_bytes())
    plain = tmp_path / "a.warc"
    plain.write_bytes(whole)
    kept, problems = split(plain)
    assert len(kept) == 4
    assert problems == []
    start, end = kept[-1].place.offset, kept[-1].place.offset + kept[-1].place.length
    for length in range(start + 1, len(whole)):
        plain.write_bytes(whole[:length])
        kept, problems = split(plain)
        assert len(kept) == (4 if length >= end else 3)
        assert [p.offset for p in problems] == ([] if length >= end else [start])


@pytest.mark.fault(rows=[27])
def test_damage_in_the_middle_costs_one_record(tmp_path: Path) -> None:
    path, written = write(tmp_path, *[PAGE] * 6)
    data = bytearray(path.read_bytes())
    place = written[2].place
    data[place.offset + place.length // 2] ^= 0xFF
    path.write_bytes(data)
    kept, problems = split(path)
    assert [c.id for c in read(path)] == [w.id for n, w in enumerate(written) if n != 2]
    assert len(kept) == 18
    assert [(p.file, p.offset, p.lost) for p in problems] == [(path.name, place.offset, place.length)]
    # Uncompressed: the damaged version line.
    plain = tmp_path / "b.warc"
    data = bytearray(gzip.decompress(write(tmp_path, *[PAGE] * 3, site="b")[0].read_bytes()))
    second = data.index(b"WARC/1.1", data.index(b"WARC-Type: metadata"))
    data[second] = ord("w")
    plain.write_bytes(data)
    kept, problems = split(plain)
    assert len(kept) == 9
    assert problems[0].offset == second


@pytest.mark.parametrize("damage", ["first byte", "junk before", "junk between", "zeros after"])
def test_junk_around_members_is_named_and_stepped_over(tmp_path: Path, damage: str) -> None:
    path, written = write(tmp_path, PAGE, PAGE)
    data = bytearray(path.read_bytes())
    junk = noise(300)
    at = {"first byte": 0, "junk before": 0, "junk between": written[1].place.offset, "zeros after": len(data)}[damage]
    if damage == "first byte":
        data[0] ^= 1
    else:
        data[at:at] = bytes(64) if damage == "zeros after" else junk
    path.write_bytes(data)
    kept, problems = split(path)
    assert len(kept) == 7 - (damage == "first byte")
    assert problems[0].offset == at


def test_a_false_length_costs_nothing_that_follows(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE, PAGE)
    data = gzip.decompress(path.read_bytes())
    length = f"Content-Length: {len(PAGE)}".encode()
    assert data.count(length) == 2
    for false in (b"7", b"99", b"100000000000", b"-1", b"x", b"1" * 30, b""):
        for compressed in (False, True):
            changed = data.replace(length, b"Content-Length: " + false, 1)
            path.write_bytes(gzip.compress(changed) if compressed else changed)
            kept, problems = split(path)
            assert [r.block for r in kept if r.kind == "response"] == [PAGE, PAGE], (false, compressed)
            assert len(kept) == 7
            assert len(problems) >= 1


def test_records_in_one_member_or_split_over_two_are_read(tmp_path: Path) -> None:
    path, written = write(tmp_path, PAGE, PAGE)
    text = gzip.decompress(path.read_bytes())
    one = tmp_path / "one.warc.gz"
    one.write_bytes(gzip.compress(text))
    kept, problems = split(one)
    assert problems == []
    assert [c.id for c in read(one)] == [w.id for w in written]
    assert [r.nth for r in kept] == list(range(7))
    middle = text.index(PAGE) + 20
    two = tmp_path / "two.warc.gz"
    two.write_bytes(gzip.compress(text[:middle]) + gzip.compress(text[middle:]))
    kept, problems = split(two)
    assert [c.id for c in read(two)] == [w.id for w in written]
    assert ["split" in p.reason for p in problems] == [True] * len(problems)


def test_a_file_that_is_no_archive_is_a_problem(tmp_path: Path) -> None:
    for name, data in {
        "empty.warc": b"",
        "page.warc": b"<html></html>",
        "noise.warc.gz": noise(9000),
        "other.warc.gz": gzip.compress(b"hello"),
        "zeros.warc": bytes(5000),
        "bomb.warc.gz": gzip.compress(bytes(30 * 2**20)),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        kept, problems = split(path)
        assert kept == []
        assert problems, name
        assert list(read(path)) == []
    with pytest.raises(DataError, match="cannot be read"):
        list(records(tmp_path / "absent"))
    with pytest.raises(DataError, match="no page record begins here"):
        read_at(tmp_path / "page.warc", 0)


PIECES = (
    b"WARC/1.0\r\n",
    b"WARC-Type: response\r\n",
    b"Content-Length: 5\r\n",
    b"WARC-Date: 2020\r\n",
    b"WARC-Payload-Digest: sha1:x\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"http://a.cn/ 192.0.2.1 20200101000000 text/html 5\n",
    b"filedesc://a 0.0.0.0 20200101000000 text/plain 3\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"hello",
    b"\xff",
    b"1\r\n",
    b": ",
)


@settings(max_examples=150)
@given(data=st.data())
def test_no_bytes_make_the_reader_stumble(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = b"".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=25)))
    folder = tmp_path_factory.mktemp("any")
    for name, raw in (("a.warc", text), ("b.warc.gz", gzip.compress(text, mtime=0) + text[:9])):
        path = folder / name
        path.write_bytes(raw)
        kept, problems = split(path)
        assert kept or problems
        assert len(list(read(path))) == sum(r.kind in ("response", "resource") for r in kept)


@pytest.mark.fault(rows=[28])
def test_what_is_against_the_standard_is_named_and_kept(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE)
    text = gzip.decompress(path.read_bytes())
    response = text[text.index(b"WARC/1.1", 5) : text.index(b"WARC/1.1", text.index(PAGE))]
    for old, new, said in (
        (b"WARC-Date: 2024", b"WARC-Date: 20240", "not a date"),
        (b"WARC-Date: 2024-02-26T08:30:00.412030Z", b"X: y", "WARC-Date is missing"),
        (b"WARC-Type: response\r\n", b"WARC-Type: response\r\n" * 2, "stands twice"),
        (b"WARC-Target-URI: http://a.cn/0", b"X: y", "WARC-Target-URI is missing"),
        (b"http://a.cn/0", b"http://a.cn/a b", "holds a blank"),
        (b"http://a.cn/0", b"http://a.cn/\xd6\xd0", "not UTF-8"),
        (b"WARC-Type: response\r\n", b"WARC-Type: response\r\nnonsense\r\n", "without a colon"),
        (b"WARC-Block-Digest: sha256:", b"WARC-Block-Digest: sha257:", "not a digest that can be checked"),
        ("统战部".encode(), "統戰部".encode(), "WARC-Payload-Digest is wrong"),
    ):
        assert old in response
        path.write_bytes(response.replace(old, new, 1))
        kept, problems = split(path)
        assert len(kept) == 1
        assert any(said in p.reason for p in problems), (said, problems)
        (capture,) = read(path)
        assert capture.body
        assert (capture.date is None) == (b"Date" in old)
    path.write_bytes(response.replace(b"http://a.cn/0", b"http://a.cn/\xd6\xd0", 1))
    assert next(read(path)).url == "http://a.cn/%D6%D0"


@pytest.mark.parametrize("encode", [bytes.hex, lambda d: __import__("base64").b32encode(d).decode()])
def test_digests_are_checked_in_every_writing(tmp_path: Path, encode: object) -> None:
    assert callable(encode)
    for algorithm in ("sha1", "md5", "sha-256", "SHA512"):
        digest = hashlib.new(algorithm.lower().replace("-", ""), b"hello").digest()
        head = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: file:///a\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
        head += f"WARC-Record-ID: <urn:uuid:1>\r\nWARC-Payload-Digest: {algorithm}:{encode(digest)}\r\n"
        for body in (b"hello", b"hullo"):
            path = tmp_path / "a.warc"
            path.write_bytes(head.encode() + b"Content-Length: 5\r\n\r\n" + body + b"\r\n\r\n")
            assert bool(split(path)[1]) == (body != b"hello"), (algorithm, encode)


BODY = b"HTTP/1.1 200 OK\nContent-Type: text/html\n\nbody"
ARC = (
    b"filedesc://a.arc 0.0.0.0 20140216050221 text/plain 75\n1 0 Test\nURL IP-address Archive-date Content-type "
    b"Archive-length\n12345678\n\n"
    b"http://a.cn/x y 192.0.2.1 20140216050222 text/html %d\n%s\n" % (len(BODY), BODY)
)


def test_arc_records_are_captures(tmp_path: Path) -> None:
    first, _, rest = ARC.partition(b"\n")
    size = rest.index(b"\n\nhttp")
    arc = first.replace(b" 75", f" {size}".encode()) + b"\n" + rest
    for name, data in (("a.arc", arc), ("a.arc.gz", gzip.compress(arc))):
        path = tmp_path / name
        path.write_bytes(data)
        kept, problems = split(path)
        assert (len(kept), problems) == (2, [])
        (capture,) = read(path)
        assert (capture.url, capture.status, capture.body) == ("http://a.cn/x y", 200, b"body")
        assert capture.date is not None
        assert capture.date.isoformat() == "2014-02-16T05:02:22+00:00"
        assert capture.id == next(read(path)).id


def test_a_missing_or_repeated_id_is_made_of_the_files_bytes_and_the_place(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE, PAGE)
    kept, _ = split(path)
    one, two = (r for r in kept if r.kind == "response")
    raw = one.head + one.block + b"\r\n\r\n"
    path.write_bytes(raw + raw + raw.replace(f"WARC-Record-ID: <{one.id}>".encode(), b"X: y"))
    ids = [c.id for c in read(path)]
    assert ids[0] == one.id
    assert len(set(ids)) == 3
    assert ids == [c.id for c in read(path)]
    assert two.id not in ids


def test_a_capture_carries_what_its_own_metadata_record_says(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    writer.exchange(exchange(metadata=()), never)
    writer.failure("http://a.cn/gone", exchange().started, (("via", "http://other/"),))
    writer.exchange(exchange(), never)
    writer.close()
    bare, found = read(writer.closed[0])
    assert bare.found is None
    assert found.found is not None
    assert (found.found.parent, found.found.anchor, found.found.row_date) == ("http://a.cn/", "要闻", "[02-19]")


@pytest.mark.parametrize(
    ("page", "surplus", "flags"),
    [
        (b"<html><body><p>abc", "600 bytes cut after: de%3C/p%3E", ["truncated"]),
        (b"<html><body><p>abc", "2 bytes cut after: %0D%0A", []),
        (b"<html><body><p>abc</html>", "9 bytes cut after: %3Cscript%3E", []),
        (b"\x89PNG", "9 bytes cut after: rubbish", []),
    ],
)
def test_bytes_behind_a_page_that_is_not_at_its_end_flag_it(
    tmp_path: Path, page: bytes, surplus: str, flags: list[str]
) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page
    writer.exchange(exchange(answer, metadata=(("surplus", surplus),)), never)
    writer.close()
    (capture,) = read(writer.closed[0])
    assert [fault.flag for fault in capture.faults] == flags


# Varied, so that half of its compressed bytes give something.
TEXT = "".join(chr(0x4E00 + n * n % 7919) for n in range(9000)).encode()


def compress_zstd(data: bytes) -> bytes:
    return zstd.compress(data)


@pytest.mark.parametrize(
    ("label", "coded"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT) + b"\0\0trailing"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("br", brotli.compress(TEXT)),
        ("zstd", compress_zstd(TEXT)),
        ("identity", TEXT),
        ("gzip, br", brotli.compress(gzip.compress(TEXT))),
    ],
)
def test_content_codings_are_undone_also_where_they_break_off(label: str, coded: bytes) -> None:
    head = http.read_head(f"HTTP/1.1 200 OK\r\nContent-Encoding: {label}\r\n\r\n".encode())
    assert http.content_of(head, coded) == (TEXT, ())
    if label not in ("identity", "gzip, br", "x-gzip"):
        half = coded[: len(coded) // 2]
        content, problems = http.content_of(head, half)
        # A block of zstd, up to 128 KiB, unfolds whole or not at all; then the bytes stay as they are.
        assert content == half if label == "zstd" else len(content) > 1000 and TEXT.startswith(content)
        assert "breaks off" in problems[0].words


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "rot13"])
@pytest.mark.fault(rows=[12])
def test_a_wrong_label_leaves_the_bytes_and_says_so(label: str) -> None:
    head = http.read_head(f"HTTP/1.1 200 OK\r\nContent-Encoding: {label}\r\n\r\n".encode())
    content, problems = http.content_of(head, TEXT)
    assert content == TEXT
    assert len(problems) == 1


def bomb() -> Iterator[tuple[str, bytes]]:
    zeros = bytes(http.MAX_CONTENT + 5)
    yield "gzip", gzip.compress(zeros, 1)
    yield "br", brotli.compress(zeros, quality=1)
    yield "zstd", compress_zstd(zeros)


@pytest.mark.fault(rows=[11])
def test_a_bomb_unfolds_no_further_than_the_limit() -> None:
    for label, coded in bomb():
        head = http.read_head(f"HTTP/1.1 200 OK\r\nContent-Encoding: {label}\r\n\r\n".encode())
        content, problems = http.content_of(head, coded)
        assert len(content) == http.MAX_CONTENT, label
        assert "unfolds to more" in problems[0].words


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=8), st.data())
def test_chunks_are_joined_wherever_the_pieces_fall(chunks: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + b"0\r\nT: r\r\n\r\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=10)))
    dechunker = Dechunker()
    out = b"".join(dechunker.feed(wire[a:b]) for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True))
    dechunker.close()
    assert (out, dechunker.fault, dechunker.done) == (b"".join(chunks), None, True)
    short = Dechunker()
    # With the line of the last chunk the entity is whole, though its trailers never end.
    kept = short.feed(wire[: data.draw(st.integers(0, wire.rindex(b"0\r\nT: r") + 2))])
    short.close()
    assert short.fault
    assert out.startswith(kept)
