"""What a person asked -> what is shown: one function a view. Each returns the data that its JSON twin has too."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from archive.catalogue import changes as known_changes
from archive.catalogue import query
from archive.catalogue.search import FACETS, ORDERS, PERIODS
from archive.errors import DataError, UsageError
from archive.ledger import read_ledger, read_missing
from archive.text.document import Document
from archive.warc import reader
from archive.web import cite, compare, placed, rewrite
from archive.web.asked import Asked, NotHereError, Shown
from archive.web.captures import nearest
from archive.web.runs import runs

# Facets that a first screen counts; the others stand behind a link.
FIRST_FACETS = ("site", "place", "source", "flag", "kind", "script")
# Hits on a page at most, and the last page that can be asked for.
PAGE, LAST_PAGE = 200, 100_000
# Changes, missing addresses and captures that one page shows.
ROWS = 200
# The first day of the web; a list of changes without a day begins here.
EVER = "19900101000000"


def home(asked: Asked) -> Shown:
    """What is here, what is new, what is wrong."""
    layout = asked.layout
    status = query.status(layout)
    last = max((one.last_capture or "" for one in status), default="")
    newest = asked.house.searcher.find("", size=1)
    recent = latest_changes(asked, last)
    disk = shutil.disk_usage(layout.root)
    data = {
        "sites": status,
        "documents": newest.documents,
        "undated": newest.undated,
        "copies": newest.copies,
        "last_capture": last or None,
        "changes": recent,
        "worries": list(_worries(asked)),
        "runs": runs(layout, most=8),
        "disk_free": disk.free,
        "disk_total": disk.total,
        "histogram": asked.house.searcher.find("", size=1, period="year").histogram,
    }
    return Shown(template="home.html", data={"home": data}, rows=[asdict(one) for one in status])


def latest_changes(asked: Asked, last: str) -> list[known_changes.Change]:
    """The newest changes of the last month in which anything was captured."""
    if not last:
        return []
    year, month = int(last[:4]), int(last[5:7])
    since = f"{year if month > 1 else year - 1}{month - 1 or 12:02}{last[8:10]}"
    return known_changes.changes(asked.layout, since)[:12]


def _worries(asked: Asked) -> Iterator[dict[str, Any]]:
    """What a person should look at, a line each: gaps of lists, missing addresses, runs that ended badly."""
    for key in _keys(asked):
        try:
            ledger = read_ledger(asked.layout.ledger(key))
            gone = Counter(one.reason for one in read_missing(asked.layout.missing(key)))
        except DataError as error:
            yield {"site": key, "what": "unreadable", "count": 1, "detail": str(error)}
            continue
        if gap := sum(account.gap for account in ledger.lists):
            yield {"site": key, "what": "gap", "count": gap, "detail": ""}
        for doubt in ledger.doubts:
            yield {"site": key, "what": doubt.doubt, "count": doubt.count, "detail": doubt.detail}
        if gone:
            detail = ", ".join(f"{reason} {count}" for reason, count in gone.most_common(4))
            yield {"site": key, "what": "missing", "count": gone.total(), "detail": detail}
        last = next(iter(runs(asked.layout, key, 1)), None)
        if last is not None and last.exit not in (0, None):
            yield {"site": key, "what": "run", "count": last.exit or 0, "detail": last.ending}


def _keys(asked: Asked) -> list[str]:
    here = {one.site for one in query.status(asked.layout)}
    return sorted(here | {path.stem for path in asked.layout.states()})


def search(asked: Asked) -> Shown:
    """Hits with facets and a histogram."""
    more = asked.text("facets") == "all"
    by = asked.choice("by", ("published", "claimed", "captured"), "published")
    found = asked.house.searcher.find(
        asked.text("q"),
        order=asked.choice("order", ORDERS, "new"),
        page=asked.number("page", 1, LAST_PAGE),
        size=asked.number("size", 20, PAGE),
        facets=FACETS if more else FIRST_FACETS,
        period=asked.choice("period", PERIODS, "year"),
        by=by,
    )
    data = {"found": found, "by": by, "period": asked.choice("period", PERIODS, "year"), "more": more}
    rows = [
        {name: value for name, value in asdict(hit).items() if name != "snippet"}
        | {"snippet": "".join(piece for piece, _ in hit.snippet)}
        for hit in found.hits
    ]
    return Shown(template="search.html", data=data, rows=rows)


def concordance(asked: Asked) -> Shown:
    """A word in its contexts."""
    most = asked.number("most", 200, 1000)
    lines, hits = asked.house.searcher.concordance(asked.text("q"), most=most)
    data = {"query": asked.text("q"), "lines": lines, "hits": hits, "read": min(hits, most)}
    return Shown(template="concordance.html", data=data, rows=[asdict(line) for line in lines])


def frequency(asked: Asked) -> Shown:
    """How often documents hold each of some words, by period, beside the number of all documents."""
    words = [word for word in asked.text("words").replace("，", ",").split(",") if word.strip()][:6]
    period = asked.choice("period", PERIODS, "year")
    within = asked.text("q")
    found = asked.house.searcher.frequency(words, period=period, within=within) if words else []
    rows = [{"period": at, "documents": total} | dict(zip(words, hits, strict=True)) for at, total, hits in found]
    data = {"words": words, "period": period, "query": within, "found": found}
    return Shown(template="frequency.html", data=data, rows=rows)


def since_of(asked: Asked) -> str:
    """The stamp that a parameter `since` (2026-01-02) means.

    Raises:
        UsageError: it is no day.
    """
    day = asked.text("since")
    digits = day.replace("-", "")
    if day and not (digits.isdecimal() and len(digits) in (4, 6, 8)):
        raise UsageError(f"since={day}: give a day, month or year: 2026-01-02, 2026-01, 2026.")
    return digits or EVER


def changed(asked: Asked) -> Shown:
    """New articles, edits, deletions and what came back, over all sites or of one."""
    what = asked.text("what")
    found = known_changes.changes(asked.layout, since_of(asked), site=asked.text("site") or None)
    counts = Counter(change.what for change in found)
    chosen = [change for change in found if not what or change.what == what]
    page = asked.number("page", 1, LAST_PAGE)
    shown = chosen[(page - 1) * ROWS : page * ROWS]
    data = {
        "changes": [{**asdict(change), "marked": compare.lines(change.lines)} for change in shown],
        "counts": dict(counts),
        "total": len(chosen),
        "page": page,
        "size": ROWS,
        "since": asked.text("since"),
        "what": what,
    }
    return Shown(template="changes.html", data=data, rows=[asdict(change) for change in shown])


def sites(asked: Asked) -> Shown:
    """What there is of each site."""
    rows = []
    for one in query.status(asked.layout):
        file = asked.house.sites.get(one.site)
        gap = sum(account.gap for account in read_ledger(asked.layout.ledger(one.site)).lists)
        rows.append(
            {
                "site": one.site,
                "name": file.name if file else None,
                "place": file.place if file else None,
                "documents": one.documents,
                "addresses": one.urls,
                "last_capture": one.last_capture,
                "skips": sum(one.skips.values()),
                "missing": sum(1 for _ in read_missing(asked.layout.missing(one.site))),
                "gap": gap,
            }
        )
    return Shown(template="sites.html", data={"rows": rows}, rows=rows)


def site(asked: Asked) -> Shown:
    """One site: captures by day, articles by month, its lists, runs, skips, and what is missing by reason."""
    key = asked.text("key")
    status = next((one for one in query.status(asked.layout) if one.site == key), None)
    if status is None and key not in asked.house.sites:
        raise NotHereError(f"This archive has no site {key!r}; see the list of sites.")
    found = asked.house.searcher.find(f'site:"{key}"', size=1, period="month")
    history = runs(asked.layout, key, 30)
    data = {
        "key": key,
        "file": asked.house.sites.get(key),
        "status": status,
        "captures_by_day": query.captures_by_day(asked.layout, key),
        "articles_by_month": found.histogram,
        "undated": found.undated,
        "total": found.total,
        "ledger": read_ledger(asked.layout.ledger(key)),
        "missing_by_reason": Counter(one.reason for one in read_missing(asked.layout.missing(key))).most_common(),
        "runs": history,
    }
    return Shown(template="site.html", data=data, rows=[asdict(run) for run in history])


def missing(asked: Asked) -> Shown:
    """The addresses of a site that are not captured, and why."""
    key, reason = asked.text("key"), asked.text("reason")
    every = [one for one in read_missing(asked.layout.missing(key)) if not reason or one.reason == reason]
    page = asked.number("page", 1, LAST_PAGE)
    rows = [asdict(one) for one in every[(page - 1) * ROWS : page * ROWS]]
    data = {"key": key, "reason": reason, "rows": rows, "total": len(every), "page": page, "size": ROWS}
    return Shown(template="missing.html", data=data, rows=rows)


def found_document(asked: Asked) -> Document:
    """The document of the record id in the address.

    Raises:
        NotHereError: there is none, or its page was taken down.
    """
    name = asked.text("id")
    found = query.find(asked.layout, name)
    if not found:
        raise NotHereError(f"This archive has no document {name!r}. It may have been taken down.")
    return query.whole(asked.layout, found[0])


def document(asked: Asked) -> Shown:
    """One article as a person reads it."""
    item = found_document(asked)
    capture = query.capture_of(asked.layout, item.id)
    captures = query.captures(asked.layout, item.url) if not item.url.startswith("file:") else []
    stamps = [one.stamp for one in captures]
    own = capture.stamp if capture else ""
    options = asked.text("show").split(",")
    data = {
        "document": item,
        "capture": capture,
        "first_of": query.first_of(asked.layout, item.id),
        "copies": query.copies_of(asked.layout, item.id),
        "captures": captures,
        "previous": max((one for one in stamps if one < own), default=None),
        "next": min((one for one in stamps if one > own), default=None),
        "versions": len([one for one in query.versions(asked.layout, item.url) if one.what == "document"]),
        "citation": cite.text(item, capture),
        "proof": cite.proof(item, capture),
    }
    shown = {
        "options": options,
        "lines": _lines(asked, item, options),
        "evidence": _evidence(item.evidence),
    }
    return Shown(template="document.html", data=data | {"shown": shown})


def _lines(asked: Asked, item: Document, options: Sequence[str]) -> list[dict[str, str]]:
    """The paragraphs, in the original script where asked for, with removed lines in their places where asked for."""
    text = (item.text_original or item.text) if "original" in options else item.text
    paragraphs = text.split("\n") if text else []
    if "removed" not in options:
        return [{"rule": "", "text": line} for line in paragraphs]
    capture = query.capture_of(asked.layout, item.id)
    if capture is None or not item.removed:
        return placed.after(paragraphs, item.removed)
    record = reader.read_at(asked.layout.root / capture.warc, capture.offset)
    return placed.in_order(paragraphs, item.removed, record.body, record.header("Content-Type"))


def _evidence(pairs: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for of, words in pairs:
        found.setdefault(of, []).append(words)
    return found


def versions(asked: Asked) -> Shown:
    """The texts that an address had, two of them beside each other with their differences marked."""
    item = found_document(asked)
    history = query.versions(asked.layout, item.url)
    texts = [one for one in history if one.what == "document"]
    ids = [one.id for one in texts]
    new = asked.text("new") or (ids[-1] if ids else item.id)
    old = asked.text("old") or (ids[ids.index(new) - 1] if new in ids and ids.index(new) else new)
    every = {one.id: one for one in query.find(asked.layout, item.url)}
    for name in (old, new):
        if name not in every:
            raise NotHereError(f"{name!r} is no version of {item.url}.")
    before, after = (_whole_text(every[name]) for name in (old, new))
    data = {"document": item, "history": history, "old": old, "new": new, "rows": compare.columns(before, after)}
    rows = [{name: value for name, value in asdict(one).items() if name != "changes"} for one in history]
    return Shown(template="versions.html", data=data, rows=rows)


def _whole_text(item: Document) -> list[str]:
    return [item.title or "", *item.text.split("\n")]


def looked(asked: Asked) -> Shown:
    """The page as it looked, in a frame of the replay, under a banner."""
    name = asked.text("id")
    capture = query.capture_of(asked.layout, name)
    if capture is None:
        raise NotHereError(f"This archive has no capture {name!r}. It may have been taken down.")
    replayed = nearest(asked.layout, capture.url, capture.stamp)
    lost: list[str] = []
    leads = None
    if replayed is not None:
        shown = rewrite.page(
            replayed.capture.body,
            replayed.capture.header("Content-Type"),
            replayed.capture.url,
            lambda url, _purpose: url,
        )
        lost = query.without_capture(asked.layout, shown.assets)
        leads = shown.leads
    stamps = [(one.stamp, one.id) for one in query.captures(asked.layout, capture.url)]
    data = {
        "capture": capture,
        "missing": lost,
        "leads": leads,
        "previous": max((one for one in stamps if one[0] < capture.stamp), default=None),
        "next": min((one for one in stamps if one[0] > capture.stamp), default=None),
    }
    return Shown(template="looked.html", data=data)


def manual(_asked: Asked) -> Shown:
    """The query language, and what every view offers to programs."""
    return Shown(template="help.html", data={"facets": FACETS, "periods": PERIODS, "orders": ORDERS})
