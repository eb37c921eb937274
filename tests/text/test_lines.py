"""Each rule takes out its example and leaves the one beside it, in both widths; prose is never touched."""

from __future__ import annotations

import doctest
import importlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.text.blocks import fold
from archive.text.fields import is_caption
from archive.text.lines import Rule, furniture, furniture_id, narrow, rules

WIDE = str.maketrans({",": "，", ":": "：", "(": "（", ")": "）"})
# Sentences that hold the words of the rules.
PROSE = (
    "关闭窗口期以后，县委统战部继续开展走访工作。",
    "分享改革红利，凝聚发展共识。",
    "经验分享会在市委党校举行，三百余名统战干部参加。",
    "活动由市委统战部主办，市工商联承办。",
    "活动由县新联会提供技术支持，获得网友点赞。",
    "以上就是我们的决心，也是全县统一战线的决心。",
    "希望对抗疫有所帮助，这是企业家们共同的心愿。",
    "上一篇文章里我们介绍了太伏镇的做法，这一篇说说立石镇。",
    "来源于群众、服务于群众，是统战工作的生命线。",
    "当前位置重要的是抓好落实，推动工作走深走实。",
    "记者在现场看到，志愿者们正在登记信息。",
    "推荐的优秀案例共有十二个，来自全省各地。",
    "首页上写着一行字：同心同德，共筑未来。",
    "相关链接企业已全部复工复产，产业链日趋完善。",
    "评论员文章指出，要坚持大团结大联合。",
    "图为核心，以点带面，全面推进。",
)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_takes_out_its_example_and_leaves_the_other(rule: Rule) -> None:
    for text in (rule.removed, rule.removed.translate(WIDE)):
        assert rule.pattern.fullmatch(narrow(text)), text
    for text in (rule.kept, rule.kept.translate(WIDE)):
        assert furniture_id(narrow(text)) is None, text


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.holds], ids=lambda rule: rule.id)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_a_rule_takes_out_holds_one_of_its_words(rule: Rule, data: st.DataObject) -> None:
    # Without what looks ahead or behind: hypothesis would wait for it to come true by chance.
    plain = re.sub(r"\(\?<?[=!](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", "", rule.pattern.pattern)
    line = narrow(data.draw(st.from_regex(plain, fullmatch=True)))
    assert any(word in line for word in rule.holds) or not rule.pattern.fullmatch(line), line
    assert any(word in narrow(rule.removed) for word in rule.holds)


@pytest.mark.parametrize("line", PROSE)
def test_prose_that_holds_the_words_stays_wherever_it_stands(line: str) -> None:
    body = "疫情发生以来，全县统一战线成员迅速行动，投身防控一线工作。"
    assert furniture([line, body, body, line]) == [None] * 4


def test_a_related_heading_cuts_the_tail_but_never_a_paragraph_of_an_article() -> None:
    body = "疫情发生以来，全县统一战线成员迅速行动，投身防控一线工作。"
    headlines = ["冀州区司法局三项措施助力文明城区创建", "冀州区司法局三项措施"]
    assert furniture([body, body, "推荐资讯", *headlines]) == [None, None, "related", "related", "related"]
    # What stands between two paragraphs of an article is the article's.
    assert furniture([body, body, "相关链接", *headlines, body * 3]) == [None] * 6


@pytest.mark.parametrize(
    "line",
    [
        "图为志愿者在村口登记来访车辆。",
        "上图：侨联干部走访归侨。",
        "图为活动现场。（张明 摄）",
        "（图为捐赠仪式）",
        "▲同心林揭牌",
        "归侨在花田里合影。赵一凡 摄",
        "泸县融媒体中心供图",
        "图3：各镇报名人数",
        "老街一角（资料图片）",
        "图为县委常委、统战部部长陈伟（左二）走访困难群众，详细了解其生活情况。",
    ],
)
def test_a_line_that_names_a_picture_is_a_caption(line: str) -> None:
    assert is_caption(line)
    assert is_caption(line.translate(WIDE))


@pytest.mark.parametrize(
    "line",
    [
        "图为核心工作是抓好落实，各支部要逐条对照检查。",
        "图为核心，以点带面，全面推进。",
        "图为什么能打动人，摄影家从一张老照片讲起。",
        "图为民富，谋在长远，这是他写在扉页上的话。",
        "图是画出来的，路是走出来的。",
        "图一为近五年会员增长曲线，由此可以看出，新阶层人士的比重逐年上升。",
        "县文联组织会员到山区摄影",
        "业余摄影",
        "他把拍下的照片洗出来，一户一户送上门。",
        "图书室添了三百册新书，都是侨胞捐的。",
    ],
)
def test_prose_that_begins_like_a_caption_is_none(line: str) -> None:
    assert not is_caption(line)
    assert not is_caption(line.translate(WIDE))


@given(st.lists(st.text(max_size=80).map(fold), max_size=12))
def test_any_lines_have_one_verdict_each(lines: list[str]) -> None:
    assert len(furniture(lines)) == len(lines)


@pytest.mark.parametrize(
    "module",
    [
        "blocks",
        "chinese",
        "dates",
        "decode",
        "doubts",
        "fields",
        "lines",
        "clean",
        "extract",
        "page",
        "recipe",
        "verdict",
    ],
)
def test_the_examples_in_the_docstrings_are_true(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"archive.text.{module}"))
    assert found.failed == 0


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("文字 〖 大 中 小 〗 自动滚屏（右键暂停）", "tools"),
        ("【字体：↑大 ↓小】", "tools"),
        ("共有人关注", "counter"),
        ("推文 12", "counter"),
        ("[ 回上一页 ]", "tools"),
        ("放大图片", "image_note"),
        ("网友个人意见,不代表本站立场,对于发言内容,由发表者自负责任。", "comments"),
        ("温馨提示：本站文章均由各科室提供，如需转载请与办公室联系。", "disclaimer"),
        ("【放大 + 缩小 - 默认○】", "tools"),
        ("[ 收藏此文 ] [ 返回前页 ]", "tools"),
        ("▲到页首", "tools"),
        ("赞 收藏 举报此视频", "tools"),
        ("阅读(205)| 评论(11)", "counter"),
        ("共2页: 上一页 1 2 下一页", "pages"),
        ("往期推荐", "related"),
        ("猜您还想看：", "related"),
        ("点个“在看”，把温暖传下去", "member"),
        ("图片点击可放大", "image_note"),
        ("分类：活动。您可以通过 RSS 2.0 feed 跟踪回应。", "tags"),
        ("2 条回应 对 “夜游古运河”", "comments"),
        ("⊙ 版权声明：未经周报社书面授权，不得转载", "disclaimer"),
        ("AI 摘要", "machine"),
        ("AI 速读 HelperGPT", "machine"),
        ("你看完本篇新闻的心情是：", "share"),
        ("收听全文 约12分钟", "player"),
        ("收听全文的归侨约有三千人", None),
        ("人工智能生成摘要", "machine"),
        ("这篇文章讲述了一次协商，体现了基层民主。内容由 AI 生成，仅供参考。", "machine"),
        ("记者了解到，这些海报由 AI 生成，观众很喜欢。", None),
        ("点个关注的人多了，村里的木耳就好卖了。", None),
        ("收藏家捐出三件瓷器", None),
        ("温馨提示：请自备雨具，准时到场。", None),
        ("文字工作者座谈会", None),
    ],
)
def test_a_line_of_furniture_is_told_from_one_like_it(line: str, rule: str | None) -> None:
    assert furniture_id(narrow(line)) == rule
