"""Bytes <-> gzip members. A WARC file has one member per record, so that each record can be read by itself."""

from __future__ import annotations

import contextlib
import struct
import tempfile
from typing import IO

from zlib_ng import zlib_ng

MAGIC = b"\x1f\x8b\x08"
# Level 6 of zlib-ng is three times as fast as level 9 of zlib, for 3 % more bytes.
LEVEL = 6
# RFC 1952 section 2.3: no flags, no time, and "Unix" as the system.
HEAD = MAGIC + b"\0\0\0\0\0\0\x03"
GzipError: type[Exception] = zlib_ng.error  # type: ignore[assignment]  # its types call the class an instance
_GZIP = 31  # zlib's window size for RFC 1952 head and tail around a window of 2**15
_STEP = 64 * 1024
# Most compressed page records are shorter than this; bytes read beyond a member's end are thrown away.
_FIRST = 8 * 1024
_MOST = 1 * 2**20
_IN_MEMORY = 16 * 2**20
# The most bytes that one member may decompress to; beyond it, assume a decompression bomb. The largest record that
# this archive writes is a 64 MiB file, but foreign files that are one single member reach gigabytes.
MAX_TEXT = 4 * 2**30


class MemberWriter:
    """Writes one gzip member to a file; its head is always `HEAD`, so that equal bytes give equal members."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._deflate = zlib_ng.compressobj(LEVEL, zlib_ng.DEFLATED, -15)
        self._crc = 0
        self._size = 0
        self._head = HEAD

    def write(self, data: bytes) -> None:
        """Compress `data`; raises OSError as the file does."""
        self._crc = zlib_ng.crc32(data, self._crc)
        self._size += len(data)
        if packed := self._deflate.compress(data):
            write_all(self._file, self._head + packed)
            self._head = b""

    def flush(self) -> None:
        """End the member; raises OSError as the file does."""
        tail = struct.pack("<II", self._crc, self._size & 0xFFFFFFFF)
        write_all(self._file, self._head + self._deflate.flush() + tail)


class Member:
    """One gzip member that starts at `offset`, decompressed and appended to `text`.

    Attributes:
        end: the offset behind it; if it is damaged, behind what was read.
        fault: what is wrong with it; None: it is whole.
        proved: the decompressed bytes are right: the member is whole, or only cut short.
        cut: the file, or its part up to `limit`, ends within the member.
    """

    def __init__(self, file: IO[bytes], offset: int, text: IO[bytes], *, limit: int | None = None) -> None:
        self.fault: str | None = None
        self.proved = True
        self.cut = False
        self.end = offset
        self._limit = limit
        start = text.tell()
        file.seek(offset)
        try:
            self._unfold(file, text)
        except GzipError as error:
            # A call that fails drops its output. Decompress again, with the last piece byte by byte.
            last, self.end = self.end - _STEP, offset
            file.seek(offset)
            text.seek(start)
            text.truncate()
            with contextlib.suppress(GzipError):
                self._unfold(file, text, singly_from=last)
            self.fault = f"the gzip member is damaged ({error})"
            self.proved = False

    def _read(self, file: IO[bytes], step: int) -> bytes:
        """Read the next bytes of the file, at most up to the limit."""
        packed = file.read(step if self._limit is None else min(step, self._limit - self.end))
        self.end += len(packed)
        return packed

    def _unfold(self, file: IO[bytes], text: IO[bytes], singly_from: int | None = None) -> None:
        unfold = zlib_ng.decompressobj(_GZIP)
        size, step = 0, _FIRST
        while not unfold.eof:
            packed = unfold.unconsumed_tail
            if not packed:
                singly = singly_from is not None and self.end >= singly_from
                packed = self._read(file, 1 if singly else step)
                step = _STEP
            if not packed:
                self.fault = f"{'the file ends' if self._limit is None else 'another begins'} within the gzip member"
                self.cut = True
                return
            data = unfold.decompress(packed, _MOST)
            size += len(data)
            if size > MAX_TEXT:
                self.fault = f"the gzip member unfolds to more than {MAX_TEXT} bytes"
                return
            text.write(data)
        self.end -= len(unfold.unused_data)


def new_text() -> IO[bytes]:
    """Make a buffer for decompressed bytes: memory, and beyond 16 MiB a nameless file."""
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write all of `data` to an unbuffered file, whose `write` may take less at once; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
