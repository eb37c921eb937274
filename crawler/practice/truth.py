"""An article, made before any page -> `Planted`, the Document that a perfect cleaner would make of its page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

BEIJING = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """The expected content of an article's page, in Simplified Chinese.

    Attributes:
        url: its only URL.
        title: the title as shown.
        paragraphs: the lines of `text`, with the page's own punctuation. Headings, list items and table rows (cells
            joined by a space) are lines; bylines, captions, file names and attachments are fields, not lines.
        published: ISO 8601, exactly as precise as the page, with +08:00 if there is a time; if the page states no
            date, the date of its list row.
        published_claimed: an implausible date that the page states; then `published` is None.
        source: 来源.
        author: 作者, 记者.
        editor: 责任编辑.
        contributor: 供稿, and the office that signs in brackets.
        columns: the breadcrumb as shown, without 首页 and 正文.
        captions: the captions of its pictures, in order.
        attachments: (url, name) pairs.
        flags: the flags of its Document.
        changed_on_visit_2: whether the page has changed on the second visit.
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
        kind: `text` and `heading` are one line each; `picture` may have a caption in `text`; `table` has `rows`.
        shown: what the page shows instead of `text`: the file name beside a picture, or a line with pinyin in it.
    """

    kind: Literal["text", "heading", "picture", "table"]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article, from which its page is made.

    Attributes:
        number: its number on the site, from 1, oldest first.
        column: the index of its column on the site.
        published: the date that the page states, Beijing time.
        credible: False if the text mentions events later than `published`.
        signature: the last lines of the body, which name people and offices, as shown.
        files: the names of attachments.
        correction: the blocks on visit 2; empty: nothing changes.
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
        """The article on the second visit."""
        return replace(self, blocks=self.correction) if self.correction else self

    def planted(
        self,
        *,
        url: str,
        columns: tuple[str, ...],
        precision: Literal["day", "minute", "second"],
        attachments: tuple[tuple[str, str], ...] = (),
    ) -> Planted:
        """The expected content of its page, whose date is as precise as `precision`."""
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
    """Format a Beijing time in ISO 8601.

    >>> iso(dt.datetime(2020, 2, 19, 17, 7, 24, tzinfo=BEIJING), "minute")
    '2020-02-19T17:07+08:00'
    >>> iso(dt.datetime(2020, 2, 19, 17, 7, 24, tzinfo=BEIJING), "day")
    '2020-02-19'
    """
    if precision == "day":
        return moment.date().isoformat()
    return moment.isoformat(timespec="minutes" if precision == "minute" else "seconds")
