"""Views -> HTML: the templates, the labels in two languages, and the functions that templates may call."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import resources
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from archive.catalogue import gazetteer
from archive.catalogue.ask import joined, quoted
from archive.catalogue.days import query_of
from archive.site import CHINA
from archive.web import charts, replay
from archive.web.asked import Asked, Served, Shown

_SAID: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    resources.files("archive.web").joinpath("labels.toml").read_text(encoding="utf-8")
)
_LABELS = _SAID["labels"]
_ERRORS: Mapping[str, str] = tomllib.loads(
    resources.files("archive.web").joinpath("errors.toml").read_text(encoding="utf-8")
)
# The facets whose values have a meaning in words, and the table of these words.
_CODES = {"flag": "flags", "kind": "kinds", "script": "scripts"}
LANGUAGES = ("zh", "en")


class Look:
    """Renders the views of one archive. Every value of the archive is escaped; none is ever markup."""

    def __init__(self, served: Served) -> None:
        """Load the templates of this package."""
        self.served = served
        self._templates = Environment(
            loader=PackageLoader("archive.web"),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"number": lambda value: f"{value:,}", "size": size, "moment": moment, "day": day}

    def page(self, asked: Asked, shown: Shown) -> str:
        """Render a view as a page."""
        language = LANGUAGES.index(asked.language)

        label, code = partial(_label, language), partial(_code, language)

        def name_of(site: str) -> str:
            return self.served.sites[site].name if site in self.served.sites else site

        def facet_value(facet: str, value: str) -> str:
            return name_of(value) if facet == "site" else _value(language, facet, value)

        def chart(values: Any, by: str = "published", within: str | None = None) -> Any:
            base = asked.text("q") if within is None else within
            return charts.bars(values, lambda day: asked.link("/search", q=joined(base, f"{by}:{day}")), label(by))

        context: dict[str, Any] = {
            "chart": chart,
            "code": code,
            "name_of": name_of,
            "facet_value": facet_value,
            "day_links": partial(_day_links, asked, label("documents")),
            "quoted": quoted,
            "translated": translated if asked.language == "zh" else str,
            "replayed": lambda what, stamp, url: self.served.replay + replay.address(what, stamp, url),
            "player": lambda stamp, url: f"{self.served.player}/#{stamp}/{quote(url, safe=':/?&=%~+,;@!$()*')}",
            "joined": joined,
            "day_query": query_of,
            "asked": asked,
            "t": label,
            "lang": asked.language,
            "link": asked.link,
            "here": asked.here,
            "twin": asked.twin,
            "charts": charts,
            "sites": self.served.sites,
        }
        return self._templates.get_template(shown.template).render(context | dict(shown.data) | dict(shown.beside))


def translated(error: str) -> str:
    """An error in Chinese; unchanged if its sentence is not in the table.

    >>> translated("han:x is not a number. Write the least number of characters: han:200.")
    'han:x 不是数字。请写最少字数：han:200。'
    """
    for english, chinese in _ERRORS.items():
        if (named := _gaps(english.split("{}"), error)) is not None:
            return chinese.format(*named)
    return error


def _gaps(pieces: Sequence[str], text: str) -> list[str] | None:
    """What is between some pieces of a text; None if the text does not consist of them.

    >>> _gaps(["no site ", "."], "no site 'a'."), _gaps(["no site ", "."], "no site")
    (["'a'"], None)
    """
    first, *rest = pieces
    at = len(first) if text.startswith(first) else len(text) + 1
    found = []
    for nth, piece in enumerate(rest, 1):
        end = text.find(piece, at) if nth < len(rest) else len(text) - len(piece)
        if end < at or not text.startswith(piece, end):
            return None
        found.append(text[at:end])
        at = end + len(piece)
    return found if at == len(text) else None


def _label(language: int, name: str) -> str:
    return _LABELS[name][language] if name in _LABELS else name


def _code(language: int, kind: str, value: str) -> str:
    """The meaning of a code in words; the code itself if that is unknown. `http_*` stands for `http_500` and so on."""
    if value in _SAID[kind]:
        return _SAID[kind][value][language]
    family, _, rest = value.partition("_")
    family += "_*"
    return _SAID[kind][family][language].format(rest.replace("_", " ")) if family in _SAID[kind] else value


def _value(language: int, facet: str, value: str) -> str:
    """The value of a facet in words."""
    if facet == "place":
        return gazetteer.chain(value) or value
    return _code(language, _CODES[facet], value) if facet in _CODES else value


def _day_links(asked: Asked, unit: str, key: str, documents: Sequence[tuple[str, int]]) -> dict[str, tuple[str, str]]:
    """For each day with captures of documents of a site: their number in words, and the address that lists them."""
    return {
        day: (f"{count:,} {unit}", asked.link("/search", q=f"site:{quoted(key)} captured:{day}"))
        for day, count in documents
    }


def moment(value: str | dt.datetime | None, *, seconds: bool = False) -> Markup | str:
    """Format a time in Asia/Shanghai, given as an index stamp, ISO 8601 or a datetime; a dash for none.

    >>> moment("20260102030405")
    Markup('<time datetime="2026-01-02T11:04:05+08:00">2026-01-02 11:04</time>')
    """
    if not value:
        return "–"
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(f"{value[:8]}T{value[8:]}" if value.isdecimal() else value)
        except ValueError:
            return str(value)
    here = (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(CHINA)
    words = here.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    return Markup('<time datetime="{}">{}</time>').format(here.isoformat(timespec="seconds"), words)


def day(value: str | None) -> str:
    """Format the day that a page states, without the time zone, which is China's.

    >>> day("2020-02-19T17:07+08:00"), day("2020-02")
    ('2020-02-19 17:07', '2020-02')
    """
    return (value or "")[:16].replace("T", " ")


def size(value: int) -> str:
    """Format a number of bytes in the largest unit that leaves a number above 1.

    >>> size(5_300_000)
    '5.1 MiB'
    """
    amount = float(value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.1f} {unit}" if unit != "B" else f"{value} B"
        amount /= 1024
    return f"{amount:.1f} TiB"
