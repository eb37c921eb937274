"""WARC files <-> a store: put there, compared, read from there by ranges, brought back.

A file of which a store has a copy has a stub beside it, a JSON object: {"store": URL, "key": ..., "size": ...,
"sha256": ...}. Where the file here is gone, the stub stands for it: it is listed, read, verified, exported and replayed
as if it were here.
"""

from __future__ import annotations

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
from archive.store import Store, open_store
from archive.warc import exclusions, fixity
from archive.warc.disk import sync_folder

# What is asked of a store at once: a page and its neighbours.
_BLOCK = 1 << 20
# What a store holds beside WARC files: what was made of them, so that nobody has to make it again.
_DERIVED = ("index", "corpus")
# Append-only files: a line is an object, for a bucket cannot be appended to.
_LEDGERS = ("exclusions", "fixity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Where a copy of a WARC file rests.

    Attributes:
        store: its URL.
        size, sha256: of the file's bytes; the digest is None where only a listing told of the file.
    """

    store: str
    key: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A file that was sent or brought: its path below the data folder, and whether anything had to be copied.

    `refused`: why it was not sent; empty where it was.
    """

    path: str
    copied: bool
    refused: str = ""


def stub_of(warc: Path) -> Path:
    """Where the stub of a WARC file is."""
    return warc.with_name(warc.name + AWAY)


def read_stub(warc: Path) -> Away | None:
    """Where a copy of a WARC file rests; None where there is no stub.

    Raises:
        DataError: the stub cannot be read.
    """
    path = stub_of(warc)
    try:
        return Away(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{path}: no stub ({error}). Make it again: cundang store pull") from error


def size_of(warc: Path) -> int | None:
    """The size of a WARC file, here or away; None where there is neither.

    Raises:
        DataError: the stub cannot be read.
    """
    try:
        return warc.stat().st_size
    except FileNotFoundError:
        away = read_stub(warc)
        return away.size if away else None


def open_warc(warc: Path) -> io.BufferedReader:
    """A WARC file to read, by ranges where it is away.

    Raises:
        OSError: it is neither here nor away.
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
    """A file of a store, read where it is asked for."""

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
    """Send closed WARC files, what was made of them, and the ledgers to a store; each WARC file when it is there.

    A WARC file is put if its name is free, then read back and compared. Only then, and with `drop`, the copy here
    goes: a stub takes its place first. What is there already with the same bytes is not sent again. Nothing is sent of
    a site for which `lapsed` has a reason: it is asked before each file.

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
        if layout.site_of(path) in refused:
            continue
        store.put(path.relative_to(layout.root).as_posix(), path.read_bytes())
    for name in _LEDGERS:
        _push_lines(layout.root / f"{name}.jsonl", name, store)


def _send(store: Store, warc: Path, key: str, entry: fixity.Entry | None) -> bool:
    """Put a WARC file where its name is free, compare it, and write its stub; whether it had to be copied."""
    size, sha256 = warc.stat().st_size, _digest(warc)
    # Before it is sent: a name that once holds damaged bytes would be refused to a good copy.
    if entry and not entry.removed and entry.sha256 != sha256:
        raise DataError(f"{warc}: its bytes are not those that fixity.jsonl knows. Look: cundang verify")
    copied = store.put_if_absent(key, warc)
    _compare(store, key, size, sha256)
    _write_stub(warc, Away(store=store.url, key=key, size=size, sha256=sha256))
    return copied


def pull(layout: Layout, store: Store) -> Iterator[Moved]:
    """Bring what was made of WARC files and the ledgers from a store, and a stub for each WARC file that is not here.

    Raises:
        DataError: the store refuses.
    """
    for name in _LEDGERS:
        _pull_lines(layout, name, store)
    known = fixity.read(layout).entries
    for held in store.list("warc"):
        warc = layout.root / held.key
        if warc.exists() or ((entry := known.get(held.key)) and entry.removed):
            continue
        away = Away(store=store.url, key=held.key, size=held.size, sha256=entry.sha256 if entry else None)
        yield Moved(path=held.key, copied=_write_stub(warc, away))
    for held in (held for room in _DERIVED for held in store.list(room)):
        path = layout.root / held.key
        if not path.exists() or path.stat().st_size != held.size:
            store.fetch(held.key, path)


def bring_back(warc: Path) -> bool:
    """Copy a WARC file that is away to its place, and compare it; False where it is here already.

    Raises:
        DataError: the store refuses, or holds other bytes than the stub says.
    """
    away = read_stub(warc)
    if warc.exists() or away is None:
        return False
    made = warc.with_name(f"{warc.name}.tmp")
    _store(away.store).fetch(away.key, made)
    sha256 = _digest(made)
    if away.sha256 not in (None, sha256):
        made.unlink()
        raise DataError(f"{away.store}/{away.key}: sha256 {sha256} is not {away.sha256}. Look for another copy.")
    made.replace(warc)
    sync_folder(warc.parent)
    return True


def erase(layout: Layout, warc: Path) -> None:
    """Remove the copy of a WARC file that a store has, what was made of it there, and the stub.

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
    """Read a file of a store back: it is these bytes, or it is refused."""
    digest, at = hashlib.sha256(), 0
    while at < size:
        # With the last block one byte more: a longer file would show.
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
    """Write a stub, durable on return; False where it stands there already."""
    path, said = stub_of(warc), (json.dumps(asdict(away)) + "\n").encode()
    if path.exists() and path.read_bytes() == said:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(path.name + ".tmp")
    with made.open("wb") as file:
        file.write(said)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    sync_folder(path.parent)
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _push_lines(path: Path, name: str, store: Store) -> None:
    """Put each line of a ledger under a key that its date and digest make, in the order of the file."""
    if not path.exists():
        return
    there = {held.key for held in store.list(f"ledgers/{name}")}
    for number, line in enumerate(path.read_bytes().splitlines()):
        key = f"ledgers/{name}/{number:09}-{hashlib.sha256(line).hexdigest()[:16]}.json"
        if key not in there:
            store.put(key, line + b"\n")


def _pull_lines(layout: Layout, name: str, store: Store) -> None:
    """Append the lines of a ledger in a store that the file here lacks."""
    if name == "exclusions":
        there = store.list(f"ledgers/{name}")
        exclusions.join(layout, (json.loads(store.range(each.key, 0, each.size)) for each in there))
        return
    path = layout.root / f"{name}.jsonl"
    had = set(path.read_bytes().splitlines()) if path.exists() else set()
    lines = []
    for held in store.list(f"ledgers/{name}"):
        line = store.range(held.key, 0, held.size).rstrip(b"\n")
        if line not in had:
            lines.append(line + b"\n")
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
