"""A later visit: how far a pager is followed for what is new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from family_crawl import DAY, crawl
from little_server import Answer, serving

from archive.catalogue import query
from archive.layout import Layout


def article(number: int) -> Answer:
    title = f"全市统战部长会议第{number}次召开"
    lines = "".join(f"<p>会议第{number}次研究了第{part}项工作，强调要画好最大同心圆。</p>" for part in range(4))
    return Answer(f"<title>{title}</title><h1>{title}</h1><div>2024-01-01 来源：市委统战部</div>{lines}")


def test_new_articles_on_the_fifth_page_of_a_pager_of_numbers_are_found(tmp_path: Path) -> None:
    """The pager has no 下一页: while a page brings news, the first number that was not asked for yet follows."""
    there = 60

    def routes(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            return Answer("<title>首页</title><a href='/list.php?p=1'>统战要闻</a>")
        if path.startswith("/list.php?p="):
            page = int(path.rpartition("=")[2])
            numbers = range(there - 10 * (page - 1), max(0, there - 10 * page), -1)
            rows = "".join(
                f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> 2024-01-01</li>" for n in numbers
            )
            pager = "".join(f"<a href='/list.php?p={n}'>{n}</a> " for n in range(1, 7))
            return Answer(f"<title>统战要闻</title><ul>{rows}</ul><div class='pages'>{pager}</div>")
        number = path.removeprefix("/show-").removesuffix(".html")
        return article(int(number)) if number.isdecimal() and int(number) <= there else Answer(status=404)

    data = tmp_path / "data"
    with serving(routes) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        there = 110
        crawl(site, data, later=2 * DAY)
    titles = {document.title for document in query.documents(Layout(root=data), query.Filter())}
    assert titles == {f"全市统战部长会议第{n}次召开" for n in range(1, 111)}
