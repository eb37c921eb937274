"""A mistyped or missing argument gives a helpful message and an exit code, never silence and never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from captures import archive_of
from pages import read

from archive.catalogue import mentions, reprints
from archive.corpus import shard
from archive.layout import Layout
from archive.text.document import Document
from crawler.document_lines import COPY, document_lines
from crawler.queue.lock import Lock

CHECKOUT = Path(__file__).parents[1]
PAGE = f"<title>会议</title><h1>会议召开</h1><p>{'统战部召开会议，传达学习精神，研究部署工作。' * 8}</p>"


def cundang(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CUNDANG_")}
    done = subprocess.run(
        [sys.executable, "-m", "crawler.cli", *words],
        cwd=folder,
        env=kept | {"PYTHONPATH": str(CHECKOUT)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "1.html").write_text(PAGE.replace("会议召开", f"会议在{name}召开"), encoding="utf-8")
    assert cundang(folder, "import", "a/1.html", "b/1.html").returncode == 0
    return folder


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("verify", "--help"), 0, "verify"),
        (("--data", "\udcff", "import", "a"), 2, "not UTF-8"),
        (("show", "\udcff"), 2, "not UTF-8"),
        (("search", "会议", "--until", "1990"), 0, ""),
    ],
)
def test_mistakes_are_reported(folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = cundang(folder, *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr + done.stdout
    if words[-2:] == ("--until", "1990"):
        assert not done.stdout, "a document without a date is before no day"


def test_a_file_name_that_is_no_utf8_is_shown_all_the_same(folder: Path, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/\xd5\xfb.html"
    Path(os.fsdecode(odd)).write_bytes((folder / "a" / "1.html").read_bytes())
    done = cundang(folder, "read", str(tmp_path), PYTHONIOENCODING="utf-8:strict")
    assert json.loads(done.stdout)["path"] == os.fsdecode(odd)


def test_show_prints_a_document_in_sections_with_headings(folder: Path) -> None:
    one, other = (
        json.loads(cundang(folder, "search", f"{name}召开", "--json").stdout.splitlines()[0])["id"] for name in "ab"
    )
    first, *sections = cundang(folder, "show", one).stdout.rstrip().split("\n\n")
    assert first.splitlines()[:3] == [
        "会议在a召开",
        f"  id                 {one}",
        "  url                file:///1.html",
    ]
    headings = [section.splitlines()[0] for section in sections]
    assert headings == ["Text", "Evidence: what a column or flag was read from", "Near copies"]
    assert sections[0].splitlines()[1].startswith("  统战部召开会议")
    assert sections[1].splitlines()[1:] == ["  title              title line: 会议在a召开"]
    assert sections[2].splitlines()[1:4] == [
        "  spun               会议在b召开 (words exchanged or paragraphs moved)",
        f"                     _import file:///1.html  {other}",
        "                     100% of this text is in it, 100% of it is in this text",
    ]


def test_show_names_a_place_once_with_all_its_words_and_how_it_is_known() -> None:
    words = "<p>四川省委统战部和泸县负责人，与市委统战部在四川召开会议，中央统战部派人到会。</p>"
    document = read(f"<title>会议召开</title><h1>会议召开</h1><div>{words * 5}</div>")
    named = [*mentions.of(document.title, document.text, "510500")]
    lines = [*document_lines(document, None, named, reprints.Copies(original=None, total=0, copies=()))]
    assert lines[lines.index("\nPlaces and organisations (--json has each position)") + 1 :] == [
        "  place              四川省 510000, 2 times: 四川省, 四川 (the only or the largest place of this name)",
        "  place              四川省泸州市泸县 510521, once: 泸县 (the only or the largest place of this name)",
        "  organisation       四川省委统战部 510000, once: 四川省委统战部 (named with its place)",
        "  organisation       泸州市委统战部 510500, once: 市委统战部 (named by its level; that of the site's place)",
        "  organisation       中央统战部 (no code), once: 中央统战部 (a body of the whole country)",
    ]
    assert tuple(COPY) == reprints.KINDS


def test_work_continues_when_the_reader_of_stdout_is_gone(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number:02}.html").write_text(PAGE.replace("会议召开", f"会议{number}召开"), encoding="utf-8")
    line = f"{sys.executable} -m crawler.cli import --jobs 1 . | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT), "CUNDANG_DATA": "data", "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stderr
    assert "60 documents" in done.stderr


def test_ctrl_c_before_anything_is_loaded_is_no_traceback(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    # Replace the command line by a module that says when it is being loaded, and takes a while. It sleeps in short
    # naps: a signal that arrives just before a sleep begins is handled when it ends.
    slow = f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\nfor _ in range(600):\n    time.sleep(0.1)\n"
    (tmp_path / "crawler").mkdir()
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(CHECKOUT / "crawler" / name, tmp_path / "crawler")
    (tmp_path / "crawler" / "cli.py").write_text(slow, encoding="utf-8")
    with subprocess.Popen([sys.executable, "-m", "crawler"], cwd=tmp_path, stderr=subprocess.PIPE) as process:
        while not begun.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[1] == b"cundang: interrupted before it began; nothing was changed.\n"
    assert process.returncode == 5


def test_two_files_of_one_name_are_two_documents(folder: Path) -> None:
    assert cundang(folder, "export", "--format", "jsonl", "--out", "out.jsonl").returncode == 0
    assert len((folder / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_repair_leaves_a_file_alone_that_a_crawl_writes(folder: Path) -> None:
    layout = Layout(root=folder / "data")
    path = layout.warc_folder("x", 2026) / "x.warc.gz.open"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    lock = Lock(layout.lock("x"))
    done = cundang(folder, "repair", str(path))
    lock.release()
    assert done.returncode == 4
    assert "is being crawled by" in done.stderr
    path.unlink()


def test_clean_keeps_shards_when_the_warc_files_are_missing(folder: Path) -> None:
    away = (folder / "data" / "warc").rename(folder / "away")
    done = cundang(folder, "clean")
    away.rename(folder / "data" / "warc")
    assert done.returncode == 1
    assert "holds no WARC file" in done.stderr
    assert list((folder / "data" / "corpus").rglob("*.parquet"))


def test_search_tells_a_day_that_the_page_states_from_that_of_the_capture(folder: Path, tmp_path: Path) -> None:
    assert "\n(undated)" in "\n" + cundang(folder, "search", "会议").stdout
    (tmp_path / "1.html").write_text(PAGE.replace("<p>", "<div>发布时间：2020-02-19</div><p>", 1), encoding="utf-8")
    assert cundang(tmp_path, "import", "1.html").returncode == 0
    assert cundang(tmp_path, "search", "会议").stdout.startswith("2020-02-19 ")


def test_a_damaged_catalogue_is_named_with_its_cure(folder: Path) -> None:
    catalogue = folder / "data" / "catalogue.sqlite"
    whole = catalogue.read_bytes()
    catalogue.write_bytes(b"no database at all")
    done = cundang(folder, "search", "会议")
    catalogue.write_bytes(whole)
    assert done.returncode == 1
    assert "cundang rebuild --catalogue" in done.stderr


def test_a_script_named_like_one_of_our_packages_does_no_harm(tmp_path: Path) -> None:
    layout = archive_of(tmp_path / "data", files=1, pages=2)
    for name in ("archive", "crawler", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)", encoding="utf-8")
    command = [str(Path(sys.executable).with_name("cundang")), "clean", "--jobs", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [type(row) for path in layout.shards() for row in shard.read(path)] == [Document, Document]
