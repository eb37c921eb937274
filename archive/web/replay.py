"""The replay: archived pages and files from the WARC files, on an origin of their own, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, quote, urljoin

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from archive.errors import CundangError
from archive.layout import Layout
from archive.text.decode import decode
from archive.web import memento, rewrite
from archive.web.captures import Replayed, http_date, moment, nearest, shown

_PATH = re.compile(
    r"/(?P<what>page|frame|file)/(?P<stamp>\d{0,14})/(?P<url>https?://.{1,8000})", re.DOTALL | re.IGNORECASE
)
_MARKUP = ("text/html", "application/xhtml+xml")
# The types of files that are served unchanged; everything else is shown as text or offered as a download.
_PASSED = re.compile(
    r"(?:image/(?!svg)|font/|video/|audio/)[\w.+-]{1,60}|application/(?:pdf|font-\w{1,20}|vnd\.ms-fontobject)"
)
_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"BM", "image/bmp"),
    (b"%PDF", "application/pdf"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
)


def address(what: str, stamp: str, url: str) -> str:
    """The path at which an archived address is shown.

    >>> address("page", "2026", "http://a.cn/x?id=1#top")
    '/page/2026/http://a.cn/x?id=1#top'
    """
    return f"/{what}/{stamp}/{_quoted(url)}"


def _quoted(url: str) -> str:
    return quote(url, safe=":/?&=%~+,;@!$()*#")


def headers(interface: str) -> dict[str, str]:
    """The headers of every response: no script runs, nothing comes from elsewhere, only the interface may frame it."""
    # `allow-same-origin` is safe, since without scripts the origin gives a page only its pictures and styles.
    policy = (
        "sandbox allow-same-origin; default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        f"font-src 'self'; media-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; "
        f"frame-ancestors 'self' {interface}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-DNS-Prefetch-Control": "off",
    }


def app(layout: Layout, interface: str, base: str, hosts: list[str]) -> Starlette:
    """Make the replay of one archive, at the address `base`; `interface` is the origin that may show it in a frame."""

    def show(path: str) -> Response:
        found = _PATH.fullmatch(path)
        if found is None:
            return PlainTextResponse("Ask for /page/YYYYMMDDhhmmss/http://...", 404)
        replayed = nearest(layout, found["url"], found["stamp"])
        if replayed is None:
            return _none(interface, found["url"])
        response = _show(replayed, found["what"], found["stamp"])
        url = _quoted(replayed.capture.url)
        response.headers["Link"] = f'<{url}>; rel="original", <{base}/timemap/link/{url}>; rel="timemap"'
        return response

    def timemap(path: str) -> Response:
        url = path.removeprefix("/timemap/link/")
        if not (rows := shown(layout, url)):
            return _none(interface, url)
        found = memento.timemap(_quoted(url), rows, base + path, lambda stamp: base + address("page", stamp, url))
        return Response(found, media_type="application/link-format")

    def cdx(path: str) -> Response:
        asked = dict(parse_qsl(path.partition("?")[2]))
        try:
            found = "".join(memento.cdx(shown(layout, asked["url"]), asked))
        except (KeyError, ValueError):
            return PlainTextResponse("Ask for /cdx?url=http://...&from=2020&to=2021&limit=10&output=json", 400)
        return Response(found, media_type="text/x-ndjson" if asked.get("output") == "json" else "text/x-cdxj")

    async def answer(what: Callable[[str], Response], request: Request) -> Response:
        # Use the raw path, because Starlette decodes its own.
        raw = request.scope["raw_path"].partition(b"?")[0] + b"?" + request.scope["query_string"]
        try:
            response = await run_in_threadpool(what, raw.decode("ascii", "replace").removesuffix("?"))
        except CundangError as error:
            response = PlainTextResponse(str(error), 500)
        response.headers.update(headers(interface))
        return response

    views = {"/cdx": cdx, "/timemap/link/{rest:path}": timemap, "/{rest:path}": show}
    return Starlette(
        routes=[Route(path, partial(answer, view), methods=["GET"]) for path, view in views.items()],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
    )


def _none(interface: str, url: str) -> Response:
    """The answer for an address without captures, in both languages: the replay does not know which one is read."""
    where = f"{interface}/search?q=url:{quote(url)}" if interface else ""
    said = f"存档中没有此网址的采集：{url}\nThis archive has no capture of {url}"
    return PlainTextResponse(f"{said}\n以此开头的网址 / Pages whose address begins so: {where}", 404)


def _show(replayed: Replayed, what: str, stamp: str) -> Response:
    capture = replayed.capture
    location = capture.header("Location")
    if location and 300 <= (capture.status or 0) < 400:
        return RedirectResponse(address(what, stamp, urljoin(capture.url, location)), 302)

    def turn(url: str, purpose: str) -> str:
        return address(purpose, stamp, url)

    stated = (capture.header("Content-Type") or "").partition(";")[0].strip().lower()
    # Of a revisit its own time, not that of the capture with the bytes.
    about = {"Memento-Datetime": http_date(moment(replayed.of.stamp))} if capture.date else {}
    if what != "file" and (stated in _MARKUP or not stated or _looks_like_markup(capture.body)):
        page = rewrite.page(capture.body, capture.header("Content-Type"), capture.url, turn)
        return Response(page.html, media_type="text/html; charset=utf-8", headers=about)
    if stated == "text/css" or (what == "file" and capture.url.partition("?")[0].endswith(".css")):
        text = rewrite.style(decode(capture.body, capture.header("Content-Type")).html, capture.url, turn)
        return Response(text, media_type="text/css; charset=utf-8", headers=about)
    kind = next((kind for magic, kind in _MAGIC if capture.body.startswith(magic)), stated)
    if _PASSED.fullmatch(kind):
        return Response(capture.body, media_type=kind, headers=about)
    if stated == "image/svg+xml":
        # As a picture it runs no scripts; opened by itself, the sandbox confines it.
        return Response(capture.body, media_type=stated, headers=about)
    if stated.startswith("text/"):
        text = decode(capture.body, capture.header("Content-Type")).html
        return PlainTextResponse(text, headers=about)
    return Response(
        capture.body, media_type="application/octet-stream", headers=about | {"Content-Disposition": "attachment"}
    )


def _looks_like_markup(body: bytes) -> bool:
    start = body[:1000].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))
