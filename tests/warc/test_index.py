"""The index: lines as replay tools write them, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from warc_files import MOMENT, PAGE, exchange, never, write

from archive.errors import DataError
from archive.layout import Layout
from archive.warc import index
from archive.warc.capture import Earlier
from archive.warc.reader import read, read_at
from archive.warc.surt import surt
from archive.warc.writer import Writer


@pytest.mark.parametrize(
    ("url", "key"),
    [
        # As the package surt 0.3.1 makes them.
        ("http://www.gov.cn", "cn,gov)/"),
        ("http://www2.gov.cn:8080/a/", "cn,gov:8080)/a"),
        ("https://x.cn:443/A/B/?q=%E4%B8%AD&b", "cn,x)/a/b?b&q=%e4%b8%ad"),
        ("http://user:pw@x.cn/a//b/../c/./", "cn,x)/a/c"),
        ("http://中国.cn/路?问=答", "cn,xn--fiqs8s)/%e8%b7%af?%e9%97%ae=%e7%ad%94"),
        ("http://127.0.0.2:8001/", "2,0,0,127:8001)/"),
        ("http://x.cn/a b", "cn,x)/a%20b"),
        ("http://x.cn/%252e?", "cn,x)/"),
        ("http://x.cn/?sid=0123456789abcdef0123456789abcdef&x=1", "cn,x)/?x=1"),
        ("dns:www.a.cn", "dns:www.a.cn"),
        ("", "-"),
    ],
)
def test_a_key_is_the_one_that_replay_tools_ask_for(url: str, key: str) -> None:
    assert surt(url) == key


def test_the_lines_are_sorted_and_lead_to_their_records(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    first = writer.exchange(exchange(url="http://b.cn/"), never)
    writer.exchange(exchange(url="http://a.cn/2"), never)
    assert first.payload_digest
    writer.exchange(exchange(url="http://b.cn/"), lambda *_: Earlier(id=first.id, url="http://b.cn/", date=first.date))
    writer.failure("http://gone.cn/", MOMENT, (("error", "timeout"),))
    writer.close()
    warc = writer.closed[0]
    path = layout.index_of(warc)
    lines = path.read_text().splitlines()
    assert lines == sorted(lines)
    assert [line.split(" ")[0] for line in lines] == ["cn,a)/2", "cn,b)/", "cn,b)/"]
    fields = json.loads(lines[0].split(" ", 2)[2])
    assert list(fields) == ["url", "mime", "status", "digest", "length", "offset", "filename", "id"]
    assert set(map(type, fields.values())) == {str}
    rows = list(index.read(path))
    assert sorted(r.mime for r in rows) == ["text/html", "text/html", "warc/revisit"]
    by_id = {capture.id: capture for capture in read(warc)}
    for row in rows:
        assert (row.status, row.filename, row.digest) == (200, warc.name, first.payload_digest)
        assert row.date == MOMENT.replace(microsecond=0)
        if row.mime != "warc/revisit":
            assert read_at(warc, row.offset) == by_id[row.id]
            assert by_id[row.id].url == row.url


def test_made_again_it_is_the_same_bytes(tmp_path: Path) -> None:
    warc, _ = write(tmp_path, *[PAGE] * 5)
    layout = Layout(root=tmp_path)
    before = layout.index_of(warc).read_bytes()
    layout.index_of(warc).unlink()
    assert index.write(layout, warc).read_bytes() == before
    assert [p.name for p in layout.index_of(warc).parent.iterdir()] == [layout.index_of(warc).name]


HEADS = {
    "plain": PAGE,
    "no head": b"<html>no head</html>",
    "empty": b"",
    "line feeds only": b"HTTP/1.0 200 OK\nContent-Type: text/html;charset=gb2312\n\nbody\n",
    "folded": b"HTTP/1.1 200 OK\r\nContent-Type:\r\n\ttext/html;\r\n charset=gbk\r\n\r\nbody",
    "cut after a 100": b"HTTP/1.1 100 Continue\r\n",
    "a 103 before the rest": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    "cut within the head": b"HTTP/1.1 200 OK\r\nContent-Type: text/h",
    "GBK in Content-Type": b"HTTP/1.1 200 OK\r\ncontent-TYPE: \xcd\xa8\xd6\xaa/\xe6\xa0\x85 x\r\n\r\nbody",
    "no status": b"HTTP/1.1 OK\r\nContent-Type: text/html\r\n\r\n",
    "a control character": b"HTTP/1.1 404 \r\nContent-Type: a\x85b\x1cc\x0bd\r\r\nX: y\r\n\r\n",
    "too long a head": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200_000 + b"Content-Type: text/html\r\n\r\nbody",
}
URLS = ("http://a.cn/%s", "https://WWW.b.cn:8443//x/../%s?b=2&a=%%20", "http://c.cn/%s?q='\"\\", "http://[::1]/%s#x")


def test_at_close_the_index_is_the_one_that_is_made_again_of_the_file(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=())
    for number, response in enumerate(HEADS.values()):
        url = URLS[number % len(URLS)] % number
        first = writer.exchange(exchange(response, url=url), never)
        writer.exchange(exchange(response, url=url, truncated="length", metadata=()), never)
        earlier = Earlier(id=first.id, url="http://a.cn/other", date=first.date)
        writer.exchange(exchange(response, url=url), lambda *_, e=earlier: e)
        writer.failure(f"http://a.cn/gone/{number}", MOMENT, (("error", "timeout"),))
    for number, content_type in enumerate(("text/html", "text/html; charset=中文", " TEXT/Plain ", "")):
        writer.resource(
            id_=f"urn:uuid:{number}",
            url=f"file:///%E4%B8%AD/{number}.html",
            date=MOMENT.replace(year=999),
            content_type=content_type,
            body=[PAGE, b"<p>"][number % 2],
            metadata=(("origin", "x"),),
        )
    writer.close()
    path = layout.index_of(writer.closed[0])
    before = path.read_bytes()
    assert before.count(b"\n") == 3 * len(HEADS) + 4
    # Of a response without a body there is no revisit.
    assert before.count(b"warc/revisit") == 7
    path.unlink()
    assert index.write(layout, writer.closed[0]).read_bytes() == before
    assert list(index.read(path))


def test_each_of_the_files_of_a_writer_has_its_own_lines(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    writer = Writer(layout, "a", warcinfo=(), max_bytes=1)
    written = [writer.exchange(exchange(), never) for _ in range(3)]
    writer.close()
    assert [[row.id for row in index.read(layout.index_of(warc))] for warc in writer.closed] == [
        [w.id] for w in written
    ]
    assert [w.place.file for w in written] == [warc.name for warc in writer.closed]


def test_a_broken_index_says_how_to_make_it_again(tmp_path: Path) -> None:
    path = tmp_path / "a.cdxj"
    for broken in ("cn,a)/ 20240101000000 {}\n", "x\n", "cn,a)/ 2024 {not json\n"):
        path.write_text(broken)
        with pytest.raises(DataError, match=r"line 1 .*cundang rebuild --index"):
            list(index.read(path))
