"""Odd HTTP answers, byte for byte, from raw sockets on loopback; what was sent and received is remembered."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from dataclasses import dataclass, field
from typing import Literal, Self

PAGE = (
    "<html><head><title>统战要闻</title></head><body><p>各民主党派、工商联负责人参加座谈会。</p></body></html>".encode()
)
CRLF = b"\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One answer: what comes before the final response, the response, what comes after, and how it ends."""

    final: bytes
    interim: bytes = b""
    surplus: bytes = b""
    ending: Literal["keep", "close", "reset", "hang"] = "close"
    pause: float = 0.0
    step: int = 0  # bytes a send; 0: all at once

    @property
    def wire(self) -> bytes:
        return self.interim + self.final + self.surplus


def answer(*lines: bytes, body: bytes = b"", status: bytes = b"HTTP/1.1 200 OK", eol: bytes = CRLF) -> bytes:
    return eol.join([status, *lines, b"", b""]) + body


def sized(*lines: bytes, body: bytes = PAGE, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return answer(*lines, b"Content-Length: %d" % len(body), body=body, status=status)


def chunks(body: bytes, *, size: int = 37, extension: bytes = b"", trailers: bytes = b"", end: bool = True) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return framed + (b"0\r\n" + trailers + CRLF if end else b"")


HTML = b"Content-Type: text/html; charset=utf-8"
CHUNKED = b"Transfer-Encoding: chunked"
GZIP = b"Content-Encoding: gzip"
_RAW_DEFLATE = zlib.compressobj(wbits=-15)
DEFLATED = _RAW_DEFLATE.compress(PAGE) + _RAW_DEFLATE.flush()

# Whole responses: each must lie in the archive as it was sent.
WHOLE: dict[str, Shape] = {
    "plain": Shape(final=sized(HTML), ending="keep"),
    "chunked": Shape(final=answer(HTML, CHUNKED, body=chunks(PAGE)), ending="keep"),
    "chunked-gzip": Shape(final=answer(HTML, CHUNKED, GZIP, body=chunks(gzip.compress(PAGE, mtime=0))), ending="keep"),
    "trailers": Shape(
        final=answer(HTML, CHUNKED, body=chunks(PAGE, extension=b";a=b", trailers=b"X-Sum: 1\r\nx-b:  2 \r\n"))
    ),
    "fold": Shape(final=sized(b"X-Folded: one\r\n\t two\r\n   three", HTML), ending="keep"),
    "odd-case": Shape(final=sized(b"cOnTeNt-tYpE:text/html ", b"Set-Cookie: a=1", b"SET-COOKIE:  b=2\t", b"X:")),
    "gbk-header": Shape(final=sized("Content-Disposition: attachment; filename=通知.doc".encode("gbk"), HTML)),
    "no-colon": Shape(final=sized(b"this line has no colon", HTML), ending="keep"),
    "lf-only": Shape(final=answer(HTML, body=PAGE, status=b"HTTP/1.0 200 OK", eol=b"\n")),
    "no-reason": Shape(final=sized(HTML, status=b"HTTP/1.1 200"), ending="keep"),
    "odd-reason": Shape(final=sized(HTML, status="HTTP/1.1 200 好".encode("gbk")), ending="keep"),
    "interim": Shape(
        interim=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
        final=sized(HTML),
        ending="keep",
    ),
    "surplus": Shape(final=sized(HTML), surplus=b"extra", ending="keep"),
    "surplus-chunked": Shape(
        final=answer(HTML, CHUNKED, body=chunks(PAGE)), surplus=b"HTTP/1.1 200 OK\r\n", ending="keep"
    ),
    "wrong-label": Shape(final=sized(HTML, GZIP), ending="keep"),
    "gzip-by-close": Shape(final=answer(HTML, GZIP, body=gzip.compress(PAGE, mtime=0))),
    "raw-deflate": Shape(final=sized(HTML, b"Content-Encoding: deflate", body=DEFLATED), ending="keep"),
    "no-length": Shape(final=answer(HTML, body=PAGE)),
    "same-length-twice": Shape(final=sized(HTML, b"Content-Length: %d" % len(PAGE)), ending="keep"),
    "empty": Shape(final=sized(HTML, body=b""), ending="keep"),
    "status-204": Shape(final=answer(b"X: y", status=b"HTTP/1.1 204 No Content"), ending="keep"),
    "status-304": Shape(final=answer(b'ETag: "x"', status=b"HTTP/1.1 304 Not Modified"), ending="keep"),
    "redirect": Shape(final=sized(b"Location: /plain", body=b"", status=b"HTTP/1.1 301 Moved"), ending="keep"),
    "not-found": Shape(final=sized(HTML, status=b"HTTP/1.1 404 Not Found"), ending="keep"),
    "server-error": Shape(final=sized(HTML, status=b"HTTP/1.1 500 Oops"), ending="keep"),
    "long-line": Shape(final=sized(HTML, b"X-Long: " + b"x" * 60_000), ending="keep"),
    "two-lengths": Shape(final=sized(HTML, b"Content-Length: 7")),
    "unknown-coding": Shape(final=answer(HTML, b"Transfer-Encoding: zip", body=PAGE)),
    "drops": Shape(final=answer(HTML, CHUNKED, body=chunks(PAGE)), step=1),
    "binary": Shape(final=sized(b"Content-Type: image/png", body=bytes(range(256)) * 30), ending="keep"),
}
_PACKED = gzip.compress(PAGE * 50, mtime=0)
# Transfers that end badly: what arrived is kept, and says why it is not whole.
CUT: dict[str, tuple[Shape, str]] = {
    "short": (Shape(final=answer(HTML, b"Content-Length: 9999", body=PAGE)), "disconnect"),
    "short-reset": (
        Shape(final=answer(HTML, b"Content-Length: 9999", body=PAGE), ending="reset", pause=0.2),
        "disconnect",
    ),
    # What unpacks is longer than the length of the whole.
    "packed-short": (
        Shape(final=answer(HTML, GZIP, b"Content-Length: %d" % len(_PACKED), body=_PACKED[:-30])),
        "disconnect",
    ),
    "no-length-reset": (Shape(final=answer(HTML, body=PAGE), ending="reset", pause=0.2), "disconnect"),
    "no-length-hang": (Shape(final=answer(HTML, body=PAGE), ending="hang"), "time"),
    "chunks-break-off": (Shape(final=answer(HTML, CHUNKED, body=chunks(PAGE, end=False))), "disconnect"),
    "head-breaks-off": (Shape(final=b"HTTP/1.1 200 OK\r\nContent-Ty"), "disconnect"),
    "bad-chunk": (Shape(final=answer(HTML, CHUNKED, body=b"zz\r\n" + PAGE)), "unspecified"),
    "no-head": (Shape(final=PAGE + b"\n"), "unspecified"),
    "hang": (Shape(final=answer(HTML, b"Content-Length: 9999", body=PAGE), ending="hang"), "time"),
    "drip": (Shape(final=sized(HTML), step=1, pause=0.3), "time"),
    "flood": (Shape(final=b"HTTP/1.1 200 OK\r\n" + b"X-Flood: 0123456789\r\n" * 40_000), "length"),
    "flood-line": (Shape(final=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 600_000), "length"),
    "too-long": (Shape(final=sized(HTML, body=PAGE * 40_000)), "length"),
    "too-long-by-close": (Shape(final=answer(HTML, body=PAGE * 40_000)), "length"),
}
# Not a byte of a response.
NOTHING: dict[str, Shape] = {
    "silence": Shape(final=b"", ending="hang"),
    "hang-up": Shape(final=b""),
    "reset": Shape(final=b"", ending="reset"),
    "interim-flood": Shape(
        interim=(b"HTTP/1.1 103 Early Hints\r\nLink: </" + b"a" * 9_000 + b">\r\n\r\n") * 60, final=b""
    ),
    "only-interim": Shape(interim=b"HTTP/1.1 103 Early Hints\r\n\r\n", final=b""),
}
SHAPES = WHOLE | {name: shape for name, (shape, _) in CUT.items()} | NOTHING


@dataclass(kw_only=True)
class OddServer:
    """Serves shapes by path on 127.0.0.x until the block ends; no answer lasts longer than 20 seconds.

    Attributes:
        sent: per path, the bytes that went out, an item an answer.
        received: per path, the bytes of each request.
        connections: how many were accepted; `heard` counts all bytes that came in.
    """

    shapes: dict[str, Shape]
    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    sent: dict[str, list[bytes]] = field(default_factory=dict)
    received: dict[str, list[bytes]] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    connections: int = 0
    heard: int = 0

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server((self.host, self.port))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.authority}/{path}"

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.connections += 1
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.settimeout(0.1)
                if self.tls:
                    connection.settimeout(5)
                    with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                        wrapped.settimeout(0.1)
                        self._answer_all(wrapped)
                else:
                    self._answer_all(connection)
            except OSError:
                return  # the client left

    def _answer_all(self, connection: socket.socket) -> None:
        while (request := self._read(connection)) is not None:
            path = request.split(b" ", 2)[1].decode().lstrip("/")
            self.received.setdefault(path, []).append(request)
            self.times.setdefault(path, []).append(time.monotonic())
            shape = self.shapes.get(path)
            if shape is None:
                connection.sendall(answer(b"Content-Length: 0", status=b"HTTP/1.1 404 Not Found"))
                continue
            self._send(connection, path, shape)
            if shape.ending == "hang":
                self._over.wait(20)
            if shape.ending == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if shape.ending != "keep":
                return

    def _send(self, connection: socket.socket, path: str, shape: Shape) -> None:
        wire = shape.wire
        step = shape.step or max(len(wire), 1)
        record = self.sent.setdefault(path, [])
        record.append(b"")
        connection.settimeout(20)
        for at in range(0, len(wire), step):
            if shape.step and self._over.wait(shape.pause):
                return
            connection.sendall(wire[at : at + step])
            record[-1] += wire[at : at + step]
        if shape.pause and not shape.step:
            self._over.wait(shape.pause)
        connection.settimeout(0.1)

    def _read(self, connection: socket.socket) -> bytes | None:
        """A request with its body: a server that closes before it has read one breaks the connection off."""
        request, length = b"", 0
        while b"\r\n\r\n" not in request or len(request.partition(b"\r\n\r\n")[2]) < length:
            try:
                data = connection.recv(65536)
            except TimeoutError:
                if self._over.is_set():
                    return None
                continue
            if not data:
                return None
            self.heard += len(data)
            request += data
            lines = request.split(CRLF)
            length = int(next((line[15:] for line in lines if line.lower().startswith(b"content-length:")), 0))
        return request
