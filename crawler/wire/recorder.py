"""Exchanges -> WARC records and the memory of them: nothing is acknowledged before its bytes are on the disk."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from archive.errors import CundangError, SpaceError
from archive.warc.capture import Earlier, Written
from archive.warc.reader import open_file
from archive.warc.record import Record
from archive.warc.scan import scan
from archive.warc.writer import Exchange, Writer

Lines = tuple[tuple[str, str], ...]
# Records that a killed crawl wrote and did not acknowledge: URL -> (file, offset), in their order.
Unread = dict[str, list[tuple[Path, int]]]


class Memory(Protocol):
    """What the recorder needs of the frontier: its captures."""

    def earlier(self, url: str | None, payload_digest: str | None) -> Earlier | None:
        """The durable original response, if there is one: see `archive.warc.writer.Known`."""

    def remember(self, url: str, written: Written) -> None:
        """A response that a later revisit may refer to."""

    def commit(self) -> None:
        """Make everything since the last commit durable: that is the acknowledgement."""


def room(folder: Path, least: int) -> None:
    """Look whether the disk of a folder, which need not be there yet, has at least so many bytes free.

    Raises:
        SpaceError: it has not; a full disk could tear the last record, and stops every other program too.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    disk = os.statvfs(there)
    free = disk.f_bavail * disk.f_frsize
    if free < least:
        raise SpaceError(
            f"{folder}: {free / 1e6:.1f} MB are free, and a crawl leaves {least / 1e6:.1f} MB free."
            " Make room, then crawl again: the crawl continues."
        )


class Recorder:
    """Writes exchanges to WARC files and remembers them; after the first failure every call fails again.

    Attributes:
        failure: why nothing more can be recorded; None while all is well.
    """

    def __init__(
        self,
        writer: Writer,
        memory: Memory,
        *,
        unacknowledged: Unread | None = None,
        room: Callable[[], None] | None = None,
    ) -> None:
        """Record with `writer`; `room` is asked before each request, and raises SpaceError where too little is left."""
        self._writer = writer
        self._memory = memory
        self._unacknowledged = unacknowledged or {}
        self._room = room
        self.failure: CundangError | None = None

    def ready(self) -> None:
        """Check, before a request, that its answer could be kept.

        Raises:
            SpaceError: hardly any room is left; what came before is acknowledged.
            CundangError: nothing can be recorded any more.
        """
        self._alive()
        try:
            if self._room is not None:
                self._room()
        except SpaceError as full:
            self.acknowledge()
            self.failure = full
            raise

    def unacknowledged(self, url: str) -> Record | None:
        """The next answer for a URL that a killed crawl recorded and nobody has read; None: it is to be asked for."""
        waiting = self._unacknowledged.get(url)
        if not waiting:
            return None
        path, offset = waiting.pop(0)
        with open_file(path) as file:
            return next((item for item in scan(file, path.name, offset) if isinstance(item, Record)), None)

    def keep(self, exchange: Exchange) -> Written:
        """Write an exchange; its bytes are with the operating system on return.

        Raises:
            CundangError: nothing can be recorded any more.
        """
        self._alive()
        try:
            written = self._writer.exchange(exchange, self._memory.earlier)
            if not written.revisit and written.payload_digest is not None:
                self._memory.remember(exchange.url, written)
        except CundangError as failure:
            self.failure = failure
            raise
        return written

    def failed(self, url: str, started: dt.datetime, error: str, metadata: Lines = ()) -> None:
        """Write that we tried and got no byte of a response.

        Raises:
            CundangError: nothing can be recorded any more.
        """
        self.note(url, started, (*metadata, ("error", error)))

    def note(self, url: str, at: dt.datetime, metadata: Lines) -> None:
        """Write what was found out about an address, as a metadata record.

        Raises:
            CundangError: nothing can be recorded any more.
        """
        self._alive()
        try:
            self._writer.failure(url, at, metadata)
        except CundangError as failure:
            self.failure = failure
            raise

    def rendered(self, url: str, body: bytes, metadata: Lines) -> Written:
        """Write a page as a browser shows it, UTF-8, as a resource record.

        Raises:
            CundangError: nothing can be recorded any more.
        """
        self._alive()
        try:
            return self._writer.resource(
                id_=f"urn:uuid:{uuid.uuid4()}",
                url=url,
                date=dt.datetime.now(dt.UTC),
                content_type="text/html; charset=utf-8",
                body=body,
                metadata=metadata,
            )
        except CundangError as failure:
            self.failure = failure
            raise

    def acknowledge(self) -> None:
        """Sync the WARC file, then commit the memory: what came before is acknowledged now, never earlier.

        Raises:
            CundangError: the bytes are not safe; nothing was acknowledged.
        """
        self._alive()
        try:
            self._writer.sync()
            self._memory.commit()
        except CundangError as failure:
            self.failure = failure
            raise

    def fail(self, failure: CundangError) -> None:
        """Record nothing from now on, for the reason given."""
        self.failure = self.failure or failure

    def close(self) -> None:
        """Settle and close the WARC file; after a failure nothing more is acknowledged, but what is whole is closed.

        Raises:
            CundangError: the file could not be closed.
        """
        if self.failure is not None:
            with contextlib.suppress(CundangError):  # the first failure is the one to tell
                self._writer.close()
            return
        self.acknowledge()
        try:
            self._writer.close()
        except CundangError as failure:
            self.failure = failure
            raise

    def _alive(self) -> None:
        if self.failure is not None:
            raise self.failure
