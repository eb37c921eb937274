"""Output: data on stdout, messages and progress on stderr, times in China's time zone."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from archive.site import CHINA

# The seconds between two plain lines of progress, and between two redrawings of the line on a terminal.
PLAIN_EVERY, DRAWN_EVERY = 2.0, 0.1
# Moves the cursor to the beginning of the line and clears the line.
_CLEAR = "\r\x1b[K"


class Tell(Protocol):
    """Reports the progress of a command: what it is working on, how much is done, and the total if known."""

    def __call__(self, what: str, done: int | None = None, total: int | None = None) -> None: ...  # noqa: D102


def say(text: str) -> None:
    """Print a message on stderr, replacing the progress that `telling` has drawn there."""
    print(f"{_CLEAR}{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


def say_all(warnings: Iterable[str]) -> int:
    """Print warnings on stderr; return 1 if there are any, else 0."""
    code = 0
    for warning in warnings:
        say(warning)
        code = 1
    return code


def put(text: str = "", end: str = "\n", *, flush: bool = False) -> None:
    """Print data on stdout; if its reader is gone, as in `cundang import ... | head`, discard the data silently."""
    try:
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def shanghai(moment: dt.datetime) -> str:
    """Format a time in China's time zone, with its name.

    >>> shanghai(dt.datetime(2026, 11, 28, 19, 0, tzinfo=dt.UTC))
    '2026-11-29 03:00 Shanghai'
    """
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M} Shanghai"


def china_time(stamp: str) -> str:
    """A stamp (UTC, 14 digits) as China's time.

    >>> china_time("20260531220000")
    '2026-06-01 06:00'
    """
    if not stamp:
        return "(no date)"
    moment = dt.datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


@contextmanager
def telling(verb: str) -> Iterator[Tell]:
    """Show progress during the block: redraw one line on a terminal, else print a line now and then."""
    terminal = sys.stderr.isatty()
    every, last = (DRAWN_EVERY, -DRAWN_EVERY) if terminal else (PLAIN_EVERY, 0.0)
    last += time.monotonic()

    def tell(what: str, done: int | None = None, total: int | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < every:
            return
        last = now
        share = "" if done is None else f": {done}" + ("" if total is None else f" of {total}")
        if terminal:
            import shutil  # noqa: PLC0415 - commands that draw nothing start without it

            columns = shutil.get_terminal_size().columns - 1
            print(f"{_CLEAR}{verb} {what}{share}"[: columns + len(_CLEAR)], end="", file=sys.stderr, flush=True)
        else:
            say(f"{verb} {what}{share}")

    try:
        yield tell
    finally:
        if terminal:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
