"""Real list pages, with what a person saw on them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from archive.text.decode import decode, parse
from crawler.discovery import discover
from crawler.discovery.link import ARTICLE

GOLD = tomllib.loads(Path(__file__).with_name("list_gold.toml").read_text(encoding="utf-8"))


def test_articles_and_pagers_of_real_lists_are_found(shared: Path) -> None:
    right = said = true = 0
    for name, gold in GOLD.items():
        decoded = decode((shared / "real-pages" / name / "page.html").read_bytes(), None)
        links = discover("http://list.example.cn/x/list.html", decoded.html, parse(decoded.html))
        pages = [link for link in links if link.kind == "page"]
        wanted = {link.url for link in pages if re.search(gold["articles"], link.url)}
        found = {link.url for link in pages if link.priority == ARTICLE}
        assert len(wanted) >= gold["least"], name
        further = [link.url for link in links if link.kind == "next"]
        assert [url.rpartition("/")[2] for url in further] == ([gold["next"]] if "next" in gold else []), name
        print(
            name, len(wanted), len(found), len(wanted & found), sorted(found - wanted)[:5], sorted(wanted - found)[:5]
        )
        right, said, true = right + len(wanted & found), said + len(found), true + len(wanted)
    assert right >= 0.95 * true, f"recall {right / true:.3f}"
    assert right >= 0.9 * said, f"precision {right / said:.3f}"
