"""The articles of a site's archive -> `Learned`: the layouts that many of them have in common, see `text.template`.

Learning is a function of the captures, the site file and the cleaner: what was learned before has no part in it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice, pairwise
from pathlib import Path

from lxml.html import HtmlElement

from archive.corpus import shard
from archive.layout import Layout
from archive.site import CHINA, Learned, Site, Spot, Template, host_of
from archive.text import words
from archive.text.chinese import han
from archive.text.clean import clean
from archive.text.document import Document
from archive.text.fields import is_office, is_person
from archive.text.template import (
    GUESS,
    HEAD,
    SHORT,
    compact,
    line_of,
    lines_within,
    parts,
    shown,
    tree,
    value_of,
)
from archive.warc import reader
from archive.warc.capture import Capture

# The number of different articles that a layout needs.
LEAST = 20
# Articles with fewer Han characters teach nothing: they may be the words above a notice that the cleaner missed.
PROSE = 60
# Boxes nested deeper are not looked at; real pages have at most 60 levels (measured).
DEPTH = 60
# The share of an article's text that a box must hold.
WHOLE = 0.9
# A wider box is preferred if the article's share of its words is smaller by at most this.
SAME = 0.02
# If this share of a box's articles is in none of its inner boxes, the box itself holds them.
OWN = 0.1
# Lines with fewer characters are too common to recognise copies by.
TELLING = 15
# A place is that of a field if it has this share of the known values, and this share of what is there is the field.
FOUND, RIGHT = 0.5, 0.8
# The share of what is at a place that must be known to be the field.
TOLD = 0.3
# The number of different values that a field must have: what is the same on all pages is furniture.
VARIOUS = 3
# Lines on this share of the pages are listed as furniture; `template.COMMON` is the share at which they are removed.
LISTED = 0.2
# Elements within a text; others lay out the page.
_OF_TEXT = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "b", "strong", "em", "i", "u", "a"))
_NAMES = ("title", "date", "source", "author")
_UNSEEN = ("script", "style", "noscript", "template", "a", "option")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one article teaches.

    Attributes:
        day: of its capture (Asia/Shanghai).
        chain: selectors of the boxes around its text, the outermost first.
        size: of the article, in characters.
        sizes: of the words in each of these boxes.
        short: selectors of elements with a short line of their own, each with the line in Simplified Chinese.
        known: the fields that the cleaner read.
        lines: the lines of its text.
    """

    day: dt.date | None
    chain: tuple[str, ...]
    size: int
    sizes: tuple[int, ...]
    short: dict[str, str]
    known: dict[str, str]
    lines: tuple[str, ...]

    def share(self, depth: int) -> float:
        """The share of the words in a box that is the article's."""
        return min(1.0, self.size / self.sizes[depth])


def learn(
    layout: Layout, site: Site, *, least: int = LEAST, tell: Callable[[Path, int], None] = lambda _warc, _count: None
) -> Learned:
    """What the archive of a site teaches.

    Args:
        layout: the data folder.
        site: its file; what was learned before is ignored.
        least: the number of different articles that a layout needs.
        tell: called with each WARC file that was read, and the number of articles so far.

    Raises:
        DataError: a WARC file cannot be read.
    """
    lessons: list[Lesson] = []
    for warc in _warcs(layout, site):
        own = (capture for capture in reader.read(warc) if host_of(capture.url) in site.hosts)
        lessons += filter(None, (lesson(capture, site) for capture in own))
        tell(warc, len(lessons))
    return conclude(lessons, least=least)


def _warcs(layout: Layout, site: Site) -> Iterator[Path]:
    """The WARC files with pages of a site: those of its own folder, and others whose shard names one of its hosts."""
    for warc in layout.warcs():
        about = shard.about(layout.shard_of(warc))
        if layout.site_of(warc) == site.key or (about is not None and set(about.hosts) & set(site.hosts)):
            yield warc


def lesson(capture: Capture, site: Site | None) -> Lesson | None:
    """What a capture teaches; None if it is no article, a short one, or one that the cleaner guessed."""
    found = clean(capture, replace(site, learned=None) if site else None)
    if not isinstance(found, Document) or found.confidence < GUESS or han(found.text) < PROSE or found.part_of:
        return None
    root = tree(capture)
    body = root.find("body") if root is not None else None
    if body is None:
        return None
    selectors = _selectors(body)
    chain = list(islice(_chain(body, found.text_original or found.text), DEPTH))
    known = {name: value for name in ("title", "source", "author") if (value := getattr(found, name))}
    return Lesson(
        day=found.captured.astimezone(CHINA).date() if found.captured else None,
        chain=tuple(selectors[element] for element, _ in chain),
        size=len(compact("".join((found.text, *found.captions)))),
        sizes=tuple(size for _, size in chain),
        short=_short(selectors),
        known=known | ({"date": found.published[:10]} if found.published else {}),
        lines=tuple(found.text.split("\n")),
    )


def _selectors(body: HtmlElement) -> dict[HtmlElement, str]:
    """A CSS selector of every element: the path from the body, by names and, among like siblings, by number."""
    found = {body: "body"}
    for parent in body.iter():
        if parent not in found:
            continue
        children = [child for child in parent if isinstance(child.tag, str)]
        steps = [_step(child) for child in children]
        often, numbers = Counter(steps), Counter[str]()
        for child, step in zip(children, steps, strict=True):
            numbers[str(child.tag)] += 1
            nth = f":nth-of-type({numbers[str(child.tag)]})" if often[step] > 1 else ""
            found[child] = f"{found[parent]} > {step}{nth}"
    return found


def _step(element: HtmlElement) -> str:
    """A tag with its name and classes; those with a number in them may be the page's own."""
    names = [f"#{name}" for name in (element.get("id") or "").split()[:1] if _is_name(name)]
    names += [f".{name}" for name in (element.get("class") or "").split() if _is_name(name)]
    tag = str(element.tag)
    return f"{tag if tag.isalnum() else '*'}{''.join(names)}"


def _is_name(name: str) -> bool:
    plain = name.replace("-", "a").replace("_", "a")
    return plain.isascii() and plain.isalnum() and name[0].isalpha() and sum(map(str.isdigit, name)) < 3


def _chain(body: HtmlElement, text: str) -> Iterator[tuple[HtmlElement, int]]:
    """The boxes around a text, the outermost first, each with the size of its words."""
    element: HtmlElement | None = body
    box = shown(body)
    while element is not None:
        yield element, len(box)
        inner = ((child, shown(child)) for child in element if child.tag not in _OF_TEXT)
        element, box = next(
            ((child, words) for child, words in inner if lines_within(text, words) >= WHOLE), (None, "")
        )


def _short(selectors: dict[HtmlElement, str]) -> dict[str, str]:
    found = {}
    for element, selector in selectors.items():
        if element.tag not in _UNSEEN and (line := line_of(element)) and len(line) <= SHORT:
            found[selector] = line
    return found


def conclude(lessons: Sequence[Lesson], *, least: int = LEAST) -> Learned:
    """What lessons teach together, without copies: the layouts that at least `least` articles have."""
    distinct = list(_distinct(lessons))
    groups = _layouts(distinct, 0, least)
    templates = [_template(group, depth, least) for group, depth in groups]
    # Try inner boxes before those around them.
    templates.sort(key=lambda each: (-each.body.count(" > "), each.body))
    return Learned(articles=len(distinct), templates=tuple(templates))


def _distinct(lessons: Iterable[Lesson]) -> Iterator[Lesson]:
    """Leave out copies: lessons most of whose lines an earlier lesson of the same layout has."""
    met: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for each in lessons:
        lines = [line for line in each.lines if len(line) >= TELLING] or ["\n".join(each.lines)]
        known = met[each.chain]
        if 2 * sum(line in known for line in lines) <= len(lines):
            yield each
        known.update(lines)


def _layouts(lessons: Sequence[Lesson], depth: int, least: int) -> list[tuple[list[Lesson], int]]:
    """Groups of lessons, each with the depth of its box in their chains."""
    inner: defaultdict[str, list[Lesson]] = defaultdict(list)
    for each in lessons:
        if len(each.chain) > depth + 1:
            inner[each.chain[depth + 1]].append(each)
    ended = sum(len(each.chain) == depth + 1 for each in lessons)
    large = [group for group in inner.values() if len(group) >= least]
    if ended >= max(1, OWN * len(lessons)) or not large:
        return [(list(lessons), _widest(lessons, depth))] if len(lessons) >= least else []
    return [found for group in large for found in _layouts(group, depth + 1, least)]


def _widest(lessons: Sequence[Lesson], depth: int) -> int:
    """The depth of the widest box in which the article has nearly the same share as in the one at a depth."""
    shares = [statistics.median(each.share(at) for each in lessons) for at in range(depth + 1)]
    return next(at for at, share in enumerate(shares) if share >= shares[depth] - SAME)


def _template(lessons: Sequence[Lesson], depth: int, least: int) -> Template:
    days = [each.day for each in lessons if each.day]
    often = Counter(line for each in lessons for line in set(each.lines))
    count = len(lessons)
    furniture = [(line, round(number / count, 2)) for line, number in often.most_common() if number >= LISTED * count]
    spots = {name: spot for name in _NAMES if (spot := _spot(name, lessons, max(3, least // 4)))}
    return Template(
        pages=count,
        first=min(days, default=None),
        last=max(days, default=None),
        body=lessons[0].chain[depth],
        share=round(statistics.median(each.share(depth) for each in lessons), 2),
        beside=int(statistics.median(max(0, each.sizes[depth] - each.size) for each in lessons)),
        furniture=tuple(sorted(furniture, key=lambda pair: (-pair[1], pair[0]))),
        **spots,
    )


def _spot(name: str, lessons: Sequence[Lesson], enough: int) -> Spot | None:
    """The place of a field on most of the pages on which it is known; None: there is no such place."""
    hits = Counter(place for each in lessons for place in _places(name, each))
    enough = max(enough, math.ceil(FOUND * sum(name in each.known for each in lessons)))
    often = (Spot(at=at, part=part, seen=seen) for (at, part), seen in hits.most_common(5) if seen >= enough)
    return next((spot for spot in often if _is_place(name, spot, lessons)), None)


def _is_place(name: str, spot: Spot, lessons: Sequence[Lesson]) -> bool:
    """Whether what is at a place is the field, wherever that is known, and differs between pages."""
    held = [(value_of(name, spot, each.short[spot.at]), each) for each in lessons if spot.at in each.short]
    values = [(value, each) for value, each in held if value is not None]
    told = [right for value, each in values if (right := _is_right(name, value, each)) is not None]
    various = name == "title" or len({value for value, _ in values}) >= VARIOUS
    return various and spot.seen >= TOLD * len(values) and sum(told) >= RIGHT * len(told)


def _places(name: str, each: Lesson) -> Iterator[tuple[str, int | None]]:
    """Yield the places on a page with the known value of a field or, if there is none, with what can only be it."""
    inner = () if name in each.known else each.lines[HEAD:]
    for at, line in each.short.items():
        if line in inner:
            continue
        tried: list[int | None] = [None, *(range(len(parts(line))) if name in ("source", "author") else ())]
        right = (part for part in tried if _is_right(name, value_of(name, Spot(at=at, part=part), line), each))
        if (part := next(right, -1)) != -1:
            yield at, part


def _is_right(name: str, value: str | None, each: Lesson) -> bool | None:
    """Whether a value is that of a page's field; None: unknown."""
    if value is None:
        return None
    if (truth := each.known.get(name)) is not None:
        return value[:10] == truth if name == "date" else compact(value) == compact(truth)
    if compact(value) == compact(each.known.get("title", "")):
        return False
    # A medium, an office and a person are told by their names.
    if name == "source":
        return bool(words.whole("media", value)) or is_office(value) or None
    return all(map(is_person, value.split(" "))) or None if name == "author" else None


def changes(learned: Learned) -> Iterator[str]:
    """The eras that follow from layouts whose days do not overlap, in words."""
    dated = sorted((each for each in learned.templates if each.first and each.last), key=lambda each: str(each.first))
    for before, after in pairwise(dated):
        if before.last and after.first and before.last < after.first:
            yield (
                f"The layout changed between {before.last} and {after.first}: {before.body} before, {after.body} "
                f"since. As eras of the site file: [[read]] until = {before.last}"
            )


def to_toml(key: str, learned: Learned) -> str:
    """What was learned as a file that `site.load_learned` reads."""
    return "\n".join(
        (
            f"# What the archive of {key} taught: it votes on how the site's pages are read.",
            f"# Written by: cundang sites learn {key}",
            f"articles = {learned.articles}",
            *(line for template in learned.templates for line in _table(template)),
            "",
        )
    )


def _table(template: Template) -> Iterator[str]:
    yield from ("", "[[template]]")
    for name in ("pages", "first", "last", "body", "share", "beside"):
        if (value := getattr(template, name)) is not None:
            yield f"{name} = {_toml(value)}"
    for name in _NAMES:
        if (spot := getattr(template, name)) is not None:
            given = ((f.name, getattr(spot, f.name)) for f in fields(spot))
            yield f"{name} = {{ {', '.join(f'{n} = {_toml(v)}' for n, v in given if v is not None)} }}"
    if template.furniture:
        yield "[template.furniture]"
        yield from (f"{_toml(line)} = {share}" for line, share in template.furniture)


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else str(value)
