"""An outline -> how each of its lines is set: how large, how bold, whether in the middle.

Style sheets of other files are not read; a page made by hand says in its tags how a title shall look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import NamedTuple

from archive.text.blocks import EDGE, fold
from archive.text.markup import CLOSES, VOID, attributes
from archive.text.outline import Outline

# The size of text that nothing sets (pixels), and those of `size` in `font`, and of headings.
PLAIN = 16.0
_SIZES = (10.0, 10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0)
_NAMED = {
    **{f"h{level}": size for level, size in enumerate((32.0, 24.0, 18.7, 16.0, 13.3, 10.7), 1)},
    "x-small": 10.0,
    "small": 13.0,
    "medium": PLAIN,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
# So many texts are looked at for the one with which a line begins.
AHEAD = 100
# Elements nested deeper look like those around them.
DEEP = 200
# No more of a style sheet is read, and no longer rules (characters).
SHEET, SELECTORS, STYLE = 100_000, 200, 600

# Which elements a rule is for: those of a class or an id, wherever they stand; those of a tag, not inside of others.
_SELECTED = re.compile(r"(?:.*[\s>]|\w*)([.#][A-Za-z_][\w-]*)|([A-Za-z][A-Za-z0-9]*)")
_SIZE = re.compile(
    r"font(?:-size)?\s*:[^;]{0,40}?(?:([\d.]{1,6})\s*(px|pt|r?em|%)|(x-small|small|medium|x?x-large|large))"
)
_BOLD = re.compile(r"font(?:-weight)?\s*:[^;]{0,20}?(?:bold|[6-9]00)")
_CENTRED = re.compile(r"text-align\s*:\s*center")
_UNITS = {"px": 1.0, "pt": 4 / 3, "rem": PLAIN}
_BOLD_TAGS = frozenset(("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"))
# Other tags change no look without attributes that say so.
_SET = _BOLD_TAGS | {"center", "table", "font"}


class Look(NamedTuple):
    """How a text is set: its size in pixels, whether bold, whether in the middle."""

    size: float = PLAIN
    bold: bool = False
    centred: bool = False

    def above(self, other: Look) -> float:
        """How far this look stands out from another; 0 where it does not."""
        larger = self.size / other.size - 1
        if larger < -0.05:
            return 0.0
        return max(0.0, larger) + 0.3 * (self.bold > other.bold) + 0.2 * (self.centred > other.centred)


def looks(outline: Outline, end: int | None = None) -> list[Look]:
    """The look of each block, up to the one that is numbered `end`: that of its first text, plain where that is not
    found again.
    """
    shown = ((text, look) for text, look in _texts(outline) if text and not text.isspace())
    source = ((line, look) for text, look in shown if (line := fold(unescape(text).replace(EDGE, ""))))
    texts: list[tuple[str, Look]] = []
    found: list[Look] = []
    at = 0
    for block in outline.blocks[:end]:
        texts.extend(islice(source, max(0, at + AHEAD - len(texts))))
        begins = (i for i in range(at, min(len(texts), at + AHEAD)) if _begins(block.text, texts[i][0]))
        if (first := next(begins, None)) is None:
            found.append(Look())
        else:
            found.append(texts[first][1])
            # One text may hold several lines.
            at = first + (len(texts[first][0]) <= len(block.text))
    return found


def _begins(line: str, text: str) -> bool:
    """Whether a line begins with a text, or the text holds it."""
    return line.startswith(text) if len(text) <= len(line) else line in text


def _texts(outline: Outline) -> Iterator[tuple[str, Look]]:
    """Each text between tags as written, with its look."""
    sheet = _sheet(outline.sheet[:SHEET])
    names, seen = [""], [Look()]
    # The elements of a page are written alike, again and again.
    known: dict[tuple[str, str, Look], Look] = {}
    rest = iter(outline.pieces[1:])
    for start, inner, content, end, after in zip(rest, rest, rest, rest, rest, strict=True):
        if end is not None:
            _close(names, seen, end[1:].lower())
        else:
            name = start.lower()
            while names[-1] in CLOSES.get(name, ()):
                names.pop()
                seen.pop()
            around = seen[-1]
            if (look := known.get((name, inner, around))) is None:
                look = known[name, inner, around] = _look(name, inner, around, sheet)
            if content is not None:
                yield content, look
            elif name not in VOID and not inner.endswith("/>") and len(names) < DEEP:
                names.append(name)
                seen.append(look)
        yield after, seen[-1]


def _close(names: list[str], seen: list[Look], name: str) -> None:
    """End the open elements up to the one that an end tag names, if there is one."""
    if name and name in names:
        while names.pop() != name:
            seen.pop()
        seen.pop()


def _look(name: str, inner: str, around: Look, sheet: dict[str, str]) -> Look:
    """The look of an element, inside one of another look."""
    lower = inner.lower()
    # Names change a look by a style sheet alone.
    written = "style" in lower or "align" in lower or (bool(sheet) and ("class" in lower or "id" in lower))
    if not written and name not in _SET and name not in sheet:
        return around
    said = attributes(inner) if written or name == "font" else {}
    names = (name, *(f".{one}" for one in said.get("class", "").split()), f"#{said.get('id', '')}") if sheet else ()
    styles = ";".join([*(sheet[one] for one in names if one in sheet), said.get("style", "")]).lower()
    size = _NAMED.get(name, around.size)
    if name == "font" and (step := said.get("size", "").strip()).lstrip("+-").isdecimal():
        number = int(step) + 3 if step[0] in "+-" else int(step)
        size = _SIZES[max(1, min(number, 7))]
    centred = name == "center" or said.get("align", "").lower() == "center" or _CENTRED.search(styles) is not None
    return Look(
        size=_sized(styles, size, around.size),
        bold=name in _BOLD_TAGS or _BOLD.search(styles) is not None or around.bold,
        # Tables do not inherit it.
        centred=centred or ("align" not in said and name != "table" and around.centred),
    )


def _sized(styles: str, size: float, around: float) -> float:
    """The size that the last style says; `around`: that of the text around."""
    for number, unit, named in _SIZE.findall(styles):
        if named:
            size = _NAMED[named]
        elif number.count(".") <= 1 and number != ".":
            scale = {"em": around, "%": around / 100}.get(unit) or _UNITS[unit]
            size = float(number) * scale
    return size or PLAIN


def _sheet(sheet: str) -> dict[str, str]:
    """What the rules of a style sheet say of tags, classes and ids."""
    found: dict[str, str] = {}
    for rule in sheet.split("}"):
        before, _, style = rule.rpartition("{")
        # A rule may stand inside of another: @media screen { p { ... } }.
        selectors = before.rpartition("{")[2]
        if len(style) > STYLE or len(selectors) > SELECTORS or not ("font" in style or "text-align" in style):
            continue
        for selector in selectors.split(","):
            if named := _SELECTED.fullmatch(selector.strip()):
                name = named[1] or named[2].lower()
                found[name] = f"{found.get(name, '')};{style}"
    return found
