"""`Document` and `Skip`: what a Capture became. Their fields are the columns of shards and exports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, Self

# Of a page as found: Simplified, Traditional, both, or no Chinese.
Script = Literal["hans", "hant", "mixed", "none"]


class Reason(StrEnum):
    """Why a Capture gave no Document. A closed list; each is counted and kept."""

    HOME = "home"
    LIST = "list"
    REDIRECT = "redirect"
    NOT_HTML = "not_html"
    EMPTY = "empty"
    BLOCKED = "blocked"
    CHALLENGE = "challenge"
    SOFT_404 = "soft_404"
    SERVER_ERROR = "server_error"
    MAINTENANCE = "maintenance"
    LOGIN = "login"
    ERROR_STATUS = "error_status"
    FORGOTTEN = "forgotten"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    KILLED = "killed"
    PART = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the corpus keeps of a page. All text is in Simplified Chinese unless the name says original.

    Attributes:
        id: of the page record, `urn:uuid:...`.
        url: of the page record.
        site: key of the site file that names the URL's host, else the host; `_import` where the URL has none.
        captured: UTC; None for saved pages that state none.
        status: of the HTTP response; None for imported pages.
        origin: the relative path of an imported file.
        kind: `article` or `media_only` (a page whose body is only a film, pictures or a PDF).
        text: paragraphs joined by line feeds, with the page's own punctuation.
        text_original: the same paragraphs as found, before pinyin repair and conversion; only where it differs.
        script: of the page as found: `hans`, `hant`, `mixed` or `none`.
        published: ISO 8601, as precise as the page and no more, +08:00 where a time is given.
        published_claimed: what the page says where it cannot be true (then `published` is None).
        published_evidence: rule id and the words that it read.
        source: 来源. author: 作者, 记者. editor: 责任编辑. contributor: 供稿, and the office named in brackets at the
            end of the text.
        columns: the breadcrumb as shown, without 首页 and 正文.
        captions: of pictures, in order; they do not stand in `text`.
        attachments: (url, name) pairs.
        flags: each explained in docs/documents.md.
        evidence: (of, words) pairs: for a field the rule and the line that it read, for `flag:NAME` what raised it.
        removed: (rule id, line) pairs: every line that a rule took out, in order.
        part_of, part_no: of an article on several pages: the first page's URL, and the number from 1.
        aliases: other addresses of the same article. Catalogue and export know them, a shard never does.
        gone: the day (Asia/Shanghai) on which the address was first missed; None where it is there. As `aliases`.
        extractor: the tier that produced the body.
        confidence: 0 to 1.
        han: Han characters in `text`.
    """

    id: str
    url: str
    site: str
    captured: dt.datetime | None
    status: int | None
    origin: str | None
    kind: str
    title: str | None
    subtitle: str | None = None
    title_original: str | None = None
    text: str
    text_original: str | None = None
    script: str
    published: str | None = None
    published_claimed: str | None = None
    published_evidence: str | None = None
    source: str | None = None
    author: str | None = None
    editor: str | None = None
    contributor: str | None = None
    columns: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()
    flags: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    part_of: str | None = None
    part_no: int | None = None
    aliases: tuple[str, ...] = ()
    gone: str | None = None
    extractor: str
    confidence: float
    han: int

    def stating(self, values: Mapping[str, Any], said: Iterable[tuple[str, str]]) -> Self:
        """The Document with other values and their evidence."""
        kept = (each for each in self.evidence if each[0] not in values)
        return replace(self, **values, evidence=(*kept, *said))

    def without(self, *flags: str) -> Self:
        """The Document without some flags and their evidence."""
        left = tuple(flag for flag in self.flags if flag not in flags)
        raised = {f"flag:{flag}" for flag in flags}
        return replace(self, flags=left, evidence=tuple(each for each in self.evidence if each[0] not in raised))


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Why a Capture gave no Document: data, not an exception. `detail` is the evidence in words."""

    id: str
    url: str
    site: str
    captured: dt.datetime | None
    status: int | None
    origin: str | None
    reason: Reason
    detail: str
