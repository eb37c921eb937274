"""Texts -> winnowed fingerprints; fingerprints of many texts -> the pairs of texts that share some.

Winnowing (Schleimer, Wilkerson and Aiken, 2003) keeps the least hash of each 16 consecutive 12-grams. So two texts that
share 27 consecutive characters share a fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

GRAM, WINDOW = 12, 16
# Each text is paired with the next 8 in the list of a fingerprint. So all pairs of a list of up to nine are counted;
# in a longer list only neighbours are, which still connects a wire text on 200 sites into one cluster.
NEIGHBOURS = 8
# How many pairs are counted at a time: 8 bytes each, and as much again to sort them.
BATCH = 16_000_000
# The most passes: their numbers have 16 bits.
MOST_PASSES = 60_000
# How many fingerprints show how their values are spread.
SAMPLE = 100_000
# A fingerprint in at most this many texts is rare.
RARE = 8
# A pair is compared if it shares at least this many fingerprints, and this share of those of the shorter text; a larger
# share if they are all common, since then only a copy of most of a text counts.
LEAST, LEAST_SHARE, COMMON_SHARE = 2, 0.06, 0.25

Codes = npt.NDArray[np.uint64]
Hashes = npt.NDArray[np.uint32]
_NONE = np.uint32(0xFFFFFFFF)
_BASE = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def grams(codes: Codes, length: int) -> Codes:
    """Hash each run of `length` characters, by doubling: shape (n,) gives shape (n - length + 1,)."""
    made: Codes | None = None
    done, size, power = 0, 1, codes * np.uint64(_BASE) + np.uint64(0x632BE59BD9B4E019)
    while size <= length:
        if length & size:
            if made is None:
                made = power
            else:
                # `made` covers the characters before those of `power`.
                made = made[: len(made) - size] * np.uint64(pow(_BASE, size, 1 << 64)) + power[done:]
            done += size
        if size * 2 <= length:
            power = power[:-size] * np.uint64(pow(_BASE, size, 1 << 64)) + power[size:]
        size *= 2
    assert made is not None
    made = (made ^ (made >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return made ^ (made >> np.uint64(32))


def codes(text: str) -> Codes:
    """The code points of a text, shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def winnow(texts: Sequence[str]) -> list[Hashes]:
    """The distinct fingerprints of each text, sorted; none for a text of fewer than 12 characters.

    >>> first, second = winnow(["县委统战部召开会议研究部署学习贯彻全会精神和下半年工作" + more for more in "甲乙"])
    >>> len(set(first) & set(second)) > 0
    True
    """
    # The gap between two texts is as long as a window and a gram, so that no window spans two texts.
    gap = "\0" * (GRAM + WINDOW)
    joined = codes(gap + gap.join(texts) + gap)
    hashes = (grams(joined, GRAM) >> np.uint64(32)).astype(np.uint32)
    outside = np.cumsum(np.concatenate(([0], joined == 0)))
    hashes[outside[GRAM:] != outside[:-GRAM]] = _NONE
    least = _slide(hashes, np.minimum)
    # A gram is chosen if it is the least of any window around it.
    chosen = np.flatnonzero((hashes[WINDOW - 1 : 1 - WINDOW] == _slide(least, np.maximum)) & (_inner(hashes) != _NONE))
    starts = np.cumsum([len(gap), *(len(text) + len(gap) for text in texts)])
    bounds = np.searchsorted(chosen + (WINDOW - 1), starts)
    inner = _inner(hashes)
    return [np.unique(inner[chosen[first:last]]) for first, last in pairwise(bounds)]


def _inner(hashes: Hashes) -> Hashes:
    return hashes[WINDOW - 1 : 1 - WINDOW]


def _slide(values: Hashes, take: np.ufunc) -> Hashes:
    """The least or greatest value of each window of 16: shape (n,) gives shape (n - 15,)."""
    size = 1
    while size < WINDOW:
        values = take(values[:-size], values[size:])
        size *= 2
    return values


def pairs(hashes: Hashes, sizes: npt.NDArray[np.int64]) -> Iterator[tuple[int, int, bool]]:
    """Yield pairs of texts that share fingerprints: (first, second, whether rare ones).

    Of the texts with a common fingerprint, each is paired with the nearest ones only, so texts of about the same time
    should have neighbouring numbers.

    Args:
        hashes: the fingerprints of all texts, one text after the other, shape (sum(sizes),).
        sizes: how many fingerprints each text has, shape (texts,).
    """
    parts = list(_find_shared(hashes, sizes))
    del hashes  # 600 MB for a million texts
    passes = min(max(1, NEIGHBOURS * sum(len(part.owners) for part in parts) // BATCH), MOST_PASSES)
    parts = [part.divide(passes) for part in parts]
    for number in range(passes):
        first, second, shared, seldom = _count(parts, number)
        rarely = seldom >= LEAST
        share = np.where(rarely, LEAST_SHARE, COMMON_SHARE)
        enough = (shared >= LEAST) & (shared >= share * np.minimum(sizes[first], sizes[second]))
        yield from zip(first[enough].tolist(), second[enough].tolist(), rarely[enough].tolist(), strict=True)


class _Part(NamedTuple):
    """Fingerprints that are in more than one text, sorted; one entry for each text that has one.

    Attributes:
        owners: the text of each entry.
        following: how many of the next entries have the same fingerprint, at most `NEIGHBOURS`.
        rare: whether few texts have it.
        order, bounds: the entries of pass n are `order[bounds[n]:bounds[n + 1]]`, in order.
    """

    owners: npt.NDArray[np.int32]
    following: npt.NDArray[np.uint8]
    rare: npt.NDArray[np.bool_]
    order: npt.NDArray[np.uint32]
    bounds: npt.NDArray[np.int64]

    def divide(self, passes: int) -> _Part:
        """Deal the entries to passes by their texts, so that each pass reads only its own."""
        number = (self.owners % passes).astype(np.uint16)
        bounds = np.concatenate(([0], np.cumsum(np.bincount(number, minlength=passes))))
        return self._replace(order=np.argsort(number, kind="stable").astype(np.uint32), bounds=bounds)


def _find_shared(hashes: Hashes, sizes: npt.NDArray[np.int64]) -> Iterator[_Part]:
    """Find the fingerprints that are in more than one text, a range of values after the other.

    A sort of all of them at once would need 16 bytes more for each fingerprint: 2.4 GB for a million texts.
    """
    ends = np.cumsum(sizes)
    for least, end in pairwise(ranges(hashes, max(1, len(hashes) // BATCH))):
        at = np.flatnonzero((hashes >= least) & (hashes <= end - 1))
        entries = hashes[at].astype(np.uint64) << np.uint64(32)
        entries |= np.searchsorted(ends, at, "right").astype(np.uint64)
        entries.sort()
        values, owners = (entries >> np.uint64(32)).astype(np.uint32), entries.astype(np.uint32)
        same = values[1:] == values[:-1]
        shared = np.zeros(len(values), np.bool_)
        shared[1:] |= same
        shared[:-1] |= same
        values = values[shared]
        begins = _begins(values)
        lengths = np.diff(np.append(begins, len(values)))
        following = np.repeat(begins + lengths, lengths) - np.arange(1, len(values) + 1)
        yield _Part(
            owners=owners[shared].astype(np.int32),
            following=np.minimum(following, NEIGHBOURS).astype(np.uint8),
            rare=np.repeat(lengths <= RARE, lengths),
            order=np.empty(0, np.uint32),
            bounds=np.empty(0, np.int64),
        )


def ranges(hashes: Hashes, count: int) -> list[int]:
    """The bounds of `count` ranges of values with about as many fingerprints each.

    Winnowing chooses the least hashes, so most values are small: equal ranges would hold most of them in the first.
    """
    sample = np.sort(hashes[:: max(1, len(hashes) // SAMPLE)])
    inner = {int(sample[len(sample) * number // count]) for number in range(1, count)}
    return [0, *sorted(inner - {0}), 2**32]


def _begins(sorted_: npt.NDArray[np.unsignedinteger]) -> npt.NDArray[np.int64]:
    """The offset of each run of equal values."""
    return np.flatnonzero(np.concatenate((np.ones(min(len(sorted_), 1), np.bool_), sorted_[1:] != sorted_[:-1])))


def _count(parts: Sequence[_Part], number: int) -> tuple[npt.NDArray[np.int64], ...]:
    """Count the pairs whose first text belongs to this pass: first, second, shared fingerprints, rare ones of them."""
    found = []
    for part in parts:
        at = part.order[part.bounds[number] : part.bounds[number + 1]].astype(np.int64)
        for step in range(1, NEIGHBOURS + 1):
            at = at[part.following[at] >= step]
            # 31 bits for each text, and one for "rare".
            made = part.owners[at].astype(np.uint64) << np.uint64(32)
            made |= part.owners[at + step].astype(np.uint64) << np.uint64(1)
            found.append(made | part.rare[at].astype(np.uint64))
    keys = np.concatenate(found)
    keys.sort()
    both = keys >> np.uint64(1)
    begins = _begins(both)
    shared = np.diff(np.append(begins, len(keys)))
    seldom = np.add.reduceat((keys & np.uint64(1)).astype(np.int64), begins) if len(begins) else begins
    both = both[begins]
    return (both >> np.uint64(31)).astype(np.int64), (both & np.uint64(0x7FFFFFFF)).astype(np.int64), shared, seldom
