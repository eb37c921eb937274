"""The keeping half of cundang: WARC files, the corpus read from them, the catalogue over both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.export.reading import Archive

__all__ = ["Archive"]


def __getattr__(name: str) -> Any:
    """Import `archive.Archive` on first use, so that the crawler does not load pyarrow."""
    if name == "Archive":
        from archive.export.reading import Archive  # noqa: PLC0415 - see above

        return Archive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
