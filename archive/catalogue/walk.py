"""The words of a text from an offset on -> how far the name of an organisation goes: to its last head."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial

from archive.catalogue.gazetteer import is_name
from archive.catalogue.lexicon import ends, jieba, words
from archive.catalogue.places import is_surname

FILE = "organisations.toml"
_words, _tuple = partial(words, FILE), partial(ends, FILE)
# As many characters of a name are read at most behind its beginning.
REACH = 28
# Han characters up to one that no name holds.
HAN = re.compile(f"[^\\W\\dA-Za-z的了是被这那们我你他她]{{0,{REACH}}}")
# What may stand in the middle of a name: 中央党校（国家行政学院）文史教研部, 财政局PPP项目服务中心.
_MIDDLE = re.compile(r"[（(][\u4e00-\u9fff]{2,12}[）)]|[“\"]?[A-Za-z][A-Za-z+]{0,8}[”\"]?|“[^”\n]{1,10}”")
_PLACE = re.compile(r"[（(]([\u4e00-\u9fff]{2,4})[）)]")
_ORDINAL = re.compile(r"第[一二三四五六七八九十]+$")
# A count of many: 四所学校.
_COUNT = re.compile("[一二三四五六七八九十百两几数]+[多余]?[所家个名位大]$")
# A number of which a name is made with a head right behind it: 五 in 五医院, never 四 in 四所学校.
_NUMBERED = re.compile("医院|[中小]学|支部|支队|大队|分院|高中")


@cache
def heads() -> dict[str, str]:
    """The kind of each head."""
    kinds = ("branches", "departments", "institutions", "bodies")
    return {head: kind for kind in kinds for head in _words("heads", kind)}


def longest(text: str, at: int, words: Iterable[str]) -> str:
    """The longest of some words that stands at an offset; empty if none does."""
    return max((word for word in words if text.startswith(word, at)), key=len, default="")


def has_ended(text: str, at: int) -> bool:
    """Whether it is seen at once that no name goes on there: 泸州的, 泸州召开."""
    return not HAN.fullmatch(text, at, at + 1) or text[at] in "在等与" or text[at : at + 2] in _words("stops")


def goes_on(text: str, end: int) -> bool:
    """Whether what ends there is the beginning of another word: 司法部 in 司法部长."""
    return text[end - 1 : end + 1] in _words("goes_on")


def kind_of(text: str, end: int) -> str:
    """The kind of the longest head that ends there: of a body or an institution, else of a department."""
    kinds = [heads().get(text[end - size : end], "") for size in range(min(6, end), 0, -1)]
    return next((kind for kind in kinds if kind in ("bodies", "institutions")), "departments")


def grow(text: str, at: int, *, body: bool, bare: bool = True) -> int:
    """Read on in a name and return where its last head ends; `at` if none follows, -1 if that is unclear."""
    return Walk(text, at, body=body, bare=bare).reached


@cache
def _last() -> frozenset[str]:
    """The last characters of all heads."""
    return frozenset(head[-1] for head in heads())


@cache
def _outer() -> re.Pattern[str]:
    """The ends of the heads that make a name of a place and some words, two characters of each."""
    outer = {head[-2:] for head, kind in heads().items() if kind in ("bodies", "institutions")}
    return re.compile("|".join(sorted(outer)))


@cache
def _long() -> tuple[str, ...]:
    """The heads with which a name may go on at once."""
    return tuple(head for head in heads() if len(head) > 1 and head not in _words("heads", "party") and head != "中心")


class Walk:
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
        rest = HAN.match(text, at)[0]  # type: ignore[index]
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
        self._open = part[:2] == "nr" and self._body and start > self.end and heads().get(word[0]) == "departments"
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
        if word[-1] not in _last() or word in _words("stops") or goes_on(self._text, self._at):
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
        kind = heads().get(head)
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
        return after == head + "长" or stops or not HAN.match(after).end()  # type: ignore[union-attr]

    def _may_follow_and(self, head: str) -> bool:
        """Whether a head may end a name with 和 or 与 in its middle: not 人民银行管理体制和商业银行."""
        return head in _words("heads", "after_and") or (
            self._and == "与" and heads()[head] != "branches" and head != "中心"
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
            head = longest(self._text, self.end, _long())
            if self._text[self.end + len(head) : self.end + len(head) + 1] not in ("长", "员"):
                return False  # 十三陵中心|小学教师, but 监察支队|支队长
        middle = _MIDDLE.match(self._text, self.end) if self._body else None
        return not middle or grow(self._text, middle.end(), body=True) == middle.end()
