"""An article on several pages is one document in search, show and export, but its captures stay separate."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive import Archive
from archive.catalogue import build, query
from archive.catalogue.search import Searcher
from archive.corpus import shard
from archive.export import jsonl
from archive.layout import Layout
from archive.text.document import Document

ALL = query.Filter()
FIRST = "http://a.cn/7.html"


def page(number: int, text: str, *, day: int = 1, part: int | None = None, **other: str) -> Document:
    url = f"http://a.cn/7{f'_{part}' if part and part > 1 else ''}.html" if part else f"http://a.cn/x{number}.html"
    return Document(
        id=f"urn:uuid:{number}",
        url=url,
        site="a",
        captured=dt.datetime(2026, 1, day, tzinfo=dt.UTC),
        status=200,
        origin=None,
        kind="article",
        title=f"第{number}篇",
        text=text,
        script="hans",
        published="2020-02-19",
        part_of=FIRST if part else None,
        part_no=part,
        extractor="x",
        confidence=1.0,
        han=len(text),
        **other,  # type: ignore[arg-type]
    )


def put(layout: Layout, name: str, *rows: Document) -> None:
    with shard.Writer(layout.root / f"corpus/a/2026/{name}.parquet") as writer:
        for row in rows:
            writer.add(row)
        writer.close(header=shard.Header(warc=f"{name}.warc.gz", warc_sha256=repr(rows), recipe="{}"), hosts=["a.cn"])


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(root=tmp_path)
    put(layout, "1", page(3, "其三西瓜", part=3, author="张三"), page(1, "其一统战", part=1), page(9, "另一篇文章"))
    put(layout, "2", page(2, "其二政协", part=2))
    build.rebuild(layout)
    return layout


def test_pages_are_one_document_in_their_order(layout: Layout) -> None:
    whole, other = sorted(query.documents(layout, ALL), key=lambda document: document.id)
    assert (whole.id, whole.url, whole.text, whole.author) == (
        "urn:uuid:1",
        FIRST,
        "其一统战\n其二政协\n其三西瓜",
        "张三",
    )
    assert (whole.han, whole.part_of, whole.part_no) == (12, None, None)
    assert whole.evidence == (
        ("part:1", FIRST),
        ("part:2", "http://a.cn/7_2.html"),
        ("part:3", "http://a.cn/7_3.html"),
    )
    assert other.text == "另一篇文章"
    out = layout.root / "out.jsonl"
    assert jsonl.write(query.documents(layout, ALL), out) == 2
    assert [json.loads(line)["url"] for line in out.read_text("utf-8").splitlines()] == [FIRST, "http://a.cn/x9.html"]
    table = Archive(layout.root).documents().to_arrow()
    assert sorted(table["text"].to_pylist()) == sorted([whole.text, other.text])
    (found,) = query.find(layout, FIRST)
    assert query.whole(layout, found) == whole


@pytest.mark.parametrize("within", ["", " site:a"])
def test_a_word_of_any_page_finds_the_article_once(layout: Layout, within: str) -> None:
    for word in ("统战", "政协", "西瓜", "其", "统战 西瓜"):
        hits = Searcher(layout).find(word + within).hits
        assert [hit.url for hit in hits] == [FIRST], word
    (hit,) = Searcher(layout).find("政协").hits
    assert ("政协", True) in hit.snippet


def test_captures_and_a_page_without_its_first_page_stay_separate(layout: Layout) -> None:
    assert len(list(query.documents(layout, query.Filter(versions=True)))) == 4
    assert Searcher(layout).find("其 versions:yes").total == 3
    # One page has changed, and one is missing.
    put(layout, "2", page(4, "其二新词", day=5, part=4))
    build.update(layout)
    (whole,) = (d for d in query.documents(layout, ALL) if d.url == FIRST)
    assert whole.text == "其一统战\n其三西瓜\n其二新词"
    assert ("part:2", "missing") in whole.evidence
    (layout.root / "corpus/a/2026/1.parquet").unlink()
    build.update(layout)
    (alone,) = query.documents(layout, ALL)
    assert (alone.text, alone.part_of, alone.part_no) == ("其二新词", FIRST, 4)


def test_what_is_collapsed_is_equal_as_a_whole(layout: Layout) -> None:
    def kept() -> set[str]:
        return {item.id.removeprefix("urn:uuid:") for item in query.documents(layout, query.Filter(collapse="equal"))}

    def named() -> list[tuple[str, str]]:
        with closing(sqlite3.connect(layout.catalogue)) as db:
            return db.execute(
                "SELECT id, whole, duplicate_of, head IS NULL FROM documents ORDER BY id, whole"
            ).fetchall()

    other = "http://b.cn/1.html"
    # The first page equals that of the other article, the second does not. Other texts equal one page, or both pages.
    begun = replace(page(11, "其一统战", part=1, day=2), url=other, part_of=other)
    ended = replace(page(12, "其二不同", part=2, day=2), url="http://b.cn/1_2.html", part_of=other)
    put(layout, "3", begun, page(13, "其二政协", day=3), page(14, "其一统战，其二政协。其三西瓜", day=4))
    build.update(layout)
    assert kept() == {"1", "9", "11", "13"}
    assert query.duplicate_of(layout, "urn:uuid:14") == "urn:uuid:1"
    put(layout, "4", ended)
    build.update(layout)
    assert kept() == {"1", "9", "11", "13"}
    assert query.duplicate_of(layout, "urn:uuid:11") is None
    # The middle page of the first article changes, so its whole text no longer equals that of another one.
    put(layout, "2", page(2, "其二改了", part=2))
    build.update(layout)
    assert kept() == {"1", "9", "11", "13", "14"}
    # A further page is compared alone as long as the first page is missing.
    put(layout, "2", page(2, "其二政协", part=2))
    (layout.root / "corpus/a/2026/1.parquet").rename(layout.root / "aside")
    build.update(layout)
    assert kept() == {"2", "11", "14"}
    assert query.duplicate_of(layout, "urn:uuid:13") == "urn:uuid:2"
    (layout.root / "aside").rename(layout.root / "corpus/a/2026/1.parquet")
    build.update(layout)
    assert kept() == {"1", "9", "11", "13"}
    assert query.duplicate_of(layout, "urn:uuid:13") is None
    after = named()
    build.rebuild(layout)
    assert named() == after


def test_as_of_a_day_an_article_has_the_pages_of_then(layout: Layout) -> None:
    before = list(query.documents(layout, ALL))
    put(layout, "3", page(12, "其二改写", day=5, part=2), page(14, "其四补充", day=5, part=4))
    build.update(layout)
    with closing(sqlite3.connect(layout.catalogue)) as db, db:
        stamp = "strftime('%Y%m%d%H%M%S', captured)"
        db.execute(
            f"""INSERT INTO captures SELECT source, id, url, {stamp}, {stamp}, 200, 'text/html', '', 0, 0
                FROM documents"""  # noqa: S608 - our own words
        )
    assert list(query.documents(layout, query.Filter(as_of="2026-01-04"))) == before
    now = list(query.documents(layout, query.Filter(as_of="2026-01")))
    assert now == list(query.documents(layout, ALL)) != before
    assert {each.text for each in now} == {"其一统战\n其二改写\n其三西瓜\n其四补充", "另一篇文章"}
