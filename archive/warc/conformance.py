"""A whole record -> what is wrong with it: violations of the standard, and digests that do not fit."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Iterable, Iterator

from archive.warc.http import entity_of, open_response, parse_fields, read_head
from archive.warc.record import Problem, Record

# The mandatory fields of WARC/1.1 section 5, without Content-Length, which `scan` checks.
_MANDATORY = ("WARC-Record-ID", "WARC-Date", "WARC-Type")
_OF_A_TARGET = ("response", "resource", "request", "revisit", "conversion", "continuation")
# WARC/1.1 section 4: fields shall not be repeated. Of the fields it defines, only WARC-Concurrent-To may.
_ONCE = (
    "Content-Length",
    "Content-Type",
    "WARC-Block-Digest",
    "WARC-Date",
    "WARC-Filename",
    "WARC-IP-Address",
    "WARC-Identified-Payload-Type",
    "WARC-Payload-Digest",
    "WARC-Profile",
    "WARC-Record-ID",
    "WARC-Refers-To",
    "WARC-Refers-To-Date",
    "WARC-Refers-To-Target-URI",
    "WARC-Segment-Number",
    "WARC-Segment-Origin-ID",
    "WARC-Segment-Total-Length",
    "WARC-Target-URI",
    "WARC-Truncated",
    "WARC-Type",
    "WARC-Warcinfo-ID",
)
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")


def check(items: Iterable[Record | Problem]) -> Iterator[Record | Problem]:
    """Pass the items on, with a Problem before each record for everything that is wrong with it."""
    for item in items:
        if isinstance(item, Record):
            for reason in _reasons(item):
                yield Problem(file=item.place.file, offset=item.place.offset, reason=reason)
        yield item


def _reasons(record: Record) -> Iterator[str]:
    if record.is_warc:
        yield from _wrong_fields(record)
    if record.date is None and record.field("WARC-Date"):
        yield f"WARC-Date {record.field('WARC-Date')!r} is not a date"
    if record.torn:
        return
    if record.size > len(record.block):
        yield f"the block has {record.size} bytes: only {len(record.block)} are read, and no digest is checked"
        return
    yield from _wrong_digests(record)
    if has_http_head(record):
        opened = open_response(record.block)
        if opened.head.odd:
            yield f"the lines of the HTTP head end with {opened.head.odd}"
        if not record.field("WARC-Truncated") and not record.field("WARC-Segment-Number"):
            yield from (fault.words for fault in opened.faults if fault.flag)


def has_http_head(record: Record) -> bool:
    """Whether the record's block should begin with an HTTP head."""
    return record.kind == "response" and (
        read_head(record.block).length > 0 or record.url.lower().startswith(("http:", "https:"))
    )


def changed(record: Record) -> str | None:
    """Why the record's bytes are not those that were written; None if no digest says so."""
    return next((reason for reason in _wrong_digests(record) if reason.endswith(_OTHERS)), None)


_OTHERS = "the bytes are others"


def _wrong_digests(record: Record) -> Iterator[str]:
    for name in ("WARC-Block-Digest", "WARC-Payload-Digest"):
        if reason := _wrong_digest(record, name):
            yield reason


def _wrong_fields(record: Record) -> Iterator[str]:
    names = [name.lower() for name, _ in record.fields]
    for name in _MANDATORY:
        if not record.field(name):
            yield f"{name} is missing"
    yield from (f"{name} stands twice" for name in _ONCE if names.count(name.lower()) > 1)
    if record.kind in _OF_A_TARGET and (reason := _wrong_target(record)):
        yield reason
    if record.kind == "warcinfo" and record.block and "warc-fields" not in record.field("Content-Type"):
        yield f"a warcinfo record is {record.field('Content-Type')!r}, not application/warc-fields"
    if record.id and not re.match(r"\A[A-Za-z][A-Za-z0-9+.-]*+:\S", record.id):
        yield f"WARC-Record-ID {record.id!r} is not a URI"
    if (ip := record.field("WARC-IP-Address")) and not _is_ip(ip):
        yield f"WARC-IP-Address {ip!r} is not an IP address"
    if reason := _wrong_segment(record):
        yield reason
    if record.kind == "response" and not record.size and record.url.startswith("http"):
        yield "the response is empty"


def _wrong_target(record: Record) -> str | None:
    if not record.url:
        return "WARC-Target-URI is missing"
    if " " in record.url:
        return "WARC-Target-URI holds a blank"
    stated = [value for name, value in parse_fields(record.head.splitlines()) if "URI" in name.upper()]
    return None if all(map(_is_utf8, stated)) else "WARC-Target-URI is not UTF-8"


def _wrong_segment(record: Record) -> str | None:
    segment = record.field("WARC-Segment-Number")
    if record.kind == "continuation" and not (segment.isdecimal() and int(segment) > 1):
        return f"WARC-Segment-Number of a continuation is {segment!r}, not 2 or more"
    if record.kind != "continuation" and segment not in ("", "1"):
        return f"WARC-Segment-Number of a record that is not a continuation is {segment!r}, not 1"
    return None


def _is_utf8(value: str) -> bool:
    try:
        value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip())
    except ValueError:
        return False
    return True


def _wrong_digest(record: Record, name: str) -> str | None:
    """Why a digest is wrong; None if it is right, absent, or of bytes that the file does not hold."""
    stated = record.field(name)
    if not stated:
        return None
    algorithm, _, value = stated.partition(":")
    try:
        new = hashlib.new(algorithm.lower().replace("sha-", "sha"))
        wanted = _decode_digest(value.strip(), new.digest_size)
    except ValueError:
        return f"{name} {stated!r} is not a digest that can be checked"
    if name == "WARC-Block-Digest":
        bodies: tuple[bytes, ...] = (record.block,)
    elif (
        record.kind in ("revisit", "continuation")
        or record.field("WARC-Segment-Number")
        or record.field("WARC-Truncated")
    ):
        return None
    else:
        bodies = _payloads(record)
    if any(hashlib.new(new.name, body).digest() == wanted for body in bodies):
        return None
    return f"{name} is wrong: {_OTHERS}"


def _payloads(record: Record) -> tuple[bytes, ...]:
    """The payload by the standard, and as some tools count it, with chunk sizes."""
    if record.kind not in ("response", "request") or not record.url.startswith("http"):
        return (record.block,)
    if record.kind == "request":
        end = _EMPTY_LINE.search(record.block)
        return (record.block[end.end() :] if end else b"",)
    head = read_head(record.block)
    body = record.block[head.length :]
    entity, fault = entity_of(head, body)
    return (body,) if fault or entity is body else (entity, body)


def _decode_digest(value: str, size: int) -> bytes:
    """Decode a digest of `size` bytes from base16, base32 or base64 (RFC 4648), by its length; raises ValueError."""
    if re.fullmatch(rf"[0-9A-Fa-f]{{{2 * size}}}", value):
        return bytes.fromhex(value)
    padded = value.rstrip("=")
    if len(padded) == -(-size * 8 // 5):
        return base64.b32decode(padded + "=" * (-len(padded) % 8), casefold=True)
    return base64.b64decode(padded.replace("-", "+").replace("_", "/") + "=" * (-len(padded) % 4), validate=True)


def is_proved(record: Record) -> bool:
    """Whether a digest proves that the block is what was written."""
    return bool(record.field("WARC-Block-Digest")) and not _wrong_digest(record, "WARC-Block-Digest")
