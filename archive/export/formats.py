"""The formats of an export by name, each with the function that writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from archive.export import csv, dolma, hf, jsonl, parquet, text, wet
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document


class Writer(Protocol):
    """Writes documents to a file or a folder, and returns their number."""

    def __call__(self, documents: Iterable[Document], out: Path, rows: Rows = PLAIN, /) -> int:
        """Write the documents."""


WRITERS: Mapping[str, Writer] = {
    "jsonl": jsonl.write,
    "parquet": parquet.write,
    "hf": hf.write,
    "dolma": dolma.write,
    "wet": wet.write,
    "text": text.write,
    "csv": csv.write,
}
