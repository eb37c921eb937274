"""WARC files and what is known about them -> a BagIt bag (RFC 8493), whose payload is a complete data folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator
from importlib.metadata import version
from pathlib import Path

from archive.corpus import damage
from archive.errors import DataError, UsageError
from archive.export import whole
from archive.layout import Layout
from archive.warc import fixity
from archive.warc.away import open_warc

_STEP = 1 << 20


def write(layout: Layout, sites: Collection[str] | None, out: Path) -> int:
    """Write the WARC files of sites, or all, with their ledger and the exclusions; return the number of WARC files.

    Each file is compared with the ledger while it is copied. Derived files are left out: `cundang rebuild` makes them.

    Raises:
        UsageError: there is nothing to write, or `out` cannot be made.
        DataError: a file is damaged, short or gone, so that the bag would certify wrong bytes.
        SpaceError: there is no space left.
    """
    warcs = [warc for warc in layout.warcs() if sites is None or layout.site_of(warc) in sites]
    if not warcs:
        raise UsageError(f"{layout.warcs_root}: no WARC file of {', '.join(sites or ()) or 'any site'} is here.")
    broken = damage.known(layout, sites)
    if broken:
        raise DataError(f"{broken[0]} A bag would certify it as it is, so none is written.")
    entries = fixity.read(layout).entries
    with whole.folder(out) as bag:
        sums: dict[str, str] = {}
        octets = 0
        for warc in warcs:
            name = fixity.name_of(layout, warc)
            sums[f"data/{name}"], size = _copy(warc, bag / "data" / name)
            octets += size
            entry = entries.get(name)
            if entry and sums[f"data/{name}"] != entry.sha256:
                raise DataError(f"{warc}: its bytes are not those that it was closed with. Run: cundang verify")
        names = {fixity.name_of(layout, warc) for warc in warcs}
        for path, lines in ((layout.fixity, _ledger(layout, names)), (layout.exclusions, _exclusions(layout))):
            if data := "".join(lines).encode():
                (bag / "data" / path.name).write_bytes(data)
                sums[f"data/{path.name}"] = hashlib.sha256(data).hexdigest()
                octets += len(data)
        _describe(bag, sums, octets, sites)
    return len(warcs)


def _copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file; return its SHA-256 and length."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_warc(source) as file, target.open("wb") as made:
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


def _describe(bag: Path, sums: dict[str, str], octets: int, sites: Collection[str] | None) -> None:
    """Write the tag files: RFC 8493 sections 2.1.1, 2.1.3, 2.2.1 and 2.2.2."""
    info = {
        "Bagging-Date": dt.datetime.now(dt.UTC).date().isoformat(),
        "Bag-Software-Agent": f"cundang {version('cundang')}",
        "External-Description": "WARC files of " + (", ".join(sorted(sites)) if sites else "a whole archive"),
        "Payload-Oxum": f"{octets}.{len(sums)}",
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
