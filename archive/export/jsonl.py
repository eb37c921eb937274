"""Documents -> JSON Lines: one object per document with every column, in UTF-8, compressed as the file's name says."""

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
    """Format a Document or Skip as a JSON object; `first` are extra fields before its columns."""
    return _line(first | shard.row(item))


def _line(columns: dict[str, Any]) -> str:
    captured = columns["captured"]
    columns["captured"] = captured and captured.isoformat().replace("+00:00", "Z")
    return json.dumps(columns, ensure_ascii=False)


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, and return the number of documents in it."""
    return write_lines((_line(rows.row(document)) for document in documents), out)


def write_lines(lines: Iterable[str], out: Path) -> int:
    """Write lines to a file, and return their number."""
    count = 0
    with whole.packed(out) as file:
        for count, each in enumerate(lines, 1):  # noqa: B007 - the count is used after the loop
            file.write(each.encode() + b"\n")
    return count
