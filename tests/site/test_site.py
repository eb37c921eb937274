"""Site files are read, and mistakes are reported."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from archive import site
from archive.errors import SiteError

GOOD = """
name = "四川统一战线"
hosts = ["www.sctyzx.gov.cn", "127.0.0.2:8001"]
place = "510000"
schedule = "0 3 * * *"

[crawl]
start = ["http://www.sctyzx.gov.cn/"]
articles = ['/\\w+/\\d{6}/\\d{8}\\.html$']
delay = 2

[[read]]
until = 2022-06-30
body = "div.TRS_Editor"

[[read]]
title = "h1.title"
body = "div#content"
"""


def written(folder: Path, text: str, name: str = "sc.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_site_file_is_read(tmp_path: Path) -> None:
    found = site.load_file(written(tmp_path, GOOD))
    assert (found.key, found.name, found.place) == ("sc", "四川统一战线", "510000")
    assert found.crawl.delay == 2.0
    assert not found.crawl.cookies
    assert found.crawl.articles == (r"/\w+/\d{6}/\d{8}\.html$",)


@pytest.mark.parametrize(
    ("captured", "body"),
    [
        # 30 June 17:00 UTC is already July in China.
        (dt.datetime(2022, 6, 30, 15, 59, tzinfo=dt.UTC), "div.TRS_Editor"),
        (dt.datetime(2022, 6, 30, 16, 1, tzinfo=dt.UTC), "div#content"),
        (None, "div#content"),
    ],
)
def test_the_era_is_chosen_by_the_day_of_the_capture_in_china(
    tmp_path: Path, captured: dt.datetime | None, body: str
) -> None:
    reading = site.load_file(written(tmp_path, GOOD)).reading_at(captured)
    assert reading is not None
    assert reading.body == body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("place =", "plase ="), ("plase", "place")),
        (("delay = 2", "dealy = 2"), ("crawl.dealy", "crawl.delay")),
        (('body = "div.TRS_Editor"', 'boddy = "x"'), ("read.boddy", "read.body")),
        (("[crawl]", "[crawler]"), ("[crawl]",)),
        (("delay = 2", 'delay = "2"'), ("crawl.delay", "a number")),
        (("delay = 2", "cookies = 1"), ("crawl.cookies", "true or false")),
        (('name = "四川统一战线"', ""), ("`name`", "missing")),
        (("510000", "51"), ("place", "six digits")),
        (('start = ["http://www.sctyzx.gov.cn/"]', 'start = ["http://example.org/"]'), ("crawl.start", "hosts")),
        (('start = ["http://www.sctyzx.gov.cn/"]', "start = []"), ("crawl.start", "home page")),
        (("\\d{8}", "\\d{8}("), ("crawl.articles", "regular expression")),
        (('"www.sctyzx.gov.cn", ', '"http://www.sctyzx.gov.cn", '), ("hosts", "without scheme")),
        (('hosts = ["www', 'hosts = ["统战.cn", "www'), ("hosts", "xn--3nun45d.cn")),
        (("until = 2022-06-30", ""), ("until", "oldest first")),
        (('title = "h1.title"', "until = 2021-06-30"), ("read", "oldest first")),
        (("2022-06-30", '"2022-06-30"'), ("read.until", "without quotation marks")),
        (("div.TRS_Editor", "div..TRS_Editor"), ("read.body", "not a CSS selector")),
        (("delay = 2", "delay = inf"), ("crawl.delay", "seconds")),
        (("delay = 2", "max_pages = 0"), ("crawl.max_pages", "1 or more")),
        (("delay = 2", "page_bytes = 0"), ("crawl.page_bytes", "1 or more")),
        (("delay = 2", "max_depth = -1"), ("crawl.max_depth", "0 for the start pages")),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_cure(
    tmp_path: Path, change: tuple[str, str], words: tuple[str, ...]
) -> None:
    assert change[0] in GOOD
    path = written(tmp_path, GOOD.replace(*change, 1))
    with pytest.raises(SiteError) as error:
        site.load_file(path)
    for word in (str(path), *words):
        assert word in str(error.value)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert site.load_file(written(tmp_path, "\ufeff" + GOOD)) == site.load_file(written(tmp_path, GOOD))


def test_a_host_belongs_to_one_site(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "a.toml")
    written(tmp_path, GOOD, "b.toml")
    with pytest.raises(SiteError, match=r"www\.sctyzx\.gov\.cn stands in two"):
        site.load(tmp_path)


@pytest.mark.parametrize("broken", ["name = ", "name = '\udcff'", ""])
def test_a_broken_file_is_a_site_error(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(broken.encode("utf-8", "surrogateescape"))
    with pytest.raises(SiteError, match=r"x\.toml"):
        site.load_file(path)
