"""Data on stdout; on stderr what a long command tells: a bar on a terminal, else a plain line now and then."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

# Seconds between two plain lines.
PLAIN_EVERY = 2.0


class Tell(Protocol):
    """Says how far a command is: what it is at, how much is done, and of how much where that is known."""

    def __call__(self, what: str, done: int | None = None, total: int | None = None) -> None: ...  # noqa: D102


def say(text: str) -> None:
    """One line of talk on stderr."""
    print(text, file=sys.stderr, flush=True)


def put(text: str = "", end: str = "\n", *, flush: bool = False) -> None:
    """Data on stdout; where its reader is gone, as in `cundang import ... | head`, the work goes on unread."""
    try:
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def telling(verb: str) -> Iterator[Tell]:
    """A `Tell` for the time of the block."""
    if sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
        from rich.progress import (  # noqa: PLC0415 - as above
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(verb, total=None)

            def draw(what: str, done: int | None = None, total: int | None = None) -> None:
                bar.update(task, description=f"{verb} {what}", completed=done, total=total)

            yield draw
        return
    last = time.monotonic()

    def write(what: str, done: int | None = None, total: int | None = None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PLAIN_EVERY:
            last = now
            share = "" if done is None else f": {done}" + ("" if total is None else f" of {total}")
            say(f"{verb} {what}{share}")

    yield write
