"""The `trs` site: a provincial United Front site built by TRS WCM -> its pages.

UTF-8; dates to the minute in `PubDate` and in the dateline, and in the article's name; list pages `index_1.html` that
only the script `createPageHTML` names.
"""

from __future__ import annotations

import datetime as dt

from crawler.practice.prose import Place
from crawler.practice.seeds import seed
from crawler.practice.truth import Article, Block
from crawler.practice.web import Column, Press, Web, columns_of, image, moment, text_of

NAME = "云岭统一战线"
PLACE = Place(city="江州市", counties=("东陵县", "石桥县", "松岗区", "临湖区", "清溪县", "北塔区"), paper="云岭统战网")
SHELVES = (("统战要闻", "tzyw", 46), ("基层动态", "jcdt", 21), ("通知公告", "tzgg", 6))


def build(base: str, elsewhere: str) -> Web:
    """All answers of the site at `base`, which links once to `elsewhere`."""
    columns = columns_of(
        "trs",
        SHELVES,
        place=PLACE,
        since=dt.date(2018, 1, 5),
        until=dt.date(2023, 11, 20),
        seeds={0: seed("001", column=0)},
        author_in_dateline=False,
    )
    press = Press(base=base)
    for column in columns:
        for number in range(1, column.pages + 1):
            html = _list(column, number)
            press.page(f"/{column.path}/index{'' if number == 1 else f'_{number - 1}'}.html", html)
            if number == 1:
                press.page(f"/{column.path}/", html)
        for place, article in enumerate(column.articles):
            beside = column.articles[place - 1] if place else None
            _article(press, column, article, beside)
    press.page("/", _home(columns, elsewhere))
    press.page(f"/{SHELVES[0][1]}/201512/t20151201_404.html", _gone())
    press.redirect("/index.html", "/")
    newest = columns[0].articles[0]
    press.redirect(f"/{SHELVES[0][1]}/old/{newest.number}.html", base + _target(columns[0], newest), status=302)
    press.answers["/images/logo.png"] = image("trs logo")
    press.answers["/images/top.jpg"] = image("trs top")
    press.robots("User-agent: *\nDisallow: /was5/\nDisallow: /wcm/\n")
    return press.bound(Press(base=base).page("", _missing(), status=404))


def _target(column: Column, article: Article) -> str:
    return f"/{column.path}/{_folder(article)}/{_name(article)}"


def _folder(article: Article) -> str:
    return moment(article.published, "%Y%m")


def _name(article: Article) -> str:
    return f"t{moment(article.published, '%Y%m%d')}_{10000 + article.number}.html"


def _article(press: Press, column: Column, article: Article, beside: Article | None) -> None:
    folder = f"/{column.path}/{_folder(article)}"
    stamp = moment(article.published, "%Y%m%d%H%M%S")
    files = {
        name: f"{folder}/P0{stamp}{article.number:06d}{i}.{name.rsplit('.', 1)[1]}"
        for i, name in enumerate(article.files)
    }
    for i in range(sum(block.kind == "picture" for block in article.blocks)):
        press.answers[f"{folder}/{_picture(article, i)}"] = image(f"trs {article.number} {i}")
    press.article(
        _target(column, article),
        article,
        lambda shown: _page(column, shown, files, beside),
        columns=(column.name,),
        precision="minute",
        files=files,
    )


def _picture(article: Article, number: int) -> str:
    return f"P0{moment(article.published, '%Y%m%d%H%M%S')}{article.number:06d}9{number}.png"


def _head(title: str, extra: str = "", up: str = "../") -> str:
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta http-equiv="X-UA-Compatible" content="IE=edge,chrome=1" />
<title>{text_of(title)}</title>
<meta name="SiteName" content="{NAME}" />
<meta name="SiteDomain" content="www.yltzb.example" />
<meta name="SiteIDCode" content="5300000099" />
{extra}<link href="{up}images/style.css" rel="stylesheet" type="text/css" />
<style type="text/css">
body{{margin:0 auto;font-size:12px;font-family:"宋体";}} .nav a{{color:#fff;}} #pages a{{margin:0 3px;}}
</style>
<script type="text/javascript">
function doZoom(size){{document.getElementById('zoom').style.fontSize=size+'px';}}
function AddFavorite(u,t){{try{{window.external.addFavorite(u,t);}}catch(e){{alert("加入收藏失败，请使用Ctrl+D进行添加");}}}}
</script>
</head>
<body>
<div class="top"><div class="w1000"><span class="fl">欢迎访问{
        NAME
    }！</span><span class="fr"><a href="javascript:void(0);"\
 onclick="AddFavorite(window.location,document.title)">加入收藏</a> | <a href="javascript:;">设为首页</a></span></div></div>
<div class="banner"><img src="{up}images/top.jpg" width="1000" height="180" alt="" /></div>
<div class="nav"><ul><li><a href="{up}">首页</a></li>{
        "".join(f'<li><a href="{up}{path}/">{name}</a></li>' for name, path, _ in SHELVES)
    }</ul></div>
"""


def _foot(up: str = "../") -> str:
    return f"""<div class="links"><b>友情链接：</b><select onchange="if(this.value)window.open(this.value)"><option value="">--中央单位--</option>\
<option value="http://www.zytzb.example/">中央统战部</option></select><select><option>--各省市统战部--</option></select></div>
<div class="footer"><p>主办单位：中共云岭省委统一战线工作部&nbsp;&nbsp;技术支持：云岭网络中心</p>
<p>版权所有 Copyright &copy; 2012-2024 {NAME} All Rights Reserved <a href="http://beian.miit.example/">云ICP备05000001号-1</a></p>
<p><img src="{up}images/logo.png" width="16" height="16" alt="" />云公网安备 53010202000001号 网站标识码：5300000099 <a href="{up}sitemap/">网站地图</a></p></div>
<script type="text/javascript">var _hmt=_hmt||[];(function(){{var hm=document.createElement("script");hm.src="//hm.baidu.example/hm.js?0a1b";\
}})();</script>
</body>
</html>
"""


def _rows(column: Column, articles: tuple[Article, ...], up: str) -> str:
    rows = []
    for place, article in enumerate(articles):
        href = f"{up}{_folder(article)}/{_name(article)}"
        rows.append(
            f'<li><span class="date">{moment(article.published, "%Y-%m-%d")}</span>'
            f'<a href="{href}" target="_blank" title="{text_of(article.title)}">{text_of(article.title)}</a></li>'
        )
        if place % 5 == 4:
            rows.append('<li class="line"></li>')
    return f'<ul class="list" id="{column.path}">\n' + "\n".join(rows) + "\n</ul>"


def _list(column: Column, number: int) -> str:
    return f"""{_head(f"{column.name}-{NAME}", f'<meta name="ColumnName" content="{column.name}" />' + chr(10))}\
<div class="main w1000"><div class="left"><h3>栏目导航</h3><ul>{
        "".join(f'<li><a href="../{path}/">{name}</a></li>' for name, path, _ in SHELVES)
    }</ul></div>
<div class="right"><div class="weizhi">您的位置：<a href="../" class="CurrChnlCls">首页</a>&nbsp;&gt;&nbsp;\
<a href="../{column.path}/" class="CurrChnlCls">{column.name}</a></div>
{_rows(column, column.page(number), "./")}
<div id="pages"><script type="text/javascript">
function createPageHTML(_nPageCount,_nCurrIndex,_sPageName,_sPageExt){{
  if(_nPageCount==null||_nPageCount<=1)return;
  var n=_nCurrIndex||0,s="";
  for(var i=0;i<_nPageCount;i++){{var p=(i==0?_sPageName:(_sPageName+"_"+i))+"."+_sPageExt;s+=(i==n)?"<span>"+(i+1)+"</span>":"<a href='"+p+"'>"+(i+1)+"</a>";}}
  if(n+1<_nPageCount)s+="<a href='"+_sPageName+"_"+(n+1)+"."+_sPageExt+"'>下一页</a>";
  document.write("共"+_nPageCount+"页 "+s);
}}
createPageHTML({column.pages}, {number - 1}, "index", "html");
</script></div>
</div></div>
{_foot()}"""


def _home(columns: tuple[Column, ...], elsewhere: str) -> str:
    boxes = []
    for column in columns:
        rows = _rows(column, column.articles[:8], f"./{column.path}/")
        boxes.append(
            f'<div class="box"><h2><a href="./{column.path}/">{column.name}</a><a class="more" href="./{column.path}/">'
            f"更多&gt;&gt;</a></h2>{rows}</div>"
        )
    newest = columns[0].articles[0]
    return f"""{_head(NAME, up="./")}
<div class="main w1000">
<div class="headline"><a href="./{columns[0].path}/old/{newest.number}.html">{text_of(newest.title)}</a></div>
{chr(10).join(boxes)}
<div class="zt"><h2>专题专栏</h2><a href="{elsewhere}/s/tongzhan-xinyu"><img src="./images/logo.png" alt="" /></a>
<a href="./zt2016/index.html">同心圆梦专题</a> <a href="./{columns[0].path}/201512/t20151201_404.html">学习专栏</a></div>
</div>
{_foot("./")}"""


def _block(article: Article, block: Block, number: int) -> str:
    if block.kind == "picture":
        label = f' alt="{text_of(block.shown)}" title="{text_of(block.shown)}"' if block.shown else ' alt=""'
        shown = (
            f'<p align="center" style="text-align: center"><img src="./{_picture(article, number)}" width="550"'
            f' border="0"{label} oldsrc="W02020{number}.png" /></p>\n'
        )
        if block.text:
            shown += (
                f'<p align="center" style="text-align: center"><font color="#000080">{text_of(block.text)}</font></p>\n'
            )
        return shown
    if block.kind == "table":
        cells = "".join(
            "<tr>" + "".join(f'<td style="border:1px solid #000"><p>{text_of(c)}</p></td>' for c in row) + "</tr>\n"
            for row in block.rows
        )
        return f'<table border="1" cellspacing="0" cellpadding="0" align="center"><tbody>\n{cells}</tbody></table>\n'
    if block.kind == "heading":
        return f"<p>　　<strong>{text_of(block.text)}</strong></p>\n"
    return f'<p style="line-height: 2em; text-indent: 0">　　{text_of(block.text)}</p>\n'


def _page(column: Column, article: Article, files: dict[str, str], beside: Article | None) -> str:
    pictures = iter(range(len(article.blocks)))
    body = "".join(_block(article, block, next(pictures) if block.kind == "picture" else 0) for block in article.blocks)
    body += "".join(f'<p align="right" style="text-align: right">{text_of(line)}</p>\n' for line in article.signature)
    if article.number % 4 == 0:
        # Word's paste leaves spacer paragraphs between the others.
        body = body.replace("</p>\n", "</p>\n<p>&nbsp;</p>\n", 3)
    metas = "".join(
        f'<meta name="{name}" content="{text_of(value)}" />\n'
        for name, value in (
            ("ColumnName", column.name),
            ("ColumnType", "新闻动态"),
            ("ArticleTitle", article.title),
            ("PubDate", moment(article.published, "%Y-%m-%d %H:%M")),
            ("ContentSource", article.source),
            ("Keywords", ";".join(article.keywords)),
            ("Author", ""),
            ("Description", article.lines[0][:60]),
            ("Url", f"/{column.path}/{_folder(article)}/{_name(article)}"),
        )
    )
    up = "../../"
    listed = "".join(
        f'<p><a href="./{path.rsplit("/", 1)[1]}" oldsrc="/protect/{path.rsplit("/", 1)[1]}">{text_of(name)}</a></p>'
        for name, path in files.items()
    )
    near = (
        f'<li>·<a href="../{_folder(beside)}/{_name(beside)}">{text_of(beside.title)}</a></li>'
        if beside is not None
        else ""
    )
    return f"""{_head(f"{article.title}-{NAME}", metas, up)}
<div class="main w1000">
<div class="weizhi">您的位置：<a href="{up}" title="首页" class="CurrChnlCls">首页</a>&nbsp;&gt;&nbsp;<a href="../" title="{column.name}"\
 class="CurrChnlCls">{column.name}</a>&nbsp;&gt;&nbsp;正文</div>
<div class="xl"><h1>{text_of(article.title)}</h1>
<div class="xl_info"><span>发布时间：{moment(article.published, "%Y-%m-%d %H:%M")}</span>&nbsp;&nbsp;<span>来源：{text_of(article.source)}</span>\
&nbsp;&nbsp;<span>浏览次数：<script src="{up}counter/?id={article.number}"></script></span>&nbsp;&nbsp;<span>字体：<a\
 href="javascript:doZoom(18)">大</a> <a href="javascript:doZoom(16)">中</a> <a href="javascript:doZoom(14)">小</a></span></div>
<div class="xl_con" id="zoom"><div class="TRS_Editor"><style type="text/css">
.TRS_Editor P{{margin-top:0.5em;line-height:2;font-family:宋体;font-size:12pt;}}
</style>
{body}</div></div>
<div class="fujian">{f"<strong>附件：</strong>{listed}" if listed else ""}</div>
<div class="share"><span>分享到：</span><a class="jiathis_button_weixin">微信</a><a class="jiathis_button_tsina">新浪微博</a>\
<a class="jiathis_button_qzone">QQ空间</a></div>
<div class="tools"><a href="javascript:window.print()">【打印本页】</a><a href="javascript:window.close()">【关闭窗口】</a></div>
<div class="xgwz"><h4>相关链接</h4><ul>{near}</ul></div>
</div></div>
{_foot(up)}"""


def _gone() -> str:
    return f"""{_head(NAME, up="/")}<div class="error"><h3>您访问的页面不存在</h3><p>该信息已删除或地址有误，<span id="t">5</span>秒后返回首页。</p>
<p><a href="/">返回首页</a></p></div>
{_foot("/")}"""


def _missing() -> str:
    return "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n"
