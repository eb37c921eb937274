"""The command line, a module for each group of commands. Data go to stdout, messages to stderr.

Exit codes: 0 done; 1 something is wrong with the data or the run; 2 wrong usage or configuration; 3 out of space;
4 another process holds the site; 5 interrupted, state saved.
"""

from __future__ import annotations

import errno
import io
import signal
import sys
from types import FrameType
from typing import NoReturn

from archive.errors import CundangError, InterruptedCrawl, SpaceError, UsageError
from crawler.cli import find, keep, run, sites
from crawler.cli.app import app
from crawler.messages import put, say

__all__ = ["app", "find", "keep", "main", "run", "sites"]


_FULL = (errno.ENOSPC, errno.EDQUOT)
# Refusals of the machine, as opposed to bugs.
_OUTSIDE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG),
    *(errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ENODEV, errno.ENXIO),
)


def main() -> None:
    """Run the command line; an error ends it with one line and its exit code."""
    # Raise our own error, because click turns a KeyboardInterrupt into exit code 1.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Escape what cannot be printed, such as a file name that is not UTF-8, as \\udcff.
            stream.reconfigure(errors="backslashreplace")
    try:
        # The schedule starts crawls with SIGTERM blocked, since before this line it would end them without a report.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        try:
            app(prog_name="cundang")
        finally:
            put(end="", flush=True)
    except CundangError as error:
        say(f"cundang: {error}")
        sys.exit(error.exit_code)
    except UnicodeEncodeError:
        odd = [word for word in sys.argv if not word.isprintable()]
        if not odd:
            raise
        # SQLite, Parquet and JSON accept only UTF-8.
        say(f"cundang: {', '.join(odd)}: not UTF-8. Give it another name.")
        sys.exit(UsageError.exit_code)
    except OSError as error:
        if error.errno in _FULL:
            say(f"cundang: {error}. Make room, then run the command again: what was finished is kept.")
            sys.exit(SpaceError.exit_code)
        if error.errno not in _OUTSIDE:
            raise
        say(f"cundang: {error}. Check the disk and the permissions, then run the command again to continue.")
        sys.exit(CundangError.exit_code)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise InterruptedCrawl("interrupted. What was finished is kept: run the same command again to continue.")
