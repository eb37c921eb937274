"""What a page says about its day -> the date that can be believed, with the evidence for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import zip_longest
from typing import NamedTuple
from urllib.parse import urlsplit

from archive.site import CHINA
from archive.text import words as data
from archive.text.chinese import han
from archive.text.lines import narrow

# Pages of the web are younger; a labelled date may be that of an older paper.
EARLIEST = 1949
# A server's clock or a page of tomorrow's paper.
AHEAD = dt.timedelta(days=1)
# Statements farther apart than this contradict each other.
APART = dt.timedelta(days=2)
# Taiwan counts years from 1912.
MINGUO = 1911
# Years that two digits are read as, and that Taiwan counts so since there are web pages: 85 is 1996.
SHORT_YEARS = frozenset(map(str, range(1985, 2000)))
# A longer line is no dateline.
LINE = 100

# A place beside a day has at most so many Han characters.
PLACE = 8
# A source beside a day has at most so many characters; a day with the word behind it is no longer.
BESIDE, DONE = 16, 30

# The rule of a label by its rank; from `CHANGED` on, a label does not name the day of publication.
RULES, CHANGED = ("label", "label", "updated", "asked"), 2
# Rules whose statements readers see beside the title, and those that templates and addresses make.
VISIBLE = ("label", "bare")
STATED = ("meta", "url", "row")
# The rule of what a label states that can be no day.
FALSE = "false"

# Something of these stands in every date.
# A search is fast where the first character is one of some.
_TENS = "一二三四五六七八九十壹贰叁肆伍陆柒捌玖拾"
_WRITTEN = rf"(?<=民)[国國]|(?<=年)\s?[{_TENS}]"
_YEARS = re.compile(rf"[12民年](?:(?<=[12])[09]\d\d|{_WRITTEN})")
# What counts readers says nothing of a day, nor does who put the text there.
_SAID = re.compile(r"(?:发布|录入|上传|提供)[人者员]:\s?[^\s|]{1,30}+")
_COUNT = re.compile(
    r"[已共被]?(?:阅读?|浏览|点击|访问|查看|播放|观看|收听|下载)[次量数]{0,2}:?\s?[(\[]?\d[\d.,]{0,9}[万wk+]?\s?次?"
)
_DIGITS = re.compile(rf"[\d民年](?:(?<=\d)|{_WRITTEN})")
# No day is read behind so many characters of a line: each shape takes .1 s for a megabyte of digits.
READ = 20_000
# Something of these in every strict shape but the first two, those in digits.
_RARE = re.compile(rf"[民A-Za-z月](?:(?<!月)|(?<=[{_TENS}].)|(?<=[{_TENS}]\s.))")
# Something of these in every loose shape.
_PARTED = re.compile(r"\d(?:\s?[-/.年月]|\d{7})|\A\d{4}\s?\Z")
_HAN_DIGITS = str.maketrans("〇零○O一二三四五六七八九壹贰叁肆伍陆柒捌玖拾", "0000123456789123456789十")
# Of several calendars the common one is read: 佛历二五五六年 公历二〇一二年六月二十六日.
_CALENDAR = re.compile(r"\A(?:佛历[^年]{1,6}年)?(?:公历|公元|西元)")
_WEEKDAYS = "一二三四五六日"
# In English and in German.
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdecjanfebmäraprmaijunjulaugsepoktnovdez"
_PIECE = re.compile(r"[\d年月日./-]{1,8}")
_SENTENCE = re.compile(r"[。!?;]")
_DAY_OF_WEEK = "(?:星期|周|週|礼拜)[一二三四五六日天]"
_WEEKDAY = re.compile(rf"\A[\s,(\[]*+{_DAY_OF_WEEK}[\s)\]]*")
_WEEKDAY_BEFORE = re.compile(rf"\A{_DAY_OF_WEEK},?\s")
# From one hour to another lasts an event.
_LASTS = re.compile(r"\d(?<![:\dT]\d)\d?[:时]\d{0,2}分?\s?(?:[—–~-]{1,2}|[至到])\s?\d{1,2}[:时点]")
_LEAD = re.compile(
    r"[(\[【〔]([^()\[\]【】〔〕]{8,30})[)\]】〕]"
    r"|([^()\[\]\d。]{0,14}\d{4}年\d{1,2}月\d{1,2}日)(?:电讯?|讯)(?=[\s(\[【〔:,]|记者|题|\Z)"
)
# A day behind a label of any words.
_LABELLED = re.compile(r"\A[一-鿿]{1,6}(?:日期?|[時时][间間]):\s?(?=\d)")
_GLUED = re.compile("(?!星期|周|上午|下午|来源|更新|发布)[一-鿿]{5}")
# A day begins with one of these, or with a digit.
_FIRST = frozenset("〇零○一二三四五六七八九十壹贰叁肆伍陆柒捌玖中民星周週礼JFMASONDjfmasond")
_BEGINS = r"[\dA-Z〇零○一二三四五六七八九壹贰中民]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One statement of a date.

    Attributes:
        value: ISO 8601, as precise as the words; +08:00 where a time is given.
        rule: the rule that read it.
        words: what it read.
    """

    value: str
    rule: str
    words: str

    @property
    def day(self) -> dt.date:
        """The first day that the value covers."""
        return dt.date.fromisoformat(
            (self.value + "-01-01")[:10] if len(self.value) == 4 else (self.value + "-01")[:10]
        )

    @property
    def last_day(self) -> dt.date:
        """The last day that the value covers.

        >>> Dated(value="2024-02", rule="url", words="/2024-02/").last_day
        datetime.date(2024, 2, 29)
        """
        if len(self.value) == 4:
            return dt.date(int(self.value), 12, 31)
        if len(self.value) == 7:
            return (self.day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        return self.day

    @property
    def evidence(self) -> str:
        """Rule and words."""
        return f"{self.rule}: {self.words}"

    def is_apart(self, other: Dated) -> bool:
        """Whether two statements contradict each other: no day of the one is near a day of the other."""
        return self.day - other.last_day > APART or other.day - self.last_day > APART

    def agrees(self, other: Dated) -> bool:
        """Whether two statements name the same day, or one of them the month of the other."""
        return self.value.startswith(other.value[:10]) or other.value.startswith(self.value[:10])


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The verdict on a page's date: the columns of a Document; doubts are flags with the words that raised them."""

    published: str | None = None
    claimed: str | None = None
    evidence: str | None = None
    doubts: tuple[tuple[str, str], ...] = ()


class Rules(NamedTuple):
    """The patterns of `dates.toml` that are made of several.

    Attributes:
        strict, loose: shapes of dates; loose ones are believed behind a label and in a dateline alone.
        labels: each with its rank: 0 for publication, 1 for any time, 2 for a change, 3 for when a letter came.
        label: every label, as a pattern.
        alone: a label that is a line.
    """

    strict: tuple[re.Pattern[str], ...]
    loose: tuple[re.Pattern[str], ...]
    labels: tuple[tuple[int, re.Pattern[str]], ...]
    label: str
    alone: re.Pattern[str]


@cache
def rules() -> Rules:
    """The rules, as `dates.toml` has them."""
    clock, day = data.pattern("clock").pattern, data.pattern("day").pattern
    # A pattern that begins with its first character is found fast.
    lone = day.replace("[12]", r"[12](?<!\d\d)", 1)

    def shapes(*, loose: bool) -> tuple[re.Pattern[str], ...]:
        found = [shape["pattern"] for shape in data.entries("day_shape") if ("loose" in shape) == loose]
        found = [f.replace("{clock}", clock).replace(r"(?<!\d){day}", lone).replace("{day}", day) for f in found]
        return tuple(re.compile(f, re.IGNORECASE) for f in found)

    before, behind = "(?<![一-鿿A-Za-z])", r"\s?\]?\s?[:|▶►→»>—–-]?\s?[(\[]?\s?"
    follows = rf"(?=(?:{_DAY_OF_WEEK},?\s)?{_BEGINS})"
    labels = [(label["rank"], label["pattern"]) for label in data.entries("day_label")]
    every = "|".join(pattern for _, pattern in labels)
    return Rules(
        strict=shapes(loose=False),
        loose=shapes(loose=True),
        labels=tuple((rank, re.compile(rf"{before}(?:{pattern}){behind}{follows}")) for rank, pattern in labels),
        label=every,
        alone=re.compile(rf"[\[(]?(?P<label>{every})\s?[:|]?"),
    )


# The page asks again and again of the same lines.
@lru_cache(maxsize=4096)
def read(words: str, *, loose: bool = False) -> str | None:
    """The first date in some words -> ISO 8601; None where there is none that the calendar knows.

    Args:
        words: a label's value or a short line.
        loose: whether a month, a year, a year of two digits or of Taiwan's count is enough.

    >>> read("2020/2/19 17:07:24"), read("2024年5月20日 周一 下午2:05"), read("二〇二〇年二月五日")
    ('2020-02-19T17:07:24+08:00', '2024-05-20T14:05+08:00', '2020-02-05')
    """
    text = narrow(words)
    found = next(_found(text, loose=loose), None) if _DIGITS.search(text) else None
    return found[0] if found else None


def _found(words: str, *, loose: bool) -> Iterator[tuple[str, re.Match[str]]]:
    """The dates in narrow words, each with where it stands; those with a year of four digits first."""
    shapes = (rules().strict if _RARE.search(words) else rules().strict[:2]) if _YEARS.search(words) else ()
    shapes += rules().loose if loose and _PARTED.search(words) else ()
    words = words[:READ].replace("\N{RATIO}", ":")
    if shapes and _LASTS.search(words):
        return
    for pattern in shapes:
        for match in pattern.finditer(words):
            if value := _iso(match.groupdict()):
                yield value, match


class Found(NamedTuple):
    """A day in some words: its value in ISO 8601, where it begins and ends."""

    value: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def find_day(words: str) -> Found | None:
    """The first whole day of any shape in narrow words; None where there is none."""
    found = (Found(value, *match.span()) for value, match in _found(words, loose=True))
    return next((day for day in found if len(day.value) >= len("2023-06-12")), None)


def is_day(words: str) -> bool:
    """Whether narrow words are a day and nothing else, though its year has two digits: right under a title it is one.

    >>> is_day("23-06-12"), is_day("(2023-06-12)"), is_day("12-06"), is_day("20230612")
    (True, True, False, False)
    """
    inner = words.strip("[]() ")
    may_be = inner[:1] in _FIRST or (inner[:1].isdigit() and not inner.isdigit())
    return may_be and any(
        match[0].strip() == inner and len(value) >= len("2023-06-12") for value, match in _found(inner, loose=True)
    )


def is_clock(words: str) -> bool:
    """Whether narrow words are a day with its weekday and nothing else, as a page's clock shows them.

    >>> is_clock("2020年07月04日 星期六"), is_clock("2020年07月04日")
    (True, False)
    """
    return any(_is_clock(words, value, match) for value, match in _found(words, loose=False))


def _is_clock(words: str, value: str, match: re.Match[str]) -> bool:
    rest = words[: match.start()] + words[match.end() :]
    return len(value) == len("2026-11-22") and _WEEKDAY.fullmatch(rest) is not None


def from_meta(metas: Iterable[tuple[str, str]]) -> list[Dated]:
    """Dates that the page's `meta` elements and structured data state, best first."""
    order = data.listed("day_metas")
    found = [
        (order.index(name), Dated(value=value, rule="meta", words=f"{name}={content}"))
        for name, content in metas
        if name in order and (value := read(content)) is not None
    ]
    return [dated for _, dated in sorted(found, key=lambda pair: pair[0])]


def from_lines(lines: Sequence[str]) -> tuple[list[Dated], list[Dated]]:
    """Dates in the lines near a title -> those with a label, and those without one; the days of changes are last."""
    labelled: list[tuple[int, Dated]] = []
    bare: list[Dated] = []
    narrowed = [narrow(line) for line in lines]
    for line, following in zip_longest(narrowed, narrowed[1:], fillvalue=""):
        words = _joined(line, following)
        found = _labelled(words) if len(words) <= 2 * LINE else ()
        labelled += found
        if not found and len(words) <= LINE and (dated := _bare(words)):
            bare.append(dated)
    labelled.sort(key=lambda pair: pair[0])
    updated = [dated for rank, dated in labelled if rank >= CHANGED]
    # A day with its weekday and nothing else may be the page's clock.
    bare.sort(key=lambda dated: dated.rule == "weekday")
    return [dated for rank, dated in labelled if rank < CHANGED], [*bare, *updated]


def _joined(line: str, following: str) -> str:
    """A line with the one that follows where a label, a day, a month or a year stands in a box of its own."""
    if following and len(following) <= 30 and (alone := rules().alone.fullmatch(line)):
        return f"{alone['label']}:{following}"
    return f"{line} {following}" if _PIECE.fullmatch(line) and _PIECE.fullmatch(following) else line


@lru_cache(maxsize=4096)
def _labelled(words: str) -> tuple[tuple[int, Dated], ...]:
    """Days behind a label, each with the rank of its label."""
    return tuple(_behind_labels(words)) if _DIGITS.search(words) else ()


def _behind_labels(words: str) -> Iterator[tuple[int, Dated]]:
    for rank, pattern in rules().labels:
        for label in pattern.finditer(words):
            if data.match("no_day", words[max(0, label.start() - 16) : label.end()]):
                continue
            if found := _at_once(words[label.end() : label.end() + 40]):
                said = words[label.start() : label.end() + found[1].end()]
                yield rank, Dated(value=found[0], rule=RULES[rank], words=said.strip())
            elif rank < CHANGED and (false := _false(words, label.end())):
                yield rank, Dated(value=false[0], rule=FALSE, words=words[label.start() : false[1].end()].strip())


def _false(words: str, at: int) -> tuple[str, re.Match[str]] | None:
    """What stands for a day in some words, and is none of a web page: as much of it as the calendar knows.

    >>> [found and found[0] for found in (_false("2026-02-30", 0), _false("1938年1月2日", 0), _false("0001-1-1", 0))]
    ['2026-02', '1938-01-02', None]
    """
    match = next(filter(None, (shape.match(words, at) for shape in rules().strict)), None)
    groups = match.groupdict() if match else {}
    if match is None or not 1900 <= (year := _year(groups)) <= 2999:
        return None
    month = _month(groups.get("month") or "")
    try:
        return dt.date(year, month, _number(groups.get("day") or "")).isoformat(), match
    except ValueError:
        return f"{year}-{month:02d}" if 1 <= month <= 12 else f"{year}", match


def _at_once(words: str) -> tuple[str, re.Match[str]] | None:
    """The longest date with which some words begin, a weekday perhaps before it."""
    begin = len(words) - len(_WEEKDAY_BEFORE.sub("", words))
    found = [(value, match) for value, match in _found(words, loose=True) if match.start() in (0, begin)]
    return max(found, key=lambda pair: pair[1].end(), default=None)


def counts(words: str) -> bool:
    """Whether words say how often a page was read.

    >>> counts("县水利局 2011-11-30 已阅706次"), counts("会前已阅")
    (True, False)
    """
    return _COUNT.search(narrow(words)) is not None


def is_bare(words: str) -> bool:
    """Whether narrow words are a dateline without labels: a day, and little beside it.

    >>> is_bare("2019-09-23 07:48 棱镜"), is_bare("9月5日，县委统战部在太伏镇召开了会议")
    (True, False)
    """
    return _bare(words) is not None


def tells_day(words: str) -> bool:
    """Whether words hold a day, or, behind a label of any words, one whose year has fewer digits.

    >>> tells_day("张贴日：110.04.06"), tells_day("编号：110.04.06")
    (True, False)
    """
    return read(words) is not None or is_bare(narrow(words))


@lru_cache(maxsize=4096)
def _bare(words: str) -> Dated | None:
    """The day of a dateline without a label: it holds little else than names and counters, and is no sentence."""
    if not _DIGITS.search(words) or _SENTENCE.search(words):
        return None
    for value, match in _found(words, loose=True):
        before, after = words[: match.start()], words[match.end() :]
        if data.match("no_day", before[-40:]) or data.match("almanac", after) or len(value) < 10:
            continue
        if match[0].endswith(("日", "号")) and _GLUED.match(after) and not is_issuer(after):
            # A title: 2018年12月28日县委常委会议.
            continue
        rest = _SAID.sub("", _COUNT.sub("", before + after))
        if han(rest) <= _beside(value, match, rest) or data.match("beside_day", words):
            rule = "weekday" if _is_clock(words, value, match) else "bare"
            return Dated(value=value, rule=rule, words=match[0].strip())
    return None


def is_issuer(words: str) -> bool:
    """Whether words are an office beside a day, by how its name ends, and no headline."""
    return 4 <= han(words) == len(words) <= BESIDE and data.whole("office", words) is not None


def _beside(value: str, match: re.Match[str], rest: str) -> int:
    """How many Han characters may stand beside a day in a dateline without labels: a source, which is longer beside the
    time of day, behind a bar and before a name; none beside a year without four digits or 民国.
    """
    whole = match.groupdict().get("year") or match[0].startswith(("中", "民"))
    if not whole or match.re in rules().loose:
        return 8 if _LABELLED.match(match.string) else 0
    before, after = match.string[: match.start()].rstrip(), match.string[match.end() :].lstrip()
    barred = before.endswith(("/", "|", "·")) or after.startswith(("/", "|", "·"))
    named = len(parts := rest.split()) in (2, 3) and any(2 <= han(part) == len(part) <= 3 for part in parts)
    spaced = " " in match.string[match.end() - 1 : match.end() + 1]
    spaced = spaced or match.string[match.start() - 1 : match.start()] == " "
    at_end = 0 in (match.start(), len(match.string) - match.end())
    office = at_end and spaced and is_issuer(rest.strip())
    return BESIDE if "T" in value or barred or named or office else 8


def signed(lines: Sequence[str]) -> list[Dated]:
    """The day that signs a notice: a line at its end that is a date, and who signs beside it perhaps.

    >>> [dated.value for dated in signed(["某县委统战部", "二○二二年三月十五日"])]
    ['2022-03-15']
    """
    found = []
    for line in map(narrow, lines):
        # The press releases of Hong Kong end so.
        words = line.removeprefix("完").lstrip("/").strip("()[]").replace(" ", "")
        words = _CALENDAR.sub("", words)
        whole = (
            value
            for value, match in _found(words, loose=words.isascii())
            if match.groupdict().get("yy") is None and len(value) >= len("2023-06-12")
            if match[0] == words or _is_clock(words, value, match)
        )
        if value := next(whole, None) or _beside_name(line):
            found.append(Dated(value=value, rule="signed", words=line))
    return found[-1:]


def lead(paragraph: str) -> Dated | None:
    """The day with which a text begins, with the place, in brackets or as that of a wire.

    >>> lead("（香港，二零零五年四月十二日）商会今日公布，煎药费五年不变。").value
    '2005-04-12'
    """
    match = _LEAD.match(narrow(paragraph[:LINE]))
    words = match[match.lastindex or 0] if match else ""
    found = find_day(words)
    if match is None or found is None or han(words[: found.start] + words[found.end :]) > PLACE:
        return None
    return Dated(value=found.value, rule="lead", words=match[0])


def _beside_name(line: str) -> str | None:
    """The day of a line at whose end or beginning it stands, with who signs beside it: 西街社区 冯春 2015年12月2日."""
    day = _bare(line) if len(line) <= DONE and " " in line and ":" not in line else None
    if day is None or day.rule != "bare" or "T" in day.value:
        return None
    before, _, after = line.partition(day.words)
    return day.value if han(before + after) >= 2 and min(len(before), len(after.strip())) <= 1 else None


def from_url(url: str) -> Dated | None:
    """The date in an article's URL.

    >>> from_url("http://zgjkxw.org.cn/html/xunyiwenyao/2020-03-20/18966.html").value
    '2020-03-20'
    """
    path = urlsplit(url).path if "://" in url else url
    for pattern, _ in data.named("day_url", "takes"):
        if (match := pattern.search(path)) and (value := _iso(match.groupdict())):
            return Dated(value=value, rule="url", words=match[0])
    return None


def is_short(value: str, words: str) -> bool:
    """Whether the words from which a day was read write its year in two digits that may count as Taiwan does.

    >>> is_short("1998-09-28", "98/9/28"), is_short("1998-09-28", "1998-09-28")
    (True, False)
    """
    return value[:4] in SHORT_YEARS and value[:4] not in words and value[2:4] in words


def of_minguo(dated: Dated) -> Dated:
    """A day that stands in Traditional script, where a year of two digits is one as Taiwan counts them.

    >>> of_minguo(Dated(value="1998-09-28", rule="label", words="發布日期：98-09-28")).value
    '2009-09-28'
    """
    if not is_short(dated.value, dated.words):
        return dated
    return replace(dated, value=f"{int(dated.value[2:4]) + MINGUO}{dated.value[4:]}")


def decide(statements: Sequence[Dated], text: str, captured: dt.datetime | None) -> Published:
    """The statements -> what is believed.

    A dateline that readers see outweighs what templates and addresses say, even where they agree; without one, two of
    these that agree outweigh a third; what stands elsewhere comes last.

    Args:
        statements: of each rule in order of trust.
        text: title and body in Simplified Chinese, for the words that cannot be older than themselves.
        captured: when the page was fetched; statements that lie after it are not believed.
    """
    credible = _credible(statements, captured)
    if not credible:
        return _claimed(statements, captured)
    first = _trusted(credible)
    # Of statements that agree the most precise is taken: the URL knows the day, the page the minute.
    best = max(
        (dated for dated in credible if dated.agrees(first)),
        key=lambda dated: (
            len(dated.value) > 10,
            len(dated.value[:10]),
            len(dated.value) if dated.value[:16] == first.value[:16] else 0,
            dated is first,
        ),
    )
    doubts = _conflict(first, credible)
    last_day = best.last_day.isoformat()
    for pattern, earliest in data.named("first_use", "first"):
        if last_day < str(earliest) and (word := pattern.search(text)):
            late = ("date_implausible", f"{best.value}, before {word[0]} of {earliest}")
            return Published(claimed=best.value, evidence=best.evidence, doubts=(*doubts, late))
    return Published(published=best.value, evidence=best.evidence, doubts=doubts)


def _claimed(statements: Sequence[Dated], captured: dt.datetime | None) -> Published:
    """What a page says of its day behind a label where nothing that it says can be true."""
    said = next((dated for dated in statements if dated.rule in ("label", FALSE)), None)
    if said is None:
        return Published()
    why = "which is no day of a web page"
    if said.rule != FALSE and captured is not None:
        why = f"after the capture on {captured.astimezone(CHINA):%Y-%m-%d}"
    return Published(claimed=said.value, evidence=said.evidence, doubts=(("date_implausible", f"{said.value}, {why}"),))


def _credible(statements: Sequence[Dated], captured: dt.datetime | None) -> list[Dated]:
    """The statements that do not lie after the capture and are not the page's clock at the visit."""
    statements = [dated for dated in statements if dated.rule != FALSE]
    if captured is None:
        return list(statements)
    limit = (captured + AHEAD).astimezone(CHINA).date()
    credible = [dated for dated in statements if dated.day <= limit]
    return [dated for dated in credible if dated.rule != "weekday" or dated.day < limit - 2 * AHEAD]


def _trusted(credible: Sequence[Dated]) -> Dated:
    """The statement that is believed."""
    if visible := next((dated for rule in VISIBLE for dated in credible if dated.rule == rule), None):
        return visible
    made = [dated for rule in STATED for dated in credible if dated.rule == rule]
    # A day over the title is that of publication, where the one under it is that of a change.
    over = [dated for dated in credible if dated.rule == "over"]
    agreed = (one for one in made if any(one.agrees(other) and one.rule != other.rule for other in (*made, *over)))
    return next(agreed, (*made, *over, credible[0])[0])


def _conflict(first: Dated, credible: Sequence[Dated]) -> tuple[tuple[str, str], ...]:
    """The flag for statements that contradict the one that is believed, with all of them."""
    strong = [dated for dated in credible if dated is first or dated.rule in ("label", *STATED)]
    if first.rule not in (*VISIBLE, *STATED) or not any(dated.is_apart(first) for dated in strong):
        return ()
    said = dict.fromkeys(dated.evidence for dated in (first, *strong))
    return (("date_conflict", " | ".join(said)),)


def _iso(groups: dict[str, str | None]) -> str | None:
    """The value that the named groups of a shape hold; None where the calendar does not know it."""
    year = _year(groups)
    month, day = _month(groups["month"] or ""), groups.get("day")
    if year < EARLIEST or not 1 <= month <= 12:
        return None if groups.get("month") else f"{year}"
    if day is None:
        return f"{year}-{month:02d}"
    try:
        date = dt.date(year, month, _number(day))
    except ValueError:
        return None
    if (weekday := groups.get("weekday")) and _WEEKDAYS.find(weekday.replace("天", "日")) != date.weekday():
        return None
    return _timed(date, groups) or date.isoformat()


def _year(groups: dict[str, str | None]) -> int:
    if written := groups.get("year"):
        return _number(written)
    if written := groups.get("roc"):
        return _number(written) + MINGUO
    short = int(groups.get("yy") or 0)
    return short + (2000 if short < 50 else 1900)


def _month(written: str) -> int:
    """A month in digits, in Chinese, in English or in German."""
    if written[:1].isascii() and written[:1].isalpha():
        return _MONTHS.index(written[:3].lower()) // 3 % 12 + 1
    return _number(written)


def _number(written: str) -> int:
    if written.isdigit() and written.isascii():
        return int(written)
    hundreds, hundred, rest = written.rpartition("百")
    if hundred:
        return 100 * _number(hundreds or "一") + _number(rest or "零")
    written = written.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = written.translate(_HAN_DIGITS).rpartition("十")
    return int(ones or 0) + (10 * int(tens or 1) if ten else 0)


def _timed(date: dt.date, groups: dict[str, str | None]) -> str | None:
    """The moment, where the groups hold the time of day."""
    hour, minute, second = groups.get("hour"), groups.get("minute"), groups.get("second")
    if hour is None or minute is None:
        return None
    half = (groups.get("half") or groups.get("after") or "").upper()
    number = int(hour) + (12 if half in ("下午", "晚上", "PM") and int(hour) < 12 else 0)
    if half in ("AM", "凌晨", "上午") and number == 12:
        number = 0
    try:
        moment = dt.datetime(date.year, date.month, date.day, number, int(minute), int(second or 0), tzinfo=CHINA)
    except ValueError:
        return None
    zone = groups.get("zone")
    if zone:
        offset = "+00:00" if zone.upper() == "Z" else zone
        moment = dt.datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + offset).astimezone(CHINA)
        if int(offset[1:3]) and moment.date() != date:
            # A site abroad shows the day of its own clock.
            return None
    return moment.isoformat(timespec="seconds" if second is not None else "minutes")
