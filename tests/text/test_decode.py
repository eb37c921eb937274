"""Bytes are read as a careful browser would, whatever the header and the page say."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.decode import decode, parse
from archive.text.outline import outline

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
        f"<p>{TEXT}屯屯屯屯</p>".encode(),
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
    tree = parse("<p\x01>会\x01议\x00</p>")
    assert tree is not None
    assert [(node.tag, node.text) for node in tree.iter("p")] == [("p", "会议")]
    assert parse("") is None
    assert parse("<!-- nothing -->") is None


EURO = "价格为€50，统战部会议召开。"


@pytest.mark.parametrize("header", [None, "text/html; charset=gbk", "text/html; charset=utf-8"])
def test_the_euro_sign_of_windows_is_one_byte(header: str | None) -> None:
    body = b"\x80".join(part.encode("gb18030") for part in page(EURO).split("€"))
    decoded = decode(body, header)
    assert EURO in decoded.html
    assert (decoded.encoding, decoded.flags, decoded.lost) == ("gb18030", (), 0.0)


@pytest.mark.parametrize(
    ("label", "text", "codec", "read_as"),
    [
        ("gbk", TEXT, "gb18030", "gb18030"),
        ("GB_2312-80", TEXT, "gb18030", "gb18030"),
        ("x-gb18030", TEXT, "gb18030", "gb18030"),
        ("utf-16", TEXT, "utf-8", "utf-8"),
        ("big5", HANT, "big5hkscs", "big5hkscs"),
    ],
)
def test_a_label_is_read_as_the_web_writes_it(label: str, text: str, codec: str, read_as: str) -> None:
    decoded = decode(page(text, label).encode(codec), None)
    assert text in decoded.html
    assert (decoded.encoding, decoded.evidence) == (read_as, "meta")


def test_a_declaration_counts_in_the_first_eight_kilobytes() -> None:
    # Short enough for a reading by chance: what the page declares decides.
    near = f"<script>{'x' * 8000}</script><meta charset=big5><p>".encode() + "統戰".encode("big5")
    assert decode(near, None).evidence == "meta"
    far = f"<script>{'x' * 9000}</script><meta charset=big5><p>".encode() + "統戰".encode("big5")
    assert decode(far, None).evidence == "text"


def test_an_xml_declaration_counts() -> None:
    body = b'<?xml version="1.0" encoding="gb2312"?><html>' + TEXT.encode("gb18030") + b"</html>"
    assert (decode(body, None).evidence, TEXT in decode(body, None).html) == ("meta", True)


def test_utf8_is_believed_from_sixty_bytes_on() -> None:
    # 统战 in GBK is valid UTF-8; so few bytes prove nothing.
    few = "统战".encode("gb18030") * 6
    assert decode(few, None).html == "统战" * 6
    # Nor do characters that say that one was lost.
    assert decode(few + "\ufffd".encode() * 20 + few, None).html.startswith("统战" * 6)
    many = "ͳս".encode() * 20
    assert decode(many, "text/html; charset=gbk").html == "ͳս" * 20


def test_control_characters_are_lost_characters() -> None:
    body = page(TEXT).encode() + b"\x01\x02\x03\x04"
    decoded = decode(body, None)
    assert decoded.html == page(TEXT)
    assert decoded.lost == pytest.approx(4 / len(page(TEXT)))
    # Tools pad with NUL.
    assert decode(page(TEXT).encode() + b"\0\0\0\0", None).lost == 0.0


def test_random_bytes_are_mostly_lost() -> None:
    noise = bytes(range(1, 256)) * 8
    assert decode(noise, None).lost > 0.1


def test_utf16_may_be_padded() -> None:
    body = b"\xff\xfe" + f"{TEXT}\0\0".encode("utf-16-le")
    assert (decode(body, None).html, decode(body, None).evidence) == (TEXT, "bom")


def test_a_gzip_that_is_none_is_read_as_it_is() -> None:
    assert "no gzip at all" in decode(b"\x1f\x8b no gzip at all", None).html


def test_a_gzip_is_undone_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.text.decode.UNZIPPED_BYTES", 1000)
    assert len(decode(gzip.compress(b"a" * 100_000), None).html) == 1000


@pytest.mark.parametrize(
    "text", ["Привет, это русский текст без китайских слов. " * 5, "Ελληνικό κείμενο χωρίς κινέζικα. " * 5]
)
def test_a_page_of_letters_is_no_one_byte_guess(text: str) -> None:
    assert text in decode(text.encode(), None).html


def test_a_one_byte_label_does_not_beat_what_hardly_reads_as_chinese() -> None:
    rare = "镕喆堃统" * 10
    assert decode(rare.encode("gb18030"), "text/html; charset=iso-8859-1").html == rare


def test_rare_characters_may_stand_among_common_ones() -> None:
    # Four common characters of ten are right; a page of names and rare characters alone is not.
    assert decode(("镕喆堃" * 5 + "统战部召开会议" * 3).encode("gb18030"), None).encoding == "gb18030"
    big5 = "統戰部為當前第一要務，會議要求抓好落實。" * 3
    assert decode(big5.encode("big5hkscs"), "text/html; charset=gb2312").html == big5


def test_pieces_are_read_as_utf8_first() -> None:
    # Each of these is valid in both; as UTF-8 it is Chinese.
    body = f"<p>{TEXT}</p>\n".encode("gb18030") * 3 + f"<p>{TEXT}</p>\n".encode() * 9 + b"<p>\xff\xff</p>"
    decoded = decode(body, None)
    assert decoded.html.count(TEXT) == 12
    assert decoded.flags[0] == "mixed_encoding"


ENGLISH = "A long English sentence without any other letter follows here. " * 60


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        # Half of the characters are common in Chinese; a fourth; and private ones speak against a reading.
        ("统战部镕喆堃" * 6, "gb18030"),
        ("统镕喆堃" * 8, "cp1252"),
        ("统战部会议\ue001\ue002\ue003\ue004\ue005\ue006", "cp1252"),
    ],
)
def test_two_characters_of_five_must_be_common_beside_a_western_label(text: str, encoding: str) -> None:
    body = (ENGLISH + text).encode("gb18030")
    assert decode(body, "text/html; charset=iso-8859-1").encoding == encoding


def test_hz_is_ascii_that_is_chinese() -> None:
    assert decode("统战部召开会议".encode("hz") + b" plain", "text/html; charset=hz").html == "统战部召开会议 plain"


def test_a_piece_that_is_chinese_in_two_encodings_is_utf8() -> None:
    # In GBK these bytes are 杈规帶杈规不閮界編閮芥不, whose characters are as common.
    piece = "边控边治都美都治"
    body = f"<p>{HANT}</p>\n".encode("big5hkscs") * 6 + f"<p>{piece}</p>".encode()
    assert piece in decode(body, "text/html; charset=big5").html


@pytest.mark.parametrize(
    ("mark", "codec"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_a_byte_order_mark_decides_however_short_the_page_is(mark: bytes, codec: str) -> None:
    decoded = decode(mark + "统战".encode(codec), "text/html; charset=gbk")
    assert (decoded.html, decoded.encoding, decoded.evidence) == ("统战", codec, "bom")


def test_the_header_goes_before_the_page_and_its_label_may_go_on() -> None:
    page = decode(b"<meta charset=big5>plain", "text/html; charset=gbk")
    assert (page.encoding, page.evidence) == ("gb18030", "header")
    page = decode(b"<meta charset=big5>plain", "text/html; charset=UTF-8lang=zh")
    assert (page.encoding, page.evidence) == ("utf-8", "header")


def test_a_damaged_page_of_one_encoding_is_not_mixed() -> None:
    damaged = decode(f"<p>{TEXT}</p>".encode("gb18030") * 5 + "统".encode("gb18030")[:1] + b"<p>", None)
    assert (damaged.encoding, damaged.flags) == ("gb18030", ("mojibake",))
