"""Crawl sites of the manners in `manners.py` with the file that `sites add` writes, and score what came of it.

PYTHONPATH=tests python tests/crawler/manner_crawl.py [--browser] [--seed S] [MANNER...]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import loaded
from manners import ARTICLES, MANNERS, Served, serving

from archive.catalogue import query
from archive.layout import Layout
from archive.text.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a crawl had of a site.

    Attributes:
        had: articles whose title, day and text (or file) stand in one document.
        partial: articles of which a document has the title, but not all.
        false: documents that are no article.
        requests: that the crawl made, without those of `sites add`.
        missing: lines of missing.jsonl. ledger: lines of the ledger with a gap. exit: of the crawl. said: its end.
        canary: requests that another host got.
    """

    had: int
    partial: int
    false: int
    requests: int
    missing: tuple[dict[str, object], ...]
    ledger: tuple[dict[str, object], ...]
    exit: int
    said: str
    canary: int

    @property
    def told(self) -> bool:
        """Whether the loss is told."""
        return self.had == ARTICLES or bool(self.missing or self.ledger or self.exit)


def cundang(data: Path, *arguments: str, wait: float = 400) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(data / "sites"), *arguments]
    return loaded.run(command, timeout=wait)


def crawl(served: Served, data: Path, *, browser: bool = False) -> Score:
    """Add the site, crawl it once, and compare the archive with what it published."""
    added = cundang(data, "sites", "add", served.home, "--delay", "0", "--key", "town")
    file = data / "sites" / "town.toml"
    assert file.is_file(), f"{served.manner}: {added.stderr[-2000:]}"
    if browser:
        file.write_text(file.read_text("utf-8") + "browser = true\n", "utf-8")
    mark = len(served.asked)
    done = cundang(data, "crawl", "town")
    layout = Layout.at(data)
    found = list(query.documents(layout, query.Filter())) if layout.catalogue.is_file() else []
    had, partial = 0, 0
    for item in served.town.items:
        same = [d for d in found if d.title == item.title]
        whole = [d for d in same if is_whole(d, served, item.day.isoformat(), item.paragraphs)]
        had += bool(whole)
        partial += bool(same) and not whole
    titles = {item.title for item in served.town.items}
    return Score(
        had=had,
        partial=partial,
        false=sum(d.title not in titles for d in found) + len(found) - len({(d.title, d.url) for d in found}),
        requests=len(served.asked) - mark,
        missing=tuple(_lines(layout.missing("town"))),
        ledger=tuple(line for line in _lines(layout.ledger("town")) if line.get("gap") or line.get("kind") == "site"),
        exit=done.returncode,
        said=" ".join(done.stderr.split())[-600:],
        canary=0 if served.manner == "moved" else len(served.canary),
    )


def is_whole(document: Document, served: Served, day: str, paragraphs: tuple[str, ...]) -> bool:
    """Whether a document says all of an article: its day, and its first and last paragraph or its file."""
    if (document.published or "")[:10] != day:
        return False
    if served.manner in ("files", "pdf_viewer"):
        return document.url.endswith(".pdf") or any(url.endswith(".pdf") for url, _ in document.attachments)
    said = document.text_original or document.text
    return all(text[-12:] in said for text in (paragraphs[0], paragraphs[-1]))


def _lines(path: Path) -> list[dict[str, object]]:
    with contextlib.suppress(FileNotFoundError):
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return []


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("manners", nargs="*")
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--seed", default=secrets.token_hex(3))
    given = parser.parse_args()
    full = 0
    for number, manner in enumerate(given.manners or MANNERS):
        with tempfile.TemporaryDirectory() as folder, serving(manner, given.seed, f"127.0.0.{number + 2}") as served:
            score = crawl(served, Path(folder), browser=given.browser)
            full += score.had == ARTICLES
            print(
                f"{manner:15} had {score.had:2}  partial {score.partial:2}  false {score.false:2}"
                f"  asked {score.requests:3}"
                f"  told {score.told!s:5}  exit {score.exit}  canary {score.canary}",
                flush=True,
            )
            if given.verbose:
                for line in (*score.missing, *score.ledger):
                    print("    ", json.dumps(line, ensure_ascii=False)[:300])
                print("    ", score.said, [path for _, path, _ in served.asked][-60:])
    print(f"{full} of {len(given.manners or MANNERS)} whole; seed {given.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
