"""http and https of a host, and several hosts of a site: what one of them does not answer says nothing of another."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import loaded
import pytest
from little_server import Answer, Little, Routes, serving

from archive.layout import Layout
from archive.ledger import read_missing
from crawler.queue.clocks import Clocks
from crawler.queue.entries import Address, Run
from crawler.queue.frontier import Frontier
from crawler.status import line, standings

CHECKOUT = Path(__file__).parents[2]
TEXT = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"


def crawl(data: Path, site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {"DATA": data, "SITES": site.parent, "CLEAN_AFTER_CRAWL": False, "RETRY_WAIT": 0.1}
    options = [word for key, value in settings.items() for word in ("-s", f"{key}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "little", *options, *words]
    done = loaded.run(command, cwd=CHECKOUT, env=os.environ, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def runs(data: Path) -> list[str]:
    """How the runs ended, the first one first."""
    with closing(Frontier(Layout(root=data).state("little"), read_only=True)) as frontier:
        return [str(run.ending) for run in reversed(frontier.report.runs())]


def last(data: Path) -> Run:
    with closing(Frontier(Layout(root=data).state("little"), read_only=True)) as frontier:
        return frontier.report.runs()[0]


def missing(data: Path) -> list[tuple[str, str]]:
    return sorted((each.reason, each.url) for each in read_missing(Layout(root=data).missing("little")))


def shows(*paths: str) -> Answer:
    return Answer("".join(f"<li><a href='{path}'>统战部召开会议</a> 2024-02-19</li>" for path in paths))


def routes(paths: list[str]) -> Routes:
    """A site whose home page leads to these paths, articles all of them."""

    def answer(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/robots.txt":
            return Answer(status=404)
        return shows(*paths) if path == "/" else Answer(f"<h1>座谈会{path}召开</h1>{TEXT}")

    return answer


ARTICLES = [f"/xw/202402/t20240219_{n}.html" for n in range(12)]


@pytest.mark.fault(rows=[31])
def test_https_that_nothing_answers_keeps_nobody_from_http(tmp_path: Path) -> None:
    paths = list(ARTICLES)
    with serving(routes(paths)) as little:
        # The port speaks no TLS.
        paths.insert(0, closed := f"https://{little.host}/xw/202402/t20240219_12.html")
        site = little.site(tmp_path / "sites")
        done = crawl(tmp_path / "data", site)
        assert done.returncode == 0, done.stderr
        assert set(ARTICLES) < set(little.counts)
        assert f"https://{little.host}: https://{little.host}/robots.txt cannot be read" in done.stderr
        assert missing(tmp_path / "data") == [("robots_unreachable", closed)]
        # The next crawl asks again for what it could not ask for, and for nothing else but the home page.
        crawl(tmp_path / "data", site)
    assert runs(tmp_path / "data") == ["finished", "finished"]
    assert {path: count for path, count in little.counts.items() if count > 1} == {"/": 2}


def both(tmp_path: Path, near: Little, far: Little) -> Path:
    """A site file for both servers."""
    site = near.site(tmp_path / "sites", start=[f"{near.base}/", f"{far.base}/"], allow_private=[near.host, far.host])
    hosts = f'hosts = ["{near.host}", "{far.host}"]'
    site.write_text(site.read_text("utf-8").replace(f'hosts = ["{near.host}"]', hosts), "utf-8")
    return site


@pytest.mark.fault(rows=[31])
def test_a_host_that_is_silent_for_a_whole_run_is_no_finished_crawl(tmp_path: Path) -> None:
    alive, data = True, tmp_path / "data"
    known = list(ARTICLES)
    with (
        serving(routes(known)) as near,
        serving(lambda path, headers: routes(ARTICLES)(path, headers) if alive else None) as far,
    ):
        site = both(tmp_path, near, far)
        assert crawl(data, site, "-a", "max_pages=6").returncode == 0
        alive = False
        done = crawl(data, site)
        assert done.returncode == 1, done.stderr
        assert set(ARTICLES) < set(near.counts)
        assert re.fullmatch(rf"waiting at {far.base}: \d+", str(last(data).shortfall))
        # Its addresses wait, and keep nobody from what is new elsewhere.
        assert {url for _, url in missing(data)} > {far.base + path for path in ARTICLES[-4:]}
        known.append("/xw/202402/t20240219_new.html")
        crawl(data, site)
        assert near.counts["/xw/202402/t20240219_new.html"] == 1
        alive = True
        done = crawl(data, site)
        assert done.returncode == 0, done.stderr
    assert set(ARTICLES) < set(far.counts)
    assert missing(data) == []
    assert runs(data) == ["max_pages", "broken_off", "broken_off", "finished"]


@contextmanager
def dropping() -> Iterator[int]:
    """A port of 127.0.0.1 that drops what is sent to it: its queue of connections is full."""
    with socket.socket() as shut, ExitStack() as queued:
        shut.bind(("127.0.0.1", 0))
        shut.listen(0)
        for _ in range(3):
            waiting = queued.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(shut.getsockname())
        yield shut.getsockname()[1]


def test_a_port_that_drops_packets_costs_a_crawl_little_and_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    limits = ("-s", "CONNECT_TIMEOUT=1", "-s", "DOWNLOAD_TIMEOUT=60")
    with dropping() as port, serving(routes([*ARTICLES, f"https://127.0.0.1:{port}/1.html"])) as little:
        silent = f"127.0.0.1:{port}"
        site = little.site(tmp_path / "sites", allow_private=[little.host, silent])
        hosts = f'hosts = ["{little.host}", "{silent}"]'
        site.write_text(site.read_text("utf-8").replace(f'hosts = ["{little.host}"]', hosts), "utf-8")
        done = crawl(data, site, *limits)
    assert set(ARTICLES) < set(little.counts)
    assert done.stderr.count("no connection in time") == 1
    assert last(data).seconds < 30
    assert missing(data) == [("robots_unreachable", f"https://{silent}/1.html")]
    (standing,) = standings(Layout(root=data))
    told = rf"! no connection to https://{silent} since \S+ \(addresses there: 1\); each crawl tries it"
    assert re.search(told, line(standing)), line(standing)


def test_an_origin_that_stays_silent_is_tried_ever_more_rarely(tmp_path: Path) -> None:
    day, tried = 86400.0, list[int]()
    with closing(Frontier(tmp_path / "h.sqlite", clocks=Clocks(back=4 * day))) as frontier:
        frontier.begin()
        for number in range(20):
            if frontier.silence.rests("https://h", number * day) is None:
                frontier.silence.note("https://h", number * day)
                tried.append(number)
                (told,) = frontier.silence.told()
                assert told.endswith("; each crawl tries it") == (number <= 4)
            if number in (2, 4):
                # Until its http has given a page the whole host may be down, and is tried each time.
                frontier.push(Address(url=f"http://h/{number}"))
                leased = frontier.lease(["http://h"])
                assert leased is not None
                frontier.done(leased, 200 if number == 4 else 301)
        assert tried == [0, 1, 2, 3, 4, 8, 12, 16]
        assert frontier.silence.told() == [
            "no connection to https://h since 1970-01-01 (addresses there: 0); it is tried again from 1970-01-21 on"
        ]
        frontier.silence.forget()
        assert frontier.silence.rests("https://h", 17 * day) is None
        frontier.silence.end("https://h")
        assert frontier.silence.told() == []


def test_what_waits_for_a_host_that_is_not_the_sites_any_more_is_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(routes(ARTICLES)) as near, serving(routes(ARTICLES)) as far:
        crawl(data, both(tmp_path, near, far), "-a", "max_pages=6")
        crawl(data, near.site(tmp_path / "sites"))
    assert runs(data) == ["max_pages", "finished"]
    assert {reason for reason, _ in missing(data)} == {"foreign_host"}
