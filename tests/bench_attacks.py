"""Hostile pages, and the slowest available page: the time that the cleaner and discovery take for each.

    python tests/bench_attacks.py [--length N] [--only WORD]

Hostile pages have about a megabyte: 5,000 comments before `<html>`, 100,000 `<meta`, one line of a megabyte, elements
without end tags, and each attack in tests/patterns.tsv, extended to that length, in a paragraph and before the page.
Each should take less than a second of CPU time. The slowest of all available pages should take at most ten times as
long as the median.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

from ablation import Page, forget, pages, read
from patterns import Attack, read_verdicts

from archive.text.decode import decode, parse
from crawler.discovery import discover

URL = "http://www.example.gov.cn/a/20200219_1.html"
PAGE = "<html><head><title>统战部召开会议</title></head><body><h1>统战部召开会议</h1><p>%s</p></body></html>"
SECOND = 1.0


def shaped(length: int) -> Iterator[tuple[str, str]]:
    """Hostile pages by name: those with an extreme structure."""
    prose = PAGE % "疫情就是命令，防控就是责任。"
    yield "5,000 comments before <html>", "<!-- c -->\n" * 5000 + prose
    yield "5,000 comments that never end", "<!-- c " * 5000 + prose
    yield "100,000 <meta", "<meta" * 100_000 + prose
    yield "100,000 <meta >", '<meta name="a" content="b">' * (length // 27) + prose
    yield "one line of Han characters", PAGE % ("统战部召开会议" * (length // 21))
    yield "one line of Latin letters", PAGE % ("a" * length)
    yield "one line of spaces", PAGE % ("&nbsp; " * (length // 7))
    yield "one line of digits", PAGE % ("1" * length)
    for tag in ("div", "a", "b", "table", "script", "textarea", "title", "!--", "font", "p"):
        yield f"<{tag}> without an end", PAGE % (f"<{tag}>" * (length // (len(tag) + 2)))
    yield "one attribute", PAGE % f'<a href="{"/" * length}">a</a>'
    yield "attributes", PAGE % f"<a {'a=b ' * (length // 4)}>a</a>"


def grown(length: int) -> Iterator[tuple[str, str]]:
    """Hostile pages from the stored attacks on patterns, each attack once."""
    stored = {verdict.attack: verdict for verdict in read_verdicts().values() if verdict.attack}
    for attack, verdict in sorted(stored.items()):
        text = Attack.load(attack).at(length)
        yield f"{verdict.where} in a paragraph", PAGE % text
        yield f"{verdict.where} before the page", text + PAGE % "疫情就是命令，防控就是责任。"


def spent(name: str, html: str) -> tuple[float, float]:
    """The seconds of CPU for cleaning a page, and for finding its links."""
    body = html.encode("utf-8", "replace")
    forget()
    began = time.process_time()
    read(Page(name, body, URL, None))
    cleaned = time.process_time()
    decoded = decode(body, "text/html; charset=utf-8").html
    for _ in discover(URL, decoded, parse(decoded)):
        pass
    return cleaned - began, time.process_time() - cleaned


def attacks(length: int, only: str) -> None:
    """Print the hostile pages that take longest."""
    took = []
    for name, html in (*shaped(length), *grown(length)):
        if only in name:
            took.append((*spent(name, html), name))
    print(f"Attack pages: {len(took)} of about {length:,} bytes (CPU seconds)")
    over = [one for one in took if max(one[:2]) > SECOND]
    print(f"  over a second: {len(over)}; the slowest:")
    for cleaned, looked, name in sorted(took, key=lambda one: -max(one[:2]))[: max(12, len(over))]:
        print(f"  cleaning {cleaned:6.2f}   discovery {looked:6.2f}   {name}", flush=True)


def slowest() -> None:
    """Print the time of the slowest available page, and the median."""
    known = list(pages())
    costs = []
    for page in known:
        rounds = []
        for _ in range(3):
            began = time.process_time()
            read(page)
            rounds.append(time.process_time() - began)
        costs.append((min(rounds), page.name))
    middle = statistics.median(cost for cost, _ in costs)
    print(f"Slowest of {len(known)} pages at hand, times the median of {1000 * middle:.1f} ms:")
    for cost, name in sorted(costs, reverse=True)[:6]:
        print(f"  {cost / middle:5.1f}  {name}")


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--length", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="attack pages whose name holds this")
    options = parser.parse_args()
    slowest()
    attacks(options.length, options.only)


if __name__ == "__main__":
    main()
