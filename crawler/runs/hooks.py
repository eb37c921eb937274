"""What is done after a crawl by functions of others, which the entry point `cundang.after_crawl` names."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from archive.errors import CundangError
from crawler.talk import say

GROUP = "cundang.after_crawl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A crawl that ended, and whose pages are cleaned: its site, the data folder, and the exit code of the cleaning."""

    site: str
    data: Path
    exit_code: int


def after_crawl(ended: Ended) -> int:
    """Call each function with the crawl; 1 when one failed: that is told, and the others are called all the same."""
    code = 0
    for point in entry_points(group=GROUP):
        try:
            point.load()(ended)
        except Exception as error:  # noqa: BLE001 - another's code may raise anything
            of = point.dist.name if point.dist is not None else "an unknown distribution"
            say(f"{ended.site}: {point.value} of {of} failed after the crawl ({error!r}). Mend it, or uninstall {of}.")
            code = CundangError.exit_code
    return code
