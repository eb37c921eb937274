"""A page of a list -> what it claims of its list, and what on it leads on but cannot be followed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.site import host_of
from crawler.discovery.dom import said_by
from crawler.discovery.general import BLIND, MORE, NEXT, NUMBER, WORDS, blind_rows, clicked, shows_month
from crawler.discovery.link import ARTICLE, Link
from crawler.discovery.numbered import counted
from crawler.discovery.scripted import FOLLOWED

_TEXTS = XPath("//body//text()", smart_strings=False)
# What stands for what in the patterns of words.toml.
_STANDS = {
    "{n}": r"(?:\d{1,3}(?:,\d{3}){1,2}(?![\d,])|\d{1,7})",
    "{open}": r"[〖【\[（(]?\s{0,3}",
    "{close}": r"\s{0,3}[〗】\]）)]?\s{0,3}",
}
_ARTICLES, _PAGES, _PARTS = (
    [
        re.compile(reduce(lambda text, name: text.replace(name, _STANDS[name]), _STANDS, each["pattern"]))
        for each in WORDS[kind]
    ]
    for kind in ("articles", "pages", "parts")
)
# Only a page with these looks for how many pages an article has.
_MANY = re.compile(r"[共分][^页頁]{0,120}[页頁]")
_TOTAL = [
    re.compile(rf'"(?:{names})"\s{{0,3}}:\s{{0,3}}"?(?P<n>\d{{1,7}})\b', re.IGNORECASE)
    # Beside a total, `count` is the number of rows in the answer.
    for names in ("total|totalCount|totalRecord|recordCount", "count")
]

# What a pager's options claim: {count: 22}. Other scripts count things too, so this is read only beside a pager or the
# size of a page. A script that has not asked yet says 0.
_OPTIONS = [
    re.compile(rf"\b(?:{names})[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?(?P<n>[1-9]\d{{0,5}})\b")
    # Beside a number of records, `total` is that of pages.
    for names in ("totalCount|totalRecords?|totalData|recordCount|totalNum", "count|total")
]
# Read beside a pager, or dated rows. A script that has not asked yet says 0 or 1.
_PAGE_OPTION = re.compile(
    r"\b(?:total_?pages?|page_?(?:count|total)|(?:all|count|max)_?pages?)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<n>[2-9]|[1-9]\d{1,4})\b",
    re.IGNORECASE,
)
# Arrows of slides and 更多 of sharing buttons are no pagers.
_SAYS = re.compile(r"[\u3400-\u9fff]|next page|load more", re.IGNORECASE)
_SHARES = XPath("boolean(ancestor-or-self::*[contains(@class, 'share') or contains(@class, 'bds') or @data-cmd])")
_PAGER = re.compile(r"laypage|pagina|paging|pager|fenye|createPage|page_?size|per_?page", re.IGNORECASE)
# The count of 大汉, in a page that holds records and in the answers to its script.
_RECORDS = re.compile(r"(?:<totalrecord>|\btotalRecord[\"']?\s{0,3}:)\s{0,9}(?P<n>\d{1,7})\b", re.IGNORECASE)
_CONTROLS = XPath(
    "//*[self::a or self::button or self::span or self::div or self::li or self::input][not(ancestor::script)]"
    "[not(*) or self::a or self::button]"
)
_PRESSED = ("a", "button", "input")
# Boxes and buttons of pagers that only a script reads, by their classes.
_BOXES = XPath(
    "//*[self::ul or self::ol or self::div or self::nav or self::p][contains(@class, 'pag') or contains(@id, 'pag')]"
)
_LEAVES = XPath("./*[not(*)] | ./*[not(self::select)]/*[not(*)]")
_NEXT_BUTTONS = XPath(
    "//*[self::button or self::li or self::a][not(normalize-space())]"
    "[contains(concat(' ', @class, ' '), ' btn-next ') or contains(@class, 'pagination-next')]"
)
# What the page's own script begins with: __NEXT_DATA__.
_DATA = XPath("//script[@type='application/json']/text()", smart_strings=False)
# Fields for a day, where choosing one leads to its part of an archive.
_DAYS = XPath(
    "//input[@type='date' or @type='month'][contains(@onchange, 'location') or contains(@onchange, 'submit')]"
)
_FOLLOWED = XPath(f"//@{FOLLOWED}", smart_strings=False)
# How an address begins that the page's own script reads: #/list/2.
_ROUTES = ("#/", "#!")
# Characters of a control, as survey tells it.
CONTROL = 80


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
        messages: dated rows without an address that stand on the page whole: of a guest book.
        foreign: rows and frames of other hosts, counted a host.
    """

    claimed: int | None = None
    claimed_pages: int | None = None
    evidence: str = ""
    controls: tuple[str, ...] = ()
    blind: int = 0
    messages: int = 0
    foreign: Mapping[str, int] = field(default_factory=dict)


def survey(url: str, html: str, root: HtmlElement | None, links: Sequence[Link], hosts: Collection[str] = ()) -> Shown:
    """What the page at `url` says of its list.

    `links`: what `discover` found on it. `hosts`: those of the site, beside the page's own.
    """
    articles, pages = _claims(html, root, links)
    blind, messages = blind_rows(root) if root is not None else (0, 0)
    if messages >= BLIND:
        # A guest book counts its messages, which stand on its pages.
        articles = None
    own = {host_of(url), *hosts}
    foreign = Counter(host_of(link.url) for link in links if link.frame or _is_row(link))
    leads = any(link.kind == "next" for link in links)
    return Shown(
        claimed=_number(articles),
        claimed_pages=_number(pages),
        evidence=" ".join(" ".join(found[0].split()) for found in (articles, pages) if found)[:80],
        controls=_controls(root) if root is not None and not leads else (),
        blind=blind,
        messages=messages,
        foreign={host: count for host, count in sorted(foreign.items()) if host not in own},
    )


def parts(html: str, root: HtmlElement) -> Shown:
    """How many pages an article says that it has, with the words that say so."""
    said = _said(" ".join(_TEXTS(root)), _PARTS) if _MANY.search(html) else None
    return Shown(claimed_pages=_number(said), evidence=" ".join(said[0].split()) if said else "")


def _claims(
    html: str, root: HtmlElement | None, links: Sequence[Link]
) -> tuple[re.Match[str] | None, re.Match[str] | None]:
    """Where a page says how many articles its list has, and how many pages."""
    # The day of the last row must not run into the pager: 2026/10/26页次：1/3页.
    text = " ".join(_TEXTS(root)) if root is not None else ""
    articles = _said(text, _ARTICLES) or _of_data(html, root)
    # Where the list stands at another address, that one claims it.
    if articles is None and "<datastore>" in html and not any(link.kind == "list" for link in links):
        articles = _RECORDS.search(html)
    pages = _said(text, _PAGES)
    pager = _PAGER.search(html)
    if pager:
        articles = articles or _said(html, _OPTIONS)
    if pager or sum(link.row_date is not None for link in links) >= BLIND:
        pages = pages or _PAGE_OPTION.search(html)
    if root is not None and articles and not any(map(_is_row, links)) and shows_month(root):
        # What a calendar claims for a month is listed by its days.
        articles = None
    if root is not None and pages and _is_pressed_out(root, int(pages["n"])):
        pages = None
    return articles, pages


def _is_row(link: Link) -> bool:
    return link.kind == "page" and (link.row_date is not None or link.priority == ARTICLE)


def _said(text: str, patterns: Sequence[re.Pattern[str]]) -> re.Match[str] | None:
    """The first words that name a number, by the first pattern that finds one."""
    return next((found for each in patterns for found in each.finditer(text) if found["n"]), None)


def _number(said: re.Match[str] | None) -> int | None:
    return None if said is None else int(said["n"].replace(",", ""))


def _of_data(html: str, root: HtmlElement | None) -> re.Match[str] | None:
    """Where JSON says how many articles a list has: an answer to a script, or data that a page hands to its own."""
    if html.lstrip("\ufeff \r\n\t")[:1] in ("[", "{"):
        return _said(html, _TOTAL)
    data = _DATA(root) if root is not None and "application/json" in html else ()
    return next((_said(text, _TOTAL) for text in data if counted(text) is not None), None)


def _is_pressed_out(root: HtmlElement, claimed: int) -> bool:
    """Whether pressing this page's controls showed as many pages of its list as it claims.

    The controls of a known list are not pressed to the end, so its pages are not compared.
    """
    followed = _FOLLOWED(root)
    return bool(followed) and not (followed[0].isdecimal() and int(followed[0][:6]) < claimed)


def _controls(root: HtmlElement) -> tuple[str, ...]:
    """What would show more of the list and has no address, with its handler where it stands in the page."""
    found: dict[str, None] = {}
    controls = [(element, said_by(element)) for element in _CONTROLS(root)]
    # Of many links 更多 an editor left one empty.
    led = {words for element, words in controls if element.tag == "a" and not _is_unfollowed(element)}
    for element, words in controls:
        href = (element.get("href") or "").strip()
        code = element.get("onclick") or (href if len(href) > 12 or href.startswith(_ROUTES) else "")
        empty = words in led and not code
        if _says_more(words, href) and _is_unfollowed(element) and (element.tag in _PRESSED or code) and not empty:
            found[f"{words} {code}".strip()[:CONTROL]] = None
    days = [f"{each.get('type')} {each.get('onchange')}" for each in _DAYS(root)]
    found |= dict.fromkeys([*_numbers(root), *(words[:CONTROL] for words in days)])
    return tuple(found)


def _numbers(root: HtmlElement) -> list[str]:
    """Page 2 where the numbers of a pager stand side by side without an address, and its button without words."""
    found = []
    for box in _BOXES(root):
        leaves = [(leaf, (leaf.text or "").strip()) for leaf in _LEAVES(box)]
        numbers = [words for leaf, words in leaves if words.isdecimal() and _is_unfollowed(leaf)]
        found += [second for first, second in pairwise(numbers) if (first, second) == ("1", "2")]
    found += [str(each.get("class")).split()[-1] for each in _NEXT_BUTTONS(root) if _is_unfollowed(each)]
    return [words[:CONTROL] for words in found[:1]]


def _says_more(words: str, href: str) -> bool:
    """Whether the words of a control promise more of the list; the number of a page does where a script reads it."""
    if len(words) > 12:
        return False
    if href.startswith(_ROUTES) and words != "1" and NUMBER.fullmatch(words):
        return True
    return bool(_SAYS.search(words) and (NEXT.fullmatch(words) or MORE.fullmatch(words)))


def _is_unfollowed(element: HtmlElement) -> bool:
    """Whether an element has no address, is not switched off and was not pressed."""
    href = (element.get("href") or "").strip()
    if clicked(href) is not None or clicked(element.get("onclick") or "") is not None:
        return False
    if href not in ("", "#") and not href.lower().startswith(("javascript:", *_ROUTES)):
        return False
    if element.get("disabled") is not None or "disabled" in (element.get("class") or ""):
        return False
    return element.get(FOLLOWED) is None and not element.xpath("ancestor::a[@href]") and not _SHARES(element)
