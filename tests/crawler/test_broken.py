"""Content that the server sends damaged: fetched again, reported, flagged, and not counted against the archive."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import loaded
from little_server import Answer, serving

from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document

PROGRAM = """
import crawler.settings
crawler.settings.RETRY_WAIT = 0.1
from crawler.cli import main
main()
"""
LINE = "各民主党派、工商联负责人和无党派人士代表参加座谈会，围绕第{}项工作提出意见和建议。"
CODED = {"Content-Encoding": "gzip"}


def article(number: int) -> bytes:
    lines = "".join(f"<p>{LINE.format(number * 100 + part)}</p>" for part in range(30))
    return f"<html><title>第{number}次座谈会</title><body><h1>第{number}次座谈会</h1><div>{lines}</div></body>".encode()


def wrong_checksum(body: bytes) -> bytes:
    packed = gzip.compress(body, mtime=0)
    return packed[:-8] + b"\0\0\0\0" + packed[-4:]


def routes(path: str, _: Mapping[str, str]) -> Answer:
    rows = "".join(f'<li><a href="/art/2024/{n}.html">第{n}次座谈会</a> 2024-01-0{n}</li>' for n in (1, 2, 3))
    pages = {
        "/": Answer(wrong_checksum(f"<html><body><ul>{rows}</ul></body></html>".encode()), headers=CODED),
        "/art/2024/1.html": Answer(article(1)),
        "/art/2024/2.html": Answer(wrong_checksum(article(2)), headers=CODED),
        "/art/2024/3.html": Answer(gzip.compress(article(3), mtime=0)[:-40], headers=CODED),
    }
    return pages.get(path, Answer(status=404))


def test_a_list_with_a_wrong_checksum_leads_on_and_a_page_that_breaks_off_is_named(tmp_path: Path) -> None:
    def cundang(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", PROGRAM, "--data", str(tmp_path / "data"), "--sites", str(tmp_path / "sites")]
        return loaded.run([*command, *words], env=os.environ, timeout=200)

    with serving(routes) as little:
        little.site(tmp_path / "sites")
        crawled = cundang("crawl", "little")
    assert little.counts["/art/2024/1.html"] == 1
    assert little.counts["/art/2024/2.html"] == 1
    assert little.counts["/art/2024/3.html"] == 3, crawled.stderr
    missing = [json.loads(line) for line in cundang("status", "--missing", "--json").stdout.splitlines()]
    named = [(each["url"].rpartition("/")[2], each["reason"]) for each in missing if "3.html" in each["url"]]
    assert named == [("3.html", "damaged")], missing
    found: dict[str, Document] = {}
    for path in Layout(root=tmp_path / "data").shards():
        for item in shard.read(path):
            if isinstance(item, Document):
                found.setdefault(item.url.rpartition("/")[2], item)
    flags = {name: [flag for flag in item.flags if flag in ("truncated", "damaged")] for name, item in found.items()}
    assert flags == {"1.html": [], "2.html": ["damaged"], "3.html": ["truncated"]}
    assert ("flag:damaged", "content-coding gzip has another checksum than its bytes") in found["2.html"].evidence
    verified = cundang("verify")
    assert verified.returncode == 0, verified.stdout
    told = [line for line in verified.stdout.splitlines() if "content-coding gzip" in line]
    assert len(told) >= 3
    assert all(line.endswith("(so its record says)") for line in told)
