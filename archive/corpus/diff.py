"""Two shards of one WARC file -> what re-cleaning changed, page by page and in sum.

Pages are matched by the ids of their records. Only the rows are compared.
"""

from __future__ import annotations

import difflib
import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from archive.corpus import shard
from archive.text.document import Document, Skip

# The number of changes that are shown with their lines.
LARGEST = 20
# The most lines shown of one change.
MOST_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One page whose row differs from the one before.

    Attributes:
        what: `changed`, `gained` (no document before), `lost` (no document any more) or `skip` (another skip).
        fields: the columns of a changed document that differ.
        size: the number of characters in paragraphs that were added or removed.
        lines: the paragraphs and fields that differ, `-` before, `+` after, at most `MOST_LINES`.
    """

    what: str
    id: str
    url: str
    site: str
    shard: str
    fields: tuple[str, ...]
    size: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A shard before and after. The digests are those of the files (sha256, base16); None: there is no file."""

    shard: str
    reason: str
    before: str | None
    after: str | None
    changes: tuple[Change, ...]
    pages: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """What changed on one site.

    Attributes:
        came, went: the number of paragraphs that were added to texts, or removed from them.
        rules: rule -> by how much the number of lines that it takes out has grown.
        fields: column -> the number of documents in which it differs.
    """

    site: str
    pages: int = 0
    changed: int = 0
    gained: int = 0
    lost: int = 0
    skip: int = 0
    came: int = 0
    went: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)


class Report:
    """Sums up differences by site, and collects the largest changes."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self._largest: list[tuple[int, str, str, Change]] = []

    def compare(self, before: Path | None, after: Path | None, *, name: str, reason: str) -> Difference:
        """Compare two shards of one WARC file and count the differences; None: there is no shard."""
        old, new = _rows(before), _rows(after)
        changes = []
        for id_ in dict.fromkeys([*new, *old]):
            had, has = old.get(id_), new.get(id_)
            there = has or had
            assert there is not None
            tally = self._tallies.setdefault(there.site, Tally(site=there.site))
            tally.pages += 1
            if had != has:
                change = _change(had, has, name)
                changes.append(change)
                self._count(tally, change, had, has)
        return Difference(
            shard=name,
            reason=reason,
            before=_digest(before),
            after=_digest(after),
            changes=tuple(changes),
            pages=len(old.keys() | new.keys()),
        )

    @property
    def tallies(self) -> list[Tally]:
        """The tally of each site, ordered by key."""
        return [self._tallies[site] for site in sorted(self._tallies)]

    @property
    def largest(self) -> list[Change]:
        """The changes of the most characters, largest first."""
        return [change for *_, change in sorted(self._largest, key=lambda entry: (-entry[0], *entry[1:3]))]

    def _count(self, tally: Tally, change: Change, had: Document | Skip | None, has: Document | Skip | None) -> None:
        setattr(tally, change.what, getattr(tally, change.what) + 1)
        _add(tally.fields, Counter(change.fields))
        went, came = _paragraphs(had), _paragraphs(has)
        tally.came += (came - went).total()
        tally.went += (went - came).total()
        rules = Counter(rule for rule, _ in _removed_lines(has))
        rules.subtract(rule for rule, _ in _removed_lines(had))
        _add(tally.rules, rules)
        # Show a page that was captured twice only once.
        shown = any((shown.url, shown.lines) == (change.url, change.lines) for *_, shown in self._largest)
        if change.what != "skip" and not shown:
            entry = (change.size, change.shard, change.id, change)
            push = heapq.heappush if len(self._largest) < LARGEST else heapq.heappushpop
            push(self._largest, entry)


def _add(sums: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        sums[name] = sums.get(name, 0) + count
        if not sums[name]:
            del sums[name]


def _rows(path: Path | None) -> dict[str, Document | Skip]:
    return {item.id: item for item in shard.read(path)} if path is not None else {}


def _digest(path: Path | None) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else None


def _paragraphs(item: Document | Skip | None) -> Counter[str]:
    return Counter(item.text.split("\n")) if isinstance(item, Document) and item.text else Counter()


def _removed_lines(item: Document | Skip | None) -> tuple[tuple[str, str], ...]:
    return item.removed if isinstance(item, Document) else ()


def _change(had: Document | Skip | None, has: Document | Skip | None, name: str) -> Change:
    there = has or had
    assert there is not None
    match had, has:
        case Document(), Document():
            what = "changed"
            differing = tuple(f.name for f in fields(Document) if getattr(had, f.name) != getattr(has, f.name))
        case _, Document():
            what, differing = "gained", ()
        case Document(), _:
            what, differing = "lost", ()
        case _:
            what, differing = "skip", ()
    went, came = _paragraphs(had), _paragraphs(has)
    size = sum(len(text) * count for both in (came - went, went - came) for text, count in both.items())
    return Change(
        what=what,
        id=there.id,
        url=there.url,
        site=there.site,
        shard=name,
        fields=differing,
        size=size,
        lines=tuple(_lines(had, has))[:MOST_LINES],
    )


def _lines(had: Document | Skip | None, has: Document | Skip | None) -> Iterator[str]:
    """The lines that differ between two rows of a page."""
    yield from text_lines(_write_out(had), _write_out(has))


def text_lines(before: Iterable[str], after: Iterable[str]) -> Iterator[str]:
    """The lines that differ, prefixed with `- ` and `+ `, in the order of the texts.

    >>> list(text_lines(["a", "b"], ["a", "c"]))
    ['- b', '+ c']
    """
    old, new = list(before), list(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, begin, end, new_begin, new_end in matcher.get_opcodes():
        if what != "equal":
            yield from (f"- {line}" for line in old[begin:end])
            yield from (f"+ {line}" for line in new[new_begin:new_end])


def _write_out(item: Document | Skip | None) -> list[str]:
    """A row as readable lines: fields by name, then the paragraphs, then the lines that rules removed."""
    if item is None:
        return []
    if isinstance(item, Skip):
        return [f"skip: {item.reason}: {item.detail}"]
    shown = [
        f"{f.name}: {getattr(item, f.name)!s}"
        for f in fields(Document)
        if f.name not in ("text", "text_original", "removed", "id") and getattr(item, f.name) not in (None, ())
    ]
    return [*shown, *item.text.split("\n"), *(f"removed by {rule}: {line}" for rule, line in item.removed)]
