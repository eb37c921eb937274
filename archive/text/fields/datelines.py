"""A line right under a title or right below a text -> the same in the manner that the readers of datelines know.

There hardly anything stands but who, when and from where. So days of any shape can be told there, labels by what their
words are made of, and names behind what their bearers are; elsewhere such words are prose.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archive.text import dates, words
from archive.text.chinese import han
from archive.text.fields.labels import canonical, colons, is_dateline, is_label, labels
from archive.text.fields.people import is_office, is_person
from archive.text.lines import furniture_id, narrow

# A longer line is prose. Beside a day stands no more that says neither who nor from where (Han characters).
LONGEST, UNKNOWN = 90, 8
# The name of an office has at most so many characters.
OFFICE = 16

_CLAUSE = re.compile(r"[。!?;…]|,[^,]*,")
# One of these stands in every such line.
_HINT = re.compile(r"[\d:：\t\s年]")
# A label with its colon, or without one, by how it ends; not the value of another, 文:山里人.
_LABEL = re.compile(
    r"(?<![一-鿿])(?:(?P<colon>[一-鿿]{2,6})\s?:\s?(?=\S)|(?<!:)(?<!:\s)(?P<bare>[一-鿿]{0,4}(?:人|者|单位|机构|部门|日期|时间|[来稿]源|出处))\s(?=[一-鿿\d]))"
    r"|(?P<latin>[A-Z][a-z]{1,7}):\s?|(?P<verb>[A-Z][a-z]{2,7} (?:da|by)) (?=[一-鿿])"
)
# Spaces within a day.
_SPACED = re.compile(r"(?<=\d)\s(?=[年月日号])|(?<=[\d\s][年月])\s(?=\d)|(?<=\d)\s(?=/\s\d)|(?<=\d/)\s(?=\d)")
# A row of two cells, the first a label.
_CELLS = re.compile(r"\A([一-鿿]{2,6})\t(?=[^\t]+\Z)")
# Of which sign of a field such a label is made, see `labels.toml`.
_SIGNS = {"made_crew": "审核", "made_editor": "编辑", "made_source": "来源", "made_author": "作者"}
# What a label of a day is made of, and how a name begins, behind an office perhaps.
_TIMES = re.compile("[日期时间于]")
# Behind the day on which a text was written: 2020年12月8日于温泉镇.
_WRITTEN_AT = re.compile("[记写作]?于")
_PERSON = re.compile(r"(?:[一-鿿\d()]{2,16}[ ,])?[一-鿿·]{2,5}(?![一-鿿])")
_COLON = re.compile(r":(?:\s|\Z)")
# A day whose year stands elsewhere, between spaces or bars.
_YEARLESS = re.compile(r"(?:(?<=[\s|])|\A)(?:\d{1,2}月\d{1,2}日|\d{2}-\d{2})(?:\s\d{2}:\d{2})?(?=[\s|]|\Z)")
_TOKENS = re.compile(r"[\s|/\[\]()<>·,、《》]+")


@lru_cache(maxsize=4096)
def as_dateline(line: str) -> str:
    """A line of such a place as the readers of datelines know it; any other line as it is.

    >>> as_dateline("写的人：苗小雨　3 月 5 日 2019"), as_dateline("2017年4月27日　盟员　戚若兰")
    ('作者:苗小雨 发布时间:2019-03-05', '2017年4月27日 作者:戚若兰')
    """
    if len(line) > LONGEST or not _HINT.search(line) or _CLAUSE.search(narrow(line)):
        return line
    plain = canonical(_CELLS.sub(r"\1:", line) if "\t" in line else line)
    text = plain if "\t" in line else canonical(_paired(narrow(line)))
    for pattern, usual in words.named("manner", "usual"):
        # To search takes a third of the time of replacing nothing.
        text = pattern.sub(usual, text) if pattern.search(text) else text
    text = _LABEL.sub(_with_sign, text)
    text = words.pattern("member").sub(_with_label, text) if dates.find_day(text) else text
    text = _with_day(" ".join(text.split()))
    return text if text != plain and is_dateline(text) else line


def _paired(line: str) -> str:
    """A line in which every second word is a label, with their colons: 文字 陈晓明 编辑 王立新."""
    parts = line.split()
    paired = len(parts) > 3 and len(parts) % 2 == 0 and is_label(parts[0]) and not _COLON.search(line)
    return colons("\t".join(parts)).replace("\t", " ") if paired else line


def _with_sign(label: re.Match[str]) -> str:
    """The usual label for one of other words, by what these are made of; the same where they say nothing."""
    said = next(filter(None, label.groups()))
    if known := labels(f"{said}:"):
        return f" {said}:" if label["bare"] and known[0].field in ("source", "issuer", "contributor") else label[0]
    sign = next((sign for name, sign in _SIGNS.items() if words.whole(name, said)), None)
    nobody = sign == "作者" and not _PERSON.match(label.string[label.end() :])
    return label[0] if sign is None or nobody else f" {sign}:"


def _with_label(member: re.Match[str]) -> str:
    """A name behind what its bearer is, with the label of one who wrote: 社员 陈晓明."""
    who = member["who"]
    return f" 作者:{who}" if is_person(who, labelled=True) or not words.match("no_source", who) else member[0]


def _with_day(text: str) -> str:
    """A line with its day in digits, the year first, behind a label; the same where it is no dateline."""
    found = dates.find_day(text)
    known = found is not None and text[found.start].isascii() and dates.read(text)
    if known and any(dates.from_lines([text])):
        return text
    text = _SPACED.sub("", text)
    found = dates.find_day(text)
    if found is None:
        return _without_year(text)
    before, after = text[: found.start].rstrip(" (["), text[found.end :].lstrip(" )]")
    numbered = found.value.replace("-", "") in text and before.endswith(":") and not _TIMES.search(before)
    if numbered or not han(before + after) or _WRITTEN_AT.match(after):
        # A day alone is read as it is, and may sign a text, with the place; digits behind a label may number a paper.
        return text
    if _unknown(before, after) > UNKNOWN or words.match("no_day", before) or words.match("almanac", after):
        return text
    written = text[found.start : found.end]
    day = written if dates.is_short(found.value, written) else found.value.replace("T", " ")[:16]
    return " ".join(f"{before} {after} 发布时间:{day}".split())


def _without_year(text: str) -> str:
    """A line with a day whose year stands elsewhere behind a label, beside a medium, or an office behind a bar."""
    day = _YEARLESS.search(text)
    if day is None:
        return text
    rest = f"{text[: day.start()]} {text[day.end() :]}"
    told = any(words.whole("media", word) or ("|" in text and is_office(word)) for word in _TOKENS.split(rest))
    return f"{rest} 发布时间:{day[0]}".strip() if told and _unknown(rest) <= UNKNOWN else text


def _unknown(*parts: str) -> int:
    """How many Han characters before the first label of each part say neither who nor from where."""
    said = (part[: labels(part)[0].at] if labels(part) else part for part in parts)
    return sum(map(han, filter(_is_unknown, _TOKENS.split(" ".join(said)))))


def _is_unknown(word: str) -> bool:
    """Whether a word says neither who nor from where, and is no tool of the page."""
    if is_person(word) or (len(word) <= OFFICE and is_office(word)) or words.whole("media", word):
        return False
    return furniture_id(word) is None and not words.pattern("counter").fullmatch(word)
