"""A finished export -> a bucket: its files first and its manifest last, so that an export with a manifest is whole."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import DataError, UsageError
from archive.store import SCHEMES, Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The destination of an export: a store, and the name of the file or folder in it."""

    store: str
    name: str

    def __str__(self) -> str:
        return f"{self.store}/{self.name}"


def address(out: Path) -> Address | None:
    """Read an out path as an address in a bucket; None: it is a local path.

    Raises:
        UsageError: it names a bucket, but nothing in it.

    >>> str(address(Path("s3://corpora/2026/news.jsonl.gz")))
    's3://corpora/2026/news.jsonl.gz'
    >>> address(Path("news.jsonl.gz")) is None
    True
    """
    # A path has lost the second stroke of an address.
    scheme, colon, rest = str(out).partition(":/")
    if not colon or scheme not in SCHEMES:
        return None
    bucket, _, name = rest.lstrip("/").rpartition("/")
    if not bucket or not name:
        raise UsageError(f"--out {out}: names no file in a bucket. Name one: s3://bucket/corpus.jsonl.gz")
    return Address(store=f"{scheme}://{bucket}", name=name)


@contextmanager
def staged(to: Address, *, force: bool) -> Iterator[Path]:
    """Give a local path for an export; if the block succeeds, send what was made there to the bucket, file by file.

    Raises:
        UsageError: something is there already and `force` is off, or there is no such bucket.
        DataError: the bucket refuses or does not answer.
    """
    store = open_store(to.store)
    if not force and _holds(store, to.name):
        raise _taken(to)
    with tempfile.TemporaryDirectory(prefix="cundang-export-") as stage:
        yield Path(stage) / to.name
        made = [path for path in Path(stage).rglob("*") if path.is_file()]
        keys = {path.relative_to(stage).as_posix(): path for path in made}
        if force:
            _clear(store, to.name, keys)
        for key in sorted(keys, key=lambda key: (key.endswith("manifest.json"), key)):
            if not store.put_if_absent(key, keys[key]):
                raise _taken(to)


def _holds(store: Store, name: str) -> bool:
    """Whether a store holds a file or a folder of that name."""
    try:
        return bool(store.range(name, 0, 1)) or any(store.list(name))
    except DataError:
        return any(store.list(name))


def _clear(store: Store, name: str, keys: Collection[str]) -> None:
    """Remove the old export, its manifest first: an export without a manifest counts as incomplete."""
    old = {*keys, *(held.key for held in store.list(name))}
    for key in sorted(old, key=lambda key: (not key.endswith("manifest.json"), key)):
        store.delete(key)


def _taken(to: Address) -> UsageError:
    return UsageError(f"{to}: something is there already. Name another --out, or give --force.")
