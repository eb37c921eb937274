"""A line of a page -> the fields that its labels state: source, author, editor, contributor.

Lines are first written in one manner, with a colon behind every label (`canonical`); one reader of labels serves
datelines, brackets and signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from archive.text import dates, words
from archive.text.chinese import han
from archive.text.fields.people import (
    BULLETS,
    all_people,
    behind_office,
    in_last_brackets,
    is_office,
    is_person,
    people,
    reporters,
    unbracketed,
)
from archive.text.lines import is_sentence, narrow
from archive.text.outline import Outline

# Evidence quotes so many characters of a line.
WORDS = 100
# A longer line is no dateline, no signature.
DATELINE, SIGNATURE = 240, 80
# An office that signs in brackets has at most so many characters.
OFFICE = 30
# A longer value is no name, and no source.
PEOPLE, SOURCE = 40, 30
# Nor is it the value of a label in a box of its own, nor is a link such a label.
VALUE, LINKED = 30, 0.5

_FIELDS = ("source", "author", "editor", "contributor")
# Labels whose values are no field.
_NOT_KEPT = ("other", "crew")
_OF_PEOPLE = ("author", "editor", "sender", "poster")
# What stands around a value and is no part of it.
WRAP = "[]【】()<>{}|丨/-—_·:;,、。 \t"
_BARS = str.maketrans(
    {"丨": "|", "︱": "|", "│": "|", "┃": "|", "┊": "|", "┆": "|", "¦": "|", "〔": "[", "〕": "]", "∶": ":"}
)
_BARRED = re.compile(f"[{''.join(map(chr, _BARS))}]")
_STROKES = "|/.‧·"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_HAN_BEFORE = re.compile("[一-鿿]")
_DATE = re.compile(r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|\d{1,2}:\d{2}|\d{2,3}年\d{1,2}月\d{1,2}日")
_TIME = re.compile(r"^(?:时\s?间|日\s?期)")
# A minute.
CLOCK = re.compile(r"\d:\d{2}")
# One of the points of a paper: 二、办公时间:上午8:30.
_POINT = re.compile(r"[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,2}\)|\d{1,2}、")
# Two clauses, or a list of three.
_PROSE = re.compile(r"[。!?;][^。!?;,]*+[。!?;,]|\A[^,;]*+[,;][^,;]*+[,;][^,]*+,")
_BEFORE = r"(?:^|(?<=[\s(\[|/,;、:\d]))"
_PAPER = re.compile(
    r"\A(?P<name>(?!本)[一-鿿·]{1,12}(?:报|网|社|台|刊|新闻|传媒|融媒))(?:见习|实习|首席|特约|资深|高级|全媒体)?"
)
# One of these stands in every dateline, or a label without its colon: a year in four digits or written out, a colon or
# what is written for one, how somebody sent a post. It is searched in lines as they stand on the page.
_HINTS = re.compile(
    r"[\t12:|/<：｜／＜︰∶丨︱│┃民年来由自](?:(?<=自)《|(?<=[\t:|/<：｜／＜︰∶丨︱│┃由])|(?<=[12])[09]\d\d|(?<=民)[国國]"
    r"|(?<=年)\s*[一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾]|(?<=来)\s?源\s)"
)
# The agency's day may stand behind: (编辑:叶雅婷)1120612.
_BRACKETS = re.compile(r"\A[(\[【<]\s?([^()\[\]【】]{2,60})\s?[)\]】>]\d{0,8}")
# Brackets behind the last full stop sign a text, as those on a line of their own do.
_SIGNED_OFF = re.compile(r"[。!?”][(\[【〔][^()\[\]【】〔〕]+[)\]】〕]\Z")
# What stands behind a name: a counter, the word before a day.
_BEHIND_NAME = re.compile(r"\s(?:\d|[-+]\s|于(?:\s|\Z)|[文图]\s?/|浏览|点击|[共已被]?阅|共\d|访问|查看|人气)")
_LATIN = re.compile(r"\A[A-Za-z]|\([A-Za-z]")


@dataclass(slots=True)
class Byline:
    """What labels say, the first statement of each; `evidence`: of a field the rule and the line that it read.

    `answers`: the editor is the one who answers for the text, 责任编辑, who goes before those who edited it.
    `issued`: the source is the office that publishes, 发布单位, which gives way to one that is called the source.
    """

    source: str | None = None
    author: str | None = None
    editor: str | None = None
    contributor: str | None = None
    answers: bool = False
    issued: bool = False
    evidence: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def take(self, other: Byline, rule: str, line: str) -> None:
        """Fill what is missing from another, which a rule read in a line."""
        for name in _FIELDS:
            value = getattr(other, name)
            value = None if value and is_nobody(value) else value
            if name == "author" and value and self.evidence.get(name, "").split(":")[0] == rule:
                self._join(value, line)
            elif value and (not getattr(self, name) or self._gives_way(name, other)):
                setattr(self, name, value)
                self.evidence[name] = stated(rule, line)
                self.issued = other.issued if name == "source" else self.issued
        self.answers = self.answers or other.answers

    def _gives_way(self, name: str, other: Byline) -> bool:
        """Whether another statement of a field is a better one."""
        source = name == "source" and self.issued and not other.issued
        return source or (name == "editor" and other.answers and not self.answers)

    def _join(self, people: str, line: str) -> None:
        """Those who wrote may sign in lines of their own: 撰文：周敏 and 通讯员：何晓东."""
        known = self.author or ""
        if new := [who for who in people.split() if who not in known]:
            self.author = " ".join((known, *new))
            self.evidence["author"] += f" | {line}"

    def __bool__(self) -> bool:
        return bool(self.source or self.author or self.editor or self.contributor)


class Mark(NamedTuple):
    """A label in a line: its field, where it stands, where its value starts and ends."""

    field: str
    at: int
    start: int
    end: int


def stated(rule: str, said: str) -> str:
    """Evidence: a rule and the words that it read, cut where they are long.

    >>> stated("dateline", "来源:四川在线")
    'dateline: 来源:四川在线'
    """
    return f"{rule}: {said if len(said) <= WORDS else said[: WORDS - 1] + '…'}"


@cache
def _bare() -> re.Pattern[str]:
    """A label that may go without its colon: nearly all places are passed over by its first character."""
    every = "|".join(label["pattern"] for label in words.entries("label") if label.get("bare"))
    return re.compile(f"(?=[{''.join(sorted(set(re.findall('[一-鿿/]', every))))}])(?:{every})")


@cache
def _unmarked() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A label with a bar or a stroke in the place of its colon, and one without either, before names."""
    stroked = "|".join(label["pattern"] for label in words.entries("label") if label["field"] != "other")
    bare = "|".join(label["pattern"] for label in words.entries("label") if label.get("bare"))
    return (
        re.compile(rf"{_BEFORE}(?P<label>{stroked})\s?[{_STROKES}]\s?(?!来源|作者)(?=[^图文摄/|\s:])"),
        re.compile(rf"{_BEFORE}(?P<prefix>[一-鿿·]{{0,14}}?)(?P<label>{bare})\s?(?=[一-鿿]|(?<=\s)[A-Z][a-z])"),
    )


@cache
def _marked() -> re.Pattern[str]:
    """A label with its colon, in a group that is named for its field."""
    labels: dict[str, list[str]] = {}
    for label in words.entries("label"):
        labels.setdefault(label["field"], []).append(label["pattern"])
    labels["other"].append(dates.rules().label)
    every = {name: "|".join(patterns) for name, patterns in labels.items()}
    # No label begins with another character: nearly all places are passed over by this.
    first = "".join(sorted(set(re.findall("[一-鿿/A-Z]", "".join(every.values())))))
    named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in every.items())
    # Nor has any more characters before its colon or bar.
    return re.compile(rf"(?=[{first}][^:|]{{0,24}}[:|])(?:{named})\s?(?::|\|\s)")


@cache
def _behind_label(marks: str) -> re.Pattern[str]:
    """One of some marks behind a character of which labels are made: a quick search, before that for labels."""
    every = (dates.rules().label, *(label["pattern"] for label in words.entries("label")))
    ends = "".join(sorted(set(re.findall("[一-鿿A-Za-z]", "".join(every)))))
    return re.compile(rf"[{marks}](?:(?<=[{ends}\])].)|(?<=[{ends}\])]\s.))")


@lru_cache(maxsize=4096)
def canonical(line: str) -> str:
    """A line in its narrow form with a colon behind every label, and without tags that were escaped.

    >>> canonical("来源：云溪日报　记者 陈晓明 通讯员王立新"), canonical("编审丨李思远 责编丨王立新")
    ('来源:云溪日报 记者:陈晓明 通讯员:王立新', '编审:李思远 责编:王立新')
    """
    text = _with_colons(narrow(colons(line) if "\t" in line else line).lstrip(BULLETS))
    if text.endswith("。") or not _bare().search(text):
        return text
    pieces, end = [], 0
    for match in _unmarked()[1].finditer(text):
        names, behind = people(text[match.end() :].replace(":", " :", 1), "label")
        if names and (not re.match(r"[一-鿿]{5}|摄(?:(?!影)|影\Z)|供图|图片", behind)):
            paper = _PAPER.fullmatch(match["prefix"])
            kept = f"{paper['name']} " if paper else ""
            pieces.append(f"{text[end : match.start()]}{kept}{match['label']}:")
            end = match.end()
    return "".join([*pieces, text[end:]])


def _with_colons(text: str) -> str:
    """A narrow line with a colon behind the labels that have another mark in its place, without tags."""
    text = text.translate(_BARS) if _BARRED.search(text) else text
    for pattern, usual in words.named("idiom", "usual") if words.match("idiom_sign", text) else ():
        if found := pattern.match(text):
            text = found.expand(usual) + text[found.end() :]
    if "<" in text:
        text = " ".join(_TAG.sub(" ", text).split())
    return _unmarked()[0].sub(_with_colon, text) if _behind_label(_STROKES).search(text) else text


def paper(line: str) -> str | None:
    """The paper of the reporters whom a line names: 普门日报记者陈若水/屏东报道."""
    match = _PAPER.match(narrow(line).strip(WRAP))
    return match["name"] if match and narrow(line).strip(WRAP)[match.end() :].startswith("记者") else None


def _with_colon(match: re.Match[str]) -> str:
    """The label of a match with a colon behind it."""
    return f"{match['label']}:"


def colons(row: str) -> str:
    """A row of a table with a colon behind each label, where every second cell is one."""
    cells = row.split("\t")
    pairs = list(paired(cells))
    said = " ".join(f"{cells[label].rstrip(':：')}:{cells[value]}" for label, value in pairs)
    return said if 2 * len(pairs) == len(cells) else row


def byline(line: str) -> Byline:
    """The labelled fields of a line; empty values stay None.

    >>> byline("发布时间:2016-12-08加入收藏来源:互联网点击:").source
    '互联网'
    """
    text = canonical(line)
    if dates.read(text):
        text = words.pattern("source_alone").sub(_with_colon, text)
    values = _values(text, _marks(text))

    def first(*names: str) -> str | None:
        return next((value for name in names for value in values.get(name, ())), None)

    authors = list(dict.fromkeys(values.get("author", ())))
    # Without the paper of those who wrote: 采写:青河日报 记者:周敏.
    authors = [author for author in authors if not words.whole("media", author)] or authors
    return Byline(
        source=first("source", "issuer"),
        author=" ".join(authors or values.get("beside", ())) or None,
        editor=first("charge", "editor"),
        contributor=first("contributor", "sender"),
        answers="charge" in values,
        issued="source" not in values and "issuer" in values,
    )


def _values(text: str, marks: Sequence[Mark]) -> dict[str, list[str]]:
    """What the labels of a canonical line name, by their fields; who stands beside an office without a label, and the
    editor in charge, by names of their own.
    """
    values: dict[str, list[str]] = {}
    for mark in marks:
        said = text[mark.start : mark.end]
        value = _people_value(said) if mark.field in _OF_PEOPLE else _value(said)
        if value is None:
            continue
        values.setdefault(_field(mark, text, value), []).append(value)
        if mark.field in ("source", "contributor", "sender"):
            # Who wrote it stands behind the source or the office, without a label.
            behind = " ".join(_cut(said).split()[1:])
            values.setdefault("beside", []).extend(all_people(behind, "source" if mark.field == "source" else "label"))
    if marks and (sent := words.whole("sent_in", text[: marks[0].at].strip(WRAP))):
        values["sender"] = [sent["who"]]
    return values


def _field(mark: Mark, text: str, value: str) -> str:
    """The field of a label's value: an office that sent a post is its source; an editor may be in charge."""
    if mark.field == "poster":
        return "source" if is_office(value) else "author"
    return "charge" if mark.field == "editor" and "责" in text[mark.at : mark.start] else mark.field


@lru_cache(maxsize=4096)
def _marks(text: str) -> tuple[Mark, ...]:
    """The labels of a canonical line."""
    if not _behind_label(":|").search(text):
        return ()
    found = [
        (match.lastgroup or "other", match.start(), match.end())
        for match in _marked().finditer(text)
        # Before a bar the end of a word is none: 只看该作者 | 倒序浏览.
        if ":" in match[0] or not _HAN_BEFORE.search(text[match.start() - 1 : match.start()])
    ]
    if not found:
        return ()
    ends = [*(start for _, start, _ in found[1:]), len(text)]
    marks = [Mark(name, at, start, end) for (name, at, start), end in zip(found, ends, strict=True)]
    return tuple(marks)


def labels(line: str) -> tuple[Mark, ...]:
    """The labels of a line, in its canonical form."""
    return _marks(canonical(line))


def is_labelled(line: str) -> bool:
    """Whether a line holds a label with its colon."""
    return bool(labels(line))


def is_fact(line: str) -> bool:
    """Whether a line is one label with its value."""
    marks = labels(line)
    return len(marks) == 1 and marks[0].at == 0


# The page asks again and again of the same lines.
@lru_cache(maxsize=4096)
def is_dateline(line: str) -> bool:
    """Whether a line holds nothing but labels, their values, a date and the site's address.

    >>> is_dateline("http://www.sctyzx.gov.cn/ (2022-09-09 11:30:43) 来源：四川在线")
    True
    """
    if len(line) > DATELINE or line.endswith("。") or not (_HINTS.search(line) or _bare().search(line)):
        return False
    text = canonical(line)
    marks = _marks(text)
    dated = dates.read(text) is not None
    if not marks and not dated:
        return False
    cuts = pairwise((0, *(mark.at for mark in marks), len(text)))
    if _PROSE.search(" ".join(text[start:end].rstrip(" ;") for start, end in cuts)) or _POINT.match(text):
        return False
    if not marks:
        return dates.is_bare(text)
    return _is_labelled(text, marks, dated=dated)


def _is_labelled(text: str, marks: Sequence[Mark], *, dated: bool) -> bool:
    """Whether a line with labels is a dateline: short values, little before the first, and no speech."""
    head = text[: marks[0].at]
    if len(marks) == 1 and text.endswith(":") and han(head) >= 2 and not dated:
        # Words to those whom a paper is for: 各县（市、区）人民政府，市直各部门：
        return False
    if not dated and len(marks) == 1 and marks[0].field in ("author", "editor") and _is_spoken(text[marks[0].start :]):
        return False
    if not dated and all(_names_event(text, mark) for mark in marks):
        return False
    return han(_DATE.sub("", head)) <= 14


def is_of_event(line: str, following: str, before: str = "") -> bool:
    """Whether a line says the time of a meeting, perhaps behind a label in the line before it, and its place or people
    stand in the next one.

    >>> is_of_event("时间：2015年12月21日", "地点：村部二楼"), is_of_event("时间：2015年12月21日", "来源：村部")
    (True, False)
    """
    timed = _TIME.match(line) or _TIME.fullmatch(before.rstrip(":"))
    return timed is not None and words.match("event", f"{narrow(following)}:") is not None


def _names_event(text: str, mark: Mark) -> bool:
    """Whether a label names a time and no day of publication stands behind it: 时间:6月18日12:30."""
    value = text[mark.start : mark.end].strip(WRAP)
    return bool(value) and _TIME.match(text[mark.at :]) is not None and dates.read(value, loose=True) is None


def _is_spoken(value: str) -> bool:
    """Whether what stands behind the label of a person is no name: speech, or a subhead."""
    value = _cut(value).strip(WRAP)
    if is_person(value[:2], labelled=True):
        return False
    if people(words.pattern("post").sub("", value, count=1).strip(), "label")[0] or behind_office(value, "label")[1]:
        return False
    return han(value) > 5 or (len(value) > 2 and words.match("spoken", value) is not None)


def signature(line: str) -> Byline | None:
    """The byline of a line in brackets or of an editor's line at the end of an article; None where it is none.

    >>> signature("（泸县县委统战部 鲁星 供稿）").contributor, signature("(办公室)").contributor
    ('泸县县委统战部 鲁星', '办公室')
    """
    text = narrow(line).strip(" 。").translate(_BARS)
    if len(text) > SIGNATURE:
        return None
    inner = _BRACKETS.fullmatch(_with_colons(text))
    text = canonical(inner[1].strip() if inner else text)
    marks = _marks(text)
    if names_nobody(text):
        return Byline()
    if inner and not _names_crew(marks):
        return _bracketed(inner[1].strip())
    if _names_crew(marks) or is_post(text):
        return byline(text)
    if _is_headed(marks) and is_dateline(text) and (found := byline(text)):
        return found
    if text.endswith("稿") and (sent := words.whole("sent_in", text)):
        return Byline(contributor=sent["who"].strip(WRAP))
    who = reporters(line)
    return Byline(author=who) if who else None


def is_post(line: str) -> bool:
    """Whether the labels of a line say who sent a post, see `idiom` in labels.toml."""
    said = "帖" in line or words.match("idiom_sign", narrow(line))
    return bool(said) and any(mark.field == "poster" for mark in labels(line))


def _is_headed(marks: Sequence[Mark]) -> bool:
    """Whether a line begins with a label, or soon, and one of its labels is that of a field."""
    return bool(marks) and marks[0].at <= 16 and any(mark.field not in _NOT_KEPT for mark in marks)


def names_nobody(line: str) -> bool:
    """Whether a line is labels with nobody behind them, or what templates put there.

    >>> names_nobody("作者：管理员"), names_nobody("作者：周敏"), names_nobody("管理员")
    (True, False, False)
    """
    text = canonical(line)
    marks = _marks(text)
    if not _is_headed(marks):
        return False
    values = (text[mark.start : mark.end].strip(WRAP).lower() for mark in marks)
    return all(not value or is_nobody(value) for value in values)


def _names_crew(marks: Sequence[Mark]) -> bool:
    """Whether a line says who checked and who took the pictures, perhaps who edited, and nothing else."""
    if not marks or marks[0].at or marks[0].field != "crew":
        return False
    return all(mark.field in ("crew", "editor") and mark.end - mark.start <= 20 for mark in marks)


def last(paragraph: str) -> Byline:
    """What the brackets at the end of an article's last paragraph say.

    >>> last("取得实效。（责任编辑：郑爽）").editor, last("取得实效。（记者 胡晓蓉）").author
    ('郑爽', '胡晓蓉')
    """
    inner = in_last_brackets(paragraph)
    if inner is None:
        return Byline()
    if ":" in inner and is_dateline(inner):
        return byline(inner)
    if _SIGNED_OFF.search(narrow(paragraph)):
        return _bracketed(inner) or Byline()
    # Behind a number stands who answers the telephone.
    counted = narrow(paragraph).rpartition(inner)[0].rstrip("([【〔 ")[-1:].isdecimal()
    return Byline(author=reporters(inner) or (not counted and " ".join(all_people(inner))) or None)


def _bracketed(inner: str) -> Byline | None:
    """What brackets at the end of an article say; a note on who the author is belongs to the article."""
    if words.match("about", inner):
        return None
    if words.match("aside", inner):
        source = byline(inner).source
        return Byline(source=source) if source else None
    if inner.startswith("据") and words.whole("media", inner[1:]):
        return Byline(source=inner[1:])
    if sent := words.whole("sent_in", inner):
        return Byline(author=reporters(inner)) or Byline(contributor=sent["who"].strip(WRAP))
    return (byline(inner) if is_dateline(inner) else None) or _signed(inner)


def _signed(inner: str) -> Byline | None:
    """Who signs, perhaps behind an office, or an office alone: 县侨联 周敏."""
    office, who = behind_office(inner, "open")
    who = who or " ".join(all_people(inner)) or None
    signs = office is not None and is_office(office) and len(inner) <= OFFICE
    return Byline(author=who, contributor=(office if who else inner) if signs else None) or None


def _cut(text: str) -> str:
    """A value up to the next tool or date, and to the end of the brackets in which it stands."""
    text = unbracketed(text.strip())
    for pattern in (words.pattern("tools"), _DATE):
        if match := pattern.search(text):
            text = text[: match.start()]
    inner, end, _ = text.partition(")")
    return inner if end and "(" not in inner else text


def _people_value(text: str) -> str | None:
    """The people, or the office, whom a label names."""
    cut = _cut(text).rstrip("]】 ")
    names, behind = people(cut, "label", "open")
    plain = cut.strip(WRAP)
    parted = not behind or cut.removesuffix(behind).endswith((" ", "(", "/", ","))
    # One word in Latin letters belongs to it, and those in brackets.
    if names and parted and not (_LATIN.search(behind) or _LATIN.search(plain, 1)):
        alone = not behind and len("".join(names)) == han(plain) and " " not in plain
        return _believed(plain if alone else " ".join(names), text, len(text))
    if not names and "(" in behind and all_people(behind.partition("(")[0], "label"):
        # Who took the pictures: 许景(摄影).
        return None
    # Counters may follow, without a label or a colon: 孙丽 浏览 219, 宋佳 1024.
    return _believed(_BEHIND_NAME.split(plain, maxsplit=1)[0], text, PEOPLE)


def _value(text: str) -> str | None:
    """The source or the office that a label names: a name has no space, what follows one is a tool or a place."""
    value = _cut(text).strip(WRAP)
    if han(value):
        # A name may be padded: 栗 明.
        first = value.split(" ")[0].strip(WRAP)
        value = first if len(first) > 1 else value.replace(" ", "")
    return _believed(value, text, SOURCE)


def is_nobody(name: str) -> bool:
    """Whether a name is nobody's: that of an account (管理员, hqtl_admin), or one that is kept back (陈女士).

    >>> is_nobody("Admin"), is_nobody("hqtl_admin"), is_nobody("陈女士"), is_nobody("Marwin"), is_nobody("老周")
    (True, True, True, False, False)
    """
    return name.lower() in words.listed("nobody") or words.whole("account", name.lower()) is not None


def _believed(value: str, text: str, longest: int) -> str | None:
    """A value that can be one; None for what templates put where there is none."""
    if value.count("(") > value.count(")"):
        value = f"{value})" if f"{value})" in text else value.split("(", maxsplit=1)[0].strip(WRAP)
    if len(value) < 2 or len(value) > longest or not any(map(str.isalpha, value)) or re.search(r"[。!?=<>\"]", value):
        return None
    # A note on rights quotes the label: 凡注明“来源：清河日报”的作品.
    quoted = value.count("”") > value.count("“") or value.count("」") > value.count("「")
    return None if quoted or is_nobody(value) else value


def abstract(lines: Sequence[str]) -> int:
    """How many of the first lines say again how those that follow begin, or are labelled as a summary over a paragraph.

    >>> abstract(["摘要: 8月19日，我县各族群众欢度 ...", "8月19日，我县各族群众欢度开斋节。"])
    1
    """
    first = narrow(lines[0]) if lines else ""
    if len(first) < ABSTRACT:
        return 0
    begin, *rest = (line.replace(" ", "") for line in lines[:MANY])
    if begin.rstrip("….")[-ABSTRACT // 2 :] in "".join(rest):
        bare, labelled = words.pattern("abstract_label").subn("", first, count=1)
        shown = [bare.replace(" ", ""), *(narrow(line).replace(" ", "") for line in rest)]
        for size in range(len(shown) // 2, 0, -1):
            if _says_again("".join(shown[:size]), shown[size:], labelled=labelled > 0):
                return size
    return int(words.match("summary_label", first) is not None and any(map(is_sentence, lines[1:2])))


def _says_again(summary: str, following: Sequence[str], *, labelled: bool) -> bool:
    """Whether the text repeats a summary up to its cut, behind at most two other lines."""
    text = summary.rstrip("….")
    if len(text) < ABSTRACT:
        return False
    cut = labelled or summary != text
    return any(
        "".join(following[at:]).startswith(text)
        # What stands twice as a whole, with lines between, are two copies.
        and (cut or len(text) < len(following[at]) or (at == 0 and len(text) >= WHOLE))
        for at in range(min(3, len(following)))
    )


# A shorter line may begin as the next does, one that is shorter than WHOLE may stand twice; so many lines are compared.
ABSTRACT, WHOLE, MANY = 12, 40, 16


def paired(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Labels that stand alone with the lines that hold their values, by number: cells of a row, or a row of labels over
    a row of values.

    >>> list(paired(["来源：", "云溪日报", "作者：", "日期：", "2023-06-12"]))
    [(0, 1), (3, 4)]
    """
    run: list[int] = []
    for at, line in enumerate(lines):
        if is_label(line):
            run.append(at)
            continue
        if len(run) < 2 or any(":" in narrow(lines[label]) for label in run):
            yield from ((label, at) for label in run[-1:])
        elif at + len(run) <= len(lines) and not any(map(is_label, lines[at : at + len(run)])):
            yield from zip(run, range(at, at + len(run)), strict=True)
        run = []


def in_boxes(
    outline: Outline, lines: Mapping[int, str] | Sequence[str], beside: Sequence[int]
) -> Iterator[tuple[int, int, str]]:
    """Labels and values in boxes of their own, among the lines beside an article, and what both say: see `paired`."""
    for one, other in paired([lines[index] for index in beside]):
        label, value = beside[one], beside[other]
        block, beneath = outline.blocks[label], outline.blocks[value]
        near = beneath.kind in ("cell", "item") or outline.holds(outline.parents[block.element], value)
        alike = block.kind == beneath.kind and block.linked < LINKED
        said = f"{lines[label].rstrip('：: ')}：{lines[value]}"
        if near and alike and len(lines[value]) <= VALUE and not labels(lines[value]) and is_dateline(said):
            yield label, value, said


@lru_cache(maxsize=4096)
def is_label(line: str) -> bool:
    """Whether a line is a label and nothing else.

    >>> is_label("来 源："), is_label("作者"), is_label("作者：陈晓明")
    (True, True, False)
    """
    # Most lines are longer, and narrow lines are hardly shorter.
    text = narrow(line) if len(line) <= 24 else ""
    match = _marked().match(text if text.endswith(":") else f"{text}:") if 0 < len(text) <= 12 else None
    return match is not None and match.end() >= len(text)
