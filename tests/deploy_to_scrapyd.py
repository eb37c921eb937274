"""Deploy the checkout to a real scrapyd on loopback, and start a crawl by schedule.json: `make scrapyd`.

python tests/deploy_to_scrapyd.py BIN    BIN: the folder with the programs of scrapyd, its client and cundang
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from archive.layout import Layout
from archive.warc import reader
from crawler import practice

CHECKOUT = Path(__file__).parents[1]
PATIENCE = 120


def ask(address: str, **values: str) -> dict[str, Any]:
    """Send a request to scrapyd, a POST if there are values; return its response."""
    data = urllib.parse.urlencode(values).encode() if values else None
    with urllib.request.urlopen(address, data, timeout=60) as answer:  # noqa: S310 - loopback
        said: dict[str, Any] = json.load(answer)
    return said


def main() -> None:
    """Deploy, schedule, wait, and check the captures."""
    programs = Path(sys.argv[1]).absolute()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as name, practice.Server() as server:
        folder = Path(name)
        practice.write_sites(folder / "sites", server.port)
        # Use a copy, because building an egg leaves folders behind.
        copy = folder / "checkout"
        tracked = subprocess.run(["git", "ls-files", "-z", "*.py", "*.toml", "*.txt", "*.sql", "*.html", "scrapy.cfg"],
                                 cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout  # fmt: skip
        for path in filter(None, [*tracked.split("\0"), "setup.py"]):
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            if (CHECKOUT / path).exists():
                shutil.copyfile(CHECKOUT / path, copy / path)
        (copy / "scrapy.cfg").write_text(
            f"[settings]\ndefault = crawler.settings\n[deploy]\nurl = {here}/\nproject = cundang\n", encoding="utf-8"
        )
        (folder / "scrapyd.conf").write_text(
            f"[scrapyd]\nbind_address = 127.0.0.1\nhttp_port = {port}\npoll_interval = 1\n", encoding="utf-8"
        )
        known = {"CUNDANG_SITES": str(folder / "sites"), "CUNDANG_DATA": str(folder / "data")}
        environment = os.environ | known | {"PATH": f"{programs}:{os.environ['PATH']}"}
        with subprocess.Popen([programs / "scrapyd"], cwd=folder, env=environment) as scrapyd:
            try:
                job = deployed(here, copy, programs, environment)
                finished(here, job)
            finally:
                scrapyd.terminate()
        captures = [c for warc in Layout(root=folder / "data").warcs("vsb") for c in reader.read(warc)]
        assert len(captures) >= 5, f"only {len(captures)} captures"
        print(f"scrapyd: deployed, crawled, {len(captures)} captures of vsb")


def deployed(here: str, copy: Path, programs: Path, environment: dict[str, str]) -> str:
    """Deploy and start a crawl; return the id of the job."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            ask(f"{here}/daemonstatus.json")
            break
        except OSError:
            assert time.monotonic() < deadline, "scrapyd does not answer"
            time.sleep(0.3)
    subprocess.run([programs / "scrapyd-deploy"], cwd=copy, env=environment, check=True)
    spiders = ask(f"{here}/listspiders.json?project=cundang")
    assert set(practice.SITES) <= set(spiders["spiders"]), spiders
    started = ask(
        f"{here}/schedule.json", project="cundang", spider="vsb", max_pages="8", setting="CLEAN_AFTER_CRAWL=0"
    )
    assert started["status"] == "ok", started
    return str(started["jobid"])


def finished(here: str, job: str) -> None:
    """Wait until the job is done."""
    deadline = time.monotonic() + PATIENCE
    while job not in {one["id"] for one in ask(f"{here}/listjobs.json?project=cundang")["finished"]}:
        assert time.monotonic() < deadline, "the crawl does not end"
        time.sleep(1)


if __name__ == "__main__":
    main()
