"""Servers and tools of others, started on loopback: pywb, ReplayWeb.page in Chromium, and moto, an S3 server.

`make faults` and `make buckets` install them.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

MOTO = Path(os.environ.get("CUNDANG_STRANGERS", "build/strangers"), "moto", "bin", "python")
# The credentials for moto.
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}


@contextmanager
def s3() -> Iterator[str]:
    """The address of a store in a bucket of moto; its keys are in the environment meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [str(MOTO), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.environ.update(KEYS, AWS_ENDPOINT=address)
    try:
        for _ in range(600):
            try:
                asked = urllib.request.Request(f"{address}/kept", method="PUT")  # noqa: S310 - on loopback
                urllib.request.urlopen(asked).close()  # noqa: S310
                break
            except urllib.error.URLError:
                assert server.poll() is None, f"moto does not start: {MOTO} -m moto.server"
                time.sleep(0.1)
        yield "s3://kept/corpus"
    finally:
        server.kill()
        server.wait()
        for name in (*KEYS, "AWS_ENDPOINT"):
            os.environ.pop(name, None)


@contextmanager
def pywb(folder: Path, tools: Path) -> Iterator[http.client.HTTPConnection]:
    """A connection to pywb, started in a folder with its `config.yaml`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        [tools / "python/bin/wayback", "-b", "127.0.0.1", "-p", str(port)], cwd=folder, stdout=log, stderr=log
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.2)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
            yield connection
    finally:
        server.terminate()
        server.wait(30)
        log.close()


# Looks through all frames and shadow trees for a page that is as expected, and tells the server what it reads there. A
# service worker that comes too late for the first frame is there after a reload.
_WATCH = """<!doctype html><meta charset="utf-8"><script src="/ui.js"></script>
<replay-web-page source="/ours.wacz" url="URL" ts="STAMP" embed="replayonly"></replay-web-page>
<script>
const documents = (root) => [...root.querySelectorAll("*")].flatMap((node) => {
  try {
    const inner = node.tagName === "IFRAME" && node.contentDocument;
    return [...(node.shadowRoot ? documents(node.shadowRoot) : []), ...(inner ? [inner, ...documents(inner)] : [])];
  } catch { return []; }
});
setInterval(() => {
  const found = documents(document).find((inner) => EXPECTED);
  if (found) fetch("/found?" + encodeURIComponent(found.body.innerText));
}, 500);
setTimeout(() => location.reload(), 20000);
</script>"""


class _Served(ThreadingHTTPServer):
    """ReplayWeb.page, a pack and a page that watches, on loopback; hears what was found."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.asked: list[str] = []
        self.found: list[str] = []
        self.heard = threading.Event()


class _Handler(SimpleHTTPRequestHandler):
    """Serves files, and the pieces of them that a browser asks for."""

    server: _Served

    def log_message(self, *words: object) -> None:
        self.server.asked.append(" ".join(map(str, words[1:])))

    def do_GET(self) -> None:
        if self.path.startswith("/found?"):
            self.server.found.append(unquote(self.path))
            self.server.heard.set()
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if wanted is None:
            super().do_GET()
            return
        data = Path(self.translate_path(self.path)).read_bytes()
        first = int(wanted[1]) if wanted[1] else max(0, len(data) - int(wanted[2]))
        last = min(int(wanted[2]), len(data) - 1) if wanted[1] and wanted[2] else len(data) - 1
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(data[first : last + 1])


@contextmanager
def _serving(folder: Path) -> Iterator[_Served]:
    server = _Served(folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def seen(pack: Path, tools: Path, folder: Path, url: str, stamp: str, expected: str) -> str:
    """What ReplayWeb.page shows of a capture in a pack, once the page is as `expected`.

    Args:
        pack: a WACZ file.
        tools: the folder that `make faults` fills.
        folder: an empty folder, for the server's files and the browser's profile.
        url: the address of the capture.
        stamp: its time, 14 digits, UTC.
        expected: an expression of JavaScript about the document `inner`.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium to replay in; on Debian, apt install chromium")
    site = folder / "site"
    (site / "replay").mkdir(parents=True)
    for copy in ("ui.js", "replay/ui.js", "replay/sw.js"):
        shutil.copy(tools / "replaywebpage" / Path(copy).name, site / copy)
    shutil.copy(pack, site / "ours.wacz")
    (site / "found").touch()
    watch = _WATCH.replace("URL", url).replace("STAMP", stamp).replace("EXPECTED", expected)
    (site / "index.html").write_text(watch, "utf-8")
    # Without a sandbox, for CI runs as root; it reaches nothing but this server.
    flags = "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
    flags += " disable-component-update disable-sync disable-dev-shm-usage"
    command = [chromium, *(f"--{flag}" for flag in flags.split()), f"--user-data-dir={folder / 'profile'}"]
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"
    with _serving(site) as server, (folder / "log").open("w") as log:
        address = f"http://localhost:{server.server_address[1]}/index.html"
        browser = subprocess.Popen([*command, rules, address], stdout=log, stderr=log)
        try:
            heard = server.heard.wait(90)
        finally:
            browser.terminate()
            browser.wait(30)
    assert heard, "\n".join(server.asked)
    return server.found[0]
