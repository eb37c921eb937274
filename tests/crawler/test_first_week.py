"""Two days after the first crawl: edits and deletions of young articles are known; each was fetched once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from family_crawl import DAY, crawl
from little_server import Answer, serving

from archive.catalogue import query
from archive.layout import Layout

TODAY = dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date()
# Days since each article was published.
AGES = {1: 0, 2: 1, 3: 3, 4: 5, 5: 6, 6: 20, 7: 400}
EDITED, DELETED = (1, 4), (2, 5)


def day(number: int) -> str:
    return str(TODAY - dt.timedelta(days=AGES[number]))


def article(number: int, *, edited: bool) -> Answer:
    title = f"全市统战部长会议第{number}次召开"
    lines = "".join(
        f"<p>会议第{number}次研究了第{part}项工作，强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。</p>"
        for part in range(4)
    )
    more = "<p>会议决定，将在下月再次研究上述工作，并由各单位落实。</p>" if edited else ""
    return Answer(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>{day(number)} 来源：市委统战部</div>"
        f"{lines}{more}</body></html>"
    )


def test_young_articles_are_checked_a_day_later_and_each_once(tmp_path: Path) -> None:
    changed = False

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            rows = "".join(
                f"<li><a href='{link}'>全市统战部长会议第{n}次召开</a> <span>{day(n)}</span></li>"
                for n in AGES
                for link in (f"/show-{n}.html", f"/index.php?a=show&id={n}")
            )
            return Answer(f"<title>首页</title><ul>{rows}</ul>")
        number = next((n for n in AGES if path in (f"/show-{n}.html", f"/index.php?a=show&id={n}")), None)
        if number is None or (changed and number in DELETED):
            return Answer(status=404)
        return article(number, edited=changed and number in EDITED)

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        first = {document.title: document for document in query.documents(Layout(root=data), query.Filter())}
        assert len(first) == len(AGES)
        assert {len(document.aliases) for document in first.values()} == {1}
        changed, before = True, len(little.asked)
        crawl(site, data, later=2 * DAY)
    asked = [path for _, path in little.asked[before:]]
    # Young articles once, under one of their addresses; of those that are gone the other address too. No old one.
    checked = {n: sum(path in (f"/show-{n}.html", f"/index.php?a=show&id={n}") for path in asked) for n in AGES}
    assert checked == {1: 1, 2: 2, 3: 1, 4: 1, 5: 2, 6: 0, 7: 0}
    after = {document.title: document for document in query.documents(Layout(root=data), query.Filter())}
    for number in AGES:
        document = after[f"全市统战部长会议第{number}次召开"]
        assert ("将在下月再次研究" in document.text) == (number in EDITED), number
        # By the wall clock of the captures: the crawler's own clock was put forward.
        assert (document.gone is not None) == (number in DELETED), number
