"""The data folder -> the status of each site: its documents, how its last crawl ended, and what was not captured."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from archive.catalogue import query
from archive.corpus import damage
from archive.layout import Layout
from archive.ledger import Ledger, read_ledger
from archive.site import CHINA
from crawler.queue.accounts import say_doubt, say_gap
from crawler.queue.entries import Ending, Run
from crawler.queue.frontier import Frontier
from crawler.queue.lock import is_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The status of one site.

    Attributes:
        documents: the number of documents, as in a search or an export.
        skips: the number of page captures without a document, by reason.
        last_run: the last crawl; None: the site was never crawled here.
        missing_by_reason: the number of addresses that the last crawl did not capture, by reason, most frequent first;
            `waiting`: their turn did not come.
        missing_articles: the number of these addresses that should be articles.
        ledger: what its lists claim, and doubts about the site.
        warc_files: the number of closed WARC files.
        never_verified: the number of these that were never verified.
        verified: the days (UTC) of the oldest and the newest verification; None: there was none.
        spared: the number of addresses that the last crawl left out since pages like them led nowhere, by their shape.
        unfinished: what was begun and not finished, each with the command that goes on with it.
    """

    site: str
    documents: int
    skips: Mapping[str, int]
    last_run: Run | None
    missing_by_reason: Mapping[str, int]
    missing_articles: int
    ledger: Ledger
    warc_files: int
    never_verified: int
    verified: tuple[str, str] | None
    spared: Mapping[str, int]
    unfinished: tuple[str, ...] = ()


def standings(layout: Layout, site: str | None = None) -> Iterator[Standing]:
    """The status of every site in the data folder, or of one site.

    Raises:
        DataError: the catalogue, a crawl's state or the list of WARC files cannot be read.
    """
    catalogued = {each.site: each for each in query.status(layout)}
    kept = {each.site: each for each in damage.custody(layout)}
    crawled = {path.stem: path for path in layout.states()}
    gone = Counter(layout.site_of(path) for path in query.gone_shards(layout))
    for key in sorted(catalogued.keys() | kept.keys() | crawled.keys() | gone.keys()):
        if site is not None and key != site:
            continue
        run, reasons, awaited, ahead, silent = None, {}, 0, None, list[str]()
        spared: Mapping[str, int] = {}
        if key in crawled:
            with closing(Frontier(crawled[key], read_only=True)) as frontier:
                run, reasons = next(iter(frontier.report.runs()), None), frontier.report.reasons()
                awaited, ahead = frontier.report.awaited(), frontier.report.ahead(time.time())
                silent = frontier.silence.told()
                spared = frontier.learned.spared()
        files = kept.get(key)
        had = catalogued.get(key)
        yield Standing(
            site=key,
            documents=had.documents if had else 0,
            skips=had.skips if had else {},
            last_run=run,
            missing_by_reason=reasons,
            missing_articles=awaited,
            ledger=read_ledger(layout.ledger(key)),
            warc_files=files.files if files else 0,
            never_verified=files.never if files else 0,
            verified=(files.first[:10], files.last[:10]) if files and files.first and files.last else None,
            spared=spared,
            unfinished=(
                *_unfinished(layout, key, begun=key in crawled and run is None, gone=gone[key]),
                *([f"{ahead}. The next crawl asks for them again. Check the clock"] if ahead else []),
                *silent,
            ),
        )


def _unfinished(layout: Layout, site: str, *, begun: bool, gone: int) -> Iterator[str]:
    """What was begun on a site and not finished.

    Args:
        layout: the archive.
        site: the site's key.
        begun: there is the state of a crawl, but no crawl has ended.
        gone: the number of shards that the catalogue lists and that are gone.
    """
    if is_held(layout.lock(site)):
        yield f"{Ending.RUNNING}: it is being crawled"
        return
    if begun or any(layout.open_warcs(site)):
        yield f"{Ending.KILLED}: its last crawl did not end. Run: cundang crawl {site}"
    if uncleaned := layout.uncleaned(site):
        yield f"{uncleaned} WARC files are not cleaned. Run: cundang clean"
    elif gone:
        yield f"{gone} shards are gone, and the catalogue still lists them. Run: cundang clean"
    elif any(layout.warcs(site)) and not layout.catalogue.exists():
        yield "there is no catalogue. Run: cundang rebuild --catalogue"
    elif query.is_of_another_version(layout):
        yield "another version of cundang made the catalogue. Run: cundang rebuild --catalogue"


def line(standing: Standing) -> str:
    """The status of a site in one line."""
    run, gaps = standing.last_run, sum(each.gap > 0 for each in standing.ledger.lists)
    parts = [f"{standing.site:20} {standing.documents:6} documents"]
    if run is not None:
        short = f" ({run.shortfall})" if run.shortfall else ""
        parts.append(f"crawled {run.began.astimezone(CHINA):%Y-%m-%d %H:%M} Shanghai, {run.ending}{short}")
    if standing.missing_by_reason:
        articles, every = standing.missing_articles, sum(standing.missing_by_reason.values())
        waiting = standing.missing_by_reason.get("waiting")
        later = f" ({waiting} of them wait for the next crawl)" if waiting else ""
        parts.append(f"not captured: {articles} that should be articles, {every - articles} other addresses{later}")
    parts += [f"lists with gaps: {gaps}"] if gaps else []
    parts += [f"! {why}" for why in (*standing.unfinished, *map(say_doubt, standing.ledger.doubts))]
    return "  ".join(parts)


def lines(standing: Standing) -> Iterator[str]:
    """The full status of a site: its skips, its last crawl, its lists (largest gap first) and its files."""
    yield line(standing)
    run, files = standing.last_run, standing.verified
    yield f"  pages without a document: {_counts(standing.skips) or 'none'}"
    if run is not None:
        yield f"  last crawl: {run.pages} pages, {run.requisites} files in {run.seconds:.0f} s"
        yield f"  not captured: {_counts(standing.missing_by_reason) or 'nothing'}"
    if standing.spared:
        most = ", ".join(f"{shape} {count}" for shape, count in list(standing.spared.items())[:5])
        yield f"  left out, since pages like them led nowhere (a few are asked for in each crawl): {most}"
    shown = [
        each for each in standing.ledger.lists if each.gap or each.claimed is not None or each.foreign or each.blind
    ]
    for each in shown:
        gap = f"gap {each.gap}" if each.gap else "no gap"
        yield f"  {gap:8} {each.name or each.url}: {say_gap(each)}; fetched {each.had}"
    if shown and (rest := len(standing.ledger.lists) - len(shown)):
        yield f"  {rest} more lists do not say how many articles they have."
    never = f", {standing.never_verified} never verified" if standing.never_verified else ""
    between = f", verified between {files[0]} and {files[1]} (UTC)" if files else ""
    yield f"  {standing.warc_files} WARC files{between}{never}"


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in found.items())
