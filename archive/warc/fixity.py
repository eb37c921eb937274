"""`fixity.jsonl` <-> what each WARC file was when it closed, and what became of it since. Append-only.

Each line is an event in the terms of PREMIS: what happened to which file, when, with which outcome, by which program.

{"event": "closed", "path": "warc/a/2026/a-1.warc.gz", "date": "2026-01-02T03:04:05+00:00", "size": 1234,
 "sha256": "...", "outcome": "whole", "agent": "cundang 0.1.0", "detail": ""}

These events state what the file's bytes must be from now on: closed, imported, repaired, rewritten (by an erasure),
accepted (with its damage), registered (in an archive that had no ledger), and restored: a good copy was put back, also
of what a file was before its damage was accepted. Verified and read: the bytes were compared, with the result in
`outcome`. Merged: it is from another archive, so its place here says nothing of when it closed. Erased and dropped: the
file is gone on purpose.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from archive.errors import DataError
from archive.layout import Layout
from archive.warc.disk import TORN, append_lines, disk_error

# fmt: off
Kind = Literal[
    "closed", "imported", "repaired", "rewritten", "accepted", "registered",
    "verified", "read", "restored", "merged",
    "erased", "dropped",
]
# fmt: on
Outcome = Literal["whole", "damaged", "gone", "unreadable"]
_SETS: tuple[Kind, ...] = ("closed", "imported", "repaired", "rewritten", "accepted", "registered")
_ENDS: tuple[Kind, ...] = ("erased", "dropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened to a WARC file.

    Attributes:
        path: the file's path below the data folder.
        size, sha256: of its bytes at that time, base16; None if there was no file or it was not read.
    """

    event: Kind
    path: str
    size: int | None = None
    sha256: str | None = None
    outcome: Outcome = "whole"
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger says about a WARC file.

    Attributes:
        size, sha256: what its bytes must be; the size is None if the digest is known from the shard only.
        since: when that was written down, ISO 8601, UTC.
        by: the event that wrote it down.
        outcome: of the last reading.
        looked: when the file was last read.
        verified: when `verify` last read it; None: never.
        removed: the file is gone on purpose.
        merged: it is from another archive that has files of the same site.
        original: the digest that it was closed with, if it was accepted with damage; else empty.
    """

    size: int | None
    sha256: str
    since: str
    by: Kind
    outcome: Outcome = "whole"
    looked: str
    verified: str | None = None
    removed: bool = False
    merged: bool = False
    original: str = ""

    def is_of(self, sha256: str | None) -> bool:
        """Whether bytes with this digest are what the file must be, or was before its damage was accepted."""
        return bool(sha256) and sha256 in (self.sha256, self.original)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger: one entry per file, by its path below the data folder, and the lines that cannot be read."""

    entries: Mapping[str, Entry]
    unread: tuple[tuple[int, str], ...] = ()


def read(layout: Layout) -> Ledger:
    """Read the ledger; the file is read again only after it changed.

    Raises:
        DataError: it cannot be read.
    """
    path = layout.fixity
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except FileNotFoundError:
        return Ledger(entries={})
    except OSError as error:
        cure = "Correct its permissions, or restore it from a backup."
        raise DataError(f"{path}: cannot be read ({error.strerror}). {cure}") from error


def append(layout: Layout, *events: Event) -> None:
    """Append events, durable on return.

    Raises:
        SpaceError, DataError: the ledger cannot be written.
    """
    if not events:
        return
    try:
        append_lines(layout.fixity, *map(line, events))
    except OSError as error:
        raise disk_error(layout.fixity, error) from error


def line(event: Event) -> dict[str, Any]:
    """A line of the ledger about what happens now."""
    from importlib.metadata import version  # noqa: PLC0415 - slow to load, and who only reads the ledger needs none of it

    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return {**asdict(event), "date": now, "agent": f"cundang {version('cundang')}"}


def is_writable(layout: Layout) -> bool:
    """Whether the ledger can be written: a mounted backup is often read-only."""
    return os.access(layout.fixity if layout.fixity.exists() else layout.root, os.W_OK)


def name_of(layout: Layout, warc: Path) -> str:
    """The name of a WARC file in the ledger: its path below the data folder."""
    return warc.relative_to(layout.root).as_posix()


def events(layout: Layout) -> Iterator[dict[str, Any]]:
    """Yield every event in order, unchanged; skip lines that cannot be read. Raises OSError."""
    if layout.fixity.exists():
        for _, said in _lines(layout.fixity):
            if isinstance(said, dict):
                yield said


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> Ledger:
    entries: dict[str, Entry] = {}
    unread: list[tuple[int, str]] = []
    for number, said in _lines(path):
        try:
            if isinstance(said, ValueError):
                raise said
            name = str(said["path"])
            entry = _apply(entries.get(name), said)
        except (KeyError, TypeError, ValueError) as error:
            unread.append((number, repr(error)))
            continue
        if entry:
            entries[name] = entry
    return Ledger(entries=entries, unread=tuple(unread))


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield number and content of each line, a ValueError if it is not JSON; leave out a half-written last line."""
    *lines, _ = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.endswith(TORN):
            try:
                yield number, json.loads(line)
            except ValueError as error:
                yield number, error


def _apply(entry: Entry | None, said: Mapping[str, Any]) -> Entry | None:
    """Update a file's entry by one event; raises KeyError, TypeError, ValueError if it is not an event."""
    event, date, outcome = said["event"], str(said["date"]), said["outcome"]
    if event in _SETS:
        size = None if said["size"] is None else int(said["size"])
        made = Entry(size=size, sha256=str(said["sha256"]), since=date, by=event, looked=date)
        if entry is None:
            return made
        original = (entry.original or entry.sha256) if event == "accepted" else ""
        return replace(made, verified=entry.verified, merged=entry.merged, original=original)
    if entry is None:
        return None
    values = asdict(entry)
    if event in _ENDS:
        return Entry(**{**values, "removed": True, "looked": date})
    if event == "merged":
        return Entry(**{**values, "merged": True})
    if event == "verified":
        values["verified"] = date
    if event == "restored" and said.get("sha256"):
        values |= {"size": said["size"], "sha256": str(said["sha256"]), "removed": False}
        values["original"] = entry.original.replace(values["sha256"], "")
    return Entry(**{**values, "outcome": outcome, "looked": date})
