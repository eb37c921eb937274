"""A page -> why it is no article: what a host answers instead of one, or its shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

from lxml import etree

from archive.text import extract, words
from archive.text.box import Area
from archive.text.chinese import han
from archive.text.document import Reason
from archive.text.lines import is_sentence
from archive.text.page import FILE_NAME, Page, joined
from archive.text.refresh import refreshes, script_target, sends_back
from archive.text.shape import EXCUSE, Shape, clauses_of, has_dateline, leads_to
from archive.warc.capture import Capture

# A page with this many Han characters is judged by its text; error pages are shorter.
TEXT = 200
# Larger pages are not read (bytes): four times what a site file lets through by default.
BYTES = 64 * 2**20

# So many records in XML are a list.
RECORDS = 3

# What a page says instead of an article stands in so many characters.
SAID = 20_000
# The words of a host are at least this share of a clause that says nothing else.
ALONE = 0.4

# A page that leads on within so many seconds is not read; after more than this no page leads on.
AT_ONCE, LATER = 5, 30

_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"\xd0\xcf\x11\xe0", "old Office"),
    (b"Rar!", "RAR"),
    (b"wOFF", "font"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"ID3", "MP3"),
)
# Feeds, sitemaps, and the answers of a list's script, whatever type their servers give them.
_XML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:<\?xml[^>]*+(?<=\?)>|(?><!--.*?-->)|\s++)*+<(rss|feed|rdf:RDF|urlset|sitemapindex|datastore)[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/vnd.wap.wml")
_NOT_PAGE = re.compile(
    r"/robots\.txt$|\.(?:css|js|mjs|json|ico|png|jpe?g|gif|svg|webp|bmp|woff2?|ttf|eot|mp[34]|m3u8|pdf|"
    r"docx?|xlsx?|zip|rar)$",
    re.IGNORECASE,
)


# A page that says what it has to say in a box: alert('参数错误！').
_SAID = re.compile(r"alert\(\s*[\"']([^\"']{1,200})[\"']")


def unread(capture: Capture) -> tuple[Reason, str] | None:
    """Why a capture's body is not even decoded; None where it should be."""
    body = capture.body
    if found := _status(capture):
        return found
    if not body:
        return Reason.EMPTY, "no bytes"
    if len(body) > BYTES:
        return Reason.TOO_LARGE, f"{len(body)} bytes, read are at most {BYTES}"
    if name := next((name for magic, name in _MAGIC if body.startswith(magic)), None):
        return Reason.NOT_HTML, f"{name} by its first bytes"
    if other := _XML.match(body[:2000]):
        return Reason.NOT_HTML, f"XML: <{other[1].decode()}>"
    if size := _records(body):
        return Reason.LIST, f"{size} records of XML for a style sheet"
    if any("content-coding" in problem for problem in capture.problems) and b"<" not in body[:2000]:
        return Reason.UNREADABLE, "; ".join(capture.problems)
    return _by_name(capture)


def _records(body: bytes) -> int:
    """How many elements of one kind, each with parts, stand side by side in XML that a style sheet makes a list of."""
    if b"<?xml-stylesheet" not in body[:2000]:
        return 0
    try:
        root = etree.fromstring(body.strip(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return 0
    size = max(Counter(each.tag for each in root if len(each) > 1).values(), default=0)
    return size if size >= RECORDS else 0


def _by_name(capture: Capture) -> tuple[Reason, str] | None:
    """Why a capture is no page by its type and its address, which markup in its body may belie."""
    kind = capture.media_type
    path = urlsplit(capture.url).path
    if path.lower().endswith("/robots.txt"):
        return Reason.NOT_HTML, "robots.txt"
    page = not kind or kind in _HTML_TYPES
    if not page and not (kind in ("text/plain", "application/octet-stream") and _is_markup(capture.body)):
        return Reason.NOT_HTML, kind
    if page and (name := saved(capture.header("Content-Disposition"))):
        return Reason.NOT_HTML, f"to be saved as {name}"
    if page and _NOT_PAGE.search(path) and not _is_markup(capture.body):
        return Reason.NOT_HTML, "no markup under the name of a file"
    return None


def saved(disposition: str | None) -> str | None:
    """The name under which an answer is to be saved and not shown (RFC 6266), where it is that of a file.

    >>> saved('attachment; filename="7.doc"'), saved("attachment; filename=7.html"), saved('inline; filename="7.doc"')
    ('7.doc', None, None)
    """
    kind, _, rest = unquote(disposition or "").partition(";")
    name = rest.partition("=")[2].strip(" \"'")
    return name if kind.strip().lower() == "attachment" and FILE_NAME.search(name) else None


def judged(
    page: Page,
    points: Sequence[float],
    region: extract.Region,
    area: Area | None,
    url: str,
    html: str,
    *,
    shapes: bool = True,
) -> tuple[Reason, str] | None:
    """The verdict on a page that was read, with the votes of its blocks, the region that they find and the box; where
    `shapes`, or where no site file says what its text is, also on whether it only leads to articles.
    """
    if found := _head(page.head):
        return found
    text = "\n".join(page.keys)
    # The first lines of most pages settle it.
    if han(text[: 4 * TEXT]) < TEXT and (size := han(text)) < TEXT:
        own = _own_words(page, area.kept if area else range(*region[:2]))
        if found := _answer(page, area, html, own, text, url):
            return found
        if size == 0 and not any(block.size > 40 for block in page.blocks):
            return Reason.EMPTY, "no text"
    if found := _says_only(page, area):
        return found
    return Shape(page, points, region, area, url).refusal() if shapes or not page.picked else None


def _head(said: str) -> tuple[Reason, str] | None:
    """What the head of a page that a server made says of it."""
    if said.startswith("Index of /"):
        return Reason.LIST, said
    fault = words.match("fault_head", said)
    return (Reason.SERVER_ERROR, fault[0]) if fault else None


def _says_only(page: Page, area: Area | None) -> tuple[Reason, str] | None:
    """What a page has in the place of a text, under the title of an article: the words of its host alone."""
    if area is None or page.files or area.media or (page.title is not None and _words(page.keys[page.title])):
        return None
    own = (index for index in area.kept if index not in (page.title, area.dated))
    said = "\n".join(page.keys[index] for index in own)
    clauses = clauses_of(said) if len(said) <= EXCUSE else []
    found = [_words_alone(clause) for clause in clauses]
    if not all(each or words.match("advice", clause) for each, clause in zip(found, clauses, strict=True)):
        return None
    return next(filter(None, found), None)


def _is_markup(body: bytes) -> bool:
    return bool(
        re.search(
            rb"<\s*(?:!doctype|html|head|body|div|p|table|title|meta|script|span|a|br)\b", body[:20000], re.IGNORECASE
        )
    )


def _status(capture: Capture) -> tuple[Reason, str] | None:
    """What the status of a response says against it."""
    status = capture.status
    if capture.missing:
        return Reason.SOFT_404, f"the same page as {capture.missing}, which is no article"
    if status is None or (200 <= status < 300 and status not in (202, 203)):
        return None
    text = _glance(capture.body[:30000])
    cookies = " ".join(value for name, value in capture.headers if name.lower() == "set-cookie")
    if vendor := next((v for p, v in words.named("challenge", "vendor") if p.search(cookies) or p.search(text)), None):
        return Reason.CHALLENGE, f"{vendor}, status {status}"
    if status in (412, 521, 512):
        return Reason.CHALLENGE, f"status {status}"
    if 300 <= status < 400:
        return Reason.REDIRECT, f"status {status} to {capture.header('Location') or 'nowhere'}"
    if status == 403 or (status in (405, 406, 429, 451) and words.match("blocked", text)):
        return Reason.BLOCKED, f"status {status}"
    return (Reason.ERROR_STATUS, f"status {status}") if status not in (202, 203) else None


def _glance(body: bytes) -> str:
    """The characters of a body, without asking what it declares."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _answer(page: Page, area: Area | None, html: str, own: str, text: str, url: str) -> tuple[Reason, str] | None:
    """What a short page says instead of an article, in its `own` words or else in its whole text."""
    size = han(text)
    text = (own or text)[:SAID]
    stated = (area is not None and area.stated) or has_dateline(page)
    if target := _leads_on(page, html, size, url, stated=stated):
        return Reason.REDIRECT, target
    if size == 0 and (found := _words("\n".join(_SAID.findall(html)))):
        return found
    if size == 0 and sends_back(html):
        return Reason.SOFT_404, "a script that leads back"
    # A short notice may have any of these words, in its title too: it has a dateline under it.
    if stated and not _is_walled(page):
        return None
    if challenge := _challenged(html, text, size):
        return Reason.CHALLENGE, challenge
    if match := words.match("blocked", text):
        return Reason.BLOCKED, match[0]
    found = _words(f"{page.head}\n{text}")
    if found is None and _asks_password(page, short=not own and size < 100):
        return Reason.LOGIN, "a form for a password"
    return found


def _asks_password(page: Page, *, short: bool) -> bool:
    """Whether a page is for logging in: it says hardly anything; or says how to, and leads nowhere."""
    bare = short or not any(page.outline.every("a"))
    return bare and any(field.get("type") == "password" for field in page.outline.every("input"))


def _own_words(page: Page, own: Iterable[int]) -> str:
    """The title and lines of an article with a sentence; empty where none of the lines is one. A box beside an article
    may hold the words of a page that is none: 会员登录.
    """
    lines = [page.keys[index] for index in own]
    title = [page.keys[page.title]] if page.title is not None else []
    return "\n".join((*title, *lines)) if any(is_sentence(line, 20) for line in lines) else ""


def _is_walled(page: Page) -> bool:
    """Whether head or title are those of what protects the site."""
    head = page.head if page.title is None else f"{page.head}\n{page.keys[page.title]}"
    return any(pattern.search(head) for pattern, _ in words.named("challenge", "vendor"))


def _leads_on(page: Page, html: str, size: int, url: str, *, stated: bool) -> str | None:
    """Where a page leads by itself; None for one that comes again, or leads on only when its text has been read. A page
    without a dateline that also links to its target has no text: its sentence says that it leads on.
    """
    for seconds, target in refreshes(html):
        linked = any(joined(url, href) == joined(url, target) for href, _ in page.outline.links)
        read = seconds > AT_ONCE and (stated or (not linked and any(is_sentence(key, 10) for key in page.keys)))
        if seconds <= LATER and not read and not leads_to(target, url):
            return f"meta refresh to {target}"
    stub = script_target(html) if size < 30 else None
    return f"script to {stub}" if stub else None


def _challenged(html: str, text: str, size: int) -> str | None:
    """What protects the site, where it answers instead of it."""
    for pattern, vendor in words.named("challenge", "vendor"):
        if (match := pattern.search(html)) and (vendor != "captcha" or pattern.search(text) or size < 30):
            return f"{vendor}: {match[0]}"
    return None


def _words_alone(clause: str) -> tuple[Reason, str] | None:
    """The same of a clause that says little else: 未备案的商户请到县委统战部办理 is a notice's."""
    found = _words(clause)
    return found if found and len(found[1]) >= ALONE * len(clause) else None


def _words(text: str) -> tuple[Reason, str] | None:
    found = ((reason, pattern.search(text)) for pattern, reason in words.named("answer", "reason"))
    return next(((Reason(reason), match[0].strip()) for reason, match in found if match), None)
