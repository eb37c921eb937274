"""Near copies: planted ones are found and named, in any order of arrival, and nothing is deleted."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import copies
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalogue import build, near, prints, query, reprints
from archive.catalogue.likeness import Sieve, Text, compare
from archive.catalogue.search import Searcher
from archive.catalogue.words import spaced
from archive.corpus import shard
from archive.errors import UsageError
from archive.layout import Layout
from archive.text.document import Document

PLANTED = copies.plant("near", 12, clusters=(20,), forms=4)


def document(number: int, text: copies.Text) -> Document:
    return Document(
        id=f"urn:{number:05}",
        url=f"http://{number}.cn/",
        site=text.site,
        captured=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        status=200,
        origin=None,
        kind="article",
        title=None,
        text=text.text,
        script=text.script,
        published=text.day.isoformat(),
        source=text.source,
        extractor="x",
        confidence=1.0,
        han=len(text.text),
    )


def put(layout: Layout, name: str, rows: Sequence[Document]) -> None:
    with shard.Writer(layout.root / f"corpus/a/2026/{name}.parquet") as writer:
        for row in rows:
            writer.add(row)
        writer.close(header=shard.Header(warc=name, warc_sha256="0", recipe="{}"), hosts=[])


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    layout = Layout(root=tmp_path_factory.mktemp("planted"))
    put(layout, "x", [document(number, text) for number, text in enumerate(PLANTED.texts)])
    build.update(layout)
    return layout


@pytest.fixture(scope="module")
def pairs(planted: Layout) -> dict[tuple[int, int], str]:
    """All pairs of documents with their kind, including all pairs within clusters."""
    every: dict[tuple[int, int], str] = {}
    for number in range(len(PLANTED.texts)):
        for copy in reprints.copies_of(planted, f"urn:{number:05}").copies:
            a, b = sorted((number, int(copy.id.removeprefix("urn:"))))
            every[a, b] = copy.kind
    return every


def test_planted_copies_are_found_and_stencils_are_none(pairs: dict[tuple[int, int], str]) -> None:
    reported = {pair for pair, kind in pairs.items() if kind != "stencil"}
    wanted = set(PLANTED.pairs)
    assert len(wanted & reported) >= 0.95 * len(wanted)
    assert len(wanted & reported) >= 0.95 * len(reported - PLANTED.open)
    assert len(PLANTED.stencils & reported) < 0.03 * len(reported)
    assert len(PLANTED.stencils) > 10


@pytest.mark.parametrize("kind", ["same", "spun", "excerpt", "other_script"])
def test_each_kind_is_named(pairs: dict[tuple[int, int], str], kind: str) -> None:
    planted_so = [pairs.get(pair) for pair, named in PLANTED.pairs.items() if named == kind]
    assert planted_so, "the seed plants none"
    assert sum(named == kind for named in planted_so) >= 0.9 * len(planted_so)


def test_a_wire_text_on_many_sites_is_one_cluster(planted: Layout) -> None:
    with query.catalogue(planted) as db:
        standing = dict(db.execute("SELECT id, coalesce(near_of, id) FROM documents"))
    for cluster in PLANTED.clusters:
        assert len({standing[f"urn:{number:05}"] for number in cluster}) == 1


def test_copies_show_their_passage_in_the_text(planted: Layout) -> None:
    for (a, b), _ in [*PLANTED.pairs.items()][-20:]:
        for copy in reprints.copies_of(planted, f"urn:{a:05}").copies:
            text = PLANTED.texts[a].text
            assert copy.passage == text[copy.at : copy.at + copy.length]
            if copy.id == f"urn:{b:05}":
                assert _letters(copy.passage) in _letters(PLANTED.texts[b].text)


def _letters(text: str) -> str:
    return spaced(text).replace(" ", "")


BODY = "\n".join(copies.seeds()[0].split("\n")[4:])
ROWS = [
    document(0, copies.Text(text=BODY, site="a", day=dt.date(2020, 1, 3), source="转自网络")),
    document(1, copies.Text(text=BODY + "\n编辑：王敏", site="b", day=dt.date(2020, 1, 5), source="本站")),
    document(2, copies.Text(text=BODY[: len(BODY) // 2], site="c", day=dt.date(2020, 1, 6), source="某网")),
    document(3, copies.Text(text=BODY + "\n编辑：王敏", site="d", day=dt.date(2020, 1, 9), source="四川统一战线网")),
    document(4, copies.Text(text=copies.seeds()[1], site="a", day=dt.date(2020, 1, 1))),
    document(5, copies.Text(text=copies.Planter("five").spun(BODY), site="e", day=dt.date(2020, 1, 2))),
    document(6, copies.Text(text=copies.Planter("six").stencil(BODY), site="e", day=dt.date(2020, 1, 2))),
]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(root=tmp_path)


def test_the_original_is_the_earliest_that_names_itself_as_source(layout: Layout) -> None:
    put(layout, "x", ROWS)
    build.update(layout)
    assert reprints.copies_of(layout, "urn:00000").original == "urn:00001"
    put(layout, "y", [ROWS[0]])
    (layout.root / "corpus/a/2026/x.parquet").unlink()
    put(layout, "x", [ROWS[3], ROWS[0]])
    build.rebuild(layout)
    assert reprints.copies_of(layout, "urn:00000").original is None
    assert reprints.copies_of(layout, "urn:00000", {"d": "四川统一战线"}).original == "urn:00003"


def test_near_copies_are_left_out_where_asked_and_never_deleted(layout: Layout) -> None:
    put(layout, "x", ROWS)
    build.update(layout)

    def ids(**choice: str | bool) -> list[str]:
        return [item.id for item in query.documents(layout, query.Filter(**choice))]  # type: ignore[arg-type]

    assert len(ids()) == 7
    assert ids(collapse="equal") == ["urn:00000", "urn:00001", "urn:00002", "urn:00004", "urn:00005", "urn:00006"]
    assert ids(collapse="near") == ["urn:00002", "urn:00004", "urn:00005", "urn:00006"], "an excerpt or a stencil stays"
    searcher = Searcher(layout)
    assert searcher.find("near:no").total == 4
    assert {hit.id for hit in searcher.find("near:only").hits} == {"urn:00000", "urn:00001", "urn:00003"}
    assert searcher.find("").near_copies == 3
    with pytest.raises(UsageError, match="only of latest captures"):
        ids(collapse="near", versions=True)


def test_two_pages_with_one_id_are_copies_and_break_no_catalogue(layout: Layout) -> None:
    put(layout, "x", [ROWS[0], replace(ROWS[0], url="http://b.cn/", site="b"), ROWS[3]])
    for make in (build.update, build.rebuild):
        assert make(layout).documents == 3
        found = Searcher(layout)
        assert [found.find(words).total for words in ("", "near:no")] == [3, 1]


def test_pairs_are_listed_each_with_the_first_of_its_cluster(layout: Layout) -> None:
    put(layout, "x", ROWS)
    build.update(layout)
    pairs = list(reprints.pairs(layout))
    stencils = [pair.kind == "stencil" for pair in pairs]
    assert (stencils, set(stencils)) == (sorted(stencils), {False, True}), "stencils are no copies, and stand last"
    by_id = {row.id: row for row in ROWS}
    for pair in pairs:
        first, second = by_id[pair.first], by_id[pair.second]
        assert (pair.first_site, pair.first_title) == (first.site, first.title)
        assert (pair.second_site, pair.second_title) == (second.site, second.title)
    listed = {(pair.first[-1], pair.second[-1]): pair.kind for pair in pairs}
    assert listed["5", "0"] == "spun"
    assert listed["1", "3"] == "same"
    assert {pair.kind for pair in reprints.pairs(layout, kind="excerpt")} == {"excerpt"}
    with pytest.raises(UsageError, match="is no kind of copy"):
        list(reprints.pairs(layout, kind="copy"))


def dump(layout: Layout) -> list[object]:
    with query.catalogue(layout) as db:
        return [
            sorted(db.execute("SELECT id, near_of FROM documents")),
            sorted(db.execute("SELECT * FROM near_texts")),
        ]


@settings(max_examples=12)
@given(
    st.lists(st.integers(0, 3), min_size=len(ROWS), max_size=len(ROWS)),
    st.permutations(range(4)),
    st.sets(st.integers(0, 3), max_size=2),
)
def test_any_order_of_arrival_gives_the_same_copies(shards: list[int], order: list[int], gone: set[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        layout = Layout(root=Path(name))
        for number in order:
            put(layout, str(number), [row for row, own in zip(ROWS, shards, strict=True) if own == number])
            build.update(layout)
        for number in gone:
            (layout.root / f"corpus/a/2026/{number}.parquet").unlink()
        build.update(layout)
        followed = dump(layout)
        build.rebuild(layout)
        assert dump(layout) == followed


def test_a_thrifty_update_looks_for_copies_when_enough_came_or_a_first_one_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(number: int) -> Document:
        return replace(
            ROWS[0],
            id=f"urn:o{number}",
            url=f"http://o{number}.cn/",
            text=f"{BODY}\n第{number}版",
            published="2021-01-01",
        )

    layout = Layout(root=tmp_path)
    monkeypatch.setattr(near, "SMALL", 0)
    monkeypatch.setattr(near, "PART", 0.5)
    put(layout, "0", [ROWS[0], *ROWS[2:]])
    assert build.update(layout, thrifty=True).waiting == 0
    kept = dump(layout)[1]
    # One document has the text of a copy and joins its cluster; the other one waits.
    equal = replace(ROWS[3], id="urn:equal", url="http://equal.cn/", published="2021-01-01")
    put(layout, "1", [other(0), equal])
    assert build.update(layout, thrifty=True).waiting == 2
    assert dump(layout)[1] == kept
    standing = dict(dump(layout)[0])  # type: ignore[call-overload]
    assert standing["urn:equal"] == standing["urn:00003"] == "urn:00005"
    # Now enough documents are new.
    put(layout, "2", [other(number) for number in range(2, 9)])
    assert build.update(layout, thrifty=True).waiting == 0
    assert len(dump(layout)[1]) > len(kept)  # type: ignore[arg-type]
    # Nothing is new, and a full update searches all documents.
    put(layout, "3", [other(9)])
    assert build.update(layout, thrifty=True).waiting == 1
    assert build.update(layout).waiting == 0
    followed = dump(layout)
    build.rebuild(layout)
    assert dump(layout) == followed
    # The representative is gone, but its copies must not disappear with it.
    (tmp_path / "corpus/a/2026/0.parquet").unlink()
    assert build.update(layout, thrifty=True).waiting == 0
    with query.catalogue(layout) as db:
        ids = {id_ for (id_,) in db.execute("SELECT id FROM documents")}
        assert {first for (first,) in db.execute("SELECT near_of FROM documents WHERE near_of NOT NULL")} <= ids


def test_fingerprints_depend_on_their_own_text_alone() -> None:
    texts = [_letters(text.text) for text in PLANTED.texts[:40]] + ["", "统战", "统" * 100]
    together = prints.winnow(texts)
    assert [each.tolist() for each in together] == [prints.winnow([text])[0].tolist() for text in texts]
    assert not len(together[-3])
    assert not len(together[-2])


def test_pairs_are_counted_the_same_in_many_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = prints.winnow([_letters(text.text) for text in PLANTED.texts])
    hashes, sizes = np.concatenate(made), np.array([len(each) for each in made])
    once = sorted(prints.pairs(hashes, sizes))
    monkeypatch.setattr(prints, "BATCH", 5000)
    assert sorted(prints.pairs(hashes, sizes)) == once
    assert once


def test_a_pass_holds_about_as_many_fingerprints_as_another() -> None:
    # Winnowing keeps the least hashes: half of the values are below a fifteenth of the greatest.
    chance = np.random.default_rng(7)
    hashes = np.minimum.reduce(chance.integers(0, 2**32 - 1, (12, 60_000))).astype(np.uint32)
    assert np.median(hashes) < 2**32 / 15
    bounds = prints.ranges(hashes, 6)
    held = [int(((hashes >= least) & (hashes <= end - 1)).sum()) for least, end in pairwise(bounds)]
    assert sum(held) == 60_000
    assert max(held) <= 12_000
    assert prints.ranges(np.zeros(50, np.uint32), 6) == [0, 4294967296]


NOTICE = (
    "根据《{of}》的规定，经现场评审、体检、考核、政审等相关工作程序，县招考领导小组研究，拟聘用{name}同志为我县事业单位工作人员，"
    "现公示如下：\n1\t{name}\t青石县第一中学\n公示期为5天，即2019年8月22日至8月26日，如有异议，请于公示期内向县纪委、县人社局反映。"
    "联系电话：0000-25820893（县纪委）、0000-23130026（县人社局）。\n青石县公开考试招聘领导小组\n2019年8月22日"
)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        # The same form for two people, with the same day and telephone number.
        (
            ("关于做好第七届人才博览会引进人才有关工作的通知", "徐小琳"),
            ("教育事业单位公开招聘免费师范生简章", "李晓梅"),
            "stencil",
        ),
        (("教育事业单位公开招聘免费师范生简章", "徐小琳"), ("教育事业单位公开招聘免费师范生简章", "徐小琳"), "same"),
    ],
)
def test_one_form_for_other_people_is_no_copy(first: tuple[str, str], second: tuple[str, str], kind: str) -> None:
    one, other = (Text.of(NOTICE.format(of=of, name=name)) for of, name in (first, second))
    assert compare(one, other).kind == kind
    assert compare(other, one).kind == kind


DAY = (
    "各理事单位：\n经研究，定于{day}日上午召开县海外联谊会理事会议，请各理事单位负责同志准时参加，不得请假。会议地点在县行政中心三楼会议室，"
    "会期半天，请于会前一天将回执报县委统战部办公室，联系人和电话见附件，并请自带笔和笔记本，谢谢合作。共需{many}人参加。"
)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (("1月27", "20"), ("11月27", "20"), "stencil"),
        (("1月7", "20"), ("1月27", "20"), "stencil"),
        (("2月3", "20"), ("12月3", "20"), "stencil"),
        (("2月3", "20"), ("2月30", "20"), "stencil"),
        (("2月3", "20"), ("2月3", "120"), "stencil"),
        (("2月3", "20"), ("2月3", "205"), "stencil"),
        (("2月3", "20"), ("2月3", "20"), "same"),
    ],
)
def test_one_form_with_a_digit_more_is_no_copy(first: tuple[str, str], second: tuple[str, str], kind: str) -> None:
    one, other = (Text.of(DAY.format(day=day, many=many)) for day, many in (first, second))
    assert compare(one, other).kind == kind
    assert compare(other, one).kind == kind


HELD = (
    "为深入学习贯彻上级会议精神，全市统战工作会议在市政府礼堂召开，会议总结了一年来的统战工作，安排部署了下一阶段的重点任务。\n"
    "会议由市委统战部常务副部长{name}主持，各县区统战部门负责人、各民主党派代表、无党派人士代表参加会议，与会人员认真学习了文件精神。\n"
    "{name}强调，要充分发挥统一战线人才荟萃、智力密集、联系广泛的优势，围绕中心、服务大局，为全市经济社会高质量发展贡献智慧和力量。"
)


def held(number: int, name: str, site: str, **other: Any) -> Document:
    made = document(
        number, copies.Text(text=HELD.format(name=name), site=site, day=dt.date(2019, 6, 1), source="江州日报")
    )
    return replace(made, **{"title": "全市统战工作会议召开", **other})


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({}, "spun"),
        ({"title": "全市统战工作会议召开 "}, "spun"),
        ({"published": "2019-06-02"}, "stencil"),
        ({"title": "全市统战工作会议"}, "stencil"),
        ({"source": "云州日报"}, "stencil"),
        ({"source": None}, "stencil"),
        # Two notices of one office on one day.
        ({"site": "a"}, "stencil"),
        # Another fact: a form that is filled in.
        ({"text": HELD.format(name="李德明").replace("一年来", "三年来")}, "stencil"),
    ],
)
def test_a_reprint_in_which_one_name_was_changed_is_a_copy(layout: Layout, other: dict[str, Any], kind: str) -> None:
    put(layout, "x", [held(1, "王东霞", "a"), held(2, "李德明", **{"site": "b", **other})])
    build.update(layout)
    assert [pair.kind for pair in reprints.pairs(layout)] == [kind]
    assert reprints.copies_of(layout, "urn:00001").copies[0].kind == kind
    assert Searcher(layout).find("near:no").total == (1 if kind == "spun" else 2)


def test_a_reprint_of_an_earlier_version_is_a_copy(layout: Layout) -> None:
    old, new = held(1, "王东霞", "a"), held(2, "李德明", "a", captured=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    reprint = held(3, "王东霞", "b", title="统战会议", source=None, published="2019-07-01")
    put(layout, "x", [old, reprint])
    build.update(layout)
    assert [pair.kind for pair in reprints.pairs(layout)] == ["same"]
    put(layout, "y", [replace(new, url=old.url)])
    for make in (build.update, build.rebuild):
        make(layout)
        assert [(pair.kind, {pair.first, pair.second}) for pair in reprints.pairs(layout)] == [
            ("spun", {"urn:00002", "urn:00003"})
        ]
        assert Searcher(layout).find("near:no").total == 1


def test_titles_that_differ_in_a_number_tell_a_form(layout: Layout) -> None:
    rows = [
        replace(ROWS[0], id=f"urn:{year}", url=f"http://a.cn/{year}", title=f"{year}年征订启事", text=f"{BODY}{year}年")
        for year in (2020, 2021)
    ]
    put(layout, "x", rows)
    build.update(layout)
    assert [pair.kind for pair in reprints.pairs(layout)] == ["stencil"]
    assert reprints.copies_of(layout, "urn:2020").copies[0].kind == "stencil"


def test_the_sieve_lets_every_copy_pass_and_few_others() -> None:
    texts = [text.text for text in PLANTED.texts[:48]] + ["", "统战", PLANTED.texts[0].text]
    sieve, ready = Sieve(dict(enumerate(texts))), [Text.of(text) for text in texts]
    kept = {pair for pair in combinations(range(len(texts)), 2) if sieve.keeps(*pair)}
    like = {pair: compare(ready[pair[0]], ready[pair[1]]) for pair in combinations(range(len(texts)), 2)}
    wanted = {pair for pair, each in like.items() if each.kind and not each.rare}
    assert len(wanted) > 20
    assert wanted <= kept
    assert len(kept) < 1.5 * len(wanted)


def test_each_shard_is_read_once_however_many_pairs_are_compared(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, some in (("x", ROWS[:3]), ("y", ROWS[3:5]), ("z", ROWS[5:])):
        put(layout, name, some)
    build.update(layout)
    together = dump(layout)
    asked: list[str] = []
    plain = shard.rows

    def rows(path: Path, names: Sequence[str]) -> Iterator[tuple[object, ...]]:
        asked.append(path.stem)
        return plain(path, names)

    monkeypatch.setattr(near, "BATCH", 1)
    with closing(sqlite3.connect(layout.catalogue)) as db:
        db.execute("DELETE FROM likenesses")
        monkeypatch.setattr(shard, "rows", rows)
        near.mark(db, layout)
        db.commit()
    assert sorted(asked) == ["x", "z"], "those of y equal others or resemble none"
    assert dump(layout) == together
    assert sorted(path.name for path in layout.root.iterdir() if path.is_file()) == [
        "catalogue.lock",
        "catalogue.sqlite",
    ]
