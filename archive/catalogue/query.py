"""Questions to the catalogue -> its rows, and the documents they point at.

Each raises UsageError if there is no catalogue yet.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from heapq import nsmallest
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, get_args

from archive.catalogue.addresses import spellings
from archive.catalogue.ask import nearest
from archive.catalogue.duplicates import ORDER, TEXTS
from archive.catalogue.parts import join
from archive.corpus import shard
from archive.errors import DataError, UsageError
from archive.layout import IMPORTED, SHARD, Layout
from archive.site import CHINA
from archive.text.document import Document, Script
from archive.warc import exclusions
from archive.warc.disk import read_error

# Raise it when schema.sql, the content of `words`, what is a mention or what is marked changes: a catalogue of another
# version is rebuilt by the next update.
VERSION = 24
_DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
SCRIPTS = get_args(Script)
KINDS = ("article", "media_only")
# All flags of documents; docs/documents.md explains each.
FLAGS = (
    "content_farm",
    "corrected",
    "damaged",
    "date_conflict",
    "date_implausible",
    "gbk_damage",
    "incomplete",
    "low_confidence",
    "masked",
    "mirror",
    "mixed_encoding",
    "mojibake",
    "new_layout",
    "truncated",
)
# The most names that a message lists.
_NAMED = 20
# How many shards are read at a time for snippets.
READERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which documents to choose.

    Attributes:
        site: the key of the site; None: any.
        since: the first day of publication, ISO 8601, of any precision: `2020`, `2020-02`, `2020-02-19`.
        until: the last day of publication, inclusive. Neither chooses undated documents, as in a search.
        versions: all captures of a URL, not only the latest.
        as_of: the documents as they were at the end of a day, month or year of China, by the captures made until then.
        sites: the keys of the sites; None: any.
        flags, without: flags that a document must have, and must not have.
        script: `hans`, `hant`, `mixed`, `none`.
        kind: `article`, `media_only`.
        min_han: the least number of Han characters.
        collapse: choose only the first credible one of documents with equal texts, or of near copies (`near`), which
            differ in a few words; searches ignore it.
        query: a query in the language of `ask.parse`; `ids` are the documents that it found.
        sample: choose this many documents by a digest of `seed` and id, the same each time; 0: all.
        by_year: order the documents by year, earliest first.
    """

    site: str | None = None
    since: str | None = None
    until: str | None = None
    versions: bool = False
    as_of: str | None = None
    sites: tuple[str, ...] | None = None
    flags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    script: str | None = None
    kind: str | None = None
    min_han: int = 0
    collapse: Literal["equal", "near"] | None = None
    query: str | None = None
    ids: tuple[str, ...] | None = None
    sample: int = 0
    seed: int = 0
    by_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """What the catalogue has of one site.

    Attributes:
        documents: number of documents, as in a search or an export: of each address the latest, an article on several
            pages as one.
        texts: number of all texts, with earlier versions and further pages.
        last_capture: Asia/Shanghai, ISO 8601.
        skips: the number of page captures without a document, by reason.
    """

    site: str
    documents: int
    texts: int
    last_capture: str | None
    skips: Mapping[str, int]


def read_texts(layout: Layout, places: Sequence[tuple[str, int]]) -> list[str]:
    """Read the texts at (shard below the data folder, row number), in the same order, opening each shard once."""
    by_shard: dict[str, list[int]] = {}
    for path, row in places:
        by_shard.setdefault(path, []).append(row)

    def read(path: str) -> list[str]:
        with translated(layout):
            return list(shard.texts(layout.root / path, by_shard[path]))

    texts = {
        (path, row): text
        for path, found_there in zip(by_shard, _side_by_side(read, by_shard), strict=True)
        for row, text in zip(by_shard[path], found_there, strict=True)
    }
    return [texts[place] for place in places]


def _side_by_side(read: Callable[[str], list[str]], paths: Collection[str]) -> list[list[str]]:
    """What a function reads from some files: a search spends most of its time waiting for these reads."""
    if len(paths) == 1:
        return [*map(read, paths)]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - slow to load

    with ThreadPoolExecutor(READERS) as pool:
        return [*pool.map(read, paths)]


def refuse_unknown(layout: Layout, wanted: Filter, sites: Collection[str]) -> None:
    """Refuse unknown sites and flags: a mistyped name must not look like an empty archive.

    `sites`: the keys of site files; those of documents are accepted too.

    Raises:
        UsageError: the filter names an unknown site or flag, or there is no catalogue yet.
    """
    had = sites_of(layout)
    with catalogue(layout) as db:
        given = {flag for (said,) in db.execute("SELECT DISTINCT flags FROM documents") for flag in json.loads(said)}
    asked = [("site", wanted.site, had | set(sites))] if wanted.site else []
    asked += [("flag", flag, given | set(FLAGS)) for flag in (*wanted.flags, *wanted.without)]
    for name, value, known in asked:
        if value not in known:
            near = nearest(value, sorted(known))
            cure = f"; did you mean {near!r}?" if near else f". Name one of: {', '.join(sorted(known)[:_NAMED])}."
            raise UsageError(f"there is no {name} {value!r}{cure}")


def sites_of(layout: Layout) -> set[str]:
    """The sites of all pages in the catalogue; that of a page on whose host no site file is, is the host."""
    with catalogue(layout) as db:
        return {site for (site,) in db.execute("SELECT DISTINCT site FROM documents UNION SELECT site FROM skips")}


def chosen_rows(layout: Layout, wanted: Filter) -> Iterator[tuple[Path, list[int]]]:
    """Yield the shards and row numbers of the documents that a filter chooses, in the order of the archive."""
    _check_together(wanted)
    condition, values = _condition(wanted)
    nth = _nth(wanted)
    year = "substr(d.day, 1, 4)" if wanted.by_year else "1"
    sql = f"""SELECT path, row, id FROM (
                  SELECT s.path AS path, d.row AS row, d.id AS id, {year} AS year, {nth} AS nth
                  FROM documents d JOIN sources s ON s.id = d.source
                  WHERE {condition})
              WHERE nth = 1 ORDER BY year, path, row"""  # noqa: S608 - as above
    with catalogue(layout) as db:
        if wanted.as_of:
            _put_as_of(db, wanted.as_of)
        # Fetch all rows now: reading the shards may take an hour, and a crawl that ends meanwhile must write here.
        found = [(layout.root / path, row, id_) for path, row, id_ in db.execute(sql, values)]
    if wanted.sample:
        drawn = {id_ for _, _, id_ in nsmallest(wanted.sample, found, key=lambda row: _lot(wanted.seed, row[2]))}
        found = [row for row in found if row[2] in drawn]
    for path, rows in groupby(found, key=lambda row: row[0]):
        yield path, [row for _, row, _ in rows]


def _nth(wanted: Filter) -> str:
    """The place of a document `d` among equal ones, from 1 (SQL).

    They are collapsed among the chosen documents only: the first of all may be on another site, and none would be left.
    """
    if not wanted.collapse:
        return "1"
    text = "d.fold" if wanted.versions or wanted.as_of else "d.whole"
    # What has no text, such as a film, is no copy, whatever else it shares.
    alone = f"CASE WHEN {text} = '' OR NOT {TEXTS} THEN d.number END"
    same = f"{text}, {alone}" if wanted.collapse == "equal" else "coalesce(d.near_of, d.id)"
    return f"row_number() OVER (PARTITION BY {same} ORDER BY {ORDER})"


def _lot(seed: int, id_: str) -> bytes:
    return sha256(f"{seed} {id_}".encode()).digest()


def documents(layout: Layout, wanted: Filter) -> Iterator[Document]:
    """Yield the documents that a filter chooses, in the order of the archive."""
    parts = further(layout, wanted)
    for path, rows in chosen_rows(layout, wanted):
        yield from read(path, rows, parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What only the catalogue knows about a document.

    Attributes:
        pages: shard and row of each further page of the article, in order.
        aliases: the other addresses of the article.
        gone: the day (Asia/Shanghai) on which its address was first missing; None: it is there.
    """

    pages: tuple[tuple[Path, int], ...] = ()
    aliases: tuple[str, ...] = ()
    gone: str | None = None


# By shard and row of the article's main document.
Further = Mapping[tuple[Path, int], Standing]
_PAGES = """
SELECT h.path, first.row, s.path, d.row FROM documents d JOIN sources s ON s.id = d.source
JOIN documents first ON first.number = d.head JOIN sources h ON h.id = first.source
WHERE d.head IS NOT NULL AND (?1 IS NULL OR first.id = ?1) ORDER BY d.part_no
"""
_PAGES_AS_OF = """
SELECT h.path, first.row, s.path, d.row FROM as_of JOIN documents d USING (number) JOIN sources s ON s.id = d.source
JOIN documents first ON first.url = d.part_of AND first.number IN (SELECT number FROM as_of)
JOIN sources h ON h.id = first.source WHERE d.part_no > 1 AND coalesce(first.part_no, 1) = 1 ORDER BY d.part_no
"""
# What each address showed before a turn, without further addresses of an article. A revisit counts as the record that
# it refers to.
_AS_OF = """
SELECT coalesce(first_same, number) FROM (
    SELECT d.number, d.first_same, row_number() OVER (
        PARTITION BY d.url ORDER BY c.turn DESC, s.path DESC, d.row DESC) AS nth
    FROM captures c JOIN documents d ON d.url = c.url AND (d.id = c.id OR c.mime = 'warc/revisit' AND c.digest != ''
        AND d.id IN (SELECT o.id FROM captures o WHERE o.url = c.url AND o.digest = c.digest AND o.mime != c.mime))
    JOIN sources s ON s.id = d.source WHERE c.turn < ? AND d.alias_of IS NULL)
WHERE nth = 1
"""
_ALIASES = """
SELECT DISTINCT s.path, d.row, a.url FROM documents a JOIN documents d ON d.url = a.alias_of
JOIN sources s ON s.id = d.source WHERE a.alias_of IS NOT NULL AND (?1 IS NULL OR d.id = ?1) ORDER BY a.url
"""
_GONE = """
SELECT s.path, d.row, d.gone FROM documents d JOIN sources s ON s.id = d.source
WHERE d.gone IS NOT NULL AND (?1 IS NULL OR d.id = ?1)
"""


def further(layout: Layout, wanted: Filter) -> Further:
    """What the catalogue adds to the documents of shards; of all captures, the pages of an article stay apart."""
    with catalogue(layout) as db:
        if not wanted.as_of:
            return _standing(layout, db, None, [] if wanted.versions else None)
        _put_as_of(db, wanted.as_of)
        found = _standing(layout, db, None, db.execute(_PAGES_AS_OF).fetchall())
    last = (_day_after(wanted.as_of) - dt.timedelta(days=1)).isoformat()
    # What was missed later was there then.
    return {key: replace(one, gone=None) if one.gone and one.gone > last else one for key, one in found.items()}


def _put_as_of(db: sqlite3.Connection, period: str) -> None:
    """Make the temporary table `as_of` of the numbers of the documents at the end of a day, month or year."""
    end = dt.datetime.combine(_day_after(period), dt.time(), CHINA).astimezone(dt.UTC).strftime("%Y%m%d%H%M%S")
    db.execute("CREATE TEMP TABLE as_of(number INTEGER PRIMARY KEY)")
    db.execute(f"INSERT INTO as_of {_AS_OF}", (end,))


def _day_after(period: str) -> dt.date:
    """The day after a day, month or year.

    >>> [str(_day_after(period)) for period in ("2020", "2020-12", "2020-02-29")]
    ['2021-01-01', '2021-01-01', '2020-03-01']
    """
    year, month, day = (*map(int, period.split("-")), 0, 0)[:3]
    if day:
        return dt.date(year, month, day) + dt.timedelta(days=1)
    return dt.date(year + (month or 12) // 12, month % 12 + 1, 1)


def _standing(
    layout: Layout, db: sqlite3.Connection, id_: str | None, pages: Iterable[Sequence[Any]] | None = None
) -> dict[tuple[Path, int], Standing]:
    """What the catalogue knows about one document, or about all documents, by shard and row.

    `pages`: the shard and row of an article's first page, and of a further one; None: those of the latest captures.
    """
    found: dict[tuple[Path, int], Standing] = {}
    for head, row, path, number in db.execute(_PAGES, (id_,)) if pages is None else pages:
        known = found.get(key := (layout.root / head, row), Standing())
        found[key] = replace(known, pages=(*known.pages, (layout.root / path, number)))
    for path, row, url in db.execute(_ALIASES, (id_,)):
        known = found.get(key := (layout.root / path, row), Standing())
        found[key] = replace(known, aliases=(*known.aliases, url))
    for path, row, day in db.execute(_GONE, (id_,)):
        key = (layout.root / path, row)
        found[key] = replace(found.get(key, Standing()), gone=day)
    return found


def read(path: Path, rows: Sequence[int], parts: Further) -> Iterator[Document]:
    """Read the documents of a shard's rows; join the pages of an article, and add what the catalogue knows."""
    for row, item in zip(rows, shard.read_rows(path, rows), strict=True):
        assert isinstance(item, Document)
        yield _complete(item, parts.get((path, row)))


def _complete(document: Document, standing: Standing | None) -> Document:
    if standing is None:
        return document
    pages = (next(shard.read_rows(page, [number])) for page, number in standing.pages)
    joined = join([document, *(page for page in pages if isinstance(page, Document))]) if standing.pages else document
    return replace(joined, aliases=standing.aliases, gone=standing.gone)


def whole(layout: Layout, document: Document) -> Document:
    """Add to a document what the catalogue knows about it, such as the further pages of its article."""
    with catalogue(layout) as db:
        return _complete(document, next(iter(_standing(layout, db, document.id).values()), None))


def duplicate_of(layout: Layout, id_: str) -> str | None:
    """The id of the first credible document with the same text as this one; None if it is this one."""
    with catalogue(layout) as db:
        sql = "SELECT o.id FROM documents d JOIN documents o ON o.id = d.duplicate_of WHERE d.id = ?"
        found = db.execute(sql, (id_,)).fetchone()
    return str(found[0]) if found else None


def titles(layout: Layout, ids: Sequence[str]) -> dict[str, str]:
    """The titles of documents, by id; the address of one without a title."""
    sql = "SELECT id, coalesce(title, url) FROM documents WHERE id IN (SELECT value FROM json_each(?))"
    with catalogue(layout) as db:
        return dict(db.execute(sql, (json.dumps(list(ids)),)).fetchall())


def copies_of(layout: Layout, id_: str) -> list[dict[str, str]]:
    """The other documents with the same text as this one: `id`, `url` and `site` of each, at most 200."""
    with catalogue(layout) as db:
        rows = db.execute(
            """SELECT o.id, o.url, o.site FROM documents d JOIN documents o ON o.whole = d.whole
               WHERE d.id = ?1 AND d.whole != '' AND o.id != ?1 AND o.url != d.url AND o.latest = 1 AND o.head IS NULL
               ORDER BY o.site, o.url LIMIT 200""",
            (id_,),
        )
        return [dict(zip(("id", "url", "site"), row, strict=True)) for row in rows]


def captures_by_day(layout: Layout, site: str) -> dict[str, int]:
    """The number of captures of a site on each day (Asia/Shanghai, ISO 8601), including files.

    Of imported captures, those of pages: a file's site is not known.
    """
    # Group by hour first: there are few hours, and only they need converting to China's time.
    sql = """SELECT date(substr(hour, 1, 4) || '-' || substr(hour, 5, 2) || '-' || substr(hour, 7, 2) || ' '
                         || substr(hour, 9, 2) || ':00', '+8 hours'), sum(captures)
             FROM (SELECT substr(c.stamp, 1, 10) AS hour, count(*) AS captures
                   FROM captures c JOIN sources s ON s.id = c.source
                   WHERE c.stamp != '' AND (s.path GLOB ?1 OR s.path GLOB ?2 AND
                         (EXISTS (SELECT 1 FROM documents d WHERE d.id = c.id AND d.site = ?3)
                          OR EXISTS (SELECT 1 FROM skips k WHERE k.url = c.url AND k.id = c.id AND k.site = ?3)))
                   GROUP BY 1) GROUP BY 1 ORDER BY 1"""
    own, imported = (f"index/{key}/*" for key in (site, IMPORTED))
    with catalogue(layout) as db:
        return dict(db.execute(sql, (own, imported, site)).fetchall())


def without_capture(layout: Layout, urls: Sequence[str]) -> list[str]:
    """Those of some addresses that have no capture in the archive, in the same order."""
    with catalogue(layout) as db:
        sql = "SELECT 1 FROM captures WHERE url = ? LIMIT 1"
        return [url for url in urls if not db.execute(sql, (url,)).fetchone()]


def resolve_name(layout: Layout, name: str) -> str:
    """An id or address as the archive has it: an address may lack its scheme or last slash; else as it was given."""
    with catalogue(layout) as db:
        sql = """SELECT EXISTS (SELECT 1 FROM documents WHERE url = ?1 OR id = ?1)
                     OR EXISTS (SELECT 1 FROM captures WHERE url = ?1 OR id = ?1)"""
        return next((each for each in spellings(name) if db.execute(sql, (each,)).fetchone()[0]), name)


def find(layout: Layout, name: str) -> list[Document]:
    """The documents of an id or URL, latest first."""
    with catalogue(layout) as db:
        rows = db.execute(
            """SELECT s.path, d.row FROM documents d JOIN sources s ON s.id = d.source
               WHERE d.id = ? OR d.url = ? ORDER BY d.latest DESC, d.captured DESC""",
            (name, name),
        ).fetchall()
    with translated(layout):
        found = [next(shard.read_rows(layout.root / path, [row])) for path, row in rows]
    return [item for item in found if isinstance(item, Document)]


def status(layout: Layout) -> list[SiteStatus]:
    """What the catalogue has of each site; empty if there is no catalogue yet."""
    if not layout.catalogue.exists():
        return []
    with catalogue(layout) as db:
        skips: dict[str, dict[str, int]] = {}
        for site, reason, count in db.execute("SELECT site, reason, count(*) FROM skips GROUP BY 1, 2 ORDER BY 1, 2"):
            skips.setdefault(site, {})[reason] = count
        # Two questions, since one for both would read every row. The plus keeps SQLite from the index of sites.
        further = dict(
            db.execute("SELECT site, count(*) FROM documents WHERE head IS NOT NULL AND latest = 1 GROUP BY +site")
        )
        had = {
            site: (latest - further.get(site, 0), texts, last)
            for site, latest, texts, last in db.execute(
                "SELECT site, sum(latest), count(*), max(captured) FROM documents GROUP BY site"
            )
        }
    return [
        SiteStatus(
            site=site,
            documents=had.get(site, (0, 0, None))[0],
            texts=had.get(site, (0, 0, None))[1],
            last_capture=had.get(site, (0, 0, None))[2],
            skips=skips.get(site, {}),
        )
        for site in sorted(had.keys() | skips.keys())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A captured page that gave no document, and why."""

    reason: str
    url: str
    site: str
    captured: str | None
    detail: str
    id: str


def skips(layout: Layout, site: str | None = None) -> Iterator[Skipped]:
    """The captured pages of a site, or of all, that gave no document; pictures and other files are left out."""
    sql = """SELECT reason, url, site, captured, detail, id FROM skips
             WHERE (?1 IS NULL OR site = ?1) AND reason != 'not_html' ORDER BY reason, url, captured, id"""
    names = [each.name for each in fields(Skipped)]
    with catalogue(layout) as db:
        # Not hidden by a view: `status` counts pages that were taken down, under the reason `forgotten`.
        gone = exclusions.read(layout)
        for row in db.execute(sql, (site,)).fetchall():
            found = Skipped(**dict(zip(names, row, strict=True)))
            if gone.covering(found.url) is None:
                yield found


def skips_of(layout: Layout, shards: Iterable[Path]) -> dict[str, int]:
    """How many pages of some shards gave no document, by reason, most frequent first; other files are left out."""
    paths = json.dumps([path.relative_to(layout.root).as_posix() for path in shards])
    sql = """SELECT k.reason, count(*) FROM skips k JOIN sources s ON s.id = k.source
             WHERE k.reason != 'not_html' AND s.path IN (SELECT value FROM json_each(?))
             GROUP BY 1 ORDER BY 2 DESC, 1"""
    with catalogue(layout) as db:
        return dict(db.execute(sql, (paths,)).fetchall())


def shards_of(layout: Layout, ids: Iterable[str]) -> set[Path]:
    """The shards that have documents with these ids."""
    sql = """SELECT DISTINCT s.path FROM documents d JOIN sources s ON s.id = d.source
             WHERE d.id IN (SELECT value FROM json_each(?))"""
    with catalogue(layout) as db:
        return {layout.root / path for (path,) in db.execute(sql, (json.dumps(list(ids)),))}


def gone_shards(layout: Layout) -> list[Path]:
    """The shards whose documents the catalogue lists, and which are gone; none if there is no catalogue yet."""
    if not layout.catalogue.exists():
        return []
    with catalogue(layout) as db:
        named = [layout.root / path for (path,) in db.execute("SELECT path FROM sources ORDER BY path")]
    return [path for path in named if path.suffix == SHARD and not path.exists()]


def outcomes(layout: Layout, site: str, since: dt.datetime) -> dict[str, int]:
    """What the captures of a site since a moment gave: `document` or the reason of a Skip -> how many."""
    moment = since.astimezone(CHINA).isoformat(timespec="seconds")
    with catalogue(layout) as db:
        found = db.execute(
            """SELECT 'document', count(*) FROM documents WHERE site = ?1 AND captured >= ?2 GROUP BY 1
               UNION ALL SELECT reason, count(*) FROM skips WHERE site = ?1 AND captured >= ?2 GROUP BY 1""",
            (site, moment),
        ).fetchall()
    return dict(found)


def skipped(layout: Layout, urls: Iterable[str]) -> dict[str, int]:
    """How many of these pages gave no document in any capture, by the reason of the Skip, most frequent first."""
    with catalogue(layout) as db:
        rows = db.execute(
            """SELECT k.reason, count(DISTINCT k.url) FROM skips k JOIN json_each(?) AS asked ON asked.value = k.url
               WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.url = k.url)
               GROUP BY k.reason ORDER BY count(DISTINCT k.url) DESC, k.reason""",
            (json.dumps(list(urls)),),
        ).fetchall()
    return dict(rows)


def newest(layout: Layout, site: str, count: int) -> list[tuple[str, tuple[str, ...]]]:
    """The capture time and the flags of a site's `count` most recently captured articles, newest first."""
    with catalogue(layout) as db:
        rows = db.execute(
            """SELECT captured, flags FROM documents WHERE site = ? AND kind = 'article' AND captured IS NOT NULL
               ORDER BY captured DESC, number DESC LIMIT ?""",
            (site, count),
        ).fetchall()
    return [(captured, tuple(json.loads(flags))) for captured, flags in rows]


@contextmanager
def catalogue(layout: Layout) -> Iterator[sqlite3.Connection]:
    """Open the catalogue for reading, without what was taken down.

    Raises:
        UsageError: there is no catalogue yet.
        DataError: it cannot be read.
    """
    with translated(layout), closing(_connect(layout)) as db:
        yield db


@contextmanager
def translated(layout: Layout) -> Iterator[None]:
    """Say of values that no catalogue has that it is damaged, where they are read or used.

    Raises:
        DataError: a value is of the wrong kind.
    """
    try:
        yield
    except UnicodeEncodeError:  # what was asked for is no UTF-8
        raise
    # Flipped bits of a row may leave a text that is no UTF-8, no JSON or no day, a number for a text, or nothing.
    except (sqlite3.Error, TypeError, ValueError, KeyError) as error:
        why = "another version of cundang made it" if is_of_another_version(layout) else error
        raise DataError(f"{layout.catalogue}: {why}. Make it again: cundang rebuild --catalogue") from error


def is_of_another_version(layout: Layout) -> bool:
    """Whether another version of cundang made the catalogue: the next update makes it again."""
    try:
        with closing(_connect(layout)) as db:
            return bool(db.execute("SELECT version != ? FROM about", (VERSION,)).fetchone()[0])
    except (UsageError, DataError, sqlite3.Error, TypeError):  # there is none, or it is damaged
        return False


def _connect(layout: Layout) -> sqlite3.Connection:
    if not layout.root.is_dir():
        raise UsageError(
            f"{layout.root}: no such data folder. Name it with --data or CUNDANG_DATA; crawl and import make a new one."
        )
    try:
        layout.catalogue.open("rb").close()
    except FileNotFoundError:
        cure = "clean" if layout.uncleaned() else "rebuild --catalogue"
        raise UsageError(f"{layout.catalogue}: no catalogue yet. Make it: cundang {cure}") from None
    except OSError as error:
        raise read_error(layout.catalogue, error) from error
    db = sqlite3.connect(f"{layout.catalogue.resolve().as_uri()}?mode=ro", uri=True, timeout=60)
    excluded = exclusions.read(layout)
    if excluded.pages:
        # What was taken down must not be found from that moment on, even before the catalogue is updated. A temporary
        # view hides the table of the same name in every query.
        db.create_function("is_there", 1, lambda url: excluded.covering(url) is None, deterministic=True)
        for table in ("documents", "captures"):
            db.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE is_there(url)")  # noqa: S608 - our own names
    return db


def _check_together(wanted: Filter) -> None:
    if wanted.versions and wanted.as_of:
        raise UsageError("--as-of chooses one version of each address, --versions all. Give one of them.")
    other = "--as-of" if wanted.as_of else "--versions"
    if wanted.collapse == "near" and (wanted.versions or wanted.as_of):
        raise UsageError(f"Near copies are known only of latest captures: --collapse near excludes {other}.")


def check_days(wanted: Filter) -> None:
    """Refuse invalid days.

    Raises:
        UsageError: one is not a day, month or year, or the range is empty.
    """
    for day in (wanted.since, wanted.until, wanted.as_of):
        if day is not None and not _is_day(day):
            raise UsageError(f"{day!r} is not a day, month or year. Write it as 2020-02-19, 2020-02 or 2020.")
    if wanted.since and wanted.until and wanted.since > wanted.until + "~":
        raise UsageError(f"no day lies between {wanted.since} and {wanted.until}. Give the earlier one to --since.")


def _is_day(words: str) -> bool:
    """Whether the words are a day, month or year of the calendar.

    >>> [_is_day(words) for words in ("2020", "2020-02", "2020-02-29", "2020-13", "2021-02-29", "yesterday")]
    [True, True, True, False, False, False]
    """
    try:
        return bool(_DAY.fullmatch(words) and dt.date.fromisoformat((words + "-01-01")[:10]))
    except ValueError:
        return False


# What broke off cannot be a revisit of an equal capture, so an equal document before it makes it no version.
_REPEATED = """instr(d.flags, '"truncated"') AND EXISTS (
    SELECT 1 FROM documents o WHERE o.url = d.url AND o.exact = d.exact AND o.captured < d.captured)"""


_FIRST_AS_OF = """d.number IN (SELECT number FROM as_of) AND NOT (coalesce(d.part_no, 1) > 1 AND EXISTS (
    SELECT 1 FROM as_of JOIN documents f USING (number) WHERE f.url = d.part_of AND coalesce(f.part_no, 1) = 1))"""


def _condition(wanted: Filter) -> tuple[str, Sequence[Any]]:
    check_days(wanted)
    for what, value, known in (("script", wanted.script, SCRIPTS), ("kind", wanted.kind, KINDS)):
        if value:
            check_choice(what, value, known)
    given: list[tuple[str, Any]] = [
        ("d.site = ?", wanted.site or None),
        ("d.published >= ?", wanted.since or None),
        # '~' sorts after every character of a date, so the last day, month or year is included.
        ("d.published <= ?", f"{wanted.until}~" if wanted.until else None),
        ("d.site IN (SELECT value FROM json_each(?))", _json(wanted.sites)),
        ("d.id IN (SELECT value FROM json_each(?))", _json(wanted.ids)),
        ("d.script = ?", wanted.script or None),
        ("d.kind = ?", wanted.kind or None),
        ("d.han >= ?", wanted.min_han or None),
    ]
    # Searching the JSON text is exact, since no flag contains a quotation mark.
    given += [("instr(d.flags, ?)", json.dumps(flag, ensure_ascii=False)) for flag in wanted.flags]
    given += [("NOT instr(d.flags, ?)", json.dumps(flag, ensure_ascii=False)) for flag in wanted.without]
    parts = [(sql, value) for sql, value in given if value is not None]
    return " AND ".join([_every(wanted), *(sql for sql, _ in parts)]), [value for _, value in parts]


def _every(wanted: Filter) -> str:
    """What chooses the versions of documents; a further page of an article is shown with its first page."""
    if wanted.as_of:
        return _FIRST_AS_OF
    return f"NOT ({_REPEATED})" if wanted.versions else "d.latest = 1 AND d.head IS NULL"


def check_choice(what: str, value: str, known: Sequence[str]) -> None:
    """Refuse a value that is not one of the known ones; raises UsageError, which lists them."""
    if value not in known:
        raise UsageError(f"{value!r} is no {what}. Name one of: {', '.join(known)}.")


def _json(values: Sequence[str] | None) -> str | None:
    return None if values is None else json.dumps(values)
