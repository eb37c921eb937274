"""Power loss: what was acknowledged is in synced bytes under a synced name."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from io import BytesIO
from pathlib import Path

import pytest

from archive.layout import Layout
from archive.warc import reader, verify
from archive.warc.capture import Earlier, Written
from archive.warc.writer import Exchange, Writer
from crawler.wire.recorder import Recorder

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Acknowledged:
    """A memory that notes what is acknowledged."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self._waiting: set[str] = set()

    def earlier(self, url: str | None, payload_digest: str | None) -> Earlier | None:  # noqa: ARG002 - the protocol's
        return None

    def remember(self, url: str, written: Written) -> None:  # noqa: ARG002 - the protocol's
        self._waiting.add(written.id)

    def commit(self) -> None:
        self.ids |= self._waiting
        self._waiting.clear()


def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, synced: bool) -> set[str]:
    """What is acknowledged, and gone when the power fails; not `synced`: the broken build, fsync off."""
    durable: dict[int, int] = {}
    names: set[Path] = set()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if not synced:
            return
        if path.is_dir():
            names.update(path.iterdir())
        else:
            durable[os.fstat(descriptor).st_ino] = os.fstat(descriptor).st_size

    monkeypatch.setattr(os, "fsync", fsync)
    layout = Layout(root=tmp_path / "data")
    memory = Acknowledged()
    recorder = Recorder(Writer(layout, "s", warcinfo=(), max_bytes=4000), memory)
    gone: set[str] = set()
    for n in range(40):
        body = f"HTTP/1.1 200 OK\r\n\r\n{n} ".encode() + os.urandom(400)
        recorder.keep(
            Exchange(url=f"http://h.cn/{n}", started=NOW, ip=None, request=b"", response=BytesIO(body), metadata=())
        )
        if n % 3 == 2:
            recorder.acknowledge()
        # The disk as it is after a power cut at this moment.
        after = Layout(root=tmp_path / f"after{n}")
        for path in (p for p in (layout.root / "warc").rglob("*") if p.is_file()):
            kept = after.root / path.relative_to(layout.root)
            if path in names:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(path.read_bytes()[: durable.get(path.stat().st_ino, 0)])
        for path in list(after.open_warcs()):
            verify.repair(path, after)
        gone |= memory.ids - {capture.id for warc in after.warcs() for capture in reader.read(warc)}
        shutil.rmtree(after.root, ignore_errors=True)
    assert len(memory.ids) == 39
    recorder.close()
    return gone


@pytest.mark.fault(rows=[23])
def test_what_was_acknowledged_outlasts_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lost(tmp_path, monkeypatch, synced=True) == set()


@pytest.mark.fault(rows=[23])
def test_without_fsync_it_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lost(tmp_path, monkeypatch, synced=False)
