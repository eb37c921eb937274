"""Compare which odd responses Chromium, curl and this crawler read completely, on the same servers, http and https.

make wire        prints a table; exit code 1 if Chromium or curl reads a page completely that the crawler does not
"""

from __future__ import annotations

import argparse
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "crawler"))

from odd_manners import MANNERS
from odd_server import HTML, OddServer, Shape, sized
from one_crawl import run
from test_recorder import certificate

BODY = (
    "<html><head><title>统战要闻</title></head><body>" + "<p>各民主党派、工商联负责人参加座谈会。</p>" * 400
).encode()
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
)
SCRIPT = """<html><body><script>
async function all(names) {
  for (const name of names) {
    let told;
    try {
      const stop = new AbortController(); setTimeout(() => stop.abort(), 4000);
      const response = await fetch('/' + name, {cache: 'no-store', signal: stop.signal});
      const bytes = new Uint8Array(await response.arrayBuffer());
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes).catch(() => new ArrayBuffer(0)));
      let sum = 0; for (const b of bytes) sum = (sum * 31 + b) % 1000003;
      told = [response.status, bytes.length, sum];
    } catch (error) { told = [0, 0, 0]; }
    await fetch('/told?' + name + '=' + told.join(',')).catch(() => 0);
  }
  await fetch('/over').catch(() => 0);
}
all(NAMES);
</script></body></html>"""


def sum_of(body: bytes) -> int:
    total = 0
    for byte in body:
        total = (total * 31 + byte) % 1000003
    return total


def chromium(server: OddServer) -> dict[str, tuple[int, ...]]:
    """The status, length and checksum of each page as fetched by Chromium."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={profile}", server.url("index")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 420
        while "over" not in server.received and time.monotonic() < end and browser.poll() is None:
            time.sleep(0.2)
        browser.terminate()
        browser.wait(20)
    told = (path.removeprefix("told?").partition("=") for path in list(server.received) if path.startswith("told?"))
    return {name: tuple(map(int, values.split(","))) for name, _, values in told}


def curl(server: OddServer, name: str) -> bytes | None:
    """The page as curl writes it; None: curl reports an error."""
    child = subprocess.run(
        ["curl", "-sk", "--compressed", "--max-time", "4", server.url(name)], capture_output=True, check=False
    )
    return None if child.returncode else child.stdout


def compare(folder: Path, *, tls: ssl.SSLContext | None, host: str, port: int) -> dict[str, list[str]]:
    """For each odd response: whether Chromium, curl and the crawler read it completely."""
    shapes = {name: manner(BODY) for name, manner in MANNERS.items()}
    page = SCRIPT.replace("NAMES", json.dumps(list(shapes))).encode()
    shapes["index"] = Shape(final=sized(HTML, body=page), ending="keep")
    with OddServer(shapes=shapes, tls=tls, host=host, port=port) as server:
        names = list(MANNERS)
        seen = chromium(server)
        curls = {name: curl(server, name) for name in names}
        out = run(server, folder, [server.url(name) for name in names], settings={"DOWNLOAD_TIMEOUT": 4})
    ours = {row["url"].rpartition("/")[2]: row for row in out["seen"]}
    want = (len(BODY), sum_of(BODY))
    rows = {}
    for name in names:
        mine = ours.get(name, {})
        rows[name] = [
            "whole" if seen.get(name, (0,))[1:] == want else str(seen.get(name, "-")),
            "whole" if curls[name] == BODY else ("-" if curls[name] is None else str(len(curls[name] or b""))),
            "whole"
            if mine.get("event") == "callback" and mine.get("body", "").encode() == BODY and mine.get("status") == 200
            else f"{mine.get('event')} {mine.get('truncated', '')} {mine.get('status')} {len(mine.get('body', ''))}",
        ]
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=None, help="write the table here as JSON")
    arguments = parser.parse_args()
    for tool in ("chromium", "curl"):
        if shutil.which(tool) is None:
            print(f"this comparison needs {tool}: on Debian, apt install {tool}", file=sys.stderr)
            return 2
    worse = 0
    tables = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for scheme, tls in (("http", None), ("https", certificate(folder))):
            rows = tables[scheme] = compare(folder / scheme, tls=tls, host="127.0.0.1", port=0)
            for name, (browser, tool, mine) in rows.items():
                behind = "whole" in (browser, tool) and mine != "whole"
                worse += behind
                print(f"{scheme:6}{name:28}{browser:24}{tool:10}{mine:40}{'<-- behind' if behind else ''}")
    if arguments.out:
        arguments.out.write_text(json.dumps(tables, indent=1))
    print(f"{worse} answers that Chromium or curl reads whole are not read whole here")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
