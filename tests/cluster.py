"""Compare a Dask cluster over a bucket, whose workers and coordinator are killed, with one machine.

python tests/cluster.py [--files 200] [--sites 16] [--kills 20] [--seed 1]    `make cluster` runs it

1. Cleaning WARC files of a folder, then of a bucket (moto, on loopback): seconds by one worker and by two.
2. Cleaning from the bucket, with kills at random moments: the shards must be those of one machine, byte by byte.
3. The same with `clean --part`: two machines that share a folder, then two that share only the bucket.
4. A worker with another version of lxml, of a real `dask scheduler`, must refuse.
5. Crawling with leases in the bucket, with kills at random moments: no site may be fetched by two at once.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "crawler"))

import many_sites
import strangers
from captures import archive_of

from archive.corpus import reclean
from archive.layout import Layout

PAGES = 40
PORT = 19080
# The pause of the generated sites in seconds.
DELAY = 0.5
# An environment with another version of lxml, as `make cluster` installs it.
OTHER_LXML = Path(os.environ.get("CUNDANG_STRANGERS", "build/strangers"), "lxml").resolve()


def main() -> None:
    """Print the results; fail at the first that differs."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=200)
    options.add_argument("--sites", type=int, default=16)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=["cleaning", "crawling"])
    asked = options.parse_args()
    draw = random.Random(asked.seed)  # noqa: S311 - moments, no secrets
    with tempfile.TemporaryDirectory(prefix="cundang-cluster-") as name, strangers.s3() as bucket:
        folder = Path(name)
        os.environ["CUNDANG_SLOTS"] = f"{name}/slots"
        if asked.only != "crawling":
            clean_all_ways(archive_of(folder / "one", files=asked.files, pages=PAGES), bucket, asked.kills, draw)
        if asked.only != "cleaning":
            kill_crawling(folder, bucket, asked.sites, asked.kills, draw)


def clean_all_ways(layout: Layout, bucket: str, kills: int, draw: random.Random) -> None:
    """Clean on one machine, then by clusters and in parts; from a folder, then from a bucket."""
    for _ in reclean.clean(layout, {}, jobs=2):
        pass
    wanted = digests(layout)
    compare_speeds(layout, wanted, "a folder")
    run(layout, "store", "push", bucket, "--drop")
    assert not list((layout.root / "warc").rglob("*.warc.gz"))
    seconds = compare_speeds(layout, wanted, "a bucket")
    kill_cleaning(layout, wanted, kills, seconds, draw)
    clean_by_parts(layout, wanted, bucket)
    refuse_other_lxml(layout)


def compare_speeds(layout: Layout, wanted: dict[str, str], where: str) -> float:
    """Print the seconds of one worker and of two; return the latter."""
    seconds = {}
    for workers in (1, 2):
        start = time.monotonic()
        run(layout, "cluster", "clean", "--all", "--workers", str(workers))
        seconds[workers] = time.monotonic() - start
        assert digests(layout) == wanted
    ratio = seconds[1] / seconds[2]
    print(
        f"cluster: {len(wanted)} WARC files of {PAGES} pages in {where}: {seconds[1]:.1f} s by 1 worker,"
        f" {seconds[2]:.1f} s by 2: {ratio:.2f} times",
        flush=True,
    )
    return seconds[2]


def kill_cleaning(layout: Layout, wanted: dict[str, str], kills: int, seconds: float, draw: random.Random) -> None:
    """Clean the whole archive again and again; kill workers meanwhile, and in every second run the coordinator."""
    done = runs = 0
    while done < kills:
        runs += 1
        victims = ["worker"] * 3 + ["coordinator"] * (runs % 2)
        shutil.rmtree(layout.root / "corpus")
        with begin(layout, "cluster", "clean", "--workers", "2") as process:
            while process.poll() is None and not spawned(process.pid):
                time.sleep(0.1)
            began = time.monotonic()
            for victim, moment in zip(victims, sorted(draw.uniform(0, seconds / 2) for _ in victims), strict=True):
                time.sleep(max(0.0, began + moment - time.monotonic()))
                done += kill(process, victim)
            ended = process.wait(1800)
        # Workers that die twice in their first second end the command, with a sentence.
        if ended == -signal.SIGKILL or "died while they started" in said(layout):
            run(layout, "cluster", "clean", "--workers", "2")
        else:
            assert ended == 0, said(layout)
        assert digests(layout) == wanted, f"run {runs}: shards differ"
        left = [str(path) for path in layout.root.rglob("*.tmp")]
        assert not left, f"run {runs}: {left}"
        assert not processes(layout.root), f"run {runs}: processes are left"
    print(f"cluster: cleaning, {done} kills in {runs} runs: every shard as on one machine, nothing is left", flush=True)


def clean_by_parts(layout: Layout, wanted: dict[str, str], bucket: str) -> None:
    """Clean two parts in one folder at once, then two parts on machines that share only the bucket."""
    shutil.rmtree(layout.root / "corpus")
    parts = ("1/2", "2/2")
    with begin(layout, "clean", "--part", parts[0]) as one, begin(layout, "clean", "--part", parts[1]) as two:
        assert (one.wait(1800), two.wait(1800)) == (0, 0), said(layout)
    assert digests(layout) == wanted
    machines = [Layout(root=layout.root.parent / f"machine{number}") for number in (1, 2)]
    for machine, part in zip(machines, parts, strict=True):
        run(machine, "store", "pull", bucket, "--part", part)
        shutil.rmtree(machine.root / "corpus")
        run(machine, "clean", "--part", part)
        run(machine, "store", "push", bucket, "--part", part)
    made = digests(machines[0]) | digests(machines[1])
    assert all(digests(machine) != wanted for machine in machines)
    assert made == wanted
    print("cluster: clean --part 1/2 and 2/2, in one folder and on two: every shard as on one machine", flush=True)


def refuse_other_lxml(layout: Layout) -> None:
    """Clean on a worker of a real scheduler, whose lxml is another one."""
    before = digests(layout)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [*dask, "worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard"]
    other = {**os.environ, "PYTHONPATH": str(OTHER_LXML)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": layout.root.parent}
    with subprocess.Popen(scheduler, **quiet) as one, subprocess.Popen(worker, env=other, **quiet) as two:  # type: ignore[call-overload]
        try:
            until_open(port)
            with begin(layout, "cluster", "clean", "--all", "--scheduler", address) as process:
                code = process.wait(300)
        finally:
            two.terminate()
            one.terminate()
    assert code == 1, said(layout)
    assert "would clean differently: lxml " in said(layout), said(layout)
    assert digests(layout) == before
    line = next(line for line in said(layout).splitlines() if "would clean differently" in line)
    print(f"cluster: {line}", flush=True)


def kill_crawling(folder: Path, bucket: str, sites: int, kills: int, draw: random.Random) -> None:
    """Crawl sites by a cluster, and kill a worker or the coordinator from time to time."""
    os.environ["CUNDANG_STORE"] = f"{bucket}-leases"
    layout, numbers = Layout(root=folder / "crawled"), range(2, 2 + sites)
    files = folder / "sites"
    many_sites.write_sites(files, numbers, PORT, delay=DELAY, most={})
    command = ("cluster", "crawl", "--all", "--workers", "2", "--sites", str(files))
    with many_sites.serving(folder, 2 + sites, PORT):
        done, alive = 0, True
        while done < kills and alive:
            alive = False
            with begin(layout, *command) as process:
                while done < kills and wait_for_requests(process, folder, draw.randrange(2, 6)):
                    alive = True
                    done += kill(process, "coordinator" if done % 3 == 2 else "worker")
                process.wait(1800)
        run(layout, *command)
        asked = many_sites.asked(folder)
    wanted = {f"/xw/2024/{which}.html" for which in range(1, many_sites.ARTICLES + 1)}
    keys = [many_sites.key(number) for number in numbers]
    short = [key for key in keys if not wanted <= {path for _, _, path in asked[key]}]
    assert not short, f"not complete: {short}"
    rude = {key: found for key in keys if (found := many_sites.impolite(asked[key], DELAY * 0.45))}
    assert not rude, f"fetched by two, or too soon: {rude}"
    assert not processes(layout.root), "processes are left"
    left = [str(path) for end in ("tmp", "open") for path in layout.root.rglob(f"*.{end}")]
    assert not left, left
    run(layout, "verify")
    articles = [path for key in keys for _, _, path in asked[key] if path in wanted]
    print(
        f"cluster: crawling, {done} kills of workers and coordinators: {sites} sites complete, none fetched by two at"
        f" once; {len(articles)} requests for {len(wanted) * sites} articles; verify finds nothing",
        flush=True,
    )


def wait_for_requests(process: subprocess.Popen[bytes], folder: Path, number: int) -> bool:
    """Wait until the sites have answered some more requests; False if the command ended before."""
    log = folder / "asked.jsonl"
    wanted = log.read_bytes().count(b"\n") + number
    while process.poll() is None:
        if log.read_bytes().count(b"\n") >= wanted:
            return True
        time.sleep(0.1)
    return False


def digests(layout: Layout) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in layout.shards()}


@contextlib.contextmanager
def begin(layout: Layout, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command under way; its messages go to a file beside the data folder."""
    sites = () if "--sites" in words else ("--sites", str(layout.root.parent / "none"))
    (layout.root.parent / "none").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "crawler.cli", "--data", str(layout.root), *sites, *words]
    with messages(layout).open("wb") as file:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=file, start_new_session=True)
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def messages(layout: Layout) -> Path:
    return layout.root.with_name(f"{layout.root.name}.messages")


def said(layout: Layout) -> str:
    return messages(layout).read_text("utf-8")[-4000:]


def run(layout: Layout, *words: str) -> None:
    """Run a command to its end."""
    with begin(layout, *words) as process:
        assert process.wait(1800) == 0, f"{words}: {said(layout)}"


def kill(process: subprocess.Popen[bytes], victim: str) -> int:
    """Kill a worker, or the coordinator, whose workers must then end by themselves; return how many were killed."""
    if process.poll() is not None:
        return 0
    workers = spawned(process.pid)
    if victim == "worker":
        for worker in workers[:1]:
            os.kill(worker, signal.SIGKILL)
        return len(workers[:1])
    process.kill()
    process.wait()
    end = time.monotonic() + 30
    while left := [worker for worker in workers if Path(f"/proc/{worker}").exists()]:
        assert time.monotonic() < end, f"workers outlive the coordinator: {left}"
        time.sleep(0.1)
    return 1


def spawned(parent: int) -> list[int]:
    """The workers of a coordinator: processes that multiprocessing spawned."""
    found = []
    # Dask starts them from a thread of its own.
    for path in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(pid) for pid in path.read_text().split() if b"spawn_main" in _command(pid)]
    return found


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def processes(root: Path) -> list[str]:
    """The processes that still work for a data folder, after the time that a crawl needs to stop."""
    end = time.monotonic() + 30
    while True:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if str(root).encode() in path.read_bytes().split(b"\0"):
                    found.append(path.parent.name)
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.5)


def until_open(port: int) -> None:
    """Wait for a server."""
    for _ in range(300):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.2)
    raise TimeoutError(port)


if __name__ == "__main__":
    main()
