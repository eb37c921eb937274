"""Small sites of 24 manners that no link tells of: each serves 44 articles on loopback, and logs who asked for what.

A seed chooses the names of functions, fields, folders and columns, the library and the wording. `MANNERS` names them.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

from crawler.practice import prose

ARTICLES = 44
_PLACES = ("云梦市", "望江市", "临川市", "平湖市", "安原市", "河阳市")
_COLUMNS = (
    ("统战要闻", "tzyw"),
    ("基层动态", "jcdt"),
    ("通知公告", "tzgg"),
    ("民族宗教", "mzzj"),
    ("党派之窗", "dpzc"),
)
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article: what a perfect crawl and a perfect cleaner would keep of it."""

    number: int
    column: int
    title: str
    day: dt.date
    source: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    body: str | bytes
    type: str = _HTML
    status: int = 200
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request: its path with the query, the form that came with it, and the browser that it is said to be."""

    path: str
    form: str = ""
    agent: str = ""

    def value(self, name: str, default: str = "") -> str:
        fields = parse_qs(urlsplit(self.path).query) | parse_qs(self.form)
        return fields.get(name, [default])[-1]

    @property
    def plain(self) -> str:
        return urlsplit(self.path).path


Routes = Callable[[Asked], Answer | None]


@dataclass
class Town:
    """What a site publishes, and the taste of who made it."""

    seed: str
    host: str = ""
    other: str = ""
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        rng = self.rng = random.Random(self.seed)
        city = rng.choice(_PLACES)
        self.name = f"{city}{rng.choice(('统一战线', '统战部', '统战之窗'))}"
        self.columns = rng.sample(_COLUMNS, 2)
        self.size = rng.choice((5, 6, 8, 10))
        self.go = rng.choice(("goPage", "toPage", "jumpPage", "gotoPage", "turnPage", "doPage", "fy", "pageTo"))
        self.page = rng.choice(("page", "p", "pageNo", "curPage", "pageIndex", "pn"))
        self.id = rng.choice(("id", "aid", "newsId", "docId", "nid"))
        self.folder = rng.choice(("xw", "news", "art", "content", "info", "zx"))
        self.next = rng.choice(("下一页", "下页", "后一页", "下一页 >", "[下一页]"))
        self.jquery = f'<script src="/{rng.choice(("js", "static", "skin"))}/jquery.min.js"></script>'
        room = prose.Newsroom(
            key=self.seed,
            place=prose.Place(city=city, counties=("白岭县", "柳原区", "南屏县"), paper=city[:-1] + "日报"),
            since=dt.date(2023, 1, 1),
            until=dt.date(2023, 11, 30),
            names_author=False,
        )
        self.items: list[Item] = []
        first, offset = dt.date(2023, 1, rng.randint(3, 25)), rng.choice((0, 3000, 41000))
        for number in range(1, ARTICLES + 1):
            day = first + dt.timedelta(days=7 * number + rng.randint(0, 3))
            made = prose.article(
                room,
                number,
                column=number % 2,
                published=dt.datetime.combine(day, dt.time(9), dt.timezone(dt.timedelta(hours=8))),
                notice=False,
                changes=False,
            )
            text = tuple(block.text for block in made.blocks if block.kind == "text" and block.text)
            self.items.append(
                Item(
                    number=offset + number,
                    column=number % 2,
                    title=f"{made.title}（{number}）",
                    day=day,
                    source=f"{city}委统战部",
                    paragraphs=text,
                )
            )

    def shelf(self, column: int) -> list[Item]:
        return [item for item in reversed(self.items) if item.column == column]

    def leaf(self, column: int, page: int) -> list[Item]:
        """Page `page` of a column, from 1."""
        return self.shelf(column)[(page - 1) * self.size : page * self.size] if page > 0 else []

    def leaves(self, column: int) -> int:
        return -(-len(self.shelf(column)) // self.size)

    def item(self, number: str) -> Item | None:
        return next((item for item in self.items if str(item.number) == number), None)

    def url(self, item: Item) -> str:
        return f"/{self.folder}/{item.number}.html"

    def row(self, item: Item, href: str | None = None) -> str:
        return f'<li><a href="{escape(href or self.url(item))}">{escape(item.title)}</a><span>{item.day}</span></li>'

    def rows(self, items: list[Item]) -> str:
        return "<ul class='list'>" + "".join(map(self.row, items)) + "</ul>"

    def menu(self, href: Callable[[int], str] = lambda column: f"/{column}/") -> str:
        links = "".join(f'<a href="{href(n)}">{name}</a> ' for n, (name, _) in enumerate(self.columns))
        return f'<div class="nav"><a href="/">首页</a> {links}</div>'

    def shell(self, title: str, body: str, head: str = "") -> Answer:
        return Answer(
            body=f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{escape(title)}</title>{head}</head><body>"
            f"{body}<div class='footer'>版权所有：{self.name} 地址：人民路1号 电话：0551-62600000</div></body></html>"
        )

    def home(self, body: str = "") -> Answer:
        return self.shell(self.name, self.menu() + body)

    def head_of(self, item: Item) -> str:
        return f"<h1>{escape(item.title)}</h1><div class='info'>发布时间：{item.day} 来源：{item.source}</div>"

    def body_of(self, item: Item) -> str:
        return "".join(f"<p>{escape(text)}</p>" for text in item.paragraphs)

    def article(self, item: Item, body: str | None = None, head: str = "") -> Answer:
        body = self.body_of(item) if body is None else body
        shown = f"{self.menu()}<div class='main'>{self.head_of(item)}<div id='zoom'>{body}</div></div>"
        return self.shell(f"{item.title}-{self.name}", shown, head)

    def by_path(self, asked: Asked) -> Answer | None:
        """The article that a path names."""
        found = re.fullmatch(rf"/{self.folder}/(\d+)\.html", asked.plain)
        item = self.item(found[1]) if found else None
        return self.article(item) if item else None

    def column_of(self, asked: Asked) -> int | None:
        found = re.fullmatch(r"/([01])/(?:index\.html)?", asked.plain)
        return int(found[1]) if found else None

    def data(self, item: Item, *names: str) -> dict[str, object]:
        return dict(zip(names, (item.number, item.title, str(item.day)), strict=True))


def _pages(town: Town, column: int, page: int, call: Callable[[int], str]) -> str:
    """A pager of scripts: numbers, the next page, and how much there is."""
    last = town.leaves(column)
    numbers = "".join(f"<a {call(n)}>{n}</a> " if n != page else f"<span>{n}</span> " for n in range(1, last + 1))
    after = f"<a {call(page + 1)}>{town.next}</a>" if page < last else ""
    return f"<div class='pages'>共{len(town.shelf(column))}条 {page}/{last}页 {numbers}{after}</div>"


def _form(town: Town, method: str) -> Routes:
    """1, 2: a pager that fills a hidden field and sends a form."""
    name, action = town.rng.choice(("form1", "pageForm", "f", "frm")), town.rng.choice(("list", "more", "query"))
    submit = town.rng.choice(
        (
            f"document.getElementById('{town.page}').value=n;document.{name}.submit();",
            f"var f=document.forms['{name}'];f.{town.page}.value=n;f.submit();",
            f"$('#{town.page}').val(n);$('#{name}').submit();",
            f"document.{name}.{town.page}.value=parseInt(n);document.{name}.submit();",
        )
    )
    style = town.rng.choice(('href="javascript:{}({})"', 'href="#" onclick="{}({});return false;"', 'onclick="{}({})"'))

    def listing(column: int, page: int) -> Answer:
        pager = _pages(town, column, page, lambda n: style.format(town.go, n))
        form = (
            f'<form name="{name}" id="{name}" method="{method}" action="/{action}.jsp">'
            f'<input type="hidden" name="lm" value="{column}">'
            f'<input type="hidden" id="{town.page}" name="{town.page}" value="{page}"></form>'
        )
        script = f"<script>function {town.go}(n){{ {submit} }}</script>"
        return town.shell(
            town.columns[column][0], town.menu() + town.rows(town.leaf(column, page)) + form + pager + script
        )

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return listing(column, 1)
        if asked.plain == f"/{action}.jsp" and asked.value("lm"):
            return listing(int(asked.value("lm")), int(asked.value(town.page, "1")))
        return town.by_path(asked)

    return routes


def form_get(town: Town) -> Routes:
    return _form(town, "get")


def form_post(town: Town) -> Routes:
    return _form(town, "post")


def opens(town: Town) -> Routes:
    """3: rows that a function opens in a window."""
    show = town.rng.choice(("show", "openNews", "view", "showDetail", "ck"))
    target = town.rng.choice(
        (
            f"window.open('/detail.jsp?{town.id}='+i+'&t='+t);",
            f"var u='/detail.jsp?{town.id}='+i;u+='&t='+t;window.open(u,'_blank');",
            f"location.href='/detail.jsp?{town.id}='+i+'&t='+t;",
            f"window.location.href=`/detail.jsp?{town.id}=${{i}}&t=${{t}}`;",
        )
    )
    script = f"<script>function {show}(i,t){{ {target} }}</script>"
    row = town.rng.choice(
        (
            "<li><a href=\"javascript:{}('{}',{})\">{}</a><span>{}</span></li>",
            '<li><a href="javascript:void(0)" onclick="{}(\'{}\',{})">{}</a><span>{}</span></li>',
            "<li onclick=\"{}('{}',{})\"><span class=t>{}</span><em>{}</em></li>",
        )
    )

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            rows = "".join(row.format(show, i.number, column, escape(i.title), i.day) for i in town.shelf(column))
            return town.shell(town.columns[column][0], f"{town.menu()}<ul>{rows}</ul>{script}")
        item = town.item(asked.value(town.id)) if asked.plain == "/detail.jsp" else None
        return town.article(item) if item else None

    return routes


def more(town: Town) -> Routes:
    """4: a button that gets more rows."""
    word = town.rng.choice(("加载更多", "查看更多", "点击加载更多", "更多新闻"))
    kind = town.rng.choice(("html", "json", "fetch"))
    address = f"'/ajax/more.php?lm='+lm+'&{town.page}='+page"
    append = "'<li><a href=\"/{}/'+r.{}+'.html\">'+r.bt+'</a><span>'+r.rq+'</span></li>'".format(town.folder, town.id)
    body = {
        "html": f"page++;$.get({address},function(d){{if(d==''){{$('#more').hide();return;}}$('#list').append(d);}});",
        "json": f"page++;$.getJSON({address},function(d){{$.each(d.rows,function(i,r){{$('#list').append({append});}});"
        "if(d.rows.length<1)$('#more').text('没有了');});",
        "fetch": f"page=page+1;fetch({address}).then(x=>x.json()).then(d=>{{let h='';for(const r of d.rows)h+={append};"
        "document.getElementById('list').insertAdjacentHTML('beforeend',h);});",
    }[kind]
    bound = town.rng.choice((True, False))
    jquery = town.jquery if kind != "fetch" else ""

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            start = f"var page=1,lm={column};"
            if bound and kind != "fetch":
                script = f"{start}$(function(){{$('#more').click(function(){{{body}}});}});"
            else:
                script = f"{start}function {town.go}(){{{body}}}"
            press = "" if bound and kind != "fetch" else f' onclick="{town.go}()"'
            rows = "".join(map(town.row, town.leaf(column, 1)))
            return town.shell(
                town.columns[column][0],
                f"{town.menu()}<ul id='list'>{rows}</ul><div id='more' class='btn'{press}>{word}</div>"
                f"<script>{script}</script>",
                jquery,
            )
        if asked.plain == "/ajax/more.php":
            items = town.leaf(int(asked.value("lm")), int(asked.value(town.page)))
            if kind == "html":
                return Answer(body="".join(map(town.row, items)))
            data = {"rows": [town.data(item, town.id, "bt", "rq") for item in items]}
            return Answer(body=json.dumps(data), type="application/json")
        return town.by_path(asked)

    return routes


def laypage(town: Town) -> Routes:
    """5: a library's pager."""
    kind = town.rng.choice(("layui", "laypage", "jquery"))

    def script(column: int, page: int) -> str:
        count, go = len(town.shelf(column)), f"location.href='/{column}/?{town.page}='"
        if kind == "layui":
            return (
                f"layui.use(['laypage'],function(){{layui.laypage.render({{elem:'pages',count:{count},limit:{town.size},"
                f"curr:{page},jump:function(obj,first){{if(!first){{{go}+obj.curr;}}}}}});}});"
            )
        if kind == "laypage":
            return (
                f"laypage({{cont:'pages',pages:{town.leaves(column)},curr:{page},"
                f"jump:function(e,first){{if(!first){{{go}+e.curr}}}}}});"
            )
        return (
            f"$('#pages').pagination({{totalData:{count},showData:{town.size},current:{page},"
            f"callback:function(api){{{go}+api.getCurrent();}}}});"
        )

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            page = int(asked.value(town.page, "1"))
            body = f"{town.menu()}{town.rows(town.leaf(column, page))}<div id='pages'></div>"
            library = "/layui/layui.js" if kind == "layui" else f"/js/{kind}.js"
            return town.shell(
                town.columns[column][0],
                f"{body}<script>{script(column, page)}</script>",
                f"<script src='{library}'></script>",
            )
        return town.by_path(asked)

    return routes


def written_menu(town: Town) -> Routes:
    """6: a menu that a file of scripts writes."""
    file = f"/{town.rng.choice(('js', 'inc', 'script'))}/{town.rng.choice(('menu', 'nav', 'top', 'head'))}.js"
    style = town.rng.choice(("lines", "array", "one"))

    def written() -> str:
        if style == "array":
            pairs = json.dumps([[name, f"/{n}/"] for n, (name, _) in enumerate(town.columns)], ensure_ascii=False)
            return (
                f"var m={pairs};for(var i=0;i<m.length;i++){{document.write('<li><a href=\"'+m[i][1]+'\">'+m[i][0]"
                "+'<\\/a><\\/li>');}"
            )
        lines = [f'<a href="/{n}/">{name}</a>' for n, (name, _) in enumerate(town.columns)]
        if style == "one":
            return "document.write('" + "".join(lines).replace("/", "\\/") + "');"
        return "\n".join(f"document.writeln({json.dumps(line, ensure_ascii=False)});" for line in lines)

    def listing(column: int, page: int) -> Answer:
        after = f'<a href="/{column}/index_{page + 1}.html">{town.next}</a>' if page < town.leaves(column) else ""
        return town.shell(
            town.columns[column][0],
            f"<script src='{file}'></script>{town.rows(town.leaf(column, page))}<div>{after}</div>",
        )

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.shell(
                town.name, f"<div class='top'><script src='{file}'></script></div><p>欢迎访问{town.name}</p>"
            )
        if asked.plain == file:
            return Answer(body=written(), type="application/javascript; charset=utf-8")
        if (column := town.column_of(asked)) is not None:
            return listing(column, 1)
        if found := re.fullmatch(r"/([01])/index_(\d+)\.html", asked.plain):
            return listing(int(found[1]), int(found[2]))
        return town.by_path(asked)

    return routes


def loaded_nav(town: Town) -> Routes:
    """7: a menu that a script loads."""
    file = f"/{town.rng.choice(('inc', 'common', 'include'))}/{town.rng.choice(('nav', 'header', 'top'))}.html"
    code = town.rng.choice(
        (
            f"$('#nav').load('{file}');",
            f"$(function(){{$('#nav').load('{file}',function(){{}});}});",
            f"$(document).ready(function(){{$.get('{file}',function(d){{$('#nav').html(d);}});}});",
            f"fetch('{file}').then(r=>r.text()).then(t=>{{document.querySelector('#nav').innerHTML=t;}});",
        )
    )
    scripts = f"<script>{code}</script>"

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.shell(town.name, f"<div id='nav'></div><p>欢迎访问{town.name}</p>{scripts}", town.jquery)
        if asked.plain == file:
            return Answer(body=town.menu())
        if (column := town.column_of(asked)) is not None:
            rows = town.rows(town.shelf(column))
            return town.shell(town.columns[column][0], f"<div id='nav'></div>{rows}{scripts}", town.jquery)
        return town.by_path(asked)

    return routes


def empty_app(town: Town) -> Routes:
    """8: an empty element that a file of scripts fills."""
    api = f"/api/{town.rng.choice(('articles', 'news/list', 'v1/posts'))}"
    old = town.rng.choice((True, False))
    row = f"'<li><a href=\"/{town.folder}/'+x.{town.id}+'.html\">'+x.title+'</a><i>'+x.date+'</i></li>'"
    if old:
        script = (
            "(function(){var app=document.getElementById('app');function load(c){var r=new XMLHttpRequest();"
            f"r.open('GET','{api}?cat='+c,true);r.onreadystatechange=function(){{if(r.readyState===4&&r.status===200){{"
            "var d=JSON.parse(r.responseText),h='';for(var i=0;i<d.data.length;i++){var x=d.data[i];h+=" + row + ";}"
            "var u=document.createElement('ul');u.innerHTML=h;app.appendChild(u);}};r.send();}load(0);load(1);})();"
        )
    else:
        script = (
            "const app=document.querySelector('#app');const load=async c=>{const r=await fetch(`" + api + "?cat=${c}`);"
            "const d=await r.json();app.innerHTML+='<ul>'+d.data.map(x=>" + row + ").join('')+'</ul>';};"
            "(async()=>{for(const c of [0,1])await load(c);})();"
        )
    file = f"/static/{town.rng.choice(('app', 'main', 'index'))}.{town.rng.randrange(16**8):08x}.js"

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return Answer(
                body=f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{town.name}</title></head><body>"
                f"<div id='app'></div><script src='{file}'></script></body></html>"
            )
        if asked.plain == file:
            return Answer(body=script, type="text/javascript; charset=utf-8")
        if asked.plain == api:
            rows = [town.data(item, town.id, "title", "date") for item in town.shelf(int(asked.value("cat", "0")))]
            return Answer(body=json.dumps({"code": 0, "data": rows}), type="application/json")
        return town.by_path(asked)

    return routes


def agent_stub(town: Town) -> Routes:
    """9: a home page that sends phones and others elsewhere."""
    pc, phone = town.rng.choice(
        (("/pc/index.html", "/m/index.html"), ("/www/", "/wap/"), ("/web/index.htm", "/h5/index.htm"))
    )
    test = town.rng.choice(
        (
            "if(/Android|iPhone|iPad|Mobile/i.test(navigator.userAgent)){{location.href='{1}';}}else{{location.href='{0}';}}",
            "var ua=navigator.userAgent.toLowerCase();if(ua.match(/mobile|android/i)){{window.location.replace('{1}');}}"
            "else{{window.location.replace('{0}');}}",
            "function go(){{var m=navigator.userAgent.indexOf('Mobile')>-1;window.location=m?'{1}':'{0}';}}go();",
        )
    ).format(pc, phone)

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return Answer(body=f"<html><head><meta charset=utf-8><script>{test}</script></head><body></body></html>")
        if asked.plain == pc:
            return town.home(town.rows(town.items[-4:]))
        if asked.plain == phone:
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.menu() + town.rows(town.shelf(column)))
        return town.by_path(asked)

    return routes


def foreign_frame(town: Town) -> Routes:
    """10: lists that stand in a frame of another host."""

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            frame = f"<iframe src='http://{town.other}/list/{column}.html' width='700' height='600'></iframe>"
            return town.shell(town.columns[column][0], town.menu() + frame)
        return town.by_path(asked)

    return routes


def calendar(town: Town) -> Routes:
    """11: months of a calendar are the only archive."""
    before = town.rng.choice(("上个月", "上月", "&lt;", "«"))
    script = town.rng.choice((True, False))
    path = town.rng.choice(("/rili.php", "/calendar.jsp", "/riqi/list.php"))

    def month(year: int, number: int) -> Answer:
        items = [i for i in reversed(town.items) if (i.day.year, i.day.month) == (year, number)]
        last, after = (
            ((year, number - 1) if number > 1 else (year - 1, 12)),
            ((year, number + 1) if number < 12 else (year + 1, 1)),
        )
        if script:
            press = (
                f'<a href="javascript:cal({last[0]},{last[1]})">{before}</a> {year}年{number}月 '
                f'<a href="javascript:cal({after[0]},{after[1]})">&gt;</a>'
                f"<script>function cal(y,m){{location.href='{path}?y='+y+'&m='+m;}}</script>"
            )
        else:
            press = (
                f'<a href="{path}?y={last[0]}&m={last[1]}">{before}</a> {year}年{number}月 '
                f'<a href="{path}?y={after[0]}&m={after[1]}">&gt;</a>'
            )
        days = "".join(f"<td>{day}</td>" for day in range(1, 29))
        rows = town.rows(items) if items else "<p>本月没有新闻</p>"
        return town.shell("新闻日历", f"<table class='rl'><tr>{days}</tr></table>{press}{rows}")

    def routes(asked: Asked) -> Answer | None:
        newest = town.items[-1].day
        if asked.plain == "/":
            latest = town.rows(list(reversed(town.items))[:4])
            return town.shell(town.name, f"{latest}<a href='{path}?y={newest.year}&m={newest.month}'>新闻日历</a>")
        if asked.plain == path:
            return month(int(asked.value("y")), int(asked.value("m")))
        return town.by_path(asked)

    return routes


def inline_rows(town: Town) -> Routes:
    """12: rows as JSON in the page's own script."""
    name, id_ = town.rng.choice(("list", "data", "newsData", "rows")), town.id
    style = town.rng.choice(("loop", "map", "jquery"))
    row = f"'<li><a href=\"/{town.folder}/'+x.{id_}+'.html\">'+x.t+'</a> '+x.d+'</li>'"
    code = {
        "loop": f"var h='';for(var i=0;i<{name}.length;i++){{var x={name}[i];h+={row};}}"
        "document.getElementById('nl').innerHTML=h;",
        "map": f"document.getElementById('nl').innerHTML={name}.map(function(x){{return {row};}}).join('');",
        "jquery": f"$.each({name},function(i,x){{$('#nl').append({row});}});",
    }[style]

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home(town.rows(town.items[-4:]))
        if (column := town.column_of(asked)) is not None:
            rows = json.dumps([town.data(item, id_, "t", "d") for item in town.shelf(column)], ensure_ascii=False)
            head = town.jquery if style == "jquery" else ""
            body = f"{town.menu()}<ul id='nl'></ul><script>var {name}={rows};{code}</script>"
            return town.shell(town.columns[column][0], body, head)
        return town.by_path(asked)

    return routes


def fetched_body(town: Town) -> Routes:
    """13: an article whose body a script gets."""
    kind = town.rng.choice(("load", "get", "json", "fetch"))
    path = f"/{town.rng.choice(('body', 'txt', 'nr'))}/"

    def code(item: Item) -> str:
        address = f"{path}{item.number}.{'json' if kind == 'json' else 'txt'}"
        return {
            "load": f"$('#zoom').load('{address}');",
            "get": f"$.get('{address}',function(d){{$('#zoom').html(d);}});",
            "json": f"var id={item.number};$.ajax({{url:'{path}'+id+'.json',type:'get',dataType:'json',"
            "success:function(r){$('#zoom').html(r.content);}});",
            "fetch": f"fetch('{address}').then(function(r){{return r.text()}}).then(function(t){{"
            "document.getElementById('zoom').innerHTML=t;});",
        }[kind]

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.menu() + town.rows(town.shelf(column)))
        if found := re.fullmatch(rf"{path}(\d+)\.\w+", asked.plain):
            item = town.item(found[1])
            if item is None:
                return None
            if kind == "json":
                return Answer(body=json.dumps({"content": town.body_of(item)}), type="application/json")
            return Answer(body=town.body_of(item))
        found = re.fullmatch(rf"/{town.folder}/(\d+)\.html", asked.plain)
        item = town.item(found[1]) if found else None
        return town.article(item, f"</div><script>{code(item)}</script><div>", town.jquery) if item else None

    return routes


def unescaped_body(town: Town) -> Routes:
    """14: an article whose body is written by its own script."""
    kind = town.rng.choice(("unescape", "decode", "json"))

    def body(item: Item) -> str:
        html = town.body_of(item)
        if kind == "unescape":
            coded = "".join(f"%u{ord(c):04X}" if ord(c) > 255 else quote(c, safe="") for c in html)
            return f"<script>document.write(unescape('{coded}'));</script>"
        if kind == "decode":
            return f"<script>var nr=decodeURIComponent('{quote(html, safe='')}');document.write(nr);</script>"
        data = json.dumps({"content": html}, ensure_ascii=False).replace("</", "<\\/")
        return f"<script>var art={data};document.getElementById('zoom').innerHTML=art.content;</script>"

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.menu() + town.rows(town.shelf(column)))
        found = re.fullmatch(rf"/{town.folder}/(\d+)\.html", asked.plain)
        item = town.item(found[1]) if found else None
        return town.article(item, body(item)) if item else None

    return routes


def _pdf(item: Item) -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% " + str(item.number).encode() + b"\n%%EOF\n"


def pdf_viewer(town: Town) -> Routes:
    """15: an article that is a PDF in a viewer."""
    viewer = town.rng.choice(
        ("/pdfjs/web/viewer.html?file={}", "/js/pdf/web/viewer.html?file={}", "/generic/web/viewer.html?file={}")
    )
    coded = town.rng.choice((True, False))

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.menu() + town.rows(town.shelf(column)))
        if found := re.fullmatch(r"/upload/(\d+)\.pdf", asked.plain):
            item = town.item(found[1])
            return Answer(body=_pdf(item), type="application/pdf") if item else None
        if asked.plain.endswith("/viewer.html"):
            return Answer(body="<html><body><div id='viewer'></div><script src='viewer.js'></script></body></html>")
        found = re.fullmatch(rf"/{town.folder}/(\d+)\.html", asked.plain)
        item = town.item(found[1]) if found else None
        if item is None:
            return None
        file = f"/upload/{item.number}.pdf"
        source = viewer.format(quote(file, safe="") if coded else file)
        return town.article(item, f"<iframe src='{source}' width='100%' height='800'></iframe>")

    return routes


def framed_body(town: Town) -> Routes:
    """16: an article whose body stands in a frame."""
    path = f"/{town.rng.choice(('body', 'nr', 'text', 'cont'))}/"

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.menu() + town.rows(town.shelf(column)))
        if found := re.fullmatch(rf"{path}(\d+)\.htm", asked.plain):
            item = town.item(found[1])
            return Answer(body=f"<html><meta charset=utf-8><body>{town.body_of(item)}</body></html>") if item else None
        found = re.fullmatch(rf"/{town.folder}/(\d+)\.html", asked.plain)
        item = town.item(found[1]) if found else None
        frame = f"<iframe src='{path}{item.number}.htm' frameborder=0 width='100%'></iframe>" if item else ""
        return town.article(item, frame) if item else None

    return routes


def elsewhere(town: Town) -> Routes:
    """17: a column whose rows lead to another host."""

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            rows = "".join(
                town.row(item, f"http://{town.other}/s?__biz=Mz{item.number}&mid={item.number}" if column else None)
                for item in town.shelf(column)
            )
            return town.shell(town.columns[column][0], f"{town.menu()}<ul>{rows}</ul>")
        return town.by_path(asked)

    return routes


def _api(town: Town, method: str) -> Routes:
    """18, 19: rows that an API gives, page by page."""
    api, size = (
        f"/{town.rng.choice(('api', 'interface', 'service'))}/{town.rng.choice(('getList', 'queryNews', 'list'))}",
        town.size,
    )
    kind = (
        town.rng.choice(("jquery", "fetch", "vue", "axios"))
        if method == "GET"
        else town.rng.choice(("jquery", "fetch", "json"))
    )
    box, sized = town.rng.choice(("records", "list", "rows")), town.rng.choice(("size", "pageSize", "limit"))
    row = f"'<li><a href=\"/detail.html?{town.id}='+x.{town.id}+'\">'+x.bt+'</a><span>'+x.fbsj+'</span></li>'"
    fill = (
        f"var h='';d.data.{box}.forEach(function(x){{h+={row};}});document.getElementById('nl').innerHTML=h;"
        "total=d.data.total;pager();"
    )
    asks = {
        "GET": f"'{api}?lm='+lm+'&{town.page}='+n+'&{sized}={size}'",
        "POST": f"'{api}'",
    }[method]
    body = f"{{lm:lm,{town.page}:n,{sized}:{size}}}"
    if kind == "jquery":
        call = (
            f"$.post({asks},{body},function(d){{{fill}}},'json');"
            if method == "POST"
            else f"$.getJSON({asks},function(d){{{fill}}});"
        )
    elif kind == "axios":
        call = f"axios.get('{api}',{{params:{body}}}).then(function(r){{var d=r.data;{fill}}});"
    elif method == "GET":
        call = f"fetch({asks}).then(r=>r.json()).then(d=>{{{fill}}});"
    elif kind == "json":
        call = (
            f"fetch({asks},{{method:'POST',headers:{{'Content-Type':'application/json'}},body:JSON.stringify({body})}})"
            f".then(r=>r.json()).then(d=>{{{fill}}});"
        )
    else:
        call = (
            f"fetch({asks},{{method:'POST',headers:{{'Content-Type':'application/x-www-form-urlencoded'}},"
            f"body:'lm='+lm+'&{town.page}='+n+'&{sized}={size}'}}).then(r=>r.json()).then(d=>{{{fill}}});"
        )
    pager = (
        f"function pager(){{var m=Math.ceil(total/{size});document.getElementById('pg').innerHTML='共'+total+'条 '+cur+'/'+m+'页 '"
        f"+(cur<m?'<a href=\"javascript:{town.go}('+(cur+1)+')\">{town.next}</a>':'');}}"
    )
    ids = f"var {town.id}=new URLSearchParams(location.search).get('{town.id}');"
    show = (
        "document.title=a.bt;document.getElementById('bt').innerHTML=a.bt;document.getElementById('rq').innerHTML="
        "'发布时间：'+a.fbsj+' 来源：'+a.ly;document.getElementById('zoom').innerHTML=a.nr;"
    )
    vue = (
        f"new Vue({{el:'#v',data:{{rows:[],n:1,total:0}},mounted(){{this.load(1)}},methods:{{load(n){{this.n=n;var s=this;"
        f"fetch({asks.replace('lm+', 'lm+')}).then(r=>r.json()).then(d=>{{s.rows=d.data.{box};s.total=d.data.total;}});}}}}}});"
    )

    def listing(column: int) -> Answer:
        head = f"var lm={column},total=0,cur=1;"
        if kind == "vue":
            body = (
                f"<div id='v'><ul class='news-list'><li v-for='x in rows'><a :href=\"'/detail.html?{town.id}='+x.{town.id}\">"
                "{{x.bt}}</a><span>{{ x.fbsj }}</span></li></ul>"
                f"<a v-if='n*{size}<total' @click='load(n+1)'>{town.next}</a></div><script>{head}{vue}</script>"
            )
            return town.shell(town.columns[column][0], town.menu() + body, "<script src='/js/vue.min.js'></script>")
        script = f"{head}function {town.go}(n){{cur=n;{call}}}{pager}{town.go}(1);"
        body = f"{town.menu()}<ul id='nl'></ul><div id='pg'></div><script>{script}</script>"
        return town.shell(
            town.columns[column][0], body, town.jquery if kind == "jquery" else "<script src='/js/axios.js'></script>"
        )

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return listing(column)
        if asked.plain == api:
            given = json.loads(asked.form) if asked.form.startswith("{") else {}
            column, page = (
                int(given.get("lm", asked.value("lm", "0"))),
                int(given.get(town.page, asked.value(town.page, "1"))),
            )
            if method == "POST" and not asked.form:
                return Answer(body="{}", status=405, type="application/json")
            rows = [town.data(item, town.id, "bt", "fbsj") for item in town.leaf(column, page)]
            data = {"code": 200, "data": {box: rows, "total": len(town.shelf(column))}}
            return Answer(body=json.dumps(data), type="application/json")
        if asked.plain == "/detail.html":
            item = town.item(asked.value(town.id))
            if town.seed.endswith(("0", "2", "4", "6", "8")) or kind == "vue":
                return town.article(item) if item else None
            script = f"{ids}fetch('/api/detail?{town.id}='+{town.id}).then(r=>r.json()).then(a=>{{{show}}});"
            return town.shell(
                town.name,
                f"{town.menu()}<h1 id='bt'></h1><div id='rq'></div><div id='zoom'></div><script>{script}</script>",
            )
        if asked.plain == "/api/detail":
            item = town.item(asked.value(town.id))
            if item is None:
                return None
            data = {"bt": item.title, "fbsj": str(item.day), "ly": item.source, "nr": town.body_of(item)}
            return Answer(body=json.dumps(data), type="application/json")
        return None

    return routes


def post_api(town: Town) -> Routes:
    return _api(town, "POST")


def get_api(town: Town) -> Routes:
    return _api(town, "GET")


def epaper(town: Town) -> Routes:
    """20: a paper whose addresses are made of a day's pieces; a file says which days there are."""
    issues = [town.items[i : i + 4] for i in range(0, ARTICLES, 4)]
    root, node = (
        town.rng.choice(("html", "paper", "epaper/html")),
        town.rng.choice(("node_{}.htm", "page_{}.html", "node_0{}.html")),
    )
    file = f"/{root}/period{town.rng.choice(('', '_list'))}.xml"

    def folder(issue: list[Item]) -> str:
        return f"/{root}/{issue[0].day:%Y-%m}/{issue[0].day:%d}/"

    def periods() -> str:
        lines = "".join(
            f"<period id='{n}'><period_name>{issue[0].day}</period_name><front_page>{node.format(1)}</front_page></period>"
            for n, issue in enumerate(issues)
        )
        return f"<?xml version='1.0' encoding='UTF-8'?><period_list>{lines}</period_list>"

    def page(issue: list[Item], number: int) -> Answer:
        rows = "".join(
            f"<li><a href='content_{item.number}.htm'>{escape(item.title)}</a></li>"
            for item in issue[(number - 1) * 2 : number * 2]
        )
        other = f"<a href='{node.format(3 - number)}'>第0{3 - number}版</a>"
        script = (
            f"var xml;$.ajax({{url:'{file}',dataType:'xml',success:function(x){{xml=x;}}}});"
            f"function day(y,m,d){{location.href='/{root}/'+y+'-'+m+'/'+d+'/'+'{node.format(1)}';}}"
        )
        body = f"<h2>{issue[0].day:%Y年%m月%d日} 第0{number}版</h2><ul>{rows}</ul>{other}<div id='cal'></div><script>{script}</script>"
        return town.shell(f"{town.name}报", body, town.jquery)

    def routes(asked: Asked) -> Answer | None:
        newest = issues[-1][0].day
        if asked.plain == "/":
            script = (
                f"var y='{newest:%Y}',m='{newest:%m}',d='{newest:%d}';"
                f"var u='/{root}/'+y+'-'+m+'/'+d+'/'+'{node.format(1)}';location.href=u;"
            )
            return Answer(body=f"<html><head><meta charset=utf-8><script>{script}</script></head><body></body></html>")
        if asked.plain == file:
            return Answer(body=periods(), type="text/xml; charset=utf-8")
        for issue in issues:
            if asked.plain.startswith(folder(issue)):
                rest = asked.plain.removeprefix(folder(issue))
                for number in (1, 2):
                    if rest == node.format(number):
                        return page(issue, number)
                found = re.fullmatch(r"content_(\d+)\.htm", rest)
                item = town.item(found[1]) if found else None
                return town.article(item) if item in issue and item else None
        return None

    return routes


def moved(town: Town) -> Routes:
    """21: a home page that has moved to another host."""

    def routes(asked: Asked) -> Answer | None:
        return Answer(body="", status=301, location=f"http://{town.other}{asked.path}")

    return routes


def moved_to(town: Town) -> Routes:
    """What the other host of `moved` serves."""

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.menu() + town.rows(town.shelf(column)))
        return town.by_path(asked)

    return routes


def files(town: Town) -> Routes:
    """22: rows that are files."""
    folder = town.rng.choice(("upload", "files", "attach"))

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return town.home()
        if (column := town.column_of(asked)) is not None:
            rows = "".join(town.row(item, f"/{folder}/{item.number}.pdf") for item in town.shelf(column))
            return town.shell(town.columns[column][0], f"{town.menu()}<ul>{rows}</ul>")
        found = re.fullmatch(rf"/{folder}/(\d+)\.pdf", asked.plain)
        item = town.item(found[1]) if found else None
        return Answer(body=_pdf(item), type="application/pdf") if item else None

    return routes


def picture_map(town: Town) -> Routes:
    """23: a frameset, and a picture whose areas lead to the columns."""

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/":
            return Answer(
                body=f"<html><head><meta charset=utf-8><title>{town.name}</title></head><frameset rows='120,*'>"
                "<frame src='/top.htm' name='top'><frame src='/main.htm' name='main'></frameset></html>"
            )
        if asked.plain == "/top.htm":
            areas = "".join(f"<area shape='rect' coords='{n},0,90,30' href='/{n}/' target='main'>" for n in (0, 1))
            return Answer(body=f"<html><body><img src='/top.jpg' usemap='#m'><map name='m'>{areas}</map></body></html>")
        if asked.plain == "/main.htm":
            return town.shell(town.name, town.rows(town.items[-5:]))
        if (column := town.column_of(asked)) is not None:
            return town.shell(town.columns[column][0], town.rows(town.shelf(column)))
        return town.by_path(asked)

    return routes


def feeds(town: Town) -> Routes:
    """24: all articles stand in a feed or a sitemap alone."""
    kind = town.rng.choice(("rss", "atom", "sitemap"))

    def feed() -> Answer:
        base = f"http://{town.host}"
        if kind == "sitemap":
            entries = "".join(
                f"<url><loc>{base}{town.url(i)}</loc><lastmod>{i.day}</lastmod></url>" for i in town.items
            )
            body = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>"
        elif kind == "rss":
            entries = "".join(
                f"<item><title>{escape(i.title)}</title><link>{base}{town.url(i)}</link><pubDate>{i.day}</pubDate></item>"
                for i in town.items
            )
            body = f"<rss version='2.0'><channel><title>{town.name}</title>{entries}</channel></rss>"
        else:
            entries = "".join(
                f"<entry><title>{escape(i.title)}</title><link href='{base}{town.url(i)}'/><updated>{i.day}T09:00:00+08:00"
                "</updated></entry>"
                for i in town.items
            )
            body = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{town.name}</title>{entries}</feed>"
        return Answer(body=f"<?xml version='1.0' encoding='utf-8'?>{body}", type="text/xml; charset=utf-8")

    path = {"rss": "/rss.xml", "atom": "/atom.xml", "sitemap": "/sitemap.xml"}[kind]

    def routes(asked: Asked) -> Answer | None:
        if asked.plain == "/robots.txt" and kind == "sitemap":
            return Answer(body=f"User-agent: *\nDisallow:\nSitemap: http://{town.host}{path}\n", type="text/plain")
        if asked.plain == "/":
            head = f"<link rel='alternate' type='application/{kind}+xml' href='{path}'>" if kind != "sitemap" else ""
            return town.shell(town.name, town.rows(list(reversed(town.items))[:4]), head)
        return feed() if asked.plain == path else town.by_path(asked)

    return routes


MANNERS: dict[str, Callable[[Town], Routes]] = {
    made.__name__: made
    for made in (
        form_get, form_post, opens, more, laypage, written_menu, loaded_nav, empty_app, agent_stub, foreign_frame,
        calendar, inline_rows, fetched_body, unescaped_body, pdf_viewer, framed_body, elsewhere, post_api, get_api,
        epaper, moved, files, picture_map, feeds,
    )
}  # fmt: skip
# Articles that stand on other hosts: how many a crawl of the site's own hosts can have.
REACHABLE = {"foreign_frame": 0, "elsewhere": ARTICLES // 2}


@dataclass
class Served:
    """A site that is served.

    Attributes:
        asked: (method, path, form) of each request, in order.
        canary: what the other host was asked.
    """

    manner: str
    town: Town
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    canary: list[str] = field(default_factory=list)

    @property
    def home(self) -> str:
        return f"http://{self.town.host}/"


@contextmanager
def serving(manner: str, seed: str, address: str = "127.0.0.1") -> Iterator[Served]:
    """Serve a site of a manner on loopback for the time of the block, and another host beside it."""
    town = Town(seed=f"{manner}-{seed}")
    served = Served(manner=manner, town=town)
    other = moved_to if manner == "moved" else (lambda _: lambda _: Answer(body="<p>other</p>"))
    with (
        _listening(address, served, canary=False) as (bind, own),
        _listening(address, served, canary=True) as (bound, far),
    ):
        town.host, town.other = own, far
        bind(MANNERS[manner](town))
        bound(other(town))
        yield served


@contextmanager
def _listening(address: str, served: Served, *, canary: bool) -> Iterator[tuple[Callable[[Routes], None], str]]:
    held: list[Routes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 2**16

        def do_GET(self, form: str = "") -> None:
            asked = Asked(path=self.path, form=form, agent=self.headers.get("User-Agent") or "")
            if canary:
                served.canary.append(self.path)
            else:
                served.asked.append((self.command, self.path, form))
            answer = held[0](asked) or Answer(body="<html><body>404 Not Found</body></html>", status=404)
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(body)))
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that goes away is no error."""

    with Server((address, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield held.append, f"{address}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
