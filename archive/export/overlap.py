"""A list of texts -> which documents share a passage with one: what must not be in a training set (decontamination)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from archive.errors import UsageError
from archive.export import whole
from archive.text.chinese import simplified
from archive.text.document import Document

# Characters of a passage. GPT-3 took 13 words, Llama 10 tokens and more; a Chinese word has 1.6 characters or so.
PASSAGE = 20
_LEFT_OUT = re.compile(r"[\W_]+")


class Overlap:
    """Knows the passages of a list of texts: every run of so many letters and digits, in Simplified, in small letters.

    A text that is shorter than a passage is one passage, if it has eight characters or more.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._passages: dict[int, set[bytes]] = {}
        self.texts = 0
        for text in texts:
            folded = _fold(text)
            length = min(len(folded), PASSAGE)
            if length >= _LEAST:
                self.texts += 1
                self._passages.setdefault(length, set()).update(_digests(folded, length))

    def shares(self, document: Document) -> bool:
        """Whether a passage of the list stands in a document's title or text."""
        folded = _fold(f"{document.title or ''}{document.text}")
        return any(
            digest in passages for length, passages in self._passages.items() for digest in _digests(folded, length)
        )


_LEAST = 8


def read(path: Path) -> Overlap:
    """A file of texts -> Overlap: JSON Lines with a column `text`, else a text a line; `.gz` and `.zst` are unpacked.

    Raises:
        UsageError: the file cannot be read, or holds no text of eight characters.
    """
    try:
        with whole.unpacked(path) as lines:
            found = Overlap(_text(line, path, number) for number, line in enumerate(lines, 1))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}). Name a file of texts, a text a line, in UTF-8.") from error
    if not found.texts:
        raise UsageError(f"{path}: holds no text of {_LEAST} characters or more. Name a file with a text a line.")
    return found


def _text(line: str, path: Path, number: int) -> str:
    if not line.startswith("{"):
        return line
    try:
        return str(json.loads(line)["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: line {number} is no JSON object with a column text.") from error


def _fold(text: str) -> str:
    return _LEFT_OUT.sub("", simplified(text)).lower()


def _digests(folded: str, length: int) -> Iterator[bytes]:
    for start in range(len(folded) - length + 1):
        yield blake2b(folded[start : start + length].encode("utf-8", "surrogatepass"), digest_size=8).digest()
