"""URLs that are to be gone -> what was done about each: the archive's part, with the locks and the state of crawls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from archive.corpus import forget as archived
from archive.layout import Layout
from crawler.frontier import Frontier
from crawler.lock import Lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was found or done: `what` is held, erased, or refers (a revisit of what was erased)."""

    what: str
    path: str
    record: str
    detail: str


def forget(layout: Layout, urls: Sequence[str], reason: str, *, erase: bool) -> Iterator[Done]:
    """Take URLs down; with `erase` also out of the closed WARC files.

    Raises:
        LockedError: a site whose files are to be rewritten is being crawled; the pages are down all the same.
        CundangError: the archive cannot be read or written.
    """
    archived.forget(layout, urls, reason)
    found = list(archived.held(layout, urls))
    for one in found:
        detail = f"offset {one.offset}, {one.length} bytes, {one.mime}, {one.url}"
        yield Done(what="held", path=str(one.warc), record=one.id, detail=detail)
    if not erase:
        return
    gone: set[str] = set()
    with ExitStack() as locks:
        for site in sorted({layout.site_of(one.warc) for one in found}):
            locks.callback(Lock(layout.lock(site)).release)
        for warc in sorted({one.warc for one in found}):
            erased = archived.erase(layout, warc, urls)
            gone.update(erased.records)
            detail = f"{len(erased.records)} records; sha256 {erased.sha256} is now {erased.now_sha256}"
            yield Done(what="erased", path=str(warc), record="", detail=f"{detail} in {erased.now or 'no file'}")
        for site in sorted({layout.site_of(one.warc) for one in found}):
            if layout.state(site).exists():
                frontier = Frontier(layout.state(site))
                frontier.disown(gone)
                frontier.close()
    for warc, record in archived.referring(layout, gone):
        yield Done(what="refers", path=str(warc), record=record, detail="a revisit whose payload was erased")
