"""A page that its scripts make -> what it is and leads to; each state of it that the server did not send is recorded.

Our own engine plays the scripts that it can (`crawler.spiders.scripts`). A browser shows the rest where the site file
says `browser = true`.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from scrapy.http import Response

from archive.site import Site
from archive.text.decode import parse
from archive.warc.capture import Written
from crawler.discovery import discover, epaper
from crawler.discovery.ledger import survey
from crawler.discovery.link import Link
from crawler.discovery.numbered import counted
from crawler.discovery.scripted import Play, follow
from crawler.queue.address import canonical, route
from crawler.queue.entries import Address, Role
from crawler.queue.frontier import Frontier
from crawler.queue.watch import newest_page
from crawler.spiders.answer import capture_of
from crawler.spiders.judge import Judged, is_row, judge_shown
from crawler.spiders.offer import MET, Offers
from crawler.spiders.scripts import Made, Scripts
from crawler.wire.browser import Browser, Shown
from crawler.wire.handler import form_line
from crawler.wire.recorder import Recorder


@dataclass(slots=True)
class Walked:
    """What a browser showed of a page, in all its states.

    Attributes:
        role: an article, a list, or None: neither.
        rows: articles that its lists lead to.
        changed: whether one of them is new.
        refused: requests that were not made, and how often.
    """

    role: Role | None = None
    rows: int = 0
    changed: bool = False
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _States:
    """The states of a page that its scripts made, added up.

    Attributes:
        links: the links of all states, by URL.
        first: the first state.
        pressed: the words of what was pressed.
        pages: the number of states that showed more; None: not all was pressed, since all that came was known.
        rows: the rows that were new in the last two states.
    """

    links: dict[str, Link]
    first: Judged | None = None
    pressed: frozenset[str] = frozenset()
    pages: int | None = 0
    rows: tuple[Sequence[Link], Sequence[Link]] = ((), ())

    def add(self, shown: Judged, pressed: frozenset[str]) -> set[str]:
        """Add a state; the addresses of pages on it that no state before had."""
        new = _pages(shown.links) - self.links.keys()
        self.links |= {link.url: link for link in shown.links}
        self.rows = (self.rows[1], [link for link in shown.links if link.url in new and is_row(link)])
        self.first, self.pressed = self.first or shown, pressed
        return new


class Rendering:
    """Pages of one site as their scripts make them."""

    def __init__(
        self,
        site: Site,
        frontier: Frontier,
        recorder: Recorder,
        offers: Offers,
        scripts: Scripts,
        *,
        counts: Counter[str],
        stopping: Callable[[], bool],
    ) -> None:
        """Serve one spider, whose `counts` are added to; `stopping` says whether it asks for nothing more."""
        self._site, self._frontier, self._recorder = site, frontier, recorder
        self._offers, self._scripts, self._stopping = offers, scripts, stopping
        self._counts = counts

    async def play(self, address: Address, response: Response, judged: Judged, wanted: Play) -> Judged:
        """The first state of a page that its scripts make, with the links of all states.

        Raises:
            StageError: the scripts cannot be played.
            CundangError: nothing can be recorded any more.
        """
        if wanted.lack == "pages":
            return await self._further(address, response, judged, wanted)
        # The frames of an article are part of it, and so is the frame of a list if the pager turns it (`Play.turns`).
        kept = [link for link in judged.links if not (link.frame and wanted.turns)]
        states = _States(links={} if wanted.lack == "body" else {link.url: link for link in kept})
        async with contextlib.aclosing(self._scripts.pages(response, judged.html, wanted, judged.encoding)) as pages:
            async for made in pages:
                shown = self._judge(address, response, judged, made)
                new = states.add(shown, made.pressed)
                # The address of a list may look like that of an article: then its ways on follow.
                is_list = wanted.lack == "body" and shown is states.first and shown.article is None
                # What is known of one list says nothing of the next.
                if is_list or (made.is_other_list and not self._stopping()):
                    continue
                if not self._stays(wanted, shown, states, new):
                    states.pages = None if new else states.pages
                    break
                states.pages = (states.pages or 0) + 1
        return self._sum_up(address, judged, states)

    def _stays(self, wanted: Play, shown: Judged, states: _States, new: set[str]) -> bool:
        """Whether a page is played further, after a state with these new rows."""
        if shown is states.first:
            return wanted.lack != "body"
        # A list that is sorted upwards, or begins with rows that stay, has its newest rows behind those that are known.
        return self._goes_on(new, shown.encoding) or (_grows_newer(*states.rows) and not self._stopping())

    async def _further(self, address: Address, response: Response, judged: Judged, wanted: Play) -> Judged:
        """An article with the links that only its scripts make: further pages, and other pages.

        Its text is that of the server.
        """
        async with contextlib.aclosing(self._scripts.pages(response, judged.html, wanted, judged.encoding)) as pages:
            async for made in pages:
                self._counts["requisites"] += made.requests
                found = discover(address.url, made.html, parse(made.html), judged.encoding)
                known = _pages(judged.links)
                further = [
                    link
                    for link in found
                    if link.kind in ("next", "pager") or (link.kind == "page" and link.url not in known)
                ]
                return replace(judged, links=[*judged.links, *further])
        return judged

    def _sum_up(self, address: Address, judged: Judged, states: _States) -> Judged:
        first, links = states.first, list(states.links.values())
        if first is None:
            return judged
        if first.root is not None and first.article is None:
            follow(first.root, states.pressed, states.pages)
            said = survey(address.url, first.html, first.root, links, self._site.hosts)
            first = replace(first, shown=said)
        rows = _pages(links) - _pages(judged.links) if first.claimed else set()
        # The list may be empty until a tab is pressed.
        scripted = None if _pages(links) - _pages(first.links) else first.why_scripted
        return replace(first, links=links, script_rows=frozenset(rows), why_scripted=scripted)

    def _judge(self, address: Address, response: Response, judged: Judged, made: Made) -> Judged:
        """Judge one state of a page that its scripts made; record it where it shows more than the server's page."""
        written: Written = response.meta["written"]
        self._counts["requisites"] += made.requests
        if made.changed:
            about = (
                ("rendered-from", written.id),
                ("made-by", "the scripts of the page, without a browser"),
                *form_line(response.request),
            )
            # What a script shows behind a hash has an address of its own.
            url = address.url if route(address.url) else response.url
            self._recorder.rendered(url, made.html.encode("utf-8", "replace"), about)
        shown = judge_shown(
            capture_of(response, address.url),
            address.url,
            self._site,
            made.html,
            encoding=judged.encoding,
            made=made.changed,
        )
        went = [Link(url=url, kind="redirect") for url in made.redirects if not shown.rows]
        issues = [link for _, text in made.answers for link in epaper.discover(address.url, text)]
        claimed = max((found.total for _, text in made.answers if (found := counted(text)) is not None), default=None)
        return replace(shown, links=[*shown.links, *went, *issues], claimed=claimed)

    def _goes_on(self, rows: set[str], encoding: str) -> bool:
        """Whether a list is walked further, after a page with these new rows."""
        if not rows or self._stopping():
            return False
        if self._offers.walks:
            return True
        return any(not self._frontier.known(url) for row in rows if (url := canonical(row, encoding)) is not None)

    async def walk(self, address: Address, response: Response, browser: Browser) -> Walked:
        """Record and push each state of a page that a browser shows.

        Raises:
            RenderError: the browser failed.
            CundangError: nothing can be recorded any more.
        """
        walked, seen = Walked(), set[str]()
        async with contextlib.aclosing(browser.pages(response)) as states:
            async for shown in states:
                walked.refused.update(shown.refused)
                self._counts["requisites"] += shown.asked
                self._record(response, shown)
                judged = judge_shown(capture_of(response, address.url), address.url, self._site, shown.html)
                new = self._offers.push(address, judged, response.body).changed
                walked.changed |= new
                if judged.article is not None:
                    walked.role = "article"
                    self._counts["articles"] += 1
                    break
                rows = {link.url for link in judged.links if is_row(link)}
                fresh, walked.role = not rows <= seen, "list" if rows else walked.role
                seen |= rows
                # Go on as with any pager: while it shows rows, and new ones.
                if not fresh or len(seen) > MET or not (new or self._offers.walks):
                    break
        walked.rows = len(seen)
        return walked

    def _record(self, response: Response, shown: Shown) -> None:
        written: Written = response.meta["written"]
        about = (
            ("rendered-from", written.id),
            ("browser", shown.browser),
            *(("not-fetched", each) for each in shown.refused),
        )
        self._recorder.rendered(response.url, shown.html.encode("utf-8", "replace"), about)


def _grows_newer(before: Sequence[Link], rows: Sequence[Link]) -> bool:
    """Whether the rows that a press showed are newer than those that stood before them."""
    now = time.time()
    pages = [[(link.url, None, link.row_date, now) for link in each] for each in (before, rows)]
    return all(pages) and newest_page(pages) == 1


def _pages(links: Iterable[Link]) -> set[str]:
    return {link.url for link in links if link.kind == "page"}
