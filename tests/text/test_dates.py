"""What is read as a day, what is believed of several, and what is flagged; every value is written out."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from importlib import resources

import pytest
from pages import read as document

from archive.text import dates
from archive.text.dates import Dated, decide, from_lines, from_meta, from_url, read, signed
from archive.text.scripts import written

CAPTURED = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("2023-06-12", "2023-06-12"),
        ("2023.6.2", "2023-06-02"),
        ("2023 年 6 月 12 日", "2023-06-12"),
        ("2023年6月12号", "2023-06-12"),
        ("２０２３－０６－１２", "2023-06-12"),
        ("二ＯＯ六年十月九日", "2006-10-09"),
        ("贰零壹捌年拾贰月叁拾壹日", "2018-12-31"),
        ("2014年四月廿二日", "2014-04-22"),
        ("二〇一四年四月卅日", "2014-04-30"),
        ("中華民國一０一年四月十六日", "2012-04-16"),
        ("二ＯＯ六年十月三十九日", None),
        ("2023-06-1209:30", "2023-06-12T09:30+08:00"),
        ("12:33 2024/10/03", "2024-10-03T12:33+08:00"),
        ("2023-06-12 上午9:05", "2023-06-12T09:05+08:00"),
        ("2023-06-12 下午2:05:09", "2023-06-12T14:05:09+08:00"),
        ("2023-06-12 下午12:05", "2023-06-12T12:05+08:00"),
        ("2023-06-12 晚上8:05", "2023-06-12T20:05+08:00"),
        ("2023-06-12 14:05 PM", "2023-06-12T14:05+08:00"),
        ("2023-06-12 12:05 AM", "2023-06-12T00:05+08:00"),
        ("2023-06-12 凌晨12:05", "2023-06-12T00:05+08:00"),
        ("2023-06-12T09:11:00Z", "2023-06-12T17:11:00+08:00"),
        ("2023-06-12T08:30:00-05:00", "2023-06-12T21:30:00+08:00"),
        # Abroad it is still the day before, and that is what the page shows.
        ("2023-06-12T23:30:00-05:00", "2023-06-12"),
        ("2023-06-12 09∶11", "2023-06-12T09:11+08:00"),
        ("2023-06-12 25:61", "2023-06-12"),
        ("中华民国112年6月12日", "2023-06-12"),
        ("民國99年12月1日", "2010-12-01"),
        ("二〇二三年六月十二日", "2023-06-12"),
        ("二○一九年十月二十日", "2019-10-20"),
        ("二零二一年十二月三十一日", "2021-12-31"),
        ("Jun 12, 2023", "2023-06-12"),
        ("Sept. 1, 2021 08:00", "2021-09-01T08:00+08:00"),
        ("12 December 2023", "2023-12-12"),
        ("1949-10-01", "1949-10-01"),
        ("1948-10-01", None),
        ("2023-02-29", None),
        ("2024-02-29", "2024-02-29"),
        ("2023-13-01", None),
        ("12-06-23", None),
        ("20230612", None),
        ("2023年6月", None),
        ("2023-06-12 HKT 14:05", "2023-06-12T14:05+08:00"),
        ("2023年6月12日（星期一）香港時間14時05分", "2023-06-12T14:05+08:00"),
        ("25/06/2023", None),
        ("今天开会", None),
    ],
)
def test_a_day_is_read_in_any_shape(words: str, value: str | None) -> None:
    assert read(words) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("23-06-12", "2023-06-12"),
        ("98/6/2", "1998-06-02"),
        ("23年6月12日", "2023-06-12"),
        ("05-03-12 09:30", "2005-03-12T09:30+08:00"),
        ("112.06.12", "2023-06-12"),
        ("112-01-07", "2023-01-07"),
        ("112年6月12日", "2023-06-12"),
        ("20230612", "2023-06-12"),
        ("2020年2月", "2020-02"),
        ("2023 06/12 14:05:22", "2023-06-12T14:05:22+08:00"),
        ("12 2023-06", "2023-06-12"),
        ("12 2023年6月", "2023-06-12"),
        ("06-12 2023", "2023-06-12"),
        ("25/06/2023", "2023-06-25"),
        ("25.06.2023 - 14:05", "2023-06-25T14:05+08:00"),
        ("06/25/2023", "2023-06-25"),
        ("06/05/2023", None),
        ("1月20日, 2012", "2012-01-20"),
        ("11/22/2014 - 08:58", "2014-11-22T08:58+08:00"),
        ("06.05.2023", "2023-05-06"),
        ("06.13.2023", "2023-06-13"),
        ("1.06.05.2023", None),
        ("31 2023-02", "2023-02"),
        ("2020年13月", None),
        ("23-06", None),
    ],
)
def test_behind_a_label_less_is_enough(words: str, value: str | None) -> None:
    assert read(words, loose=True) == value


def values(*lines: str) -> tuple[list[str], list[str]]:
    labelled, bare = from_lines(lines)
    return [dated.value for dated in labelled], [dated.value for dated in bare]


@pytest.mark.parametrize(
    ("lines", "labelled", "bare"),
    [
        (["发布时间：23-06-12　浏览：33"], ["2023-06-12"], []),
        (["日期：20230612"], ["2023-06-12"], []),
        (["发布日期：112.06.12"], ["2023-06-12"], []),
        (["印发日期：2023-06-05　公开日期：2023-06-12"], ["2023-06-12"], []),
        (["成文日期：2023-06-05　发布日期：2023-06-12"], ["2023-06-12"], []),
        (["发布日期", "2023-06-12"], ["2023-06-12"], ["2023-06-12"]),
        (["【发布时间】", "2023-06-12"], [], ["2023-06-12"]),
        # Publication goes before any time, a change is last.
        (["时间：2023-06-10 发布时间：2023-06-12"], ["2023-06-12", "2023-06-10"], []),
        (["更新时间：2023-06-20 来源：县委统战部"], [], ["2023-06-20"]),
        # The day in a box, the year and the month in another.
        (["12", "2023-06"], [], ["2023-06-12"]),
        (["06-12", "2023"], [], ["2023-06-12"]),
        (["2023年", "06月12日"], [], ["2023-06-12"]),
        (["12", "13"], [], []),
        (["06月12日 2023"], [], ["2023-06-12"]),
        (["出版：2023-06-12 14:05　更新：2023-06-20"], ["2023-06-12T14:05+08:00"], ["2023-06-20"]),
        (["更新时间：2023-06-20", "2023-06-12 来源：县委统战部"], [], ["2023-06-12", "2023-06-20"]),
        (["2023-06-12 来源：县委统战部"], [], ["2023-06-12"]),
        # An office may stand right behind the day.
        (["2019年5月6日县委统战部"], [], ["2019-05-06"]),
        (["(2012-6-18 发布)"], [], ["2012-06-18"]),
        (["来源：县委统战部　23-06-12 09:30"], [], ["2023-06-12T09:30+08:00"]),
        (["112年06月12日 资料来源：民政局"], [], ["2023-06-12"]),
        (["Published: June 12, 2023　Source: Xinhua"], ["2023-06-12"], []),
        (["更新日期：2023-06-20 来源：县委统战部"], [], ["2023-06-20"]),
        (["印发 日期：2023-06-05"], [], []),
        (["民国一百一十二年六月十二日"], [], ["2023-06-12"]),
        (["中華民國一〇〇年十月十日"], [], ["2011-10-10"]),
        (["上版日期：112-06-12　最后更新日期：112-06-20"], ["2023-06-12"], ["2023-06-20"]),
        # A label of any words, of no event.
        (["张贴日：112.06.12"], ["2023-06-12"], []),
        (["活动日期：112-06-12"], [], []),
        (["【发布日期】▶2023-06-12"], [], ["2023-06-12"]),
        (["发布日期 → 2023-06-12"], ["2023-06-12"], []),
        (["最近更新 ( 周五, 2023年 06月 15日 08:30 )"], [], ["2023-06-15T08:30+08:00"]),
        (["市侨联召开第五次代表大会筹备会 2023-06-12"], [], []),
        # Prose, a calendar, numbers, a month in a title.
        (["会议于2023年6月12日召开。"], [], []),
        (["2018年12月28日县委常委会议"], [], []),
        (["2023年6月12日至15日我市在人民会堂举行全市民族团结进步表彰大会"], [], []),
        (["2026年11月1日 星期日 农历九月廿二"], [], []),
        (["2026年11月1日 农历九月"], [], []),
        (["时间：2023-06-10", "发布时间：2023-06-12"], ["2023-06-12", "2023-06-10"], []),
        (["会议时间：2023-06-12"], [], []),
        (["版权所有 2023-06-12"], [], []),
        (["共12-06-12件"], [], []),
    ],
)
def test_a_dateline_is_read(lines: list[str], labelled: list[str], bare: list[str]) -> None:
    assert values(*lines) == (labelled, bare)


def test_the_clock_of_a_page_comes_last() -> None:
    labelled, bare = from_lines(["2023年6月20日 星期二", "2023-06-12"])
    assert labelled == []
    assert [(dated.value, dated.rule) for dated in bare] == [("2023-06-12", "bare"), ("2023-06-20", "weekday")]


def test_the_last_day_alone_signs() -> None:
    found = signed(["2023年6月1日", "某县委统战部", "（二○二三年六月十二日）", "附件：2023年6月20日表"])
    assert [(dated.value, dated.rule) for dated in found] == [("2023-06-12", "signed")]


def test_meta_elements_have_an_order() -> None:
    found = from_meta([("publishtime", "2023-06-10"), ("pubdate", "2023-06-12"), ("keywords", "2023-06-01")])
    assert [dated.value for dated in found] == ["2023-06-12", "2023-06-10"]


@pytest.mark.parametrize(
    ("url", "value"),
    [
        ("http://h/zwgk/202306/t20230612_40211.html", "2023-06-12"),
        ("http://h/art/2023/6/2/art_1_2.html", "2023-06-02"),
        ("http://h/2023-06/12/c_112.htm", "2023-06-12"),
        ("http://h/2023/0612/c1-1.html", "2023-06-12"),
        ("http://h/c/2023_6_12_1.shtml", "2023-06-12"),
        ("http://h/19/0909/07/19090907112233445566.shtml", "2019-09-09"),
        ("http://h/19/0909/07/19130907112233445566.shtml", None),
        ("http://h/a/23061207112212345678.shtml", "2023-06-12"),
        ("http://h/202306/1.html", "2023-06"),
        ("http://2019-01-02.a.cn/index.html", None),
        ("http://h/a.html?u=/2020/01/02/", None),
        ("http://h/20231332/1.html", None),
        ("http://h/content_40211.html", None),
    ],
)
def test_an_address_may_hold_a_day(url: str, value: str | None) -> None:
    found = from_url(url)
    assert (found.value if found else None) == value


def test_the_day_of_a_change_is_no_day_of_publication() -> None:
    ((change,),) = [from_lines(["更新时间：2023-06-20 来源：县委统战部"])[1]]
    assert decide([change, said("meta", "2023-06-12")], "", CAPTURED).published == "2023-06-12"


def said(rule: str, value: str) -> Dated:
    return Dated(value=value, rule=rule, words=value)


@pytest.mark.parametrize(
    ("statements", "published"),
    [
        ([("bare", "2019-12-10"), ("meta", "2023-06-12"), ("url", "2023-06-12")], "2019-12-10"),
        ([("label", "2019-12-10"), ("bare", "2019-12-01"), ("meta", "2023-06-12")], "2019-12-10"),
        ([("meta", "2023-06-12"), ("url", "2019-12-10"), ("row", "2019-12-10")], "2019-12-10"),
        ([("meta", "2023-06-12"), ("url", "2019-12-10"), ("row", "2019-12-11")], "2023-06-12"),
        ([("meta", "2023-06-12"), ("below", "2019-12-10")], "2023-06-12"),
        ([("below", "2019-12-10"), ("signed", "2019-12-01")], "2019-12-10"),
        # Over the title and in the address stands another day than in a template, which counts in Greenwich's.
        ([("meta", "2023-06-13T05:45+08:00"), ("url", "2023-06-12"), ("over", "2023-06-12")], "2023-06-12"),
        ([("meta", "2023-06-13"), ("url", "2023-06"), ("over", "2023-06-12")], "2023-06-13"),
        # Of those that agree the most precise.
        ([("bare", "2023-06-12"), ("meta", "2023-06-12T09:11:00+08:00")], "2023-06-12T09:11:00+08:00"),
        ([("bare", "2023-06-12T09:11+08:00"), ("meta", "2023-06-12T09:11:07+08:00")], "2023-06-12T09:11:07+08:00"),
        ([("bare", "2023-06-12T09:11+08:00"), ("meta", "2023-06-12T10:20:07+08:00")], "2023-06-12T09:11+08:00"),
        ([("url", "2023-06"), ("signed", "2023-06-12")], "2023-06-12"),
        # A day after the capture is not believed, one day ahead is.
        ([("bare", "2026-11-03"), ("meta", "2023-06-12")], "2023-06-12"),
        ([("bare", "2026-11-02")], "2026-11-02"),
        ([("bare", "2026-12-01")], None),
        # The page's clock is that of the visit.
        ([("weekday", "2026-11-01")], None),
        ([("weekday", "2026-10-31"), ("signed", "2026-10-01")], "2026-10-01"),
        ([("weekday", "2026-10-30")], "2026-10-30"),
        ([], None),
    ],
)
def test_a_visible_dateline_outweighs_templates(statements: list[tuple[str, str]], published: str | None) -> None:
    assert decide([said(*one) for one in statements], "", CAPTURED).published == published


def test_a_day_after_the_capture_is_that_of_china() -> None:
    evening = dt.datetime(2026, 11, 1, 20, tzinfo=dt.UTC)
    assert decide([said("bare", "2026-11-03")], "", evening).published == "2026-11-03"


@pytest.mark.parametrize(
    ("statements", "evidence"),
    [
        (
            [("bare", "2019-12-10"), ("meta", "2023-06-12"), ("url", "2023-06-12")],
            "bare: 2019-12-10 | meta: 2023-06-12 | url: 2023-06-12",
        ),
        ([("label", "2023-06-12"), ("meta", "2023-06-15")], "label: 2023-06-12 | meta: 2023-06-15"),
        ([("label", "2023-06-12"), ("meta", "2023-06-14")], None),
        ([("label", "2023-06-12"), ("url", "2023-06")], None),
        ([("url", "2023-06"), ("row", "2023-06-20")], None),
        ([("label", "2023-06-12"), ("url", "2023-09")], "label: 2023-06-12 | url: 2023-09"),
        ([("meta", "2023-06-12"), ("url", "2023-09")], "meta: 2023-06-12 | url: 2023-09"),
        ([("meta", "2023-06-12"), ("signed", "2023-05-01")], None),
        ([("meta", "2023-06-12"), ("updated", "2024-05-01"), ("below", "2024-05-01")], None),
    ],
)
def test_a_disagreement_is_flagged_with_all_sides(statements: list[tuple[str, str]], evidence: str | None) -> None:
    doubts = decide([said(*one) for one in statements], "", None).doubts
    assert doubts == ((("date_conflict", evidence),) if evidence else ())


@pytest.mark.parametrize(
    ("value", "implausible"),
    [
        ("2019-12", True),
        ("2020-01", False),
        ("2020-01-19", True),
        ("2020-01-20", False),
    ],
)
def test_a_page_is_no_older_than_its_words(value: str, implausible: bool) -> None:
    verdict = decide([said("meta", value)], "抗击新冠肺炎疫情", None)
    assert (verdict.published, verdict.claimed) == ((None, value) if implausible else (value, None))


def test_a_month_ends_on_its_last_day() -> None:
    assert said("url", "2023-12").last_day == dt.date(2023, 12, 31)
    assert said("url", "2023-06-12").last_day == dt.date(2023, 6, 12)


def test_rules_take_their_examples() -> None:
    raw = tomllib.loads(resources.files("archive.text").joinpath("dates.toml").read_text("utf-8"))
    clock, day = raw["clock"]["pattern"], raw["day"]["pattern"]
    entries = [raw[name] for name in ("clock", "day", "no_day", "beside_day", "almanac")]
    for entry in [*entries, *raw["day_shape"], *raw["day_label"], *raw["day_url"]]:
        pattern = re.compile(entry["pattern"].replace("{clock}", clock).replace("{day}", day), re.IGNORECASE)
        assert pattern.search(entry["takes"]), entry
        assert not ((found := pattern.search(entry["leaves"])) and found[0]), entry


# Labels by the day that they name.
OF_PUBLICATION = """
发布日期 发布时间 发布于 发布在 发布日 发布 文章发布时间 信息发布日期 稿件发布日期 新闻发布时间 内容发布时间
本文发布时间 首次发布时间 网站发布日期 上网发布日期 发表于 发表时间 发稿时间 发稿日期 刊登时间 刊登日期 刊发时间
刊发日期 公布日期 公布时间 公告日期 公告时间 公开日期 公开时间 播发时间 展播时间 见报日期 出版日期 张贴时间 刊载时间
登载时间 上版时间 上线时间 上稿时间 上文时间 贴文时间 答复时间 答复日期 回复日期 回复时间 办结时间 上传时间 上载日期
录入时间 录入日期 添加时间 添加日期 创建时间 建立时间 撰写时间 加入时间 登记日期 入库时间 发文日期 稿件时间 文章时间
时间 日期 Date Time Published Posted
"""
OF_A_CHANGE = """
更新时间 更新日期 更新于 最后更新 最近更新时间 最新更新 文章更新时间 编辑时间 修改时间 修改日期 修订时间 修订日期
覆检日期 Updated
"""
OF_A_LETTER = "来信日期 来信时间 写信时间 提交时间 提问时间 咨询时间 留言时间 投诉时间"
OF_ANOTHER_THING = """
今天是 今日是 今天日期 今日 现在是 当前时间 系统时间 北京时间 页面生成时间 网页生成时间 生成时间 生成日期 成文日期
成文时间 印发日期 印发时间 签发日期 签发时间 失效日期 废止日期 有效期至 有效期 生效日期 生效时间 施行日期 施行时间
实施日期 实施时间 截止日期 截止时间 截至日期 访问日期 访问时间 开课日期 活动时间 活动日期 会议时间 会议日期 采访时间
访谈时间 对话时间 考试时间 考试日期 比赛时间 培训时间 展览时间 演出时间 举办时间 举行时间 召开时间 办理时间 到期日期
起始日期 起讫日期 报名时间 报名日期 开标时间 出生日期 讲座时间 播出时间 版权所有 Copyright © (c)
"""


@pytest.mark.parametrize("line", ["{}：2020-03-01", "{}:2020年3月1日", "[{} 2020/3/1]", "{}：2020-03-01 10:20"])
@pytest.mark.parametrize(
    ("labels", "rules"),
    [(OF_PUBLICATION, ["label"]), (OF_A_CHANGE, ["updated"]), (OF_A_LETTER, ["asked"]), (OF_ANOTHER_THING, [])],
)
def test_a_label_says_which_day_stands_behind_it(labels: str, rules: list[str], line: str) -> None:
    for label in labels.split():
        first, last = from_lines([line.format(label)])
        assert (label, [dated.rule for dated in (*first, *last)]) == (label, rules)


PAGE = (
    "<html><head><title>盟员医生下乡义诊</title></head><body><h1>盟员医生下乡义诊</h1><p>{line}</p>"
    "<p>3月5日，民盟市委组织盟员医生到大坪村开展义诊活动，为村民量血压、测血糖，发放药品和宣传手册。</p>"
    "<p>活动当天，共有二百余名村民前来就诊，盟员医生一一解答，得到了大家的一致好评。</p></body></html>"
)


@pytest.mark.parametrize(
    ("line", "published", "source", "author"),
    [
        (
            (
                "<script>var day='2017年11月28日';if(day!=''){document.write('日期：'+day+'&emsp;');}</script>"
                "<script>var from='';if(from!=''){document.write('来源：'+from);}</script>"
            ),
            "2017-11-28",
            None,
            None,
        ),
        (
            (
                '发布时间：<script>var d="2017-11-28"; document.write(d);</script> '
                "<script>var s='民盟市委'; if (s != '') document.write('来源：' + s + ' ');"
                "var a='陈玉兰'; if(a) document.write('作者：' + a);</script>"
            ),
            "2017-11-28",
            "民盟市委",
            "陈玉兰",
        ),
        ("<script>document.write('2017-11-28 10:20 ');</script>", "2017-11-28T10:20+08:00", None, None),
        (
            "<script>var d='2017/11/28 8:00';document.write('日期：'+d.replace('/','-').slice(0,-5).trim())</script>",
            "2017-11-28",
            None,
            None,
        ),
    ],
)
def test_a_dateline_that_a_script_writes_is_read(
    line: str, published: str, source: str | None, author: str | None
) -> None:
    found = document(PAGE.format(line=line))
    assert (found.published, found.source, found.author) == (published, source, author)


SETS = (
    "var day='2017-11-28',from='民盟市委';",
    'day = "2017-11-28"; from = "民盟市委"',
    "let day='2017-11-28'\nconst from='民盟市委'",
)
WRITES = "<p>发布时间：<script>{0}document.write(day);</script>　来源：<script>document.write(from);</script></p>"


@pytest.mark.parametrize("code", SETS)
def test_what_a_script_of_the_page_sets_those_after_it_write(code: str) -> None:
    page = PAGE.replace("<p>{line}</p>", "{line}")
    before = f"<script>{code}</script>"
    whole = WRITES.format("")
    for html in (
        page.format(line=f"{before}{whole}"),
        page.format(line=f"{before}<script src=/a.js></script><script>menu(1)</script>{whole}"),
        page.format(line=f"<div><script type='text/javascript'>{code};document.write('')</script></div>{whole}"),
        page.format(line=WRITES.format(f"{code};")),
        page.format(line=whole).replace("</head>", f"{before}</head>"),
    ):
        found = document(html)
        assert (found.published, found.source) == ("2017-11-28", "民盟市委"), html


@pytest.mark.parametrize(
    "code",
    [
        "document.write(new Date().getFullYear())",
        "function f(){document.write('2017-11-28')}",
        "document.write(unknown)",
        "document.write('<script src=x></scr'+'ipt>')",
        "for(var i=0;i<3;i++){document.write('a')}",
        "var x='a'; x=x.replace(/a/g,'b'); document.write(x)",
        "var x='a'; document.write(x.replace('a'))",
        "var x='a'; document.write(x.split('b')[1])",
        "var x='a'; document.write(x.length)",
    ],
)
def test_a_script_that_does_more_is_left(code: str) -> None:
    page = f"<p><script>{code}</script></p>"
    assert written(page) == page


def test_a_branch_that_is_not_taken_writes_nothing() -> None:
    page = "<script>var a='x';if(a==''){document.write('1')}else{document.write('2')}</script>"
    assert written(page) == "2"
    assert written(page.replace("a='x'", "a=''")) == "1"
    assert written("<script>if('a'!='a')document.write('1');document.write('2\\u4e00')</script>") == "2一"


def test_dates_of_pages_are_read_by_name() -> None:
    assert not dates.is_clock("2020年07月04日 来源")
    assert not dates.is_clock("2020年07月04日 星期六 县新闻网")


def test_a_day_below_the_text_signs_it_and_stays() -> None:
    # A notice of one sentence: the day is its third line.
    page = (
        "<html><head><title>停电公告</title></head><body><h1>停电公告</h1><p>发布时间：2023-06-12</p><div>"
        "<p>因线路检修，本月十五日上午八时至十二时停电，请各单位提前做好准备。</p><p>区供电所</p>"
        "<p>2023年6月12日</p></div></body></html>"
    )
    assert document(page).text.split("\n")[-1] == "2023年6月12日"


@pytest.mark.parametrize("year", ["中華民國112年", "民國112年", "2023年"])
def test_a_day_before_a_name_is_that_of_the_page_in_either_calendar(year: str) -> None:
    lines = [f"{year}6月12日 文／許雅惠"]
    _, bare = dates.from_lines(lines)
    assert [dated.value for dated in bare] == ["2023-06-12"]


@pytest.mark.parametrize(
    "piece", ['split(" ")[-5]', 'split(" ")[7]', f'split(" ")[{"9" * 6000}]', f"substr({'9' * 6000})"]
)
def test_a_piece_that_is_not_there_leaves_the_page_as_it_is(piece: str) -> None:
    page = f'<script>var day="2023-06-12 09:30";document.write(day.{piece});</script>'
    assert written(page) == page


@pytest.mark.parametrize(
    "foot",
    [
        "点击次数：　更新时间：2014-10-23 11:09:12　【<a href=#>打印此页</a>】",
        "[2014-10-23] [<a href=#>打印</a>] [<a href=#>关闭</a>]",
        "本文更新于 2014-10-23 浏览 33 次",
        "2014-10-23 10:22 点击:33 来源:会员部",
        "时间：2014年10月23日　人气：22",
        "<span>作者单位：市委统战部</span> <span>[ 2014-10-23 ]</span>",
    ],
)
def test_the_day_below_an_article_is_read_where_no_other_is(foot: str) -> None:
    lines = "".join(f"<p>会议强调，要坚持不懈抓好第{number}项工作，推动各项任务走深走实。</p>" for number in "一二三")
    page = (
        "<title>县民委召开会议</title><div><h1>县民委召开会议</h1>{0}<div>{1}</div><div>{2}</div></div><p>版权所有</p>"
    )
    assert (document(page.format("", lines, foot)).published or "")[:10] == "2014-10-23"
    stated = document(page.format("<p>发布时间：2014-10-20</p>", lines, foot))
    assert stated.published == "2014-10-20"


@pytest.mark.parametrize(
    "day", ["佛历二五六四年 公历二〇二一年十一月十二日", "二〇二一年十一月十二日", "（2021年11月12日）", "2021.11.12"]
)
def test_the_day_that_signs_one_sentence_under_a_counter_stays(day: str) -> None:
    lines = ("因展厅线路改造，本馆定于本月15日至30日暂停对外开放，16日起的团体预约请改期。", "革命纪念馆", day)
    found = document(
        "<title>革命纪念馆暂停开放公告</title><section><h2>革命纪念馆暂停开放公告</h2><p>浏览：41</p>"
        f"<div>{''.join(f'<p>{line}</p>' for line in lines)}</div></section>"
    )
    assert (found.text, found.published) == ("\n".join(lines), "2021-11-12")


@pytest.mark.parametrize(
    ("words", "published"),
    [
        ("由 tzb_wang 提交于 周四, 11/12/2015 - 17:41", "2015-11-12T17:41+08:00"),
        ("由 老周 于 星期五, 11/12/2015 - 17:41 发表", "2015-12-11T17:41+08:00"),
        ("提交于 星期三, 4/9/2014 - 10:02", "2014-04-09T10:02+08:00"),
        ("周二, 03/04/2014", "2014-03-04"),
        ("周一, 03/04/2014", None),
        ("由 老周 提交于 03/04/2014", None),
    ],
)
def test_the_weekday_tells_the_month_from_the_day(words: str, published: str | None) -> None:
    assert next((dated.value for found in from_lines([words]) for dated in found), None) == published


@pytest.mark.parametrize(
    ("edition", "published"), [("第A02版：要闻", "2011-11-08"), ("版面导航", "2011-11-08"), ("要闻", None)]
)
def test_the_day_of_an_edition_is_that_of_its_articles(edition: str, published: str | None) -> None:
    lines = "".join(f"<p>会议强调，要坚持不懈抓好第{number}项工作，推动各项任务走深走实。</p>" for number in "一二三")
    found = document(
        "<title>云阳日报数字报-县民委召开会议</title><div>2011 年 11 月 08 日 星期二</div>"
        f"<div>{edition}</div><div>PDF版</div><div>放大</div><div>缩小</div>"
        f"<h1>县民委召开会议</h1><div>{lines}</div>"
    )
    assert found.published == published


def test_the_hours_of_an_event_are_no_day_of_publication() -> None:
    assert read("2023年10月28日（周六）19:30—21:30") is None
    assert read("2023年10月28日 19:30") == "2023-10-28T19:30+08:00"
    table = (
        "<table><tr><td>主题</td><td>乡村手艺</td></tr><tr><td>时间</td><td>2023年10月28日（周六）19:30—21:30</td></tr>"
    )
    rows = "<tr><td>地点</td><td>二楼茶室</td></tr><tr><td>名额</td><td>30人，先到先得</td></tr></table>"
    page = f"<title>夜话第十二期预告</title><legend>夜话第十二期预告</legend>{table}{rows}"
    found = document(
        f"{page}<p>2023-10-20 11:02 由 小周 发出</p><h3>往期回顾</h3><p><a href=/1>同乡会为学生捐赠书包</a></p>"
    )
    assert (found.title, found.published) == ("夜话第十二期预告", "2023-10-20T11:02+08:00")
    assert found.text.split("\n")[1] == "时间\t2023年10月28日（周六）19:30—21:30"


def test_a_day_in_the_manner_of_america_signs_a_text() -> None:
    assert [dated.value for dated in signed(["云溪市侨联", "7/19/2016"])] == ["2016-07-19"]
    assert signed(["云溪市侨联", "7/9/2016"]) == signed(["16-07-19"]) == []


@pytest.mark.parametrize(
    ("line", "claimed", "words"),
    [
        ("发布时间：2027-01-02 来源：测试日报", "2027-01-02", "label: 发布时间:2027-01-02"),
        ("发布时间：1938-01-02", "1938-01-02", "false: 发布时间:1938-01-02"),
        ("日期：2026/2/30", "2026-02", "false: 日期:2026/2/30"),
        ("发布日期:2026-13-02 浏览次数：8", "2026", "false: 发布日期:2026-13-02"),
    ],
)
def test_a_stated_day_that_cannot_be_true_is_kept_apart(line: str, claimed: str, words: str) -> None:
    labelled, bare = from_lines([line])
    verdict = decide([*labelled, *bare], "", CAPTURED)
    assert (verdict.published, verdict.claimed, verdict.evidence) == (None, claimed, words)
    assert [name for name, _ in verdict.doubts] == ["date_implausible"]
    # What can be true is believed all the same.
    assert decide([*labelled, *bare, said("url", "2026-01-02")], "", CAPTURED).published == "2026-01-02"


@pytest.mark.parametrize(
    "line", ["会议时间：2027年1月2日", "发布时间：0001-01-01", "电话：1938-01-02", "截止到2027-01-02"]
)
def test_days_of_other_things_and_defaults_are_no_claims(line: str) -> None:
    labelled, bare = from_lines([line])
    assert decide([*labelled, *bare], "", CAPTURED) == dates.Published()


def test_a_day_is_read_in_the_first_part_of_a_line_without_an_end() -> None:
    assert dates.read("会" * 19_990 + "2020-02-19") == "2020-02-19"
    assert dates.read("会" * 20_000 + "2020-02-19") is None


@pytest.mark.parametrize(
    "written", ["98-09-28", "098-09-28", "98/9/28", "098/09/28", "98.09.28", "98年9月28日", "民國98年9月28日"]
)
def test_a_year_of_two_digits_is_one_of_taiwan_in_its_script(written: str) -> None:
    prose = "鄉公所召開部落會議，討論文化祭籌備事宜，並說明各項補助辦法與申請期限，請各部落頭目及會員踴躍參加。"
    page = "<html><body><h1>部落會議紀要</h1><div>發布日期：{}</div><div><p>{}</p><p>{}</p></div></body></html>"
    assert document(page.format(written, prose, prose[::-1])).published == "2009-09-28"
    # On the mainland it is one of the last century.
    plain = "乡政府召开村民会议，讨论文化节筹备事宜，并说明各项补助办法与申请期限，请各村代表踊跃参加。"
    if written.startswith("98"):
        assert document(page.format(written, plain, plain[::-1])).published == "1998-09-28"


def test_a_line_of_hundreds_of_characters_is_no_dateline() -> None:
    long = "来源：青河日报 浏览：12次 " * 20
    assert from_lines([f"发布时间：2023-03-08 {long}"]) == ([], [])
    assert from_lines(["发布时间：2023-03-08 来源：青河日报"])[0][0].value == "2023-03-08"
