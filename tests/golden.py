"""Stored pages -> golden documents: the documents that one version of the cleaner makes of them.

    python tests/golden.py

writes the documents again, and refuses if they have changed and the version of the cleaner has not.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from archive.text.clean import clean
from archive.text.recipe import VERSION
from archive.warc.capture import Capture, Place

FOLDER = Path(__file__).parent / "text" / "golden"
DOCUMENTS = FOLDER / "documents.json"
SEEDS = Path(__file__).parents[1] / "seeds" / "corpus"
RAISE = (
    "the cleaner makes other documents of the golden pages: raise VERSION in archive/text/recipe.py, write a line "
    '"Cleaner N" under "Corpus" in CHANGELOG.md, then run python tests/golden.py'
)


def captures() -> dict[str, Capture]:
    """The seeds and the stored pages, by name."""
    found = {}
    for path in sorted([*SEEDS.glob("*.txt"), *FOLDER.glob("*.html")]):
        text = path.suffix == ".txt"
        found[path.name] = Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000003",
            kind="resource" if text else "response",
            url=f"file:///{path.name}" if text else f"http://www.example.gov.cn/tzdt/{path.name}",
            date=None if text else dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
            status=None if text else 200,
            headers=(("Content-Type", "text/plain; charset=utf-8" if text else "text/html"),),
            body=path.read_bytes(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        )
    return found


def documents() -> dict[str, Any]:
    """The document of each."""
    made = {name: asdict(clean(capture, None)) for name, capture in captures().items()}
    # Convert tuples and times to the types of JSON.
    found: dict[str, Any] = json.loads(json.dumps(made, default=str))
    return found


def kept() -> dict[str, Any]:
    """The golden documents and the version of the cleaner that made them."""
    found: dict[str, Any] = json.loads(DOCUMENTS.read_text("utf-8"))
    return found


def main() -> int:
    """Write the golden documents; return 1 if the version must be raised first."""
    made = documents()
    if DOCUMENTS.exists() and kept()["version"] == VERSION:
        before = kept()["documents"]
        if any(made.get(name) != document for name, document in before.items()):
            print(RAISE, file=sys.stderr)
            return 1
    whole = json.dumps({"version": VERSION, "documents": made}, ensure_ascii=False, indent=1, sort_keys=True)
    DOCUMENTS.write_text(whole + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
