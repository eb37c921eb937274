"""Lines of an article -> `Draft`: which of them are its text, and what the others say about it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archive.text import chinese, dates, fields, lines, words

# Who signs a notice, and the day, stand in its last lines.
SIGNED = 3
# Below a name alone no other name stands in so many lines.
NEXT = 4
# The last sentence of a text has so many Han characters; less stands in the brackets of who signs.
LAST = 20
# A text file's head: what may stand before the first paragraph.
HEAD = 15

# What stands beside a title that is said again has at most so many characters, should the title be set with spaces.
AGAIN = 60
# A fact about a letter, with its label in one line, has at most so many characters.
FACT = 60

# A post of a forum has at least so many Han characters, the line that signs it at most so many.
POST, POSTED = 60, 100

# Over a post of a forum: 石头 发表于 2008-6-3 11:40 | 只看该作者.
_FLOOR = re.compile(
    r".{0,24}(?:发表|回复|发帖)于\s?:?\s*[12]\d{3}.{4,12}\d:\d\d(?::\d\d)?[\s|]*+(?:只看|显示全部|\d+\s*[楼#]|#\d|沙发|板凳|引用)"
)
# A label, of an event perhaps.
_LABELLED = re.compile(r"[一-鿿] ?[:：]")
_PUBLISHED = re.compile(
    r"(?:发布|更新|发表|展播|见报|上[传载]|录入|添加|加入|刊登|公布|公告|\A日 ?期)"
    r"(?:(?:日期|时间|于|在)?\s?(?:[:：]|(?=(?:[(（]\s?)?(?:周|週|\d{4}[-年/])))|[)）]?$)"
)


class Line(NamedTuple):
    """A line as found, and as it is read: pinyin out, in Simplified Chinese; `spaced` where styles hold parts apart."""

    found: str
    read: str
    spaced: str = ""


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known of an article while its lines are read; indices are those of its lines.

    `titled` is the rule that found the title, `crumb` the line that holds the columns; `at` is the block in which each
    line begins, `beside` holds (block, rule id, line) of what stands beside the lines or between them; `plain` where
    there is nothing to repair or convert; in the first `headed` lines a day alone is the dateline; `facts` are labels
    of a letter with their values; `pictured` where a picture may stand among the lines.
    """

    lines: list[Line]
    fate: list[str | None]
    plain: bool
    headed: int = 3
    title: Line | None = None
    titled: str = ""
    subtitle: str | None = None
    byline: fields.Byline = field(default_factory=fields.Byline)
    columns: tuple[str, ...] = ()
    crumb: str = ""
    captions: list[str] = field(default_factory=list)
    at: Sequence[int] = ()
    beside: list[tuple[int, str, str]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    pictured: bool = True

    @property
    def read(self) -> list[str]:
        """Its lines, as they are read."""
        return [line.read for line in self.lines]

    def take(self, index: int, rule: str, count: int = 1) -> None:
        """Take out a line, or so many from there on, by a rule."""
        self.fate[index : index + count] = [rule] * count

    def left(self) -> list[int]:
        """The lines that still stand."""
        return [index for index, fate in enumerate(self.fate) if fate is None]

    def sign(self, index: int, who: str | None) -> bool:
        """Take a line out as a byline where it names who reports."""
        if not who:
            return False
        line = self.lines[index].read
        self.byline.take(fields.Byline(author=who, source=fields.paper(line)), "reporters", line)
        self.take(index, "dateline" if dates.read(self.lines[index].read) else "byline")
        return True

    def date(self, index: int) -> None:
        """Take a line out as the dateline, and read who stands in it."""
        line = self.lines[index].spaced or self.lines[index].read
        self.byline.take(fields.byline(line), "dateline", line)
        self.byline.take(fields.unlabelled(line), "name", line)
        self.take(index, "dateline")


def reader_of(whole: str) -> Callable[[str], str]:
    """How all text of a page is read: the page as a whole decides about pinyin and conversion; `str`: as it is."""
    if chinese.plain(whole):
        return str
    repaired = chinese.pinyin_repaired(whole)
    converts = chinese.script(repaired or whole) in ("hant", "mixed")

    def read(text: str) -> str:
        text = chinese.pinyin_stripped(text) if repaired else text
        return chinese.simplified(text) if converts else text

    return read


def lines_of(found: Sequence[str], reader: Callable[[str], str]) -> list[Line]:
    """Lines as found, with what is read."""
    if not found:
        return []
    read = reader("\n".join(found)).split("\n")
    return [Line(found=f, read=r) for f, r in zip(found, read, strict=True)]


def cut_thread(draft: Draft) -> None:
    """Of a forum's thread the first post is the article, up to the line that signs it or heads the next."""
    length = 0
    for index, line in enumerate(draft.read):
        signs = length >= POST and len(line) <= POSTED and fields.is_post(line) and fields.is_dateline(line)
        if signs or (length and "于" in line and _FLOOR.match(lines.narrow(line))):
            draft.byline.take(fields.byline(line) if signs else fields.Byline(), "thread", line)
            draft.fate[index:] = ["dateline", *(fate or "thread" for fate in draft.fate[index + 1 :])]
            return
        length += chinese.han(line) if length < POST else 0


def take_letter(draft: Draft) -> None:
    """Take out what stands beside a letter to an office and its answer: their labels, who wrote, its number, when."""
    cells = {index: draft.lines[index].read.split("\t") for index in draft.left()}
    # Most lines are longer.
    short = (lines.narrow(row[0]) for row in cells.values() if len(row[0]) <= FACT)
    if not any(words.whole("letter_content", label) for label in short):
        return
    for index, found in cells.items():
        row = list(map(lines.narrow, found))
        if len(row) % 2 == 0 and all(words.whole("letter", label) for label in row[::2]):
            draft.facts += map(":".join, zip(row[::2], row[1::2], strict=True))
            draft.take(index, "label")
        elif len(row) == 1 and len(row[0]) <= FACT and words.whole("letter", row[0].partition(":")[0]):
            draft.facts += row
            draft.take(index, "label")
        elif len(row) == 1 and words.whole("content", row[0]) and not row[0].endswith(":"):
            draft.take(index, "label")
    for fact in draft.facts:
        draft.byline.take(fields.Byline(source=fields.byline(fact).source), "label", fact)


def read_head(draft: Draft) -> None:
    """Titles, datelines and subtitles that stand inside the region of the article."""
    prose = _prose(draft)
    for index in [i for i in draft.left() if i < HEAD]:
        line = draft.lines[index]
        if _heads(draft, index, prose):
            draft.date(index)
        elif draft.sign(index, fields.reporters(line.read)) or index >= 3:
            continue
        elif who := _alone(draft, index):
            # A name alone between title and text: who wrote it, or the medium.
            draft.byline.take(who, "name", line.read)
            draft.take(index, "byline")
        elif draft.subtitle is None and fields.is_subtitle(line.read):
            draft.subtitle = line.read.lstrip("—–- ")
            draft.take(index, "subtitle")


def _alone(draft: Draft, index: int) -> fields.Byline | None:
    """The medium that a line of the article's head names alone, or the person, too, that one of the first two does over
    prose, or without an office: in a roster a name follows another. Over a paragraph that begins with it, a name is
    what that is about, and the title may stand again.
    """
    line = draft.lines[index].read
    following = [other.read for other in draft.lines[index + 1 : index + 1 + NEXT]]
    if (following and following[0].startswith(line)) or (draft.title and line in draft.title.read):
        return None
    prose = _is_prose(draft, index + 1)
    bare = fields.alone(line) == line.replace(" ", "")
    first = index == 0 or (index == 1 and not _is_prose(draft, 0))
    if first and (prose or (bare and not any("\t" in other or fields.alone(other) for other in following))):
        return fields.Byline(author=fields.alone(line, padded=prose)) or fields.medium(line)
    return fields.medium(line) if index < draft.headed else None


def _heads(draft: Draft, index: int, prose: Sequence[int]) -> bool:
    """Whether a line is the dateline, by what it says and by its place: a day below the text signs it."""
    line = draft.lines[index].spaced or draft.lines[index].read
    day = index < draft.headed and dates.is_day(lines.narrow(draft.lines[index].read))
    if not day and not _may_date(draft, index, line, prose):
        return False
    if fields.byline(line) or fields.names_nobody(line):
        return True
    if prose and prose[-1] < index:
        # No sentence stands below: it is the day that signs them.
        return False
    # A day that cannot be told stands behind its label all the same: 发表时间： 06/02/2022.
    return index < 3 and (not _LABELLED.search(line) or _PUBLISHED.search(line) is not None)


def _may_date(draft: Draft, index: int, line: str, prose: Sequence[int]) -> bool:
    """Whether a line may be the dateline: no row of what the article lists, a name and a day without a label in cells,
    below the dateline, or behind a sentence.
    """
    if prose and prose[0] < index < prose[-1] and draft.headed == 0 and not dates.read(line):
        # A subhead among paragraphs: 来源：从敲门开始.
        return False
    if not fields.is_dateline(line) or fields.is_of_event(
        line, "".join(line.read for line in draft.lines[index + 1 : index + 2])
    ):
        return False
    said = fields.byline(line)
    if "\t" in line and not any(map(str.isdecimal, line)) and not (said.source or (said and ":" in lines.narrow(line))):
        # The head of a table: 类别 单位名称.
        return False
    if "T" in (dates.read(line) or "T") or fields.is_labelled(line) or dates.is_day(lines.narrow(line)):
        return True
    return "\t" not in line and draft.headed > 0 and not (prose and prose[0] < index)


def _title_again(draft: Draft, index: int) -> int:
    """How many lines from one on say the title again; 0 where they say something else or are taken out already."""
    if draft.title is None or len(draft.lines[index].read) > 2 * len(draft.title.read) + AGAIN:
        return 0
    following = [line.read for line in draft.lines[index : index + 3]]
    return fields.repeats([fields.tidy(following[0]), *following[1:]], draft.title.read)


def _prose(draft: Draft) -> range:
    """The lines from the first sentence to the last one."""
    numbers = range(len(draft.lines))
    first = next((number for number in numbers if _is_prose(draft, number)), 0)
    return range(first, next((number + 1 for number in reversed(numbers) if _is_prose(draft, number)), first))


def _is_prose(draft: Draft, index: int) -> bool:
    return index < len(draft.lines) and lines.is_sentence(draft.lines[index].read, 12)


def read_first_lines(draft: Draft) -> None:
    """Title, dateline and breadcrumb from the lines before the first paragraph, where no page says more."""
    read = draft.read
    first = next((i for i, line in enumerate(read) if lines.is_sentence(line)), len(read))
    head = range(min(first, HEAD))
    crumbs = ((fields.columns(read[i], None), read[i]) for i in head if draft.fate[i] == "breadcrumb")
    draft.columns, draft.crumb = next((crumb for crumb in crumbs if crumb[0]), ((), ""))
    if (title := _title_line(draft, head, first)) is not None:
        _set_title(draft, title)
    for index in head:
        if draft.fate[index] is None and fields.is_dateline(read[index]):
            draft.date(index)
        elif draft.fate[index] is None:
            draft.sign(index, fields.reporters(read[index]))


def _title_line(draft: Draft, head: range, first: int) -> int | None:
    """Which line before the first paragraph is the title; None where the text begins without one."""
    read = draft.read
    free = [i for i in head if draft.fate[i] is None]
    candidates = [i for i in free if fields.may_be_title(read[i])]
    dateline = next((i for i in free if fields.is_dateline(read[i])), None)
    if dateline is not None:
        return _over_dateline(draft, [i for i in candidates if i < dateline], "".join(read[first:]))
    # Without a dateline a title is the first line of all that are no furniture, directly before a paragraph.
    start, following = (*draft.left(), None, None)[:2]
    return start if start in candidates and following == first else None


def _over_dateline(draft: Draft, before: Sequence[int], text: str) -> int | None:
    """The title among the lines over a dateline: the last that is no subtitle, unless one stands over search words."""
    read = draft.read
    for index in before:
        # A farm repeats the title with search words.
        if any(fields.is_keyword_line(read[i], read[index], text) for i in before if i > index):
            return index
    usable = before[:-1] if before and fields.is_subtitle(read[before[-1]]) else before
    return usable[-1] if usable else None


def _set_title(draft: Draft, index: int) -> None:
    line = draft.lines[index]
    draft.title = Line(found=fields.tidy(line.found), read=fields.tidy(line.read))
    draft.titled = "first lines"
    draft.take(index, "title")
    following = next((i for i in draft.left() if i > index), None)
    if following is not None and fields.is_subtitle(draft.lines[following].read):
        draft.subtitle = draft.lines[following].read.lstrip("—–- ")
        draft.take(following, "subtitle")


def read_body(draft: Draft) -> None:
    """Captions, repeated titles and search words leave the text."""
    read = draft.read
    text = "".join(read)
    left = draft.left()
    for index in left[: fields.abstract([read[index] for index in left])]:
        draft.take(index, "abstract")
    for index in draft.left():
        if again := _title_again(draft, index):
            draft.take(index, "title_repeated", again)
        elif draft.title and index < HEAD and fields.is_keyword_line(read[index], draft.title.read, text):
            draft.take(index, "keyword_line")
        elif fields.is_caption(read[index], pictured=draft.pictured or not _in_list(read, index)):
            draft.captions.append(read[index])
            draft.take(index, "caption")


def _in_list(read: Sequence[str], index: int) -> bool:
    """Whether a line begins with the mark of the line above it or below."""
    return read[index][:1] in {line[:1] for line in (*read[max(0, index - 1) : index], *read[index + 1 : index + 2])}


def read_tail(draft: Draft) -> None:
    """Bylines after the last paragraph."""
    read = draft.read
    left = draft.left()
    last = next((i for i in reversed(left) if lines.is_sentence(read[i], LAST)), -1)
    near = _right_below(draft, last)
    for index in [i for i in left if i > last]:
        # A row of more cells than a label and its value may begin with a number like a day.
        dated = index in near and read[index].count("\t") < 2
        _take_from_tail(draft, index, fields.as_dateline(read[index]) if dated else read[index])
    _read_prose(draft)


def _right_below(draft: Draft, last: int) -> list[int]:
    """The last lines, few, right below the last sentence: nothing that was taken out stands between, as rows do."""
    if last < 0:
        return []
    at = draft.at or range(len(draft.lines))
    gone = min((block for block, *_ in draft.beside if block > at[last]), default=math.inf)
    return [index for index in draft.left()[-SIGNED - 1 :] if at[index] < gone]


def _take_from_tail(draft: Draft, index: int, line: str) -> None:
    """Take a line of the tail out where it is a byline or the dateline."""
    if (found := fields.signature(line)) is not None:
        draft.byline.take(found, "signature", line)
        draft.take(index, "byline")
    elif draft.sign(index, fields.reporters(_without_day(line)) or _marked(draft, index, line)):
        return
    # No notice is signed with a day and its minute.
    elif ("T" in (dates.read(line) or "") and dates.is_day(lines.narrow(line))) or (
        fields.is_dateline(line) and (fields.byline(line) or _PUBLISHED.search(line) or dates.counts(line))
    ):
        draft.byline.take(fields.byline(line), "dateline", line)
        draft.byline.take(fields.unlabelled(line), "name", line)
        draft.lines[index] = draft.lines[index]._replace(spaced=line)
        draft.take(index, "dateline")


def _marked(draft: Draft, index: int, line: str) -> str | None:
    """Whom the last line names behind the mark of a byline in print: ■ 陈晓明."""
    # In a list each line may have such a mark, and the next one stands.
    if line[:1] not in fields.BULLETS or any(draft.fate[i] is None for i in range(index + 1, len(draft.fate))):
        return None
    return fields.alone(line) if _is_prose(draft, index - 1) else None


def _without_day(line: str) -> str:
    """A line without the day behind it: 罗志强 图/文 2012/1/10."""
    said, _, day = lines.narrow(line).rpartition(" ")
    return said if said and dates.is_day(day) else line


def _read_prose(draft: Draft) -> None:
    """Who wrote, as the first paragraphs and the last one say it."""
    left = draft.left()
    for index in left[:3] if draft.byline.author is None else ():
        line = draft.lines[index].read
        draft.byline.take(fields.Byline(author=fields.lead_author(line)), "lead", line)
    if left:
        line = draft.lines[left[-1]].read
        draft.byline.take(fields.last(line), "last", line[-40:])


def removed(draft: Draft) -> tuple[tuple[str, str], ...]:
    """Every line that a rule took out of the box or read beside it, in the page's order, each once."""
    at = draft.at or range(len(draft.lines))
    taken = [(index, fate, line.found) for index, fate, line in zip(at, draft.fate, draft.lines, strict=True) if fate]
    every = {index: (rule, line) for index, rule, line in (*draft.beside, *taken)}
    return tuple(every[index] for index in sorted(every))


def evidence(draft: Draft) -> tuple[tuple[str, str], ...]:
    """For each field that was read its rule and words."""
    found = []
    if draft.title:
        found.append(("title", fields.stated(draft.titled, draft.title.read)))
    if draft.subtitle:
        found.append(("subtitle", fields.stated("subtitle", draft.subtitle)))
    found += draft.byline.evidence.items()
    if draft.columns:
        found.append(("columns", fields.stated("breadcrumb", draft.crumb)))
    return tuple(found)
