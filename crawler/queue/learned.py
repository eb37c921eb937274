"""What a crawl learns of addresses: pagers and shapes that lead nowhere, parameters that make no difference."""

from __future__ import annotations

from collections.abc import Callable

from crawler.queue.database import Database

# A shape (addresses that differ only in numbers) is given up as barren after this many pages in a row that are no
# article and lead to no other shape:
#     200 pages;
#     28 pages with the same text but for numbers, such as empty days of a calendar; 56 more for each earlier page of
#     the shape that led to something or showed articles, up to 200;
#     3 pages whose new links all have barren shapes, such as the months of such a calendar.
BARREN, REPEATS, VAIN = 200, 28, 3
# The most pages of one pager that are fetched; the longest known one has some 1,300.
COLUMN_PAGES = 2000


class Learned:
    """The tables `listing`, `shape` and `idle` of a frontier; the first two last as long as a visit."""

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
        shape: str,
        *,
        fruitful: bool,
        bare: bool = False,
        rows: bool = False,
        repeats: bool = False,
        vain: bool = False,
    ) -> None:
        """Count a page of a shape.

        Args:
            shape: the shape.
            fruitful: it is an article, or leads to another shape: the count of the shape begins again at 0.
            bare: it is an article with too little text to be told from an empty day.
            rows: it shows articles, though none of them is new.
            repeats: it has the text of another page of the shape.
            vain: all its new links have barren shapes.
        """
        with self._translate():
            row = self._db.execute("SELECT barren, finds FROM shape WHERE shape = ?", [shape]).fetchone()
            barren, finds = row or (0, 0)
            patience = min(BARREN, REPEATS * (1 + 2 * finds)) if repeats else BARREN
            barren = 0 if fruitful else barren + 1 / (VAIN if vain else patience)
            finds += (fruitful and not bare) or (rows and not repeats)
            self._db.execute("INSERT OR REPLACE INTO shape VALUES (?, ?, ?)", [shape, barren, finds])

    def barren(self, shape: str) -> bool:
        """Whether too many pages of the shape in a row led nowhere."""
        with self._translate():
            row = self._db.execute("SELECT barren FROM shape WHERE shape = ?", [shape]).fetchone()
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
