"""Paragraphs and removed lines -> both in the order in which the page has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from archive.text.chinese import simplified
from archive.text.decode import decode, parse

# So many characters of a line are looked for on the page.
SAMPLE = 40
_LETTER = re.compile(r"[\W_]+")


def in_order(
    paragraphs: Sequence[str], removed: Sequence[tuple[str, str]], body: bytes, content_type: str | None
) -> list[dict[str, str]]:
    """Each removed line where the page shows it, between the paragraphs; those that are not found stand at the end."""
    tree = parse(decode(body, content_type).html)
    page = _folded(" ".join(tree.itertext())) if tree is not None else ""
    found: list[tuple[int, int, dict[str, str]]] = []
    at = 0
    for nth, line in enumerate(paragraphs):
        place = page.find(_folded(line)[:SAMPLE], at)
        at = place if place >= 0 else at
        found.append((at, nth, {"rule": "", "text": line}))
    first = 0
    for nth, (rule, line) in enumerate(removed):
        wanted = _folded(line)[:SAMPLE]
        # In order: the rules take lines out from the top to the bottom.
        place = page.find(wanted, first) if wanted else -1
        place = place if place >= 0 else page.find(wanted)
        first = max(first, place)
        found.append((place if place >= 0 else len(page), len(paragraphs) + nth, {"rule": rule, "text": line}))
    return [line for _, _, line in sorted(found, key=lambda each: each[:2])]


def after(paragraphs: Sequence[str], removed: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """The removed lines behind the paragraphs, where the page itself cannot be asked."""
    return [{"rule": "", "text": line} for line in paragraphs] + [
        {"rule": rule, "text": line} for rule, line in removed
    ]


def _folded(text: str) -> str:
    return _LETTER.sub("", unicodedata.normalize("NFKC", simplified(text)))
