"""The vocabulary of United Front work: terms are counted, and compared with the rest of the archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_catalogue import document, put

from archive.catalogue import build, terms
from archive.catalogue.search import Searcher
from archive.errors import UsageError
from archive.layout import Layout


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    layout = Layout(root=tmp_path_factory.mktemp("terms"))
    put(
        layout,
        "x",
        document(1, "统战部召开会议，学习统一战线理论。民主党派参加。", title="统战部", published="2020-02-19"),
        document(2, "民主党派和各民主党派的无党派人士。" + "别的文字" * 20, published="2020-03"),
        document(3, "归侨侨眷、统一战线工作" + "别的文字" * 20),
    )
    build.update(layout, places={"a": "510521"})
    return layout


def ids(layout: Layout, words: str) -> list[str]:
    return Searcher(layout).ids(words)


def counted(layout: Layout, **choice: object) -> dict[tuple[str, str], tuple[int, int]]:
    found = terms.counts(layout, site_places={"a": "510521"}, **choice)  # type: ignore[arg-type]
    return {(one.term, one.group): (one.documents, one.occurrences) for one in found}


def test_the_vocabulary_is_whole_and_names_each_way_of_writing_once() -> None:
    known = terms.vocabulary()
    assert len(known) >= 150
    assert terms.version()
    written = [words for term in known.values() for words in (term.term, *term.variants)]
    assert len(written) == len(set(written))
    assert all(len(words) >= 2 for words in written)
    assert all(term.english for term in known.values())
    for term in known.values():
        assert dict(terms.occurrences(f"关于{term.term}的")) == {term.term: 1}


def test_of_terms_that_overlap_the_longest_counts() -> None:
    assert dict(terms.occurrences("统一战线工作部、统一战线工作、统一战线")) == {
        "统战部": 1,
        "统战工作": 1,
        "统一战线": 1,
    }


def test_terms_are_counted_by_site_place_and_month(layout: Layout) -> None:
    every = {
        ("统一战线", ""): (1, 1),
        ("统战工作", ""): (1, 1),
        ("统战部", ""): (1, 2),
        ("民主党派", ""): (2, 3),
        ("无党派人士", ""): (1, 1),
        ("归侨侨眷", ""): (1, 1),
    }
    assert counted(layout) == every
    assert counted(layout, by="month", term="民主党派") == {
        ("民主党派", "2020-02"): (1, 1),
        ("民主党派", "2020-03"): (1, 2),
    }
    assert counted(layout, by="month", term="归侨") == {("归侨侨眷", ""): (1, 1)}
    assert counted(layout, by="site", term="统战部") == {("统战部", "a"): (1, 2)}
    assert counted(layout, by="place", term="统战部") == {("统战部", "四川省泸州市泸县"): (1, 2)}
    assert counted(layout, within=ids(layout, "published:2020-03")) == {
        ("民主党派", ""): (1, 2),
        ("无党派人士", ""): (1, 1),
    }


def test_keyness_has_both_counts(layout: Layout) -> None:
    keys = {one.term: one for one in terms.keyness(layout, ids(layout, "published:2020-02"))}
    assert (keys["统战部"].occurrences, keys["统战部"].rest_occurrences) == (2, 0)
    assert keys["统战部"].keyness > 0 > keys["归侨侨眷"].keyness
    assert keys["民主党派"].documents == 1
    assert keys["民主党派"].rest_documents == 1


def test_an_unknown_term_or_a_query_for_everything_is_refused(layout: Layout) -> None:
    with pytest.raises(UsageError, match="did you mean '民主党派'"):
        terms.counts(layout, term="民主政派")
    with pytest.raises(UsageError, match="terms are not counted by this"):
        terms.counts(layout, by="year")
    with pytest.raises(UsageError, match="nothing to compare"):
        terms.keyness(layout, ids(layout, "site:a"))
    with pytest.raises(UsageError, match="nothing to compare"):
        terms.keyness(layout, ids(layout, "没有这个词"))


def test_another_vocabulary_makes_the_catalogue_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(root=tmp_path)
    put(layout, "x", document(1, "统战部"))
    build.update(layout)
    before = layout.catalogue.stat().st_ino
    build.update(layout)
    assert layout.catalogue.stat().st_ino == before
    monkeypatch.setattr(terms, "version", lambda: "other")
    build.update(layout)
    assert layout.catalogue.stat().st_ino != before
