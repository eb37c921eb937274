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
from typing import Any

from archive.catalogue import query
from archive.corpus import shard
from archive.errors import UsageError
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
    left_out: int = 0

    def through(
        self, documents: Iterable[Document], left_out: Callable[[Document], bool] | None = None
    ) -> Iterator[Document]:
        """The same documents, counted, without those that are to be left out."""
        for document in documents:
            if left_out is not None and left_out(document):
                self.left_out += 1
                continue
            self.documents += 1
            self.han += document.han
            self.sites[document.site] += 1
            self.scripts[document.script] += 1
            self.years[(document.published or "")[:4] or "unknown"] += 1
            if document.published:
                self.first = min(self.first or document.published, document.published)
                self.last = max(self.last or document.published, document.published)
            yield document


@dataclass(slots=True, kw_only=True)
class Export:
    """What was exported.

    Attributes:
        uncleaned: closed WARC files that no shard was made of yet.
        left_out: documents that share a passage with a list of the user's.
    """

    documents: int
    uncleaned: int
    left_out: int = 0


def write(
    layout: Layout,
    wanted: query.Filter,
    form: str,
    out: Path,
    made: Callable[[Iterable[Document], Path], int],
    *,
    force: bool = False,
    left_out: Callable[[Document], bool] | None = None,
) -> Export:
    """Export what a filter wants by `made`, with a manifest beside the file, or in the folder; none on stdout.

    What an export wrote before, and nobody changed since, is replaced; an empty one replaces nothing. With `force` any
    file is, and a folder that an export wrote. Documents of which `left_out` is true are counted and not written.

    Raises:
        UsageError: there is no catalogue yet, or `out` cannot be written, or holds something else.
    """
    places = list(query.places(layout, wanted))
    seen = Seen()
    documents = seen.through(query.documents(layout, wanted), left_out)
    if out == whole.STDOUT:
        count = made(documents, out)
    else:
        earlier = _replaceable(out, force=force)
        with whole.beside(out) as stage:
            count = made(documents, stage / out.name)
            if out.exists() and out.is_dir() != (stage / out.name).is_dir() and any(stage.iterdir()):
                kind = "folder" if out.is_dir() else "file"
                raise UsageError(f"{out}: is a {kind}, and this format is none. Name another --out.")
            if earlier and not count and not force:
                raise UsageError(
                    f"no document matches, so {out} is left as it is, with {earlier} documents. Look at the filters, or"
                    " give --force."
                )
            _describe(wanted, form, out, stage / out.name, seen, count, places)
            if not (stage / out.name).is_dir():
                whole.put(stage / _beside(out).name, _beside(out))
            whole.put(stage / out.name, out)
    uncleaned = sum(not layout.shard_of(warc).exists() for warc in layout.warcs(wanted.site))
    return Export(documents=count, uncleaned=uncleaned, left_out=seen.left_out)


def _beside(out: Path) -> Path:
    return out.with_name(out.name + ".manifest.json")


def _replaceable(out: Path, *, force: bool) -> int:
    """The documents of the export that an out path holds, 0 where there is none.

    Raises:
        UsageError: it holds something else.
    """
    if out.exists() and not out.is_dir() and not out.is_file():
        raise UsageError(f"{out}: is a device or pipe. Name a file with --out, or - for stdout.")
    said, files = _known(out)
    if said is None:
        return 0
    stated = {file["path"]: (file["bytes"], file["sha256"]) for file in said.get("files", ())}
    ours = bool(stated) and all(
        stated.get(name) == (path.stat().st_size, _digest(path)) for name, path in files.items()
    )
    if ours or (force and (stated or not out.is_dir())):
        return int(said.get("documents") or 0)
    raise UsageError(_refusal(out, stated=bool(stated)))


def _known(out: Path) -> tuple[dict[str, Any] | None, dict[str, Path]]:
    """What the manifest beside an export says, None where there is nothing at all, and the files that there are."""
    if out.is_dir():
        files = {str(path.relative_to(out)): path for path in out.rglob("*") if path.is_file()}
        said = _said(out / "manifest.json") if any(out.iterdir()) else None
        files.pop("manifest.json", None)
        return said, files
    files = {out.name: out} if out.exists() else {}
    return (_said(_beside(out)) if files or _beside(out).exists() else None), files


def _refusal(out: Path, *, stated: bool) -> str:
    if out.is_dir():
        cure = "Name a new folder with --out" + (", or give --force." if stated else ", or remove it yourself.")
    else:
        cure = "Name another --out, or give --force."
    what = "is a folder with things that no export wrote" if out.is_dir() else "is not what an export wrote"
    why = "was changed since an export wrote it" if stated else what
    return f"{out}: {why}. {cure}"


def _said(manifest: Path) -> dict[str, Any]:
    """What a manifest of ours says; empty where there is none."""
    try:
        said = json.loads(manifest.read_bytes())
        return said if said["made_by"].startswith("cundang ") and said["files"][0]["sha256"] else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return {}


def _describe(
    wanted: query.Filter,
    form: str,
    out: Path,
    made: Path,
    seen: Seen,
    count: int,
    places: Iterable[tuple[Path, list[int]]],
) -> None:
    """Write the manifest of what was made, beside it or into it."""
    recipes: dict[str, int] = {}
    for path, rows in places:
        about = shard.about(path)
        if about is not None:
            recipes[about.header.recipe] = recipes.get(about.header.recipe, 0) + len(rows)
    folder = made.is_dir()
    files = sorted(path for path in made.rglob("*") if path.is_file()) if folder else [made]
    said = {
        "format": form,
        "documents": count,
        "han": seen.han,
        "published": [seen.first, seen.last],
        "sites": dict(sorted(seen.sites.items())),
        "scripts": dict(sorted(seen.scripts.items())),
        "years": dict(sorted(seen.years.items())),
        "left_out": seen.left_out,
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
                "path": str(path.relative_to(made)) if folder else path.name,
                "bytes": path.stat().st_size,
                "sha256": _digest(path),
            }
            for path in files
        ],
    }
    with whole.file(made / "manifest.json" if folder else made.with_name(_beside(out).name)) as file:
        file.write(json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
