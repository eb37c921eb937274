"""What is read where no title and no dateline tell the box, and what a site's own selector says of it."""

from dataclasses import replace

import pytest
from pages import read

from archive.text import extract
from archive.text.blocks import fold
from archive.text.box import find
from archive.text.document import Document, Reason
from archive.text.outline import Outline
from archive.text.page import page_of
from archive.text.verdict import judged

PROSE = (
    "全市侨务工作座谈会在青河召开，与会人员围绕引资引智、权益保护和文化交流等议题进行了深入讨论，提出了许多意见和建议。"
)
PAGE = "<html><head><title></title></head><body><div>{above}<p>{prose}</p><p>{prose}</p>{below}</div></body></html>"


def test_a_selector_says_where_an_article_begins_and_ends() -> None:
    page = page_of(PAGE.format(above="<p>一</p>", prose=PROSE, below="<p>二</p>"))
    assert page is not None
    found = extract.body(replace(page, picked=[1, 2]), [0.0] * 4, (0, 4, 0.0), None)
    assert found is not None
    assert (found.kept, found.start, found.end, found.tier) == ((1, 2), 1, 3, "site")


@pytest.mark.parametrize(("letters", "ends"), [(9, True), (3, False)])
def test_letters_of_readers_in_a_box_that_says_so_end_an_article(letters: int, *, ends: bool) -> None:
    box = f"<div class=comment>{'<p>说得很好，支持。</p>' * letters}</div>"
    page = page_of(
        PAGE.format(above="", prose=PROSE, below=f"<p>网友评论</p>{box}{f'<p>{PROSE}</p>' * (12 - letters)}")
    )
    assert page is not None
    votes = extract.votes(page.blocks, page.keys)
    assert (votes[page.keys.index("网友评论")] <= extract.WALL) is ends


def document(above: str, below: str) -> Document:
    """What the votes alone find: enough prose, and neither a title nor a dateline."""
    found = read(PAGE.format(above=above, prose=PROSE, below=f"<p>{PROSE}</p>" * 8 + below))
    assert found.extractor == "votes"
    return found


def test_a_caption_over_the_first_paragraph_belongs_to_the_article() -> None:
    found = document("<p>图为座谈会现场</p>", "")
    assert found.captions == ("图为座谈会现场",)
    assert set(found.text.split("\n")) == {PROSE}


def test_where_to_write_to_ends_no_article_that_goes_on_after_it() -> None:
    address = "地址：青河市人民路18号 邮编：618000 电话：0838-5222222"
    found = document("", f"<p>{address}</p><p>特此通知</p><p>青河市侨务办公室</p>")
    assert found.text.split("\n")[-2:] == ["特此通知", "青河市侨务办公室"]


@pytest.mark.parametrize(("links", "stays"), [(4, False), (1, True)])
def test_links_in_a_row_lead_away_from_an_article(links: int, *, stays: bool) -> None:
    row = "".join(f"<p><a href='/{number}.html'>青河侨界新春联谊活动第{number}场</a></p>" for number in range(links))
    dated = f"<h1>侨务工作座谈会召开</h1><p>2023-06-12 来源：青河日报</p><p>{PROSE}</p>{row}<p>周末天气晴朗</p>"
    found = read(f"<html><head><title>侨务工作座谈会召开</title></head><body><div>{dated}</div></body></html>")
    assert found.text.startswith(PROSE)
    assert ("周末天气晴朗" in found.text) is stays


def test_a_cell_in_another_column_of_the_layout_is_no_line_of_the_article() -> None:
    side = "<td><p>欢迎各界侨胞来信来访，反映诉求，我们将认真办理，及时答复。</p></td>"
    cell = f"<td><h1>侨务工作座谈会召开</h1><p>2023-06-12 来源：青河日报</p><p>{PROSE}</p><p>会议{PROSE}</p></td>"
    found = read(f"<html><head><title>座谈会</title></head><body><table><tr>{cell}{side}</tr></table></body></html>")
    assert found.text == f"{PROSE}\n会议{PROSE}"


def test_time_for_columns_grows_with_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    holds = Outline.holds

    def counted(outline: Outline, element: int, index: int) -> bool:
        nonlocal calls
        calls += 1
        return holds(outline, element, index)

    monkeypatch.setattr(Outline, "holds", counted)
    counts = []
    for paragraphs in (400, 800):
        calls = 0
        columns = ("".join(f"<p>第{n}{unit}{PROSE}</p>" for n in range(paragraphs)) for unit in "场日")
        below = f"<div class=x><p>{PROSE}</p></div>"
        head = "<h1>侨务工作座谈会召开</h1><p>2023-06-12 来源：青河日报</p>"
        table = f"<table><tr>{''.join(f'<td>{column}</td>' for column in columns)}</tr></table>"
        found = read(f"<html><head><title>座谈会</title></head><body>{head}{table}{below}</body></html>")
        assert len(found.text.split("\n")) == 2 * paragraphs + 1
        counts.append(calls)
    assert counts[1] < 2.5 * counts[0]


def test_a_word_for_comments_over_the_first_line_is_a_tool() -> None:
    dated = f"<h1>侨务工作座谈会召开</h1><p>2023-06-12 来源：青河日报</p><p>网友评论</p><p>{PROSE}</p>"
    found = read(f"<html><head><title>侨务工作座谈会召开</title></head><body><div>{dated}</div></body></html>")
    assert (found.text, found.kind) == (PROSE, "article")


def test_teasers_that_end_in_a_link_to_the_rest_are_a_list() -> None:
    rows = "".join(f"<p>第{n}场：{PROSE[:-1]}……<a href='/{n}.html'>[详细]</a></p>" for n in range(4))
    page = page_of(f"<html><head><title>侨务工作</title></head><body><h1>侨务工作</h1><div>{rows}</div></body></html>")
    assert page is not None
    points = extract.votes(page.blocks, page.keys)
    region = extract.region(page.outline, points, page.title)
    found = judged(page, points, region, find(page, region), "http://www.example.gov.cn/qw/1.html", "")
    assert found is not None
    assert found[0] is Reason.LIST


def test_bullets_of_a_font_are_bullets_and_its_other_signs_are_nothing() -> None:
    assert fold("\uf06c要点") == "·要点"
    assert fold("\ue123要点") == "要点"


@pytest.mark.parametrize(
    "line",
    [
        "ང་ཚོས་མི་རིགས་མཐུན་སྒྲིལ་གྱི་ལས་དོན་ལ་ཤུགས་སྣོན་རྒྱག་དགོས། ལས་བྱེད་པ་ཚོས་གྲོང་གསེབ་ཏུ་སོང་།",
        "The federation held its annual meeting in the county hall on Friday morning.",
    ],
)
def test_paragraphs_without_chinese_marks_are_an_article_on_a_page_without_a_title(line: str) -> None:
    text = read(f"<p>{line}</p><p>{line} 2</p><p>{line} 3</p><p>来源：县报</p>").text
    assert text.split("\n")[-2:] == [f"{line} 2", f"{line} 3"]
