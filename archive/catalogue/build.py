"""Shards and indexes -> the catalogue, anew or only what changed."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from archive.catalogue import duplicates
from archive.catalogue.words import spaced
from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document, Skip
from archive.warc import index

# Raised with schema.sql and with what `words` holds: a catalogue of another version is made anew.
VERSION = 2
CHINA = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the catalogue holds."""

    documents: int
    skips: int
    captures: int


def update(layout: Layout, tell: Callable[[Path], None] = lambda _path: None) -> Counts:
    """Read shards and indexes that are new or changed, forget those that are gone; all of it in one transaction.

    A catalogue that is missing, broken, of another version or mostly dead weight is made anew beside the old one and
    put in its place. Waits while another process builds.
    """
    with _building(layout):
        if _usable(layout.catalogue):
            with closing(_connect(layout.catalogue)) as db, db:
                return _follow(db, layout, tell)
        return _anew(layout, tell)


def rebuild(layout: Layout, tell: Callable[[Path], None] = lambda _path: None) -> Counts:
    """Make the catalogue anew from all shards and indexes."""
    with _building(layout):
        return _anew(layout, tell)


@contextmanager
def _building(layout: Layout) -> Iterator[None]:
    layout.root.mkdir(parents=True, exist_ok=True)
    with layout.catalogue.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _anew(layout: Layout, tell: Callable[[Path], None]) -> Counts:
    tmp = layout.catalogue.with_suffix(".tmp")
    tmp.unlink(missing_ok=True)
    with closing(_connect(tmp)) as db:
        # Nobody reads this file yet, and a half-made one is thrown away.
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
        db.executescript(files("archive.catalogue").joinpath("schema.sql").read_text(encoding="utf-8"))
        with db:
            db.execute("INSERT INTO about VALUES (?, 0)", (VERSION,))
            counts = _follow(db, layout, tell)
        db.execute("INSERT INTO words(words) VALUES ('optimize')")
        db.commit()
        db.execute("PRAGMA journal_mode = DELETE")
    for left in ("-wal", "-shm"):
        layout.catalogue.with_name(layout.catalogue.name + left).unlink(missing_ok=True)
    tmp.replace(layout.catalogue)
    return counts


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=60)
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _usable(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with closing(_connect(path)) as db:
            version, dead = db.execute("SELECT version, dead FROM about").fetchone()
            (alive,) = db.execute("SELECT count(*) FROM documents").fetchone()
    except (sqlite3.DatabaseError, TypeError):
        return False
    return bool(version == VERSION and dead <= max(alive, 1000))


def _follow(db: sqlite3.Connection, layout: Layout, tell: Callable[[Path], None]) -> Counts:
    duplicates.begin(db)
    known = dict(db.execute("SELECT path, mark FROM sources"))
    now = dict(_marks(layout))
    touched: set[str] = set()
    for path in known.keys() - {path for path, mark in now.items() if known.get(path) == mark}:
        touched |= _forget(db, path)
    for path, mark in now.items():
        if known.get(path) != mark:
            tell(layout.root / path)
            source = db.execute("INSERT INTO sources(path, mark) VALUES (?, ?)", (path, mark)).lastrowid
            assert source is not None
            if path.endswith(".parquet"):
                touched |= _take_shard(db, source, layout.root / path)
            else:
                _take_index(db, source, layout.root / path)
    _mark_latest(db, touched)
    duplicates.mark(db)
    documents, skips, captures = db.execute(
        "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM skips), (SELECT count(*) FROM captures)"
    ).fetchone()
    return Counts(documents=documents, skips=skips, captures=captures)


def _marks(layout: Layout) -> Iterator[tuple[str, str]]:
    """Path below the data folder and what its content is known by, of every shard and index."""
    for path in layout.shards():
        about = shard.about(path)
        if about is not None:
            # The corpus is a pure function of what the header says, so the header stands for the content. A provisional
            # shard is the exception.
            mark = hashlib.sha256(repr(about.header).encode()).hexdigest()
            if about.provisional:
                mark += f" {path.stat().st_mtime_ns}"
            yield str(path.relative_to(layout.root)), mark
    for path in layout.indexes():
        yield str(path.relative_to(layout.root)), hashlib.sha256(path.read_bytes()).hexdigest()


def _forget(db: sqlite3.Connection, path: str) -> set[str]:
    (source,) = db.execute("SELECT id FROM sources WHERE path = ?", (path,)).fetchone()
    touched = {url for (url,) in db.execute("SELECT url FROM documents WHERE source = ?", (source,))}
    duplicates.touch(db, "source = ?", source)
    gone = db.execute("DELETE FROM documents WHERE source = ?", (source,)).rowcount
    db.execute("UPDATE about SET dead = dead + ?", (gone,))
    db.execute("DELETE FROM skips WHERE source = ?", (source,))
    db.execute("DELETE FROM captures WHERE source = ?", (source,))
    db.execute("DELETE FROM sources WHERE id = ?", (source,))
    return touched


def _take_shard(db: sqlite3.Connection, source: int, path: Path) -> set[str]:
    touched = set()
    for number, item in enumerate(shard.read(path)):
        captured = item.captured.astimezone(CHINA).isoformat(timespec="seconds") if item.captured else None
        if isinstance(item, Skip):
            db.execute(
                "INSERT INTO skips VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (source, item.id, item.url, item.site, captured, item.status, item.reason, item.detail),
            )
        else:
            touched.add(item.url)
            _add(db, source, number, item, captured)
    return touched


def _add(db: sqlite3.Connection, source: int, number: int, item: Document, captured: str | None) -> None:
    row = {
        "source": source,
        "row": number,
        "id": item.id,
        "url": item.url,
        "site": item.site,
        "captured": captured,
        "published": item.published,
        "day": item.published or captured or "",
        "kind": item.kind,
        "title": item.title,
        "publisher": item.source,
        "author": item.author,
        "script": item.script,
        "flags": json.dumps(item.flags, ensure_ascii=False),
        "extractor": item.extractor,
        "han": item.han,
        "credible": duplicates.credible(item),
        "fold": duplicates.fold(item.text),
        "latest": 0,
    }
    made = db.execute(
        f"INSERT INTO documents({', '.join(row)}) VALUES ({', '.join(':' + key for key in row)})",  # noqa: S608 - our own names
        row,
    ).lastrowid
    db.execute(
        "INSERT INTO words(rowid, title, text) VALUES (?, ?, ?)", (made, spaced(item.title or ""), spaced(item.text))
    )


def _take_index(db: sqlite3.Connection, source: int, path: Path) -> None:
    db.executemany(
        "INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                source,
                row.id,
                row.url,
                row.date.strftime("%Y%m%d%H%M%S") if row.date else "",
                row.status,
                row.mime,
                row.digest,
                row.offset,
                row.length,
            )
            for row in index.read(path)
        ),
    )


def _mark_latest(db: sqlite3.Connection, urls: set[str]) -> None:
    """Of each URL one document is the latest: by capture, then by where it lies, never by when it was read.

    Imported pages without a URL are told apart by their bytes: two files named 1.html are two pages, not two versions.
    """
    db.execute("CREATE TEMP TABLE IF NOT EXISTS touched(url TEXT PRIMARY KEY)")
    db.execute("DELETE FROM touched")
    db.executemany("INSERT INTO touched VALUES (?)", ((url,) for url in urls))
    db.execute(
        """
        UPDATE documents SET latest = number IN (
            SELECT first_value(d.number) OVER (
                PARTITION BY d.url, CASE WHEN d.url LIKE 'file:%' THEN d.id END
                ORDER BY coalesce(d.captured, '') DESC, s.path DESC, d.row DESC)
            FROM documents d JOIN sources s ON s.id = d.source WHERE d.url IN (SELECT url FROM touched))
        WHERE url IN (SELECT url FROM touched)
        """
    )
    duplicates.touch(db, "url IN (SELECT url FROM touched)")
