"""What to fetch next, durable: one SQLite row an address.

An address is `pending` (due, or waiting for its hour), `leased` (asked for now), `done` (answered), `failed` (given
up in this visit) or `refused` (not asked for). A visit goes through everything that is due by two clocks; a run is one
process, and a visit that was interrupted takes several runs. Lists are due sooner after a change and later after none;
articles are checked a few times for silent edits and deletions. Nothing is acknowledged before `commit`, which the
recorder calls once the WARC is synced: a crash before it leaves the addresses pending, and they are fetched once more.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from archive.site import host_of
from archive.warc.capture import FoundBy
from crawler.queue import ahead
from crawler.queue.accounts import Accounts
from crawler.queue.address import LAST, REQUISITE, START, origin_of, shape
from crawler.queue.captures import Captures
from crawler.queue.clocks import ABOUT, Clocks, is_over, read_day
from crawler.queue.database import Database
from crawler.queue.entries import Address, Article, Role, Run, State
from crawler.queue.learned import Learned
from crawler.queue.report import Report
from crawler.queue.silence import Silence
from crawler.queue.watch import watched

# The `not_before` of an address that is left to another run.
ANOTHER_RUN = 1e12
# A run ends as `far_less` if known pages yield less than this share of what they had, and that was at least so much; or
# if one list among them does, whose rows may vary more than those of all.
SHARE, ENOUGH = 0.5, 10
ONE = 0.25
# No more redirects in a row are followed.
LONGEST = 20

_NEXT = """
SELECT id, url, kind, priority, depth, hops, pager, parent, anchor, row_date, tries, role, etag, modified, form, shown,
    bore
FROM address INDEXED BY due
WHERE state = 'pending' AND not_before IS NULL AND origin = ? AND priority BETWEEN ? AND ?
ORDER BY priority, id LIMIT 1
"""

_FURTHER = """
UPDATE address SET detail = (SELECT t.detail FROM address t WHERE t.url = address.detail) WHERE reason = 'redirect'
AND EXISTS (SELECT 1 FROM address t WHERE t.url = address.detail AND t.reason = 'redirect' AND t.detail != t.url)
"""
_BETWEEN = "UPDATE address SET reason = NULL, detail = NULL WHERE reason = 'redirect' AND hops > 0 AND role IS NULL"
# Redirects of awaited articles that ended at an article or a file.
_MOVED = """
UPDATE address SET reason = NULL, detail = NULL WHERE reason = 'redirect' AND state = 'done' AND EXISTS (
    SELECT 1 FROM address t WHERE t.url = address.detail AND t.state = 'done' AND t.reason IS NULL
    AND coalesce(t.role, '') != 'list' AND t.status NOT IN (301, 302, 303, 307, 308))
"""
# Known articles that lead to a list, or to where nothing is.
_ASTRAY = """
SELECT a.id, a.detail FROM address a JOIN address t ON t.url = a.detail
WHERE a.reason = 'redirect' AND a.role = 'article' AND (
    (t.state = 'done' AND t.role = 'list' AND t.reason IS NULL)
    OR t.reason IN ('http_404', 'http_410', 'soft_404', 'deleted', 'redirect_off_site', 'home', 'list', 'empty'))
"""


class Frontier:
    """The addresses of one site. Every method raises SpaceError or DataError once the file cannot be written.

    Attributes:
        visit: number of the visit that is going on, or was the last.
        captures: what a later capture may refer to.
        learned: what was learned of the site's addresses.
        accounts: what lists claimed and showed.
        report: what commands tell of it.
        silence: origins that no connection could be made to.
    """

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
        self._clock, self._clocks = clock, clocks or Clocks()
        self._wake: float | None = None
        # Of known lists and articles that this run asked for again: what they had before, and what came now.
        self._had: Counter[Role] = Counter()
        self._got: Counter[Role] = Counter()
        # Lists of which hardly anything is left, in words.
        self._shrunk: list[str] = []
        self._database = Database(path, read_only=read_only)
        self._db, self._translate = self._database.db, self._database.translate
        self.visit = self._database.visit
        self.captures, self.learned = Captures(self._database, clock), Learned(self._database)
        self.accounts, self.report = Accounts(self._database), Report(self._database)
        self.silence = Silence(self._database, self._clocks.back)

    def begin(self, *, full: bool = False, max_depth: int = 0) -> bool:
        """Go on with the visit that was interrupted, or begin a new one; True: a new one.

        Due are the start pages, what failed, what its clock says, and what answered later than now; `full`: every known
        address; what was too deep, if `max_depth` allows it now.

        What an earlier run left leased is pending again: the caller holds the site's lock, so no other owner lives.
        """
        with self._translate():
            ahead.correct(self._db, self._clock())
            open_visit = self._db.execute("SELECT 1 FROM visit WHERE number = ? AND ended IS NULL", [self.visit])
            if new := open_visit.fetchone() is None:
                self.visit += 1
                self._db.execute("INSERT INTO visit VALUES (?, ?, NULL)", [self.visit, self._clock()])
                # Traps stay refused, films, counters and files on hosts of others. robots.txt may allow more by now.
                self._db.execute(
                    # What never came whole has one try left.
                    "UPDATE address SET state = 'pending', not_before = NULL, reason = NULL, detail = NULL,"
                    " tries = CASE WHEN state = 'failed' AND check_at NOT NULL THEN max(tries - 1, 0) ELSE 0 END"
                    " WHERE CASE state WHEN 'refused' THEN reason NOT IN ('trap', 'film', 'counter')"
                    " AND (reason != 'foreign_host' OR kind != 'requisite') AND (reason != 'too_deep' OR depth <= ?)"
                    " WHEN 'failed' THEN ? OR check_at IS NULL OR check_at <= ?"
                    " WHEN 'done' THEN ? OR (priority = ? AND parent IS NULL) OR check_at <= ? ELSE TRUE END",
                    [max_depth, full, self._clock(), full, START, self._clock()],
                )
                self.learned.begin(self.visit, full=full)
            else:
                self._db.execute(
                    "UPDATE address SET state = 'pending', not_before = NULL, tries = 0"
                    " WHERE state = 'leased' OR (state = 'pending' AND not_before IS NOT NULL)"
                )
            if full:
                self.silence.forget()
            self._wake = None
        return new

    def push(self, address: Address, *, refused: tuple[str, str] | None = None, again: bool = False) -> bool:
        """Keep an address, with (reason, detail) where it is refused at once; True: it is new to this visit.

        A known address keeps its row; the smaller depth, the sooner priority and the date of a list row are added.
        `again`: it is due even where it was answered in an earlier visit.
        """
        found = address.found
        with self._translate():
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
            dated = found is not None and found.row_date is not None
            # Reasons that do not hold for each link to an address.
            ended = ("too_deep", "foreign_host", "film", "counter", "led_nowhere" if dated else "")
            if state == State.REFUSED and reason in ended and not refused:
                self._db.execute(
                    "UPDATE address SET state = 'pending', reason = NULL, detail = NULL, tries = 0 WHERE id = ?", [key]
                )
            if seen < self.visit or address.depth < depth or address.priority < priority:
                self._db.execute(
                    "UPDATE address SET seen = ?, depth = min(depth, ?), priority = min(priority, ?) WHERE id = ?",
                    [self.visit, address.depth, address.priority, key],
                )
            if found and dated and row_date is None:
                self._db.execute(
                    "UPDATE address SET parent = ?, anchor = ?, row_date = ? WHERE id = ?",
                    [found.parent, found.anchor, found.row_date, key],
                )
            return bool(seen < self.visit)

    def _insert(self, address: Address, refused: tuple[str, str] | None) -> None:
        found = address.found
        self._db.execute(
            "INSERT INTO address (url, origin, state, kind, priority, depth, hops, pager, parent, anchor,"
            " row_date, seen, born, form, reason, detail, bore)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            [
                address.url,
                origin_of(address.url),
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

    def lease(self, origins: Collection[str], *, only_requisites: bool = False) -> Address | None:
        """The address of these origins that is due next, leased: by priority, then the one found first."""
        with self._translate():
            self._wake_up()
            best = None
            for origin in origins:
                row = self._db.execute(_NEXT, [origin, *_wanted(only_requisites)]).fetchone()
                if row is not None and (best is None or (row[3], row[0]) < (best[3], best[0])):
                    best = row
            if best is None:
                return None
            self._db.execute("UPDATE address SET state = 'leased' WHERE id = ?", [best[0]])
        return _address(best)

    def give_back(self, address: Address) -> None:
        """A leased address was not asked for: it stays due."""
        with self._translate():
            self._db.execute("UPDATE address SET state = 'pending' WHERE id = ?", [address.id])

    def known(self, url: str) -> bool:
        """Whether an earlier visit had found the address, and asked for it or given it up."""
        if self.visit == 1:
            return False
        with self._translate():
            row = self._db.execute("SELECT born, visited, state FROM address WHERE url = ?", [url]).fetchone()
        if row is None or row[0] == self.visit:
            return False
        # What a broken visit left over is as new to its lists as it was then.
        return row[1] > 0 or row[2] not in (State.PENDING, State.LEASED)

    def met(self, url: str) -> bool:
        """Whether the address is asked for in some visit."""
        with self._translate():
            row = self._db.execute("SELECT state FROM address WHERE url = ?", [url]).fetchone()
        return row is not None and row[0] != State.REFUSED

    def visited(self, url: str) -> bool:
        """Whether the address was answered in this visit, or will be."""
        with self._translate():
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
        lacks: tuple[str, str] | None = None,
    ) -> None:
        """The address answered with `status`, and all that its page leads to is pushed.

        Of a list, `changed` says whether it showed anything new, and `shown` how many articles it leads to.
        `validators`: ETag and Last-Modified of a full answer. `article`: what is known of an article's page.
        `lacks`: why there is no article, (reason, detail), where one ought to be; it is asked for again after a month.
        """
        self._set_state(address, State.DONE, *(lacks or (None, None)), status=status)
        if address.role == "article":
            self._got["article"] += role == "article" and lacks is None
        elif address.role == "list":
            self._got["list"] += min(shown, address.shown)
            # The last page of a list may have any number of rows, and a redirect shows its rows at another address.
            if status < 300 and address.kind == "page" and address.shown >= ENOUGH and shown < ONE * address.shown:
                self._shrunk.append(f"{shown} of {address.shown} articles on the list {address.url}")
        # Halve the expected rows on each empty visit: a list that stays empty raises the alarm a few times only.
        used_to = max(shown, address.shown // 2)
        with self._translate():
            self._db.execute(
                "UPDATE address SET role = ?, etag = coalesce(?, etag), modified = coalesce(?, modified), shown = ?,"
                " gone = NULL, day = coalesce(?, day) WHERE id = ?",
                [role, *((None, None) if lacks else validators), used_to, article.day if article else None, address.id],
            )
            alias = self._alias(address.id, article) if role == "article" and lacks is None else None
            self._schedule(address.id, role, changed=changed, alias=alias, lacks=lacks is not None)

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
        self._set_state(address, State.FAILED, reason, detail, status=status)
        with self._translate():
            self._miss(address.id)

    def _miss(self, key: int) -> None:
        """What is at an address is gone, if it was an article."""
        now = self._clock()
        self._db.execute(
            "UPDATE address SET check_at = ?, gone = CASE WHEN role = 'article' THEN coalesce(gone, ?) END"
            " WHERE id = ?",
            [now + self._clocks.back * ABOUT, now, key],
        )
        # Ask its other addresses at once whether the article is gone.
        self._db.execute(
            "UPDATE address SET state = 'pending', tries = 0, alias_of = NULL, check_at = NULL"
            " WHERE alias_of = ? AND state = 'done' AND visited < ?",
            [key, self.visit],
        )

    def settle(self) -> None:
        """Say of each article that leads to another address whether it moved there, or is gone: no article is there.

        While that address is unknown, or only fails for a while, nothing is said. The detail of the reason `redirect`
        is the address.

        Also have the page on which a list's new rows appear, if that is not its first one, be due as often as a first
        page.
        """
        with self._translate():
            # One round for each redirect in a row, of which the first alone is told.
            rounds = 0
            while self._db.execute(_FURTHER).rowcount > 0 and rounds < LONGEST:
                rounds += 1
            self._db.execute(_BETWEEN)
            self._db.execute(_MOVED)
            for key, detail in self._db.execute(_ASTRAY).fetchall():
                self._db.execute(
                    "UPDATE address SET state = 'failed', reason = 'deleted', detail = ? WHERE id = ?",
                    [f"leads to {detail}, which is no article", key],
                )
                self._miss(key)
            # Further pages are due after a month, and the one on which new rows appear as the first page of a list is.
            self._db.executemany(
                "UPDATE address SET check_at = min(check_at, fetched + coalesce(span, ?) * ?)"
                " WHERE id = ? AND kind = 'next' AND role = 'list' AND state = 'done'",
                # Earlier versions gave these pages no span.
                [(self._clocks.first, ABOUT, key) for key in watched(self._db, self.visit)],
            )

    def _schedule(self, key: int, role: Role | None, *, changed: bool, alias: int | None, lacks: bool = False) -> None:
        """Say when an answered address is asked for again."""
        clocks, now = self._clocks, self._clock()
        url, kind, first, span, day, row_date, shown = self._db.execute(
            "SELECT url, kind, first, span, day, row_date, shown FROM address WHERE id = ?", [key]
        ).fetchone()
        check_at = None
        if role == "list":
            span = clocks.interval(span, changed=changed)
        if role == "list" and kind == "page":
            check_at = now + (clocks.back if not shown and is_over(url, now) else span) * ABOUT
        elif kind != "requisite" and (lacks or role != "article"):
            # A redirect, or a page that nothing is known of.
            check_at = now + clocks.back * ABOUT
        elif role == "article" and alias is None:
            met = now if first is None else first
            own = day if day is not None else read_day(row_date, met)
            # A row that appears on a known list is a new article, even where no day is given.
            check_at = clocks.next_check(met, met if own is None and self._is_new(key) else own, now)
        self._db.execute(
            "UPDATE address SET first = coalesce(first, ?), span = ?, check_at = ?, alias_of = ? WHERE id = ?",
            [now, span, check_at, alias, key],
        )

    def _is_new(self, key: int) -> bool:
        """Whether a visit after the first found the address."""
        return bool(self._db.execute("SELECT born > 1 FROM address WHERE id = ?", [key]).fetchone()[0])

    def fail(
        self, address: Address, reason: str, detail: str, *, wait: float | None, status: int | None = None
    ) -> None:
        """The address gave an error: ask again after `wait` seconds; None: given up in this visit.

        A page that was read although it never came whole is due when its clock says, other errors at the next visit.
        """
        if wait is None:
            self._set_state(address, State.FAILED, reason, detail, status=status)
        else:
            self._set_state(address, State.PENDING, reason, detail, status=status, not_before=self._clock() + wait)

    def refuse(self, address: Address, reason: str, detail: str, *, later: bool) -> None:
        """The address may not be asked for; `later`: another run tries."""
        if later:
            self._set_state(address, State.PENDING, reason, detail, not_before=ANOTHER_RUN)
        else:
            self._set_state(address, State.REFUSED, reason, detail)

    def prove(self, address: Address) -> None:
        """The page led to what no visit had found before, or is a list in its own right."""
        with self._translate():
            self._db.execute("UPDATE address SET bore = 1 WHERE id = ?", [address.id])

    def spare(self, address: Address) -> None:
        """The address is not asked for, since pages like it led nowhere: one that is known, for a month."""
        if address.role is None:
            why = f"pages like it led nowhere; few of {shape(address.url)} are asked for"
            self._set_state(address, State.REFUSED, "led_nowhere", why)
            return
        with self._translate():
            self._db.execute(
                "UPDATE address SET state = 'done', check_at = ? WHERE id = ?",
                [self._clock() + self._clocks.back * ABOUT, address.id],
            )

    def _set_state(
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
        with self._translate():
            # A list that needs a browser is asked for by the next crawl, which may have one.
            self._db.execute(
                "UPDATE address SET state = ?, reason = ?, detail = ?, status = coalesce(?, status), fetched = ?,"
                " not_before = ?, tries = tries + ?, visited = ?,"
                " check_at = CASE WHEN ?1 = 'failed' AND ?2 != 'needs_js' AND state = 'done'"
                " THEN coalesce(check_at, ?) END WHERE id = ?",
                [
                    *(state, reason, detail, status, now := self._clock(), not_before, state != State.DONE, self.visit),
                    *(now + self._clocks.back * ABOUT, address.id),
                ],
            )
        if not_before is not None:
            self._wake = min(self._wake or ANOTHER_RUN, not_before)

    def shortfall(self) -> str | None:
        """A sentence on what known pages brought far less of than before; None: nothing."""
        words: dict[Role, str] = {"list": "articles on known lists", "article": "known articles"}
        less = [role for role in words if self._had[role] >= ENOUGH and self._got[role] < SHARE * self._had[role]]
        found = [f"{self._got[role]} of {self._had[role]} {words[role]}" for role in less]
        # What all lists lack says it already.
        found += [] if "list" in less else self._shrunk[:3]
        return ", ".join(found) or None

    def trail(self, address: Address) -> list[str]:
        """The addresses that redirected to this one, the last first."""
        found: list[str] = []
        url = address.found.parent if address.found else None
        with self._translate():
            while url is not None and len(found) < address.hops:
                found.append(url)
                row = self._db.execute("SELECT parent FROM address WHERE url = ?", [url]).fetchone()
                url = row[0] if row else None
        return found

    def postpone(self, origin: str) -> None:
        """Leave the waiting addresses of this origin to another run."""
        with self._translate():
            self._db.execute(
                "UPDATE address SET not_before = ? WHERE state = 'pending' AND not_before IS NOT NULL AND origin = ?",
                [ANOTHER_RUN, origin],
            )

    def waiting(self) -> dict[str, int]:
        """How many addresses are pending, by their origin."""
        with self._translate():
            return dict(
                self._db.execute("SELECT origin, count(*) FROM address WHERE state = 'pending' GROUP BY origin")
            )

    def answered(self, origins: Collection[str]) -> set[str]:
        """Those of the origins that have ever answered."""
        sql = "SELECT 1 FROM address WHERE origin = ? AND status NOT NULL LIMIT 1"
        with self._translate():
            return {origin for origin in origins if self._db.execute(sql, [origin]).fetchone()}

    def heard(self) -> bool:
        """Whether an earlier run of this visit had a page."""
        with self._translate():
            return bool(
                self._db.execute(
                    "SELECT 1 FROM address WHERE state = 'done' AND visited = ? LIMIT 1", [self.visit]
                ).fetchone()
            )

    def give_up(self, origins: Collection[str]) -> Counter[str]:
        """Let nothing wait for an origin that never answered, or is none of these; how many addresses, by reason.

        Each has the reason of those that were tried. The next visit asks again for what is still one of these.
        """
        waiting, found = self.waiting(), Counter[str]()
        tried = (
            "SELECT reason, detail FROM address WHERE origin = ? AND reason NOT IN ('trap', 'led_nowhere', 'too_deep')"
            " AND fetched NOT NULL ORDER BY fetched DESC LIMIT 1"
        )
        with self._translate():
            for origin in sorted(waiting.keys() - self.answered(waiting.keys() & set(origins))):
                state, why = State.REFUSED, ("foreign_host", f"{host_of(origin)} is not a host of the site any more")
                if origin in origins:
                    state, why = State.FAILED, self._db.execute(tried, [origin]).fetchone() or ("waiting", "")
                found[why[0]] += self._db.execute(
                    "UPDATE address SET reason = ?, detail = ?, visited = ?"
                    " WHERE state = 'pending' AND origin = ? AND reason IS NULL",
                    [*why, self.visit, origin],
                ).rowcount
                self._db.execute(
                    "UPDATE address SET state = ?, not_before = NULL WHERE state = 'pending' AND origin = ?",
                    [state, origin],
                )
        return +found

    def next_waiting(self) -> float | None:
        """The seconds until an address that waits in this run is due; None: none waits."""
        with self._translate():
            row = self._db.execute(
                "SELECT min(not_before) FROM address INDEXED BY waiting"
                " WHERE state = 'pending' AND not_before IS NOT NULL"
            ).fetchone()
        return None if row[0] is None or row[0] >= ANOTHER_RUN else max(0.0, row[0] - self._clock())

    def waits(self) -> tuple[int, str]:
        """How many addresses wait for another try in this run, and why the first one does."""
        with self._translate():
            count, _, reason, url = self._db.execute(
                "SELECT count(*), min(not_before), reason, url FROM address INDEXED BY waiting"
                " WHERE state = 'pending' AND not_before < ?",
                [ANOTHER_RUN],
            ).fetchone()
        return int(count), f"{reason or 'waiting'} {url}"

    def due(self, origins: Collection[str], *, only_requisites: bool = False) -> bool:
        """Whether an address of these origins could be leased now."""
        with self._translate():
            self._wake_up()
            wanted = _wanted(only_requisites)
            return any(self._db.execute(_NEXT, [origin, *wanted]).fetchone() for origin in origins)

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

    def robots(self, origin: str) -> tuple[float, bytes | None] | None:
        """When the robots.txt of an origin was read, and its bytes, None where it has none; None: never read."""
        with self._translate():
            row = self._db.execute("SELECT read, body FROM robots WHERE origin = ?", [origin]).fetchone()
        return row and (row[0], row[1])

    def keep_robots(self, origin: str, read: float, body: bytes | None) -> None:
        """Keep the robots.txt of an origin for later runs."""
        with self._translate():
            self._db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", [origin, read, body])

    def unfinished_since(self) -> float | None:
        """When the visit began that is to be gone on with, in seconds since 1970; None: a new one begins."""
        with self._translate():
            row = self._db.execute(
                "SELECT began FROM visit WHERE number = ? AND ended IS NULL", [self.visit]
            ).fetchone()
        return row and float(row[0])

    def allow(self, may: Callable[[str], bool]) -> None:
        """Ask again for addresses that were taken down and may be asked for now, durable on return."""
        with self._translate():
            down = self._db.execute("SELECT id, url FROM address WHERE state = 'refused' AND reason = 'forgotten'")
            self._db.executemany(
                "UPDATE address SET state = 'pending', reason = NULL, detail = NULL, tries = 0 WHERE id = ?",
                [(key,) for key, url in down.fetchall() if may(url)],
            )
        self._database.commit()

    def commit(self) -> None:
        """Make all that was said since the last commit durable: the recorder has synced the WARC that it stands on."""
        self.captures.commit()

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._database.close()

    def end(self, run: Run, *, whole: bool) -> None:
        """Note the run, and where the visit is `whole` its end: the next crawl begins a new one."""
        with self._translate():
            if whole:
                self._db.execute("UPDATE visit SET ended = ? WHERE number = ?", [self._clock(), self.visit])
            self._db.execute(
                "INSERT INTO run"
                " (began, seconds, visit, ending, pages, articles, requisites, revisits, bytes, shortfall)"
                " VALUES (:began, :seconds, :visit, :ending, :pages, :articles, :requisites, :revisits, :bytes,"
                " :shortfall)",
                asdict(run) | {"began": run.began.timestamp()},
            )


def _wanted(only_requisites: bool) -> tuple[int, int]:
    return (REQUISITE, REQUISITE) if only_requisites else (START, LAST)


def _address(row: Sequence[Any]) -> Address:
    key, url, kind, priority, depth, hops, pager, parent, anchor, row_date, tries, role, *rest = row
    etag, modified, form, shown, bore = rest
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
        bore=bool(bore),
        found=None if parent is None else FoundBy(parent=parent, anchor=anchor, row_date=row_date),
    )
