"""Pages -> a table of the F1 of each cleaner; exit code 1 if one is below its floor.

    python tests/quality.py [SEED]

Sets: the seeds and the real pages (if they are beside the checkout), every practice site, and sites of the twelve
families that are generated from a seed; another seed gives sites that were never seen before. Other cleaners read the
same bytes, on a sample of each practice site. Floors are below the measured values, and are only raised.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote, urlsplit

import trafilatura
from families import FAMILIES, Site
from lxml.html import fromstring
from readability import Document as Readable
from resiliparse.extract.html2text import extract_plain_text
from scoring import body_f1, line_f1

from archive.site import by_host, host_of, load
from archive.text import extract
from archive.text.chinese import simplified
from archive.text.clean import clean
from archive.text.decode import decode
from archive.text.document import Document, Skip
from archive.warc.capture import Capture, Place
from crawler import practice
from crawler.practice.serve import build

CHECKOUT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CUNDANG_SHARED", CHECKOUT.parent / "shared"))
PORT = 8000
# The number of pages of each practice site for the other cleaners, which are slow.
SAMPLE = 8
# Pages whose gold text is known to be wrong, according to the scorer that comes with them.
LEFT_OUT = ("magic-f-17756043", "np4k-chinese_article")

# Set -> the floors of the mean F1 of bodies and of lines.
FLOORS = {"seeds": (0.995, 0.995), "practice": (0.995, 0.99), "families": (0.995, 0.99), "real": (0.98, 0.84)}
# The number of articles of each of the twelve families.
EACH = 24
# The limits for list pages of the practice web that are taken for articles, and for articles that are lost.
TAKEN, LOST = 0, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One page and its text; `original`: the text is in the script of the page."""

    set: str
    capture: Capture
    text: str
    original: bool = False


def capture(body: bytes, url: str, content_type: str, date: dt.datetime | None = None) -> Capture:
    """Make a capture of bytes, as of a saved page."""
    return Capture(
        id="urn:uuid:00000000-0000-4000-8000-000000000004",
        kind="resource",
        url=url,
        date=date,
        status=None,
        headers=(("Content-Type", content_type),),
        body=body,
        payload_digest=None,
        place=Place(file="a.warc.gz", offset=0, length=1),
    )


def seeds() -> Iterator[Case]:
    """The seed texts, if their gold texts are available."""
    for path in sorted((CHECKOUT / "seeds" / "corpus").glob("*.txt")):
        gold = SHARED / "gold" / "seeds" / f"{path.name[:3]}.body.txt"
        if gold.exists():
            page = capture(path.read_bytes(), f"file:///{path.name}", "text/plain; charset=utf-8")
            yield Case(set="seeds", capture=page, text=gold.read_text("utf-8"))


def real() -> Iterator[Case]:
    """Real articles with a body that was marked by hand, if they are available."""
    for path in sorted((SHARED / "real-pages").glob("*/meta.json")):
        meta = json.loads(path.read_text("utf-8"))
        text = (meta.get("gold") or {}).get("body_text")
        if text and meta["kind"] == "article" and meta["split"] == "dev" and meta["id"] not in LEFT_OUT:
            url = meta.get("url") or f"file:///{meta['id']}.html"
            page = capture((path.parent / "page.html").read_bytes(), url, "text/html")
            yield Case(set="real", capture=page, text=text, original=True)


def practised(site: str) -> tuple[list[Case], list[Capture]]:
    """The articles of a practice site, and its other pages."""
    web = build(site, PORT)
    seen = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    cases, own = [], set()
    for planted in web.planted:
        parts = urlsplit(planted.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = web.answers.get(target)
        if answer is None and web.compute:
            answer = web.compute(dict(parse_qsl(parts.query)))
        if answer:
            page = capture(answer.body, planted.url, answer.content_type, seen)
            cases.append(Case(set=f"practice {site}", capture=page, text="\n".join(planted.paragraphs)))
            own.add(answer.body)
    others = [
        capture(answer.body, f"http://{practice.SITES[site]}:{PORT}{target}", answer.content_type, seen)
        for target, answer in web.answers.items()
        if answer.status == 200 and "text/html" in answer.content_type and answer.body not in own
    ]
    return cases, others


def families(seed: str) -> Iterator[Case]:
    """Articles of every family, page by page, without those that are only a table or a line."""
    for family in FAMILIES:
        site = Site(family, seed, articles=90)
        for item in site.room.items[-EACH:]:
            targets = [urlsplit(site.url(item)), *map(urlsplit, site.parts(item))]
            each = -(-len(item.article.blocks) // len(targets))
            for number, parts in enumerate(targets):
                target = f"{parts.path}?{parts.query}" if parts.query else parts.path
                answer = site._answer(unquote(target), {})
                shown = item.article.blocks[number * each : (number + 1) * each]
                lines = [
                    line
                    for block in shown
                    for line in ([" ".join(row) for row in block.rows] if block.kind == "table" else [block.text])
                    if block.kind != "picture"
                ]
                if answer.status == 200 and sum(map(len, lines)) > 60:
                    page = capture(answer.body, f"http://127.0.0.1:8000{target}", answer.content_type)
                    yield Case(set=f"families {family}", capture=page, text="\n".join(lines))


def _trafilatura(case: Case) -> str:
    found = trafilatura.bare_extraction(case.capture.body, url=case.capture.url, with_metadata=True)
    return (found.text or "") if isinstance(found, trafilatura.settings.Document) else ""


def _readability(case: Case) -> str:
    html = decode(case.capture.body, case.capture.header("Content-Type")).html
    return "\n".join(fromstring(Readable(html).summary()).itertext())


def _resiliparse(case: Case) -> str:
    html = decode(case.capture.body, case.capture.header("Content-Type")).html
    return str(extract_plain_text(html, main_content=True, alt_texts=False, links=False))


PEERS: dict[str, Callable[[Case], str]] = {
    "trafilatura": _trafilatura,
    "readability-lxml": _readability,
    "resiliparse": _resiliparse,
}


def peers(cases: list[Case]) -> list[float]:
    """The mean F1 of bodies of each other cleaner, in one script."""
    picked = cases if cases[0].set == "real" else cases[:: max(1, len(cases) // SAMPLE)]
    means = []
    for read in PEERS.values():
        scores = []
        for case in picked:
            try:
                text = read(case)
            except Exception:  # noqa: BLE001 - a peer that raises on a page reads nothing of it
                text = ""
            scores.append(body_f1(simplified(text), simplified(case.text)))
        means.append(statistics.mean(scores))
    return means


def without_trafilatura(cases: list[Case]) -> float:
    """The mean body F1 of pages without a site file if trafilatura finds nothing, so that only the votes count."""
    with patch.object(extract, "read_again", lambda *_: []):
        return statistics.mean(body_f1(text_of(case, clean(case.capture, None)), case.text) for case in cases)


def text_of(case: Case, document: Document | Skip) -> str:
    """The text to compare."""
    if isinstance(document, Skip):
        return ""
    return (document.text_original or document.text) if case.original else document.text


def main() -> int:
    """Print the table; return 1 if a value is below its floor."""
    hosts = by_host(load(CHECKOUT / "crawler" / "practice" / "sites").values())
    sets: dict[str, list[Case]] = {"seeds": list(seeds()), "real": list(real())}
    taken: list[str] = []
    for case in families(sys.argv[1] if len(sys.argv) > 1 else "quality"):
        sets.setdefault("families", []).append(case)
    for site in practice.SITES:
        sets[f"practice {site}"], others = practised(site)
        taken += [page.url for page in others if isinstance(clean(page, None), Document)]
    below, lost = [], []
    tiers: Counter[str] = Counter()
    print(f"{'':24}{'pages':>6}{'body':>8}{'lines':>8}" + "".join(f"{name:>18}" for name in PEERS))
    for name, cases in sets.items():
        if not cases:
            print(f"{name:24}  not at hand")
            continue
        bodies, lines = [], []
        for case in cases:
            document = clean(case.capture, hosts.get(host_of(case.capture.url)))
            text = text_of(case, document)
            if isinstance(document, Document):
                tiers[f"{name.split()[0]} {document.extractor}"] += 1
            else:
                lost.append(case.capture.url)
            bodies.append(body_f1(text, case.text))
            lines.append(line_f1(text, case.text))
        body, line = statistics.mean(bodies), statistics.mean(lines)
        stock = "".join(f"{mean:18.3f}" for mean in peers(cases)) if name != "seeds" else ""
        print(f"{name:24}{len(cases):6}{body:8.4f}{line:8.4f}{stock}")
        least_body, least_line = FLOORS[name.split()[0]]
        if body < least_body or line < least_line:
            below.append(f"{name}: body {body:.4f} (floor {least_body}), lines {line:.4f} (floor {least_line})")
    print("\nWhat read the bodies: " + ", ".join(f"{tier} {count}" for tier, count in sorted(tiers.items())))
    if sets["real"]:
        print(f"Body F1 of the real pages without trafilatura: {without_trafilatura(sets['real']):.4f}")
    print(f"Practice pages that are no articles and were taken for one: {len(taken)}; articles lost: {len(lost)}")
    for url in [*taken, *lost]:
        print(f"  {url}")
    if len(taken) > TAKEN or len(lost) > LOST:
        below.append(f"{len(taken)} pages taken for articles (at most {TAKEN}), {len(lost)} articles lost")
    for fault in below:
        print(f"BELOW THE FLOOR {fault}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
