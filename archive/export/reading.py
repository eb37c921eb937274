"""A data folder -> its documents in Python: typed, one at a time, or as tables of Arrow and pandas."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from archive import site as site_files
from archive.catalogue import ask, query
from archive.catalogue.search import Found, Searcher
from archive.corpus import shard
from archive.errors import UsageError
from archive.export import cite
from archive.layout import Layout
from archive.text.document import Document

# `frame.flags` is a property of every DataFrame, so the column gets another name.
_RENAMED = {"flags": "flag_names"}


class Archive:
    """An archive to read from: `Archive("data").documents(site="sctyzx", since="2020")`."""

    def __init__(self, path: str | PathLike[str], sites: str | PathLike[str] | None = None) -> None:
        """Open a data folder; the folder of site files is only needed for places, and for names of sites.

        Raises:
            UsageError: the data folder has no catalogue.
            SiteError: a site file cannot be read.
        """
        self._layout = Layout(root=Path(path))
        files = list(site_files.load(Path(sites)).values()) if sites is not None else []
        self._places = {site.key: site.place for site in files if site.place}
        self._names = {site.key: site.name for site in files}
        if not self._layout.catalogue.exists():
            raise UsageError(f"{path}: holds no catalogue. Name a data folder, or make it: cundang rebuild --catalogue")

        self._searcher = Searcher(self._layout, lambda: self._places)

    def search(self, words: str, **choices: Any) -> Found:
        """Find the hits of a query; the choices are those of `archive.catalogue.search.Searcher.find`.

        Raises:
            UsageError: the query cannot be understood.
        """
        return self._searcher.find(words, **choices)

    def cite(self, name: str, form: str = "text") -> str:
        """The citation of a document by its id or address, as `cundang show --cite`; names of sites need `sites`.

        Raises:
            UsageError: there is no such document, or no such form.
        """
        return cite.of_name(self._layout, name, self._names, form)

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
        as_of: str | None = None,
        collapse: Literal["equal", "near"] | None = None,
        words: str | None = None,
        sample: int = 0,
        seed: int = 0,
    ) -> Documents:
        """Choose documents by the filters of `archive.catalogue.query.Filter` and a query, `words`. Reads nothing."""
        wanted = query.Filter(
            site=site,
            since=since,
            until=until,
            flags=flags,
            without=without,
            script=script,
            kind=kind,
            min_han=min_han,
            versions=versions or ask.wants_versions(ask.parse(words or "")),
            as_of=as_of,
            collapse=collapse,
            sample=sample,
            seed=seed,
            query=words,
            ids=None
            if words is None
            else tuple(self._searcher.ids(ask.joined(words, "versions:yes" if as_of else ""))),
        )
        return Documents(self._layout, wanted, self._places)


class Documents:
    """Documents of an archive, read again by each loop and each table."""

    def __init__(self, layout: Layout, wanted: query.Filter, places: Mapping[str, str]) -> None:
        self._layout = layout
        self._places = places
        self._wanted = wanted

    def __iter__(self) -> Iterator[Document]:
        """Yield one at a time, in the order of the archive; holds at most one row group."""
        return query.documents(self._layout, self._wanted)

    def to_arrow(self) -> pa.Table:
        """Make an Arrow table of all documents, with the columns of a Document."""
        parts = query.further(self._layout, self._wanted)
        heads = {path for path, _ in parts}
        tables = []
        for path, rows in query.chosen_rows(self._layout, self._wanted):
            if path in heads:
                found = [shard.row(document) for document in query.read(path, rows, parts)]
                tables.append(pa.Table.from_pylist(found, schema=shard.document_schema()))
            else:
                tables += shard.tables(path, rows)
        return pa.concat_tables(tables) if tables else shard.document_schema().empty_table()

    def to_pandas(self) -> Any:
        """Make a pandas DataFrame of all documents.

        It has the columns of a Document, `published_day` (a pandas timestamp; missing if the page states no day, the
        first day of a month or year if it states no more) and `place` (GB/T 2260). `flags` is called `flag_names`.

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
