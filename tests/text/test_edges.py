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
        ("县委召开会议。(记者 陈晓明)近日,", None),
        ("活动现场热闹非凡,(记者 陈晓明)一早", None),
        # Who took the picture did not write the text.
        ("记者陈晓明 摄", None),
        ("本报记者陈晓明报道", "陈晓明"),
    ],
)
def test_a_byline_opens_the_text_and_names_who_wrote_it(line: str, author: str | None) -> None:
    assert people.lead_author(line) == author


def test_rows_with_a_day_each_have_no_title_above_a_dateline() -> None:
    rows = "".join(
        f"<div>{row}活动在清河举行</div><div>2023-0{day}-11 来源：县报</div>" for day, row in enumerate(ROWS[:4], 1)
    )
    assert read(page(rows + "<p>栏目说明。</p>", "动态")).title != "春茶开采节活动在清河举行"


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
