"""Shards: rows are read as they were written, and the same rows give the same bytes."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.corpus import shard
from archive.errors import DataError
from archive.text.document import Document, Reason, Skip

HEADER = shard.Header(warc="a.warc.gz", warc_sha256="00", recipe="{}")
# Parquet strings are UTF-8, which has no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MAYBE = st.none() | TEXT
MOMENT = st.none() | st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - hypothesis wants naive bounds

documents = st.builds(
    Document,
    **dict.fromkeys(("id", "url", "site", "text", "script", "extractor", "kind"), TEXT),
    **dict.fromkeys(("title", "text_original", "published", "source", "part_of", "origin"), MAYBE),
    captured=MOMENT,
    status=st.none() | st.integers(100, 599),
    columns=st.lists(TEXT, max_size=3).map(tuple),
    flags=st.lists(TEXT, max_size=3).map(tuple),
    attachments=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    removed=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    confidence=st.floats(0, 1),
    han=st.integers(0, 10**6),
)
skips = st.builds(
    Skip,
    **dict.fromkeys(("id", "url", "site", "detail"), TEXT),
    captured=MOMENT,
    status=st.none() | st.integers(100, 599),
    origin=MAYBE,
    reason=st.sampled_from(Reason),
)


def write(path: Path, rows: list[Document | Skip]) -> shard.About:
    with shard.Writer(path) as writer:
        for item in rows:
            writer.add(item)
        return writer.close(header=HEADER, hosts=["b", "a"])


@settings(max_examples=40)
@given(rows=st.lists(documents | skips, max_size=8))
def test_what_is_written_comes_back_and_the_same_rows_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Document | Skip]
) -> None:
    folder = tmp_path_factory.mktemp("shard")
    write(folder / "a.parquet", rows)
    write(folder / "b.parquet", rows)
    assert list(shard.read(folder / "a.parquet")) == rows
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()


def skip(number: int) -> Skip:
    return Skip(
        id=f"urn:{number}",
        url="http://a/",
        site="a",
        captured=None,
        status=200,
        origin=None,
        reason=Reason.LIST,
        detail="",
    )


def test_rows_are_found_again_by_number_over_row_groups(tmp_path: Path) -> None:
    rows: list[Document | Skip] = [skip(number) for number in range(3 * shard.ROW_GROUP + 5)]
    about = write(tmp_path / "a.parquet", rows)
    wanted = [0, shard.ROW_GROUP - 1, shard.ROW_GROUP, 3 * shard.ROW_GROUP + 4, 2]
    assert [item.id for item in shard.read_rows(tmp_path / "a.parquet", wanted)] == [f"urn:{n}" for n in wanted]
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 4
    assert shard.about(tmp_path / "a.parquet") == about
    assert (about.documents, about.skips, about.hosts) == (0, len(rows), ("a", "b"))


def test_a_shard_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with shard.Writer(tmp_path / "a.parquet") as writer:
            writer.add(skip(0))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    assert shard.about(tmp_path / "a.parquet") is None
    with pytest.raises(DataError, match=r"a\.parquet: not a readable shard"):
        list(shard.read(tmp_path / "a.parquet"))


@pytest.mark.fault(rows=[27])
def test_a_changed_bit_in_the_rows_is_no_other_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    draw = random.Random(7)  # noqa: S311 - no secret
    rows: list[Document | Skip] = [
        Document(
            id=f"urn:{number}",
            url=f"http://a/{number}",
            site="a",
            captured=None,
            status=200,
            origin=None,
            kind="article",
            title=None,
            text="".join(chr(draw.randrange(0x4E00, 0x9FA5)) for _ in range(400)),
            script="hans",
            extractor="container",
            confidence=1.0,
            han=400,
        )
        for number in range(60)
    ]
    write(path, rows)
    texts = {item.text for item in rows if isinstance(item, Document)}
    whole = path.read_bytes()
    others = 0
    for at in sorted(draw.sample(range(len(whole)), 300)):
        changed = bytearray(whole)
        changed[at] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        try:
            # `verify` counts missing rows.
            others += any(item.text not in texts for item in shard.read(path) if isinstance(item, Document))
        except (DataError, ValueError, TypeError, KeyError):
            continue
    assert others == 0
