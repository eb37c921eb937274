"""The script-driven player, from a folder of the user: wabac.js on an origin of its own, fed with unchanged captures.

The player is licensed under AGPL-3.0-or-later and is not part of cundang: users download its files, which are served
unchanged. It runs the scripts of archived pages. They are confined in three ways: the origin has nothing but captures,
page and worker may connect only to that origin (Content-Security-Policy), and the interface frames it in a sandbox.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urljoin

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from archive.errors import CundangError, UsageError
from archive.layout import Layout
from archive.web.captures import Replayed, http_date, nearest

_NAME = "@webrecorder/wabac"
_CURE = "Fetch it with npm: npm pack @webrecorder/wabac@2.27.3, unpack what comes, and name the folder `package`."
_PATH = re.compile(r"/id/(?P<stamp>\d{0,14})id_/(?P<url>https?://.{1,8000})", re.DOTALL | re.IGNORECASE)
# The destinations of requests for a page. They are refused: captures are only for the worker, which rewrites them.
_SHOWN = ("document", "iframe", "frame", "embed", "object")
# The policy of an archived page: scripts run, and reach only what the worker gives them.
_INSIDE = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; "
    "frame-src 'self' data: blob:; form-action 'self'; base-uri 'self'"
)
_PLAYER = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>wabac.js</title>
<style>html,body,iframe{{margin:0;border:0;width:100%;height:100%;display:block}}</style>
</head><body data-policy="{policy}"><p>…</p>
<script src="/boot.js"></script></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A player that the user downloaded.

    Attributes:
        worker: the file of its service worker.
        name, version, licence, source: as stated in its package; the source is an address.
    """

    worker: Path
    name: str
    version: str
    licence: str
    source: str


def load(folder: Path) -> Engine:
    """Load the player from the folder of its npm package.

    Raises:
        UsageError: the folder does not hold the player.
    """
    try:
        package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        name, version = str(package["name"]), str(package["version"])
        source = str(package["repository"]["url"]).removeprefix("git+").removesuffix(".git")
        licence = str(package["license"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{folder}: holds no npm package ({error!r}). {_CURE}") from error
    worker = folder / "dist" / "sw.js"
    if name != _NAME or not worker.is_file():
        raise UsageError(f"{folder}: is not {_NAME}, or has no dist/sw.js. {_CURE}")
    if not source.startswith("https://"):
        raise UsageError(f"{folder}: its package names no source on the web. {_CURE}")
    return Engine(worker=worker, name=name, version=version, licence=licence, source=source)


def headers(interface: str) -> dict[str, str]:
    """The headers of every response of the player's origin."""
    return {
        "Content-Security-Policy": f"default-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self' {interface}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-DNS-Prefetch-Control": "off",
    }


def app(layout: Layout, engine: Engine, interface: str, hosts: list[str]) -> Starlette:
    """Make the player of one archive; `interface` is the origin that may show it in a frame."""
    fixed = headers(interface)
    boot = resources.files("archive.web").joinpath("boot.js").read_bytes()
    # A worker's own policy applies to everything that it fetches.
    worker = fixed | {"Content-Security-Policy": "default-src 'none'; connect-src 'self'; script-src 'unsafe-eval'"}
    page = _PLAYER.format(policy=_INSIDE.replace('"', "&quot;"))

    async def serve_page(_request: Request) -> Response:
        return HTMLResponse(page, headers=fixed)

    async def serve_boot(_request: Request) -> Response:
        return Response(boot, media_type="text/javascript; charset=utf-8", headers=fixed)

    async def serve_worker(_request: Request) -> Response:
        body = await run_in_threadpool(engine.worker.read_bytes)
        return Response(body, media_type="text/javascript; charset=utf-8", headers=worker)

    async def serve_capture(request: Request) -> Response:
        response = await run_in_threadpool(_answer, layout, request)
        response.headers.update(fixed)
        return response

    return Starlette(
        routes=[
            Route("/", serve_page),
            Route("/boot.js", serve_boot),
            Route("/sw.js", serve_worker),
            Route("/id/{rest:path}", serve_capture, methods=["GET"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)],
    )


def _answer(layout: Layout, request: Request) -> Response:
    path = request.scope["raw_path"].partition(b"?")[0] + b"?" + request.scope["query_string"]
    asked = _PATH.fullmatch(path.decode("ascii", "replace").removesuffix("?"))
    if asked is None or request.headers.get("Sec-Fetch-Dest", "empty") in _SHOWN:
        return PlainTextResponse("Captures are for the player alone.", 404)
    try:
        replayed = nearest(layout, asked["url"], asked["stamp"])
    except CundangError as error:
        return PlainTextResponse(str(error), 500)
    if replayed is None:
        return PlainTextResponse(f"This archive has no capture of {asked['url']}", 404)
    return Response(replayed.capture.body, 200, headers=_capture_headers(replayed))


def _capture_headers(replayed: Replayed) -> Mapping[str, str]:
    """The headers of a capture that the player needs, in the form that wabac.js reads (src/response.ts)."""
    capture = replayed.capture
    found = {"Content-Type": capture.header("Content-Type") or "application/octet-stream"}
    if capture.date:
        found["Memento-Datetime"] = http_date(capture.date)
        found["x-orig-ts"] = capture.date.strftime("%Y%m%d%H%M%S")
    location = capture.header("Location")
    status = capture.status or 200
    if location and 300 <= status < 400:
        found["x-orig-location"] = urljoin(capture.url, location)
    if status != 200:
        found["x-redirect-status"] = str(status)
    # Leave out values that HTTP cannot carry.
    return {name: value for name, value in found.items() if value.isascii() and value.isprintable()}
