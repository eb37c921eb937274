"""WARC files that the tests of this room write: exchanges, and the bytes of gzip members."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

from archive.layout import Layout
from archive.warc.capture import Earlier, Written
from archive.warc.writer import Exchange, Known, Truncated, Writer

MOMENT = dt.datetime(2024, 2, 26, 8, 30, 0, 412030, tzinfo=dt.UTC)
REQUEST = b"GET /x HTTP/1.1\r\nHost: a.cn\r\n\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + "<p>统战部</p>".encode()


def never(_url: str | None, _digest: str | None) -> Earlier | None:
    return None


def exchange(
    response: bytes = PAGE,
    *,
    url: str = "http://a.cn/x",
    truncated: Truncated | None = None,
    moment: dt.datetime = MOMENT,
    metadata: tuple[tuple[str, str], ...] = (("via", "http://a.cn/"), ("anchor", "要闻"), ("row-date", "[02-19]")),
) -> Exchange:
    return Exchange(
        url=url,
        started=moment,
        ip="192.0.2.1",
        request=REQUEST,
        response=io.BytesIO(response),
        truncated=truncated,
        metadata=metadata,
    )


def write(root: Path, *responses: bytes, site: str = "a", earlier: Known = never) -> tuple[Path, list[Written]]:
    """A closed WARC file with one exchange a response, each at its own address."""
    writer = Writer(Layout(root=root), site, warcinfo=(("operator", "test"),))
    written = [writer.exchange(exchange(r, url=f"http://a.cn/{n}"), earlier) for n, r in enumerate(responses)]
    writer.close()
    assert len(writer.closed) == 1
    return writer.closed[0], written
