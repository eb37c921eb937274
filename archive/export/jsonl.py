"""Documents -> JSON Lines: an object a document, every column, UTF-8 as it is; packed where the file's name ends so."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archive.corpus import shard
from archive.export import whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document, Skip


def line(item: Document | Skip, **first: Any) -> str:
    """One document or Skip as a JSON object; `first` stands before its columns."""
    return _line(first | shard.row(item))


def _line(columns: dict[str, Any]) -> str:
    captured = columns["captured"]
    columns["captured"] = captured and captured.isoformat().replace("+00:00", "Z")
    return json.dumps(columns, ensure_ascii=False)


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, and say how many documents it holds."""
    return lines((_line(rows.row(document)) for document in documents), out)


def lines(said: Iterable[str], out: Path) -> int:
    """Write lines to a file, and say how many."""
    count = 0
    with whole.packed(out) as file:
        for count, each in enumerate(said, 1):  # noqa: B007 - the count is what is wanted after the loop
            file.write(each.encode() + b"\n")
    return count
