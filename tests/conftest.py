"""Fixtures for all rooms."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import strangers
from hypothesis import settings

# Use the same examples every time, and no clock, so that a failure means a change. `make fuzz` tries new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

# Let processes of tests store compiled modules: there are hundreds of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Do not let crawls outside the tests use up the slots.
if "CUNDANG_SLOTS" not in os.environ:
    _slots = tempfile.TemporaryDirectory(prefix="cundang-slots-", ignore_cleanup_errors=True)  # gone with the process
    os.environ["CUNDANG_SLOTS"] = _slots.name

CHECKOUT = Path(__file__).parents[1]

# Do not collect scripts that need libraries of their own; make targets run them.
collect_ignore = ["quality.py", "fuzz.py"]


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of others' tools that `make faults` filled: an environment of Python, and node packages."""
    if not (folder := os.environ.get("CUNDANG_STRANGERS")):
        pytest.skip("CUNDANG_STRANGERS names no folder of strangers' tools; make faults makes one")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages, WARC files and gold texts; they belong to others and are never copied."""
    folder = Path(os.environ.get("CUNDANG_SHARED") or CHECKOUT.parent / "shared")
    if not folder.is_dir():
        pytest.skip("the shared data is neither at ../shared nor at CUNDANG_SHARED")
    return folder


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """An S3 server on loopback, with a bucket."""
    if not strangers.MOTO.exists():
        pytest.skip("moto is not installed: make buckets")
    with strangers.s3() as url:
        yield url
