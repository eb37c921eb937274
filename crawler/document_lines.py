"""A document -> the output of `cundang show`: sections with headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby

from archive.catalogue.mentions import Mention
from archive.catalogue.reprints import Copies, Copy
from archive.text.document import Document

# How the place of a mention was determined.
_HOW = {
    "name": "the only or the largest place of this name",
    "parent": "within a place that the document names",
    "site": "in the region of the site",
    "open": "several places have this name",
    "place": "named with its place",
    "own": "named by its level; that of the site's place",
    "national": "a body of the whole country",
}
_HOW_OF_ORGANISATIONS = {"name": "by its own name"}
COPY = {
    "same": "the same text, except for a few words",
    "spun": "words exchanged or paragraphs moved",
    "excerpt": "an excerpt",
    "other_script": "the same in the other script",
    "stencil": "no copy: the same form with other facts",
}


def document_lines(
    document: Document, duplicate_of: str | None, mentions: Sequence[Mention], copies: Copies
) -> Iterator[str]:
    """Yield the lines: the columns, the text, where each column was found, what was left out, names, near copies."""
    yield document.title or "(no title)"
    columns = {**asdict(document), "duplicate_of": duplicate_of}
    for name in ("title", "text", "text_original", "removed", "evidence"):
        del columns[name]
    for name, value in columns.items():
        if value not in (None, (), ""):
            yield f"  {name:18} {_words(value)}"
    yield from _section("Text", document.text.splitlines())
    found = [f"{of:18} {words}" for of, words in document.evidence]
    yield from _section("Evidence: what a column or flag was read from", found)
    removed = [f"{rule:18} {line}" for rule, line in document.removed]
    yield from _section("Removed from the text, by rule", removed)
    yield from _section("Places and organisations (--json has each position)", _names(mentions))
    yield from _section("Near copies", _copies(copies))


def _section(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n{heading}"
        yield from (f"  {line}" for line in lines)


def _names(mentions: Sequence[Mention]) -> list[str]:
    """A line for each place and organisation: how often it is named, the words, and how it was determined."""

    def named(one: Mention) -> tuple[str, str, str]:
        return one.kind, one.name, one.code

    order = {key: number for number, key in reversed([*enumerate(map(named, mentions))])}
    lines = []
    for (kind, name, code), group in groupby(sorted(mentions, key=lambda one: order[named(one)]), named):
        there = [*group]
        words = ", ".join(dict.fromkeys(one.words for one in there))
        known = _HOW if kind == "place" else _HOW | _HOW_OF_ORGANISATIONS
        how = "; ".join(dict.fromkeys(known[one.how] for one in there))
        often = "once" if len(there) == 1 else f"{len(there)} times"
        lines.append(f"{kind:18} {name} {code or '(no code)'}, {often}: {words} ({how})")
    return lines


def _copies(copies: Copies) -> list[str]:
    lines = [f"{'original':18} {copies.original}"] if copies.original else []
    for copy in copies.copies:
        lines += [
            f"{copy.kind:18} {copy.title or '(no title)'} ({_said_of(copy)})",
            f"{'':18} {copy.site} {copy.url}  {copy.id}",
            f"{'':18} {copy.share:.0%} of this text is in it, {copy.share_here:.0%} of it is in this text",
            f"{'':18} the longest passage that both have: {copy.passage[:80] or 'none to speak of'}",
        ]
    if copies.total > len(copies.copies):
        lines.append(f"{'':18} and {copies.total - len(copies.copies)} more; cundang copies lists all")
    return lines


def _said_of(copy: Copy) -> str:
    return "the same text" if copy.kind == "same" and copy.share == copy.share_here == 1 else COPY[copy.kind]


def _words(value: object) -> str:
    """Format a column's value; the parts of a list are separated."""
    listed = value if isinstance(value, tuple) else (value,)
    return "; ".join(" ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in listed)
