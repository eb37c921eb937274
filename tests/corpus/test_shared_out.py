"""Work in parts and on a cluster: the same bytes as on one machine, even if workers die."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

import pytest
from captures import archive_of
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.corpus import reclean
from archive.errors import CundangError, UsageError
from archive.layout import Layout, Part
from archive.text.recipe import Recipe, recipe
from crawler.cli import app
from crawler.runs import cluster

FILES = 8
PAGES = 12


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """Eight WARC files of twelve articles, cleaned by one machine."""
    layout = archive_of(tmp_path_factory.mktemp("parts"), files=FILES, pages=PAGES)
    clean(layout)
    return layout


def clean(layout: Layout) -> None:
    for _ in reclean.clean(layout, {}, jobs=1):
        pass


def shards(layout: Layout) -> dict[str, bytes]:
    return {str(path.relative_to(layout.root)): path.read_bytes() for path in layout.shards()}


@pytest.fixture
def bare(archive: Layout, tmp_path: Path) -> Layout:
    """The same WARC files, with nothing derived."""
    shutil.copytree(archive.root / "warc", tmp_path / "warc")
    return Layout(root=tmp_path)


def run(layout: Layout, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--data", str(layout.root), "--sites", str(layout.root), *words])
    failed = done.exception if isinstance(done.exception, CundangError) else None
    return (failed.exit_code if failed else done.exit_code), f"{done.output}{failed or ''}"


@pytest.mark.parametrize(("worth", "workers"), [(2**30, 1), (1, 3)])
def test_as_many_workers_begin_as_the_files_are_worth(
    archive: Layout, bare: Layout, monkeypatch: pytest.MonkeyPatch, worth: int, workers: int
) -> None:
    begun = []

    class Noted(reclean.Workers):
        def __init__(self, jobs: int) -> None:
            begun.append(jobs)
            super().__init__(jobs)

    monkeypatch.setattr(reclean, "Workers", Noted)
    monkeypatch.setattr(reclean, "WORKER_BYTES", worth)
    for _ in reclean.clean(bare, {}, cores=3):
        pass
    assert begun == [workers]
    assert shards(bare) == shards(archive)


@given(st.text(min_size=1), st.integers(1, 64))
def test_each_piece_of_work_is_in_one_part(name: str, count: int) -> None:
    assert sum(Part(number=number, count=count).holds(name) for number in range(1, count + 1)) == 1


@pytest.mark.parametrize("said", ["0/4", "5/4", "1", "1/0", "a/b", "-1/2"])
def test_what_is_no_part_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match="the first of eight as 1/8"):
        Part.read(said)


def test_a_part_of_the_sites_is_of_all_sites_alone(bare: Layout) -> None:
    code, said = run(bare, "crawl", "a", "--part", "1/2")
    assert code == 2
    assert "Give --all with it" in said
    assert run(bare, "crawl", "--all", "--part", "3/2")[0] == 2


def test_parts_make_what_one_machine_makes(archive: Layout, bare: Layout) -> None:
    theirs: set[Path] = set()
    for number in range(1, 4):
        code, said = run(bare, "clean", "--part", f"{number}/3", "--jobs", "1")
        assert code == 0
        assert "on one machine: cundang clean" in said
        # How many of the files are whose, their names decide, which are drawn by chance.
        theirs |= {bare.shard_of(warc) for warc in replace(bare, part=Part(number=number, count=3)).warcs()}
        assert set(bare.shards()) == theirs, "each part does its own work alone"
    assert len(theirs) == FILES
    assert shards(bare) == shards(archive)
    assert not bare.catalogue.exists()
    assert run(bare, "clean")[0] == 0
    assert bare.catalogue.exists()
    assert sum(run(bare, "verify", "--part", f"{number}/3")[1].count("0 problems") for number in (1, 2, 3)) == 3


def test_a_part_reports_only_damage_of_its_own_files(bare: Layout) -> None:
    clean(bare)
    victim = next(bare.warcs())
    victim.unlink()
    codes = [run(bare, "verify", "--part", f"{number}/3")[0] for number in (1, 2, 3)]
    assert sorted(codes) == [0, 0, 1]


def test_a_cluster_makes_what_one_machine_makes_though_a_worker_is_killed(archive: Layout, bare: Layout) -> None:
    killed = threading.Event()

    def kill(workers: dict[str, int]) -> None:
        time.sleep(0.3)
        os.kill(next(iter(workers.values())), signal.SIGKILL)
        killed.set()

    class Killed(cluster.Cluster):
        def __enter__(self) -> Self:
            pids = self._client.run(os.getpid)
            threading.Thread(target=kill, args=(pids,)).start()
            return self

    made = list(reclean.clean(bare, {}, makers=partial(Killed, None, 2)))
    assert killed.is_set()
    assert len(made) == FILES
    assert shards(bare) == shards(archive)
    assert not list(bare.root.rglob("*.tmp"))


def test_a_cluster_without_workers_starts_new_ones(bare: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    class Left(cluster.Cluster):
        def __enter__(self) -> Self:
            assert self._own is not None
            for nanny in list(self._own.workers.values()):
                self._own.sync(nanny.close)
            assert not self._client.nthreads()
            return self

    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    assert len(list(reclean.clean(bare, {}, makers=partial(Left, None, 1)))) == FILES


def test_a_worker_with_another_library_refuses_and_names_it(bare: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def foreign(sites: object) -> Recipe:
        ours = recipe(())
        return replace(ours, libraries=tuple((n, "1.0" if n == "lxml" else v) for n, v in ours.libraries))

    monkeypatch.setattr(cluster, "recipe", foreign)
    with pytest.raises(CundangError, match=r"would clean differently: lxml \d.*, there 1\.0"):
        list(reclean.clean(bare, {}, makers=partial(cluster.Cluster, None, 1)))
    assert not shards(bare)


@pytest.mark.parametrize("kills", [1, 2])
def test_a_worker_that_dies_while_it_starts_is_started_once_more(bare: Layout, kills: int) -> None:
    killed: set[int] = set()
    over = threading.Event()

    def kill() -> None:
        while len(killed) < kills and not over.wait(0.01):
            for pid in starting() - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        if kills == 1:
            assert len(list(reclean.clean(bare, {}, makers=partial(cluster.Cluster, None, 1)))) == FILES
        else:
            with pytest.raises(CundangError, match="workers died while they started"):
                cluster.Cluster(None, 1)
    finally:
        over.set()
        thread.join()
    assert len(killed) == kills


def starting() -> set[int]:
    """The child processes that are to become Dask's workers, whichever thread has begun them."""
    found = set()
    for children in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            pids = children.read_text("ascii").split()
            found |= {int(pid) for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    return found
