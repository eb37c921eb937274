"""The formats of an export by name, each with the function that writes documents to a file or a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from archive.export import csv, dolma, hf, jsonl, parquet, text, wet
from archive.text.document import Document

Writer = Callable[[Iterable[Document], Path], int]

WRITERS: Mapping[str, Writer] = {
    "jsonl": jsonl.write,
    "parquet": parquet.write,
    "hf": hf.write,
    "dolma": dolma.write,
    "wet": wet.write,
    "text": text.write,
    "csv": csv.write,
}
