"""A request to the interface, and the view that answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from archive.catalogue.search import Searcher
from archive.errors import UsageError
from archive.layout import Layout
from archive.site import Site
from archive.web.engine import Engine


class NotHereError(UsageError):
    """The archive has nothing at the requested address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The archive that is shown.

    Attributes:
        base: the path or address under which a proxy shows the interface; empty without a proxy.
        address: the public address of the interface, without a slash at the end.
        replay: the origin of the replay: `http://127.0.0.1:8081`.
        engine, player: the script-driven player and its origin; None and empty if there is none.
    """

    layout: Layout
    sites: Mapping[str, Site]
    searcher: Searcher
    replay: str
    address: str
    base: str = ""
    engine: Engine | None = None
    player: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A view: its template, its data (for JSON), the rows of a list (for CSV), and what only the page needs beside."""

    template: str
    data: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]] | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    served: Served
    request: Request

    @property
    def layout(self) -> Layout:
        """The layout of the archive."""
        return self.served.layout

    def text(self, name: str, default: str = "") -> str:
        """A parameter of the path, else of the query string."""
        path = self.request.path_params.get(name)
        return str(path) if path is not None else self.request.query_params.get(name, default)

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number of at least 1.

        Raises:
            UsageError: it is not a number, or larger than `most`.
        """
        value = self.text(name, str(default))
        if not value.isdecimal() or not 1 <= int(value[:9]) <= most:
            raise UsageError(f"{name}={value}: ask for a number from 1 to {most}.")
        return int(value)

    def choice(self, name: str, known: Sequence[str], default: str) -> str:
        """One of the known values.

        Raises:
            UsageError: the value is unknown.
        """
        value = self.text(name) or default
        if value not in known:
            raise UsageError(f"{name}={value}: ask for one of {', '.join(known)}.")
        return value

    @property
    def language(self) -> str:
        """`zh` or `en`: as the address says, else what the browser prefers."""
        asked = self.request.query_params.get("lang")
        if asked in ("zh", "en"):
            return asked
        preferred = self.request.headers.get("accept-language", "zh")[:200].lower()
        first_english, first_chinese = preferred.find("en"), preferred.find("zh")
        return "en" if first_english >= 0 and not 0 <= first_chinese < first_english else "zh"

    def link(self, path: str, **changed: str | int | None) -> str:
        """The address of a view; keeps a language that was asked for."""
        parameters = {name: value for name, value in changed.items() if value not in (None, "")}
        if "lang" in self.request.query_params and "lang" not in parameters:
            parameters["lang"] = self.language
        return self.served.base + path + (f"?{urlencode(parameters)}" if parameters else "")

    def here(self, **changed: str | int | None) -> str:
        """The address of this view with some parameters changed; None removes one."""
        parameters: dict[str, str | int | None] = dict(self.request.query_params)
        path = self.request.url.path
        return self.link(path.removesuffix(".json").removesuffix(".csv"), **(parameters | changed))

    def twin(self, form: str) -> str:
        """The address of this view as `json` or `csv`."""
        parameters: dict[str, str | int | None] = dict(self.request.query_params)
        path = self.request.url.path
        return self.link(("/index" if path == "/" else path) + "." + form, **parameters)
