"""An answer -> what its address was: a page is judged, what it leads to is pushed, and its address is done.

answer (by status) ─► _good ─► _file: of an article
                        └────► _page ─► judge, here or in the child (_page_apart)
                                          └─► _judged ─► _play: its scripts ─┐
                                                 └───────────────────────────┴─► _take ─► done
                                                                                   └────► _show: in a browser
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from scrapy import Request
from scrapy.http import Response

from archive.errors import CundangError
from archive.site import Site
from archive.text.clean import clean
from archive.text.document import Reason, Skip
from archive.warc.capture import Capture, Written
from crawler.discovery import Link
from crawler.discovery.general import END
from crawler.discovery.link import START
from crawler.discovery.scripted import Play
from crawler.queue.address import canonical, shape
from crawler.queue.entries import Address, Role
from crawler.queue.frontier import Frontier
from crawler.queue.hosts import Hosts
from crawler.spiders.answer import capture_of, header, is_page, refreshes, unpacked
from crawler.spiders.judge import TELLING, Judged
from crawler.spiders.judges import Judges
from crawler.spiders.offer import Led, Offers
from crawler.spiders.outcome import Outcomes
from crawler.spiders.rendered import Rendering
from crawler.spiders.scripts import StageError
from crawler.wire.browser import Browser, RenderError
from crawler.wire.fetch import location_of
from crawler.wire.handler import NOTE
from crawler.wire.recorder import Recorder
from crawler.wire.tap import Cut

# What scripts or a browser have to show of a page before its address is done.
Pending = Coroutine[Any, Any, None]
# Bytes of a style sheet that are read for what it names.
SHEET = 2**20
# If the cleaner skips a known article for one of these, the article is hidden for a while, not changed.
_HIDDEN = (Reason.MAINTENANCE, Reason.LOGIN)


@dataclass(slots=True, kw_only=True)
class AnswerReader:
    """Reads the answers of one crawl.

    Attributes:
        browser: shows pages that need one; None: the site file asks for none.
        counts: of the run: `pages` and of them `articles`, `requisites`, `revisits`, `good` answers, `bytes`.
        stop: ends the crawl with an error.
    """

    site: Site
    frontier: Frontier
    recorder: Recorder
    hosts: Hosts
    offers: Offers
    outcomes: Outcomes
    judges: Judges
    rendering: Rendering
    browser: Browser | None
    counts: Counter[str]
    stop: Callable[[CundangError], None]
    logger: logging.LoggerAdapter[logging.Logger]

    def count(self, address: Address, response: Response) -> None:
        """Count an answer for its host and for the run."""
        written: Written | None = response.meta.get("written")
        self.hosts.answer(address.url, response.status)
        self.counts["requisites" if address.kind == "requisite" else "pages"] += 1
        self.counts["good"] += response.status < 400
        if written is not None:
            self.counts["revisits"] += written.revisit or response.status == 304
            self.counts["bytes"] += written.place.length

    def answer(self, address: Address, response: Response) -> Pending | None:
        """An answer: its status decides, unless it is a good one."""
        status = response.status
        location = response.headers.get("Location")
        if status == 304 and _is_conditional(response.request):
            self.frontier.done(address, status, role=address.role)
        elif status == 304:
            self.outcomes.retry(address, "http_304", "unchanged, says the server unasked", status=status)
        elif status in (429, 503):
            self.outcomes.rests(address, response)
        elif 300 <= status < 400 and location:
            self.outcomes.redirected(address, response, location_of(response))
        elif status >= 400 or status < 200:
            self.outcomes.refused(address, response)
        else:
            return self._good(address, response)
        return None

    def _good(self, address: Address, response: Response) -> Pending | None:
        """A good answer: a page, or a file; one that is empty or damaged is asked for again."""
        status = response.status
        pending: Pending | None = None
        lack = next((flag for flag in response.flags if not flag.startswith(NOTE)), None)
        if response.meta.get("empty") and (links := _leads_on(address, response)):
            self.outcomes.redirected(address, response, links[0].url)
        elif response.meta.get("empty"):
            self.outcomes.retry(address, "empty", f"status {status}, and nothing else", status=status)
        elif lack is not None and not self.outcomes.is_last(address):
            self.outcomes.retry(address, "damaged", lack, status=status)
        elif address.kind == "requisite":
            self._file(address, response)
        else:
            pending = self._page(address, response, whole=lack is None)
        if lack is not None and pending is None and self.outcomes.is_last(address) and 200 <= status < 300:
            self.outcomes.give_up(address, "damaged", lack, status)
        return pending

    def _file(self, address: Address, response: Response) -> None:
        """A file of an article, or in the place of one; what a style sheet names is offered."""
        if header(response, "Content-Type").partition(";")[0].strip().lower() == "text/css":
            self.offers.styled(address, response.body[:SHEET].decode("utf-8", "replace"))
        skip = clean(capture_of(response, address.url), self.site) if address.is_awaited else None
        lacks = self.outcomes.lacks(skip.reason, skip.detail) if isinstance(skip, Skip) else None
        role: Role | None = "article" if address.role == "article" else None
        self.frontier.done(address, response.status, role=role, validators=_validators(response), lacks=lacks)

    def read_cut(self, address: Address, cut: Cut) -> None:
        """Push the links of a page that never came whole, before its address is given up."""
        last = cut.truncated == "length" or self.outcomes.is_last(address)
        if not last or cut.response.status != 200 or address.kind == "requisite" or not cut.response.body:
            return
        try:
            pending = self._page(address, cut.response, whole=False)
            if pending is not None:
                pending.close()
        except CundangError:
            raise
        except Exception:
            self.logger.exception("Reading what came of %s", address.url)

    def _page(self, address: Address, response: Response, *, whole: bool) -> Pending | None:
        """Judge a page, in the child process where there is one, and act on it; what is not `whole` is read at once."""
        response = unpacked(response)
        if not is_page(response):
            self._file(address, response)
            return None
        capture = capture_of(response, address.url)
        if whole and self.judges.apart:
            return self._page_apart(address, response, capture)
        judged = self.judges.judge(capture, address.url, expected=address.is_expected)
        return self._judged(address, response, judged)

    async def _page_apart(self, address: Address, response: Response, capture: Capture) -> None:
        try:
            judged = await self.judges.judge_apart(capture, address.url, expected=address.is_expected)
            pending = self._judged(address, response, judged) if self.recorder.failure is None else None
            if pending is not None:
                await pending
        except CundangError as error:
            self.stop(error)
        except Exception as error:  # noqa: BLE001 - it is kept, and told
            self.unreadable(address, response, error)

    def _judged(self, address: Address, response: Response, judged: Judged) -> Pending | None:
        """Act on a page that was judged."""
        if judged.is_wall and judged.refusal is not None:
            self.outcomes.blocked(address, *judged.refusal, response.status)
            return None
        self.hosts.passed(address.url)
        if judged.refusal is not None and judged.refusal[0] == Reason.SERVER_ERROR and not judged.rows:
            self.outcomes.retry(address, *map(str, judged.refusal), status=response.status)
            return None
        if (nothing := response.meta.get("nothing")) and judged.why_scripted is None:
            self.outcomes.gone(address, "soft_404", f"the same page as {nothing}, which is no article", response.status)
            return None
        if address.role == "article" and judged.refusal is not None and self._is_hidden(address, response, judged):
            return None
        if judged.to_play is not None:
            return self._play(address, response, judged, judged.to_play)
        return self._take(address, response, judged)

    def unreadable(self, address: Address, response: Response, error: Exception) -> None:
        """One page that breaks the reader must not end the crawl; it is captured, and the log has the traceback."""
        self.logger.error("Reading %s", address.url, exc_info=error)
        self.frontier.fail(address, "unreadable", repr(error), wait=None, status=response.status)

    async def _play(self, address: Address, response: Response, judged: Judged, wanted: Play) -> None:
        """Play the scripts of a page, then take what they made of it."""
        shown = judged
        try:
            shown = await self.rendering.play(address, response, judged, wanted)
        except StageError as error:
            self.logger.info("%s: %s", address.url, error)
        except CundangError as error:
            self.stop(error)
            return
        try:
            pending = self._take(address, response, shown)
            if pending is not None:
                await pending
        except CundangError as error:
            self.stop(error)

    def _is_hidden(self, address: Address, response: Response, judged: Judged) -> bool:
        """Whether something else stands in the place of a known article, which then stays what it is."""
        assert judged.refusal is not None
        reason, detail = judged.refusal
        if reason == Reason.SOFT_404:
            self.outcomes.gone(address, "soft_404", detail, response.status)
        elif reason in _HIDDEN:
            self.outcomes.give_up(address, str(reason), detail, response.status)
        else:
            return False
        return True

    def _take(self, address: Address, response: Response, judged: Judged) -> Pending | None:
        """Push what a page leads to, and say that its address is done."""
        if _hiccups(address, judged):
            self.outcomes.retry(
                address, "no_rows", "a further page of a list, without any link", status=response.status
            )
            return None
        self.counts["articles"] += judged.article is not None
        redirects = [
            link
            for link in (*judged.links, *refreshes(response))
            if link.kind == "redirect" and _is_away(address, link, judged.encoding)
        ]
        for link in redirects:
            self.outcomes.redirected(
                address, response, link.url, encoding=judged.encoding, is_article=judged.article is not None
            )
        if address.priority == START:
            self.offers.sitemaps(address)
        elsewhere = self.offers.lists_elsewhere(judged)
        if judged.why_scripted is None and (judged.is_distinctive or elsewhere):
            self.offers.learn(address, judged)
        led = self.offers.push(address, judged, response.body)
        self._tally(address, judged, led, elsewhere=bool(elsewhere))
        if redirects:
            return None
        if judged.why_scripted is not None and self.browser is not None:
            return self._show(address, response, self.browser)
        if judged.why_scripted is not None:
            self.outcomes.give_up(address, "needs_js", judged.why_scripted, response.status)
            return None
        self._end(address, response, judged, led, elsewhere=bool(elsewhere))
        return None

    def _end(self, address: Address, response: Response, judged: Judged, led: Led, *, elsewhere: bool) -> None:
        """Say that an address is done, and what its page was."""
        role: Role | None = "article" if judged.article else "list"
        if not judged.article and not judged.rows and elsewhere:
            # The list stands in its frame, or in what its script asks for: those have a clock, not this page.
            role = None
        lacks = None
        if judged.refusal is not None and address.is_awaited and not (judged.article or judged.rows or elsewhere):
            lacks, role = self.outcomes.lacks(*judged.refusal), "article" if address.role == "article" else role
        self.frontier.done(
            address,
            response.status,
            role=role,
            changed=led.changed,
            validators=_validators(response),
            shown=judged.rows,
            article=judged.article,
            lacks=lacks,
        )

    def _tally(self, address: Address, judged: Judged, led: Led, *, elsewhere: bool) -> None:
        """Count whether pages of this shape of addresses bring anything.

        The same text at ever new addresses is a trap, where a program makes the addresses: days of a calendar on which
        there was nothing differ by their date alone. Of such pages few are enough, if they say something at all and no
        frame or script shows more on them. Pages with few words, and articles without a text, may differ by their
        pictures and files.
        """
        if address.role is not None and not (led.bore or self.offers.walks):
            # What was counted once says nothing new: columns are quiet for weeks.
            return
        own = shape(address.url)
        textless = judged.article is not None and judged.article.digest is None
        few = textless or len(judged.han_text) < TELLING
        files = sorted(link.url for link in judged.links if link.kind == "requisite") if few else ()
        shown = "\n".join((own, judged.han_text, *files))
        fresh = self.frontier.learned.fresh_text(hashlib.sha256(shown.encode("utf-8", "surrogatepass")).digest())
        article = judged.article is not None and (fresh or "?" not in address.url)
        repeats = bool(judged.han_text) and not (fresh or elsewhere or judged.data or judged.why_scripted)
        self.frontier.learned.tally(
            own,
            fruitful=led.fruitful or article,
            bare=textless and not led.fruitful,
            rows=judged.rows > 0,
            repeats=repeats,
            vain=led.vain,
        )

    async def _show(self, address: Address, response: Response, browser: Browser) -> None:
        """Have the browser show a page that its script makes: a list, an article, or nothing."""
        try:
            walked = await self.rendering.walk(address, response, browser)
            if walked.role is None:
                why = "; ".join(walked.refused)[:500] or "and nothing was kept from it"
                detail = f"a browser shows no list either: {why}"
                self.outcomes.give_up(address, "needs_js", detail, response.status)
            else:
                self.frontier.done(
                    address, response.status, role=walked.role, changed=walked.changed, shown=walked.rows
                )
        except RenderError as error:
            self.outcomes.give_up(address, "needs_js", f"the browser failed: {error}", response.status)
        except CundangError as error:
            self.stop(error)


def _leads_on(address: Address, response: Response) -> list[Link]:
    """Where the header Refresh leads, if not back to the page."""
    return [link for link in refreshes(response) if _is_away(address, link)]


def _is_away(address: Address, link: Link, encoding: str = "utf-8") -> bool:
    """Whether a link leads to another page: a page that refreshes itself is no redirect."""
    return canonical(link.url, encoding) != address.url


def _hiccups(address: Address, judged: Judged) -> bool:
    """Whether a pager led to a page that has nothing of a list, and does not say that the list is at its end."""
    if address.pager is None or address.is_awaited:
        return False
    if judged.data or judged.article is not None or judged.why_scripted is not None:
        return False
    leads = any(link.kind != "requisite" for link in judged.links)
    return not leads and END.search(judged.html) is None


def _is_conditional(request: Request | None) -> bool:
    """Whether a request asked for the page only if it changed."""
    return request is not None and ("If-None-Match" in request.headers or "If-Modified-Since" in request.headers)


def _validators(response: Response) -> tuple[str | None, str | None]:
    """ETag and Last-Modified, for a later request to name, so as to be told that nothing changed."""
    return header(response, "ETag") or None, header(response, "Last-Modified") or None
