"""Views -> HTML: the templates, the labels in two languages, and what templates may call."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from archive.web import charts, replay
from archive.web.asked import Asked, House, Shown

_LABELS: Mapping[str, list[str]] = tomllib.loads(
    resources.files("archive.web").joinpath("labels.toml").read_text(encoding="utf-8")
)["labels"]
LANGUAGES = ("zh", "en")


class Look:
    """How the interface of one archive looks. Every value of the archive is escaped; nothing of it is ever markup."""

    def __init__(self, house: House) -> None:
        """Read the templates, which lie in this package."""
        self.house = house
        self._templates = Environment(
            loader=PackageLoader("archive.web"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"number": lambda value: f"{value:,}", "stamp": stamp, "size": size}

    def page(self, asked: Asked, shown: Shown) -> str:
        """A view as a page."""
        language = LANGUAGES.index(asked.language)

        def label(name: str) -> str:
            return _LABELS[name][language] if name in _LABELS else name

        def chart(values: Any, by: str = "published", within: str | None = None) -> Any:
            base = asked.text("q") if within is None else within
            return charts.bars(values, lambda at: asked.link("/search", q=f"{base} {by}:{at}".strip()), label(by))

        context: dict[str, Any] = {
            "chart": chart,
            "day_link": lambda key: lambda day: asked.link("/search", q=f"site:{key} captured:{day}"),
            "quoted": lambda value: f'"{value}"'.replace("*", "") if not str(value).isalnum() else value,
            "replayed": lambda moment, url: replay.address("page", moment, url),
            "asked": asked,
            "t": label,
            "lang": asked.language,
            "link": asked.link,
            "here": asked.here,
            "charts": charts,
            "sites": self.house.sites,
            "replay": self.house.replay,
        }
        return self._templates.get_template(shown.template).render(context | dict(shown.data))


def stamp(value: str) -> str:
    """A stamp of an index as a person reads it, in UTC.

    >>> stamp("20260102030405")
    '2026-01-02 03:04 UTC'
    """
    return f"{value[:4]}-{value[4:6]}-{value[6:8]} {value[8:10]}:{value[10:12]} UTC" if len(value) == 14 else value


def size(value: int) -> str:
    """Bytes in the largest unit that leaves a number above 1.

    >>> size(5_300_000)
    '5.1 MiB'
    """
    amount = float(value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.1f} {unit}" if unit != "B" else f"{value} B"
        amount /= 1024
    return f"{amount:.1f} TiB"
