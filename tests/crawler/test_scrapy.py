"""Scrapy's habits: items, feeds, pipelines, spiders of one's own, the archive in place of the web, exit codes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from little_server import Answer, Little, serving
from scrapy import Request
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from archive.errors import SiteError
from crawler.commands.genspider import TEMPLATE
from crawler.loader import SiteLoader

CHECKOUT = Path(__file__).parents[2]
TEXT = "<p>" + "统战部召开会议，传达学习精神，研究部署工作。" * 8 + "</p>"
DOCUMENTS = 3


def routes(path: str, _: Mapping[str, str]) -> Answer:
    if path == "/robots.txt":
        return Answer("User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"})
    if path == "/":
        rows = "".join(f"<li><a href=/xw/{n}.html>全市统战部长会议第{n}次召开</a> 2024-05-1{n}</li>" for n in (1, 2, 3))
        return Answer(f"<title>统战部</title><ul>{rows}<li><a href=/private/1.html>内部</a></ul>")
    if path.startswith("/xw/"):
        return Answer(f"<title>会议</title><h1>全市统战部长会议第{path[4]}次召开</h1>{TEXT}{TEXT}{path}")
    return Answer(status=404)


class Project:
    """A copy of docs/example, for a server of its own."""

    def __init__(self, folder: Path, little: Little) -> None:
        self.folder, self.little = folder, little
        shutil.copytree(CHECKOUT / "docs" / "example", folder)
        for name in ("spiders/bureau.py", "pages.py"):
            file = folder / "news" / name
            file.write_text(file.read_text("utf-8").replace("127.0.0.1:8000", little.host), "utf-8")
        little.site(folder / "seeds" / "sites")

    def install(self) -> Path:
        """What an installer makes of the project's pyproject.toml; removing it uninstalls the project."""
        said = tomllib.loads((self.folder / "pyproject.toml").read_text("utf-8"))["project"]
        about = self.folder / f"{said['name']}-{said['version']}.dist-info"
        about.mkdir()
        head = f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n"
        (about / "METADATA").write_text(head, "utf-8")
        points = (
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
            for group, named in said["entry-points"].items()
        )
        (about / "entry_points.txt").write_text("\n".join(points), "utf-8")
        return about

    def shown(self, url: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run("show", url, "--json", by="crawler").stdout)
        return found

    def run(self, *words: str, by: str = "scrapy") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", by, *words]
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CUNDANG_", "SCRAPY_"))}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=kept | {"PYTHONPATH": f"{CHECKOUT}:{self.folder}", "CUNDANG_SLOTS": str(self.folder / "slots")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
        return done

    def feed(self, name: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / name).read_text("utf-8").splitlines()]

    def files(self) -> set[Path]:
        return {path for path in (self.folder / "data").rglob("*") if path.is_file() and "-" not in path.suffix}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The example project, after one crawl of its spider."""
    with serving(routes) as little:
        project = Project(tmp_path_factory.mktemp("scrapy") / "example", little)
        done = project.run("crawl", "bureau", "-O", "web.jsonl", "-s", "DOWNLOAD_DELAY=0")
        assert done.returncode == 0, done.stderr[-3000:]
        assert f"'item_scraped_count': {DOCUMENTS}" in done.stderr
        assert "'downloader/response_status_count/200'" in done.stderr
        yield project


def test_a_spider_of_ones_own_is_archived_cleaned_and_fed(project: Project) -> None:
    feed = project.feed("web.jsonl")
    assert sorted(str(item["title"]) for item in feed) == [f"全市统战部长会议第{n}次召开" for n in (1, 2, 3)]
    assert all(item["kind"] == "article" for item in feed), "the pipeline drops Skips"
    assert project.little.counts["/private/1.html"] == 0, "robots.txt holds for spiders of one's own"
    assert len(list((project.folder / "data" / "warc" / "bureau").rglob("*.warc.gz"))) == 1


def test_the_archive_in_place_of_the_web_gives_the_same_and_takes_nothing(project: Project) -> None:
    before, asked = project.files(), len(project.little.asked)
    store = project.folder / "data" / "store"
    done = project.run("crawl", "bureau", "--from-archive", "-O", "archive.jsonl", "-s", f"STORE={store}")
    assert done.returncode == 0, done.stderr[-3000:]
    texts = [{str(item["url"]): item["text"] for item in project.feed(name)} for name in ("web.jsonl", "archive.jsonl")]
    assert texts[0] == texts[1]
    assert (project.files(), len(project.little.asked)) == (before, asked)


def test_one_page_is_fetched_parsed_and_looked_at_from_the_archive(project: Project) -> None:
    asked = len(project.little.asked)
    url = f"{project.little.base}/xw/1.html"
    fetched = project.run("fetch", "--nolog", "--from-archive", url)
    assert "<h1>全市统战部长会议第1次召开</h1>" in fetched.stdout
    parsed = project.run("parse", "--nolog", "--from-archive", url)
    assert "'title': '全市统战部长会议第1次召开'" in parsed.stdout
    gone = project.run("fetch", "--from-archive", f"{project.little.base}/none.html")
    assert f"holds no capture of {project.little.base}/none.html" in gone.stderr
    assert len(project.little.asked) == asked


def test_fetch_makes_one_request_beside_robots(project: Project) -> None:
    before = len(project.little.asked)
    project.run("fetch", "--nolog", f"{project.little.base}/xw/2.html")
    assert [path for _, path in project.little.asked[before:]] == ["/robots.txt", "/xw/2.html"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("crawl", "beauro"), 2, "beauro: no such site; is bureau meant?"),
        (("crawl", "bureau", "-s", "CLOCKS=fast"), 2, "CLOCKS='fast'"),
        (("crawl", "little", "-a", "maxpages=3"), 2, "is max_pages meant?"),
        (("crawl", "little", "-s", "DATA=/dev/null/x"), 1, "/dev/null/x"),
    ],
)
def test_a_slip_is_told_with_its_exit_code(project: Project, words: tuple[str, ...], code: int, said: str) -> None:
    done = project.run(*words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr[-2000:]


def test_a_spider_that_does_nothing_with_its_pages_is_refused_before_it_asks_for_one(project: Project) -> None:
    path = project.folder / "news" / "spiders" / "idle.py"
    path.write_text(
        "from crawler.spiders.own import ArchivedSpider\n\n\n"
        "class Idle(ArchivedSpider):\n"
        f"    name = 'idle'\n    allowed_domains = ['{project.little.host}']\n"
        f"    allow_private = ('{project.little.host}',)\n    start_urls = ['http://{project.little.host}/']\n",
        "utf-8",
    )
    before = dict(project.little.counts)
    try:
        done = project.run("crawl", "idle")
    finally:
        path.unlink()
    assert done.returncode == 2
    assert "Idle: write `parse`, which gets the pages of `start_urls`." in done.stderr
    assert project.little.counts == before


def test_a_site_that_does_not_answer_ends_with_our_exit_code(project: Project, tmp_path: Path) -> None:
    with serving(routes) as gone:
        site = gone.site(tmp_path)
    done = project.run("crawl", str(site), "-s", "RETRY_WAIT=0.01")
    assert done.returncode == 1


def test_a_new_spider_is_written_and_listed(project: Project) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "scrapy.md").read_text("utf-8")
    url, shown = re.findall(r"genspider -t cundang bureau (\S+).+?```python\n(.+?)```", guide, re.DOTALL)[0]
    project.run("genspider", "-t", TEMPLATE, "mine", url)
    assert project.run("list").stdout.split() == ["bureau", "little", "mine"]
    written = (path := project.folder / "news" / "spiders" / "mine.py").read_text("utf-8")
    path.unlink()
    assert written == shown.replace("BureauSpider", "MineSpider").replace('"bureau"', '"mine"'), "as the guide shows it"


def test_a_distribution_reads_pages_and_is_told_of_crawls(project: Project) -> None:
    url, told = f"{project.little.base}/xw/1.html", project.folder / "data" / "crawls.txt"
    general = project.shown(url)
    about = project.install()
    assert project.run("crawl", "bureau", "-s", "DOWNLOAD_DELAY=0").returncode == 0
    assert told.read_text("utf-8") == "bureau 0\n"
    read = project.shown(url)
    assert (read["source"], read["extractor"]) == ("市委统战部", "page_object")
    assert str(read["text"]).split("\n") == ["统战部召开会议，传达学习精神，研究部署工作。" * 8] * 2
    assert "/xw/1.html" in str(read["removed"]), "what the general reader had is told"
    assert project.run("crawl", "bureau", "--from-archive").returncode == 0
    assert told.read_text("utf-8") == "bureau 0\n", "nothing is told of what is only tried"
    assert project.run("clean", "--dry-run", "--site", "bureau", by="crawler").stdout == "", (
        "what is current is not made again"
    )

    pages = project.folder / "news" / "pages.py"
    pages.write_text(pages.read_text("utf-8").replace("市委统战部", "统战部"), "utf-8")
    assert "the recipe changed" in project.run("clean", "--dry-run", "--site", "bureau", by="crawler").stdout

    (gone := project.folder / "gone").mkdir()
    about.rename(gone / about.name)
    refused = project.run("clean", "--site", "bureau", by="crawler")
    assert refused.returncode == 1
    assert "Install news==1.0 from where you have it." in refused.stderr
    assert project.shown(url) == read
    kept = project.run("rebuild", by="crawler")
    assert kept.returncode == 1, "what a distribution read is not given up in silence"
    assert "page objects of news==1.0, which are not installed: they stay as they are" in kept.stderr
    assert project.shown(url) == read
    assert project.run("clean", "--all", "--site", "bureau", by="crawler").returncode == 0
    assert project.shown(url) == general


def test_what_a_hook_raises_is_the_exit_code(project: Project) -> None:
    about = project.install()
    (project.folder / "news" / "hooks.py").write_text("def note(ended):\n    raise ValueError('no')\n", "utf-8")
    failed = project.run("crawl", "bureau", "-s", "DOWNLOAD_DELAY=0")
    assert failed.returncode == 1
    assert "news.hooks:note of news failed after the crawl (ValueError('no'))" in failed.stderr
    shutil.rmtree(about)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def headline(self):\n        return 'x'", "it gives headline, and a Document takes author,"),
        ("async def title(self):\n        await __import__('asyncio').sleep(0)", "it waits for something"),
    ],
)
def test_a_page_object_that_cannot_be_used_is_named(project: Project, code: str, words: str) -> None:
    about = project.install()
    pages = project.folder / "news" / "pages.py"
    before = pages.read_text("utf-8")
    pages.write_text(before + f"\n    @field\n    {code}\n", "utf-8")
    failed = project.run("clean", "--site", "bureau", by="crawler")
    pages.write_text(before, "utf-8")
    shutil.rmtree(about)
    assert failed.returncode == 1
    assert words in failed.stderr
    assert "catalogue: 3 documents" in failed.stderr, "what the page is without it is kept"


@pytest.mark.parametrize(
    ("folder", "own", "listed"),
    [
        ("sites", [], ["little"]),
        ("sites", ["news.spiders"], ["little", "bureau"]),
        # A project with spiders of its own needs no site files; without any, the folder is a slip.
        ("none", ["news.spiders"], ["bureau"]),
        ("none", [], None),
        ("sites/little.toml", [], None),
    ],
)
def test_a_folder_of_site_files_may_be_missing_beside_spiders_of_ones_own_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, own: list[str], listed: list[str] | None
) -> None:
    monkeypatch.syspath_prepend(CHECKOUT / "docs" / "example")
    (tmp_path / "sites").mkdir()
    shutil.copy(CHECKOUT / "seeds" / "sites" / "cqtzb.toml", tmp_path / "sites" / "little.toml")
    loader = SiteLoader(tmp_path / folder, SpiderLoader.from_settings(Settings({"SPIDER_MODULES": own})))
    if listed is not None:
        assert loader.list() == listed
        return
    for ask in (loader.list, lambda: loader.load("gd"), lambda: loader.find_by_request(Request("http://h/"))):
        with pytest.raises(SiteError, match=f"{tmp_path / folder}: no such folder of site files"):
            ask()
