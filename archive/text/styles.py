"""A style sheet -> the addresses in it, found and replaced, and what it shows on narrow screens alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# A value in quotation marks, or up to the closing parenthesis; bounded, so that no style sheet makes it slow.
_URL = re.compile(r"""url\(\s{0,20}("[^"\n]{0,4000}"|'[^'\n]{0,4000}'|[^)"'\s]{0,4000})\s{0,20}\)""", re.IGNORECASE)
_IMPORT = re.compile(r"""@import\s{1,20}("[^"\n]{0,4000}"|'[^'\n]{0,4000}')""", re.IGNORECASE)
# So much of a sheet is looked back at from a `url(` for the word that makes it another sheet's.
_LOOK_BACK = 30
# Widths of screens, in pixels of CSS.
WIDE, NARROW = 1280, 375
# So many characters of a page's style sheets are read, and of a rule's declarations.
SHEETS = 200_000
_SHEET = re.compile(r"<style\b([^<>]{0,300})>", re.IGNORECASE)
_SHEET_END = "</style"
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_WIDTH = re.compile(r"(min|max)-(?:device-)?width\s{0,5}:\s{0,5}(\d{1,5})(?:\.\d{1,3})?\s{0,5}px", re.IGNORECASE)
_DISPLAY = re.compile(r"(?<![\w-])display\s{0,5}:\s{0,5}([\w-]{1,20})", re.IGNORECASE)
_SIMPLE = re.compile(r"\w{0,20}[.#][\w-]{1,60}")


def replaced(text: str, turn: Callable[[str], str | None]) -> str:
    """A style sheet with its addresses replaced; where `turn` gives None, what stood there stays.

    >>> replaced("@import 'b.css'; a{background:url( x.gif )}", lambda address: "/" + address)
    '@import "/b.css"; a{background:url("/x.gif")}'
    """

    def turned(found: re.Match[str]) -> str:
        address = found[1].strip("\"' ")
        there = turn(address) if address else None
        if there is None:
            return found[0]
        quoted = '"' + there.replace('"', "%22") + '"'
        return f"url({quoted})" if found[0][:4].lower() == "url(" else f"@import {quoted}"

    return _IMPORT.sub(turned, _URL.sub(turned, text))


def addresses(text: str) -> Iterator[tuple[str, bool]]:
    """Each address in a style sheet, as written, and whether it is that of a further style sheet.

    >>> list(addresses("@import 'b.css'; @import url(c.css); a{background:url(x.gif)}"))
    [('b.css', True), ('c.css', True), ('x.gif', False)]
    """
    for found in _IMPORT.finditer(text):
        yield found[1].strip("\"' "), True
    for found in _URL.finditer(text):
        before = text[max(found.start() - _LOOK_BACK, 0) : found.start()]
        yield found[1].strip("\"' "), before.rstrip().lower().endswith("@import")


def narrow_only(html: str) -> frozenset[str]:
    """The selectors of one class or id that a page's style sheets hide on wide screens and show on narrow ones.

    >>> sheet = ".m,#b{display:none}@media(max-width:768px){.pc{display:none}.m{display:block}}"
    >>> sorted(narrow_only(f"<style>{sheet}</style>"))
    ['.m']
    >>> sorted(narrow_only("<style media='(min-width: 769px)'>div.m{display:none}</style>"))
    ['div.m']
    """
    if "@media" not in html and "media=" not in html:
        return frozenset()
    shown: dict[int, dict[str, bool]] = {WIDE: {}, NARROW: {}}
    for query, selector, hidden in _displays(html):
        for width, rules in shown.items():
            if _applies(query, width):
                rules[selector] = not hidden
    return frozenset(selector for selector, on in shown[WIDE].items() if not on and shown[NARROW].get(selector, True))


def _displays(html: str) -> Iterator[tuple[str, str, bool]]:
    """What the style sheets in a page say of `display`: a query of media, a simple selector, whether it is hidden."""
    left = SHEETS
    for begin in _SHEET.finditer(html):
        if left <= 0:
            return
        last = begin.end() + left
        end = html.find(_SHEET_END, begin.end(), last)
        sheet = html[begin.end() : end if end >= 0 else last]
        left -= len(sheet)
        yield from _rules(_COMMENT.sub("", sheet), begin[1] if "media" in begin[1].lower() else "")


def _rules(sheet: str, around: str) -> Iterator[tuple[str, str, bool]]:
    """The same of one sheet, whose media its element may name."""
    query = around
    for piece in sheet.split("}"):
        *openings, said = piece.split("{")
        media = [opening for opening in openings[:-1] if "@media" in opening]
        # A bracket behind that of a rule ends the query.
        query = around if not openings else f"{around} {media[-1]}" if media else query
        if openings and (found := _DISPLAY.search(said)):
            simple = filter(_SIMPLE.fullmatch, map(str.strip, openings[-1].split(",")))
            yield from ((query, selector, found[1].lower() == "none") for selector in simple)


def _applies(query: str, width: int) -> bool:
    """Whether a query of media holds for a screen of a width.

    >>> _applies("@media print", 1280), _applies("@media screen and (max-width: 768px)", 375), _applies("", 375)
    (False, True, True)
    """
    bounds = [(how.lower() == "min", int(size)) for how, size in _WIDTH.findall(query)]
    return "print" not in query and all(width >= size if least else width <= size for least, size in bounds)
