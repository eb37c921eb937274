"""Pages with the same text -> parameters of their addresses that make no difference, such as a count of visitors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations
from operator import ne

from crawler.queue.address import shape

# A parameter makes no difference once two different pages each looked the same under two of its values, and five values
# were seen. A small site has few lists, and they come before articles.
PAGES, VALUES = 2, 5
# The most parameters that are tried together, and the most that an address may have for that.
TOGETHER, MANY = 3, 5
# The least number of characters of a session's id: PHP has 26 or 32, Tomcat 32, ASP.NET 24.
RANDOM = 16
# Names of parameters that select a page, an article or a column: they make a difference even if the text is the same.
_NAMES = re.compile(r"id$|page|^p$|^pn$", re.IGNORECASE)
# The most pages that are remembered, some 200 bytes each; sets of parameters that are watched, and kinds of addresses
# at which each of them is watched. Pages that are compared follow soon upon one another: a list and its neighbours.
SEEN, KEYS, SCOPES = 10_000, 100, 100


@dataclass(slots=True)
class _Evidence:
    """What is known of some parameters at one kind of address.

    Attributes:
        pages: the texts that were the same at two values of each parameter, as hashes.
        values: pairs of a parameter and a value that were seen.
        plain: a page was the same without the parameters.
        matters: a page differed.
        lists: one of the pages was no article.
    """

    pages: set[int] = field(default_factory=set)
    values: set[tuple[str, str]] = field(default_factory=set)
    plain: bool = False
    matters: bool = False
    lists: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What was seen at an address.

    Attributes:
        said: its text, as a hash.
        values: of the parameters that the address is kept without, as hashes.
        lists: where it has its list from, when that is elsewhere.
        article: whether it is one.
    """

    said: int
    values: tuple[int, ...]
    lists: tuple[str, ...]
    article: bool


class Idle:
    """The parameters of a site that make no difference, learned from its pages.

    Attributes:
        keys: their names; behind a space the path of the addresses, with its numbers folded, where others need it.
    """

    def __init__(self, keys: Collection[str]) -> None:
        self.keys = set(keys)
        # Parameters that are left out together -> kind of address -> what is known.
        self._evidence: dict[tuple[str, ...], dict[str, _Evidence]] = {}
        # (parameters, address without them), as a hash -> the first page seen there; no parameters: of the address.
        self._seen: dict[int, _Page] = {}

    def plain(self, url: str) -> str:
        """An address without the parameters that make no difference.

        >>> Idle(["r"]).plain("http://h/show.php?id=7&r=12"), Idle(["r"]).plain("http://h/?r=1")
        ('http://h/show.php?id=7', 'http://h/')
        >>> idle = Idle(["n h/show.php"])
        >>> idle.plain("http://h/show.php?id=7&n=2"), idle.plain("http://h/list.php?n=2")
        ('http://h/show.php?id=7', 'http://h/list.php?n=2')
        """
        if self.keys and "?" in url:
            scope = _scope(url)
            url = _without(url, [key for key, _ in _pairs(url) if not self.keys.isdisjoint((key, f"{key} {scope}"))])
        return url

    def learn(self, url: str, text: str, lists: Sequence[str] = (), *, article: bool) -> list[str]:
        """See what the page at `url` says; the `keys` that are sure by now, and were not before.

        `lists`: the addresses of what it shows in frames and by scripts.
        """
        if len(self._seen) >= SEEN:
            self._seen.clear()
        scope = _scope(url)
        page = _Page(said=hash(text), values=(), lists=tuple(lists), article=article)
        touched = []
        for keys in self._watched(url):
            scopes = self._evidence.setdefault(keys, {})
            if scope in scopes or len(scopes) < SCOPES:
                touched.append(keys)
                self._see(url, keys, page, scopes.setdefault(scope, _Evidence()))
        for keys, scopes in self._evidence.items():
            # This may be the address that others are without the parameters.
            if (other := self._seen.get(hash((keys, url)))) is not None and scope in scopes:
                touched.append(keys)
                self._compare(scopes[scope], keys, page, other)
        self._seen[hash(((), url))] = page
        return [rule for keys in touched for rule in self._sure(keys, scope)]

    def _see(self, url: str, keys: tuple[str, ...], page: _Page, evidence: _Evidence) -> None:
        """Compare a page with what was seen at addresses that differ in these parameters alone."""
        pairs, rest = sorted(_pairs(url)), _without(url, keys)
        for key in keys:
            if sum(known == key for known, _ in evidence.values) < VALUES:
                evidence.values.update(pair for pair in pairs if pair[0] == key)
        one = replace(page, values=tuple(hash(value) for key, value in pairs if key in keys))
        for place in (hash((keys, rest)), hash(((), rest))):
            self._compare(evidence, keys, one, self._seen.get(place))
        self._seen.setdefault(hash((keys, rest)), one)

    def doubt(self, url: str) -> str | None:
        """The address that would say whether the page does without parameters, where that alone is unknown."""
        scope = _scope(url)
        unknown = (keys for keys in self._watched(url) if self._reach(keys, scope, plain=False) is not None)
        return next((_without(url, keys) for keys in unknown), None)

    def _watched(self, url: str) -> list[tuple[str, ...]]:
        """The parameters of an address that may make no difference, one by one and together."""
        if "?" not in url:
            return []
        pairs = [(key, value) for key, value in _pairs(url) if key not in self.keys]
        found = sorted({key for key, value in pairs if not _NAMES.search(key) or _is_random(value)})
        sizes = range(1, 2 if len(found) > MANY else TOGETHER + 1)
        sets = list(chain.from_iterable(combinations(found, size) for size in sizes))
        room = KEYS - len(self._evidence)
        new = [keys for keys in sets if keys not in self._evidence]
        return [keys for keys in sets if keys in self._evidence or keys in new[: max(0, room)]]

    def _compare(self, evidence: _Evidence, keys: tuple[str, ...], page: _Page, other: _Page | None) -> None:
        """Note what two pages say whose addresses differ in these parameters alone."""
        if other is None:
            return
        if other.said != page.said:
            evidence.matters = True
            return
        differ = len(page.values) != len(other.values) or all(map(ne, page.values, other.values))
        lists = tuple(_without(url, keys) for url in page.lists)
        if differ and lists == tuple(_without(url, keys) for url in other.lists):
            evidence.plain = evidence.plain or not (page.values and other.values)
            evidence.lists = evidence.lists or not page.article
            if len(evidence.pages) < PAGES:
                evidence.pages.add(hash((page.said, lists)))

    def _sure(self, keys: tuple[str, ...], scope: str) -> list[str]:
        """What of these parameters is sure by now, and new."""
        reach = self._reach(keys, scope, plain=True)
        rules = [] if reach is None else [f"{key} {reach}".rstrip() for key in keys]
        new = [rule for rule in rules if rule not in self.keys]
        self.keys.update(new)
        return new

    def _reach(self, keys: tuple[str, ...], scope: str, *, plain: bool) -> str | None:
        """Where parameters make no difference: "" everywhere, a kind of address; None: that is not sure.

        `plain`: whether pages are known to do without them; else all but that is sure.
        """
        scopes = self._evidence.get(keys, {})
        # A list tells the pages of a column apart by what its articles carry along in vain.
        if any(found.lists for found in scopes.values()) and _is_idle(list(scopes.values()), plain=plain):
            return ""
        return scope if scope in scopes and _is_idle([scopes[scope]], plain=plain) else None


def _is_idle(found: list[_Evidence], *, plain: bool) -> bool:
    values = Counter(key for key, _ in set[tuple[str, str]]().union(*(each.values for each in found)))
    return (
        not any(each.matters for each in found)
        and any(each.plain for each in found) == plain
        and len(set[int]().union(*(each.pages for each in found))) >= PAGES
        and min(values.values()) >= VALUES
    )


def _is_random(value: str) -> bool:
    """Whether a value looks like the id of a session; a page's may look so too, and is told by its text.

    >>> _is_random("5f3a9c0d2b7e4f60"), _is_random("2021030401"), _is_random("tongzhanbugongzuo")
    (True, False, False)
    """
    return len(value) >= RANDOM and value.isalnum() and not value.isdecimal() and not value.isalpha()


def _pairs(url: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in url.partition("?")[2].partition("#")[0].split("&"))
    return [(key, value) for key, _, value in pairs if key]


def _without(url: str, keys: Collection[str]) -> str:
    path, _, query = url.partition("?")
    query, mark, fragment = query.partition("#")
    kept = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in keys)
    return path + (f"?{kept}" if kept else "") + mark + fragment


def _scope(url: str) -> str:
    return shape(url.partition("?")[0])
