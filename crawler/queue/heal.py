"""What a killed crawl left -> closed WARC files, a state that knows them, and the answers that nobody has read."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.catalogue.agree import Acknowledged
from archive.corpus import damage
from archive.errors import DataError, SpaceError
from archive.layout import Layout, standing
from archive.warc import index, reader, verify
from archive.warc.capture import Written
from archive.warc.reader import open_file
from archive.warc.record import Record
from archive.warc.scan import scan
from crawler.queue.frontier import Frontier
from crawler.wire.recorder import Unread

logger = logging.getLogger(__name__)


def heal(layout: Layout, site: str, frontier: Frontier) -> Unread:
    """Close what a killed crawl of the site left open, and say which recorded answers were never acknowledged.

    Those are read from the archive instead of being fetched, and written, a second time. A state that is new, since it
    was lost, learns all captures that there are. The caller holds the site's lock.

    Raises:
        SpaceError, DataError: the disk refuses.
    """
    try:
        healed = _close_open(layout, site)
        for path in layout.warcs(site):
            # A damaged file gets no index. `cundang clean`, which follows every crawl, reports it.
            if not layout.index_of(path).exists() and damage.is_sound(layout, path):
                index.write(layout, path)
        for path in layout.warcs(site) if frontier.visit == 0 else sorted(healed):
            _remember(path, frontier)
        # A file may have been closed, by its size or by an earlier healing, shortly before the acknowledgement.
        since = frontier.unfinished_since()
        recent = {path for path in layout.warcs(site) if since is not None and standing(path).stat().st_mtime >= since}
        return _unacknowledged(layout, sorted(healed | recent, key=lambda path: path.name), frontier)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = SpaceError if full else DataError
        raise kind(
            f"{error.filename}: {error.strerror}. Make room, or check the permissions of the folder, then crawl again."
        ) from error


def _close_open(layout: Layout, site: str) -> set[Path]:
    """Close the WARC files that were left open; those that hold something."""
    healed: set[Path] = set()
    for path in list(layout.open_warcs(site)):
        repaired = verify.repair(path, layout)
        logging.getLogger(site).warning(
            "%s: left open by a crawl that was killed; %d records kept. sha256 %s is now %s.",
            path,
            repaired.records,
            repaired.sha256,
            repaired.now_sha256,
        )
        if repaired.path is not None:
            healed.add(repaired.path)
    return healed


def learn(frontier: Frontier, warcs: Iterable[Path]) -> None:
    """Tell the frontier what more WARC files hold, so that it is not kept twice; the caller holds the site's lock."""
    for path in warcs:
        _remember(path, frontier)
    frontier.commit()


def _remember(path: Path, frontier: Frontier) -> None:
    """Tell the frontier of the whole captures of a WARC file: of records, since a revisit quotes the exact time."""
    for capture in reader.read(path):
        if capture.kind == "response" and capture.payload_digest and capture.date and not capture.truncated:
            written = Written(
                id=capture.id,
                payload_digest=capture.payload_digest,
                date=capture.date,
                place=capture.place,
                revisit=False,
            )
            frontier.captures.remember(capture.url, written)


def acknowledged(layout: Layout) -> Iterator[Acknowledged]:
    """What the crawls of all sites remember as kept.

    Raises:
        DataError: a state cannot be read.
    """
    for path in layout.states():
        frontier = Frontier(path, read_only=True)
        try:
            if not frontier.visit:
                logger.warning("%s: nothing is acknowledged yet.", path)
            for url, record in frontier.captures.all():
                yield Acknowledged(state=path, url=url, record=record)
        finally:
            frontier.close()


_REVISIT = "warc/revisit"


def _unacknowledged(layout: Layout, warcs: list[Path], frontier: Frontier) -> Unread:
    """Where the answers stand that were recorded and never acknowledged, by URL."""
    unread: Unread = {}
    for warc in warcs:
        for row in sorted(index.read(layout.index_of(warc)), key=lambda row: row.offset):
            # What a browser showed of a page has no status: the page itself stands before it.
            shown = row.status is None and row.mime not in ("", _REVISIT)
            if row.date is None or shown or frontier.captures.answered(row.url, row.date, row.id):
                continue
            place = _payload(layout, warc, row.offset) if row.mime == _REVISIT else (warc, row.offset)
            if place is not None:
                unread.setdefault(row.url, []).append(place)
    return unread


def _payload(layout: Layout, warc: Path, offset: int) -> tuple[Path, int] | None:
    """The record whose block stands for a revisit's: the one that it refers to; its own where the server said 304."""
    with open_file(warc) as file:
        record = next(item for item in scan(file, warc.name, offset) if isinstance(item, Record))
    if "not-modified" in record.field("WARC-Profile"):
        return warc, offset
    wanted = record.field("WARC-Refers-To").strip("<>")
    return next(_places(layout, layout.site_of(warc), wanted), None)


def _places(layout: Layout, site: str, id_: str) -> Iterator[tuple[Path, int]]:
    for warc in layout.warcs(site):
        path = layout.index_of(warc)
        if id_.encode("ascii") in path.read_bytes():
            yield from ((warc, row.offset) for row in index.read(path) if row.id == id_)
