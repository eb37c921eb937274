"""Exports: each format opens in an independent reader with the same documents."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from csv import DictReader
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from archive.errors import UsageError
from archive.export import csv, dolma, hf, jsonl, parquet, text, wet
from archive.text.document import Document, Reason, Skip

HOSTILE = ('=cmd|"/c calc"!A1', "line\nfeed", "\u202e反\u0000", "<script>", "，“”", "😀𠮷")


def document(title: str) -> Document:
    return Document(
        id=f"urn:{title}",
        url="http://a.cn/1",
        site="a",
        captured=dt.datetime(2026, 1, 1, 12, 30, tzinfo=dt.UTC),
        status=200,
        origin=None,
        kind="article",
        title=title,
        text=f"第一段{title}\n第二段",
        script="hans",
        extractor="x",
        confidence=0.5,
        han=6,
        removed=(("footer", "版权所有"),),
        attachments=(("http://a.cn/1.doc", "附件"),),
    )


DOCUMENTS = [document(title) for title in HOSTILE]


def test_jsonl_holds_every_column_of_every_document(tmp_path: Path) -> None:
    assert jsonl.write(DOCUMENTS, tmp_path / "o" / "out.jsonl") == len(DOCUMENTS)
    rows = [json.loads(line) for line in (tmp_path / "o" / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]
    assert [(row["title"], row["text"]) for row in rows] == [(d.title, d.text) for d in DOCUMENTS]
    assert set(rows[0]) == set(Document.__slots__)
    assert rows[0]["captured"] == "2026-01-01T12:30:00Z"
    assert rows[0]["removed"] == [{"rule": "footer", "text": "版权所有"}]


def test_a_skip_is_an_object_too() -> None:
    skip = Skip(
        id="urn:s", url="http://a/", site="a", captured=None, status=404, origin=None, reason=Reason.LIST, detail="8"
    )
    said = json.loads(jsonl.line(skip, path="p.html"))
    assert (said["path"], said["reason"], said["detail"], said["status"]) == ("p.html", "list", "8", 404)
    assert set(said) == {"path", *Skip.__slots__}


def test_parquet_holds_the_columns_of_a_document(tmp_path: Path) -> None:
    assert parquet.write(DOCUMENTS, tmp_path / "out.parquet") == len(DOCUMENTS)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == list(Document.__slots__)
    assert table["title"].to_pylist() == list(HOSTILE)


def test_text_has_the_shape_of_the_seed_corpus(tmp_path: Path) -> None:
    assert text.write(DOCUMENTS, tmp_path / "out") == len(DOCUMENTS)
    files = sorted((tmp_path / "out").glob("*.txt"))
    with (tmp_path / "out" / "metadata.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(DictReader(table))
    assert [row["file"] for row in rows] == [path.name for path in files], "a row says which document a file is"
    assert [(row["id"], row["url"]) for row in rows] == [(csv.cell(item.id), item.url) for item in DOCUMENTS]
    assert {"title", "published", "source", "site"} <= rows[0].keys()
    assert "text" not in rows[0]
    for number, (path, item) in enumerate(zip(files, DOCUMENTS, strict=True)):
        raw = path.read_bytes()
        assert path.name == f"{number:03}_{hashlib.sha256(raw).hexdigest()[:16]}.txt"
        assert raw.decode() == item.text
    with pytest.raises(UsageError, match="not an empty folder"):
        text.write(DOCUMENTS, tmp_path / "out")


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written"):
        jsonl.write(DOCUMENTS, tmp_path / "file" / "out.jsonl")

    def broken() -> list[Document]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        jsonl.write((d for d in broken()), tmp_path / "out.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


WRITERS: dict[str, Callable[[Iterable[Document], Path], int]] = {
    "jsonl": jsonl.write,
    "parquet": parquet.write,
    "text": text.write,
    "hf": hf.write,
    "dolma": dolma.write,
    "wet": wet.write,
    "csv": csv.write,
}


@pytest.mark.parametrize("form", WRITERS)
def test_an_export_that_is_interrupted_leaves_nothing(tmp_path: Path, form: str) -> None:
    write = WRITERS[form]

    def interrupted() -> Iterator[Document]:
        yield from DOCUMENTS
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(interrupted(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    assert write(iter(DOCUMENTS), tmp_path / "out") == len(DOCUMENTS)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("form", ["text", "hf", "dolma"])
def test_a_folder_takes_the_place_of_an_empty_one_and_what_a_killed_export_left_is_named(
    tmp_path: Path, form: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out.tmp").mkdir()
    with pytest.raises(UsageError, match="killed left it"):
        WRITERS[form](DOCUMENTS, tmp_path / "out")
    (tmp_path / "out.tmp").rmdir()
    assert WRITERS[form](DOCUMENTS, tmp_path / "out") == len(DOCUMENTS)
    assert list((tmp_path / "out").iterdir())
