"""Figures of the catalogue: build time, size and latency of queries over many documents.

    python tests/bench_catalogue.py [--documents N] [--keep FOLDER]

The documents are sentences of the seed corpus in random order, about 900 Han characters each, of 40 sites and 12 years,
in shards of 2,000 rows. Latency is the wall time of a first screen: exact count, 20 hits with their
snippets, a histogram by year and six facets.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from archive.catalogue import build
from archive.catalogue.search import Searcher
from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document

SEEDS = Path(__file__).parents[1] / "seeds" / "corpus"
SHARD_ROWS = 2000
FIRST_SCREEN = ("site", "place", "source", "flag", "kind", "script")
# Two characters each: in nearly every document, in many, in few.
WORDS = ("统战", "疫情", "捐赠", "核酸", "侨联", "泸县", "口罩", "民主", "部署", "社区")


def sentences() -> list[str]:
    """The sentences of the seed corpus, each once."""
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt")))
    return sorted(set(re.findall(r"[^。！？\n]{8,}[。！？]", whole)))


def documents(count: int) -> Iterator[Document]:
    """Documents that differ in text, site and day, the same at every call."""
    chance = random.Random(6)  # noqa: S311 - figures, no secrets
    known = sentences()
    for number in range(count):
        day = dt.date(2014, 1, 1) + dt.timedelta(days=chance.randrange(12 * 365))
        site = f"site{chance.randrange(40):02}"
        parts: list[str] = []
        while sum(map(len, parts)) < 900:
            parts.append(chance.choice(known))
        text = "\n".join(parts)
        yield Document(
            id=f"urn:uuid:{uuid.UUID(int=chance.getrandbits(128), version=4)}",
            url=f"http://{site}.gov.cn/{day:%Y%m}/{number}.html",
            site=site,
            captured=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=number),
            status=200,
            origin=None,
            kind="article",
            title=parts[0][:24],
            text=text,
            script="hans",
            published=day.isoformat(),
            extractor="votes",
            confidence=1.0,
            han=len(text),
        )


def fill(layout: Layout, count: int) -> None:
    """Write the shards."""
    made = documents(count)
    for number in range(-(-count // SHARD_ROWS)):
        path = layout.root / f"corpus/bench/2026/{number:05}.parquet"
        if path.exists():
            for _ in range(SHARD_ROWS):
                next(made, None)
            continue
        with shard.Writer(path) as writer:
            for _ in range(min(SHARD_ROWS, count - number * SHARD_ROWS)):
                writer.add(next(made))
            header = shard.Header(warc=path.stem, warc_sha256=f"{number}", recipe="{}")
            writer.close(header=header, hosts=[])


def latencies(layout: Layout, rounds: int = 3) -> dict[str, list[float]]:
    """Milliseconds of each query, by kind of filter."""
    searcher = Searcher(layout)
    searcher.find("", size=1)
    measured: dict[str, list[float]] = {}
    for name, within in {
        "no filter": "",
        "one site": " site:site07",
        "three years": " published:2018..2020",
        "one site, one year": " site:site07 published:2020",
    }.items():
        for word in WORDS * rounds:
            start = time.perf_counter()
            searcher.find(word + within, facets=FIRST_SCREEN, period="year")
            measured.setdefault(name, []).append(1000 * (time.perf_counter() - start))
    return measured


def main() -> None:
    """Fill, build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="use and keep this folder instead of a temporary one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        layout = Layout(root=asked.keep or Path(name))
        fill(layout, asked.documents)
        texts = sum(path.stat().st_size for path in layout.shards())
        start = time.monotonic()
        counts = build.rebuild(layout)
        seconds = time.monotonic() - start
        start = time.monotonic()
        build.update(layout)
        again = time.monotonic() - start
        size = layout.catalogue.stat().st_size
        print(f"\nCatalogue: {counts.documents} documents; shards {texts / 1e6:.0f} MB, catalogue {size / 1e6:.0f} MB")
        print(f"  built in {seconds:.0f} s ({counts.documents / seconds:.0f} a second), nothing new: {again:.1f} s")
        every: list[float] = []
        for kind, figures in latencies(layout).items():
            every += figures
            print(f"  {kind:20} median {statistics.median(figures):6.0f} ms   worst {max(figures):6.0f} ms")
        print(f"  {'all':20} median {statistics.median(every):6.0f} ms")


if __name__ == "__main__":
    main()
