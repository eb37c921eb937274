"""The replay: archived pages and files from the WARC files, on an origin of their own, without scripts."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin

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
from archive.web import rewrite
from archive.web.captures import Replayed, nearest

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
    return f"/{what}/{stamp}/{quote(url, safe=':/?&=%~+,;@!$()*#')}"


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


def app(layout: Layout, interface: str, hosts: list[str]) -> Starlette:
    """Make the replay of one archive; `interface` is the origin that may show it in a frame."""

    def answer(request: Request) -> Response:
        # Use the raw path, because Starlette decodes its own.
        path = request.scope["raw_path"].partition(b"?")[0] + b"?" + request.scope["query_string"]
        found = _PATH.fullmatch(path.decode("ascii", "replace").removesuffix("?"))
        if found is None:
            return PlainTextResponse("Ask for /page/YYYYMMDDhhmmss/http://...", 404)
        try:
            replayed = nearest(layout, found["url"], found["stamp"])
        except CundangError as error:
            return PlainTextResponse(str(error), 500)
        if replayed is None:
            where = f"{interface}/search?q=url:{quote(found['url'])}" if interface else ""
            return PlainTextResponse(
                f"This archive has no capture of {found['url']}\nPages whose address begins so: {where}", 404
            )
        return _show(replayed, found["what"], found["stamp"])

    async def endpoint(request: Request) -> Response:
        response = await run_in_threadpool(answer, request)
        response.headers.update(headers(interface))
        return response

    return Starlette(
        routes=[Route("/{rest:path}", endpoint, methods=["GET"])],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
    )


def _show(replayed: Replayed, what: str, stamp: str) -> Response:
    capture = replayed.capture
    location = capture.header("Location")
    if location and 300 <= (capture.status or 0) < 400:
        return RedirectResponse(address(what, stamp, urljoin(capture.url, location)), 302)

    def turn(url: str, purpose: str) -> str:
        return address(purpose, stamp, url)

    stated = (capture.header("Content-Type") or "").partition(";")[0].strip().lower()
    about = {"Memento-Datetime": capture.date.strftime("%a, %d %b %Y %H:%M:%S GMT")} if capture.date else {}
    if what != "file" and (stated in _MARKUP or not stated or _looks_like_markup(capture.body)):
        shown = rewrite.page(capture.body, capture.header("Content-Type"), capture.url, turn)
        return Response(shown.html, media_type="text/html; charset=utf-8", headers=about)
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
