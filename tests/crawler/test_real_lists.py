"""Real list pages, with what a person saw on them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

from archive.text.decode import decode, parse
from crawler.discovery import discover
from crawler.discovery.link import ARTICLE

HERE = "http://list.example.cn/x/list.html"
GOLD = tomllib.loads(Path(__file__).with_name("list_gold.toml").read_text(encoding="utf-8"))


def test_articles_and_pagers_of_real_lists_are_found(shared: Path) -> None:
    right = said = true = 0
    pagers: Counter[str] = Counter()
    for name, gold in GOLD.items():
        decoded = decode((shared / "real-pages" / name / "page.html").read_bytes(), None)
        root = parse(decoded.html)
        assert root is not None
        links = discover(HERE, decoded.html, root)
        pages = [link for link in links if link.kind == "page"]
        base = urljoin(HERE, root.xpath("string(//base/@href)"))
        every = {urljoin(base, href.strip()) for href in root.xpath("//a/@href")}
        wanted = {url for url in every if re.search(gold["articles"], url)}
        found = {link.url for link in pages if link.priority == ARTICLE}
        assert len(wanted) >= gold["least"], name
        further = [link.url for link in links if link.kind == "next"]
        assert [url.rpartition("/")[2] for url in further] == ([gold["next"]] if "next" in gold else []), name
        wanted_pages = set(gold.get("further", []))
        found_pages = {link.url.rpartition("/")[2] for link in links if link.kind in ("next", "pager")}
        pagers.update(true=len(wanted_pages), said=len(found_pages), right=len(wanted_pages & found_pages))
        right, said, true = right + len(wanted & found), said + len(found), true + len(wanted)
    assert right >= 0.95 * true, f"articles: recall {right / true:.3f}"
    assert right >= 0.9 * said, f"articles: precision {right / said:.3f}"
    right, said, true = right + pagers["right"], said + pagers["said"], true + pagers["true"]
    assert right >= 0.95 * true, f"with pagers: recall {right / true:.3f}"
    assert pagers["right"] >= 0.9 * pagers["said"], f"pagers: precision {pagers['right']} of {pagers['said']}"
    print(f"articles and pagers: recall {right / true:.3f}, precision {right / said:.3f}; pagers {dict(pagers)}")
