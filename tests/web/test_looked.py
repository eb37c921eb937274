"""Archived pages: decoded as in the cleaner, with addresses rewritten to the archive, without scripts."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("starlette", reason="needs the extra `web`")

from shown_archive import HOST, PICTURE, SENTENCES, Shown, answer, command, cundang, free_ports, make, serving

from archive.layout import Layout
from archive.warc.writer import Exchange, Writer
from archive.web import rewrite
from archive.web.captures import nearest


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("replay")
    make(folder)
    port = free_ports()
    with serving(folder, port):
        yield Shown(folder, port)


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/1.html", "座谈会召开"),
        ("/gbk.html", "统战要闻在线"),
        ("/big5.html", "統戰工作會議"),
        ("/wrong.html", "编码写错之页"),
    ],
)
def test_a_page_is_read_whatever_it_says_of_its_encoding(shown: Shown, path: str, title: str) -> None:
    status, headers, body = shown.get(f"/page/20260101/{HOST}{path}", replay=True)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f"<title>{title}</title>" in body.decode()
    assert all(sentence in body.decode() for sentence in SENTENCES)
    assert headers["Content-Security-Policy"].startswith("sandbox allow-same-origin; default-src 'none'; ")


def test_other_tools_get_the_captures_of_an_address(shown: Shown) -> None:
    url = f"{HOST}/1.html"
    status, headers, body = shown.get(f"/timemap/link/{url}", replay=True)
    assert (status, headers["Content-Type"]) == (200, "application/link-format")
    found = re.findall(r'<([^>]*)>; rel="memento"; datetime="([^"]*)"', body.decode())
    assert body.decode().startswith(f'<{url}>; rel="original",\n')
    for address, when in found:
        status, headers, _ = shown.get(urlsplit(address).path, replay=True)
        assert (status, headers["Memento-Datetime"]) == (200, when)
        assert headers["Link"].startswith(f'<{url}>; rel="original", <http://127.0.0.1:')
    lines = shown.get(f"/cdx?url={url}", replay=True)[2].decode().splitlines()
    assert len(lines) == len(found) > 1
    key, stamp, about = lines[0].split(" ", 2)
    assert (key.endswith(")/1.html"), stamp) == (True, "20260101080000")
    assert json.loads(about)["filename"].endswith(".warc.gz")
    one = shown.get(f"/cdx?url={url}&output=json&from=2026&to=2026&limit=1", replay=True)[2].decode()
    assert json.loads(one)["timestamp"].startswith("2026")
    assert shown.get("/cdx", replay=True)[0] == 400
    assert shown.get("/timemap/link/http://none.example/", replay=True)[0] == 404


def test_the_nearest_capture_is_shown(shown: Shown) -> None:
    assert "凝聚共识" in shown.get(f"/page/2025/{HOST}/1.html", replay=True)[2].decode()
    status, headers, body = shown.get(f"/page/2027/{HOST}/1.html", replay=True)
    assert (status, headers["Memento-Datetime"]) == (200, "Thu, 01 Jan 2026 16:00:00 GMT")
    assert "凝聚力量" in body.decode()
    # A revisit has no payload, so that of the original capture is shown.
    assert "凝聚共识" in shown.get(f"/page/20260101150000/{HOST}/1.html", replay=True)[2].decode()


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A page with two texts, which is gone in March and back in April."""
    folder = tmp_path_factory.mktemp("changing")
    writer = Writer(Layout(root=folder / "data"), "a", warcinfo=())
    for day, said in {
        (2026, 1, 31, 23, 59, 59): answer("初稿".encode()),
        (2026, 2, 5, 0, 0, 0): answer("定稿".encode()),
        (2026, 3, 10, 20, 30, 0): answer("没有了".encode(), status="404 Not Found"),
        (2026, 4, 1, 0, 0, 0): answer("新稿".encode()),
    }.items():
        started = dt.datetime(*day, tzinfo=dt.UTC)
        exchange = Exchange(url=f"{HOST}/a.html", started=started, ip=None, request=b"", response=io.BytesIO(said))
        writer.exchange(exchange, lambda *_: None)
    writer.close()
    (folder / "sites").mkdir()
    cundang(folder, "clean")
    return Layout(root=folder / "data")


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        # One second and four days away.
        ("20260201000000", "初稿"),
        ("202602", "初稿"),
        ("20260204", "定稿"),
        # The error is shown to who asks for it, and never instead of a page.
        ("20260310203000", "没有了"),
        ("20260310203001", "新稿"),
        ("2026", "初稿"),
        ("2027", "新稿"),
        ("20261399999999", "初稿"),
        ("", "初稿"),
    ],
)
def test_the_capture_at_a_time_is_shown_else_the_nearest_page(changing: Layout, stamp: str, text: str) -> None:
    found = nearest(changing, f"{HOST}/a.html", stamp)
    assert found is not None
    assert found.capture.body.decode() == text


def test_a_port_that_is_taken_is_named(changing: Layout) -> None:
    port = free_ports()
    with socket.create_server(("127.0.0.1", port + 1)):
        done = subprocess.run(
            command(changing.root.parent, "serve", "--port", str(port)), capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith(f"cundang: 127.0.0.1:{port + 1}: cannot listen (")
    assert "--port" in done.stderr


def test_a_redirect_leads_on_within_the_archive(shown: Shown) -> None:
    status, headers, _ = shown.get(f"/page/20260101/{HOST}/old.html", replay=True)
    assert (status, headers["Location"]) == (302, f"/page/20260101/{HOST}/gbk.html")


def test_files_are_the_archived_bytes_and_styles_are_turned(shown: Shown) -> None:
    status, headers, body = shown.get(f"/file/2026/{HOST}/i.png", replay=True)
    assert (status, headers["Content-Type"], body) == (200, "image/png", PICTURE)
    sheet = shown.get(f"/file/2026/{HOST}/s.css", replay=True)[2].decode()
    assert (
        sheet
        == f'body{{background:url("/file/2026/{HOST}/i.png")}} h1{{color:#010203}} @import "/file/2026/http://else.cn/x.css";'
    )


@pytest.mark.parametrize("path", ["/", "/page/2026/ftp://a.cn/", "/page/2026/http://else.cn/", "/page//etc/passwd"])
def test_what_is_not_archived_is_not_there(shown: Shown, path: str) -> None:
    assert shown.get(path, replay=True)[0] == 404


def test_a_hostile_page_keeps_nothing_that_runs_or_reaches_out(shown: Shown) -> None:
    body = shown.get(f"/page/2026/{HOST}/hostile.html", replay=True)[2].decode()
    assert "恶意页面会议召开" in body
    shown_page = re.sub(r"<title>.*?</title>", "", body, flags=re.DOTALL)
    assert not re.search(
        r"<(?:script|object|embed|base|meta http-equiv)|javascript:|\son\w+\s*=|srcdoc|ping=|action=", shown_page
    )
    addresses = re.findall(r"""(?:=|url\(|@import )["']?((?:https?:)?//[^"'\s>)]+)""", shown_page)
    assert [each for each in addresses if "w3.org" not in each] == []


def turn(url: str, purpose: str) -> str:
    return f"/{purpose}/{url}"


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<a href='x.html#top'>a</a>", 'href="/page/http://a.cn/d/x.html#top"'),
        (
            "<img src='/i.png' srcset='a.png 1x,b.png 2x'>",
            'srcset="/file/http://a.cn/d/a.png 1x, /file/http://a.cn/d/b.png 2x"',
        ),
        ("<img data-src='late.png'>", 'src="/file/http://a.cn/d/late.png"'),
        ("<td background=b.gif>", 'background="/file/http://a.cn/d/b.gif"'),
        ("<p style=\"background:url('b.gif')\">", "style='background:url(\"/file/http://a.cn/d/b.gif\")'"),
        ("<style>p{background:url(b.gif)}</style>", 'url("/file/http://a.cn/d/b.gif")'),
        ("<base href='/e/'><a href=x>", 'href="/page/http://a.cn/e/x"'),
        ("<iframe src=f.html></iframe>", 'src="/frame/http://a.cn/d/f.html"'),
        ("<a href='javascript:go()'>x</a>", 'href="about:blank"'),
        ("<a href='#top'>x</a>", 'href="#top"'),
        ("<svg><image xlink:href='v.png'/></svg>", "/file/http://a.cn/d/v.png"),
    ],
)
def test_every_form_of_an_address_is_turned(html: str, wanted: str) -> None:
    shown = rewrite.page(
        f"<html><body>统战{html}</body></html>".encode(), "text/html; charset=utf-8", "http://a.cn/d/", turn
    )
    assert wanted in shown.html.decode()


@pytest.mark.parametrize(
    ("doctype", "wanted"),
    [
        # Doctypes that browsers treat like a missing one.
        ("", '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"'),
        ("<!doctype html>", "<!DOCTYPE html>\n<meta"),
        (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1.dtd">',
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1.dtd">\n<meta',
        ),
        ('<!DOCTYPE html PUBLIC "-//W3C//<script>x</script>">', "<!DOCTYPE html>\n<meta"),
    ],
)
def test_a_page_keeps_the_mode_in_which_it_is_laid_out(doctype: str, wanted: str) -> None:
    page = f"{doctype}<html><head><title>统战</title></head><body>统战</body></html>".encode()
    shown = rewrite.page(page, "text/html; charset=utf-8", "http://a.cn/", turn).html.decode()
    assert shown.startswith(wanted)
    assert "<script" not in shown


def test_the_target_of_a_redirecting_page_is_named() -> None:
    body = b"<meta http-equiv=refresh content='0; url=/home.html'>x"
    assert rewrite.page(body, "text/html", "http://a.cn/", turn).redirects_to == "http://a.cn/home.html"


@given(st.text(alphabet="<>/ =\"'abscriptonxmlhref:;-!%#&st ", max_size=200))
def test_no_page_is_too_odd_to_be_shown(text: str) -> None:
    shown = rewrite.page(text.encode(), "text/html", "http://a.cn/", turn).html.decode()
    assert "<script" not in shown.lower()
