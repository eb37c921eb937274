"""The files of an archive -> where they contradict each other: revisits, indexes, shards and the catalogue.

`archive.warc.verify` checks each WARC file by itself.
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
    """What a revisit record says about the record that it refers to."""

    file: str
    offset: int
    target: str
    url: str
    stamp: str
    digest: str
    unmodified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """The last whole capture of a URL, as the state of a crawl remembers it.

    Attributes:
        state: the file of that state.
        record: the id of the capture's record.
    """

    state: Path
    url: str
    record: str


def disagreements(layout: Layout, acknowledged: Iterable[Acknowledged] = ()) -> Iterator[Problem]:
    """Yield where two files of the archive contradict each other. A missing derived file is not a contradiction.

    WARC files that cannot be read are left out.

    `acknowledged`: the captures that crawls remember; read before the WARC files.
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
    # What was derived from these is kept, so it need not agree with them.
    unsound = {damaged.warc for damaged in damage.known(layout)}
    scan, partial = _Scan(gone), False
    for warc in layout.all_warcs():
        pages: list[str] = []
        try:
            yield from scan.read(warc, pages, ours=layout.site_of(warc) != IMPORTED)
        except DataError:
            # `damage.problems` names the file.
            partial = True
            continue
        # Derived files are made once a file is closed.
        if not warc.name.endswith(OPEN) and warc not in unsound:
            yield from _check_index(layout, warc)
            yield from _check_shard(layout, warc, pages, gone)
    # The record that seems to be missing may be in a file that cannot be read.
    revisits = (each for each in scan.revisits if not partial or each.target in scan.targets)
    yield from _check_revisits(revisits, scan.targets)
    kept = scan.targets.keys() | gone.erased
    yield from _report_lost(layout, (each for each in remembered if not partial and each.record not in kept))
    yield from _check_orphans(layout)
    yield from _check_catalogue(layout)


class _Scan:
    """Reads WARC files one after the other and collects their records.

    Attributes:
        targets: for the id of each page record, the fields that a revisit of it repeats.
        revisits: the revisit records that crawls wrote.
    """

    def __init__(self, gone: exclusions.Exclusions) -> None:
        self.targets: dict[str, tuple[str, str, str]] = {}
        self.revisits: list[_Revisit] = []
        self._gone = gone
        self._files: dict[str, str] = {}

    def read(self, warc: Path, pages: list[str], *, ours: bool) -> Iterator[Problem]:
        """Read a file and append the ids of its page records to `pages`. `ours`: a crawl wrote the file."""
        identities = Identities(warc)
        begun = False
        for record in whole_records(warc):
            for reason in self._wrong(record, ours=ours, begun=begun):
                yield Problem(file=record.place.file, offset=record.place.offset, reason=reason)
            begun = True
            if record.kind in PAGES:
                pages.append(identities.of(record))
                self.targets[record.id] = _repeated_fields(record)
            elif record.kind == "revisit" and ours:
                self.revisits.append(_revisit(record))

    def _wrong(self, record: Record, *, ours: bool, begun: bool) -> Iterator[str]:
        if ours and not begun and record.kind != "warcinfo":
            yield "no warcinfo record stands before the others"
        if record.id in self._gone.erased:
            yield f"{record.id} was erased, and is here again. Erase it: cundang forget --erase {record.url}"
        # `archive.warc.verify` reports ids that are repeated within one file.
        if ours and record.kind in (*PAGES, "revisit"):
            first = self._files.setdefault(record.id, record.place.file)
            if first != record.place.file:
                yield f"{record.id} is in {first} too"


def _repeated_fields(record: Record) -> tuple[str, str, str]:
    """URL, date and payload digest, which a revisit repeats; the digest is empty if the record is truncated."""
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


def _check_revisits(revisits: Iterable[_Revisit], targets: dict[str, tuple[str, str, str]]) -> Iterator[Problem]:
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


def _report_lost(layout: Layout, lost: Iterable[Acknowledged]) -> Iterator[Problem]:
    of_state: dict[Path, list[Acknowledged]] = {}
    for each in lost:
        of_state.setdefault(each.state, []).append(each)
    for state, captures in of_state.items():
        first = captures[0]
        reason = (
            f"{len(captures)} captures that the crawl acknowledged are in no WARC file here, the first"
            f" {first.record} of {first.url}. Look for the file that had them. If there is none, remove this one:"
            " the next crawl starts from what is there."
        )
        yield Problem(file=_below(layout, state), offset=0, reason=reason)


def _check_index(layout: Layout, warc: Path) -> Iterator[Problem]:
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


def _check_shard(layout: Layout, warc: Path, pages: list[str], gone: exclusions.Exclusions) -> Iterator[Problem]:
    path = layout.shard_of(warc)
    if not path.exists():
        return
    reason = None
    about = shard.about(path)
    if about is None:
        reason = "the shard does not say what it was made from"
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
                reason = "the shard states a wrong number of documents or skips"
            elif back := next((i.url for i in rows if isinstance(i, Document) and gone.covering(i.url)), None):
                reason = f"the shard holds {back}, which was taken down"
    if reason:
        yield Problem(file=_below(layout, path), offset=0, reason=f"{reason}. {_SHARD_CURE}")


def _check_orphans(layout: Layout) -> Iterator[Problem]:
    for path in (*layout.indexes(), *layout.shards()):
        if layout.warc_of(path) is None:
            yield Problem(file=_below(layout, path), offset=0, reason="the WARC file that it was made from is gone")


def _check_catalogue(layout: Layout) -> Iterator[Problem]:
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
                    unknown = f"{table} belong to no shard or index that it lists"
                    yield Problem(file=path.name, offset=0, reason=f"{unknown}. {_CATALOGUE_CURE}")
            for source, name in db.execute("SELECT id, path FROM sources ORDER BY path").fetchall():
                if reason := _check_source(db, layout, source, name):
                    yield Problem(file=path.name, offset=0, reason=f"{name}: {reason}")
        _check_words(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        yield Problem(file=path.name, offset=0, reason=f"{error}. {_CATALOGUE_CURE}")


def _check_words(path: Path) -> None:
    """Let SQLite check the full-text index; raises sqlite3.DatabaseError. SQLite treats the check as a write."""
    with closing(sqlite3.connect(path, timeout=60)) as db:
        try:
            db.execute("INSERT INTO words(words) VALUES ('integrity-check')")
        except sqlite3.OperationalError:
            # The file is read-only, or another process is rebuilding it.
            return


def _check_source(db: sqlite3.Connection, layout: Layout, source: int, name: str) -> str | None:
    """How the catalogue's rows of a shard or an index differ from that file, and the cure; None if they do not."""
    path = layout.root / name
    if not path.exists():
        # Do not advise a rebuild of the catalogue: without the file it would lose these rows.
        cure = _INDEX_CURE if name.endswith(".cdxj") else "Make it again: cundang clean."
        return f"the file is gone, and the catalogue still lists it. {cure}"
    try:
        same = (_holds_shard if name.endswith(".parquet") else _holds_index)(db, source, path)
    except (DataError, OSError, ValueError, TypeError, KeyError) as error:
        return f"cannot be read ({error}). {_CATALOGUE_CURE}"
    return None if same else f"the catalogue holds other rows than the file. {_CATALOGUE_CURE}"


def _holds_shard(db: sqlite3.Connection, source: int, path: Path) -> bool:
    """Whether the catalogue's documents and skips of a shard are those in the shard."""
    wanted, skips = [], []
    for row, item in enumerate(shard.read(path)):
        if isinstance(item, Document):
            media = duplicates.digest_of_media(item.title, item.published, item.part_no)
            digest = duplicates.digest_of(spaced(item.text)) or media
            wanted.append((row, item.id, item.url, item.title, item.published, item.han, digest))
        else:
            skips.append((item.id, item.reason.value))
    select = "SELECT row, id, url, title, published, han, fold FROM documents WHERE source = ? ORDER BY row"
    held = db.execute(select, (source,)).fetchall()
    skipped = db.execute("SELECT id, reason FROM skips WHERE source = ?", (source,)).fetchall()
    return held == wanted and sorted(skips) == sorted(skipped)


def _holds_index(db: sqlite3.Connection, source: int, path: Path) -> bool:
    """Whether the catalogue's captures of an index are those in the index."""
    lines = [(row.id, row.url, row.offset, row.length) for row in index.read(path)]
    held = db.execute("SELECT id, url, offset, length FROM captures WHERE source = ?", (source,)).fetchall()
    return sorted(lines) == sorted(held)


def _below(layout: Layout, path: Path) -> str:
    return str(path.relative_to(layout.root))
