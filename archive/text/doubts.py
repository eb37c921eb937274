"""An article, its tree and its address -> flags for what farms and mirrors do to other people's pages, each with the
words that raised it; the text is kept as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from archive.site import host_of
from archive.text import chinese, words
from archive.text.outline import Outline
from archive.text.page import Page

# What a spider pool puts on pages that it took over.
_POOL = "蜘蛛池"
# Tags that nobody writes, with random names: <var id="l9jp5"><strike id="x3v7p">.
_ODD_TAGS = ("var", "strike", "listing", "menuitem", "thead", "noframes", "ins", "cite")
_DRAWN = re.compile(r"\A(?=\d{0,4}[a-z])(?=[a-z]{0,4}\d)[a-z0-9]{5}")
# A mirror writes its own host into the addresses of the page.
_REWRITTEN = re.compile(r"https?://www\.www\.[\w.-]+")
# A converter that shifts bytes doubles the marks of a sentence.
_DOUBLED = ("，，", "，。", ",,", ",。")
_RUN_ON = re.compile(r"\A(?=.*[a-z]{20})[a-z0-9,.;:'\"!?()\-]{41,}")
# One picture in a word is taste, this many are a machine.
_EMOJI = re.compile("[\U0001f300-\U0001faff](?<=[\u4e00-\u9fff].)(?=[\u4e00-\u9fff])")
DRAWN, EMOJI, DOUBLED, BETS = 5, 3, 5, 2

# Under these a name of two parts belongs to nobody: gov.cn.
_SHARED = frozenset(("com", "net", "org", "gov", "edu", "ac", "mil", "co"))


def doubts(original: str, title: str, page: Page, url: str) -> tuple[tuple[str, str], ...]:
    """Flags of a text as found, of its title and of its page, each with the words that raised it, one of a kind.

    >>> from archive.text.page import page_of
    >>> doubts("格式?jīng)_突，共产X员", "", page_of("<p>甲"), "http://h/")
    (('gbk_damage', '格式?jīng)_突'), ('masked', '共产X'))
    """
    found: dict[str, str] = {}
    for flag, said in _doubts(original, title, page, url):
        found.setdefault(flag, said)
    return tuple(found.items())


def _doubts(original: str, title: str, page: Page, url: str) -> Iterator[tuple[str, str]]:
    if damage := chinese.damage(original):
        yield "gbk_damage", damage
    if masked := [word for word in words.listed("masked") if word in original or word in title]:
        yield "masked", " ".join(masked)
    yield from (("content_farm", said) for said in _of_shops(original, title))
    whole = "\n".join(page.keys)
    yield from (("mirror", said) for said in _of_tree(page.outline, url))
    yield from (("mirror", said) for said in _of_lines(original, whole, page.keys))
    yield from (("content_farm", said) for said in _of_farms(original, whole, page.keys))


def _of_tree(outline: Outline, url: str) -> Iterator[str]:
    """What the elements of a mirror's page say."""
    named = [(tag, found.get("id", "")) for tag in _ODD_TAGS for found in outline.every(tag)]
    drawn = [f'<{tag} id="{name}">' for tag, name in named if _DRAWN.fullmatch(name)]
    if len(drawn) >= DRAWN:
        yield " ".join(drawn[:DRAWN])
    if other := _stated_elsewhere(outline, url):
        yield f"says that it belongs to {other}"


def _of_lines(original: str, page: str, lines: Sequence[str]) -> Iterator[str]:
    """What the lines of a mirror's page say."""
    if "//www.www." in page and (found := _REWRITTEN.search(page)):
        yield found[0]
    if run := next((line for line in lines if len(line) > 40 and line.isascii() and _RUN_ON.fullmatch(line)), None):
        yield run
    doubled = {marks: count for marks in _DOUBLED if (count := original.count(marks))}
    if sum(doubled.values()) >= DOUBLED:
        yield f"{sum(doubled.values())} doubled marks: {' '.join(doubled)}"


def _of_farms(original: str, page: str, lines: Sequence[str]) -> Iterator[str]:
    """What a content farm writes."""
    if _POOL in page:
        yield next(line for line in lines if _POOL in line)
    lured = any(word in page for word in words.listed("lures"))
    if found := next(filter(None, map(words.pattern("bait").match, lines if lured else ())), None):
        yield found[0]
    emoji = _EMOJI.findall(original)
    if len(emoji) >= EMOJI:
        yield "".join(emoji)


def _of_shops(original: str, title: str) -> Iterator[str]:
    """What a betting shop writes."""
    if bet := next((word for word in words.listed("betting") if word in title), None):
        yield bet
    bets = [word for word in words.listed("betting") if word in original]
    if sum(map(original.count, bets)) >= BETS and not words.match("lawful", original):
        yield " ".join(bets)


def _stated_elsewhere(outline: Outline, url: str) -> str | None:
    """The host that a page gives as its own where it is served by another's."""
    own = _owner(host_of(url))
    if own is None:
        return None
    for link in outline.every("link"):
        if link.get("rel", "").strip().lower() == "canonical":
            try:
                host = urlsplit(link.get("href", "").strip()).hostname
            except ValueError:
                continue
            other = _owner(host)
            if other is not None and other != own:
                return host
    return None


def _owner(host: str | None) -> str | None:
    """The part of a host name that somebody registered; None for addresses and names without dots.

    >>> _owner("www.sctyzx.gov.cn"), _owner("m.163.com"), _owner("127.0.0.1")
    ('sctyzx.gov.cn', '163.com', None)
    """
    parts = (host or "").split(":")[0].lower().strip(".").split(".")
    if len(parts) < 2 or parts[-1].isdigit():
        return None
    return ".".join(parts[-3:] if parts[-2] in _SHARED else parts[-2:])
