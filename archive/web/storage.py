"""The fixity ledger and the disk -> whether WARC files are sound, when that was checked, and how much room is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from archive.corpus import damage
from archive.corpus.disk import Disk, measure
from archive.layout import Layout
from archive.warc import fixity


class Damaged(NamedTuple):
    """A WARC file, below the data folder, and what it is: `damaged`, `short` or `gone`."""

    path: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The state of an archive's WARC files and disk.

    Attributes:
        warc_files: the number of WARC files.
        never_verified: how many of them `cundang verify` has never read.
        verified: the oldest of the times when each file was last verified, ISO 8601, UTC; None: no file ever was.
        damaged: the files that are damaged, short or gone.
        disk: the size of the data folder, its growth, and the space that is left.
    """

    warc_files: int
    never_verified: int
    verified: str | None
    damaged: tuple[Damaged, ...]
    disk: Disk


def storage(layout: Layout) -> Storage:
    """Summarise the ledger and the disk; reads no WARC file.

    Raises:
        DataError: the ledger cannot be read.
    """
    entries = [entry for entry in fixity.read(layout).entries.values() if not entry.removed]
    verified = sorted(entry.verified for entry in entries if entry.verified)
    return Storage(
        warc_files=len(entries),
        never_verified=len(entries) - len(verified),
        verified=verified[0] if verified else None,
        damaged=tuple(Damaged(fixity.name_of(layout, one.warc), one.what) for one in damage.known(layout)),
        disk=measure(layout),
    )
