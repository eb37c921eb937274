"""An export of one file -> a folder of several: one per year, or of about equal sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from archive.errors import UsageError
from archive.export import whole
from archive.export.formats import Writer
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

YEAR = "year"
# The formats of one file, and the endings of their parts.
ENDINGS = {"jsonl": ".jsonl.gz", "csv": ".csv.gz", "parquet": ".parquet", "wet": ".warc.wet.gz"}
_SIZE = re.compile(r"([1-9][0-9]{0,5})(MB|GB)")
_BYTES = {"MB": 10**6, "GB": 10**9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How an export is split.

    Attributes:
        size: bytes of text (UTF-8) per part; the last document may exceed it. None: one part per year.
        ending: the ending of the parts' names, such as `.jsonl.gz`.
    """

    size: int | None
    ending: str

    @property
    def by_year(self) -> bool:
        """Whether documents must come year by year."""
        return self.size is None

    def write(self, writer: Writer, documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
        """Write a folder of parts, one after the other, and return the number of documents in them.

        Raises:
            UsageError: the folder exists and is not empty.
        """
        keyed = self._by_size(documents) if self.size else ((year(document), document) for document in documents)
        count = 0
        with whole.folder(out) as folder:
            for key, part in groupby(keyed, key=lambda pair: pair[0]):
                count += writer((document for _, document in part), folder / f"{key}{self.ending}", rows)
        return count

    def _by_size(self, documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
        number = size = 0
        for document in documents:
            yield f"part-{number:05}", document
            size += len(document.text.encode())
            if self.size is not None and size >= self.size:
                number, size = number + 1, 0


def year(document: Document) -> str:
    """The year of a document's part: published, else captured, else `unknown`."""
    return (document.published or (document.captured and document.captured.isoformat()) or "unknown").partition("-")[0]


def read(option: str, form: str) -> Split:
    """Read `year`, `200MB` or `2GB`, for the format of that name. Files of lines are compressed with gzip.

    Raises:
        UsageError: the option names no way to split, or the format is a folder anyway.
    """
    ending = ENDINGS.get(form)
    if ending is None:
        raise UsageError(
            f"--split: {form} is not split so. Take one of {', '.join(ENDINGS)}; hf and dolma are in parts."
        )
    if option == YEAR:
        return Split(size=None, ending=ending)
    found = _SIZE.fullmatch(option)
    if not found:
        raise UsageError(f"--split {option}: name `year`, or a size in MB or GB: 200MB, 2GB.")
    return Split(size=int(found[1]) * _BYTES[found[2]], ending=ending)
