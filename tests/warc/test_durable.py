"""What the writer reports as durable is on the disk: each sync, each name, and nothing of what failed."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import secrets
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from warc_files import PAGE, exchange, never, write

from archive.errors import DataError, SpaceError
from archive.layout import Layout
from archive.warc import fixity, reader
from archive.warc.capture import Earlier
from archive.warc.disk import Half, append_lines, disk_error, make_folder, sweep
from archive.warc.record import Record
from archive.warc.verify import verify
from archive.warc.writer import Writer


class Disk:
    """What was synced: of a file its length then, of a folder the names in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: dict[int, int | set[str]] = {}
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._note)

    def _note(self, descriptor: int) -> None:
        self._fsync(descriptor)
        state = os.fstat(descriptor)
        folder = stat.S_ISDIR(state.st_mode)
        self.synced[state.st_ino] = (
            {path.name for path in Path(f"/proc/self/fd/{descriptor}").iterdir()} if folder else state.st_size
        )

    def length(self, path: Path) -> int | None:
        """What of a file is durable."""
        found = self.synced.get(path.stat().st_ino)
        return found if isinstance(found, int) else None

    def has(self, path: Path) -> bool:
        """The name of a file or folder is durable."""
        found = self.synced.get(path.parent.stat().st_ino)
        return isinstance(found, set) and path.name in found


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def test_what_is_synced_and_closed_is_durable_with_its_name(tmp_path: Path, disk: Disk) -> None:
    layout = Layout(root=tmp_path / "data")
    made = Writer(layout, "a", warcinfo=())
    made.exchange(exchange(), never)
    (begun,) = layout.open_warcs()
    for path in (begun, begun.parent, begun.parent.parent, layout.root / "warc", layout.root):
        assert disk.has(path), path
    assert disk.length(begun) != begun.stat().st_size
    made.sync()
    assert disk.length(begun) == begun.stat().st_size
    made.exchange(exchange(url="http://a.cn/2"), never)
    made.close()
    (closed,) = layout.warcs()
    assert disk.length(closed) == closed.stat().st_size
    assert disk.has(closed)
    assert disk.length(layout.fixity) == layout.fixity.stat().st_size
    assert stat.S_IMODE(closed.stat().st_mode) == 0o644 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_ledger_says_what_a_file_was_when_it_closed(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE, PAGE)
    (event,) = fixity.events(Layout(root=tmp_path))
    data = path.read_bytes()
    assert event.pop("date")
    assert event.pop("agent").startswith("cundang ")
    assert event == {
        "event": "closed",
        "path": f"warc/a/{path.parent.name}/{path.name}",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "outcome": "whole",
        "detail": "",
    }


def test_an_exchange_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither before the next one, nor at the end of the file."""
    layout = Layout(root=tmp_path)
    made = Writer(layout, "a", warcinfo=())
    made.exchange(exchange(), never)
    bad = exchange(PAGE * 50, url="http://a.cn/bad", metadata=(("via", None),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        made.exchange(bad, never)
    made.exchange(exchange(url="http://a.cn/3"), never)
    with pytest.raises(AttributeError):
        made.exchange(bad, never)
    made.close()
    (path,) = layout.warcs()
    assert list(verify(path)) == []
    assert [capture.url for capture in reader.read(path)] == ["http://a.cn/x", "http://a.cn/3"]
    assert fixity.read(layout).entries[fixity.name_of(layout, path)].sha256 == reader.digest_of(path)


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, SpaceError), (errno.EDQUOT, SpaceError), (errno.EIO, DataError)]
)
def test_a_full_disk_and_a_full_quota_are_no_space(number: int, kind: type[Exception]) -> None:
    assert type(disk_error(Path("x"), OSError(number, "words"))) is kind


def test_the_request_says_whom_it_was_sent_to(tmp_path: Path) -> None:
    path, _ = write(tmp_path, PAGE)
    ips = {record.kind: record.field("WARC-IP-Address") for record in reader.whole_records(path)}
    assert ips == {"warcinfo": "", "response": "192.0.2.1", "request": "192.0.2.1", "metadata": ""}


@pytest.mark.parametrize(("status", "revisit"), [("200 OK", True), ("404 Not Found", False), ("503 Busy", False)])
def test_only_what_came_well_is_a_revisit_of_another_address(tmp_path: Path, status: str, revisit: bool) -> None:
    other = Earlier(id="urn:uuid:1", url="http://a.cn/other.png", date=exchange().started)
    made = Writer(Layout(root=tmp_path), "a", warcinfo=())
    response = f"HTTP/1.1 {status}\r\nContent-Type: image/png\r\n\r\npicture".encode()
    assert made.exchange(exchange(response), lambda url, _: None if url else other).revisit == revisit
    made.close()


def test_a_file_is_full_at_its_limit_and_old_by_its_own_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1e6]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    made = Writer(Layout(root=tmp_path), "a", warcinfo=(), max_seconds=100)
    for url, seconds, files in (("1", 99, 0), ("2", 1, 1), ("3", 99, 1), ("4", 1, 2)):
        made.exchange(exchange(url=f"http://a.cn/{url}"), never)
        clock[0] += seconds
        made.sync()
        assert len(made.closed) == files, url
    made.exchange(exchange(url="http://a.cn/5"), never)
    (begun,) = Layout(root=tmp_path).open_warcs()
    made._max_bytes = begun.stat().st_size + 1
    made.sync()
    assert len(made.closed) == 2
    made._max_bytes = begun.stat().st_size
    made.sync()
    assert len(made.closed) == 3


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda _: "0")
    layout = Layout(root=tmp_path)
    moment = dt.datetime.now(dt.UTC)
    theirs = []
    for seconds in range(20):
        name = f"a-{moment + dt.timedelta(seconds=seconds):%Y%m%dT%H%M%SZ}-0.warc.gz.open"
        theirs.append(layout.warc_folder("a", moment.year) / name)
        theirs[-1].parent.mkdir(parents=True, exist_ok=True)
        theirs[-1].write_bytes(b"theirs")
    with pytest.raises(DataError):
        Writer(layout, "a", warcinfo=()).exchange(exchange(), never)
    assert {path.read_bytes() for path in theirs} == {b"theirs"}


@pytest.mark.parametrize("truncated", [None, "disconnect"])
def test_the_metadata_say_what_the_payload_digest_is_of(tmp_path: Path, truncated: str | None) -> None:
    made = Writer(Layout(root=tmp_path), "a", warcinfo=())
    response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"
    made.exchange(exchange(response, truncated=truncated, metadata=(("depth", "1"),)), never)  # type: ignore[arg-type]
    made.close()
    blocks = [record.block.decode() for record in reader.whole_records(made.closed[0]) if record.kind == "metadata"]
    fault = "transfer-coding chunked: the chunks break off"
    said = f"payload: the bytes after the head as they stand ({fault})\r\nfault: {fault}\r\n"
    assert blocks == ["depth: 1\r\n" + ("" if truncated else said)]


def test_a_saved_page_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    made = Writer(Layout(root=tmp_path), "a", warcinfo=())
    written = made.resource(
        id_="urn:uuid:1", url="file:///a", date=exchange().started, content_type="text/html", body=b"page", metadata=()
    )
    made.close()
    record = next(record for record in reader.whole_records(made.closed[0]) if record.kind == "resource")
    assert isinstance(record, Record)
    digest = "sha256:" + hashlib.sha256(b"page").hexdigest()
    assert (record.field("WARC-Payload-Digest"), written.payload_digest) == (digest, digest)


def test_each_folder_that_is_made_outlasts_a_power_cut(tmp_path: Path, disk: Disk) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    for path in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"):
        assert disk.has(path), path


def test_a_torn_line_ends_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_lines(path, {"a": 1})
    with path.open("ab") as file:
        file.write(b'{"b')
    append_lines(path, {"c": "统"}, {"d": 4})
    assert path.read_bytes() == '{"a": 1}\n{"b\t#torn\n{"c": "统"}\n{"d": 4}\n'.encode()


def test_what_is_half_made_is_swept_when_its_process_is_dead_though_nobody_has_buried_it(tmp_path: Path) -> None:
    hold = "import sys, time; from pathlib import Path; from archive.warc.disk import Half;"
    hold += "Half(Path(sys.argv[1])); print('made', flush=True); time.sleep(60)"
    ours = Half(tmp_path / "a.parquet")
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path / "b.cdxj")], stdout=subprocess.PIPE) as maker:
        assert maker.stdout is not None
        maker.stdout.readline()
        (tmp_path / "c.parquet.4711.tmp").write_bytes(b"of the version before")
        sweep(tmp_path)
        assert [path.name.split(".")[0] for path in sorted(tmp_path.iterdir())] == ["a", "b"]
        maker.kill()
        # Closed when it is dead; it is waited for below alone.
        maker.stdout.read()
        for _ in range(100):
            sweep(tmp_path)
            if len(list(tmp_path.iterdir())) == 1:
                break
            time.sleep(0.05)
        assert list(tmp_path.iterdir()) == [ours.path]
    ours.path.write_bytes(b"whole")
    ours.put()
    ours.drop()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.parquet", b"whole")]
