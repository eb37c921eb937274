"""Compare a cluster whose workers and coordinator are killed twenty times with one machine, and two workers with one.

python tests/cluster.py [--files 200] [--kills 20] [--seed 1]    `make cluster` runs it
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from captures import archive_of

from archive.corpus import reclean
from archive.layout import Layout

PAGES = 40


def main() -> None:
    """Print the result; fail if a shard differs from that of one machine."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=200)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - moments, no secrets
    with tempfile.TemporaryDirectory(prefix="cundang-cluster-") as name:
        layout = archive_of(Path(name) / "one", files=asked.files, pages=PAGES)
        for _ in reclean.clean(layout, {}, jobs=2):
            pass
        wanted = digests(layout)
        seconds = {workers: run(layout, workers) for workers in (1, 2)}
        assert digests(layout) == wanted
        print(
            f"{asked.files} WARC files of {PAGES} pages: {seconds[1]:.1f} s by 1 worker, {seconds[2]:.1f} s by 2:"
            f" {seconds[1] / seconds[2]:.2f} times"
        )
        for number in range(asked.kills):
            victim = "coordinator" if number % 3 == 2 else "worker"
            shutil.rmtree(layout.root / "corpus")
            kill(layout, victim, draw.uniform(0.5, seconds[2]))
            if victim == "coordinator":
                run(layout, 2, "clean")
            assert digests(layout) == wanted, f"kill {number} of a {victim}: shards differ"
            left = [str(path) for path in layout.root.rglob("*.tmp")]
            assert not left, f"kill {number} of a {victim}: {left}"
        print(f"{asked.kills} kills of workers and coordinators: every shard as one machine makes it")


def digests(layout: Layout) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in layout.shards()}


def begin(layout: Layout, workers: int, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler.cli", "--data", str(layout.root), "--sites", str(layout.root)]
    command += words or ["cluster", "clean", "--all", "--workers", str(workers)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def run(layout: Layout, workers: int, *words: str) -> float:
    """Run to the end; return the seconds."""
    start = time.monotonic()
    process = begin(layout, workers, *words)
    said = process.communicate(timeout=1800)[1]
    assert process.returncode == 0, said.decode()[-2000:]
    return time.monotonic() - start


def kill(layout: Layout, victim: str, after: float) -> None:
    """Start a run, and kill a worker, or the coordinator with all its children, at some moment."""
    process = begin(layout, 2)
    time.sleep(after)
    if victim == "coordinator":
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return
    if workers := spawned(process.pid):
        os.kill(workers[0], signal.SIGKILL)
    said = process.communicate(timeout=1800)[1]
    assert process.returncode == 0, said.decode()[-2000:]


def spawned(parent: int) -> list[int]:
    """The workers of a coordinator: processes that multiprocessing spawned."""
    children = map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
    return [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


if __name__ == "__main__":
    main()
