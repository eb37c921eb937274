"""Labelled pages -> the weights of title.toml: python tests/fit_titles.py FOLDER...

A FOLDER holds a folder a page: page.html, meta.json with its url, and expected.json with its `title`: a string, null,
or a list of which any is right. A line with more weight is chosen with more probability (softmax over the lines of its
page, and "none"); the weights are those under which the known titles are most likely. Prints them, the pages on which
they choose another line, and on how many pages they do when the folder of these is left out of the fit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from archive.corpus.ingest import read_saved
from archive.text import fields, page
from archive.text.blocks import fold
from archive.text.chinese import likened
from archive.text.decode import decode
from archive.text.fields import title
from archive.text.fields.head import bare_lines

# Steps of the fit, and how large a weight may grow unseen.
STEPS, SHRINK = 500, 0.001


class Choice:
    """A page: the lines that may be its title, what speaks for each, and which of them are right."""

    def __init__(self, folder: Path) -> None:
        expected = json.loads((folder / "expected.json").read_text("utf-8"))
        wanted = expected["title"] if isinstance(expected["title"], list) else [expected["title"]]
        said = {likened(bare_lines([fold(one)])[0]) for one in wanted if one}
        self.folder, self.lines = folder, list[str]()
        self.facts, self.right = list[frozenset[str]](), list[int]()
        for text, facts in _candidates(folder / "page.html"):
            if likened(bare_lines([title.part_day(text)[0]])[0]) in said:
                self.right.append(len(self.lines))
            self.lines.append(text)
            self.facts.append(facts)
        if None in wanted:
            self.right.append(len(self.lines))
        self.lines.append("none")
        self.facts.append(frozenset(("none",)))


def _candidates(path: Path) -> list[tuple[str, frozenset[str]]]:
    """The lines of a page that may be its title, each with its evidence."""
    capture = read_saved(path, path.parent)
    found: list[tuple[str, frozenset[str]]] = []

    def note(*arguments: Any) -> None:
        lines = title.Lines(*arguments)
        found.extend(
            (lines.blocks[i].text, frozenset((*lines.evidence(i), *lines.set_out(i))))
            for i in filter(lines.is_candidate, lines.possible())
        )

    choose, fields.choose = fields.choose, note  # type: ignore[assignment]
    try:
        page.page_of(decode(capture.body, capture.header("Content-Type")).html)
    finally:
        fields.choose = choose
    return found


def fit(choices: list[Choice], names: list[str]) -> np.ndarray[Any, Any]:
    """The weight of each name."""
    told = [choice for choice in choices if choice.right]
    rows = [[name in facts for name in names] for choice in told for facts in choice.facts]
    evidence = np.array(rows, dtype=float)
    sizes = [len(choice.lines) for choice in told]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    of = np.repeat(np.arange(len(told)), sizes)
    right = np.concatenate([np.isin(np.arange(len(choice.lines)), choice.right) for choice in told])
    weights = np.zeros(len(names))
    first = second = weights
    for step in range(1, STEPS + 1):
        score = evidence @ weights
        power = np.exp(score - np.maximum.reduceat(score, starts)[of])
        chosen = power / np.add.reduceat(power, starts)[of]
        known = power * right / np.add.reduceat(power * right, starts)[of]
        slope = evidence.T @ (chosen - known) / len(told) + SHRINK * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        weights = weights - 0.1 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def wrong(choices: list[Choice], names: list[str], weights: np.ndarray[Any, Any]) -> list[tuple[Choice, str]]:
    """The pages on which the weights choose a line that is not the title, with that line."""
    found = []
    for choice in choices:
        scores = [sum(weights[names.index(name)] for name in facts) for facts in choice.facts]
        if (best := int(np.argmax(scores))) not in choice.right:
            found.append((choice, choice.lines[best]))
    return found


def main() -> None:
    """Read the folders, fit, print."""
    groups = [[Choice(path.parent) for path in sorted(Path(top).glob("*/page.html"))] for top in sys.argv[1:]]
    every = [choice for group in groups for choice in group]
    names = sorted({name for choice in every for facts in choice.facts for name in facts})
    weights = fit(every, names)
    for name, weight in sorted(zip(names, weights, strict=True), key=lambda pair: -abs(pair[1])):
        print(f"{name} = {weight:.1f}")
    for choice, line in wrong(every, names, weights):
        print(f"{choice.folder}: {line}")
    if len(groups) > 1:
        left = sum(
            len(wrong(group, names, fit([one for other in groups if other is not group for one in other], names)))
            for group in groups
        )
        print(f"{left} of {len(every)} pages wrong when their folder is left out")


if __name__ == "__main__":
    main()
