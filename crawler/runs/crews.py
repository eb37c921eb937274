"""Sites -> crawls in a few child processes: each crawl goes to the least busy process, and is then cleaned.

    Crews ─ jobs, each with its slot ──► crawler.runs.together: one Scrapy process for many sites, at most one a core
      │   ◄─ exit codes, page counts ──
      └─ ended crawls, in batches ─────► crawler.runs.cleaning

If a process dies or hangs, its crawls are started again. Which site caused it is unknown, so from then on each of them
is crawled in a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Self

from archive.errors import InterruptedCrawl
from archive.layout import Layout
from crawler.messages import say
from crawler.queue.slots import Slot
from crawler.runs import cleaning
from crawler.runs.cleaning import Crawled

# A process gets this many sites before another one is started.
SITES = 20
# A process gets no more work after this many crawls, so that slow memory leaks do not matter.
CRAWLS = 2000
# A process is ended after this many seconds without work, and killed after this many without a message.
IDLE, SILENT = 60.0, 300.0
# Crawls are cleaned in batches, because a child process takes a second to start: when the first one has waited this
# many seconds, or when there are this many.
GATHER_SECONDS, GATHER = 3.0, 16
# Processes get this many seconds to end.
PATIENCE = 120.0
# The longest message in bytes.
MESSAGE = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a command: the limit of pages, and whether to fetch every known address again."""

    max_pages: int | None = None
    full: bool = False


class Crawl:
    """A crawl under way, including its cleaning.

    Attributes:
        lost: its process died, and it may be started once more.
        cause: the error that ended it, else why addresses were not captured, in words; None: neither, or not ended.
    """

    def __init__(self, crew: _Crew, key: str, file: str | None) -> None:
        self._crew = crew
        self.key = key
        self.file = file
        self.lost = False
        self.cause: str | None = None
        self._stopped = False
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code; None: it is still running or being cleaned."""
        return self._code

    def end(self, code: int, *, lost: bool = False) -> None:
        """Note the exit code."""
        self._code = code
        self.lost = lost

    def send_signal(self, number: int, /) -> None:
        """Stop it, as Ctrl-C does; the second time, kill its process. Named as in Popen, for `schedule.Child`."""
        if self._stopped or number == signal.SIGKILL:
            self._crew.process.kill()
        self._stopped = True
        self._crew.send({"do": "stop", "site": self.key})


class _Crew:
    """One child process that crawls several sites."""

    def __init__(self, layout: Layout, folder: Path, *, alone: bool) -> None:
        self.alone = alone
        self.crawls: dict[str, Crawl] = {}
        self.begun = 0
        self.pages = 0
        self.heard = self.busy = time.monotonic()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crawler.runs.together", str(theirs.fileno()), str(layout.root), str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr.fileno(),
                pass_fds=[theirs.fileno()],
                # In its own session, so that Ctrl-C in a terminal reaches only the parent, which passes it on once.
                start_new_session=True,
            )
        self._channel.setblocking(False)

    def send(self, message: dict[str, Any], slot: Slot | None = None) -> None:
        """Send a message; if the process is gone, the next look notices it."""
        try:
            self._channel.settimeout(PATIENCE)
            socket.send_fds(self._channel, [json.dumps(message).encode()], [slot.fileno()] if slot else [])
        except OSError:
            self.process.kill()
        finally:
            self._channel.setblocking(False)

    def messages(self) -> Iterator[dict[str, Any]]:
        """The messages since the last look."""
        while True:
            try:
                data = self._channel.recv(MESSAGE)
            except OSError:
                return
            if not data:
                return
            self.heard = time.monotonic()
            yield json.loads(data)

    def leave(self) -> None:
        """Close the channel, which makes the process stop its crawls and end."""
        self._channel.close()


@dataclass(slots=True)
class _Ended:
    """An ended crawl that waits for its cleaning."""

    crawl: Crawl
    code: int
    crawled: Crawled
    since: float = field(default_factory=time.monotonic)


class Crews:
    """The child processes of one command; leaving the context ends them."""

    def __init__(self, layout: Layout, folder: Path, ask: Options | None = None) -> None:
        self._layout, self._folder, self._ask = layout, folder, ask or Options()
        self._crews: list[_Crew] = []
        self._leaving: list[_Crew] = []
        self._suspects: set[str] = set()
        self._ended: deque[_Ended] = deque()
        self._batch: list[_Ended] = []
        self._cleaner: subprocess.Popen[bytes] | None = None
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        self.close()

    @property
    def pages(self) -> int:
        """The number of pages that all crawls have fetched so far."""
        return self._pages + sum(crew.pages for crew in self._crews)

    @property
    def cleaning(self) -> int:
        """The number of crawls that wait for their cleaning or are being cleaned."""
        return len(self._ended) + len(self._batch)

    def start(self, key: str, file: str | None, slot: Slot, log: Path | None = None) -> Crawl:
        """Start the crawl of a site, which takes over the slot; `file`: its site file, if it was named by a path."""
        crew = self._crew(key)
        crawl = crew.crawls[key] = Crawl(crew, key, file)
        crew.begun += 1
        job = {"do": "crawl", "site": key, "file": file, "log": log and str(log)}
        crew.send({**job, "max_pages": self._ask.max_pages, "full": self._ask.full}, slot)
        slot.release()
        return crawl

    def look(self) -> None:
        """Read the messages of the processes, and start the cleaning of ended crawls."""
        now = time.monotonic()
        for crew in list(self._crews):
            # Poll before reading, so that its last messages are read too.
            gone = crew.process.poll() is not None
            for message in crew.messages():
                self._handle(crew, message)
            if crew.crawls:
                crew.busy = now
            if gone:
                self._lose(crew)
            elif now - crew.heard > SILENT:
                say(
                    f"crawl: process {crew.process.pid} was silent for {SILENT:.0f} s and is killed;"
                    " its crawls are started again."
                )
                crew.process.kill()
            elif not crew.crawls and (now - crew.busy > IDLE or crew.alone or crew.begun >= CRAWLS):
                crew.leave()
                self._drop(crew)
                self._leaving.append(crew)
        self._leaving = [crew for crew in self._leaving if crew.process.poll() is None]
        self._clean(now)

    def stop(self) -> None:
        """Stop all crawls, as Ctrl-C does; the second time, kill their processes."""
        for crew in self._crews:
            for crawl in list(crew.crawls.values()):
                crawl.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """End the processes; crawls under way stop as after Ctrl-C."""
        for crew in self._crews:
            crew.leave()
        processes = [crew.process for crew in (*self._crews, *self._leaving)]
        end = time.monotonic() + PATIENCE
        for process in processes:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._cleaner is not None:
            self._cleaner.communicate()
        self._crews, self._leaving, self._cleaner = [], [], None

    def _crew(self, key: str) -> _Crew:
        shared = [
            crew for crew in self._crews if not crew.alone and crew.begun < CRAWLS and crew.process.poll() is None
        ]
        best = min(shared, key=lambda crew: len(crew.crawls), default=None)
        alone = key in self._suspects
        full = best is None or (len(best.crawls) >= SITES and len(shared) < (os.cpu_count() or 1))
        if best is not None and not alone and not full:
            return best
        crew = _Crew(self._layout, self._folder, alone=alone)
        self._crews.append(crew)
        return crew

    def _handle(self, crew: _Crew, message: dict[str, Any]) -> None:
        if "pages" in message:
            crew.pages = message["pages"]
            return
        crawl = crew.crawls.pop(message["ended"])
        crawl.cause = message["cause"]
        if not message["clean"]:
            crawl.end(message["exit"])
            return
        crawled = Crawled(key=crawl.key, file=crawl.file, skipped=message["skipped"])
        self._ended.append(_Ended(crawl, message["exit"], crawled))

    def _lose(self, crew: _Crew) -> None:
        """End the crawls of a process that has ended before them."""
        code = crew.process.returncode
        for key, crawl in crew.crawls.items():
            if code == 0:
                # Something else stopped the process in the regular way.
                crawl.end(InterruptedCrawl.exit_code)
                continue
            lost = key not in self._suspects and (code < 0 or code == 1)
            self._suspects.add(key)
            crawl.end(code, lost=lost)
        self._drop(crew)

    def _drop(self, crew: _Crew) -> None:
        self._pages += crew.pages
        self._crews.remove(crew)

    def _clean(self, now: float) -> None:
        if self._cleaner is not None and self._cleaner.poll() is not None:
            self._cleaned(self._cleaner)
            self._cleaner = None
        alone = not any(crew.crawls for crew in self._crews)
        ready = self._ended and (alone or now - self._ended[0].since >= GATHER_SECONDS or len(self._ended) >= GATHER)
        if self._cleaner is None and ready:
            self._batch = [self._ended.popleft() for _ in range(min(GATHER, len(self._ended)))]
            self._cleaner = subprocess.Popen(
                cleaning.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
            assert self._cleaner.stdin is not None
            job = cleaning.job(self._layout, self._folder, [each.crawled for each in self._batch])
            self._cleaner.stdin.write(job)
            self._cleaner.stdin.close()

    def _cleaned(self, cleaner: subprocess.Popen[bytes]) -> None:
        assert cleaner.stdout is not None
        with cleaner.stdout:
            codes = cleaning.answers(cleaner.stdout.read())
        for each in self._batch:
            code = codes.get(each.crawled.key, cleaner.returncode or 1)
            if code:
                cleaning.note_failed(self._layout, each.crawled.key, code)
            each.crawl.end(each.code or abs(code))
        self._batch = []


@contextmanager
def catching_signals() -> Iterator[list[int]]:
    """Inside the block, SIGINT and SIGTERM are only appended to the list that this yields."""
    caught: list[int] = []

    def catch(number: int, _: FrameType | None) -> None:
        caught.append(number)

    before = {number: signal.signal(number, catch) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
