"""How a page sets its lines, by tags, styles and its own style sheet; and which line is the title by that."""

from __future__ import annotations

import pytest
from pages import read

from archive.text.looks import Look, looks
from archive.text.outline import outline

STYLE = (
    "<style>.tt,div.x{font:bold 20px/30px 宋体} #y{text-align:center} h3{font-size:14px} .nav a{font-size:40px}</style>"
)


@pytest.mark.parametrize(
    ("line", "look"),
    [
        ("<p>桥修好了</p>", Look(16, False, False)),
        ("<b>桥修好了</b>", Look(16, True, False)),
        ("<font size=5>桥修好了</font>", Look(24, False, False)),
        ("<font size=+1>桥修好了</font>", Look(18, False, False)),
        ("<p align=center><b><font size=5>桥修好了</font></b></p>", Look(24, True, True)),
        ("<center>桥修好了</center>", Look(16, False, True)),
        ('<span style="font-size:18pt">桥修好了</span>', Look(24, False, False)),
        ('<div style="font-size:20px"><p style="font-size:150%">桥修好了</p></div>', Look(30, False, False)),
        ("<h1>桥修好了</h1>", Look(32, True, False)),
        ("<p class=tt>桥修好了</p>", Look(20, True, False)),
        ("<div class=x id=y>桥修好了</div>", Look(20, True, True)),
        # What is no size sets none.
        ("<font size=²>桥修好了</font>", Look(16, False, False)),
        ('<span style="font-size:1..2em">桥修好了</span>', Look(16, False, False)),
        # A rule for a tag is believed where the tag stands alone in it.
        ("<h3>桥修好了</h3>", Look(14, True, False)),
        ("<p><a>桥修好了</a></p>", Look(16, False, False)),
        # A table does not take its place from around it; what was not ended ends with its box.
        ("<center><table><tr><td>桥修好了</td></tr></table></center>", Look(16, False, False)),
        ("<div><b>说明</div><p>桥修好了</p>", Look(16, False, False)),
        ("</b></x>< /><p>桥修好了</p>", Look(16, False, False)),
    ],
)
def test_a_line_has_the_look_that_its_page_gives_it(line: str, look: Look) -> None:
    page = outline(f"<html><head>{STYLE}</head><body>{line}<p>乡亲们凑了三万元，用了四十天。</p></body></html>")
    (at,) = [index for index, block in enumerate(page.blocks) if block.text == "桥修好了"]
    assert looks(page)[at] == look


PAGE = (
    "<html><head><title>云溪同乡会</title></head><body><table><tr><td width=200><a href=/a>同乡会概况</a>"
    "<h4>联系我们</h4><p>0830-1230000</p></td><td>{over}<p>村口的桥去年被洪水冲垮，乡亲们凑了三万元，请来石匠修好。</p>"
    "<p>通车那天，八十岁的老校长第一个走过去，说他小时候就盼着这座桥。</p></td></tr></table></body></html>"
)


@pytest.mark.parametrize(
    "over",
    [
        # A line over the title, a subtitle, who wrote, a caption: all are set like the text, or smaller.
        "<p>乡里新事</p><p align=center><b>修好了村口的桥</b></p><p>石匠班子四十天的账</p>",
        "<center><font size=6>修好了村口的桥</font><br><font size=2>——乡亲们的一本账</font></center>",
        "<p><font size=3>老石匠</font><br><font size=5><b>修好了村口的桥</b></font><br><font size=2>陈晓明</font></p>",
        '<p style="font-size:24px">修好了村口的桥</p><p align=center><img src=1.jpg><br>石匠在桥头</p>',
    ],
)
def test_the_line_that_stands_out_over_the_text_is_the_title(over: str) -> None:
    assert read(PAGE.format(over=over)).title == "修好了村口的桥"


@pytest.mark.parametrize("over", ["<p>修好了村口的桥</p>", "<p><img src=1.gif>修好了村口的桥</p>"])
def test_a_heading_in_a_box_of_its_own_is_none(over: str) -> None:
    assert read(PAGE.format(over=over)).title == "修好了村口的桥"


def test_a_heading_below_the_text_and_a_name_over_a_menu_are_no_titles() -> None:
    menu = "<p><a href=/1>首页</a> <a href=/2>同乡动态一览</a> <a href=/3>通知公告</a> <a href=/4>乡情乡音专栏</a></p>"
    below = "<h3>更多消息</h3><p>2012-03-02</p><p><a href=/5>同乡会春节团拜会通知</a></p>"
    page = PAGE.format(over=f"<h1>云溪同乡会</h1>{menu}<h3>修好了村口的桥</h3>").replace(
        "</td></tr>", f"{below}</td></tr>"
    )
    assert read(page).title == "修好了村口的桥"
