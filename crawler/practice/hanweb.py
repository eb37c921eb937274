"""The `hanweb` site: a city's United Front department on Hanweb jcms -> its pages.

GB18030, labelled gb2312 in the page, and ISO-8859-1 in the HTTP header of some articles. Lists are records in CDATA:
the first three pages of a list are in the column's page, the others come from `dataproxy.jsp`. Dates are precise to the
day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

from crawler.practice.prose import Newsroom, Place
from crawler.practice.truth import Article, Block
from crawler.practice.web import (
    NOT_FOUND,
    ROWS,
    Answer,
    Column,
    SiteBuilder,
    Web,
    columns_of,
    ending,
    fill,
    image,
    text_of,
)

NAME = "临江市委统战部"
ROOM = Newsroom(
    key="hanweb",
    place=Place(city="临江市", counties=("东港区", "三门桥县", "北屿县", "梅溪县", "开化区"), paper="临江新闻网"),
    since=dt.date(2016, 8, 1),
    until=dt.date(2024, 4, 30),
)
COLUMNS = (("统战要闻", "1229", 64), ("县区动态", "1230", 33), ("通知公告", "1231", 7))
PROXY = "/module/web/jpage/dataproxy.jsp"
# The number of records in one response: three pages of a list.
GROUP = 3 * ROWS
# Given names with characters that GB2312 lacks, one even GBK: a reader that trusts the label loses them.
RARE = {"建国": "喆", "志远": "䶮", "海燕": "镕堃"}


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = tuple(
        replace(column, articles=tuple(_renamed(a) for a in column.articles))
        for column in columns_of(ROOM, COLUMNS, seeds={})
    )
    site = SiteBuilder(base=base, encoding="gb18030")
    for column in columns:
        site.page(f"/col/col{column.path}/index.html", _list(column))
        for place in range(len(column.articles)):
            _article(site, column, place)
    site.page("/index.html", _home(columns, elsewhere))
    site.redirect("/", "/index.html", status=302)
    site.page("/art/2011/1/1/art_1229_1.html", _frame(NAME, fill("hanweb/gone")))
    site.answers["/picture/0/banner.png"] = image("hanweb banner")
    site.style("/images/48/css.css", "#a61c1c")
    site.robots("User-agent: *\nDisallow: /jsearchfront/\nDisallow: /module/visitcount/\n")
    return site.finish(NOT_FOUND, computed_path=PROXY, compute=lambda asked: _records(columns, asked))


def _renamed(article: Article) -> Article:
    def renamed(text: str) -> str:
        for name, rare in RARE.items():
            text = text.replace(name, rare)
        return text

    def blocks(old: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(replace(block, text=marked(block)) for block in old)

    def marked(block: Block) -> str:
        # Captions of this site begin with a triangle.
        return renamed(re.sub("^图为", "▲", block.text) if block.kind == "picture" else block.text)

    return replace(
        article,
        title=renamed(article.title),
        blocks=blocks(article.blocks),
        correction=blocks(article.correction),
        author=article.author and renamed(article.author),
        editor=article.editor and renamed(article.editor),
        contributor=article.contributor and renamed(article.contributor),
        signature=tuple(renamed(line) for line in article.signature),
    )


def _place(column: Column, article: Article) -> str:
    at = article.published
    return f"{at.year}/{at.month}/{at.day}/art_{column.path}_{5000 + article.number}.html"


def _article(site: SiteBuilder, column: Column, place: int) -> None:
    article = column.articles[place]
    for i in range(len(article.pictures)):
        site.answers[_picture(article, i)] = image(f"hanweb {article.number} {i}")
    files = {
        name: f"/module/download/downfile.jsp?classid=0&filename={article.number:032x}.{ending(name)}"
        for name in article.files
    }
    site.article(
        f"/art/{_place(column, article)}",
        article,
        lambda shown: _page(column, shown, files, place),
        columns=(column.name,),
        precision="day",
        files=files,
        # An unconfigured Tomcat states this type for every page.
        content_type="text/html;charset=ISO-8859-1" if article.number % 3 == 0 else None,
    )


def _picture(article: Article, number: int) -> str:
    return f"/picture/0/s{article.published.strftime('%y%m%d%H%M')}{article.number:04d}{number}.png"


def _frame(title: str, main: str, metas: Mapping[str, str] | None = None) -> str:
    lines = "".join(f'<meta name="{name}" content="{text_of(value)}">\n' for name, value in (metas or {}).items())
    return fill("hanweb/frame", title=text_of(title), main=main, metas=lines)


def _record(column: Column, article: Article) -> str:
    title = text_of(article.title)
    # Like jcms, break the date over three lines.
    date = article.published.strftime("%Y-\n %m-\n %d")
    return (
        f'<record><![CDATA[\n<li><a href="/art/{_place(column, article)}" title="{title}" target="_blank">{title}</a>'
        f'<span class="bt_time">{date}</span></li>]]></record>\n'
    )


def _records(columns: tuple[Column, ...], asked: Mapping[str, str]) -> Answer:
    """The response of dataproxy.jsp; it has no records if the column is unknown."""
    column = next((c for c in columns if c.path == asked.get("columnid")), None)
    head = "<?xml version='1.0' encoding='UTF-8'?><datastore>"
    if column is None:
        return Answer(body=f"{head}</datastore>".encode(), content_type="text/xml;charset=UTF-8")
    start, end = (int(asked[n]) if asked.get(n, "").isdigit() else 0 for n in ("startrecord", "endrecord"))
    if not start:
        page = int(asked["page"]) if asked.get("page", "").isdigit() else 1
        start, end = (page - 1) * GROUP + 1, page * GROUP
    records = "".join(_record(column, a) for a in column.articles[start - 1 : max(end, start - 1)])
    total = len(column.articles)
    text = (
        f"{head}<totalrecord>{total}</totalrecord><totalpage>{column.pages}</totalpage>\n"
        f"<recordset>\n{records}</recordset></datastore>"
    )
    return Answer(body=text.encode(), content_type="text/xml;charset=UTF-8")


def _list(column: Column) -> str:
    main = fill(
        "hanweb/list",
        column=column.name,
        id=column.path,
        unit=f"29{column.path}",
        records="".join(_record(column, a) for a in column.articles[:GROUP]),
        total=str(len(column.articles)),
    )
    return _frame(f"{NAME} {column.name}", main, {"ColumnName": column.name})


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = ""
    for column in columns:
        rows = "".join(
            f'<tr><td>·<a href="/art/{_place(column, a)}" title="{text_of(a.title)}">{text_of(a.title[:18])}</a></td>'
            f"<td>{a.published.strftime('[%m-%d]')}</td></tr>\n"
            for a in column.articles[:8]
        )
        boxes += (
            f'<td><table><tr><td><a href="/col/col{column.path}/index.html">{column.name}</a></td><td>'
            f'<a href="/col/col{column.path}/index.html">更多</a></td></tr>\n{rows}</table></td>\n'
        )
    newest = columns[0].articles[0]
    main = fill(
        "hanweb/home",
        newest=_place(columns[0], newest),
        headline=text_of(newest.title),
        boxes=boxes,
        elsewhere=elsewhere,
    )
    return _frame(NAME, main)


def _page(column: Column, article: Article, files: Mapping[str, str], place: int) -> str:
    body = "".join(_block(article, block) for block in article.blocks)
    body += "".join(f'<p style="text-align: right;">{text_of(line)}</p>' for line in article.signature)
    related = "".join(
        f'<li><a href="/art/{_place(column, a)}">{text_of(a.title)}</a></li>'
        for a in column.articles[place + 1 : place + 4]
    )
    main = fill(
        "hanweb/article",
        id=column.path,
        column=column.name,
        title=text_of(article.title),
        date=article.published.strftime("%Y-%m-%d"),
        number=str(5000 + article.number),
        source=text_of(article.source),
        body=body,
        files="".join(f'附件：<a href="{path}">{text_of(name)}</a><br>' for name, path in files.items()),
        related=related,
    )
    metas = {
        "ArticleTitle": article.title,
        "PubDate": article.published.strftime("%Y-%m-%d"),
        "ContentSource": article.source or "",
        "ColumnName": column.name,
        "others": "页面生成时间 2024-05-11 18:10:10",
    }
    return _frame(f"{NAME} {column.name} {article.title}", main, metas)


def _block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        source = _picture(article, article.pictures.index(block))
        caption = f'<p style="text-align: center;">{text}</p>' if text else ""
        return f'<p style="text-align: center;"><img src="{source}" border="0"></p>{caption}'
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td><p>{c}</p></td>" for c in row) + "</tr>" for row in block.rows)
        return f'<table border="1" cellspacing="0"><tbody>{rows}</tbody></table>'
    if block.kind == "heading":
        return f'<p style="text-indent: 2em;"><strong>{text}</strong></p>'
    return f'<p style="text-indent: 2em;">{text}</p>'
