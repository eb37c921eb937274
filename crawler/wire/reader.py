"""The bytes of a response as they come -> where its head and its body end, judged as browsers judge it.

What Chromium 156 or curl 7.88 reads whole is whole here (`make wire` compares the three). Where they differ, the
reading that keeps more of the page is taken. The grammar of heads and chunks is that of `archive.warc.http`, so what a
crawl sees is what a reader of the archive will see.
"""

from __future__ import annotations

import re

from archive.warc.http import END_OF_HEAD, Dechunker, Head, read_head, start_of_head

# A head, with the interim heads before it, that is longer than this is cut: no server of news needs more, and a flood
# of lines is not held back by the limit on bodies. Chromium stops there too (http_stream_parser.h).
HEAD_BYTES = 256 * 1024
# How many interim heads are kept; of the others only number and size.
INTERIM_HEADS = 8
# The status line begins within the first four bytes (Chromium), and this many show that it does not: `HTTP 200`.
_FIRST_BYTES = 12
# RFC 9110 sections 15.3.5 and 15.4.5: these end with their head.
_WITHOUT_BODY = (204, 304)
# As C's strtol reads `+300`, `300;`, `300 bytes`; beyond 16 digits readers differ.
_LENGTH = re.compile(r'"?\+?([0-9]{1,16})"?(?:[;\s].*)?', re.DOTALL)
_VERSION_1_1 = re.compile(rb"HTTP/1\.1\b", re.IGNORECASE)


class Reader:
    """Finds the parts of one response in bytes that come piece by piece.

    Attributes:
        head: of the final response; None: it has not ended yet.
        held: the bytes of a head that has not ended.
        before: bytes that stood before a status line.
        interim: heads of 1xx responses, the first of them.
        interim_heads, interim_bytes: how many there were, and their size.
        body_bytes: how many of the body have come, as on the wire.
        stated: the length that Content-Length gives; None where it gives none that makes sense.
        surplus: what came after the end of the response.
        ended: the response told its own end, and it came.
        fault: why the body's end cannot be told, or what came is no response.
    """

    def __init__(self, *, headless: bool = False) -> None:
        """`headless`: what begins with no status line is a page (HTTP/0.9), ended by its connection."""
        self.head: Head | None = None
        self.held = bytearray()
        self.before = b""
        self.interim: list[bytes] = []
        self.interim_heads = self.interim_bytes = self.body_bytes = 0
        self.stated: int | None = None
        self.surplus = b""
        self.ended = False
        self.fault: str | None = None
        self._headless = headless
        self._firm = False
        self._persistent = False
        self._sure_of_chunks = False
        self._dechunker: Dechunker | None = None

    def feed(self, data: bytes) -> bytes:
        """The bytes of the final response that `data` completes: its head once it has ended, then its body."""
        if self.head is not None:
            return self._take(data)
        seen = len(self.held)
        self.held += data
        head = self._find_head(seen)
        if head is None:
            return b""
        came = bytes(self.held)
        self.held.clear()
        self.head = head
        self._frame(head, came[: head.length])
        return came[: head.length] + self._take(came[head.length :])

    @property
    def begun(self) -> bool:
        """Whether a part of the final response has come."""
        if self.head is not None or not self.held:
            return self.head is not None
        if not self.interim_heads:
            return True
        # One head more: of a 1xx, unless its first line says otherwise.
        status = read_head(bytes(self.held)).status
        return b"\n" in self.held and not (status and status < 200)

    @property
    def flooded(self) -> bool:
        """Whether the heads are longer than what is kept."""
        return self.head is None and self.interim_bytes + len(self.held) > HEAD_BYTES

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request."""
        return self.ended and self._persistent and not self.surplus

    def whole(self, *, closed: bool) -> bool:
        """Whether the response is whole, now that no more comes.

        `closed`: the server ended the connection in good order. A body without a length ends so (RFC 9112 section
        6.3, case 8); one that is broken off is not whole (section 8).
        """
        if self.ended:
            return True
        if self.head is None or self.fault:
            return False
        if self._dechunker is not None and (self._dechunker.begun or self._sure_of_chunks):
            return self._dechunker.last
        # What was called chunked, and ended before its first line did, is a body as it stands.
        return closed and (self.stated is None or not self._firm or self.body_bytes >= self.stated)

    def lack(self) -> str:
        """What of the response did not come, in words."""
        if self.head is None:
            return f"{len(self.held)} bytes of a head"
        if self._dechunker is not None:
            return f"{self.body_bytes} bytes of chunks without the last one"
        length = f" of {self.stated}" if self.stated is not None else ""
        return f"{self.body_bytes}{length} bytes of the body"

    def _find_head(self, seen: int) -> Head | None:
        """The final head, once it has ended; what stands before it is taken off."""
        while True:
            start = start_of_head(bytes(self.held[:_FIRST_BYTES]))
            if start is None:
                return None if len(self.held) < _FIRST_BYTES else Head(status=None, headers=(), length=0)
            if start:
                self.before += bytes(self.held[:start])
                del self.held[:start]
                seen = 0
            # The longest end, LF CR CR CR LF, may have begun before.
            end = END_OF_HEAD.search(self.held, max(0, seen - 4))
            if end is None:
                return None
            head = read_head(bytes(self.held[: end.end()]))
            # RFC 9110 section 15.2: any number of 1xx may come before the final response.
            if head.status is None or not 100 <= head.status < 200:
                return head
            self.interim_heads += 1
            self.interim_bytes += head.length
            if len(self.interim) < INTERIM_HEADS:
                self.interim.append(bytes(self.held[: head.length]))
            del self.held[: head.length]
            seen = 0

    def _frame(self, head: Head, block: bytes) -> None:
        """Read from the head, and its bytes, how the body ends."""
        if not head.length:
            if not self._headless:
                self.fault = "what came is no HTTP response"
            return
        self.stated, self._firm = _stated_length(head)
        options = {option.strip().lower() for value in _values(head, "connection") for option in value.split(",")}
        current = _VERSION_1_1.match(block) is not None
        self._persistent = "close" not in options and (current or "keep-alive" in options)
        if head.status in _WITHOUT_BODY:
            self.ended = True
        elif head.chunked:
            self._dechunker = Dechunker()
            # Chromium reads no chunks of HTTP/1.0, nor of `chunked;q=1`; curl does.
            self._sure_of_chunks = current and "chunked" in head.codings("transfer-encoding")
        elif self.stated == 0:
            self.ended = True
        self._persistent = self._persistent and (self._firm or self._dechunker is not None or self.ended)

    def _take(self, data: bytes) -> bytes:
        """The bytes of the body in `data`."""
        if self.ended:
            self.surplus += data
            return b""
        if self._dechunker is not None and self.fault is None:
            data = self._take_chunks(self._dechunker, data)
        if self._dechunker is None and self.stated is not None and self.fault is None:
            left = self.stated - self.body_bytes
            self.ended = len(data) >= left
            data, self.surplus = data[:left], data[left:]
        self.body_bytes += len(data)
        return data

    def _take_chunks(self, dechunker: Dechunker, data: bytes) -> bytes:
        dechunker.feed(data)
        if dechunker.done:
            self.ended, self.surplus = True, dechunker.after
            return data[: len(data) - len(dechunker.after)]
        if dechunker.fault and not dechunker.begun and not self._sure_of_chunks:
            # It was called chunked, and is not.
            self._dechunker = None
        elif dechunker.fault:
            self.fault = f"transfer-coding chunked: {dechunker.fault}"
        return data


def _values(head: Head, name: str) -> list[str]:
    return [value for key, value in head.headers if key.lower() == name]


def _stated_length(head: Head) -> tuple[int | None, bool]:
    r"""The length that a head states, and whether it is stated as it should be.

    A length in other words tells where the body may end; a connection that is closed before ends it too, as in
    Chromium. Of lines that differ the longest counts: curl takes the last.

    >>> heads = [read_head(b"HTTP/1.1 200 OK\nContent-Length:" + v + b"\n\n") for v in (b" 7", b"+7", b"0x7", b"7, 7")]
    >>> [_stated_length(head) for head in heads]
    [(7, True), (7, False), (None, False), (7, True)]
    """
    lengths: set[int] = set()
    firm = True
    for value in _values(head, "content-length"):
        numbers = {number.strip() for number in value.split(",")}
        found = _LENGTH.fullmatch(next(iter(numbers))) if len(numbers) == 1 else None
        firm = firm and found is not None and numbers == {found[1]}
        if found:
            lengths.add(int(found[1]))
    return max(lengths, default=None), firm and len(lengths) == 1
