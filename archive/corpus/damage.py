"""WARC files and the ledger -> the files that are damaged, short, gone or unreadable. What was made of these is kept.

Damaged means that the bytes differ from what `fixity.jsonl` says or, for files older than that ledger, from what the
shard's header says. Damage that a file already had when it was imported does not count.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Literal

from archive.corpus import shard
from archive.errors import CundangError, DataError
from archive.layout import Layout, standing, walk_folders
from archive.warc import away, fixity, index
from archive.warc.disk import disk_error, read_error, write_whole
from archive.warc.fixity import Entry, Event, Ledger, name_of
from archive.warc.record import Problem

What = Literal["damaged", "short", "gone", "unreadable"]
_STEP = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A WARC file that is damaged, short, gone or unreadable.

    Attributes:
        warc: where the file is, or should be.
        size, sha256: of its original bytes; the size is None if the digest is known from the shard only.
        documents: the number of documents that were made from it and are kept.
        why: of an unreadable file the reason and its cure.
    """

    warc: Path
    what: What
    size: int | None
    sha256: str
    documents: int
    why: str = ""

    def __str__(self) -> str:
        """What is wrong, what is kept, and the cure that loses no texts."""
        kept = f"The {self.documents} documents that were made from it are kept."
        if self.what == "unreadable":
            return f"{self.warc}: unreadable. {kept} {self.why}"
        words = {
            "damaged": "its bytes are not those that it was closed with",
            "short": "it is not as long as it was when it was closed",
            "gone": "the file is gone",
        }[self.what]
        size = f"{self.size} bytes, " if self.size is not None else ""
        return (
            f"{self.warc}: {words} ({size}sha256 {self.sha256}). {kept} Put a good copy back: cundang repair"
            f" {self.warc} --from COPY. Only if there is none: cundang clean --accept-damage keeps what can still be"
            " read, and drops the rest."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The result of reading all WARC files.

    Attributes:
        digests: the SHA-256 of each file that can be read, base16.
        damages: by path; what is derived from these files stays unchanged.
    """

    digests: dict[Path, str]
    damages: dict[Path, Damage]


def survey(
    layout: Layout,
    site: str | None = None,
    *,
    event: Literal["read", "verified"] = "read",
    note: bool = True,
    tell: Callable[[Path], None] = lambda _warc: None,
) -> Survey:
    """Read every closed WARC file, or those of one site, and compare them with the ledger.

    New files and changed outcomes are written to the ledger, unless `note` is off. A file that cannot be read is a
    damage, and the others are read.

    Raises:
        DataError, SpaceError: the ledger cannot be read or written.
    """
    found = Survey(digests={}, damages={})
    events: list[Event] = []
    warcs = list(layout.warcs(site))
    ledger = fixity.read(layout)
    for warc in warcs:
        tell(warc)
        events += _compare(layout, ledger, warc, event, found)
    for warc, entry in _find_gone(layout, ledger, site, {*warcs}):
        try:
            away.check_access(warc)
        except DataError as error:  # its folder cannot be read
            found.damages[warc] = _unreadable(layout, warc, entry, str(error))
            continue
        if standing(warc).exists():  # it was closed meanwhile, or its folder cannot be listed
            events += _compare(layout, ledger, warc, event, found)
            continue
        found.damages[warc] = _damage(layout, warc, entry, None)
        if name_of(layout, warc) not in ledger.entries:
            events.append(_event(layout, warc, "registered", None, entry.sha256))
        if event == "verified" or entry.outcome != "gone":
            events.append(_event(layout, warc, event, None, None, "gone"))
    if note:
        fixity.append(layout, *events)
    return found


def _compare(
    layout: Layout, ledger: Ledger, warc: Path, event: Literal["read", "verified"], found: Survey
) -> Iterator[Event]:
    """Read a file, compare it with the ledger and add the result to `found`; yield the events to note."""
    entry = ledger.entries.get(name_of(layout, warc))
    try:
        size, digest = _measure(warc)
    except DataError as error:
        found.damages[warc] = _unreadable(layout, warc, entry, str(error))
        if entry is not None and (event == "verified" or entry.outcome != "unreadable"):
            yield _event(layout, warc, event, None, None, "unreadable")
        return
    if digest is None:
        return
    found.digests[warc] = digest
    if entry is None or entry.removed:
        entry = _first_entry(layout, warc, size, digest)
        yield _event(layout, warc, "registered", entry.size, entry.sha256)
    outcome: fixity.Outcome = "whole" if entry.is_of(digest) else "damaged"
    if outcome == "damaged":
        found.damages[warc] = _damage(layout, warc, entry, size)
    # A file whose damage was accepted may be what it was again.
    restored = outcome == "whole" and (entry.outcome != "whole" or digest != entry.sha256)
    if event == "verified" or restored or outcome != entry.outcome:
        yield _event(layout, warc, "restored" if restored else event, size, digest, outcome)


def known(layout: Layout, sites: Collection[str] | None = None) -> list[Damage]:
    """The files that are damaged, short, gone or unreadable, by existence, size, permissions and the last reading.

    It reads no file.

    Raises:
        DataError: the ledger cannot be read.
    """
    ledger = fixity.read(layout)
    found: dict[Path, Damage] = {}
    for name, entry in ledger.entries.items():
        warc = layout.root / name
        if entry.removed or (sites is not None and layout.site_of(warc) not in sites):
            continue
        if damaged := _known(layout, warc, entry):
            found[warc] = damaged
    for warc, entry in _orphans(layout, ledger, None):
        if sites is None or layout.site_of(warc) in sites:
            found.setdefault(warc, _damage(layout, warc, entry, None))
    return [found[warc] for warc in sorted(found)]


def _known(layout: Layout, warc: Path, entry: Entry) -> Damage | None:
    """What is known to be wrong with a file of the ledger, without reading it."""
    try:
        away.check_access(warc)
        size = away.size_of(warc)
    except DataError as error:
        return _unreadable(layout, warc, entry, str(error))
    if size is None:
        return _damage(layout, warc, entry, None)
    if entry.outcome == "unreadable":
        return _unreadable(layout, warc, entry, "The last reading failed. Run: cundang verify")
    if entry.size not in (None, size) or entry.outcome == "damaged":
        return _damage(layout, warc, entry, size)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """When the WARC files of a site were last verified.

    Attributes:
        files: the number of files; `never`: how many of them were never verified.
        first, last: the earliest and the latest of these times, ISO 8601, UTC; None if there is none.
    """

    site: str
    files: int
    never: int
    first: str | None
    last: str | None


def custody(layout: Layout) -> list[Custody]:
    """Summarise the ledger for each site, ordered by key.

    Raises:
        DataError: the ledger cannot be read.
    """
    sites: dict[str, list[str | None]] = {}
    for name, entry in fixity.read(layout).entries.items():
        if not entry.removed:
            sites.setdefault(layout.site_of(layout.root / name), []).append(entry.verified)
    found = []
    for site, times in sorted(sites.items()):
        dated = sorted(time for time in times if time)
        never = len(times) - len(dated)
        first, last = (dated[0], dated[-1]) if dated else (None, None)
        found.append(Custody(site=site, files=len(times), never=never, first=first, last=last))
    return found


def is_sound(layout: Layout, warc: Path) -> bool:
    """Whether something new may be made from a file: it is readable, and as the ledger says or not in the ledger.

    Raises:
        DataError: the ledger cannot be read.
    """
    entry = fixity.read(layout).entries.get(name_of(layout, warc))
    try:
        digest = _measure(warc)[1]
    except DataError:
        return False
    return entry is None or entry.removed or entry.is_of(digest)


def was_removed(layout: Layout, derived: Path) -> bool:
    """Whether the WARC file of an index or a shard is gone on purpose, or entirely unknown."""
    entries = fixity.read(layout).entries
    found = [entries.get(name_of(layout, warc)) for warc in layout.warc_names(derived)]
    return all(entry is None or entry.removed for entry in found)


def accept(layout: Layout, damages: Iterable[Damage]) -> None:
    """Accept damaged files as they are now, and drop those that are gone, with what was made from them.

    Files that cannot be read now are left as they are.

    Raises:
        DataError, SpaceError: the disk refuses.
    """
    for damage in damages:
        if damage.what == "unreadable":
            continue
        size, digest = _measure(damage.warc) if damage.what != "gone" else (None, None)
        if digest is not None:
            fixity.append(layout, _event(layout, damage.warc, "accepted", size, digest))
            index.write(layout, damage.warc)
            continue
        fixity.append(layout, _event(layout, damage.warc, "dropped", None, None, "gone"))
        layout.index_of(damage.warc).unlink(missing_ok=True)
        layout.shard_of(damage.warc).unlink(missing_ok=True)


def restore(layout: Layout, warc: Path, copy: Path) -> Entry:
    """Put a good copy in the place of a file that is damaged, short or gone; return its new entry of the ledger.

    A file whose damage was accepted becomes what it was before.

    Raises:
        DataError: the copy is not what the file was, or the disk refuses.
        CundangError: the file is in neither the ledger nor a shard.
    """
    entry = fixity.read(layout).entries.get(name_of(layout, warc))
    about = shard.about(layout.shard_of(warc))
    if entry is None and about is None:
        raise CundangError(f"{warc}: neither the ledger nor a shard says what this file was. Import the copy instead.")
    wanted = entry.sha256 if entry else about.header.warc_sha256  # type: ignore[union-attr]  # one of them is there
    size, digest = _measure(copy)
    if digest is None or not (entry.is_of(digest) if entry else digest == wanted):
        wanted = (entry and entry.original) or wanted
        raise DataError(f"{copy}: sha256 {digest} is not that of {warc.name}, {wanted}. Look for another copy.")
    if entry is None:
        fixity.append(layout, _event(layout, warc, "registered", size, wanted))
    with copy.open("rb") as file:
        put_back(layout, warc, file, digest)
    return fixity.read(layout).entries[name_of(layout, warc)]


def put_back(layout: Layout, warc: Path, copy: IO[bytes], digest: str) -> None:
    """Write what a WARC file was in its place again, from a stream with that digest.

    Raises:
        DataError, SpaceError: the disk refuses.
    """
    try:
        warc.parent.mkdir(parents=True, exist_ok=True)
        write_whole(warc, iter(partial(copy.read, _STEP), b""))
    except OSError as error:
        raise disk_error(warc, error) from error
    entry = fixity.read(layout).entries.get(name_of(layout, warc))
    fixity.append(layout, _event(layout, warc, "restored", warc.stat().st_size, digest))
    if entry and entry.sha256 != digest:
        index.write(layout, warc)


def lacking(layout: Layout, digest: str) -> Path | None:
    """The WARC file of which these would be the right bytes, since its own are damaged or gone; None if there is none.

    Raises:
        DataError: the ledger cannot be read.
    """
    for name, entry in fixity.read(layout).entries.items():
        if entry.is_of(digest) and not entry.removed:
            try:
                there = _measure(layout.root / name)[1]
            except DataError:
                there = None
            if there not in (digest, entry.original):
                return layout.root / name
    return None


def problems(layout: Layout, found: Survey) -> Iterator[Problem]:
    """The damages of a survey, and the unreadable lines of the ledger, as problems that `verify` reports."""
    for number, reason in fixity.read(layout).unread:
        cure = "Restore it from a copy."
        yield Problem(file=layout.fixity.name, offset=0, reason=f"line {number} is not an event ({reason}). {cure}")
    unlisted: list[OSError] = []
    for _ in walk_folders(layout.warcs_root, unlisted=unlisted.append):
        pass
    for error in unlisted if layout.warcs_root.exists() else ():
        reason = f"the folder cannot be listed ({error.strerror}): what lies there was not verified. Make it readable."
        yield Problem(file=str(error.filename), offset=0, reason=reason)
    for damage in found.damages.values():
        yield Problem(file=name_of(layout, damage.warc), offset=0, reason=str(damage))


def _measure(warc: Path) -> tuple[int | None, str | None]:
    """Size and SHA-256 of a file; None if it was renamed or erased meanwhile."""
    try:
        with away.open_warc(warc) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), digest
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise read_error(warc, error) from error


def _first_entry(layout: Layout, warc: Path, size: int | None, digest: str) -> Entry:
    """The entry of a file that is new to the ledger: the digest in its shard's header, else that of its bytes."""
    about = shard.about(layout.shard_of(warc))
    if about and about.header.warc == warc.name and about.header.warc_sha256 != digest:
        return Entry(size=None, sha256=about.header.warc_sha256, since="", by="registered", looked="")
    return Entry(size=size, sha256=digest, since="", by="registered", looked="")


def _find_gone(
    layout: Layout, ledger: Ledger, site: str | None, listed: Collection[Path]
) -> Iterator[tuple[Path, Entry]]:
    """The files of the ledger that are not among those `listed`."""
    for name, entry in ledger.entries.items():
        warc = layout.root / name
        asked = layout.holds(warc) and (site is None or layout.site_of(warc) == site)
        if asked and not entry.removed and warc not in listed:
            yield warc, entry
    yield from ((warc, entry) for warc, entry in _orphans(layout, ledger, site) if layout.holds(warc))


def _orphans(layout: Layout, ledger: Ledger, site: str | None) -> Iterator[tuple[Path, Entry]]:
    """WARC files that are known from a shard only: they were gone before there was a ledger."""
    for path in layout.shards(site):
        names = layout.warc_names(path)
        if any(name_of(layout, warc) in ledger.entries or standing(warc).exists() for warc in names):
            continue
        about = shard.about(path)
        if about:
            digest = about.header.warc_sha256
            yield (
                choose_path(names, about.header.warc),
                Entry(size=None, sha256=digest, since="", by="registered", looked=""),
            )


def choose_path(paths: Iterable[Path], name: str) -> Path:
    """The path with that file name, else the first path."""
    paths = list(paths)
    return next((path for path in paths if path.name == name), paths[0])


def _damage(layout: Layout, warc: Path, entry: Entry, size: int | None) -> Damage:
    what: What = "gone" if size is None else "short" if entry.size not in (None, size) else "damaged"
    about = shard.about(layout.shard_of(warc))
    documents = about.documents if about else 0
    return Damage(warc=warc, what=what, size=entry.size, sha256=entry.sha256, documents=documents)


def _unreadable(layout: Layout, warc: Path, entry: Entry | None, why: str) -> Damage:
    about = shard.about(layout.shard_of(warc))
    stub = away.stub_of(warc)
    if not os.path.lexists(warc) and stub.exists():
        why += (
            f" Otherwise put one here: cundang repair {warc} --from COPY. Only if there is none: remove {stub}, and run"
            " cundang clean --accept-damage"
        )
    return Damage(
        warc=warc,
        what="unreadable",
        size=entry.size if entry else None,
        sha256=entry.sha256 if entry else "",
        documents=about.documents if about else 0,
        why=why,
    )


def _event(
    layout: Layout,
    warc: Path,
    event: fixity.Kind,
    size: int | None,
    digest: str | None,
    outcome: fixity.Outcome = "whole",
) -> Event:
    return Event(event=event, path=name_of(layout, warc), size=size, sha256=digest, outcome=outcome)
