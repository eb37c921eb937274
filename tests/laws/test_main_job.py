"""The laws on the main job: the practice sites are crawled, archived and cleaned by the commands."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import loaded
import pytest
from scoring import body_f1
from warcio.archiveiterator import ArchiveIterator

from archive.catalogue import query
from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document
from archive.warc import reader
from archive.warc.record import Record
from crawler import practice

SEEDS = Path(__file__).parents[2] / "seeds" / "corpus"


def cundang(data: Path, sites: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(sites), *words]
    done = loaded.run(command, env=os.environ | environment, timeout=300)
    assert done.returncode == 0, f"{words}: exit {done.returncode}\n{done.stderr[-3000:]}"
    return done


@dataclass(frozen=True)
class World:
    """The results of a first crawl of all practice sites and of the import of the seeds."""

    server: practice.Server
    data: Path
    sites: Path

    @property
    def layout(self) -> Layout:
        return Layout(root=self.data)

    def copied(self, folder: Path) -> Path:
        return Path(shutil.copytree(self.data, folder / "data"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with practice.Server(log=folder / "server.jsonl") as server:
        practice.write_sites(folder / "sites", server.port)
        cundang(folder / "data", folder / "sites", "crawl", *practice.SITES)
        cundang(folder / "data", folder / "sites", "import", str(SEEDS))
        yield World(server=server, data=folder / "data", sites=folder / "sites")


def derived(data: Path) -> dict[str, str]:
    """The digest of every index and shard, by its path below the data folder."""
    layout = Layout(root=data)
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*layout.indexes(), *layout.shards()]
    }


def catalogue(data: Path) -> list[str]:
    """The content of the catalogue, without the numbers that depend on the order of building."""
    with closing(sqlite3.connect(Layout(root=data).catalogue)) as db:
        rows = db.execute(
            "SELECT path, row, d.id, url, site, day, title, latest FROM documents d JOIN sources ON source = sources.id"
        )
        return sorted(map(repr, rows))


def texts(data: Path) -> Counter[tuple[str, str]]:
    return Counter((d.url, d.text) for d in query.documents(Layout(root=data), query.Filter(versions=True)))


def test_law_1_page_records_are_documents_and_skips(world: World) -> None:
    count = 0
    for warc in world.layout.warcs():
        with warc.open("rb") as file:
            pages = [
                r.rec_headers["WARC-Record-ID"] for r in ArchiveIterator(file) if r.rec_type in ("response", "resource")
            ]
        rows = [f"<{item.id}>" for item in shard.read(world.layout.shard_of(warc))]
        assert rows == pages
        count += len(rows)
    assert count > 6 * 30


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_law_2_cleaning_is_pure(world: World, tmp_path: Path, jobs: str) -> None:
    data = world.copied(tmp_path)
    before = derived(data)
    shutil.rmtree(data / "corpus")
    cundang(data, world.sites, "clean", "--all", "--jobs", jobs, TZ="America/New_York", PYTHONHASHSEED="7", LANG="C")
    assert derived(data) == before


def test_law_3_a_second_clean_and_import_add_nothing(world: World, tmp_path: Path) -> None:
    data = world.copied(tmp_path)
    before, warcs, said = derived(data), list(Layout(root=data).warcs()), catalogue(data)
    assert cundang(data, world.sites, "clean", "--dry-run").stdout == ""
    cundang(data, world.sites, "clean")
    cundang(data, world.sites, "import", str(SEEDS))
    assert derived(data) == before
    assert list(Layout(root=data).warcs()) == warcs
    assert catalogue(data) == said


def test_law_4_what_is_derived_can_be_made_again(world: World, tmp_path: Path) -> None:
    data = world.copied(tmp_path)
    before, said = derived(data), catalogue(data)
    shutil.rmtree(data / "index")
    shutil.rmtree(data / "corpus")
    (data / "catalogue.sqlite").unlink()
    cundang(data, world.sites, "rebuild")
    assert derived(data) == before
    assert catalogue(data) == said


def test_law_7_a_response_record_holds_the_bytes_that_the_server_sent(world: World) -> None:
    served = Counter(entry.response_sha256 for entry in world.server.served())
    kept: Counter[str] = Counter()
    for warc in world.layout.warcs():
        if world.layout.site_of(warc) in practice.SITES:
            for record in reader.records(warc):
                assert isinstance(record, Record), record
                if record.kind == "response":
                    kept[hashlib.sha256(record.block).hexdigest()] += 1
    assert kept.total() > 6 * 60
    assert kept <= served, "a record holds bytes that the server never sent"
    # Everything that was sent is archived, except for revisits: in a first crawl, only pages with equal bytes.
    assert (served - kept).total() <= revisits(world.data)


def revisits(data: Path) -> int:
    count = 0
    for warc in Layout(root=data).warcs():
        with warc.open("rb") as file:
            count += sum(record.rec_type == "revisit" for record in ArchiveIterator(file))
    return count


@pytest.mark.parametrize("key", practice.SITES)
def test_every_planted_article_is_captured_and_cleaned_once(world: World, key: str) -> None:
    planted = {article.url: article for article in practice.planted(key, world.server.port)}
    found: dict[str, list[Document]] = {}
    for document in query.documents(world.layout, query.Filter(versions=True)):
        if document.url in planted:
            found.setdefault(document.url, []).append(document)
    assert found.keys() == planted.keys()
    assert {len(documents) for documents in found.values()} == {1}
    scores = {url: body_f1(found[url][0].text, "\n".join(article.paragraphs)) for url, article in planted.items()}
    mean = sum(scores.values()) / len(scores)
    assert mean >= 0.9, f"{key}: mean body F1 {mean:.4f}; worst {sorted(scores.items(), key=lambda s: s[1])[:5]}"


def test_a_second_crawl_adds_revisits_and_the_changed_pages_alone(world: World, tmp_path: Path) -> None:
    data = world.copied(tmp_path)
    before = texts(data)
    changed = {
        a.url for key in practice.SITES for a in practice.planted(key, world.server.port) if a.changed_on_visit_2
    }
    world.server.visit(2)
    try:
        cundang(data, world.sites, "crawl", "--full", *practice.SITES)
    finally:
        world.server.visit(1)
    added = texts(data) - before
    assert {url for url, _ in added} == changed
    assert before <= texts(data)
    assert revisits(data) > revisits(world.data) + 6 * 30


def test_verify_finds_the_archive_whole(world: World) -> None:
    cundang(world.data, world.sites, "verify")
