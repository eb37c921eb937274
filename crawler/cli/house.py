"""What every command shares: the data folder and the site files that it works on, its common options, its output."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from archive import site as site_files
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import Site
from crawler.talk import put, say

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, on stdout.")]
SiteKey = Annotated[str | None, typer.Option("--site", help="Only this site: its key, or the path of its file.")]
Paths = Annotated[list[Path], typer.Argument(help="Files and folders.", exists=True)]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes; one a core when absent.")]
Day = Annotated[str | None, typer.Option(help="A day, month or year: 2020-02-19, 2020-02, 2020.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the options before the command chose: the data folder and the site files."""

    layout: Layout
    sites_folder: Path
    named: bool

    def sites(self, *extra: str | None) -> dict[str, Site]:
        """The site files by key, with those that are given by path."""
        there = self.named or self.sites_folder.is_dir()
        found = site_files.load(self.sites_folder) if there else {}
        for name in extra:
            if name is not None and name.endswith(".toml"):
                found[Path(name).stem] = site_files.load_file(Path(name))
        site_files.by_host(found.values())
        return found

    def of_place(self, place: str) -> tuple[str, ...]:
        """The keys of the sites of a place and of all below it.

        Raises:
            UsageError: no site file has such a place.
        """
        sites = self.sites().values()
        found = tuple(one.key for one in sites if (one.place or "").startswith(place))
        if not found:
            known = sorted({one.place for one in sites if one.place})
            raise UsageError(
                f"no site file has the place {place!r}. Those that there are: {', '.join(known) or 'none'}."
            )
        return found

    def key(self, name: str | None) -> str | None:
        """The key that a site's key or path means."""
        return Path(name).stem if name is not None and name.endswith(".toml") else name


def known_data(layout: Layout) -> Layout:
    """The data folder, where there is one: a mistyped name must not look like a healthy archive."""
    if not layout.root.is_dir():
        raise UsageError(f"{layout.root}: no such data folder. Name it with --data or CUNDANG_DATA.")
    return layout


def say_all(damages: Iterable[str]) -> int:
    """Say each; 1 when there was one."""
    code = 0
    for words in damages:
        say(words)
        code = 1
    return code


def print_item(item: Any, plain: str, json_: bool) -> None:
    """Print a dataclass: as one line of JSON, or as its line for the eye."""
    assert is_dataclass(item)
    put(json.dumps(asdict(item), ensure_ascii=False, default=str) if json_ else plain)  # type: ignore[arg-type]
