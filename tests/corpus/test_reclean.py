"""Re-cleaning: the report is correct, a kill loses nothing, and only stale shards are made again."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from archive.catalogue.search import Searcher
from archive.corpus import reclean, shard
from archive.layout import Layout
from archive.site import load
from archive.text.document import Document
from archive.warc.writer import Exchange, Writer
from crawler import practice
from crawler.cli import app
from crawler.queue.frontier import Frontier
from crawler.runs.cleaning import COMMAND, Crawled, job

SENTENCES = (
    "市委统战部召开会议，传达学习上级精神，研究部署下一阶段工作。",
    "会议强调，要广泛凝聚共识，团结各界人士共同参与社区服务。",
    "民主党派成员和无党派人士纷纷捐款捐物，支援一线工作人员。",
    "记者在现场看到，志愿者正在为居民运送米面粮油和防护用品。",
    "负责人表示，将进一步健全机制，确保各项任务落到实处。",
)


def page(number: int) -> bytes:
    chance = random.Random(number)  # noqa: S311 - pages, no secrets
    paragraphs = ["".join(chance.sample(SENTENCES, 3)) + f"第{number}期{line}段。" for line in range(4)]
    aside = "<div class=side><p>" + "".join(chance.sample(SENTENCES, 3)) + f"侧栏{number}。</p></div>"
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html><head><title>会议{number}召开</title></head><body><h1>会议{number}召开</h1>"
        f"<div class=main><div id=content>{body}</div>{aside}</div></body></html>"
    ).encode()


def fill(layout: Layout, host: str, files: int, pages: int) -> None:
    """Write WARC files of a site like those of a crawl."""
    for number in range(files):
        writer = Writer(layout, host.split(".", maxsplit=1)[0], warcinfo=(("software", "test"),))
        for each in range(number * pages, (number + 1) * pages):
            body = page(each)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.exchange(
                Exchange(
                    url=f"http://{host}/a/{each}.html",
                    started=dt.datetime(2026, 1, 1, number, tzinfo=dt.UTC) + dt.timedelta(seconds=each),
                    ip="127.0.0.1",
                    request=b"",
                    response=io.BytesIO(head.encode() + body),
                ),
                lambda _url, _digest: None,
            )
        writer.close()


def rules(folder: Path, key: str, body: str | None) -> Path:
    folder.mkdir(exist_ok=True)
    read = f'[[read]]\nbody = "{body}"\n' if body else ""
    path = folder / f"{key}.toml"
    text = f'name = "{key}"\nhosts = ["{key}.cn"]\n[crawl]\nstart = ["http://{key}.cn/"]\n{read}'
    path.write_text(text, encoding="utf-8")
    return path


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "crawler.cli", "--data", f"{folder}/data", "--sites", f"{folder}/sites", *words]


def cundang(folder: Path, *words: str) -> list[dict[str, Any]]:
    """Run a command; return its lines of JSON."""
    done = subprocess.run(command(folder, *words), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def digests(folder: Path) -> dict[str, str]:
    """The digest of every derived file, by its path."""
    layout = Layout(root=folder / "data")
    return {
        str(path.relative_to(layout.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in layout.shards()
    }


@pytest.fixture
def house(tmp_path: Path) -> Path:
    layout = Layout(root=tmp_path / "data")
    for key in ("alpha", "beta"):
        fill(layout, f"{key}.cn", files=3, pages=24)
        rules(tmp_path / "sites", key, "div#content")
    cundang(tmp_path, "clean")
    return tmp_path


def test_the_report_is_what_then_changes_and_only_the_site_whose_file_changed_is_made_again(house: Path) -> None:
    before = digests(house)
    tried = rules(house / "try", "alpha", "div.main")
    promised = cundang(house, "clean", "--dry-run", "--diff", "--rules", str(tried), "--json")
    assert digests(house) == before, "a dry run changed a shard"
    assert cundang(house, "clean", "--dry-run", "--json") == [], "a dry run left something stale"

    rules(house / "sites", "alpha", "div.main")
    stale = cundang(house, "clean", "--dry-run", "--json")
    assert {Path(said["shard"]).relative_to(house / "data").parts[1] for said in stale} == {"alpha"}
    assert cundang(house, "clean", "--diff", "--json") == promised
    after = digests(house)
    told = {said["shard"]: (said["before"], said["after"]) for said in promised if "shard" in said and "reason" in said}
    assert told == {path: (before[path], after[path]) for path in after if before[path] != after[path]}
    (tally,) = (said for said in promised if "pages" in said and "site" in said)
    assert (tally["site"], tally["changed"], tally["came"], tally["went"]) == ("alpha", 72, 72, 0)
    largest = [said for said in promised if "lines" in said]
    assert len(largest) == 20
    assert all(any(line.startswith("+ ") and "侧栏" in line for line in said["lines"]) for said in largest)
    found = cundang(house, "search", "侧栏", "--limit", "1000", "--json")
    assert len(found) == 72, "the catalogue did not follow"
    assert cundang(house, "clean", "--diff", "--json") == []


def test_an_era_and_a_library_make_stale_by_themselves(house: Path) -> None:
    path = house / "sites" / "alpha.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[[read]]", "[[read]]\nuntil = 2030-01-01"), "utf-8")
    said = cundang(house, "clean", "--dry-run", "--diff", "--json")
    assert [line["changes"] for line in said if "reason" in line] == [[], [], []], "a page of the era reads as before"
    # A shard made by another version of lxml, according to its header.
    layout = Layout(root=house / "data")
    victim = next(layout.shards("beta"))
    table = pq.read_table(victim)
    made = pq.read_metadata(victim).metadata[b"cundang"].decode().replace('\\"lxml\\",\\"', '\\"lxml\\",\\"0.')
    pq.write_table(table.replace_schema_metadata({"cundang": made}), victim)
    again = cundang(house, "clean", "--dry-run", "--json")
    assert str(victim) in [line["shard"] for line in again]


def test_texts_stay_as_they_are_while_the_file_of_their_site_is_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout, sites = Layout(root=tmp_path / "data"), tmp_path / "sites"
    fill(layout, "alpha.cn", files=1, pages=2)
    rules(sites, "alpha", "div#content")
    made = list(reclean.clean(layout, load(sites), jobs=1))
    before = digests(tmp_path)
    read: list[Path] = []
    about = shard.about

    def noted(path: Path) -> shard.About | None:
        read.append(path)
        return about(path)

    with monkeypatch.context() as patched:
        patched.setattr(shard, "about", noted)
        assert list(reclean.clean(layout, load(sites), jobs=1)) == []
    assert read == [one.shard for one in made], "the header of each shard is read once"
    told: list[str] = []
    assert list(reclean.clean(layout, {}, jobs=1, warn=told.append)) == []
    assert (digests(tmp_path), [words.split(",")[0] for words in told]) == (
        before,
        ["alpha: its texts were made with the files of the sites alpha"],
    )
    empty = ["--data", str(layout.root), "--sites", str(tmp_path / "try")]
    (tmp_path / "try").mkdir()
    dry = CliRunner().invoke(app, ["clean", "--dry-run", *empty])
    assert (dry.exit_code, dry.stdout, "files of the sites alpha" in dry.stderr) == (1, "", True)
    # The file may have another name, and whoever wants it can give up its rules.
    rules(sites, "alpha", "div#content").rename(sites / "renamed.toml")
    assert [one.reason for one in reclean.stale(reclean.look(layout, load(sites)))] == [
        "the recipe changed: sites alpha renamed"
    ]
    assert len(list(reclean.clean(layout, {}, every=True, jobs=1))) == len(made) == 1
    assert digests(tmp_path) != before
    assert list(reclean.clean(layout, {}, jobs=1, warn=told.append)) == []
    assert len(told) == 1


@pytest.mark.fault(rows=[46])
def test_killed_at_random_points_it_ends_with_the_shards_of_an_unbroken_run(house: Path) -> None:
    rules(house / "sites", "alpha", "div.main")
    cundang(house, "clean")
    unbroken = digests(house)
    chance = random.Random(50)  # noqa: S311 - points in time, no secrets
    rules(house / "sites", "alpha", "div#content")
    began = time.monotonic()
    cundang(house, "clean")
    whole = time.monotonic() - began
    rules(house / "sites", "alpha", "div.main")
    killed = 0
    for _ in range(4):
        with subprocess.Popen(command(house, "clean", "--jobs", "1"), stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(chance.uniform(0.1, 0.8) * whole)
            except subprocess.TimeoutExpired:
                workers = list(descendants(process.pid))
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
                process.wait()
                gone(workers)
        # All files are complete.
        assert all(shard.about(path) for path in Layout(root=house / "data").shards())
    cundang(house, "clean")
    assert killed
    assert digests(house) == unbroken
    assert not list((house / "data").rglob("*.tmp")), "half-made shards were left"


def descendants(pid: int) -> Iterator[int]:
    """All descendants of a process."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        yield int(child)
        yield from descendants(int(child))


def gone(pids: list[int]) -> None:
    """Wait until processes have ended."""
    deadline = time.monotonic() + 20
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, f"orphans: {left}"
        time.sleep(0.05)


@pytest.mark.fault(rows=[50])
def test_a_crawl_two_cleanings_and_readers_at_one_time_disturb_nobody(house: Path, tmp_path: Path) -> None:
    rules(house / "sites", "alpha", "div.main")
    layout = Layout(root=house / "data")
    with practice.Server() as server:
        (vsb,) = (path for key, path in practice.write_sites(tmp_path / "all", server.port).items() if key == "vsb")
        (house / "sites" / "vsb.toml").write_text(vsb.read_text(encoding="utf-8"), encoding="utf-8")
        again = ("clean", "--all", "--jobs", "1")
        talk = tmp_path / "talk"
        with talk.open("wb") as said:
            every = [
                subprocess.Popen(command(house, *words), stderr=said, stdout=subprocess.DEVNULL)
                for words in (again, again, ("crawl", "vsb", "--max-pages", "6"))
            ]
        read = 0
        while any(process.poll() is None for process in every):
            for path in [*layout.shards("alpha"), *layout.shards("beta")]:
                assert len(list(shard.read(path))) == 24
            assert len(Searcher(layout).find("统战部", size=5).hits) == 5
            read += 1
            time.sleep(0.5)
    assert [process.returncode for process in every] == [0, 0, 0], talk.read_text("utf-8")[-2000:]
    assert read
    assert cundang(house, "clean", "--dry-run", "--json") == []
    assert cundang(house, "verify", "--json") == []


def test_a_shard_of_an_earlier_schema_stays_readable(house: Path, tmp_path: Path) -> None:
    path = next(Layout(root=house / "data").shards("alpha"))
    table = pq.read_table(path)
    rows = list(shard.read(path))
    old = tmp_path / "old.parquet"
    pq.write_table(table.drop_columns(["subtitle", "captions", "editor"]), old)
    again = list(shard.read(old))
    assert again == rows, "none of these columns held anything"
    assert isinstance(again[0], Document)
    assert next(shard.tables(old, [0, 5])).schema.equals(shard.document_schema())


def test_texts_that_are_made_without_the_files_of_their_sites_are_told(tmp_path: Path) -> None:
    layout, sites = Layout(root=tmp_path / "data"), tmp_path / "sites"
    fill(layout, "alpha.cn", files=1, pages=2)
    rules(sites, "alpha", "div#content")
    (tmp_path / "none").mkdir()
    for command in ("rebuild", "clean"):
        words = ["--data", str(layout.root), "--sites", str(tmp_path / "none"), command]
        done = CliRunner().invoke(app, words)
        told = command == "rebuild"
        assert ("alpha: no site file in" in done.stderr, "--sites FOLDER" in done.stderr) == (told, told)
    # A crawl that failed at once leaves a file without a page.
    writer = Writer(layout, "alpha", warcinfo=())
    writer.failure("http://alpha.cn/", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), (("error", "refused"),))
    writer.close()
    done = CliRunner().invoke(app, ["--data", str(layout.root), "--sites", str(sites), "clean"])
    assert "no site file" not in done.stderr
    assert (done.exit_code, [site for path in layout.shards() for site in sites_in(path)]) == (0, ["alpha"])


def sites_in(path: Path) -> set[str]:
    """The sites of a shard's documents."""
    return set(pq.read_table(path).column("site").to_pylist())


PAGES = """from web_poet import WebPage, field, handle_urls


@handle_urls("alpha.cn/a/")
class Broken(WebPage):
    @field
    def title(self):
        raise ValueError("no title")
"""


@pytest.mark.parametrize(
    "words",
    [
        # As a user cleans, and as a crawl does when it ends.
        ("-m", "crawler.cli", "--data", "data", "--sites", "sites", "clean"),
        COMMAND[1:],
    ],
)
def test_pages_that_failed_and_files_that_are_damaged_are_both_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    layout = Layout(root=tmp_path / "data")
    fill(layout, "alpha.cn", files=2, pages=2)
    rules(tmp_path / "sites", "alpha", None)
    Frontier(layout.state("alpha")).close()
    (tmp_path / "broken.py").write_text(PAGES, encoding="utf-8")
    (about := tmp_path / "broken-1.0.dist-info").mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("[cundang.pages]\nbroken = broken\n", encoding="utf-8")
    last = max(layout.warcs())
    last.write_bytes(last.read_bytes()[:-100])
    environment = os.environ | {"PYTHONPATH": f"{Path(__file__).parents[2]}:{tmp_path}"}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env=environment,
        input=job(layout, tmp_path / "sites", [Crawled(key="alpha")], tried=True),
        capture_output=True,
        timeout=60,
        check=False,
    )
    said = done.stderr.decode()
    assert "Broken of broken failed on http://alpha.cn/a/" in said
    assert f"{last.name}: it is not as long as it was" in said
    assert (done.returncode if "clean" in words else json.loads(done.stdout)["exit"]) == 1
