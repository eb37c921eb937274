"""A page of a list -> what it claims of its list, and what on it leads on but cannot be followed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.site import host_of
from crawler.discovery.link import ARTICLE, Link

_TEXT = XPath("string(//body)")
_NUMBER = r"[有计:：]{0,2}\s{0,3}(\d{1,7})\s{0,3}"
_ARTICLES = re.compile(rf"(?:共|总计|总数|合计|总共){_NUMBER}(?:条|篇|则|项|个(?:记录|信息))")
_PAGES = re.compile(rf"(?:(?:共|总计|总共|分){_NUMBER}[页頁]|\d{{1,5}}\s{{0,3}}/\s{{0,3}}(\d{{1,5}})\s{{0,3}}[页頁])")
_TOTAL = re.compile(r'"(?:total|totalCount|totalRecord|recordCount|count)"\s{0,3}:\s{0,3}"?(\d{1,7})\b', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one page of a list says and shows. The crawl adds up the pages of a list, see `archive.ledger.ListAccount`.

    Attributes:
        claimed: articles that the list says it has (共22条, `count: 22`, `"total": 22`); None: it does not say.
        claimed_pages: pages that it says it has (1/4页, the number behind 尾页); None: it does not say.
        evidence: the words that say so, at most 80 characters.
        controls: pagers, buttons and handlers that no link stands for, as the page writes them, at most 80 characters
            each, each once: 加载更多, `goPage(2)`.
        blind: dated rows without an address.
        foreign: rows and frames of other hosts, counted a host.
        rows: addresses of the list's own rows, as in `Link.url`, without those of side bars; None: not known, every
            link that looks like an article's is taken for one.
    """

    claimed: int | None = None
    claimed_pages: int | None = None
    evidence: str = ""
    controls: tuple[str, ...] = ()
    blind: int = 0
    foreign: Mapping[str, int] = field(default_factory=dict)
    rows: frozenset[str] | None = None


def survey(url: str, html: str, root: HtmlElement | None, links: Sequence[Link], hosts: Collection[str] = ()) -> Shown:
    """What the page at `url` says of its list.

    `links`: what `discover` found on it. `hosts`: those of the site, beside the page's own.
    """
    text = str(_TEXT(root)) if root is not None else ""
    articles = _ARTICLES.search(text) or (
        _TOTAL.search(html) if html.lstrip("\ufeff \r\n\t")[:1] in ("[", "{") else None
    )
    pages = _PAGES.search(text)
    own = {host_of(url), *hosts}
    foreign = Counter(
        host_of(link.url)
        for link in links
        if link.frame or (link.kind == "page" and (link.row_date is not None or link.priority == ARTICLE))
    )
    return Shown(
        claimed=int(articles[1]) if articles else None,
        claimed_pages=int(pages[1] or pages[2]) if pages else None,
        evidence=" ".join(" ".join(found[0].split()) for found in (articles, pages) if found)[:80],
        foreign={host: count for host, count in sorted(foreign.items()) if host not in own},
    )
