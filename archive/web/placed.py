"""Paragraphs and removed lines -> both in the order of the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from archive.catalogue.words import alike
from archive.text.decode import decode, parse

# How many characters of a line are searched for on the page.
SAMPLE = 40
_LETTER = re.compile(r"[\W_]+")


def in_order(
    paragraphs: Sequence[str], removed: Sequence[tuple[str, str]], body: bytes, content_type: str | None
) -> list[dict[str, str]]:
    """Put each removed line between the paragraphs, where the page shows it; lines that are not found come last."""
    tree = parse(decode(body, content_type).html)
    page = _fold(" ".join(tree.itertext())) if tree is not None else ""
    found: list[tuple[int, int, dict[str, str]]] = []
    at = 0
    for nth, line in enumerate(paragraphs):
        place = page.find(_fold(line)[:SAMPLE], at)
        at = place if place >= 0 else at
        found.append((at, nth, {"rule": "", "text": line}))
    first = 0
    for nth, (rule, line) in enumerate(removed):
        wanted = _fold(line)[:SAMPLE]
        # Search forward first, since rules usually take lines out from top to bottom.
        place = page.find(wanted, first) if wanted else -1
        place = place if place >= 0 else page.find(wanted)
        first = max(first, place)
        found.append((place if place >= 0 else len(page), len(paragraphs) + nth, {"rule": rule, "text": line}))
    return [line for _, _, line in sorted(found, key=lambda each: each[:2])]


def after(paragraphs: Sequence[str], removed: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Put the removed lines behind the paragraphs, if the page itself is not available."""
    return [{"rule": "", "text": line} for line in paragraphs] + [
        {"rule": rule, "text": line} for rule, line in removed
    ]


def _fold(text: str) -> str:
    return _LETTER.sub("", alike(unicodedata.normalize("NFKC", text)))
