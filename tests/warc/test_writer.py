"""The writer: unchanged bytes, valid references, and no torn record when the disk is full."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shutil
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_files import MOMENT, PAGE, REQUEST, exchange, never, write
from warcio.archiveiterator import ArchiveIterator

from archive.errors import SpaceError
from archive.layout import Layout
from archive.warc import reader
from archive.warc.capture import Earlier, Written
from archive.warc.record import Record
from archive.warc.verify import verify
from archive.warc.writer import REVISIT, Writer

# Response, and the entity that its payload digest is of.
SHAPES = {
    "plain": (PAGE, "<p>统战部</p>".encode()),
    "chunked, with extension and trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;q=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n",
        b"abcde",
    ),
    "chunked with bare line feeds": (b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n", b"abc"),
    "says chunked, is not": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>", b"<html>"),
    "chunks break off": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", b"9\r\nabc"),
    "folded and odd-case lines": (
        b"HTTP/1.1 200 OK\r\nx-A: 1,\r\n\t2\r\nno colon here\r\nX-a:  3  \r\n\r\nbody",
        b"body",
    ),
    "GBK bytes in a header": (
        b"HTTP/1.1 200 \r\nContent-Disposition: attachment; filename=\xcd\xa8\xd6\xaa.doc\r\n\r\nbody",
        b"body",
    ),
    "HTTP/1.0 with line feeds only": (b"HTTP/1.0 200 OK\nServer: x\n\nbody\n", b"body\n"),
    "no head": (b"<html>no head</html>", b"<html>no head</html>"),
    "no body": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "coded content": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(b"x"),
        zlib.compress(b"x"),
    ),
    "looks like a record": (b"HTTP/1.1 200 OK\r\n\r\n\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n\r\n", None),
}


def blocks_of(path: Path) -> list[tuple[str, bytes]]:
    with path.open("rb") as file:
        return [(r.rec_type, r.raw_stream.read()) for r in ArchiveIterator(file, no_record_parse=True)]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_response_rests_byte_for_byte_and_its_digests_are_the_standards(tmp_path: Path, shape: str) -> None:
    response, entity = SHAPES[shape]
    path, (written,) = write(tmp_path, response)
    kinds = blocks_of(path)
    assert [kind for kind, _ in kinds] == ["warcinfo", "response", "request", "metadata"]
    assert kinds[1][1] == response
    assert kinds[2][1] == REQUEST
    if entity is not None:
        assert written.payload_digest == f"sha256:{hashlib.sha256(entity).hexdigest()}"
    # What a server cut, its record says.
    assert [problem for problem in verify(path) if not problem.noted] == []
    with path.open("rb") as file:
        for record in FastIterator(file, parse_http=False):
            assert record.verify_block_digest()


def test_two_other_readers_agree_on_every_digest(tmp_path: Path) -> None:
    # Of chunked bodies alone they want the digest with the chunk sizes, against the standard.
    path, _ = write(tmp_path, *(r for r, _ in SHAPES.values() if b"chunked" not in r and r.startswith(b"HTTP/1.1")))
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests=True):
            record.content_stream().read()
            assert record.digest_checker.passed in (True, None), record.rec_headers
            assert record.digest_checker.problems == []
    with path.open("rb") as file:
        assert all(r.verify_payload_digest() for r in FastIterator(file) if r.headers.get("WARC-Payload-Digest"))


def test_the_records_of_an_exchange_refer_to_each_other(tmp_path: Path) -> None:
    path, (first, again) = write(tmp_path, PAGE, PAGE)
    info, response, request, metadata, *_ = [r for r in reader.records(path) if isinstance(r, Record)]
    assert info.field("WARC-Filename") == path.name == first.place.file
    assert response.id == first.id
    assert response.field("WARC-Date") == "2024-02-26T08:30:00.412030Z"
    assert response.field("WARC-IP-Address") == "192.0.2.1"
    assert (first.place.offset, first.place.length) == (response.place.offset, response.place.length)
    assert [r.field("WARC-Warcinfo-ID").strip("<>") for r in (response, request, metadata)] == [info.id] * 3
    assert request.field("WARC-Concurrent-To") == f"<{first.id}>" == metadata.field("WARC-Refers-To")
    assert len({info.id, response.id, request.id, metadata.id, again.id}) == 5
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21,22}", r.id) for r in (info, response))


@pytest.mark.fault(rows=[16])
def test_the_same_payload_again_is_a_revisit_with_the_fresh_head(tmp_path: Path) -> None:
    kept: dict[tuple[str, str], Earlier] = {}

    def earlier(url: str | None, digest: str | None) -> Earlier | None:
        return kept.get((url or "", digest or ""))

    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    body = b"x" * 300
    first = writer.exchange(exchange(chunked % (300, body)), earlier)
    assert first.payload_digest
    kept["http://a.cn/x", first.payload_digest] = Earlier(id=first.id, url="http://a.cn/x", date=first.date)
    head = b"HTTP/1.1 200 OK\r\nX-Fresh: 1\r\n\r\n"
    # Chunked otherwise, or not at all: the payload is the same.
    again = writer.exchange(exchange(head + body), earlier)
    cut = writer.exchange(exchange(head + body, truncated="length"), earlier)
    empty = writer.exchange(exchange(head), lambda *_: pytest.fail("an empty payload has no earlier record"))
    writer.close()
    assert (first.revisit, again.revisit, cut.revisit, empty.revisit) == (False, True, False, False)
    assert cut.payload_digest is None
    by_id = {r.id: r for r in reader.records(writer.closed[0]) if isinstance(r, Record)}
    revisit = by_id[again.id]
    assert revisit.kind == "revisit"
    assert revisit.block == head
    assert revisit.field("WARC-Profile") == REVISIT
    assert revisit.field("WARC-Payload-Digest") == first.payload_digest
    assert revisit.field("WARC-Refers-To") == f"<{first.id}>"
    assert revisit.field("WARC-Refers-To-Date") == by_id[first.id].field("WARC-Date")
    assert by_id[cut.id].field("WARC-Truncated") == "length"
    assert not by_id[cut.id].field("WARC-Payload-Digest")
    assert list(verify(writer.closed[0])) == []


def test_a_failed_fetch_and_a_line_break_in_a_value_are_one_line_each(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    writer.failure("http://a.cn/gone", MOMENT, (("error", "timed\r\nout"), ("via", "http://a.cn/")))
    writer.close()
    assert blocks_of(writer.closed[0])[1] == ("metadata", b"error: timed out\r\nvia: http://a.cn/\r\n")


def test_nothing_written_leaves_no_file(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    writer.sync()
    writer.close()
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("limit", ["bytes", "seconds"])
def test_a_file_is_closed_between_exchanges_when_it_is_full_or_old(tmp_path: Path, limit: str) -> None:
    layout = Layout(root=tmp_path)
    full = {"max_bytes": 1} if limit == "bytes" else {"max_seconds": 0}
    writer = Writer(layout, "a", warcinfo=(), **full)
    writer.exchange(exchange(), never)
    assert len(list(layout.open_warcs())) == 1
    writer.exchange(exchange(), never)
    writer.sync()
    assert list(layout.open_warcs()) == []
    assert sorted(writer.closed) == list(layout.warcs("a"))
    for path in writer.closed:
        assert [kind for kind, _ in blocks_of(path)] == ["warcinfo", "response", "request", "metadata"]
        assert layout.index_of(path).exists()
    writer.close()
    assert len(writer.closed) == 2


def test_what_is_returned_is_with_the_operating_system(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    for number in range(3):
        written = writer.exchange(exchange(), never)
        (path,) = layout.open_warcs()
        found = [capture.id for capture in reader.read(path)]
        assert len(found) == number + 1
        assert found[-1] == written.id
        assert reader.read_at(path, written.place.offset).body == "<p>统战部</p>".encode()
    writer.close()


FILL = """
    import io, sys
    from pathlib import Path
    sys.path.insert(0, {folder!r})
    from warc_files import exchange, never
    from archive.errors import {error}
    from archive.layout import Layout
    from archive.warc import reader
    from archive.warc.verify import repair, verify
    from archive.warc.writer import Writer
    import os, random, resource, signal

    root = Path(sys.argv[1])
    layout = Layout(root=root)
    writer = Writer(layout, "a", warcinfo=())
    noise = random.Random(1)
    {before}
    kept, failure = [], None
    for number in range(1000):
        try:
            kept.append(writer.exchange(exchange(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + noise.randbytes(9000)), never).id)
        except {error} as error:
            failure = error
            break
    assert failure and str(root) in str(failure), failure
    assert len(kept) > 3
    for call in (writer.sync, writer.close, lambda: writer.exchange(exchange(), never)):
        try:
            call()
        except {error} as again:
            assert again is failure
        else:
            raise AssertionError(call)
    (path,) = layout.open_warcs()
    assert [c.id for c in reader.read(path)] == kept
    assert list(verify(path)) == []
    {after}
    healed = repair(path, layout)
    assert healed.tail is None and healed.records == 1 + 3 * len(kept)
    print(len(kept))
"""


def run_fill(root: Path, error: str, before: str = "pass", after: str = "pass", command: tuple[str, ...] = ()) -> None:
    script = textwrap.dedent(FILL).format(folder=str(Path(__file__).parent), error=error, before=before, after=after)
    done = subprocess.run(
        [*command, sys.executable, "-c", script, str(root)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.fault(rows=[20])
def test_a_full_disk_stops_the_writer_and_tears_nothing(tmp_path: Path) -> None:
    mount = ("unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@"', str(tmp_path))
    if not shutil.which("unshare") or subprocess.run([*mount, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    # Room for the index and the tail is made after the failure, as a person would.
    run_fill(
        tmp_path,
        "SpaceError",
        before="(root / 'spare').write_bytes(noise.randbytes(40_000))",
        after="(root / 'spare').unlink()",
        command=mount,
    )


@pytest.mark.fault(rows=[22])
def test_any_other_failure_to_write_is_said_and_tears_nothing(tmp_path: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))"
    unlimit = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))"
    run_fill(tmp_path, "DataError", before=limit, after=unlimit)


def test_a_file_that_cannot_be_begun_is_not_there(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(Exception, match="cannot be written") as failed:
            writer.exchange(exchange(), never)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not isinstance(failed.value, SpaceError)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.fault(rows=[7])
def test_a_large_response_streams(tmp_path: Path) -> None:
    size = 48 * 2**20
    path = tmp_path / "body"
    with path.open("wb") as file:
        file.write(b"HTTP/1.1 200 OK\r\n\r\n")
        file.seek(size, os.SEEK_CUR)
        file.write(b"end")
    script = """
        import resource, sys, datetime as dt
        from pathlib import Path
        from archive.layout import Layout
        from archive.warc.writer import Exchange, Writer
        writer = Writer(Layout(root=Path(sys.argv[2])), "a", warcinfo=())
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        before = peak()
        with open(sys.argv[1], "rb") as response:
            writer.exchange(Exchange(url="http://a.cn/", started=dt.datetime.now(dt.UTC), ip=None, request=b"",
                                     response=response), lambda *_: None)
        print(peak() - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(path), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert int(done.stdout) < 8 * 1024, f"{done.stdout} KiB more memory for a response of {size} bytes"


names = st.text("abcdefghijklmnop-", min_size=1, max_size=12)
values = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=60)
@given(body=st.binary(max_size=4000), head=st.lists(st.binary(max_size=40), max_size=6), metadata=values)
def test_whatever_a_server_sends_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, head: list[bytes], metadata: str
) -> None:
    root = tmp_path_factory.mktemp("round")
    response = b"HTTP/1.1 200 OK\r\n" + b"\r\n".join(head) + b"\r\n\r\n" + body
    writer = Writer(Layout(root=root), "a", warcinfo=())
    written: Written = writer.exchange(exchange(response, metadata=(("via", "http://a.cn/ " + metadata),)), never)
    writer.close()
    path = writer.closed[0]
    assert blocks_of(path)[1] == ("response", response)
    assert list(verify(path)) == []
    (capture,) = reader.read(path)
    assert capture.id == written.id
    assert capture.found is not None
    assert capture.found.parent == " ".join(("http://a.cn/ " + metadata).split())
    assert reader.read_at(path, capture.place.offset) == capture


@pytest.mark.fault(rows=[13])
def test_a_304_is_a_revisit_of_what_is_still_so_and_without_that_a_response(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    unmodified = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
    alone = writer.exchange(exchange(unmodified), never)
    first = writer.exchange(exchange(), never)
    last = Earlier(id=first.id, url="http://a.cn/x", date=first.date)
    again = writer.exchange(exchange(unmodified), lambda url, digest: last if url and digest is None else None)
    writer.close()
    assert (alone.revisit, again.revisit) == (False, True)
    # Nothing may refer to either: they hold no payload.
    assert alone.payload_digest is None
    assert again.payload_digest is None
    revisit = {r.id: r for r in reader.records(writer.closed[0]) if isinstance(r, Record)}[again.id]
    assert revisit.block == unmodified
    assert revisit.field("WARC-Profile").endswith("/server-not-modified")
    assert revisit.field("WARC-Refers-To") == f"<{first.id}>"
    assert revisit.field("WARC-Refers-To-Target-URI") == "http://a.cn/x"
    assert not revisit.field("WARC-Payload-Digest")
    assert list(verify(writer.closed[0])) == []


@pytest.mark.fault(rows=[13])
def test_a_304_that_has_a_body_is_a_response_with_all_its_bytes(tmp_path: Path) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    odd = b"HTTP/1.1 304 Not Modified\r\n\r\n<p>a body all the same</p>"
    last = Earlier(id="urn:uuid:1", url="http://a.cn/x", date=MOMENT)
    written = writer.exchange(exchange(odd), lambda url, digest: last if url and digest is None else None)
    writer.close()
    assert written.revisit is False
    assert blocks_of(writer.closed[0])[1] == ("response", odd)


@pytest.mark.fault(rows=[16])
@pytest.mark.parametrize(
    ("kind", "revisit"), [("image/png", True), ("application/pdf", True), ("text/html", False), ("", False)]
)
def test_files_are_revisits_of_other_addresses_and_pages_never(tmp_path: Path, kind: str, revisit: bool) -> None:
    writer = Writer(Layout(root=tmp_path), "a", warcinfo=())
    other = Earlier(id="urn:uuid:1", url="http://a.cn/other", date=MOMENT)
    response = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\nbytes".encode()
    written = writer.exchange(exchange(response), lambda url, _: None if url else other)
    writer.close()
    assert written.revisit is revisit
