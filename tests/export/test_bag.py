"""A bag is valid to the Library of Congress' own library, is a data folder again, and never vouches for damage."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import bagit
import pytest
from loaded import run

from archive.corpus import damage, shard
from archive.errors import DataError, UsageError
from archive.export import bag
from archive.layout import Layout
from archive.text import recipe
from archive.warc import exclusions, fixity
from archive.warc.writer import Exchange, Writer


def archive(root: Path, *sites: str) -> Layout:
    layout = Layout(root=root)
    for site in sites:
        writer = Writer(layout, site, warcinfo=())
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        page = io.BytesIO(b"HTTP/1.1 200 OK\r\n\r\n<p>page")
        writer.exchange(
            Exchange(url=f"http://{site}.cn/", started=moment, ip=None, request=b"", response=page), lambda *_: None
        )
        writer.close()
    return layout


def test_a_bag_is_valid_and_a_data_folder_again(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a", "b")
    exclusions.append(layout, {"url": "http://a.cn/x", "date": exclusions.now(), "reason": ""})
    assert bag.write(layout, None, tmp_path / "all") == 2
    assert bag.write(layout, ["a"], tmp_path / "one") == 1
    for name, files in (("all", 4), ("one", 3)):
        made = bagit.Bag(str(tmp_path / name))
        made.validate()
        assert len(made.payload_entries()) == files
        assert made.info["External-Description"] == f"WARC files of a{'' if name == 'one' else ' whole archive'}"
    again = Layout(root=tmp_path / "all" / "data")
    assert damage.survey(again).damages == {}
    assert len(fixity.read(again).entries) == 2
    assert exclusions.read(again).covering("http://a.cn/x")
    assert [entry.by for entry in fixity.read(again).entries.values()] == ["closed", "closed"]


def test_a_changed_bag_is_not_valid(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a")
    bag.write(layout, None, tmp_path / "bag")
    (warc,) = (tmp_path / "bag").rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:-1])
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(tmp_path / "bag")).validate()


def test_no_bag_vouches_for_a_damaged_file(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a", "b")
    (warc,) = layout.warcs("a")
    good = bytearray(warc.read_bytes())
    good[50] ^= 1
    warc.write_bytes(good)
    # Nobody has read it since: the copy is compared.
    with pytest.raises(DataError, match="not those that it was closed with"):
        bag.write(layout, None, tmp_path / "bag")
    assert not (tmp_path / "bag").exists()
    warc.unlink()
    with pytest.raises(DataError, match="the file is gone"):
        bag.write(layout, None, tmp_path / "bag")
    assert bag.write(layout, ["b"], tmp_path / "bag") == 1
    shutil.rmtree(tmp_path / "bag")
    with pytest.raises(UsageError, match="no WARC file of c"):
        bag.write(layout, ["c"], tmp_path / "bag")


def test_a_bag_holds_the_site_files_of_its_pages(tmp_path: Path) -> None:
    layout = archive(tmp_path / "data", "a", "b")
    made = "[read]\nhosts"
    for name in ("a.toml", "learned/a.toml", "corrections/a.toml", "b.toml", "other.toml"):
        (path := tmp_path / "sites" / name).parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, "utf-8")
    shard.load_arrow()
    bag.write(layout, ["a"], tmp_path / "bag", tmp_path / "sites")
    bagit.Bag(str(tmp_path / "bag")).validate()
    there = tmp_path / "bag" / "data" / "sites"
    found = sorted(path.relative_to(there).as_posix() for path in there.rglob("*.toml"))
    assert found == ["a.toml", "corrections/a.toml", "learned/a.toml"]


def test_the_payload_of_a_bag_gives_the_same_documents(tmp_path: Path) -> None:
    archive(tmp_path / "data", "a", "b")
    (tmp_path / "sites").mkdir()
    # Pages of the site `c` are in the folder of the crawl that fetched them.
    rules = 'name = "C"\nhosts = ["a.cn"]\n[crawl]\nstart = ["http://a.cn/"]\n'
    (tmp_path / "sites" / "c.toml").write_text(rules, "utf-8")

    def cundang(data: str, sites: str, *words: str) -> str:
        folders = ("--data", str(tmp_path / data), "--sites", str(tmp_path / sites))
        done = run([sys.executable, "-m", "crawler.cli", *folders, *words])
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    cundang("data", "sites", "clean")
    said = cundang("data", "sites", "export", "--format", "bag", "--out", str(tmp_path / "bag"))
    assert f"--sites {tmp_path / 'bag' / 'data' / 'sites'} rebuild" in said
    cundang("bag/data", "bag/data/sites", "rebuild")
    rows = [cundang(*folders, "status", "--skips") for folders in (("data", "sites"), ("bag/data", "bag/data/sites"))]
    assert rows[0] == rows[1]
    lines = cundang("bag/data", "bag/data/sites", "status")
    assert [line.split()[0] for line in lines.splitlines()] == ["a", "b", "b.cn", "c", "disk:"]


def test_the_guide_to_a_frozen_corpus_gives_the_same_bytes(tmp_path: Path) -> None:
    sites = tmp_path / "sites"
    sites.mkdir()
    rules = 'name = "A"\nhosts = ["a.cn"]\n[crawl]\nstart = ["http://a.cn/"]\n[[read]]\nsource = "re:发自：(\\\\S+)"\n'
    (sites / "a.toml").write_text(rules, "utf-8")
    layout = Layout(root=tmp_path / "data")
    writer = Writer(layout, "a", warcinfo=())
    line = "市委统战部召开座谈会，传达学习上级精神，研究部署下一阶段工作，要求各单位认真落实。"
    page = f"<title>座谈会</title><h1>座谈会召开</h1><p>2019-06-01 发自：县报</p><div><p>{line}</p><p>{line}</p></div>"
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    writer.exchange(
        Exchange(url="http://a.cn/1.html", started=moment, ip=None, request=b"", response=io.BytesIO(answer)),
        lambda *_: None,
    )
    writer.close()

    def cundang(data: Path, rules: Path, *words: str) -> None:
        command = [sys.executable, "-m", "crawler.cli", "--data", str(data), "--sites", str(rules), *words]
        done = run(command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr

    cundang(layout.root, sites, "clean")
    cundang(layout.root, sites, "export", "--format", "jsonl", "--out", "paper.jsonl")
    cundang(layout.root, sites, "export", "--format", "bag", "--out", "paper-bag")
    there = tmp_path / "paper-bag" / "data"
    cundang(there, there / "sites", "rebuild")
    cundang(there, there / "sites", "export", "--format", "jsonl", "--out", "again.jsonl")
    again = (tmp_path / "again.jsonl").read_bytes()
    assert json.loads(again)["source"] == "县报"
    manifest = json.loads((tmp_path / "paper.jsonl.manifest.json").read_bytes())
    assert [each["sha256"] for each in manifest["files"]] == [hashlib.sha256(again).hexdigest()]

    guide = (Path(__file__).resolve().parents[2] / "docs" / "corpus.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(import json\n.+?)```", guide, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [line.partition("==")[0] for line in done.stdout.splitlines()] == list(recipe.LIBRARIES)
    assert all(version(name) == of for name, _, of in (line.partition("==") for line in done.stdout.splitlines()))
