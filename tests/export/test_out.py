"""Where an export goes: it replaces only an earlier export, and a mistyped option writes nothing."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from click.testing import CliRunner

from archive.catalogue import build, query
from archive.corpus import reclean
from archive.errors import CundangError
from archive.layout import Layout
from archive.warc.writer import Exchange, Writer
from crawler.cli import app

PROSE = "各民主党派、工商联负责人参加座谈会,统战部负责人主持会议并讲话。" * 6


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    layout = Layout(root=tmp_path_factory.mktemp("archive"))
    writer = Writer(layout, "a", warcinfo=())
    for number in range(3):
        title = f"座谈会之{number}"
        page = f"<title>{title}</title><h1>{title}</h1><p>2020-01-0{number + 1}</p><p>{PROSE}{number}</p>"
        response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
        moment = datetime(2026, 1, 1, 0, number, tzinfo=UTC)
        exchange = Exchange(
            url=f"http://a.cn/{number}.html",
            started=moment,
            ip=None,
            request=b"GET / HTTP/1.1\r\n\r\n",
            response=io.BytesIO(response),
        )
        writer.exchange(exchange, lambda *_: None)
    writer.close()
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    assert build.update(layout).documents == 3
    return layout


class Done(NamedTuple):
    """How a command ended, and what it said."""

    exit_code: int
    output: str
    stdout: bytes


def export(layout: Layout, out: Path | str, *words: str, form: str = "jsonl") -> Done:
    command = ["--data", str(layout.root), "--sites", str(layout.root), "export", "--format", form, "--out", str(out)]
    done = CliRunner().invoke(app, [*command, *words])
    # What `crawler.cli.main` makes of an error.
    failed = done.exception if isinstance(done.exception, CundangError) else None
    code = failed.exit_code if failed else done.exit_code
    return Done(code, f"{done.output}{failed or ''}", done.stdout_bytes)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "text", "hf", "dolma", "wacz", "wet"])
def test_an_export_takes_the_place_of_an_export_and_of_nothing_else(layout: Layout, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    done = export(layout, out, form=form)
    assert done.exit_code == 0
    assert f"how it was made: {next(tmp_path.rglob('*manifest.json'))}" in done.output
    before = sorted(path.name for path in tmp_path.iterdir())
    assert export(layout, out, "--until", "2020-01-01", form=form).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    manifest = out / "manifest.json" if out.is_dir() else tmp_path / "out.manifest.json"
    assert json.loads(manifest.read_bytes())["documents"] == 1

    changed = next(path for path in out.rglob("*") if path.is_file() and path != manifest) if out.is_dir() else out
    changed.write_bytes(changed.read_bytes() + b"mine")
    done = export(layout, out, form=form)
    assert done.exit_code == 2
    assert "was changed since an export wrote it" in done.output
    assert changed.read_bytes().endswith(b"mine")
    assert export(layout, out, "--force", form=form).exit_code == 0
    assert json.loads(manifest.read_bytes())["documents"] == 3


@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_what_no_export_wrote_is_left_alone(layout: Layout, tmp_path: Path, form: str) -> None:
    (tmp_path / "thesis").write_text("mine", "utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/thesis").write_text("mine", "utf-8")
    for name in ("thesis", "folder"):
        assert export(layout, tmp_path / name, form=form).exit_code == 2
    # A folder with other things in it is never thrown away, a file where it is asked for.
    assert export(layout, tmp_path / "folder", "--force", form=form).exit_code == 2
    assert (tmp_path / "folder/thesis").read_text("utf-8") == "mine"
    assert (tmp_path / "thesis").read_text("utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "thesis"]


FILES = '"files": [{"path": "out", "bytes": 1, "sha256": "a"}]'


@pytest.mark.parametrize(
    "manifest",
    [
        # Cut by a full disk, of another program, changed by hand.
        b"",
        b'{"made_by": "cundang 0.1.0", "fi',
        b"\xff\xfe{\x00",
        b"\x00" * 100,
        b"[]",
        b"7",
        b"null",
        b"{}",
        f'{{"documents": 1, {FILES}}}'.encode(),
        f'{{"made_by": "npm", "documents": 1, {FILES}}}'.encode(),
        f'{{"made_by": 7, "documents": 1, {FILES}}}'.encode(),
        b'{"made_by": "cundang 0.1.0", "documents": 1}',
        f'{{"made_by": "cundang 0.1.0", {FILES}}}'.encode(),
        b'{"made_by": "cundang 0.1.0", "documents": 1, "files": []}',
        b'{"made_by": "cundang 0.1.0", "documents": 1, "files": {}}',
        b'{"made_by": "cundang 0.1.0", "documents": 1, "files": 7}',
        b'{"made_by": "cundang 0.1.0", "documents": 1, "files": ["out"]}',
        b'{"made_by": "cundang 0.1.0", "documents": 1, "files": [{"sha256": "a"}]}',
        b'{"made_by": "cundang 0.1.0", "documents": 1, "files": [{"path": [], "bytes": 1, "sha256": "a"}]}',
        f'{{"made_by": "cundang 0.1.0", "documents": "many", {FILES}}}'.encode(),
    ],
)
@pytest.mark.parametrize("form", ["jsonl", "hf"])
def test_an_export_beside_a_broken_manifest_is_one_that_no_export_wrote(
    layout: Layout, tmp_path: Path, form: str, manifest: bytes
) -> None:
    out = tmp_path / "out"
    if form == "hf":
        out.mkdir()
        (out / "manifest.json").write_bytes(manifest)
        said = f"{out}: is a folder with things that no export wrote. Name a new folder with --out, or remove it"
    else:
        out.write_text("mine", "utf-8")
        (tmp_path / "out.manifest.json").write_bytes(manifest)
        said = f"{out}: is not what an export wrote. Name another --out, or give --force."
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = export(layout, out, form=form)
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert export(layout, out, "--force", form=form).exit_code == (2 if form == "hf" else 0)


@pytest.mark.parametrize("form", ["jsonl", "hf"])
def test_an_empty_export_takes_the_place_of_no_full_one(layout: Layout, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    assert export(layout, out, "--since", "2024", form=form).exit_code == 0
    assert export(layout, out, form=form).exit_code == 0
    done = export(layout, out, "--since", "2024", form=form)
    assert done.exit_code == 2
    assert "with 3 documents" in done.output
    assert export(layout, out, "--since", "2024", "--force", form=form).exit_code == 0


@pytest.mark.parametrize(
    ("out", "form", "said"),
    [
        ("s3://bucket", "jsonl", "names no file in a bucket"),
        ("https://a.cn/out.jsonl", "jsonl", "written to this machine"),
        ("out.jsonl.xz", "jsonl", "ends in .gz or .zst"),
        ("out.parquet.gz", "parquet", "not packed as .gz"),
        ("out.warc.wet.zst", "wet", "ends in .gz"),
        ("out.wacz.zip", "wacz", "not packed as .zip"),
        ("-", "parquet", "this format needs a file or folder"),
        ("-", "text", "this format needs a file or folder"),
    ],
)
def test_an_odd_name_is_refused_with_what_to_do(
    layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, form: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = export(layout, out, form=form)
    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_packed_files_hold_the_same_lines(layout: Layout, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        for ending in ("", ".gz", ".zst"):
            assert export(layout, tmp_path / f"out.{form}{ending}", form=form).exit_code == 0
        plain = (tmp_path / f"out.{form}").read_bytes()
        assert plain.count(b"\n") >= 3
        assert gzip.decompress((tmp_path / f"out.{form}.gz").read_bytes()) == plain
        assert pa.input_stream(tmp_path / f"out.{form}.zst", compression="zstd").read() == plain


def test_lines_go_to_stdout(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(layout, "out.jsonl").exit_code == 0
    done = export(layout, "-")
    assert done.exit_code == 0
    assert done.stdout == Path("out.jsonl").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "out.jsonl.manifest.json"]


def test_a_file_of_the_users_that_is_called_like_a_temporary_one_stays(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl.tmp").write_text("mine", "utf-8")
    assert export(layout, tmp_path / "out.jsonl").exit_code == 0
    assert (tmp_path / "out.jsonl.tmp").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "words", [("--site", "b"), ("--flag", "mirrow"), ("--without-flag", "mirrow"), ("--place", "51")]
)
def test_a_filter_that_names_nothing_writes_nothing(layout: Layout, tmp_path: Path, words: tuple[str, str]) -> None:
    assert export(layout, tmp_path / "out.jsonl").exit_code == 0
    before = (tmp_path / "out.jsonl").read_bytes()
    done = export(layout, tmp_path / "out.jsonl", *words)
    assert done.exit_code == 2
    assert f"'{words[1]}'" in done.output
    assert (tmp_path / "out.jsonl").read_bytes() == before


def test_the_manual_and_the_filters_know_the_same_flags() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "documents.md").read_text("utf-8")
    table = manual.partition("### Flags")[2].partition("###")[0]
    assert tuple(sorted(line.split("`")[1] for line in table.splitlines() if line.startswith("| `"))) == query.FLAGS


def test_a_warc_file_that_is_gone_is_told(layout: Layout, tmp_path: Path) -> None:
    (warc,) = layout.warcs()
    aside = warc.rename(tmp_path / "aside")
    try:
        done = export(layout, tmp_path / "out.jsonl")
    finally:
        aside.rename(warc)
    assert done.exit_code == 1
    assert warc.name in done.output
    assert "--from COPY" in done.output
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 3


def test_an_export_whose_reader_is_gone_ends_as_if_all_was_read(layout: Layout) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "crawler", "--data", str(layout.root), "export", "--format", "jsonl", "--out", "-"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, "documents" in done.stderr, "Error" in done.stderr) == (0, True, False)
