"""Rules for crawling in a site file: `exclude`, `lists`, `requisites`, `next`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import loaded
from little_server import Answer, serving

CHECKOUT = Path(__file__).parents[2]
TEXT = "<p>" + "统战部召开会议，传达学习精神，研究部署工作。" * 8 + "</p>"


def rows(*numbers: int) -> str:
    return "".join(f"<li><a href=/xw/{n}.html>全市统战部长会议第{n}次召开</a> 2024-05-1{n}</li>" for n in numbers)


def routes(path: str, _: Mapping[str, str]) -> Answer:
    pages = {
        "/": f"<ul>{rows(1, 2)}<li><a href=/zt/a.html>专题之一的标题在这里</a></ul><a class=turn href=/w/q7>后头</a>",
        "/w/q7": f"<ul>{rows(3, 4)}</ul>",
        "/zt/a.html": f"<h1>专题</h1>{TEXT}",
    }
    if path.startswith("/xw/"):
        body = f"<h1>全市统战部长会议第{path[4]}次召开</h1>{TEXT}{TEXT}{path}<a href=/f/{path[4]}.dat>数据</a>"
        return Answer(f"<title>会议</title>{body}")
    if path.endswith(".dat"):
        return Answer("1,2", headers={"Content-Type": "application/octet-stream"})
    return Answer(f"<title>统战部</title>{pages[path]}") if path in pages else Answer(status=404)


def test_exclude_next_and_requisites_steer_a_crawl(tmp_path: Path) -> None:
    with serving(routes) as little:
        path = little.site(tmp_path, exclude=["/zt/"], requisites=[r"\.dat$"])
        path.write_text(path.read_text("utf-8") + '\n[[read]]\nnext = "a.turn"\n', "utf-8")
        done = loaded.run(
            [sys.executable, "-m", "crawler.cli", "--data", str(tmp_path / "data"), "crawl", str(path)],
            env=os.environ | {"PYTHONPATH": str(CHECKOUT), "CUNDANG_SLOTS": str(tmp_path / "slots")},
            timeout=300,
        )
        asked = {path for _, path in little.asked}
    assert done.returncode == 0, done.stderr
    assert {f"/xw/{n}.html" for n in (1, 2, 3, 4)} <= asked, "the second page is found by `next`"
    assert {f"/f/{n}.dat" for n in (1, 2, 3, 4)} <= asked
    assert "/zt/a.html" not in asked
