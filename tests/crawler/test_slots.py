"""One limit for the machine, whoever starts crawls."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import many_sites
import pytest

from archive.errors import DataError, UsageError
from archive.site import load
from crawler.queue.slots import Slots, set_limit
from crawler.runs.history import Runs

LIMIT = 3
PORT = 20000 + os.getpid() % 10000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUNDANG_SLOTS", str(tmp_path / "slots"))
    return tmp_path / "slots"


def test_as_many_slots_are_taken_as_there_are_and_a_dead_process_gives_its_own_back() -> None:
    set_limit(2)
    slots = Slots()
    first, second = slots.take(), slots.take()
    assert first
    assert second
    assert slots.take() is None
    assert slots.held() == 2
    first.release()
    hold = "import time; from crawler.queue import slots; x = slots.Slots().take(); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        assert slots.take() is None
        other.kill()
    assert slots.take()


def test_a_lower_limit_counts_what_is_held_above_it() -> None:
    slots = Slots()
    held = [slots.take() for _ in range(5)]
    set_limit(2)
    assert slots.held() == 5
    assert held[0]
    held[0].release()
    assert slots.take(), "a slot below the limit is free"


@pytest.mark.parametrize("words", ["", "many"])
def test_a_broken_limit_is_named_with_its_cure(folder: Path, words: str) -> None:
    slots = Slots()
    (folder / "limit").write_text(words, "ascii")
    with pytest.raises(DataError, match="cundang schedule limit"):
        slots.take()
    with pytest.raises(UsageError):
        set_limit(0)


def command(house: Path, name: str, *words: str) -> list[str]:
    """A command with data and site files of its own."""
    folders = ["--data", str(house / name), "--sites", str(house / f"{name}-sites")]
    return [sys.executable, "-m", "crawler.cli", *folders, *words]


@pytest.mark.parametrize(
    "names",
    [
        ("cron", "hand"),
        pytest.param(
            ("one", "two", "cron", "hand"),
            marks=pytest.mark.skipif(not os.environ.get("CUNDANG_SITES"), reason="make sites300 runs it"),
        ),
    ],
    ids=len,
)
def test_daemons_a_cron_line_and_a_crawl_by_hand_stay_below_the_limit(tmp_path: Path, names: tuple[str, ...]) -> None:
    set_limit(LIMIT)
    dealt = {"one": range(2, 5), "two": range(5, 8), "cron": range(8, 12), "hand": range(12, 13)}
    for name in names:
        # Due once: a New Year has passed since the sites were first seen.
        new_year = 'schedule = "0 0 1 1 *"\n'
        most = dict.fromkeys(dealt[name], 6)
        many_sites.write_sites(tmp_path / f"{name}-sites", dealt[name], PORT, delay=0.2, most=most, schedule=new_year)
        with closing(Runs(tmp_path / name / "runs.sqlite")) as runs:
            runs.last(load(tmp_path / f"{name}-sites").values(), dt.datetime.now(dt.UTC) - dt.timedelta(days=366))
    sites = sum(len(dealt[name]) for name in names)
    words = {"one": ["schedule", "run"], "two": ["schedule", "run"], "cron": ["schedule", "due"]}
    words["hand"] = ["crawl", many_sites.key(12)]
    with many_sites.serving(tmp_path / "log", 13, PORT), (tmp_path / "talk").open("wb") as talk:
        running = {name: subprocess.Popen(command(tmp_path, name, *words[name]), stderr=talk) for name in names}
        held = []
        end = time.monotonic() + 240
        while time.monotonic() < end and (
            any(running[name].poll() is None for name in ("cron", "hand"))
            or len(many_sites.asked(tmp_path / "log")) < sites
        ):
            held.append(Slots().held())
            time.sleep(0.2)
        for name in {"one", "two"} & running.keys():
            running[name].terminate()
        codes = {process.wait(60) for process in running.values()}
    assert codes == {0}, (tmp_path / "talk").read_text("utf-8")
    assert max(held) == LIMIT
    visits = many_sites.asked(tmp_path / "log")
    assert len(visits) == sites, "every site was visited"
    assert many_sites.most_at_once(visits.values()) == LIMIT
