"""Captures of a site that later ones may refer to, by URL and by payload."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection, Iterator

from archive.warc.capture import Earlier, Written
from crawler.queue.ahead import AHEAD
from crawler.queue.database import Database


class Captures:
    """The table `capture` of a frontier."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        """Work on the frontier's database."""
        self._clock = clock
        self._database, self._db, self._translate = database, database.db, database.translate
        self._remembered: dict[str, Written] = {}

    def earlier(self, url: str | None, payload_digest: str | None) -> Earlier | None:
        """The latest full capture of a URL if it has this payload; None if it has another, or is not synced yet.

        A page that went from A to B and back to A is captured in full again, since A is then its newest text.
        Captures that are dated later than now do not count: a capture refers to an earlier one.

        Args:
            url: None: the first capture with this payload, of any URL.
            payload_digest: None: the latest capture of the URL, whatever its payload.
        """
        last = dt.datetime.fromtimestamp(self._clock() + AHEAD, dt.UTC).isoformat()
        with self._translate():
            row = self._db.execute(
                "SELECT url, record, date FROM capture WHERE url = ?1 AND (digest = ?2 OR ?2 IS NULL) AND date <= ?3"
                if url is not None
                else "SELECT url, record, date FROM capture"
                " WHERE digest = ?2 AND ?1 IS NULL AND date <= ?3 ORDER BY date LIMIT 1",
                [url, payload_digest, last],
            ).fetchone()
        return row and Earlier(id=row[1], url=row[0], date=dt.datetime.fromisoformat(row[2]))

    def remember(self, url: str, written: Written) -> None:
        """Remember a full capture; `earlier` finds it after the next commit."""
        if written.payload_digest is not None:
            self._remembered[url] = written

    def answered(self, url: str, since: dt.datetime, record: str) -> bool:
        """Whether the state has acknowledged the answer in `record`, or any answer of the URL since then."""
        with self._translate():
            row = self._db.execute(
                "SELECT 1 FROM address LEFT JOIN capture USING (url)"
                " WHERE url = ? AND (fetched >= ? OR state = 'done' AND record = ?)",
                [url, since.timestamp(), record],
            ).fetchone()
        return row is not None

    def all(self) -> Iterator[tuple[str, str]]:
        """The URL and the record of each capture that `earlier` may give."""
        with self._translate():
            yield from self._db.execute("SELECT url, record FROM capture ORDER BY url")

    def disown(self, records: Collection[str]) -> None:
        """Refer to none of these records any more, durable on return: they were erased."""
        with self._translate():
            self._db.executemany("DELETE FROM capture WHERE record = ?", [(record,) for record in records])
        self._database.commit()

    def commit(self) -> None:
        """Make all that the frontier was told since the last commit durable: the WARC that it stands on is synced."""
        with self._translate():
            self._db.executemany(
                "INSERT OR REPLACE INTO capture VALUES (?, ?, ?, ?)",
                [(url, w.payload_digest, w.id, w.date.isoformat()) for url, w in self._remembered.items()],
            )
        self._database.commit()
        self._remembered.clear()
