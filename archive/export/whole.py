"""Out paths -> files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.errors import SpaceError, UsageError


@contextmanager
def file(out: Path) -> Iterator[BinaryIO]:
    """A file to write; it takes its name when the block ends well.

    Raises:
        UsageError: it cannot be written there.
    """
    tmp = out.with_name(out.name + ".tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tmp.open("wb") as opened:
            yield opened
        tmp.replace(out)
    except OSError as error:
        if error.errno is not None and error.filename is None:
            raise SpaceError(f"{out}: {error.strerror}. Free space there, or name another --out.") from error
        raise UsageError(f"{out}: cannot be written ({error.strerror}). Name another --out.") from error
    finally:
        tmp.unlink(missing_ok=True)
