"""The output of `cundang search` and `changes`: hits, counts, words by year, words in context, changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archive.catalogue.ask import joined
from archive.catalogue.query import Filter, check_days
from archive.catalogue.search import FACETS, Found, Hit, Searcher
from archive.layout import Layout
from crawler.messages import china_time

# An item for programs (None: none) and a line for people; a line without an item goes to stderr.
Line = tuple[Any, str]


def query_of(words: Sequence[str], site: str | None, since: str | None, until: str | None) -> str:
    """Make one query from the command's arguments; an argument may itself be a query of several words.

    >>> query_of(["统战", "a b OR c"], "trs", "2019", None)
    '统战 (a b OR c) site:trs published:2019..'

    Raises:
        UsageError: a day is invalid, or the last is before the first.
    """
    check_days(Filter(since=since, until=until))
    parts = [*words]
    parts += [f"site:{site}"] if site else []
    parts += [f"published:{since or ''}..{until or ''}"] if since or until else []
    return joined(*parts)


def hits(
    searcher: Searcher, query: str, order: str, page: int, size: int, facets: bool, period: str | None
) -> Iterator[Line]:
    """Yield the hits, a summary, and the counts by facet and period."""
    found = searcher.find(query, order=order, page=page, size=size, facets=FACETS if facets else (), period=period)
    for hit in found.hits:
        yield hit, _format(hit)
    yield None, _summary(found)
    for note in found.notes:
        yield None, str(note)
    for name, facet in found.facets.items():
        for one in facet.values:
            yield {"facet": name, **one._asdict()}, f"{one.documents:8,}  {name}:{one.value}"
        if facet.more:
            yield None, f"          {name}: {facet.more} more values"
    for at in found.histogram:
        yield at._asdict(), f"{at.documents:8,}  {at.period}"


def frequency(searcher: Searcher, words: Sequence[str], period: str, within: str) -> Iterator[Line]:
    """Yield for each period the number of all documents, and of those that contain each word."""
    for at in searcher.frequency(words, period=period, within=within):
        plain = "  ".join(f"{word} {count} ({count / at.documents:.1%})" for word, count in at.words.items())
        yield at._asdict(), f"{at.period or 'undated':10}  of {at.documents:,}:  {plain}"


def concordance(searcher: Searcher, query: str) -> Iterator[Line]:
    """Yield a line for each occurrence of the query's words."""
    lines, total = searcher.concordance(query)
    for line in lines:
        yield line, f"{line.left:\u3000>24}【{line.word}】{line.right}"
    yield None, f"{len(lines)} places; the newest of {total} documents were read" if lines else f"{total} documents"


def changes(layout: Layout, since: str | None, site: str | None) -> Iterator[Line]:
    """Yield the changes since a day; for an edit, also the changed lines.

    Raises:
        UsageError: the day is invalid.
    """
    from archive.catalogue import changes as known_changes  # noqa: PLC0415 - a search starts without it

    for change in known_changes.changes(layout, known_changes.stamp_of(since or "1990"), site=site):
        seen = china_time(change.seen)
        lines = "".join(f"\n    {line}" for line in change.lines)
        yield change, f"{seen}  {change.what:8}{change.title or '(no title)'}\n    {change.url}  {change.id}{lines}"


def _format(hit: Hit) -> str:
    # Put an implausible or unknown day in brackets, because hits are not sorted by it.
    day = (
        hit.published[:10]
        if hit.published
        else f"({hit.published_claimed[:10]}?)"
        if hit.published_claimed
        else "(undated)"
    )
    snippet = "".join(piece for piece, _ in hit.snippet)
    return f"{day:12}  {hit.title or '(no title)'}\n    {snippet}\n    {hit.url}  {hit.id}"


def _summary(found: Found) -> str:
    parts = [f"{found.total:,} of {found.documents:,} documents"]
    parts += [f"{found.undated:,} undated"] if found.undated else []
    parts += [f"{found.copies:,} copies of others"] if found.copies else []
    first = (found.page - 1) * found.size + 1
    if found.hits and found.total > len(found.hits):
        parts.append(f"shown: {first:,} to {first + len(found.hits) - 1:,} (more: --page {found.page + 1})")
    return "; ".join(parts) + (f"; read as {found.read_as}" if found.query else "")
