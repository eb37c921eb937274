"""Fail where a function of the product is too long or too hard to follow: the gate of `make check`.

The limits are 60 lines and a cognitive complexity of 15 (https://www.sonarsource.com/docs/CognitiveComplexity.pdf), as
complexipy counts it. Functions that were over a limit when the gate was built stand in tests/complexity.tsv with their
figures. They may shrink and move, never grow, and no function joins them: `--renew` writes the file again with what is
left of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import complexipy

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "tests" / "complexity.tsv"
ROOMS = ("archive", "crawler")
COMPLEXITY, LINES = 15, 60


@dataclass(frozen=True, slots=True)
class Function:
    """A function that is over a limit; `name` is the package and the function, wherever it stands in the package."""

    name: str
    complexity: int
    lines: int
    where: str = ""


def too_much(root: Path) -> Iterator[Function]:
    """The functions below a folder that are over a limit."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            found = complexipy.code_complexity(path.read_text("utf-8"), no_ignore=True, with_plans=False)
            for one in found.functions:
                lines = one.line_end - one.line_start + 1
                if one.complexity > COMPLEXITY or lines > LINES:
                    where = f"{path.relative_to(root)}:{one.line_start}"
                    yield Function(f"{room} {one.name}", one.complexity, lines, where)


def read_snapshot(path: Path) -> dict[str, Function]:
    """The functions that were over a limit, by name."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines()[1:])
    return {name: Function(name, int(complexity), int(lines)) for name, complexity, lines in rows}


def complaints(functions: list[Function], snapshot: dict[str, Function]) -> Iterator[str]:
    """What may not be: a sentence a function."""
    for one in functions:
        before = snapshot.get(one.name, Function(one.name, COMPLEXITY, LINES))
        if one.complexity > max(before.complexity, COMPLEXITY):
            yield f"{one.where}: {one.name} has a complexity of {one.complexity}, allowed are {before.complexity}"
        if one.lines > max(before.lines, LINES):
            yield f"{one.where}: {one.name} has {one.lines} lines, allowed are {before.lines}"


def renewed(functions: list[Function], snapshot: dict[str, Function]) -> list[Function]:
    """The snapshot without what is no longer over a limit, and with the smaller figures."""
    kept = {one.name: one for one in functions if one.name in snapshot}
    return [
        Function(name, min(one.complexity, snapshot[name].complexity), min(one.lines, snapshot[name].lines))
        for name, one in sorted(kept.items())
    ]


def main() -> None:
    """Check, or renew the snapshot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write the snapshot again, smaller")
    functions, snapshot = list(too_much(ROOT)), read_snapshot(SNAPSHOT)
    if parser.parse_args().renew:
        left = renewed(functions, snapshot)
        rows = (f"{one.name}\t{one.complexity}\t{one.lines}" for one in left)
        SNAPSHOT.write_text("\n".join(["function\tcomplexity\tlines", *rows]) + "\n", encoding="utf-8")
        print(f"{len(snapshot) - len(left)} of {len(snapshot)} functions left the snapshot")
    said = list(complaints(functions, snapshot))
    print(*said, sep="\n", end="\n" if said else "")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
