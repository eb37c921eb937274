"""Two texts -> rows of two columns, with the characters marked that differ within a paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Comparing takes quadratic time. A longer paragraph is marked as a whole; of a longer text, only the beginning is
# compared.
LONGEST_LINE = 3000
MOST_LINES = 3000

# A piece of a paragraph, and whether the other text lacks it.
Piece = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A paragraph before and after; None: the text has no such paragraph."""

    same: bool
    old: tuple[Piece, ...] | None
    new: tuple[Piece, ...] | None


def columns(old: Sequence[str], new: Sequence[str]) -> list[Row]:
    """Put the paragraphs of two texts side by side.

    >>> columns(["一二三"], ["一四三"])[0].new
    (('一', False), ('四', True), ('三', False))
    """
    old, new = old[:MOST_LINES], new[:MOST_LINES]
    rows: list[Row] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [Row(same=True, old=((line, False),), new=((line, False),)) for line in old[a:b]]
            continue
        for nth in range(max(b - a, d - c)):
            before = old[a + nth] if a + nth < b else None
            after = new[c + nth] if c + nth < d else None
            rows.append(_row(before, after))
    return rows


def lines(changes: Sequence[str]) -> list[Row]:
    """The same for a list of changed lines: `- ` marks removed ones, `+ ` added ones."""
    gone = [line[2:] for line in changes if line.startswith("- ")]
    came = [line[2:] for line in changes if line.startswith("+ ")]
    return [
        _row(gone[nth] if nth < len(gone) else None, came[nth] if nth < len(came) else None)
        for nth in range(max(len(gone), len(came)))
    ]


def _row(old: str | None, new: str | None) -> Row:
    if old is None or new is None or max(len(old), len(new)) > LONGEST_LINE:
        return Row(
            same=False,
            old=((old, True),) if old is not None else None,
            new=((new, True),) if new is not None else None,
        )
    before: list[Piece] = []
    after: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if b > a:
            before.append((old[a:b], tag != "equal"))
        if d > c:
            after.append((new[c:d], tag != "equal"))
    return Row(same=False, old=tuple(before), new=tuple(after))
