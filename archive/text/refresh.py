"""A page that leads on by itself -> the address to which it leads, by a refresh or by a script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from archive.text.markup import attributes

# A page that only leads on is shorter than this many characters.
_STUB_CHARS = 2048
_META = re.compile(r"<meta([^<>]*+)", re.IGNORECASE)
# What a browser with scripts passes over.
_UNSEEN = re.compile(r"<!--(?:[^-]++|-(?!->))*+|<noscript(?:[^<]++|<(?!/noscript))*+", re.IGNORECASE)
# 'list.asp?ym='+this.value is only a piece of an address.
_MOVES = re.compile(
    r"(?:window|self|top|parent|document)?\.?location(?:\.href|\.replace|\.assign)?\s*(?:=|\()\s*['\"]([^'\"]{1,300})['\"](?!\s{0,3}\+)",
    re.IGNORECASE,
)
# A function without blocks inside. It leads nowhere by itself unless something calls it.
_FUNCTION = re.compile(r"\bfunction\s{1,9}(\w{1,60})\s{0,9}\([^(){}]{0,200}\)\s{0,9}\{[^{}]{0,2000}\}")
_BACK = re.compile(r"\bhistory\.(?:back\(|go\(\s*-)")
_NAME = re.compile(r"\w+")
_PRESSED = re.compile(r"\s(?:on(?!load)[a-z]{1,20}|href)\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE)


def refresh(content: str) -> tuple[int, str] | None:
    """The seconds that a refresh waits, and the address to which it leads; None: to the page itself.

    HTML, "shared declarative refresh steps": seconds, a separator, and the address, with `url=` before it or without.
    The header `Refresh` is written the same way.

    >>> refresh("0; URL='/a b.html'"), refresh("3,url = /a.html"), refresh("0 /a.html")
    ((0, '/a b.html'), (3, '/a.html'), (0, '/a.html'))
    """
    said = content.strip()
    rest = said.lstrip("0123456789.")
    if rest[:1] not in (";", ",", " ", "\t", "\n"):
        return None
    seconds = said[: len(said) - len(rest)].partition(".")[0]
    rest = rest.lstrip()
    rest = rest.removeprefix(rest[0] if rest[0] in ";," else "").lstrip()
    if rest[:3].lower() == "url" and (after := rest[3:].lstrip())[:1] == "=":
        rest = after[1:].lstrip()
    if rest[:1] in ("'", '"'):
        rest = rest[1:].partition(rest[0])[0]
    return (int(seconds[:9] or 0), rest.strip()) if rest.strip() else None


def refreshes(html: str) -> Iterator[tuple[int, str]]:
    """The refreshes of a page, as `refresh` gives them; not those for browsers without scripts.

    >>> list(refreshes("<meta http-equiv=Refresh content='0 /a'><noscript><meta http-equiv=refresh content='0 /b'>"))
    [(0, '/a')]
    """
    for inside in _META.findall(_UNSEEN.sub("", html)):
        said = attributes(inside)
        if said.get("http-equiv", "").strip().lower() == "refresh" and (found := refresh(said.get("content", ""))):
            yield found


def sends_back(html: str) -> bool:
    """Whether a short page sends its reader back to where he came from, without a press.

    >>> sends_back("<script>alert('x');history.go(-1)</script>"), sends_back("<a onclick='history.back()'>返回</a>")
    (True, False)
    """
    return len(html) < _STUB_CHARS and _BACK.search(_unpressed(html)) is not None


def script_target(html: str) -> str | None:
    """The address to which a short page leads by a script; None: it does not, or the page says several.

    What only a press, or a function that nothing calls, leads to is not meant.

    >>> script_target("<script>location.replace('/a.html')</script>")
    '/a.html'
    """
    if len(html) >= _STUB_CHARS:
        return None
    found = _MOVES.findall(_unpressed(html))
    return found[0] if len(found) == 1 else None


def _unpressed(html: str) -> str:
    """A page without what only a press, or a function that nothing calls, does."""
    unpressed = _PRESSED.sub("", html)
    named = Counter(_NAME.findall(unpressed))
    return _FUNCTION.sub(lambda made: made[0] if named[made[1]] > 1 else "", unpressed)
