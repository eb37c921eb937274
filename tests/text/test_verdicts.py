"""What hosts answer instead of an article, after evidence from real ones; and articles that quote the same words."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from fit_weights import fit, of_shape, wrong
from pages import skipped

from archive.text.clean import clean
from archive.text.document import Document, Skip
from archive.warc.capture import Capture, Place

HEAD = "<html><head><title>{title}</title></head><body>"
RUISHU = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><meta content="Z1kQp0aW3sXv8n" r="m"><script r="m">'
    "$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=72041;_$cB();</script></head><body></body></html>"
)
JSL = (
    "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+'_clearance_s=1';"
    "location.href=location.pathname+location.search</script>"
)

# name -> status, headers, body, reason
FIXTURES: dict[str, tuple[int, tuple[tuple[str, str], ...], str, str]] = {
    "ruishu 412": (412, (), RUISHU, "challenge"),
    "ruishu 202": (202, (), RUISHU, "challenge"),
    "ruishu 400": (400, (), RUISHU, "challenge"),
    "ruishu 200": (200, (), RUISHU, "challenge"),
    "412 with nothing": (412, (), "", "challenge"),
    "jiasule 521": (521, (("Set-Cookie", "__jsluid_h=0a1b; max-age=31536000"),), JSL, "challenge"),
    "jiasule 512": (512, (("Set-Cookie", "__jsluid_s=0a1b"),), JSL, "challenge"),
    "jiasule 403": (403, (), "<p>当前访问疑似黑客攻击，已被网站管理员设置为拦截 知道创宇云防御</p>", "challenge"),
    "chuangyudun": (403, (), "<title>创宇盾</title><p>您的请求被拦截</p>", "challenge"),
    "aliyun script": (200, (), "<script>var arg1='A1';setCookie('acw_sc__v2', x);</script>", "challenge"),
    "aliyun 405": (
        405,
        (),
        '<a href="https://errors.aliyun.com/?uuid=1">您的访问请求可能对网站造成安全威胁</a>',
        "challenge",
    ),
    "safedog": (403, (), "<p>safedog 网站防火墙</p>", "challenge"),
    "360": (200, (), "<script src='/wzws-waf-cgi/x.js'></script><p>360wzws</p>", "challenge"),
    "yunsuo": (200, (("Set-Cookie", "yunsuo_session_verify=1"),), "<script>yunsuo_session='1'</script>", "challenge"),
    "safeline": (468, (), "<title>SafeLine</title><p>雷池</p>", "challenge"),
    "parameters": (403, (), "<p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>", "challenge"),
    "captcha form": (200, (), "<p>请输入验证码</p><form><input name=code></form>", "challenge"),
    "geetest": (200, (), "<script src='gt.js'>geetest</script>", "challenge"),
    "proof of a person": (200, (), "<p>人机验证</p><p>请完成验证后继续访问</p>", "challenge"),
    "slider": (200, (), "<div>滑动验证 拖动滑块</div>", "challenge"),
    "too often": (200, (), "<p>访问过于频繁，请稍后再试</p>", "challenge"),
    "cloudflare": (503, (), "<title>Just a moment...</title>", "challenge"),
    "403 empty": (403, (), "", "blocked"),
    "403 nginx": (403, (), "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>", "blocked"),
    "forbidden 200": (200, (), "<p>访问禁止</p>", "blocked"),
    "rules of a panel": (200, (), "<h1>您的访问被拦截</h1><p>如您是网站管理员，请登录面板查看。</p>", "blocked"),
    "your address": (200, (), "<p>您的IP不在允许访问的范围</p>", "blocked"),
    "451": (451, (), "<p>您所在的地区无法访问，拒绝访问</p>", "blocked"),
    "page not there": (200, (), "<p>您访问的页面不存在</p>", "soft_404"),
    "a day without news": (
        200,
        (),
        "<h2>2024年6月1日</h2><p>对不起，当天没有新闻。请选择其他日期，感谢支持。</p>",
        "soft_404",
    ),
    "a month without articles": (200, (), "<p>没有找到文章。也许您可以看看别的日期。</p>", "soft_404"),
    "page not found": (200, (), "<p>页面未找到，返回首页</p>", "soft_404"),
    "withdrawn": (200, (), "<p>该信息已被撤回</p>", "soft_404"),
    "deleted": (200, (), "<p>该信息已删除</p>", "soft_404"),
    "no article": (200, (), "<script>alert('文章不存在')</script><p>文章不存在</p>", "soft_404"),
    "parameters wrong": (200, (), "<p>参数错误</p>", "soft_404"),
    "no column": (200, (), "<p>栏目不存在！</p>", "soft_404"),
    "404 in words": (200, (), "<title>404错误</title><p>找不到该页</p>", "soft_404"),
    "asp.net": (200, (), "<h1>Server Error in '/' Application.</h1><p>Runtime Error</p>", "server_error"),
    "vbscript": (200, (), "<p>Microsoft VBScript 运行时错误 '800a000d'</p>", "server_error"),
    "database": (200, (), "<p>数据库连接错误</p>", "server_error"),
    "odbc": (
        200,
        (),
        "<p>[Microsoft][ODBC Microsoft Access Driver] 未找到文件。</p><p>/conn.asp，行 7</p>",
        "server_error",
    ),
    "mysql": (200, (), "<h1>Database Error</h1><p>Can not connect to MySQL server</p>", "server_error"),
    "no site": (200, (), "<h3>没有找到站点</h3><p>您的请求在Web服务器中没有找到对应的站点！</p>", "server_error"),
    "out of date": (200, (), "<h2>该网站已过期</h2><p>您所访问的网站因服务到期未续费已停止服务</p>", "server_error"),
    "said in a box": (200, (), "<script>alert('参数错误！');history.back();</script>", "soft_404"),
    "english": (200, (), "<h1>The page you are looking for does not exist.</h1><a href=/>Go back home</a>", "soft_404"),
    "framework": (200, (), "<title>系统发生错误</title><h1>无法加载控制器:News</h1>", "soft_404"),
    "for sale": (200, (), "<p>您正在访问的域名可以转让！This domain name is for sale!</p>", "server_error"),
    "folder": (200, (), "<title>Index of /upload</title><h1>Index of /upload</h1><a href=1.doc>1.doc</a>", "list"),
    "rows in a script": (
        200,
        (),
        "<title>统战动态</title><p>首页 > 统战动态</p><script type='text/xml'><recordset></recordset></script>",
        "list",
    ),
    "nothing found": (200, (), "<p>对不起，没有找到与“统战”相关的文章！</p>", "soft_404"),
    "not registered": (200, (), "<p>该域名未备案，暂时无法访问</p>", "server_error"),
    "connection string": (200, (), "<meta charset=utf-8>数据库连接出错，请检查连接字串。", "server_error"),
    "asp.net in Chinese, at length": (
        200,
        (),
        "<title>运行时错误</title><h1>“/”应用程序中的服务器错误。</h1><p>说明: 服务器上出现应用程序错误。</p>"
        + "<p>若要使他人能够在远程计算机上查看此特定错误信息的详细信息，请创建一个标记，然后设置。</p>" * 9,
        "server_error",
    ),
    "asp.net, nothing there": (
        200,
        (),
        "<title>无法找到资源。</title><h1>“/”应用程序中的服务器错误。</h1><p>说明: HTTP 404。</p>",
        "soft_404",
    ),
    "data source": (
        200,
        (),
        "<p>Microsoft OLE DB Provider error '80004005'</p><p>[Microsoft] Data source name not found</p>",
        "server_error",
    ),
    "no record": (
        200,
        (),
        "<p>ADODB.Field error '800a0bcd'</p><p>Either BOF or EOF is True, or the current record has been deleted.</p>",
        "soft_404",
    ),
    "php": (
        200,
        (),
        "<b>Warning</b>: mysql_connect(): Too many connections in <b>D:\\www\\conn.php</b> on line <b>12</b>",
        "server_error",
    ),
    "tomcat": (
        200,
        (),
        "<h1>HTTP Status 500 - </h1><p>type Exception report</p><p>java.lang.NullPointerException</p>",
        "server_error",
    ),
    "gateway": (200, (), "<title>502 Bad Gateway</title><center><h1>502 Bad Gateway</h1></center>", "server_error"),
    "busy": (200, (), "<p>系统繁忙，请稍后再试！</p>", "server_error"),
    "busy, said in a box": (200, (), "<script>alert('系统忙，请稍后再试');history.back()</script>", "server_error"),
    "leads back": (200, (), "<script>alert('非法操作！');history.go(-1);</script>", "soft_404"),
    "upgrade": (200, (), "<p>网站升级中，敬请期待</p>", "maintenance"),
    "system": (200, (), "<p>系统维护，请稍后访问</p>", "maintenance"),
    "under construction": (200, (), "<p>栏目正在建设</p>", "maintenance"),
    "login": (200, (), "<p>请先登录</p><form><input type=password></form>", "login"),
    "login form": (200, (), "<form>账号<input name=u>口令<input type=password></form>", "login"),
    "moved, by status": (301, (("Location", "/index.html"),), "", "redirect"),
    "moved, by refresh": (200, (), '<meta http-equiv="refresh" content="0; url=/index.shtml">', "redirect"),
    "moved, by refresh without url=": (200, (), "<meta http-equiv='refresh' content='0, /a b.html'>", "redirect"),
    "moved to what is no address": (200, (), '<meta http-equiv="refresh" content="0; url=http://[">', "redirect"),
    "moved, by script": (200, (), "<script>window.location.href='/index.html';</script>", "redirect"),
    "moved to wechat": (200, (), "<script>location.replace('https://mp.weixin.qq.com/s/x')</script>", "redirect"),
    "nothing": (200, (), "", "empty"),
    "spaces": (200, (), "<html><body>" + " " * 300 + "</body></html>", "empty"),
    "500": (500, (), "<p>服务器内部错误</p>", "error_status"),
    "404": (404, (), "<h1>404 Not Found</h1>", "error_status"),
}

WORDS = (
    "页面不存在", "该信息已删除", "文章不存在", "参数错误", "栏目不存在", "404错误",
    "找不到该页", "系统维护", "网站升级", "正在建设", "敬请期待", "暂无数据",
    "无权访问", "请先登录", "域名未备案", "数据库连接错误", "Runtime Error", "访问禁止",
    "拒绝访问", "您的IP", "请输入验证码", "人机验证", "滑动验证", "访问过于频繁",
    "安全验证", "网站防火墙", "雷池", "云锁", "黑名单", "请求被拦截",
    "403 Forbidden", "Access Denied", "geetest", "知道创宇云防御", "加速乐", "瑞数",
    "Database Error", "网站已过期", "访问被拦截", "服务器繁忙", "暂停服务", "统一身份认证", "会员登录",
)  # fmt: skip


def capture(status: int, headers: tuple[tuple[str, str], ...], body: str) -> Capture:
    return Capture(
        id="urn:uuid:1",
        kind="response",
        url="http://tzb.example.cn/xw/202002/t20200219_1.html",
        date=None,
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"), *headers),
        body=body.encode(),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )


def judged(seen: Capture) -> tuple[str, str] | None:
    read = clean(seen, None)
    return (read.reason, read.detail) if isinstance(read, Skip) else None


@pytest.mark.parametrize("name", FIXTURES)
def test_what_is_no_article_is_named_with_its_evidence(name: str) -> None:
    status, headers, body, reason = FIXTURES[name]
    found = judged(capture(status, headers, body))
    assert found is not None
    assert (str(found[0]), bool(found[1])) == (reason, True), found


@pytest.mark.parametrize("word", ["[详细]", "查看全文&gt;&gt;", "【更多】"])
def test_teasers_that_end_in_a_link_to_the_rest_are_a_list(word: str) -> None:
    teaser = "<div><h3><a href=/show/{n}.html>县委统战部召开第{n}次座谈会</a></h3><p>县委统战部召开会议，传达学习精神，\
研究部署下一阶段重点任务，要求抓好落实。...<a href=/show/{n}.html>{word}</a></p><span>2019-03-0{n}</span></div>"
    body = HEAD.format(title="工作动态-某县统一战线") + "".join(teaser.format(n=n, word=word) for n in (1, 2, 3)) + FOOT
    assert str((judged(capture(200, (), body)) or ("",))[0]) == "list"
    apart = body.replace("...<a", "...</p><p><a")
    assert str((judged(capture(200, (), apart)) or ("",))[0]) == "list"


DATED = "<p>2020-02-19 10:20 来源：云溪日报</p>"
FOOT = "<div class=foot>版权所有：某县人民政府 网站维护：0838-8501234 网站建设：某某科技</div>"


@pytest.mark.parametrize("end", ["，详细询…", "，详细询...", "，研究了工作。"])
def test_the_only_teaser_on_the_last_page_of_a_list_is_no_article(end: str) -> None:
    teaser = (
        "<ul><li><h3><a href='/content_7.htm'>永泽区走访民营企业问需求解难题</a></h3><p>3月3日，永泽区委统战部会同"
        "县工商联走访了清溪绿源茶业公司等4家民营企业，现场听取企业负责人对营商环境的意见。走访组一行走进生产车间"
        f"{end}</p><div>2016年03月04日</div></li></ul>"
    )
    page = capture(200, (), f"<html><body>{teaser}</body></html>")
    said = judged(dataclasses.replace(page, url="http://tzb.example.cn/xw/index_4.htm"))
    assert said is not None
    assert said[0] == "list"


def test_rows_under_the_name_of_a_column_are_a_list_and_results_of_a_search_too() -> None:
    rows = "".join(
        f"<li><a href=/show/{n}.html>县委统战部召开第{n}次座谈会</a><span>2019-03-0{n}</span></li>" for n in (1, 2, 3)
    )
    column = f"{HEAD.format(title='通知公告-某县统一战线')}<h2>通知公告</h2><ul>{rows}</ul><p>共1页 3条</p>{FOOT}"
    hits = "".join(
        f"<h3><a href=/show/{n}.html>县委统战部召开第{n}次座谈会</a></h3><p>...部召开会议，传达学习精神，强调...</p>"
        f"<p>http://www.example.gov.cn/show/{n}.html - 2019-03-05</p>"
        for n in range(10)
    )
    search = f"{HEAD.format(title='搜索结果')}<p>搜索“统战”共找到约 318 条结果，用时 0.02 秒</p>{hits}{FOOT}"
    assert [str((judged(capture(200, (), body)) or ("",))[0]) for body in (column, search)] == ["list", "list"]
    # Who keeps the site up is named at its foot, and is no word of a site that is shut.
    assert (
        judged(capture(200, (), f"{HEAD.format(title='讣告')}<h1>讣告</h1><p>沈伯钧先生于今晨逝世。</p>{FOOT}")) is None
    )


def test_a_notice_of_two_lines_beside_columns_is_an_article_and_a_column_with_a_word_before_it_is_none() -> None:
    rows = "".join(f"<li><a href=/show/{n}.html>县委统战部召开第{n}次座谈会</a></li>" for n in range(12))
    said = "<h1>停电通知</h1><p>因线路检修，本周六全天停电，请提前做好准备。</p>"
    notice = f"{HEAD.format(title='停电通知-某县统一战线')}<ul>{rows}</ul><div>{said}<p>办公室</p></div>{FOOT}"
    word = "<h1>通知公告</h1><p>本栏目发布通知。</p>"
    column = f"{HEAD.format(title='通知公告-某县统一战线')}<div>{word}</div><ul>{rows}</ul>{FOOT}"
    assert judged(capture(200, (), notice)) is None
    assert str((judged(capture(200, (), column)) or ("",))[0]) == "list"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("关于办事大厅暂停服务的通知", "因线路检修，办事大厅6月15日暂停服务一天。"),
        ("网上申报系统升级公告", "因系统升级，6月15日起网上申报停止受理。"),
        ("关于用户登录方式变更的通知", "即日起，平台用户登录改用手机号码。"),
        ("关于某文章不存在侵权问题的声明", "经核实，该文章不存在侵权问题。"),
    ],
)
def test_a_notice_whose_title_has_such_words_is_an_article(title: str, text: str) -> None:
    notice = (
        f"{HEAD.format(title=title)}<h1>{title}</h1><div>发布时间：2019-06-12 来源：办公室</div><p>{text}</p>{FOOT}"
    )
    assert judged(capture(200, (), notice)) is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("该文章正在审核中。", "maintenance"),
        ("对不起，您查看的信息尚未通过审核，请返回首页。", "maintenance"),
        ("该文章已被删除！", "soft_404"),
        ("数据库连接失败，请稍后再试", "server_error"),
        ("经核实，该文章不存在侵权问题。", None),
        ("因系统升级，6月15日起网上申报停止受理。", None),
        ("未备案的商户请于本月底前到县委统战部办理。", None),
        ("本次评选材料待审核后公布。", None),
        ("县里帮扶的茶叶项目好！该产品信息不存在造假！", None),
    ],
)
@pytest.mark.parametrize("side", ["", "rows"])
def test_the_words_of_a_host_under_the_title_of_an_article_are_no_text(
    said: str, reason: str | None, side: str
) -> None:
    side = side and "".join(f"<li><a href=/s{n}.htm>县统战部召开第{n}次工作会议</a></li>" for n in range(20))
    title = "民盟县支部圆满举办茶叶产业帮扶项目"
    page = f"{HEAD.format(title=title)}<ul>{side}</ul><h1>{title}</h1>{DATED}<div><p>{said}</p></div>{FOOT}"
    assert (judged(capture(200, (), page)) or (None,))[0] == reason


@pytest.mark.parametrize("word", WORDS)
def test_an_article_that_quotes_such_words_is_one(word: str) -> None:
    text = "市委统战部召开网络安全工作会议，通报了上季度网站运行的情况，要求各单位落实责任，抓好整改，确保安全。"
    body = (
        f"{HEAD.format(title='网络安全工作会议召开')}<div class=nav><a href=/>首页</a></div>"
        f"<h1>网络安全工作会议召开</h1>"
        f"<p>发布时间：2020-02-19 来源：市委统战部</p><p>{text}</p><p>会上说，群众看到“{word}”的提示，要及时处理。"
        "</p>"
        f"<p>{text}</p><p>{text}</p></body></html>"
    )
    assert judged(capture(200, (), body)) is None


ROWS = "".join(
    f"<li><a href='/xw/t_{n}.htm'>{title}</a><span>发布时间：{day}</span></li>"
    for n, (title, day) in enumerate(
        (
            ("海外联谊会平湖市理事会议召开（97）", "2021-03-20 13:30"),
            ("永泽区台企恳谈会召开（95）", "2021-03-05 16:10"),
            ("石榴花开别样红——永泽区民族团结工作见闻（6...", "2019-08-19 13:16"),
            ("民盟茶山县支部送教下乡（57）", "2019-07-15 10:00"),
        )
    )
)
CELLS = (
    (1, "新丰镇召开党外知识分子调研会", "2022-10-01"),
    (2, "大洼镇评选最美志愿者", "2022-09-05"),
    (3, "大洼镇金沙村举行宗教界代表人士座谈会", "2022-08-17"),
    (4, "白马镇黄泥村启动老旧小区改造", "2022-06-01"),
    (5, "双河镇举办端午诗会", "2022-03-16"),
    (6, "古楼镇慰问困难归侨侨眷", "2021-11-03"),
    (7, "柳林镇白马村举办端午诗会", "2021-10-07"),
    (8, "枫树镇大洼村评选最美志愿者", "2021-06-03"),
    (9, "石桥镇开展夏季防汛演练", "2021-05-14"),
)
HOST = "<div>主办单位：中共平湖市委统战部 技术支持：平湖信息中心</div>"
COLUMNS = "".join(
    f"<div>{name} <a href='/{name}/'>更多&gt;&gt;</a></div>" for name in ("党派工作", "统战要闻", "港澳台侨")
)


LAST_TEASER = (
    "<title>民生</title><div><a href='/1/'>民生</a> / <a href='/2/'>文化</a></div><div><h4><a href='/7.html'>"
    "青石县融媒体中心公开招聘编辑记者公告</a></h4><p>因工作需要，青石县融媒体中心面向社会公开招聘编辑、"
    "记者6名，现将有关事项公告如下：…</p><em>2022-03-10</em></div><div>到底了</div><div>新闻热线 5527110</div>"
)
TEASER_OF_MONTH = (
    "<title>2022年2月</title><h1><a href='/'>青石同乡会</a></h1><h2><a href='/7/'>把“小窗口”办成“大舞台”</a></h2>"
    "<div>发布于 2022年2月27日</div><p>群众办事，最先碰到的是窗口；群众评价政府，最先想到的也是窗口。… "
    "<a href='/7/'>继续阅读“把小窗口办成大舞台”</a></p><ul><li><a href='/8/'>市道教协会举办抄经祈福活动</a></ul>"
)


# An archive of WordPress: a short teaser that names its headline once more, and lists beside it.
TEASER_OF_BLOG = (
    "<title>月度归档：202207 – 青石同乡会</title><h1><a href='/'>青石同乡会</a></h1><main><h1>月度归档：202207</h1>"
    "<h2><a href='/7/'>同乡会馆修缮工程通过验收</a></h2><div><time>2022年7月25日</time> 由 <a href='/me/'>admin</a>"
    "</div><p>7月25日，同乡会会同消防部门，对会馆的… <a href='/7/'>继续阅读“同乡会馆修缮工程通过验收”</a></p></main>"
    "<h2>归档</h2><ul><li><a href='?m=1'>2022年7月</a><li><a href='?m=2'>2022年6月</a></ul><h2>分类</h2><ul><li>"
    "<a href='?c=1'>会务</a> (20)<li><a href='?c=2'>乡讯</a> (14)</ul>"
)
# The last page of a column, whose row holds its headline, its day and a counter.
TEASER_OF_ROW = (
    "<title>乡讯_青石同乡会</title><div>位置：<a href='/'>主页</a> &gt; <a href='/x/'>乡讯</a> &gt;</div><ul><li>"
    "<a href='7.html'>王建华等37人联名提出修缮会馆建议</a><span>日期：2022-07-22 10:37:00 点击：207</span>"
    "<p>“这条建议能不能落地，今天当面说清楚。”7月22日，修缮会馆专题协商在青石...</p></li></ul>"
    "<ul><li><a href='1.html'>上一页</a><li>2</ul>"
)


@pytest.mark.parametrize(
    ("url", "body", "reason"),
    [
        # The day of a row, with the words that stand before the day of an article.
        (
            "http://h/xw/index.htm",
            f"<title>非公经济</title><div>平湖市统一战线</div><div><ul>{ROWS}</ul></div>{HOST}",
            "list",
        ),
        # The day in a cell of its own, and a pager.
        (
            "http://h/column.aspx?col=3",
            "<title>工作动态-上坝工作网</title><h3>工作动态</h3><table>"
            + "".join(f"<tr><td><a href='/v?id={n}'>{title}</a></td><td>{day}</td></tr>" for n, title, day in CELLS)
            + "</table><div>总记录：33 条 <a href='javascript:turn(2)'>后一页</a></div><p>电话：0831-2345678</p>",
            "list",
        ),
        # Rows that only a script leads from.
        (
            "http://h/0/",
            "<a href='/'>首页</a><ul>"
            + "".join(f"<li onclick='show({n})'><span>{title}</span><em>{day}</em></li>" for n, title, day in CELLS)
            + "</ul><div>版权所有：云浦市统战部</div>",
            "list",
        ),
        # The same in a table with a head, under the name of the column.
        (
            "http://h/list.aspx?lm=6",
            "<title>公示公告</title><ul><li><a href='/'>首页</a></ul><h3>公示公告</h3>"
            "<table><tr><th>标题</th><th>日期</th></tr>"
            + "".join(f"<tr onclick='ck({n})'><td>{title}</td><td>{day}</td></tr>" for n, title, day in CELLS)
            + "</table><div>记录总数：10</div><p>民盟青澜市委员会 电话：0899-2218830</p>",
            "list",
        ),
        # The day before a link that is cut short, and a pager.
        (
            "http://h/xw/index.jhtml",
            "<title>政务要闻-青石县</title><div>位置：<a href='/'>首页</a> &gt; <a href='/x/'>政务要闻</a></div><ul>"
            + "".join(f"<li><span>[{day}]</span><a href='{n}.jhtml'>{title[:8]}</a></li>" for n, title, day in CELLS)
            + "</ul><div>共9条记录 1/1页 <a>下一页</a></div><div>青石县人民政府主办</div>",
            "list",
        ),
        # Teasers that are cut short, with the day beside the link.
        (
            "http://h/a/xw/",
            "<title>社会服务</title><div><ul>"
            + "".join(
                f"<li><a href='{n}.html'>{title}</a><span><small>日期：</small>{day} <small>点击：</small>{n}</span>"
                f"<p>{title}，来自各界的{n}名志愿者参加活动，为群众送去关怀和温暖...</p></li>"
                for n, title, day in CELLS[:4]
            )
            + "</ul></div><dl><dt>推荐内容</dt></dl>",
            "list",
        ),
        # The name of a column and of an office, and a script that writes the rows.
        (
            "http://h/gzdt.htm",
            (
                "<title>工作动态</title><table><tr><td><a href='/'>首页</a><tr><td><b>工作动态</b><div id=box></div>"
                "<script src='/data.js'></script><script>box.innerHTML = rows.join('')</script></td></tr>"
                "<tr><td>鹤塘县民族宗教局</td></tr></table>"
            ),
            "list",
        ),
        # The last page of a list: one teaser, with its day below or above it.
        (
            "http://h/ms.php?before=7",
            LAST_TEASER,
            "list",
        ),
        (
            "http://h/2022/02/",
            TEASER_OF_MONTH,
            "list",
        ),
        ("http://h/?m=202207", TEASER_OF_BLOG, "list"),
        ("http://h/x/list_6_2.html", TEASER_OF_ROW, "list"),
        ("http://h/", f"<title>平湖市统一战线</title><div>平湖市统一战线</div>{COLUMNS}", "home"),
        ("http://h/index.jsp?lm=3", f"<title>平湖市统一战线</title><div>平湖市统一战线</div>{COLUMNS}", "list"),
    ],
)
def test_a_page_that_shows_rows_of_lists_alone_is_no_article(url: str, body: str, reason: str) -> None:
    found = clean(dataclasses.replace(capture(200, (), body), url=url), None)
    assert isinstance(found, Skip), found
    assert found.reason == reason


# What a column says of itself over its rows.
INTRO = "<h2>榆溪文史</h2><p>本栏目刊登史料、口述历史和地方掌故，每月更新两次，欢迎各界人士赐稿。</p>"


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        # Rows that begin with a number or a picture, or lead by a word in their last cell.
        ("<tr><td>第{0}期</td><td><a href='/a/{0}.html'>{1}</a></td><td>{2}</td></tr>", False),
        ("<tr><td>{1}</td><td>2{0}KB</td><td>{2}</td><td><a href='/f.asp?id={0}'>下载</a></td></tr>", False),
        ("<tr><td><a href='/k/{0}'><img src=/{0}.jpg></a><br>第{0}期<br>封面：{1}</td></tr>", False),
        # A picture leads to a larger one.
        ("<tr><td><a href='/b/{0}.jpg'><img src=/{0}.jpg></a><br>旧物之{0}<br>{1}</td></tr>", True),
        ("<tr><td>第{0}名</td><td>{1}</td><td>2{0}票</td></tr>", True),
    ],
)
def test_rows_of_a_table_are_a_list_where_each_leads_on(row: str, *, kept: bool) -> None:
    head = "<tr><td>名称</td><td>大小</td><td>上传时间</td><td>操作</td></tr>" if "下载" in row else ""
    body = (
        f"<title>乡土资料</title><div>乡土资料</div><table>{head}{''.join(row.format(*each) for each in CELLS)}</table>"
    )
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/xz.html"), None)
    assert isinstance(found, Document) is kept, found


@pytest.mark.parametrize(
    ("url", "link", "kept"),
    [
        ("http://h/wenshi/", "/wenshi/{}.html", False),
        ("http://h/wenshi/index.html", "./2023/t{}.html", False),
        # An article in a folder, and a column that leads elsewhere.
        ("http://h/wenshi/88.html", "/wenshi/{}.html", True),
        ("http://h/wenshi/", "/xw/{}.html", True),
        ("http://h/wenshi/", "?share={}", True),
    ],
)
def test_the_index_of_the_folder_that_its_links_lead_into_is_a_list(url: str, link: str, *, kept: bool) -> None:
    rows = "".join(f"<li><a href='{link.format(number)}'>{title}</a></li>" for number, title, _ in CELLS)
    body = f"<title>榆溪文史</title>{INTRO}<ul>{rows}</ul>"
    found = clean(dataclasses.replace(capture(200, (), body), url=url), None)
    assert isinstance(found, Document) is kept, found


@pytest.mark.parametrize(("rows", "kept"), [(4, False), (9, False), (0, True)])
@pytest.mark.parametrize("url", ["http://h/", "http://h/#/detail/7"])
def test_a_greeting_over_a_few_rows_is_the_first_page_of_a_site(url: str, rows: int, *, kept: bool) -> None:
    said = "".join(f"<li><a href='{number}.htm'>{title[:8]}</a> ({day})</li>" for number, title, day in CELLS[:rows])
    body = f"<title>客属会馆</title><b>欢迎光临</b><p>本会馆创于民国二十三年，欢迎乡亲常来坐坐。</p><ul>{said}</ul>"
    found = clean(dataclasses.replace(capture(200, (), body), url=url), None)
    assert isinstance(found, Document) is (kept or "#" in url), found


@pytest.mark.parametrize(
    ("url", "title", "kept"),
    [
        ("http://h/join.html", "用户注册", False),
        ("http://h/member/reg.php", "服务条款", False),
        ("http://h/oa/login.aspx?to=1", "信息报送系统", False),
        ("http://h/tz/9.html", "会员注册须知", True),
        ("http://h/votenews/9.html", "投票结果揭晓", True),
        ("http://h/devoted-to-unity.html", "同心同行三十年", True),
        ("http://h/9.php?from=login", "同心同行三十年", True),
    ],
)
def test_a_page_that_asks_who_its_reader_is_is_no_article(url: str, title: str, *, kept: bool) -> None:
    terms = "<p>用户应当遵守法律法规，妥善保管账号，因保管不善造成的损失由用户承担。</p>"
    body = f"<title>{title}</title><h2>{title}</h2>{terms}"
    found = clean(dataclasses.replace(capture(200, (), body), url=url), None)
    assert isinstance(found, Document) is kept, found


@pytest.mark.parametrize("over", ["", "<div>版权所有：榆溪县侨联 技术支持：榆溪信息中心</div>"])
def test_what_stands_below_the_foot_of_a_page_is_no_article(over: str) -> None:
    menu = "".join(f"<p><a href=/{name}/>{name}</a></p>" for name in ("要闻", "公告", "党派", "侨务", "联谊"))
    body = f"<title>榆溪侨联</title>{menu}{over}<h3>小贴士</h3><p>我是数字人同同，正在为您连接，请说出您的问题。</p>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/9.html"), None)
    assert isinstance(found, Document) == (not over), found


@pytest.mark.parametrize(
    ("seconds", "link", "day", "kept"),
    [
        (10, "http://new/", "", False),
        (60, "http://new/", "", True),
        (10, "/", "", True),
        (10, "http://new/", DATED, True),
    ],
)
def test_a_page_that_leads_on_by_a_link_too_is_none(seconds: int, link: str, day: str, *, kept: bool) -> None:
    head = f"<meta http-equiv=refresh content='{seconds};url=http://new/'><title>网站搬家</title>"
    said = f"<p>本网站已迁移至新域名，原网址停止更新，请更新您的收藏夹。</p><p>请<a href='{link}'>点击这里</a>。</p>"
    found = clean(
        dataclasses.replace(capture(200, (), f"{head}<h1>网站搬家</h1>{day}{said}"), url="http://h/9.html"), None
    )
    assert isinstance(found, Document) is kept, found


@pytest.mark.parametrize(("title", "kept"), [("您的访问存在风险，请完成验证后继续", False), ("系统升级", True)])
def test_the_day_of_a_request_is_no_day_of_publication(title: str, *, kept: bool) -> None:
    said = "<p>系统检测到您的访问请求过于频繁，请拖动滑块。</p><ul><li>编号：6f2a-33<li>时间：2024-08-15 03:22:41</ul>"
    found = judged(capture(200, (), f"<title>提示</title><h3>{title}</h3>{said}"))
    assert (found or (None,))[0] == (None if kept else "challenge")


@pytest.mark.parametrize(("film", "kept"), [("<video src=1.mp4></video>", True), ("", False)])
def test_a_film_over_its_title_and_day_is_what_the_page_shows(film: str, *, kept: bool) -> None:
    rows = "".join(f"<li><a href=/v/{number}.html>{title}</a> {day}</li>" for number, title, day in CELLS)
    body = f"<title>沙枣花开-视频</title><div>{film}</div><h3>沙枣花开</h3><p>上传时间：2022-05-28 播放：2041次</p>"
    found = clean(dataclasses.replace(capture(200, (), f"{body}<ul>{2 * rows}</ul>"), url="http://h/v/9.html"), None)
    assert isinstance(found, Document) is kept, found


@pytest.mark.parametrize("count", [1, 2, 4, 7])
@pytest.mark.parametrize(
    ("around", "row"),
    [
        ("<table><tr><th>标题</th><th>日期</th></tr>{}</table>", "<tr onclick='ck({})'><td>{}</td><td>{}</td></tr>"),
        ("<table>{}</table>", "<tr><td onclick='ck({})'>{}</td><td>{}</td></tr>"),
        ("<ul>{}</ul>", "<li onclick='open({})'><span>{}</span><em>{}</em></li>"),
        ("<div>{}</div>", "<div onclick='go({})'><p>{}</p><p>{}</p></div>"),
    ],
)
def test_the_last_page_of_rows_that_handlers_open_is_no_article(around: str, row: str, count: int) -> None:
    rows = "".join(row.format(*each) for each in CELLS[:count])
    body = f"<title>工作信息</title><h3>工作信息</h3>{around.format(rows)}<div>记录总数：40</div>{HOST}"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/list.aspx?lm=2"), None)
    assert isinstance(found, Skip), found


TEASERS = (
    (
        "望川市知联会法律服务团走进企业",
        "6月16日，望川市知联会一行10人走进工业园区，为29家企业开展法治体检。",
        "2022-06-17",
    ),
    ("丹濑县春茶开园", "连日来气温回升，高山茶区春茶陆续开园。采茶季从四月持续到五月，预计产干茶三百吨", "2022-06-11"),
    ("县政协召开主席会议", "6月8日，县政协召开三届十二次主席会议，听取了专题调研情况的汇报...", "2022-06-09"),
)
FRAME = (
    "<title>工作动态-望川市工商联</title><ul><li><a href='/'>首页</a></li><li><a href='/gz/'>工作动态</a></li></ul>"
    "{}<div>望川市工商业联合会 版权所有 电话：0831-2345678</div>"
)


@pytest.mark.parametrize("many", [2, 3])
@pytest.mark.parametrize(
    "row",
    [
        "<li><a href='/a/{0}.html'>{1}</a><span><small>日期：</small>{3} <small>点击：</small>24</span><p>{2}</p></li>",
        "<div class=item><h3><a href='/a/{0}.html'>{1}</a></h3><p>发布时间：{3} 来源：市委统战部</p><p>{2}</p></div>",
        "<dl><dt><a href='/a/{0}.html'>{1}</a><span>{3}</span></dt><dd>{2}</dd></dl>",
        "<article><h2><a href='/a/{0}.html'>{1}</a></h2><time>{3}</time><p>{2}</p></article>",
        "<table><tr><td><a href='/a/{0}.html'>{1}</a></td><td>{3}</td></tr><tr><td colspan=2>{2}</td></tr></table>",
        "<li><a href='/a/{0}.html'><img src=/1.jpg></a><div><a href='/{0}.html'>{1}</a><p>{2}</p><i>{3}</i></div></li>",
        "<li><a href='/a/{0}.html'><h3>{1}</h3><p>{2}</p><span>{3}</span></a></li>",
        "<li>[{3}] <a href='/a/{0}.html'>{1}</a></li>",
    ],
)
@pytest.mark.parametrize("head", ["", "<h2>工作动态</h2>", "<div>当前位置：<a href=/>首页</a> &gt; 工作动态</div>"])
def test_rows_that_say_more_than_their_link_are_a_list(row: str, many: int, head: str) -> None:
    rows = "".join(row.format(number, *teaser) for number, teaser in enumerate(TEASERS[:many]))
    pager = "<div>共23条 1/3页 <a href='list_3.html'>下一页</a></div>"
    body = FRAME.format(f"{head}<div><ul>{rows}</ul></div>{pager}")
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/gz/list_2.html"), None)
    assert isinstance(found, Skip), found
    assert found.reason == "list"


@pytest.mark.parametrize("link", ["<a href='/info/1002/{0}.htm'>{1}</a>", "{1}"])
def test_a_row_whose_day_is_parted_from_its_link_by_an_indent_leads_on(link: str) -> None:
    row = "<tr><td>v</td><td>" + link + "　\n　　　(发布时间：{3} 21:47:14 阅读次数：)</td></tr>"
    rows = "".join(row.format(number, *TEASERS[number % 3]) for number in range(20))
    body = f"<title>校园新闻-望川学院</title><table><tr><td>校园新闻</td></tr>{rows}</table><div>共784条 1/40</div>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/index/xyxw.htm"), None)
    # The same lines without links are a text.
    assert isinstance(found, Skip) == ("<a" in link), found


@pytest.mark.parametrize("many", [2, 4])
@pytest.mark.parametrize(
    "pager", ["共 <b>10</b> 篇文章 页次：<b>2</b>/2 页", "共23条 3/3页 首页 上一页", "页次: 2/2 页"]
)
def test_rows_between_the_name_of_their_column_and_a_pager_are_a_list(pager: str, many: int) -> None:
    row = "<tr><td><a href='/a/{0}.html'>望川市第{0}次工商联执委会议召开</a></td><td>2024/2/1{0}</td></tr>"
    rows = "".join(row.format(number) for number in range(many))
    table = f"<table><tr><td>政策法规</td></tr>{rows}<tr><td>{pager}</td></tr></table>"
    body = f"<title>政策法规</title>{table}<p>地址：柳塘市解放北路218号 电话：0556-8800123</p>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/Class.asp?ClassID=8&page=2"), None)
    assert isinstance(found, Skip), found
    assert found.reason == "list"


SAID = "全县统战工作会议在县委礼堂召开，各乡镇党委书记、县直各部门负责人参加会议，县委书记出席并讲话。"


@pytest.mark.parametrize(
    ("says", "days", "kept"),
    [
        ("<h2>2026-11-02 活动安排</h2><p>上午九时，机关例会；下午三时，支部主任碰头会。</p>", 30, False),
        ("<h2>2026年10月活动日历</h2><p>点击日期查看当日安排。</p>", 28, False),
        ("<h2>书画馆闭馆</h2><p>书画馆布展闭馆一周，请相互转告。</p>", 27, True),
        (
            "<h2>书画馆闭馆</h2><p>发布时间：2026-11-02 来源：县文联</p><p>书画馆布展闭馆一周，请相互转告。</p>",
            30,
            True,
        ),
        (f"<h2>统战工作会议召开</h2><p>{SAID}</p>", 30, True),
    ],
)
def test_what_a_calendar_says_of_its_days_is_no_article_and_an_article_beside_one_is(
    says: str, days: int, kept: bool
) -> None:
    month = "".join(f"<td><a href='/day.php?d=2026-11-{day:02}'>{day}</a></td>" for day in range(1, days + 1))
    title = says.removeprefix("<h2>").partition("<")[0]
    body = f"<title>{title}</title><div>{says}</div><div><table><tr>{month}</tr></table></div>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/day.php?d=2026-11-02"), None)
    assert isinstance(found, Document) == kept, found
    assert isinstance(found, Document) or found.reason == "list"


@pytest.mark.parametrize(("last", "reason"), [(28, "list"), (27, None)])
def test_a_month_without_news_is_a_calendar_though_no_day_leads_on(last: int, reason: str | None) -> None:
    weeks = "".join(
        "<tr>" + "".join(f"<td>{day if day <= last else ''}</td>" for day in range(first, first + 7)) + "</tr>"
        for first in range(1, last + 1, 7)
    )
    body = f"<h1>青石县文联</h1><p><a href='/'><img src=a.png>首页</a></p><table>{weeks}</table><p>本月共0条要闻</p>"
    found = clean(dataclasses.replace(capture(200, (), f"<title>要闻日历</title>{body}"), url="http://h/rl/"), None)
    assert (found.reason if isinstance(found, Skip) and "calendar" in found.detail else None) == reason


@pytest.mark.parametrize(("name", "reason"), [("IMG_976", "empty"), ("图集", None), ("Spring Tea", None)])
def test_the_page_of_a_picture_that_has_the_name_of_its_file_is_none(name: str, reason: str | None) -> None:
    head = f"<title>{name} – 青石同乡会</title><nav><a href='/'>青石同乡会</a></nav>"
    body = f"{head}<main><h1>{name}</h1><img src=/a.jpg></main>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/?attachment_id=976"), None)
    assert (found.reason if isinstance(found, Skip) else None) == reason


@pytest.mark.parametrize(
    ("name", "above", "kept"),
    [
        ("山阳周报-第01版：要闻", "<b>本版标题导航</b>", False),
        ("山阳周报", "<b>第02版：综合</b>", False),
        ("山阳新闻网", "<h1>山阳县春茶开园</h1><p>2026-11-27 来源：山阳周报</p>", True),
    ],
)
def test_the_page_of_a_newspaper_is_a_list_and_a_picture_below_a_menu_is_an_article(
    name: str, above: str, kept: bool
) -> None:
    areas = "".join(f"<area coords='5,{n}5,345,{n}9' href='content_{n}.htm'>" for n in range(3))
    picture = f"<img src='/page/01.jpg' usemap='#m'><map name=m>{areas}</map><p><a href='/page/01.pdf'>PDF版</a></p>"
    body = f"<title>{name}</title><div>{above}{picture}</div><p>山阳周报社出版 新闻热线：0914-8321111</p>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/html/2026-11/27/node_2.htm"), None)
    assert isinstance(found, Document) == kept, found


@pytest.mark.parametrize(
    "line", ["<div>发布时间：2022-12-05 来源：市民宗局</div>", "<p>下面三条新闻由市民宗局推荐，供各单位学习。</p>"]
)
def test_rows_in_an_article_are_its_text(line: str) -> None:
    rows = "".join(
        f"<div><a href='/a/{n}.html'>{name}</a><p>{said}</p></div>" for n, (name, said, _) in enumerate(TEASERS)
    )
    prose = "<p>12月5日，市民宗局召开会议，传达学习上级精神，研究部署下一步工作，并对全年工作提出三点要求。</p>" * 5
    body = FRAME.format(f"<h1>一周学习推荐</h1>{line}<div>{prose if '<p>' in line else ''}{rows}</div>")
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/art/2022/12/5/art_7_31.html"), None)
    assert isinstance(found, Document), found


MENU = "".join(
    f"<li class=m><h3><a href=/{n}/>{name}</a></h3><ul><li><a href=/{n}1/>通知公告</a></li></ul></li>"
    for n, name in enumerate(("机构简介", "残联要闻", "康复", "教育就业", "维权"))
)
RELATED = "".join(f"<li><a href=/{n}.html>{name}提出意见建议</a></li>" for n, (name, _, _) in enumerate(TEASERS * 3))


STORY = "<p>12月3日，丹濑县春茶开园，预计产干茶三百吨。</p>"
# A menu of headings, a breadcrumb and a foot of links in boxes beside each other.
AMONG_LINKS = (
    f"<div><ul>{MENU}</ul></div><div><div>位置：<a href=/>首页</a> >> <a href=../>残联要闻</a></div>"
    f"<div><h3>丹濑县春茶开园</h3><h6>[2019-12-05]　来源：丹濑新闻网</h6>{STORY}</div></div>"
    "<div><p><a href=1/>关于我们</a> | <a href=2/>网站地图</a></p><p>主办：丹濑县残疾人联合会</p></div>"
)
# One sentence with its source and day below it, over related articles.
OVER_RELATED = (
    f"<div><div>丹濑县春茶开园</div><div>{STORY}</div><div><p>来源：丹濑新闻网</p><p>发布时间：2019-12-05</p></div></div>"
    f"<div><div>相关文章</div><ul>{RELATED}</ul></div>"
)


@pytest.mark.parametrize("body", [AMONG_LINKS, OVER_RELATED])
def test_a_short_article_among_boxes_of_links_is_one(body: str) -> None:
    page = f"<title>丹濑县春茶开园-丹濑县残联</title><body>{body}</body>"
    found = clean(dataclasses.replace(capture(200, (), page), url="http://h/view"), None)
    assert isinstance(found, Document), found
    assert (found.title, found.published) == ("丹濑县春茶开园", "2019-12-05")


@pytest.mark.parametrize("name", ["丹濑县春茶开园", "唁电"])
@pytest.mark.parametrize(
    ("media", "kind"), [("<p><img src=/u/1.jpg></p>", "media_only"), (f"<p>{TEASERS[1][1]}。</p>", "article")]
)
def test_rows_beside_a_picture_are_none_of_its_text(media: str, kind: str, name: str) -> None:
    names = (TEASERS[0][0], name, TEASERS[2][0])
    rows = "".join(
        f"<li><h5><a href=/{n}.html>{row}</a></h5><p>{TEASERS[n][1]}</p></li>" for n, row in enumerate(names)
    )
    head = "<h1>一图读懂文明城市创建</h1><div>2018年7月12日 来源：县文明办</div>"
    body = f"<div><div>{head}<div>{media}</div></div><div><h4>文明评论</h4><ul>{rows}</ul></div></div>"
    found = clean(dataclasses.replace(capture(200, (), FRAME.format(body)), url="http://h/art/2018/7/12/7.html"), None)
    assert isinstance(found, Document), found
    assert found.kind == kind
    assert not any(said in found.text for _, said, _ in TEASERS[::2])


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("<b>工作动态</b><div id=box></div>", False),
        ("<b>工作动态</b><div id=box></div><p>望川市工商联</p>", False),
        ("<b>工作动态</b><div id=box></div><p>本栏目由办公室维护。</p>", True),
    ],
)
def test_the_name_of_a_column_over_an_empty_box_is_no_article(body: str, kept: bool) -> None:
    found = clean(dataclasses.replace(capture(200, (), FRAME.format(body)), url="http://h/gz/#top"), None)
    assert isinstance(found, Document) == kept, found


def test_a_table_of_names_and_days_under_a_dateline_is_an_article() -> None:
    # Items of a menu that a handler opens make no list of it.
    line = "<ul>" + "<li onclick='show(1)'>首页</li>" * 9 + "</ul><div>发布时间：2022-12-05 来源：市民宗局</div>"
    rows = "".join(f"<tr><td>{title}</td><td>{day}</td></tr>" for _, title, day in CELLS)
    body = f"<title>活动安排表</title><h1>活动安排表</h1>{line}<table><tr><th>活动</th><th>日期</th></tr>{rows}</table>"
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/art/2022/12/5/art_7_31.html"), None)
    assert isinstance(found, Document), found
    assert all(title in found.text for _, title, _ in CELLS)


def test_an_article_with_a_long_quotation_that_is_cut_short_is_one() -> None:
    prose = "<p>3月14日，市侨联走访慰问归侨侨眷，送上节日的祝福，并听取他们的意见和建议……</p>"
    body = f"<h1>市侨联走访慰问归侨侨眷</h1><div>发布时间：2022-03-14</div><div>{prose * 4}</div>"
    assert isinstance(clean(dataclasses.replace(capture(200, (), body), url="http://h/a/1.html"), None), Document)


def test_an_article_that_ends_in_dated_links_is_one() -> None:
    prose = "<p>3月14日，市侨联走访慰问归侨侨眷，送上节日的祝福，并听取他们的意见和建议。</p>"
    body = f"<h1>市侨联走访慰问归侨侨眷</h1><div>发布时间：2022-03-14</div><div>{prose * 2}<ul>{ROWS}</ul></div>"
    found = clean(capture(200, (), body), None)
    assert not isinstance(found, Skip), found


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        # What a frame beside the menu says.
        ("<title></title><p>白沙乡位于县城西南，距县城十二公里。</p>", False),
        ("<title>白沙乡概况</title><p>白沙乡位于县城西南，距县城十二公里。</p>", True),
        ("<title></title><div>2022-03-14</div><p>白沙乡位于县城西南，距县城十二公里。</p>", True),
        ("<title>工作动态</title><h3>工作动态</h3><iframe src='infolist.aspx?col=3'></iframe>", False),
        ("<title>工作动态</title><h3>工作动态</h3><iframe src='http://v.example.cn/e/7'></iframe>", True),
        ("<h3>慰问归侨</h3><div>2022-03-14 来源：市侨联</div><iframe src='film.aspx?id=3'></iframe>", True),
        # A page of files to download counts, whatever frames its site has.
        (
            "<h1>评选表格</h1><p><a href='/1.doc'>报名表.doc</a><iframe src=a.htm></iframe>",
            True,
        ),
    ],
)
def test_a_line_that_nothing_tells_for_an_article_is_none(body: str, kept: bool) -> None:
    found = clean(dataclasses.replace(capture(200, (), body), url="http://h/main.htm"), None)
    assert isinstance(found, Skip) != kept, found


SHORT = "<p>3月4日，县委统战部召开会议，传达学习上级精神。</p><p>会议要求，主动作为，扎实做好各项工作。</p>"


@pytest.mark.parametrize(
    ("below", "dated"),
    [
        # A form for comments asks for a code from a picture.
        ("<form><input name=name><img src='/captcha.php'><input type=submit></form>", ""),
        ("<form><script src='/js/geetest.js'></script></form>", ""),
        ("<form><input type=password></form><p>用户登录</p>", DATED),
        ("<script>if (old) location.href='/m/1.html';</script>", DATED),
    ],
)
def test_a_short_article_over_a_form_is_one(below: str, dated: str) -> None:
    body = f"{HEAD.format(title='县委统战部召开会议')}<h1>县委统战部召开会议</h1>{dated}<div>{SHORT}</div>{below}"
    assert judged(capture(200, (), body)) is None


@pytest.mark.parametrize(
    ("path", "home"),
    [("/", True), ("/index.html", True), ("/default.aspx", True), ("/index.php?id=5", False), ("/xw/1.html", False)],
)
def test_only_the_first_page_of_a_site_is_a_home_page(path: str, home: bool) -> None:
    rows = "".join(
        f"<li><a href='/index.php?id={n}'>云溪县召开第{n}次统一战线工作会议部署任务</a></li>" for n in range(45)
    )
    body = (
        f"{HEAD.format(title='县委统战部召开会议')}<h1>县委统战部召开会议</h1>{DATED}<div>{SHORT}</div><ul>{rows}</ul>"
    )
    found = clean(dataclasses.replace(capture(200, (), body), url=f"http://h.example.cn{path}"), None)
    assert (isinstance(found, Skip) and found.reason == "home") is home


@pytest.mark.parametrize("word", ["因系统维护", "因网站正在升级", "因服务器维护", "请先登录平台"])
def test_a_letter_with_such_words_under_a_dateline_is_an_article(word: str) -> None:
    title = "致全县服务对象的一封信"
    body = f"{HEAD.format(title=title)}<h1>{title}</h1>{DATED}<p>{word}，办事大厅3月7日暂停服务一天，请大家转告。</p>"
    assert judged(capture(200, (), body)) is None
    bare = f"{HEAD.format(title='提示')}<p>{word}，办事大厅暂停服务。</p>"
    assert judged(capture(200, (), bare)) is not None


ROWS = "".join(f"<li><a href=/g/{n}.html>青河县渡口学会第{n}次会员聚会侧记</a></li>" for n in range(1, 13))
CORRECTED = "<title>关于渡口捐款名单的更正说明"
LINKED = "<h1><a href=/sm/34.htm>关于渡口捐款名单的更正说明</a></h1>"
SORRY = "<p>三月刊出的渡口捐款名单有两处错误，是核对不细造成的，我们已经向两位当事人道歉，现更正如下。</p>"
PUBLISHED = "<title>第九屆理事名單 - 渡口學會</title><meta property=article:published_time content=2023-06-12>"
NAMED = "<title>理事名单_渡口学会</title><meta name=ArticleTitle content=理事名单>"
FIGURE = "<figure><img src=a.jpg><figcaption>理事合影</figcaption></figure>"
ITEMS = "<ol><li>第三位“周敏”应为“周闽”。</li><li>第六位名下的石阶应为二十级。</li></ol>"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        # The head names the article, and sentences stand under its title: headlines beside them make no list of it.
        (
            f"{CORRECTED}_渡口学会</title><h1>关于渡口捐款名单的更正说明</h1><p>学会办公室</p>{SORRY}{ITEMS}<ul>{ROWS}</ul>",
            "article",
        ),
        (
            f"{CORRECTED}</title>{LINKED}<p>声明 / 办公室</p>{ITEMS}{SORRY}<h4>近事</h4><ul>{ROWS}</ul>",
            "article",
        ),
        # The head names the column, or nothing under its name is a sentence.
        (
            f"<title>学会动态_渡口学会</title><h1>学会动态</h1><p>本栏目发布渡口学会的各类活动消息。</p><ul>{ROWS}</ul>",
            "list",
        ),
        (f"<title>渡口石阶重修工程专题报道</title><h1>渡口石阶重修工程专题报道</h1><ul>{ROWS}</ul>", "list"),
        # The head says when the article under its title was published, in any script: a roster or a file is one.
        (f"{PUBLISHED}<h1>第九屆理事名單</h1><p>理事長　周遠</p><p>理事　李紅　何曉</p><ul>{ROWS}</ul>", "article"),
        (
            f"{PUBLISHED}<h1>第九屆理事名單</h1><a href=/a.doc>名單.doc</a><p>來源：秘書處</p><ul>{ROWS}</ul>",
            "media_only",
        ),
        (f"{PUBLISHED}<h1>第九屆理事名單</h1>{FIGURE}<p>來源：秘書處</p><ul>{ROWS}</ul>", "media_only"),
        (
            f"{NAMED}<meta name=PubDate content=2023-06-12><h1>理事名单</h1><p>周远</p><p>李红</p><ul>{ROWS}</ul>",
            "article",
        ),
        (f"{NAMED}<h1>理事名单</h1><p>周远</p><p>李红</p><ul>{ROWS}</ul>", "list"),
        (f"{PUBLISHED}<h2>協會動態</h2><p>周遠</p><ul>{ROWS}</ul>", "list"),
    ],
)
def test_sentences_under_the_title_that_the_head_states_are_an_article(page: str, kind: str) -> None:
    seen = dataclasses.replace(capture(200, (), f"<html>{page}</html>"), url="http://www.example.gov.cn/xh/index/a.htm")
    found = clean(seen, None)
    assert (found.kind if isinstance(found, Document) else found.reason) == kind


MENU = "".join(
    f"<li><a href=/c{n}/>{name}</a></li>" for n, name in enumerate(("工作动态", "通知公告", "政策法规") * 18)
)
AROUND = (
    "<title>下载中心</title><ul>{menu}</ul><div class=c><h1>下载中心</h1>{own}</div>{beside}"
    "<p>主办：云溪市侨联　邮编：618000</p>"
)


@pytest.mark.parametrize("beside", ["", f"<h3>热点新闻</h3><ul>{ROWS}</ul>"])
@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("<p>抱歉，该栏目下暂无信息。</p><p>请稍后再试，或浏览其他栏目。</p>", False),
        ("<p>您好！本栏目正在整理中，暂时没有可以显示的文章。</p><p>给您带来不便，敬请谅解！</p>", False),
        ("<p>对不起，没有符合条件的记录！</p><p>您可以返回上一页重新选择。</p>", False),
        ("<p>抱歉，您访问的页面不存在或已被删除。</p><p>系统将在5秒后返回首页</p>", False),
        ("<ul><li>找不到文章，或者文章已经被管理员删除！</li></ul>", False),
        ("<p>来源：市侨联</p><p>2023-06-12</p><p>您访问的页面不存在，是因为旧站已停用，请改用新址。</p>", True),
        ("<p>本周没有安排例会，请各科室自行组织学习。</p><p>办公室</p>", True),
        ("<p>三月一日座谈会后，有会员在会场没有找到装有资料的文件袋，拾到者请联系办公室。</p>", True),
        ("<p>发布时间：2023-06-12 来源：市侨联</p><p>本月暂无采购信息。</p>", True),
    ],
)
def test_what_a_column_says_instead_of_rows_is_no_article_and_a_notice_is(own: str, beside: str, kept: bool) -> None:
    body = AROUND.format(menu=MENU, own=own, beside=beside)
    found = clean(dataclasses.replace(capture(200, (), body), url="http://www.example.gov.cn/a/17.html"), None)
    assert isinstance(found, Document) is kept, found


@pytest.mark.parametrize(
    ("url", "kept"), [("http://h/", False), ("http://h/index.html", False), ("http://h/a/1.html", True)]
)
def test_a_picture_under_a_name_on_the_first_page_of_a_site_is_no_article(url: str, kept: bool) -> None:
    body = (
        "<title>云溪统一战线</title><h1>云溪统一战线</h1><div><img src=1.jpg></div><div><a href=/c/>工作动态</a></div>"
    )
    found = clean(dataclasses.replace(capture(200, (), body), url=url), None)
    assert isinstance(found, Document) is kept, found


# A row of headlines that a notice stands in.
HEADLINES = "<a href=/9.html>唁电</a> <a href=/8.html>丹濑县春茶开园预计产干茶三百吨</a> <a href=/7.html>讣告</a>"


@pytest.mark.parametrize(
    ("url", "title", "day", "beside", "is_article"),
    [
        ("http://h/0/", "机构简介", "", "", False),
        # A notice with a day, a page that the menu does not lead to, and a notice among headlines.
        ("http://h/0/", "机构简介", "<p>2019年12月5日</p>", "", True),
        ("http://h/9.html", "机构简介", "", "", True),
        ("http://h/9.html", "唁电", "", HEADLINES, True),
    ],
)
def test_a_page_of_its_own_menu_without_a_day_is_no_article(
    url: str, title: str, day: str, beside: str, is_article: bool
) -> None:
    menu = "".join(f"<li><a href=/{n}/>{name}</a></li>" for n, name in enumerate(("机构简介", "残联要闻", "维权")))
    head = f"<title>{title}-丹濑县残联</title><body>"
    text = "<p>本会设办公室、维权部、康复部、教育就业部，共有干部十七人，负责全县残疾人工作。</p>"
    page = f"{head}<ul>{menu}</ul><div><h1>{title}</h1>{text}{day}</div><p>{beside}</p></body>"
    found = clean(dataclasses.replace(capture(200, (), page), url=url), None)
    assert isinstance(found, Document) == is_article, found


# What a page shows in the place of words, in any box.
SHOWN = {
    "film": "<video src=/a.mp4></video>",
    "sound": "<audio src=/a.mp3></audio>",
    "frame of a film": "<iframe src=/play/a.mp4></iframe>",
    "flash": "<embed src=/a.swf>",
    "paper": "<object data=/a.pdf></object>",
    "picture": "<img src=/a.jpg>",
}
PLACES = ("<div>{0}{1}</div>", "<div>{0}</div><div>{1}</div>", "<div>{1}</div><div>{0}</div>", "{1}<div>{0}</div>")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SHOWN)
def test_what_an_article_shows_in_the_place_of_words_is_one_wherever_it_stands(name: str, place: str) -> None:
    head = "<h1>归侨口述：回家的路</h1><p>2021-05-06 来源：青河日报</p>"
    body = f"<title>归侨口述：回家的路</title><body>{place.format(head, SHOWN[name])}"
    found = clean(capture(200, (), body), None)
    assert isinstance(found, Document), found
    assert (found.kind, found.title, found.source) == ("media_only", "归侨口述：回家的路", "青河日报")
    # Without it nothing is there.
    assert isinstance(clean(capture(200, (), body.replace(SHOWN[name], "")), None), Skip)


FILE_ROWS = [("章程全文", "2020-03-05"), ("登记表", "2020-03-06"), ("会员名册", "2020-03-07")]


@pytest.mark.parametrize("dated", [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("dateline", ["", "<p>2021-05-06 来源：青河日报</p>"])
def test_files_with_a_day_each_and_no_dateline_over_them_are_a_list(dated: tuple[int, ...], dateline: str) -> None:
    rows = "".join(
        f"<li><a href=/{at}.doc>{name}</a>{f' {day}' if at in dated else ''}</li>"
        for at, (name, day) in enumerate(FILE_ROWS)
    )
    found = clean(
        capture(200, (), f"<title>青河县侨联章程</title><div><h1>侨联章程</h1>{dateline}<ul>{rows}</ul></div>"), None
    )
    if len(dated) == len(FILE_ROWS) and not dateline:
        assert isinstance(found, Skip)
        assert found.reason == "list"
        return
    assert isinstance(found, Document), found
    assert (found.kind, [name for _, name in found.attachments]) == ("media_only", [name for name, _ in FILE_ROWS])


@pytest.mark.parametrize(
    ("head", "posts", "kept"), [("访客留言 - 青河会馆", 3, False), ("一本留言簿", 1, True), ("会员来信", 3, True)]
)
def test_a_guest_book_is_no_article(head: str, posts: int, *, kept: bool) -> None:
    post = "<tr><td>阿明　2006-4-{0} 21:05</td></tr>"
    post += "<tr><td>请问会馆今年清明节办不办祭祖活动，乡亲都想回来看看。</td></tr>"
    rows = "".join(post.format(day) for day in range(10, 10 + posts))
    body = f"<title>{head}</title><h2>{head}</h2><table>{rows}</table>"
    assert isinstance(clean(capture(200, (), body), None), Document) is kept


def test_weights_are_fitted_to_pages_of_known_kind(tmp_path: Path) -> None:
    rows = "".join(f"<li><a href=/{n}.html>{title}</a> {day}</li>" for n, title, day in CELLS)
    pages = {
        "skip": f"<h2>工作动态</h2><ul>{rows}</ul>",
        "article": f"<h1>山门暂停开放</h1><p>2021-02-09 来源：道务处</p><p>{SAID}</p>",
        "media_only": "<h1>山门暂停开放</h1><p>2021-02-09 来源：道务处</p><p><img src=1.jpg></p>",
    }
    for kind, page in pages.items():
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "page.html").write_text(f"<title>青河道观</title><body>{page}</body>", "utf-8")
        (folder / "meta.json").write_text(json.dumps({"url": "http://h/1.html"}), "utf-8")
        (folder / "expected.json").write_text(json.dumps({"kind": kind}), "utf-8")
    choices = [of_shape(tmp_path / kind) for kind in pages]
    assert [choice.lines[choice.right[0]] for choice in choices] == ["none", "article", "article"]
    names = sorted({name for choice in choices for facts in choice.facts for name in facts})
    weights = fit(choices, names)
    assert wrong(choices, names, weights) == []
    assert len(wrong(choices, names, -weights)) == 3
    assert weights[names.index("stated")] > 0 > weights[names.index("links")]


NEWS = "<news><t>市委统战部召开第{0}次党外人士座谈会</t><d>2024-01-0{0}</d></news>"
STYLED = '<?xml version="1.0" encoding="utf-8"?><?xml-stylesheet type="text/xsl" href="/l.xsl"?>'
SAID = "".join(f"<p>会议研究了第{part}项工作，强调要画好最大同心圆，凝聚各方力量。</p>" for part in range(4))


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("text/xml", f"{STYLED}<list>{''.join(map(NEWS.format, range(1, 5)))}</list>", "list"),
        ("text/xml", f"{STYLED}<news><t>市委统战部召开座谈会</t><d>2024-01-02</d><b>{SAID}</b></news>", None),
        ("text/vnd.wap.wml", f"<wml><card title='市委统战部召开座谈会'><p>2024-01-02</p>{SAID}</card></wml>", None),
    ],
)
def test_records_in_xml_are_a_list_and_one_article_in_xml_is_none(kind: str, body: str, found: str | None) -> None:
    read = clean(capture(200, (("Content-Type", f"{kind}; charset=utf-8"),), body), None)
    assert (str(read.reason) if isinstance(read, Skip) else None) == found
    if kind.endswith("wml"):
        assert isinstance(read, Document)
        assert read.title == "市委统战部召开座谈会"


@pytest.mark.parametrize("rows", [2, 3, 7])
def test_the_icons_of_rows_are_no_picture_of_an_article(rows: int) -> None:
    # A view of Domino: the page's only title is that of its column, and a menu stands over the rows and below them.
    titles = ("文化中心：医疗卫生服务见成效", "东风社区开展消防安全宣传活动", "市政协赴田家湾调研民族团结进步创建")
    table = "".join(
        f"<tr valign=top><td><img src=/icons/ecblank.gif border=0 height=16 width=1></td><td><font size=2>·</font>"
        f"<a href=/x.nsf/v/{n}?OpenDocument><font size=2>{titles[n % 3]}</font></a></td>"
        f"<td><font size=2>20{19 - n}-04-11</font></td></tr>"
        for n in range(rows)
    )
    names = ("首页", "上一页", "下一页", "查询")
    menu = "".join(f"<td><a href=?OpenView&amp;{n}><font size=2>{name}</font></a></td>" for n, name in enumerate(names))
    menu = f"<table><tr>{menu}</tr></table>"
    body = f"<b><font size=4>文史之窗</font></b><br>{menu}<table cellpadding=2>{table}</table>{menu}"
    page = f"<html><head><title>文史之窗</title></head><body><form>{body}</form></body></html>"
    assert skipped(page, "http://www.example.gov.cn/zx/zxweb.nsf/vwWswz?OpenView").reason == "list"
