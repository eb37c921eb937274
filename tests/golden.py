"""Stored pages -> golden documents: the documents that one version of the cleaner makes of them.

    python tests/golden.py

writes the documents again, and refuses if they have changed and the version of the cleaner has not.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tomllib
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from typing import Any

from archive.text.clean import clean
from archive.text.recipe import VERSION
from archive.warc.capture import Capture, Place

TEXT = Path(__file__).parent / "text"
FOLDER = TEXT / "golden"
DOCUMENTS = FOLDER / "documents.json"
SEEDS = Path(__file__).parents[1] / "seeds" / "corpus"
STYLES: dict[str, dict[str, Any]] = tomllib.loads((TEXT / "styles.toml").read_text("utf-8"))
LAYOUTS: dict[str, str] = tomllib.loads((TEXT / "layouts.toml").read_text("utf-8"))
BOXES: dict[str, dict[str, Any]] = tomllib.loads((TEXT / "boxes.toml").read_text("utf-8"))
RAISE = (
    "the cleaner makes other documents of the golden pages: raise VERSION in archive/text/recipe.py, write a line "
    '"Cleaner N" under "Corpus" in CHANGELOG.md, then run python tests/golden.py'
)


def page(url: str, body: bytes, *, text: bool = False) -> Capture:
    """A page that was fetched in November 2026, or a text that was imported."""
    return Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000003",
        kind="resource" if text else "response",
        url=url,
        date=None if text else dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        status=None if text else 200,
        headers=(("Content-Type", "text/plain; charset=utf-8" if text else "text/html"),),
        body=body,
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )


def styled(name: str) -> Capture:
    """A page of styles.toml, in its encoding."""
    style = STYLES[name]
    html = (TEXT / "styles" / f"{name}.html").read_text("utf-8")
    return page(style["url"], html.encode(style.get("encoding", "utf-8")))


def laid_out(layout: str, box: dict[str, Any]) -> Capture:
    """An article of boxes.toml in one of the layouts."""
    around = {"site": "云溪市人民政府", "column": "工作动态", "day": "2023-06-12", "source": "市委统战部"}
    html = LAYOUTS[layout].format(title=box["title"], box=box["html"], **around)
    return page("http://www.example.gov.cn/gzdt/202306/t20230612_4021.html", f"<meta charset=utf-8>{html}".encode())


def captures() -> dict[str, Capture]:
    """The seeds, the stored pages, and articles of each kind in the layouts of many systems, by name."""
    found = {path.name: page(f"file:///{path.name}", path.read_bytes(), text=True) for path in SEEDS.glob("*.txt")}
    for path in FOLDER.glob("*.html"):
        found[path.name] = page(f"http://www.example.gov.cn/tzdt/{path.name}", path.read_bytes())
    found |= {f"styles/{name}": styled(name) for name in STYLES}
    # One article in each layout.
    for layout, (name, box) in zip(LAYOUTS, cycle(BOXES.items()), strict=False):
        found[f"layouts/{layout}/{name}"] = laid_out(layout, box)
    return dict(sorted(found.items()))


def documents() -> dict[str, Any]:
    """What each became, without the fields that are empty."""
    made = {name: asdict(clean(capture, None)) for name, capture in captures().items()}
    # Convert tuples and times to the types of JSON.
    found: dict[str, dict[str, Any]] = json.loads(json.dumps(made, default=str))
    return {name: {field: said for field, said in each.items() if said} for name, each in found.items()}


def kept() -> dict[str, Any]:
    """The golden documents and the version of the cleaner that made them."""
    found: dict[str, Any] = json.loads(DOCUMENTS.read_text("utf-8"))
    return found


def changed(made: dict[str, Any]) -> list[str]:
    """The golden documents that are made no more, each with the fields that differ."""
    return [
        f"{name}: {', '.join(field for field in {**document, **now} if document.get(field) != now.get(field))}"
        for name, document in kept()["documents"].items()
        if (now := made.get(name, {})) != document
    ]


def main() -> int:
    """Write the golden documents; return 1 if the version must be raised first."""
    made = documents()
    if DOCUMENTS.exists() and kept()["version"] == VERSION and (others := changed(made)):
        print(RAISE, *others, sep="\n", file=sys.stderr)
        return 1
    whole = json.dumps({"version": VERSION, "documents": made}, ensure_ascii=False, indent=1, sort_keys=True)
    DOCUMENTS.write_text(whole + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
