"""Documents with texts made from one another -> clusters of copies, and pairs with what they share.

The result depends on the texts alone, never on the order in which they came. Fingerprints and comparisons of two texts
are stored; which texts to compare is decided again whenever a text comes or goes.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np

from archive.catalogue import prints
from archive.catalogue.duplicates import COPIES, ORDER, TEXTS
from archive.catalogue.likeness import Likeness, Sieve, Stated, Text, compare, is_one_article, of_one_form
from archive.corpus import shard
from archive.errors import DataError
from archive.layout import Layout

# How many pairs are compared at a time, with their texts in memory; how many prepared texts are cached.
BATCH, READY = 20_000, 256
# Up to this many documents, near copies are searched for at every update: it takes about two seconds of CPU.
SMALL = 20_000
# In a larger archive, they are searched for when this share of the documents is new.
PART = 0.01
# How often the texts that are not copies of a cluster's first text are searched for clusters of their own.
ROUNDS = 12

# Of a pair that was sieved out: neither is a copy of most of the other; if what they share is rare, compare them.
UNLIKE = Likeness(kind="", rare=True, first=0.0, second=0.0)

Pair = tuple[int, int]
# The text of an earlier version of a page, where another page has it now, and the page's text now.
_EARLIER = """
SELECT o.whole, d.whole FROM documents o JOIN documents d ON d.url = o.url AND d.latest = 1 AND d.head IS NULL
WHERE o.latest = 0 AND o.whole NOT IN ('', d.whole) AND EXISTS (
    SELECT 1 FROM documents r WHERE r.whole = o.whole AND r.latest = 1 AND r.head IS NULL AND r.url != o.url)
"""


def take(db: sqlite3.Connection, texts: Sequence[tuple[int, str]]) -> None:
    """Store the fingerprints of documents, given as (number, folded text)."""
    made = prints.winnow([text for _, text in texts])
    rows = ((number, each.tobytes()) for (number, _), each in zip(texts, made, strict=True))
    db.executemany("INSERT INTO prints VALUES (?, ?)", rows)
    db.execute("UPDATE about SET waiting = waiting + ?", (len(texts),))


def follow(db: sqlite3.Connection, layout: Layout, *, thrifty: bool) -> None:
    """Search for near copies. If `thrifty` and not yet due, only copies of equal text join the cluster of the first."""
    if thrifty and not is_due(db):
        db.execute(
            """UPDATE documents SET near_of = coalesce(
                   (SELECT near_of FROM documents f WHERE f.id = documents.duplicate_of AND f.latest = 1),
                   duplicate_of)
               WHERE near_of IS NULL AND duplicate_of IS NOT NULL"""
        )
    else:
        mark(db, layout)


def is_due(db: sqlite3.Connection) -> bool:
    """Whether to search for near copies: always in a small archive, else if enough documents are new.

    It is also due if the first document of a cluster is gone, since its copies would all be collapsed away.
    """
    waiting, documents, orphans = db.execute(
        """SELECT (SELECT waiting FROM about), (SELECT count(*) FROM prints), EXISTS (
               SELECT 1 FROM documents d WHERE d.near_of IS NOT NULL AND d.latest = 1 AND NOT EXISTS (
                   SELECT 1 FROM documents f WHERE f.id = d.near_of AND f.latest = 1 AND f.head IS NULL))"""
    ).fetchone()
    return bool(orphans) or documents <= SMALL or waiting >= PART * documents


def mark(db: sqlite3.Connection, layout: Layout) -> None:
    """Find the pairs and clusters of all texts, and let each copy refer to the first document of its cluster."""
    with TemporaryFile(dir=layout.root) as file:
        texts = _Texts.read(db, _Spool(layout.root, file))
        pairs, clusters = _judge(texts)
    db.execute("DELETE FROM near_texts")
    standing = {member: cluster[0] for cluster in clusters for member in cluster}
    db.executemany(
        "INSERT INTO near_texts VALUES (?, ?, ?, ?, ?)",
        (
            (texts.wholes[a], texts.wholes[b], like.kind, like.first, like.second)
            for (a, b), like in sorted(pairs.items())
            # Within a cluster, keep only the pairs with its first text.
            if a not in standing or standing[a] in (a, b) or standing.get(b) != standing[a]
        ),
    )
    db.execute(
        """DELETE FROM likenesses WHERE a NOT IN (SELECT whole FROM documents)
           OR b NOT IN (SELECT whole FROM documents)"""
    )
    _name(db, ((texts.wholes[member], texts.ids[first]) for member, first in standing.items()))
    db.execute("UPDATE about SET waiting = 0")


def _name(db: sqlite3.Connection, standing: Iterable[tuple[str, str]]) -> None:
    """Let all documents with a text of a cluster refer to the cluster's first document."""
    db.execute("UPDATE documents SET near_of = duplicate_of WHERE near_of IS NOT duplicate_of")
    db.execute("CREATE TEMP TABLE IF NOT EXISTS standing(whole TEXT PRIMARY KEY, id TEXT NOT NULL)")
    db.execute("DELETE FROM standing")
    db.executemany("INSERT INTO standing VALUES (?, ?)", standing)
    db.execute(
        """UPDATE documents SET near_of = standing.id FROM standing
           WHERE documents.whole = standing.whole AND latest = 1 AND head IS NULL AND documents.id != standing.id"""
    )


class _Spool:
    """The texts of shards in a temporary file, so that each shard is read once however its texts are compared.

    It takes as much of the disk as the texts, 2.7 GB for a million of 900 characters.
    """

    def __init__(self, root: Path, file: BinaryIO) -> None:
        """Take the data folder, and an empty file."""
        self._root, self._file, self._size = root, file, 0
        # The offsets of the texts of each shard, and of the end of the last.
        self._offsets: dict[str, array[int]] = {}

    def read(self, path: str, row: int) -> str | None:
        """Read a text of a shard; None if the shard is gone or damaged: its rows stay in the catalogue."""
        if path not in self._offsets:
            self._offsets[path] = self._add(self._root / path)
        offsets = self._offsets[path]
        if row + 1 >= len(offsets):
            return None
        text = os.pread(self._file.fileno(), offsets[row + 1] - offsets[row], offsets[row])
        return text.decode("utf-8", "surrogatepass")

    def _add(self, path: Path) -> array[int]:
        offsets = array("q", [self._size])
        with suppress(DataError, OSError):
            for (text,) in shard.rows(path, ("text",)):
                self._size += self._file.write((text or "").encode("utf-8", "surrogatepass"))
                offsets.append(self._size)
        self._file.flush()
        return offsets


@dataclass(slots=True, kw_only=True)
class _Texts:
    """The distinct texts of an archive, the most credible and oldest first.

    Attributes:
        wholes: the digest of each text.
        ids: the id of the first document with it.
        stated: what that document states.
        edited: the pairs of which one text is an earlier version of a page that has the other now.
        places: shard and row of it; several for an article on several pages.
        hashes, sizes: the fingerprints of all texts, one text after the other, and how many each has.
    """

    db: sqlite3.Connection
    spool: _Spool
    wholes: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    edited: frozenset[Pair] = frozenset()
    places: list[tuple[tuple[str, int], ...]] = field(default_factory=list)
    hashes: prints.Hashes = field(default_factory=lambda: np.empty(0, np.uint32))
    sizes: list[int] = field(default_factory=list)

    @classmethod
    def read(cls, db: sqlite3.Connection, spool: _Spool) -> _Texts:
        """Read the texts of the latest documents, each text once."""
        made = cls(db=db, spool=spool)
        pages: dict[int, list[tuple[int, str, int]]] = {}
        sql = """SELECT d.head, d.number, s.path, d.row FROM documents d JOIN sources s ON s.id = d.source
                 WHERE d.head IS NOT NULL ORDER BY d.part_no, d.number"""
        for head, number, path, row in db.execute(sql):
            pages.setdefault(head, []).append((number, path, row))
        rows = db.execute(
            f"""SELECT d.number, d.id, d.whole, d.site, d.title, d.published, d.publisher, s.path, d.row
                FROM documents d JOIN sources s ON s.id = d.source
                WHERE d.latest = 1 AND d.head IS NULL AND d.whole != '' AND d.duplicate_of IS NULL
                  AND {TEXTS}
                ORDER BY {ORDER}"""  # noqa: S608 - our own words
        )
        every = bytearray()
        for number, id_, whole, site, title, published, source, path, row in rows:
            further = pages.get(number, [])
            made.wholes.append(whole)
            made.ids.append(id_)
            made.stated.append(Stated(site=sys.intern(site), title=title, published=published, source=source))
            # One string for each shard: SQLite makes a new one for each row.
            made.places.append(((sys.intern(path), row), *((sys.intern(page), at) for _, page, at in further)))
            found = made._prints([number, *(page for page, _, _ in further)])
            made.sizes.append(len(found) // 4)
            every += found
        made.hashes = np.frombuffer(every, np.uint32)
        known = {whole: number for number, whole in enumerate(made.wholes)}
        earlier = ((known.get(one), known.get(other)) for one, other in db.execute(_EARLIER))
        made.edited = frozenset((min(a, b), max(a, b)) for a, b in earlier if a is not None and b is not None)
        return made

    def _prints(self, numbers: Sequence[int]) -> bytes:
        sql = "SELECT prints FROM prints WHERE number = ?"
        found = [self.db.execute(sql, (number,)).fetchone()[0] for number in numbers]
        return found[0] if len(found) == 1 else np.unique(np.frombuffer(b"".join(found), np.uint32)).tobytes()

    def pairs(self) -> Iterator[tuple[int, int, bool]]:
        """The pairs of texts to compare, and whether they share rare fingerprints; asked for once."""
        hashes, self.hashes = self.hashes, np.empty(0, np.uint32)
        return prints.pairs(hashes, np.array(self.sizes, np.int64))

    def compare(
        self,
        pairs: Iterable[Pair],
        wanted: Callable[[Pair], bool] = lambda _pair: True,
        is_rare: Callable[[Pair], bool] = lambda _pair: False,
    ) -> Iterator[tuple[Pair, Likeness]]:
        """Compare the texts of pairs, one pair after the other.

        Leaves out pairs with an unreadable text, and pairs that are not `wanted` any more when it is their turn. If
        what a pair shares is not rare, only a copy of most of a text counts, so most such pairs are sieved out.
        """
        asked = iter(pairs)
        while batch := list(islice(filter(wanted, asked), BATCH)):
            known, texts = self._prepare(batch, is_rare)
            ready = lru_cache(READY)(lambda number, texts=texts: Text.of(texts[number]))
            for pair in filter(wanted, batch):
                if like := known.get(pair) or self._compare(pair, texts, ready):
                    yield pair, self._orient(pair, like)

    def _prepare(
        self, pairs: Sequence[Pair], is_rare: Callable[[Pair], bool]
    ) -> tuple[dict[Pair, Likeness], Mapping[int, str]]:
        """What is known of pairs, after the sieve, and the texts of the others."""
        rare = set(filter(is_rare, pairs))
        known = {pair: found for pair in pairs if (found := self._known(pair, pair in rare))}
        new = set(pairs) - known.keys()
        texts = self._texts({number for pair in new for number in pair})
        sifted = [pair for pair in new - rare if texts.keys() >= set(pair)]
        sieve = Sieve({number: texts[number] for pair in sifted for number in pair})
        known |= {pair: self._store(pair, UNLIKE) for pair in sifted if not sieve.keeps(*pair)}
        return known, texts

    def _orient(self, pair: Pair, like: Likeness) -> Likeness:
        """Put a likeness into the order of its pair, by what the pages state and showed before.

        If only the numbers in the titles differ, it is a stencil; an article of which a fact was changed is none.
        """
        first, second = self.stated[pair[0]], self.stated[pair[1]]
        if like.kind in COPIES and of_one_form(first.title, second.title):
            like = replace(like, kind="stencil")
        elif like.kind == "stencil" and (min(pair), max(pair)) in self.edited:
            like = replace(like, kind=like.edited or "spun")
        elif like.edited and is_one_article(first, second):
            like = replace(like, kind=like.edited)
        return like if self._sort(pair) == pair else like.flip()

    def _compare(self, pair: Pair, texts: Mapping[int, str], ready: Callable[[int], Text]) -> Likeness | None:
        """Compare a pair for the first time, and store the result."""
        first, second = self._sort(pair)
        if first not in texts or second not in texts:
            return None
        return self._store(pair, compare(ready(first), ready(second)))

    def _store(self, pair: Pair, made: Likeness) -> Likeness:
        first, second = self._sort(pair)
        row = (self.wholes[first], self.wholes[second], made.kind, made.rare, made.first, made.second, made.edited)
        self.db.execute("INSERT OR REPLACE INTO likenesses VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return made

    def _sort(self, pair: Pair) -> Pair:
        """Order a pair by digest, so that its comparison does not depend on the order of the texts."""
        return pair if self.wholes[pair[0]] <= self.wholes[pair[1]] else (pair[1], pair[0])

    def _known(self, pair: Pair, rare: bool) -> Likeness | None:
        """What is stored of a pair; None if nothing is, or too little because what it shares is rare now."""
        first, second = self._sort(pair)
        sql = "SELECT kind, rare, a_share, b_share, edited FROM likenesses WHERE a = ? AND b = ?"
        found = self.db.execute(sql, (self.wholes[first], self.wholes[second])).fetchone()
        if found is None or (rare and found[:2] == (UNLIKE.kind, UNLIKE.rare)):
            return None
        return Likeness(kind=found[0], rare=bool(found[1]), first=found[2], second=found[3], edited=found[4])

    def _texts(self, numbers: Iterable[int]) -> dict[int, str]:
        """Read the texts of some numbers; those with an unreadable page are left out."""
        found: dict[int, str] = {}
        for number in numbers:
            pages = [self.spool.read(path, row) for path, row in self.places[number]]
            texts = [page for page in pages if page is not None]
            if len(texts) == len(pages):
                found[number] = "\n".join(texts)
        return found


def _judge(texts: _Texts) -> tuple[dict[Pair, Likeness], list[list[int]]]:
    """Find the pairs of similar texts, and the clusters of copies."""
    asked = _Asked(texts.pairs())
    found: dict[Pair, Likeness] = {}
    groups = _Groups()
    # Skip pairs that are already connected through others.
    for pair, like in texts.compare(asked, lambda pair: not groups.connected(*pair), asked.is_rare):
        if like.kind and (not like.rare or asked.is_rare(pair)):
            found[pair] = like
        if _is_copy(like):
            groups.join(*pair)

    return found, clusters(groups, partial(_copies, texts, found))


class _Asked:
    """Pairs to compare, in order. There may be tens of millions: each is a number of 8 bytes."""

    def __init__(self, pairs: Iterable[tuple[int, int, bool]]) -> None:
        # 31 bits for either text, and one for whether what they share is rare.
        made = (first << 32 | second << 1 | rare for first, second, rare in pairs)
        self._pairs = np.fromiter(made, np.uint64)
        self._pairs.sort()

    def __iter__(self) -> Iterator[Pair]:
        for start in range(0, len(self._pairs), BATCH):
            for made in self._pairs[start : start + BATCH].tolist():
                yield made >> 32, (made & 0xFFFFFFFF) >> 1

    def is_rare(self, pair: Pair) -> bool:
        """Whether a pair's texts share rare fingerprints."""
        made = pair[0] << 32 | pair[1] << 1 | 1
        at = int(np.searchsorted(self._pairs, np.uint64(made)))
        return at < len(self._pairs) and int(self._pairs[at]) == made


def _copies(texts: _Texts, found: dict[Pair, Likeness], pairs: Sequence[Pair]) -> set[Pair]:
    """Choose the pairs that are copies, comparing and adding those that are not in `found` yet."""
    more = texts.compare(pair for pair in pairs if pair not in found)
    found.update((pair, like) for pair, like in more if _is_copy(like))
    return {pair for pair in pairs if pair in found and _is_copy(found[pair])}


def _is_copy(like: Likeness) -> bool:
    return like.kind in COPIES and not like.rare


class _Groups:
    """Numbers that pairs connect into groups."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self._above: dict[int, int] = {}
        for pair in pairs:
            self.join(*pair)

    def _top(self, number: int) -> int:
        while (above := self._above.get(number, number)) != number:
            self._above[number] = number = self._above.get(above, above)
        return number

    def join(self, a: int, b: int) -> None:
        """Connect two numbers."""
        for number in (a, b):
            self._above.setdefault(number, number)
        self._above[self._top(a)] = self._top(b)

    def connected(self, a: int, b: int) -> bool:
        """Whether two numbers are connected."""
        return self._top(a) == self._top(b)

    def __iter__(self) -> Iterator[list[int]]:
        """The groups, each sorted."""
        found: dict[int, list[int]] = {}
        for number in sorted(self._above):
            found.setdefault(self._top(number), []).append(number)
        yield from found.values()


def clusters(groups: Iterable[Sequence[int]], copies: Callable[[Sequence[Pair]], set[Pair]]) -> list[list[int]]:
    """Split groups of connected texts into clusters; every other text of a cluster is a copy of its first.

    A copy of a copy need not be a copy of the first text; it then starts a cluster of its own. `copies` chooses the
    pairs that are copies.

    >>> clusters([[1, 2, 3, 4]], lambda pairs: {(1, 2), (3, 4)} & set(pairs))
    [[1, 2], [3, 4]]
    """
    left = list(groups)
    found = []
    for _ in range(ROUNDS):
        are = copies([(group[0], other) for group in left for other in group[1:]])
        split = [_split(group, are) for group in left]
        found += [own for own, _ in split if len(own) > 1]
        left = [rest for _, rest in split if len(rest) > 1]
    return sorted(found)


def _split(group: Sequence[int], copies: set[Pair]) -> tuple[list[int], list[int]]:
    """Split a group into its first text with its copies, and the others."""
    first, *others = group
    own = [other for other in others if (first, other) in copies]
    return [first, *own], [other for other in others if (first, other) not in copies]
