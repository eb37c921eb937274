"""Fail if a function of the product is too long or too complex: the gate of `make check`.

The limits are 60 lines and a cognitive complexity of 15 (https://www.sonarsource.com/docs/CognitiveComplexity.pdf), as
complexipy counts it. There are no exceptions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import complexipy

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("archive", "crawler")
COMPLEXITY, LINES = 15, 60


def complaints(root: Path) -> Iterator[str]:
    """A sentence for each function in a folder that exceeds a limit."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            found = complexipy.code_complexity(path.read_text("utf-8"), no_ignore=True, with_plans=False)
            for one in found.functions:
                where = f"{path.relative_to(root)}:{one.line_start}: {one.name}"
                lines = one.line_end - one.line_start + 1
                if one.complexity > COMPLEXITY:
                    yield f"{where} has a complexity of {one.complexity}, allowed are {COMPLEXITY}"
                if lines > LINES:
                    yield f"{where} has {lines} lines, allowed are {LINES}"


def main() -> None:
    """Check the product."""
    said = list(complaints(ROOT))
    print(*said, sep="\n", end="\n" if said else "")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
