"""The `trs` site: a provincial United Front site built by TRS WCM -> its pages.

UTF-8. Dates are precise to the minute in `PubDate` and in the dateline, and to the day in the article's URL. Only the
script `createPageHTML` names the further list pages (`index_1.html`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from crawler.practice.prose import Newsroom, Place
from crawler.practice.seeds import seed
from crawler.practice.truth import Article, Block
from crawler.practice.web import (
    NOT_FOUND,
    WORD_HEAD,
    Column,
    SiteBuilder,
    Web,
    columns_of,
    ending,
    fill,
    image,
    text_of,
    word,
)

NAME = "云岭统一战线"
ROOM = Newsroom(
    key="trs",
    place=Place(
        city="江州市", counties=("东陵县", "石桥县", "松岗区", "临湖区", "清溪县", "北塔区"), paper="云岭统战网"
    ),
    since=dt.date(2018, 1, 5),
    until=dt.date(2023, 11, 20),
)
COLUMNS = (("统战要闻", "tzyw", 46), ("基层动态", "jcdt", 21), ("通知公告", "tzgg", 6))


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = columns_of(ROOM, COLUMNS, seeds={0: seed("001", column=0)})
    site = SiteBuilder(base=base)
    for column in columns:
        for number in range(1, column.pages + 1):
            html = _list(column, number)
            site.page(f"/{column.path}/index{'' if number == 1 else f'_{number - 1}'}.html", html)
            if number == 1:
                site.page(f"/{column.path}/", html)
        for place, article in enumerate(column.articles):
            _article(site, column, article, column.articles[place - 1] if place else None)
    site.page("/", _home(columns, elsewhere))
    site.page("/tzyw/201512/t20151201_404.html", _frame(NAME, fill("trs/gone"), "/"))
    site.redirect("/index.html", "/")
    newest = columns[0].articles[0]
    site.redirect(f"/tzyw/old/{newest.number}.html", f"{base}/tzyw/{_place(newest)}", status=302)
    site.answers["/images/logo.png"] = image("trs logo")
    site.answers["/images/top.jpg"] = image("trs top")
    site.style("/images/style.css", "#b01f24")
    site.robots("User-agent: *\nDisallow: /was5/\nDisallow: /wcm/\n")
    return site.finish(NOT_FOUND)


def _folder(article: Article) -> str:
    return article.published.strftime("%Y%m")


def _place(article: Article) -> str:
    """The path of an article below its column."""
    return f"{_folder(article)}/t{article.published.strftime('%Y%m%d')}_{10000 + article.number}.html"


def _stamp(article: Article) -> str:
    """The beginning of the names of an article's files: the time of upload and a number, as in TRS."""
    return f"P0{article.published.strftime('%Y%m%d%H%M%S')}{article.number:06d}"


def _article(site: SiteBuilder, column: Column, article: Article, beside: Article | None) -> None:
    folder = f"/{column.path}/{_folder(article)}"
    files = {n: f"{folder}/{_stamp(article)}{i}.{ending(n)}" for i, n in enumerate(article.files)}
    for i in range(len(article.pictures)):
        site.answers[f"{folder}/{_stamp(article)}9{i}.png"] = image(f"trs {article.number} {i}")
    site.article(
        f"/{column.path}/{_place(article)}",
        article,
        lambda shown: _page(column, shown, files, beside),
        columns=(column.name,),
        precision="minute",
        files=files,
    )


def _frame(title: str, main: str, up: str, metas: Mapping[str, str] | None = None) -> str:
    lines = "".join(f'<meta name="{name}" content="{text_of(value)}" />\n' for name, value in (metas or {}).items())
    return fill("trs/frame", title=text_of(title), main=main, up=up, metas=lines)


def _rows(articles: tuple[Article, ...], folder: str) -> str:
    rows = ""
    for place, article in enumerate(articles):
        title = text_of(article.title)
        rows += (
            f'<li><span class="date">{article.published.strftime("%Y-%m-%d")}</span>'
            f'<a href="{folder}{_place(article)}" target="_blank" title="{title}">{title}</a></li>\n'
        )
        if place % 5 == 4:
            rows += '<li class="line"></li>\n'
    return rows


def _list(column: Column, number: int) -> str:
    main = fill(
        "trs/list",
        column=column.name,
        path=column.path,
        rows=_rows(column.page(number), "./"),
        pages=str(column.pages),
        index=str(number - 1),
    )
    return _frame(f"{column.name}-{NAME}", main, "../", {"ColumnName": column.name})


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = ""
    for column in columns:
        link = f'<a href="./{column.path}/">{column.name}</a><a class="more" href="./{column.path}/">更多&gt;&gt;</a>'
        rows = _rows(column.articles[:8], f"./{column.path}/")
        boxes += f'<div class="box"><h2>{link}</h2><ul class="list">\n{rows}</ul></div>\n'
    newest = columns[0].articles[0]
    main = fill(
        "trs/home",
        newest=str(newest.number),
        headline=text_of(newest.title),
        boxes=boxes,
        elsewhere=elsewhere,
    )
    return _frame(NAME, main, "./")


def _page(column: Column, article: Article, files: Mapping[str, str], beside: Article | None) -> str:
    pasted = article.number % 5 == 2
    body = WORD_HEAD if pasted else ""
    for block in article.blocks:
        body += word(block.text) if pasted and block.kind == "text" else _block(article, block)
    body += "".join(f'<p align="right" style="text-align: right">{text_of(line)}</p>\n' for line in article.signature)
    if article.number % 4 == 1:
        # Text pasted from Word has empty paragraphs between the others.
        body = body.replace("</p>\n", "</p>\n<p>&nbsp;</p>\n")
    names = {path.rsplit("/", 1)[1]: text_of(name) for name, path in files.items()}
    listed = "".join(f'<p><a href="./{f}" oldsrc="/protect/{f}">{name}</a></p>' for f, name in names.items())
    main = fill(
        "trs/article",
        column=column.name,
        title=text_of(article.title),
        date=article.published.strftime("%Y-%m-%d %H:%M"),
        source=text_of(article.source),
        number=str(article.number),
        body=body,
        files=f"<strong>附件：</strong>{listed}" if listed else "",
        near=f'<li>·<a href="../{_place(beside)}">{text_of(beside.title)}</a></li>' if beside else "",
    )
    metas = {
        "ColumnName": column.name,
        "ColumnType": "新闻动态",
        "ArticleTitle": article.title,
        "PubDate": article.published.strftime("%Y-%m-%d %H:%M"),
        "ContentSource": article.source or "",
        "Keywords": ";".join(article.keywords),
        "Author": "",
        "Description": article.lines[0][:60],
        "Url": f"/{column.path}/{_place(article)}",
    }
    return _frame(f"{article.title}-{NAME}", main, "../../", metas)


def _block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        label = f' alt="{text_of(block.shown)}" title="{text_of(block.shown)}"' if block.shown else ' alt=""'
        source = f"./{_stamp(article)}9{article.pictures.index(block)}.png"
        shown = f'<img src="{source}" width="550" border="0"{label} oldsrc="W020{article.number}.png" />'
        if text:
            caption = f'<p align="center" style="text-align: center"><font color="#000080">{text}</font></p>\n'
        else:
            caption = ""
        return f'<p align="center" style="text-align: center">{shown}</p>\n{caption}'
    if block.kind == "table":
        rows = ""
        for row in block.rows:
            rows += "<tr>" + "".join(f'<td style="border:1px solid #000"><p>{c}</p></td>' for c in row) + "</tr>\n"
        return f'<table border="1" cellspacing="0" cellpadding="0" align="center"><tbody>\n{rows}</tbody></table>\n'
    if block.kind == "heading":
        return f"<p>　　<strong>{text}</strong></p>\n"
    return f'<p style="line-height: 2em; text-indent: 0">　　{text}</p>\n'
