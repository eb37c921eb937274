"""The ledger's files are read as they were written, and the error for a broken one says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import DataError
from archive.ledger import (
    Ledger,
    ListAccount,
    Missing,
    SiteAccount,
    read_ledger,
    read_missing,
    write_ledger,
    write_missing,
)


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    ledger = Ledger(
        lists=(
            ListAccount(url="http://h/a/", name="通知", claimed=22, evidence="共22条", shown=12, had=12, gap=10),
            ListAccount(url="http://h/b/", controls=("加载更多",), blind=3, foreign={"mp.weixin.qq.com": 22}),
        ),
        doubts=(SiteAccount(doubt="no_article", count=7),),
    )
    write_ledger(tmp_path / "x.ledger.jsonl", ledger)
    assert read_ledger(tmp_path / "x.ledger.jsonl") == ledger


def test_what_is_missing_is_read_as_it_was_written(tmp_path: Path) -> None:
    odd = "leads to http://else/\u2028\x85\r"
    missing = [
        Missing(url=f"http://h/{n}", state="failed", reason="redirect_off_site", detail=odd, tries=1, parent=None)
        for n in range(2)
    ]
    write_missing(tmp_path / "x.missing.jsonl", missing)
    assert list(read_missing(tmp_path / "x.missing.jsonl")) == missing


def test_a_file_that_cannot_be_written_whole_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "x.missing.jsonl"
    old = Missing(url="http://h/1", state="failed", reason="http_404", detail="", tries=1, parent=None)
    write_missing(path, [old])

    def lines() -> Iterator[Missing]:
        yield replace(old, url="http://h/2")
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the disk says what it likes
        write_missing(path, lines())
    assert list(read_missing(path)) == [old]


def test_no_file_is_an_empty_ledger(tmp_path: Path) -> None:
    assert read_ledger(tmp_path / "x.ledger.jsonl") == Ledger()
    assert list(read_missing(tmp_path / "x.missing.jsonl")) == []


def test_a_field_of_a_later_version_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.ledger.jsonl"
    path.write_text('{"kind": "list", "url": "http://h/", "mood": "fair"}\n', encoding="utf-8")
    assert read_ledger(path).lists == (ListAccount(url="http://h/"),)


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "list"}'])
def test_a_broken_ledger_names_its_cure(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.ledger.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="Delete it"):
        read_ledger(path)
