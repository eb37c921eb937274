"""Archived pages: decoded as in the cleaner, with addresses rewritten to the archive, without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("starlette", reason="needs the extra `web`")

from shown_archive import HOST, PICTURE, SENTENCES, Shown, free_ports, make, serving

from archive.web import rewrite


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


def test_the_nearest_capture_is_shown(shown: Shown) -> None:
    assert "凝聚共识" in shown.get(f"/page/2025/{HOST}/1.html", replay=True)[2].decode()
    status, headers, body = shown.get(f"/page/2027/{HOST}/1.html", replay=True)
    assert (status, headers["Memento-Datetime"]) == (200, "Thu, 01 Jan 2026 16:00:00 GMT")
    assert "凝聚力量" in body.decode()
    # A revisit has no payload, so that of the original capture is shown.
    assert "凝聚共识" in shown.get(f"/page/20260101150000/{HOST}/1.html", replay=True)[2].decode()


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
    assert rewrite.page(body, "text/html", "http://a.cn/", turn).leads == "http://a.cn/home.html"


@given(st.text(alphabet="<>/ =\"'abscriptonxmlhref:;-!%#&st ", max_size=200))
def test_no_page_is_too_odd_to_be_shown(text: str) -> None:
    shown = rewrite.page(text.encode(), "text/html", "http://a.cn/", turn).html.decode()
    assert "<script" not in shown.lower()
