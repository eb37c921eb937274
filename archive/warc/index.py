"""A WARC file -> its CDXJ index, in the form of pywb and cdxj-indexer, with the id of each record added."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import DataError
from archive.layout import Layout
from archive.warc.disk import Half
from archive.warc.http import Head, read_head
from archive.warc.reader import PAGES, Identities, whole_records
from archive.warc.record import Record
from archive.warc.surt import surt


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of an index.

    Attributes:
        key: the URL as a SURT, which sorts by host.
        date: UTC, to the second; None if the record has none.
        mime: the stated type in lower case, `warc/revisit` for a revisit, empty if none is stated.
        status: the HTTP status; None if the record has none.
        digest: the payload digest as the record states it; empty if it states none.
        filename: the WARC file's name, without folder.
        id: the record's id, as from `reader.read`.
    """

    key: str
    date: dt.datetime | None
    url: str
    mime: str
    status: int | None
    digest: str
    offset: int
    length: int
    filename: str
    id: str


def write(layout: Layout, warc: Path) -> Path:
    """Make the index of a closed WARC file and return its path; the same file gives the same bytes.

    Raises:
        DataError: the WARC file cannot be read.
        OSError: the index cannot be written.
    """
    return keep(layout, warc, lines(warc))


def keep(layout: Layout, warc: Path, lines: Iterable[str]) -> Path:
    """Write the index of a closed WARC file from its lines, which may be unsorted; raises OSError."""
    path = layout.index_of(warc)
    half = Half(path)
    try:
        with half.path.open("w", encoding="ascii", newline="\n") as file:
            file.writelines(sorted(lines))
        half.put()
    finally:
        half.drop()
    return path


def lines(warc: Path) -> list[str]:
    """The lines of a WARC file's index, sorted.

    Raises:
        DataError: the WARC file cannot be read.
    """
    return sorted(_lines(warc))


def line(record: Record, head: Head, id_: str, *, form: str | None = None) -> str:
    """Make the index line of a page or revisit record; `head` is the HTTP head of its block, empty if it has none.

    `form`: the form that a POST sent; like cdxj-indexer and pywb, make it part of the key.
    """
    mime = record.field("Content-Type")
    if record.kind == "response" and (head.length or "application/http" in mime):
        mime = next((value for name, value in head.headers if name.lower() == "content-type"), "")
    fields = {
        "url": record.url,
        "mime": "warc/revisit" if record.kind == "revisit" else re.split(r"[;\s]", mime, maxsplit=1)[0],
        "status": str(head.status or ""),
        "digest": record.field("WARC-Payload-Digest"),
        "length": str(record.place.length),
        "offset": str(record.place.offset),
        "filename": record.place.file,
        "id": id_,
    }
    key = record.url
    if form is not None:
        fields |= {"method": "POST", "requestBody": form}
        key += f"{'&' if '?' in key else '?'}__wb_method=POST" + (f"&{form}" if form else "")
    stated = {name: value for name, value in fields.items() if value or name in _ALWAYS}
    return f"{surt(key)} {stamp(record.date)} {json.dumps(stated)}\n"


def stamp(date: dt.datetime | None) -> str:
    """A date as the lines of an index have it: 14 digits, zeros where there is none."""
    return f"{date.year:04}{date:%m%d%H%M%S}" if date else _NO_DATE


def read(path: Path) -> Iterator[Row]:
    """Yield the rows of an index in order.

    Raises:
        DataError: the index cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield parse(line)
                except (ValueError, KeyError, TypeError) as error:
                    raise DataError(f"{path}: line {number} is not an index line. {_CURE}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}). {_CURE}") from error


_CURE = "Make it again: cundang rebuild --index."
_ALWAYS = ("url", "id")
# A record without a date sorts first.
_NO_DATE = "0" * 14


def parse(line: str) -> Row:
    """Parse a line of an index.

    Raises:
        ValueError, KeyError, TypeError: it is not a line of an index.
    """
    key, stamp, text = line.split(" ", 2)
    value = json.loads(text)
    date = None if stamp == _NO_DATE else dt.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    return Row(
        key=key,
        date=date,
        url=value["url"],
        mime=value.get("mime", ""),
        status=int(value["status"]) if "status" in value else None,
        digest=value.get("digest", ""),
        offset=int(value["offset"]),
        length=int(value["length"]),
        filename=value["filename"],
        id=value["id"],
    )


def _lines(warc: Path) -> Iterator[str]:
    identities = Identities(warc)
    for record in whole_records(warc):
        if record.kind in (*PAGES, "revisit"):
            id_ = identities.of(record) if record.kind in PAGES else record.id
            yield line(record, read_head(record.block), id_)
