"""Counts -> charts as SVG, without scripts; each bar is a link to what it counts.

Horizontal positions are in percent of the page's width, so that words keep their size on a small screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup

from archive.catalogue.days import query_of
from archive.catalogue.search import Frequency

HEIGHT = 130
# The height of a chart in pixels; space above the bars for the largest number, and below them for the axis labels.
HEAD, AXIS = 16, 20
# The most labels under an axis; on a small screen, every second one is shown.
WORDS = 10
# The most bars; beyond it, counts are grouped by a longer period.
MOST = 400


def bars(values: Sequence[tuple[str, int]], link: Callable[[str], str], label: str) -> Markup:
    """Draw a bar for each period, each a link, with gaps for empty periods, and state the largest count."""
    if not values:
        return Markup()
    values = fill(values)
    most = max(count for _, count in values)
    step, high = 100 / len(values), HEIGHT - AXIS
    longest = max((name for name, _ in values), key=len)
    parts = [
        Markup('<svg class="bars" role="group" width="100%" height="{}" aria-label="{}">').format(HEIGHT, label),
        Markup('<line x1="0" y1="{0}" x2="100%" y2="{0}" class="axis"/>').format(high),
    ]
    for nth, (name, count) in enumerate(values):
        if not count:
            continue
        tall = max(round(count / most * (high - HEAD)), 1)
        parts.append(
            Markup(
                '<a href="{}"><title>{}: {}</title><rect class="hit" x="{:.3f}%" y="0" width="{:.3f}%" height="{}"/>'
                '<rect class="bar" x="{:.3f}%" y="{}" width="{:.3f}%" height="{}"/></a>'
            ).format(
                link(query_of(name, longest)),
                name,
                f"{count:,}",
                nth * step,
                step,
                high,
                (nth + 0.1) * step,
                high - tall,
                0.8 * step,
                tall,
            )
        )
    parts += [*_words([name for name, _ in values]), _most(f"{most:,}")]
    return Markup("\n").join([*parts, Markup("</svg>")])


def lines(values: Sequence[Frequency], words: Sequence[str], label: str) -> Markup:
    """Draw a line for each word: the share of each period's documents that contain it."""
    if not values:
        return Markup()
    periods, shares = _shares(values, len(words))
    most = max((max(line) for line in shares), default=0.0) or 1.0
    # A point stands in the middle of its period, whose label begins at the left edge as under bars.
    step, high = 1000 / len(periods), HEIGHT - AXIS
    parts = [
        Markup('<svg class="lines" role="img" width="100%" height="{}" aria-label="{}">').format(HEIGHT, label),
        Markup('<line x1="0" y1="{0}" x2="100%" y2="{0}" class="axis"/>').format(high),
        Markup('<svg y="{}" width="100%" height="{}" viewBox="0 0 1000 100" preserveAspectRatio="none">').format(
            HEAD, high - HEAD
        ),
    ]
    for nth, line in enumerate(shares):
        points = " ".join(f"{(at + 0.5) * step:.1f},{100 - share / most * 98:.1f}" for at, share in enumerate(line))
        parts.append(Markup('<polyline class="line line{}" points="{}"/>').format(nth % 6, points))
    parts += [Markup("</svg>"), *_words(periods), _most(f"{most:.1%}")]
    return Markup("\n").join([*parts, Markup("</svg>")])


def _shares(values: Sequence[Frequency], words: int) -> tuple[list[str], list[list[float]]]:
    """All periods from the first to the last, and the share of each word in each of them."""
    periods = [name for name, _ in fill([(name, total) for name, total, _ in values])]
    held = {name: [0] * (words + 1) for name in periods}
    for name, total, hits in values:
        # If longer periods are shown, add up the counts of their parts.
        at = held[name] if name in held else held[name[: len(periods[-1])]]
        for nth, count in enumerate((total, *hits.values())):
            at[nth] += count
    counts = list(held.values())
    return periods, [[each[nth] / (each[0] or 1) for each in counts] for nth in range(1, words + 1)]


def fill(values: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Add the years, months or days in between that have no count; if there are too many, group by a longer period.

    >>> fill([("2019", 1), ("2021", 2)])
    [('2019', 1), ('2020', 0), ('2021', 2)]
    >>> fill([("2019-11", 1), ("2020-01", 2)])
    [('2019-11', 1), ('2019-12', 0), ('2020-01', 2)]
    """
    longest = max(len(name) for name, _ in values)
    counted: dict[str, int] = {}
    for size in (size for size in (10, 7, 4) if size <= longest):
        counted = _cut(values, size)
        exact = sorted(name for name in counted if len(name) == size)
        between = list(_between(exact[0], exact[-1]))
        if len(between) <= MOST:
            # A count that is known to the year only sorts before the year's first month.
            return [(name, counted.get(name, 0)) for name in sorted({*between, *counted})]
    return sorted(counted.items())


def _cut(values: Sequence[tuple[str, int]], size: int) -> dict[str, int]:
    """Group counts by the first `size` characters of their periods; less precise periods stay."""
    counted: dict[str, int] = {}
    for name, count in values:
        counted[name[:size]] = counted.get(name[:size], 0) + count
    return counted


def _between(first: str, last: str) -> Iterator[str]:
    if len(first) == 4:
        yield from (f"{year:04}" for year in range(int(first), int(last) + 1))
    elif len(first) == 7:
        months = [int(day[:4]) * 12 + int(day[5:]) - 1 for day in (first, last)]
        yield from (f"{month // 12:04}-{month % 12 + 1:02}" for month in range(months[0], months[1] + 1))
    else:
        start, end = map(dt.date.fromisoformat, (first, last))
        yield from (str(start + dt.timedelta(days=nth)) for nth in range(min((end - start).days, MOST) + 1))


def calendar(
    days: Mapping[str, int], runs: Mapping[str, str], found: Mapping[str, tuple[str, str]], label: str, last: dt.date
) -> Markup:
    """Draw a square for each day of the year up to `last`, darker for higher counts.

    `found`: the days on which there is something to read; each is a link, with its words and its address.

    `runs` says how the runs of a day went, `good`, `bad` or `missed`; the border of the square shows it.
    """
    first = last - dt.timedelta(days=364 + last.weekday())
    most = max(days.values(), default=1)
    cell = 14
    parts = [
        Markup(
            '<svg class="calendar" role="group" width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-label="{2}">'
        ).format(53 * cell + 2, 7 * cell + 20, label)
    ]
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        name = day.isoformat()
        parts.append(_square(name, offset, cell, days.get(name, 0), most, runs.get(name, ""), found.get(name)))
        if day.day <= 7 and day.weekday() == 0:
            x, y = offset // 7 * cell, 7 * cell + 13
            words = f"{day:%Y-%m}" if day.month == 1 or offset < 35 else f"{day:%m}"
            parts.append(Markup('<text x="{}" y="{}">{}</text>').format(x, y, words))
    return Markup("\n").join([*parts, Markup("</svg>")])


def _square(day: str, offset: int, cell: int, count: int, most: int, run: str, found: tuple[str, str] | None) -> Markup:
    shade = 0 if not count else 1 + min(3, count * 4 // (most + 1))
    label = " · ".join([f"{day}: {count:,}", *([found[0]] if found else []), *([run] if run else [])])
    x, y = offset // 7 * cell + 1, offset % 7 * cell + 1
    square = Markup(
        '<rect class="shade{} {}" x="{}" y="{}" width="11" height="11" rx="2"><title>{}</title></rect>'
    ).format(shade, run, x, y, label)
    return Markup('<a href="{}">{}</a>').format(found[1], square) if found else square


def _words(names: Sequence[str]) -> Iterator[Markup]:
    """The labels of an axis, at the left edges of their bars."""
    every = -(-len(names) // WORDS)
    for nth, name in enumerate(names[::every]):
        at = 100 * nth * every / len(names)
        kind = "word odd" if nth % 2 else "word"
        yield Markup('<text class="{}" x="{:.2f}%" y="{}">{}</text>').format(kind, at, HEIGHT - 5, name)


def _most(number: str) -> Markup:
    return Markup('<text x="100%" y="11" class="most">{}</text>').format(number)
