"""Origins that no connection could be made to, such as an https that drops packets: when to try again.

Each try costs a crawl half a minute, in which nothing else of the host is asked for.
"""

from __future__ import annotations

import datetime as dt

from archive.site import CHINA
from crawler.queue.database import Database


class Silence:
    """The table `silent` of a frontier."""

    def __init__(self, database: Database, longest: float) -> None:
        """`longest`: the seconds after which an origin is tried again in any case."""
        self._db, self._translate, self._longest = database.db, database.translate, longest

    def note(self, origin: str, now: float) -> None:
        """No connection to the origin came about."""
        with self._translate():
            self._db.execute(
                "INSERT INTO silent VALUES (?, ?, ?) ON CONFLICT (origin) DO UPDATE SET tried = excluded.tried",
                [origin, now, now],
            )

    def end(self, origin: str) -> None:
        """The origin answered."""
        with self._translate():
            self._db.execute("DELETE FROM silent WHERE origin = ?", [origin])

    def forget(self) -> None:
        """Try every origin at once."""
        with self._translate():
            self._db.execute("UPDATE silent SET tried = since")

    def rests(self, origin: str, now: float) -> str | None:
        """Why the origin is not to be tried now; None: it is.

        It is tried again once it has been silent twice as long as at the last try. A host that does not answer at all
        is tried by each crawl: its other origin must have given pages meanwhile, and not only led here.
        """
        with self._translate():
            row = self._db.execute("SELECT since, tried FROM silent WHERE origin = ?", [origin]).fetchone()
            if row is None or not row[0] <= row[1] <= now < self._again(*row) or not self._may_rest(origin, row[0]):
                return None
            return self._say(origin, *row)

    def told(self) -> list[str]:
        """A sentence on each silent origin, with the number of addresses that were never captured for that reason."""
        sql = """SELECT s.origin, since, tried, (SELECT count(*) FROM address a WHERE a.origin = s.origin
                 AND a.first IS NULL AND a.state IN ('pending', 'failed')) FROM silent s ORDER BY 1"""
        with self._translate():
            return [self._say(*row) for row in self._db.execute(sql)]

    def _may_rest(self, origin: str, since: float) -> bool:
        """Whether the other origin of the host has given pages since then."""
        gives = "SELECT 1 FROM address WHERE origin = ? AND state = 'done' AND status IN (200, 304) AND fetched >= ?"
        return self._db.execute(f"{gives} LIMIT 1", [_other(origin), since]).fetchone() is not None

    def _again(self, since: float, tried: float) -> float:
        return tried + min(tried - since, self._longest)

    def _say(self, origin: str, since: float, tried: float, lost: int | None = None) -> str:
        first, again = (dt.datetime.fromtimestamp(time, CHINA).date() for time in (since, self._again(since, tried)))
        there = f" (addresses there: {lost})" if lost is not None else ""
        when = f"it is tried again from {again} on" if self._may_rest(origin, since) else "each crawl tries it"
        return f"no connection to {origin} since {first}{there}; {when}"


def _other(origin: str) -> str:
    """The origin of the same host in the other scheme.

    >>> _other("https://h.cn"), _other("http://h.cn")
    ('http://h.cn', 'https://h.cn')
    """
    scheme, _, host = origin.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{host}"
