"""Articles and the templates of a CMS -> `Web`, all responses of one site."""

from __future__ import annotations

import functools
import hashlib
import random
import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from string import Template
from typing import Literal
from urllib.parse import urljoin

from crawler.practice import prose
from crawler.practice.truth import Article, Planted

# The default number of rows on a list page of these CMSs.
ROWS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The response of a site for one target.

    Attributes:
        body: the body, before any coding.
        later: the body on visit 2; None: the same.
        location: the target of a redirect.
    """

    body: bytes
    status: int = 200
    content_type: str = "text/html"
    later: bytes | None = None
    location: str | None = None


NOT_FOUND = Answer(
    status=404,
    body=b"<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
    b"<hr><center>nginx/1.14.0</center>\r\n</body>\r\n</html>\r\n",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """One site: its responses, and the expected content of its articles.

    Attributes:
        answers: the responses by target (path and query).
        missing: the response for all other targets.
        planted: the expected content of the articles on visit 1.
        planted_later: the same on visit 2.
        computed_path: the path whose responses depend on parameters.
        compute: makes the response for that path from its parameters.
    """

    answers: Mapping[str, Answer]
    missing: Answer
    planted: tuple[Planted, ...]
    planted_later: tuple[Planted, ...]
    computed_path: str = ""
    compute: Callable[[Mapping[str, str]], Answer] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column (栏目) of a site and its articles, newest first."""

    name: str
    path: str
    articles: tuple[Article, ...]

    @property
    def pages(self) -> int:
        """The number of its list pages."""
        return pages_of(len(self.articles))

    def page(self, number: int) -> tuple[Article, ...]:
        """The articles on list page `number`, from 1."""
        return self.articles[(number - 1) * ROWS : number * ROWS]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBuilder:
    """Collects the responses of a site and the expected content of its articles.

    Attributes:
        base: the URL of the site, without a slash at its end.
        encoding: the encoding of its HTML.
        content_type: the Content-Type of its HTML.
    """

    base: str
    encoding: str = "utf-8"
    content_type: str = "text/html"
    answers: dict[str, Answer] = field(default_factory=dict)
    found: list[Planted] = field(default_factory=list)
    found_later: list[Planted] = field(default_factory=list)

    def page(self, target: str, html: str, *, later: str | None = None, content_type: str | None = None) -> None:
        """Add a page; `later`: its HTML on visit 2; `content_type`: if it differs from that of the other pages."""
        self.answers[target] = Answer(
            body=html.encode(self.encoding),
            content_type=content_type or self.content_type,
            later=later.encode(self.encoding) if later is not None else None,
        )

    def article(
        self,
        target: str,
        article: Article,
        render: Callable[[Article], str],
        *,
        columns: tuple[str, ...],
        precision: Literal["day", "minute", "second"],
        files: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> None:
        """Add an article, its attachments (`files`: name -> target) and its expected content."""
        second = article.corrected()
        later = render(second) if second is not article else None
        self.page(target, render(article), later=later, content_type=content_type)
        url = self.base + target
        names = tuple((urljoin(url, path), name) for name, path in (files or {}).items())
        for name, path in (files or {}).items():
            self.answers[path] = attachment(name)
        self.found.append(article.planted(url=url, columns=columns, precision=precision, attachments=names))
        self.found_later.append(second.planted(url=url, columns=columns, precision=precision, attachments=names))

    def redirect(self, target: str, location: str, *, status: int = 301) -> None:
        """Add a redirect."""
        html = (
            f'<html><head><title>{status} Moved</title></head><body bgcolor="white"><center><h1>{status} Moved</h1>'
            "</center><hr><center>nginx</center></body></html>\r\n"
        )
        self.answers[target] = Answer(body=html.encode(), status=status, location=location)

    def style(self, target: str, colour: str) -> None:
        """Add the style sheet of its pages, in the site's colour."""
        sheet = resources.files("crawler.practice").joinpath("templates", "style.css").read_text("utf-8")
        self.answers[target] = Answer(body=Template(sheet).substitute(colour=colour).encode(), content_type="text/css")

    def robots(self, text: str, *, content_type: str = "text/plain") -> None:
        """Add /robots.txt."""
        self.answers["/robots.txt"] = Answer(body=text.encode(self.encoding), content_type=content_type)

    def finish(
        self,
        missing: Answer,
        *,
        computed_path: str = "",
        compute: Callable[[Mapping[str, str]], Answer] | None = None,
    ) -> Web:
        """Return the finished site; `missing`: the response for all other targets; `compute`: see `Web`."""
        return Web(
            answers=self.answers,
            missing=missing,
            planted=tuple(self.found),
            planted_later=tuple(self.found_later),
            computed_path=computed_path,
            compute=compute,
        )


def columns_of(
    room: prose.Newsroom, specs: Sequence[tuple[str, str, int]], *, seeds: Mapping[int, Article | None]
) -> tuple[Column, ...]:
    """Make the columns of a site from (name, path, number of articles).

    The articles of a column named 通知公告 are short notices. `seeds` maps the index of a column to a seed article that
    is added to it, if there is one. The article in the middle of the first column changes on visit 2.
    """
    order = [index for index, (_, _, count) in enumerate(specs) for _ in range(count)]
    random.Random(f"{room.key}/order").shuffle(order)  # noqa: S311 - a fixed seed is the point
    first = [i for i, column in enumerate(order) if column == 0]
    articles = [
        prose.article(
            room,
            i + 1,
            column=column,
            published=when,
            notice=specs[column][0] == "通知公告",
            changes=i == first[len(first) // 2],
        )
        for i, (column, when) in enumerate(zip(order, prose.days(room, len(order)), strict=True))
    ]
    filled = []
    for index, (name, path, _) in enumerate(specs):
        own = [a for a in (*articles, seeds.get(index)) if a is not None and a.column == index]
        own.sort(key=lambda a: (a.published, a.number), reverse=True)
        filled.append(Column(name=name, path=path, articles=tuple(own)))
    return tuple(filled)


@functools.cache
def _template(name: str) -> Template:
    return Template(resources.files("crawler.practice").joinpath("templates", f"{name}.html").read_text("utf-8"))


def fill(name: str, **values: str) -> str:
    """Fill the slots of template `name` ("trs/list") with HTML.

    Raises:
        KeyError: a slot has no value.
    """
    return _template(name).substitute(values)


def ending(name: str) -> str:
    """The extension of a file name, without the dot."""
    return name.rsplit(".", 1)[1]


def text_of(value: str | None) -> str:
    """Escape text for HTML; None becomes an empty string."""
    return escape(value or "", quote=False)


# The beginning of text pasted from Word: the settings of the document in a comment, then a style sheet.
WORD_HEAD = (
    "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom><w:PunctuationKerning/>"
    "<w:DrawingGridVerticalSpacing>7.8 磅</w:DrawingGridVerticalSpacing><w:Compatibility><w:UseFELayout/>"
    "</w:Compatibility></w:WordDocument></xml><![endif]-->\n"
    "<style>p.MsoNormal{mso-style-parent:'';margin:0pt;text-align:justify;font-family:仿宋_GB2312;font-size:16.0pt;}"
    "</style>\n"
)


def word(text: str) -> str:
    """Make a paragraph as pasted from Word: each run of Latin or of Han characters is in a span of its own.

    >>> word("共3页").count("<span")
    4
    """
    style = (
        "mso-bidi-font-size:10.5pt;line-height:200%;font-family:仿宋_GB2312;mso-hansi-font-family:宋体;color:#333333"
    )
    runs = ""
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", text):
        language = ' lang="EN-US"' if run.isascii() else ""
        runs += f'<span{language} style="{style}">{text_of(run)}</span>'
    return (
        '<p class="MsoNormal" align="left" style="text-align:left;text-indent:32.0pt;mso-char-indent-count:2.0;'
        f'line-height:200%">{runs}<span lang="EN-US" style="{style}"><o:p></o:p></span></p>\n'
    )


def pages_of(rows: int) -> int:
    """The number of list pages that `rows` articles fill.

    >>> pages_of(46)
    4
    """
    return max(1, -(-rows // ROWS))


def picture(name: str) -> bytes:
    """Make a valid PNG of one colour, which depends on the name."""
    width, height = 96, 64
    red, green, blue = hashlib.sha256(name.encode()).digest()[:3]
    row = b"\0" + bytes((red, green, blue)) * width

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    )


def image(name: str) -> Answer:
    """The response for a picture."""
    return Answer(body=picture(name), content_type="image/png")


def attachment(name: str) -> Answer:
    """The response for an attachment: a PDF with one empty page, or the beginning of an OLE file of Office."""
    if name.endswith(".pdf"):
        return Answer(body=_pdf(name), content_type="application/pdf")
    kind = "application/vnd.ms-excel" if name.endswith(".xls") else "application/msword"
    seed = hashlib.sha256(name.encode()).digest()
    return Answer(body=bytes.fromhex("d0cf11e0a1b11ae1") + seed * 128, content_type=kind)


def _pdf(name: str) -> bytes:
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    out = f"%PDF-1.4\n% {hashlib.sha256(name.encode()).hexdigest()}\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(
        f"{place:010d} 00000 n \n" for place in places
    )
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("ascii")
