"""Lines of a page -> which of them are page furniture, and by which rule."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from archive.text.chinese import han

# A paragraph of an article that guards what stands before it: Han characters, and a full stop at its end.
BODY = 60
# A full sentence for the purpose of telling top and bottom.
SENTENCE = 25

# Rules whose lines may stand in one, of so many characters.
TOOLS, TOGETHER = ("counter", "tools", "share"), 60
BEHIND = (*TOOLS, "disclaimer")

_NARROW = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_NARROW |= {"\u3000": " ", "\xa0": " ", "︰": ":", "〖": "[", "〗": "]"}
_WIDE = re.compile(f"[{''.join(_NARROW)}]")
# The letters of a label may be set apart, and its colon: 来  源 : 县报.
_SPACED = re.compile(" (?:[一-鿿] ?)?:")
_APART = re.compile(r"(?<![一-鿿\d])[一-鿿](?: [一-鿿]){1,3}(?= ?:)")
# Words in brackets, two or more.
_OPENED = ("[", "【", "(")
_BUTTONS = re.compile(r"(?:[\[【(]\s?[^\[\]【】()]{1,8}[\]】)]\s?){2,12}")
_WORD = re.compile(r"[^\[\]【】()\s]+")
_CLOSING = ("”", "』", "」")
_WITHIN = re.compile("[，,。.！!？?；;：:…、]")
_STOPS = frozenset("。！!？?…”」』）)；;．.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of page furniture, as `lines.toml` has it."""

    id: str
    where: Literal["top", "bottom", "ends", "any"]
    pattern: re.Pattern[str]
    removed: str
    kept: str
    holds: tuple[str, ...] = ()
    cut: bool = False


@cache
def rules() -> tuple[Rule, ...]:
    """The rules, in the order in which they are tried."""
    raw = tomllib.loads(resources.files("archive.text").joinpath("lines.toml").read_text("utf-8"))
    return tuple(map(_rule, raw["rule"]))


def _rule(raw: dict[str, Any]) -> Rule:
    """An entry of the file; {words} in its pattern stands for any of its words."""
    words = sorted(raw.pop("words", "").split(), key=len, reverse=True)
    # To look at the first character is faster than to try each word.
    first = "".join(sorted({word[0] for word in words}))
    pattern = raw["pattern"].replace("{words}", f"(?=[{first}])(?:{'|'.join(words)})")
    return Rule(**{**raw, "pattern": re.compile(rf"\A(?:{pattern})\Z"), "holds": tuple(raw.get("holds", ()))})


@lru_cache(maxsize=4096)
def narrow(line: str) -> str:
    """A line for comparing: punctuation and spaces in their narrow forms.

    >>> narrow("来源：四川在线（记者　张三）")
    '来源:四川在线(记者 张三)'
    """
    return _tight(" ".join(_narrowed(line).split()))


def narrow_lines(lines: Sequence[str]) -> list[str]:
    """Folded lines for comparing, see `narrow`.

    >>> narrow_lines(["（一）", "来源："])
    ['(一)', '来源:']
    """
    if not lines:
        return []
    return _tight(_narrowed("\n".join(lines))).split("\n")


def _tight(text: str) -> str:
    """Narrow text without the spaces in labels and before their colons."""
    if not _SPACED.search(text):
        return text
    return _APART.sub(lambda label: label[0].replace(" ", ""), text).replace(" :", ":")


def holding(pattern: re.Pattern[str], whole: str, end: str = "\n", words: Sequence[str] = ()) -> set[int]:
    r"""The numbers of the lines that hold a pattern, or one of some words: one search in all takes a fourth of a search
    in each (measured).

    >>> holding(re.compile("[0-9]"), "一\n2\n三\n4 5")
    {1, 3}
    """
    found = set()
    for starts in (map(re.Match.start, pattern.finditer(whole)), *(_places_of(word, whole, end) for word in words)):
        number = last = 0
        for start in starts:
            number += whole.count(end, last, start)
            last = start
            found.add(number)
    return found


def _places_of(word: str, whole: str, end: str) -> Iterator[int]:
    """Where a word stands first in each line that holds it."""
    at = whole.find(word)
    while at >= 0:
        yield at
        line_end = whole.find(end, at)
        at = whole.find(word, line_end) if line_end >= 0 else -1


def _narrowed(text: str) -> str:
    for wide in set(_WIDE.findall(text)):
        text = text.replace(wide, _NARROW[wide])
    return text


def is_sentence(line: str, least: int = SENTENCE) -> bool:
    """Whether a line is prose: at least that many Han characters and the end of a sentence.

    >>> is_sentence("推荐资讯"), is_sentence("疫情就是命令,防控就是责任。", 10)
    (False, True)
    """
    if len(line) < least or (stops := line.rstrip())[-1:] not in _STOPS:
        return False
    # The first characters of most lines settle it.
    if han(line[: 2 * least]) < least and han(line) < least:
        return False
    return not stops.endswith(_CLOSING) or _WITHIN.search(stops) is not None


def furniture(lines: Sequence[str]) -> list[str | None]:
    """For each folded line the id of the rule that takes it out, None where it stays.

    >>> furniture(["站内搜索：", "疫情发生以来,全县统一战线成员迅速行动,投身防控一线工作。", "上一篇：没有了"])
    ['search', None, 'previous_next']
    """
    keys = narrow_lines(lines)
    first, bottom = _places(keys)
    matched = [_match(key, at_top=index < first, at_bottom=index >= bottom) for index, key in enumerate(keys)]
    found = [rule.id if rule else None for rule in matched]
    cut = next((index for index, rule in enumerate(matched) if rule and rule.cut), len(keys))
    if not _goes_on(keys, found, cut):
        found[cut + 1 :] = [found[index] or found[cut] for index in range(cut + 1, len(keys))]
    return found


def _places(keys: Sequence[str]) -> tuple[int, int]:
    """The first sentence, and the first line at the bottom; past all lines where none is."""
    first = next((index for index, key in enumerate(keys) if is_sentence(key)), len(keys))
    last = next((index for index in reversed(range(first, len(keys))) if is_sentence(keys[index])), -1)
    return first, min(last + 1, math.ceil(0.6 * len(keys)))


def _goes_on(keys: Sequence[str], found: Sequence[str | None], cut: int) -> bool:
    """Whether a paragraph of an article stands behind a line."""
    return any(found[index] is None and is_sentence(keys[index], BODY) for index in range(cut + 1, len(keys)))


def furniture_id(key: str) -> str | None:
    """The first rule that takes out a narrow, Simplified line, wherever it stands; None where there is none."""
    found = _matching(key)
    return found[0].id if found else None


def _match(key: str, *, at_top: bool, at_bottom: bool) -> Rule | None:
    for rule in _matching(key):
        where = rule.where
        if where == "any" or (at_top and where != "bottom") or (at_bottom and where != "top"):
            return rule
    return None


@lru_cache(maxsize=8192)
def _matching(key: str) -> tuple[Rule, ...]:
    """The rules whose pattern a line is, in their order."""
    if key.startswith(_OPENED) and (row := _buttons(key)):
        return row
    words, begins, wordless, without = _gates()
    # One comprehension for all is faster than one for each character.
    numbers = {number for first in set(begins.findall(key)) for word, number in words[first] if word in key}
    if wordless.fullmatch(key):
        numbers.update(without)
    if not numbers:
        return ()
    known = [rules()[number] for number in sorted(numbers)]
    whole = tuple(rule for rule in known if rule.pattern.fullmatch(key))
    if whole or len(key) > TOGETHER or " " not in key or not any(rule.id in BEHIND for rule in known):
        return whole
    return _together(key)


def _buttons(key: str) -> tuple[Rule, ...]:
    """The rule of a row of words in brackets, where one of them is a tool: [评论] [推荐] [打印]."""
    named = _WORD.findall(key) if len(key) <= TOGETHER and _BUTTONS.fullmatch(key) else ()
    return next((tool for name in named if (tool := _matching(name)) and tool[0].id in TOOLS), ())


def _together(key: str) -> tuple[Rule, ...]:
    """The rule of a line that holds a counter, tools and the like, one behind the other: 浏览:12 [字号:大 中 小]."""
    for at in [at for at, character in enumerate(key) if character == " "]:
        first = _matching(key[:at])
        if first and first[0].id in TOOLS and (second := _matching(key[at + 1 :])) and second[0].id in BEHIND:
            return first
    return ()


@cache
def _gates() -> tuple[dict[str, list[tuple[str, int]]], re.Pattern[str], re.Pattern[str], list[int]]:
    """The words that lines of rules hold, by their first characters, each with the number of its rule; a pattern for
    these characters before second ones; one for lines of rules without words, and the numbers of these.
    """
    words: dict[str, list[tuple[str, int]]] = {}
    for number, rule in enumerate(rules()):
        for word in rule.holds:
            words.setdefault(word[0], []).append((word, number))
    every = [word for held in words.values() for word, _ in held]
    first, alone, second = (
        re.escape("".join(sorted(set(characters))))
        for characters in (words, (w for w in every if len(w) == 1), (w[1] for w in every if len(w) > 1))
    )
    begins = re.compile(rf"[{first}](?:(?=[{second}])|(?<=[{alone}]))")
    without = [number for number, rule in enumerate(rules()) if not rule.holds]
    return words, begins, re.compile("|".join(f"(?:{rules()[number].pattern.pattern})" for number in without)), without
