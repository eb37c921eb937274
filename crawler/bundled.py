"""The data that comes with the program, in a checkout and in a wheel: the seed corpus and site files."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from archive.errors import SiteError
from archive.site import similar

# In a checkout, the folder `seeds` is beside the packages; in a wheel, it is inside this one.
_PLACES = (Path(__file__).parent / "seeds", Path(__file__).parents[1] / "seeds")
SEEDS = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
CORPUS, SITES = SEEDS / "corpus", SEEDS / "sites"


def copy_sites(folder: Path, keys: Sequence[str] = (), *, nightly: bool = False) -> tuple[list[Path], list[Path]]:
    """Copy the bundled site files, all or some, to a folder; return those copied, and those that already existed.

    `nightly`: those without a schedule get a daily one.

    Raises:
        SiteError: a key is unknown.
    """
    bundled = {path.stem: path for path in sorted(SITES.glob("*.toml"))}
    for key in keys:
        if key not in bundled:
            raise SiteError(f"{key}: no such site{similar(key, bundled)} cundang comes with: {', '.join(bundled)}")
    folder.mkdir(parents=True, exist_ok=True)
    copied, kept = [], []
    for key in keys or bundled:
        target = folder / bundled[key].name
        if target.exists():
            kept.append(target)
        else:
            shutil.copyfile(bundled[key], target)
            if nightly:
                _add_schedule(target)
            copied.append(target)
    return copied, kept


def _add_schedule(path: Path) -> None:
    """Add a daily schedule before the first table of a site file; its key decides the minute between 0:00 and 6:00."""
    text = path.read_text(encoding="utf-8")
    if re.search(r"^[ \t]*+schedule[ \t]*+=", text, re.MULTILINE):
        return
    hour, minute = divmod(int.from_bytes(hashlib.sha256(path.stem.encode()).digest()[:4]) % (6 * 60), 60)
    line = f'schedule = "{minute} {hour} * * *"\n'
    path.write_text(
        re.sub(r"^[ \t]*+\[", lambda table: line + table[0], text, count=1, flags=re.MULTILINE), encoding="utf-8"
    )


def command() -> str:
    """How to call this program from the current folder: by its name if the shell finds it, else by its path."""
    beside = Path(sys.executable).parent / "cundang"
    found = shutil.which("cundang")
    if (found is not None and Path(found).resolve() == beside.resolve()) or not beside.exists():
        return "cundang"
    here = os.path.relpath(beside)
    return str(beside) if here.startswith("..") else here
