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
    more: re.Pattern[str] | None

    def matches(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where each begins and ends, also those of a list of which the pattern finds the first."""
        for found in self.pattern.finditer(text):
            yield found.span()
            end = found.end()
            while self.more is not None and (further := self.more.match(text, end)):
                yield further.span(1)
                end = further.end()


class Span(NamedTuple):
    """Personal data in a text: its kind, and the offsets of its first character and behind its last."""

    kind: str
    start: int
    end: int


def _load() -> Mapping[str, _Kind]:
    said = tomllib.loads(files("archive.export").joinpath("personal.toml").read_text("utf-8"))
    return {
        kind["id"]: _Kind(
            kind["mask"], re.compile(kind["pattern"]), re.compile(kind["more"]) if "more" in kind else None
        )
        for kind in said["kind"]
    }


KINDS = _load()


def find(text: str) -> Iterator[Span]:
    """Yield the spans that look like personal data, kind by kind, without overlaps.

    >>> [span.kind for span in find("电话13800138000,０２８－８７６５４３２１,邮箱a@b.cn")]
    ['phone', 'phone', 'email']
    """
    taken: list[Span] = []
    texts = dict.fromkeys(text.translate(table) for table in (_ALL, _FEW))
    found = (
        Span(name, start, end)
        for name, kind in KINDS.items()
        for narrow in texts
        for start, end in kind.matches(narrow)
        if name != "id_number" or _has_valid_check(narrow[start:end])
    )
    for one in found:
        if not any(span.start < one.end and one.start < span.end for span in taken):
            taken.append(one)
            yield one


def mask(text: str) -> str:
    """Replace personal data in a text by the name of its kind.

    >>> mask("联系电话：0831-8201234、8201235转8001。")
    '联系电话：[电话]、[电话]。'
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
