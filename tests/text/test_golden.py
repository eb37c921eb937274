"""The same cleaner gives the same documents: one that gives others carries another version, and says so."""

from __future__ import annotations

from pathlib import Path

import golden

from archive.text.recipe import VERSION


def test_a_changed_document_raises_the_version_of_the_cleaner() -> None:
    assert (golden.changed(golden.documents()), golden.kept()["version"]) == ([], VERSION), golden.RAISE


def test_seeds_and_pages_of_every_kind_are_kept() -> None:
    names = set(golden.captures())
    assert names == set(golden.kept()["documents"])
    assert len([name for name in names if name.endswith(".txt")]) == 5
    assert len([name for name in names if name.endswith(".html")]) >= 12


def test_the_changelog_says_what_the_version_changes() -> None:
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text("utf-8")
    assert f"Cleaner {VERSION}" in changelog.partition("### Corpus")[2]
