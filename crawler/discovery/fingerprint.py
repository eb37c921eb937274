"""A site's pages -> the name of the CMS that made them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# (name, pattern of its pages, pattern of its addresses). A page that matches weighs as much as five addresses.
_MARKS = (
    ("TRS WCM", r"TRS_Editor|createPageHTML|TRS_AUTOADD|trs_editor", r"/t\d{8}_\d+\.s?html?"),
    ("大汉 Hanweb", r"<datastore>|\.jpage\(|dataproxy\.jsp", r"/art/\d{4}/(?:\d+/\d+/)?art_|/col/col\d+/"),
    ("content_", r"<founder-title>|enpcontent", r"/content_\d+\.s?html?"),
    ("开普 Kaipu", r"name=[\"']channelId[\"']|UCAP-CONTENT|/common/search/", r"/c\d+/\d{6}/[0-9a-f]{32}\.shtml"),
    (
        "苏迪 WebPlus",
        r"sudy-wp-|sudyfile-attr|\bwp_(?:paging|articlecontent)\b",
        r"/\d{4}/\d{4}/c\d+a\d+/page\.(?:htm|psp)",
    ),
    ("广东 govcms", r"/gkmlpt/|gdgov", r"/content/post_\d+\.html"),
    ("博达 VSB", r"vsb_content|_vsb|/__local/|/_sitegray/", r"/info/\d+/\d+\.htm$"),
    (
        "DedeCMS 织梦",
        r"/plus/(?:list|view|count|search)\.php|dedecms|/templets/",
        r"/a/\w+/(?:\d{4}/\d{4}/)?\d+\.html|/list_\d+_\d+\.html",
    ),
    ("EmpireCMS 帝国", r"/e/public/|/e/action/|/d/js/", r"/\d{4}-\d\d-\d\d/\d+\.html"),
    ("PHPCMS", r"m=content(?:&amp;|&)c=index|phpcms", r"/show-\d+-\d+-\d+\.html|/list-\d+-\d+\.html"),
    ("ThinkCMF", r"/portal/(?:list|article)/|thinkcmf", r"/portal/article/index/id/\d+"),
    ("ASP.NET or 动易", r"__VIEWSTATE|__doPostBack|fontzoom", r"\.aspx?\?\w*id="),
    ("SiteServer", r"siteserver|/sitefiles/", r"/contents/\d+/\d+\.html|/channels/\d+"),
)
_PAGES = [re.compile(page, re.IGNORECASE) for _, page, _ in _MARKS]
_ADDRESSES = [re.compile(address, re.IGNORECASE) for _, _, address in _MARKS]


def cms(pages: Iterable[str], addresses: Iterable[str]) -> str | None:
    """The CMS that most of a site's pages and addresses point to; None: no known one.

    >>> cms(['<div class="TRS_Editor">'], ["http://h/xw/202002/t20200219_1.html"])
    'TRS WCM'
    >>> cms(["<div class='wp_articlecontent'>"], ["http://h/2026/1015/c8101a30107/page.htm"])
    '苏迪 WebPlus'
    >>> cms(["<p>"], ["http://h/1.html"])
    """
    points: Counter[str] = Counter()
    for html in pages:
        points.update(
            mark[0] for mark, found in zip(_MARKS, _PAGES, strict=True) for _ in range(5) if found.search(html)
        )
    for url in addresses:
        points.update(mark[0] for mark, found in zip(_MARKS, _ADDRESSES, strict=True) if found.search(url))
    return points.most_common(1)[0][0] if points else None
