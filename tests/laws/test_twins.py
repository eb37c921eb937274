"""A page in other markup that browsers show alike is read alike."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.text.clean import clean
from archive.text.document import Document
from archive.warc.capture import Capture, Place

sys.path.append(str(Path(__file__).parents[1] / "text"))
import layouts

BOX = (
    '<p align="center"><img src="/u/1.jpg"></p><p align="center">活动现场</p>'
    "<p>　　6月10日，市委统战部召开专题会议，研究部署下半年重点任务。</p>"
    '<p>　　会议强调，要坚持以铸牢中华民族共同体意识为主线。</p><p><a href="javascript:;">展开全文</a></p>'
    '<div style="display:none"><p>　　活动由市委统战部主办，历时三天，二百余人参加。</p></div>'
    "<table border=1><tr><td>姓名</td><td>单位</td></tr><tr><td>周志远</td><td>市侨联</td></tr></table>"
)
TEXT = (
    "6月10日，市委统战部召开专题会议，研究部署下半年重点任务。\n会议强调，要坚持以铸牢中华民族共同体意识为主线。\n"
    "活动由市委统战部主办，历时三天，二百余人参加。\n姓名\t单位\n周志远\t市侨联"
)
COPY = "".join(f"<p>{line}</p>" for line in TEXT.split("\n")[:3]) * 3
_TAG = re.compile(r"<(?!!)[^<>]*>")


def in_tags(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda page: _TAG.sub(lambda tag: change(tag[0]), page)


# How a page is written otherwise.
MANNERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "numbers": lambda page: re.sub(r"[^\x00-\x7f]", lambda found: f"&#{ord(found[0])};", page),
    "hexadecimal numbers": lambda page: re.sub(r"[^\x00-\x7f]", lambda found: f"&#X{ord(found[0]):x};", page),
    "capitals": in_tags(lambda tag: re.sub(r"^</?\w+|\s\w+(?==)", lambda found: found[0].upper(), tag)),
    "no end tags": in_tags(lambda tag: "" if tag in ("</p>", "</li>", "</td>", "</tr>") else tag),
    "a copy that is hidden": lambda page: re.sub(
        "(<body[^>]*>)", lambda found: f'{found[0]}<div style="display:none">{COPY}</div>', page
    ),
    "comments": in_tags(lambda tag: f"<!-- {tag[1:3]} -->{tag}<!--[if IE]><![endif]-->"),
}


def read(html: str) -> Document:
    found = clean(
        Capture(
            id="urn:uuid:00000000-0000-4000-8000-000000000019",
            kind="resource",
            url="http://www.example.gov.cn/tzgg/202306/t20230612_4021.html",
            date=None,
            status=None,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=html.encode(),
            payload_digest=None,
            place=Place(file="a.warc.gz", offset=0, length=1),
        ),
        None,
    )
    assert isinstance(found, Document), found
    return found


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("layout", sorted(layouts.LAYOUTS))
def test_a_page_in_other_markup_is_read_alike(layout: str, manner: str) -> None:
    document = read(MANNERS[manner](layouts.page(layout, BOX, title="市侨联侨胞之家揭牌")))
    day = (document.published or "")[:10]
    said = (document.title, day, document.captions, document.text)
    assert said == ("市侨联侨胞之家揭牌", "2023-06-12", ("活动现场",), TEXT)
