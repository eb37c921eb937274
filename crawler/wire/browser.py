"""A page that a script fills -> the page as Chromium shows it. The crawler fetches and records what the page asks for.

    Chromium ─ request ─► Browser ─► engine (guard, robots.txt, pause, wire tap) ─► server
             ◄─ answer ──         ◄─

The browser itself reaches no server: its proxy is a port where nobody listens, so every request must come this way.
Needs the extra `browser`, and the system's Chromium.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from importlib.util import find_spec
from time import monotonic
from typing import Any

from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.errors import CundangError, UsageError
from crawler.wire.fetch import fetch

PURPOSE = "browser"
# Names of Chromium on Debian and elsewhere; CUNDANG_CHROMIUM names another.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# The types of resource that a list may need: no pictures, fonts or films.
_WANTED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
# The types that are kept in memory for the other pages of a run, as a browser's cache does, and their total in bytes.
_SHARED = frozenset({"script", "stylesheet"})
SHARED_BYTES = 32 * 2**20
# The most requests and seconds for one page. With the usual pause of 3 seconds both are used up at about the same time.
REQUESTS, SECONDS = 60, 240.0
# A page is finished once it has asked for nothing for so many seconds.
QUIET = 0.7
# Status, headers, body.
_Plain = tuple[int, dict[str, str], bytes]
_PORT_OF_NOBODY = "http://127.0.0.1:9"
_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-first-run",
    "--no-pings",
)
# Clicks the button of the next page if it has no address but a script; returns whether it found one. The button shows
# a word of `crawler.discovery.general` or is a part of a pager whose class says `next`; it is visible and enabled.
_CLICK = r"""() => {
  const words = /^[\s\[【(（]*(?:下一?\s?[页頁]|后一?[页頁]|後一?頁|加载更多|next(?: page)?)[\s>»›\]】)）]*$/i;
  const named = e => /(?:^|[\s_-])next(?:$|[\s_-])/i.test(e.className) && e.closest('[class*=pag i], [id*=pag i]')
    && e.textContent.trim().length < 4;
  const leads = e => e.closest('a') && !/^\s*(?:$|#|javascript:)/i.test(e.closest('a').getAttribute('href') || '');
  const off = e => e && (e.disabled || /disabled/i.test(e.className) || e.getAttribute('aria-disabled') === 'true');
  for (const element of document.querySelectorAll('a, button, li, span, div, input[type=button]')) {
    if (!words.test(element.value || element.textContent) && !named(element)) continue;
    if (element.querySelector('a, button, span') || leads(element) || element.offsetParent === null) continue;
    if (off(element) || off(element.parentElement)) continue;
    element.click();
    return true;
  }
  return false;
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page as the browser shows it.

    Attributes:
        html: the document, serialised.
        asked: requests that it took, beside the page itself.
        refused: those that were not made, and why.
        browser: name and version.
    """

    html: str
    asked: int
    refused: tuple[str, ...]
    browser: str


class RenderError(Exception):
    """The browser could not show a page."""


def chromium() -> str:
    """The path of the system's Chromium.

    Raises:
        UsageError: the extra or Chromium is not installed.
    """
    if find_spec("playwright") is None:
        raise UsageError("`browser = true` needs the extra `browser`. Install it: pip install 'cundang[browser]'")
    named = os.environ.get("CUNDANG_CHROMIUM")
    path = next((found for name in ([named] if named else _NAMES) if (found := shutil.which(name))), None)
    if path is None:
        raise UsageError(
            f"`browser = true` needs Chromium, and there is no {named or ' or '.join(_NAMES)} here."
            " Install it (on Debian: apt install chromium), or name it in CUNDANG_CHROMIUM."
        )
    return path


class Browser:
    """One Chromium for a run, started with the first page that needs it."""

    def __init__(self, crawler: Crawler) -> None:
        """Look for Chromium.

        Raises:
            UsageError: the extra or Chromium is not installed.
        """
        self._crawler = crawler
        self._path = chromium()
        self._turn = asyncio.Lock()
        self._driver: Any = None
        self._chromium: Any = None
        self._shared: dict[str, _Plain] = {}

    async def pages(self, response: Response) -> AsyncGenerator[Shown]:
        """The page as shown, then what its own script shows of it after each click on 下一页.

        Raises:
            RenderError: the browser failed.
            CundangError: nothing can be recorded any more.
        """
        async with self._turn:
            try:
                visit = _Visit(self._crawler, response, self._shared)
                async for shown in visit.pages(await self._started()):
                    yield shown
            except CundangError:
                raise
            except Exception as error:
                # Playwright's errors are known by its own module alone, which is there only with the extra.
                raise RenderError(" ".join(str(error).split())[:500]) from error

    def share(self, url: str, response: Response) -> None:
        """Keep a script's file that was fetched in this run, so that the browser does not fetch it again."""
        _keep(self._shared, url, _plain(response))

    async def close(self) -> None:
        """End the browser."""
        with contextlib.suppress(Exception):  # it may have died before us
            if self._chromium is not None:
                await self._chromium.close()
        with contextlib.suppress(Exception):
            if self._driver is not None:
                await self._driver.stop()

    async def _started(self) -> Any:
        if self._chromium is None or not self._chromium.is_connected():
            if self._driver is None:
                self._driver = await importlib.import_module("playwright.async_api").async_playwright().start()
            self._chromium = await self._driver.chromium.launch(
                executable_path=self._path,
                args=list(_ARGUMENTS),
                # Chromium has no sandbox for root.
                chromium_sandbox=os.geteuid() != 0,
                # Loopback too, which proxies are not asked for otherwise.
                proxy={"server": _PORT_OF_NOBODY, "bypass": "<-loopback>"},
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        return self._chromium


class _Visit:
    """One page in the browser."""

    def __init__(self, crawler: Crawler, response: Response, shared: dict[str, _Plain]) -> None:
        self._crawler = crawler
        self._response = response
        self._shared = shared
        self._served = False
        self._asked = 0
        self._under_way = 0
        self._last = monotonic()
        self._refused: list[str] = []
        self._failure: CundangError | None = None

    async def pages(self, chromium: Any) -> AsyncGenerator[Shown]:
        """The page, and those behind its script's pager."""
        context = await chromium.new_context(
            user_agent=self._crawler.settings.get("USER_AGENT"),
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            service_workers="block",
            accept_downloads=False,
        )
        name = f"Chromium/{chromium.version}"
        try:
            await context.route("**/*", self._answer)
            page = await context.new_page()
            await page.goto(self._response.url, wait_until="domcontentloaded", timeout=SECONDS * 1000)
            while True:
                await self._quiet()
                html = await page.content()
                yield Shown(html=html, asked=self._asked, refused=tuple(self._refused), browser=name)
                self._asked, self._refused = 0, []
                if not await page.evaluate(_CLICK):
                    return
        finally:
            with contextlib.suppress(Exception):  # the browser may have died
                await context.close()

    async def _quiet(self) -> None:
        """Wait until the page asks for nothing more."""
        self._last = began = monotonic()
        while self._under_way or monotonic() - self._last < QUIET:
            if self._failure is not None:
                raise self._failure
            if monotonic() - began > SECONDS:
                self._refused.append(f"time: not done in {SECONDS:.0f} s")
                return
            await asyncio.sleep(0.05)

    async def _answer(self, route: Any) -> None:
        """Answer a request of the browser."""
        self._under_way += 1
        try:
            answer = await self._found(route.request)
            if answer is None:
                await route.abort()
            else:
                status, headers, body = answer
                await route.fulfill(status=status, headers=headers, body=body)
        except CundangError as failure:
            self._failure = failure
            await route.abort()
        finally:
            self._under_way -= 1
            self._last = monotonic()

    async def _found(self, request: Any) -> _Plain | None:
        url, kind = request.url.partition("#")[0], request.resource_type
        if not self._served and kind == "document" and url == self._response.url.partition("#")[0]:
            self._served = True
            return _plain(self._response)
        if kind not in _WANTED:
            return None
        if url in self._shared and request.method == "GET":
            return self._shared[url]
        if self._asked >= REQUESTS:
            self._refused.append(f"budget: more than {REQUESTS} requests: {url}")
            return None
        self._asked += 1
        response = await self._fetch(request, url)
        answer = _plain(response) if response is not None else None
        if answer and answer[0] == 200 and kind in _SHARED:
            _keep(self._shared, url, answer)
        return answer

    async def _fetch(self, asked: Any, url: str) -> Response | None:
        """Fetch as the crawler does, redirects included: the guard does not see those that a browser follows."""
        names = ("accept", "content-type", "x-requested-with")
        headers = {name: value for name in names if (value := asked.headers.get(name))}
        answer = await fetch(
            self._crawler,
            url,
            parent=self._response.url,
            purpose=PURPOSE,
            method=asked.method,
            body=asked.post_data_buffer or b"",
            headers=headers,
        )
        if isinstance(answer, str):
            self._refused.append(answer)
            return None
        return answer


def _keep(shared: dict[str, _Plain], url: str, answer: _Plain) -> None:
    """Keep an answer for other pages, if there is room for it."""
    if sum(len(body) for _, _, body in shared.values()) + len(answer[2]) <= SHARED_BYTES:
        shared[url] = answer


def _plain(response: Response) -> _Plain:
    """An answer without the headers that describe its transfer."""
    headers = {
        name.decode("latin-1"): b"\n".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.lower() not in (b"content-length", b"transfer-encoding", b"connection", b"content-encoding")
    }
    return response.status, headers, response.body
