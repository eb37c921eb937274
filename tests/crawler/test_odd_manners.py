"""Servers with odd HTTP: what a browser reads whole is fetched once, kept unchanged, and its links are followed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import loaded
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_manners import MANNERS, TOLD
from odd_server import CHUNKED, HTML, OddServer, Shape, answer
from one_crawl import run
from test_recorder import certificate

from archive.layout import Layout
from archive.warc import reader
from archive.warc.http import content_of, entity_of, read_head
from crawler.wire.missing import NAME
from crawler.wire.reader import Reader

ARTICLES = 30
SENTENCE = "各民主党派、工商联负责人和无党派人士代表参加座谈会，围绕中心工作建言献策。"


def article(number: int) -> bytes:
    """Some 300 kB each tenth, else 3 kB."""
    prose = f"<p>{SENTENCE}第{number}次。</p>" * (2500 if number % 10 == 0 else 20)
    return f"<html><head><title>要闻{number}</title></head><body><h1>要闻{number}</h1>{prose}</body></html>".encode()


HOME = (
    "<html><head><title>统一战线</title></head><body><ul>"
    + "".join(
        f'<li><a href="/{n}.html">统战部召开第{n}次座谈会</a> 2024-02-{n % 28 + 1:02}</li>' for n in range(ARTICLES)
    )
    + "</ul></body></html>"
).encode()
ROBOTS = b"User-agent: *\nDisallow: /7.html\n"


@dataclass(frozen=True, kw_only=True)
class Crawled:
    """Servers by manner, and the blocks of the response records by URL."""

    servers: dict[str, OddServer]
    blocks: dict[str, list[bytes]]


@contextlib.contextmanager
def served(scheme: str, folder: Path) -> Iterator[dict[str, OddServer]]:
    with contextlib.ExitStack() as stack:
        servers = {}
        for number, (name, manner) in enumerate(TOLD.items(), start=1):
            pages = {"": HOME, "robots.txt": ROBOTS} | {f"{n}.html": article(n) for n in range(ARTICLES)}
            shapes = {path: manner(body) for path, body in pages.items()}
            host = f"127.0.{3 if scheme == 'http' else 4}.{number}"
            tls = certificate(folder, host) if scheme == "https" else None
            servers[name] = stack.enter_context(OddServer(shapes=shapes, host=host, tls=tls))
        yield servers


@pytest.fixture(scope="module", params=["http", "https"])
def crawled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp(request.param)
    with served(request.param, folder) as servers:
        hosts = [server.authority for server in servers.values()]
        site = folder / "odd.toml"
        crawl = {"start": [server.url("") for server in servers.values()], "delay": 0, "allow_private": hosts}
        lines = [f"{key} = {json.dumps(value)}" for key, value in crawl.items()]
        site.write_text(f'name = "怪站"\nhosts = {json.dumps(hosts)}\n[crawl]\n' + "\n".join(lines), "utf-8")
        settings = ["-s", f"DATA={folder / 'data'}", "-s", "CLEAN_AFTER_CRAWL=0", "-s", "LOG_LEVEL=WARNING"]
        command = [sys.executable, "-m", "scrapy", "crawl", str(site), *settings]
        child = loaded.run(command, env=os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings"}, timeout=500)
        assert child.returncode == 0, child.stderr
        blocks: dict[str, list[bytes]] = {}
        for warc in Layout(root=folder / "data").warcs():
            for record in reader.whole_records(warc):
                if record.kind == "response":
                    blocks.setdefault(record.url, []).append(record.block)
                    assert not record.field("WARC-Truncated"), record.url
        return Crawled(servers=servers, blocks=blocks)


@pytest.mark.parametrize("name", TOLD)
def test_a_whole_site_in_an_odd_manner_is_fetched_once_and_kept_as_sent(crawled: Crawled, name: str) -> None:
    server = crawled.servers[name]
    asked = {path: len(times) for path, times in server.received.items() if not path.startswith(NAME)}
    wanted = {"", "robots.txt", *(f"{n}.html" for n in range(ARTICLES) if n != 7)}  # robots.txt forbids the seventh
    assert asked == dict.fromkeys(wanted, 1)
    for path in wanted:
        (block,) = crawled.blocks[server.url(path)]
        (sent,) = server.sent[path]
        # The empty line before a status line is kept in the metadata, as interim heads are.
        assert block == sent.removeprefix(b"\r\n")


# What only its content tells to be whole: the length before packing.
BY_CONTENT = {"length-of-unpacked", "chunks-break-off-but-long-enough"}
# What neither Chromium nor curl reads whole, as `make wire` says.
BROKEN = {
    "last-bare",
    "no-last",
    "label-chunked-only",
    "length-zero-more",
    "length-too-small",
    "status-icy",
    "three-crlf-before",
    "words-before",
    "cr-only",
    "cgi-head",
    "http-0.9",
    "short",
    "reset-in-body",
    "chunk-too-long",
}


@given(st.sampled_from(sorted(set(MANNERS) - BROKEN - BY_CONTENT)), st.lists(st.integers(0, 600), max_size=8))
def test_what_browsers_read_whole_is_whole_however_its_bytes_arrive(name: str, cuts: list[int]) -> None:
    shape = MANNERS[name](HOME)
    wire = shape.wire
    read = Reader()
    pieces = itertools.pairwise([0, *sorted({c for c in cuts if c < len(wire)}), len(wire)])
    kept = b"".join(read.feed(wire[start:end]) for start, end in pieces)
    assert read.whole(closed=shape.ending == "close")
    assert len(read.before) + len(b"".join(read.interim)) + len(kept) + len(read.surplus) == len(wire)
    head = read_head(kept)
    assert head.status == 200
    assert content_of(head, entity_of(head, kept[head.length :])[0])[0] == HOME


@pytest.mark.parametrize("name", sorted(BROKEN - {"length-zero-more", "length-too-small"}))
def test_what_nobody_reads_whole_is_called_cut(name: str) -> None:
    read = Reader()
    shape = MANNERS[name](HOME)
    read.feed(shape.wire)
    assert not read.whole(closed=shape.ending == "close")
    assert read.fault or "bytes" in read.lack()


@given(st.sampled_from(sorted(set(TOLD) - {"length-empty", "length-plus"})), st.integers(0, 2**20))
def test_a_body_with_a_length_or_chunks_that_breaks_off_is_never_whole(name: str, at: int) -> None:
    wire = TOLD[name](HOME).wire
    last = len(b"0\r\n\r\n")  # the line of the last chunk makes the body whole
    read = Reader()
    read.feed(wire[: at % (len(wire) - last)])
    assert not read.whole(closed=True)


@pytest.mark.parametrize("name", sorted(BY_CONTENT))
def test_the_length_before_packing_makes_a_page_whole(name: str, tmp_path: Path) -> None:
    with OddServer(shapes={"page": MANNERS[name](HOME)}) as server:
        out = run(server, tmp_path, [server.url("page")])
    (seen,) = out["seen"]
    assert (seen["event"], seen["body"]) == ("callback", HOME.decode())
    (capture,) = (c for c in reader.read(Path(out["warcs"][0])) if c.url == server.url("page"))
    assert (capture.truncated, capture.faults) == (None, ())


def test_a_body_without_a_length_is_whole_only_where_its_connection_is_closed_in_order() -> None:
    read = Reader()
    assert read.feed(answer(HTML, body=HOME)) == answer(HTML, body=HOME)
    assert (read.whole(closed=True), read.whole(closed=False)) == (True, False)


def test_a_connection_is_used_again_only_where_the_end_is_sure() -> None:
    def reusable(shape: Shape) -> bool:
        read = Reader()
        read.feed(shape.wire)
        return read.reusable

    again = {name for name, manner in MANNERS.items() if reusable(manner(HOME))}
    assert {"padded-size", "name-no-token", "te-identity", "status-bare"} <= again
    never = {"length-plus", "surplus-crlf", "length-conflict-last", "chunked-1.0", "no-headers", "status-version-0.9"}
    assert not never & again


def test_heads_without_end_are_not_held() -> None:
    read = Reader()
    while not read.flooded:
        read.feed(b"HTTP/1.1 103 Early Hints\r\nLink: " + b"x" * 60_000 + b"\r\n\r\n")
    assert len(read.interim) == read.interim_heads == 5
    assert read.feed(b"HTTP/1.1 103 Early Hints\r\n" * 9) == b""
    assert not read.begun


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_without_a_body_ends_with_its_head(status: bytes) -> None:
    read = Reader()
    head = answer(b"Content-Length: 9", CHUNKED, status=b"HTTP/1.1 " + status)
    assert read.feed(head + b"more") == head
    assert (read.ended, read.surplus) == (True, b"more")


@pytest.mark.parametrize("at", range(1, 6))
def test_the_end_of_a_head_is_found_wherever_it_is_cut(at: int) -> None:
    head = b"HTTP/1.1 200 OK\r\r\nContent-Length: 3\r\r\n\r\r\r\n"
    read = Reader()
    assert read.feed(head[:-at]) == b""
    assert read.feed(head[-at:] + b"abc") == head + b"abc"
    assert read.ended
