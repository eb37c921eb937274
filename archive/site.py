"""Site files (TOML) -> `Site`: who to visit and how to read them.

A host is written as in a URL: `www.sctyzx.gov.cn`, or with a port where it is not the scheme's own: `127.0.0.2:8001`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from archive.errors import SiteError

# Where site files are when nothing else is said.
FOLDER = Path("seeds/sites")
REQUISITES = ("images", "attachments", "styles")
# The one time zone of China; it has had no summer time since 1991.
CHINA = dt.timezone(dt.timedelta(hours=8))

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the pages of one era are read: CSS selectors, each optional.

    Attributes:
        until: the last day of the era, compared with the day of the capture; None: open-ended.
        title: where the title stands.
        body: where the article's text stands.
    """

    until: dt.date | None = None
    title: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What to visit and how gently.

    Attributes:
        start: URLs where a crawl begins.
        articles: regular expressions searched in a URL; a URL that one finds is an article. Empty: judged by the page.
        delay: seconds between two requests to one host, before jitter.
        max_depth: links from a start page to the farthest page.
        max_pages: requests in one crawl, requisites not counted; None: no limit.
        requisites: which files of articles are fetched too: "images", "attachments", "styles" (style sheets, with the
            sheets, pictures and fonts that they name).
        page_bytes: a page's wire bytes beyond this are cut (`WARC-Truncated: length`).
        file_bytes: the same for a requisite.
        cookies: whether cookies are kept within a crawl.
        hours: of the day (Asia/Shanghai) in which the site is visited, "22:00-07:00"; None: always.
        allow_private: exact `host:port` that the address guard lets through; for tests and intranets.
        tls: "strict": TLS 1.2 and newer; "weak": also 1.0, SHA-1 and short keys, as old servers have. Certificates are
            judged in either case, and the verdict is kept beside the page.
        browser: whether lists that a script makes are shown by Chromium (the extra `browser`).
    """

    start: tuple[str, ...]
    articles: tuple[str, ...] = ()
    delay: float = 3.0
    max_depth: int = 12
    max_pages: int | None = None
    requisites: tuple[str, ...] = REQUISITES
    page_bytes: int = 16 * 2**20
    file_bytes: int = 64 * 2**20
    cookies: bool = False
    hours: str | None = None
    allow_private: tuple[str, ...] = ()
    tls: str = "strict"
    browser: bool = False

    def open_at(self, moment: dt.datetime) -> bool:
        """Whether `moment` (with a time zone) lies within `hours`.

        >>> night = Crawl(start=(), hours="22:00-07:00")
        >>> [night.open_at(dt.datetime(2026, 1, 1, hour, tzinfo=dt.timezone.utc)) for hour in (14, 22, 23)]
        [True, True, False]
        """
        if self.hours is None:
            return True
        now = moment.astimezone(CHINA).strftime("%H:%M")
        first, last = self.hours.split("-")
        return first <= now < last if first < last else now >= first or now < last


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site: its key is the name of its file.

    Attributes:
        hosts: the hosts that belong to it; others are never visited.
        place: GB/T 2260 code of six digits, None where it has no place.
        schedule: a cron expression (Asia/Shanghai); None: only by hand.
        readings: eras, oldest first; empty: the general reader alone.
    """

    key: str
    name: str
    hosts: tuple[str, ...]
    crawl: Crawl
    place: str | None = None
    schedule: str | None = None
    readings: tuple[Reading, ...] = ()

    def reading_at(self, date: dt.datetime | None) -> Reading | None:
        """The era that a capture of `date` (UTC) belongs to; no date: the newest; None: no era covers it."""
        if date is None:
            return self.readings[-1] if self.readings else None
        # Eras are days in China: a capture at 17:00 UTC is already tomorrow's.
        day = date.astimezone(CHINA).date()
        return next((r for r in self.readings if r.until is None or day <= r.until), None)


def load_file(path: Path) -> Site:
    """One site file -> Site.

    Raises:
        SiteError: the file cannot be read, or a key is unknown, missing or of the wrong type.
    """
    try:
        # Editors of Windows begin a file with a byte order mark, which TOML does not know.
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SiteError(f"{path}: cannot be read ({error.strerror}). Name an existing site file.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: not TOML in UTF-8: {error}. Mend that line.") from error
    crawl = raw.pop("crawl", None)
    if not isinstance(crawl, dict):
        raise SiteError(f'{path}: the table [crawl] is missing. Add it, with `start = ["http://..."]`.')
    reads = raw.pop("read", [])
    if not isinstance(reads, list) or not all(isinstance(r, dict) for r in reads):
        raise SiteError(f"{path}: `read` must be written as [[read]] tables, oldest era first.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", path.stem):
        raise SiteError(f"{path}: a site file's name is its key: small letters, digits, `-`, `_` and `.`. Rename it.")
    site = _build(
        Site,
        raw,
        path,
        "",
        known=("crawl", "read"),
        key=path.stem,
        crawl=_build(Crawl, crawl, path, "crawl."),
        readings=tuple(_build(Reading, r, path, "read.") for r in reads),
    )
    _check(site, path)
    return site


def load(folder: Path) -> dict[str, Site]:
    """All site files of a folder, by key, in the order of their names.

    Raises:
        SiteError: a file is wrong, or two files claim one host.
    """
    if not folder.is_dir():
        raise SiteError(f"{folder}: no such folder of site files. Name one with --sites or CUNDANG_SITES.")
    sites = {path.stem: load_file(path) for path in sorted(folder.glob("*.toml"))}
    by_host(sites.values())
    return sites


def no_such_site(name: str, folder: Path, known: Iterable[str]) -> SiteError:
    """The error of a name that no site has: with the keys that are like it, or what to do with an address.

    >>> print(no_such_site("sctyz", Path("seeds/sites"), ["acfic", "sctyzx"]))
    sctyz: no such site; is sctyzx meant? The site files of seeds/sites: cundang sites list
    """
    if "://" in name or name.startswith("www."):
        return SiteError(f"{name}: an address, and no site's key. Write a file for its site: cundang sites add {name}")
    near = difflib.get_close_matches(name, list(known), n=3)
    meant = f"; is {' or '.join(near)} meant?" if near else "."
    return SiteError(f"{name}: no such site{meant} The site files of {folder}: cundang sites list")


def by_host(sites: Iterable[Site]) -> dict[str, Site]:
    """Host -> the site whose rules apply to its pages.

    Raises:
        SiteError: two sites claim one host.
    """
    found: dict[str, Site] = {}
    for site in sites:
        for host in site.hosts:
            if found.setdefault(host, site) is not site:
                raise SiteError(f"{host} stands in two site files, {found[host].key} and {site.key}. Name it in one.")
    return found


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """The host of a URL as site files write it.

    >>> host_of("http://WWW.sctyzx.gov.cn:80/my/202409/54308962.html")
    'www.sctyzx.gov.cn'
    >>> host_of("http://127.0.0.2:8001/")
    '127.0.0.2:8001'
    >>> host_of("file:///000.txt")
    ''
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, default) else f"{host}:{port}"


def _wrong(path: Path, key: str, why: str) -> SiteError:
    return SiteError(f"{path}: {key}: {why}")


def _check(site: Site, path: Path) -> None:
    if not site.hosts:
        raise _wrong(path, "hosts", "names no host. List the hosts that belong to the site.")
    for host in site.hosts:
        if host != host_of(f"http://{host}/") and host != host_of(f"https://{host}/"):
            raise _wrong(path, "hosts", f"{host!r} is no host. Write it as in a URL, without scheme and path.")
        if not host.isascii():
            raise _wrong(path, "hosts", f"{host!r} is asked for as {host.encode('idna').decode()!r}. Write it so.")
    if site.place is not None and not re.fullmatch(r"\d{6}", site.place):
        raise _wrong(path, "place", f'{site.place!r} is no GB/T 2260 code. Give six digits, as in "510000".')
    _check_crawl(site, path)
    for key, selector in ((key, getattr(r, key)) for r in site.readings for key in ("title", "body")):
        if selector is not None:
            _check_selector(selector, path, f"read.{key}")
    untils = [r.until or dt.date.max for r in site.readings]
    if untils != sorted(set(untils)):
        raise _wrong(path, "read", "eras stand oldest first, and only the last may lack `until`.")


def _check_selector(selector: str, path: Path, key: str) -> None:
    from lxml.cssselect import CSSSelector, SelectorError  # noqa: PLC0415 - most site files have no selector

    try:
        CSSSelector(selector, translator="html")
    except SelectorError as error:
        raise _wrong(path, key, f"{selector!r} is no CSS selector: {error}.") from error


def _check_crawl(site: Site, path: Path) -> None:
    crawl = site.crawl
    if not crawl.start:
        raise _wrong(path, "crawl.start", "names no URL. Give at least the home page.")
    for url in crawl.start:
        if urlsplit(url).scheme not in ("http", "https") or host_of(url) not in site.hosts:
            raise _wrong(path, "crawl.start", f"{url!r} is no http(s) URL of the site's hosts.")
    for pattern in crawl.articles:
        try:
            re.compile(pattern)
        except re.error as error:
            raise _wrong(path, "crawl.articles", f"{pattern!r} is no regular expression: {error}.") from error
    for requisite in crawl.requisites:
        if requisite not in REQUISITES:
            raise _wrong(path, "crawl.requisites", f"{requisite!r} is unknown; known are {', '.join(REQUISITES)}.")
    if crawl.tls not in ("strict", "weak"):
        raise _wrong(path, "crawl.tls", f'{crawl.tls!r} is unknown; known are "strict" and "weak".')
    if crawl.hours is not None and not re.fullmatch(
        r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d", crawl.hours
    ):
        raise _wrong(path, "crawl.hours", f'{crawl.hours!r} are no hours. Write them as in "22:00-07:00".')
    if not 0 <= crawl.delay < math.inf:
        raise _wrong(path, "crawl.delay", f"{crawl.delay} are no seconds. Give 0 or more.")
    if crawl.max_depth < 0:
        raise _wrong(path, "crawl.max_depth", "is negative. Give 0 for the start pages alone.")
    for key in ("max_pages", "page_bytes", "file_bytes"):
        if (most := getattr(crawl, key)) is not None and most < 1:
            raise _wrong(path, f"crawl.{key}", f"{most} lets nothing through. Give 1 or more.")


def _build(
    kind: type[T], raw: Mapping[str, Any], path: Path, prefix: str, known: tuple[str, ...] = (), **given: Any
) -> T:
    """A TOML table -> a dataclass, every key and type checked."""
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind) if f.name not in given]  # type: ignore[arg-type]
    for key, value in raw.items():
        if key not in names:
            near = difflib.get_close_matches(key, [*names, *known], n=1, cutoff=0.0)
            raise SiteError(f"{path}: unknown key `{prefix}{key}`. The nearest known key is `{prefix}{near[0]}`.")
        given[key] = _typed(value, hints[key], path, prefix + key)
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in given and field.default is field.default_factory:
            raise SiteError(f"{path}: the key `{prefix}{field.name}` is missing. Add it.")
    return kind(**given)


def _typed(value: Any, hint: Any, path: Path, key: str) -> Any:
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    for option in options:
        if get_origin(option) is tuple:
            if isinstance(value, list) and all(isinstance(v, str) for v in value):
                return tuple(value)
        elif option is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        elif type(value) is option:
            return value
    kinds = {
        "tuple": "a list of strings",
        "float": "a number",
        "int": "a whole number",
        "str": "a string",
        "bool": "true or false",
        "date": "a date without quotation marks, like 2022-06-30",
    }
    wanted = " or ".join(kinds[(get_origin(o) or o).__name__] for o in options if o is not type(None))
    raise SiteError(f"{path}: `{key}` must be {wanted}, not {value!r}.")
