"""Text of a page -> the blocks that it shows: lines and paragraphs, folded as a reader sees them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Literal, NamedTuple, TypeAlias

from archive.text.chinese import HAN

# Ends a run among runs; no page holds it, as the mark of edges.
END_OF_RUN = "\x1e"
# Marks in a run of text where an inline element begins or ends; no page holds it, see decode.
EDGE = "\x1f"
# A run of text: as written, characters of link text, the number of its element, whether it stands beside articles.
Run: TypeAlias = tuple[str, int, int, bool]
# A line that says who and when is not longer (characters).
_DATELINE = 400

Kind = Literal["heading", "item", "cell", "caption", "text"]
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dd", "dt"), "item"),
    **dict.fromkeys(("td", "th"), "cell"),
    "figcaption": "caption",
}

_CJK = f"{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—"
_WRAPPED = re.compile(rf"(?<=[{_CJK}])[ \t]*\n\s*(?=[{_CJK}])")
# Invisible characters, and those that no XML may hold: character references bring them.
_NOTHING = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ud800-\udfff\ufeff\ufffe\uffff]"
)
# Private use (icon fonts, Word's bullets), Kangxi radicals, compatibility forms, and dots other than that of names.
_ODD = re.compile(rf"[\ue000-\uf8ff\u2f00-\u2fd5\uf900-\ufaff]|(?<=[{HAN}])[\u2022\u2027\u30fb](?=[{HAN}])")
# Where neither matches, there is nothing to mend.
_STRANGE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ud800-\uf8ff\ufeff\ufffe\uffff"
    "\u2f00-\u2fd5\uf900-\ufaff\u2022\u2027\u30fb]"
)
# Word sets the digits of a day in elements of their own.
_AT_DIGIT = re.compile(rf"{EDGE}(?:(?=\d)|(?<=\d.))")
_IN_DAY = re.compile(rf"(?<=\d){EDGE}*([-/.:年月]){EDGE}*(?=\d)|(?<=\d){EDGE}+(?=[年月日])")
_BULLETS = "\uf0b7\uf06c\uf0a7\uf0d8\uf075\uf06e"
# Paragraphs that are told apart by their indent alone: two wide spaces, or four hard ones.
_INDENT = re.compile(r"(?:[\u3000\u2003][^\S\u3000\u2003]*+){2,}|(?:\xa0[ \t]*){4,}")
_WIDE_SPACES = ("\u3000", "\u2003", "\xa0\xa0", "\xa0 \xa0")
_ENDS = "。！？!?…；;：:”」』）)】"


class Block(NamedTuple):
    """One line or paragraph as it stands on the page.

    Attributes:
        text: white space folded; never empty.
        links: characters of it that are link text.
        element: the number of the innermost element with a line of its own that holds the whole block.
        kind: `heading`, `item` of a list, `cell` of a table, `caption` of a picture, else `text`.
        spaced: the text with a space where an inline element begins or ends: boxes that styles hold apart.
        size: characters without spaces.
        linked: the share of it that is link text, 0 to 1.
        aside: whether it stands in a box that is named for comments, navigation and the like.
    """

    text: str
    links: int
    element: int
    kind: Kind
    spaced: str
    size: int
    linked: float
    aside: bool


def fold(text: str) -> str:
    r"""White space as a reader sees it: runs become one space, those of wrapped Chinese source none; ends are cut.

    >>> fold("\u3000\u3000统战工作\n   会议  2020年")
    '统战工作会议 2020年'
    """
    if _STRANGE.search(text):
        text = _ODD.sub(_usual, _NOTHING.sub("", text))
    if "\n" in text:
        text = _WRAPPED.sub("", text)
    return " ".join(text.split())


def _usual(match: re.Match[str]) -> str:
    """The usual character for an odd one."""
    odd = match[0]
    if "\ue000" <= odd <= "\uf8ff":
        return "·" if odd in _BULLETS else ""
    return "·" if odd in "\u2022\u2027\u30fb" else unicodedata.normalize("NFKC", odd)


def blocks_of(runs: Sequence[Run], tags: Sequence[str]) -> tuple[list[Block], list[int]]:
    """Runs of text -> their lines as blocks, and for each run the number of its first block; then how many there are.

    Runs hold marks where inline elements begin or end; `tags` are the names of the elements that hold them, by number.
    """
    found: list[Block] = []
    starts: list[int] = []
    whole = END_OF_RUN.join([run[0] for run in runs])
    if "&" in whole:
        # The commonest, which `unescape` would look up one by one.
        whole = unescape(whole.replace("&nbsp;", "\xa0").replace("&emsp;", "\u2003"))
    if _STRANGE.search(whole):
        whole = _ODD.sub(_usual, _NOTHING.sub("", whole))
    parted = "\r" in whole or any(space in whole for space in _WIDE_SPACES)
    for marked, (_, links, holder, aside) in zip(whole.split(END_OF_RUN), runs, strict=False):
        starts.append(len(found))
        # The mark of edges is white space to Python.
        trimmed = marked.strip()
        if not trimmed:
            continue
        if parted and (lines := _parted(trimmed, marked)) is not None:
            led = _led(lines, links, marked)
            found += [
                _block(line, line, len(line) * (line in led), holder, tags[holder], aside=aside) for line in lines
            ]
            continue
        line, spaced = _line(trimmed)
        if line:
            found.append(_block(line, spaced, links, holder, tags[holder], aside=aside))
    starts.append(len(found))
    return found, starts


def _led(lines: list[str], links: int, marked: str) -> Sequence[str]:
    """The lines of a parted run that are links: all, or the one that is an inline element of their size."""
    if links >= sum(map(len, lines)) * 0.9:
        return lines
    return [fold(part) for part in marked.split(EDGE) if 0 < links == len(part.strip())]


def _block(line: str, spaced: str, links: int, holder: int, tag: str, *, aside: bool) -> Block:
    size = len(line) - line.count(" ")
    linked = links / size if links < size else float(links > 0)
    # A third of the time of a call (measured).
    return _new(Block, (line, links, holder, _KINDS.get(tag, "text"), spaced, size, linked, aside))


_new = tuple.__new__


def _line(trimmed: str) -> tuple[str, str]:
    """A run's line, and the same with spaces where inline elements begin or end."""
    edged = EDGE in trimmed
    line = trimmed.replace(EDGE, "") if edged else trimmed
    line = fold(line) if "\n" in line else " ".join(line.split())
    if not edged or len(trimmed) > _DATELINE:
        return line, line
    apart = _IN_DAY.sub(r"\1", trimmed) if _AT_DIGIT.search(trimmed) else trimmed
    return line, " ".join(apart.replace(EDGE, " ").split())


def _parted(trimmed: str, marked: str) -> list[str] | None:
    """The lines of a run that is parted by breaks or indents; None where it is one."""
    if "\r" not in trimmed and not (
        ("\u3000" in trimmed or "\xa0" in trimmed or "\u2003" in trimmed) and _INDENT.search(trimmed)
    ):
        return None
    lines = [line for line in map(fold, _paragraphs(marked.replace(EDGE, ""))) if line]
    return None if len(lines) == 1 else lines


def _paragraphs(raw: str) -> Iterator[str]:
    """Text without markup between -> paragraphs: cut at indents that begin one."""
    start = 0
    if raw.count("\r") > 1:
        raw = _retyped(raw)
    for match in _INDENT.finditer(raw) if any(space in raw for space in _WIDE_SPACES) else ():
        gap = raw[start : match.start()]
        before = gap.rstrip()
        if before and ("\n" in gap[len(before) :] or "\n" in match[0] or before[-1] in _ENDS):
            yield before
            start = match.end()
    yield from raw[start:].split("\r")


def _retyped(raw: str) -> str:
    """Typed text, lines of one length, each paragraph with an indent: its other breaks are no more than white space."""
    lines = [line for line in raw.split("\r") if line.strip()]
    begun = sum(line[0] in _WIDE_SPACES for line in lines)
    if not 1 < begun < len(lines):
        return raw
    return "".join(f"\r{line}" if line[0] in _WIDE_SPACES else f"\n{line}" for line in lines)
