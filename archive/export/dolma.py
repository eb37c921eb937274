"""Documents -> the folders of dolma: `documents/`, and `attributes/cundang/` with a line for each of their lines.

A document has `id`, `text`, `source`, `added`, `created` and `metadata`; an attribute is a list of [start, end, value]
in characters of the text. Signals are attributes of the whole text, personal data of its own characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from archive.corpus import shard
from archive.export import jsonl, personal, whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

# The number of documents in one file.
PART = 50_000
_OWN = ("id", "text", "captured", "published")


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a folder, and return the number of documents in it.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    left = iter(documents)
    count = number = 0
    with whole.folder(out) as folder:
        while part := list(islice(left, PART)):
            name = f"part-{number:05}.jsonl.gz"
            jsonl.write_lines((_document(rows.document(document)) for document in part), folder / "documents" / name)
            jsonl.write_lines(
                (_attributes(document, rows) for document in part), folder / "attributes" / "cundang" / name
            )
            count += len(part)
            number += 1
    return count


def _document(document: Document) -> str:
    metadata = {name: value for name, value in shard.row(document).items() if name not in _OWN}
    said: dict[str, Any] = {
        "id": document.id,
        "text": document.text,
        "source": f"cundang/{document.site}",
        "added": document.captured and document.captured.isoformat().replace("+00:00", "Z"),
        "created": document.published,
        "metadata": metadata,
    }
    return json.dumps(said, ensure_ascii=False)


def _attributes(document: Document, rows: Rows) -> str:
    text = rows.document(document).text
    length = len(text)
    values = {"han": document.han / max(length, 1), "confidence": document.confidence}
    values |= {f"flag_{flag}": 1.0 for flag in document.flags}
    values |= {f"signal_{name}": value for name, value in rows.measure(document).items()}
    spans = {f"cundang__{name}": [[0, length, value]] for name, value in values.items()}
    if rows.signals:
        for kind in personal.KINDS:
            spans[f"cundang__personal_{kind}"] = []
        for span in personal.find(text):
            spans[f"cundang__personal_{span.kind}"].append([span.start, span.end, 1.0])
    return json.dumps({"id": document.id, "attributes": spans}, ensure_ascii=False)
