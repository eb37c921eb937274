"""Documents -> CSV for spreadsheets (RFC 4180, UTF-8 with a byte order mark), without formulas and hidden characters.

A cell that a spreadsheet would compute gets an apostrophe before it, as OWASP recommends ("CSV Injection"). NUL and
characters that change the direction of writing become U+FFFD. For exact texts use JSON Lines or Parquet.
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
    """Format a value as a cell; lists become JSON.

    >>> cell("=1+1"), cell("统战"), cell(None), cell(("a",))
    ("'=1+1", '统战', '', '["a"]')
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = _HIDDEN.sub("\ufffd", text)
    return f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, and return the number of documents in it."""
    count = 0
    names = rows.schema.names
    with whole.packed(out) as file:
        # Format one row at a time, since Python's text layer cannot wrap a stream of Arrow.
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
