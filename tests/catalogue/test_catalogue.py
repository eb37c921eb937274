"""The catalogue: exact Chinese search, the latest text of a URL, and the same content after a rebuild."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalogue import ask, build, query, timeline
from archive.catalogue.search import Searcher, expression
from archive.catalogue.words import spaced
from archive.corpus import shard
from archive.errors import DataError, SpaceError, UsageError
from archive.layout import Layout
from archive.text.document import Document, Reason, Skip

ANY = query.Filter()


def document(number: int, text: str, *, url: str | None = None, day: int = 1, **other: str) -> Document:
    return Document(
        id=f"urn:uuid:{number}",
        url=url or f"http://a.cn/{number}",
        site="a",
        captured=dt.datetime(2026, 1, day, tzinfo=dt.UTC),
        status=200,
        origin=None,
        kind="article",
        title=other.get("title"),
        text=text,
        script="hans",
        published=other.get("published"),
        extractor="x",
        confidence=1.0,
        han=len(text),
    )


def put(layout: Layout, name: str, *rows: Document | Skip, mark: str = "0") -> None:
    with shard.Writer(layout.root / f"corpus/a/2026/{name}.parquet") as writer:
        for row in rows:
            writer.add(row)
        writer.close(header=shard.Header(warc=f"{name}.warc.gz", warc_sha256=mark, recipe="{}"), hosts=["a.cn"])


def test_a_catalogue_of_another_version_is_named(layout: Layout) -> None:
    put(layout, "1", document(1, "统战部"))
    build.update(layout)
    assert not query.is_of_another_version(layout)
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("UPDATE about SET version = 1")
        db.execute("ALTER TABLE documents RENAME COLUMN near_of TO near")
    with pytest.raises(DataError, match="another version of cundang made it"):
        list(query.documents(layout, query.Filter(collapse="near")))
    build.update(layout)
    assert len(list(query.documents(layout, query.Filter(collapse="near")))) == 1


def hits(layout: Layout, words: str) -> list[str]:
    return [hit.id.removeprefix("urn:uuid:") for hit in Searcher(layout).find(words, size=1000).hits]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(root=tmp_path)


def dump(layout: Layout) -> list[tuple[object, ...]]:
    """The content of the catalogue, without the numbers that depend on the order of building."""
    with closing(sqlite3.connect(layout.catalogue)) as db:
        rows: list[tuple[object, ...]] = []
        for table, columns in (
            ("documents", "row, t.id, url, site, captured, published, day, kind, title, flags, han, latest"),
            ("skips", "t.id, url, site, captured, status, reason, detail"),
            ("captures", "t.id, url, stamp, status, mime, digest, offset, length"),
        ):
            rows += sorted(
                db.execute(f"SELECT '{table}', path, {columns} FROM {table} t JOIN sources ON source = sources.id"),  # noqa: S608
                key=repr,
            )
        return rows


def test_words_of_any_length_are_found_exactly(layout: Layout) -> None:
    texts = ["统一战线工作部", "县委统战部召开会议", "战统", "健康中国 QQ群 2020年2月", "一"]
    put(layout, "x", *(document(number, text) for number, text in enumerate(texts)))
    build.update(layout)
    for words in ("统", "统战", "统战部", "战线工作", "一", "qq", "２０２０", "健康中国", "召开", "委统"):
        wanted = [str(n) for n, text in enumerate(texts) if spaced(words).split() and _holds(text, words)]
        assert sorted(hits(layout, words)) == wanted, words
    assert hits(layout, "统战部 会议") == ["1"]
    assert hits(layout, "統戰部") == ["1"], "Traditional characters find Simplified text"
    assert hits(layout, "不在") == []


def _holds(text: str, words: str) -> bool:
    return f" {' '.join(spaced(words).split())} " in f" {' '.join(spaced(text).split())} "


@settings(max_examples=200)
@given(st.text(max_size=30))
@pytest.mark.fault(rows=[41])
def test_no_query_is_a_syntax_error(words: str) -> None:
    try:
        asked = ask.parse(words)
    except UsageError:
        return
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE words USING fts5(title, text, content='', tokenize='ascii')")
        if (found := expression(asked)) is not None:
            db.execute("SELECT * FROM words WHERE words MATCH ?", (found,)).fetchall()


@pytest.mark.parametrize("words", ['"', "。", "统" * 1001, "统 " * 65, "*", "NEAR("])
@pytest.mark.fault(rows=[41])
def test_a_query_without_words_is_refused_or_harmless(layout: Layout, words: str) -> None:
    put(layout, "x", document(0, "near"))
    build.update(layout)
    with pytest.raises(UsageError):
        hits(layout, words)


def test_newest_first_by_the_published_day_and_filters(layout: Layout) -> None:
    put(
        layout,
        "x",
        document(1, "统战", published="2020-02-19T17:07:24+08:00"),
        document(2, "统战", published="2020-02"),
        document(3, "统战"),
        document(4, "统战", published="2019"),
    )
    build.update(layout)
    assert hits(layout, "统战") == ["1", "2", "4", "3"], "undated last"
    assert hits(layout, "统战 published:2020..") == ["1", "2"]
    assert hits(layout, "统战 published:..2020-02") == ["1", "2", "4"]
    assert hits(layout, "统战 published:..2020-02-19") == ["1", "2", "4"]
    assert hits(layout, "统战 site:b") == []


def test_of_several_captures_the_latest_text_is_given_unless_asked(layout: Layout) -> None:
    put(layout, "x", document(1, "旧文", url="http://a.cn/u", day=1), document(2, "新文", url="http://a.cn/u", day=5))
    put(layout, "y", document(3, "中文", url="http://a.cn/u", day=3))
    build.update(layout)
    assert [d.text for d in query.documents(layout, ANY)] == ["新文"]
    assert [d.text for d in query.documents(layout, query.Filter(versions=True))] == ["旧文", "新文", "中文"]
    assert query.find(layout, "http://a.cn/u")[0].text == "新文"


def test_an_updated_catalogue_equals_a_rebuilt_one(layout: Layout) -> None:
    put(layout, "x", document(1, "旧文", url="http://a.cn/u", day=1))
    put(layout, "y", document(2, "新文", url="http://a.cn/u", day=2), document(3, "别的"))
    build.update(layout)
    put(layout, "y", document(3, "另一"), mark="1")
    put(layout, "z", document(4, "第四", url="http://a.cn/u", day=1))
    (layout.root / "corpus/a/2026/x.parquet").unlink()
    build.update(layout)
    followed = dump(layout)
    assert hits(layout, "新文") == hits(layout, "旧文") == hits(layout, "别的") == []
    assert hits(layout, "另一") == ["3"]
    build.rebuild(layout)
    assert dump(layout) == followed
    assert hits(layout, "第四") == ["4"]


def test_asking_for_places_makes_no_catalogue(layout: Layout) -> None:
    warned: list[str] = []
    assert build.known_places(layout) == {}
    assert not layout.catalogue.exists()
    build.update(layout, warn=warned.append)
    assert warned == []


@pytest.mark.parametrize("make", [build.update, build.rebuild])
def test_a_full_disk_is_told_and_leaves_the_catalogue_as_it_was(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, make: Callable[[Layout], build.Counts]
) -> None:
    put(layout, "one", document(1, "统战部召开会议"))
    build.update(layout)
    put(layout, "two", *(document(number, "民主党派参加座谈会" * 200 + str(number)) for number in range(2, 60)))

    def connect(path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path)
        # SQLite's own limit, which ends as a full disk does.
        db.execute("PRAGMA max_page_count = 60")
        return db

    with monkeypatch.context() as full:
        full.setattr(build, "_connect", connect)
        with pytest.raises(SpaceError, match="Make room"):
            make(layout)
    assert hits(layout, "统战部") == ["1"]
    assert sorted(path.suffix for path in layout.root.glob("catalogue.*")) == [".lock", ".sqlite"]
    make(layout)
    assert len(hits(layout, "民主党派")) == 58


def test_unchanged_files_are_not_read_again(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    put(layout, "one", document(1, "统战部召开会议"))
    put(layout, "two", document(2, "侨联走访侨企"))
    read: list[str] = []
    mark = vars(build)["_mark_of_shard"]

    def noted(path: Path) -> str:
        read.append(path.stem)
        return str(mark(path))

    monkeypatch.setattr(build, "_mark_of_shard", noted)
    build.update(layout)
    build.update(layout)
    assert set(read) == {"one", "two"}
    # A file that was just written may still change without a new time of modification.
    assert read.count("one") > 2
    later = time.time() + 5
    monkeypatch.setattr(time, "time", lambda: later)
    build.update(layout)
    read.clear()
    build.update(layout)
    assert read == []
    put(layout, "one", document(1, "统战部召开会议"), document(3, "统战部再次召开会议"), mark="1")
    build.update(layout)
    assert set(read) == {"one"}
    assert set(hits(layout, "统战部")) == {"1", "3"}
    assert hits(layout, "侨企") == ["2"]


def test_a_broken_catalogue_is_made_anew(layout: Layout) -> None:
    put(layout, "x", document(1, "统战"))
    layout.catalogue.write_bytes(b"no database" * 1000)
    assert build.update(layout).documents == 1
    assert hits(layout, "统战") == ["1"]


def test_a_catalogue_of_a_version_with_fewer_columns_is_made_anew(layout: Layout) -> None:
    put(layout, "x", document(1, "统战"))
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        db.execute("CREATE TABLE about (version INTEGER NOT NULL, dead INTEGER NOT NULL)")
        db.execute("INSERT INTO about VALUES (6, 0)")
    assert build.update(layout).documents == 1
    assert hits(layout, "统战") == ["1"]


def test_skips_are_counted_by_reason(layout: Layout) -> None:
    skip = Skip(
        id="urn:s",
        url="http://a.cn/",
        site="a",
        captured=None,
        status=404,
        origin=None,
        reason=Reason.ERROR_STATUS,
        detail="404",
    )
    put(layout, "x", document(1, "统战"), skip, skip)
    build.update(layout)
    (status,) = query.status(layout)
    assert (status.documents, dict(status.skips)) == (1, {"error_status": 2})


def test_without_a_catalogue_the_cure_is_named(layout: Layout) -> None:
    with pytest.raises(UsageError, match="cundang rebuild --catalogue"):
        hits(layout, "统战")


def test_what_has_no_text_is_no_copy(layout: Layout) -> None:
    def film(number: int, **other: str) -> Document:
        return replace(document(number, ""), kind="media_only", han=0, **other)  # type: ignore[arg-type]

    named = {"title": "党风政风热线视频节目预告片", "published": "2018-07-12"}
    put(
        layout,
        "x",
        film(1),
        film(2),
        film(3, **named),
        film(4, site="b", **named),
        document(5, "一"),
        document(6, "一"),
    )
    build.update(layout)
    for versions in (False, True):
        found = query.documents(layout, query.Filter(collapse="equal", versions=versions))
        assert [item.id.removeprefix("urn:uuid:") for item in found] == ["1", "2", "3", "4", "5"]


def test_equal_texts_name_the_first_credible_one_and_all_stay(layout: Layout) -> None:
    text = "市委统战部召开会议，传达学习精神。"
    farm = replace(document(1, text, url="http://farm.cn/1", published="2020-01-01"), flags=("content_farm",))
    first = document(2, text.replace("，", ","), url="http://a.cn/2", published="2020-02-19")
    later = document(3, f" {text}\n", url="http://b.cn/3", published="2020-03-01")
    put(layout, "x", farm, later)
    put(layout, "y", first, document(4, "别的文字", url="http://c.cn/4"))
    build.update(layout)
    collapsed = query.Filter(collapse="equal")

    def kept() -> list[str]:
        return [item.id.removeprefix("urn:uuid:") for item in query.documents(layout, collapsed)]

    assert kept() == ["2", "4"]
    assert len(list(query.documents(layout, ANY))) == 4, "a duplicate was lost"
    chosen = query.documents(layout, query.Filter(collapse="equal", since="2020-02-20"))
    assert [item.id for item in chosen] == ["urn:uuid:3"], "chosen without the first, a text is still there"
    # Undated documents are in no range of days, as in a search.
    assert [item.id for item in query.documents(layout, query.Filter(until="2020-02"))] == ["urn:uuid:1", "urn:uuid:2"]
    assert query.duplicate_of(layout, "urn:uuid:3") == query.duplicate_of(layout, "urn:uuid:1") == "urn:uuid:2"
    assert query.duplicate_of(layout, "urn:uuid:2") is None
    # When the first one is removed, another takes its place without a rebuild.
    put(layout, "y", document(4, "别的文字", url="http://c.cn/4"), mark="1")
    build.update(layout)
    assert kept() == ["3", "4"]
    after = dump(layout)
    build.rebuild(layout)
    assert dump(layout) == after


def test_a_history_joins_equal_texts_and_tells_a_deletion(layout: Layout) -> None:
    url = "http://a.cn/1"
    old, same = (document(n, "第一段\n第二段", url=url, day=n, title="会议") for n in (1, 2))
    new = document(4, "第一段\n第二段改", url=url, day=4, title="会议")
    gone = Skip(
        id="urn:uuid:3",
        url=url,
        site="a",
        captured=dt.datetime(2026, 1, 3, tzinfo=dt.UTC),
        status=404,
        origin=None,
        reason=Reason.ERROR_STATUS,
        detail="404",
    )
    put(layout, "x", old, same, gone, new)
    build.update(layout)
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        # These rows would come from the index of the WARC file.
        for n, status in ((1, 200), (2, 200), (3, 404), (4, 200)):
            db.execute(
                "INSERT INTO captures VALUES (1, ?1, ?2, ?3, ?3, ?4, 'text/html', '', 0, 0)",
                (f"urn:uuid:{n}", url, f"202601{n:02}000000", status),
            )
    found = timeline.versions(layout, url)
    assert [(v.outcome, v.captures, v.lines) for v in found] == [
        ("document", 2, ()),
        ("deleted", 1, ()),
        ("document", 1, ("- 第二段", "+ 第二段改")),
    ]
