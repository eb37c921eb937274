"""The front door: verbs on the nouns of the archive. stdout is data, stderr is talk.

Exit codes: 0 done; 1 something is wrong with the data or the run; 2 wrong usage or configuration; 3 out of space;
4 another process holds the site; 5 interrupted, state saved.
"""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer

from archive import site as site_files
from archive.catalogue import agree, build, query
from archive.catalogue.search import Searcher
from archive.corpus import damage, diff, ingest, reclean
from archive.errors import CundangError, InterruptedCrawl, SpaceError, UsageError
from archive.export import bag, csv, dolma, hf, jsonl, manifest, parquet, replay, text, wacz, wet, whole
from archive.layout import OPEN, Layout
from archive.ledger import read_ledger
from archive.site import Site
from archive.warc import exclusions, index, verify
from archive.warc.record import Problem
from crawler.queue.lock import Lock, is_held
from crawler.talk import put, say, telling

app = typer.Typer(
    name="cundang",
    help="存档: crawl, archive and clean Chinese public news.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sites_app = typer.Typer(help="The site files.", no_args_is_help=True)
app.add_typer(sites_app, name="sites")
schedule_app = typer.Typer(help="Crawls at the times that the site files plan.", no_args_is_help=True)
app.add_typer(schedule_app, name="schedule")

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


@app.callback()
def options(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option(help="The data folder; CUNDANG_DATA or ./data when absent.", file_okay=False)
    ] = None,
    sites: Annotated[
        Path | None, typer.Option(help="The folder of site files; CUNDANG_SITES or ./seeds/sites when absent.")
    ] = None,
) -> None:
    """存档: crawl, archive and clean Chinese public news.

    Example: cundang demo
    """
    named = sites or (Path(os.environ["CUNDANG_SITES"]) if os.environ.get("CUNDANG_SITES") else None)
    context.obj = House(layout=Layout.at(data), sites_folder=named or site_files.FOLDER, named=named is not None)


@app.command()
def demo(
    keep: Annotated[Path, typer.Option(help="Where the demo's data go; made anew each time.")] = Path("demo-data"),
) -> None:
    """Crawl the practice web on loopback, import the seed corpus, clean, catalogue, and say what happened.

    Example: cundang demo
    """
    from crawler.practice import demo as practice_demo  # noqa: PLC0415 - only this command needs it

    raise typer.Exit(practice_demo.run(keep))


@sites_app.command("list")
def sites_list(context: typer.Context, json_: Json = False) -> None:
    """List the site files: key, name, hosts, schedule.

    Example: cundang sites list --json
    """
    for site in site_files.load(context.obj.sites_folder).values():
        _print(site, f"{site.key:24} {site.name}  {' '.join(site.hosts)}  {site.schedule or ''}", json_)


@sites_app.command("add")
def sites_add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The home page of a site.")],
    key: Annotated[str | None, typer.Option(help="The file's name; made from the host when absent.")] = None,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between two requests.")] = 3.0,
    json_: Json = False,
) -> None:
    """Look at a site, at most 30 requests, write its file, and show some of its articles as they are read.

    Example: cundang sites add http://www.sctyzx.gov.cn/
    """
    from crawler import probe  # noqa: PLC0415 - scrapy is imported only where something is crawled

    found = probe.probe(url, context.obj.sites_folder, key=key, delay=delay)
    for sample in found.samples:
        _print(sample, f"{sample.published or '':10}  {sample.title}\n    {sample.text[:80]}", json_)
    say(f"{found.path}: {found.cms or 'no known CMS'}, {len(found.columns)} columns, {found.requests} answers")
    for line in probe.account(found):
        say(f"  {line}")


@sites_app.command("check")
def sites_check(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Site files; all of the folder when none is named.")
    ] = None,
) -> None:
    """Read site files and name the first mistake of each, also in its schedule; exit 2 when there is one.

    Example: cundang sites check
    """
    from crawler.runs import cron  # noqa: PLC0415 - only this command needs it

    folder: Path = context.obj.sites_folder
    if not paths and not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of site files. Name one with --sites or CUNDANG_SITES.")
    good = []
    files = paths or sorted(folder.glob("*.toml"))
    for path in files:
        try:
            site = site_files.load_file(path)
            comes = cron.next_time(site, dt.datetime.now(dt.UTC))
            good.append(site)
            say(f"{site.key}: good" + ("; but its schedule never comes" if site.schedule and comes is None else ""))
        except CundangError as error:
            say(str(error))
    site_files.by_host(good)
    raise typer.Exit(UsageError.exit_code if len(good) < len(files) else 0)


@app.command()
def crawl(
    context: typer.Context,
    sites: Annotated[list[str], typer.Argument(help="Site keys, or paths of site files.")],
    max_pages: Annotated[int | None, typer.Option(min=1, help="At most so many pages.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Walk every list, and check every page again.")] = False,
) -> None:
    """Crawl sites, archive every exchange, clean what came, and update the catalogue.

    A later crawl asks for what is due: lists, by how often they change; articles, a few times, for edits and deletions.

    Example: cundang crawl sctyzx --max-pages 50
    """
    from crawler.runs import crawl as crawling  # noqa: PLC0415 - scrapy is imported only where something is crawled

    house: House = context.obj
    raise typer.Exit(crawling.crawl(house.layout, house.sites_folder, sites, max_pages=max_pages, full=full))


@app.command("import")
def import_(context: typer.Context, paths: Paths, jobs: Jobs = None, json_: Json = False) -> None:
    """Take WARC, ARC and WACZ files, saved pages and text files into the archive, then clean and catalogue them.

    Exit 1 when something of a file was lost or wrong: file, offset and reason are named, what is there is kept.

    Example: cundang import seeds/corpus
    """
    wrong = False
    with telling("import") as tell:
        for done, report in enumerate(ingest.import_paths(context.obj.layout, paths), 1):
            tell(report.path, done)
            wrong |= bool(report.problems)
            _print(report, _report_line(report), json_)
    code = _clean(context.obj, None, every=False, jobs=jobs)
    raise typer.Exit(code | int(wrong))


@app.command()
def read(context: typer.Context, paths: Paths, jobs: Jobs = None) -> None:
    """Clean saved pages without archiving them: one JSON object a page, its path first.

    Of a meta.json beside a page only url, captured and content_type are used.

    Example: cundang read page.html
    """
    hosts = site_files.by_host(context.obj.sites().values())
    pages = list(ingest.pages(paths))
    if not pages:
        raise UsageError(f"{', '.join(map(str, paths))}: no saved page or text. WARC files are read by: cundang import")
    faults = 0
    captures = (ingest.saved(page.path, page.root) for page in pages)
    jobs_ = ((capture, hosts.get(site_files.host_of(capture.url))) for capture in captures)
    with reclean.Workers(jobs or os.cpu_count() or 1) as workers:
        for page, (item, fault) in zip(pages, workers.clean(jobs_), strict=True):
            put(jsonl.line(item, path=str(page.path)))
            faults += bool(fault)
    raise typer.Exit(int(faults > 0))


@app.command()
def clean(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    context: typer.Context,
    site: SiteKey = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Only shards that are missing or stale (the default).")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="All shards, also current ones.")] = False,
    jobs: Jobs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which shards would be made and why.")] = False,
    diff_: Annotated[
        bool, typer.Option("--diff", help="Report what changes, text by text; with --dry-run, what would.")
    ] = False,
    rules: Annotated[
        str | None, typer.Option(help="Try this site file in place of the one of its name; with --dry-run.")
    ] = None,
    accept_damage: Annotated[
        bool, typer.Option("--accept-damage", help="The last resort: make texts anew from WARC files as they are now.")
    ] = False,
    json_: Json = False,
) -> None:
    """Make the shards that are missing or stale from the archived pages, and bring the catalogue up to date.

    Every WARC file is read and compared with fixity.jsonl: of one that is damaged, short or gone the texts are kept,
    and the exit code is 1.

    Example: cundang clean --dry-run --diff
    """
    house: House = context.obj
    if stale and every:
        raise UsageError("--stale and --all exclude each other. Give one.")
    if rules and not dry_run:
        raise UsageError("--rules tries a site file and changes nothing: give --dry-run and --diff with it.")
    _known_data(house.layout)
    if dry_run and not diff_:
        found = damage.survey(house.layout, house.key(site), note=False)
        for shard in reclean.stale(house.layout, house.sites(site, rules), house.key(site), found):
            _print(shard, f"{shard.warc}: {shard.why}", json_)
        raise typer.Exit(_say_all(map(str, found.damages.values())))
    code = _clean(
        house,
        site,
        every=every,
        jobs=jobs,
        json_=json_,
        diff_=diff_,
        dry=dry_run,
        rules=rules,
        accept=accept_damage,
    )
    raise typer.Exit(code)


@app.command()
def rebuild(
    context: typer.Context,
    index_: Annotated[bool, typer.Option("--index", help="The CDXJ files.")] = False,
    corpus: Annotated[bool, typer.Option("--corpus", help="The shards.")] = False,
    catalogue: Annotated[bool, typer.Option("--catalogue", help="The catalogue.")] = False,
    jobs: Jobs = None,
) -> None:
    """Make derived files again from the WARC files: those named, or all.

    Those of a WARC file that is damaged, short or gone stay as they are, and the exit code is 1.

    Example: cundang rebuild --catalogue
    """
    house: House = context.obj
    _known_data(house.layout)
    everything = not (index_ or corpus or catalogue)
    code = 0
    if index_ or everything:
        found = damage.survey(house.layout)
        for warc in found.digests:
            if warc not in found.damages:
                index.write(house.layout, warc)
        if not (corpus or everything):
            code |= _say_all(map(str, found.damages.values()))
    if corpus or everything:
        code |= _clean(house, None, every=True, jobs=jobs, anew=catalogue or everything)
    elif catalogue:
        code |= _say_all(map(str, damage.known(house.layout)))
        code |= _catalogue(house.layout, anew=True)
    raise typer.Exit(code)


@app.command("verify")
def verify_(
    context: typer.Context,
    paths: Annotated[list[Path] | None, typer.Argument(help="WARC files; the whole archive when absent.")] = None,
    json_: Json = False,
) -> None:
    """Read every record back, check lengths, fields and digests; without paths also whether the files agree.

    That is: WARC files with fixity.jsonl, where each reading is noted; revisits with what they refer to, indexes and
    shards with the WARC files, the catalogue with both, and what crawls remember as kept with what is there. Exit 1
    when anything is wrong; a fault that a record itself states is named, and is nothing wrong with the archive.

    Example: cundang verify
    """
    wrong = noted = 0
    layout: Layout = context.obj.layout
    warcs = paths or _known_data(layout).all_warcs()
    with telling("verify") as tell:
        for done, warc in enumerate(warcs, 1):
            tell(warc.name, done, len(warcs))
            for problem in verify.verify(warc, growing=_is_growing(layout, warc)):
                wrong += not problem.noted
                noted += problem.noted
                _print_problem(problem, json_)
        for problem in () if paths else _disagreements(layout):
            wrong += 1
            _print_problem(problem, json_)
    said = f", {noted} faults of what servers sent, as the records say" if noted else ""
    say(f"verify: {len(warcs)} files, {wrong} problems{said}")
    raise typer.Exit(int(wrong > 0))


def _disagreements(layout: Layout) -> Iterator[Problem]:
    from crawler.queue.heal import acknowledged  # noqa: PLC0415 - it knows the state of crawls, which needs scrapy

    yield from damage.problems(layout, damage.survey(layout, event="verified"))
    yield from agree.disagreements(layout, acknowledged(layout))


def _print_problem(problem: Problem, json_: bool) -> None:
    noted = " (so its record says)" if problem.noted else ""
    _print(problem, f"{problem.file}: offset {problem.offset}: {problem.reason}{noted}", json_)


def _is_growing(layout: Layout, warc: Path) -> bool:
    """Whether a crawl writes a WARC file now."""
    layout, warc = Layout(root=layout.root.resolve()), warc.resolve()
    ours = warc.name.endswith(OPEN) and layout.root in warc.parents
    return ours and is_held(layout.lock(layout.site_of(warc)))


@app.command()
def repair(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="WARC files of the archive.")],
    copy: Annotated[
        Path | None, typer.Option("--from", help="A good copy of the one file that is named.", exists=True)
    ] = None,
) -> None:
    """Cut the torn tail off an .open file that a killed crawl left, keep the tail beside it, and close the file.

    With --from: put a copy in the place of a closed file that is damaged, short or gone, where it is what that was.

    Example: cundang repair data/warc/sctyzx/2026/*.open
    """
    layout = Layout(root=context.obj.layout.root.resolve())
    if copy is not None:
        if len(paths) != 1 or layout.root / "warc" not in paths[0].resolve().parents:
            raise UsageError("--from restores one closed WARC file of the data folder. Name that file alone.")
        entry = damage.restore(layout, paths[0].resolve(), copy)
        say(f"{paths[0]}: restored from {copy} (sha256 {entry.sha256}). Then run: cundang clean")
        return
    for path in map(Path.resolve, paths):
        # A crawl that writes the file holds this lock: it must not be closed under it.
        lock = Lock(layout.lock(layout.site_of(path))) if layout.root in path.parents else None
        try:
            done = verify.repair(path, layout)
        finally:
            if lock:
                lock.release()
        for problem in done.problems:
            say(f"{problem.file}: offset {problem.offset}: {problem.reason}")
        kept = f" in {done.path} (sha256 {done.now_sha256})" if done.path else ""
        tail = f", the torn tail in {done.tail}" if done.tail else ""
        say(f"{path} (sha256 {done.sha256}): {done.records} records kept{kept}{tail}")


@app.command()
def search(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(help='The query: words, "phrases", OR, NOT or -, (), title:, site:, published:...'),
    ] = None,
    site: SiteKey = None,
    since: Day = None,
    until: Day = None,
    order: Annotated[str, typer.Option(help="new, old (by day of publication, undated last) or relevance.")] = "new",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Hits on a page.")] = 20,
    page: Annotated[int, typer.Option(min=1, help="Which page of hits.")] = 1,
    facets: Annotated[
        bool, typer.Option("--facets", help="Count the hits by site, place, source, flag and others.")
    ] = False,
    histogram: Annotated[str | None, typer.Option(help="Count the hits by year, month or day.")] = None,
    frequency: Annotated[
        bool, typer.Option("--frequency", help="By year: the documents that hold each word, and all documents.")
    ] = False,
    in_context: Annotated[
        bool, typer.Option("--in-context", help="Each place of the words in the newest 200 hits.")
    ] = False,
    json_: Json = False,
) -> None:
    """Find documents: words of any length in either script, newest first, undated last; days are those of publication.

    `cundang serve` has the whole query language under "Help". A query that begins with - stands behind --.

    Example: cundang search '统战 OR 侨务' -- -疫情
    """
    from crawler import find  # noqa: PLC0415 - only this command needs it

    house: House = context.obj
    query_ = find.query_of(words or (), house.key(site), since, until)
    places = {key: one.place for key, one in house.sites().items() if one.place}
    searcher = Searcher(_known_data(house.layout), places)
    if frequency:
        lines = find.frequency(
            searcher, words or (), histogram or "year", find.query_of((), house.key(site), since, until)
        )
    elif in_context:
        lines = find.concordance(searcher, query_)
    else:
        lines = find.hits(searcher, query_, order, page, limit, facets, histogram)
    for item, plain in lines:
        if item is None:
            say(plain)
        else:
            _print(item, plain, json_)


@app.command()
def changes(context: typer.Context, since: Day = None, site: SiteKey = None, json_: Json = False) -> None:
    """List new, edited and deleted articles, and those that came back, latest first; times are UTC.

    Example: cundang changes --since 2026-01
    """
    from crawler import find  # noqa: PLC0415 - only this command needs it

    house: House = context.obj
    for change, plain in find.changes(_known_data(house.layout), since, house.key(site)):
        _print(change, plain, json_)


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A document's id or URL.")],
    versions: Annotated[bool, typer.Option("--versions", help="The history of its URL, with what changed.")] = False,
    json_: Json = False,
) -> None:
    """Show one document with its evidence, or the history of a URL: its texts, what changed, and when it was gone.

    Example: cundang show file:///000_cf38059dc55396b4.txt
    """
    layout: Layout = context.obj.layout
    found = query.find(layout, name)
    url = found[0].url if found else name
    history = query.versions(layout, url) if versions or not found else []
    gone = exclusions.read(layout).covering(name)
    if gone:
        raise UsageError(f"{name}: taken down on {gone.date}{gone.reason and ': ' + gone.reason}.")
    if not found and not history:
        raise UsageError(f"{name}: neither the id nor the URL of anything here. Try: cundang search")
    for version in history:
        lines = "".join(f"\n    {line}" for line in version.changes)
        until = f" to {version.last}" if version.captures > 1 else ""
        _print(version, f"{version.first}{until}  {version.what:12} {version.title or ''}  {version.id}{lines}", json_)
    if found and not versions:
        shown = query.whole(layout, found[0])
        first = query.first_of(layout, shown.id)
        put(jsonl.line(shown, duplicate_of=first) if json_ else _page(shown, first))


class Format(StrEnum):
    """What `export` writes."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    HF = "hf"
    DOLMA = "dolma"
    WET = "wet"
    TEXT = "text"
    CSV = "csv"
    WACZ = "wacz"
    BAG = "bag"


_WRITERS = {
    Format.JSONL: jsonl.write,
    Format.PARQUET: parquet.write,
    Format.HF: hf.write,
    Format.DOLMA: dolma.write,
    Format.WET: wet.write,
    Format.TEXT: text.write,
    Format.CSV: csv.write,
}
# How a file of a format may be packed, by the ending of its name; which formats go to stdout.
_STREAMS = (Format.JSONL, Format.CSV)
_PACKINGS = {Format.JSONL: (whole.GZIP, whole.ZSTD), Format.CSV: (whole.GZIP, whole.ZSTD), Format.WET: (whole.GZIP,)}


@app.command()
def export(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    context: typer.Context,
    format_: Annotated[Format, typer.Option("--format", help="hf, dolma, text, bag: a folder; others a file.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write, - for stdout (jsonl, csv).")],
    site: SiteKey = None,
    place: Annotated[str | None, typer.Option(help="Sites of a place: a GB/T 2260 code or its beginning, 51.")] = None,
    since: Day = None,
    until: Day = None,
    flag: Annotated[list[str] | None, typer.Option(help="Only with this flag; may be repeated.")] = None,
    without_flag: Annotated[list[str] | None, typer.Option(help="Only without this flag; may be repeated.")] = None,
    script: Annotated[str | None, typer.Option(help="hans, hant, mixed or none.")] = None,
    kind: Annotated[str | None, typer.Option(help="article or media_only.")] = None,
    min_han: Annotated[int, typer.Option(min=0, help="Han characters at least.")] = 0,
    collapse: Annotated[
        bool, typer.Option("--collapse-duplicates", help="Of equal texts only the first credible one.")
    ] = False,
    versions: Annotated[bool, typer.Option("--versions", help="Every capture of a URL, not the latest alone.")] = False,
    query_: Annotated[str | None, typer.Option("--query", help="Only what `cundang search` finds for it.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Also replace a file that no export wrote.")] = False,
) -> None:
    """Write the corpus for other tools: of several captures of one URL the latest text, unless asked.

    wacz holds all captures of the site, or of the place's sites, for replay; other options choose what it lists. bag is
    a BagIt bag of their WARC files, of which none may be damaged.

    Example: cundang export --format jsonl --out corpus.jsonl
    """
    house: House = context.obj
    out = out.expanduser()
    whole.check_name(out, _PACKINGS.get(format_, ()), stream=format_ in _STREAMS)
    sites = house.of_place(place) if place is not None else None
    wanted = query.Filter(
        site=house.key(site),
        since=since,
        until=until,
        versions=versions,
        sites=sites,
        flags=tuple(flag or ()),
        without=tuple(without_flag or ()),
        script=script,
        kind=kind,
        min_han=min_han,
        collapse=collapse,
        query=query_,
        ids=None if query_ is None else _found_by(house, query_),
    )
    query.refuse_unknown(house.layout, wanted, house.sites(site))
    # A pack of captures is made of more than documents.
    keys = sites if wanted.site is None else [key for key in [wanted.site] if sites is None or key in sites]
    if format_ is Format.BAG:
        if wanted != query.Filter(site=wanted.site, sites=wanted.sites):
            raise UsageError("A bag holds whole WARC files. Choose them with --site or --place alone.")
        files = bag.write(house.layout, keys, out)
        say(f"{out}: {files} WARC files. What was taken down and not erased is in them: see exclusions.jsonl there")
        return
    offer = replay.Offer(gone=exclusions.read(house.layout))
    to_wacz = partial(wacz.write, house.layout, keys, offer=offer)
    writer = to_wacz if format_ is Format.WACZ else _WRITERS[format_]
    made = manifest.write(house.layout, wanted, format_, out, writer, force=force)
    _print_lost(offer, talk=True)
    say(f"{out}: {made.documents} documents")
    if made.uncleaned:
        say(f"{made.uncleaned} WARC files are not in it: no shard was made of them yet. Make it: cundang clean")
    told = _say_all(_damaged(house.layout, wanted, keys if format_ is Format.WACZ else ()))
    raise typer.Exit(told | int(bool(offer.problems)))


@app.command("index")
def index_(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="A folder: new, or one that this command filled before.")],
    json_: Json = False,
) -> None:
    """Write what replay tools need: an index of the whole archive (CDXJ), the paths of its files, settings of pywb.

    Every capture in it replays. A 304 is left out, so its day shows the capture before it. Exit 1 when captures are
    lost to replay: file, offset and reason are named.

    Example: cundang index --out replay
    """
    layout = _known_data(context.obj.layout)
    with telling("index") as tell:
        offer = replay.write(layout, out, tell)
    _print_lost(offer, json_=json_)
    say(f"{out}: {len(offer.lines)} captures. To see them: cd {out} && wayback")
    raise typer.Exit(_say_all(map(str, damage.known(layout))) | int(bool(offer.problems)))


def _print_lost(offer: replay.Offer, *, json_: bool = False, talk: bool = False) -> None:
    """Say which captures replay tools are not given, and why; as talk, where stdout is for data."""
    for problem in offer.problems:
        plain = f"{problem.file}: offset {problem.offset}: {problem.reason}"
        say(plain) if talk else _print(problem, plain, json_)
    for reason, count in sorted(offer.left.items()):
        say(f"left out: {count} captures {reason}")


def _damaged(layout: Layout, wanted: query.Filter, sites: Collection[str] | None) -> Iterator[str]:
    """What is known to be damaged of the WARC files that an export is made from, or that are of these sites."""
    shards = {path for path, _ in query.places(layout, wanted)}
    for each in damage.known(layout):
        if layout.shard_of(each.warc) in shards or sites is None or layout.site_of(each.warc) in sites:
            yield str(each)


@app.command()
def forget(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    context: typer.Context,
    urls: Annotated[
        list[str] | None,
        typer.Argument(help="URLs, whole; a star is any characters: http://a.cn/xw/* is all below xw. Quote it."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for who reads exclusions.jsonl later.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List what was taken down, when and why.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Allow it again; what was erased stays gone.")] = False,
    erase: Annotated[
        bool, typer.Option("--erase", help="Rewrite the WARC files without the records, and log both checksums.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    jobs: Jobs = None,
    json_: Json = False,
) -> None:
    """Take pages down everywhere and keep them down: crawl, import, clean, catalogue, search and export leave them out.

    Example: cundang forget http://www.example.com/xw/1.html --reason "asked for by its author"
    """
    from crawler import forget as forgetting  # noqa: PLC0415 - it knows the state of crawls, which needs scrapy

    house: House = context.obj
    layout = _known_data(house.layout)
    if list_:
        for page in exclusions.read(layout).pages.values():
            _print(page, f"{page.date}  {page.url}  {page.reason}", json_)
        return
    if not urls:
        raise UsageError("Name what to take down, as `cundang search` shows it, or give --list.")
    if undo and erase:
        raise UsageError("--undo and --erase exclude each other. Give one.")

    def show(found: Iterable[forgetting.Done]) -> None:
        for done in found:
            _print(done, f"{done.what:7} {done.path} {done.record} {done.detail}", json_)

    if dry_run or (erase and not yes):
        show(forgetting.look(layout, urls, erase=erase))
    if dry_run:
        return
    if erase and not yes:
        if not sys.stdin.isatty():
            raise UsageError("--erase cannot be undone, and asks before. Nobody can answer here: give --yes with it.")
        typer.confirm("Erase these records for good?", abort=True, err=True)
    if undo:
        show(forgetting.undo(layout, urls, reason))
    else:
        show(forgetting.forget(layout, urls, reason, erase=erase))
    # Made anew: the words of a document that is gone stay in a full-text index until then.
    faults = _clean(house, None, every=False, jobs=jobs, anew=True)
    if not undo:
        say("Exports and copies that were made before still hold these pages.")
    raise typer.Exit(faults)


@app.command()
def serve(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(min=1, max=65534, help="Of the page; archived pages are shown on the next one.")
    ] = 8080,
    host: Annotated[
        str,
        typer.Option(help="Another address than this machine's own: whoever reaches it can read the whole archive."),
    ] = "127.0.0.1",
    open_to_network: Annotated[
        bool, typer.Option("--open-to-network", help="Yes, answer to other machines; needed beside --host.")
    ] = False,
    base: Annotated[str | None, typer.Option(help="The address by which a proxy makes the page known.")] = None,
    replay_base: Annotated[str | None, typer.Option(help="The same for the replay: another host or port.")] = None,
) -> None:
    """Look at the archive in a browser: search, read, compare, replay, take away. Read-only.

    Example: cundang serve --port 8080
    """
    from archive.web import serve as page  # noqa: PLC0415 - only this command needs it

    if not page.is_loopback(host) and not open_to_network:
        raise UsageError(
            f"{host} lets other machines read the whole archive, without a password. "
            "Add --open-to-network if you mean it, better behind a proxy that asks who they are."
        )
    where = page.Where(host=host, port=port, base=base, replay_base=replay_base)
    house: House = context.obj
    page.run(_known_data(house.layout), house.sites(), where, lambda address: say(f"{address}   (Ctrl-C ends it)"))


@app.command()
def status(
    context: typer.Context,
    missing: Annotated[bool, typer.Option("--missing", help="Every address that was not captured, and why.")] = False,
    learned: Annotated[
        bool, typer.Option("--learned", help="What each shape of addresses was found to be: articles or lists.")
    ] = False,
    json_: Json = False,
) -> None:
    """Say what there is of each site, how its last crawl ended, what was not captured and what gave no document.

    Example: cundang status
    """
    layout = _known_data(context.obj.layout)
    for site in query.status(layout) if not (missing or learned) else ():
        skips = ", ".join(f"{reason} {count}" for reason, count in site.skips.items())
        _print(
            site, f"{site.site:24} {site.documents:6} documents of {site.urls} URLs; skips: {skips or 'none'}", json_
        )
    for state in layout.states():
        _frontier_status(state, json_, missing=missing, learned=learned)
    if not (missing or learned):
        raise typer.Exit(_fixity_status(layout, json_))


AtOnce = Annotated[int, typer.Option(min=1, help="At most so many crawls at a time.")]
Command = Annotated[str | None, typer.Option(help="Told of trouble: a command that gets a JSON object on stdin.")]
Webhook = Annotated[str | None, typer.Option(help="Told of trouble: an address that gets a JSON object by POST.")]


@schedule_app.command("run")
def schedule_run(
    context: typer.Context,
    at_once: AtOnce = 4,
    alert_command: Command = None,
    alert_webhook: Webhook = None,
    metrics: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Serve figures for Prometheus on this port of 127.0.0.1.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0, help="Stop after so long; never when absent.")] = None,
) -> None:
    """Crawl each site when its file says, until Ctrl-C or SIGTERM, which let crawls finish what is on the wire.

    Example: cundang schedule run --minutes 0.1
    """
    from crawler.runs import alerts, schedule  # noqa: PLC0415 - only this command needs it
    from crawler.runs.metrics import served  # noqa: PLC0415 - as above

    house: House = context.obj
    alarm = alerts.Alarm(command=alert_command, webhook=alert_webhook)
    with served(house.layout, metrics):
        seconds = None if minutes is None else minutes * 60
        schedule.run(house.layout, house.sites_folder, at_once=at_once, alarm=alarm, seconds=seconds, once=False)


@schedule_app.command("due")
def schedule_due(
    context: typer.Context, at_once: AtOnce = 4, alert_command: Command = None, alert_webhook: Webhook = None
) -> None:
    """Crawl what is due now and end; for cron and systemd timers. The first look only notes the time.

    Example: cundang schedule due
    """
    from crawler.runs import alerts, schedule  # noqa: PLC0415 - only this command needs it

    house: House = context.obj
    alarm = alerts.Alarm(command=alert_command, webhook=alert_webhook)
    raise typer.Exit(
        schedule.run(house.layout, house.sites_folder, at_once=at_once, alarm=alarm, seconds=None, once=True)
    )


@schedule_app.command("list")
def schedule_list(context: typer.Context, json_: Json = False) -> None:
    """List the sites that have a schedule, their next time (Asia/Shanghai) and their last run.

    Example: cundang schedule list
    """
    from crawler.runs import schedule  # noqa: PLC0415 - only this command needs it

    for line in schedule.plan(context.obj.layout, context.obj.sites_folder):
        following = f"{line.next.astimezone(build.CHINA):%Y-%m-%d %H:%M}" if line.next else "never"
        last = f"{line.last_began.astimezone(build.CHINA):%Y-%m-%d %H:%M}" if line.last_began else "none yet"
        _print(line, f"{line.site:24} {line.schedule:16} next {following}  last {last} {line.last_ending or ''}", json_)


@schedule_app.command("history")
def schedule_history(
    context: typer.Context,
    site: SiteKey = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    json_: Json = False,
) -> None:
    """List scheduled runs, newest first: when, how they ended, what came, compared with the runs before.

    Example: cundang schedule history
    """
    from crawler.runs import alerts  # noqa: PLC0415 - only this command needs it
    from crawler.runs.history import Runs  # noqa: PLC0415 - as above

    layout = _known_data(context.obj.layout)
    history = Runs(layout.runs) if layout.runs.exists() else None
    for run in history.history(context.obj.key(site), limit=limit) if history else ():
        assert history
        why = alerts.reasons(run, history.history(run.site, before=run, limit=5)) if run.ended else []
        began, took = run.began.astimezone(build.CHINA), run.ended and int((run.ended - run.began).total_seconds())
        skips = ", ".join(f"{reason} {count}" for reason, count in sorted(run.skips.items()))
        _print(
            run,
            f"{began:%Y-%m-%d %H:%M:%S}  {run.site:20} {run.ending:12} {took or 0:5} s  {run.pages} pages,"
            f" {run.revisits} unchanged, {run.documents} documents; {skips or 'no skips'}"
            + (f"  ! {'; '.join(why)}" if why else ""),
            json_,
        )


@schedule_app.command("export")
def schedule_export(
    context: typer.Context,
    systemd: Annotated[bool, typer.Option("--systemd", help="A service and a timer.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A line for a crontab.")] = False,
    out: Annotated[Path | None, typer.Option(help="A folder for the files; stdout when absent.")] = None,
) -> None:
    """Write what makes cron or systemd look for due crawls; the times stay in the site files.

    Example: cundang schedule export --cron
    """
    from crawler.runs import units  # noqa: PLC0415 - only this command needs it

    house: House = context.obj
    if systemd == cron:
        raise UsageError("Name one: --systemd or --cron.")
    if cron:
        files = {"cundang.cron": units.crontab(house.layout, house.sites_folder)}
    else:
        files = units.units(house.layout, house.sites_folder)
    for name, said in files.items():
        if out is None:
            put(said if cron else f"# {name}\n{said}", end="" if cron else "\n")
        else:
            out.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(said, encoding="utf-8")
            say(f"{out / name}")


_FULL = (errno.ENOSPC, errno.EDQUOT)
# What the machine refuses, and no change of ours would mend.
_OUTSIDE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG),
    *(errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ENODEV, errno.ENXIO),
)


def main() -> None:
    """Run the command line; problems end with one line and their exit code."""
    # As our own error: of a KeyboardInterrupt typer would make exit code 1.
    signal.signal(signal.SIGINT, _interrupted)
    signal.signal(signal.SIGTERM, _interrupted)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file's name may be no UTF-8, a locale may lack a character: it is shown as \\udcff then.
            stream.reconfigure(errors="backslashreplace")
    try:
        # The schedule begins its crawls with SIGTERM held back: until here nobody could have said how they ended.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        try:
            app()
        finally:
            put(end="", flush=True)
    except CundangError as error:
        say(f"cundang: {error}")
        sys.exit(error.exit_code)
    except UnicodeEncodeError:
        odd = [word for word in sys.argv if not word.isprintable()]
        if not odd:
            raise
        # SQLite, Parquet and JSON take UTF-8 alone.
        say(f"cundang: {', '.join(odd)}: no UTF-8. Give it another name.")
        sys.exit(UsageError.exit_code)
    except OSError as error:
        if error.errno in _FULL:
            say(f"cundang: {error}. Make room, then run the command again: what was finished is kept.")
            sys.exit(SpaceError.exit_code)
        if error.errno not in _OUTSIDE:
            raise
        say(f"cundang: {error}. Mend the disk or the rights, then run the command again: what was finished is kept.")
        sys.exit(CundangError.exit_code)


def _interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    raise InterruptedCrawl("interrupted; what was finished is kept, and the same command goes on.")


def _fixity_status(layout: Layout, json_: bool) -> int:
    """Say of each site when its WARC files were last verified; 1 when one is damaged, short or gone."""
    for kept in damage.custody(layout):
        never = f", {kept.never} never verified" if kept.never else ""
        verified = f", verified between {kept.first[:10]} and {kept.last[:10]}" if kept.first and kept.last else ""
        _print(kept, f"{kept.site:24} {kept.files:6} WARC files{verified}{never}", json_)
    return _say_all(map(str, damage.known(layout)))


def _frontier_status(state: Path, json_: bool, *, missing: bool, learned: bool) -> None:
    from crawler.queue.accounts import missing as lists_missing  # noqa: PLC0415 - only this command needs it
    from crawler.queue.frontier import Frontier  # noqa: PLC0415 - scrapy is imported only where a crawl is asked about

    frontier = Frontier(state, read_only=True)
    if missing:
        for address in (*lists_missing(frontier.accounts.ledger()), *frontier.uncaptured(waiting=True)):
            _print(address, f"{address.reason:20} {address.url}  {address.detail}", json_)
    elif learned:
        for each in frontier.shapes():
            _print(each, f"{each.shape}  articles {each.articles}, lists {each.lists}", json_)
    elif runs := frontier.runs():
        reasons = ", ".join(f"{reason} {count}" for reason, count in frontier.reasons().items())
        ended = f"{runs[0].began:%Y-%m-%d %H:%M} UTC, {runs[0].pages} pages, {runs[0].ending}"
        ended += f" ({runs[0].shortfall})" if runs[0].shortfall else ""
        _print(runs[0], f"{state.stem:24} last crawl {ended}; not captured: {reasons or 'nothing'}", json_)
        _print_ledger(state.with_name(f"{state.stem}.ledger.jsonl"), json_)
    frontier.close()


def _print_ledger(path: Path, json_: bool) -> None:
    """Print what each list of a site claims, the largest gap first, and doubts about the site."""
    from crawler.queue.accounts import say_doubt, say_gap  # noqa: PLC0415 - only this command needs it

    ledger = read_ledger(path)
    for doubt in ledger.doubts:
        _print(doubt, f"  ! {say_doubt(doubt)}", json_)
    told = [each for each in ledger.lists if each.gap or each.claimed is not None or each.foreign or each.blind]
    for each in told:
        gap = f"gap {each.gap}" if each.gap else "no gap"
        _print(each, f"  {gap:8} {each.name or each.url}: {say_gap(each)}; had {each.had}", json_)
    if told and not json_ and (rest := len(ledger.lists) - len(told)):
        say(f"  {rest} more lists claim nothing.")


def _clean(  # noqa: PLR0913 - as `reclean.clean`
    house: House,
    site: str | None,
    *,
    every: bool,
    jobs: int | None,
    json_: bool = False,
    diff_: bool = False,
    dry: bool = False,
    rules: str | None = None,
    accept: bool = False,
    anew: bool = False,
) -> int:
    """Make shards, then the catalogue; 1 when the cleaner failed on a page, or something is damaged."""
    faults = 0
    warned: list[str] = []
    report = diff.Report() if diff_ else None
    sites = house.sites(site, rules)
    if site and house.key(site) not in sites and not (house.layout.root / "warc" / site).is_dir():
        raise UsageError(f"{site}: neither a site file nor a folder of {house.layout.root / 'warc'}.")
    code = 0 if dry else _say_all(build.mend_indexes(house.layout))
    with telling("clean") as tell:
        for made in reclean.clean(
            house.layout,
            sites,
            site=house.key(site),
            every=every,
            jobs=jobs,
            report=report,
            dry=dry,
            hosts_of=sites[Path(rules).stem] if rules else None,
            accept=accept,
            warn=warned.append,
            tell=lambda warc, pages: tell(warc.name, pages),
        ):
            faults += len(made.faults)
            if made.difference:
                _print_difference(made.difference, json_)
            elif json_:
                _print(made, "", json_)
            for id_, fault in made.faults:
                say(f"{made.warc}: {id_}: the cleaner failed ({fault}); please report it with the page")
    if report:
        _print_report(report, json_)
    code |= int(faults > 0) | _say_all(warned)
    if not dry:
        code |= _catalogue(house.layout, anew=anew)
    return code


def _catalogue(layout: Layout, *, anew: bool = False) -> int:
    """Bring the catalogue up to date, or make it anew; 1 when something that it is made from is damaged."""
    warned: list[str] = []
    with telling("catalogue") as tell:
        make = build.rebuild if anew else build.update
        counts = make(layout, lambda path: tell(path.name), warned.append)
    say(f"catalogue: {counts.documents} documents, {counts.skips} skips, {counts.captures} captures")
    return _say_all(warned)


def _say_all(damages: Iterable[str]) -> int:
    """Say each; 1 when there was one."""
    code = 0
    for words in damages:
        say(words)
        code = 1
    return code


def _found_by(house: House, words: str) -> tuple[str, ...]:
    """The ids of the documents that a query finds."""
    places = {key: one.place for key, one in house.sites().items() if one.place}
    return tuple(Searcher(house.layout, places).ids(words))


def _known_data(layout: Layout) -> Layout:
    """The data folder, where there is one: a mistyped name must not look like a healthy archive."""
    if not layout.root.is_dir():
        raise UsageError(f"{layout.root}: no such data folder. Name it with --data or CUNDANG_DATA.")
    return layout


def _print_difference(found: diff.Difference, json_: bool) -> None:
    kinds = Counter(change.what for change in found.changes)
    if json_:
        # The lines of a page stand in the largest changes; here a page is named.
        pages = [{name: getattr(change, name) for name in ("id", "what", "fields")} for change in found.changes]
        put(json.dumps({"shard": found.shard, **asdict(found), "changes": pages}, ensure_ascii=False))
    else:
        counts = ", ".join(f"{count} {what}" for what, count in sorted(kinds.items()))
        put(f"{found.shard}: {found.pages} pages; {counts or 'the same texts'} ({found.why})")


def _print_report(report: diff.Report, json_: bool) -> None:
    for tally in report.tallies:
        said = "".join(
            f"\n    {name}: " + ", ".join(f"{key} {count:+}" for key, count in sorted(counts.items()))
            for name, counts in (("lines taken out, by rule", tally.rules), ("fields", tally.fields))
            if counts
        )
        _print(
            tally,
            f"{tally.site}: {tally.pages} pages; documents: {tally.changed} changed, {tally.gained} gained,"
            f" {tally.lost} lost; other reasons: {tally.skip}; paragraphs: {tally.came} came, {tally.went} went{said}",
            json_,
        )
    for change in report.largest:
        lines = "".join(f"\n    {line}" for line in change.lines)
        _print(change, f"\n{change.what}: {change.url}  {change.id}{lines}", json_)


def _print(item: Any, plain: str, json_: bool) -> None:
    assert is_dataclass(item)
    put(json.dumps(asdict(item), ensure_ascii=False, default=str) if json_ else plain)  # type: ignore[arg-type]


def _report_line(report: ingest.Report) -> str:
    lines = [f"{report.path}: {report.records} records kept" + (f"; {report.note}" if report.note else "")]
    return "\n".join([*lines, *(f"  offset {problem.offset}: {problem.reason}" for problem in report.problems)])


def _page(document: Any, duplicate_of: str | None) -> str:
    """A document for the eye: fields, evidence, text, and what was taken out."""

    def lines() -> Iterator[str]:
        columns: Iterable[tuple[str, Any]] = asdict(document).items()
        for name, value in columns:
            if name not in ("text", "text_original", "removed", "evidence") and value not in (None, (), ""):
                listed = value if isinstance(value, tuple) else (value,)
                yield f"{name:20} {'; '.join(' '.join(one) if isinstance(one, tuple) else str(one) for one in listed)}"
        if duplicate_of:
            yield f"{'duplicate_of':20} {duplicate_of}"
        for of, words in document.evidence:
            yield f"{'  ' + of:20} {words}"
        yield f"\n{document.text}\n"
        for rule, line in document.removed:
            yield f"- {rule}: {line}"

    return "\n".join(lines())


if __name__ == "__main__":
    main()
