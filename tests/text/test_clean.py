"""Pages become documents with whole paragraphs and true fields, or a skip that says why not."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from importlib import resources
from itertools import pairwise
from typing import Any

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.site import Crawl, Reading, Site
from archive.text import chinese
from archive.text.clean import clean
from archive.text.document import Document, Reason, Skip
from archive.text.recipe import recipe
from archive.warc.capture import Capture, Fault, FoundBy, Place

PARAGRAPHS = (
    "9月5日深夜，县委统战部全体干部职工迅速集结，开启新一轮抗疫之战，分赴太伏镇青桥村和青杠湾两处核酸检测点。",
    "二、做表率、冲在前",
    "疫情如火，使命如山。广大统一战线成员闻令而动、主动出击、下沉一线，为打赢疫情防控阻击战贡献了统战力量。",
    "截至9月12日，全县各民主党派、工商联和无党派人士累计捐款捐物合计五百余万元，参与志愿服务九百余人次。",
)
PAGE = """<html><head><title>{title}_统战时讯_某县统一战线</title>{head}</head><body>
<div class="nav"><a href="/">首页</a> <a href="/tzsx">统战时讯</a> <a href="/llyj">理论研究</a></div>
<div class="path">您现在的位置：<a href="/">首页</a> &gt; <a href="/tzsx">统战时讯</a> &gt; 正文</div>
<h1>{title}</h1>
<div class="info"><span>发布时间：2022-09-12 10:30</span><span>来源：四川在线</span><span>作者：刘日龙</span>
<span>点击：12</span></div>
{body}
<div>上一篇：<a href="/1.html">庐山行动取得新的成效</a></div><div>下一篇：没有了</div>
<div>相关文章</div><ul><li><a href="/2.html">冀州区司法局三项措施助力文明城区创建</a></li>
<li><a href="/3.html">沂水县富官庄镇网格员开展普法活动</a></li></ul>
<div class="footer">版权所有：某县委统战部 蜀ICP备00000000号 更新日期：2026-01-01</div></body></html>"""
TITLE = "某县统一战线多措并举助力疫情防控"


UNDONE = Fault(flag="", words="content-coding br cannot be undone")


def capture(
    body: str | bytes,
    *,
    url: str = "http://www.example.gov.cn/tzsx/4704.html",
    status: int = 200,
    content_type: str = "text/html; charset=utf-8",
    **rest: Any,
) -> Capture:
    fields: dict[str, Any] = {
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "kind": "response",
        "url": url,
        "date": dt.datetime(2022, 10, 1, tzinfo=dt.UTC),
        "status": status,
        "headers": (("Content-Type", content_type),),
        "body": body.encode("utf-8", "replace") if isinstance(body, str) else body,
        "payload_digest": None,
        "place": Place(file="a.warc.gz", offset=0, length=1),
    }
    return Capture(**{**fields, **rest})


def read(html: str, **rest: Any) -> Document:
    document = clean(capture(html, **rest), None)
    assert isinstance(document, Document), document
    return document


def skipped(html: str | bytes, **rest: Any) -> Skip:
    skip = clean(capture(html, **rest), None)
    assert isinstance(skip, Skip), skip
    assert skip.detail
    return skip


def test_an_author_element_names_the_editor() -> None:
    body = f"<div>{''.join(f'<p>{line}</p>' for line in PARAGRAPHS)}</div>"
    plain = PAGE.format(title=TITLE, head='<meta name="author" content="王晓东">', body=body)
    unsigned = plain.replace("<span>作者：刘日龙</span>", "")
    assert read(plain).author == "刘日龙"
    assert read(unsigned).author is None


@pytest.mark.parametrize(
    "shape",
    [
        "<p>{}</p>\n<p>{}</p>\n<p>{}</p>\n<p>{}</p>",
        "{}<br>{}<br/><br/>{}<br>\n{}",
        "<div><span>{}</span></div><div><span>{}</span></div><div>{}</div><div>{}</div>",
        "<table><tr><td>　　{}<br>　　{}<br>　　{}<br>　　{}</td></tr></table>",
        "<span>&emsp;&emsp;{}</span><br><span>{}</span><br><b>{}</b><br>{}",
        "　　{}\n　　{}\n　　{}\n　　{}",
        "<section><section><p>{}</p></section><p>{}</p></section><section><p>{}</p><p>{}</p></section>",
    ],
)
@pytest.mark.parametrize("box", ['<div class="TRS_Editor">{}</div>', '<div class="xx">{}</div>', "<div>{}</div>"])
def test_paragraphs_are_those_of_the_page(shape: str, box: str) -> None:
    document = read(PAGE.format(title=TITLE, head="", body=box.format(shape.format(*PARAGRAPHS))))
    assert document.text.split("\n") == list(PARAGRAPHS)


def test_the_fields_are_what_the_page_says() -> None:
    body = (
        f'<div id="zoom"><p>{PARAGRAPHS[0]}</p><p><img src="a.jpg" alt="{TITLE}"></p><p>图为志愿者在现场登记信息</p>'
        f"<p>{PARAGRAPHS[2]}</p><p>微信图片_20220912.jpg</p><p>（县委统战部 鲁星 供稿）</p><p>责任编辑：秦云</p>"
        '<p><a href="/files/P020220912.doc">附件1：倡议书.doc</a></p></div>'
    )
    document = read(PAGE.format(title=TITLE, head="", body=body))
    assert document.title == TITLE
    assert document.text.split("\n") == [PARAGRAPHS[0], PARAGRAPHS[2]]
    assert (document.source, document.author, document.editor) == ("四川在线", "刘日龙", "秦云")
    assert document.contributor == "县委统战部 鲁星"
    assert document.published == "2022-09-12T10:30+08:00"
    assert document.columns == ("统战时讯",)
    assert document.captions == ("图为志愿者在现场登记信息",)
    assert document.attachments == (("http://www.example.gov.cn/files/P020220912.doc", "附件1：倡议书.doc"),)
    assert ("image_file", "微信图片_20220912.jpg") in document.removed
    assert document.script == "hans"
    assert document.text_original is None


def test_a_short_notice_keeps_all_its_lines() -> None:
    lines = [
        "各支部：",
        "定于明日上午九时开会。",
        "地点：三楼会议室",
        "请准时参加。",
        "县委统战部办公室",
        "2020年2月19日",
    ]
    body = "".join(f"<p>{line}</p>" for line in lines)
    for box in ('<div class="TRS_Editor">{}</div>', "<div>{}</div>"):
        document = read(PAGE.format(title="关于召开会议的通知", head="", body=box.format(body)))
        assert document.text.split("\n") == lines


def test_the_sites_selectors_of_the_era_come_first() -> None:
    site = Site(
        key="x",
        name="某县统一战线",
        hosts=("www.example.gov.cn",),
        crawl=Crawl(start=("http://www.example.gov.cn/",)),
        readings=(Reading(until=dt.date(2022, 6, 30), body="div.old"), Reading(title="div.t", body="div.new")),
    )
    boxes = {"t": "真正的标题在这里", "old": PARAGRAPHS[0], "new": PARAGRAPHS[2]}
    body = "".join(f'<div class="{name}">{text}</div>' for name, text in boxes.items())
    html = PAGE.format(title=TITLE, head="", body=body)
    late = clean(capture(html), site)
    early = clean(capture(html, date=dt.datetime(2022, 6, 30, 15, tzinfo=dt.UTC)), site)
    assert isinstance(late, Document)
    assert isinstance(early, Document)
    assert (late.text, late.title, late.extractor, late.site) == (PARAGRAPHS[2], "真正的标题在这里", "site", "x")
    assert early.text == PARAGRAPHS[0]


def test_traditional_pages_keep_their_original_beside_the_conversion() -> None:
    body = "<p>自新冠肺炎疫情發生以來，區委統戰部隨著形勢的變化，組織動員全區統一戰線成員迅速響應。</p>"
    html = PAGE.format(title="區委統戰部積極行動", head="", body=body).replace("发布时间", "發佈時間")
    document = read(html)
    assert document.text.startswith("自新冠肺炎疫情发生以来，区委统战部随着形势的变化")
    assert document.text_original is not None
    assert document.text_original.startswith("自新冠肺炎疫情發生以來，區委統戰部隨著形勢的變化")
    assert (document.title, document.title_original) == ("区委统战部积极行动", "區委統戰部積極行動")
    assert document.script in ("hant", "mixed")


@pytest.mark.parametrize(
    ("head", "url", "row", "published", "flags"),
    [
        ('<meta name="PubDate" content="2022-09-12 10:30:15">', None, None, "2022-09-12T10:30:15+08:00", ()),
        ('<meta name="PubDate" content="$PubDate">', None, None, "2022-09-12T10:30+08:00", ()),
        ('<meta name="PubDate" content="2021-12-12">', None, None, "2022-09-12T10:30+08:00", ("date_conflict",)),
        ('<meta name="others" content="页面生成时间 2022-09-30 18:10:10">', None, None, "2022-09-12T10:30+08:00", ()),
        ('<meta name="PubDate" content="2099-01-01">', None, None, "2022-09-12T10:30+08:00", ()),
        ("", "http://x.cn/202209/t20220912_1.html", "2022-09-12", "2022-09-12T10:30+08:00", ()),
        ("", "http://x.cn/202209/t20220901_1.html", None, "2022-09-12T10:30+08:00", ("date_conflict",)),
    ],
)
def test_dates_come_with_trust(
    head: str, url: str | None, row: str | None, published: str, flags: tuple[str, ...]
) -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    found = FoundBy(parent="http://x.cn/", row_date=row)
    page = PAGE.format(title=TITLE, head=head, body=body)
    document = read(page, found=found, url=url) if url else read(page, found=found)
    assert (document.published, document.flags) == (published, flags)
    assert document.published_evidence


@pytest.mark.parametrize("line", ["今天是：2022年9月20日 星期二", "© 2022-01-01", "", "截至2022年9月1日统计"])
def test_no_date_is_invented(line: str) -> None:
    html = f"<html><body><h1>{TITLE}</h1><div>{line}</div>" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS)
    document = read(html + "<div>Copyright 2010-2022 版权所有</div></body></html>")
    assert document.published is None
    assert document.published_claimed is None


def test_a_date_before_its_words_is_claimed_not_published() -> None:
    body = "".join(f"<p>{line}新冠肺炎疫情防控。</p>" for line in PARAGRAPHS)
    html = PAGE.format(title=TITLE, head="", body=body).replace("2022-09-12", "2016-12-08")
    document = read(html)
    assert (document.published, document.published_claimed) == (None, "2016-12-08T10:30+08:00")
    assert "date_implausible" in document.flags


LINKS = "".join(
    f'<li><a href="/a/{day}.html">统战部召开第{day}次重要工作会议部署</a><span>2020-02-{day:02d}</span></li>'
    for day in range(1, 26)
)
TEASERS = "".join(
    f'<div><h3><a href="/{n}">第{n}届全县统一战线工作会议召开</a></h3><p>{PARAGRAPHS[2]}</p></div>' for n in range(12)
)
# The last page of a column holds what is left.
FEW_TEASERS = "".join(
    f'<li><h3><a href="/{n}">第{n}届全县统一战线工作会议召开</a></h3><p>{PARAGRAPHS[2]}</p></li>' for n in range(3)
)
FEW_ROWS = "".join(
    f'<li><a href="/{n}">第{n}届全县统一战线工作会议</a><span>发布时间：2016-08-1{n} 16:35:20</span></li>'
    for n in range(3)
)


@pytest.mark.parametrize(
    ("reason", "html", "rest"),
    [
        (Reason.EMPTY, "", {}),
        (Reason.EMPTY, "  <!-- x -->\n", {}),
        (Reason.ERROR_STATUS, "<h1>Not Found</h1>", {"status": 404}),
        (Reason.REDIRECT, "", {"status": 302, "headers": (("Location", "/b"),)}),
        (Reason.REDIRECT, '<meta http-equiv="refresh" content="0; url=/index.shtml">', {}),
        (Reason.REDIRECT, '<script>window.location.href="/index.shtml";</script>', {}),
        (Reason.BLOCKED, "", {"status": 403}),
        (Reason.CHALLENGE, "<script>$_ts=window['$_ts'];</script>", {"status": 412}),
        (Reason.CHALLENGE, "<script>document.cookie='__jsl_clearance=1'</script>", {"status": 521}),
        (Reason.CHALLENGE, "<html><body>请完成验证 <div id=geetest></div></body></html>", {}),
        (Reason.SOFT_404, "<title>404</title><h1>您访问的页面不存在</h1>", {}),
        (Reason.MAINTENANCE, "<h1>网站升级维护中，敬请期待</h1>", {}),
        (Reason.LOGIN, "<form>请登录<input name=u><input type=password></form>", {}),
        (Reason.LOGIN, f"<b>信息报送系统</b>{''.join(map('<p>{}</p>'.format, PARAGRAPHS))}<input type=password>", {}),
        (Reason.HOME, f"<ul>{LINKS}</ul>", {"url": "http://www.example.gov.cn/"}),
        (Reason.HOME, f"<ul>{LINKS}</ul>", {"url": "http://www.example.gov.cn/index.shtml"}),
        (Reason.LIST, f"<ul>{LINKS}</ul>", {"url": "http://www.example.gov.cn/tzsx/index_2.html"}),
        (Reason.LIST, TEASERS, {"url": "http://www.example.gov.cn/tzsx/"}),
        (Reason.LIST, FEW_TEASERS, {"url": "http://www.example.gov.cn/tzsx/index_9.html"}),
        (Reason.LIST, FEW_ROWS, {"url": "http://www.example.gov.cn/tzsx/index_9.html"}),
        (Reason.NOT_HTML, "User-agent: *", {"url": "http://x.cn/robots.txt", "content_type": "text/plain"}),
        (Reason.NOT_HTML, "body{}", {"content_type": "text/css"}),
        (Reason.NOT_HTML, b"%PDF-1.7", {}),
        (
            Reason.NOT_HTML,
            "<datastore><recordset><record><![CDATA[" + "<p>统战部召开会议。</p>" * 99,
            {"content_type": "text/xml"},
        ),
        (Reason.NOT_HTML, '<?xml version="1.0"?>\n<rss version="2.0"><item>' + "<p>统战部召开会议。</p>" * 99, {}),
        (
            Reason.NOT_HTML,
            b"\xef\xbb\xbf<?xml version='1.0'?><rss><item>" + "<p>统战部召开会议。</p>".encode() * 99,
            {},
        ),
        (Reason.NOT_HTML, b"\xef\xbb\xbf<urlset><url>" + "<p>统战部召开会议。</p>".encode() * 99, {}),
        (Reason.UNREADABLE, hashlib.shake_128(b"noise").digest(3000), {}),
        (
            Reason.UNREADABLE,
            b"<html><p>" + hashlib.shake_128(b"page").digest(300),
            {"content_type": "text/html; charset=gbk"},
        ),
        (Reason.NOT_HTML, b"\x89PNG\r\n", {"content_type": "image/png"}),
        (Reason.TOO_LARGE, "<p>" + "统战工作。" * 250_000 + "</p>", {}),
        (
            Reason.UNREADABLE,
            b"\x0b\x02" * 50,
            {"faults": (Fault(flag="", words="content-coding br cannot be undone"),)},
        ),
    ],
    ids=lambda value: str(value)[:12] if isinstance(value, Reason) else None,
)
@pytest.mark.fault(rows=[34])
def test_what_is_no_article_is_skipped_with_its_reason(reason: Reason, html: str | bytes, rest: dict[str, Any]) -> None:
    assert skipped(html, **rest).reason == reason


@pytest.mark.parametrize(
    "stated",
    [
        ("text/html, text/html; charset=utf-8",),
        ("application/octet-stream", "text/html"),
        ("*/*",),
        ("text",),
        ("",),
        ("text/html charset=utf-8",),
        ("unknown/unknown",),
    ],
)
def test_a_type_that_is_none_or_stated_twice_is_read_as_browsers_do(stated: tuple[str, ...]) -> None:
    page = PAGE.format(title=TITLE, head="", body="".join(map("<p>{}</p>".format, PARAGRAPHS)))
    headers = tuple(("Content-Type", value) for value in stated)
    assert read(page, headers=headers).title == TITLE


@pytest.mark.parametrize(
    ("stated", "is_page"),
    [
        ("text/html", True),
        ("application/xhtml+xml", True),
        ("application/xml", True),
        ("text/plain", True),
        ("text/plain; charset=utf-8", True),
        ("application/octet-stream", True),
        ("Application/Octet-Stream", True),
        ("application/octet-stream; charset=utf-8", True),
        ("application/json", False),
        ("application/pdf", False),
        ("text/css", False),
    ],
)
def test_a_page_that_is_sent_as_text_or_as_bytes_is_told_by_its_markup(stated: str, is_page: bool) -> None:
    page = PAGE.format(title=TITLE, head="", body="".join(map("<p>{}</p>".format, PARAGRAPHS)))
    found = clean(capture(page, content_type=stated), None)
    assert found.title == TITLE if isinstance(found, Document) else found.reason == Reason.NOT_HTML
    assert isinstance(found, Document) is is_page


@pytest.mark.parametrize("stated", ["text/plain", "application/octet-stream"])
def test_text_or_bytes_without_markup_are_no_page(stated: str) -> None:
    assert skipped("\n".join(PARAGRAPHS), content_type=stated).reason == Reason.NOT_HTML


@pytest.mark.parametrize("stated", ["image/gif", "text/html, image/gif", "image/gif, */*", "application/x-javascript"])
def test_a_valid_type_that_browsers_do_not_show_as_a_page_is_believed(stated: str) -> None:
    page = PAGE.format(title=TITLE, head="", body="".join(map("<p>{}</p>".format, PARAGRAPHS)))
    assert (skipped(page, content_type=stated).reason, skipped(page, content_type=stated).detail) == (
        Reason.NOT_HTML,
        next(kind for kind in ("image/gif", "application/x-javascript") if kind in stated),
    )


@pytest.mark.parametrize(
    ("anchor", "row_date", "title"),
    [
        ("关于评选先进集体的通知", "2022-09-12", "关于评选先进集体的通知"),
        # No row has these: an article links to its form, a page to the papers of a meeting.
        ("报名表", None, None),
        (None, "2022-09-12", None),
    ],
)
def test_a_file_is_a_document_where_a_row_of_a_list_names_and_dates_it(
    anchor: str | None, row_date: str | None, title: str | None
) -> None:
    found = FoundBy(parent="http://x.cn/tzgg/", anchor=anchor, row_date=row_date)
    file = clean(capture(b"%PDF-1.7", url="http://x.cn/1.pdf", content_type="application/pdf", found=found), None)
    assert (file.title if isinstance(file, Document) else None) == title


@pytest.mark.parametrize(("name", "kind"), [("7.doc", "media_only"), ("7.html", "article")])
def test_markup_that_is_to_be_saved_as_a_file_is_a_file(name: str, kind: str) -> None:
    page = PAGE.format(title=TITLE, head="", body="".join(f"<p>{line}</p>" for line in PARAGRAPHS))
    found = FoundBy(parent="http://x.cn/tzgg/", anchor=TITLE, row_date="2022-09-12")
    sent = (("Content-Type", "text/html"), ("Content-Disposition", f"attachment; filename={name}"))
    alone, listed = (
        clean(capture(page, url="http://x.cn/get?id=7", headers=sent, found=way), None) for way in (None, found)
    )
    assert isinstance(alone, Skip) == (kind == "media_only")
    assert isinstance(listed, Document)
    assert listed.kind == kind


def test_a_listed_file_says_its_row_and_nothing_else() -> None:
    found = FoundBy(parent="http://x.cn/tzgg/", anchor="關於評選先進集體的通知", row_date="[2022-09-12]")
    file = clean(
        capture(b"PK\x03\x04", url="http://x.cn/down.aspx?id=7", content_type="application/zip", found=found), None
    )
    assert isinstance(file, Document)
    assert (file.kind, file.title, file.title_original) == (
        "media_only",
        "关于评选先进集体的通知",
        "關於評選先進集體的通知",
    )
    assert (file.published, file.published_evidence) == ("2022-09-12", "row: [2022-09-12]")
    assert (file.text, file.attachments) == ("", (("http://x.cn/down.aspx?id=7", "关于评选先进集体的通知"),))
    assert (file.extractor, file.confidence, file.evidence) == (
        "file",
        1.0,
        (("title", "row: 关于评选先进集体的通知"),),
    )


@pytest.mark.parametrize(
    ("url", "body", "status", "kept"),
    [
        ("http://x.cn/1.docx", b"any bytes", 200, True),
        ("http://x.cn/down?id=7", b"%PDF-1.4", 200, True),
        ("http://x.cn/down?id=7", b"\xd0\xcf\x11\xe0", 200, True),
        ("http://x.cn/down?id=7", b"GIF89a", 200, False),
        ("http://x.cn/1.pdf", b"%PDF-1.4", 404, False),
        ("http://x.cn/1.jpg", b"\xff\xd8\xff", 200, False),
    ],
)
def test_a_listed_file_is_told_by_its_name_or_its_first_bytes(
    url: str, body: bytes, status: int, *, kept: bool
) -> None:
    found = FoundBy(parent="http://x.cn/tzgg/", anchor="关于评选先进集体的通知", row_date="2022-09-12")
    file = clean(capture(body, url=url, content_type="application/octet-stream", status=status, found=found), None)
    assert isinstance(file, Document) is kept


def test_a_document_and_a_skip_say_of_which_capture_they_are() -> None:
    cut = Fault(flag="truncated", words="996 of the 2996 bytes of the record are there")
    document = read(PAGE.format(title=TITLE, head="", body=f"<p>{PARAGRAPHS[0]}</p>"), faults=(cut, UNDONE))
    assert document.flags == ("truncated",)
    assert document.evidence[-1] == ("flag:truncated", "996 of the 2996 bytes of the record are there")
    skip = skipped("<p></p>", origin="a/1.html")
    for found, url, origin in ((document, "http://www.example.gov.cn/tzsx/4704.html", None), (skip, None, "a/1.html")):
        assert found.url == url or url is None
        assert (found.id, found.site) == ("urn:uuid:00000000-0000-4000-8000-000000000001", "www.example.gov.cn")
        assert (found.captured, found.status, found.origin) == (dt.datetime(2022, 10, 1, tzinfo=dt.UTC), 200, origin)


TYPED = """某县统一战线
统战时讯 > 正文
某县统一战线多措并举助力疫情防控
——县委统战部抗疫记
2022-09-12 10:30 来源：四川在线 作者：刘日龙
9月5日深夜，县委统战部全体干部职工迅速集结，开启新一轮抗疫之战。
图为干部在核酸检测点（李红 摄）
二、做表率、冲在前
疫情如火，使命如山。广大统一战线成员闻令而动、主动出击、下沉一线。
责任编辑：王立新
上一篇：庐山行动取得新的成效"""


def test_a_text_file_is_read_line_by_line() -> None:
    found = clean(capture(TYPED, kind="resource", content_type="text/plain; charset=utf-8", url="file:///a.txt"), None)
    assert isinstance(found, Document)
    assert (found.title, found.subtitle) == ("某县统一战线多措并举助力疫情防控", "县委统战部抗疫记")
    assert (found.published, found.source, found.author, found.editor) == (
        "2022-09-12T10:30+08:00",
        "四川在线",
        "刘日龙",
        "王立新",
    )
    lines = TYPED.split("\n")
    assert found.text.split("\n") == [lines[0], lines[5], lines[7], lines[8]]
    assert found.captions == ("图为干部在核酸检测点（李红 摄）",)
    assert found.removed == (
        ("breadcrumb", "统战时讯 > 正文"),
        ("title", "某县统一战线多措并举助力疫情防控"),
        ("subtitle", "——县委统战部抗疫记"),
        ("dateline", "2022-09-12 10:30 来源：四川在线 作者：刘日龙"),
        ("caption", "图为干部在核酸检测点（李红 摄）"),
        ("byline", "责任编辑：王立新"),
        ("previous_next", "上一篇：庐山行动取得新的成效"),
    )
    assert (found.site, found.extractor, found.columns) == ("_import", "lines", ("统战时讯",))


@pytest.mark.parametrize(
    "said", ["TEXT/HTML", "Text/Html; Charset=UTF-8", " text/HTML ;charset=utf-8", "Application/XHTML+XML"]
)
def test_a_type_is_read_in_any_case(said: str) -> None:
    page = PAGE.format(title=TITLE, head="", body="".join(f"<p>{line}</p>" for line in PARAGRAPHS))
    assert read(page, content_type=said).text.endswith(PARAGRAPHS[-1])


@pytest.mark.parametrize("words", ["页面不存在", "系统维护", "请登录后查看", "访问过于频繁", "暂无数据"])
def test_an_article_may_quote_an_error_page(words: str) -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    assert (
        words
        in read(PAGE.format(title=TITLE, head="", body=f"{body}<p>有群众反映网站显示“{words}”，已经解决。</p>")).text
    )


@pytest.mark.parametrize(
    ("url", "links", "part"),
    [
        ("http://x.cn/t20220912_12.html", ["t20220912_12_1.html"], ("http://x.cn/t20220912_12.html", 1)),
        ("http://x.cn/t20220912_12_1.html", ["t20220912_12.html"], ("http://x.cn/t20220912_12.html", 2)),
        ("http://x.cn/123_3.html", ["/123.html", "/123_2.html"], ("http://x.cn/123.html", 3)),
        ("http://x.cn/content_12.html", ["/other.html"], (None, None)),
        ("http://x.cn/show-9-345-1.html", ["show-9-345-2.html"], ("http://x.cn/show-9-345-1.html", 1)),
        ("http://x.cn/show-9-345-3.html", ["show-9-345-2.html"], ("http://x.cn/show-9-345-1.html", 3)),
        ("http://x.cn/view.php?aid=7", ["view.php?aid=7&page=2"], ("http://x.cn/view.php?aid=7", 1)),
        ("http://x.cn/view.php?aid=7&page=2", ["?aid=7"], ("http://x.cn/view.php?aid=7", 2)),
        ("http://x.cn/id/7.html?page=3", ["7.html?page=2"], ("http://x.cn/id/7.html", 3)),
        ("http://x.cn/view.php?aid=7", ["view.php?aid=8"], (None, None)),
        ("http://x.cn/view.php?aid=7", ["view.php?aid=7&pg=2"], ("http://x.cn/view.php?aid=7", 1)),
        ("http://x.cn/view.php?aid=7&pg=3", ["?aid=7&pg=2"], ("http://x.cn/view.php?aid=7", 3)),
        ("http://x.cn/view.php?ys=2&aid=7", ["?aid=7"], ("http://x.cn/view.php?aid=7", 2)),
        ("http://x.cn/view.php?aid=7&fy=3", ["?aid=7&fy=2"], ("http://x.cn/view.php?aid=7", 3)),
        ("http://x.cn/view.php?newsno=7", ["?newsno=7&k=2"], ("http://x.cn/view.php?newsno=7", 1)),
        ("http://x.cn/view.php?c=3&aid=7", ["?c=3&aid=8"], (None, None)),
        ("http://x.cn/view.php?aid=7&curPage=2", ["?aid=7&curPage=1"], ("http://x.cn/view.php?aid=7", 2)),
        ("http://x.cn/?p=7", ["?p=6"], (None, None)),
        ("http://x.cn/view.php?cid=3&aid=7", ["?cid=3&aid=6"], (None, None)),
        ("http://x.cn/12.html", ["13.html", "12.html"], (None, None)),
        # An imported page without links, whose name stands behind no other.
        ("file:///1.html", [], (None, None)),
    ],
)
def test_parts_of_one_article_name_their_first(url: str, links: list[str], part: tuple[str | None, int | None]) -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS) + "".join(f'<a href="{link}">上一页</a>' for link in links)
    document = read(PAGE.format(title=TITLE, head="", body=body), url=url)
    assert (document.part_of, document.part_no) == part


def roster(rows: int) -> str:
    names = "".join(f"<tr><td>{n}</td><td>张三</td><td>男</td><td>清河县委</td></tr>" for n in range(rows))
    return PAGE.format(title="拟录用人员名单公示", head="", body=f"<table>{names}</table>")


def test_a_roster_is_read_whole_in_linear_time() -> None:
    took = []
    for rows in (500, 2_000):
        page, started = roster(rows), time.process_time()
        assert read(page).text.split("\n")[-1] == f"{rows - 1}\t张三\t男\t清河县委"
        took.append(time.process_time() - started)
    assert took[1] < 10 * took[0]


@pytest.mark.parametrize(
    "part",
    [
        "<p>陈晓明{n}</p>",
        "<div style='display:table-cell'>3月{n}日，医疗队到大坪村义诊，为村民量血压。</div>",
        "<div><b>义诊小标题{n}</b><div>3月{n}日，医疗队到大坪村义诊，为村民量血压。</div></div>",
    ],
)
def test_a_page_of_thousands_of_parts_is_read_in_linear_time(part: str) -> None:
    def seconds(count: int) -> float:
        body = "".join(part.format(n=n) for n in range(count))
        page, started = PAGE.format(title=TITLE, head="", body=body), time.process_time()
        read(page)
        return time.process_time() - started

    assert seconds(12_000) < 24 * min(seconds(1_000) for _ in range(2))


def test_of_more_lines_than_fit_the_sentences_are_read_and_the_document_says_so() -> None:
    document = read("<p>清河县委</p>" * 60_000 + f"<p>甲</p><p>{PARAGRAPHS[0]}</p>")
    assert PARAGRAPHS[0] in document.text
    assert "truncated" in document.flags
    skip = clean(capture("<b>" * 1_000_001), None)
    assert isinstance(skip, Skip)
    assert skip.reason is Reason.TOO_LARGE


def test_a_page_that_is_only_a_film_is_media() -> None:
    document = read(PAGE.format(title=TITLE, head="", body='<div><video src="/a.mp4"></video></div>'))
    assert (document.kind, document.text, document.title, document.source) == ("media_only", "", TITLE, "四川在线")


def test_lists_and_home_pages_are_told_from_articles() -> None:
    listing = f"<ul>{LINKS}</ul>"
    read = [clean(capture(listing, url=url), None) for url in ("http://x.cn/a/", "http://x.cn/")]
    assert [page.reason for page in read if isinstance(page, Skip)] == [Reason.LIST, Reason.HOME]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 30_000 + f"<p>{PARAGRAPHS[0]}</p>" * 3,
        "<table><tr><td>" * 3_000 + f"<p>{PARAGRAPHS[0]}</p>" * 3,
        "<div>a</div>" * 300_000 + f"<p>{PARAGRAPHS[0]}</p>" * 3,
        f"<p>{PARAGRAPHS[0]}\0\0</p>\ud800&#xD800;&#1;<div><<<>&&amp</p></span></table>" * 3,
        f'<p class="&#1;">{PARAGRAPHS[0]}</p>' * 3,
        "<style media=x>a{" * 60_000 + f"</style><p>{PARAGRAPHS[0]}</p>" * 3,
        "<script>" * 90_000 + f"document.write</script><p>{PARAGRAPHS[0]}</p>" * 3,
    ],
)
@pytest.mark.fault(rows=[35])
def test_hostile_pages_are_read_in_time(html: str) -> None:
    started = time.process_time()
    assert PARAGRAPHS[0] in read(f"<html><body>{html}").text
    assert time.process_time() - started < 10


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div>",
                "</td>",
                "<table>",
                "<a href=x>",
                "</a>",
                "<br>",
                "&nbsp;",
                "统战",
                "。",
                "<h1>",
                "\x00",
                "<!--",
            ]
        ),
        max_size=60,
    )
)
def test_any_markup_gives_a_document_or_a_skip(parts: list[str]) -> None:
    assert isinstance(clean(capture("".join(parts)), None), Document | Skip)


def test_cleaning_is_pure() -> None:
    # Whatever was cleaned before, the same capture gives the same document.
    pages = [
        capture(PAGE.format(title=f"{TITLE}{n}", head="", body="".join(f"<p>{line}</p>" for line in PARAGRAPHS[n:])))
        for n in range(3)
    ]
    first = [clean(page, None) for page in pages]
    assert [clean(page, None) for page in reversed(pages)] == list(reversed(first))


def test_a_recipe_changes_with_what_shapes_text_and_with_nothing_else() -> None:
    base: dict[str, Any] = {"key": "x", "name": "甲", "hosts": ("a.cn",), "crawl": Crawl(start=("http://a.cn/",))}
    plain = recipe([Site(**base)])
    assert (
        plain.to_json()
        == recipe([Site(**{**base, "crawl": Crawl(start=("http://a.cn/b",))}, schedule="0 3 * * *")]).to_json()
    )
    assert plain != recipe([Site(**{**base, "name": "乙"})])
    assert plain != recipe([Site(**base, place="510000")])
    assert plain != recipe([Site(**base, readings=(Reading(body="div"),))])
    assert plain != recipe([])


@pytest.mark.parametrize("url", ["file:///1.html", "http://a.cn/", "http://a.cn/view?id=1"])
def test_a_page_without_any_link_is_read(url: str) -> None:
    assert read(f"<h1>{TITLE}</h1><p>2020-03-01</p><p>{PARAGRAPHS[0]}</p>", url=url).title == TITLE


def test_an_article_in_both_scripts_is_converted_on_a_page_that_is_mostly_in_simplified() -> None:
    menu = "".join(f"<li><a href=/{n}/>统战要闻{n}</a></li>" for n in range(90))
    quoted = "题词为「統一戰線是重要法寶」，由書法家于右任题写，现将有关事项通知如下。"
    plain = "请各单位高度重视，认真组织，于6月30日前将稿件报送至办公室，联系人萧乾，同时报台湾王曉波。"
    pages = [f"<h1>关于征文活动的通知</h1><div class=content><p>{lines}</p></div>{menu}" for lines in (quoted, plain)]
    mixed, hans = map(read, pages)
    assert (mixed.script, mixed.text) == ("mixed", quoted.translate(str.maketrans("統戰線寶書", "统战线宝书")))
    assert mixed.text_original == quoted
    assert (hans.script, hans.text, hans.text_original) == ("hans", plain, None)


def test_conversion_is_that_of_opencc_word_for_word() -> None:
    folder = resources.files("opencc") / "dictionary"
    phrases = [row.split("\t")[0] for row in (folder / "TSPhrases.txt").read_text("utf-8").splitlines()]
    characters = [row.split("\t")[0] for row in (folder / "TSCharacters.txt").read_text("utf-8").splitlines()]
    # Each phrase and each character after another, overlaps and all.
    texts = ["".join(phrases), "，".join(phrases), "".join(characters), "".join(p[:-1] for p in phrases)]
    texts += ["".join(word[1:] + other[:1] for word, other in pairwise(phrases))]
    stock = opencc.OpenCC("t2s")
    for text in texts:
        assert chinese.converted(text) == stock.convert(text)


@given(st.lists(st.sampled_from("乾隆坤鍾情有獨著作隨麼甚徵求藉憑於瞭解，。 a統戰"), max_size=40))
def test_any_mix_is_converted_as_opencc_does(characters: list[str]) -> None:
    text = "".join(characters)
    assert chinese.converted(text) == opencc.OpenCC("t2s").convert(text)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ("與會者說著笑著，唱著歌，等著開會。", "与会者说着笑着，唱着歌，等着开会。"),
        ("標誌著新階段，顯著提高，名著，著名作家著有專著。", "标志着新阶段，显著提高，名著，著名作家著有专著。"),
        ("吉林省乾安縣的乾隆碑刻，曬乾的餅乾和乾果。", "吉林省乾安县的乾隆碑刻，晒干的饼干和干果。"),
        ("學者王汎森談徐乾學，廣汎討論。", "学者王汎森谈徐乾学，广泛讨论。"),
    ],
)
def test_conversion_knows_the_particle_and_names(found: str, text: str) -> None:
    assert chinese.simplified(found) == text


IN_NAMES = "王汎森 陳汎 孫旂 旂人 徐乾學 林乾 乾隆 乾坤 乾安縣"
IN_WORDS = "廣汎 普汎 汎美 汎論 汎濫 乾果 乾淨 乾燥 餅乾 曬乾 豆乾"


@pytest.mark.parametrize("word", [*IN_NAMES.split(), *IN_WORDS.split()])
def test_characters_that_stand_in_names_stay_in_them_whatever_stands_beside(word: str) -> None:
    plain = str.maketrans("陳孫學縣廣論濫淨餅曬", "陈孙学县广论滥净饼晒")
    kept = word.translate(plain)
    kept = kept if word in IN_NAMES.split() else kept.translate(str.maketrans("汎乾", "泛干"))
    # Alone, among other words, and beside the other two.
    for before, read in (("", ""), ("與會者", "与会者"), ("旂、汎、乾、", "旂、汎、乾、")):
        assert chinese.simplified(f"{before}{word}") == f"{read}{kept}"


@pytest.mark.parametrize(
    ("words", "number"), [("2", 1), ("[2]", 1), ("下一页", 1), ("3", None), ("评论", None), ("", None)]
)
def test_a_parameter_is_the_number_of_a_page_where_a_pager_says_so(words: str, number: int | None) -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS) + f"<a href='view.php?aid=7&amp;pg=2'>{words}</a>"
    document = read(PAGE.format(title=TITLE, head="", body=body), url="http://x.cn/view.php?aid=7")
    assert document.part_no == number
