"""exclusions.jsonl -> which URLs were taken down: an object a line, written once, never changed.

{"url": "http://...", "date": "2026-01-02T03:04:05+00:00", "reason": "..."}     a page that was taken down
{"erased": "warc/...", "sha256": "...", "now": "warc/...", "now_sha256": "...", "records": ["urn:uuid:..."], ...}
                                                                                 a WARC file that was rewritten for it
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.errors import DataError
from archive.layout import Layout
from archive.warc.surt import surt
from archive.warc.writer import disk_error, make_folder, sync_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One page that was taken down: every address that replay tools take for the same (its SURT) is covered.

    Attributes:
        date: when, UTC, ISO 8601.
        reason: in the words of who took it down.
    """

    url: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """What was taken down.

    Attributes:
        pages: by SURT, the first word about each.
        erased: ids of records that are in no WARC file any more.
    """

    pages: Mapping[str, Exclusion]
    erased: frozenset[str]

    def covering(self, url: str) -> Exclusion | None:
        """What covers a URL; None: it was not taken down."""
        return self.pages.get(surt(url)) if self.pages else None

    def touching(self, index: Path) -> tuple[str, ...]:
        """The URLs taken down, as SURTs in order, that an index names."""
        if not self.pages:
            return ()
        lines = b"\n" + index.read_bytes()
        return tuple(key for key in sorted(self.pages) if b"\n" + key.encode("ascii") + b" " in lines)


def digest(keys: Iterable[str]) -> str:
    """What stands in a shard's header for the exclusions that touch its file; "" for none."""
    keys = sorted(keys)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest() if keys else ""


def read(layout: Layout) -> Exclusions:
    """What is taken down now; the file is read anew only when it changed.

    Raises:
        DataError: a line cannot be read, so that a page that was taken down could come back.
    """
    try:
        state = layout.exclusions.stat()
    except FileNotFoundError:
        return _NONE
    except OSError as error:
        raise _unreadable(layout.exclusions, error.strerror or str(error)) from error
    return _read(layout.exclusions, state.st_mtime_ns, state.st_size)


def append(layout: Layout, *lines: Mapping[str, Any]) -> None:
    """Add lines, durable on return.

    Raises:
        SpaceError, DataError: the file cannot be written.
    """
    path = layout.exclusions
    try:
        make_folder(path.parent)
        with path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # A line that a power cut tore was told to nobody: it ends here, and is read over.
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                torn = file.read(1) != b"\n"
            else:
                torn = False
            text = "".join(json.dumps(dict(line), ensure_ascii=False) + "\n" for line in lines)
            file.write((_TORN if torn else b"") + text.encode())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error


def now() -> str:
    """This second, as the lines say it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


_NONE = Exclusions(pages={}, erased=frozenset())
# What ends a torn line, so that it is known for one.
_TORN = b"\t#torn\n"


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> Exclusions:
    pages: dict[str, Exclusion] = {}
    erased: set[str] = set()
    try:
        *lines, _ = path.read_bytes().split(b"\n")
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.endswith(_TORN.rstrip(b"\n")):
            continue
        try:
            said = json.loads(line)
            if "erased" in said:
                erased.update(said["records"])
            else:
                page = Exclusion(url=said["url"], date=said["date"], reason=said["reason"])
                pages.setdefault(surt(page.url), page)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(path, f"line {number} is none of an exclusion: {error!r}") from error
    return Exclusions(pages=pages, erased=frozenset(erased))


def _unreadable(path: Path, reason: str) -> DataError:
    return DataError(
        f"{path}: {reason}. Mend it from a copy: without it a page that was taken down would come back, so nothing goes"
        " on."
    )
