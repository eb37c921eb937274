"""Chinese as found -> its script, and the same text in Simplified without what mirrors put into it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from archive.text import words
from archive.text.document import Script

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{HAN}]+")
# In longer text Han characters are counted by the rows of the basic plane that they fill: ten times as fast (measured).
_SHORT = 32
_HAN_ROWS = bytes((*range(0x34, 0x4D), *range(0x4E, 0xA0), 0xF9, 0xFA))
# Rows that hold others too, and what stands for characters beyond.
_MIXED_ROWS = bytes((0x4D, *range(0xD8, 0xE0)))
# Below this share of Traditional characters a page is not converted: names and quotations in Simplified pages.
HANT = 0.05

_MARKED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
# In every gloss; most pages hold none.
_TONE = re.compile(f"[{_MARKED}]")
# One lower-case syllable with one tone mark, at most six letters, in brackets after a Han character: 統(tǒng).
_SYLLABLE = rf"(?=[a-zü]*[{_MARKED}])[a-zü]*[{_MARKED}][a-zü]*"
# The same replacement on shifted GBK bytes left 格式?jīng)_突: the character is not recoverable.
_BROKEN = re.compile(rf"[?\ufffd]{_SYLLABLE}[)）]")
# Characters that t2s changes and that stand in names; a private one keeps their place.
_IN_NAMES = {"乾": "\ue0f0", "汎": "\ue0f1", "旂": "\ue0f2"}
# Variants that OpenCC leaves: what the first table of variants (1955) has in the place of the usual character.
_VARIANTS = {"揹": "背", "伕": "夫", "姪": "侄", "粧": "妆"}
_RESTORED = str.maketrans({mark: character for character, mark in _IN_NAMES.items()} | _VARIANTS)


def han(text: str) -> int:
    """How many Han characters there are.

    >>> han("统战 2020")
    2
    """
    if len(text) < _SHORT:
        return len("".join(_HAN.findall(text)))
    rows = text.encode("utf-16-be", "surrogatepass")[::2]
    rest = rows.translate(None, _HAN_ROWS)
    if len(rest.translate(None, _MIXED_ROWS)) < len(rest):
        return len("".join(_HAN.findall(text)))
    return len(rows) - len(rest)


def plain(text: str) -> bool:
    """Whether a text has nothing to repair or convert: no Traditional character, and no vowel with a tone.

    >>> plain("统一战线"), plain("統一戰線")
    (True, False)
    """
    return not _characters()[2].search(text)


def pinyin_repaired(text: str) -> str | None:
    """The text without the pinyin that a mirror's converter put after characters; None where there is none.

    A genuine page may gloss a character or a name: the repair wants at least five glosses, and that they are one in a
    hundred characters, or that three characters carry theirs wherever they stand.

    >>> pinyin_repaired("統(tǒng)戰(zhàn)部" * 5)
    '統戰部統戰部統戰部統戰部統戰部'
    """
    if not _TONE.search(text):
        return None
    found = Counter(match[1] for match in _pinyin()[0].finditer(text))
    hits = found.total()
    if hits < 5:
        return None
    always = sum(text.count(character) == count for character, count in found.items() if count > 1)
    if hits / max(1, han(text)) < 0.01 and always < 3:
        return None
    return pinyin_stripped(text)


def pinyin_stripped(text: str) -> str:
    """The text without pinyin after characters, on a page that is past the gate of `pinyin_repaired`."""
    pinyin, neutral = _pinyin()
    return neutral.sub("", pinyin.sub(r"\1", text))


@cache
def _pinyin() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for a Han character with its pinyin, and for the pinyin of the neutral tone behind one.

    The latter has no mark, so it is removed only on pages that are past the gate. Compiling them takes longer than the
    start of a command should.
    """
    neutral = "men|de|le|zhe|ge|ma|ne|ba|me|zi|tou|shang|li"
    return (
        re.compile(rf"([{HAN}])[(（]\s?((?=.{{1,6}}\s?[)）]){_SYLLABLE})\s?[)）]"),
        re.compile(rf"(?<=[{HAN}])[(（](?:{neutral})[)）]"),
    )


def damage(text: str) -> str | None:
    """The first place where a byte-wise replacement destroyed characters, with what stands beside it.

    >>> damage("这一格式?jīng)_突由转换造成")
    '格式?jīng)_突'
    """
    found = _BROKEN.search(text)
    return text[max(0, found.start() - 2) : found.end() + 2] if found else None


@cache
def _characters() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Characters that only Traditional, and that only Simplified text holds, from OpenCC's tables; the former with
    vowels with a tone.
    """

    def changed(name: str) -> set[str]:
        # Beyond the basic plane a pattern would try each by itself; no news is written there.
        return {
            key
            for key, values in dictionary(name).items()
            if key not in values and len(key) == 1 and key < "\U00010000"
        }

    hant, hans = changed("TSCharacters.txt"), changed("STCharacters.txt")
    return _one_of(hant - hans), _one_of(hans - hant), _one_of({*(hant - hans), *_MARKED})


def _one_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words))))


@cache
def dictionary(name: str) -> dict[str, list[str]]:
    """One of OpenCC's tables: each word with its values, best first."""
    # A search starts in less time without `importlib.resources` and OpenCC itself.
    library = find_spec("opencc")
    assert library is not None
    rows = (Path(str(library.origin)).parent / "dictionary" / name).read_text("utf-8").splitlines()
    pairs = (row.strip().split("\t") for row in rows if "\t" in row)
    return {key: values.split(" ") for key, values in pairs}


def script(text: str) -> Script:
    """The script of a text.

    >>> script("統一戰線"), script("统一战线"), script("2020")
    ('hant', 'hans', 'none')
    """
    only_hant, only_hans, _ = _characters()
    found = len(only_hant.findall(text))
    if not found:
        return "hans" if _HAN.search(text) else "none"
    total = han(text)
    if not total:
        return "none"
    hant = found / total
    if hant <= HANT:
        return "hans"
    hans = len(only_hans.findall(text)) / total
    return "hant" if hans < hant / 2 else "mixed"


def simplified(text: str) -> str:
    """The text in Simplified Chinese, the particle 著 as 着; 乾, 汎 and 旂 stay in names.

    >>> simplified("隨著疫情發展，專著"), simplified("唱著歌等著。")
    ('随着疫情发展，专著', '唱着歌等着。')
    >>> simplified("揹著姪子，市政府批覆")
    '背着侄子，市政府批复'
    """
    if any(character in text for character in _IN_NAMES):
        text = words.pattern("wide").sub("泛", words.pattern("dry").sub("干", text))
        for character, mark in _IN_NAMES.items():
            text = text.replace(character, mark)
    text = converted(text).translate(_RESTORED).replace("批覆", "批复")
    return words.pattern("particle").sub("着", text) if "著" in text else text


def converted(text: str) -> str:
    """What OpenCC's t2s gives: the longest phrases first, every other character by itself."""
    phrases, table = _conversion()
    # Every second piece is a phrase that was found, as it is to read.
    pieces = [text]
    for pattern, values in phrases:
        if pattern.search(text):
            for index in range(len(pieces) - 1, -1, -2):
                parts = pattern.split(pieces[index])
                parts[1::2] = [values[part][0] for part in parts[1::2]]
                pieces[index : index + 1] = parts
    pieces[::2] = [piece.translate(table) for piece in pieces[::2]]
    return "".join(pieces)


@cache
def _conversion() -> tuple[list[tuple[re.Pattern[str], dict[str, list[str]]]], dict[int, str]]:
    """OpenCC's dictionaries, compiled: a pattern for each length of phrases, and a table of characters."""
    values = dictionary("TSPhrases.txt")
    lengths = sorted(set(map(len, values)), reverse=True)
    phrases = [
        (re.compile(f"({'|'.join(re.escape(word) for word in sorted(values) if len(word) == length)})"), values)
        for length in lengths
    ]
    return phrases, {ord(key): found[0] for key, found in dictionary("TSCharacters.txt").items()}


def likened(text: str) -> str:
    """The text with each Traditional character replaced by its first Simplified one: for comparing, never for keeping.

    >>> likened("發佈時間")
    '发布时间'
    """
    pattern, table = _likeness()
    # What becomes another key is replaced after that one: 薴 becomes 苧, which becomes 苎 where it stands itself.
    for character in sorted(set(pattern.findall(text)), key=lambda one: table[one] in table):
        text = text.replace(character, table[character])
    return text


@cache
def _likeness() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern for Traditional characters, see `_characters`, and of each its first Simplified one."""
    table = {chr(code): simple for code, simple in _conversion()[1].items()} | {"佈": "布", "於": "于"}
    table = {key: simple for key, simple in table.items() if key != simple and key < "\U00010000"}
    return _one_of(table), table
