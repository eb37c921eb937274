"""Many sites in one process: each is crawled completely, at its own pace, whatever the others do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import many_sites

from archive.layout import Layout
from archive.warc import reader, verify
from archive.warc.record import Record

PORT = 20000 + os.getpid() % 6000  # below the ports that a machine gives to clients
SITES = 12


def command(house: Path, *words: str) -> list[str]:
    folders = ["--data", str(house / "data"), "--sites", str(house / "sites")]
    return [sys.executable, "-m", "crawler.cli", *folders, *words]


def articles_kept(data: Path, port: int) -> dict[str, set[str]]:
    """By the host's address the paths of the articles in the archive."""
    found: dict[str, set[str]] = {}
    for warc in Layout(root=data).warcs():
        for record in reader.records(warc):
            assert isinstance(record, Record), record
            url = record.field("WARC-Target-URI")
            if record.kind == "response" and "/xw/2024/" in url:
                host, _, path = url.removeprefix("http://").partition("/")
                found.setdefault(host.removesuffix(f":{port}"), set()).add(path)
    return found


def test_a_hanging_site_and_a_trap_change_nothing_for_the_others(tmp_path: Path) -> None:
    wanted = {f"xw/2024/{which}.html" for which in range(1, many_sites.ARTICLES + 1)}
    with many_sites.serving(tmp_path, SITES, PORT), (tmp_path / "talk").open("wb") as talk:
        most = {many_sites.TRAP: 40}
        many_sites.write_sites(tmp_path / "sites", range(SITES), PORT, delay=0.2, most=most)
        crawling = subprocess.Popen(command(tmp_path, "crawl", "--all"), stderr=talk)
        end = time.monotonic() + 240
        while not many_sites.asked(tmp_path):
            time.sleep(0.1)
        # A mistake in the file of another site costs nobody his texts.
        (tmp_path / "sites" / "wrong.toml").write_text("nonsense = 1\n", "utf-8")
        said = ""
        # The trap ends at its own bound, sooner or later than the others.
        while said.count(": finished.") < SITES - 2 or "trap:" not in said:
            said = (tmp_path / "talk").read_text("utf-8")
            assert time.monotonic() < end, (tmp_path / "talk").read_text("utf-8")
            time.sleep(0.2)
        # What hangs is not waited for.
        crawling.send_signal(signal.SIGTERM)
        code = crawling.wait(120)
    said = (tmp_path / "talk").read_text("utf-8")
    assert code == 5, said
    assert "hanging: interrupted" in said
    assert "wrong.toml" in said
    asked = many_sites.asked(tmp_path)
    kept = articles_kept(tmp_path / "data", PORT)
    for number in range(2, SITES):
        assert kept[many_sites.address(number)] == wanted, many_sites.key(number)
        # Half of the delay is Scrapy's jitter; clocks of two processes, and of a busy machine, differ by a little.
        assert many_sites.impolite(asked[many_sites.key(number)], 0.07) == []
    ended = [max(over for _, over, _ in asked[many_sites.key(number)]) for number in range(2, SITES)]
    began = min(begin for visits in asked.values() for begin, _, _ in visits)
    assert max(ended) - began < 3 * (min(ended) - began), "nobody waited for another"
    layout = Layout(root=tmp_path / "data")
    assert len(list(layout.shards())) == len(list(layout.warcs())) - 1, "all but the interrupted one are cleaned"
    assert [problem for warc in layout.warcs() for problem in verify.verify(warc)] == []


def test_a_part_is_crawled_alone_and_a_process_that_dies_costs_its_crawls_one_more_try_apart(tmp_path: Path) -> None:
    with many_sites.serving(tmp_path, 5, PORT + 1), (tmp_path / "talk").open("wb") as talk:
        many_sites.write_sites(tmp_path / "sites", range(2, 5), PORT + 1, delay=0.1, most={})
        # By its key, site002 is in the second half.
        crawling = subprocess.Popen(command(tmp_path, "crawl", "--all", "--part", "1/2"), stderr=talk)
        end = time.monotonic() + 120
        while sum(map(len, many_sites.asked(tmp_path).values())) < 10:
            assert time.monotonic() < end
            time.sleep(0.1)
        (worker,) = children(crawling.pid)
        os.kill(worker, signal.SIGKILL)
        assert crawling.wait(240) == 0, (tmp_path / "talk").read_text("utf-8")
    assert set(many_sites.asked(tmp_path)) == {"site003", "site004"}
    for number in (3, 4):
        paths = [path for _, _, path in many_sites.asked(tmp_path)[many_sites.key(number)] if path.startswith("/xw/")]
        assert len(set(paths)) == many_sites.ARTICLES
        # What was acknowledged is not asked for again; that on the wire and the last batch may be.
        assert len(paths) <= many_sites.ARTICLES + 25


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in tasks for child in path.read_text("ascii").split()]
