"""The `vsb` site: a city's United Front department on VSB (博达) with a layout change in the middle -> its pages.

UTF-8. Pagers count backwards (`xwdt/3.htm` is page 2 of 4). Articles until 2020 have an old layout with tables, and a
third of these have a date only in their list row. The site file has a reading era for each layout.
"""

from __future__ import annotations

import datetime as dt

from crawler.practice.prose import Newsroom, Place
from crawler.practice.truth import Article, Block
from crawler.practice.web import NOT_FOUND, Column, SiteBuilder, Web, columns_of, fill, image, text_of

NAME = "临泉市委统战部"
ROOM = Newsroom(
    key="vsb",
    place=Place(city="临泉市", counties=("蒙河县", "沂山县", "罗庄区", "河东区", "平水县"), paper="临泉日报"),
    since=dt.date(2017, 3, 1),
    until=dt.date(2024, 2, 28),
    names_author=True,
)
COLUMNS = (("新闻动态", "xwdt", 47), ("统战工作", "tzgz", 17))
# The first day of the new layout.
NEW_LAYOUT = dt.date(2021, 1, 1)


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = columns_of(ROOM, COLUMNS, seeds={})
    site = SiteBuilder(base=base)
    for tree, column in enumerate(columns, 1001):
        for number in range(1, column.pages + 1):
            site.page(_list_target(column, number), _list(column, tree, number))
        for place in range(len(column.articles)):
            _article(site, column, tree, place)
    site.page("/", '<html><head><meta http-equiv="refresh" content="0; url=index.htm"></head><body></body></html>')
    site.page("/index.htm", _home(columns, elsewhere))
    site.page("/info/1001/1.htm", _frame(NAME, fill("vsb/gone")))
    newest = columns[0].articles[0]
    site.redirect(
        f"/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1001&wbnewsid={newest.number}", _target(1001, newest)
    )
    site.answers["/images/logo.png"] = image("vsb logo")
    site.style("/style/style.css", "#1d4e89")
    site.robots("User-agent: *\nCrawl-delay: 0\nDisallow: /system/resource/\n")
    return site.finish(NOT_FOUND)


def _target(tree: int, article: Article) -> str:
    return f"/info/{tree}/{3000 + article.number}.htm"


def _list_target(column: Column, number: int) -> str:
    """The target of a list page: page 1 is the column's own page; the others count backwards to 1.htm."""
    return f"/{column.path}.htm" if number == 1 else f"/{column.path}/{column.pages - number + 1}.htm"


def _old(article: Article) -> bool:
    return article.published.date() < NEW_LAYOUT


def _dated(article: Article) -> bool:
    return not _old(article) or article.number % 3 != 0


def _article(site: SiteBuilder, column: Column, tree: int, place: int) -> None:
    article = column.articles[place]
    for i in range(len(article.pictures)):
        site.answers[_picture(article, i)] = image(f"vsb {article.number} {i}")
    site.article(
        _target(tree, article),
        article,
        lambda shown: _page(column, tree, shown, place),
        columns=(column.name,),
        precision="minute" if _dated(article) and not _old(article) else "day",
        files=_files(article),
    )


def _files(article: Article) -> dict[str, str]:
    address = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1337&wbfileid="
    return dict.fromkeys(article.files, f"{address}{article.number:032X}")


def _picture(article: Article, number: int) -> str:
    return f"/__local/{number}/{article.number:02X}/{article.number:06X}_{article.published:%Y%m%d}_{number}.png"


def _frame(title: str, main: str, metas: str = "") -> str:
    return fill("vsb/frame", title=text_of(title), main=main, metas=metas)


def _rows(articles: tuple[Article, ...], tree: int) -> str:
    rows = ""
    for place, article in enumerate(articles):
        title = text_of(article.title)
        rows += (
            f'<li id="line_u7_{place}"><span>{article.published.strftime("%Y-%m-%d")}</span>'
            f'<a href="{_target(tree, article)}" target="_blank" title="{title}">{title}</a></li>\n'
        )
    return rows


def _list(column: Column, tree: int, number: int) -> str:
    last = column.pages

    def link(kind: str, page: int, words: str) -> str:
        # Like VSB, use relative links: from xwdt.htm down, from xwdt/3.htm beside or up.
        target = _list_target(column, page)
        beside = f"../{column.path}.htm" if page == 1 else target.rsplit("/", 1)[1]
        href = target[1:] if number == 1 else beside
        return f'<span class="p_{kind} p_fun"><a href="{href}">{words}</a></span>'

    pager = f'<span class="p_t">共{len(column.articles)}条</span><span class="p_t">{number}/{last}</span>'
    if number > 1:
        pager += link("first", 1, "首页") + link("prev", number - 1, "上页")
    for page in range(1, last + 1):
        pager += f'<span class="p_no_d">{page}</span>' if page == number else link("no", page, str(page))
    if number < last:
        pager += link("next", number + 1, "下页") + link("last", last, "尾页")
    main = fill("vsb/list", column=column.name, path=column.path, rows=_rows(column.page(number), tree), pager=pager)
    return _frame(f"{column.name}-{NAME}", main)


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = "".join(
        f'<div class="box"><h2><a href="/{c.path}.htm">{c.name}</a><a class="more" href="/{c.path}.htm">更多</a></h2>'
        f"<ul>{_rows(c.articles[:7], tree)}</ul></div>\n"
        for tree, c in enumerate(columns, 1001)
    )
    newest = columns[0].articles[0]
    old = f"/content.jsp?urltype=news.NewsContentUrl&amp;wbtreeid=1001&amp;wbnewsid={newest.number}"
    return _frame(NAME, fill("vsb/home", old=old, headline=text_of(newest.title), boxes=boxes, elsewhere=elsewhere))


def _page(column: Column, tree: int, article: Article, place: int) -> str:
    def near(words: str, at: int) -> str:
        if not 0 <= at < len(column.articles):
            return ""
        other = column.articles[at]
        return f'{words}：<a href="{_target(tree, other)}">{text_of(other.title)}</a><br>'

    old = _old(article)
    body = "".join(_old_block(article, b) if old else _block(article, b) for b in article.blocks)
    for line in article.signature:
        body += f"　　{text_of(line)}<br>\n" if old else f'<p style="text-align: right">{text_of(line)}</p>\n'
    if old:
        date = f"{article.published.strftime('%Y年%m月%d日')}&nbsp;&nbsp;" if _dated(article) else ""
    else:
        date = article.published.strftime("%Y-%m-%d %H:%M")
    main = fill(
        "vsb/old" if old else "vsb/article",
        column=column.name,
        path=column.path,
        title=text_of(article.title),
        author=text_of(article.author),
        source=text_of(article.source),
        date=date,
        number=str(3000 + article.number),
        body=body,
        files="".join(
            f'<li>附件【<a href="{text_of(path)}" target="_blank">{text_of(name)}</a>】已下载<script>0</script>次</li>'
            for name, path in _files(article).items()
        ),
        beside=near("上一条", place - 1) + near("下一条", place + 1),
    )
    metas = "" if old else f'<META Name="pageTitle" Content="{text_of(article.title)}">\n'
    return _frame(f"{article.title}-{NAME}", main, metas)


def _block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        source = _picture(article, article.pictures.index(block))
        caption = f'<p style="text-align: center"><span style="font-size: 14px">{text}</span></p>\n' if text else ""
        return f'<p class="vsbcontent_img"><img src="{source}" width="600" class="img_vsb_content"></p>\n{caption}'
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in block.rows)
        return f'<table border="1"><tbody>{rows}</tbody></table>\n'
    if block.kind == "heading":
        return f'<p class="vsbcontent_start"><strong>{text}</strong></p>\n'
    return f'<p style="text-indent: 2em">{text}</p>\n'


def _old_block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        source = _picture(article, article.pictures.index(block))
        return f'<center><img src="{source}"></center>' + (f"<center>{text}</center>\n" if text else "\n")
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in block.rows)
        return f'<table border="1">{rows}</table>\n'
    return f"　　{text}<br>\n"
