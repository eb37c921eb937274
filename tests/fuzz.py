"""Clean mutated golden and practice pages for some minutes: each must give a Document or a Skip, and no exception.

python tests/fuzz.py [-max_total_time=600]
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

import atheris

from crawler import practice
from crawler.practice.serve import build

with atheris.instrument_imports(include=["archive.text"]):
    from golden import captures

    from archive.text.clean import clean


KINDS = [next(c for c in captures().values() if c.kind == kind) for kind in ("response", "resource")]


def one(data: bytes) -> None:
    """Clean some bytes as a page, or every fourth time as a text file."""
    # The last byte decides, because the first one of a page is always the same.
    text = bool(data) and data[-1] % 4 == 0
    clean(dataclasses.replace(KINDS[text], body=data), None)


def main() -> None:
    """Start from the golden pages, the pages of odd servers, and one page of each practice site."""
    with tempfile.TemporaryDirectory() as folder:
        for name, capture in captures().items():
            (Path(folder) / name).write_bytes(capture.body)
        for page in (Path(__file__).parent / "text" / "styles").glob("*.html"):
            (Path(folder) / page.name).write_bytes(page.read_bytes())
        for site in practice.SITES:
            web = build(site, 8000)
            bodies = [answer.body for answer in web.answers.values() if "text/html" in answer.content_type]
            (Path(folder) / f"{site}.html").write_bytes(bodies[len(bodies) // 2])
        rest = sys.argv[1:] or ["-max_total_time=600"]
        atheris.Setup([sys.argv[0], "-max_len=30000", "-timeout=60", *rest, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
