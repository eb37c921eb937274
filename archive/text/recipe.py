"""Sites -> the fingerprint of the cleaning function: the same fingerprint and bytes give the same documents."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata, resources
from typing import Any

from archive.site import Reading, Site
from archive.text import objects, words
from archive.text.objects import Source

# Raised with every change that changes a document; the changelog's section "Corpus" says how.
VERSION = "24"

# Libraries that shape text or the bytes of a shard; OpenCC's dictionaries come with its version.
LIBRARIES = (
    "cssselect",
    "jusText",
    "lxml",
    "lxml_html_clean",
    "opencc-python-reimplemented",
    "pyarrow",
    "trafilatura",
    "w3lib",
)
DATA = ("common_han.txt", "fields/words.txt", "lines.toml", *words.FILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What shapes a document besides the page.

    Attributes:
        version: of the cleaner.
        python: version, because its regular expressions and codecs read the page.
        libraries: (name, version) of libraries that shape text or bytes.
        data: (name, sha256) of the cleaner's data files.
        sites: (key, sha256 of name, place, reading rules and learned templates) of the sites concerned, by key.
        objects: (distribution, version, sha256 of the code) of page objects for the hosts concerned, and the libraries
            that run them.
        corrected: (key, sha256) of the corrections by hand of the sites concerned.
    """

    version: str
    python: str
    libraries: tuple[tuple[str, str], ...]
    data: tuple[tuple[str, str], ...]
    sites: tuple[tuple[str, str], ...]
    objects: tuple[Source, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> str:
        """The recipe as one line of JSON, the same for equal recipes."""
        said = asdict(self)
        for later in ("objects", "corrected"):
            if not said[later]:
                # As before there were any, so that no shard is stale.
                del said[later]
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def recipe(sites: Iterable[Site], hosts: Iterable[str] = ()) -> Recipe:
    """The fingerprint of cleaning pages of these sites and hosts.

    Raises:
        UsageError: a page object for one of the hosts cannot be used.
    """
    sites = sorted(sites, key=lambda site: site.key)
    return Recipe(
        version=VERSION,
        python=platform.python_version(),
        libraries=_libraries(),
        data=_data(),
        sites=tuple((site.key, _digest(site)) for site in sites),
        objects=objects.sources(hosts),
        corrected=tuple((site.key, _sha256(list(map(asdict, site.corrections)))) for site in sites if site.corrections),
    )


def difference(had: str, now: str) -> str:
    """What changed from one recipe to another, both as JSON; empty if nothing did.

    >>> difference('{"version":"1","sites":[["a","0"]]}', '{"version":"2","sites":[["a","1"],["b","0"]]}')
    'the recipe changed: version 1 -> 2, sites a b'
    """
    if had == now:
        return ""
    before, after = json.loads(had), json.loads(now)
    changed = (_change(name, before.get(name), after.get(name)) for name in sorted({*before, *after}, reverse=True))
    return f"the recipe changed: {', '.join(filter(None, changed))}"


def _change(name: str, before: Any, after: Any) -> str:
    if before == after:
        return ""
    if isinstance(before, str) and isinstance(after, str):
        return f"{name} {before} -> {after}"
    one, other = ({json.dumps(each) for each in said or ()} for said in (before, after))
    return " ".join((name, *sorted({json.loads(each)[0] for each in one ^ other})))


def sites_of(said: str) -> set[str]:
    """The keys of the sites whose files shaped the documents of a recipe, given as JSON."""
    return {key for key, _ in json.loads(said).get("sites", ())}


@cache
def _libraries() -> tuple[tuple[str, str], ...]:
    return tuple((name, metadata.version(name)) for name in LIBRARIES)


@cache
def _data() -> tuple[tuple[str, str], ...]:
    folder = resources.files("archive.text")
    return tuple((name, hashlib.sha256((folder / name).read_bytes()).hexdigest()) for name in DATA)


def _rules(reading: Reading) -> list[Any]:
    """The rules of an era; those that came with later versions only where they are used, so that no shard is stale."""
    later = ("date", "source", "author", "editor", "columns", "drop")
    used = {name: getattr(reading, name) for name in later if getattr(reading, name)}
    return [str(reading.until or ""), reading.title, reading.body, *([used] if used else [])]


def _digest(site: Site) -> str:
    """Only what shapes text: a new start page or schedule makes no shard stale."""
    parts: list[Any] = [site.name, site.place, [_rules(reading) for reading in site.readings]]
    # Without a learned file the digest is that of the versions before.
    parts += [asdict(site.learned)] if site.learned else []
    return _sha256(parts)


def _sha256(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, default=str).encode()).hexdigest()
