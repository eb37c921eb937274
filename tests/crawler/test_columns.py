"""Columns whose rows are no plain links: one site has one of each kind, and is crawled once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import loaded
import pytest
from little_server import Answer, serving

from archive.catalogue import query
from archive.layout import Layout
from archive.ledger import read_ledger

MENU = ("go", "hash", "old", "topic", "next", "ids", "nuxt", "nuxt3", "vue", "xsl", "wml")


def title(column: str, number: int) -> str:
    return f"全市统战部长会议{column}第{number}次召开"


def lines(column: str, number: int) -> list[str]:
    return [f"会议{column}第{number}次研究了第{part}项工作，强调要画好最大同心圆。" for part in range(4)]


def text(column: str, number: int) -> str:
    said = "".join(f"<p>{line}</p>" for line in lines(column, number))
    return f"<h1>{title(column, number)}</h1><div>2024-01-0{number} 来源：市委统战部</div><div>{said}</div>"


def rows(column: str, href: str, numbers: range) -> str:
    each = (f'<li><a href="{href.format(n)}">{title(column, n)}</a><span>2024-01-0{n}</span></li>' for n in numbers)
    return f"<ul>{''.join(each)}</ul>"


def page(body: str, head: str = "要闻") -> Answer:
    menu = "".join(f"<a href='/{column}/'>栏目{column}</a> " for column in MENU)
    return Answer(f"<!DOCTYPE html><html><head><title>{head}</title></head><body>{menu}{body}</body></html>")


def go(path: str) -> Answer:
    """A pager that is a field and a button without a form."""
    number = int(path[5]) if path.startswith("list_") else 1
    jump = (
        "<script>function jump(){var n=document.getElementById('pn').value;if(n<1||n>3){alert('页码错误');return}"
        "window.location='/go/list_'+n+'.html'}</script>"
    )
    pager = f"第 {number} 页 共 3 页 <input id=pn size=3><button onclick='jump()'>跳转</button>{jump}"
    return page(rows("go", "/go/{}.html", range(2 * number - 1, 2 * number + 1)) + pager)


# What a page of one script shows of its rows and its articles, by what stands behind the hash.
APP = """
function get(u, f) {
  var x = new XMLHttpRequest(); x.onload = function () { f(JSON.parse(x.responseText)) }; x.open('GET', u); x.send()
}
function route() {
  var h = location.hash || '#/list', a = document.getElementById('app');
  if (h.indexOf('#/detail/') == 0) get('/hash/d?id=' + h.slice(9), function (r) { a.innerHTML = r.html });
  else get('/hash/l', function (r) { a.innerHTML = r.html })
}
window.addEventListener('hashchange', route); route()
"""


def hashed(path: str) -> Answer:
    if path == "":
        return Answer("<title>专栏</title><div id=app>加载中...</div><script src='/hash/app.js'></script>")
    if path == "app.js":
        return Answer(APP, headers={"Content-Type": "application/javascript"})
    html = rows("hash", "#/detail/{}", range(1, 6)) if path == "l" else text("hash", int(path[-1]))
    return Answer(json.dumps({"html": html}), headers={"Content-Type": "application/json"})


def old(path: str) -> Answer:
    """The same without a script that reads what stands behind the hash."""
    return page(rows("old", "#/detail/{}", range(1, 6))) if path == "" else Answer(status=404)


def topic(_: str) -> Answer:
    """An article with pictures that open others, and a button that opens one more."""
    opens = "<script>function openwin(u){window.open(u,'','width=600')}</script>"
    pictures = (f"<a href=\"javascript:openwin('{n}.html')\"><img src='/p{n}.jpg'></a>" for n in range(2, 5))
    button = "<form action='5.html'><input type=submit value=查看></form>"
    return page(text("topic", 1) + "".join(pictures) + button + opens)


def devalued(whole: object) -> list[object]:
    """The flat array that Nuxt 3 writes: each value once, and objects and lists of the places of their values."""
    flat: list[object] = [["ShallowReactive", 1]]
    places: dict[str, int] = {}

    def put(value: object) -> int:
        if isinstance(value, str) and value in places:
            return places[value]
        flat.append(None)
        place = len(flat) - 1
        if isinstance(value, str):
            places[value] = place
        if isinstance(value, dict):
            flat[place] = {key: put(each) for key, each in value.items()}
        elif isinstance(value, list):
            flat[place] = ["Ref", put(tuple(value))]
        else:
            flat[place] = [put(each) for each in value] if isinstance(value, tuple) else value
        return place

    put(whole)
    return flat


def framed(column: str, path: str) -> Answer:
    """What a framework makes of the data of the page: rows with an address, or with an id alone; an article."""
    numbers = range(1, 5 + (column == "ids"))
    listed: list[dict[str, object]] = [{"id": n, "title": title(column, n), "date": f"2024-01-0{n}"} for n in numbers]
    if column != "ids":
        listed = [each | {"url": f"/{column}/{each['id']}.html"} for each in listed]
    data: dict[str, object] = {"list": listed}
    if path:
        number = int(path[0])
        content = "".join(f"<p>{line}</p>" for line in lines(column, number))
        data = {"detail": {"title": title(column, number), "publishTime": f"2024-01-0{number}", "content": content}}
    written = json.dumps({"props": data}, ensure_ascii=False).replace("<", "\\u003C")
    if column == "nuxt":
        box = f"<div id=__nuxt></div><script>window.__NUXT__=(function(a){{return {{data:[a]}}}}({written}))</script>"
        return page(f"{box}<script type=module src=https://cdn.example/entry.js></script>")
    if column == "nuxt3":
        flat = json.dumps(devalued({"props": data}), ensure_ascii=False).replace("<", "\\u003C")
        box = f"<div id=__nuxt></div><script type=application/json id=__NUXT_DATA__ data-ssr=true>{flat}</script>"
        config = "window.__NUXT__={};window.__NUXT__.config={public:{}}"
        return page(f"{box}<script>{config}</script><script type=module src=https://cdn.example/entry.js></script>")
    if column == "vue":
        removes = "(function(){var s;(s=document.currentScript).parentNode.removeChild(s);}());"
        box = f"<div id=app></div><script>window.__INITIAL_STATE__={written};{removes}</script>"
        return page(f"{box}<script src=https://cdn.example/app.js defer></script>")
    box = f"<div id=__next></div><script id=__NEXT_DATA__ type=application/json>{written}</script>"
    return page(f"{box}<script src=https://cdn.example/main.js></script>")


XML = '<?xml version="1.0" encoding="gb2312"?>'
SHEET = (
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'>"
    "<html><body><ul><xsl:for-each select='list/news'><li><a href='/xsl/{id}.html'><xsl:value-of select='t'/></a></li>"
    "</xsl:for-each></ul></body></html></xsl:template></xsl:stylesheet>"
)


def styled(path: str) -> Answer:
    """A list in XML that a style sheet shows."""
    kind = {"Content-Type": "text/xml"}
    if path == "list.xsl":
        return Answer(SHEET, headers=kind)
    news = "".join(f"<news><id>{n}</id><t>{title('xsl', n)}</t><d>2024-01-0{n}</d></news>" for n in range(1, 5))
    named = '<?xml-stylesheet type="text/xsl" href="list.xsl"?>'
    return Answer(f"{XML}{named}<list>{news}</list>".encode("gbk"), headers=kind)


def wap(path: str) -> Answer:
    """A list and its articles for telephones of old."""
    if path:
        number = int(path[0])
        said = "".join(f"<p>{line}</p>" for line in lines("wml", number))
        card = f"<card title='{title('wml', number)}'><p>2024-01-0{number}</p>{said}</card>"
    else:
        links = (f"<p><a href='/wml/{n}.wml'>{title('wml', n)}</a></p>" for n in range(1, 5))
        card = f"<card title='列表'>{''.join(links)}</card>"
    head = '<?xml version="1.0"?><!DOCTYPE wml PUBLIC "-//WAPFORUM//DTD WML 1.1//EN" "http://www.wapforum.org/DTD/wml_1.1.xml">'
    return Answer(f"{head}<wml>{card}</wml>", headers={"Content-Type": "text/vnd.wap.wml; charset=utf-8"})


OWN = ("next", "nuxt", "nuxt3", "vue")
COLUMNS: dict[str, Callable[[str], Answer]] = {
    "go": go,
    "hash": hashed,
    "old": old,
    "topic": topic,
    "xsl": styled,
    "wml": wap,
}
COLUMNS |= {name: partial(framed, name) for name in ("next", "ids", "nuxt", "nuxt3", "vue")}


def routes(path: str, _: Mapping[str, str]) -> Answer:
    column, rest = [*path.strip("/").split("/", 1), ""][:2]
    if path == "/":
        return page("")
    if column not in COLUMNS:
        return Answer(status=404)
    number = rest.removesuffix(".html")
    return page(text(column, int(number))) if number.isdecimal() and column not in OWN else COLUMNS[column](rest)


@dataclass(frozen=True, kw_only=True)
class Crawled:
    """The titles of the documents, and the blind rows and gaps by column."""

    titles: set[str]
    blind: dict[str, int]
    gaps: dict[str, int]
    code: int


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder: Path = tmp_path_factory.mktemp("columns")
    with serving(routes) as little:
        site, base = little.site(folder), little.base
        command = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data"), "crawl", str(site)]
        done = loaded.run(command, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    layout = Layout(root=folder / "data")
    ledger = {each.url.removeprefix(base).strip("/"): each for each in read_ledger(layout.ledger("little")).lists}
    return Crawled(
        titles={document.title or "" for document in query.documents(layout, query.Filter())},
        blind={name: each.blind for name, each in ledger.items() if each.blind},
        gaps={name: each.gap for name, each in ledger.items() if each.gap},
        code=done.returncode,
    )


@pytest.mark.parametrize(
    ("column", "count"),
    {"go": 6, "hash": 5, "topic": 5, "next": 4, "nuxt": 4, "nuxt3": 4, "vue": 4, "xsl": 4, "wml": 4}.items(),
)
def test_every_article_of_a_column_is_had(crawled: Crawled, column: str, count: int) -> None:
    assert crawled.titles >= {title(column, number) for number in range(1, count + 1)}


def test_the_columns_that_cannot_be_read_have_a_gap(crawled: Crawled) -> None:
    assert crawled.gaps == {"old": 5, "ids": 5}
    assert crawled.code == 1


def test_nothing_but_articles_is_a_document(crawled: Crawled) -> None:
    assert all(each.startswith("全市统战部长会议") for each in crawled.titles)
