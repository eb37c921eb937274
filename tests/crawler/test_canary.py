"""A site that leads into the private network in each way that the crawler follows: not a byte goes there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from little_server import Answer, serving
from odd_server import HTML, OddServer, Shape, sized

from archive.layout import Layout
from crawler.queue.frontier import Frontier

PROSE = "<p>" + "全市统战部长会议召开，会议强调要画好最大同心圆，巩固和发展最广泛的爱国统一战线。" * 8 + "</p>"
# Whether the guard stands; without it this is a broken build.
PROGRAM = """
import sys
import crawler.settings, crawler.wire.guard as guard, crawler.wire.tap as tap
crawler.settings.CLEAN_AFTER_CRAWL = False
crawler.settings.RETRY_WAIT = 0.2
if sys.argv.pop(1) == "off":
    guard.url_refusal = guard.peer_refusal = tap.peer_refusal = lambda *_: None
from crawler.cli import main
sys.argv[0] = "cundang"
main()
"""
# Each way, by the name of the address that it leads to; {0} is the private host. What stands on a page of its own is
# linked from the home page.
ON_PAGES = {
    "link": "<a href='http://{0}/link'>一个栏目</a>",
    "slashes": "<a href='//{0}/slashes'>一个栏目</a>",
    "row": "<ul><li><a href='http://{0}/row'>全市统战部长会议在京召开</a> 2020-02-19</li></ul>",
    "next": "<p><a href='http://{0}/next'>下一页</a></p>",
    "rel": "<p><a rel=next href='http://{0}/rel'>之后</a></p>",
    "click": "<div onclick=\"window.open('http://{0}/click')\">会议在京召开</div>",
    "option": "<select onchange='location=this.value'><option value='http://{0}/option'>2</option></select>",
    "frame": "<iframe src='http://{0}/frame'></iframe>",
    "attachment.doc": "<a href='http://{0}/attachment.doc'>附件</a>",
    "base": "<base href='http://{0}/'><a href='base'>一个栏目</a>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://{0}/refresh'>",
    "script": "<script>location.href='http://{0}/script'</script>",
    "picture.jpg": f"<h1>会议召开一</h1>{PROSE}<img src='http://{{0}}/picture.jpg'>",
    "late.jpg": f"<h1>会议召开二</h1>{PROSE}<img src='/none.gif' data-original='http://{{0}}/late.jpg'>",
    "form": "<form method=post action='http://{0}/form'><input type=hidden name=a value=b>"
    "<a href=\"javascript:__doPostBack('p','2')\">下一页</a></form>",
}
ANSWERS = {
    "location": Answer(status=302, headers={"Location": "http://{0}/location"}),
    "location-slashes": Answer(status=301, headers={"Location": "//{0}/location-slashes"}),
    "sitemap": Answer(
        "<?xml version='1.0'?><urlset><url><loc>http://{0}/sitemap</loc></url></urlset>",
        headers={"Content-Type": "text/xml"},
    ),
    "sitemapindex": Answer(
        "<?xml version='1.0'?><sitemapindex><sitemap><loc>http://{0}/sitemapindex</loc></sitemap></sitemapindex>",
        headers={"Content-Type": "text/xml"},
    ),
    "feed": Answer(
        "<rss><channel><item><title>会议</title><link>http://{0}/feed</link></item></channel></rss>",
        headers={"Content-Type": "text/xml"},
    ),
    "rows-of-a-script": Answer(
        '{{"rows": [{{"title": "会议在京召开", "url": "http://{0}/rows-of-a-script", "time": "2020-02-19"}}]}}',
        headers={"Content-Type": "application/json"},
    ),
    # The picture is on this host; where it leads is not.
    "away.jpg": Answer(status=302, headers={"Location": "http://{0}/away.jpg"}),
}
WAYS = {*ON_PAGES, *ANSWERS}


def crawled(folder: Path, name: str, guard: str) -> tuple[OddServer, dict[str, str]]:
    """Crawl a site that leads to `name` of this machine; the server there, and why its addresses were not had."""
    page = Shape(final=sized(HTML))
    with OddServer(shapes=dict.fromkeys(WAYS, page)) as canary:
        private = f"{name}:{canary.port}"

        def routes(path: str, _: Mapping[str, str]) -> Answer | None:
            way = path.strip("/").removesuffix(".html")
            if path == "/":
                shown = "".join(f"<a href='/{each}.html'>{n}号栏目</a> " for n, each in enumerate(sorted(WAYS)))
                return Answer(f"<html><body>{shown}</body></html>")
            if way == "away.jpg" and path.endswith(".html"):
                return Answer(f"<title>会议</title><h1>会议召开三</h1>{PROSE}<img src='/away.jpg'>")
            if way in ON_PAGES:
                return Answer(f"<html><body>{ON_PAGES[way].format(private)}</body></html>")
            if way not in ANSWERS:
                return Answer(status=404)
            said = ANSWERS[way]
            headers = {key: value.format(private) for key, value in said.headers.items()}
            return Answer(str(said.body).format(private), said.status, headers)

        with serving(routes) as little:
            site = folder / "little.toml"
            little.site(folder)
            # The worst case: the site file itself names the host. Of any other, discovery takes no link.
            hosts = f'hosts = ["{little.host}", "{private}"]'
            site.write_text(site.read_text("utf-8").replace(f'hosts = ["{little.host}"]', hosts), "utf-8")
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM, guard, "--data", str(folder / "data"), "crawl", str(site)],
                env=os.environ,
                capture_output=True,
                timeout=300,
                check=False,
            )
    # A list whose pager leads to where nothing answers is short of an unknown number. No private address is asked, so
    # none fails.
    assert done.returncode == (1 if name == "localhost" else 0), done.stderr
    frontier = Frontier(Layout(root=folder / "data").state("little"), read_only=True)
    try:
        found = frontier.report.uncaptured(waiting=True)
        start = f"http://{private}/"
        return canary, {each.url.removeprefix(start): each.reason for each in found if each.url.startswith(start)}
    finally:
        frontier.close()


@pytest.mark.fault(rows=[37])
@pytest.mark.parametrize(("name", "reason"), [("127.0.0.1", "private_address"), ("localhost", "robots_unreachable")])
def test_no_way_from_a_page_leads_to_a_private_host(tmp_path: Path, name: str, reason: str) -> None:
    canary, why = crawled(tmp_path, name, "on")
    assert (canary.connections, canary.heard) == (0, 0)
    assert {way.partition("#")[0] for way in why} == WAYS
    # What a host is that only has a name shows when it is looked up, for its robots.txt; the rest waits for that.
    assert set(why.values()) - {"waiting"} == {reason}


@pytest.mark.fault(rows=[37])
def test_without_the_guard_each_of_these_ways_leads_there(tmp_path: Path) -> None:
    canary, _ = crawled(tmp_path, "127.0.0.1", "off")
    assert canary.received.keys() >= WAYS | {"robots.txt"}
