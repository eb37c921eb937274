"""The web interface: every view is a GET with its state in the address, as HTML, JSON and, for lists, CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from functools import partial
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from archive.errors import CundangError, UsageError
from archive.export.csv import cell
from archive.web import feeds, pages, take
from archive.web.asked import Asked, NotHereError, Served, Shown
from archive.web.templates import Look

# Every view by its path; each has a .json twin, and those with rows a .csv twin.
VIEWS: Mapping[str, Callable[[Asked], Shown]] = {
    "/": pages.home,
    "/search": pages.search,
    "/concordance": pages.concordance,
    "/frequency": pages.frequency,
    "/terms": pages.terms,
    "/changes": pages.changed,
    "/sites": pages.sites,
    "/site/{key}": pages.site,
    "/missing/{key}": pages.missing,
    "/document/{id}": pages.document,
    "/versions/{id}": pages.versions,
    "/looked/{id}": pages.looked,
    "/help": pages.manual,
}


@dataclass(frozen=True, slots=True)
class _Static:
    """A file of this package, read once."""

    body: bytes
    kind: str


def headers(*frames: str) -> dict[str, str]:
    """The headers of every response: only our own styles and pictures, the replay in a frame, no scripts."""
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; frame-src {' '.join(frame for frame in frames if frame)}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def app(served: Served, hosts: Sequence[str]) -> Starlette:
    """Make the interface of one archive; it answers only to these host names."""
    look = Look(served)
    fixed = headers(served.replay, served.player)
    style = _Static(resources.files("archive.web").joinpath("style.css").read_bytes(), "text/css; charset=utf-8")
    routes = [Route("/style.css", partial(_static, style, fixed))]
    for path, view in VIEWS.items():
        base = path.rstrip("/") or "/index"
        endpoint = partial(_answer, served, look, view, fixed)
        routes += [Route(f"{base}.json", partial(endpoint, "json")), Route(f"{base}.csv", partial(endpoint, "csv"))]
        routes.append(Route(path, partial(endpoint, "html")))
    routes += [
        Route("/changes.atom", partial(_answer, served, look, feeds.changes, fixed, "raw")),
        Route("/export", partial(_answer, served, look, take.export, fixed, "raw")),
        Route("/cite/{id}", partial(_answer, served, look, take.citation, fixed, "raw")),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
        exception_handlers={404: partial(_not_found, look, fixed), 405: partial(_not_found, look, fixed)},
    )


async def _static(file: _Static, fixed: Mapping[str, str], _request: Request) -> Response:
    return Response(file.body, media_type=file.kind, headers=dict(fixed) | {"Cache-Control": "max-age=600"})


async def _not_found(look: Look, fixed: Mapping[str, str], request: Request, error: Any) -> Response:
    asked = Asked(served=look.served, request=request)
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": f"{error.status_code} {error.detail}"}, error.status_code, headers=dict(fixed))
    html = look.page(asked, Shown(template="error.html", data={"error": f"{error.status_code} {error.detail}"}))
    return Response(html, error.status_code, media_type="text/html; charset=utf-8", headers=dict(fixed))


async def _answer(
    served: Served,
    look: Look,
    view: Callable[[Asked], Any],
    fixed: Mapping[str, str],
    form: str,
    request: Request,
) -> Response:
    asked = Asked(served=served, request=request)
    response: Response = await run_in_threadpool(_respond, look, view, form, asked)
    response.headers.update(fixed)
    return response


def _respond(look: Look, view: Callable[[Asked], Any], form: str, asked: Asked) -> Response:
    status = 200
    try:
        shown = view(asked)
    except NotHereError as error:
        shown, status = Shown(template="error.html", data={"error": str(error)}), 404
    except UsageError as error:
        shown, status = Shown(template="error.html", data={"error": str(error)}), 400
    except CundangError as error:
        shown, status = Shown(template="error.html", data={"error": str(error)}), 500
    if isinstance(shown, Response):
        return shown
    if form == "json" or (form == "raw" and status != 200):
        return JSONResponse(plain(shown.data), status)
    if form == "csv" and status == 200:
        if shown.rows is None:
            return JSONResponse({"error": "This view is not a list; ask for .json."}, 404)
        return Response(_csv(shown.rows), media_type="text/csv; charset=utf-8")
    return Response(look.page(asked, shown), status, media_type="text/html; charset=utf-8")


def plain(value: Any) -> Any:
    """A view's data for JSON: dataclasses and named tuples become objects, other tuples arrays."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Format rows for a spreadsheet; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([[cell(plain(value)) for value in row.values()] for row in rows])
    return text.getvalue().encode("utf-8-sig")
