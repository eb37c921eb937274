"""Sites of twelve families, made from seeds that nobody chose: all articles, few requests, edits and deletions.

A few small ones by default; CUNDANG_RECALL=1 (`make recall`) takes all twelve with 240 articles each.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from family_crawl import DAY, crawl

from archive.catalogue import query
from archive.layout import Layout
from archive.text.decode import decode, parse
from crawler.address import canonical
from crawler.discovery import discover
from crawler.practice.families import FAMILIES, Site

WHOLE = bool(os.environ.get("CUNDANG_RECALL"))
ARTICLES = 240 if WHOLE else 90
pytestmark = pytest.mark.timeout(1200)


def _seed(name: str) -> str:
    """A seed that nobody chose in `make recall`, the same every time in `make test`: a red test means a change."""
    return secrets.token_hex(4) if WHOLE else hashlib.sha256(name.encode()).hexdigest()[:8]


def texts(data: Path) -> Counter[str]:
    """URL -> how many different texts the archive has of it."""
    return Counter(
        url for url, _ in {(d.url, d.text) for d in query.documents(Layout(root=data), query.Filter(versions=True))}
    )


@pytest.mark.parametrize("family", FAMILIES if WHOLE else ("kaipu", "aspnet"))
def test_every_article_is_found_with_few_requests(family: str, tmp_path: Path) -> None:
    seed = _seed(family)
    with Site(family, seed, articles=ARTICLES) as site:
        crawl(site.write_site(tmp_path / "sites" / f"{family}.toml"), tmp_path / "data")
        planted, asked = set(site.planted()), len(site.log)
    found = set(texts(tmp_path / "data"))
    assert found >= planted, f"{family} {seed} {site.room.taste}: {len(planted - found)} missed"
    assert len(found - planted) < 0.01 * len(planted), (family, seed, found - planted)
    # Sites of few articles have as many menus and columns as large ones.
    assert asked <= (1.2 if WHOLE else 1.35) * len(planted), f"{family} {seed} {site.room.taste}: {asked} requests"


@pytest.mark.parametrize("family", FAMILIES if WHOLE else ("trs",))
def test_what_changed_is_found_and_what_did_not_costs_little(family: str, tmp_path: Path) -> None:
    seed = _seed(family)
    data = tmp_path / "data"
    with Site(family, seed, articles=ARTICLES) as site:
        file = site.write_site(tmp_path / "sites" / f"{family}.toml")
        crawl(file, data)
        first, before = len(site.log), texts(data)

        crawl(file, data, later=DAY)
        a_day_later = len(site.log) - first
        assert a_day_later <= (0.05 if WHOLE else 0.12) * first, f"{family} {seed}: {a_day_later} of {first} requests"
        assert texts(data) == before

        new = {site.url(item) for item in site.room.publish(5)}
        old = [item.number for item in site.room.items[10:60:17]]
        edited = {site.url(site.room.edit(number)) for number in old[:2]}
        deleted = site.url(site.room.delete(old[2]))
        crawl(file, data, later=2 * DAY)
        after = texts(data)
        assert set(after) - set(before) == new, f"{family} {seed}"

        mark = len(site.log)
        crawl(file, data, later=33 * DAY)
        final = texts(data)
        assert {url for url in final if final[url] > after[url]} == edited, f"{family} {seed}"
        asked = Counter(request.target for request in site.log[mark:] if request.status != 404)
        targets = {site.layout.article(site.room, item) for item in site.room.items if not item.gone}
        assert {asked[target] for target in targets} == {1}, f"{family} {seed}"
        gone = [request for request in site.log[mark:] if deleted.endswith(request.target) and request.status == 404]
        assert len(gone) == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_leads_to_all_of_its_articles(family: str) -> None:
    """Without a wire: what a page says is read, and what it leads to is asked for."""
    for number in range(3 if WHOLE else 1):
        seed = _seed(f"{family} {number}")
        site = Site(family, seed, articles=110)
        planted = {site.layout.article(site.room, item) for item in site.room.items}
        base = "http://127.0.0.1:8000"
        waiting: list[tuple[str, str]] = [("/", "")]
        known = {"/"}
        for target, form in waiting:
            answer = site._answer(target.partition("#")[0], dict(parse_qsl(form, keep_blank_values=True)))
            if answer.status != 200 or target in planted:
                continue
            decoded = decode(answer.body, answer.content_type)
            for link in discover(base + target, decoded.html, parse(decoded.html)):
                url = canonical(link.url, decoded.encoding) or ""
                mark = "#" + link.url.partition("#")[2] if link.form else ""
                to = url.removeprefix(base) + mark
                if url.startswith(base) and link.kind != "requisite" and to not in known:
                    known.add(to)
                    waiting.append((to, link.form or ""))
            assert len(waiting) < 400, f"{family} {seed}: endless"
        assert planted <= known, f"{family} {seed} {site.room.taste}: {sorted(planted - known)[:3]}"


def test_traps_end_and_every_article_is_found(tmp_path: Path) -> None:
    with Site("thinkcmf", _seed("traps"), articles=90, traps=True) as site:
        crawl(site.write_site(tmp_path / "sites" / "traps.toml"), tmp_path / "data")
        planted, asked = set(site.planted()), len(site.log)
    assert set(texts(tmp_path / "data")) >= planted
    assert asked < 1000
    missing = subprocess.run(
        [sys.executable, "-m", "crawler.cli", "--data", str(tmp_path / "data"), "status", "--missing", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    why = {line["reason"] for line in map(json.loads, missing.stdout.splitlines())}
    assert {"trap", "too_deep"} <= why


def test_outside_its_hours_a_site_is_asked_for_nothing(tmp_path: Path) -> None:
    china = dt.datetime.now(dt.timezone(dt.timedelta(hours=8)))
    closed = f"{china + dt.timedelta(hours=2):%H:%M}-{china + dt.timedelta(hours=4):%H:%M}"
    with Site("trs", "hours", articles=90) as site:
        file = site.write_site(tmp_path / "sites" / "trs.toml")
        file.write_text(file.read_text(encoding="utf-8") + f'hours = "{closed}"\n', encoding="utf-8")
        assert "ending='hours'" in crawl(file, tmp_path / "data")
        assert site.log == []
