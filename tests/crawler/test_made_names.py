"""Addresses that a script makes of pieces: the pages of a list by their count, the issues of a paper by their days."""

from __future__ import annotations

import pytest

from crawler.discovery import counter, epaper

FROM_ZERO = 'var countPage = 3; a("index_" + i + ".html")'
FROM_ONE = 'var countPage = 3; a("index_" + (i + 1) + ".html")'


@pytest.mark.parametrize(
    ("path", "script", "after"),
    [
        ("/xw/index.html", FROM_ZERO, "/xw/index_1.html"),
        ("/xw/index_1.html", FROM_ZERO, "/xw/index_2.html"),
        ("/xw/index_2.html", FROM_ZERO, None),
        ("/xw/index.html", FROM_ONE, "/xw/index_2.html"),
        ("/xw/index_2.html", FROM_ONE, "/xw/index_3.html"),
        ("/xw/index_3.html", FROM_ONE, None),
        # A folder has the name that the script makes; a page keeps its own, and its ending.
        ("/xw/", FROM_ONE, "/xw/index_2.html"),
        ("/xw/", FROM_ONE.replace("index_", "list_"), "/xw/list_2.html"),
        ("/xw/tzgg.shtml", FROM_ONE, "/xw/tzgg_2.shtml"),
        ("/xw/index.html?t=1", FROM_ONE, "/xw/index_2.html"),
        ("/xw/", "var pageCount: '3'; 'list_' + n", "/xw/list_1.html"),
        ("/xw/", r"totalPages = 3; s += '\"/xw/list_\"' + n", None),
        # Other programs, one page alone, no count, no name.
        ("/xw/list.php", FROM_ONE, None),
        ("/xw/index.html", FROM_ONE.replace("3", "1"), None),
        ("/xw/index.html", FROM_ONE.replace("countPage", "number"), None),
        ("/xw/index.html", "var countPage = 3; a(index + '.html')", None),
        ("/xw/index.html", "var countPage = 3; a('_' + i)", None),
    ],
)
def test_the_next_page_has_the_name_that_the_script_makes(path: str, script: str, after: str | None) -> None:
    links = list(counter.discover(f"http://h{path}", f"<script>{script}</script>", None))
    assert [(link.kind, link.url) for link in links] == ([] if after is None else [("next", f"http://h{after}")])


DAYS = ("2023-10-24", "2023-10-17", "2023-10-31")


@pytest.mark.parametrize(
    ("url", "days", "fronts"),
    [
        ("/html/2023-10/31/n_1.htm", DAYS, ["2023-10/24/n_1.htm", "2023-10/17/n_1.htm", "2023-10/31/n_1.htm"]),
        ("/html/20231031/b/1.html", DAYS, ["20231024/b/1.html", "20231017/b/1.html", "20231031/b/1.html"]),
        ("/html/2023/10/31/", ("20231024", "20231017", "20231031"), ["2023/10/24/", "2023/10/17/", "2023/10/31/"]),
        # Two days are no list of issues; an address without a day tells nothing, nor does a day in the page's name.
        ("/html/2023-10/31/node_1.htm", DAYS[:2], []),
        ("/html/2023-10/31/node_1.htm", DAYS[:1] * 3, []),
        ("/html/node_1.htm", DAYS, []),
        ("/html/node_2023-10-31.htm", DAYS, []),
    ],
)  # fmt: skip
def test_the_issues_of_a_paper_have_addresses_like_the_one_that_is_shown(
    url: str, days: tuple[str, ...], fronts: list[str]
) -> None:
    links = epaper.discover(f"http://h{url}", "".join(f"<period>{day}</period>" for day in days))
    assert [(link.url.removeprefix("http://h/html/"), link.anchor) for link in links] == [
        (front, day) for front, day in zip(fronts, days, strict=bool(fronts))
    ]


def test_each_issue_has_the_front_page_that_stands_behind_its_day() -> None:
    text = (
        "<d>2023-10-24</d><f>node_2.htm</f><d>2023-10-17</d><f>/a/node_9.htm</f><d>2023-10-31</d>" + " " * 600 + "n.htm"
    )
    links = epaper.discover("http://h/2023-10/31/node_1.htm", text)
    assert [link.url.rpartition("/")[2] for link in links] == ["node_2.htm", "node_1.htm", "node_1.htm"]
