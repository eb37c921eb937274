"""What leaks into the text with other cleaners stays out, and prose that only sounds like furniture stays in."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from archive.text.blocks import fold
from archive.text.clean import clean
from archive.text.document import Document
from archive.text.lines import furniture
from archive.warc.capture import Capture, Place

CORPUS = Path(__file__).parents[2] / "seeds" / "corpus"
FURNITURE = re.compile(
    r"发表评论|用户名|验证码|匿名|推荐资讯|版权|ICP备|站内搜索|上一篇|下一篇|打印本页|顶一下|网友回复|2026"
)
BODY = (
    "连日来，冀州区司法局统筹推进普法宣传，组织律师、公证员深入社区，为群众讲解民法典和疫情防控的有关规定。",
    "一、突出重点，营造氛围",
    "该局在主要街道悬挂横幅三十余条，发放宣传资料两千余份，接受现场咨询一百五十余人次，受到群众好评。",
    "二、创新方式，提升实效",
    "普法志愿者利用微信群、村广播开展线上讲座，把法律送到田间地头，推动形成办事依法、遇事找法的良好风尚。",
)
HEAD = "<html><head><title>冀州区三项措施推进普法宣传_某县统一战线</title></head><body>"
TOP = """<table width=980><tr><td><a href=/>首页</a> <a href=/a/>统战要闻</a> <a href=/b/>理论研究</a></td></tr>
<tr><td>站内搜索：<input type=text></td></tr>
<tr><td>您现在的位置：<a href=/>首页</a>&gt;<a href=/a/>统战要闻</a></td></tr>
<tr><td><h1>冀州区三项措施推进普法宣传</h1></td></tr>
<tr><td>发布时间：2022-03-15　来源：区司法局　点击：<script>x()</script></td></tr></table>"""
BOTTOM = """<table><tr><td>上一篇：<a href=/1.html>沂水县网格员开展普法活动</a></td></tr>
<tr><td>下一篇：没有了</td></tr>
<tr><td>网友回复(共有 0 条回复)</td></tr>
<tr><td>发表评论</td></tr>
<tr><td>用户名：<input> 密码：<input> 验证码：<input></td></tr>
<tr><td>请自觉遵守互联网相关的政策法规，严禁发布色情、暴力、反动的言论。</td></tr>
<tr><td>推荐资讯</td></tr><tr><td><a href=/2.html>冀州区司法局三项措施助力文明城区创建</a></td></tr>
<tr><td><a href=/3.html>沂水县富官庄镇网格员开展普法活动</a></td></tr><tr><td>||</td></tr>
<tr><td>版权所有 某县统一战线 冀ICP备00000000号 更新日期：2026-01-01</td></tr></table></body></html>"""
SHAPES = {
    "nested tables": "<table><tr><td><table><tr><td>{}</td></tr></table></td></tr></table>".format(
        "".join(f"<p>　　{line}</p>" for line in BODY)
    ),
    "one cell": f"<table><tr><td>{'<br>'.join(f'　　{line}' for line in BODY)}</td></tr></table>",
    "spans": "<div>" + "".join(f"<div><span>{line}</span></div>" for line in BODY) + "</div>",
    "broken spans": "<div>"
    + "<br/>".join(f"<span>{line[:9]}</span><span>{line[9:]}</span>" for line in BODY)
    + "</div>",
}


def capture(html: str) -> Capture:
    return Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000005",
        kind="response",
        url="http://www.example.gov.cn/tzsx/4704.html",
        date=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=html.encode(),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_leaks_and_no_paragraph_is_lost(shape: str) -> None:
    document = clean(capture(HEAD + TOP + SHAPES[shape] + BOTTOM), None)
    assert isinstance(document, Document)
    assert document.text.split("\n") == list(BODY)
    assert not FURNITURE.search(document.text)
    assert (document.published, document.source) == ("2022-03-15", "区司法局")


SHELLS = {
    "nested tables": (
        "<table><tr><td>{}</td></tr></table>",
        "<table><tr><td><table>{}</table></td></tr></table>",
        "<tr><td>{}</td></tr>",
    ),
    "one cell": ("<table><tr><td>{}</td></tr></table>", "<table><tr><td>{}</td></tr></table>", "　　{}<br>"),
    "spans": ("<div><span>{}</span></div>", "<div>{}</div>", "<div><span>　　{}</span></div>"),
    "paragraphs": ("<div>{}</div>", '<div class="main">{}</div>', "<p>{}</p>"),
}


@pytest.mark.parametrize("shape", SHELLS)
@pytest.mark.parametrize("number", ["000", "001", "003", "004"])
def test_a_seed_put_back_into_a_page_is_read_as_the_seed_is(number: str, shape: str) -> None:
    outer, box, inner = SHELLS[shape]
    path = next(CORPUS.glob(f"{number}*.txt"))
    text = Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000005",
        kind="resource",
        url=f"file:///{path.name}",
        date=None,
        status=None,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=path.read_bytes(),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )
    seed = clean(text, None)
    assert isinstance(seed, Document)
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    body = [index for index, line in enumerate(lines) if fold(line) in seed.text.split("\n")]
    first, last = body[0], body[-1] + 1
    above, below = ("".join(outer.format(line) for line in part) for part in (lines[:first], lines[last:]))
    inside = box.format("".join(inner.format(line) for line in lines[first:last]))
    page = clean(capture(f"<html><head><title>{seed.title or ''}</title></head><body>{above}{inside}{below}"), None)
    assert isinstance(page, Document)
    assert page.text.split("\n") == seed.text.split("\n")
    facts = ("title", "published", "published_claimed", "source", "author", "contributor", "captions")
    assert [getattr(page, fact) for fact in facts] == [getattr(seed, fact) for fact in facts]


def test_the_farms_farewell_is_no_text() -> None:
    lines = [*BODY, "本文到此结束,希望对大家有所帮助呢。"]
    page = HEAD + TOP + "<div>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>" + BOTTOM
    document = clean(capture(page), None)
    assert isinstance(document, Document)
    assert document.text.split("\n") == list(BODY)
    assert ("farm", lines[-1]) in document.removed


def test_a_short_notice_is_its_own_lines() -> None:
    notice = (
        "各乡镇党委，县直各单位：",
        "经研究，定于3月20日召开全县统战工作会议。现将有关事项通知如下：",
        "一、会议时间",
        "3月20日上午9时，会期半天。",
        "二、会议地点",
        "县委三楼会议室。",
        "请准时参加。",
        "某县委统战部",
        "2022年3月15日",
    )
    page = TOP + "<div>" + "".join(f"<p>{line}</p>" for line in notice) + "</div>" + BOTTOM
    document = clean(capture(HEAD + page), None)
    assert isinstance(document, Document)
    assert document.text.split("\n") == list(notice)
    assert document.published == "2022-03-15"


# Sentences around words that furniture is made of, none of them like another.
PROSE = (Path(__file__).parent / "prose.txt").read_text(encoding="utf-8").splitlines()


def test_two_hundred_lines_of_prose_lose_none() -> None:
    assert len(set(PROSE)) == len(PROSE) >= 200
    assert furniture(PROSE) == [None] * len(PROSE)
    for start in range(0, len(PROSE), 20):
        some = PROSE[start : start + 20]
        page = f"<div>{''.join(f'<p>{line}</p>' for line in some)}</div>"
        document = clean(capture(HEAD + TOP + page + BOTTOM), None)
        assert isinstance(document, Document)
        assert document.text.split("\n") == some
        # Wherever a line stands: before the others, after them, alone.
        for line in some:
            for around in ([line, *BODY], [*BODY, line], [BODY[0], line, BODY[2]]):
                page = f"<div>{''.join(f'<p>{each}</p>' for each in around)}</div>"
                document = clean(capture(HEAD + TOP + page + BOTTOM), None)
                assert isinstance(document, Document)
                assert document.text.split("\n") == around
                assert not {text for _, text in document.removed} & set(around)


@pytest.mark.parametrize(
    ("flag", "raised", "words"),
    [
        ("gbk_damage", "格式?jīng)_突", "<p>这一格式?jīng)_突由转换造成，无法复原，只能照原样保留在这里。</p>"),
        ("masked", "X的十九大", "<p>会议学习了X的十九大精神，全体共产X员参加了这次集中学习活动。</p>"),
        (
            "mirror",
            '<var id="l9jp0">',
            "".join(f'<var id="l9jp{n}"><strike id="x3v7{n}"></strike></var>' for n in range(5)),
        ),
        ("mirror", "http://www.www.example.net", "<p>某县统一战线 http://www.www.example.net/ 2022-03-15</p>"),
        ("mirror", "official.gov.cn", "<link rel=canonical href=http://www.official.gov.cn/a.html>"),
        ("mirror", "5 doubled marks", "<p>大家，，都说，，这次，，培训，，办得，，很好，收获很大。</p>"),
        ("masked", "鲍罢贵-8", "<p>该页面采用鲍罢贵-8编码，由志愿者整理发布，供大家学习参考使用。</p>"),
        ("content_farm", "🔥📝🎯", "<p>各界人士的🔥重要作用，部📝分同志谈了体会，大家🎯表示要认真学习。</p>"),
        ("content_farm", "蜘蛛池", "<p>主站蜘蛛池模板: 准格尔旗| 哈尔滨市| 某某县</p>"),
    ],
)
def test_what_farms_and_mirrors_leave_is_flagged_and_the_text_kept(flag: str, raised: str, words: str) -> None:
    body = "".join(f"<p>{line}</p>" for line in BODY)
    document = clean(capture(f"{HEAD}{TOP}<div>{body}</div>{words}{BOTTOM}"), None)
    plain = clean(capture(f"{HEAD}{TOP}<div>{body}</div>{BOTTOM}"), None)
    assert isinstance(document, Document)
    assert isinstance(plain, Document)
    assert (flag in document.flags, flag in plain.flags) == (True, False)
    evidence = dict(document.evidence)
    assert {of.removeprefix("flag:") for of in evidence if of.startswith("flag:")} == set(document.flags)
    assert raised in evidence[f"flag:{flag}"]
    assert set(BODY) <= set(document.text.split("\n"))
