"""A data folder -> its documents for Python: typed and one at a time, or as tables of Arrow and pandas."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import pyarrow as pa

from archive import site as site_files
from archive.catalogue import query
from archive.catalogue.search import Found, Searcher
from archive.corpus import shard
from archive.errors import UsageError
from archive.layout import Layout
from archive.text.document import Document

# A DataFrame has a property of this name, so `frame.flags` would not be the column.
_RENAMED = {"flags": "flag_names"}


class Archive:
    """An archive to read from: `Archive("data").documents(site="sctyzx", since="2020")`."""

    def __init__(self, path: str | PathLike[str], sites: str | PathLike[str] | None = None) -> None:
        """Name the data folder and, where places matter, the folder of the site files.

        Raises:
            UsageError: there is no catalogue in it.
            SiteError: a site file cannot be read.
        """
        self._layout = Layout(root=Path(path))
        files = site_files.load(Path(sites)).values() if sites is not None else ()
        self._places = {site.key: site.place for site in files if site.place}
        if not self._layout.catalogue.exists():
            raise UsageError(f"{path}: holds no catalogue. Name a data folder, or make it: cundang rebuild --catalogue")

    def search(self, words: str, **choices: Any) -> Found:
        """What a query finds, counted exactly; the choices are those of `archive.catalogue.search.Searcher.find`.

        Raises:
            UsageError: the query cannot be understood.
        """
        return Searcher(self._layout, self._places).find(words, **choices)

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
        near: bool = False,
        words: str | None = None,
        sample: int = 0,
        seed: int = 0,
    ) -> Documents:
        """Those that the filters want, nothing read yet: see `archive.catalogue.query.Filter`; `words`: a query."""
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
            near=near,
            sample=sample,
            seed=seed,
            query=words,
            ids=None if words is None else tuple(Searcher(self._layout, self._places).ids(words)),
        )
        return Documents(self._layout, wanted, self._places)


class Documents:
    """Documents of an archive, read anew by each loop and each table."""

    def __init__(self, layout: Layout, wanted: query.Filter, places: Mapping[str, str]) -> None:
        self._layout = layout
        self._places = places
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
                tables.append(pa.Table.from_pylist(found, schema=shard.document_schema()))
            else:
                tables += shard.tables(path, rows)
        return pa.concat_tables(tables) if tables else shard.document_schema().empty_table()

    def to_pandas(self) -> Any:
        """All of them as a pandas DataFrame.

        Beside the columns of a Document stand `published_day` (a day of pandas; missing where the page states none, the
        first of a month or year where it states no more) and `place` (GB/T 2260). `flags` is called `flag_names`.

        Raises:
            UsageError: pandas is not installed.
        """
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as error:
            raise UsageError("pandas is not installed here. Install it: pip install pandas") from error
        frame = self.to_arrow().to_pandas().rename(columns=_RENAMED)
        days = [
            (day + "-01-01"[len(day) - 4 :])[:10] if day else None for day in frame["published"].str[:10].fillna("")
        ]
        frame["published_day"] = pandas.to_datetime(pandas.Series(days, index=frame.index), format="%Y-%m-%d")
        frame["place"] = [self._places.get(site) for site in frame["site"]]
        return frame
