"""Counts -> charts as SVG, made here: no script draws them, and each bar leads to what it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 640, 120
# Space under the bars for the words of the axis.
AXIS = 18
# At most so many words stand under an axis.
WORDS = 8


def bars(values: Sequence[tuple[str, int]], link: Callable[[str], str], label: str) -> Markup:
    """A bar a value, each a link; the largest value is stated."""
    if not values:
        return Markup()
    most = max(count for _, count in values)
    step = WIDTH / len(values)
    high = HEIGHT - AXIS
    every = -(-len(values) // WORDS)
    parts = [
        Markup('<svg class="bars" role="group" viewBox="0 0 {} {}" aria-label="{}">').format(WIDTH, HEIGHT, label),
        Markup('<line x1="0" y1="{0}" x2="{1}" y2="{0}" class="axis"/>').format(high, WIDTH),
    ]
    for nth, (name, count) in enumerate(values):
        tall = max(round(count / most * (high - 14)), 1) if count else 0
        x = nth * step
        parts.append(
            Markup(
                '<a href="{}"><title>{}: {}</title><rect class="hit" x="{:.1f}" y="0" width="{:.1f}" height="{}"/>'
                '<rect class="bar" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/></a>'
            ).format(link(name), name, count, x, step, high, x + step * 0.1, high - tall, max(step * 0.8, 0.5), tall)
        )
        if nth % every == 0:
            parts.append(
                Markup('<text x="{:.1f}" y="{}" class="word">{}</text>').format(x + step * 0.1, HEIGHT - 4, name)
            )
    parts.append(Markup('<text x="{}" y="10" class="most">{}</text></svg>').format(WIDTH, f"{most:,}"))
    return Markup("\n").join(parts)


def lines(values: Sequence[tuple[str, int, Sequence[int]]], words: Sequence[str], label: str) -> Markup:
    """A line a word: of all documents of a period the share that hold it. The numbers stand in the table beside it."""
    shares = [[hits[nth] / total if total else 0.0 for _, total, hits in values] for nth in range(len(words))]
    most = max((max(line, default=0.0) for line in shares), default=0.0) or 1.0
    step = WIDTH / max(len(values) - 1, 1)
    high = HEIGHT - AXIS
    every = -(-len(values) // WORDS)
    parts = [
        Markup('<svg class="lines" role="img" viewBox="0 0 {} {}" aria-label="{}">').format(WIDTH, HEIGHT, label),
        Markup('<line x1="0" y1="{0}" x2="{1}" y2="{0}" class="axis"/>').format(high, WIDTH),
    ]
    for nth, line in enumerate(shares):
        points = " ".join(f"{at * step:.1f},{high - share / most * (high - 14):.1f}" for at, share in enumerate(line))
        parts.append(Markup('<polyline class="line line{}" points="{}"/>').format(nth % 6, points))
    for at, (name, *_) in enumerate(values):
        if at % every == 0:
            parts.append(Markup('<text x="{:.1f}" y="{}" class="word">{}</text>').format(at * step, HEIGHT - 4, name))
    parts.append(Markup('<text x="{}" y="10" class="most">{:.1%}</text></svg>').format(WIDTH, most))
    return Markup("\n").join(parts)


def calendar(days: dict[str, int], link: Callable[[str], str], label: str) -> Markup:
    """A square a day of the last year that has one, darker where there is more; each is a link."""
    import datetime as dt  # noqa: PLC0415 - the only chart that knows days

    if not days:
        return Markup()
    last = dt.date.fromisoformat(max(days))
    first = last - dt.timedelta(days=364 + last.weekday())
    most = max(days.values())
    cell = 12
    parts = [
        Markup('<svg class="calendar" role="group" viewBox="0 0 {} {}" aria-label="{}">').format(
            53 * cell + 4, 7 * cell + 16, label
        )
    ]
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        count = days.get(day.isoformat(), 0)
        x, y = offset // 7 * cell, offset % 7 * cell
        shade = 0 if not count else 1 + min(3, count * 4 // (most + 1))
        square = Markup(
            '<rect class="shade{}" x="{}" y="{}" width="10" height="10"><title>{}: {}</title></rect>'
        ).format(shade, x, y, day.isoformat(), count)
        parts.append(Markup('<a href="{}">{}</a>').format(link(day.isoformat()), square) if count else square)
        if day.day <= 7 and day.weekday() == 0:
            parts.append(Markup('<text class="word" x="{}" y="{}">{}</text>').format(x, 7 * cell + 12, f"{day:%m}"))
    parts.append(Markup("</svg>"))
    return Markup("\n").join(parts)


def plain(value: object) -> Markup:
    """A value as text of a page."""
    return escape(str(value))
