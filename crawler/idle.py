"""Pages with the same text -> parameters of their addresses that make no difference, such as a count of visitors."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

# Pages that showed the same at two values, and values seen, after which a parameter makes no difference: a small site
# has few lists, and they come before articles.
PAGES, VALUES = 2, 5
# What names a page, an article or a column: a script may show it in what says the same for all of them.
_NAMES = re.compile(r"id$|page|^p$|^pn$", re.IGNORECASE)
# Texts that are kept in mind, some 120 bytes each (measured); parameters that are watched. What is compared comes soon
# after one another: a list and its neighbours.
TEXTS, KEYS = 10_000, 100


@dataclass(slots=True)
class _Evidence:
    """Of one parameter: pages that were the same at two values, its values, whether pages do without it, or differ."""

    pages: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)
    plain: bool = False
    matters: bool = False


class Idle:
    """The parameters of a site that make no difference, learned from its pages.

    Attributes:
        keys: their names.
    """

    def __init__(self, keys: Collection[str]) -> None:
        self.keys = set(keys)
        self._evidence: dict[str, _Evidence] = {}
        # (parameter, address without it) -> text, both as their hashes; no parameter: of the address itself.
        self._said: dict[int, int] = {}

    def plain(self, url: str) -> str:
        """An address without the parameters that make no difference.

        >>> Idle(["r"]).plain("http://h/show.php?id=7&r=12"), Idle(["r"]).plain("http://h/?r=1")
        ('http://h/show.php?id=7', 'http://h/')
        """
        for key in self.keys if "?" in url else ():
            url = _without(url, key)
        return url

    def learn(self, url: str, text: str) -> str | None:
        """See what the page at `url` says; a parameter that makes no difference, where that is sure by now."""
        if len(self._said) >= TEXTS:
            self._said.clear()
        said = hash(text)
        for key, value in _pairs(url):
            if _NAMES.search(key) or (key not in self._evidence and len(self._evidence) >= KEYS):
                continue
            evidence = self._evidence.setdefault(key, _Evidence())
            rest = _without(url, key)
            if len(evidence.values) < VALUES:
                evidence.values.add(value)
            for other in (key, ""):
                self._compare(evidence, rest, said, other)
            self._said.setdefault(hash((key, rest)), said)
        for key, evidence in self._evidence.items():
            # This may be the address that others are without the parameter.
            self._compare(evidence, url, said, key, plain=True)
        self._said[hash(("", url))] = said
        sure = next((key for key in self._evidence if self._is_idle(key, plain=True)), None)
        if sure is not None:
            self.keys.add(sure)
        return sure

    def doubt(self, url: str) -> str | None:
        """The address that would say whether the page does without a parameter, where that alone is unknown."""
        return next((_without(url, key) for key, _ in _pairs(url) if self._is_idle(key, plain=False)), None)

    def _compare(self, evidence: _Evidence, page: str, said: int, key: str, *, plain: bool = False) -> None:
        known = self._said.get(hash((key, page)))
        if known is not None and known != said:
            evidence.matters = True
        elif known is not None:
            evidence.plain = evidence.plain or plain or not key
            if len(evidence.pages) < PAGES:
                evidence.pages.add(page)

    def _is_idle(self, key: str, *, plain: bool) -> bool:
        found = self._evidence.get(key)
        return (
            found is not None
            and key not in self.keys
            and not found.matters
            and found.plain == plain
            and len(found.pages) >= PAGES
            and len(found.values) >= VALUES
        )


def _pairs(url: str) -> list[tuple[str, str]]:
    pairs = (pair.partition("=") for pair in url.partition("?")[2].partition("#")[0].split("&"))
    return [(key, value) for key, _, value in pairs if key]


def _without(url: str, key: str) -> str:
    path, _, query = url.partition("?")
    query, mark, fragment = query.partition("#")
    kept = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] != key)
    return path + (f"?{kept}" if kept else "") + mark + fragment
