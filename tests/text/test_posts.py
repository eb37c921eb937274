"""A page of whole posts is a list, whatever its system; an article with posts below it, and a digest, are articles."""

from __future__ import annotations

import pytest
from pages import read, skipped

HOST = "http://www.example.gov.cn"
TEXT = (
    "<p>连日来，县人民医院医疗队深入偏远山村，为留守老人送去健康服务，已走访村庄二十三个。</p>"
    "<p>医院将把巡回义诊作为一项长期工作坚持下去，还将增加口腔检查项目，并为行动不便的老人上门服务。</p>"
)
TITLES = ("医疗队走进偏远山村", "民族联欢活动在文化中心举行", "侨联走访归侨侨眷", "县工商联召开推进会")
# One post in a list of each system: heading with its link, day, text.
POSTS = {
    "wordpress": "<article class=hentry><a href=/cat/1>新闻动态</a><h1><a href=/archives/{n}"
    " rel=bookmark>{title}</a></h1>"
    "<div><a href=/archives/{n}><time>2021年9月{n}日</time></a> <a href=/author/admin>admin</a> "
    "<a href=/archives/{n}#respond>"
    "发表评论</a></div><div class=entry>{text}</div><footer><a href=/tag/1 rel=tag>义诊</a></footer></article>",
    "typecho": "<article class=post><h2 class=post-title><a href=/archives/{n}/>{title}</a></h2><ul class=post-meta>"
    "<li>作者: <a href=/author/1/>admin</a></li><li>时间: <time>2021-09-0{n}</time></li>"
    "<li>分类: <a href=/c/>默认</a></li>"
    "<li><a href=/archives/{n}/#comments>评论</a></li></ul><div class=post-content>{text}</div></article>",
    "z-blog": "<div class=post><h4 class=post-date>2021年9月{n}日</h4>"
    "<h2 class=post-title><a href=/post/{n}.html>{title}</a></h2>"
    "<div class=post-body>{text}</div><h6 class=post-footer>发布:admin | 分类:新闻 | 评论:0 | 浏览:12</h6></div>",
    "joomla": "<div class=item><h2><a href=/n/{n}>{title}</a></h2><dl><dt>详细资料</dt>"
    "<dd>分类：<a href=/n>新闻</a></dd>"
    "<dd>发布于 2021年9月{n}日 08:33</dd></dl>{text}</div>",
    "drupal": "<div class=node><h2><a href=/node/{n}>{title}</a></h2><div class=submitted>"
    "由 admin 提交于 2021-09-0{n} 10:20"
    "</div><div class=content>{text}</div></div>",
}


def posts(system: str, count: int) -> str:
    shown = enumerate(TITLES[:count], 1)
    return "".join(POSTS[system].format(n=n, title=title, text=TEXT) for n, title in shown)


def page(head: str, body: str) -> str:
    menu = "<ul><li><a href=/>首页</a></li><li><a href=/cat/1>新闻动态</a></li></ul>"
    return f"<html><head><title>{head}</title></head><body>{menu}<div id=main>{body}</div></body></html>"


@pytest.mark.parametrize("system", POSTS)
@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("月度归档：2021年9月", "<h1>月度归档：2021年9月</h1>"),
        ("标签 义诊 下的文章 - 清河县佛教协会", "<h3>标签 义诊 下的文章</h3>"),
        ("清河县佛教协会", ""),
    ],
)
def test_whole_posts_in_the_place_of_an_article_are_a_list(system: str, count: int, head: str, title: str) -> None:
    assert skipped(page(head, title + posts(system, count)), f"{HOST}/2021/09").reason == "list"


@pytest.mark.parametrize("system", [system for system in POSTS if system != "z-blog"])
def test_a_single_post_is_a_list_under_the_title_of_the_page(system: str) -> None:
    body = f"<h1>月度归档：2021年9月</h1>{posts(system, 1)}"
    assert skipped(page("月度归档：2021年9月", body), f"{HOST}/2021/09").reason == "list"


@pytest.mark.parametrize("system", POSTS)
def test_a_first_page_with_a_whole_post_is_no_article(system: str) -> None:
    assert skipped(page("清河县佛教协会", posts(system, 1)), f"{HOST}/").reason in ("home", "list")


@pytest.mark.parametrize("system", POSTS)
@pytest.mark.parametrize("count", [1, 2, 4])
def test_an_article_with_posts_below_it_is_an_article(system: str, count: int) -> None:
    own = f"<h1>云溪乡开展消防演练</h1><div>2023-06-12 来源：县报</div>{TEXT}"
    assert read(page("云溪乡开展消防演练", own + posts(system, count))).title == "云溪乡开展消防演练"


@pytest.mark.parametrize("system", POSTS)
def test_a_post_whose_heading_leads_to_another_address_of_it_is_an_article(system: str) -> None:
    found = read(page(f"{TITLES[0]} - 清河县佛教协会", posts(system, 1)), f"{HOST}/?p=1")
    assert (found.title, str(found.published)[:10]) == (TITLES[0], "2021-09-01")


def test_a_digest_with_a_day_of_its_own_is_an_article() -> None:
    parts = "".join(f"<h3><a href=/n/{n}>{title}</a></h3><p>9月{n}日</p>{TEXT}" for n, title in enumerate(TITLES, 1))
    found = read(page("九月信息荟萃", f"<h1>九月信息荟萃</h1><div>2021-09-30 来源：县报</div>{parts}"))
    assert found.title == "九月信息荟萃"
