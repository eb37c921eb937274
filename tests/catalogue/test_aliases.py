"""Several addresses of one article are one document with aliases, and deleted articles are marked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive import Archive
from archive.catalogue import build, changes, query
from archive.catalogue.search import Searcher
from archive.corpus import shard
from archive.export import jsonl
from archive.layout import Layout
from archive.text.document import Document, Reason, Skip

TEXT = "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。"
ALL = query.Filter()


def page(number: int, url: str, *, text: str = TEXT, day: int = 1, **other: Any) -> Document:
    values: dict[str, Any] = {
        "id": f"urn:uuid:{number}",
        "url": f"http://a.cn{url}",
        "site": "a",
        "captured": dt.datetime(2026, 1, day, 3, number, tzinfo=dt.UTC),
        "status": 200,
        "origin": None,
        "kind": "article",
        "title": "统战部长会议",
        "text": text,
        "script": "hans",
        "published": "2020-02-19",
        "extractor": "x",
        "confidence": 1.0,
        "han": sum("\u4e00" <= letter <= "\u9fff" for letter in text),
    }
    return Document(**(values | other))


def lost(number: int, url: str, *, day: int, reason: Reason = Reason.ERROR_STATUS) -> Skip:
    captured = dt.datetime(2026, 1, day, 18, 0, tzinfo=dt.UTC)
    status = 404 if reason == Reason.ERROR_STATUS else 200
    return Skip(
        id=f"urn:uuid:{number}",
        url=f"http://a.cn{url}",
        site="a",
        captured=captured,
        status=status,
        origin=None,
        reason=reason,
        detail="",
    )


def put(
    layout: Layout, name: str, rows: Sequence[Document | Skip], revisits: Sequence[tuple[int, str, int]] = ()
) -> None:
    """Write a shard and the index of its WARC file; revisits are (day, URL, number of the original record)."""
    path = layout.root / f"corpus/a/2026/{name}.parquet"
    with shard.Writer(path) as writer:
        for row in rows:
            writer.add(row)
        writer.close(header=shard.Header(warc=f"{name}.warc.gz", warc_sha256=repr(rows), recipe="{}"), hosts=["a.cn"])
    lines = [
        (row.captured, row.url, {"mime": "text/html", "status": str(row.status), "id": row.id, "digest": row.id})
        for row in rows
    ]
    lines += [
        (
            dt.datetime(2026, 1, day, 20, tzinfo=dt.UTC),
            f"http://a.cn{url}",
            {"mime": "warc/revisit", "status": "200", "id": f"urn:uuid:r{day}", "digest": f"urn:uuid:{number}"},
        )
        for day, url, number in revisits
    ]
    index = layout.root / f"index/a/2026/{name}.cdxj"
    index.parent.mkdir(parents=True, exist_ok=True)
    index.write_text(
        "".join(
            f"cn,a)/ {when:%Y%m%d%H%M%S} "
            + json.dumps({"url": url, "length": "1", "offset": str(place), "filename": f"{name}.warc.gz"} | said)
            + "\n"
            for place, (when, url, said) in enumerate(lines)
        ),
        encoding="ascii",
    )


def shown(layout: Layout) -> dict[str, Document]:
    return {document.url.removeprefix("http://a.cn"): document for document in query.documents(layout, ALL)}


def test_one_article_under_several_addresses_is_one_document(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/show-1.html"), page(2, "/?a=show&id=1"), page(3, "/print/1.html", published=None)])
    build.rebuild(layout)
    (document,) = query.documents(layout, ALL)
    assert document.url == "http://a.cn/show-1.html"
    assert document.aliases == ("http://a.cn/?a=show&id=1", "http://a.cn/print/1.html")
    out = tmp_path / "out.jsonl"
    assert jsonl.write(query.documents(layout, ALL), out) == 1
    assert json.loads(out.read_text("utf-8"))["aliases"] == ["http://a.cn/?a=show&id=1", "http://a.cn/print/1.html"]
    assert Archive(tmp_path).documents().to_arrow()["aliases"].to_pylist() == [list(document.aliases)]
    assert [hit.url for hit in Searcher(layout).find("统战").hits] == ["http://a.cn/show-1.html"]
    # Each capture can still be shown separately.
    assert len(list(query.documents(layout, query.Filter(versions=True)))) == 3


@pytest.mark.parametrize(
    "other",
    [
        {"site": "b"},
        {"published": "2021-02-19"},
        {"title": "另一次会议"},
        {"text": TEXT + "另一句。"},
        {"flags": ("content_farm",)},
    ],
)
def test_another_site_day_or_title_means_another_article(other: dict[str, Any], tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html"), page(2, "/2.html", **other)])
    build.rebuild(layout)
    assert shown(layout).keys() == {"/1.html", "/2.html"}


def test_the_same_few_words_on_two_pages_are_two_articles(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html", text="图片新闻。"), page(2, "/2.html", text="图片新闻。")])
    build.rebuild(layout)
    assert shown(layout).keys() == {"/1.html", "/2.html"}


NAMED = "关于宗教教职人员认定备案第9批名单的公示"


@pytest.mark.parametrize(
    ("other", "several"),
    [
        ({}, False),
        ({"title": NAMED.replace("9", "8")}, True),
        ({"published": "2021-02-19"}, True),
        ({"published": None}, True),
        ({"kind": "article", "text": TEXT}, True),
    ],
)
def test_pictures_without_a_text_are_one_article_by_a_long_title_and_a_day(
    other: dict[str, Any], several: bool, tmp_path: Path
) -> None:
    layout = Layout(root=tmp_path)
    media: dict[str, Any] = {"kind": "media_only", "text": "", "title": NAMED, "han": 0}
    put(layout, "1", [page(1, "/Show.asp?id=7", **media), page(2, "/show.asp?id=7", **(media | other))])
    build.rebuild(layout)
    assert len(shown(layout)) == 1 + several


def test_pictures_with_a_short_title_are_several_articles(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    media: dict[str, Any] = {"kind": "media_only", "text": "", "title": "图片新闻", "han": 0}
    put(layout, "1", [page(1, "/1.html", **media), page(2, "/2.html", **media)])
    build.rebuild(layout)
    assert shown(layout).keys() == {"/1.html", "/2.html"}


PARTS = {
    "1": page(1, "/7.html", part_of="http://a.cn/7.html", part_no=1),
    "2": page(2, "/7_2.html", part_of="http://a.cn/7.html", part_no=2, text="会议还部署了今年的重点工作。"),
    "3": page(3, "/view.php?id=7", day=3),
}


@pytest.mark.parametrize("order", ["123", "312", "132", "231"])
def test_another_address_of_the_first_page_is_one_of_the_whole_article(order: str, tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    for name in order:
        put(layout, name, [PARTS[name]])
        build.update(layout)
    followed = shown(layout)
    assert {url: (item.text, item.aliases) for url, item in followed.items()} == {
        "/7.html": (f"{TEXT}\n会议还部署了今年的重点工作。", ("http://a.cn/view.php?id=7",))
    }
    build.rebuild(layout)
    assert shown(layout) == followed
    for path in (*layout.root.rglob("1.parquet"), *layout.root.rglob("1.cdxj")):
        path.unlink()
    build.update(layout)
    assert "/view.php?id=7" in shown(layout)


def test_an_edit_of_the_address_that_is_checked_leaves_one_document(tmp_path: Path) -> None:
    """In one step and file by file: an updated catalogue equals a rebuilt one."""
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html"), page(2, "/2.html")])
    build.update(layout)
    put(layout, "2", [page(3, "/1.html", text=TEXT + "更正。", day=9)])
    build.update(layout)
    followed = shown(layout)
    build.rebuild(layout)
    assert shown(layout) == followed
    assert {url: (item.text, item.aliases) for url, item in followed.items()} == {
        "/1.html": (TEXT + "更正。", ("http://a.cn/2.html",))
    }


def test_an_alias_becomes_the_document_when_the_first_address_is_forgotten(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html")])
    put(layout, "2", [page(2, "/2.html")])
    build.update(layout)
    assert shown(layout).keys() == {"/1.html"}
    for path in (*layout.root.rglob("1.parquet"), *layout.root.rglob("1.cdxj")):
        path.unlink()
    build.update(layout)
    assert {url: item.aliases for url, item in shown(layout).items()} == {"/2.html": ()}


@pytest.mark.parametrize("reason", [Reason.ERROR_STATUS, Reason.SOFT_404])
def test_a_deletion_is_dated_with_the_first_miss_until_the_article_is_back(reason: Reason, tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html")])
    put(layout, "2", [lost(2, "/1.html", day=5, reason=reason)])
    # The same "not found" page, archived as a revisit.
    put(layout, "3", [lost(3, "/1.html", day=7, reason=reason)], [(8, "/1.html", 3)] if reason == "soft_404" else [])
    build.update(layout)
    # 18:00 UTC is on the next day in China.
    assert shown(layout)["/1.html"].gone == "2026-01-06"
    assert Archive(tmp_path).documents().to_arrow()["gone"].to_pylist() == ["2026-01-06"]
    put(layout, "4", [], [(9, "/1.html", 1)])
    build.update(layout)
    assert shown(layout)["/1.html"].gone is None


@pytest.mark.parametrize(
    ("to", "there", "gone"),
    [
        ("status 302 to /", (), True),
        ("status 302 to http://a.cn/list.html", ("list",), True),
        ("script to error.html", ("soft_404",), True),
        ("meta refresh to /404.html", ("error_status",), True),
        ("status 302 to /hop.html", ("redirect", "list"), True),
        ("status 302 to /login.html", ("login",), False),
        ("status 302 to /repair.html", ("maintenance",), False),
        ("status 302 to /unknown.html", (), False),
        ("status 301 to /new/1.html", ("document",), False),
        ("status 302 to http://[", (), False),
    ],
)
def test_a_redirect_to_what_is_no_article_is_a_deletion(
    to: str, there: tuple[str, ...], gone: bool, tmp_path: Path
) -> None:
    """What it leads to may be known later than the redirect."""
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html")])
    put(layout, "2", [replace(lost(2, "/1.html", day=5, reason=Reason.REDIRECT), detail=to, status=302)])
    build.update(layout)
    target = "/" + to.rpartition("/" if "/" in to else " ")[2]
    for number, reason in enumerate(there, 3):
        found: Document | Skip = page(number, "/new/1.html", text=TEXT + "（修订）")
        if reason != "document":
            detail = "status 302 to /list.html" if reason == "redirect" else ""
            found = replace(lost(number, target, day=6, reason=Reason(reason)), detail=detail)
            target = "/list.html"
        put(layout, str(number), [found])
        build.update(layout)
    assert bool(shown(layout)["/1.html"].gone) is gone
    assert [each.what for each in changes.changes(layout, "") if each.what != "new"] == ["deleted"] * gone
    before = shown(layout)
    build.rebuild(layout)
    assert shown(layout) == before


def test_several_articles_that_lead_to_one_page_of_words_are_gone(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(n, f"/{n}.html", text=TEXT + str(n)) for n in (1, 2)])
    words = page(3, "/tell.html", title="提示信息", text="对不起，您要看的内容暂时不能提供，请返回首页浏览其他内容。")
    away = [
        replace(lost(n + 3, f"/{n}.html", day=5, reason=Reason.REDIRECT), detail="status 302 to /tell.html")
        for n in (1, 2)
    ]
    put(layout, "2", [words, away[0]])
    build.update(layout)
    assert shown(layout)["/1.html"].gone is None
    put(layout, "3", [away[1]])
    build.update(layout)
    assert [shown(layout)[f"/{n}.html"].gone is None for n in (1, 2)] == [False, False]


def test_an_article_whose_first_address_is_gone_is_listed_under_the_other(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html"), page(2, "/2.html")])
    put(layout, "2", [lost(3, "/1.html", day=5)])
    build.update(layout)
    assert {url: (item.aliases, item.gone) for url, item in shown(layout).items()} == {
        "/2.html": (("http://a.cn/1.html",), None)
    }


def test_an_article_that_moved_is_neither_new_nor_deleted(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "1", [page(1, "/1.html")])
    put(layout, "2", [lost(2, "/1.html", day=5), page(3, "/2.html", day=5), page(4, "/3.html", day=5, text=TEXT * 2)])
    build.update(layout)
    assert set(shown(layout)) == {"/2.html", "/3.html"}
    assert [(each.what, each.url) for each in changes.changes(layout, "20260103")] == [("new", "http://a.cn/3.html")]
    assert changes.page(layout, "20260103").counts == {"new": 1}
    assert {each.url for each in changes.changes(layout, "2026")} == {"http://a.cn/2.html", "http://a.cn/3.html"}
