"""Texts -> the telephone numbers, ID numbers and e-mail addresses in them, and texts with these masked.

Patterns recognise the shape of a number, not its owner: they find an office's switchboard, but not a number in words.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from itertools import chain
from typing import NamedTuple

from archive.text.document import Document

# Weights and check characters of residents' ID numbers: GB 11643-1999, ISO 7064 MOD 11-2.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Full-width characters, each as long as the narrow one: all that stand in the patterns, and those of numbers alone.
# A full-width letter or sign may be part of an address, or stand before one.
_ALL = {ord(each) + 0xFEE0: each for each in string.ascii_letters + string.digits + "+-().@_%"}
_FEW = {wide: each for wide, each in _ALL.items() if each in "0123456789Xx-()@"}


class _Kind(NamedTuple):
    mask: str
    pattern: re.Pattern[str]


class Span(NamedTuple):
    """Personal data in a text: its kind, and the offsets of its first character and behind its last."""

    kind: str
    start: int
    end: int


def _load() -> Mapping[str, _Kind]:
    said = tomllib.loads(files("archive.export").joinpath("personal.toml").read_text("utf-8"))
    return {kind["id"]: _Kind(kind["mask"], re.compile(kind["pattern"])) for kind in said["kind"]}


KINDS = _load()


def find(text: str) -> Iterator[Span]:
    """Yield the spans that look like personal data, kind by kind, without overlaps.

    >>> [span.kind for span in find("电话13800138000,０２８－８７６５４３２１,邮箱a@b.cn")]
    ['phone', 'phone', 'email']
    """
    taken: list[Span] = []
    texts = dict.fromkeys(text.translate(narrow) for narrow in (_ALL, _FEW))
    for kind, (_, pattern) in KINDS.items():
        for found in chain.from_iterable(map(pattern.finditer, texts)):
            if kind == "id_number" and not _has_valid_check(found[0]):
                continue
            if any(span.start < found.end() and found.start() < span.end for span in taken):
                continue
            taken.append(Span(kind, found.start(), found.end()))
            yield taken[-1]


def mask(text: str) -> str:
    """Replace personal data in a text by the name of its kind.

    >>> mask("联系电话：0831-8201234。")
    '联系电话：[电话]。'
    """
    for span in sorted(find(text), key=lambda span: -span.start):
        text = text[: span.start] + KINDS[span.kind].mask + text[span.end :]
    return text


def mask_document(document: Document) -> Document:
    """Mask personal data in everything that the page wrote; addresses and names of fields stay."""
    changed: dict[str, object] = {
        name: value and mask(value)
        for name in ("title", "subtitle", "title_original", "text", "text_original", "source", "author", "editor")
        if (value := getattr(document, name))
    }
    changed["contributor"] = document.contributor and mask(document.contributor)
    changed["captions"] = tuple(mask(caption) for caption in document.captions)
    for name in ("attachments", "evidence", "removed"):
        changed[name] = tuple((first, mask(second)) for first, second in getattr(document, name))
    return replace(document, **changed)  # type: ignore[arg-type]  # the names are those of fields


def _has_valid_check(digits: str) -> bool:
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False)) % 11] == (
        digits[17].upper()
    )
