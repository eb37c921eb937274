"""Sites of twelve families, made from seeds that nobody chose: all articles, few requests, edits and deletions.

A few small ones by default; CUNDANG_RECALL=1 (`make recall`) takes all twelve with 240 articles each.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import loaded
import pytest
from families import FAMILIES, Site, traps
from family_crawl import DAY, crawl

from archive.catalogue import query
from archive.corpus import shard
from archive.layout import Layout
from archive.text.decode import decode, parse
from archive.text.document import Document
from crawler.discovery import discover
from crawler.queue.address import canonical
from crawler.queue.idle import PAGES

WHOLE = bool(os.environ.get("CUNDANG_RECALL"))
ARTICLES = 240 if WHOLE else 90
# Families whose columns a script may fill, and what it asks for.
SCRIPTED = {"kaipu": "/common/search/", "hanweb": "dataproxy.jsp", "govcms": "/gkmlpt/api/"}
pytestmark = pytest.mark.timeout(1200)


def _seed(name: str) -> str:
    """A seed that nobody chose in `make recall`, the same every time in `make test`: a red test means a change."""
    return secrets.token_hex(4) if WHOLE else hashlib.sha256(name.encode()).hexdigest()[:8]


def texts(data: Path) -> Counter[str]:
    """URL -> how many different texts the archive has of it."""
    return Counter(url for url, _ in {(document.url, document.text) for document in documents(data)})


def documents(data: Path) -> Iterator[Document]:
    """All that crawls gave, each page by itself."""
    for path in Layout(root=data).shards():
        yield from (item for item in shard.read(path) if isinstance(item, Document))


def pages_of(site: Site) -> set[str]:
    """URLs of all articles that stand, and of their further pages."""
    return {url for first, item in site.planted().items() for url in (first, *site.parts(item))}


def add(site: Site, folder: Path) -> Path:
    """The site file that `cundang sites add` writes."""
    command = [sys.executable, "-m", "crawler.cli", "--sites", str(folder), "sites", "add", site.home]
    done = loaded.run([*command, "--delay", "0", "--key", site.family], timeout=300)
    assert done.returncode == 0, f"{site.family}: {done.stderr[-2000:]}"
    assert len(site.log) <= 30, f"{site.family} {site.room.taste}: sites add took {len(site.log)} requests"
    return folder / f"{site.family}.toml"


@pytest.mark.parametrize("family", FAMILIES if WHOLE else ("aspnet",))
def test_every_article_is_found_with_few_requests(family: str, tmp_path: Path) -> None:
    seed = _seed(family)
    with Site(family, seed, articles=ARTICLES) as site:
        folder = tmp_path / "sites"
        file = add(site, folder) if family == "aspnet" else site.write_site(folder / f"{family}.toml")
        start = len(site.log)
        crawl(file, tmp_path / "data")
    what, planted, asked = f"{family} {seed} {site.room.taste}", pages_of(site), len(site.asked(start))
    found = set(texts(tmp_path / "data"))
    assert found >= planted, f"{what}: {len(planted - found)} missed"
    assert len(found - planted) < 0.01 * len(planted), f"{what}: {found - planted} are no articles"
    # Sites of few articles have as many menus and columns as large ones.
    assert asked <= (1.2 if WHOLE else 1.35) * len(planted), f"{what}: {asked} requests"
    said = {document.url: (document.part_of, document.part_no) for document in documents(tmp_path / "data")}
    for first, item in site.planted().items():
        for number, url in enumerate(parts := [first, *site.parts(item)], start=1):
            assert said[url] == ((first, number) if len(parts) > 1 else (None, None)), f"{what}: {url}"


@pytest.mark.parametrize("family", FAMILIES if WHOLE else ("trs",))
def test_what_changed_is_found_and_what_did_not_costs_little(family: str, tmp_path: Path) -> None:
    """In `make recall` with the site file that `sites add` writes."""
    seed = _seed(family)
    data = tmp_path / "data"
    with Site(family, seed, articles=ARTICLES) as site:
        what = f"{family} {seed} {site.room.taste}"
        file = add(site, tmp_path / "sites") if WHOLE else site.write_site(tmp_path / "sites" / f"{family}.toml")
        start = len(site.log)
        crawl(file, data)
        first, before, mark = len(site.asked(start)), texts(data), len(site.log)
        assert set(before) >= pages_of(site), f"{what}: {len(pages_of(site) - set(before))} missed"

        crawl(file, data, later=DAY)
        a_day_later = len(site.asked(mark))
        assert a_day_later <= (0.05 if WHOLE else 0.12) * first, f"{what}: {a_day_later} of {first} requests"
        assert texts(data) == before, what

        new = {url for item in site.room.publish(5) for url in (site.url(item), *site.parts(item))}
        old = [item.number for item in site.room.items[10:60:17]]
        edited = {site.url(site.room.edit(number)) for number in old[:2]}
        deleted = site.room.delete(old[2])
        crawl(file, data, later=2 * DAY)
        after = texts(data)
        assert set(after) - set(before) == new, what

        shutil.copytree(data, tmp_path / "other")
        for days, full, folder in ((33, False, data), (3, True, tmp_path / "other")):
            mark = len(site.log)
            crawl(file, folder, later=days * DAY, full=full)
            final = texts(folder)
            assert {url for url in final if final[url] > after[url]} == edited, f"{what} full={full}"
            asked = Counter(site.whole(request) for request in site.log[mark:] if request.status != 404)
            assert {asked[url] for url in pages_of(site)} == {1}, f"{what} full={full}"
            gone = [request for request in site.log[mark:] if site.whole(request) == site.url(deleted)]
            assert [request.status for request in gone] == [404], f"{what} full={full}"


@pytest.mark.parametrize(("family", "way"), list(SCRIPTED.items()) if WHOLE else [("kaipu", SCRIPTED["kaipu"])])
def test_a_list_that_a_script_asks_for_has_a_clock(family: str, way: str, tmp_path: Path) -> None:
    """Not even the home page says that something is new: it shows no articles, and columns come without their rows."""
    sites = (Site(family, _seed(f"bare {number}"), articles=ARTICLES) for number in range(1000))
    site = next(s for s in sites if s.room.taste.bare and (family == "kaipu" or s.room.taste.variant == 5))
    data, columns = tmp_path / "data", len(site.room.columns)
    state = Layout(root=data).state(family)
    with site:
        what = f"{site.room.seed} {site.room.taste}"
        file = site.write_site(tmp_path / "sites" / f"{family}.toml")
        crawl(file, data)
        assert set(texts(data)) >= pages_of(site), what
        with contextlib.closing(sqlite3.connect(state)) as known, known:
            roles = {role for (role,) in known.execute("SELECT role FROM address WHERE url LIKE ?", [f"%{way}%"])}
            assert roles == {"list"}, what
            if family == "kaipu":
                # A state of when such lists were held for further pages of the page that names them.
                old = "UPDATE address SET kind = 'next', check_at = NULL, span = NULL WHERE url LIKE ?"
                assert known.execute(old, [f"%{way}%"]).rowcount >= 2 * columns
                old = "UPDATE address SET role = 'list', check_at = 0 WHERE url LIKE '%/list.shtml'"
                assert known.execute(old).rowcount == columns
        found: set[str] = set()
        for day in (1, 2):
            new = {url for item in site.room.publish(5) for url in (site.url(item), *site.parts(item))}
            before, mark = set(texts(data)), len(site.log)
            crawl(file, data, later=day * DAY)
            assert set(texts(data)) - before == new, f"{what} day {day}"
            found |= new
        # robots.txt, the home page and its stub or frames, a page that nobody made; each list, and what follows where
        # something was new; the new articles, and those of a day ago, which are checked.
        assert len(site.asked(mark)) <= 6 + 2 * columns + len(found), what


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_leads_to_all_of_its_articles(family: str) -> None:
    """Without a wire: what a page says is read, and what it leads to is asked for."""
    for number in range(20 if WHOLE else 4):
        seed = _seed(f"{family} {number}")
        site = Site(family, seed, articles=110)
        what, planted = f"{family} {seed} {site.room.taste}", pages_of(site)
        waiting: list[tuple[str, str]] = [(site.home, "")]
        known, dates = {site.home}, dict[str, str]()
        for url, form in waiting:
            target = unquote(url.removeprefix(site.home[:-1]).partition("#")[0])
            answer = site._answer(target, dict(parse_qsl(form, keep_blank_values=True)))
            if answer.status != 200:
                continue
            decoded = decode(answer.body, answer.content_type)
            for link in discover(url, decoded.html, parse(decoded.html)):
                to = canonical(link.url, decoded.encoding) or ""
                to += "#" + link.url.partition("#")[2] if link.form else ""
                if url in planted and link.kind not in ("next", "pager"):
                    continue
                if link.row_date:
                    dates.setdefault(to, link.row_date)
                if to.startswith(site.home) and link.kind != "requisite" and to not in known:
                    known.add(to)
                    waiting.append((to, link.form or ""))
            assert len(waiting) < 600, f"{what}: endless"
        assert planted <= known, f"{what}: {len(planted - known)} missed, {sorted(planted - known)[:3]}"
        if site.room.taste.date in ("iso", "han", "slash", "split", "dots", "time"):
            for url, item in site.planted().items():
                when = item.article.published
                said = [int(digits) for digits in re.findall(r"\d+", dates.get(url, ""))[:3]]
                assert said == [when.year, when.month, when.day], f"{what}: {url}"


@pytest.mark.parametrize("family", FAMILIES if WHOLE else ("thinkcmf",))
def test_traps_end_and_every_article_is_found(family: str, tmp_path: Path) -> None:
    seed = _seed(f"traps {family}")
    with Site(family, seed, articles=90, trapped=True) as site:
        crawl(site.write_site(tmp_path / "sites" / "traps.toml"), tmp_path / "data")
        planted, asked = set(site.planted()), len(site.asked())
        further = sum(len(site.parts(item)) for item in site.planted().values())
        into = sum(traps.cleared(request.target).startswith(traps.WAYS) for request in site.log)
        # The forms of ASP.NET have one address for all pages of a list.
        sessions = Counter(traps.cleared(request.target) for request in site.log if request.method == "GET")
    assert set(texts(tmp_path / "data")) >= planted, f"{family} {seed} {site.session}"
    # As many requests as ever, and none of a page twice; beside them the calendar's days use up the budget of a shape.
    assert asked - into <= 1.35 * (len(planted) + further), f"{family} {seed} {site.session}: {asked - into} requests"
    # A calendar of empty days costs 40 at most, and one after 1, 2, 4 ... other days; paths that repeat and endless
    # queries end by their names, after 5.
    assert into <= 40 + 8 + 5, f"{family} {seed} {site.session}: {into} requests"
    assert max(sessions.values()) <= 2, sessions.most_common(5)
    missing = loaded.run(
        [sys.executable, "-m", "crawler.cli", "--data", str(tmp_path / "data"), "status", "--missing", "--json"],
        check=True,
    )
    why = {line["reason"] for line in map(json.loads, missing.stdout.splitlines())}
    assert "trap" in why
    details = " ".join(line["detail"] for line in map(json.loads, missing.stdout.splitlines()))
    for named in ("the path repeats /x", "the query repeats tag", "another order of", "pages like it led nowhere"):
        assert named in details, f"{family} {seed}"


@pytest.mark.parametrize(
    ("family", "written"),
    [(family, (traps.COUNTER, traps.BOTH, traps.SID)[n % 3]) for n, family in enumerate(FAMILIES)]
    if WHOLE
    else [("dede", traps.BOTH)],
)
def test_a_parameter_that_makes_no_difference_is_left_out(family: str, written: str, tmp_path: Path) -> None:
    """Each page writes another number behind all of its links: no article is asked for twice, today or tomorrow."""
    seed, data = _seed(f"counter {family}"), tmp_path / "data"
    with Site(family, seed, articles=90, trapped=True) as site:
        site.session = written
        file, planted = site.write_site(tmp_path / "sites" / f"{family}.toml"), pages_of(site)
        crawl(file, data)
        first, mark = [traps.cleared(request.target) for request in site.asked()], len(site.log)

        def found() -> set[str]:
            """The articles under whatever number they were asked for, until that was known."""
            return {site._url(traps.cleared(unquote(url.removeprefix(site.home[:-1])))) for url in texts(data)}

        what, before = f"{family} {seed} {site.room.taste}", found()
        assert before >= planted, f"{what}: {len(planted - before)} missed"
        # Before it is known, the menu and the orders of the first pages are asked for some six times each.
        asked = sum(not target.startswith(traps.WAYS) for target in first)
        assert asked <= 1.35 * len(planted) + 10 * (len(site.room.columns) + 1), f"{what}: {asked} requests"
        # The few that taught it are asked for with several numbers.
        often = Counter(target for target in first if site._url(target) in planted)
        assert sum(number > 1 for number in often.values()) <= PAGES + 1, f"{what}: {often.most_common(5)}"
        new = {url for item in site.room.publish(2) for url in (site.url(item), *site.parts(item))}
        crawl(file, data, later=DAY)
        assert found() - before == new, what
        assert len(site.asked(mark)) <= 0.25 * len(first), f"{what}: {len(site.asked(mark))} of {len(first)}"


def test_an_article_on_several_pages_is_one_document(tmp_path: Path) -> None:
    sites = (Site("govcms", _seed(f"parts {number}"), articles=48) for number in range(100))
    site = next(site for site in sites if site.room.taste.parts and not site.room.taste.traditional)
    with site:
        crawl(site.write_site(tmp_path / "sites" / "parts.toml"), tmp_path / "data")
        planted = {url: (item, site.parts(item)) for url, item in site.planted().items()}
    data = tmp_path / "data"
    whole = {document.url: document for document in query.documents(Layout(root=data), query.Filter())}
    assert whole.keys() == planted.keys()
    # A page with a picture alone gives no document.
    alone = texts(data).keys()
    several = {url: (item, parts) for url, (item, parts) in planted.items() if parts and alone >= set(parts)}
    assert several
    for url, (item, parts) in several.items():
        assert [place for of, place in whole[url].evidence if of.startswith("part:")] == [url, *parts]
        places = [whole[url].text.find(block.text[:20]) for block in item.article.blocks if block.kind == "text"]
        assert places == sorted(places), f"{site.room.seed} {url}"
        assert places[0] >= 0, f"{site.room.seed} {url}"


def test_outside_its_hours_a_site_is_asked_for_nothing(tmp_path: Path) -> None:
    china = dt.datetime.now(dt.timezone(dt.timedelta(hours=8)))
    closed = f"{china + dt.timedelta(hours=2):%H:%M}-{china + dt.timedelta(hours=4):%H:%M}"
    with Site("trs", "hours", articles=90) as site:
        file = site.write_site(tmp_path / "sites" / "trs.toml")
        file.write_text(file.read_text(encoding="utf-8") + f'hours = "{closed}"\n', encoding="utf-8")
        assert "ending=<Ending.HOURS" in crawl(file, tmp_path / "data")
        assert site.log == []
