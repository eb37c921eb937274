"""Documents -> one Parquet file with the columns of a Document, zstd."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from archive.export import whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

# Rows per row group: the least that a reader holds in memory.
GROUP = 1024


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a file, and return the number of documents in it."""
    count = 0
    schema = rows.schema
    with whole.file(out) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        left = iter(documents)
        while part := list(islice(left, GROUP)):
            writer.write_table(pa.Table.from_pylist([rows.row(document) for document in part], schema=schema))
            count += len(part)
    return count
