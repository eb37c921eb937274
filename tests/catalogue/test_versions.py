"""The history of a URL on the command line: each text once, the changes, deletions, and returns of old texts."""

from __future__ import annotations

import io
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import loaded
import pytest

from archive.catalogue import build, query
from archive.catalogue.search import Searcher
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
    assert [(v["what"], v["first"][6:8], v["last"][6:8], v["captures"]) for v in found] == [
        ("document", "01", "04", 4),
        ("deleted", "05", "06", 2),
        ("document", "07", "07", 1),
        ("document", "08", "08", 1),
        ("document", "09", "09", 1),
    ]
    changes = [["".join(filter(str.isascii, line))[:2] for line in version["changes"]] for version in found]
    assert changes == [[], [], [], ["- ", "+ "], ["- ", "+ "]]
    assert "凝聚力量" in found[3]["changes"][1]
    assert "凝聚共识" in found[4]["changes"][1]
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
    versions = query.versions(layout, URL)
    assert [item.id for item in query.documents(layout, query.Filter())] == [versions[0].id]
    assert [hit.id for hit in Searcher(layout).find("凝聚共识").hits] == [versions[0].id]
    # Captures may arrive in any order: an updated catalogue equals a new one.
    copy = Layout(root=tmp_path)
    shutil.copytree(layout.root, copy.root, dirs_exist_ok=True)
    writer = Writer(copy, "a", warcinfo=())
    again = next(c for c in query.captures(layout, URL) if c.id == versions[3].id)
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
