"""An export that goes into a bucket is the one that a file or folder would be; make buckets runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from captures import archive_of
from click.testing import CliRunner

from archive.catalogue import build
from archive.corpus import reclean
from archive.errors import CundangError
from archive.layout import Layout
from archive.store import open_store
from crawler.cli import app


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    made = archive_of(tmp_path_factory.mktemp("bucket"), files=2, pages=3)
    list(reclean.clean(made, {}, jobs=1))
    build.update(made)
    return made


def run(layout: Layout, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--data", str(layout.root), "--sites", str(layout.root), "export", *words])
    failed = done.exception if isinstance(done.exception, CundangError) else None
    return (failed.exit_code if failed else done.exit_code), f"{done.output}{failed or ''}"


@pytest.mark.parametrize(
    ("form", "name", "more"),
    [("jsonl", "out.jsonl.gz", ()), ("jsonl", "parts", ("--split", "year")), ("dolma", "d", ())],
)
def test_a_bucket_holds_what_a_folder_would(
    layout: Layout, bucket: str, tmp_path: Path, form: str, name: str, more: tuple[str, ...]
) -> None:
    store = open_store(bucket)
    code, said = run(layout, "--format", form, "--out", f"{bucket}/{name}", *more)
    assert code == 0, said
    assert f"{bucket}/{name}: put into the bucket" in said
    assert run(layout, "--format", form, "--out", str(tmp_path / name), *more)[0] == 0
    local = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    held = {each.key: each for each in store.list("") if each.key.startswith(name)}
    assert held.keys() == local.keys()
    for key, path in local.items():
        if not key.endswith("manifest.json"):
            assert store.range(key, 0, held[key].size) == path.read_bytes()
    (manifest,) = (each for each in held.values() if each.key.endswith("manifest.json"))
    assert json.loads(store.range(manifest.key, 0, manifest.size))["documents"] == 6


def test_what_is_in_a_bucket_stays_unless_it_is_forced(layout: Layout, bucket: str) -> None:
    store, out = open_store(bucket), f"{bucket}/kept.jsonl"
    store.put("kept.jsonl", b"mine")
    code, said = run(layout, "--format", "jsonl", "--out", out)
    assert (code, "something is there already" in said) == (2, True)
    assert store.range("kept.jsonl", 0, 9) == b"mine"
    assert run(layout, "--format", "jsonl", "--out", out, "--force")[0] == 0
    assert store.range("kept.jsonl", 0, 1) == b"{"


def test_a_bucket_that_is_none_is_told(layout: Layout, bucket: str) -> None:
    assert bucket
    code, said = run(layout, "--format", "jsonl", "--out", "s3://no-such-bucket/a/b.jsonl")
    assert (code, "the store refuses" in said) == (1, True)
