"""The files of an archive agree with each other, and each kind of disagreement is found and named."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.catalogue import build
from archive.catalogue.agree import disagreements
from archive.corpus import forget, reclean, shard
from archive.layout import Layout
from archive.text.document import Document
from archive.warc import exclusions, index
from archive.warc.reader import whole_records
from archive.warc.writer import Earlier, Exchange, Writer

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
    """Two crawls of a site: two pages, then one that is the same and one that the server calls unmodified."""
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
    """The file with records of that kind."""
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
    data[len(data) // 3] ^= 0xFF
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
    forget.erase(layout, path, ["http://a.cn/1.html"])
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
        (lose_source, "catalogue.sqlite", "of no shard or index"),
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


def test_what_is_derived_and_missing_is_no_disagreement(whole: Path, tmp_path: Path) -> None:
    layout = Layout(root=Path(shutil.copytree(whole, tmp_path / "data")))
    for path in (*layout.indexes(), *layout.shards(), layout.catalogue):
        path.unlink()
    assert list(disagreements(layout)) == []


def test_a_file_that_is_closed_between_listing_and_reading_is_read(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    layout = Layout(root=tmp_path)
    kept, asked = list(layout.warcs()), Writer(layout, "b", warcinfo=())
    page = asked.exchange(exchange(7), lambda *_: None)
    # Its first revisit is of nothing: told when the file before it has been read, and all have been listed.
    change_index(layout)
    found = disagreements(layout)
    assert "index line" in next(found).reason
    (begun,) = layout.open_warcs()
    asked.exchange(exchange(8, UNMODIFIED), lambda *_: Earlier(id=page.id, url="http://a.cn/7.html", date=page.date))
    asked.close()
    assert not begun.exists()
    # What was listed as open is read to its present end, where its revisit refers to its own page.
    assert [problem.reason for problem in found if "refers" in problem.reason] == []
    assert layout.all_warcs() == [*kept, *asked.closed]
