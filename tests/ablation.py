"""Switch off each rule and stage of archive/text alone, and print which of the available pages change: `make ablation`.

A rule is a pattern, an entry of a list of words, or an entry of a table in TOML. A stage is a function that may return
nothing: None, False or an empty value. First every page is cleaned with everything switched on, to note which rules
match on which pages. Then each rule is switched off, and its pages are cleaned again. The output has a line for each
rule: the number of documents where it matches, the number that change without it, the loss of body F1 on pages with a
gold text, and the first page that changes. Rules that change nothing come last, under a heading of their own.

Pages: tests/text/styles, and below the shared folder (CUNDANG_SHARED, else ../shared) real-pages, real-sites, cases.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import datetime as dt
import functools
import importlib
import inspect
import json
import os
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from scoring import body_f1

import archive.text
from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.capture import Capture, Place

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CUNDANG_SHARED", ROOT.parent / "shared"))
MODULES: list[ModuleType] = [
    importlib.import_module(found.name) for found in pkgutil.walk_packages(archive.text.__path__, "archive.text.")
]
# A pattern that never matches.
NOTHING = re.compile(r"(?!)")
NOTHING_IN_BYTES = re.compile(rb"(?!)")


@dataclass
class Switch:
    """A rule or a stage: its name, whether it is on, and the pages where it matches."""

    name: str
    on: bool = True
    pages: set[int] = field(default_factory=set)


@dataclass
class Now:
    """The page that is being read."""

    page: int = -1


NOW = Now()
SWITCHES: list[Switch] = []


def switch(name: str) -> Switch:
    """Make a switch that is on."""
    made = Switch(name)
    SWITCHES.append(made)
    return made


class Pattern:
    """A compiled pattern with a switch; it notes the pages where it matches."""

    def __init__(self, genuine: re.Pattern[Any], name: str) -> None:
        self.genuine = genuine
        self.nothing = NOTHING_IN_BYTES if isinstance(genuine.pattern, bytes) else NOTHING
        self.switch = switch(name)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.genuine if self.switch.on else self.nothing, name)
        if name in ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"):
            return functools.partial(self._note, name, attribute)
        return getattr(self.genuine, name)

    def _note(self, name: str, method: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        found = method(*arguments, **named)
        if NOW.page >= 0 and self.switch.on:
            if name == "finditer":
                found = list(found)
            text = arguments[1] if name.startswith("sub") else arguments[0]
            idle = found in (text, (text, 0)) or (name == "split" and len(found) == 1)
            if found and not idle:
                self.switch.pages.add(NOW.page)
        return iter(found) if name == "finditer" else found


def wrap(value: Any, name: str) -> Any:
    """Replace the patterns in a value by patterns with switches."""
    if isinstance(value, re.Pattern):
        return Pattern(value, name)
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(wrap(item, f"{name}[{index}]") for index, item in enumerate(value))
    if isinstance(value, dict):
        return {key: wrap(item, f"{name}[{key!r}]") for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        copied = copy.copy(value)
        for part in dataclasses.fields(value):
            if isinstance(inner := getattr(value, part.name), re.Pattern):
                title = getattr(value, "id", part.name)
                object.__setattr__(copied, part.name, Pattern(inner, f"{name}:{title}"))
        return copied
    return value


def replace(old: Any, new: Any) -> None:
    """Replace a value by another one in every module that has it."""
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if value is old:
                setattr(module, name, new)


def install_patterns() -> None:
    """Install a switch for every pattern that is a constant of a module or is made by a cached function."""
    done: dict[int, Any] = {}
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == module.__name__:
                install_table(value)
            elif id(value) not in done and isinstance(value, (re.Pattern, tuple, dict)) and not name.startswith("__"):
                wrapped = wrap(value, f"{module.__name__.removeprefix('archive.text.')}.{name}")
                done[id(value)] = value
                if wrapped != value or isinstance(value, re.Pattern):
                    replace(value, wrapped)


def install_table(cached: Any) -> None:
    """Install switches for the patterns of a table that a function without parameters reads from data."""
    if inspect.signature(cached).parameters:
        return
    table = wrap(cached(), f"{cached.__module__.removeprefix('archive.text.')}.{cached.__name__}()")
    replacement = functools.cache(lambda: table)
    replace(cached, replacement)


def install_stages() -> None:
    """Install a switch for every function that may return nothing."""
    for module in MODULES:
        for value in list(vars(module).values()):
            genuine = getattr(value, "__wrapped__", value)
            if isinstance(genuine, FunctionType) and genuine.__module__ == module.__name__:
                answer = str(genuine.__annotations__.get("return", ""))
                if answer in ("None", "bool") or answer.endswith("| None"):
                    install_stage(value, genuine, nothing=False if answer == "bool" else None)


def install_stage(value: Any, genuine: FunctionType, nothing: object) -> None:
    """Install a switch for one function."""
    made = switch(f"{genuine.__module__.removeprefix('archive.text.')}.{genuine.__name__}()")

    @functools.wraps(genuine)
    def stage(*arguments: Any, **named: Any) -> Any:
        if not made.on:
            return nothing
        found = value(*arguments, **named)
        if NOW.page >= 0 and (found or nothing is None):
            made.pages.add(NOW.page)
        return found

    for name in ("cache_clear", "cache_parameters"):
        if hasattr(value, name):
            setattr(stage, name, getattr(value, name))
    replace(value, stage)


def words() -> Iterator[tuple[str, Any, Any, str]]:
    """For each entry of a list of words: its name, the list, the list without it, and the entry."""
    for module in MODULES:
        for name, value in list(vars(module).items()):
            if isinstance(value, (tuple, frozenset)) and len(value) > 1 and all(isinstance(one, str) for one in value):
                for one in sorted(value):
                    rest = tuple(w for w in value if w != one) if isinstance(value, tuple) else value - {one}
                    yield f"{module.__name__.removeprefix('archive.text.')}.{name} {one}", value, rest, one


def forget() -> None:
    """Clear the caches of lines."""
    for module in MODULES:
        for value in list(vars(module).values()):
            clear, parameters = getattr(value, "cache_clear", None), getattr(value, "cache_parameters", None)
            if clear and parameters and parameters()["maxsize"]:
                clear()


@dataclass(frozen=True, slots=True)
class Page:
    """An available page; `gold`: its text as a person read it."""

    name: str
    body: bytes
    url: str
    gold: str | None


def pages() -> Iterator[Page]:
    """All available pages."""
    for path in sorted((ROOT / "tests" / "text" / "styles").glob("*.html")):
        yield Page(f"styles/{path.stem}", path.read_bytes(), "http://www.example.gov.cn/a/1.html", None)
    for path in sorted(SHARED.glob("real-pages/*/page.html")):
        meta = json.loads((path.parent / "meta.json").read_text("utf-8"))
        gold = (meta.get("gold") or {}).get("body_text")
        url = meta.get("url") or f"file:///{meta['id']}.html"
        yield Page(f"real-pages/{path.parent.name}", path.read_bytes(), url, gold)
    for path in sorted([*SHARED.glob("real-sites/*/*.html"), *SHARED.glob("cases/text/*/page.html")]):
        url = f"http://www.example.gov.cn/{path.parent.name}/{path.stem}.html"
        yield Page(str(path.relative_to(SHARED)), path.read_bytes(), url, None)


def read(page: Page) -> str | Document:
    """The document of a page as a string; for a skip or an error, its reason."""
    forget()
    made = Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000006",
        kind="response",
        url=page.url,
        date=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=page.body,
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )
    try:
        document = clean(made, None)
    except Exception as error:  # noqa: BLE001  a stage may not be made to be off
        return f"{type(error).__name__}: {error}"
    return document if isinstance(document, Document) else repr(document)


def score(page: Page, read: str | Document) -> float | None:
    """The body F1 of a page with a gold text."""
    if page.gold is None:
        return None
    return body_f1(read.text_original or read.text, page.gold) if isinstance(read, Document) else 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """The changes without a rule."""

    name: str
    pages: int
    changed: int
    lost: float
    first: str


def effect(name: str, say: set[int], known: list[Page], before: list[str | Document], most: int) -> Effect:
    """Clean the pages of a rule again without it; stop after some have changed."""
    changed, lost, first = 0, 0.0, ""
    for index in sorted(say):
        after = read(known[index])
        if repr(after) != repr(before[index]):
            changed += 1
            first = first or known[index].name
            if (had := score(known[index], before[index])) is not None:
                lost += had - (score(known[index], after) or 0.0)
            if changed >= most:
                break
    return Effect(name, len(say), changed, lost, first)


def effects(known: list[Page], before: list[str | Document], most: int, only: str) -> Iterator[Effect]:
    """The changes without each rule and stage."""
    texts = [page.body.decode("gb18030", "replace") + page.body.decode("utf-8", "replace") for page in known]
    for one in SWITCHES:
        if only in one.name:
            one.on = False
            yield effect(one.name, one.pages, known, before, most)
            one.on = True
    for name, value, rest, word in words():
        if only in name:
            replace(value, rest)
            yield effect(name, {index for index, text in enumerate(texts) if word in text}, known, before, most)
            replace(rest, value)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=10_000, help="read no more pages after so many have changed")
    parser.add_argument("--only", default="", help="rules whose name holds this")
    parser.add_argument("--every", type=int, default=1, help="only each so many-th page")
    options = parser.parse_args()
    install_patterns()
    install_stages()
    known = list(pages())[:: options.every]
    before: list[str | Document] = []
    for index, page in enumerate(known):
        NOW.page = index
        before.append(read(page))
    NOW.page = -1
    print(f"{len(known)} pages, {len(SWITCHES)} patterns and stages, {sum(1 for _ in words())} words", file=sys.stderr)
    print("rule\tpages\tchanged\tF1 lost\tfirst", flush=True)
    idle = []
    for one in effects(known, before, options.most, options.only):
        if one.changed:
            print(f"{one.name}\t{one.pages}\t{one.changed}\t{one.lost:.3f}\t{one.first}", flush=True)
        else:
            idle.append(one)
    print(f"\nChange nothing ({len(idle)}):")
    print(*(f"{one.name}\t{one.pages}" for one in idle), sep="\n")


if __name__ == "__main__":
    main()
