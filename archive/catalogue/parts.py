"""The pages of one article -> one Document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archive.text.document import Document


def join(pages: Sequence[Document]) -> Document:
    """Join the pages of an article, given in order, into one document.

    It has the id, URL, title and date of the first page; `evidence` names each page as `part:N`, even a missing one.
    """
    first = pages[0]
    if len(pages) == 1:
        return first
    # A first page may not know of the others, which a script leads to.
    urls = {page.part_no or 1: page.url for page in pages}
    named = tuple((f"part:{n}", urls.get(n, "missing")) for n in range(1, max(page.part_no or 1 for page in pages) + 1))
    original = [page.text_original for page in pages]

    def first_value(name: str) -> str | None:
        """The first value of a field: the author is often named on the last page only."""
        return next((value for page in pages if (value := getattr(page, name))), None)

    return replace(
        first,
        text="\n".join(page.text for page in pages if page.text),
        text_original="\n".join(page.text_original or page.text for page in pages) if any(original) else None,
        source=first_value("source"),
        author=first_value("author"),
        editor=first_value("editor"),
        contributor=first_value("contributor"),
        captions=tuple(caption for page in pages for caption in page.captions),
        attachments=tuple(dict.fromkeys(file for page in pages for file in page.attachments)),
        flags=tuple(dict.fromkeys(flag for page in pages for flag in page.flags)),
        evidence=first.evidence + named,
        removed=tuple(line for page in pages for line in page.removed),
        part_of=None,
        part_no=None,
        han=sum(page.han for page in pages),
    )
