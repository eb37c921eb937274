"""Pages -> WARC files like those of a crawl, for all tests."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from pathlib import Path

from archive.layout import Layout
from archive.warc.writer import Exchange, Writer

PROSE = "各民主党派、工商联负责人参加座谈会,统战部负责人主持会议并讲话。"


def article(title: str, *paragraphs: str, day: str = "2020-03-01") -> str:
    """Make a plain page with an article."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<title>{title}</title><h1>{title}</h1><p>{day}</p>{body}"


def write_warc(layout: Layout, site: str, pages: Iterable[tuple[str, str]], *, day: int = 1) -> None:
    """Write a WARC file of a site with these pages (URL, HTML), captured at intervals of a minute in January 2026."""
    writer = Writer(layout, site, warcinfo=())
    for number, (url, html) in enumerate(pages):
        response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
        exchange = Exchange(
            url=url,
            started=dt.datetime(2026, 1, day, tzinfo=dt.UTC) + dt.timedelta(minutes=number),
            ip=None,
            request=b"GET / HTTP/1.1\r\n\r\n",
            response=io.BytesIO(response),
        )
        writer.exchange(exchange, lambda *_: None)
    writer.close()


def archive_of(root: Path, *, files: int, pages: int) -> Layout:
    """Make an archive of WARC files, each of a site of its own with some articles, and nothing derived from them."""
    layout = Layout(root=root)
    for file in range(files):
        host = f"site{file}.example.cn"
        articles = (
            (f"http://{host}/{page}.html", article(f"第{file}站的第{page}次座谈会", f"{PROSE * 6}第{page}次会议。"))
            for page in range(pages)
        )
        write_warc(layout, f"site{file}", articles)
    return layout
