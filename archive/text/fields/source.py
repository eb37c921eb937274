"""A dateline without labels -> the source and the people whom it names."""

from __future__ import annotations

import re

from archive.text import dates, words
from archive.text.chinese import han
from archive.text.fields.labels import CLOCK, WRAP, Byline, canonical, labels
from archive.text.fields.people import BULLETS, all_people, behind_office, is_office, read, reporters
from archive.text.lines import furniture_id, narrow

# A source beside a day has at most so many Han characters, the name of an office more.
NAME, OFFICE = 10, 24
_EDGES = "()<>-—·:;,、"
# Who reports, in brackets beside the day.
_BRACKETED = re.compile(r"[【〔(\[]([^【】〔〕()\[\]]{4,30})[】〕)\]]")
# Names whose characters are set apart: 王 磊 李 一.
_PADDED = re.compile(r"(?<!\S)[一-鿿](?:\s[一-鿿]){1,7}(?!\S)")
# How labels of days and verbs before them end: 回复时间, 提交于.
_OF_DAYS = ("时间", "日期", "于")


def unlabelled(line: str, site: str = "", *, account: bool = False) -> Byline:
    """Source and author of a dateline without labels: `2019年11月25日 18:57 参考消息`; `site` is its name in the head,
    an `account` of a messenger stands beside the day of its posts.

    >>> unlabelled("2019年11月25日 18:57 参考消息").source, unlabelled("石佳/中国青年报").author
    ('参考消息', '石佳')
    """
    whole = canonical(line)
    marks = labels(line)
    # Names stand before the labels, never among their values.
    text = _before_label(whole[: marks[0].at]) if marks else whole
    found, others = _tokens(text)
    clock = CLOCK.search(text) is not None
    if len(others) == 2 and (who := behind_office(" ".join(others), *(["clock"] if clock else []))[1]):
        # An office and who wrote for it.
        found.author, others = who, others[:1]
    # Beside a name and the minute stands who published.
    named = [part for part in others if not found.author or is_office(part) or (clock and len(others) == 1)]
    fields = {mark.field for mark in marks}
    if found.source is None and named and not fields & {"source", "contributor", "sender"} and 1 <= len(others) <= 2:
        # Beside the minute stands who published it, behind its column: 金融市场 棱镜 2019-09-23 07:48. Beside the day
        # it must be an office: 2012.03.05 / 民建某县总支, and before the labels of people.
        minute = account or (clock and fields <= {"other", "crew"})
        believed = minute or named[-1] == site or is_office(named[-1])
        found.source = named[-1] if believed else None
    return found


def _before_label(text: str) -> str:
    """The words before a label; what stands right before it is a part of it, 数据更新时间, unless it may publish."""
    glued = text.rpartition(" ")[2]
    whole = not glued or is_office(glued) or words.whole("media", glued) is not None
    return text if whole else text.removesuffix(glued)


def _tokens(text: str) -> tuple[Byline, list[str]]:
    """The medium and the people among the words of a line, and the words that may be a source."""
    found = Byline()
    people: list[str] = []
    others: list[str] = []
    text = _PADDED.sub(_closed, words.pattern("counter").sub(" ", text))
    tokens = re.split(r"[\s|丨/]+", text)
    parts = (token.strip(_EDGES if "[" in token[1:] else f"[]{_EDGES}") for token in tokens)
    for part in (part for part in parts if words.whole("column", part) is None):
        if found.source is None and words.whole("media", part) and han(part) >= 2:
            found.source = part
        elif names := all_people(part):
            people += names
        elif _may_publish(part):
            others += [part] if furniture_id(part) is None else []
    found.author = " ".join(people) or next(filter(None, map(reporters, _BRACKETED.findall(text))), None)
    return found, others


def _closed(padded: re.Match[str]) -> str:
    """The names whose characters are set apart, without the spaces."""
    return "、".join(all_people(padded[0])) or padded[0]


def _may_publish(part: str) -> bool:
    """Whether a word beside a day may be a source: short, no column, tool, place or label of a day."""
    labelled = words.match("no_source", part) or dates.rules().alone.fullmatch(part)
    return (
        2 <= han(part) <= (OFFICE if is_office(part) else NAME)
        and part.count("]") < 2
        and labelled is None
        and not part.endswith(_OF_DAYS)
    )


def medium(line: str) -> Byline:
    """The source of a line that is the name of a medium and nothing else.

    >>> medium("清河县融媒体中心").source, medium("统战动态").source
    ('清河县融媒体中心', None)
    """
    name = narrow(line).strip(WRAP)
    return Byline(source=name if words.whole("media", name) and not words.whole("column", name) else None)


def is_name(line: str) -> bool:
    """Whether a line is a source or a person's name and nothing else.

    >>> is_name("新华社"), is_name("石佳/中国青年报"), is_name("夺冠封王")
    (True, True, False)
    """
    found = read(narrow(line).strip(WRAP + BULLETS).replace("|", " "))
    named = [word.kind == "name" or words.whole("media", word.text) is not None for word in found]
    return any(named) and all(
        one or word.kind in ("role", "mark", "done") for one, word in zip(named, found, strict=True)
    )
