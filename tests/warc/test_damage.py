"""What is wrong with the bytes of a capture reaches the reader: the document's flag, `verify`, and what is imported."""

from __future__ import annotations

import gzip
import hashlib
import random
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_files import exchange, never

from archive.corpus.ingest import import_paths
from archive.layout import Layout
from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.coding import unfold
from archive.warc.http import open_response, read_head
from archive.warc.reader import read, read_at
from archive.warc.verify import verify
from archive.warc.writer import Writer

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SENTENCE = "各民主党派和工商联负责人出席座谈会，围绕第{}项议题提出了意见建议。"
PAGE = (
    "<html><head><title>座谈会召开</title></head><body><h1>座谈会召开</h1><div>"
    + "".join(f"<p>{SENTENCE.format(n)}</p>" for n in range(60))
    + "</div></body></html>"
).encode()


def response(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    head = [status, "Content-Type: text/html; charset=utf-8", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def chunked(body: bytes, size: int = 700) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def record(block: bytes, kind: str = "response", number: int = 1, *fields: str) -> bytes:
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>",
        "WARC-Date: 2024-04-30T20:48:25Z",
        "WARC-Target-URI: http://a.cn/1.html",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block)}",
        *fields,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


GZIP = gzip.compress(PAGE, mtime=0)
TWO = gzip.compress(PAGE[:3000], mtime=0) + gzip.compress(PAGE[3000:], mtime=0)
WRONG_CRC = GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:]

# What a server sent; the flag, words of its evidence, and how many bytes of the page are read.
FAULTS: dict[str, tuple[bytes, str, str, int | None]] = {
    "short of its length": (
        response(PAGE[:2000], f"Content-Length: {len(PAGE)}"),
        "truncated",
        "2000 of the 6394 bytes that Content-Length states are there",
        2000,
    ),
    "cut chunks": (
        response(chunked(PAGE)[:3000], "Transfer-Encoding: chunked"),
        "truncated",
        "transfer-coding chunked: the chunks break off",
        2967,
    ),
    "broken chunks": (
        response(chunked(PAGE[:1400]).replace(b"0\r\n\r\n", b"2bz\r\n" + PAGE[1400:]), "Transfer-Encoding: chunked"),
        "truncated",
        "transfer-coding chunked: b'2bz\\r\\n' is no chunk size",
        1400,
    ),
    "cut gzip": (
        response(GZIP[: len(GZIP) // 2], "Content-Encoding: gzip"),
        "truncated",
        "content-coding gzip breaks off",
        None,
    ),
    "wrong CRC": (
        response(WRONG_CRC, "Content-Encoding: gzip"),
        "damaged",
        "content-coding gzip has another checksum than its bytes",
        6394,
    ),
    "gzip without its checksum": (
        response(GZIP[:-8], "Content-Encoding: gzip"),
        "truncated",
        "content-coding gzip breaks off within its checksum: 6394 bytes came out",
        6394,
    ),
    "second member cut": (
        response(TWO[:-60], "Content-Encoding: gzip"),
        "truncated",
        "content-coding gzip breaks off",
        None,
    ),
    "second member's head changed": (
        response(gzip.compress(PAGE[:3000]) + b"\x1f\x8b\x09" + gzip.compress(PAGE)[3:], "Content-Encoding: gzip"),
        "damaged",
        "bytes that are none of it",
        3000,
    ),
    "wrong Adler-32": (
        response(zlib.compress(PAGE)[:-4] + b"\0\0\0\0", "Content-Encoding: deflate"),
        "damaged",
        "content-coding deflate has another checksum than its bytes",
        6394,
    ),
}  # fmt: skip


def written(root: Path, block: bytes) -> Path:
    writer = Writer(Layout(root=root), "a", warcinfo=())
    writer.exchange(exchange(block, metadata=()), never)
    writer.close()
    return writer.closed[0]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_what_was_sent_is_a_flag_with_evidence_and_a_line_of_verify(tmp_path: Path, name: str) -> None:
    block, flag, words, length = FAULTS[name]
    path = tmp_path / "a.warc"
    path.write_bytes(record(block))
    (capture,) = read(path)
    assert length is None or len(capture.body) == length
    assert PAGE.startswith(capture.body)
    assert len(capture.body) > 150
    document = clean(capture, None)
    assert isinstance(document, Document)
    assert document.flags == (flag,)
    (evidence,) = {said for of, said in document.evidence if of == f"flag:{flag}" and words in said}
    problems = list(verify(path))
    assert evidence in [problem.reason for problem in problems]
    # Imported it is told as well, and kept.
    layout = Layout(root=tmp_path / "data")
    (report,) = import_paths(layout, [path])
    assert evidence in [problem.reason for problem in report.problems]
    assert report.records == 1


@pytest.mark.parametrize(
    ("block", "content"),
    [
        (response(PAGE, "Content-Length: 6394"), PAGE),
        (response(TWO, "Content-Encoding: gzip"), PAGE),
        (response(TWO + bytes(512), "Content-Encoding: gzip"), PAGE),
        (response(chunked(GZIP), "Content-Encoding: gzip", "Transfer-Encoding: chunked"), PAGE),
        # Tools that keep the head as it came and the body without its codings.
        (response(PAGE, "Transfer-Encoding: chunked"), PAGE),
        (response(PAGE, "Content-Encoding: gzip", f"Content-Length: {len(GZIP)}"), PAGE),
        (response(b"", "Content-Length: 178", status="HTTP/1.1 302 Found"), b""),
        (response(b"", "Content-Length: 6394", status="HTTP/1.1 304 Not Modified"), b""),
        (response(PAGE, "Content-Length: "), PAGE),
        (response(PAGE, "Content-Length: +9999"), PAGE),
    ],
)
def test_what_is_whole_has_no_flag(block: bytes, content: bytes) -> None:
    opened = open_response(block)
    assert opened.content == content
    assert [fault for fault in opened.faults if fault.flag] == []


def test_chunks_whose_first_size_cannot_be_read_are_damaged() -> None:
    opened = open_response(response(b"5 5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"))
    assert [fault.flag for fault in opened.faults] == ["damaged"]


def test_every_byte_before_the_damage_of_a_gzip_comes_out() -> None:
    chance = random.Random(1)  # noqa: S311 - any text of some variety
    text = "".join(chance.choices("统一战线民主党派工商联会议", k=100_000)).encode()
    packer = zlib.compressobj(wbits=31)
    # RFC 1951 section 3.2.3: there is no block of type 3.
    packed = packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH) + b"\x07" * 9000
    told = unfold("gzip", packed, 2**24)
    assert told is not None
    assert told[0] == text
    assert [fault.flag for fault in told[1]] == ["truncated"]


def test_all_frames_of_zstd_and_all_members_of_gzip_count_against_one_limit() -> None:
    assert unfold("zstd", zstd.compress(b"one") + zstd.compress(b"two"), 99) == (b"onetwo", ())
    told = unfold("gzip", 5 * gzip.compress(b"a" * 90, mtime=0), 100)
    assert told is not None
    assert (told[0], [fault.flag for fault in told[1]]) == (b"a" * 100, ["truncated"])


def test_a_digest_that_is_wrong_reaches_the_document(tmp_path: Path) -> None:
    path = written(tmp_path, response(PAGE))
    data = gzip.decompress(path.read_bytes())
    plain = tmp_path / "a.warc"
    plain.write_bytes(data.replace("第7项".encode(), "第8项".encode()))
    (capture,) = read(plain)
    assert capture.doubts == (("damaged", "WARC-Block-Digest is wrong: the bytes are others"),)


def test_a_record_shorter_than_it_says_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    whole = record(response(PAGE))
    size = len(response(PAGE))
    path.write_bytes(whole[:-3000] + b"\r\n\r\n" + record(response(PAGE), number=2))
    first, second = read(path)
    assert first.doubts == (("truncated", f"{size - 2996} of the {size} bytes of the record are there"),)
    assert second.doubts == ()


def test_records_in_segments_are_joined_or_told(tmp_path: Path) -> None:
    block = response(PAGE)
    origin = "<urn:uuid:00000000-0000-4000-8000-000000000001>"

    def part(number: int, piece: bytes, *fields: str) -> bytes:
        kind = "response" if number == 1 else "continuation"
        of = () if number == 1 else (f"WARC-Segment-Origin-ID: {origin}",)
        return record(piece, kind, number, f"WARC-Segment-Number: {number}", *of, *fields)

    total = f"WARC-Segment-Total-Length: {len(block)}"
    parts = [part(1, block[:1000]), part(2, block[1000:4000]), part(3, block[4000:], total)]
    other = record(response(b"<p>other"), "response", 9)
    path = tmp_path / "a.warc"
    path.write_bytes(parts[0] + other + parts[1] + parts[2])
    first, second = read(path)
    assert (first.body, first.doubts) == (PAGE, ())
    assert second.body == b"<p>other"
    assert read_at(path, 0).body == PAGE
    assert list(verify(path)) == []
    for left, there in ((parts[:2], 4000), ([parts[0], parts[2]], 1000), (parts[:1], 1000)):
        path.write_bytes(b"".join(left))
        (capture,) = read(path)
        assert capture.body == PAGE[: there - (len(block) - len(PAGE))]
        said = f"of the record in segments {there} of ? bytes are in this file"
        assert capture.doubts == (("truncated", said),)
        assert said in [problem.reason for problem in verify(path)]
    path.write_bytes(parts[1] + parts[2])
    assert any("which is not in this file" in problem.reason for problem in verify(path))


def test_what_the_record_itself_says_is_noted_by_verify(tmp_path: Path) -> None:
    block, _, words, _ = FAULTS["wrong CRC"]
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    writer.exchange(exchange(block, metadata=(("fault", words),)), never)
    writer.exchange(exchange(block, url="http://a.cn/2", metadata=()), never)
    writer.close()
    found = [(problem.reason, problem.noted) for problem in verify(writer.closed[0])]
    assert found == [(words, True), (words, False)]


@pytest.mark.parametrize(
    ("first", "status", "odd"),
    [
        (b"http/1.1 200 OK", 200, ""),
        (b"HTTP 200 Document follows", 200, ""),
        (b"HTTP/3 200", 200, ""),
        (b"HTTP/1.1  200 OK", 200, ""),
        (b"HTTP/1.1 20 OK", 200, ""),
    ],
)
def test_status_lines_are_read_as_browsers_read_them(first: bytes, status: int | None, odd: str) -> None:
    head = read_head(first + b"\r\nA: b\r\n\r\nbody")
    assert (head.status, head.headers, head.odd) == (status, (("A", "b"),), odd)
    assert head.length == len(first) + 10


@pytest.mark.parametrize(("end", "odd"), [(b"\r\n", ""), (b"\n", ""), (b"\r", "CR alone"), (b"\r\r\n", "CR CR LF")])
def test_heads_end_in_every_way(end: bytes, odd: str) -> None:
    block = b"HTTP/1.1 200 OK" + end + b"A: b" + end + b"C: d" + end * 2 + b"body\r\n\r\nmore"
    head = read_head(block)
    assert (head.headers, head.odd) == ((("A", "b"), ("C", "d")), odd)
    assert block[head.length :] == b"body\r\n\r\nmore"


# The text that is to be read, what is told, and the flags.
SHARED: dict[str, tuple[int, tuple[int | None, ...], str, tuple[str, ...]]] = {
    "short-body-no-truncated.warc": (638, (200,), "2908 of the 9178 bytes", ("truncated",)),
    "short-chunks-no-truncated.warc": (656, (200,), "the chunks break off", ("truncated",)),
    "short-gzip-no-truncated.warc": (997, (200,), "content-coding gzip breaks off", ("truncated",)),
    "segmented.warc": (2295, (200,), "", ()),
    "lowercase-http.warc": (2295, (200,), "", ()),
    "http-no-version.warc": (2295, (200,), "", ()),
    "http3.warc": (2295, (200,), "", ()),
    "cr-only-head.warc": (2295, (200,), "end with CR alone", ()),
    "arc-filedesc-dashed.arc": (0, (200,), "is damaged or names no file", ()),
    "arc-no-filedesc.arc": (0, (200,), "begins without a filedesc record", ()),
    "arc-first-byte-damaged.arc": (0, (200,), "is damaged or names no file", ()),
    "adc005__test-arc-1.0-dashed-fields.arc": (0, (200,), "is damaged or names no file", ()),
    "arc-record-without-http-head.arc": (673, (None,), "", ()),
    "4f3938__missing-status-text.warc": (0, (302,), "end with CR CR LF", ()),
    "767f72__valid-warcfile-upper-lower-case.warc": (0, (None,) * 4, "", ()),
    "wacz-glued-input.warc": (0, (200,), "", ()),
    "hw-20261128T172417Z-35a4b6b3.warc.gz": (0, (), "", ()),
    "hw-20261128T172422Z-702a2977.warc.gz": (0, (404,), "", ()),
}


def test_every_file_of_the_set_has_its_row(shared: Path) -> None:
    assert {path.name for path in (shared / "cases/warc").iterdir()} == {*SHARED, "README.md"}


@pytest.mark.parametrize("name", SHARED)
def test_odd_files_are_read_or_told(shared: Path, name: str) -> None:
    least, statuses, said, flags = SHARED[name]
    path = shared / "cases/warc" / name
    captures = list(read(path))
    if statuses:
        assert tuple(capture.status for capture in captures) == statuses
    else:
        assert len(captures) > 10
    reasons = [problem.reason for problem in verify(path)]
    assert any(said in reason for reason in reasons) if said else reasons == []
    if least:
        (document,) = (clean(capture, None) for capture in captures)
        assert isinstance(document, Document)
        assert document.han >= least
        assert tuple(flag for flag in document.flags if flag in ("truncated", "damaged")) == flags


def _flip(data: bytearray, at: int, number: random.Random) -> None:
    data[at] ^= 1 << number.randrange(8)


def _cut(data: bytearray, at: int, _: random.Random) -> None:
    del data[at : at + 300]


def _zero(data: bytearray, at: int, _: random.Random) -> None:
    data[at : at + 40] = bytes(len(data[at : at + 40]))


SHAPES = {
    "plain": response(PAGE, f"Content-Length: {len(PAGE)}"),
    "chunked": response(chunked(PAGE), "Transfer-Encoding: chunked"),
    "gzip": response(GZIP, "Content-Encoding: gzip", f"Content-Length: {len(GZIP)}"),
    "two members": response(TWO, "Content-Encoding: gzip"),
    "chunked gzip": response(chunked(GZIP, 90), "Content-Encoding: gzip", "Transfer-Encoding: chunked"),
    "deflate": response(zlib.compress(PAGE), "Content-Encoding: deflate"),
}


@settings(max_examples=150)
@given(
    shape=st.sampled_from(sorted(SHAPES)),
    damage=st.sampled_from([_flip, _cut, _zero]),
    where=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 7),
    packed=st.booleans(),
)
def test_no_damage_to_a_body_is_lost_in_silence(
    tmp_path_factory: pytest.TempPathFactory,
    shape: str,
    damage: Callable[[bytearray, int, random.Random], None],
    where: float,
    seed: int,
    packed: bool,
) -> None:
    """Of a file whose records state no digest, and of one whose records do."""
    block = SHAPES[shape]
    start = read_head(block).length
    wanted = clean(next(read(_file(tmp_path_factory, record(block)))), None)
    assert isinstance(wanted, Document)
    body = bytearray(block[start:])
    damage(body, int(where * len(body)), random.Random(seed))  # noqa: S311 - no secret
    # gzip and zlib end with a checksum, a length tells of what is cut off; for the rest the record's digest is needed.
    digest = f"WARC-Block-Digest: sha256:{hashlib.sha256(block).hexdigest()}"
    tells = "gzip" in shape or shape in ("two members", "deflate") or (shape == "plain" and damage is _cut)
    made = record(block[:start] + bytes(body), "response", 1, *(() if tells else (digest,)))
    (found,) = (clean(each, None) for each in read(_file(tmp_path_factory, gzip.compress(made) if packed else made)))
    if isinstance(found, Document) and found.text != wanted.text:
        assert {"truncated", "damaged"} & set(found.flags), (shape, damage, where)


def _file(folders: pytest.TempPathFactory, data: bytes) -> Path:
    path = folders.mktemp("damage") / ("a.warc.gz" if data.startswith(b"\x1f") else "a.warc")
    path.write_bytes(data)
    return path
