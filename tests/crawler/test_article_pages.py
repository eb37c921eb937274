"""Articles on several pages: every page is fetched and joined however the pager leads on, or its lack is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import loaded
import pytest
from little_server import Answer, serving

from archive.layout import Layout
from archive.ledger import read_ledger, read_missing

GO = "<script>function go(n) {{ location.href = '/{name}.html?p=' + n }}</script>"
NUMBERS = (
    "<script>for (var i = 1; i <= 3; i++)"
    " document.write(i == {at} ? i : ' <a href={name}.html?p=' + i + '>' + i + '</a>')</script>"
)
OPTIONS = "<option value='1'>第1页<option value='2'>第2页<option value='3'>第3页</select>"
# A pager of page `at`, which leads to the page `after`.
PAGERS = {
    "a1": "第{at}页/共3页 " + GO + "<a href='javascript:go({after})'>下一页</a>",
    "a2": GO + "<b>1</b> <a href='#' onclick='go(2)'>[2]</a> <a href='#' onclick='go(3)'>[3]</a>",
    "a3": f"<div class='pages'>{NUMBERS}</div>",
    "a4": GO + "<select onchange='go(this.value)'>" + OPTIONS,
    "a5": GO + "<input type='button' value='下一页' onclick='go({after})'>",
    "a6": "<script src='/turn.js'></script><span class='page' onclick=\"turn('{name}', {after})\">下一页</span>",
    "a7": "<a href='{name}.html?p={after}'>下一页</a>",
    "a8": "<a href='{name}.html'>1</a> <a href='{name}.html?p=2'>2</a> <a href='{name}.html?p=3'>3</a>",
    "a10": "<form method='post' action='{name}.html'><input type='hidden' name='p' value='{after}'>"
    "<input type='submit' value='下一页'></form>",
    "a9": "<a href='{name}_{after}.html'>阅读全文（余下部分）</a>",
}
# What was posted and is not answered yet.
FORMS: list[str] = []
# Of these the crawler cannot fetch the further pages, or there are none.
LACKS = "第1页/共3页 <a href='javascript:unknown(2)'>下一页</a>"
SINGLE = "共3页的报告，见第1页。<a href='/a1.html'>下一篇</a>"
PIECES = (
    "参加座谈会，围绕中心工作建言献策。",
    "宗教场所的消防演练按时举行，记录在案。",
    "归侨侨眷的走访慰问在节前完成，共三百户。",
)
TITLES = {name: f"各民主党派代表召开第{number}次座谈会" for number, name in enumerate([*PAGERS, "b1", "b2"])}


def page(name: str, at: int, pager: str) -> Answer:
    text = "".join(f"<p>{name}的第{at}部分第{n}段：{PIECES[at - 1] * 3}</p>" for n in range(3))
    pager = (
        pager.replace("{name}", name)
        .replace("{at}", str(at))
        .replace("{after}", str(at + 1))
        .replace("{{", "{")
        .replace("}}", "}")
    )
    title = TITLES[name]
    return Answer(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>2024-03-05</p>"
        f"<div id='content'>{text}</div><div>{'' if at == 3 and '下一页' in pager else pager}</div></body></html>"
    )


def answer(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/":
        rows = "".join(f"<li><a href='/{name}.html'>{title}</a> 2024-03-05</li>" for name, title in TITLES.items())
        return Answer(f"<title>统战要闻</title><ul>{rows}</ul>")
    if path == "/turn.js":
        return Answer(
            "function turn(s, n) { location = s + '.html?p=' + n }", headers={"Content-Type": "text/javascript"}
        )
    whole, rest = path.strip("/").split(".html", 1) if ".html" in path else (path, "")
    name, *numbered = whole.split("_")
    posted = FORMS.pop().removeprefix("p=") if FORMS else ""
    at = int(posted or rest.removeprefix("?p=") or "".join(numbered) or 1)
    if name in PAGERS and at <= 3:
        return page(name, at, PAGERS[name])
    return page(name, 1, {"b1": LACKS, "b2": SINGLE}[name]) if name in ("b1", "b2") and at == 1 else Answer(status=404)


@dataclass(frozen=True, kw_only=True)
class Crawled:
    code: int
    said: str
    layout: Layout
    base: str
    documents: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp("pages")
    with serving(answer, FORMS) as little:
        site = little.site(folder)
        command = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data")]
        done = loaded.run([*command, "crawl", str(site)], timeout=120)
        listed = loaded.run([*command, "export", "--format", "jsonl", "--out", "-"], timeout=60, check=True).stdout
    documents = {each["url"].removeprefix(little.base): each for each in map(json.loads, listed.splitlines())}
    return Crawled(
        code=done.returncode,
        said=done.stderr,
        layout=Layout(root=folder / "data"),
        base=little.base,
        documents=documents,
    )


def test_each_article_is_one_document(crawled: Crawled) -> None:
    assert set(crawled.documents) == {f"/{name}.html" for name in TITLES}, crawled.said


@pytest.mark.parametrize("name", PAGERS)
def test_an_article_has_all_of_its_pages_in_their_order(crawled: Crawled, name: str) -> None:
    text = crawled.documents[f"/{name}.html"]["text"]
    places = [text.find(f"第{at}部分第{n}段") for at in (1, 2, 3) for n in range(3)]
    assert -1 not in places
    assert places == sorted(places)
    assert text.count("第1部分第0段") == 1


def test_the_answer_to_a_form_is_no_version_of_the_page(crawled: Crawled) -> None:
    command = [sys.executable, "-m", "crawler.cli", "--data", str(crawled.layout.root), "show", "--json", "--versions"]
    shown = loaded.run([*command, f"{crawled.base}/a10.html"], timeout=60, check=True).stdout
    assert [json.loads(line)["id"] for line in shown.splitlines()] == [crawled.documents["/a10.html"]["id"]]


def test_pages_that_cannot_be_fetched_are_told(crawled: Crawled) -> None:
    missing = [each for each in read_missing(crawled.layout.missing("little")) if each.reason == "list_gap"]
    assert [each.url.removeprefix(crawled.base) for each in missing] == ["/b1.html"]
    assert missing[0].detail == "claims 3 pages (第1页/共3页), 1 were fetched"
    assert crawled.code == 1
    lists = [each.url.removeprefix(crawled.base) for each in read_ledger(crawled.layout.ledger("little")).lists]
    assert lists == ["/b1.html", "/"]
