"""Site files (TOML) -> `Site`: who to visit and how to read them.

A host is written as in a URL: `www.sctyzx.gov.cn`, or with a port where it is not the scheme's own: `127.0.0.2:8001`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from archive.errors import SiteError

# Where site files are when nothing else is said.
FOLDER = Path("seeds/sites")
REQUISITES = ("images", "attachments", "styles")
# How a rule begins that is a pattern.
PATTERN = "re:"
# The one time zone of China; it has had no summer time since 1991.
CHINA = dt.timezone(dt.timedelta(hours=8))

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the pages of one era are read: CSS selectors, each optional.

    Of those below `body` each may be a pattern too: `re:` and a regular expression, searched in each line of the page;
    its first group is what is meant, else the whole of what it finds.

    Attributes:
        until: the last day of the era, compared with the day of the capture; None: open-ended.
        title: where the title stands.
        body: where the article's text stands.
        date, source, author, editor: where the day of publication stands, and who is named.
        columns: where the breadcrumb stands.
        drop: what is no part of any article; its lines go to `removed`.
        next: the link to a list's next page.
    """

    until: dt.date | None = None
    title: str | None = None
    body: str | None = None
    date: str | None = None
    source: str | None = None
    author: str | None = None
    editor: str | None = None
    columns: str | None = None
    drop: tuple[str, ...] = ()
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What to visit and how gently.

    Attributes:
        start: URLs where a crawl begins.
        articles: regular expressions searched in a URL; a URL that one finds is an article. Empty: judged by the page.
        lists: the same for lists: a URL that one finds is asked for as often as its list changes.
        exclude: the same for what is never asked for.
        delay: seconds between two requests to one host, before jitter.
        max_depth: links from a start page to the farthest page.
        max_pages: requests in one crawl, requisites not counted; None: no limit.
        requisites: which files of articles are fetched too: "images", "attachments", "styles" (style sheets, with the
            sheets, pictures and fonts that they name), or a regular expression searched in a file's URL.
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
    lists: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
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
class Spot:
    """Where a field stands on the pages of a template.

    Attributes:
        at: a CSS selector of the element whose own words hold it.
        part: which of these words, counted from 0, those with digits left out; None: all of them.
        seen: the pages on which it was found there.
    """

    at: str
    part: int | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A layout of a site's articles, as the site's own archive teaches it.

    Attributes:
        pages: different articles that have it.
        first, last: the days (Asia/Shanghai) of their oldest and newest capture; None where no capture has a day.
        body: a CSS selector of the article's box.
        share: how much of the words in that box is the article's, 0 to 1; the median of the pages.
        beside: characters in that box that are none of the article's; the median of the pages.
        title, date, source, author: where each field stands.
        furniture: lines in the box that are no part of the article, each with the share of the pages that have it.
    """

    pages: int
    body: str
    share: float
    beside: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    title: Spot | None = None
    date: Spot | None = None
    source: Spot | None = None
    author: Spot | None = None
    furniture: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What a site's archive teaches: `articles` that were looked at, and the layouts of most of them."""

    articles: int
    templates: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site: its key is the name of its file.

    Attributes:
        hosts: the hosts that belong to it; others are never visited.
        place: GB/T 2260 code of six digits, None where it has no place.
        schedule: a cron expression (Asia/Shanghai); None: only by hand.
        readings: eras, oldest first; empty: the general reader alone.
        learned: what its archive taught, from `learned/<key>.toml` beside its file; None: nothing yet.
    """

    key: str
    name: str
    hosts: tuple[str, ...]
    crawl: Crawl
    place: str | None = None
    schedule: str | None = None
    readings: tuple[Reading, ...] = ()
    learned: Learned | None = None

    def reading_at(self, date: dt.datetime | None) -> Reading | None:
        """The era that a capture of `date` (UTC) belongs to; no date: the newest; None: no era covers it."""
        if date is None:
            return self.readings[-1] if self.readings else None
        # Eras are days in China: a capture at 17:00 UTC is already tomorrow's.
        day = date.astimezone(CHINA).date()
        return next((r for r in self.readings if r.until is None or day <= r.until), None)


def load_file(path: Path) -> Site:
    """One site file, with what was learned of its site -> Site.

    Raises:
        SiteError: a file cannot be read, or a key is unknown, missing or of the wrong type: a line a mistake.
    """
    text, raw = _toml(path, "Name an existing site file.")
    wrong = _Mistakes(path, text)
    crawl = raw.pop("crawl", None)
    if not isinstance(crawl, dict):
        wrong.add("", 'the table [crawl] is missing. Add it, with `start = ["http://..."]`.')
        crawl = {"start": []}
    reads = raw.pop("read", [])
    if not isinstance(reads, list) or not all(isinstance(r, dict) for r in reads):
        wrong.add("read", "`read` must be written as [[read]] tables, oldest era first.")
        reads = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", path.stem):
        wrong.add("", "a site file's name is its key: small letters, digits, `-`, `_` and `.`. Rename it.")
    built = _build(Crawl, crawl, wrong, "crawl.")
    readings = [_build(Reading, each, wrong, "read.", nth) for nth, each in enumerate(reads)]
    site = _build(
        Site,
        raw,
        wrong,
        "",
        known=("crawl", "read"),
        key=path.stem,
        crawl=built or Crawl(start=()),
        readings=tuple(each for each in readings if each is not None),
        learned=load_learned(learned_file(path.parent, path.stem)),
    )
    if site is not None and built is not None:
        _check(site, wrong)
    wrong.tell()
    assert site is not None
    return site


def learned_file(folder: Path, key: str) -> Path:
    """The file that says what was learned of a site, in a folder of site files."""
    return folder / "learned" / f"{key}.toml"


def load_learned(path: Path) -> Learned | None:
    """What was learned of a site; None where there is no such file.

    Raises:
        SiteError: the file cannot be read, or a key is unknown, missing or of the wrong type: a line a mistake.
    """
    if not path.exists():
        return None
    text, raw = _toml(path, "Delete it, or learn again: cundang sites learn")
    wrong = _Mistakes(path, text)
    tables = raw.pop("template", [])
    templates = [
        _template(dict(table), wrong, nth) for nth, table in enumerate(tables if isinstance(tables, list) else [])
    ]
    learned = _build(Learned, raw, wrong, "", known=("template",), templates=tuple(filter(None, templates)))
    wrong.tell()
    return learned


def _template(table: dict[str, Any], wrong: _Mistakes, nth: int) -> Template | None:
    spots: dict[str, Any] = {
        name: _build(Spot, dict(table.pop(name)), wrong, f"template.{name}.", nth)
        for name in ("title", "date", "source", "author")
        if isinstance(table.get(name), dict)
    }
    furniture = table.pop("furniture", {})
    lines = tuple(furniture.items()) if isinstance(furniture, dict) else ()
    if not all(isinstance(share, float) for _, share in lines):
        wrong.add(
            "template.furniture", "furniture: each line has the share of the pages that hold it, as in 0.75.", nth
        )
    made = _build(Template, table, wrong, "template.", nth, furniture=lines, **spots)
    selectors = [
        ("body", made.body if made else None),
        *((name, spot.at if spot else None) for name, spot in spots.items()),
    ]
    for name, selector in selectors:
        if selector is not None:
            _check_selector(selector, wrong, f"template.{name}", nth)
    return made


def _toml(path: Path, cure: str) -> tuple[str, dict[str, Any]]:
    """The text of a file and what it says."""
    try:
        # Editors of Windows begin a file with a byte order mark, which TOML does not know.
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise SiteError(f"{path}: cannot be read ({error.strerror}). {cure}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: not TOML in UTF-8: {error}. Mend that line.") from error


class _Mistakes:
    """What is wrong with a site file, each with the line of its key."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._found: list[tuple[int, str]] = []
        self._lines: dict[tuple[str, int], int] = {}
        table, nth = "", 0
        for number, line in enumerate(text.splitlines(), 1):
            if (header := re.match(r"\s*\[{1,2}\s*(\w+)", line)) is not None:
                nth = nth + 1 if header[1] == table else 0
                table = header[1]
                self._lines.setdefault((table, nth), number)
            elif (key := re.match(r"\s*([\w-]+)\s*=", line)) is not None:
                self._lines.setdefault((f"{table}.{key[1]}" if table else key[1], nth), number)

    def add(self, key: str, why: str, nth: int = 0) -> None:
        """Note a mistake of a key, `read.body`; of the nth table of that name."""
        line = self._lines.get((key, nth)) or self._lines.get((key.partition(".")[0], nth), 0)
        where = f"{self._path}, line {line}" if line else f"{self._path}"
        self._found.append((line, f"{where}: {why}"))

    def tell(self) -> None:
        """Raise them, in the order of their lines, a line each; nothing where there is none."""
        if self._found:
            raise SiteError("\n".join(why for _, why in sorted(self._found, key=lambda each: each[0])))


def load(folder: Path) -> dict[str, Site]:
    """All site files of a folder, by key, in the order of their names.

    Raises:
        SiteError: a file is wrong, or two files claim one host.
    """
    if not folder.is_dir():
        raise SiteError(
            f"{folder}: no such folder of site files. Name one with --sites or CUNDANG_SITES, or: cundang sites copy"
        )
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


def matches(patterns: Iterable[str], url: str) -> bool:
    """Whether one of these patterns finds something in a URL.

    >>> matches(["/zt/", "[.]aspx$"], "http://a.cn/list.aspx")
    True
    """
    return any(re.search(pattern, url) for pattern in patterns)


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


def _check(site: Site, wrong: _Mistakes) -> None:
    if not site.hosts:
        wrong.add("hosts", "hosts: names no host. List the hosts that belong to the site.")
    for host in site.hosts:
        if host != host_of(f"http://{host}/") and host != host_of(f"https://{host}/"):
            wrong.add("hosts", f"hosts: {host!r} is no host. Write it as in a URL, without scheme and path.")
        elif not host.isascii():
            wrong.add("hosts", f"hosts: {host!r} is asked for as {host.encode('idna').decode()!r}. Write it so.")
    if site.place is not None and not re.fullmatch(r"\d{6}", site.place):
        wrong.add("place", f'place: {site.place!r} is no GB/T 2260 code. Give six digits, as in "510000".')
    _check_crawl(site, wrong)
    for nth, reading in enumerate(site.readings):
        _check_reading(reading, wrong, nth)
    untils = [r.until or dt.date.max for r in site.readings]
    if untils != sorted(set(untils)):
        wrong.add("read", "read: eras stand oldest first, and only the last may lack `until`.")


def _check_reading(reading: Reading, wrong: _Mistakes, nth: int) -> None:
    for field in fields(Reading):
        given = getattr(reading, field.name)
        for rule in given if isinstance(given, tuple) else (given,):
            if not isinstance(rule, str):
                continue
            key = f"read.{field.name}"
            if rule.startswith(PATTERN) and field.name not in ("title", "body"):
                _check_pattern(rule.removeprefix(PATTERN), wrong, key, nth)
            else:
                _check_selector(rule, wrong, key, nth)


def _check_selector(selector: str, wrong: _Mistakes, key: str, nth: int) -> None:
    from lxml.cssselect import CSSSelector, SelectorError  # noqa: PLC0415 - most site files have no selector

    try:
        CSSSelector(selector, translator="html")
    except SelectorError as error:
        wrong.add(key, f"{key}: {selector!r} is no CSS selector: {error}.", nth)


def _check_pattern(pattern: str, wrong: _Mistakes, key: str, nth: int = 0) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        wrong.add(key, f"{key}: {pattern!r} is no regular expression: {error}.", nth)


def _check_crawl(site: Site, wrong: _Mistakes) -> None:
    crawl = site.crawl

    def say(key: str, why: str) -> None:
        wrong.add(f"crawl.{key}", f"crawl.{key}: {why}")

    if not crawl.start:
        say("start", "names no URL. Give at least the home page.")
    for url in crawl.start:
        if urlsplit(url).scheme not in ("http", "https") or host_of(url) not in site.hosts:
            say("start", f"{url!r} is no http(s) URL of the site's hosts.")
    for key in ("articles", "lists", "exclude"):
        for pattern in getattr(crawl, key):
            _check_pattern(pattern, wrong, f"crawl.{key}")
    for requisite in crawl.requisites:
        if re.fullmatch(r"\w+", requisite) and requisite not in REQUISITES:
            say("requisites", f"{requisite!r} is unknown; known are {', '.join(REQUISITES)}, and patterns of URLs.")
        else:
            _check_pattern(requisite, wrong, "crawl.requisites")
    _check_limits(crawl, say)


def _check_limits(crawl: Crawl, say: Callable[[str, str], None]) -> None:
    if crawl.tls not in ("strict", "weak"):
        say("tls", f'{crawl.tls!r} is unknown; known are "strict" and "weak".')
    hours = r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d"
    if crawl.hours is not None and not re.fullmatch(hours, crawl.hours):
        say("hours", f'{crawl.hours!r} are no hours. Write them as in "22:00-07:00".')
    if not 0 <= crawl.delay < math.inf:
        say("delay", f"{crawl.delay} are no seconds. Give 0 or more.")
    if crawl.max_depth < 0:
        say("max_depth", "is negative. Give 0 for the start pages alone.")
    for key in ("max_pages", "page_bytes", "file_bytes"):
        if (most := getattr(crawl, key)) is not None and most < 1:
            say(key, f"{most} lets nothing through. Give 1 or more.")


@cache
def _types(kind: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields: made once, as that takes most of the time of reading a site file."""
    return get_type_hints(kind)


def _build(
    kind: type[T],
    raw: Mapping[str, Any],
    wrong: _Mistakes,
    prefix: str,
    nth: int = 0,
    known: tuple[str, ...] = (),
    **given: Any,
) -> T | None:
    """A TOML table -> a dataclass, every key and type checked; None where a key is missing that has no default."""
    hints = _types(kind)  # type: ignore[arg-type]  # a type can be hashed
    names = [f.name for f in fields(kind) if f.name not in given]  # type: ignore[arg-type]
    for key, value in raw.items():
        if key not in names:
            near = difflib.get_close_matches(key, [*names, *known], n=1, cutoff=0.0)
            why = f"unknown key `{prefix}{key}`. The nearest known key is `{prefix}{near[0]}`."
            wrong.add(prefix + key, why, nth)
            continue
        try:
            given[key] = _typed(value, hints[key], prefix + key)
        except SiteError as error:
            wrong.add(prefix + key, str(error), nth)
            names.remove(key)
    missing = [
        field.name
        for field in fields(kind)  # type: ignore[arg-type]
        if field.name not in given and field.default is field.default_factory
    ]
    for name in missing:
        if name in names:
            wrong.add(prefix.rstrip("."), f"the key `{prefix}{name}` is missing. Add it.", nth)
    return None if missing else kind(**given)


def _typed(value: Any, hint: Any, key: str) -> Any:
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
    raise SiteError(f"`{key}` must be {wanted}, not {value!r}.")
