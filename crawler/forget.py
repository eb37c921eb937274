"""URLs to take down -> what was found and done, in the archive and in the state of crawls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from archive.corpus import forget as archived
from archive.corpus import reclean, shard
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import Site, by_host
from archive.warc import exclusions, verify
from archive.warc.exclusions import Addresses
from crawler.queue.frontier import Frontier
from crawler.queue.lock import Lock

# What happens to a URL that has no capture.
_KEPT_OUT = "; kept out"
_STAYS = ": another address, which stays. To take it down too, name it or give --spellings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One thing that was found or done. `what` is one of:

    - held: a capture of the URL
    - other: a capture under another spelling of the URL, which stays
    - unknown: there is no capture, but the URL is kept out from now on
    - erased: records that were removed from a WARC file, or a file that was removed
    - refers: a revisit of an erased record
    - names: a record that says that its page was found on the page that was taken down
    - unread: a file set aside, in which no URL can be read
    - rewrite: a WARC file that erasing would rewrite (from `look`)
    - back: a capture that is visible again (from `undo`)
    - allowed: there is no capture, but the URL may be fetched again (from `undo`)
    """

    what: str
    path: str
    id: str
    detail: str


def forget(layout: Layout, urls: Sequence[str], reason: str, *, erase: bool, spellings: bool = False) -> Iterator[Done]:
    """Take URLs down; with `erase`, also remove them from WARC files and from the files set aside beside these.

    `spellings`: also all addresses with the same SURT, under which replay tools look them up.

    Raises:
        LockedError: a site whose files must be rewritten is being crawled; the pages are taken down nevertheless.
        CundangError: the archive cannot be read or written.
    """
    wanted = archived.addresses(urls, spellings=spellings)
    archived.forget(layout, urls, reason, spellings=spellings)
    if not erase:
        yield from _held(layout, urls, wanted, spellings=spellings)
        return
    with _Locks(layout) as locks:
        for path in list(layout.open_warcs()):
            if archived.names(path, wanted) is not False:
                # A killed crawl left the file open; it must be closed before it can be rewritten.
                locks.take(path)
                verify.repair(path, layout)
        yield from _held(layout, urls, wanted, spellings=spellings)
        gone: set[str] = set()
        for warc in list(archived.find_naming(layout, wanted)):
            locks.take(warc)
            erased = archived.erase(layout, warc, wanted)
            gone.update(erased.records)
            detail = f"{len(erased.records)} records; sha256 {erased.sha256} is now {erased.now_sha256}"
            yield Done(what="erased", path=str(warc), id="", detail=f"{detail} in {erased.now or 'no file'}")
        yield from _drop(layout, wanted, locks)
        for state in filter(Path.exists, map(layout.state, sorted(locks.sites))):
            with closing(Frontier(state)) as frontier:
                frontier.captures.disown(gone)
        for warc, record in archived.find_referring(layout, gone):
            yield Done(what="refers", path=str(warc), id=record, detail="a revisit whose payload was erased")
        for mention in archived.find_mentions(layout, wanted):
            detail = f"the {mention.kind} of {mention.url} says that it was found there"
            yield Done(what="names", path=str(mention.warc), id=mention.id, detail=detail)


class _Locks(ExitStack):
    """The locks of the sites whose files are rewritten; each is taken once and held to the end.

    Attributes:
        sites: the keys of the locked sites.
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.sites: set[str] = set()
        self._layout = layout

    def take(self, path: Path) -> None:
        """Lock the site of a file.

        Raises:
            LockedError: the site is being crawled.
        """
        site = self._layout.site_of(path)
        if site not in self.sites:
            self.callback(Lock(self._layout.lock(site)).release)
            self.sites.add(site)


def _drop(layout: Layout, wanted: Addresses, locks: _Locks) -> Iterator[Done]:
    """Remove files beside WARC files that were set aside and name these pages."""
    for path in list(layout.leavings()):
        named = archived.names(path, wanted)
        if named:
            locks.take(path)
            dropped = archived.drop(layout, path)
            yield Done(what="erased", path=str(path), id="", detail=f"set aside; sha256 {dropped.sha256}")
        elif named is None:
            detail = "set aside, and no URL can be read in it: remove it if it may contain the page"
            yield Done(what="unread", path=str(path), id="", detail=detail)


def check_sites(layout: Layout, urls: Sequence[str], sites: Mapping[str, Site]) -> None:
    """Refuse if a site file that shaped texts of the same WARC files is missing, or no longer names their hosts: these
    texts may be made again.

    Raises:
        UsageError: it is missing, or does not name them.
    """
    hosts, wanted = by_host(sites.values()), archived.addresses(urls, spellings=True)
    shards = {layout.shard_of(one.warc) for one in archived.find_held(layout, wanted)}
    abouts = ((path, about) for path in shards if (about := shard.about(path)) is not None)
    lost = [each for path, about in abouts for each in reclean.lost_files(path, about, hosts).items()]
    if lost:
        raise UsageError(
            f"nothing was changed: the texts of these pages were made with the files of the sites"
            f" {', '.join(sorted({key for key, _ in lost}))}, which are not here, or no longer name"
            f" {', '.join(sorted({host for _, named in lost for host in named}))}. Name the folder of these files with"
            " --sites, or add the hosts to them again."
        )


def look(layout: Layout, urls: Sequence[str], *, erase: bool, spellings: bool = False) -> Iterator[Done]:
    """What `forget` would take down and, with `erase`, rewrite; this changes nothing.

    Raises:
        CundangError: the archive cannot be read, or a URL is invalid.
    """
    wanted = archived.addresses(urls, spellings=spellings)
    for done in _held(layout, urls, wanted, spellings=spellings):
        yield replace(done, detail=done.detail.removesuffix(_KEPT_OUT))
    if erase:
        for warc in archived.find_naming(layout, wanted):
            yield Done(what="rewrite", path=str(warc), id="", detail="would be rewritten without these records")


def undo(layout: Layout, urls: Sequence[str], reason: str) -> Iterator[Done]:
    """Lift the exclusions of these URLs or patterns, also for crawls; erased records stay gone.

    Raises:
        LockedError: a site is being crawled.
        CundangError: one was not taken down in exactly this form, or the archive cannot be read or written.
    """
    with ExitStack() as locks:
        states = list(layout.states())
        for state in states:
            locks.callback(Lock(layout.lock(state.stem)).release)
        before = exclusions.read(layout)
        archived.undo(layout, urls, reason)
        gone = exclusions.read(layout)
        for state in states:
            with closing(Frontier(state)) as frontier:
                frontier.allow(lambda url: gone.covering(url) is None)
    lifted = [said for key, said in before.pages.items() if key not in gone.pages]
    exact = [said.url for said in lifted if said.exact]
    wanted = Addresses([said.url for said in lifted if not said.exact], exact)
    for done in _held(layout, urls, wanted, spellings=True):
        what, detail = done.what, done.detail
        if what == "other":
            continue
        if what == "unknown":
            what, detail = "allowed", detail.replace(_KEPT_OUT, "; a crawl may fetch it again")
        yield replace(done, what="back" if what == "held" else what, detail=detail)


def _held(layout: Layout, urls: Sequence[str], wanted: Addresses, *, spellings: bool) -> Iterator[Done]:
    """The captures of these URLs, as `wanted` has them, then those of other spellings of theirs that are visible."""
    here, others, down = set(), list[Done](), exclusions.read(layout)
    for one in list(archived.find_held(layout, archived.addresses(urls, spellings=True))):
        detail = f"offset {one.offset}, {one.length} bytes, {one.mime}, {one.url}"
        done = Done(what="held", path=str(one.warc), id=one.id, detail=detail)
        if wanted.cover(one.url):
            here.add(one.url)
            yield done
        elif down.covering(one.url) is None:
            others.append(replace(done, what="other", detail=f"{detail}{_STAYS}"))
    yield from others
    # Report URLs without captures, so that a mistyped one does not look like a page that was taken down.
    for url in urls:
        if not any(map(archived.addresses([url], spellings=spellings).cover, here)):
            yield Done(what="unknown", path="", id="", detail=f"{url}: no closed WARC file holds it{_KEPT_OUT}")
