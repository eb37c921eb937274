"""Empty and odd responses: they are fetched again or reported, and their links are followed."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Mapping

import loaded
import pytest
from little_server import Answer, Little, serving
from scrapy.http import Response

from archive.layout import Layout
from crawler.spiders.outcome import retry_after

TEXT = "<p>各民主党派、工商联负责人和无党派人士代表参加座谈会，围绕中心工作建言献策。</p>" * 9
ARTICLE = f"<html><head><title>统战要闻</title></head><body><h1>座谈会召开</h1>{TEXT}</body></html>"
# Lists, each with a link of its own that nothing else leads to: path -> (head or type, address in it).
LISTS: dict[str, tuple[dict[str, str], str, str]] = {
    "/base-bad": ({}, '<base href="http://[x]/">', "/of-base-bad.html"),
    "/base-script": ({}, '<base href="javascript:;">', "of-base-script.html"),
    "/as-text": ({"Content-Type": "text"}, "", "/of-text.html"),
    "/as-bytes": ({"Content-Type": "application/octet-stream"}, "", "/of-bytes.html"),
    "/refresh-header": ({"Refresh": "0; url=/of-refresh.html"}, "", "/of-nothing.html"),
    "/refresh-meta": ({}, '<meta http-equiv="refresh" content="0; /of-meta.html">', "/of-nothing.html"),
    "/gzip-cut": ({"Content-Encoding": "gzip"}, "", "/of-gzip-cut.html"),
}
FIRST = {
    "/unmodified.html": Answer(status=304),
    "/empty.html": Answer(""),
    "/busy.html": Answer("busy", status=503, headers={"Retry-After": "Fri, 31 Dec 99999999999 23:59:59 GMT"}),
}
NEVER = {"/none.html": Answer(status=204), "/always-unmodified.html": Answer(status=304)}


def listing(head: str, href: str) -> str:
    rows = f'<li><a href="{href}">统战部召开座谈会</a> 2024-02-19</li>' + "<li>各民主党派</li>" * 90
    return f"<html><head>{head}<title>列表</title></head><body><ul>{rows}</ul></body></html>"


def routes(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/robots.txt":
        return Answer(status=404)
    if path == "/":
        links = "".join(f'<li><a href="{p}">栏目{n}</a></li>' for n, p in enumerate((*LISTS, *FIRST, *NEVER)))
        return Answer(f"<html><body><ul>{links}</ul></body></html>")
    if path in LISTS:
        headers, head, href = LISTS[path]
        page = listing(head, href).encode()
        return Answer(gzip.compress(page)[:-40] if path == "/gzip-cut" else page, headers=headers)
    return NEVER.get(path, Answer(ARTICLE))


class Crawled:
    def __init__(self, little: Little, missing: dict[str, str]) -> None:
        self.counts = little.counts
        self.missing = missing


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder, asked = tmp_path_factory.mktemp("answers"), set[str]()

    def first(path: str, headers: Mapping[str, str]) -> Answer:
        if path in FIRST and path not in asked:
            asked.add(path)
            return FIRST[path]
        return routes(path, headers)

    with serving(first) as little:
        site, layout = little.site(folder), Layout(root=folder / "data")
        settings = ["DATA=" + str(layout.root), "RETRY_WAIT=0.2", "LONGEST_REST=0.3", "CLEAN_AFTER_CRAWL=0"]
        options = [option for setting in settings for option in ("-s", setting)]
        command = [sys.executable, "-m", "scrapy", "crawl", str(site), *options]
        environment = os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings"}
        done = loaded.run(command, env=environment, timeout=300)
        assert "Traceback" not in done.stderr, done.stderr
        lines = layout.missing("little").read_text("utf-8").splitlines()
        missing = {row["url"].removeprefix(little.base): row["reason"] for row in map(json.loads, lines)}
    return Crawled(little, missing)


@pytest.mark.parametrize("path", LISTS)
def test_one_oddity_of_a_list_loses_none_of_its_links(crawled: Crawled, path: str) -> None:
    headers, _, href = LISTS[path]
    leads = {"/refresh-header": "/of-refresh.html", "/refresh-meta": "/of-meta.html"}.get(path, "/" + href.lstrip("/"))
    assert crawled.counts[leads] == 1
    assert crawled.counts[path] == (3 if headers.get("Content-Encoding") else 1)
    assert crawled.missing.get(path) == ("damaged" if headers.get("Content-Encoding") else None)


@pytest.mark.parametrize("path", FIRST)
def test_an_answer_that_says_nothing_is_asked_for_again(crawled: Crawled, path: str) -> None:
    assert crawled.counts[path] == 2
    assert path not in crawled.missing


@pytest.mark.parametrize(("path", "reason"), [("/none.html", "empty"), ("/always-unmodified.html", "http_304")])
def test_what_never_says_anything_is_named(crawled: Crawled, path: str, reason: str) -> None:
    assert crawled.counts[path] == 3
    assert crawled.missing[path] == reason


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("99999999999", 999999999.0),
        ("-5", None),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_a_retry_after_that_makes_no_sense_is_passed_over(value: str, seconds: float | None) -> None:
    assert retry_after(Response("http://a.cn/", headers={"Retry-After": value})) == seconds
