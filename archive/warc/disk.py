"""Names and lines that outlast a power cut, and what an error of the disk means."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.errors import CundangError, DataError, SpaceError

# What ends a line that a power cut tore, so that it is known for one.
TORN = b"\t#torn"


def disk_error(path: Path, error: OSError) -> CundangError:
    """What an OSError of writing means for the archive: SpaceError where the disk is full, else DataError."""
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SpaceError(f"{path}: {reason}. Make room, then start again: what was written is kept.")
    return DataError(f"{path}: cannot be written ({reason}). Mend the disk or the rights, start again.")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they outlast a power cut; raises OSError."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that were added to a folder durable; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_lines(path: Path, *lines: Mapping[str, Any]) -> None:
    """Add JSON objects to a file of lines, one writer at a time, durable on return; raises OSError."""
    make_folder(path.parent)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A line that a power cut tore was told to nobody: it ends here, and is read over.
        torn = False
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        text = "".join(json.dumps(dict(line), ensure_ascii=False) + "\n" for line in lines)
        file.write((TORN + b"\n" if torn else b"") + text.encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
