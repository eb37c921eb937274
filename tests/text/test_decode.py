"""Bytes are read as a careful browser would, whatever the header and the page say."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.blocks import outline
from archive.text.decode import decode, parse

TEXT = "统战部召开会议，部署镕喆堃疫情防控工作。"
HANT = "統戰部召開會議，部署疫情防控工作，為當前第一要務。"


def page(text: str, charset: str | None = None, padding: int = 0) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head><script>{'x' * padding}</script>{meta}<title>{text}</title></head><body>{text}</body></html>"


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        (page(TEXT).encode("gb18030"), "text/html; charset=utf-8", TEXT),
        (page(TEXT, "gb2312").encode("gb18030"), "text/html; charset=ISO-8859-1", TEXT),
        (page(TEXT).encode("gb18030"), None, TEXT),
        (page(TEXT).encode(), "text/html; charset=gb2312", TEXT),
        (page(TEXT, "gb2312").encode(), None, TEXT),
        (page(HANT, "gb2312").encode("big5hkscs"), None, HANT),
        (page(HANT).encode("big5hkscs"), None, HANT),
        (page(TEXT, "x-gbk").encode("gb18030"), None, TEXT),
        (page(TEXT, "utf8;").encode(), "text/html; charset=utf8;", TEXT),
        (page(TEXT, "gb-2312").encode("gb18030"), None, TEXT),
        (page(TEXT).encode(), "text/html; charset=UTF-8lang=zh", TEXT),
        (page(TEXT, "gb2312", padding=6000).encode("gb18030"), None, TEXT),
        (b"\xef\xbb\xbf" + page(TEXT, "gb2312").encode(), "text/html; charset=gb2312", TEXT),
        (page(TEXT).encode("utf-16"), None, TEXT),
        (gzip.compress(page(TEXT).encode("gb18030")), None, TEXT),
        # 统战 in GBK is valid UTF-8 too: ͳս.
        ("统战".encode("gb18030"), "text/html", "统战"),
        ("<title>通知</title>".encode("gb18030"), "text/html; charset=utf-8", "通知"),
    ],
)
@pytest.mark.fault(rows=[15])
def test_a_page_reads_as_it_was_written(body: bytes, header: str | None, text: str) -> None:
    decoded = decode(body, header)
    assert text in decoded.html
    assert decoded.flags == ()


def test_a_byte_order_mark_inside_is_no_character() -> None:
    assert decode(b"\xef\xbb\xbf" + "统战\ufeff部".encode(), None).html == "统战部"


def test_a_utf8_template_around_a_gbk_include_is_read_piece_by_piece() -> None:
    body = f"<div>{TEXT}</div>\n".encode() * 20 + f"<p>{TEXT}</p>".encode("gb18030") + b"</html>"
    decoded = decode(body, "text/html; charset=utf-8")
    assert decoded.html.count(TEXT) == 21
    assert "mixed_encoding" in decoded.flags


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{TEXT}</p>".encode("gb18030") * 5 + "统".encode("gb18030")[:1] + b"<p>",
        f"<p>{TEXT}锟斤拷锟斤拷</p>".encode(),
        f"<p>{TEXT}\ufffd\ufffd部</p>".encode(),
        f"<p>{TEXT}烫烫烫烫</p>".encode(),
        f"<p>{TEXT}ï¿½ï¿½部</p>".encode(),
        f"<p>{TEXT}统战部会议</p>".encode().decode("latin-1").encode(),
    ],
)
@pytest.mark.fault(rows=[15])
def test_damage_is_flagged(body: bytes) -> None:
    assert "mojibake" in decode(body, None).flags


def test_a_character_cut_by_the_end_is_no_damage() -> None:
    assert decode(page(TEXT).encode()[:-15], None).flags == ()
    assert decode(TEXT.encode()[:-1], None).flags == ()


def test_western_pages_stay_western() -> None:
    text = "The café was closed, they said, and a long English sentence follows here without any other letter."
    assert text in decode(text.encode("cp1252"), "text/html; charset=iso-8859-1").html


@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=gbk", "charset=nonsense", "charset="]))
def test_any_bytes_decode_and_parse(body: bytes, header: str | None) -> None:
    html = decode(body, header).html
    root = parse(html)
    assert root is None or root.tag == "html"
    assert all(block.text for block in outline(html).blocks)


@pytest.mark.fault(rows=[35])
@pytest.mark.parametrize("tag", ["div", "span", "b", "table><tr><td"])
@pytest.mark.parametrize("depth", [300, 3000, 30000])
@pytest.mark.fault(rows=[35])
def test_text_is_found_however_deep_it_stands(tag: str, depth: int) -> None:
    html = f"<html><body>{f'<{tag}>' * depth}<p>{TEXT}</p></body></html>"
    root = parse(html)
    assert root is not None
    assert TEXT in "".join(root.itertext())
    assert [block.text for block in outline(html).blocks] == [TEXT]


@pytest.mark.fault(rows=[35])
def test_surrogates_and_controls_do_no_harm() -> None:
    html = f"<p>\ud800{TEXT}&#xD800;&#1;&#x1f;\x00</p>"
    assert parse(html) is not None
    assert outline(html).blocks[0].text.strip("?\ufffd") == TEXT
    assert parse("") is None
    assert parse("<!-- nothing -->") is None
