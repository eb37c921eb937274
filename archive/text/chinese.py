"""Chinese as found -> its script, and the same text in Simplified without what mirrors put into it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from importlib import resources
from typing import Literal

from opencc import OpenCC

from archive.text.blocks import HAN, han

Script = Literal["hans", "hant", "mixed", "none"]

# Below this share of Traditional characters a page is not converted: names and quotations in Simplified pages.
HANT = 0.05

_MARKED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
# One lower-case syllable with one tone mark, at most six letters, in brackets after a Han character: 統(tǒng).
_SYLLABLE = rf"(?=[a-zü]*[{_MARKED}])[a-zü]*[{_MARKED}][a-zü]*"
_PINYIN = re.compile(rf"([{HAN}])[(（]\s?((?=.{{1,6}}\s?[)）]){_SYLLABLE})\s?[)）]")
# The neutral tone has no mark: only removed on pages that are past the gate.
_NEUTRAL = re.compile(rf"(?<=[{HAN}])[(（](?:men|de|le|zhe|ge|ma|ne|ba|me|zi|tou|shang|li)[)）]")
# The same replacement on shifted GBK bytes left 格式?jīng)_突: the character is not recoverable.
_BROKEN = re.compile(rf"[?\ufffd]{_SYLLABLE}[)）]")
# t2s leaves the particle 著; it is 着 after these verbs, and never in 名著, 著作.
_ZHE = re.compile("(?<=[随沿跟有意味志续持带顶冒向朝接围对伴藉])著(?![名作称述者书录])")


def pinyin_repaired(text: str) -> str | None:
    """The text without the pinyin that a mirror's converter put after characters; None where there is none.

    A genuine page may gloss a character or a name: the repair wants at least five glosses, and that they are one in a
    hundred characters, or that three characters carry theirs wherever they stand.

    >>> pinyin_repaired("統(tǒng)戰(zhàn)部" * 5)
    '統戰部統戰部統戰部統戰部統戰部'
    >>> pinyin_repaired("行(háng)列") is None
    True
    """
    found = Counter(match[1] for match in _PINYIN.finditer(text))
    hits = found.total()
    if hits < 5:
        return None
    always = sum(text.count(character) == count for character, count in found.items() if count > 1)
    if hits / max(1, han(text)) < 0.01 and always < 3:
        return None
    return pinyin_stripped(text)


def pinyin_stripped(text: str) -> str:
    """The text without pinyin after characters, on a page that is past the gate of `pinyin_repaired`."""
    return _NEUTRAL.sub("", _PINYIN.sub(r"\1", text))


def is_damaged(text: str) -> bool:
    """Whether a byte-wise replacement destroyed characters, as in `格式?jīng)_突`."""
    return bool(_BROKEN.search(text))


@cache
def _characters() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that only Traditional, and that only Simplified text holds, from OpenCC's tables."""
    folder = resources.files("opencc") / "dictionary"

    def changed(name: str) -> set[str]:
        rows = (line.split("\t") for line in (folder / name).read_text("utf-8").splitlines() if "\t" in line)
        return {key for key, values in rows if key not in values.split() and len(key) == 1}

    hant, hans = changed("TSCharacters.txt"), changed("STCharacters.txt")
    return frozenset(hant - hans), frozenset(hans - hant)


def script(text: str) -> Script:
    """The script of a text.

    >>> script("統一戰線"), script("统一战线"), script("2020")
    ('hant', 'hans', 'none')
    """
    total = han(text)
    if not total:
        return "none"
    only_hant, only_hans = _characters()
    hant = sum(map(only_hant.__contains__, text)) / total
    hans = sum(map(only_hans.__contains__, text)) / total
    if hant <= HANT:
        return "hans"
    return "hant" if hans < hant / 2 else "mixed"


def simplified(text: str) -> str:
    """The text in Simplified Chinese, the particle 著 as 着.

    >>> simplified("隨著疫情發展，專著")
    '随着疫情发展，专著'
    """
    return _ZHE.sub("着", _opencc().convert(text))


@cache
def _opencc() -> OpenCC:
    return OpenCC("t2s")


def likened(text: str) -> str:
    """The text with each Traditional character replaced by its first Simplified one: for comparing, never for keeping.

    >>> likened("發佈時間")
    '发布时间'
    """
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    rows = (resources.files("opencc") / "dictionary" / "TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (row.split("\t") for row in rows if "\t" in row)
    return {ord(key): values.split()[0] for key, values in pairs if len(key) == 1} | {ord("佈"): "布", ord("於"): "于"}
