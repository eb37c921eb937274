"""Two archives become one: all of both, nothing that was taken down, and a kill at any moment costs nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from captures import archive_of, article, write_warc
from click.testing import CliRunner

from archive.catalogue import build
from archive.corpus import reclean
from archive.corpus.forget import addresses, erase
from archive.errors import CundangError, DataError, LockedError, UsageError
from archive.layout import Layout
from archive.store import Folder
from archive.warc import away, exclusions, fixity, reader
from crawler import join
from crawler.cli import app
from crawler.queue.address import canonical
from crawler.queue.entries import Address
from crawler.queue.frontier import Frontier
from crawler.queue.lock import Lock

SITES = ("site0", "site1", "site2")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Three sites, each with a WARC file of two articles, its shard, its index, its ledger, and a state."""
    layout = archive_of(tmp_path_factory.mktemp("join"), files=3, pages=2)
    for _ in reclean.clean(layout, {}, jobs=1):
        pass
    for site in SITES:
        with closing(Frontier(layout.state(site))) as frontier:
            frontier.begin(full=False)
            frontier.push(Address(url=f"http://{site}.example.cn/waits.html"))
            frontier.commit()
        layout.missing(site).write_text("{}\n", "utf-8")
    build.update(layout)
    return layout


@pytest.fixture
def one(made: Layout, tmp_path: Path) -> Layout:
    shutil.copytree(made.root, tmp_path / "one")
    return Layout(root=tmp_path / "one")


@pytest.fixture
def parted(one: Layout, tmp_path: Path) -> tuple[Layout, Layout]:
    """The same archive in two: `site0` and `site1` here, `site2` there."""
    here, there = Layout(root=tmp_path / "here"), Layout(root=tmp_path / "there")
    for layout, sites in ((here, SITES[:2]), (there, SITES[2:])):
        for site in sites:
            bring(one, layout, site)
    return here, there


def bring(source: Layout, target: Layout, site: str | None = None) -> list[bool]:
    return [each.copied for each in join.merge(source, target, site)]


def bring_and_remove(source: Layout, target: Layout) -> None:
    for _ in join.move(source, target, "site1"):
        pass


def tree(layout: Layout, *rooms: str) -> dict[str, str]:
    """The files of an archive; locks and catalogues are of one machine."""
    found = (path for room in rooms or ("warc", "index", "corpus") for path in (layout.root / room).rglob("*"))
    files = [path for path in found if path.is_file()] + list(layout.root.glob("*.jsonl"))
    digest = hashlib.sha256
    return {path.relative_to(layout.root).as_posix(): digest(path.read_bytes()).hexdigest() for path in files}


def run(layout: Layout, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--data", str(layout.root), "--sites", str(layout.root), *words])
    failed = done.exception if isinstance(done.exception, CundangError) else None
    return (failed.exit_code if failed else done.exit_code), f"{done.output}{failed or ''}"


def waiting(layout: Layout, site: str) -> bool:
    with closing(Frontier(layout.state(site), read_only=True)) as frontier:
        return frontier.met(f"http://{site}.example.cn/waits.html")


def test_parts_of_an_archive_are_merged_to_what_it_was(one: Layout, parted: tuple[Layout, Layout]) -> None:
    here, there = parted
    before, files = tree(there), sorted(there.root.rglob("*"))
    code, said = run(here, "merge", str(there.root))
    assert code == 0, said
    assert "1 files copied, 0 were there already" in said
    rooms = tree(one, "warc", "index", "corpus")
    assert {name: digest for name, digest in tree(here).items() if "/" in name} == {
        name: digest for name, digest in rooms.items() if "/" in name
    }
    assert fixity.read(here).entries.keys() == fixity.read(one).entries.keys()
    assert run(here, "verify") == (0, "verify: 3 files, 0 problems\n")
    assert all(waiting(here, site) for site in SITES)
    assert here.missing("site2").read_text("utf-8") == "{}\n"
    assert tree(there) == before
    assert sorted(there.root.rglob("*")) == files, "the source is not written to"
    # Again there is nothing to do.
    before = tree(here)
    assert bring(there, here) == [False]
    assert tree(here) == before


@pytest.mark.parametrize("harm", ["other", "cut"])
def test_what_cannot_be_copied_whole_is_refused_before_anything_is_copied(
    parted: tuple[Layout, Layout], harm: str
) -> None:
    here, there = parted
    victim = next(there.warcs())
    if harm == "cut":
        victim.write_bytes(victim.read_bytes()[:-1])
        wanted = "Nothing was copied"
    else:
        ours = here.root / victim.relative_to(there.root)
        ours.parent.mkdir(parents=True)
        ours.write_bytes(victim.read_bytes() + b"x")
        wanted = "same name and different bytes.*cundang import"
    before = tree(here)
    with pytest.raises(DataError, match=wanted):
        bring(there, here)
    assert tree(here) == before


def test_what_was_taken_down_on_either_side_stays_down(parted: tuple[Layout, Layout]) -> None:
    here, there = parted
    ours, theirs = "http://site2.example.cn/0.html", "http://site0.example.cn/1.html"
    day = "2026-01-0{}T00:00:00+00:00"
    exclusions.append(here, {"url": ours, "date": day.format(1), "reason": "here"})
    exclusions.append(there, {"url": theirs, "date": day.format(1), "reason": "there"})
    # Allowed again there, and taken down here once more after that.
    exclusions.append(there, {"url": ours, "date": day.format(1), "reason": ""})
    exclusions.append(there, {"undone": ours, "date": day.format(2), "reason": ""})
    exclusions.append(here, {"undone": ours, "date": day.format(2), "reason": ""})
    exclusions.append(here, {"url": ours, "date": day.format(3), "reason": "again"})
    assert run(here, "merge", str(there.root))[0] == 0
    assert {page.url for page in exclusions.read(here).pages.values()} == {ours, theirs}
    for url in (ours, theirs):
        assert "forgotten" in run(here, "show", url)[1] or run(here, "show", url)[0] != 0
    lines = here.exclusions.read_bytes()
    bring(there, here)
    assert here.exclusions.read_bytes() == lines


def test_what_was_erased_does_not_come_back(one: Layout, parted: tuple[Layout, Layout]) -> None:
    here, _ = parted
    erase(here, next(here.warcs("site0")), addresses(["http://site0.example.cn/1.html"]))
    with pytest.raises(DataError, match=r"site0.example.cn/1.html that was erased in .*forget --erase"):
        bring(one, here)
    # Nor may an archive keep what the one that it takes in has erased.
    with pytest.raises(DataError, match=r"that was erased in .*forget --erase"):
        bring(here, one)


def test_an_existing_state_learns_the_copied_captures(one: Layout, tmp_path: Path) -> None:
    other = Layout(root=tmp_path / "other")
    with closing(Frontier(other.state("site0"))) as frontier:
        frontier.begin(full=False)
        frontier.commit()
    bring(one, other, "site0")
    url = canonical("http://site0.example.cn/0.html")
    assert url is not None
    with closing(Frontier(other.state("site0"), read_only=True)) as frontier:
        assert url in dict(frontier.captures.all())
    assert not waiting(other, "site0"), "one state is kept: that which is there"


def test_a_site_that_is_crawled_is_left_alone(one: Layout, tmp_path: Path) -> None:
    other = Layout(root=tmp_path / "other")
    with ExitStack() as held:
        held.callback(Lock(one.lock("site1")).release)
        for call in (join.merge, join.move):
            with pytest.raises(LockedError):
                list(call(one, other, "site1"))
    assert not list(other.warcs())
    with pytest.raises(UsageError, match="holds nothing of site9"):
        list(join.move(one, other, "site9"))


def test_what_rests_in_a_store_is_moved_by_its_stub(one: Layout, tmp_path: Path) -> None:
    list(away.push(one, Folder(tmp_path / "store"), drop=True))
    other = Layout(root=tmp_path / "other")
    before = [reader.digest_of(warc) for warc in one.warcs("site1")]
    list(join.move(one, other, "site1"))
    assert [reader.digest_of(warc) for warc in other.warcs("site1")] == before
    assert not list(one.warcs("site1"))


# What changes a disk; a kill stands before or after each.
CALLS = ("replace", "unlink", "rmdir", "fsync", "open")


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Do it in a process that is killed at its n-th change of the disk; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = [number]

        def counting(call: Callable[..., Any]) -> Callable[..., Any]:
            def counted(*arguments: Any, **named: Any) -> Any:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*arguments, **named)

            return counted

        for name in CALLS:
            setattr(os, name, counting(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_move_that_is_killed_at_any_step_loses_nothing_and_goes_on(one: Layout, tmp_path: Path) -> None:
    whole = {reader.digest_of(warc) for warc in one.warcs("site1")}
    ended = Layout(root=tmp_path / "ended")
    before = Layout(root=tmp_path / "before")
    shutil.copytree(one.root, before.root)
    bring_and_remove(before, ended)
    wanted = tree(ended, "warc", "index", "corpus")
    for number in range(1, 1000):
        source, target = Layout(root=tmp_path / f"s{number}"), Layout(root=tmp_path / f"t{number}")
        shutil.copytree(one.root, source.root)
        if not killed_at(number, partial(bring_and_remove, source, target)):
            break
        left = {reader.digest_of(warc) for each in (source, target) for warc in each.warcs("site1")}
        assert left == whole, f"killed at step {number}"
        bring_and_remove(source, target)
        assert {k: v for k, v in tree(target).items() if "/" in k} == {k: v for k, v in wanted.items() if "/" in k}
        assert fixity.read(target).entries.keys() == fixity.read(ended).entries.keys(), f"killed at step {number}"
        assert waiting(target, "site1")
        assert not list(source.warcs("site1"))
        assert not source.state("site1").exists()
        assert not [*target.root.rglob("*.tmp")]
        if number % 10 == 1:
            build.update(source)
            assert run(source, "verify") == (0, "verify: 2 files, 0 problems\n")
        shutil.rmtree(source.root)
        shutil.rmtree(target.root)
    assert number > 20
    assert run(ended, "clean")[0] == 0
    assert run(ended, "verify") == (0, "verify: 1 files, 0 problems\n")


def test_a_move_that_is_killed_before_the_catalogue_is_finished_by_the_same_command(
    one: Layout, tmp_path: Path
) -> None:
    target = Layout(root=tmp_path / "target")
    bring_and_remove(one, target)
    told = "1 shards are gone, and the catalogue still lists them. Run: cundang clean"
    assert told in run(one, "status")[1]
    code, said = run(one, "export", "--format", "jsonl", "--out", str(tmp_path / "out.jsonl"))
    assert code == 1
    assert said.endswith("the shard is gone. Bring the catalogue up to date: cundang clean")
    assert run(one, "move", "site1", "--to", str(target.root))[0] == 0
    assert told not in run(one, "status")[1]
    assert run(one, "export", "--format", "jsonl", "--out", str(tmp_path / "out.jsonl"))[0] == 0
    # A site that was never here is still refused.
    assert "holds nothing of site9" in run(one, "move", "site9", "--to", str(target.root))[1]


def test_a_move_to_a_third_archive_is_not_taken_for_the_one_before(one: Layout, tmp_path: Path) -> None:
    second, third = Layout(root=tmp_path / "second"), Layout(root=tmp_path / "third")
    bring_and_remove(one, second)
    write_warc(third, "site1", [("http://site1.example.cn/own.html", article("座谈会", "会议"))])
    with pytest.raises(UsageError, match="holds nothing of site1"):
        list(join.move(one, third, "site1"))
    assert list(join.move(one, second, "site1")) == []


def test_after_a_merge_that_was_killed_at_any_step_its_files_are_known_as_merged(tmp_path: Path) -> None:
    source, own = Layout(root=tmp_path / "source"), Layout(root=tmp_path / "own")
    write_warc(source, "a", [("http://a.cn/1", article("座谈会", "会议"))])
    write_warc(own, "a", [("http://a.cn/2", article("调研", "考察"))])
    (name,) = fixity.read(source).entries
    for number in range(1, 1000):
        target = Layout(root=tmp_path / f"t{number}")
        shutil.copytree(own.root, target.root)
        if not killed_at(number, partial(bring, source, target)):
            break
        bring(source, target)
        assert fixity.read(target).entries[name].merged, f"killed at step {number}"
    assert number > 5
