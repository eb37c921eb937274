"""Requests -> views, one function per view. Each returns the data that its JSON twin also shows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from archive.catalogue import ask, gazetteer, mentions, query, reprints, timeline
from archive.catalogue import changes as known_changes
from archive.catalogue import terms as known_terms
from archive.catalogue.days import query_of
from archive.catalogue.search import FACETS, ORDERS, PERIODS, Line, spots
from archive.errors import DataError, UsageError
from archive.export import cite
from archive.ledger import Ledger, Missing, read_ledger, read_missing
from archive.site import CHINA
from archive.text.document import Document
from archive.warc import exclusions, reader
from archive.web import compare, placed, rewrite
from archive.web.asked import Asked, NotHereError, Shown
from archive.web.captures import nearest
from archive.web.runs import days, overdue, runs
from archive.web.storage import storage

# The facets that are counted at first; a link shows the others.
FIRST_FACETS = ("site", "place", "about", "source", "flag", "kind", "script")
# The most hits per page, and the last page that can be asked for.
PAGE, LAST_PAGE = 200, 100_000
# How many changes, missing addresses or captures one page shows.
ROWS = 200
WHAT = ("", "new", "edited", "deleted", "back")
# The number of lines of each list on the home page.
HOME_ROWS = 8
# The kinds of warnings, gravest first.
_GRAVITY = (
    "unreadable",
    "start_leads_nowhere",
    "no_article",
    "too_deep",
    "whole_errors",
    "run",
    "not_cleaned",
    "overdue",
    "less",
    "skipped_articles",
    "new_layout",
    "gap",
    "missing",
)
# The orders of a concordance: by day as found, or by the characters next to the word.
_BY: Mapping[str, Callable[[Line], str] | None] = {
    "day": None,
    "left": lambda line: line.left[::-1],
    "right": lambda line: line.right,
}
# The start of a list of changes without a day: before the web.
EVER = "19900101000000"


def home(asked: Asked) -> Shown:
    """The home page: what is here, what is new, what is wrong."""
    layout = asked.layout
    status = query.status(layout)
    last = max((one.last_capture or "" for one in status), default="")
    newest = asked.served.searcher.find("", size=1, period="year")
    recent = latest_changes(asked, last)
    now = _now()
    data = {
        "sites": status,
        "documents": newest.documents,
        "undated": newest.undated,
        "copies": newest.copies,
        "last_capture": last or None,
        "changes": recent.changes,
        "changed": recent.counts,
        "warnings": list(_warnings(asked, status, now)),
        "storage": storage(layout),
        "runs": runs(layout, most=HOME_ROWS),
        "histogram": newest.histogram,
    }
    return Shown(template="home.html", data={"home": data}, rows=[asdict(one) for one in status])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def latest_changes(asked: Asked, last: str) -> known_changes.Changed:
    """The latest changes of the 30 days before the last capture (`last`, ISO 8601)."""
    if not last:
        return known_changes.Changed(counts={}, changes=())
    since = dt.datetime.fromisoformat(last).astimezone(dt.UTC) - dt.timedelta(days=30)
    return known_changes.page(asked.layout, since.strftime("%Y%m%d%H%M%S"), size=HOME_ROWS)


def _warnings(asked: Asked, status: Sequence[query.SiteStatus], now: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield what a person should look at, gravest kinds first."""
    keys = sorted({one.site for one in status} | {path.stem for path in asked.layout.states()})
    found = [warning for key in keys for warning in _warnings_of(asked, key, now)]
    yield from sorted(found, key=lambda warning: (_GRAVITY.index(warning["what"]), -warning["count"]))


def _warnings_of(asked: Asked, key: str, now: dt.datetime) -> Iterator[dict[str, Any]]:
    """The warnings of a site: gaps of lists, missing addresses, runs that failed, brought little or are overdue."""
    try:
        ledger = _ledger(asked, key)
        gone = Counter(one.reason for one in _missing(asked, key))
    except DataError as error:
        yield {"site": key, "what": "unreadable", "count": 1, "detail": str(error)}
        return
    if gap := sum(account.gap for account in ledger.lists):
        yield {"site": key, "what": "gap", "count": gap, "detail": ""}
    for doubt in ledger.doubts:
        yield {"site": key, "what": doubt.doubt, "count": doubt.count, "detail": doubt.detail}
    if gone:
        detail = ", ".join(f"{reason} {count}" for reason, count in gone.most_common(4))
        yield {"site": key, "what": "missing", "count": gone.total(), "detail": detail}
    history = runs(asked.layout, key, 10)
    if not history:
        return
    last = history[0]
    if last.exit not in (0, None):
        yield {"site": key, "what": "run", "count": last.exit or 0, "detail": last.ending}
    elif last.less:
        yield {"site": key, "what": "less", "count": last.pages, "detail": str(last.usual)}
    if key in asked.served.sites and asked.served.sites[key].schedule and (late := overdue(history, now)) is not None:
        yield {"site": key, "what": "overdue", "count": late.days, "detail": last.planned}


def _missing(asked: Asked, key: str) -> list[Missing]:
    """What the last crawl of a site did not capture, without what was taken down."""
    taken = exclusions.read(asked.layout)
    return [
        one if one.parent is None or taken.covering(one.parent) is None else replace(one, parent=None)
        for one in read_missing(asked.layout.missing(key))
        if taken.covering(one.url) is None
    ]


def _ledger(asked: Asked, key: str) -> Ledger:
    """The ledger of a site, without lists that were taken down."""
    taken = exclusions.read(asked.layout)
    ledger = read_ledger(asked.layout.ledger(key))
    return replace(ledger, lists=tuple(one for one in ledger.lists if taken.covering(one.url) is None))


def search(asked: Asked) -> Shown:
    """The search page: hits with facets and a histogram."""
    more = asked.text("facets") == "all"
    by = asked.choice("by", ("published", "claimed", "captured"), "published")
    found = asked.served.searcher.find(
        asked.text("q"),
        order=asked.choice("order", ORDERS, "new"),
        page=asked.number("page", 1, LAST_PAGE),
        size=asked.number("size", 20, PAGE),
        facets=FACETS if more else FIRST_FACETS,
        period=asked.choice("period", PERIODS, "year"),
        by=by,
    )
    data = {
        "found": found,
        "parts": ask.parts_of(ask.parse(found.query)) if found.query.strip() else [],
        "by": by,
        "period": asked.choice("period", PERIODS, "year"),
        "more": more,
    }
    rows = [
        {name: value for name, value in asdict(hit).items() if name != "snippet"}
        | {"snippet": "".join(piece for piece, _ in hit.snippet)}
        for hit in found.hits
    ]
    return Shown(template="search.html", data=data, rows=rows)


def concordance(asked: Asked) -> Shown:
    """The concordance: a word in its contexts."""
    most = asked.number("most", 200, 1000)
    order = asked.choice("sort", tuple(_BY), "day")
    lines, hits = asked.served.searcher.concordance(asked.text("q"), most=most)
    if (by := _BY[order]) is not None:
        lines.sort(key=by)
    data = {"query": asked.text("q"), "sort": order, "lines": lines, "hits": hits, "read": min(hits, most)}
    return Shown(template="concordance.html", data=data, rows=[asdict(line) for line in lines])


def frequency(asked: Asked) -> Shown:
    """The number of documents that contain each of some words, by period, and the number of all documents."""
    named = asked.text("words").replace("，", ",").split(",")
    words = [word for word in dict.fromkeys(named) if word.strip()][:6]
    period = asked.choice("period", PERIODS, "year")
    within = asked.text("q")
    found = asked.served.searcher.frequency(words, period=period, within=within) if words else []
    rows = [{"period": at.period, "documents": at.documents, **at.words} for at in found]
    data = {"words": words, "period": period, "query": within, "rows": found}
    return Shown(template="frequency.html", data=data, rows=rows)


def terms(asked: Asked) -> Shown:
    """How often terms of United Front work occur; with a query, also their keyness in its documents."""
    within, by = asked.text("q"), asked.text("by") or None
    site_places = {key: one.place for key, one in asked.served.sites.items() if one.place}
    ids = asked.served.searcher.ids(within) if within else None
    keys = known_terms.keyness(asked.layout, ids) if ids is not None and not by else []
    found = (
        []
        if keys
        else known_terms.counts(
            asked.layout, by=by, term=asked.text("term") or None, within=ids, site_places=site_places
        )
    )
    data = {"query": within, "by": by or "", "term": asked.text("term"), "counts": found, "keys": keys}
    groups = {one.group: _group_query(by, one.group, site_places) for one in found}
    return Shown(
        template="terms.html", data=data, rows=[asdict(row) for row in keys or found], beside={"groups": groups}
    )


def _group_query(by: str | None, group: str, site_places: Mapping[str, str]) -> str:
    """The query for the documents of a group of terms."""
    if by == "month":
        return f"published:{query_of(group, '2020-02')}"
    if by == "site":
        return f"site:{ask.quoted(group)}"
    keys = [key for key, place in site_places.items() if gazetteer.chain(place) == group]
    if by == "place" and not group:
        return " ".join(f"-site:{ask.quoted(key)}" for key in site_places)
    return "(" + " OR ".join(f"site:{ask.quoted(key)}" for key in keys) + ")" if by == "place" else ""


def since_of(asked: Asked) -> str:
    """The stamp (UTC) of the parameter `since`, a day in China: 2026-01-02.

    Raises:
        UsageError: it is not a day, month or year.
    """
    day = asked.text("since")
    if day.isdecimal() and len(day) in (6, 8):
        day = "-".join(filter(None, (day[:4], day[4:6], day[6:])))
    return known_changes.stamp_of(day) if day else EVER


def site_of(asked: Asked) -> str | None:
    """The parameter `site`, if it was given.

    Raises:
        NotHereError: there is no such site.
    """
    key = asked.text("site")
    return _known_site(asked, key) if key else None


def changed(asked: Asked) -> Shown:
    """The page of changes: new articles, edits, deletions and returns, of all sites or of one."""
    what = asked.choice("what", WHAT, "")
    page = asked.number("page", 1, LAST_PAGE)
    found = known_changes.page(asked.layout, since_of(asked), site=site_of(asked), what=what, size=ROWS, number=page)
    data = {
        "changes": [{**asdict(change), "marked": compare.lines(change.lines)} for change in found.changes],
        "counts": found.counts,
        "total": sum(count for name, count in found.counts.items() if what in ("", name)),
        "page": page,
        "size": ROWS,
        "since": asked.text("since"),
        "what": what,
    }
    return Shown(template="changes.html", data=data, rows=[asdict(change) for change in found.changes])


def sites(asked: Asked) -> Shown:
    """The list of sites."""
    rows: list[dict[str, Any]] = []
    for one in query.status(asked.layout):
        file = asked.served.sites.get(one.site)
        rows.append(
            {
                "site": one.site,
                "name": file.name if file else None,
                "place": file.place if file else None,
                "documents": one.documents,
                "texts": one.texts,
                "last_capture": one.last_capture,
                "skips": sum(one.skips.values()),
                "missing": len(_missing(asked, one.site)),
                "gap": sum(account.gap for account in _ledger(asked, one.site).lists),
                "schedule": file.schedule if file else None,
                "last_run": next(iter(runs(asked.layout, one.site, 1)), None),
            }
        )
    flat = [{**row, "last_run": row["last_run"].ending if row["last_run"] else None} for row in rows]
    return Shown(template="sites.html", data={"rows": rows}, rows=flat)


def site(asked: Asked) -> Shown:
    """One site: captures by day, articles by month, its lists, runs, skips, and what is missing by reason."""
    key = _known_site(asked, asked.text("key"))
    status = next((one for one in query.status(asked.layout) if one.site == key), None)
    found = asked.served.searcher.find(f'site:"{key}"', size=1, period="month")
    history = runs(asked.layout, key, 400)
    captured = query.captures_by_day(asked.layout, key)
    data = {
        "key": key,
        "file": asked.served.sites.get(key),
        "status": status,
        "captures_by_day": captured,
        "runs_by_day": days(history),
        "today": dt.date.fromisoformat(max([*captured, _now().astimezone(CHINA).date().isoformat()])),
        "articles_by_month": found.histogram,
        "undated": found.undated,
        "total": found.total,
        "ledger": _ledger(asked, key),
        "missing_by_reason": dict(Counter(one.reason for one in _missing(asked, key)).most_common()),
        "runs": history[:30],
    }
    read = asked.served.searcher.find(f'site:"{key}"', size=1, period="day", by="captured").histogram
    return Shown(
        template="site.html", data=data, rows=[asdict(run) for run in history], beside={"documents_by_day": read}
    )


def missing(asked: Asked) -> Shown:
    """The addresses of a site that are not captured, and why."""
    key, reason = _known_site(asked, asked.text("key")), asked.text("reason")
    every = _missing(asked, key)
    counts = Counter(one.reason for one in every)
    chosen = [one for one in every if not reason or one.reason == reason]
    page = asked.number("page", 1, LAST_PAGE)
    rows = [asdict(one) for one in chosen[(page - 1) * ROWS : page * ROWS]]
    data = {
        "key": key,
        "reason": reason,
        "missing_by_reason": dict(counts.most_common()),
        "rows": rows,
        "total": len(chosen),
        "page": page,
        "size": ROWS,
        "known": asked.layout.missing(key).exists(),
    }
    return Shown(template="missing.html", data=data, rows=rows)


def _known_site(asked: Asked, key: str) -> str:
    """The key of a site of which something is here, or whose site file is.

    Raises:
        NotHereError: there is no such site.
    """
    known = {one.site for one in query.status(asked.layout)} | set(asked.served.sites)
    if key not in known and key not in {path.stem for path in asked.layout.states()}:
        near = ask.nearest(key, sorted(known))
        raise NotHereError(f"This archive has no site {key!r}" + (f"; did you mean {near!r}?" if near else "."))
    return key


def found_document(asked: Asked) -> Document:
    """The document with the record id in the address.

    Raises:
        NotHereError: there is no such document, or its page was taken down.
    """
    name = asked.text("id")
    found = query.find(asked.layout, name)
    if not found:
        raise NotHereError(f"This archive has no document {name!r}. It may have been taken down.")
    return query.whole(asked.layout, found[0])


def document(asked: Asked) -> Shown:
    """The page of one article."""
    item = found_document(asked)
    captures = timeline.captures(asked.layout, item.url) if not item.url.startswith("file:") else []
    options = asked.text("show").split(",")
    copies = query.copies_of(asked.layout, item.id)
    names = {key: one.name for key, one in asked.served.sites.items()}
    near = reprints.copies_of(asked.layout, item.id, names)
    cited = cite.cited(asked.layout, item, names)
    texts = [one for one in timeline.versions(asked.layout, item.url) if one.outcome == "document"]
    duplicate_of = query.duplicate_of(asked.layout, item.id)
    data = {
        "document": item,
        "capture": cited.capture,
        "duplicate_of": duplicate_of,
        "same_text": copies,
        "near_text": near,
        "mentions": mentions.read(asked.layout, item.id),
        "captures": captures,
        **_beside(captures, item.id),
        "versions": len(texts),
        **_version(texts, item.id),
        "archived_attachments": _archived(asked, item),
        "citation": cite.text(cited),
        "proof": cited.proof(),
    }
    words = ask.words_of(ask.parse(asked.text("q")))
    shown = {
        "options": options,
        "lines": [line | {"pieces": split_marked(line["text"], words)} for line in _lines(asked, item, options)],
        "evidence": _evidence(item),
    }
    equal = {one["id"] for one in copies}
    beside = {
        "near_only": [like for like in near.copies if like.id not in equal],
        "near_total": near.total - sum(like.id in equal for like in near.copies),
        "titles": query.titles(asked.layout, [one for one in (duplicate_of, near.original) if one]),
    }
    return Shown(template="document.html", data=data | {"shown": shown}, beside=beside)


def _beside(captures: Sequence[timeline.Captured], id_: str) -> dict[str, timeline.Captured | None]:
    """The captures before and after one."""
    at = next((nth for nth, one in enumerate(captures) if one.id == id_), None)
    return {
        "previous": captures[at - 1] if at else None,
        "next": captures[at + 1] if at is not None and at + 1 < len(captures) else None,
    }


def _version(texts: Sequence[timeline.Version], id_: str) -> dict[str, Any]:
    """Which of the texts of an address a document is, from 1, and the id of the newest if it shows another text."""
    nth = next((nth for nth, one in enumerate(texts, 1) if one.id == id_), None)
    older = nth is not None and nth < len(texts)
    return {"version": nth, "newest": texts[-1].id if older else None}


def _archived(asked: Asked, item: Document) -> list[str]:
    """The addresses of an article's attachments that the archive has."""
    urls = [url for url, _ in item.attachments]
    lost = set(query.without_capture(asked.layout, urls))
    return [url for url in urls if url not in lost]


def split_marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces; each with whether it is a word of the query.

    >>> split_marked("一二三", ["二"])
    [('一', False), ('二', True), ('三', False)]
    """
    pieces: list[tuple[str, bool]] = []
    at = 0
    for first, last in spots(text, words) if words else ():
        if first >= at:
            pieces += [(text[at:first], False), (text[first:last], True)]
            at = last
    return [piece for piece in (*pieces, (text[at:], False)) if piece[0]]


def _lines(asked: Asked, item: Document, options: Sequence[str]) -> list[dict[str, str]]:
    """The paragraphs; by option in the original script, or with the removed lines in their places."""
    text = (item.text_original or item.text) if "original" in options else item.text
    paragraphs = text.split("\n") if text else []
    if "removed" not in options:
        return [{"rule": "", "text": line} for line in paragraphs]
    capture = timeline.capture_of(asked.layout, item.id)
    if capture is None or not item.removed:
        return placed.after(paragraphs, item.removed)
    record = reader.read_at(asked.layout.root / capture.warc, capture.offset)
    return placed.in_order(paragraphs, item.removed, record.body, record.header("Content-Type"))


def _evidence(item: Document) -> Mapping[str, list[str]]:
    """The rules and words behind each field or flag."""
    found: dict[str, list[str]] = {"published": [item.published_evidence]} if item.published_evidence else {}
    for of, words in item.evidence:
        found.setdefault(of, []).append(words)
    return found


def versions(asked: Asked) -> Shown:
    """The texts that an address has shown, two of them side by side with their differences marked."""
    item = found_document(asked)
    history = timeline.versions(asked.layout, item.url)
    texts = [one for one in history if one.outcome == "document"]
    ids = [one.id for one in texts]
    new = asked.text("new") or (ids[-1] if ids else item.id)
    old = asked.text("old") or (ids[ids.index(new) - 1] if new in ids and ids.index(new) else new)
    every = {one.id: one for one in query.find(asked.layout, item.url)}
    for name in (old, new):
        if name not in every:
            raise NotHereError(f"{name!r} is not a version of {item.url}.")
    before, after = (timeline.lines_of(every[name]) for name in (old, new))
    data = {"document": item, "history": history, "old": old, "new": new, "rows": compare.columns(before, after)}
    rows = [{name: value for name, value in asdict(one).items() if name != "lines"} for one in history]
    return Shown(template="versions.html", data=data, rows=rows)


def looked(asked: Asked) -> Shown:
    """The page as it looked, in a frame of the replay below a banner."""
    name = asked.text("id")
    capture = timeline.capture_of(asked.layout, name)
    if capture is None:
        raise NotHereError(f"This archive has no capture {name!r}. It may have been taken down.")
    replayed = nearest(asked.layout, capture.url, capture.stamp)
    lost: list[str] = []
    redirects_to = None
    if replayed is not None:
        shown = rewrite.page(
            replayed.capture.body,
            replayed.capture.header("Content-Type"),
            replayed.capture.url,
            lambda url, _purpose: url,
        )
        lost = query.without_capture(asked.layout, shown.assets)
        redirects_to = shown.redirects_to
    engine = asked.served.engine
    play = asked.choice("play", ("still", "scripts"), "still")
    if play == "scripts" and engine is None:
        raise UsageError("There is no script-driven player here: serve with --replay-engine.")
    data = {
        "capture": capture,
        "play": play,
        "engine": {name: getattr(engine, name) for name in ("name", "version", "licence", "source")}
        if engine
        else None,
        "missing": lost,
        "redirects_to": redirects_to,
        **_beside(timeline.captures(asked.layout, capture.url), capture.id),
    }
    return Shown(template="looked.html", data=data)


def manual(_asked: Asked) -> Shown:
    """The help page: the query language, and the interface for programs."""
    return Shown(template="help.html", data={"facets": FACETS, "periods": PERIODS, "orders": ORDERS})
