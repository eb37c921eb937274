"""WARC files and what is known about them -> a BagIt bag (RFC 8493).

The payload is a complete data folder, with the site files that shape its texts in the folder `sites`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import version
from itertools import product
from pathlib import Path

from archive.corpus import damage, shard
from archive.errors import DataError, UsageError
from archive.export import whole
from archive.layout import Layout
from archive.text import objects
from archive.text.recipe import sites_of
from archive.warc import fixity
from archive.warc.away import open_warc

_STEP = 1 << 20


def write(layout: Layout, sites: Collection[str] | None, out: Path, site_files: Path | None = None) -> int:
    """Write the WARC files of sites, or all, with their ledger and the exclusions; return the number of WARC files.

    Each file is compared with the ledger while it is copied. Derived files are left out: `cundang rebuild` makes them.
    `site_files`: the folder of site files; those of the pages in the WARC files are written, too.

    Raises:
        UsageError: there is nothing to write, or `out` cannot be made.
        DataError: a file is damaged, short or gone, so that the bag would certify wrong bytes.
        SpaceError: there is no space left.
    """
    warcs = _chosen(layout, sites)
    entries = fixity.read(layout).entries
    recipes = [about.header.recipe for warc in warcs if (about := shard.about(layout.shard_of(warc)))]
    keys = {layout.site_of(warc) for warc in warcs}.union(*map(sites_of, recipes))
    with whole.folder(out) as bag:
        sums: dict[str, str] = {}
        octets = 0
        for source, name in (*((warc, fixity.name_of(layout, warc)) for warc in warcs), *_site_files(site_files, keys)):
            sums[f"data/{name}"], size = _copy(source, bag / "data" / name)
            octets += size
            entry = entries.get(name)
            if entry and sums[f"data/{name}"] != entry.sha256:
                raise DataError(f"{source}: its bytes are not those that it was closed with. Run: cundang verify")
        names = {fixity.name_of(layout, warc) for warc in warcs}
        for path, lines in ((layout.fixity, _ledger(layout, names)), (layout.exclusions, _exclusions(layout))):
            if data := "".join(lines).encode():
                (bag / "data" / path.name).write_bytes(data)
                sums[f"data/{path.name}"] = hashlib.sha256(data).hexdigest()
                octets += len(data)
        _describe(bag, sums, octets, sites, sorted({each for recipe in recipes for each in objects.named(recipe)}))
    return len(warcs)


def _chosen(layout: Layout, sites: Collection[str] | None) -> list[Path]:
    """The WARC files to write."""
    warcs = [warc for warc in layout.warcs() if sites is None or layout.site_of(warc) in sites]
    if not warcs:
        raise UsageError(f"{layout.warcs_root}: no WARC file of {', '.join(sites or ()) or 'any site'} is here.")
    if broken := damage.known(layout, sites):
        raise DataError(f"{broken[0]} A bag would certify it as it is, so none is written.")
    return warcs


def _site_files(folder: Path | None, keys: Collection[str]) -> Iterator[tuple[Path, str]]:
    """The files of sites in a folder of site files, with what was learned and corrected, and their names in a bag."""
    parts = product(sorted(keys), ("", "learned", "corrections")) if folder is not None else ()
    for file in (Path(part, f"{key}.toml") for key, part in parts):
        if folder is not None and (folder / file).is_file():
            yield folder / file, f"sites/{file.as_posix()}"


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file; return its SHA-256 and length."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_warc(source) if source.suffix != ".toml" else source.open("rb") as file, target.open("wb") as made:
        while data := file.read(_STEP):
            made.write(data)
            digest.update(data)
            size += len(data)
    return digest.hexdigest(), size


def _ledger(layout: Layout, names: Collection[str]) -> Iterator[str]:
    for event in fixity.events(layout):
        if event.get("path") in names:
            yield json.dumps(event, ensure_ascii=False) + "\n"


def _exclusions(layout: Layout) -> Iterator[str]:
    if layout.exclusions.exists():
        yield layout.exclusions.read_text("utf-8")


def _describe(
    bag: Path, sums: dict[str, str], octets: int, sites: Collection[str] | None, page_objects: Sequence[str]
) -> None:
    """Write the tag files: RFC 8493 sections 2.1.1, 2.1.3, 2.2.1 and 2.2.2."""
    info = {
        "Bagging-Date": dt.datetime.now(dt.UTC).date().isoformat(),
        "Bag-Software-Agent": f"cundang {version('cundang')}",
        "External-Description": "WARC files of " + (", ".join(sorted(sites)) if sites else "a whole archive"),
        "Payload-Oxum": f"{octets}.{len(sums)}",
        **({"Page-Objects": ", ".join(page_objects)} if page_objects else {}),
    }
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in info.items()),
        "manifest-sha256.txt": "".join(f"{digest}  {_escape(name)}\n" for name, digest in sorted(sums.items())),
    }
    tags["tagmanifest-sha256.txt"] = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in tags.items()
    )
    for name, text in tags.items():
        (bag / name).write_bytes(text.encode())


def _escape(name: str) -> str:
    r"""Escape line ends and per cent signs in a path (RFC 8493 section 2.1.3).

    >>> _escape("data/a%b\n")
    'data/a%25b%0A'
    """
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
