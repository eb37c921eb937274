"""Law 11: everything in an article's box is in its document, and nothing from outside is in its text.

For pages composed by hypothesis the box is known; for real sites the templates say which lines it has.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.capture import Capture, Place

sys.path.append(str(Path(__file__).parents[1] / "text"))
import layouts

NAMES = ("周志远", "李红", "赵五常", "陈晓明", "戴华敏", "欧阳文", "买买提·艾力")
SENTENCES = (
    "6月10日，市委统战部召开专题会议，研究部署下半年重点任务，提出具体要求。",
    "会议强调，要坚持以铸牢中华民族共同体意识为主线。",
    "请各支部安全委员到办公室领取资料。",
    "活动由市委统战部主办，市工商联承办，历时三天，二百余人参加。",
)
SHORT = (
    "一、时间安排",
    "地点：市委党校一号楼",
    "联系电话：0838-5222222",
    "各县（市、区）委统战部：",
    "特此通知。",
    "主办：市工商联",
)
CELLS = ("姓名", "单位", "职务", "性别", "市侨联", "东河镇", "男", "女", "25", "委员")
FILES = ("同心奖学金申报表.docx", "名单.xls")

sentences = st.sampled_from(SENTENCES).map(lambda line: (f"<p>　　{line}</p>", [line]))
short = st.sampled_from(SHORT).map(lambda line: (f"<p>{line}</p>", [line]))
names = st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True).map(
    lambda lines: ("<br>".join(lines) + "<br>", lines)
)
items = st.lists(st.sampled_from(SENTENCES + SHORT), min_size=2, max_size=4, unique=True).map(
    lambda lines: (f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>", lines)
)


def table(rows: list[list[str]]) -> tuple[str, list[str]]:
    html = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in rows)
    return f"<table border=1>{html}</table>", ["\t".join(row) for row in rows]


tables = st.lists(st.lists(st.sampled_from(CELLS), min_size=3, max_size=3), min_size=2, max_size=5).map(table)
pictures = st.just(('<p align="center"><img src="/u/1.jpg"></p><p align="center">活动现场</p>', ["活动现场"]))
files = st.sampled_from(FILES).map(lambda name: (f'<p><a href="/u/{name}">{name}</a></p>', [name]))
boxes = st.lists(st.one_of(sentences, short, names, items, tables, pictures, files), min_size=1, max_size=8)


def folded(words: str) -> str:
    """Remove white space and invisible characters."""
    return re.sub(r"[\s\u3000\xa0\u200b-\u200f\ufeff\u2060]+", "", words)


def read(html: bytes, url: str = "http://www.example.gov.cn/tzgg/202306/t20230612_4021.html") -> Document | None:
    """Clean a page."""
    found = clean(
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000006",
            kind="resource",
            url=url,
            date=None,
            status=None,
            headers=(("Content-Type", "text/html"),),
            body=html,
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        ),
        None,
    )
    return found if isinstance(found, Document) else None


def accounted(document: Document) -> str:
    """All texts of a document, including captions, fields and removed lines."""
    fields = (
        document.title,
        document.subtitle,
        document.source,
        document.author,
        document.editor,
        document.contributor,
    )
    return folded(
        "\n".join(
            (
                document.text_original or document.text,
                *document.captions,
                *(field or "" for field in fields),
                *(name for _, name in document.attachments),
                *(line for _, line in document.removed),
            )
        )
    )


@settings(max_examples=150)
@given(layout=st.sampled_from(sorted(layouts.LAYOUTS)), parts=boxes)
def test_every_line_of_the_box_is_accounted_for_and_no_other_is_text(
    layout: str, parts: list[tuple[str, list[str]]]
) -> None:
    page = layouts.page(layout, "".join(html for html, _ in parts), title="关于申报同心项目的通知")
    document = read(page.encode())
    assert document is not None
    box = [line for _, lines in parts for line in lines]
    said = accounted(document)
    assert [line for line in box if folded(line) not in said] == []
    whole = folded("".join(box))
    assert [line for line in document.text.split("\n") if folded(line) not in whole] == []


def truths(shared: Path) -> list[tuple[str, bytes, list[str]]]:
    """Pages of real sites, and the lines of their boxes according to the templates."""
    found = []
    for path in sorted((shared / "real-sites").glob("*/truth.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            truth = json.loads(line)
            found.append(
                (f"{path.parent.name}/{truth['page']}", (path.parent / truth["page"]).read_bytes(), truth["lines"])
            )
    return found


def size(lines: list[str]) -> int:
    return len(re.findall(r"[\u3400-\u9fff]", "".join(lines)))


def test_boxes_of_real_sites_are_accounted_for_and_kept(shared: Path) -> None:
    silent, thin, asked = [], [], 0
    for name, body, lines in truths(shared):
        if size(lines) < 5:
            continue
        document = read(body, "file:///page.html")
        asked += 1
        if document is None:
            silent.append(name)
            continue
        said = accounted(document)
        # If a line is split differently than in the template's text, compare its pieces.
        lost = [line for line in lines if folded(line) not in said and folded(line)[:20] not in said]
        if size(lost) > 0.1 * size(lines):
            silent.append(name)
        # Titles, bylines and files became fields.
        named = (line for rule, line in document.removed if rule in ("title_repeated", "dateline", "byline", "file"))
        kept = folded("\n".join((document.text, *document.captions, *named)))
        missing = [line for line in lines if folded(line) not in kept and folded(line)[:20] not in kept]
        if size(missing) > 0.1 * size(lines):
            thin.append(name)
    assert asked > 120
    assert silent == []
    # Measured: none of 132.
    assert len(thin) <= 0.03 * asked, thin


def test_gold_lines_of_real_pages_stand_in_the_box(shared: Path) -> None:
    lost, all_lines = 0, 0
    for path in sorted((shared / "real-pages").glob("*/meta.json")):
        meta = json.loads(path.read_text("utf-8"))
        text = (meta.get("gold") or {}).get("body_text")
        if not text or meta["kind"] != "article" or meta["id"] in ("magic-f-17756043", "np4k-chinese_article"):
            continue
        document = read((path.parent / "page.html").read_bytes(), meta.get("url") or "file:///page.html")
        assert document is not None, meta["id"]
        said = accounted(document)
        every = [folded(line) for line in text.split("\n") if folded(line)]
        all_lines += len(every)
        lost += sum(line not in said and line[:20] not in said for line in every)
    assert all_lines > 500
    assert lost <= 0.02 * all_lines, (lost, all_lines)


@pytest.mark.parametrize("layout", sorted(layouts.LAYOUTS))
def test_an_empty_box_takes_nothing_from_elsewhere(layout: str) -> None:
    document = read(layouts.page(layout, '<p><img src="/u/1.jpg"></p>', title="市侨联侨胞之家揭牌").encode())
    assert document is not None
    assert (document.kind, document.text) == ("media_only", "")
