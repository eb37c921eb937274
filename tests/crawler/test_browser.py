"""Lists that a script makes: reported; with the extra `browser` shown by a real Chromium, which reaches no host."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from family_crawl import DAY, crawl
from little_server import Answer, Little, serving

from archive.errors import UsageError
from archive.layout import Layout
from archive.warc import reader
from crawler.wire import browser
from crawler.wire.missing import NAME

NEEDED = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or shutil.which("chromium") is None,
    reason="needs the extra `browser` and Chromium: make browser",
)

TEXT = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"
EACH = 5
LIST = """<html><head><title>统战要闻</title><link rel=preconnect href="http://ELSE/"><script src="/js/lib.js"></script>
<link rel=stylesheet href="http://ELSE/a.css"></head><body><a href="/">首页</a><img src="http://ELSE/a.png">
<ul class="news-list"></ul><div id="pages"></div><iframe src="http://ELSE/frame.html"></iframe>
<script src="/js/list.js"></script>
<script>new WebSocket("ws://ELSE/ws"); fetch("http://ELSE/track").catch(e => 0); fetch("/private/x.json").catch(e => 0);
navigator.sendBeacon("http://ELSE/beacon"); new RTCPeerConnection(); new Worker(URL.createObjectURL(
new Blob(["fetch('http://ELSE/worker').catch(e => 0)"])));</script></body></html>"""
# A list as small systems make it: rows of plain values, a pager of scripts. It waits for a layout, which only a browser
# has.
SCRIPT = """
let page = 0;
function more() {
  const asked = new XMLHttpRequest();
  asked.open('POST', '/api/rows.do'); asked.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  asked.onload = () => {
    const rows = JSON.parse(asked.responseText);
    document.querySelector('.news-list').innerHTML = rows.map(r =>
      `<li><a href="/xw/${r[0]}.html">${r[1]}</a><span>${r[2]}</span></li>`).join('');
    document.querySelector('#pages').innerHTML = rows.length < EACH ? '<a class="disabled">下一页</a>'
      : '<a href="javascript:more()">下一页</a>';
  };
  asked.send('p=' + ++page);
}
if (document.body.getBoundingClientRect().width > 0) more();
""".replace("EACH", str(EACH))


class Site:
    """A site whose one list is made by a script, of so many articles."""

    def __init__(self, articles: int, elsewhere: str) -> None:
        self.articles = articles
        self._elsewhere = elsewhere
        self.forms: list[str] = []

    def routes(self, path: str, _: Mapping[str, str]) -> Answer | None:
        if path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"})
        if path == "/":
            return Answer("<html><title>某市统一战线</title><body><a href='/list.html'>统战要闻</a></body></html>")
        if path == "/list.html":
            return Answer(LIST.replace("ELSE", self._elsewhere))
        if path == "/js/lib.js":
            return Answer(status=302, headers={"Location": "/js/lib.3.js"})
        if path.startswith("/js/"):
            body = SCRIPT if path == "/js/list.js" else "window.lib = 3;"
            return Answer(body, headers={"Content-Type": "text/javascript"})
        if path.startswith("/api/rows.do"):
            page = int(self.forms[-1].partition("=")[2])
            numbers = range(self.articles, 0, -1)[(page - 1) * EACH : page * EACH]
            rows = [[n, f"全市统战部长会议召开之{n}", f"2020-02-{n:02}"] for n in numbers]
            return Answer(json.dumps(rows), headers={"Content-Type": "application/json"})
        if path.startswith("/xw/"):
            title = f"全市统战部长会议召开之{path[4:-5]}"
            return Answer(f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{TEXT}</body></html>")
        return Answer(status=404)


@contextmanager
def nobody() -> Iterator[tuple[str, list[str]]]:
    """Another host, and who connected to it."""
    met: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    connection, peer = listening.accept()
                except TimeoutError:
                    continue
                met.append(str(peer))
                connection.close()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}", met
        finally:
            over.set()
            thread.join()


@contextmanager
def served(articles: int) -> Iterator[tuple[Site, Little, list[str]]]:
    with nobody() as (host, met):
        site = Site(articles, host)
        with serving(site.routes, forms=site.forms) as little:
            yield site, little, met


def missing(data: Path) -> dict[str, dict[str, str]]:
    told = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "--data", str(data), "status", "--missing", "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return {line["url"]: line for line in map(json.loads, told.stdout.splitlines())}


def test_a_list_that_a_script_makes_is_reported_with_the_evidence(tmp_path: Path) -> None:
    with served(7) as (_, little, met):
        crawl(little.site(tmp_path / "sites"), tmp_path / "data")
        assert not [path for path in little.counts if path.startswith("/api")]
    line = missing(tmp_path / "data")[f"{little.base}/list.html"]
    assert line["reason"] == "needs_js"
    assert "news-list" in line["detail"]
    assert not met


@NEEDED
def test_chromium_shows_it_and_the_crawler_fetches_all_that_it_asks_for(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(3 * EACH + 1) as (site, little, met):
        file = little.site(tmp_path / "sites", browser=True, delay=0.1)
        crawl(file, data)
        counts, asked = little.counts, list(little.asked)
        assert {f"/xw/{n}.html" for n in range(1, site.articles + 1)} <= counts.keys()
        assert not [path for path, count in counts.items() if count > 1 and path != "/api/rows.do"]
        assert counts["/api/rows.do"] == 4, site.forms
        assert "/private/x.json" not in counts, "robots.txt holds for the browser too"
        # The pause between requests holds too, on average.
        assert (asked[-1][0] - asked[0][0]) / (len(asked) - 1) >= 0.08

        kept = [c for warc in Layout(root=data).warcs() for c in reader.read(warc) if NAME not in c.url]
        assert {c.url for c in kept} == {little.base + path for path in counts}, "each request is on record"
        states = [c for c in kept if c.kind == "resource"]
        assert {c.url for c in states} == {f"{little.base}/list.html"}
        assert [c.body.decode().count("<li>") for c in states] == [EACH, EACH, EACH, 1]
        assert f"/xw/{site.articles}.html" in states[0].body.decode()

        # A day later the list has one more, which is all that comes.
        site.articles += 1
        mark = len(little.asked)
        crawl(file, data, later=DAY)
        later = [path for _, path in little.asked[mark:]]
        assert [path for path in later if path.startswith("/xw/")] == [f"/xw/{site.articles}.html"]
        assert later.count("/api/rows.do") <= 2
        assert not met, "not a byte goes elsewhere"
    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "verify"]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert not [line for line in missing(data).values() if line["reason"] == "needs_js"]


@NEEDED
def test_what_no_browser_shows_is_still_reported(tmp_path: Path) -> None:
    with nobody() as (host, met):
        scripts = f"<script src='http://{host}/rows.js'></script><script>fetch('/private/a')</script>"
        shell = f"<html><body><ul id='list'></ul>{scripts}</body></html>"

        def routes(path: str, _: Mapping[str, str]) -> Answer | None:
            if path == "/robots.txt":
                return Answer("User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"})
            return Answer(shell) if path == "/" else Answer(status=404)

        with serving(routes) as little:
            file = little.site(tmp_path / "sites", browser=True, allow_private=[little.host, host])
            crawl(file, tmp_path / "data")
        line = missing(tmp_path / "data")[f"{little.base}/"]
        assert not met
    assert line["reason"] == "needs_js"
    assert "foreign_host" in line["detail"]
    assert "robots" in line["detail"]


def test_without_the_extra_or_chromium_the_cure_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(browser, "find_spec", lambda _: None)
        with pytest.raises(UsageError, match=r"pip install 'cundang\[browser\]'"):
            browser.chromium()
    with served(1) as (_, little, _):
        done = subprocess.run(
            [sys.executable, "-m", "crawler.cli", "crawl", str(little.site(tmp_path / "sites", browser=True))],
            env=os.environ | {"CUNDANG_DATA": str(tmp_path / "data"), "CUNDANG_CHROMIUM": "/nowhere/chromium"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert not little.asked
    assert done.returncode == UsageError.exit_code
    assert "Install it" in done.stderr
