"""Who reads the pages of a crawl: its own process, and a child process beside it once pages come fast.

    Judges ─ capture ─► child process: `crawler.spiders.judge`, the cleaner
       ▲    ◄ judged ─

Reading a page takes longer than fetching and recording it. That does not matter while a crawl pauses between requests.
A crawl without pauses would do little else, while a second processor lies idle.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import signal
import subprocess
import sys
import traceback
from collections import Counter, deque
from dataclasses import replace
from time import monotonic
from typing import BinaryIO, cast

from archive.site import Site, host_of
from archive.warc.capture import Capture
from crawler import collect_seldom
from crawler.spiders.judge import Judged, judge

logger = logging.getLogger(__name__)

# A crawl is busy once reading has taken so many seconds, and this share of its time.
BUSY_SECONDS = 0.3
BUSY_SHARE = 0.25
# A crawl whose pauses, in seconds, are shorter than the reading of a page is busy once its pages have named so many
# addresses. With fewer, it may be over before the child is ready, which takes .3 s of CPU.
# Measured by `python tests/bench.py`.
NO_PAUSE, MANY_NAMED = 0.01, 40
# What is read from the child at once, in bytes.
_CHUNK = 2**20
# Before each message stands its length, in so many bytes.
_LENGTH = 8


class JudgeError(Exception):
    """A page could not be judged; the message is the child's traceback."""


class Judges:
    """The readers of one crawl's pages; each page is judged the same whoever reads it.

    Attributes:
        reading: pages that the child has still to answer for, by host.
    """

    def __init__(self, site: Site, *, alone: bool = True) -> None:
        """Read a site's pages; a crawl that is not `alone` in its process begins no child: the others use the cores."""
        self._alone = alone
        self.reading: Counter[str] = Counter()
        self._site = site
        self._began: float | None = None
        self._spent = 0.0
        self._named: set[str] = set()
        self._process: asyncio.subprocess.Process | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[None] | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._waiting: deque[asyncio.Future[Judged]] = deque()

    @property
    def apart(self) -> bool:
        """Whether a child reads pages: it has said that it is ready."""
        return self._child is not None

    def judge(self, capture: Capture, url: str, *, expected: bool) -> Judged:
        """Judge a page here: see `crawler.spiders.judge.judge`. Once that keeps the crawl busy a child is begun."""
        before = monotonic()
        judged = judge(capture, url, self._site, expected=expected)
        now = monotonic()
        if self._began is None:
            # Do not count the first page, which takes long because dictionaries are loaded and patterns compiled.
            self._began = now
        else:
            self._spent += now - before
        if self._alone and self._starting is None and (self._is_busy(now) or self._will_be_busy(judged)):
            self._starting = asyncio.ensure_future(self._start())
        return judged

    def _is_busy(self, now: float) -> bool:
        """Whether reading has taken much of the crawl's time."""
        return self._began is not None and self._spent > max(BUSY_SECONDS, BUSY_SHARE * (now - self._began))

    def _will_be_busy(self, judged: Judged) -> bool:
        """Whether a crawl without pauses has many pages before it."""
        if self._site.crawl.delay >= NO_PAUSE:
            return False
        self._named.update(link.url for link in judged.links if link.kind != "requisite")
        return len(self._named) > MANY_NAMED

    async def judge_apart(self, capture: Capture, url: str, *, expected: bool) -> Judged:
        """Have a page judged by the child; by this process where the child is gone.

        Raises:
            JudgeError: the judge broke on this page.
        """
        child, host = self._child, host_of(url)
        if child is None or child.stdin is None:
            return judge(capture, url, self._site, expected=expected)
        answer: asyncio.Future[Judged] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self.reading[host] += 1
        try:
            child.stdin.write(_framed((capture, url, expected)))
            return await answer
        except ConnectionError:
            return judge(capture, url, self._site, expected=expected)
        finally:
            self.reading[host] -= 1

    async def close(self) -> None:
        """End the child."""
        if self._starting is not None:
            # A process that is cancelled while it begins may never be told to have ended.
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
        self._child = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _start(self) -> None:
        """Begin the child."""
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "crawler.spiders.judges",
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                limit=_CHUNK,
            )
        except OSError as error:
            logger.warning("No child process can read pages (%s); the crawl reads them itself.", error)
            return
        self._process = child
        self._hearing = asyncio.ensure_future(self._listen(child))

    async def _listen(self, child: asyncio.subprocess.Process) -> None:
        """Use the child once it is ready, and hand out what it says, in the order in which it was asked."""
        assert child.stdin is not None
        child.stdin.write(_framed(self._site))
        if await _hear(child) is not None:
            self._child = child
        while (said := await _hear(child)) is not None:
            answer = self._waiting.popleft()
            if answer.done():
                continue
            if isinstance(said, Judged):
                answer.set_result(said)
            else:
                answer.set_exception(JudgeError(str(said)))
        logger.warning("The child process that read pages has ended; the crawl reads them itself.")
        self._child = None
        while self._waiting:
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(ConnectionResetError())


def _framed(message: object) -> bytes:
    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(packed).to_bytes(_LENGTH, "big") + packed


async def _hear(child: asyncio.subprocess.Process) -> object | None:
    """The next message of a child; None: it has ended."""
    assert child.stdout is not None
    try:
        length = int.from_bytes(await child.stdout.readexactly(_LENGTH), "big")
        return cast("object", pickle.loads(await child.stdout.readexactly(length)))  # noqa: S301 - a process that we began
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _next(into: BinaryIO) -> object | None:
    """The next message of the crawl; None: it has ended."""
    length = int.from_bytes(into.read(_LENGTH), "big")
    return cast("object", pickle.loads(into.read(length))) if length else None  # noqa: S301 - the process that began us


def main() -> None:
    """Judge pages from stdin to stdout until the crawl ends."""
    collect_seldom()
    # Ctrl-C reaches the whole group: the crawl ends in order, and this process with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    into, out = sys.stdin.buffer, sys.stdout.buffer
    site = _next(into)
    assert isinstance(site, Site)
    out.write(_framed("ready"))
    out.flush()
    while (asked := _next(into)) is not None:
        said: object
        try:
            capture, url, expected = cast("tuple[Capture, str, bool]", asked)
            judged = judge(capture, url, site, expected=expected)
            # A tree cannot be sent. The text of a page is needed only to run its scripts.
            said = replace(judged, root=None, html=judged.html if judged.to_play else "")
        except Exception:  # noqa: BLE001 - the crawl says what broke, and on which page
            said = traceback.format_exc()
        out.write(_framed(said))
        out.flush()


if __name__ == "__main__":
    main()
