"""The files of an archive -> where they do not agree: revisits, indexes, shards and the catalogue, each with the other.

What a single WARC file says of itself is `archive.warc.verify`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from archive.catalogue import duplicates
from archive.catalogue.words import spaced
from archive.corpus import damage, shard
from archive.errors import DataError
from archive.layout import IMPORTED, OPEN, Layout
from archive.text.document import Document
from archive.warc import exclusions, index
from archive.warc.reader import PAGES, Identities, digest_of, whole_records
from archive.warc.record import Problem, Record
from archive.warc.writer import NOT_MODIFIED

_INDEX_CURE = "Make it again: cundang rebuild --index."
_SHARD_CURE = "Make it again: cundang rebuild --corpus."
_CATALOGUE_CURE = "Make it again: cundang rebuild --catalogue."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revisit:
    """What a revisit record says of the record that it stands for."""

    file: str
    offset: int
    target: str
    url: str
    stamp: str
    digest: str
    unmodified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A capture that the state of a crawl says it has: the last whole one of its URL.

    Attributes:
        state: the file that says so.
        record: the id of its record.
    """

    state: Path
    url: str
    record: str


def disagreements(layout: Layout, acknowledged: Iterable[Acknowledged] = ()) -> Iterator[Problem]:
    """Where two files of the archive say different things; a file that is derived and missing is no disagreement.

    `acknowledged`: what crawls remember, which is read before the WARC files are.

    Raises:
        DataError: a WARC file cannot be read.
    """
    remembered: list[Acknowledged] = []
    try:
        remembered.extend(acknowledged)
    except DataError as error:
        yield Problem(file="state", offset=0, reason=str(error))
    try:
        gone = exclusions.read(layout)
    except DataError as error:
        yield Problem(file=layout.exclusions.name, offset=0, reason=str(error))
        gone = exclusions.Exclusions(pages={}, erased=frozenset())
    # What is derived from these is kept: it is not to be made again from them.
    unsound = {damaged.warc for damaged in damage.known(layout)}
    seen = _Seen(gone)
    for warc in layout.all_warcs():
        pages: list[str] = []
        yield from seen.read(warc, pages, ours=layout.site_of(warc) != IMPORTED)
        # What is made from a file is made once it is closed.
        if not warc.name.endswith(OPEN) and warc not in unsound:
            yield from _index(layout, warc)
            yield from _shard(layout, warc, pages, gone)
    yield from _dangling(seen.revisits, seen.targets)
    yield from _lost(
        layout, (each for each in remembered if each.record not in seen.targets and each.record not in gone.erased)
    )
    yield from _orphans(layout)
    yield from _catalogue(layout)


class _Seen:
    """What WARC files hold that are read one after the other.

    Attributes:
        targets: by the id of a page record what a revisit of it repeats.
        revisits: those that crawls wrote.
    """

    def __init__(self, gone: exclusions.Exclusions) -> None:
        self.targets: dict[str, tuple[str, str, str]] = {}
        self.revisits: list[_Revisit] = []
        self._gone = gone
        self._files: dict[str, str] = {}

    def read(self, warc: Path, pages: list[str], *, ours: bool) -> Iterator[Problem]:
        """Read a file; the ids of its page records are put into `pages`. `ours`: a crawl wrote it."""
        identities = Identities(warc)
        begun = False
        for record in whole_records(warc):
            for reason in self._wrong(record, ours=ours, begun=begun):
                yield Problem(file=record.place.file, offset=record.place.offset, reason=reason)
            begun = True
            if record.kind in PAGES:
                pages.append(identities.of(record))
                self.targets[record.id] = _said(record)
            elif record.kind == "revisit" and ours:
                self.revisits.append(_revisit(record))

    def _wrong(self, record: Record, *, ours: bool, begun: bool) -> Iterator[str]:
        if ours and not begun and record.kind != "warcinfo":
            yield "no warcinfo record stands before the others"
        if record.id in self._gone.erased:
            yield f"{record.id} was erased, and is here again. Erase it: cundang forget --erase {record.url}"
        # What is twice in one file, `archive.warc.verify` tells.
        if ours and record.kind in (*PAGES, "revisit"):
            first = self._files.setdefault(record.id, record.place.file)
            if first != record.place.file:
                yield f"{record.id} is in {first} too"


def _said(record: Record) -> tuple[str, str, str]:
    """URL, date and payload digest, which a revisit repeats; no digest where the record is cut."""
    digest = "" if record.field("WARC-Truncated") else record.field("WARC-Payload-Digest")
    return record.url, record.field("WARC-Date"), digest


def _revisit(record: Record) -> _Revisit:
    return _Revisit(
        file=record.place.file,
        offset=record.place.offset,
        target=record.field("WARC-Refers-To").strip("<>"),
        url=record.field("WARC-Refers-To-Target-URI"),
        stamp=record.field("WARC-Refers-To-Date"),
        digest=record.field("WARC-Payload-Digest"),
        unmodified=record.field("WARC-Profile") == NOT_MODIFIED,
    )


def _dangling(revisits: Iterable[_Revisit], targets: dict[str, tuple[str, str, str]]) -> Iterator[Problem]:
    for revisit in revisits:
        reason = None
        if revisit.target not in targets:
            reason = f"the revisit refers to {revisit.target or 'no record'}, which no WARC file here holds"
        else:
            url, stamp, digest = targets[revisit.target]
            if (url, stamp) != (revisit.url, revisit.stamp):
                reason = f"the revisit gives {revisit.target} another URL or date than it has"
            elif not digest:
                reason = f"the revisit refers to {revisit.target}, which is not whole"
            elif not revisit.unmodified and digest != revisit.digest:
                reason = f"the revisit refers to {revisit.target}, which has other bytes"
        if reason:
            yield Problem(file=revisit.file, offset=revisit.offset, reason=reason)


def _lost(layout: Layout, lost: Iterable[Acknowledged]) -> Iterator[Problem]:
    of_state: dict[Path, list[Acknowledged]] = {}
    for each in lost:
        of_state.setdefault(each.state, []).append(each)
    for state, captures in of_state.items():
        first = captures[0]
        reason = (
            f"{len(captures)} captures that the crawl acknowledged are in no WARC file here, the first"
            f" {first.record} of {first.url}. Look for the file that had them; where there is none, remove this one:"
            " the next crawl learns from what is there."
        )
        yield Problem(file=_below(layout, state), offset=0, reason=reason)


def _index(layout: Layout, warc: Path) -> Iterator[Problem]:
    path = layout.index_of(warc)
    if not path.exists():
        return
    there = path.read_bytes().splitlines(keepends=True)
    offset = 0
    for stands, wanted in zip_longest(there, index.lines(warc)):
        if stands != (wanted and wanted.encode("ascii")):
            reason = f"the index line is not what {warc.name} gives. {_INDEX_CURE}"
            yield Problem(file=_below(layout, path), offset=offset, reason=reason)
            return
        offset += len(stands)


def _shard(layout: Layout, warc: Path, pages: list[str], gone: exclusions.Exclusions) -> Iterator[Problem]:
    path = layout.shard_of(warc)
    if not path.exists():
        return
    reason = None
    about = shard.about(path)
    if about is None:
        reason = "the shard says nothing of what it was made from"
    elif (about.header.warc, about.header.warc_sha256) != (warc.name, digest_of(warc)):
        reason = f"the shard was made from other bytes than those of {warc.name}"
    else:
        try:
            rows = list(shard.read(path))
        except (DataError, OSError, ValueError, TypeError, KeyError) as error:
            reason = f"the shard cannot be read ({error})"
        else:
            documents = sum(isinstance(item, Document) for item in rows)
            if [item.id for item in rows] != pages:
                reason = f"the shard's rows are not the {len(pages)} page records of {warc.name}"
            elif (documents, len(rows) - documents) != (about.documents, about.skips):
                reason = "the shard counts its documents and skips wrong"
            elif back := next((i.url for i in rows if isinstance(i, Document) and gone.covering(i.url)), None):
                reason = f"the shard holds {back}, which was taken down"
    if reason:
        yield Problem(file=_below(layout, path), offset=0, reason=f"{reason}. {_SHARD_CURE}")


def _orphans(layout: Layout) -> Iterator[Problem]:
    for path in (*layout.indexes(), *layout.shards()):
        if layout.warc_of(path) is None:
            yield Problem(file=_below(layout, path), offset=0, reason="the WARC file that it was made from is gone")


def _catalogue(layout: Layout) -> Iterator[Problem]:
    path = layout.catalogue
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as db:
            (checked,) = db.execute("PRAGMA quick_check(1)").fetchone()
            if checked != "ok":
                yield Problem(file=path.name, offset=0, reason=f"{checked}. {_CATALOGUE_CURE}")
                return
            for table in ("documents", "skips", "captures"):
                if db.execute(f"SELECT 1 FROM {table} WHERE source NOT IN (SELECT id FROM sources)").fetchone():  # noqa: S608 - our own names
                    unknown = f"{table} are of no shard or index that it knows"
                    yield Problem(file=path.name, offset=0, reason=f"{unknown}. {_CATALOGUE_CURE}")
            for source, name in db.execute("SELECT id, path FROM sources ORDER BY path").fetchall():
                if reason := _of_source(db, layout, source, name):
                    yield Problem(file=path.name, offset=0, reason=f"{name}: {reason}")
        _check_words(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        yield Problem(file=path.name, offset=0, reason=f"{error}. {_CATALOGUE_CURE}")


def _check_words(path: Path) -> None:
    """Let SQLite check the full-text index, which it does as a command to write; raises sqlite3.DatabaseError."""
    with closing(sqlite3.connect(path, timeout=60)) as db:
        try:
            db.execute("INSERT INTO words(words) VALUES ('integrity-check')")
        except sqlite3.OperationalError:
            # It may not be written, or somebody makes it anew just now.
            return


def _of_source(db: sqlite3.Connection, layout: Layout, source: int, name: str) -> str | None:
    """Why what the catalogue holds of a shard or an index is not what that says, and the cure."""
    path = layout.root / name
    if not path.exists():
        # Not from the catalogue: made again without the file it would know less.
        cure = _INDEX_CURE if name.endswith(".cdxj") else "Make it again: cundang clean."
        return f"the file is gone, and the catalogue still speaks of it. {cure}"
    try:
        same = (_holds_shard if name.endswith(".parquet") else _holds_index)(db, source, path)
    except (DataError, OSError, ValueError, TypeError, KeyError) as error:
        return f"cannot be read ({error}). {_CATALOGUE_CURE}"
    return None if same else f"the catalogue holds other rows than the file. {_CATALOGUE_CURE}"


def _holds_shard(db: sqlite3.Connection, source: int, path: Path) -> bool:
    """Whether the catalogue's documents and skips of a shard are those that it has."""
    wanted, skips = [], []
    for row, item in enumerate(shard.read(path)):
        if isinstance(item, Document):
            fold = duplicates.fold(spaced(item.text))
            wanted.append((row, item.id, item.url, item.title, item.published, item.han, fold))
        else:
            skips.append((item.id, item.reason.value))
    select = "SELECT row, id, url, title, published, han, fold FROM documents WHERE source = ? ORDER BY row"
    held = db.execute(select, (source,)).fetchall()
    skipped = db.execute("SELECT id, reason FROM skips WHERE source = ?", (source,)).fetchall()
    return held == wanted and sorted(skips) == sorted(skipped)


def _holds_index(db: sqlite3.Connection, source: int, path: Path) -> bool:
    """Whether the catalogue's captures of an index are those that it names."""
    lines = [(row.id, row.url, row.offset, row.length) for row in index.read(path)]
    held = db.execute("SELECT id, url, offset, length FROM captures WHERE source = ?", (source,)).fetchall()
    return sorted(lines) == sorted(held)


def _below(layout: Layout, path: Path) -> str:
    return str(path.relative_to(layout.root))
