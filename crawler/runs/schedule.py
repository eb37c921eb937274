"""Site files and the history of runs -> the crawls that are due, started so that no site is crawled twice at once.

A run is identified by its site and by its planned time, which the site's cron expression gives (in Asia/Shanghai;
stored in UTC), so the time zone of the machine does not matter. If several planned times have passed without a run, one
run stands for all of them and counts the others as missed.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Protocol

from archive.catalogue import query
from archive.errors import CundangError, SiteError, worst
from archive.layout import Layout, Part, of_part
from archive.ledger import SiteAccount, read_ledger
from archive.site import Site, load_each
from crawler.messages import say, say_all
from crawler.queue.accounts import say_doubt
from crawler.queue.entries import Ending, Tally
from crawler.queue.frontier import Frontier
from crawler.queue.lock import is_held
from crawler.queue.slots import Slot, Slots
from crawler.runs import cleaning
from crawler.runs.alerts import Alarm, tell, tell_files
from crawler.runs.crews import Crews, catching_signals
from crawler.runs.cron import next_time, times
from crawler.runs.history import Did, Due, Last, Runs, ScheduledRun
from crawler.runs.live import Live

# The seconds between two looks at the clock and the child processes.
LOOK = 1.0
# The seconds between two deletions of old runs.
TRIM = 86400.0
# The seconds between two readings of the site files.
READ = 30.0


def due(sites: Iterable[Site], last_runs: Mapping[str, Last], now: dt.datetime) -> list[Due]:
    """The crawls that are due at `now`; sites that are not in `last_runs` are left out.

    Raises:
        SiteError: a schedule is not a cron expression.
    """
    found = []
    for site in sites:
        last = last_runs.get(site.key)
        if site.schedule is None or last is None:
            continue
        planned = list(times(site, last.planned, now))
        if planned:
            first = planned[0] if len(planned) > 1 else None
            found.append(Due(site=site.key, planned=planned[-1], missed=len(planned) - 1, first_missed=first))
        elif not last.done and last.planned <= now:
            found.append(Due(site=site.key, planned=last.planned))
    return found


class Child(Protocol):
    """A crawl under way.

    Attributes:
        cause: once it has ended, why: see `crawler.runs.crews.Crawl`.
    """

    cause: str | None

    def poll(self) -> int | None:
        """The exit code; None: it is still running."""

    def send_signal(self, number: int, /) -> None:
        """Ask it to stop."""


class World(Protocol):
    """What the schedule needs from the machine: the clock, crawls, and which processes are alive.

    `Machine` is the real one; tests have a simulated one.
    """

    def now(self) -> dt.datetime:
        """The current time, UTC."""

    def look(self) -> None:
        """Read the messages of the crawls; called before they are polled."""

    def slot(self) -> Slot | None:
        """A slot for one more crawl on this machine; None: none is free."""

    def start(self, site: str, number: int, slot: Slot) -> Child:
        """Start the crawl of the run with this number; the crawl takes over the slot."""

    def busy(self, site: str) -> bool:
        """Whether any process crawls the site, for instance one that a user or a killed schedule started."""

    def did(self, run: ScheduledRun) -> Did:
        """The result of the crawl of a run."""

    def alive(self, runner: str) -> bool:
        """Whether the process that started a run is still alive."""

    @property
    def runner(self) -> str:
        """A name for this process that no other process ever has."""


class Schedule:
    """Starts the runs that are due, within the limits of the machine, and writes down how each one ended.

    Attributes:
        due: the number of runs that were due at the last look and had to wait.
    """

    def __init__(
        self,
        runs: Runs,
        sites: Callable[[], Mapping[str, Site]],
        world: World,
        *,
        at_once: int | None,
        alarm: Alarm | None,
        once: bool = False,
    ) -> None:
        """`at_once`: the limit of simultaneous crawls, None for no limit; `once`: crawl each site at most once."""
        self._runs = runs
        self._sites = sites
        self._world = world
        self._at_once = at_once
        self._alarm = alarm
        self._children: dict[int, tuple[Child, ScheduledRun]] = {}
        self._stopping = False
        self._once = once
        self._had: set[str] = set()
        self.due = 0

    @property
    def running(self) -> int:
        """The number of crawls under way."""
        return len(self._children)

    def look(self) -> list[ScheduledRun]:
        """Write down the runs that have ended, start those that are due, and return those that have ended."""
        now = self._world.now()
        self._world.look()
        ended = [*self._end_orphans(now), *self._reap(now)]
        if not self._stopping:
            self._begin(now)
        return ended

    def stop(self, number: int) -> None:
        """Start nothing more, and send this signal to the crawls."""
        self._stopping = True
        for child, _ in self._children.values():
            child.send_signal(number)

    def _end_orphans(self, now: dt.datetime) -> Iterator[ScheduledRun]:
        """End the runs whose schedule was killed; their exit codes are not known."""
        for run in self._runs.open():
            if run.runner != self._world.runner and not self._world.alive(run.runner) and not self._busy(run.site):
                yield self._finish(run, now, exit_code=None)

    def _reap(self, now: dt.datetime) -> Iterator[ScheduledRun]:
        for number, (child, run) in list(self._children.items()):
            code = child.poll()
            if code is not None:
                del self._children[number]
                yield self._finish(run, now, exit_code=code, cause=child.cause)

    def _finish(
        self, run: ScheduledRun, now: dt.datetime, *, exit_code: int | None, cause: str | None = None
    ) -> ScheduledRun:
        did = self._world.did(run)
        ended = self._runs.end(run, now, exit_code, replace(did, shortfall=did.shortfall or cause))
        tell(self._runs, ended, self._alarm, stopping=self._stopping)
        return ended

    def _begin(self, now: dt.datetime) -> None:
        under_way = {run.site for _, run in self._children.values()} | (self._had if self._once else set())
        sites = {key: site for key, site in self._sites().items() if key not in under_way}
        last = self._runs.last(sites.values(), now)
        waiting = sorted(due(sites.values(), last, now), key=lambda one: (one.planned, one.site))
        self.due = len(waiting)
        for one in waiting:
            if self._at_once is not None and len(self._children) >= self._at_once:
                return
            if self._busy(one.site):
                continue
            if (slot := self._world.slot()) is None:
                return
            self.due -= 1
            run = self._runs.claim(one, now, self._world.runner)
            if run is None:
                slot.release()
            else:
                self._had.add(one.site)
                self._children[run.number] = (self._world.start(one.site, run.number, slot), run)

    def _busy(self, site: str) -> bool:
        return any(run.site == site for _, run in self._children.values()) or self._world.busy(site)


class Machine:
    """The real world: this machine's clock and processes."""

    def __init__(self, layout: Layout, folder: Path) -> None:
        self._layout = layout
        self._slots = Slots()
        self.crews = Crews(layout, folder)
        self.runner = _name(os.getpid())

    def now(self) -> dt.datetime:
        """The current time, UTC."""
        return dt.datetime.now(dt.UTC)

    def look(self) -> None:
        """Read the messages of the crawls."""
        self.crews.look()

    def slot(self) -> Slot | None:
        """One of the machine's slots."""
        return self._slots.take()

    def start(self, site: str, number: int, slot: Slot) -> Child:
        """Start a crawl; if this process dies, the crawl stops as after Ctrl-C."""
        return self.crews.start(site, None, slot, self._layout.log(site, number))

    def busy(self, site: str) -> bool:
        """Whether the site's lock is held."""
        return is_held(self._layout.lock(site))

    def did(self, run: ScheduledRun) -> Did:
        """Read the result from the frontier and the catalogue."""
        site, did, outcomes = run.site, Did(), dict[str, int]()
        try:
            if self._layout.state(site).exists():
                with closing(Frontier(self._layout.state(site), read_only=True)) as frontier:
                    latest = next(iter(frontier.report.runs()), None)
                if latest is not None and latest.began >= run.began:
                    counts = {each.name: getattr(latest, each.name) for each in fields(Tally)}
                    doubt = self._doubt(site)
                    failed = doubt is not None and doubt.doubt == "not_cleaned" and latest.ending.exit_code == 0
                    words = say_doubt(doubt) if doubt else None
                    did = Did(
                        ending=Ending.UNCLEANED if failed else latest.ending,
                        shortfall=(words if failed else None) or latest.shortfall or words,
                        **counts,
                    )
            outcomes = query.outcomes(self._layout, site, run.began) if self._layout.catalogue.exists() else {}
        except CundangError as error:
            say(f"{site}: the result of the crawl cannot be read: {error}")
        return replace(did, documents=outcomes.pop("document", 0), skips=outcomes)

    def _doubt(self, site: str) -> SiteAccount | None:
        """The doubt that the cleaning after the last crawl of a site noted; None: there is none."""
        doubts = read_ledger(self._layout.ledger(site)).doubts
        return next((each for each in doubts if each.doubt in cleaning.DOUBTS), None)

    def alive(self, runner: str) -> bool:
        """Whether this process is still alive: its number may have been reused, but not with the same start time."""
        return _name(int(runner.partition(" ")[0])) == runner


def _name(pid: int) -> str:
    """A name for a process: its number, start time (proc(5), field 22 of stat: ticks since boot) and boot id."""
    try:
        after = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    return "" if after[0] == "Z" else f"{pid} {after[19]} {boot}"


class Files:
    """The site files, read again now and then; those with a mistake are left out until it is corrected.

    Attributes:
        wrong: what is wrong with them, by key.
    """

    def __init__(self, folder: Path, part: Part | None = None) -> None:
        self._folder, self._part = folder, part
        self.wrong: dict[str, str] = {}
        self._sites = self._load()
        self._read = time.monotonic()

    def __call__(self) -> Mapping[str, Site]:
        """The sites by key."""
        if time.monotonic() - self._read >= READ:
            self._read = time.monotonic()
            try:
                self._sites = self._load()
            except SiteError as error:
                say(f"schedule: {error} Until then, the schedule uses the site files as they were before.")
        return self._sites

    def _load(self) -> dict[str, Site]:
        sites, wrong = read_sites(self._folder)
        new = [words for words in wrong.values() if words not in self.wrong.values()]
        say_all(f"schedule: {words} Until then, the site is left out." for words in dict.fromkeys(new))
        self.wrong = wrong
        return of_part(self._part, sites)


def read_sites(folder: Path) -> tuple[dict[str, Site], dict[str, str]]:
    """The sites of a folder, and what is wrong with the other files, also with their schedules, by key.

    Raises:
        SiteError: there is no such folder.
    """
    sites, wrong = load_each(folder)
    for key, site in sites.items():
        try:
            next_time(site, dt.datetime.now(dt.UTC))
        except SiteError as error:
            wrong[key] = str(error)
    return {key: site for key, site in sites.items() if key not in wrong}, wrong


def run(
    layout: Layout,
    folder: Path,
    *,
    part: Part | None = None,
    at_once: int | None,
    alarm: Alarm | None,
    seconds: float | None = None,
    once: bool = False,
    live: Live | None = None,
) -> int:
    """Run the schedule; with `once` return the worst exit code of its crawls, or that of wrong site files, else 0.

    Args:
        layout: the data folder.
        folder: the folder of site files.
        part: crawl only the sites of this part; None: all.
        at_once: the limit of simultaneous crawls; None: no limit.
        alarm: where to send alerts; None: nowhere.
        seconds: stop after this time; None: run until a signal comes.
        once: start what is due now, and stop when it has ended.
        live: the state, updated with each look.

    Raises:
        SiteError: there is no folder of site files.
    """
    sites = Files(folder, part)
    runs = Runs(layout.runs)
    machine = Machine(layout, folder)
    schedule = Schedule(runs, sites, machine, at_once=at_once, alarm=alarm, once=once)
    live = live or Live()
    end = None if seconds is None else time.monotonic() + seconds
    codes: list[int] = []
    handled, trimmed = 0, -TRIM
    with catching_signals() as caught:
        while True:
            trimmed = _trim(runs, layout, trimmed)
            codes += _report(schedule.look())
            tell_files(runs, folder, sites.wrong, alarm, machine.now())
            live.looked, live.running, live.due = time.monotonic(), schedule.running, schedule.due
            live.cleaning = machine.crews.cleaning
            if end is not None and time.monotonic() >= end and not caught:
                caught.append(signal.SIGTERM)
            if len(caught) > handled:
                handled = len(caught)
                schedule.stop(signal.SIGTERM)
            if (once or caught) and schedule.running == 0:
                break
            time.sleep(LOOK if not caught else LOOK / 10)
    machine.crews.close()
    runs.close()
    return worst([*codes, *(SiteError.exit_code for _ in sites.wrong)]) if once else 0


def _trim(runs: Runs, layout: Layout, last: float) -> float:
    """Once a day, delete old runs and their logs; `last` and the result: the time of the last deletion (monotonic)."""
    if time.monotonic() - last < TRIM:
        return last
    for site, number in runs.trim(dt.datetime.now(dt.UTC)):
        layout.log(site, number).unlink(missing_ok=True)
    return time.monotonic()


def _report(ended: Sequence[ScheduledRun]) -> list[int]:
    """Print how runs ended; return their exit codes."""
    for run in ended:
        missed = f", {run.missed} planned times missed" if run.missed else ""
        say(f"{run.site}: {run.ending}, exit {run.exit}, {run.pages} pages, {run.documents} documents{missed}")
    return [1 if run.exit < 0 else run.exit for run in ended if run.exit is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A site in the schedule: its next planned time and its last run; times in UTC."""

    site: str
    schedule: str
    next: dt.datetime | None
    last_planned: dt.datetime | None
    last_began: dt.datetime | None
    last_ending: str | None


def plan(layout: Layout, sites: Mapping[str, Site]) -> list[Planned]:
    """The schedule of all sites."""
    now = dt.datetime.now(dt.UTC)
    runs = Runs(layout.runs) if layout.runs.exists() else None
    found = []
    for site in sites.values():
        if site.schedule is not None:
            last = next(iter(runs.history(site.key, limit=1)), None) if runs else None
            found.append(
                Planned(
                    site=site.key,
                    schedule=site.schedule,
                    next=next_time(site, now),
                    last_planned=last.planned if last else None,
                    last_began=last.began if last else None,
                    last_ending=last.ending if last else None,
                )
            )
    if runs:
        runs.close()
    return found
