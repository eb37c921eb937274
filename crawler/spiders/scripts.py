"""A page whose scripts make its list or its body -> the page as they make it; what they ask for the crawler fetches.

    Scripts ─ job ─► child process (crawler.discovery.stage: QuickJS, a document of lxml; reaches nothing)
       │    ◄ asks, leads ─
       └ fetch ─► engine (guard, robots.txt, pause, wire tap) ─► server

No browser: no pictures, no styles, no layout. What is beyond it is left to `browser = true`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any, cast

from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.site import host_of
from archive.text.decode import decode
from crawler.discovery.messages import Ask, Handle, State
from crawler.discovery.numbered import further
from crawler.discovery.scripted import MONTH, Play, is_asked, key_of, leads_on, tabs
from crawler.queue.address import in_bytes, route
from crawler.queue.entries import Address
from crawler.wire.browser import Browser
from crawler.wire.fetch import fetch

if TYPE_CHECKING:
    from crawler.queue.scheduler import Scheduler

PURPOSE = "script"
# For one page: the most requests until its scripts ask for nothing more, rounds of requests, and presses on its
# controls.
ASKS, ROUNDS, PRESSES = 16, 8, 500
# The most characters of a run's answers that are kept.
KEPT = 8_000_000
# The most files of scripts that are fetched in a run.
FILES = 60
# Months in a row without anything new after which a calendar is at its end.
EMPTY_MONTHS = 3
# The rank of a tab: after everything that `leads_on` ranks.
TAB = 3 * MONTH
# Attributes that lead somewhere, in a serialised document.
_LEADS = re.compile(r' (?:href|onclick)="([^"]+)"')
# Headers that a script may set: not those that Fetch forbids (section 2.2.2), nor those that say who asks, or what for.
_OWN = re.compile(
    r"(?!(?:accept-(?:charset|encoding)|access-control-.*|connection|content-(?:length|type)|cookie2?|date|dnt|expect|from"
    r"|host|if-.*|keep-alive|origin|range|referer|set-cookie2?|te|trailer|transfer-encoding|upgrade|user-agent|via"
    r"|(?:proxy|sec)-.*)$)[\w-]{1,60}",
    re.ASCII,
)
_VALUE = re.compile(r"[\x20-\x7e]{0,1000}")
_PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
_PHONE = (
    "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page as its scripts make it.

    Attributes:
        html: the document, serialised, with the addresses that its elements lead to.
        changed: whether it shows what the server's page does not.
        redirects: where its scripts go to by themselves.
        requests: the number of requests that it took.
        refused: those that were not made, and why.
        pressed: words of what was pressed to come here.
        answers: what was asked for and not shown before: address and text.
        is_other_list: whether it shows another list than before, by a press on a tab.
    """

    html: str
    changed: bool
    redirects: tuple[str, ...] = ()
    requests: int = 0
    refused: tuple[str, ...] = ()
    pressed: frozenset[str] = frozenset()
    answers: tuple[tuple[str, str], ...] = ()
    is_other_list: bool = False


@dataclass(slots=True)
class _Page:
    """What is known while a page is on the stage.

    Attributes:
        pressed: elements that were pressed, by `key_of`. vain: presses on them in a row that showed nothing new.
        told: what was asked for, and the answers.
        cookies: that the page and the answers set, by name.
        going: words of elements that lead to an address: that is followed instead.
        tabs: elements that show another list each, by `key_of`.
    """

    url: str
    asked: int = 0
    refused: list[str] = field(default_factory=list)
    pressed: set[str] = field(default_factory=set)
    answers: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[Ask, str]] = field(default_factory=list)
    vain: Counter[str] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    going: set[str] = field(default_factory=set)
    tabs: frozenset[str] = frozenset()
    cookies: dict[str, str] = field(default_factory=dict)


class StageError(Exception):
    """The scripts of a page could not be run."""


class Scripts:
    """The stage of a run: one child process, begun with the first page that needs it."""

    def __init__(self, crawler: Crawler, hosts: Collection[str], browser: Browser | None = None) -> None:
        self._crawler = crawler
        self._hosts = hosts
        self._browser = browser
        self._turn = asyncio.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._sources: dict[str, str] = {}
        self._answers: dict[str, tuple[int, str]] = {}
        self._kept = 0

    async def pages(self, response: Response, html: str, wanted: Play, encoding: str = "utf-8") -> AsyncGenerator[Made]:
        """The page as its scripts make it, then what they show of its list after each press on what leads on.

        What lacks the body of an article is shown first without any press: who sees an article needs no more.

        Raises:
            StageError: they could not be run.
            CundangError: nothing can be recorded any more.
        """
        async with self._turn:
            page = _Page(url=response.url, cookies=_cookies(response))
            sources = [in_bytes(url, encoding) for url in wanted.sources]
            scripts = {url: text for url in sources if (text := await self._source(url, page))}
            page.answers += scripts.items()
            job = {
                "do": "open",
                "now": int(time.time() * 1000),
                "url": response.url,
                "hash": _hash(response),
                "html": html,
                "encoding": encoding,
                "agent": _PC,
                "scripts": scripts,
                "answers": self._answers,
                "frames": sorted(self._hosts) if wanted.lack == "body" or wanted.turns else [],
                "turns": wanted.turns,
            }
            state = await self._answered(await self._do(job), page)
            went = list(state["went"])
            if wanted.lack == "stub":
                other = await self._answered(await self._do({**job, "agent": _PHONE}), page)
                went += other["went"]
                if went:
                    yield _made(state, page, went)
                    return
            elif wanted.lack == "body":
                yield _made(state, page, went)
            state = await self._do({"do": "leads"})
            page.going = {lead["text"] for lead in state["leads"] if lead["went"] or lead["sent"]}
            page.tabs = tabs(state["leads"])
            yield _made(state, page, went)
            if wanted.lack == "pages":
                return
            async for made in self._presses(state, page):
                yield made
            async for made in self._numbered(job, page):
                yield made

    async def _presses(self, state: State, page: _Page) -> AsyncGenerator[Made]:
        """The page after each press on what shows more of its list."""
        seen: set[str] = set()
        for _ in range(PRESSES):
            handle = _chosen(state["handles"], page)
            if handle is None:
                return
            seen.update(_LEADS.findall(state["html"]))
            state = await self._answered(await self._do({"do": "press", "id": handle["id"]}), page)
            if any(leads_on(each, ()) is None for each in state["handles"]):
                state = await self._do({"do": "leads"})
            if seen.issuperset(_LEADS.findall(state["html"])):
                # It showed nothing new: the end of a list, or the arrow of a slide show.
                page.vain[_way(handle)] += 1
                continue
            page.vain.clear()
            yield replace(_made(state, page, []), is_other_list=key_of(handle) in page.tabs)

    async def _numbered(self, job: dict[str, Any], page: _Page) -> AsyncGenerator[Made]:
        """The further pages of a list whose answer says how many there are, where nothing on the page leads to them.

        The page is opened anew with the answer for each of them in place of the first.
        """
        found = next(((ask["key"], asks) for ask, text in page.told if (asks := further(ask, text))), None)
        if page.pressed or found is None:
            return
        key, asks = found
        for each in asks:
            answer = await self._answer(each, page)
            if answer is None:
                return
            answers = {**self._answers, key: answer}
            yield _made(await self._answered(await self._do({**job, "answers": answers}), page), page, [])

    async def _source(self, url: str, page: _Page) -> str | None:
        """The text of a file of scripts, fetched once in a run."""
        if url not in self._sources:
            if len(self._sources) >= FILES:
                return None
            answer = await fetch(self._crawler, url, parent=page.url, purpose=PURPOSE)
            self._count(page)
            text = ""
            if isinstance(answer, str):
                page.refused.append(answer)
            elif answer.status == 200:
                text = decode(answer.body, _type(answer)).html
                if self._browser is not None:
                    self._browser.share(url, answer)
            self._sources[url] = text
        return self._sources[url]

    async def _answered(self, state: State, page: _Page) -> State:
        """The state after the answers to all that the page asks for."""
        for _ in range(ROUNDS):
            asks = [ask for ask in state["asks"] if page.asked < ASKS + 2 * len(page.pressed)]
            given = False
            for ask in asks:
                answer = await self._answer(ask, page)
                if answer is not None:
                    given = True
                    went = state["went"]
                    state = await self._do({"do": "answer", "key": ask["key"], "status": answer[0], "text": answer[1]})
                    state["went"] = state["went"] or went
            if not given:
                break
        return state

    async def _answer(self, ask: Ask, page: _Page) -> tuple[int, str] | None:
        # What is not fetched must not hold up the rest of the page.
        none = (404, "") if ask["waits"] else None
        if (why := is_asked(ask, self._hosts)) is not None:
            page.refused.extend([why] if why else [])
            return none
        body = ask["body"]
        headers = {"X-Requested-With": "XMLHttpRequest", **_sent(ask["headers"])}
        if body is not None:
            headers["Content-Type"] = ask["type"] or "application/x-www-form-urlencoded"
        if page.cookies and host_of(ask["url"]) == host_of(page.url):
            headers["Cookie"] = "; ".join(page.cookies.values())
        self._count(page)
        answer = await fetch(
            self._crawler,
            ask["url"],
            parent=page.url,
            purpose=PURPOSE,
            method=ask["method"],
            body=(body or "").encode(),
            headers=headers,
        )
        if isinstance(answer, str):
            page.refused.append(answer)
            return none
        page.cookies |= _cookies(answer)
        text = decode(answer.body, _type(answer)).html
        page.answers.append((ask["url"], text))
        page.told.append((ask, text))
        if ask["method"] == "GET" and self._kept + len(text) < KEPT:
            self._kept += len(text)
            self._answers[ask["key"]] = (answer.status, text)
        return answer.status, text

    def _count(self, page: _Page) -> None:
        """Count a request, for the page and for the limit of the run, which ends before its next page."""
        page.asked += 1
        cast("Scheduler", cast("Any", self._crawler.engine).scheduler).count()

    async def _do(self, job: dict[str, Any]) -> State:
        reply = await asyncio.to_thread(self._ask_child, json.dumps(job))
        if "failed" in reply:
            raise StageError(str(reply["failed"]))
        return cast("State", reply)

    def _ask_child(self, line: str) -> dict[str, Any]:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "crawler.discovery.stage"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        into, out = cast("IO[str]", self._child.stdin), cast("IO[str]", self._child.stdout)
        with contextlib.suppress(OSError):
            into.write(line + "\n")
            into.flush()
        said = out.readline()
        if not said:
            # It ran into its limit of time or memory.
            self.close()
            raise StageError("its scripts ran too long")
        return cast("dict[str, Any]", json.loads(said))

    def close(self) -> None:
        """End the child process."""
        if self._child is not None:
            self._child.kill()
            with contextlib.suppress(OSError):
                self._child.communicate(timeout=10)
            self._child = None


def _chosen(handles: list[Handle], page: _Page) -> Handle | None:
    """What is pressed next to see more of a list."""
    ranked = [
        (rank, number, handle)
        for number, handle in enumerate(handles)
        if handle["text"] not in page.going
        and (rank := _rank(handle, page)) is not None
        # Months without news are gaps, not the end.
        and page.vain[_way(handle)] < (EMPTY_MONTHS if rank == MONTH else 1)
    ]
    if not ranked:
        return None
    _, _, handle = min(ranked, key=lambda each: each[:2])
    page.pressed.add(key_of(handle))
    page.words.add(handle["text"])
    return handle


def _way(handle: Handle) -> str:
    """What tells one way on from another: the arrow of a calendar may call for another month each time."""
    return "month" if leads_on(handle, ()) == MONTH else key_of(handle)


def _rank(handle: Handle, page: _Page) -> int | None:
    """How soon an element is pressed, the least first: what goes on in this list before other lists; None: never."""
    rank = leads_on(handle, page.pressed)
    if rank is None and key_of(handle) in page.tabs - page.pressed:
        return TAB
    return rank


def _sent(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a script's request that a browser lets a script set: a token, a version."""
    return {name: value for name, value in headers.items() if _OWN.fullmatch(name) and _VALUE.fullmatch(value)}


def _cookies(response: Response) -> dict[str, str]:
    """The cookies that an answer sets, by name: forms of Laravel and the like are refused without the page's own."""
    pairs = [line.decode("latin-1").partition(";")[0].strip() for line in response.headers.getlist("Set-Cookie")]
    return {pair.partition("=")[0]: pair for pair in pairs if "=" in pair and _VALUE.fullmatch(pair)}


def _made(state: State, page: _Page, went: list[str]) -> Made:
    made = Made(
        html=state["html"],
        changed=state["changed"],
        redirects=tuple(dict.fromkeys(went)),
        requests=page.asked,
        refused=tuple(page.refused),
        pressed=frozenset(page.words),
        answers=tuple(page.answers),
    )
    page.asked, page.refused, page.answers = 0, [], []
    return made


def _hash(response: Response) -> str:
    """What the address that was asked for has behind its hash, for the script of the page."""
    address: Address | None = response.meta.get("address")
    return f"#{named}" if address is not None and (named := route(address.url)) else ""


def _type(response: Response) -> str | None:
    return (response.headers.get("Content-Type") or b"").decode("latin-1") or None
