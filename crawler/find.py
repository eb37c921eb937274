"""What `cundang search` prints: hits, counts, words by year, words in context."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from archive.catalogue import changes as known_changes
from archive.catalogue.search import FACETS, Found, Hit, Searcher
from archive.errors import UsageError
from archive.layout import Layout

# What is printed for a program, and what for a person; None: talk, on stderr.
Line = tuple[Any, str]


def query_of(words: Sequence[str], site: str | None, since: str | None, until: str | None) -> str:
    """One query of the command's arguments; an argument that the shell kept together with its spaces stays so.

    >>> query_of(["统战", "a b OR c"], "trs", "2019", None)
    '统战 a b OR c site:trs published:2019..'

    Raises:
        UsageError: a day is none of the calendar, or the last is before the first.
    """
    for day in (since, until):
        if day is not None and not _is_day(day):
            raise UsageError(f"{day!r} is no day, month or year. Write it as 2020-02-19, 2020-02 or 2020.")
    if since and until and since > until + "~":
        raise UsageError(f"no day lies between {since} and {until}. Give the earlier one to --since.")
    parts = [*words]
    parts += [f"site:{site}"] if site else []
    parts += [f"published:{since or ''}..{until or ''}"] if since or until else []
    return " ".join(parts)


def hits(
    searcher: Searcher, query: str, order: str, page: int, size: int, facets: bool, period: str | None
) -> Iterator[Line]:
    """The hits, then what was counted."""
    found = searcher.find(query, order=order, page=page, size=size, facets=FACETS if facets else (), period=period)
    for hit in found.hits:
        yield hit, _shown(hit)
    yield None, _summary(found)
    for note in found.notes:
        yield None, str(note)
    for name, facet in found.facets.items():
        for value, count in facet.values:
            yield {"facet": name, "value": value, "documents": count}, f"{count:8,}  {name}:{value}"
        if facet.more:
            yield None, f"          {name}: {facet.more} more values"
    for at, count in found.histogram:
        yield {"period": at, "documents": count}, f"{count:8,}  {at}"


def frequency(searcher: Searcher, words: Sequence[str], period: str, within: str) -> Iterator[Line]:
    """Of each period all documents, and those that hold each word."""
    for at, total, held in searcher.frequency(words, period=period, within=within):
        counts = dict(zip(words, held, strict=True))
        plain = "  ".join(f"{word} {count} ({count / total:.1%})" for word, count in counts.items())
        yield {"period": at, "documents": total, "words": counts}, f"{at:10}  of {total:,}:  {plain}"


def concordance(searcher: Searcher, query: str) -> Iterator[Line]:
    """A line a place of a word."""
    lines, total = searcher.concordance(query)
    for line in lines:
        yield line, f"{line.left:\u3000>24}【{line.word}】{line.right}"
    yield None, f"{len(lines)} places; the newest of {total} documents were read" if lines else f"{total} documents"


def changes(layout: Layout, since: str | None, site: str | None) -> Iterator[Line]:
    """What changed since a day, an edit with its lines.

    Raises:
        UsageError: it is no day.
    """
    if since is not None and not _is_day(since):
        raise UsageError(f"{since!r} is no day, month or year. Write it as 2020-02-19, 2020-02 or 2020.")
    for change in known_changes.changes(layout, (since or "1990").replace("-", ""), site=site):
        seen = f"{change.seen[:4]}-{change.seen[4:6]}-{change.seen[6:8]} {change.seen[8:10]}:{change.seen[10:12]}Z"
        lines = "".join(f"\n    {line}" for line in change.lines)
        yield change, f"{seen}  {change.what:8}{change.title or '(no title)'}\n    {change.url}  {change.id}{lines}"


def _is_day(words: str) -> bool:
    try:
        return len(words) in (4, 7, 10) and bool(dt.date.fromisoformat((words + "-01-01")[:10]))
    except ValueError:
        return False


def _shown(hit: Hit) -> str:
    # A day that cannot be true, or that the page does not state, is not one to sort by.
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
        parts.append(f"shown: {first:,} to {first + len(found.hits) - 1:,} (--page {found.page + 1} goes on)")
    return "; ".join(parts) + (f"; read as {found.read_as}" if found.query else "")
