"""An article of every kind is read from pages in the manner of many systems, and nothing that stands around it."""

from __future__ import annotations

import datetime as dt

import golden
import pytest
from layouts import LAYOUTS, page

from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.capture import Capture, Place

ROSTER = ("周志远", "李红", "赵五常", "陈晓明", "戴华敏", "欧阳文")
LABELS = ("时间：6月18日（周日）12:30", "地点：市委党校一号楼", "主持：周志远", "参加人员：各支部书记")
NOTICE = ("因系统升级，办事大厅6月13日暂停对外办公一天。",)
TABLE = ("姓名\t单位\t职务", "周志远\t市侨联\t主席", "李红\t东河镇\t统战委员", "赵五常\t市工商联\t副主席")
NEWS = (
    "6月10日，市委统战部召开专题会议，研究部署下半年重点任务，提出具体要求。",
    "会议强调，要坚持以铸牢中华民族共同体意识为主线，不断巩固发展民族团结进步事业。",
    *TABLE,
    "特此通知。",
    "市委统战部",
    "2023年6月12日",
)
FILE = '<p>附件：<a href="/u/a.docx">同心奖学金申报表.docx</a></p>'
PICTURES = '<p style="text-align:center"><img src="/u/1.jpg"></p><p><img src="/u/2.jpg"></p>'
# Kind -> title, the lines of the text.
KINDS = {
    "roster": ("市侨联第八届委员会委员名单", ROSTER),
    "labels": ("关于召开支部书记例会的通知", LABELS),
    "sentence": ("公告", NOTICE),
    "table": ("市侨联委员名单公示", TABLE),
    "news": ("关于申报同心项目的通知", NEWS),
}


def written(lines: tuple[str, ...], manner: int) -> str:
    """Lines as HTML: paragraphs, boxes, line breaks or Word's spans in turn; rows of a table as a table."""
    forms = (
        "<p>{}</p>",
        "<div>{}</div>",
        "{}<br>",
        '<p class="MsoNormal"><span style="font-size:16pt">　　{}</span></p>',
    )
    html, rows = "", ""
    for line in lines:
        if "\t" in line:
            rows += f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in line.split(chr(9)))}</tr>"
            continue
        if rows:
            html, rows = f"{html}<table border=1>{rows}</table>", ""
        html += forms[manner % 4].format(line)
    return f"{html}<table border=1>{rows}</table>" if rows else html


def read(layout: str, box: str, title: str) -> Document | None:
    """What the cleaner makes of a page."""
    found = clean(
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000006",
            kind="response",
            url="http://www.example.gov.cn/tzgg/202306/t20230612_4021.html",
            date=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=page(layout, box, title=title).encode(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        ),
        None,
    )
    return found if isinstance(found, Document) else None


def failures(kind: str) -> list[str]:
    """The layouts in which an article of a kind is not read as it was written."""
    title, lines = KINDS[kind]
    wrong = []
    for manner, layout in enumerate(LAYOUTS):
        document = read(layout, written(lines, manner), title)
        if document is None or document.text.split("\n") != list(lines) or document.title != title:
            wrong.append(layout)
    return wrong


def test_there_are_layouts_enough() -> None:
    assert len(LAYOUTS) == 26


@pytest.mark.parametrize("kind", KINDS)
def test_an_article_without_prose_is_read_whole_in_every_layout(kind: str) -> None:
    # At most one layout in ten may fail; measured: one notice, of a system that will be down.
    assert len(failures(kind)) <= 2, failures(kind)


@pytest.mark.parametrize(("box", "title"), [(FILE, "2023年度同心奖学金申报表"), (PICTURES, "市侨联侨胞之家揭牌")])
def test_an_article_of_files_or_pictures_has_no_text(box: str, title: str) -> None:
    for layout in LAYOUTS:
        document = read(layout, box, title)
        assert document is not None, layout
        got = (document.kind, document.text, document.title, len(document.attachments))
        assert (layout, *got) == (layout, "media_only", "", title, int(box == FILE))
        assert (layout, document.published and document.published[:10]) == (layout, "2023-06-12")


# Layouts without a source, and those that state one below the text or in a table: what the text says goes before.
WITHOUT_SOURCE = ("webplus", "column_heading")
SOURCE_BESIDE = ("day_below", "disclosure")
FIELDS = ("title", "subtitle", "source", "author", "editor", "contributor")


def said(document: Document, own: list[list[str]]) -> dict[str, object]:
    """What is read of an article, and which of its `own` lines leave its text by which rule."""
    return {
        **{field: getattr(document, field) for field in FIELDS},
        "published": document.published and document.published[:10],
        "captions": list(document.captions),
        "attachments": list(map(list, document.attachments)),
        "flags": document.flags,
        "removed": [[rule, line] for rule, line in document.removed if any(line == other for _, other in own)],
        "text": document.text.split("\n"),
    }


@pytest.mark.parametrize("name", golden.BOXES)
def test_an_article_is_read_alike_whatever_stands_around(name: str) -> None:
    box = golden.BOXES[name]
    for layout in LAYOUTS:
        # That dateline has no label, and the first line of the text is one of an event.
        if (layout, name) == ("aspnet", "event"):
            continue
        document = clean(golden.laid_out(layout, box), None)
        assert isinstance(document, Document), layout
        usual = None if layout in WITHOUT_SOURCE else "市委统战部"
        first = layout in (*WITHOUT_SOURCE, *SOURCE_BESIDE)
        expected = {
            **{field: box.get(field) for field in FIELDS},
            **{field: box.get(field, []) for field in ("captions", "attachments", "removed")},
            "title": box.get("read_title", box["title"]),
            "published": "2023-06-12",
            "source": box.get("source", usual) if first else usual,
            # 责任编辑 goes before 编辑.
            "editor": "赵一凡" if layout == "paper" and name != "report" else box.get("editor"),
            "flags": (),
            "text": box["text"].split("\n"),
        }
        assert (layout, said(document, box.get("removed", []))) == (layout, expected)


@pytest.mark.parametrize(
    ("box", "text"),
    [
        # A bare anchor around all paragraphs is no link.
        (f"<a name=top><p>{NEWS[0]}</p><p>特此通知。</p></a>", f"{NEWS[0]}\n特此通知。"),
        # Word's elements break no sentence.
        ("<p>6月10日，<st1:place>云溪市</st1:place>召开会议。</p>", "6月10日，云溪市召开会议。"),
        # One copy for wide screens and one for narrow ones.
        (
            f"<div class=pc><p>{NEWS[0]}</p><p>{NEWS[1]}</p></div><div class=m><p>{NEWS[0]}</p><p>{NEWS[1]}</p></div>",
            f"{NEWS[0]}\n{NEWS[1]}",
        ),
        # A script shows a film.
        ("<div id=p></div><script>createPlayer('p', 'http://v.example.cn/1.mp4')</script>", ""),
        # The name of a film stands in the box of its player's buttons.
        (
            f"<div><h4>同心向党<a>收起</a></h4><p>播放速度：2X<br>设置成功<br>倍速<br>标清</p></div><p>{NEWS[0]}</p><p>{NEWS[1]}</p>",
            f"{NEWS[0]}\n{NEWS[1]}",
        ),
        # What stands over one button is no name of a film, and a sentence in the player's box is text.
        (
            f"<div><p>同心向党</p><div>播放速度：2X</div></div><p>{NEWS[0]}</p><p>{NEWS[1]}</p>",
            f"同心向党\n{NEWS[0]}\n{NEWS[1]}",
        ),
        (
            f"<div><p>本片由市委统战部摄制。</p><div>播放速度：2X</div><div>倍速</div></div><p>{NEWS[0]}</p><p>{NEWS[1]}</p>",
            f"本片由市委统战部摄制。\n{NEWS[0]}\n{NEWS[1]}",
        ),
        # A day that cannot be told is no text behind its label; a day of an event is.
        (f"<p>发表时间： 06/02/2022 - 13:48</p><p>{NEWS[0]}</p>", NEWS[0]),
        (f"<p>发布会时间：6月18日9:00</p><p>{NEWS[0]}</p>", f"发布会时间：6月18日9:00\n{NEWS[0]}"),
        # A label of an event is no dateline, a cell 姓名 no form, and who organised it no foot.
        ("<p>时间：6月18日9:00</p><p>主办：市工商联</p>", "时间：6月18日9:00\n主办：市工商联"),
    ],
)
def test_odd_manners_of_a_box_are_read(box: str, text: str) -> None:
    for layout in ("trs_plain", "vsb", "empire", "wordpress", "noisy"):
        document = read(layout, box, "关于申报同心项目的通知")
        assert document is not None, layout
        assert (layout, document.text) == (layout, text)
