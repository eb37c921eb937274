"""A site's archive -> `learned/<key>.toml` beside its site file, shown as a diff; and whether its layout changed."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from archive.catalogue import query
from archive.corpus import learn as learning
from archive.layout import Layout
from archive.ledger import SiteAccount
from archive.site import CHINA, Learned, Site, learned_file
from archive.text.template import FLAG
from crawler.messages import put, say

# A change of layout is recognised in the newest articles (so many), and its beginning is looked for in more.
WINDOW, BEFORE = 20, 500
# If less than this share of a box is the article's, say so: in such a box a short notice cannot be told from furniture.
WIDE = 0.6


def learn(layout: Layout, site: Site, folder: Path, *, dry: bool = False) -> int:
    """Learn the layouts of a site's articles and write the file; return 1 and leave the file if there are none."""
    found = learning.learn(layout, site, tell=lambda warc, count: say(f"{warc.name}: {count} articles so far"))
    path = learned_file(folder, site.key)
    if not found.templates:
        say(
            f"{site.key}: nothing learned from {found.articles} different articles: a layout needs {learning.LEAST}."
            f" Crawl more of it: cundang crawl {site.key}"
        )
        return 1
    before = path.read_text("utf-8") if path.exists() else ""
    after = learning.to_toml(site.key, found)
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), str(path), str(path), lineterm="", n=1):
        put(line)
    for words in (*_describe(found), *learning.changes(found)):
        say(f"{site.key}: {words}")
    if not dry and before != after:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(after, "utf-8")
        say(f"{path}: written. To see what it changes: cundang clean --site {site.key} --dry-run --diff")
    return 0


def _describe(found: Learned) -> list[str]:
    covered = sum(template.pages for template in found.templates)
    wide = [template for template in found.templates if template.share < WIDE]
    return [
        f"{len(found.templates)} layouts of {covered} of {found.articles} different articles",
        *(f"{each.body} holds more than the article ({each.share:.0%}): no short notice is rescued" for each in wide),
    ]


def doubt_layout(layout: Layout, site: Site) -> SiteAccount | None:
    """A doubt if the newest articles of a site show a new layout; None: they do not, or nothing was learned."""
    learned = site.learned
    if learned is None or not learned.templates:
        return None
    rows = query.newest(layout, site.key, BEFORE)
    new = [FLAG in flags for _, flags in rows]
    # Some articles had none of the learned layouts from the start; they do not count as a change.
    odd = 1 - min(1.0, sum(template.pages for template in learned.templates) / learned.articles)
    if sum(new[:WINDOW]) < WINDOW * (1 + odd) / 2:
        return None
    began = dt.datetime.fromisoformat(rows[changed_at(new)][0]).astimezone(CHINA).date()
    eve = began - dt.timedelta(days=1)
    cure = f"since {began}: cundang sites learn {site.key}; as an era of the site file: [[read]] until = {eve}"
    return SiteAccount(doubt="new_layout", count=sum(new[:WINDOW]), detail=cure)


def changed_at(new: Sequence[bool]) -> int:
    """The index of the oldest article with the new layout; `new`: whether each has it, newest first, with exceptions.

    >>> changed_at([True, True, False, True, True, False, False])
    4
    """
    sums = list(accumulate(1 if each else -1 for each in new))
    return sums.index(max(sums))
