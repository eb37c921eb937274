"""Data on stdout, talk on stderr: of a long command a line that changes, or lines where there is no terminal."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

# Seconds between two plain lines, and between two drawings.
PLAIN_EVERY, DRAWN_EVERY = 2.0, 0.1
# To the beginning of the line, and clear it.
_CLEAR = "\r\x1b[K"


class Tell(Protocol):
    """Says how far a command is: what it is at, how much is done, and of how much where that is known."""

    def __call__(self, what: str, done: int | None = None, total: int | None = None) -> None: ...  # noqa: D102


def say(text: str) -> None:
    """One line of talk on stderr, in place of what `telling` has drawn there."""
    print(f"{_CLEAR}{text}" if sys.stderr.isatty() else text, file=sys.stderr, flush=True)


def put(text: str = "", end: str = "\n", *, flush: bool = False) -> None:
    """Data on stdout; where its reader is gone, as in `cundang import ... | head`, the work goes on unread."""
    try:
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def telling(verb: str) -> Iterator[Tell]:
    """A `Tell` for the time of the block: on a terminal it redraws one line, else it writes a line now and then."""
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
            columns = shutil.get_terminal_size().columns - 1
            print(f"{_CLEAR}{verb} {what}{share}"[: columns + len(_CLEAR)], end="", file=sys.stderr, flush=True)
        else:
            say(f"{verb} {what}{share}")

    try:
        yield tell
    finally:
        if terminal:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
