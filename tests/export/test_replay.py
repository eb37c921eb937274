"""What replay tools are given: every capture that replays, and no other."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.corpus import ingest
from archive.errors import UsageError
from archive.export import replay
from archive.layout import Layout
from archive.warc import exclusions, index
from archive.warc.capture import Earlier
from archive.warc.writer import Exchange, Known, Writer
from crawler.cli import app

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAGE = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>各民主党派负责人参加座谈会。</p>".encode()
UNMODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'
MOVED = b"HTTP/1.1 301 Moved\r\nLocation: https://a.cn/x\r\nContent-Length: 0\r\n\r\n"


def exchange(
    url: str, response: bytes = PAGE, *, days: int = 0, request: bytes = b"GET / HTTP/1.1\r\n\r\n"
) -> Exchange:
    return Exchange(
        url=url, started=MOMENT + timedelta(days=days), ip=None, request=request, response=io.BytesIO(response)
    )


def never(_url: str | None, _digest: str | None) -> Earlier | None:
    return None


def archive(root: Path, *exchanges: tuple[Exchange, Known], site: str = "a") -> Layout:
    layout = Layout(root=root)
    writer = Writer(layout, site, warcinfo=())
    for one, known in exchanges:
        writer.exchange(one, known)
    writer.close()
    return layout


def offered(out: Path) -> list[tuple[str, str, str]]:
    """Key, stamp and kind of the lines of the index."""
    lines = [line.split(" ", 2) for line in (out / "index.cdxj").read_text().splitlines()]
    return [(key, stamp, json.loads(said)["mime"]) for key, stamp, said in lines]


def test_a_304_is_kept_and_not_offered(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path / "data")
    first, second = (Writer(layout, "a", warcinfo=()) for _ in range(2))
    kept = first.exchange(exchange("http://a.cn/x"), never)
    known = Earlier(id=kept.id, url="http://a.cn/x", date=kept.date)
    assert second.exchange(exchange("http://a.cn/x", UNMODIFIED, days=1), lambda *_: known).revisit
    assert second.exchange(exchange("http://a.cn/x", days=2), lambda *_: known).revisit
    first.close()
    second.close()
    offer = replay.write(layout, tmp_path / "out")
    assert offered(tmp_path / "out") == [
        ("cn,a)/x", "20260101120000", "text/html"),
        ("cn,a)/x", "20260103120000", "warc/revisit"),
    ]
    assert dict(offer.left) == {"unchanged (304)": 1}
    assert not offer.problems
    assert sorted(row.status or 0 for path in layout.indexes() for row in index.read(path)) == [200, 200, 304]
    paths = dict(line.split("\t") for line in (tmp_path / "out/paths.txt").read_text().splitlines())
    assert paths == {warc.name: str(warc.resolve()) for warc in layout.warcs()}


def test_a_revisit_whose_payload_is_gone_is_told(tmp_path: Path) -> None:
    lost = Earlier(id="urn:uuid:00000000-0000-4000-8000-000000000000", url="http://a.cn/x", date=MOMENT)
    layout = archive(tmp_path / "data", (exchange("http://a.cn/x", days=1), lambda *_: lost))
    offer = replay.write(layout, tmp_path / "out")
    assert offered(tmp_path / "out") == []
    assert [problem.reason for problem in offer.problems] == [
        "the payload of this revisit of http://a.cn/x is in no file here"
    ]


def test_what_was_taken_down_is_not_offered(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", (exchange("http://a.cn/x"), never), (exchange("http://a.cn/y"), never))
    exclusions.append(layout, {"url": "http://a.cn/x", "date": exclusions.now(), "reason": ""})
    assert dict(replay.write(layout, tmp_path / "out").left) == {"taken down": 1}
    assert [key for key, *_ in offered(tmp_path / "out")] == ["cn,a)/y"]


@pytest.mark.parametrize(
    ("url", "kind", "body", "key"),
    [
        # As cdxj-indexer 1.5 makes them.
        ("http://a.cn/l.aspx", b"application/x-www-form-urlencoded", b"page=2", "cn,a)/l.aspx?__wb_method=post&page=2"),
        (
            "http://a.cn/l?c=1",
            b"application/x-www-form-urlencoded; charset=utf-8",
            b"q=%E7%BB%9F+x",
            "cn,a)/l?__wb_method=post&c=1&q=%e7%bb%9f%20x",
        ),
        ("http://a.cn/l", b"text/xml", b"<a/>", "cn,a)/l?__wb_method=post&__wb_post_data=pgevpg=="),
    ],
)
def test_the_answer_to_a_form_is_not_taken_for_the_page(
    tmp_path: Path, url: str, kind: bytes, body: bytes, key: str
) -> None:
    request = b"POST /l HTTP/1.1\r\nContent-Type: " + kind + b"\r\n\r\n" + body
    layout = archive(
        tmp_path / "data", (exchange(url), never), (exchange(url, PAGE + b"2", days=1, request=request), never)
    )
    replay.write(layout, tmp_path / "out")
    keys = [key for key, *_ in offered(tmp_path / "out")]
    assert len(keys) == 2
    assert key in keys


def test_of_one_second_the_page_is_offered_and_not_the_way_to_it(tmp_path: Path) -> None:
    layout = archive(
        tmp_path / "data", (exchange("http://a.cn/x", MOVED), never), (exchange("https://a.cn/x", PAGE), never)
    )
    offer = replay.write(layout, tmp_path / "out")
    assert [row.status for row in offer.captures] == [200]
    assert sum(offer.left.values()) == 1


def test_of_one_second_a_page_completed_by_scripts_is_offered_a_second_later(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path / "data")
    writer = Writer(layout, "a", warcinfo=())
    kept = writer.exchange(exchange("http://a.cn/x"), never)
    id_, url = "urn:uuid:00000000-0000-4000-8000-000000000001", "http://a.cn/x"
    writer.resource(id_=id_, url=url, date=MOMENT, content_type="text/html", body=b"<p>by scripts", metadata=())
    known = Earlier(id=kept.id, url="http://a.cn/x", date=kept.date)
    assert writer.exchange(exchange("http://a.cn/x", days=1), lambda *_: known).revisit
    writer.close()
    offer = replay.write(layout, tmp_path / "out")
    kinds = [("text/html", 200), ("text/html", None), ("warc/revisit", 200)]
    assert [(row.mime, row.status) for row in offer.captures] == kinds
    stamps = ["20260101120000", "20260101120001", "20260102120000"]
    assert [stamp for _, stamp, _ in offered(tmp_path / "out")] == stamps
    assert [index.stamp(row.date) for row in offer.captures] == stamps
    assert not offer.left


def test_a_revisit_of_what_another_capture_stands_for_is_not_offered(tmp_path: Path) -> None:
    """Else pywb answers it with that other capture."""
    layout = Layout(root=tmp_path / "data")
    writer = Writer(layout, "a", warcinfo=())
    writer.exchange(exchange("http://a.cn/x", PAGE + b"a"), never)
    kept = writer.exchange(exchange("https://a.cn/x", PAGE + b"b"), never)
    known = Earlier(id=kept.id, url="https://a.cn/x", date=kept.date)
    assert writer.exchange(exchange("https://a.cn/x", PAGE + b"b", days=1), lambda *_: known).revisit
    writer.close()
    offer = replay.write(layout, tmp_path / "out")
    assert [row.url for row in offer.captures] == ["http://a.cn/x"]
    assert sum(offer.left.values()) == 2
    assert not offer.problems


@pytest.mark.parametrize(
    "head", [b"HTTP/3 200\r\n\r\n", b"HTTP 200 Document follows\r\n\r\n", b"HTTP/1.1 200 OK\rX: y\r\r", b"<html>"]
)
def test_a_head_that_replay_tools_cannot_read_is_told(tmp_path: Path, head: bytes) -> None:
    layout = archive(tmp_path / "data", (exchange("http://a.cn/x", head + b"body"), never))
    offer = replay.write(layout, tmp_path / "out")
    assert offered(tmp_path / "out") == []
    assert offer.problems[-1].reason == "the record of http://a.cn/x has an HTTP head that replay tools cannot read"


def test_records_that_share_a_gzip_member_are_told(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", (exchange("http://a.cn/x"), never))
    (warc,) = layout.warcs()
    warc.write_bytes(gzip.compress(gzip.decompress(warc.read_bytes())))
    offer = replay.write(layout, tmp_path / "out")
    assert offered(tmp_path / "out") == []
    assert "shares its gzip member" in offer.problems[0].reason


def test_a_folder_is_brought_up_to_date_and_one_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", (exchange("http://a.cn/x"), never))
    replay.write(layout, tmp_path / "out")
    archive(tmp_path / "data", (exchange("http://b.cn/x"), never), site="b")
    replay.write(layout, tmp_path / "out")
    assert [key for key, *_ in offered(tmp_path / "out")] == ["cn,a)/x", "cn,b)/x"]
    (tmp_path / "out/notes.txt").touch()
    before = (tmp_path / "out/index.cdxj").read_bytes()
    with pytest.raises(UsageError, match="did not write"):
        replay.write(layout, tmp_path / "out")
    assert (tmp_path / "out/index.cdxj").read_bytes() == before


def test_the_command_ends_with_1_where_a_capture_is_lost(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", (exchange("http://a.cn/x"), never), (exchange("http://a.cn/y"), never))
    command = ["--data", str(layout.root), "index", "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, command).exit_code == 0
    (warc,) = layout.warcs()
    first = min(row.offset for path in layout.indexes() for row in index.read(path))
    damaged = bytearray(warc.read_bytes())
    damaged[first + 60] ^= 0xFF
    warc.write_bytes(damaged)
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 1
    assert f"{warc.name}: offset {first}: " in done.output
    assert [key for key, *_ in offered(tmp_path / "out")] == ["cn,a)/y"]


@pytest.mark.parametrize("name", ["hw-20261128T172417Z-35a4b6b3.warc.gz", "hw-20261128T172422Z-702a2977.warc.gz"])
def test_two_real_crawls_offer_no_304(shared: Path, tmp_path: Path, name: str) -> None:
    layout = Layout(root=tmp_path / "data")
    list(ingest.import_paths(layout, [shared / "cases/warc" / name]))
    offer = replay.write(layout, tmp_path / "out")
    assert {row.status for row in offer.captures} <= {200, 301, 302, 404}
    assert bool(offer.left["unchanged (304)"]) == (name == "hw-20261128T172422Z-702a2977.warc.gz")
