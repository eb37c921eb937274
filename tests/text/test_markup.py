from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.decode import parse
from archive.text.markup import attributes
from archive.text.outline import Outline, outline

# Elements that pages nest; those whose content is characters, and those that nobody sees, have tests of their own.
NESTED = [
    "div",
    "p",
    "span",
    "a",
    "b",
    "i",
    "font",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "form",
    "center",
    "blockquote",
    "pre",
    "section",
    "article",
    "strong",
    "em",
    "address",
    "fieldset",
    "label",
    "caption",
]
ALONE = ("br", "hr", "img")
INLINE = frozenset(("span", "a", "b", "i", "font", "strong", "em", "label", "img"))

tags = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in NESTED]),
    st.sampled_from([f"</{tag}>" for tag in NESTED]),
    st.sampled_from([f"<{tag}>" for tag in ALONE]),
)


def boxes(read: Outline, element: int) -> list[str]:
    """The names of an element and of those around it."""
    found = []
    while element:
        found.append(read.tags[element])
        element = read.parents[element]
    return [name for name in found if name != "body"]


@given(st.lists(tags, max_size=25))
def test_open_tags_nest_as_libxml2_nests_them(soup: list[str]) -> None:
    html = "<html><body>" + "".join(f"{tag}{number}字" for number, tag in enumerate(soup))
    root = parse(html)
    assert root is not None
    theirs: dict[str, list[str]] = {}
    for element in root.iter():
        around = [str(e.tag) for e in (element, *element.iterancestors()) if e.tag not in ("html", "body", *INLINE)]
        theirs |= dict.fromkeys((element.text or "").split("字")[:-1], around)
        theirs |= dict.fromkeys((element.tail or "").split("字")[:-1], around[element.tag not in INLINE :])
    read = outline(html)
    mine = {
        text.strip(): [tag for tag in boxes(read, block.element) if tag not in INLINE]
        for block in read.blocks
        for text in block.text.split("字")[:-1]
    }
    assert mine == theirs


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>甲<!-- 乙 -->丙<!--> 丁<!-- 戊", ["甲丙 丁"]),
        ("<p>甲<script>if (a < b) { '<p>乙</p>' }</script>丙", ["甲丙"]),
        ("<p>甲<SCRIPT>乙</script >丙<style>丁", ["甲丙"]),
        ("<p>甲<textarea><p>乙</textarea>丙<select><option>丁</select>戊", ["甲丙戊"]),
        ('<p title="a>b" onclick=\'x(">")\'>甲', ["甲"]),
        ("<p>1 < 2 且 3<4", ["1 < 2 且 3<4"]),
        ("<head><title>甲</title><p>乙", ["乙"]),
        ("<head>甲<p>乙", ["甲", "乙"]),
        ("<p>甲<p>乙</html><p>丙", ["甲", "乙", "丙"]),
        ('<div style="DISPLAY: none">甲<p>乙</p></div>丙', ["丙"]),
        ("甲<span hidden>乙</span>丙", ["甲丙"]),
        (f'<div style="display:none"><p>{"甲" * 200}</p></div>', ["甲" * 200]),
        ("<pre>甲\n乙</pre>", ["甲", "乙"]),
        ("甲&nbsp;&middot;&#x4e59;&#31;丙", ["甲 ·乙丙"]),
        ("<embed src=a.swf>甲<p>乙", ["甲", "乙"]),
        ("<div><html><body>甲</body></html>乙</div>丙", ["甲乙", "丙"]),
    ],
)
def test_what_a_page_shows(html: str, lines: list[str]) -> None:
    assert [block.text for block in outline(html).blocks] == lines


def test_links_are_counted_behind_pictures_too() -> None:
    linked, plain = outline("<p><a href=/x><svg><path/></svg>统战部</a></p><p>统战部</p>").blocks
    assert (linked.links, plain.links) == (3, 0)


def test_attributes_as_browsers_read_them() -> None:
    assert attributes(" A=1 a=2 b='x>y' c=\"&amp;\" d=/x/ e/>") == {"a": "1", "b": "x>y", "c": "&", "d": "/x/", "e": ""}


@given(st.text(max_size=300), st.text(alphabet="<>/!-=\"' ap\n", max_size=300))
def test_any_characters_are_read(one: str, other: str) -> None:
    for html in (one, other, one + other):
        assert all(block.text for block in outline(html).blocks)
