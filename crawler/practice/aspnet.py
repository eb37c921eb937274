"""The `aspnet` site: a mirror farm's copy of an ASP.NET site -> its pages.

UTF-8. The whole page, including furniture, is in Traditional characters, with pinyin after forty of them. Articles are
at `yl_show.aspx?id=22`, list pages have `&page=2`, dates look like 2020/2/19 17:07:24.
"""

from __future__ import annotations

import datetime as dt

from crawler.practice.prose import Newsroom, Place
from crawler.practice.seeds import seed
from crawler.practice.traditional import mirrored
from crawler.practice.truth import Article, Block
from crawler.practice.web import NOT_FOUND, Column, SiteBuilder, Web, columns_of, ending, fill, image, text_of

NAME = "云泽统一战线"
ROOM = Newsroom(
    key="aspnet",
    place=Place(city="云泽市", counties=("云龙区", "铜山区", "泉城区", "沛水县", "丰安县"), paper="云泽日报"),
    since=dt.date(2017, 5, 1),
    until=dt.date(2021, 10, 31),
    names_author=True,
)
# A column's name is also its entry in the breadcrumb; its path is its number.
COLUMNS = (("区县动态/云龙区", "3", 40), ("党派团体/民主党派", "5", 18))


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = columns_of(ROOM, COLUMNS, seeds={0: seed("002", column=0)})
    site = SiteBuilder(base=base, content_type="text/html; charset=utf-8")
    for column in columns:
        for number in range(1, column.pages + 1):
            html = _list(column, number)
            site.page(f"/yl_list.aspx?lm={column.path}&page={number}", html)
            if number == 1:
                site.page(f"/yl_list.aspx?lm={column.path}", html)
        for place, article in enumerate(column.articles):
            _article(site, column, article, place)
    site.page("/", '<script language="javascript">window.location.href="index.aspx";</script>')
    site.page("/index.aspx", _home(columns, elsewhere))
    site.page("/yl_show.aspx?id=99999", mirrored(_frame("yl_show.aspx?id=99999", fill("aspnet/gone"))))
    newest = columns[0].articles[0]
    site.redirect(f"/yl_view.aspx?id={_id(newest)}", _target(newest), status=302)
    site.answers["/images/top.jpg"] = image("aspnet top")
    site.style("/css/css.css", "#1c5fa8")
    site.robots("User-agent: *\r\nAllow: /\r\n")
    return site.finish(NOT_FOUND)


def _id(article: Article) -> int:
    """The seed keeps its own number, 22; the others begin at 101."""
    return article.number if article.blocks[0].shown else 100 + article.number


def _target(article: Article) -> str:
    return f"/yl_show.aspx?id={_id(article)}"


def _when(at: dt.datetime) -> str:
    """Format a time as .NET does in China: only minutes and seconds are padded."""
    return f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02d}:{at.second:02d}"


def _article(site: SiteBuilder, column: Column, article: Article, place: int) -> None:
    for i in range(len(article.pictures)):
        site.answers[_picture(article, i)] = image(f"aspnet {article.number} {i}")
    site.article(
        _target(article),
        article,
        lambda shown: _page(column, shown, place),
        columns=tuple(column.name.split("/")),
        precision="second",
        files=_files(article),
    )


def _files(article: Article) -> dict[str, str]:
    return {name: f"/UploadFiles/file/{article.published:%Y%m%d%H%M%S}.{ending(name)}" for name in article.files}


def _picture(article: Article, number: int) -> str:
    return f"/UploadFiles/{article.published:%Y%m}/{article.published:%Y%m%d%H%M%S}{number}.png"


def _frame(action: str, main: str) -> str:
    return fill("aspnet/frame", title=NAME, action=action, main=main)


def _crumbs(column: Column) -> str:
    first, last = column.name.split("/")
    return (
        f'<a href="yl_list.aspx?lm={column.path}">{first}</a> &gt; <a href="yl_list.aspx?lm={column.path}">{last}</a>'
    )


def _row(article: Article) -> str:
    at = article.published
    title = text_of(article.title)
    return (
        f'<tr><td><div class="li"><span style="float:right">[{at.year}-{at.month}-{at.day}]</span>·'
        f"<a href='{_target(article)[1:]}' title='{title}' target='_blank'>{title}</a></div></td></tr>\n"
    )


def _list(column: Column, number: int) -> str:
    last = column.pages

    def link(page: int, words: str) -> str:
        return f'<a href="yl_list.aspx?lm={column.path}&amp;page={page}">{words}</a> '

    pager = f"共{len(column.articles)}条 第{number}/{last}页 "
    pager += link(1, "首页") + link(number - 1, "上一页") if number > 1 else "首页 上一页 "
    pager += link(number + 1, "下一页") + link(last, "尾页") if number < last else "下一页 尾页"
    rows = "".join(_row(a) for a in column.page(number))
    main = fill("aspnet/list", crumbs=_crumbs(column), rows=rows, pager=pager)
    return mirrored(_frame(f"yl_list.aspx?lm={column.path}", main))


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = "".join(
        f'<div class="box"><h4>{_crumbs(c)}</h4><table>{"".join(_row(a) for a in c.articles[:8])}</table></div>\n'
        for c in columns
    )
    newest = columns[0].articles[0]
    main = fill(
        "aspnet/home", boxes=boxes, newest=str(_id(newest)), headline=text_of(newest.title), elsewhere=elsewhere
    )
    return mirrored(_frame("index.aspx", main))


def _page(column: Column, article: Article, place: int) -> str:
    body = "".join(_block(article, block) for block in article.blocks)
    body += "".join(f'<p align="right">{mirrored(text_of(line))}</p>' for line in article.signature)

    def near(words: str, at: int) -> str:
        if not 0 <= at < len(column.articles):
            return f"{words}：没有了<br />"
        other = column.articles[at]
        return f'{words}：<a href="{_target(other)[1:]}">{text_of(other.title)}</a><br />'

    author = f" 作者：{text_of(article.author)}" if article.author else ""
    main = fill(
        "aspnet/article",
        crumbs=_crumbs(column),
        title=text_of(article.title),
        dateline=f"来源：{text_of(article.source)}{author} | 发布时间：{_when(article.published)}",
        files="".join(f'附件：<a href="{path[1:]}">{text_of(name)}</a>' for name, path in _files(article).items()),
        beside=near("上一篇", place + 1) + near("下一篇", place - 1),
    )
    # Insert the seed's body last, because it has pinyin already.
    return mirrored(_frame(_target(article)[1:], main)).replace("@BODY@", body)


def _block(article: Article, block: Block) -> str:
    text = block.shown or mirrored(text_of(block.text))
    if block.kind == "picture":
        source = _picture(article, article.pictures.index(block))
        caption = f'<div style="text-align: center">{text}</div>' if text else ""
        return f'<div style="text-align: center"><img src="{source}" alt="" width="600" /></div>{caption}\n'
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td>{mirrored(c)}</td>" for c in row) + "</tr>" for row in block.rows)
        return f'<table border="1" cellpadding="2"><tbody>{rows}</tbody></table>\n'
    if block.kind == "heading":
        return f"<div><strong>&emsp;&emsp;{text}</strong></div>\n"
    return f'<div><span style="font-size: 16px; font-family: 仿宋">&emsp;&emsp;{text}</span></div>\n'
