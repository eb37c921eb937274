"""The interfaces of the schedule: alerts, metrics, health, and the files for systemd, Prometheus and Grafana."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from archive.corpus.disk import measure
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import Crawl, Site
from crawler.queue.entries import Ending
from crawler.queue.slots import Slot
from crawler.runs import units
from crawler.runs.alerts import Alarm, tell
from crawler.runs.history import LEAST, Did, Runs, ScheduledRun
from crawler.runs.live import Live
from crawler.runs.metrics import Watched, served
from crawler.runs.schedule import Child, Schedule

BEGIN = dt.datetime(2026, 10, 20, 0, 0, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Ended:
    """A crawl that has ended."""

    def __init__(self, code: int) -> None:
        self._code = code
        self.cause = "no page was fetched from a.cn (2 timeout)" if code else None

    def poll(self) -> int:
        return self._code

    def send_signal(self, number: int, /) -> None:
        raise AssertionError(number)


class World:
    """One site, whose server is down while `down` is true."""

    runner = "1"

    def __init__(self) -> None:
        self.clock = BEGIN
        self.down = False

    def now(self) -> dt.datetime:
        return self.clock

    def look(self) -> None:
        pass

    def slot(self) -> Slot:
        return Slot(-1)

    def start(self, site: str, number: int, slot: Slot) -> Child:
        del site, number, slot
        return Ended(int(self.down))

    def busy(self, site: str) -> bool:
        del site
        return False

    def alive(self, runner: str) -> bool:
        return bool(runner)

    def did(self, run: ScheduledRun) -> Did:
        del run
        if self.down:
            return Did(ending=Ending.UNREACHABLE)
        return Did(ending=Ending.FINISHED, pages=30, documents=20)


def test_a_trouble_that_an_earlier_version_told_of_is_not_told_of_again(tmp_path: Path) -> None:
    runs, told, now = Runs(tmp_path / "runs.sqlite"), tmp_path / "told", dt.datetime.now(dt.UTC)
    runs.set_trouble("a", now, "a: gaps: claims 22 (共22条), shows 12")
    ended = ScheduledRun(
        number=1,
        site="a",
        planned=now,
        missed=0,
        first_missed=None,
        began=now,
        runner="",
        ended=now,
        exit=1,
        ending=Ending.GAPS,
        documents=0,
        skips={},
        shortfall="claims 23 (共23条), shows 12",
    )
    tell(runs, ended, Alarm(command=f"tee -a {told}"), stopping=False)
    assert not told.exists()
    well = replace(ended, exit=0, ending=Ending.FINISHED, shortfall=None)
    tell(runs, well, Alarm(command=f"tee -a {told}"), stopping=False)
    assert "; it was: gaps: claims 22" in told.read_text("utf-8")
    runs.close()


def test_a_site_that_is_down_for_a_week_makes_two_alerts_with_their_cause(tmp_path: Path) -> None:
    world, told = World(), tmp_path / "told.jsonl"
    sites: Mapping[str, Site] = {
        "a": Site(key="a", name="a", hosts=("a.cn",), crawl=Crawl(start=("http://a.cn/",)), schedule="0 3 * * *")
    }
    alarm = Alarm(command=f"sh -c 'cat >> {told}; echo >> {told}'")
    for day in range(12):
        world.down = 2 <= day < 9
        # A new daemon knows which alerts were sent.
        schedule = Schedule(Runs(tmp_path / "runs.sqlite"), lambda: sites, world, at_once=None, alarm=alarm)
        schedule.look()
        world.clock += DAY
        schedule.look()
        schedule.look()
    alerts = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    assert [alert["state"] for alert in alerts] == ["trouble", "well"]
    assert alerts[0]["text"] == "a: unreachable: no page was fetched from a.cn (2 timeout)"
    well, _, was = alerts[1]["text"].partition("; it was: ")
    assert well == "a: recovered (finished, 30 pages) after 7 days"
    assert was == "unreachable: no page was fetched from a.cn (2 timeout)"


def history(path: Path, runs: int, sites: int) -> None:
    """Make a history with this number of runs, without totals, as in an earlier version."""
    Runs(path).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany(
            "INSERT INTO run VALUES (NULL, ?, ?, 0, NULL, ?, '1', ?, ?, ?, 30, 20, 3, 1, 1000, 19, ?, NULL)",
            (
                (
                    f"s{n % sites:03}",
                    (moment := (BEGIN + n * dt.timedelta(minutes=1)).isoformat()),
                    moment,
                    moment,
                    n % 50 == 0,
                    "gaps" if n % 50 == 0 else "finished",
                    json.dumps({"list": 10, "empty": 1}),
                )
                for n in range(runs)
            ),
        )


def test_a_scrape_of_a_long_history_is_cheap_and_its_counters_never_go_back(tmp_path: Path) -> None:
    layout, young = Layout(root=tmp_path), Layout(root=tmp_path / "young")
    young.root.mkdir()
    history(layout.runs, 200_000, 300)
    history(young.runs, 3_000, 300)
    watched, new = Watched(layout, Live()), Watched(young, Live())
    # The first process to open a file of the earlier version counts its rows.
    figures = watched.figures()
    new.figures()
    # Of as many sites and 67 times as many runs: the least of three, because other work on the machine adds to it.
    assert min(cpu(watched.figures) for _ in range(3)) < 4 * min(cpu(new.figures) for _ in range(3))
    assert 'cundang_pages_total{site="s007"} 20010.0' in figures
    assert (
        'cundang_runs_total{ending="gaps",site="s050"} 667.0' in figures
        or 'site="s050",ending="gaps"} 667.0' in figures
    )
    assert 'cundang_skips_total{reason="list",site="s007"}' in figures or 'site="s007",reason="list"}' in figures
    with closing(Runs(layout.runs)) as runs:
        gone = runs.trim(BEGIN + 3000 * DAY)
        assert len(gone) == 200_000 - 300 * LEAST
    assert counters(watched.figures()) == counters(figures)
    watched.close()
    new.close()


def cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def counters(figures: str) -> list[str]:
    return [line for line in figures.splitlines() if "_total{" in line]


def test_the_disk_forecast_follows_the_growth_of_the_last_days(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    folder = layout.warc_folder("a", 2026)
    folder.mkdir(parents=True)
    (folder / "a.warc.gz").write_bytes(b"x" * 3_000_000)
    (tmp_path / "catalogue.sqlite").write_bytes(b"x" * 3_000_000)
    disk = measure(layout, time.time() + 10 * 86400)
    assert (disk.used, disk.measured_days, disk.daily_growth) == (6_000_000, 10, 600_000)
    assert disk.days_until_full == disk.free // 600_000
    assert "0.6 MB a day over the last 10 days: full in" in str(disk)
    young = measure(layout, time.time() + 2 * 86400)
    assert (young.measured_days, young.days_until_full) == (2, None)
    assert str(young).endswith("3.0 MB a day over the last 2 days")
    assert str(measure(layout, time.time())).endswith("6.0 MB a day over the last day")


def test_health_reports_a_schedule_that_has_stopped_looking(tmp_path: Path) -> None:
    live = Live()
    port = free_port()
    with served(Layout(root=tmp_path), port, live):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            assert json.load(answer)["healthy"] is True
        live.looked -= 1000
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10)


def free_port() -> int:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


def test_the_service_has_a_contact_and_passes_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout, sites = Layout(root=tmp_path / "data"), tmp_path / "sites"
    monkeypatch.delenv("CUNDANG_CONTACT", raising=False)
    with pytest.raises(UsageError, match="CUNDANG_CONTACT"):
        units.units(layout, sites)
    monkeypatch.setenv("CUNDANG_CONTACT", "mailto:a%20b@c.cn")
    monkeypatch.setenv("CUNDANG_STORE", "/mnt/shared store")
    (name, service), *_ = units.units(layout, sites, "2/8").items()
    assert '"CUNDANG_STORE=/mnt/shared store"' in service
    assert '"/mnt/shared store"\n' in service, "leases can be written"
    assert "--part 2/8" in service
    assert "CUNDANG_CONTACT=mailto:a%%20b@c.cn" in service
    assert {"LimitNOFILE=65536", "Restart=on-failure", "NoNewPrivileges=yes", "KillMode=mixed"} <= set(
        service.splitlines()
    )
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here to verify the unit")
    (tmp_path / name).write_text(service, "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert name not in verified.stderr, verified.stderr


def test_the_dashboard_uses_existing_metrics(tmp_path: Path) -> None:
    board = json.loads(units.prometheus()["cundang-board.json"])
    watched = Watched(Layout(root=tmp_path), Live())
    history(Layout(root=tmp_path).runs, 10, 2)
    end = time.monotonic() + 30
    while "cundang_data_bytes" not in (figures := watched.figures()):
        assert time.monotonic() < end
    watched.close()
    names = {line.split()[2] for line in figures.splitlines() if line.startswith("# TYPE")}
    for panel in board["panels"]:
        for target in panel["targets"]:
            used = {word for word in _words(target["expr"]) if word.startswith("cundang_")}
            assert used
            assert used <= names, f"{panel['title']} asks for {used - names}"


def _words(expression: str) -> list[str]:
    return "".join(each if each.isalnum() or each == "_" else " " for each in expression).split()


def test_a_real_prometheus_scrapes_a_real_daemon_and_takes_the_rules(tmp_path: Path) -> None:
    if shutil.which("prometheus") is None:
        pytest.skip("needs Debian's package prometheus")
    port, theirs = free_port(), free_port()
    (tmp_path / "sites").mkdir()
    for name, text in units.prometheus().items():
        (tmp_path / name).write_text(text.replace(f":{units.PORT}", f":{port}").replace("60s", "1s"), "utf-8")
    checked = subprocess.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yml")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    history(tmp_path / "data" / "runs.sqlite", 10, 2)
    folders = ["--data", str(tmp_path / "data"), "--sites", str(tmp_path / "sites")]
    daemon = [sys.executable, "-m", "crawler.cli", *folders, "schedule", "run", "--metrics", str(port)]
    prometheus = ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb"]
    prometheus += [f"--web.listen-address=127.0.0.1:{theirs}", "--log.level=error"]
    with subprocess.Popen(daemon) as first, subprocess.Popen(prometheus) as second:
        try:
            until(lambda: value(theirs, "cundang_pages_total") == ["150", "150"])
            assert value(theirs, 'up{job="cundang"}') == ["1"]
            with urllib.request.urlopen(f"http://127.0.0.1:{theirs}/api/v1/rules", timeout=10) as answer:
                (group,) = json.load(answer)["data"]["groups"]
            assert {rule["health"] for rule in group["rules"]} <= {"ok", "unknown"}
            assert len(group["rules"]) == 8
        finally:
            first.terminate()
            second.terminate()
        assert first.wait(30) == 0


def value(port: int, expression: str) -> list[str]:
    """The value of an expression in Prometheus; None while Prometheus is starting."""
    try:
        address = f"http://127.0.0.1:{port}/api/v1/query?query={quote(expression)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return [one["value"][1] for one in json.load(answer)["data"]["result"]]
    except OSError:
        return []


def until(what: Any) -> None:
    end = time.monotonic() + 90
    while not what():
        assert time.monotonic() < end
        time.sleep(0.3)
