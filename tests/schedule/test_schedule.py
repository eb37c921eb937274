"""The schedule: every planned time has one run or is reported as missed, whatever clocks and processes do."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import loaded
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import SiteError
from archive.layout import Layout
from archive.site import Crawl, Site
from crawler import practice
from crawler.queue.entries import Ending
from crawler.queue.lock import is_held
from crawler.queue.slots import Slot
from crawler.runs.alerts import reasons
from crawler.runs.cron import next_time, times
from crawler.runs.history import Did, Last, Runs, ScheduledRun
from crawler.runs.schedule import Child, Machine, Schedule, due

CHINA = ZoneInfo("Asia/Shanghai")
MINUTE = dt.timedelta(minutes=1)
BEGIN = dt.datetime(2026, 10, 20, 0, 0, 30, tzinfo=dt.UTC)


def site(key: str, schedule: str | None) -> Site:
    return Site(key=key, name=key, hosts=(f"{key}.cn",), crawl=Crawl(start=(f"http://{key}.cn/",)), schedule=schedule)


@pytest.mark.parametrize(
    ("expression", "planned"),
    [
        ("0 3 * * *", ["2026-10-21 03:00", "2026-10-22 03:00"]),
        # 25 October 2026 is a Sunday: 0 and 7 in cron.
        ("30 6 * * 0", ["2026-10-25 06:30", "2026-11-01 06:30"]),
        ("30 6 * * 7", ["2026-10-25 06:30", "2026-11-01 06:30"]),
        ("0 0 * * 1-5", ["2026-10-21 00:00", "2026-10-22 00:00"]),
        ("0 12 * * sat,0", ["2026-10-24 12:00", "2026-10-25 12:00"]),
        # If there is a day and a weekday, one match is enough.
        ("0 12 22 * 0", ["2026-10-22 12:00", "2026-10-25 12:00"]),
        ("*/30 20 * * *", ["2026-10-20 20:00", "2026-10-20 20:30"]),
    ],
)
def test_a_cron_expression_means_what_cron_means_in_china(expression: str, planned: list[str]) -> None:
    one = site("a", expression)
    first = next_time(one, BEGIN)
    assert first
    second = next_time(one, first)
    assert second
    assert [f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" for moment in (first, second)] == planned


@pytest.mark.parametrize("expression", ["", "* * * *", "0 25 * * *", "x * * * *", "0 0 * * 8", "0 0 * * 5-1"])
def test_what_is_no_cron_expression_is_named(expression: str) -> None:
    with pytest.raises(SiteError, match=r"a: schedule .* is not a cron expression"):
        next_time(site("a", expression), BEGIN)


def test_the_check_of_site_files_reads_schedules(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    said = 'name = "a"\nhosts = ["a.cn"]\nschedule = "0 25 * * *"\n[crawl]\nstart = ["http://a.cn/"]\n'
    path.write_text(said, encoding="utf-8")
    check = [sys.executable, "-m", "crawler.cli", "sites", "check", str(path)]
    done = loaded.run(check, timeout=300)
    assert done.returncode == 2
    assert f"{path}, line 3: schedule '0 25 * * *' is not a cron expression" in done.stderr
    path.write_text(said.replace("name =", "nam ="), encoding="utf-8")
    assert len(loaded.run(check, timeout=300).stderr.splitlines()) >= 2, "the schedule is named beside other mistakes"
    path.write_text(said.replace("25", "23"), encoding="utf-8")
    good = loaded.run(check, timeout=300)
    assert (good.returncode, good.stdout) == (0, "a: valid\n")


@given(hours=st.integers(0, 400), step=st.integers(1, 12))
def test_planned_times_are_each_due_once_or_counted_as_missed(hours: int, step: int) -> None:
    one = site("a", f"0 */{step} * * *")
    now = BEGIN + dt.timedelta(hours=hours)
    found = due([one], {"a": Last(planned=BEGIN, done=True)}, now)
    planned = list(times(one, BEGIN, now))
    assert sum(1 + each.missed for each in found) == len(planned)
    assert [each.planned for each in found] == planned[-1:]


@dataclass
class Simulated:
    """A machine with a simulated clock and crawls: a crawl takes a while, and dies with its schedule."""

    clock: dt.datetime
    chance: random.Random
    generation: int = 0
    crawls: list[FakeCrawl] = field(default_factory=list)

    def now(self) -> dt.datetime:
        return self.clock

    @property
    def runner(self) -> str:
        return f"{self.generation}"

    def alive(self, runner: str) -> bool:
        return runner == self.runner

    def busy(self, site: str) -> bool:
        return any(crawl.site == site and crawl.poll() is None for crawl in self.crawls)

    def did(self, run: ScheduledRun) -> Did:
        del run
        return Did(ending=None, pages=10, documents=5)

    def look(self) -> None:
        pass

    def slot(self) -> Slot:
        return Slot(-1)

    def start(self, site: str, number: int, slot: Slot) -> Child:
        del number, slot
        assert not self.busy(site), f"two crawls of {site} at once"
        crawl = FakeCrawl(world=self, site=site, left=self.chance.randrange(1, 200))
        self.crawls.append(crawl)
        return crawl

    def pass_minutes(self, minutes: int) -> None:
        """Let minutes pass, however the clock is set."""
        self.clock += minutes * MINUTE
        for crawl in self.crawls:
            crawl.left -= minutes

    def kill(self) -> None:
        """Kill the schedule: its crawls get a signal, finish their requests and end, unobserved."""
        self.generation += 1
        for crawl in self.crawls:
            crawl.left = min(crawl.left, 2)


@dataclass
class FakeCrawl:
    world: Simulated
    site: str
    left: int
    told: bool = False
    cause: str | None = None

    def poll(self) -> int | None:
        return (5 if self.told else 0) if self.left <= 0 else None

    def send_signal(self, _number: int, /) -> None:
        self.told, self.left = True, 1


# CUNDANG_WEEKS is the number of simulated weeks; `make scheduled` simulates ten.
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("CUNDANG_WEEKS", "1"))))
def test_a_week_of_twenty_sites_with_sleeps_jumps_and_kills(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clocks of New York go back on 1 November 2026, those of Berlin a week before.
    zone = ("Europe/Berlin", "America/New_York")[seed % 2]
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    chance = random.Random(seed)  # noqa: S311 - a simulation
    expressions = ["0 3 * * *", "*/30 * * * *", "15 */6 * * *", "0 8 * * 1-5", "0 2 25 * *"]
    sites = {f"s{number:02}": site(f"s{number:02}", expressions[number % 5]) for number in range(20)}
    begin = BEGIN if zone == "Europe/Berlin" else BEGIN + dt.timedelta(days=7)
    world = Simulated(clock=begin, chance=chance)

    def begun() -> Schedule:
        return Schedule(Runs(tmp_path / "runs.sqlite"), lambda: sites, world, at_once=6, alarm=None)

    schedule = begun()
    schedule.look()
    while world.clock < begin + dt.timedelta(days=7):
        event = chance.random()
        if event < 0.002:
            world.pass_minutes(chance.randrange(30, 900))  # asleep
        elif event < 0.004:
            world.clock -= chance.randrange(1, 90) * MINUTE  # set back
        elif event < 0.006:
            world.clock += chance.randrange(1, 200) * MINUTE  # set ahead
        elif event < 0.009:
            world.kill()
            schedule = begun()
        elif event < 0.012:
            schedule.stop(signal.SIGTERM)
            world.pass_minutes(2)
            schedule.look()
            assert schedule.running == 0
            world.kill()
            schedule = begun()
        world.pass_minutes(1)
        schedule.look()
        assert schedule.running <= 6
    for _ in range(600):
        # Let running crawls end, and start no more.
        world.pass_minutes(1)
        schedule.stop(signal.SIGTERM) if schedule.running == 0 else schedule.look()
    end = world.clock
    check(Runs(tmp_path / "runs.sqlite").history(limit=10**6), sites, begin, end)
    monkeypatch.undo()
    time.tzset()


def check(history: list[ScheduledRun], sites: Mapping[str, Site], begin: dt.datetime, end: dt.datetime) -> None:
    """Check that each planned time has one complete run, or is counted as missed by a later one."""
    by_site: dict[str, list[ScheduledRun]] = defaultdict(list)
    for run in reversed(history):
        by_site[run.site].append(run)
    assert any(run.missed for run in history), "nothing was missed: the simulation is too kind"
    assert any(run.ending == "killed" for run in history)
    for key, one in sites.items():
        runs = by_site[key]
        finished = [run.planned for run in runs if run.ending == "finished"]
        assert len(finished) == len(set(finished)), f"{key}: a planned time was used twice"
        used = {run.planned for run in runs}
        missed: list[dt.datetime] = []
        previous = begin
        for run in runs:
            if run.planned != previous or run is runs[0]:
                passed = list(times(one, previous, run.planned))[:-1]
                assert len(passed) == run.missed, f"{key}: {run.missed} reported, {len(passed)} missed"
                assert run.first_missed == (passed[0] if passed else None)
                missed += passed
            previous = run.planned
        all_ = set(times(one, begin, max(used, default=begin)))
        assert used | set(missed) == all_, f"{key}: a planned time is neither used nor reported"
        assert not used & set(missed)
        left = list(times(one, max(used, default=begin), end - dt.timedelta(hours=16)))
        assert not left or key in {run.site for run in history if run.ended is None}, f"{key}: {left} never came"


def test_a_clock_that_was_a_year_ahead_does_not_silence_a_site(tmp_path: Path) -> None:
    world = Simulated(clock=BEGIN, chance=random.Random(0))  # noqa: S311 - a simulation
    sites = {"a": site("a", "0 * * * *")}
    schedule = Schedule(Runs(tmp_path / "r.sqlite"), lambda: sites, world, at_once=1, alarm=None)
    for days in (0, 365, -365):
        world.clock += dt.timedelta(days=days)
        for _ in range(400):
            world.pass_minutes(1)
            schedule.look()
    runs = Runs(tmp_path / "r.sqlite").history()
    assert sum(run.began < BEGIN + dt.timedelta(days=2) for run in runs) >= 6


def test_a_run_is_compared_with_those_before_it() -> None:
    def run(**other: Any) -> ScheduledRun:
        values: dict[str, Any] = dict.fromkeys(("articles", "requisites", "revisits", "bytes", "missed"), 0)
        values |= {
            "pages": 100,
            "documents": 40,
            "exit": 0,
            "ending": Ending.FINISHED,
            "skips": {},
            "first_missed": None,
        }
        moments = dict.fromkeys(("planned", "began", "ended"), BEGIN)
        return ScheduledRun(number=1, site="a", runner="", **{**moments, **values, **other})

    usual = [run()] * 4
    assert reasons(run(), usual) == []
    # Only pages that are due are fetched: twelve after a first crawl of a hundred are normal.
    assert reasons(run(pages=12, documents=0), usual) == []
    blocked = run(pages=80, skips={"blocked": 50, "list": 10})
    assert reasons(blocked, usual) == ["38% of 80 pages were good, usually 100%"]
    assert reasons(blocked, [blocked] * 4) == [], "a site that is always so"
    assert reasons(run(exit=3, ending=Ending.NO_SPACE, missed=2), usual) == ["no space", "missed 2"]
    assert reasons(run(ending=Ending.HOURS), usual) == [], "a site whose hours are over is in order"
    assert reasons(blocked, usual[:2]) == [], "two runs are no habit"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """Three practice sites with a schedule of every minute."""
    with practice.Server() as server:
        files = practice.write_sites(tmp_path / "all", server.port)
        (tmp_path / "sites").mkdir()
        for key in ("vsb", "farm", "dede"):
            said = files[key].read_text(encoding="utf-8")
            lines = [line for line in said.splitlines() if not line.startswith("schedule")]
            said = "\n".join(['schedule = "* * * * *"', *lines, ""]).replace("[crawl]\n", "[crawl]\nmax_pages = 12\n")
            (tmp_path / "sites" / f"{key}.toml").write_text(said, encoding="utf-8")
        yield tmp_path


def command(house: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "crawler.cli", "--data", f"{house}/data", "--sites", f"{house}/sites", *words]


def cundang(house: Path, *words: str) -> str:
    done = loaded.run(command(house, *words), timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def wind_back(house: Path, minutes: int) -> None:
    """Change the history as if the schedule had first seen the sites earlier."""
    since = (dt.datetime.now(dt.UTC) - minutes * MINUTE).isoformat()
    with closing(sqlite3.connect(Layout(root=house / "data").runs)) as db, db:
        db.execute("UPDATE watch SET since = ?", (since,))


def history(house: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cundang(house, "schedule", "history", "--json").splitlines()]


def test_one_look_by_cron_crawls_what_is_due_and_reports_missed_times(house: Path) -> None:
    cundang(house, "schedule", "due")
    assert history(house) == [], "the first look only notes the time"
    wind_back(house, 5)
    told: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        hook = f"http://127.0.0.1:{server.server_port}/"
        tee = f"tee -a {house}/told.jsonl"
        done = loaded.run(
            command(house, "schedule", "due", "--alert-webhook", hook, "--alert-command", tee), timeout=300
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr[-2000:]
    runs = history(house)
    first = {run["site"]: run for run in runs}
    assert len(first) == len(runs), "a pass crawls a site once"
    assert set(first) == {"vsb", "farm", "dede"}
    for run in first.values():
        assert (run["ending"], run["exit"]) == ("max_pages", 0), run
        assert 9 <= run["pages"] <= 12
        assert run["missed"] >= 3
        assert run["documents"] + sum(run["skips"].values()) >= run["pages"]
    assert {alarm["site"] for alarm in told} == set(first)
    assert all(any(why.startswith("missed") for why in alarm["reasons"]) for alarm in told)
    assert len((house / "told.jsonl").read_text(encoding="utf-8").strip()) > 0
    planned = [json.loads(line) for line in cundang(house, "schedule", "list", "--json").splitlines()]
    assert {line["site"]: line["last_ending"] for line in planned} == dict.fromkeys(first, "max_pages")


def test_a_killed_daemon_leaves_no_orphan_and_the_next_one_continues_its_crawls(house: Path) -> None:
    for path in (house / "sites").iterdir():
        text = path.read_text(encoding="utf-8")
        # Slow enough to be interrupted.
        lines = [line for line in text.splitlines() if not line.startswith("delay")]
        path.write_text("\n".join(lines).replace("[crawl]", "[crawl]\ndelay = 1.0"), encoding="utf-8")
    cundang(house, "schedule", "due")
    wind_back(house, 3)
    with daemon(house, "--metrics", str(port := free_port())) as first:
        wait_for(lambda: all_held(house))
        crawls = children(first.pid)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            figures = answer.read().decode()
        assert 'cundang_running{site="vsb"} 1.0' in figures
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            assert json.load(answer)["running"] == 3
        time.sleep(4)
        first.kill()
        first.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in crawls))
    with daemon(house) as second:
        wait_for(lambda: all_held(house))
        time.sleep(4)
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0
    runs = history(house)
    assert not [run for run in runs if run["ending"] == "running"], "a clean stop leaves nothing open"
    assert [run["ending"] for run in reversed(runs)][:3] == ["killed"] * 3
    assert {run["ending"] for run in runs} <= {"killed", "interrupted", "max_pages", "finished"}
    assert cundang(house, "verify") == ""


def test_a_crawl_that_is_told_to_end_before_it_could_begin_ends_as_interrupted(house: Path) -> None:
    machine = Machine(Layout(root=house / "data"), house / "sites")
    slot = machine.slot()
    assert slot
    child = machine.start("vsb", 1, slot)
    child.send_signal(signal.SIGTERM)

    def ended() -> int | None:
        machine.look()
        return child.poll()

    assert wait_for(ended) == 5
    machine.crews.close()


def all_held(house: Path) -> bool:
    return all(is_held(house / "data/state" / f"{key}.lock") for key in ("vsb", "farm", "dede"))


def daemon(house: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(house, "schedule", "run", *words), stderr=subprocess.DEVNULL)


def children(pid: int) -> list[int]:
    """The children of a process, including those started by its threads."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def wait_for(what: Any) -> Any:
    """Wait until a function returns a true value; return this value."""
    deadline = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < deadline, "waited for a minute"
        time.sleep(0.1)
    return found


def free_port() -> int:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


def test_the_crontab_line_looks_every_minute(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUNDANG_CONTACT", "mailto:a%20b@c.cn")
    monkeypatch.setenv("CUNDANG_SLOTS", str(house / "slots"))
    line = cundang(house, "schedule", "export", "--cron")
    assert line.startswith("* * * * * cd ")
    assert "a\\%20b" in line
    assert f" CUNDANG_SLOTS={house}/slots " in line, "the limit of crawls is the one of the shell"
    (house / "data").mkdir(exist_ok=True)
    # The command of the line works.
    shown = line.removeprefix("* * * * * ").replace("\\%", "%")
    assert subprocess.run(["/bin/sh", "-c", shown], capture_output=True, check=False, env=os.environ).returncode == 0
