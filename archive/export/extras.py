"""What a builder of corpora asks for beside the documents -> how an export is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.errors import UsageError
from archive.export import overlap, rows
from archive.export import parts as split
from archive.export.formats import WRITERS, Writer
from archive.text.document import Document

# What writes an export: documents and a path -> how many it holds.
Write = Callable[[Iterable[Document], Path], int]
# The formats that have columns or attributes, in which signals can stand.
_MEASURED = ("jsonl", "csv", "parquet", "hf", "dolma")
_TABLES = ("jsonl", "csv", "parquet", "hf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """How an export is written.

    Attributes:
        rows: what a row is made of.
        parts: how the file is split into a folder; None: it is not.
        left_out: says of a document that it must not be in it; None: none must not.
    """

    rows: rows.Rows = rows.PLAIN
    parts: split.Parts | None = None
    left_out: Callable[[Document], bool] | None = None

    @property
    def by_year(self) -> bool:
        """Whether documents are wanted year by year."""
        return self.parts is not None and self.parts.by_year

    def writer(self, write: Writer) -> Write:
        """A format's writer that does all this."""
        if self.parts is None:
            return lambda documents, out: write(documents, out, self.rows)
        in_parts = self.parts
        return lambda documents, out: in_parts.write(write, documents, out, self.rows)


def read(
    form: str,
    *,
    parts: str | None,
    signals: bool,
    tokenizer: Path | None,
    mask: bool,
    without_texts: Path | None,
    mentions: Mapping[str, str] | None = None,
) -> Extras:
    """The options of `export` -> Extras; `mentions`: the places of sites, where mentions are asked for.

    Raises:
        UsageError: they do not fit each other or the format, or a file of theirs cannot be read.
    """
    if form not in WRITERS and (parts or signals or mask or without_texts):
        raise UsageError(f"{form} holds captures as they came. Leave --parts, --signals, --mask, --without-texts off.")
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
        parts=split.read(parts, form) if parts else None,
        left_out=overlap.read(without_texts).shares if without_texts else None,
    )
