"""`state/<site>.ledger.jsonl` and `missing.jsonl` <-> what each list of a site claims, and what was had of it.

A crawl writes both files when it ends. Neither is truth: the next crawl writes them again.
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
Doubt = Literal["start_leads_nowhere", "no_article", "skipped_articles", "new_layout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccount:
    """One list: what it claims, shows and leads to, over all pages that were had of it.

    Attributes:
        url: of its first page.
        name: the text of the link that led there; None: a start page.
        claimed: articles that it says it has (共22条, `"total": 22`); None: it does not say.
        claimed_pages: pages that it says it has (1/4页); None: it does not say.
        evidence: the words that say so.
        pages: that were had.
        shown: different articles that those pages link to, on the site's own hosts.
        had: of them, those that are captured.
        controls: what would have led on and could not be followed, as the page writes it: 加载更多, `goPage(2)`.
        blind: dated rows without an address.
        foreign: rows and frames of other hosts, counted a host.
        gap: articles that are known to be missing, or 1 where only their number is unknown; 0: everything is accounted
            for.
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
    foreign: Mapping[str, int] = field(default_factory=dict)
    gap: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccount:
    """A doubt about the whole site.

    Attributes:
        doubt: `start_leads_nowhere`: a start page without a link that can be followed; `no_article`: the first crawl
            had no article; `skipped_articles`: pages that the crawler counted as articles and the cleaner skipped;
            `new_layout`: the newest articles are laid out in no manner that was learned.
        count: of pages that it concerns.
        detail: an address, skips by their reason, or since when and what helps.
    """

    doubt: Doubt
    count: int
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What one crawl of a site accounts for: its lists, those with the largest gap first, and doubts about the site."""

    lists: tuple[ListAccount, ...] = ()
    doubts: tuple[SiteAccount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A line of `missing.jsonl`: an address that the last visit has no answer of, or an error for.

    Attributes:
        state: `pending`, `leased`, `failed` or `refused`; `list` where a list as a whole is short of what it claims.
        reason, detail: why, as a word and in words.
        tries: requests that failed.
        parent: the page that links to it.
    """

    url: str
    state: str
    reason: str
    detail: str
    tries: int
    parent: str | None


def write_ledger(path: Path, ledger: Ledger) -> None:
    """Write a ledger, an object a line; `kind` tells lists from doubts.

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
    """The ledger of a site; empty where no crawl has written one.

    Raises:
        DataError: a line is no object of a ledger.
    """
    lists, doubts = [], []
    for line in _lines(path):
        try:
            if line.get("kind") == "list":
                account = ListAccount(**_known(ListAccount, line))
                lists.append(ListAccount(**(asdict(account) | {"controls": tuple(account.controls)})))
            else:
                doubts.append(SiteAccount(**_known(SiteAccount, line)))
        except TypeError as error:
            raise _broken(path) from error
    return Ledger(lists=tuple(lists), doubts=tuple(doubts))


def write_missing(path: Path, missing: Iterable[Missing]) -> None:
    """Write what was not captured, an object a line.

    Raises:
        OSError: the disk refuses.
    """
    _write(path, (asdict(each) for each in missing))


def read_missing(path: Path) -> Iterator[Missing]:
    """What the last crawl of a site did not capture; nothing where no crawl has written the file.

    Raises:
        DataError: a line is no object of the file.
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
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except ValueError as error:
            raise _broken(path) from error
        if not isinstance(found, dict):
            raise _broken(path)
        yield found


def _known(shape: type, line: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that this version knows: a later one may have written more."""
    names = {each.name for each in fields(shape)}
    return {name: value for name, value in line.items() if name in names}


def _broken(path: Path) -> DataError:
    return DataError(f"{path}: cannot be read. Delete it: the next crawl of the site writes it again.")
