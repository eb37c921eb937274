"""The wire tap: the archive has exactly what the server sent, before the crawler sees it."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import itertools
import os
import re
import ssl
import subprocess
import sys
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from little_server import Answer, serving
from odd_server import CUT, HTML, NOTHING, PAGE, SHAPES, WHOLE, OddServer, Shape, sized
from one_crawl import Memory, run
from twisted.web.client import HTTPConnectionPool
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser
from warcio.warcwriter import WARCWriter

from archive.errors import DataError, SpaceError, UsageError
from archive.layout import Layout
from archive.site import Crawl, Site
from archive.warc import reader
from archive.warc.capture import Earlier, FoundBy, Written
from archive.warc.writer import Exchange, Writer
from crawler.wire import handler, recorder, tap
from crawler.wire import reader as wire_reader

TIMEOUT = 1.0
LIMIT = 2**20


# Row of the table of faults -> the shapes of answers that are its fault.
FAULTS = {
    1: ("chunked", "chunked-gzip", "trailers"),
    2: ("fold", "odd-case", "gbk-header", "no-colon"),
    3: ("lf-only", "no-reason", "no-length"),
    4: ("interim", "only-interim", "interim-flood"),
    5: ("surplus", "surplus-chunked"),
    6: ("short", "short-reset", "packed-short", "no-length-reset", "chunks-break-off", "head-breaks-off"),
    7: ("too-long", "too-long-by-close"),
    8: ("hang", "no-length-hang", "drip", "silence"),
    9: ("two-lengths", "unknown-coding", "bad-chunk"),
    10: ("flood", "flood-line"),
    12: ("wrong-label",),
    13: ("empty", "status-204", "status-304"),
    31: ("hang-up", "reset"),
}


def faults(names: Iterable[str]) -> list[Any]:
    """Shapes as parameters, each with the rows that it provokes."""
    rows = {name: [row for row, shapes in FAULTS.items() if name in shapes] for name in names}
    return [pytest.param(name, marks=[pytest.mark.fault(rows=found)] if found else []) for name, found in rows.items()]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A WARC record: its fields and its block as they stand."""

    kind: str
    fields: dict[str, str]
    block: bytes


def rows(warcs: list[str]) -> dict[str, list[Row]]:
    """The records of the files by the path of their URL."""
    found: dict[str, list[Row]] = defaultdict(list)
    for warc in warcs:
        with Path(warc).open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                fields = dict(record.rec_headers.headers)
                path = fields.get("WARC-Target-URI", "").rpartition("/")[2]
                found[path].append(Row(kind=record.rec_type, fields=fields, block=record.raw_stream.read()))
    return found


def only(records: list[Row], kind: str) -> Row:
    (row,) = (row for row in records if row.kind == kind)
    return row


def about(records: list[Row], response: Row) -> list[Row]:
    """Those that refer to a response: a server may have closed the kept connection first, and that is recorded too."""
    return [row for row in records if row.fields.get("WARC-Refers-To") == response.fields["WARC-Record-ID"]]


@dataclass(frozen=True, kw_only=True)
class Crawled:
    """One crawl of all shapes: what the server logged, what the spider saw, what the archive holds."""

    server: OddServer
    seen: dict[str, dict[str, Any]]
    rows: dict[str, list[Row]]
    warc: Path


def asked(server: OddServer, name: str, **meta: Any) -> dict[str, Any]:
    """A request for a shape, with `TIMEOUT` where the server leaves it unanswered: all others have their time."""
    unanswered = name == "silence" or (name in CUT and CUT[name][1] == "time")
    return {"url": server.url(name), "meta": meta | ({"download_timeout": TIMEOUT} if unanswered else {})}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    with OddServer(shapes=SHAPES) as server:
        out = run(
            server,
            tmp_path_factory.mktemp("data"),
            [asked(server, name, depth=2, found={"parent": "http://a.cn/", "row_date": "[02-19]"}) for name in SHAPES],
            crawl={"page_bytes": LIMIT},
        )
    assert out["reason"] == "finished", out["log"]
    seen = {row["url"].rpartition("/")[2]: row for row in out["seen"]}
    return Crawled(server=server, seen=seen, rows=rows(out["warcs"]), warc=Path(out["warcs"][0]))


@pytest.mark.parametrize("name", faults(WHOLE))
def test_a_whole_response_is_archived_as_it_was_sent(crawled: Crawled, name: str) -> None:
    shape = WHOLE[name]
    response = only(crawled.rows[name], "response")
    (sent,) = crawled.server.sent[name]
    assert sent == shape.interim + response.block + shape.surplus
    assert "WARC-Truncated" not in response.fields
    assert response.fields["WARC-IP-Address"] == "127.0.0.1"
    seen = crawled.seen[name]
    assert seen["event"] == "callback"
    assert seen["id"] == response.fields["WARC-Record-ID"].strip("<>")
    if name not in ("empty", "status-204", "status-304", "redirect", "binary"):
        assert seen["body"].encode() == PAGE
    (received,) = crawled.server.received[name]
    assert only(crawled.rows[name], "request").block == received
    told = only(about(crawled.rows[name], response), "metadata").block.decode()
    assert "via: http://a.cn/\r\n" in told
    assert "row-date: [02-19]\r\n" in told
    assert "depth: 2\r\n" in told
    assert told.count("interim: ") == shape.interim.count(b"HTTP/")
    assert told.count("surplus: ") == (1 if shape.surplus else 0)


@pytest.mark.fault(rows=[2, 3])
def test_the_comparison_can_fail() -> None:
    # warcio's own writer parses the head and writes it anew: what it does to these shapes must be noticed.
    changed = set()
    for name, shape in WHOLE.items():
        stream, buffer = BytesIO(shape.final), BytesIO()
        head = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"]).parse(stream)
        body = stream.read()
        fields = StatusAndHeaders("", [("WARC-Type", "response"), ("WARC-Payload-Digest", "x")], protocol="WARC/1.1")
        record = ArcWarcRecord("warc", "response", fields, BytesIO(body), head, "application/http", None)
        try:
            WARCWriter(buffer, gzip=False).write_record(record)
        except UnicodeEncodeError:
            changed.add(name)
            continue
        if shape.final not in buffer.getvalue():
            changed.add(name)
    assert changed >= {"fold", "gbk-header", "no-colon", "lf-only"}


@pytest.mark.parametrize("name", faults(CUT))
def test_a_transfer_that_breaks_is_kept_as_far_as_it_came(crawled: Crawled, name: str) -> None:
    shape, truncated = CUT[name]
    response = only(crawled.rows[name], "response")
    assert response.fields["WARC-Truncated"] == truncated
    assert "WARC-Payload-Digest" not in response.fields
    assert shape.final.startswith(response.block)
    if truncated in ("disconnect", "unspecified"):
        assert response.block == shape.final
    if truncated == "length":
        head, _, body = response.block.partition(b"\r\n\r\n")
        assert (len(head) if "flood" in name else len(body)) == (wire_reader.HEAD_BYTES if "flood" in name else LIMIT)
    assert "cut: " in only(about(crawled.rows[name], response), "metadata").block.decode()
    assert crawled.seen[name]["event"] == "Cut"
    assert crawled.seen[name]["truncated"] == truncated
    assert crawled.seen[name]["id"] == response.fields["WARC-Record-ID"].strip("<>")


@pytest.mark.parametrize("name", faults(NOTHING))
def test_that_we_tried_is_written_where_nothing_came(crawled: Crawled, name: str) -> None:
    *_, row = crawled.rows[name]
    # On a connection that had been kept open it is asked a second time.
    assert len(crawled.rows[name]) == len(crawled.server.received[name]) <= 2
    assert row.kind == "metadata"
    expected = "DownloadTimeoutError" if name == "silence" else "DownloadFailedError"
    assert f"error: {expected}" in row.block.decode()
    assert crawled.seen[name]["event"] == expected


def test_a_reader_of_the_archive_sees_what_the_spider_saw(crawled: Crawled) -> None:
    captures = {capture.url.rpartition("/")[2]: capture for capture in reader.read(crawled.warc)}
    assert captures.keys() >= WHOLE.keys() | CUT.keys()
    for name in WHOLE.keys() - {"binary"}:
        assert captures[name].body.decode() == crawled.seen[name]["body"]
        assert captures[name].status == crawled.seen[name]["status"]
        assert captures[name].found == FoundBy(parent="http://a.cn/", row_date="[02-19]")


def test_the_date_of_a_capture_is_when_it_was_asked_for(crawled: Crawled) -> None:
    # The server takes `TIMEOUT` over the first; the second is asked for then, and is quick.
    names = ("no-length-hang", "chunks-break-off")
    slow, quick = (only(crawled.rows[name], "response").fields["WARC-Date"] for name in names)
    assert (dt.datetime.fromisoformat(quick) - dt.datetime.fromisoformat(slow)).total_seconds() >= TIMEOUT - 0.1
    assert only(crawled.rows["no-length-hang"], "request").fields["WARC-Date"] == slow


def test_one_request_at_a_time_though_there_is_no_delay(crawled: Crawled) -> None:
    # The server takes `TIMEOUT` over silence: whoever came next came after it.
    (silence,) = crawled.server.times["silence"]
    later = [t for name, (t, *_) in crawled.server.times.items() if name != "silence" and t > silence]
    assert later
    assert min(later) >= silence + TIMEOUT - 0.1


@pytest.mark.fault(rows=[8])
def test_a_request_has_the_time_that_it_names(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as server:
        hang = {"url": server.url("hang"), "meta": {"download_timeout": 0.5}}
        out = run(server, tmp_path, [hang, server.url("plain")], settings={"DOWNLOAD_TIMEOUT": 60})
    assert [row["event"] for row in out["seen"]] == ["Cut", "callback"]
    told = only(rows(out["warcs"])["hang"], "metadata").block.decode()
    (took,) = re.findall(r"fetch-time-ms: (\d+)", told)
    assert 450 <= int(took) < 30_000


@pytest.mark.fault(rows=[6, 16])
def test_the_same_bytes_again_are_a_revisit_and_a_cut_response_never_is(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as server:
        urls = [server.url(name) for name in ("chunked", "chunked", "chunked", "short", "short")]
        out = run(server, tmp_path, urls, settings={"DOWNLOAD_DELAY": 0.4})
    found = rows(out["warcs"])
    original = only(found["chunked"], "response")
    revisits = [row for row in found["chunked"] if row.kind == "revisit"]
    # The second refers to the record that holds the payload, too.
    assert [row.fields["WARC-Refers-To"] for row in revisits] == [original.fields["WARC-Record-ID"]] * 2
    assert [row.kind for row in found["short"] if row.kind in ("response", "revisit")] == ["response", "response"]


@pytest.mark.fault(rows=[31])
def test_each_request_on_the_wire_ends_in_a_record(tmp_path: Path) -> None:
    # The server hangs up, each third page's first time, on a connection that it had kept open: that is sent again.
    pages = [f"p{n}" for n in range(9)]
    hung_up = set(pages[2::3])
    failed: set[str] = set()

    def answer(path: str, _: object) -> Answer | None:
        if path.strip("/") in hung_up - failed:
            failed.add(path.strip("/"))
            return None
        return Answer(PAGE) if path != "/robots.txt" else Answer(status=404)

    with serving(answer) as little:
        urls = [f"{little.base}/{page}" for page in pages]
        out = run(None, tmp_path, urls, hosts=[little.host], crawl={"allow_private": [little.host]})
    assert [row["event"] for row in out["seen"]] == ["callback"] * len(pages)
    assert failed == hung_up
    found = rows(out["warcs"])
    for page in pages:
        assert little.counts[f"/{page}"] == 1 + (page in hung_up)
        assert [row.kind for row in found[page] if row.kind in ("response", "revisit")] != []
        tried = [row.block.decode() for row in found[page] if "WARC-Concurrent-To" not in row.fields]
        tried = [text for text in tried if "an idle connection broke: ConnectionDone" in text]
        assert len(tried) == (page in hung_up)


@pytest.mark.fault(rows=[31])
def test_a_form_is_not_sent_a_second_time_where_an_idle_connection_broke(tmp_path: Path) -> None:
    with serving(lambda path, _: None if path == "/form" else Answer(PAGE)) as little:
        urls = [{"url": f"{little.base}/page"}, {"url": f"{little.base}/form", "method": "POST"}]
        out = run(None, tmp_path, urls, hosts=[little.host], crawl={"allow_private": [little.host]})
    assert [row["event"] for row in out["seen"]] == ["callback", "DownloadFailedError"]
    assert little.counts["/form"] == 1


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(301, b"GET", b""), (302, b"GET", b""), (303, b"GET", b""), (307, b"POST", b"page=2"), (308, b"POST", b"page=2")],
)
def test_a_form_that_is_sent_elsewhere_by_307_and_308_stays_a_form(
    tmp_path: Path, status: int, method: bytes, body: bytes
) -> None:
    # A form is never sent again, so the connection that carries the redirect must not break under it.
    moved = Shape(final=sized(b"Location: /plain", body=b"", status=b"HTTP/1.1 %d Moved" % status), ending="keep")
    with OddServer(shapes={"moved": moved, "plain": SHAPES["plain"]}) as server:
        form = {"method": "POST", "body": "page=2", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
        out = run(server, tmp_path, [{"url": server.url("moved"), "fetch": form}])
        assert out["seen"] == [{"url": server.url("moved"), "answer": 200}]
        (received,) = server.received["plain"]
    assert received.startswith(method + b" /plain ")
    assert received.partition(b"\r\n\r\n")[2] == body


@pytest.mark.fault(rows=[43])
def test_secrets_do_not_reach_the_disk(tmp_path: Path) -> None:
    secret = "c2VjcmV0LTQ3MTE"  # noqa: S105 - made up
    headers = {"Authorization": f"Basic {secret}", "Cookie": f"session={secret}", "Proxy-Authorization": secret}
    with OddServer(shapes=SHAPES) as server:
        out = run(server, tmp_path, [{"url": server.url("plain"), "headers": headers}])
        (received,) = server.received["plain"]
    assert received.count(secret.encode()) == 3
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    written += b"".join(gzip.decompress(Path(warc).read_bytes()) for warc in out["warcs"])
    assert secret.encode() not in written
    assert b"redacted: authorization, cookie, proxy-authorization" in written


@pytest.mark.fault(rows=[22])
def test_no_callback_runs_when_the_writer_fails(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as server:
        out = run(server, tmp_path, [server.url(name) for name in WHOLE], file_bytes=0)
    assert out["reason"] == "writer_failed"
    assert out["failure"][0] == "DataError"
    assert [row for row in out["seen"] if row["event"] == "callback"] == []
    assert len(server.received) <= 1  # robots.txt: nothing is fetched that cannot be kept


@pytest.mark.fault(rows=[22])
def test_a_writer_that_fails_midway_leaves_a_capture_for_every_callback(tmp_path: Path) -> None:
    pages = {f"p{n}": Shape(final=sized(HTML, body=PAGE * 10 + str(n).encode()), ending="keep") for n in range(60)}
    with OddServer(shapes=pages) as server:
        out = run(server, tmp_path, [server.url(name) for name in pages], file_bytes=30_000)
    assert out["reason"] == "writer_failed"
    called = {row["url"].rpartition("/")[2] for row in out["seen"] if row["event"] == "callback"}
    assert 0 < len(called) < len(pages)
    kept = {name for name, found in rows(out["warcs"]).items() for row in found if row.kind == "response"}
    assert called <= kept


@pytest.mark.fault(rows=[21])
def test_a_response_that_the_disk_cannot_hold_ends_the_crawl_and_says_so(tmp_path: Path) -> None:
    with OddServer(shapes=SHAPES) as server:
        # With one page more to fetch: a crawl that has nothing left may be over before it is closed.
        pages = [asked(server, "too-long"), asked(server, "hang")]
        out = run(server, tmp_path, pages, file_bytes=tap.SPOOL_BYTES + 100_000)
    assert out["reason"] == "writer_failed"
    assert "cannot be held" in out["failure"][1]
    assert out["seen"][0]["event"] == "DataError"


@pytest.mark.fault(rows=[21])
def test_a_disk_that_is_full_at_the_last_write_is_told_as_one_that_is_full_before(tmp_path: Path) -> None:
    site = Site(key="a", name="a", hosts=("a.cn",), crawl=Crawl(start=()))
    passing = tap.Tap("http://a.cn/", site, LIMIT)
    passing.begin("127.0.0.1", b"")
    passing.close()
    spool: Any = Path("/dev/full").open("r+b")  # noqa: SIM115 - closed below; it fails when its buffer is written
    passing._spool = spool
    passing.add(WHOLE["plain"].final)
    kept = recorder.Recorder(Writer(Layout(root=tmp_path), "a", warcinfo=()), Memory())
    with pytest.raises(SpaceError, match="a response cannot be held"):
        handler._held(kept, passing)
    assert isinstance(kept.failure, SpaceError)
    passing.close()
    assert spool.closed


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 400), max_size=12))
def test_how_the_bytes_arrive_makes_no_difference(name: str, cuts: list[int]) -> None:
    shape = WHOLE[name]
    passing = tap.Tap("http://a.cn/", Site(key="a", name="a", hosts=("a.cn",), crawl=Crawl(start=())), LIMIT)
    passing.begin("127.0.0.1", b"")
    for start, end in itertools.pairwise([0, *sorted({c for c in cuts if c < len(shape.wire)}), len(shape.wire)]):
        passing.add(shape.wire[start:end])
    passing.closed = True
    assert passing.block().read() == shape.final
    assert b"".join(passing.reader.interim) == shape.interim
    assert passing.cut() is None
    passing.close()


def certificate(folder: Path, address: str = "127.0.0.1", *, expired: bool = False) -> ssl.SSLContext:
    """A self-made certificate for an address, good for a day, or until yesterday."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC) - dt.timedelta(days=2 if expired else 0)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.fault(rows=[32])
def test_https_is_recorded_in_clear_with_the_verdict_on_the_certificate(tmp_path: Path) -> None:
    names = ["chunked-gzip", "fold", "surplus", "no-length", "no-length-reset", "short", "too-long", "hang"]
    with OddServer(shapes=SHAPES, tls=certificate(tmp_path)) as server:
        urls = [asked(server, name) for name in names]
        out = run(server, tmp_path / "data", urls, crawl={"page_bytes": LIMIT})
    found = rows(out["warcs"])
    for name in names:
        block = only(found[name], "response").block
        assert SHAPES[name].final.startswith(block)
        if name in WHOLE:
            assert SHAPES[name].final == block
        else:
            assert only(found[name], "response").fields["WARC-Truncated"] == CUT[name][1]
        told = only(found[name], "metadata").block.decode()
        assert "tls: TLSv1." in told
        assert "tls-verification: self-signed certificate" in told


@pytest.mark.fault(rows=[32])
@pytest.mark.parametrize(
    ("address", "expired", "verdict"),
    [
        ("127.0.0.1", False, "ok"),
        ("127.0.0.9", False, "the certificate is not for 127.0.0.1"),
        ("127.0.0.1", True, "certificate has expired"),
    ],
)
def test_the_verdict_on_a_trusted_certificate_names_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, expired: bool, verdict: str
) -> None:
    context = certificate(tmp_path, address, expired=expired)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with OddServer(shapes=SHAPES, tls=context) as server:
        out = run(server, tmp_path / "data", [server.url("fold")])
    (seen,) = out["seen"]
    assert seen["event"] == "callback"  # kept whatever its certificate, beside the verdict
    assert f"tls-verification: {verdict}" in only(rows(out["warcs"])["fold"], "metadata").block.decode()


@pytest.mark.fault(rows=[49])
def test_a_private_name_that_is_gone_stops_the_start() -> None:
    handler.check_names()
    with pytest.raises(UsageError, match=r"HTTPConnectionPool\._vanished.*scrapy>=2.19,<2.20"):
        handler.check_names([(HTTPConnectionPool, "_vanished")])
    program = "import twisted.web.client as c; del c.HTTPConnectionPool._factory; import crawler.wire.handler"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert child.returncode != 0
    assert "UsageError" in child.stderr
    assert "HTTPConnectionPool._factory" in child.stderr


class Diary:
    """A memory that notes what is asked of it, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.breaks: SpaceError | None = None

    def earlier(self, url: str | None, payload_digest: str | None) -> Earlier | None:  # noqa: ARG002 - the protocol's signature
        self.lines.append("earlier")
        return None

    def remember(self, url: str, written: Written) -> None:  # noqa: ARG002 - the protocol's signature
        self.lines.append("remember")

    def commit(self) -> None:
        if self.breaks:
            raise self.breaks
        self.lines.append("commit")


def exchange(body: bytes = PAGE, truncated: tap.Truncated | None = None) -> Exchange:
    return Exchange(
        url="http://a.cn/1",
        started=dt.datetime(2024, 2, 26, tzinfo=dt.UTC),
        ip="1.2.3.4",
        request=b"GET /1 HTTP/1.1\r\nHost: a.cn\r\n\r\n",
        response=BytesIO(sized(HTML, body=body)),
        truncated=truncated,
    )


def test_nothing_is_acknowledged_before_its_bytes_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    diary = Diary()
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    kept = recorder.Recorder(writer, diary)
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (diary.lines.append("fsync"), fsync(file))[1])  # type: ignore[func-returns-value]
    kept.keep(exchange())
    kept.keep(exchange(truncated="time"))
    diary.lines.append("settle")
    kept.acknowledge()
    assert [line for line in diary.lines if line != "fsync"] == ["earlier", "remember", "settle", "commit"]
    assert diary.lines[-3:] == ["settle", "fsync", "commit"]
    kept.close()


def test_after_a_failure_nothing_is_recorded_and_the_first_reason_stays(tmp_path: Path) -> None:
    diary = Diary()
    kept = recorder.Recorder(Writer(Layout(root=tmp_path), "a", warcinfo=()), diary)
    kept.keep(exchange())
    diary.breaks = SpaceError("state: full")
    with pytest.raises(SpaceError, match="state: full"):
        kept.acknowledge()
    kept.fail(DataError("later"))
    for act in (
        lambda: kept.keep(exchange()),
        kept.acknowledge,
        lambda: kept.failed("http://a.cn/", dt.datetime.now(dt.UTC), "x"),
    ):
        with pytest.raises(SpaceError, match="state: full"):
            act()
    kept.close()
    assert "commit" not in diary.lines


def test_only_what_a_revisit_may_refer_to_is_remembered(tmp_path: Path) -> None:
    remembered: list[tuple[str, str]] = []

    class Noted(Memory):
        def remember(self, url: str, written: Written) -> None:
            remembered.append((url, written.id))
            super().remember(url, written)

    memory = Noted()
    kept = recorder.Recorder(Writer(Layout(root=tmp_path), "a", warcinfo=()), memory)
    first = kept.keep(exchange())
    assert not kept.keep(exchange()).revisit  # the first is not settled yet
    kept.acknowledge()
    again, cut = kept.keep(exchange()), kept.keep(exchange(truncated="time"))
    kept.close()
    assert (again.revisit, cut.payload_digest) == (True, None)
    assert len(remembered) == 2
    assert remembered[0] == ("http://a.cn/1", first.id)


def test_what_was_tried_found_out_and_rendered_is_recorded(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    kept = recorder.Recorder(writer, Diary())
    at = dt.datetime(2024, 2, 26, 8, 30, tzinfo=dt.UTC)
    kept.failed("http://a.cn/1", at, "odd", (("via", "http://a.cn/"),))
    kept.failed("http://a.cn/2", at, "odd")
    kept.note("http://a.cn/3", at, (("purpose", "probe"), ("found", "x")))
    before = dt.datetime.now(dt.UTC)
    written = kept.rendered("http://a.cn/4", PAGE, (("via", "http://a.cn/"),))
    kept.close()
    _, one, two, three, page, about = rows([str(writer.closed[0])])[""] + [
        row for number in range(1, 5) for row in rows([str(writer.closed[0])])[str(number)]
    ]
    assert (one.kind, one.block) == ("metadata", b"via: http://a.cn/\r\nerror: odd\r\n")
    assert (one.fields["WARC-Target-URI"], one.fields["WARC-Date"][:19]) == ("http://a.cn/1", "2024-02-26T08:30:00")
    assert two.block == b"error: odd\r\n"
    assert three.block == b"purpose: probe\r\nfound: x\r\n"
    assert (page.kind, page.block, page.fields["Content-Type"]) == ("resource", PAGE, "text/html; charset=utf-8")
    assert page.fields["WARC-Record-ID"] == f"<{written.id}>"
    assert uuid.UUID(written.id.removeprefix("urn:uuid:")).version == 4
    assert before <= written.date <= dt.datetime.now(dt.UTC)
    assert about.block == b"via: http://a.cn/\r\n"


class Full:
    """A writer whose disk is full; `closes`: but for the end of its file."""

    def __init__(self, *, closes: bool = False) -> None:
        self.asked: list[str] = []
        self._closes = closes

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> None:
            self.asked.append(name)
            if name != "close" or not self._closes:
                raise SpaceError(f"{name}: full")

        return fail


ACTS: dict[str, tuple[str, Any]] = {
    "keep": ("exchange", lambda kept: kept.keep(exchange())),
    "failed": ("failure", lambda kept: kept.failed("http://a.cn/", dt.datetime.now(dt.UTC), "x")),
    "note": ("failure", lambda kept: kept.note("http://a.cn/", dt.datetime.now(dt.UTC), ())),
    "rendered": ("resource", lambda kept: kept.rendered("http://a.cn/", b"x", ())),
    "settle": ("sync", lambda kept: kept.acknowledge()),
    "close": ("sync", lambda kept: kept.close()),
}


@pytest.mark.parametrize("name", ACTS)
def test_the_first_failure_of_the_writer_stays_and_nothing_is_acknowledged(name: str) -> None:
    verb, act = ACTS[name]
    writer: Any = Full(closes=True)
    diary = Diary()
    kept = recorder.Recorder(writer, diary)
    with pytest.raises(SpaceError, match=f"{verb}: full"):
        act(kept)
    assert str(kept.failure) == f"{verb}: full"
    for again, (_, other) in ACTS.items():
        if again != "close":
            with pytest.raises(SpaceError, match=f"{verb}: full"):
                other(kept)
    with pytest.raises(SpaceError, match=f"{verb}: full"):
        kept.ready()
    kept.fail(DataError("later"))
    # What is whole is closed all the same, and a failure to do so hides nothing.
    kept.close()
    writer._closes = False
    kept.close()
    assert (writer.asked, str(kept.failure)) == ([verb, "close", "close"], f"{verb}: full")
    assert diary.lines == []


def test_a_file_that_cannot_be_closed_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    kept, diary = recorder.Recorder(writer, Diary()), Diary()
    kept._memory = diary
    kept.keep(exchange())
    close = writer.close
    monkeypatch.setattr(writer, "close", lambda: (_ for _ in ()).throw(SpaceError("close: full")))
    with pytest.raises(SpaceError, match="close: full"):
        kept.close()
    assert (str(kept.failure), diary.lines[-1]) == ("close: full", "commit")
    close()


def test_where_hardly_any_room_is_left_what_came_is_acknowledged_and_no_more_is_asked_for(tmp_path: Path) -> None:
    diary, left = Diary(), [True, False]

    def look() -> None:
        if not left.pop(0):
            raise SpaceError("no room")

    kept = recorder.Recorder(Writer(Layout(root=tmp_path), "a", warcinfo=()), diary, room=look)
    kept.ready()
    kept.keep(exchange())
    assert "commit" not in diary.lines
    for _ in range(2):
        with pytest.raises(SpaceError, match="no room"):
            kept.ready()
    assert (diary.lines.count("commit"), str(kept.failure)) == (1, "no room")
    kept.close()
    assert diary.lines.count("commit") == 1


def test_the_room_on_the_disk_is_that_of_the_folder_that_is_there(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    free = disk.f_bavail * disk.f_frsize
    for folder in (tmp_path, tmp_path / "not" / "yet"):
        recorder.room(folder, free // 2)
        with pytest.raises(SpaceError, match=r"MB are free, and a crawl leaves \d+\.\d MB free. Make room, then crawl"):
            recorder.room(folder, free * 2)


def test_as_much_room_as_is_wanted_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Blocks for others than root, and their size.
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=30, f_bfree=90, f_frsize=100_000, f_bsize=1))
    recorder.room(tmp_path, 3_000_000)
    with pytest.raises(SpaceError, match=r": 3\.0 MB are free, and a crawl leaves 4\.5 MB free\. Make room"):
        recorder.room(tmp_path, 4_500_000)
    with pytest.raises(SpaceError):
        recorder.room(tmp_path, 3_000_001)


def test_an_answer_that_was_recorded_and_not_read_is_given_once_in_their_order(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    places = [writer.exchange(exchange(body), lambda *_: None) for body in (b"one", b"two")]
    writer.close()
    (path,) = writer.closed
    waiting = {"http://a.cn/1": [(path, each.place.offset) for each in places], "http://a.cn/2": []}
    kept = recorder.Recorder(Writer(Layout(root=tmp_path), "a", warcinfo=()), Diary(), unacknowledged=waiting)
    found = [kept.unacknowledged("http://a.cn/1") for _ in range(3)]
    assert [each and each.id for each in found] == [places[0].id, places[1].id, None]
    assert [each and each.block[-3:] for each in found] == [b"one", b"two", None]
    assert kept.unacknowledged("http://a.cn/2") is None
    assert kept.unacknowledged("http://a.cn/3") is None
    # What is damaged since is asked for again.
    path.write_bytes(path.read_bytes()[: places[0].place.offset + 9])
    torn = recorder.Recorder(
        Writer(Layout(root=tmp_path), "a", warcinfo=()), Diary(), unacknowledged={"u": [(path, places[0].place.offset)]}
    )
    assert torn.unacknowledged("u") is None


def test_interim_heads_without_end_take_no_memory(tmp_path: Path) -> None:
    endless = b"HTTP/1.1 103 Early Hints\r\nLink: </" + b"a" * 200_000 + b">\r\n\r\n"
    with OddServer(shapes={"plain": WHOLE["plain"], "endless": Shape(interim=endless * 200, final=b"")}) as server:
        peaks = {name: run(server, tmp_path / name, [server.url(name)])["seen"][-1]["peak"] for name in server.shapes}
        assert len(server.received["endless"]) == 1
    assert peaks["endless"] - peaks["plain"] < 20 * 1024, peaks
