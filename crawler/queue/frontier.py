"""What to fetch next, durable: one SQLite row an address.

An address is `pending` (due, or waiting for its hour), `leased` (asked for now), `done` (answered), `failed` (given
up in this visit) or `refused` (not asked for). A crawl is a visit: it begins with what is due by two clocks, and one
that was interrupted is gone on with. Lists come sooner after a change and later after none; articles are checked a few
times for silent edits and deletions. Nothing is acknowledged before `commit`, which the recorder calls once the WARC
is synced: a crash before it leaves the addresses pending, and they are fetched once more.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

from archive.errors import CundangError, DataError, SpaceError
from archive.ledger import Missing
from archive.warc.capture import Found
from archive.warc.writer import Earlier, Written
from crawler.queue.accounts import Accounts
from crawler.queue.address import ARTICLE, LIST, REQUISITE, START, host_of, shape
from crawler.queue.clocks import ABOUT, Clocks, read_day

Kind = Literal["page", "next", "requisite"]
Role = Literal["list", "article"]

# `not_before` of an address that another run has to ask for.
ANOTHER_RUN = 1e12
# Pages of one shape (same path but for its numbers) in a row that are no article and lead to no other shape.
BARREN = 200
# And of such pages those that say the same but for their numbers: days of a calendar on which nothing was.
REPEATS = 10
# Pages of one column, of one pager; the longest real one known has some 1,300.
COLUMN_PAGES = 2000

# A run that brings less than this share of what the same pages had before is marked, where they had enough to tell.
SHARE, ENOUGH = 0.5, 10

# Of schema.sql, as PRAGMA user_version: 0 until now.
VERSION = 1
_SCHEMA = files("crawler.queue").joinpath("schema.sql").read_text(encoding="utf-8")
_NEXT = """
SELECT id, url, kind, priority, depth, hops, pager, parent, anchor, row_date, tries, role, etag, modified, form, shown
FROM address INDEXED BY due
WHERE state = 'pending' AND not_before IS NULL AND host = ? AND priority BETWEEN ? AND ?
ORDER BY priority, id LIMIT 1
"""


class State(StrEnum):
    """Where an address stands."""

    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address that is asked for, or is to be.

    Attributes:
        id: of its row; 0 for one that has none yet.
        url: canonical, ASCII.
        depth: links from a start page.
        hops: redirects that led here.
        pager: the row whose pager led here; None: not found by a pager.
        tries: failed ones in this run.
        role: what it was when it answered last; None: it never did, or was neither list nor article.
        etag, modified: of its last full answer.
        form: body of a POST; None: it is a GET. Its URL has a fragment that tells it from others of the same page.
        shown: articles that it is used to show, where it is a list.
    """

    url: str
    kind: Kind = "page"
    priority: int = LIST
    depth: int = 0
    hops: int = 0
    pager: int | None = None
    found: Found | None = None
    tries: int = 0
    id: int = 0
    role: Role | None = None
    etag: str | None = None
    modified: str | None = None
    form: str | None = None
    shown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the page of an article says of it.

    Attributes:
        day: its own day, seconds since 1970; None: it states none.
        digest: of title, day and text, equal at each address of the article; None: too little text to tell.
    """

    day: float | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the pages of one shape of addresses turned out to be.

    Attributes:
        shape: the address with its numbers folded, see `crawler.queue.address.shape`.
        articles, lists: pages that were so when they answered last.
    """

    shape: str
    articles: int
    lists: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of a crawl did.

    Attributes:
        seconds: that it took.
        ending: `finished`, `max_pages` (as many as allowed), `hours` (they were over), `interrupted` (by a signal),
            `broken_off` (a host that had answered fell silent), `unreachable` (no page came), `failed` (the archive
            could not be written), `far_less` (it came to its end, and known pages brought far less than they used to).
        pages: answers that are no requisites; of them `articles`.
        requisites: pictures and attachments.
        revisits: answers that were in the archive already.
        bytes: of response and revisit records, compressed.
        shortfall: of `far_less`, what was missing.
    """

    began: dt.datetime
    seconds: float
    visit: int
    ending: str
    pages: int
    articles: int
    requisites: int
    revisits: int
    bytes: int
    shortfall: str | None = None


class StateError(DataError):
    """The file is no database any more, or a damaged one."""


def set_aside(path: Path) -> Path:
    """Give a damaged frontier, and what SQLite keeps beside it, another name; its new one.

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


class Frontier:
    """The addresses of one site. Every method raises SpaceError or DataError once the file cannot be written."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        clocks: Clocks | None = None,
        read_only: bool = False,
    ) -> None:
        """Open the file, make it where it is missing, and check it.

        Raises:
            StateError: the file is damaged or is no frontier.
            DataError: it cannot be opened.
        """
        self._path, self._clock, self._clocks = path, clock, clocks or Clocks()
        self._failure: CundangError | None = None
        self._remembered: dict[str, Written] = {}
        self._wake: float | None = None
        # Of the lists and the articles that this run asked for again: what they had, and what came.
        self._had: Counter[Role] = Counter()
        self._got: Counter[Role] = Counter()
        with self._told():
            if read_only:
                self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._db = sqlite3.connect(path, isolation_level=None)
        try:
            with self._told():
                self._prepare(read_only=read_only)
        except CundangError:
            self._db.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        self._db.execute("PRAGMA busy_timeout = 10000")
        checked = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if checked != "ok":
            raise sqlite3.DatabaseError(checked)
        # KiB; 32 MiB are no faster with 250,000 addresses (measured).
        self._db.execute("PRAGMA cache_size = -12288")
        if not read_only:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate()
            self._db.execute("BEGIN IMMEDIATE")
        elif self._db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
            # An earlier version wrote it, or a crawl was killed before it made the tables: the file stays as it is.
            copy = sqlite3.connect(":memory:", isolation_level=None)
            self._db.backup(copy)
            self._db.close()
            self._db = copy
            self._migrate()
        self.accounts = Accounts(self._db, self._told)
        self.visit: int = self._db.execute("SELECT coalesce(max(number), 0) FROM visit").fetchone()[0]

    def _migrate(self) -> None:
        """Give a file of an earlier version the tables and columns of this one."""
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise DataError(
                f"{self._path}: a later version of cundang wrote it (its version is {version}, known is {VERSION})."
                " Update cundang, then crawl again."
            )
        if version == VERSION:
            return
        # All of it or nothing: a killed crawl leaves the version before.
        self._db.execute("BEGIN IMMEDIATE")
        self._add_columns()
        self._db.execute("DROP TABLE IF EXISTS learned")
        for statement in _statements(_SCHEMA):
            self._db.execute(statement)
        self._db.execute(f"PRAGMA user_version = {VERSION}")
        self._db.execute("COMMIT")

    def _add_columns(self) -> None:
        """Give the tables that there are the columns that they lack."""
        with contextlib.closing(sqlite3.connect(":memory:")) as wanted:
            wanted.executescript(_SCHEMA)
            columns = {table: wanted.execute(f"PRAGMA table_info({table})").fetchall() for table in ("address", "run")}
        for table, rows in columns.items():
            there = {row[1] for row in self._db.execute(f"PRAGMA table_info({table})")}
            for _, name, kind, required, default, _ in rows:
                if there and name not in there:
                    rule = f" NOT NULL DEFAULT {default}" if required else ""
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}{rule}")

    def begin(self, *, full: bool = False) -> bool:
        """Go on with the visit that was interrupted, or begin a new one; True: a new one.

        Due are the start pages, what failed, and what its clock says; `full`: every known address.

        What an earlier run left leased is pending again: the caller holds the site's lock, so no other owner lives.
        """
        with self._told():
            open_visit = self._db.execute("SELECT 1 FROM visit WHERE number = ? AND ended IS NULL", [self.visit])
            if new := open_visit.fetchone() is None:
                self.visit += 1
                self._db.execute("INSERT INTO visit VALUES (?, ?, NULL)", [self.visit, self._clock()])
                # A trap stays refused; what robots.txt or the depth refused may be allowed today.
                self._db.execute(
                    "UPDATE address SET state = 'pending', not_before = NULL, reason = NULL, detail = NULL, tries = 0"
                    " WHERE CASE state WHEN 'refused' THEN reason != 'trap'"
                    " WHEN 'failed' THEN ? OR check_at IS NULL OR check_at <= ?"
                    " WHEN 'done' THEN ? OR (priority = ? AND parent IS NULL) OR check_at <= ? ELSE TRUE END",
                    [full, self._clock(), full, START, self._clock()],
                )
                self._db.execute("DELETE FROM listing")
                self._db.execute("DELETE FROM shape")
            else:
                self._db.execute(
                    "UPDATE address SET state = 'pending', not_before = NULL, tries = 0"
                    " WHERE state = 'leased' OR (state = 'pending' AND not_before IS NOT NULL)"
                )
            self._wake = None
        return new

    def push(self, address: Address, *, refused: tuple[str, str] | None = None, again: bool = False) -> bool:
        """Keep an address, with (reason, detail) where it is refused at once; True: it is new to this visit.

        A known address keeps its row; the smaller depth, the sooner priority and the date of a list row are added.
        `again`: it is due even where it was answered in an earlier visit.
        """
        found = address.found
        with self._told():
            row = self._db.execute(
                "SELECT id, seen, depth, priority, row_date, state, reason, visited FROM address WHERE url = ?",
                [address.url],
            ).fetchone()
            if row is None:
                self._insert(address, refused)
                return True
            key, seen, depth, priority, row_date, state, reason, visited = row
            if again and visited < self.visit and state in (State.DONE, State.FAILED):
                self._db.execute(
                    "UPDATE address SET state = 'pending', not_before = NULL, reason = NULL, detail = NULL, tries = 0,"
                    " kind = ?, form = ? WHERE id = ?",
                    [address.kind, address.form, key],
                )
            if state == State.REFUSED and reason == "too_deep" and not refused:
                self._db.execute(
                    "UPDATE address SET state = 'pending', reason = NULL, detail = NULL WHERE id = ?", [key]
                )
            if seen < self.visit or address.depth < depth or address.priority < priority:
                self._db.execute(
                    "UPDATE address SET seen = ?, depth = min(depth, ?), priority = min(priority, ?) WHERE id = ?",
                    [self.visit, address.depth, address.priority, key],
                )
            if found and found.row_date and row_date is None:
                self._db.execute(
                    "UPDATE address SET parent = ?, anchor = ?, row_date = ? WHERE id = ?",
                    [found.parent, found.anchor, found.row_date, key],
                )
            return bool(seen < self.visit)

    def _insert(self, address: Address, refused: tuple[str, str] | None) -> None:
        found = address.found
        self._db.execute(
            "INSERT INTO address (url, host, state, kind, priority, depth, hops, pager, parent, anchor,"
            " row_date, seen, born, form, reason, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                address.url,
                host_of(address.url),
                State.REFUSED if refused else State.PENDING,
                address.kind,
                address.priority,
                address.depth,
                address.hops,
                address.pager,
                found.parent if found else None,
                found.anchor if found else None,
                found.row_date if found else None,
                self.visit,
                self.visit,
                address.form,
                *(refused or (None, None)),
            ],
        )

    def lease(self, hosts: Collection[str], *, only_requisites: bool = False) -> Address | None:
        """The address of these hosts that is due next, leased: by priority, then the one found first."""
        with self._told():
            self._wake_up()
            best = None
            for host in hosts:
                row = self._db.execute(_NEXT, [host, *_wanted(only_requisites)]).fetchone()
                if row is not None and (best is None or (row[3], row[0]) < (best[3], best[0])):
                    best = row
            if best is None:
                return None
            self._db.execute("UPDATE address SET state = 'leased' WHERE id = ?", [best[0]])
        return _address(best)

    def give_back(self, address: Address) -> None:
        """A leased address was not asked for: it stays due."""
        with self._told():
            self._db.execute("UPDATE address SET state = 'pending' WHERE id = ?", [address.id])

    def known(self, url: str) -> bool:
        """Whether an earlier visit had found the address."""
        if self.visit == 1:
            return False
        with self._told():
            row = self._db.execute("SELECT born FROM address WHERE url = ?", [url]).fetchone()
        return row is not None and row[0] < self.visit

    def met(self, url: str) -> bool:
        """Whether the address is asked for in some visit."""
        with self._told():
            row = self._db.execute("SELECT state FROM address WHERE url = ?", [url]).fetchone()
        return row is not None and row[0] != State.REFUSED

    def visited(self, url: str) -> bool:
        """Whether the address was answered in this visit, or will be."""
        with self._told():
            row = self._db.execute("SELECT visited, state FROM address WHERE url = ?", [url]).fetchone()
        return row is not None and (row[0] == self.visit or row[1] in (State.PENDING, State.LEASED))

    def done(
        self,
        address: Address,
        status: int,
        *,
        role: Role | None = None,
        changed: bool = False,
        validators: tuple[str | None, str | None] = (None, None),
        shown: int = 0,
        article: Article | None = None,
    ) -> None:
        """The address answered with `status`, and all that its page leads to is pushed.

        Of a list, `changed` says whether it showed anything new, and `shown` how many articles it leads to.
        `validators`: ETag and Last-Modified of a full answer. `article`: what is known of an article's page.
        """
        self._settle(address, State.DONE, status=status)
        if address.role == "article":
            self._got["article"] += role == "article"
        elif address.role == "list":
            self._got["list"] += min(shown, address.shown)
        # Halve the expected rows on each empty visit: a list that stays empty raises the alarm a few times only.
        used_to = max(shown, address.shown // 2)
        with self._told():
            self._db.execute(
                "UPDATE address SET role = ?, etag = coalesce(?, etag), modified = coalesce(?, modified), shown = ?,"
                " gone = NULL, day = coalesce(?, day) WHERE id = ?",
                [role, *validators, used_to, article.day if article else None, address.id],
            )
            alias = self._alias(address.id, article) if role == "article" else None
            self._schedule(address.id, role, changed=changed, alias=alias)

    def _alias(self, key: int, article: Article | None) -> int | None:
        """The address that had the same article before and is checked instead; None: there is none."""
        if article is None or article.digest is None:
            return cast(
                "int | None", self._db.execute("SELECT alias_of FROM address WHERE id = ?", [key]).fetchone()[0]
            )
        self._db.execute("INSERT OR IGNORE INTO article VALUES (?, ?)", [article.digest, key])
        first, gone, of = self._db.execute(
            "SELECT a.id, a.gone, a.alias_of FROM article JOIN address a ON a.id = article.address WHERE digest = ?",
            [article.digest],
        ).fetchone()
        if first != key and gone is not None:
            self._db.execute("UPDATE article SET address = ? WHERE digest = ?", [key, article.digest])
            return None
        alias = None if first == key else (of or first)
        return None if alias == key else cast("int | None", alias)

    def gone(self, address: Address, reason: str, detail: str, status: int | None) -> None:
        """The address answered that there is nothing, or nothing of this site; after a month it is asked once more.

        An article that is gone has the time of its first miss; what had the same article is asked for next.
        """
        self._settle(address, State.FAILED, reason, detail, status=status)
        now = self._clock()
        with self._told():
            self._db.execute(
                "UPDATE address SET check_at = ?, gone = CASE WHEN role = 'article' THEN coalesce(gone, ?) END"
                " WHERE id = ?",
                [now + self._clocks.back * ABOUT, now, address.id],
            )
            # Whether the article is gone is for its other addresses to say, at once.
            self._db.execute(
                "UPDATE address SET state = 'pending', tries = 0, alias_of = NULL, check_at = NULL"
                " WHERE alias_of = ? AND state = 'done' AND visited < ?",
                [address.id, self.visit],
            )

    def _schedule(self, key: int, role: Role | None, *, changed: bool, alias: int | None) -> None:
        """Say when an answered address is asked for again."""
        clocks, now = self._clocks, self._clock()
        kind, first, span, day, row_date = self._db.execute(
            "SELECT kind, first, span, day, row_date FROM address WHERE id = ?", [key]
        ).fetchone()
        check_at = None
        if role == "list" and kind == "page":
            span = clocks.interval(span, changed=changed)
            check_at = now + span * ABOUT
        elif role == "article" and alias is None:
            met = now if first is None else first
            own = day if day is not None else read_day(row_date, met)
            # What a list showed for the first time is new, whether it has a day or not.
            check_at = clocks.next_check(met, met if own is None and self._is_new(key) else own, now)
        elif role != "article" and kind != "requisite":
            # A redirect, or a page that nothing is known of.
            check_at = now + clocks.back * ABOUT
        self._db.execute(
            "UPDATE address SET first = coalesce(first, ?), span = ?, check_at = ?, alias_of = ? WHERE id = ?",
            [now, span, check_at, alias, key],
        )

    def _is_new(self, key: int) -> bool:
        """Whether a visit after the first found the address."""
        return bool(self._db.execute("SELECT born > 1 FROM address WHERE id = ?", [key]).fetchone()[0])

    def articles(self) -> list[str]:
        """The addresses that were articles when they answered last."""
        with self._told():
            return [url for (url,) in self._db.execute("SELECT url FROM address WHERE role = 'article'")]

    def shapes(self) -> list[Shape]:
        """What was learned of each shape of addresses, those of most pages first."""
        counts: Counter[tuple[str, str]] = Counter()
        with self._told():
            for url, role in self._db.execute("SELECT url, role FROM address WHERE role IS NOT NULL"):
                counts[shape(url), role] += 1
        found = [
            Shape(
                shape=name,
                articles=counts[name, "article"],
                lists=counts[name, "list"],
            )
            for name in {name for name, _ in counts}
        ]
        return sorted(found, key=lambda each: (-each.articles - each.lists, each.shape))

    def fail(
        self, address: Address, reason: str, detail: str, *, wait: float | None, status: int | None = None
    ) -> None:
        """The address gave an error: ask again after `wait` seconds; None: given up in this visit."""
        if wait is None:
            self._settle(address, State.FAILED, reason, detail, status=status)
        else:
            self._settle(address, State.PENDING, reason, detail, status=status, not_before=self._clock() + wait)

    def refuse(self, address: Address, reason: str, detail: str, *, later: bool) -> None:
        """The address may not be asked for; `later`: another run tries."""
        if later:
            self._settle(address, State.PENDING, reason, detail, not_before=ANOTHER_RUN)
        else:
            self._settle(address, State.REFUSED, reason, detail)

    def _settle(
        self,
        address: Address,
        state: State,
        reason: str | None = None,
        detail: str | None = None,
        *,
        status: int | None = None,
        not_before: float | None = None,
    ) -> None:
        if state != State.PENDING and address.role is not None:
            self._had[address.role] += 1 if address.role == "article" else address.shown
        with self._told():
            self._db.execute(
                "UPDATE address SET state = ?, reason = ?, detail = ?, status = coalesce(?, status), fetched = ?,"
                " not_before = ?, tries = tries + ?, visited = ?, check_at = NULL WHERE id = ?",
                [state, reason, detail, status, self._clock(), not_before, state != State.DONE, self.visit, address.id],
            )
        if not_before is not None:
            self._wake = min(self._wake or ANOTHER_RUN, not_before)

    def shortfall(self) -> str | None:
        """What known pages brought far less of than before, in words; None: nothing."""
        words: dict[Role, str] = {"list": "articles on known lists", "article": "known articles"}
        found = [
            f"{self._got[role]} of {self._had[role]} {words[role]}"
            for role in words
            if self._had[role] >= ENOUGH and self._got[role] < SHARE * self._had[role]
        ]
        return ", ".join(found) or None

    def trail(self, address: Address) -> list[str]:
        """The addresses that redirected to this one, the last first."""
        found: list[str] = []
        url = address.found.parent if address.found else None
        with self._told():
            while url is not None and len(found) < address.hops:
                found.append(url)
                row = self._db.execute("SELECT parent FROM address WHERE url = ?", [url]).fetchone()
                url = row[0] if row else None
        return found

    def postpone(self, host: str) -> None:
        """What waits for its hour on this host waits for another run."""
        with self._told():
            self._db.execute(
                "UPDATE address SET not_before = ? WHERE state = 'pending' AND not_before IS NOT NULL AND host = ?",
                [ANOTHER_RUN, host],
            )

    def open_on(self, host: str) -> bool:
        """Whether an address of the host is still pending."""
        with self._told():
            row = self._db.execute(
                "SELECT 1 FROM address WHERE state = 'pending' AND host = ? LIMIT 1", [host]
            ).fetchone()
        return row is not None

    def next_waiting(self) -> float | None:
        """The seconds until an address that waits in this run is due; None: none waits."""
        with self._told():
            row = self._db.execute(
                "SELECT min(not_before) FROM address INDEXED BY waiting"
                " WHERE state = 'pending' AND not_before IS NOT NULL"
            ).fetchone()
        return None if row[0] is None or row[0] >= ANOTHER_RUN else max(0.0, row[0] - self._clock())

    def due(self, hosts: Collection[str], *, only_requisites: bool = False) -> bool:
        """Whether an address of these hosts could be leased now."""
        with self._told():
            self._wake_up()
            wanted = _wanted(only_requisites)
            return any(self._db.execute(_NEXT, [host, *wanted]).fetchone() for host in hosts)

    def _wake_up(self) -> None:
        now = self._clock()
        if self._wake is not None and self._wake <= now:
            self._db.execute(
                "UPDATE address SET not_before = NULL WHERE state = 'pending' AND not_before IS NOT NULL"
                " AND not_before <= ?",
                [now],
            )
            self._wake = self._db.execute(
                "SELECT min(not_before) FROM address WHERE state = 'pending' AND not_before IS NOT NULL"
            ).fetchone()[0]

    def fresh_listing(self, pager: int, digest: bytes) -> bool:
        """Whether a page of a pager shows links that no earlier page of it showed, and the pager is not too long.

        Sites answer any page number with page one, or with their last page.
        """
        with self._told():
            if self._db.execute("SELECT 1 FROM listing WHERE pager = ? AND digest = ?", [pager, digest]).fetchone():
                return False
            self._db.execute("INSERT INTO listing VALUES (?, ?)", [pager, digest])
            length = self._db.execute("SELECT count(*) FROM listing WHERE pager = ?", [pager]).fetchone()[0]
        return bool(length < COLUMN_PAGES)

    def fresh_text(self, digest: bytes) -> bool:
        """Whether no page of this visit had this text yet."""
        with self._told():
            return self._db.execute("INSERT OR IGNORE INTO listing VALUES (0, ?)", [digest]).rowcount == 1

    def tally(self, shape: str, *, fruitful: bool, repeats: bool = False) -> None:
        """Count a page of a shape: an article, or a page that leads to another shape, sets its count to nothing.

        `repeats`: it says what another page of the shape said; such a page counts as many.
        """
        with self._told():
            if fruitful:
                self._db.execute("DELETE FROM shape WHERE shape = ?", [shape])
            else:
                self._db.execute(
                    "INSERT INTO shape VALUES (?1, ?2) ON CONFLICT (shape) DO UPDATE SET barren = barren + ?2",
                    [shape, BARREN // REPEATS if repeats else 1],
                )

    def barren(self, shape: str) -> bool:
        """Whether too many pages of the shape in a row led nowhere."""
        with self._told():
            row = self._db.execute("SELECT barren FROM shape WHERE shape = ?", [shape]).fetchone()
        return row is not None and row[0] >= BARREN

    def idle(self) -> list[str]:
        """The parameters of addresses that were found to make no difference."""
        with self._told():
            return [key for (key,) in self._db.execute("SELECT key FROM idle")]

    def keep_idle(self, key: str, plain: Callable[[str], str]) -> None:
        """A parameter makes no difference: what answered with it is known by its `plain` address from now on."""
        with self._told():
            self._db.execute("INSERT OR IGNORE INTO idle VALUES (?)", [key])
            rows = self._db.execute(
                "SELECT id, url FROM address WHERE state = 'done' AND instr(url, '?')"
                " AND form IS NULL AND hops = 0 AND parent IS NOT NULL"
            ).fetchall()
            self._db.executemany(
                "UPDATE OR IGNORE address SET url = ? WHERE id = ?",
                [(without, row) for row, url in rows if (without := plain(url)) != url],
            )

    def robots(self, origin: str) -> tuple[float, bytes | None] | None:
        """When the robots.txt of an origin was read, and its bytes, None where it has none; None: never read."""
        with self._told():
            row = self._db.execute("SELECT read, body FROM robots WHERE origin = ?", [origin]).fetchone()
        return row and (row[0], row[1])

    def keep_robots(self, origin: str, read: float, body: bytes | None) -> None:
        """Keep the robots.txt of an origin for later runs."""
        with self._told():
            self._db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", [origin, read, body])

    def earlier(self, url: str | None, payload_digest: str | None) -> Earlier | None:
        """The last full capture of the URL, of any where it is None, if its payload is this one, and synced.

        A page that went from A to B and back to A is captured in full again: A is its newest text then. Of the payload
        None: the last capture of the URL, whatever its payload.
        """
        with self._told():
            row = self._db.execute(
                "SELECT url, record, date FROM capture WHERE url = ?1 AND (digest = ?2 OR ?2 IS NULL)"
                if url is not None
                else "SELECT url, record, date FROM capture WHERE digest = ?2 AND ?1 IS NULL ORDER BY date LIMIT 1",
                [url, payload_digest],
            ).fetchone()
        return row and Earlier(id=row[1], url=row[0], date=dt.datetime.fromisoformat(row[2]))

    def remember(self, url: str, written: Written) -> None:
        """A full capture, for `earlier` to find after the next commit."""
        if written.payload_digest is not None:
            self._remembered[url] = written

    def answered(self, url: str, since: dt.datetime, record: str) -> bool:
        """Whether the answer in a record, or one that came after `since`, is acknowledged."""
        with self._told():
            row = self._db.execute(
                "SELECT 1 FROM address LEFT JOIN capture USING (url)"
                " WHERE url = ? AND (fetched >= ? OR state = 'done' AND record = ?)",
                [url, since.timestamp(), record],
            ).fetchone()
        return row is not None

    def unfinished_since(self) -> float | None:
        """When the visit began that is to be gone on with, in seconds since 1970; None: a new one begins."""
        with self._told():
            row = self._db.execute(
                "SELECT began FROM visit WHERE number = ? AND ended IS NULL", [self.visit]
            ).fetchone()
        return row and float(row[0])

    def captures(self) -> Iterator[tuple[str, str]]:
        """The URL and the record of each capture that `earlier` may give."""
        with self._told():
            yield from self._db.execute("SELECT url, record FROM capture ORDER BY url")

    def disown(self, records: Collection[str]) -> None:
        """Refer to none of these records any more, durable on return: they were erased."""
        with self._told():
            self._db.executemany("DELETE FROM capture WHERE record = ?", [(record,) for record in records])
            self._db.execute("COMMIT")
            self._db.execute("BEGIN IMMEDIATE")

    def allow(self, may: Callable[[str], bool]) -> None:
        """Ask again for addresses that were taken down and may be asked for now, durable on return."""
        with self._told():
            down = self._db.execute("SELECT id, url FROM address WHERE state = 'refused' AND reason = 'forgotten'")
            self._db.executemany(
                "UPDATE address SET state = 'pending', reason = NULL, detail = NULL, tries = 0 WHERE id = ?",
                [(key,) for key, url in down.fetchall() if may(url)],
            )
            self._db.execute("COMMIT")
            self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make all that was said since the last commit durable: the recorder has synced the WARC that it stands on."""
        with self._told():
            self._db.executemany(
                "INSERT OR REPLACE INTO capture VALUES (?, ?, ?, ?)",
                [(url, w.payload_digest, w.id, w.date.isoformat()) for url, w in self._remembered.items()],
            )
            self._db.execute("COMMIT")
            self._db.execute("BEGIN IMMEDIATE")
        self._remembered.clear()

    def end(self, run: Run, *, whole: bool) -> None:
        """Note the run, and where the visit is `whole` its end: the next crawl begins a new one."""
        with self._told():
            if whole:
                self._db.execute("UPDATE visit SET ended = ? WHERE number = ?", [self._clock(), self.visit])
            self._db.execute(
                "INSERT INTO run"
                " (began, seconds, visit, ending, pages, articles, requisites, revisits, bytes, shortfall)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    run.began.timestamp(),
                    run.seconds,
                    run.visit,
                    run.ending,
                    run.pages,
                    run.articles,
                    run.requisites,
                    run.revisits,
                    run.bytes,
                    run.shortfall,
                ],
            )

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        with contextlib.suppress(sqlite3.Error):
            self._db.rollback()
        self._db.close()

    def counts(self) -> dict[State, int]:
        """Addresses by state."""
        with self._told():
            rows = dict(self._db.execute("SELECT state, count(*) FROM address GROUP BY state"))
        return {state: rows.get(state, 0) for state in State}

    def uncaptured(self, *, waiting: bool = False) -> Iterator[Missing]:
        """Addresses that failed, were refused, or wait after an error, in the order in which they were found.

        `waiting`: also those whose turn has not come yet.
        """
        rows = self._db.execute(
            "SELECT url, state, coalesce(reason, 'waiting'), coalesce(detail, ''), tries, parent FROM address"
            " WHERE reason IS NOT NULL OR (? AND state IN ('pending', 'leased') AND first IS NULL) ORDER BY id",
            [waiting],
        )
        for url, state, reason, detail, tries, parent in rows:
            yield Missing(url=url, state=state, reason=reason, detail=detail, tries=tries, parent=parent)

    def reasons(self) -> dict[str, int]:
        """Why addresses were not captured, the commonest first."""
        with self._told():
            return dict(
                self._db.execute(
                    "SELECT reason, count(*) FROM address WHERE reason IS NOT NULL"
                    " GROUP BY reason ORDER BY count(*) DESC, reason"
                )
            )

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        with self._told():
            rows = self._db.execute("SELECT * FROM run ORDER BY rowid DESC").fetchall()
        return [_run(row) for row in rows]

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors -> ours; after one, every call fails the same way, since its transaction is lost."""
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                self._failure = SpaceError(f"{self._path}: no space left. Make room, then crawl again: it goes on.")
            elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, 0):
                words = " ".join(str(error).split())
                self._failure = StateError(
                    f"{self._path}: the crawl's state is damaged ({words}). Crawl again: it is set aside, and the crawl"
                    " begins anew with what the archive holds. No capture is lost."
                )
            else:
                self._failure = DataError(f"{self._path}: {error}. Check the disk, then crawl again: it goes on.")
            raise self._failure from error
        except OSError as error:
            self._failure = DataError(f"{self._path}: {error.strerror}. Make the folder writable.")
            raise self._failure from error


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: executescript would commit what was done before it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _wanted(only_requisites: bool) -> tuple[int, int]:
    return (REQUISITE, REQUISITE) if only_requisites else (START, ARTICLE)


def _address(row: Sequence[Any]) -> Address:
    key, url, kind, priority, depth, hops, pager, parent, anchor, row_date, tries, role, *rest = row
    etag, modified, form, shown = rest
    return Address(
        id=key,
        url=url,
        kind=kind,
        priority=priority,
        depth=depth,
        hops=hops,
        pager=pager,
        tries=tries,
        role=role,
        etag=etag,
        modified=modified,
        form=form,
        shown=shown or 0,
        found=None if parent is None else Found(parent=parent, anchor=anchor, row_date=row_date),
    )


def _run(row: Sequence[Any]) -> Run:
    began, seconds, visit, ending, pages, articles, requisites, revisits, size, *shortfall = row
    return Run(
        began=dt.datetime.fromtimestamp(began, dt.UTC),
        seconds=seconds,
        visit=visit,
        ending=ending,
        pages=pages,
        articles=articles,
        requisites=requisites,
        revisits=revisits,
        bytes=size,
        shortfall=shortfall[0] if shortfall else None,
    )
