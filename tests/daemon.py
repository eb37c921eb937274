"""Run a real daemon that crawls three practice sites every minute for three minutes: `make scheduled`.

Each site must have one run for each minute, or report the minute as missed; no two runs of a site may overlap.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from crawler import practice

MINUTES = 3.2
KEYS = ("vsb", "farm", "dede")


def main() -> None:
    """Run the daemon and check its history."""
    with tempfile.TemporaryDirectory() as name, practice.Server() as server:
        folder = Path(name)
        (folder / "sites").mkdir()
        for key, path in practice.write_sites(folder / "all", server.port).items():
            if key in KEYS:
                lines = path.read_text(encoding="utf-8").splitlines()
                said = [line for line in lines if not line.startswith("schedule")]
                text = "\n".join(['schedule = "* * * * *"', *said, ""])
                (folder / "sites" / path.name).write_text(text, encoding="utf-8")
        cundang = [sys.executable, "-m", "crawler.cli", "--data", f"{name}/data", "--sites", f"{name}/sites"]
        # Minutes count from the daemon's first look, which is between these two times.
        before = dt.datetime.now(dt.UTC)
        subprocess.run([*cundang, "schedule", "due"], check=True)
        begin = dt.datetime.now(dt.UTC)
        subprocess.run([*cundang, "schedule", "run", "--minutes", str(MINUTES)], check=True)
        done = subprocess.run([*cundang, "schedule", "history", "--json"], check=True, capture_output=True, text=True)
        runs = [json.loads(line) for line in reversed(done.stdout.splitlines())]
        for key in KEYS:
            mine = [run for run in runs if run["site"] == key]
            assert mine, f"{key} was never crawled"
            assert all(a["ended"] <= b["began"] for a, b in pairwise(mine)), f"{key}: two at once"
            planned = [dt.datetime.fromisoformat(run["planned"]) for run in mine]
            least, most = (int((max(planned) - moment).total_seconds() // 60) + 1 for moment in (begin, before))
            covered = len(set(planned)) + sum(run["missed"] for run in mine)
            assert least <= covered <= most, f"{key}: {least} minutes were planned, {covered} used or reported"
            print(f"{key:8} {len(mine)} runs, {sum(run['missed'] for run in mine)} minutes reported as missed,"
                  f" endings: {', '.join(run['ending'] for run in mine)}")  # fmt: skip
        subprocess.run([*cundang, "verify"], check=True)


if __name__ == "__main__":
    main()
