"""What a crawl learns of addresses: pagers and shapes that lead nowhere, parameters that make no difference."""

from __future__ import annotations

from collections.abc import Callable

from crawler.queue.address import shape
from crawler.queue.database import Database

# A shape (addresses that differ only in numbers) is barren after this many addresses in a row whose first answer is no
# article and leads to nothing new of another shape:
#     200 pages;
#     28 pages with the same text but for numbers, such as empty days of a calendar; 56 more for each earlier page of
#     the shape that led to something or showed articles, up to 200;
#     3 pages whose new links all have barren shapes, such as the months of such a calendar.
# Few of its addresses are asked for from then on, in each visit: one, then others after 1, 2, 4 ... that are left out.
# Once one of them leads to something, all are asked for. (Heritrix and browsertrix leave such pages to rules that their
# users write; Nutch asks more rarely for each page that did not change, but learns nothing of pages like it.)
BARREN, REPEATS, VAIN = 200, 28, 3
# In each visit another address is the first of a barren shape, in a circle of so many.
TURN = 8
# The most pages of one pager that are fetched; the longest known one has some 1,300.
COLUMN_PAGES = 2000


class Learned:
    """The tables `listing`, `shape` and `idle` of a frontier; the first lasts as long as a visit."""

    def __init__(self, database: Database) -> None:
        """Work on the frontier's database."""
        self._db, self._translate = database.db, database.translate

    def fresh_listing(self, pager: int, digest: bytes) -> bool:
        """Whether a page of a pager shows links that no earlier page of it showed, and the pager is not too long.

        Sites answer any page number with page one, or with their last page.
        """
        with self._translate():
            if self._db.execute("SELECT 1 FROM listing WHERE pager = ? AND digest = ?", [pager, digest]).fetchone():
                return False
            self._db.execute("INSERT INTO listing VALUES (?, ?)", [pager, digest])
            length = self._db.execute("SELECT count(*) FROM listing WHERE pager = ?", [pager]).fetchone()[0]
        return bool(length < COLUMN_PAGES)

    def fresh_text(self, digest: bytes) -> bool:
        """Whether no page of this visit had this text yet."""
        with self._translate():
            return self._db.execute("INSERT OR IGNORE INTO listing VALUES (0, ?)", [digest]).rowcount == 1

    def tally(
        self,
        name: str,
        *,
        fruitful: bool,
        bare: bool = False,
        rows: bool = False,
        repeats: bool = False,
        vain: bool = False,
    ) -> None:
        """Count a page of a shape.

        Args:
            name: the shape.
            fruitful: it is an article, or leads to another shape: the count of the shape begins again at 0.
            bare: it is an article with too little text to be told from an empty day.
            rows: it shows articles, though none of them is new; those of the first page may be furniture.
            repeats: it has the text of another page of the shape.
            vain: all its new links have barren shapes.
        """
        was_barren = fruitful and self.barren(name)
        with self._translate():
            row = self._db.execute("SELECT barren, finds FROM shape WHERE shape = ?", [name]).fetchone()
            barren, finds = row or (0, 0)
            rows = rows and row is not None
            patience = min(BARREN, REPEATS * (1 + 2 * finds)) if repeats else BARREN
            barren = 0 if fruitful else barren + 1 / (VAIN if vain else patience)
            finds += (fruitful and not bare) or (rows and not repeats)
            self._db.execute(
                "INSERT INTO shape (shape, barren, finds) VALUES (?, ?, ?)"
                " ON CONFLICT (shape) DO UPDATE SET barren = excluded.barren, finds = excluded.finds",
                [name, barren, finds],
            )
            if was_barren:
                self._release(name)

    def _release(self, name: str) -> None:
        """Ask for what was left out of a shape: it led to something after all."""
        left = self._db.execute("SELECT id, url FROM address WHERE reason = 'led_nowhere'").fetchall()
        self._db.executemany(
            "UPDATE address SET state = 'pending', reason = NULL, detail = NULL, tries = 0 WHERE id = ?",
            [(key,) for key, url in left if shape(url) == name],
        )
        self._db.execute("UPDATE shape SET spared = 0, since = 0, gap = 1 WHERE shape = ?", [name])

    def begin(self, visit: int, *, full: bool) -> None:
        """Begin a visit; one that is `full` learns all anew."""
        with self._translate():
            self._db.execute("DELETE FROM listing")
            if full:
                self._db.execute("DELETE FROM shape")
            self._db.execute("UPDATE shape SET spared = 0, since = 0, gap = ?", [visit % TURN])

    def spares(self, name: str) -> bool:
        """Whether an address of a barren shape is left out; every so often it is asked for all the same."""
        with self._translate():
            since, gap = self._db.execute("SELECT since, gap FROM shape WHERE shape = ?", [name]).fetchone()
            spared = since < gap
            self._db.execute(
                "UPDATE shape SET spared = spared + ?, since = ?, gap = ? WHERE shape = ?",
                [spared, *((since + 1, gap) if spared else (0, max(1, 2 * gap))), name],
            )
        return bool(spared)

    def spared(self) -> dict[str, int]:
        """How many addresses of barren shapes the last visit left out, by shape, the most first."""
        sql = "SELECT shape, spared FROM shape WHERE spared > 0 ORDER BY spared DESC, shape"
        with self._translate():
            return dict(self._db.execute(sql))

    def barren(self, name: str) -> bool:
        """Whether too many pages of the shape in a row led nowhere."""
        with self._translate():
            row = self._db.execute("SELECT barren FROM shape WHERE shape = ?", [name]).fetchone()
        return row is not None and row[0] > 1 - 0.5 / BARREN

    def idle(self) -> list[str]:
        """The parameters of addresses that were found to make no difference."""
        with self._translate():
            return [key for (key,) in self._db.execute("SELECT key FROM idle")]

    def keep_idle(self, key: str, plain: Callable[[str], str]) -> None:
        """A parameter makes no difference: what answered with it is known by its `plain` address from now on."""
        with self._translate():
            self._db.execute("INSERT OR IGNORE INTO idle VALUES (?)", [key])
            rows = self._db.execute(
                "SELECT id, url FROM address WHERE state = 'done' AND instr(url, '?')"
                " AND form IS NULL AND hops = 0 AND parent IS NOT NULL"
            ).fetchall()
            self._db.executemany(
                "UPDATE OR IGNORE address SET url = ? WHERE id = ?",
                [(without, row) for row, url in rows if (without := plain(url)) != url],
            )
