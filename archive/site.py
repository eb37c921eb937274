"""Site files (TOML) -> `Site`: who to visit and how to read them.

A host is written as in a URL: `www.sctyzx.gov.cn`, or with a port where it is not the scheme's own: `127.0.0.2:8001`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from archive.errors import SiteError

# The default folder of site files.
FOLDER = Path("seeds/sites")
REQUISITES = ("images", "attachments", "styles")
# The prefix of a reading rule that is a regular expression.
PATTERN = "re:"
_PUBLISHED = r"(?:\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d)?\+08:00)?)?)?)?"
# China has one time zone, without summer time since 1991.
CHINA = dt.timezone(dt.timedelta(hours=8))

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read the pages of one era: CSS selectors, each optional.

    Each rule except `title` and `body` may also be `re:` and a regular expression. It is searched in each line that
    the page shows; its value is the first group, or the whole match if there is no group.

    Attributes:
        until: the last day of the era, compared with the day of the capture; None: open-ended.
        title: the element with the title.
        body: the element with the article's text.
        date, source, author, editor: the elements with the day of publication and these names.
        columns: the element with the breadcrumb.
        drop: elements that are not part of any article; their lines go to `removed`.
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
    """What to visit, and with which limits.

    Attributes:
        start: URLs where a crawl begins.
        articles: regular expressions; a URL in which one matches is an article. Empty: the page itself decides.
        lists: regular expressions for the URLs of lists; they are fetched as often as the list changes.
        exclude: regular expressions for URLs that are never fetched.
        delay: seconds between two requests to one host, before jitter.
        max_depth: the most links to follow from a start page.
        max_pages: the most requests in one crawl, not counting requisites; None: no limit.
        requisites: which files of articles to fetch too: "images", "attachments", "styles" (style sheets, and the
            sheets, pictures and fonts they name), or a regular expression for a file's URL.
        page_bytes: the most bytes of a page on the wire; the rest is cut off (`WARC-Truncated: length`).
        file_bytes: the same limit for a requisite.
        cookies: keep cookies within a crawl.
        hours: visit the site only at these hours of the day (Asia/Shanghai), "22:00-07:00"; None: always.
        allow_private: private addresses, each exactly `host:port`, that may be fetched; for tests and intranets.
        tls: "strict": TLS 1.2 and newer; "weak": also TLS 1.0, SHA-1 and short keys, for old servers. Certificates are
            judged in both modes, and the verdict is kept beside the page.
        browser: render lists that scripts build in Chromium (the extra `browser`).
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
    """Where a field is on the pages of a template.

    Attributes:
        at: a CSS selector of the element whose own words hold the field.
        part: the number of the word, counted from 0 without words that have digits; None: all words.
        seen: the number of pages on which the field was found there.
    """

    at: str
    part: int | None = None
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A layout of a site's articles, learned from the site's own archive.

    Attributes:
        pages: the number of different articles with this layout.
        first, last: the days (Asia/Shanghai) of their oldest and newest capture; None: no capture has a day.
        body: a CSS selector of the article's box.
        share: the share of the box's words that belong to the article, 0 to 1; the median of the pages.
        beside: the number of characters in the box that do not belong to the article; the median of the pages.
        title, date, source, author: where each field is.
        furniture: lines in the box that are not part of the article, each with the share of the pages that have it.
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
    """What was learned from a site's archive: the number of `articles` considered, and the layouts of most of them."""

    articles: int
    templates: tuple[Template, ...] = ()


# The fields that a correction may give.
CORRECTED = ("title", "subtitle", "published", "source", "author", "editor", "contributor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person states of one page, in the place of what is read there.

    Attributes:
        url, digest: of the capture; a page with other bytes is another one, and is not corrected.
        field: one of `CORRECTED`.
        value: its true value; empty: the page states none.
        by, why: who corrects it, and the reason.
    """

    url: str
    digest: str
    field: str
    value: str
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site; its key is the name of its file.

    Attributes:
        hosts: the hosts of the site; no other host is visited.
        place: GB/T 2260 code of six digits; None: the site belongs to no place.
        schedule: a cron expression (Asia/Shanghai); None: only by hand.
        readings: the reading rules of each era, oldest first; empty: use the general reader alone.
        learned: what was learned from its archive, from `learned/<key>.toml` beside its file; None: nothing yet.
        corrections: what persons state of single pages, from `corrections/<key>.toml` beside its file.
    """

    key: str
    name: str
    hosts: tuple[str, ...]
    crawl: Crawl
    place: str | None = None
    schedule: str | None = None
    readings: tuple[Reading, ...] = ()
    learned: Learned | None = None
    corrections: tuple[Correction, ...] = ()

    def reading_at(self, date: dt.datetime | None) -> Reading | None:
        """The era of a capture of `date` (UTC): the newest era without a date, None if no era covers it."""
        if date is None:
            return self.readings[-1] if self.readings else None
        # Eras are counted in China's days: 17:00 UTC is already tomorrow there.
        day = date.astimezone(CHINA).date()
        return next((r for r in self.readings if r.until is None or day <= r.until), None)


def load_file(path: Path) -> Site:
    """Read one site file, and what was learned about its site.

    Raises:
        SiteError: a file cannot be read, or keys are unknown, missing or of the wrong type; one line per mistake.
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
        corrections=_corrections(path.parent / "corrections" / path.name),
    )
    if site is not None and built is not None:
        _check(site, wrong)
    wrong.tell()
    assert site is not None
    return site


def learned_file(folder: Path, key: str) -> Path:
    """The file with what was learned about a site, below a folder of site files."""
    return folder / "learned" / f"{key}.toml"


def load_learned(path: Path) -> Learned | None:
    """Read what was learned about a site; None if there is no such file.

    Raises:
        SiteError: the file cannot be read, or keys are unknown, missing or of the wrong type; one line per mistake.
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


def _corrections(path: Path) -> tuple[Correction, ...]:
    if not path.exists():
        return ()
    text, raw = _toml(path, "Correct it; without it, its corrections are not made.")
    wrong = _Mistakes(path, text)
    tables = raw.pop("correction", [])
    if raw or not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        wrong.add("", "the file consists of [[correction]] tables.")
        tables = []
    found = [_build(Correction, each, wrong, "correction.", nth) for nth, each in enumerate(tables)]
    for nth, each in enumerate(found):
        if each is not None and each.field not in CORRECTED:
            wrong.add("correction.field", f"field: {each.field!r} is none of {', '.join(CORRECTED)}.", nth)
        elif each is not None and each.field == "published" and not re.fullmatch(_PUBLISHED, each.value):
            wrong.add("correction.value", f"value: {each.value!r} is no day. Write 2019-06-03, 2019-06 or 2019.", nth)
    wrong.tell()
    return tuple(each for each in found if each is not None)


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
    """Read a TOML file: its text, and its content."""
    import tomllib  # noqa: PLC0415 - a search that asks for no place reads no site file

    try:
        # Windows editors may write a byte order mark, which TOML does not allow.
        text = path.read_text(encoding="utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise SiteError(f"{path}: cannot be read ({error.strerror}). {cure}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: not TOML in UTF-8: {error}. Correct that line.") from error


def load_given(path: Path, sites: Mapping[str, Site]) -> Site:
    """Load a site file named by its path; what is not beside it, it has of its namesake: what was learned, corrections.

    Raises:
        SiteError: as `load_file`.
    """
    site = load_file(path)
    known = sites.get(site.key)
    if known is None:
        return site
    return replace(site, learned=site.learned or known.learned, corrections=site.corrections or known.corrections)


class _Mistakes:
    """The mistakes of a site file, each with its line number."""

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
        """Note a mistake of a key such as `read.body`, in the nth table of that name."""
        line = self._lines.get((key, nth)) or self._lines.get((key.partition(".")[0], nth), 0)
        where = f"{self._path}, line {line}" if line else f"{self._path}"
        self._found.append((line, f"{where}: {why}"))

    def tell(self) -> None:
        """Raise SiteError with all mistakes, ordered by line; do nothing if there are none."""
        if self._found:
            raise SiteError("\n".join(why for _, why in sorted(self._found, key=lambda each: each[0])))


def load(folder: Path) -> dict[str, Site]:
    """Read all site files of a folder: key -> Site, ordered by name.

    Raises:
        SiteError: files are wrong, or name one host together; all of them are named.
    """
    sites, wrong = load_each(folder)
    if wrong:
        raise SiteError("\n".join(dict.fromkeys(wrong.values())))
    return sites


def load_each(folder: Path) -> tuple[dict[str, Site], dict[str, str]]:
    """Read those site files of a folder that are right, ordered by name; what is wrong with the others, by key.

    Raises:
        SiteError: there is no such folder.
    """
    if not folder.is_dir():
        raise SiteError(
            f"{folder}: no such folder of site files. Name one with --sites or CUNDANG_SITES, or: cundang sites copy"
        )
    sites, wrong = {}, {}
    for path in sorted(folder.glob("*.toml")):
        try:
            sites[path.stem] = load_file(path)
        except SiteError as error:
            wrong[path.stem] = str(error)
    for path in sorted((folder / "corrections").glob("*.toml")):
        if path.stem not in sites and path.stem not in wrong:
            wrong[path.stem] = (
                f"{path}: no site file {path.name} is beside this folder, so nothing is corrected. Rename it."
            )
    # Whose pages those of a common host are, nobody knows.
    wrong |= clashes(sites.values())
    return {key: site for key, site in sites.items() if key not in wrong}, wrong


def clashes(sites: Iterable[Site]) -> dict[str, str]:
    """The sites that name a host together with another one, each with a sentence on it."""
    named: dict[str, list[str]] = {}
    for site in sites:
        for host in dict.fromkeys(site.hosts):
            named.setdefault(host, []).append(site.key)
    return {key: _clash(host, keys) for host, keys in reversed(named.items()) if len(keys) > 1 for key in keys}


def _clash(host: str, keys: Sequence[str]) -> str:
    number = "two" if len(keys) == 2 else len(keys)
    return f"{host} stands in {number} site files, {', '.join(keys[:-1])} and {keys[-1]}. Name it in one."


def no_such_site(name: str, folder: Path, known: Iterable[str]) -> SiteError:
    """The error for an unknown site key. It suggests similar keys, or `sites add` if the name is an address.

    >>> print(no_such_site("sctyz", Path("nowhere"), ["acfic", "sctyzx"]))
    sctyz: no such site; is sctyzx meant? There is no folder nowhere; to get site files: cundang sites copy
    """
    if name == "all":
        return SiteError("all: no such site. To crawl all sites: cundang crawl --all")
    host = host_of(name if "://" in name else f"http://{name}")
    if isinstance(known, Mapping) and (site := next((each for each in known.values() if host in each.hosts), None)):
        return SiteError(f"{name}: an address, not a site's key. Its site is here: {site.key}")
    if "://" in name or name.startswith("www."):
        return SiteError(f"{name}: an address, not a site's key. Write a file for its site: cundang sites add {name}")
    meant = similar(name, known)
    if not folder.is_dir():
        return SiteError(
            f"{name}: no such site{meant} There is no folder {folder}; to get site files: cundang sites copy"
        )
    return SiteError(f"{name}: no such site{meant} The site files of {folder}: cundang sites list")


def similar(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown key: the similar ones, if there are any.

    >>> similar("sctyz", ["acfic", "sctyzx"]), similar("nobody", ["acfic"])
    ('; is sctyzx meant?', '.')
    """
    import difflib  # noqa: PLC0415 - only mistakes need it

    near = difflib.get_close_matches(name, list(known), n=3)
    return f"; is {' or '.join(near)} meant?" if near else "."


def by_host(sites: Iterable[Site]) -> dict[str, Site]:
    """Map each host to the site whose rules apply to its pages.

    Raises:
        SiteError: two sites claim one host.
    """
    found: dict[str, Site] = {}
    for site in sites:
        for host in site.hosts:
            if found.setdefault(host, site) is not site:
                raise SiteError(_clash(host, [found[host].key, site.key]))
    return found


def matches(patterns: Iterable[str], url: str) -> bool:
    """Whether one of these patterns matches in a URL.

    >>> matches(["/zt/", "[.]aspx$"], "http://a.cn/list.aspx")
    True
    """
    return any(re.search(pattern, url) for pattern in patterns)


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """The host of a URL as site files write it; empty if the URL has none.

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
            wrong.add("hosts", f"hosts: {host!r} is not a host name. Write it as in a URL, without scheme and path.")
        elif not host.isascii():
            wrong.add("hosts", f"hosts: {host!r} is asked for as {host.encode('idna').decode()!r}. Write it so.")
    if site.place is not None and not re.fullmatch(r"\d{6}", site.place):
        wrong.add("place", f'place: {site.place!r} is not a GB/T 2260 code. Give six digits, as in "510000".')
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
        wrong.add(key, f"{key}: {selector!r} is not a CSS selector: {error}.", nth)


def _check_pattern(pattern: str, wrong: _Mistakes, key: str, nth: int = 0) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        wrong.add(key, f"{key}: {pattern!r} is not a regular expression: {error}.", nth)


def _check_crawl(site: Site, wrong: _Mistakes) -> None:
    crawl = site.crawl

    def say(key: str, why: str) -> None:
        wrong.add(f"crawl.{key}", f"crawl.{key}: {why}")

    if not crawl.start:
        say("start", "names no URL. Give at least the home page.")
    for url in crawl.start:
        if urlsplit(url).scheme not in ("http", "https") or host_of(url) not in site.hosts:
            say("start", f"{url!r} is not an http(s) URL of the site's hosts.")
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
        say("hours", f'{crawl.hours!r} is not a span of hours. Write them as in "22:00-07:00".')
    if not 0 <= crawl.delay < math.inf:
        say("delay", f"{crawl.delay} is not a number of seconds. Give 0 or more.")
    if crawl.max_depth < 0:
        say("max_depth", "is negative. Give 0 for the start pages alone.")
    for key in ("max_pages", "page_bytes", "file_bytes"):
        if (most := getattr(crawl, key)) is not None and most < 1:
            say(key, f"{most} lets nothing through. Give 1 or more.")


@cache
def _types(kind: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields. Cached: finding them takes most of the time of reading a site file."""
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
    """Make a dataclass from a TOML table, checking every key and type; None if a required key is missing."""
    hints = _types(kind)  # type: ignore[arg-type]  # a type can be hashed
    names = [f.name for f in fields(kind) if f.name not in given]  # type: ignore[arg-type]
    for key, value in raw.items():
        if key not in names:
            import difflib  # noqa: PLC0415 - only mistakes need it

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
