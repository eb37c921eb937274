"""Fixtures for all rooms."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time: a red test means a change. `make fuzz` looks for new ones.
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

# The limit of the machine's crawls is not that of the tests.
if "CUNDANG_SLOTS" not in os.environ:
    _slots = tempfile.TemporaryDirectory(prefix="cundang-slots-", ignore_cleanup_errors=True)  # gone with the process
    os.environ["CUNDANG_SLOTS"] = _slots.name

CHECKOUT = Path(__file__).parents[1]

# Scripts with libraries of their own; make targets run them.
collect_ignore = ["quality.py", "fuzz.py"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages, WARC files and gold, which belong to others and are read where they lie."""
    folder = Path(os.environ.get("CUNDANG_SHARED") or CHECKOUT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared data is neither at ../shared nor at CUNDANG_SHARED")
    return folder
