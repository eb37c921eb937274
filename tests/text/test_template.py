"""What a site's own pages teach about it, and how that votes on each of them."""

from __future__ import annotations

import datetime as dt
import random
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from layouts import LAYOUTS
from scoring import body_f1

from archive.corpus.learn import conclude, lesson, to_toml
from archive.errors import SiteError
from archive.site import Crawl, Learned, Reading, Site, load_learned
from archive.text.clean import clean
from archive.text.document import Document, Skip
from archive.text.recipe import recipe
from archive.warc.capture import Capture, Place

PROSE = [line for line in (Path(__file__).parent / "prose.txt").read_text("utf-8").splitlines() if len(line) > 15]
SITE = Site(key="yx", name="云溪市人民政府", hosts=("www.example.gov.cn",), crawl=Crawl(start=()))
# Who wrote stands without a label: half of the sources are no known medium, and half of the authors no plain name.
SOURCES = ("新华社", "四川日报", "云溪发布", "东河镇", "石榴红了", "民宗科")
AUTHORS = ("周志远", "陈晓明", "高明", "石榴籽", "")
# A line of the layout that states day and source -> the same without labels.
BARE = {
    "spans": "<span>{day}</span><span>{source}</span><span>{author}</span>",
    "words": "{day} 10:30　{source}　{author}",
    "bars": "{source} | {author} | {day}",
    "boxes": '<div class="t">{day}</div><div class="ly">{source}</div><div class="zz">{author}</div>',
}
STATED = re.compile(
    r"(?:作者：佚名　)?(?:(?:(?:发布|更新)?(?:时间|日期)|(?:信息)?来源)：)?\{(?:day|source)\}[^\n]*\{(?:day|source)\}"
)
# Layouts that state both in one line.
STATING = [name for name, html in LAYOUTS.items() if STATED.search(html)][:10]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A page and what it says."""

    capture: Capture
    text: str
    source: str
    author: str


def made(layout: str, count: int, *, bare: str | None = None, first: int = 0, notices: int = 5) -> list[Made]:
    """Pages of a layout; one in `notices` is a notice of one line, none where that is 0."""
    chance = random.Random(layout)  # noqa: S311 - pages, no secrets
    pages = []
    for number in range(first, first + count):
        lines = [f"{number % 12 + 1}月{number % 28 + 1}日，市侨联召开第{number}次座谈会。"]
        lines += ["".join(chance.sample(PROSE, 2)) for _ in range(3)]
        if notices and number % notices == 1:
            lines = [f"因系统升级，市侨联第{number}号窗口6月{number % 28 + 1}日暂停对外办公一天。"]
        day, source, author = "2023-06-12", SOURCES[number % 6], AUTHORS[number % 5]
        html = LAYOUTS[layout]
        if bare and (stated := STATED.search(html)):
            html = html.replace(stated[0], BARE[bare].replace("{author}", author), 1)
        box = "".join(f"<p>{line}</p>" for line in lines)
        filled = html.format(
            title=f"市侨联动态第{number}期", site=SITE.name, column="通知公告", day=day, source=source, box=box
        )
        pages.append(Made(capture=captured(filled, number), text="\n".join(lines), source=source, author=author))
    return pages


def captured(html: str, number: int) -> Capture:
    return Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000007",
        kind="response",
        url=f"http://www.example.gov.cn/tzgg/t20230612_{number}.html",
        date=dt.datetime(2026, 10, 1, tzinfo=dt.UTC) + dt.timedelta(days=number),
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=html.encode(),
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )


def learned(pages: Sequence[Made], least: int = 20) -> Learned:
    return conclude([found for each in pages if (found := lesson(each.capture, SITE))], least=least)


def taught(pages: Sequence[Made], least: int = 20) -> Site:
    return replace(SITE, learned=learned(pages, least))


@pytest.mark.parametrize(("half", "bare"), list(enumerate(BARE)))
def test_source_and_author_are_read_at_their_places_where_lines_have_no_labels(half: int, bare: str) -> None:
    right = guessed = count = 0
    assert len(STATING) == 10
    for layout in STATING[half % 2 :: 2]:
        pages = made(layout, 26, bare=bare)
        site = taught(pages)
        for each in pages:
            found, plain = clean(each.capture, site), clean(each.capture, SITE)
            assert isinstance(found, Document)
            right += (found.source == each.source) + ((found.author or "") == each.author)
            if isinstance(plain, Document):
                guessed += (plain.source == each.source) + ((plain.author or "") == each.author)
            count += 2
    assert right >= 0.95 * count
    assert guessed < 0.85 * count, "the pages must be harder than what is guessed"


def test_of_several_articles_at_one_place_the_first_one_says_who_wrote() -> None:
    # A page that goes on with the next article has day, source and author at the same places once more.
    count = 0
    for layout in STATING[:6]:
        pages = made(layout, 26, bare="boxes")
        site = taught(pages)
        for each, following in zip(pages[5:], pages, strict=False):
            inner = re.split("<body[^>]*>|</body>", following.capture.body.decode())[1:2]
            html = "".join([*inner, "</body>"]).join(each.capture.body.decode().split("</body>", 1))
            found = clean(replace(each.capture, body=html.encode()), site)
            if inner and isinstance(found, Document):
                assert found.source in (each.source, None), (layout, each.capture.url)
                count += 1
    assert count > 60


def test_no_text_gets_worse_and_short_notices_are_read() -> None:
    worse, notices = [], []
    for layout in LAYOUTS:
        pages = made(layout, 27, bare="boxes")
        site = taught(pages)
        for each in pages:
            had, has = (score(clean(each.capture, of), each.text) for of in (SITE, site))
            worse += [each.capture.url] if has < had - 0.01 else []
            notices += [(had, has)] if "\n" not in each.text else []
    assert not worse
    hard = [(had, has) for had, has in notices if had < 0.95]
    assert len(hard) >= 50, "the notices must be harder than what is read without a template"
    before, after = (sum(1 - score for score in scores) for scores in zip(*hard, strict=True))
    assert after <= 0.7 * before
    assert statistics.mean(has for _, has in notices) >= 0.9


def score(found: Document | Skip, text: str) -> float:
    return body_f1(found.text if isinstance(found, Document) else "", text)


def test_a_statement_with_a_label_goes_before_the_learned_place() -> None:
    site = taught(made("trs", 30, bare="bars"))
    labelled = made("trs", 1, first=50)[0]
    html = labelled.capture.body.decode().replace("来源：新华社", "云溪发布 | 来源：市台办")
    for each in (labelled.capture, captured(html, 1)):
        assert clean(each, site) == replace_vote(clean(each, SITE), clean(each, site))


def replace_vote(plain: Document | Skip, voted: Document | Skip) -> Document:
    """The Document without a vote, with what a vote of agreement adds."""
    assert isinstance(plain, Document)
    assert isinstance(voted, Document)
    added = voted.evidence[-1]
    assert added[1].startswith("agrees: ")
    return replace(plain, evidence=(*plain.evidence, added), confidence=voted.confidence)


def test_a_rule_of_the_site_file_goes_before_what_was_learned() -> None:
    pages = made("noisy", 30, bare="boxes")
    ruled = replace(SITE, readings=(Reading(body="div.art-info"),))
    notice = pages[1].capture
    found = clean(notice, replace(ruled, learned=learned(pages)))
    plain = clean(notice, ruled)
    assert isinstance(found, Document)
    assert isinstance(plain, Document)
    assert (found.extractor, found.han > 0) == ("site", True)
    assert set(found.text.split("\n")) <= set(plain.text.split("\n"))


@pytest.mark.parametrize(("often", "cut"), [(0.4, 0), (0.7, 21)])
def test_a_line_leaves_the_text_only_where_half_of_the_pages_have_it(often: float, cut: int) -> None:
    stock = "全市统一战线成员团结一心，共同谱写新的篇章。"
    pages = made("trs", 30, notices=0)
    for number in range(round(often * 30)):
        each = pages[number]
        html = each.capture.body.decode().replace("</p></div>", f"</p><p>{stock}</p></div>", 1)
        pages[number] = replace(each, capture=replace(each.capture, body=html.encode()))
    site = taught(pages)
    documents = [clean(each.capture, site) for each in pages]
    gone = [d for d in documents if isinstance(d, Document) and ("template", stock) in d.removed]
    assert len(gone) == cut
    assert site.learned is not None
    assert site.learned.templates[0].furniture[0] == (stock, often)


def test_an_article_of_files_alone_stays_without_text() -> None:
    beside = "<p>上一条：市侨联召开座谈会 下一条：市侨联举行联谊活动</p><p>地址：云溪市人民路6号办公楼</p>"
    pages = made("trs", 30, bare="bars")
    files = "<p><a href='/f/1.doc'>801结构力学.doc</a></p><p><a href='/f/2.doc'>805测绘学概论.doc</a></p>"
    box = "".join(f"<p>{line}</p>" for line in pages[0].text.split("\n"))
    html = pages[0].capture.body.decode()
    assert box in html
    capture = captured(html.replace(box, files + beside), 90)
    plain, voted = clean(capture, SITE), clean(capture, taught(pages))
    assert isinstance(plain, Document)
    assert isinstance(voted, Document)
    assert (plain.kind, plain.text, len(plain.attachments)) == ("media_only", "", 2)
    assert (voted.kind, voted.text, len(voted.attachments)) == ("media_only", "", 2)


def test_a_layout_needs_twenty_different_articles() -> None:
    pages = made("trs", 19, notices=0)
    copies = [replace(each, capture=replace(each.capture, url=f"{each.capture.url}?a=1")) for each in pages]
    assert learned([*pages, *copies]) == Learned(articles=19)
    assert len(learned(made("trs", 20, notices=0)).templates) == 1


def test_a_changed_layout_shows_within_twenty_pages() -> None:
    for old, new in zip(STATING, STATING[1:] + STATING[:1], strict=True):
        site = taught(made(old, 22, notices=0))
        before = [clean(each.capture, site) for each in made(old, 20, first=30)]
        after = [clean(each.capture, site) for each in made(new, 20, first=60)]
        flags = [isinstance(each, Document) and "new_layout" in each.flags for each in (*before, *after)]
        assert (old, new, sum(flags[:20]), sum(flags[20:]) > 15) == (old, new, 0, True)


def test_both_layouts_of_a_changed_site_are_learned_with_their_days() -> None:
    found = learned([*made("trs", 24, notices=0), *made("jeecms", 24, first=40, notices=0)]).templates
    days = sorted((str(each.first), str(each.last), each.pages) for each in found)
    assert days == [("2026-10-01", "2026-10-24", 24), ("2026-11-10", "2026-12-03", 24)]


def test_a_learned_file_is_read_as_it_was_written_and_is_part_of_the_recipe(tmp_path: Path) -> None:
    found = learned(made("dede", 30, bare="bars"))
    path = tmp_path / "yx.toml"
    path.write_text(to_toml("yx", found), "utf-8")
    assert load_learned(path) == found
    assert load_learned(tmp_path / "none.toml") is None
    without, held = recipe([SITE]), recipe([replace(SITE, learned=found)])
    assert replace(held, sites=without.sites) == without
    assert held.sites != without.sites
    for each in made("dede", 3, bare="bars"):
        assert clean(each.capture, replace(SITE, learned=found)) == clean(each.capture, replace(SITE, learned=found))


def test_a_mistake_in_a_learned_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "yx.toml"
    path.write_text('articles = 3\n[[template]]\npages = 3\nbody = "div >"\nshare = 0.9\nsauce = "p"\n', "utf-8")
    with pytest.raises(SiteError) as error:
        load_learned(path)
    told = str(error.value).splitlines()
    assert [line.removeprefix(f"{path}, line ")[:2] for line in told] == ["4:", "6:"]
    assert "The nearest known key is `template.source`" in told[1]
