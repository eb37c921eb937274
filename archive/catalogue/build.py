"""Shards and indexes -> the catalogue, rebuilt or updated with what changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from archive.catalogue import aliases, astray, changes, duplicates, mentions, terms, timeline, turns
from archive.catalogue.days import day_number
from archive.catalogue.query import VERSION
from archive.catalogue.words import spaced
from archive.corpus import damage, shard
from archive.errors import DataError, SpaceError, unwritable
from archive.layout import Layout
from archive.site import CHINA
from archive.warc import index

# A document's number is its day, followed by a running number within the day, of this many bits.
DAY_BITS = 24
# How many characters of entries are sorted and indexed at a time, and how many bytes FTS5 holds before it writes a
# segment: few large segments need little merging.
BATCH = 32 * 2**20
SEGMENT = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of documents (as in a search), Skips and captures in the catalogue.

    `waiting`: new documents since near copies were last searched for.
    """

    documents: int
    skips: int
    captures: int
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A shard or an index that can no longer be read, so that its rows stay. `why`: the reason, for the user."""

    path: str
    why: str


def update(
    layout: Layout,
    tell: Callable[[Path], None] = lambda _path: None,
    warn: Callable[[str], None] = lambda _words: None,
    places: Mapping[str, str | None] | None = None,
    *,
    thrifty: bool = False,
) -> Counts:
    """Read new and changed shards and indexes, and drop the rows of removed ones, in one transaction.

    Rows of files that are damaged, or gone but not on purpose, stay, and `warn` is called. A catalogue that is missing,
    broken, of another version or mostly dead rows is rebuilt in a temporary file, which then replaces it. Waits while
    another process builds.

    Args:
        layout: the archive.
        tell: called with each file that is read.
        warn: called with what is wrong.
        places: the GB/T 2260 code of each site, None if it has none. Other sites keep the place that they have in the
            existing catalogue, since their site files may be elsewhere.
        thrifty: search for near copies, which reads all fingerprints, only if it is due (`near.is_due`).

    Raises:
        DataError: a new shard or index cannot be read; the catalogue stays unchanged.
        SpaceError: the disk is full; likewise.
    """
    with _building(layout):
        return _update(layout, tell, warn, places, anew=False, thrifty=thrifty)


def rebuild(
    layout: Layout,
    tell: Callable[[Path], None] = lambda _path: None,
    warn: Callable[[str], None] = lambda _words: None,
    places: Mapping[str, str | None] | None = None,
) -> Counts:
    """Rebuild the catalogue from all shards and indexes; if that would lose rows, only update it.

    Raises:
        DataError: a shard or an index cannot be read; the catalogue stays unchanged.
        SpaceError: the disk is full; likewise.
    """
    with _building(layout):
        return _update(layout, tell, warn, places, anew=True)


# SQLite's primary result codes for refusals of the machine, after which the file is still good. A flipped bit can show
# as any other code: a malformed image, a table that cannot be parsed or does not exist.
_REFUSALS = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def _update(
    layout: Layout,
    tell: Callable[[Path], None],
    warn: Callable[[str], None],
    asked: Mapping[str, str | None] | None,
    *,
    anew: bool,
    thrifty: bool = False,
) -> Counts:
    places = {key: place for key, place in {**known_places(layout), **(asked or {})}.items() if place}
    state = _state(layout.catalogue, places)
    if state == "broken":
        warn(f"{layout.catalogue}: cannot be read. It is made again; check the disk.")
    counts = None
    if state in ("usable", "heavy"):
        try:
            # A rebuilt catalogue would lack the rows to keep.
            always = state == "usable" and not anew
            counts = _apply_keeping(layout, tell, warn, places, always=always, thrifty=thrifty)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # after a flipped bit its message may not be UTF-8
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _REFUSALS:
                raise
            warn(f"{layout.catalogue}: {error}. It is made again; check the disk.")
    return counts or _anew(layout, tell, places)


def known_places(layout: Layout) -> dict[str, str]:
    """The GB/T 2260 codes of sites with which the catalogue was made; none where there is no catalogue yet."""
    if not layout.catalogue.exists():
        return {}  # opening it would make an empty file, which then passes for a broken catalogue
    try:
        with closing(_connect(layout.catalogue)) as db:
            return dict(json.loads(db.execute("SELECT places FROM about").fetchone()[0])["places"])
    except (sqlite3.DatabaseError, TypeError, ValueError, KeyError):  # it is missing, older or broken
        return {}


def _apply_keeping(
    layout: Layout,
    tell: Callable[[Path], None],
    warn: Callable[[str], None],
    places: Mapping[str, str],
    *,
    always: bool,
    thrifty: bool,
) -> Counts | None:
    """Update the catalogue if rows must be kept, or `always`; None: it was left unchanged."""
    with closing(_connect(layout.catalogue)) as db:
        kept = _find_kept(db, layout)
        for each in kept:
            warn(each.why)
        if not (kept or always):
            return None
        with db:
            touched = _apply_changes(db, layout, tell, places, {each.path for each in kept})
            return _mark_dependent(db, layout, touched, thrifty=thrifty)


def _find_kept(db: sqlite3.Connection, layout: Layout) -> list[_Kept]:
    """The sources whose rows stay although their file is gone, unreadable, or not what its WARC file gives."""
    known = dict(db.execute("SELECT path, mark FROM sources ORDER BY path"))
    unsound = {each.warc for each in damage.known(layout)}
    marks = dict(_marks(db, layout))
    return [
        _Kept(path=name, why=why)
        for name, mark in known.items()
        if marks.get(name) != mark and (why := _why_kept(layout, layout.root / name, unsound))
    ]


def _why_kept(layout: Layout, path: Path, unsound: Collection[Path]) -> str:
    """Why the rows of a shard or an index that changed or is gone must stay; empty if they need not.

    An index that differs from what its WARC file gives is made again, and then read.
    """
    warc = layout.warc_of(path)
    if warc is None:
        if damage.was_removed(layout, path):
            return ""
        return f"{path}: it is gone or changed, and the WARC file that it was made from is gone. Its rows are kept."
    if path.suffix == ".parquet":
        if not path.exists():
            return f"{path}: the shard is gone. Its rows are kept. Make it again: cundang clean."
        return "" if shard.about(path) else f"{path}: the shard cannot be read. Its rows are kept. Run: cundang clean."
    if warc in unsound:
        return f"{path}: the index is gone or changed, and {warc.name} is damaged. Its rows are kept."
    there = path.exists()
    try:
        wanted = "".join(index.lines(warc)).encode("ascii")
    except DataError as error:
        return f"{path}: the index is gone or changed. Its rows are kept. {error}"
    if not there or path.read_bytes() != wanted:
        index.write(layout, warc)
        if there:
            return f"{path}: the index was not what {warc.name} gives. It was made again; check the disk."
    return ""


def mend_indexes(layout: Layout) -> list[str]:
    """Make indexes again that match neither the catalogue nor their WARC files; return the warnings.

    Cleaning looks up in the index which pages were taken down, so a cut-off index would bring pages back.
    """
    with _building(layout):
        if _state(layout.catalogue) in ("missing", "broken"):
            return []
        try:
            with closing(_connect(layout.catalogue)) as db:
                known = dict(db.execute("SELECT path, mark FROM sources WHERE path LIKE '%.cdxj' ORDER BY path"))
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return []
        changed = [
            name for name, mark in known.items() if (layout.root / name).exists() and _mark(layout, name) != mark
        ]
        unsound = {each.warc for each in damage.known(layout)} if changed else set()
        return [why for name in changed if (why := _why_kept(layout, layout.root / name, unsound))]


def _mark(layout: Layout, name: str) -> str:
    return hashlib.sha256((layout.root / name).read_bytes()).hexdigest()


@contextmanager
def _building(layout: Layout) -> Iterator[None]:
    """Wait for the lock of the catalogue and hold it.

    Raises:
        SpaceError: the disk is full.
        DataError: the catalogue may not be written.
    """
    layout.root.mkdir(parents=True, exist_ok=True)
    with layout.catalogue.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
                raise DataError(f"{layout.catalogue}: {error}. {unwritable(layout.catalogue)}") from error
            if code != sqlite3.SQLITE_FULL:
                raise
            layout.catalogue.with_suffix(".tmp").unlink(missing_ok=True)
            raise SpaceError(
                f"{layout.catalogue}: no space left. It stays as it was. Make room, then run: cundang clean"
            ) from error


def _anew(layout: Layout, tell: Callable[[Path], None], places: Mapping[str, str]) -> Counts:
    tmp = layout.catalogue.with_suffix(".tmp")
    tmp.unlink(missing_ok=True)
    with closing(_connect(tmp)) as db:
        # Safe without a journal: nobody reads this file yet, and a half-made one is thrown away.
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
        _run(db, "schema.sql")
        db.execute("INSERT INTO about VALUES (?, 0, 0, ?)", (VERSION, _inputs(places)))
        db.execute("INSERT INTO words(words, rank) VALUES ('hashsize', ?)", (SEGMENT,))
        # Merge the segments once, at the end; the indexes then use the freed pages.
        db.execute("INSERT INTO words(words, rank) VALUES ('automerge', 0)")
        touched = _apply_changes(db, layout, tell, places)
        db.execute("INSERT INTO words(words) VALUES ('optimize')")
        db.execute("INSERT INTO words(words, rank) VALUES ('automerge', 4)")
        db.commit()
        _run(db, "indexes.sql")
        counts = _mark_dependent(db, layout, touched, thrifty=False)
        db.commit()
        db.execute("PRAGMA journal_mode = DELETE")
    for left in ("-wal", "-shm"):
        layout.catalogue.with_name(layout.catalogue.name + left).unlink(missing_ok=True)
    tmp.replace(layout.catalogue)
    return counts


def _run(db: sqlite3.Connection, name: str) -> None:
    db.executescript(files("archive.catalogue").joinpath(name).read_text(encoding="utf-8"))


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        path.touch()  # SQLite itself would let nobody else write it
    db = sqlite3.connect(path, timeout=60)
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _inputs(places: Mapping[str, str]) -> str:
    """What rows depend on beside shards and indexes: the places of sites, and the version of the terms."""
    return json.dumps({"places": dict(sorted(places.items())), "terms": terms.version()})


def _state(
    path: Path, places: Mapping[str, str] | None = None
) -> Literal["missing", "broken", "old", "heavy", "usable"]:
    """The state of a catalogue. Old: of another version or other places of sites; heavy: mostly dead rows."""
    if not path.exists():
        return "missing"
    try:
        with closing(_connect(path)) as db:
            (version,) = db.execute("SELECT version FROM about").fetchone()
            if version != VERSION:  # which may have other columns
                return "old"
            dead, inputs = db.execute("SELECT dead, places FROM about").fetchone()
            (alive,) = db.execute("SELECT count(*) FROM documents").fetchone()
    except (sqlite3.DatabaseError, TypeError, UnicodeDecodeError):
        return "broken"
    if places is not None and inputs != _inputs(places):
        return "old"
    return "usable" if dead <= max(alive, 1000) else "heavy"


def _apply_changes(
    db: sqlite3.Connection,
    layout: Layout,
    tell: Callable[[Path], None],
    places: Mapping[str, str],
    kept: Collection[str] = (),
) -> set[str]:
    """Take new sources and drop those that are gone, except `kept` ones; return the URLs of the pages concerned."""
    duplicates.begin(db)
    known = dict(db.execute("SELECT path, mark FROM sources"))
    now = {path: mark for path, mark in _marks(db, layout) if path not in kept}
    touched: set[str] = set()
    for path in known.keys() - kept - {path for path, mark in now.items() if known.get(path) == mark}:
        touched |= _forget(db, path)
    loader = _ShardLoader(db, places)
    for path, mark in now.items():
        if known.get(path) != mark:
            tell(layout.root / path)
            source = db.execute("INSERT INTO sources(path, mark) VALUES (?, ?)", (path, mark)).lastrowid
            assert source is not None
            if path.endswith(".parquet"):
                touched |= loader.shard(source, layout.root / path)
            else:
                touched |= _take_index(db, source, layout.root / path)
    loader.end()
    return touched


def _mark_dependent(db: sqlite3.Connection, layout: Layout, touched: set[str], *, thrifty: bool) -> Counts:
    """Mark what depends on other documents: the latest of a URL, its aliases, further pages, copies."""
    touched |= turns.mark(db, layout) | astray.mark(db)
    # What came or went may change which addresses are joined, and so concern further ones. Note of each what it has by
    # itself before they are joined again.
    done: set[str] = set()
    while touched := aliases.neighbours(db, touched) - done:
        done |= touched
        _mark_latest(db, done)
        _mark_heads(db)
        duplicates.join(db)
    if done:
        aliases.mark_gone(db, done)
        changes.mark(db, layout)
        aliases.mark(db)
        duplicates.mark(db)
    (waiting,) = db.execute("SELECT waiting FROM about").fetchone()
    if done or (waiting and not thrifty):
        from archive.catalogue import near  # noqa: PLC0415 - it loads numpy, which a search does not need

        near.follow(db, layout, thrifty=thrifty)
    return Counts(*db.execute(_COUNTS).fetchone())


_COUNTS = """SELECT (SELECT count(*) FROM documents WHERE latest = 1 AND head IS NULL), (SELECT count(*) FROM skips),
                    (SELECT count(*) FROM captures), (SELECT waiting FROM about)"""


def _marks(db: sqlite3.Connection, layout: Layout) -> Iterator[tuple[str, str]]:
    """The path below the data folder, and a mark of the content, of every shard and index.

    A file whose size, times and inode are unchanged is not read again: after a year there are a hundred thousand files.
    `verify` finds silent corruption.
    """
    looked = {path: (state, mark) for path, state, mark in db.execute("SELECT * FROM looked")}
    # Two changes within one tick of the disk's clock would look like one, so recent files are read again.
    settled = time.time() - 2
    new = []
    for path in (*layout.shards(), *layout.indexes()):
        name, stat = str(path.relative_to(layout.root)), path.stat()
        state = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
        before, mark = looked.get(name, ("", ""))
        if before != state:
            mark = _mark_of_shard(path) if path.suffix == ".parquet" else _mark(layout, name)
            if mark and max(stat.st_mtime, stat.st_ctime) < settled:
                new.append((name, state, mark))
        if mark:
            yield name, mark
    db.executemany("INSERT OR REPLACE INTO looked VALUES (?, ?, ?)", new)


def _mark_of_shard(path: Path) -> str:
    """A mark of the content of a shard; empty where it cannot be read."""
    about = shard.about(path)
    if about is None:
        return ""
    # A shard is a pure function of what its header says, so the header identifies the content, except for a
    # provisional shard.
    mark = hashlib.sha256(repr(about.header).encode()).hexdigest()
    return f"{mark} {path.stat().st_mtime_ns}" if about.provisional else mark


def _forget(db: sqlite3.Connection, path: str) -> set[str]:
    found = db.execute("SELECT id FROM sources WHERE path = ?", (path,)).fetchone()
    if found is None:
        # The path was just read from this table through another index, so the file is damaged.
        raise sqlite3.DatabaseError(f"the source {path} is listed and not found")
    (source,) = found
    db.execute("DELETE FROM looked WHERE path = ?", (path,))
    tables = ("documents", "skips", "captures")
    urls = " UNION ".join(f"SELECT url FROM {table} WHERE source = ?1" for table in tables)  # noqa: S608 - our own names
    touched = {url for (url,) in db.execute(urls, (source,))}
    duplicates.touch(db, "source = ?", source)
    gone = db.execute("DELETE FROM documents WHERE source = ?", (source,)).rowcount
    db.execute("UPDATE about SET dead = dead + ?", (gone,))
    db.execute("DELETE FROM skips WHERE source = ?", (source,))
    db.execute("DELETE FROM captures WHERE source = ?", (source,))
    db.execute("DELETE FROM sources WHERE id = ?", (source,))
    return touched


# What a reader sees of a document beside what makes it a version: two captures with equal ones are one document.
SHOWN = ("subtitle", "text_original", "editor", "contributor", "captions", "attachments")


class _ShardLoader:
    """Takes rows of shards into the catalogue, and their words in large sorted batches."""

    # The columns that are read of a shard.
    COLUMNS = (
        "id", "url", "site", "captured", "status", "kind", "title", "text", "script", "published",
        "published_claimed", "published_evidence", "source", "author", "columns", "flags", "extractor", "han",
        "part_of", "part_no", "reason", "detail", *SHOWN,
    )  # fmt: skip

    def __init__(self, db: sqlite3.Connection, places: Mapping[str, str]) -> None:
        self._db = db
        self._places = places
        self._days: dict[int, int] = dict(db.execute("SELECT day, next FROM days"))
        self._entries: list[tuple[int, str, str]] = []
        self._folded: list[tuple[int, str]] = []
        self._size = 0

    def shard(self, source: int, path: Path) -> set[str]:
        """Take all rows of a shard; return the URLs of its pages: one without a document may say that it is gone."""
        documents, skips = [], []
        # Index the words of all pages of an article together, so that a query may match words on different pages.
        self._further = _further_words(path)
        for number, values in enumerate(shard.rows(path, self.COLUMNS)):
            item = dict(zip(self.COLUMNS, values, strict=True))
            captured = item["captured"]
            item["captured"] = captured and captured.astimezone(CHINA).isoformat(timespec="seconds")
            item |= {"shard": source, "row": number}
            if item["reason"] is not None:
                skips.append(item)
            else:
                documents.append(item | self._derive(item))
        self._db.executemany(
            "INSERT INTO skips VALUES (:shard, :id, :url, :site, :captured, :status, :reason, :detail,"
            " :reason = 'soft_404')",
            skips,
        )
        self._db.executemany(
            """INSERT INTO documents(
                   number, source, row, id, url, site, captured, published, claimed, day, kind, title,
                   publisher, author, editor, contributor, columns, script, flags, extractor, han, credible, fold,
                   whole, exact, same, part_of, part_no, latest)
               VALUES (:number, :shard, :row, :id, :url, :site, :captured, :published, :published_claimed, :day, :kind,
                   :title, :source, :author, :editor, :contributor, :columns, :script, :flags, :extractor, :han,
                   :credible, :fold, :fold, :exact, :same, :part_of, :part_no, 0)""",
            documents,
        )
        for item in documents:
            site = self._places.get(item["site"])
            mentions.take(self._db, item["number"], item["title"], item["text"], site)
            terms.take(self._db, item["number"], item["title"], item["text"])
        from archive.catalogue import near  # noqa: PLC0415 - it loads numpy, which a search does not need

        near.take(self._db, self._folded)
        self._folded.clear()
        return {item["url"] for item in (*documents, *skips) if item["reason"] != "not_html"}

    def _derive(self, item: dict[str, Any]) -> dict[str, Any]:
        """Make the columns that a shard does not have, and take the document's words."""
        day = item["published"] or item["captured"] or ""
        number = self._number(day)
        words = spaced(item["text"])
        further = self._further.get(item["url"], ()) if item["part_no"] in (None, 1) else ()
        self._entries.append((number, spaced(item["title"] or ""), " ".join((words, *further))))
        self._folded.append((number, words.replace(" ", "")))
        self._size += len(words)
        if self._size > BATCH:
            self._flush()
        stated = timeline.stated_lines(item)
        shown = ("published", "kind", "columns", "flags", "part_of", "part_no", *SHOWN)
        return {
            "number": number,
            "day": day,
            "flags": json.dumps(item["flags"], ensure_ascii=False),
            "columns": json.dumps(item["columns"], ensure_ascii=False),
            "credible": duplicates.credible(item["flags"]),
            "fold": duplicates.digest_of(words)
            or duplicates.digest_of_media(item["title"], item["published"], item["part_no"]),
            "exact": _digest(stated),
            "same": _digest((*stated, *(repr(item[name]) for name in shown))),
        }

    def _number(self, day: str) -> int:
        at = day_number(day)
        following = self._days.get(at, 0)
        self._days[at] = following + 1
        return (at << DAY_BITS) + following

    def _flush(self) -> None:
        # Sort, because FTS5 starts a new segment at a number that is not larger than the one before.
        self._entries.sort()
        self._db.executemany("INSERT INTO words(rowid, title, text) VALUES (?, ?, ?)", self._entries)
        self._entries.clear()
        self._size = 0

    def end(self) -> None:
        """Write what is still held in memory."""
        self._flush()
        self._db.executemany("INSERT OR REPLACE INTO days VALUES (?, ?)", self._days.items())


def _digest(lines: Iterable[str]) -> int:
    """A number that differs where a line differs: 64 bits, signed as in SQLite."""
    whole = "\n".join(lines).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(whole, digest_size=8).digest(), signed=True)


def _further_words(path: Path) -> dict[str, list[str]]:
    """The words of the further pages of articles, by the URL of the first page."""
    pages = [row for row in shard.rows(path, ("part_of", "part_no")) if (row[1] or 0) > 1]
    found: dict[str, list[str]] = {}
    if pages:
        for part_of, part_no, text in shard.rows(path, ("part_of", "part_no", "text")):
            if (part_no or 0) > 1:
                found.setdefault(part_of, []).append(spaced(text))
    return found


def _take_index(db: sqlite3.Connection, source: int, path: Path) -> set[str]:
    """Take all rows of an index; return the URLs of its pages."""
    urls: set[str] = set()
    stamps: set[str] = set()

    def take() -> Iterator[tuple[object, ...]]:
        for row in index.read(path):
            if not row.mime.startswith("image/"):
                urls.add(row.url)
            stamp = row.date.strftime("%Y%m%d%H%M%S") if row.date else ""
            stamps.add(stamp)
            yield source, row.id, row.url, stamp, stamp, row.status, row.mime, row.digest, row.offset, row.length

    db.executemany("INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", take())
    if stamps := stamps - {""}:
        db.execute("UPDATE sources SET first = ?, last = ? WHERE id = ?", (min(stamps), max(stamps), source))
    return urls


def _mark_heads(db: sqlite3.Connection) -> None:
    """For each touched further page of an article, set the latest document of its first page; null if there is none."""
    db.execute(
        """UPDATE documents SET head = CASE WHEN latest THEN (
               SELECT max(first.number) FROM documents first
               WHERE first.url = documents.part_of AND first.latest = 1 AND coalesce(first.part_no, 1) = 1) END
           WHERE part_no > 1 AND url IN (SELECT url FROM touched)"""
    )


def _mark_latest(db: sqlite3.Connection, urls: set[str]) -> None:
    """Mark one document of each URL as the latest: by capture, then by place in the archive, never by reading order.

    Notes also when each URL was first captured.

    A revisit counts as a capture of the record it refers to, since foreign crawlers refer to older texts.

    Imported pages without a URL are identified by their bytes: two files named 1.html are two pages, not two versions.
    """
    db.execute("CREATE TEMP TABLE IF NOT EXISTS touched(url TEXT PRIMARY KEY)")
    db.execute("DELETE FROM touched")
    db.executemany("INSERT INTO touched VALUES (?)", ((url,) for url in urls))
    db.execute("UPDATE documents SET alias_of = NULL WHERE alias_of IS NOT NULL AND url IN (SELECT url FROM touched)")
    db.execute(
        """
        UPDATE documents SET latest = number IN (
            SELECT first_value(number) OVER (
                PARTITION BY url, own ORDER BY seen DESC, again, path DESC, row DESC)
            FROM (
                SELECT d.number, d.url, CASE WHEN d.url LIKE 'file:%' THEN d.id END AS own,
                       coalesce((SELECT min(c.turn) FROM captures c WHERE c.id = d.id AND c.url = d.url),
                                strftime('%Y%m%d%H%M%S', d.captured), '') AS seen, 0 AS again, s.path, d.row
                FROM documents d JOIN sources s ON s.id = d.source WHERE d.url IN (SELECT url FROM touched)
                UNION ALL
                SELECT d.number, d.url, NULL, r.turn, 1, s.path, d.row
                FROM captures r JOIN captures o ON o.url = r.url AND o.digest = r.digest AND o.mime != r.mime
                JOIN documents d ON d.id = o.id AND d.url = o.url JOIN sources s ON s.id = d.source
                WHERE r.mime = 'warc/revisit' AND r.digest != '' AND r.url IN (
                    SELECT url FROM documents WHERE url IN (SELECT url FROM touched)
                    GROUP BY url HAVING count(*) > 1))),
            seen = (SELECT substr(min(c.turn), 1, 14) FROM captures c WHERE c.url = documents.url AND c.stamp != '')
        WHERE url IN (SELECT url FROM touched)
        """
    )
    _mark_first_of_same(db)
    duplicates.touch(db, "url IN (SELECT url FROM touched)")


def _mark_first_of_same(db: sqlite3.Connection) -> None:
    """Let the documents of captures in a row that gave the same refer to the first, which is the latest in their place.

    So it is with revisits: the id stays. A page that scripts complete, or that counts its readers, is written whole at
    each visit.
    """
    touched = "url IN (SELECT url FROM touched)"
    db.execute(f"UPDATE documents SET first_same = NULL WHERE first_same IS NOT NULL AND {touched}")  # noqa: S608 - our own words
    repeated = db.execute(
        f"SELECT DISTINCT url FROM documents WHERE {touched} AND url NOT LIKE 'file:%' GROUP BY url, same"  # noqa: S608 - as above
        " HAVING count(*) > 1"
    ).fetchall()
    for (url,) in repeated:
        rows = db.execute(
            """SELECT number, id, same, (SELECT min(c.turn) FROM captures c WHERE c.id = d.id AND c.url = d.url)
               FROM documents d WHERE url = ?""",
            (url,),
        ).fetchall()
        same = {id_: digest for _, id_, digest, _ in rows}
        numbers = {id_: number for number, id_, _, _ in rows}
        for period in timeline.history(timeline.captured(db, "c.url = ?", url), same):
            first = period.of.id
            found = (
                (numbers[first], number)
                for number, id_, digest, turn in rows
                if digest == same.get(first) and id_ != first and turn and period.first <= turn[:14] <= period.last
            )
            db.executemany("UPDATE documents SET first_same = ? WHERE number = ?", found)
    latest = f"SELECT number, first_same FROM documents WHERE latest = 1 AND first_same IS NOT NULL AND {touched}"  # noqa: S608 - as above
    for number, first in db.execute(latest).fetchall():
        db.execute("UPDATE documents SET latest = (number = ?1) WHERE number IN (?1, ?2)", (first, number))
