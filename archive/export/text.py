"""Documents -> a folder of text files in the form of the seed corpus: UTF-8, one paragraph per line.

A file's name has a running number and the first 16 hex digits of its text's SHA-256: `000_cf38059dc55396b4.txt`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from archive.export import whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a folder, and return the number of files in it.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    count = 0
    with whole.folder(out) as folder:
        for number, document in enumerate(documents):
            # Without a line feed at the end, like the seed texts, so that the digest is that of the file.
            text = rows.document(document).text.encode()
            (folder / f"{number:03}_{hashlib.sha256(text).hexdigest()[:16]}.txt").write_bytes(text)
            count = number + 1
    return count
