"""Lists of choices whose handler makes an address of each value: those addresses are asked for, and no others."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import loaded
import pytest
from little_server import Answer, serving

ISSUES = [f"{year}-{month:02}/07" for year in (2023, 2024) for month in (1, 6, 12)]
# How a choice leads to an issue; the values of the last two have no slash, or are addresses as they are.
HANDLERS = {
    "a": "<select onchange=\"location.href='/{0}/'+this.value+'/n.htm'\">",
    "b": "<script>function go(s) {{ location = '/{0}/' + s.options[s.selectedIndex].value + '/n.htm' }}</script>"
    "<select onchange='go(this)'>",
    "c": "<a href='/about.htm'>下一页</a><select onchange='window.location=`/{0}/${{this.value}}/n.htm`'>",
    "d": "<a href='/x/{0}.html'>关于开展统一战线调研工作的通知</a> 2024-02-19"
    "<select onchange=\"location='/{0}/'.concat(this.value, '/n.htm')\">",
    "e": "<script>function fill() {{ s.onchange = function () {{ location = '/{0}/' + s.value + '/n.htm' }} }}</script>"
    "<select id='s'>",
    "f": "<select onchange='location=this.value'>",
}


def answer(path: str, _: Mapping[str, str]) -> Answer:
    name, issue = [*path.strip("/").removesuffix("/n.htm").split("/", 1), ""][:2]
    if path == "/":
        return Answer("".join(f"<a href='/{name}/2024-12/07/n.htm'>数字报</a>" for name in HANDLERS))
    if name not in HANDLERS or issue not in ISSUES or not path.endswith("/n.htm"):
        return Answer("没有这一页", status=404)
    options = [f"/{name}/{each}/n.htm" if name == "f" else each for each in ISSUES]
    choices = "".join(f"<option value='{each}'>{each[-10:-3]}月</option>" for each in options)
    row = f"<li><a href='/x/{name}{issue.replace('/', '-')}.html'>政协召开{issue}座谈会</a></li>"
    fill = "<script>fill()</script>" if name == "e" else ""
    return Answer(f"<title>某报</title><ul>{row}</ul>{HANDLERS[name].format(name)}{choices}</select>{fill}")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("choices")
    with serving(answer) as little:
        site = little.site(folder)
        command = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data"), "crawl", str(site)]
        done = loaded.run(command, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return set(little.counts)


@pytest.mark.parametrize("name", HANDLERS)
def test_every_choice_is_followed_by_its_handler(asked: set[str], name: str) -> None:
    assert {path for path in asked if path.startswith(f"/{name}/")} == {f"/{name}/{each}/n.htm" for each in ISSUES}
