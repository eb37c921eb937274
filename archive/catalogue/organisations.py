"""Chinese text and the places in it -> the organisations that it names, each by its longest name as written.

A name begins with a place, a body of the whole country, the level of the site's own place or a word such as 全国. It
ends with a head such as 局, 大学 or 委员会. The words between are those of a name: no verb of a sentence, no title, no
mark. Bodies, heads and these words come from closed lists (`organisations.toml`). Where an end is unclear, nothing is
found.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate
from typing import Any

from archive.catalogue.gazetteer import is_name, is_within, title
from archive.catalogue.lexicon import automaton, ends, jieba, words
from archive.catalogue.places import Mention
from archive.catalogue.walk import FILE, HAN, Walk, goes_on, grow, has_ended, heads, kind_of, longest

_words, _tuple = partial(words, FILE), partial(ends, FILE)
_BODIES = ("party", "council", "front")
# The levels, and how many digits of a code belong to each.
_DIGITS = {"省": 2, "市": 4, "州": 4, "盟": 4, "县": 6, "区": 6, "旗": 6}
# The number of a document, which begins with the short name of who issued it: 人社部发〔2009〕126号.
_NUMBER = re.compile(r"[发办函字令规告]{0,3}[〔\[（(【［]\d{4}[〕\]）)】］]")
# Han characters and short brackets, read from right to left.
_LEFT = re.compile(r"(?:[^\W\dA-Za-z的了是被这那们我你他她]|[）)][\u4e00-\u9fff]{2,6}[（(])*")
# The end of a name and of what joins it to the next one: 集团公司和椰树集团公司, 墨脱县政府与天下茶业有限公司.
_JOINED = re.compile("(?:公司|集团|[厂院所局府委会部省市县区])[和与及]")
# A congress or a session is no body: 中国共产党第一次全国代表大会.
_CONGRESS = re.compile("第[一二三四五六七八九十]+[次届].{0,4}代表大会")
_SESSION = re.compile(r"第[一二三四五六七八九十]+届$")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)年")
_REPUBLIC = re.compile("国民(?:党(?!革命)|政府)")
_CHINA = re.compile("中国|我国|中方|(?<!国)国务院|全国|习近平|新华社|人民网|北京")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Where a text names an organisation.

    Attributes:
        start, end: offsets in the text, in characters, including the place's name.
        code: GB/T 2260 of its place; empty if that is unclear, and for a body that is not that of a place.
        name: its name, with the full name of its place if it is a body of a known place.
        how: `place` if the text names its place; `own` if it names only the level (市委统战部), so that the site's own
            place is meant; `national` for a body of the whole country (国家民委); `name` for a school, an institute, a
            bank, a company or a society, known by its name alone.
    """

    start: int
    end: int
    code: str
    name: str
    how: str


@cache
def _bodies() -> dict[str, tuple[str, ...]]:
    """All bodies by their first character, the longest first."""
    every: dict[str, list[str]] = {}
    for body in sorted(frozenset().union(*(_words(name) for name in _BODIES)), key=len, reverse=True):
        every.setdefault(body[0], []).append(body)
    return {first: tuple(bodies) for first, bodies in every.items()}


def find(text: str, places: Sequence[Mention], site: str | None = None) -> list[Organisation]:
    """Find the organisations that a text names, in order.

    Args:
        text: in Simplified characters.
        places: the places that it names, in order.
        site: the GB/T 2260 code of the site's own place.

    >>> from archive.catalogue import places
    >>> text = "国家民委、泸州市委统战部、民革四川省委会和市工商联"
    >>> [(one.name, one.how) for one in find(text, places.find(text), "510500")]
    [('国家民委', 'national'), ('泸州市委统战部', 'place'), ('民革四川省委会', 'place'), ('泸州市工商联', 'own')]
    """
    return [one for one in find_all(text, places, site) if one.how]


def find_all(text: str, places: Sequence[Mention], site: str | None = None) -> list[Organisation]:
    """Find the organisations that a text names, and those of which it is unclear where their names end (no `how`)."""
    every = [*_find_headed(text, places), *_find_marked(text, places, site)]
    found: list[Organisation] = []
    last = 0
    for one in sorted(every, key=lambda one: (one.start, -one.end)):
        if one.start >= last:
            found.append(one)
            last = one.end
    return found


# What a name may begin with, other than a place.


@cache
def _marks() -> tuple[Any, dict[str, str]]:
    """An automaton over what shows an organisation, the longest first, and what each of its words is."""
    kinds = {
        **dict.fromkeys(_DIGITS, "level"),
        **dict.fromkeys(_words("prefixes"), "prefix"),
        **dict.fromkeys(_words("parties"), "party"),
        **dict.fromkeys(_words("company"), "company"),
        **dict.fromkeys(_words("national"), "national"),
        **dict.fromkeys(_words("national", "ministries"), "ministry"),
    }
    return automaton(kinds, longest=True), kinds


def _find_marked(text: str, places: Sequence[Mention], site: str | None) -> Iterator[Organisation]:
    """Find the organisations that do not begin with a place."""
    marks, kinds = _marks()
    starts = [place.start for place in places]
    named = _Named(text, places)
    for _, start, end in marks.find_matches_as_indexes(text):
        kind, number = kinds[text[start:end]], bisect_right(starts, start)
        if kind == "level":
            behind = number and places[number - 1].end >= start
            one = None if behind else _own(text, start, site, named.read(number))
        else:
            one = _marked(text, start, end, kind, places, number, site)
        if one:
            yield one


def _marked(
    text: str, start: int, end: int, kind: str, places: Sequence[Mention], number: int, site: str | None
) -> Organisation | None:
    """The organisation that a mark other than a level shows; `number`: how many places begin before it."""
    behind = places[number - 1].end if number else -1
    match kind:
        case "company":
            return _company(text, start, end, places)
        case "prefix":
            return _prefixed(text, start, end)
        case "party":
            placed = number < len(places) and places[number].start == end
            return None if placed else _bare_party(text, start, end, site)
    return None if start == behind else _national(text, start, end, places, ministry=kind == "ministry")


def _national(text: str, start: int, end: int, places: Sequence[Mention], *, ministry: bool) -> Organisation | None:
    """A body of the whole country; a ministry only at the beginning of a word, and if it is that of this country."""
    if text[start:end] == "中共中央" and (longer := longest(text, start + 2, _words("national"))):
        start, end = start + 2, start + 2 + len(longer)
    if text[end : end + 1] in _words("national", "further") or goes_on(text, end):
        return None
    if text.endswith(_tuple("foreign") + _tuple("foreign", "before"), 0, start):
        return None  # 美国国务院, 《今晚报》文化部
    begins = end - start > 4 or not ministry or _begins(text, _before(text, start))
    if not begins or (ministry and not _is_of_china(text, start, places)):
        return None
    return _make(text, start, grow(text, end, body=True), end, "", text[start:end], how="national")


def _is_of_china(text: str, at: int, places: Sequence[Mention]) -> bool:
    """Whether a bare 教育部 is that of the People's Republic, not of another land or of a year before it."""
    line = max(text.rfind("\n", 0, at) + 1, at - 300)
    years = _YEAR.findall(text, line, at)
    if (years and int(years[-1]) < 1949) or _REPUBLIC.search(text, line, at + 100):
        return False
    sentence = text[max(line, text.rfind("。", line, at)) : at]
    if not _CHINA.search(sentence) and any(land in sentence for land in _words("foreign")):
        return False
    return bool(places) or bool(_CHINA.search(text)) or not any(land in text for land in _words("foreign"))


def _bare_party(text: str, start: int, end: int, site: str | None) -> Organisation | None:
    """A party by itself, of a level (民革市委), or with the place of its branch (民盟中山学院支部)."""
    if text[end : end + 1] in _words("parties", "further") or not _is_cut(text, start):
        return None
    if tail := longest(text, end, _words("parties", "tails")):
        code = _own_code(tail[0], site) if tail[0] in _DIGITS else ""
        whole = end + len(tail)
        name = text[start:end] + (title(code) + tail[1:] if code else tail)
        return _make(text, start, whole, whole, code, name, how="own" if tail[0] in _DIGITS else "name")
    return _make(text, start, grow(text, end, body=True), end, "", text[start:end], how="national")


def _prefixed(text: str, start: int, end: int) -> Organisation | None:
    """A name that begins with 全国, 中国 or the like and goes on to a head."""
    if end == len(text) or has_ended(text, end) or (text[start:end] in ("中央", "国家") and not _begins(text, start)):
        return None
    walk = Walk(text, end, body=False, bare=False)
    reached = walk.reached
    if reached <= end or _is_class(text[end:reached]) or not _is_cut(text, start):
        return None
    if text.endswith(_tuple("foreign"), 0, start) or _widen(text, start) != start:
        return None
    session = _SESSION.search(text, max(start - 5, 0), start) if text[start:end] == "全国" else None
    if text[end] in "性级各" or (session and _widen(text, session.start()) != session.start()):
        return None
    how = "national" if kind_of(text, walk.first) in ("bodies", "departments") else "name"
    return _make(text, session.start() if session else start, reached, reached, "", text[start:reached], how=how)


def _is_cut(text: str, at: int) -> bool:
    """Whether a word begins there: not 全国 in 食品安全国家标准."""
    first = _left(text, at, 6)
    words = jieba().cut(text[first : at + 8])
    return at in accumulate(map(len, words), initial=first)


def _own(text: str, at: int, site: str | None, named: _Named) -> Organisation | None:
    """A body of the site's own place, or of that of its section, which a text names by its level."""
    if not _may_begin(text, at):
        return None
    body = _body(text, at + 1, level=False)
    least = at + 1 + len(body)
    if not (body or (least < len(text) and not has_ended(text, least) and _is_word(text, at))):
        return None
    reached = grow(text, least, body=bool(body), bare=False)
    if not body and (reached <= least or not _is_of_level(text, least, reached)):
        return None
    place, clear = named.whose(at)
    if place:
        name = title(place.code, text[place.start : place.end])
        return _make(text, at, reached, least, place.code, name + body, how="place")
    code = _own_code(text[at], site) if site else named.code_of(text[at])
    if not clear or (body == "委" and not (code or text[at] in named.only)):
        return None  # 县委 alone may speak of all counties
    return _make(text, at, reached, least, code, (title(code) or text[at]) + body, how="own")


def _may_begin(text: str, at: int) -> bool:
    """Whether a body may begin with the level there."""
    begins = _begins(text, at) or _is_behind_committee(text, at) or _is_behind_verb(text, at)
    return begins and not _is_one_of_several(text, at)


def _is_behind_committee(text: str, at: int) -> bool:
    """Whether the committee of the same level stands right before: 区政府 in 区委区政府."""
    return text[at - 2 : at] == text[at] + "委"


def _is_beside(text: str, place: Mention, at: int) -> bool:
    """Whether only bodies stand between a place of a level and the level: 省政府 in 河北省委、省政府."""
    if not _is_at(place, text[at]):
        return False
    end = place.end
    while end < at and (body := _body(text, end)):
        end += len(body)
        end += text[end] in "、和及与"
    return end == at


def _is_behind_verb(text: str, at: int) -> bool:
    """Whether a level stands behind a verb or a preposition, as in 响应区委, and not behind a part of its name."""
    if text[max(at - 2, 0) : at] in _words("levels", "verbs"):
        return True
    body = _body(text, at + 1, level=False) if text[at + 1 : at + 2] in _bodies() else ""
    if not body or not HAN.fullmatch(text, max(at - 2, 0), at):
        return False
    words = jieba().tag(text[_left(text, at, 6) : at + 1 + len(body)])
    before = _word_before(words, at - _left(text, at, 6))
    return len(before[0]) > 1 and before[1] in ("v", "p") and before[0] not in _words("verbs")


def _word_before(words: Iterable[tuple[str, str]], at: int) -> tuple[str, str]:
    """The word that ends at an offset, and its part of speech; two empty texts if none does."""
    end = 0
    for word, part in words:
        end += len(word)
        if end == at:
            return word, part
    return "", ""


def _is_of_level(text: str, least: int, reached: int) -> bool:
    """Whether a level may stand before this name: 市脱贫攻坚领导小组 and 县中医院, not 省电厂."""
    return kind_of(text, reached) != "institutions" or text.endswith(_tuple("heads", "of_level"), least, reached)


def _is_at(place: Mention, level: str) -> bool:
    """Whether a place is of a level: 江油市 and 成都市 of 市."""
    return bool(place.code) and title(place.code)[-1] == level


class _Named:
    """What the places before an offset say of levels, read once from left to right.

    Attributes:
        last: the last place.
        section: the place that heads the section: 攀枝花：... at the beginning of a line.
        within: the last place of each level in the section.
        only: the code of the only place of each level; empty if there are several.
        bodied: the levels of a place whose body is named.
    """

    def __init__(self, text: str, places: Sequence[Mention]) -> None:
        self._text, self._places, self._number = text, places, 0
        self.last: Mention | None = None
        self.section: Mention | None = None
        self.within: dict[str, Mention] = {}
        self.only: dict[str, str] = {}
        self.bodied: set[str] = set()

    def read(self, number: int) -> _Named:
        """Read on to as many places."""
        for place in self._places[self._number : number]:
            self.last = place
            if place.code:
                self._take(place, title(place.code)[-1])
        self._number = number
        return self

    def _take(self, place: Mention, level: str) -> None:
        begins = self._text[place.start - 1 : place.start] in ("", "\n")
        if begins and self._text[place.end : place.end + 1] in (":", "："):
            self.section, self.within = place, {}
        elif self.section and is_within(place.code, self.section.code):
            self.within[level] = place
        self.only[level] = place.code if self.only.get(level, place.code) == place.code else ""
        if _body(self._text, place.end):
            self.bodied.add(level)

    def whose(self, at: int) -> tuple[Mention | None, bool]:
        """The place whose body a level means, and whether that is clear; no place if it is that of the site.

        It is the place of the bodies right before it, that of its section, or the last one named within the section.
        """
        level = self._text[at]
        if self.last and _is_beside(self._text, self.last, at):
            return self.last, True
        if not self.section:
            return None, True
        if _is_at(self.section, level):
            return self.section, True
        if _DIGITS[level] <= len(self.section.code.rstrip("0")):
            return None, True
        return self.within.get(level), level in self.within

    def code_of(self, level: str) -> str:
        """The code of the only place of a level, if a body of it is named; else empty."""
        return self.only[level] if level in self.bodied else ""


def _own_code(level: str, site: str | None) -> str:
    """The code of the place of a level that a site's own place is or belongs to; empty if it is unknown."""
    digits = _DIGITS[level]
    if not site or (digits > 2 and site[2:4] == "00") or (digits == 6 and site.endswith("00")):
        return ""
    code = site[:digits].ljust(6, "0")
    return code if title(code) else ""


def _is_word(text: str, at: int) -> bool:
    """Whether the character of a level is a word of its own: not in 市场监管所."""
    return bool(jieba().cut(text[at : at + 8])[0] == text[at])


def _is_one_of_several(text: str, at: int) -> bool:
    """Whether a level ends a list of levels, as in 省、市、县政府 and 各市与县政府, or is counted (4省政府)."""
    if at and (text[at - 1].isdecimal() or text[at - 1] in "一二两三四五六七八九十"):
        return True
    return at >= 2 and text[at - 1] in "、和与及" and (text[at - 2] in _DIGITS or text[at - 2] in "家乡")


def _company(text: str, start: int, end: int, places: Sequence[Mention]) -> Organisation | None:
    """The company whose name ends with 有限公司 or the like; None if it is unclear where the name begins."""
    first = _left(text, start, 26)
    if first == start or (first == start - 26 and first):
        return None
    for joint in _JOINED.finditer(text, first, start):
        first = joint.end()
    begin = _leads(text, first, start)
    if text[start - 1] in "家个":
        return None
    begin = _behind_group(text, _first_of_company(text, begin, start, places))
    if begin < 0 or start - begin < 2:
        return None
    return _make(text, begin, grow(text, end, body=True), end, "", text[begin:end], how="name")


def _first_of_company(text: str, begin: int, start: int, places: Sequence[Mention]) -> int:
    """Where a company's name begins: with all of the words before its head, or with the last place among them."""
    named = [place.start for place in places if begin <= place.start < start and text[place.start - 1] not in "（("]
    if (named and named[0] == begin) or (text[begin] not in "牌型号款" and _is_name(text[begin:start])):
        return begin
    return named[-1] if named and _is_name(text[named[-1] : start]) else start


def _behind_group(text: str, begin: int) -> int:
    """Where a company's name begins with its group: 国药集团四川省川南器械有限公司; -1 if that is unclear."""
    if not text.endswith("集团", 0, begin):
        return begin
    first = _left(text, begin - 2, 8)
    words = jieba().tag(text[first : begin - 2])
    return begin - 2 - len(words[-1][0]) if words and words[-1][1][0] in "nj" and len(words[-1][0]) > 1 else -1


def _leads(text: str, at: int, end: int) -> int:
    """Where a name begins behind words that lead to it: behind 批准 in 批准利尔化学有限公司."""
    for word in jieba().cut(text[at:end]):
        if word not in _words("company", "lead") and word not in _words("stops"):
            at += word[0] in "据由受"  # 据万|博 of 据万博有限公司
            break
        at += len(word)
    return at


def _is_name(words: str) -> bool:
    """Whether words may all be part of a company's name."""
    parts = jieba().tag(words)
    if any(word in _words("company", "lead") or word in _words("stops") for word, _ in parts):
        return False
    return bool(parts) and not any(part == "v" and _is_verb(word) for word, part in parts)


def _is_verb(word: str) -> bool:
    """Whether what is cut as a verb is one, and none that stands in names; a made-up name may be cut as one."""
    return word not in _words("verbs") and not is_name(word) and bool(jieba().has_word(word))


# What begins with a place.


def _find_headed(text: str, places: Sequence[Mention]) -> Iterator[Organisation]:
    """Find the organisations that follow their place; a party's name stands before and behind it."""
    begins = {place.start for place in places}
    start = 0
    for number, place in enumerate(places):
        if not number or places[number - 1].end != place.start:
            start = place.start
        if place.end in begins:
            continue  # take the last place of 徐州市云龙区
        if one := _party(text, start, place) or _placed(text, start, place):
            yield one


def _party(text: str, start: int, place: Mention) -> Organisation | None:
    """A party of a place: 民革四川省委会."""
    if not text.endswith(_tuple("parties"), 0, start):
        return None
    party = _longest_end(text[max(start - 6, 0) : start], _words("parties"))
    tail = longest(text, place.end, _words("parties", "tails"))
    if not tail:
        return None
    name = party + title(place.code, text[place.start : place.end]) + tail
    return _make(text, start - len(party), place.end + len(tail), place.end + len(tail), place.code, name, how="place")


def _placed(text: str, start: int, place: Mention) -> Organisation | None:
    """A body or an institution of a place."""
    name = title(place.code, text[place.start : place.end])
    if not place.inside and (body := _body(text, place.end)):
        end = place.end + len(body)
        return _make(text, start, grow(text, end, body=True), end, place.code, _join(name, body), how="place")
    if place.end == len(text) or has_ended(text, place.end) or text.endswith("驻", 0, start):
        return None
    walk = Walk(text, place.end, body=False)
    end = walk.reached
    rest = text[place.end : end]
    if not rest or "某" in rest or _is_class(rest) or (rest in ("大学", "中学") and text[place.end - 1] in "省市区"):
        return None
    party = _longest_end(text[max(start - 6, 0) : start], _words("parties"))
    if party and rest.endswith(_tuple("parties", "tails")):
        start -= len(party)  # 民盟济南市铁路局支部
    elif kind_of(text, walk.first) == "bodies" and not rest.endswith("公司"):
        return _make(text, start, end, end, place.code, name + rest, how="place")
    else:
        start = _widen(text, start)
    return _make(text, start, end, end, "", text[start:end], how="name") if start >= 0 else None


def _widen(text: str, start: int) -> int:
    """Where the name of an institution begins that holds a place: before 国网 in 国网柘城县供电公司; -1 if unclear."""
    first = _left(text, start, 8)
    if first == start:
        return start
    words = jieba().tag(text[first:start])
    word, part = words[-1]
    if part[0] not in "nj" or part.startswith("nr") or len(word) == 1 or word.endswith(("企业", "单位", "公司")):
        return start
    if word in _words("stops") or word in _words("company", "lead"):
        return start
    return first if len(words) == 1 and first > start - 8 else -1


def _left(text: str, at: int, most: int) -> int:
    """Where the Han characters and short brackets before an offset begin, `most` characters before it at most."""
    return at - _LEFT.match(text[max(at - most, 0) : at][::-1]).end()  # type: ignore[union-attr]


def _is_class(rest: str) -> bool:
    """Whether what stands behind a place speaks of many: 农村小学."""
    head = next(
        (rest[-size:] for size in range(6, 0, -1) if heads().get(rest[-size:]) in ("institutions", "bodies")), ""
    )
    between = rest.removesuffix(head)
    if head not in _words("class_words", "generic"):
        return False
    if not between:
        return head not in _words("heads", "bare")
    return all(word in _words("class_words") for word in jieba().cut(between))


def _make(text: str, start: int, reached: int, end: int, code: str, name: str, *, how: str) -> Organisation:
    """An organisation whose name goes on from an end to where it reaches; without `how` if that is unclear (-1)."""
    whole = max(reached, end)
    if _NUMBER.match(text, whole) or _CONGRESS.match(text, whole):
        reached = -1
    name += text[end:whole]
    start = _before(text, start, party="委" in name or "党" in name or name.startswith("中央"))
    return Organisation(start=start, end=whole, code=code, name=name, how=how if reached >= 0 else "")


def _before(text: str, start: int, *, party: bool = False) -> int:
    """Where a name begins with the Party, the Republic or the armed police before it."""
    for lead in ("中华人民共和国", "武警", *(("中国共产党", "中共") if party else ())):
        if text.endswith(lead, 0, start):
            return start - len(lead)
    return start


def _join(name: str, body: str) -> str:
    """Join a place's full name and a body with the level of the body: 泸县 and 县委统战部 give 泸县委统战部."""
    same = body[0] == name[-1] and body[0] in _DIGITS
    return name[:-1] + body if same or (body[0] in "市县" and name[-1] == "区") else name + body


def _body(text: str, at: int, *, level: bool = True) -> str:
    """The body at an offset of a text, with or without its level (县委, 委); empty if there is none."""
    lead = text[at : at + 1] if level and text[at : at + 1] in _words("levels") else ""
    start = at + len(lead)
    for body in _bodies().get(text[start : start + 1], ()):
        end = start + len(body)
        if not text.startswith(body, start) or goes_on(text, end):
            continue
        if body == "政府" and text.startswith(_tuple("council", "of_governments"), end):
            return ""
        if len(body) > 1 or text[end : end + 1] not in _words("party", "further"):
            return lead + body
    return ""


def _longest_end(text: str, words: Iterable[str]) -> str:
    return max((word for word in words if text.endswith(word)), key=len, default="")


def _begins(text: str, at: int) -> bool:
    """Whether no other name ends right before a character."""
    before = text[at - 1 : at]
    if not before or not "\u4e00" <= before <= "\u9fff" or before in _words("levels", "before"):
        return True
    stops = _words("stops")
    return text[at - 2 : at] in stops or text[at - 3 : at] in stops or text[at - 4 : at] in stops
