"""A Capture -> a `Document`, or a `Skip` that says why not: pure, without clock, chance and memory of other pages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

from archive.layout import IMPORTED
from archive.site import Reading, Site, host_of
from archive.text import box, chinese, dates, extract, fields, lines, objects, ruled, shape, template, verdict
from archive.text.article import attachments, dated_lines, has_media, read_article
from archive.text.blocks import fold
from archive.text.chinese import han
from archive.text.decode import Decoded, decode
from archive.text.document import Document, Reason, Script, Skip
from archive.text.doubts import doubts
from archive.text.draft import (
    SIGNED,
    Draft,
    Line,
    evidence,
    lines_of,
    read_body,
    read_first_lines,
    read_tail,
    reader_of,
    removed,
)
from archive.text.outline import MOST
from archive.text.page import FILE, Page, joined, page_of
from archive.text.parts import part
from archive.warc import mht
from archive.warc.capture import Capture

# A page with more tags is not read; real pages have at most 15,000 (measured).
TAGS = 1_000_000
# Beyond this share of what is no character bytes are no page: random ones have .2, the worst of the real pages .0005
# (measured).
LOST = 0.1
# Below this confidence a body is hardly more than a guess.
FAINT = 0.05
# More characters are no article: the longest of the real pages has 36,000 (measured).
TEXT = 1_000_000

# Flags, each with the words that raised it.
Doubts: TypeAlias = tuple[tuple[str, str], ...]


# Fewer Han characters make no article where nothing else does.
FEW = 60


def clean(capture: Capture, site: Site | None) -> Document | Skip:
    """What the corpus keeps of a capture; the site's name, key and reading rules apply where one is given."""
    capture = mht.opened(capture)
    if capture.kind == "resource" and capture.media_type == "text/plain":
        return _clean_text(capture, site)
    if capture.purpose == "script":
        # The page that holds it is a record of its own, as its scripts made it.
        return _skip(capture, site, Reason.PART, f"asked for by {capture.found.parent if capture.found else 'a page'}")
    if found := verdict.unread(capture):
        listed = found[0] is Reason.NOT_HTML and _is_listed_file(capture)
        if listed and found[1] == "text/plain" and not FILE.search(capture.url):
            return _clean_text(capture, site)
        return _clean_file(capture, site) if listed else _skip(capture, site, *found)
    document = _clean_html(capture, site)
    if site is not None and site.learned is not None:
        document = template.vote(document, capture, site, partial(_clean_by, capture, site))
    return objects.correct(objects.read(document, capture), capture, site)


def _clean_by(capture: Capture, site: Site, body: str) -> Document | Skip:
    """Read a page by the site's rules and a learned one for its body, whatever its shape."""
    reading = dataclasses.replace(site.reading_at(capture.date) or Reading(), body=body, until=None)
    return _clean_html(capture, dataclasses.replace(site, readings=(reading,)), shapes=False)


def _clean_html(capture: Capture, site: Site | None, *, shapes: bool = True) -> Document | Skip:
    """A page: decoded, parsed once, judged (where `shapes`, also by its shape), and read."""
    decoded = decode(capture.body, capture.header("Content-Type"))
    if decoded.lost > LOST:
        return _skip(capture, site, Reason.UNREADABLE, f"{decoded.lost:.0%} of its characters are none")
    # No tag is shorter than three characters; to count takes as long as a fourth of cutting at them (measured).
    if len(decoded.html) > 3 * TAGS and decoded.html.count("<") > TAGS:
        return _skip(capture, site, Reason.TOO_LARGE, f"more than {TAGS} tags")
    reading = site.reading_at(capture.date) if site else None
    html, dropped = ruled.without(decoded.html, reading)
    page = page_of(html, reading)
    if page is None:
        return _skip(capture, site, Reason.EMPTY, "nothing but white space or comments")
    if len(decoded.html) > TEXT and (size := sum(len(block.text) for block in page.blocks)) > TEXT:
        return _skip(capture, site, Reason.TOO_LARGE, f"{size} characters of text, read are at most {TEXT}")
    points = extract.votes(page.blocks, page.keys, page.teasers)
    region = extract.region(page.outline, points, page.title)
    area = shape.without_rows(page, box.find(page, region))
    if found := verdict.judged(page, points, region, area, capture.url, decoded.html, shapes=shapes):
        return _skip(capture, site, *found)
    body = extract.body(page, points, region, area)
    unread = extract.unread(page.outline, points, region, body)
    # A heading directly below the article that the head does not state is that of comments.
    title = page.title
    beneath = title is not None and 0 <= title - region[1] <= 1 and page.blocks[title].text not in page.head
    if unread and not page.picked and (beneath or not (area and area.stated)):
        body = extract.body(page, points, region, None) or body
        unread = extract.unread(page.outline, points, region, body)
    document = _clean_page(capture, site, page, body, (*_decoded(decoded), *_cut(page), *_witness(page, unread)))
    return ruled.apply(document, html, reading, dropped)


def _cut(page: Page) -> Doubts:
    """What is said of a page with too many lines."""
    return (
        (("truncated", f"more than {MOST} lines: of those behind, its sentences alone are read"),)
        if page.outline.cut
        else ()
    )


def _witness(page: Page, unread: Sequence[int]) -> Doubts:
    """What a second reader holds of the page and the article lacks."""
    size = sum(page.blocks[index].size for index in unread)
    if not size:
        return ()
    return (("incomplete", f"trafilatura reads {size} characters more: {page.blocks[unread[0]].text[:40]}"),)


def _clean_page(
    capture: Capture, site: Site | None, page: Page, body: box.Area | None, flags: Doubts
) -> Document | Skip:
    """A page that is an article: its lines are read, then what is said of its day, and what raises doubts."""
    draft, scene = read_article(page, body, site.name if site else None)
    statements = _statements(draft, capture, dated_lines(draft, scene), page.metas)
    document = _document(
        capture,
        site,
        draft,
        statements,
        flags,
        extractor=body.tier if body else "none",
        confidence=body.confidence if body else 0.0,
        media=lambda: bool(body and body.media) or bool(page.files) or has_media(page),
    )
    if isinstance(document, Skip):
        return document
    if not page.files and (why := _tells_nothing(document, page, capture)):
        return _skip(capture, site, Reason.EMPTY, why)
    doubted = doubts(document.text_original or document.text, document.title or "", page, capture.url)
    if body and body.confidence < FAINT:
        doubted = (*doubted, ("low_confidence", f"{body.tier}, confidence {body.confidence}"))
    part_of, part_no = part(capture.url, page.outline, capture.found)
    return dataclasses.replace(
        document,
        attachments=tuple((url, scene.read(name)) for url, name in attachments(capture, page)),
        part_of=part_of,
        part_no=part_no,
        flags=tuple(dict.fromkeys((*document.flags, *(flag for flag, _ in doubted)))),
        evidence=(*document.evidence, *((f"flag:{flag}", words) for flag, words in doubted)),
    )


def _tells_nothing(document: Document, page: Page, capture: Capture) -> str | None:
    """Why nothing tells an article: a line of a frame, or a column's name over the frame of its list."""
    if any((document.published, document.source, document.author, document.editor)):
        return None
    if document.kind == "article":
        if document.title or document.columns or document.han >= FEW:
            return None
        return f"a few words without title, day and name: {document.text[:40]}"
    title = document.title or ""
    if not document.captions and title.isascii() and " " not in title:
        return f"a picture with the name of its file: {title}"
    frames = [element.get("src") or "" for element in page.outline.every("iframe", "frame")]
    if not frames and shape.is_root(capture.url):
        return "a picture on the first page of a site"
    own = host_of(capture.url)
    if not frames or has_media(page) or any(host_of(joined(capture.url, source)) != own for source in frames):
        return None
    return f"a title over a frame of the site: {frames[0][:100]}"


def _is_listed_file(capture: Capture) -> bool:
    """Whether a capture is a file that a list links to as if it were an article; of other files no row has a day."""
    found = capture.found
    if capture.status != 200 or found is None or not (found.row_date and found.anchor):
        return False
    magic = (b"%PDF-", b"\xd0\xcf\x11\xe0", b"PK\x03\x04")
    if capture.media_type == "text/plain" or verdict.saved(capture.header("Content-Disposition")):
        return True
    return FILE.search(capture.url) is not None or capture.body.startswith(magic)


def _clean_file(capture: Capture, site: Site | None) -> Document | Skip:
    """A file of a list: title and day are those of its row."""
    assert capture.found is not None
    anchor = capture.found.anchor or ""
    reader = reader_of(anchor)
    draft = Draft(lines=[], fate=[], plain=reader is str, title=Line(found=anchor, read=reader(anchor)), titled="row")
    statements = _statements(draft, capture, ([], [], []), [])
    document = _document(capture, site, draft, statements, (), extractor="file", confidence=1.0, media=lambda: True)
    if isinstance(document, Skip):
        return document
    return dataclasses.replace(document, attachments=((capture.url, draft.title.read if draft.title else anchor),))


def _clean_text(capture: Capture, site: Site | None) -> Document | Skip:
    """A text file: a line is a paragraph."""
    decoded = decode(capture.body, capture.header("Content-Type"))
    found = [line for line in map(fold, decoded.html.splitlines()) if line]
    whole = "\n".join(found)
    reader = reader_of(whole)
    page = lines_of(found, reader)
    draft = Draft(lines=page, fate=lines.furniture([line.read for line in page]), plain=reader is str)
    read_first_lines(draft)
    read_body(draft)
    read_tail(draft)
    if draft.title is None and capture.found is not None and capture.found.anchor:
        draft.title, draft.titled = Line(found=capture.found.anchor, read=reader(capture.found.anchor)), "row"
    fates = zip(page, draft.fate, strict=True)
    near = [line.read for line, fate in fates if fate not in (None, "caption", "title_repeated")]
    statements = _statements(draft, capture, (near, (), ()), ())
    return _document(capture, site, draft, statements, _decoded(decoded), extractor="lines", confidence=1.0)


def _statements(
    draft: Draft,
    capture: Capture,
    around: tuple[Sequence[str], Sequence[str], Sequence[str]],
    metas: Sequence[tuple[str, str]],
) -> list[dates.Dated]:
    """What is said about the date: under the title, over it and below the article, by templates and addresses."""
    inside = [
        line.spaced or line.read for line, fate in zip(draft.lines, draft.fate, strict=True) if fate == "dateline"
    ]
    under, over, after = around
    labelled, _ = dates.from_lines(list(dict.fromkeys([*over, *under, *inside])))
    _, bare = dates.from_lines(list(dict.fromkeys([*under, *inside])))
    _, beside = dates.from_lines(over)
    late, _ = dates.from_lines(after)
    # A day beside a label, that of the source or of a counter perhaps, at the foot; or alone right below the text.
    foot = [
        dated
        for line in filter(fields.is_dateline, after)
        for dated in dates.from_lines([line])[1]
        if dated.rule == "updated" or fields.is_labelled(line) or fields.byline(line) or dates.counts(line)
    ]
    alone = [dated for dated in dates.from_lines(after[:1])[1] if dates.is_day(lines.narrow(after[0]))]
    foot += [dated for dated in alone if "T" not in dated.value]
    # A press release of Hong Kong ends with 完 and its day.
    ended = ["".join(after[:2])] if after[:1] == ["完"] else []
    url = dates.from_url(capture.url)
    row_date = capture.found.row_date if capture.found else None
    row = dates.read(row_date) if row_date else None
    return [
        *labelled,
        *(dated for dated in bare if dated.rule != "asked"),
        *dates.from_meta(metas),
        *([url] if url else []),
        *([dates.Dated(value=row, rule="row", words=row_date)] if row and row_date else []),
        *(dataclasses.replace(dated, rule="over") for dated in beside),
        *(dataclasses.replace(dated, rule="below") for dated in (*late, *foot) if dated.rule != "updated"),
        *dates.signed([*(draft.lines[index].read for index in draft.left()[-SIGNED:]), *ended]),
        *filter(None, map(dates.lead, (draft.lines[index].read for index in draft.left()[:1]))),
        # The day of a letter comes behind that of its answer; that of a change at the foot comes last.
        *(dated for dated in bare if dated.rule == "asked"),
        *(dataclasses.replace(dated, rule="below") for dated in foot if dated.rule == "updated"),
    ]


def _document(
    capture: Capture,
    site: Site | None,
    draft: Draft,
    statements: Sequence[dates.Dated],
    flags: Doubts,
    *,
    extractor: str,
    confidence: float,
    media: Callable[[], bool] = bool,
) -> Document | Skip:
    body = [draft.lines[index] for index in draft.left()]
    if not body and not (draft.title and media()):
        return _skip(capture, site, Reason.EMPTY, "no line is left after the page's furniture")
    text = "\n".join(line.read for line in body)
    original = "\n".join(line.found for line in body)
    written = han(text)
    script: Script = "hans" if written else "none"
    if not draft.plain:
        script = chinese.script(chinese.pinyin_repaired(original) or original)
        if text == original and script in ("hant", "mixed"):  # on a page that has much else in Simplified
            text = chinese.simplified(text)
    title = draft.title.read if draft.title else None
    if script == "hant":
        statements = list(map(dates.of_minguo, statements))
    published = dates.decide(statements, f"{title or ''}\n{text}", capture.date)
    doubted = (*flags, *published.doubts, *capture.doubts)
    return Document(
        **_identity(capture, site),
        kind="article" if body else "media_only",
        title=title,
        subtitle=draft.subtitle,
        title_original=draft.title.found if draft.title and draft.title.found != title else None,
        text=text,
        text_original=original if original != text else None,
        script=script,
        published=published.published,
        published_claimed=published.claimed,
        published_evidence=published.evidence,
        source=draft.byline.source,
        author=draft.byline.author,
        editor=draft.byline.editor,
        contributor=draft.byline.contributor,
        columns=draft.columns,
        captions=tuple(draft.captions),
        flags=tuple(dict.fromkeys(flag for flag, _ in doubted)),
        evidence=(*evidence(draft), *((f"flag:{flag}", words) for flag, words in doubted)),
        removed=removed(draft),
        extractor=extractor,
        confidence=confidence,
        han=written,
    )


def _decoded(decoded: Decoded) -> Doubts:
    """What decoding had doubts about."""
    return tuple((flag, f"{decoded.encoding} by {decoded.evidence}") for flag in decoded.flags)


def site_of(capture: Capture, site: Site | None) -> str:
    """The site's key, else the URL's host, else the folder of imports."""
    return site.key if site else (host_of(capture.url) or IMPORTED)


def _skip(capture: Capture, site: Site | None, reason: Reason, detail: str) -> Skip:
    return Skip(**_identity(capture, site), reason=reason, detail=detail)


def _identity(capture: Capture, site: Site | None) -> dict[str, Any]:
    """What a Document and a Skip have in common."""
    return {
        "id": capture.id,
        "url": capture.url,
        "site": site_of(capture, site),
        "captured": capture.date,
        "status": capture.status,
        "origin": capture.origin,
    }
