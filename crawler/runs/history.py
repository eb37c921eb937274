"""The schedule's history <-> `runs.sqlite`: the planned time, the runner and the result of each run."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from archive.errors import DataError, unwritable
from archive.site import Site
from crawler.queue.entries import Ending, Tally

_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    number       INTEGER PRIMARY KEY,
    site         TEXT NOT NULL,
    planned      TEXT NOT NULL,  -- all times UTC, ISO 8601
    missed       INTEGER NOT NULL,
    first_missed TEXT,
    began        TEXT NOT NULL,
    runner       TEXT NOT NULL,  -- the process that started it
    ended        TEXT,
    exit         INTEGER,        -- null while it runs, and if its end was not observed
    ending       TEXT NOT NULL,
    pages        INTEGER NOT NULL,
    articles     INTEGER NOT NULL,
    requisites   INTEGER NOT NULL,
    revisits     INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    documents    INTEGER NOT NULL,
    skips        TEXT NOT NULL,  -- JSON: reason, count
    shortfall    TEXT            -- what is missing, in words; null: nothing, or the same as after the run before
);
CREATE INDEX IF NOT EXISTS run_site ON run(site, planned);
-- The sums over all runs of a site, including deleted rows: a Prometheus counter must never decrease.
CREATE TABLE IF NOT EXISTS total (
    site       TEXT PRIMARY KEY,
    missed     INTEGER NOT NULL DEFAULT 0,
    pages      INTEGER NOT NULL DEFAULT 0,
    articles   INTEGER NOT NULL DEFAULT 0,
    requisites INTEGER NOT NULL DEFAULT 0,
    revisits   INTEGER NOT NULL DEFAULT 0,
    bytes      INTEGER NOT NULL DEFAULT 0,
    documents  INTEGER NOT NULL DEFAULT 0,
    last       INTEGER,        -- the number of the run that ended last
    good       TEXT            -- when a run last ended with exit code 0
);
-- The number of runs by ending (kind `ending`), and of pages without a document by reason (kind `skip`).
CREATE TABLE IF NOT EXISTS tally (
    site TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (site, kind, name)
);
-- The sites in trouble, from the alert about it to the alert about the recovery.
CREATE TABLE IF NOT EXISTS trouble (site TEXT PRIMARY KEY, since TEXT NOT NULL, cause TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS run_open ON run(number) WHERE ended IS NULL;
-- When the schedule first saw a site's cron expression; planned times count from then on.
CREATE TABLE IF NOT EXISTS watch (site TEXT PRIMARY KEY, schedule TEXT NOT NULL, since TEXT NOT NULL);
"""
# A planned time farther in the future than this was written while the clock was wrong.
AHEAD = dt.timedelta(days=1)
# The least and the greatest number of runs that are kept for a site; between them, runs are kept for so many days.
LEAST, MOST, KEEP_DAYS = 100, 10_000, 730
# The endings of runs that the schedule continues at its next look.
UNFINISHED = (Ending.INTERRUPTED, Ending.KILLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Did(Tally):
    """The result of a crawl.

    Attributes:
        ending: how it ended, as the frontier notes it; None: it notes nothing.
        documents: the number of documents from its captures.
        skips: the number of pages without a document, by reason.
        shortfall: what is missing, in words; None: nothing.
    """

    ending: Ending | None = None
    documents: int = 0
    skips: Mapping[str, int] = field(default_factory=dict)
    shortfall: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledRun(Tally):
    """One run of the history.

    Attributes:
        planned: its planned time, UTC.
        missed: the number of planned times before it that passed without a run; `first_missed`: the first of them.
        runner: the process that started it.
        exit: the exit code; if negative, the signal that killed it; None: it is running, or its end was not observed.
        documents: the number of documents from its captures.
        skips: the number of its captures without a document, by reason.
        shortfall: what lists claim and the crawl did not capture, or how much less known pages yielded, in words;
            None: nothing new.
    """

    number: int
    site: str
    planned: dt.datetime
    missed: int
    first_missed: dt.datetime | None
    began: dt.datetime
    runner: str
    ended: dt.datetime | None
    exit: int | None
    ending: Ending
    documents: int
    skips: dict[str, int]
    shortfall: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total(Tally):
    """The sums over all runs of a site since the first one.

    Attributes:
        endings: the number of runs by ending.
        skips: the number of pages without a document, by reason.
        last: the run that ended last.
        good: when a run last ended with exit code 0.
    """

    site: str
    missed: int
    documents: int
    endings: Mapping[str, int]
    skips: Mapping[str, int]
    last: ScheduledRun | None
    good: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last run of a site: its planned time, and whether it came to its end."""

    planned: dt.datetime
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A crawl to start now.

    Attributes:
        planned: the latest planned time that has come.
        missed: the number of planned times before it that passed without a run.
        first_missed: the first of them.
    """

    site: str
    planned: dt.datetime
    missed: int = 0
    first_missed: dt.datetime | None = None


class Runs:
    """The history file. Several processes may use it at once; each run is claimed in one transaction."""

    def __init__(self, path: Path) -> None:
        """Open the history, or create it.

        Raises:
            DataError: the file cannot be read or written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch()  # SQLite itself would let nobody else write it
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            # With these settings a killed process loses nothing, and a power cut loses at most the last change.
            self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _SCHEMA)
            if "shortfall" not in {row[1] for row in self._db.execute("PRAGMA table_info(run)")}:
                self._db.execute("ALTER TABLE run ADD COLUMN shortfall TEXT")
            self._count_history()
        except (OSError, sqlite3.Error) as error:
            damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
            cure = "Move it away to start a new one." if damaged else unwritable(path)
            raise DataError(f"{path}: the history of runs cannot be used ({error}). {cure}") from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def last(self, sites: Iterable[Site], now: dt.datetime) -> dict[str, Last]:
        """The last run of each site with a schedule.

        For a site that is new, or whose cron expression changed, planned times count from now on.
        """
        found = {}
        with closing(self._db.cursor()) as cursor:
            for site in sites:
                if site.schedule is None:
                    continue
                known = cursor.execute("SELECT schedule, since FROM watch WHERE site = ?", (site.key,)).fetchone()
                since = _time(known[1]) if known else now
                if known is None or known[0] != site.schedule or since > now + AHEAD:
                    cursor.execute(
                        "INSERT INTO watch VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET schedule = ?2, since = ?3",
                        (site.key, site.schedule, now.isoformat()),
                    )
                    since = now
                latest = cursor.execute(
                    "SELECT planned, ending FROM run WHERE site = ? AND planned <= ?"
                    " ORDER BY planned DESC, number DESC",
                    (site.key, (now + AHEAD).isoformat()),
                ).fetchone()
                planned, done = (_time(latest[0]), latest[1] not in UNFINISHED) if latest else (since, True)
                # After a change of the expression, older planned times do not count, but an unfinished run does.
                found[site.key] = Last(planned=max(planned, since) if done else planned, done=done)
        return found

    def claim(self, due: Due, now: dt.datetime, runner: str) -> ScheduledRun | None:
        """Start a run; None: another process was faster, or a run of the site is under way."""
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            taken = cursor.execute(
                "SELECT 1 FROM run WHERE site = ?1 AND (ended IS NULL"
                " OR (planned = ?2 AND ending NOT IN (SELECT value FROM json_each(?3))))",
                (due.site, due.planned.isoformat(), json.dumps(UNFINISHED)),
            ).fetchone()
            if taken:
                cursor.execute("COMMIT")
                return None
            number = cursor.execute(
                "INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?, ?, NULL, NULL, 'running', 0, 0, 0, 0, 0, 0, '{}', NULL)",
                (
                    due.site,
                    due.planned.isoformat(),
                    due.missed,
                    due.first_missed.isoformat() if due.first_missed else None,
                    now.isoformat(),
                    runner,
                ),
            ).lastrowid
            cursor.execute("COMMIT")
        assert number is not None
        return self._get(number)

    def end(self, run: ScheduledRun, now: dt.datetime, exit_code: int | None, did: Did) -> ScheduledRun:
        """Write the end of a run, and add it to the totals of its site."""
        ending = did.ending if did.ending and exit_code in (0, 1) else Ending.of(exit_code)
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE run SET ended = :ended, exit = :exit, ending = :ending, pages = :pages, articles = :articles,"
                " requisites = :requisites, revisits = :revisits, bytes = :bytes, documents = :documents,"
                " skips = :skips, shortfall = :shortfall WHERE number = :number AND ended IS NULL",
                {
                    **asdict(did),
                    "ended": now.isoformat(),
                    "exit": exit_code,
                    "ending": ending,
                    "skips": json.dumps(dict(did.skips), ensure_ascii=False),
                    "number": run.number,
                },
            )
            if cursor.rowcount:
                _count(cursor, "number = ?", (run.number,))
        return self._get(run.number)

    def totals(self) -> list[Total]:
        """The totals of all sites that had a run, sorted by key."""
        tallies: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for site, kind, name, count in self._db.execute("SELECT site, kind, name, count FROM tally ORDER BY name"):
            tallies[site, kind][name] = count
        last = {run.number: run for run in self._rows("number IN (SELECT last FROM total)", ())}
        names = "site, missed, pages, articles, requisites, revisits, bytes, documents, last, good"
        return [
            Total(
                **dict(zip(names.split(", ")[:8], row[:8], strict=True)),
                endings=tallies[row[0], "ending"],
                skips=tallies[row[0], "skip"],
                last=last.get(row[8]),
                good=_time(row[9]) if row[9] else None,
            )
            for row in self._db.execute(f"SELECT {names} FROM total ORDER BY site")  # noqa: S608 - our own words
        ]

    def trim(self, now: dt.datetime) -> list[tuple[str, int]]:
        """Delete old runs and return their sites and numbers; the totals stay.

        A run is old after KEEP_DAYS days, or after MOST newer runs of its site; the last LEAST runs always stay.
        """
        with self._transaction() as cursor:
            gone: list[tuple[str, int]] = cursor.execute(
                "SELECT site, number FROM"
                " (SELECT site, number, ended, row_number() OVER (PARTITION BY site ORDER BY number DESC) AS age"
                " FROM run)"
                " WHERE ended IS NOT NULL AND age > ?1 AND (age > ?2 OR ended < ?3)",
                (LEAST, MOST, (now - dt.timedelta(days=KEEP_DAYS)).isoformat()),
            ).fetchall()
            cursor.executemany("DELETE FROM run WHERE number = ?", [(number,) for _, number in gone])
        return gone

    def trouble(self, site: str) -> tuple[dt.datetime, str] | None:
        """Since when a site has been in trouble, and the cause; None: it is not in trouble."""
        row = self._db.execute("SELECT since, cause FROM trouble WHERE site = ?", (site,)).fetchone()
        return (_time(row[0]), row[1]) if row else None

    def troubles(self, beginning: str) -> set[str]:
        """What is in trouble by a name with this beginning: site files, by their paths."""
        found = self._db.execute("SELECT site FROM trouble WHERE substr(site, 1, length(?1)) = ?1", (beginning,))
        return {name for (name,) in found}

    def set_trouble(self, site: str, since: dt.datetime | None, cause: str = "") -> None:
        """Note that a site is in trouble; with `since` None, that it has recovered."""
        if since is None:
            self._db.execute("DELETE FROM trouble WHERE site = ?", (site,))
        else:
            self._db.execute(
                "INSERT INTO trouble VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET cause = ?3",
                (site, since.isoformat(), cause),
            )

    def _count_history(self) -> None:
        """Compute the totals in a file of an earlier version."""
        with self._transaction() as cursor:
            if cursor.execute("SELECT 1 FROM total LIMIT 1").fetchone() is None:
                _count(cursor, "ended IS NOT NULL", ())

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    def open(self) -> list[ScheduledRun]:
        """The runs without an end: they are under way, or their runner was killed."""
        return self._rows("ended IS NULL ORDER BY number", ())

    def history(
        self, site: str | None = None, *, before: ScheduledRun | None = None, limit: int = 1000
    ) -> list[ScheduledRun]:
        """The runs, newest first: of one site, or before one run."""
        condition = "(?1 IS NULL OR site = ?1) AND (?2 IS NULL OR number < ?2) ORDER BY number DESC LIMIT ?3"
        return self._rows(condition, (site, before.number if before else None, limit))

    def _get(self, number: int) -> ScheduledRun:
        return self._rows("number = ?", (number,))[0]

    def _rows(self, condition: str, values: tuple[object, ...]) -> list[ScheduledRun]:
        names = ", ".join(f.name for f in fields(ScheduledRun))
        with closing(self._db.execute(f"SELECT {names} FROM run WHERE {condition}", values)) as cursor:  # noqa: S608 - our own words
            return [_run(row) for row in cursor]


def _count(cursor: sqlite3.Cursor, condition: str, values: tuple[object, ...]) -> None:
    """Add ended runs to the totals."""
    cursor.execute(
        "INSERT INTO total"  # noqa: S608 - our own words
        " SELECT site, sum(missed), sum(pages), sum(articles), sum(requisites), sum(revisits), sum(bytes),"
        f" sum(documents), max(number), max(ended) FILTER (WHERE exit = 0) FROM run WHERE {condition} GROUP BY site"
        " ON CONFLICT DO UPDATE SET missed = missed + excluded.missed, pages = pages + excluded.pages,"
        " articles = articles + excluded.articles, requisites = requisites + excluded.requisites,"
        " revisits = revisits + excluded.revisits, bytes = bytes + excluded.bytes,"
        " documents = documents + excluded.documents, last = excluded.last, good = coalesce(excluded.good, good)",
        values,
    )
    add = " GROUP BY 1, 3 ON CONFLICT DO UPDATE SET count = count + excluded.count"
    cursor.execute(
        f"INSERT INTO tally SELECT site, 'ending', ending, count(*) FROM run WHERE {condition}{add}",  # noqa: S608 - as above
        values,
    )
    cursor.execute(
        "INSERT INTO tally SELECT site, 'skip', reason.key, sum(reason.value) FROM run, json_each(skips) AS reason"  # noqa: S608 - as above
        f" WHERE {condition}{add}",
        values,
    )


def _run(row: tuple[object, ...]) -> ScheduledRun:
    values = dict(zip((f.name for f in fields(ScheduledRun)), row, strict=True))
    for name in ("planned", "first_missed", "began", "ended"):
        values[name] = _time(str(values[name])) if values[name] else None
    values["ending"] = Ending(str(values["ending"]))
    values["skips"] = json.loads(str(values["skips"]))
    return ScheduledRun(**values)  # type: ignore[arg-type]


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
