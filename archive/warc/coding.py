"""Compressed bytes -> as much of their content as can be had, and their faults: gzip, deflate, br, zstd."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple, Protocol

import brotli  # type: ignore[import-untyped]  # ships no types
from zlib_ng import zlib_ng

from archive.warc.capture import DAMAGED, TRUNCATED, Fault
from archive.warc.member import GzipError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# A decompressor drops the output of a call that fails, so the last piece is then fed again, byte by byte.
# The first piece is short because data may consist of thousands of tiny members.
_FIRST, _PIECE = 512, 8 * 1024
_ERRORS: tuple[type[Exception], ...] = (GzipError, brotli.error, zstd.ZstdError)
_RAW = -15  # zlib's window size for deflate without head and tail
_GZIP_MAGIC = b"\x1f\x8b\x08"
# RFC 1952 section 2.3.1: the flags in the head of a gzip member.
_HAS_CRC, _HAS_EXTRA, _HAS_NAME, _HAS_COMMENT = 2, 4, 8, 16
_HEAD, _TAIL = 10, 8
# The length of the shortest gzip member; fewer bytes behind a member are ignored.
_SHORTEST = 20


def unfold(coding: str, data: bytes, limit: int) -> tuple[bytes, tuple[Fault, ...]] | None:
    r"""Decompress: at most `limit` bytes, and what is wrong with them; None: the coding is unknown.

    >>> unfold("deflate", b"\x03\x00", 9)
    (b'', ())
    >>> unfold("rot13", b"x", 9)
    """
    reader = _READERS.get(coding.removeprefix("x-"))
    return reader(data, limit) if reader else None


def is_known(coding: str) -> bool:
    """Whether `unfold` reads a coding."""
    return coding.removeprefix("x-") in _READERS


class _Unfolder(Protocol):
    """A decompressor of one coding."""

    def feed(self, piece: bytes, limit: int) -> bytes:
        """Decompress a piece to at most `limit` bytes; `piece` must be empty while `hungry` is False."""

    @property
    def hungry(self) -> bool:
        """Whether it has returned all that it holds and needs another piece."""

    @property
    def ended(self) -> bool:
        """Whether its data is complete."""

    @property
    def unused(self) -> int:
        """The number of bytes it was fed behind the end of its data."""


class _Deflate:
    def __init__(self) -> None:
        self._object = zlib_ng.decompressobj(_RAW)

    def feed(self, piece: bytes, limit: int) -> bytes:
        data: bytes = self._object.decompress(self._object.unconsumed_tail + piece, limit)
        return data

    @property
    def hungry(self) -> bool:
        return not self._object.unconsumed_tail

    @property
    def ended(self) -> bool:
        return bool(self._object.eof)

    @property
    def unused(self) -> int:
        return len(self._object.unused_data)


class _Brotli:
    def __init__(self) -> None:
        self._object = brotli.Decompressor()

    def feed(self, piece: bytes, limit: int) -> bytes:
        data: bytes = self._object.process(piece, output_buffer_limit=limit)
        return data

    @property
    def hungry(self) -> bool:
        return bool(self._object.can_accept_more_data())

    @property
    def ended(self) -> bool:
        return bool(self._object.is_finished())

    @property
    def unused(self) -> int:
        return 0  # it does not say


class _Zstd:
    def __init__(self) -> None:
        self._object = zstd.ZstdDecompressor()

    def feed(self, piece: bytes, limit: int) -> bytes:
        return self._object.decompress(piece, limit)

    @property
    def hungry(self) -> bool:
        return self._object.needs_input

    @property
    def ended(self) -> bool:
        return self._object.eof

    @property
    def unused(self) -> int:
        return len(self._object.unused_data)


class _Run(NamedTuple):
    """The result of one decompressor.

    `used`: how many bytes of the data it consumed; `why`: what is wrong, empty if the data is complete; `failed`: the
    rest of the data is not in its coding.
    """

    out: bytes
    used: int
    why: str = ""
    failed: bool = False


def _run(new: Callable[[], _Unfolder], data: bytes, start: int, limit: int) -> _Run:
    """Feed one decompressor with `data` from `start` on; if it fails, again with the last piece byte by byte."""
    first = _pass(new(), data, start, limit, singly_from=len(data))
    if not first.failed:
        return first
    return _pass(new(), data, start, limit, singly_from=max(start, start + first.used - _PIECE))


def _pass(unfolder: _Unfolder, data: bytes, start: int, limit: int, *, singly_from: int) -> _Run:
    out = bytearray()
    at = start
    try:
        while not unfolder.ended:
            piece = b""
            if unfolder.hungry:
                if at >= len(data):
                    return _Run(bytes(out), at - start, "breaks off")
                step = _FIRST if at == start else _PIECE
                piece = data[at : at + (step if at < singly_from else 1)]
                at += len(piece)
            out += unfolder.feed(piece, limit + 1 - len(out))
            if len(out) > limit:
                why = f"unfolds to more than {limit} bytes; the rest is left out"
                return _Run(bytes(out[:limit]), at - start, why)
    except _ERRORS as error:
        return _Run(bytes(out), at - start, f"breaks off ({error})", failed=True)
    return _Run(bytes(out), at - start - unfolder.unused)


def _read_gzip(data: bytes, limit: int) -> tuple[bytes, tuple[Fault, ...]]:
    """All members of a gzip file (RFC 1952 section 2.2), also those whose checksum is wrong."""
    out = bytearray()
    faults: list[Fault] = []
    at = 0
    while start := _gzip_body(data, at):
        run = _run(_Deflate, data, start, limit - len(out))
        out += run.out
        if run.why:
            if not out:
                return b"", (_cannot(run.why),)
            return bytes(out), (*faults, _broken_off(out, run.why))
        at = start + run.used
        tail = data[at : at + _TAIL]
        at += len(tail)
        if len(tail) < _TAIL:
            faults.append(_broken_off(out, "breaks off within its checksum"))
        elif tail != zlib_ng.crc32(run.out).to_bytes(4, "little") + (len(run.out) % 2**32).to_bytes(4, "little"):
            faults.append(_CHANGED)
    if not at:
        return b"", (_cannot("it has no gzip head"),)
    left = len(data[at:].strip(b"\0")) if not faults else 0
    if left >= _SHORTEST:
        faults.append(Fault(flag=DAMAGED, words=f"is followed by {left} bytes that are none of it"))
    return bytes(out), tuple(dict.fromkeys(faults))


def _cannot(why: str) -> Fault:
    """The fault of data that cannot be decompressed at all and stays unchanged."""
    return Fault(flag="", words=f"cannot be undone ({why})")


def _broken_off(out: bytes | bytearray, why: str) -> Fault:
    return Fault(flag=TRUNCATED, words=f"{why}: {len(out)} bytes came out")


_CHANGED = Fault(flag=DAMAGED, words="has another checksum than its bytes")


def _gzip_body(data: bytes, at: int) -> int:
    """The offset of the compressed data of the member at `at`; 0: no member begins there, or its head is cut off."""
    if not data.startswith(_GZIP_MAGIC, at) or len(data) < at + _HEAD:
        return 0
    flags = data[at + 3]
    at += _HEAD
    if flags & _HAS_EXTRA:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (_HAS_NAME, _HAS_COMMENT):
        if flags & flag:
            at = data.find(b"\0", at) + 1
            if not at:
                return 0
    at += 2 * bool(flags & _HAS_CRC)
    return at if at < len(data) else 0


def _read_deflate(data: bytes, limit: int) -> tuple[bytes, tuple[Fault, ...]]:
    """Read `deflate`: zlib by the standard, raw from old servers; the first two bytes tell which."""
    # RFC 1950 section 2.2: the low half of the first byte is 8, and the two bytes are a multiple of 31.
    wrapped = len(data) > 1 and data[0] & 15 == 8 and (data[0] << 8 | data[1]) % 31 == 0
    start = 2 if wrapped else 0
    run = _run(_Deflate, data, start, limit)
    if run.why:
        return run.out, (_broken_off(run.out, run.why) if run.out else _cannot(run.why),)
    checksum = data[start + run.used :][:4]
    if not wrapped or checksum == zlib_ng.adler32(run.out).to_bytes(4, "big"):
        return run.out, ()
    if len(checksum) < 4:
        return run.out, (_broken_off(run.out, "breaks off within its checksum"),)
    return run.out, (_CHANGED,)


def _read_brotli(data: bytes, limit: int) -> tuple[bytes, tuple[Fault, ...]]:
    run = _run(_Brotli, data, 0, limit)
    if not run.why:
        return run.out, ()
    return run.out, (_broken_off(run.out, run.why) if run.out else _cannot(run.why),)


def _read_zstd(data: bytes, limit: int) -> tuple[bytes, tuple[Fault, ...]]:
    """Read all frames (RFC 8878 section 3.1), also skippable ones."""
    out = bytearray()
    at = 0
    while at < len(data):
        run = _run(_Zstd, data, at, limit - len(out))
        out += run.out
        if run.why:
            return bytes(out), (_broken_off(out, run.why) if out else _cannot(run.why),)
        at += run.used
    return bytes(out), ()


_READERS: dict[str, Callable[[bytes, int], tuple[bytes, tuple[Fault, ...]]]] = {
    "gzip": _read_gzip,
    "deflate": _read_deflate,
    "br": _read_brotli,
    "zstd": _read_zstd,
}
