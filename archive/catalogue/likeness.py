"""Two folded texts -> what they share: portions, the longest passage, and whether the facts in it agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, islice, pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from archive.catalogue.duplicates import COPIES
from archive.catalogue.prints import Codes, codes, grams
from archive.catalogue.words import folded
from archive.text.fields.people import is_person

# The least number of consecutive characters that count as shared.
SHARED = 6
# The share of the shorter text that makes a copy; the smaller share that suffices with a passage of RUN characters;
# the least length of the longest passage.
COPY, PASSAGE, RUN, LEAST = 0.6, 0.25, 60, 20
# The least ratio of lengths for two whole texts; the share of exchanged characters, and their number, beyond which a
# text is spun.
FULL, EDITS, WORD = 0.65, 0.01, 4
# The share of differing facts in the shared part that makes a stencil, with one differing fact and with several; the
# least share of each text that both have in common.
STENCIL, FEW, FORM = 0.25, 0.08, 0.5
# The bits of the hashes by which `Sieve` compares grams, and how many texts it prepares at a time.
SIEVE_BITS, TOGETHER = 20, 500
_SENTENCE = re.compile(r"[。！？；\n]")
# The most characters between two shared passages that count as an exchange of words; longer gaps are other text.
EXCHANGE = 40

Kind = Literal["same", "spun", "excerpt", "stencil", ""]
_NUMBER = re.compile(r"[0-9]+")
_NUMERAL = re.compile(r"[0-9零〇一二两三四五六七八九十百千万亿]+")
# The endings of places and bodies, to see that two texts of one form differ in a name.
_END = "(?:[省州市县区旗盟镇村]|街道|社区|公司|集团|商会|学校|中学|小学|大学|学院|医院|企业|协会)"
_BODY_END, _BODY = re.compile(_END), re.compile(f".{{2,6}}{_END}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two texts have in common.

    Attributes:
        kind: `same`, `spun` (words exchanged, paragraphs moved), `excerpt`, `stencil` (one form, other facts), or
            empty: neither is made from the other.
        rare: the kind is valid only if few other texts contain the passage.
        edited: of a stencil in which one fact differs, what it is if both are the same article: `same` or `spun`.
        first, second: the share of each text's characters that the other contains too, 0 to 1.
        at_first, at_second, length: the longest shared passage, in characters of the folded texts.
    """

    kind: Kind
    rare: bool
    first: float
    second: float
    at_first: int = 0
    at_second: int = 0
    length: int = 0
    edited: Kind = ""

    def flip(self) -> Likeness:
        """The same with the two texts exchanged."""
        return replace(self, first=self.second, second=self.first, at_first=self.at_second, at_second=self.at_first)


@dataclass(frozen=True, slots=True)
class Text:
    """A text, prepared to be compared many times.

    Attributes:
        text: its letters and digits alone.
        borders: the offsets where a sentence begins or ends.
        grams: the distinct hashes of its 6-grams, sorted.
        at: the first offset of each of these; `single`: whether it is the only one.
        gram: for each offset of the text, the index of its gram in `grams`.
    """

    text: str
    borders: frozenset[int]
    grams: Codes
    at: npt.NDArray[np.int64]
    single: npt.NDArray[np.bool_]
    gram: npt.NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> Text:
        """Prepare a document's text."""
        sentences = [folded(sentence) for sentence in _SENTENCE.split(text)]
        whole = "".join(sentences)
        hashes = grams(codes(whole), SHARED) if len(whole) >= SHARED else np.empty(0, np.uint64)
        once, at, gram, counts = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
        return cls(whole, frozenset((0, *accumulate(map(len, sentences)))), once, at, counts == 1, gram)


@dataclass(frozen=True, slots=True)
class _Run:
    """A passage that two texts share: where it begins in each, and its length in characters."""

    first: int
    second: int
    length: int


def compare(first: Text, second: Text) -> Likeness:
    """Compare two texts; if they share too little, measure only their shares."""
    in_first, in_second = _common(first.grams, second.grams)
    share_first, share_second = _coverage(first, in_first), _coverage(second, in_second)
    if max(share_first, share_second) < PASSAGE:
        return Likeness(kind="", rare=False, first=share_first, second=share_second)
    runs = list(_runs(first, second, in_first, in_second))
    longest = max(runs, key=lambda run: run.length, default=_Run(0, 0, 0))
    facts, changed, different = _facts(first, second, runs)
    shorter = share_first if len(first.text) <= len(second.text) else share_second
    kind: Kind = ""
    edited: Kind = ""
    if changed >= max(1, STENCIL * facts) or changed >= max(2, FEW * facts):
        kind = "stencil" if min(share_first, share_second) >= FORM else ""
        if kind and different == 1 and longest.length >= LEAST and shorter >= COPY:
            edited = _copy(first.text, second.text, share_first, share_second, runs)
    elif longest.length < LEAST:
        pass
    elif shorter >= COPY or (shorter >= PASSAGE and longest.length >= RUN):
        kind = _copy(first.text, second.text, share_first, share_second, runs)
    return Likeness(
        kind=kind,
        rare=bool(kind) and shorter < COPY,
        first=share_first,
        second=share_second,
        at_first=longest.first,
        at_second=longest.second,
        length=longest.length,
        edited=edited if edited in COPIES else "",
    )


def _common(first: Codes, second: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The indexes, in either array, of the values that two sorted arrays without repetitions share."""
    if not len(second):
        return (np.empty(0, np.int64),) * 2
    at = np.searchsorted(second, first)
    at[at == len(second)] = 0
    found = np.flatnonzero(second[at] == first)
    return found, at[found]


def of_one_form(first: str | None, second: str | None) -> bool:
    """Whether two titles differ only in their numbers, which no reprint changes.

    >>> of_one_form("2019年第1号通知", "2020年第3号通知"), of_one_form("2019年通知", "2019年通知")
    (True, False)
    """
    one, other = first or "", second or ""
    return one != other and _NUMERAL.sub("#", one) == _NUMERAL.sub("#", other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a page states about a text, and where it stands."""

    site: str
    title: str | None
    published: str | None
    source: str | None


def is_one_article(first: Stated, second: Stated) -> bool:
    """Whether the pages of two sites say that they show the same article: the same title, day and source.

    >>> one = Stated(site="a", title="全市统战工作会议召开", published="2019-06-01", source="江州日报")
    >>> is_one_article(one, replace(one, site="b")), is_one_article(one, replace(one, site="b", source=None))
    (True, False)
    """
    said = [(each.title or "", (each.published or "")[:10], each.source or "") for each in (first, second)]
    if not all(said[0]) or len(said[0][1]) < len("2019-06-01") or first.site == second.site:
        return False
    return [*map(folded, said[0])] == [*map(folded, said[1])]


def _copy(first: str, second: str, share_first: float, share_second: float, runs: list[_Run]) -> Kind:
    """The kind of a copy: `same` or `spun` for whole texts, `excerpt` for parts."""
    shorter, longer = sorted((len(first), len(second)))
    if shorter < FULL * longer or min(share_first, share_second) < 0.5:
        return "excerpt"
    exchanged = 0
    for left, right in pairwise(runs):
        if left.second > right.second:
            return "spun"
        exchanged += min(right.first - left.first - left.length, right.second - left.second - left.length)
    return "same" if exchanged <= max(EDITS * shorter, WORD) else "spun"


def _coverage(text: Text, known: npt.NDArray[np.int64]) -> float:
    """The share of a text's characters that lie in one of the known grams, 0 to 1."""
    if not len(known):
        return 0.0
    found = np.zeros(len(text.grams), np.bool_)
    found[known] = True
    return _covered(found[text.gram])


def _covered(found: npt.NDArray[np.bool_]) -> float:
    """The share of a text's characters that lie in a found gram; `found`: whether each of its grams is."""
    seen = np.cumsum(np.concatenate((np.zeros(SHARED, np.int32), found, np.zeros(SHARED - 1, np.int32))))
    return float(np.count_nonzero(seen[SHARED:] != seen[:-SHARED])) / (len(found) + SHARED - 1)


class Sieve:
    """Tells cheaply that two texts share too little for a copy of most of the shorter one.

    It compares hashes of 20 bits, so it may take other grams for shared ones, but never misses a shared one.
    """

    def __init__(self, texts: Mapping[int, str]) -> None:
        """Prepare texts, each under its number."""
        self._has = np.zeros(1 << SIEVE_BITS, np.bool_)
        self._grams: dict[int, npt.NDArray[np.uint32]] = {}
        items = iter(texts.items())
        while some := list(islice(items, TOGETHER)):
            letters = [folded(text) for _, text in some]
            joined = codes("".join(letters) + "\0" * SHARED)
            hashes = (grams(joined, SHARED) >> np.uint64(64 - SIEVE_BITS)).astype(np.uint32)
            starts = accumulate(map(len, letters), initial=0)
            for (number, _), text, start in zip(some, letters, starts, strict=False):
                self._grams[number] = hashes[start : start + max(len(text) - SHARED + 1, 0)].copy()

    def keeps(self, first: int, second: int) -> bool:
        """Whether the shorter of two texts may consist mostly of passages of the other."""
        shorter, longer = sorted((self._grams[first], self._grams[second]), key=len)
        # Of two texts of one length, either counts as the shorter.
        return self._covers(longer, shorter) or (len(shorter) == len(longer) and self._covers(shorter, longer))

    def _covers(self, longer: npt.NDArray[np.uint32], shorter: npt.NDArray[np.uint32]) -> bool:
        if not len(shorter):
            return False
        self._has[longer] = True
        found = self._has[shorter]
        self._has[longer] = False
        return _covered(found) >= COPY


def _runs(
    first: Text, second: Text, in_first: npt.NDArray[np.int64], in_second: npt.NDArray[np.int64]
) -> Iterator[_Run]:
    """Yield the passages that both texts share, in the order of the first.

    They grow from grams that occur once in each text; a repeated gram starts no passage.
    """
    single = first.single[in_first] & second.single[in_second]
    left, right = first.at[in_first[single]], second.at[in_second[single]]
    if not len(left):
        return
    order = np.argsort(left)
    left, right = left[order], right[order]
    broken = (np.flatnonzero((np.diff(left) != 1) | (np.diff(right) != 1)) + 1).tolist()
    end = 0
    for start, stop in zip([0, *broken], [*broken, len(left)], strict=True):
        run = _Run(int(left[start]), int(right[start]), stop - start + SHARED - 1)
        if run.first + run.length > end:
            run = _grow(first.text, second.text, run)
            yield run
            end = run.first + run.length


def _grow(first: str, second: str, run: _Run) -> _Run:
    a, b, length = run.first, run.second, run.length
    while a and b and first[a - 1] == second[b - 1]:
        a, b, length = a - 1, b - 1, length + 1
    while a + length < len(first) and b + length < len(second) and first[a + length] == second[b + length]:
        length += 1
    return _Run(a, b, length)


def _facts(first: Text, second: Text, runs: list[_Run]) -> tuple[int, int, int]:
    """The number of facts in the shared part of two texts, how many of them differ, and how many different ones those
    are: a name may be exchanged in several places.
    """
    kept = sum(len(_NUMBER.findall(first.text[run.first : run.first + run.length])) for run in runs)
    changed = 0
    different = set()
    for left, right in pairwise([None, *runs, None]):
        if left and right and _is_gap(left, right):
            if _differ(first.text, second.text, left, right):
                changed += 1
                one = first.text[left.first + left.length : right.first]
                different.add((one, second.text[left.second + left.length : right.second]))
            continue
        # Nothing shared lies beyond the passage, but a fact may stand right at its edge.
        edges = int(left is not None and _edge_after(first, second, left))
        edges += right is not None and _edge_before(first, second, right)
        changed += edges
        different |= {(str(left), str(edge)) for edge in range(edges)}
    return kept + changed, changed, len(different)


def _is_gap(left: _Run, right: _Run) -> bool:
    """Whether the text between two passages is short enough in both texts to be an exchange."""
    between = right.first - left.first - left.length, right.second - left.second - left.length
    return all(0 <= size <= EXCHANGE for size in between)


def _differ(first: str, second: str, left: _Run, right: _Run) -> bool:
    """Whether a fact between two passages differs in the second text."""
    a, b = left.first + left.length, left.second + left.length
    one, other = first[a : right.first], second[b : right.second]
    if _is_number(one, other):
        return True
    if (one + other).isdecimal() and (first[a - 1].isdecimal() or first[right.first].isdecimal()):
        return True  # the 0 in 12 and 120, the 1 in 1月 and 11月
    numbers, others = _NUMBER.findall(one), _NUMBER.findall(other)
    return bool(numbers and others and numbers != others) or _names_differ(first, a, one, other)


def _is_number(one: str, other: str) -> bool:
    return bool(_NUMERAL.fullmatch(one) and _NUMERAL.fullmatch(other))


def _edge_after(first: Text, second: Text, run: _Run) -> bool:
    a, b = run.first + run.length, run.second + run.length
    if a in first.borders or b in second.borders:
        return False
    digits = first.text[a].isdecimal() + second.text[b].isdecimal()
    return digits == 2 or (digits == 1 and first.text[a - 1].isdecimal())


def _edge_before(first: Text, second: Text, run: _Run) -> bool:
    a, b = run.first, run.second
    if a in first.borders or b in second.borders:
        return False
    digits = first.text[a - 1].isdecimal() + second.text[b - 1].isdecimal()
    if digits == 2 or (digits == 1 and first.text[a].isdecimal()):
        return True
    return all(
        any(is_person(text[max(at - size, 0) : at]) for size in (2, 3))
        for text, at in ((first.text, a), (second.text, b))
    )


def _names_differ(first: str, a: int, one: str, other: str) -> bool:
    """Whether two gaps hold names of people, or of places and bodies, with their ending or just before it."""
    if not one or not other or max(len(one), len(other)) not in range(2, 9):
        return False
    if _begins_with_person(one) and _begins_with_person(other):
        return True
    end = first[a + len(one) : a + len(one) + 2]
    return bool(_BODY_END.match(end)) or bool(_BODY.fullmatch(one) and _BODY.fullmatch(other))


def _begins_with_person(words: str) -> bool:
    """Whether the words are a person's name, alone or followed by 等 or 同志."""
    return any(is_person(words[:size]) and words[size : size + 1] in ("", "等", "同") for size in (2, 3, 4))
