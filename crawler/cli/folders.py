"""What all commands share: the data folder and the site files, and the output."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import Any, Self

from archive import site as site_files
from archive.errors import SiteError, UsageError
from archive.layout import Layout, Part
from archive.site import Site, load_each
from crawler.messages import put, say, say_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """The data folder and the folder of site files of a command.

    Attributes:
        named: the user chose the folder of site files.
        wrong: what is wrong with site files that this command left out, by key; its exit code is 2 then.
    """

    layout: Layout
    sites_folder: Path
    named: bool
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, data: Path | None, sites: Path | None) -> Self:
        """These folders, else those of CUNDANG_DATA and CUNDANG_SITES, else ./data and ./seeds/sites."""
        named = sites or (Path(os.environ["CUNDANG_SITES"]) if os.environ.get("CUNDANG_SITES") else None)
        return cls(layout=Layout.at(data), sites_folder=named or site_files.FOLDER, named=named is not None)

    def of_part(self, part: str | None) -> Folders:
        """The same folders, restricted to one part of the WARC files; unchanged if no part is named."""
        return replace(self, layout=replace(self.layout, part=Part.read(part))) if part else self

    def valid(self, load: Callable[[Path], tuple[dict[str, Site], dict[str, str]]] = load_each) -> dict[str, Site]:
        """Load the site files of the folder, and say once what is wrong with those that are left out."""
        found, wrong = load(self.sites_folder)
        say_all(words for words in dict.fromkeys(wrong.values()) if words not in self.wrong.values())
        self.wrong.update(wrong)
        return found

    def sites(self, *extra: str | None, strict: bool = False) -> dict[str, Site]:
        """Load the site files, also those given by path: key -> Site.

        Raises:
            SiteError: with `strict`, a file of the folder is wrong; else it is left out.
        """
        there = self.named or self.sites_folder.is_dir()
        found = (site_files.load(self.sites_folder) if strict else self.valid()) if there else {}
        for name in extra:
            if name is not None and name.endswith(".toml"):
                found[Path(name).stem] = site_files.load_given(Path(name), found)
        site_files.by_host(found.values())
        return found

    def site(self, name: str) -> Site:
        """One site, by its key or the path of its file.

        Raises:
            SiteError: there is no such site.
        """
        sites, key = self.sites(name), self.key(name)
        if key is None or key not in sites:
            raise self._no_such_site(name, sites)
        return sites[key]

    def _no_such_site(self, name: str, known: Iterable[str]) -> SiteError:
        words = self.wrong.get(name)
        return SiteError(words) if words else site_files.no_such_site(name, self.sites_folder, known)

    def file_of(self, name: str) -> Path:
        """The file of a site that is given by key or by path; it need not be valid.

        Raises:
            SiteError: the folder has no file of this key.
        """
        if name.endswith(".toml") or Path(name).is_file():
            return Path(name)
        path = self.sites_folder / f"{name}.toml"
        if not path.is_file():
            known = {one.stem for one in self.sites_folder.glob("*.toml")}
            raise site_files.no_such_site(name, self.sites_folder, known)
        return path

    def places(self) -> dict[str, str]:
        """The GB/T 2260 code of each site that has one."""
        return {key: one.place for key, one in self.sites().items() if one.place}

    def of_place(self, place: str) -> tuple[str, ...]:
        """The keys of the sites of a place and of the places below it.

        Raises:
            UsageError: no site file has such a place.
        """
        from archive.catalogue import gazetteer

        sites = self.sites().values()
        codes = (place,) if place.isdigit() else gazetteer.codes(place)
        found = tuple(
            one.key for one in sites if one.place and any(gazetteer.is_within(one.place, code) for code in codes)
        )
        if not found:
            known = ", ".join(sorted({one.place for one in sites if one.place}))
            has = (
                f"they have: {known}" if known else f"no file in {self.sites_folder} has a place (--sites names others)"
            )
            raise UsageError(
                f"no site file has the place {place!r}. Give a name, such as 四川, or a GB/T 2260 code or its"
                f" beginning; {has}."
            )
        return found

    def known(self, name: str | None) -> str | None:
        """The key of a site; it must have a file, or something in the archive. That of imported pages is their host.

        Raises:
            UsageError: the site has neither.
        """
        key = self.key(name)
        # The catalogue is asked last: it may be damaged, which these commands mend.
        if key is None or key in (kept := self.layout.keys()) or key in (sites := self.sites(name)):
            return key
        if key not in (hosts := self.catalogued()):
            raise self._no_such_site(key, {*kept, *sites, *hosts})
        return key

    def catalogued(self) -> set[str]:
        """The sites of the catalogue, also those of imported pages; none where there is no catalogue."""
        from archive.catalogue import query

        return query.sites_of(self.layout) if self.layout.catalogue.exists() else set()

    def key(self, name: str | None) -> str | None:
        """The key of a site that is given by key or by path."""
        return Path(name).stem if name is not None and name.endswith(".toml") else name


def known_data(layout: Layout) -> Layout:
    """Check that the data folder exists, so that a mistyped name does not look like an empty archive."""
    root = layout.root
    if not root.is_dir():
        raise UsageError(
            f"{root}: no such data folder. Name it with --data or CUNDANG_DATA; crawl and import make a new one."
        )
    if (meant := layout.meant()) is not None:
        raise UsageError(f"{root}: not a data folder. Is this one meant? --data {meant}")
    return layout


def say_uncleaned(layout: Layout) -> int:
    """Say that WARC files are not cleaned, so that their pages cannot be found; return 1 if there are any, else 0."""
    uncleaned = layout.uncleaned()
    if uncleaned:
        say(f"{uncleaned} WARC files are not cleaned, so their pages cannot be found. Run: cundang clean")
    return int(uncleaned > 0)


def print_item(item: Any, plain: str, json_: bool) -> None:
    """Print a dataclass or mapping as one line of JSON, or its plain line; without an item, print that on stderr."""
    if item is None:
        say(plain)
    elif json_:
        put(json.dumps(asdict(item) if is_dataclass(item) else item, ensure_ascii=False, default=_plain))  # type: ignore[arg-type]
    else:
        put(plain)


def _plain(value: object) -> str:
    """A time in ISO 8601, as everywhere in JSON; a path as text."""
    return value.isoformat() if isinstance(value, dt.date) else str(value)
