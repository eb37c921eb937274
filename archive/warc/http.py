"""The bytes of an HTTP response -> its head, entity and content, with its codings removed one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile
from typing import BinaryIO, Protocol

from archive.warc.capture import DAMAGED, TRUNCATED, Fault
from archive.warc.coding import is_known, unfold

# The longest head that is read, in bytes; browsers and Twisted stop far below.
MAX_HEAD = 1 * 2**20
# The longest content, in bytes: a file of this archive has at most 64 MiB. Beyond it, assume a decompression bomb.
MAX_CONTENT = 64 * 2**20
_MAX_LINE = 64 * 1024
_STEP = 256 * 1024
# Text mode on Windows turns CR LF into CR CR LF; curl accepts it as an empty line.
END_OF_HEAD = re.compile(rb"\n\r{0,3}\n")
# Some old servers end lines with CR alone: archive readers accept it, browsers do not.
_CR_ALONE = re.compile(rb"[^\r\n]{1,8192}\r(?![\r\n])")
_CR_CR_LF = re.compile(rb"[^\r\n]{1,8192}\r\r\n")
# A status line as Chromium accepts it (http_util.cc, http_response_headers.cc): after up to four stray bytes, in upper
# or lower case, with any version or none.
_START = re.compile(rb"(?s:.{0,4}?)HTTP(?=/|[ \t]+\d{3})", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP(?:/[\d.]*)?[ \t:]*(\d{3})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a response.

    Attributes:
        status: 200 if the status line states none, as in browsers; None if there is no head.
        headers: in order, names as sent, folded lines joined, decoded as Latin-1, without lines that lack a colon.
        length: bytes, including the empty line at its end; 0 if the response has no head.
        odd: how its lines end, if not as the standard says.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...]
    length: int
    odd: str = ""

    def codings(self, name: str) -> tuple[str, ...]:
        """The codings listed by all headers of that name, in lower case, in the order of their application."""
        listed = ",".join(value for key, value in self.headers if key.lower() == name)
        return tuple(
            coding
            for part in listed.lower().split(",")
            if (coding := part.strip()) and coding not in ("identity", "none")
        )

    @property
    def chunked(self) -> bool:
        r"""Whether the body is chunked: like browsers, look for the word anywhere in the list.

        >>> read_head(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked, gzip\n\n").chunked
        True
        """
        return any(coding.partition(";")[0].strip(' \t"') == "chunked" for coding in self.codings("transfer-encoding"))


def read_head(block: bytes) -> Head:
    r"""Read the head at the start of `block`; its length is 0 if `block` does not start with a status line.

    >>> read_head(b"HTTP/1.1 404 \r\nA: b\r\n\tc\r\n\r\nbody")
    Head(status=404, headers=(('A', 'b c'),), length=27, odd='')
    >>> read_head(b"HTTP/1.0 200 OK\rA: b\r\r<html>")
    Head(status=200, headers=(('A', 'b'),), length=22, odd='CR alone')
    >>> read_head(b"<html>").length
    0
    >>> [read_head(line + b"\n\n").status for line in (b"\r\nhttp/1.1  404", b"HTTP/1.1 404Gone", b"HTTP/1.0 OK")]
    [404, 404, 200]
    >>> read_head(b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n").length
    23
    """
    start = start_of_head(block)
    if start is None:
        return Head(status=None, headers=(), length=0)
    length, odd = _measure_head(block, start)
    first, *lines = block[start:length].splitlines()
    status = _STATUS.match(first)
    return Head(
        status=int(status[1] or 200) if status else None,
        # A line that begins with a blank continues the header before it; the first has no header before it.
        headers=parse_fields(dropwhile(lambda line: line[:1] in (b" ", b"\t"), lines)),
        length=length,
        odd=odd,
    )


def _measure_head(block: bytes, start: int) -> tuple[int, str]:
    """The length of the head whose status line begins at `start`, and its line ends if they are odd."""
    end = END_OF_HEAD.search(block, start, MAX_HEAD)
    length = end.end() if end else min(len(block), MAX_HEAD)
    if _CR_ALONE.match(block, start):
        at = block.find(b"\r\r", start, length)
        return (at + 2, "CR alone") if at >= 0 else (length, "")
    return length, "CR CR LF" if _CR_CR_LF.match(block, start) else ""


def start_of_head(block: bytes) -> int | None:
    r"""The offset of the status line; None if the first bytes hold none.

    >>> start_of_head(b"\r\nHTTP/1.1 200 OK"), start_of_head(b"<html>")
    (2, None)
    """
    found = _START.match(block)
    return found.end() - len(b"HTTP") if found else None


def parse_fields(lines: Iterable[bytes]) -> tuple[tuple[str, str], ...]:
    """Read `name: value` lines as Latin-1; a line that begins with a blank continues the one before.

    >>> parse_fields([b"A: b", b" c", b"no colon"])
    (('A', 'b c'),)
    """
    fields: list[tuple[str, str]] = []
    for line in lines:
        # Strip bytes: `str.strip` would drop the last byte of 栅 (E6 A0 85), which is white space in Latin-1.
        text = line.strip().decode("latin-1")
        if line[:1] in (b" ", b"\t") and fields:
            # RFC 9112 section 5.2, and the WARC standard's section 4
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {text}" if value and text else value + text)
            continue
        name, colon, value = text.partition(":")
        if colon:
            fields.append((name.strip(" \t"), value.lstrip(" \t")))
    return tuple(fields)


class Dechunker:
    """Removes the transfer-coding `chunked` (RFC 9112 section 7.1), piece by piece.

    Attributes:
        fault: why the bytes are not correctly chunked; None so far.
        done: the last chunk and the trailers were read.
        last: the last chunk was read, so the entity is whole, even if its trailers never end.
        begun: a chunk size was read.
        after: the bytes behind the end, from the last call of `feed`.
    """

    # Old Tomcats pad sizes with blanks; text mode on Windows writes CR CR LF.
    _SIZE = re.compile(rb"\A[ \t]*+(?:0[xX])?([0-9A-Fa-f]{1,32})[ \t\r]*+(?:;[^\n]*+)?\n")
    # The largest chunk size that is believed, in bytes: no file is larger.
    _MOST = 2**53

    def __init__(self) -> None:
        self.fault: str | None = None
        self.done = self.last = self.begun = False
        self.after = b""
        self._rest = b""
        self._left = 0
        self._want = "size"

    def feed(self, data: bytes) -> bytes:
        """Take more bytes; return those of the entity that are now known, none after a fault or the end."""
        data, self._rest = self._rest + data, b""
        out: list[bytes] = []
        at = 0
        while not self.done and not self.fault:
            if self._want == "data":
                piece = data[at : at + self._left]
                out.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._want = "line end"
                continue
            end = data.find(b"\n", at) + 1
            if not end:
                self._rest = data[at:]
                if len(self._rest) > _MAX_LINE:
                    self.fault = f"the line for a {self._want} is longer than {_MAX_LINE} bytes"
                break
            self._read_line(data[at:end])
            at = end
        self.after = data[at:] if self.done else b""
        return b"".join(out)

    def close(self) -> None:
        """Declare the end of the bytes; sets `fault` if chunks are missing."""
        if not self.last and not self.fault:
            self.fault = "the chunks break off" if self._want == "data" else f"the chunks end before a {self._want}"

    def _read_line(self, line: bytes) -> None:
        if self._want == "line end":
            self._want = "size"
            if line.strip():
                self.fault = "a chunk is longer than its size says"
        elif self._want == "size":
            size = self._SIZE.fullmatch(line)
            if not size or int(size[1], 16) > self._MOST:
                self.fault = f"{line[:20]!r} is no chunk size"
                return
            self.begun = True
            self._left = int(size[1], 16)
            self.last = not self._left
            self._want = "data" if self._left else "trailer"
        elif not line.strip():
            self.done = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The result of one pass over a response's bytes.

    Attributes:
        head: the bytes of the head, unchanged.
        parsed: the head, read.
        length: bytes of the whole response.
        fault: why a transfer-coding could not be removed; the entity is then all bytes after the head, unchanged.
        empty: the entity has no bytes.
    """

    head: bytes
    parsed: Head
    length: int
    fault: str | None
    empty: bool


class Digest(Protocol):
    """A hash object of hashlib."""

    def update(self, data: bytes, /) -> None:
        """Hash more bytes."""

    def hexdigest(self) -> str:
        """The digest so far."""


def measure(response: BinaryIO, block: Digest, new: Callable[[], Digest]) -> tuple[Measured, Digest]:
    """Read a response, from its start, in one pass: update `block` with all bytes, and a `new` digest with the entity.

    The entity is without its transfer-coding, but with its content-coding: the WARC standard's payload.
    """
    first = _read_first(response)
    head = read_head(first)
    chunked = head.chunked
    stands, unchunked, dechunker = new(), new(), Dechunker()
    length = body = entity = 0
    for piece in _pieces(response, first):
        block.update(piece)
        after = piece[head.length :] if not length else piece
        length += len(piece)
        body += len(after)
        stands.update(after)
        if not chunked:
            continue
        data = dechunker.feed(after)
        entity += len(data)
        unchunked.update(data)
    if chunked:
        dechunker.close()
    fault = f"transfer-coding chunked: {dechunker.fault}" if chunked and dechunker.fault else None
    use = chunked and not fault
    measured = Measured(
        head=first[: head.length], parsed=head, length=length, fault=fault, empty=not (entity if use else body)
    )
    return measured, unchunked if use else stands


def _read_first(response: BinaryIO) -> bytes:
    """The first bytes, enough to hold the whole head."""
    first = response.read(_STEP)
    while start_of_head(first) is not None and len(first) < MAX_HEAD and not END_OF_HEAD.search(first):
        more = response.read(_STEP)
        if not more:
            break
        first += more
    return first


def _pieces(response: BinaryIO, first: bytes) -> Iterator[bytes]:
    yield first
    while piece := response.read(_STEP):
        yield piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A response as its reader sees it.

    Attributes:
        content: its bytes without transfer-coding and content-codings, as far as these can be undone.
        faults: what is wrong with its bytes.
    """

    head: Head
    content: bytes
    faults: tuple[Fault, ...]


def open_response(block: bytes, limit: int = MAX_CONTENT) -> Opened:
    r"""Read a response's bytes: its content, at most `limit` bytes of it, and what is wrong with it.

    >>> open_response(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").faults
    (Fault(flag='truncated', words='3 of the 5 bytes that Content-Length states are there'),)
    """
    head = read_head(block)
    body = block[head.length :]
    entity, fault = entity_of(head, body)
    content, faults = content_of(head, entity, limit)
    # Some servers state the length before compression. Chromium accepts it if it fits exactly, even with chunks.
    exact = bool(content) and len(content) in _stated_lengths(head)
    found = (None if exact else fault, None if exact else short_of(head, len(body)), *faults)
    return Opened(head=head, content=content, faults=tuple(each for each in found if each))


def short_of(head: Head, there: int) -> Fault | None:
    """The fault of a body of `there` bytes that is shorter than its Content-Length; None if it is not, or unknown."""
    # RFC 9112 section 6.3: these responses have no body, and a transfer-coding overrides the length. Nobody reads the
    # body of a redirect, and browsers that record do not keep it.
    if head.status is None or head.status < 200 or head.status in (204, 304) or head.chunked:
        return None
    if not there and 300 <= head.status < 400:
        return None
    least = min(_stated_lengths(head), default=0)
    if there >= least:
        return None
    return Fault(flag=TRUNCATED, words=f"{there} of the {least} bytes that Content-Length states are there")


# Of 1,670 real pages, one opens these and closes neither; none of them ends in a word or within a tag.
_OPENED, _CLOSED = (re.compile(rb"<" + end + rb"(?:html|body)\b", re.IGNORECASE) for end in (b"", b"/"))


def is_open(content: bytes) -> bool:
    """Whether a page never ends: `<html>` or `<body>` is opened, and neither is closed."""
    return _OPENED.search(content) is not None and _CLOSED.search(content) is None


def closed_within(head: Head, content: bytes) -> Fault | None:
    """The fault of a page that the server ended within a word or a tag, where no length says that more was to come."""
    if head.chunked or _stated_lengths(head) or content.rstrip().endswith(b">") or not is_open(content):
        return None
    return Fault(flag=TRUNCATED, words="the connection was closed within the page, and no length is stated")


def _stated_lengths(head: Head) -> set[int]:
    stated = {value.strip() for name, value in head.headers if name.lower() == "content-length"}
    return {int(one) for value in stated for one in re.findall(r"(?:\A|,)\s*(\d{1,18})\s*(?=,|\Z)", value, re.ASCII)}


def entity_of(head: Head, body: bytes) -> tuple[bytes, Fault | None]:
    """Remove the transfer-coding from the bytes after a head; also return what is wrong with it.

    Chunks that break off give the data they carried; bytes that were never chunked stay unchanged.
    """
    if not head.chunked:
        return body, None
    dechunker = Dechunker()
    data = dechunker.feed(body)
    dechunker.close()
    if not dechunker.fault:
        return data, None
    words = f"transfer-coding chunked: {dechunker.fault}"
    if data:
        return data, Fault(flag=TRUNCATED, words=words)
    # Many tools keep the head unchanged but store the body without its chunks.
    return body, Fault(flag=TRUNCATED if not body else DAMAGED if _CHUNKED.search(body) else "", words=words)


# Signs of chunks although the first size cannot be read: a short first line that is not markup, or a last chunk.
_CHUNKED = re.compile(rb"\A[^<\r\n]{0,16}\r?\n|\r?\n0+[ \t]*\r?\n\r?\n\Z")


def content_of(head: Head, entity: bytes, limit: int = MAX_CONTENT) -> tuple[bytes, tuple[Fault, ...]]:
    """Remove the content-codings of an entity; also return what could not be undone. Each gives at most `limit` bytes.

    A wrong label leaves the bytes unchanged: browsers show such a page too.
    """
    faults: list[Fault] = []
    # Ignore an unknown transfer-coding, as browsers do.
    transfer = (coding for coding in head.codings("transfer-encoding") if is_known(coding))
    codings = (*head.codings("content-encoding"), *transfer)
    content = entity
    for coding in reversed(codings):
        if not content:
            break
        unfolded = unfold(coding, content, limit)
        if unfolded is None:
            faults.append(Fault(flag="", words=f"content-coding {coding} is unknown"))
            break
        faults += (Fault(flag=fault.flag, words=f"content-coding {coding} {fault.words}") for fault in unfolded[1])
        if unfolded[1] and not unfolded[0]:
            break
        content = unfolded[0]
    return content, tuple(faults)
