"""Compressed bytes, value by value: what comes out of each, and what is said to be wrong."""

from __future__ import annotations

import gzip
import itertools
import random
import sys
import tracemalloc
import zlib
from functools import partial
from typing import Any

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest

from archive.warc.coding import is_known, unfold

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# The deflated bytes of `hello`, their checksum and length as gzip has them, their checksum as zlib has it.
DEFLATED = bytes.fromhex("cb48cdc9c90700")
TAIL = bytes.fromhex("86a6103605000000")
ADLER = bytes.fromhex("062c0215")
HEAD = bytes.fromhex("1f8b08000000000000ff")
HELLO = HEAD + DEFLATED + TAIL
SKIPPABLE = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"


def opened(coding: str, data: bytes, limit: int = 99) -> tuple[bytes, list[tuple[str, str]]]:
    found = unfold(coding, data, limit)
    assert found is not None
    return found[0], [(fault.flag, fault.words) for fault in found[1]]


@pytest.mark.parametrize("flags", range(32))
def test_the_parts_of_a_gzip_head_are_stepped_over(flags: int) -> None:
    # RFC 1952 section 2.3: a hint that it is text, a checksum of the head, an extra field, a name, a comment.
    extra = b"\x03\x00a\0b" if flags & 4 else b""
    name = b"page.html\0" if flags & 8 else b""
    comment = b"a comment\0" if flags & 16 else b""
    checksum = b"\xff\xff" if flags & 2 else b""
    head = HEAD[:3] + bytes([flags]) + HEAD[4:] + extra + name + comment + checksum
    assert opened("gzip", head + DEFLATED + TAIL) == (b"hello", [])
    # Behind the first member too; and a head that breaks off is no head.
    assert opened("gzip", HELLO + head + DEFLATED + TAIL) == (b"hellohello", [])
    for length in range(len(head) + 1):
        assert opened("gzip", head[:length]) == (b"", [("", "cannot be undone (it has no gzip head)")]), length


def test_a_long_extra_field_is_stepped_over() -> None:
    head = HEAD[:3] + b"\x04" + HEAD[4:]
    assert opened("gzip", head + b"\x01\x01" + bytes(257) + DEFLATED + TAIL) == (b"hello", [])


@pytest.mark.parametrize("at", range(3))
def test_what_does_not_begin_as_gzip_is_not_read_as_gzip(at: int) -> None:
    data = bytearray(HELLO)
    data[at] ^= 1
    assert opened("gzip", bytes(data)) == (b"", [("", "cannot be undone (it has no gzip head)")])


CHANGED = ("damaged", "has another checksum than its bytes")


@pytest.mark.parametrize(
    ("data", "content", "faults"),
    [
        (HELLO, b"hello", []),
        (HELLO * 3, b"hello" * 3, []),
        (HELLO[:-1], b"hello", [("truncated", "breaks off within its checksum: 5 bytes came out")]),
        (HELLO[:-8], b"hello", [("truncated", "breaks off within its checksum: 5 bytes came out")]),
        (HELLO[:-9], b"hello", [("truncated", "breaks off: 5 bytes came out")]),
        (HELLO[:11], b"", [("", "cannot be undone (breaks off)")]),
        # A wrong checksum, a wrong length; in both members, which is said once; in the first alone.
        (HELLO[:-8] + b"\0" + HELLO[-7:], b"hello", [CHANGED]),
        (HELLO[:-4] + b"\6\0\0\0", b"hello", [CHANGED]),
        ((HELLO[:-4] + b"\6\0\0\0") * 2, b"hellohello", [CHANGED]),
        (HELLO[:-4] + b"\6\0\0\0" + HELLO, b"hellohello", [CHANGED]),
        (HELLO[:-4] + b"\6\0\0\0" + HELLO[:-1], b"hellohello",
         [CHANGED, ("truncated", "breaks off within its checksum: 10 bytes came out")]),
        (HELLO + HELLO[:-9], b"hellohello", [("truncated", "breaks off: 10 bytes came out")]),
        # What is behind the last member: zeros and less than a member are passed over.
        (HELLO + bytes(600), b"hello", []),
        (HELLO + b"x" * 19, b"hello", []),
        (HELLO + bytes(5) + b"x" * 19 + bytes(5), b"hello", []),
        (HELLO + b"x" * 20, b"hello", [("damaged", "is followed by 20 bytes that are none of it")]),
        (HELLO + bytes(5) + b"x" * 20 + bytes(5), b"hello",
         [("damaged", "is followed by 20 bytes that are none of it")]),
        (HELLO[:-4] + b"\6\0\0\0" + b"x" * 20, b"hello", [CHANGED]),
    ],
)  # fmt: skip
def test_members_of_gzip_and_what_is_wrong_with_them(
    data: bytes, content: bytes, faults: list[tuple[str, str]]
) -> None:
    assert opened("gzip", data) == (content, faults)


@pytest.mark.parametrize(
    ("data", "content", "faults"),
    [
        (b"\x78\x9c" + DEFLATED + ADLER, b"hello", []),
        (b"\x78\x01" + DEFLATED + ADLER, b"hello", []),
        (b"\x78\xda" + DEFLATED + ADLER, b"hello", []),
        (b"\x28\x15" + DEFLATED + ADLER, b"hello", []),
        (b"\x78\x9c" + DEFLATED + ADLER + b"more", b"hello", []),
        (b"\x78\x9c" + DEFLATED + b"\0" + ADLER[1:], b"hello", [CHANGED]),
        (b"\x78\x9c" + DEFLATED + ADLER[:3] + b"\0", b"hello", [CHANGED]),
        (b"\x78\x9c" + DEFLATED + ADLER[:3], b"hello",
         [("truncated", "breaks off within its checksum: 5 bytes came out")]),
        (b"\x78\x9c" + DEFLATED, b"hello", [("truncated", "breaks off within its checksum: 5 bytes came out")]),
        (b"\x78\x9c" + DEFLATED[:-1], b"hello", [("truncated", "breaks off: 5 bytes came out")]),
        (b"\x78\x9c" + DEFLATED[:1], b"", [("", "cannot be undone (breaks off)")]),
        # Without head and checksum, as servers of old.
        (DEFLATED, b"hello", []),
        (DEFLATED + b"abc", b"hello", []),
        (DEFLATED[:-1], b"hello", [("truncated", "breaks off: 5 bytes came out")]),
        (b"\x03\x00", b"", []),
        # The first two bytes are a multiple of 31, as those of zlib, but name another method.
        (bytes.fromhex("b3b4040200"), b"99999", []),
        (bytes.fromhex("091500eaff") + b"x" * 21, b"x" * 21, []),
        (b"\x78", b"", None),
        (b"\x78\x9d" + DEFLATED + ADLER, b"", None),
        (b"<p>hello</p>", b"", None),
    ],
)  # fmt: skip
def test_deflate_with_the_head_of_zlib_and_without(
    data: bytes, content: bytes, faults: list[tuple[str, str]] | None
) -> None:
    found, told = opened("deflate", data)
    assert found == content
    if faults is None:
        ((flag, words),) = told
        assert (flag, words[:16]) == ("", "cannot be undone")
    else:
        assert told == faults


CHANCE = random.Random(2)  # noqa: S311 - any text of some variety
TEXT = "".join(CHANCE.choices("统一战线民主党派工商联会议", k=20_000)).encode()
CODED = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstd.compress(TEXT),
}


@pytest.mark.parametrize("coding", CODED)
def test_a_limit_is_reached_and_not_passed(coding: str) -> None:
    assert opened(coding, CODED[coding], 60_000) == (TEXT, [])
    for limit in (59_999, 1, 0):
        content, told = opened(coding, CODED[coding], limit)
        why = f"unfolds to more than {limit} bytes; the rest is left out"
        words = f"{why}: {limit} bytes came out" if limit else f"cannot be undone ({why})"
        assert (content, told) == (TEXT[:limit], [("truncated" if limit else "", words)])


@pytest.mark.parametrize("coding", CODED)
def test_no_more_is_held_than_the_limit(coding: str) -> None:
    zeros = bytes(2**24)
    pack: Any = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": partial(brotli.compress, quality=1),
        "zstd": zstd.compress,
    }[coding]
    packed = pack(zeros)
    del zeros
    tracemalloc.start()
    try:
        assert len(opened(coding, packed, 1000)[0]) == 1000
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("coding", CODED)
def test_what_breaks_off_gives_what_came_before(coding: str) -> None:
    whole = CODED[coding]
    content, ((flag, words),) = opened(coding, whole[: len(whole) * 2 // 3], 99_999)
    assert TEXT.startswith(content)
    # A block of zstd, up to 128 KiB, comes whole or not at all.
    assert len(content) == 0 if coding == "zstd" else len(content) > 30_000
    said = f"breaks off: {len(content)} bytes came out" if content else "cannot be undone (breaks off)"
    assert (flag, words) == ("truncated" if content else "", said)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_no_byte_before_the_damage_is_lost_wherever_it_is(coding: str) -> None:
    # RFC 1951 section 3.2.3: there is no block of type 3. What is flushed comes out though its block goes on.
    for size in (1, 300, 500, 520, 9000, 17_000):
        packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
        packed = packer.compress(TEXT[:size]) + packer.flush(zlib.Z_FULL_FLUSH)
        content, ((flag, words),) = opened(coding, packed + b"\x07" * 40_000, 99_999)
        assert (len(content), flag) == (size, "truncated")
        assert words.startswith("breaks off (")
        assert words.endswith(f"): {size} bytes came out")


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_damage_to_br_and_zstd_is_told(coding: str) -> None:
    data = bytearray(CODED[coding] if coding == "br" else zstd.compress(b"a" * 9) + CODED[coding])
    data[-40:] = b"\xff" * 40
    content, ((flag, words),) = opened(coding, bytes(data), 99_999)
    assert (b"a" * 9 + TEXT if coding == "zstd" else TEXT).startswith(content[:9])
    assert content
    assert (flag, words[:10]) == ("truncated", "breaks off")
    assert opened(coding, b"<p>hello</p>")[0] == b""
    ((flag, words),) = opened(coding, b"<p>hello</p>")[1]
    assert (flag, words[:16]) == ("", "cannot be undone")


def test_all_frames_of_zstd_are_read() -> None:
    one, two = zstd.compress(b"one"), zstd.compress(b"two")
    assert opened("zstd", one + SKIPPABLE + two) == (b"onetwo", [])
    assert opened("zstd", SKIPPABLE) == (b"", [])
    assert opened("zstd", one + two, 5)[0] == b"onetw"
    content, ((flag, words),) = opened("zstd", one + two[:5])
    assert (content, flag, words) == (b"one", "truncated", "breaks off: 3 bytes came out")
    content, ((flag, words),) = opened("zstd", one + b"junk")
    assert (content, flag) == (b"one", "truncated")
    assert opened("zstd", b"") == (b"", [])


def test_many_small_members_are_read() -> None:
    assert opened("gzip", HELLO * 2000, 10_000) == (b"hello" * 2000, [])
    content, told = opened("gzip", HELLO * 2000, 9_999)
    assert (len(content), told) == (
        9_999, [("truncated", "unfolds to more than 4 bytes; the rest is left out: 9999 bytes came out")]
    )  # fmt: skip


def test_the_names_of_codings() -> None:
    names = ("gzip", "deflate", "br", "zstd", "lzma", "utf-8", "compress", "")
    for name, before in itertools.product(names, ("", "x-")):
        known = name in ("gzip", "deflate", "br", "zstd")
        assert is_known(before + name) == known
        assert (unfold(before + name, b"x", 9) is not None) == known
