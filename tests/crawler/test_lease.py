"""A site on several machines: one crawls it, who lapsed sends nothing, and nothing that it had is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import many_sites
import pytest
from captures import archive_of

from archive.errors import CundangError, LockedError
from archive.layout import Layout
from archive.store import Folder, open_store
from archive.warc import away
from crawler.queue.lease import Lease, lapsed
from crawler.queue.lock import is_held

PORT = 26000 + os.getpid() % 6000  # below the ports that a machine gives to clients


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store: in a folder, and in a bucket of moto where there is one."""
    if request.param == "folder":
        return str(tmp_path / "store")
    return f"{request.getfixturevalue('bucket')}/{tmp_path.name}"


def test_of_many_that_take_a_site_at_once_one_has_it(place: str, tmp_path: Path) -> None:
    def take(number: int) -> int | str:
        try:
            return Lease(Layout(root=tmp_path / str(number)), open_store(place), "a").number
        except LockedError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        had = list(pool.map(take, range(8)))
    assert had.count(1) == 1
    assert sum("is held by" in str(each) and "Wait until its crawl ends" in str(each) for each in had) == 7


def test_who_lapsed_sends_nothing_until_it_has_the_site_again(place: str, tmp_path: Path) -> None:
    now = 1_000_000.0
    ours, theirs = archive_of(tmp_path / "ours", files=2, pages=1), Layout(root=tmp_path / "theirs")
    store = open_store(place)
    first = Lease(ours, store, "site0", term=90, clock=lambda: now)
    now += 89
    first.renew()
    now += 100
    with pytest.raises(LockedError, match="Wait"):
        Lease(theirs, store, "site0", term=90, clock=lambda: now)
    now += 10
    second = Lease(theirs, store, "site0", term=90, clock=lambda: now)
    assert (first.number, second.number) == (1, 2)
    with pytest.raises(LockedError, match="was not renewed in time"):
        first.renew()
    first.release()
    moved = list(away.push(ours, store, drop=True, lapsed=lambda site: lapsed(ours, store, site)))
    assert [(each.path.split("/")[1], each.copied, "holds or held it since" in each.refused) for each in moved] == [
        ("site0", False, True),
        ("site1", True, False),
    ]
    assert [held.key.split("/")[1] for held in store.list("warc")] == ["site1"]
    assert len(list((ours.root / "warc" / "site0").rglob("*.warc.gz"))) == 1
    second.release()
    assert lapsed(theirs, store, "site0") == ""
    Lease(ours, store, "site0", term=90, clock=lambda: now).release()
    assert [each.refused for each in away.push(ours, store, lapsed=lambda site: lapsed(ours, store, site))] == [""]
    assert [held.key for held in store.list("leases/site0")] == ["leases/site0/000000003.json"]


def test_a_killed_crawl_of_this_folder_does_not_wait_for_its_own_lease(tmp_path: Path) -> None:
    store, layout = Folder(tmp_path / "store"), Layout(root=tmp_path / "data")
    assert [Lease(layout, store, "a").number for _ in range(2)] == [1, 2]


def test_a_renewal_that_finds_another_number_ends_the_crawl(tmp_path: Path) -> None:
    store = Folder(tmp_path / "store")
    ours = Lease(Layout(root=tmp_path / "ours"), store, "a", term=90)
    store.put("leases/a/000000002.json", b'{"number": 2, "owner": "another", "until": 9e12}\n')
    with pytest.raises(CundangError, match="went to another, so this crawl ends"):
        ours.renew()


def test_a_crawl_that_slept_ends_and_its_site_is_fetched_by_one(place: str, tmp_path: Path) -> None:
    term = 4.0

    def begin(name: str) -> subprocess.Popen[bytes]:
        """With a term of its own: `cundang crawl` takes Scrapy's settings from the module alone."""
        code = "import sys, crawler.settings as s; s.LEASE_TERM = float(sys.argv.pop(1)); from crawler.cli import main;"
        words = ["--data", str(tmp_path / name), "--sites", str(tmp_path / "sites"), "crawl", "site002"]
        with (tmp_path / f"{name}.talk").open("wb") as talk:
            return subprocess.Popen(
                [sys.executable, "-c", f"{code} sys.exit(main())", str(term), *words],
                stderr=talk,
                env={**os.environ, "CUNDANG_STORE": place},
            )

    with many_sites.serving(tmp_path, 3, PORT):
        # The first crawl is slow, so that it is still there when the other has begun, on a busy machine too.
        many_sites.write_sites(tmp_path / "sites", [2], PORT, delay=1.5, most={})
        asleep = begin("a")
        until(lambda: len(many_sites.asked(tmp_path).get("site002", [])) >= 3)
        other = begin("b")
        assert other.wait(60) == 4, (tmp_path / "b.talk").read_text("utf-8")
        asleep.send_signal(signal.SIGSTOP)
        slept = len(many_sites.asked(tmp_path)["site002"])
        time.sleep(1.3 * term)
        many_sites.write_sites(tmp_path / "sites", [2], PORT, delay=0.2, most={})
        other = begin("b")
        until(lambda: len(many_sites.asked(tmp_path)["site002"]) > slept + 3)
        asleep.send_signal(signal.SIGCONT)
        assert asleep.wait(60) == 4, (tmp_path / "a.talk").read_text("utf-8")
        assert other.wait(120) == 0, (tmp_path / "b.talk").read_text("utf-8")
        asked = many_sites.asked(tmp_path)["site002"]
    said = (tmp_path / "a.talk").read_text("utf-8")
    assert "so this crawl ends" in said
    articles = [path for _, _, path in asked[slept:] if path.startswith("/xw/")]
    # One request may have stood in the sleeper's queue.
    assert len(articles) <= len(set(articles)) + 1
    store = open_store(place)
    ours = Layout(root=tmp_path / "a")
    assert all(each.refused for each in away.push(ours, store, lapsed=lambda site: lapsed(ours, store, site)))


def until(holds: object, seconds: float = 60) -> None:
    assert callable(holds)
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_crawl_for_a_process_that_is_killed_stops_and_leaves_its_site_to_others(tmp_path: Path) -> None:
    """As on a worker of `cundang cluster crawl`; `make cluster` kills real ones."""
    data, sites = tmp_path / "data", tmp_path / "sites"
    lock = Layout(root=data).lock("site002")
    with many_sites.serving(tmp_path, 3, PORT + 1):
        many_sites.write_sites(sites, [2], PORT + 1, delay=0.3, most={})
        code = (
            "import sys; from pathlib import Path; from archive.layout import Layout; from crawler.runs import crawl;"
        )
        code += "data, sites = map(Path, sys.argv[1:]); sys.exit(crawl.crawl_for(Layout(root=data), sites, 'site002'))"
        with subprocess.Popen([sys.executable, "-c", code, str(data), str(sites)]) as worker:
            until(lambda: len(many_sites.asked(tmp_path).get("site002", [])) >= 3)
            assert is_held(lock)
            worker.kill()
        until(lambda: not is_held(lock))
        asked = len(many_sites.asked(tmp_path)["site002"])
        time.sleep(1)
        assert len(many_sites.asked(tmp_path)["site002"]) == asked < many_sites.ARTICLES
