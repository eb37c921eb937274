"""A tree -> `Page`: its blocks, keys for comparing them, what its head states, and where its title stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.text import chinese, fields
from archive.text.blocks import Block, Box, fold, walk
from archive.text.lines import narrow_lines

_PUBLISHED = re.compile(r'"(?P<name>pubDate|datePublished|upDate)"\s*:\s*"(?P<value>[^"]{8,40})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as the cleaner reads it.

    Attributes:
        root: the tree.
        blocks: its blocks in order.
        boxes: the known containers among its boxes.
        keys: their text in narrow forms and Simplified characters, for comparing.
        metas: (name in lower case, content) of `meta` elements and of structured data.
        head: the text of the `title` element.
        title: the block that is the title, where one is.
    """

    root: HtmlElement
    blocks: Sequence[Block]
    boxes: Sequence[Box]
    keys: Sequence[str]
    metas: Sequence[tuple[str, str]]
    head: str
    title: int | None

    def meta(self, *names: str) -> str | None:
        """The first content under the first of these names that has one."""
        for name in names:
            for key, content in self.metas:
                if key == name and content:
                    return content
        return None


def page_of(root: HtmlElement, title_selected: Sequence[HtmlElement] = ()) -> Page:
    """Read a tree; `title_selected` is what the site's selector for titles found."""
    found, boxes = walk(root)
    keys = narrow_lines([block.spaced for block in found])
    # Labels in Traditional characters are compared with Simplified rules on every page: cheap, and never kept.
    if chinese.script("".join(keys)) in ("hant", "mixed"):
        repaired = chinese.pinyin_repaired("\n".join(keys))
        keys = [chinese.likened(key) for key in (repaired.split("\n") if repaired else keys)]
    metas = _metas(root)
    head = fold(str(root.xpath("string((//title[not(ancestor::svg)])[1])")))
    return Page(
        root=root,
        blocks=found,
        boxes=boxes,
        keys=keys,
        metas=metas,
        head=head,
        title=_title(found, _titles(metas, head), title_selected),
    )


def _metas(root: HtmlElement) -> list[tuple[str, str]]:
    found = []
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop")
        content = fold(meta.get("content") or "")
        # An unexpanded template: $PubDate, {pubdate}, <TRS_DOCUMENT ...>.
        if name and content and not re.match(r"[$<{\[%]", content):
            found.append((name.strip().lower(), content))
    for script in root.iter("script"):
        if "json" in (script.get("type") or "") and script.text:
            names = {"pubDate": "pubdate", "datePublished": "datepublished", "upDate": "update"}
            found += [(names[m["name"]], m["value"]) for m in _PUBLISHED.finditer(script.text)]
    return found


def _titles(metas: Sequence[tuple[str, str]], head: str) -> list[str]:
    """What the head says the title is, best first."""
    order = ("articletitle", "og:title", "twitter:title")
    stated = [content for name in order for key, content in metas if key == name]
    return [title for title in (*stated, head) if title]


def _title(found: Sequence[Block], titles: Sequence[str], selected: Sequence[HtmlElement]) -> int | None:
    """The block that the head calls the title: a heading before others, the longest of them, the first of those."""
    if selected:
        inside = {element for holder in selected for element in holder.iter()}
        for index, block in enumerate(found):
            if block.element in inside:
                return index
    heads = [fields.Head(title) for title in titles]
    best: tuple[tuple[bool, int, int], int] | None = None
    for index, block in enumerate(found):
        if block.linked < 0.5 and block.size <= 100 and any(head.holds(block.text) for head in heads):
            rank = (block.kind == "heading", block.size, -index)
            if best is None or rank > best[0]:
                best = (rank, index)
    return best[1] if best else None
