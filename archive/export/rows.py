"""Documents -> the rows of an export: the columns of a Document, with optional signals, mentions and masking."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from archive.catalogue import mentions
from archive.corpus import shard
from archive.errors import UsageError
from archive.export import personal, signals
from archive.export.signals import CountTokens
from archive.text.document import Document

# The prefix of a signal's column.
PREFIX = "signal_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How a row is made.

    Attributes:
        signals: add a column for each signal behind those of the Document.
        mask: mask personal data. Signals still count it.
        count_tokens: counts tokens for the signal `tokens`; None: without this signal.
        places: the GB/T 2260 code of each site, to add the places and organisations named in a text; None: do not.
    """

    signals: bool = False
    mask: bool = False
    count_tokens: CountTokens | None = None
    places: Mapping[str, str] | None = None

    @property
    def measured(self) -> tuple[str, ...]:
        """The names of a row's signals."""
        if not self.signals:
            return ()
        return tuple(name for name in signals.SIGNALS if name != "tokens" or self.count_tokens)

    @property
    def schema(self) -> pa.Schema:
        """The columns of a row."""
        measured = (pa.field(PREFIX + name, pa.float64()) for name in self.measured)
        return pa.schema(
            [*shard.document_schema(), *(_mention_columns() if self.places is not None else ()), *measured]
        )

    def document(self, document: Document) -> Document:
        """The document to export, masked if asked for."""
        return personal.mask_document(document) if self.mask else document

    def measure(self, document: Document) -> dict[str, float]:
        """The signals of a document by name; empty if none were asked for."""
        return signals.measure(document, self.count_tokens) if self.signals else {}

    def row(self, document: Document) -> dict[str, Any]:
        """The columns of a document for Parquet and JSON."""
        measured = {PREFIX + name: value for name, value in self.measure(document).items()}
        shown = self.document(document)
        return shard.row(shown) | self._mentions(shown) | measured

    def _mentions(self, document: Document) -> dict[str, Any]:
        """The places and organisations of a document as columns; empty if they were not asked for."""
        if self.places is None:
            return {}
        found = list(mentions.of(document.title, document.text, self.places.get(document.site)))
        names = {kind: sorted({one.name for one in found if one.kind == kind}) for kind in ("place", "organisation")}
        return {
            "places": names["place"],
            "organisations": names["organisation"],
            "mentions": [asdict(one) for one in found],
        }


def _mention_columns() -> tuple[pa.Field, ...]:
    """The columns of places and organisations."""
    kinds = {"int": pa.int32(), "str": pa.string()}
    parts = [pa.field(part.name, kinds[str(part.type)]) for part in fields(mentions.Mention)]
    names = pa.list_(pa.string())
    return (
        pa.field("places", names),
        pa.field("organisations", names),
        pa.field("mentions", pa.list_(pa.struct(parts))),
    )


PLAIN = Rows()


def load_tokenizer(path: Path) -> CountTokens:
    """Load a tokenizer (`tokenizer.json` of Hugging Face) as a function that counts the tokens of a text.

    Raises:
        UsageError: the file is not a tokenizer, or the library `tokenizers` is not installed.
    """
    try:
        library = importlib.import_module("tokenizers")
    except ImportError as error:
        raise UsageError("--tokenizer needs the library of this name. Install it: pip install tokenizers") from error
    try:
        tokenizer = library.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises Exception itself
        raise UsageError(f"{path}: no tokenizer ({error}). Name the tokenizer.json of a model.") from error
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
