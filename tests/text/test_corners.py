"""Small pages of many manners: every field, the text, and the lines that leave it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import golden
import pytest
from pages import clean_page

from archive.text.clean import clean
from archive.text.document import Document, Skip

CORNERS: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "corners.toml").read_text("utf-8"))
LINES = (
    "连日来，县人民医院医疗队深入偏远山村，为留守老人送去健康服务。",
    "医护人员为老人量血压、测血糖、做心电图，耐心解答用药疑问。",
    "截至目前，医疗队已走访村庄二十三个，义诊一千六百余人次。",
    "医院将把巡回义诊作为一项长期工作坚持下去，群众非常满意。",
)
NUMBERED = {f"{{{number}}}": line for number, line in enumerate(LINES, 1)}
# In the HTML of a page, and in what is read of it.
WRITTEN = {
    "{title}": "<h1>医疗队走进山村</h1>",
    "{date}": "<p>2023-06-12 来源：县报</p>",
    "{prose}": "".join(f"<p>{line}</p>" for line in LINES),
    "{foot}": "<div class=f><p>版权所有：清河县人民医院　蜀ICP备00000000号</p></div>",
    **NUMBERED,
}
READ = {
    "{date}": "dateline: 2023-06-12 来源：县报",
    "{prose}": "\n".join(LINES),
    "{foot}": "footer: 版权所有：清河县人民医院 蜀ICP备00000000号",
    **NUMBERED,
}
USUAL = {
    "kind": "article",
    "title": "医疗队走进山村",
    "subtitle": "",
    "published": "2023-06-12",
    "source": "县报",
    "author": "",
    "editor": "",
    "contributor": "",
    "columns": [],
    "captions": [],
    "attachments": [],
    "flags": [],
    "removed": ["{date}", "{foot}"],
    "text": "{prose}",
}


def filled(words: str, names: dict[str, str]) -> str:
    for name, said in names.items():
        words = words.replace(name, said)
    return words


def html_of(corner: dict[str, Any]) -> str:
    """The whole page of an entry."""
    body = corner.get("body") or f"<div class=w>{{title}}{{date}}<div class=c>{corner.get('box')}</div></div>{{foot}}"
    head = corner.get("head", "医疗队走进山村")
    whole = corner.get("html") or f"<html><head><title>{head}</title></head><body>{body}</body></html>"
    return filled(whole, WRITTEN)


def expected(corner: dict[str, Any]) -> dict[str, Any]:
    """All that is read of an entry."""
    return {
        field: filled(value, READ) if isinstance(value, str) else [filled(each, READ) for each in value]
        for field, value in ((field, corner.get(field, usual)) for field, usual in USUAL.items())
    }


def said(document: Document) -> dict[str, Any]:
    """All that a document says, as the entries write it."""
    return {
        **{field: getattr(document, field) or "" for field, usual in USUAL.items() if isinstance(usual, str)},
        "columns": list(document.columns),
        "captions": list(document.captions),
        "attachments": [f"{name}: {url}" for url, name in document.attachments],
        "flags": list(document.flags),
        "removed": [f"{rule}: {line}" for rule, line in document.removed],
    }


@pytest.mark.parametrize("name", CORNERS)
def test_a_small_page_is_read_whole(name: str) -> None:
    corner = CORNERS[name]
    found = clean_page(html_of(corner), corner.get("url", "http://www.example.gov.cn/a/1.html"))
    if isinstance(found, Skip):
        assert (found.reason.value, found.detail) == (corner.get("skip"), corner.get("detail"))
        return
    assert "skip" not in corner
    assert said(found) == expected(corner)


NOT_ALIKE = [
    # Behind the files stands a line of that layout, who edited.
    ("paper", "files only"),
    # Hidden words of a page without boxes may be anybody's.
    ("flat", "panels that their headings open"),
    ("flat", "a text of one line that a click shows"),
    # There the page itself is the box of the text.
    ("flat", "related articles between paragraphs in boxes of their own"),
]
BOXES = {name: corner for name, corner in CORNERS.items() if "box" in corner and "skip" not in corner}
LAYOUTS = [layout for layout in golden.LAYOUTS if layout != "day_below"]


@pytest.mark.parametrize("number", range(len(LAYOUTS)))
def test_what_stands_in_a_box_is_read_alike_whatever_stands_around(number: int) -> None:
    layout = LAYOUTS[number]
    for name, corner in BOXES.items():
        # Each layout holds a fifth of them.
        if (sum(map(ord, name)) - number) % 5 or (layout, name) in NOT_ALIKE:
            continue
        box = {"title": corner.get("head", "医疗队走进山村"), "html": filled(corner["box"], WRITTEN)}
        document = clean(golden.laid_out(layout, box), None)
        assert isinstance(document, Document), (layout, name)
        read = {
            field: value
            for field, value in said(document).items()
            if field in ("kind", "title", "subtitle", "contributor", "captions", "text")
        }
        assert (layout, name, read) == (layout, name, {field: expected(corner)[field] for field in read})
