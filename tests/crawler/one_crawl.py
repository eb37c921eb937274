"""One crawl in a process of its own: a job as JSON -> what callbacks and errbacks saw.

Run as a program it reads the job on stdin; `run` starts it so and reads what it prints.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import loaded
from odd_server import OddServer
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from archive.errors import CundangError
from archive.layout import Layout
from archive.site import Crawl, Site
from archive.warc.capture import Earlier, FoundBy, Written
from archive.warc.writer import Writer
from crawler.wire import guard, tap
from crawler.wire.fetch import fetch
from crawler.wire.recorder import Recorder


def run(server: OddServer | None, data: Path, urls: list[Any], **job: Any) -> dict[str, Any]:
    """Crawl `urls` (or dicts of url, meta, headers) with the product's settings; the guard lets `server` through."""
    if server is not None:
        job.setdefault("hosts", [server.authority])
        job.setdefault("crawl", {}).setdefault("allow_private", [server.authority])
    job |= {"data": str(data), "urls": [url if isinstance(url, dict) else {"url": url} for url in urls]}
    command, asked = [sys.executable, __file__], json.dumps(job)
    if "file_bytes" in job:
        # The limit on the size of files would also limit the files that `loaded` takes the output from.
        path = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        child = subprocess.run(command, input=asked, env=path, capture_output=True, text=True, timeout=300, check=False)
    else:
        child = loaded.run(command, input=asked, timeout=300)
    assert child.returncode == 0, child.stderr
    return {**json.loads(child.stdout), "log": child.stderr}


class AlwaysHeard:
    """No origin is known to be silent."""

    def note(self, *_: object) -> None: ...

    def end(self, *_: object) -> None: ...

    def rests(self, *_: object) -> None: ...


class Memory:
    """A frontier's memory, in memory: durable only once committed."""

    silence = AlwaysHeard()

    def __init__(self) -> None:
        self._durable: dict[tuple[str, str], Earlier] = {}
        self._waiting: dict[tuple[str, str], Earlier] = {}
        self._robots: dict[str, tuple[float, bytes | None]] = {}

    def robots(self, origin: str) -> tuple[float, bytes | None] | None:
        return self._robots.get(origin)

    def keep_robots(self, origin: str, read: float, body: bytes | None) -> None:
        self._robots[origin] = (read, body)

    def earlier(self, url: str | None, payload_digest: str | None) -> Earlier | None:
        held = self._durable.items()
        fits = (
            e for (u, d), e in held if (url is None or u == url) and (payload_digest is None or d == payload_digest)
        )
        return next(fits, None)

    def remember(self, url: str, written: Written) -> None:
        assert written.payload_digest is not None
        self._waiting[url, written.payload_digest] = Earlier(id=written.id, url=url, date=written.date)

    def commit(self) -> None:
        self._durable |= self._waiting
        self._waiting.clear()


class OneCrawl(Spider):
    """Asks for the URLs of a job, one after the other, and notes all that happens."""

    name = "one"

    def __init__(self, job: dict[str, Any]) -> None:
        super().__init__()
        self.job = job
        self.site = Site(
            key="one", name="one", hosts=tuple(job["hosts"]), crawl=Crawl(start=(), **job.get("crawl", {}))
        )
        self.layout = Layout(root=Path(job["data"]))
        self.frontier = Memory()
        self.recorder = Recorder(Writer(self.layout, "one", warcinfo=(("software", "test"),)), self.frontier)
        self.seen: list[dict[str, Any]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> OneCrawl:
        spider = cls(*args, **kwargs)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.ended, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        for number, wanted in enumerate(self.job["urls"]):
            if "fetch" in wanted:
                asked = wanted["fetch"] | {"body": wanted["fetch"]["body"].encode()}
                answer = await fetch(self.crawler, wanted["url"], parent=wanted["url"], purpose="script", **asked)
                self.seen.append({"url": wanted["url"], "answer": answer if isinstance(answer, str) else answer.status})
                continue
            # Scrapy's own scheduler takes what waits last in, first out; the job's order is wanted.
            yield self.request(wanted, priority=-number)

    def request(self, wanted: dict[str, Any], priority: int = 0) -> Request:
        meta = dict(wanted.get("meta", {}))
        if "found" in meta:
            meta["found"] = FoundBy(**meta["found"])
        return Request(
            wanted["url"],
            method=wanted.get("method", "GET"),
            callback=self.arrived,
            errback=self.lost,
            headers=wanted.get("headers"),
            meta=meta,
            priority=priority,
            dont_filter=True,
        )

    def arrived(self, response: Response) -> None:
        assert response.request is not None
        self.note("callback", response.request, response, listening=listening())
        self.recorder.acknowledge()

    def lost(self, failure: Failure) -> None:
        error: Any = failure.value
        fields = {k: v for k, v in vars(error).items() if isinstance(v, str | bool)}
        self.note(type(error).__name__, failure.request, getattr(error, "response", None), **fields)  # type: ignore[attr-defined]

    def note(self, event: str, request: Request, response: Response | None, **fields: Any) -> None:
        written = request.meta.get("written")
        page = {} if response is None else {"status": response.status, "body": response.body.decode("utf-8", "replace")}
        self.seen.append(
            {
                "event": event,
                "url": request.url,
                "id": written and written.id,
                "revisit": written and written.revisit,
                "kind": type(response).__name__,
                "peak": peak(),
                **page,
                **fields,
            }
        )

    def ended(self, reason: str) -> None:
        self.reason = reason
        try:
            self.recorder.close()
        except CundangError:
            self.log("the recorder failed")


def peak() -> int:
    """The most memory that this process held, in KiB; what getrusage says begins with that of its parent."""
    (line,) = (line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def listening() -> bool:
    """Whether this process holds a TCP socket that listens."""
    mine = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            mine.add(str(descriptor.readlink()))
    tables = [Path(f"/proc/self/net/{name}").read_text(encoding="ascii") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    return any(row[3] == "0A" and f"socket:[{row[9]}]" in mine for row in rows)


def main() -> None:
    job = json.load(sys.stdin)
    if job.get("blind_endpoint"):  # the second layer of the guard lets everything through
        guard.peer_refusal = lambda *_: None
    if job.get("no_guard"):  # a broken build: none of the three layers says no
        guard.url_refusal = lambda *_: None
        guard.peer_refusal = lambda *_: None
        tap.peer_refusal = lambda *_: None  # type: ignore[attr-defined]
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.setdict(
        {
            # The frontier's scheduler and the site loader have tests of their own.
            "SCHEDULER": "scrapy.core.scheduler.Scheduler",
            "SPIDER_LOADER_CLASS": "scrapy.spiderloader.SpiderLoader",
            "EXTENSIONS": {},
            # Requests that wait for robots.txt together go on in any order.
            "CONCURRENT_REQUESTS": 1,
            "DOWNLOAD_DELAY": 0,
            # Of what the server leaves unanswered a test says so: on a busy machine answers take seconds.
            "DOWNLOAD_TIMEOUT": 60,
            "LOG_LEVEL": "WARNING",
            **job.get("settings", {}),
        }
    )
    if "file_bytes" in job:  # a full disk, as the system reports it
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["file_bytes"], job["file_bytes"]))
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(OneCrawl)
    process.crawl(crawler, job)
    process.start()
    spider: Any = crawler.spider
    failure = spider.recorder.failure
    print(
        json.dumps(
            {
                "seen": spider.seen,
                "reason": spider.reason,
                "failure": failure and [type(failure).__name__, str(failure)],
                "warcs": [str(path) for path in (*spider.layout.warcs(), *spider.layout.open_warcs())],
            }
        )
    )


if __name__ == "__main__":
    main()
