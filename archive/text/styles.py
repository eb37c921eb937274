"""A style sheet -> the addresses in it, found and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# A value in quotation marks, or up to the closing parenthesis; bounded, so that no style sheet makes it slow.
_URL = re.compile(r"""url\(\s{0,20}("[^"\n]{0,4000}"|'[^'\n]{0,4000}'|[^)"'\s]{0,4000})\s{0,20}\)""", re.IGNORECASE)
_IMPORT = re.compile(r"""@import\s{1,20}("[^"\n]{0,4000}"|'[^'\n]{0,4000}')""", re.IGNORECASE)
# So much of a sheet is looked back at from a `url(` for the word that makes it another sheet's.
_LOOK_BACK = 30


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
