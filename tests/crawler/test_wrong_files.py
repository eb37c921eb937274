"""A site file with a mistake stops no other site, and everybody says so: the commands, their exit code, an alert."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import loaded
from little_server import serving
from test_moved import answer

from archive.layout import Layout
from crawler.runs.alerts import Alarm, tell_files
from crawler.runs.history import Runs

BAD = {
    "bad1": 'name = "b"\nhosts = ["b.cn"]\n[crawl]\nstart = ["http://b.cn/"]\ndelay = "3"\n',
    "bad2": 'name = "c"\nhosts = ["c.cn"]\nschedule = "61 * * * *"\n[crawl]\nstart = ["http://c.cn/"]\n',
    "twin1": 'name = "d"\nhosts = ["d.cn"]\n[crawl]\nstart = ["http://d.cn/"]\n',
    "twin2": 'name = "e"\nhosts = ["e.cn", "d.cn"]\n[crawl]\nstart = ["http://e.cn/"]\n',
}
CLASH = "d.cn stands in two site files, twin1 and twin2. Name it in one."


def cundang(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites", *words]
    return loaded.run(command, timeout=120)


@contextmanager
def folder_with_mistakes(folder: Path) -> Iterator[Path]:
    """One good site, which is due each minute, and four wrong files; the good one's."""
    with serving(answer) as little:
        site = little.site(folder / "sites")
        site.write_text('schedule = "* * * * *"\n' + site.read_text("utf-8"), "utf-8")
        for key, text in BAD.items():
            (folder / "sites" / f"{key}.toml").write_text(text, "utf-8")
        yield site


def wait_until_due(folder: Path) -> None:
    runs = Runs(Layout(root=folder / "data").runs)
    runs._db.execute("UPDATE watch SET since = ?", ((dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat(),))
    runs._db.execute("DELETE FROM run")
    runs.close()


def test_all_other_sites_are_crawled_and_all_mistakes_are_named(tmp_path: Path) -> None:
    with folder_with_mistakes(tmp_path):
        crawled = cundang(tmp_path, "crawl", "--all")
        listed = cundang(tmp_path, "sites", "list")
        exported = cundang(tmp_path, "export", "--format", "jsonl", "--out", f"{tmp_path}/o.jsonl", "--place", "51")
        cleaned = cundang(tmp_path, "clean")
        anew = cundang(tmp_path, "clean", "--all")
    assert crawled.returncode == 2
    assert "little: 4 pages (3 articles)" in crawled.stderr
    for said in (crawled, listed, cleaned):
        assert said.returncode == 2
        assert "bad1.toml, line 5: `crawl.delay` must be a number, not '3'." in said.stderr
        assert said.stderr.count(CLASH) == 1 or said is crawled
        assert "Traceback" not in said.stderr
    assert listed.stdout.split()[0] == "bad2", "its schedule is another matter"
    assert "little" in listed.stdout
    assert exported.returncode == 2
    # It would take the rules from the texts of these sites.
    assert anew.returncode == 2
    assert "catalogue" not in anew.stderr


def test_the_schedule_crawls_the_others_and_sends_one_alert_for_each_wrong_file(tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    alert = ("--alert-command", f"sh -c 'cat >> {told}; echo >> {told}'")
    with folder_with_mistakes(tmp_path):
        first = cundang(tmp_path, "schedule", "due", *alert)
        wait_until_due(tmp_path)
        second = cundang(tmp_path, "schedule", "due", *alert)
        planned = cundang(tmp_path, "schedule", "list", "--json")
        sent = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
        for key in BAD:
            (tmp_path / "sites" / f"{key}.toml").unlink()
        third = cundang(tmp_path, "schedule", "due", *alert)
    assert (first.returncode, second.returncode, planned.returncode, third.returncode) == (2, 2, 2, 0)
    assert "little: finished, exit 0, 4 pages, 3 documents" in second.stderr
    assert [json.loads(line)["site"] for line in planned.stdout.splitlines()] == ["little"]
    assert sorted((each["site"], each["state"]) for each in sent) == [(key, "trouble") for key in sorted(BAD)]
    assert (
        next(each["text"] for each in sent if each["site"] == "twin1") == f"twin1: its site file is left out: {CLASH}"
    )
    last = [json.loads(line) for line in told.read_text("utf-8").splitlines()][len(sent) :]
    assert sorted((each["site"], each["state"]) for each in last) == [(key, "well") for key in sorted(BAD)]


def test_a_wrong_file_is_named_when_its_site_is_asked_for(tmp_path: Path) -> None:
    with folder_with_mistakes(tmp_path):
        cundang(tmp_path, "crawl", "little")
        for words in (("crawl", "bad1"), ("clean", "--site", "bad1"), ("sites", "learn", "bad1")):
            done = cundang(tmp_path, *words)
            assert done.returncode == 2
            assert "bad1.toml, line 5: `crawl.delay` must be a number" in done.stderr, words
        assert cundang(tmp_path, "crawl", "little").returncode == 0
        checked = cundang(tmp_path, "sites", "check")
    assert checked.returncode == 2
    assert "bad2.toml" in checked.stderr
    assert CLASH in checked.stderr


def test_no_part_is_named_where_none_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "bad1.toml").write_text(BAD["bad1"], "utf-8")
    done = cundang(tmp_path, "crawl", "--all")
    assert done.returncode == 2
    assert "bad1.toml, line 5" in done.stderr
    assert "this part" not in done.stderr


def test_a_schedule_knows_nothing_of_the_wrong_files_in_folders_inside_its_own(tmp_path: Path) -> None:
    runs, alarm, now = Runs(tmp_path / "runs.sqlite"), Alarm(command="true"), dt.datetime.now(dt.UTC)
    tell_files(runs, tmp_path / "sites" / "more", {"bad1": "a mistake"}, alarm, now)
    tell_files(runs, tmp_path / "sites", {}, alarm, now)
    assert runs.troubles(f"{tmp_path}/") == {f"{tmp_path}/sites/more/bad1.toml"}
    runs.close()
