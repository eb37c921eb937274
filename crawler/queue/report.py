"""What a frontier knows of its addresses and runs, for commands to tell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from archive.ledger import Missing
from crawler.queue import ahead
from crawler.queue.address import ARTICLE, shape
from crawler.queue.database import Database
from crawler.queue.entries import Ending, Run, Shape, State

# An article ought to be there, as `Address.is_awaited` says; what is a trap is no loss. What articles alone lead to,
# without the day of a row, is one if articles have such addresses: else it sends, prints or rates the article.
_AWAITED = f"""
(row_date NOT NULL OR coalesce(role, '') = 'article' OR (priority = {ARTICLE} AND (
    like_article(url) OR coalesce((SELECT p.role FROM address p WHERE p.url = undone.parent), '') != 'article')))
AND coalesce(reason, '') NOT IN ('trap', 'led_nowhere')
"""  # noqa: S608 - our own words
# What was not captured; each part has an index.
_UNDONE = """
SELECT url, parent, reason, priority, row_date, role FROM address WHERE reason IS NOT NULL
UNION ALL SELECT url, parent, 'waiting', priority, row_date, role FROM address
WHERE state = 'pending' AND not_before IS NULL AND first IS NULL AND reason IS NULL
UNION ALL SELECT url, parent, 'waiting', priority, row_date, role FROM address
WHERE state = 'pending' AND not_before IS NOT NULL AND first IS NULL AND reason IS NULL
"""


class Report:
    """Questions to a frontier that change nothing."""

    def __init__(self, database: Database) -> None:
        """Read the frontier's database."""
        self._db, self._translate = database.db, database.translate

    def counts(self) -> dict[State, int]:
        """Addresses by state."""
        with self._translate():
            rows = dict(self._db.execute("SELECT state, count(*) FROM address GROUP BY state"))
        return {state: rows.get(state, 0) for state in State}

    def uncaptured(self, *, waiting: bool = False) -> Iterator[Missing]:
        """Addresses that failed, were refused, or wait after an error: first those that should be articles.

        `waiting`: also those whose turn has not come yet.
        """
        sql = f"""SELECT url, state, coalesce(reason, 'waiting'), coalesce(detail, ''), tries, parent
                  FROM address undone
                  WHERE reason IS NOT NULL OR (? AND state IN ('pending', 'leased') AND first IS NULL)
                  ORDER BY NOT ({_AWAITED}), id"""  # noqa: S608 - our own words
        self._learn_shapes()
        rows = self._db.execute(sql, [waiting])
        for url, state, reason, detail, tries, parent in rows:
            yield Missing(url=url, state=state, reason=reason, detail=detail, tries=tries, parent=parent)

    def refused(self, reason: str) -> list[str]:
        """Addresses that were not asked for, for one reason."""
        with self._translate():
            return [url for (url,) in self._db.execute("SELECT url FROM address WHERE reason = ?", [reason])]

    def reasons(self) -> dict[str, int]:
        """Why addresses were not captured, the commonest first; `waiting`: their turn has not come yet."""
        sql = f"SELECT reason, count(*) FROM ({_UNDONE}) GROUP BY reason ORDER BY count(*) DESC, reason"  # noqa: S608 - our own words
        with self._translate():
            return dict(self._db.execute(sql))

    def awaited(self) -> int:
        """How many of the addresses that were not captured should be articles."""
        with self._translate():
            sql = f"SELECT count(*) FROM ({_UNDONE}) undone WHERE {_AWAITED}"  # noqa: S608 - our own words
            self._learn_shapes()
            return int(self._db.execute(sql).fetchone()[0])

    def _learn_shapes(self) -> None:
        """Let queries ask whether an address has the shape of a known article's."""
        known = {shape(url) for (url,) in self._db.execute("SELECT url FROM address WHERE role = 'article'")}
        self._db.create_function("like_article", 1, lambda url: shape(url) in known, deterministic=True)

    def ahead(self, now: float) -> str | None:
        """A sentence on what answered later than `now`, in seconds since 1970; None: nothing did."""
        with self._translate():
            found = ahead.latest(self._db, now)
        return found and ahead.say(found)

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        names = [each.name for each in fields(Run)]
        with self._translate():
            rows = self._db.execute(f"SELECT {', '.join(names)} FROM run ORDER BY rowid DESC").fetchall()  # noqa: S608 - our own words
        return [_run(dict(zip(names, row, strict=True))) for row in rows]

    def articles(self) -> list[str]:
        """The addresses that were articles when they answered last."""
        with self._translate():
            return [url for (url,) in self._db.execute("SELECT url FROM address WHERE role = 'article'")]

    def shapes(self) -> list[Shape]:
        """What was learned of each shape of addresses, those of most pages first."""
        counts: Counter[tuple[str, str]] = Counter()
        with self._translate():
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


def _run(row: dict[str, Any]) -> Run:
    row["began"] = dt.datetime.fromtimestamp(row["began"], dt.UTC)
    row["ending"] = Ending(row["ending"])
    return Run(**row)
