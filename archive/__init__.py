"""KEEP: what was captured, what it says, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.export.reading import Archive

__all__ = ["Archive"]


def __getattr__(name: str) -> Any:
    """`archive.Archive`, loaded where it is asked for: the crawler's rooms need no Arrow."""
    if name == "Archive":
        from archive.export.reading import Archive  # noqa: PLC0415 - see above

        return Archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
