"""Documents -> one Parquet file with the columns of a Document, zstd."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from archive.corpus import shard
from archive.export import whole


def write(places: Iterable[tuple[Path, list[int]]], out: Path) -> int:
    """Copy rows of shards into a file, and say how many it holds."""
    count = 0
    with whole.file(out) as file, pq.ParquetWriter(file, shard.DOCUMENT_SCHEMA, compression="zstd") as writer:
        for path, rows in places:
            for table in shard.tables(path, rows):
                writer.write_table(table)
                count += table.num_rows
    return count
