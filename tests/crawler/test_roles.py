"""Article or list: judged as by the cleaner, stored in the state, shown, and overruled by the site file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import loaded
from family_crawl import crawl
from little_server import Answer, Little, serving

LINE = "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。"
# Headlines without dates, and the beginnings of their articles, short or long: more in links than in prose, or not.
TEASERS = {
    folder: "".join(f"<li><a href='/t/{n}.html'>{LINE}</a><p>{LINE[:size]}</p></li>" for n in range(9))
    for folder, size in (("topic", 20), ("digest", 40))
}


# What scripts are answered and feeds, as HTML: headlines and days that read like prose.
_ROW = f"<li onclick=\"window.open('/t/0.html')\"><em>{LINE}</em> 2020-02-19</li>"
DATA = {
    "/answer/1.do": json.dumps({"results": [{"title": LINE, "url": "/t/0.html"}] * 9}, ensure_ascii=False),
    "/proxy/1.jsp": "<datastore>" + f"<record><![CDATA[{_ROW}]]></record>" * 9 + "</datastore>",
    "/feed/1.php": "<?xml version='1.0'?>\n<rss>" + f"<item><title>{LINE}</title>{LINE * 3}</item>" * 9 + "</rss>",
}


def page(path: str) -> Answer | None:
    if path == "/robots.txt":
        return Answer(status=404)
    if path == "/":
        names = [
            *(f"/{folder}/{n}.html" for folder in TEASERS for n in range(8)),
            *(f"/t/{n}.html" for n in range(9)),
            "/tz/1.html",
            *DATA,
        ]
        return Answer("".join(f"<a href='{name}'>栏目{name}</a>" for name in names))
    if path in DATA:
        return Answer(DATA[path])
    if rows := TEASERS.get(path.split("/")[1]):
        return Answer(f"<html><head><title>专题</title></head><body><ul>{rows}</ul></body></html>")
    # Not even the longest article is one where the site file says so, nor the shortest note none.
    text = "通知" if path.startswith("/tz/") else f"<p>{LINE}</p>" * 9
    return Answer(f"<html><head><title>会议召开</title></head><body><h1>会议召开</h1>{text}</body></html>")


def learned(little: Little, data: Path, code: int = 0, **crawls: object) -> dict[str, tuple[int, int]]:
    site = little.site(data / "sites", **crawls)
    crawl(site, data, code=code)
    done = loaded.run(
        [sys.executable, "-m", "crawler.cli", "--data", str(data), "status", "--learned", "--json"], check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["shape"].removeprefix(little.host): (line["articles"], line["lists"]) for line in lines}


def test_what_a_site_shows_is_learned_and_the_site_file_overrules_it(tmp_path: Path) -> None:
    with serving(lambda path, _: page(path)) as little:
        known = learned(little, tmp_path / "learned")
        assert known["/t/0.html"] == (9, 0)
        assert known["/topic/0.html"] == (0, 8)
        assert known["/digest/0.html"] == (0, 8)
        for path in DATA:
            assert known[path.replace("1", "0")] == (0, 1), path
        ruled = learned(little, tmp_path / "ruled", articles=["/tz/[0-9]+[.]html$"])
        assert ruled["/t/0.html"] == (0, 9)
        assert ruled["/tz/0.html"] == (1, 0)
