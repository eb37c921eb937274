"""WARC files <-> a store: send, compare, read by ranges, bring back.

A file with a copy in a store has a stub beside it, a JSON object: {"store": URL, "key": ..., "size": ...,
"sha256": ...}. If the local file is gone, the stub stands for it: the file is listed, read, verified, exported and
replayed as if it were here.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.errors import DataError
from archive.layout import AWAY, Layout
from archive.store import Held, Store, open_store
from archive.warc import exclusions, fixity
from archive.warc.disk import read_error, sha256_of, sync_folder, write_whole

# Bytes per request to a store: about a page and its neighbours.
_BLOCK = 1 << 20
# The bytes at the end of a derived file that are compared; the footer of a shard has some 10 kB.
_END = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Where the copy of a WARC file is.

    Attributes:
        store: its URL.
        size, sha256: of the file's bytes; the digest is None if the file is known from a listing only.
    """

    store: str
    key: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A file that was sent or brought.

    Attributes:
        path: below the data folder.
        copied: whether bytes had to be copied.
        refused: why it was not sent; empty: it was.
    """

    path: str
    copied: bool
    refused: str = ""


def stub_of(warc: Path) -> Path:
    """The path of the stub of a WARC file."""
    return warc.with_name(warc.name + AWAY)


def read_stub(warc: Path) -> Away | None:
    """Read the stub of a WARC file; None if there is none.

    Raises:
        DataError: the stub cannot be read.
    """
    path = stub_of(warc)
    try:
        return Away(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{path}: not a readable stub ({error}). Make it again: cundang store pull") from error


def size_of(warc: Path) -> int | None:
    """The size of a WARC file in bytes, local or in a store; None if it is in neither.

    Raises:
        DataError: the stub cannot be read.
    """
    try:
        return warc.stat().st_size
    except FileNotFoundError:
        away = read_stub(warc)
        return away.size if away else None


def check_access(warc: Path) -> None:
    """Check that a WARC file may be read, without reading it; of a bucket, only the last reading counts.

    Raises:
        DataError: it may not, or it should be in a store's folder and is not.
    """
    try:
        warc.stat()
    except FileNotFoundError:
        away = read_stub(warc)
        if away and away.store.startswith("file:"):
            _store(away.store).range(away.key, 0, 0)
        return
    except OSError as error:
        raise read_error(warc, error) from error
    if not os.access(warc, os.R_OK):
        raise read_error(warc, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))


def open_warc(warc: Path) -> io.BufferedReader:
    """Open a WARC file to read; a file in a store is read by ranges.

    Raises:
        OSError: it is neither local nor in a store.
        DataError: the store refuses.
    """
    try:
        return warc.open("rb")
    except FileNotFoundError:
        away = read_stub(warc)
        if away is None:
            raise
        return io.BufferedReader(_Ranged(_store(away.store), away), _BLOCK)


class _Ranged(io.RawIOBase):
    """A file in a store, read in ranges on demand."""

    def __init__(self, store: Store, away: Away) -> None:
        self._store, self._away, self._at = store, away, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._away.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._away.size - self._at)
        if wanted <= 0:
            return 0
        data = self._store.range(self._away.key, self._at, wanted)
        if not data:
            raise DataError(f"{self._away.store}/{self._away.key}: ends before its {self._away.size} bytes.")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@lru_cache(maxsize=4)
def _store(url: str) -> Store:
    return open_store(url)


def push(
    layout: Layout,
    store: Store,
    *,
    drop: bool = False,
    tell: Callable[[str], None] = lambda _name: None,
    lapsed: Callable[[str], str] = lambda _site: "",
) -> Iterator[Moved]:
    """Send closed WARC files, their derived files and the ledgers to a store; yield each WARC file when it is there.

    If the layout has a part, only files of this part are sent: others may be older here than in the store.

    A WARC file is put if its name is free, then read back and compared. After that, `drop` replaces the local file by
    its stub. A file that the store already holds with the same bytes is not sent again. `lapsed` is asked before each
    file: if it gives a reason for its site, nothing of that site is sent.

    Raises:
        DataError: the store refuses, or holds other bytes under a name.
    """
    ledger = fixity.read(layout)
    refused: set[str] = set()
    for warc in layout.warcs():
        if not warc.exists():
            continue
        key = fixity.name_of(layout, warc)
        tell(key)
        if why := lapsed(layout.site_of(warc)):
            refused.add(layout.site_of(warc))
            yield Moved(path=key, copied=False, refused=why)
            continue
        copied = _send(store, warc, key, ledger.entries.get(key))
        if drop:
            warc.unlink()
            sync_folder(warc.parent)
        yield Moved(path=key, copied=copied)
    for key, entry in ledger.entries.items():
        if entry.removed:
            _delete(layout, store, layout.root / key)
    for path in (*layout.indexes(), *layout.shards()):
        if layout.holds(path) and layout.site_of(path) not in refused:
            store.put(path.relative_to(layout.root).as_posix(), path.read_bytes())
    for path in (layout.exclusions, layout.fixity):
        _push_lines(path, store)


def _send(store: Store, warc: Path, key: str, entry: fixity.Entry | None) -> bool:
    """Put a WARC file if its name is free, compare it, and write its stub; return whether it had to be copied."""
    size, sha256 = warc.stat().st_size, sha256_of(warc)
    # Check before sending: if damaged bytes took the name, a good copy could not be put there any more.
    if entry and not entry.removed and entry.sha256 != sha256:
        raise DataError(f"{warc}: its bytes are not those that fixity.jsonl knows. Run: cundang verify")
    copied = store.put_if_absent(key, warc)
    _compare(store, key, size, sha256)
    _write_stub(warc, Away(store=store.url, key=key, size=size, sha256=sha256))
    return copied


def pull(layout: Layout, store: Store) -> Iterator[Moved]:
    """Bring derived files and ledgers from a store, and write a stub for each WARC file that is not here.

    If the layout has a part, only derived files of this part are brought.

    Raises:
        DataError: the store refuses.
    """
    # Several machines number their lines alike.
    there = sorted(map(json.loads, _pulled_lines(store, layout.exclusions)), key=lambda line: str(line["date"]))
    exclusions.join(layout, there)
    _pull_lines(layout.fixity, store)
    known = fixity.read(layout).entries
    for held in store.list(layout.warcs_root.name):
        warc = layout.root / held.key
        if warc.exists() or ((entry := known.get(held.key)) and entry.removed):
            continue
        away = Away(store=store.url, key=held.key, size=held.size, sha256=entry.sha256 if entry else None)
        yield Moved(path=held.key, copied=_write_stub(warc, away))
    # A store holds the derived files too, so that nobody has to make them again.
    for held in (held for room in layout.made_roots for held in store.list(room.name)):
        path = layout.root / held.key
        if layout.holds(path) and _differs(store, held, path):
            store.fetch(held.key, path)


def _differs(store: Store, held: Held, path: Path) -> bool:
    """Whether a derived file is missing here, or differs in its size or its end: a shard ends with its Recipe."""
    if not path.exists() or path.stat().st_size != held.size:
        return True
    start = max(0, held.size - _END)
    with path.open("rb") as file:
        file.seek(start)
        return file.read() != store.range(held.key, start, held.size - start)


def bring_back(warc: Path) -> bool:
    """Copy a WARC file from its store to its place, and compare it; False if it is here already.

    Raises:
        DataError: the store refuses, or holds other bytes than the stub says.
    """
    away = read_stub(warc)
    if warc.exists() or away is None:
        return False
    made = warc.with_name(f"{warc.name}.tmp")
    _store(away.store).fetch(away.key, made)
    sha256 = sha256_of(made)
    if away.sha256 not in (None, sha256):
        made.unlink()
        raise DataError(f"{away.store}/{away.key}: sha256 {sha256} is not {away.sha256}. Look for another copy.")
    made.replace(warc)
    sync_folder(warc.parent)
    return True


def erase(layout: Layout, warc: Path) -> None:
    """Remove a WARC file's copy and its derived files from the store, and then the stub.

    Raises:
        DataError: the store refuses.
    """
    away = read_stub(warc)
    if away is not None:
        _delete(layout, _store(away.store), warc)
        stub_of(warc).unlink()


def _delete(layout: Layout, store: Store, warc: Path) -> None:
    for path in (warc, layout.index_of(warc), layout.shard_of(warc)):
        store.delete(path.relative_to(layout.root).as_posix())


def _compare(store: Store, key: str, size: int, sha256: str) -> None:
    """Read a file back from a store; raises DataError if its bytes are not the expected ones."""
    digest, at = hashlib.sha256(), 0
    while at < size:
        # Ask for one byte more than the last block has, to notice a longer file.
        data = store.range(key, at, min(_BLOCK, size + 1 - at))
        if not data:
            break
        digest.update(data)
        at += len(data)
    if at != size or digest.hexdigest() != sha256:
        raise DataError(
            f"{store.url}/{key}: holds other bytes (sha256 {digest.hexdigest()}) than this file (sha256 {sha256})."
            " The copy here is kept. Name another place, or remove what is wrong there."
        )


def _write_stub(warc: Path, away: Away) -> bool:
    """Write a stub, durable on return; False if it is there already."""
    path, said = stub_of(warc), (json.dumps(asdict(away)) + "\n").encode()
    if path.exists() and path.read_bytes() == said:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [said])
    return True


def _push_lines(path: Path, store: Store) -> None:
    """Put each line of a ledger under a key of its line number and digest, which keeps the order of the file.

    Each line is an object of its own, because objects of a bucket cannot grow.
    """
    if not path.exists():
        return
    there = {held.key for held in store.list(f"ledgers/{path.stem}")}
    for number, line in enumerate(path.read_bytes().splitlines()):
        key = f"ledgers/{path.stem}/{number:09}-{hashlib.sha256(line).hexdigest()[:16]}.json"
        if key not in there:
            store.put(key, line + b"\n")


def _pulled_lines(store: Store, path: Path) -> Iterator[bytes]:
    """The lines of a store's ledger of the same name as a local file."""
    for held in store.list(f"ledgers/{path.stem}"):
        yield store.range(held.key, 0, held.size).rstrip(b"\n")


def _pull_lines(path: Path, store: Store) -> None:
    """Append those lines of a store's ledger that the local file lacks."""
    had = set(path.read_bytes().splitlines()) if path.exists() else set()
    lines = [line + b"\n" for line in _pulled_lines(store, path) if line not in had]
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
