"""Documents -> a folder of text files in the form of the seed corpus: UTF-8, one paragraph per line.

A file's name has a running number and the first 16 hex digits of its text's SHA-256: `000_cf38059dc55396b4.txt`. The
table `metadata.csv` has a row for each file, in their order, with the columns of its document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from archive.export import csv, whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

METADATA = "metadata.csv"
# Columns that a table of many documents is not read for.
_TEXTS = ("text", "text_original", "evidence", "removed")


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a folder, and return the number of files in it.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    count = 0
    names = ["file", *(name for name in rows.schema.names if name not in _TEXTS)]
    with whole.folder(out) as folder, csv.table(folder / METADATA, names) as put:
        for number, document in enumerate(documents):
            # Without a line feed at the end, like the seed texts, so that the digest is that of the file.
            text = rows.document(document).text.encode()
            file = f"{number:03}_{hashlib.sha256(text).hexdigest()[:16]}.txt"
            (folder / file).write_bytes(text)
            put({"file": file, **csv.row(document, rows)})
            count = number + 1
    return count
