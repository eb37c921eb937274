"""Documents -> CSV for spreadsheets (RFC 4180, UTF-8 with a byte order mark), without formulas and hidden characters.

A cell that a spreadsheet would compute gets an apostrophe before it, as OWASP recommends ("CSV Injection"). NUL and
characters that change the direction of writing become U+FFFD. For exact texts use JSON Lines or Parquet.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


@contextmanager
def table(out: Path, names: Sequence[str]) -> Iterator[Callable[[Mapping[str, object]], None]]:
    """Open a file with these columns, and give a function that writes a row."""
    with whole.packed(out) as file:
        # Format one row at a time, since Python's text layer cannot wrap a stream of Arrow.
        row_of = io.StringIO(newline="")
        writer = csv.writer(row_of, quoting=csv.QUOTE_ALL)

        def put(row: Mapping[str, object], mark: str = "") -> None:
            writer.writerow([cell(row[name]) for name in names])
            file.write((mark + row_of.getvalue()).encode())
            row_of.seek(0)
            row_of.truncate()

        put({name: name for name in names}, mark="\ufeff")
        yield put


def row(document: Document, rows: Rows) -> dict[str, object]:
    """The columns of a document, with its time as text."""
    return rows.row(document) | {"captured": document.captured and document.captured.isoformat()}


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, and return the number of documents in it."""
    count = 0
    with table(out, rows.schema.names) as put:
        for count, document in enumerate(documents, 1):  # noqa: B007 - the count is what is wanted after the loop
            put(row(document, rows))
    return count
