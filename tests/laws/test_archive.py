"""Damaged WARC files never make derived files worse, and an archive of an earlier version can be used."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from archive.corpus import damage
from archive.layout import Layout
from archive.warc import exclusions, fixity, index
from archive.warc.reader import digest_of
from crawler.runs import metrics

sys.path.insert(0, str(Path(__file__).parents[1]))
import damage_matrix as matrix
import make_archive


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return matrix.unpacked(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """A copy of the archive, with the same site files."""
    return Path(shutil.copytree(whole, whole.parent / tmp_path.name))


@pytest.mark.parametrize(("kind", "harm"), matrix.CELLS)
def test_damage_loses_nothing_is_reported_and_heals(whole: Path, kind: str, harm: str) -> None:
    where = random.Random(f"{kind} {harm}").random()  # noqa: S311 - no secret
    assert matrix.row(whole, whole.parent / "hurt", kind, harm, where, *matrix.COMMANDS) == []


@pytest.mark.parametrize(
    ("kind", "harm"), [("warc", "flipped"), ("warc", "gone"), ("index", "cut"), ("catalogue", "cut")]
)
def test_rebuild_makes_nothing_from_damaged_files(whole: Path, kind: str, harm: str) -> None:
    assert matrix.row(whole, whole.parent / "hurt", kind, harm, 0.4, "rebuild") == []


def test_an_archive_of_the_version_before_opens_verifies_is_cleaned_again_and_crawled_on(tmp_path: Path) -> None:
    with tarfile.open(matrix.ARCHIVE) as pack:
        pack.extractall(tmp_path, filter="data")
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "old.toml").write_text(make_archive.SITE, "utf-8")
    data = tmp_path / "data"
    layout = Layout(root=data)
    before = matrix.documents(layout)
    assert before.total() == 5
    assert not layout.fixity.exists()
    assert [matrix.run(data, command) for command in ("status", "verify", "clean", "verify", "export")] == [0] * 5
    # This version's cleaner may read other texts, but of the same documents.
    assert {id_ for id_, _ in matrix.documents(layout)} == {id_ for id_, _ in before}
    assert {entry.by for entry in fixity.read(layout).entries.values()} == {"registered"}
    with make_archive.serving(make_archive.pages(edited=True, more=1)) as asked:
        assert matrix.crawl(data) == 0
    # It fetches the list and the new article. What else is due depends on the day: robots.txt after one, articles after
    # a week.
    pages = [path for path in asked if "cundang-probe" not in path and path != "/robots.txt"]
    assert pages[0] == "/"
    assert pages.count("/art/2024/3/5/t_5.html") == 1
    assert len(pages) == len(set(pages))
    assert matrix.documents(layout).total() == 6
    assert matrix.run(data, "verify") == 0


def test_damage_is_what_the_shard_told_before_there_was_a_ledger(tmp_path: Path) -> None:
    with tarfile.open(matrix.ARCHIVE) as pack:
        pack.extractall(tmp_path, filter="data")
    layout = Layout(root=tmp_path / "data")
    path = matrix.victim(layout, "warc")
    good = path.read_bytes()
    matrix.hurt(path, "flipped", 0.5)
    found = damage.survey(layout, "old")
    assert [(each.warc, each.what, each.documents) for each in found.damages.values()] == [(path, "damaged", 3)]
    # The damage is noted elsewhere too, so losing the shard later does not lose it.
    layout.shard_of(path).unlink()
    assert [each.what for each in damage.survey(layout, "old").damages.values()] == ["damaged"]
    path.write_bytes(good)
    assert damage.survey(layout, "old").damages == {}
    events = [said["event"] for said in fixity.events(layout) if said["path"].endswith(path.name)]
    assert events == ["registered", "read", "restored"]


def test_the_cures_keep_texts_and_only_the_last_one_drops(data: Path, tmp_path: Path) -> None:
    layout = Layout(root=data)
    path = matrix.victim(layout, "warc")
    good, texts = path.read_bytes(), matrix.documents(layout)
    copy, other = tmp_path / "copy", tmp_path / "other"
    copy.write_bytes(good)
    other.write_bytes(good[:-1])
    matrix.hurt(path, "gone", 0)
    (told,) = damage.known(layout)
    assert str(told).endswith(
        f" The 3 documents that were made from it are kept. Put a good copy back: cundang repair {path} --from COPY."
        " Only if there is none: cundang clean --accept-damage keeps what can still be read, and drops the rest."
    )
    assert matrix.run(data, "repair", str(path), "--from", str(other)) == 1
    assert not path.exists()
    assert matrix.run(data, "repair", str(path), "--from", str(copy)) == 0
    assert path.read_bytes() == good
    assert [matrix.run(data, "clean"), matrix.run(data, "verify")] == [0, 0]
    assert matrix.documents(layout) == texts
    matrix.hurt(path, "gone", 0)
    assert matrix.run(data, "clean") == 1
    assert matrix.documents(layout) == texts
    assert matrix.run(data, "clean", "--accept-damage") == 0
    assert matrix.documents(layout).total() == 2
    assert matrix.catalogued(layout).total() == 2
    assert [matrix.run(data, "clean"), matrix.run(data, "status")] == [0, 0]


def test_status_and_export_know_what_the_last_reading_said(data: Path) -> None:
    path = matrix.victim(Layout(root=data), "warc")
    matrix.hurt(path, "flipped", 0.3)
    assert [matrix.run(data, command) for command in ("status", "export")] == [0, 0]
    assert matrix.run(data, "clean") == 1
    assert [matrix.run(data, command) for command in ("status", "export")] == [1, 1]
    told = [
        line for line in metrics.format_text(metrics.of_archive(Layout(root=data))).splitlines() if 'site="old"' in line
    ]
    assert told[:2] == ['cundang_warc_files{site="old"} 2.0', 'cundang_warc_damaged{site="old"} 1.0']
    assert told[2].startswith("cundang_warc_verified_timestamp_seconds")


def test_an_index_that_is_cut_brings_no_page_back(data: Path) -> None:
    layout = Layout(root=data)
    (gone,) = exclusions.read(layout).pages.values()
    path = matrix.victim(layout, "index")
    good = path.read_bytes()
    path.write_bytes(b"".join(line for line in good.splitlines(keepends=True) if gone.url.encode() not in line))
    texts = matrix.documents(layout)
    assert matrix.run(data, "clean") == 1
    assert path.read_bytes() == good
    assert matrix.documents(layout) == texts
    assert matrix.run(data, "clean") == 0


def test_the_ledger_outlasts_torn_and_foreign_lines(data: Path) -> None:
    layout = Layout(root=data)
    files = len(fixity.read(layout).entries)
    with layout.fixity.open("ab") as file:
        file.write(b'nonsense\n{"event": "closed"}\n{"event": "clo')
    assert [number for number, _ in fixity.read(layout).unread] == [7, 8]
    assert len(fixity.read(layout).entries) == files
    fixity.append(layout, fixity.Event(event="verified", path="warc/old/2026/x.warc.gz"))
    assert [number for number, _ in fixity.read(layout).unread] == [7, 8]
    assert matrix.run(data, "verify") == 1


def test_a_folder_that_is_a_link_is_read_by_every_command(data: Path, tmp_path: Path) -> None:
    layout = Layout(root=data)
    warcs, texts = [*layout.warcs()], matrix.documents(layout)
    for room in (layout.warcs_root, *layout.made_roots):
        shutil.move(room / "old", tmp_path / room.name)
        (room / "old").symlink_to(tmp_path / room.name)
    # A link that leads back must not make the walk endless.
    (tmp_path / "warc" / "back").symlink_to(data)
    assert [*layout.warcs()] == warcs
    assert [matrix.run(data, command) for command in ("verify", "rebuild", "status", "export")] == [0] * 4
    assert matrix.documents(layout) == texts
    assert layout.inside(tmp_path / "warc" / "2026" / "a.warc.gz") == layout.warcs_root / "old/2026/a.warc.gz"
    # The link may be the whole room, or the folder of a year.
    shutil.move(layout.warcs_root, tmp_path / "big")
    layout.warcs_root.symlink_to(tmp_path / "big")
    shutil.move(tmp_path / "warc" / "2026", tmp_path / "year")
    (tmp_path / "warc" / "2026").symlink_to(tmp_path / "year")
    assert layout.inside(tmp_path / "big/other/2026/a.warc.gz") == layout.warcs_root / "other/2026/a.warc.gz"
    assert layout.inside(tmp_path / "year/a.warc.gz") == layout.warcs_root / "old/2026/a.warc.gz"
    path = matrix.victim(layout, "warc")
    copy = Path(shutil.copyfile(path, tmp_path / "copy"))
    matrix.hurt(path, "flipped", 0.4)
    assert matrix.run(data, "verify") == 1
    assert matrix.run(data, "repair", str(path), "--from", str(copy)) == 0
    assert matrix.run(data, "verify") == 0
    other = data.parent / "moved"
    assert matrix.run(data, "move", "old", "--to", str(other)) == 0
    assert [*(tmp_path / room for room in ("warc", "index", "corpus") if (tmp_path / room).exists())] == []
    assert matrix.documents(Layout(root=other)) + matrix.documents(layout) == texts


def as_user(data: Path, *words: str) -> tuple[int, str]:
    """Run a command without the privileges of root, which may read and write everything."""
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may read and write everything, and there is no setpriv to give that up")
    less = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    command = [*less, sys.executable, "-m", "crawler", "--data", str(data), "--sites", str(data.parent / "sites")]
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_file_that_may_not_be_read_is_named_and_the_others_are_read(data: Path) -> None:
    layout = Layout(root=data)
    path, texts = matrix.victim(layout, "warc"), matrix.documents(layout)
    path.chmod(0)
    told = "cannot be read (Permission denied). Correct its permissions, or run the command as its owner."
    for words in (["status"], ["verify"], ["rebuild"]):
        code, said = as_user(data, *words)
        assert (code, said.count(told)) == (1, 1), words
    # A capture that seems to be missing may be in it: no state of a crawl is called wrong.
    assert as_user(data, "verify")[1].endswith("verify: 3 files, 1 problems\n")
    assert matrix.documents(layout) == texts
    path.chmod(0o644)
    assert [as_user(data, command)[0] for command in ("verify", "clean", "status")] == [0] * 3


def test_an_archive_that_may_not_be_written_is_verified(data: Path) -> None:
    layout = Layout(root=data)
    ledger = layout.fixity.read_bytes()
    for path in (data, *data.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222)
    told = f"{layout.fixity}: cannot be written, so the result of this reading is not noted there.\n"
    assert as_user(data, "verify") == (0, f"{told}verify: 3 files, 0 problems\n")
    path = matrix.victim(layout, "warc")
    path.chmod(0o644)
    matrix.hurt(path, "flipped", 0.4)
    assert "its bytes are not those that it was closed with" in as_user(data, "verify")[1]
    assert layout.fixity.read_bytes() == ledger
    for path in (data, *data.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)


def test_a_search_finds_nothing_in_silence_only_where_all_is_cleaned(data: Path) -> None:
    layout = Layout(root=data)
    shutil.rmtree(data / "corpus")
    layout.catalogue.unlink()
    files = len([*layout.warcs()])
    told = f"{files} WARC files are not cleaned, so their pages cannot be found. Run: cundang clean\n"
    assert as_user(data, "search", "会议")[1].endswith("no catalogue yet. Make it: cundang clean\n")
    code, said = as_user(data, "rebuild", "--catalogue")
    assert (code, said.endswith(told)) == (1, True)
    code, said = as_user(data, "search", "会议")
    assert (code, said.endswith(told)) == (1, True)
    assert matrix.run(data, "clean") == 0
    assert matrix.run(data, "search", "nothing") == 0
    layout.catalogue.unlink()
    assert as_user(data, "search", "会议")[1].endswith("no catalogue yet. Make it: cundang rebuild --catalogue\n")


def test_a_file_whose_folder_cannot_be_listed_is_not_gone(data: Path) -> None:
    layout = Layout(root=data)
    path, texts = matrix.victim(layout, "warc"), matrix.documents(layout)
    path.parent.chmod(0o311)
    try:
        code, said = as_user(data, "verify")
        assert path.name not in said
        # Whether it holds files that nobody knows of cannot be told.
        assert f"{path.parent}: offset 0: the folder cannot be listed (Permission denied)" in said
        assert code == 1
        assert as_user(data, "clean", "--accept-damage")[0] == 0
    finally:
        path.parent.chmod(0o755)
    assert matrix.documents(layout) == texts


@pytest.mark.parametrize(
    "change",
    [
        "sources SET path = NULL",
        "sources SET path = 7",
        "documents SET row = NULL",
        "documents SET row = 99",
        "documents SET row = 'zz'",
        "documents SET flags = NULL",
        "documents SET source = 7",
        "captures SET stamp = 'zz'",
        "captures SET url = NULL",
    ],
)
def test_a_catalogue_with_values_that_none_has_ends_with_the_cure(data: Path, change: str) -> None:
    layout, table = Layout(root=data), change.split(" ", maxsplit=1)[0]
    with closing(sqlite3.connect(layout.catalogue, isolation_level=None)) as db:
        (schema,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = ?", [table]).fetchone()
        loose = "PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = ? WHERE name = ?"
        db.execute(loose[0])
        db.execute(loose[1], [re.sub("NOT NULL|, STRICT|STRICT,|STRICT", "", schema), table])
    with closing(sqlite3.connect(layout.catalogue, isolation_level=None)) as db:
        db.execute(f"UPDATE OR REPLACE {change}")
        db.execute(loose[0])
        db.execute(loose[1], [schema, table])
    for words in (
        ["export", "--format", "jsonl", "--out", f"{data}.jsonl"],
        ["search", "会议"],
        ["changes", "--since", "2000-01-01"],
        ["status"],
    ):
        code, said = as_user(data, *words)
        assert "Traceback" not in said, said
        assert code == 0 or "cundang rebuild --catalogue" in said or "cundang clean" in said, said


def test_a_catalogue_whose_bytes_changed_ends_with_the_cure(data: Path) -> None:
    layout = Layout(root=data)
    good = layout.catalogue.read_bytes()
    told = "Make it again: cundang rebuild --catalogue\n"
    noticed = 0
    for change in (good.replace(b'["', b'["\xff'), good.replace(b'["', b"[\xff"), good.replace(b"[]", b"[\x01")):
        layout.catalogue.write_bytes(change)
        for words in (["export", "--format", "jsonl", "--out", f"{data}.jsonl"], ["search", "会议"]):
            code, said = as_user(data, *words)
            assert "Traceback" not in said
            assert code == 0 or said.endswith(told), words
            noticed += code != 0
    assert noticed
    layout.catalogue.write_bytes(good)
    layout.catalogue.chmod(0)
    assert "Correct its permissions" in as_user(data, "search", "会议")[1]


@pytest.mark.parametrize("way", ["repair", "import", "by hand"])
def test_accepted_damage_is_named_and_taken_back(data: Path, tmp_path: Path, way: str) -> None:
    layout = Layout(root=data)
    path, texts = matrix.victim(layout, "warc"), matrix.documents(layout)
    good, other = Path(shutil.copyfile(path, tmp_path / "good.warc.gz")), tmp_path / "other.warc.gz"
    page = next(row for row in index.read(layout.index_of(path)) if row.id in {id_ for id_, _ in texts})
    matrix.hurt(path, "flipped", (page.offset + page.length // 2) / len(good.read_bytes()))
    other.write_bytes(path.read_bytes() + b"\0")
    code, said = as_user(data, "clean", "--accept-damage", "--json")
    # What changed in the texts is for --diff to tell.
    made = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert {item["difference"] for item in made} == {None}
    (lost,) = [line for line in said.splitlines() if line.startswith(f"{path}: lost with its damage: ")]
    ((id_, _),) = texts - matrix.documents(layout)
    assert (code, lost.endswith(f"  {id_}")) == (0, True)
    # Index, shard and catalogue agree with what was accepted.
    assert "Make it again" not in as_user(data, "verify")[1]
    assert matrix.run(data, "repair", str(path), "--from", str(other)) == 1
    if way == "repair":
        assert matrix.run(data, "repair", str(path), "--from", str(good)) == 0
    elif way == "import":
        code, said = as_user(data, "import", str(good))
        assert (code, f"it is what {path} was, and was put back there" in said) == (0, True)
    else:
        shutil.copyfile(good, path)
    assert matrix.run(data, "clean") == 0
    assert path.read_bytes() == good.read_bytes()
    assert matrix.documents(layout) == texts
    assert fixity.read(layout).entries[fixity.name_of(layout, path)].original == ""
    if way != "by hand":
        assert as_user(data, "verify") == (0, "verify: 3 files, 0 problems\n")


def test_what_was_accepted_does_not_take_the_place_of_the_true_original(data: Path, tmp_path: Path) -> None:
    layout = Layout(root=data)
    path = matrix.victim(layout, "warc")
    good = path.read_bytes()
    matrix.hurt(path, "flipped", 0.4)
    assert matrix.run(data, "clean", "--accept-damage") == 0
    accepted = Path(shutil.copyfile(path, tmp_path / "accepted.warc.gz"))
    path.write_bytes(good)
    assert damage.lacking(layout, digest_of(accepted)) is None
    path.unlink()
    assert damage.lacking(layout, digest_of(accepted)) == path


def test_an_import_of_a_file_that_is_gone_puts_it_back(data: Path, tmp_path: Path) -> None:
    layout = Layout(root=data)
    path, texts = matrix.victim(layout, "warc"), matrix.documents(layout)
    copy = Path(shutil.copyfile(path, tmp_path / "copy.warc.gz"))
    path.unlink()
    assert matrix.run(data, "import", str(copy)) == 0
    assert path.read_bytes() == copy.read_bytes()
    assert [matrix.run(data, "verify"), matrix.documents(layout)] == [0, texts]
    # It brings back what was taken down since.
    page = next(row for row in index.read(layout.index_of(path)) if row.id in {id_ for id_, _ in texts})
    assert as_user(data, "forget", page.url)[0] == 0
    path.unlink()
    told = "and was put back there; 6 of its records were taken down: cundang forget URL --erase removes them"
    said = as_user(data, "import", str(copy))[1]
    assert told in said, said[-500:]
