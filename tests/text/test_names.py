"""Who wrote it, who edited it and where it is from, in every manner in which pages say it; nobody is invented."""

import re
import tomllib
from importlib import resources

import pytest
from pages import read

from archive.text import words
from archive.text.fields.labels import Byline, byline, is_dateline
from archive.text.fields.people import is_person, reporters

PAGE = (
    "<html><head><title>盟员医生下乡义诊</title></head><body><h1>盟员医生下乡义诊</h1>"
    "<div class=info>{info}</div><div class=text><p>{lead}3月5日，民盟市委组织盟员医生到大坪村开展义诊活动，为村民"
    "量血压、测血糖，发放药品和宣传手册。</p><p>活动当天，共有二百余名村民前来就诊，盟员医生一一解答，得到了大家的一致好评。{end}</p>{after}</div>"
    "<div><a href=/1>上一篇：全市侨务工作座谈会在我市召开</a></div></body></html>"
)
DATELINE = "2023-03-08　来源：青河日报"


def fields(info: str = DATELINE, lead: str = "", end: str = "", after: str = "") -> tuple[str | None, ...]:
    found = read(PAGE.format(info=info, lead=lead, end=end, after=after))
    assert found.title == "盟员医生下乡义诊"
    assert "3月5日，民盟市委组织盟员医生到大坪村开展义诊活动" in found.text
    assert "上一篇" not in found.text
    return found.source, found.author, found.editor, found.contributor


@pytest.mark.parametrize(
    ("info", "source", "author", "editor"),
    [
        ("2023-03-08　来源：青河日报　记者 周敏 通讯员 何晓东", "青河日报", "周敏 何晓东", None),
        ("2023-03-08　来源：青河日报　记者周敏", "青河日报", "周敏", None),
        ("2023-03-08　来源：青河日报　（见习记者 周敏）", "青河日报", "周敏", None),
        ("2023-03-08　来源：青河日报　文/图 周敏", "青河日报", "周敏", None),
        ("2023-03-08　報導：周敏", None, "周敏", None),
        # No surname begins the name.
        ("作者：岩罕 图/文　2023-03-08", None, "岩罕", None),
        ("2023-03-08　来源：青河日报首席记者 周敏", "青河日报", "周敏", None),
        # A label in a box; an office, and who wrote for it.
        ("【来源】青河日报　【作者】周敏　【时间】2023-03-08　【点击】130", "青河日报", "周敏", None),
        ("2023-03-08 10:30　青河县委办公室　周敏", "青河县委办公室", "周敏", None),
        # The names stand directly above the text, whatever stands over them.
        ("大</div><div>中</div><div>小</div><div>县侨联 周敏</div><div>2023-03-08", None, "周敏", None),
        ("2023-03-08 | 青河县工商业联合会", "青河县工商业联合会", None, None),
        ("2023-03-08　来源：青河日报 周敏 何晓东", "青河日报", "周敏 何晓东", None),
        ("来源：青河日报 周敏 何晓东　2023-03-08", "青河日报", "周敏 何晓东", None),
        ("来源：青河日报　作者：商会秘书长周敏　2023-03-08", "青河日报", "周敏", None),
        ("发布于 2023-03-08 | 来源 青河日报", "青河日报", None, None),
        ("2023-03-08 发布单位 青河县侨务办公室", "青河县侨务办公室", None, None),
        ("2023-03-08 发布单位 管理员", None, None, None),
        ("2023-03-08 青河县民族宗教局政策法规科", "青河县民族宗教局政策法规科", None, None),
        ("发表于 2023年03月08日 星期三 (09:05) 由 外侨办", "外侨办", None, None),
        ("发表于 2023年03月08日 星期三 (09:05) 由 admin", None, None, None),
        ("青河日报　2023-03-08　市发改委价格监测中心", "青河日报", None, None),
        ("發佈日期：2023-03-08　來源：青河日报", "青河日报", None, None),
        ("2023-03-08　来源丨青河发布　作者丨周敏", "青河发布", "周敏", None),
        ("2023-03-08　来源 | 青河发布　编辑 | 李思远", "青河发布", None, "李思远"),
        ("2023-03-08　来源︱青河日报　作者︱周敏", "青河日报", "周敏", None),
        ("2023-03-08　来源：&lt;a href=/x&gt;青河新闻网&lt;/a&gt;", "青河新闻网", None, None),
        ("2023-03-08　发布机构：市民宗局", "市民宗局", None, None),
        ("来源：　作者：　浏览：33　2023-03-08", None, None, None),
        ("来源：青河日报　作者：　责任编辑：　2023-03-08", "青河日报", None, None),
        ("来源：青河日报　编辑：李思远 <a href=#pl>参与互动</a>　2023-03-08", "青河日报", None, "李思远"),
        ("来源： <a href=#pl>参与互动</a>　2023-03-08", None, None, None),
        ("作者：首席记者 周敏　编审：王立新　责编：李思远　2023-03-08", None, "周敏", "李思远"),
        ("作者：管理员　2023-03-08", None, None, None),
        ("发表于 2023-3-8 09:20:33 | 只看该作者来自 - 贵州遵义 | 倒序浏览", None, None, None),
        ("今日青河 2023-03-08 20:15:08 阅读量 1.2万", "今日青河", None, None),
        ("<span>青河日报</span> <span>周敏</span> <span>2023-03-08 09:30</span>", "青河日报", "周敏", None),
        ("<table><tr><td>来源：</td><td>青河日报</td><td>作者：</td><td></td><td>日期：</td><td>2023-03-08</td></tr></table>",
         "青河日报", None, None),
        ("<ul><li>来源：</li><li>青河日报</li><li>作者：</li><li>周敏</li></ul>", "青河日报", "周敏", None),
        ("<table><tr><td>来源</td><td>作者</td></tr><tr><td>青河日报</td><td>周敏</td></tr></table>",
         "青河日报", "周敏", None),
        ("成文时间：2023-03-01　公布时间：2023-03-08", None, None, None),
        ("来源：青河网　作者：周敏/文 何晓东/图　2023-03-08", "青河网", "周敏", None),
        ("2023-03-08 10:11　青河日报记者 周敏", "青河日报", "周敏", None),
        (("<table><tr><td>日期</td><td>2023-03-08</td><td>来源</td><td>市侨联</td></tr><tr><td>作者</td><td>周敏</td>"
         "<td>浏览次数</td><td>33</td></tr></table>"), "市侨联", "周敏", None),
        ("<p>2023-03-08 10:11</p><p>青河報／ 記者<a href=/w>周敏</a>／台北即時報導</p>", "青河报", "周敏", None),
        ("<p>2023-03-08 10:11</p><p>周敏 何晓东 / 台南報導</p>", None, "周敏 何晓东", None),
        ("<p>2023-03-08 10:11</p><p>娱乐中心／周敏报导</p>", None, "周敏", None),
        ("<p>2023-03-08 10:11</p><p>記者 周敏、何晓东 / 連線報導</p>", None, "周敏 何晓东", None),
        ("<p>2023-03-08 10:11</p><p>国际中心／综合报导</p>", None, None, None),
        ("<p>撰文：周敏</p><p>出版：2023-03-08 10:11　更新：2023-03-09 10:11</p>", None, "周敏", None),
        ("<p>2023-03-08</p><p>本报实习生 周敏</p><p>本报记者 何晓东</p>", None, "周敏 何晓东", None),
        ("2023-03-08　作者：文静怡", None, "文静怡", None),
        ("稿件来源：县委党校　撰稿人：周敏　审稿人：何晓东　2023-03-08", "县委党校", "周敏", None),
        ("文图/周敏　来源/学生处　时间/2023-03-08", "学生处", "周敏", None),
        ("2023-03-08 最后更新：2023-03-09　撰文：周敏", None, "周敏", None),
        ("<p>2023-03-08</p><p>周敏 何晓东 文/图</p>", None, "周敏 何晓东", None),
        ("<p>2023-03-08</p><p>■ 记者 周敏 文/摄</p>", None, "周敏", None),
        ("2023-03-08　作者：傅雷鸣", None, "傅雷鸣", None),
        ("■本报记者 周敏 通讯员 何晓东　2023-03-08", None, "周敏 何晓东", None),
        ("<p>□ 周敏</p><p>2023-03-08</p>", None, "周敏", None),
        ("来源：青河日报（微信公众号）　2023-03-08", "青河日报(微信公众号)", None, None),
        ("2023-03-08 | 市民宗局 | 记者 周敏", "市民宗局", "周敏", None),
        ("青河发布 | 时间：2023-03-08 | 作者：周敏", "青河发布", "周敏", None),
        ("周敏 / 2023-03-08 / 民建青河市委会", "民建青河市委会", "周敏", None),
        ("<dl><dt>訊息來源：</dt><dd>青河日报</dd><dt>發佈日期：</dt><dd>2023-03-08</dd></dl>", "青河日报", None, None),
        ("<dl><dd>作者：周敏</dd><dd>创建于 2023-03-08 星期三, 10:11</dd></dl>", None, "周敏", None),
        ("作者：本站编辑　2023-03-08", None, None, None),
        ("2023-03-08　作者：周敏（市侨联）　责编：李思远", None, "周敏", "李思远"),
        ("2023-03-08　文．周敏　圖．何晓东", None, "周敏", None),
        ("2023-03-08　作者：市侨联 周敏", None, "周敏", None),
        ("2023-03-08 青河市工商联宣教处", "青河市工商联宣教处", None, None),
        ("采访撰文／周敏　2023-03-08", None, "周敏", None),
        ("公告单位：民政课　张贴日期：112-03-08", "民政课", None, None),
        # Names padded behind each other; what did who took the pictures; a word of the language for a name.
        ("2023-03-08 信息来源:青河晚报 于慧生 曹 迪 孔 艺", "青河晚报", "于慧生 曹迪 孔艺", None),
        ("2023-03-08　文：何 晓 东　陈 默", None, "何晓东 陈默", None),
        ("2023-03-08 来源:市摄协 作者:许景（摄影）", "市摄协", None, None),
        ("2023-03-08 来源：青河日报 记者 卓然/文 记者 柳青/摄 阅读 1645", "青河日报", "卓然", None),
        ("三月八日 · 周敏 报道", None, "周敏", None),
        ("2023-03-08　来源：普陀寺文宣部　采访：贤清、了然", "普陀寺文宣部", "贤清、了然", None),
        ("2023-03-08　图文：青河宗亲会影像组　共3张", None, "青河宗亲会影像组", None),
        ("2023-03-08　本版责任编辑：左岸　美术编辑：黎黎　校对：老方", None, None, "左岸"),
        ("2023-03-08　文　字：周敏　何晓东", None, "周敏 何晓东", None),
        ("<p>周敏（市侨联副主席、教师）</p><p>2023-03-08</p>", None, "周敏", None),
        ("<p>市侨联　周敏　何晓东</p><p>2023-03-08</p>", None, "周敏 何晓东", None),
        ("青河日报/周敏、何晓东　2023-03-08 09:20", "青河日报", "周敏 何晓东", None),
        ("作者：（法）让-皮埃尔·杜邦　译者：周敏　2023-03-08", None, "让-皮埃尔·杜邦", None),
        ("文/山里人　2023-03-08", None, "山里人", None),
        ("<p>来源</p><p>青河日报</p></div><div class=info><p>作者</p><p>周敏</p></div><div class=info>2023-03-08",
         "青河日报", "周敏", None),
        ("2023-03-08 10:30　青河日报社记者 周敏 何晓东", "青河日报社", "周敏 何晓东", None),
        # Words that stand where names do.
        ("2023-03-08　记者手记", None, None, None),
        ("2023-03-08　编辑推荐", None, None, None),
        ("2023-03-08　文章资讯", None, None, None),
        ("<table><tr><td>姓名</td><td>周敏</td></tr><tr><td>籍贯</td><td>彰化</td></tr></table>", None, None, None),
    ],
)  # fmt: skip
def test_a_dateline_names_its_people(info: str, source: str | None, author: str | None, editor: str | None) -> None:
    assert fields(info)[:3] == (source, author, editor)


@pytest.mark.parametrize(
    ("lead", "author"),
    [
        ("青河日报讯（记者 周敏 通讯员何晓东）", "周敏 何晓东"),
        ("本报讯 （见习记者 周敏）", "周敏"),
        ("青河讯（沈月 任海波）", "沈月 任海波"),
        ("新华社北京3月6日电（记者周敏、实习生何晓东）", "周敏 何晓东"),
        ("〔记者周敏／青河报道〕", "周敏"),
        ("（中央社记者何晓东台北8日电）", "何晓东"),
        ("【青河报讯】记者何晓东报道：", "何晓东"),
        ("本报讯（记者 文静）", "文静"),
        ("青河日报讯 （记者/周敏 通讯员/加央西热）", "周敏 加央西热"),
        ("青河融媒讯（记者 周敏 摄影 何晓东）", "周敏"),
        ("青河日报首席记者 周敏报道：", "周敏"),
        ("青河新闻客户端记者 周敏 巫溪报道　", "周敏"),
        ("记者何晓东报道 ", "何晓东"),
        ("据青河电视台消息（记者 格桑边觉）", "格桑边觉"),
        ("大公报记者何晓东香港报道：", "何晓东"),
        ("【记者何晓东台北报道】", "何晓东"),
        ("［记者周敏、何晓东报道］", "周敏 何晓东"),
        ("【本报讯】（记者 周敏）", "周敏"),
        ("记者在现场看到，", None),
        ("（记者获悉）", None),
        ("本报讯（全媒体报道组）", None),
    ],
)
def test_an_article_begins_with_its_reporter(lead: str, author: str | None) -> None:
    assert fields(lead=lead)[1] == author


@pytest.mark.parametrize(
    ("end", "author"),
    [
        ("（记者 周敏）", "周敏"),
        ("（记者 周敏 整合）", "周敏"),
        ("</p><p>（通讯员 周敏 摄影报道）", "周敏"),
        ("（信报记者 周敏）", "周敏"),
        ("（评论员 周敏 何晓东）", "周敏 何晓东"),
        ("（周敏 何晓东/文）", "周敏 何晓东"),
        ("（文/周敏 图/何晓东）", "周敏"),
        ("（通讯员 岩温扁 玉罕娇）", "岩温扁 玉罕娇"),
        ("（记者 扎西旺堆 次仁卓玛）", "扎西旺堆 次仁卓玛"),
        ("（周敏 何晓东 摄）", None),
        ("（何晓东）", "何晓东"),
        ("（周三）", None),
        ("（高一）", None),
        ("（高二）", None),
        ("（试行）", None),
        ("（全体）", None),
        ("（高质量）", None),
    ],
)
def test_brackets_at_the_end_name_who_wrote_it(end: str, author: str | None) -> None:
    assert fields(end=end)[1] == author


@pytest.mark.parametrize("behind", ["", "1120308"])
def test_brackets_at_the_end_may_name_the_editor(behind: str) -> None:
    assert fields(end=f"（责任编辑：李思远）{behind}")[1:3] == (None, "李思远")


@pytest.mark.parametrize(
    ("line", "author", "editor", "contributor"),
    [
        ("（编辑 李思远）", None, "李思远", None),
        ("编辑 李思远 校对 王立新", None, "李思远", None),
        ("编审丨王立新 责编丨李思远", None, "李思远", None),
        ("新媒体编辑：李思远", None, "李思远", None),
        ("责任编辑：李 思 远", None, "李思远", None),
        ("图文：周敏", "周敏", None, None),
        ("采写：青河日报见习记者 周敏", "周敏", None, None),
        ("青河晚报/青河新闻记者 周敏 通讯员 何晓东", "周敏 何晓东", None, None),
        ("撰文：周敏</p><p>摄影：王立新</p><p>通讯员：何晓东", "周敏 何晓东", None, None),
        ("■该作者文章", None, None, None),
        ("值班编委 王立新　编辑 李思远　校对 何晓东", None, "李思远", None),
        ("（撰稿/周敏 编辑/李思远 审核/王立新）", "周敏", "李思远", None),
        ("青河报·青河网记者 周敏 来源：青河网", "周敏", None, None),
        ("供稿单位：市侨联 审核：王立新", None, None, "市侨联"),
        ("供稿单位：统战部　撰稿：周敏　摄影：王立新　编辑：李思远　审核：何晓东", "周敏", "李思远", "统战部"),
        ("（统战部供稿　供稿人：周敏）", None, None, "统战部"),
        ("（市侨联 供稿）", None, None, "市侨联"),
        ("摄影：王立新", None, None, None),
        ("（图文由王立新所在支部提供）", None, None, "王立新所在支部"),
        ("供稿：周　敏", None, None, "周敏"),
        ("[编辑：小文] 【打印此页】【关闭窗口】", None, "小文", None),
        ("责任编辑：了然", None, "了然", None),
        ("文字丨周敏　薄晓静", "周敏 薄晓静", None, None),
        ("文 | 周敏　图 | 王立新", "周敏", None, None),
        ("策划：王立新　文案：周敏　设计：何晓东", "周敏", None, None),
        ("一审一校：王立新　二审二校：李思远", None, None, None),
        ("文丨周敏 图丨王立新 编辑丨李思远", "周敏", "李思远", None),
        ("（县侨联，周敏）", "周敏", None, "县侨联"),
        ("文/周敏　图/王立新　编/李思远", "周敏", "李思远", None),
        ("（图/王立新　文/周敏）", "周敏", None, None),
    ],
)
def test_a_signature_is_read_and_leaves_the_text(
    line: str, author: str | None, editor: str | None, contributor: str | None
) -> None:
    assert fields(after=f"<p>{line}</p>")[1:] == (author, editor, contributor)
    assert not re.search("周敏|李思远|王立新", read(PAGE.format(info="", lead="", end="", after=f"<p>{line}</p>")).text)


@pytest.mark.parametrize("word", ["方案", "任课", "和平", "高一", "周日", "安排", "华侨", "雷雨", "成文", "安康"])
def test_a_word_between_title_and_text_is_nobody(word: str) -> None:
    page = PAGE.replace("<div class=text>", f"<div class=text><p>{word}</p>")
    assert read(page.format(info=DATELINE, lead="", end="", after="")).author is None


@pytest.mark.parametrize("name", ["鲁星", "陈晓明", "欧阳修文", "买买提·艾力", "王乐文", "马培贵", "焦子宇", "何静怡"])
def test_a_name_is_a_person(name: str) -> None:
    assert is_person(name)


SPEECH = (
    "<p>记者：最难的一步是什么？</p><p>赵明远：最难的是让大家相信事情能办成，我们挨家挨户去谈，谈了整整三个月。</p>"
    "<p>记者：下一步有什么打算？</p><p>赵明远：把合作社的账目公开，让每一户都看得见，年底分红的时候大家心里都有数。</p>"
    "<p>编辑：一本看得见的台账</p><p>台账挂在村委会的墙上，谁家出了多少工、领了多少钱，一笔一笔都写得清清楚楚。</p>"
)


def test_speech_with_labels_stays_in_the_text() -> None:
    found = read(PAGE.format(info=DATELINE, lead="", end="", after=SPEECH))
    assert (found.author, found.editor) == (None, None)
    for line in ("记者：最难的一步是什么？", "记者：下一步有什么打算？", "编辑：一本看得见的台账"):
        assert line in found.text.split("\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("来源：青河日报 2023-03-08", True),
        ("记者：最难的一步是什么？", False),
        ("编辑：架起一座连心桥", False),
        ("作者：周敏", True),
        ("各县（市、区）人民政府，市直各部门：", False),
    ],
)
def test_a_dateline_is_told_from_speech(line: str, said: bool) -> None:
    assert is_dateline(line) is said


@pytest.mark.parametrize("file", [file for file in words.FILES if file != "dates.toml"])
def test_patterns_take_their_examples(file: str) -> None:
    raw = tomllib.loads(resources.files("archive.text").joinpath(file).read_text("utf-8"))
    entries = [entry for value in raw.values() for entry in (value if isinstance(value, list) else [value])]
    for entry in entries:
        if "pattern" in entry:
            pattern = re.compile(entry["pattern"])
            assert (found := pattern.search(entry["takes"])), entry
            assert found[0], entry
            assert not ((left := pattern.fullmatch(entry["leaves"])) and left[0]), entry


@pytest.mark.parametrize(
    ("lead", "author"),
    [
        ("（本报记者 李红 摄）", None),
        ("作者：佚名 - 小 + 大", None),
        ("通讯员 李红 摄影", None),
        ("记者李红摄", None),
        ("本报记者 李红/摄", None),
        ("（记者 李红 摄影报道）", "李红"),
    ],
)
def test_who_took_the_picture_at_the_head_has_not_written(lead: str, author: str | None) -> None:
    assert fields(lead=f"</p><p><img src=1.jpg></p><p>{lead}</p><p>")[1] == author


def test_where_one_is_from_is_no_part_of_the_name() -> None:
    assert fields("2023-03-08　作者：（泰国）周敏")[1] == "周敏"


def test_the_paper_of_those_who_signed_is_the_source() -> None:
    signed = "（青河日报·青河新闻网记者 周敏/文 何晓东/图）"
    assert fields("2023-03-08 07:30", after=f"<p>{signed}</p>")[:2] == ("青河日报·青河新闻网", "周敏")


@pytest.mark.parametrize("name", ["会员部", "文史委"])
def test_an_office_beside_the_day_is_the_source(name: str) -> None:
    assert fields(f"2023-03-08 {name} 312")[0] == name
    assert fields("2023-03-08 统战动态 312")[0] is None


def test_who_sent_a_blogs_post_is_its_author() -> None:
    sent = "<div>張貼者： <span>小巷</span> 於 上午10:24</div>"
    assert fields(after=sent)[1] == "小巷"


def test_an_office_and_a_name_under_the_title_name_the_author() -> None:
    assert fields(info="", lead="</p><p>市侨联 何晓云</p><p>")[1] == "何晓云"


def test_joomla_writes_month_and_name_in_words() -> None:
    html = PAGE.format(info="作者是 Administrator</div><div>週三, 08 三月 2023 10:11", lead="", end="", after="")
    document = read(html)
    assert (document.published, document.author, document.source) == ("2023-03-08T10:11+08:00", None, None)
    assert document.text.startswith("3月5日")


@pytest.mark.parametrize(
    ("info", "source", "author"),
    [
        ("2023/3/8 10:15:33 | 市光彩会 | 布和", "市光彩会", "布和"),
        ("2023-03-08 10:15 青河全媒体 周敏", "青河全媒体", "周敏"),
        ("原创 周敏 青河同心 2023-03-08 18:03", "青河同心", "周敏"),
        ("《青河研究》2023年第2期 2023-03-08", "青河研究", None),
        ("今日青河 2023-03-08 20:15:08 阅读量 1.2万", "今日青河", None),
        # Columns are no sources.
        ("2023-03-08 10:15 工作动态 周敏", None, "周敏"),
        ("2023-03-08 青河同心 312", None, None),
    ],
)
def test_a_dateline_without_labels_names_source_and_author(info: str, source: str | None, author: str | None) -> None:
    assert fields(info)[:2] == (source, author)


def test_the_site_by_its_name_in_the_head_is_a_source_beside_labels_of_people() -> None:
    html = PAGE.format(info="2023-03-08 09:00 青河同心 文字：周敏 编辑：何晓东", lead="", end="", after="")
    assert read(html).source is None
    assert read(html.replace("</title>", "｜青河同心</title>")).source == "青河同心"


@pytest.mark.parametrize(
    "where",
    [{"after": "<p>（责任编辑：admin）</p>"}, {"after": "<p>作者：管理员</p>"}, {"lead": "作者：管理员</p><p>"}],
)
def test_a_label_with_nobody_behind_it_is_no_text(where: dict[str, str]) -> None:
    document = read(PAGE.format(**{"info": "", "lead": "", "end": "", "after": "", **where}))
    assert (document.text[:4], document.text[-6:], document.author, document.editor) == (
        "3月5日",
        "的一致好评。",
        None,
        None,
    )


# Names that no surname begins, of two to five characters.
MINORITIES = "岩罕 卓玛 热依汗 其其格 木拉提 古丽娜尔 格桑边觉 扎西顿珠 斯琴高娃 阿依努尔汗 乌云其木格 布仁巴雅尔"


@pytest.mark.parametrize("name", MINORITIES.split())
def test_a_name_that_no_surname_begins_is_one_where_its_place_says_so(name: str) -> None:
    day = "2023-03-08"
    for where in (
        {"info": f"{day}</div><div>记者 {name}"},
        {"info": f"{day}　来源：青河日报　记者 {name}"},
        {"info": f"{day}　作者：{name}"},
        {"info": f"{day}</div><div>文/{name}"},
        {"info": day, "end": f"（记者 {name}）"},
        {"info": day, "after": f"<p>（通讯员 {name}）</p>"},
    ):
        assert fields(**where)[1] == name, where
    assert fields(after=f"<p>责任编辑：{name}</p>")[2] == name


GIVEN = ["阿旺扎西 张伟", "扎西 尼玛 周敏", "热依汗古丽 蓝翎 雷小满", "多吉次仁 巴桑卓玛", "娜仁格日勒 李红"]


@pytest.mark.parametrize("names", GIVEN)
def test_a_name_of_a_minority_stands_before_another_name(names: str) -> None:
    assert fields(info=f"2023-03-08　作者：{names}")[1] == names
    assert fields(info="2023-03-08", end=f"（记者 {names}）")[1] == names
    assert fields(after=f"<p>责任编辑：{names}</p>")[2] == names
    # A place is no name.
    assert fields(info=f"2023-03-08　作者：新加坡 {names}")[1] == names


@pytest.mark.parametrize(
    "note",
    [
        "周敏系长宁师范学院教授、民盟长宁市委会委员",
        "周敏，系县医院医生",
        "周敏 现任县侨联主席",
        "周敏为民盟盟员",
        "周敏来自青河县",
    ],
)
def test_a_note_on_the_author_that_names_him_first_tells_the_author(note: str) -> None:
    for line in (f"（作者{note}）", f"作者{note}", f"本文作者{note}"):
        assert fields(after=f"<p>{line}</p>")[1] == "周敏", line
    # What he is has no name, and a sentence about authors has none.
    assert fields(after="<p>（作者系县医院医生）</p>")[1] is None
    assert fields(after="<p>作者们为大家介绍了作品。</p>")[1] is None


def test_an_author_may_be_a_link_beside_the_day() -> None:
    for by in ("by ", "By ", "作者："):
        assert fields(info=f"<span>2023-03-08</span> {by}<a href='/author/1'>Grace Huang</a>")[1] == "Grace Huang", by


@pytest.mark.parametrize("taken", ["转载自", "选自", "摘自", "转自"])
def test_what_a_paper_was_taken_from_needs_no_colon(taken: str) -> None:
    assert fields(info=f"{taken}《团结周报》 2023-03-08")[0] == "《团结周报》"
    assert fields(info=f"2023-03-08 | {taken}《团结周报》 | 人气：77")[0] == "《团结周报》"
    assert fields(info="2023-03-08", after=f"<p>{taken}《团结周报》</p>")[0] == "《团结周报》"
    assert fields(info="2023-03-08", after=f"<p>{taken}《团结周报》的故事</p>")[0] is None


@pytest.mark.parametrize("role", ["作者", "记者", "通讯员", "撰稿"])
def test_a_label_behind_an_empty_one_is_no_name(role: str) -> None:
    labels = "责任编辑 责任校对 网络编辑 文章作者 投稿单位 浏览次数 阅读次数 发布时间 信息来源 图片来源 供稿单位"
    for label in labels.split():
        for line in (f"{role}：　{label}：", f"{role}： {label}：12", f"{role} {label}："):
            assert reporters(line) is None, line
    assert reporters(f"{role}：　周敏：") == "周敏"


NOBODY = ("", "null", "undefined", "未知", "佚名", "管理员", "系统管理员", "本站编辑", "暂无", "匿名", "admin", "--")
LABELS = ("作者：{0}", "来源：{0}", "责任编辑：{0}", "来源：{0} 作者：{0}", "作者：{0}　责任编辑：{0}", "（编辑：{0}）")
BESIDE = (
    ("作者：周敏　编辑：{0}", (None, "周敏")),
    ("编辑：{0}　作者：周敏", (None, "周敏")),
    ("来源：青河日报　作者：{0}", ("青河日报", None)),
    ("作者：{0}　来源：青河日报", ("青河日报", None)),
    ("（作者：周敏　责任编辑：{0}）", (None, "周敏")),
)
STANDS = (
    "<h1>{0}</h1><p>{1}</p><div>{2}</div>",
    "<h1>{0}</h1><p>2023-03-08</p><p>{1}</p><div>{2}</div>",
    "<h1>{0}</h1><div><p>{1}</p>{2}</div>",
    "<h1>{0}</h1><p>2023-03-08</p><div><p>{1}</p>{2}</div>",
    "<h1>{0}</h1><div><p>2023-03-08</p><p>{1}</p>{2}</div>",
    "<h1>{0}</h1><div>{2}<p>{1}</p></div>",
    "<h1>{0}</h1><div>{2}</div><p>{1}</p>",
)


@pytest.mark.parametrize("place", STANDS)
@pytest.mark.parametrize(("label", "said"), [*((label, (None, None)) for label in LABELS), *BESIDE])
def test_labels_with_nobody_leave_the_text_and_those_beside_them_are_read_wherever_they_stand(
    label: str, said: tuple[str | None, str | None], place: str
) -> None:
    lines = [f"3月{day}日，民盟市委组织盟员医生到大坪村开展义诊活动，为村民量血压、测血糖。" for day in range(4, 24)]
    # A text that is longer than a head may be, and one that is not.
    for text in (lines[:3], lines):
        for nobody in NOBODY:
            body = place.format("盟员医生下乡义诊", label.format(nobody), "".join(f"<p>{line}</p>" for line in text))
            found = read(f"<html><head><title>盟员医生下乡义诊</title></head><body>{body}</body></html>")
            assert found.text.split("\n") == text, nobody
            assert (found.source, found.author, found.editor, found.contributor) == (*said, None, None), nobody


@pytest.mark.parametrize(
    ("info", "day", "author"),
    [
        ("由 老周 在 周三, 03/08/2023 - 10:11 发表", "2023-03-08T10:11+08:00", "老周"),
        ("由 老周 提交于 8 三月, 2023 - 10:11", "2023-03-08T10:11+08:00", "老周"),
        ("发表于 2023 年 3 月 8 日 由 老周", "2023-03-08", "老周"),
        ("发表于 2023-3-8 10:11:12 | 只看该作者 | 倒序浏览", "2023-03-08T10:11:12+08:00", None),
    ],
)
def test_drupal_wordpress_and_discuz_name_who_sent(info: str, day: str, author: str | None) -> None:
    document = read(PAGE.format(info=info, lead="", end="", after=""))
    assert (document.published, document.author, document.source) == (day, author, None)
    assert document.text.startswith("3月5日")


def test_a_day_alone_right_below_the_text_dates_it() -> None:
    foot = "</div><div><div>3 月 8, 2023</div><p><a href=/c>会务</a></p>"
    assert read(PAGE.format(info="", lead="", end="", after=foot)).published == "2023-03-08"
    row = "</div><div><p><a href=/2>盟员书画作品展览开幕</a></p><div>3 月 8, 2023</div>"
    assert read(PAGE.format(info="", lead="", end="", after=row)).published is None


@pytest.mark.parametrize(
    "label",
    [
        "采访整理",
        "文字",
        "张贴者",
        "值班主任",
        "值班编委",
        "网编",
        "主编",
        "美编",
        "统筹",
        "三审",
        "责编",
        "摄像师",
        "校对员",
        "作 者",
    ],
)
def test_a_label_that_may_go_without_its_colon_makes_a_dateline(label: str) -> None:
    assert is_dateline(f"{label} 陈晓明")
    assert not is_dateline(f"{label}会议在县城召开")


@pytest.mark.parametrize(
    ("info", "source", "author", "day"),
    [
        ("上传日期 2023-03-08 ┊ 青河电视台 ┊ 播放 1,003 次", "青河电视台", None, "2023-03-08"),
        ("2023-03-08 供稿：教务科 盛夏", None, "盛夏", "2023-03-08"),
        ("Posted on Wednesday, March 8, 2023 by 老周", None, "老周", "2023-03-08"),
        ("2023-03-08 11:02 由 老周 发出", None, "老周", "2023-03-08T11:02+08:00"),
    ],
)
def test_datelines_of_players_offices_and_blogs_are_read(
    info: str, source: str | None, author: str | None, day: str
) -> None:
    document = read(PAGE.format(info=info, lead="", end="", after=""))
    assert (document.source, document.author, document.published) == (source, author, day)
    assert document.text.startswith("3月5日")


def test_an_office_in_an_item_before_a_counter_is_the_source() -> None:
    items = "<ul><li>2023.3.8</li><li>农学院办公室</li><li>浏览 1.2k</li></ul>"
    assert fields(items)[0] == "农学院办公室"


@pytest.mark.parametrize(
    ("statements", "fields", "evidence"),
    [
        # Those who wrote may sign in lines of their own.
        (
            [("signature", "撰文：周敏"), ("signature", "通讯员：何晓东")],
            ("author", "周敏 何晓东"),
            "signature: 撰文：周敏 | 通讯员：何晓东",
        ),
        ([("dateline", "作者：周敏"), ("dateline", "作者：周敏 何晓东")], ("author", "周敏 何晓东"), None),
        ([("dateline", "作者：周敏"), ("signature", "作者：何晓东")], ("author", "周敏"), "dateline: 作者：周敏"),
        # Who answers for the text goes before those who edited it.
        (
            [("dateline", "编辑：周敏"), ("signature", "责任编辑：何晓东"), ("signature", "责编：李红")],
            ("editor", "何晓东"),
            "signature: 责任编辑：何晓东",
        ),
        ([("dateline", "责编：周敏"), ("signature", "编辑：何晓东")], ("editor", "周敏"), "dateline: 责编：周敏"),
        # An office that publishes gives way to one that is called the source, and to no other.
        (
            [("dateline", "发布单位：县政府办"), ("signature", "来源：新华社"), ("signature", "来源：县报")],
            ("source", "新华社"),
            "signature: 来源：新华社",
        ),
        (
            [("dateline", "发布单位：县政府办"), ("dateline", "发布单位：县侨联")],
            ("source", "县政府办"),
            "dateline: 发布单位：县政府办",
        ),
        ([("dateline", "来源：县报"), ("signature", "来源：新华社")], ("source", "县报"), "dateline: 来源：县报"),
    ],
)
def test_of_several_statements_of_a_field_the_better_one_counts(
    statements: list[tuple[str, str]], fields: tuple[str, str], evidence: str | None
) -> None:
    said = Byline()
    for rule, line in statements:
        said.take(byline(line), rule, line)
    assert getattr(said, fields[0]) == fields[1]
    assert evidence in (None, said.evidence[fields[0]])


SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳"
    "翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳"
    "穆农卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明"
    "佘池查麻苑迟邝丘粟释满"
)


@pytest.mark.parametrize("surname", SURNAMES)
def test_a_name_begins_with_any_of_the_common_surnames(surname: str) -> None:
    assert is_person(f"{surname}文华")


# The second name of the last ones is a word, too.
@pytest.mark.parametrize("names", ["方敏孔艺", "陈静刘洋", "李娜安静", "方敏安康", "张三李四"])
def test_two_names_of_two_characters_may_stand_together(names: str) -> None:
    for where in (
        {"info": f"2023-03-08　来源：青河日报　{names}"},
        {"info": f"2023-03-08　来源：青河日报　记者{names}"},
        {"info": f"来源：青河日报　作者：{names}　2023-03-08"},
        {"lead": f"青河日报讯（记者{names}）"},
        {"end": f"（青河日报记者{names}）"},
    ):
        assert fields(**where)[:2] == ("青河日报", names)
