"""The index: lines as replay tools write them, the same each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from warc_files import MOMENT, PAGE, exchange, never, write

from archive.errors import DataError
from archive.layout import Layout
from archive.warc import index
from archive.warc.reader import read, read_at
from archive.warc.surt import surt
from archive.warc.writer import Earlier, Writer


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


def test_a_broken_index_says_how_to_make_it_again(tmp_path: Path) -> None:
    path = tmp_path / "a.cdxj"
    for broken in ("cn,a)/ 20240101000000 {}\n", "x\n", "cn,a)/ 2024 {not json\n"):
        path.write_text(broken)
        with pytest.raises(DataError, match=r"line 1 .*cundang rebuild --index"):
            list(index.read(path))
