"""Characters of a page -> its tags and texts in order, with the rules by which tags end one another.

One pass of regular expressions in place of a tree: on real pages libxml2 takes twice as long to build a tree as all the
reading here takes (measured). Where tags are left open they nest as libxml2's HTML parser nests them; a test compares.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NamedTuple

# What stands in a tag after its name; a value in quotes may hold ">". Possessive: nothing is tried twice.
_VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))"""
# Most values stand in double quotes, right behind their sign: these are tried first.
_USUAL = '[^>=]*+(?:="[^"]*+"[^>=]*+)*+'
_INSIDE = rf"""(?:>|{_USUAL}(?:>|(?:=(?:{_VALUE}|\s++{_VALUE}?+|)[^>=]*+)*+(?:>|\Z)))"""
# A tag that begins an element, with all of it where that is text alone; else one that ends an element, or none.
_TAG = re.compile(
    rf"<(?:([a-zA-Z][^ \t\n\r\f/>]*+)({_INSIDE})(?:(?<!/>)([^<]*+)</\1>)?+|(/[a-zA-Z][^ \t\n\r\f/>]*+|[!?/]){_INSIDE})"
)
# Comments, and elements whose content is characters, whatever it looks like (HTML 13.2.6.2): of these the name, the
# attributes, the content and the end tag. `<!-->` and `<!--->` are whole comments.
_OPAQUE = re.compile(
    # Two letters tell them from most tags.
    r"<(?=[!sStTiInNxX][-cCtTeEiIfFoOmM])(?:!--(?:-?>|!>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?>|\Z))"
    rf"|((?ai:script|style|textarea|title|iframe|noembed|noframes|xmp))(?=[\s/>])({_INSIDE})"
    rf"([^<]*+(?:<(?!/(?ai:\1)[\s/>])[^<]*+)*+)(</(?ai:\1){_INSIDE}|\Z))"
)
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
    pieces = iter(_OPAQUE.split(html))
    kept = [next(pieces)]
    scripts: dict[int, str] = {}
    json: list[str] = []
    sheets: list[str] = []
    for written, inner, content, closing, after in zip(pieces, pieces, pieces, pieces, pieces, strict=True):
        name = (written or "").lower()
        if name == "script":
            scripts[len(kept)] = content
            kept.append("")
            json += [content] if "json" in inner else []
        elif name == "style":
            sheets.append(content)
        elif name:
            kept += ("<", written, inner, content.replace("<", "&lt;") if name in _SHOWN else "", closing)
        kept.append(after)
    said = "\n".join(scripts.values())
    for place in filter(lambda place: _plays(scripts[place]), scripts if _plays(said) else ()):
        kept[place] = "<script plays></script>"
    rest = "".join(kept)
    if "\r" in rest:
        rest = rest.replace("\r\n", "\n").replace("\r", "\n")
    return Tokens(_TAG.split(rest), json, said, "".join(sheets))


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
