"""Verifying finds every changed bit; repairing keeps what is whole and loses no byte."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from warc_files import MOMENT, PAGE, exchange, never, write

from archive.errors import DataError, UsageError
from archive.layout import OPEN, Layout
from archive.warc.capture import Earlier
from archive.warc.member import MemberWriter
from archive.warc.reader import read, whole_records
from archive.warc.verify import repair, verify
from archive.warc.writer import Writer


@pytest.mark.fault(rows=[27])
def test_every_changed_bit_is_found(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    first = writer.exchange(exchange(), never)
    known = Earlier(id=first.id, url="http://a.cn/x", date=first.date)
    assert writer.exchange(exchange(), lambda *_: known).revisit
    writer.exchange(exchange(PAGE * 20, url="http://a.cn/long", truncated="length"), never)
    writer.failure("http://a.cn/gone", MOMENT, (("error", "no such host"),))
    writer.close()
    (path,) = writer.closed
    whole = path.read_bytes()
    assert list(verify(path)) == []
    draw = random.Random(20240226)  # noqa: S311 - no secret
    places = [(draw.randrange(len(whole)), draw.randrange(8)) for _ in range(1000)]
    # Where readers do not look: the heads of all members, and the byte before their checksums.
    members = [m.start() for m in re.finditer(rb"\x1f\x8b\x08\0{6}\x03", whole)]
    assert len(members) == 11
    places += [(at + n, bit) for at in members for n in range(10) for bit in range(8)]
    places += [(end - 9, bit) for end in [*members[1:], len(whole)] for bit in range(8)]
    for at, bit in places:
        changed = bytearray(whole)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        problems = list(verify(path))
        member = max(m for m in [0, *members] if m <= at)
        assert problems, f"bit {bit} of byte {at} changed, and nothing was found"
        assert any(p.file == path.name and p.offset <= at for p in problems), (at, member, problems)
    path.write_bytes(whole)
    assert list(verify(path)) == []


def test_a_lost_record_is_missed_by_those_that_refer_to_it(tmp_path: Path) -> None:
    path, written = write(tmp_path, PAGE, PAGE)
    place = written[0].place
    data = path.read_bytes()
    path.write_bytes(data[: place.offset] + data[place.offset + place.length :])
    reasons = [p.reason for p in verify(path)]
    assert len(reasons) == 3
    assert all(written[0].id in reason for reason in reasons)
    path.write_bytes(data[place.offset :])
    # Without its warcinfo the file is as any foreign file, and right.
    assert list(verify(path)) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda r: [r[0], r[1], *r[3:]], "no request record belongs to the response"),
        (lambda r: [*r, *r[1:4]], "is that of a record before it"),
        (lambda r: [r[0], r[2], r[1], *r[3:]], "names no record before it"),
        (lambda r: [*r[:2], r[2].replace(b"http://a.cn/0", b"http://a.cn/1"), *r[3:]], "is not that of"),
        (lambda r: [*r[:2], r[2].replace(b"2024-02-26T08:30:00", b"2024-02-26T08:31:00"), *r[3:]], "is not that of"),
    ],
    ids=["no request", "twice", "request first", "other URL", "other date"],
)
def test_records_that_are_whole_but_do_not_belong_together_are_named(
    tmp_path: Path, damage: Callable[[list[bytes]], list[bytes]], said: str
) -> None:
    path, _ = write(tmp_path, PAGE, PAGE)
    data = path.read_bytes()
    ends = [item.place.offset for item in whole_records(path)] + [len(data)]
    records = [gzip.decompress(data[a:b]) for a, b in pairwise(ends)]
    packed = io.BytesIO()
    for record in damage(records):
        member = MemberWriter(packed)
        member.write(record)
        member.flush()
    path.write_bytes(packed.getvalue())
    found = list(verify(path))
    assert any(said in problem.reason and problem.file == path.name for problem in found), found


def left_open(root: Path, exchanges: int) -> tuple[Path, Layout, list[str]]:
    """The file of a crawl that was killed."""
    layout = Layout(root=root)
    writer = Writer(layout, "a", warcinfo=())
    ids = [writer.exchange(exchange(), never).id for _ in range(exchanges)]
    (path,) = layout.open_warcs()
    data = path.read_bytes()
    writer.close()
    closed = writer.closed[0]
    closed.unlink()
    layout.index_of(closed).unlink()
    path.write_bytes(data)
    return path, layout, ids


@pytest.mark.fault(rows=[19])
def test_a_file_torn_anywhere_is_closed_with_its_whole_records_and_no_byte_is_lost(tmp_path: Path) -> None:
    path, layout, ids = left_open(tmp_path, 1)
    data = path.read_bytes()
    members = [m.start() for m in re.finditer(rb"\x1f\x8b\x08\0{6}\x03", data)] + [len(data)]
    # Every byte is cut at in the reader's test; here those around the ends of members, and some between.
    near = {end + n for end in members[-3:] for n in range(-10, 11)} | set(range(members[-3], len(data), 17))
    for length in sorted(n for n in near if members[-3] <= n <= len(data)):
        path.write_bytes(data[:length])
        healed = repair(path, layout)
        assert healed.path is not None
        end = max(m for m in members if m <= length)
        assert healed.path.read_bytes() == data[:end]
        assert healed.records == members.index(end)
        assert (healed.tail.read_bytes() if healed.tail else b"") == data[end:length]
        assert bool(healed.problems) == (end != length)
        assert [c.id for c in read(healed.path)] == ids
        assert list(verify(healed.path)) == []
        assert layout.index_of(healed.path).exists()
        assert list(layout.open_warcs()) == []
        if healed.tail:
            healed.tail.unlink()
        healed.path.unlink()


@pytest.mark.fault(rows=[19])
@pytest.mark.parametrize("damage", ["zeros after", "junk after", "two torn ends", "bit in the middle", "none", "empty"])
def test_repair_keeps_the_bytes_of_whole_records_and_sets_the_rest_aside(tmp_path: Path, damage: str) -> None:
    path, layout, ids = left_open(tmp_path, 3)
    data = path.read_bytes()
    second = [c.place for c in read(path)][1]
    whole, rest, lost = data, b"", 0
    if damage == "zeros after":
        rest = bytes(4096)
    elif damage == "junk after":
        rest = random.Random(5).randbytes(3000)  # noqa: S311 - no secret
    elif damage == "two torn ends":
        rest = data[second.offset : second.offset + 40] * 2
    elif damage == "bit in the middle":
        changed = bytearray(data)
        changed[second.offset + second.length // 2] ^= 4
        whole, lost = bytes(changed), 1
    elif damage == "empty":
        whole, lost = b"", 10
    path.write_bytes(whole + rest)
    healed = repair(path, layout)
    assert healed.sha256 == hashlib.sha256(whole + rest).hexdigest()
    assert healed.records == 10 - lost
    assert bool(healed.problems) == (damage != "none")
    assert (healed.tail.read_bytes() if healed.tail else b"") == rest
    assert list(layout.open_warcs()) == []
    if damage == "empty":
        assert (healed.path, healed.now_sha256) == (None, None)
        return
    assert healed.path is not None
    assert healed.path.read_bytes() == whole
    assert healed.now_sha256 == hashlib.sha256(whole).hexdigest()
    # What is damaged between whole records stays where it is, and verify goes on telling of it.
    assert bool(list(verify(healed.path))) == bool(lost)
    assert [c.id for c in read(healed.path)] == [i for n, i in enumerate(ids) if not (lost and n == 1)]


@pytest.mark.fault(rows=[19])
def test_a_file_without_a_whole_record_becomes_a_tail(tmp_path: Path) -> None:
    path, layout, _ = left_open(tmp_path, 1)
    torn = path.read_bytes()[:50]
    path.write_bytes(torn)
    healed = repair(path, layout)
    assert (healed.path, healed.records) == (None, 0)
    assert healed.tail is not None
    assert healed.tail.read_bytes() == torn
    assert [p for p in tmp_path.rglob("*.warc.gz*") if not p.name.endswith(".tail")] == []


def test_repair_touches_only_open_files_of_the_data_folder(tmp_path: Path) -> None:
    path, layout, _ = left_open(tmp_path / "data", 1)
    closed = path.with_name(path.name.removesuffix(OPEN))
    with pytest.raises(UsageError, match="gz --from COPY"):
        repair(closed, layout)
    with pytest.raises(UsageError, match=r"cundang repair .*--from COPY"):
        repair(path, Layout(root=tmp_path / "other"))
    closed.write_bytes(b"other")
    with pytest.raises(DataError, match="is there already"):
        repair(path, layout)
    assert closed.read_bytes() == b"other"
    assert path.exists()
