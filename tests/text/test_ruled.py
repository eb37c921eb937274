"""Rules of a site file for fields: by selector or pattern, by era; what they take out is kept in `removed`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.errors import SiteError
from archive.site import Crawl, Reading, Site, load_file
from archive.text.clean import clean
from archive.text.document import Document
from archive.text.recipe import recipe
from archive.warc.capture import Capture, Place

FIRST = "全市各民主党派、工商联负责人和无党派人士代表参加座谈会，围绕今年的重点工作提出意见和建议。"
SECOND = "会议要求，各单位要认真研究大家提出的建议，能办的马上办理，一时办不了的要说明情况，做好解释工作。"
PAGE = f"""<html><head><meta charset=utf-8><title>座谈会召开-某网</title><meta name=when content="2021-03-05"></head>
<body>
<div class=path>首页 ＞ 要闻 ＞ 多党合作</div><h1>座谈会召开</h1>
<div class=note>发自：本地同心报（网络版）</div><div class=pen>掌墨 欧阳明月</div>
<div class=c><p>{FIRST}</p><p class=ad>扫一扫关注我们的同心公众号了解更多消息</p><p>{SECOND}</p>
<p>二〇二一年印于三月五日</p></div>
<div class=turn><a href="/xw/index_7.html">后头</a></div></body></html>"""
SITE = Site(key="a", name="某网", hosts=("a.cn",), crawl=Crawl(start=("http://a.cn/",)))


def read(*eras: Reading, page: str = PAGE, captured: dt.datetime | None = None) -> Document:
    capture = Capture(
        id="urn:uuid:1",
        kind="response",
        url="http://a.cn/xw/1.html",
        date=captured or dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=page.encode(),
        payload_digest=None,
        place=Place(file="x", offset=0, length=1),
    )
    found = clean(capture, replace(SITE, readings=eras))
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize(
    ("rules", "field", "value"),
    [
        ({"date": "meta[name=when]"}, "published", "2021-03-05"),
        ({"source": "div.note"}, "source", "本地同心报(网络版)"),
        ({"source": "re:发自：(.+?)（"}, "source", "本地同心报"),
        ({"author": "re:^掌墨 (.+)"}, "author", "欧阳明月"),
        ({"editor": "div.pen"}, "editor", "掌墨 欧阳明月"),
        ({"columns": "div.path"}, "columns", ("要闻", "多党合作")),
    ],
)
def test_a_rule_reads_a_field_and_is_its_evidence(rules: dict[str, Any], field: str, value: object) -> None:
    plain, ruled = read(), read(Reading(**rules))
    found = getattr(ruled, field)
    assert (found.replace("（", "(").replace("）", ")") if isinstance(found, str) else found) == value
    assert field == "columns" or getattr(plain, field) != found, "the rule is of use"
    evidence = dict(ruled.evidence) | {"published": ruled.published_evidence}
    assert str(evidence[field]).startswith("site: ")


def test_what_a_rule_drops_leaves_the_text_and_is_kept() -> None:
    for rule in ("p.ad", "re:^扫一扫关注"):
        ruled = read(Reading(drop=(rule,)))
        assert "扫一扫" not in ruled.text
        assert ("site", "扫一扫关注我们的同心公众号了解更多消息") in ruled.removed
        assert [line for line in ruled.text.split("\n") if line in (FIRST, SECOND)] == [FIRST, SECOND]
        assert ruled.han == sum("一" <= character <= "鿿" for character in ruled.text)


def test_a_rule_reads_what_a_page_shows_and_not_its_scripts() -> None:
    writes = """<script>if (wzly != '') document.write('发自：'+wzly+'&emsp;');</script><!-- 发自：模板 -->"""
    inside = PAGE.replace("<div class=note>", f"<div class=note>{writes}").replace("<h1>", f"<h1>{writes}")
    for rule in ("re:发自：([^（]+)", "div.note"):
        assert read(Reading(source=rule), page=inside).source == read(Reading(source=rule)).source
    bare = PAGE.replace("<div class=note>发自：本地同心报（网络版）</div>", writes)
    assert read(Reading(source="re:发自：(\\S+)"), page=bare).source is None
    ruled = read(Reading(drop=("div.note",)), page=inside)
    assert [line for rule, line in ruled.removed if rule == "site"] == ["发自：本地同心报（网络版）"]


def test_a_day_after_the_capture_is_not_believed() -> None:
    early = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert read(Reading(date="meta[name=when]"), captured=early).published is None


def test_each_era_has_its_rules() -> None:
    eras = (Reading(until=dt.date(2022, 1, 1), author="re:^掌墨 (.+)"), Reading(source="div.note"))
    old = read(*eras, captured=dt.datetime(2021, 6, 1, tzinfo=dt.UTC))
    new = read(*eras)
    assert old.author == "欧阳明月" != new.author
    assert new.source != old.source


def test_a_rule_makes_stale_and_none_does_not() -> None:
    bare, ruled = (replace(SITE, readings=(reading,)) for reading in (Reading(), Reading(source="div.note")))
    assert recipe([bare]) != recipe([ruled])
    assert recipe([bare]) == recipe([replace(bare, readings=(Reading(next="a.next"),))]), "it steers the crawl alone"


def test_every_mistake_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    lines = [
        'name = "x"',
        'hosts = ["http://a.cn"]',
        "[crawl]",
        'start = ["http://b.cn/"]',
        "dealy = 3",
        "exclude = ['(']",
        "[[read]]",
        "until = 2020-01-01",
        "drop = ['re:[']",
        "[[read]]",
        "date = 'div..x'",
        "body = 1",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SiteError) as error:
        load_file(path)
    said = str(error.value).splitlines()
    assert [line.split(":")[0] for line in said] == [f"{path}, line {n}" for n in (2, 4, 5, 6, 9, 11, 12)]
    assert "crawl.delay" in said[2]


def test_patterns_for_lists_and_what_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    crawl = "exclude = ['/zt/']\nlists = ['_\\d+\\.html$']\nrequisites = ['images', '\\.zip$']"
    path.write_text(f'name = "x"\nhosts = ["a.cn"]\n[crawl]\nstart = ["http://a.cn/"]\n{crawl}', encoding="utf-8")
    found = load_file(path).crawl
    assert (found.exclude, found.requisites) == (("/zt/",), ("images", r"\.zip$"))
