"""Every export, made by the command, opens in independent readers with the same count, titles and texts."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from archive import Archive
from archive.catalogue import build
from archive.corpus import shard
from archive.export import dictionary, wet
from archive.export.csv import cell
from archive.layout import Layout
from archive.text.document import Document

CHECKOUT = Path(__file__).parents[2]
HOSTILE = (
    '=cmd|"/c calc"!A1',
    "+86 \"x\",'y'",
    "line\nfeed\r\nand\ttab",
    "\u202e反向\u2066",
    "nul\0nul",
    "<script>alert(1)</script>",
    "，“”　",
    "😀𠮷\ufeff",
    "---\nlicense: mit",
    "会议召开",
    # What a file could not be called, or would be called elsewhere.
    "../../../etc/passwd",
    "C:\\..\\CON",
    "NUL",
    "题" * 300,
    "会议/召开：*?|",
    "会议召开",
)


def document(number: int, title: str) -> Document:
    return Document(
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        url=f"http://{'ab'[number % 2]}.cn/{number}?q=%E7%BB%9F",
        site="ab"[number % 2],
        captured=dt.datetime(2026, 1, 1, 12, 30, number, tzinfo=dt.UTC) if number != 3 else None,
        status=200,
        origin=None,
        kind="article",
        title=title,
        text=f"第一段{title}\n第二段{number}",
        script="hant" if number == 4 else "hans",
        published=f"20{10 + number}-02-03",
        flags=("mirror",) if number == 5 else (),
        extractor="votes",
        confidence=0.5,
        han=6 + number,
        removed=(("footer", "版权所有"),),
        attachments=(("http://a.cn/1.doc", "附件"),),
    )


DOCUMENTS = [document(number, title) for number, title in enumerate(HOSTILE)]
TEXTS = [item.text for item in DOCUMENTS]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    (folder / "sites").mkdir()
    for key, place in (("a", "510000"), ("b", "320000")):
        said = f'name = "{key}"\nhosts = ["{key}.cn"]\nplace = "{place}"\n[crawl]\nstart = ["http://{key}.cn/"]\n'
        (folder / "sites" / f"{key}.toml").write_text(said, encoding="utf-8")
    # An export tells of a shard whose WARC file is gone.
    (folder / "data/warc/a/2026").mkdir(parents=True)
    (folder / "data/warc/a/2026/x.warc.gz").touch()
    with shard.Writer(folder / "data/corpus/a/2026/x.parquet") as writer:
        for item in [*DOCUMENTS, replace(DOCUMENTS[9], id="urn:uuid:copy", url="http://a.cn/copy", published="2030")]:
            writer.add(item)
        writer.close(header=shard.Header(warc="x.warc.gz", warc_sha256="0", recipe='{"version":"1"}'), hosts=[])
    build.rebuild(Layout(root=folder / "data"))
    return folder


def export(house: Path, form: str, name: str, *words: str) -> Path:
    out = house / "out" / name
    command = [sys.executable, "-m", "crawler.cli", "--data", f"{house}/data", "--sites", f"{house}/sites", "export"]
    done = subprocess.run(
        [*command, "--format", form, "--out", str(out), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return out


def manifest(out: Path) -> dict[str, Any]:
    path = out / "manifest.json" if out.is_dir() else out.with_name(out.name + ".manifest.json")
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for file in said["files"]:
        named = out / file["path"] if out.is_dir() else out
        assert hashlib.sha256(named.read_bytes()).hexdigest() == file["sha256"]
    return said


def ducks(words: str) -> list[tuple[Any, ...]]:
    """What DuckDB selects."""
    return duckdb.connect().execute(f"SELECT {words}").fetchall()


@pytest.mark.fault(rows=[42])
def test_json_lines_open_in_duckdb_pandas_and_polars(house: Path) -> None:
    out = export(house, "jsonl", "c.jsonl.gz", "--collapse", "equal")
    with gzip.open(out, "rt", encoding="utf-8", newline="\n") as file:
        rows = [json.loads(line) for line in file]
    assert [(row["title"], row["text"]) for row in rows] == list(zip(HOSTILE, TEXTS, strict=True))
    frame = pd.read_json(out, lines=True, dtype=False)
    assert frame["text"].tolist() == TEXTS
    plain = export(house, "jsonl", "c.jsonl", "--collapse", "equal")
    assert pl.read_ndjson(plain)["text"].to_list() == TEXTS
    # DuckDB's reader of JSON refuses NUL, as SQL text does; all else comes through.
    read = ducks(f"text FROM read_json_auto('{out}', ignore_errors = true)")
    assert [text for (text,) in read if text and "\0" not in text][:4] == TEXTS[:4]
    said = manifest(out)
    assert (said["documents"], said["sites"], said["filters"]) == (16, {"a": 8, "b": 8}, {"collapse": "equal"})
    assert said["recipes"] == [{"documents": 16, "recipe": {"version": "1"}}]
    assert said["left_out"] == {"copies": 1, "overlap": 0}
    assert said["warcs"] == [{"file": "x.warc.gz", "sha256": "0", "documents": 16}]
    assert "research" in said["licence"]


def test_parquet_opens_in_duckdb_pandas_polars_and_arrow(house: Path) -> None:
    out = export(house, "parquet", "c.parquet", "--collapse", "equal")
    assert pd.read_parquet(out)["text"].tolist() == TEXTS
    assert pl.read_parquet(out)["title"].to_list() == list(HOSTILE)
    assert [text for (text,) in ducks(f"text FROM '{out}'")] == TEXTS
    assert ds.dataset(out).to_table()["text"].to_pylist() == TEXTS
    first, second = ducks(f"removed[1].rule, attachments[1].name FROM '{out}' LIMIT 1")[0]
    assert (first, second) == ("footer", "附件")


def test_a_folder_for_hugging_face_says_what_it_holds(house: Path) -> None:
    out = export(house, "hf", "hf", "--collapse", "equal")
    assert pl.read_parquet(out / "data" / "*.parquet")["text"].to_list() == TEXTS
    card = (out / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlanguage:\n- zh\n")
    assert "n<1K" in card
    croissant = json.loads((out / "croissant.json").read_text(encoding="utf-8"))
    (file,) = (part for part in croissant["distribution"] if part["@type"] == "cr:FileObject")
    assert hashlib.sha256((out / file["contentUrl"]).read_bytes()).hexdigest() == file["sha256"]
    names = [field["name"] for field in croissant["recordSet"][0]["field"]]
    assert names == list(Document.__slots__)
    assert manifest(out)["documents"] == 16


def test_dolma_lines_up(house: Path) -> None:
    out = export(house, "dolma", "dolma", "--collapse", "equal")
    both = []
    for room in ("documents", "attributes/cundang"):
        with gzip.open(out / room / "part-00000.jsonl.gz", "rt", encoding="utf-8", newline="\n") as file:
            both.append([json.loads(line) for line in file])
    documents, attributes = both
    assert [row["id"] for row in documents] == [row["id"] for row in attributes] == [item.id for item in DOCUMENTS]
    assert [row["text"] for row in documents] == TEXTS
    assert set(documents[0]) == {"id", "text", "source", "added", "created", "metadata"}
    assert attributes[5]["attributes"]["cundang__flag_mirror"] == [[0, len(TEXTS[5]), 1.0]]


def test_text_files_hold_every_text_whatever_its_title(house: Path) -> None:
    out = export(house, "text", "text")
    files = sorted(path for path in out.rglob("*") if path.suffix == ".txt")
    assert [path.read_bytes().decode() for path in files] == [*TEXTS, TEXTS[9]], "equal texts are two files"
    assert all(re.fullmatch(r"\d{3}_[0-9a-f]{16}\.txt", path.name) and path.parent == out for path in files)
    assert {path.name for path in out.iterdir()} - {path.name for path in files} == {"manifest.json", "metadata.csv"}
    assert pd.read_csv(out / "metadata.csv")["file"].tolist() == [path.name for path in files]
    assert manifest(out)["documents"] == len(files) == 17


def test_wet_opens_in_two_readers(house: Path) -> None:
    out = export(house, "wet", "c.warc.wet.gz", "--collapse", "equal")
    with out.open("rb") as file:
        read = [
            (record.headers["WARC-Refers-To"], record.reader.read().decode())
            for record in ArchiveIterator(file, record_types=WarcRecordType.conversion, verify_digests=True)
        ]
    assert read == [(f"<{item.id}>", item.text) for item in DOCUMENTS]
    with out.open("rb") as file:
        kinds = [(record.rec_type, record.content_stream().read().decode()) for record in WarcioIterator(file)]
    assert [text for kind, text in kinds if kind == "conversion"] == TEXTS
    assert kinds[0][0] == "warcinfo"


def test_wet_is_the_same_each_time_also_of_pages_without_a_time(tmp_path: Path) -> None:
    made = []
    for number in range(2):
        out = tmp_path / str(number) / "c.warc.wet"
        out.parent.mkdir()
        wet.write([replace(DOCUMENTS[0], captured=None)], out)
        made.append(out.read_bytes())
        if number == 0:
            time.sleep(1.1)
    assert made[0] == made[1]
    assert made[0].count(b"WARC-Date: 1970-01-01T00:00:00Z") == 2
    # Ids are of one record alone, also if another export has the same name.
    wet.write(DOCUMENTS[1:], out)
    ids = re.compile(rb"WARC-Record-ID: .+")
    assert not {*ids.findall(made[0])} & {*ids.findall(out.read_bytes())}


@pytest.mark.fault(rows=[42])
def test_csv_is_no_formula_in_any_cell_and_reads_back(house: Path) -> None:
    out = export(house, "csv", "c.csv", "--collapse", "equal")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == [cell(title) for title in HOSTILE]
    assert [row["text"] for row in rows] == [cell(text) for text in TEXTS]
    for row in rows:
        for value in row.values():
            assert not value.lstrip(" '\"").startswith(("=", "+", "-", "@", "\t", "\r")) or value.startswith("'")
            assert not set(value) & set("\0\u202e\u2066")
    assert rows[9]["title"] == "会议召开"
    assert pd.read_csv(out, keep_default_na=False)["text"].tolist() == [row["text"] for row in rows]
    assert pl.read_csv(out).height == len(DOCUMENTS)


def test_filters_choose_and_collapsing_loses_nothing_else(house: Path) -> None:
    def count(*words: str) -> int:
        out = export(house, "jsonl", "f.jsonl", *words)
        return int(manifest(out)["documents"])

    assert count() == 17
    assert count("--collapse", "equal") == 16
    assert count("--place", "51") == 8
    assert count("--site", "b") == 9
    assert count("--since", "2012", "--until", "2014") == 3
    assert count("--flag", "mirror") == 1
    assert count("--without-flag", "mirror") == 16
    assert count("--script", "hant") == 1
    assert count("--min-han", "15") == 8
    assert count("--kind", "media_only", "--force") == 0


def test_a_slip_of_the_pen_in_a_filter_is_refused(house: Path) -> None:
    command = [sys.executable, "-m", "crawler.cli", "--data", f"{house}/data", "export", "--format", "jsonl", "--out"]
    slips = ("--site", "nowhere", "--flag", "mirror", "--without-flag", "miror")
    done = subprocess.run([*command, house / "s", *slips], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 2
    assert "there is no site 'nowhere'" in done.stderr
    for slip, said in (
        (("--without-flag", "miror"), "there is no flag 'miror'; did you mean 'mirror'?"),
        (("--script", "han"), "'han' is no script. Name one of: hans, hant, mixed, none."),
        (("--place", "52"), "no site file has the place '52'. Give a name, such as 四川"),
    ):
        done = subprocess.run([*command, house / "s", *slip], capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 2
        assert said in done.stderr
    assert not (house / "s").exists()


def test_python_reads_an_archive_typed_and_as_tables(house: Path) -> None:
    documents = Archive(house / "data").documents(collapse="equal")
    assert list(documents) == DOCUMENTS
    assert list(documents) == DOCUMENTS, "a second loop reads anew"
    assert documents.to_arrow()["text"].to_pylist() == TEXTS
    frame = documents.to_pandas()
    assert frame["title"].tolist() == list(HOSTILE)
    days = [str(day)[:10] for day in frame.published_day]
    assert days == [(each.published or "NaT")[:10] for each in DOCUMENTS]
    assert [tuple(each) for each in frame.flag_names] == [each.flags for each in DOCUMENTS]
    assert Archive(house / "data", sites=house / "sites").documents().to_pandas().place.notna().any()
    assert Archive(house / "data").search("site:a").total == len(
        list(Archive(house / "data").documents(words="site:a"))
    )
    assert Archive(house / "data").documents(site="x").to_arrow().num_rows == 0


def test_the_dictionary_of_the_manual_is_that_of_the_code() -> None:
    manual = (CHECKOUT / "docs" / "documents.md").read_text(encoding="utf-8")
    assert dictionary.insert_table(manual) == manual, "run: python -m archive.export.dictionary docs/documents.md"
    assert list(dictionary.MEANINGS) == list(Document.__slots__)
