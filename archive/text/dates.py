"""What a page says about its day -> the date that can be believed, with the evidence for it."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from archive.text.blocks import han
from archive.text.lines import narrow

CHINA = dt.timezone(dt.timedelta(hours=8))
# Pages of the web are younger; a labelled date may be that of an older paper.
EARLIEST = 1949
# A server's clock or a page of tomorrow's paper.
AHEAD = dt.timedelta(days=1)
# Statements farther apart than this contradict each other.
APART = dt.timedelta(days=2)

_TIME = (
    r"(?P<half>上午|下午|晚上|凌晨|中午|AM|"
    r"PM)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?P<minute>\d{1,2})(?:\s*[:分]\s*(?P<second>\d{1,2}))?(?:\.\d+)?\s*(?P<after>AM|"
    r"PM)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_BETWEEN = r"\s*,?\s*[(\[]?(?:(?:星期|周|週|礼拜)[一二三四五六日天])?[)\]]?\s*,?\s*(?:-\s)?T?\s*"
_DAY = (
    r"(?P<year>(?:19|20)\d{2})\s*(?P<sep>[-/.年])\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{2}(?=\d{2}:)|"
    r"\d{1,2}(?!\d))\s*日?"
)
_FULL = re.compile(rf"(?<!\d){_DAY}(?:{_BETWEEN}{_TIME})?", re.IGNORECASE)
# The time may stand first: 12:33 2024/10/03.
_REVERSED = re.compile(rf"(?<!\d)(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?\s*{_DAY}")
_MINGUO = re.compile(r"(?:中华)?民国\s*(?P<year>\d{2,3})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日")
# One of these stands in every date.
_ANY = re.compile(r"[12][09]\d{2}\s*[-/.年]|民国|年[一二三四五六七八九十]")
_CLOCK = re.compile(r"\d:\d{2}")
_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_DATE = re.compile(
    r"(?P<year>[〇零○一二三四五六七八九]{4})年(?P<month>[一二三四五六七八九十]{1,3})月(?P<day>[一二三四五六七八九十]{1,3})日"
)
_SHORT_YEAR = re.compile(
    r"(?<![\d])(?P<year>[0-3]\d)-(?P<month>\d{1,2})-(?P<day>\d{2}|"
    r"\d)\s*(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
)
# Taiwan counts years from 1912 and leaves out what it counts them by, behind a label: 112-01-07.
_ROC = re.compile(r"(?<!\d)(?P<year>1[0-2]\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})(?!\d)")
_MONTH = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*月?(?![\d\-/.])")
_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*年?(?!\d)")

_LABELS = (
    r"(?:文章|信息|稿件|新闻|内容)?(?:发\s*布|发\s*表|发\s*稿|上\s*传|录\s*入|添\s*加|创\s*建|建\s*立|"
    r"撰\s*写|编\s*辑|刊\s*登|公\s*布|更\s*新)"
    r"(?:日\s*期|时\s*间|于|在)?|时\s*间|日\s*期|刊发日期"
)
_LABELLED = re.compile(
    rf"(?<![一-鿿])(?P<label>{_LABELS})\s*[:|]?\s*(?:[\[(]\s*)?(?=\d|[〇零○一二三四五六七八九]{{4}}年|民国|中华民国)"
)
_LABEL_ALONE = re.compile(rf"[\[(]?(?P<label>{_LABELS})\s*[:|]?")
_BEGINS = re.compile(
    r"(?:\d{1,2}:\d{2}(?::\d{2})?\s*)?(?:\d{2,4}\s*[-/.年]|(?:中华)?民国|[〇零○一二三四五六七八九]{4}年)"
)
# A clock, a copyright, the day when a template was filled: no date of publication.
_NOT_PUBLISHED = re.compile(
    r"(?:今天是?|今日是?|现在是?|当前时间|系统时间|北京时间|更新日期|页面生成|网页生成|生成时间|"
    r"最后更新|最后修改|成文日期|"
    r"生成日期|失效|废止|有效期|截止|截至|©|\(c\)|copyright|版权|访问|开课|活动时间|会议时间|报名)[^\d]{0,16}$",
    re.IGNORECASE,
)

_SENTENCE = re.compile(r"[。!?;]")
_WEEKDAY = re.compile(r"[\s,(\[]*(?:星期|周|週|礼拜)[一二三四五六日天][\s)\]]*")
# A calendar: 2026年11月1日 星期日 农历九月廿二.
_ALMANAC = re.compile(r"农历|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年")
# What stands beside a date in a dateline.
_FURNISHED = re.compile(r"本[帖贴文]由|来源|作者|编辑|记者|点击|阅读|浏览|字号|字体|评论|出处|打印|分享|更新")

_META = (
    "pubdate", "publishdate", "firstpublishedtime", "article:published_time", "og:release_date", "og:published_time",
    "weibo:article:create_at", "datepublished", "publish_time", "publish-date", "publishtime", "pubtime", "releasedate",
    "parsely-pub-date", "dateupdate", "apub:time",
)  # fmt: skip

_URL = (
    ("trs_t", re.compile(r"/t(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})_\d+")),
    ("hanweb_art", re.compile(r"/art/(?P<year>(?:19|20)\d{2})/(?P<month>\d{1,2})/(?P<day>\d{1,2})/")),
    ("ymd_dash", re.compile(r"/(?P<year>(?:19|20)\d{2})-(?P<month>\d{1,2})-(?P<day>\d{1,2})[/_.-]")),
    ("ym_dd", re.compile(r"/(?P<year>(?:19|20)\d{2})-(?P<month>\d{1,2})/(?P<day>\d{1,2})/")),
    ("ymd_slash", re.compile(r"/(?P<year>(?:19|20)\d{2})/(?P<month>\d{1,2})/(?P<day>\d{1,2})/")),
    ("ym_slash_dd", re.compile(r"/(?P<year>(?:19|20)\d{2})(?P<month>\d{2})/(?P<day>\d{2})/")),
    ("y_md", re.compile(r"/(?P<year>(?:19|20)\d{2})/(?P<month>[01]\d)-?(?P<day>[0-3]\d)/")),
    ("y_md_us", re.compile(r"/(?P<year>(?:19|20)\d{2})_(?P<month>\d{1,2})_(?P<day>\d{1,2})[/_.]")),
    ("ymd8", re.compile(r"[/_-](?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)(?=[/_.-]|$)")),
    ("id14", re.compile(r"[/_](?P<year>20\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\d*\.")),
    (
        "id12yy",
        re.compile(r"/(?P<year>[012]\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\d{8}\."),
    ),
    ("ym", re.compile(r"/(?P<year>(?:19|20)\d{2})-?(?P<month>0[1-9]|1[0-2])/")),
)
# CCTV's identifiers hold the second of publication.
_EPOCH = re.compile(r"/ARTI(?P<epoch>1\d{9})\d{6}\.")


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
    def evidence(self) -> str:
        """Rule and words."""
        return f"{self.rule}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The verdict on a page's date: the columns of a Document; doubts are flags with the words that raised them."""

    published: str | None = None
    claimed: str | None = None
    evidence: str | None = None
    doubts: tuple[tuple[str, str], ...] = ()


def read(words: str, *, loose: bool = False) -> str | None:
    """The first date in some words -> ISO 8601; None where there is none that the calendar knows.

    Args:
        words: a label's value or a short line.
        loose: whether a month, a year or a year of two digits is enough.

    >>> read("2020/2/19 17:07:24"), read("2024年5月20日 周一 下午2:05"), read("二〇二〇年二月五日")
    ('2020-02-19T17:07:24+08:00', '2024-05-20T14:05+08:00', '2020-02-05')
    >>> read("2020年2月", loose=True), read("13月45日")
    ('2020-02', None)
    """
    words = narrow(words)
    if not _ANY.search(words):
        return _read_loosely(words) if loose else None
    for match in _in_digits(words):
        value = _iso(match.groupdict())
        if value:
            return value
    if found := _MINGUO.search(words):
        groups = found.groupdict()
        return _iso({**groups, "year": str(int(groups["year"]) + 1911)})
    if found := _HAN_DATE.search(words):
        return _iso({key: str(_han_number(value)) for key, value in found.groupdict().items()})
    return _read_loosely(words) if loose else None


def is_short(words: str) -> bool:
    """Whether narrow words are a day with a year of two digits, its minute, and nothing else.

    >>> is_short("[05-03-12 09:30]"), is_short("05-03-12")
    (True, False)
    """
    return len(words) <= 24 and _SHORT_YEAR.fullmatch(words.strip("[]() ")) is not None


def is_clock(words: str) -> bool:
    """Whether narrow words are a day with its weekday and nothing else, as a page's clock shows them.

    >>> is_clock("2020年07月04日 星期六"), is_clock("2020年07月04日")
    (True, False)
    """
    found = _FULL.search(words)
    return found is not None and _WEEKDAY.fullmatch(words[: found.start()] + words[found.end() :]) is not None


def _in_digits(words: str) -> Iterator[re.Match[str]]:
    """Days with the year in digits, those behind their time first."""
    if _CLOCK.search(words):
        yield from _REVERSED.finditer(words)
    yield from _FULL.finditer(words)


def _read_loosely(words: str) -> str | None:
    if found := _SHORT_YEAR.search(words):
        return _iso({**found.groupdict(), "year": f"20{found['year']}"})
    if found := _ROC.match(words):
        return _iso({**found.groupdict(), "year": str(int(found["year"]) + 1911)})
    if (found := _MONTH.search(words)) and 1 <= int(found["month"]) <= 12:
        return f"{found['year']}-{int(found['month']):02d}"
    found = _YEAR.fullmatch(words)
    return found["year"] if found else None


def from_meta(metas: Iterable[tuple[str, str]]) -> list[Dated]:
    """Dates that the page's `meta` elements and structured data state, best first."""
    found = [
        (_META.index(name), Dated(value=value, rule="meta", words=f"{name}={content}"))
        for name, content in metas
        if name in _META and (value := read(content)) is not None
    ]
    return [dated for _, dated in sorted(found, key=lambda pair: pair[0])]


def from_lines(lines: Sequence[str]) -> tuple[list[Dated], list[Dated]]:
    """Dates in the lines near a title -> those with a label, and those without one."""
    labelled: list[Dated] = []
    updated: list[Dated] = []
    bare: list[Dated] = []
    for index, line in enumerate(map(narrow, lines)):
        words = line
        if (alone := _LABEL_ALONE.fullmatch(line)) and index + 1 < len(lines):
            following = narrow(lines[index + 1])
            if len(following) <= 30:
                words = f"{alone['label']}:{following}"
        matches = list(_LABELLED.finditer(words))
        for match in matches:
            rest = words[match.end() : match.end() + 40]
            value = read(rest, loose=True)
            if value and not _NOT_PUBLISHED.search(words[: match.end()]) and _starts_with_date(rest):
                target = updated if "更" in match["label"] or "编" in match["label"] else labelled
                target.append(
                    Dated(value=value, rule="label", words=words[match.start() : match.end()] + _words_of(rest))
                )
        if not matches and len(words) <= 100:
            bare += _bare(words)
    # A day with its weekday and nothing else may be the page's clock.
    return labelled, [*updated, *sorted(bare, key=lambda dated: dated.rule == "weekday")]


def signed(lines: Sequence[str]) -> list[Dated]:
    """The day that signs a notice: a line at its end that is a date and nothing else.

    >>> [dated.value for dated in signed(["某县委统战部", "二○二二年三月十五日"])]
    ['2022-03-15']
    """
    found = []
    for line in map(narrow, lines):
        words = line.strip("()[]").replace(" ", "")
        if any(pattern.fullmatch(words) for pattern in (_FULL, _MINGUO, _HAN_DATE)) and (value := read(words)):
            found.append(Dated(value=value, rule="signed", words=line))
    return found[-1:]


def from_url(url: str) -> Dated | None:
    """The date in an article's URL.

    >>> from_url("http://zgjkxw.org.cn/html/xunyiwenyao/2020-03-20/18966.html").value
    '2020-03-20'
    """
    path = urlsplit(url).path if "://" in url else url
    if match := _EPOCH.search(path):
        moment = dt.datetime.fromtimestamp(int(match["epoch"]), CHINA)
        return Dated(value=moment.isoformat(), rule="url", words=match[0])
    for _, pattern in _URL:
        if match := pattern.search(path):
            groups = match.groupdict()
            if len(groups["year"]) == 2:
                groups["year"] = f"20{groups['year']}"
            value = _iso(groups) if groups.get("day") else f"{groups['year']}-{groups['month']}"
            if value:
                return Dated(value=value, rule="url", words=match[0])
    return None


def decide(statements: Sequence[Dated], text: str, captured: dt.datetime | None) -> Published:
    """The statements, in order of trust -> what is believed.

    Args:
        statements: in order of trust.
        text: title and body in Simplified Chinese, for the words that cannot be older than themselves.
        captured: when the page was fetched; statements that lie after it are not believed.
    """
    limit = (captured + AHEAD).astimezone(CHINA).date() if captured else None
    credible = [dated for dated in statements if limit is None or dated.day <= limit]
    if limit:
        # The day of the visit and its weekday: the page's clock.
        credible = [dated for dated in credible if dated.rule != "weekday" or dated.day < limit - 2 * AHEAD]
    if not credible:
        return Published()
    first = credible[0]
    # Of statements that agree the most precise is taken: the URL knows the day, the page the minute.
    best = max(
        (d for d in credible if d.value.startswith(first.value[:10]) or first.value.startswith(d.value[:10])),
        key=lambda d: (len(d.value) > 10, len(d.value) >= len(first.value), d is first),
    )
    strong = [d for d in credible if len(d.value) >= 10 and d.rule not in ("bare", "weekday", "signed")]
    against = next((d for d in strong if len(first.value) >= 10 and abs(d.day - first.day) > APART), None)
    doubts = (("date_conflict", f"{first.evidence} | {against.evidence}"),) if against else ()
    last = _last_day(best)
    for pattern, earliest in _words():
        if last < earliest and (word := pattern.search(text)):
            late = ("date_implausible", f"{best.value}, before {word[0]} of {earliest}")
            return Published(claimed=best.value, evidence=best.evidence, doubts=(*doubts, late))
    return Published(published=best.value, evidence=best.evidence, doubts=doubts)


@cache
def _words() -> tuple[tuple[re.Pattern[str], dt.date], ...]:
    raw = tomllib.loads(resources.files("archive.text").joinpath("dates.toml").read_text("utf-8"))
    return tuple((re.compile(word["pattern"]), word["first"]) for word in raw["word"])


def _bare(words: str) -> list[Dated]:
    # A dateline holds little else than names and counters; a sentence that tells of a day is none.
    if is_short(words) and (value := _read_loosely(words)):
        return [Dated(value=value, rule="bare", words=words.strip("[]() "))]
    if not _ANY.search(words) or _SENTENCE.search(words):
        return []
    for match in _in_digits(words):
        before, after = words[: match.start()], words[match.end() :]
        value = _iso(match.groupdict())
        if value and not _NOT_PUBLISHED.search(before) and (_FURNISHED.search(words) or han(before + after) <= 16):
            if _ALMANAC.search(after):
                return []
            today = len(value) == len("2026-11-22") and _WEEKDAY.fullmatch(before + after)
            return [Dated(value=value, rule="weekday" if today else "bare", words=match[0].strip())]
    return []


def _words_of(rest: str) -> str:
    """The part of the words that is the date."""
    ends = [
        m.end()
        for p in (_REVERSED, _FULL, _MINGUO, _HAN_DATE, _SHORT_YEAR, _ROC, _MONTH, _YEAR)
        if (m := p.match(rest))
    ]
    return rest[: max(ends, default=24)].strip()


def _starts_with_date(rest: str) -> bool:
    return _BEGINS.match(rest) is not None


def _iso(groups: dict[str, str | None]) -> str | None:
    year, month, day = (int(groups[key] or 0) for key in ("year", "month", "day"))
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    if year < EARLIEST:
        return None
    hour, minute = groups.get("hour"), groups.get("minute")
    if hour is None or minute is None:
        return date.isoformat()
    half = (groups.get("half") or groups.get("after") or "").upper()
    number = int(hour) + (12 if half in ("下午", "晚上", "PM") and int(hour) < 12 else 0)
    if half in ("AM", "凌晨") and number == 12:
        number = 0
    second = groups.get("second")
    try:
        moment = dt.datetime(year, month, day, number, int(minute), int(second or 0), tzinfo=CHINA)
    except ValueError:
        return date.isoformat()
    zone = groups.get("zone")
    if zone:
        offset = "+00:00" if zone.upper() == "Z" else zone
        moment = dt.datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + offset).astimezone(CHINA)
    return moment.isoformat(timespec="seconds" if second is not None else "minutes")


def _han_number(words: str) -> int:
    if "十" not in words:
        return int(words.translate(_HAN_DIGITS))
    tens, _, ones = words.partition("十")
    return int(tens.translate(_HAN_DIGITS) or 1) * 10 + int(ones.translate(_HAN_DIGITS) or 0)


def _last_day(dated: Dated) -> dt.date:
    if len(dated.value) == 4:
        return dt.date(int(dated.value), 12, 31)
    if len(dated.value) == 7:
        return (dated.day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return dated.day
