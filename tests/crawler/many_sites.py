"""Hundreds of small sites on loopback addresses of their own, in one process: `python many_sites.py FOLDER SITES PORT`.

Each has two lists and ARTICLES articles. The site `hanging` takes requests for articles and never answers; `trap` leads
to a new day of its calendar from every page. Who asked whom, from when to when, is in FOLDER/asked.jsonl.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

ARTICLES = 30
HANGING, TRAP = 0, 1
WORDS = "统战部召开会议传达学习精神研究部署工作各民主党派无党派人士参加调研座谈走访企业了解情况提出意见"


def address(number: int) -> str:
    """The loopback address of a site."""
    return f"127.{16 + number // 62500}.{1 + number // 250 % 250}.{1 + number % 250}"


def key(number: int) -> str:
    return {HANGING: "hanging", TRAP: "trap"}.get(number, f"site{number:03}")


def write_sites(
    folder: Path, sites: Iterable[int], port: int, *, delay: float, most: dict[int, int], schedule: str = ""
) -> None:
    """Site files; `most`: pages at most, by number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in sites:
        host = f"{address(number)}:{port}"
        limit = f"max_pages = {most[number]}\n" if number in most else ""
        (folder / f"{key(number)}.toml").write_text(
            f'name = "{key(number)}"\nhosts = ["{host}"]\n{schedule}[crawl]\nstart = ["http://{host}/"]\n'
            f'delay = {delay}\nallow_private = ["{host}"]\n{limit}',
            "utf-8",
        )


def article(number: int, which: int) -> str:
    chance = random.Random(number * 1000 + which)  # noqa: S311 - the same text each time
    lines = ["".join(chance.choices(WORDS, k=60)) + "。" for _ in range(8)]
    title = f"第{number}站第{which}号会议在京召开"
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<title>{title}</title><h1>{title}</h1><p>发布时间：2024-03-{1 + which % 28:02} 来源：统战部</p>{body}"


def page(number: int, path: str) -> str | None:
    """What a site says; None: nothing is there."""
    parts = path.strip("/").split("/")
    if number == TRAP and parts[0] in ("", "day"):
        day = int(parts[1]) + 1 if parts[0] == "day" else 1
        more = "".join(f"<a href='/day/{day * 3 + step}/'>{day + step}日</a>" for step in range(3))
        rows = "<a href='/list/1.html'>要闻</a>" if parts[0] == "" else ""
        return f"<title>日历{day}</title>{rows}<p>{'这一天没有安排会议，请看别的日子。' * 3}{day}</p>{more}"
    if parts[0] == "":
        return "<title>首页</title><a href='/list/1.html'>要闻</a><a href='/list/2.html'>通知</a>"
    if parts[0] == "list" and parts[1] in ("1.html", "2.html"):
        half = ARTICLES // 2
        first = 1 if parts[1] == "1.html" else half + 1
        lines = (
            f"<li><a href='/xw/2024/{which}.html'>第{number}站第{which}号会议在京召开</a><span>2024-03-{1 + which % 28:02}</span></li>"  # noqa: E501
            for which in range(first, first + half)
        )
        return f"<title>要闻</title><ul>{''.join(lines)}</ul>"
    which = parts[-1].removesuffix(".html")
    if parts[:2] == ["xw", "2024"] and which.isdecimal() and 1 <= int(which) <= ARTICLES:
        return article(number, int(which))
    return None


async def _serve(folder: Path, sites: int, port: int, seconds: float) -> None:
    with (folder / "asked.jsonl").open("w", encoding="utf-8", buffering=1) as log:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            host = writer.get_extra_info("sockname")[0]
            number = numbers[host]
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    began, path = time.time(), head.split(b" ", 2)[1].decode("ascii")
                    text = page(number, path)
                    hangs = number == HANGING and path.startswith("/xw/")
                    if hangs:
                        with suppress(ConnectionError):
                            await reader.read()
                    else:
                        body = (text or "nothing").encode()
                        status = b"200 OK" if text is not None else b"404 Not Found"
                        kind = b"text/html; charset=utf-8"
                        writer.write(b"HTTP/1.1 %b\r\nContent-Type: %b\r\n" % (status, kind))
                        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
                        await writer.drain()
                    log.write(json.dumps({"site": key(number), "path": path, "from": began, "to": time.time()}) + "\n")
                    if hangs:
                        return
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        numbers = {address(number): number for number in range(sites)}
        server = await asyncio.start_server(answer, host=list(numbers), port=port)
        print("ready", flush=True)
        async with server:
            await asyncio.sleep(seconds)


@contextmanager
def serving(folder: Path, sites: int, port: int, seconds: float = 3600) -> Iterator[None]:
    """Serve for the time of the block, in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, str(folder), str(sites), str(port), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            server.kill()


def asked(folder: Path) -> dict[str, list[tuple[float, float, str]]]:
    """By site who asked: from, to, path; in the order of the beginnings."""
    found: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for line in (folder / "asked.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        found[entry["site"]].append((entry["from"], entry["to"], entry["path"]))
    return {site: sorted(entries) for site, entries in found.items()}


def most_at_once(visits: Iterable[list[tuple[float, float, str]]]) -> int:
    """How many sites at most were being visited at once, each from its first request to its last answer."""
    events = [
        event for visit in visits for event in ((visit[0][0], 1), (max(over for _, over, _ in visit), -1)) if visit
    ]
    now = most = 0
    for _, change in sorted(events):
        now += change
        most = max(most, now)
    return most


def impolite(entries: list[tuple[float, float, str]], least: float) -> list[str]:
    """Requests of a site that came before the answer to the one before, or too soon after its beginning."""
    return [
        f"{path} after {begin - before:.3f} s"
        for (before, over, _), (begin, _, path) in pairwise(entries)
        if begin < over or begin - before < least
    ]


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
