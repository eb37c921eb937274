"""The code of a version -> a small archive made by it: `python tests/laws/before/make_archive.py OUT.tar.gz`.

Run it in a checkout of the version to keep. It crawls `pages` twice at a fixed address, the second time with
one article edited, imports a saved page, and takes an article down; then it packs the data folder.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST, PORT = "127.0.0.91", 18091
SITE = f"""name = "旧站"
hosts = ["{HOST}:{PORT}"]
[crawl]
start = ["http://{HOST}:{PORT}/"]
delay = 0.0
allow_private = ["{HOST}:{PORT}"]
"""
LINE = "各民主党派、工商联负责人和无党派人士代表参加座谈会，围绕{}提出意见和建议，会议由市委统战部主持。"


def article(number: int, edited: bool = False) -> str:
    lines = "".join(f"<p>{LINE.format(f'第{number}项工作的第{part}点')}</p>" for part in range(4))
    more = "<p>会议决定，将在下月再次研究上述工作，并由各单位落实。</p>" if edited else ""
    return (
        f"<html><head><title>第{number}次座谈会召开_旧站</title></head><body><h1>第{number}次座谈会召开</h1>"
        f"<div>2024-03-0{number} 来源：旧站</div><div class=c>{lines}{more}</div></body></html>"
    )


def pages(edited: bool = False, more: int = 0) -> dict[str, str]:
    """The site, path by path: a list and its articles."""
    numbers = range(1, 5 + more)
    found = {f"/art/2024/3/{n}/t_{n}.html": article(n, edited and n == 2) for n in numbers}
    rows = "".join(
        f'<li><a href="{path}">第{n}次座谈会召开</a><span>2024-03-0{n}</span></li>'
        for n, path in zip(numbers, found, strict=True)
    )
    found["/"] = f"<html><head><title>旧站</title></head><body><ul>{rows}</ul></body></html>"
    return found


@contextmanager
def serving(site: dict[str, str]) -> Iterator[list[str]]:
    """Serve a site at its address during the block; yield the list of requested paths."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16

        def do_GET(self) -> None:
            asked.append(self.path)
            page = site.get(self.path)
            body = (page or "").encode()
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, PORT), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


def make(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        sites, data = root / "sites", root / "data"
        sites.mkdir()
        (sites / "old.toml").write_text(SITE, "utf-8")
        saved = root / "saved"
        saved.mkdir()
        (saved / "page.html").write_text(article(9), "utf-8")

        def cundang(*words: str) -> None:
            command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(sites), *words]
            subprocess.run(command, check=True, timeout=300)

        with serving(pages()):
            cundang("crawl", "old")
        with serving(pages(edited=True)):
            cundang("crawl", "old", "--full")
        cundang("import", str(saved))
        cundang("forget", f"http://{HOST}:{PORT}/art/2024/3/4/t_4.html", "--reason", "test")
        cundang("verify")
        with tarfile.open(out, "w:xz") as pack:
            pack.add(data, "data")


if __name__ == "__main__":
    make(Path(sys.argv[1]).resolve())
