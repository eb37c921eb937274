"""The readers of single lines, one table each: what they read, beside lines that look alike and say something else."""

from __future__ import annotations

import pytest

from archive.text import fields
from archive.text.fields import labels, people
from archive.text.fields.columns import columns, is_crumb
from archive.text.fields.head import Head, bare_lines, is_site_name


@pytest.mark.parametrize(
    ("name", "plain", "labelled"),
    [
        ("陈 晓 明", True, True),
        ("欧阳修", True, True),
        # A word of the language, believed behind a label alone.
        ("安康", False, True),
        ("周日", False, False),
        # Offices and places that begin like a surname.
        ("文旅局", False, False),
        ("金融办", False, False),
        ("司法所", False, False),
        ("方志馆", False, False),
        ("高坪区", False, False),
        ("安居镇", False, False),
        ("石桥乡", False, False),
        ("和平区", False, False),
        ("党校", False, False),
        ("陈晓明明", False, False),
        ("谢谢您", False, False),
        ("谢谢大家", False, False),
        ("谢小军", True, True),
        ("陈A明", False, False),
    ],
)
def test_a_person_is_told_from_a_word_and_an_office(name: str, plain: bool, labelled: bool) -> None:
    assert (fields.is_person(name), fields.is_person(name, labelled=True)) == (plain, labelled)


@pytest.mark.parametrize(
    ("words", "names", "behind"),
    [
        ("陈 晓 明", ["陈晓明"], ""),
        ("方 敏", ["方敏"], ""),
        ("陈 晓 明 报道", ["陈晓明"], ""),
        ("陈晓明、王立新 摄影 李红", ["陈晓明", "王立新"], "摄影 李红"),
        ("陈晓明/文 王立新/图", ["陈晓明"], "王立新/图"),
        ("陈晓明 王立新 综合报道", ["陈晓明", "王立新"], ""),
        ("欧阳修文", ["欧阳修"], ""),
        ("文/陈晓明 图/王立新", ["陈晓明"], "图/王立新"),
        ("陈晓明于", [], "陈晓明于"),
    ],
)
def test_names_end_where_other_words_begin(words: str, names: list[str], behind: str) -> None:
    assert people.people(words, "label") == (names, behind)


@pytest.mark.parametrize(
    ("line", "source", "author", "editor", "contributor"),
    [
        # What stands behind a source without a space.
        ("来源：云溪日报2020年3月5日", "云溪日报", None, None, None),
        ("来源：云溪日报10:20", "云溪日报", None, None, None),
        ("来源：云溪日报打印本页", "云溪日报", None, None, None),
        ("来源：[云溪日报] 阅读", "云溪日报", None, None, None),
        ("来源：12345", None, None, None, None),
        # The office that publishes gives way, whichever stands first.
        ("发布机构：县民宗局 来源：云溪日报", "云溪日报", None, None, None),
        ("来源：云溪日报 发布机构：县民宗局", "云溪日报", None, None, None),
        # Of two editors the one in charge.
        ("编辑：林深 责编：周敏", None, None, "周敏", None),
        ("责编：周敏 编辑：林深", None, None, "周敏", None),
        ("实习生：周敏", None, "周敏", None, None),
        ("作者：陈 晓 明", None, "陈晓明", None, None),
        ("作者：佚名", None, None, None, None),
        ("作者：陈晓明 浏览 219", None, "陈晓明", None, None),
        ("采写：青河日报 记者：周敏", None, "周敏", None, None),
        ("审核：周敏", None, None, None, None),
        ("供稿：办公室 供稿人：周敏", None, None, None, "办公室"),
        ("供稿人：周敏", None, None, None, "周敏"),
        ("（编辑：周敏）1120612", None, None, "周敏", None),
        ("老周 发表于 2007-05-12 22:41", None, "老周", None, None),
    ],
)
def test_labels_of_a_line_name_its_fields(
    line: str, source: str | None, author: str | None, editor: str | None, contributor: str | None
) -> None:
    found = fields.byline(line)
    assert (found.source, found.author, found.editor, found.contributor) == (source, author, editor, contributor)


@pytest.mark.parametrize(
    ("first", "second", "author"),
    [
        ("（记者 张运永）", "（通讯员 何晓东）", "张运永 何晓东"),
        ("撰文：张运永", "通讯员：何晓东", "张运永 何晓东"),
        ("（记者 张运永）", "（记者 张运永）", "张运永"),
    ],
)
@pytest.mark.parametrize("rule", ["dateline", "signature"])
def test_two_lines_of_one_rule_name_two_people(first: str, second: str, author: str, rule: str) -> None:
    found = labels.Byline()
    for line in (first, second):
        found.take(fields.signature(line) or labels.Byline(), rule, line)
    assert found.author == author


def test_the_first_rule_that_names_an_author_stands_and_a_better_editor_and_source_do_not_wait() -> None:
    found = labels.Byline()
    for rule, line in (
        ("dateline", "发布机构：县民宗局 编辑：林深 作者：张运永"),
        ("lead", "作者：何晓东"),
        ("signature", "来源：云溪日报 责任编辑：周敏"),
        ("last", "来源：县报 责任编辑：李思远"),
    ):
        found.take(fields.byline(line), rule, line)
    assert (found.source, found.author, found.editor) == ("云溪日报", "张运永", "周敏")
    assert found.evidence["source"] == "signature: 来源：云溪日报 责任编辑：周敏"


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("编辑：林深", True),
        ("作者：县委书记 赵明远", True),
        ("记者：县委统战部", True),
        ("编辑：一本看得见的台账", False),
        ("编辑：在路上", False),
        ("记者：最难的是什么", False),
        ("时间：2020年6月18日12:30", True),
        ("时间：6月18日12:30", False),
        ("二、办公时间：上午8:30", False),
        ("地点：云溪", False),
        ("各县：", False),
        ("来源：日报。", False),
        ("一，二，三，来源：日报", False),
        ("编辑：周敏；校对：何晓东；审核：林深", True),
        ("县委统战部关于做好会议筹备工作的通知来源：日报", False),
    ],
)
def test_a_line_of_labels_is_told_from_a_line_of_the_text(line: str, is_one: bool) -> None:
    assert fields.is_dateline(line) is is_one


@pytest.mark.parametrize(
    ("line", "source", "author", "editor", "contributor"),
    [
        ("（办公室）", None, None, None, "办公室"),
        ("（县委办 周敏）", None, "周敏", None, "县委办"),
        ("（县委办 周敏 何晓东）", None, "周敏 何晓东", None, "县委办"),
        ("（来源：云溪日报）", "云溪日报", None, None, None),
        ("（据云溪日报）", "云溪日报", None, None, None),
        ("（陈晓明 报道）", None, "陈晓明", None, None),
        ("（图文由周敏提供）", None, None, None, "周敏"),
        ("摄影：周敏 编辑：林深", None, None, "林深", None),
        ("审核：周敏 作者：林深", None, "林深", None, None),
        ("责任编辑：郑爽。", None, None, "郑爽", None),
        ("张运永 供稿", None, None, None, "张运永"),
    ],
)
def test_a_signature_names_its_fields(
    line: str, source: str | None, author: str | None, editor: str | None, contributor: str | None
) -> None:
    found = fields.signature(line)
    assert found is not None
    assert (found.source, found.author, found.editor, found.contributor) == (source, author, editor, contributor)


@pytest.mark.parametrize(
    "line", ["(一)", "（完）", "（图由周敏提供）", "（作者系县医院医生）", "（县委办，县政府办，纪委，组织部，宣传部）"]
)
def test_brackets_that_sign_nothing_stay(line: str) -> None:
    assert fields.signature(line) is None


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("本报讯（记者陈晓明）", "陈晓明"),
        ("云溪讯（陈晓明）近日", "陈晓明"),
        ("记者 陈晓明、王立新报道", "陈晓明 王立新"),
        # The place of a dispatch stands behind the name without a space.
        ("记者陈晓青岛8日电 近日", "陈晓"),
        ("记者陈晓明青岛8日电 近日", "陈晓明"),
        ("（陈晓明）近日", None),
        ("记者陈晓明供图", None),
        ("记者陈晓明说", None),
    ],
)
def test_a_lead_names_who_reports(line: str, author: str | None) -> None:
    assert fields.lead_author(line) == author


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("江佩珊 高志明/台南报导", "江佩珊 高志明"),
        ("石佳/中国青年报", "石佳"),
        ("陈晓明 王立新 文/图", "陈晓明 王立新"),
        ("国际中心/综合报导", None),
        ("记者 陈晓明 摄", None),
        ("陈晓明，记者", None),
    ],
)
def test_a_line_of_reporters_names_them(line: str, who: str | None) -> None:
    assert fields.reporters(line) == who


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("□叶青", "叶青"),
        ("■ 县长 周敏", "周敏"),
        ("县委书记赵明远", None),
        ("县委书记 赵明远同志", None),
        ("方案", None),
    ],
)
def test_a_line_names_a_person_and_nobody_else(line: str, who: str | None) -> None:
    assert fields.alone(line) == who


@pytest.mark.parametrize(
    ("line", "source", "author"),
    [
        ("2019-09-23 07:48 棱镜", "棱镜", None),
        ("2019-09-23 棱镜", None, None),
        ("2019-09-23 07:48 金融市场 棱镜", "棱镜", None),
        ("2019-09-23 07:48 金融夜话 棱镜", "棱镜", None),
        ("2019-09-23 07:48 甲乙 丙丁 戊己", None, None),
        ("2019-09-23 07:48 县侨联 周敏", "县侨联", "周敏"),
        ("2019-09-23 07:48 文旅局", "文旅局", None),
        # Columns that are called as media are.
        ("2019-09-23 会务消息", None, None),
        ("2019-09-23 07:48 综合新闻", None, None),
        ("2019-09-23 参考消息", "参考消息", None),
        ("2019-09-23 07:48 未分类", None, None),
        ("2019-09-23 07:48 社团活动", None, None),
        ("2019-09-23 07:48 公益", None, None),
        ("2019-09-23 07:48 云溪统战", "云溪统战", None),
        ("棱镜 2019-09-23 07:48 浏览：33", "棱镜", None),
        ("棱镜 2019-09-23 07:48 编辑：周敏", None, None),
        ("2019-09-23 07:48 打印", None, None),
    ],
)
def test_what_stands_beside_a_day_is_a_source_or_a_person(line: str, source: str | None, author: str | None) -> None:
    found = fields.unlabelled(line)
    assert (found.source, found.author) == (source, author)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("图为活动现场。", True),
        ("下图是近三年的会场。", True),
        ("图为会场；各界代表参加", False),
        ("图为会场，代表们鼓掌，合影，留念，座谈。", False),
        ("图为核心任务", False),
        ("图为什么能打动人", False),
        ("（图为会场）", True),
        ("会场一角（资料图）", True),
        ("市民在公园里航拍 摄", False),
        ("统战部长讲话。陈晓明 摄", True),
        ("统战部长讲话。新闻办 摄", False),
        ("市委统战部供图", True),
    ],
)
def test_a_caption_is_told_from_prose(line: str, is_one: bool) -> None:
    assert fields.is_caption(line) is is_one


@pytest.mark.parametrize(
    ("line", "may"),
    [
        ("活动现场", True),
        ("第一章 总则", False),
        ("会议要求：", False),
        ("（记者 陈晓明）", False),
        ("会场" * 31, False),
    ],
)
def test_a_line_under_a_picture_may_be_its_caption(line: str, may: bool) -> None:
    assert fields.may_be_caption(line) is may


@pytest.mark.parametrize(
    ("crumb", "title", "found"),
    [
        ("首页 > 工作会议 > 正文", "县委统战部召开工作会议", ("工作会议",)),
        ("首页 > 县委统战部召开工作会议 > 正文", "县委统战部召开工作会议", ()),
        ("您的位置：首页 >> 统战动态 >> 县委统战部召开工作会议", "县委统战部召开工作会议", ("统战动态",)),
        ("首页 - 民盟简讯 - 内容", None, ("民盟简讯",)),
        ("百科知识百科知识 > 国学", None, ("百科知识", "国学")),
        ("首页::要闻::正文", None, ("要闻",)),
        ("首页 / 要闻 / 查看", None, ("要闻",)),
        (f"首页 > {'统战' * 13} > 动态", None, ("动态",)),
    ],
)
def test_steps_of_a_breadcrumb_are_columns(crumb: str, title: str | None, found: tuple[str, ...]) -> None:
    assert columns(crumb, title) == found


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("要闻 > 正文", True),
        ("要闻 > 时讯 > 动态", True),
        ("要闻 > 时讯 > 更多", False),
        ("人民政协网 > 统一战线", True),
        ("县委 > 统一战线", False),
        ("首页-要闻", False),
        ("您现在的位置 网站", False),
    ],
)
def test_a_breadcrumb_is_told_from_a_line_with_arrows(line: str, is_one: bool) -> None:
    assert is_crumb(line) is is_one


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        # A title element that was cut.
        ("县委统战部召开全县民族宗教工作...", "县委统战部召开全县民族宗教工作推进会议", "held"),
        ("县委统战部召开全县民族宗教工作…", "县委统战部召开全县民族宗教工作推进会议", "held"),
        ("县委统战部召开全县民族宗教工作...", "县委统战部召开全县", ""),
        ("县委统战部...", "县委统战部召开会议", ""),
        # A word of the page's own before the title; a longer line that only begins with it.
        ("县委统战部召开会议_县统战", "原创县委统战部召开会议", "held"),
        ("县委统战部召开会议_县统战", "县委统战部召开会议侧记之一二三四五六", ""),
        ("首页-县委统战部召开会议", "县委统战部召开会议", "stated"),
    ],
)
def test_a_title_element_speaks_for_a_line(head: str, line: str, said: str) -> None:
    assert Head(head).says(bare_lines([line])[0]) == said


@pytest.mark.parametrize(
    ("head", "columns", "title"),
    [
        ("统战部召开会议 四川统一战线", [], "统战部召开会议"),
        ("统战部召开会议-某县侨联", [], "统战部召开会议"),
        ("某县侨联-统战部召开会议", ["某县侨联"], "统战部召开会议"),
        ("通知公告", ["通知公告"], None),
        ("无标题文档", [], None),
    ],
)
def test_a_title_element_states_a_title_beside_names(head: str, columns: list[str], title: str | None) -> None:
    assert fields.title_of(head, None, columns) == title


def test_a_name_of_a_site_is_short() -> None:
    assert is_site_name("中国健康新闻网")
    assert not is_site_name("A" * 21 + "网")


@pytest.mark.parametrize(
    ("line", "is_one"),
    [("新华社", True), ("石佳/陈晓明", True), ("记者 高明", True), ("高明", False), ("夺冠封王", False)],
)
def test_a_name_is_a_line_of_its_own(line: str, is_one: bool) -> None:
    assert fields.is_name(line) is is_one


def test_an_abstract_is_shorter_than_what_it_repeats() -> None:
    following = ["8月19日，我县各族群众欢度开斋节。"]
    assert fields.abstract(["8月19日，我县各族群众欢度…", *following]) == 1
    assert not fields.abstract([*following, *following])


def test_labels_without_a_value_each_have_none() -> None:
    assert list(fields.paired(["来源：", "作者：", "云溪日报", "陈晓明"])) == [(1, 2)]
    assert list(fields.paired(["来源", "作者", "云溪日报", "日期"])) == []


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("职工在听讲解（摄影：管理学院 白璐）", True),
        ("职工在听讲解（白璐 摄）", True),
        ("职工爱上摄影（摄影协会供稿）", False),
    ],
)
def test_a_caption_ends_with_who_took_the_picture(line: str, is_one: bool) -> None:
    assert fields.is_caption(line) is is_one
