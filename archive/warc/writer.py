"""Exchanges of a crawl, pages of an import -> WARC/1.1 files, one gzip member per record."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import os
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Literal, NoReturn, TextIO

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.errors import CundangError
from archive.layout import OPEN, Layout
from archive.warc import fixity, index
from archive.warc.capture import Earlier, Place, Written
from archive.warc.disk import disk_error, make_folder, sync_folder
from archive.warc.http import Head, Measured, measure, read_head
from archive.warc.member import MemberWriter
from archive.warc.record import Record
from archive.warc.scan import fields_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Truncated = Literal["length", "time", "disconnect", "unspecified"]
Fields = tuple[tuple[str, str], ...]

SOFTWARE = "cundang"
_INFO = (
    ("software", f"{SOFTWARE}/{version(SOFTWARE)} warcio/{version('warcio')}"),
    ("format", "WARC File Format 1.1"),
    ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
)
# WARC/1.1 sections 6.7.2 and 6.7.3
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# For these types every address keeps its own bytes: a revisit of another address would give no document.
_MAY_BE_PAGE = re.compile(
    r"\A\s*+(?:$|text/(?!css|javascript)|application/(?:.*xml|octet-stream)|[^/]*$)", re.IGNORECASE
)
_HTTP_RESPONSE = "application/http; msgtype=response"
_HTTP_REQUEST = "application/http; msgtype=request"
_FIELDS = "application/warc-fields"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response, byte for byte.

    Attributes:
        url: as sent, ASCII.
        started: when the request was sent, UTC.
        ip: of the peer; None if it is unknown or a proxy's.
        request: the bytes sent, with secrets redacted; empty if there is none.
        response: seekable, at 0: head and body of the final response, byte for byte.
        truncated: why the response is not whole; None: it is whole.
        metadata: the lines of the metadata record.
    """

    url: str
    started: dt.datetime
    ip: str | None
    request: bytes
    response: BinaryIO
    truncated: Truncated | None = None
    metadata: Fields = ()


# Finds a durable response record by URL and payload digest. Without a URL: of any URL; without a digest: the last one
# of the URL.
Known = Callable[[str | None, str | None], Earlier | None]


class _Hashed(io.FileIO):
    """A file that computes the SHA-256 of what is written to it."""

    def __init__(self, descriptor: int, mode: str) -> None:
        super().__init__(descriptor, mode)
        self.digest = hashlib.sha256()

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as FileIO does, and hash what the file took."""
        count = super().write(data)
        self.digest.update(memoryview(data)[:count])
        return count


class Writer:
    """Writes the WARC files of one site, one after the other; starts a file when there is something to write.

    `warcinfo` are the lines of each file's warcinfo record; `software`, `format` and `conformsTo` are added if absent.

    Attributes:
        closed: the finished files, in order.
    """

    def __init__(
        self,
        layout: Layout,
        site: str,
        *,
        warcinfo: Fields,
        max_bytes: int = 256 * 2**20,
        max_seconds: float = 6 * 3600,
    ) -> None:
        self.closed: list[Path] = []
        self._layout = layout
        self._site = site
        self._warcinfo = warcinfo
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds
        self._file: _Hashed | None = None
        self._path = Path()
        self._info_id = ""
        # The index lines of the file, in a nameless file: making them by reading 256 MiB again would stop a crawl for
        # seconds, and in memory they would take 4 MB per 10,000 pages (both measured).
        self._listed: TextIO | None = None
        self._begun = 0.0
        self._failure: CundangError | None = None

    def exchange(self, exchange: Exchange, earlier: Known) -> Written:
        """Append one exchange: response or revisit, request, metadata. On return, the operating system has all bytes.

        `earlier` finds a durable record with the same payload; it is not asked about a truncated or empty response.
        The payload of a picture or other file may be that of another URL. A 304 is a revisit of the last response of
        its URL.

        Raises:
            SpaceError: the disk is full; the file ends with its last whole exchange, and every later call raises this.
            DataError: writing failed in another way; with the same consequences.
        """
        block_digest = hashlib.sha256()
        measured, payload = measure(exchange.response, block_digest, hashlib.sha256)
        unmodified = measured.parsed.status == _UNMODIFIED
        digest = None if exchange.truncated or unmodified else f"sha256:{payload.hexdigest()}"
        known = None if exchange.truncated else _find_earlier(exchange.url, digest, measured, earlier)
        id_ = _new_id()
        stamp = _stamp(exchange.started)
        ip = [("WARC-IP-Address", exchange.ip)] if exchange.ip else []
        fields = [
            ("WARC-Type", "revisit" if known else "response"),
            ("WARC-Record-ID", f"<{id_}>"),
            ("WARC-Date", stamp),
            ("WARC-Target-URI", exchange.url),
            *ip,
            *([("WARC-Payload-Digest", digest)] if digest else []),
            *([("WARC-Truncated", str(exchange.truncated))] if exchange.truncated else []),
            *(_revisit_fields(known, NOT_MODIFIED if unmodified else REVISIT) if known else []),
        ]
        metadata = exchange.metadata
        if measured.fault and not exchange.truncated:
            metadata += (("payload", f"the bytes after the head as they stand ({measured.fault})"),)
            metadata += (("fault", measured.fault),)
        about = [("WARC-Date", stamp), ("WARC-Target-URI", exchange.url), ("WARC-Concurrent-To", f"<{id_}>")]
        with self._appending() as file:
            start = file.tell()
            if known:
                headers = self._record(fields, measured.head, _HTTP_RESPONSE)
            else:
                exchange.response.seek(0)
                fields.append(("WARC-Block-Digest", f"sha256:{block_digest.hexdigest()}"))
                headers = self._stream(fields, exchange.response, measured.length, _HTTP_RESPONSE)
            place = Place(file=self._name, offset=start, length=file.tell() - start)
            if exchange.request:
                self._record([("WARC-Type", "request"), _id_field(), *about, *ip], exchange.request, _HTTP_REQUEST)
            if metadata:
                self._metadata([_id_field(), *about, ("WARC-Refers-To", f"<{id_}>")], metadata)
        self._list(headers, place, measured.parsed)
        return Written(id=id_, payload_digest=digest, date=exchange.started, place=place, revisit=known is not None)

    def failure(self, url: str, started: dt.datetime, metadata: Fields) -> None:
        """Append a metadata record for a URL that was requested without a result to keep. Raises as `exchange` does."""
        with self._appending():
            self._metadata([_id_field(), ("WARC-Date", _stamp(started)), ("WARC-Target-URI", url)], metadata)

    def resource(
        self, *, id_: str, url: str, date: dt.datetime, content_type: str, body: bytes, metadata: Fields
    ) -> Written:
        """Append a saved page as a resource record, with its metadata record. Raises as `exchange` does.

        `id_` must be unique: an index can describe only the first of two records with one id.
        """
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        about = [("WARC-Date", _stamp(date)), ("WARC-Target-URI", url)]
        with self._appending() as file:
            start = file.tell()
            fields = [("WARC-Type", "resource"), ("WARC-Record-ID", f"<{id_}>"), *about]
            headers = self._record([*fields, ("WARC-Payload-Digest", digest)], body, content_type)
            place = Place(file=self._name, offset=start, length=file.tell() - start)
            if metadata:
                # A file imported twice gives the same record, so its metadata record must be the same too.
                same = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, id_ + ' metadata')}"
                refers = [("WARC-Concurrent-To", f"<{id_}>"), ("WARC-Refers-To", f"<{id_}>")]
                self._metadata([("WARC-Record-ID", f"<{same}>"), *about, *refers], metadata)
        self._list(headers, place, read_head(body))
        return Written(id=id_, payload_digest=digest, date=date, place=place, revisit=False)

    def sync(self) -> None:
        """Make all that was written durable; close the file if it is full or old. Raises as `exchange` does."""
        self._refuse()
        if self._file is None:
            return
        if self._is_due():
            self.close()
            return
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            # After a failed fsync the kernel may have dropped the pages: a second try would report lost bytes as done.
            self._fail(error)

    def close(self) -> None:
        """Make the file durable, give it its final name and its index. Raises as `exchange` does."""
        self._refuse()
        if self._file is None:
            return
        try:
            os.fsync(self._file.fileno())
            size, digest = self._file.tell(), self._file.digest.hexdigest()
            self._file.close()
            self._file = None
            final = self._path.with_name(self._name)
            self._path.rename(final)
            sync_folder(final.parent)
            closed = fixity.Event(
                event="closed",
                path=fixity.name_of(self._layout, final),
                size=size,
                sha256=digest,
            )
            fixity.append(self._layout, closed)
            self.closed.append(final)
            assert self._listed is not None
            with self._listed as listed:
                listed.seek(0)
                index.keep(self._layout, final, listed)
        except OSError as error:
            self._fail(error)

    @property
    def _name(self) -> str:
        return self._path.name.removesuffix(OPEN)

    def _is_due(self) -> bool:
        assert self._file is not None
        return self._file.tell() >= self._max_bytes or time.monotonic() - self._begun >= self._max_seconds

    @contextlib.contextmanager
    def _appending(self) -> Iterator[_Hashed]:
        """Give the open file, rotated when due; if the block fails, cut off what it wrote."""
        self._refuse()
        if self._file is not None and self._is_due():
            self.close()
        start, before = 0, hashlib.sha256()
        try:
            if self._file is None:
                self._begin()
            file = self._file
            assert file is not None
            start, before = file.tell(), file.digest.copy()
            yield file
        except OSError as error:
            self._fail(error, start)
        except BaseException:
            # A record that cannot be made must not leave half of its exchange behind.
            if self._file is not None:
                self._file.truncate(start)
                self._file.seek(start)
                self._file.digest = before
            raise

    def _begin(self) -> None:
        """Start a new file with its warcinfo record."""
        now = dt.datetime.now(dt.UTC)
        folder = self._layout.warc_folder(self._site, now.year)
        make_folder(folder)
        name = f"{self._site}-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.warc.gz"
        self._path = folder / (name + OPEN)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        self._file = _Hashed(descriptor, "w")
        sync_folder(folder)
        self._begun = time.monotonic()
        self._info_id = ""
        self._listed = TemporaryFile("w+", dir=folder, encoding="ascii", newline="\n")  # noqa: SIM115 - see `close`
        info_id = _new_id()
        fields = [("WARC-Type", "warcinfo"), ("WARC-Record-ID", f"<{info_id}>"), ("WARC-Date", _stamp(now))]
        stated = {key for key, _ in self._warcinfo}
        lines = tuple(line for line in _INFO if line[0] not in stated) + self._warcinfo
        self._record([*fields, ("WARC-Filename", name)], _lines(lines), _FIELDS)
        self._info_id = info_id

    def _metadata(self, fields: list[tuple[str, str]], lines: Fields) -> None:
        self._record([("WARC-Type", "metadata"), *fields], _lines(lines), _FIELDS)

    def _list(self, headers: StatusAndHeaders, place: Place, http: Head) -> None:
        """Note the index line of a page or revisit record, from its fields and the HTTP head of its block."""
        # Parse the bytes as written, not as given: an index that is rebuilt must be the same.
        head = headers.to_bytes(encoding="utf-8")
        record = Record(place=place, head=head, fields=fields_of(head), block=b"", size=0)
        assert self._listed is not None
        try:
            self._listed.write(index.line(record, http, record.id))
        except OSError as error:
            self._fail(error)

    def _record(self, fields: list[tuple[str, str]], block: bytes, content_type: str) -> StatusAndHeaders:
        digest = ("WARC-Block-Digest", f"sha256:{hashlib.sha256(block).hexdigest()}")
        return self._stream([*fields, digest], io.BytesIO(block), len(block), content_type)

    def _stream(
        self, fields: list[tuple[str, str]], block: BinaryIO, length: int, content_type: str
    ) -> StatusAndHeaders:
        """Write one record as one gzip member; return its fields."""
        assert self._file is not None
        if self._info_id:
            fields = [*fields, ("WARC-Warcinfo-ID", f"<{self._info_id}>")]
        headers = StatusAndHeaders("", fields, protocol="WARC/1.1")
        # Declare every record a "warcinfo" to warcio, since it writes only that kind unchanged: it would omit the block
        # of a revisit, and add to others a payload digest that includes the chunk sizes.
        record = ArcWarcRecord("warc", "warcinfo", headers, block, None, content_type, length)
        WARCWriter(MemberWriter(self._file), gzip=False).write_record(record)
        return headers

    def _refuse(self) -> None:
        if self._failure:
            raise self._failure

    def _fail(self, error: OSError, whole: int | None = None) -> NoReturn:
        """Cut the open file back to `whole` bytes, remove it if 0, and refuse every later call."""
        path = Path(error.filename) if isinstance(error.filename, str | Path) else self._path
        if self._listed is not None:
            with contextlib.suppress(OSError):
                self._listed.close()
        if self._file is not None:
            # If this fails, a torn tail remains, which `repair` sets aside.
            with contextlib.suppress(OSError):
                if whole is not None:
                    self._file.truncate(whole)
            with contextlib.suppress(OSError):
                self._file.close()
            if whole == 0:
                with contextlib.suppress(OSError):
                    self._path.unlink()
            self._file = None
        self._failure = disk_error(path, error)
        raise self._failure from error


def _revisit_fields(known: Earlier, profile: str) -> list[tuple[str, str]]:
    """The fields of a revisit record that refer to the record with the payload."""
    return [
        ("WARC-Profile", profile),
        ("WARC-Refers-To", f"<{known.id}>"),
        ("WARC-Refers-To-Target-URI", known.url),
        ("WARC-Refers-To-Date", _stamp(known.date)),
    ]


def _find_earlier(url: str, digest: str | None, measured: Measured, earlier: Known) -> Earlier | None:
    """The earlier record with the payload of a whole response; None if there is none."""
    if digest is None:
        return earlier(url, None) if measured.empty else None
    if measured.empty:
        return None
    known = earlier(url, digest)
    kind = next((value for name, value in measured.parsed.headers if name.lower() == "content-type"), "")
    if known is None and measured.parsed.status == _OK and not _MAY_BE_PAGE.match(kind):
        known = earlier(None, digest)
    return known


_OK, _UNMODIFIED = 200, 304


def _new_id() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def _id_field() -> tuple[str, str]:
    return ("WARC-Record-ID", f"<{_new_id()}>")


def _stamp(date: dt.datetime) -> str:
    """Format a WARC-Date (WARC/1.1 section 5.4): UTC, to the microsecond.

    >>> _stamp(dt.datetime(2024, 2, 26, 8, 30, tzinfo=dt.UTC))
    '2024-02-26T08:30:00.000000Z'
    """
    return date.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _lines(fields: Fields) -> bytes:
    r"""Make a block of application/warc-fields; fold white space, so that each value is one line.

    >>> _lines((("anchor", "图片\n新闻"),)).decode()
    'anchor: 图片 新闻\r\n'
    """
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields).encode()
