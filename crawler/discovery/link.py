"""`Link`, and what the families of CMSs have in common: a URL's look, the date in a list row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, quote_plus, unquote, urljoin

from crawler.queue.address import ARTICLE, LAST, LIST, REQUISITE, START

# mypy wants names that are imported from here to be listed.
__all__ = ["ARTICLE", "LAST", "LIST", "REQUISITE", "START", "Link"]

IMAGES = ("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff")
DOCUMENTS = ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "ofd", "rtf", "csv", "txt")
PACKED = ("zip", "rar", "7z")
FILMS = ("mp3", "mp4", "wmv", "avi", "flv", "wma", "rm", "rmvb", "mov", "m3u8", "webm")
_OTHER = (*FILMS, "swf", "apk", "exe", "css", "js", "ico", "svg")
_EXTENSION = re.compile(r"\.([a-z0-9]{1,5})$", re.IGNORECASE)
# Download scripts of CMSs: hanweb /module/download/downfile.jsp?filename=, VSB /system/_content/download.jsp, 动易.
_DOWNLOAD = re.compile(r"/(?:downfile|download|downloadattach\w*|doattach)\.(?:jsp|do|as[hp]x?|php)\b", re.IGNORECASE)
# Addresses of counters and the like, whose answers are neither lists nor pictures of articles.
COUNTS = re.compile(
    r"(?:hits?|clicks?|count\w{0,20}+|visit\w{0,20}+|stat(?:istic)?s?|log|track|captcha|login|weather|online|vote|comments?|pv|beacon)"
    r"(?:\.\w+)?$",
    re.IGNORECASE,
)

# How programs name a column, and a page of it: ShowClass.asp?ClassID=7, InfoList.aspx?ColumnID=7&page=2.
_COLUMN_KEYS = frozenset(
    [
        "classid",
        "sortid",
        "columnid",
        "channelid",
        "typeid",
        "catid",
        "cateid",
        "categoryid",
        "nodeid",
        "lanmuid",
        "lmid",
        "bigclassid",
        "smallclassid",
    ]
)
_PAGE_KEYS = frozenset(["page", "pageno", "pageindex", "p", "pn"])
# What an article's address has behind its host: a date, the id of a known CMS, or a long number. Each begins with a
# slash, which the regex engine looks for first.
_ARTICLE = re.compile(
    r"/(?:t\d{8}_\d+|art_\w+|[\w-]*(?:content|post)_\d+|(?:19|20)\d\d[-/]?[01]?\d[-/]?\d{0,2}/[^/]*\d"
    r"|(?:19|20)\d\d/[01]\d{3}/\d+|article[-_/]?[0-9a-f]{6,}|article/(?:detail/)?(?=\w*\d)\w{10,}|a/(?=\w*\d)\w{12,}$"
    r"|info/\d+/\d+|contents/\d+/\d+|(?:show|view|info|detail|article|news)[-_/]?\d+|\w*ARTI\d{10}|\d{5,}\.s?html?$"
    r"|[0-9a-f]{32}\.s?html?$|\d\d/[01]\d[0-3]\d/\d\d/\w{12,}\.html|c\d+a\d+/page\.htm"
    r"|(?:19|20)\d{6}[0-9a-z]{6,}\.s?html?$|p/\d{6,}$|thread-\d+|question/\d+"
    r"|(?:[\w-]*-)?+(?=\w*(?:show|view|article|detail|content|read|info))\w++\.(?:aspx?|php|jsp)\?\w*id=)",
    re.IGNORECASE,
)
_ARTICLE_QUERY = re.compile(r"[?&](?:(?:aid|articleid|newsid|id)=\d+|mod=viewthread\b)", re.IGNORECASE)
# Brackets around the day of a row.
_OPEN, _CLOSE = "[(（【［〔〖", "])）】］〕〗"
_DATE = re.compile(
    rf"[{re.escape(_OPEN)}]?\s?(?:(?:19|20)\d\d\s?[-./年]\s?[01]?\d\s?[-./月]\s?[0-3]?\d\s?日?|(?<![\d月])[01]?\d\s?[-/月]\s?[0-3]?\d\s?日?(?!\s?[-/\d]))"
    rf"(?:\s\d\d?:\d\d(?::\d\d)?)?\s?[{re.escape(_CLOSE)}]?"
)
_SPACE = re.compile(r"\s+")
# What a form always sends as bytes: ASCII, and bytes of another encoding that were read.
_SENT = re.compile(r"[\x00-\x7f\udc80-\udcff]+")
# A year of two digits, a month and a day with a point between them that stand alone, and characters of full width.
_SHORT_YEAR = re.compile(r"(?<![\d./-])(\d\d)(?=([-./])[01]\d\2[0-3]\d(?![\d./-]))")
# 112-05-06, 民國112年5月6日: years of the Republic of China since 2011.
_MINGUO = re.compile(r"(?<![\d./-])1[0-4]\d(?=([-./年])[01]?\d[-./月][0-3]?\d(?![\d./-]))")
_POINTED = re.compile(rf"[{re.escape(_OPEN)}\s]*([01]\d)\.([0-3]\d)[{re.escape(_CLOSE)}\s]*")
# Years of two digits below this one are of this century.
CENTURY = 70
_WIDE = re.compile(r"[０-９－．／]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of a page.

    Attributes:
        url: absolute, as the page writes it.
        anchor: its text, white space folded; None: it has none.
        row_date: the date in its list row, as shown.
        kind: `next` is the page after this one, of the same list or article; `pager` another page of it; `list` what
            a script asks for to show the page's list; `requisite` a file; `redirect` what a stub leads to.
        priority: lower is sooner.
        form: the body of a POST that asks for it; None: a GET does.
        frame: it stands in a frame of the page.
        style: it is a requisite that the page's style sheets name, or one of them.
        picture: the page shows it as a picture, whatever its address says.
        counter: it is such a picture, and asking for it counts a reader: nobody sees it, or its address says so.
    """

    url: str
    anchor: str | None = None
    row_date: str | None = None
    kind: Literal["page", "next", "pager", "list", "requisite", "redirect"] = "page"
    priority: int = LIST
    form: str | None = None
    frame: bool = False
    style: bool = False
    picture: bool = False
    counter: bool = False


def extension(url: str) -> str:
    """The ending of a URL's path, in small letters.

    >>> extension("http://h/P020200219.DOC?x=1.2")
    'doc'
    >>> extension("http://h/$FILE/%E6%97%A5%E7%A8%8B%2E%64%6F%63")
    'doc'
    """
    name = url.partition("?")[0].partition("#")[0].rpartition("/")[2]
    found = _EXTENSION.search(unquote(name) if "%" in name else name)
    return found[1].lower() if found else ""


def is_file(url: str) -> bool:
    """Whether a link leads to an attachment."""
    return extension(url) in (*DOCUMENTS, *PACKED) or _DOWNLOAD.search(url) is not None


def _names_column(behind: str) -> bool:
    """Whether the query of an address names a column, and nothing of it an article."""
    query = behind.partition("?")[2].partition("#")[0]
    keys = {pair.partition("=")[0].lower().replace("_", "") for pair in query.split("&")}
    return bool(keys & _COLUMN_KEYS) and keys <= _COLUMN_KEYS | _PAGE_KEYS


@lru_cache(maxsize=2**12)
def look_of(url: str) -> Literal["file", "image", "foreign", "article", "page"]:
    """What a URL looks like before it is fetched; `foreign` is neither page nor kept file: films, programs, styles.

    >>> [look_of("http://h" + p) for p in ("/xw/202002/t20200219_1.html", "/yl_show.aspx?id=2", "/my/202409/5.html")]
    ['article', 'article', 'article']
    >>> [look_of("http://h" + p) for p in ("/ShowClass.asp?ClassID=7", "/InfoList.aspx?ColumnID=7&page=2")]
    ['page', 'page']
    >>> [look_of("http://h" + p) for p in ("/", "/xwzx/index_2.html", "/list_1_2.html", "/news_list.aspx?page=2")]
    ['page', 'page', 'page', 'page']
    """
    if is_file(url):
        return "file"
    ending = extension(url)
    if ending in IMAGES:
        return "image"
    if ending in _OTHER:
        return "foreign"
    behind = url[url.find("/", 8) :]
    if "?" in behind and _names_column(behind):
        return "page"
    asked = "?" in behind and _ARTICLE_QUERY.search(behind)
    return "article" if asked or _ARTICLE.search(behind) else "page"


def fields_of(query: str) -> list[tuple[str, str]]:
    """The fields of a query or a form, in whatever encoding it is; `query_of` writes them again.

    >>> query_of([*fields_of("lb=%CD%B3"), ("t", "统 &")])
    'lb=%CD%B3&t=统+%26'
    """
    return parse_qsl(query, keep_blank_values=True, encoding="ascii", errors="surrogateescape")


def query_of(fields: Iterable[tuple[str, str]]) -> str:
    """Fields as a query or a form sends them; characters beyond ASCII wait for the page's encoding, see `percent`."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields)


def _quoted(text: str) -> str:
    return _SENT.sub(lambda found: quote_plus(found[0], errors="surrogateescape"), text)


def viewed(url: str) -> str | None:
    """The file that a viewer shows, as its address names it; None: it is no viewer.

    >>> viewed("http://h/pdfjs/web/viewer.html?file=%2Fupload%2F7.pdf")
    'http://h/upload/7.pdf'
    """
    # No `urlsplit`: pages have addresses that it refuses, such as http://[name]/7.pdf.
    for pair in url.partition("#")[0].partition("?")[2].split("&"):
        _, _, value = pair.partition("=")
        value = unquote(value).partition("#")[0]
        if extension(value) in DOCUMENTS:
            try:
                return urljoin(url, value)
            except ValueError:
                return None
    return None


def row_date(text: str) -> str | None:
    r"""The first date in the text of a list row, as shown, with its brackets; lines that split it are joined.

    A year of two digits is given its century, one of the Republic of China that of the common era, and digits and marks
    of full width the usual ones.

    >>> row_date("关于开展调研的通知 [02-19]"), row_date("2026-\n  01-\n  23"), row_date("第1-2期")
    ('[02-19]', '2026-01-23', None)
    >>> row_date("[09-03-11]"), row_date("２０２３－６－２０"), row_date("06.20"), row_date("第06.20号")
    ('[2009-03-11]', '2023-6-20', '06-20', None)
    >>> row_date("112-05-06"), row_date("民國112年5月6日")
    ('2023-05-06', '2023年5月6日')
    """
    plain_text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text) if _WIDE.search(text) else text)
    if (alone := _POINTED.fullmatch(plain_text)) is not None:
        plain_text = f"{alone[1]}-{alone[2]}"
    plain_text = _MINGUO.sub(lambda year: str(int(year[0]) + 1911), _SHORT_YEAR.sub(_with_century, plain_text))
    for found in _DATE.finditer(plain_text):
        date = found[0].strip()
        digits = re.findall(r"\d+", date)
        year = len(digits[0]) == 4
        month, day = (int(digits[1]), int(digits[2])) if year else (int(digits[0]), int(digits[1]))
        # `1-2期` and `3/12` of a pager are no dates; a date without a year has brackets, 月, or two digits each.
        plain = year or "月" in date or date[0] in _OPEN or (len(digits[0]) == len(digits[1]) == 2)
        if 1 <= month <= 12 and 1 <= day <= 31 and plain:
            return re.sub(r"\s?([-./年月])\s?", r"\1", date)
    return None


def _with_century(year: re.Match[str]) -> str:
    return ("20" if int(year[1]) < CENTURY else "19") + year[1]


def fold(text: str) -> str | None:
    """Text with its white space folded; None where nothing is left."""
    return _SPACE.sub(" ", text).strip() or None


def without_cdata(text: str) -> str:
    """What an element of XML says, without the brackets that keep markup in it.

    >>> without_cdata(" <![CDATA[<b>a</b>]]> ")
    '<b>a</b>'
    """
    return text.strip().removeprefix("<![CDATA[").removesuffix("]]>")
