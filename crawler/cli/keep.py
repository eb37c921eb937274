"""Commands that change the archive, and `read`, which cleans pages without it."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.errors import DataError, LockedError, UsageError
from archive.layout import OPEN, Layout, standing
from crawler.cli.app import (
    app,
    cluster_app,
    cluster_options,
    jobs_option,
    json_option,
    keys,
    part_option,
    paths_argument,
    site_option,
    store_app,
)
from crawler.cli.folders import Folders, known_data, print_item, say_uncleaned
from crawler.messages import put, say, say_all, telling

if TYPE_CHECKING:
    from archive.corpus import diff, ingest
    from archive.corpus.reclean import Made, Makers
    from archive.site import Site
    from archive.warc.record import Problem
    from archive.warc.verify import Repaired
    from crawler.forget import Done
    from crawler.join import Copied


@app.command("import")
@paths_argument
@jobs_option
@json_option
@click.pass_obj
def import_(folders: Folders, paths: tuple[Path, ...], jobs: int | None, json_: bool) -> int:
    """Import WARC, ARC and WACZ files, saved pages (HTML, MHT) and text files, then clean and catalogue them.

    Exit 1 if something in a file is lost or wrong: file, offset and reason are named, and the rest is kept. Exit 2 if
    no file is of a kind that can be imported.

    Example: cundang import seeds/corpus
    """
    from archive.corpus import ingest

    root = folders.layout.root.resolve()
    for path in paths:
        if path.resolve() == root or folders.layout.inside(path):
            raise UsageError(f"{path}: lies in the data folder, so it is in the archive already. Name other files.")
    if not root.is_dir():
        say(f"{root}: a new archive")
    wrong, idle = False, True
    with telling("import") as tell:
        for done, report in enumerate(ingest.import_paths(folders.layout, paths), 1):
            tell(report.path, done)
            wrong |= bool(report.problems)
            idle &= report.skipped
            print_item(report, _report_line(report), json_)
    if idle:
        named = ", ".join(map(str, paths))
        raise UsageError(f"{named}: no file that can be imported: name WARC, ARC or WACZ files, saved pages or texts.")
    code = _clean(folders, None, every=False, jobs=jobs)
    return code | int(wrong)


@app.command()
@paths_argument
@jobs_option
@click.pass_obj
def read(folders: Folders, paths: tuple[Path, ...], jobs: int | None) -> int:
    """Clean saved pages without archiving them: one JSON object per page, its path first.

    From a meta.json beside a page, only url, captured and content_type are used.

    Example: cundang read page.html
    """
    from archive.corpus import ingest, reclean
    from archive.export import jsonl
    from archive.site import by_host, host_of

    hosts = by_host(folders.sites().values())
    pages = list(ingest.pages(paths))
    if not pages:
        raise UsageError(f"{', '.join(map(str, paths))}: no saved page or text. WARC files are read by: cundang import")
    faults = 0
    captures = (ingest.read_saved(page.path, page.root) for page in pages)
    jobs_ = ((capture, hosts.get(host_of(capture.url))) for capture in captures)
    with reclean.Workers(jobs or os.cpu_count() or 1) as workers:
        for page, (item, fault) in zip(pages, workers.clean(jobs_), strict=True):
            put(jsonl.line(item, path=str(page.path)))
            faults += bool(fault)
    return int(faults > 0)


@app.command()
@site_option
@click.option("--stale", is_flag=True, help="Only shards that are missing or stale; this is the default.")
@click.option("--all", "every", is_flag=True, help="All shards, even current ones.")
@jobs_option
@part_option
@click.option("--dry-run", is_flag=True, help="Only say which shards would be made, and why.")
@click.option("--diff", "diff_", is_flag=True, help="Report what changes, text by text; with --dry-run, what would.")
@click.option("--rules", help="Try this site file instead of the one of the same name; with --dry-run.")
@click.option("--accept-damage", is_flag=True, help="The last resort: accept damaged WARC files as they are now.")
@json_option
@click.pass_obj
def clean(  # noqa: PLR0913, PLR0917 - click makes an argument of each option
    folders: Folders,
    site: str | None,
    stale: bool,
    every: bool,
    jobs: int | None,
    part: str | None,
    dry_run: bool,
    diff_: bool,
    rules: str | None,
    accept_damage: bool,
    json_: bool,
) -> int:
    """Make documents from archived pages, where they are missing or their rules have changed; update the catalogue.

    The documents of a WARC file are one Parquet file, its shard, which is made as a whole. Every WARC file is read and
    compared with fixity.jsonl. The texts of a file that is damaged or missing are kept, and the exit code is 1.

    Example: cundang clean --dry-run --diff
    """
    from archive.corpus import damage, reclean

    folders = folders.of_part(part)
    if stale and every:
        raise UsageError("--stale and --all exclude each other. Give one.")
    if rules and not dry_run:
        raise UsageError(
            "--rules tries a site file and changes nothing: give --dry-run with it, and --diff for the texts."
        )
    known_data(folders.layout)
    if dry_run and not diff_:
        folder, hosts = _folder_or_hosts(folders, site)
        found, sites = damage.survey(folders.layout, folder, note=False), folders.sites(site, rules)
        looked = reclean.look(folders.layout, sites, found)
        for shard in reclean.stale(looked, only_hosts=hosts):
            print_item(shard, f"{shard.warc}: {shard.reason}", json_)
        return say_all([*map(str, found.damages.values()), *reclean.why_kept(looked)])
    return _clean(
        folders,
        site,
        every=every,
        jobs=jobs,
        json_=json_,
        diff_=diff_,
        dry=dry_run,
        rules=rules,
        accept=accept_damage,
    )


@cluster_app.command("clean")
@cluster_options
@site_option
@click.option("--all", "every", is_flag=True, help="All shards, also current ones.")
@click.pass_obj
def cluster_clean(folders: Folders, scheduler: str | None, workers: int, site: str | None, every: bool) -> int:
    """Make the shards that are missing or stale on the workers of a Dask scheduler, then the catalogue here.

    The data folder must have the same path on all machines. A worker whose libraries would give other shards refuses.

    Example: cundang cluster clean --workers 2
    """
    from crawler.runs.cluster import Cluster

    known_data(folders.layout)
    return _clean(folders, site, every=every, jobs=None, makers=partial(Cluster, scheduler, workers))


store_argument = click.argument(
    "store", metavar="STORE", help="s3://bucket/prefix (gs, az too), or a folder on another disk."
)


@store_app.command("push")
@store_argument
@click.option("--drop", is_flag=True, help="Remove each WARC file here after it was read back and compared.")
@part_option
@json_option
@click.pass_obj
def store_push(folders: Folders, store: str, drop: bool, part: str | None, json_: bool) -> int:
    """Send closed WARC files and their derived files to a store, and read each back to compare it.

    A name that has other bytes there is refused, and so is a site whose lease expired (exit 4). With --drop a small
    file replaces each WARC file, and every command reads the parts that it needs from the store. State of crawls
    and catalogue stay here.

    Example: cundang store push backup
    """
    from archive.store import open_store
    from archive.warc import away
    from crawler.queue.lease import lapsed

    code, there, layout = 0, open_store(store), folders.of_part(part).layout
    lost = partial(lapsed, known_data(layout), there)
    with telling("push") as tell:
        for moved in away.push(layout, there, drop=drop, tell=tell, lapsed=lost):
            print_item(
                moved,
                f"{moved.path}: {moved.refused or ('uploaded' if moved.copied else 'was uploaded before')}",
                json_,
            )
            code = LockedError.exit_code if moved.refused else code
    return code


@store_app.command("pull")
@store_argument
@part_option
@json_option
@click.pass_obj
def store_pull(folders: Folders, store: str, part: str | None, json_: bool) -> int:
    """Make a data folder from a store: download texts and indexes; WARC files are then read from the store.

    Then the catalogue is made, unless only the texts of a part were downloaded. `cundang store fetch` downloads WARC
    files too.

    Example: cundang --data copy store pull backup
    """
    from archive.store import open_store
    from archive.warc import away

    for moved in away.pull(folders.of_part(part).layout, open_store(store)):
        if moved.copied:
            print_item(moved, f"{moved.path}: from now on read from {store}", json_)
    return 0 if part else _catalogue(folders)


@store_app.command("fetch")
@site_option
@json_option
@click.pass_obj
def store_fetch(folders: Folders, site: str | None, json_: bool) -> int:
    """Copy the WARC files that are only in a store to the data folder, and compare each.

    Example: cundang store fetch
    """
    from archive.warc import away, fixity

    layout = known_data(folders.layout)
    for warc in layout.warcs(folders.key(site)):
        if away.bring_back(warc):
            moved = away.Moved(path=fixity.name_of(layout, warc), copied=True)
            print_item(moved, f"{moved.path}: downloaded", json_)
    return 0


@app.command("merge")
@click.argument(
    "other", metavar="OTHER", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Another data folder."
)
@site_option
@jobs_option
@click.pass_obj
def merge_(folders: Folders, other: Path, site: str | None, jobs: int | None) -> int:
    """Copy another data folder into this one: WARC files, fixity events, exclusions, state, indexes and texts.

    Each file is compared after it was copied. If both folders have different bytes under one name, or one still has
    what the other has erased, nothing is copied. The other folder does not change. A second call copies what is new.

    Example: cundang merge copy
    """
    from crawler import join

    _say_copied(join.merge(Layout.at(other), folders.layout, folders.key(site)))
    return _clean(folders, None, every=False, jobs=jobs)


@app.command("move")
@click.argument("site", metavar="SITE", shell_complete=keys, help="A site's key.")
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="The other data folder."
)
@click.pass_obj
def move_(folders: Folders, site: str, folder: Path) -> int:
    """Move a site to another data folder: copy all its files, compare them, then remove them here.

    If the command is killed, run it again to finish. The history of the site's runs stays here.

    Example: cundang --data copy move sctyzx --to moved
    """
    from crawler import join

    known_data(folders.layout)
    _say_copied(join.move(folders.layout, Layout.at(folder), folders.key(site) or site))
    say(f"{site}: moved to {folder}. To update its documents: cundang --data {folder} clean")
    return _catalogue(folders)


def _say_copied(files: Iterable[Copied]) -> None:
    copied = there = 0
    with telling("copy") as tell:
        for each in files:
            copied, there = copied + each.copied, there + (not each.copied)
            tell(each.path, copied + there)
    say(f"{copied} files copied, {there} were there already.")


@app.command()
@click.option("--index", "index_", is_flag=True, help="The CDXJ files.")
@click.option("--corpus", is_flag=True, help="The shards.")
@click.option("--catalogue", is_flag=True, help="The catalogue.")
@jobs_option
@part_option
@click.pass_obj
def rebuild(folders: Folders, index_: bool, corpus: bool, catalogue: bool, jobs: int | None, part: str | None) -> int:
    """Make derived files again from the WARC files: the named kinds, or all.

    Files made from a WARC file that is damaged or missing stay unchanged, and so do texts whose site files, page
    objects or corrections are not here; the exit code is 1 then.

    Example: cundang rebuild --catalogue
    """
    from archive.corpus import damage

    folders = folders.of_part(part)
    known_data(folders.layout)
    if part and catalogue:
        raise UsageError("A catalogue is of the whole archive. Leave --part off, or --catalogue.")
    everything = not (index_ or corpus or catalogue)
    code = 0
    if index_ or everything:
        damages = _make_indexes(folders.layout)
        if not (corpus or everything):
            code |= say_all(damages)
    if corpus or everything:
        code |= _clean(folders, None, every=True, spare=True, jobs=jobs, anew=catalogue or everything)
    elif catalogue:
        code |= say_all(map(str, damage.known(folders.layout)))
        code |= _catalogue(folders, anew=True) | say_uncleaned(folders.layout)
    return code


def _make_indexes(layout: Layout) -> list[str]:
    """Make the indexes of all sound WARC files again; return what is wrong with the others."""
    from archive.corpus import damage
    from archive.warc import index

    found = damage.survey(layout)
    for warc in found.digests:
        if warc not in found.damages:
            index.write(layout, warc)
    return [str(each) for each in found.damages.values()]


@app.command("verify")
@click.argument(
    "paths",
    metavar="[PATH...]",
    nargs=-1,
    type=click.Path(path_type=Path),
    help="WARC files; the whole archive when absent.",
)
@part_option
@json_option
@click.pass_obj
def verify_(folders: Folders, paths: tuple[Path, ...], part: str | None, json_: bool) -> int:
    """Read every record and check lengths, fields and digests; without paths, also check that all files agree.

    WARC files must agree with fixity.jsonl, where each reading is noted; revisits with the records they refer to;
    indexes and shards with the WARC files; the catalogue with both; and the state of crawls with what is there. Exit 1
    if anything is wrong. A fault that a record itself states, such as a truncated response, is reported and is no
    error.

    Example: cundang verify
    """
    wrong = noted = 0
    layout: Layout = folders.of_part(part).layout
    for path in paths:
        # A WARC file of the archive that is gone is damage.
        if not standing(path).exists() and not layout.inside(path):
            raise UsageError(f"{path}: no such file.")
    warcs = paths or known_data(layout).all_warcs()
    with telling("verify") as tell:
        for done, warc in enumerate(warcs, 1):
            tell(warc.name, done, len(warcs))
            for problem in _problems(layout, warc, named=bool(paths)):
                wrong += not problem.noted
                noted += problem.noted
                _print_problem(problem, json_)
        for problem in () if paths else _disagreements(layout):
            wrong += 1
            _print_problem(problem, json_)
    said = f", {noted} faults in server responses, which the records state" if noted else ""
    say(f"verify: {len(warcs)} files, {wrong} problems{said}")
    return int(wrong > 0)


def _problems(layout: Layout, warc: Path, *, named: bool) -> Iterator[Problem]:
    """What is wrong with a WARC file; that it cannot be read only if it was `named` or is open, else it is a damage."""
    from archive.warc import verify
    from archive.warc.record import Problem as Found

    try:
        yield from verify.verify(warc, growing=_is_growing(layout, warc))
    except DataError as error:
        if named or warc.name.endswith(OPEN):
            yield Found(file=warc.name, offset=0, reason=str(error))


def _disagreements(layout: Layout) -> Iterator[Problem]:
    from archive.catalogue import agree
    from archive.corpus import damage
    from archive.warc import fixity
    from crawler.queue.heal import acknowledged

    note = fixity.is_writable(layout)
    if not note:
        say(f"{layout.fixity}: cannot be written, so the result of this reading is not noted there.")
    yield from damage.problems(layout, damage.survey(layout, event="verified", note=note))
    # Whether the catalogue agrees can only be checked for the whole archive.
    if layout.part is None:
        yield from agree.disagreements(layout, acknowledged(layout))


def _print_problem(problem: Problem, json_: bool) -> None:
    noted = " (so its record says)" if problem.noted else ""
    print_item(problem, f"{problem.file}: offset {problem.offset}: {problem.reason}{noted}", json_)


def _is_growing(layout: Layout, warc: Path) -> bool:
    """Whether a crawl is writing a WARC file now."""
    ours = layout.inside(warc) if warc.name.endswith(OPEN) else None
    from crawler.queue.lock import is_held

    return ours is not None and is_held(layout.lock(layout.site_of(ours)))


@app.command()
@click.argument(
    "paths",
    metavar="PATHS...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    help="WARC files of the archive.",
)
@click.option(
    "--from",
    "copy",
    type=click.Path(path_type=Path, exists=True),
    help="An intact copy of the file; name one file only.",
)
@click.pass_obj
def repair(folders: Folders, paths: tuple[Path, ...], copy: Path | None) -> None:
    """Close an .open file that a killed crawl left: truncate it after the last complete record.

    The rest is kept in a file beside it.

    With --from: replace a closed file that is damaged or missing by a copy, if the copy has the original bytes.

    Example: cundang repair data/warc/sctyzx/2026/*.open
    """
    from archive.corpus import damage

    layout: Layout = folders.layout
    if copy is not None:
        place = layout.inside(paths[0])
        if len(paths) != 1 or place is None or layout.warcs_root not in place.parents:
            raise UsageError("--from restores one closed WARC file of the data folder. Name that file alone.")
        entry = damage.restore(layout, place, copy)
        say(f"{paths[0]}: restored from {copy} (sha256 {entry.sha256}). Then run: cundang clean")
        return
    for path in paths:
        done = _close(layout, path)
        for problem in done.problems:
            say(f"{problem.file}: offset {problem.offset}: {problem.reason}")
        kept = f" in {done.path} (sha256 {done.now_sha256})" if done.path else ""
        tail = f", the torn tail in {done.tail}" if done.tail else ""
        say(f"{path} (sha256 {done.sha256}): {done.records} records kept{kept}{tail}")


def _close(layout: Layout, path: Path) -> Repaired:
    """Close an .open file under the lock of its site, which a crawl that is writing the file holds."""
    from archive.warc import verify
    from crawler.queue.lock import Lock

    place = layout.inside(path)
    lock = Lock(layout.lock(layout.site_of(place))) if place else None
    try:
        return verify.repair(place or path, layout)
    finally:
        if lock:
            lock.release()


@app.command()
@click.argument(
    "urls",
    metavar="[URL...]",
    nargs=-1,
    help="URLs as search shows them; a star is any text: 'http://a.cn/xw/*' (in quotes) covers all below xw.",
)
@click.option("--reason", default="", show_default=True, help="The reason, for later readers of exclusions.jsonl.")
@click.option("--spellings", is_flag=True, help="Also what differs in https, www, capitals or the order of parameters.")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken down.")
@click.option("--list", "list_", is_flag=True, help="List what was taken down, when and why.")
@click.option("--undo", is_flag=True, help="Lift the exclusion; what was erased stays gone.")
@click.option("--erase", is_flag=True, help="Rewrite the WARC files without the records, and log both checksums.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
@jobs_option
@json_option
@click.pass_obj
def forget(  # noqa: PLR0913, PLR0917 - click makes an argument of each option
    folders: Folders,
    urls: tuple[str, ...],
    reason: str,
    spellings: bool,
    dry_run: bool,
    list_: bool,
    undo: bool,
    erase: bool,
    yes: bool,
    jobs: int | None,
    json_: bool,
) -> int:
    """Take pages down: crawl, import, clean, the catalogue, search and export leave them out from now on.

    Example: cundang forget http://www.example.com/xw/1.html --reason "asked for by its author"
    """
    from crawler import forget as forgetting

    layout = known_data(folders.layout)
    if list_:
        _print_exclusions(layout, json_)
        return 0
    if not urls or (undo and erase):
        raise UsageError("Name what to take down, or give --list; --undo and --erase exclude each other.")
    forgetting.check_sites(layout, urls, folders.sites())
    asks = erase and not yes
    if dry_run or asks:
        _print_done(forgetting.look(layout, urls, erase=erase, spellings=spellings), json_)
    if dry_run:
        return 0
    if asks:
        _ask_to_erase()
    if undo:
        done = forgetting.undo(layout, urls, reason)
    else:
        done = forgetting.forget(layout, urls, reason, erase=erase, spellings=spellings)
    _print_done(done, json_)
    # Rebuild the catalogue, because until then the full-text index keeps the words of removed documents.
    faults = _clean(folders, None, every=False, jobs=jobs, anew=True)
    if not undo:
        say("Exports and copies that were made before still hold these pages.")
    return faults


def _print_done(found: Iterable[Done], json_: bool) -> None:
    for done in found:
        print_item(done, f"{done.what:7} {done.path} {done.id} {done.detail}", json_)


def _print_exclusions(layout: Layout, json_: bool) -> None:
    from archive.warc import exclusions

    pages = exclusions.read(layout).pages.values()
    if not pages:
        say("Nothing is taken down.")
    for page in pages:
        named = page.url if page.exact or "*" in page.url else f"{page.url} (all spellings)"
        print_item(page, f"{page.date}  {named}  {page.reason}", json_)


def _ask_to_erase() -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            "--erase cannot be undone, and asks before. Nobody can be asked, since stdin is not a terminal: give --yes."
        )
    click.confirm("Erase these records for good?", abort=True, err=True)


_BARE = (
    "{keys}: no site file in {folder} is of these sites, so their documents have a host's name as their site, and were"
    " read without rules. If you have their files: cundang clean --sites FOLDER"
)


def _say_bare(folders: Folders, keys: Collection[str]) -> None:
    """Name the sites whose pages were read without a site file."""
    if keys:
        say(_BARE.format(keys=", ".join(sorted(keys)), folder=folders.sites_folder))


def _folder_or_hosts(folders: Folders, site: str | None) -> tuple[str | None, tuple[str, ...] | None]:
    """The folder of a site's WARC files; of the site of imported pages its host, whose pages are in any folder.

    Raises:
        UsageError: there is no such site.
    """
    key = folders.known(site)
    if key is None or key in folders.layout.keys():  # noqa: SIM118 - no mapping
        return key, None
    sites = folders.sites(site)
    return None, sites[key].hosts if key in sites else (key,)


def _clean(  # noqa: PLR0913 - as `reclean.clean`
    folders: Folders,
    site: str | None,
    *,
    every: bool,
    jobs: int | None,
    spare: bool = False,
    json_: bool = False,
    diff_: bool = False,
    dry: bool = False,
    rules: str | None = None,
    accept: bool = False,
    anew: bool = False,
    makers: Callable[[], Makers] | None = None,
) -> int:
    """Make shards, then the catalogue; return 1 if the cleaner failed on a page, or something is damaged."""
    from archive.catalogue import build
    from archive.corpus import diff, reclean, shard
    from crawler.runs.cleaning import note_cleaned

    shard.load_arrow()
    faults = 0
    bare: set[str] = set()
    shards: list[Path] = []
    warned: list[str] = []
    report = diff.Report() if diff_ or accept else None
    _say_given_up(folders.layout, accept=accept and not dry)
    sites = folders.sites(site, rules, strict=every)
    folder, hosts = _folder_or_hosts(folders, site)
    code = 0 if dry or folders.layout.part else say_all(build.mend_indexes(folders.layout))
    with telling("clean") as tell:
        for made in reclean.clean(
            folders.layout,
            sites,
            site=folder,
            every=every,
            spare=spare,
            jobs=jobs,
            report=report,
            dry=dry,
            only_hosts=sites[Path(rules).stem].hosts if rules else hosts,
            accept=accept,
            makers=makers,
            warn=warned.append,
            tell=lambda warc, pages: tell(warc.name, pages),
        ):
            faults += len(made.faults)
            shards.append(made.shard)
            bare |= set() if dry else reclean.without_file(folders.layout, made, sites)
            _print_made(made, json_, shown=diff_, lost=accept)
    _print_report(report if diff_ else None, json_)
    code |= int(faults > 0) | say_all(warned)
    _say_bare(folders, bare)
    if folders.layout.part:
        say("The catalogue was not updated. When all parts are done, run on one machine: cundang clean")
    elif not dry:
        code |= _catalogue(folders, anew=anew) | say_all(_unfit(folders.layout, sites))
        _say_skips(folders.layout, shards)
        note_cleaned(folders.layout, folders.key(site), code)
    return code


def _unfit(layout: Layout, sites: Mapping[str, Site]) -> Iterator[str]:
    """A sentence on each correction of a page that is not here."""
    from archive.catalogue import timeline

    for one in (each for key in layout.keys() if key in sites for each in sites[key].corrections):  # noqa: SIM118
        digests = dict.fromkeys(capture.digest for capture in timeline.captures(layout, one.url))
        if one.digest not in digests:
            there = f"has the digests {', '.join(digests)}" if digests else "has no capture here"
            yield f"{one.url}: a correction of {one.field} is of {one.digest}; the address {there}. Correct that."


def _catalogue(folders: Folders, *, anew: bool = False) -> int:
    """Update or rebuild the catalogue; return 1 if something that it is made from is damaged."""
    from archive.catalogue import build
    from archive.corpus import shard

    shard.load_arrow()
    warned: list[str] = []
    with telling("catalogue") as tell:
        make = build.rebuild if anew else build.update
        places = {key: one.place for key, one in folders.sites().items()}
        counts = make(folders.layout, lambda path: tell(path.name), warned.append, places)
    say(f"catalogue: {counts.documents} documents, {counts.skips} skips, {counts.captures} captures")
    return say_all(warned)


def _say_skips(layout: Layout, shards: Iterable[Path]) -> None:
    """Count the pages of new shards that gave no document."""
    from archive.catalogue import query

    if skips := query.skips_of(layout, shards):
        counts = ", ".join(f"{reason} {count}" for reason, count in skips.items())
        say(f"pages without a document: {counts}. To list them: cundang status --skips")


def _say_given_up(layout: Layout, *, accept: bool) -> None:
    """Name the WARC files that are gone, before what was made from them is dropped."""
    from archive.corpus import damage

    for each in damage.known(layout) if accept else ():
        if each.what == "gone":
            say(f"{each.warc}: given up, with its {each.documents} documents")


def _print_made(made: Made, json_: bool, *, shown: bool, lost: bool) -> None:
    if made.difference and shown:
        _print_difference(made.difference, json_)
    elif json_:
        print_item(made if shown else replace(made, difference=None), "", json_)
    for change in made.difference.changes if made.difference and lost else ():
        if change.what == "lost":
            say(f"{made.warc}: lost with its damage: {change.url}  {change.id}")
    for id_, fault in made.faults:
        say(f"{made.warc}: {id_}: {fault}")


def _print_difference(found: diff.Difference, json_: bool) -> None:
    kinds = Counter(change.what for change in found.changes)
    if json_:
        # Only name the pages here; the report has the lines of the largest changes.
        pages = [{name: getattr(change, name) for name in ("id", "what", "fields")} for change in found.changes]
        put(json.dumps({"shard": found.shard, **asdict(found), "changes": pages}, ensure_ascii=False))
    else:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(kinds.items()))
        put(f"{found.shard}: {found.pages} pages; {counts or 'the same texts'} ({found.reason})")


def _print_report(report: diff.Report | None, json_: bool) -> None:
    if report is None:
        return
    if not report.tallies:
        say("No text would change.")
    for tally in report.tallies:
        more = "".join(
            f"\n    {name}: " + ", ".join(f"{key} {count:+}" for key, count in sorted(counts.items()))
            for name, counts in (("lines taken out, by rule", tally.rules), ("fields", tally.fields))
            if counts
        )
        print_item(
            tally,
            f"{tally.site}: {tally.pages} pages; documents: {tally.changed} changed, {tally.gained} gained,"
            f" {tally.lost} lost; other reasons: {tally.skip}; paragraphs: {tally.came} came, {tally.went} went{more}",
            json_,
        )
    for change in report.largest:
        lines = "".join(f"\n    {line}" for line in change.lines)
        print_item(change, f"\n{change.what}: {change.url}  {change.id}{lines}", json_)


def _report_line(report: ingest.Report) -> str:
    records = "1 record" if report.records == 1 else f"{report.records} records"
    lines = [f"{report.path}: {records}" + (f"; {report.note}" if report.note else " kept")]
    return "\n".join([*lines, *(f"  offset {problem.offset}: {problem.reason}" for problem in report.problems)])
