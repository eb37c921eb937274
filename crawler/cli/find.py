"""Commands on what is kept: search, show, export, look at it, and say how it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, replace
from enum import StrEnum
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.errors import UsageError
from archive.layout import Layout
from crawler.cli.app import app
from crawler.cli.house import Day, House, Json, SiteKey, known_data, print_item, say_all
from crawler.talk import put, say, telling

if TYPE_CHECKING:
    from archive.catalogue import query
    from archive.export import extras, replay


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
    from archive.catalogue.search import Searcher
    from crawler import find

    house: House = context.obj
    query_ = find.query_of(words or (), house.key(site), since, until)
    places = {key: one.place for key, one in house.sites().items() if one.place}
    searcher = Searcher(known_data(house.layout), places)
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
            print_item(item, plain, json_)


@app.command()
def changes(context: typer.Context, since: Day = None, site: SiteKey = None, json_: Json = False) -> None:
    """List new, edited and deleted articles, and those that came back, latest first; times are UTC.

    Example: cundang changes --since 2026-01
    """
    from crawler import find

    house: House = context.obj
    for change, plain in find.changes(known_data(house.layout), since, house.key(site)):
        print_item(change, plain, json_)


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
    from archive.catalogue import query
    from archive.export import jsonl
    from archive.warc import exclusions

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
        print_item(
            version, f"{version.first}{until}  {version.what:12} {version.title or ''}  {version.id}{lines}", json_
        )
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


# How a file of a format may be packed, by the ending of its name; which formats go to stdout.
_STREAMS = (Format.JSONL, Format.CSV)
_PACKINGS = {Format.JSONL: (".gz", ".zst"), Format.CSV: (".gz", ".zst"), Format.WET: (".gz",)}


Collapse = Annotated[bool, typer.Option("--collapse-duplicates", help="Of equal texts only the first credible one.")]
InParts = Annotated[str | None, typer.Option(help="A folder of files: one a `year`, or of a size of text: 200MB.")]
WithoutTexts = Annotated[
    Path | None, typer.Option(help="Leave out what shares 20 characters with a text of this file.")
]


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
    collapse: Collapse = False,
    versions: Annotated[bool, typer.Option("--versions", help="Every capture of a URL, not the latest alone.")] = False,
    query_: Annotated[str | None, typer.Option("--query", help="Only what `cundang search` finds for it.")] = None,
    sample: Annotated[int, typer.Option(min=0, help="Only so many of them, drawn by --seed; 0: all.")] = 0,
    seed: Annotated[int, typer.Option(help="Of --sample: the same seed draws the same documents.")] = 0,
    parts: InParts = None,
    signals: Annotated[bool, typer.Option("--signals", help="Add measures of quality as columns.")] = False,
    tokenizer: Annotated[Path | None, typer.Option(help="A tokenizer.json, to count tokens with --signals.")] = None,
    mask: Annotated[
        bool, typer.Option("--mask", help="Take telephone and ID numbers and e-mail addresses out.")
    ] = False,
    without_texts: WithoutTexts = None,
    force: Annotated[bool, typer.Option("--force", help="Also replace a file that no export wrote.")] = False,
) -> None:
    """Write the corpus for other tools: of several captures of one URL the latest text, unless asked.

    wacz holds all captures of the site, or of the place's sites, for replay; other options choose what it lists. bag is
    a BagIt bag of their WARC files, of which none may be damaged.

    Example: cundang export --format jsonl --out corpus.jsonl
    """
    from archive.catalogue import query
    from archive.export import extras, whole

    house: House = context.obj
    out = out.expanduser()
    beside = extras.read(
        format_, parts=parts, signals=signals, tokenizer=tokenizer, mask=mask, without_texts=without_texts
    )
    whole.check_name(out, _PACKINGS.get(format_, ()) if not parts else (), stream=format_ in _STREAMS and not parts)
    sites = house.of_place(place) if place is not None else None
    wanted = query.Filter(since=since, until=until, versions=versions, script=script, kind=kind, min_han=min_han)
    wanted = replace(
        wanted, site=house.key(site), sites=sites, flags=tuple(flag or ()), without=tuple(without_flag or ())
    )
    wanted = replace(wanted, collapse=collapse, sample=sample, seed=seed if sample else 0, by_year=beside.by_year)
    if query_ is not None:
        wanted = replace(wanted, query=query_, ids=_found_by(house, query_))
    query.refuse_unknown(house.layout, wanted, house.sites(site))
    # A pack of captures is made of more than documents.
    keys = sites if wanted.site is None else [key for key in [wanted.site] if sites is None or key in sites]
    if format_ is Format.BAG:
        _pack(house.layout, wanted, keys, out)
    else:
        raise typer.Exit(_write(house.layout, wanted, keys, format_, out, beside, force=force))


def _pack(layout: Layout, wanted: query.Filter, keys: Collection[str] | None, out: Path) -> None:
    """Write a bag of the WARC files of some sites, or of all."""
    from archive.catalogue import query
    from archive.export import bag

    if wanted != query.Filter(site=wanted.site, sites=wanted.sites):
        raise UsageError("A bag holds whole WARC files. Choose them with --site or --place alone.")
    files = bag.write(layout, keys, out)
    say(f"{out}: {files} WARC files. What was taken down and not erased is in them: see exclusions.jsonl there")


def _write(
    layout: Layout,
    wanted: query.Filter,
    keys: Collection[str] | None,
    format_: Format,
    out: Path,
    beside: extras.Extras,
    *,
    force: bool,
) -> int:
    """Write documents, or a pack of captures; 1 when something that belongs into it is damaged."""
    from archive.export import manifest, replay, wacz
    from archive.warc import exclusions

    offer = replay.Offer(gone=exclusions.read(layout))
    if format_ is Format.WACZ:
        writer: extras.Write = partial(wacz.write, layout, keys, offer=offer)
    else:
        writer = beside.writer(import_module(f"archive.export.{format_}").write)
    made = manifest.write(layout, wanted, format_, out, writer, force=force, left_out=beside.left_out)
    _print_lost(offer, talk=True)
    say(f"{out}: {made.documents} documents")
    if beside.left_out:
        say(f"{made.left_out} documents share a passage with the texts given, and were left out")
    if made.uncleaned:
        say(f"{made.uncleaned} WARC files are not in it: no shard was made of them yet. Make it: cundang clean")
    told = say_all(_damaged(layout, wanted, keys if format_ is Format.WACZ else ()))
    return told | int(bool(offer.problems))


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
    from archive.corpus import damage
    from archive.export import replay

    layout = known_data(context.obj.layout)
    with telling("index") as tell:
        offer = replay.write(layout, out, tell)
    _print_lost(offer, json_=json_)
    say(f"{out}: {len(offer.lines)} captures. To see them: cd {out} && wayback")
    raise typer.Exit(say_all(map(str, damage.known(layout))) | int(bool(offer.problems)))


def _print_lost(offer: replay.Offer, *, json_: bool = False, talk: bool = False) -> None:
    """Say which captures replay tools are not given, and why; as talk, where stdout is for data."""
    for problem in offer.problems:
        plain = f"{problem.file}: offset {problem.offset}: {problem.reason}"
        say(plain) if talk else print_item(problem, plain, json_)
    for reason, count in sorted(offer.left.items()):
        say(f"left out: {count} captures {reason}")


def _damaged(layout: Layout, wanted: query.Filter, sites: Collection[str] | None) -> Iterator[str]:
    """What is known to be damaged of the WARC files that an export is made from, or that are of these sites."""
    from archive.catalogue import query
    from archive.corpus import damage

    shards = {path for path, _ in query.places(layout, wanted)}
    for each in damage.known(layout):
        if layout.shard_of(each.warc) in shards or sites is None or layout.site_of(each.warc) in sites:
            yield str(each)


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
    from archive.web import serve as page

    if not page.is_loopback(host) and not open_to_network:
        raise UsageError(
            f"{host} lets other machines read the whole archive, without a password. "
            "Add --open-to-network if you mean it, better behind a proxy that asks who they are."
        )
    where = page.Where(host=host, port=port, base=base, replay_base=replay_base)
    house: House = context.obj
    page.run(known_data(house.layout), house.sites(), where, lambda address: say(f"{address}   (Ctrl-C ends it)"))


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
    from archive.catalogue import query

    layout = known_data(context.obj.layout)
    for site in query.status(layout) if not (missing or learned) else ():
        skips = ", ".join(f"{reason} {count}" for reason, count in site.skips.items())
        print_item(
            site, f"{site.site:24} {site.documents:6} documents of {site.urls} URLs; skips: {skips or 'none'}", json_
        )
    for state in layout.states():
        _frontier_status(state, json_, missing=missing, learned=learned)
    if not (missing or learned):
        raise typer.Exit(_fixity_status(layout, json_))


def _fixity_status(layout: Layout, json_: bool) -> int:
    """Say of each site when its WARC files were last verified; 1 when one is damaged, short or gone."""
    from archive.corpus import damage

    for kept in damage.custody(layout):
        never = f", {kept.never} never verified" if kept.never else ""
        verified = f", verified between {kept.first[:10]} and {kept.last[:10]}" if kept.first and kept.last else ""
        print_item(kept, f"{kept.site:24} {kept.files:6} WARC files{verified}{never}", json_)
    return say_all(map(str, damage.known(layout)))


def _frontier_status(state: Path, json_: bool, *, missing: bool, learned: bool) -> None:
    from crawler.queue.accounts import missing as lists_missing
    from crawler.queue.frontier import Frontier

    frontier = Frontier(state, read_only=True)
    if missing:
        for address in (*lists_missing(frontier.accounts.ledger()), *frontier.uncaptured(waiting=True)):
            print_item(address, f"{address.reason:20} {address.url}  {address.detail}", json_)
    elif learned:
        for each in frontier.shapes():
            print_item(each, f"{each.shape}  articles {each.articles}, lists {each.lists}", json_)
    elif runs := frontier.runs():
        reasons = ", ".join(f"{reason} {count}" for reason, count in frontier.reasons().items())
        ended = f"{runs[0].began:%Y-%m-%d %H:%M} UTC, {runs[0].pages} pages, {runs[0].ending}"
        ended += f" ({runs[0].shortfall})" if runs[0].shortfall else ""
        print_item(runs[0], f"{state.stem:24} last crawl {ended}; not captured: {reasons or 'nothing'}", json_)
        _print_ledger(state.with_name(f"{state.stem}.ledger.jsonl"), json_)
    frontier.close()


def _print_ledger(path: Path, json_: bool) -> None:
    """Print what each list of a site claims, the largest gap first, and doubts about the site."""
    from archive.ledger import read_ledger
    from crawler.queue.accounts import say_doubt, say_gap

    ledger = read_ledger(path)
    for doubt in ledger.doubts:
        print_item(doubt, f"  ! {say_doubt(doubt)}", json_)
    told = [each for each in ledger.lists if each.gap or each.claimed is not None or each.foreign or each.blind]
    for each in told:
        gap = f"gap {each.gap}" if each.gap else "no gap"
        print_item(each, f"  {gap:8} {each.name or each.url}: {say_gap(each)}; had {each.had}", json_)
    if told and not json_ and (rest := len(ledger.lists) - len(told)):
        say(f"  {rest} more lists claim nothing.")


def _found_by(house: House, words: str) -> tuple[str, ...]:
    """The ids of the documents that a query finds."""
    from archive.catalogue.search import Searcher

    places = {key: one.place for key, one in house.sites().items() if one.place}
    return tuple(Searcher(house.layout, places).ids(words))


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
