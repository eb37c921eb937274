"""exclusions.jsonl -> which URLs were taken down: an object a line, written once, never changed.

{"url": "http://...", "date": "2026-01-02T03:04:05+00:00", "reason": "..."}     a page that was taken down, or a pattern
                                                                                 of addresses: `*` is any characters
{"undone": "http://...", "date": "...", "reason": "..."}                         it is allowed again
{"erased": "warc/...", "sha256": "...", "now": "warc/...", "now_sha256": "...", "records": ["urn:uuid:..."], ...}
                                                                                 a WARC file that was rewritten for it
"""

from __future__ import annotations

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
from archive.warc.surt import surt


class Addresses:
    """Addresses, and patterns of addresses, that name pages as replay tools look them up: by SURT.

    `http://a.cn/x/*` is all that lies below x, and x itself; a star may stand anywhere behind the scheme.
    """

    def __init__(self, named: Iterable[str]) -> None:
        keys = {surt(address): address for address in named}
        self._keys = {key for key in keys if "*" not in key}
        self._patterns = [Pattern(key) for key in keys if "*" in key]
        # What every key that is covered begins with, up to the end of its host: a cheap look into an index.
        self.hosts = frozenset(re.split(r"[)*]", key, maxsplit=1)[0] for key in keys)

    def __bool__(self) -> bool:
        """Whether it names anything."""
        return bool(self._keys or self._patterns)

    def cover(self, key: str) -> bool:
        """Whether they name the page of a SURT.

        >>> Addresses(["http://a.cn/x/*"]).cover("cn,a)/x/1.html"), Addresses(["http://a.cn/x/*"]).cover("cn,a)/xy")
        (True, False)
        """
        return key in self._keys or any(pattern.covers(key) for pattern in self._patterns)

    def named_in(self, index: bytes) -> tuple[str, ...]:
        """The SURTs that an index names and these cover, in order."""
        lines = b"\n" + index
        found = {key for key in self._keys if b"\n" + key.encode("ascii") + b" " in lines}
        if self._patterns and any(b"\n" + host.encode("ascii") in lines for host in self.hosts):
            keys = {line.partition(b" ")[0].decode("ascii", "replace") for line in index.splitlines()}
            found |= {key for key in keys if self.cover(key)}
        return tuple(sorted(found))


class Pattern:
    """A SURT with stars: which keys it covers, found in one walk over a key."""

    def __init__(self, key: str) -> None:
        self._first, *self._parts = key.split("*")
        # What lies below a folder: also the folder's own page, whose SURT has no slash at its end.
        self._folder = Pattern(f"{key[:-2]}?*") if key.endswith("/*") else None
        self._own = key[:-2] if self._folder else ""

    def covers(self, key: str) -> bool:
        """Whether the pattern names the page of a SURT.

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
    """One page that was taken down: every address that replay tools take for the same (its SURT) is covered.

    Attributes:
        url: the address, or a pattern of addresses.
        date: when, UTC, ISO 8601.
        reason: in the words of who took it down.
    """

    url: str
    date: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """What was taken down.

    Attributes:
        pages: by SURT, of an address or of a pattern, the first word about each.
        erased: ids of records that are in no WARC file any more.
        patterns: those of `pages` that are patterns.
        hosts: of all pages, without `www`; None where one of them has a star in its host.
    """

    pages: Mapping[str, Exclusion]
    erased: frozenset[str]
    patterns: tuple[tuple[Pattern, Exclusion], ...] = ()
    hosts: frozenset[str] | None = None

    def covering(self, url: str) -> Exclusion | None:
        """What covers a URL; None: it was not taken down."""
        if not self.pages or self._is_elsewhere(url):
            return None
        key = surt(url)
        matching = (said for pattern, said in self.patterns if pattern.covers(key))
        return self.pages.get(key) or next(matching, None)

    def _is_elsewhere(self, url: str) -> bool:
        """Whether a glance shows that no page of this host was taken down: a scan of a catalogue asks of each row."""
        host = url[: url.find("/", 8)] if url.count("/") > 2 else url
        if self.hosts is None or not (host.isascii() and host.isprintable()) or "%" in host:
            return False
        host = host.lower()
        return not any(one in host for one in self.hosts)

    def touching(self, index: Path) -> tuple[str, ...]:
        """The URLs taken down, as SURTs in order, that an index names."""
        if not self.pages:
            return ()
        return Addresses(said.url for said in self.pages.values()).named_in(index.read_bytes())


def digest(keys: Iterable[str]) -> str:
    """What stands in a shard's header for the exclusions that touch its file; "" for none."""
    keys = sorted(keys)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest() if keys else ""


def read(layout: Layout) -> Exclusions:
    """What is taken down now; the file is read anew only when it changed.

    Raises:
        DataError: a line cannot be read, so that a page that was taken down could come back.
    """
    try:
        state = layout.exclusions.stat()
    except FileNotFoundError:
        return _NONE
    except OSError as error:
        raise _unreadable(layout.exclusions, error.strerror or str(error)) from error
    return _read(layout.exclusions, state.st_mtime_ns, state.st_size)


def append(layout: Layout, *lines: Mapping[str, Any]) -> None:
    """Add lines, durable on return.

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
    """The last word about each page, by SURT."""
    return {surt(line.get("undone") or line["url"]): line for line in said if "erased" not in line}


def now() -> str:
    """This second, as the lines say it."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


# The characters of a host that every spelling of its address shows.
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
                pages.pop(surt(said["undone"]), None)
            else:
                page = Exclusion(url=said["url"], date=said["date"], reason=said["reason"])
                pages.setdefault(surt(page.url), page)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(path, f"line {number} is none of an exclusion: {error!r}") from error
    patterns = tuple((Pattern(key), said) for key, said in pages.items() if "*" in key)
    return Exclusions(pages=pages, erased=frozenset(erased), patterns=patterns, hosts=_hosts(pages.values()))


def _hosts(pages: Iterable[Exclusion]) -> frozenset[str] | None:
    """The hosts of some pages; None where one has none that could be read off any spelling of its address.

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
        f"{path}: {reason}. Mend it from a copy: without it a page that was taken down would come back, so nothing goes"
        " on."
    )
