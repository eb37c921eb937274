"""exclusions.jsonl -> the URLs that were taken down. One object per line, append-only.

{"url": "http://...", "date": "2026-01-02T03:04:05+00:00", "reason": "...", "exact": true}
                                                                                 a page that was taken down
{"url": "http://...", "date": "2026-01-02T03:04:05+00:00", "reason": "..."}
                                                                                 a page under all addresses with its
                                                                                 SURT, or a pattern: `*` is any text
{"undone": "http://...", "date": "...", "reason": "...", "exact": true}          it is allowed again
{"erased": "warc/...", "sha256": "...", "now": "warc/...", "now_sha256": "...", "records": ["urn:uuid:..."], ...}
                                                                                 a WARC file rewritten without it
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.errors import DataError
from archive.layout import Layout
from archive.site import host_of
from archive.warc.disk import TORN, append_lines, disk_error
from archive.warc.surt import plain, surt


class Addresses:
    """Addresses, and patterns of addresses, of pages. Patterns are compared by SURT, as in replay tools.

    `http://a.cn/x/*` covers x and everything below it; a star may stand anywhere behind the scheme.
    """

    def __init__(self, named: Iterable[str], exact: Iterable[str] = ()) -> None:
        """Name addresses under every address with the same SURT, patterns, and `exact` addresses."""
        keys = {surt(address): address for address in named}
        self._keys = {key for key in keys if "*" not in key}
        self._patterns = [Pattern(key) for key in keys if "*" in key]
        self._exact = {plain(address): surt(address) for address in exact}
        # The beginnings of all covered keys, up to the end of the host: for a cheap first look into an index.
        self.hosts = frozenset(re.split(r"[)*]", key, maxsplit=1)[0] for key in (*keys, *self._exact.values()))

    def __bool__(self) -> bool:
        """Whether there is any address."""
        return bool(self._keys or self._patterns or self._exact)

    def cover(self, url: str) -> bool:
        """Whether an address or pattern covers a URL.

        >>> [Addresses(["http://a.cn/x/*"]).cover(url) for url in ("https://a.cn/X/1.html", "http://a.cn/xy")]
        [True, False]
        >>> [Addresses([], ["http://a.cn/x"]).cover(url) for url in ("http://a.cn/x#top", "https://a.cn/x")]
        [True, False]
        """
        return plain(url) in self._exact or self._covers(surt(url))

    def _covers(self, key: str) -> bool:
        return key in self._keys or any(pattern.covers(key) for pattern in self._patterns)

    def named_in(self, index: bytes) -> tuple[str, ...]:
        """The SURTs of an index that are covered and the exact addresses, sorted."""
        lines = b"\n" + index
        found = {key for key in self._keys if b"\n" + key.encode("ascii") + b" " in lines}
        if self._patterns and any(b"\n" + host.encode("ascii") in lines for host in self.hosts):
            keys = {line.partition(b" ")[0].decode("ascii", "replace") for line in index.splitlines()}
            found |= {key for key in keys if self._covers(key)}
        return tuple(sorted(found | self._exact_in(index)))

    def _exact_in(self, index: bytes) -> set[str]:
        # Behind the path of a key may stand a query, and in that what was sent by POST.
        paths = {key.partition("?")[0].encode("ascii") for key in self._exact.values()}
        beginnings = tuple(path + end for path in paths if path in index for end in (b" ", b"?"))
        found = set()
        for line in index.splitlines() if beginnings else ():
            if line.startswith(beginnings):
                with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):  # a damaged line
                    found.add(plain(json.loads(line.split(b" ", 2)[2])["url"]))
        return self._exact.keys() & found


class Pattern:
    """A SURT with stars. It is matched in one walk over a key, so in linear time."""

    def __init__(self, key: str) -> None:
        self._first, *self._parts = key.split("*")
        # A pattern for a folder also covers the folder's own page, whose SURT has no slash at its end.
        self._folder = Pattern(f"{key[:-2]}?*") if key.endswith("/*") else None
        self._own = key[:-2] if self._folder else ""

    def covers(self, key: str) -> bool:
        """Whether the pattern covers the page of a SURT.

        >>> [Pattern("cn,a)/*/bk_*").covers(key) for key in ("cn,a)/zs/bk_1", "cn,a)/bk_1", "cn,a)/zs/bk")]
        [True, False, False]
        """
        return self._walk(key) or bool(self._folder and (self._folder.covers(key) or self._covers_own(key)))

    def _covers_own(self, key: str) -> bool:
        return Pattern(self._own).covers(key) if "*" in self._own else key == self._own

    def _walk(self, key: str) -> bool:
        if not key.startswith(self._first):
            return False
        *middle, last = self._parts
        at = len(self._first)
        for part in middle:
            at = key.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return len(key) - at >= len(last) and key.endswith(last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A page that was taken down.

    Attributes:
        url: the address, or a pattern of addresses.
        date: when it was taken down, UTC, ISO 8601.
        reason: in the words of the person who took it down.
        exact: under this address only; else under every address with the same SURT.
    """

    url: str
    date: str
    reason: str
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """What was taken down.

    Attributes:
        pages: by the plain form of an exact address, else by the SURT; the first entry of each.
        erased: the ids of records that were erased from their WARC files.
        patterns: those of `pages` that are patterns.
        hosts: the hosts of all pages, without `www`; None if one has a star in its host.
    """

    pages: Mapping[str, Exclusion]
    erased: frozenset[str]
    patterns: tuple[tuple[Pattern, Exclusion], ...] = ()
    hosts: frozenset[str] | None = None

    def covering(self, url: str) -> Exclusion | None:
        """The exclusion that covers a URL; None: it was not taken down."""
        if not self.pages or self._is_elsewhere(url):
            return None
        key = surt(url)
        matching = (said for pattern, said in self.patterns if pattern.covers(key))
        return self.pages.get(plain(url)) or self.pages.get(key) or next(matching, None)

    def _is_elsewhere(self, url: str) -> bool:
        """Whether the host alone shows that the page was not taken down: a fast test for every row of a catalogue."""
        host = url[: url.find("/", 8)] if url.count("/") > 2 else url
        if self.hosts is None or not (host.isascii() and host.isprintable()) or "%" in host:
            return False
        host = host.lower()
        return not any(one in host for one in self.hosts)

    def touching(self, index: Path) -> tuple[str, ...]:
        """The SURTs of an index and the exact addresses that were taken down, sorted."""
        return self.addresses().named_in(index.read_bytes()) if self.pages else ()

    def addresses(self) -> Addresses:
        """The addresses and patterns that were taken down."""
        loose, exact = ([said.url for said in self.pages.values() if said.exact is one] for one in (False, True))
        return Addresses(loose, exact)


def digest(keys: Iterable[str]) -> str:
    """The digest, for a shard's header, of the exclusions that touch its file; empty if there are none."""
    keys = sorted(keys)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest() if keys else ""


def read(layout: Layout) -> Exclusions:
    """Read what is taken down now; the file is read again only after it changed.

    Raises:
        DataError: a line cannot be read; to go on could bring back a page that was taken down.
    """
    try:
        state = layout.exclusions.stat()
    except FileNotFoundError:
        return _NONE
    except OSError as error:
        raise _unreadable(layout.exclusions, error.strerror or str(error)) from error
    return _read(layout.exclusions, state.st_mtime_ns, state.st_size)


def append(layout: Layout, *lines: Mapping[str, Any]) -> None:
    """Append lines, durable on return.

    Raises:
        SpaceError, DataError: the file cannot be written.
    """
    path = layout.exclusions
    try:
        append_lines(path, *lines)
    except OSError as error:
        raise disk_error(path, error) from error


def lines(layout: Layout) -> list[dict[str, Any]]:
    """What the file says, in its order.

    Raises:
        DataError: a line cannot be read.
    """
    read(layout)
    said = layout.exclusions.read_bytes().split(b"\n") if layout.exclusions.exists() else []
    return [json.loads(line) for line in said[:-1] if line.strip() and not line.endswith(TORN)]


def join(layout: Layout, theirs: Iterable[Mapping[str, Any]]) -> None:
    """Add what was said in another archive. Where both spoke of a page, what was said later counts.

    Raises:
        SpaceError, DataError: the file cannot be read or written.
    """
    theirs, ours = list(theirs), lines(layout)
    had = {json.dumps(line, sort_keys=True) for line in ours}
    new = [line for line in theirs if json.dumps(line, sort_keys=True) not in had]
    last_ours, last_theirs, added = _last(ours), _last(theirs), _last(new)
    again = []
    for key in last_ours.keys() & added.keys():
        # In one second: what was taken down stays so.
        latest = max(last_ours[key], last_theirs[key], key=lambda line: (line["date"], "undone" not in line))
        if latest != added[key]:
            again.append(latest)
    if new:
        append(layout, *new, *again)


def _last(said: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The last word about each page."""
    return {_key(line): line for line in said if "erased" not in line}


def _key(line: Mapping[str, Any]) -> str:
    """The key in `Exclusions.pages` of what a line names."""
    url = str(line.get("undone") or line["url"])
    return plain(url) if line.get("exact") else surt(url)


def now() -> str:
    """The current time in UTC to the second, as the lines state it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


# The characters of a host that look the same in every spelling of its address.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_NONE = Exclusions(pages={}, erased=frozenset())


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> Exclusions:
    pages: dict[str, Exclusion] = {}
    erased: set[str] = set()
    try:
        *lines, _ = path.read_bytes().split(b"\n")
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.endswith(TORN):
            continue
        try:
            said = json.loads(line)
            if "erased" in said:
                erased.update(said["records"])
            elif "undone" in said:
                pages.pop(_key(said), None)
            else:
                exact = bool(said.get("exact"))
                page = Exclusion(url=said["url"], date=said["date"], reason=said["reason"], exact=exact)
                pages.setdefault(_key(said), page)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(path, f"line {number} is not an exclusion: {error!r}") from error
    patterns = tuple((Pattern(key), said) for key, said in pages.items() if "*" in key)
    return Exclusions(pages=pages, erased=frozenset(erased), patterns=patterns, hosts=_hosts(pages.values()))


def _hosts(pages: Iterable[Exclusion]) -> frozenset[str] | None:
    """The hosts of some pages; None if one has a host that not every spelling of its address shows.

    >>> _hosts([Exclusion(url="http://www.A.cn:80/x/*", date="", reason="")])
    frozenset({'a.cn'})
    >>> _hosts([Exclusion(url="http://*.b.cn/", date="", reason="")])
    """
    hosts = {host_of(page.url).partition(":")[0] for page in pages}
    if not all(host and _PLAIN.issuperset(host) for host in hosts):
        return None
    return frozenset(host.partition(".")[2] if host.startswith("www") else host for host in hosts)


def _unreadable(path: Path, reason: str) -> DataError:
    return DataError(
        f"{path}: {reason}. Restore it from a copy. Nothing is done before, since pages that were taken down would come"
        " back."
    )
