"""Imitations of the bad WARC files in other tools' tests: what is whole is kept, what is wrong is reported.

The names are those of JWAT's, gowarc's, warcio's and others' files; the bytes are ours, each a small change of a good
file.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.corpus.ingest import Report, import_paths
from archive.layout import Layout
from archive.warc.reader import read
from archive.warc.verify import verify

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + "<p>统战部召开座谈会。</p>".encode()
INFO = b"software: other/1.0\r\nformat: WARC File Format 1.0\r\n"


def record(kind: str = "response", block: bytes = HTTP, number: int = 1, **changed: str | None) -> bytes:
    """A right record, but for changed fields (`_` for `-`); None takes a field out."""
    fields: dict[str, str | None] = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{number:012}>",
        "WARC-Date": "2008-04-30T20:48:25Z",
        "WARC-Target-URI": None if kind == "warcinfo" else f"http://a.cn/{number}.html",
        "Content-Type": "application/warc-fields" if kind == "warcinfo" else f"application/http; msgtype={kind}",
        "Content-Length": str(len(block)),
    }
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join(["WARC/1.0", *lines, "", ""]).encode() + block + b"\r\n\r\n"


def lonely(*kinds: str) -> bytes:
    """Heads that hold a type and nothing else."""
    return b"".join(f"WARC/1.0\r\nWARC-Type: {kind}\r\n\r\n\r\n\r\n".encode() for kind in kinds)


GOOD = record("warcinfo", INFO) + record(number=2) + record(number=3)
PACKED = b"".join(gzip.compress(r, mtime=0) for r in (record("warcinfo", INFO), record(number=2), record(number=3)))
LAST = PACKED.rindex(b"\x1f\x8b\x08")
EMPTY = b"WARC-Type WARC-Target-URI WARC-IP-Address WARC-Date WARC-Record-ID Content-Length Content-Type"
ARC = b"filedesc://a.arc 0.0.0.0 20080430204825 text/plain 69\n1 0 Test\n"
ARC += b"URL IP-address Archive-date Content-type Archive-length\n1234\n\n"


def changed(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte]) + data[at + 1 :]


def wacz(*, manifest: bool) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("archive/a.warc.gz" if manifest else "elsewhere/a.warc.gz", PACKED)
    return out.getvalue()


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A bad file: how many records of it are kept, and words of what is said about it."""

    data: bytes
    kept: int
    said: str
    ending: str = ".warc"


FILES = {
    # JWAT's WARC files
    "contenttype-warcinfo-recommended": Bad(
        data=record("warcinfo", INFO, Content_Type="application/octet"), kept=1, said="not application/warc-fields"
    ),
    "digest-fields": Bad(
        data=record(WARC_Block_Digest="sha1:2WAXX5NUWNNCS2BDKCO5OVDQBJVNKIVV"), kept=1, said="Block-Digest is wrong"
    ),
    "digest-fields-payload": Bad(
        data=record(WARC_Payload_Digest="sha1:2WAXX5NUWNNCS2BDKCO5OVDQBJVNKIVV"), kept=1, said="Payload-Digest is wrong"
    ),
    "digest-fields-no-digest": Bad(data=record(WARC_Block_Digest="sha1 x"), kept=1, said="is not a digest"),
    "duplicate-fields": Bad(
        data=record().replace(b"WARC-Date", b"WARC-Date: 2008-04-30T20:48:25Z\r\nWARC-Date"),
        kept=1,
        said="stands twice",
    ),
    "encoding-headers": Bad(
        data=record().replace(b"a.cn/1", "a.cn/新聞".encode("big5")), kept=1, said="WARC-Target-URI is not UTF-8"
    ),
    "fields-empty": Bad(
        data=b"WARC/1.0\r\n" + b"".join(n + b": \r\n" for n in EMPTY.split()) + b"\r\n" + HTTP + b"\r\n\r\n",
        kept=1,
        said="WARC-Record-ID is missing",
    ),
    "fields-invalidformat-date": Bad(data=record(WARC_Date="2008/04/30 20.48"), kept=1, said="is not a date"),
    "fields-invalidformat-length": Bad(data=record(Content_Length="many"), kept=1, said="is not a length"),
    "fields-invalidformat-id": Bad(data=record(WARC_Record_ID="no id"), kept=1, said="WARC-Record-ID"),
    "fields-invalidformat-ip": Bad(data=record(WARC_IP_Address="a.b.c.d"), kept=1, said="WARC-IP-Address"),
    "fields-missing": Bad(data=record(WARC_Record_ID=None, WARC_Date=None), kept=1, said="WARC-Record-ID is missing"),
    "lonely-continuation": Bad(data=lonely("continuation"), kept=1, said="Content-Length is missing"),
    "lonely-monkeys": Bad(data=lonely("monkeys"), kept=1, said="Content-Length is missing"),
    "lonely-request-response-resource-conversion": Bad(
        data=lonely("request", "response", "resource", "conversion"), kept=4, said="WARC-Target-URI is missing"
    ),
    "lonely-revisit": Bad(data=lonely("revisit"), kept=1, said="WARC-Target-URI is missing"),
    "lonely-warcinfo-metadata": Bad(data=lonely("warcinfo", "metadata"), kept=2, said="WARC-Date is missing"),
    "segment-number-continuation": Bad(
        data=record("continuation", WARC_Segment_Number="1"), kept=1, said="WARC-Segment-Number of a continuation"
    ),
    "segment-number-response": Bad(data=record(WARC_Segment_Number="2"), kept=1, said="WARC-Segment-Number"),
    # JWAT's gzip files
    "invalid-compression": Bad(data=changed(PACKED, LAST + 2, 7), kept=2, said="gzip", ending=".warc.gz"),
    "invalid-entries": Bad(data=changed(PACKED, LAST + 40, 0x55), kept=2, said="gzip", ending=".warc.gz"),
    "invalid-magic": Bad(data=changed(PACKED, LAST, 0x1E), kept=2, said="not a gzip member", ending=".warc.gz"),
    "invalid-truncated": Bad(data=PACKED[:-20], kept=3, said="kept", ending=".warc.gz"),
    # gowarc's and warcio's, and those of others
    "corrupted-trailing-bytes": Bad(
        data=PACKED + b"junk" * 9, kept=3, said="not a gzip member", ending=".warc.gz.open"
    ),
    "trailing-zeros": Bad(data=PACKED + bytes(512), kept=3, said="not a gzip member", ending=".warc.gz"),
    "example-bad": Bad(data=gzip.compress(GOOD)[:-8], kept=3, said="within the gzip member", ending=".warc.gz.bad"),
    "example-trunc": Bad(data=GOOD[:-30], kept=3, said="cut off"),
    "example-space-in-target-uri": Bad(data=record(WARC_Target_URI="http://a.cn/a b"), kept=1, said="holds a blank"),
    "bad-length": Bad(data=record(Content_Length="7") + record(number=2), kept=2, said="Content-Length says 7"),
    "long-length": Bad(data=record(Content_Length="70000") + record(number=2), kept=2, said="Content-Length says"),
    "missing-http": Bad(data=record(block=b""), kept=1, said="the response is empty"),
    "no-version-line": Bad(data=GOOD[10:], kept=2, said="no record begins here"),
    "bad-arc": Bad(data=ARC.replace(b" 69", b" x9"), kept=1, said="is not a length", ending=".arc"),
    "invalid-wacz": Bad(data=wacz(manifest=True)[:-50], kept=0, said="the zip file is damaged", ending=".wacz"),
    "wacz-without-manifest": Bad(data=wacz(manifest=True), kept=3, said="datapackage.json is missing", ending=".wacz"),
    "wacz-without-warc": Bad(data=wacz(manifest=False), kept=0, said="no WARC file", ending=".wacz"),
    "empty": Bad(data=b"", kept=0, said="the file is empty"),
    "no-archive": Bad(data=HTTP, kept=0, said="no whole WARC or ARC record"),
}


def imported(root: Path, name: str, data: bytes) -> tuple[Layout, Report]:
    path = root / name
    path.write_bytes(data)
    layout = Layout(root=root / "data")
    (report,) = import_paths(layout, [path])
    return layout, report


@pytest.mark.parametrize(("name", "data"), [("good.warc", GOOD), ("good.warc.gz", PACKED)])
def test_the_files_of_which_they_are_made_are_good(tmp_path: Path, name: str, data: bytes) -> None:
    layout, report = imported(tmp_path, name, data)
    assert (report.records, report.problems) == (3, ())
    (warc,) = layout.warcs()
    assert warc.read_bytes() == data
    assert list(verify(warc)) == []


@pytest.mark.fault(rows=[28])
@pytest.mark.parametrize("name", FILES)
def test_a_known_bad_file_is_told_and_what_it_holds_is_kept(tmp_path: Path, name: str) -> None:
    bad = FILES[name]
    layout, report = imported(tmp_path, name + bad.ending, bad.data)
    assert report.records == bad.kept, report
    assert any(bad.said in problem.reason for problem in report.problems), report
    assert all(problem.file.startswith(name) and 0 <= problem.offset <= len(bad.data) for problem in report.problems)
    assert list(verify(tmp_path / (name + bad.ending)))
    for warc in layout.warcs():
        captures = list(read(warc))
        assert len({capture.id for capture in captures}) == len(captures)
        for problem in verify(warc):
            assert problem.file == warc.name
    assert bool(list(layout.warcs())) == bool(bad.kept)
