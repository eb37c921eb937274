"""A Capture -> a `Document`, or a `Skip` that says why not: pure, without clock, chance and memory of other pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.layout import IMPORTED
from archive.site import Site, host_of
from archive.text import chinese, dates, fields, lines
from archive.text.blocks import fold, han
from archive.text.decode import decode
from archive.text.document import Document, Reason, Skip
from archive.warc.capture import Capture

# A text file's head: what may stand before the first paragraph.
HEAD = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as found, and as it is read: pinyin taken out, in Simplified Chinese."""

    found: str
    read: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known of an article while its lines are read; indices are those of its lines."""

    lines: Sequence[Line]
    fate: list[str | None]
    title: Line | None = None
    subtitle: str | None = None
    byline: fields.Byline = field(default_factory=fields.Byline)
    columns: tuple[str, ...] = ()
    captions: list[str] = field(default_factory=list)

    def take(self, index: int, rule: str) -> None:
        """Take a line out, by a rule."""
        self.fate[index] = rule

    def left(self) -> list[int]:
        """The lines that still stand."""
        return [index for index, fate in enumerate(self.fate) if fate is None]


def clean(capture: Capture, site: Site | None) -> Document | Skip:
    """What the corpus keeps of a capture; the site's name, key and reading rules apply where one is given."""
    content_type = (capture.header("Content-Type") or "").lower()
    if capture.kind == "resource" and content_type.startswith("text/plain"):
        return _clean_text(capture, site)
    return _skip(capture, site, Reason.NOT_HTML, content_type)


def _clean_text(capture: Capture, site: Site | None) -> Document | Skip:
    decoded = decode(capture.body, capture.header("Content-Type"))
    found = [fold(line) for line in decoded.html.splitlines()]
    page = _lines([line for line in found if line])
    draft = Draft(lines=page, fate=lines.furniture([line.read for line in page]))
    _read_head(draft)
    _read_body(draft)
    _read_tail(draft)
    statements = _statements(draft, capture, [line.read for line in page], ())
    return _document(capture, site, draft, statements, decoded.flags, extractor="lines", confidence=1.0)


def _lines(found: Sequence[str]) -> list[Line]:
    """Lines as found -> with what is read: the page as a whole decides about repair and conversion."""
    whole = "\n".join(found)
    repaired = chinese.pinyin_repaired(whole) or whole
    if chinese.script(repaired) in ("hant", "mixed"):
        repaired = chinese.simplified(repaired)
    read = repaired.split("\n")
    return [Line(found=f, read=r) for f, r in zip(found, read, strict=True)]


def _read_head(draft: Draft) -> None:
    """Title, dateline and breadcrumb from the lines before the first paragraph."""
    read = [line.read for line in draft.lines]
    first = next((i for i, line in enumerate(read) if lines.is_sentence(line)), len(read))
    head = range(min(first, HEAD))
    for index in head:
        if draft.fate[index] == "breadcrumb" and not draft.columns:
            draft.columns = fields.columns(read[index], None)
    dateline = next((i for i in head if draft.fate[i] is None and fields.is_dateline(read[i])), None)
    candidates = [i for i in head if draft.fate[i] is None and fields.may_be_title(read[i])]
    title = _title_line(draft, candidates, dateline, first)
    if title is not None:
        _set_title(draft, title)
    for index in head:
        if draft.fate[index] is None and index != title and fields.is_dateline(read[index]):
            draft.byline.take(fields.byline(read[index]))
            draft.take(index, "dateline")


def _title_line(draft: Draft, candidates: Sequence[int], dateline: int | None, first: int) -> int | None:
    """Which line before the first paragraph is the title; None where the text begins without one."""
    read = [line.read for line in draft.lines]
    if dateline is not None:
        before = [i for i in candidates if i < dateline]
        # A dateline stands under its title; a farm repeats the title with search words between the two.
        for index in before:
            rest = [i for i in before if i > index]
            if any(fields.is_keyword_line(read[i], read[index], "".join(read[first:])) for i in rest):
                return index
        subtitle = before[-1] if before and fields.is_subtitle(read[before[-1]]) else None
        usable = [i for i in before if i != subtitle]
        return usable[-1] if usable else None
    # Without a dateline a title is the first line of all that are no furniture, directly before a paragraph.
    start = next((i for i, fate in enumerate(draft.fate) if fate is None), None)
    following = next((i for i in draft.left() if start is not None and i > start), None)
    if start in candidates and following == first:
        return start
    return None


def _set_title(draft: Draft, index: int) -> None:
    line = draft.lines[index]
    draft.title = Line(found=fields.unfarmed(line.found), read=fields.unfarmed(line.read))
    draft.take(index, "title")
    following = next((i for i in draft.left() if i > index), None)
    if following is not None and fields.is_subtitle(draft.lines[following].read):
        draft.subtitle = draft.lines[following].read.lstrip("—–- ")
        draft.take(following, "subtitle")


def _read_body(draft: Draft) -> None:
    """Captions, repeated titles and search words leave the text."""
    read = [line.read for line in draft.lines]
    text = "".join(read)
    for index in draft.left():
        if draft.title and (fields.same(read[index], draft.title.read) or fields.same(read[index], draft.title.found)):
            draft.take(index, "title_repeated")
        elif draft.title and index < HEAD and fields.is_keyword_line(read[index], draft.title.read, text):
            draft.take(index, "keyword_line")
        elif fields.is_caption(read[index]):
            draft.captions.append(read[index])
            draft.take(index, "caption")


def _read_tail(draft: Draft) -> None:
    """Bylines after the last paragraph."""
    read = [line.read for line in draft.lines]
    left = draft.left()
    last = max((i for i in left if lines.is_sentence(read[i])), default=-1)
    for index in left:
        if index > last and (found := fields.signature(read[index])) is not None:
            draft.byline.take(found)
            draft.take(index, "byline")
    if draft.byline.author is None:
        first = next((read[i] for i in draft.left()), "")
        draft.byline.author = fields.lead_author(first)


def _statements(
    draft: Draft, capture: Capture, near: Sequence[str], metas: Sequence[tuple[str, str]]
) -> list[dates.Dated]:
    """What is said about the date, in order of trust."""
    taken = [
        line for line, fate in zip(near, draft.fate, strict=True) if fate not in (None, "caption", "title_repeated")
    ]
    labelled, bare = dates.from_lines(taken)
    url = dates.from_url(capture.url)
    row_date = capture.found.row_date if capture.found else None
    row = dates.read(row_date) if row_date else None
    return [
        *dates.from_meta(metas),
        *labelled,
        *([url] if url else []),
        *([dates.Dated(value=row, rule="row", words=row_date)] if row and row_date else []),
        *bare,
    ]


def _document(
    capture: Capture,
    site: Site | None,
    draft: Draft,
    statements: Sequence[dates.Dated],
    flags: Sequence[str],
    *,
    extractor: str,
    confidence: float,
) -> Document | Skip:
    body = [draft.lines[index] for index in draft.left()]
    text = "\n".join(line.read for line in body)
    original = "\n".join(line.found for line in body)
    if not body:
        return _skip(capture, site, Reason.EMPTY, "no line is left after the page's furniture")
    title = draft.title.read if draft.title else None
    published = dates.decide(statements, f"{title or ''}\n{text}", capture.date)
    return Document(
        id=capture.id,
        url=capture.url,
        site=site_of(capture, site),
        captured=capture.date,
        status=capture.status,
        origin=capture.origin,
        kind="article",
        title=title,
        subtitle=draft.subtitle,
        title_original=draft.title.found if draft.title and draft.title.found != title else None,
        text=text,
        text_original=original if original != text else None,
        script=chinese.script(chinese.pinyin_repaired(original) or original),
        published=published.published,
        published_claimed=published.claimed,
        published_evidence=published.evidence,
        source=draft.byline.source,
        author=draft.byline.author,
        editor=draft.byline.editor,
        contributor=draft.byline.contributor,
        columns=draft.columns,
        captions=tuple(draft.captions),
        flags=tuple(dict.fromkeys([*flags, *published.flags, *(["truncated"] if capture.truncated else [])])),
        removed=tuple((fate, line.found) for fate, line in zip(draft.fate, draft.lines, strict=True) if fate),
        extractor=extractor,
        confidence=confidence,
        han=han(text),
    )


def site_of(capture: Capture, site: Site | None) -> str:
    """The site's key, else the URL's host, else the folder of imports."""
    return site.key if site else (host_of(capture.url) or IMPORTED)


def _skip(capture: Capture, site: Site | None, reason: Reason, detail: str) -> Skip:
    return Skip(
        id=capture.id,
        url=capture.url,
        site=site_of(capture, site),
        captured=capture.date,
        status=capture.status,
        origin=capture.origin,
        reason=reason,
        detail=detail,
    )
