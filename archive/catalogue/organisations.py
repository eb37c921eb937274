"""Chinese text and the places in it -> the organisations that it names, each by its longest name as written.

A name begins with a place, a body of the whole country, the level of the site's own place or a word such as 全国. It
ends with a head such as 局, 大学 or 委员会. The words between are those of a name: no verb of a sentence, no title, no
mark. Bodies, heads and these words come from closed lists (`organisations.toml`). Where an end is unclear, nothing is
found.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

from archive.catalogue.places import Mention, automaton, is_name, is_surname, is_within, jieba, title

_BODIES = ("party", "council", "front")
# The levels, and how many digits of a code belong to each.
_DIGITS = {"省": 2, "市": 4, "州": 4, "盟": 4, "县": 6, "区": 6, "旗": 6}
# As many characters of a name are read at most behind its beginning.
REACH = 28
# Han characters up to one that no name holds.
_HAN = re.compile(f"[^\\W\\dA-Za-z的了是被这那们我你他她]{{0,{REACH}}}")
# What may stand in the middle of a name: 中央党校（国家行政学院）文史教研部, 财政局PPP项目服务中心.
_MIDDLE = re.compile(r"[（(][\u4e00-\u9fff]{2,12}[）)]|[“\"]?[A-Za-z][A-Za-z+]{0,8}[”\"]?|“[^”\n]{1,10}”")
_PLACE = re.compile(r"[（(]([\u4e00-\u9fff]{2,4})[）)]")
# The number of a document, which begins with the short name of who issued it: 人社部发〔2009〕126号.
_NUMBER = re.compile(r"[发办函字令规告]{0,3}[〔\[（(【［]\d{4}[〕\]）)】］]")
# Han characters and short brackets, read from right to left.
_LEFT = re.compile(r"(?:[^\W\dA-Za-z的了是被这那们我你他她]|[）)][\u4e00-\u9fff]{2,6}[（(])*")
_ORDINAL = re.compile(r"第[一二三四五六七八九十]+$")
# The end of a name and of what joins it to the next one: 集团公司和椰树集团公司, 墨脱县政府与天下茶业有限公司.
_JOINED = re.compile("(?:公司|集团|[厂院所局府委会部省市县区])[和与及]")
# A count of many: 四所学校.
_COUNT = re.compile("[一二三四五六七八九十百两几数]+[多余]?[所家个名位大]$")
# A number of which a name is made with a head right behind it: 五 in 五医院, never 四 in 四所学校.
_NUMBERED = re.compile("医院|[中小]学|支部|支队|大队|分院|高中")
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
def _rules() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("archive.catalogue").joinpath("organisations.toml").read_text("utf-8"))


@cache
def _words(name: str, key: str = "words") -> frozenset[str]:
    return frozenset(_rules()[name][key].split())


@cache
def _tuple(name: str, key: str = "words") -> tuple[str, ...]:
    return tuple(_words(name, key))


@cache
def _bodies() -> dict[str, tuple[str, ...]]:
    """All bodies by their first character, the longest first."""
    every: dict[str, list[str]] = {}
    for body in sorted(frozenset().union(*(_words(name) for name in _BODIES)), key=len, reverse=True):
        every.setdefault(body[0], []).append(body)
    return {first: tuple(bodies) for first, bodies in every.items()}


@cache
def _heads() -> dict[str, str]:
    """The kind of each head."""
    kinds = ("branches", "departments", "institutions", "bodies")
    return {head: kind for kind in kinds for head in _words("heads", kind)}


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
    for _, start, end in marks.find_matches_as_indexes(text):
        if one := _marked(text, start, end, kinds[text[start:end]], places, bisect_right(starts, start), site):
            yield one


def _marked(
    text: str, start: int, end: int, kind: str, places: Sequence[Mention], number: int, site: str | None
) -> Organisation | None:
    """The organisation that a mark of a kind shows; `number`: how many places begin before it."""
    behind = places[number - 1].end if number else -1
    match kind:
        case "level":
            return None if start <= behind else _own(text, start, site, places[:number])
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
    if text[start:end] == "中共中央" and (longer := _longest(text, start + 2, _words("national"))):
        start, end = start + 2, start + 2 + len(longer)
    if text[end : end + 1] in _words("national", "further") or _goes_on(text, end):
        return None
    if text.endswith(_tuple("foreign") + _tuple("foreign", "before"), 0, start):
        return None  # 美国国务院, 《今晚报》文化部
    begins = end - start > 4 or not ministry or _begins(text, _before(text, start))
    if not begins or (ministry and not _is_of_china(text, start, places)):
        return None
    return _make(text, start, _grow(text, end, body=True), end, "", text[start:end], how="national")


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
    if tail := _longest(text, end, _words("parties", "tails")):
        code = _own_code(tail[0], site) if tail[0] in _DIGITS else ""
        whole = end + len(tail)
        name = text[start:end] + (title(code) + tail[1:] if code else tail)
        return _make(text, start, whole, whole, code, name, how="own" if tail[0] in _DIGITS else "name")
    return _make(text, start, _grow(text, end, body=True), end, "", text[start:end], how="national")


def _prefixed(text: str, start: int, end: int) -> Organisation | None:
    """A name that begins with 全国, 中国 or the like and goes on to a head."""
    if end == len(text) or _has_ended(text, end) or (text[start:end] in ("中央", "国家") and not _begins(text, start)):
        return None
    walk = _Walk(text, end, body=False, bare=False)
    reached = walk.reached
    if reached <= end or _is_class(text[end:reached]) or not _is_cut(text, start):
        return None
    if text.endswith(_tuple("foreign"), 0, start) or _widen(text, start) != start:
        return None
    session = _SESSION.search(text, max(start - 5, 0), start) if text[start:end] == "全国" else None
    if text[end] in "性级各" or (session and _widen(text, session.start()) != session.start()):
        return None
    how = "national" if _kind(text, walk.first) in ("bodies", "departments") else "name"
    return _make(text, session.start() if session else start, reached, reached, "", text[start:reached], how=how)


def _is_cut(text: str, at: int) -> bool:
    """Whether a word begins there: not 全国 in 食品安全国家标准."""
    first = _left(text, at, 6)
    words = jieba().cut(text[first : at + 8])
    return at in accumulate(map(len, words), initial=first)


def _own(text: str, at: int, site: str | None, places: Sequence[Mention]) -> Organisation | None:
    """A body of the site's own place, or of that of its section, which a text names by its level."""
    if not _may_begin(text, at):
        return None
    body = _body(text, at + 1, level=False)
    least = at + 1 + len(body)
    if not (body or (least < len(text) and not _has_ended(text, least) and _is_word(text, at))):
        return None
    reached = _grow(text, least, body=bool(body), bare=False)
    if not body and (reached <= least or not _is_of_level(text, least, reached)):
        return None
    place, clear = _whose(text, at, places)
    if place:
        name = title(place.code, text[place.start : place.end])
        return _make(text, at, reached, least, place.code, name + body, how="place")
    code = _own_code(text[at], site) if site else _only_code(text, text[at], places)
    if not clear or (body == "委" and not (code or any(_is_at(each, text[at]) for each in places))):
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
    if not body or not _HAN.fullmatch(text, max(at - 2, 0), at):
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
    return _kind(text, reached) != "institutions" or text.endswith(_tuple("heads", "of_level"), least, reached)


def _is_at(place: Mention, level: str) -> bool:
    """Whether a place is of a level: 江油市 and 成都市 of 市."""
    return bool(place.code) and title(place.code)[-1] == level


def _heads_section(text: str, place: Mention) -> bool:
    """Whether a place heads a section of a text: 攀枝花：... at the beginning of a line."""
    after = text[place.end : place.end + 1]
    return after in (":", "：") and bool(place.code) and text[place.start - 1 : place.start] in ("", "\n")


def _whose(text: str, at: int, places: Sequence[Mention]) -> tuple[Mention | None, bool]:
    """The place whose body a level means, and whether that is clear; no place if it is that of the site.

    It is the place of the bodies right before it, that of its section, or the last one named within the section.
    """
    if places and _is_beside(text, places[-1], at):
        return places[-1], True
    section = next((one for one in reversed(places) if _heads_section(text, one)), None)
    if not section:
        return None, True
    if _is_at(section, text[at]):
        return section, True
    if _DIGITS[text[at]] <= len(section.code.rstrip("0")):
        return None, True
    within = (one for one in reversed(places) if one.start > section.start and is_within(one.code, section.code))
    place = next((one for one in within if _is_at(one, text[at])), None)
    return place, bool(place)


def _only_code(text: str, level: str, places: Sequence[Mention]) -> str:
    """The code of the only place of a level that the text names so far, if it names a body of it; else empty."""
    named = [place for place in places if _is_at(place, level)]
    one = named[0].code if named and any(_body(text, place.end) for place in named) else ""
    return one if all(place.code == one for place in named) else ""


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
    return _make(text, begin, _grow(text, end, body=True), end, "", text[begin:end], how="name")


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
    tail = _longest(text, place.end, _words("parties", "tails"))
    if not tail:
        return None
    name = party + title(place.code, text[place.start : place.end]) + tail
    return _make(text, start - len(party), place.end + len(tail), place.end + len(tail), place.code, name, how="place")


def _placed(text: str, start: int, place: Mention) -> Organisation | None:
    """A body or an institution of a place."""
    name = title(place.code, text[place.start : place.end])
    if not place.inside and (body := _body(text, place.end)):
        end = place.end + len(body)
        return _make(text, start, _grow(text, end, body=True), end, place.code, _join(name, body), how="place")
    if place.end == len(text) or _has_ended(text, place.end) or text.endswith("驻", 0, start):
        return None
    walk = _Walk(text, place.end, body=False)
    end = walk.reached
    rest = text[place.end : end]
    if not rest or "某" in rest or _is_class(rest) or (rest in ("大学", "中学") and text[place.end - 1] in "省市区"):
        return None
    party = _longest_end(text[max(start - 6, 0) : start], _words("parties"))
    if party and rest.endswith(_tuple("parties", "tails")):
        start -= len(party)  # 民盟济南市铁路局支部
    elif _kind(text, walk.first) == "bodies" and not rest.endswith("公司"):
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
        (rest[-size:] for size in range(6, 0, -1) if _heads().get(rest[-size:]) in ("institutions", "bodies")), ""
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
        if not text.startswith(body, start) or _goes_on(text, end):
            continue
        if body == "政府" and text.startswith(_tuple("council", "of_governments"), end):
            return ""
        if len(body) > 1 or text[end : end + 1] not in _words("party", "further"):
            return lead + body
    return ""


def _longest(text: str, at: int, words: Iterable[str]) -> str:
    return max((word for word in words if text.startswith(word, at)), key=len, default="")


def _longest_end(text: str, words: Iterable[str]) -> str:
    return max((word for word in words if text.endswith(word)), key=len, default="")


def _begins(text: str, at: int) -> bool:
    """Whether no other name ends right before a character."""
    before = text[at - 1 : at]
    if not before or not "\u4e00" <= before <= "\u9fff" or before in _words("levels", "before"):
        return True
    stops = _words("stops")
    return text[at - 2 : at] in stops or text[at - 3 : at] in stops or text[at - 4 : at] in stops


# Where a name ends.


def _has_ended(text: str, at: int) -> bool:
    """Whether it is seen at once that no name goes on there: 泸州的, 泸州召开."""
    return not _HAN.fullmatch(text, at, at + 1) or text[at] in "在等与" or text[at : at + 2] in _words("stops")


def _goes_on(text: str, end: int) -> bool:
    """Whether what ends there is the beginning of another word: 司法部 in 司法部长."""
    return text[end - 1 : end + 1] in _words("goes_on")


def _kind(text: str, end: int) -> str:
    """The kind of the longest head that ends there: of a body or an institution, else of a department."""
    kinds = [_heads().get(text[end - size : end], "") for size in range(min(6, end), 0, -1)]
    return next((kind for kind in kinds if kind in ("bodies", "institutions")), "departments")


def _grow(text: str, at: int, *, body: bool, bare: bool = True) -> int:
    """Read on in a name and return where its last head ends; `at` if none follows, -1 if that is unclear."""
    return _Walk(text, at, body=body, bare=bare).reached


@cache
def _last() -> frozenset[str]:
    """The last characters of all heads."""
    return frozenset(head[-1] for head in _heads())


@cache
def _outer() -> re.Pattern[str]:
    """The ends of the heads that make a name of a place and some words, two characters of each."""
    heads = (head for head, kind in _heads().items() if kind in ("bodies", "institutions"))
    return re.compile("|".join(sorted({head[-2:] for head in heads})))


@cache
def _long() -> tuple[str, ...]:
    """The heads with which a name may go on at once."""
    return tuple(head for head in _heads() if len(head) > 1 and head not in _words("heads", "party") and head != "中心")


class _Walk:
    """A way through the words of a name.

    Attributes:
        first, end: where its first and its last head end; `end` is where it began if none follows.
        reached: `end`, or -1 if it is unclear whether the name ends there.
    """

    def __init__(self, text: str, at: int, *, body: bool, bare: bool = True) -> None:
        """Go as far as the name goes.

        Args:
            text: the text.
            at: where the name has got to.
            body: it is a name already, so that its departments follow.
            bare: a head may follow without a word between.
        """
        self._text = text
        self._at = self._began = self.first = self.end = at
        self._body, self._bare = body, bare
        self._place = self._unsure = self._open = False
        self._and = ""
        self._left = 4
        rest = _HAN.match(text, at)[0]  # type: ignore[index]
        if not _last().isdisjoint(rest) and (body or _outer().search(rest)):
            for word, part in jieba().tag(rest):
                if not self.take(word, part):
                    break
        self.reached = self.end if self.is_certain() else -1
        self.end = max(self.reached, self.end)

    def take(self, word: str, part: str) -> bool:
        """Go on by a word; false if the name ends before it."""
        start, self._at = self._at, self._at + len(word)
        another = word.startswith(("中央", "全国", "国家", "国务院", "中共")) or word in _words(
            "national", "ministries"
        )
        if another and not (word.startswith(("全国", "国家")) and start == self.end):
            return False  # the name of another body begins
        if head := self._head(word, part) or self._head_within(word):
            return self._reach(head)
        if self._unsure:
            self._left -= 1
            return self._left > 0 and word not in _words("stops")
        if not self._may_hold(word, part, start):
            return False
        if part == "v" and word not in _words("verbs"):
            self._unsure = True
            return self._body
        self._and = word if word in "与和" else self._and
        self._place |= part in ("ns", "nr") and is_name(word)
        return True

    def _may_hold(self, word: str, part: str, start: int) -> bool:
        """Whether a name may hold a word that is no head."""
        if (word in _words("stops") and not (word in "与和" and start > self.end)) or _COUNT.match(word):
            return False
        if word.startswith(_tuple("stops", "adverbs")):
            return False
        if part not in _words("stops", "parts") or self._may(word, part):
            return True
        # 司拟 is the end of 运输司 and a verb, though cut like a person's name.
        self._open = part[:2] == "nr" and self._body and start > self.end and _heads().get(word[0]) == "departments"
        return False

    def _may(self, word: str, part: str) -> bool:
        """Whether a word of a part of speech that no name holds may stand in this one all the same."""
        if part[:2] == "nr":
            return not self._body or is_name(word)
        if word in "与和" or word in _words("stops", "names") or _ORDINAL.match(word):
            return True
        return part == "m" and bool(_NUMBERED.match(self._text, self._at))

    def _head(self, word: str, part: str) -> str:
        """The head that ends at the place reached; empty if there is none, as in the name of a place (莫斯科)."""
        if word[-1] not in _last() or word in _words("stops") or _goes_on(self._text, self._at):
            return ""
        ends = [self._text[self._at - size : self._at] for size in range(min(6, self._at - self.end), 0, -1)]
        if any(end in _words("unlike") for end in ends):
            return ""
        least = 2 if len(word) > 1 and (part in ("ns", "nrt") or (part == "nr" and is_surname(word[0]))) else 1
        fitting = (end for end in ends if self._fits(end, bare=self._at - len(end) == self.end))
        return next((end for end in fitting if len(end) >= least), "")

    def _head_within(self, word: str) -> str:
        """The head in a word that is cut with what follows it: 检定所|在 cut into 检定|所在, or 外科主任."""
        size = 1 if len(word) == 2 else 2
        if len(word) <= size or word[-size:] not in _words("stops") or word[-size - 1] not in _last():
            return ""
        self._at -= size
        head = self._head(word[:-size], "n")
        self._at += 0 if head else size
        return head

    def _fits(self, head: str, *, bare: bool) -> bool:
        """Whether what ends here is a head that may end the name."""
        kind = _heads().get(head)
        if not kind or (self._and and not self._may_follow_and(head)):
            return False
        if head in "所站办" and not self._is_followed(head):
            self._open |= self._body and not bare
            return False
        if self._body:
            return not bare or len(head) > 1
        if kind in ("departments", "branches"):
            return False
        return not bare or (self._bare and head in _words("heads", "bare"))

    def _is_followed(self, head: str) -> bool:
        """Whether 所, 站 or 办 ends a name: before its title (艺研所所长), another stop or a mark."""
        after = self._text[self._at : self._at + 2]
        stops = after[:1] in _words("stops") or after in _words("stops")
        return after == head + "长" or stops or not _HAN.match(after).end()  # type: ignore[union-attr]

    def _may_follow_and(self, head: str) -> bool:
        """Whether a head may end a name with 和 or 与 in its middle: not 人民银行管理体制和商业银行."""
        return head in _words("heads", "after_and") or (
            self._and == "与" and _heads()[head] != "branches" and head != "中心"
        )

    def _reach(self, head: str) -> bool:
        if self._unsure or (self._place and head not in _words("heads", "branches")):
            self._open = self._body
            return False
        self.first = self.first if self.first > self._began else self._at
        self.end, self._body, self._place, self._and = self._at, True, False, ""
        return True

    def is_certain(self) -> bool:
        """Whether no further head may belong to the name."""
        if self._open:
            return False
        if self._body and (branch := _PLACE.match(self._text, self.end)) and is_name(branch[1]):
            self.end = branch.end()  # 中国地质大学（北京）
            return True
        if self._body and self._text.startswith(_long(), self.end):
            head = _longest(self._text, self.end, _long())
            if self._text[self.end + len(head) : self.end + len(head) + 1] not in ("长", "员"):
                return False  # 十三陵中心|小学教师, but 监察支队|支队长
        middle = _MIDDLE.match(self._text, self.end) if self._body else None
        return not middle or _grow(self._text, middle.end(), body=True) == middle.end()
