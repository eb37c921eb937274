"""Output: data on stdout, messages and progress on stderr."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

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


def put(text: str = "", end: str = "\n", *, flush: bool = False) -> None:
    """Print data on stdout; if its reader is gone, as in `cundang import ... | head`, discard the data silently."""
    try:
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
            columns = shutil.get_terminal_size().columns - 1
            print(f"{_CLEAR}{verb} {what}{share}"[: columns + len(_CLEAR)], end="", file=sys.stderr, flush=True)
        else:
            say(f"{verb} {what}{share}")

    try:
        yield tell
    finally:
        if terminal:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
