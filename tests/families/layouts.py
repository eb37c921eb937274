"""The twelve families: the addresses of articles and lists in each CMS, and its pagers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from families.dress import traditional
from families.newsroom import Item, Newsroom, Taste


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A response that is not a page."""

    text: str
    content_type: str


def _numbered(target: str, number: int) -> str:
    if "?" in target:
        return f"{target}&page={number}"
    stem, _, ending = target.rpartition(".")
    return f"{stem}_{number}.{ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The addresses and pagers of one family.

    Attributes:
        article: target of an article.
        listing: target of list page `number` (from 0) of a column.
        pager: HTML under the list.
        head: of a list page's `<head>`.
        inline: whether list rows are in the page; if not, a script asks for them.
        data: (room, path, query, form) -> an answer computed from its query; None: none.
        first: another target of a column's first page, that its menu names.
        part: (target of an article, number) -> the target of its page of that number, from 2.
    """

    article: Callable[[Newsroom, Item], str]
    listing: Callable[[Newsroom, int, int], str]
    pager: Callable[[Newsroom, int, int], str]
    first: Callable[[Newsroom, int], str] | None = None
    part: Callable[[str, int], str] = _numbered
    head: Callable[[Newsroom, int, int], str] = lambda _room, _column, _number: ""
    inline: Callable[[Newsroom], bool] = lambda _room: True
    data: Callable[[Newsroom, str, Mapping[str, str], Mapping[str, str]], Data | tuple[int, int] | None] | None = None


def row(room: Newsroom, target: str, item: Item) -> str:
    """Make one row of a list, in the style of the template.

    Rows are items (`li`), rows of a `table`, `line`s, terms (`dl`), boxes (`div`), a picture and a title that both
    link (`card`), a title and the beginning of the text (`teaser`), or no link but a script (`click`). Dates: `split`
    stands on three lines, `apart` has the day in an element of its own, `days` are without a year.
    """
    when = item.article.published
    split = f"{when:%Y}-\n        {when:%m}-\n        {when:%d}"
    date = {
        "iso": f"{when:%Y-%m-%d}",
        "short": f"[{when:%m-%d}]",
        "han": f"{when:%Y年%m月%d日}",
        "slash": f"{when.year}/{when.month}/{when.day}",
        "split": split,
        "dots": f"{when:%Y.%m.%d}",
        "time": f"发布时间：{when:%Y-%m-%d %H:%M}",
        "apart": f"<b>{when:%d}</b><i>{when:%Y-%m}</i>",
        "days": f"{when:%m/%d}",
        "none": "",
    }[room.taste.date]
    title = escape(item.article.title)
    # Titles are cut to the width of the column; the attribute has the whole title.
    cut = title if len(title) < 24 else title[:22] + "..."
    link = f'<a href="{escape(target)}" title="{title}" target="_blank">{cut}</a>'
    picture = f'<a href="{escape(target)}"><img src="/images/new.gif"></a>'
    begins = escape(item.article.lines[0][:70])
    return {
        "li": f"<li>{link}<span>{date}</span></li>\n",
        "table": f'<tr><td height="26">·{link}</td><td width="90">{date}</td></tr>\n',
        "line": f"·{link}　{date}<br>\n",
        "dl": f"<dl><dt>{link}</dt><dd>{date}</dd></dl>\n",
        "div": f'<div class="row"><div class="day">{date}</div><div class="bt">{link}</div></div>\n',
        "card": f'<div class="row">{picture}<h4>{link}</h4><span>{date}</span></div>\n',
        "teaser": f'<li><h3>{link}</h3><p>{begins}...</p><div class="date">{date}</div></li>\n',
        "click": f"<li onclick=\"window.open('{escape(target)}')\"><em>{title}</em><span>{date}</span></li>\n",
    }[room.taste.row]


def rows(room: Newsroom, items: list[Item], article: Callable[[Newsroom, Item], str]) -> str:
    """Make the list around the rows."""
    inner = "".join(row(room, article(room, item), item) for item in items)
    if room.taste.row in ("li", "teaser", "click"):
        return f'<ul class="newslist">{inner}</ul>'
    return f'<table width="100%">{inner}</table>' if room.taste.row == "table" else f'<div class="list">{inner}</div>'


def pages(taste: Taste, number: int, targets: list[str]) -> str:
    """Make a pager with links; `number`: the current page, from 0: 首页 上一页 1 2 3 下一页 尾页."""
    last = len(targets) - 1
    if taste.pager == "select":
        options = "".join(
            f'<option value="{escape(target)}">{page + 1}</option>' for page, target in enumerate(targets)
        )
        return f'第<select onchange="location.href=this.value">{options}</select>页'
    if taste.pager == "button":
        return "".join(
            f'<input type="button" value="{words}" onclick="location.href=\'{escape(targets[page])}\'">'
            for page, words in ((number - 1, "上一页"), (number + 1, "下一页"))
            if 0 <= page <= last
        )
    return _linked_pages(taste, number, targets)


def _linked_pages(taste: Taste, number: int, targets: list[str]) -> str:
    last = len(targets) - 1
    first_word, previous, following, last_word = (w if w.startswith("<img") else escape(w) for w in taste.words)

    def to(page: int, words: str) -> str:
        return f'<a href="{escape(targets[page])}">{words}</a> ' if words else ""

    out = ""
    if number and taste.pager != "numbers":
        out += to(0, first_word) + to(number - 1, previous)
    if taste.pager != "words":
        out += "".join(
            f"<b>{page + 1}</b> " if page == number else to(page, str(page + 1))
            for page in range(max(0, number - 2), min(last, number + 3) + 1)
        )
    if number < last and taste.pager != "numbers":
        out += to(number + 1, following) + to(last, last_word)
    return out


def linked(room: Newsroom, column: int, number: int, listing: Callable[[Newsroom, int, int], str]) -> str:
    """Make the pager of a list, with counts."""
    count = room.pages(column)
    out = pages(room.taste, number, [listing(room, column, page) for page in range(count)])
    return f'<div class="page">共{len(room.shelf(column))}条 {number + 1}/{count} {out}</div>'


def _hash(room: Newsroom, item: Item) -> str:
    return hashlib.sha256(f"{room.seed}/{item.number}".encode()).hexdigest()[:32]


def _path(room: Newsroom, column: int) -> str:
    name, path, _ = room.columns[column]
    return {
        "plain": path,
        "nested": f"xwzx/{path}",
        "upper": path.upper(),
        "spaced": f"{path[:2]} {path[2:]}",
        "han": traditional(name) if room.taste.traditional else name,
    }[room.taste.paths]


def _id(room: Newsroom, column: int) -> int:
    return room.columns[column][2]


# --- TRS ---------------------------------------------------------------------------------------------------------


def _trs_listing(room: Newsroom, column: int, number: int) -> str:
    return f"/{_path(room, column)}/index{f'_{number}' if number else ''}.{room.taste.ending}"


def _trs_pager(room: Newsroom, column: int, number: int) -> str:
    total, ending = room.pages(column), room.taste.ending
    calls = (
        f'createPageHTML({total}, {number}, "index", "{ending}");',
        f"createPageHTML('{total}','{number}','index','{ending}');",
        f'createPageHTML5({total}, {number}, "index", "{ending}", {len(room.shelf(column))});',
        f'createPageHTML("page_div", {total}, {number}, "index", "{ending}", {len(room.shelf(column))});',
        f"createPageHTML({total},{number},'','{ending}')",
        f'createPageHTML( {total} , {number} , "index" , "{ending}" , "pages" );',
    )
    return f'<div id="page_div" class="page"><script type="text/javascript">{calls[room.taste.variant]}</script></div>'


def _trs_article(room: Newsroom, item: Item) -> str:
    when = item.article.published
    return f"/{_path(room, item.column)}/{when:%Y%m}/t{when:%Y%m%d}_{52000 + item.number}.{room.taste.ending}"


# --- Hanweb ------------------------------------------------------------------------------------------------------


def _hanweb_article(room: Newsroom, item: Item) -> str:
    when = item.article.published
    if room.taste.variant % 2:
        return f"/art/{when.year}/art_{_hash(room, item)}.html"
    return f"/art/{when.year}/{when.month}/{when.day}/art_{_id(room, item.column)}_{90000 + item.number}.html"


def _hanweb_listing(room: Newsroom, column: int, number: int) -> str:
    del number
    return f"/col/col{_id(room, column)}/index.html"


def _hanweb_proxy(room: Newsroom) -> str:
    return "/module/jpage/dataproxy.jsp" if room.taste.variant < 3 else "/module/web/jpage/dataproxy.jsp"


def _hanweb_records(room: Newsroom, items: list[Item]) -> str:
    return "".join(f"<record><![CDATA[{row(room, _hanweb_article(room, item), item)}]]></record>\n" for item in items)


def _hanweb_pager(room: Newsroom, column: int, number: int) -> str:
    del number
    shelf, each = room.shelf(column), room.taste.rows
    given = shelf[: each * {4: 1, 5: 0}.get(room.taste.variant, 3)]
    group = ""
    if len(given) < len(shelf) and room.taste.variant % 2 == 0:
        query = urlencode({"page": 1, "appid": 1, "webid": 1, "path": "/", "columnid": _id(room, column), "unitid": 29})
        group = f'<nextgroup><![CDATA[<a href="{_hanweb_proxy(room)}?{query}"></a>]]></nextgroup>'
    return (
        f'<div id="29" class="default_pgContainer"></div><script type="text/xml"><datastore>{group}<recordset>'
        f"{_hanweb_records(room, given)}</recordset></datastore></script><script>$(function(){{$('#29').jpage({{"
        f"perPage:{each},totalRecord:{len(shelf)},openCookies:false,proxyUrl:'{_hanweb_proxy(room)}',ajaxParam:{{"
        f"col:1,appid:1,webid:1,path:'/',columnid:{_id(room, column)},sourceContentType:1,unitid:'29',webname:'"
        f"{room.city}',permissiontype:0}}}});}});</script>"
    )


def _hanweb_data(room: Newsroom, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> Data | None:
    asked = {**query, **form}
    column = next((c for c in range(len(room.columns)) if str(_id(room, c)) == asked.get("columnid")), None)
    if path != _hanweb_proxy(room) or column is None:
        return None
    first, last = int(asked.get("startrecord", 1)), int(asked.get("endrecord", 45))
    shelf = room.shelf(column)
    return Data(
        text=f"<datastore><totalrecord>{len(shelf)}</totalrecord><totalpage>{room.pages(column)}</totalpage><recordset>"
        f"{_hanweb_records(room, shelf[first - 1 : last])}</recordset></datastore>",
        content_type="text/xml",
    )


# --- content_ ----------------------------------------------------------------------------------------------------


def _content_article(room: Newsroom, item: Item) -> str:
    when = item.article.published
    return f"/{_path(room, item.column)}/{when:%Y-%m/%d}/content_{700000 + item.number}.{room.taste.ending}"


def _content_name(room: Newsroom) -> str:
    return "common_list" if room.taste.variant == 5 else "index"


def _content_listing(room: Newsroom, column: int, number: int) -> str:
    mark = f"_{number + 1}" if number else ""
    return f"/{_path(room, column)}/{_content_name(room)}{mark}.{room.taste.ending}"


def _content_pager(room: Newsroom, column: int, number: int) -> str:
    if room.taste.variant >= 3:
        return linked(room, column, number, _content_listing)
    # A script writes the links from the number of the page and the number of pages.
    return (
        f'<div class="page"><script>var currentPage = {number};var countPage = {room.pages(column)};'
        f"var nextPage = currentPage+1;for(i=0;i<countPage;i++){{document.write('<a href=\"index_'+(i+1)+'."
        f"{room.taste.ending}\">'+(i+1)+'</a>');}}</script></div>"
    )


# --- 开普 --------------------------------------------------------------------------------------------------------


def _kaipu_article(room: Newsroom, item: Item) -> str:
    when = item.article.published
    return f"/{_path(room, item.column)}/c{_id(room, item.column)}/{when:%Y%m}/{_hash(room, item)}.shtml"


def _kaipu_listing(room: Newsroom, column: int, number: int) -> str:
    del number
    return f"/{_path(room, column)}/list.shtml"


def _kaipu_channel(room: Newsroom, column: int) -> str:
    return hashlib.sha256(f"{room.seed}/channel/{column}".encode()).hexdigest()[:32]


def _kaipu_head(room: Newsroom, column: int, number: int) -> str:
    del number
    return f'<meta name="channelId" content="{_kaipu_channel(room, column)}">'


def _kaipu_pager(room: Newsroom, column: int, number: int) -> str:
    del column, number
    return (
        '<div id="list" class="list"></div><div class="page"></div><script>var pageSize = '
        f"{room.taste.rows};var channelId = $(\"meta[name='channelId']\").attr('content');"
        "$.ajax({url:'/common/search/'+channelId+'?_isAgg=true&_isJson=true&_pageSize='+pageSize"
        "+'&_template=index&page='+page,success:function(res){render(res.data.results);}});</script>"
    )


def _kaipu_data(room: Newsroom, path: str, query: Mapping[str, str], _form: Mapping[str, str]) -> Data | None:
    channel = path.removeprefix("/common/search/")
    column = next((c for c in range(len(room.columns)) if _kaipu_channel(room, c) == channel), None)
    if channel == path or column is None:
        return None
    number = max(1, int(query.get("page", 1)))
    results = [
        {
            "title": item.article.title,
            "url": _kaipu_article(room, item),
            "publishedTimeStr": f"{item.article.published:%Y-%m-%d %H:%M:%S}",
            "content": item.article.lines[0][:60],
        }
        for item in room.page(column, number - 1)
    ]
    data = {"total": len(room.shelf(column)), "page": number, "rows": room.taste.rows, "results": results}
    return Data(text=json.dumps({"status": 0, "data": data}, ensure_ascii=False), content_type="application/json")


# --- govcms ------------------------------------------------------------------------------------------------------


def _govcms_article(room: Newsroom, item: Item) -> str:
    return f"/{_path(room, item.column)}/content/post_{4100000 + item.number}.html"


def _govcms_listing(room: Newsroom, column: int, number: int) -> str:
    return f"/{_path(room, column)}/index{f'_{number + 1}' if number else ''}.html"


def _govcms_pager(room: Newsroom, column: int, number: int) -> str:
    if _govcms_inline(room):
        return linked(room, column, number, _govcms_listing)
    return (
        f'<div id="list"></div><script>window._CONFIG = {{"SID": "755{_id(room, 0)}"}};'
        f"axios.get('/gkmlpt/api/all/{_id(room, column)}', {{params: {{page: 1, sid: _CONFIG.SID}}}}).then(show);"
        "</script>"
    )


def _govcms_inline(room: Newsroom) -> bool:
    """Whether its columns are pages; a script shows those of open government."""
    return room.taste.variant != 5


def _govcms_data(room: Newsroom, path: str, query: Mapping[str, str], _form: Mapping[str, str]) -> Data | None:
    number = path.removeprefix("/gkmlpt/api/all/")
    column = next((c for c in range(len(room.columns)) if str(_id(room, c)) == number), None)
    if column is None or query.get("sid") != f"755{_id(room, 0)}":
        return None
    articles = [
        {
            "id": 4100000 + item.number,
            "title": item.article.title,
            "url": _govcms_article(room, item),
            "display_publish_time": f"{item.article.published:%Y-%m-%d %H:%M}",
        }
        for item in room.page(column, int(query.get("page", 1)) - 1)
    ]
    data = {"articles": articles, "total": len(room.shelf(column)), "classify": {"name": room.columns[column][0]}}
    return Data(text=json.dumps(data, ensure_ascii=False), content_type="application/json")


# --- VSB ---------------------------------------------------------------------------------------------------------


def _vsb_article(room: Newsroom, item: Item) -> str:
    return f"/info/{_id(room, item.column)}/{item.number + 3000}.htm"


def _vsb_listing(room: Newsroom, column: int, number: int) -> str:
    path = _path(room, column)
    return f"/{path}/{room.pages(column) - number}.htm" if number else f"/{path}.htm"


def _vsb_pager(room: Newsroom, column: int, number: int) -> str:
    return linked(room, column, number, _vsb_listing)


# --- DedeCMS -----------------------------------------------------------------------------------------------------


def _dede_article(room: Newsroom, item: Item) -> str:
    when = item.article.published
    if room.taste.variant == 0:
        return f"/plus/view.php?aid={item.number + 2600}"
    return f"/a/{_path(room, item.column)}/{when:%Y/%m%d}/{item.number + 2600}.html"


def _dede_listing(room: Newsroom, column: int, number: int) -> str:
    if room.taste.variant == 0:
        tid = _id(room, column)
        return f"/plus/list.php?tid={tid}&PageNo={number + 1}" if number else f"/plus/list.php?tid={tid}"
    return f"/a/{_path(room, column)}/list_{_id(room, column)}_{number + 1}.html"


def _dede_first(room: Newsroom, column: int) -> str:
    return _dede_listing(room, column, 0) if room.taste.variant == 0 else f"/a/{_path(room, column)}/"


def _dede_pager(room: Newsroom, column: int, number: int) -> str:
    return linked(room, column, number, _dede_listing)


# --- EmpireCMS ---------------------------------------------------------------------------------------------------


def _empire_article(room: Newsroom, item: Item) -> str:
    return f"/html/{_path(room, item.column)}/{item.article.published:%Y-%m-%d}/{item.number + 18000}.html"


def _empire_listing(room: Newsroom, column: int, number: int) -> str:
    if room.taste.variant < 3:
        return f"/html/{_path(room, column)}/index{f'_{number + 1}' if number else ''}.html"
    query = f"classid={_id(room, column)}"
    return f"/e/action/ListInfo/?{query}" + (f"&page={number}" if number else "")


def _empire_pager(room: Newsroom, column: int, number: int) -> str:
    return linked(room, column, number, _empire_listing)


# --- PHPCMS ------------------------------------------------------------------------------------------------------


def _phpcms_article(room: Newsroom, item: Item) -> str:
    column, number = _id(room, item.column), item.number + 200
    if room.taste.variant < 2:
        return f"/index.php?m=content&c=index&a=show&catid={column}&id={number}"
    if room.taste.variant < 4:
        return f"/show-{column}-{number}-1.html"
    return f"/{item.article.published:%Y/%m%d}/{number}.html"


def _phpcms_listing(room: Newsroom, column: int, number: int) -> str:
    if room.taste.variant < 2:
        page = f"&page={number + 1}" if number else ""
        return f"/index.php?m=content&c=index&a=lists&catid={_id(room, column)}{page}"
    return f"/list-{_id(room, column)}-{number + 1}.html"


def _phpcms_part(target: str, number: int) -> str:
    return target.replace("-1.html", f"-{number}.html") if target.endswith("-1.html") else _numbered(target, number)


def _phpcms_pager(room: Newsroom, column: int, number: int) -> str:
    return linked(room, column, number, _phpcms_listing)


# --- ThinkCMF ----------------------------------------------------------------------------------------------------


def _think_article(room: Newsroom, item: Item) -> str:
    if room.taste.variant % 2:
        return f"/home/info/{17000 + item.number}.html"
    return f"/portal/article/index/id/{41000 + item.number}/cid/{_id(room, item.column)}.html"


def _think_listing(room: Newsroom, column: int, number: int) -> str:
    page = f"?page={number + 1}" if number else ""
    return f"/portal/list/index/id/{_id(room, column)}.html{page}"


def _think_pager(room: Newsroom, column: int, number: int) -> str:
    last = room.pages(column) - 1
    out = "<li class='disabled'><span>«</span></li>" if not number else ""
    for page in range(last + 1):
        if page == number:
            out += f'<li class="active"><span>{page + 1}</span></li>'
        elif abs(page - number) < 4 or page == last:
            out += f'<li><a href="{_think_listing(room, column, page)}">{page + 1}</a></li>'
    if number < last:
        out += f'<li><a href="{_think_listing(room, column, number + 1)}">»</a></li>'
    return f'<ul class="pagination">{out}</ul>'


# --- ASP.NET -----------------------------------------------------------------------------------------------------


def _aspnet_article(room: Newsroom, item: Item) -> str:
    name = ("news_show.aspx?id=", "Article/ShowArticle.asp?ArticleID=", "ArticleView.aspx?id=")[room.taste.variant % 3]
    return f"/{name}{item.number + 200}"


def _aspnet_listing(room: Newsroom, column: int, number: int) -> str:
    page = f"&page={number + 1}" if number and room.taste.variant >= 4 else ""
    return f"/news_list.aspx?lm={_id(room, column)}{page}"


def _aspnet_state(room: Newsroom, column: int, number: int) -> str:
    return hashlib.sha256(f"{room.seed}/{column}/{number}".encode()).hexdigest() + "=="


def _aspnet_pager(room: Newsroom, column: int, number: int) -> str:
    if room.taste.variant >= 4:
        return linked(room, column, number, _aspnet_listing)
    last = room.pages(column) - 1
    out = ""
    if number < last:
        # The pager of a grid names pages, AspNetPager only the number.
        argument = f"Page${number + 2}" if room.taste.variant < 2 else str(number + 2)
        out = f"<a href=\"javascript:__doPostBack('Grid$Pager','{argument}')\">下一页</a>"
    return (
        f'<form method="post" action="./news_list.aspx?lm={_id(room, column)}" id="form1">'
        f'<input type="hidden" name="__EVENTTARGET" id="__EVENTTARGET" value="">'
        f'<input type="hidden" name="__EVENTARGUMENT" id="__EVENTARGUMENT" value="">'
        f'<input type="hidden" name="__VIEWSTATE" value="{_aspnet_state(room, column, number)}">{out}</form>'
    )


def _aspnet_data(
    room: Newsroom, path: str, query: Mapping[str, str], form: Mapping[str, str]
) -> tuple[int, int] | None:
    column = next((c for c in range(len(room.columns)) if str(_id(room, c)) == query.get("lm")), None)
    if path != "/news_list.aspx" or column is None or form.get("__EVENTTARGET") != "Grid$Pager":
        return None
    asked = form.get("__EVENTARGUMENT", "").removeprefix("Page$")
    number = int(asked) - 1 if asked.isdigit() else 0
    # Like ASP.NET, refuse a state that the page before did not give.
    return (column, number) if form.get("__VIEWSTATE") == _aspnet_state(room, column, number - 1) else None


# --- SiteServer --------------------------------------------------------------------------------------------------


def _siteserver_article(room: Newsroom, item: Item) -> str:
    return f"/contents/{_id(room, item.column)}/{item.number + 300}.html"


def _siteserver_listing(room: Newsroom, column: int, number: int) -> str:
    return f"/channels/{_id(room, column)}{f'_{number + 1}' if number else ''}.html"


def _siteserver_pager(room: Newsroom, column: int, number: int) -> str:
    return linked(room, column, number, _siteserver_listing)


FAMILIES: Mapping[str, Layout] = {
    "trs": Layout(
        article=_trs_article,
        listing=_trs_listing,
        pager=_trs_pager,
        part=lambda target, number: _numbered(target, number - 1),
    ),
    "hanweb": Layout(
        article=_hanweb_article,
        listing=_hanweb_listing,
        pager=_hanweb_pager,
        inline=lambda _room: False,
        data=_hanweb_data,
    ),
    "content": Layout(article=_content_article, listing=_content_listing, pager=_content_pager),
    "kaipu": Layout(
        article=_kaipu_article,
        listing=_kaipu_listing,
        pager=_kaipu_pager,
        head=_kaipu_head,
        inline=lambda _room: False,
        data=_kaipu_data,
    ),
    "govcms": Layout(
        article=_govcms_article,
        listing=_govcms_listing,
        pager=_govcms_pager,
        inline=_govcms_inline,
        data=_govcms_data,
    ),
    "vsb": Layout(article=_vsb_article, listing=_vsb_listing, pager=_vsb_pager),
    "dede": Layout(article=_dede_article, listing=_dede_listing, pager=_dede_pager, first=_dede_first),
    "empire": Layout(article=_empire_article, listing=_empire_listing, pager=_empire_pager),
    "phpcms": Layout(article=_phpcms_article, listing=_phpcms_listing, pager=_phpcms_pager, part=_phpcms_part),
    "thinkcmf": Layout(
        article=_think_article,
        listing=_think_listing,
        pager=_think_pager,
        part=lambda target, number: f"{target}?page={number}",
    ),
    "aspnet": Layout(article=_aspnet_article, listing=_aspnet_listing, pager=_aspnet_pager, data=_aspnet_data),
    "siteserver": Layout(article=_siteserver_article, listing=_siteserver_listing, pager=_siteserver_pager),
}
