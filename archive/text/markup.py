"""Characters of a page -> its tags and texts in order, with the rules by which tags end one another.

One pass of regular expressions in place of a tree: on real pages libxml2 takes twice as long to build a tree as all the
reading here takes (measured). Where tags are left open they nest as libxml2's HTML parser nests them; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

# What stands in a tag after its name; a value in quotes may hold ">". Possessive: nothing is tried twice.
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))"""
_INSIDE = rf"""(?:>|[^>=]*+(?:=(?:{_VALUE}|\s++{_VALUE}?+|)[^>=]*+)*+(?:>|\Z))"""
# A tag that begins an element, with all of it where that is text alone; else one that ends an element, or none.
_TAG = re.compile(
    rf"<(?:([a-zA-Z][^ \t\n\r\f/>]*+)({_INSIDE})(?:(?<!/>)([^<]*+)</\1>)?+|(/[a-zA-Z][^ \t\n\r\f/>]*+|[!?/]){_INSIDE})"
)
# Comments, and elements whose content is characters, whatever it looks like (HTML 13.2.6.2).
_OPAQUE = re.compile(
    # Two letters tell them from most tags.
    r"<(?=[!sStTiInNxX][-cCtTeEiIfFoOmM])(?:!--|((?ai:script|style|textarea|title|iframe|noembed|noframes|xmp))"
    rf"(?=[\s/>])({_INSIDE}))"
)
_END_OF_COMMENT = re.compile(r"--!?>")
_ENDS = {
    name: re.compile(rf"</{''.join(f'[{c}{c.upper()}]' for c in name)}(?=[\s/>]){_INSIDE}")
    for name in ("script", "style", "textarea", "title", "iframe", "noembed", "noframes", "xmp")
}
# Of these the content is text that a reader sees.
_SHOWN = frozenset(("title", "xmp"))
_FILM = re.compile(r"\.(?:mp4|flv|m3u8|swf|pdf)\b")
_NEW_PLAYER = re.compile(r"new \w{0,20}Player\(")
_ATTRIBUTE = re.compile(
    r"""([^\s=/>"'][^\s=/>]*+)(?:\s*+=\s*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^\s>]*+)))?+""",
)
# Elements without content: those of libxml2, and those that HTML got later.
_VOID = "area base basefont bgsound br col embed frame hr img input isindex keygen link meta param source track wbr"
VOID = frozenset(_VOID.split())

# Tags -> those that they end where one of them is the innermost open: what libxml2 2.14 does.
_CLOSES = """
h1 h2 h3 h4 h5 h6 blockquote dir div frameset hr listing ol title xmp caption: p
address menu pre: p ul
col: caption p
a: a
center: b font i p
colgroup: caption colgroup p
dd dl: address dir dt listing menu p pre
dt: address dd dir listing menu p pre
fieldset: a h1 h2 h3 h4 h5 h6 legend listing p pre
form: address dir dl form h1 h2 h3 h4 h5 h6 listing menu ol p pre ul
li: address dl h1 h2 h3 h4 h5 h6 li listing p pre
optgroup option: option
p: b big h1 h2 h3 h4 h5 h6 i p s small strike tt u
table: a h1 h2 h3 h4 h5 h6 listing p pre
tbody: caption colgroup p tbody td tfoot th thead tr
td th: a b font i p span td th u
tfoot: caption colgroup p tbody td th thead tr
thead: caption colgroup
tr: caption colgroup p td th tr
ul: address dir listing menu p pre
"""
CLOSES = {
    name: frozenset(ended.split())
    for names, _, ended in (row.partition(": ") for row in _CLOSES.split("\n"))
    for name in names.split()
}
# An end tag passes over open elements of this rank or less: </div> ends no cell, </b> no box.
RANKS = {
    "div": 150,
    "td": 160,
    "th": 160,
    "tr": 170,
    "thead": 180,
    "tbody": 180,
    "tfoot": 180,
    "table": 190,
    "head": 200,
    "body": 200,
    "html": 220,
}
RANK = 100


class Tokens(NamedTuple):
    """A page cut at its tags.

    Attributes:
        pieces: a text, then of each tag five: the name, as written, that begins an element, its attributes, its content
            where that is text alone; or the name that ends an element, with "/" before it, for what is no element its
            first sign; the text behind. What does not apply is None.
        json: contents of scripts that hold data.
        scripts, sheet: contents of all scripts, and of all style sheets.
    """

    pieces: list[str | Any]
    json: list[str]
    scripts: str
    sheet: str


def tokens(html: str) -> Tokens:
    """Cut a page at its tags; comments, scripts and style sheets are gone, and what is like them is empty."""
    kept: list[str] = []
    scripts: dict[int, str] = {}
    json: list[str] = []
    sheets: list[str] = []
    for before, name, tag, content, closing in _opaque(html):
        kept.append(before)
        if name == "script":
            scripts[len(kept)] = content
            kept.append("")
            json += [content] if "json" in tag else []
        elif name == "style":
            sheets.append(content)
        elif name:
            kept += (tag, content.replace("<", "&lt;") if name in _SHOWN else "", closing)
    said = "\n".join(scripts.values())
    for place in filter(lambda place: _plays(scripts[place]), scripts if _plays(said) else ()):
        kept[place] = "<script plays></script>"
    rest = "".join(kept)
    if "\r" in rest:
        rest = rest.replace("\r\n", "\n").replace("\r", "\n")
    return Tokens(_TAG.split(rest), json, said, "".join(sheets))


def _opaque(html: str) -> Iterator[tuple[str, str, str, str, str]]:
    """The comments, and the elements whose content is characters: what stands before each, its name in lower case, its
    tag, its content and its end tag; of comments the first alone. At last the rest.
    """
    end = 0
    while found := _OPAQUE.search(html, end):
        before = html[end : found.start()]
        if found[1] is None:
            end = _end_of_comment(html, found.end())
            yield before, "", "", "", ""
            continue
        name = found[1].lower()
        closing = _ENDS[name].search(html, found.end())
        content = html[found.end() : closing.start() if closing else len(html)]
        end = closing.end() if closing else len(html)
        yield before, name, found[0], content, closing[0] if closing else ""
    yield html[end:], "", "", "", ""


def _end_of_comment(html: str, after: int) -> int:
    """Where a comment ends whose content begins at a place; `<!-->` and `<!--->` are whole comments."""
    if html.startswith((">", "->", "!>"), after):
        return html.index(">", after) + 1
    closing = _END_OF_COMMENT.search(html, after)
    return closing.end() if closing else len(html)


def _plays(script: str) -> bool:
    """Whether a script shows a film or a document where it stands."""
    if "swfobject" in script or "howVsbVideo" in script or _FILM.search(script):
        return True
    return "Player" in script and ("createPlayer" in script or _NEW_PLAYER.search(script) is not None)


def attributes(inside: str) -> dict[str, str]:
    """The attributes of a tag, names in lower case; of two with one name the first.

    >>> attributes(' CLASS="a b" id=c hidden>')
    {'class': 'a b', 'id': 'c', 'hidden': ''}
    """
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside):
        value = double or single or bare
        found.setdefault(name.lower(), unescape(value) if "&" in value else value)
    return found
