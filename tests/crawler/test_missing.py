"""Hosts that answer "not found" with status 200: one made-up address reveals it; similar pages are not articles."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import loaded
import pytest
from little_server import Answer, serving

from archive.catalogue import query
from archive.layout import Layout
from archive.text.document import Reason
from archive.warc import reader
from archive.warc.record import Record
from crawler.wire.missing import NAME

TEXT = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"
ROWS = [f"/xw/202002/t20200219_{n}.html" for n in range(1, 9)]
LOST = ROWS[2:4]
HOME = (
    "<html><title>某市统一战线</title><body>" + "".join(f"<a href='{row}'>会议</a>" for row in ROWS) + "</body></html>"
)


def _advert(path: str, hour: int) -> Answer:
    """A long page without any word of an error, as expired hosts and portals give for everything; it has a clock."""
    return Answer(f"<html><title>欢迎访问</title><h1>欢迎访问</h1>{TEXT}<p>{path} 今天是2026-11-22 12:{hour:02}</p>")


@pytest.mark.parametrize("manner", ["page", "home", "redirect", "honest"])
def test_pages_like_that_of_a_made_up_address_are_none(tmp_path: Path, manner: str) -> None:
    hours = itertools.count()

    def routes(path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return Answer(status=404)
        if path in {"/", "/index.html"}:
            return Answer(HOME)
        if path in ROWS and path not in LOST:
            text = TEXT.replace("<p>", f"<p>第{path[-6]}次")
            return Answer(f"<html><title>会议</title><body><h1>会议</h1>{text}</body></html>")
        return {
            "page": _advert(path, next(hours)),
            "home": Answer(HOME),
            "redirect": Answer(status=302, headers={"Location": "/index.html"}),
            "honest": Answer(status=404),
        }[manner]

    data, sites = tmp_path / "data", tmp_path / "sites"
    with serving(routes, probes=True) as little:
        file = little.site(sites)
        command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(sites)]
        done = loaded.run([*command, "crawl", str(file)], timeout=300)
        assert done.returncode == 0, done.stderr
        probes = [path for path in little.counts if path.startswith("/" + NAME)]
        assert len(probes) == 1
        told = loaded.run([*command, "status", "--missing", "--json"], check=True)
    layout = Layout(root=data)
    assert {d.url for d in query.documents(layout, query.Filter())} == {
        little.base + row for row in ROWS if row not in LOST
    }
    why = {line["url"].removeprefix(little.base): line["reason"] for line in map(json.loads, told.stdout.splitlines())}
    assert why == dict.fromkeys(LOST, "http_404" if manner == "honest" else "soft_404")
    (warc,) = layout.warcs()
    # What the probe found is a record of its own; the likeness stands with each page.
    metadata = [r for r in reader.records(warc) if isinstance(r, Record) and r.kind == "metadata"]
    (found,) = [r.block.decode() for r in metadata if r.url.endswith(probes[0]) and b"\r\nfound: " in r.block]
    assert {"page": "status 200", "home": "status 200", "redirect": "status 302", "honest": "status 404"}[
        manner
    ] in found
    if manner != "honest":
        likes = {c.url.removeprefix(little.base): c for c in reader.read(warc) if c.missing}
        likes.pop(probes[0], None)
        assert likes.keys() == set(LOST)
        assert {capture.missing for capture in likes.values()} == {little.base + probes[0]}
        assert query.status(layout)[0].skips[Reason.SOFT_404] >= len(LOST)
