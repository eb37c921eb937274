"""Commands that read the archive."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from enum import StrEnum
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.errors import UsageError
from archive.layout import Layout
from crawler.cli.app import Decorated, app, day_option, json_option, site_option
from crawler.cli.folders import Folders, known_data, print_item, say_uncleaned
from crawler.messages import china_time, put, say, say_all, telling

if TYPE_CHECKING:
    from archive.catalogue import query
    from archive.export import extras, replay
    from archive.text.document import Document
    from crawler import search_lines


def _refuse_options(ctx: click.Context, _parameter: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a mistyped option among the words of a query, where `-疫情` is allowed."""
    for word in words:
        if word.startswith("--"):
            from difflib import get_close_matches

            known = [name for option in ctx.command.params for name in option.opts if name.startswith("--")]
            if word in known:
                raise UsageError(f"{word} stands behind `--`, where only words of the query stand. Put it before.")
            raise click.NoSuchOption(word, possibilities=get_close_matches(word, known), ctx=ctx)
    return words


@app.command(context_settings={"ignore_unknown_options": True})
@click.argument(
    "words",
    callback=_refuse_options,
    metavar="[WORD...]",
    nargs=-1,
    help='The query: words, "phrases", OR, NOT or -, (), title:, site:, published:...',
)
@site_option
@day_option("--since")
@day_option("--until")
@click.option("--order", metavar="[new|old|relevance]", default="new", show_default=True, help="By day, or relevance.")
@click.option("--limit", type=click.IntRange(min=1, max=10000), default=20, show_default=True, help="Hits per page.")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help="Which page of hits.")
@click.option("--facets", is_flag=True, help="Count the hits by site, place, source, flag and others.")
@click.option("--histogram", metavar="[year|month|day]", help="Count the hits by period.")
@click.option("--frequency", is_flag=True, help="The documents with each word, and all, by year or --histogram.")
@click.option("--in-context", is_flag=True, help="Each occurrence of the words in the newest 200 hits.")
@json_option
@click.pass_obj
def search(  # noqa: PLR0913, PLR0917 - click makes an argument of each option
    folders: Folders,
    words: tuple[str, ...],
    site: str | None,
    since: str | None,
    until: str | None,
    order: str,
    limit: int,
    page: int,
    facets: bool,
    histogram: str | None,
    frequency: bool,
    in_context: bool,
    json_: bool,
) -> int:
    """Find documents by words of any length in either script; newest publications first, undated documents last.

    Fields: title: site: place: source: author: editor: contributor: column: about: organisation: flag: kind: script:
    term: url: published: claimed: captured: near: copies: gone: versions: han:. docs/queries.md and "Help" of `cundang
    serve` have an example of each. Exit 1 if nothing is found while WARC files are not cleaned.

    Example: cundang search '统战 OR 侨务' -疫情
    """
    from archive.corpus.shard import load_arrow

    load_arrow("pyarrow.compute", without=("cloudpickle", "numpy", "pandas"))
    from archive.catalogue.search import Searcher
    from crawler import search_lines

    query_ = search_lines.query_of(words or (), folders.key(site), since, until)
    searcher = Searcher(known_data(folders.layout), folders.places)
    if frequency:
        lines = search_lines.frequency(
            searcher, words or (), histogram or "year", search_lines.query_of((), folders.key(site), since, until)
        )
    elif in_context:
        lines = search_lines.concordance(searcher, query_)
    else:
        lines = search_lines.hits(searcher, query_, order, page, limit, facets, histogram)
    return 0 if _print_lines(lines, json_) else say_uncleaned(folders.layout)


def _print_lines(lines: Iterable[search_lines.Line], json_: bool) -> bool:
    """Print the lines of a search; return whether anything was found."""
    found = False
    for item, plain in lines:
        print_item(item, plain, json_)
        found |= item is not None
    return found


@app.command()
@day_option("--since", "the capture")
@site_option
@json_option
@click.pass_obj
def changes(folders: Folders, since: str | None, site: str | None, json_: bool) -> None:
    """List new, edited, deleted and returned articles, latest first; days and times are China's, in --json UTC.

    Example: cundang changes --since 2026-01
    """
    from crawler import search_lines

    there = False
    for change, plain in search_lines.changes(known_data(folders.layout), since, folders.known(site)):
        print_item(change, plain, json_)
        there = True
    if not there:
        say("Nothing has changed" + (f" since {since}." if since else "."))


@app.command()
@click.argument("name", metavar="NAME", required=True, help="A document's id or URL.")
@click.option("--versions", is_flag=True, help="The history of its URL, with what changed.")
@click.option("--cite", metavar="[text|bibtex|csl]", help="Its citation, with the place and the digests of its bytes.")
@json_option
@click.pass_obj
def show(folders: Folders, name: str, versions: bool, cite: str | None, json_: bool) -> None:
    """Show one document with its evidence, or the history of a URL: its texts, the changes, and when it was gone.

    Example: cundang show file:///000_cf38059dc55396b4.txt
    """
    from archive.catalogue import query, timeline
    from archive.corpus.shard import load_arrow
    from archive.warc import exclusions

    load_arrow(without=("cloudpickle", "numpy", "pandas"))

    layout: Layout = folders.layout
    name = query.resolve_name(layout, name)
    found = query.find(layout, name)
    url = found[0].url if found else name
    history = timeline.versions(layout, url) if versions or not found else []
    gone = exclusions.read(layout).covering(name)
    if gone:
        raise UsageError(f"{name}: taken down on {gone.date}{gone.reason and ': ' + gone.reason}.")
    if not found and not history:
        raise UsageError(f"{name}: no document or capture has this id or address. Try: cundang search url:{name}")
    for version in history:
        lines = "".join(f"\n    {line}" for line in version.lines)
        until = f" to {china_time(version.last)}" if version.captures > 1 else ""
        seen = f"{china_time(version.first)}{until}"
        told = version.title or version.detail
        print_item(version, f"{seen}  {version.outcome:12} {told}  {version.id}{lines}", json_)
    if found and not versions:
        _print_document(folders, query.whole(layout, found[0]), json_, cite)


def _print_document(folders: Folders, shown: Document, json_: bool, cite: str | None) -> None:
    """Print one document, with what it names, and its near copies; or its citation."""
    from archive.catalogue import mentions, query, reprints

    names = {key: one.name for key, one in folders.sites().items()}
    if cite is not None:
        from archive.export.cite import write

        put(write(folders.layout, shown, names, cite))
        return
    first = query.duplicate_of(folders.layout, shown.id)
    near = reprints.copies_of(folders.layout, shown.id, names)
    named = mentions.read(folders.layout, shown.id)
    if json_:
        from archive.export import jsonl

        beside = {"near_text": asdict(near), "mentions": [asdict(one) for one in named]}
        put(jsonl.line(shown, duplicate_of=first, **beside))
        return
    from crawler.document_lines import document_lines

    put("\n".join(document_lines(shown, first, named, near)))


@app.command()
@site_option
@click.option("--by", metavar="[site|place|month]", help="Count by site, place of the site, or month of publication.")
@click.option("--term", help="Only this term.")
@click.option("--query", "query_", default="", help="Only documents that `cundang search` finds for it.")
@click.option("--keyness", is_flag=True, help="Compare the documents of --query with the rest, most certain first.")
@json_option
@click.pass_obj
def terms(
    folders: Folders, site: str | None, by: str | None, term: str | None, query_: str, keyness: bool, json_: bool
) -> None:
    """Count the terms of United Front work: how many documents contain each, and how often.

    Example: cundang terms --by month --term 统一战线
    """
    from archive.catalogue import terms as known
    from crawler import search_lines

    layout = known_data(folders.layout)
    query_ = search_lines.query_of((query_,) if query_ else (), folders.known(site), None, None)
    if keyness:
        say("keyness; occurrences, and per million characters, here; the same in the rest; term")
        for key in known.keyness(layout, _found_by(folders, query_)):
            counts = (
                f"{key.occurrences:6} {key.per_million:8.1f}  rest {key.rest_occurrences:6} {key.rest_per_million:8.1f}"
            )
            print_item(key, f"{key.keyness:10.2f}  {counts}  {key.term}  {key.english}", json_)
        return
    within = _found_by(folders, query_) if query_ else None
    found = known.counts(layout, by=by, term=term, within=within, site_places=folders.places())
    if not found:
        say(f"No document holds {term or 'a term of the vocabulary'}.")
    for count in found:
        plain = f"{count.documents:6} documents {count.occurrences:6} times  {count.term}  {count.english}"
        print_item(count, f"{plain}  {count.group or '-'}" if by else plain, json_)


@app.command("copies")
@site_option
@click.option(
    "--kind", metavar="[same|spun|excerpt|other_script|stencil]", help="Only pairs of this kind (docs/corpus.md)."
)
@json_option
@click.pass_obj
def copies_(folders: Folders, site: str | None, kind: str | None, json_: bool) -> None:
    """List pairs of documents made from one another; each copy of a cluster is paired with the first credible one.

    Each document has a line: the share that the other contains too, id, site and title. Stencils stand last: they are
    not copies, but the same form filled in with other facts. `cundang show` has the shared passage.

    Example: cundang copies --kind spun
    """
    from archive.catalogue import reprints

    _say_waiting(folders)
    layout, key = known_data(folders.layout), folders.known(site)
    for pair in reprints.pairs(layout, kind=kind):
        if key not in (None, pair.first_site, pair.second_site):
            continue
        first = f"{pair.kind:12} {pair.first_share:4.0%} {pair.first}  {pair.first_site}  {pair.first_title or '-'}"
        second = f"{'':12} {pair.second_share:4.0%} {pair.second}  {pair.second_site}  {pair.second_title or '-'}"
        print_item(pair, f"{first}\n{second}", json_)


def _say_waiting(folders: Folders) -> None:
    from archive.catalogue import reprints

    if waiting := reprints.waiting(known_data(folders.layout)):
        say(f"{waiting} documents came since near copies were last looked for. To look now: cundang clean")


class Format(StrEnum):
    """The formats of `export`."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    HF = "hf"
    DOLMA = "dolma"
    WET = "wet"
    TEXT = "text"
    CSV = "csv"
    WACZ = "wacz"
    BAG = "bag"


# The formats that can go to stdout, and the endings for compression that each format allows.
_STREAMS = (Format.JSONL, Format.CSV)
# Endings that say what a file is, and the format that makes such files; spreadsheets open CSV.
_ENDINGS = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".wacz": "wacz", ".xlsx": "csv", ".ods": "csv"}
_PACKINGS = {Format.JSONL: (".gz", ".zst"), Format.CSV: (".gz", ".zst"), Format.WET: (".gz",)}


def filter_options(command: Decorated) -> Decorated:
    """The options that choose documents."""
    for option in (
        click.option(
            "--seed", type=int, default=0, help="For --sample: the same seed draws the same documents of an archive."
        ),
        click.option(
            "--sample", type=click.IntRange(min=0), default=0, help="Only this many of the documents, drawn at random."
        ),
        click.option("--query", "query_", help="Only the documents that `cundang search` finds with this query."),
        click.option(
            "--ids",
            "listed",
            type=click.Path(path_type=Path),
            help="Only the documents whose ids stand in this file, one a line.",
        ),
        click.option("--versions", is_flag=True, help="Every capture of a URL, not only the latest."),
        click.option(
            "--as-of",
            metavar="DAY",
            help="The documents as they were at the end of a day, month or year, by the captures made until then.",
        ),
        click.option(
            "--collapse", type=click.Choice(["equal", "near"]), help="Only one of equal texts, or of near copies."
        ),
        click.option(
            "--min-han",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Only documents with at least this many Han characters.",
        ),
        click.option(
            "--kind",
            metavar="[article|media_only]",
            help="Only articles, or only pages whose body is a film, pictures or a PDF.",
        ),
        click.option(
            "--script",
            metavar="[hans|hant|mixed|none]",
            help="Only pages written in Simplified (hans) or Traditional characters (hant), in both, or in none.",
        ),
        click.option("--without-flag", multiple=True, help="Only without this flag; may be repeated."),
        click.option("--flag", multiple=True, help="Only with this flag (docs/documents.md); may be repeated."),
        day_option("--until"),
        day_option("--since"),
        click.option(
            "--place", help="Only sites of a place: its name, 四川, or a GB/T 2260 code or its beginning, 51."
        ),
        site_option,
    ):
        command = option(command)
    return command


def extra_options(command: Decorated) -> Decorated:
    """The options that add to an export, or change what it holds."""
    for option in (
        click.option(
            "--without-overlap",
            type=click.Path(path_type=Path),
            help="Leave out documents that share 20 consecutive characters with a text of this file.",
        ),
        click.option("--mask", is_flag=True, help="Mask telephone numbers, ID numbers and e-mail addresses."),
        click.option(
            "--tokenizer", type=click.Path(path_type=Path), help="A tokenizer.json, to count tokens with --signals."
        ),
        click.option("--signals", is_flag=True, help="Add quality signals as columns."),
        click.option("--mentions", is_flag=True, help="Add the places and organisations named in a text as columns."),
        click.option("--split", "split_", help="Write a folder of files: one per `year`, or of a size of text: 200MB."),
    ):
        command = option(command)
    return command


@app.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice([each.value for each in Format]),
    callback=lambda _context, _option, value: Format(value),
    required=True,
    help="hf, dolma, text and bag are folders, the others files.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The file or folder to write, - for stdout (jsonl, csv), or one in a bucket: s3://bucket/name.",
)
@filter_options
@extra_options
@click.option("--force", is_flag=True, help="Replace even a file that no export wrote.")
@click.pass_obj
def export(folders: Folders, /, format_: Format, out: Path, force: bool, **chosen: Any) -> int:
    """Write the corpus for other tools: the latest text of each URL, unless asked otherwise.

    wacz contains all captures of the chosen sites, for replay; the other filters only choose which pages its list of
    pages has. bag is a BagIt bag of the WARC files, none of which may be damaged.

    Example: cundang export --format jsonl --out corpus.jsonl
    """
    from archive.export import bucket

    address = bucket.address(out)
    if address is None:
        return _export(folders, format_, out.expanduser(), force=force, chosen=chosen)
    with bucket.staged(address, force=force) as made:
        code = _export(folders, format_, made, force=force, chosen=chosen)
    say(f"{address}: put into the bucket, with its manifest")
    return code


def _export(folders: Folders, format_: Format, out: Path, *, force: bool, chosen: dict[str, Any]) -> int:
    """Write an export to this machine."""
    from archive.catalogue import query
    from archive.export import extras, whole

    shaping = {name: chosen.pop(name) for name in ("split_", "signals", "tokenizer", "mask", "without_overlap")}
    named = folders.places() if chosen.pop("mentions") else None
    listed: Path | None = chosen["listed"]
    beside = extras.read(format_, **shaping, mentions=named)
    one = not shaping["split_"]
    _refuse_other_ending(format_, out)
    whole.check_name(out, _PACKINGS.get(format_, ()) if one else (), stream=format_ in _STREAMS and one)
    if chosen["collapse"] == "near":
        _say_waiting(folders)
    wanted = replace(_filter(folders, **chosen), by_year=beside.by_year)
    if listed is not None:
        beside = replace(beside, stated={**beside.stated, "ids": extras.stated_file(listed)})
    query.refuse_unknown(folders.layout, wanted, folders.sites(chosen["site"]))
    # A pack of captures is chosen by site, not by document.
    keys = wanted.sites
    if wanted.site is not None:
        keys = tuple(key for key in (wanted.site,) if keys is None or key in keys)
    if format_ is Format.BAG:
        _pack(folders, wanted, keys, out)
        return 0
    return _write(folders.layout, wanted, keys, format_, out, beside, force=force)


def _refuse_other_ending(format_: Format, out: Path) -> None:
    """Refuse a name that would say that a file is in another format."""
    bare = out.with_suffix("") if out.suffix in (".gz", ".zst") else out
    ending = bare.suffix.lower()
    makes = _ENDINGS.get(ending, str(format_))
    if makes != format_ or ending in (".xlsx", ".ods"):
        raise UsageError(
            f"{out}: --format {format_} makes no {ending} file. Name another --out, such as"
            f" {bare.with_suffix(f'.{format_}').name}" + ("." if makes == format_ else f", or give --format {makes}.")
        )


def _filter(
    folders: Folders,
    *,
    site: str | None,
    place: str | None,
    flag: tuple[str, ...],
    without_flag: tuple[str, ...],
    query_: str | None,
    listed: Path | None,
    **same: Any,
) -> query.Filter:
    """Turn the options of an export into a filter."""
    from archive.catalogue import ask, query

    return query.Filter(
        site=folders.key(site),
        sites=folders.of_place(place) if place is not None else None,
        flags=flag,
        without=without_flag,
        query=query_,
        ids=_ids(folders, query_, listed, older=bool(same["as_of"])),
        **same
        | {
            "versions": same["versions"] or ask.wants_versions(ask.parse(query_ or "")),
            "seed": same["seed"] if same["sample"] else 0,
        },
    )


def _ids(folders: Folders, words: str | None, listed: Path | None, *, older: bool) -> tuple[str, ...] | None:
    """The ids that a query finds, and a file lists; None: neither is given. `older`: also of earlier versions."""
    from archive.catalogue import ask

    found = None if words is None else _found_by(folders, ask.joined(words, "versions:yes" if older else ""))
    if listed is None:
        return found
    try:
        named = dict.fromkeys(listed.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{listed}: cannot be read: {error}. Name a text file with an id a line.") from error
    return tuple(named if found is None else named.keys() & set(found))


def _pack(folders: Folders, wanted: query.Filter, keys: Collection[str] | None, out: Path) -> None:
    """Write a bag of the WARC files of some sites, or of all."""
    from archive.catalogue import query
    from archive.export import bag

    if wanted != query.Filter(site=wanted.site, sites=wanted.sites):
        raise UsageError("A bag holds whole WARC files. Choose them with --site or --place alone.")
    files = bag.write(folders.layout, keys, out, folders.sites_folder)
    gone = folders.layout.exclusions.exists()
    texts = f"cundang --data {out / 'data'} --sites {out / 'data' / 'sites'} rebuild"
    say(
        f"{out}: {files} WARC files. To make their texts there: {texts}."
        + (" What was taken down and not erased is in them: see exclusions.jsonl there" if gone else "")
    )


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
    """Write documents, or a pack of captures; return 1 if something that belongs in it is damaged."""
    from archive.export import manifest, replay, wacz
    from archive.warc import exclusions

    offer = replay.Offer(gone=exclusions.read(layout))
    if format_ is Format.WACZ:
        writer: extras.Write = partial(wacz.write, layout, keys, offer=offer)
    else:
        writer = beside.writer(import_module(f"archive.export.{format_}").write)
    made = manifest.write(
        layout, wanted, format_, out, writer, force=force, left_out=beside.left_out, stated=beside.stated
    )
    _print_lost(offer, as_messages=True)
    none = "" if made.documents else "; none matches the filters"
    origin = f"; what is in it and how it was made: {made.manifest}" if made.manifest else ""
    say(f"{out}: {made.documents} documents{none}{origin}")
    if made.copies:
        say(f"{made.copies} documents are copies of others, and were left out")
    if beside.left_out:
        say(f"{made.left_out} documents share a passage with the texts given, and were left out")
    if made.uncleaned:
        say(f"{made.uncleaned} WARC files are not in it: they were not cleaned yet. Run: cundang clean")
    told = say_all(_damaged(layout, wanted, keys if format_ is Format.WACZ else ()))
    return told | int(bool(offer.problems))


@app.command("index")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder, or one that this command filled before.",
)
@json_option
@click.pass_obj
def index_(folders: Folders, out: Path, json_: bool) -> int:
    """Write what replay tools need: an index of the whole archive (CDXJ), the paths of its files, pywb's settings.

    Every capture in it replays. A 304 is left out, so its day shows the capture before it. Exit 1 if captures cannot be
    replayed, which are named with file, offset and reason.

    Example: cundang index --out replay
    """
    from archive.corpus import damage
    from archive.export import replay

    layout = known_data(folders.layout)
    with telling("index") as tell:
        offer = replay.write(layout, out, tell)
    _print_lost(offer, json_=json_)
    say(f"{out}: {len(offer.lines)} captures. To see them with pywb (pip install pywb): cd {out} && wayback")
    return say_all(map(str, damage.known(layout))) | int(bool(offer.problems))


def _print_lost(offer: replay.Offer, *, json_: bool = False, as_messages: bool = False) -> None:
    """Print which captures replay tools do not get, and why; on stderr if stdout is for data (`as_messages`)."""
    for problem in offer.problems:
        plain = f"{problem.file}: offset {problem.offset}: {problem.reason}"
        say(plain) if as_messages else print_item(problem, plain, json_)
    for reason, count in sorted(offer.left.items()):
        say(f"left out: {count} captures {reason}")


def _damaged(layout: Layout, wanted: query.Filter, sites: Collection[str] | None) -> Iterator[str]:
    """The known damages of the WARC files that an export is made from, or that belong to these sites."""
    from archive.catalogue import query
    from archive.corpus import damage

    shards = {path for path, _ in query.chosen_rows(layout, wanted)}
    for each in damage.known(layout):
        if layout.shard_of(each.warc) in shards or sites is None or layout.site_of(each.warc) in sites:
            yield str(each)


@app.command()
@click.option(
    "--port",
    type=click.IntRange(min=1, max=65533),
    default=8080,
    show_default=True,
    help="The port of the page; archived pages are shown on the next one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on. Anyone who can reach it can read the whole archive.",
)
@click.option("--open-to-network", is_flag=True, help="Confirm that other machines may connect; needed with --host.")
@click.option("--base", help="The public address of the page behind a proxy.")
@click.option("--replay-base", help="The public address of the replay behind a proxy: another host or port.")
@click.option(
    "--replay-engine",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of wabac.js, which you download (docs/page.md), to run scripts of archived pages on a third port.",
)
@click.option("--engine-base", help="The public address of that port behind a proxy.")
@click.pass_obj
def serve(
    folders: Folders,
    port: int,
    host: str,
    open_to_network: bool,
    base: str | None,
    replay_base: str | None,
    replay_engine: Path | None,
    engine_base: str | None,
) -> None:
    """Serve the archive to a browser: search, read, compare, replay, export. Read-only.

    Example: cundang serve --port 8080
    """
    from archive.web import serve as page

    if not page.is_loopback(host) and not open_to_network:
        raise UsageError(
            f"{host} lets other machines read the whole archive, without a password. "
            "Add --open-to-network if you mean it, better behind a proxy that asks who they are."
        )
    where = page.Where(
        host=host, port=port, base=base, replay_base=replay_base, engine=replay_engine, engine_base=engine_base
    )
    page.run(known_data(folders.layout), folders.sites(), where, lambda address: say(f"{address}   (Ctrl-C ends it)"))


@app.command()
@site_option
@click.option("--missing", is_flag=True, help="List every address that was not captured, and why.")
@click.option("--skips", is_flag=True, help="List every captured page that gave no document, and why.")
@click.option("--learned", is_flag=True, help="List the shapes of addresses that were found to be articles or lists.")
@json_option
@click.pass_obj
def status(folders: Folders, site: str | None, missing: bool, skips: bool, learned: bool, json_: bool) -> int:
    """Show the contents of each site, how its last crawl ended, and what is missing: a line per site, or one in full.

    Exit 1 if a WARC file is damaged, truncated or missing.

    Example: cundang status
    """
    from archive.catalogue import query
    from archive.corpus import damage, disk
    from crawler import status as standing

    layout = known_data(folders.layout)
    key = folders.known(site)
    if missing or learned or skips:
        for skip in query.skips(layout, key) if skips else ():
            print_item(skip, f"{skip.reason:20} {skip.url}  {skip.detail}", json_)
        _print_states(layout, key, json_, missing=missing, learned=learned)
        return 0
    found = list(standing.standings(layout, key))
    if not found:
        say(f"{layout.root}: nothing{f' of {key}' if key else ''} is archived. Run: cundang crawl, or cundang import")
    for each in found:
        print_item(each, "\n".join(standing.lines(each)) if key else standing.line(each), json_)
    if key is None:
        say(str(disk.measure(layout)))
    return say_all(str(each) for each in damage.known(layout) if key in (None, layout.site_of(each.warc)))


def _print_states(layout: Layout, key: str | None, json_: bool, *, missing: bool, learned: bool) -> None:
    for state in layout.states() if missing or learned else ():
        if key in (None, state.stem):
            _print_addresses(state, json_, missing=missing)


def _print_addresses(state: Path, json_: bool, *, missing: bool) -> None:
    """Print the addresses of a site that were not captured, or what was learned about their shapes."""
    from crawler.queue.accounts import missing as lists_missing
    from crawler.queue.frontier import Frontier

    with closing(Frontier(state, read_only=True)) as frontier:
        if missing:
            for address in (*lists_missing(frontier.accounts.ledger()), *frontier.report.uncaptured(waiting=True)):
                print_item(address, f"{address.reason:20} {address.url}  {address.detail}", json_)
        else:
            for each in frontier.report.shapes():
                print_item(each, f"{each.shape}  articles {each.articles}, lists {each.lists}", json_)


def _found_by(folders: Folders, words: str) -> tuple[str, ...]:
    """The ids of the documents that a query finds."""
    from archive.catalogue.search import Searcher

    return tuple(Searcher(folders.layout, folders.places).ids(words))
