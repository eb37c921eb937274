"""Where two kinds of line or page look alike: what tells one from the other."""

from __future__ import annotations

import re

import pytest
from pages import read, skipped

from archive.text.blocks import fold
from archive.text.fields import people

LINES = (
    "连日来，县人民医院医疗队深入偏远山村，为留守老人送去健康服务。",
    "医护人员为老人量血压、测血糖、做心电图，耐心解答用药疑问。",
    "截至目前，医疗队已走访村庄二十三个，义诊一千六百余人次。",
    "医院将把巡回义诊作为一项长期工作坚持下去，群众非常满意。",
    "今后还将增加口腔检查项目，并为行动不便的老人上门服务。",
)
HEAD = "<h1>医疗队走进山村</h1><p>2023-06-12 来源：县报</p>"
JOOMLA = (
    "<h1>清河商会</h1><h2><a href=/n/7>医疗队走进山村</a></h2><dl><dt>详细资料</dt><dd>分类：<a href=/n>新闻</a></dd>"
    "<dd>发布于 2023年6月12日 08:33</dd></dl>"
)
ROWS = ("春茶开采节", "县医院义诊", "道路硬化", "企业家考察", "读书节", "民族联欢", "灌区改造", "便民集市", "侨联走访")


def page(body: str, title: str = "医疗队走进山村") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("(记者 陈晓明)近日,县委召开会议。", "陈晓明"),
        ("清河讯(记者 陈晓明)近日,县委召开会议。", "陈晓明"),
        # A bracket behind a sentence belongs to that sentence.
        # Who took the picture did not write the text.
        ("记者陈晓明 摄", None),
        ("本报记者陈晓明报道", "陈晓明"),
    ],
)
def test_a_byline_opens_the_text_and_names_who_wrote_it(line: str, author: str | None) -> None:
    assert people.lead_author(line) == author


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("陈晓明 报道", "陈晓明"),
        ("陈晓明、李红 摄影报道", "陈晓明 李红"),
        ("深入 报道", None),
        ("县融媒体中心 报道", None),
        ("记者节 报道", None),
    ],
)
def test_a_name_before_the_word_for_a_report_has_written_it(line: str, author: str | None) -> None:
    assert people.reporters(line) == author


@pytest.mark.parametrize(
    "body", [paragraphs(LINES), "<p>一等奖（1名）</p><p>《桥》　宋旭</p><p>二等奖（1名）</p><p>《回家》　曹平</p>"]
)
def test_labels_and_values_in_one_row_are_no_titles(body: str) -> None:
    row = "<td>发布时间</td><td>2009-08-10</td><td>信息来源</td><td>清河县民族宗教局</td>"
    table = f"<tr><td colspan=4>医疗队走进山村</td></tr><tr>{row}</tr><tr><td colspan=4>{body}</td></tr>"
    document = read(page(f"<ul><li><a href=/>首页</a></ul><table>{table}</table>", "信息浏览"))
    assert (document.title, document.published) == ("医疗队走进山村", "2009-08-10")
    assert document.source == "清河县民族宗教局"


def test_buttons_for_the_size_of_the_type_are_no_part_of_a_name() -> None:
    line = "<div>2020-03-01 作者：陆晓东 <a>A+</a> <a>A</a></div>"
    assert read(page(f"<h1>医疗队走进山村</h1>{line}{paragraphs(LINES)}")).author == "陆晓东"


def test_those_whom_a_speech_is_addressed_to_are_its_text() -> None:
    lines = ("同志们：", *LINES)
    body = "".join(f"<section><section><p>{line}</p></section></section>" for line in lines)
    assert read(page(f"<div><h1>医疗队走进山村</h1><div>2023-06-12</div></div><div>{body}</div>")).text.startswith(
        "同志们："
    )


def test_who_put_a_text_there_is_no_part_of_its_day() -> None:
    line = "<div>2012年7月23日　　发布人：清河县信息中心　　访问量：1803</div>"
    assert read(page(f"<h3>医疗队走进山村</h3>{line}{paragraphs(LINES)}")).published == "2012-07-23"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        # A blog of Blogger: its name is a linked heading over the day, and stands first in the head.
        (
            "清河商会: 医疗队走进山村",
            "<h1><a href=/>清河商会</a></h1><h2>2023年6月12日</h2><h3>医疗队走进山村</h3>",
            "医疗队走进山村",
        ),
        # Labels between a title that is a link and its day, as Joomla sets them.
        (
            "医疗队走进山村",
            JOOMLA,
            "医疗队走进山村",
        ),
        # The heading of a column, and that of the article, without a day that can be told.
        (
            "清河商会",
            "<a href=/n>最新消息</a><h2 class=title>最新消息</h2><h3>医疗队走进山村</h3><i>02/07/2019</i>",
            "医疗队走进山村",
        ),
    ],
)
def test_the_name_of_blog_or_column_over_the_heading_is_no_title(head: str, body: str, title: str) -> None:
    assert read(page(body + paragraphs(LINES), head)).title == title


def test_a_day_and_a_count_below_the_text_say_when_it_was_published() -> None:
    named = "<p>公示时间为2012年6月20日起三十日。</p>"
    below = "<div align=right>清河县水利局　2012-06-21　已阅706次</div><div>上一篇：<a href=1.html>会议</a></div>"
    document = read(page(f"<h1>医疗队走进山村</h1><div>{paragraphs(LINES)}{named}</div>{below}"))
    assert document.published == "2012-06-21"


@pytest.mark.parametrize(
    ("line", "day", "source", "author"),
    [
        ("由 webmaster 于 星期六, 11/22/2014 - 08:58 发表", "2014-11-22T08:58+08:00", None, None),
        ("由 admin 提交于 周三, 2012-05-02 10:20", "2012-05-02T10:20+08:00", None, None),
        ("由 陈文博 于 2012-05-02 10:20 发布", "2012-05-02T10:20+08:00", None, "陈文博"),
        ("清河县委统战部 发表于 2010-08-24 11:27", "2010-08-24T11:27+08:00", "清河县委统战部", None),
        (
            "发稿日期 2012年12月20日15时16分　稿件来源 清河县卫生健康局",
            "2012-12-20T15:16+08:00",
            "清河县卫生健康局",
            None,
        ),
        ("作者 系统管理员　2012-12-20", "2012-12-20", None, None),
        ("公告日期：107.08.05", "2018-08-05", None, None),
        (
            "<ul><li>时　间 2015-08-01</li><li>来　源 清河日报</li><li>作　者 孙树根</ul>",
            "2015-08-01",
            "清河日报",
            "孙树根",
        ),
    ],
)
def test_who_sent_a_post_stands_beside_its_day(line: str, day: str, source: str | None, author: str | None) -> None:
    document = read(page(f"<h1>医疗队走进山村</h1><div class=s>{line}</div>{paragraphs(LINES)}"))
    assert (document.published, document.source, document.author) == (day, source, author)
    assert document.text.startswith(LINES[0])


@pytest.mark.parametrize(
    "title", ["【2010-08-25】医疗队走进山村", "医疗队走进山村（2010-08-25）", "医疗队走进山村 (25-08-2010)"]
)
def test_a_day_in_brackets_beside_the_title_is_its_day(title: str) -> None:
    rows = (f"<b>{title}</b>", "<br>".join(LINES), "清河县人民政府 制作维护")
    table = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
    document = read(page(f"<table>{table}</table>", "基层信息"))
    assert (document.title, document.published) == ("医疗队走进山村", "2010-08-25")


@pytest.mark.parametrize(
    "line",
    [
        "最近更新于 2023年03月28日 星期二",
        "阅读(828)┊评论 (0)┊收藏(0)┊转载(0)┊喜欢▼",
        "<a>登录</a>或<a>注册</a>后发表评论",
    ],
)
def test_what_a_program_puts_below_the_text_is_none(line: str) -> None:
    assert read(page(f"{HEAD}<div>{paragraphs(LINES)}<div>{line}</div></div>")).text.endswith(LINES[-1])


@pytest.mark.parametrize("source", ["清河县残联", "清河县人民政府网", "清河县政协"])
def test_a_source_in_a_box_beside_the_day_is_no_text(source: str) -> None:
    row = f"<div><div>2022-11-12</div><div class=ml>{source}</div><div class=ml>撰稿：梁磊</div></div>"
    document = read(page(f"<article><h1>医疗队走进山村</h1>{row}{paragraphs(LINES)}</article>"))
    assert (document.source, document.author) == (source, "梁磊")
    assert source not in document.text


def test_the_owner_alone_below_a_tool_is_no_text() -> None:
    rows = (
        f"<h2>医疗队走进山村</h2><i>发布时间：2017-07-10</i>{paragraphs(LINES)}",
        "【<a href=#>返回</a>】",
        "清河县文联",
    )
    table = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
    assert "清河县文联" not in read(page(f"<table>{table}</table>")).text


@pytest.mark.parametrize("line", ["举报电话：12380", "举报电话：0831-8612811"])
def test_the_telephone_of_a_notice_is_its_text(line: str) -> None:
    assert read(page(f"{HEAD}{paragraphs((*LINES, line))}<div>版权所有：清河县</div>")).text.endswith(line)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        # The site's name alone is the head of all its pages, and stands over their menu.
        ("清河商会", "<b>清河商会</b><p><a href=/>首页</a> <a href=/n>新闻</a></p><p>山村修路记</p>", "山村修路记"),
        ("清河统战工作 - 信息内容", "<header>清河统战工作</header><h2>山村修路记</h2>", "山村修路记"),
        # A blog's heading leads to its own page.
        (
            "山村修路记 | 老街坊",
            "<h1><a href=/>老街坊</a></h1><p>身边的事</p><h2><a href=/1>山村修路记</a></h2>",
            "山村修路记",
        ),
        # A title over the tools of the page, and no other line over the dateline.
        ("山村修路记", "<div>山村修路记</div><p><a href=/p>打印</a> <a href=/s>分享</a></p>", "山村修路记"),
    ],
)
def test_what_stands_over_the_dateline_is_the_title_whatever_the_head_says(head: str, body: str, title: str) -> None:
    document = read(page(f"{body}<p>发布：2023-06-12 来源：县报</p>{paragraphs(LINES)}", head))
    assert (document.title, document.text) == (title, "\n".join(LINES))


def test_a_second_copy_for_narrow_screens_that_lacks_a_line_is_left_out() -> None:
    narrow = paragraphs(LINES[:-1])
    document = read(page(f"{HEAD}<div class=pc>{paragraphs(LINES)}</div><div class=m>{narrow}</div>"))
    assert document.text == "\n".join(LINES)


@pytest.mark.parametrize("line", ["<p align=center><b>部门预算公开说明</b></p><hr>", "<div>部门预算公开说明</div>"])
def test_the_only_line_over_links_to_files_is_their_title(line: str) -> None:
    files = "<a href=/up/1.doc>部门预算.doc</a><br><a href=/up/2.xls>部门预算公开表.xls</a><br>"
    document = read(page(f"{line}{files}<p>（2016-7-21 发布）</p><p><a href=/>返回首页</a></p>", "New Page 7"))
    assert (document.kind, document.title, document.text) == ("media_only", "部门预算公开说明", "")
    assert (document.published, len(document.attachments)) == ("2016-07-21", 2)


@pytest.mark.parametrize(
    ("label", "asked", "answered"),
    [("信件标题", "来信内容", "回复内容"), ("留言主题", "留言内容", "答复内容"), ("标　题", "诉求内容", "办理结果")],
)
def test_a_letter_in_cells_is_read_from_its_title_on(label: str, asked: str, answered: str) -> None:
    rows = [
        (label, "高龄补贴如何申请"),
        ("来信人", "李**"),
        ("来信时间", "2023-06-10 08:11"),
        (asked, "请问需要哪些材料？"),
    ]
    rows += [
        ("回复时间", "2023-06-12 15:20"),
        (answered, "您好，请携带身份证、户口簿到村委会申请，乡镇审核后按月发放。"),
    ]
    cells = "".join(f"<tr><th>{left}</th><td>{right}</td></tr>" for left, right in rows)
    document = read(page(f"<table>{cells}</table>", "来信详情"))
    assert (document.title, document.published) == ("高龄补贴如何申请", "2023-06-12T15:20+08:00")
    assert document.text == f"请问需要哪些材料？\n{rows[-1][1]}"
    assert document.source is None


def test_a_letter_whose_table_has_two_facts_in_a_row_has_the_day_of_its_answer() -> None:
    answer = "<p>您好，请携带身份证、户口簿到村委会申请。</p><p>乡镇审核后按月发放。</p>"
    rows = [
        ("信件标题", "高龄补贴如何申请"),
        ("写信人", "李**", "来信时间", "2023-06-10"),
        ("来信内容", "母亲今年八十一岁，请问申请高龄补贴需要哪些材料，到哪里办？"),
        ("答复单位", "县民政局", "答复时间", "2023-06-12"),
        ("答复内容", answer),
    ]
    cells = "".join("<tr>" + "".join(map("<td>{}</td>".format, row)) + "</tr>" for row in rows)
    document = read(page(f"<table>{cells}</table>", "来信详情"))
    assert document.published == "2023-06-12"
    assert "答复单位" not in document.text
    award = "<tr><td>姓名</td><td>单位</td></tr><tr><td>何秋萍</td><td>城北支部</td></tr>"
    assert "姓名\t单位" in read(page(f"{HEAD}{paragraphs(LINES)}<table>{award}</table>")).text


@pytest.mark.parametrize(
    "lines", [("王小明 李红 张建国", "陈秀英 刘洋 赵敏"), ("周一：闭馆", "周六、周日：9:00—20:30")]
)
def test_a_day_and_a_medium_in_items_under_the_title_are_its_head(lines: tuple[str, ...]) -> None:
    items = "<ul><li>2023-06-12</li><li>清河县融媒体中心</li></ul>"
    document = read(
        page(f"<main><h1>暑期安排和名单</h1>{items}<div>{paragraphs(lines)}</div></main>", "暑期安排和名单")
    )
    assert (document.published, document.source) == ("2023-06-12", "清河县融媒体中心")
    assert document.text == "\n".join(lines)


@pytest.mark.parametrize("day", ["23-06-12", "[23.6.12]"])
def test_a_day_with_a_short_year_right_under_the_title_is_the_dateline(day: str) -> None:
    document = read(page(f"<p><b>医疗队走进山村</b></p><p>{day}</p>{paragraphs(LINES)}"))
    assert (document.published, document.text) == ("2023-06-12", "\n".join(LINES))


@pytest.mark.parametrize(
    ("head", "over", "under"),
    [
        (
            "清河县文化网",
            "<p>清河县文化网</p><p><a href=/>首页</a> <a href=/1>动态</a></p>",
            "2023-06-12　清河县融媒体中心",
        ),
        ("", "", "发布时间：2023-06-12　发布人：管理员　来源：清河县融媒体中心"),
    ],
)
def test_a_title_of_two_characters_stands_over_a_dateline(head: str, over: str, under: str) -> None:
    verse = ("小河弯弯", "流过我的窗前", "母亲的歌谣", "在风里飘散", "写成一封长长的信")
    document = read(page(f"{over}<div><b>故乡</b></div><div>{under}</div><div>{paragraphs(verse)}</div>", head))
    assert (document.title, document.source, document.text) == ("故乡", "清河县融媒体中心", "\n".join(verse))


def test_the_day_at_the_foot_beside_a_source_is_read() -> None:
    verse = ("山风吹过五月的麦田", "金色的波浪", "一直涌到天边", "母亲弯下腰", "扎进我的童年")
    lines = "<br>".join(verse)
    foot = "<div class=d>2023-06-12 09:00　来源：清河日报</div>"
    document = read(
        page(f"<div class=t>麦收</div><div class=n>文/刘小敏</div><div class=c>{lines}</div>{foot}", "麦收")
    )
    assert (document.title, document.published, document.source) == ("麦收", "2023-06-12T09:00+08:00", "清河日报")
    assert (document.author, document.text) == ("刘小敏", "\n".join(verse))


@pytest.mark.parametrize(
    ("under", "source"),
    [
        ("<i>清河县融媒体中心</i><i>昨天</i><i>2023-06-12 08:00</i>", "清河县融媒体中心"),
        ("<i>清河发布</i><i>3小时前</i><i>2023-06-12 08:00</i>", "清河发布"),
        ("2023-06-12 09:11　清河县融媒体中心　记者 刘小敏 通讯员 陈红", "清河县融媒体中心"),
    ],
)
def test_a_source_among_other_words_of_a_dateline(under: str, source: str) -> None:
    document = read(page(f"<h1>医疗队走进山村</h1><div>{under}</div>{paragraphs(LINES)}"))
    assert (document.source, document.text) == (source, "\n".join(LINES))


def test_a_source_stands_alone_under_the_title_where_the_day_stands_over_it() -> None:
    day = "<div><span>12</span><span>2023-06</span></div>"
    document = read(page(f"{day}<h1>医疗队走进山村</h1><div>清河县融媒体中心</div>{paragraphs(LINES)}"))
    assert (document.published, document.source) == ("2023-06-12", "清河县融媒体中心")


@pytest.mark.parametrize("line", ["长按二维码关注“清河发布”", "共2张 上一张 下一张"])
def test_lines_below_pictures_that_say_how_to_go_on_leave(line: str) -> None:
    document = read(page(f"{HEAD}<div>{paragraphs(LINES)}<p><img src=q.jpg></p><p>{line}</p></div>"))
    assert document.text == "\n".join(LINES)


def test_cells_of_a_row_stay_whatever_they_say_alone() -> None:
    rows = "".join(
        f"<tr><td>填写</td><td>{who}</td><td>{what}</td></tr>"
        for who, what in (("真实", "姓名："), ("本人", "联系电话："))
    )
    document = read(
        page(f"{HEAD}{paragraphs(LINES)}<table><tr><td>单位</td><td>联系人</td><td>验证码</td></tr>{rows}</table>")
    )
    assert document.text.split("\n")[5:] == ["单位\t联系人\t验证码", "填写\t真实\t姓名：", "填写\t本人\t联系电话："]


def test_a_line_between_title_and_dateline_hides_neither() -> None:
    document = read(page(HEAD.replace("<p>", "<div>送医送药到家门口</div><p>", 1) + f"<div>{paragraphs(LINES)}</div>"))
    assert (document.title, document.published, document.source) == ("医疗队走进山村", "2023-06-12", "县报")
    assert document.text == "\n".join(LINES)
    assert ("head", "送医送药到家门口") in document.removed


def test_a_notice_among_headlines_is_an_article_at_an_address_with_a_number() -> None:
    links = "".join(f"<li><a href=/a{number}>{row}在清河县举行的报道</a></li>" for number, row in enumerate(ROWS))
    head = "<h1>会员证领取安排</h1><p>2023-06-12 来源：县报</p>"
    body = f"{head}<p>请新会员到行政楼三楼领取会员证。</p><ul>{links}</ul>"
    document = read(page(body, "会员证领取"), url="http://a.gov.cn/index.php?id=5")
    assert document.text == "请新会员到行政楼三楼领取会员证。"


@pytest.mark.parametrize(
    ("foot", "day", "source", "author"),
    [
        # A press release of Hong Kong states its day behind its last word.
        ("<p>完／2020年8月6日（星期四）</p><p>香港時間11時48分</p>", "2020-08-06", None, None),
        ("<p>完</p><p>2020年8月6日（星期四）</p><p>香港時間11時48分</p>", "2020-08-06", None, None),
        ("<p>（转载自《清河融媒》）</p>", None, "《清河融媒》", None),
        ("<p>（原载于《清河日报》）</p>", None, "《清河日报》", None),
        ("<p>（摘自清河日报）</p>", None, "清河日报", None),
        ("<p>（作者：陈文博，系民进会员）</p>", None, None, "陈文博"),
        ("<p>（作者：陈文博、孙树根，县政协委员）</p>", None, None, "陈文博 孙树根"),
    ],
)
def test_what_stands_below_an_article_says_of_it(
    foot: str, day: str | None, source: str | None, author: str | None
) -> None:
    document = read(page(f"<h1>医疗队走进山村</h1><div>{paragraphs(LINES)}{foot}</div>"))
    assert (document.published, document.source, document.author) == (day, source, author)


def test_a_press_release_in_one_cell_is_dated_by_its_last_lines() -> None:
    lines = "<br><br>".join(
        ["医疗队走进山村", "＊＊＊＊＊＊＊", *LINES, "完", "2020年8月6日（星期四）<br>香港時間11時48分"]
    )
    document = read(page(f"<table><tr><td><span>{lines}</span></td></tr></table><p>修訂日期：2021年1月5日</p>"))
    assert document.published == "2020-08-06"


def test_a_name_behind_a_word_of_its_own_is_an_author() -> None:
    meta = "<div><div>2024年4月6日</div><p>—</p><p>由</p><div><a href=/u/3>陈文博</a></div></div>"
    document = read(page(f"<h1>医疗队走进山村</h1>{meta}<div>{paragraphs(LINES)}</div>"))
    assert (document.published, document.author) == ("2024-04-06", "陈文博")
    assert document.text == "\n".join(LINES)


@pytest.mark.parametrize("style", ["visibility: hidden; opacity: 0; ", "opacity:0;visibility:hidden"])
def test_a_box_that_a_script_fades_in_is_seen_however_short(style: str) -> None:
    body = f"<p>{LINES[0]}</p>"
    document = read(page(f"<h1>医疗队走进山村</h1><p>2024-04-06</p><div id=c style='{style}'>{body}</div>"))
    assert document.text == LINES[0]
    trap = "<div style='visibility:hidden'><p>县里的这句话谁都看不见，因为它藏在页面里。</p></div>"
    assert "谁都看不见" not in read(page(f"<h1>医疗队走进山村</h1><p>2024-04-06</p>{paragraphs(LINES)}{trap}")).text


def test_what_a_blog_says_of_an_entry_is_no_text() -> None:
    meta = "本条目发布于2014年10月09日。属于侨乡人物分类，被贴了 人物 标签。"
    document = read(page(f"<h1>医疗队走进山村</h1><p>2014-10-09</p><div>{paragraphs(LINES)}</div><div>{meta}</div>"))
    assert document.text == "\n".join(LINES)


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("《清河日报》（2019年10月20日 第02版）", "清河日报"),
        ("（《清河日报》2019年10月20日第A02版）", "清河日报"),
        ("《清河日报》2019年10月20日02版", "清河日报"),
    ],
)
def test_the_paper_and_page_of_an_article_are_its_source(line: str, source: str) -> None:
    document = read(page(f"<h1>医疗队走进山村</h1><p>{line}</p><div>{paragraphs(LINES)}</div>"))
    assert (document.published, document.source) == ("2019-10-20", source)
    assert document.text == "\n".join(LINES)


@pytest.mark.parametrize(
    "line",
    [
        "字号：默认 大 超大|打印|收藏|分享到：",
        "赞 <i>0</i></a></span><span>赏</span><span>分享",
        "<a>点赞</a> 3 打赏 分享",
    ],
)
def test_buttons_in_one_line_are_no_text(line: str) -> None:
    document = read(page(f"{HEAD}<div>{paragraphs(LINES)}<div><span>{line}</span></div></div>"))
    assert document.text == "\n".join(LINES)


def test_a_name_beside_the_licence_of_a_site_is_no_title() -> None:
    body = (
        "<div id=logo><h1>中国民主同盟清河市委员会</h1><p>中国共产党领导的多党合作和政治协商制度</p></div>"
        "<div id=nav><a href=/0>首页</a>|<a href=/1>组织概况</a>|<a href=/2>时政要闻</a>|<a href=/3>盟务动态</a></div>"
        "<div id=l><h2>盟务动态</h2><ul><li><a href=/1.html>农村客运票价下调</a></li><li><a href=/2.html>"
        "县侨联送温暖</a></li></ul><h2>联系我们</h2><p>县府前街66号</p></div><div id=r><p>首页 &gt; 盟务动态</p>"
        "<div id=t>新春贺词</div><div id=i><i>2021-10-25</i>　作者：　来源：县报　浏览<b>26</b>次</div>"
        f"<div id=c>{paragraphs(LINES)}</div></div><div id=f>中国民主同盟清河市委员会　湘ICP备20124534号</div>"
    )
    assert read(page(body, "中国民主同盟清河市委员会")).title == "新春贺词"


@pytest.mark.parametrize("host", ["www.zhongzt.gov.cn", "list.qh.gov.cn", "page.a.cn", "col.a.cn"])
def test_a_notice_without_dateline_is_an_article_whatever_its_host_is_called(host: str) -> None:
    links = "".join(f"<li><a href=/a{number}>{row}在清河县举行的报道</a></li>" for number, row in enumerate(ROWS))
    body = f"<ul>{links}</ul><h1>会员证领取安排</h1><p>请新会员到行政楼三楼领取会员证。</p><p>领取时请带身份证。</p>"
    document = read(page(body, "会员证领取"), url=f"http://{host}/info/5.htm")
    assert document.text == "请新会员到行政楼三楼领取会员证。\n领取时请带身份证。"


def test_a_challenge_is_no_article_though_a_day_stands_on_it() -> None:
    walled = "<h1>滑动验证页面</h1><p>2023-06-12 来源：本站</p><p>请拖动滑块完成验证</p>"
    assert skipped(page(walled, "滑动验证页面")).reason == "challenge"


def test_teasers_with_a_day_and_a_sentence_each_are_a_list() -> None:
    rows = "".join(
        f"<div><a href=/a{at}.html>{row}活动在清河县成功举行</a></div><div>2023-0{at}-11 来源：县报</div>"
        f"<p>{LINES[at % 5]}{LINES[(at + 1) % 5]}</p>"
        for at, row in enumerate(ROWS, 1)
    )
    assert skipped(page("<h1>工作动态</h1>" + rows, "工作动态")).reason == "list"


OLD = "<html><title>青河新闻网</title><body>{above}<h1>盟员医生下乡义诊</h1>{under}{text}{below}</body></html>"
HEAD_TABLE = (
    "<table><tr><td>索引号</td><td>00815560/2015-00123</td><td>发布机构</td><td>区侨联</td></tr>"
    "<tr><td>公开日期</td><td>2023-03-08</td><td>主题分类</td><td>工作动态</td></tr>"
    "<tr><td>文号</td><td>无</td><td>名称</td><td>盟员医生下乡义诊</td></tr></table>"
)
DATED = "<p>来自：青河日报　2023-03-08</p>"


@pytest.mark.parametrize(
    ("above", "under", "below"),
    [
        (HEAD_TABLE, "<p>来源：青河日报</p>", ""),
        ("", "<p>来源：青河日报</p>", "<p align=right>发布时间：2023年3月8日</p>"),
        ("", DATED, "<div>（本文共有2030人浏览）</div>"),
        ("", DATED, "<div>本页面已被1024位网友阅读</div>"),
        ("", DATED, "<div>【关闭】 【顶部】</div>"),
        ("<div>中国·青河</div>", DATED, "<div>第951666位访客</div>"),
    ],
)
def test_day_and_source_leave_the_text_and_so_do_counters(above: str, under: str, below: str) -> None:
    document = read(OLD.format(above=above, under=under, text=f"<div>{paragraphs(LINES)}</div>", below=below))
    assert document.text == "\n".join(LINES)
    assert (document.published, document.source, document.author) == ("2023-03-08", "青河日报", None)
    assert below == "" or fold(re.sub("<[^>]*>", "", below)) in {line for _, line in document.removed}


@pytest.mark.parametrize("count", [2, 3])
def test_what_stands_below_the_cell_that_holds_all_paragraphs_is_no_part_of_the_article(count: int) -> None:
    cell = "<br>".join(LINES[:count])
    below = "<table><tr><td>本站已有951666人次访问　站长信箱：给站长写信</td></tr></table>"
    page = OLD.format(above="", under=DATED, text=f"<table><tr><td>{cell}</td></tr></table>", below=below)
    assert "站长信箱" not in read(page).text


@pytest.mark.parametrize(
    ("under", "below", "day"),
    [
        # A day without a label before a long name; today's day stands in the page's head.
        ("<p>2013.05.17　某县老区建设促进会</p>", "", "2013-05-17"),
        # Without a year it is no day, and no line of the text.
        ("<p>12-18 12:21 某县广播电视台</p>", "", None),
        # A blog says the day behind its text, in an element of its own.
        ("", "<a href=/x>发布于 <time class=published datetime=2020-03-20>2020年3月20日</time></a>", "2020-03-20"),
        ("", "<time datetime=2020-03-20>3月20日</time>", "2020-03-20"),
        # Greenwich's moment, and the day that the page shows; where it shows none, the moment counts.
        ("", "<a href=/x><time datetime=2020-03-20T19:22:51+00:00>2020年3月20日</time></a>", "2020-03-20"),
        ("", "<a href=/x><time datetime=2020-03-20T19:22:51Z>前天</time></a>", "2020-03-21"),
        ("", "<time datetime=2020-03-20>3月20日</time><time datetime=2020-03-21>3月21日</time>", None),
    ],
)  # fmt: skip
def test_days_without_labels_and_in_elements_of_their_own(under: str, below: str, day: str | None) -> None:
    today = "<div>今天是：2016年6月18日</div>"
    document = read(OLD.format(above=today, under=under, text=f"<div>{paragraphs(LINES)}</div>", below=below))
    assert (document.text, (document.published or "")[:10] or None) == ("\n".join(LINES), day)


def test_words_of_thanks_are_no_byline() -> None:
    spoken = (*LINES, "记者：谢谢您接受采访。")
    document = read(OLD.format(above="", under=DATED, text=f"<div>{paragraphs(spoken)}</div>", below=""))
    assert (document.text, document.author) == ("\n".join(spoken), None)


# Kinds of small, old, badly made sites: each `head` is the title element, `top` stands over the text, `foot` below it.
SMALL = "<html><head><title>{head}</title>{style}</head><body>{top}<div class=c>{text}</div>{foot}</body></html>"
TITLE = "医疗队走进山村送健康"


def small(*, head: str = TITLE, top: str = "", foot: str = "", style: str = "", text: str | None = None) -> str:
    return SMALL.format(head=head, top=top, foot=foot, style=style, text=paragraphs(LINES) if text is None else text)


@pytest.mark.parametrize(
    "top",
    [
        f"<h3>{TITLE} <small>[2018/12/28]</small></h3>",
        f"<h2>{TITLE}<span>2018-12-28 09:30</span></h2>",
        f"<h1>{TITLE}<i>（2018年12月28日）</i></h1>",
    ],
)
def test_a_day_in_an_element_at_the_end_of_a_heading_is_no_part_of_the_title(top: str) -> None:
    document = read(small(top=top))
    assert (document.title, (document.published or "")[:10]) == (TITLE, "2018-12-28")
    assert document.text == "\n".join(LINES)


@pytest.mark.parametrize(
    "script",
    [
        'var tm="2018-12-28 10:58:00";var ly="县报";document.write("发布时间："+tm.substr(0,10)+"　来源："+ly);',
        "var a='2018-12-28 10:58'; document.write('发布时间：' + a.split(' ')[0] + '　来源：' + ' 县报 '.trim);",
        "var a='2018-12-28T10:58', b=' 县报 ';document.write('发布时间：'+a.substring(0,10)+'　来源：'+b.trim());",
        "var a='时间2018-12-28'; document.write('发布时间：' + a.slice(2) + '　来源：县报');",
    ],
)
def test_pieces_of_values_that_a_script_writes_are_read(script: str) -> None:
    document = read(small(top=f"<div>{TITLE}</div><div><script>{script}</script></div>"))
    read_by_scripts = "trim)" not in script
    assert (document.published == "2018-12-28") is read_by_scripts
    assert (document.source == "县报") is read_by_scripts


@pytest.mark.parametrize("site", ["云溪县新闻网", "云溪县教育信息网", "云溪统战网站"])
@pytest.mark.parametrize(
    "top",
    [
        "<x-title data-v>{title}</x-title><x-meta><span>云溪日报</span><span>2018-12-28</span></x-meta>",
        "<span>{title}</span><p>2018-12-28　云溪日报</p>",
    ],
)
def test_the_name_of_a_site_gives_way_to_the_line_over_the_dateline(site: str, top: str) -> None:
    page = small(head=site, top=f"<header><span>{site}</span></header><div>{top.format(title=TITLE)}</div>")
    document = read(page)
    assert (document.title, document.published, document.source) == (TITLE, "2018-12-28", "云溪日报")
    assert document.text == "\n".join(LINES)


def test_an_element_of_the_pages_own_among_words_is_part_of_their_line() -> None:
    text = "<p><x-name>陈晓明</x-name>说，<x-place>大坪村</x-place>的路修好了，大家出门方便多了。</p>"
    document = read(small(top=f"<h1>{TITLE}</h1><p>2018-12-28 来源：县报</p>", text=text + paragraphs(LINES)))
    assert document.text.split("\n")[0] == "陈晓明说，大坪村的路修好了，大家出门方便多了。"


@pytest.mark.parametrize(
    ("foot", "removed"),
    [
        ("<p align=right>（2018-12-28 发布）</p>", "（2018-12-28 发布）"),
        ("<p>2018年12月28日上传</p>", "2018年12月28日上传"),
        ("<table><tr><td>发布人：县报　发布时间：2018-12-28</td></tr></table>", "发布人：县报 发布时间：2018-12-28"),
    ],
)
def test_a_day_of_publication_below_the_text_is_its_day_and_no_line(foot: str, removed: str) -> None:
    document = read(small(top=f"<p><b>{TITLE}</b></p>", text=paragraphs(LINES) + foot))
    assert (document.published, document.text) == ("2018-12-28", "\n".join(LINES))
    assert ("dateline", removed) in document.removed


def test_short_lines_over_a_dateline_below_which_nothing_stands_are_the_text_and_no_menu() -> None:
    verse = ("一弯清浅的水", "从祖母的歌谣里流来", "流过石桥，流过炊烟", "如今我站在岸边", "听见水声里")
    cell = "<tr><td>" + "<p>".join(verse) + "</td></tr>"
    foot = "<tr><td>发布人：县报　发布时间：2018-12-28</td></tr>"
    top = f"<table><tr><td align=center><h3>家乡的小河</h3></td></tr>{cell}{foot}</table>"
    document = read(f"<html><head><title>家乡的小河</title></head><body>{top}<a href=#>评论</a></body></html>")
    assert (document.title, document.text, document.published) == ("家乡的小河", "\n".join(verse), "2018-12-28")


@pytest.mark.parametrize("back", ["<div><a href=/>返回</a></div>", ""])
def test_a_second_copy_with_its_head_for_narrow_screens_is_left_out(back: str) -> None:
    signed = paragraphs((*LINES, "云溪县水利局", "2018年12月28日"))
    inner = f"<h2>{TITLE}</h2><p><span>云溪县民族宗教事务局</span> <span>2018年12月28日</span></p><div>{signed}</div>"
    document = read(
        f"<html><head><title>{TITLE}</title></head><body><div class=pc><a href=/>首页</a>{inner}</div>"
        f"<div class=mob>{back}{inner}</div><div>云溪县民族宗教网</div></body></html>"
    )
    assert document.text == "\n".join((*LINES, "云溪县水利局", "2018年12月28日"))
    assert (document.published, document.source) == ("2018-12-28", "云溪县民族宗教事务局")


@pytest.mark.parametrize("head", ["云溪县教育信息网——通知公告", "通知公告——云溪县人民政府网站"])
@pytest.mark.parametrize("day", ["二〇一八年十二月二十八日", "2018-12-28"])
def test_a_head_of_names_parted_by_long_dashes_states_no_title(head: str, day: str) -> None:
    text = paragraphs(("各有关单位：", *LINES))
    document = read(small(head=head, top=f"<div>{TITLE}</div><div>{day}</div>", text=text))
    assert (document.title, document.published) == (TITLE, "2018-12-28")


def test_a_long_dash_within_a_title_parts_nothing() -> None:
    title = "工作年报——写在岁末"
    assert read(small(head=title, top=f"<div>{title}</div><div>2018-12-28 来源：县报</div>")).title == title


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("2018-12-28　云溪县民族宗教事务局", "云溪县民族宗教事务局"),
        ("云溪县文化馆 2018年12月28日", "云溪县文化馆"),
        ("云溪县光彩事业促进会 2018年12月28日", "云溪县光彩事业促进会"),
        ("更新日期：18-12-28", None),
        ("全县统战工作动态 2018-12-28", None),
    ],
)
def test_an_office_beside_the_day_is_the_source(line: str, source: str | None) -> None:
    document = read(small(top=f"<h1>{TITLE}</h1><div>{line}</div>"))
    assert (document.source, document.published, document.text) == (source, "2018-12-28", "\n".join(LINES))


def test_links_to_files_are_no_headlines() -> None:
    files = "".join(f"<p><a href=/f/{n}.doc>云溪县民族宗教事务局201{n}年部门预算公开表.doc</a></p>" for n in range(4))
    document = read(small(top=f"<p>{TITLE}</p>", text=f"{files}<p>（2018-7-21 发布）</p>"))
    assert (document.title, document.published, len(document.attachments)) == (TITLE, "2018-07-21", 4)


@pytest.mark.parametrize("line", ["<span>阅读 75</span><span>赞 13</span><span>投诉</span>", "阅读 7 在看 3"])
def test_counters_of_a_messenger_are_no_line(line: str) -> None:
    document = read(small(top=f"<h1>{TITLE}</h1><p>2018-12-28</p>", text=paragraphs((*LINES, line))))
    assert document.text == "\n".join(LINES)


@pytest.mark.parametrize("label", ["附件：", "附件下载", "【附件】"])
def test_a_label_over_files_leaves_with_them_and_one_with_words_stays(label: str) -> None:
    files = ("<a href=/f/1.doc>1.报名表.doc</a>", "<a href=/f/2.doc>2.名单.doc</a>")
    document = read(small(top=HEAD, text=paragraphs((*LINES, label, *files))))
    assert (document.text, len(document.attachments)) == ("\n".join(LINES), 2)
    assert ("file", label) in document.removed
    inside = ("附件：<a href=/f/1.doc>报名表.doc</a>", "云溪县医院")
    assert read(small(top=HEAD, text=paragraphs((*LINES, *inside)))).text.split("\n")[5:] == [
        "附件：报名表.doc",
        "云溪县医院",
    ]


@pytest.mark.parametrize("words", ["关键词：统战 2017-03-05", "标签：两会 统战 民族团结 义诊 医疗队 2017年3月5日"])
def test_a_day_among_search_words_is_none_of_the_page(words: str) -> None:
    document = read(small(top=f"<h1>{TITLE}</h1><p>{words}</p><p>2018-12-28　来源：县报</p>"))
    assert (document.published, document.flags, document.text) == ("2018-12-28", (), "\n".join(LINES))


@pytest.mark.parametrize("name", ["inbox", "related"])
@pytest.mark.parametrize("count", [2, 3, 6])
def test_a_sentence_behind_a_box_of_links_within_the_text_is_a_line(name: str, count: int) -> None:
    links = "".join(f"<li><a href=/{n}>医疗队走进第{n}个村庄开展义诊</a></li>" for n in range(count))
    inset = f"<div class={name}><h4>相关报道</h4><ul>{links}</ul></div>"
    text = paragraphs(LINES[:2]) + inset + "<p>活动在歌声中结束。</p>"
    foot = f"<div><h3>热门文章</h3><ul>{links}</ul></div><p>欢迎广大读者来信来访。</p>"
    assert read(small(top=HEAD, text=text, foot=foot)).text == "\n".join((*LINES[:2], "活动在歌声中结束。"))


def test_a_short_article_beside_teasers_is_one_and_teasers_alone_are_a_list() -> None:
    teasers = "".join(
        f"<div><h4><a href=/x/{n}.html>大坪村第{n}次召开座谈会议</a></h4><p>{LINES[0]}{LINES[n]}…<a href=/x/{n}.html>"
        "[详细]</a></p></div>"
        for n in range(5)
    )
    short = "<p>12月20日，医疗队到村义诊。</p><p>活动受到了欢迎。</p>"
    page = (
        f"<html><title>{TITLE}</title><body><div>{teasers}</div><div><h2>{TITLE}</h2>{DATED}{short}</div></body></html>"
    )
    assert read(page).text == "12月20日，医疗队到村义诊。\n活动受到了欢迎。"
    assert (
        skipped(f"<html><title>{TITLE}</title><body><h2>{TITLE}</h2><div>{teasers}</div></body></html>").reason
        == "list"
    )


FEET = (
    "TOP", "[打 印] [关 闭]", "此文被浏览 12 次", "本文已被阅读过 12 次", "上一新闻：全县统战工作会议召开",
    "我要收藏", "暂无评论", "赞(3)", "支持 3 反对 0", "相关下载", "本栏推荐", "网站地图", "版权声明", "手机浏览",
    "所属栏目：统战要闻", "文章类别：新闻", "第1页/共1页", "—— 完 ——", "今日已有 3 人访问", "在线人数：3",
    "点此返回", "【告诉好友】", "热度：12", "点击查看原文", "MORE", "[更多]", "回首页", "◎返回",
    "页面功能 【字体：大 中 小】【打印】【关闭】", "本文共分 1 页", "信息员：陈晓明", "稿件提供：办公室",
    "加入时间：2018-12-28", "日期：2018-12-28",
)  # fmt: skip


@pytest.mark.parametrize("foot", FEET)
@pytest.mark.parametrize("wrap", ["<div>{text}<p>{foot}</p></div>", "<table><tr><td>{text}<tr><td>{foot}</table>"])
def test_a_line_of_furniture_below_the_text_leaves_it_and_is_told(foot: str, wrap: str) -> None:
    document = read(page(HEAD + wrap.format(text=paragraphs(LINES), foot=foot)))
    assert document.text == "\n".join(LINES)
    assert foot in {line for _, line in document.removed}


@pytest.mark.parametrize(
    "line",
    ["在线申报已有三千人", "支持 3 个乡镇", "完工", "关闭小煤矿", "打印店主", "栏目组成员", "热度不减", "上一任书记"],
)
def test_a_line_that_begins_like_furniture_stays(line: str) -> None:
    assert read(page(f"{HEAD}<div>{paragraphs((*LINES, line))}</div>")).text == "\n".join((*LINES, line))


@pytest.mark.parametrize("title", ["2018年12月28日县委常委会议", "公告", "喜报", "公示"])
@pytest.mark.parametrize("head", ["云溪县统战网", "", "云溪县统战网::{title}"])
@pytest.mark.parametrize(
    "heading", ["<h2>{title}</h2>", "<p align=center><b>{title}</b></p>", "<center>{title}</center>"]
)
def test_short_titles_and_those_that_begin_with_a_day_are_titles(title: str, head: str, heading: str) -> None:
    menu = "<div><a href=/>首页</a> <a href=/a>统战动态</a></div>"
    top = f"{menu}{heading.format(title=title)}<p>2018-12-30　来源：县报</p>"
    document = read(small(head=head.format(title=title), top=top))
    assert (document.title, document.published, document.text) == (title, "2018-12-30", "\n".join(LINES))


@pytest.mark.parametrize(
    "line",
    ["摘自：县报　2018-12-28", "原载：县报 2018-12-28", "公开日期：2018-12-28 公开单位：县报", "2018年12月28日县报"],
)
def test_further_words_before_a_source_are_its_labels(line: str) -> None:
    document = read(small(top=f"<h1>{TITLE}</h1><div>{line}</div>"))
    assert (document.source, document.published) == ("县报", "2018-12-28")


def test_the_row_that_holds_the_title_lays_out_the_page_and_is_no_row_of_data() -> None:
    names = ("张建国", "李文华", "王小兰")
    side = "<td><p>声明：本网站所载文章仅代表作者个人观点。</p></td>"
    document = read(page(f"<table><tr><td>{HEAD}{paragraphs(names)}</td>{side}</tr></table>"))
    assert document.text.split("\n")[:3] == list(names)


@pytest.mark.parametrize(
    ("said", "source", "author"),
    [
        # What programs write where nobody signed.
        ("来源：县报 作者：Admin", "县报", None),
        ("来源：县报 作者：ADMIN", "县报", None),
        ("来源：县报 作者：管理员", "县报", None),
        # An office and who wrote for it, whose name may be a word.
        ("县委统战部 高明", "县委统战部", "高明"),
        ("县委统战部 陈晓明", "县委统战部", "陈晓明"),
        ("县人民医院 向阳", "县人民医院", "向阳"),
    ],
)
def test_who_stands_beside_the_day(said: str, source: str, author: str | None) -> None:
    found = read(page(f"<h1>医疗队走进山村</h1><p>2023-06-12 09:30 {said}</p>{paragraphs(LINES)}"))
    assert (found.source, found.author) == (source, author)


@pytest.mark.parametrize(
    "line",
    [
        # A note on the author, a dash that begins a sentence, an event's day, a short line that the next one repeats.
        "（作者系县委党校教研室）",
        "（作者单位：县人民医院）",
        "——这是一位老医生走访三个村后写下的话。",
        "时间：2023年6月28日",
        "医疗队来了，",
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_line_that_looks_like_a_label_stays_in_the_text(line: str, last: bool) -> None:
    lines = [*LINES, line] if last else [line, f"医疗队来了，村口的老人早早排起了队。{LINES[0]}", *LINES[1:]]
    found = read(page(HEAD + paragraphs(tuple(lines))))
    assert line in found.text.split("\n")
    assert (found.published, found.subtitle, found.contributor) == ("2023-06-12", None, None)


def test_links_under_short_lines_do_not_end_an_article() -> None:
    rows = "".join(
        f"<p>{village}报名点</p><p><a href='/x/{i}.html'>{village}登记表</a></p>" for i, village in enumerate(ROWS[:4])
    )
    found = read(page(f"{HEAD}<div>{rows}<p>请于六月底前到场</p></div>"))
    assert "请于六月底前到场" in found.text
    assert all(f"{village}报名点" in found.text for village in ROWS[:4])


@pytest.mark.parametrize("box", ["div", "span", "li"])
def test_steps_of_a_breadcrumb_may_stand_in_boxes_of_their_own(box: str) -> None:
    steps = "".join(
        f"<{box}><a href='/{i}'>{name}</a></{box}>" for i, name in enumerate(("首页", "卫生健康", "医院动态"))
    )
    crumbs = f"<{box}>当前位置：</{box}>{steps}"
    found = read(page(crumbs + HEAD + paragraphs(LINES)))
    assert found.columns == ("卫生健康", "医院动态")


@pytest.mark.parametrize("mark", ["", "...", "……"])
@pytest.mark.parametrize("cut", [45, 60, 87, 120])
def test_what_a_template_cuts_from_the_text_and_puts_over_it_is_no_text(cut: int, mark: str) -> None:
    summary = f"{'　　'.join(LINES)[:cut]}{mark}"
    found = read(page(f"{HEAD}<div class=x7>{summary}</div><div class=x8>{paragraphs(LINES)}</div>"))
    assert found.text.split("\n") == list(LINES)


@pytest.mark.parametrize("end", ["医疗队走进山村", "医疗队走进…"])
def test_a_breadcrumb_of_list_items_ends_in_the_title(end: str) -> None:
    menu = "<ul><li><a href=/a>最新消息</a></li><li><a href=/b>公告事项</a></li></ul>"
    steps = "<li><a href=/>首页</a></li><li><a href=/a>最新消息</a></li><li><a href=/a/c>健康活动</a></li>"
    found = read(page(f"{menu}<div class=x7><ul>{steps}<li>{end}</li></ul></div>{HEAD}{paragraphs(LINES)}"))
    assert found.columns == ("最新消息", "健康活动")
    # A menu alone is none.
    assert read(page(f"{menu}<ul>{steps}</ul>{HEAD}{paragraphs(LINES)}")).columns == ()


def test_nothing_follows_the_article_in_a_breadcrumb() -> None:
    crumb = "您现在的位置：<a href=/>云溪台办</a> &gt;&gt; <a href=/a>台办动态</a> &gt;&gt; 正文"
    tools = "<td align=right><a href='javascript:size(16)'>大</a></td>"
    found = read(page(f"<table><tr><td>{crumb}</td>{tools}</tr></table>{HEAD}{paragraphs(LINES)}"))
    assert found.columns == ("云溪台办", "台办动态")


@pytest.mark.parametrize(
    "line",
    [
        "<a href='mailto:minzong@example.com'>minzong@example.com</a>",
        "电子邮箱：<a href='mailto:minzong@example.com'>minzong@example.com</a>。",
        "<a href='http://www.example.org/zc/2022-05/13/content_5690111.htm'>http://www.example.org/zc/2022-05/13/content_5690111.htm</a>",
        "报名网址：<a href='https://bm.example.org/login?id=7'>https://bm.example.org/login?id=7</a>",
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_link_that_shows_its_own_address_is_text(line: str, last: bool) -> None:
    lines = [*LINES, line] if last else [LINES[0], line, *LINES[1:]]
    found = read(page(f"{HEAD}<div>{paragraphs(tuple(lines))}</div>"))
    assert re.sub("<[^>]*>", "", line) in found.text.split("\n")


@pytest.mark.parametrize("line", ["http://www.example.gov.cn/", "本文链接：http://www.example.gov.cn/a/1.html"])
def test_the_address_of_the_site_or_of_the_page_below_the_text_leaves(line: str) -> None:
    found = read(page(f"{HEAD}<div>{paragraphs((*LINES, line))}</div>"))
    assert line not in found.text
    assert ("address", line) in found.removed


@pytest.mark.parametrize(
    "foot",
    [
        "<p>*本网站有关内容转载自合法授权网站，如果您认为转载内容侵犯了您的权益，<br>请您来信来电声明，本网站将在24小时内删除相关内容。</p>",
        "<div>声明：本网站文章均为网友转载，仅供读者参考，<br>如有侵权请与管理员联系，我们会尽快处理。</div>",
    ],
)
def test_a_disclaimer_that_is_broken_within_its_sentence_leaves_whole(foot: str) -> None:
    found = read(page(f"{HEAD}<div>{paragraphs(LINES)}<p>责任编辑：周敏</p></div><div>{foot}</div>"))
    assert found.text.split("\n") == list(LINES)
    assert found.editor == "周敏"


def test_a_disclaimer_takes_no_paragraph_of_the_article() -> None:
    found = read(
        page(f"{HEAD}<div><p>{LINES[0]}</p><p>声明：本网转载文章仅代表作者观点，</p>{paragraphs(LINES[1:])}</div>")
    )
    assert all(line in found.text for line in LINES)


@pytest.mark.parametrize(
    "shown", ["www.example.org", "minzong@example.com", "本文网址：http://www.example.gov.cn/a/1.html"]
)
@pytest.mark.parametrize("row", ["<p><a href='/n/{n}'>{name}</a></p>", "<br><a href='/n/{n}'>{name}</a>"])
def test_links_behind_one_that_shows_its_address_are_no_text(shown: str, row: str) -> None:
    rows = "".join(row.format(n=n, name=name) for n, name in enumerate(ROWS[:3]))
    found = read(
        page(f"{HEAD}<div>{paragraphs(LINES)}<p><a href='http://www.example.org/'>{shown}</a></p>{rows}</div>")
    )
    assert not any(name in found.text for name in ROWS[:3])


def test_days_of_rows_of_links_below_the_text_are_none() -> None:
    days = "".join(f"<tr><td><a href='/n/{n}'>{ROWS[n]}</a></td><td>2020-02-0{n + 1}</td></tr>" for n in range(3))
    found = read(page(f"{HEAD}<div>{paragraphs(LINES)}<table>{days}</table></div>"))
    assert found.text.split("\n") == list(LINES)


def test_facts_in_rows_over_the_text_are_none() -> None:
    cells = ("索引号：", "A1", "发布日期：", "2020-02-05", "公开方式", "主动公开")
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    found = read(page(f"<h1>医疗队走进山村</h1><div><table><tr>{row}</tr></table>{paragraphs(LINES)}</div>"))
    assert found.text.split("\n") == list(LINES)


def test_recommendations_beside_a_short_article_are_none_of_it() -> None:
    beside = f"<div class=sidebar><h3>推荐</h3>{paragraphs(LINES[3:])}</div>"
    found = read(page(f"<h1>医疗队走进山村</h1><div class=main><div class=art><p>{LINES[0]}</p></div>{beside}</div>"))
    assert found.text == LINES[0]


def test_captions_below_the_editor_who_signs_are_those_of_the_page() -> None:
    codes = "".join(f"<div><p><img src='/i/{n}.jpg'></p><p>青河网{n}号</p></div>" for n in ("一", "二"))
    picture = "<p><img src='/a/1.jpg'></p><p style='text-align:center'>医疗队在村口</p>"
    found = read(page(f"{HEAD}<div>{picture}{paragraphs(LINES)}<div>责任编辑：周敏</div><div>{codes}</div></div>"))
    assert (found.captions, found.editor) == (("医疗队在村口",), "周敏")
    assert "青河网" not in found.text


def test_a_source_in_the_head_that_repeats_the_title_is_none() -> None:
    bare = "<h1>医疗队走进山村</h1><p>2023-06-12</p>" + paragraphs(LINES)
    told = [
        read(page(bare).replace("<head>", f"<head><meta name='ContentSource' content='{said}'>")).source
        for said in ("医疗队走进山村", "青河日报")
    ]
    assert told == [None, "青河日报"]


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        *((end, True) for end in ("。", "！", "？", "!", "?", "”", "。”", "！”", "’", "」", "。」", "』")),
        # A headline, or one that is cut.
        *((end, False) for end in ("", "…", "...", "：")),
    ],
)
def test_a_paragraph_inside_a_link_ends_as_a_sentence_does(end: str, kept: bool) -> None:
    line = f"民盟市委组织盟员医生到大坪村开展义诊活动，为村民量血压、测血糖，发放药品和宣传手册，村民们都说好{end}"
    beside = (
        "活动在3月5日举行，共有二百余名村民前来就诊，盟员医生一一解答。",
        "大家表示，今后还要把活动办下去，让更多的人得到实惠。",
    )
    found = read(
        "<title>盟员医生下乡义诊</title><h1>盟员医生下乡义诊</h1><p>2023-03-08　来源：青河日报</p>"
        f"<div><p>{beside[0]}</p><p><a href='/n/2'>{line}</a></p><p>{beside[1]}</p></div>"
    )
    assert found.text.split("\n") == [beside[0], *([line] if kept else []), beside[1]]
