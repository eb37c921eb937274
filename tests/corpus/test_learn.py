"""The command `sites learn`: what it writes, which shards become stale, and how a changed site is reported."""

from __future__ import annotations

from pathlib import Path

from captures import PROSE, write_warc
from click.testing import CliRunner

from archive.catalogue import build
from archive.corpus import reclean
from archive.layout import Layout
from archive.site import load, load_given
from crawler.cli import app
from crawler.learning import doubt_layout

FILE = """name = "云溪"
hosts = ["yx.example.cn"]

[crawl]
start = ["http://yx.example.cn/"]
"""


def page(number: int, box: str) -> tuple[str, str]:
    head = f"<title>第{number}次座谈会</title><div class={box}><h1>第{number}次座谈会</h1><p>2020-03-01</p></div>"
    text = "".join(f"<p>{PROSE}第{number}次会议第{line}项。</p>" for line in range(4))
    return f"http://yx.example.cn/a/{number}.html", f"{head}<div class={box}-text>{text}</div><div>版权所有</div>"


def test_a_learned_file_makes_shards_stale_and_a_changed_site_is_reported(tmp_path: Path) -> None:
    layout, folder = Layout(root=tmp_path / "data"), tmp_path / "sites"
    folder.mkdir()
    (folder / "yx.toml").write_text(FILE, "utf-8")
    write_warc(layout, "yx", [page(number, "old") for number in range(24)])
    made = list(reclean.clean(layout, load(folder), jobs=1))
    before = made[0].shard.read_bytes()
    learn = ["sites", "learn", "yx", "--data", str(layout.root), "--sites", str(folder)]

    tried = CliRunner().invoke(app, [*learn, "--dry-run"])
    assert tried.exit_code == 0, tried.output
    assert not (folder / "learned").exists()
    assert list(reclean.stale(reclean.look(layout, load(folder)))) == []

    written = CliRunner().invoke(app, learn)
    assert written.exit_code == 0, written.output
    assert '+body = "body > div.old-text"' in written.stdout.splitlines()
    assert "+source" not in written.stdout, "a title that ends like an office's name is no source"
    assert [each.reason for each in reclean.stale(reclean.look(layout, load(folder)))] == [
        "the recipe changed: sites yx"
    ]
    (taught,) = reclean.clean(layout, load(folder), jobs=1)
    with_vote = taught.shard.read_bytes()
    assert with_vote != before
    list(reclean.clean(layout, load(folder), jobs=2, every=True))
    assert taught.shard.read_bytes() == with_vote

    # A changed copy of the site file is tried with the learned file of the site.
    (tmp_path / "tried").mkdir()
    (tmp_path / "tried" / "yx.toml").write_text(FILE, "utf-8")
    assert load_given(tmp_path / "tried" / "yx.toml", load(folder)) == load(folder)["yx"]

    # Learning ignores what was learned before, so nothing changes.
    again = CliRunner().invoke(app, learn)
    assert (again.exit_code, again.stdout) == (0, "")

    build.rebuild(layout)
    site = load(folder)["yx"]
    assert doubt_layout(layout, site) is None
    write_warc(layout, "yx", [page(number, "new") for number in range(100, 120)], day=20)
    list(reclean.clean(layout, load(folder), jobs=1))
    build.update(layout)
    doubt = doubt_layout(layout, site)
    assert doubt is not None
    assert (doubt.doubt, doubt.count) == ("new_layout", 20)
    assert doubt.detail == (
        "since 2026-01-20: cundang sites learn yx; as an era of the site file: [[read]] until = 2026-01-19"
    )


def test_an_archive_that_teaches_nothing_is_reported(tmp_path: Path) -> None:
    layout, folder = Layout(root=tmp_path / "data"), tmp_path / "sites"
    folder.mkdir()
    (folder / "yx.toml").write_text(FILE, "utf-8")
    write_warc(layout, "yx", [page(number, "old") for number in range(19)])
    found = CliRunner().invoke(app, ["sites", "learn", "yx", "--data", str(layout.root), "--sites", str(folder)])
    assert found.exit_code == 1
    assert "nothing learned from 19 different articles: a layout needs 20." in found.stderr
    assert not (folder / "learned").exists()
