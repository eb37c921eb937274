"""The five seed texts clean to the gold that was made by hand."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.capture import Capture, Place

CORPUS = Path(__file__).parents[2] / "seeds" / "corpus"
SEEDS = sorted(CORPUS.glob("*.txt"))
FIELDS = ("title", "published", "source", "author", "contributor", "script")


def text_capture(name: str, body: bytes) -> Capture:
    return Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000000",
        kind="resource",
        url=f"file:///{name}",
        date=None,
        status=None,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=body,
        payload_digest=None,
        place=Place(file="import.warc.gz", offset=0, length=1),
        origin=name,
    )


def folded(text: str) -> list[str]:
    return [re.sub(r"\s+", "", unicodedata.normalize("NFKC", line)) for line in text.split("\n") if line.strip()]


@pytest.fixture(params=SEEDS, ids=lambda path: path.name[:3])
def seed(request: pytest.FixtureRequest, shared: Path) -> tuple[Document, dict[str, Any], list[str]]:
    path: Path = request.param
    gold = json.loads((shared / "gold" / "seeds" / f"{path.name[:3]}.json").read_text("utf-8"))
    body = (shared / "gold" / "seeds" / gold["body_file"]).read_text("utf-8")
    document = clean(text_capture(path.name, path.read_bytes()), None)
    assert isinstance(document, Document)
    return document, gold, folded(body)


def test_the_five_seeds_are_there() -> None:
    assert [path.name[:3] for path in SEEDS] == ["000", "001", "002", "003", "004"]


def test_the_paragraphs_are_the_golds(seed: tuple[Document, dict[str, Any], list[str]]) -> None:
    document, _, body = seed
    assert folded(document.text) == body


def test_the_fields_are_the_golds(seed: tuple[Document, dict[str, Any], list[str]]) -> None:
    document, gold, _ = seed
    assert {name: getattr(document, name) for name in FIELDS} == {name: gold[name] for name in FIELDS}
    assert document.published_claimed == gold.get("published_claimed")
    assert list(document.flags) == gold["flags"]
    assert list(document.captions) == gold["captions"]
    if "columns" in gold:
        assert list(document.columns) == gold["columns"]


def test_nothing_of_the_page_around_the_article_is_left(seed: tuple[Document, dict[str, Any], list[str]]) -> None:
    document, gold, _ = seed
    assert [string for string in gold["without"] if string in document.text] == []


def test_every_line_is_text_caption_or_removed_with_its_rule(
    seed: tuple[Document, dict[str, Any], list[str]],
) -> None:
    document, gold, _ = seed
    found = folded((CORPUS / gold["seed"]).read_text("utf-8"))
    kept = folded(document.text_original or document.text) + folded("\n".join(line for _, line in document.removed))
    assert sorted(kept) == sorted(found)


def test_the_original_keeps_what_the_page_shows(shared: Path) -> None:
    path = SEEDS[2]
    document = clean(text_capture(path.name, path.read_bytes()), None)
    assert isinstance(document, Document)
    assert document.text_original is not None
    original, text = document.text_original.split("\n"), document.text.split("\n")
    assert len(original) == len(text)
    assert "統(tǒng)戰(zhàn)" in document.text_original
    assert not re.search("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]", document.text)


def test_both_widths_of_punctuation_give_the_same_document() -> None:
    # The seeds are narrow throughout; pages of the web are wide.
    wide = str.maketrans({",": "，", ":": "：", "(": "（", ")": "）", ";": "；", "!": "！"})  # fmt: skip
    for path in SEEDS:
        narrow = clean(text_capture(path.name, path.read_bytes()), None)
        text = "\n".join(
            line if "http" in line or re.search(r"\d:\d", line) else line.translate(wide)
            for line in path.read_text("utf-8").split("\n")
        )
        other = clean(text_capture(path.name, text.encode()), None)
        assert isinstance(narrow, Document)
        assert isinstance(other, Document)
        assert folded(narrow.text) == folded(other.text)
        assert (narrow.published, narrow.source, narrow.author) == (other.published, other.source, other.author)
        assert [rule for rule, _ in narrow.removed] == [rule for rule, _ in other.removed]
