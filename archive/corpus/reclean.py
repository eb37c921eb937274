"""WARC files -> shards: find those that are missing or stale, and make them in worker processes.

Crawls, imports and re-cleaning all end here: there is no other path to the corpus.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, fields, replace
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Protocol, Self, TypeVar

from archive.corpus import damage, diff, shard
from archive.corpus.damage import Survey
from archive.errors import DataError, InterruptedCrawl
from archive.layout import IMPORTED, Layout
from archive.site import Site, by_host, host_of
from archive.text import objects
from archive.text.clean import clean as clean_capture
from archive.text.document import Document, Reason, Skip
from archive.text.recipe import difference, recipe, sites_of
from archive.warc import exclusions, index, reader
from archive.warc.away import size_of
from archive.warc.capture import Capture
from archive.warc.disk import sweep
from archive.warc.exclusions import Exclusions
from archive.warc.surt import plain, surt

# The last resort against a page that hangs the cleaner, in seconds of processor time, and of wall time. The cleaner's
# own limits (bytes, nodes, depth) end every known kind of page long before.
PAGE_SECONDS = 60
CLOCK_SECONDS = 10 * PAGE_SECONDS
# The most pages and bytes in one message to a worker: enough to make messages cheap, few enough to keep memory flat.
BATCH_PAGES, BATCH_BYTES = 32, 4 * 2**20
# The bytes of WARC files that are worth a worker, unless a number of workers is asked for: a worker needs 0.4 s of CPU
# before its first page, as much as the pages of 0.5 MB (measured).
WORKER_BYTES = 2**19

_REPORT = "please report it with the page"

Job = tuple[Capture, Site | None]
# In a worker: the event that is set when nobody waits for its work any more. Empty in other processes; a list, so that
# the worker can set it without `global`.
_STOP: list[Event] = []
_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A shard that is not current, and why."""

    warc: Path
    shard: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A shard that was made.

    Attributes:
        seconds: wall time.
        faults: (record id, message) of pages on which the cleaner failed, which have a Skip(unreadable or killed), or a
            page object, which are kept as they are read without it.
        difference: from the shard before it, if a report was asked for.
    """

    warc: Path
    shard: Path
    documents: int
    skips: int
    seconds: float
    faults: tuple[tuple[str, str], ...]
    difference: diff.Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A shard to make.

    Attributes:
        before: where a copy of the replaced shard is kept until it is compared.
        path: where the new shard goes.
        gone: the SURTs of URLs that were taken down.
        hosts: the sites by host.
        shared: share its pages among all workers, instead of giving the file to one.
        warc_sha256: of the WARC file, base16.
    """

    asked: Stale
    before: Path
    path: Path
    gone: frozenset[str]
    hosts: Mapping[str, Site]
    shared: bool
    warc_sha256: str

    def takes_down(self, url: str) -> bool:
        """Whether the page of an address was taken down."""
        return bool(self.gone) and not _names(url).isdisjoint(self.gone)


def _names(url: str) -> frozenset[str]:
    return frozenset((surt(url), plain(url)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A WARC file, and how its shard differs from what would be written now.

    Attributes:
        folder: the folder of the WARC file, named after its site.
        is_sound: the WARC file is not damaged.
        why: why the shard is not current; empty: it is, or it stays although it is not.
        hosts: the hosts of its pages; None: there is no shard that can be read.
        lost: the sites whose files shaped it, and are not here, or no longer name its hosts.
        moved: of these, a site whose file is here, and the hosts that it no longer names; None: there is none.
        lacking: what else made it and is not here, and how to have it again: page objects, corrections; empty: nothing.
        is_same_pages: it is of the same WARC file, and of the same pages that were taken down.
    """

    warc: Path
    folder: str
    shard: Path
    is_sound: bool
    why: str = ""
    hosts: tuple[str, ...] | None = None
    lost: frozenset[str] = frozenset()
    moved: tuple[str, tuple[str, ...]] | None = None
    lacking: tuple[str, ...] = ()
    is_same_pages: bool = True

    def is_of(self, hosts: Collection[str] | None) -> bool:
        """Whether it may have pages of one of these hosts; None: of any."""
        return hosts is None or self.hosts is None or not set(self.hosts).isdisjoint(hosts)


def look(
    layout: Layout, sites: Mapping[str, Site], found: Survey | None = None, *, every: bool = False
) -> list[Looked]:
    """Read the header of every shard once, and compare it with what would be written now.

    `found`: a survey of the WARC files, else one is made. `every`: current shards are to be made again, too.
    """
    found = found or damage.survey(layout, note=False)
    hosts, excluded = by_host(sites.values()), exclusions.read(layout)
    return [
        _look(layout, hosts, excluded, warc, digest, is_sound=warc not in found.damages, every=every)
        for warc, digest in found.digests.items()
    ]


def _look(
    layout: Layout,
    hosts: Mapping[str, Site],
    excluded: Exclusions,
    warc: Path,
    digest: str,
    *,
    is_sound: bool,
    every: bool,
) -> Looked:
    path = layout.shard_of(warc)
    about = shard.about(path)
    one = Looked(warc=warc, folder=layout.site_of(warc), shard=path, is_sound=is_sound)
    if about is None:
        return replace(one, why=UNREADABLE if path.exists() else "no shard yet")
    now = _header(warc, digest, about.hosts, hosts, ())
    made_again = every or about.provisional or replace(about.header, exclusions=now.exclusions) != now
    lost = lost_files(path, about, hosts) if made_again else {}
    lacking = _lacking(about.header.recipe, now.recipe)
    one = replace(one, hosts=about.hosts, lacking=lacking, lost=frozenset(lost))
    if moved := sorted(lost.keys() & {site.key for site in hosts.values()}):
        one = replace(one, moved=(moved[0], lost[moved[0]]))
    if not is_sound and not one.lost:
        return one
    now = replace(now, exclusions=exclusions.digest(taken_down(layout, warc, excluded)))
    is_same_pages = replace(about.header, recipe=now.recipe, schema=now.schema) == now
    why = "a page was given up by the clock" if about.provisional else _difference(about.header, now)
    return replace(one, is_same_pages=is_same_pages, why="" if one.lost and is_same_pages else why)


def _lacking(had: str, now: str) -> tuple[str, ...]:
    """What made a shard beside its site files and is not here, by the recipe that it had and the one of now."""
    if names := objects.missing(had):
        return f"page objects of {names}, which are not installed", f"Install {names} from where you have it."
    if '"corrected":' in had and '"corrected":' not in now:
        return "corrections by hand, which are not here", "Put corrections/KEY.toml beside the site files again."
    return ()


def stale(
    looked: Collection[Looked],
    *,
    every: bool = False,
    spare: bool = False,
    only_hosts: Collection[str] | None = None,
) -> Iterator[Stale]:
    """The shards to make, in the order of their WARC files.

    Shards of damaged files are left out: they stay unchanged, and so do those of sites whose pages were read by page
    objects that are not installed or corrected by hand, if the corrections are not here, and those whose site files are
    not here, or no longer name their hosts.

    Args:
        looked: what `look` found.
        every: all shards of sound files, but those of hosts that their site file no longer names.
        spare: with `every`, also leave those as they are that lack something.
        only_hosts: only shards with pages of these hosts.
    """
    lacking = {each.folder for each in looked if each.lacking}
    for each in looked:
        held = each.folder in lacking and (spare or not every)
        forced = every and not each.moved and not (spare and each.lost)
        why = "" if held else ("asked for" if forced else each.why)
        if each.is_sound and why and each.is_of(only_hosts):
            yield Stale(warc=each.warc, shard=each.shard, reason=why)


def why_kept(looked: Collection[Looked]) -> Iterator[str]:
    """The sentences on texts that stay as they are, because what shaped them is not here."""
    for folder, (what, cure) in {each.folder: each.lacking for each in looked if each.lacking}.items():
        yield (
            f"{folder}: its texts were made with {what}: they stay as they are, and new pages are not cleaned. {cure}"
            f" To give them up: cundang clean --all --site {folder}"
        )
    yield from dict.fromkeys(_why_moved(each.folder, *each.moved, each.is_same_pages) for each in looked if each.moved)
    lost: dict[tuple[bool, str], set[str]] = {}
    for each in looked:
        if each.lost and not each.moved:
            lost.setdefault((not each.is_same_pages, each.folder), set()).update(each.lost)
    for (changed, folder), keys in sorted(lost.items(), key=lambda item: item[0][0]):
        names = ", ".join(sorted(keys))
        if changed:
            yield (
                f"{folder}: pages of it were taken down or allowed again, so its texts are made without the files of"
                f" the sites {names}, which are not here. Run cundang clean again, with their folder: --sites"
            )
        else:
            yield (
                f"{folder}: its texts were made with the files of the sites {names}, which are not here: they stay as"
                " they are. Name the folder of these files with --sites. To give up their rules: cundang clean --all"
                f" --site {folder}"
            )


def _why_moved(folder: str, key: str, hosts: Iterable[str], is_same_pages: bool) -> str:
    """The sentence on texts of hosts that their site file no longer names."""
    names = ", ".join(hosts)
    kept = "they stay as they are" if is_same_pages else "some are made without it, since pages were taken down"
    return (
        f"{folder}: its texts were made with the file of the site {key}, which no longer names {names}: {kept}. A site"
        f" keeps the hosts of its archived pages: add {names} to `hosts` of {key}.toml again, beside the new ones, then"
        " run: cundang clean"
    )


def lost_files(path: Path, about: shard.About, hosts: Mapping[str, Site]) -> dict[str, tuple[str, ...]]:
    """The sites whose files shaped a shard, each with its hosts that no file here names.

    A file with another name may be in the place of one, and one may be in that of several.
    """
    had = sites_of(about.header.recipe)
    if not had or hosts.keys() >= set(about.hosts):
        return {}
    lost: dict[str, set[str]] = {}
    try:
        for url, key in shard.rows(path, ("url", "site")):
            if key in had and (host := host_of(url)) not in hosts:
                lost.setdefault(key, set()).add(host)
    except DataError:  # damaged: nothing of it can be kept
        return {}
    return {key: tuple(sorted(lost[key])) for key in sorted(lost)}


def without_file(layout: Layout, made: Made, sites: Mapping[str, Site]) -> set[str]:
    """The folder of a shard of crawled pages, if no site file is of any of their hosts; a shard may have no pages."""
    folder, about = layout.site_of(made.warc), shard.about(made.shard)
    hosts = about.hosts if about is not None and folder != IMPORTED else ()
    return {folder} if hosts and by_host(sites.values()).keys().isdisjoint(hosts) else set()


UNREADABLE = "the shard cannot be read"
TAKEN_DOWN = "a page of it was taken down"


def clean(  # noqa: PLR0913 - each is an option of the command
    layout: Layout,
    sites: Mapping[str, Site],
    *,
    site: str | None = None,
    every: bool = False,
    spare: bool = False,
    jobs: int | None = None,
    cores: int | None = None,
    report: diff.Report | None = None,
    dry: bool = False,
    only_hosts: Collection[str] | None = None,
    accept: bool = False,
    makers: Callable[[], Makers] | None = None,
    tell: Callable[[Path, int], None] = lambda _warc, _pages: None,
    warn: Callable[[str], None] = lambda _words: None,
) -> Iterator[Made]:
    """Make the shards that are missing or stale, or all of them (`every`), and yield each when it is in its place.

    Every WARC file is read first: shard and index of a damaged, short or gone file stay unchanged. Missing indexes are
    made.

    Args:
        layout: the data folder.
        sites: the site files, by key.
        site: a folder of WARC files; None: all.
        every: make current shards too.
        spare: with `every`, leave those as they are whose site files, page objects or corrections are not here.
        jobs: the number of worker processes; None: at most one per core, and no more than the files are worth.
        cores: the number of cores; None: all of this machine.
        report: sums up what changed.
        dry: make the shards in a temporary folder and throw them away; the archive stays unchanged.
        only_hosts: make only shards with pages of these hosts.
        accept: accept damaged files as they are, and drop what was made from those that are gone.
        makers: makes the shards; None: `jobs` processes of this machine.
        warn: called with a sentence for each damage.
        tell: called now and then with the WARC file and the number of pages done.
    """
    found = _survey(layout, site, accept=accept, dry=dry, warn=warn)
    looked = look(layout, sites, found, every=every)
    for words in why_kept([each for each in looked if each.moved] if every and not spare else looked):
        warn(words)
    todo = list(stale(looked, every=every, spare=spare, only_hosts=only_hosts))
    for asked in todo:
        if asked.reason == UNREADABLE:
            warn(f"{asked.shard}: {UNREADABLE}. It is made again; check the disk.")
    if not todo:
        return
    jobs, large = _share_out(todo, jobs, cores or os.cpu_count() or 1, local=makers is None)
    with makers() if makers else Workers(jobs) as workers, tempfile.TemporaryDirectory() as elsewhere:
        works = _works(layout, by_host(sites.values()), todo, found, Path(elsewhere), large=large, dry=dry, keep=report)
        for done, made in workers.make(works, tell):
            yield replace(made, difference=_compare(layout, report, done, made)) if report else made
            if dry:
                made.shard.unlink()
    # What workers left that died, here or elsewhere.
    _sweep_all(layout)


def _share_out(todo: Iterable[Stale], jobs: int | None, cores: int, *, local: bool) -> tuple[int, int | None]:
    """The number of workers, and the size from which a file is shared among all of them, page by page; None: none is.

    A file that is larger than its share would keep one worker busy while the others wait.
    """
    total = sum(size_of(asked.warc) or 0 for asked in todo)
    if jobs is not None:
        return jobs, total // jobs if local else None
    jobs = min(cores, 1 + total // WORKER_BYTES)
    # If there is little to clean, this process writes all shards itself, so that the worker need not load pyarrow.
    return jobs, (total // jobs if total >= WORKER_BYTES else 0) if local else None


def _sweep_all(layout: Layout) -> None:
    for folder in layout.made_roots:
        sweep(folder)


def _survey(layout: Layout, site: str | None, *, accept: bool, dry: bool, warn: Callable[[str], None]) -> Survey:
    """Survey the WARC files and warn of each damage; remove half-made shards and make missing indexes."""
    found = damage.survey(layout, site, note=not dry)
    if accept and not dry:
        damage.accept(layout, found.damages.values())
        unread = {warc: each for warc, each in found.damages.items() if each.what == "unreadable"}
        found = Survey(digests=found.digests, damages=unread)
    if found.damages and not found.digests:
        warn(f"{layout.warcs_root}: holds no WARC file of those that were here. If it is a disk, mount it.")
    for each in found.damages.values():
        warn(str(each))
    if not dry:
        _sweep_all(layout)
        _make_indexes(layout, found)
    return found


def _works(
    layout: Layout,
    hosts: Mapping[str, Site],
    todo: Iterable[Stale],
    found: Survey,
    elsewhere: Path,
    *,
    large: int | None,
    dry: bool,
    keep: diff.Report | None,
) -> Iterator[Work]:
    """The shards to make. With a report, first copy each existing shard, to compare it later."""
    excluded = exclusions.read(layout)
    for number, asked in enumerate(todo):
        before = elsewhere / f"{number}.before"
        if keep and shard.about(asked.shard) is not None:
            shutil.copyfile(asked.shard, before)
        yield Work(
            asked=asked,
            before=before,
            path=elsewhere / f"{number}.parquet" if dry else asked.shard,
            gone=frozenset(taken_down(layout, asked.warc, excluded)),
            hosts=hosts,
            shared=large is not None and (size_of(asked.warc) or 0) > large,
            warc_sha256=found.digests[asked.warc],
        )


def _compare(layout: Layout, report: diff.Report, done: Work, made: Made) -> diff.Difference | None:
    name = str(done.asked.shard.relative_to(layout.root))
    before = done.before if done.before.exists() else None
    difference = report.compare(before, made.shard, name=name, reason=done.asked.reason)
    done.before.unlink(missing_ok=True)
    return difference


def _make_indexes(layout: Layout, found: Survey) -> None:
    """Make missing indexes, since the catalogue is built from them and would drop the rows of a missing one."""
    for warc in found.digests:
        if warc not in found.damages and not layout.index_of(warc).exists():
            index.write(layout, warc)


class _Pages:
    """The pages of a WARC file on their way to a shard. Pages that were taken down are not cleaned, but keep their row.

    Attributes:
        met: the hosts of the pages read so far.
    """

    def __init__(self, work: Work) -> None:
        self.met: set[str] = set()
        self._work = work
        self._forgotten: dict[int, Skip] = {}

    def jobs(self) -> Iterator[Job]:
        """The pages to clean, in the order of the file."""
        hosts = self._work.hosts
        for number, capture in enumerate(reader.read(self._work.asked.warc)):
            host = host_of(capture.url)
            self.met.add(host)
            if self._work.takes_down(capture.url):
                self._forgotten[number] = _given_up(capture, hosts.get(host), Reason.FORGOTTEN, "")
            else:
                yield capture, hosts.get(host)

    def merge(self, cleaned: Iterable[tuple[Document | Skip, str]]) -> Iterator[tuple[Document | Skip, str]]:
        """Put the pages that were taken down back among the cleaned ones.

        `jobs` runs ahead of `cleaned`: whoever cleans a page has read it, so the pages before it are known here.
        """
        number = 0
        for item in cleaned:
            while number in self._forgotten:
                yield self._forgotten.pop(number), ""
                number += 1
            yield item
            number += 1
        yield from ((self._forgotten[number], "") for number in sorted(self._forgotten))


def make_by(
    work: Work,
    clean: Callable[[Iterable[Job]], Iterator[tuple[Document | Skip, str]]],
    tell: Callable[[Path, int], None],
) -> Made:
    """Make a shard with a function that cleans pages and yields them in order."""
    start = time.monotonic()
    if (about := _without_taken_down(work)) is not None:
        return _made(work, about, start)
    pages = _Pages(work)
    faults: list[tuple[str, str]] = []
    provisional = False
    with shard.Writer(work.path) as writer:
        for done, (item, fault) in enumerate(pages.merge(clean(pages.jobs())), 1):
            writer.add(item)
            if fault:
                killed = fault == Reason.KILLED
                provisional |= killed
                faults.append((item.id, f"the cleaner was ended; {_REPORT}" if killed else fault))
            if done % BATCH_PAGES == 0:
                tell(work.asked.warc, done)
        header = _header(work.asked.warc, work.warc_sha256, sorted(pages.met), work.hosts, work.gone)
        about = writer.close(header=header, hosts=sorted(pages.met), provisional=provisional)
    return _made(work, about, start, faults)


def _made(work: Work, about: shard.About, start: float, faults: Iterable[tuple[str, str]] = ()) -> Made:
    return Made(
        warc=work.asked.warc,
        shard=work.path,
        documents=about.documents,
        skips=about.skips,
        seconds=time.monotonic() - start,
        faults=tuple(faults),
        difference=None,
    )


def _without_taken_down(work: Work) -> shard.About | None:
    """Make a shard from the one before it, if pages of it were taken down and nothing else changed: the other rows are
    the same. None: it is to be made from its WARC file.
    """
    had = shard.about(work.asked.shard)
    if had is None or had.provisional or work.asked.reason != TAKEN_DOWN:
        return None
    header = _header(work.asked.warc, work.warc_sha256, had.hosts, work.hosts, work.gone)
    if replace(had.header, exclusions=header.exclusions) != header:
        return None
    try:
        with shard.Writer(work.path) as writer:
            for item in shard.read(work.asked.shard):
                forgotten = isinstance(item, Skip) and item.reason is Reason.FORGOTTEN
                if work.takes_down(item.url):
                    row = {each.name: getattr(item, each.name) for each in fields(Skip) if hasattr(item, each.name)}
                    writer.add(Skip(**row | {"reason": Reason.FORGOTTEN, "detail": ""}))
                elif forgotten:  # it is allowed again
                    return None
                else:
                    writer.add(item)
            return writer.close(header=header, hosts=had.hosts)
    except DataError:
        return None


def taken_down(layout: Layout, warc: Path, excluded: Exclusions | None = None) -> tuple[str, ...]:
    """The SURTs and exact addresses of a WARC file that were taken down.

    They are from its index, which is made if it is missing. `excluded`: what was taken down; None: read it.
    """
    excluded = excluded or exclusions.read(layout)
    if not excluded.pages:
        return ()
    path = layout.index_of(warc)
    if not path.exists():
        index.write(layout, warc)
    return excluded.touching(path)


def _header(
    warc: Path, digest: str, met: Collection[str], hosts: Mapping[str, Site], forgotten: Collection[str]
) -> shard.Header:
    named = {hosts[host].key: hosts[host] for host in met if host in hosts}
    return shard.Header(
        warc=warc.name,
        warc_sha256=digest,
        recipe=recipe((named[key] for key in sorted(named)), met).to_json(),
        exclusions=exclusions.digest(forgotten),
    )


def _difference(had: shard.Header, now: shard.Header) -> str:
    """Why a shard is stale, in words; empty if it is current."""
    if had.warc_sha256 != now.warc_sha256 or had.warc != now.warc:
        return "the WARC file is another"
    if had.schema != now.schema:
        return f"its columns are of version {had.schema}, now {now.schema}"
    if had.exclusions != now.exclusions:
        return TAKEN_DOWN
    return difference(had.recipe, now.recipe)


def clean_one(capture: Capture, site: Site | None) -> tuple[Document | Skip, str]:
    """Clean one capture; also return the message of a fault of the cleaner, for which it gives a Skip; else empty."""
    try:
        return clean_capture(capture, site), ""
    except objects.PageObjectError as error:
        # The page is kept as it is read without.
        return error.found, str(error)
    except Exception as error:  # noqa: BLE001 - one page must not cost the shard its other pages
        fault = f"{type(error).__name__}: {error}"
        skip = _given_up(capture, site, Reason.UNREADABLE, f"the cleaner failed: {fault}")
        return skip, f"the cleaner failed ({fault}); {_REPORT}"


def _given_up(capture: Capture, site: Site | None, reason: Reason, detail: str) -> Skip:
    return Skip(
        id=capture.id,
        url=capture.url,
        site=site.key if site else host_of(capture.url) or IMPORTED,
        captured=capture.date,
        status=capture.status,
        origin=capture.origin,
        reason=reason,
        detail=detail,
    )


def _clean_each(jobs: Iterable[Job]) -> Iterator[tuple[Document | Skip, str]]:
    for capture, site in jobs:
        if any(stop.is_set() for stop in _STOP):
            raise InterruptedCrawl("The process that wanted this has ended.")
        # The default action of both signals ends the process, even inside C code that never returns to Python.
        signal.setitimer(signal.ITIMER_PROF, PAGE_SECONDS)
        signal.alarm(CLOCK_SECONDS)
        cleaned = clean_one(capture, site)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        yield cleaned


def _clean_batch(batch: list[Job]) -> list[tuple[Document | Skip, str]]:
    return list(_clean_each(batch))


def make(work: Work) -> Made:
    """Make a shard in this process."""
    shard.load_arrow()
    return make_by(work, _clean_each, lambda _warc, _pages: None)


def _begin_worker(stop: Event) -> None:
    _STOP.append(stop)
    # A terminal sends Ctrl-C to all processes of a command; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """End this worker when its parent ends: if that is killed, the worker would wait for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


class Makers(Protocol):
    """A context manager that makes shards, here or on other machines."""

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(self, *_: object) -> None:
        """End; drop unfinished work."""

    def make(self, works: Iterable[Work], tell: Callable[[Path, int], None]) -> Iterator[tuple[Work, Made]]:
        """Make shards, and yield them in order."""


class Workers:
    """Worker processes that clean. If one dies or hangs, only the page it was cleaning is lost."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        # Workers are forked from a server process that has loaded the cleaner once: forking a process with threads may
        # hang, and loading the cleaner takes each fresh process 0.4 s.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["archive.text.clean", "archive.corpus.reclean"])
        self._stop = self._context.Event()
        self._pool = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes; drop unfinished work."""
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def make(self, works: Iterable[Work], tell: Callable[[Path, int], None]) -> Iterator[tuple[Work, Made]]:
        """Make shards, each in one worker or, if it is `shared`, page by page in all; yield them in order."""
        waiting = iter(works)
        under_way: deque[tuple[Work, Future[Made] | None]] = deque()
        while True:
            for work in islice(waiting, 2 * self._jobs - len(under_way)):
                under_way.append((work, None if work.shared else self._submit(make, work)))
            if not under_way:
                return
            work, future = under_way.popleft()
            if made := self._collect(work, future, under_way):
                tell(work.asked.warc, made.documents + made.skips)
            yield work, made or make_by(work, self.clean, tell)

    def _collect(
        self, work: Work, future: Future[Made] | None, under_way: deque[tuple[Work, Future[Made] | None]]
    ) -> Made | None:
        """Wait for the shard that one worker makes; None if it must be made page by page."""
        try:
            return future.result() if future else None
        except (BrokenProcessPool, CancelledError):
            # A page of this or another unfinished file killed a worker. Clean them page by page to find it.
            self._restart()
            for number, (other, sent) in enumerate(under_way):
                under_way[number] = (other, sent if _is_well(sent) else None)
            for each in (work, *(other for other, _ in under_way)):
                sweep(each.path.parent)
            return None

    def clean(self, jobs: Iterable[Job]) -> Iterator[tuple[Document | Skip, str]]:
        """Clean captures and yield the results in order, each with the message of a cleaner's fault, else empty."""
        under_way: deque[tuple[list[Job], Future[list[tuple[Document | Skip, str]]]]] = deque()
        batches = _batches(jobs)
        while True:
            for batch in islice(batches, 2 * self._jobs - len(under_way)):
                under_way.append((batch, self._send(batch)))
            if not under_way:
                return
            batch, future = under_way.popleft()
            try:
                done = future.result()
            except (BrokenProcessPool, CancelledError):
                # It is unknown which page killed the worker: clean this batch one by one, and send the others again.
                self._restart()
                done = [self._alone(job) for job in batch]
                under_way = deque((other, self._send(other)) for other, _ in under_way)
            yield from done

    def _send(self, batch: list[Job]) -> Future[list[tuple[Document | Skip, str]]]:
        return self._submit(_clean_batch, batch)

    def _submit(self, do: Callable[[_Given], _Result], what: _Given) -> Future[_Result]:
        try:
            return self._pool.submit(do, what)
        except BrokenProcessPool:
            self._restart()
            return self._pool.submit(do, what)

    def _alone(self, job: Job) -> tuple[Document | Skip, str]:
        try:
            return self._send([job]).result()[0]
        except (BrokenProcessPool, CancelledError):
            self._restart()
            detail = f"the cleaner's process ended, worked at it for {PAGE_SECONDS} s, or took {CLOCK_SECONDS} s"
            return _given_up(*job, Reason.KILLED, detail), Reason.KILLED

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._jobs, mp_context=self._context, initializer=_begin_worker, initargs=(self._stop,)
        )

    def _restart(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._start()


def _is_well(future: Future[Made] | None) -> bool:
    return future is not None and future.done() and not future.cancelled() and future.exception() is None


def _batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    batch: list[Job] = []
    size = 0
    for job in jobs:
        batch.append(job)
        size += len(job[0].body)
        if len(batch) == BATCH_PAGES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
