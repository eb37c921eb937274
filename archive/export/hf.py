"""Documents -> a folder that `datasets.load_dataset` opens: Parquet files, a card, and Croissant metadata."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from archive.export import dictionary, manifest, parquet, whole
from archive.export.rows import PLAIN, Rows
from archive.text.document import Document

# The number of documents in one Parquet file.
PART = 50_000


def write(documents: Iterable[Document], out: Path, rows: Rows = PLAIN) -> int:
    """Write a folder, and return the number of documents in it.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    count = 0
    files = []
    with whole.folder(out) as folder:
        for number, part in enumerate(_parts(documents)):
            # Without "-of-N", since the number of files is not known yet; the card names them by a pattern.
            path = folder / "data" / f"train-{number:05}.parquet"
            count += parquet.write(part, path, rows)
            files.append(path)
        with whole.file(folder / "README.md") as file:
            file.write(_card(count, rows).encode())
        with whole.file(folder / "croissant.json") as file:
            file.write(
                json.dumps(_croissant(files, folder, rows.schema), ensure_ascii=False, indent=1).encode() + b"\n"
            )
    return count


def _parts(documents: Iterable[Document]) -> Iterator[Iterable[Document]]:
    left = iter(documents)
    first = next(left, None)
    if first is None:
        # An empty corpus gets one empty file, so that a reader finds its columns.
        yield ()
    while first is not None:
        yield chain([first], islice(left, PART - 1))
        first = next(left, None)


def _card(count: int, rows: Rows) -> str:
    size = next((name for limit, name in _SIZES if count < limit), "n>1T")
    return f"""---
language:
- zh
license: other
license_name: research-only
pretty_name: Chinese public news, archived by cundang
size_categories:
- {size}
task_categories:
- text-generation
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*.parquet
---

# Chinese public news, archived by cundang

{count} documents, read from archived web pages and imported files.
`manifest.json` names their sites, and says by which rules the dataset was made.

{manifest.LICENCE}

## Columns

{dictionary.table(rows.schema)}{_MASKED if rows.mask else ""}
"""


_MASKED = """

Telephone numbers, ID numbers and e-mail addresses were replaced by `[电话]`, `[身份证号]` and `[邮箱]`.
"""
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)


# The whole context of Croissant 1.0, since readers compare it.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
} | {
    name: f"cr:{name}"
    for name in [
        "citeAs",
        "column",
        "equivalentProperty",
        "extract",
        "field",
        "fileObject",
        "fileProperty",
        "fileSet",
        "format",
        "includes",
        "isLiveDataset",
        "jsonPath",
        "key",
        "md5",
        "parentField",
        "path",
        "recordSet",
        "references",
        "regex",
        "repeated",
        "replace",
        "samplingRate",
        "separator",
        "source",
        "subField",
        "transform",
    ]
}


def _croissant(files: list[Path], out: Path, schema: pa.Schema) -> dict[str, Any]:
    """Describe the files and their columns in Croissant 1.0 (MLCommons)."""
    named = [(path, f"part-{number:05}") for number, path in enumerate(files)]
    parts = {
        "@type": "cr:FileSet",
        "@id": "parts",
        # Without `containedIn`: mlcroissant accepts sets in folders, archives and repositories, not sets of files.
        "encodingFormat": "application/x-parquet",
        "includes": "data/*.parquet",
    }
    # Readers of Croissant open a single file more reliably by name than as a set of one.
    source = {"fileSet": {"@id": "parts"}} if len(files) > 1 else {"fileObject": {"@id": named[0][1]}}
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "cundang",
        "description": "Chinese public news, archived and cleaned by cundang.",
        "license": manifest.LICENCE,
        "inLanguage": "zh",
        "distribution": [
            *(
                {
                    "@type": "cr:FileObject",
                    "@id": name,
                    "name": name,
                    "contentUrl": str(path.relative_to(out)),
                    "encodingFormat": "application/x-parquet",
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                }
                for path, name in named
            ),
            *([parts] if len(files) > 1 else []),
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "documents",
                "name": "documents",
                "field": [_field(column, source) for column in schema],
            }
        ],
    }


def _field(column: pa.Field, source: dict[str, Any]) -> dict[str, Any]:
    kind = column.type
    repeated = pa.types.is_list(kind)
    kind = kind.value_type if repeated else kind
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"documents/{column.name}",
        "name": column.name,
        "description": dictionary.meaning(column.name).meaning,
    }
    if repeated:
        described["repeated"] = True
    taken = source | {"extract": {"column": column.name}}
    if not pa.types.is_struct(kind):
        return described | {"dataType": _croissant_type(kind), "source": taken}
    return described | {
        "subField": [
            {
                "@type": "cr:Field",
                "@id": f"documents/{column.name}/{part.name}",
                "name": part.name,
                "dataType": "sc:Text",
                "source": taken | {"transform": {"jsonPath": part.name}},
            }
            for part in kind
        ]
    }


def _croissant_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
