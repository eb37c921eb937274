"""An address -> its captures, and what they show one after another: texts, edits, deletions."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from archive.catalogue import query
from archive.layout import Layout
from archive.text.document import Document

# The columns of which a version is made.
STATED = ("title", "published", "published_claimed", "published_evidence", "source", "author", "text")
# The rules whose day may differ from visit to visit though nobody edited the page: that of a list's row, of a change,
# or of the page's clock.
_PASSING_DAYS = frozenset({"row", "updated", "weekday", "over"})
# A page is made of what its server sent within this time.
MADE = dt.timedelta(minutes=15)


class Cut(list[str]):
    """The lines of a document of which bytes are missing."""


# A text of a page, or what identifies it.
Text = TypeVar("Text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """One capture of a URL.

    Attributes:
        turn: by which captures are in order: the stamp; if the clock was wrong, that of a capture before and the stamp.
        outcome: what it gave: `document`, `revisit`, the reason of its Skip, `not cleaned yet`, or `deleted`:
            a redirect that says that the article is gone.
        detail: of a Skip, what it says beside the reason.
    """

    id: str
    url: str
    stamp: str
    turn: str
    status: int | None
    mime: str
    digest: str
    warc: str
    offset: int
    length: int
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a URL showed over a period.

    Attributes:
        outcome: `document`, `deleted` (404, 410, a page that says so, or a redirect to what is no article), or the
            reason of a Skip.
        first, last: the stamps (UTC, 14 digits) of its first and last capture.
        captures: how many captures show it.
        id: of the record with the bytes of the first.
        detail: of a Skip, what it says beside the reason.
        lines: those of title, day, source, author and text that differ from the version before, prefixed with `- ` and
            `+ `.
    """

    outcome: str
    first: str
    last: str
    captures: int
    id: str
    status: int | None
    title: str | None
    detail: str
    lines: tuple[str, ...]


def captures(layout: Layout, url: str) -> list[Captured]:
    """All captures of a URL, oldest first, and what each gave."""
    return _captures(layout, "c.url = ?", url)


def with_digest(layout: Layout, digest: str) -> list[Captured]:
    """The captures whose record holds a payload, oldest first, without revisits."""
    return _captures(layout, "c.digest = ? AND c.mime != 'warc/revisit'", digest)


def capture_of(layout: Layout, id_: str) -> Captured | None:
    """The capture of a record id; None: there is none, or it was taken down."""
    return next(iter(_captures(layout, "c.id = ?", id_)), None)


def _captures(layout: Layout, condition: str, value: str) -> list[Captured]:
    with query.catalogue(layout) as db:
        paths = [(each, layout.warc_of(layout.root / each.warc)) for each in captured(db, condition, value)]
    return [replace(each, warc=str(warc.relative_to(layout.root))) if warc else each for each, warc in paths]


def captured(db: sqlite3.Connection, condition: str, value: str) -> list[Captured]:
    """The captures `c` that meet a condition (SQL), oldest first; `warc` is the path of the index."""
    rows = db.execute(
        f"""SELECT c.id, c.url, c.stamp, c.turn, c.status, c.mime, c.digest, s.path, c.offset, c.length,
                  CASE WHEN c.mime = 'warc/revisit' THEN 'revisit'
                       ELSE coalesce((SELECT 'document' FROM documents d WHERE d.id = c.id),
                                     (SELECT iif(k.gone AND k.reason = 'redirect', 'deleted', k.reason)
                                      FROM skips k WHERE k.url = c.url AND k.id = c.id),
                                     'not cleaned yet') END,
                  coalesce((SELECT k.detail FROM skips k WHERE k.url = c.url AND k.id = c.id), '')
           FROM captures c JOIN sources s ON s.id = c.source
           WHERE {condition} ORDER BY c.turn, s.path, c.offset""",  # noqa: S608 - our own words
        (value,),
    )
    names = [field.name for field in fields(Captured)]
    return [Captured(**dict(zip(names, row, strict=True))) for row in rows]


def versions(layout: Layout, url: str) -> list[Version]:
    """The history of a URL, oldest first: each text it showed, and each time it showed none.

    Captures of an unchanged text form one version; a deletion is a version too.
    """
    from archive.corpus.diff import text_lines  # noqa: PLC0415 - most commands compare no texts

    documents = {document.id: document for document in query.find(layout, url)}
    texts = {id_: comparable(document) for id_, document in documents.items()}
    return [
        Version(
            outcome=period.outcome,
            first=period.first,
            last=period.last,
            captures=period.captures,
            id=period.of.id,
            status=period.of.status,
            title=documents[period.of.id].title if period.of.id in documents else None,
            detail=period.of.detail,
            lines=tuple(text_lines(period.before or (), texts[period.of.id])) if period.edited else (),
        )
        for period in history(captures(layout, url), texts)
    ]


def lines_of(document: Document) -> list[str]:
    """What makes a document a version of its own: title, day, source and author, then the paragraphs."""
    return stated_lines({name: getattr(document, name) for name in STATED})


def comparable(document: Document) -> list[str]:
    """The lines of a document, as `history` compares them: as `Cut` if bytes are missing."""
    return Cut(lines_of(document)) if "truncated" in document.flags else lines_of(document)


def _is_same(text: object, other: object) -> bool:
    """Whether two texts are equal, or one breaks off and has, before the line that is broken, no line of its own.

    >>> _is_same(Cut(["通知", "第一段。", "第二"]), ["通知", "第一段。", "第二段。", "第三段。"])
    True
    >>> _is_same(["通知", "第一段。"], ["通知", "第二段。"])
    False
    >>> [_is_same(Cut(["通知", "第一"]), ["通知", line]) for line in ("第一段。", "另一段。")]
    [True, False]
    >>> _is_same(Cut(["通知", "第一段"]), Cut(["通知", "第"]))
    True
    >>> _is_same(Cut(["通知", "source: 县报", "第一"]), ["通知", "source: 县报", "另一段。"])
    False
    """
    for cut, whole in ((text, other), (other, text)):
        if isinstance(cut, Cut) and isinstance(whole, list) and _is_rest(cut, whole):
            return True
    return text == other


# How the lines begin that stand between the title and the text, see `stated_lines`.
_ABOUT = ("published: ", "source: ", "author: ")


def _is_rest(cut: Cut, whole: Sequence[str]) -> bool:
    # Of the text, the broken line may be all that there is.
    has_whole = any(not line.startswith(_ABOUT) for line in cut[1:-1])
    return set(cut[:-1]) <= set(whole) and (has_whole or any(line.startswith(cut[-1]) for line in whole))


def stated_lines(stated: Mapping[str, Any]) -> list[str]:
    """The same for the columns `STATED`.

    >>> stated_lines({"title": "座谈会", "published": "2005-11-07", "published_claimed": None, "author": "张三",
    ...        "published_evidence": "label: 2005-11-07", "source": None, "text": "会议召开。"})
    ['座谈会', 'published: 2005-11-07', 'author: 张三', '会议召开。']
    """
    passing = (stated["published_evidence"] or "").partition(":")[0] in _PASSING_DAYS
    day = None if passing else stated["published"] or stated["published_claimed"]
    about = (("published", day), ("source", stated["source"]), ("author", stated["author"]))
    named = (f"{name}: {value}" for name, value in about if value)
    return [stated["title"] or "", *named, *stated["text"].split("\n")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Generic[Text]):
    """Consecutive captures of a URL that show the same.

    Attributes:
        outcome, first, last, captures: as in `Version`.
        of: the capture with the bytes of the first.
        before: the last text before it; None: there was none.
        edited: it shows a text that differs from `before`.
    """

    outcome: str
    first: str
    last: str
    captures: int
    of: Captured
    before: Text | None
    edited: bool


def history(captured: Iterable[Captured], texts: Mapping[str, Text]) -> list[Period[Text]]:
    """Join the captures of a URL, oldest first, into periods; `texts` holds the text of each document by its id.

    Texts are only compared, so digests will do where no page breaks off.
    """
    found: list[Period[Text]] = []
    last: Text | None = None
    for capture, of in _without_bare(_resolve_revisits(captured)):
        text = texts.get(of.id)
        outcome = "deleted" if text is None and _is_deleted(of) else of.outcome
        same = text is not None and last is not None and _is_same(text, last)
        if isinstance(last, Cut) and same:
            last = text
        if found and outcome == found[-1].outcome and (text is None or same):
            found[-1] = replace(found[-1], last=capture.turn[:14], captures=found[-1].captures + 1)
            continue
        found.append(
            Period(
                outcome=outcome,
                first=capture.turn[:14],
                last=capture.turn[:14],
                captures=1,
                of=of,
                before=last,
                edited=text is not None and last is not None and not same,
            )
        )
        last = last if text is None or same else text
    return found


def _without_bare(captured: Iterable[tuple[Captured, Captured]]) -> Iterator[tuple[Captured, Captured]]:
    """Leave out what a server sent where the same page follows as its frames and scripts made it: it shows less."""
    before: tuple[Captured, Captured] | None = None
    for pair in captured:
        if before is not None and not _is_made_of(pair[0], before[0]):
            yield before
        before = pair
    if before is not None:
        yield before


def _is_made_of(made: Captured, sent: Captured) -> bool:
    """Whether a capture is a record that a crawl made of the page that it had just fetched: it has no status."""
    if made.status is not None or made.outcome != "document" or sent.status is None or made.warc != sent.warc:
        return False
    if not (made.stamp and sent.stamp):
        return False
    first, last = (dt.datetime.strptime(each.stamp, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC) for each in (sent, made))
    return last - first < MADE


def _resolve_revisits(captured: Iterable[Captured]) -> Iterator[tuple[Captured, Captured]]:
    """Pair each capture of a URL with the one that holds its bytes.

    For a revisit that is an earlier capture; the last one if the server said "not modified".
    """
    held: dict[str, Captured] = {}
    last: Captured | None = None
    for capture in captured:
        of = capture
        if capture.outcome == "revisit":
            of = held.get(capture.digest, capture) if capture.digest else last or capture
        held[capture.digest] = last = of
        yield capture, of


def _is_deleted(capture: Captured) -> bool:
    return capture.status in (404, 410) or capture.outcome in ("soft_404", "deleted")
