"""What a page leads to -> addresses in the frontier, and what it says of its list in the ledger."""

from __future__ import annotations

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from archive.site import REQUISITES, Site, host_of, matches
from archive.warc.capture import FoundBy
from crawler.discovery import Link
from crawler.discovery.feed import sitemaps
from crawler.discovery.general import BACK, MONTH_BEFORE, styled
from crawler.discovery.link import (
    ARTICLE,
    DOCUMENTS,
    FILMS,
    IMAGES,
    LAST,
    LIST,
    REQUISITE,
    START,
    extension,
    is_file,
    look_of,
)
from crawler.queue.accounts import PageAccount
from crawler.queue.address import canonical, origin_of, shape, trap, unordered
from crawler.queue.clocks import read_day
from crawler.queue.entries import Address
from crawler.queue.frontier import Frontier
from crawler.queue.idle import Idle
from crawler.spiders.judge import Judged, is_row

# The number of links that are remembered, by the depth at which they were met or the list that showed them, so that the
# frontier is asked less often; and of rows, by the shape of the pages that showed them. Each of the three memories
# takes some 10 MB.
MET = 50_000
# The most style sheets that are fetched in a run. No site has so many, but a sheet may name others without end.
STYLES = 1000
# Articles that no list shows lead only to one another, 上一篇 by 上一篇: so many times further than other pages.
CHAIN = 50
# Links to the same article for a printer, or for good.
_PRINT = re.compile(
    r"\A(?:[\[【(（\s]*+(?:打\s?印|列\s?印)(?:[本此该該][页頁文稿篇]章?|[页頁]面|文章|预览|版)?[\]】)）\s]*+"
    r"|print(?: this)?(?: page)?|(?:固定|永久|本文)(?:链接|連結|网址|地址)|permalink)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What the links of a page brought.

    Attributes:
        fruitful: at least one new link has a shape that is neither the page's own nor barren.
        vain: there are new links of other shapes, and all these shapes are barren.
        changed: the list shows what no earlier visit had found, and no earlier page of it had shown.
        bore: it is fruitful by what no visit had found before.
    """

    fruitful: bool = False
    vain: bool = False
    changed: bool = False
    bore: bool = False


class Offers:
    """Offers the links of one site's pages to the frontier, without the parameters that make no difference."""

    def __init__(self, site: Site, frontier: Frontier, *, full: bool) -> None:
        """Offer to a frontier; `full`: every list is walked to its end."""
        self._site, self._frontier, self._full = site, frontier, full
        self._logger = logging.getLogger(site.key)
        self._idle = Idle(frontier.learned.idle())
        self._shown: defaultdict[int, set[str]] = defaultdict(set)
        self._shown_links = 0
        self._rows: defaultdict[str, set[str]] = defaultdict(set)
        self._shown_rows = 0
        self._met: dict[str, tuple[int, bool]] = {}
        self._styles: set[str] = set()
        self._foreign = {host_of(url) for url in frontier.report.refused("foreign_host") if not is_file(url)}
        self._counters = {shape(url) for url in frontier.report.refused("counter")}

    @property
    def walks(self) -> bool:
        """Whether every list is walked to its end in this run."""
        return self._full or self._frontier.visit == 1

    def is_duplicate(self, address: Address) -> bool:
        """Whether a leased address has parameters that make no difference: it is asked for without them."""
        plain = self._idle.plain(address.url)
        # A redirect or the site file may have a reason to name the address with its parameters.
        if plain == address.url or address.hops or address.found is None or address.form is not None:
            return False
        self.offer(_plainly(address, plain))
        self._frontier.refuse(address, "trap", f"another address of {plain}", later=False)
        return True

    def learn(self, address: Address, judged: Judged) -> None:
        """Learn which parameters of addresses make no difference."""
        lists = self.lists_elsewhere(judged)
        for rule in self._idle.learn(address.url, judged.han_text, lists, article=judged.article is not None):
            key, _, where = rule.partition(" ")
            self._logger.info("The parameter %s of %s makes no difference: it is left out.", key, where or "addresses")
            # A list in another order must not become an address of its own.
            self._frontier.learned.keep_idle(rule, lambda url: self._idle.plain(url) if unordered(url) == url else url)
        if (plain := self._idle.doubt(address.url)) is not None:
            # Ask at once: until it is known, each page leads to others that may be fetched for nothing.
            self.offer(replace(_plainly(address, plain), priority=START, found=FoundBy(parent=address.url)))

    def push(self, address: Address, judged: Judged, body: bytes) -> Led:
        """Push a page's links, and note what it says of its list; `body` tells pages of one pager apart."""
        article = judged.article is not None
        pager = address.pager or address.id
        inside = self.inside(address, judged)
        changed = not article and self._changed(pager, inside)
        telling = _telling(judged, inside, body)
        leading = self._leading(address, inside, article=article, changed=changed, pager=pager, telling=telling)
        again = self._after(leading) if changed and not self._full and self._frontier.visit > 1 else None
        fresh: list[str] = []
        for url, link in leading:
            # An earlier version took this address for the list itself, and its script's request for page 2.
            due = url == again or (link.kind == "list" and address.role == "list")
            known = self._met_before(url, link, address.depth + (link.kind == "page"))
            if known and not due and link.kind != "redirect":
                continue
            if self._push_one(address, url, link, pager=pager, article=article, again=due) and link.kind == "page":
                fresh.append(url)
        self._account(address, judged, pager, inside)
        if article:
            self._refuse_files(address, judged)
        return self._led(address, fresh, inside, changed=changed)

    def _has_own_rows(self, address: Address, inside: list[tuple[str, Link]]) -> bool:
        """Whether a page shows a row that no page of its shape showed before: a side bar stands on all of them."""
        like = shape(address.url)
        rows = {url for url, link in inside if is_row(link)} - self._rows.get(like, set())
        self._shown_rows += len(rows)
        if self._shown_rows >= MET:
            self._rows.clear()
            self._shown_rows = len(rows)
        if rows:
            self._rows[like] |= rows
        return bool(rows)

    def _led(self, address: Address, fresh: list[str], inside: list[tuple[str, Link]], *, changed: bool) -> Led:
        """What a page brought that led to these `fresh` addresses, which are new to this visit."""
        others = {shape(url) for url in fresh} - {shape(address.url)}
        fertile = {other for other in others if not self._frontier.learned.barren(other)}
        bore = any(shape(url) in fertile and not self._frontier.known(url) for url in fresh)
        if bore or self._has_own_rows(address, inside):
            self._frontier.prove(address)
        return Led(fruitful=bool(fertile), vain=bool(others) and not fertile, changed=changed, bore=bore)

    def sitemaps(self, home: Address) -> None:
        """Offer the sitemaps that the robots.txt of a start page's host names."""
        origin = origin_of(home.url)
        known = self._frontier.robots(origin)
        if known is None or known[1] is None:
            return
        parent = f"{origin}/robots.txt"
        for each in sitemaps(parent, known[1]):
            url = canonical(each)
            if url is not None and host_of(url) in self._site.hosts:
                self.offer(Address(url=url, priority=LIST, depth=1, found=FoundBy(parent=parent)))

    def offer(self, address: Address, *, again: bool = False, chained: bool = False) -> bool:
        """Keep an address, or the reason why it is never asked for; True: it is new to this visit, and due.

        `chained`: an article leads to it whose address has the same shape.
        """
        refused = None
        plain = unordered(address.url)
        if why := trap(address.url):
            refused = ("trap", why)
        elif plain != address.url and self._frontier.met(plain):
            refused = ("trap", f"another order of {plain}")
        elif address.depth > self._site.crawl.max_depth * (CHAIN if chained else 1):
            refused = ("too_deep", f"{address.depth} links from a start page")
        return self._frontier.push(address, refused=refused, again=again) and refused is None

    def inside(self, address: Address, judged: Judged) -> list[tuple[str, Link]]:
        """The links of a page to other addresses of the site, each with its address."""
        day = self._own_day(address, judged)
        inside: list[tuple[str, Link]] = []
        for link in judged.links:
            if link.form is not None and link.kind == "page":
                # Articles that are asked for by forms all have one address: without the form there is nothing.
                continue
            url = canonical(link.url, judged.encoding)
            if url is not None and link.form is not None:
                url += "#" + link.url.partition("#")[2]
            elif url is not None:
                url = self._idle.plain(url)
            if url is not None and url != address.url and self._is_ours(url):
                inside.append((url, link if day is None else _beside_own_day(link, day)))
        return inside

    def _own_day(self, address: Address, judged: Judged) -> float | None:
        """The day of an article, seconds since 1970; what reads like one may be the last page of a list, with a row."""
        if judged.article is None or self._frontier.accounts.begins(address.pager):
            return None
        return judged.article.day

    def lists_elsewhere(self, judged: Judged) -> list[str]:
        """The frames of a page, and what its script asks for."""
        links = (link for link in judged.links if link.frame or link.kind == "list")
        found = [canonical(link.url, judged.encoding) for link in links]
        return [url for url in found if url is not None and host_of(url) in self._site.hosts]

    def _leading(
        self,
        address: Address,
        inside: list[tuple[str, Link]],
        *,
        article: bool,
        changed: bool,
        pager: int,
        telling: bytes,
    ) -> list[tuple[str, Link]]:
        """The links that are worth a look: further pages only while they may show something new."""
        if not (article or changed or self.walks):
            # All its links were known, so the pages behind it are known as well.
            inside = [*_without_pager(inside), *self._grown(address, inside)]
        if article:
            inside = [pair for pair in inside if not _is_for_printer(address.url, *pair)]
        if address.pager is not None and not _leads_back(address.found):
            inside = _without_ways_back(inside)
        leads_on = any(link.kind in ("next", "pager") for _, link in inside)
        # A page that shows what another page of its pager showed in this visit leads nowhere.
        if leads_on and not self._frontier.learned.fresh_listing(pager, hashlib.sha256(telling).digest()):
            return _without_pager(inside)
        return inside

    def _grown(self, address: Address, inside: list[tuple[str, Link]]) -> list[tuple[str, Link]]:
        """The way to a page behind a known one that was not there before: a list that is sorted upwards has grown."""
        if address.role != "list" or not any(is_row(link) for _, link in inside):
            return []
        ways = [(url, link) for url, link in inside if link.kind in ("next", "pager") and not self._frontier.met(url)]
        return [pair for pair in ways if pair[1].kind == "next"][:1] or ways[-1:]

    def _push_one(self, address: Address, url: str, link: Link, *, pager: int, article: bool, again: bool) -> bool:
        """Offer what one link leads to; whether it is new to this visit."""
        # A file with the day of a row is what a list has in place of an article.
        row_date = None if article and link.kind == "requisite" else link.row_date
        found = FoundBy(parent=address.url, anchor=link.anchor, row_date=row_date)
        depth = address.depth
        if link.kind == "requisite":
            if not self._wants(url, link, article=article):
                return False
            return self.offer(Address(url=url, kind="requisite", priority=link.priority, depth=depth, found=found))
        if link.kind in ("next", "pager"):
            priority = ARTICLE if article else link.priority
            further = Address(
                url=url, kind="next", priority=priority, depth=depth, pager=pager, found=found, form=link.form
            )
            return self.offer(further, again=again)
        if link.kind == "list":
            return self.offer(Address(url=url, priority=LIST, depth=depth, found=found, form=link.form), again=again)
        if link.kind == "page":
            priority = self._priority(url, link)
            if priority == LIST and address.priority == LAST:
                priority = LAST
            chained = article and shape(url) == shape(address.url)
            return self.offer(Address(url=url, priority=priority, depth=depth + 1, found=found), chained=chained)
        return False

    def _refuse_files(self, address: Address, judged: Judged) -> None:
        """Keep which files of an article are not fetched, and why."""
        for link in judged.links:
            url = canonical(link.url, judged.encoding) if link.kind == "requisite" and not link.style else None
            refused = None if url is None else self._refusal(url, link)
            if url is None or refused is None:
                continue
            found = FoundBy(parent=address.url, anchor=link.anchor)
            file = Address(url=url, kind="requisite", priority=REQUISITE, depth=address.depth, found=found)
            self._frontier.push(file, refused=refused)

    def _refusal(self, url: str, link: Link) -> tuple[str, str] | None:
        """Why a file of an article is not fetched: each film; of counters one a shape; what is on hosts that the site
        file does not name, of pictures one a host.
        """
        host, like, ending = host_of(url), shape(url), extension(url)
        if self._wants(url, link, article=True):
            if host in self._site.hosts or (not is_file(url) and host in self._foreign):
                return None
            detail = f"{host} is not a host of the site {self._site.key}"
            if is_file(url):
                return "foreign_host", detail
            self._foreign.add(host)
            return "foreign_host", f"{detail}, and others of its pictures"
        if link.counter and like not in self._counters:
            self._counters.add(like)
            return "counter", "a hidden picture that counts readers, and others like it"
        if ending in FILMS:
            return "film", f"films are not fetched; '\\.{ending}$' in `requisites` of the site file has it fetched"
        return None

    def _account(self, address: Address, judged: Judged, pager: int, inside: Sequence[tuple[str, Link]]) -> None:
        """Note what a page of a list claims and shows; an article is no list any more.

        What the pager of a list leads to is a page of it, though the last row alone may look like an article.
        """
        shown = judged.shown
        if judged.article is not None and (shown.claimed_pages or 0) > 1:
            # An article on several pages is accounted for as a list of them.
            said = PageAccount(claimed_pages=shown.claimed_pages, evidence=shown.evidence)
            self._frontier.accounts.note(address.id, pager, said)
            return
        if judged.article is not None and not self._frontier.accounts.begins(address.pager):
            self._frontier.accounts.forget(address.id)
            return
        own = _rows_of(address.url, inside, judged)
        files = [url for url, link in inside if link.kind == "requisite" and _is_listed_file(url, link)]
        elsewhere = {
            canonical(link.url, judged.encoding) or link.url
            for link in judged.links
            if (is_row(link) or link.frame) and host_of(link.url) not in self._site.hosts
        }
        said = PageAccount(
            claimed=judged.claimed if shown.claimed is None else shown.claimed,
            claimed_pages=shown.claimed_pages,
            evidence=shown.evidence or (f'"total": {judged.claimed}' if judged.claimed else ""),
            controls=shown.controls,
            blind=shown.blind + _posted(judged),
            beyond=judged.beyond,
            rows=[*own, *files],
            elsewhere={url for url in elsewhere if host_of(url)},
            leads=sum(link.kind != "requisite" for _, link in inside),
        )
        self._frontier.accounts.note(address.id, pager, said)

    def _changed(self, pager: int, inside: list[tuple[str, Link]]) -> bool:
        pages = {url for url, link in inside if link.kind == "page" or _is_listed_file(url, link)}
        new = {url for url in pages - self._shown[pager] if not self._frontier.known(url)}
        self._shown_links += len(new)
        if self._shown_links >= MET:
            self._shown.clear()
            self._shown_links = len(new)
        self._shown[pager] |= new
        return bool(new)

    def _after(self, inside: list[tuple[str, Link]]) -> str | None:
        """The page of a list that follows: what 下一页 leads to, else the first number that was not asked for yet."""
        after = [url for url, link in inside if link.kind == "next"]
        numbers = [url for url, link in inside if link.kind == "pager" and not _leads_back(link)]
        return after[0] if after else next((url for url in numbers if not self._frontier.visited(url)), None)

    def _met_before(self, url: str, link: Link, depth: int) -> bool:
        """Whether the frontier would learn nothing new: the menu of a site stands on each of its pages."""
        known = self._met.get(url)
        if known is not None and known[0] <= depth and (known[1] or link.row_date is None):
            return True
        if link.kind != "requisite":
            if len(self._met) >= MET:
                self._met.clear()
            self._met[url] = (depth, link.row_date is not None)
        return False

    def _is_ours(self, url: str) -> bool:
        """Whether an address is one of the site's hosts, and its file does not exclude it."""
        return host_of(url) in self._site.hosts and not matches(self._site.crawl.exclude, url)

    def _priority(self, url: str, link: Link) -> int:
        if matches(self._site.crawl.lists, url):
            return LIST
        if self._site.crawl.articles:
            return ARTICLE if matches(self._site.crawl.articles, url) else LIST
        return link.priority

    def styled(self, address: Address, sheet: str) -> None:
        """Offer what a style sheet of an article names: further sheets, pictures, fonts."""
        for link in styled(address.url, sheet):
            url = canonical(link.url)
            if url is not None and host_of(url) in self._site.hosts and self._wants(url, link, article=True):
                found = FoundBy(parent=address.url)
                self.offer(Address(url=url, kind="requisite", priority=REQUISITE, depth=address.depth + 1, found=found))

    def _wants(self, url: str, link: Link, *, article: bool) -> bool:
        """Whether a file is kept: those of articles; a document in a list is what an article would be."""
        kinds = self._site.crawl.requisites
        if matches(tuple(kind for kind in kinds if kind not in REQUISITES), url):
            return True
        if link.counter:
            return False
        if link.style:
            wanted = article and "styles" in kinds and url not in self._styles and len(self._styles) < STYLES
            if wanted:
                self._styles.add(url)
            return wanted
        if is_file(url):
            return "attachments" in kinds
        ending = extension(url)
        shown = link.picture and ending not in FILMS
        return article and "images" in kinds and (shown or ending in IMAGES or not ending)


def _telling(judged: Judged, inside: list[tuple[str, Link]], body: bytes) -> bytes:
    """What tells a page from others of its pager: its links; its words where rows have no links, as in a guest book.

    Months without news show the same: nothing.
    """
    if judged.article is not None or any(
        link.kind == "next" and MONTH_BEFORE.fullmatch(link.anchor or "") for _, link in inside
    ):
        return body
    links = "\n".join(url for url, link in inside if link.kind == "page" or link.row_date)
    has_rows = any(map(is_row, judged.links)) and not (judged.shown.blind or judged.shown.messages)
    words = "" if has_rows else judged.han_text
    return f"{links}\n\n{words}".encode("utf-8", "surrogatepass")


def _is_listed_file(url: str, link: Link) -> bool:
    """Whether a list has a file in place of an article: a document, or what stands in a dated row."""
    return link.kind == "requisite" and (extension(url) in DOCUMENTS or (is_file(url) and link.row_date is not None))


def _beside_own_day(link: Link, day: float) -> Link:
    """A link of an article of this day (seconds since 1970): the article's own day is that of no row, a file's perhaps.

    >>> _beside_own_day(Link(url="http://h/7", row_date="02-19", priority=ARTICLE), 1582041600).row_date
    >>> _beside_own_day(Link(url="http://h/7", row_date="2020-02-18", priority=ARTICLE), 1582041600).row_date
    '2020-02-18'
    """
    if link.row_date is None or read_day(link.row_date, day + 1) != day:
        return link
    return replace(link, row_date=None, priority=ARTICLE if look_of(link.url) == "article" else LIST)


def _rows_of(page: str, inside: Sequence[tuple[str, Link]], judged: Judged) -> list[str]:
    """The addresses of the rows of a list. Those of a gallery have neither days nor the addresses of articles: they are
    of one shape, other than that of the `page`, and as many as the list claims, or as one of its pages holds.
    """
    rows = [url for url, link in inside if link.url in judged.script_rows or is_row(link)]
    claimed, pages = judged.shown.claimed, judged.shown.claimed_pages or 1
    if rows or not claimed:
        return rows
    alike: defaultdict[str, set[str]] = defaultdict(set)
    for url, link in inside:
        if link.kind == "page":
            alike[shape(url)].add(url)
    alike.pop(shape(page), None)
    fit = [urls for urls in alike.values() if len(urls) <= claimed <= len(urls) * pages]
    return sorted(fit[0]) if len(fit) == 1 else []


def _is_for_printer(article: str, url: str, link: Link) -> bool:
    """Whether a link of an article leads to the same article for a printer, by its words or its address.

    >>> _is_for_printer("http://h/Show.asp?ID=7", "http://h/Print.asp?ID=7", Link(url="http://h/Print.asp?ID=7"))
    True
    >>> _is_for_printer("http://h/Show.asp?ID=7", "http://h/Print.asp?ID=8", Link(url="http://h/Print.asp?ID=8"))
    False
    """
    if _PRINT.fullmatch(link.anchor or ""):
        return True
    named, numbered = urlsplit(url), urlsplit(article)
    numbers = re.findall(r"\d+", f"{numbered.path}?{numbered.query}")
    return "print" in named.path.lower() and re.findall(r"\d+", f"{named.path}?{named.query}") == numbers != []


def _posted(judged: Judged) -> int:
    """Rows that only a form leads to: they are not asked for, since all that one form leads to has one address."""
    return sum(link.form is not None and is_row(link) for link in judged.links)


def _leads_back(way: FoundBy | Link | None) -> bool:
    """Whether a link, or what is known of how an address was found, says that it leads to the page before."""
    anchor = "" if way is None else way.anchor or ""
    return bool(BACK.fullmatch(anchor)) or (anchor.strip("[] ") == "1")


def _without_ways_back(inside: list[tuple[str, Link]]) -> list[tuple[str, Link]]:
    """The links of a page that a pager led to: who came from its first page has those before it.

    首页 may be another name of the first. A calendar is entered at its newest month, so this is not for who came back.
    """
    return [(url, link) for url, link in inside if link.kind != "pager" or not _leads_back(link)]


def _without_pager(inside: list[tuple[str, Link]]) -> list[tuple[str, Link]]:
    return [(url, link) for url, link in inside if link.kind not in ("next", "pager")]


def _plainly(address: Address, plain: str) -> Address:
    """The address without parameters, found where the one with them was."""
    return replace(address, url=plain, id=0, tries=0, role=None, etag=None, modified=None, shown=0)
