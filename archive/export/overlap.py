"""A list of texts -> which documents share a passage with one of them, to keep them out of a training set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from archive.catalogue.words import alike
from archive.errors import UsageError
from archive.export import whole
from archive.text.document import Document

# Characters per passage. GPT-3 used 13 words, Llama at least 10 tokens; a Chinese word has about 1.6 characters.
PASSAGE = 20
_LEFT_OUT = re.compile(r"[\W_]+")


class Overlap:
    """The passages of a list of texts: every run of PASSAGE letters and digits, without differences of script and case.

    A shorter text is one passage if it has at least eight characters.
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
        """Whether a document's title or text contains a passage of the list."""
        folded = _fold(f"{document.title or ''}{document.text}")
        return any(
            digest in passages for length, passages in self._passages.items() for digest in _digests(folded, length)
        )


_LEAST = 8


def read(path: Path) -> Overlap:
    """Read a file of texts: JSON Lines with a field `text`, or one text per line; `.gz` and `.zst` are decompressed.

    Raises:
        UsageError: the file cannot be read, or has no text of at least eight characters.
    """
    try:
        with whole.unpacked(path) as lines:
            found = Overlap(_text(line, path, number) for number, line in enumerate(lines, 1))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}). Name a file in UTF-8 with one text per line.") from error
    if not found.texts:
        raise UsageError(f"{path}: holds no text of {_LEAST} characters or more. Name a file with one text per line.")
    return found


def _text(line: str, path: Path, number: int) -> str:
    if not line.startswith("{"):
        return line
    try:
        return str(json.loads(line)["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: line {number} is not a JSON object with a column text.") from error


def _fold(text: str) -> str:
    return _LEFT_OUT.sub("", alike(text)).lower()


def _digests(folded: str, length: int) -> Iterator[bytes]:
    for start in range(len(folded) - length + 1):
        yield blake2b(folded[start : start + length].encode("utf-8", "surrogatepass"), digest_size=8).digest()
