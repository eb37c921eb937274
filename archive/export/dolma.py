"""Documents -> the folders of dolma: `documents/`, and `attributes/cundang/` that line up with them, line by line.

A document has `id`, `text`, `source`, `added`, `created` and `metadata`; an attribute is a list of [from, to, value]
over the characters of the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from archive.corpus import shard
from archive.export import jsonl, whole
from archive.text.document import Document

# Documents of one file.
PART = 50_000
_OWN = ("id", "text", "captured", "published")


def write(documents: Iterable[Document], out: Path) -> int:
    """Write a folder, and say how many documents it holds.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    left = iter(documents)
    count = number = 0
    with whole.folder(out) as folder:
        while rows := list(islice(left, PART)):
            name = f"part-{number:05}.jsonl.gz"
            jsonl.lines(map(_document, rows), folder / "documents" / name)
            jsonl.lines(map(_attributes, rows), folder / "attributes" / "cundang" / name)
            count += len(rows)
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


def _attributes(document: Document) -> str:
    length = len(document.text)
    values = {"han": document.han / max(length, 1), "confidence": document.confidence}
    values |= {f"flag_{flag}": 1.0 for flag in document.flags}
    spans = {f"cundang__{name}": [[0, length, value]] for name, value in values.items()}
    return json.dumps({"id": document.id, "attributes": spans}, ensure_ascii=False)
