"""The cost of showing an archived page: time and memory with a large archive, compared with a small one.

    python tests/bench_replay.py [--gigabytes N] [--folder FOLDER]

The large archive has WARC files of 256 MiB, each with pictures of a megabyte and a page at its end. Its indexes are
written too, because the measurement begins with the catalogue. The small archive has only the pages.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path

from bench_catalogue import Cost, serving

from archive.catalogue import build
from archive.layout import Layout

MEGABYTE = 2**20
FILE = 256
SENTENCE = "各民主党派、工商联负责人和无党派人士代表参加座谈会，围绕全市发展建言献策。"


def _record(url: str, kind: str, body: bytes, *, number: int) -> bytes:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", 0)


def _line(url: str, kind: str, place: tuple[int, int], number: int, name: str) -> str:
    said = {
        "url": url,
        "mime": kind,
        "status": "200",
        "digest": "sha256:" + hashlib.sha256(url.encode()).hexdigest(),
        "length": str(place[1]),
        "offset": str(place[0]),
        "filename": name,
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012}",
    }
    return f"cn,a){url[11:]} 20260101000000 {json.dumps(said)}\n"


def fill(layout: Layout, files: int, pictures: int) -> None:
    """Write WARC files with so many pictures of a megabyte and a page in each, their indexes, and the catalogue."""
    noise = os.urandom(MEGABYTE)
    html = f"<title>座谈会</title><h1>座谈会召开</h1>{'<p>' + SENTENCE + '</p>'}".encode() * 40
    number = 0
    for nth in range(files):
        warc = layout.root / f"warc/a/2026/{nth:05}.warc.gz"
        warc.parent.mkdir(parents=True, exist_ok=True)
        lines = []
        with warc.open("wb") as file:
            for inner in range(pictures + 1):
                page = inner == pictures
                url = f"http://a.cn/{nth}.html" if page else f"http://a.cn/{nth}/{inner}.png"
                kind = "text/html" if page else "image/png"
                record = _record(url, kind, html if page else noise, number=number)
                lines.append(_line(url, kind, (file.tell(), len(record)), number, warc.name))
                file.write(record)
                number += 1
        index = layout.index_of(warc)
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_text("".join(sorted(lines)), encoding="ascii")
    build.rebuild(layout)


def ask(layout: Layout, files: int) -> tuple[list[Cost], float, float]:
    """Request each page once; return the costs, and the server's memory before and after."""
    with serving(layout) as server:
        server.replay("/page/2026/http://a.cn/none")
        before = server.memory()
        costs = [server.replay(f"/page/2026/http://a.cn/{nth}.html") for nth in range(files)]
        return costs, before, server.memory()


def main() -> None:
    """Write the archives, request the pages, and print the costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="make the archives in this folder")
    asked = parser.parse_args()
    files = asked.gigabytes * 1024 // FILE
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        for what, pictures in (("pages alone", 0), (f"{asked.gigabytes} GB", FILE)):
            layout = Layout(root=Path(name) / what.replace(" ", "-"))
            fill(layout, files, pictures)
            costs, before, after = ask(layout, files)
            cpu, wall = ([getattr(cost, each) for cost in costs] for each in ("cpu", "wall"))
            print(
                f"{what:12} {files} pages: CPU median {statistics.median(cpu):5.1f} worst {max(cpu):5.1f} ms,"
                f" wall median {statistics.median(wall):5.1f} worst {max(wall):5.1f} ms,"
                f" memory {before:.0f} MB, {after - before:.0f} MB more",
                flush=True,
            )
            shutil.rmtree(layout.root)


if __name__ == "__main__":
    main()
