"""Everything that shapes a text -> `Recipe`: the fingerprint of the cleaning function."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from archive.site import Site

# Raised by hand with every change of what `clean` returns; the changelog says under "Corpus" what that changes.
VERSION = 1
# Libraries that shape text, or the bytes that a shard is written in.
_LIBRARIES = (
    "brotli",
    "jusText",
    "lxml",
    "lxml_html_clean",
    "opencc-python-reimplemented",
    "pyarrow",
    "trafilatura",
    "w3lib",
    "zlib-ng",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What made a text; equal recipes over equal bytes give equal texts.

    Attributes:
        cleaner: VERSION.
        python: its version; the Unicode tables come with it.
        libraries: (name, version).
        data: (file, base16 SHA-256) of the rules that lie beside the code.
        sites: (key, digest of name, hosts, place and reading rules) of each site whose hosts occur in the file.
    """

    cleaner: int
    python: str
    libraries: tuple[tuple[str, str], ...]
    data: tuple[tuple[str, str], ...]
    sites: tuple[tuple[str, str], ...]

    def to_json(self) -> str:
        """The recipe as one line; equal recipes give equal lines."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def recipe(sites: Iterable[Site]) -> Recipe:
    """The recipe of a file whose pages belong to these sites."""
    return Recipe(
        cleaner=VERSION,
        python=platform.python_version(),
        libraries=_libraries(),
        data=_data(),
        sites=tuple(sorted((site.key, _rules(site)) for site in sites)),
    )


def _rules(site: Site) -> str:
    shaping = (site.name, sorted(site.hosts), site.place, site.readings)
    return hashlib.sha256(repr(shaping).encode()).hexdigest()[:16]


@cache
def _libraries() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in _LIBRARIES)


@cache
def _data() -> tuple[tuple[str, str], ...]:
    found = (file for file in files("archive.text").iterdir() if file.name.endswith((".toml", ".txt")))
    return tuple(sorted((file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in found))
