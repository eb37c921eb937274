"""The options of `export` beside its filters -> how documents are written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import UsageError
from archive.export import overlap, rows, split
from archive.export.formats import WRITERS, Writer
from archive.text.document import Document

# Writes documents to a path and returns their number.
Write = Callable[[Iterable[Document], Path], int]
# The formats with columns or attributes for signals.
_MEASURED = ("jsonl", "csv", "parquet", "hf", "dolma")
_TABLES = ("jsonl", "csv", "parquet", "hf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """How an export is written.

    Attributes:
        rows: how a row is made.
        split: how the file is split into a folder; None: it is not split.
        left_out: whether a document must be left out; None: none is.
        stated: these options for the manifest: name -> value, and of a file its name and SHA-256.
    """

    rows: rows.Rows = rows.PLAIN
    split: split.Split | None = None
    left_out: Callable[[Document], bool] | None = None
    stated: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_year(self) -> bool:
        """Whether documents must come year by year."""
        return self.split is not None and self.split.by_year

    def writer(self, write: Writer) -> Write:
        """Make a format's writer apply these options."""
        if self.split is None:
            return lambda documents, out: write(documents, out, self.rows)
        in_parts = self.split
        return lambda documents, out: in_parts.write(write, documents, out, self.rows)


def read(
    form: str,
    *,
    split_: str | None,
    signals: bool,
    tokenizer: Path | None,
    mask: bool,
    without_overlap: Path | None,
    mentions: Mapping[str, str] | None = None,
) -> Extras:
    """Check the options of `export`; `mentions`: the places of sites, if mentions are asked for.

    Raises:
        UsageError: the options do not fit each other or the format, or a file they name cannot be read.
    """
    if form not in WRITERS and (split_ or signals or mask or without_overlap):
        raise UsageError(f"{form} holds unchanged captures. Leave --split, --signals, --mask, --without-overlap off.")
    if signals and form not in _MEASURED:
        raise UsageError(f"--signals: {form} has no columns. Take one of {', '.join(_MEASURED)}.")
    if mentions is not None and form not in _TABLES:
        raise UsageError(f"--mentions: {form} has no such columns. Take one of {', '.join(_TABLES)}.")
    if tokenizer and not signals:
        raise UsageError("--tokenizer counts tokens for the signals. Give --signals too.")
    return Extras(
        rows=rows.Rows(
            signals=signals,
            mask=mask,
            count_tokens=rows.load_tokenizer(tokenizer) if tokenizer else None,
            places=mentions,
        ),
        split=split.read(split_, form) if split_ else None,
        left_out=overlap.read(without_overlap).shares if without_overlap else None,
        stated={
            name: value
            for name, value in {
                "split": split_,
                "signals": signals,
                "tokenizer": tokenizer and stated_file(tokenizer),
                "mask": mask,
                "mentions": mentions is not None,
                "without_overlap": without_overlap and stated_file(without_overlap) | {"passage": overlap.PASSAGE},
            }.items()
            if value
        },
    )


def stated_file(path: Path) -> dict[str, Any]:
    """A file that shapes an export, so that two of them can be told apart."""
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
