"""Another archive, or one site of it -> this archive; everything is copied and compared before anything is removed.

This copies WARC files and the files set aside beside them, their events in fixity.jsonl, the exclusions, indexes,
shards and the state of crawls. If the program is killed, the same call finishes the work.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.corpus import damage, reclean, shard
from archive.errors import DataError, LockedError, UsageError
from archive.layout import AWAY, IMPORTED, OPEN, TMP, Layout, walk
from archive.site import similar
from archive.warc import exclusions, fixity, index
from archive.warc.away import read_stub
from archive.warc.disk import Half, append_lines, disk_error, sha256_of, sweep, sync_folder
from crawler.queue.frontier import Frontier
from crawler.queue.heal import learn
from crawler.queue.lock import Lock, is_held

# A pattern for what `Half` appends to the name of a half-written file.
_HALF = "[0-9a-f]" * 8
# The files that a crawl writes beside its state when it ends, by their names in `Layout`.
_ACCOUNTS = ("missing", "ledger")
# In the ledger, why a WARC file was dropped.
_MOVED = "moved to another archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file that is now in the target: its path below the data folder, and whether it had to be copied."""

    path: str
    copied: bool


def merge(source: Layout, target: Layout, site: str | None = None) -> Iterator[Copied]:
    """Copy an archive, or one site of it, into another one; the source stays unchanged.

    Raises:
        UsageError: there is nothing to copy.
        LockedError: a site is being crawled.
        DataError: both have a file of the same name with different bytes, a file is damaged or open, or a disk fails;
            the files of the target stay.
        SpaceError: the disk of the target is full.
    """
    sites = _sites(source, target, site)
    with _held(target, sites):
        for each in sites:
            if is_held(source.lock(each)):
                raise LockedError(f"{source.root}: {each} is being crawled there. Wait for it, or stop it.")
        yield from _copy_sites(source, target, sites)


def move(source: Layout, target: Layout, site: str) -> Iterator[Copied]:
    """Copy a site to another archive, then remove it from this one; nothing if an earlier call has done that.

    Raises:
        UsageError, LockedError, DataError, SpaceError: as `merge`.
    """
    if _was_moved(source, target, site):
        return
    sites = _sites(source, target, site)
    with _held(target, sites), _held(source, sites):
        yield from _copy_sites(source, target, sites)
        try:
            _remove(source, site)
        except OSError as error:
            raise disk_error(Path(error.filename or source.root), error) from error


def _was_moved(source: Layout, target: Layout, site: str) -> bool:
    """Whether a site has been removed here, for it is in the target. A call that was killed may have gone that far."""
    moved = {
        str(event["path"])
        for event in fixity.events(source)
        if event.get("detail") == _MOVED and str(event.get("path", "")).startswith(f"warc/{site}/")
    }
    # It may have been moved to a third archive, and the target may have files of its own of this site.
    there = fixity.read(target).entries
    here = any(path in there or (target.root / path).exists() for path in moved)
    return here and site not in source.keys()  # noqa: SIM118 - no mapping


@contextmanager
def _held(layout: Layout, sites: Collection[str]) -> Iterator[None]:
    """Hold the locks of some sites; the folder of imports has no lock."""
    with ExitStack() as locks:
        for site in sites:
            if site != IMPORTED:
                locks.callback(Lock(layout.lock(site)).release)
        yield


def _sites(source: Layout, target: Layout, site: str | None) -> list[str]:
    """The keys of the sites to copy."""
    if source.root.resolve() == target.root.resolve():
        raise UsageError(f"{source.root}: source and target are the same archive. Name another data folder.")
    there = source.keys()
    found = sorted(there if site is None else there & {site})
    if not found:
        what = f"nothing of {site}{similar(site, there)}" if site else "no archive."
        raise UsageError(f"{source.root}: holds {what} Name a data folder: --data FOLDER, or cundang merge FOLDER.")
    return found


def _copy_sites(source: Layout, target: Layout, sites: Collection[str]) -> Iterator[Copied]:
    digests = _check(source, target, sites)
    # Copy these first, so that pages taken down there are never visible here.
    exclusions.join(target, exclusions.lines(source))
    try:
        for site in sites:
            # Remove half-written files of an earlier call that was killed.
            for folder in target.folders_of(site):
                sweep(folder, f"*.{_HALF}")
            sweep(target.state(site).parent, f"{site}.*.{_HALF}")
            for path in _files(source, site):
                place = target.root / path.relative_to(source.root)
                copied = _copy(path, place, digests.get(path))
                yield Copied(path=path.relative_to(source.root).as_posix(), copied=copied)
            _copy_events(source, target, site)
            for path in source.indexes(site):
                _copy(path, target.root / path.relative_to(source.root))
            for path in source.shards(site):
                if _shows_nothing_taken_down(target, path.relative_to(source.root), path):
                    _copy(path, target.root / path.relative_to(source.root))
            _copy_state(source, target, site)
    except OSError as error:
        raise disk_error(Path(error.filename or target.root), error) from error


def _files(layout: Layout, site: str) -> list[Path]:
    """The files to copy from a site's WARC folder: WARC files, stubs, and files set aside."""
    return sorted(path for path in walk(layout.warcs_root / site) if not path.name.endswith((OPEN, TMP)))


def _check(source: Layout, target: Layout, sites: Collection[str]) -> dict[Path, str]:
    """Refuse what cannot be copied whole, before anything is copied; return the digests of the WARC files."""
    digests: dict[Path, str] = {}
    for site in sites:
        for path in source.open_warcs(site):
            cure = f"Close it first: cundang --data {source.root} repair {path}"
            raise DataError(f"{path}: a killed crawl left this file open. {cure}")
        found = damage.survey(source, site, note=False)
        for each in found.damages.values():
            raise DataError(f"{each} Nothing was copied.")
        digests |= found.digests
        for path in _files(source, site):
            place = target.root / path.relative_to(source.root)
            _refuse_other(path, place, digests.get(path))
    _refuse_erased(source, sites, target)
    _refuse_erased(target, None, source)
    return digests


def _refuse_other(path: Path, place: Path, digest: str | None) -> None:
    """Refuse a file if the other archive has different bytes under the same name."""
    if path.name.endswith(AWAY):
        warc = path.with_name(path.name.removesuffix(AWAY))
        ours, theirs = read_stub(place.with_name(warc.name)), read_stub(warc)
        same = ours is None or theirs is None or None in (ours.sha256, theirs.sha256) or ours.sha256 == theirs.sha256
    elif place.exists():
        same = place.stat().st_size == path.stat().st_size and sha256_of(place) == (digest or sha256_of(path))
    else:
        away = read_stub(place)
        same = away is None or away.sha256 in (None, digest)
    if not same:
        raise DataError(
            f"{path} and {place} have the same name and different bytes. Nothing was copied. See which is damaged:"
            f" cundang verify. If both are good, import the records under another name: cundang import {path}"
        )


def _refuse_erased(holder: Layout, sites: Collection[str] | None, eraser: Layout) -> None:
    """Refuse records that one archive still has and the other has erased."""
    erased = exclusions.read(eraser).erased
    if not erased:
        return
    for site in (None,) if sites is None else sites:
        for warc in holder.warcs(site):
            path = holder.index_of(warc)
            rows = index.read(path) if path.exists() else map(index.parse, index.lines(warc))
            for row in rows:
                if row.id in erased:
                    raise DataError(
                        f"{warc}: has a capture of {row.url} that was erased in {eraser.root}. Erase it here too:"
                        f" cundang --data {holder.root} forget --erase {row.url}"
                    )


def _copy(path: Path, place: Path, digest: str | None = None) -> bool:
    """Copy a file, compare it and make it durable; return False if it exists already. Raises OSError."""
    if place.exists():
        return False
    half = Half(place)
    try:
        shutil.copyfile(path, half.path)
        with half.path.open("rb+") as file:
            os.fsync(file.fileno())
        if sha256_of(half.path) != (digest or sha256_of(path)):
            raise DataError(f"{path}: the copy differs. Check both disks, then try again.")
        half.put()
        sync_folder(place.parent)
    finally:
        half.drop()
    return True


def _copy_events(source: Layout, target: Layout, site: str) -> None:
    """Add the events of a site's WARC files from the source's fixity.jsonl."""
    theirs, ours = fixity.read(source).entries, fixity.read(target).entries
    had = {_line(event) for event in fixity.events(target)}
    new = [
        event
        for event in fixity.events(source)
        if str(event.get("path", "")).startswith(f"warc/{site}/")
        and _line(event) not in had
        # Events of a file that is gone there do not apply to the file that is here.
        and (event["path"] not in ours or ((entry := theirs.get(event["path"])) and not entry.removed))
    ]
    if not new:
        return
    names: dict[str, None] = {}
    if any(name.startswith(f"warc/{site}/") for name in ours):
        names = dict.fromkeys(str(event["path"]) for event in new if event["path"] not in ours)
    merged = (fixity.Event(event="merged", path=name, detail=str(source.root)) for name in names)
    # All at once: after a kill, an event that is there is not added again.
    append_lines(target.fixity, *new, *map(fixity.line, merged))


def _line(event: Mapping[str, Any]) -> str:
    return json.dumps(event, sort_keys=True)


def _shows_nothing_taken_down(target: Layout, name: Path, path: Path) -> bool:
    """Whether a shard already leaves out everything that was taken down in the target; if not, it is not copied."""
    about = shard.about(path)
    warc = target.warc_of(target.root / name)
    return (
        about is not None
        and warc is not None
        and about.header.exclusions == exclusions.digest(reclean.taken_down(target, warc))
    )


def _copy_state(source: Layout, target: Layout, site: str) -> None:
    """Copy the state of a site's crawls, or add the copied captures to the existing state."""
    theirs, ours = source.state(site), target.state(site)
    if ours.exists():
        with closing(Frontier(ours)) as frontier:
            learn(frontier, (target.root / path.relative_to(source.root) for path in source.warcs(site)))
    elif theirs.exists():
        for path in (getattr(source, each)(site) for each in _ACCOUNTS):
            if path.exists():
                _copy(path, target.root / path.relative_to(source.root))
        # Copy it last: it marks that everything else is there.
        _copy_database(theirs, ours)


def _copy_database(path: Path, place: Path) -> None:
    """Copy a SQLite database including its write-ahead log; raises OSError."""
    half = Half(place)
    try:
        # Without a log, open it as immutable, so that SQLite creates no files beside it.
        logged = path.with_name(f"{path.name}-wal").exists()
        source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{'' if logged else '&immutable=1'}", uri=True)
        with closing(source) as db, closing(sqlite3.connect(half.path)) as copy:
            db.backup(copy)
        half.put()
        sync_folder(place.parent)
    except sqlite3.Error as error:
        cure = "Remove it: the next crawl makes a new one from the archive."
        raise DataError(f"{path}: the state of the site's crawls cannot be read ({error}). {cure}") from error
    finally:
        half.drop()


def _remove(layout: Layout, site: str) -> None:
    """Remove a site that is now in another archive; raises OSError."""
    entries = fixity.read(layout).entries
    events = [
        fixity.Event(event="dropped", path=name, outcome="gone", detail=_MOVED)
        for warc in layout.warcs(site)
        if (entry := entries.get(name := fixity.name_of(layout, warc))) is None or not entry.removed
    ]
    fixity.append(layout, *events)
    for path in _files(layout, site):
        path.unlink()
    for folder in layout.folders_of(site):
        # The folder may be a symlink to one on another disk.
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        if folder.is_symlink():
            folder.unlink()
    state = layout.state(site)
    accounts = [getattr(layout, each)(site) for each in _ACCOUNTS]
    for path in (*accounts, layout.lease(site), *state.parent.glob(f"{state.name}*")):
        path.unlink(missing_ok=True)
