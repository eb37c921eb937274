"""Page objects of others (web-poet), and corrections by hand -> what goes before what the general reader reads.

A distribution names its modules with page objects as entry points `cundang.pages`; `handle_urls` says which addresses
each is for. They see the page alone: what is read must be the same in ten years, so none may ask the web for more.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from archive.errors import UsageError
from archive.site import Site
from archive.text import chinese, dates
from archive.text.blocks import fold
from archive.text.chinese import han, simplified
from archive.text.decode import decode
from archive.text.document import Document, Skip
from archive.warc.capture import Capture

GROUP = "cundang.pages"
# What a page object may give as a line, and all that it may give.
FIELDS = ("title", "subtitle", "source", "author", "editor", "contributor")
KNOWN = frozenset((*FIELDS, "text", "published", "columns"))
_LIBRARIES = ("andi", "itemadapter", "parsel", "tldextract", "url-matcher", "web-poet")
# Doubts about the general reader's choice, which is no longer in question.
_DOUBTS = ("incomplete", "low_confidence")


class PageObjectError(UsageError):
    """A page object that failed on a page; `found` is what the page is without it."""

    def __init__(self, words: str, found: Document | Skip) -> None:
        super().__init__(words)
        self.found = found


# Name of the distribution, its version, and the SHA-256 of the code that its entry point names.
Source = tuple[str, str, str]


class _Rules(NamedTuple):
    """The rules of all page objects: `matcher` gives the number of the one for an address."""

    matcher: Any
    classes: list[tuple[Any, Source]]


def sources(hosts: Iterable[str]) -> tuple[Source, ...]:
    """The distributions whose page objects may read pages of these hosts, and the libraries that run them.

    Raises:
        UsageError: a page object cannot be used; the message names it, and what to do.
    """
    if not (points := _points()):
        return ()
    from url_matcher.util import get_domain  # noqa: PLC0415 - an extra

    rules = _rules(points)
    domains = {get_domain(f"http://{host}/") for host in hosts}
    concerned = set()
    for number, (_, source) in enumerate(rules.classes):
        named = rules.matcher.patterns[number].get_domains()
        if not named or domains & set(named):
            concerned.add(source)
    libraries = ((name, version(name), "") for name in _LIBRARIES if concerned)
    return (*sorted(concerned), *libraries)


def named(recipe: str) -> tuple[str, ...]:
    """The distributions with page objects that a Recipe names, as JSON, with their versions."""
    found = json.loads(recipe)["objects"] if '"objects"' in recipe else ()
    return tuple(f"{name}=={of}" for name, of, digest in found if digest)


def missing(recipe: str) -> str:
    """Those of them that are not here; empty: none."""
    here = {_name(point) for point in _points()}
    return ", ".join(name for name in named(recipe) if name.partition("==")[0] not in here)


def read(found: Document | Skip, capture: Capture) -> Document | Skip:
    """What a page became, with the fields that the page object for its address gives.

    Raises:
        PageObjectError: the page object fails, or gives what no Document has.
        UsageError: page objects cannot be loaded.
    """
    if not (points := _points()):
        return found
    rules = _rules(points)
    number = rules.matcher.match(capture.url)
    if number is None:
        return found
    page, (of, *_) = rules.classes[number]
    try:
        item = _item(page, capture)
        if isinstance(found, Skip):
            return _given(_empty(found), item, page.__qualname__) if "text" in item else found
        return _given(found, item, page.__qualname__)
    except Exception as error:
        words = f"{page.__qualname__} of {of} failed on {capture.url} ({error!r}). Mend it, then: cundang clean"
        raise PageObjectError(words, found) from error


def correct(found: Document | Skip, capture: Capture, site: Site | None) -> Document | Skip:
    """What a page became, with the corrections by hand of these very bytes, and evidence of each."""
    for one in site.corrections if site is not None else ():
        if isinstance(found, Skip) or (one.url, one.digest) != (capture.url, capture.payload_digest):
            continue
        words = f"corrected: {one.value or 'none'} by {one.by}: {one.why}; read: {getattr(found, one.field) or 'none'}"
        values: dict[str, Any] = {one.field: simplified(one.value) or None}
        if one.field == "title":
            values["title_original"] = one.value if one.value != values["title"] else None
        if one.field == "published":
            found = found.without("date_conflict", "date_implausible")
            values |= {"published_claimed": None, "published_evidence": words}
        said = [(one.field, words)] if one.field != "published" else []
        flags = tuple(dict.fromkeys((*found.flags, "corrected")))
        found = found.stating({**values, "flags": flags}, [*said, ("flag:corrected", one.field)])
    return found


@cache
def _points() -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=GROUP), key=lambda point: (_name(point), point.value)))


def _name(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown distribution"


@cache
def _rules(points: tuple[EntryPoint, ...]) -> _Rules:
    """The rules of the page objects that these entry points name."""
    try:
        import tldextract  # noqa: PLC0415 - an extra
        import web_poet  # noqa: PLC0415 - an extra
        from url_matcher import URLMatcher  # noqa: PLC0415 - an extra
    except ImportError as error:
        names = ", ".join(dict.fromkeys(map(_name, points)))
        raise UsageError(
            f"{names}: page objects need web-poet ({error}). Install it: pip install 'cundang[pages]'"
        ) from error
    # Else it asks the web which part of a host is its domain, and the answer changes.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
    matcher = URLMatcher()
    classes: list[tuple[Any, Source]] = []
    for point in points:
        point.load()
        for rule in web_poet.default_registry.get_rules():
            if f"{rule.use.__module__}.".startswith(f"{point.module}."):
                _plan(rule.use)
                matcher.add_or_update(len(classes), rule.for_patterns)
                classes.append((rule.use, _source(point)))
    return _Rules(matcher, classes)


def _source(point: EntryPoint) -> Source:
    """What the Recipe says of the code that an entry point names: a module, or a package with all that it holds."""
    spec = find_spec(point.module)
    assert spec is not None
    assert spec.origin is not None
    folders = spec.submodule_search_locations
    files = sorted(Path(next(iter(folders))).rglob("*.py")) if folders else [Path(spec.origin)]
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return _name(point), point.dist.version if point.dist is not None else "", digest.hexdigest()


def _plan(page: Any) -> Any:
    """In which order what a page object needs is made."""
    import andi  # noqa: PLC0415 - an extra
    from web_poet import HttpResponse, ResponseUrl  # noqa: PLC0415 - an extra
    from web_poet.pages import is_injectable  # noqa: PLC0415 - an extra

    try:
        return andi.plan(page, is_injectable=is_injectable, externally_provided={HttpResponse, ResponseUrl})
    except andi.NonProvidableError as error:
        raise UsageError(
            f"{page.__qualname__} asks for more than the page, and what is read must not change with the web. Let it"
            f" ask for HttpResponse and ResponseUrl alone. ({str(error).splitlines()[0]})"
        ) from error


def _item(page: Any, capture: Capture) -> Mapping[str, Any]:
    """What a page object gives of a page; nothing where it leaves the page to others."""
    from itemadapter import ItemAdapter  # noqa: PLC0415 - an extra
    from web_poet import HttpResponse, ResponseUrl  # noqa: PLC0415 - an extra
    from web_poet.exceptions import PageObjectAction  # noqa: PLC0415 - an extra

    html = decode(capture.body, capture.header("Content-Type")).html
    url = ResponseUrl(capture.url)
    response = HttpResponse(
        url, html.encode("utf-8", "replace"), status=capture.status, headers=list(capture.headers), encoding="utf-8"
    )
    made: dict[Any, Any] = {HttpResponse: response, ResponseUrl: url}
    plan = _plan(page)
    for build, wants in plan.dependencies:
        made.setdefault(build, None if build in made else build(**wants.kwargs(made)))
    try:
        item = _finished(page(**plan.final_kwargs(made)).to_item())
    except PageObjectAction:
        return {}
    given = {name: value for name, value in ItemAdapter(item).asdict().items() if value} if item is not None else {}
    if unknown := sorted(given.keys() - KNOWN):
        raise ValueError(f"it gives {', '.join(unknown)}, and a Document takes {', '.join(sorted(KNOWN))}")
    return given


def _finished(item: Any) -> Any:
    """What a page object's coroutine returns; it has nothing to wait for."""
    if not inspect.iscoroutine(item):
        return item
    try:
        item.send(None)
    except StopIteration as end:
        return end.value
    item.close()
    raise RuntimeError("it waits for something: a page object reads the page, and asks for nothing else")


def _empty(skip: Skip) -> Document:
    """A Document without text, of the page that the general reader skipped."""
    same = {name: getattr(skip, name) for name in ("id", "url", "site", "captured", "status", "origin")}
    return Document(**same, kind="article", title=None, text="", script="none", extractor="none", confidence=0.0, han=0)


def _given(document: Document, item: Mapping[str, Any], by: str) -> Document:
    """The document with what a page object gave, and evidence of each."""
    found: dict[str, Any] = {name: fold(str(item[name])) for name in FIELDS if name in item}
    values: dict[str, Any] = {name: simplified(words) for name, words in found.items()}
    if "title" in values:
        values["title_original"] = found["title"] if found["title"] != values["title"] else None
    if "columns" in item:
        values["columns"] = tuple(simplified(fold(str(column))) for column in item["columns"])
    if "text" in item:
        values |= _text(document, str(item["text"]))
    if "published" in item and (day := dates.read(simplified(str(item["published"])), loose=True)):
        values |= {"published": day, "published_claimed": None, "published_evidence": f"{by}: {item['published']}"}
    doubts = (*(_DOUBTS if "text" in values else ()), *(("date_conflict",) if "published" in values else ()))
    return document.without(*doubts).stating(values, ((name, f"{by}: {words}") for name, words in found.items()))


def _text(document: Document, given: str) -> dict[str, Any]:
    """The columns of a text that a page object gave; what the general reader had beside it is in `removed`."""
    lines = [line for line in map(fold, given.split("\n")) if line]
    original = "\n".join(lines)
    text = simplified(original)
    kept = set(text.split("\n"))
    gone = (line for line in document.text.split("\n") if line and line not in kept)
    return {
        "kind": "article",
        "text": text,
        "text_original": original if original != text else None,
        "script": chinese.script(original),
        "han": han(text),
        "extractor": "page_object",
        "confidence": 1.0,
        "removed": (*document.removed, *(("page_object", line) for line in gone)),
    }
