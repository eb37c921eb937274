"""Search: the query language with exact counts, compared with a simple evaluation of the same documents."""

from __future__ import annotations

import datetime as dt
import random
import re
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from archive.catalogue import ask, build, search
from archive.catalogue.columns import normalize
from archive.catalogue.search import Found, Frequency, Searcher, snippet, spots
from archive.corpus import shard
from archive.errors import UsageError
from archive.layout import Layout
from archive.text.chinese import simplified
from archive.text.document import Document

PLACES = {"a": "510000", "b": "510500", "c": "320300"}
WORDS = ("统战", "侨务", "民族", "疫情", "会议")


def document(number: int, text: str, **other: object) -> Document:
    plain = Document(
        id=f"urn:uuid:{number}",
        url=f"http://a.cn/{number}",
        site="a",
        captured=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        status=200,
        origin=None,
        kind="article",
        title=None,
        text=text,
        script="hans",
        extractor="x",
        confidence=1.0,
        han=len(text),
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def archive(folder: Path, *documents: Document) -> Searcher:
    layout = Layout(root=folder)
    with shard.Writer(folder / "corpus/a/2026/x.parquet") as writer:
        for each in documents:
            writer.add(each)
        writer.close(header=shard.Header(warc="x.warc.gz", warc_sha256="0", recipe="{}"), hosts=["a.cn"])
    build.update(layout)
    return Searcher(layout, lambda: PLACES)


def numbers(found: Found) -> list[int]:
    return [int(hit.id.removeprefix("urn:uuid:")) for hit in found.hits]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return archive(
        tmp_path_factory.mktemp("few"),
        document(
            0, "县委统战部召开会议", title="侨务工作", published="2020-02-19", source="人民日报", columns=("要闻",)
        ),
        document(1, "统战与侨务", site="b", published="2021", source="人民日报海外版", flags=("mojibake",)),
        document(2, "民族团结会议", site="c", published="2019-12-31T23:00:00+08:00", author="马春兰"),
        document(3, "统战故事", site="c", published_claimed="2099-01-01", flags=("date_implausible",)),
        document(4, "县委统战部召开会议", site="b", published="2022-01-01", kind="media_only"),
    )


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [4, 1, 0, 2, 3]),
        ("统战", [4, 1, 0, 3]),
        ("統戰", [4, 1, 0, 3]),
        ("统战 会议", [4, 0]),
        ("侨务 OR 民族", [1, 0, 2]),
        ("统战 -会议", [1, 3]),
        ("统战 NOT (会议 OR 故事)", [1]),
        ('"部召开"', [4, 0]),
        ("“委统战”", [4, 0]),
        ("title:侨务", [0]),
        ("标题：侨务", [0]),
        ("site:c", [2, 3]),
        ("-site:c", [4, 1, 0]),
        ("place:510000", [4, 1, 0]),
        ("place:510500", [4, 1]),
        ("place:320000 统战", [3]),
        ("source:人民日报", [0]),
        ("source:人民*", [1, 0]),
        ("来源:人民日報", [0]),
        ("author:马春兰", [2]),
        ("column:要闻", [0]),
        ("flag:mojibake", [1]),
        ("-flag:date_implausible", [4, 1, 0, 2]),
        ("kind:media_only", [4]),
        ("published:2020", [0]),
        ("published:2019..2020-02", [0, 2]),
        ("published:..2019-12-31", [2]),
        ("published:2021..", [4, 1]),
        ("published:none", [3]),
        ("claimed:2099", [3]),
        ("captured:2026-01-01", [4, 1, 0, 2, 3]),
        ("copies:no 会议", [0, 2]),
        ("copies:only", [4]),
        ("gone:only", []),
        ("gone:no 会议", [4, 0, 2]),
        ("han:6", [4, 0, 2]),
        ("site:b OR (民族 -疫情)", [4, 1, 2]),
        ("12:30", []),
    ],
)
def test_what_a_query_means(few: Searcher, query: str, wanted: list[int]) -> None:
    found = few.find(query)
    assert (numbers(found), found.total) == (wanted, len(wanted))


def test_undated_documents_stand_last_in_either_direction(few: Searcher) -> None:
    assert numbers(few.find("", order="new"))[-1] == 3
    assert numbers(few.find("", order="old")) == [2, 0, 1, 4, 3]
    assert few.find("").undated == 1


def test_pages_of_hits_join_without_a_gap(few: Searcher) -> None:
    pages = [numbers(few.find("", page=page, size=2)) for page in (1, 2, 3, 4)]
    assert pages == [[4, 1], [0, 2], [3], []]


def test_a_title_that_holds_the_word_is_more_relevant(few: Searcher) -> None:
    assert numbers(few.find("侨务", order="relevance")) == [0, 1]


def test_the_histogram_counts_by_year_month_and_day(few: Searcher) -> None:
    by = {period: few.find("", period=period).histogram for period in ("year", "month", "day")}
    assert by["year"] == (("2019", 1), ("2020", 1), ("2021", 1), ("2022", 1))
    assert by["month"] == (("2019-12", 1), ("2020-02", 1), ("2021", 1), ("2022-01", 1))
    assert by["day"] == (("2019-12-31", 1), ("2020-02-19", 1), ("2021", 1), ("2022-01-01", 1))
    assert few.find("", period="year", by="claimed").histogram == (("2099", 1),)


def test_frequency_states_the_word_and_all_documents(few: Searcher) -> None:
    assert few.frequency(["统战", "会议"]) == [
        Frequency("2019", 1, {"统战": 0, "会议": 1}),
        Frequency("2020", 1, {"统战": 1, "会议": 1}),
        Frequency("2021", 1, {"统战": 1, "会议": 0}),
        Frequency("2022", 1, {"统战": 1, "会议": 1}),
        Frequency("", 1, {"统战": 1, "会议": 0}),
    ]


def test_no_hit_says_what_would_hit(few: Searcher) -> None:
    assert tuple(map(str, few.find("民族 侨务 会议").notes)) == (
        '"民族" alone finds 1 documents.',
        '"侨务" alone finds 2 documents.',
        '"会议" alone finds 3 documents.',
        'Without "民族": 1 documents.',
        'Without "侨务": 1 documents.',
    )
    (near,) = few.find("flag:mojibaek").notes
    assert str(near) == "No document has flag:\"mojibaek\"; did you mean 'mojibake'?"
    assert near.query == 'flag:"mojibake"'
    assert [note.query for note in few.find("民族 侨务 会议").notes if note.what == "without"] == [
        '"侨务" AND "会议"',
        '"民族" AND "会议"',
    ]


def test_the_concordance_shows_each_place(few: Searcher) -> None:
    lines, hits = few.concordance("统战 会议")
    assert hits == 2
    assert [(line.left, line.word, line.right) for line in lines] == [
        ("县委", "统战", "部召开会议"),
        ("县委统战部召开", "会议", ""),
    ] * 2


@pytest.mark.parametrize(
    "query",
    [
        "(统战",
        "统战)",
        "NOT",
        "OR",
        "统战 OR",
        "published:yesterday",
        "published:2020..x",
        "copies:maybe",
        "han:many",
        "统 " * 65,
    ],
)
def test_a_query_that_cannot_be_read_is_refused_with_a_cure(few: Searcher, query: str) -> None:
    with pytest.raises(UsageError, match=r"Write|Ask|Close|Take|Give"):
        few.find(query)


@given(st.text(alphabet='统战ab ()"“”:-ORNTAD*年。', max_size=30))
def test_any_query_is_answered_or_refused(few: Searcher, query: str) -> None:
    try:
        found = few.find(query)
    except UsageError:
        return
    assert found.total >= 0
    assert ask.describe(ask.parse(found.read_as)) == found.read_as, "read_as reads the same again"


def _random_documents(dice: random.Random) -> list[Document]:
    found = []
    for number in range(300):
        year = dice.choice((None, "2019", "2020-03", "2021-05-06"))
        text = "，".join(dice.sample(WORDS, dice.randint(0, 3))) + f"第{number}篇"
        site = dice.choice("abc")
        flags = tuple(sorted(dice.sample(("mojibake", "mirror", "masked"), dice.randint(0, 2))))
        source = dice.choice((None, "人民日报", "新华社"))
        given = {"site": site, "source": source, "author": f"作者{number}", "columns": (site,)}
        found.append(document(number, text, published=year, flags=flags, **given))
    return found


@pytest.mark.parametrize("size", [search.SLICE, 37])
def test_counts_and_facets_are_those_of_a_plain_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(search, "SLICE", size)
    dice = random.Random(7)  # noqa: S311 - the same documents every time
    everything = _random_documents(dice)
    searcher = archive(tmp_path, *everything)
    for _ in range(50):
        word, site, flag = dice.choice(WORDS), dice.choice("abc"), dice.choice(("mojibake", "mirror"))
        query, wanted = dice.choice(
            [
                (f"{word} -site:{site}", [d for d in everything if word in d.text and d.site != site]),
                (f"{word} OR flag:{flag}", [d for d in everything if word in d.text or flag in d.flags]),
                (f"site:{site} source:新华社", [d for d in everything if d.site == site and d.source == "新华社"]),
                (f"NOT (flag:{flag} OR {word})", [d for d in everything if flag not in d.flags and word not in d.text]),
                (
                    f"published:2020..2021 column:{site}",
                    [d for d in everything if d.published and d.published > "2020" and d.site == site],
                ),
            ]
        )
        found = searcher.find(query, facets=("site", "source", "flag", "author", "place"), period="year", size=1000)
        assert sorted(numbers(found)) == [int(d.id[9:]) for d in wanted], query
        assert found.total == len(wanted)
        assert found.undated == sum(d.published is None for d in wanted)
        assert dict(found.facets["site"].values) == Counter(d.site for d in wanted)
        assert dict(found.facets["source"].values) == Counter(d.source for d in wanted if d.source)
        assert found.facets["author"].more == max(len(wanted) - 20, 0)
        assert dict(found.facets["flag"].values) == Counter(flag for d in wanted for flag in d.flags)
        places = Counter(PLACES[d.site] for d in wanted)
        # 510500 lies in 510000, so its documents count for both.
        places["510000"] += places["510500"] if places["510000"] else 0
        assert dict(found.facets["place"].values) == +places
        assert dict(found.histogram) == Counter(d.published[:4] for d in wanted if d.published)


def test_what_was_taken_down_is_neither_found_nor_counted(tmp_path: Path) -> None:
    searcher = archive(tmp_path, document(0, "统战"), document(1, "统战部"))
    assert searcher.find("统战").total == 2
    (tmp_path / "exclusions.jsonl").write_text(
        '{"url": "http://a.cn/1", "date": "2026-01-02T00:00:00+00:00", "reason": ""}\n'
    )
    found = searcher.find("统战", facets=("site",))
    assert (found.total, found.documents, found.facets["site"].values) == (1, 1, (("a", 1),))


def test_each_value_of_a_facet_finds_as_many_documents_as_it_counts(tmp_path: Path) -> None:
    searcher = archive(
        tmp_path,
        document(0, "河东区的会议。", source="人民日報", columns=("要闻", "要闻"), author='他说"好"'),
        document(1, "临沂市河东区的会议。", source="人民日报", columns=("要聞", "动态")),
        document(2, "四川泸县的会议。", source="ＡＢ网", author="张三*", site="b"),
        document(3, "四川省的会议，泸州市的座谈。", source="AB网", author='“a” "b"', flags=("mirror",)),
        document(4, "泸州市委统战部在成都开会。", site="c", published="2020"),
    )
    found = searcher.find("", facets=search.FACETS).facets
    assert dict(found["about"].values) == {
        "四川省": 3,
        "四川省成都市": 1,
        "四川省泸州市": 3,
        "四川省泸州市泸县": 1,
        "山东省": 1,
        "山东省临沂市": 1,
        "山东省临沂市河东区": 1,
        "河东区": 2,
    }
    assert {normalize(value): count for value, count in found["source"].values} == {"ab网": 2, "人民日报": 2}
    assert dict(found["column"].values) == {"要闻": 2, "动态": 1}
    for name, facet in found.items():
        for value, count in facet.values:
            assert searcher.find(f"{name}:{ask.quoted(value)}").total == count, (name, value)


def test_an_address_is_found_by_its_beginning_or_a_part_of_it(tmp_path: Path) -> None:
    searcher = archive(
        tmp_path,
        document(0, "甲", url="http://www.a.cn/2020/1.html"),
        document(1, "乙", url="https://www.a.cn/2020/2.html?x=[1]"),
        document(2, "丙", url="http://b.cn/www.a.cn/2020.html"),
    )
    for query, wanted in {
        "url:a.cn/2020": [2, 1, 0],
        "http://www.a.cn/2020/": [1, 0],
        "url:https://www.a.cn": [1, 0],
        "url:*a.cn/*.html?x=[1]": [1],
        "-url:b.cn": [1, 0],
        "网址:2020/1": [0],
        "url:none": [],
    }.items():
        assert sorted(numbers(searcher.find(query)), reverse=True) == wanted, query


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sites:trs", "did you mean site:?"),
        ("frobnicate:3", "the fields are title, site"),
        ("published:2026-13", "'2026-13' is not a day"),
        ("captured:2025-02-29", "'2025-02-29' is not a day"),
        ("claimed:2021..2019", "Write the earlier one first: 2019..2021"),
        ("term:统站部", "did you mean '统战部'?"),
    ],
)
def test_an_unknown_field_or_a_wrong_day_is_refused_with_its_cure(few: Searcher, query: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        few.find(query)
    assert said in str(refused.value)


def test_signs_are_operators_and_a_year_without_month_is_asked_for(tmp_path: Path) -> None:
    searcher = archive(
        tmp_path,
        document(0, "统战", published="2020"),
        document(1, "侨务", published="2020-02"),
        document(2, "统战 侨务", published="2020-02-19"),
    )
    totals = {"统战 | 侨务": 3, "统战 & 侨务": 1, "published:2020": 3, "published:2020-00": 1, "date:2020-02-00": 1}
    assert {query: searcher.find(query).total for query in totals} == totals
    # Words with a colon that no one takes for a field are words.
    assert searcher.find("记者：张三").read_as == '"记者张三"'


def test_words_are_marked_across_punctuation_width_and_case() -> None:
    assert spots("县委统、战部ＱＱ群", ["统 战 部", "qq"]) == [(2, 6), (6, 8)]
    assert snippet("一" * 100 + "统战", ["统 战"])[-1] == ("统战", True)


# Sentences with characters of which OpenCC's converters choose a form by the words around them, or none.
_FORMS = (
    "他曉得沈沒的船裡有二噁英，藉著乾淨的布擦着鐘錶，後來又隨著颱風發佈於台湾。",
    "揹著姪子的農伕在乾隆年間的麵館化粧，書名是毕昇與鍾馗傳，批覆與答復俱在。",
)


def test_each_phrase_of_a_text_is_found_in_either_script(tmp_path: Path) -> None:
    dice = random.Random(20)  # noqa: S311 - the same phrases in each run
    prose = Path(__file__).parent.parent / "text" / "prose.txt"
    lines = [line for line in prose.read_text(encoding="utf-8").split() if len(line) > 12]
    scripts = [OpenCC(name).convert for name in ("t2s", "s2t", "s2tw", "s2hk")]
    made = []
    for number, line in enumerate((*_FORMS, *dice.sample(lines, 60))):
        # A page in Traditional characters is converted; any other one is kept as it is, whatever it mixes.
        found = "".join(dice.choice(scripts)(character) if dice.random() < 0.5 else character for character in line)
        kept = {"text": simplified(line), "text_original": line, "script": "hant"} if number % 2 else {"text": found}
        made.append(document(number, **kept))
    searcher = archive(tmp_path, *made)
    for number, each in enumerate(made):
        for text in filter(None, (each.text, each.text_original)):
            for phrase in re.findall("[\u4e00-\u9fff]{2,}", text):
                start = dice.randrange(len(phrase) - 1)
                cut = phrase[start : start + dice.choice((2, 3, 5, 9))]
                for typed in (cut, *(convert(cut) for convert in scripts)):
                    assert number in numbers(searcher.find(f'"{typed}"', size=100)), (typed, text)
                    assert spots(text, [ask.parse(f'"{typed}"').tokens]), (typed, text)  # type: ignore[union-attr]


def test_a_field_is_found_in_either_script(tmp_path: Path) -> None:
    searcher = archive(tmp_path, document(1, "文", source="台湾統战聯合會", columns=("沈陽", "著作")))
    for query in ("source:台灣统戰*", "source:臺湾統战联合会", "column:沈阳", "column:着作"):
        assert numbers(searcher.find(query)) == [1], query


def test_a_person_is_found_by_each_name_and_counted_once(tmp_path: Path) -> None:
    said = ("张三、李四", "张三 李四", "张三，李四", "李四", "Grace Ling 王五")
    searcher = archive(
        tmp_path,
        *(document(number, "文", author=each) for number, each in enumerate(said)),
        document(9, "文", editor="周敏", contributor="青石县委统战部 王五"),
    )
    for query, wanted in (
        ("author:张三", [0, 1, 2]),
        ("author:李四", [0, 1, 2, 3]),
        ("author:李*", [0, 1, 2, 3]),
        ("author:张三、李四", [0, 1, 2]),
        ('author:"grace ling"', [4]),
        ("-author:李四", [4, 9]),
        ("editor:周敏", [9]),
        ("contributor:王五", [9]),
        ("contributor:*统战部", [9]),
    ):
        assert sorted(numbers(searcher.find(query))) == wanted, query
    counted = searcher.find("", facets=["author"]).facets["author"].values
    assert sorted(counted) == [("Grace Ling", 1), ("张三", 3), ("李四", 4), ("王五", 1)]


def test_yes_finds_what_is_so(few: Searcher) -> None:
    for name in ("gone", "copies", "near"):
        assert numbers(few.find(f"{name}:yes")) == numbers(few.find(f"{name}:only")) != numbers(few.find(""))


def test_a_query_reads_one_state_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searcher = archive(tmp_path, *(document(number, f"统战第{number}篇") for number in range(30)))
    assert searcher.find("统战", size=5).total == 30
    plain, other = search._match, sqlite3.connect(tmp_path / "catalogue.sqlite", timeout=0, isolation_level=None)

    def match(db: Any, columns: Any, expression: str) -> Any:
        # Columns that are read from here on must have as many rows as those before.
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM documents")
        return plain(db, columns, expression)

    monkeypatch.setattr(search, "_match", match)
    assert searcher.find("第3篇 site:a", facets=("source",)).total == 1
    other.execute("DELETE FROM documents")
    other.close()


def test_words_are_looked_up_once_until_the_catalogue_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    searcher = archive(tmp_path, *(document(number, f"统战第{number}篇") for number in range(30)))
    asked: list[str] = []
    plain = search._match

    def match(db: Any, columns: Any, expression: str) -> Any:
        asked.append(expression)
        return plain(db, columns, expression)

    monkeypatch.setattr(search, "_match", match)
    pages = [numbers(searcher.find("统战", page=page)) for page in (1, 2)]
    assert [len(each) for each in pages] == [20, 10]
    assert searcher.find("统战 flag:mirror").total == 0
    assert asked == ['"统 战"']
    for number in range(search.REMEMBERED):
        assert searcher.find(f"第{number}篇").total == 1
    assert searcher.find("统战").total == 30
    assert len(asked) == search.REMEMBERED + 2, "the oldest is forgotten"
    with shard.Writer(tmp_path / "corpus/a/2026/y.parquet") as writer:
        writer.add(document(30, "统战第30篇"))
        writer.close(header=shard.Header(warc="y.warc.gz", warc_sha256="0", recipe="{}"), hosts=["a.cn"])
    build.update(Layout(root=tmp_path))
    assert searcher.find("统战").total == 31
