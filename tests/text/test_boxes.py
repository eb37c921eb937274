"""What stands in an article's box: pictures, captions, players, lists; and what a second reader says of it."""

from __future__ import annotations

import pytest
from pages import read

PROSE = (
    "为深入推进民族团结进步创建工作，市委统战部近日召开专题会议，研究部署下半年重点任务，提出具体要求。",
    "会议强调，要坚持以铸牢中华民族共同体意识为主线，不断巩固发展民族团结进步事业。",
)
PAGE = """<html><head><title>市委统战部召开创建工作会_云溪市人民政府</title>{head}</head><body>
<h1>市委统战部召开创建工作会</h1><div>发布时间：2023-06-12 来源：{source}</div>{body}
<div><p>版权所有 蜀ICP备00000000号-1</p></div></body></html>"""


def page(body: str, *, source: str = "云溪日报", head: str = "") -> str:
    return PAGE.format(body=body, source=source, head=head)


def box(*lines: str) -> str:
    return "<div>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>"


def test_the_words_of_a_picture_are_the_value_of_the_label_before_it() -> None:
    assert read(page(box(*PROSE), source='<img src="/rmrb.gif" alt="人民日报">')).source == "人民日报"
    plain = read(page(box(*PROSE, '见图 <img src="/a.gif" alt="图一">')))
    assert plain.text.split("\n")[-1] == "见图"


def test_a_picture_between_two_paragraphs_parts_them() -> None:
    document = read(page(f"<div>{PROSE[0]}<img src=a.jpg>{PROSE[1]}</div>"))
    assert document.text == "\n".join(PROSE)
    assert read(page(f"<div>{PROSE[0][:-1]}<img src=a.jpg>{PROSE[1]}</div>")).text == PROSE[0][:-1] + PROSE[1]


def test_words_in_a_line_that_are_named_for_a_caption_leave_the_text() -> None:
    document = read(page(box(*PROSE, "<img src=a.jpg><span class=img_descr>会议现场</span>")))
    assert (document.text, document.captions) == ("\n".join(PROSE), ("会议现场",))


def test_a_sentence_between_the_dateline_and_the_box_of_the_prose_is_a_line() -> None:
    assert read(page("<p>会议编号_1。</p>" + box(*PROSE))).text == "\n".join(("会议编号_1。", *PROSE))


def test_what_a_notice_asks_to_fill_in_is_no_form_for_comments() -> None:
    lines = ("参加评选的人员须填写以下内容，缺一不可，填写不全的视为无效。", "姓名", "性别", "所填内容须真实有效。")
    assert read(page(box(*lines))).text == "\n".join(lines)
    form = read(page(box(*PROSE, "用户名", "密码", "提交")))
    assert form.text == "\n".join(PROSE)


@pytest.mark.parametrize(("seconds", "target"), [(30, "/"), (6, "/"), (3, "/a/1.html"), (0, "#top")])
def test_a_page_that_comes_again_or_leads_on_after_it_was_read_is_a_page(seconds: int, target: str) -> None:
    refresh = f'<meta http-equiv="refresh" content="{seconds};url={target}">'
    assert read(page(box("请各单位按时参加会议。"), head=refresh)).text == "请各单位按时参加会议。"


def test_a_page_that_leads_on_only_without_scripts_is_a_page() -> None:
    head = '<noscript><meta http-equiv="refresh" content="0; url=/no-scripts.html"></noscript>'
    assert read(page(box("请各单位按时参加会议。"), head=head)).text == "请各单位按时参加会议。"


def test_an_article_above_the_heading_of_its_comments_is_read() -> None:
    comments = "<h2>《创建工作会》已有1件评论</h2><p>September 19th, 2005 at 7:32 pm</p><p>好</p>"
    document = read(f"<title>云溪</title><div>{''.join(f'<p>{line}</p>' for line in PROSE * 3)}</div>{comments}")
    assert document.text.startswith(PROSE[0])


def test_paragraphs_that_a_second_reader_finds_raise_a_flag() -> None:
    long = "".join(f"<p>{line}{number}。</p>" for number in range(6) for line in PROSE)
    elsewhere = f"<table><tr><td><p>上一篇：没有了</p></td></tr></table><article>{long}</article>"
    document = read(page(box("请各单位按时参加会议。") + elsewhere))
    assert document.text == "请各单位按时参加会议。"
    assert document.flags == ("incomplete",)
    assert read(page(box(*PROSE))).flags == ()


@pytest.mark.parametrize(
    "foot",
    [
        "云溪市图书馆　开馆时间：周二至周日 8:30—18:00　咨询电话：0932-2240000",
        "云溪镇人民政府主办 联系电话：0744-5880011",
        "云溪镇人民政府 网站管理员邮箱：yxz@example.cn",
        "讀者熱線：2880 0000　版權所有 不得轉載",
        "Powered by Discuz! X3.4",
        "Yunxi Chronicle, P.O. Box 4417, Yunxi, Tel: 5880011",
    ],
)
@pytest.mark.parametrize("lines", [PROSE, ("周敏", "何晓东", "李思远")])
def test_a_line_that_says_how_to_reach_the_site_ends_the_article(lines: tuple[str, ...], foot: str) -> None:
    inner = "<h1>市委统战部召开创建工作会</h1><div>发布时间：2023-06-12</div>" + box(*lines, "咨询电话：5880066")
    document = read(f"<title>云溪</title><div>{inner}</div><div>{foot}</div>")
    assert document.text == "\n".join((*lines, "咨询电话：5880066"))


@pytest.mark.parametrize(
    "foot",
    [
        "<p>云溪华报社 P.O. Box 4417, Yunxi, 电话：+86 838 588 0011, 电邮：news@yunxi.example.cn</p>",
        "<footer><p>欢迎社会各界提出意见建议，来信请寄云溪市人民路18号，或发送邮件至本部邮箱。</p><p>我们将在七个工作日内答复，电话投诉请在工作日拨打。</p></footer>",
    ],
)
@pytest.mark.parametrize("lines", [("本周值班电话不变。",), ("周敏", "何晓东", "李思远")])
def test_prose_at_the_foot_is_no_article(lines: tuple[str, ...], foot: str) -> None:
    rows = "".join(f"<p><a href=/{n}.htm>云溪县召开第{n}次工作例会</a> 2023-06-{n}</p>" for n in range(10, 15))
    html = page(f"{box(*lines)}<div><h3>更多公告</h3>{rows}</div>").replace("<div><p>版权", f"{foot}<div><p>版权")
    assert read(html).text == "\n".join(lines)


@pytest.mark.parametrize("line", ["【列印】【转寄】　转载请注明出处", "打印 浏览：12 未经许可不得转载"])
def test_tools_and_a_claim_behind_them_are_no_text(line: str) -> None:
    assert read(page(box(*PROSE, line))).text == "\n".join(PROSE)


def test_sentences_inside_links_are_paragraphs() -> None:
    lines = ("一条水泥路从云溪县的山脚盘旋而上，直通高坪村。", *PROSE, "村民们说，这条路修到了大伙的心坎上。")
    linked = "".join(f'<a href="http://mp.example.cn/{n}"><p>{line}</p></a>' for n, line in enumerate(lines))
    assert read(page(f"<div>{linked}</div>")).text == "\n".join(lines)


@pytest.mark.parametrize(("name", "captions"), [("cap", ("会议现场",)), ("captain", ()), ("tushuo", ("会议现场",))])
def test_a_line_below_a_picture_whose_box_is_named_for_captions_is_one(name: str, captions: tuple[str, ...]) -> None:
    document = read(page(box(PROSE[0], f"<img src=/1.jpg><p class={name}>会议现场</p>", *PROSE[1:])))
    assert document.captions == captions


def test_a_sentence_below_the_only_picture_is_its_caption() -> None:
    picture = '<p align="center"><img src="/u/41.jpg"></p><p align="center">农民在晾晒红辣椒。</p>'
    document = read(page(f"<div>{picture}</div>"))
    assert (document.kind, document.captions) == ("media_only", ("农民在晾晒红辣椒。",))
    assert read(page(f"<div>{picture}<p>{PROSE[0]}</p></div>")).text.split("\n")[-1] == PROSE[0]


@pytest.mark.parametrize(
    "links", ["<a href='/'>返回首页</a> | <a href='javascript:close()'>关闭窗口</a>", "<a>关闭窗口</a>"]
)
def test_a_line_behind_the_last_row_of_links_is_the_foot(links: str) -> None:
    film = f"<video src=a.mp4></video><center>{links}<br>云溪县工商业联合会</center>"
    document = read(
        f"<html><head><title>统战新闻联播</title></head><body><h2>统战新闻联播</h2><p>2023-06-12 作者：陈晓明</p>{film}"
    )
    assert (document.kind, document.text) == ("media_only", "")


def test_tabs_over_a_box_of_links_are_no_lines() -> None:
    links = "".join(f"<p><a href='/{n}.html'>云溪县统战部深入企业送政策解难题第{n}场</a></p>" for n in range(4))
    tabs = f"<div><ul><li>热点</li><li>本地</li><li>图片</li></ul><div>{links}</div></div>"
    document = read(page(f"<div>{box(PROSE[0])}</div>{tabs}"))
    assert document.text == PROSE[0]
    assert read(page(box(PROSE[0], "热点", "本地", "图片"))).text == "\n".join((PROSE[0], "热点", "本地", "图片"))


def test_the_day_that_signs_one_sentence_stays_however_it_is_set() -> None:
    signed = (
        "<p align=left>因系统升级，本网站定于本周六零时至六时暂停服务，敬请谅解。</p><p align=right>云溪县委统战部</p>"
    )
    document = read(page(f"{signed}<p align=right>2023年6月12日</p><p align=center>云溪县委统战部 制作</p>"))
    assert document.text.split("\n")[1:] == ["云溪县委统战部", "2023年6月12日"]


def test_the_line_over_a_title_in_its_box_is_told() -> None:
    html = page(box(*PROSE)).replace("<h1>", "<div><p>践行群众路线系列报道之三</p><h1>").replace("</h1>", "</h1></div>")
    assert ("head", "践行群众路线系列报道之三") in read(html).removed


def test_a_dateline_may_have_two_lines() -> None:
    html = page(box(*PROSE)).replace("发布时间：2023-06-12 来源：云溪日报", "来源：云溪日报<br>时间：2023-06-12")
    document = read(html)
    assert (document.published, document.text) == ("2023-06-12", "\n".join(PROSE))


@pytest.mark.parametrize(
    "foot", ["云溪新闻网<br>蜀ICP备05012345号", "主办：云溪县委统战部 地址：人民路1号 电话：0830-2345678"]
)
def test_the_owner_in_a_foot_of_its_own_box_is_no_line(foot: str) -> None:
    flat = page("<br>　　".join(("", *PROSE))).replace("版权所有 蜀ICP备00000000号-1", foot)
    assert read(flat).text == "\n".join(PROSE)


@pytest.mark.parametrize("line", ["浏览次数：123 【字号：大 中 小】", "【打印本页】 阅读：12 分享到：微信"])
def test_a_line_of_counters_and_tools_is_none(line: str) -> None:
    assert read(page(box(*PROSE, line))).text == "\n".join(PROSE)
    assert read(page(box(*PROSE, "阅读 改变人生"))).text.split("\n")[-1] == "阅读 改变人生"


def test_sentences_below_the_title_that_stands_again_are_the_article() -> None:
    lines = "".join(
        f"<p style='text-indent:2em'>{line}</p>"
        for line in ("青河镇举办活动，侨眷参加。", "下一步将办理诉求，定期通报。")
    )
    again = "<p align=center>市委统战部召开创建工作会</p>"
    assert read(page(again + lines)).text == "青河镇举办活动，侨眷参加。\n下一步将办理诉求，定期通报。"


@pytest.mark.parametrize(
    "line",
    [
        "有意参加的同志请在周五之前拨打报名电话0830-1234567。",
        "参评作品请于月底前寄至云溪县人民路1号，地址以信封为准。",
        "有关建议可发送至电子邮箱yx@example.cn。",
        "本次活动由县委统战部主办，县工商联承办。",
    ],
)
@pytest.mark.parametrize("apart", ["</div><div class=tip>", ""])
def test_a_last_sentence_that_says_how_to_take_part_is_no_foot(line: str, apart: str) -> None:
    document = read(page(f"<div><div><p>{PROSE[0]}</p><p>{PROSE[1]}</p>{apart}<p>{line}</p></div></div>"))
    assert document.text == "\n".join((*PROSE, line))


@pytest.mark.parametrize("wrap", ["<div>{}</div>", "{}"])
def test_names_under_a_picture_in_its_box_are_the_text(wrap: str) -> None:
    names = ("张建国", "李文华", "王小兰")
    lines = "".join(f"<p>{name}</p>" for name in names)
    inner = f"<h1>市委统战部先进个人</h1><div>发布时间：2023-06-12</div><div><p><img src=/a.jpg></p>{lines}</div>"
    document = read(f"<title>市委统战部先进个人</title>{wrap.format(inner)}<div>版权所有 蜀ICP备00000000号-1</div>")
    assert (document.kind, document.text) == ("article", "\n".join(names))


def test_who_organises_an_event_is_a_line_of_it() -> None:
    lines = ("活动名称：云溪县迎春书画展", "主办单位：县委统战部", "活动地点：县文化馆", "活动对象：书画爱好者")
    assert read(page(box(*lines))).text == "\n".join(lines)


def test_a_form_that_a_notice_explains_is_its_table() -> None:
    rows = (("姓名", "与身份证一致"), ("联系电话", "填写手机号码"), ("单位", "填写全称"))
    table = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in rows)
    document = read(page(f"<div><p>报名表填写要求如下：</p><table>{table}</table><p>请于周五前交办公室</p></div>"))
    assert document.text.split("\n")[1:4] == ["\t".join(row) for row in rows]


LONGER = "某市工商业联合会成立于1953年，现有直属商会四十六个，会员企业六千八百余家，是党和政府联系企业的桥梁。"
TEASER = '<p><a href="/2">商会大厦落成启用，服务窗口同日开放</a></p><p>{0}</p>'


@pytest.mark.parametrize(
    "side",
    [
        f'<h3>部门简介</h3><p>{LONGER}</p><a href="/1">详细</a>',
        f"<div>关于我们</div><div>{LONGER}</div>",
        f"<b>会长寄语</b><p>{LONGER}</p><p>{LONGER}</p>",
        TEASER.format(LONGER) * 3,
    ],
)
@pytest.mark.parametrize("tag", ["div", "td"])
def test_prose_in_a_box_beside_a_short_article_is_none_of_it(side: str, tag: str) -> None:
    line = "9月26日，市工商联联合市律师协会举办法律进企业活动，一百二十多家民营企业参加。"
    html = PAGE.replace("<h1>", f"<table><tr><{tag}><h1>").replace(
        "{body}", f"{{body}}</{tag}><{tag}>{side}</{tag}></table>"
    )
    document = read(html.format(body=f"<div><p>{line}</p></div>", source="云溪日报", head=""))
    assert document.text == line


def test_the_box_of_the_text_behind_an_abstract_is_no_side_box() -> None:
    html = PAGE.replace("<h1>", "<div><h1>").replace("{body}", f"<p>摘要：{PROSE[1]}</p></div>{{body}}")
    text = read(html.format(body=box("一线故事", LONGER), source="云溪日报", head="")).text
    assert text.split("\n")[-2:] == ["一线故事", LONGER]


def test_a_digest_keeps_the_linked_headline_over_each_paragraph() -> None:
    lines = "".join(
        f'<p><a href="/{n}">{head}</a></p><p>{line}<a href="/{n}">[详细]</a></p>' for n, (head, line) in DIGEST
    )
    document = read(page(f"<div>{lines}</div>"))
    assert document.text == "\n".join(part for _, pair in DIGEST for part in pair)
    assert ("member", "[详细]") in document.removed


DIGEST = ((1, ("情系侨眷送关怀", PROSE[0])), (2, ("会员企业赴外地考察学习", PROSE[1])), (3, ("商会大厦启用", LONGER)))
POEM = ("潮水退下去的时候", "码头露出了旧石阶", "阿公坐在最低的一级", "数着对岸的灯", "一盏是南洋", "一盏是家")


@pytest.mark.parametrize("by", ["许燕归", "（许燕归）", "文/许燕归"])
def test_a_poem_under_a_short_title_and_a_name_is_an_article(by: str) -> None:
    document = read(
        "<title>码头--文艺副刊--江东侨刊</title><table><tr><td>[<a href=/>刊首语</a>] [<a href=/x>乡讯</a>]</td></tr>"
        f"<tr><td><font size=5>码头</font><br><font>{by}</font></td></tr><tr><td>{'<br>'.join(POEM)}</td></tr>"
        "</table><p>江东侨刊社编辑出版　地址：江东镇侨联大厦二楼</p>"
    )
    assert (document.title, document.author, document.text) == ("码头", "许燕归", "\n".join(POEM))


def test_the_menu_between_two_copies_is_no_line_of_either() -> None:
    copy = f"<h3>市委统战部召开创建工作会</h3><p>时间：2023-06-12</p>{box(*PROSE, '市委统战部')}"
    again = f"<h3>市委统战部召开创建工作会</h3><p>时间：2023-06-12</p>{box(*PROSE)}"
    menu = "<div><a href=/>首页</a></div><div>菜单</div>"
    document = read(f"<title>市委统战部召开创建工作会</title><div>{copy}</div><div>{menu}{again}</div><p>版权所有</p>")
    assert document.text == "\n".join((*PROSE, "市委统战部"))
    assert ("outside", "菜单") in document.removed


@pytest.mark.parametrize(
    "dialog", ["<h4>今日要点</h4><p>今日要点每天更新</p><p>请先登陆</p>", "<p>请为本页打分，我们会改进。</p>"]
)
def test_a_dialog_between_two_copies_is_no_line_of_either(dialog: str) -> None:
    copies = f"<div class=pc>{box(*PROSE)}</div><div class=pop>{dialog}</div><div class=m>{box(*PROSE)}</div>"
    assert read(page(copies)).text == "\n".join(PROSE)
    assert read(page(copies + "<p>市委统战部</p>")).text.startswith("\n".join(PROSE))


def test_the_head_of_a_table_is_no_dateline() -> None:
    rows = (("类别", "单位名称"), ("机关", "市税务局"), ("学校", "青河中学"))
    table = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in rows)
    assert read(page(f"<div><table>{table}</table></div>")).text == "\n".join("\t".join(row) for row in rows)


def test_a_paragraph_on_rights_right_under_the_head_is_the_article() -> None:
    call = "本刊自7月起开设“我与侨乡”专栏，面向读者征集稿件，来稿须为原创，以一千五百字为宜，"
    call += "配发老照片的优先，一经采用即付稿酬。"
    assert read(page(box(call, "《青河侨刊》编辑部"))).text == f"{call}\n《青河侨刊》编辑部"
    assert read(page(box("本站文章版权所有，转载请注明出处。", *PROSE))).text == "\n".join(PROSE)


@pytest.mark.parametrize(
    "line",
    [
        "您对这次服务是否满意？",
        "相关解读",
        "更多图集",
        "没有任何评论",
        "网友评论：（只显示最新5条。评论内容只代表网友观点！）",
        "我要说两句（已有 8 人参加讨论）",
        "Last Updated ( Thursday, 22 July 2010 09:40 )",
        "本文之评论属于个别评论者，本站不为其言论负责。",
        "✨ AI 摘要",
    ],
)
def test_a_line_of_the_page_below_the_text_is_none_of_it(line: str) -> None:
    assert read(page(box(*PROSE, line))).text == "\n".join(PROSE)


def test_items_of_labels_and_values_head_an_article() -> None:
    items = "<dl><dt>发布时间</dt><dd>2023-06-12</dd><dt>来源</dt><dd>民宗科</dd><dt>浏览</dt><dd>85</dd></dl>"
    document = read(
        f"<title>市委统战部通知</title><main><h1>市委统战部通知</h1>{items}<div><p>请按时参加。</p></div></main>"
    )
    assert (document.text, document.source, document.published) == ("请按时参加。", "民宗科", "2023-06-12")


def test_an_element_that_its_style_makes_a_block_is_a_line() -> None:
    block = "<span style='color:red; display: block'>{}</span>"
    assert read(page(f"<div>{''.join(block.format(line) for line in PROSE)}</div>")).text == "\n".join(PROSE)


def test_a_label_of_files_without_one_is_no_text() -> None:
    assert read(page(box(*PROSE, "附件：") + "<a href=/>关闭窗口</a>")).text == "\n".join(PROSE)
    assert read(page(box(*PROSE, "附件：", "一、名单"))).text == "\n".join((*PROSE, "附件：", "一、名单"))


def test_labels_in_cells_below_the_text_are_read() -> None:
    row = "<tr><td>稿件来源：</td><td>校侨联</td><td>撰稿：</td><td>顾盼</td></tr>"
    html = page(f"{box(*PROSE)}<table>{row}</table><div><a href=/>关闭</a></div>").replace(" 来源：云溪日报", "")
    document = read(html)
    assert (document.text, document.source, document.author) == ("\n".join(PROSE), "校侨联", "顾盼")


@pytest.mark.parametrize(("day", "published"), [("2005年11月4日", "2005-11-04"), ("2005-11-04 09:08", None)])
def test_a_day_right_below_the_box_of_the_text_signs_it(day: str, published: str | None) -> None:
    foot = f"<center><hr>{day}<br><a href=/>回首页</a></center>"
    document = read(f"<title>邻里纪事</title><h2>邻里纪事</h2><blockquote>{'<br>'.join(PROSE)}</blockquote>{foot}")
    assert (document.published, day in document.text) == (published, published is not None)


@pytest.mark.parametrize("wrapper", ["id=page class='hfeed site'", "id=page-wrapper", "class='page page-node'"])
def test_a_box_around_a_whole_page_is_none_beside_articles(wrapper: str) -> None:
    foot = "<div id=footer><p>由某系统建置，侨联路112号，电话三五八零一一二二。</p></div>"
    whole = f"<div {wrapper}><h1>市委统战部召开创建工作会</h1><p>2023-06-12 来源：云溪日报</p>{box(*PROSE)}{foot}</div>"
    assert read(f"<html><body>{whole}</body></html>").text == "\n".join(PROSE)


@pytest.mark.parametrize("name", ["class='content BSHARE_POP'", "class='content has-sidebar'", "id=share_content"])
@pytest.mark.parametrize("over", ["", "<p>一扇门板，把直播间开到地头。</p>"])
def test_the_box_of_the_prose_is_the_article_whatever_its_name_says(name: str, over: str) -> None:
    lines = [f"{number}.{line}" for number in range(3) for line in PROSE]
    document = read(page(f"{over}<div {name}>{''.join(f'<p>{line}</p>' for line in lines)}</div>"))
    assert document.text.endswith("\n".join(lines))


@pytest.mark.parametrize(
    "own", ["<p>因系统升级，办事大厅6月13日暂停对外办公，请相互转告。</p><p>市民中心</p>", "<p><img src=/1.jpg></p>"]
)
def test_a_box_beside_a_short_article_is_none_of_it_however_long(own: str) -> None:
    beside = f"<div class=sidebar>{''.join(f'<p>{line}</p>' for line in PROSE)}</div>"
    document = read(page(f"<div>{own}</div>{beside}"))
    assert PROSE[0] not in document.text


def test_a_second_reader_tells_of_prose_in_boxes_beside_the_article() -> None:
    hidden = "".join(f"<div class=relative><p>{line}</p></div>" for line in PROSE * 2)
    assert read(page(f"<div><p>请各单位按时参加会议。</p></div>{hidden}")).flags == ("incomplete",)


@pytest.mark.parametrize("line", ["（责任编辑：admin）", "责任编辑：管理员", "【编辑：本站编辑】", "作者：佚名 编辑："])
def test_a_last_line_that_names_nobody_is_no_text(line: str) -> None:
    document = read(page(box(*PROSE, line)))
    assert (document.text, document.author, document.editor) == ("\n".join(PROSE), None, None)
    assert read(page(box(*PROSE, "联系人：管理员"))).text.endswith("联系人：管理员")


LINKS = "".join(f"<li><a href=/{n}>{n}栏目</a></li>" for n in "甲乙丙丁")


def test_the_lines_over_the_first_paragraph_in_its_box_go_with_it() -> None:
    lines = ("（2023年6月）", "各位会员：", *PROSE)
    assert read(page(f"<ul>{LINKS}</ul>{box(*lines)}")).text == "\n".join(lines)
    assert read(page(f"<ul>{LINKS}</ul><p>相关栏目：</p>{box(*PROSE)}")).text == "\n".join(PROSE)


@pytest.mark.parametrize("label", ["摘要：", "【核心提示】", "[导读]"])
def test_the_label_of_an_abstract_that_is_none_leaves_the_text(label: str) -> None:
    assert read(page(f"<div class=summary>{label}</div>{box(*PROSE)}")).text == "\n".join(PROSE)
    assert read(page(box(label, *PROSE))).text == "\n".join((label, *PROSE))


def test_a_heading_in_a_box_of_files_is_no_text() -> None:
    files = "<ul><li><a href=/u/1.pdf>補助要點.pdf</a>(212KB)</li></ul>"
    document = read(page(f"{box(*PROSE)}<div><h4>相關檔案</h4>{files}</div>"))
    assert (document.text, len(document.attachments)) == ("\n".join(PROSE), 1)
    assert read(page(f"<div><p>{PROSE[0]}</p><p>报名表</p>{files}</div>")).text == f"{PROSE[0]}\n报名表"


def test_the_words_of_a_picture_over_the_prose_are_its_caption() -> None:
    document = read(page(f"<figure><img src=/1.jpg><figcaption>会议现场</figcaption></figure>{box(*PROSE)}"))
    assert (document.text, document.captions) == ("\n".join(PROSE), ("会议现场",))


@pytest.mark.parametrize("who", ["（摄影：管理学院 白璐）", "（供图：校团委）", "（白璐 摄）"])
def test_who_took_the_picture_ends_its_caption(who: str) -> None:
    picture = f"<p style='text-align:center'><img src=/1.jpg></p><p style='text-align:center'>会议现场{who}</p>"
    assert read(page(f"<div>{picture}<p>{PROSE[0]}</p></div>")).captions == (f"会议现场{who}",)


def test_a_sentence_that_is_a_link_over_the_box_of_the_prose_is_no_line() -> None:
    link = "<div class=bar><a href=/p>请同意我们的隐私权规范，才能启用听新闻的功能。</a></div>"
    assert read(page(link + box(*PROSE))).text == "\n".join(PROSE)


def test_a_file_that_is_linked_above_the_title_alone_is_not_attached() -> None:
    paper = page(box(*PROSE)).replace("<h1>", "<p><a href=/page/03.pdf>本版下载</a></p><h1>")
    assert read(paper).attachments == ()
    table = page(box(*PROSE)).replace(
        "<h1>", "<table><tr><td>全文</td><td><a href=/03.pdf>下载</a></td></tr></table><h1>"
    )
    assert len(read(table).attachments) == 1


@pytest.mark.parametrize(
    "row", ["[评论] [收藏] [推荐] [打印]", "【发表评论】【告诉好友】【打印此文】", "【返回顶端】【关闭本页】"]
)
def test_a_row_of_words_in_brackets_with_a_tool_is_no_text(row: str) -> None:
    assert read(page(box(*PROSE, row))).text == "\n".join(PROSE)
    assert read(page(box(*PROSE, "【甲】【乙】【丙】"))).text.endswith("【丙】")


SHOWN = ("舞龙队走过老街", "归侨在台下拍照")


@pytest.mark.parametrize(
    "album",
    [
        "<ul>" + "".join(f"<li><img src={n}.jpg><p>{line}</p></li>" for n, line in enumerate(SHOWN)) + "</ul>",
        "".join(
            f"<div class=s><img src={n}.jpg><a href=/{n}>大图浏览</a><p>{line}</p></div>"
            for n, line in enumerate(SHOWN)
        ),
        "".join(f"<div class=fig><img src={n}.jpg>{line}</div>" for n, line in enumerate(SHOWN)),
    ],
)
def test_a_line_that_has_a_box_with_a_picture_to_itself_is_a_caption(album: str) -> None:
    assert read(page(f"<div>{album}</div>")).kind == "media_only"
    document = read(page(f"<div class=con><p>{PROSE[0]}</p><p>{PROSE[1]}</p></div>{album.replace('大图浏览', '')}"))
    assert (document.text, document.captions) == ("\n".join(PROSE), SHOWN)


def test_a_line_beside_a_picture_in_one_paragraph_or_alone_in_the_article_is_text() -> None:
    assert read(page(box(*PROSE, "<img src=doc.gif>附件二"))).text.endswith("附件二")
    assert read(page("<div><p>欢迎报考<img src=a.jpg></p></div>")).text == "欢迎报考"


@pytest.mark.parametrize(
    "row", ["<a href=/{0}>台青走访古镇{0}号茶坊</a>（2023-06-{0}）", "[06-{0}] <a href=/{0}>台青走访古镇{0}号</a>"]
)
def test_links_with_their_days_alone_lead_away_from_the_article(row: str) -> None:
    rows = "".join(f"<tr><td>{row.format(day)}</td></tr>" for day in range(10, 15))
    document = read(
        page(f"<table><tr><td>{box(*PROSE)}</td></tr></table><table><tr><td>其他信息</td></tr>{rows}</table>")
    )
    assert document.text == "\n".join(PROSE)
    told = read(page(box(*PROSE, "详见<a href=/1>关于修改方案的公告</a>（2023-06-12）")))
    assert "关于修改方案的公告" in told.text


def test_sentences_below_pictures_that_are_set_as_none_of_the_prose_are_captions() -> None:
    picture = "<p align=center><img src=/{0}.jpg></p><p align=center>{1}</p>"
    shown = ("宣讲员骑摩托车把宣传箱送到村里。", "村民围着火盆翻看连环画。")
    pictures = "".join(picture.format(number, line) for number, line in enumerate(shown))
    document = read(page(f"<div>{pictures}{''.join(f'<p align=left>{line}</p>' for line in PROSE)}</div>"))
    assert (document.text, document.captions) == ("\n".join(PROSE), shown)
    alike = read(page(f"<div>{pictures}{''.join(f'<p align=center>{line}</p>' for line in PROSE)}</div>"))
    assert alike.text == "\n".join((*shown, *PROSE))
    signed = read(page(f"<div>{''.join(f'<p>{line}</p>' for line in PROSE)}{picture.format(1, '2023年6月24日')}</div>"))
    assert signed.captions == ()


@pytest.mark.parametrize(
    ("line", "author"),
    [("罗志强 图/文　2012/1/10", "罗志强"), ("文/图 罗志强 2012-01-10", "罗志强"), ("办公室 2012年1月10日", None)],
)
def test_who_wrote_and_took_the_pictures_signs_with_the_day(line: str, author: str | None) -> None:
    document = read(page(box(*PROSE, line)))
    assert document.author == author
    assert document.text == "\n".join((*PROSE, line.replace("　", " ")) if author is None else PROSE)


@pytest.mark.parametrize(
    "rows",
    [
        "<table><tr><td>周志远</td><td>2023-03-01</td></tr><tr><td>云溪粮油公司</td><td>2023-03-02</td></tr></table>",
        "<p>2023年1月5日　市知联会换届</p><p>2023年2月8日　举行茶话会</p><p>2023年3月1日　讲堂开讲</p>",
        f"<p>{PROSE[0]}</p><ul><li><a href=/1>宗教事务条例</a>（2017-08-26）</li></ul><p>{PROSE[1]}</p>",
    ],
)
def test_what_an_article_lists_with_a_day_each_is_no_dateline(rows: str) -> None:
    document = read(page(f"<div>{rows}</div>"))
    assert (document.published, document.author, document.source) == ("2023-06-12", None, "云溪日报")
    listed = ("周志远\t2023-03-01", "2023年1月5日 市知联会换届", "宗教事务条例（2017-08-26）")
    assert any(line in document.text.split("\n") for line in listed)
    assert not [line for rule, line in document.removed if rule == "dateline" and "2023-06-12" not in line]


@pytest.mark.parametrize(
    "icon", ["<img src=/doc.gif><a href=/a.doc>申报表.doc</a>", "<a href=/a.doc><img src=/i.gif>申报表.doc</a>"]
)
@pytest.mark.parametrize("line", ["现将《同心奖学金申报表》公告如下。", "现将申报情况公告如下：", "资料由办公室提供"])
def test_a_line_over_the_icon_of_a_file_is_no_caption(line: str, icon: str) -> None:
    code = "<div><img src=/qr.png><p>扫一扫在手机打开当前页</p></div>"
    document = read(page(f"<div><p>{line}</p><p>{icon}</p></div>{code}"))
    assert (document.text, document.captions, len(document.attachments)) == (line, (), 1)


@pytest.mark.parametrize("caption", ["会议现场（摄影 张铭）", "会议现场。 摄影：张铭", "会议现场　摄影 张铭"])
def test_who_took_a_picture_stands_behind_its_caption(caption: str) -> None:
    lines = f"<p>{PROSE[0]}</p><p align=center><img src=a.jpg></p><p align=center>{caption}</p><p>{PROSE[1]}</p>"
    document = read(page(f"<div>{lines}</div>"))
    assert (document.text, document.author, len(document.captions)) == ("\n".join(PROSE), None, 1)


def test_lines_set_alike_below_a_picture_are_no_captions() -> None:
    picture, names = "<div align=center><img src=/a.gif></div>", ("市侨联", "东河镇茶社", "青河县商会")
    document = read(page(picture + "".join(f"<div align=center><p class=f>{name}</p></div>" for name in names)))
    assert (document.text, document.captions) == ("\n".join(names), ())


def test_a_source_below_a_picture_is_no_caption() -> None:
    file = "<section align=center><img src=/1.gif></section><p><a href=/a.doc>申报表.doc</a></p>"
    document = read(page(f"<div>{file}<section class=s><p>来源：青河统战</p></section></div>"))
    assert (document.kind, document.captions) == ("media_only", ())


def test_a_postcode_at_the_end_of_an_article_is_a_line() -> None:
    lines = ("办公地址：市民中心17号窗口", "办公时间：工作日9:00—16:30", "邮政编码：618000")
    assert read(page(box(*lines))).text == "\n".join(lines)


def test_a_dateline_is_told() -> None:
    day = "6 月 12, 2023"
    document = read(page(box(*PROSE)).replace("发布时间：2023-06-12 来源：云溪日报", day))
    assert ("dateline", day) in document.removed


def test_a_counter_in_the_row_of_the_dateline_is_no_line() -> None:
    row = (
        "<table><tr><td>发布日期：2023-06-12</td><td>来源：市侨办</td><td>访问次数：</td><td>[大 小]</td></tr></table>"
    )
    html = page("<div><p>现将清单公告如下：</p><p><a href=/a.doc>清单.doc</a></p></div>")
    document = read(html.replace("<div>发布时间：2023-06-12 来源：云溪日报</div>", row))
    assert (document.text, document.source) == ("现将清单公告如下：", "市侨办")


@pytest.mark.parametrize("subhead", ["来源：从敲门开始", "发布：贴在门后的回执", "编辑：看得见的台账"])
def test_a_label_among_paragraphs_is_a_subhead(subhead: str) -> None:
    lines = (PROSE[0], subhead, "事情办完，住户门后会多一张回执，写着谁办的、几天办完。")
    assert read(page(box(*lines))).text == "\n".join(lines)
    assert read(page(box(*lines[::2], "来源：敲门日报"))).text == "\n".join(lines[::2])


MANNERS = {
    "paragraphs": "<p>{}</p>",
    "boxes": "<div>{}</div>",
    "spans": "<p><span>{}</span></p>",
    "a class": "<p class=t>{}</p>",
    "a box each": "<div><p>{}</p></div>",
}
AROUND = (
    "<div class=tip>{0}</div>{1}",
    "<p class=tip>{0}</p>{1}",
    "{1}<div class=tip>{0}</div>",
    "<section>{0}</section>{1}",
)
SAID = (
    (
        "连日来，县人民医院医疗队深入偏远山村，为留守老人送去健康服务，医护人员为老人量血压、测血糖、做心电图，"
        "耐心解答用药疑问，受到群众好评。"
    ),
    "截至目前，医疗队已走访村庄二十三个，义诊一千六百余人次，医院将把巡回义诊作为一项长期工作坚持下去。",
    "下一步，医院将与各乡镇卫生院结对，每月派出一支医疗队，把药品和器械送到最远的村组。",
)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
def test_a_line_beside_the_box_of_a_text_of_any_length_and_manner_is_none_of_it(manner: str, around: str) -> None:
    for length in range(1, len(SAID) + 1):
        for lines in (SAID[:length], (*SAID[:length], "特此通知")):
            box = f"<div class=c>{''.join(map(manner.format, lines))}</div>"
            body = f"<h1>医疗队走进山村</h1><p>2023-06-12 来源：县报</p>{around.format('本县健康动态欢迎来稿', box)}"
            found = read(f"<title>医疗队走进山村</title><body><div>{body}</div><div>版权所有：县医院</div></body>")
            assert found.text.split("\n") == list(lines)


REPEALED = ("清河县侨务工作暂行办法", "清河县归侨走访暂行办法", "清河县乡村医生管理办法")
# How lines are set, over links that are set so, too.
SET = {
    "paragraphs": lambda over, links: "".join(f"<p>{line}</p>" for line in (*over, *links)),
    "breaks": lambda over, links: "<br>".join((*over, *links)),
    "spans": lambda over, links: "".join(f"<p><span>{line}</span></p>" for line in (*over, *links)),
    "items": lambda over, links: (
        "".join(f"<p>{line}</p>" for line in over) + "".join(["<ul>", *(f"<li>{link}</li>" for link in links), "</ul>"])
    ),
    "one paragraph": lambda over, links: "".join(f"<p>{line}</p>" for line in over) + f"<p>{'<br>'.join(links)}</p>",
}


@pytest.mark.parametrize(
    "around",
    [
        "<div class=w>{0}{1}</div>",
        "{0}<div class=c>{1}</div>",
        "<div>{0}<div class=c>{1}</div></div>",
        "<table><tr><td>{0}{1}</td></tr></table>",
        "<div>{0}<table><tr><td>{1}</td></tr></table></div>",
    ],
)
@pytest.mark.parametrize("manner", SET)
def test_links_that_a_line_announces_are_lines_however_they_are_set(manner: str, around: str) -> None:
    over = (SAID[0], "现废止下列文件：")
    box = SET[manner](over, [f"<a href=/{name}.html>{name}</a>" for name in REPEALED])
    head = "<h1>医疗队走进山村</h1><p>2023-06-12 来源：县报</p>"
    found = read(f"<title>医疗队走进山村</title><body>{around.format(head, box)}</body>")
    assert found.text.split("\n") == [*over, *REPEALED]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "last",
    [
        "<a href='http://www.moe.gov.cn/a.html'>请点击查看教育部通知全文</a>",
        "网址：<a href='http://www.moe.gov.cn/a.html'>http://www.moe.gov.cn/a.html</a>",
        "<a href='http://www.moe.gov.cn/a.html'>http://www.moe.gov.cn/a.html</a>",
    ],
)
def test_a_link_that_ends_an_article_is_in_the_text_or_removed(last: str, count: int) -> None:
    document = read(page(box(*PROSE[:count], last)))
    said = last.partition("<")[0] + last.partition(">")[2].partition("<")[0]
    assert said in document.text.split("\n") or said in [line for _, line in document.removed]


def test_a_source_and_an_editor_that_are_set_as_links_below_the_text_are_read() -> None:
    sent = "<table><tr><td><a>来源: <a href='/'>法制网</a></td><td><a>（责任编辑:于澄）</a></td></tr></table>"
    document = read(page(box(*PROSE) + sent, source="").replace("来源：", ""))
    assert (document.source, document.editor, document.text) == ("法制网", "于澄", "\n".join(PROSE))


@pytest.mark.parametrize("tag", ["<iframe src='{}'></iframe>", "<embed src='{}'>", "<object data='{}'></object>"])
@pytest.mark.parametrize(
    ("shown", "file"),
    [
        ("/up/1.pdf", "/up/1.pdf"),
        ("/up/%E5%90%8D%E5%8D%95.pdf", "/up/%E5%90%8D%E5%8D%95.pdf"),
        ("/up/a%20b.pdf#page=2", "/up/a%20b.pdf"),
        ("/up/1.pdf?v=2", "/up/1.pdf"),
        ("/web/viewer.html?file=/up/1.pdf", "/up/1.pdf"),
        ("/web/viewer.html?file=../up/1.pdf", "/up/1.pdf"),
        ("/web/viewer.html?file=%2Fup%2F1.pdf", "/up/1.pdf"),
        ("/web/viewer.html?file=%2fup%2f1.pdf&amp;page=1", "/up/1.pdf"),
        ("/web/viewer.html?page=1&amp;file=%2Fup%2F1.pdf%23page%3D1", "/up/1.pdf"),
        ("/web/viewer.html?file=http%3A%2F%2Fwww.example.gov.cn%2Fup%2F1.pdf", "/up/1.pdf"),
        ("/web/viewer.html?file=%2Fup%2F1%2Epdf", "/up/1.pdf"),
        ("/web/viewer.html?file=%2Fup%2F%25E5%2590%258D.pdf", "/up/%E5%90%8D.pdf"),
    ],
)
def test_the_file_in_a_viewer_has_its_own_address_however_it_is_written(tag: str, shown: str, file: str) -> None:
    found = read(f"<title>名单公布</title><h1>名单公布</h1><p>2023-03-08</p><div>{tag.format(shown)}</div>")
    assert [url for url, _ in found.attachments] == [f"http://www.example.gov.cn{file}"]
