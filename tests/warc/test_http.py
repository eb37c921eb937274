"""Heads, chunks, lengths and content of a response, value by value: what is read, what is said to be wrong."""

from __future__ import annotations

import gzip
import hashlib
import io
from typing import Any

import pytest

from archive.warc.http import (
    MAX_CONTENT,
    Dechunker,
    closed_within,
    content_of,
    entity_of,
    measure,
    open_response,
    parse_fields,
    read_head,
    short_of,
    start_of_head,
)

OK = b"HTTP/1.1 200 OK\r\n"


def short(there: int, stated: int) -> str:
    return f"{there} of the {stated} bytes that Content-Length states are there"


@pytest.mark.parametrize(
    ("block", "start"),
    [
        (b"HTTP/1.1 200", 0),
        (b"hTtP/", 0),
        (b"HTTP 200", 0),
        (b"HTTP \t200", 0),
        (b"HTTP 20", None),
        (b"HTTP200", None),
        (b"HTTPS/1.1", None),
        (b"HTTP", None),
        (b"ICY 200 OK", None),
        (b"\r\n\r\nHTTP/1.1", 4),
        (b"\0\xff<>HTTP/1.1", 4),
        (b"12345HTTP/1.1", None),
        (b"", None),
    ],
)
def test_a_status_line_begins_within_four_stray_bytes(block: bytes, start: int | None) -> None:
    assert start_of_head(block) == start


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.1 404 Not Found", 404),
        (b"HTTP/1.1\t404", 404),
        (b"HTTP 404 Not Found", 404),
        (b"HTTP/1.1: 404", 404),
        (b"HTTP/1.1404", 200),
        (b"HTTP/404", 200),
        (b"HTTP/ 404", 404),
        (b"HTTP/1.1 4041", 404),
        (b"HTTP/1.1 000", 0),
        (b"HTTP/1.1", 200),
        (b"HTTP/x 404", 200),
        (b"\r\nHTTP/1.1 503 Busy", 503),
    ],
)
def test_the_status_is_the_first_three_digits_behind_the_version(line: bytes, status: int) -> None:
    assert read_head(line + b"\r\n\r\n").status == status


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ([b"A:b", b"a : c ", b"A:\t d\t"], (("A", "b"), ("a", "c"), ("A", "d"))),
        ([b"A: b: c"], (("A", "b: c"),)),
        ([b"A:", b" b", b"\tc"], (("A", "b c"),)),
        ([b"A: b", b" ", b" c"], (("A", "b c"),)),
        ([b"A: b", b"C: d", b" e: f"], (("A", "b"), ("C", "d e: f"))),
        ([b"A\t : \t b"], (("A", "b"),)),
        ([b"A: b", b"no colon", b" c"], (("A", "b c"),)),
        ([b" A: b", b"C: d"], (("A", "b"), ("C", "d"))),
        ([b": b"], (("", "b"),)),
        # White space in Latin-1, and the last byte of a word in UTF-8 or GBK.
        ([b"Location: /\xe6\xa0\x85"], (("Location", "/æ\xa0\x85"),)),
        ([b"Location: /\xa1\xa0"], (("Location", "/¡\xa0"),)),
        ([b"A: b\x85", b" \xa0c"], (("A", "b\x85 \xa0c"),)),
        ([b"\xa0A\x85: b"], (("\xa0A\x85", "b"),)),
        ([b"A: \x85b"], (("A", "\x85b"),)),
    ],
)  # fmt: skip
def test_fields_are_read_without_the_blanks_around_them_and_no_other_byte(
    lines: list[bytes], fields: tuple[tuple[str, str], ...]
) -> None:
    assert parse_fields(lines) == fields


def test_lines_that_begin_with_a_blank_below_the_status_line_are_no_headers() -> None:
    head = read_head(b"HTTP/1.1 200 OK\r\n\tX: y\r\n Z: z\r\nA: b\r\n c\r\n\r\nD: the body\r\n")
    assert head.headers == (("A", "b c"),)


@pytest.mark.parametrize("length", [8192, 8193])
def test_odd_line_ends_are_seen_within_8_kib(length: int) -> None:
    line = b"HTTP/1.1 200 " + b"x" * (length - 13)
    there = length == 8192
    alone, double = read_head(line + b"\rA: b\r\r<p>\n\n"), read_head(line + b"\r\r\nA: b\r\r\n\r\r\n<p>")
    assert (alone.odd, double.odd) == (("CR alone", "CR CR LF") if there else ("", ""))
    assert alone.length == length + 7 + (0 if there else 5)
    assert double.length == length + 13


@pytest.mark.parametrize(
    ("block", "odd", "length"),
    [
        # A first line as it should be, and odd ones below; letters of the patterns in it.
        (b"HTTP/1.1 200 No \\r \\n\r\nA: b\r\rc\r\n\r\n<p>", "", 34),
        (b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n<p>\r\r", "", 27),
        (b"HTTP/1.1 200 OK\r\nA: b\r\r\n\r\n<p>", "", 26),
        (b"HTTP/1.1 200 OK\nA: b\r\r\n\r\n<p>", "", 25),
        (b"HTTP/1.1 200 No \\r \\n\rA: b\r\r<p>", "CR alone", 28),
        (b"HTTP/1.1 200 No \\r \\n\r\r\nA: b\r\r\n\r\r\n<p>", "CR CR LF", 34),
        (b"\r\nHTTP/1.1 200 OK\rA: b\r\r<p>\n\n", "CR alone", 24),
        (b"\r\nHTTP/1.1 200 OK\r\r\nA: b\r\r\n\r\r\n<p>", "CR CR LF", 30),
        (b"HTTP/1.1 200 OK\rA: b\n\n<p>\r\r", "", 22),
    ],
)
def test_the_first_line_tells_how_the_lines_of_a_head_end(block: bytes, odd: str, length: int) -> None:
    head = read_head(block)
    assert (head.odd, head.length, block[head.length :][:3]) == (odd, length, b"<p>")


@pytest.mark.parametrize(
    ("end", "ends"),
    [(b"\n\n", True), (b"\n\r\n", True), (b"\n\r\r\r\n", True), (b"\n\r\r\r\r\n", False), (b"\n \n", False)],
)
def test_a_head_ends_with_an_empty_line_of_three_cr_at_most(end: bytes, ends: bool) -> None:
    block = b"HTTP/1.1 200 OK\nA: b" + end + b"<p>"
    assert read_head(block).length == len(block) - (3 if ends else 0)


def test_a_head_without_end_is_as_long_as_its_bytes_and_a_mebibyte_at_most() -> None:
    assert read_head(OK + b"A: b").length == 21
    assert read_head(OK + b"A: " + b"x" * 2_000_000 + b"\r\n\r\n").length == 1_048_576
    # CR alone: the end is looked for within the head.
    assert read_head(b"HTTP/1.1 200 OK\rA: b").odd == ""


@pytest.mark.parametrize(
    ("values", "codings", "chunked"),
    [
        ([], (), False),
        (["chunked"], ("chunked",), True),
        (["gzip, Chunked"], ("gzip", "chunked"), True),
        (["gzip", " ,, CHUNKED"], ("gzip", "chunked"), True),
        (["gzip", "chunked"], ("gzip", "chunked"), True),
        (["identity, None, gzip"], ("gzip",), False),
        ([' "chunked" '], ('"chunked"',), True),
        (["chunked;q=1"], ("chunked;q=1",), True),
        (["chunked ;q=1"], ("chunked ;q=1",), True),
        (["x;chunked"], ("x;chunked",), False),
        (["xchunked"], ("xchunked",), False),
    ],
)
def test_codings_are_listed_in_order_and_in_small_letters(
    values: list[str], codings: tuple[str, ...], chunked: bool
) -> None:
    lines = "".join(f"tRANSFER-eNCODING: {value}\r\n" for value in values)
    head = read_head(OK + lines.encode() + b"Transfer: chunked\r\n\r\n")
    assert (head.codings("transfer-encoding"), head.chunked) == (codings, chunked)


@pytest.mark.parametrize(
    ("size", "bytes_of_data"),
    [
        (b"2\r\n", 2),
        (b"2\n", 2),
        (b"2\r\r\n", 2),
        (b"2     \r\n", 2),
        (b" \t2\t \r\n", 2),
        (b"0x2\r\n", 2),
        (b"0X2\r\n", 2),
        (b"a\r\n", 10),
        (b"A\r\n", 10),
        (b"bcdef\r\n", 0xBCDEF),
        (b"BCDEF\r\n", 0xBCDEF),
        (b"0123456789\r\n", 0x123456789),
        (b"1F\r\n", 31),
        (b"2;x=y\r\n", 2),
        (b"2 ; x\r\n", 2),
        (b"2\r;x\r\n", 2),
        (b"2;\r\n", 2),
        (b"0" * 31 + b"2\r\n", 2),
        (b"0" * 32 + b"2\r\n", None),
        (b"20000000000000\r\n", 2**53),
        (b"20000000000001\r\n", None),
        (b"\r\n", None),
        (b"g\r\n", None),
        (b"-2\r\n", None),
        (b"+2\r\n", None),
        (b"2 2\r\n", None),
        (b"2x\r\n", None),
        (b"x2\r\n", None),
        (b"0x\r\n", None),
        (b";2\r\n", None),
        (b"2,\r\n", None),
    ],
)
def test_a_size_of_a_chunk_is_a_hexadecimal_number_with_blanks_around_it(
    size: bytes, bytes_of_data: int | None
) -> None:
    dechunker = Dechunker()
    data = b"." * min(bytes_of_data or 9, 99)
    assert dechunker.feed(size + data) == (b"" if bytes_of_data is None else data)
    assert dechunker.fault == (None if bytes_of_data is not None else f"{size[:20]!r} is no chunk size")
    assert (dechunker.begun, dechunker.last, dechunker.done) == (bytes_of_data is not None, False, False)


# The bytes; what comes out; begun, last, done; what is behind the end; the fault, before and after the end is declared.
CHUNKS: dict[str, tuple[bytes, bytes, tuple[bool, bool, bool], bytes, str | None, str | None]] = {
    "nothing": (b"", b"", (False, False, False), b"", None, "the chunks end before a size"),
    "half a size": (b"12", b"", (False, False, False), b"", None, "the chunks end before a size"),
    "half a chunk": (b"3\r\nab", b"ab", (True, False, False), b"", None, "the chunks break off"),
    "a chunk": (b"2\r\nab", b"ab", (True, False, False), b"", None, "the chunks end before a line end"),
    "a chunk and its end": (b"2\r\nab\r\n", b"ab", (True, False, False), b"", None, "the chunks end before a size"),
    "a line end of blanks": (
        b"1\na \t\n1\nb\n", b"ab", (True, False, False), b"", None, "the chunks end before a size"
    ),
    "a longer chunk": (
        b"1\r\nab\r\n0\r\n\r\n", b"a", (True, False, False), b"",
        "a chunk is longer than its size says", "a chunk is longer than its size says",
    ),
    "two chunks and a fault": (
        b"1\na\n1\nb\n<p>\n", b"ab", (True, False, False), b"",
        "b'<p>\\n' is no chunk size", "b'<p>\\n' is no chunk size",
    ),
    "the last": (b"1\na\n0\n", b"a", (True, True, False), b"", None, None),
    "the last, and trailers": (b"1\na\n0\nA: b\n", b"a", (True, True, False), b"", None, None),
    "all": (b"1\na\n0\n\n", b"a", (True, True, True), b"", None, None),
    "all, with trailers": (b"1\na\n000\nA: b\n C\n \r\nHTTP", b"a", (True, True, True), b"HTTP", None, None),
    "nothing in it": (b"0\r\n\r\n0\r\n", b"", (True, True, True), b"0\r\n", None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_are_read_as_far_as_they_go(name: str) -> None:
    wire, data, flags, after, fault, at_end = CHUNKS[name]
    for pieces in ([wire], [wire[i : i + 1] for i in range(len(wire))]):
        dechunker = Dechunker()
        assert b"".join(map(dechunker.feed, pieces)) == data
        assert ((dechunker.begun, dechunker.last, dechunker.done), dechunker.fault) == (flags, fault)
        if len(pieces) == 1:
            assert dechunker.after == after
        dechunker.close()
        assert dechunker.fault == at_end


@pytest.mark.parametrize(("start", "want"), [(b"", "size"), (b"0\r\n", "trailer"), (b"1\r\na", "line end")])
def test_a_line_of_chunks_may_have_64_kib(start: bytes, want: str) -> None:
    dechunker = Dechunker()
    faults = []
    for piece in (start + b"1" * 65_536, b"1", b"\r\n"):
        assert dechunker.feed(piece) == (b"a" if piece.startswith(b"1\r\na") else b"")
        faults.append(dechunker.fault)
    assert faults == [None, *[f"the line for a {want} is longer than 65536 bytes"] * 2]


def test_after_a_fault_or_the_end_nothing_comes_out() -> None:
    for wire in (b"x\r\n", b"0\r\n\r\n"):
        dechunker = Dechunker()
        dechunker.feed(wire)
        assert dechunker.feed(b"1\r\na\r\n") == b""
    assert dechunker.after == b"1\r\na\r\n"


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = b"x" * 300_000
# As much as fills the first 256 KiB, with the head and the size.
FIRST = 262_144 - 47 - 7
# A response; the length of its head; the payload; the fault; whether it is empty.
MEASURED: dict[str, tuple[bytes, int, bytes, str | None, bool]] = {
    "plain": (OK + b"\r\nabc", 19, b"abc", None, False),
    "empty": (OK + b"\r\n", 19, b"", None, True),
    "no head": (b"<p>", 0, b"<p>", None, False),
    "nothing": (b"", 0, b"", None, True),
    "chunks": (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", 47, b"abc", None, False),
    "chunks of nothing": (CHUNKED + b"0\r\n\r\n", 47, b"", None, True),
    "chunks without the last": (
        CHUNKED + b"3\r\nabc\r\n", 47, b"3\r\nabc\r\n", "transfer-coding chunked: the chunks end before a size", False
    ),
    "no chunks": (CHUNKED + b"<p>\n", 47, b"<p>\n", "transfer-coding chunked: b'<p>\\n' is no chunk size", False),
    "no chunk came": (CHUNKED, 47, b"", "transfer-coding chunked: the chunks end before a size", True),
    "large": (OK + b"\r\n" + LARGE, 19, LARGE, None, False),
    "large chunks": (CHUNKED + b"493e0\r\n" + LARGE + b"\r\n0\r\n\r\n", 47, LARGE, None, False),
    "chunks whose end comes alone": (
        CHUNKED + b"%x\r\n" % FIRST + b"x" * FIRST + b"\r\n0\r\n\r\n", 47, b"x" * FIRST, None, False
    ),
    "a large head": (OK + b"A: " + LARGE + b"\r\n\r\nabc", 300_024, b"abc", None, False),
    "a head without end": (OK + b"A: " + LARGE, 300_020, b"", None, True),
}  # fmt: skip


@pytest.mark.parametrize("name", MEASURED)
def test_a_response_is_measured_in_one_pass(name: str) -> None:
    response, head, payload, fault, empty = MEASURED[name]
    block: Any = hashlib.sha256()
    measured, digest = measure(io.BytesIO(response), block, hashlib.sha256)
    assert (measured.head, measured.parsed.length) == (response[:head], head)
    assert (measured.length, measured.fault, measured.empty) == (len(response), fault, empty)
    assert block.hexdigest() == hashlib.sha256(response).hexdigest()
    assert digest.hexdigest() == hashlib.sha256(payload).hexdigest()


def test_a_response_is_read_by_256_kib() -> None:
    asked: list[int | None] = []

    class Counted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size)
            return super().read(size)

    block: Any = hashlib.sha256()
    measure(Counted(OK + b"\r\n" + b"x" * 600_000), block, hashlib.sha256)
    assert asked == [262_144] * 4


@pytest.mark.parametrize(
    ("status", "lines", "there", "words"),
    [
        (200, b"Content-Length: 5\r\n", 4, short(4, 5)),
        (200, b"Content-Length: 5\r\n", 5, None),
        (200, b"Content-Length: 5\r\n", 6, None),
        (200, b"", 0, None),
        (200, b"Content-Length: 0\r\n", 0, None),
        (200, b"Content-Length: x\r\n", 0, None),
        (200, b"Content-Length: 5 bytes\r\n", 0, None),
        (200, b"Content-Length: 5, 5\r\n", 4, short(4, 5)),
        (200, b"content-length: 5\r\nContent-Length: 3\r\n", 2, short(2, 3)),
        (200, b"Content-Length: 5\r\nContent-Length: 3\r\n", 3, None),
        (200, b"X-Content-Length: 5\r\n", 4, None),
        (200, b"Content-Length: 999999999999999999\r\n", 4, short(4, 999999999999999999)),
        (200, b"Content-Length: 9999999999999999999\r\n", 4, None),
        (200, b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 4, None),
        (199, b"Content-Length: 5\r\n", 4, None),
        (204, b"Content-Length: 5\r\n", 4, None),
        (304, b"Content-Length: 5\r\n", 4, None),
        (205, b"Content-Length: 5\r\n", 4, short(4, 5)),
        (300, b"Content-Length: 5\r\n", 0, None),
        (302, b"Content-Length: 5\r\n", 0, None),
        (399, b"Content-Length: 5\r\n", 0, None),
        (299, b"Content-Length: 5\r\n", 0, short(0, 5)),
        (302, b"Content-Length: 5\r\n", 4, short(4, 5)),
        (400, b"Content-Length: 5\r\n", 0, short(0, 5)),
        (404, b"Content-Length: 5\r\n", 0, short(0, 5)),
    ],
)  # fmt: skip
def test_a_body_shorter_than_the_least_length_is_short(
    status: int, lines: bytes, there: int, words: str | None
) -> None:
    fault = short_of(read_head(b"HTTP/1.1 %d X\r\n" % status + lines + b"\r\n"), there)
    assert (fault and (fault.flag, fault.words)) == (words and ("truncated", words))


@pytest.mark.parametrize(
    ("lines", "page", "within"),
    [
        (b"", "<html><body><p>会议召开", True),
        (b"", '<BODY><p>会议召开</p><a href="/1', True),
        # A careless page, a fragment, and what has an end or a length.
        (b"", "<html><body><p>会议召开</p></div>\n", False),
        (b"", "<p>会议召开", False),
        (b"", "<html><body><p>会议召开</BODY>", False),
        (b"Content-Length: 30\r\n", "<html><body><p>会议召开", False),
        (b"Transfer-Encoding: chunked\r\n", "<html><body><p>会议召开", False),
    ],
)
def test_a_page_without_length_that_ends_in_a_word_or_a_tag_is_cut(lines: bytes, page: str, within: bool) -> None:
    fault = closed_within(read_head(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n"), page.encode())
    assert (fault and fault.flag) == ("truncated" if within else None)


def test_without_a_head_nothing_is_short() -> None:
    assert short_of(read_head(b"Content-Length: 9\r\n\r\n"), 0) is None


# The body of what is called chunked; what is read of it; the flag and the words of its fault.
CALLED_CHUNKED: dict[str, tuple[bytes, bytes, tuple[str, str] | None]] = {
    "whole": (b"1\na\n0\n\n", b"a", None),
    "whole, with more behind it": (b"1\na\n0\n\nxyz", b"a", None),
    "without the last": (b"1\na\n", b"a", ("truncated", "the chunks end before a size")),
    "nothing came": (b"", b"", ("truncated", "the chunks end before a size")),
    "never chunked": (b"<p>x</p>", b"<p>x</p>", ("", "the chunks end before a size")),
    "never chunked, two lines": (b"<p>\nx</p>", b"<p>\nx</p>", ("", "b'<p>\\n' is no chunk size")),
    "a size that cannot be read": (b"5 5\r\nab", b"5 5\r\nab", ("damaged", "b'5 5\\r\\n' is no chunk size")),
    "a size of 16 bytes": (
        b"1234567890abcdeg\nab", b"1234567890abcdeg\nab",
        ("damaged", "b'1234567890abcdeg\\n' is no chunk size"),
    ),
    "a line of 17 bytes": (
        b"1234567890abcdefg\nab", b"1234567890abcdefg\nab",
        ("", "b'1234567890abcdefg\\n' is no chunk size"),
    ),
    "an empty line": (b"\nab", b"\nab", ("damaged", "b'\\n' is no chunk size")),
    "a last chunk": (
        b"<p>ab</p>\r\n0\r\n\r\n", b"<p>ab</p>\r\n0\r\n\r\n",
        ("damaged", "b'<p>ab</p>\\r\\n' is no chunk size"),
    ),
    "a last chunk, padded": (
        b"<p>ab</p>\n00 \n\n", b"<p>ab</p>\n00 \n\n",
        ("damaged", "b'<p>ab</p>\\n' is no chunk size"),
    ),
    "no last chunk": (b"<p>ab</p>\n0\n\nx", b"<p>ab</p>\n0\n\nx", ("", "b'<p>ab</p>\\n' is no chunk size")),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLED_CHUNKED)
def test_what_is_called_chunked_is_read_as_far_as_it_is(name: str) -> None:
    body, data, wrong = CALLED_CHUNKED[name]
    found, fault = entity_of(read_head(CHUNKED), body)
    assert found == data
    assert (fault and (fault.flag, fault.words)) == (wrong and (wrong[0], f"transfer-coding chunked: {wrong[1]}"))
    # A head that says nothing of chunks leaves the bytes alone.
    assert entity_of(read_head(OK + b"\r\n"), body) == (body, None)


PACKED = gzip.compress(b"x" * 40, mtime=0)
HELLO = bytes.fromhex("1f8b0800000000000003cb48cdc9c9070086a6103605000000")  # gzip of `hello`


@pytest.mark.parametrize(
    ("lines", "body", "content", "faults"),
    [
        (b"Content-Length: 3", b"abc", b"abc", []),
        (b"Content-Length: 4", b"abc", b"abc", [("truncated", short(3, 4))]),
        # The length of the content, where it was compressed behind the server's back: with chunks, and without.
        (b"Content-Length: 25\r\nContent-Encoding: gzip", HELLO, b"hello", []),
        (b"Content-Length: 40\r\nContent-Encoding: gzip", PACKED, b"x" * 40, []),
        (b"Content-Length: 39\r\nContent-Encoding: gzip", PACKED, b"x" * 40, [("truncated", short(24, 39))]),
        (b"Content-Length: 99\r\nContent-Encoding: gzip", HELLO, b"hello", [("truncated", short(25, 99))]),
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked", b"3\r\nabc", b"abc", []),
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"3\r\nabc", b"abc",
         [("truncated", "transfer-coding chunked: the chunks end before a line end")]),
        # Nothing came: no length fits that.
        (b"Content-Length: 0\r\nTransfer-Encoding: chunked", b"", b"",
         [("truncated", "transfer-coding chunked: the chunks end before a size")]),
        (b"Content-Length: 5, 2\r\nTransfer-Encoding: chunked", b"2\r\nab", b"ab", []),
        (b"Content-Encoding: gzip\r\nContent-Length: 26", HELLO[:-1] + b"\1", b"hello",
         [("truncated", short(25, 26)),
          ("damaged", "content-coding gzip has another checksum than its bytes")]),
        (b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked", b"19\r\n" + HELLO + b"\r\n0\r\n\r\n", b"hello", []),
    ],
)  # fmt: skip
def test_a_response_is_opened_and_what_is_wrong_with_it_is_told(
    lines: bytes, body: bytes, content: bytes, faults: list[tuple[str, str]]
) -> None:
    opened = open_response(OK + lines + b"\r\n\r\n" + body)
    assert opened.head.status == 200
    assert opened.content == content
    assert [(fault.flag, fault.words) for fault in opened.faults] == faults


@pytest.mark.parametrize(
    ("lines", "entity", "content", "faults"),
    [
        (b"", b"abc", b"abc", []),
        (b"Content-Encoding: GZIP", HELLO, b"hello", []),
        (b"Content-Encoding: x-gzip", HELLO, b"hello", []),
        (b"Transfer-Encoding: gzip, chunked", HELLO, b"hello", []),
        (b"Transfer-Encoding: zip", b"abc", b"abc", []),
        (b"Content-Encoding: gzip", b"", b"", []),
        (b"Content-Encoding: rot13", b"abc", b"abc", [("", "content-coding rot13 is unknown")]),
        # The last that was applied is undone first; what cannot be undone hides what is below.
        (b"Content-Encoding: rot13, gzip", HELLO, b"hello", [("", "content-coding rot13 is unknown")]),
        (b"Content-Encoding: gzip, rot13", HELLO, HELLO, [("", "content-coding rot13 is unknown")]),
        (b"Content-Encoding: gzip, deflate", HELLO, HELLO, None),
        (b"Content-Encoding: deflate, gzip", HELLO, b"hello", None),
        (b"Content-Encoding: gzip\r\nTransfer-Encoding: gzip", HELLO, b"hello",
         [("", "content-coding gzip cannot be undone (it has no gzip head)")]),
    ],
)  # fmt: skip
def test_codings_are_undone_from_the_last_to_the_first(
    lines: bytes, entity: bytes, content: bytes, faults: list[tuple[str, str]] | None
) -> None:
    found, wrong = content_of(read_head(OK + lines + b"\r\n\r\n"), entity)
    assert found == content
    said = [(fault.flag, fault.words) for fault in wrong]
    assert said == faults if faults is not None else said[0][1].startswith("content-coding deflate cannot be undone")


def test_the_limit_of_a_content_is_kept_and_is_64_mib_at_most() -> None:
    head = read_head(OK + b"Content-Encoding: gzip\r\n\r\n")
    assert content_of(head, HELLO, 5) == (b"hello", ())
    content, (fault,) = content_of(head, HELLO, 4)
    said = (content, fault.flag, fault.words)
    assert said == (
        b"hell",
        "truncated",
        "content-coding gzip unfolds to more than 4 bytes; the rest is left out: 4 bytes came out",
    )
    opened = open_response(OK + b"Content-Encoding: gzip\r\n\r\n" + HELLO, 4)
    assert (opened.content, opened.faults) == (content, (fault,))
    assert MAX_CONTENT == 67_108_864


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_dechunker_gives_the_same_however_its_bytes_come(size: int) -> None:
    wire = b"5;a=b\r\nhello\r\n0x10\r\n" + b"0123456789abcdef" + b"\r\n0\r\nA: b\r\n\r\n"
    dechunker = Dechunker()
    pieces = (wire[at : at + size] for at in range(0, len(wire), size))
    assert b"".join(map(dechunker.feed, pieces)) == b"hello0123456789abcdef"
    assert dechunker.done
