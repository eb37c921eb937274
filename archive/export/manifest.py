"""What an export holds and what it was made from -> `manifest.json`, so that a corpus that travels can be traced."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

from archive.catalogue import query
from archive.corpus import shard
from archive.export import whole
from archive.layout import Layout
from archive.text.document import Document

LICENCE = (
    "The texts belong to their publishers. Facts of the day are free (PRC Copyright Law, art. 5), articles are not: "
    "for research, with the source named; do not republish full texts. They may name private persons."
)


@dataclass(slots=True, kw_only=True)
class Seen:
    """Counts of the documents that went by."""

    documents: int = 0
    han: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    first: str | None = None
    last: str | None = None

    def through(self, documents: Iterable[Document]) -> Iterator[Document]:
        """The same documents, counted."""
        for document in documents:
            self.documents += 1
            self.han += document.han
            self.sites[document.site] += 1
            self.scripts[document.script] += 1
            self.years[(document.published or "")[:4] or "unknown"] += 1
            if document.published:
                self.first = min(self.first or document.published, document.published)
                self.last = max(self.last or document.published, document.published)
            yield document


def write(layout: Layout, wanted: query.Filter, form: str, out: Path, made: Callable[[Iterable[Document]], int]) -> int:
    """Export what a filter wants by `made`, then write the manifest beside the file, or into the folder.

    Raises:
        UsageError: there is no catalogue yet, or `out` cannot be written.
    """
    seen = Seen()
    count = made(seen.through(query.documents(layout, wanted)))
    recipes: dict[str, int] = {}
    for path, rows in query.places(layout, wanted):
        about = shard.about(path)
        if about is not None:
            recipes[about.header.recipe] = recipes.get(about.header.recipe, 0) + len(rows)
    folder = out.is_dir()
    files = sorted(path for path in out.rglob("*") if path.is_file()) if folder else [out]
    said = {
        "format": form,
        "documents": count,
        "han": seen.han,
        "published": [seen.first, seen.last],
        "sites": dict(sorted(seen.sites.items())),
        "scripts": dict(sorted(seen.scripts.items())),
        "years": dict(sorted(seen.years.items())),
        "filters": {
            name: value for name, value in asdict(wanted).items() if name != "ids" and value not in (None, False, 0, ())
        },
        "recipes": [{"documents": count, "recipe": json.loads(recipe)} for recipe, count in sorted(recipes.items())],
        "schema": shard.SCHEMA_VERSION,
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "made_by": f"cundang {version('cundang')}",
        "licence": LICENCE,
        "files": [
            {
                "path": str(path.relative_to(out)) if folder else path.name,
                "bytes": path.stat().st_size,
                "sha256": _digest(path),
            }
            for path in files
        ],
    }
    beside = out / "manifest.json" if folder else out.with_name(out.name + ".manifest.json")
    with whole.file(beside) as file:
        file.write(json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n")
    return count


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
