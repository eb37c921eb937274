"""Documents -> one Parquet file with the columns of a Document, zstd."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from archive.corpus import shard
from archive.export import whole
from archive.text.document import Document

# Rows of a row group: what a reader holds at least.
GROUP = 1024


def write(documents: Iterable[Document], out: Path) -> int:
    """Write a file, and say how many documents it holds."""
    count = 0
    with whole.file(out) as file, pq.ParquetWriter(file, shard.DOCUMENT_SCHEMA, compression="zstd") as writer:
        left = iter(documents)
        while rows := list(islice(left, GROUP)):
            writer.write_table(pa.Table.from_pylist([shard.row(row) for row in rows], schema=shard.DOCUMENT_SCHEMA))
            count += len(rows)
    return count
