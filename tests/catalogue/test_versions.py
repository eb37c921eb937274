"""The history of a URL on the command line: each text once, the changes, deletions, and returns of old texts."""

from __future__ import annotations

import io
import json
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import loaded
import pytest

from archive.catalogue import build, changes, query, timeline
from archive.catalogue.search import Searcher
from archive.errors import UsageError
from archive.layout import Layout
from archive.warc import fixity
from archive.warc.capture import Earlier
from archive.warc.writer import Exchange, Writer

URL = "http://a.cn/1.html"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html><title>404</title>"
UNMODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


def page(words: str, template: str = "") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in ("各民主党派负责人参加座谈会，围绕全市发展建言献策。" * 3, words * 4))
    files = "<p><a href=/f/1.doc>附件：名单.doc</a></p>"
    html = f"<html><title>座谈会召开</title><body>{template}<h1>座谈会召开</h1><div>{body}{files}</div>"
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with one URL, captured once a day."""
    folder = tmp_path_factory.mktemp("versions")
    (folder / "sites").mkdir()
    writer = Writer(Layout(root=folder / "data"), "a", warcinfo=())
    kept: dict[bytes, Earlier] = {}
    first, second = page("会议由市委统战部主持，强调凝聚共识。"), page("会议由市委统战部主持，强调凝聚力量。")
    again = page("会议由市委统战部主持，强调凝聚共识。", "<!-- template 2 -->")
    # Other crawlers let a revisit refer to any earlier capture with these bytes, like the last one here.
    answers = (first, first, UNMODIFIED, again, MISSING, MISSING, again, second, first)
    for day, answer in enumerate(answers):
        known = kept.get(first if answer == UNMODIFIED else answer)
        exchange = Exchange(
            url=URL, started=BEGIN + timedelta(days=day), ip=None, request=b"", response=io.BytesIO(answer)
        )
        written = writer.exchange(exchange, lambda *_, known=known: known)
        assert written.revisit == (known is not None)
        kept.setdefault(answer, Earlier(id=written.id, url=URL, date=written.date))
    writer.close()
    cundang(folder, "clean")
    return folder


def cundang(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites", *words]
    done = loaded.run(command, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_each_text_is_a_version_a_deletion_too_and_an_old_text_that_comes_back(data: Path) -> None:
    found = [json.loads(line) for line in cundang(data, "show", "--versions", URL, "--json").splitlines()]
    assert [(v["outcome"], v["first"][6:8], v["last"][6:8], v["captures"]) for v in found] == [
        ("document", "01", "04", 4),
        ("deleted", "05", "06", 2),
        ("document", "07", "07", 1),
        ("document", "08", "08", 1),
        ("document", "09", "09", 1),
    ]
    changes = [["".join(filter(str.isascii, line))[:2] for line in version["lines"]] for version in found]
    assert changes == [[], [], [], ["- ", "+ "], ["- ", "+ "]]
    assert "凝聚力量" in found[3]["lines"][1]
    assert "凝聚共识" in found[4]["lines"][1]
    assert found[4]["id"] == found[0]["id"], "the record that holds it"
    assert cundang(data, "show", "--versions", URL).count("\n    ") == 4


def test_a_captured_page_is_shown_with_what_is_known_of_it(data: Path) -> None:
    shown = cundang(data, "show", URL)
    assert f"\n  {'url':18} {URL}\n" in shown
    assert f"\n  {'captured':18} 2026-01-" in shown
    assert f"\n  {'attachments':18} http://a.cn/f/1.doc 附件：名单.doc\n" in shown
    assert "凝聚共识" in shown


def test_the_text_that_came_back_is_the_latest(data: Path, tmp_path: Path) -> None:
    layout = Layout(root=data / "data")
    versions = timeline.versions(layout, URL)
    assert [item.id for item in query.documents(layout, query.Filter())] == [versions[0].id]
    assert [hit.id for hit in Searcher(layout).find("凝聚共识").hits] == [versions[0].id]
    # Captures may arrive in any order: an updated catalogue equals a new one.
    copy = Layout(root=tmp_path)
    shutil.copytree(layout.root, copy.root, dirs_exist_ok=True)
    writer = Writer(copy, "a", warcinfo=())
    again = next(c for c in timeline.captures(layout, URL) if c.id == versions[3].id)
    exchange = Exchange(
        url=URL,
        started=BEGIN + timedelta(days=20),
        ip=None,
        request=b"",
        response=io.BytesIO(page("会议由市委统战部主持，强调凝聚力量。")),
    )
    date = datetime.strptime(again.stamp + "Z", "%Y%m%d%H%M%S%z")
    assert writer.exchange(exchange, lambda *_: Earlier(id=again.id, url=URL, date=date)).revisit
    writer.close()
    assert latest(copy) == [versions[3].id]
    # Remove it from the archive regularly: if a file is only missing, its rows stay.
    name = fixity.name_of(copy, writer.closed[0])
    fixity.append(copy, fixity.Event(event="dropped", path=name, outcome="gone"))
    writer.closed[0].unlink()
    copy.index_of(writer.closed[0]).unlink()
    assert latest(copy) == [versions[0].id]


def latest(layout: Layout) -> list[str]:
    found = []
    for make in (build.update, build.rebuild):
        make(layout)
        found.append([item.id for item in query.documents(layout, query.Filter())])
    assert found[0] == found[1]
    return found[0]


EVENTS = [("09", "edited"), ("08", "edited"), ("07", "back"), ("05", "deleted"), ("01", "new")]


def test_the_events_of_a_page_are_noted_once_and_shown_page_by_page(data: Path, tmp_path: Path) -> None:
    layout = Layout(root=data / "data")
    found = changes.changes(layout, "2026")
    assert [(change.seen[6:8], change.what) for change in found] == EVENTS
    assert [len(change.lines) for change in found] == [2, 2, 0, 0, 0]
    assert {(change.url, change.site, change.title) for change in found} == {(URL, "a.cn", "座谈会召开")}
    pages = [changes.page(layout, "20260105", size=2, number=number) for number in (1, 2, 3)]
    assert [[change.what for change in one.changes] for one in pages] == [["edited", "edited"], ["back", "deleted"], []]
    assert pages[0].changes[0].lines == found[0].lines
    assert pages[0].counts == {"edited": 2, "back": 1, "deleted": 1}
    assert [one.what for one in changes.page(layout, "2026", what="back").changes] == ["back"]
    assert changes.page(layout, "2026", site="b").changes == ()
    # A capture that comes last but is older than the others changes what all of them show.
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    copy = Layout(root=tmp_path / "data")
    writer = Writer(copy, "b", warcinfo=())
    answer = page("会议由市委统战部主持，强调凝聚人心。")
    exchange = Exchange(url=URL, started=BEGIN - timedelta(days=1), ip=None, request=b"", response=io.BytesIO(answer))
    writer.exchange(exchange, lambda *_: None)
    writer.close()
    cundang(tmp_path, "clean")
    for make in (build.update, build.rebuild):
        make(copy)
        known = [(change.seen[4:8], change.what) for change in changes.changes(copy, "2025")]
        assert known == [*((f"01{day}", what) for day, what in EVENTS[:-1]), ("0101", "edited"), ("1231", "new")], make


def test_changes_are_found_without_reading_all_rows(data: Path) -> None:
    with query.catalogue(Layout(root=data / "data")) as db:
        for sql in (changes._COUNTS, changes._LATEST_NEW, changes._LATEST_OTHERS):
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", {"1": None, "2": "2026", "3": 8})]
            assert [line for line in plan if line.startswith("SCAN")] == []


def test_another_day_or_author_is_an_edit_and_what_changes_by_itself_is_none(tmp_path: Path) -> None:
    def dated(line: str) -> bytes:
        body = f"<h1>座谈会召开</h1><p>{line}</p>" + "<p>各民主党派负责人参加座谈会，围绕全市发展建言献策。</p>" * 6
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + f"<body>{body}".encode()

    (tmp_path / "sites").mkdir()
    layout = Layout(root=tmp_path / "data")
    writer = Writer(layout, "a", warcinfo=())
    said = [
        "发布时间：2005-11-07 来源：本网 作者：张三 点击：18",
        "发布时间：2005-11-07 来源：本网 作者：张三 点击：25",
        "发布时间：2011-11-11 来源：本网 作者：张三 点击：25",
        "发布时间：2011-11-11 来源：本网 作者：李四 点击：25",
        "发布时间：2011-11-11 来源：市委统战部 作者：李四 点击：25",
    ]
    for day, line in enumerate(said):
        body = io.BytesIO(dated(line))
        at = BEGIN + timedelta(days=day)
        writer.exchange(Exchange(url=URL, started=at, ip=None, request=b"", response=body), lambda *_: None)
    writer.close()
    cundang(tmp_path, "clean")
    edits = [
        ("05", ("- source: 本网", "+ source: 市委统战部")),
        ("04", ("- author: 张三", "+ author: 李四")),
        ("03", ("- published: 2005-11-07", "+ published: 2011-11-11")),
    ]
    found = changes.changes(layout, "2026")
    assert [(one.seen[6:8], one.lines) for one in found if one.what == "edited"] == edits
    shown = [json.loads(line) for line in cundang(tmp_path, "show", "--versions", URL, "--json").splitlines()]
    assert [one["captures"] for one in shown] == [2, 1, 1, 1]
    cundang(tmp_path, "export", "--format", "jsonl", "--versions", "--out", f"{tmp_path}/all.jsonl")
    days = [json.loads(line)["published"] for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert days == ["2005-11-07"] * 2 + ["2011-11-11"] * 3
    # The day of a change may be new at each visit.
    stated = {"title": "甲", "published": "2026-01-01", "published_claimed": None, "source": None, "author": None}
    passing = {"published_evidence": "updated: 更新于2026-01-01", "text": "乙"}
    assert timeline.stated_lines(stated | passing) == ["甲", "乙"]


def test_a_page_and_what_its_frames_make_of_it_are_one_version(tmp_path: Path) -> None:
    """Each visit has two captures, of which the second shows the article."""
    (tmp_path / "sites").mkdir()
    writer = Writer(Layout(root=tmp_path / "data"), "a", warcinfo=())
    bare = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        + "<title>座谈会召开</title><h1>座谈会召开</h1><div>2026-01-01 来源：市委统战部</div>".encode()
        + b"<iframe src=/f/1.htm></iframe>"
    )
    known: Earlier | None = None
    for day, words in enumerate(
        ("会议由市委统战部主持，强调凝聚共识。",) * 2 + ("会议由市委统战部主持，强调凝聚力量。",)
    ):
        when = BEGIN + timedelta(days=day)
        sent = Exchange(url=URL, started=when, ip=None, request=b"", response=io.BytesIO(bare))
        written = writer.exchange(sent, lambda *_, known=known: known)
        known = known or Earlier(id=written.id, url=URL, date=written.date)
        made = page(words).partition(b"\r\n\r\n")[2]
        writer.resource(
            id_=f"urn:uuid:00000000-0000-4000-8000-00000000000{day}",
            url=URL,
            date=when + timedelta(seconds=day),
            content_type="text/html; charset=utf-8",
            body=made,
            metadata=(),
        )
    writer.close()
    cundang(tmp_path, "clean")
    layout = Layout(root=tmp_path / "data")
    assert [(each.outcome, each.captures) for each in timeline.versions(layout, URL)] == [
        ("document", 2),
        ("document", 1),
    ]
    assert [each.what for each in changes.changes(layout, "")] == ["edited", "new"]
    (document,) = query.documents(layout, query.Filter())
    assert "凝聚力量" in document.text


def test_an_id_stays_until_the_document_changes(tmp_path: Path) -> None:
    """Also where the page counts its readers, or scripts complete it, so that no visit gives the same bytes."""
    (tmp_path / "sites").mkdir()
    layout = Layout(root=tmp_path / "data")
    first, second = "会议由市委统战部主持，强调凝聚共识。", "会议由市委统战部主持，强调凝聚力量。"
    files = page(first).replace(b"1.doc", b"2.doc")
    named, then = [], []
    pages = [page(first, "<!--1-->"), page(first, "<!--2-->"), MISSING, page(first, "<!--3-->"), page(second)]
    for day, answer in enumerate((*pages, page(first, "<!--4-->"), page(first, "<!--5-->"), files)):
        writer = Writer(layout, "a", warcinfo=())
        when = BEGIN + timedelta(days=day)
        sent = Exchange(url=URL, started=when, ip=None, request=b"", response=io.BytesIO(answer))
        named.append(writer.exchange(sent, lambda *_: None).id)
        id_ = f"urn:uuid:00000000-0000-4000-8000-00000000000{day}"
        made = page("与会人员实地察看两个村的项目。").partition(b"\r\n\r\n")[2]
        html = "text/html; charset=utf-8"
        writer.resource(id_=id_, url=f"{URL}?made", date=when, content_type=html, body=made, metadata=())
        writer.close()
        cundang(tmp_path, "clean")
        then.append([replace(item, gone=None) for item in query.documents(layout, query.Filter())])
        latest = {item.url: item.id for item in then[-1]}
        # After a deletion and after an edit the text is a new one.
        since = (0, 0, 0, 3, 4, 5, 5, 7)[day]
        assert latest == {URL: named[since], f"{URL}?made": "urn:uuid:00000000-0000-4000-8000-000000000000"}
        if day not in (2, 7):
            assert latest[URL] == timeline.versions(layout, URL)[-1].id
    build.rebuild(layout)
    assert {item.url: item.id for item in query.documents(layout, query.Filter())} == latest
    # As of each day the archive is what it was then.
    for day, wanted in enumerate(then):
        as_of = query.Filter(as_of=(BEGIN + timedelta(days=day)).date().isoformat())
        assert [replace(item, gone=None) for item in query.documents(layout, as_of)] == wanted, day
    assert list(query.documents(layout, query.Filter(as_of="2025"))) == []
    for wrong in (query.Filter(as_of="2026", versions=True), query.Filter(as_of="2026", collapse="near")):
        with pytest.raises(UsageError):
            list(query.documents(layout, wrong))


def test_where_a_page_breaks_off_is_no_edit(tmp_path: Path) -> None:
    """The cut moves with the digits of a counter, say. A changed paragraph is an edit."""
    (tmp_path / "sites").mkdir()
    writer = Writer(Layout(root=tmp_path / "data"), "a", warcinfo=())
    whole = page("会议由市委统战部主持，强调凝聚共识。")
    edited = whole.replace("建言献策".encode(), "献计出力".encode())
    end = whole.find("主持".encode())
    answers = (whole[: end + 30], whole[: end + 27], whole, edited[: end + 30], edited, edited[: end + 3])
    for day, answer in enumerate(answers):
        when = BEGIN + timedelta(days=day)
        writer.exchange(
            Exchange(url=URL, started=when, ip=None, request=b"", response=io.BytesIO(answer)), lambda *_: None
        )
    writer.close()
    cundang(tmp_path, "clean")
    layout = Layout(root=tmp_path / "data")
    flags = [item.flags for item in query.documents(layout, query.Filter(versions=True))]
    assert [("truncated" in each) for each in flags].count(True) == 4
    assert [(each.captures, len(each.lines) > 0) for each in timeline.versions(layout, URL)] == [(3, False), (3, True)]
    assert [(each.seen[6:8], each.what) for each in changes.changes(layout, "")] == [("04", "edited"), ("01", "new")]
