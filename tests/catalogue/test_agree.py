"""The files of an archive agree with each other; every kind of disagreement is found and named."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.catalogue import build
from archive.catalogue.agree import Acknowledged, disagreements
from archive.corpus import forget, reclean, shard
from archive.errors import DataError
from archive.layout import OPEN, Layout
from archive.text.document import Document
from archive.warc import exclusions, index
from archive.warc.capture import Earlier
from archive.warc.reader import whole_records
from archive.warc.record import Record
from archive.warc.writer import Exchange, Writer

PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    + ("<html><title>座谈会</title><body><h1>座谈会</h1>" + "<p>各民主党派负责人参加座谈会。</p>" * 9).encode()
)
UNMODIFIED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


def exchange(number: int, response: bytes = PAGE) -> Exchange:
    return Exchange(
        url=f"http://a.cn/{number}.html",
        started=datetime(2026, 1, 1, 0, number, tzinfo=UTC),
        ip=None,
        request=b"GET / HTTP/1.1\r\n\r\n",
        response=io.BytesIO(response),
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two crawls of a site: two pages, then one with the same payload and one with status 304."""
    layout = Layout(root=tmp_path_factory.mktemp("whole"))
    first, second = (Writer(layout, "a", warcinfo=()) for _ in range(2))
    known = []
    for number in (1, 2):
        kept = first.exchange(exchange(number), lambda *_: None)
        known.append(Earlier(id=kept.id, url=f"http://a.cn/{number}.html", date=kept.date))
    first.close()
    assert second.exchange(exchange(1), lambda *_: known[0]).revisit
    assert second.exchange(exchange(2, UNMODIFIED), lambda *_: known[1]).revisit
    second.close()
    assert not [fault for made in reclean.clean(layout, {}, jobs=1) for fault in made.faults]
    assert build.update(layout).documents == 2
    assert list(disagreements(layout)) == []
    return layout.root


def warc(layout: Layout, kind: str) -> Path:
    """The file that has records of a kind."""
    return next(path for path in layout.warcs() if any(r.kind == kind for r in whole_records(path)))


def erase_target(layout: Layout) -> None:
    path = warc(layout, "response")
    record = next(r for r in whole_records(path) if r.kind == "response")
    data = path.read_bytes()
    path.write_bytes(data[: record.place.offset] + data[record.place.offset + record.place.length :])
    index.write(layout, path)
    layout.shard_of(path).unlink()
    build.update(layout)


def cut_target(layout: Layout) -> None:
    path = warc(layout, "response")
    writer = Writer(layout, "a", warcinfo=())
    kept = writer.exchange(
        Exchange(
            url="http://a.cn/cut",
            started=datetime(2026, 1, 2, tzinfo=UTC),
            ip=None,
            request=b"",
            response=io.BytesIO(PAGE),
            truncated="length",
        ),
        lambda *_: None,
    )
    writer.exchange(exchange(1), lambda *_: Earlier(id=kept.id, url="http://a.cn/cut", date=kept.date))
    writer.close()
    assert path.exists()


def change_index(layout: Layout) -> None:
    path = next(layout.indexes())
    path.write_bytes(path.read_bytes().replace(b'"length": "', b'"length": "1', 1))


def change_shard(layout: Layout) -> None:
    path = layout.shard_of(warc(layout, "response"))
    data = bytearray(path.read_bytes())
    # One byte alone may stand where no reader looks, such as in the statistics of a column.
    for at in range(len(data) // 3, len(data) // 3 + 64):
        data[at] ^= 0xFF
    path.write_bytes(data)


def change_text(layout: Layout) -> None:
    path = layout.shard_of(warc(layout, "response"))
    about = shard.about(path)
    assert about is not None
    rows = [replace(r, text=r.text + "假") if isinstance(r, Document) else r for r in shard.read(path)]
    with shard.Writer(path) as writer:
        for row in rows:
            writer.add(row)
        writer.close(header=about.header, hosts=about.hosts)


def swap_shards(layout: Layout) -> None:
    shutil.copyfile(
        layout.shard_of(warc(layout, "response")),
        layout.shard_of(warc(layout, "revisit")),
    )


def lose_warc(layout: Layout) -> None:
    warc(layout, "revisit").unlink()


def change_catalogue(layout: Layout) -> None:
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("UPDATE captures SET offset = offset + 1 WHERE id = (SELECT min(id) FROM captures)")


def lose_document(layout: Layout) -> None:
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("DELETE FROM documents WHERE number = (SELECT min(number) FROM documents)")


def change_title(layout: Layout) -> None:
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("UPDATE documents SET title = '别的' WHERE number = (SELECT min(number) FROM documents)")


def lose_source(layout: Layout) -> None:
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("DELETE FROM sources WHERE id = (SELECT min(source) FROM documents)")


def break_words(layout: Layout) -> None:
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("DELETE FROM words_data WHERE id > 10")


def copy_warc(layout: Layout) -> None:
    path = warc(layout, "revisit")
    shutil.copy(path, path.with_name("a-20260101T000000Z-00000000.warc.gz"))


def lose_info(layout: Layout) -> None:
    path = warc(layout, "revisit")
    path.write_bytes(path.read_bytes()[next(whole_records(path)).place.length :])
    index.write(layout, path)


def take_down(layout: Layout) -> None:
    exclusions.append(layout, {"url": "http://a.cn/1.html", "date": exclusions.now(), "reason": ""})


def bring_back(layout: Layout) -> None:
    path = warc(layout, "response")
    kept = path.read_bytes()
    forget.erase(layout, path, forget.addresses(["http://a.cn/1.html"]))
    path.write_bytes(kept)


def lose_shard(layout: Layout) -> None:
    next(layout.shards()).unlink()


def break_exclusions(layout: Layout) -> None:
    layout.exclusions.write_text("nonsense\n")


def break_catalogue(layout: Layout) -> None:
    layout.catalogue.write_bytes(b"SQLite format 3\0" + b"x" * 5000)


@pytest.mark.parametrize(
    ("damage", "file", "said"),
    [
        pytest.param(erase_target, ".warc.gz", "no WARC file here holds", marks=pytest.mark.fault(rows=[17])),
        pytest.param(cut_target, ".warc.gz", "which is not whole", marks=pytest.mark.fault(rows=[17])),
        (change_index, ".cdxj", "the index line is not what"),
        pytest.param(change_shard, ".parquet", "shard", marks=pytest.mark.fault(rows=[27])),
        (change_text, "catalogue.sqlite", "holds other rows than the file"),
        (swap_shards, ".parquet", "made from other bytes"),
        (lose_warc, ".cdxj", "is gone"),
        (change_catalogue, "catalogue.sqlite", "holds other rows than the file"),
        (lose_shard, "catalogue.sqlite", "Make it again: cundang clean."),
        (lose_document, "catalogue.sqlite", "holds other rows than the file"),
        (change_title, "catalogue.sqlite", "holds other rows than the file"),
        (lose_source, "catalogue.sqlite", "belong to no shard or index"),
        (break_words, "catalogue.sqlite", "malformed"),
        (break_catalogue, "catalogue.sqlite", "rebuild --catalogue"),
        (copy_warc, ".warc.gz", "too"),
        (lose_info, ".warc.gz", "no warcinfo record"),
        pytest.param(take_down, ".parquet", "which was taken down", marks=pytest.mark.fault(rows=[44])),
        pytest.param(bring_back, ".warc.gz", "was erased, and is here again", marks=pytest.mark.fault(rows=[44])),
        (break_exclusions, "exclusions.jsonl", "line 1"),
    ],
)
def test_a_disagreement_is_found_and_named(
    whole: Path, tmp_path: Path, damage: Callable[[Layout], None], file: str, said: str
) -> None:
    layout = Layout(root=Path(shutil.copytree(whole, tmp_path / "data")))
    damage(layout)
    found = list(disagreements(layout))
    assert any(problem.file.endswith(file) and said in problem.reason for problem in found), found


def test_missing_derived_files_are_no_disagreement(whole: Path, tmp_path: Path) -> None:
    layout = Layout(root=Path(shutil.copytree(whole, tmp_path / "data")))
    for path in (*layout.indexes(), *layout.shards(), layout.catalogue):
        path.unlink()
    assert list(disagreements(layout)) == []


def test_a_file_that_is_closed_between_listing_and_reading_is_read(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    layout = Layout(root=tmp_path)
    kept, asked = list(layout.warcs()), Writer(layout, "b", warcinfo=())
    page = asked.exchange(exchange(7), lambda *_: None)
    # Its first revisit refers to nothing, which is reported after the earlier file was read and all files were listed.
    change_index(layout)
    found = disagreements(layout)
    assert "index line" in next(found).reason
    (begun,) = layout.open_warcs()
    asked.exchange(exchange(8, UNMODIFIED), lambda *_: Earlier(id=page.id, url="http://a.cn/7.html", date=page.date))
    asked.close()
    assert not begun.exists()
    # A file that was listed as open is read to its present end, where a revisit refers to a page of the same file.
    assert [problem.reason for problem in found if "refers" in problem.reason] == []
    assert layout.all_warcs() == [*kept, *asked.closed]


def said(layout: Layout, *acknowledged: Acknowledged) -> list[tuple[str, str]]:
    """The name of the file and the reason of each disagreement."""
    return [(Path(problem.file).name, problem.reason) for problem in disagreements(layout, acknowledged)]


@pytest.fixture
def layout(whole: Path, tmp_path: Path) -> Layout:
    return Layout(root=Path(shutil.copytree(whole, tmp_path / "data")))


def target(layout: Layout) -> Record:
    return next(r for r in whole_records(warc(layout, "response")) if r.kind == "response")


@pytest.mark.parametrize(
    ("later", "page", "reason"),
    [
        (1, PAGE, "the revisit gives {} another URL or date than it has"),
        (0, PAGE.replace("座谈会".encode(), "茶话会".encode()), "the revisit refers to {}, which has other bytes"),
        (0, PAGE, None),
        (0, UNMODIFIED, None),
    ],
)
def test_a_revisit_repeats_what_it_refers_to(layout: Layout, later: int, page: bytes, reason: str | None) -> None:
    record = target(layout)
    assert record.date
    earlier = Earlier(id=record.id, url=record.url, date=record.date + timedelta(microseconds=later))
    asked = Writer(layout, "a", warcinfo=())
    assert asked.exchange(exchange(1, page), lambda *_: earlier).revisit
    asked.close()
    assert [why for _, why in said(layout) if "revisit" in why] == ([reason.format(record.id)] if reason else [])


def test_what_a_crawl_remembers_is_there_or_was_erased(layout: Layout) -> None:
    record = target(layout)
    state = layout.state("a")
    mine = Acknowledged(state=state, url=record.url, record=record.id)
    lost = Acknowledged(state=state, url="http://a.cn/lost", record="urn:uuid:0")
    assert said(layout, mine) == []
    ((file, reason),) = said(layout, mine, lost)
    assert file == "a.sqlite"
    assert reason.startswith("1 captures that the crawl acknowledged are in no WARC file here, the first urn:uuid:0")
    path = warc(layout, "response")
    forget.erase(layout, path, forget.addresses([record.url]))
    assert [file for file, _ in said(layout, mine) if file == "a.sqlite"] == []


def test_a_state_that_cannot_be_read_is_reported(layout: Layout) -> None:
    record = target(layout)

    def broken() -> Iterator[Acknowledged]:
        yield Acknowledged(state=layout.state("a"), url=record.url, record=record.id)
        raise DataError("it is damaged")

    assert [(p.file, p.reason) for p in disagreements(layout, broken())] == [("state", "it is damaged")]


def test_the_offset_of_an_index_line_is_that_of_its_first_byte(layout: Layout) -> None:
    path = layout.index_of(warc(layout, "response"))
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second.replace(b"200", b"201"))
    (problem,) = (p for p in disagreements(layout) if p.file.endswith(path.name))
    assert problem.offset == len(first)


def test_an_index_beside_a_file_that_is_being_written_is_left_alone(layout: Layout) -> None:
    path = warc(layout, "response")
    path.rename(path.with_name(path.name + OPEN))
    index_, shard_ = layout.index_of(path), layout.shard_of(path)
    index_.write_bytes(b"half")
    shard_.write_bytes(b"half")
    found = said(layout)
    assert [why for file, why in found if file in (index_.name, shard_.name) and "is gone" not in why] == []


@pytest.mark.parametrize("changed", ["sha256", "counts"])
def test_a_shard_is_of_its_file_and_counts_right(layout: Layout, changed: str) -> None:
    path = layout.shard_of(warc(layout, "response"))
    about, rows = shard.about(path), list(shard.read(path))
    assert about is not None
    with shard.Writer(path) as writer:
        for row in rows:
            writer.add(row)
        if changed == "counts":
            writer._counts = [1, 1]
        other = replace(about.header, warc_sha256="0" * 64) if changed == "sha256" else about.header
        writer.close(header=other, hosts=about.hosts)
    reasons = [why for file, why in said(layout) if file == path.name]
    wanted = "the shard was made from other bytes" if changed == "sha256" else "the shard states a wrong number"
    assert [why.startswith(wanted) for why in reasons] == [True]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "INSERT INTO skips SELECT source, 'x', 'u', 'a', NULL, 404, 'error_status', '', 0 FROM documents",
            "the catalogue holds other rows than the file",
        ),
        (
            "INSERT INTO skips VALUES (999, 'urn:x', 'http://a.cn/', 'a', NULL, 404, 'error_status', '', 0)",
            "skips belong to no shard or index",
        ),
        ("UPDATE captures SET source = 999", "captures belong to no shard or index"),
    ],
)
def test_rows_without_a_file_are_reported(layout: Layout, change: str, reason: str) -> None:
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute(change)
    found = said(layout)
    assert any(reason in why for _, why in found), found
    assert {file for file, _ in found} == {"catalogue.sqlite"}


def test_sqlites_own_check_runs(layout: Layout) -> None:
    """A value that the table forbids, in a column that no other check compares."""
    with closing(sqlite3.connect(layout.catalogue)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'script    TEXT NOT NULL', 'script    TEXT')")
        db.commit()
    with closing(sqlite3.connect(layout.catalogue)) as db:
        db.execute("UPDATE documents SET script = NULL")
        db.commit()
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'script    TEXT,', 'script    TEXT NOT NULL,')")
        db.commit()
    ((file, reason),) = said(layout)
    assert file == "catalogue.sqlite"
    assert reason.startswith("NULL value in documents.script")
