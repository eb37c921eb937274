"""What pages in other encodings send, by links, forms and scripts, has the bytes that browsers send."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import loaded
import pytest
from little_server import Answer, serving

GBK, BIG5, UTF8 = "lb=%CD%B3%D5%BD", "lb=%B2%CE%BE%D4", "lb=%E7%BB%9F%E6%88%98"
ROWS = (
    "<ul>"
    + "".join(f"<li><a href='/a/{n}.html'>统战部召开第{n}次座谈会</a> 2024-02-1{n}</li>" for n in range(3))
    + "</ul>"
)
FIELDS = '<input type="hidden" name="lb" value="统战"><input type="hidden" name="page" value="2">'
NEXT = '<input type="submit" value="下一页">'
OPTIONS = "<option>1<option>2"
POST = f'<form name="f" method="post">{FIELDS}'
GO = "<script>function go(n) { document.f.page.value = n; document.f.submit(); }</script>"
# A pager of page 1 -> what it sends for page 2, by a form or in the address.
PAGERS = {
    f"{POST}{NEXT}</form>": f"{GBK}&page=2",
    f'{POST}</form>{GO}<a href="javascript:go(2)">下一页</a>': f"{GBK}&page=2",
    f'{POST}<select name="n" onchange="document.f.submit()">{OPTIONS}</select></form>': f"{GBK}&page=2&n=2",
    f'<form method="post" accept-charset="x, utf-8">{FIELDS}{NEXT}</form>': f"{UTF8}&page=2",
    f"<form>{FIELDS}<select name='n' onchange='this.form.submit()'>{OPTIONS}</select></form>": f"?{GBK}&page=2&n=2",
    f"<form>{FIELDS}{NEXT}</form>": f"?{GBK}&page=2",
    "<script>function go(n) { location.href = '?lb=统战&page=' + n }</script>"
    "<a href='#' onclick='go(2)'>下一页</a>": f"?{GBK}&page=2",
    "<a href='?lb=统战&amp;page=2'>下一页</a><script>document.write('<p>共2页</p>')</script>": f"?{GBK}&page=2",
    "<div id='d'></div><script>var x = new XMLHttpRequest(); x.open('GET', '?lb=统战&page=2');"
    " x.onload = function () { document.getElementById('d').innerHTML = x.responseText };"
    " x.send()</script>": f"?{GBK}&page=2",
    "<a href=\"javascript:__doPostBack('P','2')\">下一页</a>": f"{GBK}&__EVENTTARGET=P&__EVENTARGUMENT=2",
}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], set[str]]:
    """The forms and the addresses that a crawl of a list with each pager sent."""
    folder, forms = tmp_path_factory.mktemp("encodings"), list[str]()
    lists = {f"/l{number}.asp": pager for number, pager in enumerate(PAGERS)}

    def answer(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            body = "".join(f"<a href='{path}'>栏目</a>" for path in [*lists, "/big5"])
        elif path == "/big5":
            body = "<a href='/b.asp?lb=統戰'>統戰</a>"
        elif path in lists:
            body = ROWS + lists[path]
            if "__doPostBack" in body:
                body = f"<form method='post'><input type='hidden' name='lb' value='统战'>{body}</form>"
        else:
            body = "<p>没有此栏目</p><a href='/'>首页</a>"
        label = "big5" if path == "/big5" else "gbk"
        page = f"<html><head><meta charset='{label}'><title>栏目</title></head><body>{body}</body></html>"
        return Answer(page.encode(label, "replace"), headers={"Content-Type": "text/html"})

    with serving(answer, forms) as little:
        site = little.site(folder)
        command = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data"), "crawl", str(site)]
        done = loaded.run(command, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return forms, set(little.counts)


@pytest.mark.parametrize("number", range(len(PAGERS)))
def test_a_pager_sends_the_bytes_of_the_page(sent: tuple[list[str], set[str]], number: int) -> None:
    expected = list(PAGERS.values())[number]
    forms, asked = sent
    if expected.startswith("?"):
        assert f"/l{number}.asp{expected}" in asked
    else:
        assert expected in forms


def test_no_address_is_asked_for_in_another_encoding_too(sent: tuple[list[str], set[str]]) -> None:
    forms, asked = sent
    assert "/b.asp?" + BIG5 in asked
    assert {path for path in asked if "lb=" in path and GBK not in path and BIG5 not in path} == set()
    assert {form for form in forms if GBK not in form} == {f"{UTF8}&page=2"}


@pytest.mark.parametrize("location", ["/转 向.asp?t=统战", "/a.asp?t=新闻"])
def test_a_redirect_in_raw_bytes_is_followed_with_these_bytes(tmp_path: Path, location: str) -> None:
    def answer(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return Answer("<a href='/1.html'>座谈会</a>")
        raw = location.encode("gbk").decode("latin-1")
        return Answer(status=302, headers={"Location": raw}) if path == "/1.html" else Answer("<p>座谈会</p>")

    with serving(answer) as little:
        command = [sys.executable, "-m", "crawler.cli", "--data", str(tmp_path / "data"), "crawl"]
        loaded.run([*command, str(little.site(tmp_path))], timeout=60)
    assert quote(location.encode("gbk"), safe="/?=") in little.counts
