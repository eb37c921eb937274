"""The practice sites -> an HTTP/1.1 server on loopback, which logs every exchange before it sends the response.

127.0.0.2, 127.0.0.3, ...   the sites in the order of `SITES`, all on one port
127.0.0.99                  a host that the sites link to, and that is in no site file
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import hashlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from crawler.practice import aspnet, dede, empire, farm, hanweb, trs, vsb
from crawler.practice.truth import Planted
from crawler.practice.web import Answer, Web

_BUILD = {
    "trs": trs.build,
    "dede": dede.build,
    "empire": empire.build,
    "aspnet": aspnet.build,
    "farm": farm.build,
    "hanweb": hanweb.build,
    "vsb": vsb.build,
}
SITES: Mapping[str, str] = MappingProxyType({site: f"127.0.0.{place}" for place, site in enumerate(_BUILD, 2)})
ELSEWHERE = "127.0.0.99"
_REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 404: "Not Found"}
# The limits for the head and the body of a request in bytes, more than any client of these sites sends.
_HEAD_BYTES = 64 * 2**10
_BODY_BYTES = 2**20


def base_url(site: str, port: int) -> str:
    """The URL of a site, without a slash at its end."""
    return f"http://{SITES[site]}:{port}"


def build(site: str, port: int) -> Web:
    """Make all responses of one site, for this port."""
    return _BUILD[site](base_url(site, port), f"http://{ELSEWHERE}:{port}")


def planted(site: str, port: int, *, visit: int = 1) -> list[Planted]:
    """The expected content of all articles of a site on this visit (1 or 2), in no particular order."""
    web = build(site, port)
    return list(web.planted_later if visit == 2 else web.planted)


class _Encoded:
    """The response for one target as bytes, made once: header lines and body, by what the client accepts."""

    __slots__ = ("etag", "forms", "later", "status")

    def __init__(self, key: str, answer: Answer) -> None:
        self.status = answer.status
        mark = hashlib.sha256(key.encode()).digest()
        self.later: _Encoded | None = None
        if answer.later is not None:
            self.later = _Encoded(
                key,
                Answer(body=answer.later, status=answer.status, content_type=answer.content_type),
            )
        lines = [f"Content-Type: {answer.content_type}"]
        if answer.location is not None:
            lines.append(f"Location: {answer.location}")
        self.etag = ""
        if mark[1] % 3 == 0 and answer.status == 200:
            self.etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            modified = 1_577_836_800 + int.from_bytes(mark[2:6], "big") % 63_072_000 + (answer.later is None)
            lines += [f"ETag: {self.etag}", f"Last-Modified: {formatdate(modified, usegmt=True)}"]
        # The URL decides whether a page is chunked or compressed, so that this is the same on every visit.
        chunked = mark[0] % 4 == 0 and answer.status == 200
        squeeze = mark[0] % 3 == 0 and answer.content_type.startswith("text/")
        self.forms: dict[tuple[bool, bool], tuple[bytes, bytes, str]] = {}
        for accepts in (False, True):
            for modern in (False, True):
                self.forms[accepts, modern] = _framed(
                    lines, answer.body, squeeze=squeeze and accepts, chunked=chunked and modern
                )


def _framed(lines: list[str], body: bytes, *, squeeze: bool, chunked: bool) -> tuple[bytes, bytes, str]:
    """Encode a body; return the header lines, the body with its transfer-coding, and the SHA-256 of its payload."""
    lines = list(lines)
    if squeeze:
        body = gzip.compress(body, 6, mtime=0)
        lines += ["Content-Encoding: gzip", "Vary: Accept-Encoding"]
    digest = hashlib.sha256(body).hexdigest()
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        step = 4096 + len(body) % 1000
        parts = [body[i : i + step] for i in range(0, len(body), step)]
        framed = b"".join(f"{len(p):x}\r\n".encode() + p + b"\r\n" for p in parts) + b"0\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body)}")
        framed = body
    return "".join(line + "\r\n" for line in lines).encode("latin-1"), framed, digest


class _Sites:
    """All sites on one port, the log, and the number of the visit."""

    def __init__(self, port: int, log: Path | None) -> None:
        self.visit = 1
        self.webs = {address: (site, build(site, port)) for site, address in SITES.items()}
        self.responses = {
            address: {t: _Encoded(f"{site} {t}", a) for t, a in web.answers.items()}
            for address, (site, web) in self.webs.items()
        }
        self.missing = {a: _Encoded(f"{site} missing", web.missing) for a, (site, web) in self.webs.items()}
        elsewhere = Answer(body="<p>统战新语</p>".encode(), content_type="text/html; charset=utf-8")
        self.missing[ELSEWHERE] = _Encoded("elsewhere", elsewhere)
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644) if log else None
        self.date = (0, b"")

    def find(self, address: str, target: str, form: str) -> _Encoded:
        responses = self.responses.get(address, {})
        response = responses.get(target)
        if response is None and address in self.webs:
            site, web = self.webs[address]
            path, _, query = target.partition("?")
            if web.compute is not None and path == web.computed_path:
                return _Encoded(f"{site} {target}", web.compute(dict(parse_qsl(query) + parse_qsl(form))))
        if response is None:
            return self.missing[address]
        return response.later if response.later is not None and self.visit >= 2 else response

    def date_line(self) -> bytes:
        now = int(time.time())
        if now != self.date[0]:
            self.date = (now, f"Date: {formatdate(now, usegmt=True)}\r\n".encode())
        return self.date[1]

    def write_log(self, facts: Mapping[str, Any]) -> None:
        if self.log is not None:
            os.write(self.log, (json.dumps(facts) + "\n").encode())


class _Connection(asyncio.Protocol):
    """One connection: reads requests and sends the responses in order."""

    def __init__(self, sites: _Sites) -> None:
        self.sites = sites
        self.buffer = b""
        self.transport: asyncio.Transport
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.address = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode("latin-1").split("\r\n")
            fields = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
            length = int(fields.get("content-length", "0")) if fields.get("content-length", "0").isdigit() else 0
            request = end + 4 + length
            if length > _BODY_BYTES or len(head[0].split(" ")) != 3:
                self.transport.close()
                return
            if len(self.buffer) < request:
                return
            form = self.buffer[end + 4 : request].decode("latin-1")
            self.buffer = self.buffer[request:]
            self.answer(head[0], fields, form, request)
        if len(self.buffer) > _HEAD_BYTES + _BODY_BYTES:
            self.transport.close()

    def answer(self, line: str, fields: Mapping[str, str], form: str, request: int) -> None:
        method, target, version = line.split(" ")
        if target.startswith("http://"):
            target = "/" + target[7:].partition("/")[2]
        response = self.sites.find(self.address, target, form)
        modern = version == "HTTP/1.1"
        lines, framed, digest = response.forms["gzip" in fields.get("accept-encoding", ""), modern]
        status = response.status
        if response.etag and fields.get("if-none-match") == response.etag:
            status, lines, framed = 304, f"ETag: {response.etag}\r\n".encode(), b""
            digest = hashlib.sha256(b"").hexdigest()
        if method == "HEAD":
            framed, digest = b"", hashlib.sha256(b"").hexdigest()
        keep = modern and fields.get("connection", "").lower() != "close"
        head = b"".join(
            (
                f"HTTP/1.1 {status} {_REASONS[status]}\r\nServer: nginx/1.14.0\r\n".encode(),
                self.sites.date_line(),
                lines,
                b"Connection: keep-alive\r\n\r\n" if keep else b"Connection: close\r\n\r\n",
            )
        )
        whole = head + framed
        site = self.sites.webs[self.address][0] if self.address in self.sites.webs else "elsewhere"
        self.sites.write_log(
            {
                "time": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
                "site": site,
                "method": method,
                "target": target,
                "status": status,
                "response_sha256": hashlib.sha256(whole).hexdigest(),
                "response_length": len(whole),
                "body_sha256": digest,
                "request_length": request,
            }
        )
        self.transport.write(whole)
        if not keep:
            self.transport.close()


async def _run(port: int, log: Path | None, seconds: float, *, child: bool) -> None:
    loop = asyncio.get_running_loop()
    addresses = (*SITES.values(), ELSEWHERE)
    sockets = _listen(addresses, port)
    port = sockets[0].getsockname()[1]
    sites = _Sites(port, log)
    servers = [await loop.create_server(lambda: _Connection(sites), sock=sock) for sock in sockets]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if child:
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        orders = asyncio.create_task(_obey(reader, sites, stop))
    print(json.dumps({"port": port, "sites": {site: base_url(site, port) for site in SITES}}), flush=True)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    for server in servers:
        server.close()
    if child:
        orders.cancel()


async def _obey(reader: asyncio.StreamReader, sites: _Sites, stop: asyncio.Event) -> None:
    """Read commands: a line `visit N` begins that visit; the end of stdin stops the server."""
    while line := await reader.readline():
        word, _, number = line.decode().strip().partition(" ")
        if word == "visit":
            sites.visit = int(number)
            print(json.dumps({"visit": sites.visit}), flush=True)
    stop.set()


def _listen(addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    """Open one listening socket per address, all on one port; port 0: any port that is free on all addresses.

    Raises:
        OSError: the port is taken.
    """
    for attempt in range(20):
        sockets: list[socket.socket] = []
        try:
            for address in addresses:
                sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                sockets.append(sock)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((address, port or (sockets[0].getsockname()[1] if len(sockets) > 1 else 0)))
                sock.listen(256)
        except OSError:
            for sock in sockets:
                sock.close()
            if port or attempt == 19:
                raise
        else:
            return sockets
    raise AssertionError


def run(*, port: int = 0, log: Path | None = None, seconds: float = 3600, child: bool = False) -> None:
    """Serve until `seconds` have passed, a signal comes, or stdin ends (if `child`); print one JSON line when ready.

    Raises:
        OSError: the port is taken.
    """
    asyncio.run(_run(port, log, seconds, child=child))
