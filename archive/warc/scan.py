"""The bytes of a WARC or ARC file -> its records; damage is reported and skipped.

Heads are read here, not by warcio, since damage must be seen: warcio corrects target URIs, hides repeated fields and
stops at the first damage.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import IO
from urllib.parse import quote

from zlib_ng import zlib_ng

from archive.warc.capture import Place
from archive.warc.conformance import is_proved
from archive.warc.http import MAX_CONTENT, parse_fields, read_head
from archive.warc.member import MAGIC, GzipError, Member, new_text
from archive.warc.record import Fields, Problem, Record, field_of

# The most bytes of a block that are read: twice the largest file of this archive.
MAX_BLOCK = 2 * MAX_CONTENT
_MAX_HEAD = 1 * 2**20
# Some tools write CR CR LF.
_VERSION = re.compile(rb"(?:WARC|warc)/\d\.\d+[ \t]*\r{0,2}\n")
_VERSION_LINE = re.compile(rb"(?:\A|\n)((?:WARC|warc)/\d\.\d+[ \t]*\r{0,2}\n(?=[A-Za-z-]+[ \t]*:))")
# ARC 1.0: URL, IP address, date, type, length; the URL may hold spaces. Some tools write dashes in the first line.
_ARC_FORM = (
    rb"([A-Za-z][A-Za-z0-9+.-]*+:\S.*?) ([0-9A-Fa-f.:]++|-) (\d{4,}+|null|-)"
    rb" ([^ \n]++(?:(?<=;) [^ \n]++)?) (-?\w++)\r?\n"
)
_ARC = re.compile(rb"\A" + _ARC_FORM)
_ARC_LINE = re.compile(rb"(?:\A|\n)((?=" + _ARC_FORM + rb"))")
# If the first line of a file is unreadable, only an unmistakable line begins an ARC record.
_SURE_ARC_LINE = re.compile(
    rb"\n((?:https?|dns|ftp|file|filedesc):\S{1,4000} [0-9A-Fa-f.:]{1,45} \d{14} \S{1,200} \d{1,18}\r?\n)"
)
# The content of an ARC file's first record: the version, and the names of the columns.
_ARC_VERSION = re.compile(rb"\d \d [^\n]{0,200}\nURL IP-address ")
_EMPTY_LINE = re.compile(rb"\r{0,2}\n\r{0,2}\n")
_SCAN = 1 * 2**20
_OVERLAP = 4096


def scan(file: IO[bytes], name: str, offset: int = 0, *, torn: bool = False) -> Iterator[Record | Problem]:
    """Yield all whole records of a file from an offset on, and each Problem before the record or stretch it concerns.

    With `torn`, also yield WARC records that are cut off, if their head and some of their block are left.
    """
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        yield Problem(file=name, offset=0, reason="the file is empty")
        return
    file.seek(offset)
    begin = file.read(_OVERLAP)
    # The very first byte may be damaged. A file that begins with no record is gzip if a member with a record follows.
    packed = begin.startswith(MAGIC) or not (_begins(begin) or _next_member(file, offset, size) == size)
    read = _read_gzip if packed else _read_plain
    kept = False
    for item in read(file, name, offset, size, torn=torn):
        if isinstance(item, Record):
            kept = True
        yield item
    if not kept and offset == 0:
        yield Problem(file=name, offset=0, reason="no whole WARC or ARC record is in this file")


@dataclass(slots=True, kw_only=True)
class _Piece:
    """A record within a text, or a stretch that is not a record and has no head.

    Attributes:
        start, end: offsets in the text, without the line ends that follow a record.
        block: where the block begins.
        reasons: what is wrong with it, or why it is not a record.
        torn: the end of the text cuts the block off.
    """

    start: int
    end: int = 0
    block: int = 0
    head: bytes = b""
    fields: Fields = ()
    reasons: list[str] = field(default_factory=list)
    torn: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is a record that is not cut off."""
        return bool(self.head) and not self.torn

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it states its type and holds some of its block. False for ARC, which cannot mark a torn record."""
        names = {name.lower() for name, value in self.fields if value}
        return self.head.startswith((b"WARC/", b"warc/")) and "warc-type" in names and self.end > self.block


def _read_plain(file: IO[bytes], name: str, offset: int, size: int, *, torn: bool) -> Iterator[Record | Problem]:
    """The records of an uncompressed file."""
    for piece in _Text(file, size, sealed=False, begins_file=offset == 0).pieces(offset):
        length = piece.end - piece.start
        kept = piece.is_whole or (torn and piece.is_worth_keeping)
        for reason in piece.reasons:
            ending = _KEPT_TORN if kept and piece.torn else ""
            yield Problem(file=name, offset=piece.start, reason=reason + ending, lost=0 if piece.is_whole else length)
        if kept:
            yield _record(file, piece, Place(file=name, offset=piece.start, length=length), 0)


def _read_gzip(file: IO[bytes], name: str, offset: int, size: int, *, torn: bool) -> Iterator[Record | Problem]:
    """The records of a compressed file: usually one per gzip member, but some share one or are split over several."""
    while offset < size:
        file.seek(offset)
        if file.read(len(MAGIC)) != MAGIC:
            after = _next_member(file, offset, size)
            yield Problem(
                file=name, offset=offset, reason=f"{after - offset} bytes are not a gzip member", lost=after - offset
            )
            offset = after
            continue
        with new_text() as unfolded:
            offset = yield from _read_member(file, name, offset, size, unfolded, torn=torn)


def _read_member(
    file: IO[bytes], name: str, offset: int, size: int, unfolded: IO[bytes], *, torn: bool
) -> Generator[Record | Problem, None, int]:
    """Yield the records that begin in one gzip member; return the offset behind all that was read."""
    member, end = _open_member(file, offset, size, unfolded, torn=torn)
    ends = [end]
    if member.fault:
        yield Problem(file=name, offset=offset, reason=f"{member.fault}: {end - offset} bytes", lost=end - offset)

    def join() -> bool:
        end = None if member.fault or ends[-1] >= size else _join(file, ends[-1], unfolded)
        ends.extend([end] if end else [])
        return end is not None

    text = _Text(unfolded, unfolded.tell(), sealed=not member.fault, begins_file=offset == 0, join=join)
    for nth, (piece, last) in enumerate(_with_last(text.pieces(0))):
        place = Place(file=name, offset=offset, length=ends[-1] - offset)
        record = _record(unfolded, piece, place, nth) if piece.head else None
        if not member.fault or (record and not last and _is_whole(record, member)):
            yield from _report(piece, record, place, len(ends))
        elif torn and record and last and member.cut and piece.is_worth_keeping:
            yield from _keep_torn(record)
    return ends[-1]


def _is_whole(record: Record, member: Member) -> bool:
    """Whether a record of a faulty member is whole: the member is only cut short behind it, or its digest fits."""
    return member.proved or is_proved(record)


def _open_member(file: IO[bytes], offset: int, size: int, unfolded: IO[bytes], *, torn: bool) -> tuple[Member, int]:
    """Decompress the member at `offset`; return it and its end, which for a damaged one is the start of the next."""
    member = Member(file, offset, unfolded)
    if not member.fault:
        return member, member.end
    end = _next_member(file, offset + 1, size)
    if torn and not member.proved and end < size:
        # A program that was killed and restarted leaves a torn member before a whole one.
        unfolded.seek(0)
        unfolded.truncate()
        member = Member(file, offset, unfolded, limit=end)
    return member, end


def _join(file: IO[bytes], offset: int, unfolded: IO[bytes]) -> int | None:
    """Decompress the member at `offset` too if it continues a record; return its end, None if it does not."""
    with new_text() as more:
        following = Member(file, offset, more)
        more.seek(0)
        begin = more.read(_SCAN)
        if following.fault or not begin or _begins(begin):
            return None
        more.seek(0)
        unfolded.seek(0, os.SEEK_END)
        while data := more.read(_SCAN):
            unfolded.write(data)
    return following.end


def _report(piece: _Piece, record: Record | None, place: Place, members: int) -> Iterator[Record | Problem]:
    """Yield what is wrong with a record, then the record."""
    at = f" (at byte {piece.start} of what the gzip member holds)" if piece.start else ""
    lost = 0 if record else place.length
    for reason in piece.reasons:
        yield Problem(file=place.file, offset=place.offset, reason=reason + at, lost=lost)
    if record is None:
        return
    if members > 1:
        reason = f"the record is split over {members} gzip members"
        yield Problem(file=place.file, offset=place.offset, reason=reason)
    yield record


def _keep_torn(record: Record) -> Iterator[Record | Problem]:
    """Yield the last record of a cut-off gzip member, marked as torn unless its block is complete."""
    stated = record.field("Content-Length").strip()
    whole = stated == str(record.size)
    ending = "; they are kept" if whole else _KEPT_TORN
    reason = f"the record is cut off: {record.size} of {stated or '?'} bytes are there{ending}"
    yield Problem(file=record.place.file, offset=record.place.offset, reason=reason)
    yield replace(record, torn=not whole)


_KEPT_TORN = "; they are kept as a truncated record"


def _with_last(pieces: Iterable[_Piece]) -> Iterator[tuple[_Piece, bool]]:
    """Each piece, and whether it is the last."""
    ahead: _Piece | None = None
    for piece in pieces:
        if ahead:
            yield ahead, False
        ahead = piece
    if ahead:
        yield ahead, True


def _begins(text: bytes) -> bool:
    """Whether a record begins here, behind line ends."""
    text = text.lstrip(b"\r\n")
    return bool(_VERSION.match(text) or _ARC.match(text))


def _record(text: IO[bytes], piece: _Piece, place: Place, nth: int) -> Record:
    size = piece.end - piece.block
    text.seek(piece.block)
    block = text.read(min(size, MAX_BLOCK))
    return Record(place=place, head=piece.head, fields=piece.fields, block=block, size=size, nth=nth, torn=piece.torn)


def _next_member(file: IO[bytes], offset: int, size: int) -> int:
    """The offset of the next gzip member with a record; the size of the file if there is none."""
    while (offset := _find(file, MAGIC, offset, size)) < size:
        file.seek(offset)
        begin = zlib_ng.decompressobj(31)
        with contextlib.suppress(GzipError):
            if _begins(begin.decompress(file.read(_OVERLAP), _OVERLAP)):
                return offset
        offset += 1
    return size


def _find(file: IO[bytes], what: bytes, offset: int, size: int) -> int:
    while offset < size:
        file.seek(offset)
        window = file.read(_SCAN + len(what))
        if (at := window.find(what)) >= 0:
            return offset + at
        offset += _SCAN
    return size


class _Text:
    """Uncompressed bytes that hold consecutive records.

    Attributes:
        size: the number of bytes; it grows when a gzip member is joined.
    """

    def __init__(
        self,
        text: IO[bytes],
        size: int,
        *,
        sealed: bool,
        begins_file: bool = True,
        join: Callable[[], bool] = lambda: False,
    ) -> None:
        """`sealed`: a checksum proves that all bytes are there; `begins_file`: they are the start of the file."""
        self._begins_file = begins_file
        self.size = size
        self._text = text
        self._sealed = sealed
        self._join = join
        self._arc = False

    def pieces(self, at: int) -> Iterator[_Piece]:
        """Split the text from `at` on into pieces; only line ends lie between them."""
        first = True
        while (at := self._skip_line_ends(at)) < self.size:
            piece = self._piece(at, first=first)
            yield piece
            at = piece.end
            first = False

    def _read(self, at: int, length: int) -> bytes:
        self._text.seek(at)
        return self._text.read(max(0, min(length, self.size - at)))

    def _skip_line_ends(self, at: int) -> int:
        while window := self._read(at, 4096):
            rest = window.lstrip(b"\r\n")
            at += len(window) - len(rest)
            if rest:
                break
        return at

    def _piece(self, at: int, *, first: bool) -> _Piece:
        window = self._read(at, _OVERLAP * 4)
        if _VERSION.match(window):
            return self._warc(at, window)
        if (self._arc or first) and (arc := _ARC.match(window)):
            self._arc = True
            return self._arc_record(at, arc, first=first and self._begins_file)
        if first and not self._arc:
            self._arc = self._has_arc_records(at)
        end = self._next(at)
        return _Piece(start=at, end=end, reasons=[f"no record begins here: {end - at} bytes are skipped"])

    def _has_arc_records(self, at: int) -> bool:
        """Whether the next record is an ARC record, not a WARC record."""
        window = self._read(at, _SCAN)
        arc, warc = _SURE_ARC_LINE.search(window), _VERSION_LINE.search(window)
        return bool(arc and not (warc and warc.start() < arc.start()))

    def _warc(self, at: int, window: bytes) -> _Piece:
        end = _EMPTY_LINE.search(window)
        if not end:
            window = self._read(at, _MAX_HEAD)
            end = _EMPTY_LINE.search(window)
        head = window[: end.end()] if end else window
        if again := _VERSION_LINE.search(head, 1):
            return _Piece(start=at, end=at + again.start(1), reasons=["the head breaks off, and another record begins"])
        if not end:
            return _Piece(start=at, end=self._next(at), reasons=["the head has no end"])
        fields = fields_of(head)
        piece = _Piece(start=at, head=head, fields=fields, block=at + len(head))
        if b"\r\r\n" in head:
            piece.reasons.append("the lines of the head end with CR CR LF")
        # The version line and the empty line are not fields.
        if head.count(b"\n") != len(fields) + 2:
            piece.reasons += [
                f"the head has a line without a colon: {line[:40]!r}"
                for line in head.splitlines()[1:]
                if line.strip() and b":" not in line and line[:1] not in (b" ", b"\t")
            ]
        self._measure(piece, field_of(fields, "Content-Length"), line_ends=2)
        return piece

    def _arc_record(self, at: int, line: re.Match[bytes], *, first: bool) -> _Piece:
        """Read an ARC record; `first`: it is the file's first, which must describe the file."""
        url, ip, date, kind, length = (_decode("WARC-Target-URI", g.decode("latin-1")) for g in line.groups())
        versioned = first and bool(_ARC_VERSION.match(self._read(at + len(line[0]), _OVERLAP)))
        described = url.startswith("filedesc://") or versioned
        stamp = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", date)
        fields = (
            ("WARC-Type", "warcinfo" if described else "response"),
            ("WARC-Target-URI", url),
            ("WARC-Date", "{}-{}-{}T{}:{}:{}Z".format(*stamp.groups()) if stamp else date),
            ("WARC-IP-Address", ip),
            ("Content-Type", "application/http; msgtype=response" if url[:4].lower() == "http" else kind),
            ("Content-Length", length),
        )
        piece = _Piece(start=at, head=line[0], fields=fields, block=at + len(line[0]))
        if described and not re.match(r"filedesc://[^ ]", url):
            piece.reasons.append(f"the first line of the ARC file is damaged or names no file: {line[0][:40]!r}")
        elif first and not described:
            piece.reasons.append("the ARC file begins without a filedesc record")
        self._measure(piece, length, line_ends=1)
        return piece

    def _measure(self, piece: _Piece, stated: str, *, line_ends: int) -> None:
        """Find the end of the block: as its length says, else at the next record or the end of the text."""
        length = int(stated) if re.fullmatch(r"[0-9]{1,18}", stated.strip()) else None
        if length is None:
            piece.end = self._real_end(piece.block)
            piece.reasons.append(
                f"Content-Length {stated!r} is not a length" if stated else "Content-Length is missing"
            )
            return
        end = piece.block + length
        while end > self.size and self._join():
            self.size = self._text.seek(0, os.SEEK_END)
        if end > self.size and not self._sealed and self._next(piece.block) == self.size:
            # Only the stated length may be wrong, for example after a tool changed the line ends of the file.
            if not (whole := self._end_of_response(piece.block)):
                held = self.size - piece.block
                piece.torn = True
                piece.end = self.size
                piece.reasons.append(f"the record is cut off: {held} of {length} bytes are there")
                return
            piece.end = whole
        elif end <= self.size and self._ends(piece, end, line_ends):
            return
        piece.end = piece.end or self._real_end(piece.block)
        piece.reasons.append(f"Content-Length says {length}, the record holds {piece.end - piece.block} bytes")

    def _ends(self, piece: _Piece, end: int, line_ends: int) -> bool:
        """Whether a record ends where its length says; if so, set its end and report missing line ends."""
        after = self._read(end, 2 * line_ends)
        following = _LINE_ENDS.match(after)
        assert following is not None
        count = following[0].count(b"\n")
        ended = end + len(after) == self.size and not after.strip(b"\r\n")
        if count < line_ends and not ended:
            if not self._begins(end + following.end()):
                return False
            piece.reasons.append(f"{count} of {line_ends} line ends follow the record")
        piece.end = end
        return True

    def _end_of_response(self, block: int) -> int | None:
        """Where the response that begins here ends by its own Content-Length; None if that is missing or too long."""
        head = read_head(self._read(block, _MAX_HEAD))
        stated = next((value for name, value in head.headers if name.lower() == "content-length"), "")
        end = block + head.length + int(stated) if stated.isdecimal() else None
        return end if end and end <= self.size == self._skip_line_ends(end) else None

    def _begins(self, at: int) -> bool:
        window = self._read(at, _OVERLAP)
        return bool(_VERSION.match(window)) or (self._arc and bool(_ARC.match(window)))

    def _real_end(self, block: int) -> int:
        """The end of a block whose stated length is wrong."""
        end = self._next(block - 1)
        for _ in range(2):
            last = self._read(max(block, end - 2), end - max(block, end - 2))
            end -= 2 if last == b"\r\n" else 1 if last[-1:] == b"\n" else 0
        return end

    def _next(self, at: int) -> int:
        """The offset of the next record behind the byte `at`; the size of the text if there is none."""
        line = _ARC_LINE if self._arc else _VERSION_LINE
        while at < self.size:
            window = self._read(at, _SCAN + _OVERLAP)
            # The first byte may be the line end before a record, except at the very start of the text.
            if found := line.search(window, 1) or (line.match(window) if window[:1] == b"\n" else None):
                return at + found.start(1)
            at += _SCAN
        return self.size


def line_ends(file: IO[bytes], at: int) -> int:
    """The length of the line ends behind a record of an uncompressed file that ends at `at`: they belong to it."""
    file.seek(at)
    found = _LINE_ENDS.match(file.read(4))
    return found.end() if found else 0


def fields_of(head: bytes) -> Fields:
    """Parse the fields of a WARC record's head."""
    if head.isascii():
        return parse_fields(head.splitlines()[1:])
    return tuple((name, _decode(name, value)) for name, value in parse_fields(head.splitlines()[1:]))


def _decode(name: str, value: str) -> str:
    """Decode as UTF-8 a field's value that was read as Latin-1; if that fails, escape the bytes of a URL."""
    raw = value.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return quote(raw, safe=_ASCII) if name.lower() == "warc-target-uri" else value


_ASCII = "".join(map(chr, range(33, 127)))
_LINE_ENDS = re.compile(rb"(?:\r?\n){0,2}")
