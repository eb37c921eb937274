"""Where closed files rest beside the data folder, a folder or a bucket, behind six verbs."""

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

# What a bucket's library speaks: https://developmentseed.org/obstore, in front of Rust's object_store.
SCHEMES = ("s3", "gs", "az")
_STEP = 1 << 20
# How long a bucket that does not answer is asked again.
_PATIENCE = dt.timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a store holds under a key: its size in bytes."""

    key: str
    size: int


class Store(Protocol):
    """Files by keys like `warc/a/2026/a-1.warc.gz`. Every verb raises DataError where the store refuses or is away."""

    url: str

    def list(self, prefix: str) -> Iterator[Held]:
        """What it holds below a key that is a folder, in the order of the keys."""

    def range(self, key: str, start: int, length: int) -> bytes:
        """So many bytes from an offset on, fewer at the end of the file."""

    def fetch(self, key: str, path: Path) -> None:
        """Copy a file to a path, whole or not at all."""

    def put_if_absent(self, key: str, path: Path) -> bool:
        """Put a file under a key, whole or not at all; False where the key holds one already, which stays."""

    def put(self, key: str, data: bytes) -> None:
        """Put bytes under a key, whole or not at all, in the place of what is there."""

    def delete(self, key: str) -> None:
        """Remove a key; nothing where it is not there."""


def open_store(url: str) -> Store:
    """A store by its address: `s3://bucket/prefix` (also gs, az), `file:///mnt/nas/corpus`, or a folder's path.

    A bucket's keys and endpoint are those of its provider's environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT, ...).

    Raises:
        UsageError: the address names no store, or a bucket's library is not installed.
    """
    scheme = urlsplit(url).scheme
    if scheme in SCHEMES:
        return Bucket(url)
    if scheme == "file":
        return Folder(Path(unquote(urlsplit(url).path)))
    if scheme and "://" in url:
        raise UsageError(f"{url}: no store has this scheme. Name a folder, or one of: {', '.join(SCHEMES)}.")
    return Folder(Path(url))


class Folder:
    """A store in a folder, on another disk or a server's share."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self.url = self._root.as_uri()

    def list(self, prefix: str) -> Iterator[Held]:
        """As `Store`."""
        for path in sorted((self._root / prefix).rglob("*")):
            if path.is_file() and not path.name.endswith(".tmp"):
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
                # A link is made where there is nothing, or not at all.
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
        except OSError as error:
            cure = "See that it is mounted, and has room."
            raise DataError(f"{self._root / key}: the store refuses ({error.strerror}). {cure}") from error


class Bucket:
    """A store in a bucket of S3, Google or Azure, or of a server that speaks S3.

    Raises:
        UsageError: the library `obstore` is not installed, or the address names no bucket.
    """

    def __init__(self, url: str) -> None:
        try:
            self._library: Any = importlib.import_module("obstore")
            made = importlib.import_module("obstore.store").from_url
        except ImportError as error:
            raise UsageError("A bucket needs the library obstore. Install it: pip install 'cundang[s3]'") from error
        self.url = url.rstrip("/")
        try:
            # What is away for long is told, not waited for.
            self._store = made(self.url, retry_config={"max_retries": 4, "retry_timeout": _PATIENCE})
        except Exception as error:  # the library raises its own kinds for an address it cannot read
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
        """As `Store`. In one request: what is broken off leaves nothing."""
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
    """A path to write to; the file takes its name when the block ends well."""
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
