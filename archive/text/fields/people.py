"""Words of a byline -> the people whom it names.

A person is believed by evidence: a label before the name, a bracket, the place under the title or at the end. Without
a label a name must also be no word of the language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import takewhile

from archive.text import words
from archive.text.chinese import han
from archive.text.lines import narrow

# More names are a roster.
MOST = 8
# A line that names a person and nobody else is no longer, nor is the beginning of an article that names a reporter.
ALONE, LEAD = 34, 80

_PIECE = re.compile(r"[一-鿿·]+|[^\s、,/&;一-鿿·]+|[、,/&;]|\s+")
# Two characters: a place rather than one more name.
_PLACED = re.compile(r"[一-鿿]{2}报[道导]")
_ROLE = re.compile(r"(?:^|[一-鿿\s()》讯电])(?:记者|通讯员|评论员|实习生|作者)[:/]?")
_REPORTS = re.compile("记者|作者|通讯员|评论员|撰稿|实习生|采写|文/|/文|图文")
_CLAUSE = re.compile(r"[。!?,;]")
# What parts the words behind an office, and what stands among none of these.
_PARTS, _MARKS = re.compile(r"[\s,、]+"), re.compile("[。:;]")
_ROLE_ENDS = re.compile(r"(?:记者|通讯员|实习生)[\s/]?$")
_WROTE = ("文/图", "图/文", "文/摄", "摄/文", "/文", "图文")
_DONE = ("报道", "报导", "电", "讯")
# Stand before a byline in print.
BULLETS = "□◎■●◆ "
_ROUND = str.maketrans("[]【】〔〕", "()()()")
_BRACKETS = "()[]【】〔〕"
# The agency's day may stand behind, see `labels`.
_LAST = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]{2,60})[)\]】〕]\d{0,8}$")
_ROUNDED = re.compile(r"\(([^()]{2,60})\)")
# The place and the day of a dispatch behind the name, without a space: 陈晓明台北12日电.
_DISPATCH = re.compile(r"([一-鿿]{4,7})\d{1,2}日[一-鿿]{0,4}[电讯]")
# Who wrote and took the pictures: 陈晓明 文/摄.
_BOTH = re.compile(r"(?<![一-鿿])(?:文\s?/\s?(?:摄影?|图片?)|(?:摄影?|图片?)\s?/\s?文)(?=[\s)]|$)")
# Who took the pictures, behind who wrote: 孙丽华/文 吴刚/图.
_TOOK = re.compile(r"(?<![一-鿿])[一-鿿·]{2,4}\s?/\s?(?:图|摄影?)(?![文/])")


@cache
def _dictionary() -> tuple[frozenset[str], frozenset[str]]:
    """Words that begin with a surname: those that are no name, and those of two characters that may be one."""
    plain: set[str] = set()
    names: set[str] = set()
    text = resources.files("archive.text.fields").joinpath("words.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            first, rest = line[0], line[1:].split("|")
            plain.update(first + tail for tail in rest[0].split())
            names.update(first + tail for tail in rest[1].split())
    # A county is called without its rank, too: 于都县.
    names.update(word[:2] for word in plain if len(word) == 3 and word[2] in "县市区州镇")
    return frozenset(plain), frozenset(names)


def is_person(name: str, *, labelled: bool = False) -> bool:
    """Whether two to four characters are a Chinese person's name, or a minority's with a dot.

    Args:
        name: the characters; a space may pad them.
        labelled: whether a label says that a person follows; without one a word of two characters is no name.

    >>> is_person("鲁星"), is_person("办公室"), is_person("买买提·艾力")
    (True, False, True)
    >>> is_person("高明"), is_person("高明", labelled=True), is_person("周三", labelled=True)
    (False, True, False)
    """
    parted, name = " · " in name, name.replace(" ", "")
    if "·" in name:
        return (
            not parted
            and not name.startswith("中国")
            and all(1 <= len(part) <= 6 and han(part) == len(part) for part in name.split("·"))
        )
    # 李红摄: who took a picture.
    if han(name) != len(name) or not 2 <= len(name) <= 4 or name[2:].endswith("摄"):
        return False
    if len(name) == 4 or name.startswith(words.listed("double_surname")):
        return name.startswith(words.listed("double_surname"))
    plain, names = _dictionary()
    if len(name) == 2 and (labelled or words.whole("no_name", name)):
        return labelled and name[0] in words.listed("surname") and name not in plain
    if name[0] not in words.listed("surname") or name in plain or (not labelled and name in names):
        return False
    return not is_office(name)


def is_office(name: str) -> bool:
    """Whether a name is that of an office, an organisation or a place.

    >>> is_office("县委统战部"), is_office("李娜")
    (True, False)
    """
    return words.whole("office", name) is not None


def people(text: str, *, labelled: bool = False) -> tuple[list[str], str]:
    """The names with which narrow words begin, and the words behind them; roles and pictures are no part of a name.

    >>> people("首席记者 陈晓明 通讯员王立新 摄影 李红", labelled=True)
    (['陈晓明', '王立新'], '摄影 李红')
    >>> people("陈晓明报道"), people("方 敏"), people("在现场看到")
    ((['陈晓明'], ''), (['方敏'], ''), ([], '在现场看到'))
    """
    text = _TOOK.sub("", _BOTH.sub("文", text)) if "/" in text else text
    found: list[str] = []
    pieces = list(_PIECE.finditer(text))
    at = 0
    while at < len(pieces) and len(found) <= MOST:
        word = pieces[at][0]
        name, taken = _padded(pieces, at)
        placed = taken > 1 or (labelled and _is_placed(pieces, at, taken))
        if not (found and _is_done(word)) and _names(name, labelled=labelled, placed=placed):
            found.append(name)
        elif not _passes(word, found):
            return found, text[pieces[at].start() :]
        if word != name and taken == 1 and word.endswith(_DONE):
            return found, text[pieces[at].end() :].strip(" :")
        at += taken
    return found, ""


def _is_placed(pieces: list[re.Match[str]], at: int, taken: int) -> bool:
    """Whether a word is the last of several, or stands before what was done, and so is a name: 通讯员 方可, 卓然/文."""
    following = "".join(piece[0] for piece in pieces[at + taken : at + taken + 2])
    return following == "/文" or (at > 0 and not following)


def _names(name: str, *, labelled: bool, placed: bool) -> bool:
    """Whether a word is a name; by its place, or padded, it may be a word of the language: 江 南."""
    if not placed or len(name) != 2 or name[0] not in words.listed("surname") or words.whole("no_name", name):
        return _is_han(name) and is_person(name, labelled=labelled)
    return True


def _is_done(word: str) -> bool:
    """Whether a word behind names says what was done, or where: 连线报导, 巫溪报道."""
    return words.whole("tail", word) is not None or _PLACED.fullmatch(word) is not None


def _passes(word: str, found: Sequence[str]) -> bool:
    """Whether a word may stand among names: what parts them, what the people are, or, behind them, what they did."""
    if not _is_han(word):
        return not word.strip() or word in "、,/&;"
    return bool(words.whole("role", word)) or (bool(found) and _is_done(word))


def _is_han(word: str) -> bool:
    return "一" <= word[0] <= "鿿" or word[0] == "·"


def _padded(pieces: list[re.Match[str]], at: int) -> tuple[str, int]:
    """A name whose characters are parted by spaces, 方 敏, 陈 晓 明, and how many pieces it takes; else a word's."""
    single = takewhile(lambda word: not word or (len(word) == 1 and _is_han(word)), (p[0].strip() for p in pieces[at:]))
    name = "".join(single)
    if len(name) < 2 or not pieces[at][0].strip():
        return _bare(pieces[at][0]), 1
    # Of four characters two are a name each: 方 敏 孔 艺.
    length = 3 if len(name) == 3 or (len(name) > 4 and name[2] not in words.listed("surname")) else 2
    return name[:length], 2 * length - 1


def _bare(word: str) -> str:
    """A word without the role before the name and what may follow it: 记者惠禾, 陈晓明报道."""
    if role := words.pattern("role").match(word):
        word = word[role.end() :] if len(word) > role.end() else word
    for length in (4, 2, 1):
        # Many names end in 文.
        if len(word) - length >= (3 if length == 1 else 2) and words.whole("tail", word[-length:]):
            name = word[:-length]
            # The place may stand between, without a space: 孙丽华香港报道.
            return name if len(name) < 4 or length == 1 else _sender(name) or name
    return word


def all_people(text: str, *, labelled: bool = False) -> list[str]:
    """The names of words that are names and nothing else but what belongs to a byline; none for any other words.

    >>> all_people("记者 胡晓蓉"), all_people("试行"), all_people("陈晓明 图/王立新")
    (['胡晓蓉'], [], ['陈晓明'])
    """
    role = words.pattern("role").match(text)
    if role and role[0]:
        text = text[role.end() :].strip(" :/")
    found, rest = people(text, labelled=labelled or bool(role and role[0]))
    rest = rest.strip(" :/")
    if rest and role and role[0] and not found:
        found, rest = _likely(rest), ""
    if rest and not words.pattern("picture").match(rest) and not words.whole("tail", rest) and not is_report(rest):
        return []
    return found if len(found) <= MOST else []


def _likely(text: str) -> list[str]:
    """Names that begin with no surname, behind a role: 格桑边觉, 叨叨姐."""
    names = re.split(r"[\s、,/&]+", text.strip(_BRACKETS + " "))
    fit = (2 <= len(name) <= 5 and han(name) == len(name) and not is_office(name) for name in names)
    return names if all(fit) and not words.match("spoken", text) and not words.match("tail", text) else []


def is_report(rest: str) -> bool:
    """Whether a place and the word for a report stand behind a name: 上海报道."""
    return re.fullmatch(r"[一-鿿]{2,6}报[道导]", rest) is not None


def lead_author(paragraph: str) -> str | None:
    """The reporter whom a lead-in dateline names.

    >>> lead_author("中国健康新闻网讯(刘日龙)为切实做好防控工作"), lead_author("新华社北京1月30日电（记者 樊攀）中国")
    ('刘日龙', '樊攀')
    >>> lead_author("〔記者陈晓明／台北報導〕市府"), lead_author("中央社记者陈晓明台北8日电")
    (None, '陈晓明')
    >>> lead_author("云溪日报首席记者 陈晓明报道：近日"), lead_author("记者在现场看到")
    ('陈晓明', None)
    """
    start = narrow(paragraph[:LEAD]).translate(_ROUND)
    return _in_brackets(start) or _in_words(start)


def _in_brackets(start: str) -> str | None:
    """The names in the first brackets of an article, behind the paper or at its beginning."""
    before = ""
    for match in _ROUNDED.finditer(start):
        before += start[len(before) : match.start()]
        inner = match[1]
        if match.start() > 40 or _CLAUSE.search(before):
            return None
        if re.search(r"[电讯]|消息|记者|报道", before) or words.pattern("role").match(inner) or "记者" in inner:
            sent = before.rstrip().endswith(("讯", "电", "消息"))
            found = _in_words(inner) or " ".join(all_people(inner, labelled=sent))
            if found:
                return found
        before = start[: match.end()]
    return None


def _in_words(text: str) -> str | None:
    """The reporters whom words name behind what they are, up to what they did: 记者陈晓明报道, 记者陈晓明台北12日电."""
    role = _ROLE.search(text[:40])
    if role is None or _CLAUSE.search(text[: role.start()]):
        return None
    rest = text[role.end() :]
    if sent := _DISPATCH.match(rest):
        return _sender(sent[1])
    whole = not re.search(r"[。!?,;:]", text)
    found, behind = people(rest, labelled=True)
    if re.match(r"\s?(?:摄(?:(?!影)|影\Z)|供图)", behind):
        # Who took the picture above.
        return None
    done = words.pattern("tail").match(behind.strip()) or words.pattern("picture").match(behind.strip())
    said = words.match("tail", rest[: len(rest) - len(behind)][-3:])
    if found and (done or said or (whole and (not behind or is_placed(behind)))):
        if whole and _ROLE_ENDS.search(rest[: len(rest) - len(behind)]):
            found += _likely(behind)
        return " ".join(found)
    return None


def _sender(both: str) -> str | None:
    """The name before a place that stands behind it without a space."""
    short = len(both) == 4 or both[2:] in _dictionary()[0]
    name = both[:2] if short else both[:3]
    return name if is_person(name, labelled=True) else None


def is_placed(words_behind: str) -> bool:
    """Whether a place and what was done there stand behind a name: 台北报道, 综合报导, 发自北京."""
    return re.fullmatch(r"(?:发自)?[一-鿿]{2,8}(?:报道|报导|电|讯)?", words_behind.strip(" /")) is not None


def last_author(paragraph: str) -> str | None:
    """The reporter whom the brackets at the end of the last paragraph name.

    >>> last_author("推动高质量发展。（记者 胡晓蓉）"), last_author("加强了这项工作（试行）")
    ('胡晓蓉', None)
    >>> last_author("工作取得实效。（信报记者 陈晓明）"), last_author("活动定于6月18日（周日）")
    ('陈晓明', None)
    >>> last_author("报名电话：6051234（周老师）")
    """
    inner = in_last_brackets(paragraph)
    if not inner:
        return None
    # Behind a number stands who answers the telephone.
    counted = paragraph[: max(map(paragraph.rfind, "(（[［【〔"))].rstrip()[-1:].isdecimal()
    return _in_words(inner) or (not counted and " ".join(all_people(inner))) or None


def in_last_brackets(paragraph: str) -> str | None:
    """The words in the brackets with which a paragraph ends; None where it has none, or is nothing else."""
    match = _LAST.search(narrow(paragraph)) if paragraph.rstrip("0123456789 ").endswith(tuple(")）]］】〕")) else None
    return match[1] if match and match.start() else None


def reporters(line: str) -> str | None:
    """The reporters whom a line of its own names.

    >>> reporters("（作者系县医院医生 陆鸣）"), reporters("（作者系中央党校教授）")
    ('陆鸣', None)
    >>> reporters("本报记者 王乐文 方敏"), reporters("新华社记者邹多为、唐诗凝、丁乐"), reporters("记者节到了")
    ('王乐文 方敏', '邹多为 唐诗凝 丁乐', None)
    """
    if len(line) > 60:
        return None
    text = narrow(line).lstrip(BULLETS).strip(_BRACKETS)
    if "/" in text and (who := _at_desk(text)):
        return who
    if text.startswith(("作者系", "作者为", "作者是")) and (who := behind_office(text, any_office=True)[1]):
        return who
    if re.search(r"\A[^:/]+\s(?:摄影)?报[道导]\Z", text):
        return " ".join(all_people(text, labelled=True)) or None
    role = _REPORTS.search(text)
    if role is None:
        return None
    # The paper and the rank stand before the role, nothing else.
    if _CLAUSE.search(text) or re.search(r"\s[一-鿿]{0,12}(?:[记作]者|通讯员)$", text[: role.end()]):
        return None
    names = all_people(text) if text.endswith(_WROTE) else ()
    return _in_words(text) or " ".join(names) or (_glued(text) if "发自" in text else None)


def _at_desk(text: str) -> str | None:
    """The reporters beside a paper, a place or a desk: 石佳/中国青年报, 江佩珊 高志明/台南报导, 娱乐中心/江郁婷报导."""
    first, _, second = (part.strip() for part in text.partition("/"))
    if re.fullmatch("[一-鿿]{2,8}", second) and (names := all_people(first)):
        return " ".join(names)
    named = second.endswith(_DONE) and is_office(first) and is_person(_bare(second))
    return _bare(second) if named else None


def _glued(text: str) -> str | None:
    """Two names of two characters each, without a space: 罗科苏盈发自北京."""
    match = re.search(r"记者\s?([一-鿿]{2})([一-鿿]{2})发自", text)
    return "".join(match.groups()) if match and all(is_person(who, labelled=True) for who in match.groups()) else None


def alone(line: str, *, padded: bool = False) -> str | None:
    """The person whom a line names and nobody else, behind a mark or an office; where `padded` also two characters that
    are set apart, though no surname begins them: 小 蔓.

    >>> alone("□叶青"), alone("县委书记　赵明远"), alone("市侨联 赵明远"), alone("县委书记要求"), alone("方案")
    ('叶青', '赵明远', '赵明远', None, None)
    """
    if len(line) > ALONE:
        return None
    text = narrow(line).lstrip(BULLETS).strip(_BRACKETS)
    # The sign of an author's name in print.
    if is_person(text, labelled=line.lstrip().startswith("□")):
        return text.replace(" ", "")
    apart = text[::2] if padded and len(text) == 3 and text[1] == " " and han(text) == 2 else ""
    if apart and apart not in words.listed("genre") and not words.whole("no_name", apart):
        return apart
    return (behind_office(text)[1] if text.count(" ") < 2 else None) or titled(text)


def behind_office(text: str, *, any_office: bool = False, labelled: bool = False) -> tuple[str | None, str | None]:
    """The office with which words begin, and the people behind it; a part of it may stand between.

    Args:
        text: narrow words.
        any_office: whether brackets or a label say that somebody follows: anything may stand for the office then.
        labelled: whether the name may be that of any people, too.

    >>> behind_office("县侨联 周敏 何晓东"), behind_office("校友会 79届 蒙洪"), behind_office("办公室")
    (('县侨联', '周敏 何晓东'), ('校友会', '蒙洪'), ('办公室', None))
    >>> behind_office("以马内利团契 吴恩光"), behind_office("统战之家 热依汗", any_office=True, labelled=True)
    ((None, None), ('统战之家', '热依汗'))
    """
    office, *behind = _PARTS.split(text)
    known = is_office(office)
    plain = labelled or all(word.isalnum() and not words.whole("picture", word) for word in (office, *behind))
    if (
        len(behind) > 3
        or _MARKS.search(text)
        or not (known or (any_office and plain and "、" not in text))
        or is_person(office, labelled=labelled)
    ):
        return None, None
    who = behind[-1] if behind else ""
    free = labelled and 2 <= han(who) == len(who) <= 4 and not is_office(who) and not words.whole("tail", who)
    one = who if free or is_person(who) else None
    return office, " ".join(all_people(" ".join(behind), labelled=known)) or one


def titled(text: str, *, labelled: bool = False) -> str | None:
    """The person behind an office: 县委书记 赵明远; without a label only where a space parts the two."""
    match = words.whole("speaker", text) if labelled or " " in text else None
    return match["who"].replace(" ", "") if match and is_person(match["who"], labelled=labelled) else None
