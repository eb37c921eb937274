"""`state/<site>.ledger.jsonl` and `missing.jsonl` <-> what each list of a site claims, and what was captured of it.

A crawl writes both files when it ends. Both are derived: the next crawl replaces them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from archive.errors import DataError
from archive.layout import TMP

# Why a whole site is in doubt.
Doubt = Literal[
    "start_leads_nowhere", "no_article", "too_deep", "whole_errors", "skipped_articles", "new_layout", "not_cleaned"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccount:
    """One list: what it claims, shows and leads to, over all of its pages that were fetched.

    Attributes:
        url: of its first page.
        name: the text of the link that led there; None: a start page.
        claimed: the number of articles it states (共22条, `"total": 22`); None: it states none.
        claimed_pages: the number of pages it states (1/4页); None: it states none.
        evidence: the words that state these numbers.
        pages: how many of its pages were fetched.
        shown: different articles that those pages link to, on the site's own hosts.
        had: how many of those articles are captured.
        controls: the controls that lead on but could not be followed, as the page writes them: 加载更多, `goPage(2)`.
        blind: dated rows without an address.
        beyond: links of its pages that were not followed, since a page has too many.
        broken: the further pages that failed or that robots.txt disallows, each with the reason before its address.
        foreign: the number of rows and frames of each other host.
        gap: the number of articles known to be missing, 1 if some are missing but it is unknown how many; 0: none.
    """

    url: str
    name: str | None = None
    claimed: int | None = None
    claimed_pages: int | None = None
    evidence: str = ""
    pages: int = 0
    shown: int = 0
    had: int = 0
    controls: tuple[str, ...] = ()
    blind: int = 0
    beyond: int = 0
    broken: tuple[str, ...] = ()
    foreign: Mapping[str, int] = field(default_factory=dict)
    gap: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccount:
    """A doubt about the whole site.

    Attributes:
        doubt: `start_leads_nowhere`: a start page without a link that can be followed; `no_article`: the first crawl
            had no article; `too_deep`: pages that were not asked for because of `max_depth`; `whole_errors`:
            articles or start pages that came with an error status, so they gave no document; `skipped_articles`: pages
            that the crawler counted as articles and the cleaner skipped; `new_layout`: the newest articles have none of
            the layouts that were learned; `not_cleaned`: the cleaning after the last crawl failed.
        count: the number of pages concerned; of `not_cleaned`, the exit code.
        detail: an address, the numbers of skips by reason, or since when and what helps.
    """

    doubt: Doubt
    count: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """How complete one crawl of a site is: its lists, largest gap first, and doubts about the whole site."""

    lists: tuple[ListAccount, ...] = ()
    doubts: tuple[SiteAccount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A line of `missing.jsonl`: an address for which the last crawl got no answer, or an error.

    Attributes:
        state: `pending`, `leased`, `failed` or `refused`; `list` if a whole list is short of what it claims.
        reason, detail: why: a keyword, and a sentence.
        tries: the number of requests that failed.
        parent: the page that links to the address.
    """

    url: str
    state: str
    reason: str
    detail: str
    tries: int
    parent: str | None


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Write a ledger, one object per line; its `kind` is `list` or `site`.

    Raises:
        OSError: the disk refuses.
    """
    _write(
        path,
        (
            *({"kind": "list", **asdict(account)} for account in ledger.lists),
            *({"kind": "site", **asdict(account)} for account in ledger.doubts),
        ),
    )


def read_ledger(path: Path) -> Ledger:
    """Read the ledger of a site; empty if no crawl has written one.

    Raises:
        DataError: the file cannot be read, or a line is not an entry of a ledger.
    """
    lists, doubts = [], []
    for line in _lines(path):
        try:
            if line.get("kind") == "list":
                account = ListAccount(**_known(ListAccount, line))
                made = {"controls": tuple(account.controls), "broken": tuple(account.broken)}
                lists.append(ListAccount(**(asdict(account) | made)))
            else:
                doubts.append(SiteAccount(**_known(SiteAccount, line)))
        except TypeError as error:
            raise _broken(path) from error
    return Ledger(lists=tuple(lists), doubts=tuple(doubts))


def write_missing(path: Path, missing: Iterable[Missing]) -> None:
    """Write what was not captured, one object per line.

    Raises:
        OSError: the disk refuses.
    """
    _write(path, (asdict(each) for each in missing))


def read_missing(path: Path) -> Iterator[Missing]:
    """Read what the last crawl of a site did not capture; yields nothing if no crawl has written the file.

    Raises:
        DataError: the file cannot be read, or a line is not such an entry.
    """
    for line in _lines(path):
        try:
            yield Missing(**_known(Missing, line))
        except TypeError as error:
            raise _broken(path) from error


def _write(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    made = path.with_name(path.name + TMP)
    with made.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    made.replace(path)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path) from error
    # Only "\n" ends a line: what a site says may hold other line separators, such as U+2028.
    for line in text.removesuffix("\n").split("\n") if text else ():
        try:
            found = json.loads(line)
        except ValueError as error:
            raise _broken(path) from error
        if not isinstance(found, dict):
            raise _broken(path)
        yield found


def _known(shape: type, line: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that this version knows; a later version may have written more."""
    names = {each.name for each in fields(shape)}
    return {name: value for name, value in line.items() if name in names}


def _broken(path: Path) -> DataError:
    return DataError(f"{path}: cannot be read. Delete it: the next crawl of the site writes it again.")
