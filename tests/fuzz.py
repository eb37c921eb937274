"""Mutated golden pages -> the cleaner, for some minutes: a Document or a Skip, and no exception.

python tests/fuzz.py [-max_total_time=600]
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["archive.text"]):
    from golden import captures

    from archive.text.clean import clean


KINDS = [next(c for c in captures().values() if c.kind == kind) for kind in ("response", "resource")]


def one(data: bytes) -> None:
    """Clean some bytes as a page, and every fourth time as a text file."""
    text = bool(data) and data[0] % 4 == 0
    clean(dataclasses.replace(KINDS[text], body=data), None)


def main() -> None:
    """Start from the golden pages."""
    with tempfile.TemporaryDirectory() as folder:
        for name, capture in captures().items():
            (Path(folder) / name).write_bytes(capture.body)
        rest = sys.argv[1:] or ["-max_total_time=600"]
        atheris.Setup([sys.argv[0], "-max_len=30000", "-timeout=60", *rest, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
