"""Right under a title and right below a text, lines in manners of their own are read as datelines; prose is not."""

from __future__ import annotations

import datetime as dt

import pytest

from archive.text import dates, fields
from archive.text.clean import clean
from archive.text.document import Document
from archive.text.fields.labels import byline, colons, is_dateline
from archive.warc.capture import Capture, Place

PAGE = """<!DOCTYPE html><html><head><title>{head}</title></head><body><div class=w><h2>修好了村口的桥</h2>{under}
<p>村口的桥去年被洪水冲垮，乡亲们凑了三万元，请来邻村的石匠，用了四十天把它修好。</p>
<p>通车那天，八十岁的老校长第一个走过去，说他小时候就盼着这座桥。</p>{below}</div></body></html>"""


def read(under: str = "", below: str = "", page: str = "") -> Document:
    """What the cleaner makes of a page with some lines under its title and some below its text."""
    found = clean(
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000007",
            kind="response",
            url="http://www.example.org/news.asp?id=7",
            date=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=(page or PAGE.format(head="云溪同乡会", under=under, below=below)).encode(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        ),
        None,
    )
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize(
    ("line", "day", "source", "author"),
    [
        # Days of every shape.
        ("发布于 3 月 5 日 2019 写的人：同乡会秘书处 苗小雨 点击:次", "2019-03-05", None, "苗小雨"),
        ("声明 / 网站编辑室 / 18-05-11", "2018-05-11", "网站编辑室", None),
        ("〔 19年5月6日 〕〔 会员科 〕", "2019-05-06", "会员科", None),
        ("（10-26/2012 瑞海商会）", "2012-10-26", "瑞海商会", None),
        ("2004.5.1 上午9时 发", "2004-05-01", None, None),
        ("2009年12月5日（星期六）　地点：元朗屏山", "2009-12-05", None, None),
        # Labels of people's own, with and without a colon, in English, before a stroke.
        ("摄影报道：颜海波 2016-06-09 共4张", "2016-06-09", None, "颜海波"),
        ("文字：何大伟　摄影：周敏　2013.08.09", "2013-08-09", None, "何大伟"),
        ("来自：宗亲会秘书处 时间：2011/5/6 看过：33", "2011-05-06", "宗亲会秘书处", None),
        ("Date:2021-12-24From:南山联谊会Text:易小川", "2021-12-24", "南山联谊会", "易小川"),
        ("撰写/李建国 校对/王芳 2019-3-1", "2019-03-01", None, "李建国"),
        ("编写：志愿者小林 2019-3-1", "2019-03-01", None, "志愿者小林"),
        ("发稿：2016.7.8 撰文：统战之家 热依汗 拍照：老季", "2016-07-08", None, "热依汗"),
        ("【来源】青河日报　【作者】周敏　【时间】2023-03-08", "2023-03-08", "青河日报", "周敏"),
        # Every second word is a label; a paper and its page; names set apart; reporters in brackets.
        (
            "发布 2016年9月12日 文 [德]托马斯·韦伯 译 汤莉 来自 《渝安社讯》",
            "2016-09-12",
            "《渝安社讯》",
            "托马斯·韦伯",
        ),
        ("文字 何大伟 图片 江浩 编辑 谭笑 发布 2013.08.09", "2013-08-09", None, "何大伟"),
        ("2012/05/14 《渝安社讯》第3版", "2012-05-14", "渝安社讯", None),
        ("《渝安研究》2016年第4期 2016-09-06", "2016-09-06", "渝安研究", None),
        ("渝安发布 何 磊 李 一 10/17/2023", "2023-10-17", "渝安发布", "何磊 李一"),
        ("2011/11/28 【本报记者何大伟／吉隆坡报导】 [转寄]", "2011-11-28", None, "何大伟"),
        # Names behind what their bearers are, and the paper that printed it.
        ("2017年4月27日 星期四 盟区委社会服务处 盟员 戚若兰/文 屠海/图", "2017-04-27", "盟区委社会服务处", "戚若兰"),
        ("社员 明澈 写于 20200517 刊于《渝安社讯》", "2020-05-17", "《渝安社讯》", "明澈"),
        ("何大伟（退休干部） 2013.08.09", "2013-08-09", None, "何大伟"),
        ("夏承志口述　章延年整理　2004-12-03", "2004-12-03", None, "夏承志 章延年"),
        ("净圆法师开示 慧文居士记录 2008.9.1", "2008-09-01", None, "净圆 慧文"),
        ("提案人：农工党党员 宁卓群　2013-06-25　已有 45 人关注", "2013-06-25", None, "宁卓群"),
        ("作者：高一（4）班 简雨桐　更新时间：2010-8-27", "2010-08-27", None, "简雨桐"),
        ("慧敏 太平寺 2025年05月06日 08:00 浙江", "2025-05-06", "太平寺", "慧敏"),
        ("12 March 2019　Scritto da 潘旭东", "2019-03-12", None, "潘旭东"),
        ("原创 宝音 红山知联 2023-09-17 20:05 发表于 内蒙古", "2023-09-17", "红山知联", "宝音"),
    ],
)
def test_a_dateline_in_a_manner_of_its_own_is_read(line: str, day: str, source: str | None, author: str | None) -> None:
    usual = fields.as_dateline(line)
    assert fields.is_dateline(usual), usual
    found = fields.byline(usual)
    found.take(fields.unlabelled(usual), "name", usual)
    days = [dated for each in dates.from_lines([usual]) for dated in each]
    assert (days[0].value[:10], found.source, found.author) == (day, source, author)


@pytest.mark.parametrize(
    "line",
    [
        "3月5日，同乡会召开了会议。",
        "地点：元朗屏山",
        "传真：0830-8170000　邮箱：mzj@example.gov.cn",
        "县委党校：商旭",
        "活动时间：2019年3月5日",
        "1975年1月28日（农历1974年腊月十七）",
        "二〇二〇年三月二十日于温泉镇",
        "民国一〇四年十月三十一日记于琼林",
        "2011年9月25日第二次会员大会选举产生第二届理事会",
        "2018年12月28日全体会员大会合影留念",
        "来源：四川在线　2022-09-09 11:30",
        "同志们：",
    ],
)
def test_any_other_line_stays_as_it_is(line: str) -> None:
    assert fields.as_dateline(line) == line


def test_the_dateline_is_read_by_its_place() -> None:
    line = "声明 / 网站编辑室 / 18-05-11"
    assert not fields.is_dateline(line)
    found = read(f"<p>{line}</p>")
    assert (found.published, found.source) == ("2018-05-11", "网站编辑室")
    assert line not in found.text
    assert line in [text for _, text in found.removed]
    # Among the paragraphs it is one of them.
    assert (
        line
        in read(
            below=f"<p>{line}</p><p>桥头立了一块石碑，上面刻着全部捐款人的名字，最后一行留给往后修桥的人。</p>"
        ).text
    )


@pytest.mark.parametrize(
    ("under", "author"),
    [
        ("<p>沈怀瑾</p>", "沈怀瑾"),
        ("<p>沈 怀 瑾</p>", "沈怀瑾"),
        # Set apart, two characters are a name whatever they begin with, but not in the cell of a form.
        ("<p>小 蔓</p>", "小蔓"),
        ("<p>小 蔓</p><p>二零零六年十一月二十六日</p>", "小蔓"),
        ("<table><tr><td>内 容</td><td>水毁的桥修好了，欢迎乡亲们回来看一看走一走。</td></tr></table>", None),
        ("<p>2013-02-03 由 hqtl_admin 发表</p>", None),
        # Who else is named in the next lines stands in a roster.
        ("<p>会 长</p><p>翟芳 师范学院副院长</p><p>马建平</p>", None),
        ("<p>立盟为公 · 以教报国</p>", None),
    ],
)
def test_a_name_alone_under_the_title_is_who_wrote(under: str, author: str | None) -> None:
    assert read(under).author == author


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("修好了村口的桥（10月25日 2018）", "2018-10-25"),
        ("修好了村口的桥 10月25日 2018", "2018-10-25"),
        ("修好了村口的桥（20150127）", "2015-01-27"),
        ("修好了村口的桥 07年6月29日", "2007-06-29"),
        ("修好了村口的桥 (10-26/2012 瑞海商会)", "2012-10-26"),
    ],
)
@pytest.mark.parametrize("set_as", ["<h2>{}</h2>", "<p align=center><b>{}</b></p>", "<div>{}</div>"])
def test_a_day_of_any_shape_beside_the_title_is_its_day(title: str, day: str, set_as: str) -> None:
    page = PAGE.format(head="云溪同乡会", under="", below="").replace("<h2>修好了村口的桥</h2>", set_as.format(title))
    found = read(page=page)
    assert (found.title, found.published) == ("修好了村口的桥", day)


@pytest.mark.parametrize(
    "under", ["整理：石小川 16/08/2022", "县侨联供稿 07年6月29日", "07年6月29日", "县侨联　16/08/2022"]
)
def test_a_dateline_is_no_title(under: str) -> None:
    menu = "<font size=6>云溪同乡会</font><hr><a href=1>同乡简介</a> | <a href=2>新闻</a> | <a href=3>留言</a><hr>"
    page = PAGE.format(head="云溪同乡会", under=f"<p>{under}</p>", below="").replace("h2>", "div>")
    assert read(page=page.replace("<body>", f"<body>{menu}")).title == "修好了村口的桥"


def test_who_signs_a_text_as_the_head_of_its_page_says_is_no_title() -> None:
    page = PAGE.format(head="云溪同乡会 -- 乡情", under="<p>作者：佚名 更新时间：2009-2-14</p>", below="")
    page = page.replace("<h2>修好了村口的桥</h2>", "<p align=center><b>讣 告</b></p>")
    found = read(page=page.replace("</body>", "<p>云溪同乡会</p><p>二〇〇九年二月十三日</p></body>"))
    assert (found.title, found.published) == ("讣 告", "2009-02-14")


def test_a_name_and_its_day_over_the_title_are_those_of_a_blog() -> None:
    over = "<div><span>江雨薇</span></div><ul><li>2019年4月9日</li></ul>"
    assert read().author is None
    page = PAGE.format(head="修好了村口的桥", under="", below="").replace("<h2>", f"{over}<h2>")
    assert read(page=page).author == "江雨薇"


def test_the_day_in_the_brackets_of_the_lead_is_believed_where_no_other_is() -> None:
    lead = "<p>（香港，二零零五年四月十二日）商会今日公布，煎药费五年不变，会员都赞成。</p>"
    assert read(lead).published == "2005-04-12"
    assert read(f"<p>2005-05-06</p>{lead}").published == "2005-05-06"


def test_rows_below_the_text_say_who_and_when() -> None:
    rows = "".join(
        f"<tr><td>{label}</td><td>{value}</td></tr>"
        for label, value in (("谁写的", "社员 白小满"), ("从哪来", "侨青群聊天记录"), ("哪天贴的", "2018年7月9号"))
    )
    found = read(below=f"<table>{rows}</table>")
    assert (found.published, found.source, found.author) == ("2018-07-09", "侨青群聊天记录", "白小满")
    assert "白小满" not in found.text


def test_the_last_rows_of_a_roster_are_no_datelines() -> None:
    rows = (
        "<tr><td>理事</td><td>于飞</td></tr><tr><td>委员</td><td>岳小满</td></tr><tr><td>会员</td><td>邰继东</td></tr>"
    )
    assert "会员\t邰继东" in read("<p>2018-05-11</p>", below=f"<table>{rows}</table>").text


def test_the_time_of_a_meeting_is_no_dateline() -> None:
    minutes = "<p>时间：2015年12月21日晚7:30</p><p>地点：村部二楼</p><p>主持：郑金水</p>"
    found = read(minutes, below="<p>录入：村文书 2015/12/23 8:15:06 阅读(97)</p>")
    assert found.text.startswith("时间：2015年12月21日晚7:30\n地点：村部二楼")
    assert (found.published or "")[:10] == "2015-12-23"
    assert (read("<p>时间：2015年12月21日</p><p>来源：村部</p>").published or "")[:10] == "2015-12-21"
    # The cells of a table that opens the record.
    cells = "<table><tr><td>时间</td><td>2015年12月21日晚</td><td>地点</td><td>村部二楼</td></tr></table>"
    found = read(cells, below="<p>录入：村文书 2015-12-23 阅读(97)</p>")
    assert found.text.startswith("时间\t2015年12月21日晚\t地点\t村部二楼")
    assert found.published == "2015-12-23"


@pytest.mark.parametrize(
    ("below", "day"),
    [
        ("<p>2015年12月2日 西街社区居委会 冯春</p>", "2015-12-02"),
        ("<p>女儿 谢晓蓉 录　2002.4.12 夜</p>", "2002-04-12"),
        ("<p>（以马内利团契　吴恩光）</p><p>7/19/2016</p>", "2016-07-19"),
        ("<p>县侨联</p><p>2009-11-23</p>", "2009-11-23"),
        ("<p>苏文 写于 20150127</p>", "2015-01-27"),
        ("<p>文/欧阳敏</p><p>更新于07年6月29日</p>", "2007-06-29"),
        ("<p>[ 2013年4月9日 民盟清河总支 ] 阅读(12)</p>", "2013-04-09"),
        ("<p><a href=/1>其他消息</a></p><p>7/23/2005 冬令救济</p>", None),
        ("<p>2008年9月11日召开第二次会员大会选举产生理事会</p>", None),
    ],
)
def test_a_day_at_the_end_signs_the_text_with_who_signs_beside_it(below: str, day: str | None) -> None:
    assert read(below=below).published == day


def test_the_label_of_the_text_in_the_cell_beside_it_is_no_text() -> None:
    row = "<table><tr><td>{}</td><td>桥面限载两吨，农用车请从下游的老桥绕行，谢谢各位乡亲配合。</td></tr></table>"
    found = read(row.format("公告内容"))
    assert found.text.startswith("桥面限载两吨")
    assert ("label", "公告内容") in found.removed
    assert read(row.format("提醒")).text.startswith("提醒\t桥面限载两吨")


def test_what_a_machine_made_of_a_text_is_none_of_it() -> None:
    summary = "<div><b>{}</b><p>本文介绍了一座桥的重修，以及乡亲们的捐助。</p></div>"
    found = read("<p>2023-05-06 来源：云溪日报</p>" + summary.format("AI 生成摘要"))
    assert found.text.startswith("村口的桥去年")
    assert ("machine", "本文介绍了一座桥的重修，以及乡亲们的捐助。") in found.removed
    assert "本文介绍了" in read("<p>2023-05-06 来源：云溪日报</p>" + summary.format("写在前面")).text


CELL = "align=center><img src={0}.jpg><br><font size=2>{1}</font></td>"
ITEM = "<li><img src={0}.jpg><div>{1}</div><i>{0}/2</i></li>"
TWO = ("石匠在桥头", "老校长走过新桥")
SAID = tuple(f"{line}。" for line in TWO)
PICTURES = "<td><img src=1.jpg></td><td><img src=2.jpg></td>"


@pytest.mark.parametrize(
    ("pictures", "captions"),
    [
        # Two pictures in a row of cells, each over its own line; a list of them with their numbers.
        (f"<table><tr><td {CELL.format(1, '石匠在桥头')}<td {CELL.format(2, '老校长走过新桥')}</tr></table>", TWO),
        (f"<ul>{ITEM.format(1, '石匠在桥头')}{ITEM.format(2, '老校长走过新桥')}</ul>", TWO),
        ("<p class=pic><img src=1.jpg><span>石匠在桥头</span></p>", ("石匠在桥头",)),
        ("<p align=center><img src=1.jpg></p><p class=tu>图① 石匠在桥头</p>", ("图① 石匠在桥头",)),
        # A table of pictures and a line for each: under its picture, over it, beside it, a sentence.
        (f"<table><tr>{PICTURES}</tr><tr><td>石匠在桥头</td><td>老校长走过新桥</td></tr></table>", TWO),
        (
            "<table align=right><tr><td>石匠在桥头。</td></tr><tr><td><img src=1.jpg></td></tr></table>",
            ("石匠在桥头。",),
        ),
        ("<table><tr><td><img src=1.jpg><td><font size=2>石匠在桥头。</font></tr></table>", ("石匠在桥头。",)),
        # A class of paragraphs for what stands below pictures, italics, the number of a picture before its words.
        ("".join(f"<p><img src={n}.jpg></p><p class=tz>{line}。</p>" for n, line in enumerate(TWO)), SAID),
        ("<p><img src=1.jpg></p><p><i>石匠在桥头。</i></p>", ("石匠在桥头。",)),
        ("<p><img src=1.jpg><br><em>石匠在桥头。</em></p>", ("石匠在桥头。",)),
        ("<div><img src=1.jpg><div class=cap><b>1/2</b><span>石匠在桥头</span></div></div>", ("石匠在桥头",)),
        # A paragraph with an icon, a heading beside a picture, who took it.
        ("<p class=xm><img src=dot.gif><span>石匠在桥头</span></p>", ()),
        ("<p><img src=1.jpg></p><p>图片：柯勇</p>", ()),
    ],
)
def test_a_line_that_its_place_marks_is_a_caption(pictures: str, captions: tuple[str, ...]) -> None:
    page = PAGE.format(head="云溪同乡会", under="<p>2023-05-06 来源：云溪日报</p>", below="")
    found = read(page=page.replace("<p>通车那天", f"{pictures}<p>通车那天"))
    assert found.captions == captions
    assert not any(caption in found.text for caption in captions)


def test_the_short_lines_of_a_poem_in_a_box_of_their_own_are_its_text() -> None:
    poem = "拄杖徐登第几层，西风吹帽不须惊。<br>少年同上今余我，犹指残碉说旧营。<br>桥成路阔少年多，夹岸楼台影。"
    html = (
        "<html><head><title>云溪老干部局 - 文苑</title></head><body><table><tr><td><a href=/a>诗词曲赋</a></td><td>"
        f"<center><font size=4><b>重阳登高</b></font><br>沈怀瑾</center><center>{poem}</center>"
        "<table><tr><td>〔注〕残碉：一九四九年十一月起义时所筑，今存山顶。</td></tr></table></td></tr></table></body></html>"
    )
    found = read(page=html)
    assert (found.title, found.author) == ("重阳登高", "沈怀瑾")
    assert found.text.startswith("拄杖徐登第几层，西风吹帽不须惊。\n少年同上")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/u/1.odt", "同意书.odt"),
        ("/zx.nsf/0/7/$FILE/%E6%97%A5%2E%64%6F%63", "日程.doc"),
        ("/Download.ashx?u=QUJD", "简章.pdf"),
        ("/Download.ashx?u=QUJD", "简章"),
    ],
)
def test_files_are_known_by_their_address_or_their_name(url: str, name: str) -> None:
    found = read(below=f'<p>附件：<a href="{url}">{name}</a></p>')
    assert found.attachments == ((f"http://www.example.org{url}", name),)


@pytest.mark.parametrize("shown", ["<iframe src='viewer.html?file=1.pdf'></iframe>", "<a href='1.pdf'>1.pdf</a>"])
def test_files_have_the_addresses_that_the_base_of_the_page_gives_them(shown: str) -> None:
    found = read(below=f"<base href='/d/ '>{shown}")
    assert found.attachments == (("http://www.example.org/d/1.pdf", "1.pdf"),)


@pytest.mark.parametrize(
    ("below", "author"),
    [
        ("<p>（以马内利团契　吴恩光）</p>", "吴恩光"),
        ("<p>（校友会 79届 蒙洪）</p>", "蒙洪"),
        ("<p>（摄影 李红英）</p>", None),
        ("<p>（五月 大坪村）</p>", None),
    ],
)
def test_a_name_behind_words_in_the_last_brackets_wrote(below: str, author: str | None) -> None:
    assert read(below=below).author == author


def test_the_paper_of_reporters_is_the_source_where_no_other_is() -> None:
    found = read("<p>2024.09.12</p><p>【普门日报记者陈若水／屏东报道】</p>")
    assert (found.source, found.author) == ("普门日报", "陈若水")
    assert read("<p>来源：县报</p><p>【普门日报记者陈若水／屏东报道】</p>").source == "县报"
    assert read("<p>【本报记者陈若水／屏东报道】</p>").source is None


def test_names_behind_a_source_may_begin_with_no_surname_but_the_first() -> None:
    assert read("<p>2020-08-06 08:15 来源： 南方日报 林卓然 容嘉</p>").author == "林卓然 容嘉"
    assert read("<p>2020-08-06 08:15 来源： 南方日报 云溪 讯</p>").author is None
    assert read("<p>作者：乔珊 发布于：2013-11-25 文字：【大】【中】【小】</p>").author == "乔珊"


def test_a_day_with_its_minute_below_the_text_is_no_text() -> None:
    found = read(below="<p>2008/09/11 06:00</p>")
    assert "2008" not in found.text
    assert (found.published or "")[:10] == "2008-09-11"


@pytest.mark.parametrize(("second", "joined"), [("k", True), ("x", False)])
def test_two_paragraphs_of_a_class_of_their_own_are_one_title(second: str, joined: bool) -> None:
    title = f"<p class=k>关于修好村口石桥的</p><p class={second}>情况报告</p><p class=d>2012-03-02 县侨联</p>"
    page = PAGE.format(head="云溪同乡会", under="", below="").replace("<h2>修好了村口的桥</h2>", title)
    assert (read(page=page).title == "关于修好村口石桥的 情况报告") is joined


def test_a_poem_without_a_sentence_has_its_heading_for_a_title() -> None:
    lines = "<br>".join(f"下了山，鞋底还带着{number}斤露水" for number in "一二三四五六")
    head = "<h3>栏目</h3><h2>茶山夜校</h2>"
    html = f"<html><head><title>石松文苑</title></head><body>{head}<center>{lines}</center></body></html>"
    assert read(page=html).title == "茶山夜校"


def test_the_day_of_a_paper_over_its_articles_stands_beside_the_number_of_its_issue() -> None:
    over = "<table><tr><td>云溪县委主办 第1203期 2007年8月14日（星期二） 农历丁亥年七月初二 本期四版</td></tr></table>"
    page = PAGE.format(head="云溪报", under="<p>本报记者 柴金锁</p>", below="").replace("<body>", f"<body>{over}")
    assert read(page=page).published == "2007-08-14"


ROWS = (
    "时间：2023年6月12日上午9:00 地点：县委党校",
    "报名时间：2023年6月12日至20日",
    "主讲人：郑步云 教授",
    "会员 郑步云 2019年3月5日 入会",
    "2016年1月16日 支部召开年度总结会",
    "主持：林晓棠",
    "撰文比赛：一等奖 林晓棠",
    "发稿数量：12篇",
    "编号：20230612",
    "逝世时间：2020年3月5日",
    "整理材料：办公室",
    "写作组：林晓棠 郑步云",
    "作者简介：林晓棠，1956年生",
    "党员 郑步云",
    "学生 李小明 12岁",
    "校对组：林晓棠",
    "录取名单 2019年8月",
    "签发人：林晓棠",
    "任职时间：2019年3月5日",
    "代表作：《山路》",
    "讲述人：林晓棠",
)


@pytest.mark.parametrize("line", ROWS)
def test_below_a_dateline_as_all_others_are_such_a_line_is_the_text(line: str) -> None:
    found = read(f"<p>2024-01-02 来源：云溪日报</p><p>{line}</p>")
    assert found.text.startswith(line)
    assert (found.published, found.source, found.author) == ("2024-01-02", "云溪日报", None)


@pytest.mark.parametrize(
    "line", ["编号：20230612", "代表作：《山路》", "发稿数量：12篇", "党员 郑步云", "学生 李小明 12岁"]
)
def test_such_a_line_is_the_text_where_no_dateline_stands(line: str) -> None:
    found = read(f"<p>{line}</p>")
    assert (found.text.startswith(line), found.published, found.author) == (True, None, None)


FIELD = "<div><div>{}</div><div><div>{}</div></div></div>"
ROSTER = "<table><tr><td>会长</td><td>翟芳</td></tr><tr><td>理事</td><td>马建平</td></tr></table>"


@pytest.mark.parametrize("text", ["", ROSTER, "<p>桥修好了。</p>"])
@pytest.mark.parametrize(
    ("label", "value", "source", "author"),
    [
        ("資料來源:&nbsp;", "社會服務處", "社会服务处", None),
        ("作者：", "林婉容", None, "林婉容"),
        ("关键词：", "石桥", None, None),
    ],
)
def test_a_value_in_a_box_beside_that_of_its_label_is_no_text(
    label: str, value: str, source: str | None, author: str | None, text: str
) -> None:
    found = read(f"<p>2015/8/21</p>{FIELD.format(label, value)}{text}")
    assert (found.published, found.source, found.author) == ("2015-08-21", source, author)
    assert not found.text.startswith(value)
    # Words behind a colon are a paragraph of the text, and no label of these kinds.
    assert read(FIELD.format("桥名：", value)).text.startswith("桥名：\n")


@pytest.mark.parametrize(
    "lines",
    [
        # A table with more lines than pictures, with links; headings of a class under pictures; italics under none.
        "<table><tr><td><img src=1.jpg><tr><td>石匠说。<tr><td>他笑。<tr><td>雨停。</table>",
        "<table><tr><td><img src=1.jpg></td><td>桥的故事。<a href=/b>更多</a></td></tr></table>",
        "".join(f"<p><img src={n}.jpg></p><p class=bt>{line}</p><p>桥修了三年。</p>" for n, line in enumerate(TWO)),
        "<p><i>石匠在桥头。</i></p><p>桥修了三年。</p>",
    ],
)
def test_lines_beside_pictures_that_nothing_marks_are_text(lines: str) -> None:
    page = PAGE.format(head="云溪同乡会", under="<p>2023-05-06 来源：云溪日报</p>", below="")
    assert read(page=page.replace("<p>通车那天", f"{lines}<p>通车那天")).captions == ()


@pytest.mark.parametrize(
    ("over", "under", "below", "day", "author"),
    [
        # The name of who told it has a comma in its brackets; the day is written in words.
        ("", "口述：温绍庭（1926年生，工科）<br>整理：程漱<br>发于二〇二五年七月七日", "", "2025-07-07", "温绍庭 程漱"),
        ("", "", "入库：2005-05-26　浏览：88", "2005-05-26", None),
        ("", "来信时间：2021-09-07　答复时间：2021-09-10　浏览：88次", "", "2021-09-10", None),
        ("", "", "展播日期 2021-10-11", "2021-10-11", None),
        ("", "对话时间：2023年8月12日</p><p>见报时间：2023年8月19日（中国医师节）", "", "2023-08-19", None),
        ("", "2011/10/08 Sat. by 侨联小郑 | 分类：侨乡新貌 | 标签：图书车, 留守儿童", "", "2011-10-08", "侨联小郑"),
        ("2024/08/14·商会动态·约 3 分钟读完", "", "", "2024-08-14", None),
        # Names in Latin letters, behind English and German words; a teacher's day and a shop's are no names.
        ("", "Feb 11, 2020 4:40 PM (PST) | By Grace Ling", "", "2020-02-11T16:40+08:00", "Grace Ling"),
        ("", "Veröffentlicht am 21. Juni 2018 von Emma Weiss", "", "2018-06-21", "Emma Weiss"),
        ("", "Posted on 2022-08-22 by 林婉容 in 侨社 · 0 Comments", "", "2022-08-22", "林婉容"),
        ("", "2020-02-11 Powered By Word Press", "", "2020-02-11", None),
        ("", "Jun 30, 2024 采写 Daniel Okoye 林婉容 编审 周敏", "", "2024-06-30", "Daniel Okoye 林婉容"),
        # Who tells it and who writes it; what a person is behind the name, over the day or alone under the title.
        ("", "温绍庭 口述　林婉容 整理</p><p>2024-08-14", "", "2024-08-14", "温绍庭 林婉容"),
        ("", "温绍庭 总干事</p><p>18 Nov 2024 阅读时间 3 分钟", "", "2024-11-18", "温绍庭"),
        ("", "稿件时间：2018-09-20 录入时间：2018-09-21", "", "2018-09-20", None),
        ("2009-12</p><p>05", "", "", "2009-12-05", None),
        # Labels over the title, with others between.
        ("发布时间：2018年9月12日</p><p>记者：温绍庭</p><p>编辑：周敏</p><p>版次：6", "", "", "2018-09-12", "温绍庭"),
        (
            "发布于：二〇二四年八月十四日</p><p>来源：云溪日报</p><p>作者：陈晓</p><p>审核：温绍庭",
            "",
            "",
            "2024-08-14",
            "陈晓",
        ),
        ("", "", "</p></div><div>上载于 2015-11-04 00:05 (GMT+8)", "2015-11-04T00:05+08:00", None),
        ("Feb 6, 2023", "Updated: Feb 9, 2023", "", "2023-02-06", None),
        ("", "", "[录入：webmaster]　[时间：2010-9-20]　[浏览：175]", "2010-09-20", None),
    ],
)
def test_who_and_when_stand_over_under_and_below(
    over: str, under: str, below: str, day: str, author: str | None
) -> None:
    page = PAGE.format(head="云溪同乡会", under=f"<p>{under}</p>", below=f"<p>{below}</p>")
    found = read(page=page.replace("<h2>", f"<p>{over}</p><h2>"))
    assert (found.published, found.author) == (day, author)
    assert (found.text.startswith("村口的桥"), found.text.endswith("盼着这座桥。")) == (True, True)


@pytest.mark.parametrize(
    ("line", "source", "text"),
    [
        # The year of these stands in the address alone; a day in a diary is text.
        ("11月8日 | 云溪侨办 | 浏览量：", "云溪侨办", "村口"),
        ("云溪发布 07-08 12:30 +关注", "云溪发布", "村口"),
        ("11月8日 晴", None, "11月8日"),
        ("11月8日 石匠进村", None, "11月8日"),
        ("3月8日 14:30 在村部集合", None, "3月8日"),
        ("（转载自《云溪日报》）", "《云溪日报》", "村口"),
    ],
)
def test_a_day_without_its_year_stands_beside_the_minute_or_an_office(line: str, source: str | None, text: str) -> None:
    found = read(f"<p>{line}</p>")
    assert (found.source, found.text.startswith(text)) == (source, True)


def test_what_stands_under_a_title_goes_before_what_stands_over_it() -> None:
    over = "<p><a href=/a>修桥记</a></p><p>来源：青河日报</p>"
    page = PAGE.format(head="云溪同乡会", under="<p>2024-01-02 来源：云溪日报</p>", below="").replace(
        "<h2>", f"{over}<h2>"
    )
    assert read(page=page).source == "云溪日报"
    assert read(page=page.replace(" 来源：云溪日报", "")).source == "青河日报"


@pytest.mark.parametrize("line", ["陈女士", "作者：陈女士", "提交人：王先生"])
def test_somebody_whose_name_is_kept_back_is_no_author(line: str) -> None:
    assert read(f"<p>2024-01-02 来源：云溪日报</p><p>{line}</p>").author is None


def test_the_account_of_a_messenger_stands_beside_the_day_of_its_post() -> None:
    line = "<div class=rich_media_meta_list><span>同心青石</span> <em>2021年11月3日</em></div>"
    assert read(line).source == "同心青石"
    assert read(line.replace("rich_media_meta_list", "info")).source is None


def test_a_mark_stands_before_who_signs_the_last_line_alone() -> None:
    assert (read(below="<p>■ 何大伟</p>").author, read(below="<p>■ 何大伟</p><p>■ 周敏</p>").author) == ("何大伟", None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("来源\t青河日报\t作者\t周敏", "来源:青河日报 作者:周敏"),
        ("来源：\t青河日报\t作者:\t周敏", "来源:青河日报 作者:周敏"),
        ("来源\t作者\t青河日报\t周敏", "来源:青河日报 作者:周敏"),
        # A cell that is none of a pair would be lost.
        ("来源：\t青河日报\t作者：周敏", "来源：\t青河日报\t作者：周敏"),
        ("作者\t周敏\t来源：青河日报", "作者\t周敏\t来源：青河日报"),
        ("来源\t青河日报\t2023-03-08", "来源\t青河日报\t2023-03-08"),
        ("2023-03-08\t来源\t青河日报", "2023-03-08\t来源\t青河日报"),
        ("来源：\t青河日报\t记者：\t周敏\t何晓东", "来源：\t青河日报\t记者：\t周敏\t何晓东"),
        ("来源\t青河日报\t作者", "来源\t青河日报\t作者"),
        ("青河日报", "青河日报"),
    ],
)
def test_a_row_in_which_every_second_cell_is_a_label_has_their_colons_and_loses_no_cell(row: str, said: str) -> None:
    assert colons(row) == said


@pytest.mark.parametrize(
    ("row", "source", "author"),
    [
        ("来源：\t青河日报\t作者：周敏", "青河日报", "周敏"),
        ("作者\t周敏\t来源：青河日报", "青河日报", "周敏"),
        ("来源：\t青河日报\t记者：\t周敏\t何晓东", "青河日报", "周敏 何晓东"),
    ],
)
def test_a_row_with_a_cell_too_many_is_read_whole(row: str, source: str, author: str) -> None:
    assert (byline(row).source, byline(row).author) == (source, author)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("时间：6月18日12:30　来源：青河日报", True),
        ("来源：青河日报　时间：上午9时", True),
        ("日期：星期三　作者：周敏　来源：青河日报", True),
        ("时间：昨日下午　记者：周敏", True),
        ("时间：2023-03-08", True),
        # Of an event alone.
        ("时间：6月18日12:30", False),
        ("时间：上午9时", False),
        ("日期：星期三", False),
    ],
)
def test_a_line_with_the_time_of_an_event_is_a_dateline_where_another_label_makes_it_one(line: str, said: bool) -> None:
    assert is_dateline(line) is said
