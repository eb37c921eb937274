"""What the pages of each list claimed and showed -> the ledger of a site, and the gaps that are new in it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from archive.ledger import Ledger, ListAccount, Missing, SiteAccount
from archive.site import host_of
from crawler.queue.address import START
from crawler.queue.database import Database

# Rows on more than this share of a site's lists are furniture, such as a side bar of the newest articles, though each
# of them belongs to one list. With fewer lists the share says nothing: a home page shows what its columns show.
FURNITURE, LISTS = 0.5, 4

# Lists that show the same rows are one list under several addresses: `/` and `/index.html`.
_TWINS = """
SELECT list FROM (
    SELECT list, row_number() OVER (PARTITION BY group_concat(address) ORDER BY list) AS nth
    FROM (SELECT list, address FROM listed ORDER BY list, address) GROUP BY list)
WHERE nth > 1
"""
_ROWS = f"""
WITH twin AS MATERIALIZED ({_TWINS}),
spread AS MATERIALIZED (SELECT address, count(*) AS lists FROM listed WHERE list NOT IN twin GROUP BY address)
SELECT list, count(*), sum(had), sum(own), sum(own AND had) FROM (
    SELECT l.list,
           (a.state = 'done' OR a.first IS NOT NULL)
           AND NOT (a.state = 'done' AND a.reason IS NOT NULL AND a.role IS NOT 'article') AS had,
           spread.lists <= ? AS own
    FROM listed l JOIN spread ON spread.address = l.address JOIN address a ON a.id = l.address
    WHERE coalesce(a.reason, '') != 'deleted')
GROUP BY list
"""  # noqa: S608 - no input is part of it
_LONGER = """
SELECT 1 FROM ledger o WHERE o.list != ? AND o.claimed IS ? AND o.claimed_pages IS ?
AND (SELECT count(*) FROM ledger p WHERE p.list = o.list) > 1
AND EXISTS (SELECT 1 FROM listed WHERE list = ?)
AND NOT EXISTS (
    SELECT 1 FROM listed l WHERE l.list = ?
    AND NOT EXISTS (SELECT 1 FROM listed m WHERE m.list = o.list AND m.address = l.address))
LIMIT 1
"""
_NUMBER = f"""
SELECT count(*) FROM (SELECT DISTINCT list FROM ledger WHERE list NOT IN ({_TWINS})) l JOIN address a ON a.id = l.list
WHERE coalesce(a.role, '') != 'article'
"""  # noqa: S608 - no input is part of it
# A list in a frame, or one that a script asks for, has the name of its page.
_NAME = """
SELECT url, coalesce(anchor, (SELECT page.anchor FROM address page WHERE page.url = a.parent)), role = 'article'
FROM address a WHERE id = ?
"""
# Rows on other hosts, of the pages that show more of them than of the site's own. A side bar that all pages of a list
# show counts for the first of them only.
_AWAY = """
SELECT list, sum(away) FROM (SELECT list, page, count(*) AS away FROM elsewhere GROUP BY list, page) e
WHERE away > (SELECT rows FROM ledger l WHERE l.page = e.page) GROUP BY list
"""
# Further pages of lists that failed or are disallowed, and were never read. The reasons left out may mean that the list
# has ended.
_BROKEN = """
SELECT pager, reason || ' ' || url FROM address a
WHERE reason NOT NULL AND (state = 'failed' OR reason = 'robots') AND pager NOT NULL
AND reason NOT IN ('http_404', 'http_410', 'soft_404', 'no_rows', 'deleted', 'redirect_off_site', 'redirect_loop')
AND NOT EXISTS (SELECT 1 FROM ledger WHERE page = a.id) ORDER BY id
"""
# A picture for a home page is enough where a sitemap of robots.txt leads on.
_START = """
SELECT a.url FROM ledger l JOIN address a ON a.id = l.page WHERE a.priority = ? AND a.parent IS NULL AND l.leads = 0
AND NOT EXISTS (
    SELECT 1 FROM ledger m JOIN address s ON s.id = m.page WHERE s.parent LIKE '%/robots.txt' AND m.leads > 0)
"""
# Begin of the detail of an error answer that shows a whole page.
WHOLE = "and yet"
# One page for all errors shows one article.
_WHOLE = "SELECT count(DISTINCT detail), min(url) FROM address WHERE reason GLOB 'http_*' AND detail GLOB ?"

# An article, or the file that a list has in place of one.
_ANY = """
SELECT 1 FROM address WHERE role = 'article' UNION ALL
SELECT 1 FROM listed l JOIN address a ON a.id = l.address WHERE a.role IS NULL AND a.state = 'done' LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAccount:
    """What one page of a list says and shows.

    Attributes:
        claimed, claimed_pages, evidence, controls, blind, beyond: as in `archive.ledger.ListAccount`.
        rows: addresses of its articles on the site's hosts, each of which the frontier knows.
        elsewhere: addresses of rows and frames on other hosts.
        leads: links that can be followed.
    """

    claimed: int | None = None
    claimed_pages: int | None = None
    evidence: str = ""
    controls: tuple[str, ...] = ()
    blind: int = 0
    beyond: int = 0
    rows: Collection[str] = ()
    elsewhere: Collection[str] = ()
    leads: int = 0


class Accounts:
    """The tables `ledger`, `listed`, `elsewhere` and `gap` of a frontier."""

    def __init__(self, database: Database) -> None:
        """Work on the frontier's database."""
        self._db, self._translate = database.db, database.translate

    def note(self, page: int, first: int, said: PageAccount) -> None:
        """Keep what a page says of the list that begins with the address `first`, in place of what it said before."""
        with self._translate():
            self._db.execute(
                "INSERT OR REPLACE INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    page,
                    first,
                    said.claimed,
                    said.claimed_pages,
                    said.evidence,
                    json.dumps(said.controls, ensure_ascii=False),
                    said.blind,
                    said.leads,
                    len(set(said.rows)),
                    said.beyond,
                ],
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO listed SELECT ?, id FROM address WHERE url = ?",
                [(first, url) for url in said.rows],
            )
            self._db.execute("UPDATE elsewhere SET page = NULL WHERE list = ? AND page = ?", [first, page])
            self._db.executemany(
                "INSERT INTO elsewhere VALUES (?, ?, ?, ?)"
                " ON CONFLICT (list, url) DO UPDATE SET page = coalesce(page, excluded.page)",
                [(first, url, host_of(url), page) for url in said.elsewhere],
            )

    def begins(self, page: int | None) -> bool:
        """Whether a list begins with the address."""
        with self._translate():
            return (
                self._db.execute("SELECT 1 FROM ledger WHERE page = ? AND list = page", [page]).fetchone() is not None
            )

    def forget(self, page: int) -> None:
        """The page is no list any more."""
        with self._translate():
            self._db.execute("DELETE FROM ledger WHERE page = ?", [page])

    def ledger(self) -> Ledger:
        """What each list claims and what was fetched of it, the largest gap first."""
        with self._translate():
            lists = sorted(self._lists(), key=lambda each: (-each.gap, each.url))
            return Ledger(lists=tuple(lists), doubts=tuple(self._doubts()))

    def new_gaps(self, ledger: Ledger) -> list[str]:
        """Sentences about the gaps that are new since the last whole visit, or larger than then."""
        with self._translate():
            known = dict(self._db.execute("SELECT what, size FROM gap"))
        return [words for what, size, words in gaps(ledger) if size > known.get(what, 0)]

    def keep_gaps(self, ledger: Ledger) -> None:
        """The visit came to its end: the next one tells of gaps that are not among these."""
        with self._translate():
            self._db.execute("DELETE FROM gap")
            self._db.executemany("INSERT INTO gap VALUES (?, ?)", [(what, size) for what, size, _ in gaps(ledger)])

    def _lists(self) -> Iterator[ListAccount]:
        number = self._db.execute(_NUMBER).fetchone()[0]
        most = number if number < LISTS else int(FURNITURE * number)
        rows = {key: Rows(*counts) for key, *counts in self._db.execute(_ROWS, [most])}
        foreign: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for key, host, count in self._db.execute("SELECT list, host, count(*) FROM elsewhere GROUP BY list, host"):
            foreign[key][host] = count
        pages: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for key, *page in self._db.execute(
            "SELECT list, claimed, claimed_pages, evidence, controls, blind, beyond"
            " FROM ledger l JOIN address a ON a.id = l.page ORDER BY a.fetched, l.page"
        ):
            pages[key].append(tuple(page))
        broken: defaultdict[int, list[str]] = defaultdict(list)
        for key, failed in self._db.execute(_BROKEN):
            broken[key].append(failed)
        away = dict(self._db.execute(_AWAY))
        for key, said in pages.items():
            if self._is_first_page(key, said):
                continue
            url, name, is_article = self._db.execute(_NAME, [key]).fetchone()
            one = account(
                url,
                name,
                said,
                rows.get(key, Rows(0, 0, 0, 0)),
                dict(sorted(foreign[key].items())),
                tuple(broken[key]),
                away.get(key, 0),
            )
            # An article stands among the lists only where pages of it are missing.
            if one.gap or not is_article:
                yield one

    def _is_first_page(self, key: int, said: list[tuple[Any, ...]]) -> bool:
        """Whether a list is the first page of another one, under a second address: /news/ and /News/.

        It claims what that one claims, shows nothing else, and what follows was asked for as that one's.
        """
        claimed, claimed_pages = said[-1][:2]
        if len(said) > 1 or (claimed is None and claimed_pages is None):
            return False
        return self._db.execute(_LONGER, [key, claimed, claimed_pages, key, key]).fetchone() is not None

    def _doubts(self) -> Iterator[SiteAccount]:
        starts = [url for (url,) in self._db.execute(_START, [START])]
        if starts:
            yield SiteAccount(doubt="start_leads_nowhere", count=len(starts), detail=starts[0])
        if not self._db.execute(_ANY).fetchone():
            answered = self._db.execute("SELECT count(*) FROM address WHERE first IS NOT NULL").fetchone()[0]
            yield SiteAccount(doubt="no_article", count=answered, detail="pages answered, none of them an article")
        deep, url = self._db.execute("SELECT count(*), min(url) FROM address WHERE reason = 'too_deep'").fetchone()
        if deep:
            yield SiteAccount(doubt="too_deep", count=deep, detail=url)
        errors, url = self._db.execute(_WHOLE, [f"{WHOLE} *"]).fetchone()
        if errors:
            yield SiteAccount(doubt="whole_errors", count=errors, detail=url)


class Rows(NamedTuple):
    """Rows of a list, and how many of them were had; `own`: without those that stand in most lists of the site."""

    shown: int
    had: int
    own: int
    own_had: int


def account(
    url: str,
    name: str | None,
    pages: list[tuple[Any, ...]],
    rows: Rows,
    foreign: Mapping[str, int],
    broken: tuple[str, ...] = (),
    away: int = 0,
) -> ListAccount:
    """Add up the pages of a list: (claimed, claimed pages, evidence, controls as JSON, blind rows, links beyond).

    They are in the order in which they were fetched: the last one is the most current.
    """
    newest = list(reversed(pages))
    claimed = next((page[0] for page in newest if page[0] is not None), None)
    claimed_pages = next((page[1] for page in newest if page[1] is not None), None)
    controls = tuple(dict.fromkeys(control for page in pages for control in json.loads(page[3])))
    blind, beyond = (sum(page[nth] for page in pages) for nth in (4, 5))
    shown, had = rows.own, rows.own_had
    walked = not controls and not blind and (claimed_pages or 0) <= len(pages)
    if walked and claimed is not None and rows.own < claimed:
        # The list seems to have been walked to its end: the rows that are missing stand in the side bar, too.
        shown, had = min(rows.shown, claimed), min(rows.had, claimed)
    return ListAccount(
        url=url,
        name=name,
        claimed=claimed,
        claimed_pages=claimed_pages,
        evidence=next((page[2] for page in newest if page[2]), ""),
        pages=len(pages),
        shown=shown,
        had=had,
        controls=controls,
        blind=blind,
        beyond=beyond,
        broken=broken,
        foreign=foreign,
        gap=gap(
            claimed=claimed,
            claimed_pages=claimed_pages,
            pages=len(pages),
            shown=shown,
            controls=bool(controls),
            blind=blind,
            foreign=sum(foreign.values()),
            away=away,
        )
        # Where the list says how long it is, what it lacks is known.
        or int(claimed is None and (beyond > 0 or (bool(broken) and claimed_pages is None))),
    )


def gap(
    *,
    claimed: int | None,
    claimed_pages: int | None,
    pages: int,
    shown: int,
    controls: bool,
    blind: int,
    foreign: int,
    away: int = 0,
) -> int:
    """Articles that a list is known to have and that no address stands for; 1 where only their number is unknown.

    Rows of other hosts count where the list shows more of them than of its own: a column that lives elsewhere; or else
    those of the pages that do, `away`.

    >>> gap(claimed=22, claimed_pages=None, pages=1, shown=12, controls=True, blind=0, foreign=0)
    10
    >>> gap(claimed=None, claimed_pages=4, pages=1, shown=12, controls=False, blind=0, foreign=0)
    1
    >>> gap(claimed=22, claimed_pages=2, pages=2, shown=0, controls=False, blind=0, foreign=22)
    22
    >>> gap(claimed=None, claimed_pages=None, pages=3, shown=40, controls=True, blind=0, foreign=3)
    0
    >>> gap(claimed=None, claimed_pages=1, pages=1, shown=9, controls=True, blind=0, foreign=0)
    0
    """
    lost = max(0, claimed - shown - foreign) if claimed is not None else 0
    lost = max(lost, blind)
    lost += foreign if foreign > shown else min(away, foreign)
    unread = claimed_pages is not None and claimed_pages > pages and (claimed is None or lost > 0)
    # A control does not matter where the claim is met, or where links led to further pages: 下一页 of page 1/1 is dead.
    unfollowed = controls and claimed is None and pages == 1 and not (claimed_pages and shown)
    return lost or int(unread or unfollowed)


def gaps(ledger: Ledger) -> Iterator[tuple[str, int, str]]:
    """Each gap of a ledger: its key, its size, and a sentence about it."""
    for each in ledger.lists:
        if each.gap:
            yield each.url, each.gap, f"{each.name or each.url}: {say_gap(each)}"
    for doubt in ledger.doubts:
        yield doubt.doubt, max(1, doubt.count), say_doubt(doubt)


def missing(ledger: Ledger) -> Iterator[Missing]:
    """The lists with a gap, as lines of `missing.jsonl`."""
    for each in ledger.lists:
        if each.gap:
            yield Missing(url=each.url, state="list", reason="list_gap", detail=say_gap(each), tries=0, parent=None)


def say_gap(each: ListAccount) -> str:
    """What a list is short of, in words.

    >>> say_gap(ListAccount(url="http://h/", claimed=22, evidence="共22条", shown=12, controls=("加载更多",), gap=10))
    'claims 22 (共22条), shows 12; not followed: 加载更多'
    >>> say_gap(ListAccount(url="http://h/", foreign={"mp.weixin.qq.com": 22}, gap=22))
    'shows 0; 22 rows lead to mp.weixin.qq.com'
    """
    words = f"shows {each.shown}"
    if each.claimed is not None:
        words = f"claims {each.claimed} ({each.evidence}), {words}"
    elif each.claimed_pages is not None and each.claimed_pages > each.pages:
        words = f"claims {each.claimed_pages} pages ({each.evidence}), {each.pages} were fetched"
    more = []
    if each.controls:
        more.append("not followed: " + ", ".join(each.controls[:3]))
    if each.broken:
        more.append("not read: " + ", ".join(each.broken[:3]))
    if each.beyond:
        more.append(f"not followed: {each.beyond} links, since a page has too many")
    if each.blind:
        more.append(f"{each.blind} dated rows have no address")
    more += [f"{count} rows lead to {host}" for host, count in each.foreign.items()]
    return "; ".join((words, *more))


def say_doubt(doubt: SiteAccount) -> str:
    """A doubt about a site, in words."""
    match doubt.doubt:
        case "start_leads_nowhere":
            return f"the start page {doubt.detail} has no links that can be followed"
        case "no_article":
            return f"no article was found ({doubt.count} {doubt.detail})"
        case "new_layout":
            return f"{doubt.count} of the newest articles have a layout that was not learned, {doubt.detail}"
        case "too_deep":
            return f"{doubt.count} addresses lie more links from a start page than `max_depth`, such as {doubt.detail}"
        case "whole_errors":
            return f"{doubt.count} answers with an error status show a whole page, such as {doubt.detail}"
        case "not_cleaned":
            return f"cleaning ended with exit code {doubt.count}. To see why: {doubt.detail}"
        case "skipped_articles":
            return f"{doubt.count} pages that look like articles gave no document ({doubt.detail})"
