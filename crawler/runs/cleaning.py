"""Crawled sites -> their shards and the catalogue, in a child process: `python -m crawler.runs.cleaning`.

The child reads one job as JSON on stdin and prints one JSON object a site: its key and an exit code. All such children
on a machine share its cores: each starts at most as many worker processes as cores are free.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ParamSpec

from archive.corpus.shard import load_arrow
from archive.errors import CundangError, DataError, InterruptedCrawl, worst
from archive.layout import Layout
from archive.ledger import SiteAccount, read_ledger, write_ledger
from archive.site import Site, load_each, load_given
from archive.text.document import Reason
from crawler.messages import say, say_all
from crawler.queue.accounts import say_doubt
from crawler.queue.slots import Slots
from crawler.runs.hooks import Ended, after_crawl

P = ParamSpec("P")
COMMAND = (sys.executable, "-m", "crawler.runs.cleaning")
# The doubts that cleaning adds to a ledger.
DOUBTS = ("not_cleaned", "skipped_articles", "new_layout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """A site that was crawled.

    Attributes:
        key: its key.
        file: the path of its site file, if the site was named by a path.
        skipped: the number of apparent articles that the cleaner had already skipped before this crawl.
    """

    key: str
    file: str | None = None
    skipped: int = 0


def job(layout: Layout, folder: Path | None, crawled: Iterable[Crawled], *, tried: bool = False) -> bytes:
    """The job for the child, as JSON; with `tried`, the data folder is temporary and no hook is called."""
    sites = [{"key": each.key, "file": each.file, "skipped": each.skipped} for each in crawled]
    asked = {"data": str(layout.root), "sites": folder and str(folder), "crawled": sites, "tried": tried}
    return json.dumps(asked).encode()


def answers(said: bytes) -> dict[str, int]:
    """The exit codes that a child printed, by site key."""
    return {one["site"]: one["exit"] for one in map(json.loads, said.splitlines())}


def note_failed(layout: Layout, key: str, code: int) -> None:
    """Print how the cleaning of a site failed, and add it to the site's ledger, for `status` and the schedule."""
    doubt = SiteAccount(doubt="not_cleaned", count=abs(code), detail=f"cundang clean --site {key}")
    say(f"{key}: {say_doubt(doubt)}")
    with suppress(CundangError, OSError):
        ledger = read_ledger(layout.ledger(key))
        # What the cleaning itself doubts says more than its exit code.
        if not any(each.doubt in DOUBTS for each in ledger.doubts):
            write_ledger(layout.ledger(key), replace(ledger, doubts=(*ledger.doubts, doubt)))


def note_cleaned(layout: Layout, site: str | None, code: int) -> None:
    """Take back what `note_failed` noted about a site, or about all, if this cleaning ended without an error."""
    for path in [layout.ledger(key) for key in ([site] if site else layout.keys())] if code == 0 else ():
        with suppress(CundangError, OSError):
            ledger = read_ledger(path)
            kept = tuple(each for each in ledger.doubts if each.doubt != "not_cleaned")
            if kept != ledger.doubts:
                write_ledger(path, replace(ledger, doubts=kept))


def main() -> None:
    """Do the job on stdin."""
    asked = json.load(sys.stdin)
    layout = Layout(root=Path(asked["data"]))
    folder = Path(asked["sites"]) if asked["sites"] else None
    sites = _sites(folder) if folder is not None else {}
    crawled = [Crawled(**each) for each in asked["crawled"]]
    for each in crawled:
        if each.file is not None:
            sites[each.key] = load_given(Path(each.file), sites)
    load_arrow()
    slots = Slots("clean", os.cpu_count() or 1)
    held = [slots.wait(lambda: None)]
    while (slot := slots.take()) is not None:
        held.append(slot)
    indexes = _exit_code("catalogue", _make_indexes, layout)
    codes = {each.key: _exit_code(each.key, _clean, layout, sites, each, len(held)) for each in crawled}
    catalogue = worst([indexes, _exit_code("catalogue", _catalogue, layout, sites)])
    for each in crawled:
        code = codes[each.key] or catalogue or _exit_code(each.key, _doubt, layout, sites.get(each.key), each)
        if not asked["tried"]:
            code = after_crawl(Ended(site=each.key, data=layout.root, exit_code=code)) or code
        print(json.dumps({"site": each.key, "exit": code}), flush=True)


def _sites(folder: Path) -> dict[str, Site]:
    """The valid site files: a mistake in one must not prevent the cleaning of other sites."""
    sites, wrong = load_each(folder) if folder.is_dir() else ({}, {})
    for words in dict.fromkeys(wrong.values()):
        say(f"clean: {words} Until then, the site is ignored.")
    return sites


def _exit_code(what: str, do: Callable[P, int], *args: P.args, **kwargs: P.kwargs) -> int:
    try:
        return do(*args, **kwargs)
    except CundangError as error:
        say(f"{what}: {error}")
        return error.exit_code


def _make_indexes(layout: Layout) -> int:
    from archive.catalogue import build

    return say_all(build.mend_indexes(layout))


def _clean(layout: Layout, sites: dict[str, Site], crawled: Crawled, cores: int) -> int:
    from archive.corpus import reclean

    warned: list[str] = []
    faults = 0
    for made in reclean.clean(layout, sites, site=crawled.key, cores=cores, warn=warned.append):
        faults += len(made.faults)
        for id_, fault in made.faults:
            say(f"{made.warc}: {id_}: {fault}")
    return int(faults > 0) | say_all(warned)


def _catalogue(layout: Layout, sites: dict[str, Site]) -> int:
    from archive.catalogue import build

    warned: list[str] = []
    places = {key: site.place for key, site in sites.items()}
    counts = build.update(layout, warn=warned.append, places=places, thrifty=True)
    later = f"; near copies of {counts.waiting} not searched yet (cundang clean does it)" if counts.waiting else ""
    say(f"catalogue: {counts.documents} documents, {counts.skips} skips, {counts.captures} captures{later}")
    return say_all(warned)


def _doubt(layout: Layout, site: Site | None, crawled: Crawled) -> int:
    """Add doubts to the site's ledger; return 1 if it has a new layout, or more articles were skipped than before."""
    from crawler.learning import doubt_layout

    skipped = doubt_skipped(layout, crawled.key)
    changed = doubt_layout(layout, site) if site else None
    doubts = tuple(doubt for doubt in (skipped, changed) if doubt is not None)
    if not doubts:
        return 0
    path = layout.ledger(crawled.key)
    ledger = read_ledger(path)
    try:
        write_ledger(path, replace(ledger, doubts=(*ledger.doubts, *doubts)))
    except OSError as error:
        raise DataError(
            f"{path}: cannot be written ({error.strerror}). Make room, or check the permissions of the folder."
        ) from error
    new = [doubt for doubt in doubts if doubt is not skipped or doubt.count > crawled.skipped]
    return say_all(f"{crawled.key}: {say_doubt(doubt)}." for doubt in new)


def doubt_skipped(layout: Layout, key: str) -> SiteAccount | None:
    """A doubt about pages that the crawl counted as articles and the cleaner skipped; None: there are none."""
    from archive.catalogue import query
    from crawler.queue.frontier import Frontier

    frontier = Frontier(layout.state(key), read_only=True)
    try:
        found = query.skipped(layout, frontier.report.articles())
    finally:
        frontier.close()
    # A page that was taken down does not count.
    found = {reason: count for reason, count in found.items() if reason != Reason.FORGOTTEN}
    words = ", ".join(f"{reason} {count}" for reason, count in found.items())
    return SiteAccount(doubt="skipped_articles", count=sum(found.values()), detail=words) if found else None


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(InterruptedCrawl.exit_code)
    except CundangError as wrong:
        say(f"cundang: {wrong}")
        sys.exit(wrong.exit_code)
