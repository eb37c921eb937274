"""A data folder -> its documents for Python: typed and one at a time, or as tables of Arrow and pandas."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

import pyarrow as pa

from archive.catalogue import query
from archive.corpus import shard
from archive.errors import UsageError
from archive.layout import Layout
from archive.text.document import Document


class Archive:
    """An archive to read from: `Archive("data").documents(site="sctyzx", since="2020")`."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Name the data folder.

        Raises:
            UsageError: there is no catalogue in it.
        """
        self._layout = Layout(root=Path(path))
        if not self._layout.catalogue.exists():
            raise UsageError(f"{path}: holds no catalogue. Name a data folder, or make it: cundang rebuild --catalogue")

    def documents(  # noqa: PLR0913 - the filters of the command line, by the same names
        self,
        *,
        site: str | None = None,
        since: str | None = None,
        until: str | None = None,
        flags: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
        script: str | None = None,
        kind: str | None = None,
        min_han: int = 0,
        versions: bool = False,
        collapse: bool = False,
    ) -> Documents:
        """Those that the filters want, nothing read yet: see `archive.catalogue.query.Filter`."""
        wanted = query.Filter(
            site=site,
            since=since,
            until=until,
            flags=flags,
            without=without,
            script=script,
            kind=kind,
            min_han=min_han,
            versions=versions,
            collapse=collapse,
        )
        return Documents(self._layout, wanted)


class Documents:
    """Documents of an archive, read anew by each loop and each table."""

    def __init__(self, layout: Layout, wanted: query.Filter) -> None:
        self._layout = layout
        self._wanted = wanted

    def __iter__(self) -> Iterator[Document]:
        """One at a time, in the order of the archive; a row group is held at most."""
        return query.documents(self._layout, self._wanted)

    def to_arrow(self) -> pa.Table:
        """All of them as an Arrow table with the columns of a Document."""
        parts = query.further(self._layout, self._wanted)
        heads = {path for path, _ in parts}
        tables = []
        for path, rows in query.places(self._layout, self._wanted):
            if path in heads:
                found = [shard.row(document) for document in query.read(path, rows, parts)]
                tables.append(pa.Table.from_pylist(found, schema=shard.DOCUMENT_SCHEMA))
            else:
                tables += shard.tables(path, rows)
        return pa.concat_tables(tables) if tables else shard.DOCUMENT_SCHEMA.empty_table()

    def to_pandas(self) -> Any:
        """All of them as a pandas DataFrame.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            importlib.import_module("pandas")
        except ImportError as error:
            raise UsageError("pandas is not installed here. Install it: pip install pandas") from error
        return self.to_arrow().to_pandas()
