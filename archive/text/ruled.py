"""What a site file says of a page's fields -> a Document with these fields, and the words that they were read from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from lxml.etree import XPath, tostring
from lxml.html import HtmlElement

from archive.site import PATTERN, Reading
from archive.text import dates, fields
from archive.text.blocks import fold
from archive.text.chinese import han, simplified
from archive.text.decode import parse
from archive.text.document import Document, Skip
from archive.text.page import selected

# A pattern sees this much of a line at most: one that is badly written must not run for ever on a long one.
LINE = 300
_LABEL = re.compile(r"^[一-鿿 ]{1,8}[:：]\s*+")
_NAMED = ("source", "author", "editor")
# What a page shows: a script that writes a label holds the label, too.
seen = XPath(".//text()[not(parent::script or parent::style or parent::noscript or parent::template)]")


def without(html: str, reading: Reading | None) -> tuple[str, tuple[str, ...]]:
    """The page without what `drop` finds, and the lines that stood there."""
    root = parse(html) if reading is not None and reading.drop else None
    if root is None or reading is None:
        return html, ()
    dropped: list[str] = []
    for rule in reading.drop:
        for element in list(_found(root, rule)):
            if element.getparent() is not None:
                dropped += _lines(element)
                element.drop_tree()
    return (str(tostring(root, encoding="unicode", method="html")), tuple(dropped)) if dropped else (html, ())


def apply(document: Document | Skip, html: str, reading: Reading | None, dropped: Sequence[str]) -> Document | Skip:
    """The document with the fields that the era's rules find, and without the lines that hold them alone."""
    if reading is None or isinstance(document, Skip):
        return document
    if not any(getattr(reading, name) for name in ("date", "columns", "drop", *_NAMED)):
        return document
    root = parse(html)
    found = {name: words for name in (*_NAMED, "columns", "date") if (words := _words(root, getattr(reading, name)))}
    document = _named(document, found)
    if "date" in found and (day := dates.read(simplified(found["date"]), loose=True)):
        document = dated(document, day, found["date"], "site")
    held = {simplified(words) for words in found.values()}
    lines = document.text.split("\n")
    gone = [index for index, line in enumerate(lines) if line in held]
    document = replace(document, removed=(*document.removed, *(("site", line) for line in dropped)))
    return cut(document, gone, "site")


def cut(document: Document, gone: Sequence[int], rule: str) -> Document:
    """The document without some lines of its text, which are in `removed` by a rule."""
    lines = document.text.split("\n")
    text = _except(lines, gone)
    original = document.text_original
    return replace(
        document,
        text=text,
        text_original=original and _except(original.split("\n"), gone),
        han=han(text),
        removed=(*document.removed, *((rule, lines[index]) for index in gone)),
    )


def _except(lines: Sequence[str], gone: Sequence[int]) -> str:
    return "\n".join(line for index, line in enumerate(lines) if index not in gone)


def _named(document: Document, found: Mapping[str, str]) -> Document:
    """The document with the names and the columns that were found."""
    values: dict[str, Any] = {
        name: value for name in _NAMED if (value := _LABEL.sub("", simplified(found.get(name, ""))).strip())
    }
    if columns := fields.columns(simplified(found.get("columns", "")), document.title):
        values["columns"] = columns
    return document.stating(values, ((name, f"site: {found[name]}") for name in values))


def dated(document: Document, day: str, words: str, rule: str) -> Document:
    """The document of a day that a rule read, unless the page was there before it."""
    if document.captured is not None and day[:10] > (document.captured + dates.AHEAD).isoformat()[:10]:
        return document
    document = document.without("date_conflict", "date_implausible")
    return replace(document, published=day, published_claimed=None, published_evidence=f"{rule}: {words}")


def leads(root: HtmlElement, rule: str) -> list[str]:
    """The addresses, as written, of the links that a rule finds: by a selector, or a pattern in the address itself."""
    if rule.startswith(PATTERN):
        written = [str(a.get("href") or "") for a in root.iter("a")]
        return [href for href in written if _pattern(rule).search(href[:LINE])]
    return [str(element.get("href")) for element in selected(root, rule) if element.get("href")]


def _words(root: HtmlElement | None, rule: str | None) -> str:
    """What a rule finds first, as one line; empty where it finds nothing."""
    if rule is None or root is None:
        return ""
    if rule.startswith(PATTERN):
        matches = (_pattern(rule).search(line[:LINE]) for line in _lines(root))
        match = next(filter(None, matches), None)
        return fold(match[1 if match.lastindex else 0]) if match else ""
    elements = selected(root, rule)
    if not elements:
        return ""
    stated: str | None = elements[0].get("content") or elements[0].get("datetime")
    return stated or fold("".join(seen(elements[0])))


def _found(root: HtmlElement, rule: str) -> Iterator[HtmlElement]:
    """The elements that a rule finds: by a selector, or the innermost whose own line a pattern finds."""
    if not rule.startswith(PATTERN):
        yield from selected(root, rule)
        return
    for element in root.iter("p", "div", "li", "td", "span"):
        inner = next(element.iter("p", "div", "li", "td"), None) is element or element.tag == "span"
        if inner and len(element) < 20 and _pattern(rule).search(fold("".join(seen(element)))[:LINE]):
            yield element


def _lines(root: HtmlElement) -> list[str]:
    """The lines of text below an element, a line an element that holds text of its own."""
    return [line for text in seen(root) if (line := fold(text))]


@cache
def _pattern(rule: str) -> re.Pattern[str]:
    return re.compile(rule.removeprefix(PATTERN))
