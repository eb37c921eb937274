"""The SQLite file of a frontier: opened, checked, given the tables of this version, its errors translated."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from archive.errors import CundangError, DataError, SpaceError, unwritable

# The version of schema.sql, kept as PRAGMA user_version. Files from before there were versions have 0.
VERSION = 6
_SCHEMA = files("crawler.queue").joinpath("schema.sql").read_text(encoding="utf-8")


class StateError(DataError):
    """The file is no database any more, or a damaged one."""


def set_aside(path: Path) -> Path:
    """Rename a damaged frontier and the files that SQLite keeps beside it; return the new path.

    Raises:
        DataError: it cannot be renamed.
    """
    aside = path.with_name(f"{path.stem}.damaged-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}Z")
    try:
        for tail in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
    except OSError as error:
        raise DataError(f"{path}: cannot be set aside ({error.strerror}). Make the folder writable.") from error
    return aside


class Database:
    """One transaction after the other on the file of a frontier.

    Attributes:
        db: the connection. Whoever works on it does so inside `translate`.
        visit: number of the last visit when the file was opened; 0: there was none.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file, make it where it is missing, and check it.

        Raises:
            StateError: the file is damaged or is no frontier.
            DataError: it cannot be opened.
        """
        self._path = path
        self._failure: CundangError | None = None
        with self.translate():
            if read_only:
                self.db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                if not path.exists():
                    path.touch()  # SQLite itself would let nobody else write it
                self.db = sqlite3.connect(path, isolation_level=None)
        try:
            with self.translate():
                self._prepare(read_only=read_only)
        except CundangError:
            self.db.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        self.db.execute("PRAGMA busy_timeout = 10000")
        checked = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if checked != "ok":
            raise sqlite3.DatabaseError(checked)
        # KiB; 32 MiB are no faster with 250,000 addresses (measured).
        self.db.execute("PRAGMA cache_size = -12288")
        if not read_only:
            self.db.execute("PRAGMA journal_mode = WAL")
            self.db.execute("PRAGMA synchronous = FULL")
            self._migrate()
            self.db.execute("BEGIN IMMEDIATE")
        elif self.db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            # An earlier version wrote it, or a crawl was killed before it made the tables: the file stays as it is.
            copy = sqlite3.connect(":memory:", isolation_level=None)
            self.db.backup(copy)
            self.db.close()
            self.db = copy
            self._migrate()
        self.visit: int = self.db.execute("SELECT coalesce(max(number), 0) FROM visit").fetchone()[0]

    def _migrate(self) -> None:
        """Give a file of an earlier version the tables and columns of this one."""
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise DataError(
                f"{self._path}: a later version of cundang wrote it (its version is {version}, known is {VERSION})."
                " Update cundang, then crawl again."
            )
        if version == VERSION:
            return
        # One transaction: a crawl that is killed meanwhile leaves the earlier version.
        self.db.execute("BEGIN IMMEDIATE")
        self._turn_hosts_into_origins()
        self._add_columns()
        # Earlier versions forgot the shapes after each visit, and kept what they gave up.
        self.db.execute("DROP TABLE IF EXISTS shape")
        if version:
            self.db.execute(
                "UPDATE address SET reason = 'led_nowhere' WHERE reason = 'trap' AND detail LIKE 'pages like%'"
            )
        for statement in _statements(_SCHEMA):
            self.db.execute(statement)
        self.db.execute(f"PRAGMA user_version = {VERSION}")
        self.db.execute("COMMIT")

    def _turn_hosts_into_origins(self) -> None:
        """Replace the column `host` by `origin`: earlier versions took http and https of a host for one."""
        if any(row[1] == "host" for row in self.db.execute("PRAGMA table_info(address)")):
            self.db.execute("ALTER TABLE address RENAME COLUMN host TO origin")
            self.db.execute("UPDATE address SET origin = substr(url, 1, instr(url, '://') + 2) || origin")

    def _add_columns(self) -> None:
        """Add the columns that existing tables lack."""
        with contextlib.closing(sqlite3.connect(":memory:")) as wanted:
            wanted.executescript(_SCHEMA)
            columns = {
                table: wanted.execute(f"PRAGMA table_info({table})").fetchall()
                for table in ("address", "run", "ledger", "elsewhere")
            }
        for table, rows in columns.items():
            there = {row[1] for row in self.db.execute(f"PRAGMA table_info({table})")}
            for _, name, kind, required, default, _ in rows:
                if there and name not in there:
                    rule = f" NOT NULL DEFAULT {default}" if required else ""
                    self.db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}{rule}")

    def commit(self) -> None:
        """Make all that was written since the last commit durable."""
        with self.translate():
            self.db.execute("COMMIT")
            self.db.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        with contextlib.suppress(sqlite3.Error):
            self.db.rollback()
        self.db.close()

    @contextlib.contextmanager
    def translate(self) -> Iterator[None]:
        """Turn SQLite's errors into ours. After one, every call fails the same way, since the transaction is lost."""
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                self._failure = SpaceError(
                    f"{self._path}: no space left. Make room, then crawl again: the crawl continues."
                )
            elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, 0):
                words = " ".join(str(error).split())
                self._failure = StateError(
                    f"{self._path}: the crawl's state is damaged ({words}). Crawl again: it is set aside, and the crawl"
                    " begins anew with what the archive holds. No capture is lost."
                )
            elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
                self._failure = DataError(f"{self._path}: {error}. {unwritable(self._path)}")
            else:
                self._failure = DataError(
                    f"{self._path}: {error}. Check the disk, then crawl again: the crawl continues."
                )
            raise self._failure from error
        except OSError as error:
            self._failure = DataError(f"{self._path}: {error.strerror}. {unwritable(self._path)}")
            raise self._failure from error


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: executescript would commit what was done before it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
