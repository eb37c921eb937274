"""Labelled pages -> weights of evidence: python tests/fit_weights.py titles|shapes FOLDER...

A FOLDER holds a folder a page: page.html, meta.json with its url, and expected.json. For the weights of title.toml
this has the `title`: a string, null, or a list of which any is right; for those of shapes in pages.toml the `kind`,
`skip` if the page is no article. The more weight a candidate has, a line or "article", the more probable it is (softmax
over the candidates of a page, and "none"); the weights are those under which what is known is most likely. Prints them,
the pages on which they choose something else, and on how many pages they do when their folder is left out of the fit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from archive.corpus.ingest import read_saved
from archive.text import fields, page
from archive.text.blocks import fold
from archive.text.chinese import likened
from archive.text.clean import clean
from archive.text.decode import decode
from archive.text.fields import title
from archive.text.fields.head import bare_lines
from archive.text.shape import Shape

# Steps of the fit, and how large a weight may grow unseen.
STEPS, SHRINK = 500, 0.001
Facts = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A page: its candidates, what speaks for each, and which of them are right."""

    folder: Path
    lines: Sequence[str]
    facts: Sequence[Facts]
    right: Sequence[int]


def of_title(folder: Path) -> Choice:
    """The choice of a page's title among its lines."""
    wanted = json.loads((folder / "expected.json").read_text("utf-8"))["title"]
    wanted = wanted if isinstance(wanted, list) else [wanted]
    said = {likened(bare_lines([fold(one)])[0]) for one in wanted if one}
    found: list[tuple[str, Facts]] = []

    def note(*arguments: Any) -> range:
        lines = title.Lines(*arguments)
        found.extend(
            (lines.blocks[i].text, dict.fromkeys((*lines.evidence(i), *lines.set_out(i)), 1.0))
            for i in filter(lines.is_candidate, lines.possible())
        )
        return range(0)

    capture = read_saved(folder / "page.html", folder)
    with patch.object(fields, "choose", note):
        page.page_of(decode(capture.body, capture.header("Content-Type")).html)
    bares = [likened(bare_lines([title.part_day(line)[0]])[0]) for line, _ in found]
    right = [i for i, bare in enumerate(bares) if bare in said]
    return _choice(folder, [*found, ("none", {"none": 1.0})], [*right, *([len(found)] if None in wanted else [])])


def of_shape(folder: Path) -> Choice:
    """The choice whether a page is an article, by its shape; no candidate where something else tells already."""
    wanted = json.loads((folder / "expected.json").read_text("utf-8"))["kind"]
    found: list[tuple[str, Facts]] = []

    def note(shape: Shape) -> None:
        groups = (shape.of_page(), shape.of_text(), shape.of_rows(), shape.of_whole())
        found.append(("article", {name: float(value) for group in groups for name, value in group if value}))

    with patch.object(Shape, "refusal", note):
        clean(read_saved(folder / "page.html", folder), None)
    return _choice(folder, [*found, ("none", {})], [len(found) * str(wanted).startswith("skip")])


def _choice(folder: Path, found: Sequence[tuple[str, Facts]], right: Sequence[int]) -> Choice:
    return Choice(folder=folder, lines=[line for line, _ in found], facts=[facts for _, facts in found], right=right)


def fit(choices: list[Choice], names: list[str]) -> np.ndarray[Any, Any]:
    """The weight of each name."""
    told = [choice for choice in choices if choice.right]
    rows = [[facts.get(name, 0.0) for name in names] for choice in told for facts in choice.facts]
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
    """The pages on which the weights choose what is not right, with their choice."""
    found = []
    for choice in choices:
        scores = [sum(weights[names.index(name)] * value for name, value in facts.items()) for facts in choice.facts]
        if (best := int(np.argmax(scores))) not in choice.right:
            found.append((choice, choice.lines[best]))
    return found


def main() -> None:
    """Read the folders, fit, print."""
    read = {"titles": of_title, "shapes": of_shape}[sys.argv[1]]
    groups = [[read(path.parent) for path in sorted(Path(top).glob("*/page.html"))] for top in sys.argv[2:]]
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
