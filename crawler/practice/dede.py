"""The `dede` site: a city's United Front department on DedeCMS, laid out in nested tables -> its pages.

GBK, labelled gb2312 in the page and not at all in HTTP. The body is one `<td>` with `<br />`. List pages are at
`list_1_2.html`. Dates are precise to the second if the dateline has a time. There is no robots.txt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from crawler.practice.prose import Newsroom, Place
from crawler.practice.seeds import seed
from crawler.practice.truth import Article, Block
from crawler.practice.web import NOT_FOUND, Column, SiteBuilder, Web, columns_of, ending, fill, image, text_of

NAME = "望山统一战线"
ROOM = Newsroom(
    key="dede",
    place=Place(city="望山市", counties=("白岭县", "柳原区", "南屏县", "永泽区", "茶山县"), paper="望山日报"),
    since=dt.date(2016, 3, 1),
    until=dt.date(2022, 6, 30),
    names_author=True,
)
COLUMNS = (("统战要闻", "tongzhanyaowen", 40), ("区县动态", "quxiandongtai", 18), ("通知公告", "tongzhigonggao", 5))
_INDENT = "&nbsp;&nbsp;&nbsp;&nbsp;"


def build(base: str, elsewhere: str) -> Web:
    """Make all responses of the site at `base`, which links once to `elsewhere`."""
    columns = columns_of(ROOM, COLUMNS, seeds={1: seed("003", column=1)})
    site = SiteBuilder(base=base, encoding="gbk")
    for type_id, column in enumerate(columns, 1):
        for number in range(1, column.pages + 1):
            html = _list(column, type_id, number)
            site.page(f"/a/{column.path}/list_{type_id}_{number}.html", html)
            if number == 1:
                site.page(f"/a/{column.path}/", html)
                site.page(f"/a/{column.path}/index.html", html)
        for place in range(len(column.articles)):
            _article(site, column, place)
    site.page("/", _home(columns, elsewhere))
    site.page("/a/tongzhanyaowen/2012/0101/1.html", _frame(NAME, fill("dede/gone")))
    newest = columns[0].articles[0]
    site.redirect(f"/plus/view.php?aid={newest.number}", _target(columns[0], newest))
    for name in ("/templets/images/banner.gif", "/uploads/allimg/focus.png"):
        site.answers[name] = image(f"dede {name}")
    site.style("/templets/default/style/dedecms.css", "#b80000")
    return site.finish(NOT_FOUND)


def _target(column: Column, article: Article) -> str:
    return f"/a/{column.path}/{article.published.strftime('%Y/%m%d')}/{article.number}.html"


def _article(site: SiteBuilder, column: Column, place: int) -> None:
    article = column.articles[place]
    day = article.published.strftime("%y%m%d")
    files = {n: f"/uploads/soft/{day}/1-{day}{article.number}.{ending(n)}" for n in article.files}
    for i in range(len(article.pictures)):
        site.answers[_picture(article, i)] = image(f"dede {article.number} {i}")
    site.article(
        _target(column, article),
        article,
        lambda shown: _page(column, shown, files, place),
        columns=(column.name,),
        precision="second" if _timed(article) else "day",
        files=files,
    )


def _picture(article: Article, number: int) -> str:
    return f"/uploads/allimg/{article.published.strftime('%y%m%d')}/1-{article.number}_{number}.png"


def _timed(article: Article) -> bool:
    """Whether the dateline has a time of day; the seed article's has none."""
    return article.published.time() != dt.time()


def _frame(title: str, main: str, keywords: str = "", description: str = "") -> str:
    return fill("dede/frame", title=text_of(title), main=main, keywords=keywords, description=text_of(description))


def _list(column: Column, type_id: int, number: int) -> str:
    rows = ""
    for article in column.page(number):
        rows += (
            '<tr><td height="26"><img src="/templets/images/dot.gif" /> '
            f'<a href="{_target(column, article)}" target="_blank">{text_of(article.title)}</a></td>'
            f'<td align="right" width="110"><font color="#999999">{article.published.strftime("%Y-%m-%d")}</font></td>'
            "</tr>\n"
        )
    last = column.pages

    def link(page: int, words: str) -> str:
        return f"<li><a href='list_{type_id}_{page}.html'>{words}</a></li>"

    if last == 1:
        total = len(column.articles)
        pager = f'<li><span class="pageinfo">共 <strong>1</strong>页<strong>{total}</strong>条记录</span></li>'
    else:
        pager = "<li>首页</li>" if number == 1 else link(1, "首页") + link(number - 1, "上一页")
        for page in range(1, last + 1):
            pager += f'<li class="thisclass">{page}</li>' if page == number else link(page, str(page))
        pager += "<li>末页</li>" if number == last else link(number + 1, "下一页") + link(last, "末页")
        options = "".join(f"<option value='list_{type_id}_{p}.html'>{p}</option>" for p in range(1, last + 1))
        pager += (
            f"<li><select name='sldd' onchange='location.href=this.options[this.selectedIndex].value;'>{options}"
            f'</select></li><li><span class="pageinfo">共 <strong>{last}</strong>页<strong>{len(column.articles)}'
            "</strong>条</span></li>"
        )
    main = fill("dede/list", column=column.name, path=column.path, rows=rows, pager=pager)
    return _frame(f"{column.name}_{NAME}", main)


def _links(column: Column, articles: tuple[Article, ...]) -> str:
    return "".join(
        f'<tr><td>·<a href="{_target(column, a)}" title="{text_of(a.title)}">{text_of(a.title)}</a></td></tr>\n'
        for a in articles
    )


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = ""
    for column in columns:
        boxes += (
            '<td valign="top"><table width="100%" border="0"><tr><td background="/templets/images/bar.gif">'
            f'<b><a href="/a/{column.path}/">{column.name}</a></b></td></tr>\n{_links(column, column.articles[:8])}'
            "</table></td>\n"
        )
    newest = columns[0].articles[0]
    main = fill("dede/home", aid=str(newest.number), headline=text_of(newest.title), boxes=boxes, elsewhere=elsewhere)
    return _frame(NAME, main, "统一战线,望山", "望山统一战线")


def _dateline(article: Article) -> str:
    """The dateline: labels without spaces between them, as in the template; the seed has neither source nor time."""
    if not _timed(article):
        return f"来源:{text_of(article.source)}阅读:0发布时间:{article.published.strftime('%Y-%m-%d')}"
    return (
        f"时间:{article.published.strftime('%Y-%m-%d %H:%M:%S')}来源:{text_of(article.source)} "
        f"作者:{text_of(article.author)} 点击:<script src='/plus/count.php?view=yes&aid={article.number}&mid=1'"
        " type='text/javascript' language=\"javascript\"></script>次"
    )


def _page(column: Column, article: Article, files: Mapping[str, str], place: int) -> str:
    body = "<br />\n".join(_block(article, block) for block in article.blocks)
    body += "".join(f"<br />\n<div style='text-align:right'>{text_of(line)}</div>" for line in article.signature)
    listed = "".join(
        f'<tr><td><strong>附件：</strong><a href="{path}" target="_blank">{text_of(name)}</a></td></tr>\n'
        for name, path in files.items()
    )

    def near(words: str, at: int) -> str:
        if not 0 <= at < len(column.articles):
            return f"<li>{words}：没有了</li>"
        other = column.articles[at]
        return f"<li>{words}：<a href='{_target(column, other)}'>{text_of(other.title)}</a> </li>"

    main = fill(
        "dede/article",
        column=column.name,
        path=column.path,
        title=text_of(article.title),
        dateline=_dateline(article),
        body=body,
        files=listed,
        aid=str(article.number),
        beside=near("上一篇", place + 1) + near("下一篇", place - 1),
        related=_links(column, column.articles[place + 1 : place + 7]),
        hot=_links(column, column.articles[:6]),
    )
    return _frame(f"{article.title}_{NAME}", main, ",".join(article.keywords), article.lines[0][:80])


def _block(article: Article, block: Block) -> str:
    text = text_of(block.text)
    if block.kind == "picture":
        source = _picture(article, article.pictures.index(block))
        caption = f"<br />\n<center><font color='#666666'>{text}</font></center>" if text else ""
        return f'<div align="center"><img alt="" src="{source}" style="width: 500px" /></div>{caption}'
    if block.kind == "table":
        rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>\n" for row in block.rows)
        return f'<table border="1" width="90%" align="center">\n{rows}</table>'
    if block.kind == "heading":
        return f"{_INDENT}<strong>{text}</strong>"
    return f"{_INDENT}{text}"
