"""What an article says, settled before any page is made -> `Planted`, what a perfect reader would find on the page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

BEIJING = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What stands on an article's page, as a perfect cleaner gives it; in Simplified Chinese.

    Attributes:
        url: the article's one URL.
        title: as the page shows it.
        paragraphs: the lines of `text`, with the page's own punctuation. Headings, list items and table rows (cells
            joined by a space) are lines; bylines, captions, file names and attachments are fields, not lines.
        published: ISO 8601, as precise as the page and no more, +08:00 where a time is given; where the page states
            no date, that of its list row.
        published_claimed: what the page says where it cannot be true; then `published` is None.
        source: 来源. author: 作者, 记者. editor: 责任编辑. contributor: 供稿 and the office that signs in brackets.
        columns: the breadcrumb as shown, without 首页 and 正文.
        captions: of pictures, in order.
        attachments: (url, name) pairs.
        flags: of a Document, as far as the page gives reason.
        changed_on_visit_2: whether the page is another one on the second visit.
    """

    url: str
    title: str
    paragraphs: tuple[str, ...]
    published: str | None
    published_claimed: str | None
    source: str | None
    author: str | None
    editor: str | None
    contributor: str | None
    columns: tuple[str, ...]
    captions: tuple[str, ...]
    attachments: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    changed_on_visit_2: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of a body.

    Attributes:
        kind: `text` and `heading` are one line each; `picture` has its caption in `text`, or none; `table` has rows.
        shown: what the page has in place of `text` where it is not the truth: a picture's file name beside it, or a
            line of the mirror with pinyin in it.
    """

    kind: Literal["text", "heading", "picture", "table"]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article before it is a page.

    Attributes:
        number: from 1, the oldest first, within its site.
        column: index of its column in the site.
        published: what the page states, Beijing time.
        credible: False where the text speaks of what came after `published`.
        signature: the last lines of the body that name people and offices, as shown.
        files: names of attachments.
        correction: what visit 2 shows in place of the blocks; empty: nothing changes.
    """

    number: int
    column: int
    title: str
    blocks: tuple[Block, ...]
    published: dt.datetime
    credible: bool = True
    source: str | None = None
    author: str | None = None
    editor: str | None = None
    contributor: str | None = None
    signature: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    correction: tuple[Block, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text."""
        found: list[str] = []
        for block in self.blocks:
            if block.kind == "table":
                found += [" ".join(row) for row in block.rows]
            elif block.kind != "picture":
                found.append(block.text)
        return tuple(found)

    @property
    def pictures(self) -> tuple[Block, ...]:
        """The pictures, in order."""
        return tuple(block for block in self.blocks if block.kind == "picture")

    def corrected(self) -> Article:
        """The article as the second visit finds it."""
        return replace(self, blocks=self.correction) if self.correction else self

    def planted(
        self,
        *,
        url: str,
        columns: tuple[str, ...],
        precision: Literal["day", "minute", "second"],
        attachments: tuple[tuple[str, str], ...] = (),
    ) -> Planted:
        """The truth of its page, whose date is as precise as `precision`."""
        stated = iso(self.published, precision)
        return Planted(
            url=url,
            title=self.title,
            paragraphs=self.lines,
            published=stated if self.credible else None,
            published_claimed=None if self.credible else stated,
            source=self.source,
            author=self.author,
            editor=self.editor,
            contributor=self.contributor,
            columns=columns,
            captions=tuple(b.text for b in self.pictures if b.text),
            attachments=attachments,
            flags=() if self.credible else ("date_implausible",),
            changed_on_visit_2=bool(self.correction),
        )


def iso(moment: dt.datetime, precision: Literal["day", "minute", "second"]) -> str:
    """A Beijing time in ISO 8601.

    >>> iso(dt.datetime(2020, 2, 19, 17, 7, 24, tzinfo=BEIJING), "minute")
    '2020-02-19T17:07+08:00'
    >>> iso(dt.datetime(2020, 2, 19, 17, 7, 24, tzinfo=BEIJING), "day")
    '2020-02-19'
    """
    if precision == "day":
        return moment.date().isoformat()
    return moment.isoformat(timespec="minutes" if precision == "minute" else "seconds")
