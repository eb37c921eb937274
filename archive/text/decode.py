"""Bytes of a page -> characters, and characters -> a tree, the way a careful browser would."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from operator import itemgetter
from typing import TypeAlias

from lxml.etree import ElementDefaultClassLookup, ParserError, XMLSyntaxError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import resolve_encoding

# A page declares its encoding early; gov.cn templates put long scripts first (measured: up to 6 kB).
META_BYTES = 8192
# A gzip body without its header is undone up to here; the largest page that a site file asks for by default is 16 MiB.
UNZIPPED_BYTES = 64 * 2**20
# Above this share of common characters a reading is right: Chinese news has .55 to .8, a wrong one .2 (measured).
RIGHT = 0.4

# Bytes beyond ASCII that are no UTF-8 by chance; 统战 in GBK is.
CHANCE = 60
# Characters that a score looks at.
SAMPLE = 6_000

# The handler of errors that reads the euro sign of Windows' GBK and raises for anything else.
STRICT = "archive.text.decode.strict"

# What is tried where nothing is declared that is right, best first.
_LADDER = ("utf-8", "gb18030", "big5hkscs")
_COMMON_HAN = resources.files("archive.text").joinpath("common_han.txt").read_text("utf-8")
_COMMON = re.compile(f"[{_COMMON_HAN}，。、：；！？“”‘’（）《》【】「」『』—…·　]+")
# Compatibility forms, extension A, private use: seldom in news, often in a wrong reading.
_ODD = re.compile("[\u3400-\u4dbf\ue000-\uf8ff\U00020000-\U0010ffff]")
_CHARSET = re.compile(r"charset\s*+=\s*+[\"']?\s*+([^\"'\s;>]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*+=\s*+[\"']?\s*+([\w.:-]++)", re.IGNORECASE)
_XML = re.compile(rb"\A\s*+<\?xml\b[^>]{0,200}?encoding\s*+=\s*+[\"']([\w.:-]++)", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a lost encoding leaves behind: U+FFFD, the same read as GBK or Latin-1, fresh memory read as GBK.
_DAMAGE = ("\ufffd", "锟斤拷", "ï¿½", "烫烫烫", "屯屯屯")
# UTF-8 read as Latin-1 and kept.
_FIRST_OF_TWICE = "äåæçèé"
_TWICE = re.compile(f"(?:[{_FIRST_OF_TWICE}][\x80-\xbf€-™]{{2}}){{4}}")
_PIECE = re.compile(rb"[^>\n]*[>\n]?")
_DEEP = re.compile(
    rb"</?(?:div|span|font|b|i|em|strong|section|table|tbody|tr|td|ul|ol|li|center|blockquote)\b[^<>]*+>", re.IGNORECASE
)
_ASCII = bytes(range(128))
_CONTROLS = bytes([*range(9), 11, *range(14, 32), 0x7F])
# What is left without these is no ASCII, or a control character.
_PLAIN = bytes(sorted({*_ASCII} - {*_CONTROLS}))


# Text, encoding, evidence, the text's characters beyond ASCII, and how much these look like Chinese.
_Reading: TypeAlias = tuple[str, str, str, str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A page's characters.

    Attributes:
        html: without byte order marks and control characters.
        encoding: the name of the Python codec that read it; `mixed` where pieces differ.
        evidence: why it was chosen: `bom`, `header`, `meta` or `text`.
        flags: `mojibake` where damaged characters are left, `mixed_encoding` where pieces differ.
        lost: the share of the characters that are none: control characters, and bytes that the encoding does not have.
    """

    html: str
    encoding: str
    evidence: str
    flags: tuple[str, ...] = ()
    lost: float = 0.0


def decode(body: bytes, content_type: str | None) -> Decoded:
    """A page's bytes -> `Decoded`: the byte order mark, else the encoding that reads as Chinese best.

    >>> decode("统战".encode("gb18030"), "text/html; charset=utf-8").html
    '统战'
    """
    if body.startswith(b"\x1f\x8b"):
        body = _unzip(body)
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _decoded(body[len(bom) :].decode(encoding, "replace").replace("\0", ""), encoding, "bom")
    body, rest, controls = _without_controls(body)
    declared = _declared(body, content_type)
    if read := _utf8(body, rest, declared, controls):
        return read
    if not rest:
        encoding, evidence = next(iter(declared.items()), ("utf-8", "text"))
        if encoding not in ("hz", "iso2022_jp", "iso2022_kr"):
            return _decoded(body.decode("ascii"), encoding, evidence, rest="", controls=controls)
    text, encoding, evidence, other, score = _best(body, {**dict.fromkeys((*declared, *_LADDER), "text"), **declared})
    if score > RIGHT and "\ufffd" not in other:
        return _decoded(text, encoding, evidence, rest=other, controls=controls)
    if score <= RIGHT:
        text, encoding, evidence = _foreign(body, declared) or (text, encoding, evidence)
    return _pieced(body, text, encoding, controls) or _decoded(text, encoding, evidence, controls=controls)


def _without_controls(body: bytes) -> tuple[bytes, bytes, int]:
    """The bytes without control characters, those of them that are no ASCII, and how many controls there were."""
    # No byte of these stands inside a character of the encodings below.
    rest = body.translate(None, _PLAIN)
    letters = rest.translate(None, _CONTROLS)
    # NUL is what tools pad with.
    controls = len(rest) - len(letters) - rest.count(0)
    return (body.translate(None, _CONTROLS) if len(letters) < len(rest) else body), letters, controls


def _pieced(body: bytes, text: str, encoding: str, controls: int) -> Decoded | None:
    """A page of two encodings, read piece by piece, where that loses less than reading it whole."""
    if "\ufffd" not in text.rstrip("\ufffd"):
        return None
    # Tag by tag and line by line: a UTF-8 template around a GBK include, or the other way round.
    pieces = "".join(_piece(piece, encoding) for piece in _PIECE.findall(body))
    if pieces.count("\ufffd") >= text.count("\ufffd"):
        return None
    return _decoded(pieces, "mixed", "text", "mixed_encoding", controls=controls)


def _best(body: bytes, candidates: Mapping[str, str]) -> _Reading:
    """The first reading without a loss that is right, else the best one."""
    readings: dict[str, _Reading] = {}
    # Thousands of replacements take long: readings with a loss are looked at where no other is right.
    for errors in (STRICT, "replace"):
        for encoding, evidence in candidates.items():
            if encoding not in readings and (read := _reading(body, encoding, evidence, errors)):
                readings[encoding] = read
                if read[4] > RIGHT and "\ufffd" not in read[3]:
                    return read
    return max((readings[encoding] for encoding in candidates), key=itemgetter(4))


def _reading(body: bytes, encoding: str, evidence: str, errors: str) -> _Reading | None:
    try:
        text = body.decode(encoding, errors)
    except UnicodeDecodeError:
        return None
    other = _not_ascii(text)
    return text, encoding, evidence, other, _score(other)


def _euro(error: UnicodeError) -> tuple[str, int]:
    """Windows writes the euro sign as the single byte 0x80 in GBK (WHATWG Encoding, 10.1.1); any other fault is one."""
    if isinstance(error, UnicodeDecodeError) and error.encoding == "gb18030" and error.object[error.start] == 0x80:
        return "€", error.start + 1
    raise error


codecs.register_error(STRICT, _euro)


def parse(html: str) -> HtmlElement | None:
    """Characters -> a tree; None where there is nothing to parse. Nesting beyond what libxml2 reads is flattened."""
    # Lone surrogates cannot be encoded: they become "?".
    data = html.encode("utf-8", "replace").translate(None, _CONTROLS)
    tree, whole = _parse(data)
    if not whole:
        # libxml2 drops everything below level 2048: such pages are read without their boxes.
        tree, _ = _parse(_DEEP.sub(b"<br>", data))
    return tree


def _parse(data: bytes) -> tuple[HtmlElement | None, bool]:
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True, remove_comments=True)
    # lxml's own lookup asks Python for the class of every element.
    parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
    try:
        tree = document_fromstring(data, parser=parser)
    except (ParserError, XMLSyntaxError, AssertionError):
        return None, True
    return tree, not any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


def _utf8(body: bytes, rest: bytes, declared: Mapping[str, str], controls: int) -> Decoded | None:
    """A page that reads as UTF-8, whatever it says."""
    if len(rest) - 3 * rest.count(b"\xef\xbf\xbd") < CHANCE:
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return _decoded(text, "utf-8", declared.get("utf-8", "text"), rest=rest.decode("utf-8"), controls=controls)


def _decoded(
    text: str, encoding: str, evidence: str, *flags: str, rest: str | None = None, controls: int = 0
) -> Decoded:
    # A character cut in two by the end of a truncated body is no damage.
    cut = len(text) - len(text.rstrip("\ufffd"))
    text = text[: len(text) - cut]
    rest = _not_ascii(text) if rest is None else rest[: len(rest) - cut]
    if "\ufeff" in rest:
        text = text.replace("\ufeff", "")
        rest = rest.replace("\ufeff", "")
    if any(damage in rest and damage in text for damage in _DAMAGE) or (
        any(first in rest for first in _FIRST_OF_TWICE) and _TWICE.search(rest)
    ):
        flags = (*flags, "mojibake")
    lost = (rest.count("\ufffd") + controls) / max(1, len(text))
    return Decoded(html=text, encoding=encoding, evidence=evidence, flags=flags, lost=lost)


def _declared(body: bytes, content_type: str | None) -> dict[str, str]:
    """Codecs that the header and the page name, in order of trust, each with who names it first."""
    header, start = _CHARSET.search(content_type or ""), body[:META_BYTES]
    labels = [match[1].decode("ascii", "replace") for how in (_XML, _META) for match in how.finditer(start)]
    named = {codec: "meta" for label in labels if (codec := _codec(label))}
    if header and (first := _codec(header[1])):
        return {first: "header", **{codec: "meta" for codec in named if codec != first}}
    return named


def _codec(label: str) -> str | None:
    """The codec for a label as the web writes it: `x-gbk`, `gb-2312`, `utf8;`, `UTF-8lang=zh`."""
    label = label.strip().strip("\"'").lower()
    if label.startswith(("utf-8", "utf8")):
        return "utf-8"
    if "gb" in label and ("2312" in label or "gbk" in label or "18030" in label):
        return "gb18030"
    # A page that calls itself UTF-16 in ASCII is not (WHATWG Encoding, 4.2 and HTML 13.2.3.2).
    codec = resolve_encoding(label)
    return "utf-8" if codec and codec.startswith("utf-16") else codec


def _score(other: str) -> float:
    """How much a reading's characters beyond ASCII look like Chinese: the share of common ones, less what should not be
    there.
    """
    other = other[:SAMPLE]
    if not other:
        return 0.0
    common = len("".join(_COMMON.findall(other)))
    return (common - 5 * other.count("\ufffd") - 2 * len(_ODD.findall(other))) / len(other)


def _not_ascii(text: str) -> str:
    """The characters of a text that are not ASCII, in order."""
    return text.encode("utf-8", "replace").translate(None, _ASCII).decode("utf-8")


def _foreign(body: bytes, declared: Mapping[str, str]) -> tuple[str, str, str] | None:
    """A reading for a page that is hardly Chinese: strict UTF-8, else what it declares, where that fits."""
    for encoding in dict.fromkeys(("utf-8", *declared)):
        try:
            text = body.decode(encoding, STRICT)
        except (UnicodeDecodeError, LookupError):
            continue
        # One-byte encodings read anything: believed only where letters are mostly ASCII, as in Western pages.
        if encoding in ("utf-8", "gb18030", "big5hkscs") or len(body) > 10 * len(_not_ascii(text)):
            return text, encoding, declared.get(encoding, "text")
    return None


def _piece(piece: bytes, encoding: str) -> str:
    text = piece.decode(encoding, "replace")
    if "\ufffd" in text:
        for other in ("utf-8", "gb18030"):
            read = _reading(piece, other, "text", STRICT)
            if read and read[4] > RIGHT:
                return read[0]
    return text


def _unzip(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(body, UNZIPPED_BYTES)
    except zlib.error:
        return body
