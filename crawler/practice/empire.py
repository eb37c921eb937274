"""The `empire` site: a health-and-society news site on EmpireCMS's default template -> its pages.

GBK, labelled gb2312. Its pages have a digg box, a comment form, file names beside pictures, and 推荐资讯 with each
headline twice, once cut to twelve characters. List pages are at `index_2.html`. Its robots.txt is the home page.
"""

from __future__ import annotations

import datetime as dt

from crawler.practice.prose import Newsroom, Place
from crawler.practice.seeds import seed
from crawler.practice.truth import Article, Block
from crawler.practice.web import NOT_FOUND, Column, SiteBuilder, Web, columns_of, ending, fill, image, text_of

NAME = "统战健康网"
ROOM = Newsroom(
    key="empire",
    place=Place(city="丰原市", counties=("和谷县", "平川区", "东渡县", "红岭旗", "西江区"), paper="统战健康网"),
    since=dt.date(2017, 2, 1),
    until=dt.date(2021, 12, 20),
    names_author=True,
)
COLUMNS = (("地方时讯", "difangshixun", 44), ("统战智库", "tongzhanzhiku", 16))


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = columns_of(ROOM, COLUMNS, seeds={0: seed("004", column=0)})
    site = SiteBuilder(base=base, encoding="gbk")
    for column in columns:
        for number in range(1, column.pages + 1):
            html = _list(column, number, columns)
            site.page(f"/html/{column.path}/index{'' if number == 1 else f'_{number}'}.html", html)
            if number == 1:
                site.page(f"/html/{column.path}/", html)
        for place in range(len(column.articles)):
            _article(site, columns, column, place)
    home = _home(columns, elsewhere)
    site.page("/", home)
    site.page("/html/difangshixun/2009-01-01/1.html", _frame(f"信息提示 - {NAME}", fill("empire/gone")))
    newest = columns[0].articles[0]
    site.redirect(_old(newest), _target(columns[0], newest), status=302)
    site.style("/skin/default/css/style.css", "#c2410c")
    site.robots(home, content_type="text/html")
    for name in ("/skin/default/images/logo.gif", "/skin/default/images/back.gif", "/d/file/focus.jpg"):
        site.answers[name] = image(f"empire {name}")
    return site.finish(NOT_FOUND)


def _target(column: Column, article: Article) -> str:
    return f"/html/{column.path}/{article.published.strftime('%Y-%m-%d')}/{article.number}.html"


def _old(article: Article) -> str:
    """The dynamic address that the static one replaced."""
    return f"/e/action/ShowInfo.php?classid=1&id={article.number}"


def _article(site: SiteBuilder, columns: tuple[Column, ...], column: Column, place: int) -> None:
    article = column.articles[place]
    for i in range(len(article.pictures)):
        site.answers[_picture(article, i)] = image(f"empire {article.number} {i}")
    site.article(
        _target(column, article),
        article,
        lambda shown: _page(columns, column, shown, place),
        columns=(column.name,),
        precision="second",
        files=_files(article),
    )


def _files(article: Article) -> dict[str, str]:
    day = article.published.strftime("%Y-%m-%d")
    return {name: f"/d/file/{day}/{article.number:08x}f.{ending(name)}" for name in article.files}


def _picture(article: Article, number: int) -> str:
    return f"/d/file/{article.published.strftime('%Y-%m-%d')}/{article.number:08x}{number}.png"


def _frame(title: str, main: str, keywords: str = "", description: str = "") -> str:
    return fill("empire/frame", title=text_of(title), main=main, keywords=keywords, description=text_of(description))


def _rows(column: Column, articles: tuple[Article, ...], *, dated: bool = False) -> str:
    rows = ""
    for article in articles:
        date = f"<span>{article.published.strftime('%Y-%m-%d')}</span>" if dated else ""
        title = text_of(article.title)
        rows += f'<li>{date}<a href="{_target(column, article)}" title="{title}" target="_blank">{title}</a></li>\n'
    return rows


def _twins(column: Column, articles: tuple[Article, ...]) -> str:
    """推荐资讯: each headline below a picture, then again, cut to twelve characters."""
    rows = ""
    for article in articles:
        target, title = _target(column, article), text_of(article.title)
        rows += (
            f'<tr><td align="center"><a href="{target}"><img src="/skin/default/images/back.gif" width="100" />'
            f'</a></td></tr>\n<tr><td><a href="{target}">{title}</a></td></tr>\n'
            f'<tr><td align="center"><a href="{target}" title="{title}">{text_of(article.title[:12])}</a></td></tr>\n'
        )
    return rows


def _list(column: Column, number: int, columns: tuple[Column, ...]) -> str:
    def link(page: int, words: str) -> str:
        return f'<a href="/html/{column.path}/index{"" if page == 1 else f"_{page}"}.html">{words}</a>&nbsp;'

    last = column.pages
    pager = f'<a title="总数">&nbsp;<b>{len(column.articles)}</b> </a>&nbsp;&nbsp;&nbsp;'
    if number > 1:
        pager += link(1, "首页") + link(number - 1, "上一页")
    pager += "".join(f"<b>{p}</b>&nbsp;" if p == number else link(p, str(p)) for p in range(1, last + 1))
    if number < last:
        pager += link(number + 1, "下一页") + link(last, "尾页")
    main = fill(
        "empire/list",
        column=column.name,
        path=column.path,
        rows=_rows(column, column.page(number), dated=True),
        pager=pager,
        related=_rows(columns[-1], columns[-1].articles[:5]),
    )
    return _frame(f"{column.name} - {NAME}", main, column.name)


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = "".join(
        f'<td><table class="title"><tr><td><strong><a href="/html/{c.path}/">{c.name}</a></strong></td><td>'
        f'<a href="/html/{c.path}/">更多>></a></td></tr></table><ul>\n{_rows(c, c.articles[:9])}</ul></td>\n'
        for c in columns
    )
    main = fill("empire/home", old=_old(columns[0].articles[0]), boxes=boxes, elsewhere=elsewhere)
    return _frame(f"{NAME} - 健康与社会", main, "健康,统战")


def _page(columns: tuple[Column, ...], column: Column, article: Article, place: int) -> str:
    body = "\n".join(_block(article, block) for block in article.blocks)
    body += "".join(f'\n<p align="right">{text_of(line)}</p>' for line in article.signature)
    others = (*column.articles[:place], *column.articles[place + 1 :])
    when = article.published.strftime("%Y-%m-%d %H:%M:%S")
    main = fill(
        "empire/article",
        column=column.name,
        path=column.path,
        title=text_of(article.title),
        dateline=f"时间：{when}&nbsp;&nbsp;来源：{text_of(article.source)}&nbsp;&nbsp;作者：{text_of(article.author)}",
        body=body,
        files="".join(
            f'附件下载：<a href="{path}">{text_of(name)}</a><br />' for name, path in _files(article).items()
        ),
        class_id=str(columns.index(column) + 1),
        number=str(article.number),
        twins=_twins(column, others[:4]),
        related=_rows(column, others[4:6]),
        fresh=_rows(column, others[:8]),
        hot=_rows(columns[-1], columns[-1].articles[2:8]),
    )
    return _frame(f"{article.title} - {NAME}", main, ",".join(article.keywords), article.lines[0][:80])


def _block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        number = article.pictures.index(block)
        source = _picture(article, number)
        label = text_of(block.shown or f"微信截图_{article.published.strftime('%Y%m%d%H%M%S')}.png" * (not text))
        shown = f'<p style="text-align: center"><img alt="{label}" src="{source}" width="500" /></p>'
        return shown + (f'\n<p style="text-align: center">{text or label}</p>' if text or label else "")
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in block.rows)
        return f'<table border="1" align="center" style="width:400px"><tbody>{rows}</tbody></table>'
    if block.kind == "heading":
        return f"<p>　　<strong>{text}</strong></p>\n<p>&nbsp;</p>"
    # A page of this site is pasted from Word: each paragraph in its own span.
    return f'<p class="MsoNormal"><span style="font-size: 14px"><font face="宋体">　　{text}</font></span></p>'
