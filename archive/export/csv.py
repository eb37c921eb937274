"""Documents -> CSV for spreadsheets (RFC 4180, UTF-8 with a mark): no cell is a formula, no character hides.

A cell that a spreadsheet would compute gets an apostrophe before it, as OWASP has it ("CSV Injection"); NUL and the
characters that turn the direction of writing are shown as U+FFFD. What must be exact is in JSON Lines or Parquet.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

from archive.export import whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

_FORMULA = re.compile(r"\A(?:[\s'\"]*[=+\-@＝＋－＠|%]|[\t\r\n])")
_HIDDEN = re.compile("[\0\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def cell(value: object) -> str:
    """A value as a cell; lists are JSON.

    >>> cell("=1+1"), cell("统战"), cell(None), cell(("a",))
    ("'=1+1", '统战', '', '["a"]')
    """
    if value is None:
        return ""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    said = _HIDDEN.sub("\ufffd", said)
    return f"'{said}" if isinstance(value, str) and _FORMULA.match(said) else said


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, and say how many documents it holds."""
    count = 0
    names = rows.schema.names
    with whole.packed(out) as file:
        # A row at a time: a stream of Arrow is no file for Python's text layer.
        row_of = io.StringIO(newline="")
        writer = csv.writer(row_of, quoting=csv.QUOTE_ALL)

        def put(cells: Iterable[str], mark: str = "") -> None:
            writer.writerow(cells)
            file.write((mark + row_of.getvalue()).encode())
            row_of.seek(0)
            row_of.truncate()

        put(names, mark="\ufeff")
        for count, document in enumerate(documents, 1):  # noqa: B007 - the count is what is wanted after the loop
            row = rows.row(document) | {"captured": document.captured and document.captured.isoformat()}
            put(cell(row[name]) for name in names)
    return count
