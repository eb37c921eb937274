"""What is offered to replay tools replays, after three crawls with edits. The witness is the log of the server."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import loaded
import pytest
import strangers
from warcio.archiveiterator import ArchiveIterator

from archive.layout import Layout
from archive.warc import index
from crawler import practice

HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"

pytestmark = [pytest.mark.fault(rows=[51]), pytest.mark.timeout(1200)]


@dataclass(frozen=True, kw_only=True)
class World:
    """An archive of three crawls: at the second, one page of each site is edited, and at the third, edited back.

    Attributes:
        bodies: (URL, status, sha256 of the body) of all that the server sent.
        completed: (URL, 200, sha256 of the body) and date of each page that scripts completed, by record. They are
            records of ours. One in the same second as the bare page is offered under the next second, and pywb answers
            with the date of the record.
        planted: what stands on each article at the first and the second visit, by URL.
        forms: the body of the request of each response record that has one.
        offered: the folder for pywb.
        pack: the WACZ file.
    """

    layout: Layout
    bodies: frozenset[tuple[str, int, str]]
    completed: dict[str, tuple[tuple[str, int, str], str]]
    planted: tuple[dict[str, practice.Planted], dict[str, practice.Planted]]
    forms: dict[str, bytes]
    offered: Path
    pack: Path


def cundang(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "crawler.cli", "--data", str(folder / "data"), "--sites", str(folder / "sites")]
    done = loaded.run([*command, *words], timeout=600)
    assert done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stderr[-3000:]}"


@pytest.fixture(scope="module")
def world(tools: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    assert tools.is_dir()
    with practice.Server(log=folder / "server.jsonl") as server:
        practice.write_sites(folder / "sites", server.port)
        for visit in (1, 2, 1):
            server.visit(visit)
            cundang(folder, "crawl", "--full", *practice.SITES)
        served = frozenset((server.sites[e.site] + e.target, e.status, e.body_sha256) for e in server.served())
        planted = [
            {a.url: a for key in practice.SITES for a in practice.planted(key, server.port, visit=visit)}
            for visit in (1, 2)
        ]
    cundang(folder, "index", "--out", str(folder / "offered"))
    cundang(folder, "export", "--format", "wacz", "--out", str(folder / "pack.wacz"))
    layout = Layout(root=folder / "data")
    return World(
        layout=layout,
        bodies=served,
        completed=dict(completed(layout)),
        planted=(planted[0], planted[1]),
        forms=dict(forms(layout)),
        offered=folder / "offered",
        pack=folder / "pack.wacz",
    )


def completed(layout: Layout) -> Iterator[tuple[str, tuple[tuple[str, int, str], str]]]:
    for warc in layout.warcs():
        with warc.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "resource":
                    digest = hashlib.sha256(record.raw_stream.read()).hexdigest()
                    date = datetime.fromisoformat(record.rec_headers["WARC-Date"])
                    made = record.rec_headers["WARC-Target-URI"], 200, digest
                    yield record.rec_headers["WARC-Record-ID"].strip("<>"), (made, f"{date:{HTTP_DATE}}")


def forms(layout: Layout) -> Iterator[tuple[str, bytes]]:
    for warc in layout.warcs():
        with warc.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "request" and record.http_headers.protocol == "POST":
                    yield record.rec_headers["WARC-Concurrent-To"].strip("<>"), record.raw_stream.read()


@pytest.fixture
def unpacked(world: World, tmp_path: Path) -> Path:
    """The pack's own index and WARC files, for pywb."""
    with zipfile.ZipFile(world.pack) as pack:
        pack.extractall(tmp_path)
    config = "collections:\n  cundang:\n    index: ./indexes/index.cdxj\n    archive_paths: ./archive/\n"
    (tmp_path / "config.yaml").write_text(config)
    found = [path for path in (tmp_path / "indexes").iterdir() if path.suffix == ".gz"]
    text = b"".join(subprocess.run(["gzip", "-dc", path], capture_output=True, check=True).stdout for path in found)
    (tmp_path / "indexes/index.cdxj").write_bytes(text)
    return tmp_path


@pytest.mark.parametrize("how", ["index", "pack"])
def test_pywb_replays_every_capture_that_it_is_offered(
    how: str, world: World, tools: Path, request: pytest.FixtureRequest
) -> None:
    folder = world.offered if how == "index" else request.getfixturevalue("unpacked")
    rows = list(index.read(folder / ("index.cdxj" if how == "index" else "indexes/index.cdxj")))
    wrong = []
    with strangers.pywb(folder, tools) as pywb:
        for row in rows:
            assert row.date is not None
            form = world.forms.get(row.id)
            headers = {"Accept-Encoding": "gzip"}  # else pywb decodes what was compressed
            if form:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            address = f"/cundang/{row.date:%Y%m%d%H%M%S}id_/{row.url}"
            pywb.request("POST" if form else "GET", address, form, headers)
            answer = pywb.getresponse()
            body = answer.read()
            sent = row.url, answer.status, hashlib.sha256(body).hexdigest()
            # Of the revisit of a redirect pywb shows the head alone, which is what a browser follows.
            follows = row.mime == "warc/revisit" and not body and answer.headers["Location"]
            shown, moment = answer.headers["Memento-Datetime"], f"{row.date:{HTTP_DATE}}"
            asked = world.completed.get(row.id)
            if (sent, shown) != asked if asked else (shown != moment or not (sent in world.bodies or follows)):
                wrong.append((*sent, row.mime, asked or moment, shown))
    assert len(rows) > 2000, "three crawls of seven sites have more captures"
    assert not wrong, f"{len(wrong)} of {len(rows)}: {wrong[:5]}"


def mislabelled(layout: Layout) -> Iterator[str]:
    """Pages whose HTTP header names another encoding than theirs; every browser shows them so, replayed or not."""
    for warc in layout.warcs():
        with warc.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response" and "8859" in record.http_headers.get_header("Content-Type", ""):
                    yield record.rec_headers["WARC-Target-URI"]


def captures(world: World) -> Iterator[tuple[str, index.Row, str]]:
    """What a browser is asked for: its kind, the capture, and an expression for what must be shown."""
    first, second = world.planted
    wrong = set(mislabelled(world.layout))
    every = sorted((row for warc in world.layout.warcs() for row in index.read(world.layout.index_of(warc))), key=when)

    def pick(site: str, **wanted: object) -> index.Row:
        """The first capture of a site with these values; of an unedited article, if it is one."""
        return next(
            row
            for row in every
            if urlsplit(row.url).hostname == practice.SITES[site]
            and row.url not in wrong
            and all(getattr(row, name) == value for name, value in wanted.items())
            and ((row.url in first and not first[row.url].changed_on_visit_2) or row.status in (301, 302))
        )

    def includes(lines: Iterable[str]) -> str:
        said = max(lines, key=len).replace("\\", "").replace('"', "")[:300]
        return f'inner.body?.innerText.includes("{said}")'

    for kind, row in (
        ("UTF-8", pick("trs", status=200)),
        ("GBK", pick("dede", status=200)),
        ("GB18030", pick("hanweb", status=200)),
        ("mirror", pick("farm", status=200)),
        ("revisit", pick("dede", mime="warc/revisit", status=200)),
        ("day of a 304", pick("trs", status=304)),
    ):
        yield kind, row, includes(first[row.url].paragraphs)
    edited = min(url for url, article in first.items() if article.changed_on_visit_2)
    before, after, *_ = (row for row in every if row.url == edited and row.mime == "text/html")
    was, is_ = set(first[edited].paragraphs), set(second[edited].paragraphs)
    corrected = includes(is_ - was)
    yield "before an edit", before, f"{includes(was & is_)} && !{corrected}"
    yield "after an edit", after, corrected
    pictured = next(row for row in every if row.url in first and first[row.url].captions and row.status == 200)
    # As wide as the practice web draws its pictures.
    yield "picture", pictured, "[...inner.images].some((image) => image.naturalWidth === 96)"
    yield "redirect", pick("trs", status=302), "inner.body?.innerText.includes('统战')"


def when(row: index.Row) -> tuple[datetime, str]:
    assert row.date is not None
    return row.date, row.url


@pytest.mark.parametrize("number", range(10))
def test_a_browser_replays_ten_kinds_of_captures(number: int, world: World, tools: Path, tmp_path: Path) -> None:
    kind, row, expected = list(captures(world))[number]
    shown = strangers.seen(world.pack, tools, tmp_path, row.url, f"{row.date:%Y%m%d%H%M%S}", expected)
    assert "统" in shown or "統" in shown, kind
