"""The time and the memory for finding near copies among many documents.

    python tests/bench_near.py [--documents N] [--keep FOLDER]

The documents consist of words of a made-up vocabulary by Zipf's law, about 900 characters each, with a stock phrase in
every third sentence. One in five is a copy: an agency's text on 60 sites, an excerpt, or a copy with some words
replaced. The shards are written first, which is not measured. Then the catalogue is built without and with near copies.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np

from archive.catalogue import build, near, query
from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document

SHARD_ROWS = 2000
WIRE = 60


def texts(count: int) -> Iterator[str]:
    """Make texts of about 900 characters, the same at every call."""
    chance = random.Random(15)  # noqa: S311 - figures, no secrets
    numbers = np.random.default_rng(15)
    han = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    words = ["".join(chance.choices(han, k=chance.choice((1, 2, 2, 2, 3, 4)))) for _ in range(40_000)]
    stock = ["".join(chance.choices(words[:2000], k=9)) for _ in range(300)]
    recent: list[str] = []
    wire = ""
    for number in range(count):
        if number % (5 * WIRE) == 0:
            wire = _text(words, stock, numbers, chance)
        if number % 5 == 0:
            made = wire + f"\n编辑：{chance.choice(words)}"
        elif number % 50 == 1 and recent:
            made = "。".join(chance.choice(recent).split("。")[3:15])
        elif number % 50 == 2 and recent:
            spun = chance.choice(recent).split("。")
            made = "。".join(sentence[:-2] + chance.choice(words) for sentence in spun)
        else:
            made = _text(words, stock, numbers, chance)
            recent = [*recent[-500:], made]
        yield made


def _text(words: list[str], stock: list[str], numbers: np.random.Generator, chance: random.Random) -> str:
    drawn = np.minimum(numbers.zipf(1.3, 450), len(words)) - 1
    sentences = ["".join(words[at] for at in drawn[start : start + 12]) for start in range(0, 450, 12)]
    sentences[::3] = [sentence + chance.choice(stock) for sentence in sentences[::3]]
    return "。".join(sentences)


def fill(layout: Layout, count: int) -> None:
    """Write the shards."""
    made = texts(count)
    for first in range(0, count, SHARD_ROWS):
        path = layout.root / f"corpus/bench/2026/{first:08}.parquet"
        if path.exists():
            for _ in range(SHARD_ROWS):
                next(made, None)
            continue
        with shard.Writer(path) as writer:
            for number in range(first, min(first + SHARD_ROWS, count)):
                writer.add(_document(number, next(made)))
            writer.close(header=shard.Header(warc=path.stem, warc_sha256="0", recipe="{}"), hosts=[])


def _document(number: int, text: str) -> Document:
    return Document(
        id=f"urn:{number}",
        url=f"http://{number % 97}.gov.cn/{number}.html",
        site=f"site{number % 97}",
        captured=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        status=200,
        origin=None,
        kind="article",
        title=None,
        text=text,
        script="hans",
        published=(dt.date(2012, 1, 1) + dt.timedelta(days=number * 4000 // 1_000_000)).isoformat(),
        extractor="votes",
        confidence=1.0,
        han=len(text),
    )


def main() -> None:
    """Write the shards, build the catalogue, and print time, memory and the number of copies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="use and keep this folder instead of a temporary one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        layout = Layout(root=asked.keep or Path(name))
        fill(layout, asked.documents)
        spent: dict[str, float] = {}

        def timed(function: str) -> mock._patch[object]:
            plain = getattr(near, function)

            def run(*values: object) -> None:
                start = time.process_time()
                plain(*values)
                spent[function] = spent.get(function, 0.0) + time.process_time() - start

            return mock.patch.object(near, function, run)

        start = time.monotonic()
        with timed("take"), timed("mark"):
            build.rebuild(layout)
        whole = time.monotonic() - start
        with query.catalogue(layout) as db:
            pairs = db.execute("SELECT kind, count(*) FROM near_texts GROUP BY 1").fetchall()
            (copies,) = db.execute("SELECT count(*) FROM documents WHERE near_of IS NOT NULL").fetchone()
    print(f"{asked.documents} documents: the catalogue {whole:.0f} s of wall time")
    print(f"  of CPU: fingerprints {spent['take']:.1f} s, pairs and clusters {spent['mark']:.1f} s")
    print(f"  copies {copies}, pairs {dict(pairs)}")
    print(f"  memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
