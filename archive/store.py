"""Stores for closed files outside the data folder: a folder or a bucket, behind six verbs."""

from __future__ import annotations

import datetime as dt
import importlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from archive.errors import DataError, UsageError
from archive.layout import walk

# The schemes of buckets, as obstore reads them: https://developmentseed.org/obstore
SCHEMES = ("s3", "gs", "az")
_STEP = 1 << 20
# How long to retry a bucket that does not answer.
_PATIENCE = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An object of a store: its key and its size in bytes."""

    key: str
    size: int


class Store(Protocol):
    """Files under keys such as `warc/a/2026/a-1.warc.gz`.

    Raises:
        DataError: from every verb, if the store refuses or does not answer.
    """

    url: str

    def list(self, prefix: str) -> Iterator[Held]:
        """The objects below a folder, ordered by key."""

    def range(self, key: str, start: int, length: int) -> bytes:
        """Read `length` bytes from the offset `start`; fewer at the end of the file."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object to a path, whole or not at all."""

    def put_if_absent(self, key: str, path: Path) -> bool:
        """Copy a file to a key, whole or not at all; False if the key is taken: its object stays."""

    def put(self, key: str, data: bytes) -> None:
        """Write bytes to a key, whole or not at all, replacing what is there."""

    def delete(self, key: str) -> None:
        """Remove a key; do nothing if it does not exist."""


def open_store(url: str) -> Store:
    """Open the store at an address: `s3://bucket/prefix` (also gs, az), `file:///mnt/nas/corpus`, or a folder's path.

    Credentials and endpoint of a bucket come from its provider's environment variables (AWS_ACCESS_KEY_ID, ...).

    Raises:
        UsageError: the address does not name a store, or the library for buckets is not installed.
    """
    scheme = urlsplit(url).scheme
    if scheme in SCHEMES and "://" not in url:
        raise UsageError(f"{url}: no address of a bucket. Write it as {scheme}://bucket/prefix.")
    if scheme in SCHEMES:
        return Bucket(url)
    if scheme == "file":
        return Folder(Path(unquote(urlsplit(url).path)))
    if scheme and "://" in url:
        raise UsageError(f"{url}: no store has this scheme. Name a folder, or one of: {', '.join(SCHEMES)}.")
    return Folder(Path(url))


class Folder:
    """A store in a folder, for example on another disk or a network share."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self.url = self._root.as_uri()

    def list(self, prefix: str) -> Iterator[Held]:
        """As `Store`."""
        for path in sorted(walk(self._root / prefix)):
            if not path.name.endswith(".tmp"):
                yield Held(key=path.relative_to(self._root).as_posix(), size=path.stat().st_size)

    def range(self, key: str, start: int, length: int) -> bytes:
        """As `Store`."""
        with self._translated(key), (self._root / key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    def fetch(self, key: str, path: Path) -> None:
        """As `Store`."""
        with self._translated(key), _whole(path) as made:
            shutil.copyfile(self._root / key, made)

    def put_if_absent(self, key: str, path: Path) -> bool:
        """As `Store`."""
        out = self._root / key
        with self._translated(key):
            if out.exists():
                return False
            out.parent.mkdir(parents=True, exist_ok=True)
            made = _beside(out)
            try:
                with path.open("rb") as source, made.open("wb") as copy:
                    shutil.copyfileobj(source, copy, _STEP)
                    copy.flush()
                    os.fsync(copy.fileno())
                # Unlike a rename, a link never replaces an existing file.
                os.link(made, out)
            except FileExistsError:
                return False
            finally:
                made.unlink(missing_ok=True)
        return True

    def put(self, key: str, data: bytes) -> None:
        """As `Store`."""
        out = self._root / key
        with self._translated(key), _whole(out) as made:
            made.write_bytes(data)

    def delete(self, key: str) -> None:
        """As `Store`."""
        with self._translated(key):
            (self._root / key).unlink(missing_ok=True)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            missing = "is not there. Mount it" if not self._root.is_dir() else f"has no {key}. Put a copy of it there"
            raise DataError(f"The store {self._root} {missing}.") from error
        except OSError as error:
            cure = "See that it is mounted, has room, and lets you read and write."
            raise DataError(f"{self._root / key}: the store refuses ({error.strerror}). {cure}") from error


class Bucket:
    """A store in a bucket of S3, Google or Azure, or of any server with the S3 protocol.

    Raises:
        UsageError: the library `obstore` is not installed, or the address does not name a bucket.
    """

    def __init__(self, url: str) -> None:
        try:
            self._library: Any = importlib.import_module("obstore")
            made = importlib.import_module("obstore.store").from_url
        except ImportError as error:
            raise UsageError("A bucket needs the library obstore. Install it: pip install 'cundang[s3]'") from error
        self.url = url.rstrip("/")
        try:
            # Report a bucket that stays away instead of waiting for it.
            self._store = made(self.url, retry_config={"max_retries": 4, "retry_timeout": _PATIENCE})
        except Exception as error:  # the library has its own error types for an address it cannot read
            raise UsageError(f"{url}: no bucket ({_first_line(error)}). Name it as s3://bucket/prefix.") from error

    def list(self, prefix: str) -> Iterator[Held]:
        """As `Store`."""
        with self._translated(prefix):
            found = [each for page in self._library.list(self._store, prefix) for each in page]
        yield from (Held(key=each["path"], size=each["size"]) for each in sorted(found, key=lambda one: one["path"]))

    def range(self, key: str, start: int, length: int) -> bytes:
        """As `Store`."""
        with self._translated(key):
            return bytes(self._library.get_range(self._store, key, start=start, length=length))

    def fetch(self, key: str, path: Path) -> None:
        """As `Store`."""
        with self._translated(key), _whole(path) as made, made.open("wb") as copy:
            for data in self._library.get(self._store, key).stream(min_chunk_size=_STEP):
                copy.write(data)

    def put_if_absent(self, key: str, path: Path) -> bool:
        """As `Store`; one request, so that an interrupted upload leaves nothing behind."""
        exists = importlib.import_module("obstore.exceptions").AlreadyExistsError
        with self._translated(key), path.open("rb") as source:
            try:
                self._library.put(self._store, key, source, mode="create", use_multipart=False)
            except exists:
                return False
        return True

    def put(self, key: str, data: bytes) -> None:
        """As `Store`."""
        with self._translated(key):
            self._library.put(self._store, key, data, use_multipart=False)

    def delete(self, key: str) -> None:
        """As `Store`."""
        with self._translated(key):
            self._library.delete(self._store, key)

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        library = importlib.import_module("obstore.exceptions")
        try:
            yield
        except (library.BaseError, OSError) as error:
            cure = "See that it answers, and that the keys in the environment may do this."
            raise DataError(f"{self.url}/{key}: the store refuses ({_first_line(error)}). {cure}") from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200]


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A temporary path to write to; the file gets its final name if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = _beside(path)
    try:
        yield made
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    """A name that nobody else writes to: machines that share a folder may have processes of one number."""
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
