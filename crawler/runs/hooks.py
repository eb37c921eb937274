"""The hooks after a crawl: functions of other distributions, found by the entry point `cundang.after_crawl`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from archive.errors import CundangError
from crawler.messages import say

GROUP = "cundang.after_crawl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A crawl whose pages have been cleaned: its site, the data folder, and the exit code of the cleaning."""

    site: str
    data: Path
    exit_code: int


def after_crawl(ended: Ended) -> int:
    """Call every hook with the crawl. If one fails, print why, call the others, and return 1."""
    code = 0
    for point in entry_points(group=GROUP):
        try:
            point.load()(ended)
        except Exception as error:  # noqa: BLE001 - a hook may raise anything
            of = point.dist.name if point.dist is not None else "an unknown distribution"
            say(f"{ended.site}: {point.value} of {of} failed after the crawl ({error!r}). Correct or uninstall {of}.")
            code = CundangError.exit_code
    return code
