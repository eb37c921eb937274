"""Requisites are kept: style sheets within the site's limits, and files that lists show as articles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from family_crawl import DAY, crawl
from little_server import Answer, serving

from archive.catalogue import query, timeline
from archive.layout import Layout
from archive.ledger import read_ledger

LINES = "".join(f"<p>会议研究了第{n}项工作，强调要画好最大同心圆，巩固和发展爱国统一战线。</p>" for n in range(6))
CSS = {"Content-Type": "text/css"}
SHEETS = {
    "/s/a.css": "@import 'b.css'; body{background:url(bg.png)} p{src:url(http://else.example/x.woff)}",
    "/s/b.css": "@import url(a.css); @font-face{src:url(f.woff2)} p{behavior:url(no.htc)}",
    "/s/list.css": "p{color:red}",
    "/secret/c.css": "p{color:red}",
    "/s/large.css": "p{color:red}" * 2000,
}


def routes(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/robots.txt":
        return Answer("User-agent: *\nDisallow: /secret/\n", headers={"Content-Type": "text/plain"})
    if path == "/":
        rows = "".join(
            f"<li><a href='/show-{n}.html'>全市统战部长会议第{n}次召开</a> <span>2020-02-1{n}</span></li>"
            for n in range(3)
        )
        return Answer(f"<title>首页</title><link rel=stylesheet href=/s/list.css><ul>{rows}</ul>")
    if path in SHEETS:
        return Answer(SHEETS[path], headers=CSS)
    if path.endswith((".png", ".woff2")):
        return Answer(b"\x89PNG\r\n\x1a\n" + bytes(40), headers={"Content-Type": "image/png"})
    if path.startswith("/show-"):
        sheets = "".join(f"<link rel=stylesheet href={name}>" for name in ("/s/a.css", "/secret/c.css", "/s/large.css"))
        foreign = "<link rel=stylesheet href=http://127.0.0.1:1/d.css>"
        title = f"全市统战部长会议第{path[6]}次召开"
        return Answer(
            f"<html><head><title>{title}</title>{sheets}{foreign}</head><body><h1>{title}</h1>"
            f"<div>2020-02-1{path[6]} 来源：市委统战部</div><div>{LINES}</div></body></html>"
        )
    return Answer(status=404)


def test_style_sheets_of_articles_are_kept_with_what_they_name(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites", file_bytes=10_000), data)
    asked = {path: count for path, count in little.counts.items() if path not in ("/", "/robots.txt", "/favicon.ico")}
    styles = {path: count for path, count in asked.items() if not path.startswith("/show-")}
    # Once each; what only a list shows, what robots.txt disallows and what lies on another host is not asked for.
    assert styles == dict.fromkeys(("/s/a.css", "/s/b.css", "/s/bg.png", "/s/f.woff2", "/s/large.css"), 1)
    layout = Layout(root=data)
    kept = [path for path in styles if timeline.captures(layout, little.base + path)]
    assert sorted(kept) == sorted(styles)
    lines = layout.missing("little").read_text(encoding="utf-8").splitlines()
    missing = {each["url"].removeprefix(little.base): each["reason"] for each in map(json.loads, lines)}
    assert missing["/secret/c.css"] == "robots"
    assert missing["/s/large.css"] == "too_large"


def test_files_of_an_article_on_hosts_that_the_site_file_does_not_name_are_reported(tmp_path: Path) -> None:
    """Each file, and of the pictures of a host the first; once the site file names the host they are fetched."""

    def there(path: str, _: Mapping[str, str]) -> Answer:
        return Answer(b"%PDF-1.4 " + bytes(400), headers={"Content-Type": "application/pdf"})

    def named(path: str, headers: Mapping[str, str]) -> Answer:
        answer = routes(path, headers)
        away = f"http://{files.host}"
        more = "".join(f"<p><img src={away}/{n}.png></p><a href={away}/f{n}.pdf>通知{n}.pdf</a>" for n in range(2))
        return Answer(str(answer.body).replace("</div></body>", f"{more}</div></body>"), headers=answer.headers)

    data = tmp_path / "data"
    with serving(there) as files, serving(named) as little:
        site = little.site(tmp_path / "sites", allow_private=[little.host, files.host])
        for later in (0.0, 2 * DAY):
            crawl(site, data, later=later)
            lines = Layout(root=data).missing("little").read_text(encoding="utf-8").splitlines()
            missing = [each for each in map(json.loads, lines) if each["reason"] == "foreign_host"]
            assert {each["url"].removeprefix(files.base) for each in missing} == {"/0.png", "/f0.pdf", "/f1.pdf"}
            assert missing[1]["parent"].startswith(f"{little.base}/show-")
        assert not files.asked
        site.write_text(site.read_text("utf-8").replace("]", f", {files.host!r}]", 1), "utf-8")
        crawl(site, data, later=4 * DAY, full=True)
        assert {"/f0.pdf", "/f1.pdf", "/0.png", "/1.png"} <= files.counts.keys()


def test_a_site_file_may_leave_them_out(tmp_path: Path) -> None:
    with serving(routes) as little:
        crawl(little.site(tmp_path / "sites", requisites=["images"]), tmp_path / "data")
    assert not [path for path in little.counts if path.endswith(".css")]


def test_a_list_of_files_is_walked_to_its_end_and_again_where_one_is_new(tmp_path: Path) -> None:
    files = 8

    def listing(path: str, _: Mapping[str, str]) -> Answer:
        if path.startswith("/down.jsp"):
            return Answer(b"%PDF-1.5\n" + path.encode(), headers={"Content-Type": "application/pdf"})
        if not (path == "/" or path.startswith("/?p=")):
            return Answer(status=404)
        page = int(path.partition("=")[2] or 1)
        shown = range(files - 2 * (page - 1), max(0, files - 2 * page), -1)
        rows = "".join(
            f"<li><a href='/down.jsp?fileid={n}'>全市统战部第{n}号公告</a> <i>2020-02-1{n}</i></li>" for n in shown
        )
        after = f"<a href='/?p={page + 1}'>下一页</a>" if 2 * page < files else ""
        return Answer(f"<title>公告</title><ul>{rows}</ul>共{files}条 {after}")

    data = tmp_path / "data"
    layout = Layout(root=data)
    with serving(listing) as little:
        site = little.site(tmp_path / "sites")
        crawl(site, data)
        first = {document.url for document in query.documents(layout, query.Filter())}
        assert first == {f"{little.base}/down.jsp?fileid={n}" for n in range(1, 9)}
        (each,) = read_ledger(layout.ledger("little")).lists
        assert (each.claimed, each.shown, each.had, each.pages, each.gap) == (8, 8, 8, 4, 0)
        assert read_ledger(layout.ledger("little")).doubts == ()
        files = 9
        crawl(site, data, later=DAY)
        found = {document.url for document in query.documents(layout, query.Filter())}
        assert found - first == {f"{little.base}/down.jsp?fileid=9"}


SCRIPTED = (
    "/ShowImage.aspx?id=1",
    "/image.php?id=2",
    "/getPic.do?id=3",
    "/zx.nsf/0/7/Body/0.84?OpenElement&FieldElemFormat=jpg",
    "/count.asp?id=4",
)


def test_pictures_and_files_of_an_article_are_what_the_page_uses_them_for(tmp_path: Path) -> None:
    """A picture is what the page shows as one; a file beside the article's day is no article of its own."""

    def answer(path: str, _: Mapping[str, str]) -> Answer:
        if path == "/":
            rows = "".join(
                f"<li><a href='{to}'>全市统战部长会议第{n}次召开</a> <i>2020-02-1{n}</i></li>"
                for n, to in ((1, "/show-1.html"), (2, "/get?file=2"))
            )
            return Answer(f"<title>公告</title><img src=/logo.php?id=1><ul>{rows}</ul>")
        if path == "/show-1.html":
            pictures = "".join(f"<p><img src='{each}'></p>" for each in SCRIPTED)
            title = "全市统战部长会议第1次召开"
            return Answer(
                f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
                f"<div>2020-02-11 来源：市委统战部 <a href='/get?file=1'>下载地址1</a></div>"
                f"<div>{LINES}{pictures}</div></body></html>"
            )
        if path.startswith("/get"):
            return Answer(f"%PDF-1.4 {path}", headers={"Content-Type": "application/pdf"})
        return Answer(b"\xff\xd8\xff" + path.encode(), headers={"Content-Type": "image/jpeg"})

    data = tmp_path / "data"
    layout = Layout(root=data)
    with serving(answer) as little:
        crawl(little.site(tmp_path / "sites"), data)
        assert {each for each in SCRIPTED if little.counts[each]} == set(SCRIPTED[:4])
        assert little.counts["/get?file=1"] == 1
        assert not little.counts["/logo.php?id=1"]
        found = {document.url.removeprefix(little.base) for document in query.documents(layout, query.Filter())}
    assert found == {"/show-1.html", "/get?file=2"}
    missing = [json.loads(line) for line in layout.missing("little").read_text("utf-8").splitlines()]
    assert [(each["url"].removeprefix(little.base), each["reason"]) for each in missing] == [(SCRIPTED[4], "counter")]


def test_files_that_a_script_gives_their_addresses_are_attachments(tmp_path: Path) -> None:
    """JEECMS asks for a part of the address of each file of an article."""
    script = (
        "function files(id, prefix) { var x = new XMLHttpRequest(); x.open('GET', '/url.jspx?cid=' + id);"
        " x.onload = function() { var keys = JSON.parse(x.responseText); for (var i = 0; i < keys.length; i++)"
        " document.getElementById(prefix + i).setAttribute('href', "
        "'/attachment.jspx?cid=' + id + '&i=' + i + keys[i]); };"
        " x.send(); } files(1, 'attach');"
    )

    def answer(path: str, _: Mapping[str, str]) -> Answer:
        title = "全市统战部长会议第1次召开"
        if path == "/":
            return Answer(f"<title>公告</title><ul><li><a href='/show-1.html'>{title}</a> <i>2020-02-11</i></li></ul>")
        if path == "/show-1.html":
            return Answer(
                f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div>2020-02-11 来源：市委统战部</div>"
                f"<div>{LINES}</div><p>附件：<a id=attach0>报名表.doc</a></p><script>{script}</script></body></html>"
            )
        if path.startswith("/url.jspx"):
            return Answer('["&k=7"]', headers={"Content-Type": "application/json"})
        if path == "/attachment.jspx?cid=1&i=0&k=7":
            return Answer(b"\xd0\xcf\x11\xe0" + bytes(400), headers={"Content-Type": "application/octet-stream"})
        return Answer(status=404)

    data = tmp_path / "data"
    with serving(answer) as little:
        crawl(little.site(tmp_path / "sites"), data)
        file = f"{little.base}/attachment.jspx?cid=1&i=0&k=7"
        assert timeline.captures(Layout(root=data), file)
        (document,) = query.documents(Layout(root=data), query.Filter())
    assert document.attachments == ((file, "报名表.doc"),)
    assert document.text.startswith("会议研究了第0项工作")
