"""The `farm` site: a content farm that copies news under false dates -> its pages.

UTF-8, labelled only in the page. A line of keywords precedes the title, the title is twice in one line, the dateline
has no spaces, and the farm adds a closing sentence. Every other article mentions events later than its date.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from crawler.practice.prose import Newsroom, Place
from crawler.practice.seeds import seed
from crawler.practice.truth import Article, Block
from crawler.practice.web import NOT_FOUND, Column, SiteBuilder, Web, columns_of, ending, fill, image, text_of

NAME = "网站导航收录"
ROOM = Newsroom(
    key="farm",
    place=Place(city="清平市", counties=("龙泉县", "白鹤县", "金川区", "石门县"), paper="清平新闻网"),
    since=dt.date(2015, 1, 10),
    until=dt.date(2019, 11, 30),
    names_source=False,
    false_dates=True,
)
COLUMNS = (("百科知识", "zs", 38), ("生活常识", "sh", 17))
CLOSINGS = (
    "本文到此结束，希望对大家有所帮助呢。",
    "以上就是小编整理的全部内容，希望对大家有所帮助。",
    "关于{}就介绍到这里，更多精彩内容敬请关注本站。",
)


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = tuple(_farmed(c) for c in columns_of(ROOM, COLUMNS, seeds={0: seed("000", column=0)}))
    site = SiteBuilder(base=base)
    for column in columns:
        for number in range(1, column.pages + 1):
            html = _list(column, number)
            site.page(f"/sl/{column.path}/{'' if number == 1 else f'index_{number}.html'}", html)
        for place in range(len(column.articles)):
            _article(site, column, place)
    home = _home(columns, elsewhere)
    site.page("/", home)
    site.page("/sl/", home)
    site.page("/sl/zs/bk_1.html", _frame(NAME, fill("farm/gone")))
    newest = columns[0].articles[0]
    site.redirect(f"/zs/{newest.number}.html", _target(columns[0], newest))
    site.answers["/static/logo.png"] = image("farm logo")
    # Every page links to this one, but robots.txt disallows it.
    site.page("/plus/list.php?tid=1", _frame(NAME, "<ul><li>快速收录</li></ul>"))
    site.style("/static/css/main.css", "#0f766e")
    site.robots("User-agent: *\nDisallow: /plus/\nDisallow: /tag/\n")
    return site.finish(NOT_FOUND)


def _farmed(column: Column) -> Column:
    """Change a column as the farm does: it puts 地名: before every title and names 互联网 as every source."""
    city = ROOM.place.city

    def title(old: str) -> str:
        return old if re.search("[:：]", old) else f"{city}：{old.removeprefix(city)}"

    return replace(column, articles=tuple(replace(a, title=title(a.title), source="互联网") for a in column.articles))


def _target(column: Column, article: Article) -> str:
    return f"/sl/{column.path}/bk_{352000 + article.number if article.number < 1000 else article.number}.html"


def _article(site: SiteBuilder, column: Column, place: int) -> None:
    article = column.articles[place]
    for i in range(len(article.pictures)):
        site.answers[_picture(article, i)] = image(f"farm {article.number} {i}")
    site.article(
        _target(column, article),
        article,
        lambda shown: _page(column, shown, place),
        columns=(NAME, column.name),
        precision="day",
        files=_files(article),
    )


def _files(article: Article) -> dict[str, str]:
    return {name: f"/uploads/soft/{article.number}.{ending(name)}" for name in article.files}


def _picture(article: Article, number: int) -> str:
    return f"/uploads/{article.published.strftime('%y%m%d')}/{article.number}-{number}.png"


def _heading(article: Article) -> str:
    """The title as the farm shows it: `泸县(泸县:同舟共济)`."""
    return text_of(f"{re.split('[:：]', article.title)[0]}({article.title})")


def _frame(title: str, main: str, keywords: str = "", description: str = "") -> str:
    return fill("farm/frame", title=title, main=main, keywords=keywords, description=text_of(description))


def _row(column: Column, article: Article) -> str:
    return (
        f'<div class="item"><a href="{_target(column, article)}"><h3>{_heading(article)}</h3></a>'
        f"<p>{text_of(article.lines[0][:70])}...</p>"
        f'<span class="time">{article.published.strftime("%Y-%m-%d")}</span></div>\n'
    )


def _list(column: Column, number: int) -> str:
    def link(page: int, words: str) -> str:
        return f'<a href="/sl/{column.path}/{"" if page == 1 else f"index_{page}.html"}">{words}</a>'

    last = column.pages
    pager = link(number - 1, "上一页") if number > 1 else ""
    pager += "".join(f"<b>{p}</b>" if p == number else link(p, str(p)) for p in range(1, last + 1))
    pager += link(number + 1, "下一页") if number < last else ""
    rows = "".join(_row(column, a) for a in column.page(number))
    main = fill("farm/list", column=column.name, path=column.path, rows=rows, pager=pager)
    return _frame(f"{column.name}_{NAME}", main)


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = ""
    for column in columns:
        links = "".join(f'<li><a href="{_target(column, a)}">{_heading(a)}</a></li>\n' for a in column.articles[:10])
        boxes += f'<div class="box"><h2><a href="/sl/{column.path}/">{column.name}</a></h2><ul>{links}</ul></div>\n'
    newest = columns[0].articles[0]
    main = fill(
        "farm/home", old=f"/zs/{newest.number}.html", headline=_heading(newest), boxes=boxes, elsewhere=elsewhere
    )
    return _frame(f"{NAME}_免费收录", main, "导航,收录")


def _page(column: Column, article: Article, place: int) -> str:
    body = "\n".join(_block(article, block) for block in article.blocks)
    body += "".join(f"\n<p>{text_of(line)}</p>" for line in article.signature)

    def near(at: int) -> str:
        if not 0 <= at < len(column.articles):
            return f'<a href="/sl/{column.path}/">返回列表</a>'
        other = column.articles[at]
        return f'<a href="{_target(column, other)}">{_heading(other)}</a>'

    related = "".join(
        f'<li><a href="{_target(column, a)}">{_heading(a)}</a></li>' for a in column.articles[place + 1 : place + 5]
    )
    main = fill(
        "farm/article",
        column=column.name,
        path=column.path,
        heading=_heading(article),
        keywords=",".join(article.keywords),
        date=article.published.strftime("%Y-%m-%d"),
        source=text_of(article.source),
        number=str(article.number),
        body=body,
        closing=CLOSINGS[article.number % 3].format(article.keywords[0]),
        files="".join(f'<a href="{path}">{text_of(name)}</a>' for name, path in _files(article).items()),
        before=near(place + 1),
        after=near(place - 1),
        related=related,
    )
    return _frame(_heading(article), main, ",".join(article.keywords), article.lines[0][:80])


def _block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        source = _picture(article, article.pictures.index(block))
        caption = f'\n<p style="text-align:center">{text}</p>' if text else ""
        return f'<p><img src="{source}" alt="{_heading(article)}"></p>{caption}'
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in block.rows)
        return f"<table>{rows}</table>"
    return f"<p>{text}</p>"
