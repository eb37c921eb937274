"""Fixtures, which are archived pages with their expected Documents -> tests of a site's rules.

<site files>/fixtures/<key>/<name>/page.html      the bytes of the page, without transfer- or content-coding
                                   meta.json      its url, captured, content_type
                                   document.json  the expected Document or Skip
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.corpus import ingest
from archive.errors import SiteError, UsageError
from archive.export import jsonl
from archive.layout import Layout
from archive.site import Site, by_host, host_of, no_such_site
from archive.text.clean import clean
from archive.web.captures import nearest

FOLDER = "fixtures"
# The columns that a fixture does not compare: those that a saved page lacks, and those that say how it was read.
_ELSEWHERE = ("id", "origin", "status", "aliases", "gone", "part_of", "confidence", "extractor")
# A timestamp later than every capture.
_NEWEST = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The result of a fixture; `differences`: lines that begin with `- ` (expected) or `+ ` (what it gives now)."""

    folder: str
    url: str
    differences: tuple[str, ...]


def keep(layout: Layout, sites: Mapping[str, Site], folder: Path, url: str) -> Path:
    """Make a fixture of the newest capture of a URL and the Document that it gives now; return its folder.

    Raises:
        UsageError: the URL has no capture, or no site file names its host.
    """
    site = by_host(sites.values()).get(host_of(url))
    if site is None:
        raise UsageError(f"{url}: no site file of {folder} names its host. Write one: cundang sites add {url}")
    found = nearest(layout, url, _NEWEST)
    if found is None:
        raise UsageError(f"{url}: {layout.root} has no capture of it. Find one: cundang search site:{site.key}")
    capture = found.capture
    kept = folder / FOLDER / site.key / hashlib.sha256(capture.url.encode()).hexdigest()[:12]
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "page.html").write_bytes(capture.body)
    meta = {
        "url": capture.url,
        "captured": capture.date.isoformat() if capture.date else None,
        "content_type": capture.header("Content-Type"),
    }
    _write(kept / "meta.json", {name: value for name, value in meta.items() if value is not None})
    _write(kept / "document.json", _read(kept, site))
    return kept


def run(sites: Mapping[str, Site], folder: Path, keys: Sequence[str] = ()) -> Iterator[Tried]:
    """Clean the fixtures of some sites, or of all, with their current rules.

    Raises:
        SiteError: a key is unknown, or a file of a fixture cannot be read.
    """
    for key in keys or sorted(path.name for path in (folder / FOLDER).glob("*")):
        if key not in sites:
            raise no_such_site(key, folder, sites)
        for kept in sorted((folder / FOLDER / key).glob("*")):
            yield _try(kept, sites[key])


def _try(kept: Path, site: Site) -> Tried:
    try:
        wanted = json.loads((kept / "document.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SiteError(f"{kept}: cannot be read ({error}). Make the fixture again: cundang sites fixture") from error
    found = _read(kept, site)
    lines = difflib.ndiff(_lines(wanted), _lines(found)) if wanted != found else ()
    differences = tuple(line.rstrip() for line in lines if line.startswith(("- ", "+ ")))
    return Tried(folder=str(kept), url=found["url"], differences=differences)


def _read(kept: Path, site: Site) -> dict[str, Any]:
    columns = json.loads(jsonl.line(clean(ingest.read_saved(kept / "page.html", kept), site)))
    return {name: value for name, value in columns.items() if name not in _ELSEWHERE}


def _lines(columns: Mapping[str, Any]) -> list[str]:
    """One line per value, and one per paragraph of a text."""
    return [
        f"{name}: {line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)}"
        for name, value in columns.items()
        for line in (value.split("\n") if isinstance(value, str) else value if isinstance(value, list) else [value])
    ]


def _write(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
