"""The heading over the dateline and the text is the title, whatever the head says and however it ends."""

import json
from pathlib import Path

import pytest
from fit_weights import fit, of_title, wrong
from pages import read

from archive.text import words
from archive.text.fields.title import LOOKS, OVER_DAYS, repeats, tidy, title_of

PROSE = (
    "<p>为深入推进民族团结进步创建工作，区委统战部近日召开专题会议，研究部署下半年重点任务，提出具体要求。</p>"
    "<p>会议强调，要坚持以铸牢中华民族共同体意识为主线，不断巩固发展民族团结进步事业，推动各项工作走深走实。</p>"
)
PAGE = (
    "<html><head><title>{head}</title></head><body><div class=logo><h2><a href='/'>青河统一战线</a></h2></div>"
    "<ul><li><a href='/a/'>网站首页</a></li><li><a href='/b/'>通知公告</a></li><li><a href='/c/'>民盟简讯</a></li></ul>"
    "<div>当前位置：<a href='/'>首页</a> &gt; <a href='/b/'>通知公告</a></div>"
    "<div>{heading}<p>发布时间：2023-03-08　来源：青河日报</p><div class=text>{prose}</div></div>"
    "<div><p>版权所有：民盟青河市委</p></div></body></html>"
)


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        # A title that ends as the name of a site does.
        ("区政协走访职业技术学院_通知公告_青河统一战线", "<h1>区政协走访职业技术学院</h1>", "区政协走访职业技术学院"),
        ("侨界青年参观市广播电视台 - 青河统一战线", "<h1>侨界青年参观市广播电视台</h1>", "侨界青年参观市广播电视台"),
        # The head names the site, the column, or both.
        ("民盟青河市委", "<h1>盟员医生下乡义诊</h1>", "盟员医生下乡义诊"),
        ("民盟简讯-民盟青河市委", "<h1>盟员医生下乡义诊</h1>", "盟员医生下乡义诊"),
        ("民盟青河市委-民盟简讯", "<h3>盟员医生下乡义诊</h3>", "盟员医生下乡义诊"),
        ("民盟青河市委", "<div class='article-title'>盟员医生下乡义诊</div>", "盟员医生下乡义诊"),
        # The head names the column, and so does the heading of the menu beside the article.
        ("通知公告-民盟青河市委", "<div><h3>通知公告</h3></div><h1>盟员医生下乡义诊</h1>", "盟员医生下乡义诊"),
        # The name of the column stands over the title and the same dateline, whatever the look of either.
        ("民盟青河市委-民盟简讯", "<h2>民盟简讯</h2><h1>盟员医生下乡义诊</h1>", "盟员医生下乡义诊"),
        ("工作动态", "<h1>工作动态</h1><h2>盟员医生下乡义诊</h2>", "盟员医生下乡义诊"),
        ("工作动态", "<h2>工作动态</h2><div class=bt>盟员医生下乡义诊</div>", "盟员医生下乡义诊"),
        ("民盟青河市委-工作动态", "<h3>工作动态</h3><div><b>盟员医生下乡义诊</b></div>", "盟员医生下乡义诊"),
        ("民盟青河市委", "<div><b>盟员医生下乡义诊</b></div><p>市侨联　周敏</p>", "盟员医生下乡义诊"),
        ("故乡的云", "<h1>故乡的云</h1><h2>——记侨眷周敏</h2>", "故乡的云"),
        ("民盟青河市委", "<h2>盟员医生下乡义诊<br>慰问一线职工</h2>", "盟员医生下乡义诊 慰问一线职工"),
        ("盟员医生下乡义诊", "<h2>盟员医生下乡义诊<br>慰问一线职工</h2>", "盟员医生下乡义诊 慰问一线职工"),
        # Two characters.
        ("喜报_通知公告_青河统一战线", "<h1>喜报</h1>", "喜报"),
        ("声明", "<h2>声明</h2>", "声明"),
        # A line inside the title.
        ("同心同行---记侨眷周敏_民盟简讯_青河", "<h1>同心同行---记侨眷周敏</h1>", "同心同行---记侨眷周敏"),
        ("共建 - 共享 - 青河统一战线", "<h1>共建 - 共享</h1>", "共建 - 共享"),
        # A heading that breaks its line; entities that were escaped twice.
        ("关于表彰先进集体的决定", "<h1>关于表彰<br>先进集体的决定</h1>", "关于表彰 先进集体的决定"),
        ("凝心&amp;nbsp;聚力_青河统一战线", "<h1>凝心&amp;nbsp;聚力</h1>", "凝心 聚力"),
        # No heading at all: the head, without what the page calls its columns.
        ("民盟简讯_盟员医生下乡义诊活动", "", "盟员医生下乡义诊活动"),
    ],
)
def test_the_heading_over_the_dateline_is_the_title(head: str, heading: str, title: str) -> None:
    document = read(PAGE.format(head=head, heading=heading, prose=PROSE))
    assert document.title == title
    assert document.text.startswith("为深入推进民族团结进步创建工作")


@pytest.mark.parametrize("greeting", ["青河统一战线欢迎您", "通知公告-民盟青河市委"])
def test_a_line_without_any_look_over_the_dateline_is_the_title_where_nothing_else_is(greeting: str) -> None:
    document = read(PAGE.format(head=greeting, heading="<div>盟员医生下乡义诊</div>", prose=PROSE))
    assert document.title == "盟员医生下乡义诊"
    signed = PROSE + "<p>民盟青河市委</p><p>2023年3月8日</p>"
    assert read(PAGE.format(head="盟员医生下乡义诊", heading="", prose=signed)).title == "盟员医生下乡义诊"


def test_a_day_over_a_heading_is_a_dateline_too() -> None:
    page = PAGE.replace(
        "<div>{heading}<p>发布时间：2023-03-08　来源：青河日报</p>", "<div><b>08</b> <i>2023-03</i></div>{heading}<div>"
    )
    document = read(page.format(head="青河统一战线", heading="<h4>春之歌</h4>", prose=PROSE))
    assert (document.title, document.published) == ("春之歌", "2023-03-08")


def test_the_office_that_signs_is_no_title() -> None:
    page = PAGE.replace("民盟青河市委</p></div></body>", "青河市民政局</p></div></body>")
    signed = PROSE + "<p>青河市民政局</p><p>2023年3月8日</p>"
    assert read(page.format(head="讣告_青河市民政局", heading="<h1>讣告</h1>", prose=signed)).title == "讣告"


@pytest.mark.parametrize(
    "again", ["<p>盟员医生下乡义诊</p>", "<p>盟员医生</p><p>下乡义诊</p>", "<p>盟员医生下乡义诊（3）</p>"]
)
def test_the_title_leaves_the_text_where_it_stands_again(again: str) -> None:
    page = PAGE.format(head="盟员医生下乡义诊", heading="<h1>盟员医生下乡义诊</h1>", prose=again + PROSE)
    assert read(page).text.startswith("为深入推进民族团结进步创建工作")
    assert read(page).title == "盟员医生下乡义诊"


def test_a_line_that_goes_on_after_the_title_is_no_repetition() -> None:
    assert repeats(["盟员医生", "下乡义诊结束"], "盟员医生下乡义诊") == 0
    assert tidy("A&B公司&amp;成立") == "A&B公司&成立"


# Old pages: a menu of one line, the column's name, a bold line, labels in cells.
CELLS = (
    "<html><head><title>{head}</title></head><body><table><tr><td><a href=/>首页</a>|<a href=/b>通知公告</a>|"
    "<a href=/c>统战要闻</a>|<a href=/d>民盟简讯</a></td></tr></table><table><tr><td>首页 - 民盟简讯 - 内容</td></tr>"
    "<tr><td align=center><strong>盟员医生下乡义诊</strong></td></tr>{under}<tr><td>{prose}</td></tr></table>"
    "<p align=center>青河新闻网<br>蜀ICP备06256151号</p></body></html>"
)
LABELS = (
    "<tr><td><table><tr><td>作者：周敏</td><td>来源：青河日报</td><td>日期：2023-03-08</td><td>人气：17</td></tr></table>"
    "</td></tr>"
)
ROWS = (
    "<tr><td>发布单位</td><td>发布时间</td><td>来源</td></tr>"
    "<tr><td>青河新闻网</td><td>2023-03-08</td><td>青河日报</td></tr>"
)


@pytest.mark.parametrize("head", ["民盟简讯", "青河新闻网_民盟简讯", "青河新闻网"])
@pytest.mark.parametrize("under", [LABELS, "<tr><td align=center>(2023-03-08)</td></tr>"])
def test_a_bold_line_is_the_title_where_the_head_names_site_and_column(head: str, under: str) -> None:
    document = read(CELLS.format(head=head, under=under, prose=PROSE))
    assert (document.title, document.published) == ("盟员医生下乡义诊", "2023-03-08")
    assert document.text.startswith("为深入推进")
    assert document.text.endswith("走深走实。")


def test_what_stands_beside_a_day_in_its_row_is_no_title() -> None:
    document = read(CELLS.format(head="盟员医生下乡义诊_青河新闻网", under=ROWS, prose=PROSE))
    assert (document.title, document.source) == ("盟员医生下乡义诊", "青河日报")
    assert document.text.startswith("为深入推进")


@pytest.mark.parametrize("heading", ["<p align=center>盟员医生下乡义诊</p>", "<h4>盟员医生下乡义诊</h4>"])
@pytest.mark.parametrize(
    "behind", ["<h3>相关文章</h3><p><a href=/1>盟员教师到青河镇支教</a></p>", "<p>【打印】【关闭】</p>"]
)
def test_the_office_of_the_site_that_signs_is_no_title(heading: str, behind: str) -> None:
    signed = f"{PROSE}<p align=right>民盟青河市委</p><p align=right>2023年3月8日</p>{behind}"
    for head in ("民盟青河市委", "民盟简讯-民盟青河市委"):
        document = read(PAGE.format(head=head, heading=heading, prose=signed))
        assert (document.title, document.published) == ("盟员医生下乡义诊", "2023-03-08")
        assert document.text.split("\n")[2:] == ["民盟青河市委", "2023年3月8日"]


def test_a_label_names_the_title_and_another_label_does_not() -> None:
    rows = (
        ("标　题：", "盟员医生下乡义诊"),
        ("作　者：", "周敏"),
        ("来　源：", "青河日报"),
        ("日　期：", "2023-03-08"),
    )
    under = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows)
    html = CELLS.replace("<tr><td align=center><strong>盟员医生下乡义诊</strong></td></tr>", "")
    document = read(html.format(head="民盟青河市委", under=under, prose=PROSE))
    assert (document.title, document.author, document.source) == ("盟员医生下乡义诊", "周敏", "青河日报")
    assert document.published == "2023-03-08"


def test_a_heading_right_over_another_of_its_rank_names_the_column() -> None:
    title = "<h2 class=title>盟员医生下乡义诊</h2><div>青河统战 03-08 10:20</div>"
    document = read(f"<title>通知公告</title><h2>通知公告</h2><div>{title}<div>{PROSE}</div></div>")
    assert document.title == "盟员医生下乡义诊"


@pytest.mark.parametrize("label", ["標題", "标题："])
def test_a_label_names_the_title_under_the_heading_of_its_column(label: str) -> None:
    rows = ((label, "盟员医生下乡义诊"), ("发布日期", "2023-03-08"), ("发布单位", "青河市卫健委"))
    cells = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows)
    table = f"<table>{cells}<tr><th>内容</th><td>{PROSE}</td></tr></table>"
    document = read(f"<title>青河市政府-新闻发布</title><div><h3>新闻发布</h3>{table}</div>")
    assert (document.title, document.source) == ("盟员医生下乡义诊", "青河市卫健委")


# Pages without a heading, whose head names the site or the column.
BARE = (
    "<html><head><title>{head}</title></head><body>{above}<div class=x>{title}{prose}</div>"
    "<div><p>青河新闻网　电话：0838-5222222</p></div></body></html>"
)
MENU = "<ul><li>网站首页</li><li>通知公告</li><li>民盟简讯</li><li>政策法规</li><li>下载中心</li></ul>"
DAY = "<p align=center>2023-03-08　来源：青河日报</p>"


@pytest.mark.parametrize(
    ("head", "above", "title"),
    [
        # The title breaks its line.
        ("青河新闻网", "", f"<p align=center><strong>盟员医生<br>下乡义诊</strong></p>{DAY}"),
        ("盟员医生下乡义诊", "", f"<p align=center><strong>盟员医生<br>下乡义诊</strong></p>{DAY}"),
        # The source stands in a line of its own between title and day.
        ("新建网页 1", "", "<p><b>盟员医生下乡义诊</b></p><p>青河日报</p><p>(2023年3月8日)</p>"),
        # A menu without links, and one of its items in the head.
        ("通知公告_青河新闻网", MENU, f"<p>盟员医生下乡义诊</p>{DAY}"),
        # The heading of the page is its site.
        ("民盟青河市委员会", f"<h1>大团结大联合</h1>{MENU}", f"<p>盟员医生下乡义诊</p>{DAY}"),
        # The head parts its names by long dashes.
        ("青河新闻网——民盟简讯——盟员医生下乡义诊", "", f"<dl><dt>盟员医生下乡义诊</dt><dd>{DAY}</dd></dl>"),
        # The title is a picture.
        ("盟员医生下乡义诊", "<img src=b.jpg>", f"<p><img src=t.gif alt=盟员医生下乡义诊></p>{DAY}"),
    ],
)
def test_a_title_without_any_look_is_told_by_its_place(head: str, above: str, title: str) -> None:
    document = read(BARE.format(head=head, above=above, title=title, prose=PROSE))
    assert (document.title or "").replace(" ", "") == "盟员医生下乡义诊"
    assert (document.published, document.source) == ("2023-03-08", "青河日报")
    assert len(document.text.split("\n")) == 2


def test_rows_with_links_below_a_notice_do_not_make_its_title_a_row() -> None:
    rows = "".join(f"<li>2023-03-{day:02d} <a href=/{day}>市图书馆之夜{day}</a></li>" for day in range(1, 9))
    page = BARE.format(
        head="青河新闻网", above="", title=f"<p>盟员医生下乡义诊</p>{DAY}", prose=PROSE + f"<ul>{rows}</ul>"
    )
    assert read(page).title == "盟员医生下乡义诊"


def test_the_last_step_of_a_breadcrumb_may_be_the_title() -> None:
    crumb = "<div><a href=/>首页</a> &gt; 民盟简讯 &gt; 盟员医生下乡义诊活动</div>"
    page = BARE.format(
        head="民盟青河市委-盟员医生下乡义诊活动", above=crumb, title=f"<p>盟员医生下乡义诊活动</p>{DAY}", prose=PROSE
    )
    assert read(page).title == "盟员医生下乡义诊活动"


@pytest.mark.parametrize("cut", ["...", "…"])
@pytest.mark.parametrize("dated", ["", "<p>2023-03-08　来源：青河日报</p>"])
def test_a_title_that_its_element_cuts_is_read_whole(cut: str, dated: str) -> None:
    title = "县委统战部召开全县民族宗教工作推进会议"
    head = f"<html><head><title>{title[:15]}{cut}</title></head>"
    document = read(f"{head}<body><div><p>{title}</p>{dated}{PROSE}</div></body></html>")
    assert (document.title, len(document.text.split("\n"))) == (title, 2)


# A paper's page: its day and number over the title, its name in the head.
PAPER = (
    "<html><head><title>青河日报</title></head><body><div>{over}</div>{heading}<div id=ozoom>{prose}</div>"
    "<div>青河日报社 版权所有</div></body></html>"
)


@pytest.mark.parametrize(
    "over",
    [
        "2023年3月8日　第01版 <a href=node_1.htm>返回本版</a>",
        "2023年3月8日　第01版：要闻",
        "2023年3月8日　第01版：要闻 <a href=/a>上一期</a> <a href=/b>下一期</a>",
    ],
)
@pytest.mark.parametrize(
    ("heading", "subtitle"),
    [
        ("<h2>盟员医生下乡义诊</h2>", None),
        ("<h3>盟员医生下乡义诊</h3>", None),
        ("<h4>统战要闻</h4><h2>盟员医生下乡义诊</h2>", None),
        ("<h2>盟员医生下乡义诊</h2><h3>——记民盟青河市委</h3>", "记民盟青河市委"),
    ],
)
@pytest.mark.parametrize("prose", [PROSE.split("</p>", maxsplit=1)[0], PROSE, PROSE + PROSE.replace("会议", "座谈会")])
def test_the_heading_under_the_day_of_a_paper_is_the_title(
    over: str, heading: str, subtitle: str | None, prose: str
) -> None:
    document = read(PAPER.format(over=over, heading=heading, prose=prose))
    assert (document.title, document.subtitle, document.published) == ("盟员医生下乡义诊", subtitle, "2023-03-08")
    assert document.text.startswith("为深入推进")


@pytest.mark.parametrize(
    "side",
    [
        "<tr><td>访问统计</td></tr><tr><td>总访问量：38211</td></tr><tr><td>今日访问：12</td></tr>",
        "<tr><td>天气预报</td></tr><tr><td>2023年3月7日 多云 5℃</td></tr>",
        "<tr><td>站内公告</td></tr><tr><td>2023-01-02</td></tr><tr><td>留言板功能已恢复</td></tr>",
        "<tr><td>网站信息</td></tr><tr><td>更新时间：2023-01-20</td></tr><tr><td>文章总数：2211</td></tr>",
    ],
)
def test_the_name_of_a_box_beside_the_article_is_no_title_though_days_and_counters_stand_in_it(side: str) -> None:
    document = read(
        f"<title>青河县侨务办公室</title><table><tr><td><a href=/>首页</a><table>{side}</table></td><td><table><tr><td>"
        "盟员医生下乡义诊</td></tr><tr><td>发布时间：2023-03-08 阅读：59</td></tr>"
        f"<tr><td>{PROSE}</td></tr></table></td></tr></table>"
    )
    assert (document.title, document.published) == ("盟员医生下乡义诊", "2023-03-08")


def test_the_value_of_a_label_is_no_title() -> None:
    cells = "".join(
        f"<td>{cell}</td>"
        for cell in ("作者：", "周敏", "来源：", "青河市中医院支部", "日期：", "2023-3-8", "点击：", "91")
    )
    document = read(
        "<title>盟员医生下乡义诊</title><table><tr><td colspan=8>盟员医生下乡义诊</td></tr>"
        f"<tr>{cells}</tr><tr><td colspan=8>{PROSE}</td></tr></table>"
    )
    assert (document.title, document.source, document.author) == ("盟员医生下乡义诊", "青河市中医院支部", "周敏")
    assert document.text.startswith("为深入推进")


@pytest.mark.parametrize("under", ["", "<p>10/10/2012</p>", "<p>市侨联 周敏</p>"])
def test_the_line_over_the_first_sentence_is_the_title_where_nothing_names_one(under: str) -> None:
    page = "<title>:::青河县委统战部:::</title><p><a href=/>首页</a> <a href=/a>要闻</a></p><p>{0}</p>{1}<div>{2}</div>"
    foot = "<p>青河县委统战部主办　电话：0554-8612345</p>"
    document = read(page.format("盟员医生下乡义诊", under, PROSE) + foot)
    assert document.title == "盟员医生下乡义诊"
    assert document.text.endswith("走深走实。")
    assert read(page.format("为方便群众，现将有关事项公告如下：", under, PROSE)).title is None


def test_of_the_pieces_of_a_head_the_one_that_stands_on_the_page_is_the_title() -> None:
    line = "<div><a href=/t>活動報導</a> : 醫生下鄉義診</div><div>由 admin 發表於 2023/3/8 10:24:00 (123 次點閱)</div>"
    document = read(f"<title>同心協會 - 醫生下鄉義診 - 最新消息</title>{line}<div>{PROSE}</div>")
    assert (document.title, document.title_original) == ("医生下乡义诊", "醫生下鄉義診")


def test_the_last_step_of_a_breadcrumb_is_no_column_where_it_is_no_link() -> None:
    panel = "<td>海边人<br>级别：侠客<br>发帖：233<br>威望：120 点</td>"
    document = read(
        "<title>邻里 - 侨乡论坛</title><div><a href=/>侨乡论坛</a> &raquo; <a href=/f>家乡故事</a> &raquo; 邻里</div>"
        f"<table><tr>{panel}<td><div>楼主 发表于: 2023-03-08 09:33</div><h1>邻里</h1><div>{PROSE}</div></table>"
    )
    assert (document.title, document.published) == ("邻里", "2023-03-08T09:33+08:00")


def test_the_office_behind_a_label_over_the_text_is_no_title() -> None:
    rows = "<tr><td>发布单位<td>青河县档案局<tr><td>发布时间<td>二○○三年十一月五日"
    picture = "<tr><td colspan=2><img src=title.gif>"
    document = read(f"<title>青河县档案信息网</title><table>{picture}{rows}<tr><td colspan=2>{PROSE}</table>")
    assert (document.title, document.source, document.published) == (None, "青河县档案局", "2003-11-05")


def test_search_words_in_a_heading_are_no_title() -> None:
    tags = "<h5>Tags: <a href=/a>随笔</a></h5><h6>发布:老城 | 分类:<a href=/c>随笔</a> | 评论:2</h6>"
    post = f"<h4>2009年4月4日 22:13:5</h4><h2>春天的信</h2><div>{PROSE}</div>{tags}"
    document = read(f"<title>老城笔记-春天的信</title><h1><a href=/>老城笔记</a></h1><div>{post}</div>")
    assert (document.title, (document.published or "")[:10]) == ("春天的信", "2009-04-04")


SITE_ONLY = (
    "<html><head><title>{head}</title></head><body><div class=top>{top}</div>"
    "<ul class=menu><li><a href='/a/'>学会概况</a></li><li><a href='/b/'>学会动态</a></li></ul>"
    "<div class=side><h4>办事指南</h4><p>0830-1230000</p></div><div class=c>{above}<p>{first}</p>"
    "<p>渡口的石阶换了新的，共四十二级，两边装了扶手，夜里有灯。</p><p>青河县渡口学会</p><p>2012年3月2日</p></div>"
    "<div class=foot>青河县渡口学会　由志愿者维护</div></body></html>"
)
FIRST = "去年秋天的大水冲走了渡口的石阶，学会收到各地会员的捐款，现在把用处告诉大家。"


@pytest.mark.parametrize(
    ("head", "top", "above", "title", "day"),
    [
        # The head has the site's name alone, and so have the foot and the signature.
        ("青河县渡口学会", "", "<p align=center><b>致各地会员的一封信</b></p>", "致各地会员的一封信", "2012-03-02"),
        (
            "青河县渡口学会",
            "",
            "<div class=x1>致各地会员的一封信</div><p>各位会员：</p>",
            "致各地会员的一封信",
            "2012-03-02",
        ),
        ("青河县渡口学会 - 学会动态", "", "<td>致各地会员的一封信</td>", "致各地会员的一封信", "2012-03-02"),
        ("青河县渡口学会", "", "<p>致 会 员 书</p>", "致 会 员 书", "2012-03-02"),
        ("青河县渡口学会", "", "<p>公开信</p>", "公开信", "2012-03-02"),
        # A heading of the site and its column says neither.
        (
            "青河县渡口学会网站 - 学会动态",
            "<h1><a href='/'>青河县渡口学会</a></h1>",
            "<h2>青河县渡口学会 · 学会动态</h2><h3>致各地会员的一封信</h3><p>2012-03-03 17:22 秘书处</p>",
            "致各地会员的一封信",
            "2012-03-03",
        ),
        # The day stands beside the title, with the office perhaps.
        ("青河县渡口学会", "", "<p><b>致各地会员的一封信</b> 2012.03.03</p>", "致各地会员的一封信", "2012-03-03"),
        (
            "青河县渡口学会_致各地会员的一封信",
            "<h1>青河县渡口学会</h1>",
            "<h3>致各地会员的一封信 <small>[县渡口学会·2012/3/3]</small></h3>",
            "致各地会员的一封信",
            "2012-03-03",
        ),
        # The head names the article, and the page does not.
        (
            "致海内外会员及渡口老友的信",
            "",
            "<p>学会动态</p>",
            "致海内外会员及渡口老友的信",
            "2012-03-02",
        ),
    ],
)
def test_the_line_over_the_text_is_the_title_where_the_head_names_the_site(
    head: str, top: str, above: str, title: str, day: str
) -> None:
    document = read(SITE_ONLY.format(head=head, top=top, above=above, first=FIRST))
    assert (document.title, (document.published or "")[:10]) == (title, day)
    assert FIRST in document.text
    assert "青河县渡口学会　由志愿者维护" not in document.text


def test_a_paper_may_be_called_as_its_column() -> None:
    column = "<ul><li><a href=/c>公告</a></li></ul><div class=list_title>公告</div>"
    head = "<div class=view_title>公告</div><div>发布时间：2014-02-17 来源：本处</div>"
    text = "<p>因道路铺设管道，3月1日至20日大门车辆不能通行，请由东侧小门步行进入。</p><div>云溪市公墓管理处</div>"
    assert read(f"<title>公告--云溪市公墓管理处</title>{column}<div>{head}{text}</div>").title == "公告"


def test_a_label_before_a_title_is_none_of_it() -> None:
    head = "<tr><td class=title>標題：第六屆會員大會通知</td></tr><tr><td>發布日期：2009-02-27</td></tr>"
    text = "<tr><td>本會訂於三月二十二日上午九時三十分召開會員大會，敬請撥冗出席。</td></tr></table>"
    assert read(f"<title>云溪同乡会</title><table>{head}{text}").title == "第六届会员大会通知"


def test_the_cell_behind_the_label_of_a_notice_is_the_title() -> None:
    rows = "<tr><td>公告主旨</td><td>客家歌谣班停课一次</td></tr><tr><td>公告日期</td><td>100.08.28</td></tr>"
    document = read(f"<title>青河文化會</title><table>{rows}<tr><td>公告內容</td><td>{PROSE}</td></tr></table>")
    assert (document.title, document.published) == ("客家歌谣班停课一次", "2011-08-28")


def test_of_the_evidence_that_is_read_late_only_datelines_and_looks_speak_for_a_line() -> None:
    # Else a line could be passed over that would have had the most weight.
    late = {name for name, weight in words.weights("title_weights").items() if weight > 0}
    assert late - {"stated", "held", "classed", "labelled", "over_text"} == {*OVER_DAYS, *LOOKS}


def test_weights_are_fitted_to_pages_of_known_title(tmp_path: Path) -> None:
    titles = ("盟员医生下乡义诊", "区政协走访职业技术学院", "侨界青年参观市广播电视台")
    for number, title in enumerate(titles):
        folder = tmp_path / str(number)
        folder.mkdir()
        page = PAGE.format(head="民盟青河市委", heading=f"<h1>{title}</h1>", prose=PROSE)
        (folder / "page.html").write_text(page, "utf-8")
        (folder / "meta.json").write_text(json.dumps({"url": f"http://h/{number}.html"}), "utf-8")
        (folder / "expected.json").write_text(json.dumps({"title": title}), "utf-8")
    choices = [of_title(tmp_path / str(number)) for number in range(3)]
    names = sorted({name for choice in choices for facts in choice.facts for name in facts})
    weights = fit(choices, names)
    assert [choice.lines[choice.right[0]] for choice in choices] == list(titles)
    assert wrong(choices, names, weights) == []
    assert [line for _, line in wrong(choices, names, -weights)] != []
    assert weights[names.index("over_text")] > 0 > weights[names.index("none")]


TOLD = (
    "盟员医生下乡义诊",
    "“先坐下来喝杯茶”",
    "青河县各界人士春节茶话会在县影剧院隆重举行",
    "青河2023年招商推介会举行",
)
SITES = ("青河在线", "青河统一战线", "青河县人民政府", "云溪新闻网", "青河县委统战部", "青河日报", "县侨联", "青河之窗")
PARTING = ("_", "|", " - ", " | ", "｜", "::", "--", "«")


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("title", TOLD)
def test_the_name_of_a_site_is_no_part_of_the_title_whatever_parts_the_two(title: str, site: str) -> None:
    for mark in PARTING:
        manners = (f"{title}{mark}{site}", f"{site}{mark}{title}", f"{title}{mark}统战时讯{mark}{site}")
        assert [title_of(head, None) for head in manners] == [title] * 3, (mark, manners)
    # A space parts them where the name ends the head.
    assert title_of(f"{title} {site}", None) == title
    page = f"<title>{title} {site}</title><div>{PROSE}</div>"
    assert read(page).title == title


@pytest.mark.parametrize("title", TOLD)
def test_a_head_without_a_site_is_the_title(title: str) -> None:
    assert title_of(title, None) == title
    assert read(f"<title>{title}</title><div>{PROSE}</div>").title == title


@pytest.mark.parametrize("tag", ["p align=center", "div", "h1", "h3", "td"])
@pytest.mark.parametrize(
    "lines",
    [
        ("青河市人民代表大会常务委员会", "关于批准调整乡村文化站经费限额的", "决议"),
        ("盟员医生下乡义诊，", "山里的老人不用再起早"),
        ("关于举办全市宗教教", "职人员医疗保险政策解读会的通知"),
    ],
)
def test_lines_that_are_together_what_the_head_states_are_the_title(tag: str, lines: tuple[str, ...]) -> None:
    name = tag.split(maxsplit=1)[0]
    row, end = ("<table><tr>", "</tr></table>") if name == "td" else ("", "")
    parted = "".join(f"{row}<{tag}>{line}</{name}>{end}" for line in lines)
    broken = f"<div>{row}<{tag}>{'<br>'.join(lines)}</{name}>{end}</div>"
    for shown in (parted, broken):
        document = read(PAGE.format(head="".join(lines) + "_通知公告_民盟青河市委", heading=shown, prose=PROSE))
        assert document.title == " ".join(lines), shown
        assert document.text.splitlines()[0].startswith("为深入推进"), shown


@pytest.mark.parametrize("who", ["内蒙古9部门", "多部门", "国务院部门", "边疆地区"])
def test_who_acts_in_a_title_is_no_label_though_it_ends_as_one(who: str) -> None:
    document = read(
        PAGE.format(head="关注乡村教师_青河统一战线", heading=f"<h3>{who}：保障乡村教师待遇</h3>", prose=PROSE)
    )
    assert document.title == f"{who}：保障乡村教师待遇"


def test_a_line_of_the_title_that_stands_again_is_no_source() -> None:
    title = "志愿者长期在岸边挺台 居民点赞"
    shown = (
        f"<div>2023-03-08</div><h2>{title}</h2><div><p>志愿者长期在岸边挺台<br>居民点赞<br><br>近日，{PROSE[3:]}</div>"
    )
    document = read(f"<html><head><title>{title}_青河</title></head><body>{shown}<div>版权所有</div></body></html>")
    assert (document.title, document.source) == (title, None)
