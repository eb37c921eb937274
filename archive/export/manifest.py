"""What an export holds and what it was made from -> `manifest.json`, so that its origin can be traced."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from archive.catalogue import query
from archive.corpus import shard
from archive.errors import UsageError
from archive.export import whole
from archive.layout import Layout
from archive.text.document import Document
from archive.warc.disk import sha256_of

LICENCE = (
    "The texts belong to their publishers. Facts of the day are free (PRC Copyright Law, art. 5), articles are not: "
    "for research, with the source named; do not republish full texts. They may name private persons."
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts the documents that pass through."""

    documents: int = 0
    han: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    first: str | None = None
    last: str | None = None
    left_out: int = 0

    def count(
        self, documents: Iterable[Document], left_out: Callable[[Document], bool] | None = None
    ) -> Iterator[Document]:
        """Pass documents on and count them, without those that must be left out."""
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
    """The result of an export.

    Attributes:
        documents: the number of documents.
        uncleaned: the number of closed WARC files without a shard.
        manifest: the path of the manifest; None: there is none, on stdout.
        left_out: the number of documents left out because they share a passage with the user's list.
        copies: the number of documents left out as copies of others (`--collapse`).
    """

    documents: int
    uncleaned: int
    manifest: Path | None
    left_out: int = 0
    copies: int = 0


class _Manifest(NamedTuple):
    """What the manifest of an export states: its documents, and the size and the digest of each of its files."""

    documents: int
    files: Mapping[str, tuple[int, str]]


# Filters that choose nothing.
_UNSET = (None, False, 0, ())


def write(
    layout: Layout,
    wanted: query.Filter,
    form: str,
    out: Path,
    write_documents: Callable[[Iterable[Document], Path], int],
    *,
    force: bool = False,
    left_out: Callable[[Document], bool] | None = None,
    stated: Mapping[str, Any] | None = None,
) -> Export:
    """Export the documents of a filter, with a manifest beside the file or in the folder; without one on stdout.

    An earlier export that nobody changed is replaced, unless the new one is empty. `force` replaces any file, and a
    folder that an export wrote. Documents for which `left_out` is true are counted, but not written. `stated`: the
    options that shaped the rows, for the manifest.

    Raises:
        UsageError: there is no catalogue yet, or `out` cannot be written, or holds something else.
    """
    asked = {"filters": _filters(wanted), "options": dict(stated or {})}
    places = list(query.chosen_rows(layout, wanted))
    copies = _count_copies(layout, wanted)
    tally = Tally()
    documents = tally.count(query.documents(layout, wanted), left_out)
    if out == whole.STDOUT:
        count = write_documents(documents, out)
    else:
        earlier = _replaceable(out, force=force)
        with whole.beside(out) as stage:
            count = write_documents(documents, stage / out.name)
            if out.exists() and out.is_dir() != (stage / out.name).is_dir() and any(stage.iterdir()):
                kind = "folder" if out.is_dir() else "file"
                raise UsageError(f"{out}: is a {kind}, but this format makes none. Name another --out.")
            if earlier and not count and not force:
                raise UsageError(
                    f"no document matches, so {out} is left as it is, with {earlier} documents. Check the filters, or"
                    " give --force."
                )
            asked = {"left_out": {"copies": copies, "overlap": tally.left_out}, **asked}
            _describe(asked, form, out, stage / out.name, tally, count, places)
            if not (stage / out.name).is_dir():
                whole.put(stage / _beside(out).name, _beside(out))
            whole.put(stage / out.name, out)
    uncleaned = layout.uncleaned(wanted.site)
    return Export(
        documents=count, uncleaned=uncleaned, manifest=_manifest_of(out), left_out=tally.left_out, copies=copies
    )


def _count_copies(layout: Layout, wanted: query.Filter) -> int:
    """How many documents of a filter are left out as copies of others, before a sample is drawn."""
    if not wanted.collapse:
        return 0
    every = (replace(wanted, sample=0, collapse=collapse) for collapse in (None, wanted.collapse))
    first, second = (sum(len(rows) for _, rows in query.chosen_rows(layout, each)) for each in every)
    return first - second


def _filters(wanted: query.Filter) -> dict[str, Any]:
    """The filters that choose something."""
    return {name: value for name, value in asdict(wanted).items() if name != "ids" and value not in _UNSET}


def _manifest_of(out: Path) -> Path | None:
    """The path of the manifest of an export; None: it went to stdout, without one."""
    if out == whole.STDOUT:
        return None
    return out / "manifest.json" if out.is_dir() else _beside(out)


def _beside(out: Path) -> Path:
    return out.with_name(out.name + ".manifest.json")


def _replaceable(out: Path, *, force: bool) -> int:
    """The number of documents in the export at an out path, which may be replaced; 0 if there is none.

    Raises:
        UsageError: something else is there.
    """
    if out.exists() and not out.is_dir() and not out.is_file():
        raise UsageError(f"{out}: is a device or pipe. Name a file with --out, or - for stdout.")
    manifest, files = _read_export(out)
    if manifest is None:
        return 0
    stated = manifest.files
    ours = bool(stated) and all(
        stated.get(name) == (path.stat().st_size, sha256_of(path)) for name, path in files.items()
    )
    if ours or (force and (stated or not out.is_dir())):
        return manifest.documents
    raise UsageError(_refusal(out, stated=bool(stated)))


def _read_export(out: Path) -> tuple[_Manifest | None, dict[str, Path]]:
    """The manifest of an export, None if nothing is there at all, and the files that are there."""
    if out.is_dir():
        files = {str(path.relative_to(out)): path for path in out.rglob("*") if path.is_file()}
        manifest = _read_manifest(out / "manifest.json") if any(out.iterdir()) else None
        files.pop("manifest.json", None)
        return manifest, files
    files = {out.name: out} if out.exists() else {}
    return (_read_manifest(_beside(out)) if files or _beside(out).exists() else None), files


def _refusal(out: Path, *, stated: bool) -> str:
    if out.is_dir():
        cure = "Name a new folder with --out" + (", or give --force." if stated else ", or remove it yourself.")
    else:
        cure = "Name another --out, or give --force."
    what = "is a folder with things that no export wrote" if out.is_dir() else "is not what an export wrote"
    why = "was changed since an export wrote it" if stated else what
    return f"{out}: {why}. {cure}"


def _read_manifest(manifest: Path) -> _Manifest:
    """Read a manifest that an export wrote; of no files if there is none, or only a part of one."""
    try:
        said = json.loads(manifest.read_bytes())
        files = {file["path"]: (file["bytes"], file["sha256"]) for file in said["files"]}
        return _Manifest(int(said["documents"]), files if said["made_by"].startswith("cundang ") else {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Manifest(0, {})


def _describe(
    asked: Mapping[str, Any],
    form: str,
    out: Path,
    made: Path,
    tally: Tally,
    count: int,
    places: Iterable[tuple[Path, list[int]]],
) -> None:
    """Write the manifest of an export, beside its file or into its folder."""
    recipes: Counter[str] = Counter()
    warcs: dict[tuple[str, str], int] = {}
    for path, rows in places:
        about = shard.about(path)
        if about is not None:
            recipes[about.header.recipe] += len(rows)
            key = about.header.warc, about.header.warc_sha256
            warcs[key] = warcs.get(key, 0) + len(rows)
    folder = made.is_dir()
    files = sorted(path for path in made.rglob("*") if path.is_file()) if folder else [made]
    manifest = {
        "format": form,
        "documents": count,
        "han": tally.han,
        "published": [tally.first, tally.last],
        "sites": dict(sorted(tally.sites.items())),
        "scripts": dict(sorted(tally.scripts.items())),
        "years": dict(sorted(tally.years.items())),
        **asked,
        "recipes": [{"documents": count, "recipe": json.loads(recipe)} for recipe, count in sorted(recipes.items())],
        "warcs": [{"file": name, "sha256": digest, "documents": count} for (name, digest), count in warcs.items()],
        "schema": shard.SCHEMA_VERSION,
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "made_by": f"cundang {version('cundang')}",
        "licence": LICENCE,
        "files": [
            {
                "path": str(path.relative_to(made)) if folder else path.name,
                "bytes": path.stat().st_size,
                "sha256": sha256_of(path),
            }
            for path in files
        ],
    }
    with whole.file(made / "manifest.json" if folder else made.with_name(_beside(out).name)) as file:
        file.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")
