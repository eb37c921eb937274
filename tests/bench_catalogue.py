"""Measure the catalogue and the web pages with many documents: build time, size, and the cost of views.

    python tests/bench_catalogue.py [--documents N] [--keep FOLDER]

The documents are sentences of the seed corpus in random order, about 900 Han characters each, of 40 sites and 12 years,
in shards of 2,000 rows, each with its index. `cundang serve` is measured over HTTP, by the CPU time of the server and
by the wall time, which other work on the machine makes longer.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import json
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from archive.catalogue import build, mentions, near, terms
from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document

SEEDS = Path(__file__).parents[1] / "seeds" / "corpus"
SHARD_ROWS = 2000
SITES = 40
# Words of two and three characters, in nearly every document, in many, or in few.
# fmt: off
WORDS = (
    "统战", "疫情", "捐赠", "核酸", "侨联", "泸县", "口罩", "民主", "部署", "社区", "防控", "党外",
    "企业", "志愿", "物资", "医院", "会议", "政府", "爱心", "商会", "人士", "联谊", "抗击", "检测",
    "服务", "群众", "基层", "武汉", "湖北", "四川", "成都", "宗教", "民族", "佛教", "教堂", "寺庙",
    "留学", "海外", "华侨", "港澳", "台湾", "同心圆", "统战部", "工商联", "志愿者", "防疫站", "新阶层", "知识分子",
    "捐款", "隔离",
)
# fmt: on
# A word that is in every document.
ANY = "的"
FILTERS = (
    "site:site07",
    "place:510700",
    'source:"来源3"',
    "flag:mirror",
    "kind:media_only",
    "script:hans",
    "published:2020",
    "site:site07 published:2020",
    "copies:only",
    "published:none",
    'column:"栏目5"',
    "site:site07 flag:mirror",
)


def sentences() -> list[str]:
    """The sentences of the seed corpus, each once."""
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt")))
    return sorted(set(re.findall(r"[^。！？\n]{8,}[。！？]", whole)))


def documents(count: int) -> Iterator[Document]:
    """Make documents that differ in text, site and day, the same at every call."""
    chance = random.Random(6)  # noqa: S311 - figures, no secrets
    known = sentences()
    text = ""
    for number in range(count):
        day = dt.date(2014, 1, 1) + dt.timedelta(days=chance.randrange(12 * 365))
        site = f"site{chance.randrange(SITES):02}"
        parts: list[str] = []
        while sum(map(len, parts)) < 900:
            parts.append(chance.choice(known))
        # One document in thirty has the same text as the one before.
        text = text if text and chance.random() < 1 / 30 else "\n".join(parts)
        yield Document(
            id=f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}",
            url=f"http://{site}.gov.cn/{day:%Y%m}/{number}.html",
            site=site,
            captured=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number),
            status=200,
            origin=None,
            kind="media_only" if chance.random() < 0.02 else "article",
            title=parts[0][:24],
            text=text,
            script="hans",
            published=day.isoformat() if chance.random() < 0.95 else None,
            source=f"来源{int(chance.expovariate(0.02))}" if chance.random() < 0.8 else None,
            author=f"作者{chance.randrange(3000)}" if chance.random() < 0.3 else None,
            columns=(f"栏目{chance.randrange(30)}",),
            flags=("mirror",) if chance.random() < 0.05 else (),
            extractor="votes",
            confidence=1.0,
            han=len(text),
        )


def fill(layout: Layout, count: int) -> None:
    """Write the shards and their indexes."""
    made = documents(count)
    for number in range(-(-count // SHARD_ROWS)):
        path = layout.root / f"corpus/bench/2026/{number:05}.parquet"
        if path.exists():
            for _ in range(SHARD_ROWS):
                next(made, None)
            continue
        rows = [next(made) for _ in range(min(SHARD_ROWS, count - number * SHARD_ROWS))]
        index = layout.root / f"index/bench/2026/{number:05}.cdxj"
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_text("".join(sorted(map(_line, rows))), encoding="ascii")
        with shard.Writer(path) as writer:
            for row in rows:
                writer.add(row)
            header = shard.Header(warc=path.stem, warc_sha256=f"{number}", recipe="{}")
            writer.close(header=header, hosts=[])


def _line(document: Document) -> str:
    assert document.captured is not None
    said = {
        "url": document.url,
        "mime": "text/html",
        "status": "200",
        "digest": "sha256:" + "0" * 64,
        "length": "1",
        "offset": "0",
        "filename": "x",
        "id": document.id,
    }
    return f"cn,gov)/{document.url[-12:]} {document.captured:%Y%m%d%H%M%S} {json.dumps(said)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost of one response for the server, in milliseconds, and the number of hits in it."""

    cpu: float
    wall: float
    hits: int


class Server:
    """Requests to `cundang serve`, and their costs."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self._port = process, port
        self._talk = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def ask(self, path: str) -> Cost:
        """Request a view, and read the number of hits from its page."""
        return self._ask(self._talk, path, (200,))

    def replay(self, path: str) -> Cost:
        """Request an archived page."""
        talk = http.client.HTTPConnection("127.0.0.1", self._port + 1, timeout=300)
        return self._ask(talk, path, (200, 404))

    def _ask(self, talk: http.client.HTTPConnection, path: str, wanted: tuple[int, ...]) -> Cost:
        before, start = self._cpu(), time.perf_counter()
        talk.request("GET", quote(path, safe=":/?&=%"), headers={"Host": f"127.0.0.1:{self._port}"})
        response = talk.getresponse()
        body = response.read().decode()
        wall, cpu = time.perf_counter() - start, self._cpu() - before
        assert response.status in wanted, body[:300]
        found = re.search(r'class="count"[^>]*><strong>([\d,]+)', body)
        return Cost(cpu=1000 * cpu, wall=1000 * wall, hits=int(found[1].replace(",", "")) if found else -1)

    def memory(self) -> float:
        """The largest resident size so far, in MB."""
        said = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+)", said)
        assert found is not None
        return int(found[1]) / 1024

    def _cpu(self) -> float:
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


@contextmanager
def serving(layout: Layout) -> Iterator[Server]:
    """Run the command during the block."""
    sites = layout.root / "sites"
    sites.mkdir(exist_ok=True)
    for number in range(SITES):
        text = f'name = "{number}"\nhosts = ["site{number:02}.gov.cn"]\nplace = "51{number:02}00"\n'
        text += f'[crawl]\nstart = ["http://site{number:02}.gov.cn/"]\n'
        (sites / f"site{number:02}.toml").write_text(text, encoding="utf-8")
    port = 8760
    words = ["--data", str(layout.root), "--sites", str(sites), "serve", "--port", str(port)]
    command = [sys.executable, "-m", "crawler.cli", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        assert str(port) in said, said
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stderr.close()


def _say(name: str, costs: list[Cost]) -> None:
    if not costs:
        print(f"  {name:38} none")
        return
    cpu, wall = sorted(cost.cpu for cost in costs), sorted(cost.wall for cost in costs)
    at = max(-(-95 * len(costs) // 100) - 1, 0)
    print(
        f"  {name:38} {len(costs):4} asked   CPU median {statistics.median(cpu):5.0f}   p95 {cpu[at]:5.0f} ms"
        f"   wall median {statistics.median(wall):5.0f}   p95 {wall[at]:5.0f} ms"
    )


def ask_all(layout: Layout) -> None:
    """Request the views of a session, and print their costs."""
    with serving(layout) as server:
        first = server.ask("/search?q=统战部")
        print(f"  the first question (reads columns): CPU {first.cpu:.0f} ms")
        # The server remembers which documents match the last few words: ask for each word once, then for more of it.
        words = [server.ask(f"/search?q={word}") for word in WORDS]
        pages = [server.ask(f"/search?q={word}&page=2") for word in WORDS[-10:]]
        _say("first screen, up to 50,000 hits", [cost for cost in words if cost.hits <= 50_000])
        _say("first screen, more hits", [cost for cost in words if cost.hits > 50_000])
        _say("second page", pages)
        _say("first screen, a word of all", [server.ask(f"/search?q={ANY}")])
        _say("facet filter alone", [server.ask(f"/search?q={each}") for each in FILTERS for _ in range(3)])
        _say("word and filter", [server.ask(f"/search?q=侨联 {each}") for each in FILTERS])
        for path in ("/", "/changes?since=2026-01-03", "/sites", "/site/site07", "/frequency?words=疫情,侨联,捐赠"):
            _say(path, [server.ask(path) for _ in range(3)])
        print(f"  memory of the server: {server.memory():.0f} MB at most")


# What documents say and share: the rest of a build is what searches and the page need.
PARTS: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "near copies": (near, ("take", "follow")),
    "places and organisations": (mentions, ("take",)),
    "terms": (terms, ("take",)),
}


@contextmanager
def split() -> Iterator[dict[str, float]]:
    """Count the seconds of CPU of each part of builds during the block."""
    spent = dict.fromkeys(PARTS, 0.0)

    def timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: object, **named: object) -> object:
            start = time.process_time()
            try:
                return function(*args, **named)
            finally:
                spent[part] += time.process_time() - start

        return run

    whole = [(part, module, name) for part, (module, names) in PARTS.items() for name in names]
    before = [getattr(module, name) for _, module, name in whole]
    for (part, module, name), function in zip(whole, before, strict=True):
        setattr(module, name, timed(part, function))
    try:
        yield spent
    finally:
        for (_, module, name), function in zip(whole, before, strict=True):
            setattr(module, name, function)


def main() -> None:
    """Write the shards, build the catalogue, request views, and print the costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="use and keep this folder instead of a temporary one")
    parser.add_argument("--ask", action="store_true", help="the catalogue is there: ask alone")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        layout = Layout(root=asked.keep or Path(name))
        if not asked.ask:
            fill(layout, asked.documents)
            texts = sum(path.stat().st_size for path in layout.shards())
            start = time.process_time()
            with split() as spent:
                counts = build.rebuild(layout)
            seconds = time.process_time() - start
            start = time.process_time()
            build.update(layout)
            again = time.process_time() - start
            size = layout.catalogue.stat().st_size
            print(
                f"\nCatalogue: {counts.documents} documents; shards {texts / 1e6:.0f} MB, catalogue {size / 1e6:.0f} MB"
            )
            parts = ", ".join(f"{part} {figure:.0f} s" for part, figure in spent.items())
            rest = seconds - sum(spent.values())
            print(f"  built in {seconds:.0f} s of CPU: {parts}, the rest {rest:.0f} s; nothing new: {again:.1f} s")
        ask_all(layout)


if __name__ == "__main__":
    main()
