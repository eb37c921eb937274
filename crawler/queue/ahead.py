"""Times of a state that are later than now: the clock was ahead when they were written, or it is behind now."""

from __future__ import annotations

import datetime as dt
import sqlite3

from archive.site import CHINA

# A clock may be off by hours, as after a mistake with time zones, without doing harm.
AHEAD = 86400.0


def latest(db: sqlite3.Connection, now: float) -> tuple[int, float] | None:
    """How many pages answered later than `now` (seconds since 1970), and when the last one did; None: none did."""
    sql = "SELECT count(*), max(fetched) FROM address WHERE fetched > ? AND kind != 'requisite'"
    count, last = db.execute(sql, [now + AHEAD]).fetchone()
    return (count, last) if count else None


def say(found: tuple[int, float]) -> str:
    """What `latest` found, in words.

    >>> say((12, 1952935200.0))
    '12 pages were answered later than now, the last on 2031-11-20: the clock was wrong then, or is wrong now'
    """
    day = dt.datetime.fromtimestamp(found[1], CHINA).date()
    return (
        f"{found[0]} pages were answered later than now, the last on {day}: the clock was wrong then, or is wrong now"
    )


def correct(db: sqlite3.Connection, now: float) -> None:
    """Have pages that answered later than `now` be due in the next visit, and articles' ages be counted from now.

    No server is asked whether its page changed since then: the answer would refer to a capture that is dated later.
    """
    db.execute(
        "UPDATE address SET fetched = ?1, etag = NULL, modified = NULL,"
        " check_at = CASE WHEN kind = 'requisite' OR alias_of NOT NULL THEN check_at ELSE ?1 END WHERE fetched > ?2",
        [now, now + AHEAD],
    )
    db.execute("UPDATE address SET first = ? WHERE first > ?", [now, now + AHEAD])
    # The clock was behind for a while: nothing answers before the visit that finds it.
    db.execute(
        "UPDATE address SET first = (SELECT began FROM visit WHERE number = born)"
        " WHERE first < (SELECT began FROM visit WHERE number = born AND began <= ?) - ?",
        [now, AHEAD],
    )
