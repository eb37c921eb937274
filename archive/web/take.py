"""A query -> an export in any format with its manifest; a document -> its citation."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from archive.catalogue import ask, query
from archive.export import cite, formats, manifest
from archive.web.asked import Asked
from archive.web.pages import found_document

_PARTS = ("data", "manifest")


def export(asked: Asked) -> Response:
    """Export the documents of a query like `cundang export --query`; a format that is a folder becomes a ZIP file.

    `part=manifest` gives only the manifest.
    """
    words = asked.text("q")
    form = asked.choice("format", tuple(formats.WRITERS), "jsonl")
    part = asked.choice("part", _PARTS, "data")
    versions = ask.wants_versions(ask.parse(words))
    wanted = query.Filter(query=words, ids=tuple(asked.served.searcher.ids(words)), versions=versions)
    folder = Path(tempfile.mkdtemp(prefix="cundang-export-"))
    try:
        out = folder / f"cundang.{form}"
        manifest.write(asked.layout, wanted, form, out, formats.WRITERS[form])
        beside = out / "manifest.json" if out.is_dir() else out.with_name(out.name + ".manifest.json")
        if part == "manifest":
            out = beside
        elif out.is_dir():
            out = Path(shutil.make_archive(str(folder / "pack"), "zip", out))
    except BaseException:
        shutil.rmtree(folder)
        raise
    name = f"cundang-{form}{out.suffix}" if part == "data" else f"cundang-{form}.manifest.json"
    return FileResponse(out, filename=name, background=BackgroundTask(shutil.rmtree, folder))


def citation(asked: Asked) -> Response:
    """The citation of a document: `format=text`, `bibtex` or `csl`."""
    form = asked.choice("format", cite.FORMS, "text")
    names = {key: one.name for key, one in asked.served.sites.items()}
    written = cite.write(asked.layout, found_document(asked), names, form)
    kind = "application/vnd.citationstyles.csl+json" if form == "csl" else "text/plain"
    return Response(written, media_type=f"{kind}; charset=utf-8")
