"""Two accounts of one group share an archive: what one writes the other may write, and who may not is told why."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from pathlib import Path

import loaded
import pytest
from little_server import serving
from test_moved import answer

from archive.catalogue import build
from archive.errors import DataError, unwritable
from archive.layout import Layout


def test_every_file_of_an_archive_may_be_written_by_whom_the_umask_lets(tmp_path: Path) -> None:
    program = "import os; os.umask(0o002); from crawler.cli import main; main()"
    with serving(answer) as little:
        site = little.site(tmp_path / "sites")
        site.write_text('schedule = "0 3 * * *"\n' + site.read_text("utf-8"), "utf-8")
        for words in (("crawl", "little"), ("schedule", "due"), ("clean", "--all"), ("rebuild", "--catalogue")):
            command = [sys.executable, "-c", program, "--data", f"{tmp_path}/data", "--sites", f"{tmp_path}/sites"]
            loaded.run([*command, *words], env=os.environ | {"CUNDANG_SLOTS": f"{tmp_path}/slots"}, check=True)
    made = [path for folder in ("data", "slots") for path in (tmp_path / folder).rglob("*")]
    assert {path.name for path in made} >= {"runs.sqlite", "catalogue.sqlite", "little.sqlite", "little.lock"}
    assert [str(path) for path in made if not path.stat().st_mode & stat.S_IWGRP] == []


def test_a_file_of_another_account_is_no_reason_to_make_its_folder_writable(tmp_path: Path) -> None:
    theirs = tmp_path / "little.lock"
    assert unwritable(theirs) == "Make the folder writable."
    theirs.touch()
    assert unwritable(theirs).startswith("It belongs to another account: let your group write it")


def test_a_catalogue_of_another_account_ends_a_cleaning_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(root=tmp_path)
    build.update(layout)
    kept = f"{layout.catalogue.as_uri()}?mode=ro"
    monkeypatch.setattr(build, "_connect", lambda _path: sqlite3.connect(kept, uri=True))
    with pytest.raises(DataError, match=r"attempt to write a readonly database\. It belongs to another account"):
        build.update(layout)
