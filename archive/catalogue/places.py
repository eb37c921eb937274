"""Chinese text -> the administrative places that it names, each with its GB/T 2260 code if that is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import accumulate
from typing import Any

from archive.catalogue.gazetteer import FILE, Name, divisions, is_name, is_within, named, names, sizes
from archive.catalogue.lexicon import automaton, ends, jieba, table, words

# The most characters on each side of a short name that are cut into words, to see whether the name is a word.
SENTENCE = 120
# As many characters behind a place are read at most, to see whether they are the name of a firm.
NAME = 10
_BRACKETS = re.compile("[（(][\u4e00-\u9fff]{2,6}[）)]")
_HAN = re.compile("[\u4e00-\u9fff]{2}")
_STOP = re.compile(r"[。！？；：，、\s]")
_words, _tuple = partial(words, FILE), partial(ends, FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where a text names a place.

    Attributes:
        start, end: offsets in the text, in characters.
        code: GB/T 2260; empty if several places have the name and it is unclear which is meant.
        how: how the place was determined: `name` (only one has the name, or it is the largest), `parent` (a place above
            it stands before it or elsewhere in the text), `site` (it is in the site's own region), or `open`.
        inside: it is part of the name of a school, a bank or an institute, and says nothing of the place.
    """

    start: int
    end: int
    code: str
    how: str
    inside: bool = False


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """The pattern of each rule that has one, and those that are looked for together."""
    every = {name: "|".join(rule["pattern"].split()) for name, rule in table(FILE).items() if "pattern" in rule}
    every["other"] = f"{every['street']}|{every['below']}"
    every["institution"] += f"|{every['abbreviated']}"
    every["trade"] = "|".join(sorted(_words("made_up") | _words("made_up", "heads") | {"研究"}))
    return {name: re.compile(pattern) for name, pattern in every.items()}


def is_surname(character: str) -> bool:
    """Whether a character is a common surname, and seldom anything else."""
    return character in _words("surnames")


@cache
def _starts() -> Any:
    """An Aho-Corasick automaton over the first two characters of all names."""
    return automaton(names())


def find(text: str, site: str | None = None) -> list[Mention]:
    """Find the places that a text names, in order.

    Args:
        text: in Simplified characters.
        site: the GB/T 2260 code of the site's own place.

    >>> [(text[m.start:m.end], m.code) for text in ["四川泸县"] for m in find(text)]
    [('四川', '510000'), ('泸县', '510521')]
    """
    return [one for one in find_all(text, site) if not one.inside]


def find_all(text: str, site: str | None = None) -> list[Mention]:
    """Find the places that a text names, and those in the names of schools, banks and institutes (河南工业大学)."""
    spotted = list(_spot(text))
    known = _above({_read(text[start:end]).certain for start, end in spotted} - {""})
    near = _above({site} if site else set())
    found: list[Mention] = []
    codes: set[str] = set()
    for start, end in spotted:
        name = _read(text[start:end])
        gap = text[found[-1].end : start] if found else "far"
        if name.landscape and _is_landscape(text[start:end], name.places, behind_parent=not gap):
            continue
        if name.verbal and not _is_meant(name.places[0].code, codes, near):
            continue
        code, how = _choose(name, gap, found[-1].code if found else "", codes, known, near)
        if code or not name.weak:
            inside = _is_inside(text, start, end, full=name.full)
            codes.add(code)
            found.append(Mention(start=start, end=end, code=code, how=how, inside=inside))
    return found


def _is_inside(text: str, start: int, end: int, *, full: bool) -> bool:
    """Whether a place is part of the name of an institution that is no body of the place."""
    before = text[start - 1 : start]
    if before in ("（", "(") and _patterns()["bracketed"].match(text, end):
        return "\u4e00" <= text[start - 2 : start - 1] <= "\u9fff"
    if before in ("]", " ", ".") and _patterns()["journal"].search(text, max(start - 6, 0), start):
        return True
    if not "\u4e00" <= text[end : end + 1] <= "\u9fff":
        return False
    if _patterns()["abbreviated" if full else "institution"].match(text, end):
        return True
    if full and end - start > 2:
        return False
    if (before == "《" and _is_work(text, end)) or _is_firm(text, start, end):
        return True
    return bool(_patterns()["trade"].search(text, end, end + NAME + 2)) and (
        _is_institute(text, end) or _is_made_up(text, end)
    )


def _is_work(text: str, end: int) -> bool:
    """Whether a title that begins with a place is that of a work, and of no document on the place."""
    title = _patterns()["work"].match(text, end)
    return bool(title) and not title[0][:-1].endswith(_tuple("work"))  # type: ignore[index]


def _is_institute(text: str, end: int) -> bool:
    """Whether the words behind a place are the name of an institute: 广州呼吸健康研究院."""
    name = _patterns()["institute"].match(text, end)
    if not name:
        return False
    return not any(part[0] in "xpcudrm" or word in _words("institute") for word, part in jieba().tag(name[0]))


def _is_made_up(text: str, end: int) -> bool:
    """Whether the words behind a place are the name of a firm: 徐州融达商贸, 北京知道创宇副总裁."""
    unknown, at = False, 0
    rest = _BRACKETS.sub("", text[end : end + 2 * NAME])
    for word, part in jieba().tag(rest[:NAME]):
        at += len(word)
        if word in _words("made_up", "heads"):
            return unknown
        unknown |= len(word) > 1 and not jieba().has_word(word) and not (part[:2] == "nr" and is_surname(word[0]))
        if unknown and word.endswith(_tuple("made_up")) and _patterns()["made_up"].match(rest, at):
            return True
        if part[0] in "xpcum" or is_name(word):
            return False
    return False


def _is_firm(text: str, start: int, end: int) -> bool:
    """Whether the word behind a short name makes that of a firm: 北京现代, “湖南发展”.

    It does if it is no common word and the text speaks of 现代汽车 and of no place such as 雄安新区, if the text has
    台湾华纳唱片, or if it has “湖南发展”股价.
    """
    word = text[end : end + 2]
    if len(word) < 2 or not "\u4e00" <= min(word) <= max(word) <= "\u9fff":
        return False
    if not (part := _part(word)):
        word = text[end : end + 3]
        part = _part(word)
    if part[:1] == "v":
        return _trades(text, f"“{text[start:end]}{word}”")
    if part not in _words("firm", "parts") or not _trades(text, text[start:end] + word if part == "ns" else word):
        return False
    return not any(word + level in text for level in _words("firm", "levels"))


@cache
def _trade_words() -> tuple[str, ...]:
    return tuple(_words("firm"))


@lru_cache(maxsize=64)
def _trades(text: str, name: str) -> bool:
    """Whether a text speaks of a firm of a name: 现代汽车."""
    at = text.find(name)
    while at >= 0 and not text.startswith(_trade_words(), at + len(name)):
        at = text.find(name, at + 1)
    return at >= 0


@lru_cache(maxsize=4096)
def _part(word: str) -> str:
    """The part of speech of a word by itself; empty if it is cut, common, or the name of a place."""
    tagged = [] if word in _words("firm", "common") or is_name(word) else jieba().tag(word)
    return tagged[0][1] if len(tagged) == 1 else ""


def _is_meant(code: str, codes: set[str], near: set[str]) -> bool:
    """Whether a place above a county was named, or is that of the site."""
    above = f"{code[:2]}0000" in codes or f"{code[:4]}00" in codes
    return above or any(code.startswith(prefix) for prefix in near)


def _choose(name: _Spelling, gap: str, last: str, codes: set[str], known: set[str], near: set[str]) -> tuple[str, str]:
    """Choose the code that is meant by a name, and say how.

    Args:
        name: the name as written.
        gap: what stands between it and the place before it.
        last: the code of that place.
        codes: those of all places before it.
        known: as in `_resolve`.
        near: as in `_resolve`.
    """
    before = "" if gap else last
    if name.everyday:
        return _resolve(name, before, _above(codes & {place.code for place in name.places}), set())
    next_cell = 0 < len(gap) < 3 and not gap.isalnum() and not name.certain  # 中山 in the cell behind 广东省
    if next_cell and (beside := _beside(name.places, _above({last}))):
        return beside, "parent"
    return _resolve(name, before, known, near)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spelling:
    """What the table says of a written name.

    Attributes:
        places: the places with this name.
        certain: the code of the only place with it, or of the province with it; empty if neither is there.
        main: the code of the largest one that is no ordinary word; empty if there are several.
        full, weak: whether it is so for one of the places.
        everyday: it is an everyday word.
        landscape: it may be the name of a water or a plain.
        verbal: it may be a verb and the level of what follows: 会同县工商联.
    """

    places: tuple[Name, ...]
    certain: str
    main: str
    full: bool
    weak: bool
    everyday: bool
    landscape: bool
    verbal: bool


@cache
def _read(written: str) -> _Spelling:
    places = named(written)
    main = _main(places)
    large = any(name.full or name.code.endswith("00") for name in places)
    return _Spelling(
        places=places,
        certain=main if len(places) == 1 or main.endswith("0000") else "",
        main=main,
        full=any(name.full for name in places),
        weak=any(name.weak for name in places),
        everyday=written in _words("everyday"),
        verbal=written in _words("verbal"),
        landscape=not large and written.endswith((*_words("water"), *_words("lake"))),
    )


def _is_landscape(written: str, names: tuple[Name, ...], *, behind_parent: bool) -> bool:
    """Whether what may be the short name of a county is rather that of a river, a lake or a plain."""
    if not behind_parent and written.endswith(tuple(_words("water"))):
        return True
    return written.endswith(tuple(_words("lake"))) and all(map(_is_short, names))


def _resolve(name: _Spelling, before: str, known: set[str], near: set[str]) -> tuple[str, str]:
    """Choose the code that is meant, and say how; the code is empty if it is unclear.

    Args:
        name: the name as written.
        before: the code of the place right before it.
        known: the prefixes of codes of the places that the text names.
        near: those of the site's place.
    """
    if before and (below := [one.code for one in name.places if is_within(one.code, before) and one.code != before]):
        return (below[0], "parent") if len(below) == 1 else ("", "open")
    if name.certain:
        return name.certain, "name"
    if one := _beside(name.places, known):
        return one, "parent"
    if one := _beside(name.places, near):
        return one, "site"
    return (name.main, "name") if name.main else ("", "open")


def _main(names: tuple[Name, ...]) -> str:
    """The largest place of a name that is no ordinary word; empty if there are several.

    西安 is the one in Shaanxi, not a district of that name, unless the text or the site speaks of the district's city.
    """
    strong = [name.code for name in names if not name.weak]
    for zeros in ("0000", "00", ""):
        if large := [code for code in strong if code.endswith(zeros)]:
            return large[0] if len(large) == 1 else ""
    return ""


def _beside(names: tuple[Name, ...], evidence: set[str]) -> str:
    """The only one of some places in a city, else in a province, of the evidence; empty if it is not the only one."""
    for size in (4, 2):
        # Half the cities of a province have a 城区, and a short county is a word in any of them.
        near = [
            name.code
            for name in names
            if name.code[:size] in evidence and (size == 4 or not ((name.full and name.weak) or _is_short(name)))
        ]
        if len(near) == 1:
            return near[0]
    return ""


def _is_short(name: Name) -> bool:
    """Whether it is short for a county or a district, such as 广陵: too common to be sure in a whole province."""
    return name.weak and not name.full and not name.code.endswith("00") and not divisions()[name.code].endswith("市")


def _above(known: set[str]) -> set[str]:
    """The code prefixes of the province and the city of each place."""
    return {code[:size] for code in known for size in (2, 4) if code[2:4] != "00" or size == 2}


def _spot(text: str) -> Iterator[tuple[int, int]]:
    """Find names that are words of their own, preferring longer ones: start and end."""
    edges = _Edges(text)
    last = -1  # the end of the name before
    for _, at, end in _starts().find_matches_as_indexes(text, overlapping=True):
        if at >= last and (size := _longest(text, at, text[at:end], edges, follows=at == last)):
            last = at + size
            yield at, last


def _longest(text: str, at: int, start: str, edges: _Edges, *, follows: bool) -> int:
    """The length of the longest name at an offset of a text that is a word of its own; 0 if there is none."""
    known = names()[start]
    for size in sizes(start):
        written = text[at : at + size]
        if len(written) < size or written not in known:
            continue
        name = _read(written)
        if not name.full and _is_other(text, at, at + size, name.places[0], follows=follows):
            return 0
        if name.full and text[at + size : at + size + 1] in "长民区" and edges.has_level(at, size):
            continue
        if edges.is_word(at, at + size, full=name.full, follows=follows):
            return size
    return 0


def _is_other(text: str, start: int, end: int, name: Name, *, follows: bool) -> bool:
    """Whether a short name belongs to a street, a town or a water, or is a person's given name."""
    if _patterns()["other"].match(text, end):
        return True
    if text[end : end + 1] == "县" and name.code.endswith("00") and _patterns()["abolished"].match(text, end):
        return True
    if not follows and text.endswith(_tuple("titled"), 0, start):
        return True
    if text.endswith(_tuple("account"), 0, start) and _is_account(text, start, end):
        return True
    if name.weak and _patterns()["park"].match(text, end):
        return True
    return name.weak and not follows and text[max(start - 1, 0) : start] in _words("surnames")


def _is_account(text: str, start: int, end: int) -> bool:
    """Whether a word and a place are the name of an account: 关注“平安北京”微博, 来源：同心四川."""
    return bool(_patterns()["account"].match(text, end)) or "来源" in text[max(start - 5, 0) : start]


@lru_cache(maxsize=64)
def _is_other_name(text: str, short: str, long: str) -> bool:
    """Whether a text has a name more often than what it begins: 大清河 than 大清河北."""
    return text.count(short) > text.count(long)


class _Edges:
    """The word boundaries of a text; each sentence is cut into words on demand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, frozenset[int]] = {}

    def is_word(self, start: int, end: int, *, full: bool, follows: bool) -> bool:
        """Whether a name is a word of its own: a long full name is, a short one if it begins and ends with words.

        It need not end a word if it stands inside an institution's name: 重庆 in 重庆交通大学.

        A long full name may still begin within another name: 沙湾区 in 南沙湾区块. A name right behind another one
        begins a word. The word of a short name may go on, as in 湖南人.
        """
        if full and end - start > 2:
            other = self._text[start - 1 : start + 1] if start else ""
            return other not in names().get(other, ()) or start - 1 not in self._sentence(start - 1)
        edges = self._sentence(start)
        follows = follows or self._text.endswith("中国", 0, start)  # 中国香港 is cut as one word
        if not follows and (start not in edges or self._is_cut(start, end, edges)):
            return False
        if full or end in edges or _patterns()["institution"].match(self._text, end):
            return True
        after = next((edge for edge in sorted(edges) if edge > end), end)
        rest = self._text[end:after]
        return rest in _words("further") or any(rest.startswith(name) for name in names().get(rest[:2], ()))

    def has_level(self, start: int, size: int) -> bool:
        """Whether the level of a name begins another word: 市民 in 无锡市民, 省长 in 四川省长."""
        short = self._text[start : start + size - 1]
        if not is_name(short) or _read(short).weak:
            return False
        edges = self._sentence(start)
        return start + size - 1 in edges and start + size not in edges

    def _is_cut(self, start: int, end: int, edges: frozenset[int]) -> bool:
        """Whether what stands before a name belongs with its beginning: 田金昌, 唐兴县, 一方城, 大清河北堤."""
        if start - 1 in edges and self._text[start - 1] in _words("surnames", "cut"):
            return True
        before = self._text[max(start - 2, 0) : start]
        if self._text[start] not in _words("surnames", "landscape") or not _HAN.fullmatch(before):
            return False
        if self._text[start] in "镇乡村" and start - 2 in edges and not (jieba().has_word(before) or is_name(before)):
            return True  # 兆雅|镇江|泉酒业
        return _is_other_name(self._text, before + self._text[start], before + self._text[start:end])

    def _sentence(self, at: int) -> frozenset[int]:
        """The word boundaries of the sentence around a character."""
        before = self._text[max(at - SENTENCE, 0) : at]
        stop = _STOP.search(before[::-1])
        begin = at - (stop.start() if stop else len(before))
        if begin not in self._known:
            stop = _STOP.search(self._text, at, at + SENTENCE)
            end = stop.start() if stop else min(at + SENTENCE, len(self._text))
            words = jieba().cut(self._text[begin:end])
            self._known[begin] = frozenset(accumulate(map(len, words), initial=begin))
        return self._known[begin]
