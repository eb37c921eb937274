"""The interface in a real Chromium: it fits, works without scripts, and archived pages reach no other server.

`make web` brings what this needs: the extra `browser`, Chromium, axe-core.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="needs the extra `web`")

from shown_archive import SENTENCES, Shown, free_ports, make, serving

STRANGERS = Path(os.environ.get("CUNDANG_STRANGERS", "build/strangers"))
AXE = STRANGERS / "node_modules/axe-core/axe.min.js"
# The player in JavaScript, as packed by npm.
ENGINE = STRANGERS / "wabac"
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("playwright") is None or shutil.which("chromium") is None or not AXE.exists(),
    reason="needs the extra `browser`, Chromium and axe-core: make web",
)
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
VIEWS = (
    "/",
    "/search?q=统战",
    "/search?q=统战 site:b",
    "/concordance?q=统战",
    "/frequency?words=统战",
    "/changes",
    "/sites",
    "/site/a",
    "/help",
)


class Canary:
    """A server that must not be reached, and that counts requests."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.9", 0))
        self.address = f"127.0.0.9:{self.socket.getsockname()[1]}"
        self.hits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    one = Canary()
    yield one
    one.socket.shutdown(socket.SHUT_RDWR)
    one.socket.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("chromium")
    port = free_ports()
    make(folder, canary.address, f"http://127.0.0.1:{port}")
    with serving(folder, port):
        yield Shown(folder, port)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET.split())
        yield browser
        browser.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_every_view_fits_and_axe_finds_no_serious_fault(shown: Shown, chromium: Any, width: int) -> None:
    id_ = shown.id_of("/1.html")
    # axe needs a script in the page, which the interface itself forbids.
    context = chromium.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    page = context.new_page()
    faults = []
    for path in (*VIEWS, f"/document/{id_}?show=removed", f"/versions/{id_}", f"/looked/{id_}"):
        page.goto(f"http://127.0.0.1:{shown.port}{path}")
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            faults.append((path, "too wide", ""))
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run(document, {iframes: false})")
        grave = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
        faults += [(path, each["id"], each["nodes"][0]["html"][:200]) for each in grave]
    context.close()
    assert not faults


def test_search_by_hand_without_scripts(shown: Shown, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{shown.port}/?lang=zh")
    page.fill("#q", "凝聚力量")
    page.press("#q", "Enter")
    page.click("text=座谈会召开")
    assert SENTENCES[0] in page.inner_text("article")
    page.click("text=页面原貌")
    frame = page.frame_locator("iframe.replay")
    assert frame.locator("h1").inner_text() == "座谈会召开"
    context.close()


@pytest.mark.parametrize(
    ("path", "title"), [("/gbk.html", "统战要闻在线"), ("/big5.html", "統戰工作會議"), ("/wrong.html", "编码写错之页")]
)
def test_an_archived_page_shows_its_text(shown: Shown, chromium: Any, path: str, title: str) -> None:
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{shown.port}/looked/{shown.id_of(path)}")
    frame = page.frame_locator("iframe.replay")
    assert frame.locator("h1").inner_text() == title
    text = frame.locator("body").inner_text()
    assert all(sentence in text for sentence in SENTENCES)
    page.close()


def test_an_archived_page_has_its_styles(shown: Shown, chromium: Any) -> None:
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{shown.port}/looked/{shown.id_of('/gbk.html')}")
    heading = page.frame_locator("iframe.replay").locator("h1")
    assert heading.evaluate("element => getComputedStyle(element).color") == "rgb(1, 2, 3)"
    background = heading.evaluate("() => getComputedStyle(document.body).backgroundImage")
    assert background.startswith(f'url("http://127.0.0.1:{shown.port + 1}/file/')
    page.close()


def test_a_hostile_page_reaches_nobody_and_runs_nothing(shown: Shown, chromium: Any, canary: Canary) -> None:
    id_ = shown.id_of("/hostile.html")
    before = canary.hits
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in (f"/looked/{id_}", f"/document/{id_}?show=removed", "/search?q=恶意"):
        page.goto(f"http://127.0.0.1:{shown.port}{path}")
        page.wait_for_timeout(1500)
        assert page.title() != "ran"
    page.goto(f"http://127.0.0.1:{shown.port + 1}/page/2026/http://a.cn/hostile.html")
    page.wait_for_timeout(1500)
    assert page.title() != "ran"
    assert "/index.json" not in "".join(asked)
    assert [url for url in asked if f"//{canary.address}" in url.partition("/page/")[0].partition("/file/")[0]] == []
    assert canary.hits == before
    # The canary can be reached, so the requests above were blocked.
    page.goto("about:blank")
    page.evaluate("url => fetch(url).catch(() => 0)", f"http://{canary.address}/")
    assert canary.hits > before
    page.close()


@pytest.fixture(scope="module")
def played(shown: Shown) -> Iterator[Shown]:
    if not ENGINE.exists():
        pytest.skip("needs wabac.js: make web")
    port = free_ports()
    with serving(shown.folder, port, "--replay-engine", str(ENGINE)):
        yield Shown(shown.folder, port)


def test_a_player_runs_the_scripts_of_a_page_and_is_named(played: Shown, chromium: Any) -> None:
    page = chromium.new_page()
    id_ = played.capture_of("/script.html")
    page.goto(f"http://127.0.0.1:{played.port}/looked/{id_}?lang=en")
    assert page.frame_locator("iframe.replay").locator("#app").inner_text() == ""
    page.click("text=With scripts")
    assert "AGPL-3.0-or-later" in page.inner_text(".banner")
    assert page.get_attribute(".banner a[href^='https://github.com/webrecorder/']", "href")
    inside = page.frame_locator("iframe.replay").frame_locator("iframe")
    inside.locator("text=脚本写出的正文").wait_for(timeout=60_000)
    page.close()


def test_a_hostile_page_reaches_nobody_in_the_player(played: Shown, chromium: Any, canary: Canary) -> None:
    before = canary.hits
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{played.port}/looked/{played.id_of('/hostile.html')}?play=scripts")
    inside = page.frame_locator("iframe.replay").frame_locator("iframe")
    inside.locator("text=恶意页面会议召开").first.wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    assert canary.hits == before
    assert page.title() != "ran"
    page.close()
