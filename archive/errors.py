"""Errors that stop a command; each message says what is wrong, where, and how to cure it.

What the web does is data (a `Skip`, a problem in a report), never an exception.

    CundangError            exit code 1
    ├── DataError           1: a file of the archive is broken
    ├── UsageError          2: wrong usage or configuration
    │   └── SiteError       2: a site file is wrong
    ├── SpaceError          3: no space left where the archive is
    ├── LockedError         4: another process holds the site
    └── InterruptedCrawl    5: stopped by a signal, state saved
"""

import os
from collections.abc import Iterable
from pathlib import Path

# The order in which one exit code stands for several: an interruption, then what stops every site, then the rest.
_WORST = (5, 3, 2, 4, 1)


def worst(codes: Iterable[int]) -> int:
    """One exit code for several.

    >>> worst([0, 1, 4]), worst([3, -9]), worst([])
    (4, 5, 0)
    """
    # The code of a process that a signal ended is negative.
    found = {InterruptedCrawl.exit_code if code < 0 else code for code in codes}
    return next((code for code in _WORST if code in found), max(found, default=0))


class CundangError(Exception):
    """The root of the tree. Its message is shown to the user unchanged, and ends with the cure."""

    exit_code = 1


class DataError(CundangError):
    """A file of the archive is broken; the message names the file, the offset and the reason."""


class UsageError(CundangError):
    """The command or its configuration is wrong."""

    exit_code = 2


class SiteError(UsageError):
    """A site file is wrong; the message names the file, the key and the nearest known key."""


class SpaceError(CundangError):
    """The disk that holds the archive is full."""

    exit_code = 3


class LockedError(CundangError):
    """Another process holds the site; the message names the holder."""

    exit_code = 4


class InterruptedCrawl(CundangError):  # noqa: N818 - the state is saved; nothing is in error
    """A signal ended the crawl; the next one goes on where it stopped."""

    exit_code = 5


def unwritable(path: Path) -> str:
    """What to do about a file that may not be written."""
    if path.exists() and os.access(path.parent, os.W_OK):
        return "It belongs to another account: let your group write it (docs/operators.md, Several accounts)."
    return "Make the folder writable."
